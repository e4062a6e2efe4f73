"""Shift-share adds up whatever the zeros; dynamic location quotients are LQs divided."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import (
    NAN,
    area,
    cases,
    close,
    golden_employment,
    long,
    pick,
    totals,
)
from tests.reference import growth as slow_growth
from tests.reference import measures as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import (
    dynamic_location_quotient,
    location_quotient,
    regional_factor,
    shift_share,
    shift_share_sensitivity,
)
from clusteranalysis.schema import TOTAL

DLQ = "dynamic_location_quotient"
CLASSIC = ["national", "industry_mix", "regional"]
ESTEBAN = ["national", "industry_mix", "competitive", "allocation"]
STILWELL = ["national", "industry_mix", "mix_modification", "regional"]
#: Our names of Arcelus' effects and those of the slow formulas.
EFFECTS = {
    "national": "national",
    "industry_mix": "industry_mix",
    "regional_growth": "regional",
    "regional_mix": "regional_industry",
}
PARTS = ["expected", "differential"]
ARCELUS = [f"{effect}_{part}" for effect in EFFECTS for part in PARTS]
TERMS = {
    "classic": CLASSIC,
    "end_weighted": CLASSIC,
    "symmetric": CLASSIC,
    "stilwell": STILWELL,
    "esteban_marquillas": ESTEBAN,
    "arcelus": ARCELUS,
}
#: Methods in which a cell that starts at zero is regional and nothing else.
START_BASED = ["classic", "esteban_marquillas"]
WEIGHTS = {"classic": "start", "end_weighted": "end", "symmetric": "mean", "stilwell": "stilwell"}


def slow_terms(method, e0, e1, E0, E1, N0, N1, n0, n1):
    """One region's terms by the slow formulas, with our names and conventions."""
    if method in WEIGHTS:
        weights = WEIGHTS[method]
        return slow_growth.shift_share_rosenfeld(e0, e1, E0, E1, N0, N1, weights=weights)
    if method == "esteban_marquillas":
        rows = slow.shift_share_esteban_marquillas(e0, e1, E0, E1, N0, N1, region_total0=n0)
        for row in rows:
            if np.isnan(row["change"]):
                row["allocation"] = NAN  # not told apart from the competitive term
        return rows
    rows = slow_growth.shift_share_arcelus(e0, e1, E0, E1, N0, N1, n0, n1)
    names = {f"{o}_{p}": f"{t}_{p}" for o, t in EFFECTS.items() for p in PARTS}
    return [{o: row[t] for o, t in {**names, "change": "change"}.items()} for row in rows]


START, END = 2018, 2021


def two(before, after, **keys):
    """Two dates of a matrix as one table."""
    return pd.concat([long(before, year=START, **keys), long(after, year=END, **keys)])


def two_areas(before, after, totals=(None, None), **keys):
    return pd.concat(
        [
            area(before, total=totals[0], year=START, **keys),
            area(after, total=totals[1], year=END, **keys),
        ]
    )


US = two_areas([400, 150, 150, 400], [440, 210, 135, 480])
REGIONS = {
    "A": ([90, 20, 10, 60], [100, 40, 10, 55], (25, 27, 1, -3)),
    "B": ([60, 30, 30, 40], [85, 55, 40, 35], (55, 24, -1, 32)),
    "C": ([250, 100, 110, 300], [255, 115, 85, 390], (85, 114, 0, -29)),
}


# By hand


@pytest.mark.parametrize("region", REGIONS)
def test_published_example_rounded_to_jobs(region):
    before, after, expected = REGIONS[region]
    result = shift_share(two([before], [after]), reference=US)
    got = result[["change", *CLASSIC]].sum().round().to_list()
    assert got == list(expected)


def test_published_example_all_regions_at_once_and_against_their_sum():
    before, after = ([REGIONS[r][k] for r in REGIONS] for k in (0, 1))
    frame = two(before, after)
    by_table = shift_share(frame, reference=US)
    assert by_table.groupby("region")["regional"].sum().round().to_list() == [-3, 32, -29]
    # The three regions add up to the nation, so the sum is the same reference.
    pd.testing.assert_frame_equal(shift_share(frame, reference="sum"), by_table)


def test_one_cell_by_hand():
    # Nation 200 -> 220 (+10 %), industry 50 -> 60 (+20 %), here 10 -> 15.
    frame = two([[10, 30]], [[15, 20]])
    result = shift_share(frame, reference=two_areas([50, 150], [60, 160]))
    close(result.loc[0, ["change", *CLASSIC]], [5, 1, 1, 3])
    assert result.loc[0, ["start", "end"]].tolist() == [START, END]
    # Homothetic employment 40 x 50 / 200 = 10: all of the regional term is competitive.
    split = shift_share(
        frame, reference=two_areas([50, 150], [60, 160]), method="esteban_marquillas"
    )
    close(split.loc[0, ["change", *ESTEBAN]], [5, 1, 1, 3, 0])


def test_the_references_published_total_is_its_growth():
    frame = two([[10]], [[15]])
    reference = two_areas([50], [60], totals=(1000, 1300))
    close(shift_share(frame, reference=reference).loc[0, CLASSIC], [3, -1, 3])


