"""No sentence is stronger than its interval and bounds."""

import re
from dataclasses import replace

import numpy as np
import pytest

import clusteranalysis as ca
from clusteranalysis.briefing import wording
from clusteranalysis.briefing.findings import findings
from clusteranalysis.briefing.profiles import profiles


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.4, "1,234"), (0.0, "0"), (np.nan, "withheld")],
)
def test_count(value, text):
    assert wording.count(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234.0, 0, "+1,234"),
        (-0.04, 1, "0.0"),
        (-5.26, 1, "−5.3"),
        (0.0, 0, "0"),
        (np.nan, 0, "withheld"),
    ],
)
def test_signed(value, digits, text):
    assert wording.signed(value, digits) == text


def test_a_pandemic_year_is_told_from_its_neighbours():
    assert [year for year in range(2015, 2026) if wording.pandemic(year)] == [2020, 2021]


def test_percent_and_dollars():
    assert wording.percent(0.0123) == "1.2%"
    assert wording.percent(0.0, 0) == "0%"
    assert wording.percent(0.0004, 0) == "<1%"
    assert wording.percent(0.9996, 0) == ">99%"
    assert wording.percent(1.0, 0) == "100%"
    assert wording.percent(np.nan) == "withheld"
    assert wording.dollars(61_860.4) == "$61,900"
    assert wording.dollars(np.nan) == "withheld"


@pytest.mark.parametrize(
    ("region", "text"),
    [
        ("East Bay", "the East Bay"),
        ("Napa County", "Napa County"),
        ("06001, 06013", "06001, 06013"),
        ("The Delta", "The Delta"),
    ],
)
def test_a_region_has_the_article_it_takes(region, text):
    assert wording.the(region) == text


def test_series():
    assert wording.series(["Alameda"]) == "Alameda"
    assert wording.series(["Alameda", "Marin", "Napa"]) == "Alameda, Marin and Napa"


@pytest.fixture(scope="module")
def briefing():
    return ca.brief(ca.sample())


def said(sentences):
    return " ".join(map(str, sentences))


def profile(briefing, **changes):
    """Sentences of one cluster whose figures are changed to the case in hand."""
    found = briefing.clusters
    table = found.table.copy()
    at = table.index[table["industry"] == "biomedical"][0]
    for column, value in changes.items():
        table.loc[at, column] = value
    changed = replace(briefing, clusters=replace(found, table=table))
    return said(profiles(changed)["biomedical"])


def test_an_interval_over_one_cannot_be_told_apart(briefing):
    text = profile(briefing, location_quotient=1.2, interval_low=0.9, interval_high=1.6)
    assert "cannot be told apart from the US average" in text
    assert "times its US share" not in text


def test_an_interval_above_or_below_one_is_said_so(briefing):
    text = profile(briefing, location_quotient=1.4, interval_low=1.1, interval_high=1.8)
    assert "1.40 times its US share (95% interval at least 1.10 to 1.80)" in text
    text = profile(briefing, location_quotient=0.5, interval_low=0.4, interval_high=0.6)
    assert "below its US share" in text


def test_what_withheld_jobs_could_lift_is_said(briefing):
    text = profile(briefing, location_quotient=2.0, location_quotient_high=2.5)
    assert "withheld jobs could lift it to 2.50 at most" in text


@pytest.mark.parametrize(
    ("low", "high", "agree", "says"),
    [
        (1.0, 3.0, True, "it grew faster:"),
        (1.0, 3.0, False, "from a later base year the comparison turns round"),
        (-3.0, -1.0, True, "it grew less:"),
        (-3.0, -1.0, False, "from a later base year the comparison turns round"),
        (-0.2, 0.4, True, "within 0.5 points of the US cluster's pace"),
        (-2.0, 3.0, False, "leave the difference anywhere from −2.0 to +3.0 points"),
        (0.1, 3.0, True, "leave the difference anywhere from +0.1 to +3.0 points"),
        (np.nan, np.nan, False, "jobs are withheld in one of the years"),
    ],
)
def test_growth_is_worded_by_its_bounds_and_base_years(briefing, low, high, agree, says):
    text = profile(
        briefing,
        growth_difference_low=low,
        growth_difference_high=high,
        base_years_agree=agree,
    )
    assert says in text
    claims = ("it grew faster:", "it grew less:", "within 0.5 points", "cannot be told")
    assert sum(claim in text for claim in claims) == 1


def test_a_handful_of_employers_is_a_caution_in_profile_and_summary(briefing):
    text = said(briefing.profiles["advanced-manufacturing"])
    assert "one industry of 3 establishments, Motor Vehicle Manufacturing" in text
    assert any("Motor Vehicle Manufacturing" in str(finding) for finding in briefing.findings)
    assert "establishments, " not in said(briefing.profiles["construction"])


def test_without_its_few_employers_the_change_of_the_region_is_said(briefing):
    text = said(briefing.findings)
    assert "from 15,967 to 31,857; without it the region's change would be −51,238" in text


def test_us_jobs_of_no_county_are_said_beside_the_us_change(briefing):
    text = said(briefing.findings)
    assert "US jobs changed by −1.9%; those that the Census places in a county, by −2.8%" in text
    assert "About 8,800 of the last figure only reflect US jobs that belong to no county" in text


def test_a_lead_that_turns_with_the_base_year_is_no_finding(briefing):
    assert not any(
        "Corporate headquarters" in text and "less than" in text
        for text in map(str, briefing.findings)
    )
    row = briefing.clusters.table.set_index("industry").loc["headquarters"]
    assert row["growth_difference"] < 0
    assert not row["base_years_agree"]


def test_withheld_pay_is_said_to_be_withheld(briefing):
    wages = briefing.wages.assign(wage=np.nan)
    texts = profiles(replace(briefing, wages=wages))
    assert "Its pay is withheld." in said(texts["biomedical"])


def test_every_chosen_cluster_is_named_in_the_findings(briefing):
    text = said(briefing.findings)
    assert all(name in text for name in briefing.clusters.selected["name"])
    assert "not its cause" in text
    assert not re.search(r"\bnan\b", text.lower())


def test_no_cluster_chosen_is_said_plainly(briefing):
    found = briefing.clusters
    none = replace(found, table=found.table.assign(selected=False))
    text = said(findings(replace(briefing, clusters=none)))
    assert "None of the 27 clusters meets the rules below." in text


def test_numbers_in_the_sentences_are_those_of_the_tables(briefing):
    row = briefing.clusters.table.set_index("industry").loc["biomedical"]
    text = said(briefing.profiles["biomedical"])
    assert f"{row['employment']:,.0f} jobs in {row['establishments']:,.0f} establishments" in text
    assert f"{row['location_quotient']:.2f} times" in text
    pay = briefing.wages.set_index("industry").loc["biomedical", "wage"]
    assert wording.dollars(pay) in text
