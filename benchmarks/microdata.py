"""What do a million, ten and a hundred million establishments cost to aggregate?

Writes synthetic registers as Parquet parts to a temporary folder (by DuckDB, ten million rows at a
time), aggregates each with ``aggregate_establishments`` in a fresh process, and prints seconds,
processor seconds, peak memory and how the cost grows::

    python benchmarks/microdata.py                  # 1, 10 and 100 million: 1 GB of disk
    python benchmarks/microdata.py --rows 1e6 1e7   # less
    python benchmarks/microdata.py --memory 2GB     # DuckDB held to 2 GB; it spills to disk

Jobs, counties and industries are skewed as real ones are, and hashed from the row's number, so
that the same rows come out with any number of threads.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

REGIONS, INDUSTRIES = 3_100, 1_000
PART = 10_000_000
BY = {"region x industry": "region industry", "industry": "industry"}

# Uniform numbers from the row's number; squares and cubes of them skew, Box-Muller's are normal.
ROWS = """
COPY (
    SELECT
        i AS id,
        lpad(CAST(1000 + CAST(floor({regions} * pow(u1, 3)) AS INTEGER) AS VARCHAR), 5, '0')
            AS region,
        CAST(300000 + CAST(floor({industries} * pow(u2, 2)) AS INTEGER) AS VARCHAR) AS industry,
        CASE WHEN u3 > 0.0001 THEN CAST(floor(
            exp(1.4 + 1.5 * sqrt(-2 * ln(u4)) * cos(2 * pi() * u5))) AS INTEGER) END AS employment
    FROM (
        SELECT i, {uniforms} FROM range({first}, {last}) AS numbers(i)
    )
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def write(folder: Path, rows: int) -> None:
    """Write a register in parts."""
    import duckdb

    uniforms = ", ".join(
        f"(CAST(hash(i, {salt}) % 1000000 AS DOUBLE) + 0.5) / 1000000 AS u{salt}"
        for salt in range(1, 6)
    )
    with duckdb.connect(config={"temp_directory": str(folder / "spill")}) as connection:
        for number, first in enumerate(range(0, rows, PART)):
            connection.execute(
                ROWS.format(
                    regions=REGIONS,
                    industries=INDUSTRIES,
                    uniforms=uniforms,
                    first=first,
                    last=min(first + PART, rows),
                    path=folder / f"part-{number:03d}.parquet",
                )
            )


def aggregate(folder: Path, by: str, memory: str | None) -> dict[str, float]:
    """Aggregate once and tell what it took."""
    import ibis

    from clusteranalysis import aggregate_establishments

    with tempfile.TemporaryDirectory() as spill:
        bounds = {"memory_limit": memory} if memory else {}
        backend = ibis.duckdb.connect(temp_directory=spill, **bounds)
        began, busy = time.perf_counter(), time.process_time()
        table = aggregate_establishments(folder, by=by.split(), backend=backend)
        told = {"seconds": time.perf_counter() - began, "busy": time.process_time() - busy}
    told["cells"] = len(table)
    told["table"] = float(table.memory_usage(deep=True).sum())
    told["establishments"] = float(table["establishments"].sum())
    return told


def child(options: argparse.Namespace) -> None:
    """Do one thing in a fresh process and tell its peak memory."""
    told: dict[str, float] = {}
    if options.child == "write":
        write(options.path, int(options.rows[0]))
    else:
        told = aggregate(options.path, options.child, options.memory)
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    print(json.dumps(told))


def apart(name: str, path: Path, rows: int, memory: str | None) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", name, "--path", str(path), "--rows", str(rows)]
    command += ["--memory", memory] if memory else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=float, nargs="+", default=[1e6, 1e7, 1e8])
    parser.add_argument("--memory", help="DuckDB's memory limit; by default 80 % of the machine's")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options)
        return
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(
        f"{REGIONS:,} regions, {INDUSTRIES:,} industries; {platform.machine()}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB, DuckDB limited to {options.memory or '80 %'}; "
        f"Python {platform.python_version()}, duckdb {version('duckdb')}, "
        f"ibis {version('ibis-framework')}, pandas {version('pandas')}\n"
    )
    print(
        "| establishments | by | seconds | processor seconds | seconds a million | peak MB "
        "| table MB | cells | Parquet MB | written in s |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for rows in map(int, options.rows):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = Path(folder)
            began = time.perf_counter()
            apart("write", path, rows, options.memory)
            written = time.perf_counter() - began
            size = sum(file.stat().st_size for file in path.glob("*.parquet"))
            for name, by in BY.items():
                told = apart(by, path, rows, options.memory)
                if told["establishments"] != rows:
                    raise SystemExit(f"{told['establishments']:,.0f} of {rows:,} establishments")
                print(
                    f"| {rows:,} | {name} | {told['seconds']:.2f} | {told['busy']:.2f} "
                    f"| {told['seconds'] / rows * 1e6:.3f} | {told['peak'] / 1e6:.0f} "
                    f"| {told['table'] / 1e6:.0f} | {told['cells']:,.0f} | {size / 1e6:.0f} "
                    f"| {written:.0f} |",
                    flush=True,
                )
    print("\nPeak memory includes the interpreter and the libraries themselves.")


if __name__ == "__main__":
    main()