def test_the_regions_published_total_is_its_size():
    frame = pd.concat([two([[10]], [[15]]), totals([100], year=START), totals([100], year=END)])
    reference = two_areas([50], [60], totals=(1000, 1300))
    split = shift_share(frame, reference=reference, method="esteban_marquillas")
    # b = 100 x 50 / 1000 = 5: 5 (50 % - 20 %) and (10 - 5) 30 %.
    close(split.loc[0, ESTEBAN], [3, -1, 1.5, 1.5])


def test_dynamic_location_quotient_by_hand():
    frame = two([[10, 90]], [[20, 80]])
    result = dynamic_location_quotient(frame, reference=two_areas([100, 900], [100, 900]))
    close(result[DLQ], [2, 80 / 90])
    # The nation doubles in the first industry: 2 / (2 / 1.1) here.
    result = dynamic_location_quotient(frame, reference=two_areas([100, 900], [200, 900]))
    close(result[DLQ][0], 2 / (2 / 1.1))


# Against the slow formulas


def expected_terms(method, case, group, reference):
    """Slow terms of every cell of one draw, as region, industry -> term -> value."""
    first, last = {**group, "year": START}, {**group, "year": END}
    e0, e1 = case.matrix(first), case.matrix(last)
    n0, n1 = case.region_totals(first), case.region_totals(last)
    if reference is None:
        E0, E1 = ([sum(c) for c in zip(*e, strict=True)] for e in (e0, e1))
        N0, N1 = sum(n0), sum(n1)
    else:
        E0, E1, N0, N1 = reference
    result = {}
    for r, region in enumerate(case.regions):
        rows = slow_terms(method, e0[r], e1[r], E0, E1, N0, N1, n0[r], n1[r])
        for industry, row in zip(case.industries, rows, strict=True):
            result[region, industry] = row
    return result


def draws_of(case):
    return sorted({g["draw"] for g in case.groups}) if "draw" in case.groups[0] else None


def check_terms(result, method, case, reference):
    draws = draws_of(case)
    for group in [{}] if draws is None else [{"draw": d} for d in draws]:
        expected = expected_terms(method, case, group, reference)
        part = case.table
        for key, value in group.items():
            part = part[part[key] == value]
        shown = part[part["industry"] != TOTAL]
        there = set(zip(shown["region"], shown["industry"], strict=True))
        for term in ("change", *TERMS[method]):
            got = pick(result, term, **group)
            want = {key: expected[key][term] for key in there}
            size = max([1.0, *(abs(v) for v in want.values() if not np.isnan(v))])
            close(got, want, rtol=1e-7, atol=1e-9 * size)


def both_years(case):
    """Whether every draw has both years; a table without them is refused, see below."""
    draws = draws_of(case)
    groups = [{}] if draws is None else [{"draw": d} for d in draws]
    return all({**g, "year": y} in case.groups for g in groups for y in (START, END))


@pytest.mark.parametrize("method", TERMS)
@settings(max_examples=30)
@given(case=cases(need=("year",)).filter(both_years))
def test_terms_against_the_sum_are_the_slow_ones(method, case):
    result = shift_share(case.table, reference="sum", method=method, absent=case.absent)
    check_terms(result, method, case, None)


@pytest.mark.parametrize("method", TERMS)
@settings(max_examples=30)
@given(case=cases(need=("year",)).filter(both_years), data=st.data())
def test_terms_against_a_table_are_the_slow_ones(method, case, data):
    jobs = st.one_of(st.just(0.0), st.just(NAN), st.floats(1, 1e6))
    E0, E1 = ([data.draw(jobs) for _ in case.industries] for _ in range(2))
    N0, N1 = data.draw(st.floats(1, 1e8)), data.draw(st.floats(1, 1e8))
    reference = two_areas(E0, E1, totals=(N0, N1), industries=case.industries)
    result = shift_share(case.table, reference=reference, method=method, absent=case.absent)
    check_terms(result, method, case, (E0, E1, N0, N1))


@given(cases(need=("year",)).filter(both_years))
def test_dynamic_quotients_are_the_slow_ones(case):
    result = dynamic_location_quotient(case.table, reference="sum", absent=case.absent)
    draws = draws_of(case)
    for group in [{}] if draws is None else [{"draw": d} for d in draws]:
        first, last = {**group, "year": START}, {**group, "year": END}
        e0, e1 = case.matrix(first), case.matrix(last)
        n0, n1 = case.region_totals(first), case.region_totals(last)
        for (region, industry), value in pick(result, DLQ, **group).items():
            r, i = case.regions.index(region), case.industries.index(industry)
            X0, X1 = (sum(row[i] for row in e) for e in (e0, e1))
            expected = slow.dynamic_location_quotient(
                e0[r][i], e1[r][i], n0[r], n1[r], X0, X1, sum(n0), sum(n1)
            )
            close(value, expected, rtol=1e-8)


# Adding up


