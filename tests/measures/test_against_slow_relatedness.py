"""Co-occurrence, relatedness and its density against plain loops over the formulas."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.measures.tables import (
    NAN,
    area,
    cases,
    close,
    golden,
    golden_employment,
    golden_input,
    long,
    pick,
)
from tests.reference import relatedness as slow

import clusteranalysis as ca

METHODS = ["proximity", "association", "steijn", "cosine", "jaccard"]


def sums(E):
    return [sum(column) for column in zip(*E, strict=True)]


def clear(E, X, n, N, threshold):
    """No quotient is within rounding of the threshold, unless it is the threshold."""
    for r, row in enumerate(E):
        for i, cell in enumerate(row):
            if not math.isnan(cell + X[i] + n[r] + N) and X[i] * n[r] > 0:
                here, there = Fraction(cell) * Fraction(N), Fraction(X[i]) * Fraction(n[r])
                gap = abs(here - Fraction(threshold) * there)
                if 0 < gap < Fraction(1e-9) * there:
                    return False
    return True


@st.composite
def tables(draw, size=(1, 5)):
    """A case, its options, and, group by group, who is present where and what nobody has.

    Nobody has an industry that the reference has not, or, without a reference, no region.
    """
    case = draw(cases(size=size))
    rule = draw(st.sampled_from(["sum", "table", "any"]))
    threshold = draw(st.sampled_from([1.0, 1.0, 0.5, 1.5]))
    jobs = st.one_of(st.just(NAN), st.just(0.0), st.floats(1, 1e6), st.floats(1, 1e6))
    values = [draw(jobs) for _ in case.industries]
    total = draw(st.floats(1, 1e7))
    reference = area(values, total, case.industries) if rule == "table" else "sum"
    presences = []
    for group in case.groups:
        E, n = case.matrix(group), case.region_totals(group)
        X, N = (values, total) if rule == "table" else (sums(E), sum(n))
        if rule == "any":
            M = slow.any_presence(E)
        else:
            assume(clear(E, X, n, N, threshold))
            M = slow.presence(E, X, n, N, threshold)
        presences.append((M, [size == 0 for size in X]))
    options = {
        "reference": reference,
        "threshold": threshold,
        "absent": case.absent,
    }
    presence = {"presence": "any" if rule == "any" else "specialised"}
    return case, options, presence, presences


def by_pair(case, matrix):
    return {
        (a, b): matrix[i][j]
        for (i, a), (j, b) in itertools.combinations(enumerate(case.industries), 2)
    }


def related(M, method):
    """Every two industries' relatedness."""
    C = slow.co_occurrence(M)
    k = [C[i][i] for i in range(len(C))]
    if method == "proximity":
        return slow.proximity(C)
    if method in ("cosine", "jaccard"):
        matrix = slow.cosine(C, k) if method == "cosine" else slow.jaccard(C, k)
    else:
        S, T = slow.co_occurrence_totals(C)
        measure = slow.steijn if method == "steijn" else slow.association_ratio
        matrix = measure(C, S, T)
    for i in range(len(k)):  # present nowhere: not related to anything, or not known to be
        for j in range(len(k)):
            if k[i] == 0 or k[j] == 0:
                matrix[i][j] = NAN
    return matrix


# Against the slow formulas


@given(tables())
def test_diversity_and_ubiquity_count_the_slow_presences(drawn):
    case, options, rule, presences = drawn
    assume(rule["presence"] == "specialised")
    across, down = ca.diversity(case.table, **options), ca.ubiquity(case.table, **options)
    for group, (M, dead) in zip(case.groups, presences, strict=True):
        n = case.region_totals(group)
        rows = [NAN if size == 0 else sum(row) for row, size in zip(M, n, strict=True)]
        close(pick(across, "diversity", **group), dict(zip(case.regions, rows, strict=True)))
        columns = [NAN if none else total for total, none in zip(sums(M), dead, strict=True)]
        close(pick(down, "ubiquity", **group), dict(zip(case.industries, columns, strict=True)))


@given(tables())
def test_co_occurrences_are_the_slow_ones(drawn):
    case, options, rule, presences = drawn
    result = ca.co_occurrence(case.table, **options, **rule)
    for group, (M, dead) in zip(case.groups, presences, strict=True):
        C = slow.co_occurrence(M)
        for i, j in itertools.product(range(len(C)), repeat=2):
            if dead[i] or dead[j]:
                C[i][j] = NAN
        close(pick(result, "co_occurrence", **group), by_pair(case, C))


