"""Kernels of the economic base against slow formulas, and what is known of unknown minima."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.kernels.matrices import JOBS, close, jobs
from tests.reference import diversity as slow

from clusteranalysis.kernels import economic_base as kernel
from clusteranalysis.kernels.specialization import ratio, shares

NAN = math.nan


@st.composite
def jobs_and_reference(draw):
    E = draw(jobs(withheld=True))
    X = draw(hnp.arrays(float, E.shape[1], elements=JOBS))
    return E, X, float(X.sum())


@given(jobs_and_reference())
def test_jobs_above_the_references_share_are_the_slow_ones(case):
    E, X, N = case
    n = E.sum(axis=1)
    expected = np.array([slow.economic_base_lq(x, X.tolist(), sum(x), N) for x in E.tolist()])
    scale = np.nanmax(np.abs(E), initial=1.0)
    close(kernel.basic(E, n, ratio(X, N)), expected, rtol=1e-8, atol=1e-10 * scale)


@given(jobs())
def test_jobs_above_the_lowest_share_are_the_slow_ones(E):
    n = E.sum(axis=1)
    m = kernel.minimum_requirements(E, n)
    close(m, slow.required_shares(E.tolist(), n.tolist()))
    expected = slow.economic_base_minimum(E.tolist(), n.tolist())
    close(kernel.basic(E, n, m), expected, rtol=1e-8, atol=1e-10 * max(E.max(), 1.0))


def test_basic_by_hand():
    E = np.array([[30.0, 10.0, 0.0], [0.0, 0.0, 0.0], [NAN, 5.0, 0.0]])
    n = np.array([40.0, 0.0, NAN])
    required = np.array([0.5, 0.5, NAN])
    close(kernel.basic(E, n, required), [[10.0, 0.0, 0.0], [0.0] * 3, [NAN, NAN, 0.0]])
    # A total of 0 that its cells contradict gives no share.
    close(kernel.basic(np.array([[5.0]]), np.array([0.0]), np.array([0.5])), [[NAN]])


@given(jobs(), st.floats(1e-3, 1e3))
def test_a_mix_like_the_required_one_has_no_jobs_above_it(E, factor):
    # Rounding alone must not make a multiplier of 1e15.
    required = shares(E, axis=1)
    for x, m in zip(E, required, strict=True):
        scaled = (factor * x)[None, :]
        B = kernel.basic(scaled, scaled.sum(axis=1), m)
        assert (B[:, x > 0] == 0).all()


def test_the_second_lowest_and_quantiles_by_hand():
    E = np.array([[1.0, 9.0], [2.0, 8.0], [4.0, 6.0], [0.0, 0.0]])  # shares .1 .2 .4 and none
    n = E.sum(axis=1)
    close(kernel.minimum_requirements(E, n), [0.1, 0.6])
    close(kernel.minimum_requirements(E, n, rank=2), [0.2, 0.8])
    close(kernel.minimum_requirements(E, n, quantile=0.0), [0.1, 0.6])
    close(kernel.minimum_requirements(E, n, quantile=0.5), [0.2, 0.8])
    close(kernel.minimum_requirements(E, n, quantile=0.25), [0.15, 0.7])
    close(kernel.minimum_requirements(E, n, quantile=1.0), [0.4, 0.9])
    assert np.isnan(kernel.minimum_requirements(E[:1], n[:1], rank=2)).all()
    assert np.isnan(kernel.minimum_requirements(E[3:], n[3:])).all()
    assert np.isnan(kernel.minimum_requirements(E[3:], n[3:], quantile=0.5)).all()


OPTIONS = [{"rank": 1}, {"rank": 2}, {"quantile": 0.0}, {"quantile": 0.3}, {"quantile": 1.0}]


@pytest.mark.parametrize("options", OPTIONS)
@given(
    S=hnp.arrays(
        float,
        st.tuples(st.integers(1, 5), st.integers(1, 3)),
        elements=st.sampled_from([0.0, 0.0, 0.2, 0.5, 1.0, NAN, NAN]),
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_minimum_is_known_if_nothing_is_withheld_or_it_is_zero_all_the_same(options, S, seed):
    n = np.full(len(S), 100.0)
    m = kernel.minimum_requirements(100 * S, n, **options)
    rng = np.random.default_rng(seed)
    fills = [np.zeros(S.shape), np.ones(S.shape), *rng.random((8, *S.shape))]
    possible = [
        kernel.minimum_requirements(100 * np.where(np.isnan(S), fill, S), n, **options)
        for fill in fills
    ]
    known = ~np.isnan(S).any(axis=0) | (np.max(possible, axis=0) == 0)
    close(m, np.where(known, possible[0], NAN))


def test_a_region_of_unknown_jobs_may_have_none_and_does_not_count():
    # If the second has none, there is one region alone and no second lowest.
    E, n = np.array([[1.0], [NAN]]), np.array([1.0, NAN])
    assert np.isnan(kernel.minimum_requirements(E, n, rank=2)).all()
    # Two others at 0 are enough for a second lowest of 0.
    E, n = np.array([[0.0, 2.0], [0.0, 0.0], [NAN, 0.0]]), np.array([2.0, 1.0, NAN])
    close(kernel.minimum_requirements(E, n), [0.0, 0.0])
    close(kernel.minimum_requirements(E, n, rank=2), [0.0, NAN])
    # With its jobs known its share is, too.
    close(kernel.minimum_requirements(E, np.array([2.0, 1.0, 5.0]), rank=2), [0.0, 0.0])


def test_a_share_assigned_outright():
    E = np.array([[10.0, NAN, NAN]])
    close(kernel.assigned(E, np.array([0.25, 0.0, 1.0])), [[2.5, 0.0, NAN]])
