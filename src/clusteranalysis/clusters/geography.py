"""Where is a cluster, and does it cross the region's border?

County lines cut clusters apart. Neighbouring counties in which a cluster is strong are one *area*
of it, whatever region they are counted in.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import check_columns, refuse_repeats

__all__ = ["cluster_areas"]

_BORDER = [
    "counties_inside",
    "counties_beyond",
    "employment_inside",
    "employment_beyond",
    "crosses_border",
]


def cluster_areas(
    strong: pd.DataFrame,
    *,
    neighbours: pd.DataFrame,
    counties: Iterable[str] | None = None,
    flag: str = "strong",
) -> pd.DataFrame:
    """Which contiguous counties share a strong cluster, and how far does it reach beyond us?

    Parameters
    ----------
    strong : DataFrame
        Counties: ``region, industry`` (the cluster), the column `flag`, and ``employment`` and
        ``year`` where there are; as :func:`strong_clusters` returns it for all counties.
    neighbours : DataFrame
        ``region, neighbour``: which counties touch, as ``regions.neighbours`` lists them.
    counties : iterable of str, optional
        The region's own counties; adds what lies inside and beyond its border.
    flag : str
        The column that says where the cluster is: true, false, or missing (cannot tell).

    Returns
    -------
    DataFrame
        One row an area of a cluster (and year), the largest first: ``industry``, ``area`` (1 for
        the cluster's largest), ``counties`` (how many), ``employment`` (jobs; NaN where a county's
        are withheld), ``members`` (codes, sorted, joined by blanks), ``open_border`` (touching
        counties whose flag is missing, so that the area may be larger); with `counties` also
        ``counties_inside``, ``counties_beyond``, ``employment_inside``, ``employment_beyond`` and
        ``crosses_border``.

    Raises
    ------
    SchemaError
        A column is missing, a county stands twice, or a county of the region is not in the table.

    Examples
    --------
    >>> counties = pd.DataFrame({"region": ["06001", "06013", "06075", "06081"],
    ...     "industry": "biomedical", "employment": [900.0, 300, 50, 800],
    ...     "strong": [True, False, False, True]})
    >>> touch = pd.DataFrame({"region": ["06001", "06081"], "neighbour": ["06081", "06001"]})
    >>> found = cluster_areas(counties, neighbours=touch, counties=["06001", "06013"])
    >>> found[["members", "employment", "employment_beyond", "crosses_border"]]
           members  employment  employment_beyond  crosses_border
    0  06001 06081      1700.0              800.0            True
    """
    check_columns(strong, ["region", "industry", flag], what="table of strong clusters")
    check_columns(neighbours, ["region", "neighbour"], what="neighbours table")
    by = ["industry", *(["year"] if "year" in strong.columns else [])]
    refuse_repeats(strong, ["region", *by], "table of strong clusters")
    own = None if counties is None else sorted(set(counties))
    if own is not None:
        lost = sorted(set(own) - set(strong["region"]))
        if lost:
            raise SchemaError(
                f"column 'region' of the table of strong clusters lacks {', '.join(lost[:5])} of "
                "the region: pass a table of all counties"
            )
    parts = []
    for _, part in strong.groupby(by, sort=True, observed=True):
        found = _areas(part, neighbours, own, flag)
        parts.append(found.assign(**{key: part[key].iloc[0] for key in by}))
    return pd.concat(parts, ignore_index=True)[[*by, "area", *_columns(own)]]


def _columns(own: list[str] | None) -> list[str]:
    """What is said of an area; more where a region's border is known."""
    columns = ["counties", "employment", "members", "open_border"]
    if own is None:
        return columns
    return [*columns, *_BORDER]


def _areas(
    part: pd.DataFrame, neighbours: pd.DataFrame, own: list[str] | None, flag: str
) -> pd.DataFrame:
    """Areas of one cluster and year."""
    state = part.set_index("region")[flag].astype("boolean")
    there = state.index[state.fillna(False)]
    unknown = set(state.index[state.isna()])
    position = pd.Series(np.arange(len(there)), index=there)
    pairs = neighbours[neighbours["region"].isin(there)]
    inner = pairs[pairs["neighbour"].isin(there)]
    edges = (position[inner["region"]].to_numpy(), position[inner["neighbour"]].to_numpy())
    graph = coo_array((np.ones(len(inner)), edges), shape=(len(there), len(there)))
    count, label = connected_components(graph, directed=False)
    jobs = part.set_index("region").get("employment", pd.Series(np.nan, index=state.index))
    rows = []
    for number in range(count):
        members = sorted(there[label == number])
        touching = pairs.loc[pairs["region"].isin(members), "neighbour"]
        row = {
            "counties": len(members),
            "employment": jobs[members].sum(skipna=False),
            "members": " ".join(members),
            "open_border": len(unknown & set(touching)),
        }
        if own is not None:
            inside = [member for member in members if member in own]
            beyond = [member for member in members if member not in own]
            row |= {
                "counties_inside": len(inside),
                "counties_beyond": len(beyond),
                "employment_inside": jobs[inside].sum(skipna=False),
                "employment_beyond": jobs[beyond].sum(skipna=False),
                "crosses_border": bool(inside and beyond),
            }
        rows.append(row)
    areas = pd.DataFrame(rows, columns=_columns(own))
    # By jobs where they are known, else by counties; the first member settles a tie.
    areas = areas.sort_values(
        ["employment", "counties", "members"],
        ascending=[False, False, True],
        kind="stable",
        ignore_index=True,
    )
    return areas.assign(area=np.arange(1, len(areas) + 1))
