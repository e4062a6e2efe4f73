"""Bounds by propagation against exact ranges from linear programming."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from clusteranalysis.kernels.propagation import equations, propagate, residuals


def crossed(rows, columns):
    """Cells of a table with margins: parents by row and by column, depths, positions."""
    at = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    by_row, by_column = np.full(at.size, -1), np.full(at.size, -1)
    by_row[at[:, 1:]] = at[:, :1]
    by_column[at[1:, :]] = at[:1, :]
    depth_row, depth_column = np.zeros(at.size, int), np.zeros(at.size, int)
    depth_row[at[:, 1:]] = 1
    depth_column[at[1:, :]] = 1
    return equations([by_row, by_column], [depth_row, depth_column])


def nation(rng, rows=3, columns=3):
    """A small table with margins, some cells withheld, and bounds that hold the truth."""
    inner = rng.integers(0, 30, (rows, columns)).astype(float)
    table = np.zeros((rows + 1, columns + 1))
    table[1:, 1:] = inner
    table[0, 1:], table[1:, 0], table[0, 0] = inner.sum(0), inner.sum(1), inner.sum()
    truth = table.ravel()
    hidden = rng.random(truth.size) < 0.6
    low = np.where(hidden, np.floor(truth / 10) * 10, truth)
    high = np.where(hidden, low + 9, truth)
    high[hidden & (rng.random(truth.size) < 0.3)] = np.inf
    return crossed(rows, columns), truth, low, high


def exact_ranges(system, low, high):
    """Least and greatest value of each cell, by a linear programme a bound."""
    rows = np.zeros((len(system.whole), len(low)))
    for e, whole in enumerate(system.whole):
        rows[e, whole] = 1
        rows[e, system.part[system.start[e] : system.start[e + 1]]] = -1
    limits = [(a, None if np.isinf(b) else b) for a, b in zip(low, high, strict=True)]
    found = []
    for sign in (1, -1):
        ends = []
        for i in range(len(low)):
            cost = np.zeros(len(low))
            cost[i] = sign
            done = linprog(cost, A_eq=rows, b_eq=np.zeros(len(rows)), bounds=limits)
            ends.append(sign * done.fun if done.status == 0 else sign * -np.inf)
        found.append(np.array(ends))
    return found


def test_equations_list_wholes_from_the_deepest_up():
    parent = np.array([-1, 0, 0, 1, 1])
    system = equations([parent], [np.array([0, 1, 1, 2, 2])])
    assert system.whole.tolist() == [1, 0]
    assert system.part.tolist() == [3, 4, 1, 2]
    assert system.step.tolist() == [0, 1]


def test_equations_that_do_not_hold_are_left_out():
    parent, depth = np.array([-1, 0, 0, 1, 1]), np.array([0, 1, 1, 2, 2])
    keep = np.array([False, True, True, True, True])
    assert equations([parent], [depth], [keep]).whole.tolist() == [1]


def test_no_equations_change_nothing():
    system = equations([np.array([-1, -1])], [np.array([0, 0])])
    result = propagate([0, 1], [np.inf, 2], system)
    assert result.converged
    assert result.high.tolist() == [np.inf, 2]
    assert residuals([0.0, 1.0], system).tolist() == []


def test_one_unbounded_part_is_bounded_by_its_whole_two_are_by_it_alone():
    system = equations([np.array([-1, 0, 0, 0])], [np.array([0, 1, 1, 1])])
    result = propagate([100, 10, 0, 0], [100, 10, np.inf, np.inf], system)
    assert result.high.tolist() == [100, 10, 90, 90]
    assert result.low.tolist() == [100, 10, 0, 0]
    result = propagate([100, 10, 0, 0], [100, 10, 30, np.inf], system)
    assert result.low.tolist() == [100, 10, 0, 60]


def test_an_unknown_whole_is_the_sum_of_its_parts():
    system = equations([np.array([-1, 0, 0])], [np.array([0, 1, 1])])
    result = propagate([0, 3, 4], [np.inf, 3, 6], system)
    assert (result.low[0], result.high[0]) == (7, 9)


@pytest.mark.parametrize("seed", range(12))
def test_bounds_contain_the_exact_range_and_the_truth(seed):
    system, truth, low, high = nation(np.random.default_rng(seed))
    result = propagate(low, high, system)
    least, greatest = exact_ranges(system, low, high)
    assert result.converged
    assert not result.conflict.any()
    assert (result.low <= truth).all()
    assert (truth <= result.high).all()
    assert (result.low <= least + 1e-6).all()
    assert (result.high >= greatest - 1e-6).all()
    # They never widen, and something was won.
    assert (result.low >= low).all()
    assert (result.high <= high).all()


@pytest.mark.parametrize("seed", range(8))
def test_on_one_tree_bounds_are_the_exact_range(seed):
    rng = np.random.default_rng(seed)
    parent = np.array([-1, 0, 0, 0, 1, 1, 2, 2, 2, 3])
    depth = np.array([0, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    truth = np.zeros(10)
    truth[4:] = rng.integers(0, 20, 6)
    for whole in (1, 2, 3, 0):
        truth[whole] = truth[parent == whole].sum()
    low, high = np.floor(truth / 5) * 5, np.floor(truth / 5) * 5 + 7
    low[0] = high[0] = truth[0]
    system = equations([parent], [depth])
    result = propagate(low, high, system)
    least, greatest = exact_ranges(system, low, high)
    np.testing.assert_allclose(result.low, least, atol=1e-7)
    np.testing.assert_allclose(result.high, greatest, atol=1e-7)
    assert result.sweeps <= 2


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4))
def test_the_truth_is_never_excluded(seed, rows, columns):
    system, truth, low, high = nation(np.random.default_rng(seed), rows, columns)
    result = propagate(low, high, system)
    assert ((result.low <= truth) & (truth <= result.high)).all()
    again = propagate(result.low, result.high, system)
    np.testing.assert_array_equal(again.low, result.low)
    np.testing.assert_array_equal(again.high, result.high)


def test_a_contradiction_is_named_and_spares_the_rest():
    #  0 = 1 + 2 cannot hold; 3 = 4 + 5 can.
    parent, depth = np.array([-1, 0, 0, -1, 3, 3]), np.array([0, 1, 1, 0, 1, 1])
    system = equations([parent], [depth])
    result = propagate([10, 2, 1, 9, 4, 0], [10, 3, 2, 9, 4, 9], system)
    assert system.whole[result.conflict].tolist() == [0]
    assert result.low.tolist() == [10, 2, 1, 9, 4, 5]
    assert result.high.tolist() == [10, 3, 2, 9, 4, 5]


def test_stopping_early_is_said_and_leaves_valid_bounds():
    system, truth, low, high = nation(np.random.default_rng(3), 4, 4)
    result = propagate(low, high, system, max_sweeps=1)
    assert not result.converged
    assert ((result.low <= truth) & (truth <= result.high)).all()


def test_inputs_stay_as_they_are():
    system, _, low, high = nation(np.random.default_rng(1))
    before = low.copy(), high.copy()
    propagate(low, high, system)
    np.testing.assert_array_equal(before, (low, high))
