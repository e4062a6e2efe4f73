import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from clusteranalysis import resources
from clusteranalysis.data import sample
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries import truncate
from clusteranalysis.regions import neighbours
from clusteranalysis.schema import check_employment

LEVELS = (2, 3, 4, 6)


@pytest.fixture(scope="module")
def bay():
    return sample()


def published(table):
    return table[table["industry"] != "00"]


def test_figures_of_2018_as_the_census_bureau_published_them(bay):
    six = published(bay.level(6)).query("year == 2018").groupby("region")["employment"].sum()
    assert six["06001"] == 677_555
    assert six["06013"] == 332_902
    total = bay.level(6).query("year == 2018 and industry == '00'").set_index("region")
    assert total.loc["06001", "employment"] == 698_915
    assert total.loc["06013", "employment"] == 340_960
    us = bay.us_level(6).query("year == 2018 and industry == '00'")
    assert us["employment"].tolist() == [130_881_471]


def test_the_east_bay_specialises_where_it_is_known_to(bay):
    cells = bay.level(6).query("year == 2018 and region in ['06001', '06013']")
    jobs = cells.groupby("industry")["employment"].sum()
    us = bay.us_level(6).query("year == 2018").set_index("industry")["employment"]
    quotient = (jobs / jobs["00"]) / (us / us["00"])
    large = quotient[jobs[jobs > 1000].index].nlargest(3)
    assert large.index.tolist() == ["333242", "483111", "621491"]
    assert large.tolist() == pytest.approx([26.9, 24.2, 12.3], abs=0.05)


def test_national_pay_a_job_in_2019(bay):
    us = bay.us_level(6).query("year == 2019 and industry != '00'")
    wage = us["reported_payroll"].sum() / us["reported_employment"].sum()
    assert wage == pytest.approx(56_200, abs=50)
    # Annual pay and four quarters of first-quarter pay tell the same story, within bonuses.
    top = bay.us.query("year == 2019 and industry == '00'").iloc[0]
    quarterly = 4 * top["payroll_first_quarter"] / top["employment"]
    annual = top["reported_payroll"] / top["reported_employment"]
    assert annual == pytest.approx(quarterly, rel=0.05)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_an_employment_table(bay, level):
    table = bay.level(level)
    check_employment(table, values=("employment", "establishments", "payroll"))
    assert table["region"].nunique() == 9
    assert sorted(table["year"].unique()) == [2018, 2019, 2020, 2021]
    assert (table["industry"] == "00").sum() == 36
    check_employment(bay.us_level(level))


def test_types_follow_the_contract(bay):
    for table in (bay.cells, bay.us, bay.nation, bay.totals, bay.level(4), bay.us_level(5)):
        for column, dtype in table.dtypes.items():
            if column in ("region", "industry", "status"):
                assert isinstance(dtype, pd.StringDtype), column
            else:
                assert dtype == ("int64" if column in ("year", "level") else "float64"), column
        assert table.index.equals(pd.RangeIndex(len(table)))


def test_a_withheld_number_is_never_zero(bay):
    for table in (bay.cells, bay.nation):
        assert not ((table["employment"] == 0) & (table["establishments"] >= 3)).any()
        withheld = table["status"] == "withheld"
        assert withheld.any()
        assert (table["employment"].isna() == withheld).all()
    assert bay.cells.loc[bay.cells["status"] == "withheld", "payroll"].isna().all()


def test_the_withheld_cells_known_from_the_files(bay):
    cells = bay.cells.query("level in [4, 6] and status == 'withheld'")
    assert set(cells[["region", "industry", "year"]].itertuples(index=False, name=None)) == {
        ("06085", "813940", 2018),
        ("06097", "541714", 2020),
        ("06041", "532310", 2021),
        ("06095", "711510", 2021),
        ("06041", "5323", 2021),
        ("06095", "7115", 2021),
        ("06097", "1141", 2021),
    }
    # All of 8139's other industries are published in Santa Clara: nothing is left for 813940.
    assert cells.query("industry == '813940'")["employment_high"].tolist() == [0.0]


