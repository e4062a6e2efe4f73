"""M and m: by hand, against dbmss, what must hold for any pattern, refusals."""

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from tests.measures.points.patterns import BANDS, dbmss, firms, pts500, same, streets

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError

R = [0, 8, 20, 60]


def measured(table, **options):
    return ca.m_function(table, **{"distances": R, "reference": "all", **options})


# By hand


def line(**more):
    """On a line: a at 0 and 3, b at 1 and 30, c at 2; jobs 1, 2, 4, 8, 16."""
    return pd.DataFrame(
        {
            "x": [1000.0, 1003.0, 1001.0, 1030.0, 1002.0],
            "y": 2000.0,
            "industry": ["a", "a", "b", "b", "c"],
            "employment": [1.0, 2.0, 4.0, 8.0, 16.0],
            **more,
        }
    )


def test_counts_by_hand():
    found = measured(line(), industry="a", distances=[0.5, 1, 3, 100])
    # At 1 only: the a at 0 sees one b, the a at 3 one c. At 3: each sees a, b and c.
    # Everywhere an a is 1 in 4 of the others.
    assert found["m_function"].isna().tolist() == [True, False, False, False]
    assert found["m_function"].tolist()[1:] == pytest.approx([0, (1 / 3) / (1 / 4), 1])
    assert found["establishments"].tolist() == [0, 2, 2, 2]
    assert list(found.columns) == [
        "industry",
        "distance",
        "m_function",
        "establishments",
        "reference",
    ]


def test_jobs_by_hand():
    found = measured(line(), industry="a", distances=[3, 100], weight="employment")
    # Up to 3: 2 of 2 + 4 + 16 and 1 of 1 + 4 + 16 jobs; of all others 2 of 30 and 1 of 29.
    expected = (2 / 22 + 1 / 21) / (2 / 30 + 1 / 29)
    assert found["m_function"].tolist() == pytest.approx([expected, 1.0])


def test_a_partner_by_hand():
    found = measured(line(), industry="a", partner="b", distances=[1, 3], weight="employment")
    # At 1: the first a sees a b alone, the second a c alone. Overall 12 of 30 and 12 of 29.
    overall = 12 / 30 + 12 / 29
    assert found["m_function"].tolist() == pytest.approx(
        [(4 / 4 + 0 / 16) / overall, (4 / 22 + 4 / 21) / overall]
    )
    assert found["partner"].tolist() == ["b", "b"]


def test_a_control_by_hand():
    found = measured(line(), industry="a", reference="b", distances=[1, 2, 100])
    # Cases a control. At 1 only the a at 0 has a control, and no case; at 2 both have a control,
    # and no case. Far away each has one case and two controls, as everywhere.
    assert found["m_function"].tolist() == pytest.approx([0, 0, 1])
    assert found["establishments"].tolist() == [1, 2, 2]
    assert set(found["reference"]) == {"b"}


def test_the_density_by_hand():
    found = measured(
        line(), industry="a", distances=[3], weight="employment", cumulative=False, bandwidth=2
    )

    def k(d):
        return np.exp(-(((3 - d) / 2) ** 2) / 2)

    first = 2 * k(3) / (2 * k(3) + 4 * k(1) + 8 * k(30) + 16 * k(2))
    second = 1 * k(3) / (1 * k(3) + 4 * k(2) + 8 * k(27) + 16 * k(1))
    assert found["m_function"].item() == pytest.approx((first + second) / (2 / 30 + 1 / 29))
    assert found["bandwidth"].item() == 2


def test_the_density_in_bins_is_near_and_says_how_near():
    table = firms(seed=3, sizes=(120, 80))
    options = {"industry": "a", "cumulative": False, "bandwidth": 6, "distances": R}
    exact = measured(table, **options)
    binned = measured(table, **options, mode="binned")
    error = (binned["m_function"] - exact["m_function"]).abs()
    assert 0 < error.max() < 1e-5
    assert (error <= binned["error_bound"]).all()
    assert binned["error_bound"].max() < 1e-3
    assert "error_bound" not in exact
    same(binned.drop(columns=["m_function", "error_bound"]), exact.drop(columns="m_function"))


def test_m_itself_has_no_bins_to_err():
    table = firms(seed=3, sizes=(60, 40))
    binned = measured(table, mode="binned")
    assert (binned["error_bound"].dropna() == 0).all()
    same(binned.drop(columns="error_bound"), measured(table))


# Other tools


def test_m_of_dbmss():
    r, theirs = dbmss("m_function/dbmss_Mhat_A_pts500.json")
    found = measured(pts500(), distances=r, industry="A", weight="employment")
    # NaN at 0, where nobody has a neighbour.
    np.testing.assert_allclose(found["m_function"], theirs, rtol=1e-12)


