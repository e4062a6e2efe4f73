"""How does the region stand among its like, and which industries share places in the nation?

Three-digit industries of every US county, since finer ones are withheld too often to compare.
Their jobs are sums of published cells: floors.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import pandas as pd

from clusteranalysis.clusters import peer_regions, peer_standing
from clusteranalysis.industries import naics
from clusteranalysis.measures import coagglomeration, location_quotient
from clusteranalysis.regions import Region
from clusteranalysis.schema import TOTAL

__all__ = ["NationData", "pairs", "peers"]

_PEERS = 8
_STRIPS = 10
#: A heat map of more industries cannot be read.
_INDUSTRIES = 20
_VINTAGE = 2017
_LEVEL = 3


@runtime_checkable
class NationData(Protocol):
    """Tables of the whole nation, as ``sample("east-bay")`` has them beside its counties."""

    @property
    def us(self) -> pd.DataFrame:
        """The nation by industry, a column ``level`` beside the employment table's."""
        ...

    @property
    def nation(self) -> pd.DataFrame:
        """Every county by three-digit industry."""
        ...

    @property
    def totals(self) -> pd.DataFrame:
        """Total employment of counties and the US by year."""
        ...

    @property
    def us_counties(self) -> Any:
        """Outlines of all counties with ``region, name, state``."""
        ...


def peers(data: NationData, region: Region, year: int) -> pd.DataFrame:
    """The ten highest quotients of the region that all its peers have too, with the peers'.

    One row a strip and region: ``industry, name, region, value, own, rank``. Peers are single
    counties of about the region's size, those most like it in their industries.
    """
    nation, totals = data.nation, data.totals
    columns = ["region", "industry", "employment"]
    cells = nation.loc[nation["year"] == year, columns]
    whole = totals[(totals["year"] == year) & totals["region"].isin(cells["region"])]
    jobs = pd.concat([cells, whole.assign(industry=TOTAL)[columns]], ignore_index=True)
    inside = jobs["region"].isin(region.counties)
    own = jobs[inside].groupby("industry", as_index=False)["employment"].sum(min_count=1)
    jobs = pd.concat([jobs[~inside], own.assign(region=region.name)], ignore_index=True)
    alike = peer_regions(jobs, region=region.name, number=_PEERS)["region"]
    shown = jobs[jobs["region"].isin([*alike, region.name])]
    us = data.us
    there = us[us["level"].isin([0, _LEVEL]) & (us["year"] == year)]
    quotients = location_quotient(shown, reference=there[["region", *columns[1:]]])
    standing = peer_standing(quotients, region=region.name, peers=alike)
    known = standing[(standing["peers_known"] == len(alike)) & standing["rank"].notna()]
    first = known.nlargest(_STRIPS, "location_quotient")
    strips = first[["industry", "rank"]].merge(quotients, on="industry")
    titles = naics(_VINTAGE).set_index("industry")["title"]
    places = data.us_counties.set_index("region")
    names = places["name"] + ", " + places["state"]
    return strips.assign(
        name=strips["industry"].map(titles),
        own=strips["region"] == region.name,
        value=strips["location_quotient"],
        region=strips["region"].map(names).fillna(strips["region"]),
    )[["industry", "name", "region", "value", "own", "rank"]]


def pairs(data: NationData, year: int) -> pd.DataFrame:
    """Coagglomeration of the largest industries over the nation's counties, by establishments.

    ``industry, partner`` (titles) and ``coagglomeration``.
    """
    nation = data.nation
    now = nation[nation["year"] == year]
    largest = now.groupby("industry")["employment"].sum().nlargest(_INDUSTRIES).index
    # A missing cell has fewer than three establishments, or none: it counts as none.
    together = coagglomeration(
        now[now["industry"].isin(largest)],
        reference="mean",
        value="establishments",
        absent="zero",
    )
    titles = naics(_VINTAGE).set_index("industry")["title"]
    return together.assign(
        industry=together["industry"].map(titles), partner=together["partner"].map(titles)
    )
