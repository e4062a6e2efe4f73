"""Where in the region are the establishments, and those of an industry?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.transforms import offset_copy
from scipy.ndimage import gaussian_filter

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._curves import Unit, drawn_unit
from clusteranalysis.plot._geography import look, view
from clusteranalysis.plot._outlines import outline
from clusteranalysis.plot.style import BLUE, MUTED, ORANGE, TEXT, VERMILION, context
from clusteranalysis.schema import check_columns

__all__ = ["establishment_map", "kernel_density"]

_LOOKS = ((VERMILION, "o"), (BLUE, "s"), (ORANGE, "^"))
#: Cells in a bandwidth, and along the longer side of the map at most.
_FINE, _MOST = 10, 700
#: Classes that are shaded; what is below them stays white.
_CLASSES = 4


def establishment_map(
    table: pd.DataFrame,
    *,
    outlines: Any = None,
    industry: str | Sequence[str] | None = None,
    bandwidth: float | None = None,
    unit: Unit = "m",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw establishments over the kernel density of all of them and over the county outlines.

    Shading is the number of establishments of the table a square km (or mile). With ``industry``
    only its establishments are drawn as points, so that the eye can compare them with all.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        One row an establishment: ``x`` and ``y`` (projected), or points in a projected coordinate
        reference system; ``industry`` where it is asked for. Rows without a place, and those far
        outside the outlines, are not drawn and counted in the footer.
    outlines : GeoDataFrame, optional
        Counties to draw, ``geometry`` of polygons. Brought to the establishments' coordinate
        reference system where they have one; otherwise it must already be in their units.
    industry : str or list of str, optional
        Up to three industries whose establishments are drawn; all as small dots by default.
    bandwidth : float, optional
        Standard deviation of the Gaussian kernel, in the unit of ``x`` and ``y``; Scott's rule,
        the spread of the places times n^(-1/6), if not given: often too smooth for several towns.
    unit : {"m", "km", "ft"}
        What ``x`` and ``y`` are in; densities and the scale bar are in km, or miles.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source).

    Returns
    -------
    Axes
        Its first lines are the establishments, one line an industry.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, coordinates are degrees, an industry is unknown, there
        are more than three, or nothing to draw.

    Notes
    -----
    The density is that of places put into square cells first, of a tenth of the bandwidth or of a
    700th of the map's longer side, whichever is larger. It is not corrected at the coast: near it,
    part of the kernel lies in the water.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import establishment_map, figure
    >>> firms = pd.DataFrame({"x": [1000.0, 4000.0, 5000.0], "y": [2000.0, 2500.0, 9000.0],
    ...                       "industry": ["Wine", "Wine", "Hotels"]})
    >>> ax = establishment_map(firms, industry="Wine", ax=figure()[1])
    >>> len(ax.get_lines()[0].get_xdata())
    2
    """
    divisor, name = drawn_unit(unit)
    xy, crs = _places(table)
    placed = np.isfinite(xy).all(axis=1)
    if not placed.any():
        raise SchemaError("no establishment of the table has a place: nothing to draw")
    groups = _chosen(table, industry)
    land = None if outlines is None else _land(outlines, crs, xy[placed])
    h = _bandwidth(xy[placed], bandwidth)
    with context():
        ax = lay.begin(ax, height=6.0)
        ax.set_axis_off()
        size = lay.text_size(ax)
        bounds = _bounds(xy[placed], land)
        # A place in the wrong state must not shrink the map: it is left out and counted.
        inside = placed & ((xy >= bounds[:2]) & (xy <= bounds[2:])).all(axis=1)
        far = int((placed & ~inside).sum())
        levels, colors, grid = _shading(xy[placed], h, bounds, divisor)
        legends = [_classes(levels, colors, name.removesuffix("s"))] if h > 0 else []
        keys = lay.Group([], [])
        for label, _, mark in groups:
            # Smaller on a phone, where they would cover each other.
            mark["markersize"] *= 0.7 if lay.narrow(ax) else 1.0
            keys.handles.append(Line2D([], [], linestyle="", **mark))
            keys.labels.append(label)
        bar = _scale_bar(ax, bounds, divisor, name, size)
        wide = lay.width_in(ax) * 72 - 2 * lay.MARGIN
        lost = int((~placed).sum())
        lay.arrange(
            ax,
            size=size,
            title=title or "Where are the establishments?",
            note=fmt.join_notes(
                f"Shading: all {int(placed.sum()):,} establishments, Gaussian kernel with a "
                f"standard deviation of {h / divisor:.3g} {name}."
                if h > 0
                else "",
                f"Not shown (no coordinates): {lost:,}." if lost else "",
                f"Not shown (far outside the outlines): {far:,}." if far else "",
                note,
            ),
            groups=[*legends, keys],
            outside=[bar],
            height=min(wide * (bounds[3] - bounds[1]) / (bounds[2] - bounds[0]), 330.0),
        )
        look(ax, bounds)
        if h > 0:
            _shade(ax, grid, levels, colors, land)
        if land is not None:
            for shape in land.geometry:
                ax.add_patch(PathPatch(outline(shape), facecolor="none", edgecolor="#777777",
                                       linewidth=0.8, zorder=2))  # fmt: skip
        for _, chosen, mark in groups:
            here = inside & chosen
            ax.plot(xy[here, 0], xy[here, 1], linestyle="", zorder=3, **mark)
        _draw_bar(ax, bounds, divisor)
    return ax


