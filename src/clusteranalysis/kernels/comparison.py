"""How does a location quotient stand against those of other regions? Regions x industries."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import betainc, digamma, gammaincinv, gammaln

from clusteranalysis.kernels.specialization import ratio

__all__ = [
    "Posterior",
    "Prior",
    "bootstrap_quantile",
    "likelihood_prior",
    "moment_prior",
    "neighbour_mean",
    "neighbour_pooled",
    "posterior",
    "standardise",
]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Vector = np.ndarray[tuple[int], np.dtype[np.float64]]


def standardise(V: Floats, part: Mask, noise: Floats) -> Floats:
    """Standard scores z = (v - mean) / s over the rows that take part, s with divisor n - 1.

    NaN in a row that takes part makes its column unknown; a spread of at most ``noise`` (one
    number a column) is rounding and counts as none, so that z is undefined.
    """
    count = part.sum(axis=0)
    mean = ratio(np.where(part, V, 0.0).sum(axis=0), count)
    squares = np.where(part, (V - mean) ** 2, 0.0).sum(axis=0)
    s = np.sqrt(ratio(squares, count - 1))
    return np.where(part, ratio(V - mean, np.where(s <= noise, 0.0, s)), np.nan)


def bootstrap_quantile(values: Floats, level: float) -> float:
    """Mean over all resamples of their ``level`` quantile (Harrell and Davis 1982), exactly.

    Of m values drawn m times with replacement, the j-th smallest is at most the k-th smallest of
    the original with probability I(k/m; j, m - j + 1), the regularised incomplete beta function;
    the quantile is the one at j = (m + 1) level, whole or not.
    """
    m = len(values)
    place = (m + 1) * level
    weights = np.diff(betainc(place, m + 1 - place, np.arange(m + 1) / m))
    return float(weights @ np.sort(values))


class Prior(NamedTuple):
    """Mean and variance of the gamma distribution of theta over regions, one an industry."""

    m: Floats
    A: Floats  # 0: no more variance between regions than Poisson counts have by themselves


def moment_prior(x: Floats, e: Floats, part: Mask) -> Prior:
    """Marshall (1991), p. 285: m = sum x / sum e, A = s^2 - m / mean(e), not below 0.

    s^2 = sum e (x/e - m)^2 / sum e over the regions that take part.
    """
    x, e = np.where(part, x, 0.0), np.where(part, e, 0.0)
    total = e.sum(axis=0)
    m = ratio(x.sum(axis=0), total)
    s2 = ratio(np.where(part, e * (ratio(x, e) - m) ** 2, 0.0).sum(axis=0), total)
    return Prior(m, np.maximum(s2 - ratio(m * part.sum(axis=0), total), 0.0))


def likelihood_prior(x: Floats, e: Floats) -> Prior:
    """Maximum of the marginal likelihood of one industry's counts: negative binomial.

    x ~ NB with mean m e and variance m e + A e^2 (gamma prior integrated out). Where the
    likelihood does not rise with A at A = 0, that is sum (x - m e)^2 <= sum x, A is 0.
    """
    m = x.sum() / e.sum()
    if not ((x - m * e) ** 2 - x).sum() > 0:
        return Prior(np.asarray(m), np.asarray(0.0 * m))

    def negative(log: Vector) -> tuple[float, Vector]:
        """Minus the log likelihood in ln m and ln shape, and its gradient."""
        mean, shape = np.exp(log)
        expected = mean * e
        total = shape + expected
        value = gammaln(x + shape) - gammaln(shape) + shape * np.log(shape / total)
        value += np.where(x > 0, x * np.log(expected / total), 0.0)
        by_mean = x - expected * (x + shape) / total
        by_shape = digamma(x + shape) - digamma(shape) + np.log(shape / total)
        by_shape += 1 - (x + shape) / total
        slope: Vector = np.array([by_mean.sum(), shape * by_shape.sum()])
        return -float(value.sum()), -slope

    start = moment_prior(x[:, None], e[:, None], np.ones((len(x), 1), bool))
    shape = m**2 / max(float(start.A[0]), 1e-3 * m**2)
    at: Vector = np.array([np.log(m), np.log(shape)])
    found = minimize(
        negative,
        at,
        jac=True,
        method="L-BFGS-B",
        # Far beyond these the likelihood is flat; without them a step may overflow.
        bounds=[(at[0] - 20.0, at[0] + 20.0), (-20.0, 20.0)],
        options={"gtol": 1e-8, "ftol": 1e-15},
    )
    mean, shape = np.exp(found.x)
    return Prior(np.asarray(mean), np.asarray(mean**2 / shape))


class Posterior(NamedTuple):
    """What is believed of theta once the counts are known."""

    mean: Floats
    weight: Floats  # of the region's own quotient, the rest being the mean of all
    low: Floats
    high: Floats


def posterior(x: Floats, e: Floats, prior: Prior, level: float) -> Posterior:
    """Gamma with shape m^2/A + x and rate m/A + e; mean m + w (x/e - m), w = A / (A + m/e).

    Where A is 0 the mean is m and there is no interval: a prior without width has none to give.
    """
    m, A = prior
    weight = np.where(A == 0, 0.0 * e, ratio(A * e, A * e + m))
    mean = m + weight * (ratio(x, e) - m)
    shape, rate = ratio(m**2, A) + x, ratio(m, A) + e
    tail = (1 - level) / 2
    low, high = (ratio(gammaincinv(shape, q), rate) for q in (tail, 1 - tail))
    return Posterior(mean, weight, low, high)


def neighbour_pooled(W: csr_array, E: Floats, n: Floats, X: Floats, N: float) -> Floats:
    """LQ of the neighbourhood as one region: (sum_s w_rs x_si / sum_s w_rs n_s) / (X_i / N)."""
    return ratio(ratio(W @ E, (W @ n)[:, None]), ratio(X, N))


def neighbour_mean(W: csr_array, LQ: Floats, part: Mask) -> Floats:
    """Mean of the neighbours' LQ, weights adding up to 1 over the neighbours that have one."""
    return ratio(W @ np.where(part, LQ, 0.0), W @ part.astype(float))
