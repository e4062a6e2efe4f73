"""How specialised, or how diverse, is a region as a whole?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.kernels import diversity as kernel
from clusteranalysis.kernels.specialization import ratio, shares
from clusteranalysis.measures._panel import read_matrices, read_reference, stack_groups
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["herfindahl", "krugman"]


def herfindahl(
    employment: pd.DataFrame,
    *,
    method: Literal["raw", "normalised", "numbers_equivalent"] = "raw",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How much does a region depend on few industries?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    method : {"raw", "normalised", "numbers_equivalent"}
        Sum of squared shares (1/n..1); rescaled to 0..1 by the table's n industries; or its
        inverse, the number of equal industries that would give the same value.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``herfindahl``; NaN where a cell is withheld or the
        region has no jobs.

    Raises
    ------
    SchemaError
        The table breaks the contract.

    Notes
    -----
    H = sum_i s_ri^2; normalised (H - 1/n) / (1 - 1/n); numbers equivalent 1/H.

    References
    ----------
    Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54(5), 761-762.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["farms", "mills"],
    ...                      "employment": [30.0, 10.0]})
    >>> ca.herfindahl(jobs)
      region  herfindahl
    0      A       0.625
    """
    check_option("method", method, Literal["raw", "normalised", "numbers_equivalent"])
    panel = read_matrices(employment, value, absent)
    parts = []
    for group, keys in panel.each_group():
        H = kernel.herfindahl(panel.dense(value, group, absent), method)
        parts.append(pd.DataFrame({"region": panel.regions, **keys, "herfindahl": H}))
    return stack_groups(parts, ["region", *panel.groups.columns])


def krugman(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum", "others"],
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How different is a region's industry mix from its reference's?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    reference : DataFrame, "sum" or "others"
        A table of one area; ``"sum"`` for the shares of all regions together (own included); or
        ``"others"`` for the unweighted mean of the other regions' shares. The last two are both
        called the Krugman index in the literature and differ.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``krugman`` (0 = the same mix, 2 = nothing in
        common; NaN where a cell is withheld or the region has no jobs) and ``reference``.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    K_r = sum_i |s_ri - s_i|. Shares of the reference are taken over the industries of the table.

    References
    ----------
    Krugman, P. (1991). Geography and Trade, p. 76. MIT Press.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [30.0, 10.0, 10.0, 30.0]})
    >>> ca.krugman(jobs, reference="sum")
      region  krugman reference
    0      A      0.5       sum
    1      B      0.5       sum
    """
    panel = read_matrices(employment, value, absent)
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum", "others"])
    else:
        ref = read_reference(reference, panel, values=(value,), absent=absent)
    parts = []
    for group, keys in panel.each_group():
        E = panel.dense(value, group, absent)
        S = shares(E, axis=1)
        if isinstance(reference, str) and reference == "sum":
            against = shares(E.sum(axis=0)[None, :], axis=1)
        elif isinstance(reference, str):
            # A region without jobs has no shares and is nobody's "other"; a withheld one is.
            filled = np.where(E.sum(axis=1, keepdims=True) == 0, 0.0, S)
            count = np.count_nonzero(E.sum(axis=1) != 0) - 1
            against = ratio(filled.sum(axis=0) - filled, count)
        else:
            against = shares(ref.industry[value][group][None, :], axis=1)
        table = {"region": panel.regions, **keys, "krugman": kernel.krugman(S, against)}
        parts.append(pd.DataFrame(table))
    name = reference if isinstance(reference, str) else ref.name
    return stack_groups(parts, ["region", *panel.groups.columns]).assign(reference=name)
