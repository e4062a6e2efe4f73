"""How fast are the measures on a whole country, beside the peer that users know?

Input: 3,100 regions x 1,000 industries, seeded, 65 % of the cells zero, as one long table.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import econcomplex
import numpy as np
import pandas as pd

import clusteranalysis as ca

REGIONS, INDUSTRIES, RUNS = 3_100, 1_000, 5


def national_table(rng: np.random.Generator) -> pd.DataFrame:
    """A long table of every cell, lognormal sizes, most of them empty."""
    shape = (REGIONS, INDUSTRIES)
    size = np.exp(rng.normal(0, 1.5, (REGIONS, 1)) + rng.normal(0, 1.2, (1, INDUSTRIES)))
    jobs = rng.poisson(rng.gamma(0.3, 1, shape) * size * 3).astype(float)
    return pd.DataFrame(
        {
            "region": np.repeat([f"{r:05d}" for r in range(REGIONS)], INDUSTRIES),
            "industry": np.tile([f"{i + 100_000}" for i in range(INDUSTRIES)], REGIONS),
            "employment": jobs.ravel(),
            "establishments": np.ceil(jobs.ravel() / 12),
        }
    )


def median_seconds(function: Callable[[], object]) -> float:
    """Median of a few runs; the first, which warms caches, does not count."""
    function()
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def peer_lq(table: pd.DataFrame) -> pd.DataFrame:
    """Pivot, then LQ: the peer works on a matrix."""
    wide = table.pivot(index="region", columns="industry", values="employment")  # noqa: PD010
    return econcomplex.location_quotient(wide.fillna(0.0))


def same_lq(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """Largest difference between the two answers."""
    rows = theirs.index.get_indexer(ours["region"])
    columns = theirs.columns.get_indexer(ours["industry"])
    return float(np.nanmax(np.abs(theirs.to_numpy()[rows, columns] - ours["location_quotient"])))


def main() -> None:
    """Run everything and print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="write the table here too")
    arguments = parser.parse_args()
    whole = national_table(np.random.default_rng(0))
    present = whole[whole["employment"] > 0].reset_index(drop=True)
    rows = []
    for label, table in (("every cell", whole), ("non-zero cells", present)):
        jobs = table[["region", "industry", "employment"]]
        ours = median_seconds(
            lambda jobs=jobs: ca.location_quotient(jobs, reference="sum", absent="zero")
        )
        theirs = median_seconds(lambda jobs=jobs: peer_lq(jobs))
        gap = same_lq(ca.location_quotient(jobs, reference="sum", absent="zero"), peer_lq(jobs))
        rows.append(
            f"| location_quotient, {label} ({len(jobs):,} rows) | {ours:.2f} s | "
            f"econcomplex, pivot and LQ: {theirs:.2f} s | {ours / theirs:.2f} | {gap:.1e} |"
        )
    timed = {
        "ellison_glaeser": lambda: ca.ellison_glaeser(
            present, reference="sum", plants="equal_size", absent="zero"
        ),
        "coagglomeration, all 499,500 pairs": lambda: ca.coagglomeration(
            present, reference="mean", absent="zero"
        ),
        "locational_gini": lambda: ca.locational_gini(present, reference="sum", absent="zero"),
    }
    rows += [
        f"| {name} | {median_seconds(run):.2f} s | no peer in this run | | |"
        for name, run in timed.items()
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    packages = ("clusteranalysis", "econcomplex", "numpy", "pandas", "scipy")
    report = "\n".join(
        [
            f"{REGIONS:,} regions x {INDUSTRIES:,} industries; median of {RUNS} runs; "
            f"Python {platform.python_version()}, {platform.machine()}, "
            + ", ".join(f"{name} {version(name)}" for name in packages)
            + f"; peak memory of the whole run {peak:.1f} GiB.",
            "",
            "| what | clusteranalysis | peer | ratio | largest difference |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
    print(report)
    if arguments.out:
        arguments.out.write_text(report)


if __name__ == "__main__":
    main()
