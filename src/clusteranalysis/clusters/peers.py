"""Which regions are most like ours, and how do we stand among them?"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import TOTAL, check_columns, check_employment

__all__ = ["peer_regions", "peer_standing"]


def peer_regions(
    employment: pd.DataFrame, *, region: str, number: int = 10, size_factor: float = 2.0
) -> pd.DataFrame:
    """Which regions have the industry mix and the size most like ours?

    Parameters
    ----------
    employment : DataFrame
        All regions of one year at one industry level: ``region, industry, employment``, with the
        published totals (industry ``"00"``). A cell that is withheld or has no row counts as what
        is published of it, nothing; ``open_share`` says how much of a region that leaves out.
    region : str
        The region whose peers are wanted; it must be in the table.
    number : int
        Peers to give at most.
    size_factor : float
        Only regions with at least one such part, and at most so many times, of its jobs.

    Returns
    -------
    DataFrame
        One row a peer, the most alike first: ``region``, ``mix_overlap`` (the share of jobs that
        are in the same industries, 0..1), ``employment`` (published total), ``size_ratio`` (to the
        region's), ``open_share`` (of its jobs, in no published cell), and ``rank``.

    Raises
    ------
    SchemaError
        The table breaks the contract, has several years, no totals, or not the region.

    Notes
    -----
    mix_overlap = sum_i min(s_ri, s_qi), shares of the published cells; it is 1 - K/2 with
    Krugman's index K between the two regions (Finger and Kreinin 1979).

    References
    ----------
    Finger, J. M. and Kreinin, M. E. (1979). A measure of "export similarity" and its possible
    uses. Economic Journal 89(356), 905-912.

    Examples
    --------
    >>> table = pd.DataFrame({"region": list("AAABBBCCC"), "industry": ["00", "x", "y"] * 3,
    ...     "employment": [100.0, 60, 40, 120, 60, 60, 900, 540, 360]})
    >>> peer_regions(table, region="A")[["region", "mix_overlap", "size_ratio"]]
      region  mix_overlap  size_ratio
    0      B          0.9         1.2
    """
    check_employment(employment)
    for key in ("year", "draw"):
        if key in employment.columns and (employment[key] != employment[key].iloc[0]).any():
            raise SchemaError(f"column {key!r} has several values: keep one to find peers of")
    if number < 1 or not size_factor >= 1:
        raise SchemaError(
            f"number={number} and size_factor={size_factor}: ask for at least one peer, and for "
            "sizes up to at least once the region's own"
        )
    totals = employment[employment["industry"] == TOTAL].set_index("region")["employment"]
    cells = employment[employment["industry"] != TOTAL]
    if region not in set(cells["region"]) or not totals.get(region, np.nan) > 0:
        raise SchemaError(
            f"column 'region' has no industries or no total ('00') of {region!r}: add its rows"
        )
    jobs = cells.pivot(index="region", columns="industry", values="employment").fillna(0.0)  # noqa: PD010
    totals = totals.reindex(jobs.index)
    published = jobs.sum(axis=1)
    shares = jobs.div(published.where(published > 0), axis=0)
    overlap = np.minimum(shares.to_numpy(), shares.loc[region].to_numpy()).sum(axis=1)
    table = pd.DataFrame(
        {
            "region": jobs.index,
            "mix_overlap": overlap,
            "employment": totals.to_numpy(),
            "size_ratio": (totals / totals[region]).to_numpy(),
            "open_share": (1 - published / totals).to_numpy(),
        }
    )
    near = table["size_ratio"].between(1 / size_factor, size_factor)
    found = table[near & (table["region"] != region) & table["mix_overlap"].notna()]
    found = found.sort_values(
        ["mix_overlap", "region"], ascending=[False, True], ignore_index=True
    ).head(number)
    return found.assign(rank=np.arange(1, len(found) + 1))


def peer_standing(
    measured: pd.DataFrame,
    *,
    region: str,
    peers: Iterable[str],
    value: str = "location_quotient",
) -> pd.DataFrame:
    """How does each of our industries or clusters stand among those of our peers?

    Parameters
    ----------
    measured : DataFrame
        A measure's result for the region and its peers: ``region, industry`` and `value`.
    region : str
        The region.
    peers : iterable of str
        The peers, such as ``peer_regions(...)["region"]``.
    value : str
        The column to compare; higher is ranked first.

    Returns
    -------
    DataFrame
        One row an industry: ``industry``, `value` (the region's), ``peers_lowest``,
        ``peers_median``, ``peers_highest``, ``peers_known`` (peers with a number), ``rank``
        (1 = the highest of all with a number; NaN where the region has none).

    Raises
    ------
    SchemaError
        A column is missing, a row stands twice, or the region or a peer has no row.

    Examples
    --------
    >>> table = pd.DataFrame({"region": list("ABC"), "industry": "x",
    ...                       "location_quotient": [1.2, 0.8, 1.5]})
    >>> peer_standing(table, region="A", peers=["B", "C"])[["peers_median", "rank"]]
       peers_median  rank
    0          1.15   2.0
    """
    check_columns(measured, ["region", "industry", value], what="table of a measure")
    chosen = [name for name in dict.fromkeys(peers) if name != region]
    lost = [name for name in (region, *chosen) if name not in set(measured["region"])]
    if lost or not chosen:
        raise SchemaError(
            f"column 'region' has no row of {', '.join(map(repr, lost[:5])) or 'any peer'}: "
            "measure the region and its peers together"
        )
    kept = measured[measured["region"].isin([region, *chosen])]
    if kept.duplicated(["region", "industry"]).any():
        raise SchemaError("a region and industry stand twice: keep one year and draw")
    wide = kept.pivot(index="industry", columns="region", values=value)  # noqa: PD010
    wide = wide.reindex(columns=[region, *chosen])
    others, own = wide[chosen], wide[region]
    above = others.gt(own, axis=0).sum(axis=1)
    result = pd.DataFrame(
        {
            value: own,
            "peers_lowest": others.min(axis=1),
            "peers_median": others.median(axis=1),
            "peers_highest": others.max(axis=1),
            "peers_known": others.notna().sum(axis=1),
            "rank": (above + 1.0).where(own.notna()),
        }
    )
    return result.reset_index()
