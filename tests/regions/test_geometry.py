import json

import geopandas as gpd
import pytest
from shapely.geometry import box

from clusteranalysis.data import sample
from clusteranalysis.errors import DataError, RegionError
from clusteranalysis.regions import neighbours, read_boundaries


def topology(features, layer="counties"):
    """TopoJSON of unit squares, each given by its id, name and lower left corner."""
    arcs, geometries = [], []
    for number, (code, name, x, y) in enumerate(features):
        arcs.append([[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]])
        geometry = {"type": "Polygon", "arcs": [[number]]}
        properties = {} if name is None else {"properties": {"name": name}}
        identity = {} if code is None else {"id": code}
        geometries.append(geometry | identity | properties)
    layers = {layer: {"type": "GeometryCollection", "geometries": geometries}}
    return json.dumps({"type": "Topology", "objects": layers, "arcs": arcs})


def test_reads_codes_names_and_coordinates(tmp_path):
    path = tmp_path / "two.json"
    path.write_text(topology([("06013", "Contra Costa", -122, 38), ("06001", "Alameda", -121, 37)]))
    read = read_boundaries(path)
    assert list(read.columns) == ["region", "name", "geometry"]
    assert read["region"].tolist() == ["06001", "06013"]
    assert read["name"].tolist() == ["Alameda", "Contra Costa"]
    assert read.crs.to_epsg() == 4326
    assert read.geometry.iloc[0].equals(box(-121, 37, -120, 38))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (topology([("6001", "Alameda", 0, 0)]), "'6001'"),
        (topology([("06001", "A", 0, 0), ("06001", "B", 2, 2)]), "'06001'"),
        (topology([("06001", "A", 0, 0)], layer="tracts"), "use one of 'tracts'"),
        (topology([("06001", None, 0, 0)]), "no name"),
        ("{}", "cannot be read"),
        ("not json", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_other_files_are_refused(tmp_path, content, said):
    path = tmp_path / "some.json"
    path.write_text(content)
    with pytest.raises(DataError, match=said) as caught:
        read_boundaries(path)
    assert "some.json" in str(caught.value)


def test_missing_file_and_folder(tmp_path):
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(DataError, match="no boundary file"):
            read_boundaries(path)


def test_neighbours_of_the_bay_counties():
    names = sample().counties.set_index("region")["name"]
    pairs = neighbours(sample().counties)
    found = {(names[a], names[b]) for a, b in pairs.itertuples(index=False)}
    assert {(b, a) for a, b in found} == found
    assert not any(a == b for a, b in found)
    assert ("Alameda", "Contra Costa") in found
    assert {b for a, b in found if a == "Napa"} == {"Solano", "Sonoma"}
    assert ("Napa", "Santa Clara") not in found
    assert pairs["region"].is_monotonic_increasing


def test_a_corner_is_enough_and_an_island_has_none():
    # Utah and New Mexico meet at Four Corners only.
    squares = gpd.GeoDataFrame(
        {"region": ["04001", "08083", "49037", "35045", "15001"]},
        geometry=[
            box(0, 0, 1, 1),
            box(1, 1, 2, 2),
            box(0, 1, 1, 2),
            box(1, 0, 2, 1),
            box(9, 9, 10, 10),
        ],
        index=[5, 4, 3, 2, 1],
    )
    pairs = neighbours(squares)
    assert len(pairs) == 12
    assert "15001" not in set(pairs["region"])


def test_neighbours_needs_one_row_a_region():
    square = box(0, 0, 1, 1)
    with pytest.raises(RegionError, match="no column 'region'"):
        neighbours(gpd.GeoDataFrame({"fips": ["a"]}, geometry=[square]))
    with pytest.raises(RegionError, match="'a' more than once"):
        neighbours(gpd.GeoDataFrame({"region": ["a", "a"]}, geometry=[square, square]))
