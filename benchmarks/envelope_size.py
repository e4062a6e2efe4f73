"""Do the envelopes err as often as they say, and do they find what was planted?

Size: 400 patterns in which the industry is a random part of all sites; a 95 % global envelope
should reject about 5 % of them (3 to 7 % allows for 400 draws), while bands looked at distance by
distance reject far more. Power: 200 patterns whose plants prefer one town, at three strengths::

    python benchmarks/envelope_size.py     # a few minutes on 2 cores
"""

from __future__ import annotations

import argparse
import time
from importlib.metadata import version

import joblib
import numpy as np
import pandas as pd

import clusteranalysis as ca

SITES, PLANTS, SIDE = 400, 60, 10_000.0
DISTANCES = np.arange(250, 5_001, 250.0)
#: What each measure is called with; its name is that of its column.
MEASURES = {
    "k_density": {"null": "sites"},
    "m_function": {"reference": "all", "null": "labels"},
}


def pattern(rng: np.random.Generator, strength: float) -> pd.DataFrame:
    """Sites in a loose town and around it; plants are drawn towards a point of the town."""
    town = rng.normal(SIDE / 2, SIDE / 8, (SITES // 2, 2))
    xy = np.vstack([town, rng.random((SITES - len(town), 2)) * SIDE])
    near = np.exp(-(np.hypot(*(xy - xy[0]).T) ** 2) / (2 * (SIDE / 10) ** 2))
    odds = 1 + strength * near
    own = rng.choice(SITES, PLANTS, replace=False, p=odds / odds.sum())
    industry = np.where(np.isin(np.arange(SITES), own), "measured", "other")
    return pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "industry": industry})


def rejections(seed: int, strength: float, simulations: int) -> dict[str, tuple[bool, bool]]:
    """For each measure: whether the global test rejects, and whether any local band is left."""
    rng = np.random.default_rng([seed, int(100 * strength)])
    table = pattern(rng, strength)
    found = {}
    for name, options in MEASURES.items():
        curve = getattr(ca, name)(
            table, industry="measured", distances=DISTANCES, simulations=simulations,
            rng=seed, **options,
        )  # fmt: skip
        outside = (curve[name] > curve["local_high"]) | (curve[name] < curve["local_low"])
        found[name] = bool(curve["p_value"].iloc[0] <= 0.05), bool(outside.any())
    return found


def main() -> None:
    """Print one row a measure and strength."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patterns", type=int, default=400)
    parser.add_argument("--simulations", type=int, default=199)
    options = parser.parse_args()
    print(
        f"{SITES} sites, {PLANTS} plants, {len(DISTANCES)} distances, {options.simulations} "
        f"simulations a pattern; clusteranalysis {version('clusteranalysis')}.\n"
    )
    print("| measure | towards one place | patterns | global 95 % rejects | a local band is left |")
    print("|---|---|---|---|---|")
    begin = time.perf_counter()
    for strength in (0.0, 1.0, 2.0, 4.0):
        number = options.patterns if strength == 0 else options.patterns // 2
        results = joblib.Parallel(n_jobs=-1)(
            joblib.delayed(rejections)(seed, strength, options.simulations)
            for seed in range(number)
        )
        for name in MEASURES:
            both = np.array([result[name] for result in results])
            globally, locally = both.mean(axis=0)
            odds = "no more than elsewhere" if strength == 0 else f"up to {1 + strength:g} times"
            print(f"| {name} | {odds} | {number} | {globally:.1%} | {locally:.1%} |", flush=True)
    print(f"\n{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
