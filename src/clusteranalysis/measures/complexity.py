"""How complex is what a region does?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import complexity as kernel
from clusteranalysis.kernels.complexity import Method
from clusteranalysis.measures._presence import Presence, by_industry, by_region, read_presence
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["economic_complexity", "product_complexity"]

Floats = NDArray[np.float64]


def economic_complexity(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: Method = "eigenvector",
    iterations: int | None = None,
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is a region specialised in many industries that few others are specialised in?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country. Rows of industry
        ``"00"`` are published totals and serve as the denominators of the location quotients.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    method : {"eigenvector", "reflections", "fitness"}
        The Economic Complexity Index as an eigenvector, or by a number of reflections; or the
        fitness of Tacchella et al.
    iterations : int, optional
        Reflections (20 by default, an even number, which goes back to diversity) or steps of
        fitness (by default until no value moves by more than 1e-9; all NaN where 1,000 do not
        suffice). An eigenvector takes none.
    threshold : float
        The location quotient from which on a region counts as specialised, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) leaves the presence unknown.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``economic_complexity``. Eigenvector and
        reflections: standard deviations from the mean of the regions (population standard
        deviation, each region counting alike), the sign such that it goes up with diversity.
        Fitness: 0 or more, with mean 1. NaN for a region that is specialised in nothing; for all,
        where one presence in the table is withheld (each depends on all: use draws), where the
        index does not vary, or where it has no sign because it is uncorrelated with diversity.
        Eigenvector only: NaN also outside the largest connected part of the network of regions
        and industries (for all where two parts have equally many regions), and for all where the
        second eigenvalue is not simple, since its vector is then not determined.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, the threshold is not above
        0, or the iterations are not a whole number of 1 or more.

    Notes
    -----
    M_ri = 1 where LQ_ri >= threshold; D and U are its row and column sums. Eigenvector: that of
    the second largest eigenvalue of D^-1 M U^-1 M' (technical box 2.1 of the Atlas), taken from the
    symmetric D^-1/2 M U^-1 M' D^-1/2. Reflections: k_r,N = 1/D_r sum_i M_ri k_i,N-1, k_i,N =
    1/U_i sum_r M_ri k_r,N-1, k_r,0 = D_r, k_i,0 = U_i. Fitness: F_r = sum_i M_ri Q_i and Q_i = 1
    / sum_r (M_ri / F_r), both from the last step and over their mean. With many real tables
    fitness does not settle: all but a few regions fall towards 0 (Pugliese et al. 2016). A set
    number of steps, such as the 20 of other tools, still ranks them, but its values mean no more.
    All are rankings, not quantities: a region's index may change because others change.

    References
    ----------
    Hausmann, R., Hidalgo, C. A. et al. (2014). The Atlas of Economic Complexity: Mapping Paths to
    Prosperity. MIT Press.
    Hidalgo, C. A. and Hausmann, R. (2009). The building blocks of economic complexity.
    Proceedings of the National Academy of Sciences 106(26), 10570-10575.
    Tacchella, A., Cristelli, M., Caldarelli, G., Gabrielli, A. and Pietronero, L. (2012). A new
    metrics for countries' fitness and products' complexity. Scientific Reports 2, 723.
    Pugliese, E., Zaccaria, A. and Pietronero, L. (2016). On the convergence of the
    fitness-complexity algorithm. European Physical Journal Special Topics 225, 1893-1911.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": list("AAABBBCCDD"), "industry":
    ...                      ["chips", "drugs", "farms", "drugs", "farms", "mills"]
    ...                      + ["farms", "mills"] * 2,
    ...                      "employment": [9.0, 8.0, 8.0, 6.0, 9.0, 3.0, 9.0, 5.0, 5.0, 9.0]})
    >>> ca.economic_complexity(jobs, reference="sum", absent="zero").round(3)
      region  economic_complexity
    0      A                1.387
    1      B                0.470
    2      C               -0.674
    3      D               -1.183
    """
    found = _read(employment, reference, method, iterations, threshold, value, absent)
    scores = [_scores(found, group, method, iterations)[0] for group in _groups(found)]
    return by_region(found.panel, {"economic_complexity": scores})


def product_complexity(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: Method = "eigenvector",
    iterations: int | None = None,
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is an industry found in the complex regions and not in the others?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, as in :func:`economic_complexity`.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    method : {"eigenvector", "reflections", "fitness"}
        As in :func:`economic_complexity`.
    iterations : int, optional
        As in :func:`economic_complexity`, but 19 reflections by default: for industries the odd
        numbers go back to diversity.
    threshold : float
        The location quotient from which on a region counts as specialised, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) leaves the presence unknown.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``product_complexity``. Eigenvector and
        reflections: standard deviations from the mean of the industries (population standard
        deviation), the sign such that it goes up with the mean economic complexity of the regions
        that have the industry. Fitness: the industry's Q, 0 or more, with mean 1. NaN for an
        industry in which no region is specialised, and as in :func:`economic_complexity`.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, the threshold is not above
        0, or the iterations are not a whole number of 1 or more.

    Notes
    -----
    q in U^-1 M' D^-1 M q = lambda q for the second largest lambda (D and U diagonal, diversity and
    ubiquity), or k_i,N or Q_i of the formulas of :func:`economic_complexity`.

    References
    ----------
    Hausmann, R., Hidalgo, C. A. et al. (2014). The Atlas of Economic Complexity: Mapping Paths to
    Prosperity. MIT Press.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": list("AAABBBCCDD"), "industry":
    ...                      ["chips", "drugs", "farms", "drugs", "farms", "mills"]
    ...                      + ["farms", "mills"] * 2,
    ...                      "employment": [9.0, 8.0, 8.0, 6.0, 9.0, 3.0, 9.0, 5.0, 5.0, 9.0]})
    >>> ca.product_complexity(jobs, reference="sum", absent="zero").round(3)
      industry  product_complexity
    0    chips               1.183
    1    drugs               0.674
    2    farms              -0.470
    3    mills              -1.387
    """
    found = _read(employment, reference, method, iterations, threshold, value, absent)
    scores = [_scores(found, group, method, iterations)[1] for group in _groups(found)]
    return by_industry(found.panel, {"product_complexity": scores})


def _read(
    employment: pd.DataFrame,
    reference: pd.DataFrame | Literal["sum"],
    method: Method,
    iterations: int | None,
    threshold: float,
    value: Value,
    absent: Absent,
) -> Presence:
    check_option("method", method, Method)
    if iterations is not None:
        whole = isinstance(iterations, int | np.integer) and not isinstance(iterations, bool)
        if method == "eigenvector":
            raise SchemaError(
                "method='eigenvector' takes no iterations: drop them, or use method='reflections'"
            )
        if not whole or iterations < 1:
            raise SchemaError(
                f"iterations={iterations!r} is not a number of steps: use a whole number of 1 or "
                "more"
            )
    return read_presence(employment, reference, value=value, absent=absent, threshold=threshold)


def _groups(found: Presence) -> range:
    return range(len(found.panel.groups))


def _scores(
    found: Presence, group: int, method: Method, iterations: int | None
) -> tuple[Floats, Floats]:
    """Of regions and industries; one unknown presence leaves all of them unknown."""
    M = found.matrix(group)
    if np.isnan(M).any():
        return np.full(M.shape[0], np.nan), np.full(M.shape[1], np.nan)
    return kernel.complexity(M, method, iterations)
