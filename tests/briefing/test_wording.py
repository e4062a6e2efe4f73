"""No sentence is stronger than its interval and bounds."""

import numpy as np
import pytest

import clusteranalysis as ca
from clusteranalysis.briefing import wording


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


def test_percent_and_dollars():
    assert wording.percent(0.0123) == "1.2%"
    assert wording.percent(np.nan) == "withheld"
    assert wording.dollars(61_860.4) == "$61,900"
    assert wording.dollars(np.nan) == "withheld"


@pytest.fixture(scope="module")
def briefing():
    return ca.brief(ca.sample())


def profile(briefing, **changes):
    """Sentences of one cluster whose figures are changed to the case in hand."""
    found = briefing.clusters
    table = found.table.copy()
    at = table.index[table["industry"] == "biomedical"][0]
    for column, value in changes.items():
        table.loc[at, column] = value
    changed = type(found)(**{**found.__dict__, "table": table})
    texts = wording.profiles(changed, briefing.growth, briefing.wages, briefing.industries)
    return " ".join(texts["biomedical"])


def test_an_interval_over_one_cannot_be_told_apart(briefing):
    text = profile(briefing, location_quotient=1.2, interval_low=0.9, interval_high=1.6)
    assert "cannot be told apart from the US average" in text
    assert "times its US share" not in text


def test_an_interval_above_or_below_one_is_said_so(briefing):
    text = profile(briefing, location_quotient=1.4, interval_low=1.1, interval_high=1.8)
    assert "1.40 times its US share (95% interval 1.10 to 1.80)" in text
    text = profile(briefing, location_quotient=0.5, interval_low=0.4, interval_high=0.6)
    assert "below its US share" in text


def test_what_withheld_jobs_could_lift_is_said(briefing):
    text = profile(briefing, location_quotient=2.0, location_quotient_high=2.5)
    assert "withheld jobs could lift it to 2.50 at most" in text


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (1.0, 3.0, "grew faster than the same cluster in the US"),
        (-3.0, -1.0, "fell behind the same cluster in the US"),
        (-0.2, 0.4, "at about the US cluster's pace"),
        (-2.0, 3.0, "whether it outgrew the US cannot be told"),
        (0.1, 3.0, "whether it outgrew the US cannot be told"),
        (np.nan, np.nan, "its growth cannot be told"),
    ],
)
def test_growth_is_worded_by_its_bounds(briefing, low, high, says):
    text = profile(briefing, growth_difference_low=low, growth_difference_high=high)
    others = {"grew faster than", "fell behind", "about the US cluster's pace", "cannot be told"}
    assert says in text
    assert sum(other in text for other in others) == 1


def test_a_handful_of_employers_is_a_caution_in_profile_and_summary(briefing):
    text = " ".join(briefing.profiles["advanced-manufacturing"])
    assert "one industry of 3 establishments, Motor Vehicle Manufacturing" in text
    assert any("Motor Vehicle Manufacturing" in finding for finding in briefing.findings)
    assert "establishments, " not in " ".join(briefing.profiles["construction"])


def test_withheld_pay_is_said_to_be_withheld(briefing):
    wages = briefing.wages.assign(wage=np.nan)
    texts = wording.profiles(briefing.clusters, briefing.growth, wages, briefing.industries)
    assert "Its pay is withheld." in texts["biomedical"]


def test_every_chosen_cluster_is_named_in_the_findings(briefing):
    text = " ".join(briefing.findings)
    assert all(name in text for name in briefing.clusters.selected["name"])
    assert "not its cause" in text
    assert "nan" not in text.lower().replace("finance", "")


def test_no_cluster_chosen_is_said_plainly(briefing):
    found = briefing.clusters
    none = type(found)(**{**found.__dict__, "table": found.table.assign(selected=False)})
    text = " ".join(
        wording.findings(
            "East Bay",
            none,
            briefing.trend,
            briefing.bridge,
            briefing.wages,
            briefing.industries,
            briefing.coverage,
        )
    )
    assert "None of the 27 clusters meets the rules below." in text


def test_numbers_in_the_sentences_are_those_of_the_tables(briefing):
    row = briefing.clusters.table.set_index("industry").loc["biomedical"]
    text = " ".join(briefing.profiles["biomedical"])
    assert f"{row['employment']:,.0f} jobs in {row['establishments']:,.0f} establishments" in text
    assert f"{row['location_quotient']:.2f} times" in text
    pay = briefing.wages.set_index("industry").loc["biomedical", "wage"]
    assert wording.dollars(pay) in text
