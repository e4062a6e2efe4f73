"""Concentration and spatial association against plain loops over the formulas."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from tests.measures.tables import NAN, area, cases, close, golden, golden_employment, long, pick
from tests.measures.tables import golden_input as golden_file
from tests.reference import concentration as slow
from tests.reference import measures, relatedness

import clusteranalysis as ca
from clusteranalysis.schema import TOTAL


def columns(E):
    return [list(column) for column in zip(*E, strict=True)]


@st.composite
def sized(draw, **options):
    """A case, a reference for its regions' sizes, and those sizes group by group."""
    case = draw(cases(**options))
    if draw(st.booleans()):
        return case, "sum", [case.region_totals(group) for group in case.groups]
    sizes = [draw(st.sampled_from([0.0, 0.5, 1.0, 7.0, 300.0])) for _ in case.regions]
    assume(sum(sizes) > 0)
    table = pd.DataFrame({"region": case.regions, "weight": sizes})
    return case, table, [sizes for _ in case.groups]


def spread(w):
    """1 - sum of squared shares; examples in which that is a rounding error are passed over."""
    whole = sum(w)
    value = 1 - sum((v / whole) ** 2 for v in w) if whole else NAN
    assume(math.isnan(value) or value == 0 or value > 1e-6)
    return value


def plants_of(data, case, *, fourth=False):
    """A table of the industries' plants: 1 to 9 of them, of random sizes."""
    rows = []
    for industry in case.industries:
        sizes = data.draw(st.lists(st.floats(1, 100), min_size=1, max_size=9))
        H, four = slow.plant_herfindahl(sizes)
        rows.append((industry, min(H, 1.0), float(len(sizes)), four))
    names = ["industry", "plant_herfindahl", "establishments", "plant_fourth"]
    frame = pd.DataFrame(rows, columns=names)
    return frame if fourth else frame.drop(columns="plant_fourth")


# The slow formulas against each other


@given(
    st.lists(st.floats(0.5, 20), min_size=1, max_size=5),
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=3),
)
def test_the_moments_of_concentration_are_those_of_all_throws(plants, w):
    assume(sum(w) > 0)
    H, fourth = slow.plant_herfindahl(plants)
    mean, variance = slow.ellison_glaeser_enumerated(plants, w)
    close(slow.ellison_glaeser_mean(w, H), mean, atol=1e-12)
    close(slow.ellison_glaeser_variance(w, H, fourth), variance, atol=1e-12)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5), st.integers(0, 4)), max_size=2),
    st.integers(1, 20),
)
def test_whole_sizes_are_within_the_bounds_of_real_ones(classes, total):
    classes = [(count, low, low + width) for count, low, width in classes]
    least, largest = slow.herfindahl_bounds_integers(classes, total)
    low, high = slow.herfindahl_bounds_real(classes, total)
    assume(not math.isnan(least))
    close(high, largest)  # a corner is whole
    assert low - 1e-12 <= least <= largest


# Krugman, Maurel-Sedillot, Devereux, Mori-Nishikimi-Smith


@given(sized())
def test_krugman_concentration_is_the_slow_one(drawn):
    case, reference, sizes = drawn
    K = "krugman_concentration"
    result = ca.krugman_concentration(case.table, reference=reference, absent=case.absent)
    others = ca.krugman_concentration(case.table, reference="others", absent=case.absent)
    for group, w in zip(case.groups, sizes, strict=True):
        E = case.matrix(group)
        expected = [slow.krugman_concentration(x, w) for x in columns(E)]
        got = pick(result, K, **group)
        close(got, dict(zip(case.industries, expected, strict=True)), atol=1e-10)
        expected = slow.krugman_concentration_others(E)
        got = pick(others, K, **group)
        close(got, dict(zip(case.industries, expected, strict=True)), atol=1e-10)


