"""How concentrated is an industry over regions? ``E`` is regions x industries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio, shares

__all__ = ["ellison_glaeser", "gini", "hoover", "lorenz_gini", "raw_concentration"]

Floats = NDArray[np.float64]


def hoover(E: Floats, w: Floats) -> Floats:
    """Half the sum over regions of |s_ri - w_r|, in 0..1; ``w`` are the regions' shares."""
    return np.asarray(0.5 * np.abs(shares(E, axis=0) - w[:, None]).sum(axis=0))


def lorenz_gini(E: Floats, w: Floats) -> Floats:
    """Gini of the Lorenz curve of industry shares against region weights, by trapezoids.

    Regions are ordered by s_ri / w_r; a region with neither weight nor jobs takes no part, one
    with jobs but no weight comes last, where the curve rises vertically.
    """
    S = shares(E, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        steepness = S / w[:, None]
    order = np.argsort(steepness, axis=0, kind="stable")
    heights = np.cumsum(np.take_along_axis(S, order, axis=0), axis=0)
    widths = w[order]
    below = np.vstack([np.zeros((1, E.shape[1])), heights[:-1]])
    return np.asarray(1 - (widths * (heights + below)).sum(axis=0))


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
