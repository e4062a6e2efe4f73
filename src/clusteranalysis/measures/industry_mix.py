"""How different is a region's mix of industries from its reference's?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.kernels import diversity as kernel
from clusteranalysis.kernels.concentration import lorenz_gini
from clusteranalysis.kernels.specialization import ratio, shares
from clusteranalysis.measures._mix import read_mix
from clusteranalysis.measures._panel import Floats, read_matrices, stack_groups
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["hachman", "krugman", "specialization_coefficient", "specialization_gini"]


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
        A table of one area: the nation, or another region (``table[table["region"] == "B"]``,
        with a row of 0 for an industry it has not); ``"sum"`` for the shares of all regions
        together (own included); or ``"others"`` for the unweighted mean of the other regions'
        shares. The last two are both called the Krugman index in the literature and differ.
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
        The table breaks the contract, or the reference does not match it: it lacks an industry,
        or has one that the table lacks while ``absent="withheld"``.

    Notes
    -----
    K_r = sum_i abs(s_ri - s_i), over the industries of the table and of the reference.

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
    >>> ca.krugman(jobs, reference=jobs[jobs["region"] == "B"])
      region  krugman reference
    0      A      1.0         B
    1      B      0.0         B
    """
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum", "others"])
        if reference == "others":
            return _krugman_of_others(employment, value, absent)
    return _against("krugman", kernel.krugman, employment, reference, value, absent)


def specialization_coefficient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """What share of a region's jobs would have to change industry for it to have the common mix?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    reference : DataFrame or "sum"
        A table of one area: the nation, or another region with a row for every industry; or
        ``"sum"`` for the shares of all regions together (own included).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``specialization_coefficient`` (a share: 0 = the
        same mix, 1 = nothing in common; NaN where a cell is withheld or the region has no jobs)
        and ``reference``.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it, as in :func:`krugman`.

    Notes
    -----
    C_r = 1/2 sum_i abs(s_ri - s_i), which is half of :func:`krugman` against the same reference.

    References
    ----------
    Florence, P. S. (1948). Investment, Location, and Size of Plant. Cambridge University Press.
    Isard, W. (1960). Methods of Regional Analysis, ch. 7. MIT Press.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [30.0, 10.0, 10.0, 30.0]})
    >>> ca.specialization_coefficient(jobs, reference="sum")
      region  specialization_coefficient reference
    0      A                        0.25       sum
    1      B                        0.25       sum
    """
    formula = kernel.specialization_coefficient
    name = "specialization_coefficient"
    return _against(name, formula, employment, reference, value, absent)


def hachman(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How close does a region's industry mix come to its reference's?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    reference : DataFrame or "sum"
        A table of one area: the nation, or another region with a row for every industry; or
        ``"sum"`` for the shares of all regions together (own included).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``hachman`` (a ratio in 0..1; 1 = the reference's
        mix, towards 0 = nothing like it; some publications print it times 100) and
        ``reference``. NaN where a cell is withheld, the region has no jobs, or it has jobs in an
        industry of which the reference has none, so that there is no location quotient.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it, as in :func:`krugman`.

    Notes
    -----
    HI_r = 1 / sum_i (s_ri^2 / s_i) = 1 / sum_i LQ_ri s_ri. An industry that neither has takes no
    part. A high value is likeness to the reference, and diversity only as far as that is diverse.

    References
    ----------
    Benway, D. J. (2020). Measuring Economic Diversity: The Hachman Index, 2018. Kem C. Gardner
    Policy Institute, University of Utah.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [30.0, 10.0, 10.0, 30.0]})
    >>> ca.hachman(jobs, reference="sum")
      region  hachman reference
    0      A      0.8       sum
    1      B      0.8       sum
    """
    return _against("hachman", kernel.hachman, employment, reference, value, absent)


def specialization_gini(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: Literal["lorenz", "unweighted"] = "lorenz",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How unevenly are a region's jobs spread over industries, given their usual size?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    reference : DataFrame or "sum"
        A table of one area, or ``"sum"`` for all regions together. A table with the same number
        for every industry gives the absolute Gini of the region's shares.
    method : {"lorenz", "unweighted"}
        Twice the area between the diagonal and the Lorenz curve of the region's shares against
        the reference's (large industries weigh more), or the Gini of its location quotients,
        every industry counting alike, so that the value leans on small ones (REAT's ``gini.spec``).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``specialization_gini`` (0 = the reference's mix,
        towards 1 = all in one small industry) and ``reference``. NaN where a cell is withheld or
        the region has no jobs; ``"unweighted"`` also where it has jobs in an industry of which
        the reference has none.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it, as in :func:`krugman`.

    Notes
    -----
    G_r = 1 - sum_i s_i (F_i + F_(i-1)), F the cumulative share of the region with industries in
    order of s_ri / s_i; unweighted: sum_ij abs(LQ_i - LQ_j) / (2 n^2 mean LQ) over the n industries
    that the reference has.

    References
    ----------
    Krugman, P. (1991). Geography and Trade, pp. 54-59 (for regions). MIT Press.
    Nakamura, R. and Morrison Paul, C. J. (2009). Measuring agglomeration. In Handbook of Regional
    Growth and Development Theories, 305-328. Edward Elgar.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [30.0, 10.0, 10.0, 30.0]})
    >>> ca.specialization_gini(jobs, reference="sum")
      region  specialization_gini reference
    0      A                 0.25       sum
    1      B                 0.25       sum
    """
    check_option("method", method, Literal["lorenz", "unweighted"])

    def formula(S: Floats, s: Floats) -> Floats:
        if method == "lorenz":
            return lorenz_gini(S.T, s)
        return kernel.gini_of_quotients(S, s)

    return _against("specialization_gini", formula, employment, reference, value, absent)


def _against(
    name: str,
    formula: Callable[[Floats, Floats], Floats],
    employment: pd.DataFrame,
    reference: pd.DataFrame | Literal["sum"],
    value: Value,
    absent: Absent,
) -> pd.DataFrame:
    """Table of a formula of the regions' shares and of the reference's."""
    panel = read_matrices(employment, value, absent)
    mix = read_mix(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        S = shares(mix.cells(panel, value, group, absent), axis=1)
        column = formula(S, mix.reference[group])
        parts.append(pd.DataFrame({"region": panel.regions, **keys, name: column}))
    table = stack_groups(parts, ["region", *panel.groups.columns])
    return table.assign(reference=mix.name)


def _krugman_of_others(employment: pd.DataFrame, value: Value, absent: Absent) -> pd.DataFrame:
    """Krugman's index against the unweighted mean of the other regions' shares."""
    panel = read_matrices(employment, value, absent)
    parts = []
    for group, keys in panel.each_group():
        E = panel.dense(value, group, absent)
        S, n = shares(E, axis=1), E.sum(axis=1, keepdims=True)
        # A region without jobs has no shares and is nobody's "other"; a withheld one is.
        filled = np.where(n == 0, 0.0, S)
        others = ratio(filled.sum(axis=0) - filled, np.count_nonzero(n != 0) - 1)
        column = kernel.krugman(S, others)
        parts.append(pd.DataFrame({"region": panel.regions, **keys, "krugman": column}))
    table = stack_groups(parts, ["region", *panel.groups.columns])
    return table.assign(reference="others")
