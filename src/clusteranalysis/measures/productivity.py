"""Do a region's industries belong to rich regions or to poor ones?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.kernels import complexity as kernel
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import Panel, read_matrices, read_weights
from clusteranalysis.measures._presence import by_industry, by_region
from clusteranalysis.schema import Absent, Value, check_columns

__all__ = ["expy", "prody"]

Floats = NDArray[np.float64]


def prody(
    employment: pd.DataFrame,
    *,
    income: pd.DataFrame,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How rich are the regions that an industry belongs to?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are published totals and
        serve as the denominators of the regions' shares.
    income : DataFrame
        Table ``region[, year]`` with ``income``, by head (personal income, GDP, wages).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``prody``, in the units of ``income`` (NaN where
        a share of the industry is withheld, the income of a region that has it is NaN, or nobody
        has the industry).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the income table lacks a region or is not by region.

    Notes
    -----
    PRODY_i = sum_r LQ_ri Y_r / sum_r LQ_ri = sum_r s_ri Y_r / sum_r s_ri, s_ri = x_ri / x_r: the
    reference of the LQ cancels out. A small region counts like a large one.

    References
    ----------
    Hausmann, R., Hwang, J. and Rodrik, D. (2007). What you export matters. Journal of Economic
    Growth 12(1), 1-25.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [30.0, 10.0, 10.0, 30.0]})
    >>> income = pd.DataFrame({"region": ["A", "B"], "income": [60.0, 20.0]})
    >>> ca.prody(jobs, income=income)
      industry  prody
    0        x   50.0
    1        y   30.0
    """
    panel, incomes = _read(employment, income, value, absent)
    totals = panel.region_totals(value, absent)
    parts = []
    for group, _ in panel.each_group():
        E = panel.dense(value, group, absent)
        parts.append(kernel.prody(_shares(E, totals[group]), incomes[group]))
    return by_industry(panel, {"prody": parts})


def expy(
    employment: pd.DataFrame,
    *,
    income: pd.DataFrame,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """What income do a region's industries go with elsewhere?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, as in :func:`prody`.
    income : DataFrame
        Table ``region[, year]`` with ``income``, by head (personal income, GDP, wages).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``expy``, in the units of ``income`` (NaN where a
        cell of the region is withheld, the :func:`prody` of an industry it has is NaN, or it has
        no jobs).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the income table lacks a region or is not by region.

    Notes
    -----
    EXPY_r = sum_i s_ri PRODY_i, s_ri the shares of the table's industries in the region's jobs in
    them, so that they add up to 1 (published totals serve for PRODY alone). The region's own
    income is part of each PRODY: with few regions the two are alike by construction.

    References
    ----------
    Hausmann, R., Hwang, J. and Rodrik, D. (2007). What you export matters. Journal of Economic
    Growth 12(1), 1-25.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [30.0, 10.0, 10.0, 30.0]})
    >>> income = pd.DataFrame({"region": ["A", "B"], "income": [60.0, 20.0]})
    >>> ca.expy(jobs, income=income)
      region  expy
    0      A  45.0
    1      B  35.0
    """
    panel, incomes = _read(employment, income, value, absent)
    totals = panel.region_totals(value, absent)
    parts = []
    for group, _ in panel.each_group():
        E = panel.dense(value, group, absent)
        P = kernel.prody(_shares(E, totals[group]), incomes[group])
        own = E.sum(axis=1)
        parts.append(np.where(own == 0, np.nan, kernel.expy(_shares(E, own), P)))
    return by_region(panel, {"expy": parts})


def _read(
    employment: pd.DataFrame, income: pd.DataFrame, value: Value, absent: Absent
) -> tuple[Panel, Floats]:
    """The table, and incomes as groups x regions."""
    check_columns(income, ["region", "income"], what="income table")
    panel = read_matrices(employment, value, absent)
    return panel, read_weights(income, panel, column="income", what="income table")


def _shares(E: Floats, totals: Floats) -> Floats:
    """Shares of the region's jobs; no jobs are no share, whatever they would be divided by."""
    return np.where(E == 0, 0.0, ratio(E, totals[:, None]))
