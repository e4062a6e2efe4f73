import gzip
import hashlib
from importlib.metadata import version

import numpy as np
import pandas as pd
import pytest

from clusteranalysis import resources
from clusteranalysis.data import build, sample, sources, tables
from clusteranalysis.data.build import build_sample
from clusteranalysis.errors import DataError, OutputError
from clusteranalysis.files import replacing


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def rebuilt(shared, tmp_path_factory):
    out = tmp_path_factory.mktemp("processed")
    lines = []
    written = build_sample(shared, out, progress=lines.append)
    return out, written, lines


def test_rebuilding_gives_the_same_bytes(shared, rebuilt, tmp_path):
    out, written, _ = rebuilt
    build_sample(shared, tmp_path)
    assert digests(tmp_path) == digests(out)
    assert {path.relative_to(out).as_posix() for path in written} == set(digests(out))


def test_the_packaged_files_are_what_the_sources_give(rebuilt):
    out, _, _ = rebuilt
    packages = sample().provenance["written_with"]
    other = {name: v for name, v in packages.items() if version(name) != v}
    if other:
        pytest.skip(f"the packaged files were written with other versions: {other}")
    packaged = resources.processed("east-bay").parent
    assert digests(packaged) == digests(out)


def test_progress_is_told_in_lines(rebuilt):
    _, written, lines = rebuilt
    told = "\n".join(lines)
    for path in written:
        if path.suffix == ".parquet":
            assert f"{path.parent.name}/{path.name}" in told


def test_provenance_matches_the_packaged_files():
    record = sample().provenance
    folder = resources.processed("east-bay").parent
    on_disk = {name: d for name, d in digests(folder).items() if name.endswith(".parquet")}
    assert {name: about["sha256"] for name, about in record["files"].items()} == on_disk
    for name, about in record["files"].items():
        assert about["rows"] == len(pd.read_parquet(folder / name, columns=[about["columns"][0]]))
        assert about["agency"]
        assert about["product"]
        assert about["licence"]
        assert about["steps"]
        assert set(about["sources"]) <= set(record["sources"])


def test_provenance_names_the_sources_by_hash(shared):
    for name, known in sample().provenance["sources"].items():
        assert digest(shared / name) == known, name


def test_missing_folder_and_missing_file_are_named(tmp_path):
    with pytest.raises(DataError, match=r"absent.*does not exist"):
        build_sample(tmp_path / "absent", tmp_path / "out")
    with pytest.raises(DataError, match=r"2-6 digit_2017_Codes\.csv cannot be read"):
        build_sample(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_of_another_shape_is_named(tmp_path):
    path = tmp_path / sources.COUNTIES_6
    path.parent.mkdir()
    with gzip.open(path, "wt") as file:
        file.write("year,fips,naics,employment\n2018,06001,113310,5\n")
    with pytest.raises(ValueError, match=r"counties_naics6.* has no column 'Emp', 'Est', 'Pay'"):
        sources.county_cells(tmp_path, sources.COUNTIES_6)
    path.write_bytes(b"not gzip at all")
    with pytest.raises(DataError, match="cannot be read"):
        sources.county_cells(tmp_path, sources.COUNTIES_6)


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "table.parquet"
    path.write_bytes(b"old")
    unwritable = pd.DataFrame({"employment": [1.0, 0.5]})

    def fill_the_disk(temporary):
        temporary.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"table\.parquet.*No space"):  # noqa: SIM117
        with replacing(path) as temporary:
            fill_the_disk(temporary)
    with pytest.raises(ValueError, match="truncated"):
        # Half a job is no count: writing it as a whole number must fail, not round.
        build._write_table(unwritable, path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.parquet"]
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"x\.parquet"):
        build._write_table(unwritable.head(1), tmp_path / "file" / "x.parquet")


def test_reading_county_cells(tmp_path):
    path = tmp_path / sources.COUNTIES_6
    path.parent.mkdir()
    with gzip.open(path, "wt") as file:
        file.write(
            "year,fips,naics,Emp,Est,Pay\n"
            "2017,01001,113310,0,3,0\n"
            "2018,01001,113310,0,3,12\n"
            "2018,01001,111110,4,3,50\n"
        )
    cells = sources.county_cells(tmp_path, sources.COUNTIES_6)
    assert cells["region"].tolist() == ["01001", "01001"]
    assert cells["industry"].tolist() == ["111110", "113310"]
    assert cells["payroll"].tolist()[0] == 50_000
    assert cells.loc[1, ["employment", "payroll"]].isna().all()
    assert cells["establishments"].tolist() == [3, 3]


# One made-up county: 100 jobs, of which four-digit cells show 50.
# 3111 shows 30, its child 311111 shows 20 and 311119 is withheld: at most 10 are left for it.
# 3113 is withheld, its child 311340 shows 4; 3112 is not listed.
def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns)


