import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import level, members, naics_vintage, parent, parse_codes, truncate

# (as written somewhere, what it means)
STYLES = [
    ("------", "00"),
    ("00", "00"),
    ("10", "00"),
    ("11----", "11"),
    ("31----", "31-33"),
    ("44----", "44-45"),
    ("48----", "48-49"),
    ("31-33", "31-33"),
    ("31", "31-33"),
    ("32", "31-33"),
    ("33", "31-33"),
    ("45", "44-45"),
    ("49", "48-49"),
    ("95----", "95"),
    ("99", "99"),
    ("113///", "113"),
    ("1131//", "1131"),
    ("11331/", "11331"),
    ("113310", "113310"),
    (" 3254 ", "3254"),
    (3254, "3254"),
    (44, "44-45"),
    (np.int64(325412), "325412"),
]

NOT_NAICS = [
    "2834",  # SIC, pharmaceuticals
    "20--",  # SIC major group, CBP before 1998
    "07//",
    "101",  # BLS supersector
    "1011",
    "12",
    "43",
    "46",
    "325000",  # zero-padded
    "3250",
    "1131/",  # neither padded to six nor unpadded
    "31---",
    "31-34",
    "44-49",
    "92811P",
    "3254x",
    "３２５４",  # full-width digits
    "",
    "  ",
    "3",
    "3254120",
    None,
    float("nan"),
    3254.0,
    True,
    b"3254",
    0,
    -31,
]


@pytest.mark.parametrize(("written", "meant"), STYLES)
def test_every_style_is_understood(written, meant):
    assert parse_codes([written]).tolist() == [meant]


@pytest.mark.parametrize("code", NOT_NAICS, ids=repr)
def test_other_systems_and_garbage_are_refused(code):
    with pytest.raises(SchemaError, match="not NAICS"):
        parse_codes(["3254", code])


def test_error_names_the_first_five_and_counts_the_rest():
    codes = pd.Series(["2834", "2841", "3254", "2851", "2861", "2834", "2879", "2891"], name="sic")
    with pytest.raises(SchemaError) as caught:
        parse_codes(codes)
    message = str(caught.value)
    assert "'sic'" in message
    for shown in ("'2834'", "'2841'", "'2851'", "'2861'", "'2879'"):
        assert shown in message
    assert "2891" not in message
    assert "and 1 more" in message
    assert "SIC" in message


@pytest.mark.parametrize(
    ("bad", "mend"),
    [(["2834"], "SIC"), (["325000"], "zeros"), ([3254.0], "dtype=str"), (["3254x"], "two to six")],
)
def test_error_says_the_mend_that_fits(bad, mend):
    with pytest.raises(SchemaError, match=mend):
        parse_codes(bad)


def test_a_single_code_is_not_read_letter_by_letter():
    # "3111" would otherwise pass as the four codes "3", "1", "1", "1", or fail obscurely.
    with pytest.raises(SchemaError, match="put it in a list"):
        parse_codes("3111")


def test_index_and_name_survive_and_input_is_untouched():
    given_codes = pd.Series(["113///", "------"], index=[7, 3], name="naics")
    before = given_codes.copy()
    result = parse_codes(given_codes)
    assert result.index.tolist() == [7, 3]
    assert result.name == "naics"
    pd.testing.assert_series_equal(given_codes, before)


def test_categorical_and_integer_columns():
    assert parse_codes(pd.Series(["31", "31", "325"], dtype="category")).tolist() == [
        "31-33",
        "31-33",
        "325",
    ]
    assert parse_codes(pd.Series([31, 325412])).tolist() == ["31-33", "325412"]


def test_nothing_in_nothing_out():
    assert parse_codes([]).tolist() == []
    assert level([]).tolist() == []


def test_walking_up_from_a_six_digit_industry():
    code, path = "441110", []
    while isinstance(code, str):
        path.append((code, int(level([code]).iloc[0])))
        code = parent([code]).iloc[0]
    assert path == [("441110", 6), ("44111", 5), ("4411", 4), ("441", 3), ("44-45", 2), ("00", 0)]


def test_truncate():
    codes = ["325412", "441110", "487", "00"]
    assert truncate(codes, 3).tolist() == ["325", "441", "487", "00"]
    assert truncate(codes, 2).tolist() == ["31-33", "44-45", "48-49", "00"]
    assert truncate(codes, 0).tolist() == ["00"] * 4


def test_truncate_refuses_what_it_cannot_split():
    with pytest.raises(SchemaError, match="'31-33', '325'"):
        truncate(["325412", "31", "325"], 4)
    with pytest.raises(SchemaError, match="level=1"):
        truncate(["325412"], 1)


def test_members_keeps_sectors_apart_from_digits():
    codes = ["00", "31-33", "311", "325412", "3254", "332", "42", "44-45", "441", "454", "48-49"]
    assert members("31-33", codes) == ["31-33", "311", "3254", "325412", "332"]
    assert members(44, codes) == ["44-45", "441", "454"]
    assert members("3254", codes) == ["3254", "325412"]
    assert members("00", codes) == sorted(codes)
    assert members("71", codes) == []


@pytest.mark.parametrize(
    ("year", "vintage"),
    [
        (1998, 1997),
        (2002, 1997),
        (2003, 2002),
        (2007, 2002),
        (2008, 2007),
        (2011, 2007),
        (2012, 2012),
        (2016, 2012),
        (2017, 2017),
        (2021, 2017),
        (2022, 2022),
        (2023, 2022),
    ],
)
def test_vintage_of_a_cbp_year(year, vintage):
    assert naics_vintage(year) == vintage


def test_years_before_naics_are_refused():
    with pytest.raises(SchemaError, match="SIC"):
        naics_vintage(1997)


digits = st.text("123456789", min_size=1, max_size=3)
codes = st.builds(
    lambda sector, rest, last: sector + rest + (last if len(rest) == 3 else ""),
    st.sampled_from(["11", "21", "23", "31", "32", "33", "42", "44", "45", "48", "49", "62", "81"]),
    digits,
    st.sampled_from("0123456789"),
)


@settings(deadline=None)
@given(st.lists(codes, max_size=20))
def test_padding_never_changes_the_meaning(plain):
    padded = [code + "/" * (6 - len(code)) for code in plain]
    assert parse_codes(padded).tolist() == plain
    assert parse_codes(parse_codes(padded)).tolist() == plain


@settings(deadline=None)
@given(st.lists(codes, min_size=1, max_size=20))
def test_every_code_is_a_member_of_all_above_it(listed):
    for depth in (2, 3):
        for code, top in zip(listed, truncate(listed, depth), strict=True):
            assert code in members(top, listed)
            assert level([top]).iloc[0] == depth


@settings(deadline=None)
@given(st.text(max_size=8))
def test_any_text_is_a_code_or_a_named_error(text):
    error, found = None, ["3254"]
    try:
        found = parse_codes([text])
    except SchemaError as caught:
        error = str(caught)
    assert error is None or repr(text) in error
    assert list(parse_codes(found)) == list(found)