@given(tables(), st.sampled_from(METHODS))
def test_relatedness_is_the_slow_one(drawn, method):
    case, options, rule, presences = drawn
    result = ca.relatedness(case.table, method=method, **options, **rule)
    for group, (M, _) in zip(case.groups, presences, strict=True):
        expected = by_pair(case, related(M, method))
        close(pick(result, "relatedness", **group), expected)


@given(tables(), st.sampled_from(METHODS))
def test_density_is_the_slow_one(drawn, method):
    case, options, rule, presences = drawn
    result = ca.relatedness_density(case.table, method=method, **options, **rule)
    for group, (M, _) in zip(case.groups, presences, strict=True):
        n = case.region_totals(group)
        phi = related(M, method)
        # An industry that is nowhere, or (set against co-occurrences) never with another, is near
        # to none: what is undefined, and not withheld, adds nothing.
        lone = [sum(row[i] for row in M) == 0 for i in range(len(phi))]
        if method in ("association", "steijn"):
            lone = [total == 0 for total in slow.co_occurrence_totals(slow.co_occurrence(M))[0]]
        for i, j in itertools.product(range(len(phi)), repeat=2):
            if lone[i] or lone[j]:
                phi[i][j] = 0.0
        omega = slow.density(M, phi)
        keys = list(itertools.product(range(len(M)), range(len(phi))))
        name = {(r, i): (case.regions[r], case.industries[i]) for r, i in keys}
        expected = {name[r, i]: NAN if n[r] == 0 else omega[r][i] for r, i in keys}
        close(pick(result, "relatedness_density", **group), expected)
        there = pick(result, "present", **group)
        close(there, {name[r, i]: M[r][i] for r, i in keys})


def test_a_quotient_of_exactly_the_threshold_is_presence():
    # Every quotient is 1; x/n over X/N in floating point is a little less in many of these.
    E = np.outer([1.0, 3.0, 7.0, 11.0, 49.0], [1.0, 3.0, 5.0, 41.0])
    assert (ca.diversity(long(E), reference="sum")["diversity"] == 4).all()
    assert (ca.co_occurrence(long(E), reference="sum")["co_occurrence"] == 5).all()


# Values of other tools


def wide(result, column):
    return result.pivot(index="region", columns="industry", values=column)


def test_co_occurrence_and_relatedness_of_other_tools():
    frame = golden_employment()
    names = golden_input("syn_e_t0.csv").columns[1:]
    peers = {
        "association": ("econgeo_relatedness_association", 1e-9),
        "steijn": ("econgeo_relatedness_prob", 1e-9),
        "cosine": ("econcomplex_relatedness_index_cosine", 1e-9),
        "jaccard": ("econcomplex_relatedness_index_jaccard", 1e-9),
        "proximity": ("ecomplexity_proximity", 1e-9),
    }
    for method, (peer, rtol) in peers.items():
        got = pick(ca.relatedness(frame, reference="sum", method=method), "relatedness")
        matrix = golden(f"relatedness/{peer}_syn.json")
        expected = {(a, b): matrix.loc[a, b] for a, b in itertools.combinations(names, 2)}
        close(got, expected, rtol=rtol)
    counts = pick(ca.co_occurrence(frame, reference="sum"), "co_occurrence")
    matrix = golden("co_occurrence/econgeo_co.occurrence_syn.json")
    close(counts, {(a, b): matrix.loc[a, b] for a, b in itertools.combinations(names, 2)})


@pytest.mark.parametrize(
    ("peer", "method", "scale", "atol"),
    [
        ("econcomplex_relatedness_density", "proximity", 100, 1e-9),
        ("oec_relatedness", "proximity", 1, 1e-12),
    ],
)
def test_density_of_other_tools(peer, method, scale, atol):
    result = ca.relatedness_density(golden_employment(), reference="sum", method=method)
    expected = golden(f"relatedness_density/{peer}_syn.json")
    got = wide(result, "relatedness_density").loc[expected.index, expected.columns]
    close(got * scale, expected, atol=atol)
