"""Pairs and groups of industries against slow formulas, and the machinery of chance."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.kernels.matrices import close, jobs, jobs_and_weights
from tests.reference import colocation as slow_pairs
from tests.reference import measures as slow

from clusteranalysis.kernels import colocation as kernel
from clusteranalysis.kernels.colocation import coagglomeration
from clusteranalysis.kernels.concentration import raw_concentration
from clusteranalysis.kernels.specialization import shares


def usable(w):
    spread = 1 - (w**2).sum()
    return spread == 0 or spread > 1e-6


# Coagglomeration of pairs


@given(jobs_and_weights(withheld=True))
def test_pairs_are_the_slow_ones(case):
    E, w = case
    assume(usable(w))
    columns = E.T.tolist()
    expected = [[slow.coagglomeration(a, b, w.tolist()) for b in columns] for a in columns]
    close(coagglomeration(shares(E, axis=0), w), expected, rtol=1e-6, atol=1e-6)


@given(jobs_and_weights())
def test_symmetric_and_the_diagonal_is_raw_concentration(case):
    E, w = case
    assume(1 - (w**2).sum() > 1e-6)
    C = coagglomeration(shares(E, axis=0), w)
    close(C, C.T)
    close(np.diag(C), raw_concentration(E, w) / (1 - (w**2).sum()), rtol=1e-7, atol=1e-9)


@given(jobs_and_weights())
def test_unit_and_order_of_regions_do_not_matter(case):
    E, w = case
    assume(usable(w))
    C = coagglomeration(shares(E, axis=0), w)
    close(coagglomeration(shares(E * 3, axis=0), w), C, rtol=1e-6, atol=1e-7)
    close(coagglomeration(shares(E[::-1], axis=0), w[::-1]), C, rtol=1e-6, atol=1e-7)


def test_by_hand():
    S, w = np.array([[0.8, 0.8, 0.0], [0.2, 0.2, 1.0]]), np.array([0.5, 0.5])
    C = coagglomeration(S, w)
    close(C[0, 1], 2 * 0.3 * 0.3 / 0.5)
    close(C[0, 2], -2 * 0.3 * 0.5 / 0.5)


# Coagglomeration of groups


@given(jobs_and_weights(withheld=True))
def test_groups_are_the_slow_ones(case):
    E, w = case
    assume(usable(w))
    expected = slow_pairs.group_coagglomeration_by_pairs(E.tolist(), w.tolist())
    close(kernel.group_coagglomeration(E, w), expected, rtol=1e-6, atol=1e-6)


def test_a_group_is_no_more_exact_for_a_dwarf():
    """Beside an industry 10^12 times its size: the pair's value, though 1 - sum v^2 is nothing."""
    S, w = np.array([[0.8, 0.7], [0.2, 0.3]]), np.array([0.5, 0.5])
    close(kernel.group_coagglomeration(S * [1e12, 1.0], w), coagglomeration(S, w)[0, 1])


@pytest.mark.parametrize("columns", [[], [0], [2], [0, 2]])
def test_a_group_of_fewer_than_two_industries_with_jobs_is_undefined(columns):
    E = np.array([[4.0, 1.0, 0.0], [2.0, 5.0, 0.0]])[:, columns]
    assert np.isnan(kernel.group_coagglomeration(E, np.array([0.5, 0.5])))


# Chance


@pytest.mark.parametrize("k", [1.0, 0.4, 0.02])
def test_thrown_shares_have_the_mean_and_the_variance_of_independent_plants(k):
    rng, draws = np.random.default_rng(5), 20_000
    w = np.array([0.5, 0.3, 0.2, 0.0])
    S = kernel.thrown(rng, w, np.full(draws, k))
    assert S.shape == (4, draws)
    close(S.sum(axis=0), np.ones(draws))
    assert (S[3] == 0).all()
    covariance = k * (np.diag(w) - np.outer(w, w))
    error = np.sqrt(np.diag(covariance)[:3] / draws)
    assert (np.abs(S.mean(axis=1) - w)[:3] < 4 * error).all()
    close(np.cov(S), covariance, rtol=0, atol=0.03 * k)


