import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusteranalysis.errors import RegionError, SchemaError
from clusteranalysis.regions import Region, aggregate_regions, find_region
from clusteranalysis.schema import check_employment

PAIR = Region("Pair", "pair", ("01001", "01003"))


def table(*rows, columns=("region", "industry", "employment")):
    return pd.DataFrame(list(rows), columns=list(columns))


def one(result, industry):
    rows = result[result["industry"] == industry]
    assert len(rows) == 1
    return rows.iloc[0]


def bounds(row):
    return (row["employment"], row["employment_low"], row["employment_high"])


def test_all_published_is_a_plain_sum_with_equal_bounds():
    cells = table(
        ("01001", "325", 10.0), ("01003", "325", 5.0), ("01001", "311", 1.0), ("01003", "311", 2.0)
    )
    result = aggregate_regions(cells, PAIR)
    assert result["region"].tolist() == ["Pair", "Pair"]
    assert result["industry"].tolist() == ["311", "325"]
    assert bounds(one(result, "325")) == (15.0, 15.0, 15.0)
    assert set(result["status"]) == {"reported"}


# County 01001: total 100, shows 30 + 20, so 50 jobs are not published. County 01003: total 40,
# shows 25, so 15 are not.
OPEN = table(
    ("01001", "00", 100.0),
    ("01001", "311", 30.0),
    ("01001", "325", 20.0),
    ("01001", "334", np.nan),
    ("01003", "00", 40.0),
    ("01003", "311", 25.0),
    ("01003", "334", np.nan),
)


def test_what_is_not_published_reaches_as_far_as_the_county_totals_leave():
    result = aggregate_regions(OPEN, PAIR)
    assert bounds(one(result, "00")) == (140.0, 140.0, 140.0)
    assert bounds(one(result, "311")) == (55.0, 55.0, 55.0)
    # 01003 does not list 325: from none to all of its 15 open jobs.
    assert bounds(one(result, "325")) == (20.0, 20.0, 35.0)
    assert one(result, "325")["status"] == "partial"
    nothing = one(result, "334")
    assert np.isnan(nothing["employment"])
    assert (nothing["employment_low"], nothing["employment_high"]) == (0.0, 65.0)
    assert nothing["status"] == "withheld"


def test_without_totals_an_unpublished_part_has_no_upper_bound():
    result = aggregate_regions(OPEN[OPEN["industry"] != "00"], PAIR)
    assert np.isnan(one(result, "325")["employment_high"])
    assert np.isnan(one(result, "334")["employment_high"])
    assert one(result, "325")["employment_low"] == 20.0
    assert bounds(one(result, "311")) == (55.0, 55.0, 55.0)


def test_absent_as_zero_only_fills_missing_rows():
    result = aggregate_regions(OPEN, PAIR, absent="zero")
    assert bounds(one(result, "325")) == (20.0, 20.0, 20.0)
    assert one(result, "325")["status"] == "reported"
    # A listed row without a number stays withheld.
    assert one(result, "334")["status"] == "withheld"


def test_a_missing_county_total_is_never_zero():
    cells = OPEN[~((OPEN["region"] == "01003") & (OPEN["industry"] == "00"))]
    for absent in ("withheld", "zero"):
        total = one(aggregate_regions(cells, PAIR, absent=absent), "00")
        assert total["status"] == "partial"
        assert total["employment"] == 100.0
        assert np.isnan(total["employment_high"])


def test_given_bounds_are_used_and_low_stays_below_the_floor():
    cells = table(
        ("01001", "325", 20.0, 20.0, 20.0, "reported"),
        ("01003", "325", np.nan, 4.0, 9.0, "withheld"),
        ("01001", "334", np.nan, 1.0, 3.0, "withheld"),
        ("01003", "334", np.nan, 4.0, 9.0, "withheld"),
        columns=(
            "region",
            "industry",
            "employment",
            "employment_low",
            "employment_high",
            "status",
        ),
    )
    result = aggregate_regions(cells, PAIR)
    assert bounds(one(result, "325")) == (20.0, 20.0, 29.0)
    nothing = one(result, "334")
    assert (nothing["employment_low"], nothing["employment_high"]) == (5.0, 12.0)
    check_employment(result)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("reported", "reported"), "reported"),
        (("reported", "deduced"), "deduced"),
        (("deduced", "imputed"), "imputed"),
        (("reported", "partial"), "partial"),
        (("deduced", "withheld"), "partial"),
        (("imputed", "withheld"), "partial"),
        (("withheld", "withheld"), "withheld"),
    ],
)
def test_status_of_a_sum(pair, expected):
    rows = [
        (county, "325", np.nan if status == "withheld" else 3.0, status)
        for county, status in zip(PAIR.counties, pair, strict=True)
    ]
    cells = table(*rows, columns=("region", "industry", "employment", "status"))
    for order in (cells, cells.iloc[::-1]):
        assert aggregate_regions(order, PAIR)["status"].tolist() == [expected]


