"""What moved jobs: the country, the mix of industries, or the region itself?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _doubt as doubt
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import Rows, rows
from clusteranalysis.plot.style import BLUE, MUTED, ORANGE, SKY, TEXT, VERMILION, context
from clusteranalysis.schema import check_columns

__all__ = ["PARTS", "SLACK", "shift_share_bars", "shift_share_waterfall"]

#: Column, words, fill, hatch. The hatch tells the three apart in grey.
PARTS = (
    ("national", "national growth", "#BBBBBB", ""),
    ("industry_mix", "industry mix", SKY, "////"),
    ("regional", "regional effect", ORANGE, "...."),
)
#: Four whole numbers rounded apart from each other may miss their sum by two.
SLACK = 2.5


def shift_share_bars(
    table: pd.DataFrame,
    *,
    hatch_above: float = doubt.LIMIT,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw each cluster's change in jobs as the sum of three effects, largest gain first.

    Gains stack to the right of zero and losses to the left. The black mark stands at the actual
    change: as far right as the gains less the losses reach.

    Parameters
    ----------
    table : DataFrame
        One row a cluster: ``name`` and, in jobs, ``national``, ``industry_mix``, ``regional`` and
        ``change``, their sum. A cluster with a NaN is listed below the picture.
    hatch_above : float
        A mark whose ``open_share`` and ``imputed_share`` (optional, 0..1 of its jobs) add up to
        more than this, or are not known, is hatched; the legend says so.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, years).

    Returns
    -------
    Axes
        One bar container a component, in the order national, industry mix, regional.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, the effects do not add up to the change, or no
        cluster is complete.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, shift_share_bars
    >>> parts = pd.DataFrame({"name": ["Wine", "Hotels"], "national": [20.0, 30.0],
    ...     "industry_mix": [10.0, -50.0], "regional": [5.0, -15.0], "change": [35.0, -35.0]})
    >>> ax = shift_share_bars(parts, ax=figure()[1])
    >>> [float(bar.get_width()) for bar in ax.containers[1]]
    [10.0, -50.0]
    """
    columns = [column for column, _, _, _ in PARTS]
    check_columns(table, ["name", *columns, "change"], what="shift-share table")
    frame = pd.DataFrame({column: fmt.floats(table, column) for column in [*columns, "change"]})
    frame["name"] = fmt.strings(table, "name")
    frame["hatched"] = doubt.doubtful(table, hatch_above)
    complete = frame[[*columns, "change"]].notna().all(axis=1)
    shown = frame[complete].sort_values("change", ascending=False, kind="stable", ignore_index=True)
    if shown.empty:
        raise SchemaError("no row of the shift-share table is complete: nothing to draw")
    gap = (shown[columns].sum(axis=1) - shown["change"]).abs()
    bad = gap > SLACK + 1e-6 * shown[columns].abs().sum(axis=1)
    if bad.any():
        listed = ", ".join(
            f"{shown['name'][i]!r} by {gap[i]:,.1f}" for i in np.flatnonzero(bad)[:5]
        )
        raise SchemaError(
            f"'national' + 'industry_mix' + 'regional' misses 'change' for {listed} jobs: "
            "pass the four columns of one shift-share call"
        )
    with context():
        ax = lay.begin(ax, height=1.6 + 0.2 * len(shown), rows=len(shown))
        lines = rows(ax, shown["name"].tolist())
        lay.grid(ax, "x")
        right, left = np.zeros(len(shown)), np.zeros(len(shown))
        thick = 0.34 if lines.compact else 0.62
        handles: list[Any] = []
        for column, _, fill, hatch in PARTS:
            values = shown[column].to_numpy()
            ax.barh(
                lines.y, values, thick, left=np.where(values >= 0, right, left), color=fill,
                hatch=hatch, edgecolor="white", linewidth=0.6, zorder=2,
            )  # fmt: skip
            right += np.maximum(values, 0)
            left += np.minimum(values, 0)
            handles.append(Patch(facecolor=fill, hatch=hatch, edgecolor="white", linewidth=0.6))
        hatched = shown["hatched"].to_numpy()
        for row in np.flatnonzero(hatched):
            doubt.halo(ax, float(shown["change"][row]), lines.y[row], 2.2, 3.9)
        ax.axvline(0, color=TEXT, linewidth=1.0, zorder=1.8 if lines.compact else 2.5)
        ax.plot(
            shown["change"], lines.y, linestyle="none", marker="d", markersize=6.5,
            markerfacecolor="black", markeredgecolor="white", markeredgewidth=0.9, zorder=4,
        )  # fmt: skip
        reach = float(right.max() - left.min()) or 1.0
        ax.set_xlim(float(left.min()) - 0.03 * reach, float(right.max()) + 0.03 * reach)
        fmt.few_ticks(ax, 3 if lines.compact else 6)
        fmt.count_axis(ax.xaxis, sign=True)
        lines.column("Change", [fmt.number(v, sign=True) for v in shown["change"]])
        ax.set_xlabel("Change in jobs", fontsize=lines.size)
        mark = Line2D([], [], linestyle="none", marker="d", markersize=6.5, color="black")
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "What moved jobs in each cluster?",
            note=fmt.join_notes(
                note, fmt.not_shown(frame["name"][~complete].tolist(), "jobs withheld")
            ),
            groups=doubt.add_to(
                [lay.Group([*handles, mark], [*(p[1] for p in PARTS), "change, their sum"])],
                hatched,
                hatch_above,
            ),
            outside=lines.outside,
            height=lines.height,
        )
    return ax


