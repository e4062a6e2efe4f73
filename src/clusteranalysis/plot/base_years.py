"""Does the account of growth change with the year from which one counts?"""

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
from clusteranalysis.plot.growth import PARTS, SLACK
from clusteranalysis.plot.style import TEXT, context
from clusteranalysis.schema import check_columns

__all__ = ["shift_share_base_years"]


def shift_share_base_years(
    table: pd.DataFrame,
    *,
    end: int | None = None,
    chosen: int | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw the waterfall of every base year beside each other: does the region's own term hold?

    Each row is one waterfall from zero: the national part, the industry mix and the regional
    effect follow each other downwards, each from where the last ended, and the black mark is the
    change. Whether the regional effect keeps its side of zero is read down its column of numbers.

    Parameters
    ----------
    table : DataFrame
        One row a base year: ``start`` (year) and, in jobs, ``national``, ``industry_mix``,
        ``regional`` and ``change``, their sum, all to the same end year: the region's totals of
        :func:`shift_share_sensitivity`. A year with a NaN is listed below the picture.
    end : int, optional
        The end year, for the rows' names.
    chosen : int, optional
        The base year that other figures use; its name is bold.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, reference).

    Returns
    -------
    Axes
        One bar container a part: national, industry mix, regional; rows by base year.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a base year comes twice, the parts do not add up, or
        no year is complete.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, shift_share_base_years
    >>> parts = pd.DataFrame({"start": [2018, 2019], "national": [20.0, -5.0],
    ...     "industry_mix": [10.0, 2.0], "regional": [5.0, -3.0], "change": [35.0, -6.0]})
    >>> ax = shift_share_base_years(parts, end=2021, ax=figure()[1])
    >>> [float(bar.get_x()) for bar in ax.containers[2]], ax.get_yticklabels()[0].get_text()
    ([30.0, -3.0], '2018 to 2021')
    """
    columns = [column for column, *_ in PARTS]
    check_columns(table, ["start", *columns, "change"], what="table of base years")
    frame = pd.DataFrame({c: fmt.floats(table, c) for c in ["start", *columns, "change"]})
    if frame["start"].duplicated().any() or frame["start"].isna().any():
        raise SchemaError(
            "column 'start' of the table of base years has a year twice, or none: keep the "
            "region's totals, one row a base year"
        )
    frame = frame.sort_values("start", ignore_index=True)
    names = [f"{year:.0f}" + (f" to {end}" if end is not None else "") for year in frame["start"]]
    complete = frame.notna().all(axis=1).to_numpy()
    lost = [name for name, whole in zip(names, complete, strict=True) if not whole]
    shown = frame[complete].reset_index(drop=True)
    if shown.empty:
        raise SchemaError("no base year of the table is complete: nothing to draw")
    gap = (shown[columns].sum(axis=1) - shown["change"]).abs()
    if (gap > SLACK + 1e-6 * shown[columns].abs().sum(axis=1)).any():
        worst = int(gap.argmax())
        raise SchemaError(
            "'national' + 'industry_mix' + 'regional' misses 'change' from "
            f"{shown['start'][worst]:.0f} by {gap[worst]:,.1f} jobs: "
            "pass the sums of one shift_share_sensitivity call"
        )
    kept = [name for name in names if name not in lost]
    with context():
        ax = lay.begin(ax, height=2.2 + 0.45 * len(shown), rows=len(shown))
        lines = rows(ax, kept, bold=(shown["start"] == chosen).tolist())
        lay.grid(ax, "x")
        thick = 0.15 if lines.compact else 0.24
        before = np.zeros(len(shown))
        handles: list[Any] = []
        for step, (column, _, fill, hatch) in enumerate(PARTS):
            values = shown[column].to_numpy()
            y = lines.y + (step - 1) * thick
            ax.barh(
                y, values, thick, left=before, color=fill, hatch=hatch, zorder=2,
                edgecolor="white", linewidth=0.4,
            )  # fmt: skip
            handles.append(Patch(facecolor=fill, hatch=hatch, edgecolor="white", linewidth=0.4))
            before = before + values
            # From one bar's end down to where the next begins, and from the last to the mark.
            ax.vlines(before, y - thick / 2, y + thick, color=TEXT, linewidth=0.8, zorder=2.4)
        mark = y + thick
        ax.plot(
            shown["change"], mark, linestyle="none", marker="d", markersize=6.5, zorder=4,
            markerfacecolor="black", markeredgecolor="white", markeredgewidth=0.8,
        )  # fmt: skip
        # The last row's mark hangs below it.
        ax.set_ylim(len(shown) - 0.5 + thick, -0.5)
        ax.axvline(0, color=TEXT, linewidth=1.0, zorder=1.8 if lines.compact else 2.5)
        reach = np.concatenate([shown[columns].cumsum(axis=1).to_numpy().ravel(), [0.0]])
        pad = 0.04 * (float(reach.max() - reach.min()) or 1.0)
        ax.set_xlim(float(reach.min()) - pad, float(reach.max()) + pad)
        fmt.few_ticks(ax, 3 if lines.compact else 6)
        fmt.count_axis(ax.xaxis, sign=True)
        lines.column("Regional", [fmt.number(v, sign=True) for v in shown["regional"]])
        lines.column("Change", [fmt.number(v, sign=True) for v in shown["change"]])
        ax.set_xlabel("Change in jobs", fontsize=lines.size)
        diamond = Line2D([], [], linestyle="none", marker="d", markersize=6.5, color="black")
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "Does the regional effect depend on the base year?",
            note=fmt.join_notes(
                "Bold: the base year of the other figures."
                if chosen in set(shown["start"]) else "",
                _verdict(shown["regional"].to_numpy()),
                note,
                "The number at the right of each name: the regional effect."
                if lines.compact else "",
                fmt.not_shown(lost, "jobs withheld"),
            ),
            groups=[lay.Group([*handles, diamond], [*(p[1] for p in PARTS), "change, their sum"])],
            outside=lines.outside,
            height=(5.6 if lines.compact else 4.4) * lines.size * len(shown),
        )  # fmt: skip
    return ax


def _verdict(regional: np.ndarray) -> str:
    """Say whether the sign depends on the base year; one year alone says nothing."""
    if len(regional) < 2:
        return ""
    if (regional > 0).all() or (regional < 0).all():
        side = "above" if regional[0] > 0 else "below"
        return f"The regional effect is {side} zero from every base year shown."
    return "The sign of the regional effect depends on the base year."
