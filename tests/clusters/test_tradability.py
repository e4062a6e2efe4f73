"""Traded or local by where the jobs are, and where that differs from a definition's split."""

import numpy as np
import pandas as pd
import pytest

import clusteranalysis as ca
from clusteranalysis.clusters.tradability import compare_tradability, measured_tradability
from clusteranalysis.errors import SchemaError


def table(jobs):
    rows = [
        (f"R{r}", industry, float(value))
        for industry, values in jobs.items()
        for r, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["region", "industry", "employment"])


JOBS = {"film": [90, 5, 5, 0], "food": [100, 110, 90, 100], "ports": [0, 0, 60, 60]}


def test_by_hand():
    found = measured_tradability(table(JOBS), reference="sum", top=2).set_index("industry")
    totals = np.sum([*JOBS.values()], axis=0)
    lq = np.array(JOBS["film"]) / totals / (100 / totals.sum())
    assert found.loc["film", "high_share"] == pytest.approx(0.9)
    assert found.loc["film", "top_lq"] == pytest.approx(np.sort(lq)[-2:].mean())
    assert found.loc["food", "measured_tradability"] == "local"
    gini = ca.locational_gini(table(JOBS), reference="sum").set_index("industry")
    pd.testing.assert_series_equal(found["locational_gini"], gini["locational_gini"])
    met = (
        (found["high_share"] >= 0.5).astype(int)
        + (found["top_lq"] >= 2).astype(int)
        + (found["locational_gini"] >= 0.3)
    )
    assert found["criteria_met"].tolist() == met.tolist()


def test_fewer_criteria_call_more_traded():
    tags = [
        measured_tradability(table(JOBS), reference="sum", criteria=n)["measured_tradability"]
        for n in (1, 2, 3)
    ]
    traded = [set(np.flatnonzero(tag == "traded")) for tag in tags]
    assert traded[0] >= traded[1] >= traded[2]
    assert traded[0] > traded[2]


def test_a_withheld_number_leaves_it_open_unless_enough_is_known():
    jobs = table(JOBS)
    jobs.loc[(jobs["industry"] == "film") & (jobs["region"] == "R1"), "employment"] = np.nan
    found = measured_tradability(jobs, reference="sum").set_index("industry")
    assert pd.isna(found.loc["film", "measured_tradability"])
    assert found.loc["film", "criteria_met"] == 0


def test_an_empty_region_takes_no_part():
    jobs = table(JOBS)
    empty = pd.DataFrame({"region": "R9", "industry": [*JOBS], "employment": 0.0})
    with_empty = measured_tradability(pd.concat([jobs, empty]), reference="sum", top=1)
    without = measured_tradability(jobs, reference="sum", top=1)
    pd.testing.assert_frame_equal(with_empty, without)


def test_the_nations_counties_tell_restaurants_from_aircraft():
    data = ca.sample()
    totals = data.totals.query("year == 2021").assign(industry="00")
    columns = ["region", "industry", "employment"]
    cells = data.nation.query("year == 2021").dropna(subset=["employment"])
    both = pd.concat([cells[columns], totals[columns]])
    both = both[both["region"].isin(set(cells["region"]) & set(totals["region"]))]
    found = measured_tradability(both, reference="sum", absent="zero").set_index("industry")
    assert found.loc["722", "measured_tradability"] == "local"
    assert found.loc["336", "measured_tradability"] == "traded"
    listed = compare_tradability(found.reset_index(), definition=ca.read_definition())
    assert set(listed["tradability"]) <= {"traded", "local"}
    assert listed["agrees"].dropna().is_monotonic_increasing
    assert not listed["agrees"].all()


def test_refusals():
    for options in ({"criteria": 4}, {"criteria": 0}, {"top": 0}):
        with pytest.raises(SchemaError, match="1 to 3 criteria"):
            measured_tradability(table(JOBS), reference="sum", **options)
    with pytest.raises(SchemaError, match="measured_tradability"):
        compare_tradability(pd.DataFrame({"industry": ["3254"]}), definition=ca.read_definition())
