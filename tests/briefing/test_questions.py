"""A question is asked only where its number can be told, and says no more than it allows."""

from dataclasses import replace

import numpy as np
import pytest

import clusteranalysis as ca
from clusteranalysis.briefing.questions import questions


@pytest.fixture(scope="module")
def briefing():
    return ca.brief(ca.sample())


def asked(briefing, cluster="biomedical", **changes):
    """Questions of one cluster whose figures are changed to the case in hand, by topic."""
    table = briefing.clusters.table.copy()
    at = table.index[table["industry"] == cluster][0]
    for column, value in changes.items():
        table.loc[at, column] = value
    changed = replace(briefing, clusters=replace(briefing.clusters, table=table))
    found = {}
    for one in questions(changed, cluster):
        found.setdefault(one.topic, []).append(str(one.text))
    return found


@pytest.mark.parametrize(
    ("low", "high", "agree", "says"),
    [
        (0.51, 3.0, True, "you outgrew the same cluster"),
        (0.49, 3.0, True, "cannot tell whether you outgrew"),
        (0.51, 3.0, False, "cannot tell whether you outgrew"),
        (-3.0, -0.51, True, "you grew less than the same cluster"),
        (-3.0, -0.49, True, "cannot tell whether you outgrew"),
        (-0.5, 0.5, True, "at the pace of the same cluster"),
        (-0.5, 0.51, True, "cannot tell whether you outgrew"),
    ],
)
def test_growth_is_asked_about_as_its_bounds_allow(briefing, low, high, agree, says):
    found = asked(
        briefing,
        growth_difference_low=low,
        growth_difference_high=high,
        base_years_agree=agree,
    )
    assert says in found["Growth"][0]


def test_withheld_growth_is_not_asked_about(briefing):
    found = asked(briefing, growth_difference_low=np.nan, growth_difference_high=np.nan)
    assert "Growth" not in found


@pytest.mark.parametrize(
    ("low", "high", "most", "says"),
    [
        (1.01, 2.0, 2.0, "times the US share"),
        (1.0, 2.0, 2.0, "cannot be told apart"),
        (0.5, 1.0, 0.9, "cannot be told apart"),
        (0.5, 0.99, 0.9, "below the US share"),
        # What withheld jobs could lift to the US average is not called below it.
        (0.5, 0.99, 1.0, "cannot be told apart"),
    ],
)
def test_presence_is_worded_by_its_interval(briefing, low, high, most, says):
    found = asked(briefing, interval_low=low, interval_high=high, location_quotient_high=most)
    assert says in found["Presence"][0]


def test_few_employers_are_asked_about_where_there_are_few(briefing):
    assert (
        "61% of the cluster's jobs are in Motor Vehicle Manufacturing, in 3"
        in (asked(briefing, "advanced-manufacturing")["Few employers"][0])
    )
    assert "Few employers" not in asked(briefing, "construction")


def test_an_industry_is_asked_about_only_between_published_years(briefing):
    own = briefing.industries
    row = own["industry"] == "541714"
    assert any("3,513 jobs in 2018 to 5,313" in text for text in asked(briefing)["An industry"])
    partial = own.assign(status=own["status"].mask(row, "partial"))
    rest = asked(replace(briefing, industries=partial)).get("An industry", [])
    assert not any("Biotechnology" in text for text in rest)
    small = own.assign(employment_start=own["employment"].where(row, own["employment_start"]))
    assert not any(
        "Biotechnology" in text
        for text in asked(replace(briefing, industries=small)).get("An industry", [])
    )


def test_an_input_is_asked_about_only_if_it_is_large_and_little_made_here(briefing):
    gaps = briefing.suppliers
    gaps = gaps[(gaps["cluster"] == "construction") & ~gaps["own"]].reset_index(drop=True)
    first = gaps.index == 0

    def suppliers(**changes):
        one = gaps[first].assign(**changes)
        return asked(replace(briefing, suppliers=one), "construction").get("Suppliers", [])

    sure = {"location_quotient": 0.3, "interval_high": 0.9, "location_quotient_high": 0.8}
    assert "6% of what industries like yours buy is Ready-Mix Concrete" in suppliers(**sure)[0]
    assert "LQ of 0.30 here" in suppliers(**sure)[0]
    assert suppliers(**sure | {"interval_high": 1.0}) == []
    assert suppliers(**sure | {"location_quotient_high": 1.0}) == []
    assert suppliers(**sure | {"location_quotient": np.nan}) == []
    assert suppliers(**sure, input_share=0.0099) == []
    none = {"location_quotient": 0.0, "interval_high": np.nan, "location_quotient_high": 0.0}
    assert "LQ of 0.00 here" in suppliers(**none)[0]


@pytest.mark.parametrize(("wage", "asks"), [(109.0, False), (111.0, True), (89.0, True)])
def test_pay_is_asked_about_from_a_tenth_on(briefing, wage, asks):
    wages = briefing.wages
    row = wages["industry"] == "biomedical"
    changed = wages.assign(
        wage=wages["wage"].mask(row, 1000 * wage), us_wage=wages["us_wage"].mask(row, 100_000.0)
    )
    assert ("Pay" in asked(replace(briefing, wages=changed))) == asks
    withheld = wages.assign(wage=wages["wage"].mask(row))
    assert "Pay" not in asked(replace(briefing, wages=withheld))
    assert "Pay" not in asked(replace(briefing, wages=changed), open_share=0.51)


@pytest.mark.parametrize(("share", "asks"), [(0.099, False), (0.1, True), (np.nan, False)])
def test_the_withheld_are_asked_after_from_a_tenth_on(briefing, share, asks):
    assert ("Withheld" in asked(briefing, open_share=share)) == asks


@pytest.mark.parametrize("region", ["east-bay", "napa-county"])
def test_no_question_of_any_cluster_quotes_what_is_withheld(region):
    briefing = ca.brief(ca.sample(), region=region)
    keys = {"", "industries", "map", "inputs", "growth", "table", "quality"}
    for cluster in briefing.clusters.table["industry"]:
        found = questions(briefing, cluster)
        assert sum(one.general for one in found) == 7
        for one in found:
            assert one.figure in keys
            assert all(np.isfinite(fact.value) for fact in one.text.facts)
            assert str(one.text).endswith("?")
            assert "withheld" not in [fact.text for fact in one.text.facts]
