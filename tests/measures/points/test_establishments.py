"""A list of establishments is checked once, and nothing in it goes missing unseen."""

import subprocess
import sys

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.measures.tables import golden_input

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures.points import read_establishments
from clusteranalysis.measures.points._establishments import read_points

OAKLAND = (564_000.0, 4_184_000.0)  # UTM zone 10 north, metres
SQUARE = shapely.box(563_000, 4_183_000, 566_000, 4_186_000)


def plants(**columns):
    """Five plants within two kilometres of Oakland's city hall; the last two share a building."""
    east = np.array([0.0, 500.0, 1000.0, 1500.0, 1500.0])
    table = {
        "x": OAKLAND[0] + east,
        "y": OAKLAND[1] + east / 2,
        "industry": ["3254", "5417", "3254", "5417", "3254"],
        "employment": [10.0, 0.0, 40.0, 5.0, 1.0],
    }
    return pd.DataFrame(table | columns, index=list("abcde"))


def as_points(table, crs="EPSG:26910"):
    geometry = geopandas.points_from_xy(table["x"], table["y"])
    return geopandas.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=geometry, crs=crs)


# What is read


def test_points_are_the_rows_in_their_order():
    table = plants()
    points = read_points(table, weight="employment", window=SQUARE)
    assert points.xy.tolist() == table[["x", "y"]].to_numpy().tolist()
    assert points.industries.tolist() == ["3254", "5417"]
    assert points.codes.tolist() == [0, 1, 0, 1, 0]
    assert points.weight.tolist() == [10, 0, 40, 5, 1]
    assert points.ids.tolist() == list("abcde")
    assert points.window.equals(SQUARE)
    assert points.number("5417") == 1
    assert read_points(table).weight.tolist() == [1] * 5
    assert read_points(table).window is None
    assert read_points(table.assign(id=range(9, 14))).ids.tolist() == [9, 10, 11, 12, 13]


def test_a_geodataframe_gives_the_same_points():
    for table in (as_points(plants()), as_points(plants()).rename_geometry("place")):
        points = read_points(table, weight="employment", window=SQUARE)
        other = read_points(plants(), weight="employment", window=SQUARE)
        assert np.array_equal(points.xy, other.xy)
        assert points.report == other.report
        assert points.ids.tolist() == other.ids.tolist()


def test_feet_of_a_state_plane_and_a_z_coordinate_are_fine():
    feet = as_points(plants()).to_crs("EPSG:2227")
    high = feet.set_geometry(shapely.force_3d(feet.geometry, 12.0))
    assert np.array_equal(read_points(feet).xy, read_points(high).xy)
    assert read_points(feet).xy.shape == (5, 2)


def test_columns_may_be_integers_categories_or_nullable():
    table = plants().assign(employment=[10, 0, 40, 5, 1])
    other = table.convert_dtypes().astype({"industry": "category", "x": "Int64"})
    points = read_points(other, weight="employment")
    assert points.industries.tolist() == ["3254", "5417"]
    assert points.xy.dtype == points.weight.dtype == float
    assert points.report == read_points(table).report


def test_an_unused_category_is_no_industry():
    table = plants().astype({"industry": pd.CategoricalDtype(["9999", "5417", "3254"])})
    assert read_points(table).industries.tolist() == ["3254", "5417"]


def test_golden_points_are_read_as_they_are():
    names = {"X": "x", "Y": "y", "PointType": "industry", "PointWeight": "employment"}
    table = golden_input("pts500.csv").rename(columns=names)
    points = read_points(table, weight="employment", window=shapely.box(0, 0, 100, 100))
    assert points.report.kept == points.report.rows == 500
    assert points.weight.sum() == table["employment"].sum()


def test_reading_leaves_the_table_alone():
    for table in (plants(), as_points(plants())):
        before = table.copy(deep=True)
        read_points(table, weight="employment", window=SQUARE)
        cleaned, _ = read_establishments(table, window=SQUARE, missing="drop")
        cleaned.loc[0, "employment"] = -1.0
        assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


def test_no_establishments_are_no_points():
    points = read_points(plants().iloc[:0], weight="employment", window=SQUARE)
    assert points.xy.shape == (0, 2)
    assert len(points.industries) == len(points.weight) == points.report.rows == 0
    assert points.report.largest_address == 0


# What is counted