def test_the_density_of_dbmss():
    r, theirs = dbmss("m_function/dbmss_mhat_A_pts500.json")
    table = pts500()
    # dbmss takes its bandwidth from the distances up to twice the largest one asked for.
    d = pdist(table.loc[table["industry"] == "A", ["x", "y"]])
    d = d[d <= 2 * r[-1]]
    spread = min(d.std(ddof=1), np.subtract(*np.percentile(d, [75, 25])) / 1.34)
    h = 0.9 * spread * len(d) ** -0.2
    options = {"distances": r, "industry": "A", "weight": "employment", "cumulative": False}
    # R's density() works on a grid of 512 distances and interpolates.
    found = measured(table, **options, bandwidth=h)
    np.testing.assert_allclose(found["m_function"], theirs, rtol=5e-4)
    # By Silverman's rule on all distances it is wider, whatever distances are asked for.
    ours = measured(table, **options)
    assert 1.02 * h < ours["bandwidth"].iloc[0] < 1.05 * h
    few = measured(table, **{**options, "distances": [7]})
    same(few, ours[ours["distance"] == 7])


# What must hold for any pattern


@given(streets(), st.booleans(), st.sampled_from([None, "employment"]))
def test_shares_of_all_industries_add_up(table, cumulative, weight):
    options = {"weight": weight, "cumulative": cumulative}
    options |= {} if cumulative else {"bandwidth": 11}
    within = measured(table, **options).assign(partner=lambda t: t["industry"])
    across = pd.DataFrame()
    names = sorted(set(table["industry"]))
    if len(names) > 1:
        across = measured(table, industry=names, partner=names, **options)
    both = pd.concat([within, across])
    w = table["employment"] if weight else table["employment"] * 0 + 1
    total = w.groupby(table["industry"]).sum()
    for (industry, distance), rows in both.groupby(["industry", "distance"]):
        values = rows.set_index("partner")["m_function"]
        if rows["establishments"].iloc[0] < (table["industry"] == industry).sum():
            continue  # the shares are of those with a neighbour
        own = w[table["industry"] == industry]
        overall = {
            p: ((total[p] - own * (p == industry)) / (w.sum() - own)).sum() for p in total.index
        }
        shares = sum(values[p] * overall[p] for p in total.index if overall[p] > 0)
        assert shares == pytest.approx(len(own)), distance


@given(streets(), st.sampled_from([None, "employment"]))
def test_far_enough_it_is_1(table, weight):
    found = measured(table, distances=[1000], weight=weight)
    alone = table["industry"].value_counts()
    for row in found.itertuples():
        # One plant alone has no other of its industry to meet.
        assert (
            row.m_function == pytest.approx(1)
            if alone[row.industry] > 1
            else np.isnan(row.m_function)
        )


@given(streets(), st.booleans(), st.sampled_from([0.3048, 7.0]))
def test_rows_and_units_do_not_matter(table, cumulative, unit):
    found = measured(table, cumulative=cumulative, weight="employment")
    shuffled = table.sample(frac=1, random_state=1)
    same(measured(shuffled, cumulative=cumulative, weight="employment"), found)
    other = table.assign(x=table["x"] * unit + 5e4, y=table["y"] * unit + 9e4)
    rescaled = measured(
        other, cumulative=cumulative, weight="employment", distances=np.array(R) * unit
    )
    rescaled["distance"] /= unit
    if not cumulative:
        rescaled["bandwidth"] /= unit
    same(rescaled, found, rtol=1e-6)


def test_equal_jobs_count_like_plants():
    table = firms()
    counted = measured(table)
    same(measured(table.assign(employment=17.0), weight="employment"), counted)


def test_an_industry_is_the_same_whichever_others_are_asked_for():
    table = firms()
    every = measured(table, partner=["a", "b", "c"])
    assert len(every) == 6 * len(R)
    one = measured(table, industry="c", partner="a")
    same(every[(every["industry"] == "c") & (every["partner"] == "a")], one)


# Edge cases


def test_no_neighbour_is_no_zero():
    apart = pd.DataFrame({"x": [0.0, 500.0, 900.0], "y": 1000.0, "industry": ["a", "a", "b"]})
    found = measured(apart, distances=[10, 600])
    assert found["m_function"].isna().tolist() == [True, False, True, True]  # b has none to meet
    assert found["establishments"].tolist() == [0, 2, 0, 1]


def test_one_address_is_a_distance_of_0():
    table = pd.DataFrame({"x": 1000.0, "y": [5.0, 5.0, 5.0, 90.0], "industry": list("aabb")})
    found = measured(table, industry="a", distances=[0])
    assert found["m_function"].item() == pytest.approx((1 / 2) / (1 / 3))


def test_no_spread_no_bandwidth():
    table = pd.DataFrame({"x": [1000.0, 1007.0], "y": 1000.0, "industry": "a"})
    found = measured(table, cumulative=False)
    assert found["m_function"].isna().all()
    assert found["bandwidth"].isna().all()
    given_one = measured(table, cumulative=False, bandwidth=3)
    assert given_one["m_function"].tolist() == pytest.approx([1.0] * len(R))


def test_plants_without_jobs_weigh_nothing():
    table = line(employment=[0.0, 0.0, 4.0, 8.0, 16.0])
    found = measured(table, industry="a", distances=[3], weight="employment")
    assert found["m_function"].isna().all()  # no job of a anywhere
    assert measured(table, industry="b", distances=[100], weight="employment")[
        "m_function"
    ].tolist() == pytest.approx([1.0])


