"""Microdata become the same employment table, whatever engine adds them up."""

import gc
import itertools
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import clusteranalysis as ca
from clusteranalysis.data.microdata import aggregate_establishments
from clusteranalysis.errors import DataError, SchemaError

CLASSES = ["n1_4", "n5_9", "n10_19", "n20_49", "n50_99", "n100_249", "n250_499"]
CLASSES += ["n500_999", "n1000"]

if os.environ.get("CLUSTERANALYSIS_REQUIRE_SHARED"):
    import ibis
else:
    ibis = pytest.importorskip("ibis", reason="no Ibis: install clusteranalysis[big]")
    pytest.importorskip("duckdb", reason="no DuckDB: install clusteranalysis[big]")


def licences(**columns):
    """Six establishments in two counties and two industries."""
    table = {
        "region": ["06013", "06001", "06001", "06001", "06001", "06013"],
        "industry": ["3254", "3254", "3254", "5417", "5417", "3254"],
        "employment": [1200.0, 30.0, 10.0, 4.0, 0.0, 300.0],
    }
    return pd.DataFrame(table | columns)


def register(rows=20_000, *, seed=6, whole=True):
    """A synthetic register of three years, with jobs missing for one establishment in fifty."""
    rng = np.random.default_rng(seed)
    jobs = np.floor(rng.lognormal(1.5, 1.6, rows))
    jobs = jobs if whole else jobs + rng.integers(0, 12, rows) / 12
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "fips": rng.choice(["06001", "06013", "06075", "06085", "06081"], rows),
            "naics": rng.choice([f"3{n}" for n in range(11, 40)], rows),
            "fiscal": rng.integers(2019, 2022, rows),
            "jobs": np.where(rng.random(rows) < 0.02, np.nan, jobs),
        }
    )


NAMES = {"region": "fips", "industry": "naics", "employment": "jobs", "year": "fiscal"}


def aggregated(table, **options):
    return aggregate_establishments(ibis.memtable(table), **options)


def write(table, folder, parts=3):
    for number in range(parts):
        table.iloc[number::parts].to_parquet(folder / f"part-{number}.parquet", index=False)
    return folder


# Numbers


def test_a_small_register_by_hand():
    table = aggregated(licences())
    zero = dict.fromkeys(CLASSES, 0.0)
    expected = [
        ("06001", "3254", 40.0, 2.0, 0, zero | {"n10_19": 1.0, "n20_49": 1.0}, 0.625),
        ("06001", "5417", 4.0, 2.0, 0, zero | {"n1_4": 2.0}, 1.0),
        ("06013", "3254", 1500.0, 2.0, 0, zero | {"n250_499": 1.0, "n1000": 1.0}, 0.68),
    ]
    columns = ["region", "industry", "employment", "establishments", "missing_employment"]
    hand = pd.DataFrame(
        [[*row[:5], *row[5].values(), row[6]] for row in expected],
        columns=[*columns, *CLASSES, "plant_herfindahl"],
    )
    assert_frame_equal(table, hand.astype({"region": "str", "industry": "str"}))


@pytest.mark.parametrize(
    ("name", "jobs"),
    [
        ("n1_4", [0, 4, 4.9]),
        ("n5_9", [5, 9.5]),
        ("n10_19", [10, 19]),
        ("n20_49", [20, 49]),
        ("n50_99", [50, 99]),
        ("n100_249", [100, 249.9]),
        ("n250_499", [250, 499]),
        ("n500_999", [500, 999]),
        ("n1000", [1000, 2500, 90_000]),
    ],
)
def test_each_establishment_is_in_one_class(name, jobs):
    rows = pd.DataFrame({"region": "A", "industry": "B", "employment": [float(e) for e in jobs]})
    table = aggregated(rows)
    assert table[CLASSES].iloc[0].to_dict() == {c: len(jobs) * float(c == name) for c in CLASSES}