def test_the_report_counts_every_row():
    table = plants(x=[564_000.0, 564_500.0, 999_000.0, np.nan, 564_500.0])
    table["y"] = [4_184_000.0, 4_184_250.0, 4_184_500.0, 4_184_750.0, 4_184_250.0]
    table.loc["a", "employment"] = np.nan
    cleaned, report = read_establishments(table, window=SQUARE, missing="drop")
    assert (report.rows, report.missing_coordinates, report.outside_window) == (5, 1, 1)
    assert report.kept == len(cleaned) == 3
    assert (report.shared_addresses, report.at_shared_addresses, report.largest_address) == (
        1,
        2,
        2,
    )
    assert report.missing_employment == 1
    assert str(report) == (
        "5 establishments: 1 without coordinates, 1 outside the window, 3 kept; 2 of these share "
        "1 addresses (most at one: 2); 1 have no employment"
    )
    assert cleaned.index.tolist() == [0, 1, 2]
    assert cleaned["x"].tolist() == [564_000, 564_500, 564_500]
    assert cleaned.columns.tolist() == table.columns.tolist()
    again, second = read_establishments(cleaned, window=SQUARE)
    assert_frame_equal(again, cleaned)
    assert (second.kept, second.missing_coordinates, second.outside_window) == (3, 0, 0)


def test_establishments_at_one_address_stay():
    cleaned, report = read_establishments(plants(), missing="drop")
    assert len(cleaned) == 5
    assert (report.shared_addresses, report.at_shared_addresses) == (1, 2)


def test_a_geodataframe_stays_one_and_gains_its_coordinates():
    table = as_points(plants()).assign(x=-122.3, y=37.8)  # columns that geocoders leave behind
    table.loc["b", "geometry"] = None
    table.loc["c", "geometry"] = shapely.Point()
    cleaned, report = read_establishments(table, missing="drop")
    assert isinstance(cleaned, geopandas.GeoDataFrame)
    assert cleaned.crs == table.crs
    assert report.missing_coordinates == 2
    assert cleaned["x"].tolist() == cleaned.geometry.x.tolist()
    assert cleaned["y"].tolist() == cleaned.geometry.y.tolist()


def test_half_a_place_or_one_at_infinity_is_none():
    table = plants()
    table.loc["a", "x"], table.loc["b", "y"], table.loc["c", "x"] = np.nan, np.nan, np.inf
    cleaned, report = read_establishments(table, missing="drop")
    assert report.missing_coordinates == 3
    assert cleaned["employment"].tolist() == [5, 1]


def test_the_edge_of_the_window_is_inside_and_a_hole_is_outside():
    x0, y0 = OAKLAND
    edge = shapely.box(x0, y0, x0 + 1500, y0 + 750)
    assert read_points(plants(), window=edge).report.outside_window == 0
    holed = edge.difference(shapely.box(x0 + 400, y0 + 200, x0 + 600, y0 + 300))
    _, report = read_establishments(plants(), window=holed, missing="drop")
    assert report.outside_window == 1


def test_several_shapes_are_one_window():
    x0, y0 = OAKLAND
    parts = [shapely.box(x0 - 9, y0 - 9, x0 + 9, y0 + 9), SQUARE.buffer(10)]
    window = geopandas.GeoDataFrame(geometry=parts, crs="EPSG:26910")
    for shapes in (window, window.geometry):
        area = read_points(as_points(plants()), window=shapes).window
        assert area.area == pytest.approx(parts[1].area)


@given(st.permutations(range(5)), st.floats(-1e6, 1e6))
def test_counts_depend_on_neither_order_nor_origin(order, shift):
    table = plants()
    moved = table.iloc[list(order)].assign(x=lambda t: t["x"] + round(shift))
    assert read_points(moved).report == read_points(table).report


# What is refused, and how it is mended


def refused(table, *parts, **options):
    with pytest.raises(SchemaError) as told:
        read_points(table, **options)
    for part in parts:
        assert part in str(told.value)
    return str(told.value)


def test_missing_coordinates_are_refused_unless_dropped_knowingly():
    table = plants()
    table.loc["b", "x"] = np.nan
    refused(table, "'x' or 'y' is missing for 1 of 5 rows: row b", "missing='drop'")
    with pytest.raises(SchemaError, match="missing for 1 of 5 rows"):
        read_establishments(table)
    nullable = plants().astype({"x": "Float64"})
    nullable.loc["b", "x"] = pd.NA
    refused(nullable, "missing for 1 of 5 rows: row b")


