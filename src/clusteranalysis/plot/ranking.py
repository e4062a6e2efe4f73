"""In which clusters is the region specialized, and how sure is that?"""

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
from clusteranalysis.plot.style import MUTED, PALE, TEXT, TRADABILITY, context
from clusteranalysis.schema import check_columns

__all__ = ["lq_ranking"]

_COLUMNS = (
    "name", "location_quotient", "interval_low", "interval_high", "employment", "selected",
    "tradability",
)  # fmt: skip
_BOUNDS = ("location_quotient_low", "location_quotient_high")


def lq_ranking(
    table: pd.DataFrame,
    *,
    hatch_above: float = doubt.LIMIT,
    reference_name: str = "US",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw location quotients as dots with both kinds of doubt, highest first.

    The thin line is the statistical interval; the pale bar says how far jobs that the agency
    withholds could move the quotient, for certain. A dot is hollow where the statistical interval
    or the pale bar reaches across 1: such a cluster cannot be told apart from the average.

    Parameters
    ----------
    table : DataFrame
        One row a cluster: ``name``; ``location_quotient``, ``interval_low``, ``interval_high``
        (ratios to the reference's share, 1 = its average); ``employment`` (jobs); ``selected``
        (bool, bold name); ``tradability`` (``traded``, ``local`` or ``mixed``: the marker);
        optional ``location_quotient_low`` and ``location_quotient_high`` (certain bounds). A
        cluster without a quotient, or with one of zero, is listed below the picture unless it has
        bounds; NaN jobs are written "withheld".
    hatch_above : float
        A mark whose ``open_share`` and ``imputed_share`` (optional, 0..1 of its jobs) add up to
        more than this, or are not known, is hatched; the legend says so.
    reference_name : str
        What the quotients compare with, as the figure calls it.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, vintage, base of the quotient).

    Returns
    -------
    Axes
        The vertical positions follow the rank, 0 at the top.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a tradability is unknown, or nothing can be drawn.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, lq_ranking
    >>> found = pd.DataFrame({"name": ["Wine", "Biopharma"], "location_quotient": [0.9, 2.5],
    ...     "interval_low": [0.6, 1.9], "interval_high": [1.3, 3.2], "employment": [900.0, 4100.0],
    ...     "selected": [False, True], "tradability": ["traded", "traded"]})
    >>> ax = lq_ranking(found, ax=figure()[1])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Biopharma', 'Wine']
    """
    check_columns(table, _COLUMNS, what="ranking table")
    bounded = all(column in table.columns for column in _BOUNDS)
    frame = pd.DataFrame(
        {column: fmt.floats(table, column) for column in (*_COLUMNS[1:4], "employment")}
    )
    for column in _BOUNDS:
        frame[column] = fmt.floats(table, column) if bounded else np.nan
    frame["name"], frame["kind"] = fmt.strings(table, "name"), fmt.strings(table, "tradability")
    frame["selected"] = fmt.flags(table, "selected")
    frame["hatched"] = doubt.doubtful(table, hatch_above)
    check_tradability(frame["kind"])
    dot = frame["location_quotient"] > 0
    # Equal bounds have no width to draw.
    bar = frame["location_quotient_high"] > frame["location_quotient_low"]
    zero = frame["location_quotient"].eq(0) & ~bar
    absent = frame["location_quotient"].isna() & ~bar
    # Clusters known by bounds alone follow those that have a quotient.
    shown = frame.assign(dot=dot, rank=frame["location_quotient"].where(dot, 0.0))
    shown["high"] = frame["location_quotient_high"].fillna(0.0)
    shown = shown[dot | bar].sort_values(
        ["rank", "high"], ascending=False, kind="stable", ignore_index=True
    )
    if shown.empty:
        raise SchemaError(
            "the ranking table holds no location quotient above zero: nothing to draw"
        )
    with context():
        ax = lay.begin(ax, height=1.6 + 0.2 * len(shown), rows=len(shown))
        ax.set_xscale("log")
        low, high = fmt.lq_limits(
            shown[["location_quotient", *_COLUMNS[2:4], *_BOUNDS]].to_numpy().ravel()
        )
        ax.set_xlim(low, high)
        fmt.lq_ticks(ax.xaxis, low, high, 6 if lay.narrow(ax) else 9)
        lines = rows(ax, shown["name"].tolist(), bold=shown["selected"].tolist())
        lay.grid(ax, "x")
        ax.axvline(1, color=TEXT, linewidth=1.1, zorder=1.8)
        unsure = _draw(ax, shown, lines.y, low)
        lines.mark(1, f"{reference_name} average")
        if not lines.compact:
            lines.column("LQ", [fmt.ratio(v) if v > 0 else "–" for v in shown["rank"]])
        lines.column("Jobs", [fmt.number(v) if v == v else "withheld" for v in shown["employment"]])
        ax.set_xlabel(
            f"Location quotient, LQ (share of the region's jobs ÷ share of {reference_name} jobs; "
            "log scale)"
            if not lines.compact else "Location quotient (log scale)",
            fontsize=lines.size,
        )  # fmt: skip
        names = frame["name"]
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "Where is the region specialized, and how sure is that?",
            note=fmt.join_notes(
                "Bold names: selected clusters." if shown["selected"].any() else "",
                note,
                "The number at the right of each name: jobs." if lines.compact else "",
                fmt.not_shown(names[absent].tolist(), "location quotient withheld"),
                fmt.not_shown(names[zero].tolist(), "no jobs in the region"),
            ),
            groups=doubt.add_to(
                _groups(shown, unsure, reference_name), shown["hatched"].to_numpy(), hatch_above
            ),
            outside=lines.outside,
            height=lines.height,
        )
    return ax


def check_tradability(kinds: pd.Series) -> None:
    """Refuse a tradability that has no marker."""
    unknown = sorted(set(kinds) - set(TRADABILITY))
    if unknown:
        raise SchemaError(
            f"column 'tradability' holds {', '.join(map(repr, unknown))}: use one of "
            f"{', '.join(TRADABILITY)}"
        )


def _draw(ax: Axes, shown: pd.DataFrame, at: np.ndarray, low: float) -> list[bool]:
    """Draw bounds, intervals and dots; return which dots are hollow."""
    unsure = []
    for y, row in zip(at, shown.to_dict("records"), strict=True):
        color, marker = TRADABILITY[row["kind"]]
        bounds = [row[column] for column in _BOUNDS]
        interval = [row["interval_low"], row["interval_high"]]
        if bounds[1] > 0 and bounds[0] == bounds[0]:
            ax.plot(
                [max(bounds[0], low), bounds[1]], [y, y], color=PALE, linewidth=8,
                solid_capstyle="butt", zorder=2.2,
            )  # fmt: skip
        if interval[1] > 0 and interval[0] == interval[0]:
            ax.plot(
                [max(interval[0], low), interval[1]], [y, y], color=color, linewidth=1.4,
                solid_capstyle="butt", zorder=2.6,
            )  # fmt: skip
        # A log axis has no zero: an arrow says that the line goes on to it.
        if min(v if v == v else np.inf for v in (bounds[0], interval[0])) <= 0:
            ax.plot([low], [y], marker=CARETLEFT, color=color, markersize=6, zorder=3)
        hollow = any(a < 1 < b for a, b in (bounds, interval))
        if row["hatched"]:
            middle = float(np.sqrt(max(bounds[0], low) * bounds[1]))
            doubt.halo(ax, row["location_quotient"] if row["dot"] else middle, y, 3.0, 2.4)
        unsure.append(hollow and row["dot"])
        if row["dot"]:
            ax.scatter(
                [row["location_quotient"]], [y], marker=marker, s=_area(marker),
                facecolor="white" if hollow else color, edgecolor=color, linewidth=1.4, zorder=3.5,
            )  # fmt: skip
    return unsure


def _area(marker: str) -> float:
    """Size that makes the three markers weigh alike."""
    return 30.0 if marker == "D" else 42.0 if marker == "o" else 36.0


def _groups(shown: pd.DataFrame, unsure: list[bool], reference_name: str) -> list[lay.Group]:
    """Explain what the picture holds, and nothing that it does not hold."""
    marks = lay.Group([], [])
    for kind, (color, marker) in TRADABILITY.items():
        if (shown["kind"] == kind).any():
            marks.handles.append(_dot(marker, color, color))
            marks.labels.append(f"{kind} cluster")
    doubts = lay.Group([], [])
    doubts.handles.append(Line2D([], [], color=MUTED, linewidth=1.4))
    doubts.labels.append("statistical interval")
    if shown[list(_BOUNDS)].notna().any(axis=None):
        doubts.handles.append(Line2D([], [], color=PALE, linewidth=8, solid_capstyle="butt"))
        doubts.labels.append("certain bounds: withheld jobs could put it anywhere here")
    if any(unsure):
        doubts.handles.append(_dot("o", "white", MUTED))
        doubts.labels.append(f"hollow: cannot be told apart from the {reference_name} average")
    return [marks, doubts]


def _dot(marker: str, face: str, edge: str) -> Line2D:
    return Line2D(
        [], [], marker=marker, linestyle="none", markerfacecolor=face, markeredgecolor=edge,
        markersize=6, markeredgewidth=1.4,
    )  # fmt: skip
