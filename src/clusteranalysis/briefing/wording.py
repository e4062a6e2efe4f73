"""How strongly may a figure be worded?

Sentences for business owners and councils, no stronger than bounds and intervals allow: what an
interval does not separate from the US average "cannot be told apart" from it, and what withheld
jobs could turn around "cannot be told".
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from clusteranalysis.clusters import ClusterSet

__all__ = ["count", "dollars", "findings", "percent", "profiles", "signed"]

#: Differences in growth below this many points a year are called "about as fast".
_SAME_PACE = 0.5
#: An industry of at most so many establishments ...
_HANDFUL = 5
#: ... that holds at least this share of a cluster's jobs is worth a warning.
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
    return "withheld" if np.isnan(share) else f"{100 * share:,.{digits}f}%"


def dollars(value: float) -> str:
    """Write a yearly pay in whole hundreds of dollars, as precise as the noise allows."""
    return "withheld" if np.isnan(value) else f"${round(value, -2):,.0f}"


def _listed(names: Iterable[str]) -> str:
    # Names may hold commas and "and" themselves, so semicolons keep them apart.
    return "; ".join(names)


def findings(
    region: str,
    found: ClusterSet,
    trend: pd.DataFrame,
    bridge: pd.DataFrame,
    wages: pd.DataFrame,
    industries: pd.DataFrame,
    coverage: pd.DataFrame,
) -> tuple[str, ...]:
    """Write the summary: level and change, why, which clusters, pay, and what is not known."""
    parts = [
        _level(region, found, trend),
        _accounting(found, bridge),
        _chosen(found),
        _concentration(found),
        _pace(found),
        _pay(found, wages),
        _cautions(found, industries),
        _known(coverage),
    ]
    return tuple(part for part in parts if part)


def _level(region: str, found: ClusterSet, trend: pd.DataFrame) -> str:
    jobs = trend.pivot_table(index="year", columns="region", values="employment", dropna=False)
    ours, us = jobs[region], jobs["United States"]
    first, last = found.start, found.end
    if ours[[first, last]].isna().any():
        return f"The total of {region} is withheld in {first} or {last}."
    change = ours[last] - ours[first]
    own, national = ours[last] / ours[first] - 1, us[last] / us[first] - 1
    return (
        f"Private employers in the {region} had {count(ours[last])} jobs in mid-March {last}, "
        f"{signed(change)} since {first} ({signed(100 * own, 1)}%); in the United States the "
        f"number changed by {signed(100 * national, 1)}%."
    )


def _accounting(found: ClusterSet, bridge: pd.DataFrame) -> str:
    jobs = bridge["jobs"].to_numpy()
    return (
        f"Of that change, {signed(jobs[1])} is what the national trend alone would have brought, "
        f"{signed(jobs[2])} comes with the region's mix of clusters, and {signed(jobs[3])} is the "
        "region's own. This is an accounting of the change, not its cause, and it depends on the "
        f"base year {found.start}."
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
        f"{row.name} ({row.location_quotient:.1f} times its US share, {found.level:.0%} interval "
        f"{row.interval_low:.1f} to {row.interval_high:.1f})"
        for row in sure.itertuples(index=False)
    ]
    return f"Most concentrated here: {_listed(texts)}."


def _pace(found: ClusterSet) -> str:
    chosen = found.selected
    ahead = chosen[chosen["growth_difference_low"] > _SAME_PACE]["name"]
    behind = chosen[chosen["growth_difference_high"] < -_SAME_PACE]["name"]
    texts = []
    if len(ahead):
        texts.append(
            f"Whatever the withheld jobs are, these outgrew the same cluster in the US: "
            f"{_listed(ahead)}."
        )
    if len(behind):
        texts.append(f"These fell behind it: {_listed(behind)}.")
    if texts:
        texts.append("For the others the difference is small, or cannot be told.")
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
        f"(US {dollars(top['us_wage'])})."
    )


def _of(part: int, whole: int) -> str:
    return f"all {whole}" if part == whole else f"{part} of the {whole}"


def _cautions(found: ClusterSet, industries: pd.DataFrame) -> str:
    """Repeat in the summary where a cluster rests on a handful of employers."""
    texts = [
        f"{row['name']}: {text}"
        for _, row in found.selected.iterrows()
        if (text := _few(row, industries[industries["cluster"] == row["industry"]]))
    ]
    return " ".join(texts)


def _known(coverage: pd.DataFrame) -> str:
    total = coverage["total"].sum()
    published, deduced, left = (
        percent(coverage[column].sum() / total) for column in ("published", "deduced", "open")
    )
    return (
        f"The counties' published six-digit figures show {published} of all jobs, four-digit "
        f"figures add {deduced}, and {left} ({count(coverage['open'].sum())} jobs) cannot be "
        "placed in any cluster."
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
            _few(row, industries[industries["cluster"] == cluster]),
            _lq(row, found),
            _growth(row, found, terms.loc[cluster]),
            _wage(pay.loc[cluster]),
        )
        texts[cluster] = tuple(sentence for sentence in sentences if sentence)
    return texts


def _few(row: pd.Series, industries: pd.DataFrame) -> str:
    """Warn where a handful of employers is a large part of the cluster."""
    few = industries[
        (industries["establishments"] <= _HANDFUL)
        & (industries["employment"] >= _LARGE_PART * row["employment"])
    ]
    return " ".join(
        f"{percent(one.employment / row['employment'], 0)} of its jobs are in one industry of "
        f"{count(one.establishments)} establishments, {one.title}: what one employer does moves "
        "every figure of this cluster, its pay included."
        for one in few.itertuples(index=False)
    )


def _size(row: pd.Series, found: ClusterSet) -> str:
    text = (
        f"{count(row['employment'])} jobs in {count(row['establishments'])} establishments are "
        f"published for mid-March {found.end}, {percent(row['job_share'])} of the region's jobs"
    )
    if row["open_share"] > 0:
        return (
            f"{text}; with what is withheld there could be up to {count(row['employment_high'])}."
        )
    return f"{text}."


def _lq(row: pd.Series, found: ClusterSet) -> str:
    lq, low, high = row["location_quotient"], row["interval_low"], row["interval_high"]
    interval = f"{found.level:.0%} interval {low:.2f} to {high:.2f}"
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
    pace = f"{signed(row['growth'], 1)}% a year"
    us = f"{signed(row['reference_growth'], 1)}%"
    if np.isnan(low) or np.isnan(high):
        return f"{years} its growth cannot be told: jobs are withheld in one of the years."
    if low > _SAME_PACE:
        text = f"{years} it grew faster than the same cluster in the US: {pace} against {us}"
    elif high < -_SAME_PACE:
        text = f"{years} it fell behind the same cluster in the US: {pace} against {us}"
    elif low >= -_SAME_PACE and high <= _SAME_PACE:
        text = f"{years} it changed at about the US cluster's pace: {pace} against {us}"
    else:
        return (
            f"{years} published jobs changed by {pace} against {us} in the US, but withheld jobs "
            f"leave the difference anywhere from {signed(low, 1)} to {signed(high, 1)} points: "
            "whether it outgrew the US cannot be told."
        )
    return (
        f"{text}. In the shift-share accounts its own regional effect is "
        f"{signed(terms['regional'])} jobs."
    )


def _wage(row: pd.Series) -> str:
    if np.isnan(row["wage"]):
        return "Its pay is withheld."
    text = f"Pay over the published jobs averages {dollars(row['wage'])} a year"
    if np.isnan(row["us_wage"]):
        return f"{text}; there is no US figure to compare."
    gap = row["wage"] / row["us_wage"] - 1
    return f"{text}, {signed(100 * gap)}% against the US cluster's {dollars(row['us_wage'])}."
