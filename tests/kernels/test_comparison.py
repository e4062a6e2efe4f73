"""Standard scores, shrinkage and neighbourhoods against slow formulas and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.integrate import quad
from scipy.sparse import csr_array
from scipy.stats import gamma, nbinom, poisson
from scipy.stats.mstats import hdquantiles
from tests.kernels.matrices import close, jobs
from tests.reference import quotients as slow

from clusteranalysis.kernels import comparison as kernel

NAN = math.nan


# Standard scores


@given(jobs(size=(1, 6), withheld=True))
def test_standard_scores_are_the_slow_ones(V):
    part = np.ones(V.shape, bool)
    noise = 1e-12 * np.nan_to_num(V).max(axis=0)
    got = kernel.standardise(V, part, noise)
    for i in range(V.shape[1]):
        column = V[:, i].tolist()
        if np.ptp(V[:, i]) > noise[i] or np.isnan(V[:, i]).any():
            close(got[:, i], slow.standardised_location_quotient(column), rtol=1e-7)
        else:
            assert np.isnan(got[:, i]).all()


def test_rows_that_take_no_part_change_nothing():
    V = np.array([[1.0], [2.0], [NAN], [6.0]])
    part = np.array([[True], [True], [False], [True]])
    got = kernel.standardise(V, part, np.zeros(1))
    close(got[:, 0], [-2 / math.sqrt(7), -1 / math.sqrt(7), NAN, 3 / math.sqrt(7)])
    assert np.isnan(kernel.standardise(V, np.ones_like(part), np.zeros(1))).all()


def test_a_spread_of_rounding_is_no_spread():
    V = np.array([[1.0], [1.0 + 2e-16], [1.0 - 1e-16]])
    assert np.isnan(kernel.standardise(V, np.ones(V.shape, bool), np.array([1e-12]))).all()


@settings(max_examples=8)
@given(st.integers(2, 25), st.integers(1, 25), st.integers(0, 2**31))
def test_the_bootstrap_quantile_is_the_mean_over_resamples(m, j, seed):
    j = min(j, m)
    rng = np.random.default_rng(seed)
    values = rng.normal(size=m)
    simulated = np.sort(rng.choice(values, size=(20_000, m)), axis=1)[:, j - 1]
    error = simulated.std() / math.sqrt(len(simulated))
    got = kernel.bootstrap_quantile(values, j / (m + 1))
    assert abs(got - simulated.mean()) < 5 * error + 1e-12


@given(hnp.arrays(float, st.integers(2, 30), elements=st.floats(-9, 9)), st.floats(0.02, 0.98))
def test_the_bootstrap_quantile_is_harrell_and_davis(values, level):
    close(kernel.bootstrap_quantile(values, level), hdquantiles(values, [level])[0], atol=1e-9)


def test_the_bootstrap_quantile_by_hand():
    # Of two values 0 and 1 the smaller of two drawn is 1 with probability 1/4.
    close(kernel.bootstrap_quantile(np.array([1.0, 0.0]), 1 / 3), 0.25)
    close(kernel.bootstrap_quantile(np.array([1.0, 0.0]), 2 / 3), 0.75)
    close(kernel.bootstrap_quantile(np.array([7.0]), 0.95), 7.0)


# Shrinkage


@st.composite
def counts(draw):
    """Counts and expected counts of one industry over regions, some of them without size."""
    R = draw(st.integers(1, 8))
    x = draw(st.lists(st.integers(0, 30), min_size=R, max_size=R))
    e = draw(st.lists(st.one_of(st.just(0.0), st.floats(0.1, 40.0)), min_size=R, max_size=R))
    return np.array(x, float) * (np.array(e) > 0), np.array(e)


@given(counts())
def test_posterior_means_by_moments_are_the_slow_ones(case):
    x, e = (a[:, None] for a in case)
    prior = kernel.moment_prior(x, e, e > 0)
    got = kernel.posterior(x, np.where(e > 0, e, NAN), prior, 0.9)
    expected = slow.empirical_bayes(case[0].tolist(), case[1].tolist())
    close(got.mean[:, 0], expected["estimate"], rtol=1e-7, atol=1e-9)
    if (e > 0).any():
        close(prior.A, max(expected["A"][0], 0.0), rtol=1e-7, atol=1e-9)


def test_the_posterior_is_bayes_theorem():
    m, A, x, e = 1.3, 0.4, 5.0, 2.5
    shape, rate = m**2 / A, m / A

    def density(theta):
        return gamma.pdf(theta, shape, scale=1 / rate) * poisson.pmf(x, theta * e)

    whole = quad(density, 0, 60)[0]
    got = kernel.posterior(
        np.array([[x]]), np.array([[e]]), kernel.Prior(np.array([m]), np.array([A])), 0.9
    )
    close(got.mean[0, 0], quad(lambda t: t * density(t), 0, 60)[0] / whole, rtol=1e-7)
    close(quad(density, 0, got.low[0, 0])[0] / whole, 0.05, rtol=1e-6)
    close(quad(density, 0, got.high[0, 0])[0] / whole, 0.95, rtol=1e-6)


def test_without_variance_between_regions_all_is_the_mean_and_there_is_no_interval():
    x, e = np.full((4, 1), 3.0), np.full((4, 1), 2.0)
    prior = kernel.moment_prior(x, e, e > 0)
    close(prior.A, [0.0])
    got = kernel.posterior(x, e, prior, 0.9)
    close(got.mean, 1.5)
    close(got.weight, 0.0)
    assert np.isnan(got.low).all()
    assert np.isnan(got.high).all()


def log_likelihood(x, e, m, A):
    """Of the negative binomial, by its own distribution function."""
    shape = m**2 / A
    return nbinom.logpmf(x, shape, shape / (shape + m * e)).sum()


@pytest.mark.parametrize("seed", range(6))
def test_the_likelihood_prior_is_at_the_top(seed):
    rng = np.random.default_rng(seed)
    e = rng.lognormal(1, 1, 40)
    x = rng.poisson(rng.gamma(1.5, 1 / 1.5, 40) * e).astype(float)
    m, A = (float(v) for v in kernel.likelihood_prior(x, e))
    top = log_likelihood(x, e, m, A)
    for factor in (0.98, 1.02):
        assert log_likelihood(x, e, m * factor, A) < top
        assert log_likelihood(x, e, m, A * factor) < top


def test_both_priors_find_the_truth_in_a_large_sample():
    rng = np.random.default_rng(3)
    e = rng.lognormal(2, 1, 20_000)
    x = rng.poisson(rng.gamma(4.0, 0.3, len(e)) * e).astype(float)  # mean 1.2, variance 0.36
    for m, A in (
        kernel.moment_prior(x[:, None], e[:, None], np.ones((len(e), 1), bool)),
        kernel.likelihood_prior(x, e),
    ):
        close(m, 1.2, rtol=0.02)
        close(A, 0.36, rtol=0.06)


def test_counts_no_more_varied_than_chance_have_no_likelihood_variance():
    e = np.array([2.0, 2.0, 2.0])
    assert kernel.likelihood_prior(np.array([2.0, 2.0, 3.0]), e).A == 0
    assert kernel.likelihood_prior(np.zeros(3), e) == (0, 0)


def test_posterior_intervals_cover_when_the_model_holds():
    rng = np.random.default_rng(9)
    e = rng.lognormal(1, 1, (5000, 1))
    theta = rng.gamma(2.0, 0.5, e.shape)
    x = rng.poisson(theta * e).astype(float)
    got = kernel.posterior(x, e, kernel.moment_prior(x, e, e > 0), 0.9)
    covered = (got.low <= theta) & (theta <= got.high)
    assert abs(covered.mean() - 0.9) < 0.015
    # And the shrunk quotient is nearer to the truth than the raw one.
    assert ((got.mean - theta) ** 2).mean() < 0.7 * ((x / e - theta) ** 2).mean()


# Neighbourhoods


@st.composite
def neighbourhoods(draw):
    E = draw(jobs(size=(1, 5), withheld=True))
    R = len(E)
    W = np.array(
        draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.5]), min_size=R * R, max_size=R * R))
    )
    return E, W.reshape(R, R)


@given(neighbourhoods())
def test_pooled_neighbourhoods_are_the_slow_ones(case):
    E, W = case
    X, N = np.full(E.shape[1], 50.0), 1000.0
    n = E.sum(axis=1)
    sparse = csr_array(W)
    got = kernel.neighbour_pooled(sparse, E, n, X, N)
    expected = slow.spatial_location_quotient_pooled(
        E.tolist(), X.tolist(), n.tolist(), N, W.tolist()
    )
    close(got, expected)


@given(neighbourhoods())
def test_mean_neighbourhoods_are_the_slow_ones_where_every_region_has_jobs(case):
    E, W = case
    E = E + 1.0
    X, N = np.full(E.shape[1], 50.0), 1000.0
    n = E.sum(axis=1)
    LQ = E / n[:, None] / (X / N)
    got = kernel.neighbour_mean(csr_array(W), LQ, np.ones(E.shape, bool))
    expected = slow.spatial_location_quotient_mean(
        E.tolist(), X.tolist(), n.tolist(), N, W.tolist()
    )
    close(got, expected)


def test_a_neighbour_that_has_no_quotient_takes_no_part_in_the_mean():
    W = csr_array(np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    LQ = np.array([[2.0], [NAN], [0.5]])
    part = np.array([[True], [False], [True]])
    close(kernel.neighbour_mean(W, LQ, part)[:, 0], [0.5, 2.0, NAN])
    close(kernel.neighbour_mean(W, LQ, np.ones_like(part))[:, 0], [NAN, 2.0, NAN])
