"""Pooling of draws against slow formulas and simulation."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.matrices import close
from tests.reference import inference as slow

from clusteranalysis.kernels import uncertainty as kernel

VALUES = st.lists(st.floats(-50, 50), min_size=1, max_size=6)


@settings(max_examples=25)
@given(VALUES, st.floats(0.1, 5), st.sampled_from([0.5, 0.9, 0.99]))
def test_rubins_rules_are_the_slow_ones(estimates, se, level):
    Q = np.array(estimates)[:, None]
    got = kernel.rubin(Q, np.full_like(Q, se), level)
    expected = slow.rubin_pool(estimates, [se**2] * len(estimates), level)
    close(got.mean, expected["Q"], atol=1e-9)
    close(got.standard_error, expected["se"], rtol=1e-7)
    close(got.low, expected["low"], rtol=1e-4, atol=1e-4)
    close(got.high, expected["high"], rtol=1e-4, atol=1e-4)


def test_rubins_intervals_without_between_or_within_variance():
    Q = np.array([[2.0], [2.0], [2.0]])
    got = kernel.rubin(Q, np.full_like(Q, 0.5), 0.95)
    assert np.isinf(got.degrees_of_freedom).all()
    close(got.high, 2 + 1.959963984540054 * 0.5)
    got = kernel.rubin(np.array([[1.0], [2.0], [3.0]]), np.zeros((3, 1)), 0.95)
    close(got.degrees_of_freedom, 2.0)
    close(got.standard_error, math.sqrt(4 / 3))
    # The 97.5 % point of t with two degrees of freedom is 4.302653.
    close(got.low, 2 - 4.302652729911275 * math.sqrt(4 / 3))


def test_an_unknown_draw_or_error_leaves_the_interval_unknown():
    Q = np.array([[1.0, 1.0], [2.0, math.nan]])
    se = np.array([[0.1, 0.1], [math.nan, 0.1]])
    got = kernel.rubin(Q, se, 0.9)
    close(got.mean, [1.5, math.nan])
    assert np.isnan(got.standard_error).all()
    assert np.isnan(got.low).all()


def test_one_draw_says_nothing_about_spread():
    mean, deviation = kernel.spread(np.array([[3.0]]))
    close(mean, 3.0)
    assert np.isnan(deviation).all()
    assert np.isnan(kernel.rubin(np.array([[3.0]]), np.array([[1.0]]), 0.9).high).all()


def test_quantile_intervals_hold_one_more_draw_with_their_probability():
    rng = np.random.default_rng(1)
    for m, level in ((19, 0.90), (20, 0.90), (50, 0.90), (7, 0.5)):
        Q = rng.normal(size=(m + 1, 40_000))
        low, high = kernel.quantile_interval(Q[:-1], level)
        inside = ((low <= Q[-1]) & (Q[-1] <= high)).mean()
        # 40,000 trials: a standard error of at most 0.0025; interpolation between the outermost
        # normal draws is off by somewhat more.
        assert abs(inside - level) < 0.012


def test_too_few_draws_have_no_quantile_interval():
    Q = np.arange(18.0)[:, None]
    assert np.isnan(kernel.quantile_interval(Q, 0.90)).all()
    low, high = kernel.quantile_interval(np.arange(19.0)[:, None], 0.90)
    assert (low[0], high[0]) == (0.0, 18.0)
    assert np.isnan(kernel.quantile_interval(np.arange(38.0)[:, None], 0.95)).all()
    low, high = kernel.quantile_interval(np.arange(39.0)[:, None], 0.95)
    close([low[0], high[0]], [0.0, 38.0])


def test_rubins_rules_by_hand_and_each_result_by_itself():
    Q = np.array([[1.0, 10.0], [3.0, 10.0], [2.0, 16.0]])
    se = np.array([[0.5, 1.0], [0.7, 2.0], [0.6, 3.0]])
    got = kernel.rubin(Q, se, 0.95)
    # U = (0.25 + 0.49 + 0.36) / 3, B = 1; and U = 14 / 3, B = 12.
    U, B = np.array([1.1 / 3, 14 / 3]), np.array([1.0, 12.0])
    total = U + 4 / 3 * B
    close(got.mean, [2.0, 12.0])
    close(got.standard_error, np.sqrt(total))
    close(got.degrees_of_freedom, 2 * (1 + U / (4 / 3 * B)) ** 2)
    alone = kernel.rubin(Q[:, 1:], se[:, 1:], 0.95)
    for part, whole in zip(alone, got, strict=True):
        close(part, whole[1:])
