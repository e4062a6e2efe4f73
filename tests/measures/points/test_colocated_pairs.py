"""Howard's co-location of firms: by hand, over all dealings, and as the measure by region."""

import itertools

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.measures.points.patterns import BANDS, firms, same, streets

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError


def measured(table, **options):
    return ca.howard_firms(table, **{"distances": [5, 20], "reference": "all", **options})


def square(**more):
    """Corners of a rectangle 3 by 4 and one far away."""
    return pd.DataFrame(
        {
            "x": [1000.0, 1003.0, 1000.0, 1003.0, 1090.0],
            "y": [1000.0, 1000.0, 1004.0, 1004.0, 1000.0],
            "industry": list("aabbc"),
            "employment": [1.0, 2.0, 3.0, 4.0, 5.0],
            **more,
        }
    )


def test_distances_by_hand():
    found = measured(square(), industry="a", partner="b", distances=[3, 4, 5])
    assert found["howard_firms"].tolist() == [0, 1 / 2, 1]
    # Pairs of all sites: 2 sides of 3, 2 of 4 and 2 diagonals of 5 of the 10.
    expected = [0.2, 0.4, 0.6]
    assert found["expected_colocation"].tolist() == pytest.approx(expected)
    assert found["excess_colocation"].tolist() == pytest.approx([-0.2, 0.1, 0.4])
    own = measured(square(), industry="a", partner="b", distances=[3, 4, 5], reference="pair")
    assert own["expected_colocation"].tolist() == pytest.approx([2 / 6, 4 / 6, 1])


def test_jobs_by_hand():
    found = measured(square(), industry="b", partner="a", distances=[4], weight="employment")
    assert found[["industry", "partner"]].to_numpy().tolist() == [["a", "b"]]
    assert found["howard_firms"].item() == pytest.approx((1 * 3 + 2 * 4) / (3 * 7))
    assert found["expected_colocation"].item() == pytest.approx(0.4)


def test_within_an_industry_by_hand():
    table = square(industry=list("aaabb"))
    found = measured(table, pairs="within", distances=[3, 4, 5], weight="employment")
    assert list(found.columns[:3]) == ["industry", "distance", "howard_firms"]
    own = found[found["industry"] == "a"]["howard_firms"].tolist()
    # Jobs 1, 2, 3: 3 apart 1 and 2, 4 apart 1 and 3, 5 apart 2 and 3; pairs weigh 2 + 3 + 6.
    assert own == pytest.approx([2 / 11, 5 / 11, 1])
    assert found["expected_colocation"].tolist() == pytest.approx([0.2, 0.4, 0.6] * 2)
    single = measured(square(), pairs="within", industry="c")
    assert single[["howard_firms", "expected_colocation", "excess_colocation"]].isna().all(None)


def test_within_is_that_of_two_halves_where_every_plant_is_its_own_twin():
    """Two industries on the same sites: across counts each pair twice, and the twins besides."""
    half = firms(seed=5, sizes=(15,))
    both = pd.concat([half, half.assign(industry="b")], ignore_index=True)
    n = len(half)
    across = measured(both, reference="pair", distances=[20])["howard_firms"].item()
    within = measured(half, pairs="within", distances=[20])["howard_firms"].item()
    assert across * n * n == pytest.approx(within * n * (n - 1) + n)


def test_within_has_bands_and_refuses_what_it_cannot_mean():
    table = firms(seed=2)
    found = measured(table, pairs="within", industry="a", simulations=39, rng=1)
    assert set(BANDS) <= set(found.columns)
    assert (found["local_low"] <= found["expected"]).all()
    with pytest.raises(SchemaError, match="leave out partner="):
        measured(table, pairs="within", partner="b")
    with pytest.raises(SchemaError, match="every dealing is the same"):
        measured(table, pairs="within", reference="pair")
    with pytest.raises(SchemaError, match="pairs="):
        measured(table, pairs="both")


def test_cells_by_hand():
    # Cells of 2 start at 1000, 1002 and 1004: no two plants share one; of 4, all the a do.
    found = measured(square(), distances=[2, 4, 8, 2000], place="cell")
    pairs = found.groupby(["industry", "partner"])["howard_firms"].agg(list)
    assert pairs[("a", "b")] == [0, 0, 1, 1]
    assert pairs[("a", "c")] == [0, 0, 0, 1]


