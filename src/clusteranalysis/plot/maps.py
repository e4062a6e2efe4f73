"""Where in the region is a cluster concentrated?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Affine2D, ScaledTranslation

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._geography import Label, place_labels, project, view
from clusteranalysis.plot._inset import Corner
from clusteranalysis.plot._outlines import outline
from clusteranalysis.plot.style import MUTED, TEXT, context, ink
from clusteranalysis.schema import check_columns

__all__ = ["COLORS", "EDGES", "color_class", "lq_map", "lq_maps", "write_label"]

_COLUMNS = ("region", "name", "location_quotient", "highlight", "geometry")
#: Ends of the classes: steps of the same ratio below and above 1, the outer classes open.
EDGES = (0.5, 0.67, 0.8, 1.25, 1.5, 2.0)
#: From orange (less than the average) to purple (more), which the colour-blind tell apart.
COLORS = tuple(to_hex(colormaps["PuOr"](x)) for x in (0.14, 0.26, 0.38, 0.5, 0.64, 0.76, 0.88))
_WITHHELD: dict[str, Any] = {"facecolor": "white", "hatch": "////", "edgecolor": "#8A8A8A"}
#: Over the colour of a class that withheld jobs could change.
_OPEN: dict[str, Any] = {"hatch": "////", "edgecolor": "white"}
_MOST = 6
#: Before a quotient that withheld jobs could only raise.
_FLOOR = "≥"


def lq_map(
    geotable: pd.DataFrame,
    *,
    reference_name: str = "US",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
    highlight_label: str = "the region",
    inset: pd.DataFrame | None = None,
    crs: str = "EPSG:3310",
) -> Axes:
    """Draw one cluster's location quotient by county, in classes on both sides of 1.

    Name and number stand inside each county where they fit, otherwise beside it with a line. The
    view is fitted to the main part of each county: far islands may lie outside it.

    Parameters
    ----------
    geotable : GeoDataFrame
        One row a county: ``region`` (FIPS), ``name``, ``location_quotient`` (ratio to the
        reference's share; NaN = withheld, hatched), ``highlight`` (bool, heavy outline) and
        ``geometry`` (polygons with a coordinate reference system). With
        ``location_quotient_high``, the upper bound, a county that withheld jobs could move to
        another class is hatched and its number is marked as a floor.
    reference_name : str
        What the quotients compare with, as the figure calls it.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, vintage, base of the quotient).
    highlight_label : str
        What the heavy outline marks.
    inset : GeoDataFrame, optional
        Outlines of what lies around, such as all counties of the state: a small map in a corner
        shows the highlighted counties in it, black.
    crs : str
        Projection to draw in; California Albers by default.

    Returns
    -------
    Axes
        Its first patches are the counties, in the order of the table.

    Raises
    ------
    SchemaError
        A column is missing, the table has no geometry or no coordinate reference system, or a
        county has no outline.

    Examples
    --------
    >>> import geopandas
    >>> from shapely import box
    >>> from clusteranalysis.plot import figure, lq_map
    >>> table = geopandas.GeoDataFrame({"region": ["06001", "06013"],
    ...     "name": ["Alameda", "Contra Costa"], "location_quotient": [2.5, float("nan")],
    ...     "highlight": [True, False]}, crs="EPSG:4326",
    ...     geometry=[box(-122.3, 37.5, -121.5, 37.8), box(-122.3, 37.8, -121.5, 38.1)])
    >>> ax = lq_map(table, ax=figure()[1])
    >>> [patch.get_hatch() for patch in ax.patches[:2]]
    [None, '////']
    """
    frame = _read(geotable, _COLUMNS, crs)
    with context():
        ax = lay.begin(ax, height=6.4)
        ax.set_axis_off()
        size = lay.text_size(ax)
        wide = lay.width_in(ax) * 72 - 2 * lay.MARGIN
        left, bottom, right, top = view(frame)
        arranged = lay.arrange(
            ax,
            title=title or "Where is the cluster concentrated?",
            note=note or "",
            size=size,
            groups=_groups(frame, highlight_label),
            height=min(wide * (top - bottom) / (right - left), 330.0 if size < 10 else 300.0),
            strip=4.2 * size,
        )
        texts = []
        for name, value in zip(frame["name"], _values(frame, "withheld"), strict=True):
            broken = lay.two_lines(name, size)
            texts.append(list(dict.fromkeys(f"{part}\n{value}" for part in (name, broken))))
        corner = None if inset is None else Corner(inset, frame, crs)
        _counties(ax, frame, texts, size, corner)
        _bar(ax, arranged, size, wide, reference_name)
    return ax


def lq_maps(
    geotable: pd.DataFrame,
    *,
    reference_name: str = "US",
    figure: Figure | None = None,
    title: str | None = None,
    note: str | None = None,
    highlight_label: str = "the region",
    crs: str = "EPSG:3310",
) -> list[Axes]:
    """Draw up to six clusters as small maps that share one scale; numbers only, no county names.

    Parameters
    ----------
    geotable : GeoDataFrame
        As for :func:`lq_map`, one row a county and ``cluster`` (its name). Maps follow the order
        of the clusters in the table.
    reference_name : str
        What the quotients compare with, as the figure calls it.
    figure : Figure, optional
        Where to draw: whatever it holds is cleared first. A new pyplot figure by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, vintage, base of the quotient).
    highlight_label : str
        What the heavy outline marks.
    crs : str
        Projection to draw in; California Albers by default.

    Returns
    -------
    list of Axes
        One a cluster; the figure is ``axes[0].figure``.

    Raises
    ------
    SchemaError
        As for :func:`lq_map`, or there are no clusters or more than six.

    Examples
    --------
    >>> import geopandas
    >>> from shapely import box
    >>> from clusteranalysis.plot import figure, lq_maps
    >>> table = geopandas.GeoDataFrame({"region": "06001", "name": "Alameda",
    ...     "cluster": ["Wine", "Hotels"], "location_quotient": [1.3, 0.4], "highlight": True},
    ...     crs="EPSG:4326", geometry=[box(-122.3, 37.5, -121.5, 37.8)] * 2)
    >>> [ax.get_title(loc="left") for ax in lq_maps(table, figure=figure()[0])]
    ['Wine', 'Hotels']
    """
    frame = _read(geotable, (*_COLUMNS, "cluster"), crs)
    clusters = list(dict.fromkeys(frame["cluster"]))
    if not 1 <= len(clusters) <= _MOST:
        raise SchemaError(
            f"the map table holds {len(clusters)} clusters: small maps are legible for 1 to {_MOST}"
        )
    with context():
        if figure is None:
            host = lay.begin(None, height=6.4)
            figure = lay.root(host)
        else:
            figure.clear()
            host = lay.begin(figure.add_subplot())
        host.set_axis_off()
        size, small = lay.text_size(host), lay.narrow(host)
        columns = min(len(clusters), 2 if small or len(clusters) == 4 else 3)
        lines = -(-len(clusters) // columns)
        wide = lay.width_in(host) * 72 - 2 * lay.MARGIN
        panel = (wide - 10 * (columns - 1)) / columns
        heads = [lay.wrap(name, panel, size + 1, "bold") for name in clusters]
        head = max(lay.text_height(text, size + 1) for text in heads) + 4
        left, bottom, right, top = view(frame)
        least = min(panel * (top - bottom) / (right - left), 180.0 if size < 10 else 150.0)
        arranged = lay.arrange(
            host,
            title=title or "Where is each cluster concentrated?",
            note=fmt.join_notes("Numbers are location quotients.", note),
            size=size,
            groups=_groups(frame, highlight_label),
            height=lines * (least + head + 6),
            strip=4.2 * size,
        )
        _bar(host, arranged, size, wide, reference_name)
        box = host.get_position()
        tall = float(figure.get_size_inches()[1]) * 72
        axes = []
        for index, (name, text) in enumerate(zip(clusters, heads, strict=True)):
            row, column = divmod(index, columns)
            high = box.height / lines
            ax = figure.add_axes(
                (
                    box.x0 + column * (panel + 10) / (wide + 2 * lay.MARGIN),
                    box.y1 - (row + 1) * high,
                    panel / (wide + 2 * lay.MARGIN),
                    high - head / tall,
                )
            )
            ax.set_axis_off()
            ax.set_title(text, loc="left", fontsize=size + 1, fontweight="bold", pad=3)
            part = frame[frame["cluster"] == name].reset_index(drop=True)
            _counties(ax, part, [[value] for value in _values(part, "–")], size)
            axes.append(ax)
    return axes


def _read(geotable: pd.DataFrame, columns: tuple[str, ...], crs: str) -> Any:
    """Check the table and return its columns, projected."""
    check_columns(geotable, columns, what="map table")
    frame = project(geotable, columns, crs)
    lq = frame["location_quotient"] = fmt.floats(geotable, "location_quotient")
    high = lq
    if "location_quotient_high" in geotable.columns:
        high = fmt.floats(geotable, "location_quotient_high")
    known = np.isfinite(lq) & np.isfinite(high)
    frame["open"] = known & (
        np.searchsorted(EDGES, lq, "right") != np.searchsorted(EDGES, high, "right")
    )
    frame["highlight"] = fmt.flags(geotable, "highlight")
    frame["name"] = fmt.strings(geotable, "name")
    return frame


def color_class(lq: float) -> int:
    """Number the class of a quotient from the lowest; a class holds its lower end."""
    return int(np.searchsorted(EDGES, lq, side="right"))


def _values(frame: Any, missing: str) -> list[str]:
    """Write each quotient; one that withheld jobs could lift to another class is a floor."""
    return [
        missing if lq != lq else f"{_FLOOR if floor else ''}{fmt.ratio(lq)}"
        for lq, floor in zip(frame["location_quotient"], frame["open"], strict=True)
    ]


def _counties(
    ax: Axes, frame: Any, texts: list[list[str]], size: float, corner: Corner | None = None
) -> None:
    """Draw the counties and their labels into an axes of final size."""
    # Counties first, so that callers find them in the order of the table. Hatch lines take the
    # edge's colour, so the borders between counties are drawn apart.
    shapes = zip(frame.geometry, frame["location_quotient"], frame["open"], strict=True)
    for shape, lq, floor in shapes:
        look = _WITHHELD if lq != lq else {"facecolor": COLORS[color_class(lq)]}
        if floor:
            look = {**look, **_OPEN}
        ax.add_patch(PathPatch(outline(shape), zorder=1, **{"linewidth": 0.0, **look}))
    for shape in frame.geometry:
        ax.add_patch(PathPatch(outline(shape), facecolor="none", edgecolor="#777777",
                               linewidth=0.6, zorder=1.5))  # fmt: skip
    chosen = frame[frame["highlight"].to_numpy()]
    if len(chosen):
        ax.add_patch(
            PathPatch(outline(chosen.geometry.union_all()), facecolor="none", edgecolor="black",
                      linewidth=2.2, zorder=2, joinstyle="round")
        )  # fmt: skip
    for label in place_labels(ax, frame, texts, size, corner):
        write_label(ax, label, size)


def write_label(ax: Axes, label: Label, size: float) -> None:
    """Write a label that has its place, and its leader."""
    lq = label.quotient
    shade = COLORS[color_class(lq)] if label.inside and lq == lq else "white"
    # On a hatch letters need a ground of their own.
    hatched = label.inside and (lq != lq or _FLOOR in label.text)
    box = {"facecolor": shade, "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
    ax.annotate(
        label.text, label.anchor, xytext=label.offset, textcoords="offset points", ha="center",
        va="center", fontsize=size, linespacing=1.1, color=ink(shade), zorder=5,
        bbox=box if hatched else None, annotation_clip=False,
    )  # fmt: skip
    if label.leader is not None:
        halo = withStroke(linewidth=2.4, foreground="white")
        ax.annotate(
            "", label.anchor, xytext=label.leader, textcoords="offset points", zorder=4,
            arrowprops={"arrowstyle": "-", "color": TEXT, "linewidth": 0.8, "shrinkA": 0,
                        "shrinkB": 0, "path_effects": [halo]},
            annotation_clip=False,
        )  # fmt: skip
        ax.plot(
            *label.anchor, marker="o", markersize=3.8, markerfacecolor=TEXT,
            markeredgecolor="white", markeredgewidth=0.8, zorder=4.1,
        )  # fmt: skip


def _groups(frame: Any, highlight_label: str) -> list[lay.Group]:
    group = lay.Group([], [])
    if frame["location_quotient"].isna().any():
        group.handles.append(Patch(linewidth=0.6, **_WITHHELD))
        group.labels.append("withheld")
    if frame["open"].any():
        group.handles.append(Patch(linewidth=0.6, facecolor="#B0B0B0", **_OPEN))
        group.labels.append("hatched, ≥: withheld jobs could move it to another class")
    if frame["highlight"].any():
        group.handles.append(Patch(facecolor="none", edgecolor="black", linewidth=2.2))
        group.labels.append(f"heavy outline: {highlight_label}")
    return [group] if group.labels else []


def _bar(ax: Axes, arranged: lay.Arranged, size: float, wide: float, reference_name: str) -> None:
    """Draw the classes as a bar with its ends labelled, in points above the axes."""
    place = (
        Affine2D().translate(arranged.left, arranged.strip).scale(1 / 72)
        + lay.root(ax).dpi_scale_trans
        + ScaledTranslation(0, 1, ax.transAxes)  # type: ignore[arg-type]
    )
    step, low = min(44.0, wide / len(COLORS)), 1.35 * size
    for index, color in enumerate(COLORS):
        ax.add_patch(
            Rectangle((index * step, low), step, 1.3 * size, facecolor=color, transform=place,
                      edgecolor="#777777", linewidth=0.6, clip_on=False)
        )  # fmt: skip
    words = [((i + 1) * step, low - 3, f"{edge:g}", "top", TEXT) for i, edge in enumerate(EDGES)]
    # The outer classes are open: words say so, since a colour bar's end looks like a limit.
    ends = ((0.5, "less", COLORS[0]), (len(COLORS) - 0.5, "more", COLORS[-1]))
    for at, word, color in ends:
        words.append((at * step, low + 0.65 * size, word, "center", ink(color)))
    for x, y, text, side, shade in words:
        ax.text(x, y, text, transform=place, ha="center", va=side, fontsize=size, color=shade,
                clip_on=False)  # fmt: skip
    ax.text(
        0, low + 1.3 * size + 3, f"Location quotient (1 = {reference_name} average)",
        transform=place, ha="left", va="bottom", fontsize=size, color=MUTED, clip_on=False,
    )  # fmt: skip
