"""Who does what by when, and how far has it come?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator
from matplotlib.transforms import offset_copy

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot.style import BLUE, MUTED, SKY, TEXT, VERMILION, context
from clusteranalysis.schema import check_columns

__all__ = ["initiative_timeline"]

_COLUMNS = ("initiative", "action", "owner", "start", "due", "status", "done")
#: Status -> fill, edge and hatch of the bar, and the mark in words: no reader needs the colour.
_LOOK: dict[str, tuple[str, str, str, str]] = {
    "done": (BLUE, BLUE, "", "\N{CHECK MARK}"),
    "under way": (SKY, "#1B4F72", "////", "\N{BLACK RIGHT-POINTING POINTER}"),
    "planned": ("white", MUTED, "", "\N{WHITE CIRCLE}"),
    "dropped": ("#EEEEEE", MUTED, "xxxx", "\N{MULTIPLICATION X}"),
}
#: Points between a step and the next (on a phone, where a bar must not seem to belong to the text
#: below it, twice that), and above an initiative's name.
_PAD, _HEAD = 6.0, 8.0
_BAR = 9.0
#: Points; at 200 dots an inch a taller picture would be more than a PNG can hold.
_TALLEST = 20_000.0
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass
class _Line:
    """A name of an initiative, or a step, with its height in points and where its bar goes."""

    text: str
    height: float
    head: bool
    step: int = -1
    top: float = 0.0
    bar: float = 0.0


def initiative_timeline(
    table: pd.DataFrame,
    *,
    today: date | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    r"""Draw who does what by when: one bar a step from its start to its due date.

    Status shows as fill, hatch and a mark. A line beyond the bar says that a step was done late,
    or, as of ``today``, that it is overdue.

    Parameters
    ----------
    table : DataFrame
        One row a step, in the order to draw: ``initiative`` (its title), ``action``, ``owner``,
        ``start`` and ``due`` (dates), ``status`` (``planned``, ``under way``, ``done`` or
        ``dropped``), ``done`` (date; missing where it is not done).
    today : date, optional
        Draws a line at this day and says what is overdue. Without it nothing is called overdue:
        the clock is never read, so that the same table gives the same picture.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer.

    Returns
    -------
    Axes
        Across, time; down, the steps.

    Raises
    ------
    SchemaError
        A column is missing, there is no step or too many for a picture, a date is none, or a status
        is unknown.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, initiative_timeline
    >>> steps = pd.DataFrame({"initiative": ["One window"], "action": ["Agree on a form"],
    ...     "owner": ["A. Example"], "start": [date(2020, 1, 15)], "due": [date(2020, 9, 30)],
    ...     "status": ["under way"], "done": [None]})
    >>> ax = initiative_timeline(steps, today=date(2021, 1, 1), ax=figure()[1])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['One window', 'Agree on a form\nA. Example']
    """
    steps = timeline_steps(table, today)
    with context():
        ax = lay.begin(ax, height=1.6 + 0.4 * len(steps), rows=2 * len(steps))
        size, compact = lay.text_size(ax, 2 * len(steps)), lay.narrow(ax)
        lines = _lines(ax, steps, size, compact)
        tall = lines[-1].top + lines[-1].height + _PAD
        if tall > _TALLEST:
            raise SchemaError(
                f"{len(steps)} steps need a picture {tall / 72:,.0f} inches high: draw fewer"
            )
        ax.set_ylim(tall, 0)
        low, high = _span(steps, today)
        ax.set_xlim(low, high)
        _ticks(ax, low, high, 8 if lay.width_in(ax) >= 10 else 4)
        lay.grid(ax, "x")
        for line in lines:
            if not line.head:
                _bar(ax, steps.iloc[line.step], line.bar, today, size)
        outside = [] if compact else _columns(ax, steps, lines, size)
        outside += _names(ax, lines, size, compact)
        if today is not None:
            outside.append(_today(ax, today, size))
        lay.arrange(
            ax,
            size=size,
            title=title or "Who does what by when?",
            note=fmt.join_notes(
                f"Overdue as of {today}." if (steps["state"] == "overdue").any() else "", note
            ),
            groups=_groups(steps),
            outside=outside,
            height=tall,
        )
    return ax


def timeline_steps(table: pd.DataFrame, today: date | None) -> pd.DataFrame:
    """Read the steps: texts, days since 1970 as numbers, and ``state``, what the words say."""
    check_columns(table, _COLUMNS, what="table of steps")
    if table.empty:
        raise SchemaError("the table of steps holds no row: add a step")
    steps = pd.DataFrame({name: fmt.strings(table, name) for name in ("initiative", "action")})
    steps["owner"], steps["status"] = fmt.strings(table, "owner"), fmt.strings(table, "status")
    unknown = sorted(set(steps["status"]) - set(_LOOK))
    if unknown:
        raise SchemaError(
            f"column 'status' holds {', '.join(map(repr, unknown))}: use one of {', '.join(_LOOK)}"
        )
    for column in ("start", "due", "done"):
        steps[column] = _days(table, column, missing=column == "done")
    backwards = steps.index[steps["due"] < steps["start"]]
    if len(backwards):
        rows = ", ".join(f"row {table.index[at]}" for at in backwards[:5])
        raise SchemaError(f"column 'due' lies before 'start' ({rows}): mend one of the dates")
    steps["state"] = [_state(row, today) for row in steps.to_dict("records")]
    return steps


def _days(table: pd.DataFrame, column: str, *, missing: bool) -> list[float]:
    days = []
    for label, value in table[column].items():
        if pd.isna(value) and missing:
            days.append(np.nan)
        elif isinstance(value, date) and not pd.isna(value):
            days.append(float(_day(value)))
        else:
            raise SchemaError(
                f"column {column!r} holds no date in row {label} ({value!r}): write a date"
            )
    return days


def _day(value: date) -> int:
    """Days since 1970, as on matplotlib's time axes."""
    return value.toordinal() - _EPOCH