@given(sized(), st.data())
def test_maurel_sedillot_is_the_slow_one(drawn, data):
    case, reference, sizes = drawn
    plants = plants_of(data, case)
    result = ca.maurel_sedillot(case.table, reference=reference, plants=plants, absent=case.absent)
    H = dict(zip(plants["industry"], plants["plant_herfindahl"], strict=True))
    for group, w in zip(case.groups, sizes, strict=True):
        spread(w)
        expected = {
            name: slow.maurel_sedillot(x, w, H[name])
            for name, x in zip(case.industries, columns(case.matrix(group)), strict=True)
        }
        close(pick(result, "maurel_sedillot", **group), expected, rtol=1e-7, atol=1e-9)


def everywhere(case):
    """Has every region a row of some industry in every year and draw?"""
    parts = [case.part(group) for group in case.groups]
    return all(
        set(part.loc[part["industry"] != TOTAL, "region"]) == set(case.regions) for part in parts
    )


@given(cases().filter(everywhere), st.data())
def test_devereux_is_the_slow_one(case, data):
    plants = plants_of(data, case)
    plants.loc[data.draw(st.integers(0, len(plants))) :, "establishments"] = NAN
    result = ca.devereux(case.table, plants=plants, absent=case.absent)
    rows = {row.industry: (row.establishments, row.plant_herfindahl) for row in plants.itertuples()}
    names = ["geographic_concentration", "industrial_concentration", "devereux"]
    for group in case.groups:
        found = {
            industry: slow.devereux(x, *rows[industry])
            for industry, x in zip(case.industries, columns(case.matrix(group)), strict=True)
        }
        dead = {i: sum(x) == 0 for i, x in zip(found, columns(case.matrix(group)), strict=True)}
        for place, name in enumerate(names):
            expected = {i: values[place] for i, values in found.items()}
            if name == "industrial_concentration":  # known without knowing where
                got = pick(result, name, **group)
                known = {i for i, value in got.items() if not math.isnan(value)}
                close({i: got[i] for i in known}, {i: expected[i] for i in known}, atol=1e-10)
                assert all(i in known for i in got if not math.isnan(found[i][2]))
                continue
            expected = {i: NAN if dead[i] else value for i, value in expected.items()}
            close(pick(result, name, **group), expected, atol=1e-10)


@given(cases().filter(everywhere))
def test_devereux_of_equal_plants_is_the_slow_one(case):
    case.table["establishments"] = case.table["employment"].clip(upper=9).apply(np.ceil)
    result = ca.devereux(case.table, plants="equal_size", absent=case.absent)
    for group in case.groups:
        counts = columns(case.matrix(group, "establishments"))
        expected = {}
        for industry, x, b in zip(
            case.industries, columns(case.matrix(group)), counts, strict=True
        ):
            N = sum(b)
            H = NAN if math.isnan(N) or N == 0 else 1 / N
            expected[industry] = slow.devereux(x, N, H)[0] if N else NAN
        close(pick(result, "devereux", **group), expected, atol=1e-10)


@given(sized())
def test_divergence_is_the_slow_one(drawn):
    case, reference, sizes = drawn
    result = ca.mori_nishikimi_smith(case.table, reference=reference, absent=case.absent)
    for group, w in zip(case.groups, sizes, strict=True):
        expected = [slow.mori_nishikimi_smith(x, w) for x in columns(case.matrix(group))]
        got = pick(result, "mori_nishikimi_smith", **group)
        close(got, dict(zip(case.industries, expected, strict=True)), rtol=1e-7, atol=1e-9)


