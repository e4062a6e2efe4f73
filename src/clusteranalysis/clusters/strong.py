"""Which clusters are strong by the benchmark rule, among all regions of one type?

The rule of the US Cluster Mapping Project (Delgado, Porter and Stern 2016, and the site's notes):
a traded cluster's location quotient is taken on *traded* employment, a local one's on local; a
region's cluster is strong where that quotient is in the top quarter of all regions that have the
cluster, and the cluster is not among the smallest quarter by jobs or by establishments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import location_quotient
from clusteranalysis.schema import TOTAL, check_columns

__all__ = ["strong_cluster_share", "strong_clusters"]

_KEYS = ("region", "industry", "year", "draw")
#: Flag -> the quantile of the quotient it needs, and whether the quotient must reach 1 too.
_FLAGS = {
    "strong": (0.75, True),
    "strong10": (0.90, True),
    "significant": (0.50, False),
    "qualifying": (0.25, False),
}
_FLOOR = 0.25


def strong_clusters(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame,
    tradability: Mapping[str, str],
    base: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Which clusters of which regions are strong, by the rule of the US Cluster Mapping Project?

    Parameters
    ----------
    employment : DataFrame
        Cluster employment of *all* regions of one type (all states, or all metropolitan areas):
        ``region, industry`` (the cluster), ``employment, establishments`` and ``year`` where
        there are several. The rule ranks each region among the others: a part of them gives
        another answer.
    reference : DataFrame
        The same for the US, from its own file, not the sum of the regions.
    tradability : mapping
        Cluster -> ``"traded"``, ``"local"`` or ``"mixed"``; ``ClusterDefinition.tradability``.
    base : DataFrame, optional
        ``region, industry`` (``"traded"`` or ``"local"``), ``employment`` (and ``year``): traded
        and local jobs of every region and of the reference's region, where they are known better
        than as sums of the clusters.

    Returns
    -------
    DataFrame
        One row a region and cluster (and year, draw), sorted: ``base`` (``"traded"`` or
        ``"local"``; a mixed cluster is not eligible: NaN and missing flags), ``location_quotient``
        on that base, and the flags ``strong``, ``strong10``, ``significant``, ``qualifying``
        (nullable booleans). A cluster without jobs is none of these. A flag is missing where a
        withheld number decides it: the region's own, or that of a region that sets a quantile,
        unless another condition fails for certain.

    Raises
    ------
    SchemaError
        A table breaks the contract, a cluster has no tag, or there is only one region.

    Notes
    -----
    lq = (e_rc / E_r,base) / (E_US,c / E_US,base). Among regions with e_rc > 0, per cluster and
    year: strong if lq >= Q75(lq), lq >= 1, e > Q25(e) and establishments > Q25(establishments);
    strong10 with Q90; significant lq > Q50 and qualifying lq > Q25 with the same floors and
    without lq >= 1. Quantiles interpolate linearly (Hyndman and Fan's type 7).

    References
    ----------
    Delgado, M., Porter, M. E. and Stern, S. (2016). Defining clusters of related industries.
    Journal of Economic Geography 16(1), 1-38. US Cluster Mapping Project, methodology notes.

    Examples
    --------
    >>> jobs = pd.DataFrame({"region": list("ABCDE"), "industry": "autos",
    ...     "employment": [90.0, 30, 20, 10, 5], "establishments": [9.0, 3, 2, 1, 1]})
    >>> rest = jobs.assign(industry="wine", employment=[10.0, 70, 80, 90, 95])
    >>> us = pd.DataFrame({"industry": ["autos", "wine"], "employment": [200.0, 800.0]})
    >>> found = strong_clusters(pd.concat([jobs, rest]), reference=us,
    ...                         tradability={"autos": "traded", "wine": "traded"})
    >>> found.loc[found["industry"] == "autos", ["region", "location_quotient", "strong"]]
      region  location_quotient  strong
    0      A               4.50    True
    2      B               1.50    True
    4      C               1.00   False
    6      D               0.50   False
    8      E               0.25   False
    """
    check_columns(employment, ["region", "industry", "employment", "establishments"])
    table = employment[employment["industry"] != TOTAL]
    if table["region"].nunique() < 2:
        raise SchemaError(
            "the rule ranks a region among all of its type: pass every state, or every "
            "metropolitan area, in one table"
        )
    parts = [_on_base(table, reference, tradability, base, kind) for kind in ("traded", "local")]
    mixed = sorted({name for name in table["industry"] if tradability.get(name) == "mixed"})
    quotients = pd.concat(parts)
    keys = [key for key in _KEYS if key in table.columns]
    result = table[[*keys, "employment", "establishments"]].merge(
        quotients[[*keys, "base", "location_quotient"]], on=keys, how="left", validate="1:1"
    )
    untagged = result["base"].isna() & ~result["industry"].isin(mixed)
    if untagged.any():
        name = result.loc[untagged, "industry"].iloc[0]
        raise SchemaError(
            f"tradability does not say what {name!r} is: give every cluster of the table "
            "'traded', 'local' or 'mixed'"
        )
    return _flagged(result).sort_values(keys, kind="stable", ignore_index=True)


