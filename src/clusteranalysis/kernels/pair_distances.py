"""Distances between all pairs of points, binned or smoothed, never held as a matrix.

Compiled by numba at the first call (and cached), without the GIL, so that threads share the pairs.
The pairs are cut into stripes that do not depend on the number of threads, and the stripes are
added in their order: one thread or many, the result is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from math import sqrt
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.compilation import compiled, cores

__all__ = [
    "REACH",
    "Binned",
    "Moments",
    "Pattern",
    "binned_distances",
    "longest_distance",
    "moments",
    "pair_count",
    "pair_weight",
    "quartiles",
    "smoothed_exactly",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
T = TypeVar("T")

#: Bandwidths beyond which a pair adds nothing: exp(-72) is 5e-32 of the kernel's peak.
REACH = 12.0
#: Points whose pairs one thread counts faster than several can share them.
_FEW = 1500
_STRIPES = 16
_TILE = 256
#: Distances held at once when order statistics are picked out.
_HELD = 1 << 21
_BINS = 1 << 15


class Pattern(NamedTuple):
    """Points in a canonical order (by x, then y, then weight), so that row order cannot matter."""

    x: Floats
    y: Floats
    weight: Floats

    @classmethod
    def of(cls, xy: Floats, weight: Floats | None = None) -> Pattern:
        """Sort points; without weights every point weighs 1."""
        w = np.ones(len(xy)) if weight is None else np.asarray(weight, float)
        order = np.lexsort((w, xy[:, 1], xy[:, 0]))
        return cls(*(np.ascontiguousarray(a[order], float) for a in (xy[:, 0], xy[:, 1], w)))


def pair_count(a: Pattern, b: Pattern | None = None) -> int:
    """Number of pairs: between a's own points, each once, or from every point of a to each of b."""
    n = len(a.x)
    return n * (n - 1) // 2 if b is None else n * len(b.x)


def pair_weight(a: Pattern, b: Pattern | None = None) -> float:
    """Sum over these pairs of w w'; without a difference of large sums, so that nothing cancels."""
    if b is not None:
        return float(a.weight.sum() * b.weight.sum())
    after = np.cumsum(a.weight[::-1])[::-1]
    return float((a.weight[:-1] * after[1:]).sum())


def longest_distance(a: Pattern, b: Pattern | None = None) -> float:
    """A distance that no pair exceeds: the diagonal of the box about all points."""
    both = (a,) if b is None else (a, b)
    sides = (np.ptp(np.concatenate([p[k] for p in both])) for k in (0, 1))
    return float(np.hypot(*sides))


class Moments(NamedTuple):
    """Number, mean and standard deviation (n - 1) of all pair distances."""

    number: int
    mean: float
    deviation: float


class Binned(NamedTuple):
    """Weight of the pairs at the nodes 0, width, 2 width, ... by linear binning."""

    nodes: Floats
    width: float


def _bin_pairs(  # type: ignore[no-untyped-def]
    xa, ya, wa, xb, yb, wb, within, start, stop, width, limit, out
):  # pragma: no cover (compiled)
    """Share every pair's weight among the two nodes beside its distance, nearer node more."""
    n, top = len(xb), len(out) - 2
    scale = 1.0 / width
    # Distances in one loop, which the compiler makes vector instructions, and adding in another.
    node = np.empty(_TILE, np.int32)
    left, right = np.empty(_TILE), np.empty(_TILE)
    first = 0
    for i in range(start, stop):
        x, y, w = xa[i], ya[i], wa[i]
        if within:
            first = i + 1
        else:
            while first < n and xb[first] < x - limit:
                first += 1
        j = first
        while j < n and xb[j] - x <= limit:
            m = min(_TILE, n - j)
            for k in range(m):
                dx, dy = xb[j + k] - x, yb[j + k] - y
                place = min(sqrt(dx * dx + dy * dy) * scale, top)
                at = np.int32(place)
                both = w * wb[j + k]
                node[k] = at
                right[k] = (place - at) * both
                left[k] = both - right[k]
            for k in range(m):
                slot = np.uint32(node[k])  # unsigned: no check for places from the end
                out[slot] += left[k]
                out[slot + np.uint32(1)] += right[k]
            j += m


def _moment_pairs(  # type: ignore[no-untyped-def]
    xa, ya, xb, yb, within, start, stop, centre, out
):  # pragma: no cover (compiled)
    """Sums of d - c and of its square, row by row so that rounding does not pile up."""
    first, second = 0.0, 0.0
    for i in range(start, stop):
        x, y = xa[i], ya[i]
        one, two = 0.0, 0.0
        for j in range(i + 1 if within else 0, len(xb)):
            dx, dy = xb[j] - x, yb[j] - y
            d = sqrt(dx * dx + dy * dy) - centre
            one += d
            two += d * d
        first += one
        second += two
    out[0], out[1] = first, second


