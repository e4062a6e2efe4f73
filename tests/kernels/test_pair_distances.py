"""Pair distances without a matrix, against the matrix."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist, pdist

from clusteranalysis.kernels import pair_distances as kernel
from clusteranalysis.kernels.pair_distances import Pattern

PLACES = st.one_of(st.integers(0, 5).map(float), st.floats(-100, 100))
XY = st.integers(0, 12).flatmap(lambda n: hnp.arrays(float, (n, 2), elements=PLACES))
SOME = st.integers(1, 12).flatmap(lambda n: hnp.arrays(float, (n, 2), elements=PLACES))


def triangle(weight=None):
    """Sides 3, 4 and 5."""
    return Pattern.of(np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]]), weight)


def random_pattern(n, seed=0, weighted=False):
    rng = np.random.default_rng(seed)
    return Pattern.of(rng.random((n, 2)) * 100, rng.integers(1, 50, n) if weighted else None)


def as_array(pattern):
    return np.column_stack([pattern.x, pattern.y])


def test_a_triangle_by_hand():
    found = kernel.moments(triangle())
    assert found == (3, pytest.approx(4.0), pytest.approx(1.0))
    assert kernel.quartiles(triangle()) == (3.5, 4.5)
    bins = kernel.binned_distances(triangle(), None, 2.0, 6.0)
    # 3 is half on 2 and half on 4, 4 on 4, 5 half on 4 and half on 6.
    np.testing.assert_allclose(bins.nodes, [0, 0.5, 2.0, 0.5], atol=1e-15)
    heavy = Pattern.of(np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]]), np.array([1.0, 2.0, 3.0]))
    assert kernel.pair_weight(heavy) == 1 * 2 + 1 * 3 + 2 * 3
    bins = kernel.binned_distances(heavy, None, 1.0, 5.0)
    np.testing.assert_allclose(bins.nodes, [0, 0, 0, 2, 3, 6], atol=1e-14)


def test_the_kernel_at_one_distance_by_hand():
    pattern = Pattern.of(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([2.0, 7.0]))
    found = kernel.smoothed_exactly(pattern, None, np.array([0.0, 5.0]), 2.5)
    phi = [2 * math.exp(-2), 1 + math.exp(-8)]
    np.testing.assert_allclose(found, 14 * np.array(phi) / (2.5 * math.sqrt(2 * math.pi)))


@given(XY)
def test_moments_and_quartiles_are_those_of_all_distances(xy):
    pattern, d = Pattern.of(xy), pdist(xy) if len(xy) > 1 else np.empty(0)
    found = kernel.moments(pattern)
    assert found.number == len(d) == kernel.pair_count(pattern)
    if not len(d):
        assert math.isnan(found.mean)
        assert np.isnan(kernel.quartiles(pattern)).all()
        return
    assert found.mean == pytest.approx(d.mean(), rel=1e-12, abs=1e-12)
    if len(d) > 1:
        assert found.deviation == pytest.approx(d.std(ddof=1), rel=1e-9, abs=1e-9)
    else:
        assert math.isnan(found.deviation)
    np.testing.assert_allclose(
        kernel.quartiles(pattern), np.quantile(d, [0.25, 0.75]), rtol=1e-12, atol=1e-12
    )
    assert kernel.longest_distance(pattern) >= d.max() * (1 - 1e-12)


@given(SOME, SOME)
def test_between_two_patterns_too(one, other):
    a, b, d = Pattern.of(one), Pattern.of(other), cdist(one, other).ravel()
    found = kernel.moments(a, b)
    assert found.number == len(d) == kernel.pair_count(a, b)
    assert found.mean == pytest.approx(d.mean(), rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(
        kernel.quartiles(a, b), np.quantile(d, [0.25, 0.75]), rtol=1e-12, atol=1e-12
    )
    bins = kernel.binned_distances(a, b, 0.5, kernel.longest_distance(a, b) + 0.5)
    assert bins.nodes.sum() == pytest.approx(len(d))


@pytest.mark.parametrize("shape", ["random", "lattice", "two addresses", "clusters"])
def test_quartiles_of_more_distances_than_are_held(shape, monkeypatch):
    monkeypatch.setattr(kernel, "_HELD", 500)
    rng = np.random.default_rng(3)
    xy = {
        "random": rng.random((400, 2)) * 50,
        "lattice": rng.integers(0, 4, (400, 2)).astype(float),
        "two addresses": np.repeat([[0.0, 0.0], [3.0, 4.0]], 200, axis=0),
        "clusters": np.repeat(rng.random((5, 2)) * 1e6, 80, axis=0) + rng.random((400, 2)),
    }[shape]
    expected = np.quantile(pdist(xy), [0.25, 0.75])
    np.testing.assert_allclose(kernel.quartiles(Pattern.of(xy)), expected, rtol=1e-10, atol=1e-10)


def test_all_plants_at_one_address_are_no_distance_apart():
    pattern = Pattern.of(np.full((50, 2), 7.3))
    assert kernel.quartiles(pattern) == (0.0, 0.0)
    assert kernel.moments(pattern) == (1225, 0.0, 0.0)


@given(SOME, st.floats(0.05, 3))
def test_binning_keeps_number_weight_and_mean(xy, width):
    assume(len(xy) > 1)
    weight = np.arange(1.0, len(xy) + 1)
    pattern = Pattern.of(xy, weight)
    bins = kernel.binned_distances(pattern, None, width, kernel.longest_distance(pattern) + width)
    i, j = np.triu_indices(len(xy), 1)
    both = weight[i] * weight[j]
    assert bins.nodes.sum() == pytest.approx(both.sum())
    assert kernel.pair_weight(pattern) == pytest.approx(both.sum())
    at = np.arange(len(bins.nodes)) * width
    assert bins.nodes @ at == pytest.approx(both @ pdist(xy), rel=1e-10, abs=1e-10)
    assert (bins.nodes >= -1e-12 * both.sum()).all()


def test_distances_beyond_the_limit_leave_what_is_before_it_alone():
    pattern = random_pattern(700)
    whole = kernel.binned_distances(pattern, None, 0.1, 150.0)
    part = kernel.binned_distances(pattern, None, 0.1, 20.0)
    np.testing.assert_allclose(part.nodes[:200], whole.nodes[:200], rtol=1e-12)
    other = random_pattern(650, seed=5)
    whole = kernel.binned_distances(pattern, other, 0.1, 150.0)
    part = kernel.binned_distances(pattern, other, 0.1, 20.0)
    np.testing.assert_allclose(part.nodes[:200], whole.nodes[:200], rtol=1e-12)


@given(SOME, SOME, st.floats(0.1, 20), st.booleans())
def test_exact_smoothing_is_the_sum_over_all_pairs(one, other, h, within):
    r = np.array([0.0, 0.7, 3.0, 11.0, 60.0])
    w, v = np.arange(1.0, len(one) + 1), np.linspace(1, 2, len(other))
    if within:
        found = kernel.smoothed_exactly(Pattern.of(one, w), None, r, h)
        i, j = np.triu_indices(len(one), 1)
        d, both = (pdist(one) if len(one) > 1 else np.empty(0)), w[i] * w[j]
    else:
        found = kernel.smoothed_exactly(Pattern.of(one, w), Pattern.of(other, v), r, h)
        d, both = cdist(one, other).ravel(), np.outer(w, v).ravel()
    near, mirror = (np.exp(-0.5 * ((r[:, None] + s * d) / h) ** 2) for s in (-1, 1))
    expected = (near + mirror) @ both / (h * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-25)


@pytest.mark.parametrize("weighted", [False, True])
def test_any_number_of_threads_gives_the_same_bits(weighted):
    a, b = (random_pattern(kernel._FEW + 100, seed, weighted) for seed in (1, 2))
    r = np.linspace(0, 5, 6)
    for other in (None, b):
        one, many = (
            [
                kernel.binned_distances(a, other, 0.05, 30.0, threads=threads).nodes,
                kernel.smoothed_exactly(a, other, r, 0.3, threads=threads),
                np.array(kernel.moments(a, other, threads=threads)),
                np.array(kernel.quartiles(a, other, threads=threads)),
            ]
            for threads in (1, 3)
        )
        for x, y in zip(one, many, strict=True):
            assert np.array_equal(x, y)
    d = pdist(as_array(a))
    np.testing.assert_allclose(many[3], np.quantile(cdist(as_array(a), as_array(b)), [0.25, 0.75]))
    np.testing.assert_allclose(kernel.quartiles(a), np.quantile(d, [0.25, 0.75]), rtol=1e-12)
    assert kernel.moments(a).deviation == pytest.approx(d.std(ddof=1), rel=1e-11)


def test_the_order_of_the_rows_gives_the_same_bits():
    rng = np.random.default_rng(4)
    xy, w = rng.integers(0, 9, (60, 2)) / 7, rng.integers(1, 4, 60) / 3
    mixed = rng.permutation(60)
    r = np.linspace(0, 2, 5)
    found = [
        kernel.smoothed_exactly(Pattern.of(xy[k], w[k]), None, r, 0.2)
        for k in (np.arange(60), mixed)
    ]
    assert np.array_equal(*found)


def test_small_weights_beside_large_ones_are_not_lost():
    heavy = Pattern.of(np.zeros((3, 2)), np.array([1e12, 1e-3, 1e-3]))
    assert kernel.pair_weight(heavy) == pytest.approx(2e9 + 1e-6, rel=1e-15)
    light = Pattern.of(np.zeros((3, 2)), np.array([1e12, 0.0, 0.0]))
    assert kernel.pair_weight(light) == 0