@given(cases(published=False), st.floats(0.5, 0.99), st.data())
def test_the_interval_of_divergence_is_the_slow_one(case, level, data):
    case.table["establishments"] = case.table["employment"].clip(upper=90).apply(np.ceil)
    sizes = [data.draw(st.sampled_from([0.0, 1.0, 7.0, 30.0])) for _ in case.regions]
    assume(sum(sizes) > 0)
    reference = pd.DataFrame({"region": case.regions, "weight": sizes})
    result = ca.mori_nishikimi_smith(
        case.table, reference=reference, level=level, value="establishments", absent=case.absent
    )
    z = norm.ppf(0.5 + level / 2)
    for group in case.groups:
        for industry, x in zip(
            case.industries, columns(case.matrix(group, "establishments")), strict=True
        ):
            row = result[result["industry"] == industry]
            for key, value in group.items():
                row = row[row[key] == value]
            D, error = slow.mori_nishikimi_smith(x, sizes), NAN
            if math.isfinite(D) and not math.isnan(D):
                error = slow.mori_nishikimi_smith_error(x, sizes)
            close(row["mori_nishikimi_smith"], [D], atol=1e-9)
            close(row["standard_error"], [error], rtol=1e-6, atol=1e-7)
            close(row["interval_low"], [D - z * error], rtol=1e-6, atol=1e-6)
            close(row["interval_high"], [D + z * error], rtol=1e-6, atol=1e-6)


# Litzenberger-Sternberg


@given(cases(published=False), st.data())
def test_cluster_index_is_the_slow_one(case, data):
    plants = case.table["employment"].clip(upper=9).apply(np.ceil)
    odd = np.random.default_rng(data.draw(st.integers(0, 99))).random(len(plants))
    plants = plants.where(odd > 0.15, 0.0).where(odd < 0.9, NAN).where(odd < 0.97, 2.0)
    case.table["establishments"] = plants
    some = st.one_of(st.floats(1, 500), st.floats(1, 500), st.just(NAN))
    a = [data.draw(some) for _ in case.regions]
    p = [data.draw(st.floats(1, 500)) for _ in case.regions]
    areas = pd.DataFrame({"region": case.regions, "area": a, "population": p})
    result = ca.litzenberger_sternberg(case.table, reference="sum", areas=areas, absent=case.absent)
    for group in case.groups:
        E, B = case.matrix(group), case.matrix(group, "establishments")
        jobs, firms = [sum(x) for x in columns(E)], [sum(x) for x in columns(B)]
        found = {
            name: pick(result, name, **group)
            for name in (
                "litzenberger_sternberg",
                "industrial_density",
                "industrial_stock",
                "plant_size",
            )
        }
        for region, industry in found["plant_size"]:
            r, i = case.regions.index(region), case.industries.index(industry)
            e, b, e_i, b_i = E[r][i], B[r][i], jobs[i], firms[i]
            index = slow.litzenberger_sternberg(e, e_i, b, b_i, a[r], sum(a), p[r], sum(p))
            if e > 0 and b == 0:
                index = NAN  # jobs without plants
            elif e == 0:  # no jobs: how many plants does not matter
                index = slow.litzenberger_sternberg(e, e_i, 1, 1, a[r], sum(a), p[r], sum(p))
            close(found["litzenberger_sternberg"][region, industry], index, rtol=1e-8)

            def ratio(part, whole, e=e, e_i=e_i):
                return measures._divide(measures._divide(e, part), measures._divide(e_i, whole))

            close(found["industrial_density"][region, industry], ratio(a[r], sum(a)), rtol=1e-8)
            close(found["industrial_stock"][region, industry], ratio(p[r], sum(p)), rtol=1e-8)
            close(found["plant_size"][region, industry], ratio(b, b_i), rtol=1e-8)


# Ellison-Glaeser


