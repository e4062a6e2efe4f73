"""How strongly may a figure be worded?

Sentences for business owners and councils, no stronger than bounds and intervals allow: what an
interval does not separate from the US average "cannot be told apart" from it, and what withheld
jobs could turn around "cannot be told".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from clusteranalysis.clusters import ClusterSet

__all__ = ["count", "dollars", "findings", "percent", "profiles", "series", "signed", "the"]

#: Differences in growth below this many points a year are called "about as fast".
_SAME_PACE = 0.5
#: An industry of at most so many establishments ...
_HANDFUL = 5
#: ... or whose establishments average so many jobs ...
_BIG_PLANTS = 200
#: ... and that holds at least this share of a cluster's jobs is worth a warning.
_LARGE_PART = 0.2


def count(value: float) -> str:
    """Write a number of jobs or establishments, or that it is withheld."""
    return "withheld" if np.isnan(value) else f"{value:,.0f}"


def signed(value: float, digits: int = 0) -> str:
    """Write a change with its sign, a true minus included."""
    if np.isnan(value):
        return "withheld"
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def percent(share: float, digits: int = 1) -> str:
    """Write a share (0..1) in percent."""
    if np.isnan(share):
        return "withheld"
    least = 10.0**-digits
    if 0 < 100 * share < least / 2:
        return f"<{least:g}%"
    if 0 < 100 * (1 - share) < least / 2:
        return f">{100 - least:g}%"
    return f"{100 * share:,.{digits}f}%"


def dollars(value: float) -> str:
    """Write a yearly pay in whole hundreds of dollars, as precise as the noise allows."""
    return "withheld" if np.isnan(value) else f"${round(value, -2):,.0f}"


def _listed(names: Iterable[str]) -> str:
    # Names may hold commas and "and" themselves, so semicolons keep them apart.
    return "; ".join(names)


def series(names: Iterable[str]) -> str:
    """Join names into a phrase: A, B and C."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def the(region: str) -> str:
    """Give a region's name the article it takes: the East Bay, but Napa County."""
    bare = region.endswith("County") or region[:1].isdigit() or region.lower().startswith("the ")
    return region if bare else f"the {region}"


def findings(
    region: str,
    found: ClusterSet,
    bridge: pd.DataFrame,
    unassigned: pd.DataFrame,
    wages: pd.DataFrame,
    industries: pd.DataFrame,
    coverage: pd.DataFrame,
) -> tuple[str, ...]:
    """Write the summary: level and change, why, which clusters, pay, and what is not known."""
    parts = [
        _level(region, found, bridge, unassigned),
        _accounting(found, bridge, unassigned),
        _few_employers(found, bridge, industries),
        _chosen(found),
        _concentration(found),
        _pace(found),
        _pay(found, wages),
        _known(coverage),
    ]
    return tuple(part for part in parts if part)


def _us_change(found: ClusterSet, unassigned: pd.DataFrame) -> tuple[float, float]:
    """Growth of all US jobs, and of those that the data place in a county."""
    jobs = unassigned.set_index("year")[["us", "in_counties"]].loc[[found.start, found.end]]
    us, in_counties = (jobs.iloc[1] / jobs.iloc[0] - 1).to_numpy(float)
    return float(us), float(in_counties)


def _level(region: str, found: ClusterSet, bridge: pd.DataFrame, unassigned: pd.DataFrame) -> str:
    before, after = bridge["jobs"].iloc[0], bridge["jobs"].iloc[-1]
    us, in_counties = _us_change(found, unassigned)
    return (
        f"Private employers in {the(region)} had {count(after)} jobs in mid-March {found.end}, "
        f"{signed(after - before)} since {found.start} ({signed(100 * (after / before - 1), 1)}%). "
        f"US jobs changed by {signed(100 * us, 1)}%; those that the Census places in a county, by "
        f"{signed(100 * in_counties, 1)}%."
    )


def _accounting(found: ClusterSet, bridge: pd.DataFrame, unassigned: pd.DataFrame) -> str:
    jobs = bridge["jobs"].to_numpy()
    us, in_counties = _us_change(found, unassigned)
    shift = jobs[0] * (us - in_counties)
    return (
        f"Of that change, {signed(jobs[1])} is what the national trend alone would have brought, "
        f"{signed(jobs[2])} comes with the region's mix of clusters, and {signed(jobs[3])} is the "
        f"region's own. About {count(round(abs(shift), -2))} of the last figure only reflect US "
        "jobs that belong to no county: against the other US jobs it is about "
        f"{signed(round(jobs[3] + shift, -2))}. This is an accounting of the change, not its "
        f"cause, and it depends on the base year {found.start}."
    )


