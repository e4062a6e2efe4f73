"""Do the figures of establishments show what their tables say, and nothing more?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color
from shapely import box
from tests.plot.conftest import density

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError
from clusteranalysis.plot.establishments import kernel_density
from clusteranalysis.plot.maps import COLORS, color_class
from clusteranalysis.plot.style import ORANGE, SKY


def words(texts):
    return " ".join(text.replace("\n", " ") for text, _, _, _ in texts)


def areas(ax, color):
    """Filled areas of a colour, as horizontal extents."""
    found = [c for c in ax.collections if same_color(c.get_facecolor()[0], color)]
    return [path.get_extents() for area in found for path in area.get_paths()]


# K-density -------------------------------------------------------------------------------------


def test_density_is_percent_of_pairs_a_kilometre_or_mile(make):
    table = make["distance_density"]()
    _, ax = plot.figure()
    plot.distance_density(table, ax=ax)
    line = ax.lines[-1]
    np.testing.assert_allclose(line.get_xdata(), table["distance"] / 1000)
    np.testing.assert_allclose(line.get_ydata(), 100 * 1000 * table["k_density"])
    assert ax.get_ylim()[0] == 0
    _, ax = plot.figure()
    plot.distance_density(table, ax=ax, unit="ft")
    np.testing.assert_allclose(ax.lines[-1].get_xdata(), table["distance"] / 5280)
    np.testing.assert_allclose(ax.lines[-1].get_ydata(), 100 * 5280 * table["k_density"])
    with pytest.raises(SchemaError, match="unit='yard'"):
        plot.distance_density(table, unit="yard")


def test_only_the_stretch_outside_the_global_band_is_shaded(make, drawn_texts):
    table = make["distance_density"]()
    figure, ax = plot.figure()
    plot.distance_density(table, ax=ax)
    outside = table.loc[table["localisation"] > 0, "distance"] / 1000
    (area,) = areas(ax, ORANGE)
    assert area.x0 == outside.min()
    assert outside.max() <= area.x1 < outside.max() + 0.1
    assert not areas(ax, SKY)
    said = words(drawn_texts(figure))
    assert "localised: above the global band" in said
    assert "dispersed" not in said
    stretch = f"{outside.min():.3g}–{outside.max():.3g} km"
    finding = f"Above the global band at {stretch} (p = 0.002; 0.008 allowing for all"
    assert finding in said
    assert finding in plot.alt_text("distance_density", table)


def test_a_curve_below_the_band_is_dispersed_only_where_the_table_says_so(make, drawn_texts):
    table = make["distance_density"]()
    table["k_density"] = np.where(table["distance"] < 450, 0.0, table["expected"])
    table["localisation"] = 0.0
    # Below the band, yet localised elsewhere: the index is 0, and nothing is shaded.
    figure, ax = plot.figure()
    plot.distance_density(table, ax=ax)
    assert not areas(ax, SKY)
    table["dispersion"] = np.maximum(table["global_low"] - table["k_density"], 0.0)
    figure, ax = plot.figure()
    plot.distance_density(table, ax=ax)
    below = table.loc[table["dispersion"] > 0, "distance"] / 1000
    (area,) = areas(ax, SKY)
    assert below.max() <= area.x1 < below.max() + 0.1
    assert "Below the global band at" in words(drawn_texts(figure))


def test_within_the_band_is_not_told_apart_from_chance(make, drawn_texts):
    table = make["distance_density"]().assign(localisation=0.0, p_value=0.4, adjusted=0.4)
    table["k_density"] = table["expected"]
    figure, ax = plot.figure()
    plot.distance_density(table, ax=ax)
    said = words(drawn_texts(figure))
    assert "Within the global band: not told apart from chance (p = 0.4)." in said
    assert not areas(ax, ORANGE)


def test_without_simulations_there_is_a_line_and_no_finding(make, drawn_texts):
    table = make["distance_density"]()[["industry", "distance", "k_density", "bandwidth"]]
    figure, ax = plot.figure()
    plot.distance_density(table, ax=ax)
    assert len(ax.lines) == 1
    assert not ax.collections
    assert "band" not in words(drawn_texts(figure))
    with_expected = table.assign(expected=2e-6)
    figure, ax = plot.figure()
    plot.distance_density(with_expected, ax=ax)
    assert "by chance" in words(drawn_texts(figure))


def test_bands_without_what_they_say_are_refused(make):
    table = make["distance_density"]()
    for column in ("localisation", "dispersion", "p_value"):
        with pytest.raises(SchemaError, match=f"no column '{column}'"):
            plot.distance_density(table.drop(columns=column), ax=plot.figure()[1])
    undefined = table.assign(p_value=np.nan, localisation=np.nan)
    assert "No test" in plot.alt_text("distance_density", undefined)


def test_one_curve_at_a_time_and_each_distance_once(make):
    with pytest.raises(SchemaError, match=r"holds 2 curves.*'Hotels'"):
        plot.distance_density(density(("Hotels", "Wine")), ax=plot.figure()[1])
    table = make["distance_density"]()
    with pytest.raises(SchemaError, match="one distance twice"):
        plot.distance_density(pd.concat([table, table.head(1)]), ax=plot.figure()[1])
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot.distance_density(table.assign(k_density=np.nan), ax=plot.figure()[1])


def test_two_industries_are_named_and_rows_may_come_in_any_order(make, drawn_texts):
    table = make["distance_density"]().assign(partner="Hotels")
    figure, ax = plot.figure("slide")
    plot.distance_density(table.sample(frac=1, random_state=1), ax=ax)
    assert "Wine & beverages and Hotels" in words(drawn_texts(figure))
    assert (np.diff(ax.lines[-1].get_xdata()) > 0).all()


# M ---------------------------------------------------------------------------------------------


def test_markers_are_filled_outside_the_band_and_zero_stands_apart(make, drawn_texts):
    figure, ax = plot.figure()
    plot.relative_density(make["relative_density"](), ax=ax)
    filled, hollow = set(), set()
    for line in ax.lines:
        if line.get_linestyle() == "None":
            chosen = hollow if same_color(line.get_markerfacecolor(), "white") else filled
            chosen |= set(zip(line.get_xdata(), np.round(line.get_ydata(), 3), strict=True))
    assert {(0.5, 9.0), (1.0, 4.0), (2.0, 2.0), (1.0, 0.3)} <= filled
    assert {(4.0, 1.2), (0.5, 1.2), (2.0, 0.9)} <= hollow
    (zero,) = [point for point in filled if point[1] < 0.3]
    assert zero[0] == 0.5
    assert ax.get_ylim()[0] < zero[1]
    said = words(drawn_texts(figure))
    assert "0 = no such neighbour" in said
    assert "Not shown (no neighbours): Air transport." in said
    assert "0" in [label.get_text() for label in ax.get_yticklabels()]


def test_lines_of_m_differ_in_more_than_colour(make, drawn_texts):
    figure, ax = plot.figure()
    plot.relative_density(make["relative_density"](), ax=ax)
    dashes = [str(line._dash_pattern) for line in ax.lines if line.get_linewidth() == 1.6]
    marks = {line.get_marker() for line in ax.lines if line.get_linestyle() == "None"}
    assert len(set(dashes)) == 3
    assert marks == {"o", "s", "^"}
    said = words(drawn_texts(figure))
    for label in ("● Biopharmaceuticals", "■ Architecture", "▲ Hotels"):
        assert label in said


def test_one_curve_of_m_has_its_band_and_its_finding(make, drawn_texts):
    table = make["relative_density"]()
    figure, ax = plot.figure()
    plot.relative_density(table[table["industry"] == "Biopharmaceuticals"], ax=ax)
    assert len(ax.collections) == 1
    said = words(drawn_texts(figure))
    assert "Above the global band at 0.5–2 km (p = 0.01; 0.03" in said
    assert "up to this distance" in said
    figure, ax = plot.figure()
    plot.relative_density(table.assign(bandwidth=300.0), ax=ax)
    assert "at this distance" in words(drawn_texts(figure))


def test_more_than_six_curves_of_m_are_refused(make):
    table = make["relative_density"]().head(4)
    many = pd.concat([table.assign(industry=str(i)) for i in range(7)])
    with pytest.raises(SchemaError, match="holds 7 curves"):
        plot.relative_density(many, ax=plot.figure()[1])


def test_a_pair_says_who_is_counted_around_whom(make, drawn_texts):
    table = make["relative_density"]().head(4).assign(partner="Hotels")
    figure, ax = plot.figure("slide")
    plot.relative_density(table, ax=ax)
    assert "Hotels around Biopharmaceuticals" in words(drawn_texts(figure))
    assert "Hotels around Biopharmaceuticals" in plot.alt_text("relative_density", table)


# Map -------------------------------------------------------------------------------------------


def test_kernel_density_is_the_sum_of_gaussians_of_places_in_cells():
    bounds, h = (2_000.0, 1_000.0, 9_000.0, 8_000.0), 900.0
    cell = h / 10
    # In the middle of cells, some beyond the bounds; then anywhere in them.
    random = np.random.default_rng(5)
    middle = np.array([2_000.0, 1_000.0]) + cell * (random.integers(-40, 120, (60, 2)) + 0.5)
    x, y, found = kernel_density(middle, h, bounds)
    away = (x[None, :, None] - middle[:, 0]) ** 2 + (y[:, None, None] - middle[:, 1]) ** 2
    exact = np.exp(-away / (2 * h**2)).sum(axis=2) / (2 * np.pi * h**2)
    # Tails are cut off at four standard deviations.
    np.testing.assert_allclose(found, exact, atol=2e-3 * exact.max())
    moved = middle + random.uniform(-0.499, 0.499, middle.shape) * cell
    np.testing.assert_array_equal(kernel_density(moved, h, bounds)[2], found)
    assert x[0] == 2_000 + cell / 2
    assert y[-1] + cell / 2 >= 8_000


def test_kernel_density_integrates_to_the_number_of_places():
    xy = np.array([[5_000.0, 5_000.0]] * 3 + [[6_000.0, 4_000.0]])
    x, _, found = kernel_density(xy, 500.0, (0.0, 0.0, 10_000.0, 10_000.0))
    assert found.sum() * (x[1] - x[0]) ** 2 == pytest.approx(4, abs=0.001)


def test_the_map_shows_every_place_and_counts_those_without(make, drawn_texts):
    table = make["establishment_map"]()
    figure, ax = plot.figure()
    plot.establishment_map(table, ax=ax, bandwidth=1500.0)
    assert len(ax.lines[0].get_xdata()) == 299
    said = words(drawn_texts(figure))
    assert "all 299 establishments" in said
    assert "standard deviation of 1.5 km" in said
    assert "Not shown (no coordinates): 1." in said
    assert "1 without coordinates" in plot.alt_text("establishment_map", table)


def test_chosen_industries_have_their_own_marks_and_counts(make, drawn_texts):
    table = make["establishment_map"]()
    figure, ax = plot.figure()
    plot.establishment_map(table, ax=ax, industry=["Hotels", "Insurance"])
    count = table.dropna()["industry"].value_counts()
    drawn = [len(line.get_xdata()) for line in ax.lines[:2]]
    assert drawn == [count["Hotels"], count["Insurance"]]
    assert ax.lines[0].get_marker() != ax.lines[1].get_marker()
    assert f"Hotels ({(table['industry'] == 'Hotels').sum()})" in words(drawn_texts(figure))
    with pytest.raises(SchemaError, match="no establishment has the industry 'Mining'"):
        plot.establishment_map(table, ax=plot.figure()[1], industry="Mining")
    with pytest.raises(SchemaError, match="names 4 industries"):
        plot.establishment_map(table, ax=plot.figure()[1], industry=["a", "b", "c", "d"])


def test_points_of_a_geodataframe_and_outlines_in_degrees_meet(make, drawn_texts):
    table = make["establishment_map"]().dropna()
    shapes = gpd.GeoDataFrame(
        geometry=[box(540_000, 4_150_000, 605_000, 4_210_000)], crs="EPSG:32610"
    )
    points = gpd.GeoDataFrame(
        table[["industry"]], geometry=gpd.points_from_xy(table["x"], table["y"]), crs="EPSG:32610"
    )
    _, ax = plot.figure()
    plot.establishment_map(points, ax=ax, outlines=shapes.to_crs("EPSG:4326"))
    np.testing.assert_allclose(ax.lines[0].get_xdata(), table["x"])
    left, right = ax.get_xlim()
    assert left < 540_000 < 605_000 < right
    figure, ax = plot.figure()
    astray = pd.concat([table, table.head(2).assign(x=900_000.0)])
    plot.establishment_map(astray, ax=ax, outlines=shapes)
    assert len(ax.lines[0].get_xdata()) == len(table)
    assert "Not shown (far outside the outlines): 2." in words(drawn_texts(figure))
    with pytest.raises(SchemaError, match="in degrees"):
        plot.establishment_map(table, ax=plot.figure()[1], outlines=shapes.to_crs("EPSG:4326"))
    with pytest.raises(SchemaError, match="no establishment lies on the outlines"):
        plot.establishment_map(table, ax=plot.figure()[1], outlines=shapes.to_crs("EPSG:26911"))
    with pytest.raises(SchemaError, match="to_crs"):
        plot.establishment_map(points.to_crs("EPSG:4326"), ax=plot.figure()[1])


def test_the_map_has_one_scale_in_both_directions(make):
    _, ax = plot.figure("slide")
    plot.establishment_map(make["establishment_map"](), ax=ax)
    box_ = ax.get_window_extent()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert (right - left) / box_.width == pytest.approx((high - low) / box_.height)


def test_maps_refuse_degrees_no_places_and_a_bandwidth_of_nothing(make):
    degrees = pd.DataFrame({"x": [-122.2, -122.1], "y": [37.8, 37.9]})
    with pytest.raises(SchemaError, match="look like degrees"):
        plot.establishment_map(degrees, ax=plot.figure()[1])
    table = make["establishment_map"]()
    with pytest.raises(SchemaError, match="bandwidth=0"):
        plot.establishment_map(table, ax=plot.figure()[1], bandwidth=0)
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot.establishment_map(table.assign(x=np.nan), ax=plot.figure()[1])


def test_one_address_is_drawn_without_shading(drawn_texts):
    firms = pd.DataFrame({"x": [560_000.0] * 3, "y": [4_190_000.0] * 3})
    figure, ax = plot.figure()
    plot.establishment_map(firms, ax=ax)
    assert len(ax.lines[0].get_xdata()) == 3
    assert "Shading" not in words(drawn_texts(figure))


# Matrix ----------------------------------------------------------------------------------------


def test_cells_are_coloured_and_bold_only_where_the_test_tells(make):
    table = make["colocation_matrix"]()
    _, ax = plot.figure()
    plot.colocation_matrix(table, ax=ax)
    cells = zip(ax.patches, ax.texts, table.to_dict("records"), strict=False)
    seen = {"sure": 0, "unsure": 0, "none": 0}
    for patch, text, row in cells:
        lq = row["colocation_quotient"]
        if np.isnan(lq):
            seen["none"] += 1
            assert patch.get_hatch()
            assert text.get_text() == "–"
        elif row["adjusted"] <= 0.05:
            seen["sure"] += 1
            assert same_color(patch.get_facecolor(), COLORS[color_class(lq)])
            assert text.get_fontweight() == "bold"
        else:
            seen["unsure"] += 1
            assert same_color(patch.get_facecolor(), "white")
            assert text.get_fontweight() == "normal"
        assert text.get_text() in ("–", f"{lq:.2f}")
    assert min(seen.values()) > 0
    assert sum(seen.values()) == 36


def test_without_a_test_all_cells_are_coloured_and_none_is_bold(make, drawn_texts):
    table = make["colocation_matrix"]().drop(columns=["p_value", "adjusted"])
    figure, ax = plot.figure()
    plot.colocation_matrix(table, ax=ax)
    lq = table["colocation_quotient"]
    for patch, value in zip(ax.patches, lq, strict=False):
        if value == value:
            assert same_color(patch.get_facecolor(), COLORS[color_class(value)])
    assert all(text.get_fontweight() == "normal" for text in ax.texts[:36])
    assert "not told apart" not in words(drawn_texts(figure))


def test_partners_that_are_no_rows_are_named(make, drawn_texts):
    table = make["colocation_matrix"]()
    figure, ax = plot.figure()
    plot.colocation_matrix(table[table["industry"] == table["industry"][0]], ax=ax)
    assert f"2 {table['partner'][1]}" in words(drawn_texts(figure))


def test_matrices_refuse_repeated_pairs_crowds_and_nothing(make):
    table = make["colocation_matrix"]()
    with pytest.raises(SchemaError, match="a pair twice"):
        plot.colocation_matrix(pd.concat([table, table.head(1)]), ax=plot.figure()[1])
    crowd = pd.DataFrame(
        {"industry": [f"i{k}" for k in range(13)], "partner": "x", "colocation_quotient": 1.0}
    )
    with pytest.raises(SchemaError, match="holds 14 industries"):
        plot.colocation_matrix(crowd, ax=plot.figure()[1])
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot.colocation_matrix(table.assign(colocation_quotient=np.nan), ax=plot.figure()[1])
    with pytest.raises(SchemaError, match="significance=5"):
        plot.colocation_matrix(table, significance=5, ax=plot.figure()[1])


def test_the_words_count_what_the_matrix_colours(make):
    table = make["colocation_matrix"]()
    sure = table[table["adjusted"] <= 0.05]["colocation_quotient"]
    text = plot.alt_text("colocation_matrix", table)
    assert f"{(sure > 1).sum()} above 1 and {(sure < 1).sum()} below" in text
    assert "Not defined: 1." in text
