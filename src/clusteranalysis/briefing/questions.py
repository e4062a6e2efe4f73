"""What can only the local owners answer?

A question is asked where a number raises one that public data cannot settle. It quotes the number
as a fact, says no more than its interval and bounds allow, and names the figure that shows it. A
few questions no number raises; they are marked as general.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.facts import Filler, Sentence, tell
from clusteranalysis.briefing.profiles import SAME_PACE, few_employers, one_row
from clusteranalysis.briefing.provenance import Ledger
from clusteranalysis.briefing.wording import series

__all__ = ["Question", "questions"]

#: An input is asked about if it is at least this share of what such industries buy ...
_LARGE_INPUT = 0.01
#: ... and at most so many are, the largest first.
_MOST_INPUTS = 3
#: Pay is asked about if it differs by at least this share: less may be noise and mix.
_PAY_GAP = 0.1
#: A change of an industry is asked about from this share of its jobs on ...
_CHANGE = 0.1
#: ... and from so many jobs.
_CHANGE_JOBS = 100
#: Where at most this part is withheld, a published number stands for the cluster.
_KNOWN = 0.5
#: From this withheld part on, those whom the figures miss are asked after.
_MISSED = 0.1


@dataclass(frozen=True)
class Question:
    """One question to the room.

    Attributes
    ----------
    topic : str
        What it is about, in a word or two.
    text : Sentence
        The question; its numbers are facts.
    figure : str
        Key of the profile's part that shows what it asks about: ``industries``, ``map``,
        ``growth``, ``inputs``, ``table`` or ``quality``; empty for a general one.
    """

    topic: str
    text: Sentence
    figure: str = ""

    @property
    def general(self) -> bool:
        """Whether no number raised it."""
        return not self.figure


def questions(briefing: Briefing, cluster: str) -> tuple[Question, ...]:
    """Ask about one cluster, chosen or not: what its numbers raise first, then in general.

    Parameters
    ----------
    briefing : Briefing
        From :func:`brief`.
    cluster : str
        Its id in the definition.

    Returns
    -------
    tuple of Question

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> from clusteranalysis.briefing.questions import questions
    >>> asked = questions(ca.brief(ca.sample("east-bay")), "software-digital")
    >>> print(asked[0].topic, asked[0].figure, asked[0].text.facts[2])
    Growth growth +2,256
    """
    ledger = Ledger(briefing)
    row = one_row(briefing.clusters.table, cluster)
    raised = [
        _growth(briefing, ledger, row),
        _presence(ledger, row),
        *_few(briefing, ledger, row),
        *_movers(briefing, ledger, row),
        *_inputs(briefing, ledger, cluster),
        _pay(briefing, ledger, row),
        _missed(ledger, row),
        _permits(briefing),
    ]
    return (*(one for one in raised if one is not None), *_GENERAL)


_GENERAL = tuple(
    Question(topic, tell(text))
    for topic, text in (
        (
            "Workforce",
            "Whom can you not hire? Which jobs stay open longest, where did the last people you "
            "hired learn their trade, and who left, for where?",
        ),
        (
            "Expansion",
            "When you last added space or people, why here or why elsewhere? What would make you "
            "expand elsewhere next time?",
        ),
        (
            "Rules",
            "Which rule or permit costs you most time for least good, and who could change it?",
        ),
        ("Infrastructure", "What do you wait for: power, water, roads, rail, data, sites?"),
        (
            "Name",
            "What do customers and recruits think of when they hear the region's name, and what "
            "should they?",
        ),
        (
            "Partners",
            "With whom here do you already share people, tests, tools or customers, and with whom "
            "would you?",
        ),
        (
            "Missing",
            "Who belongs in this room and is in no figure: the self-employed, public laboratories, "
            "farms, firms counted under another industry?",
        ),
    )
)


def _growth(briefing: Briefing, ledger: Ledger, row: pd.Series) -> Question | None:
    cluster, found = row["industry"], briefing.clusters
    low, high = row["growth_difference_low"], row["growth_difference_high"]
    if np.isnan(low) or np.isnan(high):
        return None
    terms = briefing.growth
    given: dict[str, Filler] = {
        "years": tell(
            "From {start} to {end}",
            start=ledger.chosen("start", found.start),
            end=ledger.chosen("end", found.end),
        )
    }
    sure = row["base_years_agree"] and cluster in set(terms["industry"])
    if sure and (low > SAME_PACE or high < -SAME_PACE):
        given["jobs"] = ledger.cluster(cluster, "regional", one_row(terms, cluster)["regional"])
        text = (
            "{years} you outgrew the same cluster in the US; the accounts put {jobs} jobs beyond "
            "what its growth there would have brought. What drove it, and will it last?"
            if low > SAME_PACE
            else "{years} you grew less than the same cluster in the US; the accounts put {jobs} "
            "jobs against what its growth there would have brought. What held it back, and does "
            "it still?"
        )
    elif low >= -SAME_PACE and high <= SAME_PACE:
        text = "{years} your jobs changed at the pace of the same cluster in the US. Is that how "
        text += "it felt from here?"
    else:
        text = "{years} the public figures cannot tell whether you outgrew the same cluster in the "
        text += "US. Did your own firm grow faster than your competitors elsewhere?"
    return Question("Growth", tell(text, **given), "growth")


def _presence(ledger: Ledger, row: pd.Series) -> Question | None:
    low, high = row["interval_low"], row["interval_high"]
    if np.isnan(low) or np.isnan(high):
        return None
    lq = ledger.cluster(row["industry"], "location_quotient", row["location_quotient"])
    if low > 1:
        text = "Your share of the region's jobs is {lq} times the US share. What do firms find "
        text += "here that they would not find elsewhere, and is it at risk?"
    elif high < 1 and not row["location_quotient_high"] >= 1:
        text = "Your share of the region's jobs is below the US share (LQ {lq}). What keeps firms "
        text += "like yours away, and does the market here need more of them?"
    else:
        text = "Your LQ of {lq} cannot be told apart from the US average. What is special here "
        text += "that a count of jobs does not show?"
    return Question("Presence", tell(text, lq=lq), "map")


def _few(briefing: Briefing, ledger: Ledger, row: pd.Series) -> list[Question]:
    return [
        Question(
            "Few employers",
            tell(
                "{share} of the cluster's jobs are in {title}, in {number} establishments. What "
                "would it mean for the rest of you if one of them grew, shrank or moved?",
                share=ledger.industry(one, "cluster_share", one.employment / row["employment"]),
                title=one.title,
                number=ledger.industry(one, "establishments", one.establishments),
            ),
            "industries",
        )
        for one in few_employers(briefing, row)
    ]


def _movers(briefing: Briefing, ledger: Ledger, row: pd.Series) -> list[Question]:
    """The industry that gained most and the one that lost most, if both years are published."""
    table = briefing.industries
    table = table[(table["cluster"] == row["industry"]) & (table["status"] == "reported")]
    gain = table["employment"] - table["employment_start"]
    large = (gain.abs() >= _CHANGE_JOBS) & (gain.abs() >= _CHANGE * table["employment_start"])
    gain = gain[large].sort_values(kind="stable")
    ends = [gain.index[-1]] if len(gain) and gain.iloc[-1] > 0 else []
    ends += [gain.index[0]] if len(gain) and gain.iloc[0] < 0 else []
    found = briefing.clusters
    return [
        Question(
            "An industry",
            tell(
                "{title} went from {before} jobs in {start} to {after} in {end}. What happened, "
                "and what did the firms that {did} do differently?",
                title=one.title,
                before=ledger.industry(one, "employment_start", one.employment_start),
                start=ledger.chosen("start", found.start),
                after=ledger.industry(one, "employment", one.employment),
                end=ledger.chosen("end", found.end),
                did="grew" if one.employment > one.employment_start else "held on",
            ),
            "table",
        )
        for one in table.loc[ends].itertuples(index=False)
    ]


def _inputs(briefing: Briefing, ledger: Ledger, cluster: str) -> list[Question]:
    """The large inputs whose makers are below the US share for sure."""
    table = briefing.suppliers
    table = table[table["cluster"] == cluster]
    if table.empty:  # and then without further columns
        return []
    table = table[~table["own"]]
    # A quotient of zero is published: there is nobody. It has no interval.
    none = table["location_quotient"] == 0
    little = (table["location_quotient"] > 0) & (table["interval_high"] < 1)
    little &= table["location_quotient_high"] < 1
    large = table["input_share"] >= _LARGE_INPUT
    asked = table[(none | little) & large].head(_MOST_INPUTS)
    return [_input(ledger, cluster, row) for row in asked.itertuples(index=False)]


def _input(ledger: Ledger, cluster: str, row: Any) -> Question:
    return Question(
        "Suppliers",
        tell(
            "In the nation, {share} of what industries like yours buy is {title}, and those who "
            "supply it have an LQ of {lq} here. Where do you buy it, and would a supplier nearby "
            "help?",
            share=ledger.input(cluster, row, "input_share"),
            title=row.title,
            lq=ledger.input(cluster, row, "location_quotient"),
        ),
        "inputs",
    )


def _pay(briefing: Briefing, ledger: Ledger, row: pd.Series) -> Question | None:
    cluster = row["industry"]
    pay = one_row(briefing.wages, cluster)
    gap = pay["wage"] / pay["us_wage"] - 1
    if np.isnan(gap) or abs(gap) < _PAY_GAP or not row["open_share"] <= _KNOWN:
        return None
    return Question(
        "Pay",
        tell(
            "Over the published jobs you pay {wage} a year a job, {gap} against the US cluster's "
            "{us_wage}. Is it what hiring here takes, or other work than elsewhere, and what does "
            "it do to your prices?",
            wage=ledger.cluster(cluster, "wage", pay["wage"]),
            gap=ledger.cluster(cluster, "wage_gap", gap),
            us_wage=ledger.cluster(cluster, "us_wage", pay["us_wage"]),
        ),
        "table",
    )


def _missed(ledger: Ledger, row: pd.Series) -> Question | None:
    if not row["open_share"] >= _MISSED:
        return None
    return Question(
        "Withheld",
        tell(
            "Up to {share} of the jobs the cluster may have are withheld from the public. Which "
            "firms are those likely to be, and may we count them in this room?",
            share=ledger.cluster(row["industry"], "open_share", row["open_share"]),
        ),
        "quality",
    )


def _permits(briefing: Briefing) -> Question:
    return Question(
        "Permits",
        tell(
            "Your firms stand in {places}, in many cities. Which permit do you need from more than "
            "one of them, how long does each take, and where do the answers differ?",
            places=series(briefing.coverage["county"]),
        ),
        "map",
    )
