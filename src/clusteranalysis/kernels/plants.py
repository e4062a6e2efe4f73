"""What do plants that choose their regions at random explain of an industry's concentration?

``w`` are the regions' shares, ``H`` the industries' plant Herfindahls sum_j z_j^2, ``G`` their raw
concentrations sum_r (s_ri - w_r)^2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from clusteranalysis.kernels.specialization import ratio, shares

__all__ = [
    "devereux",
    "lognormal_sizes",
    "maurel_sedillot",
    "random_concentration",
    "random_variance",
    "simulated_concentration",
]

Floats = NDArray[np.float64]

#: Numbers of one block of a simulation: 32 MB of them.
_BLOCK = 4_000_000


def random_concentration(w: Floats, H: Floats) -> Floats:
    """E G = (1 - sum w^2) H when every plant chooses region r with probability w_r."""
    return np.asarray((1 - (w**2).sum()) * H)


def random_variance(w: Floats, H: Floats, Z: Floats | None = None) -> Floats:
    """Var G when every plant chooses region r with probability w_r; ``Z`` is sum_j z_j^4.

    2 {H^2 [sum w^2 - 2 sum w^3 + (sum w^2)^2] - Z [sum w^2 - 4 sum w^3 + 3 (sum w^2)^2]}, Ellison
    and Glaeser (1997). Without ``Z`` the largest it can be: Z lies between H^3 (equal plants) and
    H^2 (one plant beside dust), and the variance is linear in it.
    """
    squares = (w**2).sum()
    # The same brackets as sums that rounding cannot make negative: the squared entries of the
    # covariance matrix of one plant's choice, and the variance of its own region's weight.
    pairs = (w**2 * (1 - w) ** 2).sum() + squares**2 - (w**4).sum()
    own = (w * (w - squares) ** 2).sum()
    if Z is None:
        Z = np.asarray(H) ** (3 if pairs >= 2 * own else 2)
    return np.asarray(2 * np.maximum(H**2 - Z, 0.0) * max(pairs, 0.0) + 4 * Z * own)


def maurel_sedillot(E: Floats, w: Floats, H: Floats) -> tuple[Floats, Floats]:
    """Gamma = (G - H) / (1 - H) and its G = (sum s^2 - sum w^2) / (1 - sum w^2), MS (1999)."""
    squares = (w**2).sum()
    G = ratio((shares(E, axis=0) ** 2).sum(axis=0) - squares, 1 - squares)
    return ratio(G - H, 1 - H), G


def devereux(E: Floats, plants: Floats, H: Floats) -> tuple[Floats, Floats, Floats]:
    """F - M, F = sum_r s_r^2 - 1/min(R, plants) and M = H - 1/plants, Devereux et al. (2004)."""
    reach = np.minimum(float(E.shape[0]), plants)
    F = (shares(E, axis=0) ** 2).sum(axis=0) - ratio(1.0, reach)
    M = H - ratio(1.0, plants)
    return F - M, F, M


def lognormal_sizes(plants: int, H: float) -> Floats:
    """Shares of so many lognormal plants, at the quantiles (j - 1/2)/n, whose squares add up to H.

    z_j is proportional to exp(sigma q_j); sigma is found by bisection between equal plants (1/n)
    and one that has nearly everything.
    """
    quantiles = ndtri((np.arange(plants, 0, -1) - 0.5) / plants)

    def sizes(sigma: float) -> Floats:
        z = np.exp(sigma * (quantiles - quantiles[0]))
        return np.asarray(z / z.sum())

    def excess(sigma: float) -> float:
        return float((sizes(sigma) ** 2).sum() - H)

    if plants == 1 or (1 + 1e-12) / plants >= H:
        return np.full(plants, 1 / plants)
    top = 1.0
    while excess(top) < 0:
        top *= 2
    return sizes(brentq(excess, 0.0, top, xtol=1e-13))


def simulated_concentration(
    rng: np.random.Generator, w: Floats, z: Floats, repetitions: int
) -> Floats:
    """G of plants of shares ``z`` thrown at the regions with probability ``w``, again and again.

    Regions are taken in order of size, so that it does not matter in which order they come.
    """
    ordered = np.sort(w)[::-1]
    R, n = len(w), len(z)
    edges = np.cumsum(ordered)
    edges /= edges[-1]
    # With equal plants only their number in each region counts: one multinomial draw.
    counted = n > R and bool((z == z[0]).all())
    step = max(1, _BLOCK // max(R, 1 if counted else n))
    result = np.empty(repetitions)
    for start in range(0, repetitions, step):
        size = min(step, repetitions - start)
        if counted:
            counts = rng.multinomial(n, ordered / ordered.sum(), size=size)
            S = np.asarray(counts, float) / n
        else:
            place = np.searchsorted(edges, rng.random((size, n)), side="right")
            flat = (place + np.arange(size)[:, None] * R).ravel()
            sums = np.bincount(flat, np.tile(z, size), size * R)
            S = np.asarray(sums, float).reshape(size, R)
        result[start : start + size] = ((S - ordered) ** 2).sum(axis=1)
    return result
