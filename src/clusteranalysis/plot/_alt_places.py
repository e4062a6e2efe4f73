"""What do maps, and figures of who is near whom, show in words?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusteranalysis.plot import _alt_words as words
from clusteranalysis.plot import _curves as curves
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot.backbone import backbone
from clusteranalysis.plot.coagglomeration import read_pairs
from clusteranalysis.plot.colocation import significant
from clusteranalysis.plot.hot_spots import KINDS, spots_read
from clusteranalysis.schema import check_columns

__all__: list[str] = []


def county_map(table: pd.DataFrame, reference_name: str) -> str:
    """Describe one map."""
    check_columns(table, ["name", "location_quotient"], what="map table")
    return (
        f"Map of {words.plural(len(table), 'county')} coloured by "
        f"location quotient, 1 = {reference_name} average. {_counties(table)}"
    )


def _counties(table: pd.DataFrame) -> str:
    lq = fmt.floats(table, "location_quotient")
    names = fmt.strings(table, "name")
    order = [i for i in np.argsort(-lq, kind="stable") if lq[i] == lq[i]]
    hidden = [name for name, value in zip(names, lq, strict=True) if value != value]
    top = "; ".join(f"{names[i]} {fmt.ratio(lq[i])}" for i in order[:3])
    withheld = f"Withheld: {words.names(hidden)}." if hidden else ""
    return f"Highest: {top}. {withheld}" if top else withheld


def county_maps(table: pd.DataFrame, reference_name: str) -> str:
    """Describe the small maps."""
    check_columns(table, ["name", "location_quotient", "cluster"], what="map table")
    facts, hidden = [], 0
    for cluster, rows in table.groupby("cluster", sort=False):
        lq = fmt.floats(rows, "location_quotient")
        hidden += int(np.isnan(lq).sum())
        if np.isfinite(lq).any():
            best = int(np.nanargmax(lq))
            facts.append(f"{cluster}: {rows['name'].iloc[best]} {fmt.ratio(lq[best])}")
        else:
            facts.append(f"{cluster}: withheld everywhere")
    return (
        f"{words.plural(len(facts), 'small map')} of location quotients by county on one scale, 1 "
        f"= {reference_name} average. Highest county of each: {'; '.join(facts)}."
        + (f" {words.plural(hidden, 'value')} withheld." if hidden else "")
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


def establishments(table: pd.DataFrame) -> str:
    """Describe the map of establishments."""
    shapes = getattr(table, "geometry", None)
    if shapes is None:
        check_columns(table, ["x", "y"], what="table of establishments")
        placed = int(np.isfinite(fmt.floats(table, "x") + fmt.floats(table, "y")).sum())
    else:
        placed = int((~(shapes.isna() | shapes.is_empty)).sum())
    lost = len(table) - placed
    names = []
    if "industry" in table.columns:
        names = [f"{name} {count:,}" for name, count in table["industry"].value_counts().items()]
    return (
        f"Map of {words.plural(placed, 'establishment')} over the density of all of them, darker "
        "where there are more a square km."
        + (f" Industries of the table: {words.names(names)}." if names else "")
        + (f" {lost:,} without coordinates are not shown." if lost else "")
    )


def density(table: pd.DataFrame) -> str:
    """Describe the density of distances."""
    curve = curves.only_curve(table, "k_density", "m")
    known = np.flatnonzero(np.isfinite(curve.value))
    peak = known[np.argmax(curve.value[known])]
    return (
        f"Line chart of the share of all pairs of establishments by distance, for {curve.pair}, "
        f"from {curve.distance[0]:.3g} to {curve.distance[-1]:.3g} km. Highest at "
        f"{curve.distance[peak]:.3g} km, {100_000 * curve.value[peak]:.3g} % of pairs a km. "
        f"{curves.finding(curve, 'km')}"
    )


def ratios(table: pd.DataFrame) -> str:
    """Describe the ratios by distance."""
    facts, missing = [], []
    for curve in curves.read_curves(table, "m_function", "m"):
        name = curve.around
        known = np.flatnonzero(np.isfinite(curve.value))
        if not len(known):
            missing.append(name)
            continue
        first, last = known[0], known[-1]
        facts.append(
            f"{name} {fmt.ratio(curve.value[first])} at {curve.distance[first]:.3g} km and "
            f"{fmt.ratio(curve.value[last])} at {curve.distance[last]:.3g} km" + _outside(curve)
        )
    return (
        f"Line chart of the share among neighbours over that of all establishments, by distance, "
        f"for {words.plural(len(facts), 'curve')}; 1 = as everywhere. {words.names(facts, 3)}."
        + words.missing(missing, "no neighbours")
    )


def _outside(curve: curves.Curve) -> str:
    if not curve.bands:
        return ""
    up, down = curve.runs("localisation"), curve.runs("dispersion")
    side = "above" if up else "below" if down else ""
    return (
        f" ({side} the global band at {curves.stretches(up or down, 'km')})"
        if side
        else " (within the global band)"
    )


def neighbours(table: pd.DataFrame) -> str:
    """Describe the co-location quotients."""
    columns = ["industry", "partner", "colocation_quotient"]
    check_columns(table, columns, what="co-location table")
    value = fmt.floats(table, "colocation_quotient")
    sure, tested = significant(table, 0.05)
    order = [i for i in np.argsort(-value, kind="stable") if value[i] == value[i]]
    pairs = [
        f"{partner} around {industry}"
        for industry, partner in zip(table["industry"], table["partner"], strict=True)
    ]
    top = "; ".join(f"{pairs[i]} {fmt.ratio(value[i])}" for i in order[:3])
    above, below = int((sure & (value > 1)).sum()), int((sure & (value < 1)).sum())
    hidden = int(np.isnan(value).sum())
    return (
        f"Matrix chart of co-location quotients of {words.plural(len(table), 'pair')}: how many "
        f"times as often as by chance one industry is the other's neighbour. Highest: {top}. "
        + ("Told apart from 1 at the 5 % level: " if tested else "")
        + f"{above} above 1 and {below} below."
        + (f" Not defined: {hidden}." if hidden else "")
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
