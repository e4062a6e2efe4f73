"""Concentration kernels against slow formulas and their properties."""

import math

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.kernels.matrices import close, jobs, jobs_and_weights
from tests.reference import concentration as papers
from tests.reference import measures as slow

from clusteranalysis.kernels import concentration as kernel
from clusteranalysis.kernels.specialization import shares


@given(jobs_and_weights(withheld=True))
def test_hoover_is_the_slow_one(case):
    E, w = case
    expected = [slow.hoover(column, w.tolist()) for column in E.T.tolist()]
    close(kernel.hoover(E, w), expected)


@given(jobs_and_weights(withheld=True))
def test_lorenz_gini_is_the_slow_one(case):
    E, w = case
    expected = [slow.locational_gini_lorenz(column, w.tolist()) for column in E.T.tolist()]
    close(kernel.lorenz_gini(E, w), expected, rtol=1e-7, atol=1e-10)


@given(jobs(withheld=True))
def test_gini_is_the_slow_one(V):
    close(kernel.gini(V), [slow.gini_unweighted(column) for column in V.T.tolist()], atol=1e-10)


@given(jobs_and_weights(withheld=True), st.floats(0, 0.99))
def test_ellison_glaeser_is_the_slow_one(case, H):
    E, w = case
    expected = [slow.ellison_glaeser(column, w.tolist(), H) for column in E.T.tolist()]
    spread = 1 - (w**2).sum()
    assume(spread == 0 or spread > 1e-6)
    got = kernel.ellison_glaeser(kernel.raw_concentration(E, w), w, np.full(E.shape[1], H))
    close(got, expected, rtol=1e-6, atol=1e-6)


@given(jobs_and_weights())
def test_ranges_and_order(case):
    E, w = case
    for measure in (kernel.hoover, kernel.lorenz_gini):
        value = measure(E, w)
        exists = E.sum(axis=0) > 0
        assert np.array_equal(np.isnan(value), ~exists)
        assert ((value[exists] > -1e-9) & (value[exists] < 1 + 1e-9)).all()
        close(measure(E[::-1], w[::-1]), value, atol=1e-9)
        close(measure(E * 7, w), value, atol=1e-9)
    # The largest vertical distance of a Lorenz curve is at most twice the area under the diagonal.
    exists = E.sum(axis=0) > 0
    hoover, gini = kernel.hoover(E, w)[exists], kernel.lorenz_gini(E, w)[exists]
    assert (hoover <= gini + 1e-9).all()


@given(jobs_and_weights())
def test_spread_like_the_reference_is_zero(case):
    _, w = case
    E = w[:, None] * np.array([[10.0, 1e4]])
    for measure in (kernel.hoover, kernel.lorenz_gini, kernel.raw_concentration):
        close(measure(E, w), 0.0, atol=1e-10)


@given(jobs_and_weights(), st.integers(2, 4))
def test_cutting_regions_into_equal_parts_changes_no_shape(case, parts):
    E, w = case
    cut, w_cut = np.repeat(E / parts, parts, axis=0), np.repeat(w / parts, parts)
    for measure in (kernel.hoover, kernel.lorenz_gini):
        close(measure(cut, w_cut), measure(E, w), atol=1e-9)


def test_everything_where_nobody_else_is():
    E, w = np.array([[0.0], [8.0]]), np.array([1.0, 0.0])
    close(kernel.hoover(E, w), [1.0])
    close(kernel.lorenz_gini(E, w), [1.0])


def test_gini_by_hand():
    close(kernel.gini(np.array([[1.0], [3.0]])), [0.25])
    close(kernel.gini(np.array([[0.0], [0.0], [0.0], [4.0]])), [0.75])
    close(kernel.gini(np.zeros((3, 1))), [math.nan])


def test_ellison_glaeser_by_hand():
    # All of it in one of two equal regions, ten equal plants: (1/2 - 1/2 1/10) / (1/2 9/10) = 1.
    w = np.array([0.5, 0.5])
    G = kernel.raw_concentration(np.array([[6.0], [0.0]]), w)
    close(G, [0.5])
    close(kernel.ellison_glaeser(G, w, np.array([0.1])), [1.0])
    close(kernel.ellison_glaeser(np.zeros(1), w, np.array([0.1])), [-1 / 9])
    close(kernel.ellison_glaeser(G, w, np.ones(1)), [math.nan])  # one plant
    close(kernel.ellison_glaeser(G, np.array([1.0]), np.array([0.1])), [math.nan])  # one region


