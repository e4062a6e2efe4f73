"""Peers by industry mix and size, and a region's standing among them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clusteranalysis as ca
from clusteranalysis.clusters.peers import peer_regions, peer_standing
from clusteranalysis.errors import SchemaError


def table(jobs, extra=0.0):
    """Rows of regions by industries, with totals that hold `extra` unpublished jobs."""
    rows = []
    for name, row in jobs.items():
        rows.append((name, "00", sum(row) + extra))
        rows += [(name, f"i{n}", float(value)) for n, value in enumerate(row)]
    return pd.DataFrame(rows, columns=["region", "industry", "employment"])


def test_peers_by_hand():
    data = table({"A": [60, 40], "B": [60, 60], "C": [10, 90], "D": [540, 360]}, extra=25)
    found = peer_regions(data, region="A").set_index("region")
    assert found.index.tolist() == ["B", "C"]
    assert found["mix_overlap"].tolist() == pytest.approx([0.9, 0.5])
    assert found.loc["B", "size_ratio"] == pytest.approx(145 / 125)
    assert found.loc["C", "open_share"] == pytest.approx(0.2)
    far = peer_regions(data, region="A", size_factor=10)
    assert far["region"].tolist() == ["D", "B", "C"]
    assert far["rank"].tolist() == [1, 2, 3]
    assert peer_regions(data, region="A", size_factor=10, number=1)["region"].tolist() == ["D"]


MIX = st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any)


@given(st.dictionaries(st.sampled_from("ABCDEF"), MIX, min_size=2))
def test_overlap_is_one_less_half_of_krugman(jobs):
    first = min(jobs)
    data = table(jobs)
    found = peer_regions(data, region=first, size_factor=1e6).set_index("region")
    own = data[(data["region"] == first) & (data["industry"] != "00")].drop(columns="region")
    krugman = ca.krugman(data, reference=own).set_index("region")["krugman"]
    assert set(found.index) == set(jobs) - {first}
    for name, overlap in found["mix_overlap"].items():
        assert overlap == pytest.approx(1 - krugman[name] / 2)


def test_withheld_cells_count_for_nothing_and_that_is_said():
    data = table({"A": [60, 40], "B": [60, 40]})
    data.loc[(data["region"] == "B") & (data["industry"] == "i1"), "employment"] = np.nan
    found = peer_regions(data, region="A")
    assert found["mix_overlap"].tolist() == pytest.approx([0.6])
    assert found["open_share"].tolist() == pytest.approx([0.4])


def test_standing():
    measured = pd.DataFrame(
        {
            "region": list("ABCABC"),
            "industry": ["x"] * 3 + ["y"] * 3,
            "location_quotient": [1.2, 0.8, 1.5, np.nan, 2.0, np.nan],
        }
    )
    found = peer_standing(measured, region="A", peers=["B", "C", "B"]).set_index("industry")
    assert found.loc["x", ["peers_lowest", "peers_median", "peers_highest"]].tolist() == (
        pytest.approx([0.8, 1.15, 1.5])
    )
    assert found["rank"].tolist() == pytest.approx([2.0, np.nan], nan_ok=True)
    assert found["peers_known"].tolist() == [2, 1]


def test_peers_of_alameda_county_are_large_metropolitan_counties():
    data = ca.sample()
    totals = data.totals.query("year == 2021").assign(industry="00")
    cells = data.nation.query("year == 2021")
    columns = ["region", "industry", "employment"]
    both = pd.concat([cells[columns], totals[columns]])
    both = both[both["region"].isin(set(cells["region"]) & set(totals["region"]))]
    found = peer_regions(both, region="06001", number=15)
    assert found["mix_overlap"].is_monotonic_decreasing
    assert found["mix_overlap"].between(0.6, 1).all()
    assert found["size_ratio"].between(0.5, 2).all()
    assert (found["open_share"] < 0.2).all()


def test_refusals():
    data = table({"A": [60, 40], "B": [60, 60]})
    with pytest.raises(SchemaError, match="'Z'"):
        peer_regions(data, region="Z")
    with pytest.raises(SchemaError, match="at least one peer"):
        peer_regions(data, region="A", number=0)
    years = pd.concat([data.assign(year=2018), data.assign(year=2019)])
    with pytest.raises(SchemaError, match="keep one"):
        peer_regions(years, region="A")
    measured = data.rename(columns={"employment": "location_quotient"})
    with pytest.raises(SchemaError, match="'Z'"):
        peer_standing(measured, region="A", peers=["Z"])
    with pytest.raises(SchemaError, match="any peer"):
        peer_standing(measured, region="A", peers=["A"])
    with pytest.raises(SchemaError, match="stand twice"):
        peer_standing(pd.concat([measured] * 2), region="A", peers=["B"])
