"""Which values do withheld cells most likely have, given what must add up? Arrays only.

Bounded weighted least squares: with targets ``m``, variances ``v``, bounds and equations

    minimise 1/2 sum_i (x_i - m_i)^2 / v_i,
    such that x_w = sum_{j in e} x_j for every equation e, and l <= x <= u.

Known cells (``low == high``) go to the right-hand side. Where no values satisfy everything, the
equations give way, never the cells: first by the least total slack, then by least squares given
that slack. The solver is handed in, so that this module needs numpy and scipy alone;
:func:`newton` is a small one of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, cg, splu
from scipy.special import log_ndtr

from clusteranalysis.kernels.propagation import Equations, residuals

__all__ = ["Balanced", "Quadratic", "Solver", "balance", "newton", "truncated_moments"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Equations are exact to this many jobs; slack below it is none.
TOLERANCE = 1e-6
# Weight of least squares beside a unit of slack where equations must give way.
_FAINT = 1e-5
_REPAIRS = 10
_PATIENCE = 60.0
# Slack below this is noise of the faint term; other slack is a target of tiny variance.
_NOISE, _FIRM = 1e-2, 1e6


class Quadratic(NamedTuple):
    """min 1/2 sum weight x^2 + sum cost x, subject to ``matrix @ x = right`` and bounds."""

    weight: Floats
    cost: Floats
    matrix: sparse.csr_matrix
    right: Floats
    low: Floats
    high: Floats


#: Returns x, or None where it found no solution.
Solver = Callable[[Quadratic], "Floats | None"]


class Balanced(NamedTuple):
    """Values of all cells, and by equation what the whole exceeds the sum of its parts by."""

    x: Floats
    slack: Floats
    elastic: bool


def truncated_moments(
    m: ArrayLike, v: ArrayLike, low: ArrayLike, high: ArrayLike
) -> tuple[Floats, Floats]:
    """Mean and variance of a normal variable given that it lies within bounds.

    With a = (l - m) / sqrt v, b = (u - m) / sqrt v, Z = Phi(b) - Phi(a) and
    d = (phi(a) - phi(b)) / Z: mean m + d sqrt v, variance v (1 + (a phi(a) - b phi(b)) / Z - d^2).
    Far in a tail, where these cancel, the mean is
    the bound's own side and the variance at most that of a uniform variable.
    """
    m, v, low, high = (np.asarray(a, float) for a in (m, v, low, high))
    s = np.sqrt(v)
    with np.errstate(all="ignore"):
        a, b = (low - m) / s, (high - m) / s
        # Mirrored to the lower tail, where the logarithm of the distribution is exact.
        mirrored = a > 0
        a, b = np.where(mirrored, -b, a), np.where(mirrored, -a, b)
        top, bottom = log_ndtr(b), log_ndtr(a)
        log_z = top + np.log(-np.expm1(bottom - top))
        at_a = np.exp(-a * a / 2 - np.log(2 * np.pi) / 2 - log_z)
        at_b = np.exp(-b * b / 2 - np.log(2 * np.pi) / 2 - log_z)
        d = at_a - at_b
        edge = np.where(np.isinf(a), 0.0, a * at_a) - np.where(np.isinf(b), 0.0, b * at_b)
        mean = m + np.where(mirrored, -s, s) * d
        variance = v * (1 + edge - d * d)
        width = (high - low) ** 2 / 12
        lost = ~(np.isfinite(mean) & np.isfinite(variance) & (variance > 0))
        lost |= (mean < low) | (mean > high) | (variance > width * (1 + 1e-6))
    mean = np.where(lost, np.clip(m, low, high), mean)
    return mean, np.where(lost, np.minimum(v, width), variance)


def newton(problem: Quadratic, *, max_iterations: int = 100) -> Floats | None:
    """Solve by semismooth Newton steps on the multipliers; needs every weight above zero.

    Given multipliers y, x = clip((A'y - cost) / weight, low, high); the concave dual's gradient is
    right - A x, its generalised Hessian -A D A' with D = 1/weight on cells between their bounds.
    """
    weight, cost, matrix, right, low, high = problem
    y = np.zeros(len(right))
    scale = max(1.0, float(np.abs(right).max(initial=0.0)))

    def at(y: Floats) -> tuple[Floats, Floats, float]:
        pull = np.asarray(matrix.T @ y)
        x = np.clip((pull - cost) / weight, low, high)
        dual = float(np.sum((weight * x / 2 + cost - pull) * x) + y @ right)
        return x, np.asarray(right - matrix @ x), dual

    x, gap, dual = at(y)
    for _ in range(max_iterations):
        if np.abs(gap).max(initial=0.0) <= 1e-10 * scale:
            return x
        between = (x > low) & (x < high)
        hessian = matrix @ sparse.diags_array(between / weight) @ matrix.T
        size = float(max(hessian.diagonal().max(), np.median(1.0 / weight)))
        damping = np.full(len(y), 1e-10 * size) + np.where(hessian.diagonal() > 0, 0.0, size)
        step = splu(sparse.csc_matrix(hessian + sparse.diags_array(damping))).solve(gap)
        length = 1.0
        while length > 1e-12:
            x, new_gap, new_dual = at(y + length * step)
            if new_dual >= dual + 1e-4 * length * float(gap @ step) - 1e-12 * abs(dual):
                break
            length /= 2
        else:
            return None
        y, gap, dual = y + length * step, new_gap, new_dual
    return None


def _matrix(system: Equations, cells: int) -> sparse.csr_matrix:
    """Whole less parts: one row an equation."""
    number = len(system.whole)
    row = np.concatenate([np.arange(number), np.repeat(np.arange(number), np.diff(system.start))])
    column = np.concatenate([system.whole, system.part])
    sign = np.concatenate([np.ones(number), -np.ones(len(system.part))])
    return sparse.csr_matrix((sign, (row, column)), (number, cells))


def _repair(x: Floats, problem: Quadratic) -> Floats:
    """Take out what rounding left of the equations, by cells between their bounds."""
    matrix, right = problem.matrix, problem.right
    x = best = np.clip(x, problem.low, problem.high)
    least = np.inf
    size = (len(right), len(right))
    for _ in range(_REPAIRS):
        gap = np.asarray(right - matrix @ x)
        worst = float(np.abs(gap).max(initial=0.0))
        if worst < least:
            best, least = x, worst
        if worst <= TOLERANCE / 10:
            break
        # A cell moves the less, the nearer it is to a bound.
        room = np.minimum(np.minimum(x - problem.low, problem.high - x), 1.0)
        diagonal = np.asarray(abs(matrix) @ room)
        diagonal[diagonal <= 0] = 1.0

        def apply(y: Floats, room: Floats = room, diagonal: Floats = diagonal) -> Floats:
            return np.asarray(matrix @ (room * (matrix.T @ y)) + 1e-12 * diagonal * y)

        operator = LinearOperator(size, matvec=apply, dtype=np.float64)
        y, _ = cg(operator, gap, rtol=1e-4, maxiter=300, M=sparse.diags_array(1.0 / diagonal))
        x = np.clip(x + room * np.asarray(matrix.T @ y), problem.low, problem.high)
    return best


def _least_slack(problem: Quadratic, number: int) -> Floats | None:
    """The first objective alone, as a linear programme: for solvers that need curvature."""
    cost = np.concatenate([np.zeros(len(problem.cost) - 2 * number), np.ones(2 * number)])
    limits = np.column_stack([problem.low, problem.high])
    done = linprog(  # type: ignore[call-overload]
        cost,
        A_eq=problem.matrix,
        b_eq=problem.right,
        bounds=limits,
        method="highs",
        options={"time_limit": _PATIENCE},
    )
    return None if done.x is None else np.asarray(done.x, float)


def _give_way(problem: Quadratic, solve: Solver) -> tuple[Floats, Floats]:
    """Least total slack first; then least squares with the right-hand side moved by it."""
    number = len(problem.right)
    identity = sparse.identity(number, format="csr")
    # Both objectives in one, the second faint: slack is linear, so that few equations bear it.
    faint = _FAINT / max(1.0, float(np.abs(problem.weight).max(initial=0.0)))
    first = Quadratic(
        np.concatenate([problem.weight * faint, np.full(2 * number, _FAINT)]),
        np.concatenate([problem.cost * faint, np.ones(2 * number)]),
        sparse.csr_matrix(sparse.hstack([problem.matrix, identity, -identity])),
        problem.right,
        np.concatenate([problem.low, np.zeros(2 * number)]),
        np.concatenate([problem.high, np.full(2 * number, np.inf)]),
    )
    found = solve(first)
    if found is None:
        found = _least_slack(first, number)
    start = np.clip(-problem.cost / problem.weight, problem.low, problem.high)
    x = start if found is None else np.clip(found[: -2 * number], problem.low, problem.high)
    slack = problem.right - problem.matrix @ x
    # Noise of the faint term is not slack: those equations hold again. The others keep a slack
    # that stays where it is, but for what makes the rest exact.
    bent = np.flatnonzero(np.abs(slack) > _NOISE)
    share = sparse.csr_matrix(
        (np.ones(len(bent)), (bent, np.arange(len(bent)))), (number, len(bent))
    )
    second = Quadratic(
        np.concatenate([problem.weight, np.full(len(bent), _FIRM)]),
        np.concatenate([problem.cost, -_FIRM * slack[bent]]),
        sparse.csr_matrix(sparse.hstack([problem.matrix, share])),
        problem.right,
        np.concatenate([problem.low, np.full(len(bent), -np.inf)]),
        np.concatenate([problem.high, np.full(len(bent), np.inf)]),
    )
    better = solve(second) if found is not None else None
    if better is not None:
        better = _repair(better, second)
        if np.abs(second.right - second.matrix @ better).max(initial=0.0) <= TOLERANCE:
            x = better[: len(x)]
    return x, np.asarray(problem.right - problem.matrix @ x)


def balance(
    m: ArrayLike,
    v: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    system: Equations,
    *,
    solve: Solver = newton,
    conflict: Flags | None = None,
) -> Balanced:
    """Find the values nearest to the targets that lie within bounds and add up.

    Parameters
    ----------
    m, v : array
        Target and variance (above zero) of every cell; those of known cells are not read.
    low, high : array
        Bounds; equal where a cell is known. Known cells come back bit for bit.
    system : Equations
        From :func:`clusteranalysis.kernels.propagation.equations`.
    solve : callable
        Solver of a :class:`Quadratic`.
    conflict : bool array, optional
        Equations known to have no solution: their part of the problem gives way at once.

    Returns
    -------
    Balanced
        ``x``, ``slack`` by equation (0 up to rounding where it holds), ``elastic``.

    Examples
    --------
    >>> from clusteranalysis.kernels.propagation import equations
    >>> system = equations([np.array([-1, 0, 0, 0])], [np.array([0, 1, 1, 1])])
    >>> low, high = [10, 0, 0, 0], [10, 9, 9, 0]
    >>> balance([0, 2, 4, 0], [1, 1, 3, 1], low, high, system).x.round(6).tolist()
    [10.0, 3.0, 7.0, 0.0]
    """
    m, v = np.asarray(m, float), np.asarray(v, float)
    low, high = np.asarray(low, float), np.asarray(high, float)
    free = np.flatnonzero(high > low)
    x = low.copy()
    if len(free) == 0 or len(system.whole) == 0:
        x[free] = np.clip(m, low, high)[free]
        return Balanced(x, residuals(x, system), False)
    whole = _matrix(system, len(x))
    x[free] = 0.0
    right = -np.asarray(whole @ x)
    matrix = sparse.csr_matrix(whole[:, free])
    used = np.flatnonzero(np.diff(matrix.indptr) > 0)
    matrix = sparse.csr_matrix(matrix[used])
    weight = 1.0 / v[free]
    problem = Quadratic(weight, -weight * m[free], matrix, right[used], low[free], high[free])
    soft = np.zeros(len(free), bool)
    if conflict is not None and conflict[used].any():
        soft = _touched(matrix, conflict[used])
    values = np.empty(len(free))
    elastic = False
    for flexible in (False, True):
        which = np.flatnonzero(soft == flexible)
        if len(which) == 0:
            continue
        part = _restrict(problem, which)
        found = None if flexible else solve(part)
        if found is not None:
            found = _repair(found, part)
            if np.abs(part.right - part.matrix @ found).max(initial=0.0) > TOLERANCE:
                found = None
        if found is None:
            found, elastic = _give_way(part, solve)[0], True
        values[which] = found
    x[free] = values
    return Balanced(x, residuals(x, system), elastic)


def _touched(matrix: sparse.csr_matrix, conflict: Flags) -> Flags:
    """Columns in a connected block of the problem that has a conflicting equation."""
    entries = matrix.tocoo()
    rows, size = matrix.shape[0], sum(matrix.shape)
    link = sparse.csr_matrix((np.ones(matrix.nnz), (entries.row, rows + entries.col)), (size, size))
    _, block = connected_components(link, directed=False)
    return np.asarray(np.isin(block[rows:], block[:rows][conflict]))


def _restrict(problem: Quadratic, which: NDArray[np.int64]) -> Quadratic:
    """The problem of some columns, which share no equation with the others."""
    if len(which) == len(problem.weight):
        return problem
    matrix = sparse.csr_matrix(problem.matrix[:, which])
    rows = np.flatnonzero(np.diff(matrix.indptr) > 0)
    weight, cost, _, right, low, high = problem
    return Quadratic(
        weight[which],
        cost[which],
        sparse.csr_matrix(matrix[rows]),
        right[rows],
        low[which],
        high[which],
    )