def _chosen(found: ClusterSet) -> str:
    chosen = found.selected
    if chosen.empty:
        return f"None of the {len(found.table)} clusters meets the rules below."
    return (
        f"{len(chosen)} of {len(found.table)} clusters meet the rules below: "
        f"{_listed(chosen['name'])}."
    )


def _concentration(found: ClusterSet) -> str:
    sure = found.selected[found.selected["interval_low"] > 1].head(3)
    if sure.empty:
        return ""
    texts = [
        f"{row.name} ({row.location_quotient:.2f} times its US share, {found.level:.0%} interval "
        f"at least {row.interval_low:.2f} to {row.interval_high:.2f})"
        for row in sure.itertuples(index=False)
    ]
    return f"Most concentrated here: {_listed(texts)}."


def _pace(found: ClusterSet) -> str:
    chosen = found.selected[found.selected["base_years_agree"]]
    ahead = chosen[chosen["growth_difference_low"] > _SAME_PACE]["name"]
    behind = chosen[chosen["growth_difference_high"] < -_SAME_PACE]["name"]
    if not len(ahead) and not len(behind):
        return (
            "For none of them do the published jobs settle, from every base year, whether it "
            "outgrew the same cluster in the US."
        )
    texts = []
    if len(ahead):
        texts.append(f"These outgrew the same cluster in the US: {_listed(ahead)}.")
    if len(behind):
        texts.append(f"These grew less than the same cluster in the US: {_listed(behind)}.")
    texts.append(
        "That holds whatever the withheld jobs are and from every base year. For the others the "
        "difference is small, changes with the base year, or cannot be told."
    )
    return " ".join(texts)


def _pay(found: ClusterSet, wages: pd.DataFrame) -> str:
    table = wages[wages["industry"].isin(found.selected["industry"])]
    table = table.dropna(subset=["wage", "us_wage"])
    if table.empty:
        return ""
    above = table[table["wage"] > table["us_wage"]]
    top = table.iloc[0]
    return (
        f"Pay a job is above the US figure in {_of(len(above), len(table))} chosen clusters; "
        f"the highest is {dollars(top['wage'])} a year in {top['name']} "
        f"(US {dollars(top['us_wage'])}). Pay is not adjusted for living costs and includes "
        "bonuses and stock pay."
    )


def _of(part: int, whole: int) -> str:
    return f"all {whole}" if part == whole else f"{part} of the {whole}"


def _few_employers(found: ClusterSet, bridge: pd.DataFrame, industries: pd.DataFrame) -> str:
    """Say where a handful of employers carries a cluster, and the region's change with it."""
    texts = []
    change = bridge["jobs"].iloc[-1] - bridge["jobs"].iloc[0]
    for _, row in found.selected.iterrows():
        for one in _few(row, industries[industries["cluster"] == row["industry"]]):
            text = _handful(row, one, lead=f"In {row['name']}, {{}} of the jobs are in")
            gain = one.employment - one.employment_start
            if abs(gain) >= _LARGE_PART * abs(change):
                text += (
                    f" Its jobs went from {count(one.employment_start)} to "
                    f"{count(one.employment)}; without it the region's change would be "
                    f"{signed(change - gain)}."
                )
            texts.append(text)
    return " ".join(texts)


def _known(coverage: pd.DataFrame) -> str:
    total = coverage["total"].sum()
    published, deduced, left = (
        percent(coverage[column].sum() / total) for column in ("published", "deduced", "open")
    )
    return (
        f"Published figures of detailed (six-digit) industries show {published} of all jobs, "
        "those of industry groups (four-digit) "
        f"add {deduced}, and {left} ({count(coverage['open'].sum())} jobs) cannot be "
        "placed in a cluster."
    )


def profiles(
    found: ClusterSet, growth: pd.DataFrame, wages: pd.DataFrame, industries: pd.DataFrame
) -> dict[str, tuple[str, ...]]:
    """Write a few sentences about each chosen cluster, by cluster id."""
    terms = growth.set_index("industry")
    pay = wages.set_index("industry")
    texts = {}
    for _, row in found.selected.iterrows():
        cluster = row["industry"]
        sentences = (
            _size(row, found),
            *(
                _handful(row, one, lead="{} of its jobs are in")
                for one in _few(row, industries[industries["cluster"] == cluster])
            ),
            _lq(row, found),
            _growth(row, found, terms.loc[cluster]),
            _wage(pay.loc[cluster]),
        )
        texts[cluster] = tuple(sentence for sentence in sentences if sentence)
    return texts


