"""What does the market say about this region? Every number of the briefing, none of its looks.

A :class:`Briefing` is computed once and frozen; pages and figures are drawn from it and compute
nothing. Its sentences are worded no more strongly than the figures' bounds and intervals allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from clusteranalysis.briefing import wording
from clusteranalysis.clusters import (
    REST,
    ClusterDefinition,
    ClusterRules,
    ClusterSet,
    cluster_employment,
    cluster_wages,
    identify_clusters,
    read_definition,
)
from clusteranalysis.measures import location_quotient, shift_share
from clusteranalysis.regions import Region, aggregate_regions, find_region
from clusteranalysis.regions.named import require_counties
from clusteranalysis.schema import TOTAL, check_columns

__all__ = ["Briefing", "CountyData", "brief"]

#: Name of what belongs to no cluster, is unclassified, or is not published, in the growth tables.
REMAINDER = "Not published or unclassified"
_TOP_INDUSTRIES = 5


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
    wages : DataFrame
        ``name, wage, us_wage`` (US dollars a year a job), ``employment``, ``open_share``.
    county_lq : DataFrame
        ``region, cluster, location_quotient`` of the chosen clusters in every county of the data.
    outlines : GeoDataFrame
        ``region, name, geometry`` and ``highlight`` for the region's own counties.
    industries : DataFrame
        The largest industry groups of each chosen cluster with their LQ and interval.
    quality : DataFrame
        ``name, published_share, deduced_share, open_share`` of the most jobs there can be.
    coverage : DataFrame
        ``county, total, published, deduced, open`` jobs of the last year.
    findings : tuple of str
        The summary sentences.
    profiles : dict of str to tuple of str
        Sentences about each chosen cluster, by cluster id.
    """

    region: Region
    clusters: ClusterSet
    trend: pd.DataFrame
    unassigned: pd.DataFrame
    growth: pd.DataFrame
    bridge: pd.DataFrame
    wages: pd.DataFrame
    county_lq: pd.DataFrame
    outlines: Any
    industries: pd.DataFrame
    quality: pd.DataFrame
    coverage: pd.DataFrame
    findings: tuple[str, ...]
    profiles: dict[str, tuple[str, ...]]


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
        ``sample("east-bay")``, or an object of your own with the same tables.
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
    growth = _growth(ours, nation, definition, years)
    is_own = by_county["region"].isin(region.counties)
    own_counties = by_county[is_own & (by_county["year"] == found.end)]
    outlines = _outlines(data.counties, region)
    quality = _quality(own_counties, found)
    wages = _wages(ours, cluster_wages(us, definition=definition), found)
    trend = _trend(data.totals, region)
    industries = _industries(cells, us, region, found)
    coverage = _coverage(own_counties, outlines)
    bridge = _bridge(growth, ours, years)
    unassigned = _unassigned(data.totals)
    return Briefing(
        region=region,
        clusters=found,
        trend=trend,
        unassigned=unassigned,
        growth=growth,
        bridge=bridge,
        wages=wages,
        county_lq=_county_lq(by_county, nation, found),
        outlines=outlines,
        industries=industries,
        quality=quality,
        coverage=coverage,
        findings=wording.findings(
            region.name, found, bridge, unassigned, wages, industries, coverage
        ),
        profiles=wording.profiles(found, growth, wages, industries),
    )


