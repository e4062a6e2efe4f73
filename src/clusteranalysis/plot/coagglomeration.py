"""Which industries are found in the same places, and which stay apart?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.style import TEXT, context
from clusteranalysis.schema import check_columns

__all__ = ["Pairs", "coagglomeration_matrix", "read_pairs"]

_MOST = 40
_CLASSES = 7
_NONE: dict[str, Any] = {"facecolor": "white", "hatch": "////", "edgecolor": "#8A8A8A"}


@dataclass(frozen=True)
class Pairs:
    """Names in the order of the table, and the symmetric matrix of their values, NaN inside."""

    names: list[str]
    matrix: np.ndarray

    @property
    def ranked(self) -> list[tuple[str, str, float]]:
        """All known pairs, the highest value first."""
        i, j = np.triu_indices(len(self.names), 1)
        value = self.matrix[i, j]
        order = [k for k in np.argsort(-value, kind="stable") if np.isfinite(value[k])]
        return [(self.names[i[k]], self.names[j[k]], float(value[k])) for k in order]


def read_pairs(table: pd.DataFrame, value: str) -> Pairs:
    """Check a long table of unordered pairs."""
    check_columns(table, ["industry", "partner", value], what="table of pairs")
    known = fmt.floats(table, value)
    first, second = fmt.strings(table, "industry"), fmt.strings(table, "partner")
    names = list(dict.fromkeys(name for pair in zip(first, second, strict=True) for name in pair))
    place = {name: index for index, name in enumerate(names)}
    matrix = np.full((len(names), len(names)), np.nan)
    seen: set[frozenset[str]] = set()
    for a, b, number in zip(first, second, known, strict=True):
        if a == b:
            continue
        if frozenset((a, b)) in seen:
            raise SchemaError(
                f"the table of pairs has {a!r} and {b!r} twice: keep one row of an unordered pair"
            )
        seen.add(frozenset((a, b)))
        matrix[place[a], place[b]] = matrix[place[b], place[a]] = number
    if not np.isfinite(matrix).any():
        raise SchemaError(
            f"column {value!r} of the table of pairs holds no number: nothing to draw"
        )
    return Pairs(names, matrix)


def coagglomeration_matrix(
    table: pd.DataFrame,
    *,
    value: str = "coagglomeration",
    label: str = "Coagglomeration",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw how strongly each pair shares its places, ordered so that partners stand together.

    The order is that of an average-linkage tree whose leaves are turned so that neighbours are as
    alike as possible (Bar-Joseph, Gifford and Jaakkola 2001). Each row ends in its own number on
    the diagonal; the column above and below a number belongs to the same industry.

    Parameters
    ----------
    table : DataFrame
        One row an unordered pair: ``industry``, ``partner`` (names) and the column `value`, such
        as :func:`coagglomeration` or :func:`locational_correlation` gives it; NaN = not known,
        hatched. A pair that is absent is not known either.
    value : str
        The column to draw.
    label : str
        What it is, for the legend.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year, regions).

    Returns
    -------
    Axes
        Rows from top to bottom follow the order found.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a pair comes twice, there are fewer than three or
        more than 40 industries, or nothing is known.

    References
    ----------
    Bar-Joseph, Z., Gifford, D. K. and Jaakkola, T. S. (2001). Fast optimal leaf ordering for
    hierarchical clustering. Bioinformatics 17, S22-S29.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import coagglomeration_matrix, figure
    >>> found = pd.DataFrame({"industry": ["Wine", "Wine", "Hotels"],
    ...     "partner": ["Hotels", "Barrels", "Barrels"], "coagglomeration": [0.01, 0.2, -0.05]})
    >>> ax = coagglomeration_matrix(found, ax=figure()[1])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['1 Hotels', '2 Wine', '3 Barrels']
    """
    pairs = read_pairs(table, value)
    count = len(pairs.names)
    if not 3 <= count <= _MOST:
        raise SchemaError(
            f"the table of pairs holds {count} industries: a matrix is legible for 3 to {_MOST}: "
            "choose some"
        )
    order = _seriation(pairs.matrix)
    matrix = pairs.matrix[np.ix_(order, order)]
    names = [pairs.names[i] for i in order]
    edges, faces = _classes(matrix)
    with context():
        ax = lay.begin(ax, height=2.4 + 0.24 * count, rows=count)
        ax.spines[:].set_visible(False)
        lines = rows(ax, [f"{i} {name}" for i, name in enumerate(names, 1)])
        ax.xaxis.set_major_locator(FixedLocator([]))
        ax.set_xlim(-0.5, count - 0.5)
        tall = 0.44 if lines.compact else 0.98
        for row in range(count):
            for column in range(row):
                number = matrix[row, column]
                place = int(np.searchsorted(edges, number, "right"))
                face = _NONE if number != number else faces[place]
                ax.add_patch(
                    Rectangle((column - 0.5, lines.y[row] - tall / 2), 1, tall, linewidth=0.5,
                              zorder=2, **face)
                )  # fmt: skip
            ax.text(row, lines.y[row], str(row + 1), ha="center", va="center_baseline",
                    fontsize=lines.size, color=TEXT, zorder=3)  # fmt: skip
        missing = bool(np.isnan(matrix[np.tril_indices(count, -1)]).any())
        a, b, best = pairs.ranked[0]
        c, d, least = pairs.ranked[-1]
        lay.arrange(
            ax,
            size=lines.size,
            title=title or "Which industries share their places?",
            note=fmt.join_notes(
                f"Highest: {a} with {b} ({fmt.digits(best)}).",
                f"Lowest: {c} with {d} ({fmt.digits(least)}).",
                "Order: those that share their places stand together.",
                note,
            ),
            groups=_legend(label, edges, faces, missing),
            outside=lines.outside,
            height=max(lines.height, 1.45 * lines.size * count),
        )
    return ax


