"""Complexity of presence matrices, outlooks and income levels."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.kernels.matrices import close

from clusteranalysis.kernels import complexity as kernel
from clusteranalysis.kernels import relatedness

#: Chips in A, drugs in A and B, farms in B and C, mills in C and D: a chain of regions.
CHAIN = np.array([[1.0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]])
#: Each region has one industry more than the one before.
NESTED = np.tri(6)[:, ::-1]


def random_presences(seed, regions, industries, share=0.5):
    rng = np.random.default_rng(seed)
    M = (rng.random((regions, industries)) < share).astype(float)
    M[:, 0] = M[0, :] = 1.0  # connected, and nobody without a presence
    return M


seeds = st.integers(0, 2**32 - 1)
shapes = st.sampled_from([(5, 8), (8, 5), (6, 6), (12, 4), (3, 9)])


def averaging(M):
    """D^-1 M U^-1 M', whose rows add up to 1."""
    return (M / M.sum(axis=1, keepdims=True)) @ (M / M.sum(axis=0)).T


# Eigenvector


@given(seeds, shapes)
def test_both_vectors_belong_to_the_second_eigenvalue(seed, shape):
    M = random_presences(seed, *shape)
    W = averaging(M)
    values = np.sort(np.linalg.eigvals(W).real)[::-1]
    third = values[2] if len(values) > 2 else 0.0
    assume(values[1] > 1e-6 and values[1] - third > 1e-6)
    K, Q = kernel.eigenvector(M)
    close(W @ K, values[1] * K, atol=1e-10)
    V = averaging(M.T)
    close(V @ Q, values[1] * Q, atol=1e-10)
    assert np.abs(K).max() > 1e-3


def test_complexity_of_a_chain_runs_along_it():
    K, Q = kernel.complexity(CHAIN, "eigenvector")
    assert (np.diff(K) < 0).all()
    assert (np.diff(Q) < 0).all()
    # By symmetry: the chain read from its other end is industries for regions.
    close(Q, -K[::-1])


@pytest.mark.parametrize("method", ["eigenvector", "reflections"])
def test_where_each_has_more_than_the_last_the_last_is_least_complex(method):
    K, Q = kernel.complexity(NESTED, method)
    assert (np.diff(K) > 0).all()
    assert (np.diff(Q) < 0).all()
    close([K.mean(), Q.mean()], 0)
    close([K.std(), Q.std()], 1)


def test_everybody_alike_has_no_complexity():
    for method in ("eigenvector", "reflections"):
        K, Q = kernel.complexity(np.ones((4, 3)), method)
        assert np.isnan(K).all()
        assert np.isnan(Q).all()
    close(kernel.complexity(np.ones((4, 3)), "fitness")[0], 1)


def test_a_vector_that_is_not_determined_is_not_given():
    # Three regions that are alike but for their names: any vector across them would do.
    M = np.hstack([1 - np.eye(3), np.ones((3, 1))])
    values = np.sort(np.linalg.eigvals(averaging(M)).real)
    close(values[0], values[1])
    K, _ = kernel.complexity(M, "eigenvector")
    assert np.isnan(K).all()


@pytest.mark.parametrize("shape", [(260, 230), (210, 300)])
def test_large_networks_have_the_second_vector_too(shape):
    M = random_presences(8, *shape, share=0.2)
    K, Q = kernel.eigenvector(M)
    for matrix, vector in ((averaging(M), K), (averaging(M.T), Q)):
        values = np.sort(np.linalg.eigvals(matrix).real)
        close(matrix @ vector, values[-2] * vector, atol=1e-12)


def test_in_large_networks_a_multiple_eigenvalue_is_noticed():
    # Three groups of 80 alike but for their names: two vectors tell them apart equally well.
    rng = np.random.default_rng(2)
    at_home, elsewhere = ((rng.random((80, 80)) < share) * 1.0 for share in (0.8, 0.2))
    M = np.kron(np.eye(3), at_home) + np.kron(1 - np.eye(3), elsewhere)
    values = np.sort(np.linalg.eigvals(averaging(M)).real)
    close(values[-2], values[-3])
    assert np.isnan(kernel.eigenvector(M)[0]).all()


