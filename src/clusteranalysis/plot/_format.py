"""How are columns read, numbers written and axes ticked?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from clusteranalysis.errors import SchemaError

__all__: list[str] = []


def number(value: float, *, sign: bool = False) -> str:
    """Write a count with thousands separators and a true minus."""
    text = f"{value:+,.0f}" if sign else f"{value:,.0f}"
    return ("0" if text in {"+0", "-0"} else text).replace("-", "\N{MINUS SIGN}")


def ratio(value: float) -> str:
    """Write a location quotient: two decimals, one from 10 on, none from 100 on."""
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def the(name: str) -> str:
    """Give what quotients compare with the article it takes: the US, but California."""
    return f"the {name}" if name in ("US", "nation", "reference") else name


def digits(value: float, count: int = 2) -> str:
    """Write a value of no known unit with so many digits and a true minus."""
    return f"{value:.{count}g}".replace("-", "\N{MINUS SIGN}")


def count_axis(axis: Axis, *, sign: bool = False, prefix: str = "") -> None:
    """Write ticks with thousands separators."""
    axis.set_major_formatter(FuncFormatter(lambda v, _: prefix + number(v, sign=sign)))


def few_ticks(ax: Axes, most: int) -> None:
    """Keep the number of horizontal ticks to what their labels have room for."""
    ax.xaxis.set_major_locator(MaxNLocator(nbins=most))


def lq_limits(values: Iterable[float]) -> tuple[float, float]:
    """Return the ends of a log axis around 1 that holds all values.

    Each side reaches a factor 2 at least, and half as far as the other at least, so that 1 stays
    near the middle without one tiny quotient emptying half of the picture.
    """
    seen = np.asarray(list(values), float)
    logs = np.log(seen[np.isfinite(seen) & (seen > 0)])
    up = max([np.log(2.0), *logs]) + 0.12
    down = max([np.log(2.0), *(-logs)]) + 0.12
    return float(np.exp(-max(down, up / 2))), float(np.exp(max(up, down / 2)))


def lq_ticks(axis: Axis, low: float, high: float, most: int = 9) -> None:
    """Put ticks at powers of two; a factor has one length, wherever it stands."""
    first, last = int(np.ceil(np.log2(low))), int(np.floor(np.log2(high)))
    step = 1 if last - first <= most - 1 else 2
    exponents = [e for e in range(first, last + 1) if e % step == 0]
    axis.set_major_locator(FixedLocator([2.0**e for e in exponents]))
    axis.set_major_formatter(
        FuncFormatter(lambda v, _: f"{v:g}" if v > 0.1 else f"{v:.2f}" if v > 0.03 else f"{v:.2g}")
    )
    axis.set_minor_locator(NullLocator())


def floats(table: pd.DataFrame, column: str) -> np.ndarray:
    """Read a numeric column as a fresh float array, NaN where missing."""
    try:
        return np.array(table[column].to_numpy(dtype=float, na_value=np.nan), copy=True)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f"column {column!r} is not numeric: {error}: convert it to float, with NaN where the "
            "number is withheld"
        ) from error


def flags(table: pd.DataFrame, column: str) -> np.ndarray:
    """Read a yes/no column; a missing answer counts as no."""
    return np.array([bool(v) and not pd.isna(v) for v in table[column]], dtype=bool)


def strings(table: pd.DataFrame, column: str) -> list[str]:
    """Read a text column."""
    return [str(v) for v in table[column]]


def not_shown(names: Sequence[str], why: str) -> str:
    """Say which rows the picture leaves out, or nothing."""
    return f"Not shown ({why}): {'; '.join(names)}." if len(names) else ""


def join_notes(*notes: str | None) -> str:
    """Put the footer's sentences together."""
    return " ".join(note.strip() for note in notes if note and note.strip())


def fit(
    values: np.ndarray, radii: np.ndarray, room: float, side: float, edge: float
) -> tuple[float, float]:
    """Ends of an axis of `room` points on which every disc, and zero with `side`, fits."""
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    if high - low < 1e-9:
        low, high = low - 1.0, high + 1.0
    for _ in range(25):
        unit = (high - low) / room
        low = min(float((values - (radii + edge) * unit).min()), -side * unit)
        high = max(float((values + (radii + edge) * unit).max()), side * unit)
    return low, high