def shift_share_waterfall(
    total: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw how the jobs of the first year became those of the last, step by step.

    Every bar begins where the last one ended. Where the effects would be invisible beside the
    totals, the axis begins above zero: the two totals are then drawn torn off at the left, and
    the axis says where it begins. The bars of the effects are to scale either way.

    Parameters
    ----------
    total : DataFrame
        In order, ``step`` (label) and ``jobs``: the first row is the level of the base year, the
        rows between are changes, the last row is the level of the end year.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, years).

    Returns
    -------
    Axes
        One bar container; its bars follow the rows.

    Raises
    ------
    SchemaError
        A column is missing, a number is NaN, there are fewer than three rows, or the first level
        and the changes do not add up to the last level.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, shift_share_waterfall
    >>> steps = pd.DataFrame({"step": ["Jobs in 2001", "National growth", "Jobs in 2021"],
    ...                       "jobs": [100.0, 20.0, 120.0]})
    >>> ax = shift_share_waterfall(steps, ax=figure()[1])
    >>> [(float(bar.get_x()), float(bar.get_width())) for bar in ax.patches]
    [(0.0, 100.0), (100.0, 20.0), (0.0, 120.0)]
    """
    check_columns(total, ["step", "jobs"], what="waterfall table")
    jobs, labels = fmt.floats(total, "jobs"), fmt.strings(total, "step")
    if len(jobs) < 3 or not np.isfinite(jobs).all():
        raise SchemaError(
            "the waterfall table needs a first level, one change at least and a last level, "
            f"without NaN; it has {len(jobs)} rows, {int((~np.isfinite(jobs)).sum())} without jobs"
        )
    before = np.cumsum(jobs[:-1])
    if abs(before[-1] - jobs[-1]) > SLACK + 1e-6 * abs(jobs[-1]):
        raise SchemaError(
            f"the first level and the changes add up to {before[-1]:,.1f}, the last level is "
            f"{jobs[-1]:,.1f}: pass the steps of one shift-share call"
        )
    with context():
        ax = lay.begin(ax, height=3.6)
        lines = rows(ax, labels)
        low, high = min(0.0, float(before.min())), float(max(before.max(), jobs[-1]))
        smallest = np.abs(jobs[1:-1])[np.abs(jobs[1:-1]) > 0]
        # An effect thinner than 3% of the axis cannot be read off: only then leave zero.
        torn = low >= 0 and smallest.size > 0 and float(smallest.min()) < 0.03 * high
        span = high - float(min(before.min(), jobs[-1]))
        start = _round_down(float(before.min()) - 0.35 * span, span) if torn else low
        torn = torn and start > 0
        start = start if torn else low
        ax.set_xlim(start, high + 0.02 * (high - start))
        lines.outside += _bars(ax, lines, jobs, before, start if torn else 0.0)
        if low < 0:
            ax.axvline(0, color=TEXT, linewidth=1.0)
        lay.grid(ax, "x")
        fmt.few_ticks(ax, 3 if lines.compact else 6)
        fmt.count_axis(ax.xaxis)
        if torn:
            _tear(ax, lines, start, [0, len(jobs) - 1])
        ax.set_xlabel(
            f"Jobs; the axis begins at {fmt.number(start)}, not at zero" if torn else "Jobs",
            fontsize=lines.size,
        )
        torn_words = (
            "Torn bars: the totals begin at zero, which lies outside the picture; the other bars "
            "are to scale." if torn else ""
        )  # fmt: skip
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "What turned the first year's jobs into the last year's?",
            note=fmt.join_notes(torn_words, note),
            groups=[_legend(jobs)],
            outside=lines.outside,
            height=max(lines.height, 26.0 * len(jobs)),
        )
    return ax


def _round_down(value: float, span: float) -> float:
    """Round the axis' begin down to a number that a reader can say aloud."""
    unit = 0.5 * 10.0 ** np.floor(np.log10(span)) if span > 0 else 1.0
    return float(np.floor(value / unit) * unit)


