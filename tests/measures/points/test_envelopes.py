"""Envelopes and tests of simulated curves: by hand, their size and power, one worker or many."""

import os
import signal

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.pair_distances import Pattern
from clusteranalysis.measures.points import envelopes
from clusteranalysis.measures.points._density_curves import Counterfactual, Statistic

R = np.array([1.0, 2.0, 4.0])


def normal(rng, size=3):
    return rng.normal(size=size)


def same(pattern):
    return pattern


# By hand


def test_bands_of_nineteen_curves_by_hand():
    # Curve k is k at every distance: the least extreme one is 10, and 1 and 19 go first.
    curves = np.repeat(np.arange(1.0, 20)[:, None], 3, axis=1)
    found = envelopes.envelope(np.array([10.5, 25.0, 10.5]), curves, R, level=0.9)
    np.testing.assert_array_equal(found.expected, [10.0] * 3)
    np.testing.assert_array_equal(found.local_low, [1.0] * 3)
    np.testing.assert_array_equal(found.local_high, [19.0] * 3)
    # The observed curve is outermost at one distance, curve 1 at three, curve 19 at two.
    # Of twenty curves, 1 and 19 are the two most extreme, so p = 3 / 20 > 0.1: it is inside.
    assert found.p_value == 3 / 20
    np.testing.assert_array_equal(found.global_low, [2.0] * 3)
    np.testing.assert_array_equal(found.global_high, [18.0, 25.0, 18.0])
    np.testing.assert_array_equal(found.localisation, [0.0] * 3)
    np.testing.assert_array_equal(found.dispersion, [0.0] * 3)


def test_indices_are_distances_from_the_global_band():
    curves = np.repeat(np.arange(1.0, 20)[:, None], 3, axis=1)
    above = envelopes.envelope(np.array([0.0, 25.0, 30.0]), curves, R, level=0.9)
    assert above.p_value <= 0.1
    np.testing.assert_array_equal(
        above.localisation, np.array([0, 25, 30]) - above.global_high * [0, 1, 1]
    )
    # Localised somewhere: dispersion is not spoken of, though it is below at the first distance.
    assert above.global_low[0] > 0
    np.testing.assert_array_equal(above.dispersion, [0.0] * 3)
    below = envelopes.envelope(np.array([-1.0, -2.0, 10.0]), curves, R, level=0.9)
    np.testing.assert_array_equal(below.localisation, [0.0] * 3)
    np.testing.assert_array_equal(
        below.dispersion, [below.global_low[0] + 1, below.global_low[1] + 2, 0.0]
    )


def test_goodness_of_fit_by_hand():
    # Means of the others: 0 for the observed, else pulled by it; u = (3)^2, (1 - 1)^2, ...
    observed, curves = np.array([3.0]), np.array([[0.0], [1.0], [-1.0]])
    # Over all four the mean is 0.75: deviations 2.25, 0.75, 0.25, 1.75, times 4 / 3.
    assert envelopes.goodness_of_fit(observed, curves, np.array([5.0])) == 1 / 4
    assert (
        envelopes.goodness_of_fit(
            np.array([1.0]), np.array([[0.0], [3.0], [-1.0]]), np.array([5.0])
        )
        == 1.0
    )
    # The step to the next distance weighs: 1 wrong over 9 km is more than 2 wrong over 1 km.
    observed, curves = np.array([2.0, 0.0, 0.0]), np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert envelopes.goodness_of_fit(observed, curves, np.array([0.0, 1.0, 10.0])) == 2 / 3
    assert envelopes.goodness_of_fit(observed, curves, np.array([0.0, 9.0, 10.0])) == 1 / 3


def test_extreme_rank_length_by_hand():
    curves = np.array([[1.0, 1.0], [2.0, 5.0], [3.0, 2.0], [4.0, 3.0], [5.0, 4.0]])
    # Ranks of the nearer side: (1, 1), (2, 1), (3, 2), (2, 3), (1, 2): sorted and read like words.
    np.testing.assert_allclose(envelopes.extremeness(curves), np.array([1, 3, 5, 5, 3]) / 5)