def test_missing_jobs_make_the_cell_unknown_and_are_counted():
    for missing in (None, np.nan):
        column = pd.Series([1200.0, 30.0, missing, 4.0, 0.0, 300.0], dtype=object)
        column = column if missing is None else column.astype(float)
        rows = ibis.memtable({**licences().to_dict("list"), "employment": column.tolist()})
        table = aggregate_establishments(rows)
        assert table["missing_employment"].tolist() == [1, 0, 0]
        assert table["establishments"].tolist() == [2, 2, 2]
        unknown = ["employment", *CLASSES, "plant_herfindahl"]
        assert table.loc[0, unknown].isna().all()
        assert table.loc[1:, unknown].notna().all(axis=None)


def test_no_jobs_have_no_plant_herfindahl():
    table = aggregated(licences(employment=[0.0] * 6))
    assert table["employment"].eq(0).all()
    assert table["plant_herfindahl"].isna().all()
    assert table["n1_4"].eq(2).all()


def looped(rows, keys):
    """What the table must be, one establishment after the other."""
    cells = {}
    for row in rows.to_dict("records"):
        cells.setdefault(tuple(row[key] for key in keys), []).append(row["employment"])
    result = []
    for key in sorted(cells):
        jobs = cells[key]
        known = not any(np.isnan(jobs))
        total = sum(jobs) if known else np.nan
        squares = sum((z / total) ** 2 for z in jobs) if known and total else np.nan
        result.append((*key, total, len(jobs), sum(map(np.isnan, jobs)), squares))
    return result


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "Ärea", "a"]),
            st.sampled_from(["x", "y"]),
            st.sampled_from([2019, 2020]),
            st.one_of(st.integers(0, 5000).map(float), st.just(np.nan)),
        ),
        min_size=1,
        max_size=25,
    ),
    st.sampled_from([["region"], ["industry"], ["region", "industry"], ["industry", "region"]]),
)
def test_any_register_is_as_one_by_one(rows, by):
    table = pd.DataFrame(rows, columns=["region", "industry", "year", "employment"])
    result = aggregated(table, by=by)
    keys = [*(k for k in ("region", "industry") if k in by), "year"]
    expected = looped(table, keys)
    assert result.columns[: len(keys)].tolist() == keys
    assert list(result[keys].itertuples(index=False, name=None)) == [row[:-4] for row in expected]
    numbers = ["employment", "establishments", "missing_employment", "plant_herfindahl"]
    values = np.array([row[-4:] for row in expected], float)
    np.testing.assert_allclose(result[numbers].to_numpy(float), values, rtol=1e-12)
    known = result[result["missing_employment"] == 0]
    assert (known[CLASSES].sum(axis=1) == known["establishments"]).all()


def test_order_of_rows_and_threads_change_nothing(tmp_path):
    rows = register()
    expected = aggregated(rows, **NAMES)
    for threads, seed in itertools.product((1, 2), (1, 2)):
        backend = ibis.duckdb.connect(threads=threads)
        write(rows.sample(frac=1, random_state=seed), tmp_path)
        table = aggregate_establishments(tmp_path, backend=backend, **NAMES)
        assert_frame_equal(table, expected, check_exact=True)


def test_coarser_tables_add_up():
    rows = register().fillna({"jobs": 7.0})
    fine, by_industry = aggregated(rows, **NAMES), aggregated(rows, by="industry", **NAMES)
    sums = fine.groupby(["industry", "year"])[["employment", "establishments", *CLASSES]].sum()
    assert_frame_equal(sums.reset_index(), by_industry[["industry", "year", *sums.columns]])
    own = fine["plant_herfindahl"] * fine["employment"] ** 2
    squares = own.groupby([fine["industry"], fine["year"]]).sum().to_numpy()
    herfindahl = by_industry["plant_herfindahl"] * by_industry["employment"] ** 2
    np.testing.assert_allclose(squares, herfindahl, rtol=1e-12)


def test_the_tables_are_what_the_measures_take():
    rows = register().fillna({"jobs": 7.0}).query("fiscal == 2020")
    names = NAMES | {"year": "fiscal"}
    cells = aggregated(rows, **names)
    plants = aggregated(rows, by="industry", **names)
    quotients = ca.location_quotient(cells, reference="sum", absent="zero")
    assert quotients["location_quotient"].notna().all()
    result = ca.ellison_glaeser(cells, reference="sum", plants=plants, absent="zero")
    assert result["ellison_glaeser"].abs().max() < 0.1  # establishments lie at random


