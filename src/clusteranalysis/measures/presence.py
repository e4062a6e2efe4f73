"""How many industries is a region specialised in, and how many regions share an industry?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.measures._presence import Presence, by_industry, by_region, read_presence
from clusteranalysis.schema import Absent, Value

__all__ = ["diversity", "ubiquity"]

Floats = NDArray[np.float64]


def diversity(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """In how many industries is a region specialised?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are published totals and
        serve as the denominators of the location quotients.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    threshold : float
        The location quotient from which on a region counts as specialised, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's count NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``diversity``, a count of industries (NaN where one
        of its location quotients is withheld, or the region has no jobs). With
        ``employment_low/high`` in the table also ``diversity_low`` and ``diversity_high``, which
        hold for certain given those bounds.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or the threshold is not
        above 0.

    Notes
    -----
    D_r = sum_i M_ri, M_ri = 1 where LQ_ri >= threshold and the region has jobs in the industry.
    The number depends on how finely industries are cut: compare regions at one level only.

    References
    ----------
    Hidalgo, C. A. and Hausmann, R. (2009). The building blocks of economic complexity.
    Proceedings of the National Academy of Sciences 106(26), 10570-10575.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A"] * 3 + ["B"] * 3, "industry": list("xyz") * 2,
    ...                      "employment": [10.0, 10.0, 80.0, 20.0, 20.0, 60.0]})
    >>> ca.diversity(jobs, reference="sum")
      region  diversity
    0      A        1.0
    1      B        2.0
    """
    found = read_presence(employment, reference, value=value, absent=absent, threshold=threshold)
    return by_region(found.panel, _counts(found, "diversity", axis=1))


def ubiquity(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How many regions are specialised in an industry?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, as in :func:`diversity`.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    threshold : float
        The location quotient from which on a region counts as specialised, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's count NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``ubiquity``, a count of regions (NaN where a
        location quotient of the industry is withheld, or nobody has the industry). With
        ``employment_low/high`` in the table also ``ubiquity_low`` and ``ubiquity_high``, which
        hold for certain given those bounds.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or the threshold is not
        above 0.

    Notes
    -----
    U_i = sum_r M_ri, M_ri = 1 where LQ_ri >= threshold and the region has jobs in the industry.

    References
    ----------
    Hidalgo, C. A. and Hausmann, R. (2009). The building blocks of economic complexity.
    Proceedings of the National Academy of Sciences 106(26), 10570-10575.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A"] * 3 + ["B"] * 3, "industry": list("xyz") * 2,
    ...                      "employment": [10.0, 10.0, 80.0, 20.0, 20.0, 60.0]})
    >>> ca.ubiquity(jobs, reference="sum")
      industry  ubiquity
    0        x       1.0
    1        y       1.0
    2        z       1.0
    """
    found = read_presence(employment, reference, value=value, absent=absent, threshold=threshold)
    return by_industry(found.panel, _counts(found, "ubiquity", axis=0))


def _counts(found: Presence, name: str, axis: Literal[0, 1]) -> dict[str, list[Floats]]:
    """Presences added up over industries (axis 1) or regions, and between what they must lie."""
    columns: dict[str, list[Floats]] = {}
    for group in range(len(found.panel.groups)):
        some = found.measured(group)[1 - axis]
        presences = {name: found.matrix(group)}
        if found.bounded:
            presences[f"{name}_low"], presences[f"{name}_high"] = found.bounds(group)
        for column, M in presences.items():
            counts = np.where(some, M.sum(axis=axis), np.nan)
            columns.setdefault(column, []).append(counts)
    return columns
