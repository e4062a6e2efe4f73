"""Where did the jobs come from? Totals by year and the shift-share accounts of the clusters."""

from __future__ import annotations

import pandas as pd

from clusteranalysis.clusters import REST, ClusterDefinition
from clusteranalysis.measures import shift_share
from clusteranalysis.regions import Region
from clusteranalysis.schema import TOTAL

__all__ = ["REMAINDER", "base_years", "bridge", "growth", "trend", "unassigned"]

#: Name of what belongs to no cluster, is unclassified, or is not published, in the growth tables.
REMAINDER = "Not published or unclassified"


def trend(totals: pd.DataFrame, region: Region) -> pd.DataFrame:
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


def unassigned(totals: pd.DataFrame) -> pd.DataFrame:
    """US jobs that belong to no county; a county's withheld total counts among them."""
    us = totals[totals["region"] == "US"].set_index("year")["employment"]
    counties = totals[totals["region"] != "US"].groupby("year")["employment"].sum()
    table = pd.DataFrame({"us": us, "in_counties": counties, "share": 1 - counties / us})
    return table.reset_index()


def growth(
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


def bridge(terms: pd.DataFrame, ours: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    """Lead from the first year's published jobs over the three terms to the last year's."""
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
                terms["national"].sum(),
                terms["industry_mix"].sum(),
                terms["regional"].sum(),
                total[years[1]],
            ],
        }
    )


def base_years(
    ours: pd.DataFrame, nation: pd.DataFrame, definition: ClusterDefinition, end: int
) -> pd.DataFrame:
    """The same account from every earlier year: totals over clusters and the remainder."""
    parts = ["national", "industry_mix", "regional", "change"]
    starts = [int(year) for year in sorted(ours["year"].unique()) if year < end]
    sums = [
        growth(ours, nation, definition, (start, end))[parts].sum().rename(start)
        for start in starts
    ]
    return pd.DataFrame(sums).rename_axis("start").reset_index()


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
