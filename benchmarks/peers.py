"""How long do we and the Python peers take for the same answer, and how does it grow with the work?

One command runs every comparison; each row is a process of its own, so that its memory is its own::

    python benchmarks/peers.py --date 2026-11-25 --out docs/benchmarks.md

Every tool starts from the same long table (or the same points) and ends with its answer; what a
peer needs in between, such as a matrix, is part of its time. The best of three runs counts, after
one on a small input that imports and compiles. Needs the ``benchmark`` dependency group; a peer
that is not there is named as missing.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import platform
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd

OURS = "clusteranalysis"
RUNS = 3
#: Regions x industries of the tables, points of the patterns: 1, 10 and 100 times the work.
TABLES = ((310, 100), (980, 316), (3_100, 1_000))
POINTS = (1_000, 3_162, 10_000)
#: Longer than this at the size before, and the next is not tried.
PATIENCE = 60.0
Answer = np.ndarray


def long_table(regions: int, industries: int) -> pd.DataFrame:
    """Every cell of a made-up nation, 65 % of them zero."""
    rng = np.random.default_rng(1)
    size = np.exp(rng.normal(0, 1.5, (regions, 1)) + rng.normal(0, 1.2, (1, industries)))
    jobs = rng.poisson(rng.gamma(0.3, 1, (regions, industries)) * size * 3).astype(float)
    jobs[0] += 1  # no industry is empty
    jobs[:, 0] += 1  # no region is
    return pd.DataFrame(
        {
            "region": np.repeat([f"{r:05d}" for r in range(regions)], industries),
            "industry": np.tile([f"{i + 100_000}" for i in range(industries)], regions),
            "employment": jobs.ravel(),
        }
    )


def pattern(n: int) -> pd.DataFrame:
    """Points of one industry in a square of 10 km, half of them in twenty loose clusters."""
    rng = np.random.default_rng(1)
    near = rng.random((20, 2))[rng.integers(0, 20, n)] * 10_000 + rng.normal(0, 300, (n, 2))
    xy = np.where(rng.random((n, 1)) < 0.5, near, rng.random((n, 2)) * 10_000).clip(0, 10_000)
    return pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "industry": "a"})


def matrix(table: pd.DataFrame) -> pd.DataFrame:
    return table.pivot(index="region", columns="industry", values="employment")  # noqa: PD010


def standard(values: np.ndarray) -> Answer:
    """Complexity up to its sign and scale, which tools set differently."""
    z = (values - values.mean()) / values.std()
    return np.abs(z)


def our_lq(table: pd.DataFrame) -> Answer:
    import clusteranalysis as ca

    return ca.location_quotient(table, reference="sum")["location_quotient"].to_numpy()


def econcomplex_lq(table: pd.DataFrame) -> Answer:
    import econcomplex

    return econcomplex.location_quotient(matrix(table)).to_numpy().ravel()


def our_complexity(table: pd.DataFrame) -> Answer:
    import clusteranalysis as ca

    found = ca.economic_complexity(table, reference="sum", absent="zero")
    return standard(found["economic_complexity"].to_numpy())


def econcomplex_complexity(table: pd.DataFrame) -> Answer:
    import econcomplex

    return standard(econcomplex.eci_pci(matrix(table), method="eigenvector")[0].to_numpy())


def ecomplexity_complexity(table: pd.DataFrame) -> Answer:
    from ecomplexity import ecomplexity

    names = {"loc": "region", "prod": "industry", "val": "employment", "time": "year"}
    with redirect_stdout(io.StringIO()):
        found = ecomplexity(table.assign(year=1), names, verbose=False)
    return standard(found.groupby("region")["eci"].first().to_numpy())


def our_relatedness(table: pd.DataFrame) -> Answer:
    import clusteranalysis as ca

    found = ca.relatedness(table, reference="sum", absent="zero")
    return found.sort_values(["industry", "partner"])["relatedness"].to_numpy()


def econcomplex_relatedness(table: pd.DataFrame) -> Answer:
    import econcomplex

    found = econcomplex.proximity(matrix(table), method="max", compute="product")
    full = next(iter(found.values())) if isinstance(found, dict) else found
    return full.to_numpy()[np.triu_indices(len(full), 1)]


def states(table: pd.DataFrame) -> dict[str, str]:
    return {region: region[:3] for region in table["region"].unique()}


def our_theil(table: pd.DataFrame) -> Answer:
    import clusteranalysis as ca

    alike = pd.DataFrame({"region": table["region"].unique(), "weight": 1.0})
    found = ca.theil(table, reference=alike, groups=states(table))
    return found[["theil", "within", "between"]].to_numpy().ravel()


def inequality_theil(table: pd.DataFrame) -> Answer:
    from inequality.theil import TheilD

    wide, rows = matrix(table), []
    groups = wide.index.map(states(table)).to_numpy()
    for column in wide:
        found = TheilD(wide[column].to_numpy(), groups)
        rows.append([found.T, np.ravel(found.wg)[0], np.ravel(found.bg)[0]])
    return np.array(rows, float).ravel()


R = np.arange(100.0, 1_001.0, 100.0)


def our_k(points: pd.DataFrame) -> Answer:
    import shapely

    import clusteranalysis as ca

    window = shapely.box(0, 0, 10_000, 10_000)
    found = ca.ripley_k(points, distances=R, window=window, correction="none")
    return found["ripley_k"].to_numpy()


def pointpats_k(points: pd.DataFrame) -> Answer:
    import pointpats

    xy = points[["x", "y"]].to_numpy()
    _, found = pointpats.k(xy, support=np.concatenate([[0.0], R]))
    # The peer takes the points' bounding box for the window, and n^2 for the number of pairs.
    wide, n = np.ptp(xy, axis=0).prod(), len(xy)
    return np.asarray(found)[1:] * 10_000.0**2 / wide * n / (n - 1)


@dataclass(frozen=True)
class Case:
    """One question, asked of every tool that answers it."""

    what: str
    tools: dict[str, Callable[[pd.DataFrame], Answer]]
    points: bool = False

    def sizes(self) -> list[tuple[int, ...]]:
        """1, 10 and 100 times the work."""
        return [(n,) for n in POINTS] if self.points else list(TABLES)

    def input(self, size: tuple[int, ...]) -> pd.DataFrame:
        """The same for the same size."""
        return pattern(*size) if self.points else long_table(*size)


CASES = {
    "lq": Case("location_quotient", {OURS: our_lq, "econcomplex": econcomplex_lq}),
    "complexity": Case(
        "economic_complexity",
        {
            OURS: our_complexity,
            "econcomplex": econcomplex_complexity,
            "ecomplexity": ecomplexity_complexity,
        },
    ),
    "relatedness": Case(
        "relatedness", {OURS: our_relatedness, "econcomplex": econcomplex_relatedness}
    ),
    "theil": Case(
        "theil, within and between groups, of every industry",
        {OURS: our_theil, "inequality": inequality_theil},
    ),
    "k": Case("ripley_k, no correction", {OURS: our_k, "pointpats": pointpats_k}, points=True),
}


def peak() -> float:
    """Most memory this process has held, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def measure(name: str, tool: str, size: tuple[int, ...]) -> dict[str, object]:
    """Seconds and memory (printed as JSON); the answer goes into a file."""
    case = CASES[name]
    warnings.simplefilter("ignore")
    module = importlib.import_module(tool)
    table = case.input(size)
    case.tools[tool](pattern(50) if case.points else long_table(30, 12))
    seconds = []
    for turn in range(RUNS):
        began = time.perf_counter()
        answer = case.tools[tool](table)
        seconds.append(time.perf_counter() - began)
        if turn == 0 and seconds[0] > PATIENCE / RUNS:
            break
    store = Path(os.environ["CLUSTERANALYSIS_ANSWERS"]) / f"{name}-{tool}-{size[0]}.npy"
    np.save(store, answer)
    return {"seconds": min(seconds), "memory": peak(), "module": module.__name__}


