"""Kernels of diversity against slow formulas, and what must hold for any matrix."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.kernels.matrices import close, jobs
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