def _trend(totals: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Jobs of the region and the US by year; a year with a withheld county is a gap."""
    counties = totals[totals["region"].isin(region.counties)]
    jobs = counties.groupby("year")["employment"].agg(lambda v: v.sum(skipna=False)).reset_index()
    ours = jobs.assign(region=region.name)
    us = totals.loc[totals["region"] == "US", ["region", "year", "employment"]]
    both = pd.concat([ours, us.assign(region="United States")], ignore_index=True)
    known = both.dropna().groupby("year")["region"].nunique()
    base_year = known[known == 2].index.min()
    base = both[both["year"] == base_year].set_index("region")["employment"]
    both["index"] = 100 * both["employment"] / both["region"].map(base)
    return both[["region", "year", "employment", "index"]]


def _unassigned(totals: pd.DataFrame) -> pd.DataFrame:
    """US jobs that belong to no county; a county's withheld total counts among them."""
    us = totals[totals["region"] == "US"].set_index("year")["employment"]
    counties = totals[totals["region"] != "US"].groupby("year")["employment"].sum()
    table = pd.DataFrame({"us": us, "in_counties": counties, "share": 1 - counties / us})
    return table.reset_index()


def _with_remainder(table: pd.DataFrame) -> pd.DataFrame:
    """Replace the rest and withheld clusters by one row: the total less what is published."""
    is_total = table["industry"] == TOTAL
    shown = table[~is_total & (table["industry"] != REST) & table["employment"].notna()]
    total = table[is_total].set_index("year")["employment"]
    left = total - shown.groupby("year")["employment"].sum().reindex(total.index, fill_value=0.0)
    rest = left.rename("employment").reset_index().assign(industry=REST)
    kept = shown[["industry", "year", "employment"]]
    whole = table.loc[is_total, ["industry", "year", "employment"]]
    region = table["region"].iloc[0]
    return pd.concat([kept, rest, whole], ignore_index=True).assign(region=region)


def _growth(
    ours: pd.DataFrame, nation: pd.DataFrame, definition: ClusterDefinition, years: tuple[int, int]
) -> pd.DataFrame:
    """Shift-share that adds up to the published totals, the unpublished remainder included."""
    here = ours[ours["year"].isin(years)]
    # A cluster withheld in one of the years has no change of its own: it is in the remainder.
    withheld = here.loc[here["employment"].isna(), "industry"].unique()
    here = _with_remainder(here[~here["industry"].isin(withheld)])
    there = nation[nation["year"].isin(years) & ~nation["industry"].isin(withheld)]
    terms = shift_share(here, reference=_with_remainder(there), start=years[0], end=years[1])
    names = definition.names | {REST: REMAINDER}
    table = terms.assign(name=terms["industry"].map(names))
    ends = {year: ours[ours["year"] == year].set_index("industry") for year in years}
    first, last = (ends[year] for year in years)
    low = last["employment_low"] - first["employment_high"]
    high = last["employment_high"] - first["employment_low"]
    table = table.assign(
        change_low=table["industry"].map(low), change_high=table["industry"].map(high)
    )
    order = ["industry", "name", "national", "industry_mix", "regional", "change"]
    order += ["change_low", "change_high"]
    return table[order].sort_values(["change", "industry"], ascending=False, ignore_index=True)


def _bridge(growth: pd.DataFrame, ours: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    total = ours[ours["industry"] == TOTAL].set_index("year")["employment"]
    return pd.DataFrame(
        {
            "step": [
                f"Jobs in {years[0]}",
                "National trend",
                "Industry mix",
                "Regional effect",
                f"Jobs in {years[1]}",
            ],
            "jobs": [
                total[years[0]],
                growth["national"].sum(),
                growth["industry_mix"].sum(),
                growth["regional"].sum(),
                total[years[1]],
            ],
        }
    )


def _wages(ours: pd.DataFrame, us_wages: pd.DataFrame, found: ClusterSet) -> pd.DataFrame:
    now = ours[(ours["year"] == found.end) & ~ours["industry"].isin([TOTAL, REST])]
    us = us_wages[us_wages["year"] == found.end].set_index("industry")["wage"]
    jobs = now["employment"].where(now["employment"] > 0)
    table = pd.DataFrame(
        {
            "industry": now["industry"],
            "name": now["industry"].map(found.definition.names),
            "wage": now["payroll"] / jobs,
            "us_wage": now["industry"].map(us),
            "employment": now["employment"],
        }
    )
    table = table.merge(found.table[["industry", "open_share"]], on="industry")
    return table.sort_values(["wage", "industry"], ascending=False, ignore_index=True)


def _county_lq(by_county: pd.DataFrame, nation: pd.DataFrame, found: ClusterSet) -> pd.DataFrame:
    chosen = found.selected["industry"].tolist()
    kept = [TOTAL, *chosen]
    here = by_county[(by_county["year"] == found.end) & by_county["industry"].isin(kept)]
    there = nation[(nation["year"] == found.end) & nation["industry"].isin(kept)]
    table = location_quotient(here, reference=there)
    return table.assign(cluster=table["industry"].map(found.definition.names))


def _outlines(counties: Any, region: Region) -> Any:
    own = counties["region"].isin(region.counties)
    return counties.assign(highlight=own)[["region", "name", "highlight", "geometry"]]


def _industries(
    cells: pd.DataFrame, us: pd.DataFrame, region: Region, found: ClusterSet
) -> pd.DataFrame:
    """The largest industries of each chosen cluster, at the definition's coarsest disjoint codes.

    Four-digit cells show what their six-digit children withhold, so no large firm's industry
    drops out of the list for being one of two.
    """
    cover = found.definition.cover
    codes = [TOTAL, *cover["industry"]]
    columns = ["region", "industry", "year", "employment", "establishments"]
    mine = cells["region"].isin(region.counties) & cells["industry"].isin(codes)
    # All clusters' industries go in, so that the county remainder bounds the withheld ones.
    both = aggregate_regions(
        cells.loc[mine & cells["year"].isin([found.start, found.end]), columns], region
    )
    here = both[both["year"] == found.end]
    before = both[both["year"] == found.start].set_index("industry")["employment"]
    there = us.loc[us["industry"].isin(codes) & (us["year"] == found.end), columns]
    lq = location_quotient(here, reference=there, interval="establishment", level=found.level)
    table = here.merge(lq.drop(columns="base"), on=["region", "industry", "year"])
    table = table.merge(cover[cover["cluster"].isin(found.selected["industry"])], on="industry")
    rank = found.selected.set_index("industry")["rank"]
    table = table.assign(rank=table["cluster"].map(rank)).sort_values(
        ["rank", "employment", "industry"], ascending=[True, False, True]
    )
    top = table.groupby("cluster", sort=False).head(_TOP_INDUSTRIES)
    top = top.assign(employment_start=top["industry"].map(before))
    order = ["cluster", "industry", "title", "employment_start", "employment"]
    order += ["employment_high", "establishments"]
    order += ["location_quotient", "interval_low", "interval_high", "status"]
    return top[order].reset_index(drop=True)


def _quality(own: pd.DataFrame, found: ClusterSet) -> pd.DataFrame:
    clusters = own[~own["industry"].isin([TOTAL, REST])]
    columns = ["employment_low", "employment_high", "employment_deduced"]
    sums = clusters.groupby("industry")[columns].sum().reindex(found.table["industry"])
    most = sums["employment_high"].where(sums["employment_high"] > 0)
    shares = pd.DataFrame(
        {
            "name": found.table.set_index("industry")["name"],
            "published_share": (sums["employment_low"] - sums["employment_deduced"]) / most,
            "deduced_share": sums["employment_deduced"] / most,
            "open_share": (sums["employment_high"] - sums["employment_low"]) / most,
        }
    )
    return shares.reset_index()


def _coverage(own: pd.DataFrame, counties: Any) -> pd.DataFrame:
    total = own[own["industry"] == TOTAL].set_index("region")["employment"]
    cells = own[own["industry"] != TOTAL].groupby("region")
    counted, deduced = cells["employment_low"].sum(), cells["employment_deduced"].sum()
    names = counties.set_index("region")["name"]
    table = pd.DataFrame(
        {
            "county": total.index.map(names),
            "total": total,
            "published": counted - deduced,
            "deduced": deduced,
            "open": total - counted,
        }
    )
    return table.reset_index(drop=True)
