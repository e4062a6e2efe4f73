"""Cluster jobs and their bounds, against linear programming and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.bounds import cluster_bounds

from clusteranalysis import sample
from clusteranalysis.clusters import (
    REST,
    Cluster,
    ClusterDefinition,
    cluster_employment,
    cluster_wages,
    read_definition,
)
from clusteranalysis.errors import SchemaError

# Real codes of three four-digit industries; clusters cut across the first and the last.
LEAVES = ["311111", "311119", "334111", "334112", "334118", "541511", "541512", "541513", "541519"]
DEFINITION = ClusterDefinition(
    id="test",
    title="Test",
    vintage=2017,
    clusters=(
        Cluster("food", "Food", "traded", ("311111",)),
        Cluster("tech", "Tech", "traded", ("311119", "3341", "541511")),
        Cluster("service", "Service", "mixed", ("541512", "541513", "541519")),
    ),
)


def cells(values, *, region="A", year=2018, establishments=None):
    counts = establishments or {}
    return pd.DataFrame(
        {
            "region": region,
            "industry": list(values),
            "year": year,
            "employment": [np.nan if v is None else float(v) for v in values.values()],
            "establishments": [float(counts.get(code, 5)) for code in values],
        }
    )


def row(table, cluster, region="A"):
    return table[(table["industry"] == cluster) & (table["region"] == region)].iloc[0]


def test_by_hand():
    # 3341 is published whole (30) while two of its three children are withheld: all of it is
    # tech's. 5415 hides 12 jobs that either cluster may have. The county hides 100-30-40-10 = 20,
    # open to everyone with a child under the unpublished 3111, and to the unclassified.
    published = {"00": 100, "3341": 30, "334111": 20, "5415": 40, "541511": 8, "541512": 20}
    published |= {"311119": 10}
    table = cluster_employment(cells(published), definition=DEFINITION)
    tech, service, food = (row(table, name) for name in ("tech", "service", "food"))
    assert tech["employment"] == 20 + 10 + 8 + 10
    assert tech["employment_deduced"] == 10
    assert (tech["employment_low"], tech["employment_high"]) == (48, 48)
    assert tech["status"] == "deduced"
    # 541511 is published, so what 5415 hides belongs to service's two other children alone.
    assert (service["employment"], service["employment_high"]) == (32, 32)
    # 311111 is not published and neither is its parent: anything up to the county's remainder.
    assert np.isnan(food["employment"])
    assert (food["employment_low"], food["employment_high"]) == (0, 20)
    assert food["status"] == "withheld"
    assert row(table, "00")["employment"] == 100


def test_a_remainder_open_to_two_clusters_widens_both_and_is_given_to_neither():
    published = {"00": 50, "5415": 40, "541512": 25}
    table = cluster_employment(cells(published), definition=DEFINITION)
    tech, service = row(table, "tech"), row(table, "service")
    assert (service["employment"], service["employment_high"]) == (25, 25 + 15)
    assert service["status"] == "partial"
    assert np.isnan(tech["employment"])
    assert tech["employment_high"] == 15 + 10


def test_plant_herfindahl_is_the_least_it_can_be():
    published = {"00": 100, "5415": 40, "541512": 30, "541513": 10}
    counts = {"541512": 3, "541513": 5, "5415": 8}
    table = cluster_employment(cells(published, establishments=counts), definition=DEFINITION)
    assert row(table, "service")["plant_herfindahl"] == pytest.approx(
        (3 * 10**2 + 5 * 2**2) / 40**2
    )


@st.composite
def counties(draw):
    """A true county, then some of it withheld; at least one four-digit cell is published."""
    truth = {code: draw(st.integers(0, 50)) for code in LEAVES}
    shown = {code: draw(st.booleans()) for code in LEAVES}
    parents = sorted({code[:4] for code in LEAVES})
    parent_shown = {code: draw(st.booleans()) for code in parents}
    parent_shown[draw(st.sampled_from(parents))] = True
    shown[draw(st.sampled_from(LEAVES))] = True
    unclassified = draw(st.integers(0, 10))
    return truth, shown, parent_shown, unclassified


@settings(max_examples=150, deadline=None)
@given(counties())
def test_bounds_are_those_of_linear_programming(county):
    truth, shown, parent_shown, unclassified = county
    total = sum(truth.values()) + unclassified
    parent_truth = {
        parent: sum(v for code, v in truth.items() if code.startswith(parent))
        for parent in parent_shown
    }
    published = {"00": total}
    published |= {p: parent_truth[p] if parent_shown[p] else None for p in parent_shown}
    published |= {code: truth[code] if shown[code] else None for code in LEAVES}
    table = cluster_employment(cells(published), definition=_only(LEAVES))
    owner = dict(zip(LEAVES, _owners(LEAVES), strict=True))
    expected = cluster_bounds(
        float(total),
        {p: float(v) if parent_shown[p] else None for p, v in parent_truth.items()},
        {code: float(truth[code]) if shown[code] else None for code in LEAVES},
        owner,
    )
    for cluster, (low, high) in expected.items():
        got = row(table, cluster)
        assert got["employment_low"] == pytest.approx(low, abs=1e-6)
        assert got["employment_high"] == pytest.approx(high, abs=1e-6)
        exact = sum(v for code, v in truth.items() if owner[code] == cluster)
        assert low - 1e-6 <= exact <= high + 1e-6


def _owners(codes):
    members = DEFINITION.members.set_index("industry")["cluster"]
    return [members[code] for code in codes]


def _only(codes):
    """The definition, in a world where only these industries exist (as in the program's)."""
    definition = ClusterDefinition(id="t", title="T", vintage=2017, clusters=DEFINITION.clusters)
    leaves = definition.members
    definition.__dict__["members"] = leaves[leaves["industry"].isin(codes)].reset_index(drop=True)
    return definition


def test_withheld_is_never_zero_and_true_zero_is_zero():
    everything = {"00": 30, "3111": 0, "3341": 30, "5415": 0}
    everything |= dict.fromkeys(LEAVES, 0) | {"334111": 30}
    table = cluster_employment(cells(everything), definition=_only(LEAVES))
    food = row(table, "food")
    assert (food["employment"], food["employment_high"], food["status"]) == (0, 0, "reported")


def test_input_is_not_changed_and_row_order_does_not_matter():
    data, definition = sample("east-bay").cells, read_definition()
    before = data.copy()
    straight = cluster_employment(data, definition=definition)
    shuffled = cluster_employment(data.sample(frac=1, random_state=1), definition=definition)
    pd.testing.assert_frame_equal(data, before)
    pd.testing.assert_frame_equal(straight, shuffled)


def test_east_bay_clusters_hold_all_published_jobs():
    data, definition = sample("east-bay").cells, read_definition()
    table = cluster_employment(data, definition=definition)
    total = table[table["industry"] == "00"].set_index(["region", "year"])["employment"]
    inside = table[~table["industry"].isin(["00"])].groupby(["region", "year"])
    counted = inside["employment_low"].sum()
    assert (counted <= total).all()
    # Four-digit cells make nearly everything visible: 99.6 % of Alameda's jobs of 2018.
    assert counted["06001", 2018] / total["06001", 2018] > 0.99
    # Vehicle assembly: withheld at six digits, 15,967 jobs at four.
    machines = table.query("region == '06001' and industry == 'advanced-manufacturing'")
    assert machines.set_index("year")["employment_deduced"][2018] >= 15_967


def test_the_nation_has_nothing_to_hide():
    table = cluster_employment(sample("east-bay").us, definition=read_definition())
    clusters = table[~table["industry"].isin(["00", REST])]
    assert (clusters["employment_low"] == clusters["employment_high"]).all()
    unclassified = table[table["industry"] == REST].set_index("year")["employment_high"]
    assert unclassified[2018] == 13_875


def test_wages_by_hand():
    us = pd.DataFrame(
        {
            "region": "US",
            "industry": ["3341", "541511", "541512", "311119"],
            "year": 2021,
            "reported_employment": [10.0, 5.0, 7.0, 0.0],
            "reported_payroll": [1000.0, 250.0, 70.0, 0.0],
        }
    )
    wages = cluster_wages(us, definition=DEFINITION).set_index("industry")["wage"]
    assert wages["tech"] == pytest.approx(1250 / 15)
    assert wages["service"] == pytest.approx(10)
    assert "food" not in wages.index


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[t["industry"] != "00"], "no published totals"),
        (lambda t: t[t["industry"].str.len() != 4], "no four-digit rows"),
        (lambda t: t.drop(columns="employment"), "no column 'employment'"),
        (lambda t: t.assign(industry=t["industry"].replace("334111", "334999")), "'334999'"),
        (
            lambda t: t.assign(employment=t["employment"].where(t["industry"] != "3341", 1.0)),
            "add up to more than its four-digit cell",
        ),
        (
            lambda t: t.assign(employment=t["employment"].where(t["industry"] != "00")),
            "is withheld",
        ),
        (
            lambda t: t.assign(region=t["region"].where(t["industry"] != "00", "B")),
            "no total",
        ),
    ],
)
def test_faults_are_named(change, message):
    good = cells({"00": 100, "3341": 30, "334111": 20, "5415": 40, "541511": 8})
    with pytest.raises(SchemaError, match=message):
        cluster_employment(change(good), definition=DEFINITION)
