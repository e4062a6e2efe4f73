"""What does the market say about this region? Every number of the briefing, none of its looks.

A :class:`Briefing` is computed once and frozen; pages and figures are drawn from it and compute
nothing. Its sentences are worded no more strongly than the figures' bounds and intervals allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from clusteranalysis.briefing import accounts, composition, surroundings
from clusteranalysis.briefing.facts import Fact, Sentence, collect
from clusteranalysis.briefing.findings import findings
from clusteranalysis.briefing.profiles import profiles
from clusteranalysis.clusters import (
    ClusterDefinition,
    ClusterRules,
    ClusterSet,
    cluster_employment,
    cluster_wages,
    identify_clusters,
    read_definition,
    supplier_gaps,
)
from clusteranalysis.regions import Region, aggregate_regions, find_region
from clusteranalysis.regions.named import require_counties
from clusteranalysis.schema import check_columns

__all__ = ["Briefing", "CountyData", "PurchaseData", "brief"]


class CountyData(Protocol):
    """The tables a briefing is made of; ``sample("east-bay")`` has them."""

    @property
    def cells(self) -> pd.DataFrame:
        """County cells at NAICS levels 6 and 4 with the published totals."""
        ...

    @property
    def us(self) -> pd.DataFrame:
        """The nation at the same levels, with pay over the reported county cells."""
        ...

    @property
    def totals(self) -> pd.DataFrame:
        """Total employment of counties and the US by year."""
        ...

    @property
    def counties(self) -> Any:
        """Outlines of the counties (GeoDataFrame)."""
        ...


@runtime_checkable
class PurchaseData(Protocol):
    """What the nation's industries buy from each other, as ``sample("east-bay")`` has it."""

    @property
    def purchases(self) -> pd.DataFrame:
        """``supplier, buyer, dollars``."""
        ...

    @property
    def suppliers(self) -> pd.DataFrame:
        """``supplier, industry``: the six-digit codes of each."""
        ...


@dataclass(frozen=True)
class Briefing:
    """Everything a market-orientation briefing says about one region.

    Attributes
    ----------
    region : Region
    clusters : ClusterSet
        Clusters, measures and which rule chose them.
    trend : DataFrame
        ``region, year, employment, index`` (first common year = 100), the region first.
    unassigned : DataFrame
        ``year, us, in_counties, share``: US jobs, those the data place in a county, and the rest
        as a share of the US total. No county can share in the rest, which grew.
    growth : DataFrame
        Shift-share by cluster and a remainder: ``name, national, industry_mix, regional, change``
        (jobs); the rows add up to the region's published change. ``change_low`` and
        ``change_high`` hold for certain.
    bridge : DataFrame
        ``step, jobs``: from the first year's jobs over the three terms to the last year's.
    base_years : DataFrame
        ``start, national, industry_mix, regional, change``: the account's totals from every
        earlier year to the last.
    wages : DataFrame
        ``name, wage, us_wage`` (US dollars a year a job), ``employment``, ``open_share``.
    county_lq : DataFrame
        ``region, industry`` (cluster id), ``cluster`` (its name), ``location_quotient`` and its
        bounds, in every county of the data.
    outlines : GeoDataFrame
        ``region, name, geometry`` and ``highlight`` for the region's own counties.
    industries : DataFrame
        The largest industry groups of each cluster with their LQ and interval.
    quality : DataFrame
        ``industry, name, published_share, deduced_share, open_share`` of the most jobs there can
        be, and ``status``: reported, deduced or imputed.
    coverage : DataFrame
        ``region, county, total, published, deduced, open`` jobs of the last year.
    suppliers : DataFrame
        :func:`supplier_gaps` of the clusters; no rows where the data hold no purchases.
    peers : DataFrame
        ``industry, name, region, value, own, rank``: the region's highest location quotients by
        three-digit industry beside those of its peers; no rows without data on the nation.
    pairs : DataFrame
        ``industry, partner, coagglomeration`` of the nation's largest three-digit industries over
        its counties; no rows without data on the nation.
    findings : tuple of Sentence
        The summary sentences; ``str()`` gives their text.
    profiles : mapping of str to tuple of Sentence
        Sentences about each chosen cluster, by cluster id.
    facts : mapping of str to Fact
        Every number that a sentence quotes, in reading order: unrounded, with how it is known,
        its formula and the cells it comes from.
    """

    region: Region
    clusters: ClusterSet
    trend: pd.DataFrame
    unassigned: pd.DataFrame
    growth: pd.DataFrame
    bridge: pd.DataFrame
    base_years: pd.DataFrame
    wages: pd.DataFrame
    county_lq: pd.DataFrame
    outlines: Any
    industries: pd.DataFrame
    quality: pd.DataFrame
    coverage: pd.DataFrame
    suppliers: pd.DataFrame
    peers: pd.DataFrame
    pairs: pd.DataFrame
    findings: tuple[Sentence, ...] = ()
    profiles: Mapping[str, tuple[Sentence, ...]] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)