@pytest.mark.parametrize("k", [1.0, 0.9999])
def test_one_plant_falls_into_one_region_whole(k):
    w = np.array([0.5, 0.3, 0.2])
    S = kernel.thrown(np.random.default_rng(1), w, np.full(4000, k))
    assert (S.max(axis=0) > 0.5).mean() > 0.99
    chosen = np.bincount(S.argmax(axis=0), minlength=3) / 4000
    assert (np.abs(chosen - w) < 4 * np.sqrt(w * (1 - w) / 4000)).all()


@given(hnp.arrays(float, st.integers(1, 40), elements=st.sampled_from([0.0, 1, 1, 2, 5, 9])))
def test_classes_hold_every_region_with_weight_once_and_keep_equals_together(w):
    classes = kernel.size_classes(w, 4)
    assert sorted(np.concatenate([*classes, []]).astype(int)) == np.flatnonzero(w > 0).tolist()
    assert len(classes) <= 4
    for one in classes:
        for other in classes:
            if one is not other:
                assert not set(w[one]) & set(w[other])
    tops = [w[rows].max() for rows in classes]
    assert tops == sorted(tops)


def test_distinct_weights_make_classes_of_equal_number():
    w = np.random.default_rng(2).permutation(np.arange(1.0, 31.0))
    assert [len(rows) for rows in kernel.size_classes(w, 6)] == [5] * 6


def test_dealing_keeps_location_quotients_in_their_class_up_to_scale():
    rng = np.random.default_rng(3)
    w = np.array([0.05, 0.06, 0.07, 0.22, 0.25, 0.35, 0.0])
    S = shares(rng.integers(1, 50, (7, 5)).astype(float), axis=0)
    classes = [np.arange(3), np.arange(3, 6)]
    before = S.copy()
    dealt = kernel.reshuffled(rng, S, w, classes)
    close(S, before)
    close(dealt.sum(axis=0), np.ones(5))
    scale = dealt[6] / S[6]  # the region without weight keeps its jobs
    for rows in classes:
        old = np.sort(S[rows] / w[rows, None], axis=0)
        new = np.sort(dealt[rows] / w[rows, None] / scale, axis=0)
        close(new, old)
    assert not np.allclose(dealt / scale, S)


@pytest.mark.parametrize("relative", [True, False])
def test_the_share_of_simulations_is_that_of_all_dealings(relative):
    """Among regions of equal size dealing quotients is dealing jobs, which can be enumerated."""
    x, y = [5.0, 3.0, 1.0, 0.0, 1.0], [6.0, 2.0, 0.0, 1.0, 1.0]
    w = np.full(5, 0.2)
    every = np.array(slow_pairs.coagglomeration_enumerated(x, y, w.tolist()))
    seen = slow.coagglomeration(x, y, w.tolist())
    S = shares(np.array([x, y]).T, axis=0)
    rng, B = np.random.default_rng(8), 4000
    classes = kernel.size_classes(w, 1)
    above, below, mean = kernel.exceedances(
        S, w, lambda: kernel.reshuffled(rng, S, w, classes), B, relative=relative
    )
    for counted, exact in (
        (above[0, 1], (every >= seen - 1e-12).mean()),
        (below[0, 1], (every <= seen + 1e-12).mean()),
    ):
        assert abs(counted / B - exact) < 4 * np.sqrt(exact * (1 - exact) / B)
    assert abs(mean[0, 1] - every.mean()) < 4 * every.std() / np.sqrt(B)


@pytest.mark.parametrize("relative", [True, False])
def test_simulations_that_equal_the_observed_count_on_both_sides(relative):
    S = np.array([[0.7, 0.6], [0.3, 0.4]])
    w = np.array([0.5, 0.5])
    above, below, mean = kernel.exceedances(S, w, lambda: S * (1 + 1e-15), 7, relative=relative)
    assert (above == 7).all()
    assert (below == 7).all()
    close(mean, coagglomeration(S, w))


