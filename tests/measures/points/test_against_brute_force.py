"""Measures of establishments against loops over all pairs, written from the papers alone."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.points.patterns import BANDS, SQUARE, firms, pts500, streets
from tests.reference import points as slow
from tests.shared import shared_folder

import clusteranalysis as ca
from clusteranalysis.measures.points import envelopes

SQUARE_RINGS = [[(1000.0, 1000.0), (1100.0, 1000.0), (1100.0, 1100.0), (1000.0, 1100.0)]]
# A shore with a bay, and a lake.
SHORE_RINGS = [
    [
        (1000.0, 1000.0),
        (1060.0, 990.0),
        (1100.0, 1040.0),
        (1070.0, 1050.0),
        (1080.0, 1100.0),
        (1010.0, 1090.0),
    ],
    [(1030.0, 1030.0), (1050.0, 1030.0), (1040.0, 1060.0)],
]
SHORE = shapely.Polygon(SHORE_RINGS[0], SHORE_RINGS[1:])
# Two islands.
ISLAND_RINGS = [
    [(1000.0, 1000.0), (1050.0, 1010.0), (1040.0, 1100.0), (1005.0, 1090.0)],
    [(1060.0, 1000.0), (1100.0, 1005.0), (1095.0, 1080.0), (1070.0, 1060.0)],
]
ISLANDS = shapely.MultiPolygon([shapely.Polygon(ring) for ring in ISLAND_RINGS])
WINDOWS = {
    "square": (SQUARE, SQUARE_RINGS),
    "shore": (SHORE, SHORE_RINGS),
    "islands": (ISLANDS, ISLAND_RINGS),
}
seeds = st.integers(0, 10**6)
weights = st.sampled_from([None, "employment"])


class Pattern:
    """A table as the loops want it."""

    def __init__(self, table, weight=None):
        self.xy = list(zip(table["x"].tolist(), table["y"].tolist(), strict=True))
        self.mark = table["industry"].tolist()
        self.w = [1.0] * len(table) if weight is None else table[weight].tolist()
        self.all = list(range(len(table)))
        self.industries = sorted(set(self.mark))

    def of(self, *industries):
        return [i for i in self.all if self.mark[i] in industries]

    def groups(self, row, *, pair):
        """Whose distances a row of a result is about."""
        a = self.of(row.industry)
        return a, self.of(row.partner) if pair else a


def in_shore(seed, n=24, rings=SHORE_RINGS):
    """Industries a, b, c on the shore, or in another window, some of them together."""
    rng = np.random.default_rng(seed)
    points = []
    while len(points) < n:
        x, y = rng.uniform(1000, 1100, 2)
        if points and rng.random() < 0.4:
            x, y = points[-1] + rng.normal(0, 4, 2)
        if slow.inside(rings, (x, y)):
            points.append(np.array([x, y]))
    marks = np.array(list("abc"))[rng.integers(0, 3, n)]
    marks[:6] = list("aabbcc")
    xy = np.array(points)
    jobs = rng.integers(1, 300, n).astype(float)
    return pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "industry": marks, "employment": jobs})


def partners(table, *, pair):
    """Ask for every pair, or within every industry."""
    return {"partner": sorted(set(table["industry"]))} if pair else {}


def pairs_asked(result, pattern, *, pair):
    """No industry and no pair is missing from a result."""
    if not pair:
        assert list(result["industry"].unique()) == pattern.industries
        return
    asked = set(zip(result["industry"], result["partner"], strict=True))
    assert asked == set(itertools.permutations(pattern.industries, 2))


def agrees(found, expected, scale=0.0, tolerance=1e-10):
    """To 1e-10 of the value, or of the scale of values such as it."""
    np.testing.assert_allclose(
        found, np.array(expected, float), rtol=tolerance, atol=tolerance * scale
    )


# K-density


@given(table=streets(), pair=st.booleans(), weight=weights, h=st.floats(0.5, 20))
def test_k_density_exact_and_binned(table, pair, weight, h):
    pattern = Pattern(table, weight)
    if pair and len(pattern.industries) < 2:
        return
    options = {"distances": [0, 3, 8, 20], "weight": weight, "bandwidth": h}
    options |= partners(table, pair=pair)
    exact = ca.k_density(table, mode="exact", reference="all", **options)
    binned = ca.k_density(table, mode="binned", **options)
    pairs_asked(exact, pattern, pair=pair)
    peak = 2 * slow.gaussian(0) / h  # of one distance at zero, the highest there is
    expected = []
    for row in exact.itertuples():
        a, b = pattern.groups(row, pair=pair)
        expected.append(slow.k_density(pattern.xy, pattern.w, a, b, h, row.distance))
    agrees(exact["k_density"], expected, peak)
    assert (exact.loc[exact["k_density"].notna(), "error_bound"] == 0).all()
    defined = ~np.isnan(expected)
    error = np.abs(binned["k_density"] - expected)[defined]
    assert (error <= binned["error_bound"][defined] + 1e-12 * peak).all()
    # The sites: all establishments, whatever jobs they have.
    ones = [1.0] * len(table)
    for row in exact.itertuples():
        if not math.isnan(row.k_density):
            sites = slow.k_density(pattern.xy, ones, pattern.all, pattern.all, h, row.distance)
            agrees(row.expected, sites, peak)


@pytest.mark.parametrize("weight", [None, "employment"])
@pytest.mark.parametrize("pair", [False, True])
@pytest.mark.parametrize("h", [0.7, 6.0])
def test_k_density_in_bins_keeps_the_error_it_states(weight, pair, h):
    """On enough pairs that there are bins: within the bound, and 1e-4 of the peak."""
    table = firms(seed=4, sizes=(150, 100))
    pattern = Pattern(table, weight)
    r = [0, 0.5, 2, 7, 30, 60]
    options = {"distances": r, "weight": weight, "bandwidth": h, "industry": "a"}
    if pair:
        options["partner"] = "b"
    a, b = pattern.of("a"), pattern.of("b" if pair else "a")
    expected = np.array([slow.k_density(pattern.xy, pattern.w, a, b, h, x) for x in r])
    exact = ca.k_density(table, mode="exact", **options)
    agrees(exact["k_density"], expected)
    binned = ca.k_density(table, mode="binned", **options)
    error = np.abs(binned["k_density"].to_numpy() - expected)
    assert error.max() > 0
    assert (error <= binned["error_bound"]).all()
    assert error.max() <= 1e-4 * expected.max()


@given(seed=seeds, pair=st.booleans(), weight=weights)
@settings(max_examples=20)
def test_k_density_by_silverman(seed, pair, weight):
    table = in_shore(seed)
    pattern = Pattern(table, weight)
    options = {"distances": [0, 5, 40], "weight": weight, "mode": "exact"}
    result = ca.k_density(table, **options, **partners(table, pair=pair))
    pairs_asked(result, pattern, pair=pair)
    for row in result.itertuples():
        a, b = pattern.groups(row, pair=pair)
        d = slow.pair_distances(pattern.xy, a, b)
        if len(d) < 2:
            assert math.isnan(row.bandwidth)
            assert math.isnan(row.k_density)
            continue
        h = slow.silverman(d)
        agrees(row.bandwidth, h)
        expected = slow.k_density(pattern.xy, pattern.w, a, b, h, row.distance)
        agrees(row.k_density, expected, slow.gaussian(0) / h)


# M and m


@given(
    table=streets(),
    pair=st.booleans(),
    weight=weights,
    h=st.sampled_from([None, 2.0, 15.0]),
    control=st.booleans(),
)
def test_m_function(table, pair, weight, h, control):
    pattern = Pattern(table, weight)
    if len(pattern.industries) < 2 + (control and pair):
        return
    options = {"distances": [0, 8, math.hypot(8, 8), 24], "weight": weight}
    if h is not None:
        options |= {"cumulative": False, "bandwidth": h}
    reference = "all"
    if control:
        reference = pattern.industries[-1]
        rest = pattern.industries[:-1]
        options["industry"] = rest
        if pair:
            options["partner"] = rest
    elif pair:
        options["partner"] = pattern.industries
    result = ca.m_function(table, reference=reference, **options)
    others = pattern.of(reference) if control else pattern.all
    assert len(result) > 0
    for row in result.itertuples():
        a, c = pattern.groups(row, pair=pair)
        value, count = slow.m_function(pattern.xy, pattern.w, a, c, others, row.distance, h)
        agrees(row.m_function, value)
        if not math.isnan(value):
            assert row.establishments == count


@given(
    table=streets(),
    pair=st.booleans(),
    weight=weights,
    h=st.sampled_from([0.3, 2.0, 15.0]),
    control=st.booleans(),
)
def test_m_in_bins_keeps_the_error_it_states(table, pair, weight, h, control):
    pattern = Pattern(table, weight)
    if len(pattern.industries) < 2 + (control and pair):
        return
    options = {"distances": [0, 8, math.hypot(8, 8), 24], "weight": weight, "mode": "binned"}
    options |= {"cumulative": False, "bandwidth": h}
    reference = pattern.industries[-1] if control else "all"
    rest = pattern.industries[:-1] if control else pattern.industries
    options["industry"] = rest
    if pair:
        options["partner"] = rest
    result = ca.m_function(table, reference=reference, **options)
    others = pattern.of(reference) if control else pattern.all
    for row in result.itertuples():
        a, c = pattern.groups(row, pair=pair)
        value, _ = slow.m_function(pattern.xy, pattern.w, a, c, others, row.distance, h)
        if math.isnan(value):
            continue
        assert abs(row.m_function - value) <= row.error_bound + 1e-12 * value


@given(seed=seeds, pair=st.booleans(), weight=weights)
@settings(max_examples=20)
def test_m_by_silverman(seed, pair, weight):
    table = in_shore(seed)
    pattern = Pattern(table, weight)
    options = {"distances": [0, 5, 40], "weight": weight, "cumulative": False, "reference": "all"}
    result = ca.m_function(table, **options, **partners(table, pair=pair))
    pairs_asked(result, pattern, pair=pair)
    for row in result.itertuples():
        a, c = pattern.groups(row, pair=pair)
        d = slow.pair_distances(pattern.xy, a, c)
        if len(d) < 2:
            continue
        h = slow.silverman(d)
        agrees(row.bandwidth, h)
        expected, _ = slow.m_function(pattern.xy, pattern.w, a, c, pattern.all, row.distance, h)
        agrees(row.m_function, expected)


# K, L, g and D


@pytest.mark.parametrize("correction", ["isotropic", "translation", "none"])
@pytest.mark.parametrize("shape", list(WINDOWS))
@given(seed=seeds, pair=st.booleans(), weight=weights)
@settings(max_examples=8)
def test_second_order(shape, correction, seed, pair, weight):
    window, rings = WINDOWS[shape]
    table = in_shore(seed, n=20, rings=rings)
    pattern = Pattern(table, weight)
    r = [0.0, 3.0, 10.0, 22.0]
    options = {"distances": r, "window": window, "correction": correction, "weight": weight}
    options |= partners(table, pair=pair)
    K = ca.ripley_k(table, function="K", **options)
    L = ca.ripley_k(table, function="L", **options)
    g = ca.ripley_k(table, function="g", bandwidth=2.5, **options)
    for result in (K, L, g):
        pairs_asked(result, pattern, pair=pair)
    agrees(K["expected"], math.pi * K["distance"] ** 2)
    for key, rows in K.groupby([name for name in ("industry", "partner") if name in K]):
        a, b = pattern.groups(rows.iloc[0], pair=pair)
        expected = slow.ripley_k(pattern.xy, pattern.w, a, b, rings, r, correction)
        agrees(rows["ripley_k"], expected)
        besag = [slow.besag_l(k, x) for k, x in zip(expected, r, strict=True)]
        agrees(L.loc[rows.index, "ripley_k"], besag, 1.0)
        slopes = [math.nan]
        for x in r[1:]:
            sides = (pattern.xy, pattern.w, a, b, rings)
            slopes.append(slow.pair_correlation(*sides, x, 2.5, correction))
        np.testing.assert_allclose(
            g.loc[rows.index, "ripley_k"], slopes, rtol=1e-10, atol=1e-12, err_msg=str(key)
        )


@pytest.mark.parametrize("correction", ["isotropic", "translation", "none"])
@given(seed=seeds, weight=weights, controls=st.sampled_from(["others", "all", "c"]))
@settings(max_examples=8)
def test_difference_from_controls(correction, seed, weight, controls):
    table = in_shore(seed)
    pattern = Pattern(table, weight)
    r = [0.0, 5.0, 22.0]
    options = {"distances": r, "window": SHORE, "correction": correction, "weight": weight}
    result = ca.ripley_k(table, function="D", reference=controls, industry=["a", "b"], **options)
    assert list(result["industry"]) == ["a"] * 3 + ["b"] * 3
    for industry, rows in result.groupby("industry"):
        cases = pattern.of(industry)
        chosen = {"all": pattern.all, "c": pattern.of("c")}
        chosen["others"] = [i for i in pattern.all if i not in cases]
        curves = [
            slow.ripley_k(pattern.xy, pattern.w, group, group, SHORE_RINGS, r, correction)
            for group in (cases, chosen[controls])
        ]
        agrees(rows["ripley_k"], np.subtract(*curves), max(curves[0] + curves[1]))


def test_bandwidth_of_the_pair_correlation():
    table = in_shore(3)
    result = ca.ripley_k(table, function="g", distances=[5.0], window=SHORE)
    area = slow.window_area(SHORE_RINGS)
    counts = [table["industry"].eq(row.industry).sum() for row in result.itertuples()]
    agrees(result["bandwidth"], [slow.stoyan(n, area) for n in counts])


# Co-location quotient


@given(table=streets(least=4), neighbours=st.integers(1, 3), weight=weights)
def test_colocation_quotients(table, neighbours, weight):
    pattern = Pattern(table, weight)
    options = {"neighbours": neighbours, "weight": weight}
    total = ca.colocation_quotient(table, level="global", **options)
    expected = slow.global_quotient(pattern.xy, pattern.w, pattern.mark, neighbours)
    agrees(total["colocation_quotient"].item(), expected)
    pairs = ca.colocation_quotient(table, **options)
    every = list(itertools.product(pattern.industries, repeat=2))
    assert list(zip(pairs["industry"], pairs["partner"], strict=True)) == every
    for row in pairs.itertuples():
        asked = (row.industry, row.partner, neighbours)
        expected = slow.pairwise_quotient(pattern.xy, pattern.w, pattern.mark, *asked)
        agrees(row.colocation_quotient, expected)
    plants = ca.colocation_quotient(table, level="local", neighbours=neighbours)
    assert len(plants) == len(table) * len(pattern.industries)
    for row in plants.itertuples():
        i = int(row.id)
        assert row.industry == pattern.mark[i]
        expected = slow.local_quotient(pattern.xy, pattern.mark, i, row.partner, neighbours)
        agrees(row.colocation_quotient, expected)


# Howard's CL and XCL


@pytest.mark.parametrize("place", ["distance", "cell"])
@given(table=streets(), weight=weights, reference=st.sampled_from(["all", "pair"]))
def test_howard(place, table, weight, reference):
    pattern = Pattern(table, weight)
    if len(pattern.industries) < 2:
        return
    options = {"distances": [7.0, 8.0, math.hypot(8, 16), 30.0], "place": place, "weight": weight}
    result = ca.howard_firms(table, reference=reference, **options)
    pairs = set(zip(result["industry"], result["partner"], strict=True))
    assert pairs == set(itertools.combinations(pattern.industries, 2))
    for row in result.itertuples():
        a, b = pattern.groups(row, pair=True)
        cl = slow.howard_cl(pattern.xy, pattern.w, a, b, row.distance, place)
        agrees(row.howard_firms, cl)
        agrees(row.excess_colocation, row.howard_firms - row.expected_colocation, 1.0)


@pytest.mark.parametrize("place", ["distance", "cell"])
@given(table=streets(), weight=weights)
def test_howard_within_an_industry(place, table, weight):
    pattern = Pattern(table, weight)
    options = {"distances": [7.0, 8.0, math.hypot(8, 16), 30.0], "place": place, "weight": weight}
    result = ca.howard_firms(table, reference="all", pairs="within", **options)
    assert set(result["industry"]) == set(pattern.industries)
    ones = [1.0] * len(table)
    for row in result.itertuples():
        a = pattern.of(row.industry)
        agrees(row.howard_firms, slow.howard_cl(pattern.xy, pattern.w, a, a, row.distance, place))
        every = slow.howard_cl(pattern.xy, ones, pattern.all, pattern.all, row.distance, place)
        if len(a) > 1:
            agrees(row.expected_colocation, every)
            agrees(row.excess_colocation, row.howard_firms - row.expected_colocation, 1.0)
        else:
            assert math.isnan(row.howard_firms)


@pytest.mark.parametrize("reference", ["all", "pair"])
@pytest.mark.parametrize("place", ["distance", "cell"])
@given(seed=seeds)
@settings(max_examples=5)
def test_chance_of_one_place_is_the_mean_over_all_dealings(place, reference, seed):
    """Weights do not matter to it: every plant is on every site alike."""
    rng = np.random.default_rng(seed)
    table = firms(seed, sizes=(2, 2, 2), extent=60.0)
    table["employment"] = rng.integers(1, 50, 6).astype(float)
    options = {"distances": [15.0, 30.0], "place": place, "weight": "employment"}
    result = ca.howard_firms(table, reference=reference, **options)
    pattern = Pattern(table, "employment")
    for row in result.itertuples():
        a, b = pattern.groups(row, pair=True)
        sites = pattern.all if reference == "all" else a + b
        jobs = [pattern.w[i] for i in a + b]
        dealt = (pattern.xy, jobs, len(a), len(b), sites, row.distance, place)
        expected = slow.howard_counterfactual(*dealt)
        agrees(row.expected_colocation, expected, 1.0)


# Bands and p-values of simulated curves


def smooth_curves(seed, count, columns, *, ties=False):
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(count, columns))
    curves = np.cumsum(steps, axis=1) + rng.normal(size=(count, 1))
    return np.round(curves) if ties else curves


@given(seed=seeds, ties=st.booleans(), columns=st.integers(2, 6))
@settings(max_examples=40)
def test_extremeness_and_goodness_of_fit(seed, ties, columns):
    curves = smooth_curves(seed, 25, columns, ties=ties)
    r = np.cumsum(np.random.default_rng(seed).uniform(0.5, 3, columns))
    expected = slow.extreme_rank_length(curves.tolist())
    agrees(envelopes.extremeness(curves), expected)
    fit = envelopes.goodness_of_fit(curves[0], curves[1:], r)
    assert fit == pytest.approx(slow.loosmore_ford(curves.tolist(), r.tolist()))


@given(seed=seeds, level=st.sampled_from([0.8, 0.9, 0.95]))
@settings(max_examples=40)
def test_bands_hold_the_curves_they_say(seed, level):
    curves = smooth_curves(seed, 60, 4)
    curves[0] *= 2
    r = np.arange(1.0, 5.0)
    found = envelopes.envelope(curves[0], curves[1:], r, level)
    p = slow.extreme_rank_length(curves.tolist())
    assert found.p_value == pytest.approx(p[0])
    low, high = np.array(found.global_low), np.array(found.global_high)
    leaves = ((curves < low) | (curves > high)).any(axis=1)
    assert leaves[0] == (p[0] <= 1 - level + 1e-12)
    # At least the level of all curves are inside.
    assert (~leaves).mean() >= level - 1e-12
    k = math.floor((1 - level) / 2 * 60 + 1e-9)
    ordered = np.sort(curves[1:], axis=0)
    agrees(found.local_low, ordered[k - 1])
    agrees(found.local_high, ordered[-k])


def test_global_band_beside_that_of_duranton_and_overman():
    """Another construction of a band for the same coverage: theirs counts each side by itself.

    Each holds 90 % of the curves entirely, and their edges are near, in units of the spread.
    """
    curves = smooth_curves(11, 1000, 8)
    r = np.arange(1.0, 9.0)
    found = envelopes.envelope(curves[0], curves[1:], r, 0.9)
    bands = {
        "extreme rank length": (np.array(found.global_low), np.array(found.global_high)),
        "Duranton and Overman": slow.duranton_overman_band(curves[1:].tolist()),
    }
    for low, high in bands.values():
        held = ((curves[1:] >= low) & (curves[1:] <= high)).all(axis=1).mean()
        assert 0.895 <= held <= 0.915
    spread = curves.std(axis=0)
    for ours, theirs in zip(*bands.values(), strict=True):
        assert (np.abs(ours - np.array(theirs)) / spread).max() < 0.5


# What chance means: the mean of simulations beside the mean over all that chance can do

FEW = pd.DataFrame(
    {
        "x": [1000.0, 1003.0, 1010.0, 1012.0, 1024.0, 1040.0],
        "y": [5.0, 9.0, 5.0, 17.0, 5.0, 30.0],
        "industry": ["a", "a", "b", "b", "a", "c"],
        "employment": [1.0, 20.0, 3.0, 50.0, 7.0, 12.0],
    }
)
DRAWS = 1500


def outcomes(null, partner):
    """Every (sites of plants, weights by site, marks by site) alike likely, as loops say."""
    pattern = Pattern(FEW, "employment")
    a, b = pattern.of("a"), pattern.of("b")
    if null == "labels":  # sites keep their jobs
        return [
            ([s[k] for k in range(3)], [s[k] for k in range(3, 5)], pattern.w)
            for s in itertools.permutations(pattern.all, 5)
        ]
    movers = b if null == "independence" else a + (b if partner else [])
    free = [i for i in pattern.all if null != "independence" or i not in a]
    result = []
    for sites in itertools.permutations(free, len(movers)):
        w = list(pattern.w)
        at = dict(zip(movers, sites, strict=True))
        for plant, site in at.items():
            w[site] = pattern.w[plant]
        result.append(([at.get(i, i) for i in a], [at.get(i, i) for i in b], w))
    return result


@pytest.mark.parametrize(
    ("null", "partner"),
    [
        ("sites", False),
        ("sites", True),
        ("labels", False),
        ("labels", True),
        ("independence", True),
    ],
)
def test_k_density_expected_by_chance(null, partner):
    options = {"partner": "b"} if partner else {}
    r = [0.0, 6.0, 15.0]
    found = ca.k_density(
        FEW,
        distances=r,
        industry="a",
        weight="employment",
        bandwidth=4.0,
        mode="exact",
        null=null,
        simulations=DRAWS,
        rng=5,
        **options,
    )
    xy = Pattern(FEW).xy
    curves = []
    for a, b, w in outcomes(null, partner):
        curves.append([slow.k_density(xy, w, a, b if partner else a, 4.0, x) for x in r])
    within(found, curves)
    observed = found["k_density"].to_numpy()
    # Goodness of fit: how many of all outcomes are as far from their mean.
    curves = np.array(curves)
    u = ((np.vstack([observed, curves]) - curves.mean(axis=0)) ** 2 * [6, 9, 9]).sum(axis=1)
    p = (u[1:] >= u[0] * (1 - 1e-9)).mean()
    error = 5 * math.sqrt(p * (1 - p) / DRAWS) + 2 / DRAWS
    assert found["goodness_of_fit"].iloc[0] == pytest.approx(p, abs=error)


def within(found, curves):
    """`expected` within five standard errors of the mean; local bands cut off what they say."""
    curves = np.array(curves)
    error = 5 * curves.std(axis=0) / math.sqrt(DRAWS)
    assert (np.abs(found["expected"].to_numpy() - curves.mean(axis=0)) <= error + 1e-12).all()
    slack = 5 * math.sqrt(0.025 * 0.975 / DRAWS)
    below = (curves < found["local_low"].to_numpy() * (1 - 1e-9)).mean(axis=0)
    above = (curves > found["local_high"].to_numpy() * (1 + 1e-9)).mean(axis=0)
    assert (below <= 0.025 + slack).all()
    assert (above <= 0.025 + slack).all()
    # And they are no wider than they need to be.
    low = (curves <= found["local_low"].to_numpy() * (1 + 1e-9)).mean(axis=0)
    high = (curves >= found["local_high"].to_numpy() * (1 - 1e-9)).mean(axis=0)
    assert (low >= 0.025 - slack).all()
    assert (high >= 0.025 - slack).all()


@pytest.mark.parametrize("null", ["sites", "labels", "independence"])
def test_m_expected_by_chance(null):
    pattern = Pattern(FEW, "employment")
    r = [30.0, 45.0]
    found = ca.m_function(
        FEW,
        distances=r,
        reference="all",
        industry="a",
        partner="b",
        weight="employment",
        null=null,
        simulations=DRAWS,
        rng=6,
    )
    a, b = pattern.of("a"), pattern.of("b")
    movers = [i for i in pattern.all if null != "independence" or i not in a]
    curves = []
    for sites in itertools.permutations(movers):
        at = dict(zip(movers, sites, strict=True))
        w = list(pattern.w)
        if null != "labels":
            for plant, site in at.items():
                w[site] = pattern.w[plant]
        moved = [[at.get(i, i) for i in group] for group in (a, b)]
        curves.append([slow.m_function(pattern.xy, w, *moved, pattern.all, x)[0] for x in r])
    assert not np.isnan(curves).any()
    within(found, curves)


def test_k_expected_anywhere_in_the_window():
    """Isotropic and translation weights make K unbiased: pi r^2 in any window."""
    table = in_shore(2)
    for correction in ("isotropic", "translation"):
        options = {"null": "uniform", "simulations": 400, "rng": 3, "correction": correction}
        found = ca.ripley_k(table, distances=[8.0, 15.0], window=SHORE, industry="a", **options)
        spread = (found["local_high"] - found["local_low"]) / 4  # about a standard deviation
        error = 5 * spread / math.sqrt(400)
        assert (np.abs(found["expected"] - math.pi * found["distance"] ** 2) <= error).all()


# Other tools


def golden_curve(path, column):
    text = (shared_folder("golden") / path).read_text(encoding="utf-8")
    output = json.loads(text)["output"]
    return dict(zip(output["r"], map(float, output[column]), strict=True))


def test_the_loops_and_the_library_agree_with_dbmss():
    table = pts500()
    pattern = Pattern(table, "employment")
    ones = [1.0] * len(table)
    a = pattern.of("A")
    r = [1, 5, 12, 25, 40]
    d = slow.pair_distances(pattern.xy, a, a)
    # dbmss's bandwidth is of the distances up to twice the largest asked for; R bins its density.
    theirs_h = slow.silverman([v for v in d if v <= 80])

    theirs = golden_curve("duranton_overman_kd/dbmss_Kdhat_A_pts500.json", "Kd")
    loops = [slow.k_density(pattern.xy, ones, a, a, theirs_h, x) for x in r]
    np.testing.assert_allclose(loops, [theirs[x] for x in r], rtol=3e-3)
    options = {"distances": r, "industry": "A"}
    found = ca.k_density(table, bandwidth=theirs_h, mode="exact", **options)
    agrees(found["k_density"], loops)
    own = ca.k_density(table, mode="exact", **options)
    agrees(own["bandwidth"], [slow.silverman(d)] * len(r))

    theirs = golden_curve("m_function/dbmss_Mhat_A_pts500.json", "M")
    loops = [slow.m_function(pattern.xy, pattern.w, a, a, pattern.all, x)[0] for x in r]
    np.testing.assert_allclose(loops, [theirs[x] for x in r], rtol=1e-12)
    options |= {"reference": "all", "weight": "employment"}
    agrees(ca.m_function(table, **options)["m_function"], loops)

    theirs = golden_curve("m_function/dbmss_mhat_A_pts500.json", "m")
    loops = [slow.m_function(pattern.xy, pattern.w, a, a, pattern.all, x, theirs_h)[0] for x in r]
    np.testing.assert_allclose(loops, [theirs[x] for x in r], rtol=5e-4)
    found = ca.m_function(table, bandwidth=theirs_h, cumulative=False, **options)
    agrees(found["m_function"], loops)


def test_the_loops_and_the_library_agree_with_dbmss_whose_corrections_are_spatstats():
    table = pts500()
    pattern = Pattern(table)
    a = pattern.of("A")
    r = list(range(1, 26))  # a quarter of the window's side is as far as the library goes
    options = {"distances": r, "industry": "A", "window": SQUARE}
    loops = slow.ripley_k(pattern.xy, pattern.w, a, a, SQUARE_RINGS, r, "isotropic")
    theirs = golden_curve("ripley_k_l/dbmss_Khat_A_pts500.json", "iso")
    np.testing.assert_allclose(loops, [theirs[x] for x in r], rtol=1e-10)
    agrees(ca.ripley_k(table, **options)["ripley_k"], loops)
    theirs = golden_curve("ripley_k_l/dbmss_Lhat_A_pts500.json", "iso")
    besag = [slow.besag_l(k, x) for k, x in zip(loops, r, strict=True)]
    np.testing.assert_allclose(besag, [theirs[x] for x in r], rtol=1e-10)
    agrees(ca.ripley_k(table, function="L", **options)["ripley_k"], besag)
    # R's density() bins the distances of g.
    theirs = golden_curve("ripley_k_l/dbmss_ghat_A_pts500.json", "iso")
    h = slow.stoyan(len(a), slow.window_area(SQUARE_RINGS))
    some = [1, 5, 12, 25]
    sides = (pattern.xy, pattern.w, a, a, SQUARE_RINGS)
    slopes = [slow.pair_correlation(*sides, x, h, "isotropic") for x in some]
    np.testing.assert_allclose(slopes, [theirs[x] for x in some], rtol=3e-3)
    found = ca.ripley_k(table, function="g", **(options | {"distances": some}))
    agrees(found["ripley_k"], slopes)


# Units, order of rows and names mean nothing

DISTANCES = [0.0, 4.0, 11.0, 22.0]


def every_measure(table, scale=1.0):
    """Each result with its columns in units of length to the power said."""
    r = [x * scale for x in DISTANCES]
    grown = shapely.affinity.scale(SHORE, scale, scale, origin=(0, 0))
    simulated = {"simulations": 39, "rng": 8}
    results = {
        "K-density": (ca.k_density(table, distances=r, mode="exact", **simulated), -1),
        "in bins": (ca.k_density(table, distances=r, weight="employment"), -1),
        "M": (ca.m_function(table, distances=r[1:], reference="all", **simulated), 0),
        "m": (ca.m_function(table, distances=r, reference="all", cumulative=False), 0),
        "CLQ": (ca.colocation_quotient(table, neighbours=2, **simulated), 0),
        "CL": (ca.howard_firms(table, distances=r, reference="all", **simulated), 0),
    }
    for function, power in {"K": 2, "L": 1, "g": 0}.items():
        options = {"distances": r, "window": grown, "function": function}
        results[function] = (ca.ripley_k(table, **options), power)
    return results


VALUES = ["k_density", "m_function", "ripley_k", "howard_firms", "colocation_quotient", "expected"]


@given(seed=seeds, power=st.sampled_from([-2, 3, 10]))
@settings(max_examples=6)
def test_units_of_length(seed, power):
    """The same in metres and in units of a power of two of them, down to the simulations."""
    table = in_shore(seed)
    scale = 2.0**power
    before = every_measure(table)
    after = every_measure(table.assign(x=table["x"] * scale, y=table["y"] * scale), scale)
    for name, (result, dimension) in before.items():
        other = after[name][0]
        for column in result.columns:
            if column in ("distance", "bandwidth"):
                agrees(other[column], result[column] * scale)
            elif column in VALUES or column.startswith(("local_", "global_", "error_")):
                factor = scale**dimension
                size = np.nanmax(np.abs(result[column].to_numpy())) * factor
                agrees(other[column], result[column] * factor, size)
            elif column in ("p_value", "goodness_of_fit", "adjusted", "establishments"):
                agrees(other[column], result[column])


@given(seed=seeds)
@settings(max_examples=6)
def test_order_of_rows(seed):
    table = in_shore(seed)
    shuffled = table.sample(frac=1, random_state=seed % 1000).reset_index(drop=True)
    before, after = every_measure(table), every_measure(shuffled)
    for name, (result, _) in before.items():
        # Which random pattern a seed draws depends on the order; what was observed does not.
        simulated = [c for c in result if c in BANDS and "p_value" in result]
        observed = result.drop(columns=simulated)
        other = after[name][0][observed.columns]
        pd.testing.assert_frame_equal(observed, other, rtol=1e-10, atol=1e-12, obj=name)


@given(seed=seeds)
@settings(max_examples=6)
def test_names_of_industries(seed):
    """Names that sort the other way round change nothing but the order of rows."""
    table = in_shore(seed)
    new = {"a": "Z", "b": "M", "c": "B"}
    renamed = table.assign(industry=table["industry"].map(new))
    before, after = every_measure(table), every_measure(renamed)
    for name, (result, _) in before.items():
        simulated = [c for c in result if c in BANDS and "p_value" in result]
        expected = result.drop(columns=simulated)
        keys = ["industry"]
        expected["industry"] = expected["industry"].map(new)
        if "partner" in expected:
            keys.append("partner")
            expected["partner"] = expected["partner"].map(new)
            if name == "CL":  # unordered: the first name first
                both = expected[keys].to_numpy(dtype=object)
                both.sort(axis=1)
                expected[keys] = both
        keys += ["distance"] if "distance" in expected else []
        expected = expected.sort_values(keys, ignore_index=True)
        other = after[name][0][expected.columns]
        pd.testing.assert_frame_equal(
            expected, other, rtol=1e-10, atol=1e-12, check_dtype=False, obj=name
        )
