"""The command line: bad input is one line on stderr and exit code 2, good input does what it says.

Most commands run in this process (:func:`run`); only what a process alone can show, such as pipes
and signals, starts one. No more than four briefings are drawn.
"""

import gzip
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusteranalysis as ca
from clusteranalysis import cli, measures

COMMAND = [sys.executable, "-c", "from clusteranalysis.cli import main; main()"]
MEASURES = [
    "location_quotient",
    "dynamic_location_quotient",
    "shift_share",
    "herfindahl",
    "hoover",
    "krugman",
    "locational_gini",
    "ellison_glaeser",
    "coagglomeration",
    "hachman",
    "theil",
    "growth_rates",
    "location_quotient_test",
    "relatedness",
    "economic_complexity",
]
GOOD = "region,industry,employment\nA,x,40\nA,y,10\nB,x,1\nB,y,50\n"
YEARS = "region,industry,year,employment\n" + "".join(
    f"{region},{industry},{year},{10 + (ord(region) + 3 * ord(industry) + year) % 7}\n"
    for region in "AB"
    for industry in "xy"
    for year in (2018, 2019, 2020)
)


class Answer(NamedTuple):
    code: object
    out: str
    err: str


class Stream(io.TextIOWrapper):
    """A standard stream of a chosen encoding, a terminal or not."""

    def __init__(self, encoding="utf-8", *, terminal=False):
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self):
        return self.terminal

    def text(self):
        self.flush()
        return self.buffer.getvalue().decode("utf-8")


def run(*arguments, encoding="utf-8", terminal=False):
    """One command in this process; anything but SystemExit passes through as the defect it is."""
    out, err = Stream(encoding, terminal=terminal), Stream(encoding)
    before = sys.argv
    sys.argv = ["clusteranalysis", *map(str, arguments)]
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stop:
            cli.main()
    finally:
        sys.argv = before
    return Answer(stop.value.code, out.text(), err.text())


def refused(*arguments, **options):
    """The one line a refused command prints; its code is 2 and it prints nothing else."""
    answer = run(*arguments, **options)
    assert answer.code == 2, answer
    assert answer.out == ""
    assert re.fullmatch(r"error: [^\n]+\n", answer.err), answer.err
    assert "Traceback" not in answer.err
    return answer.err


