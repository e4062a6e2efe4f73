"""``clusteranalysis fetch`` against a server on this machine."""

import sys

import pytest

from clusteranalysis import cli
from clusteranalysis.data import transfer

from .data.server import Agency, archive, serving

CBP = "/programs-surveys/cbp/datasets/{year}/cbp{short}co.zip"


@pytest.fixture
def agency(monkeypatch, tmp_path):
    monkeypatch.setattr(transfer, "_PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("CLUSTERANALYSIS_DATA_DIR", str(tmp_path / "cache"))
    files = {CBP.format(year=year, short=str(year)[2:]): archive() for year in (2019, 2020)}
    files["/cew/data/api/2021/a/area/06001.csv"] = b'"area_fips","own_code"\n"06001","0"\n'
    with serving(Agency(files)) as agency:
        monkeypatch.setenv("CLUSTERANALYSIS_CENSUS_URL", agency.url)
        monkeypatch.setenv("CLUSTERANALYSIS_BLS_URL", agency.url)
        yield agency


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["clusteranalysis", *words])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    out, err = capsys.readouterr()
    return stop.value.code, out, err


def test_cbp_prints_where_each_file_lies(agency, monkeypatch, capsys, tmp_path):
    code, out, _ = run(monkeypatch, capsys, "fetch", "cbp", "--years", "2019-2020")
    assert code == 0
    paths = [line for line in out.splitlines() if line]
    assert [path.rsplit("/", 1)[-1] for path in paths] == ["cbp19co.zip", "cbp20co.zip"]
    assert all(path.startswith(str(tmp_path / "cache")) for path in paths)
    # What is there needs no network.
    agency.asked.clear()
    assert run(monkeypatch, capsys, "fetch", "cbp", "--years", "2019,2020")[0] == 0
    assert agency.asked == []


def test_a_file_the_agency_lacks_is_one_line_with_address_and_path(agency, monkeypatch, capsys):
    code, out, err = run(monkeypatch, capsys, "fetch", "cbp", "--years", "2018")
    assert (code, out) == (2, "")
    lines = [line for line in err.splitlines() if "error:" in line]
    assert len(lines) == 1
    assert agency.url in lines[0]
    assert "cbp18co.zip" in lines[0]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("cbp", "--years", "abc"), "'abc' cannot be read"),
        (("cbp", "--years", "2018", "--level", "planet"), "'planet' is not one of"),
        (("qcew", "--years", "2021", "--region", "nowhere"), "no region is called 'nowhere'"),
        (("boundaries", "--resolution", "1m"), "'1m' is not one of"),
        (("cbp",), "Missing option"),
    ],
)
def test_bad_words_are_one_line(agency, monkeypatch, capsys, words, says):
    code, _, err = run(monkeypatch, capsys, "fetch", *words)
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert agency.asked == []
