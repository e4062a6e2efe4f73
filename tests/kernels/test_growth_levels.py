"""Nested and spatial shift-share kernels: the classic terms with another area in between."""

import numpy as np
from hypothesis import given
from scipy import sparse
from tests.kernels.matrices import close, two_dates

from clusteranalysis.kernels.growth import shift_share_classic
from clusteranalysis.kernels.growth_levels import shift_share_nested, shift_share_spatial


def area(E):
    """Industries and total of all regions together."""
    return E.sum(axis=0, keepdims=True), E.sum(keepdims=True)


@given(two_dates())
def test_nested_terms_add_up_in_every_cell(dates):
    before, after = dates
    (S0, M0), (S1, M1) = area(before), area(after)
    terms = shift_share_nested(before, after, S0 + 3, S1 + 5, M0 + 9, M1 + 8, S0, S1, M0, M1)
    scale = max(before.sum(), after.sum(), 1.0)
    close(np.sum([*terms], axis=0) / scale, (after - before) / scale, atol=1e-10)


def test_nested_by_hand():
    # Cell 10 -> 15 (+ 50 %), state's industry + 20 %, state + 10 %, nation's + 5 %, nation + 2 %.
    numbers = [10, 15, 100, 105, 1000, 1020, 50, 60, 200, 220]
    terms = shift_share_nested(*(np.array([[float(n)]]) for n in numbers))
    close(np.ravel(terms), [0.2, 0.3, 0.8, 0.7, 3.0])


def test_spatial_growth_is_that_of_the_neighbours_together():
    # Neighbours of A are B (twice) and C: 2 x 10 + 30 -> 2 x 20 + 20, + 20 %.
    W = sparse.csr_array(np.array([[0.0, 2, 1], [1, 0, 0], [0, 0, 0]]))
    e0, e1 = np.array([[100.0], [10], [30]]), np.array([[130.0], [20], [20]])
    terms = shift_share_spatial(e0, e1, W, np.array([[140.0]]), np.array([[154.0]]))
    close(terms.national, [[10], [1], [3]])
    close(terms.neighbour, [[10], [2], [np.nan]])
    close(terms.regional, [[10], [7], [np.nan]])


def test_the_scale_of_a_row_of_weights_cancels():
    rng = np.random.default_rng(5)
    e0, e1 = rng.integers(1, 30, (2, 4, 3)).astype(float)
    W = rng.random((4, 4)) * (1 - np.eye(4))
    N = np.array([[500.0]]), np.array([[600.0]])
    plain = shift_share_spatial(e0, e1, sparse.csr_array(W), *N)
    scaled = shift_share_spatial(e0, e1, sparse.csr_array(W * [[7], [1], [0.1], [3]]), *N)
    for a, b in zip(plain, scaled, strict=True):
        close(a, b)


def test_a_withheld_neighbour_is_unknown_to_its_neighbours_alone():
    W = sparse.csr_array(np.array([[0.0, 1, 0], [1, 0, 0], [1, 0, 0]]))
    e0, e1 = np.array([[4.0], [np.nan], [6]]), np.array([[5.0], [7], [9]])
    terms = shift_share_spatial(e0, e1, W, np.array([[20.0]]), np.array([[30.0]]))
    close(terms.neighbour, [[np.nan], [np.nan], [6 * (0.25 - 0.5)]])


def test_everything_a_neighbour_is_the_classic_identity_against_the_others():
    rng = np.random.default_rng(6)
    e0, e1 = rng.integers(1, 30, (2, 4, 3)).astype(float)
    (_, N0), (_, N1) = area(e0), area(e1)
    terms = shift_share_spatial(e0, e1, sparse.csr_array(1 - np.eye(4)), N0, N1)
    for r in range(4):
        others = [np.delete(e, r, axis=0).sum(axis=0, keepdims=True) for e in (e0, e1)]
        classic = shift_share_classic(e0[[r]], e1[[r]], *others, N0, N1)
        close(terms.neighbour[[r]], classic.industry_mix)
        close(terms.regional[[r]], classic.regional)
