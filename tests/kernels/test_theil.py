"""Theil's indices and their parts against slow formulas, and what must hold for any matrix."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.matrices import close, jobs_and_weights
from tests.reference import diversity as slow

from clusteranalysis.kernels import theil as kernel
from clusteranalysis.kernels.specialization import shares

NAN = math.nan


@st.composite
def grouped(draw, withheld=True):
    """Jobs, weights and groups of regions; every group number occurs."""
    E, w = draw(jobs_and_weights(withheld=withheld))
    labels = draw(st.lists(st.integers(0, 2), min_size=len(w), max_size=len(w)))
    return E, w, np.unique(labels, return_inverse=True)[1]


def test_group_sums_by_hand():
    A = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, NAN], [8.0, 80.0]])
    close(kernel.group_sums(A, np.array([1, 0, 1, 0])), [[10.0, 100.0], [5.0, NAN]])
    close(kernel.group_sums(A[:1], np.array([0])), A[:1])


def test_theil_by_hand():
    S, w = np.array([[0.75, 1.0], [0.25, 0.0]]), np.array([0.5, 0.5])
    T = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    close(kernel.theil(S, w, "T"), [T, math.log(2)])
    L = 0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(2)
    close(kernel.theil(S, w, "L"), [L, NAN])  # infinite: a share of 0 under the bar
    close(kernel.theil(S, np.array([1.0, 0.0]), "T"), [NAN, 0.0])
    close(kernel.theil(S, np.array([1.0, 0.0]), "L"), [math.log(4 / 3), 0.0])


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=grouped())
def test_theil_and_its_parts_are_the_slow_ones(index, case):
    E, w, group = case
    S = shares(E, axis=0)
    measure = slow.theil_t if index == "T" else slow.theil_l
    columns = E.T.tolist()
    expected = [measure(x, w.tolist()) for x in columns]
    close(kernel.theil(S, w, index), expected, rtol=1e-8, atol=1e-10)
    parts = kernel.theil_parts(S, w, group, index)
    close(parts.within + parts.between, expected, rtol=1e-8, atol=1e-10)
    # Between the groups it is the index of their sums, whatever is infinite within them.
    sums = [[sum(x[group == g]) for g in range(group.max() + 1)] for x in E.T]
    weights = [sum(w[group == g]) for g in range(group.max() + 1)]
    close(parts.between, [measure(x, weights) for x in sums], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=grouped(withheld=False))
def test_neither_part_is_negative_and_one_group_or_groups_of_one_have_one_part(index, case):
    E, w, group = case
    S = shares(E, axis=0)
    parts = kernel.theil_parts(S, w, group, index)
    for part in parts:
        assert (part[~np.isnan(part)] >= -1e-12).all()
    whole = kernel.theil(S, w, index)
    together = kernel.theil_parts(S, w, np.zeros(len(w), int), index)
    known = ~np.isnan(whole)
    close(together.between[known], 0.0, atol=1e-12)
    close(together.within, whole, rtol=1e-8, atol=1e-10)
    apart = kernel.theil_parts(S, w, np.arange(len(w)), index)
    close(apart.within[known], 0.0, atol=1e-12)
    close(apart.between, whole, rtol=1e-8, atol=1e-10)


def test_parts_know_what_the_whole_does_not():
    # Group 0 has all of the jobs in one of its two regions: L within is infinite, between is not.
    S, w, group = np.array([[0.5], [0.0], [0.5]]), np.array([0.25, 0.25, 0.5]), np.array([0, 0, 1])
    parts = kernel.theil_parts(S, w, group, "L")
    close(parts.between, [0.0])
    assert np.isnan(parts.within).all()
    # A group that has no jobs at all: infinite between.
    parts = kernel.theil_parts(np.array([[0.0], [0.0], [1.0]]), w, group, "L")
    assert np.isnan(parts.between).all()