@given(sized(), st.data(), st.booleans())
def test_moments_under_random_choice_are_the_slow_ones(drawn, data, known):
    case, reference, sizes = drawn
    plants = plants_of(data, case, fourth=True)
    given_plants = plants if known else plants.drop(columns="plant_fourth")
    result = ca.ellison_glaeser(
        case.table, reference=reference, plants=given_plants, absent=case.absent
    )
    rows = {r.industry: (r.plant_herfindahl, r.plant_fourth) for r in plants.itertuples()}
    for group, w in zip(case.groups, sizes, strict=True):
        spread(w)
        found = {
            name: pick(result, name, **group)
            for name in ("raw_concentration", "expected_concentration", "standard_error", "z")
        }
        for industry, x in zip(case.industries, columns(case.matrix(group)), strict=True):
            G = slow.raw_concentration(measures._shares(x), measures._shares(w))
            H, fourth = rows[industry]
            close(found["raw_concentration"][industry], G, atol=1e-10)
            if math.isnan(G):
                assert math.isnan(found["z"][industry])
                continue
            mean = slow.ellison_glaeser_mean(w, H)
            variance = slow.ellison_glaeser_variance(w, H, fourth)
            assume(variance == 0 or variance > 1e-8)
            close(found["expected_concentration"][industry], mean, atol=1e-10)
            error = found["standard_error"][industry]
            if not known:
                assert error >= math.sqrt(variance) - 1e-9
                continue
            close(error, math.sqrt(variance), rtol=1e-5, atol=1e-7)
            if variance > 0:
                z = (G - mean) / math.sqrt(variance)
                close(found["z"][industry], z, rtol=1e-5, atol=1e-6)


# Plants without employees in mid-March are in the Census Bureau's smallest class.
CLASSES = {"n1_4": (0, 4), "n5_9": (5, 9), "n10_19": (10, 19), "n20_49": (20, 49)}


def gamma_at(x, w, H):
    """Gamma, and where all jobs are in one plant what it tends to."""
    if H < 1 - 1e-9:
        return measures.ellison_glaeser(x, w, H)
    excess = slow.raw_concentration(measures._shares(x), measures._shares(w)) - spread(w)
    assume(abs(excess) > 1e-9)
    return math.copysign(math.inf, excess)


@given(
    st.lists(st.tuples(st.sampled_from(list(CLASSES)), st.integers(1, 2)), min_size=1, max_size=2),
    st.floats(0, 1),
    st.lists(st.integers(1, 9), min_size=2, max_size=3),
)
def test_bounds_from_size_classes_are_the_slow_ones(drawn, place, w):
    counts = dict.fromkeys(CLASSES, 0)
    for name, count in drawn:
        counts[name] += count
    plants = [(counts[name], *CLASSES[name]) for name in CLASSES]
    floor, roof = (sum(c[0] * c[k] for c in plants) for k in (1, 2))
    total = round(floor + place * (roof - floor))
    assume(total > 0)
    number = sum(counts.values())
    x = [0.0] * len(w)
    x[0] = total - total // 3
    x[1] = total // 3
    nation = pd.DataFrame([{"industry": "I0", "employment": float(total), **counts}])
    nation["establishments"] = number
    reference = pd.DataFrame({"region": [f"R{r}" for r in range(len(w))], "weight": w})
    result = ca.ellison_glaeser_bounds(
        long([[v] for v in x]), reference=reference, classes=nation
    ).iloc[0]
    if number == 1:
        assert math.isnan(result["ellison_glaeser_low"])
        return
    low, high = slow.herfindahl_bounds_real(plants, total)
    least, most = sorted(gamma_at(x, [float(v) for v in w], H) for H in (low, high))
    if low > 1 - 1e-9:  # all jobs are in one plant for certain
        least = most = NAN
    close(result["plant_herfindahl_low"], low, rtol=1e-9)
    close(result["plant_herfindahl_high"], high, rtol=1e-9)
    close(result["ellison_glaeser_low"], least, rtol=1e-7)
    close(result["ellison_glaeser_high"], most, rtol=1e-7)
    if number <= 3:
        least, most = slow.herfindahl_bounds_integers(plants, total)
        assert low - 1e-12 <= least <= most <= high + 1e-12


