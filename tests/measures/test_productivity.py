"""PRODY and EXPY."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.tables import (
    NAN,
    cases,
    close,
    golden,
    golden_employment,
    golden_input,
    long,
    pick,
    totals,
)
from tests.shared import shared_folder

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import expy, location_quotient, prody

TWO = [[30.0, 10.0], [10.0, 30.0]]


def incomes(values, **keys):
    regions = [f"R{n}" for n in range(len(values))]
    frame = pd.DataFrame({"region": regions, "income": np.asarray(values, float)})
    return frame.astype({"region": "str"}).assign(**keys)


# By hand


def test_levels_by_hand():
    frame, income = long(TWO), incomes([60, 20])
    close(prody(frame, income=income)["prody"], [50, 30])
    close(expy(frame, income=income)["expy"], [45, 35])


def test_the_size_of_a_region_does_not_matter():
    frame = long([[3000.0, 1000.0], [10.0, 30.0]])
    close(prody(frame, income=incomes([60, 20]))["prody"], [50, 30])


def test_published_totals_are_the_denominators_of_the_weights_alone():
    # R0 is three times as large as its cells: a third of the weight.
    frame = pd.concat([long(TWO), totals([120, 40])])
    P = [(0.25 * 60 + 0.25 * 20) / 0.5, (60 / 12 + 0.75 * 20) / (1 / 12 + 0.75)]
    close(prody(frame, income=incomes([60, 20]))["prody"], P)
    expected = [0.75 * P[0] + 0.25 * P[1], 0.25 * P[0] + 0.75 * P[1]]
    close(expy(frame, income=incomes([60, 20]))["expy"], expected)


# Against the definition


@given(cases(withheld=False, missing=False, keys=()), st.integers(0, 2**32 - 1))
def test_the_weights_are_location_quotients(case, seed):
    Y = dict(
        zip(
            case.regions,
            np.random.default_rng(seed).uniform(20, 90, len(case.regions)),
            strict=True,
        )
    )
    income = pd.DataFrame({"region": list(Y), "income": list(Y.values())})
    LQ = pick(location_quotient(case.table, reference="sum"), "location_quotient")
    found = pick(prody(case.table, income=income), "prody")
    for industry in case.industries:
        weights = {r: np.nan_to_num(LQ[r, industry]) for r in case.regions}
        whole = sum(weights.values())
        expected = sum(weights[r] * Y[r] for r in Y) / whole if whole else NAN
        close(found[industry], expected)


@given(cases(withheld=False, missing=False))
def test_everywhere_the_same_income_is_that_income(case):
    income = pd.DataFrame({"region": case.regions, "income": 42.0})
    for measure, name in ((prody, "prody"), (expy, "expy")):
        values = measure(case.table, income=income)[name].dropna()
        close(values, 42)


# Values of other tools


def test_levels_of_other_tools():
    frame = golden_employment()
    income = golden_input("syn_regions.csv")[["region", "gdp_pc"]]
    income = income.rename(columns={"gdp_pc": "income"})
    close(
        pick(prody(frame, income=income), "prody"),
        golden("prody_expy/econcomplex_prody_syn.json"),
    )
    close(pick(expy(frame, income=income), "expy"), golden("prody_expy/econcomplex_expy_syn.json"))
    # EconGeo rounds its LQs to two digits on the way.
    for measure, name in ((prody, "prody"), (expy, "expy")):
        path = shared_folder("golden") / "prody_expy" / f"econgeo_{name}_syn.json"
        theirs = np.ravel(json.loads(path.read_text(encoding="utf-8"))["output"]["values"])
        gap = np.abs(measure(frame, income=income)[name] - theirs.astype(float)).max()
        assert 1e-4 < gap < 0.05


# Withheld, absent, empty


def test_a_withheld_cell_is_unknown_where_it_weighs():
    E = [[NAN, 10.0, 0.0], [10.0, 30.0, 5.0]]
    income = incomes([60, 20])
    # Without a published total the shares of the whole region are unknown.
    close(prody(long(E), income=income)["prody"], [NAN, NAN, 20])
    assert expy(long(E), income=income)["expy"].isna().all()
    published = pd.concat([long(E), totals([40, 45])])
    weights = 10 / 40, 30 / 45
    both = (weights[0] * 60 + weights[1] * 20) / sum(weights)
    close(prody(published, income=income)["prody"], [NAN, both, 20])
    assert expy(published, income=income)["expy"].isna().all()


def test_an_unknown_income_matters_where_the_region_has_the_industry():
    E = [[3.0, 1.0, 0.0], [2.0, 0.0, 4.0], [0.0, 0.0, 5.0]]
    income = incomes([NAN, 20, 80])
    s = 4 / 6
    level = (s * 20 + 80) / (s + 1)
    close(prody(long(E), income=income)["prody"], [NAN, NAN, level])
    close(expy(long(E), income=income)["expy"], [NAN, NAN, level])


def test_an_empty_region_and_an_industry_nobody_has():
    E = [[3.0, 0.0], [0.0, 0.0], [1.0, 0.0]]
    income = incomes([60, 500, 20])
    close(prody(long(E), income=income)["prody"], [40, NAN])
    close(expy(long(E), income=income)["expy"], [40, NAN, 40])
    # A region whose jobs are all elsewhere has no mix of these industries either.
    published = pd.concat([long(E), totals([3, 8, 1])])
    close(expy(published, income=income)["expy"], [40, NAN, 40])


def test_an_absent_row_is_withheld_or_zero():
    frame = long([[4.0, 0.0], [1.0, 1.0]]).drop(index=1)
    income = incomes([60, 20])
    close(prody(frame, income=income, absent="zero")["prody"], [(60 + 10) / 1.5, 20])
    assert prody(frame, income=income)["prody"].isna().any()


def test_incomes_may_change_by_year():
    frame = pd.concat([long(TWO, year=1), long(TWO, year=2)])
    income = pd.concat([incomes([20, 60], year=2), incomes([60, 20], year=1)])
    close(prody(frame, income=income)["prody"], [50, 30, 30, 50])
    close(prody(frame, income=incomes([60, 20]))["prody"], [50, 50, 30, 30])


# Refusals


@pytest.mark.parametrize("measure", [prody, expy])
def test_the_income_table_is_checked(measure):
    frame = long(TWO)
    with pytest.raises(SchemaError, match=r"income table.*lacks 'R1'"):
        measure(frame, income=incomes([60]))
    with pytest.raises(SchemaError, match=r"income table.*'income'"):
        measure(frame, income=incomes([60, 20]).rename(columns={"income": "gdp"}))
    with pytest.raises(SchemaError, match=r"income table.*'industry'"):
        measure(frame, income=incomes([60, 20]).assign(industry="x"))
    with pytest.raises(SchemaError, match="DataFrame"):
        measure(frame, income=[60, 20])
    with pytest.raises(SchemaError, match="'income'"):
        measure(frame, income=incomes([60, -20]))
    with pytest.raises(SchemaError, match="not unique"):
        measure(frame, income=pd.concat([incomes([60, 20]), incomes([50])]))


def test_incomes_of_other_regions_do_not_matter():
    close(prody(long(TWO), income=incomes([60, 20, 900]))["prody"], [50, 30])
