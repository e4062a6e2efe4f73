"""Which clusters do the nation's counties suggest, how long does that take, and how sure is it?

    python benchmarks/discovery.py SOURCE --level 6 --year 2021

SOURCE is a folder with the agencies' files (data/raw/README.md). County cells that publish no
number are taken as empty, which is wrong for the small ones: read the result as a proposal.
``--traded`` keeps industries that a benchmark file (a user's copy) tags traded.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import clusteranalysis as ca
from clusteranalysis.data import sources


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--level", type=int, choices=[4, 6], default=6)
    parser.add_argument("--year", type=int, default=2021)
    parser.add_argument("--traded", type=Path, help="benchmark definitions to filter by")
    parser.add_argument("--compare", type=Path, help="benchmark definitions to compare with")
    chosen = parser.parse_args()
    name = sources.COUNTIES_6 if chosen.level == 6 else sources.COUNTIES_4
    cells = sources.county_cells(chosen.source, name)
    cells = cells[(cells["year"] == chosen.year) & ~cells["industry"].str.startswith("99")]
    if chosen.traded:
        kept, _ = ca.read_benchmark_definition(chosen.traded)
        tag = kept.members.set_index("industry")["cluster"].map(kept.tradability)
        cells = cells[cells["industry"].map(tag) == "traded"]
    cells = cells.dropna(subset=["employment"])
    print(f"{cells['industry'].nunique()} industries, {cells['region'].nunique():,} counties")
    began = time.perf_counter()
    found = ca.discover_clusters(cells, rng=1, absent="zero")
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{seconds:.0f} s, peak {peak:.1f} GiB, {len(found.scores)} clusterings\n{found}")
    print(found.clusters.round(2).to_string(index=False))
    if chosen.compare:
        from sklearn.metrics import adjusted_rand_score

        theirs, _ = ca.read_benchmark_definition(chosen.compare)
        both = found.members.merge(theirs.members, on="industry", suffixes=("", "_theirs"))
        index = adjusted_rand_score(both["cluster_theirs"], both["cluster"])
        print(f"adjusted Rand index with the benchmark definitions: {index:.2f}")


if __name__ == "__main__":
    main()
