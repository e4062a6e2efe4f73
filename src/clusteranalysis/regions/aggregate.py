"""How many jobs does each industry have in my region, and how sure is that number?

A region is a sum of counties, and a county's number may be withheld or not listed. Adding up what
is published gives a floor; the county totals say how far above it the truth can be.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from clusteranalysis.errors import RegionError
from clusteranalysis.regions.named import Region
from clusteranalysis.schema import KEYS, TOTAL, Absent, check_employment, check_option

__all__ = ["aggregate_regions"]

_SUMMED = ("employment", "establishments", "payroll")
_PLANTS = "plant_herfindahl"


def aggregate_regions(
    employment: pd.DataFrame, regions: Region | Iterable[Region], *, absent: Absent = "withheld"
) -> pd.DataFrame:
    """Add counties up to regions, keeping account of what the published numbers leave open.

    Parameters
    ----------
    employment : DataFrame
        Employment table by county at one level of industries (codes or cluster names). Rows of
        industry ``"00"`` hold the counties' published totals; with them, an unpublished cell is
        bounded by what its county's published cells leave of the total.
    regions : Region or iterable of Region
        What to add up to; regions may share counties.
    absent : {"withheld", "zero"}
        What a missing row of a member county means: a number not published (so in CBP from
        2017, which drops cells of fewer than three establishments), or no jobs. A missing
        ``"00"`` row is never zero.

    Returns
    -------
    DataFrame
        One row per region and industry (and year, and draw) that any member lists:
        ``region`` (the region's name), ``industry[, year][, draw], employment
        [, establishments][, payroll], employment_low, employment_high, status``.

        ``employment``, ``establishments`` and ``payroll`` are sums over the members that publish
        a number, NaN when none does. ``employment_low`` and ``employment_high`` hold for certain;
        high is NaN where nothing bounds an unpublished part. Low is never above ``employment``,
        so for a ``partial`` row read ``employment`` as the floor. ``status`` is ``reported``
        (``deduced``, ``imputed``) when every member has a number, all of them reported (or some
        of them deduced, imputed), ``partial`` when some part is not published, ``withheld`` when
        none is. Where the table has ``plant_herfindahl``, so has the result (squared plant sizes
        add up).

    Raises
    ------
    RegionError
        There is no region, two share a name, or a member county has no rows at all in a year.
    SchemaError
        The table breaks the contract.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.regions import find_region
    >>> table = pd.DataFrame({
    ...     "region": ["06001", "06001", "06013", "06013"],
    ...     "industry": ["00", "3254", "00", "3254"],
    ...     "employment": [900.0, 700.0, 100.0, None],
    ... })
    >>> east_bay = aggregate_regions(table, find_region("east-bay"))
    >>> east_bay[["industry", "employment", "employment_low", "employment_high", "status"]]
      industry  employment  employment_low  employment_high    status
    0       00      1000.0          1000.0           1000.0  reported
    1     3254       700.0           700.0            800.0   partial
    """
    check_option("absent", absent, Absent)
    check_employment(employment)
    membership = _membership(regions)
    keys = [key for key in KEYS if key in employment.columns]
    times = [key for key in keys if key in ("year", "draw")]
    cells = _bounded(employment, keys, times)
    _require_members(cells, membership, times)

    # One row for every member of every region and industry, listed or not.
    columns = ["name", "industry", *times]
    listed = membership.merge(cells[keys], on="region")[columns].drop_duplicates()
    grid = listed.merge(membership, on="name").merge(
        cells.drop(columns="rest"), on=keys, how="left", indicator="found"
    )
    rests = cells[["region", *times, "rest"]].drop_duplicates()
    grid = grid.merge(rests, on=["region", *times], how="left")
    grid = _fill_absent(grid, absent)
    return _sum_members(grid, columns, [c for c in _SUMMED if c in employment.columns])


def _membership(regions: Region | Iterable[Region]) -> pd.DataFrame:
    listed = [regions] if isinstance(regions, Region) else list(regions)
    for region in listed:
        if not isinstance(region, Region):
            raise RegionError(
                f"{region!r} is not a Region: get one with find_region('east-bay') or "
                "find_region('06001,06013')"
            )
    if not listed:
        raise RegionError("there is no region to add up to: pass at least one Region")
    names = [region.name for region in listed]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RegionError(
            f"regions share the name {', '.join(map(repr, twice))}: their rows could not be told "
            "apart; give each its own name"
        )
    pairs = [(region.name, county) for region in listed for county in region.counties]
    return pd.DataFrame(pairs, columns=["name", "region"]).astype("str")


def _bounded(employment: pd.DataFrame, keys: list[str], times: list[str]) -> pd.DataFrame:
    """Give every row a status and bounds, and its county's unpublished remainder (`rest`)."""
    kept = [*keys, *(c for c in (*_SUMMED, _PLANTS) if c in employment.columns)]
    cells = employment[kept].reset_index(drop=True).astype({"region": "str", "industry": "str"})
    value = cells["employment"] = cells["employment"].astype(float)
    status = employment.get("status", pd.Series("reported", index=employment.index))
    cells["status"] = status.astype("str").reset_index(drop=True).where(value.notna(), "withheld")
    is_total = cells["industry"].eq(TOTAL)

    # An imputed number is a guess: without bounds of its own it proves nothing about the rest.
    certain = value.where(cells["status"] != "imputed").fillna(0.0)
    place = [cells[key] for key in ("region", *times)]
    shown = certain.where(~is_total, 0.0).groupby(place).transform("sum")
    total = value.where(is_total).groupby(place).transform("max")
    cells["rest"] = (total - shown).clip(lower=0.0)

    high = value.where(cells["status"].isin(["reported", "deduced"]))
    # Of a floor and of a withheld number, the county's remainder is the most that can be missing.
    open_ended = cells["status"].isin(["partial", "withheld"]) & ~is_total
    high = high.fillna((certain + cells["rest"]).where(open_ended))
    cells["low"], cells["high"] = certain, high
    for bound in ("low", "high"):
        if f"employment_{bound}" in employment.columns:
            given = employment[f"employment_{bound}"].astype(float).reset_index(drop=True)
            cells[bound] = given.fillna(cells[bound])
    return cells


def _require_members(cells: pd.DataFrame, membership: pd.DataFrame, times: list[str]) -> None:
    present = cells[["region", *times]].drop_duplicates()
    moments = present[times].drop_duplicates() if times else pd.DataFrame(index=[0])
    wanted = membership.merge(moments, how="cross")
    found = wanted.merge(present, on=["region", *times], how="left", indicator="found")
    missing = found[found["found"] == "left_only"]
    if len(missing):
        first = missing.iloc[0]
        when = "".join(f" in {key} {first[key]}" for key in times)
        others = f" (and {len(missing) - 1} more such gaps)" if len(missing) > 1 else ""
        raise RegionError(
            f"county {first['region']!r} of region {first['name']!r} has no rows at all{when}"
            f"{others}: the region would be too small without saying so; add the county's rows, "
            "drop that period, or leave the county out of the region"
        )


def _fill_absent(grid: pd.DataFrame, absent: Absent) -> pd.DataFrame:
    """Say what the missing rows of member counties mean."""
    missing = grid["found"].eq("left_only")
    is_total = grid["industry"].eq(TOTAL)
    zero = missing & ~is_total if absent == "zero" else pd.Series(False, index=grid.index)
    unknown = missing & ~zero
    grid.loc[zero, ["employment", "low", "high"]] = 0.0
    grid.loc[unknown, "low"] = 0.0
    grid.loc[unknown & ~is_total, "high"] = grid["rest"]
    grid["status"] = grid["status"].mask(zero, "reported").mask(unknown, "withheld")
    return grid


def _sum_members(grid: pd.DataFrame, columns: list[str], values: list[str]) -> pd.DataFrame:
    for status in ("partial", "withheld", "imputed", "deduced"):
        grid[status] = grid["status"].eq(status)
    grid["published"] = grid["employment"].notna()
    grid["unbounded"] = grid["high"].isna()
    groups = grid.groupby(columns)
    summed = groups[values].sum(min_count=1)
    any_of = groups[["partial", "withheld", "imputed", "deduced", "published", "unbounded"]].any()
    low, high = groups["low"].sum(), groups["high"].sum()
    # A withheld member's own lower bound can lift the sum of lows above the sum of what is shown.
    summed["employment_low"] = np.fmin(low, summed["employment"])
    summed["employment_high"] = high.mask(any_of["unbounded"])
    summed["status"] = np.select(
        [
            ~any_of["published"],
            any_of["partial"] | any_of["withheld"],
            any_of["imputed"],
            any_of["deduced"],
        ],
        ["withheld", "partial", "imputed", "deduced"],
        default="reported",
    )
    summed["status"] = summed["status"].astype("str")
    if _PLANTS in grid.columns:
        # Squared plant sizes add up; a county without a published number adds none.
        squares = (grid[_PLANTS] * grid["employment"] ** 2).groupby([grid[c] for c in columns])
        jobs = summed["employment"].where(summed["employment"] > 0)
        summed[_PLANTS] = squares.sum(min_count=1) / jobs**2
    result = summed.reset_index().rename(columns={"name": "region"})
    return result.sort_values(["region", *columns[1:]], ignore_index=True)
