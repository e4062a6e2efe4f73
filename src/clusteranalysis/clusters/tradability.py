"""Which industries sell beyond their region, judging by where their jobs are?

An industry that every region needs is spread like the people it serves; one that sells elsewhere
gathers in few regions. Three measures of that, with thresholds of the caller's, say traded or
local for any edition of NAICS; they are a judgment's raw material, not the judgment.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.clusters.definition import ClusterDefinition
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import location_quotient, locational_gini
from clusteranalysis.schema import TOTAL, Absent, check_columns

__all__ = ["compare_tradability", "measured_tradability"]


def measured_tradability(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    min_high_share: float = 0.5,
    min_top_lq: float = 2.0,
    min_gini: float = 0.3,
    top: int = 5,
    criteria: int = 3,
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is an industry traded or local, by how it is spread over regions?

    Parameters
    ----------
    employment : DataFrame
        All regions at one industry level; rows of industry ``"00"`` are the regions' totals.
    reference : DataFrame or "sum"
        The nation, as :func:`location_quotient` takes it.
    min_high_share : float
        Least share of an industry's jobs in regions where its LQ is 1 or more.
    min_top_lq : float
        Least mean LQ of the `top` regions by LQ.
    min_gini : float
        Least locational Gini (Lorenz curve against the regions' jobs).
    top : int
        Regions in that mean.
    criteria : int
        How many of the three an industry must meet to be traded.
    absent : {"withheld", "zero"}
        What a missing row means.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``high_share``, ``top_lq``, ``locational_gini``,
        ``criteria_met`` (0 to 3), ``measured_tradability`` (``"traded"``, ``"local"``, or missing
        where a withheld number leaves it open).

    Raises
    ------
    SchemaError
        The table breaks the contract, or an option makes no sense.

    Notes
    -----
    The defaults are Porter's (2003) for states, whose judgment then moved industries by hand. In
    smaller regions every measure rises: with counties the same thresholds call nearly everything
    traded, so compare with a split you trust and choose yours.

    References
    ----------
    Porter, M. E. (2003). The economic performance of regions. Regional Studies 37(6-7), 549-578.

    Examples
    --------
    >>> jobs = pd.DataFrame({"region": list("ABC") * 2, "industry": ["film"] * 3 + ["food"] * 3,
    ...                      "employment": [90.0, 5, 5, 100, 110, 90]})
    >>> found = measured_tradability(jobs, reference="sum", top=1, min_top_lq=1.4)
    >>> found[["industry", "criteria_met", "measured_tradability"]]
      industry  criteria_met measured_tradability
    0     film             3               traded
    1     food             1                local
    """
    if not 1 <= criteria <= 3 or top < 1:
        raise SchemaError(
            f"criteria={criteria}, top={top}: use 1 to 3 criteria and 1 region or more"
        )
    lq = location_quotient(employment, reference=reference, absent=absent)
    keys = [key for key in ("region", "industry", "year", "draw") if key in lq.columns]
    by = keys[1:]
    cells = employment.loc[employment["industry"] != TOTAL, [*keys, "employment"]]
    cells = cells.merge(lq[[*keys, "location_quotient"]], on=keys, validate="1:1")
    quotient, jobs = cells["location_quotient"], cells["employment"]
    # A region without jobs has no quotient and none of the industry's jobs.
    empty = quotient.isna() & (jobs == 0)
    high = jobs.where(quotient >= 1, 0.0).mask(quotient.isna() & ~empty)
    cells = cells.assign(high=high, lq=quotient.mask(empty, 0.0))
    grouped = cells.groupby(by, observed=True)
    sums = grouped[["high", "employment"]].sum(skipna=False)
    share = sums["high"] / sums["employment"].where(sums["employment"] > 0)
    best = grouped["lq"].agg(
        lambda v: float(np.sort(v)[::-1][:top].mean()) if v.notna().all() else np.nan
    )
    gini = locational_gini(employment, reference="sum", absent=absent)
    table = pd.DataFrame({"high_share": share, "top_lq": best}).reset_index()
    table = table.merge(gini[[*by, "locational_gini"]], on=by, validate="1:1")
    met = pd.Series(0, index=table.index)
    open_ = met.copy()
    for column, least in (
        ("high_share", min_high_share),
        ("top_lq", min_top_lq),
        ("locational_gini", min_gini),
    ):
        met += (table[column] >= least).astype("int64")
        open_ += table[column].isna().astype("int64")
    traded, local = met >= criteria, met + open_ < criteria
    tag = pd.Series(np.select([traded, local], ["traded", "local"], ""), index=table.index)
    table = table.assign(criteria_met=met, measured_tradability=tag.where(traded | local))
    return table.sort_values(by, ignore_index=True)


def compare_tradability(measured: pd.DataFrame, *, definition: ClusterDefinition) -> pd.DataFrame:
    """Where does measurement disagree with a definition's split into traded and local?

    Parameters
    ----------
    measured : DataFrame
        From :func:`measured_tradability`, one year, at six digits or coarser; a coarser industry
        is compared with its six-digit members' tag where they all share one.
    definition : ClusterDefinition
        The split to compare with.

    Returns
    -------
    DataFrame
        The rows of `measured` whose industry the definition tags traded or local, with
        ``cluster``, ``tradability`` (the definition's) and ``agrees`` (missing where measurement
        is open), the disagreements first.

    Raises
    ------
    SchemaError
        A column is missing.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> table = pd.DataFrame({"industry": ["3254"], "measured_tradability": ["local"]})
    >>> found = compare_tradability(table, definition=ca.read_definition())
    >>> found[["industry", "cluster", "tradability", "agrees"]]
      industry     cluster tradability  agrees
    0     3254  biomedical      traded   False
    """
    check_columns(measured, ["industry", "measured_tradability"], what="measured table")
    leaves = definition.members
    owner: dict[str, str] = {}
    for length in (2, 3, 4, 5, 6):
        heads = leaves["industry"].str[:length]
        clusters = leaves.groupby(heads)["cluster"].agg(["nunique", "first"])
        one = clusters.loc[clusters["nunique"] == 1, "first"]
        owner |= {str(code): str(cluster) for code, cluster in one.items()}
    table = measured.assign(cluster=measured["industry"].map(owner))
    table["tradability"] = table["cluster"].map(definition.tradability)
    table = table[table["tradability"].isin(["traded", "local"])]
    said = table["measured_tradability"]
    agrees = (said == table["tradability"]).astype("boolean").mask(said.isna())
    table = table.assign(agrees=agrees, order=agrees.fillna(True).astype(int))
    table = table.sort_values(["order", "industry"], kind="stable", ignore_index=True)
    return table.drop(columns="order")
