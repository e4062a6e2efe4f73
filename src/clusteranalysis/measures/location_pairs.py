"""How alike are the places of two industries, job by job or establishment by establishment?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.kernels import colocation as kernel
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import (
    Panel,
    read_matrices,
    read_panel,
    read_weights,
    some_industries,
)
from clusteranalysis.measures.colocation import pair_rows, stack_pairs
from clusteranalysis.schema import (
    Absent,
    Value,
    check_columns,
    check_option,
    refuse_fractions,
)

__all__ = ["howard_colocation", "locational_correlation"]

Floats = NDArray[np.float64]

#: Pairs of sites are counted, so a part of one has no meaning.
_WHOLE = "use the published counts, before any averaging or splitting between industries"


def locational_correlation(
    employment: pd.DataFrame,
    *,
    method: Literal["level", "log", "share"] = "level",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Do two industries have many jobs in the same regions and few in the same regions?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions to correlate over. Rows of
        industry ``"00"`` are the regions' sizes (``method="share"`` alone uses them).
    method : {"level", "log", "share"}
        What is correlated: the jobs; ln(1 + jobs), less ruled by the largest regions; or the
        industry's share of the region's jobs, which region size does not rule. Location
        quotients, against whatever reference, correlate exactly as the shares do. Regions
        without any jobs have no share and take no part in it.
    value : {"employment", "establishments", "payroll"}
        The column that is correlated.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's pairs NaN.

    Returns
    -------
    DataFrame
        One row an unordered pair (and year, draw), ``industry`` < ``partner``, with
        ``locational_correlation`` (-1..1). NaN where a cell of either is withheld, either is the
        same in all regions (also nowhere), or fewer than two regions are left.

    Raises
    ------
    SchemaError
        The table breaks the contract.

    Notes
    -----
    Pearson's r_ij = sum_r (x_ri - m_i)(x_rj - m_j) / sqrt(sum_r (x_ri - m_i)^2 sum_r (x_rj -
    m_j)^2) over regions r, m their means. Levels are positively correlated for almost any
    two industries since both follow population: compare pairs, not with zero. Withheld cells are
    mostly small ones, so a correlation over the published regions alone is biased and not
    offered: use draws of :func:`impute`.

    References
    ----------
    Porter, M. E. (2003). The economic performance of regions. Regional Studies 37(6-7), 549-578.
    Delgado, M., Porter, M. E. and Stern, S. (2016). Defining clusters of related industries.
    Journal of Economic Geography 16(1), 1-38.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "C"] * 3, "industry": list("xxxyyyzzz"),
    ...                      "employment": [40.0, 10, 0, 80, 30, 10, 0, 5, 50]})
    >>> ca.locational_correlation(jobs).round(4)
      industry partner  locational_correlation
    0        x       y                  0.9993
    1        x       z                 -0.7559
    2        y       z                 -0.7805
    """
    check_option("method", method, Literal["level", "log", "share"])
    panel = read_matrices(employment, value, absent)
    sizes = panel.region_totals(value, absent)
    parts = []
    for group, keys in panel.each_group():
        X = panel.dense(value, group, absent)
        if method == "log":
            X = np.log1p(X)
        elif method == "share":
            n = sizes[group]
            inhabited = ~((n == 0) & (X == 0).all(axis=1))
            X = ratio(X[inhabited], n[inhabited, None])
        r = kernel.correlation(X)
        parts.append(pair_rows(panel, keys, {"locational_correlation": r}))
    return stack_pairs(parts, panel)


def howard_colocation(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum", "pair"],
    value: Literal["establishments", "employment"] = "establishments",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How often do establishments of two industries share a region, and more than by chance?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level with ``establishments``. Rows of industry ``"00"``
        are the regions' establishments in all.
    reference : DataFrame, "sum" or "pair"
        The sites over which chance deals the establishments: those of all industries
        (``"sum"``), those of the two industries alone (``"pair"``), or a table ``region[, year]``
        with their number (in the value column).
    value : {"establishments", "employment"}
        What is counted: establishments, as the authors do, or jobs, each as if it were free to
        be anywhere, so that chance seems to move less than it does.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's pairs NaN.

    Returns
    -------
    DataFrame
        One row an unordered pair (and year, draw), ``industry`` < ``partner``:
        ``howard_colocation`` (CL, the share 0..1 of pairs of one establishment of each that lie
        in one region), ``expected_colocation`` (by chance), ``excess_colocation`` (XCL, the first
        less the second, -1..1). NaN where a cell of either is withheld or it has no
        establishments, and in the last two where the sites are unknown or fewer than two.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or establishments are not
        whole numbers.

    Notes
    -----
    CL_ij = sum_r n_ri n_rj / (n_i n_j). The authors simulate the counterfactual; dealing
    establishments over M sites, m_r of them in region r, has the exact mean
    sum_r m_r (m_r - 1) / (M (M - 1)), which is used. ``"pair"`` compares the two industries with
    each other alone, so two industries that are both where all firms are show no excess.

    References
    ----------
    Howard, E., Newman, C. and Tarp, F. (2016). Measuring industry coagglomeration and identifying
    the driving forces. Journal of Economic Geography 16(5), 1055-1078.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> firms = pd.DataFrame({"region": ["X", "Y", "X", "Y"], "industry": ["a", "a", "b", "b"],
    ...                       "establishments": [2, 1, 2, 1]})
    >>> ca.howard_colocation(firms, reference="pair").round(4)
      industry partner  howard_colocation  expected_colocation  excess_colocation
    0        a       b             0.5556               0.4667             0.0889
    """
    check_option("value", value, Literal["establishments", "employment"])
    check_option("absent", absent, Absent)
    panel = some_industries(read_panel(employment, values=(value,)))
    refuse_fractions(panel.columns[value], f"column {value!r}", _WHOLE)
    sites = _sites(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        N = panel.dense(value, group, absent)
        CL = kernel.colocation(N)
        if sites is None:
            expected = kernel.pair_colocation_expected(N)
        else:
            expected = np.full_like(CL, kernel.site_colocation_expected(sites[group]))
        expected = np.where(np.isnan(CL), np.nan, expected)
        columns = {
            "howard_colocation": CL,
            "expected_colocation": expected,
            "excess_colocation": CL - expected,
        }
        parts.append(pair_rows(panel, keys, columns))
    return stack_pairs(parts, panel)


def _sites(
    panel: Panel, reference: pd.DataFrame | Literal["sum", "pair"], value: str, absent: Absent
) -> Floats | None:
    """Groups x regions; None stands for each pair's own sites."""
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum", "pair"])
        if reference == "pair":
            return None
        sites = panel.region_totals(value, absent)
    else:
        check_columns(reference, ["region", value], what="reference table")
        sites = read_weights(reference, panel, column=value)
    refuse_fractions(sites, f"column {value!r} of the reference", _WHOLE)
    return sites
