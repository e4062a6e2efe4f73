"""Specialisation, diversity, inequality and economic base against the slow formulas."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.measures.tables import NAN, area, cases, close, golden, golden_input, pick
from tests.reference import diversity as slow
from tests.reference.measures import _divide

import clusteranalysis as ca

AREA = st.one_of(st.just(0.0), st.integers(1, 30).map(float), st.floats(0.5, 1e6), st.just(NAN))


def column_sums(E):
    return [sum(column) for column in zip(*E, strict=True)]


def nation(data, case, totals=False):
    """A drawn reference area: its jobs by industry, its total, and its table."""
    X = [data.draw(AREA) for _ in case.industries]
    N = sum(X)
    published = None
    if totals and not math.isnan(N) and data.draw(st.booleans()):
        published = N = N + data.draw(st.just(0.0) | st.floats(0.5, 1e6))
    return X, N, area(X, total=published, industries=case.industries)


def check(result, case, column, expected, names=("region",), rtol=1e-8, atol=1e-10):
    """Every group's rows: those present are there, and all that are there are the slow ones.

    ``expected(group)`` maps a region (or a region and an industry) to its value.
    """
    for group in case.groups:
        got = pick(result, column, **group)
        want = expected(group)
        shown = case.part(group)
        shown = shown[shown["industry"] != "00"]
        there = [tuple(row) if len(names) > 1 else row[0] for row in shown[list(names)].to_numpy()]
        assert set(there) <= set(got) <= set(want)
        close(got, {key: want[key] for key in got}, rtol=rtol, atol=atol)


def by_region(case, function):
    """``function`` of each region's row of jobs, in every group."""

    def expected(group):
        return dict(zip(case.regions, map(function, case.matrix(group)), strict=True))

    return expected


def against_sum(case, function):
    """``function`` of a region's row and the sums of all rows."""

    def expected(group):
        E = case.matrix(group)
        X = column_sums(E)
        return {region: function(row, X) for region, row in zip(case.regions, E, strict=True)}

    return expected


def against_area(case, X, function):
    return by_region(case, lambda row: function(row, X))


# The slow formulas against other tools


def test_slow_formulas_are_those_of_other_tools():
    wide = golden_input("syn_e_t0.csv").set_index("region")
    E = wide.to_numpy(float).tolist()
    X, N = column_sums(E), float(wide.to_numpy().sum())

    def both(function, path, rtol=1e-9):
        close(dict(zip(wide.index, map(function, E), strict=True)), golden(path), rtol=rtol)

    both(lambda x: slow.hachman(x, X, sum(x), N), "hachman/econgeo_Hachman_syn.json")
    both(lambda x: slow.entropy(x, 2), "entropy/econcomplex_shannon_entropy_syn.json")
    both(
        lambda x: slow.specialization_gini_unweighted(x, X),
        "gini_specialisation/reat_gini.spec_syn.json",
    )


# Specialisation against a reference

SHARES = {
    "specialization_coefficient": lambda x, X: slow.specialization_coefficient(
        x, X, sum(x), sum(X)
    ),
    "hachman": lambda x, X: slow.hachman(x, X, sum(x), sum(X)),
}


@pytest.mark.parametrize("name", SHARES)
@given(case=cases())
def test_a_mix_against_the_sum(name, case):
    result = getattr(ca, name)(case.table, reference="sum", absent=case.absent)
    check(result, case, name, against_sum(case, SHARES[name]))


@pytest.mark.parametrize("name", SHARES)
@given(case=cases(), data=st.data())
def test_a_mix_against_a_table(name, case, data):
    X, _, table = nation(data, case)
    result = getattr(ca, name)(case.table, reference=table, absent=case.absent)
    check(result, case, name, against_area(case, X, SHARES[name]))


GINI = {
    "lorenz": slow.specialization_gini_lorenz,
    "unweighted": slow.specialization_gini_unweighted,
}


@pytest.mark.parametrize("method", GINI)
@given(case=cases())
def test_gini_against_the_sum(method, case):
    result = ca.specialization_gini(case.table, reference="sum", method=method, absent=case.absent)
    check(result, case, "specialization_gini", against_sum(case, GINI[method]))


@pytest.mark.parametrize("method", GINI)
@given(case=cases(), data=st.data())
def test_gini_against_a_table(method, case, data):
    X, _, table = nation(data, case)
    result = ca.specialization_gini(case.table, reference=table, method=method, absent=case.absent)
    check(result, case, "specialization_gini", against_area(case, X, GINI[method]))


@given(case=cases(size=(2, 4), keys=(), withheld=False, missing=False))
def test_lorenz_gini_is_the_mean_difference_of_pairs(case):
    E = case.matrix({})
    X = column_sums(E)
    assume(all(x > 0 for x in X))
    result = ca.specialization_gini(case.table, reference="sum", absent=case.absent)
    check(result, case, "specialization_gini", against_sum(case, slow.specialization_gini_pairs))


