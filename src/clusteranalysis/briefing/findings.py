"""What may the summary say of a region?

Sentences for business owners and councils, no stronger than bounds and intervals allow: what an
interval does not separate from the US average is not called concentrated, and what withheld jobs
could turn around "cannot be told". Every number is a fact with its provenance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from clusteranalysis.briefing.facts import Sentence, join, tell
from clusteranalysis.briefing.profiles import SAME_PACE, few_employers, handful
from clusteranalysis.briefing.provenance import Ledger
from clusteranalysis.briefing.wording import listed, the

if TYPE_CHECKING:
    from clusteranalysis.briefing.content import Briefing

__all__ = ["findings"]

#: An industry is named beside the region's change if it makes at least this part of it.
_LARGE_PART = 0.2
_MOST_NAMED = 3


def findings(briefing: Briefing) -> tuple[Sentence, ...]:
    """Write the summary: level and change, why, which clusters, pay, and what is not known."""
    ledger = Ledger(briefing)
    parts = [
        _level(briefing, ledger),
        _accounting(briefing, ledger),
        _few_employers(briefing, ledger),
        _chosen(briefing, ledger),
        _concentration(briefing, ledger),
        _pace(briefing),
        _pay(briefing, ledger),
        _known(briefing, ledger),
    ]
    return tuple(part for part in parts if part is not None)


def _us_change(briefing: Briefing) -> tuple[float, float]:
    """Growth of all US jobs, and of those that the data place in a county."""
    found = briefing.clusters
    jobs = briefing.unassigned.set_index("year")[["us", "in_counties"]]
    us, in_counties = (jobs.loc[found.end] / jobs.loc[found.start] - 1).to_numpy(float)
    return float(us), float(in_counties)


def _change(briefing: Briefing) -> float:
    return float(briefing.bridge["jobs"].iloc[-1] - briefing.bridge["jobs"].iloc[0])


def _level(briefing: Briefing, ledger: Ledger) -> Sentence:
    found = briefing.clusters
    before, after = briefing.bridge["jobs"].iloc[0], briefing.bridge["jobs"].iloc[-1]
    us, in_counties = _us_change(briefing)
    return tell(
        "Private employers in {region} had {after} jobs in mid-March {end}, {change} since {start} "
        "({rate}). US jobs changed by {us}; those that the Census places in a county, by "
        "{in_counties}.",
        region=the(briefing.region.name),
        after=ledger.region("jobs", after, year=found.end),
        end=ledger.chosen("end", found.end),
        change=ledger.region("change", after - before),
        start=ledger.chosen("start", found.start),
        rate=ledger.region("change_rate", after / before - 1),
        us=ledger.region("us_rate", us),
        in_counties=ledger.region("us_county_rate", in_counties),
    )


def _accounting(briefing: Briefing, ledger: Ledger) -> Sentence:
    jobs = briefing.bridge["jobs"].to_numpy()
    us, in_counties = _us_change(briefing)
    shift = jobs[0] * (us - in_counties)
    return tell(
        "Of that change, {national} is what the national trend alone would have brought, {mix} "
        "comes with the region's mix of clusters, and {regional} is the region's own. About "
        "{no_county} of the last figure only reflect US jobs that belong to no county: against the "
        "other US jobs it is about {against}. This is an accounting of the change, not its cause, "
        "and it depends on the base year {start}.",
        national=ledger.region("national", jobs[1]),
        mix=ledger.region("industry_mix", jobs[2]),
        regional=ledger.region("regional", jobs[3]),
        no_county=ledger.region("no_county", round(abs(shift), -2)),
        against=ledger.region("regional_against_counties", round(jobs[3] + shift, -2)),
        start=ledger.chosen("start", briefing.clusters.start),
    )


def _few_employers(briefing: Briefing, ledger: Ledger) -> Sentence | None:
    """Say where a handful of employers carries a cluster, and the region's change with it."""
    texts = []
    change = _change(briefing)
    for _, row in briefing.clusters.selected.iterrows():
        for one in few_employers(briefing, row):
            texts.append(handful(ledger, row, one, where=f"In {row['name']}, ", whose="the"))
            gain = one.employment - one.employment_start
            if abs(gain) >= _LARGE_PART * abs(change):
                texts.append(
                    tell(
                        "Its jobs went from {before} to {after}; without it the region's change "
                        "would be {without}.",
                        before=ledger.industry(one, "employment_start", one.employment_start),
                        after=ledger.industry(one, "employment", one.employment),
                        without=ledger.industry(one, "without", change - gain),
                    )
                )
    return join(texts) if texts else None


