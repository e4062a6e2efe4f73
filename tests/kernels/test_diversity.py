"""Kernels of diversity against slow formulas, and what must hold for any matrix."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.kernels.matrices import JOBS, close, jobs
from tests.reference import diversity as slow_diversity
from tests.reference import measures as slow

from clusteranalysis.kernels import diversity as kernel
from clusteranalysis.kernels.specialization import shares

METHODS = {
    "raw": slow.herfindahl,
    "normalised": slow.herfindahl_normalised,
    "numbers_equivalent": slow.numbers_equivalent,
}


@pytest.mark.parametrize("method", METHODS)
@given(E=jobs(withheld=True))
def test_herfindahl_is_the_slow_one(method, E):
    expected = [METHODS[method](row) for row in E.tolist()]
    close(kernel.herfindahl(E, method), expected, atol=1e-11)


@given(jobs(size=(2, 6)), st.floats(1e-3, 1e3))
def test_herfindahl_range_scale_and_order(E, factor):
    H = kernel.herfindahl(E)
    empty = E.sum(axis=1) == 0
    assert np.array_equal(np.isnan(H), empty)
    assert (H[~empty] >= 1 / E.shape[1] - 1e-12).all()
    assert (H[~empty] <= 1 + 1e-12).all()
    close(kernel.herfindahl(E * factor), H)
    close(kernel.herfindahl(E[:, ::-1]), H)
    close(kernel.herfindahl(E[::-1]), H[::-1])
    normalised = kernel.herfindahl(E, "normalised")[~empty]
    assert ((normalised > -1e-12) & (normalised < 1 + 1e-12)).all()


def test_herfindahl_by_hand():
    E = np.array([[30.0, 10.0], [5.0, 5.0], [7.0, 0.0], [0.0, 0.0]])
    close(kernel.herfindahl(E), [0.625, 0.5, 1.0, math.nan])
    close(kernel.herfindahl(E, "normalised"), [0.25, 0.0, 1.0, math.nan])
    close(kernel.herfindahl(E, "numbers_equivalent"), [1.6, 2.0, 1.0, math.nan])


@given(jobs(withheld=True))
def test_krugman_is_the_slow_one(E):
    nation = shares(E.sum(axis=0)[None, :], axis=1)
    close(kernel.krugman(shares(E, axis=1), nation), slow.krugman_nation(E.tolist()))


@given(jobs(size=(3, 6)))
def test_krugman_is_a_distance_between_mixes(E):
    S = shares(E, axis=1)
    S = S[~np.isnan(S).any(axis=1)]
    assume(len(S) >= 3)
    d = np.array([kernel.krugman(S, other[None, :]) for other in S])
    close(d, d.T)
    close(np.diag(d), 0.0)
    assert (d >= 0).all()
    assert (d <= 2 + 1e-12).all()
    for a, b, c in itertools.permutations(range(3)):
        assert d[a, c] <= d[a, b] + d[b, c] + 1e-12


@st.composite
def jobs_and_reference(draw):
    """A matrix, some cells withheld, and a reference's jobs by industry."""
    E = draw(jobs(withheld=True))
    return E, draw(hnp.arrays(float, E.shape[1], elements=JOBS))


MIXES = {
    "specialization_coefficient": slow_diversity.specialization_coefficient,
    "hachman": slow_diversity.hachman,
    "gini_of_quotients": lambda x, X, n, N: slow_diversity.specialization_gini_unweighted(x, X),
}


@pytest.mark.parametrize("name", MIXES)
@given(case=jobs_and_reference())
def test_comparisons_of_mixes_are_the_slow_ones(name, case):
    E, X = case
    expected = [MIXES[name](x, X.tolist(), sum(x), sum(X.tolist())) for x in E.tolist()]
    s = shares(X[None, :], axis=1)[0]
    close(getattr(kernel, name)(shares(E, axis=1), s), expected, rtol=1e-8, atol=1e-10)


def test_hachman_and_gini_by_hand():
    s = np.array([0.5, 0.5, 0.0])
    S = np.array([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0], [0.5, 0.25, 0.25], [math.nan] * 3])
    close(kernel.hachman(S, s), [0.8, 1.0, math.nan, math.nan])
    # LQs 1.5 and 0.5: |difference| 1, twice, over 2 x 4 x mean 1.
    close(kernel.gini_of_quotients(S, s), [0.25, 0.0, math.nan, math.nan])


ENTROPIES = {
    "raw": slow_diversity.entropy,
    "normalised": slow_diversity.entropy_normalised,
    "numbers_equivalent": slow_diversity.entropy_numbers_equivalent,
}


@pytest.mark.parametrize("method", ENTROPIES)
@given(E=jobs(withheld=True))
def test_entropy_is_the_slow_one(method, E):
    close(kernel.entropy(E, method), [ENTROPIES[method](row) for row in E.tolist()], atol=1e-10)


@given(jobs(size=(1, 6), withheld=True), st.integers(0, 2**32 - 1))
def test_variety_is_the_slow_one(E, seed):
    labels = np.random.default_rng(seed).integers(0, 3, E.shape[1])
    group = np.unique(labels, return_inverse=True)[1]
    V = kernel.variety(E, group)
    expected = [slow_diversity.variety(row, group.tolist()) for row in E.tolist()]
    close(V.related, [parts["related"] for parts in expected], rtol=1e-8, atol=1e-10)
    close(V.unrelated, [parts["unrelated"] for parts in expected], rtol=1e-8, atol=1e-10)
    np.testing.assert_array_equal(V.total, V.related + V.unrelated)
    close(V.total, kernel.entropy(E) / math.log(2), rtol=1e-8, atol=1e-10)