# Entropy and variety

ENTROPY = {
    "raw": slow.entropy,
    "normalised": slow.entropy_normalised,
    "numbers_equivalent": slow.entropy_numbers_equivalent,
}


@pytest.mark.parametrize("method", ENTROPY)
@given(case=cases())
def test_entropy(method, case):
    result = ca.entropy(case.table, method=method, absent=case.absent)
    check(result, case, "entropy", by_region(case, ENTROPY[method]))


@given(case=cases(size=(1, 6)), data=st.data())
def test_related_and_unrelated_variety(case, data):
    sectors = [data.draw(st.sampled_from("ABC")) for _ in case.industries]
    groups = dict(zip(case.industries, sectors, strict=True))
    result = ca.related_variety(case.table, groups=groups, absent=case.absent)
    for part in ("related", "unrelated"):
        check(
            result,
            case,
            f"{part}_variety",
            by_region(case, lambda x, part=part: slow.variety(x, sectors)[part]),
        )
    check(result, case, "total_variety", by_region(case, lambda x: slow.entropy(x, 2)))


@given(case=cases(size=(1, 6), keys=()))
def test_variety_by_digits_is_variety_by_sectors(case):
    codes = dict(
        zip(case.industries, ["3111", "3254", "3341", "4441", "4451", "5221"], strict=False)
    )
    sectors = [{"31": "M", "32": "M", "33": "M", "44": "R", "45": "R"}.get(c[:2], c[:2])
               for c in codes.values()]  # fmt: skip
    table = case.table.assign(industry=case.table["industry"].replace(codes))
    result = ca.related_variety(table, groups=2, absent=case.absent)
    for part in ("related", "unrelated"):
        check(
            result,
            case,
            f"{part}_variety",
            by_region(case, lambda x, part=part: slow.variety(x, sectors)[part]),
        )


# Theil


def theil_of(index):
    return slow.theil_t if index == "T" else slow.theil_l


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=cases())
def test_theil_specialization_against_the_sum(index, case):
    result = ca.theil_specialization(case.table, reference="sum", index=index, absent=case.absent)
    check(result, case, "theil_specialization", against_sum(case, theil_of(index)))


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=cases(size=(1, 6)), data=st.data())
def test_theil_specialization_by_sector_against_a_table(index, case, data):
    X, _, table = nation(data, case)
    sectors = [data.draw(st.sampled_from("ABC")) for _ in case.industries]
    groups = dict(zip(case.industries, sectors, strict=True))
    result = ca.theil_specialization(
        case.table, reference=table, index=index, groups=groups, absent=case.absent
    )
    terms = {"theil_specialization": "total", "within": "within", "between": "between"}
    for column, term in terms.items():

        def part(x, X, term=term):
            return slow.theil_decomposition(x, X, sectors, index)[term]

        check(result, case, column, against_area(case, X, part))


def check_industries(result, case, column, function, sizes):
    """Rows by industry: ``function`` of the industry's column and the regions' sizes."""
    for group in case.groups:
        E = case.matrix(group)
        got = pick(result, column, **group)
        want = {}
        for i, industry in enumerate(case.industries):
            want[industry] = function([row[i] for row in E], sizes(group))
        assert set(got) <= set(want)
        shown = case.part(group)["industry"]
        assert set(shown) - {"00"} <= set(got)
        close(got, {key: want[key] for key in got}, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=cases())
def test_theil_against_the_regions_sizes(index, case):
    result = ca.theil(case.table, reference="sum", index=index, absent=case.absent)
    check_industries(result, case, "theil", theil_of(index), case.region_totals)


@pytest.mark.parametrize("index", ["T", "L"])
@given(case=cases(size=(1, 6)), data=st.data())
def test_theil_by_group_against_weights(index, case, data):
    weights = [data.draw(AREA) for _ in case.regions]
    table = case.table[["region"]].drop_duplicates().sort_values("region")
    table = table.assign(weight=weights)
    states = [data.draw(st.sampled_from("ABC")) for _ in case.regions]
    groups = dict(zip(case.regions, states, strict=True))
    result = ca.theil(case.table, reference=table, index=index, groups=groups, absent=case.absent)
    for column, term in {"theil": "total", "within": "within", "between": "between"}.items():
        check_industries(
            result,
            case,
            column,
            lambda x, w, term=term: slow.theil_decomposition(x, w, states, index)[term],
            lambda group: weights,
        )


# Economic base


