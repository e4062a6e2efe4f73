"""Exact tails and adjusted p-values against slow sums."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom
from tests.kernels.matrices import close
from tests.reference import inference as slow

from clusteranalysis.kernels import significance as kernel

NAN = math.nan
ALTERNATIVES = ["greater", "less", "two-sided"]


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([0.0, 1e-6, 0.03, 0.5, 0.97, 1.0]))
def test_binomial_tails_are_the_slow_sums(x, more, p):
    X = x + more
    tails = kernel.binomial_tails(np.array([x]), np.array([X]), np.array([p]))
    if X == 0:
        assert tails.upper[0] == tails.lower[0] == 1.0
        return
    expected = slow.dartboard_binomial(x, X, p)
    for alternative in ALTERNATIVES:
        close(kernel.p_values(tails, alternative), [expected[alternative]], rtol=1e-8, atol=1e-13)


@st.composite
def urns(draw):
    n, X = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    N = max(n, X) + draw(st.integers(0, 40))
    x = draw(st.integers(max(0, n + X - N), min(n, X)))
    return x, n, X, N


@given(urns())
def test_hypergeometric_tails_are_the_slow_sums(urn):
    x, n, X, N = urn
    tails = kernel.hypergeometric_tails(*(np.array([float(v)]) for v in urn))
    expected = slow.dartboard_hypergeometric(x, X, n, N)
    for alternative in ALTERNATIVES:
        close(kernel.p_values(tails, alternative), [expected[alternative]], rtol=1e-9, atol=1e-14)


def test_tails_far_out_and_in_large_areas_agree_with_scipy():
    rng = np.random.default_rng(4)
    N = np.full(200, 8_000_000.0)
    n, X = rng.integers(10, 40_000, 200).astype(float), rng.integers(10, 90_000, 200).astype(float)
    x = np.minimum(rng.poisson(n * X / N * rng.lognormal(0, 0.7, 200)), np.minimum(n, X))
    got = kernel.hypergeometric_tails(x, n, X, N)
    close(got.upper, hypergeom.sf(x - 1, N, X, n), rtol=1e-6)
    close(got.lower, hypergeom.cdf(x, N, X, n), rtol=1e-6)
    got = kernel.binomial_tails(x, X, n / N)
    close(got.upper, binom.sf(x - 1, X, n / N), rtol=1e-9, atol=1e-300)
    close(got.lower, binom.cdf(x, X, n / N), rtol=1e-9, atol=1e-300)


def test_a_tail_too_far_out_for_a_number_is_zero_and_its_other_side_one():
    args = (np.array(v, float) for v in ([3000], [5000], [3000], [8_000_000]))
    tails = kernel.hypergeometric_tails(*args)
    assert tails.upper[0] == 0
    assert tails.lower[0] == 1
    args = (np.array(v, float) for v in ([0], [400_000], [300_000], [800_000]))
    tails = kernel.hypergeometric_tails(*args)
    assert tails.lower[0] == 0
    assert tails.upper[0] == 1


def test_impossible_or_unknown_counts_have_no_tails():
    for x, X, p in [(5, 3, 0.5), (1, 3, 1.2), (1, 3, NAN), (NAN, 3, 0.2), (1, NAN, 0.2)]:
        assert np.isnan(kernel.binomial_tails(*(np.array([v]) for v in (x, X, p)))).all()
    for cell in [(5, 4, 9, 20), (1, 2, 30, 20), (0, 9, 9, 10), (NAN, 2, 3, 9), (1, NAN, 3, 9)]:
        assert np.isnan(kernel.hypergeometric_tails(*(np.array([float(v)]) for v in cell))).all()


@given(st.integers(1, 50), st.floats(0.001, 0.999))
def test_a_test_rejects_a_true_dartboard_no_more_often_than_its_level(X, p):
    x = np.arange(X + 1)
    chance = binom.pmf(x, X, p)
    tails = kernel.binomial_tails(x, np.full(X + 1, X), np.full(X + 1, p))
    for alternative in ALTERNATIVES:
        values = kernel.p_values(tails, alternative)
        for level in (0.001, 0.01, 0.05, 0.2):
            assert chance[values <= level].sum() <= level * (1 + 1e-9)


P = st.lists(
    st.one_of(st.sampled_from([0.0, 1.0, 0.01, NAN]), st.floats(0, 1)), min_size=1, max_size=9
)
SLOW = {
    "bonferroni": slow.bonferroni,
    "holm": slow.holm,
    "benjamini_hochberg": slow.benjamini_hochberg,
    "none": list,
}


def test_what_was_seen_counts_as_one_of_the_simulations():
    """Davison and Hinkley's (b + 1) / (B + 1), by hand: 0, 3 and all of 9 beyond."""
    tails = kernel.simulated_tails([0, 3, 9], [9, 7, 0], 9)
    close(tails.upper, [0.1, 0.4, 1.0])
    close(tails.lower, [1.0, 0.8, 0.1])
    close(kernel.p_values(tails, "two-sided"), [0.2, 0.8, 0.2])


