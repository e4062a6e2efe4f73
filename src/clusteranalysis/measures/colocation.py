"""Which industries locate in the same places?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.kernels import colocation as kernel
from clusteranalysis.kernels.specialization import ratio, shares
from clusteranalysis.measures._panel import read_matrices, region_weights
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["coagglomeration"]


def coagglomeration(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum", "mean"],
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Do two industries concentrate in the same regions, beyond what region size explains?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country.
    reference : DataFrame, "sum" or "mean"
        The regions' sizes: ``"mean"`` for the mean of the industries' shares (Ellison, Glaeser
        and Kerr 2010), ``"sum"`` for the shares of all jobs (Ellison and Glaeser 1997), or a
        table as in :func:`hoover`.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's pairs NaN.

    Returns
    -------
    DataFrame
        One row an unordered pair (and year, draw), ``industry`` < ``partner``, with
        ``coagglomeration`` (0 = unrelated, positive = the same places, negative = apart; NaN
        where a cell of either is withheld or it has no jobs).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    gamma^c_ij = sum_r (s_ri - w_r)(s_rj - w_r) / (1 - sum_r w_r^2), eq. 1. All pairs come from
    one matrix product. With ``"mean"`` an industry without jobs takes no part in the mean.

    References
    ----------
    Ellison, G., Glaeser, E. L. and Kerr, W. R. (2010). What causes industry agglomeration?
    Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B"] * 3, "industry": list("xxyyzz"),
    ...                      "employment": [40.0, 10.0, 80.0, 20.0, 0.0, 50.0]})
    >>> ca.coagglomeration(jobs, reference="mean").round(4)
      industry partner  coagglomeration
    0        x       y           0.2857
    1        x       z          -0.5714
    2        y       z          -0.5714
    """
    panel = read_matrices(employment, value, absent)
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum", "mean"])
    mean = isinstance(reference, str) and reference == "mean"
    weights = None if mean else region_weights(panel, reference, value, absent)  # type: ignore[arg-type]
    first, second = np.triu_indices(len(panel.industries), k=1)
    parts = []
    for group, keys in panel.each_group():
        E = panel.dense(value, group, absent)
        S = shares(E, axis=0)
        if weights is None:
            some = E.sum(axis=0) != 0
            w = ratio(S[:, some].sum(axis=1), np.count_nonzero(some))
        else:
            w = weights[group]
        pairs = kernel.coagglomeration(S, w)[first, second]
        names = {"industry": panel.industries.take(first), "partner": panel.industries.take(second)}
        parts.append(pd.DataFrame({**names, **keys, "coagglomeration": pairs}))
    result = pd.concat(parts, ignore_index=True)
    if len(parts) > 1:
        keys_in_order = ["industry", "partner", *panel.groups.columns]
        result = result.sort_values(keys_in_order, kind="stable", ignore_index=True)
    return result
