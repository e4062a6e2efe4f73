"""Where do high or low quotients stand together?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._geography import look, place_labels, project, view
from clusteranalysis.plot._outlines import outline
from clusteranalysis.plot.maps import write_label
from clusteranalysis.plot.style import BLUE, ORANGE, SKY, VERMILION, context
from clusteranalysis.schema import check_columns

__all__ = ["KINDS", "hot_spot_map", "spots_read"]

#: Kind of place -> fill and hatch; the hatch says it again for those who see no hue.
_HOT: dict[str, tuple[str, str]] = {
    "hot spot": (VERMILION, "////"),
    "cold spot": (SKY, "...."),
}
_MORAN: dict[str, tuple[str, str]] = {
    "high-high": (VERMILION, "////"),
    "low-low": (SKY, "...."),
    "high-low": (ORANGE, "xxxx"),
    "low-high": (BLUE, "\\\\\\\\"),
}
KINDS = _HOT | _MORAN
_WORDS = {
    "high-high": "high among high",
    "low-low": "low among low",
    "high-low": "high among low",
    "low-high": "low among high",
}
_PLAIN, _NONE = "#F2F2F2", "white"
#: Up to so many counties carry their names.
_LABELLED = 15


def hot_spot_map(
    geotable: pd.DataFrame,
    *,
    significance: float = 0.05,
    highlight_label: str = "the region",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
    crs: str = "EPSG:3310",
) -> Axes:
    """Draw which counties lie in hot or cold spots, which cannot be told, and which are withheld.

    Up to fifteen counties carry their names; of more, the few in a spot are named below.

    Parameters
    ----------
    geotable : GeoDataFrame
        One row a county of one industry, as :func:`getis_ord` or :func:`local_moran` gives it,
        with outlines: ``region`` (FIPS), ``name``, ``getis_ord`` (above 0 = hot) or ``quadrant``
        (of :func:`local_moran`), ``adjusted`` (p-value after adjustment for the number of
        counties; without the column ``p_value``), ``geometry`` (polygons with a coordinate
        reference system) and optional ``highlight`` (bool, heavy outline). NaN in the measure or
        the p-value = withheld or not defined, hatched white.
    significance : float
        Counties whose p-value is at most this are told apart from chance.
    highlight_label : str
        What the heavy outline marks.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year, permutations).
    crs : str
        Projection to draw in; California Albers by default, "EPSG:5070" for the whole country.

    Returns
    -------
    Axes
        Its first patches are the counties, in the order of the table.

    Raises
    ------
    SchemaError
        A column is missing, the table has no geometry or no coordinate reference system, a
        county has no outline, or `significance` is no level.

    Examples
    --------
    >>> import geopandas
    >>> from shapely import box
    >>> from clusteranalysis.plot import figure, hot_spot_map
    >>> table = geopandas.GeoDataFrame({"region": ["06001", "06013"],
    ...     "name": ["Alameda", "Contra Costa"], "getis_ord": [2.5, 0.3],
    ...     "adjusted": [0.01, 0.6]}, crs="EPSG:4326",
    ...     geometry=[box(-122.3, 37.5, -121.5, 37.8), box(-122.3, 37.8, -121.5, 38.1)])
    >>> ax = hot_spot_map(table, ax=figure()[1])
    >>> [patch.get_hatch() for patch in ax.patches[:2]]
    ['////', None]
    """
    kinds, column = spots_read(geotable, significance)
    frame = project(geotable, ("region", "name", "geometry"), crs)
    chosen = (
        fmt.flags(geotable, "highlight")
        if "highlight" in geotable.columns
        else np.zeros(len(frame), bool)
    )
    with context():
        ax = lay.begin(ax, height=6.0)
        ax.set_axis_off()
        size = lay.text_size(ax)
        wide = lay.width_in(ax) * 72 - 2 * lay.MARGIN
        left, bottom, right, top = view(frame)
        names = np.array(frame["name"], dtype=object)
        lay.arrange(
            ax,
            title=title or "Where do high or low quotients stand together?",
            note=fmt.join_notes(_found(kinds, names), _test(column, significance), note),
            size=size,
            groups=_groups(kinds, highlight_label if chosen.any() else ""),
            height=min(wide * (top - bottom) / (right - left), 330.0 if size < 10 else 320.0),
        )
        if len(frame) <= _LABELLED:
            ways = [list(dict.fromkeys([name, lay.two_lines(name, size)])) for name in names]
            for label in place_labels(ax, frame.assign(location_quotient=np.nan), ways, size):
                write_label(ax, label, size)
        else:
            look(ax, view(frame))
        # Borders between thousands of counties would be all there is to see.
        border = 0.5 if len(frame) <= 200 else 0.12
        for shape, kind in zip(frame.geometry, kinds, strict=True):
            ax.add_patch(PathPatch(outline(shape), linewidth=border, **_style(kind)))
        if chosen.any():
            ax.add_patch(
                PathPatch(outline(frame[chosen].geometry.union_all()), facecolor="none",
                          edgecolor="black", linewidth=2.0, zorder=2, joinstyle="round")
            )  # fmt: skip
    return ax


def spots_read(table: pd.DataFrame, significance: float) -> tuple[list[str], str]:
    """Give each row's kind ("" = not told apart from chance, "withheld"), and the p's column."""
    if not 0 < significance < 1:
        raise SchemaError(f"significance={significance!r} is no level: use one between 0 and 1")
    column = "adjusted" if "adjusted" in table.columns else "p_value"
    measure = "quadrant" if "quadrant" in table.columns else "getis_ord"
    check_columns(table, ["name", measure, column], what="table of hot spots")
    p = fmt.floats(table, column)
    if measure == "getis_ord":
        score = fmt.floats(table, measure)
        known = np.isfinite(score) & np.isfinite(p)
        side = np.where(score > 0, "hot spot", "cold spot")
    else:
        side = np.array(["" if pd.isna(v) else str(v) for v in table[measure]], dtype=object)
        unknown = sorted(set(side) - set(_MORAN) - {""})
        if unknown:
            raise SchemaError(
                f"column 'quadrant' holds {unknown[0]!r}: use one of {', '.join(_MORAN)}"
            )
        known = (side != "") & np.isfinite(p)
    if len(p) == 0:
        raise SchemaError("the table of hot spots has no rows: nothing to draw")
    kinds = [
        "withheld" if not k else (str(s) if q <= significance else "")
        for k, s, q in zip(known, side, p, strict=True)
    ]
    return kinds, column


def _style(kind: str) -> dict[str, Any]:
    """Fill and hatch of a kind; hatch lines take the edge's colour."""
    if kind == "withheld":
        return {"facecolor": _NONE, "edgecolor": "#8A8A8A", "hatch": "//"}
    if not kind:
        return {"facecolor": _PLAIN, "edgecolor": "#9A9A9A"}
    color, hatch = KINDS[kind]
    return {"facecolor": color, "edgecolor": "#333333", "hatch": hatch}


