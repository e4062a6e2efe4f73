"""Cached years are one dataset: it answers as the files do, and reads only what is asked for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from clusteranalysis.data import dataset
from clusteranalysis.data.cbp import read_cbp
from clusteranalysis.data.dataset import cache_cbp, open_cbp
from clusteranalysis.errors import DataError, OutputError, SchemaError
from clusteranalysis.industries import members

NAICS = ["------", "11----", "31----", "311///", "3254//", "325411", "325412", "44----", "441///"]
CODES = ["00", "11", "31-33", "311", "3254", "325411", "325412", "44-45", "441"]


def county_file(folder, year, *, counties=60, jobs=0):
    """Rows shuffled on purpose: the cache sorts them."""
    rows = [
        f"{state:02d},{county:03d},{code},,G,{100 * year + 10 * county + i + jobs},{state + i}"
        for state in (1, 6, 48)
        for county in range(1, 2 * counties, 2)
        for i, code in enumerate(NAICS)
    ]
    np.random.default_rng(year).shuffle(rows)
    path = folder / f"cbp{year % 100:02d}co.txt"
    path.write_text("fipstate,fipscty,naics,empflag,emp_nf,emp,est\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def cached(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset, "_BLOCK", 100)
        sources = [county_file(folder, year) for year in (2010, 2011, 2012)]
        cache_cbp(sources, folder / "cache")
    whole = pd.concat([read_cbp(source) for source in sources])
    return folder / "cache", whole.sort_values(["region", "industry", "year"], ignore_index=True)


def test_the_whole_dataset_is_all_files_together(cached):
    folder, whole = cached
    table = open_cbp(folder).query()
    assert_frame_equal(table, whole)
    assert open_cbp(folder).years == (2010, 2011, 2012)


@given(
    st.lists(st.sampled_from(["01001", "01119", "06001", "06013", "48003", "99999"]), max_size=4),
    st.one_of(st.none(), st.lists(st.sampled_from([*CODES, "3", "325", "48-49"]), max_size=3)),
    st.one_of(st.none(), st.lists(st.sampled_from([2010, 2011, 2012]), max_size=2)),
)
def test_a_query_gives_what_filtering_all_rows_gives(cached, regions, industries, years):
    folder, whole = cached
    industries = None if industries is None else [code for code in industries if code != "3"]
    table = open_cbp(folder).query(regions=regions, industries=industries, years=years)
    kept = whole["region"].isin(regions)
    if years is not None:
        kept &= whole["year"].isin(years)
    if industries is not None:
        below = {code for top in industries if top != "00" for code in members(top, CODES)}
        kept &= whole["industry"].isin(below - {"00"} | ({"00"} & set(industries)))
    assert_frame_equal(table, whole[kept].reset_index(drop=True))


def test_a_query_reads_only_the_blocks_it_needs(cached):
    folder, _ = cached
    plan = open_cbp(folder).plan(regions=["01001", "48119"], years=2011)
    assert plan["file"].tolist() == ["cbp-county-NAICS-2011.parquet"]
    assert plan["blocks"].item() == 2
    assert plan["of_blocks"].item() == 17
    assert plan["of_rows"].item() == 3 * 60 * 9
    assert len(open_cbp(folder).plan()) == 3


def spoil(path, keep):
    """Overwrite the data of a Parquet file but for a share at its start; the footer stays."""
    content = bytearray(path.read_bytes())
    footer = int.from_bytes(content[-8:-4], "little") + 8
    start = max(4, int(len(content[:-footer]) * keep))
    content[start:-footer] = bytes(len(content) - footer - start)
    path.write_bytes(bytes(content))


def test_what_is_not_asked_for_can_be_unreadable(cached, tmp_path):
    folder, whole = cached
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    spoil(copy / "cbp-county-NAICS-2010.parquet", keep=0)
    spoil(copy / "cbp-county-NAICS-2012.parquet", keep=0.5)
    asked = open_cbp(copy)
    first = asked.query(regions="01001", years=[2011, 2012])
    expected = whole[(whole["region"] == "01001") & (whole["year"] > 2010)]
    assert_frame_equal(first, expected.reset_index(drop=True))
    with pytest.raises(DataError, match=r"cannot be read .* delete it"):
        asked.query(regions="48119", years=2012)
    with pytest.raises(DataError, match="cannot be read"):
        asked.query(regions="01001", years=2010)


def test_a_source_is_read_again_only_when_it_changed(tmp_path, monkeypatch):
    source = county_file(tmp_path, 2012, counties=2)
    cache_cbp(source, tmp_path / "cache")
    before = open_cbp(tmp_path / "cache").query()["employment"].sum()
    reads = []

    def counted(*args, **options):
        reads.append(args)
        return read_cbp(*args, **options)

    monkeypatch.setattr(dataset, "read_cbp", counted)
    files = cache_cbp(source, tmp_path / "cache")
    assert reads == []
    cache_cbp(source, tmp_path / "cache", classes="none")
    assert len(reads) == 1
    county_file(tmp_path, 2012, counties=2, jobs=1)
    assert cache_cbp(source, tmp_path / "cache", classes="none") == files
    assert len(reads) == 2
    assert open_cbp(tmp_path / "cache").query()["employment"].sum() == before + 3 * 2 * 9
    files[0].write_bytes(b"spoilt")
    cache_cbp(source, tmp_path / "cache", classes="none")
    assert len(reads) == 3


def test_a_file_of_several_years_becomes_one_file_a_year(tmp_path):
    source = tmp_path / "panel.csv"
    source.write_text("fipstate,naics,emp,est,year\n06,------,5,2,2011\n06,------,6,2,2010\n")
    names = [path.name for path in cache_cbp(source, tmp_path / "cache")]
    assert names == ["cbp-state-NAICS-2010.parquet", "cbp-state-NAICS-2011.parquet"]
    assert open_cbp(tmp_path / "cache").query(years=2010)["employment"].tolist() == [6]
    (tmp_path / "cache" / names[0]).unlink()
    cache_cbp(source, tmp_path / "cache")
    assert open_cbp(tmp_path / "cache").years == (2010, 2011)


def test_twenty_six_years_are_one_dataset_of_which_a_query_opens_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "_BLOCK", 100)
    years = range(1998, 2024)
    cache_cbp([county_file(tmp_path, year, counties=20) for year in years], tmp_path / "cache")
    opened = open_cbp(tmp_path / "cache")
    assert opened.years == tuple(years)
    series = opened.query(regions="06001", industries="325412", columns=["employment"])
    assert series["year"].tolist() == list(years)
    # Jobs are written as 100 a year and the cell's own number.
    assert series["employment"].diff().dropna().eq(100).all()
    plan = opened.plan(regions="06001", years=[2001, 2023])
    assert plan["file"].tolist() == [
        "cbp-county-NAICS-2001.parquet",
        "cbp-county-NAICS-2023.parquet",
    ]
    assert (plan["rows"] < plan["of_rows"] / 2).all()


def test_years_of_other_layouts_lie_side_by_side(tmp_path):
    old, new = tmp_path / "cbp97st.txt", tmp_path / "cbp20st.txt"
    old.write_text("fipstate,sic,empflag,emp,est,n1_4\n06,2834,A,0,1,1\n06,----,,9,1,1\n")
    new.write_text("fipstate,naics,emp_nf,emp,est,n<5\n06,325412,G,7,3,N\n06,------,G,9,3,3\n")
    cache_cbp([old, new], tmp_path / "cache")
    opened = open_cbp(tmp_path / "cache")
    naics = opened.query(industries="32541")
    assert naics["year"].tolist() == [2020]
    assert naics[["employment_low", "n1_4"]].isna().all(axis=None)
    sic = opened.query(industries=["28", "----"], classification="SIC")
    assert sic["industry"].tolist() == ["----", "2834"]
    assert sic["employment_high"].tolist() == [9, 19]
    with pytest.raises(DataError, match="1997 is classified by SIC"):
        opened.query(years=1997)


def test_a_national_panel_answers_as_the_file(shared, tmp_path):
    source = shared / "cbp" / "cbp12us.txt.gz"
    cache_cbp(source, tmp_path)
    table = open_cbp(tmp_path).query(industries="00")
    assert table["employment"].item() == 115_938_468
    whole = read_cbp(source).sort_values(["region", "industry", "year"], ignore_index=True)
    assert_frame_equal(open_cbp(tmp_path).query(), whole)


def test_errors_say_what_to_do(cached, tmp_path):
    opened = open_cbp(cached[0])
    with pytest.raises(DataError, match=r"year 1999 .* holds 2010 to 2012: add it"):
        opened.query(years=[2010, 1999])
    with pytest.raises(SchemaError, match="not NAICS"):
        opened.query(industries="9x")
    with pytest.raises(SchemaError, match="no column 'jobs'"):
        opened.query(columns=["jobs"])
    with pytest.raises(SchemaError, match="region 6001 is not text"):
        opened.query(regions=[6001])
    with pytest.raises(DataError, match="no cached CBP files"):
        open_cbp(tmp_path)
    source = tmp_path / "mine.csv"
    source.write_text("fipstate,naics,emp\n06,11,4\n")
    with pytest.raises(DataError, match="tells its year"):
        cache_cbp(source, tmp_path / "cache")
    with pytest.raises(DataError, match="check the name"):
        cache_cbp(tmp_path / "none.txt", tmp_path / "cache")
    with pytest.raises(OutputError, match="is a file"):
        cache_cbp(source, source)


def test_two_sources_of_one_year_and_areas_with_equal_codes_are_refused(tmp_path):
    one = county_file(tmp_path, 2012, counties=1)
    two = tmp_path / "cbp2012co.txt"
    two.write_bytes(one.read_bytes())
    with pytest.raises(DataError, match="both give cbp-county-NAICS-2012"):
        cache_cbp([one, two], tmp_path / "cache")
    metro = tmp_path / "cbp12msa.txt"
    metro.write_text("msa,naics,emp\n10180,11,4\n")
    with pytest.raises(DataError, match="a folder of their own"):
        cache_cbp(metro, tmp_path / "cache")
    assert cache_cbp(metro, tmp_path / "metro")
