"""Randomisation over a map against dealing the values in every way there is."""

import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.kernels.matrices import close
from tests.reference import concentration as papers

from clusteranalysis.kernels import spatial as kernel

VALUES = st.sampled_from([0.0, 0.0, 1.0, 2.5, 7.0])


@st.composite
def maps(draw, size=(3, 5), weights=(0.0, 1.0)):
    """Values and a symmetric matrix of weights without a diagonal, some regions alone."""
    n = draw(st.integers(*size))
    W = np.zeros((n, n))
    for r, q in itertools.combinations(range(n), 2):
        W[r, q] = W[q, r] = draw(st.sampled_from(weights))
    return np.array(draw(st.lists(VALUES, min_size=n, max_size=n))), W


def test_rows_add_up_to_one_or_are_empty():
    W = csr_array(np.array([[0.0, 2, 6], [1, 0, 0], [0, 0, 0]]))
    rows = kernel.row_standardised(W).toarray()
    close(rows, [[0, 0.25, 0.75], [1, 0, 0], [0, 0, 0]])


@settings(max_examples=30, deadline=None)
@given(maps(weights=(0.0, 1.0, 3.0)))
def test_shuffled_moran_is_drawn_from_all_arrangements(case):
    y, W = case
    if not W.any() or np.ptp(y) == 0:
        return
    every = np.array(papers.moran_enumerated(y.tolist(), W.tolist()))
    drawn = kernel.shuffled_moran(np.random.default_rng(2), y, csr_array(W), 3000)
    error = every.std() / math.sqrt(3000)
    assert abs(drawn.mean() - every.mean()) < 5 * error + 1e-9
    assert set(np.round(drawn, 8)) <= set(np.round(every, 8))


def test_picks_are_different_numbers_and_all_come_up():
    picked = kernel.picks(np.random.default_rng(0), 6, 3, 4000)
    assert picked.shape == (4000, 3)
    assert all(len(set(row)) == 3 for row in picked.tolist())
    close(np.bincount(picked.ravel(), minlength=6) / 4000, np.full(6, 0.5), rtol=0.1)
    assert kernel.picks(np.random.default_rng(0), 0, 0, 5).shape == (5, 0)


def test_blocks_do_not_show(monkeypatch):
    picked = kernel.picks(np.random.default_rng(0), 6, 3, 40)
    y, W = np.arange(5.0) ** 2, csr_array(np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1))
    drawn = kernel.shuffled_moran(np.random.default_rng(0), y, W, 40)
    monkeypatch.setattr(kernel, "_BLOCK", 12)
    assert (kernel.picks(np.random.default_rng(0), 6, 3, 40) == picked).all()
    close(kernel.shuffled_moran(np.random.default_rng(0), y, W, 40), drawn)


@settings(max_examples=30, deadline=None)
@given(maps(size=(3, 6), weights=(0.0, 1.0, 2.0)))
def test_neighbour_ranks_tend_to_the_share_of_all_ways_to_deal_the_others(case):
    y, W = case
    n, B = len(y), 4000
    degree = int((W > 0).sum(axis=1).max())
    picked = kernel.picks(np.random.default_rng(4), n - 1, degree, B)
    above, below = kernel.neighbour_ranks(y, csr_array(W), picked)
    for r in range(n):
        others = [q for q in range(n) if q != r]
        observed = sum(W[r, q] * y[q] for q in others)
        dealt = [
            sum(W[r, q] * value for q, value in zip(others, values, strict=True))
            for values in itertools.permutations(y[others])
        ]
        expected = np.mean(np.array(dealt) >= observed - 1e-9)
        assert abs(above[r] / B - expected) < 5 * math.sqrt(0.25 / B)
        expected = np.mean(np.array(dealt) <= observed + 1e-9)
        assert abs(below[r] / B - expected) < 5 * math.sqrt(0.25 / B)


@given(maps(size=(3, 6), weights=(0.0, 1.0, 2.0)), st.randoms(use_true_random=False))
def test_ranks_do_not_depend_on_the_order_of_regions(case, random):
    y, W = case
    order = list(range(len(y)))
    random.shuffle(order)
    picked = kernel.picks(np.random.default_rng(4), len(y) - 1, len(y) - 1, 50)
    above, below = kernel.neighbour_ranks(y, csr_array(W), picked)
    other = kernel.neighbour_ranks(y[order], csr_array(W[order][:, order]), picked)
    assert (other[0] == above[order]).all()
    assert (other[1] == below[order]).all()


@st.composite
def joins(draw):
    _, W = draw(maps(size=(2, 6)))
    choice = st.lists(st.sampled_from([0.0, 1.0]), min_size=len(W), max_size=len(W))
    return np.array(draw(choice)), np.array(draw(choice)), W


@given(joins())
def test_join_counts_are_counted_and_their_chance_is_exact(case):
    focal, there, W = case
    count, p = kernel.join_counts(focal, there, csr_array(W))
    for r in range(len(W)):
        degree = int(W[r].sum())
        if degree == 0:
            assert np.isnan([count[r], p[r]]).all()
            continue
        seen = sum(there[q] for q in np.flatnonzero(W[r]))
        assert count[r] == focal[r] * seen
        if not focal[r]:
            assert np.isnan(p[r])
            continue
        others = [there[q] for q in range(len(W)) if q != r]
        ways = [sum(chosen) >= seen for chosen in itertools.combinations(others, degree)]
        close(p[r], np.mean(ways))


def test_a_join_count_is_unknown_only_where_it_depends_on_what_is_unknown():
    nan = math.nan
    W = csr_array(np.diag(np.ones(3), 1) + np.diag(np.ones(3), -1))
    count, p = kernel.join_counts(np.array([1.0, 0, 1, nan]), np.array([1.0, 1, 1, nan]), W)
    close(count, [1, 0, nan, nan])
    assert np.isnan(p).all()  # how many others there are is unknown
    count, p = kernel.join_counts(np.array([1.0, 0, nan, 1]), np.array([1.0, 1, 0, 1]), W)
    close(count, [1, 0, nan, 0])
    close(p, [2 / 3, nan, nan, 1])
