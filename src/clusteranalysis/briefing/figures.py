"""Which pictures does a briefing have, and what do they say under them?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from clusteranalysis import plot
from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.profiles import one_row
from clusteranalysis.briefing.wording import percent, the
from clusteranalysis.plot.alt import Kind
from clusteranalysis.plot.style import Width

__all__ = ["FigureSpec", "choose_figures", "cluster_figures"]

_CBP = "Source: US Census Bureau, County Business Patterns"
#: Small multiples that stay readable on a page.
_MAPS = 6
#: Inputs in one picture.
_INPUTS = 6
#: Years in which County Business Patterns took on an edition of NAICS.
_EDITIONS = {2003: "NAICS 2002", 2008: "NAICS 2007", 2012: "NAICS 2012", 2017: "NAICS 2017"}
#: A cluster of whose possible jobs more than this part may be withheld is not drawn where its
#: published part would be taken for the whole.
_THIN = 0.5


@dataclass(frozen=True)
class FigureSpec:
    """One figure of a briefing: a finished table and the plot function to draw it with."""

    key: str
    title: str
    note: str
    table: Any
    kind: Kind
    #: Further arguments of the plot function.
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def figure(self, width: Width = "page") -> Figure:
        """Draw it at one of the standard widths."""
        figure, axes = plot.figure(width)
        # Small multiples make their own axes.
        place = {"figure": figure} if self.kind == "lq_maps" else {"ax": axes}
        draw = getattr(plot, self.kind)
        draw(self.table, **place, **self.options, title=self.title, note=self.note)
        return figure

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return plot.alt_text(self.kind, self.table)

    def data(self) -> pd.DataFrame:
        """The table behind it, without outlines, for the CSV beside the picture."""
        return pd.DataFrame(self.table.drop(columns="geometry", errors="ignore"))


def choose_figures(briefing: Briefing) -> list[FigureSpec]:
    """Give a briefing's figures in reading order.

    Parameters
    ----------
    briefing : Briefing
        From :func:`brief`.

    Returns
    -------
    list of FigureSpec
        Trend, waterfall, base years; portfolio, ranking, growth by cluster, pay, maps; peers,
        shared places; the inputs of each chosen cluster; data quality. One whose table has no
        rows is left out.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> from clusteranalysis.briefing import choose_figures
    >>> [figure.key for figure in choose_figures(ca.brief(ca.sample("east-bay")))][:3]
    ['trend', 'waterfall', 'base_years']
    """
    found, region = briefing.clusters, the(briefing.region.name)
    start, end = found.start, found.end
    years = f"{_CBP} {start} and {end} (NAICS 2017, mid-March)"
    now = f"{_CBP} {end} (NAICS 2017, mid-March)"
    base = "LQ base: all private employment; reference: United States."
    left = briefing.coverage["open"].sum() / briefing.coverage["total"].sum()
    open_jobs = f"{percent(left)} of the region's jobs cannot be placed in a cluster."
    no_county = _unassigned(briefing)
    table = found.table
    measured = table[table["location_quotient"].notna()]
    # Of the clusters that the rules never choose, the ranking tells all there is to tell.
    considered = measured[
        measured["tradability"].isin(found.rules.tradability) & (measured["open_share"] <= _THIN)
    ]
    specs = [
        FigureSpec(
            "trend",
            f"Private jobs in {region} and the United States",
            f"{_CBP}, county and US totals {int(briefing.trend['year'].min())}-"
            f"{int(briefing.trend['year'].max())}, mid-March; index, first year = 100. Totals do "
            f"not depend on NAICS revisions. {no_county}",
            briefing.trend,
            "employment_trend",
            {"breaks": _breaks(briefing)},
        ),
        FigureSpec(
            "waterfall",
            f"What lies behind the change in jobs in {region}, {start} to {end}?",
            f"{years}. Shift-share (Dunn) over {len(table)} clusters and an unpublished remainder, "
            f"reference: United States. {no_county} An accounting of the change, not its cause.",
            briefing.bridge,
            "shift_share_waterfall",
        ),
        FigureSpec(
            "base_years",
            "Does the regional effect hold from every base year?",
            f"{_CBP} {start} to {end} (NAICS 2017, mid-March). The account above from each year; "
            "they share the end year and most years between, so that they agree is no test. "
            f"{no_county}",
            briefing.base_years,
            "shift_share_base_years",
            {"end": end, "chosen": start},
        ),
        FigureSpec(
            "portfolio",
            f"Which clusters are concentrated in {region}, and which outpace the US?",
            f"{years}. {base} Growth: {region}'s yearly rate less that of the same cluster in the "
            f"US, {start}-{end}, on published and deduced jobs. {_left_out(table, considered)}"
            f"{open_jobs}",
            considered,
            "portfolio",
        ),
        FigureSpec(
            "ranking",
            f"How concentrated is each cluster in {region}?",
            f"{now}. {base} Intervals: {found.level:.0%}, by establishments, at least this wide; "
            f"pale bars: where the withheld jobs could put it. {open_jobs}",
            measured,
            "lq_ranking",
        ),
        FigureSpec(
            "growth",
            f"Which clusters gained and lost jobs, {start} to {end}?",
            f"{years}. National: at the US rate of all jobs; industry mix: the US rate of the "
            "cluster less that; regional: what is left. They add up to the change in published "
            f"and deduced jobs. {_unsure(briefing)}",
            briefing.growth.merge(table[["industry", "open_share"]], on="industry", how="left"),
            "shift_share_bars",
        ),
        FigureSpec(
            "wages",
            f"What does a job pay in {region} and in the US?",
            f"{now}. Annual payroll over reported jobs, US dollars a year, not adjusted for local "
            "prices or hours; payroll includes bonuses and taxable stock pay. US: the sum of "
            "annual pay over the sum of employment of all reported county cells of the 50 states "
            f"(without DC). {_thin_pay(briefing)}",
            briefing.wages[briefing.wages["open_share"] <= _THIN],
            "wage_gap",
        ),
        FigureSpec(
            "map",
            f"Where around {region} are its most concentrated clusters?",
            f"{now}; outlines: Census 2017 by us-atlas. {base} At most {_MAPS} of the chosen "
            "clusters, by LQ, on published and deduced jobs.",
            _map_table(briefing),
            "lq_maps",
        ),
        FigureSpec(
            "peers",
            f"How does {region} stand among counties like it?",
            f"{_CBP} {end}, three-digit industries (NAICS 2017, mid-March), sums of published "
            f"cells: floors. {base} Peers: the counties most like it in industries, of half to "
            f"twice its jobs. Up to ten of {region}'s highest quotients, where all peers have one.",
            briefing.peers,
            "peer_strip",
        ),
        FigureSpec(
            "pairs",
            "Which industries share their counties, in the whole nation?",
            f"{_shared(end)} Above zero: more than all industries together would.",
            briefing.pairs,
            "coagglomeration_matrix",
        ),
        FigureSpec(
            "backbone",
            "Which industries are held together by shared places?",
            _shared(end),
            briefing.pairs,
            "backbone_network",
            {"extra": 10},
        ),
        *_inputs(briefing, f"{now}. {base}", found.selected["industry"]),
        FigureSpec(
            "quality",
            "How much of each cluster is published?",
            f"{now}. Published: six-digit cells; deduced: four-digit cells less their published "
            "parts; not published: at most this share of the most jobs there can be. The clusters' "
            "unpublished parts are the same few jobs, so they cannot all be reached.",
            briefing.quality,
            "data_quality",
        ),
    ]
    return [spec for spec in specs if len(spec.table)]


def cluster_figures(briefing: Briefing, cluster: str) -> list[FigureSpec]:
    """Give the four figures of one cluster's profile, or those that its numbers allow.

    Parameters
    ----------
    briefing : Briefing
        From :func:`brief`.
    cluster : str
        Id of a cluster of its definition, chosen or not.

    Returns
    -------
    list of FigureSpec
        ``industries``, ``map``, ``inputs`` and ``growth``; where one cannot be drawn, how much of
        the cluster is published (``known``) stands in for it.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> from clusteranalysis.briefing.figures import cluster_figures
    >>> briefing = ca.brief(ca.sample("east-bay"))
    >>> [figure.key for figure in cluster_figures(briefing, "construction")]
    ['industries', 'map', 'inputs', 'growth']
    """
    found, region = briefing.clusters, the(briefing.region.name)
    table = found.table
    row = one_row(table, cluster)
    now = f"{_CBP} {found.end} (NAICS 2017, mid-March)."
    withheld = f"{percent(row['open_share'])} of the cluster's possible jobs are withheld."
    base = "LQ base: all private employment; reference: US."
    own = briefing.industries
    among = [*found.selected["industry"], cluster]
    gained = briefing.growth[briefing.growth["industry"].isin(among)]
    gained = gained.merge(table[["industry", "open_share"]], on="industry")
    own_name = "→ " + gained["name"].where(gained["industry"] == cluster)
    gained = gained.assign(name=own_name.fillna(gained["name"]))
    counted = briefing.quality[briefing.quality["industry"].isin(among)]
    specs = [
        FigureSpec(
            "industries",
            "What is the cluster made of?",
            f"{now} {base} {withheld}",
            own[own["cluster"] == cluster],
            "cluster_industries",
            {"most": 5},
        ),
        FigureSpec(
            "map",
            f"Where is it around {region}?",
            f"{now} {base} {withheld} Outlines: Census 2017 by us-atlas.",
            _counties(briefing, cluster),
            "lq_map",
        ),
        *(
            replace(spec, key="inputs", title="Which of its large inputs are little made here?")
            for spec in _inputs(briefing, f"{now} {base}", [cluster])
        ),
        FigureSpec(
            "growth",
            f"Did it gain jobs, {found.start} to {found.end}?",
            f"{_CBP} {found.start} and {found.end} (NAICS 2017, mid-March). → this cluster, beside "
            "the chosen ones. Shift-share (Dunn), reference: US; an accounting, not a cause. "
            f"{withheld}",
            gained,
            "shift_share_bars",
        ),
        FigureSpec(
            "known",
            "How much of it is published?",
            f"{now} {withheld}",
            counted,
            "data_quality",
        ),
    ]
    return [spec for spec in specs if _drawable(spec)][:4]


def _drawable(spec: FigureSpec) -> bool:
    """Whether there is a number of this cluster to draw, and not only of the others."""
    table = spec.table
    if spec.key == "industries":
        return bool((table["employment"].notna() | (table["employment_high"] > 0)).any())
    if spec.key == "map":
        return bool(table["location_quotient"].notna().any())
    if spec.key == "growth":
        return bool(table["name"].str.startswith("→").any())
    return len(table) > 0


def _breaks(briefing: Briefing) -> dict[int, str]:
    """The years within the trend in which County Business Patterns changed the edition of NAICS."""
    years = briefing.trend["year"]
    inside = (year for year in _EDITIONS if years.min() < year <= years.max())
    return {year: _EDITIONS[year] for year in inside}


def _shared(year: int) -> str:
    return (
        f"{_CBP} {year}: establishments in all counties of the 50 states by three-digit industry "
        "(NAICS 2017); a cell that is not published counts as none. Coagglomeration of Ellison, "
        "Glaeser and Kerr (2010); that industries share places does not say that they trade."
    )


def _inputs(briefing: Briefing, now: str, clusters: Iterable[str]) -> list[FigureSpec]:
    """One figure a cluster: what such industries buy nationally, and who makes it here."""
    specs = []
    names = briefing.clusters.definition.names
    for cluster in clusters:
        gaps = briefing.suppliers
        inputs = gaps[gaps["cluster"] == cluster]
        if inputs.empty:
            continue
        other = inputs[~inputs["own"]].reset_index(drop=True)
        own = percent(inputs.loc[inputs["own"], "input_share"].sum(), 0)
        specs.append(
            FigureSpec(
                f"inputs-{cluster}",
                f"Which large inputs of {names[cluster]} are little made here?",
                "Inputs: US Bureau of Economic Analysis, Use table 2017, the nation's purchases, "
                f"imports included; not from whom anyone here buys. {own} are of the cluster "
                f"itself and not drawn. Makers: {now}",
                other,
                "supplier_gap",
                {"most": _INPUTS},
            )
        )
    return specs


def _left_out(table: pd.DataFrame, shown: pd.DataFrame) -> str:
    kinds = sorted(set(table["tradability"]) - set(shown["tradability"]))
    hidden = table["tradability"].isin(shown["tradability"]) & ~table["name"].isin(shown["name"])
    parts = [f"{' and '.join(kinds)} clusters (see the ranking)"] if kinds else []
    parts += [f"mostly withheld: {'; '.join(table.loc[hidden, 'name'])}"] if hidden.any() else []
    return f"Not shown: {'; '.join(parts)}. " if parts else ""


def _unassigned(briefing: Briefing) -> str:
    """Say how much of the US figures no county can share in."""
    rows = briefing.unassigned.set_index("year")["share"]
    start, end = briefing.clusters.start, briefing.clusters.end
    return (
        f"The US includes jobs that CBP places in no county ({percent(rows[start])} of them in "
        f"{start}, {percent(rows[end])} in {end}), so every county looks weaker beside it."
    )


def _unsure(briefing: Briefing) -> str:
    """Name the clusters whose change could have the other sign."""
    growth = briefing.growth
    either = (growth["change_low"] < 0) & (growth["change_high"] > 0)
    names = "; ".join(growth.loc[either, "name"])
    return f"Withheld jobs could turn the sign of: {names}." if names else ""


def _thin_pay(briefing: Briefing) -> str:
    thin = briefing.wages[~(briefing.wages["open_share"] <= _THIN)]
    names = "; ".join(thin["name"])
    return f"Not shown, mostly withheld: {names}." if names else ""


def _map_table(briefing: Briefing) -> Any:
    """Outlines by cluster, the highest-ranked clusters first."""
    ranked = briefing.clusters.selected["industry"].head(_MAPS)
    parts = [_counties(briefing, cluster) for cluster in ranked]
    return pd.concat(parts, ignore_index=True) if parts else briefing.outlines.iloc[:0]


def _counties(briefing: Briefing, cluster: str) -> Any:
    """Outlines of the counties with one cluster's quotients and their bounds."""
    table = briefing.county_lq
    values = table.loc[
        table["industry"] == cluster,
        ["region", "location_quotient", "location_quotient_low", "location_quotient_high"],
    ]
    name = briefing.clusters.definition.names[cluster]
    return briefing.outlines.merge(values, on="region", how="left").assign(cluster=name)
