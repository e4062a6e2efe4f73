"""How fast is a national county year read, beside the bare CSV readers that users know?

Input: a synthetic file in the layout of County Business Patterns since 2018 (23 columns, as in
``cbp19co.txt``), seeded, two million rows, in a ZIP archive. The peers read the same archive and
do nothing else: no checks, no codes brought into one form, no withheld number turned into NaN.
Peer and library take turns; memory is measured in a process of its own.

    python benchmarks/readers.py
    python benchmarks/readers.py --years 25    # the same as 25 years of one lazy dataset

needs ``duckdb`` beside the library.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from clusteranalysis.data.cbp import read_cbp
from clusteranalysis.data.dataset import cache_cbp, open_cbp

ROWS, RUNS, SEED = 2_000_000, 5, 20_190
TEXT = "cbp19co.txt"
CLASSES = ["n<5", "n5_9", "n10_19", "n20_49", "n50_99", "n100_249", "n250_499", "n500_999"]
CLASSES += ["n1000", "n1000_1", "n1000_2", "n1000_3", "n1000_4"]


def write_year(path: Path, rows: int) -> int:
    """Write the archive; returns the bytes of the text in it."""
    rng = np.random.default_rng(SEED)
    county = np.sort(rng.integers(0, 3_200, rows))
    digits = rng.integers(1, 10, (1_900, 4)).astype(str)
    codes = [
        f"{sector}{''.join(rest)}" for sector, rest in zip(["31", "44"] * 950, digits, strict=True)
    ]
    codes[:5] = ["------", "31----", "325///", "3254//", "32541/"]
    establishments = np.ceil(rng.lognormal(1.5, 1.3, rows)).astype(int) + 2
    flag = np.array(list("GHJDS"))[rng.choice(5, rows, p=[0.3, 0.4, 0.25, 0.04, 0.01])]
    jobs = np.rint(establishments * rng.lognormal(2, 1, rows)).astype(int)
    jobs[np.isin(flag, ["D", "S"])] = 0
    pay = jobs * rng.integers(20, 90, rows)
    columns: dict[str, object] = {
        "fipstate": np.char.zfill((county // 64 + 1).astype(str), 2),
        "fipscty": np.char.zfill((county % 64 * 2 + 1).astype(str), 3),
        "naics": np.array(codes)[rng.integers(0, len(codes), rows)],
        "emp_nf": flag,
        "emp": jobs,
        "qp1_nf": flag,
        "qp1": pay // 4,
        "ap_nf": flag,
        "ap": pay,
        "est": establishments,
    }
    left = establishments.copy()
    for place, name in enumerate(CLASSES):
        part = rng.binomial(left, 0.5) if place < 8 else np.zeros(rows, int)
        left -= part
        columns[name] = np.where(part < 3, "N", part.astype(str))
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(pa.table(columns), sink)
    text = sink.getvalue()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(TEXT, text.to_pybytes())
    return text.size


def by_us(path: Path) -> object:
    return read_cbp(path)


def by_pyarrow(path: Path) -> object:
    with zipfile.ZipFile(path) as archive, archive.open(TEXT) as stream:
        return pa_csv.read_csv(stream)


def by_pyarrow_typed(path: Path) -> object:
    """The fastest a bare read gets: the caller knows every type, and that N is no number."""
    types: dict[str, pa.DataType] = dict.fromkeys(
        ["emp", "qp1", "ap", "est", *CLASSES], pa.float64()
    )
    options = pa_csv.ConvertOptions(column_types=types, null_values=["", "N"])
    with zipfile.ZipFile(path) as archive, archive.open(TEXT) as stream:
        return pa_csv.read_csv(stream, convert_options=options)


def by_duckdb(path: Path) -> object:
    """DuckDB reads no ZIP archive: the text is unpacked beside it first, as a user would."""
    import duckdb

    with zipfile.ZipFile(path) as archive:
        text = archive.extract(TEXT, path.parent / "unpacked")
    return duckdb.sql(f"SELECT * FROM read_csv('{text}')").to_arrow_table()


def by_parquet(path: Path) -> object:
    """The same year from the cache."""
    return open_cbp(path.parent / "cache").query()


def one_county(path: Path) -> object:
    return open_cbp(path.parent / "cache").query(regions="06001", industries="325")


READERS = {
    "read_cbp": by_us,
    "pyarrow.csv": by_pyarrow,
    "pyarrow.csv, types given": by_pyarrow_typed,
    "duckdb": by_duckdb,
    "Parquet cache, all": by_parquet,
    "Parquet cache, one county and subsector": one_county,
}


def size_of(table: object) -> int:
    if isinstance(table, pa.Table):
        return int(table.nbytes)
    return int(table.memory_usage(deep=True).sum())  # type: ignore[attr-defined]


def child(name: str, path: Path, rows: int) -> None:
    """Do one thing in a fresh process and tell its peak memory."""
    if name == "write":
        told = {"text": write_year(path, rows)}
        began = time.perf_counter()
        cache_cbp(path, path.parent / "cache")
        told["cached"] = time.perf_counter() - began
    else:
        began = time.perf_counter()
        table = READERS[name](path)
        told = {"first": time.perf_counter() - began, "table": size_of(table)}
        told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(told))


def apart(name: str, path: Path, rows: int) -> dict[str, float]:
    """Run a child; a child's peak starts at what its parent used, so this comes before any read."""
    command = [sys.executable, __file__, "--child", name, "--path", str(path), "--rows", str(rows)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def many_years(years: int, rows: int) -> None:
    """Cache that many national years and ask for one county, one industry, one year of them."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "cbp99co.zip"
        apart("write", whole, rows)
        sources = []
        for year in range(1999, 1999 + years):
            sources.append(Path(folder) / f"cbp{year % 100:02d}co.zip")
            if not sources[-1].exists():
                sources[-1].hardlink_to(whole)
        began = time.perf_counter()
        files = cache_cbp(sources, Path(folder) / "years")
        print(
            f"{years} years x {rows:,} rows cached in {time.perf_counter() - began:.0f} s, "
            f"{sum(file.stat().st_size for file in files) / 1e9:.2f} GB\n"
        )
        print("| asked for | seconds | rows read | rows given | peak MB more |")
        print("|---|---:|---:|---:|---:|")
        began = time.perf_counter()
        opened = open_cbp(Path(folder) / "years")
        print(f"| opening | {time.perf_counter() - began:.2f} | 0 | 0 | |")
        asked: dict[str, dict[str, object]] = {
            "two counties, all industries and years": {"regions": ["06001", "06013"]},
            "one county, one subsector, all years": {"regions": "06001", "industries": "325"},
            "one industry group, all counties, one year": {"industries": "3254", "years": 2010},
        }
        for name, wanted in asked.items():
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            began = time.perf_counter()
            found = opened.query(**wanted)  # type: ignore[arg-type]
            seconds = time.perf_counter() - began
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            read = opened.plan(**wanted)["rows"].sum()  # type: ignore[arg-type]
            print(f"| {name} | {seconds:.2f} | {read:,} | {len(found):,} | {more:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--years", type=int, help="cache so many years and query them instead")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.path, options.rows)
        return
    if options.years:
        many_years(options.years, options.rows)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cbp19co.zip"
        written = apart("write", path, options.rows)
        used = {name: apart(name, path, options.rows) for name in READERS}
        wall: dict[str, list[float]] = {name: [] for name in READERS}
        busy: dict[str, list[float]] = {name: [] for name in READERS}
        for run in range(options.runs + 1):
            for name, reader in READERS.items():
                clock, cpu = time.perf_counter(), time.process_time()
                reader(path)
                if run:  # The first round warms caches and does not count.
                    wall[name].append(time.perf_counter() - clock)
                    busy[name].append(time.process_time() - cpu)
        print(
            f"{options.rows:,} rows, 23 columns, {written['text'] / 1e6:.0f} MB of text, "
            f"{path.stat().st_size / 1e6:.0f} MB zipped; {platform.machine()}, "
            f"Python {platform.python_version()}, pyarrow {version('pyarrow')}, "
            f"duckdb {version('duckdb')}, pandas {version('pandas')}; median of {options.runs}; "
            f"reading and writing the cache took {written['cached']:.1f} s\n"
        )
        print(
            "| reader | seconds | processor seconds | its time / read_cbp's | first read, seconds "
            "| table MB | peak MB | peak / table |"
        )
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        ours = statistics.median(wall["read_cbp"])
        for name in READERS:
            seconds = statistics.median(wall[name])
            told = used[name]
            print(
                f"| {name} | {seconds:.2f} | {statistics.median(busy[name]):.2f} | "
                f"{seconds / ours:.2f} | {told['first']:.2f} | {told['table'] / 1e6:.0f} | "
                f"{told['peak'] / 1e6:.0f} | "
                f"{told['peak'] / max(told['table'], 1e6):.2f} |"
            )
        print("\nPeak memory includes the interpreter and the libraries themselves.")


if __name__ == "__main__":
    main()
