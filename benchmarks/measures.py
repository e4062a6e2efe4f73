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

REGIONS, INDUSTRIES, RUNS = 3_100, 1_000, 3


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


def peer_matrix(table: pd.DataFrame) -> pd.DataFrame:
    """The peer works on a matrix: the long table is pivoted first."""
    wide = table.pivot(index="region", columns="industry", values="employment")  # noqa: PD010
    return wide.fillna(0.0)


def peer_lq(table: pd.DataFrame) -> pd.DataFrame:
    return econcomplex.location_quotient(peer_matrix(table))


def same_lq(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """Largest difference between the two answers."""
    rows = theirs.index.get_indexer(ours["region"])
    columns = theirs.columns.get_indexer(ours["industry"])
    return float(np.nanmax(np.abs(theirs.to_numpy()[rows, columns] - ours["location_quotient"])))


def peer_gini(table: pd.DataFrame) -> pd.Series:
    return econcomplex.locational_gini(peer_matrix(table))


def peer_relatedness(table: pd.DataFrame) -> pd.DataFrame:
    """Presence by LQ >= 1, then minimum conditional probability, as ours."""
    found = econcomplex.proximity(peer_matrix(table), method="max", compute="product")
    return next(iter(found.values())) if isinstance(found, dict) else found


def peer_complexity(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return econcomplex.eci_pci(peer_matrix(table), method="eigenvector")


def our_complexity(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    options = {"reference": "sum", "absent": "zero"}
    regions = ca.economic_complexity(table, **options).set_index("region")
    industries = ca.product_complexity(table, **options).set_index("industry")
    return regions["economic_complexity"], industries["product_complexity"]


def pairs_gap(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    rows = theirs.index.get_indexer(ours["industry"])
    columns = theirs.columns.get_indexer(ours["partner"])
    return float(np.nanmax(np.abs(theirs.to_numpy()[rows, columns] - ours["relatedness"])))


def plants(rng: np.random.Generator) -> pd.DataFrame:
    """A firm list: a million plants with a region, an industry and jobs."""
    share = np.exp(rng.normal(0, 1.5, INDUSTRIES))
    size = np.exp(rng.normal(0, 1.4, REGIONS))
    return pd.DataFrame(
        {
            "region": rng.choice(REGIONS, 1_000_000, p=size / size.sum()),
            "industry": rng.choice(INDUSTRIES, 1_000_000, p=share / share.sum()),
            "employment": np.ceil(rng.lognormal(1.8, 1.3, 1_000_000)),
        }
    )


def eg_of_a_list(firms: pd.DataFrame) -> pd.DataFrame:
    """From the list: cells, plant Herfindahls and fourth powers, then the index with its z."""
    jobs = firms["employment"].to_numpy()
    code = firms["industry"].to_numpy()
    total = np.bincount(code, jobs, INDUSTRIES)
    z = jobs / total[code]
    names = np.array([f"{i + 100_000}" for i in range(INDUSTRIES)])
    sizes = pd.DataFrame(
        {
            "industry": names,
            "plant_herfindahl": np.bincount(code, z**2, INDUSTRIES),
            "plant_fourth": np.bincount(code, z**4, INDUSTRIES),
        }
    )
    cell = firms["region"].to_numpy() * INDUSTRIES + code
    filled, place = np.unique(cell, return_inverse=True)
    cells = pd.DataFrame(
        {
            "region": np.array([f"{r:05d}" for r in range(REGIONS)])[filled // INDUSTRIES],
            "industry": names[filled % INDUSTRIES],
            "employment": np.bincount(place, jobs),
        }
    )
    return ca.ellison_glaeser(cells, reference="sum", plants=sizes, absent="zero")


def compared(name: str, ours: Callable[[], object], theirs: Callable[[], object], gap: str) -> str:
    """A row of the report: ours and the peer take turns."""
    mine, peer = median_seconds(ours), median_seconds(theirs)
    return f"| {name} | {mine:.2f} s | econcomplex: {peer:.2f} s | {mine / peer:.2f} | {gap} |"


def main() -> None:
    """Run everything and print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="write the table here too")
    arguments = parser.parse_args()
    whole = national_table(np.random.default_rng(0))
    present = whole[whole["employment"] > 0].reset_index(drop=True)
    sums = {"reference": "sum", "absent": "zero"}
    rows = []
    for label, table in (("every cell", whole), ("non-zero cells", present)):
        jobs = table[["region", "industry", "employment"]]
        size = f"{label} ({len(jobs):,} rows)"
        gap = same_lq(ca.location_quotient(jobs, **sums), peer_lq(jobs))
        rows.append(
            compared(
                f"location_quotient, {size}",
                lambda jobs=jobs: ca.location_quotient(jobs, **sums),
                lambda jobs=jobs: peer_lq(jobs),
                f"{gap:.1e}",
            )
        )
        rows.append(
            compared(
                f"locational_gini, {size}",
                lambda jobs=jobs: ca.locational_gini(jobs, **sums),
                lambda jobs=jobs: peer_gini(jobs),
                "another convention",
            )
        )
        gap = pairs_gap(ca.relatedness(jobs, **sums), peer_relatedness(jobs))
        rows.append(
            compared(
                f"relatedness, {size}",
                lambda jobs=jobs: ca.relatedness(jobs, **sums),
                lambda jobs=jobs: peer_relatedness(jobs),
                f"{gap:.1e}",
            )
        )
        (eci, pci), (their_eci, their_pci) = our_complexity(jobs), peer_complexity(jobs)
        fits = [
            f"{np.corrcoef(mine.dropna(), theirs.reindex(mine.dropna().index))[0, 1]:.9f}"
            for mine, theirs in ((eci, their_eci), (pci, their_pci))
        ]
        rows.append(
            compared(
                f"economic_ and product_complexity, {size}",
                lambda jobs=jobs: our_complexity(jobs),
                lambda jobs=jobs: peer_complexity(jobs),
                f"correlation {fits[0]}, {fits[1]}",
            )
        )
    firms = plants(np.random.default_rng(1))
    timed = {
        "ellison_glaeser with z, a list of 1,000,000 plants": lambda: eg_of_a_list(firms),
        "coagglomeration, all 499,500 pairs": lambda: ca.coagglomeration(
            present, reference="mean", absent="zero"
        ),
        "locational_correlation, all 499,500 pairs": lambda: ca.locational_correlation(
            present, absent="zero"
        ),
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
