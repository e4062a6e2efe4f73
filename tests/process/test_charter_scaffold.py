"""A drafted charter guides, invents nothing, and never shows a withheld number as zero."""

from __future__ import annotations

import dataclasses
import re
import tomllib

import numpy as np
import pytest

import clusteranalysis as ca
from clusteranalysis.errors import DefinitionError, SchemaError
from clusteranalysis.process import charter_template, check_charters, read_charter


@pytest.fixture(scope="module")
def found():
    data, definition = ca.sample("east-bay"), ca.read_definition()
    counties = ca.cluster_employment(data.cells, definition=definition)
    return ca.identify_clusters(
        ca.aggregate_regions(counties, ca.find_region("east-bay")),
        reference=ca.cluster_employment(data.us, definition=definition),
        definition=definition,
    )


def filled(draft):
    """The draft with the lines that are to be filled in filled in."""
    text = re.sub(r"^# ", "", draft, flags=re.MULTILINE)
    for old, new in (
        ('outcome = ""', 'outcome = "other"'),
        ('id = ""', 'id = "a"'),
        ('id = "a"\nstatement = ""  #', 'id = "b"\nstatement = "s"  #'),
    ):
        text = text.replace(old, new)
    return text.replace('= ""', '= "text"')


def test_every_cluster_has_a_draft_that_is_in_order_and_invents_nothing(found, tmp_path):
    for cluster in found.table["industry"]:
        path = tmp_path / f"{cluster}.toml"
        path.write_text(charter_template(found, cluster, region="east-bay"), "utf-8")
    assert check_charters(tmp_path) == []
    for path in tmp_path.iterdir():
        charter = read_charter(path)
        assert charter.cluster == path.stem
        assert charter.status == "draft"
        assert charter.vision == ""
        assert charter.members == ()
        assert charter.initiatives == ()
        assert charter.definition_digest == found.definition.digest


def test_the_lines_to_fill_in_make_a_charter_of_every_kind_of_entry(found, tmp_path):
    path = tmp_path / "biomedical.toml"
    path.write_text(filled(charter_template(found, "biomedical", region="east-bay")), "utf-8")
    content = tomllib.loads(path.read_text("utf-8"))
    (initiative,) = content["initiatives"]
    assert {one["kind"] for one in initiative["criteria"]} == {"measured", "attested"}
    assert initiative["criteria"][0]["base"] == 2021
    assert initiative["steps"]
    assert initiative["amended"]
    # What is left to mend is what the group must decide: it is a draft that has a date.
    messages = [one.message for one in check_charters(path)]
    assert messages == ["a draft has a date of adoption"]


def facts(draft):
    return dict(re.findall(r"^##   (\w+)[^:]*: (.*)$", draft, flags=re.MULTILINE))


def test_base_values_are_those_of_the_sample(found):
    data, east_bay = ca.sample("east-bay"), ca.find_region("east-bay")
    counties = ca.cluster_employment(data.cells, definition=found.definition)
    ours = counties[counties["region"].isin(east_bay.counties) & (counties["year"] == 2021)]
    for cluster in ("biomedical", "food-beverage"):
        mine = ours[ours["industry"] == cluster]
        told = facts(charter_template(found, cluster, region="east-bay"))
        assert told["establishments"] == f"{mine['establishments'].sum():,.0f}"
        low = re.findall(r"[\d,]+", told["employment"])[0]
        assert low == f"{mine['employment_low'].sum():,.0f}"
        total = ours.loc[ours["industry"] == "00", "employment"].sum()
        share = 100 * mine["employment_low"].sum() / total
        assert re.findall(r"[\d.]+ %", told["job_share"])[0] == f"{share:.2f} %"
    assert "up to 13.7 % is withheld" in told["employment"]


def test_withheld_is_said_and_is_no_zero(found):
    table = found.table.copy()
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers].astype(float)
    table.loc[table["industry"] == "biomedical", numbers] = np.nan
    hidden = dataclasses.replace(found, table=table)
    told = facts(charter_template(hidden, "biomedical", region="east-bay"))
    assert set(told) == {"employment", "establishments", "location_quotient", "job_share"}
    assert {text.partition(" of ")[0] for text in told.values()} == {"withheld"}


def test_one_region_and_a_known_cluster_are_needed(found):
    with pytest.raises(DefinitionError, match="no cluster 'biomed'"):
        charter_template(found, "biomed", region="east-bay")
    doubled = found.table.loc[found.table.index.repeat(2)]
    with pytest.raises(SchemaError, match="identify the clusters of one region"):
        charter_template(dataclasses.replace(found, table=doubled), "biomedical", region="x")


def test_a_cluster_id_that_is_a_path_is_refused(found):
    first = dataclasses.replace(found.definition.clusters[0], id="../evil")
    definition = dataclasses.replace(found.definition, clusters=(first,))
    table = found.table.replace({"industry": {"biomedical": "../evil"}})
    odd = dataclasses.replace(found, definition=definition, table=table)
    with pytest.raises(DefinitionError, match="rename it in the definition"):
        charter_template(odd, "../evil", region="east-bay")


@pytest.mark.parametrize("name", ['quote " and \\', "line\nbreak = 1", "{braces} 50 %", "D\x7fl"])
def test_any_name_gives_a_draft_that_reads_back(found, tmp_path, name):
    clusters = tuple(
        dataclasses.replace(one, name=name) if one.id == "biomedical" else one
        for one in found.definition.clusters
    )
    definition = dataclasses.replace(found.definition, clusters=clusters)
    odd = dataclasses.replace(found, definition=definition)
    path = tmp_path / "biomedical.toml"
    path.write_text(charter_template(odd, "biomedical", region="Bay Area"), "utf-8")
    charter = read_charter(path)
    assert charter.title == " ".join(f"{name}, East Bay".replace("\x7f", " ").split())
    assert charter.region == "Bay Area"