@st.composite
def zeros_everywhere(draw):
    """Two dates with whole numbers and as many zeros, whole lines of zeros among them."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    dates = []
    for _ in range(2):
        cells = st.lists(
            st.sampled_from([0, 0, 1, 7, 400]),
            min_size=shape[0] * shape[1],
            max_size=shape[0] * shape[1],
        )
        E = np.array(draw(cells), float).reshape(shape)
        if draw(st.booleans()):
            E[draw(st.integers(0, shape[0] - 1))] = 0.0
        if draw(st.booleans()):
            E[:, draw(st.integers(0, shape[1] - 1))] = 0.0
        dates.append(E)
    return dates


@pytest.mark.parametrize("method", TERMS)
@settings(max_examples=30)
@given(dates=zeros_everywhere())
def test_terms_add_up_in_every_row_and_in_total(method, dates):
    before, after = dates
    result = shift_share(two(before, after), reference="sum", method=method)
    assert result.notna().all(axis=None)
    close(result["change"], (after - before).ravel())
    close(result[TERMS[method]].sum(axis=1), result["change"], atol=1e-6)
    close(result[TERMS[method]].sum().sum(), (after - before).sum(), atol=1e-5)


@pytest.mark.parametrize("method", TERMS)
@settings(max_examples=30)
@given(dates=zeros_everywhere(), data=st.data())
def test_terms_add_up_against_a_table_wherever_it_has_jobs(method, dates, data):
    before, after = dates
    width = before.shape[1]
    numbers = st.lists(st.integers(1, 900), min_size=width, max_size=width)
    reference = two_areas(data.draw(numbers), data.draw(numbers))
    result = shift_share(two(before, after), reference=reference, method=method)
    assert result.notna().all(axis=None)
    close(result[TERMS[method]].sum(axis=1), result["change"], atol=1e-6)


@given(zeros_everywhere())
def test_merging_regions_adds_their_terms(dates):
    """The classic terms are linear in the region, so they may be added up or merged first."""
    before, after = dates
    reference = two_areas(before.sum(axis=0) + 1, after.sum(axis=0) + 2)
    apart = shift_share(two(before, after), reference=reference)
    merged = shift_share(two([before.sum(axis=0)], [after.sum(axis=0)]), reference=reference)
    for term in ("change", "national", "industry_mix", "regional"):
        added = apart.groupby("industry")[term].sum()
        close(added.to_numpy(), merged[term], rtol=1e-8, atol=1e-7)


def test_the_terms_of_other_tools_data_add_up():
    frame = golden_employment(("t0", "t1", "t2"))
    for method, terms in TERMS.items():
        result = shift_share(frame, reference="sum", method=method)
        mix = ["industry_mix_expected", "industry_mix_differential"]
        mix = mix if method == "arcelus" else ["industry_mix"]
        assert (set(result["start"]), set(result["end"])) == ({0}, {2})
        assert len(result) == 40 * 60
        close(result[terms].sum(axis=1), result["change"], atol=1e-8)
        total = frame.groupby("year")["employment"].sum()
        close(result[terms].sum().sum(), total[2] - total[0], atol=1e-6)
        # The mix of all regions together is the reference's own: no effect.
        close(result[mix].sum().sum(), 0.0, atol=1e-6)


# Dynamic quotients


@given(cases(need=("year",), withheld=False, missing=False))
def test_dynamic_quotient_is_the_end_lq_over_the_start_lq(case):
    result = dynamic_location_quotient(case.table, reference="sum")
    lq = location_quotient(case.table, reference="sum")
    keys = [k for k in ("region", "industry", "draw") if k in lq.columns]
    start, end = (lq[lq["year"] == y].set_index(keys)["location_quotient"] for y in (START, END))
    expected = (end / start.where(start > 0)).sort_index()
    close(result[DLQ], expected, rtol=1e-8)


def test_dynamic_quotient_does_not_exist_where_something_starts_at_zero():
    frame = two([[0, 5, 5], [0, 0, 5]], [[3, 0, 5], [1, 4, 5]])
    result = dynamic_location_quotient(frame, reference="sum")
    isna = result[DLQ].isna().tolist()
    assert isna == [True, False, False, True, True, False]
    close(result[DLQ].iloc[1], 0.0)


def test_growing_in_step_with_the_reference_is_one():
    before = np.array([[3.0, 5.0], [9.0, 2.0]])
    result = dynamic_location_quotient(two(before, before * 1.7), reference="sum")
    close(result[DLQ], 1.0)


# Zero, withheld, absent


def test_an_industry_that_starts_in_the_region_is_regional():
    frame = two([[0, 10]], [[6, 10]])
    reference = two_areas([100, 100], [150, 100])
    result = shift_share(frame, reference=reference)
    close(result.loc[0, ["change", *CLASSIC]], [6, 0, 0, 6])
    split = shift_share(frame, reference=reference, method="esteban_marquillas")
    close(split.loc[0, ["change", *ESTEBAN]], [6, 0, 0, 6, 0])


def test_an_industry_new_to_the_reference_too_is_regional():
    frame = two([[0, 10], [0, 10]], [[6, 10], [0, 20]])
    for method in START_BASED:
        result = shift_share(frame, reference="sum", method=method)
        close(result.loc[0, TERMS[method][:3]], [0, 0, 6])
        close(result.loc[2, ["change", *TERMS[method]]], [0] * (len(TERMS[method]) + 1))


def test_an_industry_nobody_has_changes_nothing():
    frame = two([[0, 10]], [[0, 12]])
    for method, terms in TERMS.items():
        result = shift_share(frame, reference="sum", method=method)
        close(result.loc[0, ["change", *terms]], [0] * (len(terms) + 1))


def test_an_empty_region_has_terms_of_zero_and_no_quotient():
    frame = two([[0, 0], [5, 5]], [[0, 0], [7, 4]])
    result = shift_share(frame, reference="sum")
    close(result.loc[:1, ["change", *CLASSIC]], np.zeros((2, 4)))
    assert dynamic_location_quotient(frame, reference="sum")[DLQ].isna().tolist()[:2] == [True] * 2


def test_one_region_is_all_national_and_mix():
    result = shift_share(two([[4, 6]], [[8, 5]]), reference="sum")
    close(result["regional"], [0, 0])
    close(result["national"], [4 * 0.3, 6 * 0.3])


def test_a_withheld_cell_is_unknown_in_its_row_against_a_table():
    frame = two([[NAN, 10], [5, 5]], [[6, 10], [5, 6]])
    reference = two_areas([100, 100], [150, 100])
    result = shift_share(frame, reference=reference)
    assert result["regional"].isna().tolist() == [True, False, False, False]
    assert result["change"].isna().tolist() == [True, False, False, False]
    # The homothetic size of the region needs its total.
    split = shift_share(frame, reference=reference, method="esteban_marquillas")
    assert split["competitive"].isna().tolist() == [True, True, False, False]
    assert split["national"].isna().tolist() == [True, False, False, False]


def test_a_withheld_cell_against_the_sum_is_unknown_in_its_industry():
    frame = pd.concat(
        [
            two([[NAN, 10], [5, 5]], [[6, 10], [5, 6]]),
            totals([20, 20], year=START),
            totals([21, 22], year=END),
        ]
    )
    result = shift_share(frame, reference="sum")
    assert result["regional"].isna().tolist() == [True, False, True, False]
    assert result["national"].isna().tolist() == [True, False, False, False]


def test_a_row_absent_in_one_year():
    frame = two([[4, 10], [5, 5]], [[6, 10], [5, 6]]).reset_index(drop=True)
    frame = frame.drop(index=0)  # R0, I0 in the start year
    reference = two_areas([100, 100], [150, 100])
    withheld = shift_share(frame, reference=reference)
    assert len(withheld) == 4
    assert withheld["change"].isna().tolist() == [True, False, False, False]
    zero = shift_share(frame, reference=reference, absent="zero")
    close(zero.loc[0, ["change", *CLASSIC]], [6, 0, 0, 6])
    gone = shift_share(frame.drop(index=4), reference=reference, absent="zero")
    assert len(gone) == 3  # no row in either year, no row in the result


# Years and draws


def test_start_and_end_choose_years():
    frame = pd.concat([long([[n, 10]], year=2017 + n) for n in (1, 2, 3, 4)])
    reference = pd.concat([area([10, 10], year=2017 + n) for n in (1, 2, 3, 4)])
    for measure in (shift_share, dynamic_location_quotient):
        result = measure(frame, reference=reference)
        assert result.loc[0, ["start", "end"]].tolist() == [2018, 2021]
        result = measure(frame, reference=reference, start=2019, end=2020)
        assert result.loc[0, ["start", "end"]].tolist() == [2019, 2020]
    close(shift_share(frame, reference=reference, start=2019)["change"][0], 2)
    close(shift_share(frame, reference=reference, end=2020)["change"][0], 2)


@pytest.mark.parametrize("years", [(2021, 2018), (2018, 2018), (2018, 2099), (1999, 2021)])
def test_years_that_are_not_there_or_not_in_order_are_refused(years):
    frame = two([[1, 2]], [[3, 4]])
    for measure in (shift_share, dynamic_location_quotient):
        with pytest.raises(SchemaError, match=f"start={years[0]} and end={years[1]}.*2018, 2021"):
            measure(frame, reference="sum", start=years[0], end=years[1])


def test_a_single_year_is_refused():
    for measure in (shift_share, dynamic_location_quotient):
        with pytest.raises(SchemaError, match="growth needs two"):
            measure(long([[1, 2]], year=2018), reference="sum")
        with pytest.raises(SchemaError, match="'year'"):
            measure(long([[1, 2]]), reference="sum")


def test_a_year_the_reference_lacks_is_named():
    for measure in (shift_share, dynamic_location_quotient):
        with pytest.raises(SchemaError, match="2021"):
            measure(two([[1]], [[2]]), reference=area([5], year=START))
        with pytest.raises(SchemaError, match="'year'"):
            measure(two([[1]], [[2]]), reference=area([5]))


def test_an_industry_the_reference_lacks_is_named():
    for measure in (shift_share, dynamic_location_quotient):
        with pytest.raises(SchemaError, match="lacks 'I1'"):
            measure(two([[1, 2]], [[2, 3]]), reference=two_areas([5], [6]))


def test_an_industry_the_reference_has_in_one_year_only_is_unknown():
    reference = two_areas([5, 5], [6, 6]).iloc[:3]  # I1 has no row in the end year
    result = shift_share(two([[1, 2]], [[2, 3]]), reference=reference, absent="zero")
    assert result["regional"].isna().tolist() == [False, True]


def test_a_reference_of_several_areas_is_refused():
    for measure in (shift_share, dynamic_location_quotient):
        with pytest.raises(SchemaError, match="holds 2 regions"):
            measure(two([[1]], [[2]]), reference=two([[1], [2]], [[1], [2]]))


def test_draws_that_differ_between_the_years_are_refused():
    frame = pd.concat([long([[1]], year=START, draw=0), long([[1]], year=END, draw=1)])
    for measure in (shift_share, dynamic_location_quotient):
        with pytest.raises(SchemaError, match="'draw'"):
            measure(frame, reference="sum")


def test_a_reference_with_draws_is_matched_draw_by_draw():
    frame = pd.concat([two([[10]], [[20]], draw=d) for d in (1, 0)])
    growth = {0: 10, 1: 15}
    reference = pd.concat([two_areas([10], [growth[d]]).assign(draw=d) for d in (0, 1)])
    result = shift_share(frame, reference=reference)
    close(result["regional"], [10, 5])


def test_an_unmeasured_year_may_have_anything_but_is_no_part():
    frame = pd.concat([two([[1, 2]], [[3, 4]]), long([[NAN, 9]], year=2019)])
    trimmed = two([[1, 2]], [[3, 4]])
    pd.testing.assert_frame_equal(
        shift_share(frame, reference="sum"), shift_share(trimmed, reference="sum")
    )


def test_a_missing_year_is_refused_as_our_error():
    frame = two([[1, 2]], [[3, 4]])
    frame["year"] = [2018, NAN, 2021, 2021]
    with pytest.raises(SchemaError, match="'year'"):
        shift_share(frame, reference="sum")


def test_years_as_text_are_refused_with_rows_named():
    frame = two([[1, 2]], [[3, 4]])
    with pytest.raises(SchemaError, match=r"'year'.*row .*'2018'"):
        shift_share(frame.assign(year=frame["year"].astype(str)), reference="sum")


@settings(max_examples=20)
@given(zeros_everywhere(), st.floats(0.01, 100))
def test_the_unit_scales_the_terms(dates, factor):
    before, after = dates
    for method, terms in TERMS.items():
        one = shift_share(two(before, after), reference="sum", method=method)
        other = shift_share(two(before * factor, after * factor), reference="sum", method=method)
        close(other[terms], one[terms] * factor, rtol=1e-6, atol=1e-6)


# Editions of NAICS


def over_the_break(code, later=None):
    """Jobs of one industry in 2016 (NAICS 2012) and 2017 (NAICS 2017), as CBP publishes them."""
    return pd.DataFrame(
        {
            "region": "A",
            "industry": [code, "325412", later or code, "325412"],
            "year": [2016, 2016, 2017, 2017],
            "employment": [10.0, 5.0, 12.0, 5.0],
        }
    )


@pytest.mark.parametrize("measure_of", [shift_share, dynamic_location_quotient])
def test_growth_over_a_changed_code_is_refused_with_the_mend(measure_of):
    # 541711 (biotechnology) ended with NAICS 2012 and became two codes.
    with pytest.raises(SchemaError, match=r"mixes editions.*harmonise\(table, to='naics2017'"):
        measure_of(over_the_break("541711", "541714"), reference="sum")


@pytest.mark.parametrize("measure_of", [shift_share, dynamic_location_quotient])
def test_growth_over_an_unchanged_code_is_not(measure_of):
    assert len(measure_of(over_the_break("325411"), reference="sum")) == 2


def test_a_harmonised_table_may_cross_the_break():
    carried = over_the_break("541714").assign(passed_split=True)
    assert len(shift_share(carried, reference="sum")) == 2


# Other base years


def test_end_weighted_by_hand():
    # Nation 200 -> 220, industry 50 -> 60, here 10 -> 15: 15 jobs shrink by 20/220 and 10/60.
    frame, reference = two([[10, 30]], [[15, 20]]), two_areas([50, 150], [60, 160])
    result = shift_share(frame, reference=reference, method="end_weighted")
    close(result.loc[0, CLASSIC], [15 / 11, 2.5 - 15 / 11, 2.5])
    mean = shift_share(frame, reference=reference, method="symmetric")
    close(mean.loc[0, CLASSIC], [(1 + 15 / 11) / 2, (1 + 2.5 - 15 / 11) / 2, 2.75])
    # The mix would have brought 2.5 - 15/11 at the end and 1 at the start.
    split = shift_share(frame, reference=reference, method="stilwell")
    close(split.loc[0, STILWELL], [1, 1, 1.5 - 15 / 11, 3 - (1.5 - 15 / 11)])


@settings(max_examples=30)
@given(zeros_everywhere())
def test_end_weighted_terms_are_those_of_the_way_back(dates):
    before, after = dates
    there = shift_share(two(before, after), reference="sum", method="end_weighted")
    back = shift_share(two(after, before), reference="sum")
    close(there[CLASSIC], -back[CLASSIC], atol=1e-9)
    both = shift_share(two(before, after), reference="sum", method="symmetric")
    turned = shift_share(two(after, before), reference="sum", method="symmetric")
    close(both[CLASSIC], -turned[CLASSIC], atol=1e-9)


def test_a_cell_that_ends_at_zero_is_regional_when_weighted_by_the_end():
    frame, reference = two([[6, 10]], [[0, 10]]), two_areas([100, 100], [150, 100])
    result = shift_share(frame, reference=reference, method="end_weighted")
    close(result.loc[0, ["change", *CLASSIC]], [-6, 0, 0, -6])


def test_a_mix_that_does_not_change_has_no_modification():
    before = np.array([[10.0, 30.0], [40.0, 5.0]])
    growth = np.array([1.2, 0.7])
    result = shift_share(two(before, before * growth), reference="sum", method="stilwell")
    # Every region grows at the industries' rates: the mixes of both years bring the same.
    by_region = result.groupby("region")["regional"].sum()
    modification = result.groupby("region")["mix_modification"].sum()
    close(by_region + modification, [0, 0], atol=1e-9)


# Arcelus


def test_arcelus_by_hand():
    # Region 10, 30 of the nation's 100, 100: homothetic 20, 20. Nation + 20 % (+ 10, + 30),
    # region 40 -> 46, + 15 % (+ 30, + 10).
    frame = two([[10, 30]], [[13, 33]])
    result = shift_share(frame, reference=two_areas([100, 100], [110, 130]), method="arcelus")
    # Rates of the first industry: 20 %, -10 %, -5 %, (30 - 15) - (10 - 20) = 25 %.
    close(result.loc[0, ARCELUS], [4, -2, -2, 1, -1, 0.5, 5, -2.5])
    # Of the second: 20 %, 10 %, -5 %, (10 - 15) - (30 - 20) = -15 %.
    close(result.loc[1, ARCELUS], [4, 2, 2, 1, -1, -0.5, -3, -1.5])


@settings(max_examples=30)
@given(zeros_everywhere())
def test_arcelus_pairs_add_up_to_the_classic_terms(dates):
    frame = two(*dates)
    split = shift_share(frame, reference="sum", method="arcelus")
    classic = shift_share(frame, reference="sum")
    for term in ("national", "industry_mix"):
        close(split[f"{term}_expected"] + split[f"{term}_differential"], classic[term], atol=1e-9)
    regional = split[[c for c in ARCELUS if c.startswith("regional")]].sum(axis=1)
    close(regional, classic["regional"], atol=1e-6)


@settings(max_examples=30)
@given(zeros_everywhere())
def test_the_homothetic_mix_of_a_region_is_the_references(dates):
    """At the reference's mix a region gains G on all of its jobs and nothing from its mix."""
    before, after = dates
    result = shift_share(two(before, after), reference="sum", method="arcelus")
    sums = result.groupby("region")[ARCELUS].sum()
    size = before.sum(axis=1)
    if before.sum() > 0:
        G = after.sum() / before.sum() - 1
        close(sums["national_expected"], size * G, rtol=1e-7, atol=1e-6)
        close(sums["national_differential"], 0 * size, atol=1e-6)
    if (before.sum(axis=0) > 0).all():
        close(sums["industry_mix_expected"], 0 * size, atol=1e-5)


