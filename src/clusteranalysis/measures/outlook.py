"""What complex industries are within a region's reach?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.kernels import complexity as kernel
from clusteranalysis.kernels.relatedness import co_occurrence, relatedness
from clusteranalysis.measures._presence import Presence, by_cell, by_region, read_presence
from clusteranalysis.schema import Absent, Value

__all__ = ["complexity_outlook", "complexity_outlook_gain"]

Floats = NDArray[np.float64]


def complexity_outlook(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How many complex industries lie near to what a region already does?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country. Rows of industry
        ``"00"`` are published totals and serve as the denominators of the location quotients.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    threshold : float
        The location quotient from which on a region counts as specialised, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) leaves the presence unknown.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``complexity_outlook``: the product complexity
        (standard deviations) of the industries it lacks, each weighted by its density, added up;
        not standardised, and negative where what is near is simple. NaN where
        :func:`economic_complexity` is.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or the threshold is not
        above 0.

    Notes
    -----
    COI_r = sum_i (1 - d_ri)(1 - M_ri) PCI_i, technical box 5.4 of the Atlas; 1 - d_ri is the
    density of :func:`relatedness_density` with proximities, the industry itself left out. A
    region that lacks much adds up more terms: a short list is not a bad outlook.

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
    >>> ca.complexity_outlook(jobs, reference="sum", absent="zero").round(3)
      region  complexity_outlook
    0      A              -0.235
    1      B              -0.204
    2      C               0.337
    3      D              -0.235
    """
    found = read_presence(employment, reference, value=value, absent=absent, threshold=threshold)
    parts = []
    for group in range(len(found.panel.groups)):
        COI = np.full(len(found.panel.regions), np.nan)
        regions, _, network = _network(found, group)
        COI[regions] = kernel.outlook(*network)
        parts.append(COI)
    return by_region(found.panel, {"complexity_outlook": parts})


def complexity_outlook_gain(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Which new industry would bring a region nearest to other complex ones?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, as in :func:`complexity_outlook`.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    threshold : float
        The location quotient from which on a region counts as specialised, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) leaves the presence unknown.

    Returns
    -------
    DataFrame
        One row for every region and every industry (and year, draw) with
        ``complexity_outlook_gain``, the change of the region's :func:`complexity_outlook` if it
        took up the industry, and ``present`` (1 the region has the industry, 0 it has not, NaN
        withheld). NaN where the region has the industry, so that there is nothing to take up, and
        where :func:`economic_complexity` or :func:`product_complexity` is NaN.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or the threshold is not
        above 0.

    Notes
    -----
    sum_(j != i) phi_ij / (sum_k phi_jk) (1 - M_rj) PCI_j - (1 - d_ri) PCI_i, technical box 5.4 of
    the Atlas: what moves nearer, less what is no longer ahead. Proximities and complexities stay
    as they are. Other tools divide by sum_k phi_ik, or leave out the second term, and their gain
    is then not a change of the outlook.

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
    >>> gain = ca.complexity_outlook_gain(jobs, reference="sum", absent="zero")
    >>> gain[gain["region"] == "C"].round(3)
       region industry  complexity_outlook_gain  present
    8       C    chips                    0.337      0.0
    9       C    drugs                    0.846      0.0
    10      C    farms                      NaN      1.0
    11      C    mills                      NaN      1.0
    """
    found = read_presence(employment, reference, value=value, absent=absent, threshold=threshold)
    columns: dict[str, list[Floats]] = {"complexity_outlook_gain": [], "present": []}
    for group in range(len(found.panel.groups)):
        M = found.matrix(group)
        gain = np.full(M.shape, np.nan)
        regions, industries, network = _network(found, group)
        gain[np.ix_(regions, industries)] = kernel.outlook_gain(*network)
        columns["complexity_outlook_gain"].append(gain)
        columns["present"].append(M)
    return by_cell(found.panel, columns)


def _network(
    found: Presence, group: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], tuple[Floats, Floats, Floats]]:
    """Regions and industries that have a complexity; their presences, proximities, complexities."""
    M = found.matrix(group)
    K, Q = np.full(M.shape[0], np.nan), np.full(M.shape[1], np.nan)
    if not np.isnan(M).any():
        K, Q = kernel.complexity(M, "eigenvector")
    regions, industries = np.flatnonzero(~np.isnan(K)), np.flatnonzero(~np.isnan(Q))
    inside = M[np.ix_(regions, industries)]
    phi = relatedness(co_occurrence(inside), "proximity")
    return regions, industries, (inside, phi, Q[industries])