def _count_pairs(  # type: ignore[no-untyped-def]
    xa, ya, xb, yb, within, start, stop, low, width, out
):  # pragma: no cover (compiled)
    """Number of distances below low, in each of the bins from there on, and above the last."""
    bins = len(out) - 2
    scale = 1.0 / width
    place = np.empty(_TILE)
    for i in range(start, stop):
        x, y = xa[i], ya[i]
        j = i + 1 if within else 0
        while j < len(xb):
            m = min(_TILE, len(xb) - j)
            for k in range(m):
                dx, dy = xb[j + k] - x, yb[j + k] - y
                t = (sqrt(dx * dx + dy * dy) - low) * scale + 1.0
                place[k] = max(0.0, min(t, bins + 1.0))
            for k in range(m):
                out[int(place[k])] += 1
            j += m


def _collect_pairs(  # type: ignore[no-untyped-def]
    xa, ya, xb, yb, within, start, stop, low, high, out
):  # pragma: no cover (compiled)
    """The distances from low to less than high, as many as ``out`` holds; how many, and below."""
    n, found, below = len(xb), 0, 0
    tile = np.empty(_TILE)
    for i in range(start, stop):
        x, y = xa[i], ya[i]
        j = i + 1 if within else 0
        while j < n:
            m = min(_TILE, n - j)
            lower, upper = 0, 0
            for k in range(m):
                dx, dy = xb[j + k] - x, yb[j + k] - y
                d = sqrt(dx * dx + dy * dy)
                tile[k] = d
                lower += d < low
                upper += d < high
            below += lower
            if upper > lower:
                for k in range(m):
                    if low <= tile[k] < high:
                        if found < len(out):
                            out[found] = tile[k]
                        found += 1
            j += m
    return found, below


def _smooth_pairs(  # type: ignore[no-untyped-def]
    xa, ya, wa, xb, yb, wb, within, start, stop, r, h, reach, out
):  # pragma: no cover (compiled)
    """Sum over the pairs of w w' [exp(-(r - d)^2 / 2h^2) + exp(-(r + d)^2 / 2h^2)]."""
    n, last = len(xb), len(r)
    limit = r[last - 1] + reach * h
    scale = 1.0 / h
    row = np.zeros(last)
    first = 0
    for i in range(start, stop):
        x, y, w = xa[i], ya[i], wa[i]
        if within:
            first = i + 1
        else:
            while first < n and xb[first] < x - limit:
                first += 1
        row[:] = 0.0
        for j in range(first, n):
            dx = xb[j] - x
            if dx > limit:
                break
            dy = yb[j] - y
            d = sqrt(dx * dx + dy * dy)
            if d > limit:
                continue
            both = w * wb[j]
            k = np.searchsorted(r, d - reach * h)
            while k < last and r[k] <= d + reach * h:
                u = (r[k] - d) * scale
                row[k] += both * np.exp(-0.5 * u * u)
                k += 1
            k = 0
            while k < last and r[k] + d <= reach * h:
                u = (r[k] + d) * scale
                row[k] += both * np.exp(-0.5 * u * u)
                k += 1
        for k in range(last):
            out[k] += row[k]


def _stripes(rows: int, columns: int, within: bool) -> list[tuple[int, int]]:
    """Cut the rows into stripes of about as many pairs each, by the number of points alone."""
    if rows < 2 or max(rows, columns) < _FEW:
        return [(0, rows)]
    part = np.linspace(0, 1, _STRIPES + 1)
    # Row i of a triangle has n - 1 - i pairs.
    cuts = np.rint(rows * (1 - np.sqrt(1 - part) if within else part)).astype(int)
    return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))


def _over_stripes(
    work: Callable[[int, int], T], stripes: list[tuple[int, int]], threads: int | None
) -> list[T]:
    """Results of the stripes, in their order."""
    count = min(len(stripes), threads or cores())
    if count == 1:
        return [work(*stripe) for stripe in stripes]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda stripe: work(*stripe), stripes))


def binned_distances(
    a: Pattern, b: Pattern | None, width: float, limit: float, threads: int | None = None
) -> Binned:
    """Linear binning of the distances of all pairs up to ``limit``.

    Between a's own points, each pair once (``b`` None), or from every point of a to each of b.
    A pair at distance d = (k + f) width puts (1 - f) w w' on node k and f w w' on node k + 1, so
    that any function g smoothed over the nodes errs by at most width^2 / 8 max |g''| a pair.
    """
    other = a if b is None else b
    size = int(np.ceil(limit / width)) + 1
    kernel = compiled(_bin_pairs)
    stripes = _stripes(len(a.x), len(other.x), b is None)

    def work(start: int, stop: int) -> Floats:
        out = np.zeros(size + 2)
        kernel(*a, *other, b is None, start, stop, width, limit + width, out)
        return out

    total = np.zeros(size + 2)
    for part in _over_stripes(work, stripes, threads):
        total += part
    return Binned(total[:size], width)


