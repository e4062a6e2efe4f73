"""The benchmark rule against a slow copy of its words, and its check facts."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusteranalysis.clusters.strong import strong_cluster_share, strong_clusters
from clusteranalysis.errors import SchemaError

TAGS = {"autos": "traded", "film": "traded", "food": "local", "health": "local", "ports": "mixed"}
FLAGS = ["strong", "strong10", "significant", "qualifying"]


def r7(values, q):
    """Hyndman and Fan's type 7 by its formula."""
    ordered = sorted(values)
    h = (len(ordered) - 1) * q
    low = math.floor(h)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (h - low) * (ordered[high] - ordered[low])


def slow(table, us):
    """The rule, region by region and cluster by cluster, in plain loops."""
    rows = {(r.region, r.industry): r for r in table.itertuples()}
    regions = sorted({region for region, _ in rows})
    nation = dict(zip(us["industry"], us["employment"], strict=True))
    result = {}
    for kind in ("traded", "local"):
        clusters = [name for name in nation if TAGS[name] == kind]
        total_us = sum(nation[name] for name in clusters)
        lq = {}
        for region in regions:
            jobs = {
                name: rows[region, name].employment if (region, name) in rows else 0.0
                for name in clusters
            }
            total = sum(jobs.values())
            for name in clusters:
                if (region, name) in rows:
                    share = jobs[name] / total if total else math.nan
                    lq[region, name] = share / (nation[name] / total_us)
        for name in clusters:
            there = [k for k in lq if k[1] == name and rows[k].employment > 0]
            for key in (k for k in lq if k[1] == name):
                if rows[key].employment == 0:
                    result[key] = (lq[key], False, False, False, False)
                    continue
                floors = rows[key].employment > r7([rows[k].employment for k in there], 0.25)
                plants = [rows[k].establishments for k in there]
                floors = floors and rows[key].establishments > r7(plants, 0.25)
                quotients = [lq[k] for k in there]
                at = {q: r7(quotients, q) for q in (0.25, 0.5, 0.75, 0.9)}
                result[key] = (
                    lq[key],
                    floors and lq[key] >= at[0.75] and lq[key] >= 1,
                    floors and lq[key] >= at[0.9] and lq[key] >= 1,
                    floors and lq[key] > at[0.5],
                    floors and lq[key] > at[0.25],
                )
    return result


@st.composite
def nations(draw):
    regions = draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows = []
    for r in range(regions):
        for name in TAGS:
            if rng.random() < 0.85:
                jobs = float(rng.choice([0, 1, 2, 5, 5, 40, 300])) * rng.integers(1, 9)
                rows.append((f"R{r:02d}", name, jobs, float(rng.integers(0, 9))))
    for must in (("R00", "autos"), ("R01", "food")):
        if must not in [row[:2] for row in rows]:
            rows.append((*must, 3.0, 1.0))
    table = pd.DataFrame(rows, columns=["region", "industry", "employment", "establishments"])
    us = table.groupby("industry", as_index=False)["employment"].sum()
    us["employment"] = us["employment"] * 1.25 + 10
    return table, us


@settings(max_examples=40)
@given(nations())
def test_the_rule_is_what_its_words_say(case):
    table, us = case
    found = strong_clusters(
        table.sample(frac=1, random_state=1), reference=us, tradability=TAGS
    ).set_index(["region", "industry"])
    for key, (lq, *flags) in slow(table, us).items():
        row = found.loc[key]
        assert row["location_quotient"] == pytest.approx(lq, nan_ok=True)
        assert [bool(row[flag]) for flag in FLAGS] == flags or math.isnan(lq)
    mixed = found[found.index.get_level_values("industry") == "ports"]
    assert mixed[["base", "location_quotient", *FLAGS]].isna().all(axis=None)


@settings(max_examples=40)
@given(nations())
def test_stronger_flags_imply_weaker_ones(case):
    table, us = case
    found = strong_clusters(table, reference=us, tradability=TAGS)
    found = found.dropna(subset=["strong"])
    assert (~found["strong10"] | found["strong"]).all()
    assert (~found["significant"] | found["qualifying"]).all()