def test_a_long_chain_is_read_from_end_to_end():
    # Its eigenvalues lie so close that Lanczos may give up.
    M = np.eye(900) + np.eye(900, k=1)
    K, Q = kernel.eigenvector(M)
    assert len(set(np.sign(np.diff(K)))) == 1
    assert len(set(np.sign(np.diff(Q)))) == 1
    W = averaging(M)
    value = (W @ K)[0] / K[0]
    close(W @ K, value * K, atol=1e-10)
    assert 0.99 < value < 1


def test_a_sign_that_diversity_does_not_fix_is_not_given():
    # Every region has two industries: nothing says which end is the complex one.
    M = np.array([[1.0, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 1]])
    assert not np.isnan(kernel.eigenvector(M)[0]).any()
    K, Q = kernel.complexity(M, "eigenvector")
    assert np.isnan(K).all()
    assert np.isnan(Q).all()


@given(seeds, shapes, st.sampled_from(["eigenvector", "reflections"]))
def test_signs_go_with_diversity_and_with_the_regions(seed, shape, method):
    M = random_presences(seed, *shape)
    K, Q = kernel.complexity(M, method)
    if np.isnan(K).any():
        return
    assert np.corrcoef(K, M.sum(axis=1))[0, 1] > 0
    if not np.isnan(Q).any():
        assert np.corrcoef(Q, (M.T @ K) / M.sum(axis=0))[0, 1] > 0


@given(seeds, shapes)
def test_the_order_of_regions_does_not_matter(seed, shape):
    M = random_presences(seed, *shape)
    values = np.sort(np.linalg.eigvals(averaging(M)).real)[::-1]
    assume(values[1] - (values[2] if len(values) > 2 else 0) > 1e-4)
    K, Q = kernel.complexity(M, "eigenvector")
    order = np.random.default_rng(seed).permutation(shape[0])
    other, same = kernel.complexity(M[order], "eigenvector")
    close(other, K[order], atol=1e-8)
    close(same, Q, atol=1e-8)


# Parts of the network


def blocks(*parts):
    M = np.zeros(np.sum([part.shape for part in parts], axis=0))
    r = i = 0
    for part in parts:
        M[r : r + part.shape[0], i : i + part.shape[1]] = part
        r, i = r + part.shape[0], i + part.shape[1]
    return M


def test_the_part_with_most_regions_is_the_one_measured():
    M = blocks(np.ones((1, 5)), CHAIN, np.ones((2, 1)), np.zeros((1, 1)))
    regions, industries = kernel.largest_component(M)
    assert np.flatnonzero(regions).tolist() == [1, 2, 3, 4]
    assert np.flatnonzero(industries).tolist() == [5, 6, 7, 8]
    K, Q = kernel.complexity(M, "eigenvector")
    alone = kernel.complexity(CHAIN, "eigenvector")
    close(K[1:5], alone[0])
    close(Q[5:9], alone[1])
    assert np.isnan(K[[0, 5, 6, 7]]).all()
    assert np.isnan(Q[[0, 4, 9, 10]]).all()


def test_the_largest_part_need_not_have_the_most_diverse_region_nor_half_of_all():
    parts = [np.ones((1, 9)), CHAIN[:3, :3], CHAIN, np.ones((2, 2)), np.ones((2, 3))]
    regions, industries = kernel.largest_component(blocks(*parts))
    assert np.flatnonzero(regions).tolist() == [4, 5, 6, 7]
    assert np.flatnonzero(industries).tolist() == [12, 13, 14, 15]


@given(seeds, st.floats(0.02, 0.4))
def test_a_part_is_what_is_reached_and_the_largest_one(seed, share):
    M = (np.random.default_rng(seed).random((9, 8)) < share).astype(float)
    near = (M @ M.T > 0).astype(float)
    reach = np.linalg.matrix_power(near, 9) > 0  # regions that share industries, in any steps
    sizes = reach.sum(axis=1)
    regions, industries = kernel.largest_component(M)
    largest = {tuple(reach[r]) for r in range(9) if sizes[r] == sizes.max() and sizes.max()}
    if len(largest) == 1:
        assert tuple(regions) in largest
        assert (industries == M[regions].any(axis=0)).all()
    else:
        assert not regions.any()
        assert not industries.any()