def test_years_are_never_added_together():
    rows = licences(year=[2019, 2019, 2020, 2020, 2020, 2020])
    assert aggregated(rows)["year"].tolist() == [2019, 2020, 2020, 2019, 2020]
    assert "year" not in aggregated(rows.rename(columns={"year": "vintage"})).columns


def test_without_size_classes():
    table = aggregated(licences(), size_classes=False)
    assert_frame_equal(table, aggregated(licences()).drop(columns=CLASSES))


def test_no_establishments_are_an_empty_table():
    table = aggregated(licences().iloc[:0].astype({"region": "str", "industry": "str"}))
    assert len(table) == 0
    assert table.dtypes.to_dict() == aggregated(licences()).dtypes.to_dict()


@pytest.mark.parametrize("kind", ["int8", "int32", "Int64", "float32", "bool_is_refused"])
def test_jobs_of_any_number_type(kind):
    rows = licences(employment=[120, 30, 10, 4, 0, 100])
    if kind == "bool_is_refused":
        with pytest.raises(SchemaError, match="'employment' is boolean"):
            aggregated(rows.astype({"employment": bool}))
        return
    expected = aggregated(rows.astype({"employment": float}))
    assert_frame_equal(aggregated(rows.astype({"employment": kind})), expected)


# Files


def test_a_file_a_folder_a_pattern_and_a_list_are_the_same(tmp_path, monkeypatch):
    rows = register(2000)
    (tmp_path / "below" / "deep").mkdir(parents=True)
    write(rows, tmp_path / "below" / "deep")
    whole = tmp_path / "whole.parquet"
    rows.to_parquet(whole)
    expected = aggregated(rows, **NAMES)
    parts = sorted((tmp_path / "below").rglob("*.parquet"))
    monkeypatch.chdir(tmp_path)
    sources = [whole, str(whole), tmp_path / "below", str(tmp_path / "below" / "**" / "*.parquet")]
    sources += ["below/deep/part-?.parquet", parts, iter(map(str, parts)), [tmp_path / "below"]]
    for source in sources:
        assert_frame_equal(aggregate_establishments(source, **NAMES), expected, check_exact=True)


def test_files_of_several_number_types_are_not_rounded(tmp_path):
    """DuckDB by itself takes the first file's whole numbers for all, and makes 4.7 a 5."""
    licences()[:2].astype({"employment": "int64"}).to_parquet(tmp_path / "1.parquet")
    licences(employment=4.7)[2:].to_parquet(tmp_path / "2.parquet")
    table = aggregate_establishments(tmp_path)
    assert table["employment"].tolist() == pytest.approx([34.7, 9.4, 1204.7])


def test_a_year_in_the_names_of_folders_is_a_column(tmp_path):
    for year in (2019, 2020):
        folder = tmp_path / f"year={year}"
        folder.mkdir()
        licences().to_parquet(folder / "a.parquet")
    assert aggregate_establishments(tmp_path)["year"].tolist() == [2019, 2020] * 3


