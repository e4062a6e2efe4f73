"""Who is near whom: weights within distances of every point, pairs in blocks, nearest neighbours.

Loops are compiled by numba at the first call (and cached), without the GIL, so that threads share
the centres. Every centre is summed by itself in one order of the points: one thread or many, the
result is the same to the last bit. Nothing holds the n x n matrix.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from clusteranalysis.kernels.compilation import compiled, cores
from clusteranalysis.kernels.smoothing import NOTHING

__all__ = [
    "Neighbours",
    "Pairs",
    "cross_weight",
    "in_blocks",
    "nearest",
    "pairs_within",
    "reach",
    "smoothed_around",
    "weight_within",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: A distance this little longer than r, relatively, is r and a rounding of the coordinates.
_SLACK = 1e-9
#: Centres that one thread does faster than several can share them, times points.
_FEW = 1_000_000
#: Cells of the table that tells a squared distance's place among the radii.
_CELLS = 2048
#: Pairs held at once.
_BLOCK = 1_000_000


class Pairs(NamedTuple):
    """Ordered pairs: position of the first, of the second, and their distance."""

    i: Ints
    j: Ints
    d: Floats


class Neighbours(NamedTuple):
    """The neighbours ``j`` of each centre ``i``; ``share`` adds up to 1 over those of a centre."""

    i: Ints
    j: Ints
    share: Floats
    distance: Floats  # of the farthest neighbour, a number a centre


def in_blocks(
    work: Callable[[int, int], object], rows: int, cost: int, threads: int | None = None
) -> None:
    """Call ``work(start, stop)`` over all rows, in threads where the cost (in pairs) is worth it.

    Inside a joblib worker, which says how many threads it may have, no more than that.
    """
    allowed = os.environ.get("NUMBA_NUM_THREADS", "")
    count = threads or (int(allowed) if allowed.isdigit() else cores())
    if cost < _FEW or count < 2 or rows < 2:
        work(0, rows)
        return
    cuts = np.linspace(0, rows, min(rows, 8 * count) + 1).astype(int).tolist()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))


def reach(r: Floats) -> Floats:
    """Radii that take in what lies at r: equal distances must not be told apart by rounding."""
    return r * (1 + _SLACK)


def _count_within(  # type: ignore[no-untyped-def]
    cx, cy, own, x, y, w, rows, low, height, table, edges, scale, cap, steps, start, stop, out
):  # pragma: no cover (compiled)
    """Add the weight of every point to the first radius that takes it in, and cumulate.

    Points are in rows (stripes of y) and by x within a row. Unsigned positions spare a test for
    negative ones; four heaps, used in turn, spare waiting for the last addition.
    """
    R = out.shape[1]
    size = np.uint64(R + 1)
    radius = np.sqrt(cap)
    last = len(rows) - 2
    heap = np.zeros(4 * (R + 1))
    for i in range(start, stop):
        heap[:] = 0.0
        px, py, me = cx[i], cy[i], own[i]
        first = min(max(int((py - radius - low) / height), 0), last)
        final = min(max(int((py + radius - low) / height), 0), last)
        for row in range(first, final + 1):
            head, tail = rows[row], rows[row + 1]
            begin = head + np.searchsorted(x[head:tail], px - radius)
            end = head + np.searchsorted(x[head:tail], px + radius, side="right")
            split = begin <= me < end
            for part in range(2):
                if part == 0:
                    p, q = begin, (me if split else end)
                else:
                    p, q = (me + 1 if split else end), end
                for at in range(p, q):
                    j = np.uint64(at)
                    dx, dy = x[j] - px, y[j] - py
                    d2 = min(dx * dx + dy * dy, cap)
                    k = np.uint64(table[np.uint64(d2 * scale)])
                    for _ in range(steps):
                        k += np.uint64(d2 > edges[k])
                    heap[(j & np.uint64(3)) * size + k] += w[j]
        total = 0.0
        for b in range(R):
            total += heap[b] + heap[b + R + 1] + heap[b + 2 * R + 2] + heap[b + 3 * R + 3]
            out[i, b] = total


def weight_within(
    centres: Floats,
    own: Ints,
    points: Floats,
    weight: Floats,
    radii: Floats,
    threads: int | None = None,
) -> Floats:
    """Sum of the weights of the points within each radius of each centre: centres x radii.

    ``own`` is the centre's position among the points, which is left out, or -1. Radii ascend.
    Exact: a table gives the place of a squared distance among the squared radii to within a
    comparison.
    """
    out = np.zeros((len(centres), len(radii)))
    if not len(centres) or not len(points) or not len(radii):
        return out
    edges = reach(np.asarray(radii, float)) ** 2
    cap = max(edges[-1] * (1 + 1e-6), 1e-200)
    scale = _CELLS / cap
    # What lies in cell t is beyond all radii below the cell, whose lower end rounding may blur.
    lower = np.arange(_CELLS + 1) / scale
    table = np.searchsorted(edges, lower * (1 - 1e-12), side="left")
    steps = int((np.searchsorted(edges, (lower + 1 / scale) * (1 + 1e-12)) - table).max())

    low, high = points[:, 1].min(), points[:, 1].max()
    radius = np.sqrt(cap)
    height = max(radius / 2, (high - low) / 1000, np.finfo(float).tiny)
    stripe = ((points[:, 1] - low) / height).astype(np.intp)
    order = np.lexsort((points[:, 0], stripe))
    rows = np.searchsorted(stripe[order], np.arange(int(stripe.max()) + 2))
    place = np.empty(len(points) + 1, np.intp)
    place[order], place[-1] = np.arange(len(points)), -1
    kernel = compiled(_count_within)
    arrays = (
        np.ascontiguousarray(centres[:, 0], float),
        np.ascontiguousarray(centres[:, 1], float),
        place[own],
        np.ascontiguousarray(points[order, 0], float),
        np.ascontiguousarray(points[order, 1], float),
        np.ascontiguousarray(weight[order], float),
        rows,
    )

    def work(start: int, stop: int) -> None:
        kernel(
            *arrays, low, height, table.astype(np.int32), np.append(edges, np.inf), scale, cap,
            steps, start, stop, out,
        )  # fmt: skip

    in_blocks(work, len(centres), len(centres) * len(points), threads)
    return out


def _smooth_around(  # type: ignore[no-untyped-def]
    cx, cy, own, x, y, w, r, h, nothing, start, stop, out
):  # pragma: no cover (compiled)
    """Gaussian kernel at every r of the distances of all points, without its constant."""
    scale = 1.0 / h
    for i in range(start, stop):
        for j in range(len(x)):
            if j == own[i]:
                continue
            dx, dy = x[j] - cx[i], y[j] - cy[i]
            d = np.sqrt(dx * dx + dy * dy)
            k = np.searchsorted(r, d - nothing * h)
            while k < len(r) and r[k] <= d + nothing * h:
                u = (r[k] - d) * scale
                out[i, k] += w[j] * np.exp(-0.5 * u * u)
                k += 1


def smoothed_around(
    centres: Floats,
    own: Ints,
    points: Floats,
    weight: Floats,
    r: Floats,
    h: float,
    threads: int | None = None,
) -> Floats:
    """Sum over the points of w exp(-((r - d) / h)^2 / 2) around each centre: centres x r.

    ``own`` is the centre's position among the points, which is left out, or -1. r ascends.
    """
    out = np.zeros((len(centres), len(r)))
    kernel = compiled(_smooth_around)
    arrays = tuple(
        np.ascontiguousarray(a) for a in (*centres.T, own, *points.T, np.asarray(weight, float))
    )

    def work(start: int, stop: int) -> None:
        kernel(*arrays, np.asarray(r, float), h, NOTHING, start, stop, out)

    in_blocks(work, len(centres), len(centres) * len(points) * len(r), threads)
    return out


def pairs_within(a: Floats, b: Floats | None, radius: float) -> Iterator[Pairs]:
    """All ordered pairs not farther apart than the radius, in blocks of about a million.

    From every point of a to each of b, or to every other point of a (``b`` None).
    """
    if not len(a) or (b is not None and not len(b)):
        return
    tree = cKDTree(a if b is None else b)
    wide = float(reach(np.asarray(radius)))
    counts = np.asarray(tree.query_ball_point(a, wide, return_length=True), np.intp)
    starts = np.concatenate([[0], np.cumsum(counts)])
    begin = 0
    while begin < len(a):
        end = max(begin + 1, int(np.searchsorted(starts, starts[begin] + _BLOCK, "right")) - 1)
        found = tree.query_ball_point(a[begin:end], wide, return_sorted=True)
        i = np.repeat(np.arange(begin, end), counts[begin:end])
        j = np.concatenate([np.asarray(near, np.intp) for near in found])
        if b is None:
            other = i != j
            i, j = i[other], j[other]
        d = np.hypot(*(a[i] - (a if b is None else b)[j]).T)
        yield Pairs(i, j, d)
        begin = end


def cross_weight(a: Floats, w_a: Floats, b: Floats, w_b: Floats, radii: Floats) -> Floats:
    """Sum of w_i w_j over the points i of a and j of b not farther apart than each radius.

    By two trees at once: pairs of whole branches that are near, or far, are not looked into.
    """
    if not len(a) or not len(b):
        return np.zeros(len(radii))
    found = cKDTree(a).count_neighbors(cKDTree(b), reach(radii), weights=(w_a, w_b))
    return np.asarray(found, float)


def nearest(points: Floats, k: int) -> Neighbours:
    """The k nearest other points of each point; those tied for the last places share them.

    A neighbour nearer than the k-th has share 1/k; the m that are as far as the k-th share what is
    left equally (with k = 1, 1/m each: Leslie and Kronenfeld 2011).
    """
    n = len(points)
    tree = cKDTree(points)
    # The point itself is among the k + 1, or k + 1 others lie on top of it.
    far = np.asarray(tree.query(points, [k + 1])[0], float)[:, 0]
    wide = reach(far)
    counts = tree.query_ball_point(points, wide, return_length=True)
    found = tree.query_ball_point(points, wide, return_sorted=True)
    i = np.repeat(np.arange(n), counts)
    j = np.concatenate([np.asarray(near, np.intp) for near in found])
    other = i != j
    i, j = i[other], j[other]
    d = np.hypot(*(points[i] - points[j]).T)
    tied = d >= far[i] * (1 - _SLACK)
    places = k - np.bincount(i[~tied], minlength=n)
    claims = np.bincount(i[tied], minlength=n)
    share = np.where(tied, places[i] / np.maximum(claims[i], 1), 1.0) / k
    return Neighbours(i, j, share, far)
