"""County Business Patterns: every layout, every flag, every row, and any bytes at all."""

import csv
import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from clusteranalysis.data import _delimited
from clusteranalysis.data.cbp import read_cbp
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.schema import check_cells

NAN = np.nan
SIZES = ["5_9", "10_19", "20_49", "50_99", "100_249", "250_499", "500_999", "1000"]
SIZES += [f"1000_{i}" for i in range(1, 5)]
BRACKETS = {"A": (0, 19), "B": (20, 99), "C": (100, 249), "E": (250, 499), "F": (500, 999)}
BRACKETS |= {"G": (1000, 2499), "H": (2500, 4999), "I": (5000, 9999), "J": (10000, 24999)}
BRACKETS |= {"K": (25000, 49999), "L": (50000, 99999), "M": (100000, NAN)}


@pytest.fixture(scope="session")
def room(tmp_path_factory):
    return tmp_path_factory.mktemp("cbp")


def text_of(header, rows, *, upper=False, quoted=False, newline="\n", bom=False):
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    out = io.StringIO()
    writer = csv.writer(out, quoting=style, lineterminator=newline)
    writer.writerow([name.upper() if upper else name for name in header])
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode("latin-1")


def put(folder, name, content, packing="plain"):
    if packing == "gzip":
        path = folder / f"{name}.gz"
        path.write_bytes(gzip.compress(content, 1))
    elif packing == "zip":
        path = folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("readme.pdf", b"not a table")
            archive.writestr(name, content)
    else:
        path = folder / name
        path.write_bytes(content)
    return path


def made(folder, name, header, *rows, **style):
    return put(folder, name, text_of(header.split(","), [row.split(",") for row in rows], **style))


# --- the files as published -------------------------------------------------------------------


def test_us_2012_adds_up_to_the_published_totals(shared):
    table, report = read_cbp(shared / "cbp" / "cbp12us.txt.gz", report=True)
    total = table.iloc[0]
    assert (total["region"], total["industry"], total["year"]) == ("US", "00", 2012)
    assert total["employment"] == 115_938_468
    assert total["establishments"] == 7_431_808
    assert total["payroll"] == 5_414_255_995_000
    assert total["payroll_first_quarter"] == 1_364_679_729_000
    counts = table[[column for column in table if column.startswith("n")]]
    assert len(counts.columns) == 9
    assert (counts.sum(axis=1) == table["establishments"]).all()
    assert (report.rows_in, report.rows_out) == (12_977, 2_016)
    assert sum(note.rows for note in report.dropped) == 12_977 - 2_016
    check_cells(table, values=["employment"], what="table", require=["region", "industry", "year"])
    assert not table.duplicated(["region", "industry", "year"]).any()


def test_us_2012_hides_what_the_file_hides_and_nothing_else(shared):
    path = shared / "cbp" / "cbp12us.txt.gz"
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    table = read_cbp(path, lfo=None, classes="all")
    assert len(table) == len(raw)
    assert table["lfo"].tolist() == raw["lfo"].tolist()
    flagged = raw["empflag"].ne("").to_numpy()
    assert (table["employment"].isna() == flagged).all()
    assert (table["employment"][~flagged] == raw["emp"].astype(float)[~flagged]).all()
    assert (table["payroll"].isna() == raw["ap_nf"].isin(["D", "S"])).all()
    assert (table["employment_noise"] == raw["emp_nf"]).all()
    low = raw["empflag"].map({flag: ends[0] for flag, ends in BRACKETS.items()})
    assert (table["employment_low"][flagged] == low[flagged]).all()
    assert table["employment_high"].isna().sum() == (raw["empflag"] == "M").sum() == 22
    for size in ["1_4", *SIZES[:8]]:
        assert (table[f"e{size}"].isna() == raw[f"f{size}"].ne("")).all()
        assert (table[f"a{size}"].isna() == raw[f"a{size}nf"].isin(["D", "S"])).all()
        shown = table[f"q{size}"].notna()
        assert (table[f"q{size}"] == raw[f"q{size}"].astype(float) * 1000)[shown].all()


def test_us_2012_has_1270_withheld_class_cells_at_six_digits(shared):
    table = read_cbp(shared / "cbp" / "cbp12us.txt.gz", classes="employment")
    six = table[table["industry"].str.len() == 6]
    jobs = [column for column in table if column.startswith("e") and column[1].isdigit()]
    assert len(jobs) == 9
    assert six[jobs].isna().to_numpy().sum() == 1_270
    assert not [column for column in table if column.startswith(("q", "a"))]


