"""How large are the establishments of an industry or a region?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.quality import percent
from clusteranalysis.plot.style import BLUE, MUTED, ORANGE, TEXT, context
from clusteranalysis.schema import check_columns

__all__ = ["classes_read", "size_classes"]

_OPEN: dict[str, Any] = {"facecolor": "white", "edgecolor": MUTED, "hatch": "////"}


def size_classes(
    table: pd.DataFrame,
    *,
    total: float | None = None,
    reference_name: str = "US",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw establishments by size class, beside what the reference's mix would give.

    A withheld class has no bar but its range: from zero to what the published total leaves, or
    the word alone where the total is not given.

    Parameters
    ----------
    table : DataFrame
        One row a class, in order of size: ``size_class`` (such as ``"1-4 jobs"``) and
        ``establishments`` (count; NaN = withheld, which is not zero); optional
        ``reference_share`` (0..1 of the reference's establishments that are in the class).
    total : float, optional
        The published number of all establishments. By default the sum where no class is
        withheld, otherwise not known: then there are no shares and no marks of the reference.
    reference_name : str
        What the marks of ``reference_share`` stand for.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year).

    Returns
    -------
    Axes
        Its first bar container holds the published classes, NaN-wide where withheld.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a class comes twice, a count is negative, the classes
        exceed the total, or nothing is published.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, size_classes
    >>> found = pd.DataFrame({"size_class": ["1-4 jobs", "5-9 jobs", "10 or more jobs"],
    ...                       "establishments": [50.0, 30.0, float("nan")]})
    >>> ax = size_classes(found, total=85, ax=figure()[1])
    >>> [text.get_text() for text in ax.texts if "≤" in text.get_text()]
    ['≤ 5', '≤ 6%']
    """
    names, count, share, total = classes_read(table, total)
    known = np.isfinite(count)
    left = (total - np.nansum(count)) if total is not None else np.nan
    with context():
        ax = lay.begin(ax, height=1.9 + 0.25 * len(names))
        lines = rows(ax, names)
        lay.grid(ax, "x")
        thick = 0.34 if lines.compact else 0.62
        ax.barh(lines.y, count, thick, color=BLUE, zorder=2)
        group = lay.Group([Patch(facecolor=BLUE)], ["establishments"])
        if not known.all():
            if left > 0:
                ax.barh(lines.y[~known], left, thick, zorder=2, linewidth=0.6, **_OPEN)
            group.handles.append(Patch(linewidth=0.6, **_OPEN))
            group.labels.append(
                "withheld: anywhere from zero to what the total leaves" if left == left
                else "withheld"
            )  # fmt: skip
        marks = np.full(len(names), np.nan) if total is None else share * total
        if np.isfinite(marks).any():
            ax.plot(
                marks, lines.y, linestyle="none", marker="D", markersize=5.5, zorder=3,
                clip_on=False,
                markerfacecolor="white", markeredgecolor=ORANGE, markeredgewidth=1.6,
            )  # fmt: skip
            group.handles.append(
                Line2D([], [], linestyle="none", marker="D", markersize=5.5,
                       markerfacecolor="white", markeredgecolor=ORANGE, markeredgewidth=1.6)
            )  # fmt: skip
            group.labels.append(f"as many as the {reference_name} mix would give")
        top = float(np.nanmax([*count, *marks, left if not known.all() else np.nan]))
        ax.set_xlim(0, 1.04 * top if top > 0 else 1.0)
        ax.axvline(0, color=TEXT, linewidth=1.0, zorder=2.5)
        fmt.few_ticks(ax, 3 if lines.compact else 6)
        fmt.count_axis(ax.xaxis)
        most = f"≤ {fmt.number(left)}" if left == left else "withheld"
        lines.column("Number", [fmt.number(v) if v == v else most for v in count])
        if total:
            limit = percent(left / total)
            limit = limit if limit.startswith("<") else f"≤ {limit}"
            lines.column("Share", [percent(v / total) if v == v else limit for v in count])
        ax.set_xlabel("Establishments", fontsize=lines.size)
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "How large are the establishments?",
            note=fmt.join_notes(
                note,
                "" if total is not None or "reference_share" not in table.columns
                else "No comparison: the total is not known, since a class is withheld.",
            ),
            groups=[group],
            outside=lines.outside,
            height=lines.height,
        )  # fmt: skip
    return ax


def classes_read(
    table: pd.DataFrame, total: float | None
) -> tuple[list[str], np.ndarray, np.ndarray, float | None]:
    """Check the table; give names, counts, the reference's shares and the total if it is known."""
    check_columns(table, ["size_class", "establishments"], what="table of size classes")
    names, count = fmt.strings(table, "size_class"), fmt.floats(table, "establishments")
    share = np.full(len(count), np.nan)
    if "reference_share" in table.columns:
        share = fmt.floats(table, "reference_share")
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise SchemaError(f"column 'size_class' holds {twice[0]!r} twice: keep one row of each")
    if (count < 0).any() or (share < 0).any() or (share > 1).any():
        raise SchemaError(
            "column 'establishments' must hold counts and 'reference_share' shares from 0 to 1; "
            f"{names[int(((count < 0) | (share < 0) | (share > 1)).argmax())]!r} does not: put "
            "NaN where a class is withheld"
        )
    known = np.isfinite(count)
    if not known.any():
        raise SchemaError(
            "column 'establishments' of the table of size classes holds no number: nothing to draw"
        )
    if total is None and known.all():
        total = float(count.sum())
    if total is not None and np.nansum(count) > total:
        raise SchemaError(
            f"the classes add up to {np.nansum(count):,.0f} establishments, more than "
            f"total={total:,.0f}: pass the total of the same rows"
        )
    return names, count, share, total
