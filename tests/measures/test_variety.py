"""Diversity of a region: Herfindahl, entropy, related and unrelated variety."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.measures.tables import (
    NAN,
    cases,
    close,
    golden,
    golden_employment,
    long,
    pick,
    totals,
)
from tests.reference import diversity as slow_diversity
from tests.reference import measures as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import entropy, herfindahl, related_variety

VARIETIES = ["related_variety", "unrelated_variety", "total_variety"]

# Values of other tools


@pytest.mark.parametrize(
    ("peer", "method"),
    [
        ("econcomplex_herfindahl_raw_syn", "raw"),
        ("econgeo_Herfindahl_syn", "raw"),
        ("econcomplex_herfindahl_norm_syn", "normalised"),
    ],
)
def test_herfindahls_of_other_tools(peer, method):
    result = herfindahl(golden_employment(), method=method)
    close(pick(result, "herfindahl"), golden(f"herfindahl/{peer}.json"))


@pytest.mark.parametrize(
    ("peer", "atol"),
    # EconGeo rounds to three digits, and adds 1e-9 inside the logarithm.
    [("econcomplex_shannon_entropy_syn", 1e-12), ("econgeo_entropy_syn", 0.000501)],
)
def test_entropies_of_other_tools_are_in_bits(peer, atol):
    result = entropy(golden_employment())
    bits = result.assign(bits=result["entropy"] / math.log(2))
    close(pick(bits, "bits"), golden(f"entropy/{peer}.json"), atol=atol)


def test_total_variety_is_the_entropy_of_other_tools():
    frame = golden_employment()
    sectors = {name: name[:2] for name in frame["industry"].unique()}
    result = related_variety(frame, groups=sectors)
    close(pick(result, "total_variety"), golden("entropy/econcomplex_shannon_entropy_syn.json"))


# Herfindahl


def test_herfindahl_by_hand():
    E = [[30.0, 10.0], [7.0, 0.0], [5.0, 5.0]]
    close(herfindahl(long(E))["herfindahl"], [0.625, 1.0, 0.5])
    close(herfindahl(long(E), method="normalised")["herfindahl"], [0.25, 1.0, 0.0])
    close(herfindahl(long(E), method="numbers_equivalent")["herfindahl"], [1.6, 1.0, 2.0])


SLOW_HERFINDAHL = {
    "raw": slow.herfindahl,
    "normalised": slow.herfindahl_normalised,
    "numbers_equivalent": slow.numbers_equivalent,
}


@pytest.mark.parametrize("method", SLOW_HERFINDAHL)
@given(case=cases())
def test_herfindahls_are_the_slow_ones(method, case):
    result = herfindahl(case.table, method=method, absent=case.absent)
    assert len(result) == len(case.regions) * len(case.groups)
    for group in case.groups:
        expected = [SLOW_HERFINDAHL[method](row) for row in case.matrix(group)]
        got = pick(result, "herfindahl", **group)
        close(got, dict(zip(case.regions, expected, strict=True)), rtol=1e-8, atol=1e-10)


def test_a_withheld_cell_leaves_the_other_regions_alone():
    result = herfindahl(long([[NAN, 1.0], [1.0, 3.0]]))
    close(result["herfindahl"], [NAN, 0.625])
    result = herfindahl(long([[5.0, 1.0], [1.0, 3.0]]).drop(index=0))
    close(result["herfindahl"], [NAN, 0.625])
    result = herfindahl(long([[5.0, 1.0], [1.0, 3.0]]).drop(index=0), absent="zero")
    close(result["herfindahl"], [1.0, 0.625])


def test_totals_alone_have_no_normalised_herfindahl():
    with pytest.raises(SchemaError, match="no rows but totals"):
        herfindahl(totals([5, 6]), method="normalised")


# Entropy


def test_entropy_by_hand():
    E = [[30.0, 10.0], [7.0, 0.0], [5.0, 5.0], [0.0, 0.0]]
    H = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    close(entropy(long(E))["entropy"], [H, 0.0, math.log(2), NAN])
    close(entropy(long(E), method="normalised")["entropy"], [H / math.log(2), 0.0, 1.0, NAN])
    equivalent = entropy(long(E), method="numbers_equivalent")["entropy"]
    close(equivalent, [4 / 3**0.75, 1.0, 2.0, NAN])


def test_no_entropy_is_zero_and_not_minus_zero():
    result = entropy(long([[7.0]]))["entropy"]
    assert not np.signbit(result).any()
    variety = related_variety(long([[7.0]]), groups={"I0": "all"})
    assert not np.signbit(variety[VARIETIES]).any(axis=None)


SLOW_ENTROPY = {
    "raw": slow_diversity.entropy,
    "normalised": slow_diversity.entropy_normalised,
    "numbers_equivalent": slow_diversity.entropy_numbers_equivalent,
}


@pytest.mark.parametrize("method", SLOW_ENTROPY)
@given(case=cases())
def test_entropies_are_the_slow_ones(method, case):
    result = entropy(case.table, method=method, absent=case.absent)
    for group in case.groups:
        expected = [SLOW_ENTROPY[method](row) for row in case.matrix(group)]
        got = pick(result, "entropy", **group)
        close(got, dict(zip(case.regions, expected, strict=True)), rtol=1e-8, atol=1e-10)


@given(cases(withheld=False, keys=(), missing=False, published=False))
def test_an_even_split_of_every_industry_adds_its_logarithm(case):
    # Each industry told apart into three of equal size: H + ln 3, three times as many.
    E = np.array(case.matrix({}))
    finer = np.repeat(E / 3, 3, axis=1)
    close(entropy(long(finer))["entropy"], entropy(long(E))["entropy"] + math.log(3), atol=1e-9)
    equivalent = [
        entropy(long(matrix), method="numbers_equivalent")["entropy"] for matrix in (finer, E)
    ]
    close(equivalent[0], 3 * equivalent[1], rtol=1e-8)


@given(cases(withheld=False))
def test_herfindahl_counts_no_more_equal_industries_than_entropy(case):
    # Hill's numbers fall with their order.
    second = herfindahl(case.table, method="numbers_equivalent", absent=case.absent)["herfindahl"]
    first = entropy(case.table, method="numbers_equivalent", absent=case.absent)["entropy"]
    assert (second.isna() == first.isna()).all()
    assert (second.dropna() <= first.dropna() * (1 + 1e-9)).all()


def test_one_industry_is_neither_even_nor_uneven():
    assert entropy(long([[5.0]]), method="normalised")["entropy"].isna().all()
    close(entropy(long([[5.0]]), method="numbers_equivalent")["entropy"], [1.0])


def test_entropy_of_withheld_and_absent_cells():
    close(entropy(long([[NAN, 1.0], [1.0, 1.0]]))["entropy"], [NAN, math.log(2)])
    gone = long([[5.0, 1.0], [1.0, 1.0]]).drop(index=0)
    close(entropy(gone)["entropy"], [NAN, math.log(2)])
    close(entropy(gone, absent="zero")["entropy"], [0.0, math.log(2)])


# Related variety

SECTORS = {"I0": "a", "I1": "a", "I2": "b", "I3": "c"}


def test_varieties_by_hand():
    # A: 1/4, 1/4 | 1/2: half of the jobs lie in a sector of one bit. B: one sector alone.
    E = [[10.0, 10.0, 20.0], [5.0, 15.0, 0.0], [0.0, 0.0, 9.0], [0.0, 0.0, 0.0]]
    result = related_variety(long(E), groups=SECTORS)
    one = 0.25 * 2 + 0.75 * math.log2(4 / 3)
    close(result["related_variety"], [0.5, one, 0.0, NAN])
    close(result["unrelated_variety"], [1.0, 0.0, 0.0, NAN])
    close(result["total_variety"], [1.5, one, 0.0, NAN])
    assert list(result.columns) == ["region", *VARIETIES]


@given(cases())
def test_varieties_are_the_slow_ones_and_add_up(case):
    result = related_variety(case.table, groups=SECTORS, absent=case.absent)
    sectors = [SECTORS[name] for name in case.industries]
    for group in case.groups:
        expected = [slow_diversity.variety(row, sectors) for row in case.matrix(group)]
        for part in ("related", "unrelated"):
            column = dict(zip(case.regions, [parts[part] for parts in expected], strict=True))
            got = pick(result, f"{part}_variety", **group)
            close(got, column, rtol=1e-8, atol=1e-9)
    assert (result["related_variety"].dropna() >= -1e-12).all()
    # Exactly: a table is added up by its readers.
    both = result["related_variety"] + result["unrelated_variety"]
    assert (both.dropna() == result["total_variety"].dropna()).all()
    bits = entropy(case.table, absent=case.absent)["entropy"] / math.log(2)
    close(result["total_variety"], bits, rtol=1e-8, atol=1e-9)


def test_one_group_has_no_unrelated_and_groups_of_one_no_related_variety():
    frame = long([[3.0, 4.0, 5.0], [1.0, 0.0, 9.0]])
    whole = related_variety(frame, groups=dict.fromkeys(["I0", "I1", "I2"], "all"))
    close(whole["unrelated_variety"], 0.0, atol=1e-12)
    close(whole["related_variety"], whole["total_variety"])
    apart = related_variety(frame, groups={name: name for name in ["I0", "I1", "I2"]})
    close(apart["related_variety"], 0.0, atol=1e-12)
    close(apart["unrelated_variety"], whole["total_variety"])


def test_digits_are_those_of_naics_where_a_sector_has_three_numbers():
    codes = ["3111", "3254", "3341", "5221"]
    frame = long([[10.0, 20.0, 30.0, 40.0]], industries=codes)
    by_digits = related_variety(frame, groups=2)
    sector = {"3111": "31-33", "3254": "31-33", "3341": "31-33", "5221": "52"}
    pd.testing.assert_frame_equal(by_digits, related_variety(frame, groups=sector))
    # By text 31, 32 and 33 would be three sectors, and this zero.
    assert by_digits["related_variety"].iloc[0] > 0.5
    close(related_variety(frame, groups=3)["related_variety"], 0.0, atol=1e-12)


def test_groups_are_checked():
    frame = long([[3.0, 4.0]])
    with pytest.raises(SchemaError, match=r"'I1': None \(1 in all\)"):
        related_variety(frame, groups={"I0": "a"})
    with pytest.raises(SchemaError, match="'I1': 7"):
        related_variety(frame, groups={"I0": "a", "I1": 7})
    codes = long([[3.0, 4.0]], industries=["3111", "5221"])
    for digits in (0, 1, 6, True, 2.5, "2", None):
        with pytest.raises(SchemaError, match="groups="):
            related_variety(codes, groups=digits)
    with pytest.raises(SchemaError, match="NAICS"):
        related_variety(frame, groups=2)
    with pytest.raises(SchemaError, match="'31-33'"):
        related_variety(long([[3.0, 4.0]], industries=["31-33", "5221"]), groups=3)
