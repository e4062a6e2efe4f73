"""How well do groups of industries hold together? ``S`` is a symmetric similarity matrix."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = [
    "Relatedness",
    "Validation",
    "margin",
    "reassign",
    "relatedness",
    "standardised",
    "validation",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Share of the between-group relatednesses that the stricter scores must exceed.
_STRICT = 0.95


class Relatedness(NamedTuple):
    """Mean similarity of every industry, and every group, with every group; own pair left out."""

    industry: Floats  # industries x groups; NaN for the own group of an industry alone in it
    group: Floats  # groups x groups; NaN on the diagonal for a group of one


class Validation(NamedTuple):
    """Shares (0..1) of groups and of industries more related within than between.

    Compared with the mean, and with the 95th percentile, of the relatedness with the other groups
    (Delgado, Porter and Stern 2016, section 3.3).
    """

    cluster_average: float
    cluster_p95: float
    industry_average: float
    industry_p95: float

    @property
    def score(self) -> float:
        """Mean of the four."""
        return float(np.mean(self))


def standardised(M: Floats) -> Floats:
    """z-scores of a symmetric matrix over its pairs; the diagonal is the row's largest pair."""
    n = len(M)
    off = ~np.eye(n, dtype=bool)
    pairs = M[off]
    Z = ratio(M - pairs.mean(), np.array(pairs.std()))
    np.fill_diagonal(Z, np.where(off, Z, -np.inf).max(axis=1))
    return Z


def _sums(S: Floats, labels: Ints, k: int) -> tuple[Floats, Floats, Floats]:
    G = np.zeros((len(S), k))
    G[np.arange(len(S)), labels] = 1.0
    return G, (S - np.diag(np.diag(S))) @ G, G.sum(axis=0)


def relatedness(S: Floats, labels: Ints, k: int) -> Relatedness:
    """Mean similarity with each group: WCR on the own group, BCR with the others."""
    G, sums, size = _sums(S, labels, k)
    industry = ratio(sums, size - G)
    pairs = np.outer(size, size) - np.diag(size)
    return Relatedness(industry, ratio(G.T @ sums, pairs))


def _above(within: Floats, between: Floats) -> tuple[float, float]:
    """Shares of rows whose ``within`` exceeds the mean and the 95th percentile of ``between``."""
    average = np.nanmean(between, axis=1)
    strict = np.nanquantile(between, _STRICT, axis=1)
    # A group of one has no relatedness within: it is not more related than anything.
    known = np.nan_to_num(within, nan=-np.inf)
    return float((known > average).mean()), float((known > strict).mean())


def validation(S: Floats, labels: Ints) -> Validation:
    """Validation scores of a partition into two groups or more; groups are numbered from 0."""
    k = int(labels.max()) + 1
    found = relatedness(S, labels, k)
    own = np.diag(found.group).copy()
    between = found.group.copy()
    np.fill_diagonal(between, np.nan)
    rows = np.arange(len(S))
    within = found.industry[rows, labels]
    others = found.industry.copy()
    others[rows, labels] = np.nan
    return Validation(*_above(own, between), *_above(within, others))


def margin(S: Floats, labels: Ints) -> float:
    """Mean over industries of the relatedness with their group less that with the closest other.

    Largest where groups are neither merged (lower within) nor split (the other half is as close);
    an industry alone in its group counts as being as close to the closest other.
    """
    k = int(labels.max()) + 1
    found = relatedness(S, labels, k).industry
    rows = np.arange(len(S))
    within = found[rows, labels]
    found[rows, labels] = -np.inf
    return float(np.nan_to_num(within - found.max(axis=1)).mean())


def reassign(S: Floats, labels: Ints, rounds: int = 500) -> Ints:
    """Move industries that are more related to another group than to their own.

    One at a time, the one with most to gain first (the lowest number of equals); an industry
    alone in its group always moves, so that no group of one is left; at most ``rounds`` moves.
    """
    labels, k = labels.copy(), int(labels.max()) + 1
    _, sums, size = _sums(S, labels, k)
    bare = S - np.diag(np.diag(S))
    rows = np.arange(len(S))
    for _ in range(rounds):
        own = np.zeros((len(S), k))
        own[rows, labels] = 1.0
        mean = ratio(sums, size - own)
        within = np.nan_to_num(mean[rows, labels], nan=-np.inf)
        mean[rows, labels] = -np.inf
        mean[:, size == 0] = -np.inf
        best = mean.argmax(axis=1)
        gain = mean[rows, best] - within
        first = int(gain.argmax())
        if not gain[first] > 1e-12:
            break
        old, new = labels[first], best[first]
        labels[first] = new
        size[old] -= 1
        size[new] += 1
        sums[:, old] -= bare[:, first]
        sums[:, new] += bare[:, first]
    return labels
