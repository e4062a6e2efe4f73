"""How far do pairs of plants near the edge of the window stand for pairs that were not seen?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.edge_correction import (
    circle_inside,
    edge_distance,
    ring_edges,
    shifted_rectangle,
)
from clusteranalysis.kernels.neighbour_counts import Pairs
from clusteranalysis.kernels.specialization import ratio

if TYPE_CHECKING:
    from shapely import MultiPolygon, Polygon

Floats = NDArray[np.float64]
Correction = Literal["isotropic", "translation", "none"]


@dataclass(frozen=True)
class StudyArea:
    """The window, and what it does to pairs near its edge."""

    shape: Polygon | MultiPolygon
    correction: Correction
    threads: int | None = None
    edges: Floats = field(init=False)
    rectangle: bool = field(init=False)

    def __post_init__(self) -> None:
        import shapely

        rings = []
        for part in shapely.get_parts(self.shape):
            rings.append(ring_edges(shapely.get_coordinates(part.exterior)))
            rings += [ring_edges(shapely.get_coordinates(h), hole=True) for h in part.interiors]
        object.__setattr__(self, "edges", np.vstack(rings))
        whole = self.shape.envelope.area
        object.__setattr__(self, "rectangle", whole - self.shape.area <= 1e-12 * whole)

    def refuse_beyond(self, farthest: float) -> None:
        """Refuse distances at which the correction leaves some pairs out altogether."""
        import shapely

        if self.correction == "isotropic":
            limit = float(shapely.minimum_bounding_radius(self.shape))
            why = "a circle of that radius about some places lies wholly outside the window"
        elif self.correction == "translation":
            limit = _breadth(shapely.get_coordinates(self.shape.convex_hull))
            why = "the window shifted as far in some directions does not meet itself"
        else:
            return
        if farthest > limit:
            raise SchemaError(
                f"distances= go to {farthest:g}, and correction={self.correction!r} up to "
                f"{limit:g} at most: {why}; a quarter of the window's shorter side is as far as K "
                "is reliable"
            )

    def factor(self, a: Floats, b: Floats, pairs: Pairs, clear: Floats) -> Floats:
        """What each pair stands for, seen and unseen: e_ij."""
        e = np.ones(len(pairs.d))
        if self.correction == "isotropic":
            near = pairs.d > clear[pairs.i]
            inside = circle_inside(a[pairs.i[near]], pairs.d[near], self.edges, self.threads)
            e[near] = ratio(1.0, inside)
        elif self.correction == "translation":
            shift = b[pairs.j] - a[pairs.i]
            e = ratio(self.shape.area, self._shared(shift))
        return e

    def clearance(self, a: Floats) -> Floats:
        """Radius up to which the circle about each point lies in the window for certain."""
        if self.correction != "isotropic":
            return np.empty(0)
        return edge_distance(a, self.edges, self.threads) * (1 - 1e-9)

    def _shared(self, shift: Floats) -> Floats:
        """Area common to the window and itself shifted; to and fro it is the same."""
        import shapely

        if self.rectangle:
            low_x, low_y, high_x, high_y = self.shape.bounds
            return shifted_rectangle(shift, high_x - low_x, high_y - low_y)
        turned = np.where((shift[:, :1] < 0) | ((shift[:, :1] == 0) & (shift[:, 1:] < 0)), -1, 1)
        unique, back = np.unique(shift * turned, axis=0, return_inverse=True)
        areas = np.empty(len(unique))
        for k, step in enumerate(unique):
            moved = shapely.transform(self.shape, lambda xy, by=step: xy + by)
            areas[k] = shapely.intersection(self.shape, moved).area
        return areas[back.ravel()]


def _breadth(hull: Floats) -> float:
    """Least distance between two parallel lines that a convex ring lies between."""
    sides = np.diff(hull, axis=0)
    length = np.hypot(*sides.T)
    across = np.column_stack([-sides[:, 1], sides[:, 0]])[length > 0] / length[length > 0, None]
    return float(np.ptp(hull @ across.T, axis=0).min())
