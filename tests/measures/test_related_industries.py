"""Co-occurrence, relatedness and its density."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import (
    NAN,
    area,
    cases,
    close,
    golden,
    golden_employment,
    long,
    pick,
    totals,
)

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import relatedness as kernel
from clusteranalysis.measures import co_occurrence, relatedness, relatedness_density, ubiquity

CO, REL, DENSITY = "co_occurrence", "relatedness", "relatedness_density"
METHODS = ["proximity", "association", "steijn", "cosine", "jaccard"]
#: LQs of 1 or more: I0 and I1 in R0, I1 and I2 in R1, I2 and I3 in R2, I3 in R3.
CHAIN = [[9.0, 8.0, 0.0, 0.0], [0.0, 8.0, 6.0, 2.0], [0.0, 0.0, 8.0, 6.0], [0.0, 0.0, 2.0, 9.0]]


def pairs_of(matrix):
    """A peer's symmetric matrix as pairs in the order of names."""
    names = list(matrix.columns)
    return {(a, b): matrix.loc[a, b] for a, b in itertools.combinations(names, 2) if a < b}


# By hand


def test_the_chain_by_hand():
    frame = long(CHAIN)
    result = co_occurrence(frame, reference="sum")
    assert result[["industry", "partner"]].agg("".join, axis=1).tolist() == [
        "I0I1", "I0I2", "I0I3", "I1I2", "I1I3", "I2I3",
    ]  # fmt: skip
    close(result[CO], [1, 0, 0, 1, 0, 1])
    half = 1 / 2
    close(relatedness(frame, reference="sum")[REL], [half, 0, 0, half, 0, half])
    jaccard = relatedness(frame, reference="sum", method="jaccard")[REL]
    close(jaccard, [1 / 2, 0, 0, 1 / 3, 0, 1 / 3])
    # Sums of co-occurrences 1, 2, 2, 1; T = 6.
    association = relatedness(frame, reference="sum", method="association")[REL]
    close(association, [6 / 2, 0, 0, 6 / 4, 0, 6 / 2])
    steijn = relatedness(frame, reference="sum", method="steijn")[REL]
    end, middle = 3 * (1 / 6 * 2 / 5 + 2 / 6 * 1 / 4), 3 * 2 * (2 / 6 * 2 / 4)
    close(steijn, [1 / end, 0, 0, 1 / middle, 0, 1 / end])


def test_densities_by_hand():
    result = relatedness_density(long(CHAIN), reference="sum")
    assert len(result) == 16
    # Everything is related by a half to its neighbours in the chain, and to them alone.
    expected = [[1, 1 / 2, 1 / 2, 0], [1, 1 / 2, 1 / 2, 1], [0, 1 / 2, 1 / 2, 1], [0, 0, 1 / 2, 0]]
    close(result[DENSITY], np.ravel(expected))
    close(result["present"], [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1])


def test_presence_may_be_any_jobs_at_all():
    frame = long(CHAIN)
    result = co_occurrence(frame, reference="sum", presence="any")
    M = np.array(CHAIN) > 0
    close(result[CO], [(M[:, i] & M[:, j]).sum() for i, j in itertools.combinations(range(4), 2)])
    # Then neither the reference nor the threshold matters.
    other = co_occurrence(frame, reference=area([1, 2, 3, 4]), presence="any", threshold=5)
    pd.testing.assert_frame_equal(result, other)
    shown = relatedness_density(frame, reference="sum", presence="any")["present"]
    close(shown, M.ravel())


# Values of other tools


@pytest.fixture(scope="module")
def peers():
    return golden_employment()


@pytest.mark.parametrize("peer", ["econcomplex_co_occurrence", "econgeo_co.occurrence"])
def test_co_occurrences_of_other_tools(peers, peer):
    expected = pairs_of(golden(f"co_occurrence/{peer}_syn.json"))
    close(pick(co_occurrence(peers, reference="sum"), CO), expected)