def test_published_children_never_exceed_their_parent(bay):
    cells = bay.cells
    for child, above in ((6, 4), (4, 3), (4, 2), (3, 2)):
        below = cells[cells["level"] == child]
        below = below.assign(industry=truncate(below["industry"], above))
        keys = ["region", "industry", "year"]
        columns = ["employment", "establishments", "payroll"]
        summed = below.groupby(keys)[columns].sum()
        parents = cells[cells["level"] == above].set_index(keys)[columns]
        joined = summed.merge(parents, left_index=True, right_index=True, suffixes=("", "_parent"))
        assert len(joined) == len(summed)
        for column in columns:
            over = joined[column] > joined[f"{column}_parent"]
            assert not over.any(), (child, above, column)


def test_bounds_reach_no_further_than_the_county_total(bay):
    cells = bay.cells
    total = cells[cells["level"] == 0].set_index(["region", "year"])["employment"]
    limit = total.loc[pd.MultiIndex.from_frame(cells[["region", "year"]])].to_numpy()
    assert (cells["employment_high"] <= limit).all()
    assert cells[["employment_low", "employment_high"]].notna().all().all()
    exact = cells["status"].isin(["reported", "deduced"])
    assert (cells["employment_low"] == cells["employment"])[exact].all()
    assert (cells["employment_high"] == cells["employment"])[exact].all()
    assert cells.loc[cells["level"].isin([0, 4, 6]) & ~exact, "employment"].isna().all()


def test_a_deduced_sector_is_complete_and_a_partial_one_is_not(bay):
    four = bay.cells.query("level == 4")
    us = bay.us.query("level == 4")
    needed = us.assign(sector=truncate(us["industry"], 2)).groupby(["sector", "year"]).size()
    shown = four[four["employment"].notna()]
    shown = shown.assign(sector=truncate(shown["industry"], 2))
    had = shown.groupby(["region", "sector", "year"]).size()
    sectors = bay.cells.query("level == 2")
    assert {"deduced", "partial"} == set(sectors["status"])
    for row in sectors.itertuples():
        complete = had[row.region, row.industry, row.year] == needed[row.industry, row.year]
        assert row.status == ("deduced" if complete else "partial"), row


def test_the_nation_agrees_with_its_counties(bay):
    nation = bay.nation
    assert nation["region"].str.fullmatch(r"\d{5}").all()
    assert not nation["region"].str.startswith("11").any()
    own = bay.cells.query("level == 3")
    keys = ["region", "industry", "year"]
    both = own.merge(nation, on=keys, suffixes=("", "_nation"))
    assert len(both) == len(own)
    for column in ("employment", "establishments", "status"):
        pd.testing.assert_series_equal(both[column], both[f"{column}_nation"], check_names=False)
    summed = nation.groupby(["industry", "year"], as_index=False)["employment"].sum()
    us = bay.us.query("level == 3").merge(summed, on=["industry", "year"], suffixes=("", "_sum"))
    assert (us["employment_sum"] <= us["employment"]).all()
    assert (us["employment_sum"] == us["reported_employment"]).all()


def test_national_levels_add_up_where_the_agency_published_everything(bay):
    us = bay.us.query("year == 2019")
    top = us.query("level == 0")["employment"].item()
    assert us.query("level == 2")["employment"].sum() == top
    four = us.query("level == 4").copy()
    four["industry"] = truncate(four["industry"], 3)
    three = us.query("level == 3").set_index("industry")["employment"]
    pd.testing.assert_series_equal(
        four.groupby("industry")["employment"].sum(), three, check_index_type=False
    )


def test_totals_cover_two_decades_and_leave_the_statewide_jobs_to_the_us_row(bay):
    totals = bay.totals
    assert sorted(totals["year"].unique()) == list(range(2001, 2022))
    assert not totals["region"].str.endswith("999").any()
    us = totals[totals["region"] == "US"].set_index("year")["employment"]
    assert us[2018] == 130_881_471
    counties = totals[totals["region"] != "US"].groupby("year")["employment"].sum()
    left_out = pd.Series(bay.provenance["files"]["east-bay/totals.parquet"]["statewide_jobs"])
    left_out.index = left_out.index.astype(int)
    gap = us - counties - left_out
    assert (gap >= 0).all()
    # From 2018 on only counties of fewer than three establishments (Kalawao) are missing.
    assert gap[[2018, 2019, 2020, 2021]].max() < 50
    assert totals["employment"].isna().any()
    assert not (totals["employment"] == 0).any()


