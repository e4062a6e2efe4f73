"""How far are shares from weights, within groups and between them? Units are the first axis."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr

from clusteranalysis.kernels.specialization import ratio

__all__ = ["Parts", "group_sums", "theil", "theil_parts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Index = Literal["T", "L"]


def group_sums(A: Floats, group: Ints) -> Floats:
    """Sums of the rows of each group; groups are numbered from 0 and none is empty."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    return np.asarray(np.add.reduceat(A[order], starts, axis=0))


def theil(S: Floats, w: Floats, index: Index) -> Floats:
    """Theil's T = sum_r s_r ln(s_r / w_r), or his L = sum_r w_r ln(w_r / s_r), of each column."""
    return np.asarray(_terms(*_sides(S, w, index)).sum(axis=0))


class Parts(NamedTuple):
    """Theil's index within groups and between them; the two add up to the whole."""

    within: Floats
    between: Floats


def theil_parts(S: Floats, w: Floats, group: Ints, index: Index) -> Parts:
    """Split the index: between is that of the groups' sums S_g and W_g, within is the rest.

    T within = sum_g S_g sum_(r in g) (s_r / S_g) ln[(s_r / S_g) / (w_r / W_g)]; L alike with s
    and w exchanged.
    """
    p, q = _sides(S, w, index)
    P, Q = group_sums(p, group), group_sums(q, group)
    # p ln[(p / P) / (q / Q)]: each q is scaled so that those of a group add up to its P.
    within = _terms(p, q * ratio(P, Q)[group]).sum(axis=0)
    return Parts(np.asarray(within), np.asarray(_terms(P, Q).sum(axis=0)))


def _sides(S: Floats, w: Floats, index: Index) -> tuple[Floats, Floats]:
    """What stands before the logarithm, and under its bar."""
    weights = np.broadcast_to(w[:, None], S.shape)
    return (S, weights) if index == "T" else (weights, S)


def _terms(p: Floats, q: Floats) -> Floats:
    """Terms p ln(p / q): 0 where p is 0, and NaN where only q is 0.

    The last are infinite, which is no number to rank or to average.
    """
    terms = rel_entr(p, q)
    return np.where(p == 0, 0.0, np.where(np.isinf(terms), np.nan, terms))
