"""Which pictures does a briefing have, and what do they say under them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from clusteranalysis import plot
from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.wording import percent, the
from clusteranalysis.plot.alt import Kind
from clusteranalysis.plot.style import Width

__all__ = ["FigureSpec", "choose_figures"]

_CBP = "Source: US Census Bureau, County Business Patterns"
#: Small multiples that stay readable on a page.
_MAPS = 6
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

    def figure(self, width: Width = "page") -> Figure:
        """Draw it at one of the standard widths."""
        figure, axes = plot.figure(width)
        # Small multiples make their own axes.
        place = {"figure": figure} if self.kind == "lq_maps" else {"ax": axes}
        getattr(plot, self.kind)(self.table, **place, title=self.title, note=self.note)
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
        Trend, portfolio, ranking, waterfall, growth by cluster, pay, maps, data quality.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> from clusteranalysis.briefing import choose_figures
    >>> [figure.key for figure in choose_figures(ca.brief(ca.sample("east-bay")))][:3]
    ['trend', 'portfolio', 'ranking']
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
    specs: list[tuple[str, str, str, Any, Kind]] = [
        (
            "trend",
            f"Private jobs in {region} and the United States",
            f"{_CBP}, county and US totals {int(briefing.trend['year'].min())}-"
            f"{int(briefing.trend['year'].max())}, mid-March; index, first year = 100. Totals do "
            f"not depend on NAICS revisions. {no_county}",
            briefing.trend,
            "employment_trend",
        ),
        (
            "portfolio",
            f"Which clusters are concentrated in {region}, and which outpace the US?",
            f"{years}. {base} Growth: {region}'s yearly rate less that of the same cluster in the "
            f"US, {start}-{end}, on published and deduced jobs. {_left_out(table, considered)}"
            f"{open_jobs}",
            considered,
            "portfolio",
        ),
        (
            "ranking",
            f"How concentrated is each cluster in {region}?",
            f"{now}. {base} Intervals: {found.level:.0%}, by establishments, at least this wide; "
            f"pale bars: where the withheld jobs could put it. {open_jobs}",
            measured,
            "lq_ranking",
        ),
        (
            "waterfall",
            f"What lies behind the change in jobs in {region}, {start} to {end}?",
            f"{years}. Shift-share (Dunn) over {len(table)} clusters and an unpublished remainder, "
            f"reference: United States. {no_county} An accounting of the change, not its cause.",
            briefing.bridge,
            "shift_share_waterfall",
        ),
        (
            "growth",
            f"Which clusters gained and lost jobs, {start} to {end}?",
            f"{years}. National: at the US rate of all jobs; industry mix: the US rate of the "
            "cluster less that; regional: what is left. They add up to the change in published "
            f"and deduced jobs. {_unsure(briefing)}",
            briefing.growth,
            "shift_share_bars",
        ),
        (
            "wages",
            f"What does a job pay in {region} and in the US?",
            f"{now}. Annual payroll over reported jobs, US dollars a year, not adjusted for local "
            "prices or hours; payroll includes bonuses and taxable stock pay. US: the sum of "
            "annual pay over the sum of employment of all reported county cells of the 50 states "
            f"(without DC). {_thin_pay(briefing)}",
            briefing.wages[briefing.wages["open_share"] <= _THIN],
            "wage_gap",
        ),
        (
            "map",
            f"Where around {region} are its most concentrated clusters?",
            f"{now}; outlines: Census 2017 by us-atlas. {base} At most {_MAPS} of the chosen "
            "clusters, by LQ, on published and deduced jobs.",
            _map_table(briefing),
            "lq_maps",
        ),
        (
            "quality",
            "How much of each cluster is published?",
            f"{now}. Published: six-digit cells; deduced: four-digit cells less their published "
            "parts; not published: at most this share of the most jobs there can be. The clusters' "
            "unpublished parts are the same few jobs, so they cannot all be reached.",
            briefing.quality,
            "data_quality",
        ),
    ]
    return [
        FigureSpec(key, title, note, data, kind)
        for key, title, note, data, kind in specs
        if len(data)
    ]


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
    ranked = briefing.clusters.selected["name"].head(_MAPS)
    parts = []
    for name in ranked:
        values = briefing.county_lq.loc[
            briefing.county_lq["cluster"] == name,
            ["region", "location_quotient", "location_quotient_low", "location_quotient_high"],
        ]
        parts.append(briefing.outlines.merge(values, on="region", how="left").assign(cluster=name))
    return pd.concat(parts, ignore_index=True) if parts else briefing.outlines.iloc[:0]
