"""How do lines carry their names at their right ends, where lines may end at one height?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from clusteranalysis.plot import _layout as lay

__all__: list[str] = []


@dataclass(frozen=True)
class End:
    """Where a line ends and what it is called."""

    y: float
    name: str
    color: str
    bold: bool = False


class Ends:
    """Names of lines beyond the right side of the axes, each with a thin leader to its line."""

    def __init__(self, ax: Axes, ends: Sequence[End], size: float) -> None:
        self.ax, self.ends = ax, ends
        room = lay.width_in(ax) * 72 * (0.3 if lay.narrow(ax) else 0.24)
        texts = [lay.wrap(end.name, room, size, "bold") for end in ends]
        self.heights = [lay.text_height(text, size) + 2 for text in texts]
        self.artists: list[Any] = [
            ax.annotate(
                text, (1, end.y), xycoords=ax.get_yaxis_transform(), xytext=(10, 0),
                textcoords="offset points", va="center", fontsize=size, annotation_clip=False,
                fontweight="bold" if end.bold else "normal",
                arrowprops={"arrowstyle": "-", "color": end.color, "linewidth": 0.8,
                            "shrinkA": 1, "shrinkB": 1, "relpos": (0, 0.5)},
            )
            for end, text in zip(ends, texts, strict=True)
        ]  # fmt: skip

    @property
    def height(self) -> float:
        """Points that all names need above each other."""
        return sum(self.heights)

    def untangle(self) -> None:
        """Move the names apart in an axes of final size; the leaders still point at the ends."""
        frame = self.ax.get_window_extent()
        to_pixels = self.ax.transData.transform
        at = [
            float(lay.points(self.ax, to_pixels((self.ax.get_xlim()[1], end.y))[1] - frame.y0))
            for end in self.ends
        ]
        top = float(lay.points(self.ax, frame.height)) + 4.0
        placed = lay.spread(at, self.heights, -4.0, top)
        for artist, old, new in zip(self.artists, at, placed, strict=True):
            artist.set_position((10, new - old))
