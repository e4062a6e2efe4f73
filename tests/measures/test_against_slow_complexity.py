"""Complexity of regions and industries, outlook, PRODY and EXPY against plain loops."""

import itertools
import json
import math

import numpy as np
import pandas as pd
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
from tests.reference import complexity as slow
from tests.reference import relatedness
from tests.shared import shared_folder

import clusteranalysis as ca

ECI, PCI = "economic_complexity", "product_complexity"


def present(M):
    """A table in which M is who is specialised in what, and the reference for it.

    With E = M and equal industries the quotients are 0, or industries over diversity: 1 or more.
    """
    M = np.asarray(M, float)
    return long(M), area([1.0] * M.shape[1])


def names(M):
    return [f"R{r}" for r in range(len(M))], [f"I{i}" for i in range(len(M[0]))]


@st.composite
def matrices(draw, most=7):
    regions, industries = draw(st.integers(1, most)), draw(st.integers(1, most))
    chance = draw(st.sampled_from([0.25, 0.5, 0.75]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    M = rng.random((regions, industries)) < chance
    return M.astype(float).tolist()


def inside(M, regions, industries):
    return [[M[r][i] for i in industries] for r in regions]


def settled(values, diversity):
    """Do the values vary, and is their sign clear: or neither, beyond any doubt?"""
    spread = max(values) - min(values)
    size = max(abs(v) for v in values)
    if spread < 1e-13 * size:
        return False
    assume(spread > 1e-6 * size)
    turn = slow.covariance(slow.standardised(values), diversity)
    if max(diversity) == min(diversity):
        return False
    assume(abs(turn) > 1e-6)
    return True


def eigen(M):
    """Both indices by the definition: NaN outside the largest part, or where there is none."""
    eci, pci = [NAN] * len(M), [NAN] * len(M[0])
    parts = slow.connected_parts(M)
    if not parts:
        return eci, pci
    most = max(len(regions) for regions, _ in parts)
    largest = [part for part in parts if len(part[0]) == most]
    if len(largest) > 1 or most == 1:
        return eci, pci
    regions, industries = largest[0]
    part = inside(M, regions, industries)
    vector, eigenvalues = slow.second_vector(part)
    if len(regions) > 2:
        gap = eigenvalues[1] - eigenvalues[2]
        if gap < 1e-12:
            return eci, pci
        assume(gap > 1e-4)
    if not settled(vector, slow.diversity(part)):
        return eci, pci
    for r, score in zip(regions, slow.eci(part), strict=True):
        eci[r] = score
    if len(industries) > 1:
        for i, score in zip(industries, slow.pci_by_average(part), strict=True):
            pci[i] = score
    return eci, pci


# The slow formulas against each other


@given(matrices())
def test_the_slow_indices_of_industries_agree(M):
    parts = slow.connected_parts(M)
    assume(len(parts) == 1)
    part = inside(M, *parts[0])
    assume(min(len(part), len(part[0])) > 2)
    _, values = slow.second_vector(part)
    assume(values[1] - values[2] > 1e-3)
    assume(settled(slow.second_vector(part)[0], slow.diversity(part)))
    close(slow.pci(part), slow.pci_by_average(part), rtol=1e-6, atol=1e-8)


@given(matrices(), st.integers(0, 2**32 - 1))
def test_the_slow_gain_is_the_change_of_the_slow_outlook(M, seed):
    phi = np.nan_to_num(relatedness.proximity(relatedness.co_occurrence(M))).tolist()
    pci = np.random.default_rng(seed).normal(size=len(phi)).tolist()
    before = np.nan_to_num(relatedness.density(M, phi)).tolist()
    gain = slow.outlook_gain(M, phi, before, pci)
    for r, i in itertools.product(range(len(M)), range(len(phi))):
        if M[r][i] == 0 and not math.isnan(gain[r][i]):
            taken = [list(row) for row in M]
            taken[r][i] = 1.0
            after = np.nan_to_num(relatedness.density(taken, phi)).tolist()
            change = slow.outlook(taken, after, pci)[r] - slow.outlook(M, before, pci)[r]
            close(gain[r][i], change, atol=1e-9)


# Eigenvector


@given(matrices())
def test_eigenvectors_are_the_slow_ones(M):
    frame, reference = present(M)
    regions, industries = names(M)
    eci, pci = eigen(M)
    got = pick(ca.economic_complexity(frame, reference=reference), ECI)
    close(got, dict(zip(regions, eci, strict=True)), rtol=1e-6, atol=1e-8)
    got = pick(ca.product_complexity(frame, reference=reference), PCI)
    close(got, dict(zip(industries, pci, strict=True)), rtol=1e-6, atol=1e-8)


def presences(case, group):
    E, n = case.matrix(group), case.region_totals(group)
    X = [sum(column) for column in zip(*E, strict=True)]
    for row, size in zip(E, n, strict=True):  # no quotient within rounding of 1
        for cell, whole in zip(row, X, strict=True):
            if not math.isnan(cell + whole + size + sum(n)) and whole * size > 0:
                quotient = cell * sum(n) / (whole * size)
                assume(quotient == 1 or abs(quotient - 1) > 1e-9)
    return relatedness.presence(E, X, n, sum(n))


@given(cases(size=(1, 5)), st.sampled_from(["eigenvector", "reflections", "fitness"]))
def test_tables_with_years_draws_and_withheld_cells(case, method):
    iterations = {"reflections": 4, "fitness": 5}.get(method)
    options = {
        "reference": "sum",
        "absent": case.absent,
        "method": method,
        "iterations": iterations,
    }
    for_regions = ca.economic_complexity(case.table, **options)
    for_industries = ca.product_complexity(case.table, **options)
    for group in case.groups:
        M = presences(case, group)
        if any(math.isnan(cell) for row in M for cell in row):
            eci, pci = [NAN] * len(M), [NAN] * len(M[0])
        elif method == "eigenvector":
            eci, pci = eigen(M)
        else:
            eci, pci = (reflected if method == "reflections" else fit)(M, iterations)
        got = pick(for_regions, ECI, **group)
        close(got, dict(zip(case.regions, eci, strict=True)), rtol=1e-6, atol=1e-7)
        got = pick(for_industries, PCI, **group)
        close(got, dict(zip(case.industries, pci, strict=True)), rtol=1e-6, atol=1e-7)


# Reflections and fitness


def reflected(M, steps):
    eci, pci = [NAN] * len(M), [NAN] * len(M[0])
    regions, industries = slow.without_empty(M)
    if not regions:
        return eci, pci
    part = inside(M, regions, industries)
    k_r, k_i = slow.reflections(part, steps)
    if settled(k_r, slow.diversity(part)):
        turn = slow.covariance(slow.standardised(k_r), slow.diversity(part))
        scores = [math.copysign(1, turn) * v for v in slow.standardised(k_r)]
        for r, score in zip(regions, scores, strict=True):
            eci[r] = score
        mean_eci = []
        for i in range(len(industries)):
            having = [scores[r] for r in range(len(regions)) if part[r][i]]
            mean_eci.append(sum(having) / len(having))
        if settled(k_i, mean_eci):
            turn = slow.covariance(slow.standardised(k_i), mean_eci)
            for i, score in zip(industries, slow.standardised(k_i), strict=True):
                pci[i] = math.copysign(1, turn) * score
    return eci, pci


def fit(M, steps):
    eci, pci = [NAN] * len(M), [NAN] * len(M[0])
    regions, industries = slow.without_empty(M)
    if not regions:
        return eci, pci
    F, Q = slow.fitness(inside(M, regions, industries), steps)
    for r, score in zip(regions, F, strict=True):
        eci[r] = score
    for i, score in zip(industries, Q, strict=True):
        pci[i] = score
    return eci, pci


@given(matrices(), st.integers(1, 6))
def test_reflections_are_the_slow_ones(M, steps):
    frame, reference = present(M)
    regions, industries = names(M)
    options = {"reference": reference, "method": "reflections", "iterations": steps}
    eci, pci = reflected(M, steps)
    got = pick(ca.economic_complexity(frame, **options), ECI)
    close(got, dict(zip(regions, eci, strict=True)), rtol=1e-6, atol=1e-7)
    got = pick(ca.product_complexity(frame, **options), PCI)
    close(got, dict(zip(industries, pci, strict=True)), rtol=1e-6, atol=1e-7)


@given(matrices(), st.integers(1, 30))
def test_fitness_is_the_slow_one(M, steps):
    frame, reference = present(M)
    regions, industries = names(M)
    options = {"reference": reference, "method": "fitness", "iterations": steps}
    eci, pci = fit(M, steps)
    got = pick(ca.economic_complexity(frame, **options), ECI)
    close(got, dict(zip(regions, eci, strict=True)), rtol=1e-9)
    got = pick(ca.product_complexity(frame, **options), PCI)
    close(got, dict(zip(industries, pci, strict=True)), rtol=1e-9)


# Outlook


@given(matrices())
def test_outlook_and_gain_are_the_slow_ones(M):
    frame, reference = present(M)
    regions, industries = names(M)
    eci, pci = eigen(M)
    phi = relatedness.proximity(relatedness.co_occurrence(M))
    for i, j in itertools.product(range(len(phi)), repeat=2):  # nowhere, or the industry itself
        if i == j or math.isnan(phi[i][j]):
            phi[i][j] = 0.0
    omega = relatedness.density(M, phi)
    known = [0.0 if math.isnan(v) else v for v in pci]
    density = [[0.0 if math.isnan(v) else v for v in row] for row in omega]
    outlook = slow.outlook(M, density, known)
    gain = slow.outlook_gain(M, phi, density, known)
    for r in range(len(M)):
        if math.isnan(eci[r]):
            outlook[r] = NAN
        for i in range(len(pci)):
            if math.isnan(eci[r]) or math.isnan(pci[i]):
                gain[r][i] = NAN
    got = pick(ca.complexity_outlook(frame, reference=reference), "complexity_outlook")
    close(got, dict(zip(regions, outlook, strict=True)), rtol=1e-6, atol=1e-7)
    result = ca.complexity_outlook_gain(frame, reference=reference)
    cells = list(itertools.product(range(len(M)), range(len(pci))))
    key = {(r, i): (regions[r], industries[i]) for r, i in cells}
    got = pick(result, "complexity_outlook_gain")
    close(got, {key[r, i]: gain[r][i] for r, i in cells}, rtol=1e-6, atol=1e-7)
    close(pick(result, "present"), {key[r, i]: M[r][i] for r, i in cells})


# PRODY and EXPY


@given(cases(size=(1, 5)), st.booleans(), st.data())
def test_prody_and_expy_are_the_slow_ones(case, by_year, data):
    by_year = by_year and "year" in case.table.columns
    one = st.one_of(st.just(NAN), st.floats(1, 1e5), st.floats(1, 1e5), st.floats(1, 1e5))
    years = [2018, 2021] if by_year else [None]
    income = {year: [data.draw(one) for _ in case.regions] for year in years}
    parts = []
    for year, values in income.items():
        part = pd.DataFrame({"region": case.regions, "income": values})
        parts.append(part.assign(year=year) if by_year else part)
    table = pd.concat(parts).sample(frac=1, random_state=1)
    for_industries = ca.prody(case.table, income=table, absent=case.absent)
    for_regions = ca.expy(case.table, income=table, absent=case.absent)
    for group in case.groups:
        E, n = case.matrix(group), case.region_totals(group)
        Y = income[group["year"] if by_year else None]
        worth = slow.prody(E, n, Y)
        got = pick(for_industries, "prody", **group)
        close(got, dict(zip(case.industries, worth, strict=True)), rtol=1e-8)
        got = pick(for_regions, "expy", **group)
        close(got, dict(zip(case.regions, slow.expy(E, worth), strict=True)), rtol=1e-8)


# Values of other tools


def peer(path):
    """The two lists of a tool's output, in its order."""
    text = (shared_folder("golden") / path).read_text(encoding="utf-8")
    lists = json.loads(text)["output"].values()
    return [dict(zip(one["names"], map(float, one["values"]), strict=True)) for one in lists]


@pytest.mark.parametrize(
    ("name", "method", "atol"),
    [("eci_pci_eigenvector", "eigenvector", 1e-9), ("eci_pci_fitness", "fitness", 1e-7)],
)
def test_complexity_of_another_tool(name, method, atol):
    eci, pci = peer(f"complexity/econcomplex_{name}_syn.json")
    frame = golden_employment()
    close(pick(ca.economic_complexity(frame, reference="sum", method=method), ECI), eci, atol=atol)
    close(pick(ca.product_complexity(frame, reference="sum", method=method), PCI), pci, atol=atol)


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_reflections_of_another_tool(steps):
    """EconGeo's are raw (up to two steps) or stretched to 0..100, so scores are compared."""
    path = f"complexity/econgeo_MORc_steps{steps}_syn.json"
    raw = golden(path)
    scores = dict(zip(raw, slow.standardised(list(raw.values())), strict=True))
    frame = golden_employment()
    options = {"reference": "sum", "method": "reflections", "iterations": steps}
    got = pick(ca.economic_complexity(frame, **options), ECI)
    sign = np.sign(slow.covariance([got[k] for k in raw], [scores[k] for k in raw]))
    close(got, {k: sign * v for k, v in scores.items()}, atol=1e-7)


def test_outlook_prody_and_expy_of_another_tool():
    frame = golden_employment()
    outlook = golden("complexity_outlook/econcomplex_coi_syn.json")
    got = pick(ca.complexity_outlook(frame, reference="sum"), "complexity_outlook")
    close(got, outlook, atol=1e-9)
    income = golden_input("syn_regions.csv").rename(columns={"gdp_pc": "income"})
    income = income[["region", "income"]]
    close(
        pick(ca.prody(frame, income=income), "prody"),
        golden("prody_expy/econcomplex_prody_syn.json"),
    )
    close(
        pick(ca.expy(frame, income=income), "expy"), golden("prody_expy/econcomplex_expy_syn.json")
    )
