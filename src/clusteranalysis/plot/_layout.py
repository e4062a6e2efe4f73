"""Where do title, legend, axes, columns and footer go so that nothing is clipped or overlaps?

Text is measured, then the axes takes what is left. A figure that holds nothing but our axes is
ours to lay out (and to make taller); an axes in a larger figure of the caller keeps its place.
All lengths are points (1/72 inch), which do not depend on the resolution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import offset_copy

from clusteranalysis.plot.style import GRID, MUTED, TEXT

__all__: list[str] = []

MARGIN = 8.0
GAP = 6.0
#: Below this width (inches) names go above their rows and bubbles are numbered.
_NARROW = 5.0
_WIDE = 10.0


def begin(ax: Axes | None, height: float = 4.8, rows: int = 0) -> Axes:
    """Return the caller's axes dressed, or a new one that a notebook shows."""
    if ax is None:
        # pyplot picks a backend when imported: only a caller who wants a shown figure pays.
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(7.2, height))
    assert ax is not None
    if owns(ax):
        ax.figure.set_facecolor("white")
    ax.set_facecolor("white")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_axisbelow(True)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_tick_params(
            labelsize=text_size(ax, rows), labelfontfamily="DejaVu Sans", labelcolor=TEXT, length=0
        )
    return ax


def root(ax: Axes) -> Figure:
    """Return the figure at the bottom of any nest of subfigures."""
    found = ax.get_figure(root=True)
    assert isinstance(found, Figure)
    return found


def owns(ax: Axes) -> bool:
    """Tell whether this axes is alone in its figure, so that we may move it."""
    fig = root(ax)
    return len(fig.axes) == 1 and fig.get_layout_engine() is None and not fig.subfigs


def width_in(ax: Axes) -> float:
    """Inches of width that the plot may fill."""
    whole = float(root(ax).get_size_inches()[0])
    return whole if owns(ax) else whole * float(ax.get_position().width) * 1.25


def narrow(ax: Axes) -> bool:
    """Tell whether there is a phone's width only."""
    return width_in(ax) < _NARROW


def text_size(ax: Axes, rows: int = 0) -> float:
    """Size of labels: 9 points on paper and phones; 11 on slides where so many rows fit."""
    tall = float(root(ax).get_size_inches()[1]) * 72
    return 11.0 if width_in(ax) >= _WIDE and rows * 17 + 150 <= tall else 9.0


def points(ax: Axes, pixels: Any) -> Any:
    """Convert display units to points."""
    return pixels * 72.0 / root(ax).dpi


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width in points of the widest line, without any renderer, 2% on the safe side."""
    font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
    widths = [
        text_to_path.get_text_width_height_descent(line, font, False)[0]
        for line in text.split("\n")
    ]
    return 1.02 * max(widths)


def text_height(text: str, size: float) -> float:
    """Height in points of a block of lines, on the safe side."""
    return size * (1.25 + 1.42 * text.count("\n"))


def wrap(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Break text into lines no wider than `width` points; a single long word stays whole."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, size, weight) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return "\n".join(lines)


def two_lines(name: str, size: float) -> str:
    """Break a name at the space that makes its two lines most alike."""
    cuts = [i for i, letter in enumerate(name) if letter == " "]
    broken = [f"{name[:i]}\n{name[i + 1 :]}" for i in cuts]
    return min(broken, key=lambda text: text_width(text, size), default=name)


def spread(wanted: Sequence[float], gap: Sequence[float], low: float, high: float) -> np.ndarray:
    """Move centres apart as little as needed so that blocks of height `gap` do not overlap.

    The order is kept. Blocks stay within `low` and `high` where they fit there at all.
    """
    order = np.argsort(np.asarray(wanted, float), kind="stable")
    heights = np.asarray(gap, float)[order]
    # Stacking heights away turns "do not overlap" into "be non-decreasing": pool violators.
    base = np.cumsum(heights) - heights / 2
    target = np.asarray(wanted, float)[order] - base
    pools: list[list[float]] = []
    for value in target:
        pools.append([value, 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value_b, count_b = pools.pop()
            value_a, count_a = pools.pop()
            count = count_a + count_b
            pools.append([(value_a * count_a + value_b * count_b) / count, count])
    start = np.repeat([p[0] for p in pools], [int(p[1]) for p in pools])
    start = np.clip(start, low, max(low, high - heights.sum()))
    result = np.empty(len(order))
    result[order] = start + base
    return result


class Middle(HandlerLine2D):
    """Draw a tall marker in the middle of its box, where the legend would draw it too high."""

    def create_artists(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Move what the base class draws; positions 3 and 5 are the descent and the height."""
        made: list[Any] = list(super().create_artists(*args, **kwargs))
        for line in made:
            line.set_ydata([args[5] / 2 - args[3]] * len(line.get_ydata()))
        return made


@dataclass
class Group:
    """One line of a legend: handles, their labels, and a heading."""

    handles: list[Any]
    labels: list[str]
    title: str = ""
    spacing: float = 0.5
    pad: float = 0.6
    length: float = 1.6
    height: float = 0.7
    handler: HandlerLine2D | None = None


@dataclass
class Arranged:
    """What a layout decided: offsets in points from the axes' upper left corner, and artists."""

    left: float
    strip: float
    artists: list[Artist] = field(default_factory=list)

    def undo(self) -> None:
        """Take the legends and footers away, so that another layout can be made."""
        for artist in self.artists:
            artist.remove()
        self.artists = []


