"""Which part of the country does a map show, and where do its labels go?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._inset import Corner
from clusteranalysis.plot._outlines import main_part

__all__: list[str] = []


@dataclass(frozen=True)
class Label:
    """One label: a point in its county, and offsets in points from there."""

    text: str
    quotient: float
    anchor: tuple[float, float]
    offset: tuple[float, float]
    leader: tuple[float, float] | None
    inside: bool


def project(geotable: pd.DataFrame, columns: Sequence[str], crs: str) -> Any:
    """Return the columns in another coordinate reference system, the input untouched."""
    if not isinstance(geotable, geopandas.GeoDataFrame) or geotable.crs is None:
        raise SchemaError(
            "the map table needs a geometry with a coordinate reference system: make it a "
            "GeoDataFrame with .set_crs('EPSG:4326') if it holds longitudes and latitudes"
        )
    if len(geotable) == 0:
        raise SchemaError("the map table has no rows: nothing to draw")
    empty = geotable.geometry.isna() | geotable.geometry.is_empty
    polygons = geotable.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    bad = (empty | ~polygons).to_numpy()
    if bad.any():
        listed = ", ".join(str(v) for v in geotable["region"][bad][:5])
        raise SchemaError(
            f"column 'geometry' holds no polygon for {listed}: join the county outlines by FIPS"
        )
    frame = geotable[list(columns)].reset_index(drop=True).to_crs(crs)
    frame.geometry = frame.geometry.make_valid()
    return frame


def view(frame: Any, pad: float = 0.015) -> tuple[float, float, float, float]:
    """Bounds that the main parts of all counties fill."""
    bounds = np.array([main_part(shape).bounds for shape in frame.geometry])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    edge = pad * (high - low).max()
    return (
        float(low[0] - edge),
        float(low[1] - edge),
        float(high[0] + edge),
        float(high[1] + edge),
    )


def place_labels(
    ax: Axes,
    frame: Any,
    texts: Sequence[Sequence[str]],
    size: float,
    corner: Corner | None = None,
) -> list[Label]:
    """Put every label inside its county, or beside all counties with a leader.

    Each label comes in one or more ways to break it; a way that fits inside is best.

    The view widens until the labels that do not fit inside have room at the picture's edge, and
    the small map of a corner, which is drawn here, has one that is free of counties.
    """
    placed: list[Label] = []
    for pad in (0.015, 0.06, 0.12, 0.18, 0.25, 0.33):
        look(ax, view(frame, pad))
        spot = (
            None if corner is None else corner.find(ax, [_in_points(ax, s) for s in frame.geometry])
        )
        tried = _try(ax, frame, texts, size, [] if spot is None else [spot])
        placed = [label for label in tried if label is not None]
        if len(placed) == len(tried) and (corner is None or spot is not None):
            break
    if corner is not None and spot is not None:
        corner.draw(ax, spot)
    return placed if len(placed) == len(texts) else [
        label or _forced(ax, shape, ways[0], lq)
        for label, shape, ways, lq in zip(
            tried, frame.geometry, texts, frame["location_quotient"], strict=True
        )
    ]  # fmt: skip


def look(ax: Axes, bounds: tuple[float, float, float, float]) -> None:
    """Show these bounds, widened to the shape of the axes so that both axes have one scale."""
    left, bottom, right, top = bounds
    frame = ax.get_window_extent()
    scale = max((right - left) / frame.width, (top - bottom) / frame.height)
    x, y = (left + right) / 2, (bottom + top) / 2
    ax.set_xlim(x - scale * frame.width / 2, x + scale * frame.width / 2)
    ax.set_ylim(y - scale * frame.height / 2, y + scale * frame.height / 2)
    ax.set_aspect("equal")


def _in_points(ax: Axes, shape: Any) -> Any:
    """Express an outline in points from the axes' lower left corner."""
    frame = ax.get_window_extent()

    def convert(xy: np.ndarray) -> np.ndarray:
        moved = ax.transData.transform(xy) - [frame.x0, frame.y0]
        return np.asarray(lay.points(ax, moved))

    return shapely.transform(shape, convert)


