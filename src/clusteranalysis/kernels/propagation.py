"""How narrow do adding-up equations make the bounds of withheld cells? Arrays only.

An equation says that one cell, the whole, equals the sum of its parts. ``low`` and ``high`` bound
every cell. One sweep reads every equation in both directions::

    low(whole)  >= sum_j low(j)                 high(whole) <= sum_j high(j)
    low(part i) >= low(whole) - sum_{j != i} high(j)
    high(part i) <= high(whole) - sum_{j != i} low(j)

and sweeps repeat until nothing moves (interval propagation, or bounds consistency). Every bound is
valid after every sweep, so that stopping early is safe. On one tree the fixpoint is the exact
range of each cell; on two crossing trees it contains it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Equations", "Propagated", "equations", "propagate", "residuals"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Movements of bounds below this share of their size are rounding of sums, not information.
_EPS = 1e-9


class Equations(NamedTuple):
    """``whole[e] = sum(part[start[e]:start[e + 1]])``, cells by position; ``step`` orders sweeps.

    All equations of one step have different wholes and no cell as a part twice, so that they can
    be read at once; steps are read upwards, then downwards.
    """

    whole: Ints
    start: Ints
    part: Ints
    step: Ints


class Propagated(NamedTuple):
    """Bounds at the fixpoint, whether it was reached, and the equations that no values satisfy."""

    low: Floats
    high: Floats
    converged: bool
    sweeps: int
    conflict: Flags


def equations(
    parents: list[Ints], depths: list[Ints], keep: list[Flags] | None = None
) -> Equations:
    """Turn hierarchies into equations, one for every cell that has parts in a hierarchy.

    Parameters
    ----------
    parents : list of int arrays
        For every hierarchy, the position of each cell's whole; -1 where it has none.
    depths : list of int arrays
        For every hierarchy, how deep each cell lies; a whole lies above its parts.
    keep : list of bool arrays, optional
        For every hierarchy, the wholes whose equation holds; the other equations are left out.

    Returns
    -------
    Equations
        Ordered by hierarchy, then from the deepest wholes upwards.
    """
    wholes, counts, parts, steps = [], [], [], []
    step = 0
    for number, (parent, depth) in enumerate(zip(parents, depths, strict=True)):
        part = np.flatnonzero(parent >= 0)
        if keep is not None:
            part = part[keep[number][parent[part]]]
        owner = parent[part]
        for level in np.unique(depth[owner])[::-1]:
            here = part[depth[owner] == level]
            order = np.argsort(parent[here], kind="stable")
            whole, count = np.unique(parent[here], return_counts=True)
            wholes.append(whole)
            counts.append(count)
            parts.append(here[order])
            steps.append(np.full(len(whole), step))
            step += 1
    none: list[Ints] = [np.zeros(0, np.int64)]
    start = np.concatenate([[0], np.cumsum(np.concatenate(counts or none))])
    return Equations(
        np.concatenate(wholes or none).astype(np.int64),
        start.astype(np.int64),
        np.concatenate(parts or none).astype(np.int64),
        np.concatenate(steps or none).astype(np.int64),
    )


def residuals(x: ArrayLike, system: Equations) -> Floats:
    """Whole less the sum of its parts, for every equation."""
    x = np.asarray(x, float)
    if len(system.whole) == 0:
        return np.zeros(0)
    return np.asarray(x[system.whole] - np.add.reduceat(x[system.part], system.start[:-1]))


def _others(values: Floats, start: Ints, owner: Ints) -> tuple[Floats, Floats]:
    """Sum of each equation, and of every part's siblings; infinite bounds are counted apart."""
    infinite = np.isinf(values)
    if not infinite.any():
        total = np.add.reduceat(values, start)
        return total, total[owner] - values
    finite = np.where(infinite, 0.0, values)
    total = np.add.reduceat(finite, start)
    number = np.add.reduceat(infinite.astype(np.int64), start)
    siblings = np.where(number[owner] - infinite > 0, np.inf, total[owner] - finite)
    return np.where(number > 0, np.inf, total), siblings


