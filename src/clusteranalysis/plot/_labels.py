"""Where does each label of a scatter go so that none covers another, a bubble or a leader?

A deterministic search instead of a force model: every label tries a ring of places around its
bubble, nearest first, and takes the cheapest that is free; a few sweeps let early labels make way
for late ones. What is returned as placed never overlaps; what has no place is returned as None,
and the caller numbers it. Everything is in points, with the frame's lower left corner at 0, 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__: list[str] = []

_DISTANCES = (2.0, 5.0, 9.0, 14.0, 20.0, 27.0, 36.0, 48.0, 62.0, 80.0, 100.0, 125.0, 155.0, 190.0)
_ANGLES = np.arange(24) * (2 * np.pi / 24)
#: A leader is drawn from this gap on; nearer labels need none.
LEADER = 7.0
_SWEEPS = 6


@dataclass(frozen=True)
class Spot:
    """A placed label: its centre, size, which of its variants, and the leader's ends."""

    rect: np.ndarray
    variant: int
    leader: np.ndarray | None

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the label."""
        return float(self.rect[[0, 2]].mean()), float(self.rect[[1, 3]].mean())


@dataclass(frozen=True)
class _Places:
    """All places of one label that are free of everything that does not move."""

    rects: np.ndarray
    variants: np.ndarray
    cost: np.ndarray
    segments: np.ndarray
    led: np.ndarray


def meets_rect(rects: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Tell which rectangles (x0, y0, x1, y1) overlap another."""
    return (
        (rects[:, 0] < other[2]) & (rects[:, 2] > other[0])
        & (rects[:, 1] < other[3]) & (rects[:, 3] > other[1])
    )  # fmt: skip


def meets_circle(rects: np.ndarray, center: np.ndarray, radius: float) -> np.ndarray:
    """Tell which rectangles overlap a disc."""
    near = np.clip(center, rects[:, :2], rects[:, 2:])
    return np.asarray(((near - center) ** 2).sum(axis=1) < radius**2)


def crosses_rect(segments: np.ndarray, rects: np.ndarray) -> np.ndarray:
    """Tell which segments (x0, y0, x1, y1) pass through a rectangle, row by row."""
    rect = np.atleast_2d(rects)
    start, step = segments[:, :2], segments[:, 2:] - segments[:, :2]
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (rect[:, :2] - start) / step
        second = (rect[:, 2:] - start) / step
    enter, leave = np.fmin(first, second), np.fmax(first, second)
    # A segment along an axis never leaves its slab: it is inside of it always or never.
    flat = step == 0
    inside = (start > rect[:, :2]) & (start < rect[:, 2:])
    enter = np.where(flat, np.where(inside, -np.inf, np.inf), enter).max(axis=1)
    leave = np.where(flat, np.where(inside, np.inf, -np.inf), leave).min(axis=1)
    return np.asarray((np.maximum(enter, 0) < np.minimum(leave, 1)))


