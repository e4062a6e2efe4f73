"""Neighbours without a matrix, against the matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist

from clusteranalysis.kernels import neighbour_counts as kernel

# Whole numbers bring ties and shared addresses; halves and quarters are exact in binary.
PLACES = st.one_of(st.integers(0, 5).map(float), st.integers(-400, 400).map(lambda k: k / 4))
XY = st.integers(1, 12).flatmap(lambda n: hnp.arrays(float, (n, 2), elements=PLACES))
RADII = st.lists(
    st.one_of(st.integers(0, 8).map(float), st.floats(0, 200)), min_size=1, max_size=9, unique=True
).map(lambda r: np.sort(np.array(r)))


def squares(a, b):
    return ((a[:, None] - b[None]) ** 2).sum(axis=2)


@given(XY, RADII, st.integers(0, 2**32 - 1))
def test_weight_within_is_that_of_the_matrix(points, radii, seed):
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, 9, len(points)).astype(float)
    own = np.flatnonzero(rng.random(len(points)) < 0.7)
    near = squares(points[own], points)[:, :, None] <= kernel.reach(radii) ** 2
    near[np.arange(len(own)), own] = False
    expected = (near * weight[:, None]).sum(axis=1)
    np.testing.assert_array_equal(
        kernel.weight_within(points[own], own, points, weight, radii), expected
    )
    # Centres that are no points of the group are not left out.
    others = points[own] + 0.25
    near = squares(others, points)[:, :, None] <= kernel.reach(radii) ** 2
    np.testing.assert_array_equal(
        kernel.weight_within(others, np.full(len(own), -1), points, weight, radii),
        (near * weight[:, None]).sum(axis=1),
    )


def test_hand_counted_weights():
    # The sides of the triangle are 3, 4 and 5; the fourth point lies on the first.
    points = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0], [0.0, 0.0]])
    weight = np.array([1.0, 10.0, 100.0, 1000.0])
    found = kernel.weight_within(points, np.arange(4), points, weight, np.array([0.0, 3.0, 4.9, 5]))
    assert found.tolist() == [
        [1000.0, 1010.0, 1110.0, 1110.0],
        [0.0, 1001.0, 1001.0, 1101.0],
        [0.0, 0.0, 1001.0, 1011.0],
        [1.0, 11.0, 111.0, 111.0],
    ]


def test_radii_closer_than_the_table_can_tell():
    rng = np.random.default_rng(3)
    points = rng.random((200, 2))
    radii = np.sort(np.concatenate([0.3 + 1e-6 * rng.random(40), [1e-9, 0.2, 0.9, 1.5]]))
    near = cdist(points, points)[:, :, None] <= radii
    near[np.arange(200), np.arange(200)] = False
    found = kernel.weight_within(points, np.arange(200), points, np.ones(200), radii)
    np.testing.assert_array_equal(found, near.sum(axis=1))


def test_equal_distances_are_not_told_apart_by_rounding():
    # 0.4 - 0.1 is more than 0.3, and 1.1 times a triangle of 300 by 400 is not quite 550 long.
    points = np.array([[0.1, 0.0], [0.4, 0.0]])
    found = kernel.weight_within(points, np.arange(2), points, np.ones(2), np.array([0.3]))
    assert found.ravel().tolist() == [1.0, 1.0]
    points = np.array([[500_000.0, 4_200_000.0], [500_300.0, 4_200_400.0]]) * 1.1
    found = kernel.weight_within(points, np.arange(2), points, np.ones(2), np.array([549.9, 550]))
    assert found.tolist() == [[0.0, 1.0], [0.0, 1.0]]


@pytest.mark.parametrize("radius", [3.0, 40.0, 200.0])
def test_one_thread_or_many_and_rows_of_points_do_not_matter(radius):
    rng = np.random.default_rng(8)
    points = rng.random((3000, 2)) * [100.0, 70.0]
    weight = rng.integers(1, 100, 3000).astype(float)
    radii = np.linspace(0, radius, 11)
    one = kernel.weight_within(points, np.arange(3000), points, weight, radii, threads=1)
    many = kernel.weight_within(points, np.arange(3000), points, weight, radii, threads=4)
    np.testing.assert_array_equal(one, many)
    some = np.arange(0, 3000, 100)
    near = cdist(points[some], points)[:, :, None] <= radii
    near[np.arange(len(some)), some] = False
    np.testing.assert_array_equal(one[some], (near * weight[:, None]).sum(axis=1))


def test_nobody_is_near_nobody():
    none = np.empty((0, 2))
    here = np.zeros((2, 2))
    r = np.array([1.0])
    assert kernel.weight_within(none, np.empty(0, int), here, np.ones(2), r).shape == (0, 1)
    assert not kernel.weight_within(here, np.full(2, -1), none, np.empty(0), r).any()
    assert not list(kernel.pairs_within(none, None, 1.0))
    assert not list(kernel.pairs_within(here, none, 1.0))
    assert not kernel.cross_weight(here, np.ones(2), none, np.empty(0), r).any()


@given(XY, RADII, st.floats(0.1, 20), st.integers(0, 2**32 - 1))
def test_smoothed_is_that_of_the_matrix(points, r, h, seed):
    weight = np.random.default_rng(seed).integers(0, 9, len(points)).astype(float)
    u = (r - np.sqrt(squares(points, points))[:, :, None]) / h
    mass = np.exp(-0.5 * u**2) * weight[:, None]
    mass[np.arange(len(points)), np.arange(len(points))] = 0
    found = kernel.smoothed_around(points, np.arange(len(points)), points, weight, r, h)
    np.testing.assert_allclose(found, mass.sum(axis=1), rtol=1e-11, atol=1e-300)


@given(XY, XY, st.floats(0, 60))
def test_pairs_are_those_of_the_matrix(a, b, radius):
    for other in (None, b):
        d = np.sqrt(squares(a, a if other is None else other))
        near = d <= kernel.reach(np.array(radius))
        if other is None:
            np.fill_diagonal(near, False)
        found = list(kernel.pairs_within(a, other, radius))
        i, j, at = (np.concatenate(part) for part in zip(*found, strict=True))
        assert sorted(zip(i, j, strict=True)) == [tuple(pair) for pair in np.argwhere(near)]
        np.testing.assert_allclose(at, d[i, j], rtol=1e-12)


def test_blocks_of_pairs_add_up(monkeypatch):
    rng = np.random.default_rng(5)
    points = rng.random((60, 2))
    (whole,) = kernel.pairs_within(points, None, 0.4)
    monkeypatch.setattr(kernel, "_BLOCK", 50)
    parts = list(kernel.pairs_within(points, None, 0.4))
    assert len(parts) > 10
    for k, values in enumerate(whole):
        np.testing.assert_array_equal(np.concatenate([part[k] for part in parts]), values)


@given(XY, XY, RADII)
def test_cross_weight_is_that_of_the_matrix(a, b, radii):
    w_a, w_b = np.arange(1.0, len(a) + 1), np.arange(2.0, len(b) + 2)
    near = squares(a, b)[:, :, None] <= kernel.reach(radii) ** 2
    expected = np.einsum("i,j,ijk->k", w_a, w_b, near)
    np.testing.assert_allclose(kernel.cross_weight(a, w_a, b, w_b, radii), expected, rtol=1e-12)


# Nearest neighbours


def test_ties_share_the_last_places():
    # From the middle: one at 1, three at 2, one at 3.
    points = np.array([[0.0, 0], [1, 0], [0, 2], [0, -2], [-2, 0], [3, 0]])
    near = kernel.nearest(points, 3)
    middle = near.i == 0
    assert dict(zip(near.j[middle].tolist(), near.share[middle].tolist(), strict=True)) == {
        1: pytest.approx(1 / 3),
        2: pytest.approx(2 / 9),
        3: pytest.approx(2 / 9),
        4: pytest.approx(2 / 9),
    }
    assert near.distance[0] == 2.0


@given(XY.filter(lambda xy: len(xy) > 1), st.data())
def test_shares_are_those_of_the_sorted_matrix(points, data):
    n = len(points)
    k = data.draw(st.integers(1, n - 1))
    near = kernel.nearest(points, k)
    share = np.zeros((n, n))
    share[near.i, near.j] = near.share
    np.testing.assert_allclose(share.sum(axis=1), 1)
    d = squares(points, points)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        last = sorted(d[i, others])[k - 1]
        nearer = [j for j in others if d[i, j] < last]
        tied = [j for j in others if d[i, j] == last]
        expected = np.zeros(n)
        expected[nearer] = 1 / k
        expected[tied] = (k - len(nearer)) / k / len(tied)
        np.testing.assert_allclose(share[i], expected, atol=1e-12)


def test_many_at_one_address_are_all_tied():
    points = np.zeros((40, 2))
    near = kernel.nearest(points, 3)
    np.testing.assert_allclose(near.share, 1 / 39)
    assert len(near.i) == 40 * 39
