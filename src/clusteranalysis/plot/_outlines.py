"""How does a county become a path, and which of its parts is the main one?"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from matplotlib.path import Path as Outline

__all__: list[str] = []

#: Parts of a county smaller than this share of its largest part do not widen the view.
_SMALL = 0.05


def main_part(shape: Any) -> Any:
    """Return a county without its far islands."""
    parts = sorted(getattr(shape, "geoms", [shape]), key=lambda part: -part.area)
    kept = [part for part in parts if part.area >= _SMALL * parts[0].area]
    return shapely.MultiPolygon(kept) if len(kept) > 1 else kept[0]


def outline(shape: Any) -> Outline:
    """Return polygons as one path, holes left open."""
    rings = []
    for part in getattr(shape, "geoms", [shape]):
        for ring in (part.exterior, *part.interiors):
            rings.append(Outline(np.asarray(ring.coords)[:, :2], closed=True))
    return Outline.make_compound_path(*rings)
