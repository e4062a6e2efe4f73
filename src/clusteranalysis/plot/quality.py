"""How much of each cluster's jobs does the agency publish?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.style import BLUE, MUTED, SKY, context
from clusteranalysis.schema import check_columns

__all__ = ["data_quality"]

_PARTS = (
    ("published_share", "published", BLUE, ""),
    ("deduced_share", "deduced from totals", SKY, "////"),
    ("open_share", "not published: at most this share", "white", "xxxx"),
)


def data_quality(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw which share of each cluster's jobs is published, deduced or open, best known first.

    Parameters
    ----------
    table : DataFrame
        One row a cluster: ``name`` and shares from 0 to 1 that add up to 1:
        ``published_share``, ``open_share`` (the most that could be unpublished: the upper less
        the lower bound of jobs, over the upper bound) and optionally ``deduced_share`` (exact by
        subtraction). A row with a NaN is drawn as one dotted bar, "not known".
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year).

    Returns
    -------
    Axes
        One bar container a share.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, or the shares of a row do not add up to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import data_quality, figure
    >>> shares = pd.DataFrame({"name": ["Wine", "Oil"], "published_share": [1.0, 0.6],
    ...                        "open_share": [0.0, 0.4]})
    >>> ax = data_quality(shares, ax=figure()[1])
    >>> [float(bar.get_width()) for bar in ax.containers[0]]
    [100.0, 60.0]
    """
    check_columns(table, ["name", "published_share", "open_share"], what="quality table")
    if len(table) == 0:
        raise SchemaError("the quality table has no rows: nothing to draw")
    parts = [part for part in _PARTS if part[0] in table.columns]
    columns = [part[0] for part in parts]
    frame = pd.DataFrame({column: fmt.floats(table, column) for column in columns})
    frame["name"] = fmt.strings(table, "name")
    known = frame[columns].notna().all(axis=1)
    total = frame[columns].sum(axis=1)
    bad = known & (((total - 1).abs() > 0.01) | (frame[columns] < 0).any(axis=1))
    if bad.any():
        listed = ", ".join(
            f"{frame['name'][i]!r} ({total[i]:.3f})" for i in np.flatnonzero(bad)[:5]
        )
        raise SchemaError(
            f"the columns {', '.join(map(repr, columns))} must be shares that add up to 1; they "
            f"do not for {listed}: divide by the upper bound of jobs"
        )
    frame["best"] = frame["open_share"].where(known, 2.0)
    shown = frame.sort_values("best", kind="stable", ignore_index=True)
    sure = shown["best"].to_numpy() < 2
    with context():
        ax = lay.begin(ax, height=1.6 + 0.2 * len(shown), rows=len(shown))
        lines = rows(ax, shown["name"].tolist())
        thick = 0.34 if lines.compact else 0.62
        left = np.zeros(len(shown))
        handles: list[Any] = []
        for column, _, fill, hatch in parts:
            values = 100 * shown[column].where(sure, 0.0).to_numpy()
            ax.barh(
                lines.y, values, thick, left=left, color=fill, hatch=hatch, zorder=2,
                edgecolor=MUTED if fill == "white" else "white", linewidth=0.5,
            )  # fmt: skip
            left += values
            handles.append(
                Patch(facecolor=fill, hatch=hatch, linewidth=0.5,
                      edgecolor=MUTED if fill == "white" else "white")
            )  # fmt: skip
        labels = [part[1] for part in parts]
        if not sure.all():
            blank: dict[str, Any] = {"facecolor": "white", "edgecolor": MUTED, "linestyle": ":"}
            ax.barh(lines.y[~sure], 100.0, thick, zorder=2, **blank)
            handles.append(Patch(**blank))
            labels.append("not known")
        ax.set_xlim(0, 100)
        fmt.few_ticks(ax, 3 if lines.compact else 6)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}%"))
        for column, _, _, _ in parts if not lines.compact else parts[:1]:
            head = column.removesuffix("_share").capitalize()
            lines.column(
                head if head != "Open" else "Open ≤",
                [percent(v) if ok else "–" for v, ok in zip(shown[column], sure, strict=True)],
            )
        ax.set_xlabel("Share of the cluster's jobs", fontsize=lines.size)
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "How much of each cluster is published?",
            note=fmt.join_notes(
                note, "The number at the right of each name: published." if lines.compact else ""
            ),
            groups=[lay.Group(handles, labels)],
            outside=lines.outside,
            height=lines.height,
        )
    return ax


def percent(share: float) -> str:
    """Write a share in whole percent, without rounding something to nothing or to everything."""
    value = 100 * share
    if 0 < value < 1:
        return "<1%"
    if 99 < value < 100:
        return ">99%"
    return f"{value:.0f}%"
