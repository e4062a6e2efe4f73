"""What is about each distance of every point, from binned distances, and how far the bins err."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.compilation import compiled
from clusteranalysis.kernels.neighbour_counts import in_blocks
from clusteranalysis.kernels.smoothing import NOTHING, SPAN, steepest

__all__ = ["FINE", "Smoothed", "binned_around", "ratio_error"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Bins a bandwidth.
FINE = 64


class Smoothed(NamedTuple):
    """Sums around each centre at each distance (centres x r), and what they may be off by."""

    value: Floats
    error: Floats


def _around(  # type: ignore[no-untyped-def]
    cx,
    cy,
    own,
    x,
    y,
    w,
    width,
    kernel,
    bound,
    near,
    near_end,
    first,
    last,
    tail,
    enough,
    start,
    stop,
    out,
    error,
):  # pragma: no cover (compiled)
    """Bin the distances of each centre linearly, and smooth the bins at every r."""
    nodes = kernel.shape[1]
    bins = np.zeros(nodes)
    for i in range(start, stop):
        bins[:] = 0.0
        for j in range(len(x)):
            if j == own[i]:
                continue
            dx, dy = x[j] - cx[i], y[j] - cy[i]
            at = np.sqrt(dx * dx + dy * dy) / width
            if at < nodes - 1:
                k = int(at)
                part = at - k
                bins[k] += w[j] * (1.0 - part)
                bins[k + 1] += w[j] * part
        for k in range(len(first)):
            total, off = 0.0, tail
            for n in range(near[k], near_end[k]):
                total += bins[n] * kernel[k, n]
                off += bins[n] * bound[k, n]
            if total < enough:
                # Nobody is near: what is far decides, and must not be left out.
                total, off = 0.0, 0.0
                for n in range(first[k], last[k]):
                    total += bins[n] * kernel[k, n]
                    off += bins[n] * bound[k, n]
            out[i, k] = total
            error[i, k] = off


def binned_around(
    centres: Floats,
    own: Ints,
    points: Floats,
    weight: Floats,
    r: Floats,
    h: float,
    threads: int | None = None,
) -> Smoothed:
    """Sum over the points of w exp(-((r - d) / h)^2 / 2) around each centre, from binned d.

    Linear binning is linear interpolation of the kernel K between nodes 1/64 h apart, so that a
    point of weight w errs by at most w (width^2 / 8) max |K''| over its bin. ``own`` is the
    centre's position among the points, which is left out, or -1. r ascends.
    """
    out = Smoothed(np.zeros((len(centres), len(r))), np.zeros((len(centres), len(r))))
    if not len(centres) or not len(points):
        return out
    width = h / FINE
    nodes = int(np.ceil((r[-1] + NOTHING * h) / width)) + 2
    u = (np.arange(nodes) * width - r[:, None]) / h
    kernel = np.exp(-0.5 * u * u)
    bound = np.stack([steepest(np.abs(row), 1 / FINE) for row in u]) / (8 * FINE**2)
    at = np.arange(nodes) * width
    windows: list[Ints] = []
    for far in (SPAN, NOTHING):
        windows.append(np.searchsorted(at, r - far * h))
        windows.append(np.searchsorted(at, r + far * h, side="right"))
    # What is beyond SPAN bandwidths adds no more than this to a sum, which then is far larger.
    tail = float(np.exp(-0.5 * SPAN**2) * weight.sum())
    enough = tail * 1e8
    loop = compiled(_around)
    arrays = tuple(
        np.ascontiguousarray(a) for a in (*centres.T, own, *points.T, np.asarray(weight, float))
    )

    def work(start: int, stop: int) -> None:
        loop(*arrays, width, kernel, bound, *windows, tail, enough, start, stop, *out)

    in_blocks(work, len(centres), len(centres) * (len(points) + len(r) * FINE), threads)
    return out


def ratio_error(part: Smoothed, whole: Smoothed) -> Floats:
    """How far part / whole may be off, the part within the whole or not: infinite where anything.

    |t / T - p / q| <= (a + b p / q) / (q - b) for t within a of p and T within b < q of q.
    """
    p, a = part
    q, b = whole
    safe = q > b
    room = np.where(safe, q - b, 1.0)
    share = np.divide(p, q, out=np.zeros_like(p), where=q > 0)
    # Where all are so far that the kernel is next to nothing, it may be beyond any number.
    with np.errstate(over="ignore"):
        bound = (a + b * share) / room
    return np.where(safe, bound, np.where(q > 0, np.inf, 0.0))
