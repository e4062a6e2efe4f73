"""What does a cluster buy that is little made here?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import CARETLEFT

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _doubt as doubt
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.quality import percent
from clusteranalysis.plot.style import MUTED, SKY, TEXT, VERMILION, context
from clusteranalysis.schema import check_columns

__all__ = ["supplier_gap", "suppliers_read"]

_COLUMNS = ("input_share", "location_quotient", "interval_low", "interval_high", "open_share")


def supplier_gap(
    table: pd.DataFrame,
    *,
    most: int = 15,
    hatch_above: float = doubt.LIMIT,
    reference_name: str = "US",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw a cluster's inputs by their share of what it buys, against how present their makers are.

    The largest inputs stand at the top, each as a bubble whose area is its share, at the location
    quotient of the industry that makes it. Little present means that the quotient, its whole
    interval and its certain upper bound lie below 1: bold name, dark bubble. That
    the nation buys much of an input does not tell from whom anyone here buys.

    Parameters
    ----------
    table : DataFrame
        One row an input of one cluster, as :func:`supplier_gaps` has them: ``title``;
        ``input_share`` (0..1 of the cluster's purchases, of the nation); ``location_quotient``
        with ``interval_low`` and ``interval_high`` (NaN = withheld or not counted; 0 = none here);
        ``open_share`` (0..1 of the maker's jobs that are withheld; NaN = not known); optional
        ``location_quotient_high`` (certain upper bound).
    most : int
        So many inputs are drawn, those with the largest shares; the others are summed below.
    hatch_above : float
        A bubble with a larger ``open_share``, or with one that is not known, is hatched.
    reference_name : str
        What the quotients compare with, as the figure calls it.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, years, base of the quotient).

    Returns
    -------
    Axes
        The vertical positions follow the share, 0 at the top.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a share is not within 0..1, or there is no input.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, supplier_gap
    >>> found = pd.DataFrame({"title": ["Glass", "Grapes"], "input_share": [0.1, 0.4],
    ...     "location_quotient": [0.3, 1.6], "interval_low": [0.2, 1.1],
    ...     "interval_high": [0.5, 2.3], "open_share": [0.0, 0.0]})
    >>> ax = supplier_gap(found, ax=figure()[1])
    >>> [(label.get_text(), label.get_fontweight()) for label in ax.get_yticklabels()]
    [('Grapes', 'normal'), ('Glass', 'bold')]
    """
    if most < 1:
        raise SchemaError(f"most={most}: ask for one input at least")
    frame = suppliers_read(table)
    frame["hatched"] = doubt.doubtful(frame[["open_share"]], hatch_above)
    shown, rest = frame.head(most).reset_index(drop=True), frame.iloc[most:]
    gaps = shown["gap"].tolist()
    with context():
        ax = lay.begin(ax, height=1.9 + 0.3 * len(shown), rows=len(shown))
        ax.set_xscale("log")
        low, high = fmt.lq_limits(shown[list(_COLUMNS[1:4])].to_numpy().ravel())
        ax.set_xlim(low, high)
        fmt.lq_ticks(ax.xaxis, low, high, 6 if lay.narrow(ax) else 9)
        lines = rows(ax, shown["title"].tolist(), bold=gaps)
        lay.grid(ax, "x")
        ax.axvline(1, color=TEXT, linewidth=1.1, zorder=1.8)
        lines.mark(1, f"{reference_name} average")
        # Area, not radius, is proportional to the share; the largest fits its row.
        largest = 4.6 if lines.compact else 6.2
        top = float(shown["input_share"].max()) or 1.0
        hatched = np.zeros(len(shown), bool)
        for index, row in shown.iterrows():
            y = lines.y[int(str(index))]
            color = VERMILION if row["gap"] else SKY
            radius = largest * float(np.sqrt(row["input_share"] / top))
            if row["interval_high"] > 0:
                ax.plot(
                    [max(row["interval_low"], low), row["interval_high"]], [y, y], color=MUTED,
                    linewidth=1.2, solid_capstyle="butt", zorder=2.6,
                )  # fmt: skip
            if row["location_quotient"] == 0:
                ax.plot([low], [y], marker=CARETLEFT, color=VERMILION, markersize=8, zorder=3,
                        clip_on=False)  # fmt: skip
            elif row["location_quotient"] > 0:
                if row["hatched"]:
                    hatched[int(str(index))] = True
                    doubt.halo(ax, row["location_quotient"], y, radius, 2.4)
                ax.scatter(
                    [row["location_quotient"]], [y], s=(2 * radius) ** 2, color=color,
                    edgecolor="white", linewidth=0.5, zorder=3,
                )  # fmt: skip
        lines.column("Input", [percent(v) for v in shown["input_share"]])
        lines.column(
            "LQ", [fmt.ratio(v) if v == v else "not known" for v in shown["location_quotient"]]
        )
        ax.set_xlabel(
            "Location quotient of the input's makers (log scale)", fontsize=lines.size
        ) if not lines.compact else ax.set_xlabel("LQ of the makers (log scale)")
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "Which large inputs are little made here?",
            note=fmt.join_notes(
                "The number at the right of each name: the share of purchases."
                if lines.compact else "",
                note,
                _unknown(shown),
                _others(rest),
            ),
            groups=doubt.add_to(_legend(shown, reference_name), hatched, hatch_above),
            outside=lines.outside,
            height=lines.height,
        )  # fmt: skip
    return ax