@settings(deadline=None)
@given(streets(), st.sampled_from(["all", "pair"]))
def test_cells_are_regions_of_their_own(table, reference):
    assume(len(set(table["industry"])) > 1)
    side = 16
    cells = (table[["x", "y"]] // side).astype(int).astype(str).agg("-".join, axis=1)
    counts = table.assign(region=cells.astype("str")).groupby(
        ["region", "industry"], as_index=False
    )
    by_region = ca.howard_colocation(
        counts.size().rename(columns={"size": "establishments"}),
        reference="sum" if reference == "all" else "pair",
        absent="zero",
    )
    found = measured(table, distances=[side], place="cell", reference=reference)
    columns = ["expected_colocation", "excess_colocation"]
    same(found[["industry", "partner", *columns]], by_region[["industry", "partner", *columns]])
    np.testing.assert_allclose(found["howard_firms"], by_region["howard_colocation"])


@pytest.mark.parametrize("weight", [None, "employment"])
@pytest.mark.parametrize("place", ["distance", "cell"])
def test_over_all_dealings_there_is_no_excess(weight, place):
    table = square()
    plants = table[["industry", "employment"]]
    every = []
    for order in itertools.permutations(range(5)):
        dealt = table.assign(**{c: plants[c].to_numpy()[list(order)] for c in plants})
        every.append(measured(dealt, distances=[3, 4, 5], weight=weight, place=place))
    mean = np.mean([found["excess_colocation"] for found in every], axis=0)
    np.testing.assert_allclose(mean, 0, atol=1e-12)


@settings(deadline=None)
@given(streets(), st.sampled_from(["distance", "cell"]))
def test_rows_do_not_matter_nor_do_equal_jobs(table, place):
    assume(len(set(table["industry"])) > 1)
    found = measured(table, place=place)
    same(measured(table.sample(frac=1, random_state=1), place=place), found)
    same(measured(table.assign(employment=3.0), weight="employment", place=place), found)
    assert found["howard_firms"].between(0, 1).all()


def test_all_pairs_are_there_once():
    found = measured(firms())
    pairs = found[["industry", "partner"]].drop_duplicates().to_numpy().tolist()
    assert pairs == [["a", "b"], ["a", "c"], ["b", "c"]]
    same(measured(firms(), industry="c"), found[found["partner"] == "c"])


def test_nobody_to_be_with_is_nan():
    table = square(employment=[0.0, 0.0, 3.0, 4.0, 5.0])
    found = measured(table, industry="a", weight="employment")
    columns = ["howard_firms", "expected_colocation", "excess_colocation"]
    assert found[columns].isna().all().all()


def test_what_was_planted_is_found():
    table = firms(4, sizes=(25, 25, 50))
    a, b = table["industry"] == "a", table["industry"] == "b"
    table.loc[b, ["x", "y"]] = table.loc[a, ["x", "y"]].to_numpy() + 0.5
    found = measured(table, distances=[2, 4], simulations=199, rng=1)
    assert list(found.columns[-len(BANDS) :]) == BANDS
    rows = found.set_index(["industry", "partner"])
    assert (rows.loc[("a", "b"), "p_value"] == 1 / 200).all()
    assert (rows.loc[("a", "b"), "localisation"] > 0).all()
    np.testing.assert_allclose(found["expected"], found["expected_colocation"], rtol=0.2)
    with joblib.parallel_config(n_jobs=2, backend="threading"):
        same(measured(table, distances=[2, 4], simulations=199, rng=1), found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reference": "some"}, "reference='some' is not an option"),
        ({"place": "county"}, "place='county' is not an option"),
        ({"place": "cell", "distances": [0, 3]}, "no side of 0"),
        ({"industry": "a", "partner": "a"}, "no pair of two industries"),
        ({"industry": "zinc"}, "'zinc'"),
        ({"distances": [-3]}, "distances= must be"),
        ({"simulations": 99}, "rng= is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(SchemaError, match=message):
        measured(firms(), **options)