def test_undefined_distances_take_no_part():
    rng = np.random.default_rng(0)
    observed, curves = rng.normal(size=4), rng.normal(size=(39, 4))
    alone = envelopes.envelope(observed[1:3], curves[:, 1:3], np.array([1.0, 2.0]), 0.95)
    observed[0], curves[7, 3] = np.nan, np.inf
    found = envelopes.envelope(observed, curves, np.arange(4.0), 0.95)
    for name, one, other in zip(envelopes.COLUMNS, found, alone, strict=True):
        if name in ("p_value", "goodness_of_fit"):
            assert one == other
        else:
            assert np.isnan(one[[0, 3]]).all()
            np.testing.assert_array_equal(one[1:3], other)


def test_nothing_defined_is_nothing_said():
    found = envelopes.envelope(np.full(3, np.nan), np.zeros((39, 3)), R, 0.95)
    assert all(np.isnan(part).all() for part in found)


# What must hold for any curves


@given(hnp.arrays(float, (41, 4), elements=st.floats(-5, 5), unique=True), st.data())
def test_the_picture_and_the_p_value_agree(curves, data):
    level = data.draw(st.sampled_from([0.9, 0.95]))
    found = envelopes.envelope(curves[0], curves[1:], np.arange(4.0), level)
    outside = (curves[0] < found.global_low) | (curves[0] > found.global_high)
    assert outside.any() == (found.p_value <= 1 - level + 1e-12)
    assert outside.any() == bool((found.localisation > 0).any() or (found.dispersion > 0).any())
    assert not ((found.localisation > 0) & (found.dispersion > 0)).any()
    assert (found.global_low <= found.global_high).all()


@given(hnp.arrays(float, (30, 3), elements=st.integers(0, 4).map(float)))
def test_p_values_are_those_of_a_permutation_test(curves):
    """However many ties: at most a share p of the curves has a p-value of p or less."""
    for p in (
        envelopes.extremeness(curves),
        [
            envelopes.goodness_of_fit(curves[k], np.delete(curves, k, axis=0), R)
            for k in range(len(curves))
        ],
    ):
        p = np.asarray(p)
        for level in np.unique(p):
            assert (p <= level).mean() <= level + 1e-12


def test_exactly_the_level_of_continuous_curves_is_inside():
    curves = np.random.default_rng(1).normal(size=(200, 5))
    assert (envelopes.extremeness(curves) <= 0.05).mean() == 0.05


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_local_band_is_exact_at_one_distance(level):
    simulations = 199
    rank = int((1 - level) / 2 * (simulations + 1) + 1e-9)
    curves = np.arange(1.0, simulations + 1)[:, None]
    found = envelopes.envelope(np.array([0.0]), curves, np.array([1.0]), level)
    assert (found.local_low, found.local_high) == (rank, simulations + 1 - rank)


# Refusals and seeds


def test_too_few_simulations_for_the_level_are_refused():
    envelopes.check_simulations(39, 0.95)
    envelopes.check_simulations(0, 0.95)
    with pytest.raises(SchemaError, match="use 39 or more"):
        envelopes.check_simulations(38, 0.95)
    with pytest.raises(SchemaError, match="use 199 or more"):
        envelopes.check_simulations(100, 0.99)
    for bad in (-1, 99.0, True):
        with pytest.raises(SchemaError, match="simulations="):
            envelopes.check_simulations(bad, 0.95)
    for bad in (0, 1, 95):
        with pytest.raises(SchemaError, match="level="):
            envelopes.check_simulations(99, bad)


def test_a_source_of_randomness_is_a_seed_or_a_generator():
    assert envelopes.source(7).entropy == 7
    first, second = (envelopes.source(np.random.default_rng(7)) for _ in range(2))
    assert first.entropy == second.entropy
    for bad in (-1, 1.5, "seed", True):
        with pytest.raises(SchemaError, match="rng="):
            envelopes.source(bad)


def test_the_same_seed_gives_the_same_curves_whatever_came_before():
    seed = np.random.SeedSequence(5)
    first = envelopes.simulate(same, normal, 60, seed=seed)
    seed.spawn(3)
    assert np.array_equal(first, envelopes.simulate(same, normal, 60, seed=seed))
    assert len(np.unique(first[:, 0])) == 60
    # The first simulations do not depend on how many follow.
    assert np.array_equal(first[:20], envelopes.simulate(same, normal, 20, seed=seed))


