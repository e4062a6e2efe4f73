"""Where does each label of a scatter go so that none covers another, a bubble or a leader?

A deterministic search instead of a force model, which may leave overlaps: every label has a list
of places around its bubble; all pairs of places that conflict are known beforehand; labels then
move in turn to the place that costs and conflicts least, while conflicts grow dearer. What is
returned as placed never overlaps; what has no place is None, and the caller numbers it.
Everything is in points, with the frame's lower left corner at 0, 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

__all__: list[str] = []

_DISTANCES = (2.0, 5.0, 9.0, 14.0, 20.0, 27.0, 36.0, 48.0, 62.0, 80.0, 100.0, 125.0, 155.0, 190.0)
_ANGLES = np.arange(24) * (2 * np.pi / 24)
#: A leader is drawn from this gap on; nearer labels need none.
LEADER = 7.0
#: Places a label may choose from: so many of the cheapest, and so many of the farther ones.
_NEAR, _FAR = 60, 80
_SWEEPS = 80


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
    return np.asarray(
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
    enter, leave = 0.0, 1.0
    for axis in (0, 1):
        start = segments[:, axis]
        # A hair of slant spares the case of a segment along an axis.
        step = segments[:, axis + 2] - start + 1e-9
        first, second = (rect[:, axis] - start) / step, (rect[:, axis + 2] - start) / step
        enter = np.maximum(enter, np.minimum(first, second))
        leave = np.minimum(leave, np.maximum(first, second))
    return np.asarray(enter < leave)


def crosses_segment(segments: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Tell which segments cross another."""

    def side(a: np.ndarray, b: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.asarray(
            np.sign(
                (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1])
                - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])
            )
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


def _thin(places: _Places) -> _Places:
    """Keep the cheapest places and an even sample of the others."""
    order = np.argsort(places.cost, kind="stable")
    rest = order[_NEAR:]
    kept = np.concatenate([order[:_NEAR], rest[:: max(1, len(rest) // _FAR)]])
    return _Places(
        places.rects[kept], places.variants[kept], places.cost[kept], places.segments[kept],
        places.led[kept],
    )  # fmt: skip


def place(
    anchors: np.ndarray,
    radii: np.ndarray,
    sizes: Sequence[Sequence[tuple[float, float]]],
    frame: tuple[float, float],
    *,
    weights: np.ndarray | None = None,
    blocked: Sequence[np.ndarray] = (),
    avoid: Sequence[np.ndarray] = (),
) -> list[Spot | None]:
    """Find a place for every label.

    `sizes` gives each label's width and height for every way it may be broken into lines;
    rectangles in `blocked` are never covered, those in `avoid` only for want of better. Of two
    labels that exclude each other the one with the larger weight stays.
    """
    count = len(anchors)
    found = [
        _thin(_places(i, anchors, radii, sizes[i], frame, blocked, avoid)) for i in range(count)
    ]
    chosen = _choose(found, np.ones(count) if weights is None else weights)
    spots: list[Spot | None] = []
    for places, choice in zip(found, chosen, strict=True):
        if choice is None:
            spots.append(None)
            continue
        leader = places.segments[choice] if places.led[choice] else None
        spots.append(Spot(places.rects[choice], int(places.variants[choice]), leader))
    return spots


def _conflicts(found: list[_Places], offsets: np.ndarray) -> np.ndarray:
    """Tell for every pair of places whether their labels or leaders meet."""
    rects = np.concatenate([places.rects for places in found])
    segments = np.concatenate([places.segments for places in found])
    led = np.concatenate([places.led for places in found])
    result = np.zeros((len(rects), len(rects)), bool)
    for row in range(len(rects)):
        # Meeting is mutual: half of the pairs tell all.
        rest = slice(row + 1, None)
        lines = np.flatnonzero(led[rest])
        meets = meets_rect(rects[rest], rects[row])
        meets[lines] |= crosses_rect(segments[rest][lines], rects[row])
        if led[row]:
            meets |= crosses_rect(segments[row][None], rects[rest])
            meets[lines] |= crosses_segment(segments[rest][lines], segments[row])
        result[row, rest] = result[rest, row] = meets
    # Places of one label exclude each other anyway.
    for start, stop in pairwise(offsets):
        result[start:stop, start:stop] = False
    return result


def _choose(found: list[_Places], weights: np.ndarray) -> list[int | None]:
    """Choose one place a label so that none conflict and the sum of costs is low."""
    offsets = np.concatenate([[0], np.cumsum([len(places.cost) for places in found])])
    conflicts = _conflicts(found, offsets)
    costs = np.concatenate([places.cost for places in found])
    active = [i for i in range(len(found)) if len(found[i].cost)]
    chosen = {i: int(offsets[i] + np.argmin(found[i].cost)) for i in active}
    # A fixed seed: the same table gives the same picture.
    random = np.random.default_rng(20)
    best, least = dict(chosen), np.inf
    for sweep in range(_SWEEPS):
        price = 6.0 * 1.06**sweep
        for i in random.permutation(active):
            others = np.array([chosen[j] for j in active if j != i], dtype=int)
            span = slice(offsets[i], offsets[i + 1])
            total = costs[span] + price * conflicts[span][:, others].sum(axis=1)
            chosen[int(i)] = int(offsets[i] + np.argmin(total))
        picked = np.array([chosen[j] for j in active], dtype=int)
        score = costs[picked].sum() + 500.0 * conflicts[np.ix_(picked, picked)].sum()
        if score < least:
            best, least = dict(chosen), score
    kept = set(active)
    while True:
        spots = {i: best[i] for i in sorted(kept)}
        clashes = {
            i: int(conflicts[place, [p for j, p in spots.items() if j != i]].sum())
            for i, place in spots.items()
        }
        bad = [i for i, number in clashes.items() if number]
        if not bad:
            break
        kept.discard(min(bad, key=lambda i: (weights[i], -clashes[i], i)))
    # Whoever was dropped may still find a place among those that stayed.
    for i in [i for i in active if i not in kept]:
        others = np.array([best[j] for j in sorted(kept)], dtype=int)
        span = slice(offsets[i], offsets[i + 1])
        free = ~conflicts[span][:, others].any(axis=1)
        if free.any():
            best[i] = int(offsets[i] + np.argmin(np.where(free, costs[span], np.inf)))
            kept.add(i)
    return [int(best[i] - offsets[i]) if i in kept else None for i in range(len(found))]