CELL = ["region", "industry", "year", "employment", "establishments", "payroll"]
SIX = frame(
    [
        ("c", "311111", 2018, 20.0, 3.0, 200.0),
        ("c", "311119", 2018, np.nan, 3.0, np.nan),
        ("c", "311340", 2018, 4.0, 3.0, 40.0),
        ("c", "311352", 2018, np.nan, 3.0, np.nan),
    ],
    CELL,
)
FOUR = frame(
    [
        ("c", "3111", 2018, 30.0, 6.0, 300.0),
        ("c", "3113", 2018, np.nan, 6.0, np.nan),
        ("c", "3211", 2018, 20.0, 3.0, 100.0),
        ("c", "4411", 2018, np.nan, 3.0, np.nan),
    ],
    CELL,
)
US = frame(
    [
        ("US", "00", 0, 2018, 999.0, 99.0, 9.0),
        *[("US", code, 4, 2018, 50.0, 9.0, 9.0) for code in ("3111", "3113", "3211", "4411")],
    ],
    [
        "region",
        "industry",
        "level",
        "year",
        "employment",
        "establishments",
        "payroll_first_quarter",
    ],
)
TOTALS = frame([("c", 2018, 100.0, 20.0)], ["region", "year", "employment", "establishments"])


def made_up():
    found = tables.cells(SIX, FOUR, US, TOTALS, ("c",)).set_index("industry")
    columns = ["employment", "employment_low", "employment_high", "status"]
    return {code: tuple(row) for code, row in found[columns].astype(object).iterrows()}


def test_bounds_of_a_small_county_worked_by_hand():
    found = made_up()
    assert found["00"] == (100, 100, 100, "reported")
    assert found["3111"] == (30, 30, 30, "reported")
    assert found["321"] == (20, 20, 20, "deduced")
    for code, low, high in (
        ("311119", 0, 10),  # what 3111 leaves
        ("311352", 0, 50),  # its parent is withheld: what the county leaves
        ("3113", 4, 54),
        ("4411", 0, 50),
        ("441", 0, 50),
        ("44-45", 0, 50),
    ):
        assert np.isnan(found[code][0])
        assert found[code][1:] == (low, high, "withheld"), code
    assert found["311"] == (30, 30, 80, "partial")
    assert found["31-33"] == (50, 50, 100, "partial")


def test_sources_that_contradict_each_other_are_refused():
    with pytest.raises(DataError, match="exceed the county total"):
        tables.cells(SIX, FOUR, US, TOTALS.assign(employment=40.0), ("c",))
    with pytest.raises(DataError, match="exceed the county total, or it is missing"):
        tables.cells(SIX, FOUR, US, TOTALS.assign(year=2019), ("c",))
    with pytest.raises(DataError, match="six-digit jobs exceed"):
        tables.cells(SIX.assign(employment=31.0), FOUR, US, TOTALS, ("c",))


def test_national_pay_uses_only_cells_that_show_both():
    found = tables.national(US, SIX, FOUR).set_index("industry")
    assert found.loc["00", ["reported_employment", "reported_payroll"]].tolist() == [50.0, 400.0]
    assert found.loc["3111", ["reported_employment", "reported_payroll"]].tolist() == [30.0, 300.0]
    assert found.loc["4411", ["reported_employment", "reported_payroll"]].isna().all()


def test_reference_employment_worked_by_hand():
    # 3111 shows 30 in 2008, 31111 shows 20: 31119 holds 10, and so does its only child 311190.
    # 311119 is hidden beside another and shows in 2009 and 2011; 311111 never shows.
    columns = ["industry", "level", "year", "employment", "establishments"]
    rows = [
        ("3111", 4, 2008, 30.0, 5.0),
        ("31111", 5, 2008, 20.0, 3.0),
        ("31119", 5, 2008, np.nan, 2.0),
        ("311190", 6, 2008, np.nan, 2.0),
        ("311111", 6, 2008, np.nan, 1.0),
        ("311119", 6, 2008, np.nan, 2.0),
        ("311119", 6, 2009, 7.0, 2.0),
        ("311119", 6, 2010, 8.0, 2.0),
        ("311119", 6, 2012, 9.0, 2.0),
    ]
    us = frame(rows, columns)
    found = sources.reference_employment(us)
    shown = found.set_index(["vintage", "edge", "industry"])[["year", "employment", "status"]]
    assert shown.loc[2007, "first", "311190"].tolist() == [2008, 10.0, "deduced"]
    assert shown.loc[2007, "first", "311119"].tolist() == [2009, 7.0, "reported"]
    assert shown.loc[2007, "last", "311119"].tolist() == [2010, 8.0, "reported"]
    assert shown.loc[2012, "last", "311119"].tolist() == [2012, 9.0, "reported"]
    assert "311111" not in set(found["industry"])
    # An establishment too many: a child is not listed, and nothing can be deduced.
    us.loc[0, "establishments"] = 6.0
    assert "311190" not in set(sources.reference_employment(us)["industry"])
    us.loc[0, ["employment", "establishments"]] = [15.0, 5.0]
    with pytest.raises(DataError, match="the parts of industry 3111 in 2008 exceed it"):
        sources.reference_employment(us)