@given(
    st.lists(st.sampled_from(list(CLASSES)), min_size=0, max_size=2),
    st.sets(st.sampled_from(list(CLASSES)), min_size=1, max_size=3),
    st.integers(1, 3),
    st.floats(0, 1),
)
def test_bounds_hold_wherever_the_plants_of_withheld_classes_are(shown, hidden, number, place):
    counts = {name: float(shown.count(name)) for name in CLASSES}
    for name in hidden:
        counts[name] = 0.0
    floor = sum(counts[name] * CLASSES[name][0] for name in CLASSES)
    roof = sum(counts[name] * CLASSES[name][1] for name in CLASSES)
    floor += number * min(CLASSES[name][0] for name in hidden)
    roof += number * max(CLASSES[name][1] for name in hidden)
    total = round(floor + place * (roof - floor))
    assume(total > 0)
    allocations = itertools.combinations_with_replacement(sorted(hidden), number)
    lows, highs = [], []
    for allocation in allocations:
        plants = [(int(counts[name]) + allocation.count(name), *CLASSES[name]) for name in CLASSES]
        low, high = slow.herfindahl_bounds_real(plants, total)
        if not math.isnan(low):
            lows.append(low)
            highs.append(high)
    assume(lows)
    shown_counts = {name: NAN if name in hidden else counts[name] for name in CLASSES}
    nation = pd.DataFrame([{"industry": "I0", "employment": float(total), **shown_counts}])
    nation["establishments"] = number + sum(counts.values())
    assume(nation["establishments"].iloc[0] > 1)
    frame = long([[total / 2], [total / 2]])
    reference = pd.DataFrame({"region": ["R0", "R1"], "weight": [1.0, 3.0]})
    result = ca.ellison_glaeser_bounds(frame, reference=reference, classes=nation).iloc[0]
    assert result["plant_herfindahl_low"] <= min(lows) + 1e-9
    assert result["plant_herfindahl_high"] >= max(highs) - 1e-9


# Simulated p-values against all throws


@pytest.mark.parametrize("number", [2, 3, 5])
@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_simulated_p_values_are_the_shares_of_all_throws(number, alternative):
    """Equal plants, so that every throw of them can be counted."""
    w = [5.0, 3.0, 2.0]
    x = [10.0, 0.0, 5.0]
    frame = long([[v] for v in x]).assign(establishments=[float(number), 0.0, 0.0])
    reference = pd.DataFrame({"region": ["R0", "R1", "R2"], "weight": w})
    B = 4999
    result = ca.cassey_smith(
        frame,
        reference=reference,
        plants="equal_size",
        rng=2,
        repetitions=B,
        alternative=alternative,
    ).iloc[0]
    throws = slow.dartboard([1.0] * number, w)
    G = slow.raw_concentration(measures._shares(x), measures._shares(w))
    above = sum(p for p, other in throws if other >= G - 1e-12)
    below = sum(p for p, other in throws if other <= G + 1e-12)
    share = {"greater": above, "less": below, "two-sided": min(1, 2 * min(above, below))}
    share = share[alternative]
    room = 5 * math.sqrt(max(share * (1 - share), 1 / B) / B) * (1 + (alternative == "two-sided"))
    assert abs(result["cassey_smith"] - (B * share + 1) / (B + 1)) < room

    K = 1 - sum((v / 10) ** 2 for v in w)
    gammas = sorted(((other - K / number) / (K * (1 - 1 / number)), p) for p, other in throws)

    def quantile(q):
        reached = 0.0
        for gamma, p in gammas:
            reached += p
            if reached >= q - 1e-12:
                return gamma
        return gammas[-1][0]

    for name, q in (("null_low", 0.025), ("null_high", 0.975)):
        slack = 5 * math.sqrt(0.025 * 0.975 / B)
        assert quantile(q - slack) - 1e-9 <= result[name] <= quantile(q + slack) + 1e-9


# Spatial association