def moments(a: Pattern, b: Pattern | None = None, threads: int | None = None) -> Moments:
    """Number, mean and standard deviation of the distances of all pairs (weights play no part)."""
    other = a if b is None else b
    count = pair_count(a, b)
    if not count:
        return Moments(0, float("nan"), float("nan"))
    second = 1 if b is None else 0
    # About one of the distances: where all are the same the deviation is exactly zero.
    centre = float(np.hypot(other.x[second] - a.x[0], other.y[second] - a.y[0]))
    kernel = compiled(_moment_pairs)

    def work(start: int, stop: int) -> Floats:
        out = np.zeros(2)
        kernel(a.x, a.y, other.x, other.y, b is None, start, stop, centre, out)
        return out

    parts = _over_stripes(work, _stripes(len(a.x), len(other.x), b is None), threads)
    one, two = np.sum(parts, axis=0)
    mean = one / count
    spread = max(0.0, two - count * mean**2)
    deviation = sqrt(spread / (count - 1)) if count > 1 else float("nan")
    return Moments(count, centre + mean, deviation)


def quartiles(
    a: Pattern, b: Pattern | None = None, threads: int | None = None
) -> tuple[float, float]:
    """First and third quartile of the distances of all pairs, interpolated between neighbours.

    The position of a quartile among m sorted distances is (m - 1) q, as numpy's and R's default.
    Exact in memory that does not grow with the pairs: bins find where its neighbours are, and only
    the distances in those bins are sorted.
    """
    other = a if b is None else b
    count = pair_count(a, b)
    if not count:
        return float("nan"), float("nan")
    longest = longest_distance(a, b)
    if longest == 0:
        return 0.0, 0.0
    search = _Search(a, other, b is None, longest, threads)
    if count <= _BINS:  # sorted at once sooner than counted
        search.hold(0.0, np.inf, count)
    low, high = (search.at((count - 1) * q) for q in (0.25, 0.75))
    return low, high


class _Search:
    """Order statistics of the distances of all pairs."""

    def __init__(
        self, a: Pattern, b: Pattern, within: bool, longest: float, threads: int | None
    ) -> None:
        self.points = (a.x, a.y, b.x, b.y, within)
        self.stripes = _stripes(len(a.x), len(b.x), within)
        self.threads = threads
        self.longest = longest
        self.held, self.first = np.empty(0), 0

    @cached_property
    def whole(self) -> Counts:
        """The bins of all distances."""
        return self._counts(0.0, self.longest * (1 + 1e-12) / _BINS)

    def _counts(self, low: float, width: float) -> Counts:
        kernel = compiled(_count_pairs)

        def work(start: int, stop: int) -> Counts:
            out = np.zeros(_BINS + 2, np.int64)
            kernel(*self.points, start, stop, low, width, out)
            return out

        return np.asarray(np.sum(_over_stripes(work, self.stripes, self.threads), axis=0))

    def at(self, position: float) -> float:
        """The distance at a position counted from 0, interpolated where it is not whole."""
        rank = int(position)
        lower = self.distance(rank)
        if rank == position:
            return lower
        return lower + (position - rank) * (self.distance(rank + 1) - lower)

    def distance(self, rank: int) -> float:
        """The distance that has ``rank`` others before it."""
        low, width = 0.0, self.longest * (1 + 1e-12) / _BINS
        counts: Counts | None = None
        while not self.first <= rank < self.first + len(self.held):
            counts = self.whole if counts is None else self._counts(low, width)
            bin_of = int(np.searchsorted(np.cumsum(counts), rank, side="right")) - 1
            # One bin more on either side, for distances that rounding puts beyond an edge.
            begin, end = low + (bin_of - 1) * width, low + (bin_of + 2) * width
            inside = int(counts[max(0, bin_of) : bin_of + 3].sum())
            if inside <= _HELD:
                self.hold(begin, end, inside)
            elif end - begin <= 1e-13 * self.longest:
                return (begin + end) / 2  # so many pairs are equally far apart
            else:
                low, width = begin, (end - begin) / _BINS
        return float(self.held[rank - self.first])

    def hold(self, begin: float, end: float, inside: int) -> None:
        """Sort the distances from ``begin`` to ``end``, about ``inside`` of them."""
        kernel = compiled(_collect_pairs)

        def work(start: int, stop: int) -> tuple[Floats, int]:
            out = np.empty(inside + 64)
            found, below = kernel(*self.points, start, stop, begin, end, out)
            if found > len(out):  # rounding at an edge that very many pairs lie on
                out = np.empty(found)
                kernel(*self.points, start, stop, begin, end, out)
            return out[:found].copy(), below

        parts = _over_stripes(work, self.stripes, self.threads)
        self.held = np.sort(np.concatenate([part[0] for part in parts]))
        self.first = sum(part[1] for part in parts)


def smoothed_exactly(
    a: Pattern, b: Pattern | None, r: Floats, h: float, threads: int | None = None
) -> Floats:
    """Sum over all pairs of w w' [phi((r - d) / h) + phi((r + d) / h)] / h at each r, ascending."""
    other = a if b is None else b
    kernel = compiled(_smooth_pairs)
    distances = np.ascontiguousarray(r, float)

    def work(start: int, stop: int) -> Floats:
        out = np.zeros(len(distances))
        kernel(*a, *other, b is None, start, stop, distances, h, REACH, out)
        return out

    total = np.zeros(len(distances))
    for part in _over_stripes(work, _stripes(len(a.x), len(other.x), b is None), threads):
        total += part
    return total / (h * sqrt(2 * np.pi))
