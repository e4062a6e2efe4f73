"""Clusters found in data: planted partitions are recovered, and the answer repeats."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from clusteranalysis.clusters.discovery import discover_clusters
from clusteranalysis.clusters.formats import read_definition, write_definition
from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import naics

CODES = naics(2017).query("level == 4")["industry"].tolist()


def planted(seed, *, clusters=8, each=8, regions=250, noise=0.35):
    """Industries of a cluster share its lognormal geography; `noise` is their own, beside it.

    ``noise`` is the standard deviation of an industry's own ln jobs a region, that of its cluster
    being 1: at 0.35 two industries of one cluster share 89 % of it.
    """
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(clusters), each)
    rng.shuffle(truth)
    common = rng.normal(0, 1, (regions, clusters))[:, truth]
    own = rng.normal(0, noise, (regions, len(truth)))
    size = rng.normal(0, 0.5, (regions, 1))
    jobs = np.rint(np.exp(3 + size + common + own))
    table = pd.DataFrame(
        {
            "region": np.repeat([f"R{r:03d}" for r in range(regions)], len(truth)),
            "industry": np.tile(CODES[: len(truth)], regions),
            "employment": jobs.ravel(),
            "establishments": np.ceil(jobs.ravel() / 9),
        }
    )
    return table, pd.Series(truth, index=CODES[: len(truth)])


OPTIONS = {"groups": range(4, 15, 2), "resamples": 3}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_clusters_are_recovered(seed):
    table, truth = planted(seed)
    found = discover_clusters(table, rng=0, correlate="log", **OPTIONS)
    members = found.members.set_index("industry")["cluster"]
    assert adjusted_rand_score(truth, members.reindex(truth.index)) >= 0.95
    assert found.chosen["groups"] == 8
    assert found.stability > 0.9
    assert (found.members["stability"] > 0.8).mean() > 0.9
    assert found.chosen["score_after_moves"] > 0.95


@pytest.mark.parametrize("method", ["average", "ward", "kmeans", "leiden"])
def test_every_method_recovers_them(method):
    table, truth = planted(4)
    found = discover_clusters(
        table, rng=0, correlate="log", methods=[method], groups=[8], resamples=0
    )
    members = found.members.set_index("industry")["cluster"]
    assert adjusted_rand_score(truth, members.reindex(truth.index)) >= 0.95
    assert np.isnan(found.stability)


def test_noise_has_no_stable_clusters():
    table, _ = planted(5, noise=6.0)
    found = discover_clusters(table, rng=0, correlate="log", **OPTIONS)
    assert found.stability < 0.5


def test_the_same_seed_gives_the_same_answer_whatever_the_order_of_rows():
    table, _ = planted(6, regions=80)
    first = discover_clusters(table, rng=3, **OPTIONS)
    again = discover_clusters(table.sample(frac=1, random_state=1), rng=3, **OPTIONS)
    pd.testing.assert_frame_equal(first.members, again.members)
    pd.testing.assert_frame_equal(first.scores, again.scores)
    assert first.stability == again.stability


def test_linkages_alone_can_decide():
    table, truth = planted(7, noise=6.0, regions=60)
    codes = truth.index.tolist()
    pairs = [(a, b, 1.0 if truth[a] == truth[b] else 0.0) for a in codes for b in codes if a < b]
    linkages = {"trade": pd.DataFrame(pairs, columns=["industry", "partner", "share"])}
    found = discover_clusters(
        table, rng=0, sources=["employment"], linkages=linkages, groups=[8], resamples=0
    )
    assert "trade" in found.chosen["sources"]
    members = found.members.set_index("industry")["cluster"]
    assert adjusted_rand_score(truth, members.reindex(codes)) >= 0.95


def test_the_result_is_a_definition_people_can_edit(tmp_path):
    table, _ = planted(8, regions=80)
    found = discover_clusters(table, rng=0, correlate="log", **OPTIONS)
    tags = {code: "traded" if code < "4" else "local" for code in CODES}
    definition = found.definition(tradability=tags)
    assert len(definition.clusters) == len(found.clusters)
    again = read_definition(write_definition(definition, tmp_path / "found.toml"))
    assert again == definition
    listed = sorted(code for one in definition.clusters for code in one.prefixes)
    assert listed == sorted(found.members["industry"])
    largest = found.clusters.iloc[0]
    assert largest["employment"] == found.clusters["employment"].max()
    assert found.clusters["industries"].sum() == len(found.members)


def test_an_industry_that_is_the_same_everywhere_is_left_out():
    table, _ = planted(9, regions=60)
    flat = table[table["industry"] == CODES[0]].assign(
        industry="9999", employment=7.0, establishments=1.0
    )
    found = discover_clusters(
        pd.concat([table, flat]), rng=0, sources=["employment"], groups=[8], resamples=1
    )
    assert found.left_out == ("9999",)
    assert "9999" not in set(found.members["industry"])


def test_refusals():
    table, _ = planted(10, clusters=3, each=3, regions=20)
    for options, said in (
        ({"groups": [1]}, "groups of two and more"),
        ({"groups": [9]}, "fewer than the 9 groups"),
        ({"sources": ["wages"]}, "sources='wages' is not an option"),
        ({"methods": []}, "at least one source and one method"),
    ):
        with pytest.raises(SchemaError, match=said):
            discover_clusters(table, rng=0, **{"groups": [3], "resamples": 0, **options})
    with pytest.raises(SchemaError, match="rng=None is no source of randomness"):
        discover_clusters(table, rng=None, groups=[3])
    with pytest.raises(SchemaError, match="withheld or has no row in 1 of"):
        discover_clusters(table.iloc[1:], rng=0, groups=[3])
    years = pd.concat([table.assign(year=2018), table.assign(year=2019)])
    with pytest.raises(SchemaError, match="'year' has several values"):
        discover_clusters(years, rng=0, groups=[3])
    hidden = table.assign(employment=table["employment"].mask(table.index == 4))
    with pytest.raises(SchemaError, match="withheld"):
        discover_clusters(hidden, rng=0, groups=[3], absent="zero")
    other = pd.DataFrame({"industry": ["x"], "partner": ["y"], "v": [1.0]})
    with pytest.raises(SchemaError, match="no pair of the linkages table 'io'"):
        discover_clusters(table, rng=0, groups=[3], linkages={"io": other})
