"""How large, and how unequal, can plants be of which only size classes are counted?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["herfindahl_bounds"]

Floats = NDArray[np.float64]


def herfindahl_bounds(n: Floats, low: Floats, high: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Least and largest sum of squared plant shares of n_k plants of low_k..high_k jobs each.

    Industries x classes; ``total`` (industries) is what all plants add up to, ``high`` may be
    infinite. NaN where no such plants add up to it.
    """
    # Not more than the total less what the other plants have at the least.
    slack = total - (n * low).sum(axis=1)
    top = np.minimum(high, low + np.maximum(slack, 0.0)[:, None])
    # Sums of jobs in another order may differ in the last digits.
    possible = (slack >= -1e-9 * total) & ((n * top).sum(axis=1) >= total * (1 - 1e-9))
    square = np.where(possible, total**2, np.nan)
    return ratio(_least(n, low, top, total), square), ratio(_most(n, low, top, slack), square)


def _least(n: Floats, low: Floats, top: Floats, total: Floats) -> Floats:
    """Squares of plants as equal as their classes allow: each at min(max(level, low), top).

    What they add up to rises with the level in straight pieces between the classes' limits.
    """
    levels = np.sort(np.hstack([low, top]), axis=1)
    sizes = np.clip(levels[:, :, None], low[:, None, :], top[:, None, :])
    sums = (n[:, None, :] * sizes).sum(axis=2)
    piece = np.maximum((sums <= total[:, None]).sum(axis=1) - 1, 0)[:, None]
    base, reached = (np.take_along_axis(a, piece, axis=1)[:, 0] for a in (levels, sums))
    moving = (n * ((low <= base[:, None]) & (base[:, None] < top))).sum(axis=1)
    level = base + np.nan_to_num(ratio(total - reached, moving))
    return np.asarray((n * np.clip(level[:, None], low, top) ** 2).sum(axis=1))


def _most(n: Floats, low: Floats, top: Floats, slack: Floats) -> Floats:
    """Squares of plants as unequal as their classes allow.

    A sum of squares grows when a job moves to a plant at least as large. Where no class overlaps
    another, the largest has all plants at their tops down to one plant in between, and all smaller
    ones at the bottom. Where they overlap, this one plant is counted at the chord of the square,
    which is never too little.
    """
    order = np.argsort(-(low + top), axis=1, kind="stable")
    n, low, top = (np.take_along_axis(a, order, axis=1) for a in (n, low, top))
    width = top - low
    room = n * width
    before = np.cumsum(room, axis=1) - room
    moved = np.clip(slack[:, None] - before, 0.0, room)
    chord: Floats = (n * low**2 + moved * (low + top)).sum(axis=1)
    full = np.floor(np.nan_to_num(ratio(moved, width)) * (1 + 1e-12))
    rest = np.maximum(moved - full * width, 0.0)
    missing = np.where(moved < room, rest * (width - rest), 0.0).sum(axis=1)
    filled = n > 0
    smallest = np.minimum.accumulate(np.where(filled, low, np.inf), axis=1)
    overlap = (filled[:, 1:] & (top[:, 1:] > smallest[:, :-1])).any(axis=1)
    return np.where(overlap, chord, chord - missing)
