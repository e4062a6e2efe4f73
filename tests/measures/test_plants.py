"""What plants explain: moments of G, Maurel and Sedillot, Devereux, Cassey and Smith."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import NAN, cases, close, golden_employment, golden_input, long, pick
from tests.reference import concentration as papers

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import cassey_smith, devereux, ellison_glaeser, maurel_sedillot

TWO = [[40.0, 10.0], [0.0, 50.0]]


def weights(values, regions=None, **keys):
    regions = regions or [f"R{n}" for n in range(len(values))]
    frame = pd.DataFrame({"region": regions, "weight": np.asarray(values, float)})
    return frame.astype({"region": "str"}).assign(**keys)


def plants(H, number=None, industries=None, **columns):
    industries = industries or [f"I{n}" for n in range(len(H))]
    frame = pd.DataFrame({"industry": industries, "plant_herfindahl": np.asarray(H, float)})
    if number is not None:
        frame["establishments"] = number
    return frame.astype({"industry": "str"}).assign(**columns)


# Ellison and Glaeser: is G more than random plants would give?


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.5, 20), min_size=1, max_size=4),
    st.lists(st.sampled_from([1.0, 2.0, 5.0]), min_size=2, max_size=3),
    st.data(),
)
def test_expectation_and_standard_error_are_those_of_all_allocations(sizes, w, data):
    where = [data.draw(st.integers(0, len(w) - 1)) for _ in sizes]
    E = np.bincount(where, sizes, len(w))[:, None]
    H, Z = papers.plant_herfindahl(sizes)
    mean, variance = papers.ellison_glaeser_enumerated(sizes, w)
    table = plants([H], plant_fourth=[Z])
    result = ellison_glaeser(long(E), reference=weights(w), plants=table).iloc[0]
    close(result["expected_concentration"], mean)
    close(result["standard_error"], np.sqrt(variance), rtol=1e-6, atol=1e-9)
    if variance > 1e-12:
        close(result["z"], (result["raw_concentration"] - mean) / np.sqrt(variance), rtol=1e-6)
    # Without the fourth powers z is nearer to 0, never further from it.
    careful = ellison_glaeser(long(E), reference=weights(w), plants=plants([H])).iloc[0]
    assert careful["standard_error"] >= result["standard_error"] - 1e-9


def test_standard_error_of_equal_plants_needs_no_table():
    frame = long(TWO).assign(establishments=[4.0, 1.0, 0.0, 4.0])
    result = ellison_glaeser(frame, reference=weights([3, 1]), plants="equal_size")
    by_table = ellison_glaeser(long(TWO), reference=weights([3, 1]), plants=plants([1 / 4, 1 / 5]))
    exact = plants([1 / 4, 1 / 5], plant_fourth=[4**-3, 5**-3])
    for other in (ellison_glaeser(long(TWO), reference=weights([3, 1]), plants=exact), by_table):
        close(other["expected_concentration"], result["expected_concentration"])
    exact = ellison_glaeser(long(TWO), reference=weights([3, 1]), plants=exact)
    close(exact[["standard_error", "z"]], result[["standard_error", "z"]])


def test_z_of_randomly_thrown_plants_is_standard():
    rng = np.random.default_rng(4)
    w, draws = np.array([0.4, 0.3, 0.2, 0.1]), 3000
    size = rng.lognormal(2, 1, 25)
    z = size / size.sum()
    where = rng.choice(4, size=(draws, 25), p=w)
    jobs = np.zeros((draws, 4))
    np.add.at(jobs, (np.arange(draws)[:, None], where), size)
    frame = pd.concat([long(row[:, None], draw=d) for d, row in enumerate(jobs)])
    table = plants([(z**2).sum()], plant_fourth=[(z**4).sum()])
    score = ellison_glaeser(frame, reference=weights(w), plants=table)["z"]
    assert abs(score.mean()) < 4 / np.sqrt(draws)
    assert abs(score.std() - 1) < 0.06


def test_nothing_is_expected_of_an_industry_without_jobs():
    frame = long([[0.0, 3.0], [0.0, 1.0]])
    result = ellison_glaeser(frame, reference=weights([1, 2]), plants=plants([0.1, 0.1]))
    assert result["standard_error"].isna().tolist() == [True, False]
    assert result["z"].isna().tolist() == [True, False]


def test_fourth_powers_that_do_not_fit_are_refused():
    for wrong in (0.0009, 0.011):
        table = plants([0.1, 0.2], plant_fourth=[wrong, 0.01])
        with pytest.raises(SchemaError, match=r"'plant_fourth'.*'I0'"):
            ellison_glaeser(long(TWO), reference="sum", plants=table)


# Maurel and Sedillot


@given(cases(), st.data())
def test_maurel_sedillot_is_the_slow_one(case, data):
    H = {name: data.draw(st.sampled_from([0.001, 0.2, 0.9, 1.0, NAN])) for name in case.industries}
    table = plants(list(H.values()), industries=list(H))
    sizes = {r: float(n + 1) for n, r in enumerate(case.regions)}
    result = maurel_sedillot(
        case.table,
        reference=weights(list(sizes.values()), list(sizes)),
        plants=table,
        absent=case.absent,
    )
    for group in case.groups:
        columns = zip(*case.matrix(group), strict=True)
        expected = {
            name: papers.maurel_sedillot(list(x), list(sizes.values()), H[name])
            for name, x in zip(case.industries, columns, strict=True)
        }
        close(pick(result, "maurel_sedillot", **group), expected, rtol=1e-6, atol=1e-6)


def test_both_gammas_agree_where_regions_are_equal():
    E = np.random.default_rng(1).integers(0, 50, (5, 4)).astype(float)
    table = plants([0.01, 0.1, 0.3, 0.5])
    one = maurel_sedillot(long(E), reference=weights([1] * 5), plants=table)
    other = ellison_glaeser(long(E), reference=weights([1] * 5), plants=table)
    close(one["maurel_sedillot"], other["ellison_glaeser"])


def test_gammas_differ_in_what_size_counts_for():
    # In the largest region alone, and in the smallest alone: 1 by one, more than 1 by the other.
    E = [[9.0, 0.0], [0.0, 0.0], [0.0, 9.0]]
    table = plants([0.1, 0.1])
    close(
        maurel_sedillot(long(E), reference=weights([6, 3, 1]), plants=table)["maurel_sedillot"], 1
    )
    gamma = ellison_glaeser(long(E), reference=weights([6, 3, 1]), plants=table)["ellison_glaeser"]
    assert gamma[0] < 1 < gamma[1]


# Devereux, Griffith and Simpson


@given(cases(keys=("draw",)), st.data())
def test_devereux_is_the_slow_one(case, data):
    number = {name: data.draw(st.integers(1, 6)) for name in case.industries}
    H = {name: data.draw(st.floats(1 / n, 1.0)) for name, n in number.items()}
    table = plants(list(H.values()), list(number.values()), list(H))
    result = devereux(case.table, plants=table, absent=case.absent)
    for group in case.groups:
        E = case.matrix(group)
        for name, x in zip(case.industries, zip(*E, strict=True), strict=True):
            F, M, excess = papers.devereux(list(x), number[name], H[name])
            close(pick(result, "devereux", **group)[name], excess, atol=1e-9)
            close(pick(result, "geographic_concentration", **group)[name], F, atol=1e-9)
            if sum(x) != 0:
                close(pick(result, "industrial_concentration", **group)[name], M, atol=1e-9)


def test_devereux_with_equal_plants_is_geography_alone():
    frame = long(TWO).assign(establishments=[4.0, 1.0, 0.0, 4.0])
    result = devereux(frame, plants="equal_size")
    close(result["industrial_concentration"], [0, 0])
    close(result["devereux"], [0.5, 26 / 36 - 0.5])
    assert set(result["plants"]) == {"equal_size"}


def test_a_herfindahl_below_that_of_equal_plants_is_refused():
    for measure in (devereux, lambda *a, **k: cassey_smith(*a, reference="sum", rng=1, **k)):
        with pytest.raises(SchemaError, match=r"below 1 / establishments for 'I1'"):
            measure(long(TWO), plants=plants([0.5, 0.1], [2, 5]))
        with pytest.raises(SchemaError, match="'establishments'"):
            measure(long(TWO), plants=plants([0.5, 0.1]))


# Cassey and Smith


@settings(max_examples=10, deadline=None)
@given(
    st.integers(2, 5),
    st.lists(st.sampled_from([1.0, 2.0, 5.0]), min_size=2, max_size=3),
    st.data(),
)
def test_p_values_tend_to_those_of_all_allocations(number, w, data):
    where = [data.draw(st.integers(0, len(w) - 1)) for _ in range(number)]
    E = np.bincount(where, minlength=len(w)).astype(float)[:, None]
    table = plants([1 / number], [number])
    B = 3000
    for alternative in ("greater", "less"):
        result = cassey_smith(
            long(E), reference=weights(w), plants=table, rng=3, repetitions=B,
            alternative=alternative,
        ).iloc[0]  # fmt: skip
        G = ellison_glaeser(long(E), reference=weights(w), plants=table)["raw_concentration"][0]
        board = papers.dartboard([1.0] * number, w)
        tail = sum(
            chance
            for chance, value in board
            if (value >= G - 1e-9 if alternative == "greater" else value <= G + 1e-9)
        )
        assert abs(result["cassey_smith"] - tail) < 5 * np.sqrt(0.25 / B)


def test_at_the_given_level_chance_is_rejected_that_often():
    """Plants thrown at random: p-values below 0.1 in a tenth of the draws, at most."""
    rng = np.random.default_rng(9)
    w, draws, number = np.array([0.4, 0.3, 0.2, 0.1]), 600, 40
    counts = rng.multinomial(number, w, size=draws).astype(float)
    frame = pd.concat([long(row[:, None], draw=d) for d, row in enumerate(counts)])
    table = plants([1 / number], [number])
    for alternative in ("greater", "less", "two-sided"):
        p = cassey_smith(frame, reference=weights(w), plants=table, rng=1, alternative=alternative)[
            "cassey_smith"
        ]
        rejected = (p <= 0.1).mean()
        assert rejected < 0.1 + 3 * np.sqrt(0.09 / draws)
        assert rejected > 0.04


def test_everything_in_one_place_is_no_chance():
    frame = long([[0.0], [50.0], [0.0]])
    table = plants([0.06], [20])
    result = cassey_smith(frame, reference=weights([2, 1, 1]), plants=table, rng=1, repetitions=99)
    close(result["cassey_smith"], 0.01)
    assert result["ellison_glaeser"][0] > result["null_high"][0]
    assert result["null_low"][0] < 0 < result["null_high"][0]
    against = cassey_smith(
        frame, reference=weights([2, 1, 1]), plants=table, rng=1, repetitions=99,
        alternative="less",
    )  # fmt: skip
    close(against["cassey_smith"], 1.0)


def test_larger_levels_have_wider_intervals():
    table = plants([0.1, 0.2], [15, 9])
    narrow, wide = (
        cassey_smith(long(TWO), reference=weights([3, 1]), plants=table, rng=1, level=level)
        for level in (0.5, 0.95)
    )
    assert (wide["null_low"] < narrow["null_low"]).all()
    assert (wide["null_high"] > narrow["null_high"]).all()


def test_the_same_seed_gives_the_same_and_nothing_global_is_touched():
    table = plants([0.1, 0.2], [15, 9])
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    calls = [
        cassey_smith(long(TWO), reference=weights([3, 1]), plants=table, rng=rng)
        for rng in (7, 7, np.random.default_rng(7), 8)
    ]
    pd.testing.assert_frame_equal(calls[0], calls[1])
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    assert not calls[0].equals(calls[3])
    again = cassey_smith(
        long(TWO), reference=weights([3, 1]), plants=table, rng=np.random.default_rng(7)
    )
    pd.testing.assert_frame_equal(again, calls[2])


def test_an_industry_is_simulated_as_if_alone_and_by_any_name():
    table = plants([0.1, 0.2], [15, 9])
    both = cassey_smith(long(TWO), reference=weights([3, 1]), plants=table, rng=7)
    alone = cassey_smith(
        long(np.array(TWO)[:, 1:], industries=["I1"]),
        reference=weights([3, 1]),
        plants=table.iloc[1:],
        rng=7,
    )
    pd.testing.assert_frame_equal(both.iloc[1:].reset_index(drop=True), alone)
    turned = cassey_smith(
        long(TWO, regions=["B", "A"], industries=["Z", "Y"]),
        reference=weights([3, 1], ["B", "A"]),
        plants=table.assign(industry=["Z", "Y"]),
        rng=7,
    )
    close(turned["cassey_smith"][::-1], both["cassey_smith"])


def test_what_cannot_be_simulated_is_unknown_or_refused():
    frame = long([[4.0, 3.0, NAN], [0.0, 1.0, 5.0]])
    table = plants([1.0, 0.5, 0.5], [1, NAN, 4])
    result = cassey_smith(frame, reference=weights([1, 1]), plants=table, rng=1)
    assert result["cassey_smith"].isna().all()
    with pytest.raises(SchemaError, match=r"'I0' holds 2\.5, which is not a whole number"):
        cassey_smith(long(TWO), reference="sum", plants=plants([0.5, 0.5], [2.5, 3]), rng=1)
    for option in ({"repetitions": 0}, {"repetitions": 9.5}, {"level": 1.0}):
        name = next(iter(option))
        with pytest.raises(SchemaError, match=name):
            cassey_smith(
                long(TWO), reference="sum", plants=plants([0.5, 0.5], [3, 3]), rng=1, **option
            )


def test_most_industries_of_the_synthetic_table_are_more_than_chance():
    peers = golden_employment()
    table = golden_input("syn_plant_H.csv").rename(
        columns={"plants": "establishments", "H": "plant_herfindahl"}
    )
    table = table.astype({"industry": "str"})
    result = cassey_smith(peers, reference="sum", plants=table, rng=1, repetitions=199)
    score = ellison_glaeser(peers, reference="sum", plants=table)["z"]
    assert result["cassey_smith"].between(1 / 200, 1).all()
    # Where G lies several standard errors above its expectation, no simulation reaches it.
    assert (result["cassey_smith"][score > 8] == 1 / 200).all()
    assert (result["cassey_smith"][score < 0] > 0.2).all()