def test_state_panel_adds_up_to_the_us_every_year(shared):
    table, report = read_cbp(shared / "cbp" / "states_2000-2011_flags.csv.gz", report=True)
    assert report.rows_in == report.rows_out == len(table) == 811_632
    assert report.years == tuple(range(2000, 2012))
    assert report.geography == "state"
    jobs = table[table["industry"] == "00"].groupby("year")["employment"].sum()
    us = pd.read_csv(shared / "cbp" / "us_2001-2021_all_naics.csv.gz", dtype={"naics": str})
    us = us[us["naics"] == "------"].set_index("year")["employment_march"].loc[2001:2011]
    assert (jobs.loc[2001:] == us).all()
    raw = pd.read_csv(report_path(shared), dtype=str, keep_default_na=False)
    flagged = raw["empflag"].ne("") & raw["emp"].eq("0")
    assert (table["employment"].isna() == flagged).all()
    # Until 2006 pay has no flag of its own, and the bracket speaks for it.
    hidden = raw["ap_nf"].isin(["D", "S"]) | (raw["ap_nf"].eq("-") & raw["empflag"].ne(""))
    assert (table["payroll"].isna() == (hidden & raw["ap"].eq("0"))).all()
    assert table["employment_noise"].isna().sum() == raw["emp_nf"].eq("-").sum()


def report_path(shared):
    return shared / "cbp" / "states_2000-2011_flags.csv.gz"


# --- layouts that are not at hand, made from the record layouts --------------------------------

N_OLD = ",".join(f"n{size}" for size in ["1_4", *SIZES])
N_NEW = ",".join(f"n{size}" for size in ["<5", *SIZES])
ZEROS = ",".join("0" * 12)
ENS = ",".join("N" * 12)