def test_a_row_without_a_number_is_not_published_whatever_its_status_says():
    cells = table(
        ("01001", "325", 3.0, "reported"),
        ("01003", "325", np.nan, "reported"),
        columns=("region", "industry", "employment", "status"),
    )
    assert aggregate_regions(cells, PAIR)["status"].tolist() == ["partial"]


def test_a_floor_without_bounds_is_open_up_to_the_remainder():
    cells = table(
        ("01001", "00", 100.0, "reported"),
        ("01001", "325", 60.0, "partial"),
        ("01003", "00", 10.0, "reported"),
        ("01003", "325", 10.0, "reported"),
        columns=("region", "industry", "employment", "status"),
    )
    assert bounds(one(aggregate_regions(cells, PAIR), "325")) == (70.0, 70.0, 110.0)


def test_an_imputed_number_bounds_nothing():
    cells = table(
        ("01001", "00", 100.0, "reported"),
        ("01001", "325", 60.0, "imputed"),
        ("01001", "334", np.nan, "withheld"),
        ("01003", "00", 10.0, "reported"),
        ("01003", "325", 10.0, "reported"),
        ("01003", "334", 0.0, "reported"),
        columns=("region", "industry", "employment", "status"),
    )
    result = aggregate_regions(cells, PAIR)
    guessed = one(result, "325")
    assert guessed["employment"] == 70.0
    assert np.isnan(guessed["employment_high"])
    # The imputed 60 may be wrong, so all 100 jobs may be in 334.
    assert one(result, "334")["employment_high"] == 100.0


def test_other_counts_are_summed_over_what_is_published():
    cells = table(
        ("01001", "325", 10.0, 3.0, 500.0),
        ("01003", "325", np.nan, 4.0, np.nan),
        ("01001", "334", np.nan, np.nan, np.nan),
        ("01003", "334", np.nan, 2.0, np.nan),
        columns=("region", "industry", "employment", "establishments", "payroll"),
    )
    result = aggregate_regions(cells, PAIR)
    assert one(result, "325")[["establishments", "payroll"]].tolist() == [7.0, 500.0]
    assert one(result, "334")["establishments"] == 2.0
    assert np.isnan(one(result, "334")["payroll"])


def test_years_are_bounded_by_their_own_totals():
    cells = pd.concat(
        [OPEN.assign(year=2019), OPEN.assign(year=2020, employment=OPEN["employment"] * 2)]
    )
    result = aggregate_regions(cells, PAIR)
    high = result[result["industry"] == "334"].set_index("year")["employment_high"]
    assert high.to_dict() == {2019: 65.0, 2020: 130.0}


def test_regions_may_overlap_and_cluster_names_pass():
    cells = table(
        ("01001", "Food Processing", 1.0),
        ("01003", "Food Processing", 2.0),
        ("01005", "Food Processing", 4.0),
    )
    other = Region("Other", "other", ("01003", "01005"))
    result = aggregate_regions(cells, [PAIR, other])
    assert result.set_index("region")["employment"].to_dict() == {"Pair": 3.0, "Other": 6.0}
    assert result["region"].tolist() == ["Other", "Pair"]


def test_a_county_without_rows_in_a_year_is_named():
    cells = table(
        ("01001", "325", 1.0, 2019),
        ("01003", "325", 1.0, 2019),
        ("01001", "325", 1.0, 2020),
        columns=("region", "industry", "employment", "year"),
    )
    for absent in ("withheld", "zero"):
        with pytest.raises(RegionError, match=r"'01003' of region 'Pair'.*year 2020"):
            aggregate_regions(cells, PAIR, absent=absent)
    with pytest.raises(RegionError, match="'01005'"):
        aggregate_regions(cells.drop(columns="year").head(2), Region("X", "x", ("01005",)))


def test_mistakes_in_the_call_are_named():
    cells = table(("01001", "325", 1.0), ("01003", "325", 1.0))
    with pytest.raises(RegionError, match="find_region"):
        aggregate_regions(cells, ["east-bay"])
    with pytest.raises(RegionError, match="find_region"):
        aggregate_regions(cells, "east-bay")
    with pytest.raises(RegionError, match="no region"):
        aggregate_regions(cells, [])
    with pytest.raises(RegionError, match="share the name 'Pair'"):
        aggregate_regions(cells, [PAIR, Region("Pair", "b", ("01001",))])
    with pytest.raises(SchemaError, match="absent='nil'"):
        aggregate_regions(cells, PAIR, absent="nil")
    with pytest.raises(SchemaError, match="not unique"):
        aggregate_regions(pd.concat([cells, cells]), PAIR)


