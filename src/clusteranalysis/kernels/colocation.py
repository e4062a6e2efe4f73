"""Do industries locate in the same regions? ``S`` holds regional shares, regions x industries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio, shares

__all__ = [
    "coagglomeration",
    "colocation",
    "correlation",
    "exceedances",
    "group_coagglomeration",
    "pair_colocation_expected",
    "reshuffled",
    "site_colocation_expected",
    "size_classes",
    "thrown",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_TIE = 1e-10


def coagglomeration(S: Floats, w: Floats) -> Floats:
    """All pairs at once: sum_r (s_ri - w_r)(s_rj - w_r) / (1 - sum w^2), EGK (2010), eq. 1.

    One matrix product; an industry whose shares are undefined is NaN against every other.
    """
    D = S - w[:, None]
    return ratio(D.T @ D, np.array(1 - (w**2).sum()))


def group_coagglomeration(E: Floats, w: Floats) -> float:
    """Ellison and Glaeser's (1997) gamma^c of the industries in the columns of ``E``.

    gamma^c = [G / (1 - sum w^2) - H - sum_j gamma_j v_j^2 (1 - H_j)] / (1 - sum_j v_j^2), with v_j
    the industries' shares of the group's jobs and H = sum_j v_j^2 H_j. As gamma_j (1 - H_j) is
    G_j / (1 - sum w^2) - H_j, the plants cancel, and what is left is the mean coagglomeration of
    the pairs with weights v_i v_j. That form loses no digits where one industry dwarfs the others.
    """
    E = E[:, E.sum(axis=0) != 0]  # NaN is not 0: a withheld industry stays
    v = shares(E.sum(axis=0), axis=0)
    C, V = coagglomeration(shares(E, axis=0), w), np.outer(v, v)
    np.fill_diagonal(V, 0.0)
    return float(ratio((V * C).sum(), V.sum()))


def thrown(rng: np.random.Generator, w: Floats, k: Floats) -> Floats:
    """Regional shares of industries placed at random: Dirichlet of mean w and concentration k.

    E s = w and Cov s = k_i (diag w - w w'), the moments of plants thrown at the regions with
    probability w when k_i is the plant Herfindahl (Ellison and Glaeser 1997, Proposition 1). An
    industry of one plant (k = 1) falls into one region whole.
    """
    draws = rng.standard_gamma(w[:, None] * ((1 - k) / k))
    # Draws so small that they are all 0 differ by hundreds of digits: the largest is everything.
    alone = np.flatnonzero(draws.sum(axis=0) == 0)
    draws[rng.choice(len(w), size=len(alone), p=w), alone] = 1.0
    return shares(draws, axis=0)


def size_classes(w: Floats, classes: int) -> list[Ints]:
    """Regions with weight in classes of like weight and like number; equal weights stay together.

    Regions without weight are in none.
    """
    inhabited = np.flatnonzero(w > 0)
    ordered = np.sort(w[inhabited])
    label = np.searchsorted(ordered, w[inhabited]) * classes // max(len(inhabited), 1)
    return [inhabited[label == number] for number in np.unique(label)]


def reshuffled(rng: np.random.Generator, S: Floats, w: Floats, classes: list[Ints]) -> Floats:
    """Each industry's s_r / w_r dealt anew among the regions of a class, as shares again."""
    dealt = S.copy()
    for rows in classes:
        dealt[rows] = rng.permuted(S[rows] / w[rows, None], axis=0) * w[rows, None]
    return shares(dealt, axis=0)


def exceedances(
    S: Floats,
    w: Floats,
    simulate: Callable[[], Floats],
    repetitions: int,
    *,
    relative: bool,
) -> tuple[Floats, Floats, Floats]:
    """For every pair, simulations at or above what is observed, at or below, and the mean.

    Compared is coagglomeration or, ``relative``, the same in relation to the two industries' own
    concentration, sum_r (s_ri - w_r)(s_rj - w_r) / sqrt(G_i G_j): a simulation may concentrate an
    industry more or less than it is, which says nothing of a pair. Ties up to rounding, and
    simulations without a value, count on both sides. The mean is that of coagglomeration.
    """

    def compared(C: Floats) -> Floats:
        return ratio(C, scale(C)) if relative else C

    def scale(C: Floats) -> Floats:
        own = np.sqrt(np.diag(C))
        return np.asarray(own[:, None] * own)

    C = coagglomeration(S, w)
    observed, slack = compared(C), _TIE if relative else _TIE * scale(C)
    above, below, total = (np.zeros_like(C) for _ in range(3))
    for _ in range(repetitions):
        C = coagglomeration(simulate(), w)
        drawn = compared(C)
        above += ~(drawn < observed - slack)
        below += ~(drawn > observed + slack)
        total += C
    return above, below, total / repetitions


def correlation(X: Floats) -> Floats:
    """Pearson correlation of every pair of columns; a constant column has none (NaN)."""
    if not len(X):
        return np.full((X.shape[1], X.shape[1]), np.nan)
    D = X - X.mean(axis=0)
    # Equal quotients may differ in the last digit, and a correlation of last digits is noise.
    extent = np.ptp(X, axis=0)
    D[:, extent <= 4 * np.finfo(float).eps * np.abs(X).max(axis=0)] = 0.0
    D = ratio(D, np.sqrt((D**2).sum(axis=0)))
    return np.asarray(D.T @ D)


def colocation(N: Floats) -> Floats:
    """Share of the pairs of establishments of two industries that lie in one region.

    CL_ij = sum_r n_ri n_rj / (n_i n_j), Howard, Newman and Tarp (2016).
    """
    S = shares(N, axis=0)
    return np.asarray(S.T @ S)


def site_colocation_expected(m: Floats) -> float:
    """E CL when establishments are dealt over all sites, m_r of them in region r.

    Any two sites are equally likely, so it is sum_r m_r (m_r - 1) / (M (M - 1)).
    """
    M = m.sum()
    return float(ratio((m * (m - 1)).sum(), M * (M - 1)))


def pair_colocation_expected(N: Floats) -> Floats:
    """E CL of every pair when it is dealt over its own sites, m_r = n_ri + n_rj."""
    Q, n = N.T @ N, N.sum(axis=0)
    squares, M = np.diag(Q), n[:, None] + n
    return ratio(squares[:, None] + squares + 2 * Q - M, M * (M - 1))
