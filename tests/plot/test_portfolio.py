"""Do the bubbles agree with the table, and can every one be named?"""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.transforms import Affine2D

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _labels


def bubbles(ax):
    """Position, area in points squared, filled, for every bubble."""
    found = {}
    for artist in ax.collections:
        if isinstance(artist, PathCollection):
            (x, y), path = artist.get_offsets()[0], artist.get_paths()[0]
            shape = artist.get_transforms()[0]
            points = path.transformed(Affine2D(shape)).to_polygons()[0]
            scale = 72 / ax.figure.dpi
            a, b = points[:, 0], points[:, 1]
            area = 0.5 * abs(np.dot(a[:-1], b[1:]) - np.dot(a[1:], b[:-1])) * scale**2
            found[(round(float(x), 9), round(float(y), 9))] = (
                area, artist.get_facecolor()[0][:3].tolist() != [1, 1, 1], artist,
            )  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(5))
def test_labels_of_25_clusters_never_meet_and_all_are_there(seed, make, drawn_texts):
    table = make["portfolio"](seed)
    figure, ax = plot.figure("page")
    plot.portfolio(table, ax=ax)
    texts = drawn_texts(figure)
    for index, (text, box, size, _) in enumerate(texts):
        assert size >= 9
        assert min(box.x0, box.y0) >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y1 <= figure.bbox.height, text
        for other, second, _, _ in texts[:index]:
            meet = min(
                min(box.x1, second.x1) - max(box.x0, second.x0),
                min(box.y1, second.y1) - max(box.y0, second.y0),
            )
            assert meet <= 1.0, (text, other)
    words = " ".join(text.replace("\n", " ") for text, _, _, _ in texts)
    direct = 0
    for name in table["name"]:
        assert words.count(name) == 1, name
        direct += any(text.replace("\n", " ") == name for text, _, _, _ in texts)
    # Numbers are for want of a place: most names stand at their bubbles.
    assert direct >= 15


@pytest.mark.parametrize("seed", range(2))
def test_labels_keep_off_all_bubbles(seed, make, drawn_texts):
    table = make["portfolio"](seed)
    figure, ax = plot.figure("page")
    plot.portfolio(table, ax=ax)
    names = set(table["name"])
    boxes = [box for text, box, _, _ in drawn_texts(figure) if text.replace("\n", " ") in names]
    assert boxes
    for (x, y), (area, _, _) in bubbles(ax).items():
        center = ax.transData.transform((x, y))
        radius = np.sqrt(area / np.pi) * figure.dpi / 72
        for box in boxes:
            near = np.clip(center, [box.x0, box.y0], [box.x1, box.y1])
            assert np.hypot(*(near - center)) > 0.9 * radius


def test_bubbles_stand_where_the_table_says_with_area_for_jobs(make):
    table = make["portfolio"]()
    _, ax = plot.figure("page")
    plot.portfolio(table, ax=ax)
    found = bubbles(ax)
    assert len(found) == len(table)
    left, right = ax.get_xlim()
    low, high = ax.get_ylim()
    ratios = []
    for row in table.to_dict("records"):
        x, y = row["growth_difference"], row["location_quotient"]
        area, filled, _ = found[(round(x, 9), round(y, 9))]
        assert filled == row["selected"]
        assert left < x < right
        assert low < y < high
        ratios.append(area / row["employment"])
    # One scale for circles, squares and diamonds alike; polygons cut a little off the circles.
    assert max(ratios) / min(ratios) < 1.03


def test_an_outlier_stretches_the_axis(make):
    table = make["portfolio"]()
    table.loc[3, "growth_difference"] = 134.0
    table.loc[4, "location_quotient"] = 60.0
    _, ax = plot.figure("page")
    plot.portfolio(table.drop(columns=["location_quotient_low", "location_quotient_high"]), ax=ax)
    assert ax.get_xlim()[1] > 134
    assert ax.get_ylim()[1] > 60


def test_the_axis_reaches_little_farther_than_the_data(make):
    table = make["portfolio"]().query("0.4 < location_quotient < 3")
    plain = table.filter(regex="^(?!interval|location_quotient_)")
    _, ax = plot.figure("page")
    plot.portfolio(plain, ax=ax)
    low, high = ax.get_ylim()
    assert low > 0.1
    assert high < 9
    _, wide = plot.figure("page")
    plot.portfolio(table.assign(interval_high=30.0), ax=wide)
    assert wide.get_ylim()[1] > 30


def test_the_lq_axis_is_logarithmic_with_powers_of_two(make):
    _, ax = plot.figure("page")
    plot.portfolio(make["portfolio"](), ax=ax)
    ticks = ax.get_yticks()
    assert 1.0 in ticks
    assert np.allclose(np.log2(ticks) % 1, 0)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {"0.5", "1", "2"} <= set(labels)


