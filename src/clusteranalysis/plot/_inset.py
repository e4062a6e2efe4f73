"""Where in the state does the region lie? A small map in a corner of the large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._outlines import main_part, outline
from clusteranalysis.plot.style import TEXT

__all__: list[str] = []

#: Longer side in points, and steps by which the outline may be simplified unseen.
_SIDE, _STEPS = 84.0, 400.0


@dataclass
class Corner:
    """A small map: what lies around, and the counties of the large map in it."""

    around: pd.DataFrame
    frame: Any
    crs: str

    def __post_init__(self) -> None:
        if not isinstance(self.around, geopandas.GeoDataFrame) or self.around.crs is None:
            raise SchemaError(
                "inset needs a geometry with a coordinate reference system: pass outlines of what "
                "lies around, such as the counties of the state"
            )
        if len(self.around) == 0:
            raise SchemaError("inset has no rows: pass outlines of what lies around")
        shapes = self.around.to_crs(self.crs).geometry.make_valid()
        whole = main_part(shapely.union_all(shapes.to_numpy()))
        left, bottom, right, top = whole.bounds
        self.extent = (left, bottom, right, top)
        self.land = shapely.simplify(whole, max(right - left, top - bottom) / _STEPS)
        shown = self.frame[self.frame["highlight"].to_numpy()]
        self.region = (shown if len(shown) else self.frame).geometry.union_all()

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        left, bottom, right, top = self.extent
        unit = _SIDE / max(right - left, top - bottom)
        return (right - left) * unit, (top - bottom) * unit

    def find(self, ax: Axes, shapes: Sequence[Any]) -> Any:
        """Return the box of the first corner that is free of all counties, in points, or None."""
        frame = ax.get_window_extent()
        wide, tall = (float(lay.points(ax, v)) for v in (frame.width, frame.height))
        across, up = self.size
        land = shapely.union_all(list(shapes))
        for x, y in (
            (0.0, 0.0),
            (wide - across, tall - up),
            (wide - across, 0.0),
            (0.0, tall - up),
        ):
            box = shapely.box(x, y, x + across, y + up)
            if not land.intersects(box.buffer(4.0)):
                return box
        return None

    def draw(self, ax: Axes, box: Any) -> None:
        """Draw the small map into its box; it belongs to the axes and has no scale of its own."""
        frame = ax.get_window_extent()
        wide, tall = (float(lay.points(ax, v)) for v in (frame.width, frame.height))
        x0, y0, x1, y1 = box.bounds
        small = ax.inset_axes((x0 / wide, y0 / tall, (x1 - x0) / wide, (y1 - y0) / tall))
        small.set_axis_off()
        left, bottom, right, top = self.extent
        small.set_xlim(left, right)
        small.set_ylim(bottom, top)
        small.add_patch(
            PathPatch(outline(self.land), facecolor="#E8E8E8", edgecolor="#777777", linewidth=0.6)
        )
        small.add_patch(
            PathPatch(outline(self.region), facecolor=TEXT, edgecolor=TEXT, linewidth=0.8)
        )