LAYOUTS = {
    "cbp86co.txt": (
        f"fipstate,fipscty,sic,empflag,emp,qp1,ap,est,{N_OLD},censtate,cencty",
        [
            f"01,001,----,,5200,20000,85000,480,300,{ZEROS},63,1",
            "1,1,0700,B,0,0,0,6,6,,,,,,,,,,,,,63,1",
        ],
        ["region", "industry", "employment", "payroll", "employment_low", "status", "n1_4"],
        [
            ["01001", "----", 5200.0, 85e6, 5200.0, "reported", 300.0],
            ["01001", "0700", NAN, NAN, 20.0, "withheld", 6.0],
        ],
    ),
    "cbp98co.txt": (
        f"fipstate,fipscty,naics,empflag,emp,qp1,ap,est,{N_OLD},censtate,cencty",
        [f"06,001,31----,,900,1,4,9,7,{ZEROS},93,1", f"06,999,95----,A,0,0,0,1,1,{ZEROS},93,999"],
        ["region", "industry", "employment", "payroll_first_quarter", "employment_high"],
        [["06001", "31-33", 900.0, 1000.0, 900.0], ["06999", "95", NAN, NAN, 19.0]],
    ),
    "cbp07co.txt": (
        f"fipstate,fipscty,naics,empflag,emp_nf,emp,qp1_nf,qp1,ap_nf,ap,est,{N_OLD}",
        [
            f"06,001,113///,,J,12,G,3,H,9,4,4,{ZEROS}",
            f"06,001,1131//,M,D,0,D,0,D,0,4,4,{ZEROS}",
            f"06,001,11311/,C,S,0,G,3,H,9,4,4,{ZEROS}",
            f"06,001,113110,,G,0,G,3,H,9,4,4,{ZEROS}",
        ],
        [
            "industry",
            "employment",
            "payroll",
            "employment_low",
            "employment_high",
            "employment_noise",
        ],
        [
            ["113", 12.0, 9000.0, 12.0, 12.0, "J"],
            ["1131", NAN, NAN, 100_000.0, NAN, "D"],
            ["11311", NAN, 9000.0, 100.0, 249.0, "S"],
            ["113110", 0.0, 9000.0, 0.0, 0.0, "G"],
        ],
    ),
    "cbp17co.txt": (
        f"fipstate,fipscty,naics,empflag,emp_nf,emp,qp1_nf,qp1,ap_nf,ap,est,{N_NEW}",
        [f"02,013,------,,G,57,G,1,G,3,9,5,{ENS}", f"02,013,44----,A,D,0,D,0,D,0,3,N,{ENS}"],
        ["region", "industry", "employment", "n1_4", "n5_9", "n1000_4"],
        [["02013", "00", 57.0, 5.0, NAN, NAN], ["02013", "44-45", NAN, NAN, NAN, NAN]],
    ),
    "cbp22co.txt": (
        f"fipstate,fipscty,naics,emp_nf,emp,qp1_nf,qp1,ap_nf,ap,est,{N_NEW}",
        [f"72,001,48----,S,0,S,0,S,0,3,N,{ENS}", f"72,001,481///,H,0,H,0,H,0,3,3,{ENS}"],
        ["region", "industry", "year", "employment", "payroll", "status", "n1_4"],
        [
            ["72001", "48-49", 2022, NAN, NAN, "withheld", NAN],
            ["72001", "481", 2022, 0.0, 0.0, "reported", 3.0],
        ],
    ),
    "cbp16st.txt": (
        "fipstate,lfo,naics,empflag,emp_nf,emp,qp1_nf,qp1,ap_nf,ap,est,f1_4,e1_4nf,e1_4,n1_4",
        ["06,-,------,,G,9,G,1,G,3,2,,G,9,2", "06,N,------,,G,4,G,1,G,3,1,,G,4,1"],
        ["region", "industry", "employment", "n1_4"],
        [["06", "00", 9.0, 2.0]],
    ),
    "cbp19msa.txt": (
        f"msa,naics,emp_nf,emp,qp1_nf,qp1,ap_nf,ap,est,{N_NEW}",
        [f"10180,------,G,50000,G,1,G,3,99,5,{ENS}", f"0040,11----,G,5,G,1,G,3,9,5,{ENS}"],
        ["region", "industry", "employment"],
        [["10180", "00", 50000.0], ["0040", "11", 5.0]],
    ),
    "cbp94us.txt": (
        f"uscode,sic,empflag,emp,qp1,ap,est,{N_OLD}",
        [f"98,20--,,5,1,2,3,3,{ZEROS}", f"98,2011,,5,1,2,3,3,{ZEROS}"],
        ["region", "industry", "year", "employment"],
        [["US", "20--", 1994, 5.0], ["US", "2011", 1994, 5.0]],
    ),
}


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_one_table(tmp_path, name, upper, packing):
    header, rows, columns, expected = LAYOUTS[name]
    text = text_of(
        header.split(","), [row.split(",") for row in rows], upper=upper, quoted=upper, bom=upper
    )
    table, report = read_cbp(put(tmp_path, name, text, packing), report=True)
    assert_frame_equal(table[columns], pd.DataFrame(expected, columns=columns), check_dtype=False)
    assert report.rows_in == len(rows)
    assert report.rows_out == len(table) == len(expected)
    assert report.classification == table.attrs["classification"]
    assert report.classification == ("SIC" if "sic" in header else "NAICS")
    two = int(name[3:5])
    assert report.years == (two + (1900 if two > 50 else 2000),)


def test_the_two_spellings_of_the_smallest_class_exclude_each_other(tmp_path):
    path = made(tmp_path, "a.csv", "fipstate,naics,est,n<5,n1_4", "06,------,3,3,3")
    with pytest.raises(DataError, match="'n<5' and 'n1_4'"):
        read_cbp(path)


def test_columns_the_file_lacks_are_not_made_up(tmp_path):
    table = read_cbp(made(tmp_path, "mine.csv", "fipstate,naics,emp", "6,11,40"))
    assert list(table) == ["region", "industry", "employment", "status"]


def test_another_legal_form_can_be_asked_for(tmp_path):
    rows = ["06,-,------,9,2", "06,C,------,4,1", "06,Z,------,5,1"]
    path = made(tmp_path, "cbp16st.txt", "fipstate,lfo,naics,emp,est", *rows)
    assert read_cbp(path, lfo="Z")["employment"].tolist() == [5.0]
    assert read_cbp(path, lfo=None)["lfo"].tolist() == ["-", "C", "Z"]
    with pytest.raises(DataError, match=r"no row 'X', it has '-', 'C', 'Z'"):
        read_cbp(path, lfo="X")
    _, report = read_cbp(path, report=True)
    assert [str(note) for note in report.dropped] == [
        "2 rows: another legal form than '-' (such as row 3 lfo C; row 4 lfo Z)"
    ]


