"""Which industries are found together? ``M`` is regions x industries: 1, 0, or NaN for unknown.

Everywhere j = i is left out: an industry is in the same place as itself by definition.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["Method", "co_occurrence", "density", "relatedness", "size"]

Floats = NDArray[np.float64]
Method = Literal["proximity", "association", "steijn", "cosine", "jaccard"]


def co_occurrence(M: Floats) -> Floats:
    """C_ij = sum_r M_ri M_rj; the diagonal is ubiquity U_i.

    With unknown presences a pair's count is known where it is the same whether they are all 0 or
    all 1, and NaN elsewhere.
    """
    unknown = np.isnan(M)
    if not unknown.any():
        return _pairs(M)
    least, most = _pairs(np.where(unknown, 0.0, M)), _pairs(np.where(unknown, 1.0, M))
    return np.where(least == most, least, np.nan)


def _pairs(M: Floats) -> Floats:
    # Single precision counts exactly up to 16 million regions, in half the time and memory.
    small = M.astype(np.float32)
    return np.asarray(small.T @ small, float)


def relatedness(C: Floats, method: Method) -> Floats:
    """phi_ij from co-occurrences; the diagonal is 0, and NaN (0/0) is an industry without company.

    Of occurrences U_i = C_ii::

        proximity    min(C_ij / U_i, C_ij / U_j)      Hidalgo et al. (2007)
        cosine       C_ij / sqrt(U_i U_j)             Salton's, van Eck and Waltman (2009)
        jaccard      C_ij / (U_i + U_j - C_ij)        van Eck and Waltman (2009)

    of co-occurrences S_i = sum_{j != i} C_ij, T = sum_i S_i::

        association  C_ij / (S_i S_j / T)             van Eck and Waltman (2009)
        steijn       C_ij / E_ij                      Steijn (2021)
        E_ij = T/2 (S_i/T S_j/(T - S_i) + S_j/T S_i/(T - S_j))

    E_ij draws both members of a pair without putting the first one back with its like.
    """
    s = size(C, method)
    a, b = s[:, None], s[None, :]
    if method == "jaccard":
        phi = np.where((a == 0) | (b == 0), np.nan, ratio(C, a + b - C))
    elif method == "proximity":
        phi = np.where((a == 0) | (b == 0), np.nan, ratio(C, np.maximum(a, b)))
    elif method == "cosine":
        phi = ratio(C, np.sqrt(a * b))
    else:
        T = s.sum()
        if method == "association":
            expected = ratio(a * b, T)
        else:
            other = ratio(s, T - s)
            expected = (a * other[None, :] + other[:, None] * b) / 2
        phi = ratio(C, expected)
    np.fill_diagonal(phi, 0.0)
    return phi


def size(C: Floats, method: Method) -> Floats:
    """What an industry's co-occurrences are measured against: occurrences or co-occurrences."""
    if method not in ("association", "steijn"):
        return np.diagonal(C).copy()
    pairs = C.copy()
    np.fill_diagonal(pairs, 0.0)
    return np.asarray(pairs.sum(axis=1))


def density(M: Floats, phi: Floats) -> Floats:
    """omega_ri = sum_j M_rj phi_ij / sum_j phi_ij, in 0..1, Hidalgo et al. (2007).

    ``phi`` has a zero diagonal. NaN where an unknown presence or an unknown phi could change it.
    """
    unknown = np.isnan(M)
    omega = ratio(np.where(unknown, 0.0, M) @ phi, phi.sum(axis=0))
    if unknown.any():
        counts = (phi != 0).astype(np.float32)
        omega[unknown.astype(np.float32) @ counts > 0] = np.nan
    return omega
