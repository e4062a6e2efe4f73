"""Growth rates, entry and exit; the portfolio's quadrants."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
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
from tests.reference import growth as slow
from tests.shared import shared_folder

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import growth_rates, location_quotient, portfolio_matrix

START, END = 2018, 2021
RATES = ["growth_rates", "change", "midpoint_rate", "annual_rate"]
KINDS = {"stayed": "stays", "absent": "never", None: "withheld"}


def two(before, after, **keys):
    return pd.concat([long(before, year=START, **keys), long(after, year=END, **keys)])


def both_years(case):
    groups = [{k: v for k, v in g.items() if k != "year"} for g in case.groups]
    return all({**g, "year": y} in case.groups for g in groups for y in (START, END))


# Rates


def test_rates_by_hand():
    frame = two([[100, 0, 30, 0, NAN, 8]], [[133.1, 5, 0, 0, 4, NAN]])
    result = growth_rates(frame)
    close(result["growth_rates"], [0.331, NAN, -1, NAN, NAN, NAN])
    close(result["change"], [33.1, 5, -30, 0, NAN, NAN])
    close(result["midpoint_rate"], [66.2 / 233.1, 2, -2, NAN, NAN, NAN])
    close(result["annual_rate"], [0.1, NAN, -1, NAN, NAN, NAN])
    kinds = ["stays", "entry", "exit", "never", "withheld", "withheld"]
    assert result["kind"].tolist() == kinds
    assert list(result.columns) == ["region", "industry", "start", "end", *RATES, "kind"]


@settings(max_examples=40)
@given(cases(need=("year",)).filter(both_years))
def test_rates_are_the_slow_ones(case):
    result = growth_rates(case.table, absent=case.absent)
    names = dict(zip(RATES, ["rate", "change", "midpoint", "annual"], strict=True))
    for group in {tuple((k, v) for k, v in g.items() if k != "year") for g in case.groups}:
        e0, e1 = (case.matrix({**dict(group), "year": y}) for y in (START, END))
        columns = {name: pick(result, name, **dict(group)) for name in (*RATES, "kind")}
        for region, industry in columns["kind"]:
            r, i = case.regions.index(region), case.industries.index(industry)
            expected = slow.growth_rates(e0[r][i], e1[r][i], END - START)
            for name, theirs in names.items():
                close(columns[name][region, industry], expected[theirs], rtol=1e-8)
            status = slow.growth_status(e0[r][i], e1[r][i])
            assert columns["kind"][region, industry] == KINDS.get(status, status)


def test_a_row_absent_in_one_year_is_withheld_unless_the_caller_says_zero():
    frame = two([[4, 10]], [[6, 10]]).iloc[1:]
    assert growth_rates(frame)["kind"].tolist() == ["withheld", "stays"]
    assert growth_rates(frame, absent="zero")["kind"].tolist() == ["entry", "stays"]


def test_start_and_end_choose_years():
    frame = pd.concat([long([[n]], year=2010 + n) for n in (1, 2, 4)])
    close(growth_rates(frame)["annual_rate"], [4 ** (1 / 3) - 1])
    close(growth_rates(frame, start=2012)["growth_rates"], [1])
    with pytest.raises(SchemaError, match="start=2014 and end=2012"):
        growth_rates(frame, start=2014, end=2012)


def test_mixed_editions_are_refused():
    frame = pd.DataFrame(
        {
            "region": "A",
            "industry": ["541711", "541714"],
            "year": [2016, 2017],
            "employment": [1.0, 2.0],
        }
    )
    with pytest.raises(SchemaError, match="mixes editions"):
        growth_rates(frame)
    with pytest.raises(SchemaError, match="mixes editions"):
        portfolio_matrix(frame, reference="sum")


def cells(result, column):
    return result[column].to_numpy().reshape(40, 60)  # in key order, every cell there


def test_rates_of_other_tools():
    """econcomplex and EconGeo agree in percent wherever there was something to grow from."""
    result = growth_rates(golden_employment(("t0", "t1")))
    rate, started = cells(result, "growth_rates"), np.isin(cells(result, "kind"), ["stays", "exit"])
    econcomplex = golden("growth/econcomplex_growth_matrix_syn.json").to_numpy()
    close(100 * rate[started], econcomplex[started])
    # EconGeo rounds to two digits.
    econgeo = golden("growth/econgeo_growth.mat_syn.json").to_numpy()
    close(100 * rate[started], econgeo[started], rtol=0, atol=0.005 + 1e-9)
    # From nothing there is no rate; they give 0 to what entered, or infinity, and 0 to nothing.
    assert np.isnan(rate[~started]).all()
    assert (econcomplex[~started] == 0).all()
    entered = cells(result, "kind") == "entry"
    assert np.isinf(econgeo[entered]).all()
    assert (econgeo[~started & ~entered] == 0).all()


def test_rates_of_sums_of_other_tools():
    frame = golden_employment(("t0", "t1"))
    for key, other in (("region", "industry"), ("industry", "region")):
        summed = frame.groupby([key, "year"], as_index=False)["employment"].sum()
        result = growth_rates(summed.assign(**{other: "all"}))
        peer = golden(f"growth/econcomplex_growth_rate_{key}_syn.json")
        close(100 * result["growth_rates"], [peer[name] for name in result[key]])


@pytest.mark.parametrize("kind", ["entry", "exit"])
def test_entry_and_exit_of_other_tools_are_those_of_specialisations(kind):
    """EconGeo's matrices say where an LQ rose to 1 or fell below: kinds of the table of those."""
    held = location_quotient(golden_employment(("t0", "t1")), reference="sum")
    frame = held.assign(employment=(held["location_quotient"] >= 1).astype(float))
    result = growth_rates(frame[["region", "industry", "year", "employment"]])
    path = shared_folder("golden") / f"entry_exit/econgeo_{kind}.mat_syn.json"
    values = json.loads(path.read_text(encoding="utf-8"))["output"]["values"]
    peer = np.array([[NAN if v == "NA" else float(v) for v in row] for row in values])
    ours = cells(result, "kind")
    assert ((ours == kind) == (peer == 1)).all()
    # NA where it could not happen: an entry to what was there, an exit from what was not.
    possible = np.isin(ours, ["entry", "never"] if kind == "entry" else ["exit", "stays"])
    assert (possible == ~np.isnan(peer)).all()
    assert golden_input("syn_bin_t0.csv").shape[0] == len(peer)


