"""Is a location quotient more than chance? Plants as darts, exact tails, many tests at once."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from clusteranalysis.kernels.specialization import ratio

__all__ = [
    "Adjustment",
    "Tails",
    "adjusted",
    "binomial_tails",
    "hypergeometric_tails",
    "p_values",
    "resampled_quotients",
    "simulated_tails",
]

Floats = NDArray[np.float64]
Alternative = Literal["greater", "less", "two-sided"]
Adjustment = Literal["none", "bonferroni", "holm", "benjamini_hochberg"]


class Tails(NamedTuple):
    """Probabilities of a count as small, and as large, as the one that was seen."""

    lower: Floats  # P(K <= x)
    upper: Floats  # P(K >= x)


def binomial_tails(x: Floats, X: Floats, p: Floats) -> Tails:
    """K ~ Bin(X, p): each of X plants falls into the area with probability p.

    P(K >= x) = I(p; x, X - x + 1), the regularised incomplete beta function. NaN where p is not a
    probability or x is not among 0..X.
    """
    x, X, p = np.broadcast_arrays(x, X, p)
    possible = (x >= 0) & (x <= X) & (p >= 0) & (p <= 1)
    x, X, p = (np.where(possible, a, np.nan) for a in (x, X, p))
    lower = np.where(x == X, 1.0, betainc(np.where(x == X, 1.0, X - x), x + 1, 1 - p))
    upper = np.where(x == 0, 1.0, betainc(np.where(x == 0, 1.0, x), X - x + 1, p))
    return Tails(np.where(possible, lower, np.nan), np.where(possible, upper, np.nan))


def hypergeometric_tails(x: Floats, n: Floats, X: Floats, N: Floats) -> Tails:
    """K ~ Hyp(N, X, n): the industry's X plants are any X of the N there are, n of them here.

    The terms are summed outwards from x as multiples of P(K = x), upwards with the ratio
    (X - k)(n - k) / ((k + 1)(N - X - n + k + 1)) and downwards with its inverse, until they no
    longer change the sum, so that no large factorials cancel.
    """
    x, n, X, N = (np.ravel(a).astype(float) for a in (*np.broadcast_arrays(x, n, X, N),))
    whole = np.broadcast_shapes(x.shape)
    possible = (x >= 0) & (x <= n) & (x <= X) & (n - x <= N - X)
    up, down = np.full(whole, np.nan), np.full(whole, np.nan)
    at = np.flatnonzero(possible)
    k = (x[at], n[at], X[at], N[at])
    up[at] = _outwards(*k)
    # Counted from the plants of other industries, downwards is upwards.
    down[at] = _outwards(k[1] - k[0], k[1], k[3] - k[2], k[3])
    with np.errstate(invalid="ignore"):
        everything = 1 + up + down
        # A sum beyond the largest number leaves nothing for the other side.
        upper = np.where(np.isinf(up), 1.0, (1 + up) / everything)
        lower = np.where(np.isinf(down), 1.0, (1 + down) / everything)
    return Tails(lower, upper)


def _outwards(x: Floats, n: Floats, X: Floats, N: Floats) -> Floats:
    """Sum over k > x of P(K = k) / P(K = x)."""
    total = np.zeros_like(x)
    here, k, term = np.arange(len(x)), x.copy(), np.ones_like(x)
    with np.errstate(over="ignore"):
        while len(here):
            a, b, c = n[here], X[here], N[here]
            term = term * ((b - k) * (a - k) / ((k + 1) * (c - b - a + k + 1)))
            total[here] += term
            # The ratio falls with k: once terms are negligible, so is all that follows.
            on = term > 1e-17 * (1 + total[here])
            here, k, term = here[on], k[on] + 1, term[on]
    return total


def simulated_tails(above: ArrayLike, below: ArrayLike, repetitions: int) -> Tails:
    """(b + 1) / (B + 1) of B simulations, b of them at or beyond what was seen.

    What was seen counts as one of them, so that no probability is zero.
    """
    lower, upper = ((np.asarray(b, float) + 1) / (repetitions + 1) for b in (below, above))
    return Tails(lower, upper)


def p_values(tails: Tails, alternative: Alternative) -> Floats:
    """P-values; two-sided is twice the smaller tail, at most 1."""
    if alternative == "greater":
        return tails.upper
    if alternative == "less":
        return tails.lower
    return np.asarray(np.minimum(1.0, 2 * np.minimum(tails.lower, tails.upper)))


def adjusted(p: Floats, method: Adjustment) -> Floats:
    """P-values of one family adjusted for their number; NaN is no test and does not count."""
    result = np.array(p, float)
    known = ~np.isnan(result)
    m = np.count_nonzero(known)
    if not m or method == "none":
        return result
    values = result[known]
    if method == "bonferroni":
        values = np.minimum(1.0, m * values)
    elif method == "holm":
        # Step down: the k-th smallest times m - k + 1, and never below the one before it.
        order = np.argsort(values, kind="stable")
        steps = np.maximum.accumulate(values[order] * np.arange(m, 0, -1))
        values[order] = np.minimum(1.0, steps)
    else:
        from scipy.stats import false_discovery_control  # slow to import, and rarely needed

        values = false_discovery_control(values, method="bh")
    result[known] = values
    return result


def resampled_quotients(
    rng: np.random.Generator,
    plants: Floats,
    size: Floats,
    fixed: float,
    share: Floats,
    repetitions: int,
) -> Floats:
    """LQ of a region's industries with its plants drawn again; repetitions x industries.

    As many plants as the region has fall on its industries by Mult(sum m, m / sum m), each with
    its industry's mean ``size``; ``fixed`` jobs belong to no plant. ``share`` is X_i / N.
    Repetitions without a job have no LQ and are left out.
    """
    jobs = rng.multinomial(int(plants.sum()), plants / plants.sum(), size=repetitions) * size
    total = jobs.sum(axis=1) + fixed
    return ratio(jobs[total != 0] / total[total != 0, None], share)
