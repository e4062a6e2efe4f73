"""Co-occurrence, relatedness and density of presence matrices."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.kernels.matrices import close

from clusteranalysis.kernels import relatedness as kernel

NAN = np.nan
METHODS = ["proximity", "association", "steijn", "cosine", "jaccard"]
SHARES = ["proximity", "cosine", "jaccard"]


def presences(size=(1, 6), unknown=False):
    values = [0.0, 1.0, NAN] if unknown else [0.0, 1.0]
    shape = st.tuples(st.integers(*size), st.integers(*size))
    return hnp.arrays(float, shape, elements=st.sampled_from(values))


def fillings(M, most=8):
    """Every matrix that the unknown cells leave possible."""
    where = np.argwhere(np.isnan(M))
    if len(where) > most:
        return
    for values in itertools.product([0.0, 1.0], repeat=len(where)):
        full = M.copy()
        full[tuple(where.T)] = values
        yield full


# Three regions: i and j in the first two, k in the first and the last.
BY_HAND = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def test_co_occurrence_by_hand():
    close(kernel.co_occurrence(BY_HAND), [[2, 2, 1], [2, 2, 1], [1, 1, 2]])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("proximity", [1, 1 / 2]),
        ("cosine", [1, 1 / 2]),
        ("jaccard", [1, 1 / 3]),
        # S = 3, 3, 2 and T = 8.
        ("association", [2 / (9 / 8), 1 / (6 / 8)]),
        ("steijn", [2 / (4 * 2 * 3 / 8 * 3 / 5), 1 / (4 * (3 / 8 * 2 / 5 + 2 / 8 * 3 / 6))]),
    ],
)
def test_relatedness_by_hand(method, expected):
    phi = kernel.relatedness(kernel.co_occurrence(BY_HAND), method)
    close([phi[0, 1], phi[0, 2]], expected)
    close(phi, phi.T)
    close(np.diagonal(phi), 0)


def test_density_by_hand():
    phi = np.array([[0.0, 0.5, 0.25], [0.5, 0.0, 1.0], [0.25, 1.0, 0.0]])
    M = np.array([[1.0, 0.0, 1.0]])
    close(kernel.density(M, phi), [[0.25 / 0.75, 1.5 / 1.5, 0.25 / 1.25]])


def test_counts_of_many_regions_are_exact():
    M = np.ones((70_001, 2))
    M[:7, 0] = 0
    close(kernel.co_occurrence(M), [[69_994, 69_994], [69_994, 70_001]], rtol=0)


# What is unknown


@given(presences(size=(1, 4), unknown=True))
def test_a_count_is_known_exactly_where_every_filling_agrees(M):
    counts = [full.T @ full for full in fillings(M)]
    if not counts:
        return
    agree = np.min(counts, axis=0) == np.max(counts, axis=0)
    close(kernel.co_occurrence(M), np.where(agree, counts[0], NAN))


@given(presences(size=(1, 4), unknown=True), st.integers(0, 2**32 - 1))
def test_a_density_is_known_exactly_where_every_filling_agrees(M, seed):
    n = M.shape[1]
    phi = np.random.default_rng(seed).integers(0, 3, (n, n)) / 2.0
    phi = np.triu(phi, 1) + np.triu(phi, 1).T
    densities = [kernel.density(full, phi) for full in fillings(M)]
    if not densities:
        return
    agree = np.ptp(densities, axis=0) == 0
    close(kernel.density(M, phi), np.where(agree, densities[0], NAN))


def test_an_unknown_relatedness_leaves_densities_of_both_unknown():
    phi = np.array([[0.0, NAN, 0.5], [NAN, 0.0, 0.5], [0.5, 0.5, 0.0]])
    omega = kernel.density(np.eye(3), phi)
    assert np.isnan(omega).tolist() == [[True, True, False]] * 3


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_count_makes_unknown_what_needs_it(method):
    M = BY_HAND.copy()
    M[0, 2] = NAN  # k in the first region, where i and j are
    phi = kernel.relatedness(kernel.co_occurrence(M), method)
    assert np.isnan(phi[0, 2])
    assert np.isnan(phi[1, 2])
    # A pair of others does not need it, but for the total of all counts.
    assert np.isnan(phi[0, 1]) == (method in ("association", "steijn"))


def test_totals_of_co_occurrence_do_not_need_an_unknown_ubiquity():
    # In the last region only k may be present: no pair depends on it, though U_k does.
    M = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, NAN]])
    C = kernel.co_occurrence(M)
    assert np.isnan(C).sum() == 1
    for method in METHODS:
        unknown = np.isnan(kernel.relatedness(C, method)).any()
        assert unknown == (method in SHARES)


# Properties


@given(presences(size=(1, 7)), st.sampled_from(METHODS))
def test_relatedness_is_symmetric_and_shares_are_shares(M, method):
    C = kernel.co_occurrence(M)
    phi = kernel.relatedness(C, method)
    close(phi, phi.T)
    known = phi[~np.isnan(phi)]
    assert (known >= 0).all()
    if method in SHARES:
        assert (known <= 1 + 1e-12).all()
    pairs = ~np.eye(len(phi), dtype=bool)
    assert ((phi == 0) <= (C == 0))[pairs].all()


@given(presences(size=(2, 7)))
def test_proximity_is_the_smaller_conditional_probability(M):
    phi = kernel.relatedness(kernel.co_occurrence(M), "proximity")
    for i, j in itertools.combinations(range(M.shape[1]), 2):
        has_i, has_j = M[:, i] == 1, M[:, j] == 1
        if has_i.any() and has_j.any():
            close(phi[i, j], min(has_j[has_i].mean(), has_i[has_j].mean()))
        else:
            assert np.isnan(phi[i, j])


@given(presences(size=(2, 7)))
def test_order_of_the_set_measures(M):
    C = kernel.co_occurrence(M)
    jaccard, proximity, cosine = (
        np.nan_to_num(kernel.relatedness(C, m)) for m in ("jaccard", "proximity", "cosine")
    )
    assert (jaccard <= proximity + 1e-12).all()
    assert (proximity <= cosine + 1e-12).all()


@given(st.integers(3, 6), st.integers(0, 2**32 - 1))
def test_chance_without_self_pairs_gives_all_the_co_occurrences_there_are(n, seed):
    """Steijn: the expectations add up to the pairs counted; association's fall short of them."""
    C = np.random.default_rng(seed).integers(1, 9, (n, n)).astype(float)
    C = np.triu(C, 1) + np.triu(C, 1).T
    pairs = np.triu_indices(n, 1)
    total = C[pairs].sum()
    by_steijn = (C[pairs] / kernel.relatedness(C, "steijn")[pairs]).sum()
    by_association = (C[pairs] / kernel.relatedness(C, "association")[pairs]).sum()
    close(by_steijn, total)
    S = C.sum(axis=1)
    close(by_association, total - (S**2).sum() / (2 * S.sum()))