@pytest.mark.parametrize(
    ("method", "peer"),
    [
        ("proximity", "econcomplex_proximity_max"),
        ("proximity", "ecomplexity_proximity"),
        ("proximity", "oec_proximity_max"),
        ("cosine", "econcomplex_proximity_sqrt"),
        ("cosine", "oec_proximity_sqrt"),
        ("cosine", "econcomplex_relatedness_index_cosine"),
        ("jaccard", "econcomplex_relatedness_index_jaccard"),
        ("association", "econgeo_relatedness_association"),
        ("steijn", "econgeo_relatedness_prob"),
    ],
)
def test_relatedness_of_other_tools(peers, method, peer):
    expected = pairs_of(golden(f"relatedness/{peer}_syn.json"))
    close(pick(relatedness(peers, reference="sum", method=method), REL), expected)


def test_econcomplex_takes_occurrences_for_co_occurrences(peers):
    """Its association and probability divide by regions with an industry, not by co-occurrences.

    The paper it cites draws from co-occurrences (S_i sums a row of them, T all of them); with
    occurrences and the number of regions the expectation is of something else.
    """
    U = ubiquity(peers, reference="sum").set_index("industry")["ubiquity"]
    C = pick(co_occurrence(peers, reference="sum"), CO)
    R = 40
    wrong = {
        "association": {(i, j): c / (U[i] * U[j] / R) for (i, j), c in C.items()},
        "probability": {
            (i, j): c / (U[i] * U[j] * (1 / (R - U[i]) + 1 / (R - U[j])) / 2)
            for (i, j), c in C.items()
        },
    }
    for theirs, ours in (("association", "association"), ("probability", "steijn")):
        expected = pairs_of(golden(f"relatedness/econcomplex_relatedness_index_{theirs}_syn.json"))
        close(wrong[theirs], expected)
        right = pick(relatedness(peers, reference="sum", method=ours), REL)
        assert max(abs(right[pair] - expected[pair]) for pair in right) > 0.3


def test_econgeo_takes_co_occurrences_for_occurrences(peers):
    """Its cosine and Jaccard divide by sums of co-occurrences: no longer overlaps of two sets.

    Two industries in exactly the same regions then have a Jaccard index far below 1.
    """
    C = pick(co_occurrence(peers, reference="sum"), CO)
    S = {}
    for (i, j), c in C.items():
        S[i], S[j] = S.get(i, 0) + c, S.get(j, 0) + c
    wrong = {
        "cosine": {(i, j): c / np.sqrt(S[i] * S[j]) for (i, j), c in C.items()},
        "jaccard": {(i, j): c / (S[i] + S[j] - c) for (i, j), c in C.items()},
    }
    for method, values in wrong.items():
        expected = pairs_of(golden(f"relatedness/econgeo_relatedness_{method}_syn.json"))
        close(values, expected)
        right = pick(relatedness(peers, reference="sum", method=method), REL)
        assert min(right[pair] - expected[pair] for pair in right if C[pair]) > 0


@pytest.mark.parametrize(
    ("peer", "percent"), [("econcomplex_relatedness_density", 100), ("oec_relatedness", 1)]
)
def test_densities_of_other_tools(peers, peer, percent):
    expected = golden(f"relatedness_density/{peer}_syn.json")
    result = relatedness_density(peers, reference="sum")
    close(result[DENSITY], expected.to_numpy().ravel() / percent)


def test_densities_of_what_is_there_and_of_what_is_not(peers):
    result = relatedness_density(peers, reference="sum")
    for peer, present in (("internal", 1), ("external", 0)):
        shown = result[DENSITY].where(result["present"] == present)
        path = f"relatedness_density/econcomplex_relatedness_density_{peer}_syn.json"
        close(100 * shown, golden(path).to_numpy().ravel())


def test_r_economiccomplexity_counts_an_industry_as_related_to_itself(peers):
    """With phi_ii = 1 an industry that is present raises its own density."""
    expected = golden("relatedness_density/r_economiccomplexity_density_syn.json").to_numpy()
    result = relatedness_density(peers, reference="sum")
    M = result["present"].to_numpy().reshape(expected.shape)
    omega = result[DENSITY].to_numpy().reshape(expected.shape)
    phi = relatedness(peers, reference="sum")
    both = pd.concat([phi, phi.rename(columns={"industry": "partner", "partner": "industry"})])
    S = both.groupby("industry")[REL].sum().to_numpy()
    close((omega * S + M) / (S + 1), expected)


def test_econgeo_densities_are_percent_of_its_own_cosine(peers):
    M = relatedness_density(peers, reference="sum")["present"].to_numpy().reshape(40, 60)
    phi = golden("relatedness/econgeo_relatedness_cosine_syn.json").to_numpy()
    expected = golden("relatedness_density/econgeo_relatedness.density_syn.json").to_numpy()
    close(100 * kernel.density(M, phi), expected, atol=0.00501)