def test_every_year_and_draw_is_ranked_alone():
    rng = np.random.default_rng(3)
    parts = []
    for year in (2015, 2016):
        for draw in (0, 1):
            part = pd.DataFrame(
                {
                    "region": np.repeat([f"R{n}" for n in range(8)], 2),
                    "industry": ["autos", "film"] * 8,
                    "employment": rng.integers(0, 90, 16).astype(float),
                    "establishments": rng.integers(1, 9, 16).astype(float),
                }
            )
            parts.append(part.assign(year=year, draw=draw))
    table = pd.concat(parts)
    us = pd.DataFrame({"industry": ["autos", "film"], "employment": [900.0, 500.0]})
    together = strong_clusters(table, reference=us, tradability=TAGS)
    for (year, draw), part in table.groupby(["year", "draw"]):
        alone = strong_clusters(part.drop(columns=["year", "draw"]), reference=us, tradability=TAGS)
        mine = together[(together["year"] == year) & (together["draw"] == draw)]
        mine = mine.drop(columns=["year", "draw"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone)


# States, 2016, as published by the US Cluster Mapping Project: jobs of a cluster and its quotient.
# The state's traded jobs follow from both, US traded jobs being 45,242,110.
FACTS = [
    ("26", "Automotive", 172_490, 5.805291),
    ("06", "Video Production and Distribution", 186_952, 5.637202),
    ("06", "Apparel", 39_135, 2.742128),
    ("06", "Information Technology and Analytical Instruments", 272_112, 1.966873),
    ("06", "Food Processing", 163_975, 1.303755),
]


def test_published_quotients_of_one_state_agree_with_each_other():
    """One region's facts share its traded jobs: the US jobs they imply must give them all back."""
    us_traded, state_traded = 45_242_110.0, 5_500_000.0
    facts = [fact for fact in FACTS if fact[0] == "06"]
    names = [name for _, name, _, _ in facts]
    us = [jobs / state_traded * us_traded / lq for _, _, jobs, lq in facts]
    rest = pd.DataFrame(
        {
            "industry": [*names, "Other"],
            "employment": [*us, us_traded - sum(us)],
        }
    )
    jobs = [float(jobs) for _, _, jobs, _ in facts]
    state = pd.DataFrame(
        {
            "region": "06",
            "industry": [*names, "Other"],
            "employment": [*jobs, state_traded - sum(jobs)],
            "establishments": 9.0,
        }
    )
    table = pd.concat([state, state.assign(region="26")])
    tags = dict.fromkeys([*names, "Other"], "traded")
    found = strong_clusters(table, reference=rest, tradability=tags).set_index(
        ["region", "industry"]
    )
    for _, name, _, lq in facts:
        assert found.loc[("06", name), "location_quotient"] == pytest.approx(lq, abs=1e-6)


def test_the_regions_own_traded_jobs_may_be_given():
    table = pd.DataFrame(
        {
            "region": ["A", "B"],
            "industry": "autos",
            "employment": [10.0, 20.0],
            "establishments": 2.0,
        }
    )
    us = pd.DataFrame({"region": "US", "industry": ["autos"], "employment": [100.0]})
    base = pd.DataFrame(
        {
            "region": ["A", "B", "US"],
            "industry": "traded",
            "employment": [50.0, 400.0, 1000.0],
        }
    )
    found = strong_clusters(table, reference=us, tradability=TAGS, base=base)
    assert found["location_quotient"].tolist() == pytest.approx([2.0, 0.5])


def test_a_withheld_number_makes_flags_missing_only_where_it_decides():
    us = pd.DataFrame({"industry": ["autos", "film"], "employment": [500.0, 500.0]})
    table = pd.DataFrame(
        {
            "region": np.repeat(list("ABCDEF"), 2),
            "industry": ["autos", "film"] * 6,
            "employment": [90.0, 10, 80, 20, 70, 30, 60, 40, 0, 40, np.nan, 30],
            "establishments": np.repeat([9.0, 8, 7, 6, 5, 10], 2),
        }
    )
    found = strong_clusters(table, reference=us, tradability=TAGS).set_index(["region", "industry"])
    assert found.loc[("F", "autos"), FLAGS].isna().all()
    assert np.isnan(found.loc[("F", "film"), "location_quotient"])
    # No jobs at all is none of these, whatever the others have.
    assert not found.loc[("E", "autos"), "strong"]
    # Among one region's unknown quotient no quantile is known, and so no other flag.
    assert found.loc[("A", "autos"), "strong"] is pd.NA
    # Its establishments are not above the floor: that decides.
    few = table.assign(establishments=np.repeat([1.0, 8, 7, 6, 5, 10], 2))
    found = strong_clusters(few, reference=us, tradability=TAGS).set_index(["region", "industry"])
    assert not found.loc[("A", "autos"), "strong"]


def test_share_of_traded_jobs_in_strong_clusters():
    table = pd.DataFrame(
        {
            "region": ["A", "A", "A", "B", "B"],
            "industry": ["autos", "film", "food", "autos", "film"],
            "base": ["traded", "traded", "local", "traded", "traded"],
            "employment": [30.0, 70.0, 500.0, 5.0, 0.0],
            "strong": pd.array([True, False, True, pd.NA, False], dtype="boolean"),
        }
    )
    found = strong_cluster_share(table).set_index("region")
    assert found.loc["A", "traded_employment"] == 100
    assert found.loc["A", "strong_cluster_share"] == pytest.approx(0.3)
    assert found.loc["A", "strong_clusters"] == 1
    assert np.isnan(found.loc["B", "strong_cluster_share"])
    assert found.loc["B", "strong_clusters"] is pd.NA


def test_refusals():
    table = pd.DataFrame(
        {
            "region": ["A", "B"],
            "industry": "autos",
            "employment": [1.0, 2.0],
            "establishments": 1.0,
        }
    )
    us = pd.DataFrame({"industry": ["autos"], "employment": [9.0]})
    with pytest.raises(SchemaError, match="pass every state"):
        strong_clusters(table.head(1), reference=us, tradability=TAGS)
    with pytest.raises(SchemaError, match="'autos'"):
        strong_clusters(table, reference=us, tradability={})
    with pytest.raises(SchemaError, match="establishments"):
        strong_clusters(table.drop(columns="establishments"), reference=us, tradability=TAGS)