def _state(step: Mapping[Any, Any], today: date | None) -> str:
    if step["status"] == "done":
        return "done late" if step["done"] > step["due"] else "done"
    open_still = step["status"] in ("planned", "under way")
    if open_still and today is not None and step["due"] < _day(today):
        return "overdue"
    return str(step["status"])


def _lines(ax: Axes, steps: pd.DataFrame, size: float, compact: bool) -> list[_Line]:
    """Wrap the names and give each row the height that they need."""
    share = 1.0 if compact else 0.36
    room = lay.width_in(ax) * 72 * share - (2 * lay.MARGIN if compact else 0)
    lines: list[_Line] = []
    top, last = 0.0, None
    for at, step in enumerate(steps.to_dict("records")):
        if step["initiative"] != last:
            last = step["initiative"]
            text = _wrap(last, room, size, "bold")
            top += _HEAD
            lines.append(_Line(text, lay.text_height(text, size), True, top=top))
            top += lines[-1].height + _PAD / 2
        words = [step["action"], step["owner"]]
        if compact:
            words.append(_when(step))
        text = _wrap("\n".join(words), room, size)
        height = max(lay.text_height(text, size), _BAR)
        line = _Line(text, height, False, at, top, top + height / 2)
        if compact:
            line.bar = top + height + 2 + _BAR / 2
            line.height += _BAR + 2
        lines.append(line)
        top += line.height + (2 * _PAD if compact else _PAD)
    return lines


def _wrap(text: str, room: float, size: float, weight: str = "normal") -> str:
    """Break text into lines; a word that is too long for one, such as an address, is cut."""
    words = []
    for paragraph in text.split("\n"):
        parts = []
        for word in paragraph.split():
            while lay.text_width(word, size, weight) > room:
                most = next(
                    n
                    for n in range(len(word) - 1, 0, -1)
                    if n == 1 or lay.text_width(word[:n], size, weight) <= room
                )
                parts.append(word[:most])
                word = word[most:]
            parts.append(word)
        words.append(" ".join(parts))
    return lay.wrap("\n".join(words), room, size, weight)


def _when(step: Any) -> str:
    """The date that counts, with what became of it."""
    if step["status"] == "done":
        return f"{step['state']} {_iso(step['done'])}"
    return f"{step['state']}, due {_iso(step['due'])}"


def _iso(day: float) -> str:
    return str(date.fromordinal(_EPOCH + int(day)))