@st.composite
def maps(draw, size=(2, 5), symmetric=True, **options):
    """A case and who touches whom: the pairs as a table, and as a matrix of 0 and 1."""
    case = draw(cases(size=size, **options))
    n = len(case.regions)
    A = [[0.0] * n for _ in range(n)]
    for r, q in itertools.combinations(range(n), 2):
        if draw(st.booleans()):
            A[r][q] = A[q][r] = 1.0
    pairs = [(r, q) for r in range(n) for q in range(n) if A[r][q]]
    assume(pairs)
    frame = pd.DataFrame(
        {
            "region": [case.regions[r] for r, _ in pairs],
            "neighbour": [case.regions[q] for _, q in pairs],
        }
    )
    return case, frame.astype("str"), A


def rows_to_one(A):
    return [[v / sum(row) if sum(row) else 0.0 for v in row] for row in A]


def quotients(case, group):
    """LQs against the sum, by region and industry, and which regions have jobs at all."""
    E, n = case.matrix(group), case.region_totals(group)
    lq = measures.location_quotient(E, [sum(x) for x in columns(E)], n, sum(n))
    return lq, [r for r in range(len(E)) if n[r] != 0]


def chosen(A, kept):
    return [[A[r][q] for q in kept] for r in kept]


def varies(y):
    """Do the values vary? Examples in which they do by a rounding error are passed over."""
    if any(math.isnan(v) for v in y) or not y:
        return False
    width = max(y) - min(y)
    assume(width < 1e-13 * max(y) or width > 1e-6 * max(y))
    return width > 1e-6 * max(y)


@given(maps())
@settings(max_examples=40)
def test_moran_and_its_moments_are_the_slow_ones(drawn):
    case, neighbours, A = drawn
    result = ca.moran(
        case.table,
        reference="sum",
        neighbours=neighbours,
        rng=1,
        repetitions=9,
        absent=case.absent,
    )
    for group in case.groups:
        lq, kept = quotients(case, group)
        W = rows_to_one(chosen(A, kept))
        found = {
            name: pick(result, name, **group)
            for name in ("moran", "expected", "standard_error", "z")
        }
        for i, industry in enumerate(case.industries):
            y = [lq[r][i] for r in kept]
            touching = any(v for row in W for v in row)
            if not varies(y) or not touching:
                assert math.isnan(found["moran"][industry])
                continue
            close(found["moran"][industry], slow.moran(y, W), rtol=1e-6, atol=1e-8)
            close(found["expected"][industry], slow.moran_expected(len(y)))
            if len(y) < 4:
                assert math.isnan(found["standard_error"][industry])
                continue
            dealt = np.array(slow.moran_enumerated(y, W))
            close(dealt.mean(), slow.moran_expected(len(y)), atol=1e-9)
            error = found["standard_error"][industry]
            close(error**2, dealt.var(), rtol=1e-5, atol=1e-9)
            if dealt.std() > 1e-4:
                z = (slow.moran(y, W) - slow.moran_expected(len(y))) / dealt.std()
                close(found["z"][industry], z, rtol=1e-4, atol=1e-5)


