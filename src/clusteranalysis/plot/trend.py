"""How have jobs in the region moved, next to its neighbours and the country?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._ends import End, Ends
from clusteranalysis.plot.style import BLUE, GREEN, MUTED, ORANGE, PURPLE, SKY, VERMILION, context
from clusteranalysis.schema import check_columns

__all__ = ["employment_trend"]

_COLUMNS = ("region", "year", "employment", "index")
#: Spells that readers will ask about; shaded, never interpreted.
# Mid-March counts: that of 2008 comes after the downturn began, that of 2020 just before the
# closures. Each spell runs between counts, from half a year before its first to its last.
_SPELLS = ((2007.5, 2009.5, "2008–09\nrecession"), (2020.2, 2021.5, "pandemic"))
_OTHERS = (
    (VERMILION, (0, (5, 1.6)), "s"),
    (GREEN, (0, (1.5, 1.2)), "^"),
    (MUTED, (0, (7, 1.6, 1.5, 1.6)), "D"),
    (PURPLE, (0, (3, 1.2)), "v"),
    (ORANGE, (0, (5, 1.2, 1, 1.2, 1, 1.2)), "P"),
    (SKY, "-", "X"),
)


def employment_trend(
    table: pd.DataFrame,
    *,
    breaks: Mapping[int, str] | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw the employment index of each region by year.

    The first region of the table is emphasised. Lines differ in dash and marker as well as in
    colour and carry their names at their ends. The vertical axis is an index, so it need not
    begin at zero; the line at 100 is drawn.

    Parameters
    ----------
    table : DataFrame
        One row a region and year: ``region`` (its name), ``year``, ``employment`` (jobs) and
        ``index`` (jobs relative to the first common year, which is 100). NaN, and a year that is
        absent between others, breaks the line.
    breaks : mapping of int to str, optional
        First year of each new edition of the industry code and its name, such as
        ``{2003: "NAICS 2002"}``: a dotted line before that year, named above the picture. Years
        outside of the table's are left out.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, vintage).

    Returns
    -------
    Axes

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a region and year comes twice, or no index is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import employment_trend, figure
    >>> jobs = pd.DataFrame({"region": "East Bay", "year": [2019, 2020, 2021],
    ...                      "employment": [1000.0, 900.0, 950.0], "index": [100.0, 90.0, 95.0]})
    >>> ax = employment_trend(jobs, ax=figure()[1])
    >>> [float(v) for v in ax.get_lines()[-1].get_ydata()]
    [100.0, 90.0, 95.0]
    """
    check_columns(table, _COLUMNS, what="trend table")
    names = list(dict.fromkeys(fmt.strings(table, "region")))
    year, index = fmt.floats(table, "year"), fmt.floats(table, "index")
    region = np.array(fmt.strings(table, "region"), dtype=object)
    if pd.DataFrame({"region": region, "year": year}).duplicated().any():
        raise SchemaError("the trend table has a region and year twice: keep one row of each")
    if not np.isfinite(index).any():
        raise SchemaError("column 'index' of the trend table holds no number: nothing to draw")
    drawn = [name for name in names if np.isfinite(index[region == name]).any()]
    with context():
        ax = lay.begin(ax)
        size = lay.text_size(ax)
        years = np.arange(int(np.nanmin(year)), int(np.nanmax(year)) + 1)
        low, high = float(np.nanmin(index)), float(np.nanmax(index))
        low, high = min(low, 100.0), max(high, 100.0)
        reach = max(high - low, 2.0)
        # Room at the top for the names of shaded years, which no line may cross.
        head = 0.16 if any(years[0] <= b and years[-1] >= a for a, b, _ in _SPELLS) else 0.05
        ax.set_ylim(low - 0.06 * reach, high + head * reach)
        pad = 0.02 * max(len(years) - 1, 1)
        ax.set_xlim(years[0] - max(pad, 0.3), years[-1] + max(pad, 0.3))
        _shade(ax, int(years[0]), int(years[-1]), size)
        ax.axhline(100, color="#777777", linewidth=1.0, zorder=1.5)
        lay.grid(ax, "y")
        ends: list[End] = []
        # Backwards, so that the region of interest lies on top.
        for position in reversed(range(len(drawn))):
            name = drawn[position]
            mine = region == name
            values = pd.Series(index[mine], index=year[mine].astype(int)).reindex(years)
            color, dash, marker = (
                (BLUE, "-", "o")
                if name == names[0]
                else _OTHERS[(names.index(name) - 1) % len(_OTHERS)]
            )
            first = name == names[0]
            ax.plot(
                years, values.to_numpy(), color=color, linestyle=dash, marker=marker,
                linewidth=2.8 if first else 1.5, markersize=4.5 if first else 3.2,
                markeredgewidth=0, zorder=4 if first else 3, label=name,
                # A lone year between gaps is no line: its marker must show it.
                markevery=_marked(values.to_numpy(), first),
            )  # fmt: skip
            known = values.dropna()
            last = int(known.index[-1])
            label = name if last == years[-1] else f"{name} (to {last})"
            ends.append(End(float(known.iloc[-1]), label, color, bold=first))
        named = Ends(ax, ends, size)
        marks = {b: t for b, t in sorted((breaks or {}).items()) if years[0] < b <= years[-1]}
        signs = [_sign(ax, edge - 0.5, text, size) for edge, text in marks.items()]
        ax.xaxis.set_major_locator(MaxNLocator(nbins=5 if lay.narrow(ax) else 10, integer=True))
        ax.set_ylabel("Jobs, first year = 100", fontsize=size)
        missing = [name for name in names if name not in drawn]
        lay.arrange(
            ax,
            size=size,
            title=title or f"How have jobs in {names[0]} moved?",
            note=fmt.join_notes(note, fmt.not_shown(missing, "jobs withheld")),
            outside=[*named.artists, *signs],
            height=max(150.0, named.height),
        )
        named.untangle()
        _side_by_side(ax, signs, size)
    return ax


