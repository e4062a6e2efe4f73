"""Coagglomeration of all pairs at once against the slow pair formula."""

import numpy as np
from hypothesis import assume, given
from tests.kernels.matrices import close, jobs_and_weights
from tests.reference import measures as slow

from clusteranalysis.kernels.colocation import coagglomeration
from clusteranalysis.kernels.concentration import raw_concentration
from clusteranalysis.kernels.specialization import shares


def usable(w):
    spread = 1 - (w**2).sum()
    return spread == 0 or spread > 1e-6


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
