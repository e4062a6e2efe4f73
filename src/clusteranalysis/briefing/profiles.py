"""What may be said of one cluster, no stronger than its bounds and its interval allow?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusteranalysis.briefing.facts import Filler, Sentence, tell
from clusteranalysis.briefing.provenance import Ledger

if TYPE_CHECKING:
    from clusteranalysis.briefing.content import Briefing

__all__ = ["SAME_PACE", "few_employers", "handful", "one_row", "profile", "profiles"]

#: Differences in growth below this many points a year are called "about as fast".
SAME_PACE = 0.5
#: An industry of at most so many establishments ...
_HANDFUL = 5
#: ... or whose establishments average so many jobs ...
_BIG_PLANTS = 200
#: ... and that holds at least this share of a cluster's jobs is worth a warning.
_LARGE_PART = 0.2
#: Withheld jobs that could lift a quotient by less than this part go without mention.
_WORTH_SAYING = 0.01


def profiles(briefing: Briefing) -> dict[str, tuple[Sentence, ...]]:
    """Write a few sentences about each chosen cluster, by cluster id."""
    ledger = Ledger(briefing)
    return {cluster: profile(ledger, cluster) for cluster in briefing.clusters.selected["industry"]}


def profile(ledger: Ledger, cluster: str) -> tuple[Sentence, ...]:
    """Write a few sentences about one cluster, chosen or not."""
    briefing = ledger.briefing
    row = one_row(briefing.clusters.table, cluster)
    if np.isnan(row["employment"]):
        return (tell("Its jobs are withheld: nothing can be told of it."),)
    terms = briefing.growth
    # A cluster withheld in one of the years has no row of its own in the accounts.
    accounted = one_row(terms, cluster) if cluster in set(terms["industry"]) else row
    return (
        _size(ledger, row),
        *(handful(ledger, row, one) for one in few_employers(briefing, row)),
        *([_quotient(ledger, row)] if row["location_quotient"] > 0 else []),
        _growth(ledger, row, accounted),
        _wage(ledger, cluster, one_row(briefing.wages, cluster)),
    )


def one_row(table: pd.DataFrame, cluster: str) -> pd.Series:
    """The row of one cluster in a table of the briefing."""
    return table[table["industry"] == cluster].iloc[0]


def few_employers(briefing: Briefing, row: pd.Series) -> list[Any]:
    """The industries through which few employers carry a large part of a cluster."""
    industries = briefing.industries
    industries = industries[industries["cluster"] == row["industry"]]
    size = industries["employment"] / industries["establishments"]
    few = (industries["establishments"] <= _HANDFUL) | (size >= _BIG_PLANTS)
    large = industries["employment"] >= _LARGE_PART * row["employment"]
    return list(industries[few & large].itertuples(index=False))


def handful(
    ledger: Ledger, row: pd.Series, one: Any, *, where: str = "", whose: str = "its"
) -> Sentence:
    """Say how much of a cluster is in one industry of few employers."""
    share = tell(
        "{where}{share} of {whose} jobs are in",
        where=where,
        share=ledger.industry(one, "cluster_share", one.employment / row["employment"]),
        whose=whose,
    )
    number = ledger.industry(one, "establishments", one.establishments)
    if one.establishments <= _HANDFUL:
        return tell(
            "{share} one industry of {number} establishments, {title}: one employer moves every "
            "figure of this cluster.",
            share=share,
            number=number,
            title=one.title,
        )
    return tell(
        "{share} {title}, whose {number} establishments average {average} jobs: a few employers, "
        "and how the Census classifies them, move its figures.",
        share=share,
        number=number,
        title=one.title,
        average=ledger.industry(one, "average_size", one.employment / one.establishments),
    )


def _size(ledger: Ledger, row: pd.Series) -> Sentence:
    cluster, found = row["industry"], ledger.briefing.clusters
    text = tell(
        "{jobs} jobs in {number} establishments are published or deduced for mid-March {end}, "
        "{share} of the region's jobs",
        jobs=ledger.cluster(cluster, "employment", row["employment"]),
        number=ledger.cluster(cluster, "establishments", row["establishments"]),
        end=ledger.chosen("end", found.end),
        share=ledger.cluster(cluster, "job_share", row["job_share"]),
    )
    if row["open_share"] > 0:
        return tell(
            "{text}; with what is withheld there could be up to {high}.",
            text=text,
            high=ledger.cluster(cluster, "employment_high", row["employment_high"]),
        )
    return tell("{text}.", text=text)


def _quotient(ledger: Ledger, row: pd.Series) -> Sentence:
    cluster, lq = row["industry"], row["location_quotient"]
    low, high = row["interval_low"], row["interval_high"]
    given: dict[str, Filler] = {
        "lq": ledger.cluster(cluster, "location_quotient", lq),
        "interval": tell(
            "{level} interval at least {low} to {high}",
            level=ledger.chosen("level", ledger.briefing.clusters.level),
            low=ledger.cluster(cluster, "interval_low", low),
            high=ledger.cluster(cluster, "interval_high", high),
        ),
    }
    if low > 1:
        text = "Its share of the region's jobs is {lq} times its US share ({interval})"
    elif high < 1:
        text = "Its share of the region's jobs is below its US share: LQ {lq} ({interval})"
    else:
        text = "Its LQ of {lq} cannot be told apart from the US average ({interval})"
    if row["location_quotient_high"] > lq * (1 + _WORTH_SAYING):
        text += "; withheld jobs could lift it to {most} at most"
        given["most"] = ledger.cluster(
            cluster, "location_quotient_high", row["location_quotient_high"]
        )
    return tell(f"{text}.", **given)


def _growth(ledger: Ledger, row: pd.Series, terms: pd.Series) -> Sentence:
    cluster, found = row["industry"], ledger.briefing.clusters
    low, high = row["growth_difference_low"], row["growth_difference_high"]
    years = tell(
        "From {start} to {end}",
        start=ledger.chosen("start", found.start),
        end=ledger.chosen("end", found.end),
    )
    if np.isnan(low) or np.isnan(high):
        return tell(
            "{years} its growth cannot be told: jobs are withheld in one of the years.", years=years
        )
    given: dict[str, Filler] = {
        "years": years,
        "pace": ledger.cluster(cluster, "growth", row["growth"]),
        "us": ledger.cluster(cluster, "reference_growth", row["reference_growth"]),
    }
    if low >= -SAME_PACE and high <= SAME_PACE:
        return tell(
            "{years} it changed within {same} points of the US cluster's pace: {pace} a year "
            "against {us}.",
            **given,
            same=ledger.chosen("same_pace", SAME_PACE),
        )
    if low <= SAME_PACE and high >= -SAME_PACE:
        return tell(
            "{years} published jobs changed by {pace} a year against {us} in the US, but withheld "
            "jobs leave the difference anywhere from {low} to {high} points: whether it outgrew "
            "the US cannot be told.",
            **given,
            low=ledger.cluster(cluster, "growth_difference_low", low),
            high=ledger.cluster(cluster, "growth_difference_high", high),
        )
    if not row["base_years_agree"]:
        return tell(
            "{years} its jobs changed by {pace} a year against {us} for the same cluster in the "
            "US; from a later base year the comparison turns round, so whether it outgrew the US "
            "cannot be told.",
            **given,
        )
    return tell(
        "{years} it {verdict}: {pace} a year against {us} for the same cluster in the US, "
        "{regional} jobs in the shift-share accounts. That holds from every base year.",
        **given,
        verdict="grew faster" if low > SAME_PACE else "grew less",
        regional=ledger.cluster(cluster, "regional", terms["regional"]),
    )


def _wage(ledger: Ledger, cluster: str, row: pd.Series) -> Sentence:
    if np.isnan(row["wage"]):
        return tell("Its pay is withheld.")
    text = tell(
        "Pay over the published jobs averages {wage} a year",
        wage=ledger.cluster(cluster, "wage", row["wage"]),
    )
    if np.isnan(row["us_wage"]):
        return tell("{text}; there is no US figure to compare.", text=text)
    return tell(
        "{text}, {gap} against the US cluster's {us_wage}.",
        text=text,
        gap=ledger.cluster(cluster, "wage_gap", row["wage"] / row["us_wage"] - 1),
        us_wage=ledger.cluster(cluster, "us_wage", row["us_wage"]),
    )
