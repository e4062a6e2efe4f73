"""Theil's indices over regions and over industries, within groups and between them."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.measures.tables import (
    NAN,
    area,
    cases,
    close,
    golden,
    golden_employment,
    long,
    pick,
    totals,
)
from tests.reference import diversity as slow
from tests.shared import shared_folder

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import entropy, theil, theil_specialization

STATES = {"R0": "CA", "R1": "CA", "R2": "NV", "R3": "WA"}
SECTORS = {"I0": "a", "I1": "a", "I2": "b", "I3": "c"}
OVER_INDUSTRIES = "theil_specialization"
SLOW = {"T": slow.theil_t, "L": slow.theil_l}


def weights(values, **keys):
    frame = pd.DataFrame({"region": [f"R{n}" for n in range(len(values))], "weight": values})
    return frame.astype({"region": "str", "weight": float}).assign(**keys)


def alike(frame):
    """A weight of 1 for every region."""
    return frame[["region"]].drop_duplicates().assign(weight=1.0)


# By hand


def test_theil_by_hand():
    frame = long([[60.0], [20.0], [20.0]])
    T = 0.6 * math.log(1.8) + 0.4 * math.log(0.6)
    close(theil(frame, reference=weights([1, 1, 1]))["theil"], [T])
    L = (math.log(1 / 1.8) + 2 * math.log(1 / 0.6)) / 3
    close(theil(frame, reference=weights([1, 1, 1]), index="L")["theil"], [L])
    split = theil(frame, reference=weights([1, 1, 1]), groups=STATES)
    close(split["between"], [0.8 * math.log(1.2) + 0.2 * math.log(0.6)])
    close(split["within"], [0.8 * (0.75 * math.log(1.5) + 0.25 * math.log(0.5))])
    assert list(split.columns) == ["industry", "theil", "within", "between"]
    # Against 3 : 1 : 1 it is spread like the weights.
    close(theil(frame, reference=weights([3, 1, 1]))["theil"], [0.0], atol=1e-12)


def test_published_totals_are_the_sizes_of_the_regions():
    frame = pd.concat([long([[60.0], [20.0]]), totals([100, 300])])
    expected = theil(long([[60.0], [20.0]]), reference=weights([1, 3]))["theil"]
    close(theil(frame, reference="sum")["theil"], expected)


def test_theil_of_a_region_by_hand():
    frame = long([[60.0, 20.0, 20.0]])
    result = theil_specialization(frame, reference=area([25, 25, 50], region="US"), groups=SECTORS)
    T = 0.6 * math.log(2.4) + 0.2 * math.log(0.8) + 0.2 * math.log(0.4)
    close(result[OVER_INDUSTRIES], [T])
    close(result["between"], [0.8 * math.log(1.6) + 0.2 * math.log(0.4)])
    close(result["within"], [0.8 * (0.75 * math.log(1.5) + 0.25 * math.log(0.5))])
    assert list(result.columns) == ["region", OVER_INDUSTRIES, "within", "between", "reference"]
    assert set(result["reference"]) == {"US"}


def test_sectors_by_digits():
    frame = long([[60.0, 20.0, 20.0]], industries=["3254", "3341", "5221"])
    nation = area([25, 25, 50], industries=["3254", "3341", "5221"])
    by_digits = theil_specialization(frame, reference=nation, groups=2)
    sectors = {"3254": "31-33", "3341": "31-33", "5221": "52"}
    by_name = theil_specialization(frame, reference=nation, groups=sectors)
    pd.testing.assert_frame_equal(by_digits, by_name)
    assert by_digits["within"].iloc[0] > 0.1


# Against the slow formula


def sums(values, groups):
    """Sums of each group."""
    return [
        sum(v for v, g in zip(values, groups, strict=True) if g == name)
        for name in sorted(set(groups))
    ]


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=cases())
def test_over_regions_they_are_the_slow_ones(index, case):
    options = {"index": index, "absent": case.absent}
    states = [STATES[name] for name in case.regions]
    for reference in ("sum", alike(case.table)):
        whole = theil(case.table, reference=reference, **options)
        split = theil(case.table, reference=reference, groups=STATES, **options)
        for group in case.groups:
            E = case.matrix(group)
            sizes = case.region_totals(group) if isinstance(reference, str) else [1.0] * len(E)
            rows = {name: [row[i] for row in E] for i, name in enumerate(case.industries)}
            expected = {name: SLOW[index](x, sizes) for name, x in rows.items()}
            close(pick(whole, "theil", **group), expected, rtol=1e-7, atol=1e-9)
            parts = {
                name: SLOW[index](sums(x, states), sums(sizes, states)) for name, x in rows.items()
            }
            close(pick(split, "between", **group), parts, rtol=1e-7, atol=1e-9)
        close(split["theil"], whole["theil"], rtol=1e-7, atol=1e-9)
        added = split["within"] + split["between"]
        assert (added.dropna() == split["theil"].dropna()).all()


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=cases())
def test_over_industries_they_are_the_slow_ones(index, case):
    options = {"reference": "sum", "index": index, "absent": case.absent}
    whole = theil_specialization(case.table, **options)
    split = theil_specialization(case.table, groups=SECTORS, **options)
    sectors = [SECTORS[name] for name in case.industries]
    for group in case.groups:
        E = case.matrix(group)
        X = [sum(column) for column in zip(*E, strict=True)]
        expected = {name: SLOW[index](x, X) for name, x in zip(case.regions, E, strict=True)}
        close(pick(whole, OVER_INDUSTRIES, **group), expected, rtol=1e-7, atol=1e-9)
        parts = {
            name: SLOW[index](sums(x, sectors), sums(X, sectors))
            for name, x in zip(case.regions, E, strict=True)
        }
        close(pick(split, "between", **group), parts, rtol=1e-7, atol=1e-9)
    close(split[OVER_INDUSTRIES], whole[OVER_INDUSTRIES], rtol=1e-7, atol=1e-9)
    added = split["within"] + split["between"]
    assert (added.dropna() == split[OVER_INDUSTRIES].dropna()).all()


# Values of other tools


def test_multigroup_information_theory_of_segregation():
    # Theil's H of several groups is the jobs-weighted mean of T over the entropy of all jobs. No
    # other tool here gives T itself: REAT's weighted theil() is wrong and its plain one is L.
    frame = golden_employment()
    jobs = frame.groupby("industry")["employment"].sum()
    T = theil(frame, reference="sum").set_index("industry")["theil"]
    share = jobs / jobs.sum()
    H = (share * T).sum() / -(share * np.log(share)).sum()
    path = shared_folder("golden") / "segregation_multigroup" / "segregation_multi_syn.json"
    close(H, json.loads(path.read_text(encoding="utf-8"))["output"]["MultiInfoTheory"])


def test_a_part_that_is_finite_is_given_where_the_whole_is_not():
    # R1 has none of the industry: L is infinite within CA, and finite between the states.
    split = theil(
        long([[10.0], [0.0], [10.0]]), reference=weights([1, 1, 2]), groups=STATES, index="L"
    )
    close(split[["theil", "within", "between"]], [[NAN, NAN, 0.0]])
    # R0 has I1, which the reference has not, but another industry of its sector.
    split = theil_specialization(
        long([[10.0, 10.0, 20.0]]), reference=area([20, 0, 20]), groups=SECTORS
    )
    close(split[[OVER_INDUSTRIES, "within", "between"]], [[NAN, NAN, 0.0]])


def test_absolute_theil_is_what_entropy_lacks_of_its_most():
    # Bits of entropy from econcomplex: ln n - H.
    frame = golden_employment()
    flat = frame[["industry"]].drop_duplicates().assign(employment=1.0)
    bits = golden("entropy/econcomplex_shannon_entropy_syn.json")
    expected = {name: math.log(60) - value * math.log(2) for name, value in bits.items()}
    result = theil_specialization(frame, reference=flat)
    close(pick(result, OVER_INDUSTRIES), expected, rtol=1e-8)
    H = entropy(frame)["entropy"]
    close(result[OVER_INDUSTRIES], math.log(60) - H, rtol=1e-8)


# What must hold


@given(cases(size=(2, 4), withheld=False, published=False))
def test_concentration_and_specialisation_are_one_on_average(case):
    options = {"reference": "sum", "absent": case.absent}
    by_industry = theil(case.table, **options)
    by_region = theil_specialization(case.table, **options)
    for group in case.groups:
        E = np.array(case.matrix(group))
        if np.isnan(E).any() or E.sum() == 0:
            continue
        T = np.nan_to_num(list(pick(by_industry, "theil", **group).values()))
        T_region = np.nan_to_num(list(pick(by_region, OVER_INDUSTRIES, **group).values()))
        close((E.sum(axis=0) * T).sum(), (E.sum(axis=1) * T_region).sum(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=cases(size=(2, 4), keys=(), withheld=False, missing=False, published=False))
def test_merging_two_regions_alike_changes_nothing(index, case):
    E = np.array(case.matrix({}))
    twice, merged = np.vstack([E, E[:1]]), np.vstack([2 * E[:1], E[1:]])
    apart = theil(long(twice), reference="sum", index=index)["theil"]
    close(theil(long(merged), reference="sum", index=index)["theil"], apart, atol=1e-9)


@given(cases(size=(2, 4), withheld=False, published=False))
def test_between_is_the_index_of_the_groups_alone(case):
    split = theil(case.table, reference="sum", groups=STATES, absent="zero")
    of_states = case.table.assign(region=case.table["region"].map(STATES))
    keys = [key for key in of_states.columns if key != "employment"]
    of_states = of_states.groupby(keys, as_index=False)["employment"].sum()
    result = theil(of_states, reference="sum", absent="zero")
    close(result["theil"], split["between"], rtol=1e-7, atol=1e-9)


# Zero, infinite, withheld


def test_an_infinite_index_is_no_number():
    frame = long([[10.0, 5.0], [0.0, 5.0]])
    close(theil(frame, reference=weights([1, 1]))["theil"], [math.log(2), 0.0], atol=1e-12)
    close(theil(frame, reference=weights([1, 1]), index="L")["theil"], [NAN, 0.0], atol=1e-12)
    # Jobs in a region of no size; without jobs such a region takes no part.
    close(theil(frame, reference=weights([1, 0]))["theil"], [0.0, NAN], atol=1e-12)
    close(theil(frame, reference=weights([1, 0]), index="L")["theil"], [0.0, math.log(2)])


def test_a_group_without_jobs_has_no_part_in_t():
    frame = long([[10.0], [30.0], [0.0]])
    split = theil(frame, reference=weights([1, 1, 2]), groups=STATES)
    close(split["between"], [math.log(2)])
    close(split["within"], [0.25 * math.log(0.5) + 0.75 * math.log(1.5)])
    assert theil(frame, reference=weights([1, 1, 2]), index="L")["theil"].isna().all()


def test_an_industry_without_jobs_is_not_concentrated():
    result = theil(long([[3.0, 0.0], [1.0, 0.0]]), reference="sum", groups=STATES)
    assert result[["theil", "within", "between"]].isna().all(axis=1).tolist() == [False, True]


def test_withheld_and_absent_cells():
    E = [[NAN, 10.0], [5.0, 50.0]]
    for index in ("T", "L"):
        known = theil(long(E), reference=weights([1, 1]), index=index)["theil"]
        assert known.isna().tolist() == [True, False]
        assert theil(long(E), reference="sum", index=index)["theil"].isna().all()
        own = theil_specialization(long(E), reference=area([1, 1]), index=index)[OVER_INDUSTRIES]
        assert own.isna().tolist() == [True, False]
    gone = long([[5.0, 10.0], [5.0, 50.0]]).drop(index=0)
    assert theil(gone, reference=weights([1, 1]))["theil"].isna().tolist() == [True, False]
    zero = theil(gone, reference=weights([1, 1]), absent="zero")["theil"]
    close(zero.iloc[0], math.log(2))


def test_industries_that_only_the_reference_has_are_part_of_its_mix():
    frame, other = long([[10.0]]), area([10.0, 90.0])
    result = theil_specialization(frame, reference=other, groups=SECTORS, absent="zero")
    close(result[OVER_INDUSTRIES], [math.log(10)])
    close(result["within"], [math.log(10)])  # I1 is of the same sector
    with pytest.raises(SchemaError, match="'I1'"):
        theil_specialization(frame, reference=other)
    with pytest.raises(SchemaError, match="'I1': None"):
        theil_specialization(frame, reference=other, groups={"I0": "a"}, absent="zero")


def test_groups_are_checked():
    with pytest.raises(SchemaError, match=r"'R1': None.*region"):
        theil(long([[1.0], [2.0]]), reference="sum", groups={"R0": "CA"})
    with pytest.raises(SchemaError, match=r"'I1': None.*industry"):
        theil_specialization(long([[1.0, 2.0]]), reference="sum", groups={"I0": "a"})
    with pytest.raises(SchemaError, match="index='t'"):
        theil(long([[1.0]]), reference="sum", index="t")


def test_groups_of_every_year_and_draw():
    frame = pd.concat([long([[5.0], [1.0], [2.0]], year=y, draw=d) for y in (1, 2) for d in (0, 1)])
    result = theil(frame, reference=alike(frame), groups=STATES)
    assert result[["industry", "year", "draw"]].to_numpy().tolist() == [
        ["I0", y, d] for y in (1, 2) for d in (0, 1)
    ]
    close(result["within"], result["within"].iloc[0])
