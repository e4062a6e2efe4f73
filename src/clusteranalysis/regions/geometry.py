"""Where do regions lie, and which of them touch?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusteranalysis.errors import DataError, RegionError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["neighbours", "read_boundaries"]


def read_boundaries(path: str | Path, layer: str = "counties") -> GeoDataFrame:
    """Read the outlines of counties or states, to map figures or find neighbours.

    Parameters
    ----------
    path : str or Path
        A TopoJSON file with FIPS codes as feature ids, such as ``counties-10m.json`` of the
        us-atlas package (unprojected longitudes and latitudes).
    layer : str
        Object of the file: ``"counties"`` (five-digit FIPS) or ``"states"`` (two-digit).

    Returns
    -------
    GeoDataFrame
        ``region`` (FIPS), ``name``, ``geometry`` (EPSG:4326); one row a region, sorted. Outlines
        that cross themselves after the file's rounding are mended; a region too small to keep
        an area at the file's resolution (Falls Church, 51610) is left out.

    Raises
    ------
    DataError
        The file is missing or unreadable, has no such layer, or its features have no FIPS ids.

    Examples
    --------
    >>> read_boundaries("counties-10m.json")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: no boundary file 'counties-10m.json': give the path of ...
    """
    import geopandas as gpd
    import shapely

    path = Path(path)
    if not path.is_file():
        raise DataError(
            f"no boundary file {str(path)!r}: give the path of a TopoJSON file such as "
            "counties-10m.json of the us-atlas package"
        )
    try:
        layers = gpd.list_layers(path)["name"].tolist()
        if layer not in layers:
            raise DataError(
                f"{path.name} has no layer {layer!r}: use one of {', '.join(map(repr, layers))}"
            )
        read = gpd.read_file(path, layer=layer)
    except (RuntimeError, ValueError, OSError) as error:
        raise DataError(
            f"{path.name} cannot be read as boundaries ({error}): give a TopoJSON file"
        ) from error
    missing = [column for column in ("id", "name") if column not in read.columns]
    if missing:
        raise DataError(
            f"layer {layer!r} of {path.name} has no {' or '.join(missing)} on its features: use "
            "a file whose features carry FIPS codes as ids and a name property"
        )
    region = read["id"].astype("str")
    bad = ~region.str.fullmatch(r"\d{2}|\d{5}").to_numpy(bool) | region.duplicated().to_numpy()
    if bad.any():
        raise DataError(
            f"layer {layer!r} of {path.name} has ids that are not FIPS codes, or twice: "
            f"{', '.join(map(repr, region[bad].head(5)))}: use two- or five-digit codes, once each"
        )
    # "structure" keeps polygons polygons; the default would return loose lines beside them.
    shapes = shapely.make_valid(read.geometry.to_numpy(), method="structure", keep_collapsed=False)
    # TopoJSON has no field for a coordinate system. The Census outlines are NAD83, which differs
    # from WGS 84 by about a metre, far below the file's rounding (about 100 to 400 metres).
    found = gpd.GeoDataFrame(
        {"region": region, "name": read["name"].astype("str")}, geometry=shapes, crs="EPSG:4326"
    )
    found = found[~found.geometry.is_empty]
    return found.sort_values("region", ignore_index=True)


def neighbours(boundaries: GeoDataFrame) -> pd.DataFrame:
    """List which regions touch, be it at a single corner (queen contiguity).

    Parameters
    ----------
    boundaries : GeoDataFrame
        ``region`` and ``geometry``, one row a region, as :func:`read_boundaries` returns.

    Returns
    -------
    DataFrame
        ``region``, ``neighbour``: every pair in both directions, sorted; an island has no rows.

    Raises
    ------
    RegionError
        There is no ``region`` column, or a region appears twice.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> corners = [box(0, 0, 1, 1), box(1, 1, 2, 2), box(5, 5, 6, 6)]
    >>> squares = gpd.GeoDataFrame({"region": ["a", "b", "c"]}, geometry=corners)
    >>> neighbours(squares)
      region neighbour
    0      a         b
    1      b         a
    """
    if "region" not in boundaries.columns:
        raise RegionError("the boundaries have no column 'region': rename the one with the codes")
    region = boundaries["region"].to_numpy()
    twice = boundaries["region"].duplicated().to_numpy()
    if twice.any():
        raise RegionError(
            f"column 'region' holds {', '.join(map(repr, region[twice][:5]))} more than once: "
            "dissolve the parts of a region into one geometry first"
        )
    left, right = boundaries.sindex.query(boundaries.geometry, predicate="intersects")
    apart = np.asarray(left) != np.asarray(right)
    pairs = pd.DataFrame({"region": region[left[apart]], "neighbour": region[right[apart]]})
    return pairs.astype("str").sort_values(["region", "neighbour"], ignore_index=True)