def test_unpublished_jobs(bay):
    table = bay.unpublished(6)
    row = table.query("region == '06001' and year == 2018").iloc[0]
    assert (row["total"], row["published"], row["unpublished"]) == (698_915, 677_555, 21_360)
    assert row["unpublished_share"] == pytest.approx(0.0306, abs=1e-4)
    assert len(table) == 36
    # Coarser cells hide less.
    assert (bay.unpublished(4)["unpublished"] < table["unpublished"]).all()


def test_outlines(bay):
    counties, everywhere = bay.counties, bay.us_counties
    for table in (counties, everywhere):
        assert list(table.columns) == ["region", "name", "state", "geometry"]
        assert table.crs.to_epsg() == 4326
        assert table.geometry.is_valid.all()
        assert not table.geometry.is_empty.any()
        assert table["state"].notna().all()
    assert len(counties) == 9
    assert set(counties["state"]) == {"California"}
    assert everywhere["state"].nunique() == 51
    # Every county of the data can be drawn, Falls Church (51610) excepted.
    assert set(bay.nation["region"]) - set(everywhere["region"]) == {"51610"}
    # Alameda spans about 1,910 square kilometres of land and 220 of bay water.
    area = counties.to_crs("EPSG:3310").set_index("region").area["06001"] / 1e6
    assert 1_800 < area < 2_200


def test_generalising_kept_shared_borders(bay):
    own = set(bay.counties["region"])
    coarse = neighbours(bay.us_counties)
    coarse = coarse[coarse["region"].isin(own) & coarse["neighbour"].isin(own)]
    fine = neighbours(bay.counties)
    pd.testing.assert_frame_equal(coarse.reset_index(drop=True), fine)


def test_every_access_is_a_fresh_copy(bay):
    for name in ("cells", "us", "totals", "counties", "titles"):
        table = getattr(bay, name)
        table.iloc[:, 0] = "spoiled"
        assert "spoiled" not in set(getattr(bay, name).iloc[:, 0]), name
    bay.provenance["files"].clear()
    assert bay.provenance["files"]


def test_titles_name_every_industry(bay):
    known = set(bay.titles["industry"]) | {"00", "99"}
    for table in (bay.cells, bay.us, bay.nation):
        assert set(table["industry"]) <= known


def test_repr_says_what_years_and_whose(bay):
    assert "2018-2021" in repr(bay)
    assert "9 Bay Area counties" in repr(bay)
    assert "Census" in repr(bay)


def test_unknown_names_and_levels_list_the_known(bay):
    with pytest.raises(DataError, match="'east-bay'"):
        sample("west-bay")
    with pytest.raises(SchemaError, match="2, 3, 4, 6"):
        bay.level(5)
    with pytest.raises(SchemaError, match="2, 3, 4, 5, 6"):
        bay.us_level(7)
    with pytest.raises(SchemaError):
        bay.unpublished(0)


def test_packaged_files_are_small_and_say_nothing_of_the_machine():
    folder = resources.processed("east-bay").parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 6 * 2**20
    assert resources.processed("east-bay", "us_counties.parquet").stat().st_size < 900_000
    assert {path.suffix for path in files} == {".parquet", ".json"}
    checkout = Path(__file__).resolve().parents[2]
    traces = [str(place) for place in (checkout, Path.home(), tempfile.gettempdir())]
    for path in files:
        content = path.read_bytes()
        for trace in traces:
            assert f"{trace}{os.sep}".encode() not in content, (path.name, trace)


def test_importing_the_room_loads_no_geography():
    script = (
        "import sys, clusteranalysis.data as data; data.sample().level(6); "
        "print([m for m in ('geopandas', 'shapely', 'pyogrio', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