def test_the_year_comes_from_the_column_then_the_parameter_then_the_name(tmp_path):
    header, row = "fipstate,naics,est", "06,------,3"
    assert read_cbp(made(tmp_path, "cbp2009st.txt", header, row))["year"].tolist() == [2009]
    assert read_cbp(made(tmp_path, "cbp09st.txt", header, row), year=2010)["year"].item() == 2010
    assert "year" not in read_cbp(made(tmp_path, "mine.csv", header, row))
    path = made(tmp_path, "cbp09.csv", header + ",year", row + ",2011", row + ",2012")
    assert read_cbp(path)["year"].tolist() == [2011, 2012]
    with pytest.raises(DataError, match="holds 2011, 2012, not year=2009"):
        read_cbp(path, year=2009)


def test_a_number_beside_a_bracket_is_kept_and_noticed(tmp_path):
    path = made(tmp_path, "x.csv", "fipstate,naics,empflag,emp", "06,11,C,120", "06,21,C,0")
    table, report = read_cbp(path, report=True)
    assert table["employment"].tolist()[0] == 120
    assert [note.rows for note in report.noticed] == [1]
    assert [(note.rows, note.examples) for note in report.changed] == [(1, ("06 21",))]
    assert "noticed 1 rows" in str(report)


def test_numbers_written_as_decimals_are_numbers(tmp_path):
    table = read_cbp(made(tmp_path, "x.csv", "fipstate,naics,emp,est", "06,11,120.0,3"))
    assert table[["employment", "establishments"]].to_numpy().tolist() == [[120.0, 3.0]]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("fipstate,naics,emp", "06,11,12x", r"column 'emp' of 'f\.csv' .* \(row 3 '12x'\)"),
        ("fipstate,naics,emp", "06,11,-4", r"column 'emp' of 'f\.csv' .* \(row 3 -4\.0\)"),
        (
            "fipstate,naics,emp",
            "06,11,nan",
            r"column 'emp' of 'f\.csv' .* \(row 3 no finite number\)",
        ),
        (
            "fipstate,naics,emp",
            "06,11,inf",
            r"column 'emp' of 'f\.csv' .* \(row 3 no finite number\)",
        ),
        ("fipstate,naics,emp", "6a,11,1", r"column 'fipstate' .* \(row 3 '6a'\)"),
        ("fipstate,naics,emp", "06,1009,1", r"column 'naics' .* \(row 3 '1009'\)"),
        ("fipstate,naics,emp", "06,11", r"'f\.csv' has 3 columns, but row 3 has 2"),
        ("fipstate,naics,emp,emp_nf", "06,11,1,Q", r"column 'emp_nf' .* \(row 3 'Q'\)"),
        ("fipstate,naics,emp,empflag", "06,11,1,D", r"column 'empflag' .* \(row 3 'D'\)"),
        ("fipstate,sic,emp", "06,31-33,1", r"column 'sic' .* \(row 3 '31-33'\)"),
        ("fipstate,naics,emp,year", "06,11,1,99", r"column 'year' .* \(row 3 '99'\)"),
    ],
)
def test_an_error_names_file_column_and_row(tmp_path, header, row, message):
    good = {"fipstate": "06", "naics": "11", "sic": "2011", "emp": "1", "year": "1999"}
    first = ",".join(good.get(column, "") for column in header.split(","))
    with pytest.raises(DataError, match=message):
        read_cbp(made(tmp_path, "f.csv", header, first, row))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "does not begin with a header"),
        (b"fipstate,naics,emp\n", "no rows below its header"),
        (b"fipstate,naics,emp\n\n", "no rows below its header"),
        (b"fipstate\tnaics\temp\n06\t11\t4\n", "comma-separated"),
        (b"zip,est\n00501,2\n", "use read_zbp"),
        (b"fipstate,cd,naics,emp\n06,01,11,4\n", "regions that can be read"),
        (b"fipstate,naics,emp,EMP\n06,11,4,4\n", "column 'emp' stands 2 times"),
        (b"fipstate,naics\n06,11\n", "such a file has 'est' or 'emp'"),
        (b"PK\x03\x04 no archive", "cannot read"),
        (b"\x1f\x8b no gzip either", "cannot read"),
        (gzip.compress(b"fipstate,naics,emp\n06,11,4\n" * 99, mtime=0)[:-20], "cannot read"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path, content, message):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_cbp(path)


