"""Do the measures by distance keep the times and the memory that were asked of them?

Establishments are simulated, half of them in twenty loose clusters. Every case runs in a fresh
process, after a small pattern has compiled the kernels, so that its peak memory is its own::

    python benchmarks/points.py                # the table of issue 6, about ten minutes on 2 cores
    python benchmarks/points.py --quick        # without the 1,000 simulations of 20,000 plants
    python benchmarks/points.py --case exact   # one case
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from importlib.metadata import version

import numpy as np
import pandas as pd

import clusteranalysis as ca

DISTANCES = np.arange(0, 20_001, 500.0)
#: Case -> what it is, and the most seconds and GB it may take.
CASES = {
    "binned": ("Kd at 20,000 of 40,000 plants, binned", 3, 0.5),
    "exact": ("Kd at 20,000 of 40,000 plants, exact", 20, None),
    "m": ("M at 20,000 of 40,000 plants", 1, None),
    "envelope": ("global Kd envelope, 5,000 of 10,000 plants, 1,000 simulations", 30, None),
    "large": ("global Kd envelope, 20,000 of 40,000 plants, 1,000 simulations", 600, None),
}


def register(n: int) -> pd.DataFrame:
    """Simulated establishments in a square of 50 km, the first half of them the industry's."""
    rng = np.random.default_rng(1)
    centres = rng.random((20, 2)) * 50_000
    loose = centres[rng.integers(0, 20, n)] + rng.normal(0, 3_000, (n, 2))
    xy = np.where(rng.random((n, 1)) < 0.5, loose, rng.random((n, 2)) * 50_000)
    industry = np.where(np.arange(n) < n // 2, "measured", "other")
    return pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "industry": industry})


def run(case: str, table: pd.DataFrame) -> pd.DataFrame:
    """One case on a table."""
    call = {"distances": DISTANCES, "industry": "measured"}
    if case == "m":
        return ca.m_function(table, reference="all", **call)
    if case in ("binned", "exact"):
        return ca.k_density(table, mode=case, **call)
    return ca.k_density(table, simulations=1_000, rng=1, **call)


def measure(case: str) -> dict[str, float]:
    """Seconds, peak memory and what the result says of its error."""
    small = register(100)
    if case in ("envelope", "large"):
        ca.k_density(small, distances=[0.0], simulations=39, rng=1)
    else:
        run(case, small)
    table = register(10_000 if case == "envelope" else 40_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, spent = time.perf_counter(), time.process_time()
    result = run(case, table)
    found = {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - spent,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "before": before / 2**20,
    }
    if case == "binned":
        peak = result["k_density"].max()
        exact = run("exact", table)
        found["bound"] = float(result["error_bound"].max() / peak)
        found["error"] = float((result["k_density"] - exact["k_density"]).abs().max() / peak)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--child", choices=CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(options.child)))
        return
    chosen = [options.case] if options.case else list(CASES)
    if options.quick:
        chosen = [case for case in chosen if case != "large"]
    packages = ("clusteranalysis", "numpy", "scipy", "numba", "joblib")
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} before the run, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
    )
    print("\n| what | seconds | asked | CPU seconds | peak memory, GiB | asked | before it |")
    print("|---|---|---|---|---|---|---|")
    notes = []
    for case in chosen:
        what, seconds, memory = CASES[case]
        command = [sys.executable, __file__, "--child", case]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        print(
            f"| {what} | {found['seconds']:.2f} | {seconds} | {found['processor']:.1f} "
            f"| {found['peak']:.2f} "
            f"| {memory or ''} | {found['before']:.2f} |",
            flush=True,
        )
        if "error" in found:
            notes.append(
                f"Binned against exact, largest difference over the peak: {found['error']:.1e}; "
                f"the bound it states: {found['bound']:.1e} (asked: 1e-4)."
            )
    print("\n" + "\n".join(notes))


if __name__ == "__main__":
    main()