def test_the_input_is_not_changed():
    table = firms()
    before = table.copy(deep=True)
    measured(table, weight="employment", simulations=39, rng=0)
    pd.testing.assert_frame_equal(table, before)


# Simulations


def clustered(seed=0):
    """Industry a in one corner, b anywhere, c the rest."""
    table = firms(seed, sizes=(25, 25, 70))
    here = table["industry"] == "a"
    table.loc[here, ["x", "y"]] = 1000 + (table.loc[here, ["x", "y"]] - 1000) * 0.3
    return table


@pytest.mark.parametrize("null", ["sites", "labels"])
def test_what_was_planted_is_found(null):
    found = measured(
        clustered(),
        distances=[5, 10, 15, 20],
        simulations=199,
        rng=1,
        null=null,
        adjust="bonferroni",
    )
    assert list(found.columns[-len(BANDS) :]) == BANDS
    a, b = (found[found["industry"] == name] for name in "ab")
    assert (a["p_value"] == 1 / 200).all()
    assert (a["localisation"] > 0).all()
    assert (a["dispersion"] == 0).all()
    assert (b["p_value"] > 0.05).all()
    assert (b["localisation"] == 0).all()
    assert found["expected"].between(0.9, 1.1).all()
    assert (a["adjusted"] == 3 / 200).all()


def test_of_two_that_avoid_each_other():
    table = firms(5, sizes=(30, 30, 60))
    for name, start in (("a", 0.0), ("b", 55.0)):
        here = table["industry"] == name
        table.loc[here, "x"] = 1000 + start + (table.loc[here, "x"] - 1000) * 0.45
    found = measured(
        table,
        industry="a",
        partner="b",
        distances=[5, 10, 20],
        simulations=199,
        rng=2,
        null="independence",
    )
    assert (found["dispersion"] > 0).any()
    assert (found["p_value"] <= 0.05).all()


@pytest.mark.parametrize("cumulative", [True, False])
def test_the_seed_alone_decides(cumulative):
    options = {"simulations": 39, "cumulative": cumulative, "weight": "employment"}
    table = firms()
    found = measured(table, rng=4, **options)
    same(measured(table, rng=4, **options), found)
    same(measured(table.sample(frac=1, random_state=0), rng=4, **options), found)
    same(
        measured(table, rng=np.random.default_rng(1), **options),
        measured(table, rng=np.random.default_rng(1), **options),
    )
    with joblib.parallel_config(n_jobs=2):
        same(measured(table, rng=4, **options), found)
    alone = measured(table, industry="b", rng=4, **options)
    part = found[found["industry"] == "b"]
    same(alone.drop(columns="adjusted"), part.drop(columns="adjusted"))
    assert not measured(table, rng=5, **options)["expected"].equals(found["expected"])


def test_progress_is_told():
    told = []
    measured(
        firms(),
        industry=["a", "b"],
        simulations=60,
        rng=0,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (120, 120)
    assert told == sorted(told)


def test_a_nominal_five_percent_rejects_five_percent_of_what_is_random():
    """The global band of M over all distances, 30 of 100 places dealt at random."""
    rng = np.random.default_rng(5)
    xy = rng.random((100, 2)) * 10_000
    kinds = np.repeat(["x", "y"], [30, 70])
    p = [
        measured(
            pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "industry": rng.permutation(kinds)}),
            industry="x",
            distances=np.arange(500, 4001, 500),
            null="labels",
            simulations=99,
            rng=seed,
        )["p_value"].iloc[0]
        for seed in range(200)
    ]
    assert 0.02 <= np.mean(np.array(p) <= 0.05) <= 0.08
    assert 0.14 <= np.mean(np.array(p) <= 0.2) <= 0.26


# Refusals


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distances": []}, "distances= must be one or more"),
        ({"distances": [-1]}, "distances= must be"),
        ({"distances": [1, 1]}, "twice"),
        ({"distances": "far"}, "are not numbers"),
        ({"industry": "zinc"}, "'zinc'"),
        ({"reference": "zinc"}, "'zinc'"),
        ({"reference": "a", "industry": "a"}, "reference='a' is the industry measured"),
        ({"industry": "a", "partner": "a"}, "names the industry itself"),
        ({"bandwidth": 0}, "bandwidth=0"),
        ({"bandwidth": "wide"}, "bandwidth='wide'"),
        ({"null": "nonsense"}, "null='nonsense' is not an option"),
        ({"null": "independence"}, "name a partner="),
        ({"weight": "payroll"}, "weight='payroll'"),
        ({"simulations": 99}, "rng= is missing"),
        ({"simulations": 9, "rng": 1}, "simulations=9 are too few"),
        ({"adjust": "some"}, "adjust='some' is not an option"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(SchemaError, match=message):
        measured(firms(), **options)


def test_the_reference_has_no_default():
    with pytest.raises(TypeError, match="reference"):
        ca.m_function(firms(), distances=R)