def _sign(ax: Axes, x: float, text: str, size: float) -> Annotation:
    """Draw a dotted line between two years and name it above the axes."""
    ax.axvline(x, color=MUTED, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1.6)
    return ax.annotate(
        text.replace(" ", "\n"), (x, 1), xycoords=ax.get_xaxis_transform(), xytext=(0, 3),
        textcoords="offset points", ha="center", va="bottom", fontsize=size, color=MUTED,
        linespacing=1.1, annotation_clip=False,
    )  # fmt: skip


def _side_by_side(ax: Axes, signs: Sequence[Annotation], size: float) -> None:
    """Move the names of close lines apart in an axes of final size."""
    frame = ax.get_window_extent()
    at = [float(lay.points(ax, ax.transData.transform((s.xy[0], 0))[0] - frame.x0)) for s in signs]
    wide = [lay.text_width(sign.get_text(), size) + 4 for sign in signs]
    edge = float(lay.points(ax, frame.width))
    for sign, old, new in zip(signs, at, lay.spread(at, wide, 0.0, edge), strict=True):
        sign.set_position((new - old, 3))


def _shade(ax: Axes, first: int, last: int, size: float) -> None:
    """Shade the spells that the years touch and name them in plain words."""
    for start, end, label in _SPELLS:
        if start > last or end < first:
            continue
        left, right = max(start, ax.get_xlim()[0]), min(end, ax.get_xlim()[1])
        ax.axvspan(left, right, color="#EFEFEF", zorder=0.5, linewidth=0)
        # A name at the right end leans left, so that it never meets the names of the lines.
        edge = end >= last
        ax.annotate(
            label, (right if edge else (left + right) / 2, 1),
            xycoords=ax.get_xaxis_transform(), xytext=(0, -3), textcoords="offset points",
            ha="right" if edge else "center", va="top", fontsize=size, color=MUTED, zorder=5,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )  # fmt: skip


def _marked(values: np.ndarray, first: bool) -> list[int]:
    """Choose the years with a marker: lone years, ends of a stretch, and every fourth year."""
    known = np.isfinite(values)
    edges = [0, *(i for i, (a, b) in enumerate(pairwise(known), 1) if a != b), len(known)]
    chosen = set(range(0, len(known), 1 if first else 4))
    for start, stop in pairwise(edges):
        chosen |= {start, stop - 1}
    return sorted(i for i in chosen if 0 <= i < len(known) and known[i])
