"""The co-location quotient: by hand, what must hold for any pattern, refusals."""

import itertools

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.points.patterns import firms, same, streets

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError

measured = ca.colocation_quotient


def line(places, industries):
    return pd.DataFrame({"x": 1000.0 + np.array(places), "y": 1000.0, "industry": list(industries)})


def quotient(found, a, b):
    return found.set_index(["industry", "partner"]).loc[(a, b), "colocation_quotient"]


# By hand

#: Nearest: a0 -> b1, b1 -> a0, b10 -> a12, a12 -> b10, a15 -> a12.
FIVE = line([0, 1, 10, 12, 15], "abbaa")


def test_pairs_by_hand():
    found = measured(FIVE)
    assert list(found.columns) == ["industry", "partner", "colocation_quotient"]
    assert quotient(found, "a", "b") == pytest.approx((2 / 3) / (2 / 4))
    assert quotient(found, "a", "a") == pytest.approx((1 / 3) / (2 / 4))
    assert quotient(found, "b", "a") == pytest.approx((2 / 2) / (3 / 4))
    assert quotient(found, "b", "b") == 0


def test_jobs_by_hand():
    table = FIVE.assign(employment=[5.0, 7.0, 1.0, 2.0, 3.0])
    found = measured(table, weight="employment")
    # Of the a's 5 + 2 + 3 jobs, 5 + 2 stand beside a b; chance is as without jobs.
    assert quotient(found, "a", "b") == pytest.approx((7 / 10) / (2 / 4))
    assert quotient(found, "a", "a") == pytest.approx((3 / 10) / (2 / 4))
    assert quotient(found, "b", "a") == pytest.approx(1 / (3 / 4))
    total = measured(table, weight="employment", level="global")["colocation_quotient"].item()
    assert total == pytest.approx(3 / ((10 * 2 + 8 * 1) / 4))
    same(measured(table.assign(employment=4.0), weight="employment"), measured(FIVE))


def test_jobs_keep_their_sites_when_industries_are_dealt_out():
    table = firms(seed=1)
    options = {"weight": "employment", "simulations": 199, "rng": 3}
    found = measured(table, **options)
    assert found["expected"].between(0.8, 1.2).all()
    same(found, measured(table.sample(frac=1, random_state=1), **options))
    with pytest.raises(SchemaError, match="level='local' is of single plants"):
        measured(table, level="local", weight="employment")


def test_all_in_one_by_hand():
    found = measured(FIVE, level="global")
    # One plant of five has its like for a neighbour; by chance (3 x 2 + 2 x 1) / 4.
    assert found["colocation_quotient"].tolist() == pytest.approx([1 / 2])
    assert list(found.columns) == ["colocation_quotient"]


def test_one_by_one_by_hand():
    found = measured(FIVE.assign(id=[f"firm {k}" for k in "vwxyz"]), level="local", industry="a")
    assert list(found.columns) == ["industry", "partner", "id", "colocation_quotient"]
    assert found["id"].tolist() == ["firm v", "firm y", "firm z"] * 2
    assert found["partner"].tolist() == ["a"] * 3 + ["b"] * 3
    assert found["colocation_quotient"].tolist() == pytest.approx([0, 0, 2, 2, 2, 0])
    unnamed = measured(FIVE.set_index(pd.Index([9, 8, 7, 6, 5])), level="local", industry="b")
    assert unnamed["id"].tolist() == [7, 8, 7, 8]


def test_ties_share():
    # The b in the middle has an a on one side and a c on the other, as near.
    found = measured(line([0, 5, 10, 100, 101], "abccc"), industry="b")
    assert quotient(found, "b", "a") == pytest.approx((1 / 2) / (1 / 4))
    assert quotient(found, "b", "c") == pytest.approx((1 / 2) / (3 / 4))
    assert np.isnan(quotient(found, "b", "b"))


def test_two_neighbours_by_hand():
    # From 15: 12 and then 10; from 12: 10 and 15; from 0: 1 and 10.
    found = measured(FIVE, neighbours=2, industry="a")
    assert quotient(found, "a", "b") == pytest.approx(((2 + 1 + 1) / 6) / (2 / 4))


# What must hold for any pattern


@settings(deadline=None)
@given(streets(least=3), st.integers(1, 2))
def test_shares_add_up_and_levels_agree(table, neighbours):
    n, size = len(table), table["industry"].value_counts()
    pairs = measured(table, neighbours=neighbours)
    kinds = len(size)
    assert len(pairs) == kinds**2
    same(pairs, pairs.sort_values(["industry", "partner"]))
    chance = np.array(
        [
            (size[p] - (i == p)) / (n - 1)
            for i, p in zip(pairs["industry"], pairs["partner"], strict=True)
        ]
    )
    met = pairs.assign(share=(pairs["colocation_quotient"] * chance).fillna(0))
    np.testing.assert_allclose(met.groupby("industry")["share"].sum(), 1)
    local = measured(table, neighbours=neighbours, level="local")
    mean = local.groupby(["industry", "partner"], as_index=False)["colocation_quotient"].mean()
    same(mean, pairs)
    own = met[met["industry"] == met["partner"]].set_index("industry")["share"]
    by_chance = sum(k * (k - 1) for k in size) / (n - 1)
    whole = measured(table, neighbours=neighbours, level="global")["colocation_quotient"].item()
    if by_chance:
        assert whole == pytest.approx((own * size).sum() / by_chance)
    else:
        assert np.isnan(whole)


