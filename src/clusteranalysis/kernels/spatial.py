"""Do high values lie beside high values? Randomisation of values over a fixed map.

``W`` is regions x regions, sparse, without a diagonal. Regions are taken in the order of their
values, so that results do not depend on the order in which regions are listed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from clusteranalysis.kernels.significance import hypergeometric_tails

__all__ = ["join_counts", "neighbour_ranks", "picks", "row_standardised", "shuffled_moran"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Numbers of one block of a simulation: 32 MB of them.
_BLOCK = 4_000_000


def row_standardised(W: csr_array) -> csr_array:
    """Every row divided by its sum; a row without neighbours stays empty."""
    sums = np.asarray(W.sum(axis=1)).ravel()
    scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    return csr_array(W.multiply(scale[:, None]))


def shuffled_moran(rng: np.random.Generator, y: Floats, W: csr_array, repetitions: int) -> Floats:
    """Moran's I = (n / S0) z'W z / z'z of the values dealt to the regions anew, again and again."""
    n = len(y)
    z = y - y.mean()
    # Equal values are told apart by what lies around them.
    order = np.lexsort((np.diff(W.indptr), W @ z, z))
    z, W = z[order], W[order][:, order]
    scale = n / W.sum() / (z**2).sum()
    step = max(1, _BLOCK // n)
    result = np.empty(repetitions)
    for start in range(0, repetitions, step):
        size = min(step, repetitions - start)
        dealt = rng.permuted(np.broadcast_to(z, (size, n)), axis=1)
        result[start : start + size] = scale * (dealt * (W @ dealt.T).T).sum(axis=1)
    return result


def picks(rng: np.random.Generator, n: int, most: int, repetitions: int) -> Ints:
    """So many different numbers below n, in random order, in each of so many rows."""
    step = max(1, _BLOCK // max(n, 1))
    parts = [
        np.argsort(rng.random((min(step, repetitions - start), n)), axis=1)[:, :most]
        for start in range(0, repetitions, step)
    ]
    return np.vstack(parts)


def neighbour_ranks(y: Floats, W: csr_array, picked: Ints) -> tuple[Ints, Ints]:
    """How often a region's neighbours would sum to as much, and to as little, by chance.

    Conditional randomisation (Anselin 1995): the region keeps its value, and its neighbours get
    those of ``picked`` others. A sum that equals the observed one up to rounding counts as both.
    """
    n = len(y)
    order = np.argsort(y, kind="stable")
    place = np.empty(n, np.intp)
    place[order] = np.arange(n)
    ordered = y[order]
    observed = W @ y
    above, below = np.zeros(n, np.intp), np.zeros(n, np.intp)
    largest = np.abs(y).max(initial=0.0)
    for r in range(n):
        weights = np.sort(W.data[W.indptr[r] : W.indptr[r + 1]])[::-1]
        others = picked[:, : len(weights)]
        # Numbers from the region's own place on belong to the next region.
        sums = ordered[others + (others >= place[r])] @ weights
        slack = 1e-10 * weights.sum() * largest
        above[r] = np.count_nonzero(sums >= observed[r] - slack)
        below[r] = np.count_nonzero(sums <= observed[r] + slack)
    return above, below


def join_counts(focal: Floats, there: Floats, B: csr_array) -> tuple[Floats, Floats]:
    """Neighbours that are ``there`` of each region that is ``focal``, and P(as many by chance).

    Both are 1, 0 or NaN (unknown), ``B`` holds ones. When the other regions' values are dealt
    anew among them, the count is hypergeometric: so many neighbours drawn from n - 1 regions of
    which so many are there. P is exact, and NaN for regions that are not focal.
    """
    n = len(focal)
    degree = np.diff(B.indptr).astype(float)
    around = B @ there
    count = np.where(focal == 0, 0.0, focal * around)
    others = there.sum() - there
    tail = hypergeometric_tails(
        np.where(focal == 1, around, np.nan), degree, others, np.array(n - 1.0)
    )
    alone = degree == 0
    return np.where(alone, np.nan, count), np.where(alone, np.nan, tail.upper)
