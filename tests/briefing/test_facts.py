"""Every number of a sentence is a fact of the briefing, and says where it comes from."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

import clusteranalysis as ca
from clusteranalysis.briefing.facts import Fact, Sentence, by_cells, collect, join, tell
from clusteranalysis.briefing.provenance import CHOSEN, CLUSTER, INDUSTRY, REGION
from clusteranalysis.errors import SchemaError


@pytest.fixture(scope="module", params=["east-bay", "napa-county", "bay-area"])
def briefing(request):
    return ca.brief(ca.sample(), region=request.param)


def sentences(briefing):
    return [*briefing.findings, *(one for some in briefing.profiles.values() for one in some)]


def fact(name="a.jobs", value=12.4, text="12"):
    return Fact(name, value, text, "jobs", "reported", "sum", "CBP 2021", "NAICS 11")


def test_no_number_stands_in_the_words_of_a_sentence(briefing):
    names = set(briefing.clusters.table["name"]) | set(briefing.industries["title"])
    words = [part for one in sentences(briefing) for part in one.parts if isinstance(part, str)]
    assert len(words) > 50
    for text in words:
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "")
        assert not re.search(r"\d", text), text


def test_every_fact_of_a_sentence_is_a_field_of_the_briefing_and_the_other_way_round(briefing):
    told = {one.id: one for sentence in sentences(briefing) for one in sentence.facts}
    assert dict(briefing.facts) == told
    with pytest.raises(TypeError):
        briefing.facts["x"] = fact()
    with pytest.raises(dataclasses.FrozenInstanceError):
        next(iter(told.values())).value = 1.0


def test_a_fact_is_known_has_a_unit_a_formula_and_cells(briefing):
    counties = set(briefing.region.counties)
    for one in briefing.facts.values():
        assert np.isfinite(one.value)
        assert one.unit
        assert one.formula
        assert one.cells
        if one.status != "chosen":
            assert set(re.findall(r"\((\d{5})\)", one.source)) == counties
            assert str(briefing.clusters.end) in one.source or "start" in one.id


def test_the_codes_of_a_cluster_are_those_that_were_summed():
    briefing = ca.brief(ca.sample())
    one = briefing.facts["biomedical.employment"]
    codes = re.findall(r"\d{4,6}", one.cells)
    table = ca.sample().cells
    mine = table["region"].isin(["06001", "06013"]) & table["industry"].isin(codes)
    # What four-digit cells publish beyond their six-digit parts is in the sum too.
    assert table[mine & (table["year"] == 2021)]["employment"].sum() <= one.value
    assert one.value == 25_584
    assert one.status == "deduced"


def test_what_rests_on_published_cells_alone_is_reported():
    facts = ca.brief(ca.sample()).facts
    assert facts["construction.employment"].status == "reported"
    assert facts["region.jobs.2021"].status == "reported"
    assert facts["electronics.employment_high"].status == "deduced"
    assert facts["chosen.level"].status == "chosen"


def test_an_estimate_among_the_cells_is_not_called_reported():
    class Data:
        def __init__(self):
            bay = ca.sample()
            self.us, self.totals, self.counties = bay.us, bay.totals, bay.counties
            cells = bay.cells
            one = (cells["region"] == "06001") & (cells["industry"] == "541714")
            self.cells = cells.assign(status=cells["status"].mask(one, "imputed"))

    briefing = ca.brief(Data())
    assert briefing.facts["biomedical.employment"].status == "imputed"
    assert briefing.facts["construction.employment"].status == "reported"
    # This data has neither purchases nor the nation, so their tables have no rows.
    assert briefing.suppliers.empty
    assert briefing.peers.empty
    assert briefing.pairs.empty


def test_texts_are_the_values_written_out(briefing):
    kinds = CLUSTER | REGION | CHOSEN | {f"naics.{k}": v for k, v in INDUSTRY.items()}
    for one in briefing.facts.values():
        kind = one.id.rsplit(".", 1)[-1] if not one.id[-1].isdigit() else "jobs"
        table = INDUSTRY if one.id.startswith("naics-") else kinds
        if one.id.startswith("region."):
            table = REGION
        assert table[kind].write(one.value) == one.text


def test_a_withheld_number_cannot_be_a_fact():
    with pytest.raises(SchemaError, match=r"'a\.jobs' has no value: word it as withheld"):
        fact(value=np.nan)


def test_two_facts_of_one_name_must_agree():
    both = [tell("{a}", a=fact()), tell("{a}", a=fact(value=13.0))]
    with pytest.raises(SchemaError, match=r"two facts are called 'a\.jobs'"):
        collect(both)
    assert list(collect(both[:1] * 2)) == ["a.jobs"]


def test_sentences_are_put_together():
    one = tell("{name} has {jobs} jobs.", name="{Napa}", jobs=fact())
    assert one == Sentence(("{Napa} has ", fact(), " jobs."))
    assert str(tell("[{it}]", it=one)) == "[{Napa} has 12 jobs.]"
    assert str(join([one, tell("More.")])) == "{Napa} has 12 jobs. More."
    other = dataclasses.replace(fact("b"), cells="NAICS 21")
    assert by_cells([fact(), other, fact("c")]) == {
        "NAICS 11": [fact(), fact("c")],
        "NAICS 21": [other],
    }


def test_the_account_from_the_chosen_year_is_the_waterfall(briefing):
    years, found = briefing.base_years.set_index("start"), briefing.clusters
    parts = ["national", "industry_mix", "regional"]
    np.testing.assert_allclose(years.loc[found.start, parts], briefing.bridge["jobs"].iloc[1:4])
    np.testing.assert_allclose(years[parts].sum(axis=1), years["change"], atol=1e-6)
    assert list(years.index) == [2018, 2019, 2020]


def test_peers_by_hand():
    data = ca.sample()
    briefing = ca.brief(data)
    nation = data.nation.query("year == 2021")
    totals = data.totals.query("year == 2021").set_index("region")["employment"]
    us = data.us_level(3).query("year == 2021").set_index("industry")["employment"]
    counties = ["06001", "06013"]
    own = briefing.peers[briefing.peers["own"]]
    assert len(own) == 10
    for row in own.itertuples():
        cells = nation[nation["region"].isin(counties) & (nation["industry"] == row.industry)]
        share = cells["employment"].sum() / totals[counties].sum()
        assert row.value == pytest.approx(share / (us[row.industry] / us["00"]))
        beside = briefing.peers[briefing.peers["industry"] == row.industry]
        assert len(beside) == 9
        assert row.rank == (beside["value"] > row.value).sum() + 1


def test_the_inputs_of_every_chosen_cluster_add_up(briefing):
    assert set(briefing.clusters.selected["industry"]) <= set(briefing.suppliers["cluster"])
    sums = briefing.suppliers.groupby("cluster")["input_share"].sum()
    np.testing.assert_allclose(sums, 1)
    assert isinstance(briefing.suppliers, pd.DataFrame)
