"""What do figures of clusters and of their parts show in words?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusteranalysis.plot import _alt_words as words
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot.industries import industries_read
from clusteranalysis.plot.peers import peers_read
from clusteranalysis.plot.quality import percent
from clusteranalysis.plot.sizes import classes_read
from clusteranalysis.plot.suppliers import suppliers_read
from clusteranalysis.schema import check_columns

__all__: list[str] = []


def portfolio(table: pd.DataFrame, reference_name: str) -> str:
    """Describe the portfolio."""
    columns = ["name", "location_quotient", "growth_difference", "employment", "selected"]
    check_columns(table, [*columns, "quadrant"], what="portfolio table")
    frame = table.assign(size=fmt.floats(table, "employment"), flag=fmt.flags(table, "selected"))
    known = frame[columns[1:4]].notna().all(axis=1) & (frame["location_quotient"] > 0)
    shown = frame[known & (frame["size"] > 0)].sort_values("size", ascending=False, kind="stable")
    counts = shown["quadrant"].value_counts(sort=False).sort_index()
    quadrants = "; ".join(f"{name}: {count}" for name, count in counts.items())
    top = [
        f"{row['name']} (LQ {fmt.ratio(row['location_quotient'])}, "
        f"{_points(row['growth_difference'])} a year, {fmt.number(row['size'])} jobs)"
        for row in shown[shown["flag"]].head(3).to_dict("records")
    ]
    left = frame.loc[~frame.index.isin(shown.index), "name"]
    return (
        f"Bubble chart of {words.plural(len(shown), 'cluster')}: across, job growth against "
        f"{fmt.the(reference_name)} in percentage points a year; up, location quotient; bubble "
        f"area, jobs. {quadrants}."
        + (f" Largest selected: {'; '.join(top)}." if top else "")
        + words.missing(left, "a figure is withheld or zero")
    )


def _points(value: float) -> str:
    # Adding zero turns a rounded "-0.0" into plain zero.
    return f"{round(value, 1) + 0.0:+.1f} points".replace("-", "\N{MINUS SIGN}")


def ranking(table: pd.DataFrame, reference_name: str) -> str:
    """Describe the ranking."""
    columns = ["name", "location_quotient", "interval_low", "interval_high"]
    check_columns(table, columns, what="ranking table")
    shown = table[table["location_quotient"] > 0].sort_values(
        "location_quotient", ascending=False, kind="stable"
    )
    low, high = fmt.floats(shown, "interval_low"), fmt.floats(shown, "interval_high")
    unsure = (low < 1) & (high > 1)
    if {"location_quotient_low", "location_quotient_high"} <= set(table.columns):
        unsure |= (fmt.floats(shown, "location_quotient_low") < 1) & (
            fmt.floats(shown, "location_quotient_high") > 1
        )
    top = [
        f"{name} {fmt.ratio(value)}"
        for name, value in zip(shown["name"][:3], shown["location_quotient"][:3], strict=True)
    ]
    above = int(((shown["location_quotient"] > 1).to_numpy() & ~unsure).sum())
    left = table.loc[~table.index.isin(shown.index), "name"]
    return (
        f"Dot chart of location quotients with intervals on a log scale for "
        f"{words.plural(len(shown), 'cluster')}, highest first: {'; '.join(top)}. {above} are "
        f"above the {reference_name} average of 1 and {int(unsure.sum())} cannot be told apart "
        "from it." + (f" Without a point: {words.names(left)}." if len(left) else "")
    )


def wages(table: pd.DataFrame) -> str:
    """Describe the gap in pay."""
    check_columns(table, ["name", "wage", "us_wage"], what="wage table")
    shown = table[table["wage"].notna()].sort_values("wage", ascending=False, kind="stable")
    top = [
        f"{row['name']} ${fmt.number(row['wage'])}"
        + (f" (US ${fmt.number(row['us_wage'])})" if row["us_wage"] == row["us_wage"] else "")
        for row in shown.head(3).to_dict("records")
    ]
    both = shown["us_wage"].notna()
    more = int((shown["wage"] > shown["us_wage"]).sum())
    return (
        "Dot chart of pay a job in the region and in the US for "
        f"{words.plural(len(shown), 'cluster')}, best paid first. Best paid: "
        f"{'; '.join(top)}. {more} of {int(both.sum())} pay more than "
        "in the US."
        + ("" if both.all() else f" US pay not known: {words.names(shown.loc[~both, 'name'])}.")
        + words.missing(table.loc[table["wage"].isna(), "name"], "pay withheld")
    )


def quality(table: pd.DataFrame) -> str:
    """Describe what is published."""
    check_columns(table, ["name", "published_share", "open_share"], what="quality table")
    known = table[["published_share", "open_share"]].notna().all(axis=1)
    shown = table[known].sort_values("open_share", ascending=False, kind="stable")
    full = int((shown["open_share"] == 0).sum())
    worst = [
        f"{row['name']} {100 * row['open_share']:.0f}%"
        for row in shown[shown["open_share"] > 0].head(3).to_dict("records")
    ]
    return (
        f"Stacked bars of the share of jobs that is published, deduced or open in "
        f"{words.plural(len(shown), 'cluster')}. {full} are fully known."
        + (f" Most could be unpublished in {'; '.join(worst)}." if worst else "")
        + (f" Not known: {words.names(table.loc[~known, 'name'])}." if not known.all() else "")
    )


def sizes(table: pd.DataFrame) -> str:
    """Describe the size classes."""
    names, count, share, total = classes_read(table, None)
    order = [i for i in np.argsort(-count, kind="stable") if count[i] == count[i]]
    top = [f"{names[i]} {fmt.number(count[i])}" for i in order[:3]]
    hidden = [name for name, number in zip(names, count, strict=True) if number != number]
    above = [names[i] for i in order if total and count[i] / total > share[i]]
    return (
        f"Bar chart of establishments in {len(names)} size classes. Most: {'; '.join(top)}."
        + (f" A larger share than in the reference: {words.names(above)}." if above else "")
        + (f" Withheld: {words.names(hidden)}." if hidden else "")
    )


def industries(table: pd.DataFrame, reference_name: str) -> str:
    """Describe a cluster's industries."""
    frame = industries_read(table)
    top = []
    for row in frame[frame["employment"].notna()].head(3).to_dict("records"):
        quotient = row["location_quotient"]
        floor = "at least " if row["open"] else ""
        strength = f" (LQ {floor}{fmt.ratio(quotient)})" if quotient == quotient else ""
        top.append(f"{row['title']} {floor}{fmt.number(row['employment'])} jobs{strength}")
    hidden = frame.loc[frame["employment"].isna(), "title"]
    return (
        f"Bar chart of jobs in {words.plural(len(frame), 'industry')} of a cluster. Largest: "
        f"{'; '.join(top)}. {int(frame['above'].sum())} above the {reference_name} "
        "average, interval and all; "
        f"{int(frame['open'].sum())} with withheld jobs."
        + (f" Withheld: {words.names(hidden)}." if len(hidden) else "")
    )