# Portfolio


def test_portfolio_by_hand():
    frame = two([[40, 60]], [[40 * 1.331, 60]])
    nation = pd.concat(
        [
            area([200, 800], year=START, region="US"),
            area([200, 800 * 1.331], year=END, region="US"),
        ]
    )
    result = portfolio_matrix(frame, reference=nation)
    n1, N1 = 40 * 1.331 + 60, 200 + 800 * 1.331
    close(result["location_quotient"], [40 * 1.331 / n1 / (200 / N1), 60 / n1 / (800 * 1.331 / N1)])
    close(result["growth"], [10, 0], atol=1e-9)
    close(result["reference_growth"], [0, 10], atol=1e-9)
    close(result["growth_difference"], [10, -10])
    assert result["quadrant"].tolist() == [
        "Concentrated, outpacing US",
        "Below US share, trailing US",
    ]


def test_the_quadrants_have_the_words_of_the_clusters():
    frame = two([[50, 50, 1, 1]], [[60, 40, 3, 1]])
    nation = pd.concat(
        [
            area([100, 100, 100, 100], year=START, region="US"),
            area([100, 100, 100, 200], year=END, region="US"),
        ]
    )
    result = portfolio_matrix(frame, reference=nation)
    assert result["quadrant"].tolist() == [
        "Concentrated, outpacing US",
        "Concentrated, trailing US",
        "Below US share, outpacing US",
        "Below US share, trailing US",
    ]


def test_a_reference_that_is_not_the_us_is_not_called_so():
    frame = two([[40, 60]], [[50, 60]])
    nation = pd.concat([area([200, 800], year=y) for y in (START, END)])
    named = portfolio_matrix(frame, reference=nation.assign(region="California"))
    assert named["quadrant"].tolist() == [
        "Concentrated, outpacing California",
        "Below California share, outpacing California",
    ]
    unnamed = portfolio_matrix(frame, reference=nation)["quadrant"][0]
    assert unnamed == "Concentrated, outpacing reference"
    summed = portfolio_matrix(two([[4, 6], [5, 5]], [[5, 6], [5, 5]]), reference="sum")
    assert summed["quadrant"].str.contains("reference").all()


def test_the_lines_belong_to_concentrated_and_outpacing():
    frame = two([[20, 80]], [[20, 80]])
    nation = pd.concat([area([200, 800], year=y) for y in (START, END)])
    result = portfolio_matrix(frame, reference=nation)
    assert set(result["quadrant"]) == {"Concentrated, outpacing reference"}


def test_what_is_not_known_has_no_quadrant():
    # Withheld at the start, at the end, an entry, an exit, in nobody's hands.
    frame = two([[NAN, 5, 0, 5, 0, 19]], [[6, NAN, 4, 0, 0, 19]])
    frame = pd.concat([frame, long([[40]], industries=["00"], year=END)])
    nation = two_nations([50, 50, 50, 50, 0, 50], [50, 50, 50, 50, 0, 60])
    result = portfolio_matrix(frame, reference=nation)
    assert result["location_quotient"].isna().tolist() == [False, True, False, False, True, False]
    assert result["growth"].isna().tolist() == [True, True, True, False, True, False]
    told = result["quadrant"].tolist()
    assert told[:3] == ["Cannot tell"] * 3
    assert told[3] == "Below reference share, trailing reference"
    assert told[4] == "Cannot tell"
    assert told[5] == "Concentrated, trailing reference"


def two_nations(before, after):
    return pd.concat([area(before, year=START), area(after, year=END)])


@settings(max_examples=30)
@given(cases(need=("year",), withheld=False, missing=False))
def test_the_quotient_is_that_of_the_end_year(case):
    result = portfolio_matrix(case.table, reference="sum")
    held = location_quotient(case.table, reference="sum")
    held = held[held["year"] == END].reset_index(drop=True)
    close(result["location_quotient"], held["location_quotient"])


def test_the_figure_takes_the_columns():
    from clusteranalysis.plot import figure, portfolio

    frame = two([[40, 60]], [[50, 60]])
    found = portfolio_matrix(frame, reference=two_nations([200, 800], [210, 880]))
    table = found.assign(name=found["industry"], employment=[50.0, 60.0])
    ax = portfolio(table.assign(tradability="traded", selected=True), ax=figure()[1])
    assert ax.get_yscale() == "log"
