"""Areas of a cluster: contiguous counties, inside and beyond a border."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusteranalysis as ca
from clusteranalysis.clusters.geography import cluster_areas
from clusteranalysis.errors import SchemaError
from clusteranalysis.regions import neighbours as touching

SIDE = 5


def grid():
    """Counties on a square grid, named by row and column; sides touch, corners do not."""
    pairs = []
    for row in range(SIDE):
        for column in range(SIDE):
            for dr, dc in ((0, 1), (1, 0)):
                if row + dr < SIDE and column + dc < SIDE:
                    pair = (f"{row}{column}", f"{row + dr}{column + dc}")
                    pairs += [pair, pair[::-1]]
    return pd.DataFrame(pairs, columns=["region", "neighbour"])


def table(flags, jobs=None):
    names = [f"{row}{column}" for row in range(SIDE) for column in range(SIDE)]
    frame = pd.DataFrame({"region": names, "industry": "x"})
    frame["strong"] = pd.array(np.ravel(flags).tolist(), dtype="boolean")
    frame["employment"] = 1.0 if jobs is None else np.ravel(jobs)
    return frame


def flood(flags):
    """Areas by walking from county to county."""
    left = {(r, c) for r in range(SIDE) for c in range(SIDE) if flags[r][c]}
    areas = []
    while left:
        todo, area = [left.pop()], set()
        while todo:
            r, c = todo.pop()
            area.add(f"{r}{c}")
            for near in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
                if near in left:
                    left.remove(near)
                    todo.append(near)
        areas.append(" ".join(sorted(area)))
    return sorted(areas)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.booleans(), min_size=SIDE, max_size=SIDE), min_size=SIDE, max_size=SIDE)
)
def test_areas_are_what_one_can_walk(flags):
    found = cluster_areas(table(flags), neighbours=grid())
    assert sorted(found["members"]) == flood(flags)
    assert found["employment"].sum() == np.sum(flags)
    assert found["area"].tolist() == list(range(1, len(found) + 1))
    assert found["employment"].is_monotonic_decreasing


def test_inside_and_beyond_add_up():
    flags = np.zeros((SIDE, SIDE), bool)
    flags[0, :3] = flags[4, 4] = True
    jobs = np.arange(25.0).reshape(SIDE, SIDE)
    found = cluster_areas(table(flags, jobs), neighbours=grid(), counties=["00", "44", "13"])
    assert found["members"].tolist() == ["44", "00 01 02"]
    assert found["crosses_border"].tolist() == [False, True]
    assert found["employment_inside"].tolist() == [24, 0]
    assert found["employment_beyond"].tolist() == [0, 3]
    assert (found["counties_inside"] + found["counties_beyond"] == found["counties"]).all()


def test_a_county_nobody_can_tell_of_leaves_the_border_open():
    flags = np.zeros((SIDE, SIDE), object)
    flags[:] = False
    flags[2, 2], flags[2, 3], flags[0, 0] = True, pd.NA, pd.NA
    jobs = np.ones((SIDE, SIDE))
    jobs[2, 2] = np.nan
    found = cluster_areas(table(flags, jobs), neighbours=grid())
    assert found[["members", "open_border"]].to_numpy().tolist() == [["22", 1]]
    assert found["employment"].isna().all()


def test_years_are_apart_and_a_cluster_nowhere_has_no_area():
    flags = np.zeros((SIDE, SIDE), bool)
    flags[0, 0] = True
    both = pd.concat([table(flags).assign(year=2018), table(~flags).assign(year=2019)])
    found = cluster_areas(both, neighbours=grid())
    assert found.groupby("year")["counties"].sum().to_dict() == {2018: 1, 2019: 24}
    assert cluster_areas(table(flags & False), neighbours=grid()).empty


def test_refusals():
    flags = np.ones((SIDE, SIDE), bool)
    with pytest.raises(SchemaError, match="lacks 99 of the region"):
        cluster_areas(table(flags), neighbours=grid(), counties=["00", "99"])
    with pytest.raises(SchemaError, match="'strong'"):
        cluster_areas(table(flags).drop(columns="strong"), neighbours=grid())
    with pytest.raises(SchemaError, match="not unique"):
        cluster_areas(pd.concat([table(flags)] * 2), neighbours=grid())


def test_areas_of_the_bay_reach_over_the_east_bays_border():
    """Electronics (334) among the nation's counties of the sample, by a plain quotient."""
    data = ca.sample()
    nation = data.nation.query("year == 2021 and industry == '334'")
    total = data.totals.query("year == 2021").set_index("region")["employment"]
    us = data.us.query("year == 2021 and industry in ('00', '334')").set_index("industry")
    share = us.loc["334", "employment"] / us.loc["00", "employment"]
    lq = nation["employment"] / nation["region"].map(total) / share
    flags = (lq >= 1.5).astype("boolean").mask(nation["status"] == "withheld")
    strong = nation[["region", "industry", "employment"]].assign(strong=flags)
    counties = ca.find_region("east-bay").counties
    found = cluster_areas(strong, neighbours=touching(data.us_counties), counties=counties)
    bay = found[found["counties_inside"] > 0]
    assert len(bay) == 1
    assert bay["crosses_border"].all()
    assert (found["employment"].dropna() > 0).all()
