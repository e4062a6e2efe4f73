"""How diverse is a region, or how dependent on few industries?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from clusteranalysis.kernels import diversity as kernel
from clusteranalysis.measures._mix import industry_groups
from clusteranalysis.measures._panel import read_matrices, stack_groups
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["entropy", "herfindahl", "related_variety"]


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


def entropy(
    employment: pd.DataFrame,
    *,
    method: Literal["raw", "normalised", "numbers_equivalent"] = "raw",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How evenly are a region's jobs spread over industries?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    method : {"raw", "normalised", "numbers_equivalent"}
        Shannon's entropy in nats (0..ln n; divide by ln 2 for bits); the same over ln n, for the
        table's n industries (0..1); or its exponential, the number of equal industries that would
        give the same value (1..n).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``entropy`` (0 = all jobs in one industry); NaN
        where a cell is withheld, the region has no jobs, or one industry is to be normalised.

    Raises
    ------
    SchemaError
        The table breaks the contract.

    Notes
    -----
    H = -sum_i s_ri ln s_ri, with 0 ln 0 = 0; normalised H / ln n; numbers equivalent exp H. The
    value grows with the number of industries told apart: compare at one level only.

    References
    ----------
    Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal
    27(3), 379-423.
    Hackbart, M. M. and Anderson, D. A. (1975). On measuring economic diversification. Land
    Economics 51(4), 374-378.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["farms", "mills"],
    ...                      "employment": [20.0, 20.0]})
    >>> ca.entropy(jobs, method="numbers_equivalent").round(6)
      region  entropy
    0      A      2.0
    """
    check_option("method", method, Literal["raw", "normalised", "numbers_equivalent"])
    panel = read_matrices(employment, value, absent)
    parts = []
    for group, keys in panel.each_group():
        H = kernel.entropy(panel.dense(value, group, absent), method)
        parts.append(pd.DataFrame({"region": panel.regions, **keys, "entropy": H}))
    return stack_groups(parts, ["region", *panel.groups.columns])


def related_variety(
    employment: pd.DataFrame,
    *,
    groups: Mapping[str, str] | int,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How much of a region's variety lies within sectors, and how much between them?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    groups : mapping or int
        Industry -> the sector it belongs to, or a number of NAICS digits that make the sector
        (2..5; at two digits 31, 32 and 33 are one).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's values NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw), in bits: ``related_variety`` (within the sectors),
        ``unrelated_variety`` (between them) and ``total_variety``, to which the two add up. NaN
        where a cell is withheld or the region has no jobs.

    Raises
    ------
    SchemaError
        The table breaks the contract, or an industry has no group.

    Notes
    -----
    P_g = sum of the shares p_i in sector g (eq. 1); unrelated = sum_g P_g log2(1 / P_g) (eq. 2);
    related = sum_g P_g H_g (eq. 3) with H_g = sum_(i in g) (p_i / P_g) log2(P_g / p_i) (eq. 4).
    The total is :func:`entropy` / ln 2.

    References
    ----------
    Frenken, K., Van Oort, F. and Verburg, T. (2007). Related variety, unrelated variety and
    regional economic growth. Regional Studies 41(5), 685-697.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["3111", "3254", "5221", "5222"],
    ...                      "employment": [10.0, 10.0, 20.0, 0.0]})
    >>> ca.related_variety(jobs, groups=2)
      region  related_variety  unrelated_variety  total_variety
    0      A              0.5                1.0            1.5
    """
    panel = read_matrices(employment, value, absent)
    codes = industry_groups(panel.industries, groups)
    parts = []
    for group, keys in panel.each_group():
        V = kernel.variety(panel.dense(value, group, absent), codes)
        columns = {
            "related_variety": V.related,
            "unrelated_variety": V.unrelated,
            "total_variety": V.total,
        }
        parts.append(pd.DataFrame({"region": panel.regions, **keys, **columns}))
    return stack_groups(parts, ["region", *panel.groups.columns])
