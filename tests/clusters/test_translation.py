"""Definitions carried between editions of NAICS, and the benchmark file."""

import pandas as pd
import pytest
from tests.shared import shared_folder

from clusteranalysis.clusters.definition import REST
from clusteranalysis.clusters.formats import read_definition
from clusteranalysis.clusters.translation import read_benchmark_definition, translate_definition
from clusteranalysis.errors import DataError, DefinitionError, SchemaError
from clusteranalysis.industries import naics


def six(edition):
    return naics(edition).query("level == 6")["industry"].tolist()


@pytest.mark.parametrize("edition", [2007, 2012, 2022])
def test_every_industry_of_the_new_edition_has_its_cluster(edition):
    old = read_definition()
    new, report = translate_definition(old, edition)
    assert report["industry"].tolist() == six(edition)
    assert new.vintage == edition
    assert [one.id for one in new.clusters] == [one.id for one in old.clusters]
    members = new.members.set_index("industry")["cluster"]
    assert members.to_dict() == report.set_index("industry")["cluster"].to_dict()
    same = report[report["how"] == "same"]
    before = old.members.set_index("industry")["cluster"]
    assert (before.reindex(same["industry"]).to_numpy() == same["cluster"].to_numpy()).all()
    assert report.loc[report["how"] == "unknown", "share"].isna().all()
    split = report[report["how"] == "split"]
    assert split["share"].between(1 / 3, 1, inclusive="left").all()


def test_there_and_back_is_the_same_where_nothing_was_split():
    old = read_definition()
    new, there = translate_definition(old, 2012)
    back, report = translate_definition(new, 2017)
    flagged = report["how"].isin(["split", "unknown"]) | report["sources"].str.contains(" ")
    sure = set(report.loc[~flagged, "industry"])
    doubtful = set(there.loc[there["how"].isin(["split", "unknown"]), "industry"])
    sure -= {
        code
        for code, sources in zip(report["industry"], report["sources"], strict=True)
        if set(sources.split()) & doubtful
    }
    mine, theirs = (d.members.set_index("industry")["cluster"] for d in (back, old))
    assert len(sure) > 950
    assert mine.reindex(sorted(sure)).equals(theirs.reindex(sorted(sure)))


def test_splits_of_2022_need_weights_and_take_them():
    _, report = translate_definition(read_definition(), 2022)
    newspapers = report.set_index("industry").loc["513110"]
    assert newspapers[["how", "sources"]].tolist() == ["unknown", "511110 519130"]
    assert newspapers["cluster"] == "creative-media"
    targets = report.loc[report["sources"].str.contains("519130"), "industry"]
    weights = pd.DataFrame({"industry": targets, "employment": 1.0})
    _, weighted = translate_definition(read_definition(), 2022, weights=weights)
    newspapers = weighted.set_index("industry").loc["513110"]
    assert newspapers["how"] == "split"
    assert newspapers["share"] < 1


def test_the_same_edition_changes_nothing():
    old = read_definition()
    new, report = translate_definition(old, 2017)
    assert new.members.equals(old.members)
    assert set(report["how"]) == {"same"}


def test_an_edition_without_titles_is_refused():
    with pytest.raises(DataError, match="2002 structure is not shipped"):
        translate_definition(read_definition(), 2002)
    with pytest.raises(SchemaError, match="no edition of NAICS"):
        translate_definition(read_definition(), 2013)


HEAD = "NAICS,TradedLocal,Cluster,SubclusterName,EmsiSpecificNAICS\n"
ROWS = (
    "325412,Traded,Biopharma,Products,FALSE\n541711,Traded,Education,Research,FALSE\n"
    "541712,Traded,Education,Research,FALSE\n722511,Local,Local Food,,FALSE\n"
    "901149,Traded,Federal,Federal,TRUE\n814110,Local,,,FALSE\n"
)


@pytest.fixture
def benchmark(tmp_path):
    path = tmp_path / "benchmark.csv"
    path.write_text(HEAD + ROWS)
    return path


def test_a_benchmark_file_becomes_one_edition(benchmark):
    definition, report = read_benchmark_definition(benchmark)
    rows = report.set_index("industry")
    assert [(one.id, one.tradability) for one in definition.clusters] == [
        ("biopharma", "traded"),
        ("education", "traded"),
        ("local-food", "local"),
    ]
    # Research was two industries in 2012 and is three in 2017.
    for code in ("541713", "541714", "541715"):
        assert rows.loc[code, ["cluster", "how"]].tolist() == ["Education", "carried"]
    assert rows.loc["541711", "how"] == "other edition"
    assert rows.loc["901149", "how"] == "vendor"
    assert rows.loc["814110", ["cluster", "how"]].tolist() == [REST, "listed"]
    assert rows.loc["325411", "how"] == "left out"
    assert set(six(2017)) <= set(report["industry"])
    finer, _ = read_benchmark_definition(benchmark, level="subcluster")
    assert [one.name for one in finer.clusters] == [
        "Biopharma: Products",
        "Education: Research",
        "Local Food",
    ]
    earlier, _ = read_benchmark_definition(benchmark, naics=2012)
    assert earlier.clusters[1].prefixes == ("541711", "541712")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NAICS,Cluster\n325412,a\n", "no column TradedLocal"),
        (HEAD + "3254,Traded,a,,\n", "line 2: '3254' is no six-digit code"),
        (HEAD + "325412,Odd,a,,\n", "line 2: TradedLocal is 'odd'"),
        (HEAD + "325412,Traded,a,,\n325411,Local,a,,\n", "'a' is both traded and local"),
        (HEAD + "325412,Traded,a,,\n325412,Traded,b,,\n", "'325412' stands in 2 clusters"),
        ("", "no column NAICS, TradedLocal, Cluster"),
    ],
)
def test_a_benchmark_file_with_faults(text, said, tmp_path):
    path = tmp_path / "b.csv"
    path.write_text(text)
    with pytest.raises(DefinitionError) as caught:
        read_benchmark_definition(path)
    assert said in str(caught.value)


def test_a_spreadsheet_that_is_none(tmp_path):
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"no spreadsheet")
    with pytest.raises(DefinitionError, match=r"cannot be read|openpyxl"):
        read_benchmark_definition(path)


def test_the_users_copy_of_the_benchmark_definitions():
    path = shared_folder("data") / "clusters" / "NAICS_crosswalks_to_Cluster_system.xlsx"
    definition, report = read_benchmark_definition(path)
    tags = [one.tradability for one in definition.clusters]
    assert (tags.count("traded"), tags.count("local")) == (51, 16)
    found = report["how"].value_counts()
    assert found["listed"] + found["vendor"] == 992
    # What it has no cluster for: farms, government, railroads, notaries.
    left = report.loc[report["how"] == "left out", "industry"]
    assert set(left.str[:3]) == {"111", "112", "482", "541"} | {f"92{n}" for n in range(1, 9)}
