"""Basic jobs by three methods, and the multiplier they make."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.tables import NAN, area, cases, close, long, totals

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import economic_base, economic_base_multiplier, location_quotient

BASE, MULTIPLIER = "economic_base", "economic_base_multiplier"
TWO = [[30.0, 10.0], [10.0, 30.0]]
MINIMUM = {"reference": "regions", "method": "minimum_requirements"}
ASSIGNED = {"reference": None, "method": "assignment"}
METHODS = [
    {"reference": "sum"},
    MINIMUM,
    {**MINIMUM, "minimum": "second_lowest"},
    {**MINIMUM, "minimum": 0.25},
    {**ASSIGNED, "assignment": {"I0": 1, "I1": 0.25, "I2": 0, "I3": 0.5}},
]


# By hand


def test_location_quotients_by_hand():
    # R0 has 30 of 40 where half would be the common share of I0.
    result = economic_base(long(TWO), reference="sum")
    close(result[BASE], [10.0, 0.0, 0.0, 10.0])
    close(result["nonbasic"], [20.0, 10.0, 10.0, 20.0])
    assert list(result.columns) == ["region", "industry", BASE, "nonbasic", "method", "reference"]
    assert set(result["method"]) == {"location_quotient"}
    assert set(result["reference"]) == {"sum"}
    against = economic_base(long(TWO), reference=area([250, 750], region="US"))
    close(against[BASE], [20.0, 0.0, 0.0, 0.0])
    assert set(against["reference"]) == {"US"}


def test_minimum_requirements_by_hand():
    # Shares of I0 .75 .25 .4, of I1 .25 .75 .6.
    E = [*TWO, [40.0, 60.0]]
    result = economic_base(long(E), **MINIMUM)
    close(result[BASE], [20.0, 0.0, 0.0, 20.0, 15.0, 35.0])
    second = economic_base(long(E), **MINIMUM, minimum="second_lowest")
    close(second[BASE], [14.0, 0.0, 0.0, 6.0, 0.0, 0.0])
    # The lower quartiles lie half way between the lowest and the second: .325 and .425.
    quartile = economic_base(long(E), **MINIMUM, minimum=0.25)
    close(quartile[BASE], [17.0, 0.0, 0.0, 13.0, 7.5, 17.5])
    assert set(result["reference"]) == {"regions"}
    for quantile, name in ((0.0, "lowest"), (0.5, "second_lowest")):
        by_number = economic_base(long(E), **MINIMUM, minimum=quantile)
        by_name = economic_base(long(E), **MINIMUM, minimum=name)
        pd.testing.assert_frame_equal(by_number, by_name)


def test_assignment_by_hand():
    result = economic_base(long(TWO), **ASSIGNED, assignment={"I0": 1, "I1": 0.1})
    close(result[BASE], [30.0, 1.0, 10.0, 3.0])
    assert set(result["reference"]) == {"none"}
    numbers = {"I0": np.int64(1), "I1": np.float32(0.5)}
    close(economic_base(long(TWO), **ASSIGNED, assignment=numbers)[BASE], [30, 5, 10, 15])


def test_multiplier_by_hand():
    result = economic_base_multiplier(long(TWO), reference="sum")
    close(result[MULTIPLIER], [4.0, 4.0])
    close(result["basic"], [10.0, 10.0])
    close(result["nonbasic"], [30.0, 30.0])
    close(result["total"], [40.0, 40.0])
    assert (result["unassigned"] == 0).all()
    names = ["region", MULTIPLIER, "basic", "nonbasic", "unassigned", "total"]
    assert list(result.columns) == [*names, "method", "reference"]


def test_jobs_that_no_row_shows_are_told():
    # 100 jobs of which 40 are in rows: shares are of 100, and 60 are nonbasic by default.
    frame = pd.concat([long([[30.0, 10.0]]), totals([100])])
    result = economic_base_multiplier(frame, reference=area([100, 800], total=1000))
    close(result["basic"], [20.0])
    close(result["unassigned"], [60.0])
    close(result["nonbasic"], [80.0])
    close(result[MULTIPLIER], [5.0])


# What must hold


@pytest.mark.parametrize("options", METHODS)
@given(case=cases())
def test_parts_add_up_and_the_multiplier_is_made_of_them(options, case):
    cells = economic_base(case.table, **options, absent=case.absent)
    slack = 1e-9 * np.nanmax([1.0, *case.table["employment"]])
    known = cells.dropna()
    jobs = case.table[case.table["industry"] != "00"].merge(known)
    close(jobs[BASE] + jobs["nonbasic"], jobs["employment"], atol=slack)
    assert known[BASE].ge(0).all()
    assert known["nonbasic"].ge(-slack).all()

    result = economic_base_multiplier(case.table, **options, absent=case.absent)
    split = result[result["nonbasic"].notna()]
    close(split["basic"] + split["nonbasic"], split["total"], atol=slack)
    some = result[result[MULTIPLIER].notna()]
    close(some[MULTIPLIER] * some["basic"], some["total"], rtol=1e-8)
    keys = [key for key in result.columns if key in ("region", "year", "draw")]
    added = cells.groupby(keys, as_index=False)[BASE].sum(min_count=1).merge(result, on=keys)
    both = added[added["basic"].notna()]
    close(both[BASE].fillna(0), both["basic"], atol=slack)
    assert result.loc[result["basic"] == 0, MULTIPLIER].isna().all()


@given(cases(withheld=False))
def test_basic_jobs_are_those_above_a_location_quotient_of_one(case):
    base = economic_base(case.table, reference="sum", absent=case.absent)
    lq = location_quotient(case.table, reference="sum", absent=case.absent)["location_quotient"]
    jobs = base[BASE] + base["nonbasic"]
    some = jobs.gt(0) & lq.notna()
    expected = jobs * np.maximum(1 - 1 / lq.where(some), 0)
    close(base[BASE][some], expected[some], rtol=1e-6, atol=1e-9 * max(jobs.max(), 1.0))
    assert (base[BASE][jobs == 0] == 0).all()


@given(cases(size=(2, 4), withheld=False))
def test_a_higher_minimum_leaves_fewer_basic_jobs(case):
    found = [
        economic_base(case.table, **MINIMUM, minimum=minimum, absent=case.absent)[BASE]
        for minimum in ("lowest", 0.25, 0.5, 1.0)
    ]
    slack = 1e-9 * max(case.table["employment"].max(), 1.0)
    for more, less in itertools.pairwise(found):
        known = more.notna() & less.notna()
        assert (more[known] >= less[known] - slack).all()
    # Nobody is above the highest share.
    assert (found[-1].dropna() <= slack).all()


@pytest.mark.parametrize("options", [{"reference": "sum"}, MINIMUM])
@given(
    mix=st.lists(st.floats(0.01, 1e6), min_size=2, max_size=5),
    sizes=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=4),
)
def test_regions_with_one_mix_have_no_basic_jobs_and_no_multiplier(options, mix, sizes):
    # Rounding alone would make it 1e15, which reads like a finding.
    result = economic_base_multiplier(long(np.outer(sizes, mix)), **options)
    assert (result["basic"] == 0).all()
    assert result[MULTIPLIER].isna().all()


def test_finer_industries_show_more_basic_jobs():
    # Told apart, what crosses in both directions within an industry shows.
    coarse, fine = long([[40.0, 60.0], [40.0, 60.0]]), long([[30.0, 10, 60], [10.0, 30, 60]])
    assert economic_base_multiplier(coarse, reference="sum")["basic"].eq(0).all()
    close(economic_base_multiplier(fine, reference="sum")["basic"], [10.0, 10.0])


# Nothing there, withheld, absent


@pytest.mark.parametrize("options", METHODS)
def test_a_region_alone_and_a_region_without_jobs(options):
    alone = economic_base_multiplier(long([[3.0, 5.0]]), **options)
    if "assignment" in options:
        close(alone["basic"], [4.25])
    elif options.get("minimum") == "second_lowest":
        assert alone["basic"].isna().all()  # there is no second
    else:
        close(alone["basic"], [0.0])
        assert alone[MULTIPLIER].isna().all()
    empty = economic_base(long([*TWO, [0.0, 0.0]]), **options)
    pd.testing.assert_frame_equal(empty.iloc[:4], economic_base(long(TWO), **options))
    close(empty[BASE].iloc[4:], 0.0)
    result = economic_base_multiplier(long([*TWO, [0.0, 0.0]]), **options)
    close(result[["basic", "nonbasic", "total"]].iloc[2], 0.0)
    assert np.isnan(result[MULTIPLIER].iloc[2])


def test_what_the_reference_has_not_is_all_basic():
    result = economic_base(long([[30.0, 10.0]]), reference=area([0, 100]))
    close(result[BASE], [30.0, 0.0])
    nothing = economic_base(long([[30.0, 0.0]]), reference=area([0, 0]))
    close(nothing[BASE], [NAN, 0.0])


def test_industries_that_only_the_reference_has_count_in_its_total():
    result = economic_base(long([[40.0]]), reference=area([100, 900]))
    close(result[BASE], [36.0])


def test_a_withheld_cell_by_location_quotients():
    E = [[NAN, 10.0], [10.0, 30.0], [0.0, 5.0]]
    published = pd.concat([long(E), totals([40, 40, 5])])
    # Against the sum I0 is unknown for all that have it; R2 has none and needs none.
    close(economic_base(published, reference="sum")[BASE].iloc[[0, 2, 4]], [NAN, NAN, 0.0])
    against = economic_base(published, reference=area([40, 40]))
    close(against[BASE], [NAN, 0.0, 0.0, 10.0, 0.0, 2.5])
    # Without totals its region's shares are unknown too.
    alone = economic_base(long(E), reference=area([40, 40]))
    close(alone[BASE], [NAN, NAN, 0.0, 10.0, 0.0, 2.5])
    result = economic_base_multiplier(published, reference=area([40, 40]))
    close(result[MULTIPLIER], [NAN, 4.0, 2.0])
    close(result["total"], [40.0, 40.0, 5.0])
    close(result["unassigned"], [NAN, 0.0, 0.0])


def test_a_withheld_cell_by_minimum_requirements():
    E = [[NAN, 10.0], [10.0, 30.0], [20.0, 20.0]]
    published = pd.concat([long(E), totals([40, 40, 40])])
    close(economic_base(published, **MINIMUM)[BASE], [NAN, 0.0, NAN, 20.0, NAN, 10.0])
    # Nothing is lower than a share of 0, whatever R0 has.
    E[1] = [0.0, 40.0]
    known = economic_base(pd.concat([long(E), totals([40, 40, 40])]), **MINIMUM)
    close(known[BASE], [NAN, 0.0, 0.0, 30.0, 20.0, 10.0])


def test_a_withheld_cell_of_an_industry_that_is_not_basic_does_not_matter():
    frame = pd.concat([long([[10.0, NAN], [10.0, 30.0]]), totals([50, 40])])
    options = {**ASSIGNED, "assignment": {"I0": 1, "I1": 0}}
    close(economic_base(frame, **options)[BASE], [10.0, 0.0, 10.0, 0.0])
    result = economic_base_multiplier(frame, **options)
    close(result[MULTIPLIER], [5.0, 4.0])
    close(result["unassigned"], [NAN, 0.0])
    local = economic_base_multiplier(frame, **ASSIGNED, assignment={"I0": 0, "I1": 1})
    close(local[MULTIPLIER], [NAN, 4 / 3])


def test_absent_rows():
    frame = long([[30.0, 10.0], [0.0, 40.0]]).drop(index=2)
    withheld = economic_base(frame, **MINIMUM)
    assert withheld[BASE].isna().all()  # R1's total is unknown, and so is the lowest share
    assert len(withheld) == 3
    zero = economic_base(frame, **MINIMUM, absent="zero")
    close(zero[BASE], [30.0, 0.0, 30.0])
    close(economic_base(frame, reference="sum", absent="zero")[BASE], [15.0, 0.0, 15.0])
    unknown = economic_base_multiplier(frame, reference=area([40, 40]))
    assert unknown[MULTIPLIER].isna().tolist() == [False, True]
    result = economic_base_multiplier(frame, reference=area([40, 40]), absent="zero")
    close(result["basic"], [10.0, 20.0])


def test_years_and_draws_have_minima_of_their_own():
    first, second = long(TWO, year=1), long([[20.0, 20.0], [10.0, 30.0]], year=2)
    together = economic_base(pd.concat([second, first]), **MINIMUM)
    for year, part in ((1, first), (2, second)):
        alone = economic_base(part, **MINIMUM)
        close(together[together["year"] == year][BASE], alone[BASE])
    close(together[together["year"] == 2][BASE], [10.0, 0.0, 0.0, 10.0])


# Refusals


@pytest.mark.parametrize("measure", [economic_base, economic_base_multiplier])
def test_the_reference_is_that_of_the_method(measure):
    frame = long(TWO)
    with pytest.raises(SchemaError, match="reference='regions' is not an option"):
        measure(frame, reference="regions")
    with pytest.raises(SchemaError, match="pass a pandas DataFrame"):
        measure(frame, reference=None)
    for wrong in (area([1, 1]), None):
        with pytest.raises(SchemaError, match=r"reference='regions'.*add rows"):
            measure(frame, **{**MINIMUM, "reference": wrong})
    with pytest.raises(SchemaError, match="reference='sum' is not an option"):
        measure(frame, **{**MINIMUM, "reference": "sum"})
    for wrong in ("sum", area([1, 1])):
        with pytest.raises(SchemaError, match="reference=None"):
            measure(frame, reference=wrong, method="assignment", assignment={"I0": 1, "I1": 0})


@pytest.mark.parametrize("measure", [economic_base, economic_base_multiplier])
def test_options_without_a_part_are_refused(measure):
    with pytest.raises(SchemaError, match=r"minimum has no part.*drop it"):
        measure(long(TWO), reference="sum", minimum=0.5)
    with pytest.raises(SchemaError, match=r"assignment has no part.*drop it"):
        measure(long(TWO), **MINIMUM, assignment={"I0": 1, "I1": 0})


@pytest.mark.parametrize("minimum", [-0.1, 1.1, NAN, True, None, "lowest quarter"])
def test_a_minimum_out_of_range_is_refused(minimum):
    with pytest.raises(SchemaError, match="minimum="):
        economic_base(long(TWO), **MINIMUM, minimum=minimum)


@pytest.mark.parametrize("share", [-0.1, 1.1, NAN, "all", None])
def test_an_assignment_out_of_range_or_incomplete_is_refused(share):
    with pytest.raises(SchemaError, match=r"basic share between 0 and 1 for 'I1'.*1 in all"):
        economic_base(long(TWO), **ASSIGNED, assignment={"I0": 1, "I1": share})
    with pytest.raises(SchemaError, match="'I1': None"):
        economic_base(long(TWO), **ASSIGNED, assignment={"I0": 1})
    with pytest.raises(SchemaError, match="pass assignment="):
        economic_base(long(TWO), **ASSIGNED)


def test_a_reference_that_does_not_match_is_refused():
    with pytest.raises(SchemaError, match="lacks 'I1'"):
        economic_base(long(TWO), reference=area([5], industries=["I0"]))


def test_the_reference_is_never_changed():
    reference = area([5, 15], total=30).set_axis([3, 1, 2])
    before = reference.copy(deep=True)
    economic_base_multiplier(long(TWO), reference=reference)
    pd.testing.assert_frame_equal(reference, before)
