"""``clusteranalysis employment`` on files as downloaded."""

import pandas as pd
import pytest

from tests.data.test_employment import files as write_files
from tests.test_cli import run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agency")
    options = []
    for path in write_files(2018, folder):
        options += ["--file", str(path)]
    return options


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTERANALYSIS_DATA_DIR", str(tmp_path / "cache"))


def test_a_regions_table_is_written(made, tmp_path):
    out = tmp_path / "jobs.csv"
    answer = run(
        "employment", "-r", "06001,06013", "-y", "2018", "--level", "4", "-o", str(out), *made
    )
    assert answer.code == 0, answer.err
    assert "solving" in answer.err
    table = pd.read_csv(out, dtype={"region": str, "industry": str})
    assert {"06001", "06013", "06", "US"} == set(table["region"])
    assert {"reported", "deduced"} <= set(table["status"])
    lq = run("measure", "herfindahl", "--table", str(out))
    assert lq.code == 0, lq.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-y", "2019"], "none of the files is of 2019"),
        (["-r", "06085"], "no rows of county 06085"),
        (["--naics", "naics2017"], "pass level=6"),
        (["--naics", "naics2013", "--level", "6"], "no edition of NAICS"),
        (["--level", "7"], "'--level'"),
        (["-y", "next"], "next"),
    ],
)
def test_a_fault_is_one_line(made, options, said):
    answer = run("employment", "-r", "06001", "-y", "2018", *made, *options)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_a_file_that_is_none(tmp_path):
    path = tmp_path / "cbp18co.txt"
    path.write_bytes(b"\x00\x01")
    answer = run("employment", "-r", "06001", "-y", "2018", "--file", str(path))
    assert answer.code == 2
    assert "cbp18co.txt" in answer.err