def _try(
    ax: Axes, frame: Any, ways: Sequence[Sequence[str]], size: float, used: Sequence[Any] = ()
) -> list[Label | None]:
    """Place what can be placed in the present view, the hardest first."""
    shapes = [main_part(_in_points(ax, shape)) for shape in frame.geometry]
    all_shapes = shapely.union_all(shapes)
    shapely.prepare(all_shapes)
    extent = ax.get_window_extent()
    wide, tall = (float(lay.points(ax, v)) for v in (extent.width, extent.height))
    boxes: list[Any] = [None] * len(shapes)
    anchors = [_heart(shape) for shape in shapes]
    texts = [options[0] for options in ways]
    for index, shape in enumerate(shapes):
        for text in ways[index]:
            boxes[index] = _inside(shape, anchors[index], *_size(text, size))
            if boxes[index] is not None:
                texts[index] = text
                break
    leaders: list[Any] = [None] * len(shapes)
    taken = [*used, *(box for box in boxes if box is not None)]
    lines: list[Any] = []
    for index in [i for i, box in enumerate(boxes) if box is None]:
        found = _beside(
            anchors[index], *_size(texts[index], size), all_shapes, taken, lines, wide, tall
        )
        if found is not None:
            boxes[index], leaders[index] = found
            taken.append(boxes[index])
            lines.append(leaders[index])
    inverse = ax.transData.inverted()
    labels: list[Label | None] = []
    for index, box in enumerate(boxes):
        if box is None:
            labels.append(None)
            continue
        at = anchors[index]
        pixels = np.array(at) * lay.root(ax).dpi / 72 + [extent.x0, extent.y0]
        x, y = inverse.transform(pixels)
        line = leaders[index]
        end = None
        if line is not None:
            tip = line.coords[1]
            end = (tip[0] - at[0], tip[1] - at[1])
        labels.append(
            Label(
                texts[index], float(frame["location_quotient"].iloc[index]), (float(x), float(y)),
                (box.centroid.x - at[0], box.centroid.y - at[1]), end, line is None,
            )
        )  # fmt: skip
    return labels


def _size(text: str, size: float) -> tuple[float, float]:
    return lay.text_width(text, size) + 1, lay.text_height(text, size) - 2


def _heart(shape: Any) -> tuple[float, float]:
    """Return the point deepest inside the largest part."""
    largest = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
    point = shapely.maximum_inscribed_circle(largest).coords[0]
    return float(point[0]), float(point[1])


def _inside(shape: Any, heart: tuple[float, float], width: float, height: float) -> Any:
    """Return the box nearest to the county's heart that lies inside it, or None."""
    x0, y0, x1, y1 = shape.bounds
    if x1 - x0 < width or y1 - y0 < height:
        return None
    xs = np.append(np.linspace(x0 + width / 2, x1 - width / 2, 25), heart[0])
    ys = np.append(np.linspace(y0 + height / 2, y1 - height / 2, 25), heart[1])
    x, y = (grid.ravel() for grid in np.meshgrid(xs, ys))
    boxes = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    fits = np.flatnonzero(shapely.contains(shape, boxes))
    if fits.size == 0:
        return None
    return boxes[fits[np.argmin(np.hypot(x[fits] - heart[0], y[fits] - heart[1]))]]


def _beside(
    anchor: tuple[float, float], width: float, height: float, land: Any, taken: list[Any],
    lines: list[Any], wide: float, tall: float,
) -> tuple[Any, Any] | None:  # fmt: skip
    """Return the nearest box clear of all counties and labels, with its leader, or None."""
    xs = np.arange(width / 2 + 1, wide - width / 2, 4.0)
    ys = np.arange(height / 2 + 1, tall - height / 2, 4.0)
    if xs.size == 0 or ys.size == 0:
        return None
    x, y = (grid.ravel() for grid in np.meshgrid(xs, ys))
    boxes = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    free = ~shapely.intersects(land, boxes)
    for other in taken:
        free &= ~shapely.intersects(boxes, other)
    for line in lines:
        free &= ~shapely.intersects(boxes, line)
    tips = np.column_stack(
        [np.clip(anchor[0], x - width / 2, x + width / 2),
         np.clip(anchor[1], y - height / 2, y + height / 2)]
    )  # fmt: skip
    leaders = shapely.linestrings([[anchor, tuple(tip)] for tip in tips])
    for other in [*taken, *lines]:
        free &= ~shapely.intersects(leaders, other)
    # A leader over a neighbour's land misleads: each point of it costs as much as three at sea.
    cost = shapely.length(leaders) + 2 * shapely.length(shapely.intersection(leaders, land))
    if not free.any():
        return None
    best = int(np.argmin(np.where(free, cost, np.inf)))
    return boxes[best], leaders[best]


def _forced(ax: Axes, shape: Any, text: str, quotient: float) -> Label:
    """Put a label on its county's heart when the picture is too small for anything better."""
    return Label(text, quotient, _heart(main_part(shape)), (0.0, 0.0), None, True)
