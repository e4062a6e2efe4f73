"""Where does each label of a scatter go so that none covers another, a bubble or a leader?

textalloc places them: it tries places around each bubble in a fixed order and takes the first that
is free, so the same table gives the same picture, and it tells which label found no place: the
caller numbers that one and names it in a key. On ten pictures of 25 clusters it left 23 of 250
labels to be numbered and none over another. adjustText, a force model, left 7 to 14 of 25 labels
over another label or a bubble and took ten times as long. textalloc does not mind strangers'
bubbles under a leader: that is checked here.
Everything is in points, with the frame's lower left corner at 0, 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import textalloc
from matplotlib.figure import Figure

from clusteranalysis.plot.style import context

__all__: list[str] = []

#: A leader is drawn from this gap on; nearer labels need none.
LEADER = 7.0
#: Resolution at which labels are measured: that of a saved figure.
_DPI = 200
#: Shares of the frame: air around a label, the nearest and the farthest it may stand.
_AIR, _NEAREST, _FARTHEST = 0.003, 0.004, 0.2
_CANDIDATES = 300


@dataclass(frozen=True)
class Spot:
    """A placed label: its box, what is written (the name or its two lines), the leader's ends."""

    rect: np.ndarray
    text: str
    leader: np.ndarray | None

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the label."""
        return float(self.rect[[0, 2]].mean()), float(self.rect[[1, 3]].mean())


def place(
    anchors: np.ndarray,
    radii: np.ndarray,
    texts: Sequence[Sequence[str]],
    frame: tuple[float, float],
    size: float,
    *,
    weights: np.ndarray | None = None,
    blocked: Sequence[np.ndarray] = (),
    lines: Sequence[np.ndarray] = (),
) -> list[Spot | None]:
    """Find a place for every label.

    `texts` gives every way that a label may be broken into lines, the best first; rectangles in
    `blocked` and `lines` (points by rows) are never covered. The label with the largest weight
    chooses its place first.
    """
    first = [ways[0] for ways in texts]
    walls = [*(_wall(box) for box in blocked), *lines]
    best: list[Spot | None] = [None] * len(texts)
    # Whoever comes first takes the best place. The heaviest first is what a reader wants; the
    # most crowded first leaves fewer without any place.
    weighed = np.argsort(-(np.zeros(len(anchors)) if weights is None else weights), kind="stable")
    for order in (weighed, _crowded(anchors)):
        lost = [True] * len(texts)
        # Two narrow lines may fit where one wide line does not: for the lost alone, or for all.
        for written in range(3):
            chosen = [
                ways[-1] if written == 2 or (written == 1 and gone) else ways[0]
                for ways, gone in zip(texts, lost, strict=True)
            ]
            if None not in best or (written and chosen == first):
                break
            tried = _allocate(anchors, radii, chosen, frame, size, order, walls)
            lost = [spot is None for spot in tried]
            best = min(best, tried, key=lambda spots: sum(spot is None for spot in spots))
    return best


def _crowded(anchors: np.ndarray) -> np.ndarray:
    """Order the bubbles by how many others stand within an inch, the most first."""
    apart = np.hypot(*(anchors[:, None] - anchors[None]).transpose(2, 0, 1))
    return np.argsort(-(apart < 72).sum(axis=1), kind="stable")


def _allocate(
    anchors: np.ndarray, radii: np.ndarray, texts: list[str], frame: tuple[float, float],
    size: float, order: np.ndarray, walls: Sequence[np.ndarray],
) -> list[Spot | None]:  # fmt: skip
    """Place one way to write the labels, on a blank picture of the frame's size."""
    scale = _DPI / 72
    with context():
        figure = Figure(figsize=(frame[0] / 72, frame[1] / 72), dpi=_DPI)
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set_xlim(0, frame[0])
        ax.set_ylim(0, frame[1])
        # textalloc's own types are narrower than what it takes.
        given: dict[str, Any] = {
            "scatter_sizes": radii * scale,
            "text_scatter_sizes": radii[order] * scale,
            "x_lines": [wall[:, 0] for wall in walls] or None,
            "y_lines": [wall[:, 1] for wall in walls] or None,
        }
        _, leaders, artists, _ = textalloc.allocate(
            ax, anchors[order, 0], anchors[order, 1], [texts[i] for i in order],
            x_scatter=anchors[:, 0], y_scatter=anchors[:, 1], textsize=size, draw_lines=True,
            draw_all=False, nbr_candidates=_CANDIDATES, margin=_AIR, min_distance=_NEAREST,
            max_distance=_FARTHEST, avoid_label_lines_overlap=True,
            avoid_crossing_label_lines=True, linespacing=1.15, va="bottom", **given,
        )  # fmt: skip
        drawn: list[Any] = artists
        spots: list[Spot | None] = [None] * len(texts)
        for index, artist, line in zip(order, drawn, leaders, strict=True):
            if artist is None:
                continue
            box = artist.get_window_extent()
            rect = np.array([box.x0, box.y0, box.x1, box.y1]) / scale
            leader = None
            if line is not None:
                leader = _leader(anchors, radii, int(index), rect, (line[0][0], line[1][0]))
                if leader is not None and _through(leader, anchors, radii, int(index)):
                    # textalloc minds labels only: a leader through a stranger's bubble misleads.
                    continue
            spots[index] = Spot(rect, texts[index], leader)
    return spots


def _wall(box: np.ndarray) -> np.ndarray:
    """Fill a rectangle with one line, since labels keep off lines: no label fits between turns."""
    rows = np.linspace(box[1], box[3], max(2, int((box[3] - box[1]) / 4)))
    turns = [[(box[0], y), (box[2], y)][:: 1 if i % 2 else -1] for i, y in enumerate(rows)]
    return np.array(turns).reshape(-1, 2)


def _leader(
    anchors: np.ndarray, radii: np.ndarray, index: int, rect: np.ndarray, end: tuple[float, float]
) -> np.ndarray | None:
    """Ends of the line from the bubble's edge to its label, or None where the two nearly touch."""
    near = np.clip(anchors, rect[:2], rect[2:]) - anchors
    gaps = np.hypot(*near.T) - radii
    own = gaps[index]
    # A label nearer to a stranger's edge than to its own misleads unless a leader tells.
    if own <= LEADER and (np.delete(gaps, index) > own).all():
        return None
    way = np.array(end) - anchors[index]
    start = anchors[index] + way / max(float(np.hypot(*way)), 1e-9) * radii[index]
    return np.concatenate([start, end])


def _through(leader: np.ndarray, anchors: np.ndarray, radii: np.ndarray, index: int) -> bool:
    """Tell whether a leader passes through the bubble of another."""
    start, way = leader[:2], leader[2:] - leader[:2]
    along = ((anchors - start) @ way) / max(float(way @ way), 1e-9)
    near = start + np.clip(along, 0, 1)[:, None] * way
    hit = np.hypot(*(near - anchors).T) < radii
    hit[index] = False
    return bool(hit.any())