def _found(kinds: list[str], names: np.ndarray) -> str:
    """Name the counties of each kind where they are few, so that the map needs no labels."""
    parts = []
    for kind in KINDS:
        listed = names[[k == kind for k in kinds]]
        if 0 < len(listed) <= 8:
            parts.append(f"{_WORDS.get(kind, kind).capitalize()}: {'; '.join(listed)}.")
    if not any(kind in KINDS for kind in kinds):
        parts.append("No county can be told apart from chance.")
    return " ".join(parts)


def _test(column: str, significance: float) -> str:
    adjusted = "adjusted for the number of counties" if column == "adjusted" else (
        "not adjusted: of many counties some are below by chance"
    )  # fmt: skip
    return f"Told apart from chance: p at most {significance:g}, {adjusted}."


def _groups(kinds: list[str], highlight: str) -> list[lay.Group]:
    group = lay.Group([], [])
    for kind in (*KINDS, "", "withheld"):
        count = kinds.count(kind)
        if not count:
            continue
        words = {"": "not told apart from chance", "withheld": "withheld or not defined"}
        text = words.get(kind, _WORDS.get(kind, kind))
        group.handles.append(Patch(linewidth=0.5, **_style(kind)))
        group.labels.append(f"{text} ({count:,})")
    if highlight:
        group.handles.append(Patch(facecolor="none", edgecolor="black", linewidth=2.0))
        group.labels.append(f"heavy outline: {highlight}")
    return [group]
