"""Do colours, hatches, outlines and the view agree with the table?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color, to_rgb

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError
from clusteranalysis.plot._geography import view
from clusteranalysis.plot.maps import COLORS, EDGES, color_class


def test_counties_have_the_colour_of_their_class_and_hatches_where_withheld(make):
    table = make["lq_map"]()
    _, ax = plot.figure("page")
    plot.lq_map(table, ax=ax)
    for patch, lq in zip(ax.patches, table["location_quotient"], strict=False):
        if np.isnan(lq):
            assert patch.get_hatch()
            assert same_color(patch.get_facecolor(), "white")
        else:
            assert not patch.get_hatch()
            assert same_color(patch.get_facecolor(), COLORS[color_class(lq)])


def test_classes_lie_alike_on_both_sides_of_one():
    assert [color_class(v) for v in (0.0, 0.49, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 99.0)] == [
        0, 0, 1, 2, 3, 4, 5, 6, 6,
    ]  # fmt: skip
    np.testing.assert_allclose(np.multiply(EDGES, EDGES[::-1]), 1, atol=0.006)
    lightness = [sum(to_rgb(color)) for color in COLORS]
    assert max(lightness) == lightness[3]


def test_names_and_numbers_are_printed_with_a_leader_where_they_do_not_fit(make, drawn_texts):
    figure, ax = plot.figure("page")
    plot.lq_map(make["lq_map"](), ax=ax)
    texts = {text.replace("\n", " "): box for text, box, _, _ in drawn_texts(figure)}
    for label in ("Alameda 2.50", "Contra Costa withheld", "San Francisco 0.03",
                  "San Mateo 14.4", "Santa Clara 1.00", "Marin 0.70"):  # fmt: skip
        assert label in texts
    leaders = [t for t in ax.texts if getattr(t, "arrow_patch", None) is not None]
    assert leaders
    counties = [patch.get_window_extent() for patch in ax.patches[:6]]
    small = counties[2]
    label = texts["San Francisco 0.03"]
    assert label.x1 < small.x0 or label.width < small.width


def test_the_view_leaves_far_islands_out_and_keeps_one_scale(make):
    table = make["lq_map"]()
    projected = table.to_crs("EPSG:3310")
    main = projected.geometry[[0, 1, 3, 4, 5]].total_bounds
    edge = 0.02 * max(main[2] - main[0], main[3] - main[1])
    np.testing.assert_allclose(view(projected), main, atol=edge)
    assert projected.total_bounds[0] < main[0] - edge
    _, ax = plot.figure("page")
    plot.lq_map(table, ax=ax)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert left < main[0]
    assert right > main[2]
    assert low < main[1]
    assert high > main[3]
    box = ax.get_window_extent()
    assert (right - left) / box.width == pytest.approx((high - low) / box.height)


def test_highlighted_counties_share_one_heavy_outline(make, drawn_texts):
    table = make["lq_map"]()
    figure, ax = plot.figure("page")
    plot.lq_map(table, ax=ax, highlight_label="the East Bay")
    heavy = [patch for patch in ax.patches if patch.get_linewidth() > 2]
    assert len(heavy) == 1
    bounds = table.to_crs("EPSG:3310").geometry[:2].total_bounds
    extents = heavy[0].get_path().get_extents()
    np.testing.assert_allclose([extents.x0, extents.y0, extents.x1, extents.y1], bounds)
    said = [text for text, _, _, _ in drawn_texts(figure)]
    assert "heavy outline: the East Bay" in said
    _, ax = plot.figure("page")
    plot.lq_map(table.assign(highlight=False), ax=ax)
    assert not [patch for patch in ax.patches if patch.get_linewidth() > 2]


def test_small_maps_share_scale_and_view(make, drawn_texts):
    table = make["lq_maps"]()
    table.loc[table.index[6:12], "location_quotient"] = 1.3
    figure, _ = plot.figure("page")
    axes = plot.lq_maps(table, figure=figure)
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in axes]
    assert titles == ["Biopharmaceuticals", "Architecture, engineering & R&D", "Hotels"]
    assert len({tuple(np.round(ax.get_xlim())) for ax in axes}) == 1
    assert same_color(axes[1].patches[0].get_facecolor(), COLORS[4])
    assert same_color(axes[0].patches[0].get_facecolor(), COLORS[6])
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    assert texts.count("1.30") == 6
    assert texts.count("–") == 2


def test_maps_refuse_what_they_cannot_draw(make):
    table = make["lq_map"]()
    figure, ax = plot.figure()
    with pytest.raises(SchemaError, match="GeoDataFrame"):
        plot.lq_map(table.drop(columns="geometry").assign(geometry=None), ax=ax)
    with pytest.raises(SchemaError, match="coordinate reference system"):
        plot.lq_map(table.set_crs(None, allow_override=True), ax=ax)
    broken = table.copy()
    broken.loc[1, "geometry"] = None
    with pytest.raises(SchemaError, match="no polygon for 06013"):
        plot.lq_map(broken, ax=ax)
    with pytest.raises(SchemaError, match="no rows"):
        plot.lq_map(table.head(0), ax=ax)
    many = pd.concat([table.assign(cluster=str(i)) for i in range(7)])
    with pytest.raises(SchemaError, match="holds 7 clusters"):
        plot.lq_maps(many, figure=figure)


def test_the_inset_takes_a_corner_that_is_free_of_counties_and_labels(make, drawn_texts):
    table = make["lq_map"]()
    state = table.dissolve().reset_index()[["geometry"]]
    figure, ax = plot.figure("page")
    plot.lq_map(table, ax=ax, inset=state)
    (small,) = ax.child_axes
    frame = small.get_window_extent()
    whole = ax.get_window_extent()
    assert (frame.x0, frame.y0) >= (whole.x0 - 0.5, whole.y0 - 0.5)
    assert frame.x1 <= whole.x1 + 0.5
    for patch in ax.patches[: len(table)]:
        box = patch.get_window_extent()
        main = min(box.x1, frame.x1) - max(box.x0, frame.x0)
        assert main <= 0 or min(box.y1, frame.y1) - max(box.y0, frame.y0) <= 0
    for text, box, _, _ in drawn_texts(figure):
        across = min(box.x1, frame.x1) - max(box.x0, frame.x0)
        up = min(box.y1, frame.y1) - max(box.y0, frame.y0)
        assert min(across, up) <= 1, text
    # The land, and in it the highlighted counties, at their place.
    land, region = (patch.get_path().get_extents() for patch in small.patches)
    assert land.x0 <= region.x0 < region.x1 <= land.x1
    assert region.width < land.width
    with pytest.raises(SchemaError, match="inset needs a geometry"):
        plot.lq_map(table, inset=table.drop(columns="geometry"))
    with pytest.raises(SchemaError, match="inset has no rows"):
        plot.lq_map(table, inset=table.head(0))
