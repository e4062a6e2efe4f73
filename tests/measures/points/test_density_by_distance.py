"""The K-density: by hand, against dbmss, what must hold for any pattern, refusals."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.spatial.distance import cdist, pdist
from tests.measures.tables import golden_input
from tests.shared import shared_folder

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures.points import _density_curves, density_by_distance

KEYS = ["industry", "distance", "k_density", "bandwidth", "error_bound"]
BANDS = [
    "expected",
    "local_low",
    "local_high",
    "global_low",
    "global_high",
    "localisation",
    "dispersion",
    "p_value",
    "goodness_of_fit",
    "adjusted",
]


def firms(seed=0, sizes=(12, 20, 30), extent=5000.0):
    """Industries a, b, c at random, with jobs."""
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    return pd.DataFrame(
        {
            "x": 1000 + rng.random(n) * extent,
            "y": 2000 + rng.random(n) * extent,
            "industry": np.repeat(list("abcdef")[: len(sizes)], sizes),
            "employment": rng.integers(1, 300, n).astype(float),
        }
    )


def pts500():
    names = {"X": "x", "Y": "y", "PointType": "industry", "PointWeight": "employment"}
    table = golden_input("pts500.csv").rename(columns=names)
    return table.assign(x=table["x"] + 1000, y=table["y"] + 1000)  # else they look like degrees


def phi(u):
    return math.exp(-u * u / 2) / math.sqrt(2 * math.pi)


# By hand


@pytest.mark.parametrize("mode", ["binned", "exact"])
def test_three_plants_by_hand(mode):
    table = pd.DataFrame(
        {
            "x": [1000.0, 1003.0, 1000.0],
            "y": [0.0, 0.0, 4.0],
            "industry": "a",
            "employment": [1.0, 2.0, 3.0],
        }
    )
    result = ca.k_density(table, distances=[0, 4], bandwidth=2, mode=mode)
    expected = [
        (phi(1.5) + phi(2) + phi(2.5)) * 2 / 6,
        (phi(0.5) + phi(0) + phi(0.5) + phi(3.5) + phi(4) + phi(4.5)) / 6,
    ]
    np.testing.assert_allclose(result["k_density"], expected, rtol=1e-4)
    # Pairs weigh 2 (at 3), 3 (at 4) and 6 (at 5).
    result = ca.k_density(table, distances=[0], bandwidth=2, mode=mode, weight="employment")
    expected = (2 * phi(1.5) + 3 * phi(2) + 6 * phi(2.5)) * 2 / (2 * 11)
    np.testing.assert_allclose(result["k_density"], [expected], rtol=1e-4)


def test_two_industries_by_hand():
    table = pd.DataFrame(
        {
            "x": [1000.0, 1003.0, 1000.0],
            "y": [0.0, 0.0, 4.0],
            "industry": ["a", "b", "b"],
            "employment": [5.0, 1.0, 3.0],
        }
    )
    call = {"distances": [4], "bandwidth": 2, "mode": "exact", "industry": "a", "partner": "b"}
    result = ca.k_density(table, **call)
    assert list(result[["industry", "partner"]].iloc[0]) == ["a", "b"]
    expected = (phi(0.5) + phi(0) + phi(3.5) + phi(4)) / (2 * 2)
    assert result["k_density"].item() == pytest.approx(expected, rel=1e-12)
    result = ca.k_density(table, weight="employment", **call)
    expected = (5 * (phi(0.5) + phi(3.5)) + 15 * (phi(0) + phi(4))) / (2 * 20)
    assert result["k_density"].item() == pytest.approx(expected, rel=1e-12)


def test_the_default_bandwidth_is_silvermans_of_all_distances():
    table = firms()
    result = ca.k_density(table, distances=[100])
    for industry, part in table.groupby("industry"):
        d = pdist(part[["x", "y"]])
        low, high = np.quantile(d, [0.25, 0.75])
        expected = 0.9 * min(d.std(ddof=1), (high - low) / 1.34) * len(d) ** -0.2
        found = result.loc[result["industry"] == industry, "bandwidth"].item()
        assert found == pytest.approx(expected, rel=1e-12)
    cross = ca.k_density(table, distances=[100], industry="a", partner="c")["bandwidth"].item()
    a, c = (table.loc[table["industry"] == k, ["x", "y"]] for k in "ac")
    d = cdist(a, c).ravel()
    low, high = np.quantile(d, [0.25, 0.75])
    assert cross == pytest.approx(0.9 * min(d.std(ddof=1), (high - low) / 1.34) * len(d) ** -0.2)


# Another tool


def test_dbmss_agrees_at_its_bandwidth():
    """Within 0.3 %, since R bins its density; its bandwidth is of the distances up to 2 max(r)."""
    path = shared_folder("golden") / "duranton_overman_kd" / "dbmss_Kdhat_A_pts500.json"
    output = json.loads(path.read_text(encoding="utf-8"))["output"]
    table = pts500()
    d = pdist(table.loc[table["industry"] == "A", ["x", "y"]])
    d = d[d <= 2 * max(output["r"])]
    low, high = np.quantile(d, [0.25, 0.75])
    h = 0.9 * min(d.std(ddof=1), (high - low) / 1.34) * len(d) ** -0.2
    for mode in ("binned", "exact"):
        result = ca.k_density(table, distances=output["r"], industry="A", bandwidth=h, mode=mode)
        np.testing.assert_allclose(result["k_density"], output["Kd"], rtol=3e-3)
    # Our own rule leaves no distance out, and differs by a few percent of the height.
    ours = ca.k_density(table, distances=output["r"], industry="A")
    assert not np.allclose(ours["k_density"], output["Kd"], rtol=3e-3)
    np.testing.assert_allclose(ours["k_density"], output["Kd"], rtol=0.02)


def test_the_bandwidth_does_not_depend_on_the_distances():
    table = pts500()
    near = ca.k_density(table, distances=[5], industry="A")
    far = ca.k_density(table, distances=[5, 90], industry="A")
    assert near["bandwidth"].iloc[0] == far["bandwidth"].iloc[0]
    assert near["k_density"].iloc[0] == pytest.approx(far["k_density"].iloc[0], rel=1e-4)
    exact = [
        ca.k_density(table, distances=r, industry="A", mode="exact")["k_density"].iloc[0]
        for r in ([5], [5, 90])
    ]
    assert exact[0] == pytest.approx(exact[1], rel=1e-13)


# Grain and columns


def test_columns_and_keys():
    table = firms()
    result = ca.k_density(table, distances=[200, 0, 100])
    assert list(result.columns) == KEYS
    assert list(result["industry"]) == list("aaabbbccc")
    assert list(result["distance"]) == [0, 100, 200] * 3
    assert isinstance(result.index, pd.RangeIndex)
    result = ca.k_density(table, distances=[0], industry=["c", "a"], partner=["b", "a"])
    assert list(result["industry"] + result["partner"]) == ["ab", "ca", "cb"]
    assert list(result.columns) == ["industry", "partner", *KEYS[1:]]
    result = ca.k_density(table, distances=[0], reference="all")
    assert list(result.columns) == [*KEYS, "expected"]
    result = ca.k_density(table, distances=[0, 500], simulations=39, rng=1)
    assert list(result.columns) == [*KEYS, *BANDS]
    assert result["industry"].dtype == "str"


def test_the_input_is_never_changed_and_row_order_does_not_matter():
    table = firms()
    before = table.copy(deep=True)
    for call in (
        {"mode": "exact", "weight": "employment"},
        {"mode": "binned", "partner": "a", "reference": "b"},
    ):
        expected = ca.k_density(table, distances=[0, 300], **call)
        mixed = table.sample(frac=1, random_state=3)
        pd.testing.assert_frame_equal(ca.k_density(mixed, distances=[0, 300], **call), expected)
    pd.testing.assert_frame_equal(table, before)


# What must hold for any pattern


@given(st.integers(0, 10**6), st.floats(0.02, 50), st.booleans(), st.booleans())
@settings(max_examples=20)
def test_scale_and_place(seed, factor, weighted, cross):
    table = firms(seed)
    r = np.array([0.0, 300, 1500])
    call = {"weight": "employment"} if weighted else {}
    call |= {"industry": "a", "partner": "b"} if cross else {}
    plain = ca.k_density(table, distances=r, mode="exact", **call)
    other = table.assign(
        x=5e5 + table["y"] * factor,
        y=4e6 - table["x"] * factor,
        employment=table["employment"] * factor,
    )
    moved = ca.k_density(other, distances=r * factor, mode="exact", **call)
    np.testing.assert_allclose(moved["bandwidth"], plain["bandwidth"] * factor, rtol=1e-6)
    np.testing.assert_allclose(moved["k_density"], plain["k_density"] / factor, rtol=1e-5)


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=15)
def test_binned_differs_from_exact_by_no_more_than_it_says(seed, weighted):
    call = {"distances": np.arange(0, 6000, 250), "weight": "employment" if weighted else None}
    table = firms(seed)
    binned, exact = (ca.k_density(table, mode=mode, **call) for mode in ("binned", "exact"))
    gap = np.abs(binned["k_density"] - exact["k_density"])
    peak = exact.groupby("industry")["k_density"].transform("max")
    assert (gap <= binned["error_bound"] + 1e-13 * peak).all()
    assert (binned["error_bound"] <= 1e-4 * peak).all()
    assert (binned["error_bound"] > 0).any()
    assert (exact["error_bound"] == 0).all()


def test_it_is_a_density():
    r = np.linspace(0, 12_000, 3000)
    for call in ({}, {"weight": "employment"}, {"industry": "a", "partner": "c"}):
        result = ca.k_density(firms(), distances=r, **call)
        for _, part in result.groupby("industry"):
            assert trapezoid(part["k_density"], r) == pytest.approx(1, rel=1e-5)


def test_co_location_is_the_same_from_either_side():
    table = firms()
    one = ca.k_density(table, distances=[0, 500], industry="a", partner="b", mode="exact")
    other = ca.k_density(table, distances=[0, 500], industry="b", partner="a", mode="exact")
    np.testing.assert_allclose(one["k_density"], other["k_density"], rtol=1e-12)


def test_equal_weights_weigh_nothing():
    table = firms().assign(employment=3.0)
    plain = ca.k_density(table, distances=[0, 500], mode="exact")
    weighted = ca.k_density(table, distances=[0, 500], mode="exact", weight="employment")
    np.testing.assert_allclose(plain["k_density"], weighted["k_density"], rtol=1e-13)


def test_a_firm_of_no_jobs_does_not_count():
    table = firms()
    table.loc[table.index[:3], "employment"] = 0.0
    call = {"distances": [0, 500], "industry": "a", "bandwidth": 200.0, "weight": "employment"}
    without = ca.k_density(table.iloc[3:], mode="exact", **call)
    np.testing.assert_allclose(
        ca.k_density(table, mode="exact", **call)["k_density"], without["k_density"], rtol=1e-13
    )


# Where there is nothing to measure


def test_without_two_plants_or_weight_or_spread_it_is_undefined():
    table = pd.DataFrame(
        {
            "x": [1000.0, 2000.0, 2000.0, 3000.0, 3500.0, 1000.0],
            "y": [5000.0, 5000.0, 5000.0, 5000.0, 5000.0, 6000.0],
            "industry": ["alone", "together", "together", "two", "two", "alone too"],
            "employment": [1.0, 1.0, 1.0, 0.0, 5.0, 1.0],
        }
    )
    silverman = ca.k_density(table, distances=[0, 10])
    assert silverman["k_density"].isna().all()
    assert silverman["bandwidth"].isna().all()
    number = ca.k_density(table, distances=[0, 10], bandwidth=10)
    defined = number.dropna().groupby("industry")["k_density"].first()
    assert set(defined.index) == {"together", "two"}
    assert defined["together"] == pytest.approx(2 * phi(0) / 10, rel=1e-4)
    weighted = ca.k_density(table, distances=[0], bandwidth=10, weight="employment")
    assert weighted.set_index("industry")["k_density"].notna().to_dict() == {
        "alone": False,
        "alone too": False,
        "together": True,
        "two": False,
    }
    bands = ca.k_density(table, distances=[0], bandwidth=10, simulations=39, rng=1)
    alone = bands[bands["industry"] == "alone"]
    assert alone[["k_density", *BANDS]].isna().all(axis=None)


def test_an_empty_table_has_no_curves():
    empty = firms().iloc[:0]
    for call in ({}, {"simulations": 39, "rng": 1}, {"reference": "all"}):
        assert ca.k_density(empty, distances=[0, 10], **call).empty


# Reference and chance


def test_expected_is_the_density_of_the_set_at_the_industrys_bandwidth():
    table = firms()
    for mode in ("exact", "binned"):
        result = ca.k_density(table, distances=[0, 900], industry="a", reference="all", mode=mode)
        h = result["bandwidth"].iloc[0]
        every = ca.k_density(
            table.assign(industry="all"), distances=[0, 900], bandwidth=h, mode="exact"
        )
        np.testing.assert_allclose(result["expected"], every["k_density"], rtol=1e-4)
        result = ca.k_density(table, distances=[0, 900], industry="a", reference="b", mode=mode)
        both = table[table["industry"] != "c"].assign(industry="all")
        every = ca.k_density(both, distances=[0, 900], bandwidth=h, mode="exact")
        np.testing.assert_allclose(result["expected"], every["k_density"], rtol=1e-4)


def test_expected_is_what_simulations_average_to():
    table = firms()
    call = {"distances": [0, 900, 2500], "industry": "a", "bandwidth": 300}
    mean = ca.k_density(table, simulations=1500, rng=1, **call)
    without = ca.k_density(table, reference="all", **call)
    np.testing.assert_allclose(mean["expected"], without["expected"], rtol=0.05)
    mean = ca.k_density(table, simulations=1500, rng=1, reference="b", **call)
    without = ca.k_density(table, reference="b", **call)
    np.testing.assert_allclose(mean["expected"], without["expected"], rtol=0.05)


@pytest.mark.parametrize("null", ["sites", "labels", "independence"])
@pytest.mark.parametrize("partner", [None, [3, 4]])
def test_draws_are_of_the_sites_and_of_as_many_plants(null, partner):
    if null == "independence" and partner is None:
        return
    rng = np.random.default_rng(0)
    xy, weight = rng.random((9, 2)), 2.0 ** np.arange(9)
    first, second = np.array([0, 1, 2]), None if partner is None else np.array(partner)
    draw = _density_curves.Counterfactual(xy, weight, first, second, null)
    sites = {tuple(place): w for place, w in zip(xy, weight, strict=True)}
    seen = set()
    for _ in range(200):
        a, b = draw(rng)
        drawn = [*zip(a.x, a.y, a.weight, strict=True)]
        assert len(drawn) == 3
        if b is None:
            assert partner is None
        else:
            assert len(b.x) == 2
            drawn += [*zip(b.x, b.y, b.weight, strict=True)]
        places = {(x, y) for x, y, _ in drawn}
        assert len(places) == len(drawn)  # no site twice
        assert places <= set(sites)
        seen |= places
        jobs = sorted(w for _, _, w in drawn)
        if null == "labels":
            assert all(sites[x, y] == w for x, y, w in drawn)
        else:  # the plants bring their jobs with them
            assert jobs == [1, 2, 4] + ([] if partner is None else [8, 16])
        if null == "independence":
            assert sorted(a.weight) == [1, 2, 4]
            assert all(sites[x, y] == w for x, y, w in drawn[:3])
    assert len(seen) == 9


def test_a_cluster_is_found_and_a_random_industry_is_not():
    rng = np.random.default_rng(5)
    n = 150
    table = pd.DataFrame({"x": 1000 + rng.random(n) * 5000, "y": 1000 + rng.random(n) * 5000})
    close = table[np.hypot(table["x"] - 2000, table["y"] - 2000) < 1500].index
    table["industry"] = "other"
    table.loc[rng.choice(close, 12, replace=False), "industry"] = "clustered"
    rest = table.index[table["industry"] == "other"]
    table.loc[rng.choice(rest, 30, replace=False), "industry"] = "random"
    call = {"distances": range(0, 3000, 250), "simulations": 199, "rng": 1}
    result = ca.k_density(table, industry=["clustered", "random"], **call)
    for industry, part in result.groupby("industry"):
        assert part[["p_value", "goodness_of_fit", "adjusted"]].nunique().eq(1).all()
        found = industry == "clustered"
        assert (part["p_value"].iloc[0] <= 0.05) == found
        assert (part["localisation"] > 0).any() == found
        assert (
            (part["k_density"] - part["global_high"]).clip(lower=0) == part["localisation"]
        ).all()
        assert (part["global_low"] <= part["local_low"]).all()
        assert (part["global_high"] >= part["local_high"]).all()
    clustered = result[result["industry"] == "clustered"]
    assert clustered["localisation"].iloc[0] > 0


def test_a_partner_that_follows_is_found():
    rng = np.random.default_rng(6)
    a = rng.random((20, 2)) * 5000 + 1000
    b = a + rng.normal(0, 60, a.shape)
    others = rng.random((100, 2)) * 5000 + 1000
    table = pd.DataFrame(np.vstack([a, b, others]), columns=["x", "y"])
    table["industry"] = np.repeat(["a", "b", "c"], [20, 20, 100])
    for null in ("sites", "labels", "independence"):
        result = ca.k_density(
            table,
            industry="a",
            partner=["b", "c"],
            distances=range(0, 1000, 100),
            simulations=99,
            rng=1,
            null=null,
            bandwidth=100,
        )
        p = result.groupby("partner")["p_value"].first()
        assert p["b"] <= 0.05
        assert result.loc[result["partner"] == "b", "localisation"].iloc[0] > 0


def test_the_seed_decides_and_other_industries_do_not():
    table = firms()
    call = {"distances": [0, 900], "simulations": 60, "weight": "employment"}
    together = ca.k_density(table, rng=7, adjust="none", **call)
    pd.testing.assert_frame_equal(together, ca.k_density(table, rng=7, adjust="none", **call))
    alone = ca.k_density(table, rng=7, industry="b", adjust="none", **call)
    part = together[together["industry"] == "b"].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, alone)
    other = ca.k_density(table, rng=8, adjust="none", **call)
    assert not np.array_equal(together["expected"], other["expected"])
    first, second = (ca.k_density(table, rng=np.random.default_rng(7), **call) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_workers_change_nothing():
    import joblib

    table = firms()
    call = {"distances": [0, 900], "simulations": 60, "rng": 7, "partner": "c"}
    alone = ca.k_density(table, **call)
    with joblib.parallel_config("threading", n_jobs=3):
        pd.testing.assert_frame_equal(ca.k_density(table, **call), alone)


def test_progress_counts_all_curves():
    told = []
    ca.k_density(
        firms(),
        distances=[0],
        simulations=39,
        rng=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (117, 117)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_large_patterns_take_one_pass_and_give_the_same(monkeypatch):
    rng = np.random.default_rng(2)
    pattern = (_density_curves.Pattern.of(rng.random((600, 2)) * 100), None)
    statistic = _density_curves.Statistic(np.linspace(0, 60, 13), None, "binned")
    expected = statistic(pattern)
    monkeypatch.setattr(_density_curves, "_MANY", 1000)
    found = statistic(pattern)
    assert not np.array_equal(found, expected)  # it did take the other way
    np.testing.assert_allclose(found, expected, rtol=2e-4)


def test_few_bins_are_still_bounded(monkeypatch):
    monkeypatch.setattr(_density_curves, "NODES", 200)
    table = firms()
    binned = ca.k_density(table, distances=[0, 500, 4000], bandwidth=20)
    exact = ca.k_density(table, distances=[0, 500, 4000], bandwidth=20, mode="exact")
    gap = np.abs(binned["k_density"] - exact["k_density"])
    assert gap.max() > 1e-6 * exact["k_density"].max()
    assert (gap <= binned["error_bound"]).all()


# Refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"distances": []}, "distances="),
        ({"distances": [-1]}, "distances="),
        ({"distances": [1, 1]}, "twice"),
        ({"distances": [np.nan]}, "distances="),
        ({"distances": [[1, 2]]}, "distances="),
        ({"distances": "near"}, "distances="),
        ({"bandwidth": 0}, "bandwidth=0"),
        ({"bandwidth": np.inf}, "bandwidth=inf"),
        ({"bandwidth": True}, "bandwidth=True"),
        ({"bandwidth": "scott"}, "bandwidth='scott'"),
        ({"mode": "fast"}, "mode='fast'"),
        ({"null": "chance"}, "null='chance'"),
        ({"adjust": "fisher"}, "adjust='fisher'"),
        ({"weight": "payroll"}, "weight='payroll'"),
        ({"industry": "z"}, "'z'"),
        ({"partner": "z"}, "'z'"),
        ({"reference": "z"}, "'z'"),
        ({"industry": "a", "partner": "a"}, "itself"),
        ({"simulations": 99}, "rng="),
        ({"simulations": 99, "rng": 1, "null": None}, "null=None"),
        ({"simulations": 99, "rng": 1, "null": "independence"}, "partner="),
        ({"simulations": 10, "rng": 1}, "use 39 or more"),
        ({"simulations": 99, "rng": 1, "level": 95}, "level=95"),
        ({"simulations": 99, "rng": "x"}, "rng='x'"),
    ],
)
def test_what_is_no_option_is_refused_by_name(call, message):
    with pytest.raises(SchemaError, match=message):
        ca.k_density(firms(), **({"distances": [0, 1]} | call))


def test_a_set_without_other_sites_is_refused():
    table = firms(sizes=(12,))
    call = {"distances": [0, 1], "simulations": 39, "rng": 1}
    with pytest.raises(SchemaError, match="every draw is the pattern itself"):
        ca.k_density(table, **call)
    with pytest.raises(SchemaError, match="every draw is the pattern itself"):
        ca.k_density(table, weight="employment", null="labels", **call)
    # Jobs can still be dealt out anew among the same sites.
    assert ca.k_density(table, weight="employment", **call)["p_value"].notna().all()


def test_the_table_is_checked():
    with pytest.raises(SchemaError, match="industry"):
        ca.k_density(firms().drop(columns="industry"), distances=[0])
    with pytest.raises(SchemaError, match="missing"):
        ca.k_density(firms().assign(x=np.nan), distances=[0])


def test_the_constants_are_what_the_docstring_says():
    assert _density_curves.FINE == 64
    assert "1/64 bandwidth" in density_by_distance.k_density.__doc__
