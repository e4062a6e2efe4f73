"""How much of a circle, or of a shifted window, lies in the window?

A window is an array of directed edges, E x 4 (x0, y0, x1, y1), with its inside to their left: outer
rings anticlockwise, holes clockwise.
"""

from __future__ import annotations

from math import atan2, cos, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.compilation import compiled
from clusteranalysis.kernels.neighbour_counts import in_blocks

__all__ = ["circle_inside", "edge_distance", "ring_edges", "shifted_rectangle"]

Floats = NDArray[np.float64]

#: Angles are counted from this direction, which the sides of a window hardly ever have.
_ZERO = 1.2345


def ring_edges(ring: Floats, *, hole: bool = False) -> Floats:
    """Directed edges of a closed ring of coordinates, whichever way round it was drawn."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    area = (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2
    directed = ring if (area > 0) != hole else ring[::-1]
    return np.ascontiguousarray(np.hstack([directed[:-1], directed[1:]]), float)


def _inside(  # type: ignore[no-untyped-def]
    cx, cy, radius, edges, zero, start, stop, out
):  # pragma: no cover (compiled)
    """Add up the angles where the circle enters and leaves the window.

    Along the circle, anticlockwise, the window begins where an edge crosses outwards and ends where
    one crosses inwards; the point at angle 0 tells whether an arc runs through it.
    """
    turn = 2 * pi
    for i in range(start, stop):
        x, y, r = cx[i], cy[i], radius[i]
        if r <= 0:
            out[i] = 1.0
            continue
        zx, zy = x + r * cos(zero), y + r * sin(zero)
        total, inside = 0.0, False
        for e in range(len(edges)):
            ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
            if (ay > zy) != (by > zy) and zx < ax + (zy - ay) * (bx - ax) / (by - ay):
                inside = not inside
            ax, ay, bx, by = ax - x, ay - y, bx - x, by - y
            dx, dy = bx - ax, by - ay
            squared = dx * dx + dy * dy
            if squared == 0:
                continue
            across = ax * dy - ay * dx  # distance of the line times the edge's length
            root = r * r * squared - across * across
            if root <= 0:
                continue
            a_out = ax * ax + ay * ay >= r * r
            b_out = bx * bx + by * by >= r * r
            along = ax * dx + ay * dy
            if a_out and b_out and (along >= 0 or along + squared <= 0):
                continue
            root = sqrt(root)
            for way in (-1.0, 1.0):  # where the line enters the circle, and where it leaves it
                if (way < 0 and not a_out) or (way > 0 and not b_out):
                    continue
                t = (-along + way * root) / squared
                angle = atan2(ay + t * dy, ax + t * dx) - zero
                total -= way * (angle % turn)
        if inside:
            total += turn
        out[i] = total / turn


def circle_inside(
    centres: Floats, radius: Floats, edges: Floats, threads: int | None = None
) -> Floats:
    """Part of the circumference of a circle around each centre that lies in the window, 0..1.

    Ripley's isotropic correction weighs a pair by its reciprocal (Ripley 1976). A circle of radius
    0 at a point of the window lies in it.
    """
    out = np.empty(len(centres))
    kernel = compiled(_inside)
    x, y, r = (np.ascontiguousarray(a, float) for a in (centres[:, 0], centres[:, 1], radius))

    def work(start: int, stop: int) -> None:
        kernel(x, y, r, edges, _ZERO, start, stop, out)

    in_blocks(work, len(centres), len(centres) * len(edges), threads)
    return out


def _nearest_edge(  # type: ignore[no-untyped-def]
    px, py, edges, start, stop, out
):  # pragma: no cover (compiled)
    """Distance to the nearest point of any edge."""
    for i in range(start, stop):
        least = np.inf
        for e in range(len(edges)):
            ax, ay = edges[e, 0] - px[i], edges[e, 1] - py[i]
            dx, dy = edges[e, 2] - edges[e, 0], edges[e, 3] - edges[e, 1]
            squared = dx * dx + dy * dy
            if squared > 0:
                t = min(max(-(ax * dx + ay * dy) / squared, 0.0), 1.0)
                ax, ay = ax + t * dx, ay + t * dy
            least = min(least, ax * ax + ay * ay)
        out[i] = sqrt(least)


def edge_distance(points: Floats, edges: Floats, threads: int | None = None) -> Floats:
    """How far the window's edge is from each point: shorter circles lie in the window whole."""
    out = np.empty(len(points))
    kernel = compiled(_nearest_edge)
    x, y = (np.ascontiguousarray(points[:, axis], float) for axis in (0, 1))

    def work(start: int, stop: int) -> None:
        kernel(x, y, edges, start, stop, out)

    in_blocks(work, len(points), len(points) * len(edges), threads)
    return out


def shifted_rectangle(shift: Floats, width: float, height: float) -> Floats:
    """Area common to a rectangle and itself shifted, for shifts n x 2."""
    gone = np.abs(shift)
    return np.maximum(width - gone[:, 0], 0.0) * np.maximum(height - gone[:, 1], 0.0)