# Against the definitions


@given(cases(), st.sampled_from(METHODS))
def test_density_averages_presences_by_relatedness(case, method):
    options = {"reference": "sum", "absent": case.absent, "method": method}
    density, related = (
        relatedness_density(case.table, **options),
        relatedness(case.table, **options),
    )
    for group in case.groups:
        M, omega = pick(density, "present", **group), pick(density, DENSITY, **group)
        phi = pick(related, REL, **group)
        empty = [
            r for r, size in zip(case.regions, case.region_totals(group), strict=True) if not size
        ]
        if any(np.isnan(value) for value in M.values()):
            continue
        for r, i in itertools.product(case.regions, case.industries):
            weights = {
                j: np.nan_to_num(phi[min(i, j), max(i, j)]) for j in case.industries if j != i
            }
            total = sum(weights.values())
            expected = NAN
            if total and r not in empty:
                expected = sum(M[r, j] * weight for j, weight in weights.items()) / total
            close(omega[r, i], expected)


@given(cases(size=(2, 4), withheld=False, missing=False))
def test_a_co_occurrence_is_at_most_the_smaller_ubiquity(case):
    options = {"reference": "sum", "absent": case.absent}
    joint, alone = co_occurrence(case.table, **options), ubiquity(case.table, **options)
    for group in case.groups:
        U = pick(alone, "ubiquity", **group)
        for (i, j), count in pick(joint, CO, **group).items():
            assert np.isnan(count) == np.isnan(U[i] + U[j])
            assert not count > min(U[i], U[j])
            assert not count < U[i] + U[j] - len(case.regions)


# Withheld, absent, empty


def test_a_withheld_presence_matters_only_beside_a_partner():
    E = np.array(CHAIN)
    E[1, 0] = NAN  # I0 in R1, beside I1 and I2
    frame = pd.concat([long(E), totals([17, 16, 14, 11])])
    reference = area([9, 16, 16, 17])
    counts = pick(co_occurrence(frame, reference=reference), CO)
    close(
        counts,
        {
            **pick(co_occurrence(long(CHAIN), reference="sum"), CO),
            ("I0", "I1"): NAN,
            ("I0", "I2"): NAN,
        },
    )
    for method in METHODS:
        related = pick(relatedness(frame, reference=reference, method=method), REL)
        if method in ("association", "steijn"):
            assert np.isnan(list(related.values())).all()
        else:
            # I0 and I3 are never together, but in how many regions I0 is, is not known.
            assert {pair for pair, value in related.items() if np.isnan(value)} == {
                ("I0", "I1"), ("I0", "I2"), ("I0", "I3"),
            }  # fmt: skip
    density = relatedness_density(frame, reference=reference)
    unknown = density[density[DENSITY].isna()]
    assert set(unknown["industry"]) == {"I0", "I1", "I2", "I3"}
    assert density["present"].isna().sum() == 1


def test_an_industry_nobody_has_has_no_pairs_and_changes_no_density():
    E = np.insert(np.array(CHAIN), 2, 0.0, axis=1)
    names = ["I0", "I1", "Ix", "I2", "I3"]
    frame = long(E, industries=names)
    for measure, column in ((co_occurrence, CO), (relatedness, REL)):
        result = measure(frame, reference="sum")
        of_it = (result["industry"] == "Ix") | (result["partner"] == "Ix")
        assert result.loc[of_it, column].isna().all()
        close(result.loc[~of_it, column], measure(long(CHAIN), reference="sum")[column])
    for method in METHODS:
        density = relatedness_density(frame, reference="sum", method=method)
        of_it = density["industry"] == "Ix"
        assert density.loc[of_it, DENSITY].isna().all()
        without = relatedness_density(long(CHAIN), reference="sum", method=method)
        close(density.loc[~of_it, DENSITY], without[DENSITY])


def test_a_region_without_jobs_has_no_density_and_changes_nothing():
    frame = long([*CHAIN, [0.0] * 4])
    for method in METHODS:
        result = relatedness(frame, reference="sum", method=method)
        close(result[REL], relatedness(long(CHAIN), reference="sum", method=method)[REL])
    density = relatedness_density(frame, reference="sum")
    assert density[density["region"] == "R4"][DENSITY].isna().all()
    assert density[density["region"] != "R4"][DENSITY].notna().all()


