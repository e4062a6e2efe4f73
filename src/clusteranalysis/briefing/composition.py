"""What are the clusters made of, what do they pay, and how much of them is published?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from clusteranalysis.clusters import REST, ClusterSet
from clusteranalysis.measures import location_quotient
from clusteranalysis.regions import Region, aggregate_regions
from clusteranalysis.schema import TOTAL

__all__ = ["county_lq", "coverage", "industries", "outlines", "quality", "wages"]

_TOP_INDUSTRIES = 5


def wages(ours: pd.DataFrame, us_wages: pd.DataFrame, found: ClusterSet) -> pd.DataFrame:
    """Pay a job of every cluster here and in the US, the highest first."""
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


def industries(
    cells: pd.DataFrame, us: pd.DataFrame, region: Region, found: ClusterSet
) -> pd.DataFrame:
    """The largest industries of each cluster, at the definition's coarsest disjoint codes.

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
    table = table.merge(cover[cover["cluster"] != REST], on="industry")
    place = {cluster: at for at, cluster in enumerate(found.table["industry"])}
    table = table.assign(place=table["cluster"].map(place)).sort_values(
        ["place", "employment", "industry"], ascending=[True, False, True]
    )
    top = table.groupby("cluster", sort=False).head(_TOP_INDUSTRIES)
    top = top.assign(employment_start=top["industry"].map(before))
    order = ["cluster", "industry", "title", "employment_start", "employment"]
    order += ["employment_high", "establishments"]
    order += ["location_quotient", "interval_low", "interval_high", "status"]
    return top[order].reset_index(drop=True)


def quality(own: pd.DataFrame, cells: pd.DataFrame, found: ClusterSet) -> pd.DataFrame:
    """How much of each cluster is published, deduced, or not to be had; and how it is known."""
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
    cover = found.definition.cover.set_index("industry")["cluster"]
    guessed = cells["region"].isin(own["region"]) & (cells["year"] == found.end)
    guessed &= cells.get("status", pd.Series("", index=cells.index)) == "imputed"
    imputed = cells.loc[guessed, "industry"].map(cover).unique()
    status = pd.Series("reported", index=shares.index)
    status = status.mask(shares["deduced_share"] > 0, "deduced")
    status = status.mask(shares.index.isin(imputed), "imputed")
    return shares.assign(status=status).reset_index()


def coverage(own: pd.DataFrame, counties: Any) -> pd.DataFrame:
    """Where each county's jobs are known from."""
    total = own[own["industry"] == TOTAL].set_index("region")["employment"]
    cells = own[own["industry"] != TOTAL].groupby("region")
    counted, deduced = cells["employment_low"].sum(), cells["employment_deduced"].sum()
    names = counties.set_index("region")["name"]
    table = pd.DataFrame(
        {
            "region": total.index,
            "county": total.index.map(names),
            "total": total,
            "published": counted - deduced,
            "deduced": deduced,
            "open": total - counted,
        }
    )
    return table.reset_index(drop=True)


def county_lq(by_county: pd.DataFrame, nation: pd.DataFrame, found: ClusterSet) -> pd.DataFrame:
    """Quotients of the clusters in every county of the data."""
    kept = [TOTAL, *found.table["industry"]]
    here = by_county[(by_county["year"] == found.end) & by_county["industry"].isin(kept)]
    there = nation[(nation["year"] == found.end) & nation["industry"].isin(kept)]
    table = location_quotient(here, reference=there)
    return table.assign(cluster=table["industry"].map(found.definition.names))


def outlines(counties: Any, region: Region) -> Any:
    """Outlines of the data's counties, the region's own marked."""
    own = counties["region"].isin(region.counties)
    return counties.assign(highlight=own)[["region", "name", "highlight", "geometry"]]