def _seriation(matrix: np.ndarray) -> np.ndarray:
    """Order the leaves of an average-linkage tree so that neighbours are alike."""
    distance = np.nanmax(matrix) - matrix
    # A pair that is not known is taken to be as far as pairs are on average: it decides nothing.
    distance = np.where(np.isnan(distance), np.nanmean(distance), distance)
    np.fill_diagonal(distance, 0.0)
    condensed = squareform((distance + distance.T) / 2, checks=False)
    tree = linkage(condensed, method="average")
    return np.asarray(leaves_list(optimal_leaf_ordering(tree, condensed)))


def _classes(matrix: np.ndarray) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Give round class ends and colours: about zero where there are values on both sides."""
    known = matrix[np.isfinite(matrix)]
    low, high = float(known.min()), float(known.max())
    if low < 0 < high:
        # Orange apart, purple together; the middle class holds zero.
        step = _round(max(high, -low) / 3.2)
        edges = step * np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
        shades = [colormaps["PuOr"](x) for x in np.linspace(0.14, 0.86, _CLASSES)]
    else:
        step = _round((high - low) / _CLASSES or 1.0)
        edges = step * (np.floor(low / step) + np.arange(1, _CLASSES))
        shades = [colormaps["cividis_r"](x) for x in np.linspace(0.0, 1.0, _CLASSES)]
    faces: list[dict[str, Any]] = [{"facecolor": to_hex(s), "edgecolor": "white"} for s in shades]
    if low < 0 < high:
        # The hatch says "apart" to those who do not tell orange from purple.
        for face in faces[:3]:
            face["hatch"] = "\\\\\\\\"
    return edges, faces


def _round(step: float) -> float:
    """Round a step up to a number of one or two digits."""
    unit = 10.0 ** np.floor(np.log10(step))
    parts = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
    return float(unit * next(part for part in parts if part * unit >= step * 0.999))


def _legend(
    label: str, edges: np.ndarray, faces: list[dict[str, Any]], missing: bool
) -> list[lay.Group]:
    words = [f"under {fmt.digits(edges[0], 3)}"]
    words += [f"to {fmt.digits(end, 3)}" for end in edges[1:]]
    words.append(f"{fmt.digits(edges[-1], 3)} or more")
    patches = [Patch(linewidth=0.5, **face) for face in faces]
    groups = [lay.Group(patches, words, title=label)]
    if missing:
        groups.append(lay.Group([Patch(linewidth=0.5, **_NONE)], ["hatched white: not known"]))
    return groups