def test_only_the_first_bad_rows_are_named():
    table = pd.concat([plants()] * 2, ignore_index=True).assign(x=np.nan)
    assert refused(table, "row 4 and 5 more").count("row ") == 5


def test_points_outside_the_window_are_refused_unless_dropped_knowingly():
    table = plants()
    table.loc["d", "x"] = 999_000.0
    refused(
        table,
        "outside the window for 1 of 5 rows: row d (x=999000.0, y=4184750.0)",
        "missing='drop'",
        window=SQUARE,
    )
    with pytest.raises(SchemaError, match="outside the window"):
        read_establishments(table, window=SQUARE)


def test_a_geographic_reference_system_is_refused():
    table = as_points(plants()).to_crs("EPSG:4326")
    refused(table, "WGS 84", "degrees", "to_crs(table.estimate_utm_crs())")
    mended = table.to_crs(table.estimate_utm_crs())
    assert read_points(mended).report.kept == 5


def test_a_web_map_projection_is_refused_since_it_stretches():
    table = as_points(plants())
    for crs in ("EPSG:3857", "EPSG:3395"):
        refused(table.to_crs(crs), "stretches", "27 %", "estimate_utm_crs")
    metres = read_points(table).xy
    web = np.column_stack([f(table.to_crs("EPSG:3857").geometry) for f in (get_x, get_y)])
    stretch = np.hypot(*(web[3] - web[0])) / np.hypot(*(metres[3] - metres[0]))
    assert stretch == pytest.approx(1.27, abs=0.01)
    transverse, oblique = table.to_crs("EPSG:32610"), table.to_crs("EPSG:3078")
    assert read_points(transverse).report.kept == read_points(oblique).report.kept == 5


def get_x(points):
    return points.x.to_numpy()


def get_y(points):
    return points.y.to_numpy()


def test_a_geodataframe_that_says_no_reference_system_is_refused():
    refused(as_points(plants(), crs=None), "coordinate reference system", "set_crs('EPSG:4326')")
    refused(geopandas.GeoDataFrame(plants()), "without a geometry", "set_geometry")


def test_shapes_that_are_not_points_are_refused():
    table = as_points(plants())
    table.loc["c", "geometry"] = SQUARE
    refused(table, "not points: row c (geometry=Polygon)", "representative_point")


@pytest.mark.parametrize("names", [("x", "y"), ("y", "x")])
def test_degrees_under_the_names_of_metres_are_refused(names):
    degrees = as_points(plants()).to_crs("EPSG:4326").geometry
    table = plants(**{names[0]: degrees.x, names[1]: degrees.y})
    refused(table, "'x' and 'y' look like degrees: row a (x=", "points_from_xy", "to_crs", "1000")


def test_degrees_are_told_though_one_is_missing():
    degrees = as_points(plants()).to_crs("EPSG:4326").geometry
    table = plants(x=degrees.x, y=degrees.y)
    table.loc["a", "x"] = np.nan
    refused(table, "look like degrees: row b")


def test_the_mend_for_small_planes_works():
    table = plants(x=[1.5, 40.0, 33.0, 12.0, 7.0], y=[2.0, 30.0, 44.0, 11.0, 50.0])
    refused(table, "look like degrees")
    moved = table.assign(x=table["x"] + 1000, y=table["y"] + 1000)
    assert read_points(moved).report.kept == 5


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0.0, 3.0, 90.0, 12.0, 7.0], [2.0, 30.0, 44.0, 11.0, 50.0]),  # whole numbers
        ([0.1, 0.5, 0.9, 0.3, 0.2], [0.4, 0.7, 0.1, 0.6, 0.2]),  # the unit square
        ([1.5, 3.0, 99.0, 12.0, 7.0], [2.0, 30.0, 44.0, 91.0, 50.0]),
        ([1.5, 3.0, 181.0, 12.0, 7.0], [2.0, 30.0, 44.0, 11.0, 50.0]),
    ],
)
def test_what_cannot_be_degrees_is_not_refused(x, y):
    assert read_points(plants(x=x, y=y)).report.kept == 5


