"""Which industries make up a cluster, and in which of them is the region strong?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.style import BLUE, MUTED, SKY, TEXT, context
from clusteranalysis.schema import check_columns

__all__ = ["cluster_industries", "industries_read"]

_OPEN: dict[str, Any] = {"facecolor": "white", "edgecolor": MUTED, "hatch": "////"}


def cluster_industries(
    table: pd.DataFrame,
    *,
    most: int = 15,
    reference_name: str = "US",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw a cluster's industries as bars of jobs, with their location quotients beside them.

    Where some of an industry's jobs are withheld its bar is a floor: a hatched bar goes on to the
    most there can be, and the numbers carry a "≥".

    Parameters
    ----------
    table : DataFrame
        One row an industry of one cluster: ``title``; ``employment`` (jobs that are published or
        deduced; NaN = withheld: hatched up to its bound, or listed below without one);
        ``location_quotient`` with ``interval_low`` and ``interval_high`` (1 = the average; NaN =
        not known); optional ``employment_high`` (the most jobs there can be). As
        ``Briefing.industries`` of one cluster.
    most : int
        So many industries are drawn, those with most jobs; the others are counted below.
    reference_name : str
        What the quotients compare with, as the figure calls it.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year, base of the quotient).

    Returns
    -------
    Axes
        Its first bar container holds the jobs, most first; dark bars are above the average
        beyond their interval.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, an upper bound is below its jobs, or there is nothing
        to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import cluster_industries, figure
    >>> found = pd.DataFrame({"title": ["Wineries", "Breweries"], "employment": [300.0, 900.0],
    ...     "employment_high": [300.0, 1200.0], "location_quotient": [1.2, 0.9],
    ...     "interval_low": [0.8, 0.7], "interval_high": [1.8, 1.1]})
    >>> ax = cluster_industries(found, ax=figure()[1])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Breweries', 'Wineries']
    """
    if most < 1:
        raise SchemaError(f"most={most}: ask for one industry at least")
    frame = industries_read(table)
    drawn = frame[frame["drawn"]]
    shown, rest = drawn.head(most), drawn.iloc[most:]
    with context():
        ax = lay.begin(ax, height=1.9 + 0.28 * len(shown), rows=len(shown))
        lines = rows(ax, shown["title"].tolist())
        lay.grid(ax, "x")
        thick = 0.34 if lines.compact else 0.62
        jobs, high = shown["employment"].to_numpy(), shown["employment_high"].to_numpy()
        open_ = shown["open"].to_numpy()
        strong = shown["above"].to_numpy()
        bars = ax.barh(lines.y, jobs, thick, zorder=2)
        for bar, above in zip(bars, strong, strict=True):
            bar.set_facecolor(BLUE if above else SKY)
        start = np.where(np.isfinite(jobs), jobs, 0.0)
        ax.barh(
            lines.y[open_], (high - start)[open_], thick, left=start[open_], zorder=2,
            linewidth=0.6, **_OPEN,
        )  # fmt: skip
        top = float(np.nanmax([*jobs, *high[open_]]))
        ax.set_xlim(0, 1.04 * top if top > 0 else 1.0)
        ax.axvline(0, color=TEXT, linewidth=1.0, zorder=2.5)
        fmt.few_ticks(ax, 3 if lines.compact else 6)
        fmt.count_axis(ax.xaxis)
        floor = np.where(open_, "≥", "")
        quotient = shown["location_quotient"].to_numpy()
        lines.column(
            "Jobs",
            [f"{sign}{fmt.number(v)}" if v == v else "withheld"
             for sign, v in zip(floor, jobs, strict=True)],
        )  # fmt: skip
        lines.column(
            "LQ",
            [f"{sign}{fmt.ratio(v)}" if v == v else "–"
             for sign, v in zip(floor, quotient, strict=True)],
        )  # fmt: skip
        ax.set_xlabel("Jobs", fontsize=lines.size)
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "Which industries make up the cluster?",
            note=fmt.join_notes(
                note,
                "The number at the right of each name: jobs." if lines.compact else "",
                _others(rest),
                fmt.not_shown(frame.loc[~frame["drawn"], "title"].tolist(), "jobs withheld"),
            ),
            groups=_legend(strong, jobs, open_, reference_name),
            outside=lines.outside,
            height=lines.height,
        )
    return ax


def industries_read(table: pd.DataFrame) -> pd.DataFrame:
    """Check and sort the industries; say which are floors, and which surely above the average."""
    columns = ["employment", "location_quotient", "interval_low", "interval_high"]
    check_columns(table, ["title", *columns], what="table of a cluster's industries")
    frame = pd.DataFrame({column: fmt.floats(table, column) for column in columns})
    frame["title"] = fmt.strings(table, "title")
    frame["employment_high"] = frame["employment"]
    if "employment_high" in table.columns:
        frame["employment_high"] = fmt.floats(table, "employment_high")
    bad = frame["employment_high"] < frame["employment"]
    if bad.any():
        raise SchemaError(
            f"column 'employment_high' is below 'employment' for {frame['title'][bad].iloc[0]!r}: "
            "an upper bound holds the jobs"
        )
    # A withheld industry is open even where no upper bound is given.
    jobs = frame["employment"].fillna(0.0)
    frame["open"] = frame["employment_high"] > jobs
    # More jobs only raise a quotient, so that a floor above 1 stays above it.
    frame["above"] = frame["interval_low"] > 1
    frame["drawn"] = frame["employment"].notna() | frame["open"]
    if not frame["drawn"].any():
        raise SchemaError(
            "column 'employment' of the table of a cluster's industries holds no number: nothing "
            "to draw"
        )
    frame = frame.assign(rank=frame["employment"].fillna(-1.0))
    return frame.sort_values(
        ["rank", "employment_high"], ascending=False, kind="stable", ignore_index=True
    )


def _others(rest: pd.DataFrame) -> str:
    if rest.empty:
        return ""
    hidden = int(rest["employment"].isna().sum())
    return (
        f"{len(rest)} more industries with {fmt.number(rest['employment'].sum())} published or "
        "deduced jobs are not drawn" + (f"; of {hidden} nothing is published." if hidden else ".")
    )


def _legend(
    strong: np.ndarray, jobs: np.ndarray, open_: np.ndarray, reference_name: str
) -> list[lay.Group]:
    marks = lay.Group([], [])
    known = np.isfinite(jobs)
    if (strong & known).any():
        marks.handles.append(Patch(facecolor=BLUE))
        marks.labels.append(f"dark: above the {reference_name} average, interval and all")
    if (~strong & known).any():
        marks.handles.append(Patch(facecolor=SKY))
        marks.labels.append("pale: below it, or not told apart from it")
    groups = [marks] if marks.labels else []
    if open_.any():
        words = "hatched, ≥: withheld jobs could make it so many"
        groups.append(lay.Group([Patch(linewidth=0.6, **_OPEN)], [words]))
    return groups