def process(*arguments, env=None, **options):
    """One command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        timeout=120,
        env={**os.environ, **(env or {})},
        check=False,
        **options,
    )


@pytest.fixture
def put(tmp_path):
    """Write a file and give its path."""

    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# Regions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["clusters", "brief", "measure"])
@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("nowhere", "no region is called 'nowhere'"),
        ("east-bya", "did you mean 'east-bay'?"),
        ("6001", "pad to '06001'"),
        ("0600100", "'0600100' has 7 characters"),
        ("06001,abcde", "'abcde' is not a county FIPS code"),
        ("06001,06001", "listed more than once: '06001'"),
        ("06001,", "a county code is empty"),
        ("", "no region is called ''"),
        ("48001", "no county"),
        ("06001,48001", "48001"),
        ("no/such.toml", "No such file"),
        ("[red]", "'[red]'"),
        ("a\nb", "'a b'"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\udcff", r"\udcff"),
    ],
)
def test_bad_region(command, region, said, tmp_path):
    where = ["location_quotient"] if command == "measure" else []
    out = ["--out", tmp_path / "out"] if command == "brief" else []
    assert said in refused(command, *where, "--region", region, *out)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)), "not text in UTF-8"),
        ('name = "Zürich"\ncounties = ["06001"]'.encode("latin-1"), "save it as a UTF-8"),
        (b"", "key 'name' is missing"),
        (b'name = "x"', "key 'counties' is missing"),
        (b'name = "x"\ncounties = "06001"', "not a list"),
        (b'name = "x"\ncounties = [6001, 6013]', 'write "06001"'),
        (b'name = 1\ncounties = ["06001"]', "name is a int, not text"),
        (b'name = "x"\ncounties = [["06001"]]', "not text"),
        (b'name = "x"\ncounties = []', "counties is empty"),
        (b'name = "x"\ncounties = ["48001"]', "no county 48001"),
        (b'name = "' + b"x" * 1_000_000 + b'"', "key 'counties' is missing"),
        (b"name = " + b"9" * 5000, "is not TOML"),
        (b"name = " + b"[" * 50_000, "nested too deeply"),
        (b'"a\\nb" = 1\nname = "x"\ncounties = ["06001"]', "unknown keys"),
        (b'name = "a\\nb"\ncounties = ["48001"]', r"'a\nb'"),
    ],
)
def test_bad_region_file(content, said, put):
    assert said in refused("clusters", "--region", put(content, "mine.toml"))


def test_region_file_that_is_a_folder(tmp_path):
    assert "Is a directory" in refused("clusters", "--region", f"{tmp_path}/")


def test_region_file_with_a_name_of_any_letters(put):
    """Markup, emoji codes and what no terminal knows are text like any other."""
    path = put('name = "[/x] :car: Zürich [red]"\ncounties = ["06001"]', "mine.toml")
    answer = run("clusters", "--region", path, terminal=True)
    assert answer.code == 0
    assert "[/x] :car: Zürich [red] clusters, 2018-2021" in answer.out


# Cluster definitions ----------------------------------------------------------------------------

HEAD = '[definition]\nid = "mine"\ntitle = "Mine"\nnaics = 2017\n'


def cluster(name, codes, tradability="traded"):
    return (
        f'[[cluster]]\nid = "{name}"\nname = "{name.title()}"\ntradability = "{tradability}"\n'
        f"industries = {codes}\n"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a = [", "not a TOML file"),
        (b"\xff\xfe", "not UTF-8"),
        ("", "no [definition] table"),
        (HEAD, "no [[cluster]] tables"),
        (HEAD + cluster("a", '["9999"]'), "'9999' is no industry of NAICS 2017"),
        (HEAD + cluster("a", "[3254]"), "write it in quotes, '3254'"),
        (HEAD + cluster("a", '["325"]') + cluster("b", '["3254"]'), "lies inside '325' (a)"),
        (HEAD + cluster("a", '["3254", "3254"]'), "'3254' stands twice in 'a'"),
        (HEAD + cluster("a", '["3254"]') + cluster("b", '["3254"]'), "'3254' (b)"),
    ],
)
def test_bad_definition_is_listed_fault_by_fault(content, said, put):
    path = put(content, "mine.toml")
    for command in (["clusters"], ["brief", "--out", path.parent / "out"]):
        answer = run(*command, "--definition", path)
        assert (answer.code, answer.out) == (2, "")
        first, *faults = answer.err.rstrip("\n").split("\n")
        assert first.startswith("error: ")
        assert all(fault.startswith("  ") for fault in faults)
        assert said in answer.err
    assert not (path.parent / "out").exists()


@pytest.mark.parametrize(
    "source",
    [
        "no-such.toml",
        "/",
        "\x00",
    ],
)
def test_definition_that_cannot_be_read(source):
    refused("clusters", "--definition", source)


def test_a_definition_of_one_cluster(put):
    path = put(HEAD + cluster("drugs", '["3254"]'), "mine.toml")
    answer = run("clusters", "--definition", path)
    assert (answer.code, answer.err) == (0, "")
    table = pd.read_csv(io.StringIO(answer.out))
    assert table[["name", "employment"]].to_numpy().tolist() == [["Drugs", 4269.0]]


def test_a_cluster_without_local_jobs_is_no_number(put):
    """Withheld, not zero, and never an error."""
    path = put(HEAD + cluster("coal", '["2121"]') + cluster("drugs", '["3254"]'), "mine.toml")
    answer = run("clusters", "--definition", path)
    assert (answer.code, answer.err) == (0, "")
    table = pd.read_csv(io.StringIO(answer.out)).set_index("name")
    assert pd.isna(table.loc["Coal", "employment"])
    assert not table.loc["Coal", "selected"]


# Where to write ---------------------------------------------------------------------------------

WRITERS = {
    "brief": ["brief", "--out", "{}"],
    "pack": ["pack", "--cluster", "biomedical", "--out", "{}"],
    "export": ["sample", "export", "--out", "{}"],
    "clusters": ["clusters", "--out", "{}/x.csv"],
    "measure": ["measure", "herfindahl", "--level", "2", "--out", "{}/x.parquet"],
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("place", ["mine.csv", "mine.csv/below", "/proc/no-such", "x" * 300])
def test_a_place_that_cannot_be_written_to(writer, place, put):
    file = put(GOOD)
    said = refused(*(part.format(file.parent / place) for part in WRITERS[writer]))
    assert "cannot write" in said or "is a file" in said
    assert file.read_text() == GOOD
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("name", ["x.xlsx", "x", ".csv", "x.csv.gz", ""])
def test_a_table_of_no_known_kind_is_not_written(name, tmp_path):
    for command in (["clusters"], ["measure", "herfindahl"]):
        assert "neither .csv nor .parquet" in refused(*command, "--out", str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_out_that_is_a_folder_or_no_path(tmp_path):
    (tmp_path / "x.csv").mkdir()
    assert "is a folder" in refused("clusters", "--out", tmp_path / "x.csv")
    assert "null byte" in refused("clusters", "--out", "x\x00.csv")


def test_a_file_is_untouched_where_the_command_fails(put):
    before = put("old\n", "old.csv")
    refused("clusters", "--region", "48001", "--out", before)
    refused("measure", "herfindahl", "--year", "1999", "--out", before)
    assert before.read_text() == "old\n"
    assert list(before.parent.iterdir()) == [before]


def test_folders_of_any_letters(tmp_path):
    out = tmp_path / "mit Leerzeichen" / "Größe [red] :car: " / "x y.csv"
    answer = run("clusters", "--out", out)
    assert answer == Answer(0, f"27 rows: {out}\n", "")
    assert len(pd.read_csv(out)) == 27


# Tables of the user's own -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "No columns"),
        ("\n\n", "cannot read"),
        ("region,industry,employment\n", "holds no rows"),
        ("region,industry,jobs\nA,x,1\n", "no column 'employment' (it has region, industry, jobs)"),
        (GOOD.replace(",", ";"), "no column 'region', 'industry', 'employment'"),
        (GOOD.replace(",", "\t"), "no column 'region', 'industry', 'employment'"),
        (GOOD + "B,z,-1\n", "row 6 (employment="),
        (GOOD + "B,z,inf\n", "negative or infinite"),
        (GOOD + "B,z,many\n", "column 'employment' of 'mine.csv' holds what is no number (row 6"),
        (GOOD + 'B,z,"1,234"\n', "row 6 '1,234'"),
        (GOOD + "B,z,D\nB,w,N\n", "(row 6 'D', row 7 'N'): write plain numbers"),
        (GOOD + "B,z,10%\n", "row 6 '10%'"),
        (GOOD + "B,y,50\n", "is not unique"),
        (GOOD + ",z,1\n", "column 'region' of 'mine.csv' is empty (row 6 '')"),
        (GOOD + "B,z,1,2\n", "Expected 3 fields in line 6, saw 4"),
        ("region,industry,employment\nA,x,1,9\nA,y,2,9\n", "Expected 3 fields in line 2"),
        ("region,industry,employment,employment\nA,x,1,2\n", "'employment' stands 2 times"),
        ("region,industry,employment\nZürich,x,1\n".encode("latin-1"), "UTF-8"),
        (GOOD.encode("utf-16"), "UTF-8"),
        (GOOD.encode() + b"B,z,1\x00\n", r"row 6 '1\x00'"),
        (gzip.compress(GOOD.encode(), mtime=0), "UTF-8"),
        (b'region,industry,employment\n"A,x,1\n', "EOF inside string"),
        ('"a\nb",industry\n1,x\n', "no column 'region', 'employment' (it has a\\nb, industry)"),
        ("region,industry,employment\nA,325,10\nA,3254,3\n", "'325' contains '3254'"),
        ("region,industry,year,employment\nA,x,two,1\n", "column 'year' of 'mine.csv'"),
        ("region,industry,year,employment\nA,x,2018.5,1\n", "no whole number (row 2 '2018.5')"),
        ("region,industry,year,employment\nA,x,,1\n", "no whole number (row 2 '')"),
        ("region,industry,employment,draw\nA,x,1,a\n", "column 'draw'"),
        ("region,industry,employment,status\nA,x,1,odd\n", "'status' holds unknown"),
        ("region,industry,employment,status\nA,x,0,withheld\n", "where status is 'withheld'"),
        ("region,industry,employment,employment_low\nA,x,1,0\n", "without 'employment_high'"),
        (
            "region,industry,employment,employment_low,employment_high\nA,x,1,3,2\n",
            "above 'employment_high'",
        ),
    ],
)
def test_bad_table(content, said, put):
    path = put(content)
    for measure in ("location_quotient", "herfindahl"):
        assert said in refused("measure", measure, "--table", path)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    "content",
    [
        "",
        "region,industry,year,employment\n",
        GOOD.replace("40", "many"),
        GOOD.replace("region", "place"),
        YEARS.replace("2019", "x"),
        YEARS.replace("2019", ""),
        YEARS + "A,x,2018,1\n",
        "region,industry,year,employment,plant_herfindahl\nA,x,2018,1,q\n",
    ],
)
def test_no_measure_takes_a_bad_table(measure, content, put):
    refused("measure", measure, "--table", put(content))


def test_a_late_bad_value_is_found_without_a_warning(put):
    """Pandas reads large files in pieces and would warn of the mixture on stderr."""
    rows = "".join(f"A,i{number},1\n" for number in range(200_000))
    path = put(f"region,industry,employment\n{rows}A,zz,D\n")
    assert "row 200002 'D'" in refused("measure", "herfindahl", "--table", path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.txt", GOOD, "neither .csv nor .parquet"),
        ("x.csv.gz", GOOD, "neither .csv nor .parquet"),
        ("x.parquet", GOOD, "save it as Parquet"),
        ("x.parquet", b"", "save it as Parquet"),
        ("x.parquet", b"PAR1" + bytes(200) + b"PAR1", "save it as Parquet"),
    ],
)
def test_a_table_that_is_not_what_its_name_says(name, content, said, put):
    assert said in refused("measure", "herfindahl", "--table", put(content, name))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"employment": [[1], [2], [3], [4]]}, "'employment' is not numeric"),
        ({"region": [[1], [2], [3], [4]]}, "'region' holds values that are not text"),
        ({"region": 6001}, "(region="),
        ({"employment": b"x"}, "'employment' is not numeric"),
        ({"employment": True}, "'employment' is not numeric"),
        ({"employment": pd.Timestamp("2020-01-01")}, "'employment' is not numeric"),
    ],
)
def test_parquet_of_other_types(change, said, tmp_path):
    table = pd.read_csv(io.StringIO(GOOD)).assign(**change)
    table.to_parquet(tmp_path / "x.parquet")
    assert said in refused("measure", "herfindahl", "--table", tmp_path / "x.parquet")
    if "region" in change:
        refused("measure", "herfindahl", "--table", tmp_path / "x.parquet", "--region", "east-bay")


def test_parquet_cut_short_or_without_rows(tmp_path):
    path = tmp_path / "x.parquet"
    pd.read_csv(io.StringIO(GOOD)).iloc[:0].to_parquet(path)
    assert "holds no rows" in refused("measure", "herfindahl", "--table", path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "save it as Parquet" in refused("measure", "herfindahl", "--table", path)


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_a_table_that_is_a_folder_or_missing(name, tmp_path):
    assert "no file" in refused("measure", "herfindahl", "--table", tmp_path / name)
    (tmp_path / name).mkdir()
    assert "Is a directory" in refused("measure", "herfindahl", "--table", tmp_path / name)


def test_an_address_is_not_fetched(put):
    path = put(GOOD)
    assert "no file" in refused("measure", "herfindahl", "--table", f"file://{path}")


def test_nothing_in_a_table_is_guessed(put):
    """'NA' is a place, '06001' keeps its zero, an empty or 'NA' number is withheld."""
    rows = "NA,007,1\nNA,1e3,3\n06001,007,\n06001,1e3,NA\n\n"
    path = put("\ufeffregion,industry,employment\r\n" + rows.replace("\n", "\r\n"))
    answer = run("measure", "location_quotient", "--table", path)
    assert (answer.code, answer.err) == (0, "")
    read = pd.read_csv(io.StringIO(answer.out), dtype=str, keep_default_na=False)
    assert set(zip(read["region"], read["industry"], strict=True)) == {
        ("NA", "007"), ("NA", "1e3"), ("06001", "007"), ("06001", "1e3"),
    }  # fmt: skip
    assert set(read["location_quotient"]) == {""}


@pytest.mark.parametrize("measure", ["location_quotient", "herfindahl", "hoover", "krugman"])
def test_a_table_of_withheld_numbers_gives_no_numbers(measure, put):
    path = put("region,industry,employment\nA,x,\nA,y,\nB,x,\nB,y,\n")
    answer = run("measure", measure, "--table", path)
    assert (answer.code, answer.err) == (0, "")
    assert pd.read_csv(io.StringIO(answer.out))[measure].isna().all()


def test_unpadded_codes_are_names_but_no_counties(put):
    path = put(GOOD.replace("A", "6001").replace("B", "6013"))
    answer = run("measure", "herfindahl", "--table", path)
    assert answer.code == 0
    assert "\n6001," in answer.out
    said = refused("measure", "herfindahl", "--table", path, "--region", "east-bay")
    assert "no county 06001, 06013" in said
    assert "'06001' for '6001'" in said


@pytest.mark.parametrize(
    "content", ["industry,employment\nx,1\n", "region,industry,employment\nA,x,1\n"]
)
def test_region_of_a_table_without_it(content, put):
    refused("measure", "herfindahl", "--table", put(content), "--region", "east-bay")


def test_a_county_missing_in_another_year_does_not_matter(put):
    rows = "06001,x,2018,1\n06013,x,2018,2\n06001,x,2019,4\n"
    path = put("region,industry,year,employment\n" + rows)
    call = ["measure", "herfindahl", "--table", path, "--region", "east-bay", "--year"]
    assert run(*call, "2018").out == "region,year,herfindahl\nEast Bay,2018,1.0\n"
    assert "no county 06013" in refused(*call, "2019")


def test_absent_reaches_the_adding_up(put):
    """A county without a row is open up to its remainder, unless the caller says it is zero."""
    rows = "06001,00,100\n06001,x,60\n06001,y,40\n06013,00,100\n06013,y,70\n"
    table = put("region,industry,employment\n" + rows)
    us = put("industry,employment\n00,1000\nx,500\ny,500\n", "us.csv")
    call = ["measure", "location_quotient", "--table", table, "--reference", us]
    highs = {}
    for absent in ("withheld", "zero"):
        answer = run(*call, "--region", "east-bay", "--absent", absent)
        highs[absent] = pd.read_csv(io.StringIO(answer.out), dtype={"industry": str}).set_index(
            "industry"
        )["location_quotient_high"]
    assert highs["zero"]["x"] == pytest.approx(60 / 200 / 0.5)
    assert highs["withheld"]["x"] == pytest.approx(90 / 200 / 0.5)


# Options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("location_quotient --year 1999", "no year 1999 (it has 2018, 2019, 2020, 2021)"),
        ("location_quotient --year x", "--year"),
        ("location_quotient --level 5", "level=5"),
        ("location_quotient --level 0", "use one of 2, 3, 4, 6"),
        ("location_quotient --interval often", "use one of 'establishment', 'binomial'"),
        ("location_quotient --value people", "use one of 'employment'"),
        ("location_quotient --absent maybe", "not one of 'withheld', 'zero'"),
        ("location_quotient --reference others", "reference='others'"),
        ("location_quotient --reference no-such.csv", "no file 'no-such.csv'"),
        ("location_quotient --reference x.txt", "--reference 'x.txt' is neither"),
        ("location_quotient --method raw", "no option --method"),
        ("location_quotient --start 2018", "no option --start"),
        ("location_quotient --plants equal_size", "no option --plants"),
        ("herfindahl --method often", "use one of 'raw'"),
        ("herfindahl --reference sum", "no option --reference"),
        ("herfindahl --reference no-such.csv", "no option --reference"),
        ("hoover --interval binomial", "no option --interval"),
        ("hoover --reference others", "reference='others'"),
        ("ellison_glaeser --value payroll", "no option --value"),
        ("ellison_glaeser --plants no-such.csv", "no file 'no-such.csv'"),
        ("shift_share --start 2021 --end 2018", "the earlier one first"),
        ("shift_share --start 2018 --end 2018", "are not two years"),
        ("shift_share --start 1990", "are not two years"),
        ("shift_share --year 2018", "two"),
        ("dynamic_location_quotient --end 1990", "are not two years"),
        ("nonsense", "there is no measure 'nonsense'"),
        ("hoover --nonsense 1", "No such option: --nonsense"),
    ],
)
def test_bad_option_of_a_measure(arguments, said):
    level = [] if "--level" in arguments else ["--level", "2"]
    assert said in refused("measure", *arguments.split(), *level)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--year 2018", "no column 'year'"),
        ("--level 4", "--level is of the embedded counties"),
        ("--reference us", "--reference us goes with the embedded counties"),
        ("--reference {}", "holds 2 regions"),
        ("--value payroll", "no column 'payroll'"),
        ("--interval establishment", "needs a column 'establishments'"),
    ],
)
def test_option_that_does_not_go_with_an_own_table(arguments, said, put):
    path = put(GOOD)
    call = arguments.format(path).split()
    assert said in refused("measure", "location_quotient", "--table", path, *call)


def test_an_empty_reference_is_not_the_default(put):
    refused("measure", "location_quotient", "--table", put(GOOD), "--reference", "")


@pytest.mark.parametrize("command", ["clusters", "brief"])
@pytest.mark.parametrize("years", ["--start 2021 --end 2018", "--start 1990", "--end 2030"])
def test_years_that_are_not_there(command, years, tmp_path):
    out = ["--out", tmp_path] if command == "brief" else []
    assert "are not two years" in refused(command, *years.split(), *out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["measure"], "Missing argument"),
        (["sample", "export"], "Missing option '--out'"),
        (["sample", "build", "--source", "/no/such"], "no folder '/no/such'"),
        (["sample", "build", "--source", __file__], "no folder"),
        (["brief", "--start", "x"], "--start"),
        (["--nonsense"], "No such option"),
    ],
)
def test_bad_call(arguments, said):
    assert said in refused(*arguments)


def test_a_defect_of_ours_is_not_dressed_as_a_mistake_of_theirs(monkeypatch):
    def broken():
        raise ZeroDivisionError

    monkeypatch.setattr(cli.ca, "sample", broken, raising=False)
    with pytest.raises(ZeroDivisionError):
        run("sample", "list")


def test_stopping_by_hand(monkeypatch):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.ca, "sample", stop, raising=False)
    assert run("sample", "list") == Answer(130, "", "stopped\n")


# Anything at all --------------------------------------------------------------------------------

FIELD = st.one_of(
    st.sampled_from(
        ["", "A", "B", "x", "00", "06001", "325", "3254", "31-33", "2018", "1", "0", "-1", "2.5",
         "1e400", "nan", "NA", "D", "\x00", '"', "reported", "withheld", "\ud7ff", "1_0"]
    ),
    st.text(max_size=4),
)  # fmt: skip
COLUMN = st.sampled_from(
    ["region", "industry", "year", "employment", "establishments", "payroll", "employment_low",
     "employment_high", "status", "draw", "plant_herfindahl", "weight", "other", ""]
)  # fmt: skip


@st.composite
def tables(draw):
    """CSV that is nearly right: columns of the contract, fields of every kind."""
    columns = draw(st.lists(COLUMN, min_size=1, max_size=6))
    if draw(st.booleans()):
        columns = ["region", "industry", "employment", *columns]
    rows = draw(st.lists(st.lists(FIELD, min_size=len(columns), max_size=len(columns)), max_size=5))
    lines = [columns, *rows]
    if draw(st.booleans()):
        lines.append(draw(st.lists(FIELD, max_size=8)))
    return "\n".join(",".join(line) for line in lines).encode("utf-8", "surrogatepass")


def check_any(answer):
    """Nothing but success, or one line (a definition: one a fault) and 2."""
    assert answer.code in (0, 2), answer
    assert "Traceback" not in answer.err
    if answer.code == 2:
        assert answer.err.startswith("error: ")
        assert answer.out == ""
    else:
        assert answer.err == ""


@lru_cache(maxsize=1)
def scratch():
    import tempfile

    return Path(tempfile.mkdtemp(prefix="clusteranalysis-test-"))


@pytest.fixture(scope="module", autouse=True)
def _clear_scratch():
    yield
    shutil.rmtree(scratch())
    scratch.cache_clear()


@given(st.one_of(st.binary(max_size=200), tables()), st.sampled_from(MEASURES), st.booleans())
@settings(max_examples=400)
def test_any_bytes_as_a_table(content, measure, adds_up):
    path = scratch() / "any.csv"
    path.write_bytes(content)
    region = ["--region", "06001"] if adds_up else []
    answer = run("measure", measure, "--table", path, *region)
    check_any(answer)
    assert answer.err.count("\n") == (1 if answer.code else 0)


@given(st.one_of(st.binary(max_size=200), tables()), st.sampled_from(MEASURES))
@settings(max_examples=150)
def test_any_bytes_as_a_reference(content, measure):
    table, path = scratch() / "years.csv", scratch() / "any.csv"
    table.write_text(YEARS)
    path.write_bytes(content)
    check_any(run("measure", measure, "--table", table, "--reference", path))


@given(st.binary(min_size=1, max_size=8), st.integers(0, 10_000), st.booleans())
@settings(max_examples=150)
def test_parquet_with_bytes_changed(change, at, cut):
    path = scratch() / "any.parquet"
    buffer = io.BytesIO()
    pd.read_csv(io.StringIO(GOOD)).to_parquet(buffer)
    content = buffer.getvalue()
    at %= len(content)
    path.write_bytes(content[:at] + change + (b"" if cut else content[at + len(change) :]))
    check_any(run("measure", "herfindahl", "--table", path))


VALUE = st.recursive(
    st.one_of(
        st.sampled_from(
            ['"06001"', '"06013"', '"a"', '""', "6001", "1.5", "true", "1979-05-27", "nan",
             '"3254"', '"325"', "3254", '"traded"', "2017", '"\\n"']
        ),
        st.integers().map(str),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda item: f"{{a = {item}}}"),
    ),
    max_leaves=4,
)  # fmt: skip


def toml(keys, headings):
    """TOML that is nearly right: the keys the file may have, values of every kind."""
    line = st.one_of(
        st.sampled_from(headings),
        st.tuples(st.sampled_from(keys), VALUE).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    )
    lines = st.lists(line, max_size=8, unique_by=lambda text: text.split(" =")[0])
    return lines.map(lambda rows: "\n".join(rows).encode())


@given(
    st.one_of(
        st.binary(max_size=200),
        toml(["name", "counties", "slug", '"a\\nb"'], ["# x", "[a]", "[[b]]"]),
    )
)
@settings(max_examples=300)
def test_any_bytes_as_a_region(content):
    path = scratch() / "any.toml"
    path.write_bytes(content)
    table = scratch() / "counties.csv"
    table.write_text(GOOD.replace("A", "06001").replace("B", "06013"))
    answer = run("measure", "herfindahl", "--table", table, "--region", path)
    check_any(answer)
    assert answer.err.count("\n") == (1 if answer.code else 0)


@given(
    st.one_of(
        st.binary(max_size=200),
        toml(
            ["id", "name", "title", "naics", "notes", "tradability", "industries", "reason"],
            ["[definition]", "[[cluster]]", "[cluster]", "# x"],
        ),
    )
)
@settings(max_examples=300)
def test_any_bytes_as_a_definition(content):
    path = scratch() / "any.toml"
    path.write_bytes(content)
    check_any(run("clusters", "--region", "48001", "--definition", path))


# What a terminal, a pipe and an environment do --------------------------------------------------


def test_a_stream_without_unicode_loses_no_minus_sign(monkeypatch):
    """Signs and dashes become ASCII; what has no likeness is spelt out; nothing fails."""
    monkeypatch.setattr(cli, "_contents", lambda _: [])

    class Fake:
        provenance = None

        def __repr__(self):
            return "• −5.0 – Zürich"

    monkeypatch.setattr(cli.ca, "sample", Fake, raising=False)
    assert run("sample", "list", encoding="ascii").out == "* -5.0 - Z\\xfcrich\n"
    assert run("sample", "list").out == "• −5.0 – Zürich\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_the_table_for_another_program_is_utf8_whatever_the_terminal(encoding, put):
    path = put(GOOD.replace("A", "Zürich −"))
    answer = run("measure", "herfindahl", "--table", path, encoding=encoding)
    assert (answer.code, answer.err) == (0, "")
    assert "\nZürich −,0.68" in answer.out


def test_errors_on_a_stream_without_unicode():
    assert r"'Z\xfcrich'" in refused("clusters", "--region", "Zürich", encoding="ascii")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_narrow_terminal(encoding, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    answer = run("measure", "herfindahl", "--level", "2", terminal=True, encoding=encoding)
    assert (answer.code, answer.err) == (0, "")
    assert max(map(len, answer.out.splitlines())) <= 40
    assert "Traceback" not in run("measure", "--help", encoding=encoding).out
    refused("clusters", "--region", "nowhere")


def test_a_terminal_shows_the_first_rows(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    answer = run("measure", "location_quotient", "--level", "6", terminal=True)
    assert answer.code == 0
    assert re.search(r"\n40 of [\d,]+ rows; --out FILE\.csv for all\n$", answer.out)


def test_closed_and_full_outputs():
    """A reader that stops early is no error; a full disk is one line."""
    for call in (["sample", "list"], ["measure", "location_quotient", "--level", "6"]):
        shell = subprocess.Popen(
            [*COMMAND, *call], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if call[0] == "measure":
            assert shell.stdout.readline().startswith("region,industry,year,location_quotient")
        shell.stdout.close()
        assert shell.stderr.read() == ""
        shell.stderr.close()
        shell.wait(60)
    full = Path("/dev/full")
    if full.exists():
        with full.open("w") as stdout:
            answer = subprocess.run(
                [*COMMAND, "sample", "list"],
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert answer.returncode == 2
        assert re.fullmatch(
            r"error: .*No space left on device: choose another place\n", answer.stderr
        )


def test_a_bare_environment(tmp_path):
    """No home, no locale, no colours, another directory that cannot be written to."""
    bare = {
        "PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "40",
    }  # fmt: skip

    def bare_run(*call, cwd):
        return subprocess.run(
            [*COMMAND, *call], capture_output=True, env=bare, cwd=cwd, check=False, timeout=60
        )

    inside = bare_run("clusters", cwd="/proc/self" if Path("/proc/self").exists() else "/")
    assert (inside.returncode, inside.stderr) == (0, b"")
    assert inside.stdout.decode() == run("clusters").out
    if Path("/proc/self").exists():
        answer = bare_run("brief", cwd="/proc/self")
        assert answer.returncode == 2
        assert re.fullmatch(rb"error: cannot write to the folder 'briefing' .*\n", answer.stderr)


# Good behaviour ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [["brief"], ["pack"], ["clusters"], ["measure"], ["sample", "export"], ["sample", "build"]],
    ids=" ".join,
)
def test_help_teaches_by_an_example(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    answer = run(*command, "--help")
    assert (answer.code, answer.err) == (0, "")
    examples = re.findall(rf"clusteranalysis {' '.join(command)} (?:\S+ )?--\S+", answer.out)
    assert examples
    assert "xample" in answer.out


def test_help_of_the_whole(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    answer = run("--help")
    assert answer.code == 0
    assert "clusteranalysis brief --region east-bay" in answer.out
    for command in ("brief", "pack", "clusters", "measure", "sample", "charter", "track"):
        assert re.search(rf"\b{command}\b", answer.out)
    assert "--region" in run("brief", "--help").out
    bare = run()
    assert "Usage" in bare.out + bare.err


def test_version():
    assert run("--version") == Answer(0, f"clusteranalysis {ca.__version__}\n", "")


def test_every_measure_runs_on_the_embedded_counties():
    for measure in MEASURES:
        answer = run("measure", measure, "--level", "2")
        assert (answer.code, answer.err) == (0, ""), measure
        assert measure in answer.out.splitlines()[0].split(",") or measure == "shift_share"
        assert len(answer.out.splitlines()) > 9


@pytest.mark.parametrize("kind", ["csv", "parquet", "CSV", "stdout"])
def test_measure_equals_the_library_call(kind, tmp_path):
    data, place = ca.sample(), ca.find_region("east-bay")
    jobs, us = (table[table["year"] == 2018] for table in (data.level(6), data.us_level(6)))
    expected = ca.location_quotient(
        ca.aggregate_regions(jobs[jobs["region"].isin(place.counties)], place), reference=us
    )
    call = ["measure", "location_quotient", "--region", "east-bay", "--level", "6"]
    call += ["--year", "2018"]
    if kind == "stdout":
        answer = run(*call)
        source = io.StringIO(answer.out)
    else:
        source = tmp_path / f"lq.{kind}"
        answer = run(*call, "--out", source)
        assert answer.out == f"{len(expected):,} rows: {source}\n"
    assert (answer.code, answer.err) == (0, "")
    text = {"region": str, "industry": str}
    found = pd.read_parquet(source) if kind == "parquet" else pd.read_csv(source, dtype=text)
    pd.testing.assert_frame_equal(found, expected, check_exact=True, check_dtype=False)


def test_an_own_table_and_reference_equal_the_library_call(put):
    jobs = pd.read_csv(io.StringIO(YEARS), dtype={"employment": float})
    nation = jobs.groupby(["industry", "year"], as_index=False)["employment"].sum()
    nation["employment"] *= 9
    table = put(YEARS)
    reference = put(nation.to_csv(index=False), "nation.csv")
    answer = run("measure", "shift_share", "--table", table, "--reference", reference)
    expected = ca.shift_share(jobs, reference=nation)
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(answer.out)), expected, check_dtype=False)


def test_plants_from_a_table(put):
    plants = put("industry,plant_herfindahl\nx,0.1\ny,0.2\n", "plants.csv")
    answer = run("measure", "ellison_glaeser", "--table", put(GOOD), "--plants", plants)
    expected = ca.ellison_glaeser(
        pd.read_csv(io.StringIO(GOOD), dtype={"employment": float}),
        reference="sum",
        plants=pd.DataFrame({"industry": ["x", "y"], "plant_herfindahl": [0.1, 0.2]}),
    )
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(answer.out)), expected)


def test_clusters_writes_the_whole_table(tmp_path):
    out = tmp_path / "new" / "x.csv"
    answer = run("clusters", "--region", "06001,06013", "--out", out)
    assert answer == Answer(0, f"27 rows: {out}\n", "")
    table = pd.read_csv(out)
    assert {"selected", "rule", "reason", "location_quotient"} <= set(table.columns)
    assert out.read_text() == run("clusters", "--region", "06001,06013").out
    assert list(out.parent.iterdir()) == [out]


def test_sample_list_names_every_table():
    answer = run("sample", "list")
    assert answer.code == 0
    for part in ("9 Bay Area counties", "cells.parquet", "County Business Patterns"):
        assert part in answer.out


def test_sample_export_is_what_the_sample_holds(tmp_path):
    answer = run("sample", "export", "--out", tmp_path / "tables")
    assert (answer.code, answer.err) == (0, "")
    paths = [Path(line) for line in answer.out.splitlines()]
    assert sorted(paths) == sorted((tmp_path / "tables").iterdir())
    assert {path.name for path in paths} == {
        "cells.csv", "us.csv", "nation.csv", "totals.csv", "titles.csv",
    }  # fmt: skip
    text = {"region": str, "industry": str, "status": str}
    cells = pd.read_csv(tmp_path / "tables" / "cells.csv", dtype=text)
    pd.testing.assert_frame_equal(cells, ca.sample().cells, check_dtype=False)
    # What was exported is itself a table that the measures take.
    again = run("measure", "krugman", "--table", tmp_path / "tables" / "totals.csv")
    assert again.code == 2


# Briefings: slow, so drawn once and looked at often ---------------------------------------------


@pytest.fixture(scope="session")
def briefing(tmp_path_factory):
    """One briefing, in a folder with spaces and other letters."""
    folder = tmp_path_factory.mktemp("one") / "mein Bericht – Größe"
    return folder, process("brief", "--region", "east-bay", "--out", folder)


@pytest.fixture(scope="session")
def two_at_once(tmp_path_factory):
    """Two processes that write the same folder at the same time, and what they left."""
    folder = tmp_path_factory.mktemp("two")
    both = [
        subprocess.Popen(
            [*COMMAND, "brief", "--out", str(folder), "--force"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            text=True,
        )
        for _ in range(2)
    ]
    ends = [(*one.communicate(timeout=180), one.returncode) for one in both]
    return folder, ends


def test_brief_writes_what_it_says(briefing):
    folder, answer = briefing
    assert (answer.returncode, answer.stderr) == (0, b"")
    said = answer.stdout.decode()
    assert said.startswith("• ")
    count = re.search(r"\n(\d+) files; open (.*)\n$", said)
    written = contents(folder)
    assert int(count[1]) == len(written)
    assert Path(count[2]) == folder / "briefing.html"
    assert {"briefing.html", "clusters.csv", "growth.csv"} <= set(written)
    figures = {Path(name).stem for name in written if name.startswith("figures/")}
    assert len(figures) > 5
    for figure in figures:
        assert written[f"figures/{figure}.svg"].lstrip().startswith(b"<?xml")
        assert written[f"figures/{figure}.png"].startswith(b"\x89PNG")
        assert b"," in written[f"figures/{figure}.csv"].splitlines()[0]


def test_the_page_stands_alone(briefing):
    page = (briefing[0] / "briefing.html").read_text("utf-8")
    assert page.rstrip().endswith("</html>")
    assert not re.search(r"""(?:src|href)\s*=\s*["']https?://[^"']+\.(?:js|css|png|svg)""", page)
    clusters = pd.read_csv(briefing[0] / "clusters.csv")
    for name in clusters.loc[clusters["selected"], "name"]:
        assert name.replace("&", "&amp;") in page


def test_two_briefings_at_once_are_the_same_bytes(briefing, two_at_once):
    """With --force neither fails, nothing is mixed or left over, and the files are the same."""
    folder, ends = two_at_once
    for out, err, code in ends:
        assert (code, err) == (0, "")
        assert out.startswith("* ")
        assert "?" not in out
    assert contents(folder) == contents(briefing[0])


def test_ascii_keeps_the_signs_of_the_findings(briefing, two_at_once):
    said = briefing[1].stdout.decode()
    plain = two_at_once[1][0][0]
    assert "−" in said
    signed = re.findall(r"[−-]\d[\d,.]*", said.replace("−", "-"))
    assert re.findall(r"-\d[\d,.]*", plain) == signed


def test_a_killed_briefing_leaves_whole_files(briefing, tmp_path):
    """Old files stay old or become new; what is half written has a name of its own."""
    (tmp_path / "figures").mkdir()
    old = b"old\n"
    for name in contents(briefing[0]):
        (tmp_path / name).write_bytes(old)
    victim = subprocess.Popen(
        [*COMMAND, "brief", "--out", str(tmp_path), "--force"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    limit = time.monotonic() + 90
    while time.monotonic() < limit and victim.poll() is None:
        if sum(content != old for content in contents(tmp_path).values()) >= 4:
            break
        time.sleep(0.02)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    whole = contents(briefing[0])
    left = {name: text for name, text in contents(tmp_path).items() if not name.endswith(".part")}
    assert set(left) == set(whole)
    assert [name for name, text in left.items() if text not in (old, whole[name])] == []
    assert 0 < sum(text != old for text in left.values()) < len(whole)
    assert left["briefing.html"] == old


# Working groups' packs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cluster", "bio"], "no cluster 'bio'"),
        (["--cluster", "../evil"], "no cluster '../evil'"),
        (["--cluster", ""], "no cluster ''"),
        ([], "--cluster"),
        (["--cluster", "biomedical", "--format", "odt"], "--format holds 'odt'"),
        (["--cluster", "biomedical", "--region", "atlantis"], "atlantis"),
    ],
)
def test_a_pack_that_cannot_be_is_refused_before_any_work(arguments, said, tmp_path):
    out = tmp_path / "packs"
    assert said in refused("pack", *arguments, "--out", out)
    assert not out.exists()


def test_a_pack_for_each_cluster_that_was_asked_for(tmp_path):
    asked = ["--cluster", "biomedical", "--cluster", "restaurants", "--format", "docx"]
    answer = run("pack", *asked, "--out", tmp_path)
    assert (answer.code, answer.err) == (0, "")
    names = ["pack-biomedical.docx", "pack-restaurants.docx"]
    assert [Path(line).name for line in answer.out.splitlines()] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    before = (tmp_path / names[0]).read_bytes()
    assert "there already" in refused("pack", *asked, "--out", tmp_path)
    (tmp_path / names[1]).unlink()
    assert "'" + str(tmp_path / names[0]) + "' is there already" in (
        refused("pack", *asked, "--out", tmp_path)
    )
    assert (tmp_path / names[0]).read_bytes() == before


# Any measure -------------------------------------------------------------------------------------


def test_every_measure_is_listed_with_its_question():
    lines = run("measure", "list").out.splitlines()
    assert [line.split(": ")[0] for line in lines] == sorted(measures.__all__)
    assert all(line.endswith("?") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hover"], "there is no measure 'hover': did you mean 'hoover'?"),
        (["nonsense"], "'measure list' lists all"),
        (["moran"], "moran needs neighbours: pass --with neighbours=VALUE"),
        (["entropy", "--with", "foo=1"], "entropy has no option --foo: leave it out (it has"),
        (["entropy", "--with", "method"], "--with 'method': write each option once"),
        (["entropy", "--with", "method=raw", "--with", "method=raw"], "write each option once"),
        (["entropy", "--with", "method=odd"], "method='odd' is not an option"),
        (["theil", "--with", "groups=no.csv"], "no file"),
    ],
)
def test_options_of_any_measure_are_checked(arguments, said, put):
    assert said in refused("measure", *arguments, "--table", put(GOOD))


