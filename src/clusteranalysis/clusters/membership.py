"""How many jobs does each cluster have, and how many could be hidden?

County Business Patterns leaves out cells of fewer than three establishments. Their jobs are not
gone: a published four-digit cell holds its unpublished six-digit children, and a county's total
holds everything. So a cluster's jobs are the published six-digit cells, plus each four-digit
remainder that can only belong to it (*deduced*); what could belong to several clusters, and the
county's own remainder, widen the upper bound. The bounds are the exact range of the cluster's jobs
given these two levels and the total.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusteranalysis.clusters.definition import REST, ClusterDefinition
from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import level
from clusteranalysis.schema import TOTAL, check_columns, check_employment

__all__ = ["OUT_OF_SCOPE", "cluster_employment", "cluster_wages"]

#: What CBP leaves out by its own scope has no withheld jobs in it: crops and animals, railroads,
#: the Postal Service, pension and trust funds, title offices, private households, government.
OUT_OF_SCOPE = ("111", "112", "482", "491", "5251", "52592", "54112", "814", "92")
_PLACE = ["region", "year"]
_VALUES = ["employment", "establishments", "payroll"]
# The least that the squared plant sizes of a cell can add up to: plants of equal size.
_SQUARES = "_squares"


def cluster_employment(cells: pd.DataFrame, *, definition: ClusterDefinition) -> pd.DataFrame:
    """Count each cluster's jobs in each region, keeping what is withheld apart from zero.

    Parameters
    ----------
    cells : DataFrame
        ``region, industry, year, employment`` (and ``establishments``, ``payroll``) with NAICS
        levels 6 and 4 and the published totals (industry ``"00"``) one below the other, as in
        ``sample("east-bay").cells``; other levels are not read. NaN = withheld.
    definition : ClusterDefinition
        From :func:`read_definition`.

    Returns
    -------
    DataFrame
        One row a region, cluster (column ``industry``, the rest as ``"rest"``) and year:
        ``employment`` (jobs published or deduced; NaN when none is and some may be withheld),
        ``establishments`` and ``payroll`` of the same cells, ``employment_low`` and
        ``employment_high`` (hold for certain), ``employment_deduced`` (jobs that only a
        four-digit cell shows), ``plant_herfindahl`` (the least it can be: plants of equal size
        within each cell; needs establishments) and ``status``; and the totals' own rows.

    Raises
    ------
    SchemaError
        A level or a total is missing, or a level breaks the contract.

    Notes
    -----
    CBP adds noise to most cells since 2007, so "certain" is up to that noise.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> cells = ca.sample("east-bay").cells
    >>> table = ca.cluster_employment(cells, definition=ca.read_definition())
    >>> row = table.query("region == '06001' and industry == 'advanced-manufacturing'").iloc[0]
    >>> int(row["year"]), row["status"], bool(row["employment_low"] <= row["employment"])
    (2018, 'partial', True)
    """
    total, parents, children = _levels(cells)
    values = [column for column in _VALUES if column in cells.columns]
    leaves = definition.members[["industry", "cluster"]]
    children = children.merge(leaves, on="industry", how="left", validate="m:1")
    if children["cluster"].isna().any():
        unknown = children.loc[children["cluster"].isna(), "industry"].unique()[:5]
        raise SchemaError(
            f"column 'industry' holds codes that NAICS {definition.vintage} does not have: "
            f"{', '.join(map(repr, unknown))}: use data of the definition's vintage"
        )
    children = children.assign(parent=children["industry"].str[:4])
    shown = _with_squares(children[children["employment"].notna()])
    remainder = _with_squares(_remainders(parents, children, values))
    summed = [*values, _SQUARES]

    published = shown.groupby([*_PLACE, "cluster"])[summed].sum()
    in_scope = leaves[~leaves["industry"].str.startswith(OUT_OF_SCOPE)]
    unshown = _unshown_children(in_scope, shown, total)

    # A four-digit remainder with one candidate cluster is that cluster's; with more it is open.
    candidates = unshown.drop_duplicates([*_PLACE, "parent", "cluster"])
    count = candidates.groupby([*_PLACE, "parent"])["cluster"].transform("size")
    candidates = candidates.assign(candidates=count).merge(
        remainder, on=[*_PLACE, "parent"], how="left"
    )
    known = candidates["employment"].notna()
    by = [*_PLACE, "cluster"]
    deduced = candidates[known & (candidates["candidates"] == 1)].groupby(by)[summed].sum()
    open_jobs = candidates[known & (candidates["candidates"] > 1)].groupby(by)["employment"].sum()
    # Children of a four-digit cell that is itself unpublished hide in the county's remainder.
    touches = candidates[~known].drop_duplicates(by).set_index(by)["parent"].notna()
    county = _county_remainder(total, parents, shown)

    grid = pd.MultiIndex.from_product(
        [range(len(total)), [*dict.fromkeys([*definition.names])]], names=["place", "cluster"]
    )
    index = pd.MultiIndex.from_arrays(
        [
            total["region"].to_numpy()[grid.get_level_values("place")],
            total["year"].to_numpy()[grid.get_level_values("place")],
            grid.get_level_values("cluster"),
        ],
        names=by,
    )
    sums = published.reindex(index, fill_value=0.0) + deduced.reindex(index, fill_value=0.0)
    # The rest also holds establishments that no industry was found for (CBP's code 99).
    is_rest = index.get_level_values("cluster") == REST
    exposed = touches.reindex(index, fill_value=False).to_numpy(bool) | is_rest
    remainders = county.to_numpy(float)[grid.get_level_values("place")]
    hidden = open_jobs.reindex(index, fill_value=0.0) + np.where(exposed, remainders, 0.0)
    result = sums.assign(
        employment_low=sums["employment"],
        employment_high=sums["employment"] + hidden,
        employment_deduced=deduced["employment"].reindex(index, fill_value=0.0),
    ).reset_index(names=["region", "year", "industry"])
    return _finish(result, total, values)


def _levels(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The totals, the four-digit and the six-digit cells, each checked on its own."""
    check_columns(cells, ["region", "industry", "year", "employment"], what="cells table")
    detail = level(cells["industry"]).to_numpy()
    parts = []
    for wanted, name in ((0, "published totals ('00')"), (4, "four-digit"), (6, "six-digit")):
        numbers = [column for column in _VALUES if column in cells.columns]
        part = cells[detail == wanted].astype(dict.fromkeys(numbers, float))
        if part.empty:
            raise SchemaError(
                f"column 'industry' of the cells table has no {name} rows: pass levels 6, 4 and 0 "
                "one below the other, as sample('east-bay').cells does"
            )
        check_employment(part, what=f"cells table ({name})")
        parts.append(part)
    total = parts[0].sort_values(_PLACE, ignore_index=True)
    missing = total["employment"].isna()
    if missing.any():
        row = total[missing].iloc[0]
        raise SchemaError(
            f"column 'employment' of the total ('00') of region {row['region']!r} in "
            f"{row['year']} is withheld: without a total nothing bounds what is hidden; leave "
            "that region or year out"
        )
    places = pd.MultiIndex.from_frame(total[_PLACE])
    for part in parts[1:]:
        lost = ~pd.MultiIndex.from_frame(part[_PLACE]).isin(places)
        if lost.any():
            row = part[lost].iloc[0]
            raise SchemaError(
                f"region {row['region']!r} has cells but no total ('00') in {row['year']}: add it"
            )
    return total, parts[1], parts[2]


