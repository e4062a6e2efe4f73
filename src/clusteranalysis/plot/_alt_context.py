"""What do figures of a cluster's parts, partners, peers and places show, in words?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusteranalysis.plot import _alt_words as words
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot.backbone import backbone
from clusteranalysis.plot.coagglomeration import read_pairs
from clusteranalysis.plot.hot_spots import KINDS, spots_read
from clusteranalysis.plot.industries import industries_read
from clusteranalysis.plot.peers import peers_read
from clusteranalysis.plot.quality import percent
from clusteranalysis.plot.sizes import classes_read
from clusteranalysis.plot.suppliers import suppliers_read
from clusteranalysis.schema import check_columns

__all__: list[str] = []


def base_years(table: pd.DataFrame) -> str:
    """Describe the waterfalls by base year."""
    columns = ["start", "national", "industry_mix", "regional", "change"]
    check_columns(table, columns, what="table of base years")
    known = table[columns].notna().all(axis=1)
    shown = table[known].sort_values("start", kind="stable")
    regional = [
        f"{row['start']:.0f} {fmt.number(row['regional'], sign=True)}"
        for row in shown.to_dict("records")
    ]
    signs = set(np.sign(shown["regional"]))
    same = len(signs) == 1 and 0 not in signs
    verdict = f" Its sign {'is the same from all' if same else 'depends on the year'}."
    return (
        f"Waterfall chart of the change in jobs from {words.plural(len(shown), 'base year')}, each "
        "split into national growth, industry mix and regional effect. Regional effect by base "
        f"year: {words.names(regional, 8)}."
        + (verdict if len(shown) > 1 else "")
        + words.missing([f"{year:.0f}" for year in table.loc[~known, "start"]], "jobs withheld")
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


def industries(table: pd.DataFrame) -> str:
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
        f"{'; '.join(top)}. {int(frame['above'].sum())} above the US average, interval and all; "
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


def pairs(table: pd.DataFrame) -> str:
    """Describe the matrix of pairs."""
    found = read_pairs(table, "coagglomeration")
    ranked, count = found.ranked, len(found.names)
    top = "; ".join(f"{a} with {b} {fmt.digits(value)}" for a, b, value in ranked[:3])
    a, b, least = ranked[-1]
    hidden = count * (count - 1) // 2 - len(ranked)
    return (
        f"Matrix chart of the coagglomeration of {count} industries, ordered so that those that "
        f"share their places stand together. Highest: {top}. Lowest: {a} with {b} "
        f"{fmt.digits(least)}." + (f" Not known: {words.plural(hidden, 'pair')}." if hidden else "")
    )


def network(table: pd.DataFrame) -> str:
    """Describe the backbone network."""
    found = read_pairs(table, "coagglomeration")
    tree, more = backbone(found, None)
    degree: dict[str, int] = {}
    for link in tree + more:
        for name in link[:2]:
            degree[name] = degree.get(name, 0) + 1
    hubs = sorted(degree, key=lambda name: (-degree[name], name))[:3]
    alone = [name for name in found.names if name not in degree]
    links = "; ".join(f"{a} with {b} {fmt.digits(value)}" for a, b, value in tree[:3])
    return (
        f"Network chart of {words.plural(len(degree), 'industry')} joined by the {len(tree)} "
        f"strongest links that connect them and {len(more)} more. Strongest: {links}. Most links: "
        f"{'; '.join(f'{name} {degree[name]}' for name in hubs)}."
        + (f" Without a link: {words.names(alone)}." if alone else "")
    )


def hot_spots(table: pd.DataFrame) -> str:
    """Describe the map of hot and cold spots."""
    kinds, _ = spots_read(table, 0.05)
    names = np.array(fmt.strings(table, "name"), dtype=object)
    listed = {kind: names[[k == kind for k in kinds]] for kind in (*KINDS, "withheld")}
    hidden = listed.pop("withheld")
    parts = [f"{kind}: {words.names(found)}" for kind, found in listed.items() if len(found)]
    return (
        f"Map of {words.plural(len(names), 'county')} by whether high or low location quotients "
        "stand together. "
        + (
            f"At the 5% level, {'; '.join(parts)}. "
            if parts
            else "None can be told apart from chance at the 5% level. "
        )
        + f"Not told apart: {kinds.count('')}."
        + (f" Withheld or not defined: {words.names(hidden)}." if len(hidden) else "")
    )