def test_options_of_any_measure_take_words_numbers_and_tables(put, tmp_path):
    table = put(GOOD)
    groups = tmp_path / "groups.csv"
    groups.write_text("region,state\nA,north\nB,south\n")
    out = tmp_path / "out.csv"
    options = ["--with", f"groups={groups}", "--with", "index=L", "--out", str(out)]
    assert run("measure", "theil", "--table", table, *options).code == 0
    made = pd.read_csv(out, dtype={"industry": str})
    mine = pd.read_csv(table)
    expected = ca.theil(mine, reference="sum", index="L", groups={"A": "north", "B": "south"})
    pd.testing.assert_frame_equal(made, expected, check_dtype=False)
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("region,neighbour\nA,B\nB,A\n")
    with_map = ["--with", f"neighbours={pairs}", "--with", "repetitions=9", "--with", "rng=1"]
    assert run("measure", "moran", "--table", table, *with_map, "--out", str(out)).code == 0
    assert "moran" in out.read_text().splitlines()[0]


def test_sensitivity_of_a_regions_clusters(tmp_path):
    out = tmp_path / "turns.csv"
    answer = run("clusters", "--sensitivity", "--out", str(out))
    assert answer.code == 0, answer.err
    table = pd.read_csv(out)
    assert set(table["base"]) == {"total", "traded", "tradable"}
    assert table["selection_changes"].any()
    assert "leave --start out" in refused("clusters", "--sensitivity", "--start", "2019")