@given(presences(size=(2, 6)), st.integers(2, 5), st.sampled_from(METHODS))
def test_copies_of_all_regions_change_no_relatedness(M, copies, method):
    once = kernel.relatedness(kernel.co_occurrence(M), method)
    close(kernel.relatedness(kernel.co_occurrence(np.tile(M, (copies, 1))), method), once)


@given(presences(size=(2, 6)), st.sampled_from(SHARES))
def test_densities_are_shares_that_rise_with_what_a_region_has(M, method):
    phi = np.nan_to_num(kernel.relatedness(kernel.co_occurrence(M), method))
    omega = kernel.density(M, phi)
    known = ~np.isnan(omega)
    assert (omega[known] >= 0).all()
    assert (omega[known] <= 1 + 1e-12).all()
    more = M.copy()
    more[0] = 1
    assert (kernel.density(more, phi)[known] >= omega[known] - 1e-12).all()
    close(kernel.density(np.ones_like(M), phi)[known], 1)


def test_industries_in_nobodys_company_are_undefined():
    C = kernel.co_occurrence(np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 0.0]]))
    for method in METHODS:
        phi = kernel.relatedness(C, method)
        assert np.isnan(phi[[0, 1], 2]).all()
        assert not np.isnan(phi[0, 1])


def test_one_industry_has_no_pairs():
    C = kernel.co_occurrence(np.array([[1.0], [0.0]]))
    for method in METHODS:
        close(kernel.relatedness(C, method), [[0]])
    assert np.isnan(kernel.density(np.array([[1.0]]), np.zeros((1, 1)))).all()