@settings(deadline=None)
@given(streets(least=3), st.sampled_from(["global", "pairwise"]))
def test_rows_and_units_do_not_matter(table, level):
    found = measured(table, level=level)
    same(measured(table.sample(frac=1, random_state=3), level=level), found)
    other = table.assign(x=table["x"] * 0.3048 + 4e6, y=table["y"] * 0.3048 + 5e5)
    same(measured(other, level=level), found)


def test_one_by_one_in_any_order():
    table = firms().assign(id=[f"{k:03}" for k in range(62)])
    found = measured(table, level="local", neighbours=4)
    same(measured(table.sample(frac=1, random_state=3), level="local", neighbours=4), found)


def test_over_all_dealings_the_mean_is_1():
    table = line([0, 1, 3, 3.5, 9], "aabbc")
    every = [
        measured(table.assign(industry=list(labels))).set_index(["industry", "partner"])
        for labels in set(itertools.permutations("aabbc"))
    ]
    mean = sum(found["colocation_quotient"] for found in every) / len(every)
    np.testing.assert_allclose(mean.dropna(), 1)
    assert mean.isna().sum() == 1  # the one c has no other to meet


def test_neighbours_are_all_establishments_whoever_is_asked_for():
    table = firms()
    every = measured(table)
    same(measured(table, industry="a", partner=["c", "b"]), every[1:3])


# Simulations


def paired(seed=0):
    """Each a beside a b; c anywhere."""
    table = firms(seed, sizes=(25, 25, 50))
    a, b = table["industry"] == "a", table["industry"] == "b"
    table.loc[b, ["x", "y"]] = table.loc[a, ["x", "y"]].to_numpy() + 0.1
    return table


def test_what_was_planted_is_found():
    found = measured(paired(), simulations=199, rng=1)
    assert list(found.columns[2:]) == [
        "colocation_quotient",
        "expected",
        "local_low",
        "local_high",
        "p_value",
        "adjusted",
    ]
    assert found["expected"].between(0.85, 1.15).all()
    rows = found.set_index(["industry", "partner"])
    for key in (("a", "b"), ("b", "a")):
        assert rows.loc[key, "colocation_quotient"] > rows.loc[key, "local_high"]
        assert rows.loc[key, "p_value"] == 2 / 200
        assert rows.loc[key, "adjusted"] < 0.05
    assert rows.loc[("a", "a"), "colocation_quotient"] < rows.loc[("a", "a"), "local_low"]
    assert (found["adjusted"] >= found["p_value"]).all()


def test_industries_that_keep_apart_are_found():
    table = firms(0, sizes=(25, 25))
    table["x"] += np.where(table["industry"] == "a", 80, 0)
    whole = measured(table, level="global", simulations=199, rng=1)
    assert whole["colocation_quotient"].item() > whole["local_high"].item()
    assert whole["p_value"].item() == 2 / 200


def test_at_5_percent_1_pattern_in_20_is_found():
    found = [
        measured(firms(seed, sizes=(15, 15)), level="global", simulations=39, rng=seed)
        for seed in range(400)
    ]
    rejected = np.mean([table["p_value"].item() <= 0.05 for table in found])
    # Two-sided, and equal quotients err to caution.
    assert 0.015 <= rejected <= 0.07


def test_the_seed_alone_decides():
    table = firms()
    found = measured(table, simulations=39, rng=2, neighbours=2)
    same(measured(table.sample(frac=1, random_state=3), simulations=39, rng=2, neighbours=2), found)
    with joblib.parallel_config(n_jobs=2, backend="threading"):
        same(measured(table, simulations=39, rng=2, neighbours=2), found)
    part = measured(table, industry="b", simulations=39, rng=2, neighbours=2)
    same(part.drop(columns="adjusted"), found[3:6].drop(columns="adjusted"))


def test_the_input_is_not_changed():
    table = firms()
    before = table.copy(deep=True)
    measured(table, simulations=39, rng=2)
    measured(table, level="local")
    pd.testing.assert_frame_equal(table, before)


# Refusals


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"neighbours": 0}, "neighbours=0 of 62"),
        ({"neighbours": 62}, "use a number from 1 to 61"),
        ({"neighbours": 1.5}, "no whole number"),
        ({"level": "some"}, "level='some' is not an option"),
        ({"level": "global", "industry": "a"}, "about all industries"),
        ({"level": "local", "simulations": 99, "rng": 1}, "has no simulations"),
        ({"industry": "zinc"}, "'zinc'"),
        ({"simulations": 99}, "rng= is missing"),
        ({"simulations": 9, "rng": 1}, "too few for confidence=0.95"),
        ({"simulations": 99, "rng": 1, "confidence": 1.5}, "confidence=1.5"),
        ({"simulations": -1}, "simulations=-1"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(SchemaError, match=message):
        measured(firms(), **options)
