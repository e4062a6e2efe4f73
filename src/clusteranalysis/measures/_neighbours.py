"""The seam between a table of neighbouring regions and a matrix of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import check_columns

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_WHAT = "neighbour table"


def read_neighbours(neighbours: pd.DataFrame, regions: pd.Index, *, own: float = 0.0) -> csr_array:
    """Regions x regions: the weight of each neighbour, 1 where the table has no ``weight``.

    ``own`` is the weight of the region itself.

    ``neighbours`` is what :func:`clusteranalysis.regions.neighbours` returns. A pair counts in the
    direction in which it is written. Both of its regions must be known, since leaving out one
    without jobs in the table would silently measure another neighbourhood.
    """
    from scipy.sparse import csr_array

    check_columns(neighbours, ["region", "neighbour"], what=_WHAT)
    ends = {}
    for column in ("region", "neighbour"):
        ends[column] = regions.get_indexer(pd.Index(neighbours[column].astype(object)))
        unknown = pd.unique(neighbours[column].to_numpy(object)[ends[column] < 0])
        if len(unknown):
            raise SchemaError(
                f"column {column!r} of the {_WHAT} names {', '.join(map(repr, unknown[:5]))} "
                f"({len(unknown)} in all) that the employment table lacks: give them rows, or "
                "drop their pairs and say that the neighbourhood leaves them out"
            )
    rows, columns = ends["region"], ends["neighbour"]
    if (rows == columns).any():
        first = regions[rows[rows == columns][0]]
        raise SchemaError(
            f"the {_WHAT} calls {first!r} its own neighbour: drop the pairs of a region with itself"
        )
    twice = neighbours.duplicated(["region", "neighbour"]).to_numpy()
    if twice.any():
        pair = neighbours[twice].iloc[0]
        raise SchemaError(
            f"the {_WHAT} has the pair {pair['region']!r}, {pair['neighbour']!r} more than once: "
            "keep one row a pair"
        )
    weight = np.ones(len(rows))
    if "weight" in neighbours.columns:
        numbers = pd.to_numeric(neighbours["weight"], errors="coerce")
        weight = numbers.to_numpy(float, na_value=np.nan)
        bad = ~(np.isfinite(weight) & (weight >= 0))
        if bad.any():
            pair = neighbours[bad].iloc[0]
            raise SchemaError(
                f"column 'weight' of the {_WHAT} is {pair['weight']!r} for {pair['region']!r}, "
                f"{pair['neighbour']!r} ({int(bad.sum())} in all): use numbers of zero or more"
            )
    here = np.arange(len(regions))
    entries = (np.append(rows, here), np.append(columns, here))
    values = np.append(weight, np.full(len(regions), own))
    matrix = csr_array((values, entries), shape=(len(regions), len(regions)))
    matrix.eliminate_zeros()  # a stored zero would carry a withheld figure: 0 x NaN is NaN
    return matrix
