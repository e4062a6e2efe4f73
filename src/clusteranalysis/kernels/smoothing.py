"""Gaussian smoothing of binned distances, reflected at zero, with a bound of its error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NOTHING",
    "SPAN",
    "binned_moments",
    "binning_error",
    "left_out",
    "silverman",
    "smoothed",
    "steepest",
]

Floats = NDArray[np.float64]

#: Bandwidths beyond which a node adds nothing: exp(-32) is 1e-14 of the kernel's peak.
SPAN = 8.0
#: Bandwidths beyond which exp(-u^2 / 2) is 0 in double precision.
NOTHING = 39.0
_ROOT = float(np.sqrt(2 * np.pi))


def silverman(count: float, deviation: float, quartiles: tuple[float, float]) -> float:
    """Bandwidth h = 0.9 min(s, IQR / 1.34) n^(-1/5) (Silverman 1986, eq. 3.31), or NaN.

    Where the middle half of the values is the same value, s alone, so that h is not zero; without
    any spread there is no bandwidth.
    """
    middle = (quartiles[1] - quartiles[0]) / 1.34
    spread = min(deviation, middle) if middle > 0 else deviation
    # A spread that is rounding of the distances themselves is none.
    if not spread > 1e-12 * quartiles[1]:
        return float("nan")
    return float(0.9 * spread * count**-0.2)


def binned_moments(nodes: Floats, width: float) -> tuple[float, float, tuple[float, float]]:
    """Number, standard deviation and quartiles of unit weights that were binned to nodes.

    Linear binning spreads a value by up to width^2 / 4 in variance, and a quartile is known to
    about a bin: both matter little where a bandwidth spans many bins.
    """
    count = float(nodes.sum())
    at: Floats = np.arange(len(nodes), dtype=float) * width
    mean = _sum(nodes, at) / count
    deviation = float(np.sqrt(_sum(nodes, (at - mean) ** 2) / max(count - 1, 1.0)))
    below = np.cumsum(nodes)
    # A node stands for the bin about it.
    low, high = np.interp([0.25 * count, 0.75 * count], below, at + width / 2)
    return count, deviation, (max(0.0, float(low)), max(0.0, float(high)))


def smoothed(nodes: Floats, width: float, r: Floats, h: float) -> Floats:
    """Sum over the nodes of m [phi((r - d) / h) + phi((r + d) / h)] / h at each r."""
    return _summed(nodes, width, r, h, lambda u: np.exp(-0.5 * u * u)) / (h * _ROOT)


def binning_error(nodes: Floats, width: float, r: Floats, h: float) -> Floats:
    """How far linear binning can have moved the smoothed sum at each r.

    It is linear interpolation of the kernel K between the nodes, so that a pair errs by at most
    width^2 / 8 max |K''| over its bin: summed with the weights of the nodes this bounds each value.
    """
    step = width / h
    bound = _summed(nodes, width, r, h, lambda u: steepest(np.abs(u), step))
    return bound * step**2 / (8 * h * _ROOT)


def left_out(h: float) -> float:
    """Most that a pair of weight 1 beyond SPAN bandwidths could have added to a smoothed sum."""
    return float(2 * np.exp(-0.5 * SPAN**2) / (h * _ROOT))


def _summed(
    nodes: Floats, width: float, r: Floats, h: float, kernel: Callable[[Floats], Floats]
) -> Floats:
    """Weights of the nodes near r, and near its mirror image at -r, times the kernel there."""
    values = np.zeros(len(r))
    for k, distance in enumerate(r):
        for centre in (distance, -distance):
            first = max(0, int(np.floor((centre - SPAN * h) / width)))
            last = min(len(nodes), int(np.ceil((centre + SPAN * h) / width)) + 1)
            if first < last:
                u = (np.arange(first, last) * width - centre) / h
                values[k] += _sum(nodes[first:last], kernel(u))
    return values


def _sum(weight: Floats, values: Floats) -> float:
    """Weighted sum, not by BLAS: its threads would fight with those of the simulations."""
    return float(np.einsum("i,i->", weight, values))


def steepest(u: Floats, step: float) -> Floats:
    """Largest |phi''| sqrt(2 pi) within a step of u >= 0: at an end of it, or at 0 or sqrt(3)."""
    ends = np.stack([np.abs(u - step), u + step])
    largest = (np.abs(ends**2 - 1) * np.exp(-0.5 * ends**2)).max(axis=0)
    for peak in (0.0, np.sqrt(3.0)):
        near = np.abs(u - peak) <= step
        largest[near] = np.maximum(largest[near], abs(peak**2 - 1) * np.exp(-0.5 * peak**2))
    return np.asarray(largest)