def test_withheld_and_absent_clusters_are_listed_not_drawn(make, drawn_texts):
    table = make["portfolio"]()
    table.loc[0, "growth_difference"] = np.nan
    table.loc[1, "location_quotient"] = 0.0
    figure, ax = plot.figure("page")
    plot.portfolio(table, ax=ax)
    assert len(bubbles(ax)) == 23
    words = " ".join(text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure))
    assert f"Not shown (a figure is withheld): {table['name'][0]}." in words
    assert f"Not shown (no jobs in the region): {table['name'][1]}." in words
    assert f"{table['name'][0]}" in plot.alt_text("portfolio", table)


def test_shapes_say_tradability(make):
    table = make["portfolio"](2)
    _, ax = plot.figure("page")
    plot.portfolio(table, ax=ax)
    corners = {"traded": set(), "local": set(), "mixed": set()}
    found = bubbles(ax)
    for row in table.to_dict("records"):
        key = (round(row["growth_difference"], 9), round(row["location_quotient"], 9))
        corners[row["tradability"]].add(len(found[key][2].get_paths()[0].vertices))
    assert len(corners["traded"] & corners["local"]) == 0


def test_phone_numbers_every_bubble_and_keys_them_by_location_quotient(make, drawn_texts):
    table = make["portfolio"]()
    figure, ax = plot.figure("phone")
    plot.portfolio(table, ax=ax)
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    assert {str(n) for n in range(1, 26)} <= set(texts)
    key = next(text for text in texts if text.startswith("By location quotient:"))
    ranked = table.sort_values("location_quotient", ascending=False)["name"]
    assert key.split("\n")[1:] == [f"{n} {name}" for n, name in enumerate(ranked, 1)]


def test_unknown_tradability_and_empty_tables_are_refused(make):
    table = make["portfolio"]()
    _, ax = plot.figure()
    with pytest.raises(SchemaError, match="'tradability' holds 'global'"):
        plot.portfolio(table.assign(tradability="global"), ax=ax)
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot.portfolio(table.assign(employment=np.nan), ax=ax)


def test_one_cluster_is_enough(make, drawn_texts):
    figure, ax = plot.figure("page")
    plot.portfolio(make["portfolio"]().head(1), ax=ax)
    assert len(bubbles(ax)) == 1
    assert any("Architecture" in text for text, _, _, _ in drawn_texts(figure))


def test_places_are_free_even_in_a_crowd():
    random = np.random.default_rng(7)
    anchors = random.uniform(100, 200, (30, 2))
    wall = np.array([0.0, 0.0, 90.0, 60.0])
    ways = [[f"A label of {n} words", f"A label\nof {n} words"] for n in range(30)]
    spots = _labels.place(
        anchors, np.full(30, 4.0), ways, (300.0, 300.0), 9.0,
        weights=np.arange(30.0), blocked=[wall],
    )  # fmt: skip
    found = [spot for spot in spots if spot is not None]
    assert len(found) >= 10
    # The label with the largest weight chooses first.
    assert spots[29] is not None
    for index, spot in enumerate(found):
        x0, y0, x1, y1 = spot.rect
        assert min(x0, y0) >= 0
        assert max(x1, y1) <= 300
        for other in [wall, *(spot.rect for spot in found[:index])]:
            apart = max(other[0] - x1, x0 - other[2], other[1] - y1, y0 - other[3])
            assert apart > -0.5, (spot.text, other)
        near = np.clip(anchors, [x0, y0], [x1, y1])
        assert np.hypot(*(near - anchors).T).min() > 3.5
    again = _labels.place(
        anchors, np.full(30, 4.0), ways, (300.0, 300.0), 9.0,
        weights=np.arange(30.0), blocked=[wall],
    )  # fmt: skip
    assert [spot and (*spot.rect, spot.text) for spot in again] == [
        spot and (*spot.rect, spot.text) for spot in spots
    ]


def test_a_leader_runs_from_the_bubble_to_its_label():
    anchors = np.array([[150.0, 150.0]])
    near = [np.array([80.0, 120.0, 220.0, 180.0])]
    (spot,) = _labels.place(anchors, np.array([5.0]), [["Far"]], (300.0, 300.0), 9.0, blocked=near)
    assert spot is not None
    assert spot.leader is not None
    start, end = spot.leader[:2], spot.leader[2:]
    assert np.hypot(*(start - anchors[0])) == pytest.approx(5.0)
    assert np.all(np.clip(end, spot.rect[:2], spot.rect[2:]) == pytest.approx(end))
    (close,) = _labels.place(anchors, np.array([5.0]), [["Near"]], (300.0, 300.0), 9.0)
    assert close is not None
    assert close.leader is None