@given(maps(size=(2, 5)))
@settings(max_examples=40)
def test_local_statistics_are_the_slow_ones(drawn):
    case, neighbours, A = drawn
    options = {
        "reference": "sum",
        "neighbours": neighbours,
        "rng": 1,
        "repetitions": 9,
        "absent": case.absent,
    }
    lisa = ca.local_moran(case.table, **options)
    stars = ca.getis_ord(case.table, **options)
    words = {"H": "high", "L": "low"}
    for group in case.groups:
        lq, kept = quotients(case, group)
        near = chosen(A, kept)
        W = rows_to_one(near)
        own = [[1.0 if r == q else near[r][q] for q in range(len(kept))] for r in range(len(kept))]
        local = pick(lisa, "local_moran", **group)
        star = pick(stars, "getis_ord", **group)
        quadrant = pick(lisa, "quadrant", **group)
        for i, industry in enumerate(case.industries):
            y = [lq[r][i] for r in kept]
            known = varies(y)
            moran, hot = {}, {}
            for r, region in enumerate(case.regions):
                moran[region, industry] = hot[region, industry] = NAN
                place = kept.index(r) if r in kept else None
                if not known or place is None or not any(near[place]):
                    continue
                if len(kept) >= 3:
                    moran[region, industry] = slow.local_moran(y, W, "n-1")[place]
                hot[region, industry] = slow.getis_ord_star(y, own)[place]
                if sum(near[place]) == len(kept) - 1:
                    hot[region, industry] = NAN  # touches all others
                lag = sum(W[place][q] * (y[q] - sum(y) / len(y)) for q in range(len(y)))
                gap = abs(y[place] - sum(y) / len(y))
                if len(kept) >= 3 and min(gap, abs(lag)) > 1e-9 * max(y):
                    both = slow.local_moran_quadrant(y, W)[place]
                    word = f"{words[both[0]]}-{words[both[1]]}"
                    assert quadrant[region, industry] == word
            close({k: local[k] for k in moran}, moran, rtol=1e-6, atol=1e-7)
            close({k: star[k] for k in hot}, hot, rtol=1e-6, atol=1e-7)


PATH = [("A", "B"), ("B", "C"), ("C", "D"), ("D", "E"), ("E", "F"), ("B", "E")]


def path_map():
    pairs = PATH + [(b, a) for a, b in PATH]
    frame = pd.DataFrame(pairs, columns=["region", "neighbour"])
    A = [[float((a, b) in pairs) for b in "ABCDEF"] for a in "ABCDEF"]
    y = [9.0, 6.0, 7.0, 1.0, 2.0, 1.0]
    E = [[v, 20 - v] for v in y]  # regions of like size, so that quotients are jobs times a number
    return frame, A, y, long(E, regions=list("ABCDEF"))


def room(share, B, alternative):
    wide = 5 * math.sqrt(max(share * (1 - share), 1 / B) / B)
    return wide * (1 + (alternative == "two-sided"))


def share_of(dealt, observed, alternative):
    dealt = np.array(dealt)
    above, below = (dealt >= observed - 1e-9).mean(), (dealt <= observed + 1e-9).mean()
    sides = {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(above, below))}
    return sides[alternative]


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_p_values_of_association_are_the_shares_of_all_dealings(alternative):
    neighbours, A, y, frame = path_map()
    B = 3999
    options = {
        "reference": "sum",
        "neighbours": neighbours,
        "rng": 5,
        "repetitions": B,
        "alternative": alternative,
    }
    W = rows_to_one(A)
    share = share_of(slow.moran_enumerated(y, W), slow.moran(y, W), alternative)
    p = pick(ca.moran(frame, **options), "p_value")["I0"]
    assert abs(p - (B * share + 1) / (B + 1)) < room(share, B, alternative)

    own = [[1.0 if r == q else A[r][q] for q in range(6)] for r in range(6)]
    local = pick(ca.local_moran(frame, **options), "p_value")
    star = pick(ca.getis_ord(frame, **options), "p_value")
    for r, region in enumerate("ABCDEF"):
        others = y[:r] + y[r + 1 :]
        dealings = [[*order[:r], y[r], *order[r:]] for order in itertools.permutations(others)]
        for found, measure, weights in (
            (local, lambda v, w: slow.local_moran(v, w, "n-1"), W),
            (star, slow.getis_ord_star, own),
        ):
            dealt = [measure(values, weights)[r] for values in dealings]
            share = share_of(dealt, measure(y, weights)[r], alternative)
            p = found[region, "I0"]
            assert abs(p - (B * share + 1) / (B + 1)) < room(share, B, alternative)