def test_the_east_bay_as_published():
    from clusteranalysis.data import sample

    bay = sample()
    result = aggregate_regions(bay.level(6), find_region("east-bay"))
    check_employment(result)
    in_2018 = result[result["year"] == 2018].set_index("industry")
    assert in_2018.loc["00", "employment"] == 698_915 + 340_960
    shown = in_2018.drop("00")["employment"].sum()
    assert shown == 677_555 + 332_902
    # An open cell may hold at most what both counties leave unpublished.
    spread = in_2018["employment_high"] - in_2018["employment"]
    assert spread.max() <= 698_915 + 340_960 - shown


COUNTIES = ["01001", "01003", "01005"]
WHOLE = Region("Whole", "whole", tuple(COUNTIES))


@st.composite
def truths(draw):
    """A complete truth, and the table an agency would publish of it."""
    rows = []
    for year in draw(st.sampled_from([[2019], [2019, 2020]])):
        for county in COUNTIES:
            total = 0
            for industry in ("311", "325", "334", "Rest"):
                jobs = draw(st.integers(0, 1000))
                fate = draw(st.sampled_from(["shown", "shown", "hidden", "dropped"]))
                rows.append((county, industry, year, float(jobs), fate))
                total += jobs
            rows.append((county, "00", year, float(total), "shown"))
    return table(*rows, columns=("region", "industry", "year", "employment", "fate"))


def publish(truth):
    shown = truth[truth["fate"] != "dropped"]
    return shown.assign(employment=shown["employment"].where(shown["fate"] == "shown")).drop(
        columns="fate"
    )


@settings(deadline=None, max_examples=60)
@given(truths())
def test_bounds_hold_the_truth_and_sums_are_conserved(truth):
    published = publish(truth)
    result = aggregate_regions(published, WHOLE)
    check_employment(result)
    keys = ["industry", "year"]
    joined = result.merge(
        truth.groupby(keys, as_index=False)["employment"].sum(), on=keys, suffixes=("", "_true")
    )
    assert len(joined) == len(result)
    assert (joined["employment_low"] <= joined["employment_true"]).all()
    assert (joined["employment_true"] <= joined["employment_high"]).all()
    exact = joined["status"] == "reported"
    assert (joined["employment"] == joined["employment_true"])[exact].all()
    assert result["employment"].sum() == published["employment"].sum()
    everything = set(published.loc[:, keys].itertuples(index=False, name=None))
    assert set(result.loc[:, keys].itertuples(index=False, name=None)) == everything


@settings(deadline=None, max_examples=40)
@given(truths(), st.randoms(use_true_random=False))
def test_row_order_and_labels_do_not_matter_and_input_is_untouched(truth, random):
    published = publish(truth)
    order = list(range(len(published)))
    random.shuffle(order)
    shuffled = published.iloc[order]
    before = shuffled.copy()
    expected = aggregate_regions(published, WHOLE)
    pd.testing.assert_frame_equal(aggregate_regions(shuffled, WHOLE), expected)
    pd.testing.assert_frame_equal(shuffled, before)
    assert expected.index.equals(pd.RangeIndex(len(expected)))
    assert expected[["region", "industry", "year"]].apply(tuple, axis=1).is_monotonic_increasing


@settings(deadline=None, max_examples=40)
@given(truths(), truths())
def test_each_draw_is_aggregated_as_if_alone(first, second):
    first, second = (publish(t[t["year"] == 2019]) for t in (first, second))
    both = pd.concat([first.assign(draw=0), second.assign(draw=1)])
    result = aggregate_regions(both, WHOLE)
    for number, alone in enumerate((first, second)):
        mine = result[result["draw"] == number].drop(columns="draw").reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, aggregate_regions(alone, WHOLE))


@settings(deadline=None, max_examples=40)
@given(truths())
def test_adding_up_in_two_steps_finds_the_same_floor(truth):
    published = publish(truth)
    at_once = aggregate_regions(published, WHOLE).set_index(["industry", "year"])["employment"]
    parts = [Region("A", "a", ("01001",)), Region("B", "b", ("01003", "01005"))]
    stepwise = aggregate_regions(published, parts)
    summed = stepwise.groupby(["industry", "year"])["employment"].sum(min_count=1)
    pd.testing.assert_series_equal(at_once, summed)