def base_check(result, case, basic):
    """Cells: basic and the rest; ``basic(group)`` is a matrix."""

    def cells(matrix_of):
        def expected(group):
            matrix = matrix_of(group)
            return {
                (region, industry): matrix[r][i]
                for r, region in enumerate(case.regions)
                for i, industry in enumerate(case.industries)
            }

        return expected

    def rest(group):
        return (np.array(case.matrix(group)) - np.array(basic(group))).tolist()

    size = np.nanmax([1.0, *case.table["employment"].abs()])
    both = ("region", "industry")
    check(result, case, "economic_base", cells(basic), both, atol=1e-9 * size)
    check(result, case, "nonbasic", cells(rest), both, atol=1e-9 * size)


def multiplier_check(result, case, basic):
    size = np.nanmax([1.0, *case.table["employment"].abs()])
    for column in ("economic_base_multiplier", "basic", "nonbasic", "total", "unassigned"):

        def expected(group, column=column):
            E, n = case.matrix(group), case.region_totals(group)
            values = {}
            for region, x, b, total in zip(case.regions, E, basic(group), n, strict=True):
                values[region] = {
                    "economic_base_multiplier": slow.economic_base_multiplier(b, total),
                    "basic": sum(b),
                    "nonbasic": total - sum(b),
                    "total": total,
                    "unassigned": total - sum(x),
                }[column]
            return values

        ratio = column == "economic_base_multiplier"
        if ratio:
            # A basic sum of rounding errors has no meaningful ratio.
            for group in case.groups:
                assume(not any(0 < abs(sum(b)) < 1e-7 * size for b in basic(group)))
        check(result, case, column, expected, rtol=1e-6, atol=1e-9 if ratio else 1e-8 * size)


@given(case=cases())
def test_economic_base_by_quotient_against_the_sum(case):
    def basic(group):
        E, n = case.matrix(group), case.region_totals(group)
        return [
            slow.economic_base_lq(x, column_sums(E), total, sum(n))
            for x, total in zip(E, n, strict=True)
        ]

    options = {"reference": "sum", "absent": case.absent}
    base_check(ca.economic_base(case.table, **options), case, basic)
    multiplier_check(ca.economic_base_multiplier(case.table, **options), case, basic)


@given(case=cases(), data=st.data())
def test_economic_base_by_quotient_against_a_table(case, data):
    X, N, table = nation(data, case, totals=True)

    def basic(group):
        E, n = case.matrix(group), case.region_totals(group)
        return [slow.economic_base_lq(x, X, total, N) for x, total in zip(E, n, strict=True)]

    options = {"reference": table, "absent": case.absent}
    base_check(ca.economic_base(case.table, **options), case, basic)
    multiplier_check(ca.economic_base_multiplier(case.table, **options), case, basic)


@pytest.mark.parametrize("minimum", ["lowest", "second_lowest", 0.0, 0.25, 0.9])
@given(case=cases(size=(2, 5)))
def test_economic_base_by_minimum_requirements(minimum, case):
    def basic(group):
        E, n = case.matrix(group), case.region_totals(group)
        for column in zip(*E, strict=True):
            # Where known shares above 0 tie, the slow formula can tell a second lowest or a
            # quantile between them whatever is withheld; the library withholds it.
            shares = [_divide(x, total) for x, total in zip(column, n, strict=True) if total != 0]
            known = [share for share in shares if share > 0]
            assume(len(set(known)) == len(known) or not any(map(math.isnan, shares)))
        return slow.economic_base_minimum(E, n, minimum)

    options = {
        "reference": "regions",
        "method": "minimum_requirements",
        "minimum": minimum,
        "absent": case.absent,
    }
    base_check(ca.economic_base(case.table, **options), case, basic)
    multiplier_check(ca.economic_base_multiplier(case.table, **options), case, basic)


@given(case=cases(), data=st.data())
def test_economic_base_by_assignment(case, data):
    share = [data.draw(st.sampled_from([0.0, 0.4, 1.0])) for _ in case.industries]

    def basic(group):
        return [
            [a * x if a != 0 else 0.0 for a, x in zip(share, row, strict=True)]
            for row in case.matrix(group)
        ]

    options = {
        "reference": None,
        "method": "assignment",
        "assignment": dict(zip(case.industries, share, strict=True)),
        "absent": case.absent,
    }
    base_check(ca.economic_base(case.table, **options), case, basic)
    multiplier_check(ca.economic_base_multiplier(case.table, **options), case, basic)


def test_a_quotient_above_one_is_what_makes_a_job_basic():
    # x (1 - 1 / LQ) is the same number as x - n X / N.
    x, X = [30.0, 10.0], [500.0, 500.0]
    quotient = _divide(30 / 40, 500 / 1000)
    close(slow.economic_base_lq(x, X, 40.0, 1000.0), [30 * (1 - 1 / quotient), 0.0])
