"""Shift-share in its variants, growth rates and prognosis against the slow formulas."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.measures.tables import JOBS, NAN, area, cases, close, long, pick
from tests.reference import growth as slow
from tests.reference.measures import (
    _divide,
    shift_share_classic,
    shift_share_esteban_marquillas,
)

import clusteranalysis as ca

START, END = 2018, 2021
CELL = ("region", "industry")
AREA = st.one_of(st.just(0.0), st.integers(1, 30).map(float), st.floats(1, 1e6), st.just(NAN))


def start_weighted(weights):
    def terms(e0, e1, E0, E1, N0, N1, n0, n1):
        return slow.shift_share_rosenfeld(e0, e1, E0, E1, N0, N1, weights)

    return terms


def esteban(e0, e1, E0, E1, N0, N1, n0, n1):
    return shift_share_esteban_marquillas(e0, e1, E0, E1, N0, N1, n0)


def arcelus(e0, e1, E0, E1, N0, N1, n0, n1):
    rows = slow.shift_share_arcelus(e0, e1, E0, E1, N0, N1, n0, n1)
    named = {"regional": "regional_growth", "regional_industry": "regional_mix"}
    result = []
    for row in rows:
        new = {}
        for name, value in row.items():
            effect, _, half = name.rpartition("_")
            new[f"{named.get(effect, effect)}_{half}" if half != "change" else name] = value
        result.append(new)
    return result


CLASSIC = ["national", "industry_mix", "regional"]
PAIRS = ["national", "industry_mix", "regional_growth", "regional_mix"]
METHODS = {
    "classic": (start_weighted("start"), CLASSIC),
    "end_weighted": (start_weighted("end"), CLASSIC),
    "symmetric": (start_weighted("mean"), CLASSIC),
    "stilwell": (start_weighted("stilwell"), [*CLASSIC, "mix_modification"]),
    "esteban_marquillas": (esteban, ["national", "industry_mix", "competitive", "allocation"]),
    "arcelus": (arcelus, [f"{p}_{h}" for p in PAIRS for h in ("expected", "differential")]),
}


def column_sums(E):
    return [sum(column) for column in zip(*E, strict=True)]


def draws_of(case):
    draws = sorted({g["draw"] for g in case.groups}) if "draw" in case.groups[0] else None
    return [{}] if draws is None else [{"draw": d} for d in draws]


def both_years(case):
    return all({**g, "year": y} in case.groups for g in draws_of(case) for y in (START, END))


def in_time(**options):
    return cases(need=("year",), **options).filter(both_years)


def dates(case, group):
    """Matrices and region totals at both dates."""
    first, last = {**group, "year": START}, {**group, "year": END}
    e0, e1 = case.matrix(first), case.matrix(last)
    return e0, e1, case.region_totals(first), case.region_totals(last)


def two_areas(E0, E1, case, totals=(None, None)):
    names = case.industries
    return pd.concat(
        [
            area(E0, total=totals[0], industries=names, year=START),
            area(E1, total=totals[1], industries=names, year=END),
        ]
    )


def nation(data, case):
    """A drawn reference at both dates: industries, totals and table."""
    E0, E1 = ([data.draw(AREA) for _ in case.industries] for _ in range(2))
    N0, N1 = sum(E0), sum(E1)
    totals = (None, None)
    if data.draw(st.booleans()):
        totals = N0, N1 = data.draw(st.floats(1, 1e8)), data.draw(st.floats(1, 1e8))
    return E0, E1, N0, N1, two_areas(E0, E1, case, totals)


def compare(result, column, expected, there=None, size=1.0, rtol=1e-7, **group):
    got = pick(result, column, **group)
    if there is not None:
        assert there <= set(got)
    got = {key: value for key, value in got.items() if key in expected}
    close(got, {key: expected[key] for key in got}, rtol=rtol, atol=1e-9 * size)


def check(result, case, columns, expected):
    """Cells of every draw: ``expected(group)`` maps region, industry to a term -> value."""
    for group in draws_of(case):
        part = case.table
        for key, value in group.items():
            part = part[part[key] == value]
        shown = part[part["industry"] != "00"]
        there = set(zip(shown["region"], shown["industry"], strict=True))
        rows = expected(group)
        for column, term in columns.items():
            assert set(pick(result, column, **group)) <= set(rows)
            values = {key: row[term] for key, row in rows.items() if term in row}
            size = max([1.0, *(abs(v) for v in values.values() if not math.isnan(v))])
            compare(result, column, values, there, size, **group)


def cells(case, rows):
    """Rows by region of a list by industry, as one mapping."""
    return {
        (region, industry): rows[r][i]
        for r, region in enumerate(case.regions)
        for i, industry in enumerate(case.industries)
    }


# Shift-share of two dates


def slow_terms(method, case, group, reference=None):
    e0, e1, n0, n1 = dates(case, group)
    if reference is None:
        reference = column_sums(e0), column_sums(e1), sum(n0), sum(n1)
    rows = [METHODS[method][0](e0[r], e1[r], *reference, n0[r], n1[r]) for r in range(len(e0))]
    return cells(case, rows)


def same(names):
    return {name: name for name in ["change", *names]}


def told_apart(method, rows):
    """Leave out what the formulas do not settle.

    A change that is not known has no competitive term, nor a split of it. Where the
    rate of an effect is not known, nor thus one half of it, the other half is left open if no jobs
    multiply the rate: 0, or not known either.
    """
    if method == "arcelus":
        for row in rows.values():
            for effect in PAIRS:
                halves = f"{effect}_expected", f"{effect}_differential"
                for half, other in (halves, halves[::-1]):
                    if math.isnan(row[other]) and row.get(half) == 0:
                        del row[half]
                        break
    if method == "esteban_marquillas":
        for row in rows.values():
            if math.isnan(row["change"]):
                row["allocation"] = NAN
    return rows


@pytest.mark.parametrize("method", METHODS)
@given(case=in_time())
def test_shift_share_against_the_sum(method, case):
    result = ca.shift_share(case.table, reference="sum", method=method, absent=case.absent)
    check(
        result,
        case,
        same(METHODS[method][1]),
        lambda group: told_apart(method, slow_terms(method, case, group)),
    )


@pytest.mark.parametrize("method", METHODS)
@given(case=in_time(), data=st.data())
def test_shift_share_against_a_table(method, case, data):
    *reference, table = nation(data, case)
    assume(reference[2] != 0)  # no shares, no homothetic employment
    result = ca.shift_share(case.table, reference=table, method=method, absent=case.absent)
    check(
        result,
        case,
        same(METHODS[method][1]),
        lambda group: told_apart(method, slow_terms(method, case, group, reference)),
    )


@st.composite
def years(draw, count=4):
    """Whole matrices of several years in a row, with zeros and withheld cells."""
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    cell = st.one_of(JOBS, JOBS, JOBS, st.just(NAN)) if draw(st.booleans()) else JOBS
    return [[[draw(cell) for _ in range(shape[1])] for _ in range(shape[0])] for _ in range(count)]


def as_table(matrices, first=START):
    return pd.concat([long(E, year=first + t) for t, E in enumerate(matrices)])


@pytest.mark.parametrize("method", METHODS)
@given(matrices=years())
def test_annual_terms_are_those_of_every_year_added_up(method, matrices):
    function, names = METHODS[method]
    result = ca.shift_share(as_table(matrices), reference="sum", method=method, period="annual")
    regions, industries = len(matrices[0]), len(matrices[0][0])
    expected = {}
    for r in range(regions):
        total = [dict.fromkeys(names, 0.0) for _ in range(industries)]
        for E0, E1 in itertools.pairwise(matrices):
            n0, n1 = [sum(row) for row in E0], [sum(row) for row in E1]
            X = column_sums(E0), column_sums(E1)
            rows = function(E0[r], E1[r], *X, sum(n0), sum(n1), n0[r], n1[r])
            rows = told_apart(method, dict(enumerate(rows)))
            for i in range(industries):
                for name in names:
                    if name in rows[i] and name in total[i]:
                        total[i][name] += rows[i][name]
                    else:
                        total[i].pop(name, None)
        for i in range(industries):
            total[i]["change"] = matrices[-1][r][i] - matrices[0][r][i]
            expected[f"R{r}", f"I{i}"] = total[i]
    size = np.nanmax([1.0, *np.ravel(matrices)])
    for name in ["change", *names]:
        compare(
            result,
            name,
            {k: v[name] for k, v in expected.items() if name in v},
            set(expected),
            10 * size,
        )


@given(matrices=years())
def test_annual_classic_terms_are_barff_and_knights(matrices):
    result = ca.shift_share(as_table(matrices), reference="sum", period="annual")
    E = [column_sums(matrix) for matrix in matrices]
    size = np.nanmax([1.0, *np.ravel(matrices)])
    for r in range(len(matrices[0])):
        rows = slow.shift_share_dynamic([matrix[r] for matrix in matrices], E)
        for name in ["change", *CLASSIC]:
            values = {(f"R{r}", f"I{i}"): row[name] for i, row in enumerate(rows)}
            got = pick(result, name)
            close({k: got[k] for k in values}, values, rtol=1e-7, atol=1e-8 * size)


@given(matrices=years())
def test_sensitivity_to_the_start(matrices):
    result = ca.shift_share_sensitivity(as_table(matrices), reference="sum")
    last = matrices[-1]
    E1, size = column_sums(last), np.nanmax([1.0, *np.ravel(matrices)])
    for r in range(len(last)):
        starts = [
            shift_share_classic(matrix[r], last[r], column_sums(matrix), E1)
            for matrix in matrices[:-1]
        ]
        for i in range(len(last[0])):
            terms = [start[i] for start in starts]
            own = [term["regional"] for term in terms]
            jobs = [max(matrix[r][i], last[r][i]) for matrix in matrices[:-1]]
            # Not where rounding decides what is zero.
            for value, scale in zip(own, jobs, strict=True):
                assume(not 1e-13 * scale < abs(value) < 1e-7 * scale)
            signs = slow.same_sign(own, jobs)
            part = result[(result["region"] == f"R{r}") & (result["industry"] == f"I{i}")]
            part = part.set_index("start")
            assert list(part.index) == [START, START + 1, START + 2]
            close(part["same_sign"], signs)
            for name in ["change", *CLASSIC]:
                close(part[name], [t[name] for t in terms], rtol=1e-7, atol=1e-9 * size)


# Gerfin

FACTORS = {
    "regional_factor": "regional",
    "structural_factor": "structure",
    "locational_factor": "location",
}


def check_factors(result, case, reference=None):
    for group in draws_of(case):
        e0, e1, n0, n1 = dates(case, group)
        areas = reference or (column_sums(e0), column_sums(e1), sum(n0), sum(n1))
        for column, name in FACTORS.items():
            values = {
                region: slow.shift_share_gerfin(e0[r], e1[r], *areas)[name]
                for r, region in enumerate(case.regions)
            }
            compare(result, column, values, **group)


@given(case=in_time())
def test_factors_against_the_sum(case):
    result = ca.regional_factor(case.table, reference="sum", absent=case.absent)
    check_factors(result, case)


@given(case=in_time(), data=st.data())
def test_factors_against_a_table(case, data):
    *reference, table = nation(data, case)
    result = ca.regional_factor(case.table, reference=table, absent=case.absent)
    check_factors(result, case, reference)


# Space and levels


@given(case=in_time(size=(1, 5)), data=st.data())
def test_spatial_terms(case, data):
    weight = st.sampled_from([0.0, 0.0, 1.0, 2.5])
    W = [
        [0.0 if r == s else data.draw(weight) for s in range(len(case.regions))]
        for r in range(len(case.regions))
    ]
    pairs = [
        (case.regions[r], case.regions[s], W[r][s])
        for r in range(len(W))
        for s in range(len(W))
        if W[r][s] != 0
    ]
    touching = pd.DataFrame(pairs, columns=["region", "neighbour", "weight"])
    touching = touching.astype({"region": "str", "neighbour": "str", "weight": float})
    use_sum = data.draw(st.booleans())
    *drawn, table = nation(data, case)
    result = ca.spatial_shift_share(
        case.table,
        reference="sum" if use_sum else table,
        neighbours=touching,
        absent=case.absent,
    )

    def expected(group):
        e0, e1, n0, n1 = dates(case, group)
        X = (column_sums(e0), column_sums(e1), sum(n0), sum(n1)) if use_sum else drawn
        rows = [
            slow.shift_share_spatial(r, e0, e1, X[0], X[1], W, X[2], X[3]) for r in range(len(e0))
        ]
        return cells(case, rows)

    terms = {"change": "change", "national": "national", "regional": "regional"}
    check(result, case, {**terms, "neighbour": "neighbour_mix"}, expected)


@given(case=in_time(), data=st.data())
def test_nested_terms(case, data):
    use_sum = data.draw(st.booleans())
    N0, N1, *nation_totals, nation_table = nation(data, case)
    S0, S1, *state_totals, state_table = nation(data, case)
    result = ca.nested_shift_share(
        case.table,
        reference=nation_table,
        between="sum" if use_sum else state_table,
        absent=case.absent,
    )

    def expected(group):
        e0, e1, n0, n1 = dates(case, group)
        between, totals = (S0, S1), state_totals
        if use_sum:
            between, totals = (column_sums(e0), column_sums(e1)), (sum(n0), sum(n1))
        rows = [
            slow.shift_share_nested(
                e0[r], e1[r], *between, N0, N1, tuple(totals), tuple(nation_totals)
            )
            for r in range(len(e0))
        ]
        return cells(case, rows)

    terms = {name: name for name in ("change", *CLASSIC)}
    terms |= {"between_growth": "state_growth", "between_mix": "state_mix"}
    check(result, case, terms, expected)


# Growth rates


@given(case=in_time())
def test_growth_rates(case):
    result = ca.growth_rates(case.table, absent=case.absent)
    columns = {
        "growth_rates": "rate",
        "change": "change",
        "midpoint_rate": "midpoint",
        "annual_rate": "annual",
    }
    kinds = {"entry": "entry", "exit": "exit", "stayed": "stays", "absent": "never"}

    def expected(group):
        e0, e1, _, _ = dates(case, group)
        rows = [
            [slow.growth_rates(a, b, END - START) for a, b in zip(x, y, strict=True)]
            for x, y in zip(e0, e1, strict=True)
        ]
        return cells(case, rows)

    check(result, case, columns, expected)
    for group in draws_of(case):
        e0, e1, _, _ = dates(case, group)
        for (region, industry), kind in pick(result, "kind", **group).items():
            r, i = case.regions.index(region), case.industries.index(industry)
            status = slow.growth_status(e0[r][i], e1[r][i])
            assert kind == kinds.get(status, "withheld")


# Prognosis and portfolio


@pytest.mark.parametrize("method", ["constant_share", "constant_shift"])
@pytest.mark.parametrize("trend", [True, False])
@given(case=in_time(), data=st.data())
def test_prognosis(method, trend, case, data):
    E0, E1, _, _, table = nation(data, case)
    horizon = END + data.draw(st.integers(1, 6))
    future = [data.draw(AREA) for _ in case.industries]
    outlook = "trend" if trend else area(future, industries=case.industries)
    result = ca.shift_share_prognosis(
        case.table,
        reference=table,
        horizon=horizon,
        outlook=outlook,
        method=method,
        absent=case.absent,
    )

    def expected(group):
        e0, e1, _, _ = dates(case, group)
        rows = []
        for r in range(len(e0)):
            row = []
            for i in range(len(E0)):
                found = slow.prognosis(
                    e0[r][i],
                    e1[r][i],
                    E0[i],
                    E1[i],
                    END - START,
                    horizon - END,
                    None if trend else future[i],
                    method == "constant_shift",
                )
                # At the edge of less than nothing, rounding decides.
                base = 1 + found["growth"] + found["shift"]
                assume(math.isnan(base) or base == 0 or abs(base) > 1e-9)
                row.append(found)
            rows.append(row)
        return cells(case, rows)

    terms = {
        "shift_share_prognosis": "jobs",
        "assumed_reference_growth": "growth",
        "assumed_shift": "shift",
    }
    check(result, case, terms, expected)


@given(case=in_time(), data=st.data())
def test_portfolio(case, data):
    E0, E1, _, N1, table = nation(data, case)
    result = ca.portfolio_matrix(
        case.table, reference=table.assign(region="US"), absent=case.absent
    )
    span = END - START

    def expected(group):
        e0, e1, _, n1 = dates(case, group)
        rows = []
        for r in range(len(e0)):
            row = []
            for i in range(len(E0)):
                own = 100 * slow.growth_rates(e0[r][i], e1[r][i], span)["annual"]
                reference = 100 * slow.growth_rates(E0[i], E1[i], span)["annual"]
                lq = _divide(_divide(e1[r][i], n1[r]), _divide(E1[i], N1))
                row.append({"lq": lq, "own": own, "reference": reference, "lead": own - reference})
            rows.append(row)
        return cells(case, rows)

    terms = {"location_quotient": "lq", "growth": "own", "reference_growth": "reference"}
    check(result, case, {**terms, "growth_difference": "lead"}, expected)
    for row in result.itertuples():
        lq, lead = row.location_quotient, row.growth_difference
        if math.isnan(lq) or math.isnan(lead):
            assert row.quadrant == "Cannot tell"
        else:
            level = "Concentrated" if lq >= 1 else "Below US share"
            assert row.quadrant == f"{level}, {'outpacing' if lead >= 0 else 'trailing'} US"
