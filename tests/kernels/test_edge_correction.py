"""Circles and windows against closed forms and fine polygons."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clusteranalysis.kernels import edge_correction as kernel

BOX = np.array([[0.0, 0], [100, 0], [100, 60], [0, 60], [0, 0]])
HOLE = np.array([[40.0, 20], [60, 20], [60, 40], [40, 40], [40, 20]])


def window(*rings):
    """The first ring less the others."""
    first, *holes = rings
    return np.vstack([kernel.ring_edges(first), *(kernel.ring_edges(h, hole=True) for h in holes)])


def in_rectangle(x, y, r, width=100.0, height=60.0):
    """Part of a circle inside a rectangle, by its four quarters."""
    inside = 0.0
    for u, v in ((x, y), (y, width - x), (width - x, height - y), (height - y, x)):
        if u * u + v * v < r * r:
            continue  # the corner is in the circle: no part of this quarter is inside
        outside = sum(np.arccos(side / r) if side < r else 0.0 for side in (u, v))
        inside += np.pi / 2 - outside
    return inside / (2 * np.pi)


def sampled(x, y, r, holds, n=200_000):
    """Part of a circle for which a test holds."""
    angle = (np.arange(n) + 0.5) / n * 2 * np.pi
    return holds(x + r * np.cos(angle), y + r * np.sin(angle)).mean()


NUMBERS = st.one_of(st.integers(0, 20).map(lambda k: k / 20), st.floats(0, 1))


@given(NUMBERS, NUMBERS, st.one_of(st.integers(1, 58).map(float), st.floats(0.01, 58)))
def test_a_rectangle_has_a_closed_form(u, v, r):
    x, y = 100 * u, 60 * v
    for ring in (BOX, BOX[::-1]):
        found = kernel.circle_inside(np.array([[x, y]]), np.array([r]), window(ring))[0]
        # Where the circle all but touches a side, an angle is known to half of the digits.
        assert found == pytest.approx(in_rectangle(x, y, r), abs=1e-6)


def test_a_rectangle_to_the_last_digits():
    rng = np.random.default_rng(1)
    centres = rng.random((500, 2)) * [100, 60]
    r = rng.random(500) * 55
    expected = [in_rectangle(*xy, at) for xy, at in zip(centres, r, strict=True)]
    np.testing.assert_allclose(kernel.circle_inside(centres, r, window(BOX)), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "r", "part"),
    [
        (50, 0, 10, 1 / 2),  # on a side
        (0, 0, 10, 1 / 4),  # on a corner
        (50, 30, 30, 1.0),  # touches two sides
        (50, 30, 0, 1.0),  # no circle at all
        (10, 30, 20, 2 / 3),  # the side is half a radius away
        (50, 30, 59, 0.0),  # around the window
    ],
)
def test_hand_made_circles(x, y, r, part):
    found = kernel.circle_inside(np.array([[x, y]], float), np.array([r], float), window(BOX))
    assert found[0] == pytest.approx(part, abs=1e-7)


def test_holes_and_islands_are_minded():
    def holds(x, y):
        box = (x >= 0) & (x <= 100) & (y >= 0) & (y <= 60)
        return (box & ~((x > 40) & (x < 60) & (y > 20) & (y < 40))) | (
            (x >= 110) & (x <= 120) & (y >= 0) & (y <= 60)
        )

    island = np.array([[110.0, 0], [120, 0], [120, 60], [110, 60], [110, 0]])
    edges = np.vstack([window(BOX, HOLE), kernel.ring_edges(island)])
    rng = np.random.default_rng(2)
    centres = rng.random((60, 2)) * [100, 60]
    r = rng.random(60) * 60
    found = kernel.circle_inside(centres, r, edges)
    expected = [sampled(*xy, at, holds) for xy, at in zip(centres, r, strict=True)]
    np.testing.assert_allclose(found, expected, atol=5e-5)
    other = np.vstack([window(BOX[::-1], HOLE[::-1]), kernel.ring_edges(island[::-1])])
    np.testing.assert_allclose(kernel.circle_inside(centres, r, other), found, atol=1e-12)


def turned(xy, angle, to=(560_000.0, 4_180_000.0)):
    """Points turned about the origin and moved to where projected coordinates lie."""
    cos, sin = np.cos(angle), np.sin(angle)
    return xy @ np.array([[cos, sin], [-sin, cos]]) + to


@given(angle=st.floats(0, 2 * np.pi), seed=st.integers(0, 1000))
def test_where_the_window_lies_and_how_it_is_turned_does_not_matter(angle, seed):
    """The sides of a county are no parallels: everything above, on slanted edges."""
    rng = np.random.default_rng(seed)
    centres, r = rng.random((40, 2)) * [100, 60], rng.random(40) * 60
    moved = window(turned(BOX, angle), turned(HOLE, angle))
    np.testing.assert_allclose(
        kernel.circle_inside(turned(centres, angle), r, moved),
        kernel.circle_inside(centres, r, window(BOX, HOLE)),
        atol=1e-6,
    )
    np.testing.assert_allclose(
        kernel.edge_distance(turned(centres, angle), moved),
        kernel.edge_distance(centres, window(BOX, HOLE)),
        atol=1e-6,
    )


def test_a_triangle_by_sampling():
    """Slanted sides and sharp corners, small and large circles, in two units."""
    corners = np.array([[0.0, 0], [90, 15], [25, 70], [0, 0]])

    def holds(x, y):
        sides = [
            (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) for a, b in pairwise(corners)
        ]
        return np.all(np.array(sides) > 0, axis=0)

    rng = np.random.default_rng(9)
    centres = rng.random((80, 2)) * [90, 70]
    centres = centres[holds(*centres.T)]
    r = rng.random(len(centres)) * 70
    found = kernel.circle_inside(centres, r, window(corners))
    expected = [sampled(*xy, at, holds) for xy, at in zip(centres, r, strict=True)]
    np.testing.assert_allclose(found, expected, atol=5e-5)
    assert len(np.unique(found)) > 20
    scale = 1e-3  # in other units, so that no edge is longer than 1
    np.testing.assert_allclose(
        kernel.circle_inside(centres * scale, r * scale, window(corners * scale)), found, atol=1e-9
    )


def test_a_point_drawn_twice_and_a_circle_of_nothing_change_nothing_beside_them():
    """In metres and in units in which no side is longer than 1."""
    twice = BOX[[0, 0, 1, 1, 2, 3, 3, 4]]
    centres, r = np.array([[50.0, 30], [50, 0], [10, 30]]), np.array([0.0, 10, 20])
    for scale in (1.0, 0.005):
        edges = window(twice * scale)
        found = kernel.circle_inside(centres * scale, r * scale, edges)
        np.testing.assert_allclose(found, [1, 1 / 2, 2 / 3], atol=1e-7)
        found = kernel.edge_distance(centres * scale, edges)
        np.testing.assert_allclose(found, np.array([30, 0, 10]) * scale, atol=1e-12)


def test_more_points_on_a_side_change_nothing():
    fine = np.vstack([np.linspace(a, b, 9)[:-1] for a, b in pairwise(BOX)])
    fine = np.vstack([fine, fine[:1]])
    rng = np.random.default_rng(4)
    centres = rng.integers(0, 13, (300, 2)) * [100 / 12, 5]
    r = rng.integers(1, 50, 300).astype(float)
    np.testing.assert_allclose(
        kernel.circle_inside(centres, r, window(fine)),
        kernel.circle_inside(centres, r, window(BOX)),
        atol=1e-7,
    )


def test_one_thread_or_many():
    rng = np.random.default_rng(6)
    centres = rng.random((300_000, 2)) * [100, 60]
    r = rng.random(300_000) * 50
    one = kernel.circle_inside(centres, r, window(BOX), threads=1)
    np.testing.assert_array_equal(one, kernel.circle_inside(centres, r, window(BOX), threads=4))


def test_distance_to_the_nearest_edge():
    points = np.array([[50.0, 10], [3, 20], [50, 41], [100, 60], [-4, -3]])
    found = kernel.edge_distance(points, window(BOX, HOLE))
    np.testing.assert_allclose(found, [10, 3, 1, 0, 5])


@given(NUMBERS, NUMBERS)
def test_circles_shorter_than_that_are_whole(u, v):
    centre = np.array([[100 * u, 60 * v]])
    edges = window(BOX, HOLE)
    x, y = centre[0]
    r = kernel.edge_distance(centre, edges) * 0.999
    assume(not (40 < x < 60 and 20 < y < 40))  # in the hole
    assume(r[0] > 1e-9)  # on the edge, but for rounding
    assert kernel.circle_inside(centre, r, edges)[0] == 1.0


def test_a_shifted_rectangle():
    shift = np.array([[0.0, 0], [10, 0], [-10, 6], [100, 0], [0, -61]])
    found = kernel.shifted_rectangle(shift, 100.0, 60.0)
    assert found.tolist() == [6000.0, 5400.0, 90.0 * 54, 0.0, 0.0]
