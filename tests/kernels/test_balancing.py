"""Balanced values against a general-purpose optimiser, and what must hold exactly."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear
from scipy.stats import truncnorm
from tests.kernels.test_propagation import nation

from clusteranalysis.kernels.balancing import balance, truncated_moments
from clusteranalysis.kernels.propagation import equations, propagate, residuals

ONE = equations([np.array([-1, 0, 0, 0])], [np.array([0, 1, 1, 1])])


def slow(m, v, low, high, system):
    """The same by bounded-variable least squares (active sets), equations as heavy rows."""
    free = high > low
    rows = np.zeros((len(system.whole), len(low)))
    for e, whole in enumerate(system.whole):
        rows[e, whole] = 1
        rows[e, system.part[system.start[e] : system.start[e + 1]]] = -1
    heavy = 3e4
    matrix = np.vstack([np.diag(1 / np.sqrt(v))[:, free][free], heavy * rows[:, free]])
    right = np.concatenate([(m / np.sqrt(v))[free], -heavy * rows[:, ~free] @ low[~free]])
    x = low.copy()
    x[free] = lsq_linear(
        matrix, right, (low[free], high[free]), method="bvls", tol=1e-14, max_iter=2000
    ).x
    return x


@pytest.mark.parametrize("seed", range(12))
def test_values_equal_those_of_a_general_optimiser(seed):
    rng = np.random.default_rng(seed)
    system, truth, low, high = nation(rng)
    high = np.minimum(high, 300)
    m = truth + rng.normal(0, 3, truth.size)
    v = rng.uniform(0.5, 5, truth.size)
    bounds = propagate(low, high, system)
    result = balance(m, v, bounds.low, bounds.high, system)
    if (bounds.high == bounds.low).all():
        return
    reference = slow(m, v, bounds.low, bounds.high, system)
    np.testing.assert_allclose(residuals(reference, system), 0, atol=1e-5)
    np.testing.assert_allclose(result.x, reference, atol=2e-4)
    assert not result.elastic


@pytest.mark.parametrize("seed", range(12))
def test_equations_bounds_and_known_cells_hold(seed):
    rng = np.random.default_rng(100 + seed)
    system, truth, low, high = nation(rng, 5, 4)
    bounds = propagate(low, high, system)
    m, v = truth * rng.uniform(0.5, 1.5, truth.size), rng.uniform(0.1, 50, truth.size)
    result = balance(m, v, bounds.low, bounds.high, system)
    assert np.abs(result.slack).max() <= 1e-6
    assert ((result.x >= bounds.low) & (result.x <= bounds.high)).all()
    known = bounds.low == bounds.high
    assert result.x[known].tobytes() == bounds.low[known].tobytes()


def test_by_hand_what_is_missing_is_shared_by_variance():
    result = balance([0, 2, 4, 0], [1, 1, 3, 1], [10, 0, 0, 0], [10, 9, 9, 0], ONE)
    np.testing.assert_allclose(result.x, [10, 3, 7, 0], atol=1e-9)


def test_by_hand_a_bound_passes_the_rest_on():
    result = balance([0, 2, 4, 0], [1, 1, 3, 1], [10, 0, 0, 0], [10, 9, 6, 0], ONE)
    np.testing.assert_allclose(result.x, [10, 4, 6, 0], atol=1e-9)


def test_nothing_to_estimate():
    result = balance([0] * 4, [1] * 4, [6, 1, 2, 3], [6, 1, 2, 3], ONE)
    assert result.x.tolist() == [6, 1, 2, 3]
    assert result.slack.tolist() == [0]


def test_no_equations_leave_targets_within_bounds():
    none = equations([np.array([-1, -1])], [np.array([0, 0])])
    assert balance([5, 50], [1, 1], [0, 0], [9, 9], none).x.tolist() == [5, 9]


def test_known_cells_that_do_not_add_up_show_as_slack():
    result = balance([0] * 4, [1] * 4, [7, 1, 2, 3], [7, 1, 2, 3], ONE)
    assert result.slack.tolist() == [1]


@pytest.mark.parametrize("known", [False, True])
def test_where_no_values_fit_the_equation_gives_way(known):
    conflict = np.array([True]) if known else None
    result = balance(
        [0, 2, 4, 0], [1, 1, 3, 1], [10, 0, 0, 1], [10, 4, 2, 1], ONE, conflict=conflict
    )
    assert result.elastic
    np.testing.assert_allclose(result.x, [10, 4, 2, 1], atol=1e-3)
    np.testing.assert_allclose(result.slack, [3], atol=1e-3)


def test_a_contradiction_leaves_other_blocks_as_they_were():
    parent, depth = np.array([-1, 0, 0, -1, 3, 3]), np.array([0, 1, 1, 0, 1, 1])
    system = equations([parent], [depth])
    m, v = [0, 3, 3, 0, 2, 4], [1, 1, 1, 1, 1, 1]
    low, high = [50, 0, 0, 9, 0, 0], [50, 9, 9, 9, 9, 9]
    result = balance(m, v, low, high, system, conflict=np.array([True, False]))
    np.testing.assert_allclose(result.x[3:], [9, 3.5, 5.5], atol=1e-8)
    np.testing.assert_allclose(result.slack, [32, 0], atol=1e-3)


def test_a_solver_that_fails_never_breaks_the_rules():
    result = balance(
        [0, 2, 40, 0], [1, 1, 3, 1], [10, 0, 0, 0], [10, 9, 9, 0], ONE, solve=lambda problem: None
    )
    assert result.x[[0, 3]].tolist() == [10, 0]
    assert ((result.x >= 0) & (result.x <= [10, 9, 9, 0])).all()
    np.testing.assert_allclose(result.slack, [0], atol=1e-6)


@pytest.mark.parametrize(
    ("m", "v", "low", "high"),
    [(0, 1, -1, 1), (3, 4, 0, np.inf), (50, 1, 0, 4), (-9, 2, 0, 5), (7, 9, 5, 9), (2, 1, 0, 4)],
)
def test_truncated_moments_equal_those_of_scipy(m, v, low, high):
    s = np.sqrt(v)
    known = truncnorm((low - m) / s, (high - m) / s, loc=m, scale=s)
    mean, variance = truncated_moments([m], [v], [low], [high])
    np.testing.assert_allclose(mean[0], known.mean(), rtol=1e-6)
    np.testing.assert_allclose(variance[0], known.var(), rtol=1e-3)


def test_truncated_moments_stay_within_bounds_far_out():
    rng = np.random.default_rng(0)
    m, v = rng.normal(0, 1e4, 2000), 10 ** rng.uniform(-4, 6, 2000)
    low = rng.uniform(0, 100, 2000)
    high = low + 10 ** rng.uniform(-3, 3, 2000)
    mean, variance = truncated_moments(m, v, low, high)
    assert ((mean >= low) & (mean <= high)).all()
    assert (variance > 0).all()
    assert (variance <= (high - low) ** 2 / 12 * (1 + 1e-6)).all()