def run(name: str, tool: str, size: tuple[int, ...], folder: str) -> dict[str, object] | None:
    """In a process of its own; None where the tool is not installed."""
    try:
        version(tool)
    except PackageNotFoundError:
        return None
    words = [sys.executable, __file__, "--one", name, tool, *map(str, size)]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CLUSTERANALYSIS_ANSWERS": folder},
    )
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def gap(name: str, tool: str, size: tuple[int, ...], folder: str) -> str:
    ours, theirs = (np.load(f"{folder}/{name}-{one}-{size[0]}.npy") for one in (OURS, tool))
    if ours.shape != theirs.shape:
        return "another shape"
    return f"{np.nanmax(np.abs(ours - theirs)):.0e}"


def rows(name: str, folder: str) -> list[str]:
    """One row a tool and size."""
    case, lines, slow = CASES[name], [], set()
    mine: dict[tuple[int, ...], float] = {}
    for tool in case.tools:
        for size in case.sizes():
            work = f"{size[0]:,} points" if case.points else " x ".join(f"{n:,}" for n in size)
            start = f"| {case.what} | {work} | {tool} |"
            if tool in slow:
                lines.append(f"{start} not tried: the size before took over a minute | | | |")
                continue
            found = run(name, tool, size, folder)
            if found is None:
                lines.append(f"{start} not installed | | | |")
                continue
            if "failed" in found:
                lines.append(f"{start} failed: {found['failed']} | | | |")
                slow.add(tool)
                continue
            seconds = float(str(found["seconds"]))
            if tool == OURS:
                mine[size] = seconds
                told = "| |"
            else:
                told = f"{mine[size] / seconds:.2g} | {gap(name, tool, size, folder)} |"
            lines.append(f"{start} {seconds:.3g} | {float(str(found['memory'])):.2f} | {told}")
            if seconds > PATIENCE:
                slow.add(tool)
    return lines


def machine() -> str:
    cpu = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text(encoding="utf-8").splitlines() if "model name" in x]
        cpu = names[0].split(":")[1].strip() if names else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", help="the day, for the page")
    parser.add_argument("--out", type=Path, help="write the page here")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, tool, *size = options.one
        print(json.dumps(measure(name, tool, tuple(map(int, size)))))
        return
    import tempfile

    tools = sorted({tool for case in CASES.values() for tool in case.tools})
    versions = []
    for tool in [*tools, "numpy", "pandas", "scipy"]:
        try:
            versions.append(f"{tool} {version(tool)}")
        except PackageNotFoundError:
            versions.append(f"{tool} not installed")
    lines = [
        "# Benchmarks",
        "",
        "How long we and the Python peers take for the same answer, at 1, 10 and 100 times the",
        "work. Every tool starts from the same long table, or the same points; the best of three",
        "runs, each tool and size in a process of its own. *Ratio*: our time over theirs, so below",
        "1 we are faster. *Memory*: the most the process held, imports and input included. *Gap*:",
        "the largest difference of any value.",
        "",
        f"{options.date or 'No date given'}. {machine()}. {', '.join(versions)}.",
        "",
        "| what | work | tool | seconds | memory, GiB | ratio | gap |",
        "|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name in CASES:
            for line in rows(name, folder):
                print(line, flush=True)
                lines.append(line)
    lines += [
        "",
        "Written by `benchmarks/peers.py`. Other comparisons (bounds without a peer, the nation's",
        "suppression problem, readers, 100 million establishments) are in `benchmarks/results.md`.",
    ]
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
