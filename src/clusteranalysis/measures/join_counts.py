"""Which regions that are specialised in two industries lie beside others that are?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import spatial as kernel
from clusteranalysis.kernels.significance import Adjustment, adjusted
from clusteranalysis.measures._map import read_maps
from clusteranalysis.measures._panel import stack_groups
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["local_join_counts"]

Floats = NDArray[np.float64]


def local_join_counts(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    neighbours: pd.DataFrame,
    pairs: Sequence[tuple[str, str]] | None = None,
    method: Literal["together", "apart"] = "together",
    threshold: float = 1.0,
    adjust: Adjustment = "benjamini_hochberg",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Of two industries, how many neighbours of a region are specialised in what it lacks or has?

    Parameters
    ----------
    employment : DataFrame
        Employment table. Rows of industry ``"00"`` are published totals, the LQ's denominators.
    reference : DataFrame or "sum"
        The area that location quotients compare with, as in :func:`location_quotient`.
    neighbours : DataFrame
        Pairs of regions, as in :func:`moran`. All neighbours count alike: of a ``weight`` only
        matters whether it is zero.
    pairs : sequence of (str, str), optional
        The industries to look at; by default every pair of the table's, and the result then has
        regions x industries^2 / 2 rows.
    method : {"together", "apart"}
        ``"together"``: the region is specialised in both industries; count the neighbours that
        are, too. ``"apart"``: it is specialised in the first alone; count the neighbours that are
        specialised in the partner alone. The order of a pair then matters, and both are given.
    threshold : float
        The LQ from which on a region counts as specialised.
    adjust : {"benjamini_hochberg", "none", "bonferroni", "holm"}
        How ``adjusted`` allows for the number of tested regions of a pair, year and draw.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes counts that need it NaN.

    Returns
    -------
    DataFrame
        One row a region and pair (and year, draw), ``industry`` < ``partner`` with
        ``"together"``: ``local_join_counts`` (neighbours; 0 where the region itself does not
        qualify), ``neighbours`` (how many there are), ``p_value`` (of as many or more by chance;
        NaN where the region does not qualify) and ``adjusted``. NaN where the count depends on a
        withheld or undefined LQ; in a region without neighbours or without any jobs.

    Raises
    ------
    SchemaError
        The table breaks the contract, reference, neighbours or pairs do not match it, or the
        threshold is not above zero.

    Notes
    -----
    With x_r and z_r = 1 where the LQ reaches the threshold: together x_r z_r sum_q b_rq x_q z_q,
    apart x_r (1 - z_r) sum_q b_rq z_q (1 - x_q) (Anselin and Li 2019, the cases CLC and BJC, as in
    ``esda.Join_Counts_Local_BV``). Under conditional randomisation the count is hypergeometric, so
    the p-value is exact and nothing is drawn.

    References
    ----------
    Anselin, L. and Li, X. (2019). Operational local join count statistics for cluster detection.
    Journal of Geographical Systems 21(2), 189-210.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": list("ABCD") * 3,
    ...                      "industry": ["x"] * 4 + ["y"] * 4 + ["z"] * 4,
    ...                      "employment": [9.0, 8, 1, 1, 7, 9, 1, 1, 5, 5, 20, 20]})
    >>> row = pd.DataFrame({"region": list("ABC"), "neighbour": list("BCD")})
    >>> both = pd.concat([row, row.set_axis(["neighbour", "region"], axis=1)])
    >>> ca.local_join_counts(jobs, reference="sum", neighbours=both, pairs=[("x", "y")]).round(3)
      region industry partner  local_join_counts  neighbours  p_value  adjusted
    0      A        x       y                1.0           1    0.333     0.667
    1      B        x       y                1.0           2    0.667     0.667
    2      C        x       y                0.0           2      NaN       NaN
    3      D        x       y                0.0           1      NaN       NaN
    """
    check_option("method", method, Literal["together", "apart"])
    check_option("adjust", adjust, Adjustment)
    if not (np.isfinite(threshold) and threshold > 0):
        raise SchemaError(f"threshold={threshold!r} is not above zero: use an LQ, for example 1.0")
    maps = read_maps(employment, reference, neighbours, value, absent)
    first, second = _pairs(pairs, maps.industries, both_ways=method == "apart")
    parts = []
    for keys, here in maps.groups():
        special = np.where(np.isnan(here.LQ), np.nan, threshold <= here.LQ)
        shape = (len(first), len(maps.regions))
        counts, p = np.full(shape, np.nan), np.full(shape, np.nan)
        for k, (i, j) in enumerate(zip(first, second, strict=True)):
            x, z = special[here.rows, i], special[here.rows, j]
            focal, there = (
                (_both(x, z), _both(x, z))
                if method == "together"
                else (_both(x, 1 - z), _both(z, 1 - x))
            )
            counts[k, here.rows], p[k, here.rows] = kernel.join_counts(focal, there, here.alike)
        degree = np.zeros(len(maps.regions), np.intp)
        degree[here.rows] = np.diff(here.W.indptr)
        rows = {
            "region": np.tile(maps.regions, len(first)),
            "industry": np.repeat(maps.industries.take(first), len(maps.regions)),
            "partner": np.repeat(maps.industries.take(second), len(maps.regions)),
        }
        values = {
            "local_join_counts": counts.ravel(),
            "neighbours": np.tile(degree, len(first)),
            "p_value": p.ravel(),
            "adjusted": np.ravel([adjusted(row, adjust) for row in p]),
        }
        parts.append(pd.DataFrame({**rows, **keys, **values}))
    return stack_groups(parts, ["region", "industry", "partner", *maps.keys])


def _both(a: Floats, b: Floats) -> Floats:
    """1 where both are; 0 where either is known not to be, whatever the other is."""
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _pairs(
    pairs: Sequence[tuple[str, str]] | None, industries: pd.Index, *, both_ways: bool
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the first and second industry of every pair, each pair once."""
    if pairs is None:
        first, second = np.triu_indices(len(industries), k=1)
    else:
        names = [name for pair in pairs for name in pair]
        if any(isinstance(pair, str) or len(pair) != 2 for pair in pairs):
            raise SchemaError("pairs holds something that is no pair: use (industry, industry)")
        at = industries.get_indexer(pd.Index(names, dtype=object))
        if (at < 0).any():
            missing = names[int(np.flatnonzero(at < 0)[0])]
            raise SchemaError(
                f"pairs names {missing!r}, which column 'industry' of the employment table lacks"
            )
        ends = np.sort(at.reshape(-1, 2), axis=1)
        if (ends[:, 0] == ends[:, 1]).any():
            raise SchemaError("pairs holds an industry with itself: use two different ones")
        ends = np.unique(ends, axis=0)
        first, second = ends[:, 0], ends[:, 1]
    if both_ways:
        first, second = np.concatenate([first, second]), np.concatenate([second, first])
    return first, second