def test_simulations_without_a_value_are_no_evidence():
    S, w = np.array([[0.7, 0.6], [0.3, 0.4]]), np.array([0.5, 0.5])
    flat = np.full((2, 2), 0.5)  # as the reference: nothing to relate
    above, below, _ = kernel.exceedances(S, w, lambda: flat, 7, relative=True)
    assert (above == 7).all()
    assert (below == 7).all()


def test_a_simulation_twice_as_concentrated_in_the_same_places_is_above_it_unless_relative():
    w = np.array([0.5, 0.5])
    S, twice = w[:, None] + [[0.1, 0.2], [-0.1, -0.2]], w[:, None] + [[0.2, 0.4], [-0.2, -0.4]]
    above, below, _ = kernel.exceedances(S, w, lambda: twice, 7, relative=False)
    assert (above[0, 1], below[0, 1]) == (7, 0)
    above, below, _ = kernel.exceedances(S, w, lambda: twice, 7, relative=True)
    assert (above[0, 1], below[0, 1]) == (7, 7)


# Correlation


@given(jobs(withheld=True))
def test_correlations_are_the_slow_ones(E):
    extent, top = np.ptp(E, axis=0), E.max(axis=0)
    assume(not ((extent > 0) & (extent < 1e-6 * top)).any())  # rounding, or a difference?
    close(kernel.correlation(E), slow_pairs.locational_correlation(E.tolist()), 1e-7, 1e-9)


def test_quotients_that_are_equal_but_for_rounding_do_not_correlate():
    x = np.array([0.1 * 3, 0.3, 0.6 / 2])
    assert len(set(x)) > 1
    C = kernel.correlation(np.column_stack([x, [1.0, 2.0, 4.0]]))
    assert np.isnan(C[0]).all()
    assert C[1, 1] == pytest.approx(1)


# Colocation


@given(hnp.arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.just(1.0)))
def test_one_establishment_everywhere_is_in_one_region_in_n(N):
    close(kernel.colocation(N), np.full((N.shape[1],) * 2, 1 / len(N)))


@given(
    hnp.arrays(
        float,
        st.tuples(st.integers(1, 4), st.integers(1, 4)),
        elements=st.sampled_from([0.0, 1, 2, 5, 30, np.nan]),
    )
)
def test_colocation_is_the_slow_one(N):
    columns = N.T.tolist()
    close(kernel.colocation(N), [[slow_pairs.howard_cl(a, b) for b in columns] for a in columns])
    pooled = [
        [slow_pairs.howard_random_cl([x + y for x, y in zip(a, b, strict=True)]) for b in columns]
        for a in columns
    ]
    close(kernel.pair_colocation_expected(N), pooled)
    close(kernel.site_colocation_expected(N[:, 0]), slow_pairs.howard_random_cl(columns[0]))


@pytest.mark.parametrize(("a", "b"), [([1, 1], [1, 0]), ([2, 0, 1], [0, 1, 0]), ([1, 0], [0, 2])])
def test_the_expectation_is_the_mean_of_every_dealing(a, b):
    pool = [x + y for x, y in zip(a, b, strict=True)]
    every = slow_pairs.howard_random_cl_enumerated(sum(a), sum(b), pool)
    expected = kernel.pair_colocation_expected(np.array([a, b], float).T)
    close(expected[0, 1], np.mean(every))


def test_without_regions_no_pair_has_a_correlation():
    C = kernel.correlation(np.zeros((0, 3)))
    assert C.shape == (3, 3)
    assert np.isnan(C).all()


def test_a_column_is_constant_by_its_own_size_not_by_that_of_a_larger_one():
    x = np.array([[1.0, 1e18], [2.0, 2e18], [4.0, 1e18]])
    by_hand = np.corrcoef(x.T)
    np.testing.assert_allclose(kernel.correlation(x), by_hand, rtol=1e-9)