def test_of_two_parts_alike_neither_is_measured():
    regions, industries = kernel.largest_component(blocks(CHAIN, CHAIN))
    assert not regions.any()
    assert not industries.any()
    assert np.isnan(kernel.complexity(blocks(CHAIN, CHAIN), "eigenvector")[0]).all()


def test_without_presences_there_is_nothing():
    for method in ("eigenvector", "reflections", "fitness"):
        K, Q = kernel.complexity(np.zeros((2, 3)), method)
        assert np.isnan(K).all()
        assert np.isnan(Q).all()


@pytest.mark.parametrize("method", ["reflections", "fitness"])
def test_regions_and_industries_without_presence_take_no_part(method):
    M = blocks(CHAIN, np.zeros((1, 2)))
    K, Q = kernel.complexity(M, method, iterations=6)
    alone = kernel.complexity(CHAIN, method, iterations=6)
    close(K, [*alone[0], np.nan])
    close(Q, [*alone[1], np.nan, np.nan])


# Reflections


@given(seeds, shapes, st.integers(0, 5))
def test_reflections_are_averages_of_averages(seed, shape, steps):
    M = random_presences(seed, *shape)
    D, U = M.sum(axis=1), M.sum(axis=0)
    k_r, k_i = D, U
    for _ in range(steps):
        k_r, k_i = (M @ k_i) / D, (M.T @ k_r) / U
    K, Q = kernel.reflections(M, steps)
    for stretched, plain in ((K, k_r), (Q, k_i)):
        if np.ptp(plain) > 1e-6:
            close(kernel.standardise(stretched), kernel.standardise(plain), atol=1e-7)


def test_many_reflections_come_to_the_eigenvector():
    M = random_presences(3, 9, 7)
    K, Q = kernel.complexity(M, "eigenvector")
    for steps in (400, 401):
        k, q = kernel.complexity(M, "reflections", steps)
        close(k, K, atol=1e-8)
        close(q, Q, atol=1e-8)


def test_reflections_that_do_not_differ_are_nan_and_not_rounding():
    # Diversities are 3 and 7, but every industry has two regions: odd steps are 2 everywhere.
    M = blocks(np.ones((2, 3)), np.ones((2, 7)))
    for steps in range(30):
        K, Q = kernel.reflections(M, steps)
        assert np.isnan(K).all() == (steps % 2 == 1)
        assert np.isnan(Q).all() == (steps % 2 == 0)


# Fitness


def test_two_steps_of_fitness_by_hand():
    M = np.array([[1.0, 1.0], [1.0, 0.0]])
    F, Q = kernel.fitness(M, 1)
    close(F, [4 / 3, 2 / 3])
    close(Q, [2 / 3, 4 / 3])
    F, Q = kernel.fitness(M, 2)
    close(F, np.array([2.0, 2 / 3]) / (4 / 3))
    close(Q, np.array([1 / (3 / 4 + 3 / 2), 4 / 3]) / ((4 / 9 + 4 / 3) / 2))


@given(seeds, shapes)
def test_settled_fitness_stays_where_it_is(seed, shape):
    M = random_presences(seed, *shape, share=0.8)
    F, Q = kernel.fitness(M)
    assume(not np.isnan(F).any() and F.min() > 1e-6)
    again, complexities = M @ Q, 1 / (M.T @ (1 / F))
    close(again / again.mean(), F, atol=1e-7)
    close(complexities / complexities.mean(), Q, atol=1e-7)
    close([F.mean(), Q.mean()], 1)


def test_fitness_that_does_not_settle_is_not_given_but_for_a_number_of_steps():
    # The second region's fitness is 1, 1/3, 1/5, 1/7 ... of the first's, and never done.
    M = np.array([[1.0, 1.0], [1.0, 0.0]])
    assert np.isnan(kernel.fitness(M)).all()
    F, _ = kernel.fitness(M, 200)
    assert 0 < F[1] < 0.02
    assert np.isfinite(kernel.fitness(NESTED, 3000)).all()


