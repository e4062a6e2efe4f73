"""Smoothing of bins: the rule for the bandwidth, the density, and the bound of its error."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.integrate import trapezoid
from scipy.spatial.distance import pdist

from clusteranalysis.kernels import smoothing as kernel
from clusteranalysis.kernels.pair_distances import (
    Pattern,
    binned_distances,
    longest_distance,
    smoothed_exactly,
)


def test_silvermans_rule_by_hand():
    # IQR / 1.34 = 2 is the smaller; 32^(-1/5) = 1/2.
    assert kernel.silverman(32, 3.0, (1.0, 3.68)) == pytest.approx(0.9 * 2 / 2)
    assert kernel.silverman(32, 1.5, (1.0, 3.68)) == pytest.approx(0.9 * 1.5 / 2)


def test_silvermans_rule_where_the_middle_half_is_one_value():
    assert kernel.silverman(32, 3.0, (2.0, 2.0)) == pytest.approx(0.9 * 3 / 2)


@pytest.mark.parametrize(
    ("deviation", "quartiles"),
    [(0.0, (0.0, 0.0)), (0.0, (5.0, 5.0)), (math.nan, (5.0, 5.0)), (1e-15, (5.0, 5.0 + 1e-15))],
)
def test_without_spread_there_is_no_bandwidth(deviation, quartiles):
    assert math.isnan(kernel.silverman(10, deviation, quartiles))


def test_one_node_is_the_kernel_and_its_mirror_image():
    nodes = np.zeros(30)
    nodes[10] = 4.0
    found = kernel.smoothed(nodes, 0.5, np.array([0.0, 5.0, 7.0]), 2.0)
    phi = lambda u: math.exp(-u * u / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    expected = [4 * 2 * phi(2.5) / 2, 4 * (phi(0) + phi(5)) / 2, 4 * (phi(1) + phi(6)) / 2]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_density_integrates_to_the_weight_of_the_pairs():
    rng = np.random.default_rng(1)
    pattern = Pattern.of(rng.random((40, 2)))
    bins = binned_distances(pattern, None, 0.002, 1.5)
    r = np.linspace(0, 2.5, 4001)
    assert trapezoid(kernel.smoothed(*bins, r, 0.05), r) == pytest.approx(780, rel=1e-6)


@given(
    st.integers(2, 25).flatmap(lambda n: hnp.arrays(float, (n, 2), elements=st.floats(0, 10))),
    st.floats(0.05, 3),
    st.sampled_from([1 / 64, 1 / 10, 1 / 2, 2.0]),
)
def test_the_bound_bounds_the_error_however_coarse_the_bins(xy, h, step):
    pattern = Pattern.of(xy)
    r = np.linspace(0, 8, 9)
    limit = r[-1] + kernel.SPAN * h
    bins = binned_distances(pattern, None, h * step, limit)
    found = kernel.smoothed(*bins, r, h)
    bound = kernel.binning_error(*bins, r, h)
    exact = smoothed_exactly(pattern, None, r, h)
    number = len(xy) * (len(xy) - 1) / 2
    rounding = 1e-14 * number / h
    assert (np.abs(found - exact) <= bound + number * kernel.left_out(h) + rounding).all()


def test_the_bound_is_no_wider_than_it_needs_be():
    rng = np.random.default_rng(2)
    pattern = Pattern.of(rng.random((300, 2)))
    h = 0.02
    bins = binned_distances(pattern, None, h / 64, 1.5)
    r = np.linspace(0, 0.7, 30)
    peak = kernel.smoothed(*bins, r, h).max()
    bound = kernel.binning_error(*bins, r, h) / peak
    assert (bound > 0).any()
    assert bound.max() < 1.1 / 64**2 / 8


@given(st.floats(0, 9), st.floats(0.001, 1.5))
def test_the_largest_curvature_within_a_step(u, step):
    near = np.linspace(u - step, u + step, 4001)
    dense = np.max(np.abs(near**2 - 1) * np.exp(-(near**2) / 2))
    found = kernel.steepest(np.array([u]), step)[0]
    assert found >= dense * (1 - 1e-12)
    assert found <= dense * (1 + 1e-4) + 1e-12


def test_moments_of_bins_are_nearly_those_of_the_distances():
    rng = np.random.default_rng(5)
    xy = rng.random((300, 2))
    pattern, d = Pattern.of(xy), pdist(xy)
    longest = longest_distance(pattern)
    bins = binned_distances(pattern, None, longest / 4096, longest)
    number, deviation, quartiles = kernel.binned_moments(*bins)
    assert number == pytest.approx(len(d))
    assert deviation == pytest.approx(d.std(ddof=1), rel=1e-6)
    np.testing.assert_allclose(quartiles, np.quantile(d, [0.25, 0.75]), atol=longest / 4096)


def test_what_is_left_out_is_both_kernels_at_the_span():
    # phi(8) = exp(-32) / sqrt(2 pi), once for the distance and once for its mirror image.
    assert kernel.left_out(2.0) == pytest.approx(2 * 5.052271083536893e-15 / 2.0, rel=1e-9, abs=0)
    assert kernel.left_out(4.0) == pytest.approx(kernel.left_out(2.0) / 2, rel=1e-12, abs=0)


def test_the_curvature_is_largest_at_its_two_peaks():
    # |u^2 - 1| exp(-u^2 / 2) is 1 at 0 and 2 exp(-3/2) at sqrt(3), and less about them.
    u = np.array([0.02, np.sqrt(3) + 0.02, np.sqrt(3) - 0.02, 1.0])
    second = 2 * np.exp(-1.5)
    found = kernel.steepest(u, 0.05)
    assert found[:3].tolist() == pytest.approx([1.0, second, second], rel=1e-12)
    beside = np.array([0.95, 1.05])
    assert found[3] == pytest.approx((np.abs(beside**2 - 1) * np.exp(-(beside**2) / 2)).max())
    # A step short of a peak, an end of the step decides.
    near = np.sqrt(3) + np.array([0.06, 0.16])
    assert kernel.steepest(np.sqrt(3) + np.array([0.11]), 0.05)[0] == pytest.approx(
        ((near**2 - 1) * np.exp(-(near**2) / 2)).max(), rel=1e-12
    )