def test_an_absent_row_is_withheld_or_zero():
    short = long(CHAIN).query("employment > 0")
    expected = co_occurrence(long(CHAIN), reference="sum")
    close(co_occurrence(short, reference="sum", absent="zero")[CO], expected[CO])
    assert co_occurrence(short, reference="sum")[CO].isna().all()


def test_one_industry_has_no_pairs():
    frame = long([[3.0], [4.0]])
    for measure, column in ((co_occurrence, CO), (relatedness, REL)):
        result = measure(frame, reference="sum")
        assert result.empty
        assert list(result.columns) == ["industry", "partner", column]
    density = relatedness_density(frame, reference="sum")
    assert density[DENSITY].isna().all()
    close(density["present"], [1, 1])


def test_years_and_draws_stand_within_the_pair():
    frame = pd.concat([long(CHAIN, year=y, draw=d) for y in (2, 1) for d in (1, 0)])
    result = co_occurrence(frame, reference="sum")
    assert list(result.columns) == ["industry", "partner", "year", "draw", CO]
    assert result[["year", "draw"]].iloc[:5].to_numpy().tolist() == [
        [1, 0], [1, 1], [2, 0], [2, 1], [1, 0],
    ]  # fmt: skip


# Bounds


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_bounds_hold_for_every_table_that_is_possible_and_are_reached(seed, table):
    rng = np.random.default_rng(seed)
    E = rng.integers(0, 12, (3, 3)).astype(float)
    E[tuple(rng.integers(0, 3, (2, 4)))] = NAN
    frame = pd.concat([long(E), totals([40, 30, 20])], ignore_index=True)
    hidden = frame["employment"].isna()
    possible = []
    for draw, filled in enumerate(itertools.product([1.0, 9.0], repeat=int(hidden.sum()))):
        whole = frame.assign(draw=draw)
        whole.loc[hidden, "employment"] = filled
        possible.append(whole)
    reference = area([20.0, 30.0, 25.0], 90.0) if table else "sum"
    counts = co_occurrence(pd.concat(possible, ignore_index=True), reference=reference)
    counts = counts.groupby(["industry", "partner"])[CO].agg(["min", "max"])
    known = frame["employment"]
    shown = frame.assign(employment_low=known.fillna(1.0), employment_high=known.fillna(9.0))
    result = co_occurrence(shown, reference=reference)
    if table:
        # Only the pairs' own cells count, so that the ends of a pair are reached together.
        close(result[f"{CO}_low"], counts["min"])
        close(result[f"{CO}_high"], counts["max"])
    assert (counts["min"].to_numpy() >= result[f"{CO}_low"].fillna(0)).all()
    assert (counts["max"].to_numpy() <= result[f"{CO}_high"].fillna(3)).all()
    sure = result[CO].notna()
    assert (result[f"{CO}_low"][sure] == result[CO][sure]).all()
    assert (result[f"{CO}_high"][sure] == result[CO][sure]).all()


def test_bounds_of_any_jobs_at_all():
    frame = long([[NAN, 1.0], [NAN, 1.0], [NAN, 1.0], [2.0, 0.0]])
    frame["employment_low"] = [3.0, 1, 0, 1, 0, 1, 2, 0]
    frame["employment_high"] = [9.0, 1, 0, 1, 5, 1, 2, 0]
    result = co_occurrence(frame, reference="sum", presence="any")
    close(result[[CO, f"{CO}_low", f"{CO}_high"]], [[NAN, 1, 2]])


# Refusals


def test_options_are_checked():
    frame = long(CHAIN)
    with pytest.raises(SchemaError, match="method='lift'"):
        relatedness(frame, reference="sum", method="lift")
    with pytest.raises(SchemaError, match="method='lift'"):
        relatedness_density(frame, reference="sum", method="lift")
    for measure in (co_occurrence, relatedness, relatedness_density):
        with pytest.raises(SchemaError, match="presence='some'"):
            measure(frame, reference="sum", presence="some")
        with pytest.raises(SchemaError, match="threshold=0"):
            measure(frame, reference="sum", threshold=0)
        with pytest.raises(SchemaError, match="reference='US'"):
            measure(frame, reference="US")