def test_more_fitness_for_more_industries():
    F, Q = kernel.fitness(NESTED, 30)
    assert (np.diff(F) > 0).all()
    assert (np.diff(Q) < 0).all()


# Outlooks


def space(seed, shape=(6, 8)):
    M = random_presences(seed, *shape)
    phi = relatedness.relatedness(relatedness.co_occurrence(M), "proximity")
    return M, phi, np.random.default_rng(seed).normal(size=shape[1])


@given(seeds)
def test_an_outlook_adds_up_the_complexities_ahead_by_their_density(seed):
    M, phi, Q = space(seed)
    COI = kernel.outlook(M, phi, Q)
    omega = relatedness.density(M, phi)
    for r in range(len(M)):
        close(COI[r], sum(omega[r, i] * Q[i] for i in range(len(Q)) if M[r, i] == 0))


@given(seeds)
def test_a_gain_is_what_the_outlook_gains(seed):
    M, phi, Q = space(seed)
    gain = kernel.outlook_gain(M, phi, Q)
    before = kernel.outlook(M, phi, Q)
    for r, i in np.ndindex(M.shape):
        if M[r, i]:
            assert np.isnan(gain[r, i])
        else:
            after = M.copy()
            after[r, i] = 1
            close(gain[r, i], kernel.outlook(after, phi, Q)[r] - before[r], atol=1e-10)


def test_an_industry_related_to_none_adds_nothing():
    M = np.array([[1.0, 1, 0], [0, 1, 0], [0, 0, 1]])
    phi = relatedness.relatedness(relatedness.co_occurrence(M), "proximity")
    Q = np.array([2.0, -1.0, 50.0])
    close(kernel.outlook(M, phi, Q), [0, 2, 0])


# Income


def test_income_levels_by_hand():
    S = np.array([[0.75, 0.25], [0.25, 0.75]])
    P = kernel.prody(S, np.array([60.0, 20.0]))
    close(P, [50, 30])
    close(kernel.expy(S, P), [45, 35])


@given(hnp.arrays(float, (4, 3), elements=st.floats(0.01, 1)), seeds)
def test_income_levels_lie_between_incomes(S, seed):
    incomes = np.random.default_rng(seed).uniform(20, 90, 4)
    S = S / S.sum(axis=1, keepdims=True)
    levels = kernel.prody(S, incomes)
    assert (levels >= incomes.min() - 1e-9).all()
    assert (levels <= incomes.max() + 1e-9).all()
    baskets = kernel.expy(S, levels)
    assert (baskets >= levels.min() - 1e-9).all()
    assert (baskets <= levels.max() + 1e-9).all()
    close(kernel.prody(S, 2 * incomes), 2 * levels)


def test_only_the_incomes_of_those_who_have_an_industry_matter():
    P = kernel.prody(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([np.nan, 20.0]))
    close(P, [np.nan, 20])
    close(kernel.expy(np.array([[1.0, 0.0], [0.0, 1.0]]), P), [np.nan, 20])
    assert np.isnan(kernel.prody(np.zeros((2, 1)), np.ones(2))).all()


# Pieces


def test_standard_scores_are_of_the_population():
    close(kernel.standardise(np.array([1.0, 2.0, 3.0])), np.array([-1, 0, 1]) * np.sqrt(1.5))
    assert np.isnan(kernel.standardise(np.array([0.1 + 0.2, 0.3]))).all()
    assert len(kernel.standardise(np.zeros(0))) == 0


def test_orientation():
    K = np.array([3.0, 1.0, 2.0])
    close(kernel.orient(K, np.array([5.0, 1, 2])), K)
    close(kernel.orient(K, np.array([1.0, 5, 2])), -K)
    assert np.isnan(kernel.orient(K, np.ones(3))).all()
    assert np.isnan(kernel.orient(K, np.array([1.0, 1, 2]))).all()