def kernel_density(
    xy: np.ndarray, bandwidth: float, bounds: tuple[float, float, float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Density a unit of area on a grid over the bounds: cell centres x and y, and values by row.

    Each place goes to its cell, and the counts are convolved with a Gaussian, cut off at four
    standard deviations; places outside the bounds count too, where their kernel reaches in.
    """
    left, bottom, right, top = bounds
    cell = max(bandwidth / _FINE, max(right - left, top - bottom) / _MOST)
    around = int(np.ceil(4 * bandwidth / cell))
    columns, rows = (int(np.ceil(side / cell)) for side in (right - left, top - bottom))
    edges = [
        start + cell * np.arange(-around, count + around + 1)
        for start, count in ((left, columns), (bottom, rows))
    ]
    counts, _, _ = np.histogram2d(xy[:, 1], xy[:, 0], bins=[edges[1], edges[0]])
    smooth = gaussian_filter(counts, bandwidth / cell, mode="constant", truncate=4.0) / cell**2
    inside = np.asarray(smooth[around : around + rows, around : around + columns])
    x, y = (edge[around:-around][:-1] + cell / 2 for edge in edges)
    return x, y, inside


def _places(table: pd.DataFrame) -> tuple[np.ndarray, Any]:
    """Coordinates, NaN where there are none, and their reference system if it is known."""
    if isinstance(table, geopandas.GeoDataFrame):
        if table.crs is None or table.crs.is_geographic:
            raise SchemaError(
                "the establishments have no projected coordinate reference system: set_crs() if "
                "there is none, then table.to_crs(table.estimate_utm_crs())"
            )
        xy = np.full((len(table), 2), np.nan)
        known = ~(table.geometry.isna() | table.geometry.is_empty).to_numpy()
        if not (table.geometry[known].geom_type == "Point").all():
            raise SchemaError("column 'geometry' holds shapes that are not points")
        xy[known] = shapely.get_coordinates(table.geometry[known])
        return xy, table.crs
    check_columns(table, ["x", "y"], what="table of establishments")
    xy = np.column_stack([fmt.floats(table, "x"), fmt.floats(table, "y")])
    xy[~np.isfinite(xy).all(axis=1)] = np.nan
    known = np.isfinite(xy[:, 0])
    if known.any() and (np.abs(xy[known]).max(axis=0) <= [180, 90]).all():
        raise SchemaError(
            "columns 'x' and 'y' look like degrees, which are no distances: make a GeoDataFrame "
            "of the points in EPSG:4326 and .to_crs() the UTM zone or state plane of the region"
        )
    return xy, None


def _land(outlines: Any, crs: Any, xy: np.ndarray) -> Any:
    """Outlines in the establishments' coordinates."""
    if not isinstance(outlines, geopandas.GeoDataFrame) or len(outlines) == 0:
        raise SchemaError("outlines= is no GeoDataFrame with rows: pass county outlines")
    land = outlines[[outlines.geometry.name]].reset_index(drop=True)
    if crs is not None and land.crs is not None:
        land = land.to_crs(crs)
    if land.crs is not None and land.crs.is_geographic:
        raise SchemaError(
            "outlines= is in degrees and the establishments are not: outlines.to_crs() to the "
            "coordinate reference system of x and y"
        )
    low, high = land.total_bounds[:2], land.total_bounds[2:]
    if not ((xy >= low) & (xy <= high)).all(axis=1).any():
        raise SchemaError(
            "no establishment lies on the outlines: outlines.to_crs() to the coordinate reference "
            "system of x and y"
        )
    return land


def _chosen(
    table: pd.DataFrame, industry: str | Sequence[str] | None
) -> list[tuple[str, np.ndarray, dict[str, Any]]]:
    """Which rows are drawn with which mark."""
    if industry is None:
        dots = {"marker": "o", "markersize": 2.0, "markeredgewidth": 0.0, "color": TEXT}
        return [("an establishment", np.ones(len(table), bool), dots)]
    chosen = [industry] if isinstance(industry, str) else list(industry)
    check_columns(table, ["industry"], what="table of establishments")
    if not 1 <= len(chosen) <= len(_LOOKS):
        raise SchemaError(
            f"industry= names {len(chosen)} industries: one to {len(_LOOKS)} can be told apart"
        )
    names = np.array(fmt.strings(table, "industry"), dtype=object)
    groups = []
    for label, (color, marker) in zip(chosen, _LOOKS, strict=False):
        if not (names == label).any():
            some = ", ".join(map(repr, sorted(set(names))[:5]))
            raise SchemaError(f"no establishment has the industry {label!r}: there are {some}")
        mark: dict[str, Any] = {
            "marker": marker, "color": color, "markersize": 4.6, "markeredgecolor": "white",
            "markeredgewidth": 0.6,
        }  # fmt: skip
        groups.append((f"{label} ({int((names == label).sum()):,})", names == label, mark))
    return groups


def _bandwidth(xy: np.ndarray, bandwidth: float | None) -> float:
    """Check a bandwidth, or take Scott's; 0 where all places are one."""
    if bandwidth is None:
        spread = np.sqrt(xy.var(axis=0).mean())
        return float(spread * len(xy) ** (-1 / 6))
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        raise SchemaError(f"bandwidth={bandwidth!r} is no distance: use a number above 0")
    return float(bandwidth)


def _bounds(xy: np.ndarray, land: Any) -> tuple[float, float, float, float]:
    if land is not None:
        return view(land)
    low, high = xy.min(axis=0), xy.max(axis=0)
    edge = 0.04 * float((high - low).max()) or 1.0
    return (
        float(low[0] - edge), float(low[1] - edge), float(high[0] + edge), float(high[1] + edge),
    )  # fmt: skip


def _shading(
    xy: np.ndarray, h: float, bounds: tuple[float, float, float, float], divisor: float
) -> tuple[np.ndarray, list[str], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Round levels a square km or mile, their colours from light to dark, and the grid."""
    if not h > 0:
        nothing = np.empty(0)
        return nothing, [], (nothing, nothing, nothing)
    x, y, density = kernel_density(xy, h, bounds)
    density = density * divisor**2
    # 1, 2, 5, 10 and so on from below the highest: densities differ by factors.
    top = int(np.floor(np.log10(density.max())))
    steps = np.array([k * 10.0**power for power in range(top - 2, top + 1) for k in (1, 2, 5)])
    levels = steps[steps < density.max()][-_CLASSES:]
    shades = np.linspace(0.95, 0.08, len(levels))
    return levels, [to_hex(colormaps["cividis"](v)) for v in shades], (x, y, density)


def _classes(levels: np.ndarray, colors: list[str], unit: str) -> lay.Group:
    edge: dict[str, Any] = {"edgecolor": "#777777", "linewidth": 0.6}
    handles = [Patch(facecolor=color, **edge) for color in ["white", *colors]]
    labels = [f"under {levels[0]:g}"]
    labels += [f"{a:g} to {b:g}" for a, b in pairwise(levels)]
    labels.append(f"{levels[-1]:g} or more")
    return lay.Group(handles, labels, title=f"Establishments per square {unit}")


def _shade(
    ax: Axes,
    grid: tuple[np.ndarray, np.ndarray, np.ndarray],
    levels: np.ndarray,
    colors: list[str],
    land: Any,
) -> None:
    """Fill between the levels, on land only where it is known."""
    x, y, density = grid
    filled = ax.contourf(
        x,
        y,
        density,
        levels=[*levels, 2 * density.max()],
        colors=colors,
        zorder=1,
        antialiased=True,
    )
    if land is not None:
        clip = PathPatch(outline(land.geometry.union_all()), transform=ax.transData)
        filled.set_clip_path(clip)


def _length(bounds: tuple[float, float, float, float], divisor: float) -> float:
    """A round length near a fifth of the map's width, in km or miles."""
    fifth = (bounds[2] - bounds[0]) / divisor / 5
    power = 10.0 ** np.floor(np.log10(fifth))
    return float(max(step * power for step in (1, 2, 5) if step * power <= fifth))


def _scale_bar(
    ax: Axes, bounds: tuple[float, float, float, float], divisor: float, name: str, size: float
) -> Any:
    """Write the length of the scale bar below the map's lower left corner."""
    length = _length(bounds, divisor)
    words = f"{length:g} {name.removesuffix('s') if length == 1 else name}"
    below = offset_copy(ax.transAxes, lay.root(ax), 0, -8, units="points")
    return lay.outside_text(
        ax, words, 0, 0, transform=below, ha="left", va="top", fontsize=size, color=MUTED
    )


def _draw_bar(ax: Axes, bounds: tuple[float, float, float, float], divisor: float) -> None:
    """Draw the scale bar above its words, now that the scale of the map is known."""
    left, right = ax.get_xlim()
    share = _length(bounds, divisor) * divisor / (right - left)
    below = offset_copy(ax.transAxes, lay.root(ax), 0, -5, units="points")
    bar = Line2D([0, share], [0, 0], color=TEXT, linewidth=2.0, transform=below, clip_on=False,
                 solid_capstyle="butt")  # fmt: skip
    ax.add_artist(bar)
