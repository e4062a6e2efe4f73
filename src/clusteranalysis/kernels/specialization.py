"""What is a region specialised in? Arrays only; ``E`` is regions x industries."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "binomial_variance",
    "location_quotient",
    "log_lq_variance",
    "plant_variance",
    "ratio",
    "shares",
    "symmetric",
]

Floats = NDArray[np.float64]


def ratio(a: ArrayLike, b: ArrayLike) -> Floats:
    """Divide, with NaN (undefined) wherever the divisor is zero."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    shape = np.broadcast_shapes(a.shape, b.shape)
    return np.asarray(np.divide(a, b, out=np.full(shape, np.nan), where=b != 0))


def shares(E: Floats, axis: int) -> Floats:
    """Shares along an axis; an all-zero line has none and is NaN."""
    return ratio(E, E.sum(axis=axis, keepdims=True))


def location_quotient(x: ArrayLike, n: ArrayLike, X: ArrayLike, N: ArrayLike) -> Floats:
    """LQ = (x / n) / (X / N), elementwise."""
    return ratio(ratio(x, n), ratio(X, N))


def symmetric(lq: ArrayLike) -> Floats:
    """Laursen's (LQ - 1) / (LQ + 1), from -1 (none) over 0 (as the reference) towards 1."""
    lq = np.asarray(lq, float)
    return ratio(lq - 1, lq + 1)


def binomial_variance(x: ArrayLike, n: ArrayLike) -> Floats:
    """Variance of ``x`` jobs of ``n`` when every job is an independent draw: n p (1 - p)."""
    x = np.asarray(x, float)
    return np.asarray(x * (1 - ratio(x, n)))


def plant_variance(x: ArrayLike, n: ArrayLike, H: ArrayLike) -> Floats:
    """Variance of ``x`` jobs when every plant is the draw: H x^2 (1 - p), H the plant Herfindahl.

    With one-job plants, H = 1/x, this is the binomial variance; with m equal plants H = 1/m.
    """
    x = np.asarray(x, float)
    return np.asarray(np.asarray(H, float) * x**2 * (1 - ratio(x, n)))


def log_lq_variance(x: ArrayLike, X: ArrayLike, var_x: ArrayLike, var_rest: ArrayLike) -> Floats:
    """Delta-method variance of ln LQ for a region nested in its reference.

    X = x + rest with independent parts, so Cov(x, X) = Var(x) and
    Var ln LQ = Var(x)/x^2 + (Var(x) + Var(rest))/X^2 - 2 Var(x)/(x X).
    """
    x, X, var_x = np.asarray(x, float), np.asarray(X, float), np.asarray(var_x, float)
    var_total = var_x + np.asarray(var_rest, float)
    return ratio(var_x, x**2) + ratio(var_total, X**2) - 2 * ratio(var_x, x * X)
