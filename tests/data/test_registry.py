"""Addresses and places: written out here as the agencies publish them."""

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.data.registry import (
    boundary_file,
    cbp_files,
    naics_files,
    parse_years,
    qcew_file,
)
from clusteranalysis.errors import DataError

CENSUS = "https://www2.census.gov"


@pytest.fixture(autouse=True)
def official(monkeypatch):
    for agency in ("CENSUS", "BLS"):
        monkeypatch.delenv(f"CLUSTERANALYSIS_{agency}_URL", raising=False)


@pytest.mark.parametrize(
    ("year", "level", "names"),
    [
        (2018, "county", ["cbp18co.zip"]),
        (1998, "state", ["cbp98st.zip"]),
        (2001, "county", ["cbp01co.zip"]),
        (2007, "us", ["cbp07us.txt"]),
        (2009, "us", ["cbp09us.zip"]),
        (2023, "msa", ["cbp23msa.zip"]),
        (2022, "zip", ["zbp22totals.zip", "zbp22detail.zip"]),
    ],
)
def test_cbp(year, level, names):
    files = cbp_files(year, level)
    folder = f"{CENSUS}/programs-surveys/cbp/datasets/{year}"
    assert [file.url for file in files] == [f"{folder}/{name}" for name in names]
    assert [file.path for file in files] == [f"cbp/{year}/{name}" for name in names]
    assert {(file.product, file.year, file.level) for file in files} == {("cbp", year, level)}


def test_qcew():
    whole, area = qcew_file(2019), qcew_file(2019, "US000")
    assert whole.url == "https://data.bls.gov/cew/data/files/2019/csv/2019_annual_singlefile.zip"
    assert area.url == "https://data.bls.gov/cew/data/api/2019/a/area/US000.csv"
    assert whole.path != area.path


def test_naics_concordances_form_a_chain():
    files = naics_files()
    steps = [file.level.split(" to ") for file in files]
    assert [new for _, new in steps[:-1]] == [old for old, _ in steps[1:]]
    assert (steps[0][0], steps[-1][1]) == ("1997", "2022")
    for file in files:
        assert file.url.startswith("https://www.census.gov/naics/concordances/")


@pytest.mark.parametrize(
    ("year", "place"),
    [
        (2010, "GENZ2010/gz_2010_us_050_00_500k.zip"),
        (2013, "GENZ2013/cb_2013_us_county_500k.zip"),
        (2014, "GENZ2014/shp/cb_2014_us_county_500k.zip"),
        (2021, "GENZ2021/shp/cb_2021_us_county_500k.zip"),
    ],
)
def test_boundaries(year, place):
    assert boundary_file(year).url == f"{CENSUS}/geo/tiger/{place}"


def test_states_have_another_summary_level():
    assert boundary_file(2010, "20m", "state").url.endswith("gz_2010_us_040_00_20m.zip")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cbp_files(1997), "no file of 1997: use a year from 1998"),
        (lambda: cbp_files(20233), "no file of 20233"),
        (lambda: cbp_files(2018, "tract"), "level='tract' is unknown: use one of county, state"),
        (lambda: qcew_file(1989), "no file of 1989"),
        (lambda: qcew_file(2018, "6001"), "area='6001' is no QCEW area"),
        (lambda: qcew_file(2018, "../ab"), "is no QCEW area"),
        (lambda: qcew_file(2018, "0600\u0661"), "is no QCEW area"),
        (lambda: boundary_file(2012), "no cartographic boundaries of 2012"),
        (lambda: boundary_file(2021, "1m"), "resolution='1m' is unknown"),
        (lambda: boundary_file(2021, "5m", "tract"), "layer='tract' is unknown"),
    ],
)
def test_what_no_agency_publishes_is_refused(call, message):
    with pytest.raises(DataError, match=re.escape(message)):
        call()


def test_other_addresses_by_argument_and_environment(monkeypatch):
    monkeypatch.setenv("CLUSTERANALYSIS_CENSUS_URL", "http://127.0.0.1:1/mirror/")
    monkeypatch.setenv("CLUSTERANALYSIS_BLS_URL", "http://127.0.0.1:2")
    assert cbp_files(2018)[0].url.startswith("http://127.0.0.1:1/mirror/programs-surveys/")
    assert naics_files()[0].url.startswith("http://127.0.0.1:1/mirror/naics/")
    assert qcew_file(2018).url.startswith("http://127.0.0.1:2/cew/")
    assert boundary_file(base="https://m.example").url.startswith("https://m.example/geo/")


@given(
    year=st.integers(1998, 2097),
    level=st.sampled_from(["county", "state", "us", "msa", "zip"]),
    area=st.from_regex(r"\A[0-9A-Z]{5}\Z"),
)
def test_every_file_has_a_place_of_its_own_inside_the_cache(year, level, area):
    files = [*cbp_files(year, level), qcew_file(year, area), qcew_file(year), *naics_files()]
    if year > 2012:
        files.append(boundary_file(year))
    paths = [PurePosixPath(file.path) for file in files]
    assert len(set(paths)) == len(files) == len({file.url for file in files})
    for path, file in zip(paths, files, strict=True):
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert file.url.endswith(f"/{path.name}")


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2018", [2018]),
        ("2018-2020", [2018, 2019, 2020]),
        (" 2018 , 2020 ", [2018, 2020]),
        ("2010,2015 - 2017,2016", [2010, 2015, 2016, 2017]),
    ],
)
def test_years_as_people_write_them(text, years):
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["", "18", "2020-2018", "2018-", "2018,", "2018;2019", "2018:20"])
def test_years_that_cannot_be_read(text):
    with pytest.raises(DataError, match="cannot be read at"):
        parse_years(text)