class _Step:
    """All equations that are read at once."""

    def __init__(self, system: Equations, which: Ints) -> None:
        first, last = which[0], which[-1] + 1
        self.which = which
        self.whole = system.whole[first:last]
        self.start = system.start[first:last] - system.start[first]
        self.part = system.part[system.start[first] : system.start[last]]
        self.owner = np.repeat(np.arange(len(which)), np.diff(system.start[first : last + 1]))

    def tighten(self, low: Floats, high: Floats, conflict: Flags) -> bool:
        """Read the equations in both directions; bounds change in place."""
        part, owner, start = self.part, self.owner, self.start
        w_low, w_high = low[self.whole], high[self.whole]
        p_low, p_high = low[part], high[part]
        sum_low, other_low = _others(p_low, start, owner)
        sum_high, other_high = _others(p_high, start, owner)
        new_low, new_high = np.maximum(w_low, sum_low), np.minimum(w_high, sum_high)
        q_low = np.maximum(p_low, new_low[owner] - other_high)
        # An unbounded whole says nothing, whatever its parts are.
        q_high = np.minimum(p_high, new_high[owner] - other_low)
        slack = _EPS * np.maximum(1.0, np.abs(new_low))
        bad = (new_low > new_high + slack) | conflict[self.which]
        crossed = q_low > q_high + _EPS * np.maximum(1.0, np.abs(q_low))
        if crossed.any():
            bad |= np.logical_or.reduceat(crossed, start)
        conflict[self.which[bad]] = True
        moved = _put(low, high, self.whole, w_low, w_high, new_low, new_high, ~bad)
        return _put(low, high, part, p_low, p_high, q_low, q_high, ~bad[owner]) or moved


def _put(
    low: Floats,
    high: Floats,
    cell: Ints,
    old_low: Floats,
    old_high: Floats,
    new_low: Floats,
    new_high: Floats,
    usable: Flags,
) -> bool:
    """Write the bounds that moved by more than rounding; a crossing by rounding becomes a point."""
    new_low, new_high = np.minimum(new_low, old_high), np.maximum(new_high, old_low)
    up = usable & (new_low - old_low > _EPS * np.maximum(1.0, np.abs(new_low)))
    with np.errstate(invalid="ignore"):
        down = usable & (old_high - new_high > _EPS * np.maximum(1.0, np.abs(new_high)))
    new_low = np.where(up, new_low, old_low)
    new_high = np.where(down, new_high, old_high)
    swapped = new_low > new_high
    new_low[swapped] = new_high[swapped]
    low[cell], high[cell] = new_low, new_high
    return bool(up.any() or down.any())


def propagate(
    low: ArrayLike, high: ArrayLike, system: Equations, *, max_sweeps: int = 200
) -> Propagated:
    """Tighten bounds by adding-up equations until nothing moves.

    Parameters
    ----------
    low, high : array
        Bounds of every cell, ``high`` may be infinite; a published cell has both equal.
    system : Equations
        From :func:`equations`.
    max_sweeps : int
        Where to stop if bounds still move; they are valid all the same.

    Returns
    -------
    Propagated
        ``low, high, converged, sweeps`` and ``conflict``: equations that no values within the
        bounds satisfy. Such an equation is no longer read; nothing is raised.

    Examples
    --------
    A whole of 10 whose parts lie in 3..4, 0..9 and 5..5:

    >>> system = equations([np.array([-1, 0, 0, 0])], [np.array([0, 1, 1, 1])])
    >>> result = propagate([10, 3, 0, 5], [10, 4, 9, 5], system)
    >>> result.low.tolist(), result.high.tolist()
    ([10.0, 3.0, 1.0, 5.0], [10.0, 4.0, 2.0, 5.0])
    """
    low, high = np.array(low, float), np.array(high, float)
    conflict = np.zeros(len(system.whole), bool)
    number = int(system.step[-1]) + 1 if len(system.step) else 0
    steps = [_Step(system, np.flatnonzero(system.step == step)) for step in range(number)]
    moved, sweeps = bool(steps), 0
    # Upwards and downwards in turn: on one tree, one round is the fixpoint.
    while moved and sweeps < max_sweeps:
        moved = False
        for step in [*steps, *steps[::-1]]:
            moved = step.tighten(low, high, conflict) or moved
        sweeps += 1
    return Propagated(low, high, not moved, sweeps, conflict)
