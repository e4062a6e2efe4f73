"""Plants that choose at random: formulas against counting every allocation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.matrices import close, jobs_and_weights
from tests.reference import concentration as papers

from clusteranalysis.kernels import plants as kernel

SIZES = st.lists(st.floats(0.1, 50), min_size=1, max_size=4)
WEIGHTS = st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=3)


@st.composite
def dartboards(draw):
    sizes, w = draw(SIZES), np.array(draw(WEIGHTS))
    w[0] += 1.0
    return sizes, w / w.sum()


@given(dartboards())
def test_moments_of_random_choice_are_those_of_all_allocations(case):
    sizes, w = case
    H, Z = papers.plant_herfindahl(sizes)
    mean, variance = papers.ellison_glaeser_enumerated(sizes, w.tolist())
    close(kernel.random_concentration(w, np.array(H)), mean)
    close(kernel.random_variance(w, np.array(H), np.array(Z)), variance, rtol=1e-7, atol=1e-12)
    # Without the fourth powers: never too small, and not larger than some plants could make it.
    largest = float(kernel.random_variance(w, np.array(H)))
    assert largest >= variance - 1e-12
    ends = [float(kernel.random_variance(w, np.array(H), np.array(z))) for z in (H**3, H**2)]
    close(largest, max(ends))


@given(dartboards())
def test_the_variance_is_the_papers(case):
    sizes, w = case
    H, Z = papers.plant_herfindahl(sizes)
    expected = papers.ellison_glaeser_variance(w.tolist(), H, Z)
    close(kernel.random_variance(w, np.array(H), np.array(Z)), expected, rtol=1e-7, atol=1e-12)


def test_variance_by_hand():
    # One plant, two regions of 3/4 and 1/4: G is 2/16 with chance 3/4, 18/16 with 1/4.
    w, one = np.array([0.75, 0.25]), np.array(1.0)
    close(kernel.random_concentration(w, one), 6 / 16)
    close(kernel.random_variance(w, one, one), (1.0**2) * 0.75 * 0.25)
    # In equal regions one plant gives the same G wherever it falls.
    close(kernel.random_variance(np.array([0.5, 0.5]), one, one), 0)
    close(kernel.random_variance(np.array([1.0]), np.array(0.3), np.array(0.05)), 0)


@given(jobs_and_weights(withheld=True), st.floats(0, 0.99))
def test_maurel_sedillot_is_the_slow_one(case, H):
    E, w = case
    if 0 < 1 - (w**2).sum() < 1e-6:
        return
    got, _ = kernel.maurel_sedillot(E, w, np.full(E.shape[1], H))
    expected = [papers.maurel_sedillot(column, w.tolist(), H) for column in E.T.tolist()]
    close(got, expected, rtol=1e-6, atol=1e-6)


def test_maurel_sedillot_by_hand():
    w = np.array([0.75, 0.25])
    # Everything in either region: 1 in the larger and the smaller alike.
    gamma, G = kernel.maurel_sedillot(np.array([[9.0, 0.0], [0.0, 9.0]]), w, np.array([0.1, 0.1]))
    close(G, [1, 1])
    close(gamma, [1, 1])
    # Equal halves are less concentrated than the regions are: 1/2 against 10/16.
    gamma, G = kernel.maurel_sedillot(np.array([[5.0], [5.0]]), w, np.array([0.1]))
    close(G, [(1 / 2 - 10 / 16) / (6 / 16)])
    close(gamma, [(G[0] - 0.1) / 0.9])


@given(jobs_and_weights(withheld=True), st.integers(1, 9), st.floats(0, 1))
def test_devereux_is_the_slow_one(case, plants, beyond):
    E, _ = case
    H = 1 / plants + beyond * (1 - 1 / plants)
    got = kernel.devereux(E, np.full(E.shape[1], float(plants)), np.full(E.shape[1], H))
    for column, *values in zip(E.T.tolist(), *got, strict=True):
        F, M, excess = papers.devereux(column, plants, H)
        close(values, [excess, F, M], atol=1e-9)


def test_devereux_by_hand():
    # Two equal plants in two of four regions: as spread out as two plants can be.
    E = np.array([[5.0, 10.0], [5.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    value, F, M = kernel.devereux(E, np.array([2.0, 2.0]), np.array([0.5, 0.5]))
    close(F, [0, 0.5])
    close(M, [0, 0])
    close(value, [0, 0.5])
    close(kernel.devereux(E, np.array([math.nan, 0.0]), np.array([0.5, 0.5]))[0], math.nan)


@given(st.integers(1, 300), st.floats(0, 0.99))
def test_lognormal_plants_have_the_herfindahl_that_was_asked_for(plants, beyond):
    H = 1 / plants + beyond * (1 - 1 / plants)
    z = kernel.lognormal_sizes(plants, H)
    assert len(z) == plants
    assert (np.diff(z) <= 0).all()
    close(z.sum(), 1.0)
    close((z**2).sum(), H, rtol=1e-7)


def test_a_single_plant_has_everything_and_equal_plants_the_same():
    close(kernel.lognormal_sizes(1, 1.0), [1.0])
    close(kernel.lognormal_sizes(4, 0.25), [0.25] * 4)


@settings(max_examples=25, deadline=None)
@given(dartboards())
def test_simulated_concentration_has_the_moments_of_random_choice(case):
    sizes, w = case
    z = np.array(sizes) / sum(sizes)
    drawn = kernel.simulated_concentration(np.random.default_rng(1), w, z, 4000)
    mean, variance = papers.ellison_glaeser_enumerated(sizes, w.tolist())
    assert abs(drawn.mean() - mean) < 5 * math.sqrt(variance / 4000) + 1e-12
    possible = sorted({round(G, 9) for _, G in papers.dartboard(sizes, w.tolist())})
    assert set(np.round(drawn, 9)) <= set(possible)


def test_counted_plants_fall_like_those_thrown_one_by_one():
    # With more equal plants than regions their numbers are drawn, else each plant's region.
    w, rng = np.array([0.6, 0.3, 0.1]), np.random.default_rng(3)
    counted = kernel.simulated_concentration(rng, w, np.full(9, 1 / 9), 20_000)
    nearly = np.full(9, 1 / 9)
    nearly[0] += 1e-13
    thrown = kernel.simulated_concentration(rng, w, nearly, 20_000)
    close(counted.mean(), kernel.random_concentration(w, np.array(1 / 9)), rtol=0.02)
    close(thrown.mean(), counted.mean(), rtol=0.02)
    close(np.quantile(thrown, 0.9), np.quantile(counted, 0.9), rtol=0.02)


@pytest.mark.parametrize("z", [np.full(8, 1 / 8), np.array([0.5, 0.3, 0.2])])
def test_the_order_of_the_regions_does_not_matter_and_blocks_do_not_show(z, monkeypatch):
    w = np.array([0.5, 0.0, 0.2, 0.3])
    drawn = kernel.simulated_concentration(np.random.default_rng(5), w, z, 50)
    turned = kernel.simulated_concentration(np.random.default_rng(5), w[::-1], z, 50)
    assert (drawn == turned).all()
    monkeypatch.setattr(kernel, "_BLOCK", 20)
    close(kernel.simulated_concentration(np.random.default_rng(5), w, z, 50), drawn)
