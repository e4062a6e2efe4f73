"""What does a figure show, in words, for those who do not see it?

Written from the same finished table as the figure, with the same rules about what is left out, so
that text and picture agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import pandas as pd

from clusteranalysis.plot import _alt_context as around
from clusteranalysis.plot import _curves as curves
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot._alt_words import missing as _missing
from clusteranalysis.plot._alt_words import names as _names
from clusteranalysis.plot._alt_words import plural as _plural
from clusteranalysis.plot.colocation import significant
from clusteranalysis.plot.timeline import timeline_steps
from clusteranalysis.schema import check_columns, check_option

__all__ = ["Kind", "alt_text"]

Kind = Literal[
    "employment_trend",
    "portfolio",
    "lq_ranking",
    "shift_share_bars",
    "shift_share_waterfall",
    "wage_gap",
    "lq_map",
    "lq_maps",
    "data_quality",
    "distance_density",
    "relative_density",
    "establishment_map",
    "colocation_matrix",
    "initiative_timeline",
    "shift_share_base_years",
    "size_classes",
    "cluster_industries",
    "supplier_gap",
    "peer_strip",
    "coagglomeration_matrix",
    "backbone_network",
    "hot_spot_map",
]


def alt_text(kind: Kind, table: pd.DataFrame) -> str:
    """Describe a figure in one to three sentences: chart, axes, main facts, what is missing.

    Parameters
    ----------
    kind : str
        Name of the plot function: ``employment_trend``, ``portfolio``, ``lq_ranking``,
        ``shift_share_bars``, ``shift_share_waterfall``, ``wage_gap``, ``lq_map``, ``lq_maps``,
        ``data_quality``, ``distance_density``, ``relative_density``, ``establishment_map``,
        ``colocation_matrix``, ``initiative_timeline``, ``shift_share_base_years``,
        ``size_classes``, ``cluster_industries``, ``supplier_gap``, ``peer_strip``,
        ``coagglomeration_matrix``, ``backbone_network`` or ``hot_spot_map``.
    table : DataFrame
        The table that the plot was drawn from, with the plot's own defaults: distances are taken
        to be metres, and the values of pairs to be in the column ``coagglomeration``.

    Returns
    -------
    str
        Plain text, without line breaks.

    Raises
    ------
    SchemaError
        The kind is unknown, or a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> pay = pd.DataFrame({"name": ["Hotels", "Software"], "wage": [38000.0, 183000.0],
    ...                     "us_wage": [29000.0, 140000.0], "employment": [5000.0, 40000.0]})
    >>> print(alt_text("wage_gap", pay))  # doctest: +NORMALIZE_WHITESPACE
    Dot chart of pay a job in the region and in the US for 2 clusters, best paid first. Best paid:
    Software $183,000 (US $140,000); Hotels $38,000 (US $29,000). 2 of 2 pay more than in the US.
    """
    check_option("kind", kind, Kind)
    return " ".join(_WRITERS[kind](table).split())


def _trend(table: pd.DataFrame) -> str:
    check_columns(table, ["region", "year", "index"], what="trend table")
    facts, missing = [], []
    for name, rows in table.groupby("region", sort=False):
        known = rows.dropna(subset=["index"]).sort_values("year")
        if known.empty:
            missing.append(str(name))
            continue
        facts.append(f"{name} {known['index'].iloc[-1]:.0f} in {int(known['year'].iloc[-1])}")
    years = table["year"]
    gaps = int(table["index"].isna().sum())
    more = f" and {len(facts) - 3} more" if len(facts) > 3 else ""
    return (
        f"Line chart of jobs from {int(years.min())} to {int(years.max())} as an index, first year "
        f"= 100, for {_plural(len(facts), 'region')}. Last values: {'; '.join(facts[:3])}{more}."
        + (f" {_plural(gaps, 'value')} missing, shown as gaps." if gaps and not missing else "")
        + _missing(missing, "jobs withheld")
    )


def _portfolio(table: pd.DataFrame) -> str:
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
        f"Bubble chart of {_plural(len(shown), 'cluster')}: across, job growth against the US in "
        "percentage points a year; up, location quotient; bubble area, jobs. "
        f"{quadrants}."
        + (f" Largest selected: {'; '.join(top)}." if top else "")
        + _missing(left, "a figure is withheld or zero")
    )


def _points(value: float) -> str:
    # Adding zero turns a rounded "-0.0" into plain zero.
    return f"{round(value, 1) + 0.0:+.1f} points".replace("-", "\N{MINUS SIGN}")


def _ranking(table: pd.DataFrame) -> str:
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
        f"{_plural(len(shown), 'cluster')}, highest first: {'; '.join(top)}. {above} are above the "
        f"US average of 1 and {int(unsure.sum())} cannot be told apart from it."
        + (f" Without a point: {_names(left)}." if len(left) else "")
    )


def _bars(table: pd.DataFrame) -> str:
    columns = ["name", "national", "industry_mix", "regional", "change"]
    check_columns(table, columns, what="shift-share table")
    known = table[columns[1:]].notna().all(axis=1)
    shown = table[known].sort_values("change", ascending=False, kind="stable")

    def say(rows: pd.DataFrame) -> str:
        return "; ".join(
            f"{row['name']} {fmt.number(row['change'], sign=True)}"
            for row in rows.to_dict("records")
        )

    best = shown.nlargest(1, "regional").to_dict("records")
    ends = say(shown) if len(shown) <= 3 else f"{say(shown.head(2))}; last: {say(shown.tail(1))}"
    return (
        f"Stacked bars of the change in jobs in {_plural(len(shown), 'row')}, split into "
        f"national growth, industry mix and regional effect, which add up to a black mark. "
        f"Largest gains first: {ends}."
        + (
            f" Largest regional effect: {best[0]['name']} "
            f"{fmt.number(best[0]['regional'], sign=True)}."
            if best
            else ""
        )
        + _missing(table.loc[~known, "name"], "jobs withheld")
    )


def _waterfall(table: pd.DataFrame) -> str:
    check_columns(table, ["step", "jobs"], what="waterfall table")
    last = len(table) - 1
    steps = [
        f"{step}: {fmt.number(jobs, sign=0 < i < last)}"
        for i, (step, jobs) in enumerate(zip(table["step"], table["jobs"], strict=True))
    ]
    return f"Waterfall chart of jobs, each bar from where the last one ended: {'; '.join(steps)}."


def _wages(table: pd.DataFrame) -> str:
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
        f"Dot chart of pay a job in the region and in the US for {_plural(len(shown), 'cluster')}, "
        f"best paid first. Best paid: {'; '.join(top)}. {more} of {int(both.sum())} pay more than "
        "in the US."
        + ("" if both.all() else f" US pay not known: {_names(shown.loc[~both, 'name'])}.")
        + _missing(table.loc[table["wage"].isna(), "name"], "pay withheld")
    )


def _map(table: pd.DataFrame) -> str:
    check_columns(table, ["name", "location_quotient"], what="map table")
    return (
        f"Map of {_plural(len(table), 'county')} coloured by "
        f"location quotient, 1 = US average. {_counties(table)}"
    )


def _counties(table: pd.DataFrame) -> str:
    lq = fmt.floats(table, "location_quotient")
    names = fmt.strings(table, "name")
    order = [i for i in np.argsort(-lq, kind="stable") if lq[i] == lq[i]]
    hidden = [name for name, value in zip(names, lq, strict=True) if value != value]
    top = "; ".join(f"{names[i]} {fmt.ratio(lq[i])}" for i in order[:3])
    withheld = f"Withheld: {_names(hidden)}." if hidden else ""
    return f"Highest: {top}. {withheld}" if top else withheld


def _maps(table: pd.DataFrame) -> str:
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
        f"{_plural(len(facts), 'small map')} of location quotients by county on one scale, 1 = US "
        f"average. Highest county of each: {'; '.join(facts)}."
        + (f" {_plural(hidden, 'value')} withheld." if hidden else "")
    )


def _quality(table: pd.DataFrame) -> str:
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
        f"{_plural(len(shown), 'cluster')}. {full} are fully known."
        + (f" Most could be unpublished in {'; '.join(worst)}." if worst else "")
        + (f" Not known: {_names(table.loc[~known, 'name'])}." if not known.all() else "")
    )


def _density(table: pd.DataFrame) -> str:
    curve = curves.only_curve(table, "k_density", "m")
    known = np.flatnonzero(np.isfinite(curve.value))
    peak = known[np.argmax(curve.value[known])]
    return (
        f"Line chart of the share of all pairs of establishments by distance, for {curve.pair}, "
        f"from {curve.distance[0]:.3g} to {curve.distance[-1]:.3g} km. Highest at "
        f"{curve.distance[peak]:.3g} km, {100_000 * curve.value[peak]:.3g} % of pairs a km. "
        f"{curves.finding(curve, 'km')}"
    )


def _ratios(table: pd.DataFrame) -> str:
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
        f"for {_plural(len(facts), 'curve')}; 1 = as everywhere. {_names(facts, 3)}."
        + _missing(missing, "no neighbours")
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


def _establishments(table: pd.DataFrame) -> str:
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
        f"Map of {_plural(placed, 'establishment')} over the density of all of them, darker where "
        "there are more a square km."
        + (f" Industries of the table: {_names(names)}." if names else "")
        + (f" {lost:,} without coordinates are not shown." if lost else "")
    )


def _matrix(table: pd.DataFrame) -> str:
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
        f"Matrix chart of co-location quotients of {_plural(len(table), 'pair')}: how many times "
        f"as often as by chance one industry is the other's neighbour. Highest: {top}. "
        + ("Told apart from 1 at the 5 % level: " if tested else "")
        + f"{above} above 1 and {below} below."
        + (f" Not defined: {hidden}." if hidden else "")
    )


def _timeline(table: pd.DataFrame) -> str:
    steps = timeline_steps(table, None)
    counts = steps["status"].value_counts(sort=False).sort_index()
    late = int((steps["state"] == "done late").sum())
    still = table[steps["status"].isin(["planned", "under way"]).to_numpy()]
    due = [
        f"{row['action']} ({row['owner']}, {row['due']})"
        for row in still.sort_values("due", kind="stable").to_dict("records")
    ]
    return (
        f"Gantt chart of {_plural(len(steps), 'step')} of "
        f"{_plural(steps['initiative'].nunique(), 'initiative')}, "
        f"{table['start'].min()} to {table['due'].max()}: "
        + ", ".join(f"{count} {status}" for status, count in counts.items())
        + (f"; {late} done after it was due" if late else "")
        + "."
        + (f" Due next: {_names(due, 3)}." if due else "")
    )


_WRITERS: dict[str, Callable[[pd.DataFrame], str]] = dict(
    zip(
        get_args(Kind),
        (
            _trend,
            _portfolio,
            _ranking,
            _bars,
            _waterfall,
            _wages,
            _map,
            _maps,
            _quality,
            _density,
            _ratios,
            _establishments,
            _matrix,
            _timeline,
            around.base_years,
            around.sizes,
            around.industries,
            around.suppliers,
            around.peers,
            around.pairs,
            around.network,
            around.hot_spots,
        ),
        strict=True,
    )
)
