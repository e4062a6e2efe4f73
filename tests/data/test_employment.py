"""From the agencies' files to one region's table, on a small nation whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from clusteranalysis.data import employment, transfer
from clusteranalysis.data.employment import regional_employment
from clusteranalysis.data.qcew import qcew_cells, read_qcew
from clusteranalysis.data.suppression import bounds
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries.supersectors import SUPERSECTORS

from .server import Agency, archive, serving

LEAVES = {
    2016: ["311111", "325411", "325412", "541711", "541712", "621210", "811111"],
    2018: ["311111", "325411", "325412", "541713", "541714", "541715", "621210", "811111"],
}
COUNTIES = ["01001", "01003", "06001", "06013", "06075"]
EDGES = [0, 5, 10, 20, 50, 100, 250, 500, 1000]
CLASSES = ["1_4", "5_9", "10_19", "20_49", "50_99", "100_249", "250_499", "500_999", "1000"]
FLAGS = list("ABCEFGHIJ")
FLOORS = [0, 20, 100, 250, 500, 1000, 2500, 5000, 10_000]


def above(leaf):
    """A leaf's own and coarser codes, as the files write them."""
    sector = {"31": "31", "32": "31"}.get(leaf[:2], leaf[:2])
    return [leaf, *(leaf[:n].ljust(6, "/") for n in (5, 4, 3)), sector.ljust(6, "-"), "------"]


def nation(year):
    """True jobs and plants of every cell that has any."""
    rng = np.random.default_rng(year)
    rows = []
    for county in COUNTIES:
        for leaf in LEAVES[year]:
            plants = np.rint(np.exp(rng.normal(2.5, 1.3, rng.integers(0, 9)))).clip(1, 4000)
            counts = np.histogram(plants, [*EDGES, 10**6])[0]
            for region in (county, county[:2], "US") if len(plants) else ():
                rows += [(region, code, plants.sum(), len(plants), *counts) for code in above(leaf)]
    columns = ["region", "naics", "truth", "est", *CLASSES]
    cells = pd.DataFrame(rows, columns=columns).groupby(["region", "naics"], as_index=False).sum()
    return cells.assign(hidden=(rng.random(len(cells)) < 0.4) & (cells["naics"] != "------"))


def files(year, folder):
    """The county, state and US files of a year, in that year's layout."""
    cells = nation(year)
    made = []
    for kind, size in (("co", 5), ("st", 2), ("us", 2)):
        us = cells["region"] == "US"
        part = cells[us if kind == "us" else ~us & (cells["region"].str.len() == size)]
        if year >= 2017:
            part = part[part["est"] >= 3]
        table = pd.DataFrame(index=part.index)
        if kind == "us":
            table["uscode"] = "98"
        else:
            table["fipstate"] = part["region"].str[:2]
        if kind == "co":
            table["fipscty"] = part["region"].str[2:]
        table["naics"] = part["naics"]
        if year < 2017:
            which = np.searchsorted(FLOORS, part["truth"], side="right") - 1
            table["empflag"] = np.where(part["hidden"], np.array(FLAGS)[which], "")
        table["emp_nf"] = np.where(part["hidden"], "D", "G")
        table["emp"] = part["truth"].mask(part["hidden"], 0)
        table["est"] = part["est"]
        for name in CLASSES:
            spelt = "n<5" if name == "1_4" and year >= 2017 else f"n{name}"
            count = part[name].astype(str)
            table[spelt] = count.where((part[name] >= 3) | (year < 2017), "N")
        path = folder / f"cbp{year % 100}{kind}.zip"
        path.write_bytes(archive(table.to_csv(index=False), f"cbp{year % 100}{kind}.txt"))
        made.append(path)
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    return {year: files(year, folder) for year in LEAVES}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTERANALYSIS_DATA_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def truth(year):
    cells = nation(year)
    code = cells["naics"].str.rstrip("-/").replace({"": "00", "31": "31-33"})
    return cells.assign(industry=code).set_index(["region", "industry"])


