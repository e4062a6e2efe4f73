"""Kernels of specialisation against slow formulas, and what must hold for any matrix."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.kernels.matrices import close, jobs
from tests.reference import measures as slow
from tests.reference import quotients

from clusteranalysis.kernels import specialization as kernel


def test_ratio_is_undefined_over_zero_and_never_warns():
    close(kernel.ratio([1, 0, -1, 2], [0, 0, 0, 4]), [math.nan, math.nan, math.nan, 0.5])
    close(kernel.ratio(math.nan, [0, 2]), [math.nan, math.nan])
    close(kernel.ratio(6.0, [2.0, 3.0]), [3.0, 2.0])


@given(jobs(withheld=True))
def test_shares_add_up_to_one_or_do_not_exist(E):
    for axis in (0, 1):
        total = kernel.shares(E, axis).sum(axis=axis)
        undefined = np.isnan(E).any(axis=axis) | (np.nan_to_num(E).sum(axis=axis) == 0)
        close(total, np.where(undefined, np.nan, 1.0))


def test_location_quotient_by_hand():
    close(kernel.location_quotient(1714, 79006, 879213, 15593224), 0.3847623, rtol=1e-6)
    close(kernel.location_quotient(5, 0, 1, 1), math.nan)
    close(kernel.location_quotient(5, 1, 0, 1), math.nan)
    close(kernel.location_quotient(0, 1, 1, 1), 0.0)


@given(jobs(withheld=True))
def test_location_quotient_is_the_slow_one(E):
    n, X, N = E.sum(axis=1), E.sum(axis=0), E.sum()
    expected = slow.location_quotient(E.tolist(), X.tolist(), n.tolist(), float(N))
    close(kernel.location_quotient(E, n[:, None], X, N), expected)


@given(jobs(size=(1, 6)))
def test_location_quotients_weighted_by_the_reference_average_to_one(E):
    n, X, N = E.sum(axis=1), E.sum(axis=0), E.sum()
    assume(N > 0)
    lq = kernel.location_quotient(E, n[:, None], X, N)
    over_industries = np.nansum(lq * X / N, axis=1)
    close(over_industries[n > 0], 1.0)
    over_regions = np.nansum(lq * n[:, None] / N, axis=0)
    close(over_regions[X > 0], 1.0)


@st.composite
def nested(draw):
    """Jobs x of n in a region and X of N in the whole that contains it."""
    x, others = draw(st.integers(1, 500)), draw(st.integers(0, 5000))
    rest, rest_others = draw(st.integers(0, 5000)), draw(st.integers(0, 50_000))
    return x, x + others, x + rest, x + others + rest + rest_others


@given(nested())
def test_binomial_variance_of_the_log_lq_is_the_slow_one(cell):
    x, n, X, N = cell
    var_rest = kernel.binomial_variance(X - x, N - n) if x < X else 0.0
    got = kernel.log_lq_variance(x, X, kernel.binomial_variance(x, n), var_rest)
    close(got, slow.var_log_lq_binomial(x, n, X, N), rtol=1e-8, atol=1e-13)


@given(nested(), st.integers(1, 60), st.integers(1, 600))
def test_plant_variance_of_the_log_lq_is_the_slow_one(cell, plants, plants_outside):
    x, n, X, N = cell
    inside = kernel.plant_variance(x, n, 1 / plants)
    outside = kernel.plant_variance(X - x, N - n, 1 / plants_outside) if x < X else 0.0
    expected = slow.var_log_lq_establishment(x, n, X, N, plants, plants_outside)
    close(kernel.log_lq_variance(x, X, inside, outside), expected, rtol=1e-8, atol=1e-13)


@given(nested())
def test_one_job_a_plant_is_the_binomial_case(cell):
    x, n, _, _ = cell
    close(kernel.plant_variance(x, n, 1 / x), kernel.binomial_variance(x, n))


@given(nested(), st.integers(1, 50))
def test_fewer_plants_vary_more(cell, plants):
    x, n, _, _ = cell
    fewer, more = (kernel.plant_variance(x, n, 1 / m) for m in (plants, plants + 1))
    assert fewer >= more


@pytest.mark.parametrize("cell", [(40, 400, 900, 20_000), (300, 2000, 1200, 9000)])
def test_variance_of_the_log_lq_agrees_with_simulation(cell):
    x, n, X, N = cell
    simulated = slow.var_log_lq_binomial_mc(x, n, X, N, draws=20_000, seed=7)
    rest = kernel.binomial_variance(X - x, N - n)
    got = kernel.log_lq_variance(x, X, kernel.binomial_variance(x, n), rest)
    # The sample variance has a relative standard error of sqrt(2 / draws) = 1 %; the delta method
    # leaves out terms of order 1 / x.
    close(got, simulated, rtol=0.06)


def test_variances_of_nothing_are_undefined():
    assert np.isnan(kernel.log_lq_variance(0, 10, 0.0, 1.0))
    assert np.isnan(kernel.log_lq_variance(0, 0, 0.0, 0.0))
    assert np.isnan(kernel.binomial_variance(0, 0))


@given(st.floats(0, 1e6))
def test_the_symmetric_quotient_is_the_slow_one_and_turns_round_with_its_inverse(lq):
    got = float(kernel.symmetric(lq))
    close(got, quotients.symmetric_location_quotient(lq))
    assert -1 <= got < 1
    if lq > 1e-6:
        close(kernel.symmetric(1 / lq), -got, atol=1e-9)
        close(got, math.tanh(math.log(lq) / 2), atol=1e-9)


def test_the_symmetric_quotient_by_hand():
    close(kernel.symmetric([0, 1, 3, math.nan]), [-1, 0, 0.5, math.nan])
