"""Which industries are each other's neighbours more often than chance would have it?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.maps import COLORS, EDGES, color_class
from clusteranalysis.plot.style import MUTED, TEXT, context, ink
from clusteranalysis.schema import check_columns

__all__ = ["colocation_matrix", "significant"]

_MOST = 12
_NONE: dict[str, Any] = {"facecolor": "white", "hatch": "////", "edgecolor": "#8A8A8A"}
_PLAIN: dict[str, Any] = {"facecolor": "white", "edgecolor": "#C8C8C8"}


def colocation_matrix(
    table: pd.DataFrame,
    *,
    significance: float = 0.05,
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw co-location quotients of pairs as a matrix with every number printed.

    A row's establishments are looked at, a column's are counted among their neighbours; columns
    have the numbers of the rows. A cell is coloured, and its number bold, where its quotient can
    be told apart from 1; without a test all cells are coloured.

    Parameters
    ----------
    table : DataFrame
        One row a pair, as :func:`colocation_quotient` gives it: ``industry``, ``partner``,
        ``colocation_quotient`` (1 = as by chance; NaN = not defined, hatched) and, with
        simulations, ``adjusted`` or ``p_value``. A pair that is absent is left blank.
    significance : float
        Cells whose ``adjusted`` (else ``p_value``) is at most this are told apart from 1.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, number of neighbours, what chance
        means).

    Returns
    -------
    Axes
        Its patches are the cells, in the order of the table.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a pair comes twice, there are more than twelve
        industries, or nothing to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import colocation_matrix, figure
    >>> found = pd.DataFrame({"industry": ["Hotels", "Hotels"], "partner": ["Hotels", "Wine"],
    ...                       "colocation_quotient": [2.4, 0.9], "adjusted": [0.01, 0.6]})
    >>> ax = colocation_matrix(found, ax=figure()[1])
    >>> [text.get_text() for text in ax.texts[:2]]
    ['2.40', '0.90']
    """
    check_columns(table, ["industry", "partner", "colocation_quotient"], what="co-location table")
    if not 0 < significance < 1:
        raise SchemaError(f"significance={significance!r} is no level: use one between 0 and 1")
    value = fmt.floats(table, "colocation_quotient")
    first, second = fmt.strings(table, "industry"), fmt.strings(table, "partner")
    if pd.DataFrame({"industry": first, "partner": second}).duplicated().any():
        raise SchemaError("the co-location table has a pair twice: keep one row of each")
    if not np.isfinite(value).any():
        raise SchemaError(
            "column 'colocation_quotient' of the co-location table holds no number: nothing to draw"
        )
    names = list(dict.fromkeys(first))
    numbered = list(dict.fromkeys([*names, *second]))
    heads = [name for name in numbered if name in set(second)]
    if max(len(names), len(heads)) > _MOST:
        raise SchemaError(
            f"the co-location table holds {len(numbered)} industries: a matrix is legible for "
            f"{_MOST} at most: choose some"
        )
    known, tested = significant(table, significance)
    number = {name: str(index) for index, name in enumerate(numbered, 1)}
    with context():
        ax = lay.begin(ax, height=2.2 + 0.3 * len(names), rows=len(names))
        ax.spines[:].set_visible(False)
        lines = rows(ax, [f"{number[name]}  {name}" for name in names])
        ax.xaxis.set_major_locator(FixedLocator([]))
        ax.set_xlim(-0.5, len(heads) - 0.5)
        tall = 0.46 if lines.compact else 0.94
        for a, b, lq, sure in zip(first, second, value, known, strict=True):
            x, y = heads.index(b), lines.y[names.index(a)]
            shade = COLORS[color_class(lq)] if sure and lq == lq else "white"
            face = _NONE if lq != lq else {"facecolor": shade, "edgecolor": "white"}
            face = _PLAIN if lq == lq and not sure else face
            ax.add_patch(
                Rectangle((x - 0.48, y - tall / 2), 0.96, tall, linewidth=0.8, zorder=2, **face)
            )
            ax.text(
                x, y, "–" if lq != lq else fmt.ratio(lq), ha="center", va="center_baseline",
                fontsize=lines.size, fontweight="bold" if tested and sure else "normal",
                color=ink(shade) if lq == lq else TEXT, zorder=3,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8} if lq != lq else None,
            )  # fmt: skip
        for x, name in enumerate(heads):
            lines.mark(x, number[name])
        others = [f"{number[name]} {name}" for name in heads if name not in names]
        missing = bool(np.isnan(value).any())
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "Which industries are neighbours?",
            note=fmt.join_notes(
                "Row: whose neighbours; column: who is counted among them, by the rows' numbers"
                + (f" and {'; '.join(others)}." if others else "."),
                note,
            ),
            groups=_legend(tested, bool((tested & ~known & ~np.isnan(value)).any()), missing),
            outside=lines.outside,
            height=max(lines.height, len(names) * 1.7 * lines.size),
        )
    return ax


def significant(table: pd.DataFrame, level: float) -> tuple[np.ndarray, bool]:
    """Tell which quotients can be told apart from 1, and whether there is a test at all."""
    for column in ("adjusted", "p_value"):
        if column in table.columns:
            return fmt.floats(table, column) <= level, True
    return np.ones(len(table), bool), False


def _legend(tested: bool, unsure: bool, missing: bool) -> list[lay.Group]:
    """The classes on both sides of 1, and what white and hatched cells are."""
    edge: dict[str, Any] = {"edgecolor": MUTED, "linewidth": 0.5}
    words = [f"under {EDGES[0]:g}"]
    words += [f"to {end:g}" for end in EDGES[1:]]
    words.append(f"{EDGES[-1]:g} or more")
    classes = lay.Group(
        [Patch(facecolor=color, **edge) for color in COLORS], words,
        title="Times as often as by chance",
    )  # fmt: skip
    rest = lay.Group([], [])
    if unsure:
        rest.handles.append(Patch(linewidth=0.8, **_PLAIN))
        rest.labels.append("white, not bold: not told apart from 1")
    if missing:
        rest.handles.append(Patch(linewidth=0.8, **_NONE))
        rest.labels.append("hatched: not defined")
    return [classes, *([rest] if rest.handles else [])]
