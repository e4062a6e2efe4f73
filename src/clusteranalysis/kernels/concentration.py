"""How concentrated is an industry over regions? ``E`` is regions x industries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio, shares

__all__ = [
    "cluster_index",
    "ellison_glaeser",
    "gini",
    "hoover",
    "krugman",
    "lorenz_gini",
    "mean_of_others",
    "raw_concentration",
    "relative_entropy",
]

Floats = NDArray[np.float64]


def hoover(E: Floats, w: Floats) -> Floats:
    """Half the sum over regions of |s_ri - w_r|, in 0..1; ``w`` are the regions' shares."""
    return np.asarray(0.5 * np.abs(shares(E, axis=0) - w[:, None]).sum(axis=0))


def lorenz_gini(E: Floats, w: Floats) -> Floats:
    """Gini of the Lorenz curve of industry shares against region weights, by trapezoids.

    Regions are ordered by s_ri / w_r; a region with neither weight nor jobs takes no part, one
    with jobs but no weight comes last, where the curve rises vertically.
    """
    result = np.full(E.shape[1], np.nan)
    if np.isnan(w).any():
        return result
    total = E.sum(axis=0)
    with np.errstate(divide="ignore"):
        for i in np.flatnonzero(total > 0):
            # Regions without the industry come first and add no area: the others are enough.
            there = np.flatnonzero(E[:, i])
            s, width = E[there, i] / total[i], w[there]
            order = np.argsort(s / width, kind="stable")
            s, width = s[order], width[order]
            result[i] = 1 - (width * (2 * np.cumsum(s) - s)).sum()
    return result


def gini(V: Floats) -> Floats:
    """Unweighted Gini of each column: sum_ij |v_i - v_j| / (2 n^2 mean)."""
    n = V.shape[0]
    ordered = np.sort(V, axis=0)
    rank = np.arange(1, n + 1)[:, None]
    return ratio(((2 * rank - n - 1) * ordered).sum(axis=0), n * V.sum(axis=0))


def raw_concentration(E: Floats, w: Floats) -> Floats:
    """Ellison and Glaeser's G = sum_r (s_ri - w_r)^2."""
    return np.asarray(((shares(E, axis=0) - w[:, None]) ** 2).sum(axis=0))


def ellison_glaeser(G: Floats, w: Floats, H: Floats) -> Floats:
    """Gamma = (G - (1 - sum w^2) H) / ((1 - sum w^2)(1 - H)), Ellison and Glaeser (1997), eq. 5."""
    spread = 1 - (w**2).sum()
    return ratio(G - spread * H, spread * (1 - H))


def krugman(S: Floats, w: Floats) -> Floats:
    """Sum over regions of |s_ri - w_ri|, in 0..2; ``w`` has one column, or one an industry."""
    return np.asarray(np.abs(S - w).sum(axis=0))


def mean_of_others(E: Floats) -> Floats:
    """Unweighted mean of the other industries' shares of every region, regions x industries.

    An industry without jobs has no shares and is nobody's "other"; a withheld one is.
    """
    some = E.sum(axis=0) != 0
    filled = np.where(some, shares(E, axis=0), 0.0)
    return ratio(filled.sum(axis=1, keepdims=True) - filled, np.count_nonzero(some) - some)


def relative_entropy(E: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Divergence D = sum_r p_r ln(p_r / w_r) in nats, and sum_r p_r ln(p_r / w_r)^2 - D^2.

    The second is n times the asymptotic variance of D when n independent plants are counted.
    0 ln 0 is 0; D is infinite where the industry is in a region that has no weight.
    """
    P = shares(E, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(P == 0, 0.0, np.log(P) - np.log(w)[:, None])
        D = (P * logs).sum(axis=0)
        spread = (P * (logs - D) ** 2).sum(axis=0)
    return np.asarray(D), np.asarray(spread)


def cluster_index(
    s: Floats, b: Floats, a: Floats, p: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Litzenberger and Sternberg's CI = ID IS / PS, and its three parts, elementwise.

    With s, b, a and p the region's shares of the industry's jobs and plants, of all area and of
    all people: ID = s / a, IS = s / p and PS = s / b, so that CI = s b / (a p) wherever there are
    plants. Without jobs CI is 0, whatever the plants; jobs without plants have no plant size, and
    CI is NaN.
    """
    ID, IS, PS = ratio(s, a), ratio(s, p), ratio(s, b)
    return np.where((s == 0) & ~np.isnan(ID + IS), 0.0, ratio(ID * IS, PS)), ID, IS, PS