def suppliers_read(table: pd.DataFrame) -> pd.DataFrame:
    """Check and sort the inputs; say which are little present for sure."""
    check_columns(table, ["title", *_COLUMNS], what="table of inputs")
    frame = pd.DataFrame({column: fmt.floats(table, column) for column in _COLUMNS})
    frame["title"] = fmt.strings(table, "title")
    bad = ~frame["input_share"].between(0, 1)
    if bad.any():
        raise SchemaError(
            f"column 'input_share' must hold shares from 0 to 1; that of "
            f"{frame['title'][bad].iloc[0]!r} is {frame['input_share'][bad].iloc[0]:g}"
        )
    if frame.empty:
        raise SchemaError("the table of inputs has no rows: nothing to draw")
    quotient = frame["location_quotient"]
    # A quotient of zero has no interval: the agency publishes that there is nobody.
    frame["gap"] = (quotient == 0) | ((quotient > 0) & (frame["interval_high"] < 1))
    if "location_quotient_high" in table.columns:
        # What withheld jobs could lift to the average is no gap.
        frame["gap"] &= ~(fmt.floats(table, "location_quotient_high") >= 1)
    return frame.sort_values("input_share", ascending=False, kind="stable", ignore_index=True)


def _unknown(shown: pd.DataFrame) -> str:
    hidden = shown[shown["location_quotient"].isna()]
    return (
        "No location quotient, since the makers' jobs are withheld or not counted: "
        f"{'; '.join(hidden['title'])}." if len(hidden) else ""
    )  # fmt: skip


def _others(rest: pd.DataFrame) -> str:
    if rest.empty:
        return ""
    share = percent(rest["input_share"].sum())
    return f"{len(rest)} smaller inputs, {share} of purchases, are not drawn."


def _legend(shown: pd.DataFrame, reference_name: str) -> list[lay.Group]:
    marks = lay.Group([], [])
    dots = shown["location_quotient"] > 0
    for flag, color, words in (
        (True, VERMILION, "bold: little present here, interval and all"),
        (False, SKY, f"present, or not told apart from the {reference_name} average"),
    ):
        if (dots & (shown["gap"] == flag)).any():
            marks.handles.append(
                Line2D([], [], linestyle="none", marker="o", markersize=7, color=color)
            )
            marks.labels.append(words)
    if (shown["location_quotient"] == 0).any():
        marks.handles.append(
            Line2D([], [], linestyle="none", marker="<", markersize=7, color=VERMILION)
        )
        marks.labels.append("no jobs here")
    scale = lay.Group([Line2D([], [], color=MUTED, linewidth=1.2)], ["statistical interval"])
    scale.handles.append(Line2D([], [], linestyle="none", marker="o", markersize=6,
                                markerfacecolor="white", markeredgecolor=MUTED))  # fmt: skip
    scale.labels.append("area: share of the cluster's purchases")
    return [*([marks] if marks.labels else []), scale]