def _names(ax: Axes, lines: Sequence[_Line], size: float, compact: bool) -> list[Any]:
    if not compact:
        # Names of initiatives and steps stand left of the axes, as its tick labels.
        middles = [line.top + line.height / 2 for line in lines]
        ax.yaxis.set_major_locator(FixedLocator(middles))
        ax.yaxis.set_major_formatter(FixedFormatter([line.text for line in lines]))
        for label, line in zip(ax.get_yticklabels(), lines, strict=True):
            label.set_fontweight("bold" if line.head else "normal")
            label.set_fontsize(size)
        return []
    ax.yaxis.set_major_locator(FixedLocator([]))
    for line in lines:
        ax.text(
            0, line.top, line.text, transform=ax.get_yaxis_transform(), ha="left", va="top",
            fontsize=size, fontweight="bold" if line.head else "normal", zorder=2.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    return []


def _columns(ax: Axes, steps: pd.DataFrame, lines: Sequence[_Line], size: float) -> list[Any]:
    """Write status and date right of the axes."""
    texts = {line.step: _when(steps.iloc[line.step]) for line in lines if not line.head}
    moved = offset_copy(ax.get_yaxis_transform(), lay.root(ax), 10, 0, units="points")
    made = []
    for line in lines:
        if not line.head:
            state = steps.iloc[line.step]["state"]
            made.append(
                lay.outside_text(
                    ax, texts[line.step], 1, line.bar, transform=moved, ha="left",
                    va="center_baseline", fontsize=size,
                    fontweight="bold" if state == "overdue" else "normal",
                )
            )  # fmt: skip
    return made


def _bar(ax: Axes, step: pd.Series, y: float, today: date | None, size: float) -> None:
    """Draw one step: the time it was given, its mark, and what lies beyond its due date."""
    face, edge, hatch, mark = _LOOK[step["status"]]
    ax.barh(
        [y], [step["due"] - step["start"]], left=[step["start"]], height=_BAR, facecolor=face,
        edgecolor=edge, hatch=hatch, linewidth=0.9, zorder=3,
    )  # fmt: skip
    end = step["due"]
    if step["state"] == "done late":
        end = step["done"]
        ax.plot([step["due"], end], [y, y], color=BLUE, linewidth=1.6, zorder=2.8)
    elif step["state"] == "overdue" and today is not None:
        end = _day(today)
        ax.plot(
            [step["due"], end], [y, y], color=VERMILION, linewidth=1.6,
            linestyle=(0, (2, 1.2)), zorder=2.8,
        )  # fmt: skip
    ax.annotate(
        mark, (end, y), xytext=(3, 0), textcoords="offset points", ha="left",
        va="center_baseline", fontsize=size, zorder=4, annotation_clip=False,
    )  # fmt: skip


def _span(steps: pd.DataFrame, today: date | None) -> tuple[float, float]:
    """Ends of the time axis, with room for the last mark."""
    days = steps[["start", "due", "done"]].to_numpy().ravel()
    if today is not None:
        days = np.append(days, _day(today))
    low, high = float(np.nanmin(days)), float(np.nanmax(days))
    reach = max(high - low, 30.0)
    return low - 0.02 * reach, high + 0.1 * reach


def _ticks(ax: Axes, low: float, high: float, most: int) -> None:
    """Put ticks at the first of a month, as few as have room."""
    # The margins may reach beyond the days that a calendar has.
    first = date.fromordinal(_EPOCH + max(int(np.ceil(low)), _day(date.min)))
    last = date.fromordinal(_EPOCH + min(int(high), _day(date.max)))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    steps = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 30000)
    step = next(step for step in steps if months / step <= most)
    begin = first.year * 12 + first.month - 1
    found = range(-(-begin // step) * step, last.year * 12 + last.month, step)
    days = [date(count // 12, count % 12 + 1, 1) for count in found if count >= 12]
    kept = [day for day in days if low <= _day(day) <= high]
    names = [str(day)[: 4 if step >= 12 else 7] for day in kept]
    if not kept:
        # A few days within one month: the first of them, as it is.
        kept, names = [first], [str(first)]
    ax.xaxis.set_major_locator(FixedLocator([_day(day) for day in kept]))
    ax.xaxis.set_major_formatter(FixedFormatter(names))


def _today(ax: Axes, today: date, size: float) -> Any:
    ax.axvline(_day(today), color=TEXT, linewidth=1.1, zorder=2)
    above = offset_copy(ax.get_xaxis_transform(), lay.root(ax), 0, 3, units="points")
    return lay.outside_text(
        ax, f"as of {today}", _day(today), 1, transform=above, ha="center",
        va="bottom", fontsize=size, color=MUTED,
    )  # fmt: skip


def _groups(steps: pd.DataFrame) -> list[lay.Group]:
    """Explain what the picture holds, and nothing that it does not hold."""
    group = lay.Group([], [])
    for status, (face, edge, hatch, mark) in _LOOK.items():
        if (steps["status"] == status).any():
            group.handles.append(Patch(facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.9))
            group.labels.append(f"{mark} {status}")
    beyond = lay.Group([], [])
    if (steps["state"] == "done late").any():
        beyond.handles.append(Line2D([], [], color=BLUE, linewidth=1.6))
        beyond.labels.append("done after it was due")
    if (steps["state"] == "overdue").any():
        beyond.handles.append(
            Line2D([], [], color=VERMILION, linestyle=(0, (2, 1.2)), linewidth=1.6)
        )
        beyond.labels.append("overdue")
    return [group, beyond] if beyond.handles else [group]