def _legend(ax: Axes, group: Group, width: float, size: float) -> Legend:
    """Make a legend with as many columns as fit the width."""
    title = f"{group.title}  " if group.title else ""
    room = width - (group.length + group.pad + 2.0) * size
    texts = [wrap(label, room, size) for label in group.labels]
    legend: Legend | None = None
    for columns in range(len(texts), 0, -1):
        # Legends fill column by column; readers read row by row.
        order = [i for first in range(columns) for i in range(first, len(texts), columns)]
        legend = Legend(
            ax,
            [group.handles[i] for i in order],
            [texts[i] for i in order],
            title=title or None,
            ncols=columns,
            loc="lower left",
            frameon=False,
            borderaxespad=0,
            borderpad=0,
            handletextpad=group.pad,
            handlelength=group.length,
            handleheight=group.height,
            handler_map={Line2D: group.handler} if group.handler else None,
            columnspacing=1.4,
            labelspacing=group.spacing,
            alignment="left",
            prop={"family": ["DejaVu Sans"], "size": size},
            title_fontproperties={"family": ["DejaVu Sans"], "size": size},
        )
        legend.set_in_layout(False)
        ax.add_artist(legend)
        if points(ax, legend.get_window_extent().width) <= width or columns == 1:
            return legend
        legend.remove()
    assert legend is not None
    return legend


def _overhang(ax: Axes, outside: Sequence[Artist]) -> tuple[float, float, float, float]:
    """Return how far ticks, axis labels and `outside` reach beyond the axes: l, r, b, t."""
    boxes = [axis.get_tightbbox() for axis in (ax.xaxis, ax.yaxis) if ax.axison]
    boxes += [artist.get_window_extent() for artist in outside]
    frame = ax.get_window_extent()
    found = [box for box in boxes if box is not None and box.width > 0]
    left = max([0.0, *(frame.x0 - box.x0 for box in found)])
    right = max([0.0, *(box.x1 - frame.x1 for box in found)])
    below = max([0.0, *(frame.y0 - box.y0 for box in found)])
    above = max([0.0, *(box.y1 - frame.y1 for box in found)])
    left, right, below, above = (points(ax, v) for v in (left, right, below, above))
    return left, right, below, above


def arrange(
    ax: Axes,
    *,
    title: str,
    note: str,
    size: float,
    groups: Sequence[Group] = (),
    outside: Sequence[Artist] = (),
    height: float = 120.0,
    strip: float = 0.0,
    key: Callable[[float], str] | None = None,
) -> Arranged:
    """Lay out one axes: title, legends and a free strip above it; key and note below it.

    `key` writes a block of text for a given width.
    """
    fig = root(ax)
    mine = owns(ax)
    left = right = below = above = 0.0
    if mine:
        # Twice, because the choice of ticks (hence the width of their labels) follows the size.
        for _ in range(2):
            left, right, below, above = _overhang(ax, outside)
            _place(ax, left, right, below + 40, above + 40)
        frame_left = -left
        width = float(fig.get_size_inches()[0]) * 72 - 2 * MARGIN
    else:
        left, right, below, above = _overhang(ax, outside)
        frame_left = 0.0
        width = float(points(ax, ax.get_window_extent().width))
    text = wrap(title, width, size + 3, "bold")
    style: dict[str, Any] = {"fontsize": size + 3, "fontweight": "bold", "color": TEXT}
    heading = ax.set_title(text, loc="left", **style)
    legends = [_legend(ax, group, width, size) for group in groups]
    up = above + (GAP if above else 3.0)
    made = Arranged(frame_left, up, [*legends])
    up += strip + (GAP if strip else 0.0)
    for legend in reversed(legends):
        anchor = offset_copy(ax.transAxes, fig, frame_left, up, units="points")
        legend.set_bbox_to_anchor((0, 1), transform=anchor)
        up += float(points(ax, legend.get_window_extent().height)) + GAP
    ax.set_title(text, loc="left", pad=up + 2, **style)
    up += float(points(ax, heading.get_window_extent().height)) + 2
    down = below + GAP
    for block, color in ((key(width) if key else "", TEXT), (wrap(note, width, size), MUTED)):
        if block:
            footer = ax.annotate(
                block,
                (0, 0),
                xycoords="axes fraction",
                xytext=(frame_left, -down),
                textcoords="offset points",
                ha="left",
                va="top",
                fontsize=size,
                color=color,
                annotation_clip=False,
                linespacing=1.25,
            )
            made.artists.append(footer)
            down += float(points(ax, footer.get_window_extent().height)) + GAP
    if mine:
        needed = up + down - GAP + height + 2 * MARGIN
        if needed > float(fig.get_size_inches()[1]) * 72:
            fig.set_figheight(needed / 72)
        _place(ax, left, right, down - GAP, up)
        heading.set_x(frame_left / float(points(ax, ax.get_window_extent().width)))
    return made


def _place(ax: Axes, left: float, right: float, below: float, above: float) -> None:
    """Give the axes what the given room on each side leaves, never less than nothing."""
    whole, tall = (float(v) * 72 for v in root(ax).get_size_inches())
    x0, y0 = (MARGIN + left) / whole, (MARGIN + below) / tall
    wide = max(0.1, 1 - (2 * MARGIN + left + right) / whole)
    high = max(0.1, 1 - (2 * MARGIN + below + above) / tall)
    ax.set_position((x0, y0, wide, high))


def grid(ax: Axes, axis: Any) -> None:
    """Draw light grid lines along one axis, or both."""
    ax.grid(True, axis=axis, color=GRID, linewidth=0.8)


def outside_text(ax: Axes, text: str, x: float, y: float, **kwargs: Any) -> Text:
    """Write beyond the axes, unclipped."""
    return ax.text(x, y, text, clip_on=False, **kwargs)