def test_missing_files_folders_and_wrong_options_are_refused(tmp_path):
    with pytest.raises(DataError, match="no file"):
        read_cbp(tmp_path / "nothing.txt")
    with pytest.raises(DataError, match="cannot read"):
        read_cbp(tmp_path)
    with pytest.raises(SchemaError, match="classes='jobs'"):
        read_cbp(tmp_path, classes="jobs")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.txt", "x")
        archive.writestr("b.txt", "x")
    with pytest.raises(DataError, match=r"holds 2 tables \('a.txt', 'b.txt'\)"):
        read_cbp(tmp_path / "two.zip")


def test_what_is_in_columns_not_taken_does_not_matter(tmp_path):
    text = "fipstate,title,naics,emp,\n06,Cañon,11,4,x\n".encode("latin-1")
    table, report = read_cbp(put(tmp_path, "x.csv", text), report=True)
    assert table["employment"].item() == 4
    assert report.ignored == ("title", "unnamed 5")


def test_blocks_of_a_long_file_join_without_a_seam(tmp_path, monkeypatch):
    rows = [f"{i % 50 + 1:02d},{'325412' if i % 7 else '------'},{i % 3},{i}" for i in range(3000)]
    rows[2500] = "77,113110,N,2500"
    content = text_of(["fipstate", "naics", "n<5", "emp"], [row.split(",") for row in rows])
    paths = [put(tmp_path, "x.csv", content, packing) for packing in ("plain", "gzip", "zip")]
    whole = read_cbp(paths[0])
    assert whole["employment"].tolist() == list(range(3000))
    assert whole["region"].tolist() == [row[:2] for row in rows]
    assert whole["n1_4"].isna().to_numpy().nonzero()[0].tolist() == [2500]
    monkeypatch.setattr(_delimited, "BLOCK", 512)
    for path in paths:
        assert_frame_equal(read_cbp(path), whole)
    # Room is guessed from the first block; these rows are much shorter than those after them.
    short = ["1,11,,1"] * 400 + ["000000000000000000000000000000000000000000001,11,,1"] * 2
    with pytest.raises(DataError, match="row 402 '0000"):
        read_cbp(made(tmp_path, "y.csv", "fipstate,naics,n<5,emp", *short))
    monkeypatch.setattr(_delimited, "_room", lambda path, rows, *, first: rows)
    assert_frame_equal(read_cbp(paths[0]), whole)
    with pytest.raises(DataError, match=r"column 'emp' .* \(row 3002 '9x'\)"):
        read_cbp(put(tmp_path, "z.csv", content + b"06,11,3,9x\n"))
    with pytest.raises(DataError, match=r"column 'emp' .* \(row 3002 -9\.0\)"):
        read_cbp(put(tmp_path, "z.csv", content + b"06,11,3,-9\n"))


def test_what_only_dropped_rows_hold_does_not_matter(tmp_path):
    rows = ["06,-,11,9,2010", "x,C,11,4,2011", "06,C,??,4,2011", "06,C,11,4,now"]
    path = made(tmp_path, "x.csv", "fipstate,lfo,naics,emp,year", *rows)
    table, report = read_cbp(path, report=True)
    assert len(table) == 1
    assert report.years == (2010,)
    with pytest.raises(DataError, match="column 'fipstate'"):
        read_cbp(path, lfo=None)
    bad = made(tmp_path, "y.csv", "fipstate,lfo,naics,emp", "06,C,11,9", "06,-,1009,9")
    with pytest.raises(DataError, match=r"column 'naics' .* \(row 3 '1009'\)"):
        read_cbp(bad)


# --- properties -------------------------------------------------------------------------------