def _bars(ax: Axes, lines: Rows, jobs: np.ndarray, before: np.ndarray, base: float) -> list[Text]:
    """Draw levels from `base` and changes from where the last bar ended, each with its number."""
    left = np.concatenate([[base], before[:-1], [base]])
    width = np.concatenate([[jobs[0] - base], jobs[1:-1], [jobs[-1] - base]])
    thick = 0.36 if lines.compact else 0.6
    bars = ax.barh(lines.y, width, thick, left=left, edgecolor="white", linewidth=0.6, zorder=2)
    numbers: list[Text] = []
    for position, bar in enumerate(bars):
        level = position in (0, len(jobs) - 1)
        gain = jobs[position] >= 0
        bar.set_facecolor(MUTED if level else BLUE if gain else VERMILION)
        bar.set_hatch("" if level or gain else "////")
        numbers.append(
            ax.annotate(
                fmt.number(jobs[position], sign=not level),
                (max(left[position], left[position] + width[position]), lines.y[position]),
                xytext=(5, 0), textcoords="offset points", va="center", fontsize=lines.size,
                fontweight="bold", annotation_clip=False, zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
        )  # fmt: skip
    # Thin connectors carry the eye from one bar's end to the next bar's begin.
    for value, above, below in zip(before, lines.y[:-1], lines.y[1:], strict=True):
        ax.plot(
            [value, value], [above + thick / 2, below - thick / 2], color=TEXT, linewidth=0.9,
            linestyle=(0, (2, 2)), zorder=1.9,
        )  # fmt: skip
    return numbers


def _tear(ax: Axes, lines: Rows, start: float, levels: list[int]) -> None:
    """Tear the totals off near the left edge with a white zigzag."""
    right = ax.get_xlim()[1]
    half = 0.2 if lines.compact else 0.32
    teeth = np.where(np.arange(7) % 2, 1, -1)
    for position in levels:
        y = np.linspace(lines.y[position] - half, lines.y[position] + half, 7)
        x = start + (right - start) * (0.03 + 0.005 * teeth)
        ax.plot(x, y, color="white", linewidth=3, zorder=3, solid_joinstyle="miter")


def _legend(jobs: np.ndarray) -> lay.Group:
    handles = [Patch(facecolor=MUTED)]
    labels = ["total jobs"]
    if (jobs[1:-1] >= 0).any():
        handles.append(Patch(facecolor=BLUE))
        labels.append("raises the count")
    if (jobs[1:-1] < 0).any():
        handles.append(Patch(facecolor=VERMILION, hatch="////", edgecolor="white"))
        labels.append("lowers the count")
    return lay.Group(handles, labels)
