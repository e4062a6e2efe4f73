"""Cross-industry location quotients of regions."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.measures.tables import NAN, area, cases, close, long, pick, totals

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import cross_industry_location_quotient, location_quotient

Q = "cross_industry_location_quotient"
METHODS = ["slq", "cilq", "flq", "aflq"]


def test_by_hand():
    # SLQ: x (30/100) / (200/1000) = 1.5, y (70/100) / (800/1000) = 0.875; size 100 of 1000.
    frame, nation = long([[30, 70]]), area([200, 800])
    size = math.log2(1.1) ** 0.3
    by = {m: cross_industry_location_quotient(frame, reference=nation, method=m) for m in METHODS}
    cilq = np.array([1.5, 1.5 / 0.875, 0.875 / 1.5, 0.875])
    close(by["slq"][Q], [1.5, 1.5, 0.875, 0.875])
    close(by["cilq"][Q], cilq)
    close(by["flq"][Q], size * cilq)
    close(by["aflq"][Q], size * cilq * [math.log2(2.5), 1, math.log2(2.5), 1])
    for result in by.values():
        assert result["industry"].tolist() == ["I0", "I0", "I1", "I1"]
        assert result["partner"].tolist() == ["I0", "I1", "I0", "I1"]
        close(result["trading_coefficient"], np.minimum(result[Q], 1))
    assert by["cilq"][Q].max() > 1  # nothing is capped but in its own column


def test_published_totals_are_the_denominators():
    frame = pd.concat([long([[30, 70]]), totals([200])])
    result = cross_industry_location_quotient(
        frame, reference=area([200, 800], total=4000), method="slq"
    )
    close(result[Q], [3, 3, 1.75, 1.75])
    flq = cross_industry_location_quotient(frame, reference=area([200, 800], total=4000), delta=0.5)
    close(flq[Q].iloc[0], 3 * math.sqrt(math.log2(1.05)))


@given(cases(size=(1, 3)))
def test_the_simple_method_is_the_location_quotient_whoever_buys(case):
    lq = location_quotient(case.table, reference="sum", absent=case.absent)
    q = cross_industry_location_quotient(
        case.table, reference="sum", absent=case.absent, method="slq"
    )
    keys = ["region", "industry", *case.groups[0]]
    both = lq.merge(q, on=keys)
    assert len(both) == len(lq) * len(case.industries)
    close(both[Q], both["location_quotient"], rtol=1e-8)


@given(cases(size=(1, 4), keys=(), withheld=False))
def test_a_larger_delta_means_more_imports_and_none_means_no_size(case):
    options = {"reference": "sum", "absent": case.absent}
    cilq = cross_industry_location_quotient(case.table, method="cilq", **options)[Q]
    flq = [
        cross_industry_location_quotient(case.table, method="flq", delta=delta, **options)[Q]
        for delta in (0.0, 0.3, 0.6)
    ]
    close(flq[0], cilq)
    assert not (flq[1] > cilq + 1e-9).any()
    assert not (flq[2] > flq[1] + 1e-9).any()


@given(cases(size=(2, 4), keys=(), withheld=False, missing=False, published=False))
def test_cross_quotients_of_a_pair_are_each_others_inverse(case):
    q = pick(cross_industry_location_quotient(case.table, reference="sum", method="cilq"), Q)
    for (region, i, j), value in q.items():
        if i != j and value > 0 and q[region, j, i] > 0:
            close(value * q[region, j, i], 1.0, rtol=1e-7)


def test_a_region_that_is_the_whole_reference_supplies_itself():
    for method in ("slq", "cilq", "flq", "aflq"):
        result = cross_industry_location_quotient(
            long([[3.0, 9.0]]), reference="sum", method=method
        )
        close(result[Q], 1.0)


def test_a_withheld_industry_is_unknown_as_seller_and_as_buyer_alone():
    frame = pd.concat([long([[NAN, 5.0, 6.0]]), totals([40])])
    q = pick(cross_industry_location_quotient(frame, reference=area([5, 6, 7], total=99)), Q)
    assert {key[1:] for key, value in q.items() if np.isnan(value)} == {
        ("I0", "I0"), ("I0", "I1"), ("I0", "I2"), ("I1", "I0"), ("I2", "I0"),
    }  # fmt: skip


def test_an_industry_that_is_not_there_sells_nothing_and_has_no_one_to_buy():
    q = pick(cross_industry_location_quotient(long([[0.0, 5.0]]), reference=area([5, 6])), Q)
    assert q["R0", "I0", "I1"] == 0
    assert q["R0", "I0", "I0"] == 0
    assert np.isnan(q["R0", "I1", "I0"])


@pytest.mark.parametrize("delta", [-0.1, 1, 3, NAN])
def test_a_delta_out_of_range_is_refused(delta):
    with pytest.raises(SchemaError, match=r"delta=.*from 0 to below 1"):
        cross_industry_location_quotient(long([[1, 2]]), reference="sum", delta=delta)