@pytest.mark.parametrize("year", LEAVES)
def test_published_numbers_come_back_and_bounds_hold_the_truth(published, year):
    table = regional_employment("06001,06013", year, files=published[year])
    assert set(table["region"]) == {"06001", "06013", "06", "US"}
    known = truth(year)["truth"].reindex(pd.MultiIndex.from_frame(table[["region", "industry"]]))
    assert known.notna().all()
    known = known.to_numpy()
    reported = (table["status"] == "reported").to_numpy()
    assert 0.3 < reported.mean() < 1
    assert (table["employment"].to_numpy()[reported] == known[reported]).all()
    assert (known >= table["employment_low"] - 1e-6).all()
    assert (known <= table["employment_high"] + 1e-6).all()
    assert table["employment"].between(table["employment_low"], table["employment_high"]).all()


@pytest.mark.parametrize("year", LEAVES)
@pytest.mark.parametrize("level", [2, 3, 4, 6])
def test_with_the_rests_a_level_adds_up_to_the_total(published, year, level):
    table = regional_employment("06001", year, files=published[year], level=level, rests=True)
    for _, part in table.groupby("region"):
        total = part["industry"] == "00"
        assert part.loc[~total, "employment"].sum() == pytest.approx(
            part.loc[total, "employment"].item(), abs=1e-5
        )
    without = regional_employment("06001", year, files=published[year], level=level)
    assert set(without["industry"]) == {i for i in table["industry"] if "unpublished" not in i}
    # Cells are left out since 2017, so only then is there anything to keep.
    assert (len(without) < len(table)) == (year >= 2017)


def test_years_of_two_editions_are_carried_to_one(published):
    both = [*published[2016], *published[2018]]
    raw = regional_employment("06001,06013", [2016, 2018], files=both, level=6)
    table = regional_employment("06001,06013", [2016, 2018], files=both, level=6, naics="naics2017")
    assert {"541713", "541714", "541715"} <= set(table.loc[table["year"] == 2016, "industry"])
    assert table.loc[table["industry"].eq("541713") & table["year"].eq(2016), "passed_split"].all()
    sums = [t.groupby(["region", "year"])["employment"].sum() for t in (raw, table)]
    pd.testing.assert_series_equal(*sums, rtol=1e-9)


def test_a_state_alone_is_bounded_no_closer_than_within_the_nation(published):
    whole = regional_employment("06001", 2016, files=published[2016])
    alone = regional_employment("06001", 2016, files=published[2016], scope="state")
    assert "US" not in set(alone["region"])
    keys = ["region", "industry"]
    both = alone.merge(whole, on=keys, suffixes=("", "_whole"))
    assert len(both) == len(alone)
    assert (both["employment_low"] <= both["employment_low_whole"] + 1e-9).all()
    assert (both["employment_high"] >= both["employment_high_whole"] - 1e-9).all()


def test_files_are_fetched_once_and_a_solved_year_is_kept(published, home, monkeypatch):
    monkeypatch.setattr(transfer, "_PAUSES", (0.0,))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    place = "/programs-surveys/cbp/datasets/2018/"
    served = Agency({place + path.name: path.read_bytes() for path in published[2018]})
    said = []
    with serving(served) as agency:
        monkeypatch.setenv("CLUSTERANALYSIS_CENSUS_URL", agency.url)
        first = regional_employment("06001", 2018, progress=said.append)
    assert len(served.asked) == 3
    assert any("solving" in line for line in said)
    assert len(list((home / "solved").iterdir())) == 1
    # The agency is gone; neither it nor the solver is needed.
    monkeypatch.setattr(employment, "impute", None)
    again = regional_employment("06001", 2018)
    pd.testing.assert_frame_equal(again, first)
    other = regional_employment("06013", 2018)
    assert set(other["region"]) == {"06013", "06", "US"}