def test_progress_is_told_until_the_end():
    told = []
    envelopes.simulate(
        same, normal, 60, seed=np.random.SeedSequence(1), progress=lambda *state: told.append(state)
    )
    assert told[-1] == (60, 60)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_adjusting_counts_curves_not_rows():
    table = pd.DataFrame(
        {
            "industry": ["a"] * 3 + ["b"] * 3 + ["c"] * 3,
            "p_value": [0.01] * 3 + [0.04] * 3 + [np.nan] * 3,
        }
    )
    found = envelopes.adjust_over_curves(table, ["industry"], "bonferroni")
    np.testing.assert_allclose(found, [0.02] * 3 + [0.08] * 3 + [np.nan] * 3)


# One worker or many


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_two_workers_give_the_same_curves(backend):
    seed = np.random.SeedSequence(5)
    alone = envelopes.simulate(same, normal, 60, seed=seed)
    with joblib.parallel_config(backend, n_jobs=2):
        assert np.array_equal(alone, envelopes.simulate(same, normal, 60, seed=seed))


def simulated_densities(progress=None):
    """Work of a few seconds: densities of 400 of 1,000 sites, a hundred times."""
    sites = np.random.default_rng(0).random((1000, 2)) * 100
    draw = Counterfactual(sites, np.ones(1000), np.arange(400), None, "sites")
    statistic = Statistic(np.linspace(0, 20, 21), None, "exact", threads=1)
    return envelopes.simulate(
        statistic, draw, 100, seed=np.random.SeedSequence(3), progress=progress
    )


@pytest.mark.filterwarnings("ignore")  # distributed's own, of sockets and loops at shutdown
def test_a_dask_cluster_that_loses_a_worker_midway_gives_the_same_curves():
    if "CLUSTERANALYSIS_REQUIRE_SHARED" not in os.environ:  # our CI has it and must not skip
        pytest.importorskip("distributed")
    import distributed

    alone = simulated_densities()
    killed = []
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = client.run(os.getpid)
        assert len(workers) == 2

        def kill_one(done, total):
            if not killed and 0 < done < total:
                victim = next(iter(workers.values()))
                os.kill(victim, signal.SIGKILL)
                killed.append(done)

        with joblib.parallel_config("dask"):
            found = simulated_densities(kill_one)
        after = client.run(os.getpid)
    assert killed
    assert killed[0] <= 60
    assert set(workers.values()) - set(after.values())
    assert np.array_equal(found, alone)


# Size and power of the global band


def rejections(patterns, draw, statistic, simulations=99):
    """Share of the patterns that leave the global 95 % band of curves simulated for each."""
    found = []
    for k, pattern in enumerate(patterns):
        curves = envelopes.simulate(statistic, draw, simulations, seed=np.random.SeedSequence(k))
        found.append(envelopes.envelope(statistic(pattern), curves, statistic.r, 0.95))
    return found


def random_and_clustered(n):
    """Forty plants anywhere among 200 sites, and forty of which most are in one quarter."""
    rng = np.random.default_rng(8)
    sites = rng.random((200, 2)) * 100
    draw = Counterfactual(sites, np.ones(200), np.arange(40), None, "sites")
    corner = np.flatnonzero(np.hypot(*sites.T) < 50)
    anywhere = [draw(rng) for _ in range(n)]

    def clustered():
        near = rng.choice(corner, 28, replace=False)
        rest = rng.choice(np.setdiff1d(np.arange(200), near), 12, replace=False)
        return Pattern.of(sites[np.append(near, rest)]), None

    return draw, anywhere, [clustered() for _ in range(20)]


def test_size_and_power_of_a_nominal_five_percent():
    statistic = Statistic(np.arange(0.0, 41, 5), None, "binned", threads=1)
    draw, anywhere, clustered = random_and_clustered(400)
    found = rejections(anywhere, draw, statistic)
    assert 0.03 <= np.mean([band.p_value <= 0.05 for band in found]) <= 0.07
    assert 0.03 <= np.mean([band.goodness_of_fit <= 0.05 for band in found]) <= 0.07
    # The local bands are for one distance: taken together they reject far too often.
    several = [
        ((x < band.local_low) | (x > band.local_high)).any()
        for x, band in zip(map(statistic, anywhere), found, strict=True)
    ]
    assert np.mean(several) > 0.1
    found = rejections(clustered, draw, statistic)
    assert np.mean([(band.localisation > 0).any() for band in found]) >= 0.9
