"""How sure is a number that was worked out on several imputed tables? Draws x results."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from clusteranalysis.kernels.specialization import ratio

__all__ = ["Pooled", "quantile_interval", "rubin", "spread"]

Floats = NDArray[np.float64]


def spread(Q: Floats) -> tuple[Floats, Floats]:
    """Mean over draws, and the standard deviation between them (divisor m - 1; NaN for one)."""
    mean = Q.mean(axis=0)
    return mean, np.sqrt(ratio(((Q - mean) ** 2).sum(axis=0), len(Q) - 1))


def quantile_interval(Q: Floats, level: float) -> tuple[Floats, Floats]:
    """Interval between the quantiles (1 -+ level)/2 of m draws, at the places (m + 1) q.

    One more draw from the same distribution falls between them with probability ``level``. Where
    (m + 1)(1 - level)/2 < 1 the smallest and the largest draw do not reach that far: NaN.
    """
    tail = (1 - level) / 2
    # A hair's breadth for rounding: 19 draws are exactly enough for 0.90.
    if (len(Q) + 1) * tail < 1 - 1e-9:
        unknown = np.full(Q.shape[1], np.nan)
        return unknown, unknown
    low, high = np.quantile(Q, [tail, 1 - tail], axis=0, method="weibull")
    return low, high


class Pooled(NamedTuple):
    """Rubin's rules for one estimate a draw and its standard error."""

    mean: Floats
    standard_error: Floats
    degrees_of_freedom: Floats
    low: Floats
    high: Floats


def rubin(Q: Floats, se: Floats, level: float) -> Pooled:
    """Rubin (1987), eqs. 3.1.2-3.1.6: T = U + (1 + 1/m) B and its t interval.

    U is the mean squared standard error, B the variance between draws, and the degrees of freedom
    (m - 1)(1 + U / ((1 + 1/m) B))^2; with B = 0 the interval is normal.
    """
    m = len(Q)
    mean, between = spread(Q)
    U, extra = (se**2).mean(axis=0), (1 + 1 / m) * between**2
    error = np.sqrt(U + extra)
    df = np.where(extra == 0, np.inf, (m - 1) * (1 + ratio(U, extra)) ** 2)
    q = 0.5 + level / 2
    finite = np.isfinite(df)
    t = np.where(finite, stdtrit(np.where(finite, df, 1.0), q), ndtri(q))
    reach = np.where(np.isnan(df), np.nan, t) * error
    return Pooled(mean, error, df, mean - reach, mean + reach)