def crosses_segment(segments: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Tell which segments cross another."""

    def side(a: np.ndarray, b: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.sign(
            (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1])
            - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])
        )

    a, b, c, d = segments[:, :2], segments[:, 2:], other[:2], other[2:]
    return np.asarray((side(a, b, c) != side(a, b, d)) & (side(c, d, a) != side(c, d, b)))


def _distance_to(rects: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distance of every rectangle (rows) to every point (columns)."""
    near = np.clip(points[None], rects[:, None, :2], rects[:, None, 2:])
    return np.asarray(np.linalg.norm(near - points[None], axis=2))


def _nearest_middle(rects: np.ndarray, anchor: np.ndarray) -> np.ndarray:
    """Return the middle of each rectangle's nearest side: a leader to a corner ends in the air."""
    x0, y0, x1, y1 = rects.T
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    sides = np.stack([[x0, y], [x1, y], [x, y0], [x, y1]]).transpose(2, 0, 1)
    closest = np.linalg.norm(sides - anchor, axis=2).argmin(axis=1)
    return np.asarray(sides[np.arange(len(rects)), closest])


def _places(
    index: int,
    anchors: np.ndarray,
    radii: np.ndarray,
    sizes: Sequence[tuple[float, float]],
    frame: tuple[float, float],
    blocked: Sequence[np.ndarray],
    avoid: Sequence[np.ndarray],
) -> _Places:
    """List the places of one label that nothing fixed forbids, with their cost."""
    anchor, radius = anchors[index], radii[index]
    rects, variants, cost = [], [], []
    for variant, (width, height) in enumerate(sizes):
        for distance in _DISTANCES:
            for angle in _ANGLES:
                way = np.array([np.cos(angle), np.sin(angle)])
                middle = anchor + way * (radius + distance) + way * [width / 2, height / 2]
                half = np.array([width / 2, height / 2])
                rects.append(np.concatenate([middle - half, middle + half]))
                variants.append(variant)
                # Right reads best, then left, then above and below.
                cost.append(distance + 3 * (1 - way[0]) / 2 + 3 * abs(way[1]) + 3 * variant)
    boxes, penalty = np.array(rects), np.array(cost)
    inside = (
        (boxes[:, 0] >= 1) & (boxes[:, 1] >= 1)
        & (boxes[:, 2] <= frame[0] - 1) & (boxes[:, 3] <= frame[1] - 1)
    )  # fmt: skip
    for other in blocked:
        inside &= ~meets_rect(boxes, other)
    for center, size in zip(anchors, radii, strict=True):
        inside &= ~meets_circle(boxes, center, float(size) + 0.5)
    boxes, penalty, kinds = boxes[inside], penalty[inside], np.array(variants)[inside]
    near = _nearest_middle(boxes, anchor)
    way = near - anchor
    length = np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    # From the bubble's edge: a leader that ends inside a bubble would hide small neighbours.
    segments = np.hstack([anchor + way / length * radius, near])
    gap = np.linalg.norm(np.clip(anchor, boxes[:, :2], boxes[:, 2:]) - anchor, axis=1) - radius
    for center, size in zip(np.delete(anchors, index, 0), np.delete(radii, index), strict=True):
        box = np.concatenate([center - size, center + size])
        penalty = penalty + 25.0 * crosses_rect(segments, box)
    for other in avoid:
        penalty = penalty + 6.0 * meets_rect(boxes, other)
    # A label nearer to a stranger's edge than to its own misleads unless a leader tells.
    others = _distance_to(boxes, np.delete(anchors, index, 0)) - np.delete(radii, index)
    if others.shape[1]:
        penalty = penalty + np.where(others.min(axis=1) < np.minimum(gap, LEADER), 10.0, 0.0)
    return _Places(boxes, kinds, penalty, segments, gap > LEADER)


def place(
    anchors: np.ndarray,
    radii: np.ndarray,
    sizes: Sequence[Sequence[tuple[float, float]]],
    frame: tuple[float, float],
    *,
    blocked: Sequence[np.ndarray] = (),
    avoid: Sequence[np.ndarray] = (),
) -> list[Spot | None]:
    """Find a place for every label.

    `sizes` gives each label's width and height for every way it may be broken into lines;
    rectangles in `blocked` are never covered, those in `avoid` only for want of better.
    """
    count = len(anchors)
    found = [
        _places(i, anchors, radii, sizes[i], frame, blocked, avoid) for i in range(count)
    ]
    chosen: list[int | None] = [None] * count
    # Whoever has the fewest places near by chooses first.
    near = [float((places.cost < 15).sum()) for places in found]
    order = sorted(range(count), key=lambda i: (near[i], i))
    for sweep in range(_SWEEPS):
        before = list(chosen)
        for index in order:
            chosen[index] = _cheapest(index, found, chosen)
        if chosen == before:
            break
        # Those left without a place go first the next time.
        if sweep < 3 and None in chosen:
            missing = [i for i in order if chosen[i] is None]
            order = missing + [i for i in order if chosen[i] is not None]
            chosen = [None] * count
    spots: list[Spot | None] = []
    for places, choice in zip(found, chosen, strict=True):
        if choice is None:
            spots.append(None)
            continue
        leader = places.segments[choice] if places.led[choice] else None
        spots.append(Spot(places.rects[choice], int(places.variants[choice]), leader))
    return spots


def _cheapest(index: int, found: list[_Places], chosen: list[int | None]) -> int | None:
    """Find the cheapest place that the labels already placed leave free."""
    mine = found[index]
    free = np.ones(len(mine.cost), bool)
    for other, choice in enumerate(chosen):
        if choice is None or other == index:
            continue
        theirs = found[other]
        rect = theirs.rects[choice]
        free &= ~meets_rect(mine.rects, rect)
        free &= ~(mine.led & crosses_rect(mine.segments, rect))
        if theirs.led[choice]:
            segment = theirs.segments[choice]
            free &= ~crosses_rect(segment[None], mine.rects)
            free &= ~(mine.led & crosses_segment(mine.segments, segment))
    if not free.any():
        return None
    return int(np.argmin(np.where(free, mine.cost, np.inf)))
