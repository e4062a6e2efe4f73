"""A region's mix of industries against a reference's: Krugman, Hachman, Gini, coefficient."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.tables import (
    JOBS,
    NAN,
    area,
    cases,
    close,
    golden,
    golden_employment,
    long,
    pick,
)
from tests.reference import diversity as slow_diversity
from tests.reference import measures as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import (
    hachman,
    krugman,
    locational_gini,
    specialization_coefficient,
    specialization_gini,
)

COEFFICIENT, GINI = "specialization_coefficient", "specialization_gini"
MEASURES = [krugman, specialization_coefficient, hachman, specialization_gini]


def unweighted(employment, **options):
    return specialization_gini(employment, method="unweighted", **options)


def value_of(result):
    """The one value column."""
    (name,) = set(result.columns) & {"krugman", "hachman", COEFFICIENT, GINI}
    return result[name]


# Values of other tools


@pytest.mark.parametrize("peer", ["econcomplex_krugman_index_syn", "econgeo_Krugman.index_syn"])
def test_krugman_against_the_nation_of_other_tools(peer):
    result = krugman(golden_employment(), reference="sum")
    close(pick(result, "krugman"), golden(f"krugman/{peer}.json"))


def test_krugman_against_the_others_of_reat():
    result = krugman(golden_employment(), reference="others")
    close(result["krugman"], golden("krugman/reat_krugman.spec2_syn.json"))


@pytest.mark.parametrize(
    "peer", ["econcomplex_specialization_coefficient_syn", "econgeo_spec.coeff_syn"]
)
def test_coefficients_of_other_tools(peer):
    result = specialization_coefficient(golden_employment(), reference="sum")
    close(pick(result, COEFFICIENT), golden(f"hoover/{peer}.json"))


@pytest.mark.parametrize("peer", ["econcomplex_hachman_index_syn", "econgeo_Hachman_syn"])
def test_hachmans_of_other_tools(peer):
    result = hachman(golden_employment(), reference="sum")
    close(pick(result, "hachman"), golden(f"hachman/{peer}.json"))


def test_unweighted_gini_of_reat():
    result = unweighted(golden_employment(), reference="sum")
    close(pick(result, GINI), golden("gini_specialisation/reat_gini.spec_syn.json"))
    close(result[GINI], golden("specialisation_table/reat_spec_syn.json")["G j"])


def test_the_specialisation_table_of_reat():
    # Its K is Krugman's against the others.
    table = golden("specialisation_table/reat_spec_syn.json")
    close(krugman(golden_employment(), reference="others")["krugman"], table["K j"])


def test_unweighted_gini_of_a_textbook():
    # Farhauer and Kroell (2013), printed in the manual of REAT as 0.6222222.
    region = long([[700, 600, 500, 10_000, 40_000]])
    nation = area([30_000, 15_000, 10_000, 60_000, 50_000])
    close(unweighted(region, reference=nation)[GINI], [0.6222222], rtol=1e-7)


@pytest.mark.parametrize(
    # EconGeo rounds to three digits.
    ("peer", "atol"),
    [("econcomplex_gini_syn", 1e-12), ("econgeo_Gini_syn", 0.000501)],
)
def test_against_equal_industries_it_is_the_usual_gini(peer, atol):
    # The tools give it for industries over regions: turn the table round.
    turned = golden_employment().rename(columns={"region": "industry", "industry": "region"})
    alike = turned[["industry"]].drop_duplicates().assign(employment=1.0)
    for measure in (specialization_gini, unweighted):
        result = measure(turned, reference=alike)
        close(pick(result, GINI), golden(f"gini/{peer}.json"), atol=atol)


def test_an_empty_region_has_no_mix_to_differ():
    # econcomplex says 1 here: it compares shares of 0 everywhere with the nation's. A region
    # without jobs has no shares at all; 1 would rank it as half specialised.
    E = [[3.0, 1.0], [0.0, 0.0], [1.0, 3.0]]
    for reference in ("sum", "others"):
        result = krugman(long(E), reference=reference)
        assert np.isnan(result["krugman"].iloc[1])
        close(result["krugman"].iloc[[0, 2]], [0.5, 0.5] if reference == "sum" else [1.0, 1.0])


# By hand

TWO = [[30.0, 10.0], [10.0, 30.0]]


def test_coefficient_by_hand():
    close(specialization_coefficient(long(TWO), reference="sum")[COEFFICIENT], [0.25, 0.25])
    apart = specialization_coefficient(long([[5.0, 0.0]]), reference=area([0.0, 2.0]))
    close(apart[COEFFICIENT], [1.0])


def test_hachman_by_hand():
    # 0.75^2 / 0.5 + 0.25^2 / 0.5 = 1.25
    close(hachman(long(TWO), reference="sum")["hachman"], [0.8, 0.8])
    result = hachman(long(TWO), reference=area([90, 10]))
    close(result["hachman"], [0.8, 1 / (0.25**2 / 0.9 + 0.75**2 / 0.1)])


def test_ginis_by_hand():
    # Two industries: the curve has one corner, and the Gini is the coefficient.
    close(specialization_gini(long(TWO), reference="sum")[GINI], [0.25, 0.25])
    # Reference 1/2, 1/4, 1/4, region 1/4, 1/4, 1/2: LQs 1/2, 1, 2.
    frame, nation = long([[1.0, 1.0, 2.0]]), area([2, 1, 1])
    result = specialization_gini(frame, reference=nation)
    close(result[GINI], [1 - (0.5 * 0.25 + 0.25 * 0.75 + 0.25 * 1.5)])
    # |1/2 - 1| + |1/2 - 2| + |1 - 2| = 3, twice, over 2 x 9 x 7/6.
    close(unweighted(frame, reference=nation)[GINI], [6 / 21])


# Against the slow formulas

FORMULAS = {
    specialization_coefficient: lambda x, X: slow_diversity.specialization_coefficient(
        x, X, sum(x), sum(X)
    ),
    hachman: lambda x, X: slow_diversity.hachman(x, X, sum(x), sum(X)),
    specialization_gini: slow_diversity.specialization_gini_lorenz,
    unweighted: slow_diversity.specialization_gini_unweighted,
}


@pytest.mark.parametrize("measure", FORMULAS)
@given(case=cases(), data=st.data())
def test_they_are_the_slow_ones(measure, case, data):
    """Against the sum and against a table, whose empty industries the region may have."""
    formula = FORMULAS[measure]
    given_jobs = data.draw(st.lists(JOBS, min_size=9, max_size=9))[: len(case.industries)]
    nation = area(given_jobs, industries=case.industries)
    for reference in ("sum", nation):
        result = measure(case.table, reference=reference, absent=case.absent)
        column = value_of(result).name
        for group in case.groups:
            E = case.matrix(group)
            X = [sum(column) for column in zip(*E, strict=True)]
            X = X if isinstance(reference, str) else given_jobs
            expected = dict(zip(case.regions, [formula(x, X) for x in E], strict=True))
            close(pick(result, column, **group), expected, rtol=1e-7, atol=1e-9)


# Krugman


def test_krugman_by_hand():
    E = [[30.0, 10.0], [10.0, 30.0]]
    close(krugman(long(E), reference="sum")["krugman"], [0.5, 0.5])
    close(krugman(long(E), reference="others")["krugman"], [1.0, 1.0])
    close(krugman(long(E), reference=area([50, 50]))["krugman"], [0.5, 0.5])
    apart = krugman(long([[5.0, 0.0], [0.0, 2.0]]), reference="others")
    close(apart["krugman"], [2.0, 2.0])


def test_krugman_names_what_it_was_compared_with():
    for reference, name in (("sum", "sum"), ("others", "others")):
        result = krugman(long([[1, 2], [2, 1]]), reference=reference)
        assert set(result["reference"]) == {name}
    result = krugman(long([[1, 2]]), reference=area([5, 5], region="US"))
    assert set(result["reference"]) == {"US"}


@given(cases())
def test_krugman_against_the_sum_is_the_slow_one(case):
    result = krugman(case.table, reference="sum", absent=case.absent)
    for group in case.groups:
        expected = slow.krugman_nation(case.matrix(group))
        got = pick(result, "krugman", **group)
        close(got, dict(zip(case.regions, expected, strict=True)), rtol=1e-8, atol=1e-10)


@given(cases())
def test_krugman_against_the_others_is_the_slow_one_over_regions_with_jobs(case):
    result = krugman(case.table, reference="others", absent=case.absent)
    for group in case.groups:
        E = case.matrix(group)
        there = [r for r in range(len(E)) if sum(E[r]) != 0]  # NaN is not 0: it is unknown
        expected = dict.fromkeys(case.regions, NAN)
        if there:
            values = slow.krugman_others([E[r] for r in there])
            expected.update({case.regions[r]: v for r, v in zip(there, values, strict=True)})
        close(pick(result, "krugman", **group), expected, rtol=1e-8, atol=1e-10)


@given(cases(published=False))
def test_krugman_against_the_table_of_sums_is_that_against_the_sum(case):
    # Each group's sums as a table of one area, with the group's own year and draw.
    parts = []
    for group in case.groups:
        E = case.matrix(group)
        sums = [sum(column) for column in zip(*E, strict=True)]
        parts.append(area(sums, industries=case.industries, **group))
    by_table = krugman(case.table, reference=pd.concat(parts), absent=case.absent)
    by_sum = krugman(case.table, reference="sum", absent=case.absent)
    close(by_table["krugman"], by_sum["krugman"], rtol=1e-8, atol=1e-10)


@given(cases(size=(2, 4), withheld=False))
def test_krugman_lies_between_none_and_two(case):
    for reference in ("sum", "others"):
        value = krugman(case.table, reference=reference, absent=case.absent)["krugman"].dropna()
        assert value.between(0, 2 + 1e-9).all()


def test_one_region_has_no_others():
    result = krugman(long([[1, 2]]), reference="others")
    assert result["krugman"].isna().all()
    close(krugman(long([[1, 2]]), reference="sum")["krugman"], [0.0])


def test_merging_two_identical_regions_keeps_krugman_against_the_sum():
    E = np.array([[3.0, 5.0], [3.0, 5.0], [9.0, 2.0]])
    apart = krugman(long(E), reference="sum")["krugman"]
    merged = krugman(long([E[0] + E[1], E[2]]), reference="sum")["krugman"]
    close(apart.iloc[[0, 2]], merged)


# What must hold


@given(cases(size=(2, 4), withheld=False))
def test_ranges_and_order(case):
    options = {"reference": "sum", "absent": case.absent}
    C = specialization_coefficient(case.table, **options)[COEFFICIENT]
    G = specialization_gini(case.table, **options)[GINI]
    HI = hachman(case.table, **options)["hachman"]
    K = krugman(case.table, **options)["krugman"]
    close(2 * C, K)
    for column in (C, G, HI):
        assert column.dropna().between(-1e-9, 1 + 1e-9).all()
    # The corner of a Lorenz curve that is farthest from the diagonal is the coefficient.
    assert (C.dropna() <= G.dropna() + 1e-9).all()
    # By Cauchy and Schwarz: sum s^2 / S - 1 >= (sum |s - S|)^2.
    assert (1 / HI.dropna() - 1 >= K.dropna() ** 2 - 1e-9).all()


@pytest.mark.parametrize("measure", [*MEASURES, unweighted])
@given(case=cases(size=(2, 4), keys=(), withheld=False, missing=False, published=False))
def test_an_industry_nobody_has_and_the_order_of_industries_do_not_matter(measure, case):
    E = np.array(case.matrix({}))
    before = value_of(measure(long(E), reference="sum"))
    empty = np.hstack([E[:, ::-1], np.zeros((len(E), 1))])
    close(value_of(measure(long(empty), reference="sum")), before, rtol=1e-7, atol=1e-9)


@given(cases(size=(2, 4), keys=(), withheld=False, missing=False, published=False))
def test_telling_an_industry_apart_alike_everywhere_changes_nothing(case):
    # The unweighted Gini counts industries, so there it does.
    E = np.array(case.matrix({}))
    finer = np.hstack([E[:, :1] * 0.25, E[:, :1] * 0.75, E[:, 1:]])
    for measure in MEASURES:
        before = value_of(measure(long(E), reference="sum"))
        after = value_of(measure(long(finer), reference="sum"))
        close(after, before, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("measure", [*MEASURES, unweighted])
@given(factor=st.floats(1e-3, 1e3))
def test_the_references_mix_is_the_one_extreme(measure, factor):
    mix = np.array([30.0, 10.0, 60.0])
    result = value_of(measure(long([factor * mix]), reference=area(mix)))
    close(result, 1.0 if measure is hachman else 0.0, atol=1e-12)


def test_the_gini_of_a_region_is_the_locational_gini_turned_round():
    frame = long([[3.0, 9.0, 1.0], [8.0, 2.0, 4.0]])
    turned = frame.rename(columns={"region": "industry", "industry": "region"})
    for method in ("lorenz", "unweighted"):
        here = specialization_gini(frame, reference="sum", method=method)
        there = locational_gini(turned, reference="sum", method=method)
        close(here[GINI], there["locational_gini"])


# What there is to compare


@pytest.mark.parametrize("measure", MEASURES)
def test_against_another_region_of_the_table(measure):
    frame = long([[30.0, 10.0], [10.0, 30.0], [5.0, 5.0]])
    other = frame[frame["region"] == "R1"]
    result = measure(frame, reference=other)
    assert set(result["reference"]) == {"R1"}
    close(value_of(result).iloc[1], 1.0 if measure is hachman else 0.0)
    expected = {krugman: 1.0, specialization_coefficient: 0.5, specialization_gini: 0.5}
    # 0.75^2 / 0.25 + 0.25^2 / 0.75 = 7/3
    close(value_of(result).iloc[0], expected.get(measure, 3 / 7))


def test_industries_that_only_the_reference_has_are_part_of_its_mix():
    # Left out, the region would look exactly like its reference.
    frame, other = long([[10.0]]), area([10.0, 90.0])
    C = specialization_coefficient(frame, reference=other, absent="zero")
    close(C[COEFFICIENT], [0.9])
    close(krugman(frame, reference=other, absent="zero")["krugman"], [1.8])
    close(hachman(frame, reference=other, absent="zero")["hachman"], [0.1])
    close(specialization_gini(frame, reference=other, absent="zero")[GINI], [0.9])
    # LQs 10 and 0: their Gini is 1/2.
    close(unweighted(frame, reference=other, absent="zero")[GINI], [0.5])


@pytest.mark.parametrize("measure", MEASURES)
def test_they_are_no_zeros_unless_the_caller_says_so(measure):
    with pytest.raises(SchemaError, match=r"has 'I1' \(1 in all\).*absent='zero'"):
        measure(long([[10.0]]), reference=area([10.0, 90.0]))


def test_an_industry_that_only_the_reference_has_in_another_year_is_unknown_there():
    frame = pd.concat([long([[10.0]], year=1), long([[10.0]], year=2)])
    reference = pd.concat([area([10.0, 90.0], year=1), area([10.0], year=2)])
    result = krugman(frame, reference=reference, absent="zero")
    close(result["krugman"], [1.8, NAN])


@pytest.mark.parametrize("measure", [hachman, unweighted])
def test_without_a_location_quotient_there_is_no_value(measure):
    # The reference has no I1; R0 has, R1 has not, of R2 nobody knows.
    frame = long([[10.0, 1.0], [10.0, 0.0], [10.0, NAN]])
    result = measure(frame, reference=area([50.0, 0.0]))
    assert value_of(result).isna().tolist() == [True, False, True]


def test_where_the_reference_has_nothing_the_curve_rises_at_its_end():
    result = specialization_gini(long([[5.0, 5.0, 0.0]]), reference=area([0, 1, 1]))
    close(result[GINI], [1 - (0.5 * 0.0 + 0.5 * 0.5)])


@pytest.mark.parametrize("measure", MEASURES)
def test_a_region_without_jobs_has_no_mix(measure):
    for reference in ("sum", area([4.0, 4.0])):
        result = measure(long([[3.0, 1.0], [0.0, 0.0], [1.0, 3.0]]), reference=reference)
        assert value_of(result).isna().tolist() == [False, True, False]


@pytest.mark.parametrize("measure", MEASURES)
def test_withheld_cells(measure):
    frame = long([[NAN, 1.0], [1.0, 3.0]])
    # Against the sum, the industry's total is unknown for all.
    assert value_of(measure(frame, reference="sum")).isna().all()
    against = value_of(measure(frame, reference=area([40, 60])))
    assert against.isna().tolist() == [True, False]
    assert value_of(measure(long([[1.0, 3.0]]), reference=area([NAN, 60]))).isna().all()


@pytest.mark.parametrize("measure", MEASURES)
def test_a_reference_that_does_not_match_is_refused(measure):
    with pytest.raises(SchemaError, match="lacks 'I1'"):
        measure(long([[5, 9]]), reference=area([5], industries=["I0"]))
    with pytest.raises(SchemaError, match=r"holds 2 regions .*'sum'"):
        measure(long([[5, 9]]), reference=long([[5, 9], [1, 2]]))
    frame = pd.concat([long([[5, 9]], year=2018), long([[5, 9]], year=2021)])
    with pytest.raises(SchemaError, match="2021"):
        measure(frame, reference=area([5, 9], year=2018))
    several = pd.concat([area([5, 9], year=2018), area([5, 9], year=2021)])
    with pytest.raises(SchemaError, match=r"several values of 'year'"):
        measure(long([[5, 9]]), reference=several)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_reference_is_never_changed(measure):
    reference = area([5, 15], total=30).set_axis([3, 1, 2])
    before = reference.copy(deep=True)
    measure(long([[5, 9]]), reference=reference)
    pd.testing.assert_frame_equal(reference, before)