def _with_squares(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the least sum of squared plant sizes each cell can have."""
    if "establishments" not in cells.columns:
        return cells.assign(**{_SQUARES: np.nan})
    # Noise can leave a remainder of jobs without one of establishments: it has one at least.
    plants = cells["establishments"].clip(lower=1.0)
    return cells.assign(**{_SQUARES: cells["employment"] ** 2 / plants})


def _remainders(parents: pd.DataFrame, children: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    """Each published four-digit cell less its published six-digit children."""
    by = [*_PLACE, "parent"]
    own = parents[parents["employment"].notna()].rename(columns={"industry": "parent"})
    own = own.set_index(by)[values]
    shown = children[children["employment"].notna()].groupby(by)[values].sum()
    left = own - shown.reindex(own.index, fill_value=0.0)
    below = left["employment"] < 0
    if below.any():
        region, year, parent = left.index[int(np.flatnonzero(below)[0])]
        raise SchemaError(
            f"the six-digit cells of {parent!r} in region {region!r}, {year}, add up to more than "
            "its four-digit cell: check that both levels come from one release"
        )
    return left.reset_index()


def _unshown_children(
    leaves: pd.DataFrame, shown: pd.DataFrame, total: pd.DataFrame
) -> pd.DataFrame:
    """Every six-digit industry without a published number, place by place."""
    every = total[_PLACE].merge(leaves, how="cross")
    there = pd.MultiIndex.from_frame(shown[[*_PLACE, "industry"]])
    unshown = every[~pd.MultiIndex.from_frame(every[[*_PLACE, "industry"]]).isin(there)]
    return unshown.assign(parent=unshown["industry"].str[:4])


def _county_remainder(total: pd.DataFrame, parents: pd.DataFrame, shown: pd.DataFrame) -> pd.Series:
    """Jobs of each total that no published cell of either level shows."""
    index = pd.MultiIndex.from_frame(total[_PLACE])
    published = parents[parents["employment"].notna()]
    covered = pd.MultiIndex.from_frame(published[[*_PLACE, "industry"]])
    orphans = shown[~pd.MultiIndex.from_frame(shown[[*_PLACE, "parent"]]).isin(covered)]
    counted = published.groupby(_PLACE)["employment"].sum().reindex(index, fill_value=0.0)
    counted += orphans.groupby(_PLACE)["employment"].sum().reindex(index, fill_value=0.0)
    # Noise can lift the sum of cells a little above the total; nothing is hidden then.
    return (total.set_index(_PLACE)["employment"].reindex(index) - counted).clip(lower=0.0)


def _finish(result: pd.DataFrame, total: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    """Statuses, NaN where nothing is known, and the totals' rows put back."""
    low, high = result["employment_low"], result["employment_high"]
    hidden = high > low
    unknown = hidden & (low == 0)
    status = np.select(
        [unknown, hidden, result["employment_deduced"] > 0],
        ["withheld", "partial", "deduced"],
        "reported",
    )
    result = result.assign(status=status)
    result[values] = result[values].mask(unknown)
    jobs = result["employment"].where(result["employment"] > 0)
    result["plant_herfindahl"] = result[_SQUARES] / jobs**2
    whole = total[[*_PLACE, "industry", *values]].assign(
        employment_low=total["employment"],
        employment_high=total["employment"],
        employment_deduced=0.0,
        plant_herfindahl=np.nan,
        status="reported",
    )
    order = ["region", "industry", "year", *values, "employment_low", "employment_high"]
    order += ["employment_deduced", "plant_herfindahl", "status"]
    both = pd.concat([whole.assign(industry=TOTAL)[order], result[order]], ignore_index=True)
    return both.sort_values(["region", "industry", "year"], kind="stable", ignore_index=True)


def cluster_wages(cells: pd.DataFrame, *, definition: ClusterDefinition) -> pd.DataFrame:
    """Give each cluster's annual pay a job where only sums over reported cells are known.

    Parameters
    ----------
    cells : DataFrame
        ``region, industry, year, reported_employment, reported_payroll`` (US dollars a year) at
        NAICS levels 6 and 4, as in ``sample("east-bay").us``.
    definition : ClusterDefinition
        From :func:`read_definition`.

    Returns
    -------
    DataFrame
        One row a region, cluster (column ``industry``) and year with ``wage`` (US dollars a year
        a job, payroll over employment of the same reported cells; NaN where no cell is).

    Raises
    ------
    SchemaError
        A column is missing.

    Notes
    -----
    Read at the industries of ``definition.cover``: four digits where possible, where fewer cells
    are withheld.
    """
    columns = ["reported_employment", "reported_payroll"]
    check_columns(cells, ["region", "industry", "year", *columns], what="cells table")
    owner = definition.cover.set_index("industry")["cluster"]
    mine = cells.assign(cluster=cells["industry"].map(owner)).dropna(subset=["cluster"])
    sums = mine.groupby(["region", "cluster", "year"], as_index=False)[columns].sum()
    jobs = sums["reported_employment"].where(sums["reported_employment"] > 0)
    result = sums.assign(wage=sums["reported_payroll"] / jobs, industry=sums["cluster"])
    return result[["region", "industry", "year", "wage"]]
