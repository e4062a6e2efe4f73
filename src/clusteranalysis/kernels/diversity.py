"""How specialised or diverse is a region? Arrays only; ``E`` is regions x industries."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, rel_entr

from clusteranalysis.kernels.concentration import gini
from clusteranalysis.kernels.specialization import ratio, shares
from clusteranalysis.kernels.theil import group_sums

__all__ = [
    "Variety",
    "entropy",
    "gini_of_quotients",
    "hachman",
    "herfindahl",
    "krugman",
    "specialization_coefficient",
    "variety",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def herfindahl(
    E: Floats, method: Literal["raw", "normalised", "numbers_equivalent"] = "raw"
) -> Floats:
    """Sum of squared industry shares of each region (row)."""
    H = (shares(E, axis=1) ** 2).sum(axis=1)
    if method == "normalised":
        n = E.shape[1]
        return ratio(H - 1 / n, np.full_like(H, 1 - 1 / n))
    return ratio(1.0, H) if method == "numbers_equivalent" else H


def krugman(S: Floats, S_reference: Floats) -> Floats:
    """Sum over industries of |s_ri - s_i|, in 0..2; both arguments are shares."""
    return np.asarray(np.abs(S - S_reference).sum(axis=1))


def specialization_coefficient(S: Floats, s: Floats) -> Floats:
    """Half the sum over industries of |s_ri - s_i|, in 0..1; ``s`` are the reference's shares."""
    return 0.5 * krugman(S, s)


def hachman(S: Floats, s: Floats) -> Floats:
    """1 / sum_i (s_ri^2 / s_i), in 0..1; an industry that neither has takes no part.

    Where the reference has nothing of an industry that the region has there is no quotient.
    """
    terms = np.where((S == 0) & (s == 0), 0.0, ratio(S**2, s))
    return ratio(1.0, terms.sum(axis=1))


def gini_of_quotients(S: Floats, s: Floats) -> Floats:
    """Unweighted Gini of each region's LQs s_ri / s_i over the industries of the reference.

    Undefined where the region has, or may have, an industry that the reference has not.
    """
    there = s != 0
    G = gini(ratio(S[:, there], s[there]).T)
    outside = ~(S[:, ~there] == 0).all(axis=1)
    return np.where(outside, np.nan, G)


def entropy(
    E: Floats, method: Literal["raw", "normalised", "numbers_equivalent"] = "raw"
) -> Floats:
    """Shannon's -sum_i s_ri ln s_ri of each region, with 0 ln 0 = 0; over ln n; or its exp."""
    H = entr(shares(E, axis=1)).sum(axis=1) + 0.0  # entr(1) is minus zero
    if method == "normalised":
        return ratio(H, np.log(E.shape[1]))
    return np.asarray(np.exp(H) if method == "numbers_equivalent" else H)


class Variety(NamedTuple):
    """Entropy within and between groups of industries, in bits; the two add up to the total."""

    related: Floats
    unrelated: Floats
    total: Floats


def variety(E: Floats, group: Ints) -> Variety:
    """Frenken, Van Oort and Verburg (2007), eqs. 1-4; ``group`` numbers the industries' groups.

    P_g = sum of p_i in g; related = sum_g P_g H_g = sum_i p_i log2(P_g / p_i);
    unrelated = sum_g P_g log2(1 / P_g).
    """
    p = shares(E, axis=1)
    P = group_sums(p.T, group).T
    related = (0.0 - rel_entr(p, P[:, group]).sum(axis=1)) / np.log(2)
    unrelated = (entr(P).sum(axis=1) + 0.0) / np.log(2)
    return Variety(related, unrelated, related + unrelated)