def test_a_duckdb_of_your_own_reads_the_paths_and_stays_open(tmp_path):
    write(register(2000), tmp_path)
    backend = ibis.duckdb.connect(threads=1, memory_limit="500MB")
    table = aggregate_establishments(tmp_path, backend=backend, **NAMES)
    assert_frame_equal(table, aggregate_establishments(tmp_path, **NAMES), check_exact=True)
    assert backend.raw_sql("SELECT 1").fetchall() == [(1,)]


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    write(register(2000), tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    aggregate_establishments("in", **NAMES)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


# Refusals


def refused(rows, *parts, error=SchemaError, **options):
    with pytest.raises(error) as told:
        aggregate_establishments(
            ibis.memtable(rows) if isinstance(rows, pd.DataFrame) else rows, **options
        )
    for part in parts:
        assert part in str(told.value)


def test_columns_are_named_and_typed():
    refused(licences(), "no column 'fips'", "it has region, industry", "region=", region="fips")
    refused(licences(), "no column 'naics'", "with industry=", industry="naics")
    refused(licences(), "no column 'jobs'", "with employment=", employment="jobs")
    refused(licences(), "no column 'y'", "with year=", year="y")
    refused(licences(region=6001), "'region' is int64 and not text", "'06001'", "lpad")
    refused(licences(industry=3254), "'industry' is int64 and not text")
    refused(licences(employment="12"), "'employment' is string and not numeric", "cast('float64')")
    refused(licences(year="2019"), "'year' is string and not whole numbers")


def test_a_key_that_is_missing_is_refused_and_counted():
    places = ["06013", None, None, "06001", "06001", "06013"]
    refused(licences(region=places), "'region' is missing for 2 establishments", "drop_null")
    refused(licences(industry=places), "'industry' is missing for 2")
    years = pd.array([2019, None, 2019, 2019, 2019, 2019], dtype="Int64")
    refused(licences(year=years), "'year' is missing for 1")
    assert aggregated(licences(region=places), by="industry")["establishments"].tolist() == [4, 2]


@pytest.mark.parametrize("wrong", [-1.0, np.inf, -np.inf, 1e16])
def test_impossible_jobs_are_refused_with_their_cell(wrong):
    rows = licences(employment=[1.0, 2.0, wrong, 4.0, np.nan, 6.0])
    refused(rows, "for 1 establishments (region=06001, industry=3254)", "zero or more")


def test_codes_of_several_levels_and_totals_are_refused():
    refused(licences(industry=["3254"] * 5 + ["325"]), "'325' contains '3254'", "left(4)")
    refused(licences(industry=["3254"] * 5 + ["00"]), "'00'", "total")
    assert len(aggregated(licences(industry=["3254"] * 5 + ["325"]), by="region")) == 2


def test_the_mends_that_messages_name_work():
    rows = licences(region=[6013, None, 6001, 6001, 6001, 6013], employment=list("123456"))
    table = ibis.memtable(rows.assign(industry=["325411"] + ["3254"] * 5))
    table = table.drop_null("region")
    table = table.mutate(
        region=table["region"].cast("int64").cast("string").lpad(5, "0"),
        industry=table.industry.left(4),
        employment=table["employment"].cast("float64"),
    )
    result = aggregate_establishments(table)
    assert result["region"].tolist() == ["06001", "06013"]
    assert result["employment"].tolist() == [12.0, 7.0]
    unplaced = ibis.memtable(licences(region=[None] * 3 + ["06001"] * 3))
    named = aggregate_establishments(unplaced.fill_null({"region": "nowhere"}), by="region")
    assert named["region"].tolist() == ["06001", "nowhere"]


def test_sources_and_options_are_checked(tmp_path):
    table = ibis.memtable(licences())
    refused(table, "by='county' is not an option", by=["county"])
    refused(table, "name 'region', 'industry' or both", by=[])
    refused(table, "or both, once", by=["region", "region"])
    refused(table, "backend= reads paths", backend=ibis.duckdb.connect())
    refused(7, "the source is a int", "paths of Parquet files")
    refused([7], "the source is a list")
    with pytest.raises(SchemaError, match="memtable"):
        aggregate_establishments(licences())
    refused([], "no file was named", error=DataError)
    refused(tmp_path, "no Parquet file", error=DataError)
    refused(tmp_path / "none.parquet", "no Parquet file", "none.parquet", error=DataError)
    refused(str(tmp_path / "*.parquet"), "no Parquet file", error=DataError)


def test_a_file_that_is_not_parquet_is_named(tmp_path):
    (tmp_path / "a.parquet").write_text("region,industry\n")
    refused(tmp_path, "cannot read", "a.parquet", "as Parquet", error=DataError)


def test_a_file_that_lacks_a_column_is_named(tmp_path):
    licences().to_parquet(tmp_path / "1.parquet")
    licences().drop(columns="employment").to_parquet(tmp_path / "2.parquet")
    refused(tmp_path, "2.parquet' has no column 'employment'", "1.parquet' has", error=DataError)
    licences().drop(columns="employment").to_parquet(tmp_path / "1.parquet")
    refused(tmp_path, "no column 'employment'")


def test_without_ibis_the_mend_is_named():
    code = (
        "import sys; sys.modules['ibis'] = None; import clusteranalysis as ca\n"
        "try: ca.aggregate_establishments('a.parquet')\n"
        "except ca.errors.DataError as error: print(error)"
    )
    code = code.replace("ca.errors", "errors").replace(
        "as ca\n", "as ca\nfrom clusteranalysis import errors\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "clusteranalysis[big]" in done.stdout


def test_ibis_is_loaded_only_when_it_is_needed():
    code = (
        "import sys; from clusteranalysis import aggregate_establishments; "
        "print([m for m in ('ibis', 'duckdb', 'pyspark') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


# Spark

#: What PySpark says of itself with pandas 3, and the sockets it leaves to the collector.
quiet = pytest.mark.filterwarnings(
    "ignore:PySpark does not yet fully support:FutureWarning",
    "ignore:unclosed <socket:ResourceWarning",
)


@pytest.fixture(scope="module")
def spark():
    """A local Spark session with two workers, which reads what DuckDB reads."""
    reason = None
    if find_spec("pyspark") is None:
        reason = "no Spark: pip install pyspark"
    elif shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        reason = "no Java for Spark: install a JDK such as Debian's openjdk-17-jre-headless"
    if reason and os.environ.get("CLUSTERANALYSIS_REQUIRE_SHARED"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("clusteranalysis")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "3",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield ibis.pyspark.connect(session)
    session.stop()
    gc.collect()  # its sockets, while their warning is still expected


@quiet
def test_spark_gives_the_same_table_to_the_last_digit(spark, tmp_path):
    write(register(), tmp_path, parts=4)
    table = spark.read_parquet(str(tmp_path))
    for options in ({}, {"by": "industry"}, {"by": "region", "size_classes": False}):
        ours = aggregate_establishments(tmp_path, **NAMES, **options)
        theirs = aggregate_establishments(table, **NAMES, **options)
        assert_frame_equal(theirs, ours, check_exact=True)
    assert ours["missing_employment"].sum() > 100
    known = aggregate_establishments(table, by="region", **NAMES)["employment"].isna()
    assert known.all()  # one establishment in fifty is missing somewhere in every region


@quiet
def test_spark_reads_the_same_paths(spark, tmp_path):
    write(register(2000), tmp_path)
    expected = aggregate_establishments(tmp_path, **NAMES)
    parts = sorted(tmp_path.glob("*.parquet"))
    for source in (tmp_path, str(tmp_path / "part-*.parquet"), parts):
        table = aggregate_establishments(source, backend=spark, **NAMES)
        assert_frame_equal(table, expected, check_exact=True)


@quiet
def test_spark_agrees_on_fractions_but_for_rounding(spark, tmp_path):
    rows = register(whole=False).dropna()
    write(rows, tmp_path)
    ours = aggregate_establishments(tmp_path, **NAMES)
    theirs = aggregate_establishments(tmp_path, backend=spark, **NAMES)
    keys = ["region", "industry", "year", "establishments", "missing_employment", *CLASSES]
    assert_frame_equal(theirs[keys], ours[keys], check_exact=True)
    assert_frame_equal(theirs, ours, rtol=1e-13)


@quiet
def test_spark_knows_missing_empty_and_impossible_jobs(spark, tmp_path):
    licences(employment=[1.0, 0.0, 0.0, np.nan, 5.0, 6.0]).to_parquet(tmp_path / "a.parquet")
    table = aggregate_establishments(tmp_path, backend=spark)
    assert_frame_equal(table, aggregate_establishments(tmp_path), check_exact=True)
    assert table["missing_employment"].tolist() == [0, 1, 0]
    assert table["plant_herfindahl"].isna().tolist() == [True, True, False]
    licences(employment=-1.0, region=None).to_parquet(tmp_path / "a.parquet")
    refused(tmp_path, "'region' is", backend=spark)
    licences(employment=-np.inf).to_parquet(tmp_path / "a.parquet")
    refused(tmp_path, "for 6 establishments", backend=spark)
