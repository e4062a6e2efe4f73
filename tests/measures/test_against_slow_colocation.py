"""Coagglomeration, colocation and links against plain loops over the formulas."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.measures.tables import NAN, cases, close, long, pick
from tests.reference import colocation as slow
from tests.reference import measures

import clusteranalysis as ca

CO = "coagglomeration"


def columns(E):
    return [list(column) for column in zip(*E, strict=True)]


def by_pair(names, matrix):
    """The upper triangle as a mapping of pairs."""
    return {
        (names[i], names[j]): matrix[i][j]
        for i in range(len(names))
        for j in range(i + 1, len(names))
    }


def uneven(w):
    """Is 1 - sum w^2 known, and not a rounding error?"""
    whole = sum(w)
    spread = 1 - sum((v / whole) ** 2 for v in w) if whole else NAN
    return np.isnan(spread) or spread == 0 or spread > 1e-6


# The slow formulas against each other


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.booleans())
def test_the_plants_cancel_in_the_slow_formula(seed, industries, one_plant):
    rng = np.random.default_rng(seed)
    E = rng.integers(0, 9, (4, industries)).astype(float)
    E[0] += 1
    w = rng.uniform(0.1, 1, 4).tolist()
    H = rng.uniform(0, 1, industries).tolist()
    if one_plant:
        H[0] = 1.0
    close(
        slow.group_coagglomeration(E.tolist(), w, H),
        slow.group_coagglomeration_by_pairs(E.tolist(), w),
        rtol=1e-8,
        atol=1e-10,
    )


@given(st.lists(st.integers(0, 3), min_size=2, max_size=3), st.integers(1, 2))
def test_the_expected_colocation_is_the_mean_of_all_dealings(places, number):
    assume(3 <= sum(places) <= 6)
    dealt = slow.howard_random_cl_enumerated(number, 1, places)
    close(slow.howard_random_cl(places), sum(dealt) / len(dealt))


# Groups


@st.composite
def cases_groups_plants(draw):
    case = draw(cases(size=(2, 4)))
    names = ["one", "two", None]
    groups = {i: draw(st.sampled_from(names)) for i in case.industries}
    groups = {i: group for i, group in groups.items() if group}
    H = {i: draw(st.sampled_from([0.01, 0.3, 0.9, 1.0, NAN])) for i in case.industries}
    return case, groups, H


@given(cases_groups_plants(), st.sampled_from(["sum", "table"]), st.data())
def test_groups_are_the_slow_ones(drawn, reference, data):
    case, groups, H = drawn
    assume(groups)
    weights = {r: data.draw(st.floats(0.1, 9)) for r in case.regions}
    given_reference = reference
    if reference == "table":
        given_reference = pd.DataFrame({"region": list(weights), "weight": list(weights.values())})
    plants = pd.DataFrame({"industry": list(H), "plant_herfindahl": list(H.values())})
    result = ca.group_coagglomeration(
        case.table, reference=given_reference, groups=groups, plants=plants, absent=case.absent
    )
    for part in case.groups:
        E = case.matrix(part)
        w = case.region_totals(part) if reference == "sum" else list(weights.values())
        assume(uneven(w))
        found = {
            name: pick(result, name, **part)
            for name in ("group_coagglomeration", "mean_ellison_glaeser", "coagglomeration_ratio")
        }
        for group in sorted(set(groups.values())):
            kept = [i for i, name in enumerate(case.industries) if groups.get(name) == group]
            inside = [[row[i] for i in kept] for row in E]
            sizes = [sum(column) for column in columns(inside)]
            own_H = [H[case.industries[i]] for i in kept]
            expected = slow.group_coagglomeration_by_pairs(inside, w)
            got = found["group_coagglomeration"][group]
            close(got, expected, rtol=1e-6, atol=1e-8)
            known = [h for h, size in zip(own_H, sizes, strict=True) if size > 0]
            if not np.isnan(known).any():
                # The formula of the paper, plants and all; it loses digits where one industry is
                # nearly all of the group.
                shares = np.array(sizes) / sum(sizes) if sum(sizes) else np.array([NAN])
                assume(not 0 < 1 - (shares**2).sum() < 1e-4)
                own = [0.5 if np.isnan(h) else h for h in own_H]
                close(got, slow.group_coagglomeration(inside, w, own), rtol=1e-6, atol=1e-6)
            if np.isnan(got):
                continue
            total, weighted = 0.0, 0.0
            for column, size, h in zip(columns(inside), sizes, own_H, strict=True):
                if size > 0:
                    total += size
                    weighted += size * measures.ellison_glaeser(column, w, h)
            mean = weighted / total
            close(found["mean_ellison_glaeser"][group], mean, rtol=1e-6, atol=1e-8)
            if np.isnan(mean):
                assert np.isnan(found["coagglomeration_ratio"][group])
            elif abs(mean) > 1e-3:
                close(found["coagglomeration_ratio"][group], got / mean, rtol=1e-5, atol=1e-5)


# Locational correlation


@given(cases(size=(1, 5)), st.sampled_from(["level", "log"]))
def test_locational_correlations_are_the_slow_ones(case, method):
    result = ca.locational_correlation(case.table, method=method, absent=case.absent)
    for group in case.groups:
        E = case.matrix(group)
        if method == "log":
            E = [[float(np.log1p(v)) for v in row] for row in E]
        expected = by_pair(case.industries, slow.locational_correlation(E))
        close(pick(result, "locational_correlation", **group), expected, rtol=1e-7, atol=1e-9)


@given(cases(size=(1, 5)))
def test_correlations_of_shares_are_the_slow_ones(case):
    result = ca.locational_correlation(case.table, method="share", absent=case.absent)
    for group in case.groups:
        E, n = case.matrix(group), case.region_totals(group)
        # A region without any jobs takes no part; a withheld cell in it is no such certainty.
        shares = [
            [cell / size if size != 0 else NAN for cell in row]
            for row, size in zip(E, n, strict=True)
            if size != 0 or any(cell != 0 for cell in row)
        ]
        if shares:
            for column in columns(shares):  # equal but for rounding is neither equal nor not
                width = max(column) - min(column)
                assume(not 0 < width < 1e-7 * max(column))
            matrix = slow.locational_correlation(shares)
        else:
            matrix = [[NAN] * len(case.industries)] * len(case.industries)
        expected = by_pair(case.industries, matrix)
        close(pick(result, "locational_correlation", **group), expected, rtol=1e-6, atol=1e-7)


# Colocation of establishments


@given(cases(size=(1, 4)), st.sampled_from(["sum", "pair", "table"]), st.data())
def test_colocation_is_the_slow_one(case, reference, data):
    case.table["establishments"] = case.table["employment"].clip(upper=50).round()
    sites = {r: float(data.draw(st.integers(0, 5))) for r in case.regions}
    given_reference = reference
    if reference == "table":
        given_reference = pd.DataFrame({"region": list(sites), "establishments": sites.values()})
    result = ca.howard_colocation(case.table, reference=given_reference, absent=case.absent)
    for group in case.groups:
        E = columns(case.matrix(group, "establishments"))
        n = case.region_totals(group, "establishments")
        cl, chance, excess = {}, {}, {}
        for (i, a), (j, b) in itertools.combinations(enumerate(case.industries), 2):
            together = slow.howard_cl(E[i], E[j])
            if reference == "pair":
                pool = [x + y for x, y in zip(E[i], E[j], strict=True)]
            else:
                pool = n if reference == "sum" else list(sites.values())
            cl[a, b] = together
            chance[a, b] = NAN if np.isnan(together) else slow.howard_random_cl(pool)
            excess[a, b] = slow.howard_xcl(E[i], E[j], pool)
        close(pick(result, "howard_colocation", **group), cl)
        close(pick(result, "expected_colocation", **group), chance)
        close(pick(result, "excess_colocation", **group), excess, atol=1e-10)


# Links


@st.composite
def flow_tables(draw):
    names = ["a", "b", "c", "d"][: draw(st.integers(2, 4))]
    flow = draw(
        st.lists(
            st.lists(
                st.one_of(st.just(0.0), st.floats(0.1, 1e4), st.just(NAN)),
                min_size=len(names),
                max_size=len(names),
            ),
            min_size=len(names),
            max_size=len(names),
        )
    )
    absent = draw(st.sampled_from(["withheld", "zero"]))
    rows = []
    for i, seller in enumerate(names):
        for j, buyer in enumerate(names):
            if i != j and draw(st.integers(0, 5)) == 0:
                flow[i][j] = NAN if absent == "withheld" else 0.0
            else:
                rows.append((seller, buyer, flow[i][j]))
    frame = pd.DataFrame(rows, columns=["industry", "partner", "flow"])
    return names, flow, frame.sample(frac=1, random_state=1), absent


@given(flow_tables(), st.sampled_from(["max", "mean"]), st.booleans(), st.data())
def test_input_output_links_are_the_slow_ones(drawn, method, with_totals, data):
    names, flow, frame, absent = drawn
    inputs = outputs = None
    totals = "sum"
    if with_totals:
        more = st.one_of(st.just(0.0), st.floats(0, 1e4))
        inputs = [float(np.nansum(column)) + data.draw(more) for column in zip(*flow, strict=True)]
        outputs = [float(np.nansum(row)) + data.draw(more) for row in flow]
        totals = pd.DataFrame({"industry": names, "inputs": inputs, "outputs": outputs})
    links = slow.input_output_links(flow, inputs, outputs)
    result = ca.input_output_links(frame, totals=totals, method=method, absent=absent)
    shares = {
        "input_share": "input_from",
        "partner_input_share": "input_to",
        "output_share": "output_to",
        "partner_output_share": "output_from",
    }
    for column, ratio in shares.items():
        ratios = [[link[ratio] for link in row] for row in links]
        close(pick(result, column), by_pair(names, ratios))
    if method == "max":
        expected = [[link["link"] for link in row] for row in links]
    else:
        expected = [[sum(link[k] for k in shares.values()) / 4 for link in row] for row in links]
    close(pick(result, "input_output_links"), by_pair(names, expected))


# Occupations


@given(cases(size=(1, 5), keys=(), published=False), st.sampled_from(["correlation", "cosine"]))
def test_occupation_similarity_is_the_slow_one(case, method):
    staffing = case.table.rename(columns={"region": "occupation"})
    result = ca.occupation_similarity(staffing, method=method, absent=case.absent)
    E = case.matrix({})
    matrix = slow.occupation_similarity(E) if method == "correlation" else slow.occupation_cosine(E)
    expected = by_pair(case.industries, matrix)
    close(pick(result, "occupation_similarity"), expected, rtol=1e-7, atol=1e-9)


# The test


@given(cases(size=(2, 4), withheld=False), st.sampled_from(["none", "bonferroni", "holm"]))
@settings(max_examples=25)
def test_the_observed_value_and_the_adjustment_are_the_slow_ones(case, adjust):
    for group in case.groups:
        assume(uneven(case.region_totals(group)))
    for method in (adjust, "benjamini_hochberg"):
        result = ca.coagglomeration_test(
            case.table, reference="sum", rng=1, repetitions=19, adjust=method, absent=case.absent
        )
        for group in case.groups:
            E, w = case.matrix(group), case.region_totals(group)
            matrix = [[measures.coagglomeration(a, b, w) for b in columns(E)] for a in columns(E)]
            expected = by_pair(case.industries, matrix)
            close(pick(result, CO, **group), expected, rtol=1e-6, atol=1e-8)
            p = pick(result, "coagglomeration_test", **group)
            allowed = slow.adjusted(list(p.values()), method)
            close(pick(result, "adjusted", **group), dict(zip(p, allowed, strict=True)))


EQUAL = {
    "two peaks together": [[9, 8, 0, 1, 0], [7, 9, 1, 0, 0]],
    "apart": [[9, 8, 0, 1, 0], [0, 0, 3, 4, 5]],
    "many ties": [[1, 0, 0, 0, 1], [1, 1, 0, 0, 0]],
    "nothing in it": [[3, 1, 2, 5, 4], [4, 5, 1, 2, 9]],
}


@pytest.mark.parametrize("name", EQUAL)
@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_p_values_are_the_shares_of_all_dealings(name, alternative):
    """Five regions of equal size: all 120 dealings are counted, and 1,999 of them are drawn."""
    first, second = ([float(v) for v in row] for row in EQUAL[name])
    w = [1.0] * 5
    dealt = np.array(slow.coagglomeration_enumerated(first, second, w))
    observed = measures.coagglomeration(first, second, w)
    reference = pd.DataFrame({"region": [f"R{r}" for r in range(5)], "weight": w})
    B = 1999
    result = ca.coagglomeration_test(
        long(np.array([first, second]).T),
        reference=reference,
        rng=3,
        repetitions=B,
        alternative=alternative,
    )
    above, below = (dealt >= observed - 1e-9).mean(), (dealt <= observed + 1e-9).mean()
    sides = {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(above, below))}
    got = result["coagglomeration_test"].iloc[0]
    # p = (b + 1)/(B + 1): five standard errors of b / B, doubled where the p-value is.
    share = sides[alternative]
    room = 5 * np.sqrt(max(share * (1 - share), 1 / B) / B) * (1 + (alternative == "two-sided"))
    assert abs(got - (B * share + 1) / (B + 1)) < room
    close(result["expected"].iloc[0], dealt.mean(), atol=5 * dealt.std() / np.sqrt(B))
