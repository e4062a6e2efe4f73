"""Binned sums about a distance: against every pair, and never farther off than they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.kernels.neighbour_counts import smoothed_around
from clusteranalysis.kernels.neighbour_densities import Smoothed, binned_around, ratio_error


def pattern(seed, n=60, wide=100.0):
    rng = np.random.default_rng(seed)
    return rng.random((n, 2)) * wide, rng.integers(1, 9, n).astype(float)


@given(seed=st.integers(0, 500), h=st.sampled_from([0.05, 1.0, 20.0]), apart=st.booleans())
def test_within_the_error_of_every_pair(seed, h, apart):
    xy, w = pattern(seed)
    own = np.full(20, -1) if apart else np.arange(20)
    r = np.array([0.0, 3.0, 50.0])
    arrays = (xy[:20], own, xy[20:] if apart else xy, w[20:] if apart else w, r, h)
    exact = smoothed_around(*arrays)
    binned = binned_around(*arrays)
    off = np.abs(binned.value - exact)
    assert (off <= binned.error * (1 + 1e-9) + 1e-300).all()
    assert (binned.error >= 0).all()


def test_one_neighbour_by_hand():
    found = binned_around(
        np.array([[0.0, 0.0]]), np.array([-1]), np.array([[3.0, 4.0]]), np.array([2.0]),
        np.array([5.0, 7.0]), 2.0,
    )  # fmt: skip
    # The neighbour stands at 5, which is a node: both kernels are exact.
    assert found.value[0].tolist() == pytest.approx([2.0, 2 * np.exp(-0.5)])
    # width^2 / 8 max |K''|, at most 1 / h^2, for a weight of 2.
    assert found.error[0, 0] == pytest.approx(2 / (8 * 64**2), rel=1e-3)


def test_a_neighbour_far_away_is_not_left_out():
    """At 20 bandwidths the kernel is 1e-87, and still decides where there is nobody nearer."""
    found = binned_around(
        np.array([[0.0, 0.0]]), np.array([-1]), np.array([[20.0, 0.0]]), np.array([1.0]),
        np.array([0.0]), 1.0,
    )  # fmt: skip
    assert found.value[0, 0] == pytest.approx(np.exp(-200.0), rel=1e-6)


@pytest.mark.parametrize("away", [0.0, 1.0, 3.0, 5.0])
@pytest.mark.parametrize("weight", [1.0, 7.0])
def test_the_error_is_that_of_linear_interpolation_and_hardly_more(away, weight):
    """w (h / 64)^2 / 8 times the largest |K''| of the bin, K'' = (u^2 - 1) exp(-u^2 / 2) / h^2."""
    h, r = 2.0, np.array([30.0])
    xy = np.array([[r[0] + away * h, 0.0]])
    found = binned_around(np.zeros((1, 2)), np.array([-1]), xy, np.array([weight]), r, h)
    u = away + np.linspace(-3, 3, 601) / 64
    least = weight * np.abs((u**2 - 1) * np.exp(-0.5 * u**2)).max() / (8 * 64**2)
    assert found.error[0, 0] <= 1.01 * least + 1.01 * weight * np.exp(-32)


def test_nobody_gives_nothing():
    none = binned_around(np.zeros((2, 2)), np.array([-1, -1]), np.zeros((0, 2)), np.zeros(0),
                         np.array([1.0]), 1.0)  # fmt: skip
    assert none.value.tolist() == [[0.0], [0.0]]
    assert none.error.tolist() == [[0.0], [0.0]]


def test_threads_do_not_matter():
    xy, w = pattern(1, n=1_200)
    arrays = (xy, np.arange(len(xy)), xy, w, np.array([0.0, 10.0]), 2.0)
    one, two = binned_around(*arrays, threads=1), binned_around(*arrays, threads=2)
    assert (one.value == two.value).all()
    assert (one.error == two.error).all()


def test_next_to_nobody_there_is_no_bound_and_no_warning():
    least = Smoothed(np.array([[5e-323]]), np.array([[0.0]]))
    assert ratio_error(Smoothed(np.array([[0.0]]), np.array([[1.0]])), least) == np.inf


@given(
    p=st.floats(0, 10), more=st.floats(0, 10), a=st.floats(0, 1), b=st.floats(0, 1),
    s=st.floats(-1, 1), t=st.floats(-1, 1),
)  # fmt: skip
def test_no_ratio_is_farther_off_than_said(p, more, a, b, s, t):
    q = p + more
    bound = ratio_error(
        Smoothed(np.array([[p]]), np.array([[a]])), Smoothed(np.array([[q]]), np.array([[b]]))
    )[0, 0]
    part, whole = p + s * a, q + t * b
    if q > b:
        if whole > 0:  # rounding may leave nothing
            assert abs(part / whole - p / q) <= bound * (1 + 1e-9) + 1e-12
    else:
        assert bound == (np.inf if q > 0 else 0)


@pytest.mark.parametrize(
    ("part", "whole", "bound"),
    [
        ((1.0, 0.5), (4.0, 2.0), 0.5),  # (0.5 + 2 / 4) / (4 - 2), reached by 1.5 / 2 - 1 / 4
        ((0.25, 0.0), (0.5, 0.25), 0.5),
        ((1.0, 0.5), (2.0, 2.0), np.inf),
        ((0.1, 0.5), (0.5, 2.0), np.inf),
        ((0.0, 0.0), (0.0, 0.0), 0.0),
        ((0.0, 0.5), (0.0, 1.0), 0.0),
    ],
)
def test_the_error_of_a_ratio_by_hand(part, whole, bound):
    made = (Smoothed(*(np.array([[value]]) for value in pair)) for pair in (part, whole))
    assert ratio_error(*made).tolist() == [[bound]]
