"""Every check of the employment table: what it refuses, which rows it names, how to mend them."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.errors import ClusterAnalysisError, SchemaError
from clusteranalysis.schema import (
    KEYS,
    STATUSES,
    TOTAL,
    Absent,
    as_employment,
    check_columns,
    check_employment,
    check_option,
    find_overlap,
    random_generator,
    refuse_fractions,
)


def table(rows=4, **columns):
    """A valid table of some rows, with columns replaced or added."""
    good = pd.DataFrame(
        {
            "region": [f"{6001 + 2 * n:05d}" for n in range(rows)],
            "industry": "3254",
            "employment": np.arange(rows, dtype=float) * 10,
        }
    )
    return good.assign(**columns)


def refused(frame, *parts, **options):
    """Check that the table is refused with all parts in the message; return the message."""
    before = frame.copy(deep=True)
    with pytest.raises(SchemaError) as caught:
        check_employment(frame, **options)
    message = str(caught.value)
    for part in parts:
        assert part in message, message
    pd.testing.assert_frame_equal(frame, before)
    return message


def named_rows(message):
    return [int(row) for row in re.findall(r"\brow (?:np\.int64\()?(-?\d+)", message)]


def test_a_good_table_comes_back_itself():
    good = table()
    assert check_employment(good) is good


def test_errors_are_value_errors_and_of_the_family():
    assert issubclass(SchemaError, ValueError)
    assert issubclass(SchemaError, ClusterAnalysisError)


@pytest.mark.parametrize("thing", [None, [1, 2], {"region": ["A"]}, np.zeros((2, 2)), "table.csv"])
def test_anything_but_a_frame_is_refused(thing):
    with pytest.raises(SchemaError, match=f"is a {type(thing).__name__}: pass a pandas DataFrame"):
        check_columns(thing, ["region"], what="base table")
    with pytest.raises(SchemaError):
        check_employment(thing)
    with pytest.raises(SchemaError):
        as_employment(thing)


@pytest.mark.parametrize("column", ["region", "industry", "employment"])
def test_a_missing_column_is_named_with_those_there_are(column):
    frame = table().drop(columns=column).assign(jobs=1)
    refused(frame, repr(column), "it has", "jobs", "rename", "as_employment")


def test_required_values_and_keys_can_be_chosen():
    refused(table(), "'payroll'", values=("payroll",))
    refused(table(), "'year'", require=("region", "industry", "year"))
    refused(table().drop(columns="region"), "the plant table", what="plant table")
    good = table(rows=1).drop(columns="region")
    assert check_employment(good, require=("industry",)) is good


# Keys


@pytest.mark.parametrize("key", ["region", "industry"])
def test_numbers_for_codes_are_refused_with_the_mend(key):
    codes = [6001, 6003, 6013, 6075]
    message = refused(table(**{key: codes}), repr(key), "6001", "dtype=str", "'06001'")
    assert named_rows(message) == [0, 1, 2, 3]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("dtype", [object, "str", "string"])
def test_a_missing_code_is_refused_and_its_row_named(missing, dtype):
    region = pd.Series(["06001", missing, "06013", "06075"], dtype=object).astype(dtype)
    message = refused(table(region=region), "'region'", "not text")
    assert named_rows(message) == [1]


def test_one_number_among_texts_is_found():
    message = refused(table(industry=["3254", "3341", 3345, "3391"]), "'industry'", "3345")
    assert named_rows(message) == [2]


@pytest.mark.parametrize("dtype", [object, "str", "string", "category"])
def test_text_of_any_dtype_is_text(dtype):
    frame = table()
    frame["region"] = frame["region"].astype(dtype)
    frame["industry"] = frame["industry"].astype(dtype)
    assert check_employment(frame) is frame


def test_categories_that_are_numbers_are_refused():
    frame = table(region=pd.Categorical([6001, 6001, 6003, 6003]))
    refused(frame, "'region'", "6001", "dtype=str")


def test_a_missing_category_is_refused():
    frame = table(region=pd.Categorical(["A", None, "B", "C"]))
    assert named_rows(refused(frame, "'region'")) == [1]


def test_a_category_that_is_a_number_is_named_by_its_own_row():
    frame = table(rows=2, region=pd.Categorical(["A", 1], categories=[1, "A"]))
    assert named_rows(refused(frame, "'region'")) == [1]


@pytest.mark.parametrize("key", ["year", "draw"])
@pytest.mark.parametrize(
    ("values", "bad"),
    [
        ([2018.0, np.nan, 2018.5, 2019.0], [1, 2]),
        ([2018.0, 2018.0, 2018.0, 2018.0], [0, 1, 2, 3]),
        (["2018", "2018", "late", "2018"], [2]),
        (["2018", "2018", "2018", "2018"], [0, 1, 2, 3]),
        ([True, False, True, False], [0, 1, 2, 3]),
    ],
)
def test_years_and_draws_are_whole_numbers(key, values, bad):
    message = refused(table(**{key: values}), repr(key), "whole numbers", "astype(int)")
    assert named_rows(message) == bad


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", "Int64"])
def test_whole_numbers_of_any_width_are_years(dtype):
    frame = table(year=pd.array([18, 19, 20, 21], dtype=dtype))
    assert check_employment(frame) is frame


def test_a_missing_year_is_refused_whatever_its_dtype():
    frame = table(year=pd.array([2018, None, 2018, 2018], dtype="Int64"))
    assert named_rows(refused(frame, "'year'")) == [1]


def test_duplicate_keys_are_named_all_of_them():
    frame = table(region=["A", "B", "A", "C"])
    message = refused(frame, "key (region, industry)", "not unique", "sum or drop", "region='A'")
    assert named_rows(message) == [0, 2]


@pytest.mark.parametrize("key", ["year", "draw"])
def test_year_and_draw_are_part_of_the_key(key):
    frame = table(region=["A", "B", "A", "B"], **{key: [1, 1, 2, 2]})
    assert check_employment(frame) is frame
    refused(frame.assign(**{key: 1}), f"key (region, industry, {key})")


def test_duplicates_are_found_among_categories():
    frame = table(region=["A", "B", "A", "C"])
    frame["region"] = frame["region"].astype("category")
    assert named_rows(refused(frame, "not unique")) == [0, 2]


def test_a_repeated_column_is_refused_as_our_error():
    frame = pd.DataFrame(
        [["A", "x", 1.0, 2.0]], columns=["region", "industry", *["employment"] * 2]
    )
    with pytest.raises(SchemaError, match="'employment'"):
        check_employment(frame)


# Numbers


@pytest.mark.parametrize(
    "column", ["employment", "establishments", "payroll", "employment_low", "employment_high"]
)
@pytest.mark.parametrize("value", [-1.0, -1e-300, np.inf, -np.inf])
def test_negative_and_infinite_numbers_are_refused(column, value):
    frame = table(rows=4)
    for bound in ("employment_low", "employment_high"):
        frame[bound] = frame["employment"]
    frame["establishments"], frame["payroll"] = 1.0, 5.0
    frame.loc[2, column] = value
    message = refused(frame, repr(column), "negative or infinite", "NaN where it is withheld")
    assert named_rows(message) == [2]


def test_nan_is_withheld_and_welcome():
    frame = table(employment=[np.nan, 1.0, np.nan, 0.0], payroll=np.nan)
    assert check_employment(frame) is frame


def test_minus_zero_is_zero():
    check_employment(table(employment=[-0.0, 1.0, 2.0, 3.0]))


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float32", "Int64", "Float64"])
def test_numbers_of_any_dtype(dtype):
    frame = table(employment=pd.array([1, 2, 3, 4], dtype=dtype))
    assert check_employment(frame) is frame


def test_nullable_numbers_may_be_missing():
    values = pd.array([1, None, 3, 4], dtype="Float64")
    frame = table(employment=values, employment_low=values, employment_high=values)
    assert check_employment(frame) is frame


@pytest.mark.parametrize("dtype", [object, "str"])
def test_text_for_numbers_is_refused_and_named(dtype):
    values = pd.Series(["10", "D", "30", "a"], dtype=dtype)
    message = refused(table(employment=values), "'employment'", "not numeric", "'D'", "to float")
    assert named_rows(message) == [1, 3]  # "10" and "30" are only kept as text
    mixed = pd.Series([10.0, "D", 30.0, None], dtype=object)
    assert named_rows(refused(table(employment=mixed), "'D'")) == [1]


def test_more_jobs_than_there_are_people_is_no_count():
    message = refused(table(employment=[1.0, 1e300, 2.0, 3.0]), "'employment'", "impossibly large")
    assert named_rows(message) == [1]


def test_truth_values_are_no_numbers():
    message = refused(table(employment=[True, False, True, True]), "'employment'", "not numeric")
    assert named_rows(message) == [0, 1, 2, 3]


def test_numbers_kept_as_objects_are_refused_with_a_row_named():
    frame = table(employment=pd.Series([10.0, None, 30.0, 40.0], dtype=object))
    assert named_rows(refused(frame, "'employment'", "to float"))


def test_messages_show_plain_values():
    frame = table(employment=[-1.0, 2.0, 3.0, 4.0]).set_axis([7, 8, 9, 10])
    frame.index = frame.index.astype("int64")
    assert "row 7 (employment=-1.0)" in refused(frame)


def test_five_rows_are_shown_and_the_rest_counted():
    message = refused(table(rows=12, employment=-1.0))
    assert named_rows(message) == [0, 1, 2, 3, 4]
    assert "and 7 more" in message
    assert re.search(r"and \d+ more", refused(table(rows=5, employment=-1.0))) is None


def test_rows_are_named_by_index_label():
    frame = table(employment=[1.0, -2.0, 3.0, 4.0]).set_axis(list("wxyz"))
    assert "row 'x'" in refused(frame)


# Bounds and status


def test_bounds_come_in_pairs():
    refused(table(employment_low=0.0), "'employment_low'", "'employment_high'", "both bounds")
    refused(table(employment_high=99.0), "'employment_high'", "'employment_low'", "both bounds")


def test_crossed_bounds_are_refused():
    frame = table(employment=np.nan, employment_low=[0.0, 9, 0, 9], employment_high=5.0)
    message = refused(frame, "'employment_low'", "above 'employment_high'", "swap or recompute")
    assert named_rows(message) == [1, 3]


@pytest.mark.parametrize("value", [4.9, 20.1])
def test_a_value_outside_its_bounds_is_refused(value):
    frame = table(employment=[5.0, 20.0, value, np.nan], employment_low=5.0, employment_high=20.0)
    message = refused(frame, "'employment' lies outside its bounds", "recompute")
    assert named_rows(message) == [2]


def test_bounds_forgive_the_order_of_a_sum():
    total = 0.1 + 0.2 + 0.3
    frame = table(employment=total, employment_low=0.3 + 0.2 + 0.1, employment_high=0.6)
    assert check_employment(frame) is frame


def test_bounds_may_be_unknown():
    check_employment(table(employment_low=np.nan, employment_high=np.nan))
    check_employment(table(employment_low=0.0, employment_high=np.nan))


@pytest.mark.parametrize("status", STATUSES)
def test_known_statuses_pass(status):
    employment = np.nan if status == "withheld" else 5.0
    check_employment(table(status=status, employment=employment))


@pytest.mark.parametrize("status", ["Reported", "suppressed", "", None, np.nan])
def test_unknown_statuses_are_refused(status):
    frame = table(status=["reported", status, "deduced", "reported"])
    message = refused(frame, "'status'", "unknown", "reported, deduced, imputed")
    assert named_rows(message) == [1]


def test_a_withheld_count_stored_as_zero_is_refused():
    status = ["reported", "withheld", "withheld", "reported"]
    frame = table(employment=[1.0, 0.0, np.nan, 0.0], status=status)
    message = refused(frame, "'employment'", "'withheld'", "NaN", "not a zero")
    assert named_rows(message) == [1]


def test_statuses_may_be_categories():
    frame = table(status=pd.Categorical(["reported"] * 4))
    assert check_employment(frame) is frame


# Levels


@pytest.mark.parametrize(
    ("codes", "pair"),
    [
        (["31-33", "3254"], ("31-33", "3254")),
        (["3254", "325412"], ("3254", "325412")),
        (["32", "325412", "3341"], ("32", "325412")),
        (["44-45", "4451"], ("44-45", "4451")),
        (["48-49", "493110"], ("48-49", "493110")),
        (["31-33", "44-45", "11", "451"], ("44-45", "451")),
    ],
)
def test_overlapping_levels_are_named(codes, pair):
    assert find_overlap(codes) == pair
    assert find_overlap(reversed(codes)) == pair
    frame = table(rows=len(codes), region="A", industry=codes)
    refused(frame, "'industry'", repr(pair[0]), repr(pair[1]), "contains", "keep one level")


@pytest.mark.parametrize("codes", [["31-33", "32"], ["31", "31-33"], ["44-45", "45"]])
def test_a_sector_range_overlaps_its_own_sectors(codes):
    assert find_overlap(codes) == (max(codes, key=len), min(codes, key=len))


@pytest.mark.parametrize(
    "codes",
    [
        ["31-33", "44-45", "48-49", "11", "21"],
        ["3254", "3255", "3341"],
        ["325411", "325412"],
        [TOTAL, "3254"],
        [TOTAL, "31-33"],
        ["Biotech", "Bio", "32 and more"],
        ["31-33", "3254 bulk drugs"],
        ["31----", "3254//"],
        [],
        ["3254"],
        ["x-y", "1-2", "310-33"],
    ],
)
def test_no_overlap_where_there_is_none(codes):
    assert find_overlap(codes) is None


@given(st.lists(st.sampled_from(["31-33", "32", "325", "3254", "325412", "42", "423", TOTAL])))
def test_an_overlap_is_a_pair_of_the_codes_and_does_not_depend_on_order(codes):
    found = find_overlap(codes)
    assert found == find_overlap(sorted(codes))
    if found is not None:
        assert set(found) <= set(codes)
        assert found[0] != found[1]


def test_levels_overlap_across_regions_too():
    refused(table(rows=2, region=["A", "B"], industry=["31-33", "3254"]), "'31-33'", "'3254'")


# Options


def test_options_are_refused_with_their_choices():
    check_option("absent", "zero", Absent)
    for value in ("Zero", None, 0, True):
        with pytest.raises(SchemaError, match=r"absent=.* is not an option") as caught:
            check_option("absent", value, Absent)
        assert "'withheld', 'zero'" in str(caught.value)


# as_employment


def mine():
    return pd.DataFrame(
        {
            "fips": ["06013", "06001", "06001"],
            "naics": ["3254", "3341", "3254"],
            "jobs": [1200, 5, 7],
            "when": [2018, 2018, 2018],
            "firms": [3, 1, 1],
            "wages": [1.0, 2.0, 3.0],
            "note": ["a", "b", "c"],
        },
        index=[9, 8, 7],
    )


def test_own_columns_become_the_contract():
    frame = mine()
    before = frame.copy(deep=True)
    result = as_employment(
        frame,
        region="fips",
        industry="naics",
        year="when",
        employment="jobs",
        establishments="firms",
        payroll="wages",
    )
    expected = pd.DataFrame(
        {
            "region": ["06001", "06001", "06013"],
            "industry": ["3254", "3341", "3254"],
            "year": [2018, 2018, 2018],
            "employment": [7.0, 5.0, 1200.0],
            "establishments": [1.0, 1.0, 3.0],
            "payroll": [3.0, 2.0, 1.0],
        }
    )
    pd.testing.assert_frame_equal(result, expected)
    pd.testing.assert_frame_equal(frame, before)
    assert check_employment(result) is result


def test_optional_columns_are_taken_where_they_bear_the_name():
    frame = table(
        rows=2,
        year=2018,
        draw=0,
        establishments=1,
        payroll=2,
        employment_low=[0, 10],
        employment_high=[0, 10],
        status="reported",
        other="left out",
    )
    result = as_employment(frame)
    assert list(result.columns) == [
        *("region", "industry", "year", "draw", "employment", "establishments", "payroll"),
        *("employment_low", "employment_high", "status"),
    ]
    assert result["employment_low"].dtype == float


def test_the_result_is_sorted_by_key_with_a_fresh_index():
    rng = np.random.default_rng(5)
    whole = pd.concat(
        [table(year=year, draw=draw) for year in (2020, 2018) for draw in (1, 0)]
    ).sample(frac=1, random_state=rng)
    result = as_employment(whole)
    pd.testing.assert_frame_equal(result, result.sort_values(list(KEYS), ignore_index=True))
    assert isinstance(result.index, pd.RangeIndex)


def test_the_result_is_sorted_by_key_whatever_the_order_of_categories():
    region = pd.Categorical(["B", "A"], categories=["B", "A"])
    result = as_employment(table(rows=2, region=region))
    assert result["region"].tolist() == ["A", "B"]


def test_the_result_shares_nothing_with_the_table():
    frame = table()
    result = as_employment(frame)
    result["employment"] = 99.0
    result.loc[0, "region"] = "changed"
    pd.testing.assert_frame_equal(frame, table())


def test_missing_stays_missing():
    frame = table(rows=2, employment=pd.array([None, 3], dtype="Int64"))
    result = as_employment(frame)
    assert result["employment"].dtype == float
    assert np.isnan(result["employment"].iloc[0])


def test_a_named_column_that_is_not_there_is_named():
    with pytest.raises(SchemaError, match="'county'"):
        as_employment(table(), region="county")
    with pytest.raises(SchemaError, match="'when'"):
        as_employment(table(), year="when")


def test_a_code_short_of_its_zero_is_padded_by_the_mend():
    with pytest.raises(SchemaError) as caught:
        as_employment(table(rows=2, region=["06001", "1001"]), counties=True)
    message = str(caught.value)
    for part in ("'region'", "'1001'", "4 characters", "pad to '01001'"):
        assert part in message, message


@pytest.mark.parametrize("region", ["East Bay", "060010", "0600A", "", "06 01"])
def test_what_is_no_county_code_is_refused_only_on_demand(region):
    frame = table(rows=1, region=region)
    as_employment(frame)
    with pytest.raises(SchemaError, match="five-digit county FIPS"):
        as_employment(frame, counties=True)


def test_good_county_codes_pass():
    assert len(as_employment(table(), counties=True)) == 4


def test_an_empty_table_stays_empty():
    empty = table().iloc[:0]
    assert check_employment(empty) is empty
    result = as_employment(empty)
    assert result.empty
    assert list(result.columns) == ["region", "industry", "employment"]


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz"), st.integers(0, 9)),
        max_size=9,
        unique_by=lambda row: row[:2],
    ),
    st.randoms(),
)
def test_row_order_does_not_matter(rows, random):
    frame = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    frame = frame.astype({"region": "str", "industry": "str", "employment": float})
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(as_employment(frame), as_employment(frame.iloc[shuffled]))


def test_a_seed_makes_a_generator_and_a_generator_stays_itself():
    mine = np.random.default_rng(3)
    assert random_generator(mine) is mine
    drawn = [random_generator(seed).random() for seed in (3, np.int64(3), 4)]
    assert drawn[0] == drawn[1] == np.random.default_rng(3).random() != drawn[2]
    for bad in (None, -1, 1.5, True, "seed"):
        with pytest.raises(SchemaError, match=rf"^rng={bad!r} is no source of randomness: pass"):
            random_generator(bad)


def test_counts_are_whole_or_withheld_and_the_first_other_one_is_named():
    refuse_fractions(np.array([[0.0, 3.0], [np.nan, -2.0]]), "column 'a'", "count them")
    message = "column 'a' holds 1.5, which is not a whole number (2 such in all): count them"
    with pytest.raises(SchemaError, match=re.escape(message)):
        refuse_fractions(np.array([[2.0, 1.5], [np.nan, 0.25]]), "column 'a'", "count them")