def test_draws_repeat_and_are_not_kept(published, home):
    options = {"files": published[2016], "draws": 3, "level": 4}
    drawn = regional_employment("06001", 2016, rng=5, **options)
    assert sorted(drawn["draw"].unique()) == [0, 1, 2]
    pd.testing.assert_frame_equal(drawn, regional_employment("06001", 2016, rng=5, **options))
    assert not (home / "solved").exists()


def test_what_is_lacking_is_named(published):
    with pytest.raises(DataError, match=r"no rows of county 06085 in 2016"):
        regional_employment("06001,06085", 2016, files=published[2016])
    with pytest.raises(DataError, match="none of the files is of 2019"):
        regional_employment("06001", [2016, 2019], files=published[2016])
    with pytest.raises(DataError, match="tells no year"):
        regional_employment("06001", 2016, files=["counties.txt"])
    with pytest.raises(SchemaError, match="pass level=6"):
        regional_employment("06001", 2016, naics=2017, level=4)
    with pytest.raises(SchemaError, match="names no year"):
        regional_employment("06001", [])
    with pytest.raises(DataError, match="no row of state 48"):
        regional_employment("48001", 2016, files=published[2016], scope="state")


def test_private_jobs_of_the_quarterly_census(shared):
    paths = sorted((shared / "qcew").glob("2016.q1-q4_340*.csv.gz"))
    rows = pd.concat([read_qcew(path) for path in paths], ignore_index=True)
    with pytest.raises(SchemaError, match="quarter=1 to 4"):
        qcew_cells(rows)
    with pytest.raises(SchemaError, match="no row of ownership 4"):
        qcew_cells(rows, ownership=4, quarter=1)
    cells = qcew_cells(rows, quarter=1)
    assert not cells.duplicated(["region", "industry"]).any()
    plain = cells[~cells["industry"].isin(SUPERSECTORS)]
    wide, narrow = bounds(plain), bounds(cells)
    both = wide.merge(narrow, on=["region", "industry", "year"], suffixes=("", "_closer"))
    assert len(both) == len(plain)
    # BLS shows every supersector, and withholds some of their sectors.
    assert (both["employment_low_closer"] >= both["employment_low"]).all()
    assert (both["employment_high_closer"] <= both["employment_high"]).all()
    width = both["employment_high"] - both["employment_low"]
    closer = both["employment_high_closer"] - both["employment_low_closer"]
    assert (closer < width).sum() > 50


def test_annual_averages_make_a_regions_table(tmp_path):
    text = "area_fips,own_code,industry_code,agglvl_code,size_code,year,qtr,disclosure_code,"
    text += "annual_avg_estabs,annual_avg_emplvl,total_annual_wages\n"
    rows = []
    for area, first in (("US000", 10), ("06000", 50), ("06001", 70)):
        for code, step, plants, jobs in (
            ("10", 1, 30, 900),
            ("102", 2, 10, 400),
            ("101", 2, 20, 500),
            ("1013", 3, 20, 500),
            ("31-33", 4, 20, 0),
            ("1022", 3, 10, 400),
            ("51", 4, 10, 400),
        ):
            hidden = "N" if jobs == 0 else ""
            rows.append(f"{area},5,{code},{first + step},0,2021,A,{hidden},{plants},{jobs},0")
    rows.append("72000,5,10,51,0,2021,A,,9,90,0")
    path = tmp_path / "2021_annual_singlefile.csv"
    path.write_text(text + "\n".join(rows) + "\n")
    table = regional_employment("06001", 2021, source="qcew", files=[path])
    assert set(table["region"]) == {"06001", "06", "US"}
    assert not SUPERSECTORS & set(table["industry"])
    made = table[(table["industry"] == "31-33") & (table["region"] == "06001")]
    assert made[["employment", "status"]].to_numpy().tolist() == [[500.0, "deduced"]]