counts = st.integers(0, 3_000_000_000)
cells = st.tuples(
    st.integers(1, 78),
    st.integers(1, 999),
    st.sampled_from(["------", "31----", "113///", "1131//", "11331/", "325412"]),
    st.sampled_from(["", *BRACKETS]),
    st.sampled_from(["", "-", "G", "H", "J", "D", "S"]),
    st.one_of(st.just(0), counts),
    st.sampled_from(["", "-", "G", "H", "J", "D", "S"]),
    st.one_of(st.just(0), counts),
    counts,
    st.one_of(st.just("N"), counts.map(str)),
)
HEADER = ["fipstate", "fipscty", "naics", "empflag", "emp_nf", "emp", "ap_nf", "ap", "est", "n<5"]
CODES = {"------": "00", "31----": "31-33", "113///": "113", "1131//": "1131", "11331/": "11331"}


def slowly(row):
    """The rules of the layout, one row at a time."""
    state, county, naics, bracket, emp_nf, emp, ap_nf, ap, est, small = row
    hidden = emp == 0 and (bracket != "" or emp_nf in ("D", "S"))
    unpaid = ap == 0 and (ap_nf in ("D", "S") or (ap_nf in ("", "-") and bracket != ""))
    low, high = BRACKETS[bracket] if hidden and bracket else (NAN, NAN) if hidden else (emp, emp)
    return {
        "region": f"{state:02d}{county:03d}",
        "industry": CODES.get(naics, naics),
        "employment": NAN if hidden else emp,
        "establishments": est,
        "payroll": NAN if unpaid else ap * 1000,
        "employment_low": low,
        "employment_high": high,
        "status": "withheld" if hidden else "reported",
        "employment_noise": None if emp_nf in ("", "-") else emp_nf,
        "payroll_noise": None if ap_nf in ("", "-") else ap_nf,
        "n1_4": NAN if small == "N" else float(small),
    }


@given(
    st.lists(cells, min_size=1, max_size=12),
    st.permutations(range(len(HEADER))),
    st.sampled_from(["plain", "gzip", "zip"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_any_file_of_this_layout_reads_as_the_layout_says(
    room, rows, order, packing, newline, upper, quoted, bom
):
    header = [HEADER[i] for i in order]
    shuffled = [[row[i] for i in order] for row in rows]
    text = text_of(header, shuffled, upper=upper, quoted=quoted, newline=newline, bom=bom)
    table, report = read_cbp(put(room, "any.txt", text, packing), report=True)
    expected = pd.DataFrame([slowly(row) for row in rows])
    expected = expected.astype({"employment_noise": "str", "payroll_noise": "str"})
    assert_frame_equal(table, expected, check_dtype=False)
    assert report.rows_in == report.rows_out == len(rows)
    withheld = [note.rows for note in report.changed if note.what.startswith("employment")]
    assert sum(withheld) == (table["status"] == "withheld").sum()


VALID = text_of(
    HEADER,
    [[6, 1, "325412", "B", "D", 0, "D", 0, 3, "N"], [6, 13, "------", "", "G", 9, "G", 8, 7, 5]],
)
SEEDS = [VALID, gzip.compress(VALID, mtime=0)]
with io.BytesIO() as _packed:
    with zipfile.ZipFile(_packed, "w", zipfile.ZIP_DEFLATED) as _archive:
        _archive.writestr("any.txt", VALID)
    SEEDS.append(_packed.getvalue())


def check_any_bytes(reader, path, content):
    """A table whose report adds up, or the one error the caller can mend."""
    path.write_bytes(content)
    try:
        table, report = reader(path, report=True)
    except DataError as error:
        told = str(error)
    else:
        assert len(table) == report.rows_out
        assert report.rows_in - report.rows_out == sum(note.rows for note in report.dropped)
        told = report.source
    assert path.name in told


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_the_one_error(room, content):
    check_any_bytes(read_cbp, room / "fuzz.bin", content)


@given(st.lists(st.lists(st.text(max_size=6), max_size=6), max_size=6), st.booleans())
def test_any_cells_give_a_table_or_the_one_error(room, rows, quoted):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(rows)
    content = b"fipstate,naics,lfo,emp,emp_nf,n<5\n" + out.getvalue().encode("utf-8", "replace")
    check_any_bytes(read_cbp, room / "fuzz.csv", content)


@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.integers(0, 10_000), st.binary(max_size=4), st.integers(0, 4)), max_size=4
    ),
)
def test_any_damage_gives_a_table_or_the_one_error(room, content, damage):
    for place, patch, length in damage:
        at = place % len(content) if content else 0
        content = content[:at] + patch + content[at + length :]
    check_any_bytes(read_cbp, room / "damaged.bin", content)