def suppliers(table: pd.DataFrame) -> str:
    """Describe a cluster's inputs against the presence of their makers."""
    frame = suppliers_read(table)
    gaps = [
        f"{row['title']} ({percent(row['input_share'])} of purchases, LQ "
        f"{fmt.ratio(row['location_quotient'])})"
        for row in frame[frame["gap"]].head(3).to_dict("records")
    ]
    top = frame.iloc[0]
    hidden = frame.loc[frame["location_quotient"].isna(), "title"]
    return (
        f"Bubble chart of {words.plural(len(frame), 'input')} by the location quotient of their "
        f"makers, largest first: {top['title']}, {percent(top['input_share'])} of purchases. "
        + (
            f"Largest that are little present: {'; '.join(gaps)}."
            if gaps
            else "None is little present for sure."
        )
        + (f" Quotient not known: {words.names(hidden, 3)}." if len(hidden) else "")
    )


def peers(table: pd.DataFrame) -> str:
    """Describe the strips of peers."""
    frame = peers_read(table)
    own = frame[frame["own"]]
    counted = frame[frame["value"].notna()].groupby("name").size()
    ranked = own[own["rank"].notna()].sort_values("rank", kind="stable").to_dict("records")
    said = [f"{row['name']} {row['rank']:.0f} of {counted[row['name']]}" for row in ranked]
    ends = "; ".join(said) if len(said) <= 4 else f"{'; '.join(said[:3])}; lowest: {said[-1]}"
    hidden = own.loc[own["value"].isna(), "name"]
    others = frame.loc[~frame["own"], "region"].nunique()
    return (
        f"Strip chart of {own['region'].iloc[0]} among {words.plural(others, 'peer')} in "
        f"{words.plural(len(own), 'row')}. Ranks, 1 = highest: {ends or 'none'}."
        + (f" Its own value is withheld in: {words.names(hidden)}." if len(hidden) else "")
    )
