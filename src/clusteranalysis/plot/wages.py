"""What does a job in each cluster pay here, next to the country?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _doubt as doubt
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.style import BLUE, ORANGE, TEXT, context
from clusteranalysis.schema import check_columns

__all__ = ["wage_gap"]

_COLUMNS = ("name", "wage", "us_wage", "employment")


def wage_gap(
    table: pd.DataFrame,
    *,
    hatch_above: float = doubt.LIMIT,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw pay a job in the region and in the US, joined by a line, best paid first.

    Parameters
    ----------
    table : DataFrame
        One row a cluster: ``name``; ``wage`` and ``us_wage`` (US dollars a year a job);
        ``employment`` (jobs in the region). Where ``us_wage`` is NaN the region's dot is hollow
        and the cluster is named below; where ``wage`` is NaN the cluster is only named below.
    hatch_above : float
        A mark whose ``open_share`` and ``imputed_share`` (optional, 0..1 of its jobs) add up to
        more than this, or are not known, is hatched; the legend says so.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year).

    Returns
    -------
    Axes
        The vertical positions follow the rank, 0 at the top.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, or no wage is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, wage_gap
    >>> pay = pd.DataFrame({"name": ["Hotels", "Software"], "wage": [38000.0, 183000.0],
    ...                     "us_wage": [29000.0, 140000.0], "employment": [5000.0, 40000.0]})
    >>> ax = wage_gap(pay, ax=figure()[1])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Software', 'Hotels']
    """
    check_columns(table, _COLUMNS, what="wage table")
    frame = pd.DataFrame({column: fmt.floats(table, column) for column in _COLUMNS[1:]})
    frame["name"] = fmt.strings(table, "name")
    frame["hatched"] = doubt.doubtful(table, hatch_above)
    shown = frame[frame["wage"].notna()].sort_values(
        "wage", ascending=False, kind="stable", ignore_index=True
    )
    if shown.empty:
        raise SchemaError("column 'wage' of the wage table holds no number: nothing to draw")
    with context():
        ax = lay.begin(ax, height=1.6 + 0.2 * len(shown), rows=len(shown))
        lines = rows(ax, shown["name"].tolist())
        lay.grid(ax, "x")
        wage, us_wage = shown["wage"].to_numpy(), shown["us_wage"].to_numpy()
        both = np.isfinite(us_wage)
        ax.hlines(
            lines.y[both], wage[both], us_wage[both], color="#B5B5B5", linewidth=2.2, zorder=2
        )
        ax.scatter(
            us_wage[both], lines.y[both], marker="D", s=30, facecolor="white", edgecolor=ORANGE,
            linewidth=1.6, zorder=3,
        )  # fmt: skip
        ax.scatter(
            wage, lines.y, marker="o", s=44, edgecolor=BLUE, linewidth=1.4, zorder=3.5,
            facecolor=[BLUE if known else "white" for known in both],
        )  # fmt: skip
        hatched = shown["hatched"].to_numpy()
        for row in np.flatnonzero(hatched):
            doubt.halo(ax, wage[row], lines.y[row], 3.3, 1.9)
        top = float(np.nanmax([wage, us_wage]))
        ax.set_xlim(0, top * 1.05)
        fmt.few_ticks(ax, 3 if lines.compact else 6)
        fmt.count_axis(ax.xaxis, prefix="$")
        ax.axvline(0, color=TEXT, linewidth=1.0, zorder=1.8)
        lines.column("Jobs", [fmt.number(v) if v == v else "withheld" for v in shown["employment"]])
        ax.set_xlabel("Pay a job, US dollars a year", fontsize=lines.size)
        names = frame["name"]
        lacking = names[frame["wage"].notna() & frame["us_wage"].isna()].tolist()
        dots = lay.Group(
            [
                Line2D([], [], linestyle="none", marker="o", markersize=6.5, color=BLUE),
                Line2D([], [], linestyle="none", marker="D", markersize=5.5,
                       markerfacecolor="white", markeredgecolor=ORANGE, markeredgewidth=1.6),
            ],
            ["region", "same cluster, US"],
        )  # fmt: skip
        if lacking:
            dots.handles.append(
                Line2D([], [], linestyle="none", marker="o", markersize=6.5,
                       markerfacecolor="white", markeredgecolor=BLUE, markeredgewidth=1.4)
            )  # fmt: skip
            dots.labels.append("region, US pay not known")
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "What does a job pay here, next to the US?",
            note=fmt.join_notes(
                note,
                "The number at the right of each name: jobs." if lines.compact else "",
                f"US pay not known: {'; '.join(lacking)}." if lacking else "",
                fmt.not_shown(names[frame["wage"].isna()].tolist(), "pay withheld"),
            ),
            groups=doubt.add_to([dots], hatched, hatch_above),
            outside=lines.outside,
            height=lines.height,
        )
    return ax
