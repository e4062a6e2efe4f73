"""Is a curve over distance more than chance? Simulated curves, their envelopes and tests.

Any statistic that is a curve (K-density, M, K) can be given to :func:`simulate` with a way to draw
counterfactual patterns, and the curves to :func:`envelope`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.significance import Adjustment, adjusted
from clusteranalysis.schema import check_level, random_generator

__all__ = [
    "COLUMNS",
    "Envelope",
    "Progress",
    "adjust_over_curves",
    "check_simulations",
    "envelope",
    "extremeness",
    "goodness_of_fit",
    "simulate",
    "source",
    "workers",
]

Floats = NDArray[np.float64]
Pattern = TypeVar("Pattern")
#: Told after every batch how many simulations are done, and how many there will be.
Progress = Callable[[int, int], object]

#: Simulations in one piece of work, at most: small enough that little is lost with a worker.
_BATCH = 25
#: The columns that every measure with simulations adds, in their order.
COLUMNS = (
    "expected",
    "local_low",
    "local_high",
    "global_low",
    "global_high",
    "localisation",
    "dispersion",
    "p_value",
    "goodness_of_fit",
)


class Envelope(NamedTuple):
    """What the simulated curves say of the observed one; the first seven are curves."""

    expected: Floats
    local_low: Floats
    local_high: Floats
    global_low: Floats
    global_high: Floats
    localisation: Floats
    dispersion: Floats
    p_value: float
    goodness_of_fit: float

    def columns(self) -> dict[str, Floats | float]:
        """By column name, for ``DataFrame.assign``."""
        return dict(zip(COLUMNS, self, strict=True))


def source(rng: np.random.Generator | int) -> np.random.SeedSequence:
    """The root from which every curve and every simulation gets its own seed."""
    if isinstance(rng, np.random.Generator):
        return np.random.SeedSequence(int(rng.integers(2**63)))
    random_generator(rng)  # refuses what is no seed
    return np.random.SeedSequence(int(rng))


def check_simulations(simulations: int, level: float) -> None:
    """Refuse a number of simulations that cannot give bands of this level."""
    check_level(level)
    if isinstance(simulations, bool) or not isinstance(simulations, int | np.integer):
        raise SchemaError(f"simulations={simulations!r} is no whole number: use 0 for none, or 999")
    if simulations < 0:
        raise SchemaError(f"simulations={simulations} is negative: use 0 for none")
    least = int(np.ceil(2 / (1 - level) - 1e-9)) - 1
    if 0 < simulations < least:
        raise SchemaError(
            f"simulations={simulations} are too few for level={level}: the band of one distance "
            f"leaves out {(1 - level) / 2:.3g} of the curves on each side, so use {least} or more "
            "(999 for a result to publish)"
        )


def workers(n_jobs: int | None = None) -> int:
    """How many of joblib's workers a call will use: 1 unless the caller configured more."""
    from joblib import effective_n_jobs

    return int(effective_n_jobs(n_jobs))