def brief(
    data: CountyData,
    *,
    region: Region | str = "east-bay",
    definition: ClusterDefinition | None = None,
    rules: ClusterRules | None = None,
    start: int | None = None,
    end: int | None = None,
) -> Briefing:
    """Compute a region's market-orientation briefing from county data.

    Parameters
    ----------
    data : CountyData
        ``sample("east-bay")``, or an object of your own with the same tables. Purchases and the
        nation's counties (:class:`PurchaseData`, ``NationData``) may be absent, and then the
        tables made of them have no rows.
    region : Region or str
        A region, or what :func:`find_region` takes.
    definition : ClusterDefinition, optional
        By default the one that ships, ``"east-bay-2017"``.
    rules : ClusterRules, optional
        Thresholds of :func:`identify_clusters`.
    start, end : int, optional
        Years of growth; by default the first and last of the data.

    Returns
    -------
    Briefing
        Its tables hold NaN where a number is withheld or undefined.

    Raises
    ------
    RegionError
        The data do not hold one of the region's counties.
    SchemaError
        A table breaks the contract, or the years are not in the data.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> briefing = ca.brief(ca.sample("east-bay"), region="east-bay")
    >>> int(briefing.growth["change"].sum()) == int(briefing.bridge["jobs"].iloc[1:4].sum())
    True
    """
    region = find_region(region) if isinstance(region, str) else region
    definition = read_definition() if definition is None else definition
    cells, us = data.cells, data.us
    check_columns(cells, ["region", "industry", "year", "employment"], what="cells table")
    require_counties(region, cells["region"], what="table of cells")
    by_county = cluster_employment(cells, definition=definition)
    nation = cluster_employment(us, definition=definition)
    ours = aggregate_regions(by_county, region)
    found = identify_clusters(
        ours, reference=nation, definition=definition, rules=rules, start=start, end=end
    )
    years = found.start, found.end
    growth = accounts.growth(ours, nation, definition, years)
    is_own = by_county["region"].isin(region.counties)
    own_counties = by_county[is_own & (by_county["year"] == found.end)]
    outlines = composition.outlines(data.counties, region)
    numbers = Briefing(
        region=region,
        clusters=found,
        trend=accounts.trend(data.totals, region),
        unassigned=accounts.unassigned(data.totals),
        growth=growth,
        bridge=accounts.bridge(growth, ours, years),
        base_years=accounts.base_years(ours, nation, definition, found.end),
        wages=composition.wages(ours, cluster_wages(us, definition=definition), found),
        county_lq=composition.county_lq(by_county, nation, found),
        outlines=outlines,
        industries=composition.industries(cells, us, region, found),
        quality=composition.quality(own_counties, cells, found),
        coverage=composition.coverage(own_counties, outlines),
        suppliers=_suppliers(data, found, region),
        peers=_of_nation(surroundings.peers, data, region, found.end),
        pairs=_of_nation(surroundings.pairs, data, found.end),
    )
    summary, texts = findings(numbers), profiles(numbers)
    told = [*summary, *(sentence for some in texts.values() for sentence in some)]
    return replace(
        numbers,
        findings=summary,
        profiles=MappingProxyType(texts),
        facts=MappingProxyType(collect(told)),
    )


def _suppliers(data: CountyData, found: ClusterSet, region: Region) -> pd.DataFrame:
    if not isinstance(data, PurchaseData):
        return pd.DataFrame({"cluster": found.table["industry"].iloc[:0]})
    return supplier_gaps(
        data.cells,
        data.us,
        purchases=data.purchases,
        suppliers=data.suppliers,
        definition=found.definition,
        region=region,
        year=found.end,
        level=found.level,
    )


def _of_nation(table: Any, data: CountyData, *given: Any) -> pd.DataFrame:
    return table(data, *given) if isinstance(data, surroundings.NationData) else pd.DataFrame()
