"""Scores and moves of groups, by hand and against loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.kernels import grouping as kernel


@st.composite
def partitions(draw, least=4):
    n = draw(st.integers(least, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    S = rng.normal(size=(n, n))
    S = (S + S.T) / 2
    k = draw(st.integers(2, n - 1))
    labels = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    rng.shuffle(labels)
    return S, labels.astype(np.intp)


def loops(S, labels):
    """Mean similarity of industries and of groups with each group, pair by pair."""
    n, k = len(S), labels.max() + 1
    industry = [
        [[S[i, j] for j in range(n) if labels[j] == g and j != i] for g in range(k)]
        for i in range(n)
    ]
    group = [
        [
            [
                S[i, j]
                for i in range(n)
                for j in range(n)
                if labels[i] == a and labels[j] == b and i != j
            ]
            for b in range(k)
        ]
        for a in range(k)
    ]
    mean = lambda values: np.mean(values) if values else np.nan  # noqa: E731
    return (
        np.array([[mean(cell) for cell in row] for row in industry]),
        np.array([[mean(cell) for cell in row] for row in group]),
    )


@given(partitions())
def test_relatedness_is_the_mean_over_pairs(case):
    S, labels = case
    found = kernel.relatedness(S, labels, int(labels.max()) + 1)
    industry, group = loops(S, labels)
    np.testing.assert_allclose(found.industry, industry, atol=1e-9)
    np.testing.assert_allclose(found.group, group, atol=1e-9)


@given(partitions())
def test_scores_are_shares_and_strict_ones_are_lower(case):
    S, labels = case
    found = kernel.validation(S, labels)
    assert all(0 <= score <= 1 for score in found)
    industry, group = loops(S, labels)
    own, k = np.diag(group), len(group)
    between = [np.mean([group[a, b] for b in range(k) if b != a]) for a in range(k)]
    assert found.cluster_average == pytest.approx(
        np.mean([w > b for w, b in zip(own, between, strict=True)])
    )
    within = industry[np.arange(len(S)), labels]
    strict = [
        np.quantile([industry[i, g] for g in range(k) if g != labels[i]], 0.95)
        for i in range(len(S))
    ]
    assert found.industry_p95 == pytest.approx(
        np.mean([w > b for w, b in zip(within, strict, strict=True)])
    )
    assert found.score == pytest.approx(np.mean(found))


def test_two_blocks_score_one_and_stay():
    S = np.full((6, 6), -1.0)
    S[:3, :3] = S[3:, 3:] = 1.0
    labels = np.array([0, 0, 0, 1, 1, 1])
    assert kernel.validation(S, labels) == (1, 1, 1, 1)
    assert kernel.reassign(S, labels).tolist() == labels.tolist()
    wrong = np.array([0, 0, 1, 1, 1, 1])
    assert kernel.reassign(S, wrong).tolist() == labels.tolist()


def test_the_margin_is_largest_for_the_blocks_there_are():
    truth = np.repeat(np.arange(4), 4)
    S = np.where(truth[:, None] == truth, 1.0, -1.0)
    assert kernel.margin(S, truth) == 2
    assert kernel.margin(S, truth // 2) < 2
    assert kernel.margin(S, np.arange(16) // 2) == 0
    # Alone, an industry is as close to the closest other as can be.
    assert kernel.margin(S, np.arange(16)) == 0


@given(partitions())
def test_after_the_moves_nobody_gains_by_moving(case):
    S, labels = case
    before = labels.copy()
    moved = kernel.reassign(S, labels)
    assert (labels == before).all()
    k = int(labels.max()) + 1
    industry = kernel.relatedness(S, moved, k).industry
    size = np.bincount(moved, minlength=k)
    rows = np.arange(len(S))
    own = industry[rows, moved]
    assert not np.isnan(own).any()
    others = industry.copy()
    others[rows, moved] = -np.inf
    others[:, size == 0] = -np.inf
    stopped = np.nanmax(others, axis=1) <= own + 1e-9
    # Moves may go round in a circle; they end all the same.
    assert stopped.all() or len(S) > 3


@given(partitions(), st.floats(0.1, 10), st.floats(-5, 5))
def test_standardised_pairs_have_mean_zero_and_spread_one(case, factor, shift):
    S, _ = case
    Z = kernel.standardised(S)
    pairs = Z[~np.eye(len(Z), dtype=bool)]
    assert pairs.mean() == pytest.approx(0, abs=1e-9)
    assert pairs.std() == pytest.approx(1)
    np.testing.assert_allclose(kernel.standardised(factor * S + shift), Z, atol=1e-7)
    assert (np.diag(Z) == np.where(np.eye(len(Z), dtype=bool), -np.inf, Z).max(axis=1)).all()


def test_moves_one_at_a_time_with_the_one_that_gains_most_first():
    """Two blocks with two strangers in the wrong one: both go home, nobody else moves."""
    S = np.full((8, 8), 0.1)
    S[:4, :4] = S[4:, 4:] = 0.9
    S[0, 1:4] = S[1:4, 0] = 0.8
    np.fill_diagonal(S, 7.0)  # what an industry is to itself must not matter
    labels = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    assert kernel.reassign(S, labels).tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    once = kernel.reassign(S, labels, rounds=1)
    assert (once != labels).sum() == 1
    # The last gains 0.9 - 0.1, the first less.
    assert once.tolist() == [1, 0, 0, 0, 1, 1, 1, 1]


def test_an_industry_alone_moves_to_its_nearest_and_leaves_no_empty_group_behind_it():
    S = np.array([[1.0, 0.2, 0.1], [0.2, 1.0, 0.6], [0.1, 0.6, 1.0]])
    assert kernel.reassign(S, np.array([0, 1, 1])).tolist() == [1, 1, 1]