def _few(row: pd.Series, industries: pd.DataFrame) -> list[Any]:
    """The industries through which few employers carry a large part of a cluster."""
    size = industries["employment"] / industries["establishments"]
    few = (industries["establishments"] <= _HANDFUL) | (size >= _BIG_PLANTS)
    large = industries["employment"] >= _LARGE_PART * row["employment"]
    return list(industries[few & large].itertuples(index=False))


def _handful(row: pd.Series, one: Any, *, lead: str) -> str:
    share = lead.format(percent(one.employment / row["employment"], 0))
    if one.establishments <= _HANDFUL:
        where = f"one industry of {count(one.establishments)} establishments, {one.title}"
        return f"{share} {where}: one employer moves every figure of this cluster."
    average = count(one.employment / one.establishments)
    return (
        f"{share} {one.title}, whose {count(one.establishments)} establishments average {average} "
        "jobs: a few employers, and how the Census classifies them, move its figures."
    )


def _size(row: pd.Series, found: ClusterSet) -> str:
    text = (
        f"{count(row['employment'])} jobs in {count(row['establishments'])} establishments are "
        f"published or deduced for mid-March {found.end}, {percent(row['job_share'])} of the "
        "region's jobs"
    )
    if row["open_share"] > 0:
        return (
            f"{text}; with what is withheld there could be up to {count(row['employment_high'])}."
        )
    return f"{text}."


def _lq(row: pd.Series, found: ClusterSet) -> str:
    lq, low, high = row["location_quotient"], row["interval_low"], row["interval_high"]
    interval = f"{found.level:.0%} interval at least {low:.2f} to {high:.2f}"
    if low > 1:
        text = f"Its share of the region's jobs is {lq:.2f} times its US share ({interval})"
    elif high < 1:
        text = f"Its share of the region's jobs is below its US share: LQ {lq:.2f} ({interval})"
    else:
        text = f"Its LQ of {lq:.2f} cannot be told apart from the US average ({interval})"
    if row["location_quotient_high"] > lq * 1.01:
        text += f"; withheld jobs could lift it to {row['location_quotient_high']:.2f} at most"
    return f"{text}."


def _growth(row: pd.Series, found: ClusterSet, terms: pd.Series) -> str:
    low, high = row["growth_difference_low"], row["growth_difference_high"]
    years = f"From {found.start} to {found.end}"
    pace = f"{signed(row['growth'], 1)}%"
    us = f"{signed(row['reference_growth'], 1)}%"
    if np.isnan(low) or np.isnan(high):
        return f"{years} its growth cannot be told: jobs are withheld in one of the years."
    same = f"within {_SAME_PACE} points of"
    if low >= -_SAME_PACE and high <= _SAME_PACE:
        return f"{years} it changed {same} the US cluster's pace: {pace} a year against {us}."
    if low <= _SAME_PACE and high >= -_SAME_PACE:
        return (
            f"{years} published jobs changed by {pace} a year against {us} in the US, but withheld "
            f"jobs leave the difference anywhere from {signed(low, 1)} to {signed(high, 1)} "
            "points: whether it outgrew the US cannot be told."
        )
    pair = f"{pace} a year against {us} for the same cluster in the US"
    if not row["base_years_agree"]:
        return (
            f"{years} its jobs changed by {pair}; from a later base year the comparison turns "
            "round, so whether it outgrew the US cannot be told."
        )
    verdict = "grew faster" if low > _SAME_PACE else "grew less"
    return (
        f"{years} it {verdict}: {pair}, {signed(terms['regional'])} jobs in the shift-share "
        "accounts. That holds from every base year."
    )


def _wage(row: pd.Series) -> str:
    if np.isnan(row["wage"]):
        return "Its pay is withheld."
    text = f"Pay over the published jobs averages {dollars(row['wage'])} a year"
    if np.isnan(row["us_wage"]):
        return f"{text}; there is no US figure to compare."
    gap = row["wage"] / row["us_wage"] - 1
    return f"{text}, {signed(100 * gap)}% against the US cluster's {dollars(row['us_wage'])}."