@pytest.mark.parametrize("method", SLOW)
@given(p=P)
def test_adjusted_p_values_are_the_slow_ones(method, p):
    before = np.array(p)
    close(kernel.adjusted(before, method), SLOW[method](p))
    np.testing.assert_array_equal(before, p)


@given(P)
def test_adjustments_are_ordered_and_never_below_the_raw_value(p):
    raw = np.array(p)
    raw = raw[~np.isnan(raw)]
    bonferroni, holm, bh = (
        kernel.adjusted(raw, m) for m in ("bonferroni", "holm", "benjamini_hochberg")
    )
    assert (raw <= bh + 1e-12).all()
    assert (bh <= holm + 1e-12).all()
    assert (holm <= bonferroni + 1e-12).all()
    assert (bonferroni <= 1).all()


def test_resampled_quotients_have_the_mean_and_variance_of_the_multinomial():
    rng = np.random.default_rng(2)
    plants, size = np.array([40.0, 60.0, 100.0]), np.array([5.0, 5.0, 5.0])
    lq = kernel.resampled_quotients(rng, plants, size, 0.0, np.array([0.1, 0.3, 0.6]), 40_000)
    p = plants / 200
    close(lq.mean(axis=0), p / [0.1, 0.3, 0.6], rtol=0.01)
    close(lq.std(axis=0), np.sqrt(p * (1 - p) / 200) / [0.1, 0.3, 0.6], rtol=0.02)


def test_fixed_jobs_stay_and_drawings_without_jobs_are_left_out():
    rng = np.random.default_rng(2)
    lq = kernel.resampled_quotients(
        rng, np.array([1.0, 1.0]), np.array([4.0, 0.0]), 0.0, np.array([0.5, 0.5]), 1000
    )
    assert len(lq) < 1000
    close(lq, [[2.0, 0.0]] * len(lq))
    lq = kernel.resampled_quotients(
        rng, np.array([1.0, 1.0]), np.array([4.0, 0.0]), 4.0, np.array([0.5, 0.5]), 1000
    )
    assert len(lq) == 1000
    assert set(np.round(lq[:, 0], 12)) == {0.0, 1.0, round(8 / 12 / 0.5, 12)}


def test_what_is_no_probability_has_no_tail_however_possible_the_rest():
    cells = [(0, 3, 1.5), (3, 3, -0.1), (3, 3, 1.5), (-1, 3, 0.5), (0, -1, 0.5), (4, 3, 0.0)]
    for x, X, p in cells:
        tails = kernel.binomial_tails(*(np.array([float(v)]) for v in (x, X, p)))
        assert np.isnan(tails).all(), (x, X, p)


def test_tails_at_the_ends_by_hand():
    x, X, p = (np.array(v, float) for v in ([0, 1, 2, 3], [3, 3, 3, 3], [0.5] * 4))
    tails = kernel.binomial_tails(x, X, p)
    np.testing.assert_allclose(tails.lower, [1 / 8, 4 / 8, 7 / 8, 1])
    np.testing.assert_allclose(tails.upper, [1, 7 / 8, 4 / 8, 1 / 8])
    sure = kernel.binomial_tails(*(np.array(v, float) for v in ([0, 2], [2, 2], [0, 1])))
    np.testing.assert_allclose(sure.lower, [1, 1])
    np.testing.assert_allclose(sure.upper, [1, 1])