def _chosen(briefing: Briefing, ledger: Ledger) -> Sentence:
    found = briefing.clusters
    clusters = ledger.region("clusters", len(found.table))
    if found.selected.empty:
        return tell("None of the {clusters} clusters meets the rules below.", clusters=clusters)
    return tell(
        "{selected} of {clusters} clusters meet the rules below: {names}.",
        selected=ledger.region("selected", len(found.selected)),
        clusters=clusters,
        names=listed(found.selected["name"]),
    )


def _concentration(briefing: Briefing, ledger: Ledger) -> Sentence | None:
    found = briefing.clusters
    sure = found.selected[found.selected["interval_low"] > 1].head(_MOST_NAMED)
    if sure.empty:
        return None
    texts = [
        tell(
            "{name} ({lq} times its US share, {level} interval at least {low} to {high})",
            name=row["name"],
            lq=ledger.cluster(row["industry"], "location_quotient", row["location_quotient"]),
            level=ledger.chosen("level", found.level),
            low=ledger.cluster(row["industry"], "interval_low", row["interval_low"]),
            high=ledger.cluster(row["industry"], "interval_high", row["interval_high"]),
        )
        for _, row in sure.iterrows()
    ]
    return tell("Most concentrated here: {texts}.", texts=join(texts, "; "))


def _pace(briefing: Briefing) -> Sentence:
    chosen = briefing.clusters.selected
    chosen = chosen[chosen["base_years_agree"]]
    ahead = chosen[chosen["growth_difference_low"] > SAME_PACE]["name"]
    behind = chosen[chosen["growth_difference_high"] < -SAME_PACE]["name"]
    if not len(ahead) and not len(behind):
        return tell(
            "For none of them do the published jobs settle, from every base year, whether it "
            "outgrew the same cluster in the US."
        )
    texts = []
    if len(ahead):
        texts.append(tell("These outgrew the same cluster in the US: {it}.", it=listed(ahead)))
    if len(behind):
        texts.append(
            tell("These grew less than the same cluster in the US: {it}.", it=listed(behind))
        )
    texts.append(
        tell(
            "That holds whatever the withheld jobs are and from every base year. For the others "
            "the difference is small, changes with the base year, or cannot be told."
        )
    )
    return join(texts)


def _pay(briefing: Briefing, ledger: Ledger) -> Sentence | None:
    table = briefing.wages
    table = table[table["industry"].isin(briefing.clusters.selected["industry"])]
    table = table.dropna(subset=["wage", "us_wage"])
    if table.empty:
        return None
    above, top = int((table["wage"] > table["us_wage"]).sum()), table.iloc[0]
    compared = ledger.region("pay_compared", len(table))
    part = (
        tell("all {compared}", compared=compared)
        if above == len(table)
        else tell(
            "{above} of the {compared}",
            above=ledger.region("pay_above", above),
            compared=compared,
        )
    )
    return tell(
        "Pay a job is above the US figure in {part} chosen clusters; the highest is {wage} a year "
        "in {name} (US {us_wage}). Pay is not adjusted for living costs and includes bonuses and "
        "stock pay.",
        part=part,
        wage=ledger.cluster(top["industry"], "wage", top["wage"]),
        name=top["name"],
        us_wage=ledger.cluster(top["industry"], "us_wage", top["us_wage"]),
    )


def _known(briefing: Briefing, ledger: Ledger) -> Sentence:
    sums: pd.Series = briefing.coverage[["total", "published", "deduced", "open"]].sum()
    shares = {
        kind: ledger.region(kind, sums[kind] / sums["total"])
        for kind in ("published", "deduced", "open")
    }
    return tell(
        "Published figures of detailed (six-digit) industries show {published} of all jobs, those "
        "of industry groups (four-digit) add {deduced}, and {open} ({open_jobs} jobs) cannot be "
        "placed in a cluster.",
        **shares,
        open_jobs=ledger.region("open_jobs", sums["open"]),
    )
