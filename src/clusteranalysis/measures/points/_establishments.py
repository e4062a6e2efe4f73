"""Is a list of establishments fit to measure distances on, and what has to be mended first?

The contract (one row an establishment)::

    x, y        float  a place on a plane, in metres or feet; or the points of a GeoDataFrame
    industry    str    one level of one classification, or names of your own
    id          optional, unique
    employment  float  optional, jobs; NaN = withheld, never zero
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import check_cells, check_option, refuse_overlap

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries
    from shapely import MultiPolygon, Polygon

    Area: TypeAlias = Polygon | MultiPolygon
    Window: TypeAlias = Polygon | MultiPolygon | GeoSeries | GeoDataFrame

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

Missing = Literal["refuse", "drop"]

_WHAT = "table of establishments"
_SHOWN = 5
#: Within so many degrees of (0, 0) there is only sea: a pattern this small is not in degrees.
_SEA = 4.0
_PROJECT = (
    "geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(table[{x!r}], table[{y!r}]), "
    "crs='EPSG:4326').to_crs('EPSG:26910') for California's coast, or the UTM zone or state plane "
    "of your region"
)


@dataclass(frozen=True)
class PointReport:
    """What became of every row of a table of establishments.

    Attributes
    ----------
    rows : int
        Rows of the table.
    missing_coordinates : int
        Rows without a place: no coordinate, an infinite one, or an empty point.
    outside_window : int
        Rows whose place is outside the window; 0 where there is no window.
    kept : int
        Rows that have a place in the window: ``rows - missing_coordinates - outside_window``.
    shared_addresses, at_shared_addresses : int
        Places at which more than one of the kept rows lies, and the rows that lie there. They are
        kept: firms do share a building. Many of them at one place are often a geocoder's fallback
        to the middle of a city or of a postal code, whose distances are not those of the firms.
    largest_address : int
        Kept rows at the place that has most of them.
    missing_employment : int
        Kept rows whose ``employment`` is NaN; 0 where there is no such column.
    """

    rows: int
    missing_coordinates: int
    outside_window: int
    kept: int
    shared_addresses: int
    at_shared_addresses: int
    largest_address: int
    missing_employment: int

    def __str__(self) -> str:
        return (
            f"{self.rows:,} establishments: {self.missing_coordinates:,} without coordinates, "
            f"{self.outside_window:,} outside the window, {self.kept:,} kept; "
            f"{self.at_shared_addresses:,} of these share {self.shared_addresses:,} addresses "
            f"(most at one: {self.largest_address:,}); "
            f"{self.missing_employment:,} have no employment"
        )


@dataclass(frozen=True)
class Points:
    """The checked establishments as arrays, in the order of the table."""

    xy: Floats  # n x 2
    codes: Ints  # n, positions in ``industries``
    industries: pd.Index  # sorted, each has an establishment
    weight: Floats  # n: jobs, or 1 each
    ids: pd.Index  # n: the column ``id``, or the table's row labels where there is none
    report: PointReport
    window: Area | None

    def number(self, industry: str) -> int:
        """Position of an industry, refusing one that no establishment has."""
        place = self.industries.get_indexer(pd.Index([industry]))[0]
        if place < 0:
            some = ", ".join(map(repr, self.industries[:_SHOWN]))
            raise SchemaError(
                f"no establishment has the industry {industry!r}: there are "
                f"{len(self.industries)}, such as {some}"
            )
        return int(place)


def read_establishments(
    table: pd.DataFrame, *, window: Window | None = None, missing: Missing = "refuse"
) -> tuple[pd.DataFrame, PointReport]:
    """Which establishments can be placed on the map, and how many cannot?

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        One row an establishment: ``x`` and ``y`` on a plane, in metres or feet (or the points of a
        GeoDataFrame with a projected coordinate reference system), ``industry``, and optionally
        ``id`` and ``employment``.
    window : Polygon, MultiPolygon, GeoSeries or GeoDataFrame, optional
        The area studied, in the same units; its edge belongs to it. Several shapes are joined.
    missing : {"refuse", "drop"}
        What to do with rows that have no place, and with rows outside the window. The measures
        themselves refuse both, so that no establishment goes missing unseen.

    Returns
    -------
    table : DataFrame or GeoDataFrame
        The rows that have a place in the window, in the order they came, with all their columns,
        ``x`` and ``y`` as float (a GeoDataFrame's own are replaced by those of its points), and a
        fresh index. Establishments that share an address are kept.
    report : PointReport
        How many rows there were, were dropped, and share an address.

    Raises
    ------
    SchemaError
        A column is missing or not what it should be, coordinates are degrees, ids repeat, there is
        more than one year; or, unless ``missing="drop"``, rows lack a place in the window. The
        message names the column, the first bad rows and the mend.

    Notes
    -----
    Degrees are refused since they are no distances: at 38 degrees north one of longitude is 79 %
    of one of latitude. Mercator projections, web maps' among them, are refused since they stretch
    distances there by 27 %. Coordinates ``x`` and ``y`` whose unit no column tells count as
    degrees where they all lie within 180 and 90 of zero, not all are whole, and not all lie in the
    open sea around (0, 0).

    References
    ----------
    Snyder, J. P. (1987). *Map projections: a working manual*. U.S. Geological Survey Professional
    Paper 1395, pp. 38-47 (the Mercator's scale).

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> licences = pd.DataFrame({"x": [560_000.0, 560_000.0, None, 571_200.0],
    ...                          "y": [4_190_000.0, 4_190_000.0, 4_188_000.0, 4_201_500.0],
    ...                          "industry": ["3254", "5417", "3254", "3254"]})
    >>> placed, report = ca.read_establishments(licences, missing="drop")
    >>> len(placed), report.missing_coordinates, report.at_shared_addresses
    (3, 1, 2)
    """
    check_option("missing", missing, Missing)
    table, xy, area = _check(table, window)
    kept, report = _placed(table, xy, area, refuse=missing == "refuse")
    placed = table[kept].reset_index(drop=True)
    return placed.assign(x=xy[kept, 0], y=xy[kept, 1]), report


def read_points(
    establishments: pd.DataFrame,
    *,
    weight: Literal["employment"] | None = None,
    window: Window | None = None,
) -> Points:
    """Check a table of establishments and take it apart; the table itself is only read."""
    if weight is not None:
        check_option("weight", weight, Literal["employment"])
    table, xy, area = _check(establishments, window)
    _, report = _placed(table, xy, area, refuse=True)
    codes, industries = pd.factorize(table["industry"].astype("str"), sort=True)
    if weight is None:
        weights = np.ones(len(table))
    elif weight not in table.columns:
        raise SchemaError(
            f"weight={weight!r} and the {_WHAT} has no such column: add the jobs of each "
            "establishment, or pass weight=None to count each as one"
        )
    else:
        weights = table[weight].to_numpy(float, na_value=np.nan)
        if report.missing_employment:
            raise SchemaError(
                f"column 'employment' is missing for {_named(table, np.isnan(weights))}: the "
                "establishment's weight is unknown, not zero: fill it in, drop the row, or pass "
                "weight=None"
            )
    return Points(
        xy=xy,
        codes=np.asarray(codes, np.intp),
        industries=pd.Index(industries, name="industry"),
        weight=weights,
        ids=pd.Index(table["id"]) if "id" in table.columns else table.index,
        report=report,
        window=area,
    )


def _check(table: object, window: Window | None) -> tuple[pd.DataFrame, Floats, Area | None]:
    """Check all that does not depend on where the rows lie; coordinates, NaN where missing."""
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(
            f"the {_WHAT} is a {type(table).__name__}: pass a pandas DataFrame with the columns "
            "x, y and industry, or a GeoDataFrame of points"
        )
    if "industry" not in table.columns:
        has = ", ".join(map(str, table.columns[:12])) or "no columns"
        raise SchemaError(
            f"the {_WHAT} has no column 'industry' (it has {has}): rename the column that holds it"
        )
    check_cells(
        table,
        values=["employment"] if "employment" in table.columns else [],
        what=_WHAT,
        require=["industry"],
    )
    refuse_overlap(pd.unique(table["industry"]))
    for key in ("year", "draw"):
        values = sorted(table[key].unique()) if key in table.columns else []
        if len(values) > 1:
            raise SchemaError(
                f"column {key!r} of the {_WHAT} has several values "
                f"({', '.join(map(str, values[:_SHOWN]))}): the same firm would be its own "
                f"neighbour: keep one, and measure each {key} by itself"
            )
    if "id" in table.columns:
        repeated = table["id"].duplicated(keep=False).to_numpy()
        if repeated.any():
            raise SchemaError(
                f"column 'id' is not unique: {_named(table, repeated, ['id'])}: keep one row an "
                "establishment, or drop the column if it names firms of several"
            )
    geopandas = sys.modules.get("geopandas")  # whoever has a GeoDataFrame has loaded it
    if geopandas is not None and isinstance(table, geopandas.GeoDataFrame):
        xy, crs = _geometry(table)
    else:
        xy, crs = _columns(table), None
    return table, xy, None if window is None else _area(window, crs)


def _columns(table: pd.DataFrame) -> Floats:
    """Coordinates from the columns x and y, unless they are degrees."""
    if not {"x", "y"} <= set(table.columns):
        lower = {str(column).lower(): str(column) for column in table.columns}
        east = [lower[name] for name in ("lon", "lng", "long", "longitude") if name in lower]
        north = [lower[name] for name in ("lat", "latitude") if name in lower]
        if east and north:
            raise SchemaError(
                f"the {_WHAT} has {east[0]!r} and {north[0]!r} but no 'x' and 'y': degrees are no "
                f"distances, so project them: {_PROJECT.format(x=east[0], y=north[0])}"
            )
        has = ", ".join(map(str, table.columns[:12]))
        lacking = " and ".join(repr(name) for name in ("x", "y") if name not in table.columns)
        raise SchemaError(
            f"the {_WHAT} has no column {lacking} (it has {has}): add the projected coordinates "
            "in metres or feet, or pass a GeoDataFrame of points"
        )
    arrays = []
    for column in ("x", "y"):
        values = table[column]
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            bad = np.asarray(pd.to_numeric(values, errors="coerce").isna() & values.notna())
            if not bad.any():  # they could all be read as numbers, but are kept as text or objects
                bad = np.ones(len(table), bool)
            raise SchemaError(
                f"column {column!r} is not numeric: {_named(table, bad, [column])}: convert it to "
                "float, with NaN where the place is unknown"
            )
        arrays.append(values.to_numpy(float, na_value=np.nan))
    xy = _finite(np.column_stack(arrays))
    if _look_like_degrees(xy):
        placed = ~np.isnan(xy[:, 0])
        raise SchemaError(
            f"columns 'x' and 'y' look like degrees: {_named(table, placed, ['x', 'y'])}: degrees "
            f"are no distances, so project them: {_PROJECT.format(x='x', y='y')}; if they are "
            "metres or feet, add 1000 to both (and to the window): no distance changes"
        )
    return xy


def _look_like_degrees(xy: Floats) -> bool:
    """Tell longitudes and latitudes, in either order, from places on a plane."""
    placed = xy[~np.isnan(xy[:, 0])]
    if not len(placed):
        return False
    low, high = sorted(np.abs(placed).max(axis=0))
    return bool(low <= 90 and _SEA < high <= 180 and (placed % 1 != 0).any())


def _geometry(table: GeoDataFrame) -> tuple[Floats, object]:
    """Coordinates and coordinate reference system of a GeoDataFrame's points."""
    import shapely

    try:
        points, crs = table.geometry, table.crs
    except AttributeError as error:
        raise SchemaError(
            f"the {_WHAT} is a GeoDataFrame without a geometry: name it with set_geometry()"
        ) from error
    if crs is None:
        raise SchemaError(
            f"the {_WHAT} does not say its coordinate reference system: set_crs('EPSG:4326') and "
            "then to_crs() if it holds longitudes and latitudes, else set_crs() to what it is in"
        )
    if crs.is_geographic:
        raise SchemaError(
            f"the {_WHAT} is in {crs.name}, whose coordinates are degrees and no distances: "
            "table.to_crs(table.estimate_utm_crs()), or to_crs() to the state plane of your region"
        )
    method = getattr(crs.coordinate_operation, "method_name", "")
    if "Mercator" in method and "Transverse" not in method and "Oblique" not in method:
        raise SchemaError(
            f"the {_WHAT} is in {crs.name}, which stretches distances the more the farther from "
            "the equator (27 % at 38 degrees north): table.to_crs(table.estimate_utm_crs())"
        )
    gone = (points.isna() | points.is_empty).to_numpy()
    other = ~gone & (points.geom_type != "Point").to_numpy()
    if other.any():
        kinds = pd.DataFrame({"geometry": points.geom_type}, index=table.index)
        raise SchemaError(
            f"column {points.name!r} holds shapes that are not points: "
            f"{_named(kinds, other, ['geometry'])}: take their representative_point()"
        )
    xy = np.full((len(table), 2), np.nan)
    xy[~gone] = shapely.get_coordinates(points[~gone])
    return _finite(xy), crs


def _finite(xy: Floats) -> Floats:
    """Both coordinates or none: half a place, or one at infinity, is none."""
    return np.where(np.isfinite(xy).all(axis=1, keepdims=True), xy, np.nan)


def _area(window: object, crs: object) -> Area:
    """The window as one shape, refused where it cannot be one or is in other units."""
    import shapely

    theirs = getattr(window, "crs", None)
    if theirs is not None and crs is not None and theirs != crs:
        raise SchemaError(
            f"the window is in {getattr(theirs, 'name', theirs)} and the {_WHAT} in "
            f"{getattr(crs, 'name', crs)}: window.to_crs(table.crs)"
        )
    if getattr(theirs, "is_geographic", False):
        raise SchemaError(
            f"the window is in {getattr(theirs, 'name', theirs)}, whose coordinates are degrees: "
            f"window.to_crs() to the coordinate reference system of the {_WHAT}"
        )
    area: Area = window.union_all() if hasattr(window, "union_all") else window
    if not isinstance(area, shapely.Polygon | shapely.MultiPolygon):
        raise SchemaError(
            f"window= is a {type(area).__name__}: pass a shapely Polygon or MultiPolygon (a "
            "rectangle is shapely.box(xmin, ymin, xmax, ymax)) or a GeoDataFrame of them"
        )
    if not area.is_valid or not area.area > 0:
        raise SchemaError(
            "window= crosses itself or has no area: shapely.make_valid(window) mends the first"
        )
    return area


def _placed(
    table: pd.DataFrame, xy: Floats, area: Area | None, *, refuse: bool
) -> tuple[Bools, PointReport]:
    """Which rows have a place in the window; the report on all of them."""
    gone = np.isnan(xy[:, 0])
    outside = np.zeros(len(table), bool)
    if area is not None:
        import shapely

        shapely.prepare(area)
        outside = ~gone & ~shapely.intersects_xy(area, xy)
    if refuse and gone.any():
        raise SchemaError(
            f"column 'x' or 'y' is missing for {gone.sum():,} of {len(table):,} rows: "
            f"{_named(table, gone)}: geocode them, or drop them knowingly with "
            "read_establishments(table, missing='drop'), which counts them"
        )
    if refuse and outside.any():
        where = pd.DataFrame(xy, index=table.index, columns=["x", "y"])
        raise SchemaError(
            f"columns 'x' and 'y' lie outside the window for {outside.sum():,} of "
            f"{len(table):,} rows: {_named(where, outside, ['x', 'y'])}: widen the window, or drop "
            "them knowingly with read_establishments(table, window=window, missing='drop'), which "
            "counts them"
        )
    kept = ~gone & ~outside
    crowd = np.unique(xy[kept], axis=0, return_counts=True)[1]
    unknown = 0
    if "employment" in table.columns:
        unknown = int(table["employment"].isna().to_numpy()[kept].sum())
    return kept, PointReport(
        rows=len(table),
        missing_coordinates=int(gone.sum()),
        outside_window=int(outside.sum()),
        kept=int(kept.sum()),
        shared_addresses=int((crowd > 1).sum()),
        at_shared_addresses=int(crowd[crowd > 1].sum()),
        largest_address=int(crowd.max(initial=0)),
        missing_employment=unknown,
    )


def _named(table: pd.DataFrame, bad: Bools, columns: Sequence[str] = ()) -> str:
    """Name the first bad rows by their index label and the values that matter."""
    where = np.flatnonzero(bad)
    lines = []
    for position in where[:_SHOWN]:
        label, values = table.index[position], (table[c].iloc[position] for c in columns)
        shown = ", ".join(f"{c}={v!s}" for c, v in zip(columns, values, strict=True))
        lines.append(f"row {label!s}" + (f" ({shown})" if shown else ""))
    more = f" and {len(where) - _SHOWN} more" if len(where) > _SHOWN else ""
    return "; ".join(lines) + more