# Other distances from the regions' weights


@given(jobs_and_weights(withheld=True))
def test_krugman_is_the_slow_one_and_twice_hoover(case):
    E, w = case
    got = kernel.krugman(shares(E, axis=0), w[:, None])
    close(got, [papers.krugman_concentration(column, w.tolist()) for column in E.T.tolist()])
    close(got, 2 * kernel.hoover(E, w))


@given(jobs(size=(2, 5), withheld=True))
def test_the_mean_of_the_others_is_the_slow_one(E):
    # An industry without jobs is nobody's other here, and makes the slow one's means NaN.
    assume((E.sum(axis=0) != 0).all())
    got = kernel.krugman(shares(E, axis=0), kernel.mean_of_others(E))
    close(got, papers.krugman_concentration_others(E.tolist()), atol=1e-9)


def test_an_industry_without_jobs_is_nobodys_other():
    E = np.array([[4.0, 0.0, 1.0], [0.0, 0.0, 3.0]])
    close(kernel.mean_of_others(E)[:, [0, 2]], kernel.mean_of_others(E[:, [0, 2]]))
    close(kernel.mean_of_others(E[:, :1]), [[math.nan], [math.nan]])


@given(jobs_and_weights(withheld=True))
def test_relative_entropy_is_the_slow_one(case):
    E, w = case
    D, spread = kernel.relative_entropy(E, w)
    close(D, [papers.mori_nishikimi_smith(column, w.tolist()) for column in E.T.tolist()])
    known = np.isfinite(D)
    assert (D[known] > -1e-9).all()
    assert (spread[known] > -1e-9).all()
    assert np.isnan(spread[~known]).all()


def test_relative_entropy_by_hand():
    D, spread = kernel.relative_entropy(np.array([[3.0, 1.0], [1.0, 1.0]]), np.array([0.5, 0.5]))
    close(D, [0.75 * math.log(1.5) + 0.25 * math.log(0.5), 0.0])
    logs = np.log([1.5, 0.5])
    close(spread, [0.75 * logs[0] ** 2 + 0.25 * logs[1] ** 2 - D[0] ** 2, 0.0])


def test_the_spread_of_relative_entropy_is_that_of_multinomial_plants():
    rng = np.random.default_rng(8)
    w, p, n = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5]), 4000
    drawn, _ = kernel.relative_entropy(rng.multinomial(n, p, size=4000).T.astype(float), w)
    D, spread = kernel.relative_entropy(p[:, None] * n, w)
    close(drawn.mean(), D[0] + 2 / (2 * n), rtol=2e-3)  # (regions - 1) / (2 n) too much
    close(drawn.std(), np.sqrt(spread[0] / n), rtol=0.05)


def test_cluster_index_of_farhauer_and_kroell():
    parts = kernel.cluster_index(
        np.array(1743 / 5740), np.array(35 / 53), np.array(50 / 576), np.array(488 / 4621)
    )
    close(parts[0], 21.87491, rtol=1e-6)
    close(parts[0], parts[1] * parts[2] / parts[3])


def test_cluster_index_where_something_is_zero():
    s, b = np.array([0.0, 0.0, 0.2, 0.2]), np.array([0.0, 0.1, 0.0, 0.1])
    CI, ID, _, PS = kernel.cluster_index(s, b, np.full(4, 0.5), np.full(4, 0.5))
    close(CI, [0, 0, math.nan, 0.08])
    close(ID, [0, 0, 0.4, 0.4])
    close(PS, [math.nan, 0, math.nan, 2])
    empty = kernel.cluster_index(s, b, np.zeros(4), np.full(4, 0.5))[0]
    assert np.isnan(empty).all()  # on no area there is no density


def test_the_mean_of_the_others_by_hand():
    E = np.array([[4.0, 0.0, 1.0, 2.0], [0.0, 0.0, 3.0, 2.0]])
    # Shares of the first region: 1, none, 1/4, 1/2; of the second: 0, none, 3/4, 1/2.
    close(
        kernel.mean_of_others(E),
        [[3 / 8, 7 / 12, 3 / 4, 5 / 8], [5 / 8, 5 / 12, 1 / 4, 3 / 8]],
    )
