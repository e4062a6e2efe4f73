"""How are named rows laid out so that long names fit on paper and on a phone?

On paper and slides the name stands left of its row and columns of numbers right of it. On a phone
there is no room beside a 34-letter name: it goes above its row, with the number at its right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator
from matplotlib.transforms import offset_copy

from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot.style import MUTED

__all__: list[str] = []


@dataclass
class Rows:
    """Where the marks of each row go, and what the layout must leave room for."""

    ax: Axes
    y: np.ndarray
    name_y: np.ndarray
    compact: bool
    size: float
    height: float
    outside: list[Text]
    _edge: float = 0.0

    def column(self, head: str, texts: Sequence[str]) -> None:
        """Write a right-aligned column of numbers right of the axes (above the row on a phone)."""
        if self.compact:
            if self._edge:
                return
            # Only the first column has room on a phone; it says its unit in every row.
            self._edge = 1.0
            for y, text in zip(self.name_y, texts, strict=True):
                self._cell(text, y, 0.0, self.ax.get_yaxis_transform())
            return
        wide = max(lay.text_width(text, self.size) for text in [head, *texts])
        self._edge += wide + 12.0
        moved = offset_copy(
            self.ax.get_yaxis_transform(), lay.root(self.ax), self._edge, 0, units="points"
        )
        for y, text in zip(self.y, texts, strict=True):
            self._cell(text, y, 0.0, moved)
        above = offset_copy(self.ax.transAxes, lay.root(self.ax), self._edge, 3, units="points")
        self.outside.append(
            lay.outside_text(
                self.ax, head, 1, 1, transform=above, ha="right", va="bottom",
                fontsize=self.size, color=MUTED,
            )
        )  # fmt: skip

    def _cell(self, text: str, y: float, dx: float, transform: object) -> None:
        cell = lay.outside_text(
            self.ax, text, 1, y, transform=transform, ha="right", va="center_baseline",
            fontsize=self.size,
        )  # fmt: skip
        if self.compact:
            cell.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6})
            cell.set_zorder(1.9)
        else:
            self.outside.append(cell)

    def mark(self, x: float, label: str) -> None:
        """Name a vertical line, above the axes."""
        above = offset_copy(self.ax.get_xaxis_transform(), lay.root(self.ax), 0, 3, units="points")
        self.outside.append(
            lay.outside_text(
                self.ax, label, x, 1, transform=above, ha="center", va="bottom",
                fontsize=self.size, color=MUTED,
            )
        )  # fmt: skip


def rows(ax: Axes, names: Sequence[str], *, bold: Sequence[bool] | None = None) -> Rows:
    """Name the rows from top to bottom and reserve their height."""
    count = len(names)
    strong = [False] * count if bold is None else list(bold)
    size, compact = lay.text_size(ax, count), lay.narrow(ax)
    index = np.arange(count, dtype=float)
    weights = ["bold" if flag else "normal" for flag in strong]
    if compact:
        # Names share the axes with the marks: the upper half of a row is theirs.
        pitch = 2.65 * size
        y, name_y = index + 0.2, index - 0.24
        ax.yaxis.set_major_locator(FixedLocator([]))
        room = lay.width_in(ax) * 72 - 2 * lay.MARGIN - 5.5 * size
        for row, name, weight in zip(name_y, names, weights, strict=True):
            ax.text(
                0, row, _shorten(name, room, size, weight), transform=ax.get_yaxis_transform(),
                ha="left", va="center_baseline", fontsize=size, fontweight=weight, zorder=1.9,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    else:
        y = name_y = index
        room = lay.width_in(ax) * 72 * 0.42
        shown = [
            lay.wrap(name, room, size, weight) for name, weight in zip(names, weights, strict=True)
        ]
        lines = max([1, *(text.count("\n") + 1 for text in shown)])
        pitch = size * (0.25 + 1.25 * lines)
        ax.yaxis.set_major_locator(FixedLocator(index.tolist()))
        ax.yaxis.set_major_formatter(FixedFormatter(shown))
        for label, weight in zip(ax.get_yticklabels(), weights, strict=True):
            label.set_fontweight(weight)
    ax.set_ylim(max(count, 1) - 0.5, -0.5)
    return Rows(ax, y, name_y, compact, size, max(60.0, count * pitch), [])


def _shorten(name: str, room: float, size: float, weight: str) -> str:
    """Cut a name that cannot fit one line of a phone, visibly."""
    if lay.text_width(name, size, weight) <= room:
        return name
    while name and lay.text_width(f"{name}…", size, weight) > room:
        name = name[:-1]
    return f"{name.rstrip()}…"