def simulate(
    statistic: Callable[[Pattern], Floats],
    draw: Callable[[np.random.Generator], Pattern],
    simulations: int,
    *,
    seed: np.random.SeedSequence,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Curves of ``statistic`` on patterns from ``draw``: simulations x distances.

    Every simulation has its own child of ``seed``: one worker or many give the same. Give each
    industry its own seed, ``SeedSequence(source(rng).entropy, spawn_key=...)``, so that its curves
    do not depend on which others are asked for.
    Workers are joblib's: ``joblib.parallel_config`` around the call says how many and where, also
    on a Dask cluster; both functions must then survive pickling. Each batch carries all it needs,
    so a worker that dies costs its batches, which the scheduler gives to another one.
    """
    from joblib import Parallel, delayed

    # Anew, since a SeedSequence counts the children it has had.
    seeds = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key).spawn(simulations)
    size = max(1, min(_BATCH, -(-simulations // (4 * workers(n_jobs)))))
    batches = [seeds[k : k + size] for k in range(0, simulations, size)]
    # One tuple, not three arguments: joblib's Dask backend would keep large arguments on a single
    # worker, and they would be lost with it.
    work = (delayed(_batch)((statistic, draw, batch)) for batch in batches)
    curves: list[Floats] = []
    for part in Parallel(n_jobs=n_jobs, return_as="generator")(work):
        curves.extend(part)
        if progress is not None:
            progress(len(curves), simulations)
    return np.array(curves).reshape(simulations, -1)


def _batch(
    work: tuple[
        Callable[[Pattern], Floats],
        Callable[[np.random.Generator], Pattern],
        list[np.random.SeedSequence],
    ],
) -> list[Floats]:
    statistic, draw, seeds = work
    return [statistic(draw(np.random.default_rng(seed))) for seed in seeds]


def envelope(observed: Floats, curves: Floats, distances: Floats, level: float) -> Envelope:
    """Bands, indices and p-values of an observed curve among simulated ones.

    A distance at which any curve is undefined has no bands and takes no part in the global ones.

    Local band: of S simulations the k-th smallest and largest at each distance, with
    k = floor((1 - level) / 2 (S + 1)), so that at one distance chosen beforehand a random pattern
    leaves it with probability 2 k / (S + 1) at most.

    Global band: the hull of the curves that are among the level (S + 1) least extreme over all
    distances together, by extreme rank length (Myllymaki et al. 2017), the observed among them:
    ties aside, the observed leaves it somewhere if and only if ``p_value`` <= 1 - level.

    Indices (the global ones of Duranton and Overman 2005): how far the curve is above the global
    band; and, only if it is nowhere above, how far below.
    """
    S, R = curves.shape
    known = np.isfinite(observed) & np.isfinite(curves).all(axis=0)
    whole = {name: np.full(R, np.nan) for name in COLUMNS[:7]}
    if not known.any():
        return Envelope(**whole, p_value=np.nan, goodness_of_fit=np.nan)
    x, T = observed[known], curves[:, known]
    k = int((1 - level) / 2 * (S + 1) + 1e-9)
    ranked = np.sort(T, axis=0)
    everything = np.vstack([x, T])
    p = extremeness(everything)
    inside = everything[p > 1 - level + 1e-12]
    low, high = inside.min(axis=0), inside.max(axis=0)
    above = np.maximum(x - high, 0.0)
    below = np.zeros_like(x) if above.any() else np.maximum(low - x, 0.0)
    found = (T.mean(axis=0), ranked[k - 1], ranked[S - k], low, high, above, below)
    for name, values in zip(COLUMNS[:7], found, strict=True):
        whole[name][known] = values
    return Envelope(
        **whole,
        p_value=float(p[0]),
        goodness_of_fit=goodness_of_fit(x, T, distances[known]),
    )


def extremeness(curves: Floats) -> Floats:
    """For each curve, the share of all that are as extreme as it or more: its global p-value.

    Extreme rank length: at each distance a curve has the rank of its nearer side (1 for the lowest
    or highest, ties sharing the mean); sorted over the distances, these are compared like words,
    so that a curve that is outermost more often is the more extreme one.
    """
    from scipy.stats import rankdata

    S = len(curves)
    up = rankdata(curves, axis=0)
    lengths = np.sort(np.minimum(up, S + 1 - up), axis=1)
    order = np.lexsort(lengths.T[::-1])
    places = np.empty(S)
    placed = lengths[order]
    new = np.append(True, (placed[1:] != placed[:-1]).any(axis=1))
    group = np.cumsum(new) - 1
    # Equal curves share the largest place among them: ties err to caution.
    places[order] = np.cumsum(np.bincount(group))[group]
    return np.asarray(places / S)


def goodness_of_fit(observed: Floats, curves: Floats, distances: Floats) -> float:
    """Share of all curves as far from the mean of the others as the observed one, or farther.

    u_i = sum_k [T_i(r_k) - mean_(j != i) T_j(r_k)]^2 (r_(k+1) - r_k) over the observed and the
    simulated curves, p = share of u_i >= u_observed (Loosmore and Ford 2006). The last
    distance counts with the step before it.
    """
    everything = np.vstack([observed, curves])
    S = len(everything)
    steps = np.diff(distances)
    width = np.append(steps, steps[-1]) if len(steps) else np.ones(1)
    away = (everything - everything.mean(axis=0)) * (S / (S - 1))
    u = (away**2 * width).sum(axis=1)
    # Equal curves must not differ by the rounding of their mean.
    return float(np.mean(u >= u[0] * (1 - 1e-9)))


def adjust_over_curves(table: pd.DataFrame, keys: list[str], adjust: Adjustment) -> pd.Series:
    """``p_value`` of each curve (one per ``keys``) adjusted for the number of curves, by row."""
    first = table.drop_duplicates(keys)
    values = adjusted(first["p_value"].to_numpy(float), adjust)
    curves = table.groupby(keys, sort=False).ngroup().to_numpy()
    return pd.Series(values[curves], index=table.index, name="adjusted")
