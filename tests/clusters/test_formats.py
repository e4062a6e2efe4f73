"""Definitions that build on others, of two columns, and written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clusters.test_definition import HEAD, cluster

from clusteranalysis.clusters.definition import REST, Cluster, ClusterDefinition
from clusteranalysis.clusters.formats import read_definition, write_definition
from clusteranalysis.errors import DefinitionError


def members(definition, name):
    found = definition.members
    return found.loc[found["cluster"] == name, "industry"].tolist()


def test_a_cluster_may_take_over_clusters_of_another_definition(tmp_path):
    (tmp_path / "base.toml").write_text(HEAD + cluster("a") + cluster("b", '["3391", "6211"]'))
    path = tmp_path / "sub" / "mine.toml"
    path.parent.mkdir()
    own = HEAD + 'based_on = "../base.toml"\n'
    only = '[[cluster]]\nid = "c"\nname = "C"\ntradability = "mixed"\nclusters = ["a", "b"]\n'
    path.write_text(own + only + cluster("d", '["622"]'))
    base, mine = read_definition(tmp_path / "base.toml"), read_definition(path)
    assert members(mine, "c") == sorted(members(base, "a") + members(base, "b"))
    assert members(mine, "d")
    path.write_text(own + only + cluster("d", '["6211"]'))
    with pytest.raises(DefinitionError, match=r"'6211' \(d\) lies inside '6211' \(c\)"):
        read_definition(path)


def test_health_care_can_be_put_together_from_the_shipped_definition(tmp_path):
    path = tmp_path / "oakland.toml"
    text = HEAD + 'based_on = "east-bay-2017"\n[[cluster]]\nid = "health"\nname = "Health"\n'
    path.write_text(text + 'tradability = "mixed"\nclusters = ["biomedical", "health-care"]\n')
    shipped, mine = read_definition(), read_definition(path)
    expected = members(shipped, "biomedical") + members(shipped, "health-care")
    assert members(mine, "health") == sorted(expected)


def test_definitions_that_build_on_each_other_in_a_ring(tmp_path):
    for one, other in ("ab", "ba"):
        text = HEAD + f'based_on = "{other}.toml"\n' + cluster(one)
        (tmp_path / f"{one}.toml").write_text(text)
    with pytest.raises(DefinitionError, match="leads back to this file"):
        read_definition(tmp_path / "a.toml")


def test_another_edition(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD.replace("2017", "2022") + cluster(codes='["513210", "5415"]'))
    definition = read_definition(path)
    assert definition.vintage == 2022
    assert members(definition, "a")[0] == "513210"


CSV = "Industry,Cluster,Tradability\n3254,Bio & Pharma,traded\n3391,Bio & Pharma,Traded\n"
CSV += "72,Food,local\n"


def test_a_table_of_two_or_three_columns(tmp_path):
    path = tmp_path / "My clusters.csv"
    path.write_text("\ufeff" + CSV, encoding="utf-8")
    definition = read_definition(path)
    assert (definition.id, definition.vintage) == ("my-clusters", 2017)
    assert [(one.id, one.tradability) for one in definition.clusters] == [
        ("bio-pharma", "traded"),
        ("food", "local"),
    ]
    path.write_text("cluster,industry\nSoftware,513210\n")
    definition = read_definition(path, vintage=2022)
    assert definition.clusters[0].tradability == "mixed"
    assert members(definition, "software") == ["513210"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "first line must name"),
        ("a,b\n1,2\n", "not a, b"),
        ("industry,cluster,cluster\n3254,x,y\n", "each once"),
        ("industry,cluster\n3254\n", "line 2: a code and its cluster are needed"),
        (CSV + "72111,Food,traded\n", "'local' in line 4, 'traded' in line 5: choose one"),
        (CSV.replace("3391", "325"), "'3254' (bio-pharma) lies inside '325' (bio-pharma)"),
        (CSV.replace("local", "odd"), "traded, local or mixed, not 'odd'"),
        (CSV.replace("3391", "9999"), "'9999' is no industry"),
    ],
)
def test_a_table_with_faults(text, said, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(DefinitionError) as caught:
        read_definition(path)
    assert said in str(caught.value)


def test_a_vintage_is_said_for_tables_only():
    with pytest.raises(DefinitionError, match="is for CSV files"):
        read_definition("east-bay-2017", vintage=2017)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(name=TEXT.filter(str.strip), notes=TEXT, reason=TEXT)
def test_what_is_written_reads_as_it_was(tmp_path_factory, name, notes, reason):
    one = Cluster("a", name.strip(), "mixed", ("3254", "62"), "", reason.strip())
    definition = ClusterDefinition("mine", "Mine", 2017, (one,), notes.strip())
    path = write_definition(definition, tmp_path_factory.mktemp("written") / "mine.toml")
    assert read_definition(path) == definition


def test_the_rest_is_in_no_cluster():
    assert set(read_definition().rest["industry"].str[:2]) == {"92"}
    assert REST not in [one.id for one in read_definition().clusters]