@settings(max_examples=30)
@given(zeros_everywhere())
def test_arcelus_expected_regional_terms_are_the_competitive_one(dates):
    frame = two(*dates)
    split = shift_share(frame, reference="sum", method="arcelus")
    esteban = shift_share(frame, reference="sum", method="esteban_marquillas")
    had = dates[0].ravel() > 0  # elsewhere the two book the change in their own way
    for part, name in (("expected", "competitive"), ("differential", "allocation")):
        added = split[f"regional_growth_{part}"] + split[f"regional_mix_{part}"]
        close(added[had], esteban[name][had], rtol=1e-7, atol=1e-6)


# Year by year


def yearly(dates, first=2018):
    return pd.concat([long(E, year=first + t) for t, E in enumerate(dates)])


@st.composite
def several_years(draw, years=(2, 4)):
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    jobs = st.sampled_from([0, 0, 1, 7, 400])
    cells = st.lists(jobs, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
    count = draw(st.integers(*years))
    return [np.array(draw(cells), float).reshape(shape) for _ in range(count)]


@pytest.mark.parametrize("method", TERMS)
@settings(max_examples=30)
@given(dates=several_years())
def test_annual_terms_are_the_sums_of_the_steps(method, dates):
    frame = yearly(dates)
    result = shift_share(frame, reference="sum", method=method, period="annual")
    steps = [
        shift_share(frame, reference="sum", method=method, start=2018 + t, end=2019 + t)
        for t in range(len(dates) - 1)
    ]
    close(result[TERMS[method]], sum(step[TERMS[method]] for step in steps), atol=1e-7)
    close(result["change"], (dates[-1] - dates[0]).ravel())
    close(result[TERMS[method]].sum(axis=1), result["change"], atol=1e-5)
    assert set(zip(result["start"], result["end"], strict=True)) == {(2018, 2017 + len(dates))}


@settings(max_examples=30)
@given(several_years(), st.data())
def test_annual_terms_are_the_slow_ones(dates, data):
    width = dates[0].shape[1]
    jobs = st.lists(st.floats(1, 1e6), min_size=width, max_size=width)
    E = [data.draw(jobs) for _ in dates]
    reference = pd.concat([area(row, year=2018 + t) for t, row in enumerate(E)])
    result = shift_share(yearly(dates), reference=reference, period="annual")
    for r in range(len(dates[0])):
        slow_rows = slow_growth.shift_share_dynamic([date[r].tolist() for date in dates], E)
        ours = result[result["region"] == f"R{r}"]
        for term in ("change", *CLASSIC):
            expected = np.array([row[term] for row in slow_rows])
            close(ours[term], expected, rtol=1e-7, atol=1e-6 * max(1, np.abs(expected).max()))


def test_annual_by_hand():
    # Nation 100, 110, 110; here 10, 20, 20: 1 of the nation, then 9 of its own, then nothing.
    frame = yearly([[[10.0]], [[20.0]], [[20.0]]])
    reference = pd.concat([area([n], year=2018 + t) for t, n in enumerate((100, 110, 110))])
    annual = shift_share(frame, reference=reference, period="annual")
    close(annual.loc[0, ["change", *CLASSIC]], [10, 1, 0, 9])
    # The nation falls back: only the annual base has grown by then.
    reference = pd.concat([area([n], year=2018 + t) for t, n in enumerate((100, 110, 99))])
    annual = shift_share(frame, reference=reference, period="annual")
    close(annual.loc[0, CLASSIC], [1 - 2, 0, 9 + 2])
    close(shift_share(frame, reference=reference).loc[0, CLASSIC], [-0.1, 0, 10.1])


def test_annual_refuses_a_missing_year_by_name():
    frame = pd.concat([long([[1, 2]], year=y) for y in (2015, 2016, 2019)])
    with pytest.raises(SchemaError, match=r"lacks 2017, 2018.*period='annual'.*'whole'"):
        shift_share(frame, reference="sum", period="annual")
    assert len(shift_share(frame, reference="sum", period="annual", end=2016)) == 2
    reference = pd.concat([area([1, 2], year=y) for y in (2015, 2019)])
    complete = pd.concat([long([[1, 2]], year=y) for y in range(2015, 2020)])
    with pytest.raises(SchemaError, match=r"reference table has no rows for year .*2016"):
        shift_share(complete, reference=reference, period="annual")


def test_annual_is_unknown_where_a_year_between_is_withheld():
    dates = [np.array([[4.0, 5.0], [6.0, 7.0]]) for _ in range(3)]
    dates[1][0, 0] = NAN
    frame = yearly(dates)
    reference = pd.concat([area([10, 12], year=2018 + t) for t in range(3)])
    annual = shift_share(frame, reference=reference, period="annual")
    assert annual["regional"].isna().tolist() == [True, False, False, False]
    assert annual["change"].notna().all()
    assert shift_share(frame, reference=reference).notna().all(axis=None)


def test_annual_shows_a_cell_that_was_there_in_between_only():
    frame = yearly([[[4.0, 5.0]], [[6.0, 5.0]], [[4.0, 5.0]]]).reset_index(drop=True)
    frame = frame[~((frame["industry"] == "I0") & (frame["year"] != 2019))]
    reference = pd.concat([area([10, 12], year=2018 + t) for t in range(3)])
    annual = shift_share(frame, reference=reference, period="annual", absent="zero")
    close(annual.loc[0, ["change", *CLASSIC]], [0, 0, 0, 0])
    whole = shift_share(frame, reference=reference, absent="zero")
    assert whole["industry"].tolist() == ["I1"]


def test_annual_refuses_a_break_of_naics_between_equal_ends():
    codes = {2016: "541711", 2017: "541714", 2018: "541714"}
    frame = pd.DataFrame(
        {
            "region": "A",
            "industry": list(codes.values()),
            "year": list(codes),
            "employment": [1.0, 2.0, 3.0],
        }
    )
    with pytest.raises(SchemaError, match="mixes editions"):
        shift_share(frame, reference="sum", period="annual", absent="zero")
    with pytest.raises(SchemaError, match="mixes editions"):
        shift_share_sensitivity(frame, reference="sum", absent="zero")


# Base years


@settings(max_examples=30)
@given(several_years(years=(2, 4)))
def test_sensitivity_is_the_shift_share_of_every_start(dates):
    frame = yearly(dates)
    result = shift_share_sensitivity(frame, reference="sum")
    last = 2017 + len(dates)
    assert (result["end"] == last).all()
    assert sorted(set(result["start"])) == list(range(2018, last))
    for start in range(2018, last):
        part = result[result["start"] == start].reset_index(drop=True)
        alone = shift_share(frame, reference="sum", start=start, end=last)
        pd.testing.assert_frame_equal(part.drop(columns="same_sign"), alone)


@settings(max_examples=30)
@given(several_years(years=(2, 5)))
def test_same_sign_is_the_share_of_starts_that_agree(dates):
    result = shift_share_sensitivity(yearly(dates), reference="sum")
    signs = np.sign(result["regional"].round(6))
    for _, part in result.assign(sign=signs).groupby(["region", "industry"]):
        for row in part.itertuples():
            assert row.same_sign == pytest.approx((part["sign"] == row.sign).mean())


def test_sensitivity_keeps_rounding_from_having_a_sign():
    # Growing in step: the regional terms are a few ulps to either side of nothing.
    before = np.array([[0.1, 0.7], [0.3, 1.1]])
    frame = yearly([before, before * 1.1, before * 1.3, before * 1.7])
    assert (shift_share_sensitivity(frame, reference="sum")["same_sign"] == 1).all()


def test_sensitivity_counts_the_starts_it_knows():
    # Regional + 10, withheld, - 10, + 4 against a nation that stands still.
    frame = yearly([[[10.0]], [[NAN]], [[30.0]], [[16.0]], [[20.0]]])
    reference = pd.concat([area([100], year=2018 + t) for t in range(5)])
    result = shift_share_sensitivity(frame, reference=reference)
    close(result["regional"], [10, NAN, -10, 4])
    close(result["same_sign"], [2 / 3, NAN, 1 / 3, 2 / 3])
    ended = shift_share_sensitivity(frame, reference=reference, end=2020)
    close(ended["regional"], [20, NAN])
    close(ended["same_sign"], [1, NAN])


def test_sensitivity_needs_a_year_before_the_end():
    frame = yearly([[[10.0]], [[12.0]]])
    with pytest.raises(SchemaError, match="start=2018 and end=2018"):
        shift_share_sensitivity(frame, reference="sum", end=2018)


def test_sensitivity_sorts_by_cell_draw_and_start():
    frame = pd.concat([yearly([[[1.0, 2]], [[3, 4]], [[5, 6]]]).assign(draw=d) for d in (1, 0)])
    result = shift_share_sensitivity(frame, reference="sum")
    keys = ["region", "industry", "draw", "start"]
    assert list(result.columns[:4]) == keys
    pd.testing.assert_frame_equal(result, result.sort_values(keys, ignore_index=True))
    assert not result.duplicated(keys).any()


# Factors


@settings(max_examples=30)
@given(case=cases(need=("year",), published=False).filter(both_years), data=st.data())
def test_factors_are_the_slow_ones(case, data):
    jobs = st.one_of(st.just(0.0), st.just(NAN), st.floats(1, 1e6))
    E0, E1 = ([data.draw(jobs) for _ in case.industries] for _ in range(2))
    N0, N1 = data.draw(st.floats(1, 1e8)), data.draw(st.floats(1, 1e8))
    reference = two_areas(E0, E1, totals=(N0, N1), industries=case.industries)
    result = regional_factor(case.table, reference=reference, absent=case.absent)
    draws = draws_of(case)
    for group in [{}] if draws is None else [{"draw": d} for d in draws]:
        e0, e1 = (case.matrix({**group, "year": y}) for y in (START, END))
        for name in ("regional", "structural", "locational"):
            got = pick(result, f"{name}_factor", **group)
            theirs = {"structural": "structure", "locational": "location"}.get(name, name)
            for r, region in enumerate(case.regions):
                want = slow_growth.shift_share_gerfin(e0[r], e1[r], E0, E1, N0, N1)[theirs]
                close(got[region], want, rtol=1e-8)


@settings(max_examples=30)
@given(zeros_everywhere())
def test_factors_multiply_and_are_the_classic_shifts_as_ratios(dates):
    before, after = dates
    factors = regional_factor(two(before, after), reference="sum").set_index("region")
    product = factors["structural_factor"] * factors["locational_factor"]
    known = product.notna()
    close(product[known], factors["regional_factor"][known], rtol=1e-8)
    shifts = shift_share(two(before, after), reference="sum").groupby("region")[CLASSIC].sum()
    if before.sum() > 0 and after.sum() > 0:
        expected = before.sum(axis=1) * after.sum() / before.sum()
        net = shifts["industry_mix"] + shifts["regional"]
        had = before.sum(axis=1) > 0
        close((factors["regional_factor"] - 1)[had], (net / expected)[had], rtol=1e-7, atol=1e-9)


def test_factors_take_the_industries_not_the_published_total():
    frame = two([[50, 50]], [[90, 50]])
    with_totals = pd.concat([frame, totals([300], year=START), totals([100], year=END)])
    reference = two_areas([200, 800], [300, 700])
    pd.testing.assert_frame_equal(
        regional_factor(with_totals, reference=reference),
        regional_factor(frame, reference=reference),
    )


def test_factors_are_unknown_with_a_withheld_cell_and_undefined_without_jobs():
    frame = two([[NAN, 10], [5, 5], [0, 0]], [[6, 10], [5, 6], [1, 0]])
    result = regional_factor(frame, reference=two_areas([100, 100], [150, 100]))
    assert result["regional_factor"].isna().tolist() == [True, False, True]
    assert result["region"].tolist() == ["R0", "R1", "R2"]