@pytest.mark.parametrize("names", [("lon", "lat"), ("Longitude", "Latitude"), ("LNG", "LAT")])
def test_degrees_under_their_own_names_come_with_the_mend(names):
    table = plants().rename(columns=dict(zip(("x", "y"), names, strict=True)))
    refused(table, repr(names[0]), repr(names[1]), "points_from_xy", f"table[{names[0]!r}]")


def test_missing_columns_are_named():
    refused(plants().drop(columns="y"), "no column 'y' (it has x, industry, employment)")
    refused(plants().drop(columns=["x", "y"]), "no column 'x' and 'y'", "GeoDataFrame")
    refused(plants().drop(columns="industry"), "no column 'industry'", "rename")
    refused(plants().drop(columns="employment"), "weight='employment'", weight="employment")
    refused([1, 2], "is a list", "pass a pandas DataFrame")


def test_coordinates_that_are_not_numbers_are_refused():
    text = plants(x=["564000", "564500", "east", "565500", "565500"])
    refused(text, "column 'x' is not numeric: row c (x=east)", "convert it to float")
    refused(plants().astype({"y": str}), "column 'y' is not numeric: row a (y=4184000.0)")
    refused(plants(x=[True] * 5), "column 'x' is not numeric")


def test_industries_are_text_of_one_level():
    refused(plants(industry=[3254, 5417, 3254, 5417, 3254]), "'industry'", "row 'a'", "dtype=str")
    refused(plants(industry=["3254", None, "3254", "5417", "3254"]), "not text", "row 'b'")
    refused(plants(industry=["3254", "325", "3254", "5417", "3254"]), "overlapping", "'325'")


def test_negative_and_unnumeric_jobs_are_refused_weighted_or_not():
    for weight in (None, "employment"):
        table = plants(employment=[1.0, -2.0, 3.0, 4.0, 5.0])
        refused(table, "'employment' holds negative", "row 'b' (employment=-2.0)", weight=weight)
        table = plants(employment=["1", "2", "many", "4", "5"])
        refused(table, "'employment' is not numeric", "row 'c'", "NaN", weight=weight)


def test_unknown_jobs_are_no_weight_but_hurt_nothing_unweighted():
    table = plants(employment=[1.0, np.nan, 3.0, 4.0, 5.0])
    refused(table, "'employment' is missing for row b", "weight=None", weight="employment")
    assert read_points(table).report.missing_employment == 1


def test_an_establishment_counts_once():
    refused(plants(id=[1, 2, 3, 4, 4]), "'id' is not unique: row d (id=4); row e (id=4)")
    refused(plants(year=[2019, 2019, 2019, 2020, 2020]), "'year'", "2019, 2020", "keep one")
    assert read_points(plants(year=2019)).report.kept == 5


def test_windows_that_are_none_are_refused():
    crossed = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    refused(plants(), "a tuple", "shapely.box", window=(0, 0, 9, 9))
    refused(plants(), "is a Point", window=shapely.Point(OAKLAND))
    refused(plants(), "crosses itself", "make_valid", window=crossed)
    refused(plants(), "no area", window=shapely.Polygon())


def test_a_window_in_other_units_is_refused():
    window = geopandas.GeoDataFrame(geometry=[SQUARE], crs="EPSG:26910")
    degrees, feet = window.to_crs("EPSG:4326"), window.to_crs("EPSG:2227")
    refused(plants(), "the window is in WGS 84", "degrees", window=degrees)
    refused(as_points(plants()), "the window is in WGS 84", "window.to_crs", window=degrees)
    refused(as_points(plants()), "window.to_crs(table.crs)", window=feet)


def test_options_and_industries_are_checked():
    with pytest.raises(SchemaError, match="missing='maybe' is not an option"):
        read_establishments(plants(), missing="maybe")
    refused(plants(), "weight='payroll' is not an option", weight="payroll")
    with pytest.raises(SchemaError, match=r"no establishment has the industry '99'.*'3254'"):
        read_points(plants()).number("99")


def test_it_is_public():
    assert ca.read_establishments is read_establishments


def test_a_plain_table_needs_no_geography_library():
    code = (
        "import sys, pandas as pd, clusteranalysis as ca; "
        "t = pd.DataFrame({'x': [1e6, 2e6], 'y': [1e6, 1e6], 'industry': ['A', 'B']}); "
        "ca.read_establishments(t); "
        "print([m for m in ('geopandas', 'shapely', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