@given(maps(size=(2, 5), withheld=False), st.sampled_from(["together", "apart"]))
def test_join_counts_and_their_chances_are_the_slow_ones(drawn, method):
    case, neighbours, A = drawn
    result = ca.local_join_counts(
        case.table, reference="sum", neighbours=neighbours, method=method, absent=case.absent
    )
    measure = {
        "together": slow.colocation_join_counts,
        "apart": slow.bivariate_join_counts_apart,
    }[method]
    for group in case.groups:
        E, n = case.matrix(group), case.region_totals(group)
        X, N = [sum(x) for x in columns(E)], sum(n)
        lq, kept = quotients(case, group)
        assume(not any(math.isnan(lq[r][i]) for r in kept for i in range(len(X))))
        for row in lq:
            for value in row:
                assume(math.isnan(value) or value == 1 or abs(value - 1) > 1e-9)
        M = relatedness.presence(E, X, n, N)
        near = chosen(A, kept)
        counts = pick(result, "local_join_counts", **group)
        chances = pick(result, "p_value", **group)
        for (i, a), (j, b) in itertools.permutations(enumerate(case.industries), 2):
            if method == "together" and i > j:
                continue
            x, z = [M[r][i] for r in kept], [M[r][j] for r in kept]
            found = measure(x, z, near)
            if method == "together":
                here = hold = [u * v for u, v in zip(x, z, strict=True)]
            else:
                here = [u * (1 - v) for u, v in zip(x, z, strict=True)]
                hold = [v * (1 - u) for u, v in zip(x, z, strict=True)]
            for r, region in enumerate(case.regions):
                place = kept.index(r) if r in kept else None
                if place is None or not any(near[place]):
                    assert math.isnan(counts[region, a, b])
                    continue
                close(counts[region, a, b], found[place])
                if here[place]:
                    others = hold[:place] + hold[place + 1 :]
                    touching = int(sum(near[place]))
                    tail = slow.join_count_tail(others, touching, found[place])
                    close(chances[region, a, b], tail, atol=1e-9)
                else:
                    assert math.isnan(chances[region, a, b])


# Values of other tools


def test_krugman_concentration_and_cluster_index_of_another_tool():
    frame = golden_employment()
    result = ca.krugman_concentration(frame, reference="others")
    peer = golden("krugman/reat_krugman.conc2_syn.json")
    got = pick(result, "krugman_concentration")
    close([got[industry] for industry in sorted(got)], peer, atol=1e-9)

    plants = golden_file("syn_estab_t0.csv").melt(
        id_vars="region", var_name="industry", value_name="establishments"
    )
    areas = golden_file("syn_regions.csv").rename(columns={"pop": "population"})
    found = ca.litzenberger_sternberg(
        frame.merge(plants), reference="sum", areas=areas[["region", "area", "population"]]
    )
    peer = golden("litzenberger_sternberg/reat_litzenberger2_syn.json")
    peer = peer.T if "R01" in peer.columns else peer
    expected = {(r, i): peer.loc[r, i] for r in peer.index for i in peer.columns}
    expected = {k: 0.0 if math.isnan(v) else v for k, v in expected.items()}  # theirs is 0/0 there
    close(pick(found, "litzenberger_sternberg"), expected, rtol=1e-8)


def test_an_index_against_a_table_of_one_area():
    frame = long([[10.0], [30.0]]).assign(establishments=[2.0, 1.0])
    us = area([100.0], industries=["I0"]).assign(establishments=[10.0], region="US")
    areas = pd.DataFrame(
        {"region": ["R0", "R1", "US"], "area": [1.0, 2, 9], "population": [5.0, 5, 60]}
    )
    got = ca.litzenberger_sternberg(frame, reference=us, areas=areas)["litzenberger_sternberg"]
    expected = [
        slow.litzenberger_sternberg(e, 100, b, 10, a, 9, p, 60)
        for e, b, a, p in ((10, 2, 1, 5), (30, 1, 2, 5))
    ]
    close(got, expected)
