"""How are bubbles named: at their places where there is room, by number and key elsewhere?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from clusteranalysis.plot import _labels as places
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot.style import MUTED, TEXT

__all__: list[str] = []


@dataclass
class Naming:
    """Bubbles to be named: places in data units, radii in points, ranks that serve as numbers."""

    ax: Axes
    at: np.ndarray
    radii: np.ndarray
    names: Sequence[str]
    order: Sequence[int]
    size: float
    weights: np.ndarray
    bold: np.ndarray
    #: What the key says before its list, on a phone where it names all.
    head: str
    #: Lines in data units that labels keep off, and how leaders are dashed to differ from them.
    lines: Sequence[np.ndarray] = ()
    leader: Any = "-"

    def draw(
        self,
        arrange: Callable[[Callable[[float], str] | None], lay.Arranged],
        settle: Callable[[float, float], list[Text]],
        keyed: Collection[int] = (),
    ) -> None:
        """Lay out until every bubble has its name or its number.

        `arrange` makes the layout for a key; `settle` then sets the limits for the frame's size
        in points and returns the texts inside the frame that no label may cover. Bubbles in
        `keyed` have numbers from the start.
        """
        known = set(keyed)
        numbers = {index: str(rank) for rank, index in enumerate(self.order, 1)}
        while True:
            arranged = arrange(partial(self._key, numbers, frozenset(known)) if known else None)
            box = self.ax.get_window_extent()
            wide, tall = (float(lay.points(self.ax, v)) for v in (box.width, box.height))
            fixed = settle(wide, tall)
            spots = self._spots(fixed, numbers, known, wide, tall)
            lost = {i for i, spot in enumerate(spots) if spot is None} - known
            if not lost:
                break
            # Number what has no free place, and lay out again with room for its key.
            known |= lost
            for artist in fixed:
                artist.remove()
            arranged.undo()
        for index, spot in enumerate(spots):
            self._write(index, spot, spot.text if spot else numbers[index])

    def _spots(
        self, fixed: list[Text], numbers: dict[int, str], known: set[int], wide: float, tall: float
    ) -> list[places.Spot | None]:
        frame = self.ax.get_window_extent()
        blocked = []
        for artist in fixed:
            box = artist.get_window_extent()
            edges = [box.x0 - frame.x0, box.y0 - frame.y0, box.x1 - frame.x0, box.y1 - frame.y0]
            blocked.append(np.asarray(lay.points(self.ax, np.array(edges))))
        ways = [
            [numbers[index]] if index in known else [name, lay.two_lines(name, self.size)]
            for index, name in enumerate(self.names)
        ]
        return places.place(
            self._in_points(self.at), self.radii, ways, (wide, tall), self.size,
            weights=self.weights, blocked=blocked,
            lines=[self._in_points(line) for line in self.lines],
        )  # fmt: skip

    def _in_points(self, at: np.ndarray) -> np.ndarray:
        frame = self.ax.get_window_extent()
        pixels = self.ax.transData.transform(at) - [frame.x0, frame.y0]
        return np.asarray(lay.points(self.ax, pixels))

    def _write(self, index: int, spot: places.Spot | None, text: str) -> None:
        anchor = (float(self.at[index, 0]), float(self.at[index, 1]))
        at = self._in_points(self.at)[index]
        # A number that found no place at all stands on its bubble.
        x, y = spot.center if spot else (float(at[0]), float(at[1]))
        self.ax.annotate(
            text, anchor, xytext=(x - at[0], y - at[1]), textcoords="offset points", ha="center",
            va="center", fontsize=self.size, linespacing=1.15, zorder=7, color=TEXT,
            fontweight="bold" if text.isdigit() and self.bold[index] else "normal",
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )  # fmt: skip
        if spot is not None and spot.leader is not None:
            start, end = spot.leader[:2] - at, spot.leader[2:] - at
            self.ax.annotate(
                "", anchor, xytext=(float(end[0]), float(end[1])), textcoords="offset points",
                arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.7, "shrinkA": 1.5,
                            "linestyle": self.leader,
                            "shrinkB": float(np.hypot(*start))}, zorder=2.9,
            )  # fmt: skip

    def _key(self, numbers: dict[int, str], known: frozenset[int], width: float) -> str:
        """Name the numbered bubbles, in order."""
        listed = [f"{numbers[i]} {self.names[i]}" for i in self.order if i in known]
        if lay.narrow(self.ax):
            return f"{self.head}\n" + "\n".join(listed)
        return lay.wrap("Numbers: " + "; ".join(listed) + ".", width, self.size)