def _on_base(
    table: pd.DataFrame,
    reference: pd.DataFrame,
    tradability: Mapping[str, str],
    base: pd.DataFrame | None,
    kind: Literal["traded", "local"],
) -> pd.DataFrame:
    """Quotients of the clusters of one kind on the jobs of that kind."""
    mine = table[table["industry"].map(tradability) == kind]
    empty = table.iloc[:0].assign(base=kind, location_quotient=0.0)
    if mine.empty:
        return empty
    theirs = reference[reference["industry"] != TOTAL]
    if base is not None:
        check_columns(base, ["region", "industry", "employment"], what="base table")
        denominators = base[base["industry"] == kind].drop(columns="industry")
        found = location_quotient(mine, reference=theirs, base=denominators)
    else:
        found = location_quotient(
            table, reference=theirs, base=kind, tradability=tradability, absent="zero"
        )
    return found.assign(base=kind)


def _flagged(table: pd.DataFrame) -> pd.DataFrame:
    """Add the flags, cluster by cluster and year by year."""
    by = [key for key in ("industry", "year", "draw") if key in table.columns]
    jobs = table["employment"]
    there = table[jobs != 0]  # NaN may be there
    groups = there.groupby(by, sort=False, observed=True)

    def quantile(column: str, q: float) -> pd.Series:
        values = groups[column]
        cut = values.transform(lambda v: np.quantile(v, q) if v.notna().all() else np.nan)
        return cut.reindex(table.index)

    floors = pd.Series(True, index=table.index, dtype="boolean")
    for column in ("employment", "establishments"):
        floors &= _compare(table[column], quantile(column, _FLOOR), strict=True)
    lq = table["location_quotient"]
    flags = {}
    for name, (q, reaches_one) in _FLAGS.items():
        cut = quantile("location_quotient", q)
        flag = _compare(lq, cut, strict=not reaches_one) & floors
        if reaches_one:
            flag &= _compare(lq, pd.Series(1.0, index=table.index), strict=False)
        flag = flag.mask(jobs == 0, False)
        flags[name] = flag.mask(table["base"].isna())
    order = [key for key in _KEYS if key in table.columns]
    order += ["base", "location_quotient", "employment", "establishments"]
    return table.assign(**flags)[[*order, *_FLAGS]]


def _compare(left: pd.Series, right: pd.Series, *, strict: bool) -> pd.Series:
    """A nullable comparison: missing where either side is."""
    truth = (left > right) if strict else (left >= right)
    return truth.astype("boolean").mask(left.isna() | right.isna())


def strong_cluster_share(strong: pd.DataFrame) -> pd.DataFrame:
    """What share of a region's traded jobs is in its strong clusters?

    Parameters
    ----------
    strong : DataFrame
        From :func:`strong_clusters`.

    Returns
    -------
    DataFrame
        One row a region (and year, draw): ``traded_employment``, ``strong_employment`` (jobs),
        ``strong_cluster_share`` (0..1; NaN where a flag or a number is missing, or the region has
        no traded job) and ``strong_clusters`` (how many).

    Raises
    ------
    SchemaError
        The table is not one of :func:`strong_clusters`.

    Examples
    --------
    >>> table = pd.DataFrame({"region": "A", "industry": ["x", "y"], "base": "traded",
    ...     "employment": [30.0, 70.0], "strong": pd.array([True, False], dtype="boolean")})
    >>> strong_cluster_share(table)[["region", "strong_cluster_share", "strong_clusters"]]
      region  strong_cluster_share  strong_clusters
    0      A                   0.3                1
    """
    check_columns(strong, ["region", "industry", "base", "employment", "strong"])
    traded = strong[strong["base"] == "traded"]
    by = [key for key in ("region", "year", "draw") if key in strong.columns]
    jobs = traded["employment"]
    parts = traded[by].assign(
        traded_employment=jobs,
        strong_employment=jobs.where(traded["strong"].fillna(False), 0.0).mask(
            traded["strong"].isna()
        ),
        strong_clusters=traded["strong"].astype("Int64"),
    )
    grouped = parts.groupby(by, sort=True, observed=True)
    result = grouped[["traded_employment", "strong_employment"]].sum(skipna=False)
    share = result["strong_employment"] / result["traded_employment"].where(
        result["traded_employment"] > 0
    )
    count = grouped["strong_clusters"].sum(skipna=False)
    return result.assign(strong_cluster_share=share, strong_clusters=count).reset_index()
