"""How concentrated is an industry over regions, and more so than its plants explain?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import concentration as kernel
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import (
    Panel,
    read_matrices,
    read_panel,
    read_reference,
    region_weights,
    some_industries,
    stack_groups,
)
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["ellison_glaeser", "hoover", "locational_gini"]

Floats = NDArray[np.float64]


def hoover(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """What share of an industry's jobs would have to move for it to be spread like the rest?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes: ``"sum"`` for their jobs in all industries, or a table ``region[,
        year]`` with the value column or ``weight`` (population, area).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``hoover`` (a share, 0..1; NaN where a cell is
        withheld or the industry has no jobs).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    H_i = 1/2 sum_r |s_ri - w_r| (other tools give it in percent).

    References
    ----------
    Hoover, E. M. (1936). The measurement of industrial localization. Review of Economics and
    Statistics 18(4), 162-171.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> ca.hoover(jobs, reference="sum")
      industry    hoover
    0        x  0.500000
    1        y  0.333333
    """
    panel = read_matrices(employment, value, absent)
    weights = region_weights(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        H = kernel.hoover(panel.dense(value, group, absent), weights[group])
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, "hoover": H}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def locational_gini(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: Literal["lorenz", "unweighted"] = "lorenz",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How unevenly is an industry spread, given the size of the regions?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    method : {"lorenz", "unweighted"}
        Twice the area between the diagonal and the Lorenz curve of industry shares against
        region sizes (large regions weigh more; EconGeo and econcomplex print half of it as
        "locational Gini"), or the Gini of the regions' LQs, every region counting alike (REAT).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``locational_gini`` (0 = spread like the
        reference, towards 1 = in one place; NaN where a cell is withheld or there are no jobs).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    G = 1 - sum_r w_r (F_r + F_(r-1)), F the cumulative industry share with regions in order of
    s_ri / w_r; unweighted: sum_rq |LQ_r - LQ_q| / (2 n^2 mean LQ).

    References
    ----------
    Krugman, P. (1991). Geography and Trade, pp. 54-59. MIT Press.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> ca.locational_gini(jobs, reference="sum")
      industry  locational_gini
    0        x         0.500000
    1        y         0.333333
    """
    check_option("method", method, Literal["lorenz", "unweighted"])
    panel = read_matrices(employment, value, absent)
    weights = region_weights(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        E, w = panel.dense(value, group, absent), weights[group]
        if method == "unweighted":
            # A region without size or jobs has no LQ and takes no part.
            inhabited = ~((w == 0) & (E == 0).all(axis=1))
            E, w = E[inhabited], w[inhabited]
        # The Gini does not change when a column is scaled, so E / w serves for the LQ.
        G = kernel.lorenz_gini(E, w) if method == "lorenz" else kernel.gini(ratio(E, w[:, None]))
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, "locational_gini": G}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def ellison_glaeser(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    plants: pd.DataFrame | Literal["equal_size"],
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is an industry more concentrated than the size of its plants alone would make it?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    plants : DataFrame or "equal_size"
        Table ``industry[, year]`` with ``plant_herfindahl``, the sum of squared plant shares of
        the industry's jobs. ``"equal_size"`` takes 1 / establishments, the least it can be: the
        value is then an *upper bound* of gamma wherever G < 1 - sum w^2 (all but industries that
        avoid the largest regions), and says so in ``plants``.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``ellison_glaeser`` (gamma; 0 = as random plants
        would fall, above 0.05 highly concentrated by the authors' reading, negative = dispersed),
        ``raw_concentration`` (G), ``plant_herfindahl`` (H), ``plants`` (``"table"`` or
        ``"equal_size"``). NaN where a cell is withheld, there are no jobs, or one plant.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference or plant table does not match it.

    Notes
    -----
    gamma = (G - (1 - sum w^2) H) / ((1 - sum w^2)(1 - H)), eq. 5; G = sum_r (s_ri - w_r)^2.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. Journal of Political Economy 105(5), 889-927.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> plants = pd.DataFrame({"industry": ["x", "y"], "plant_herfindahl": [0.1, 0.2]})
    >>> ca.ellison_glaeser(jobs, reference="sum", plants=plants).round(4)
      industry  ellison_glaeser  raw_concentration  plant_herfindahl plants
    0        x           1.0000             0.5000               0.1  table
    1        y           0.3056             0.2222               0.2  table
    """
    check_option("absent", absent, Absent)
    equal = isinstance(plants, str)
    if isinstance(plants, str):
        check_option("plants", plants, Literal["equal_size"])
    values = ("employment", *(["establishments"] if equal else []))
    panel = some_industries(read_panel(employment, values=values))
    weights = region_weights(panel, reference, "employment", absent)
    herfindahls = _plant_herfindahl(panel, plants, absent)
    parts = []
    for group, keys in panel.each_group():
        w, H = weights[group], herfindahls[group]
        G = kernel.raw_concentration(panel.dense("employment", group, absent), w)
        columns = {
            "ellison_glaeser": kernel.ellison_glaeser(G, w, H),
            "raw_concentration": G,
            "plant_herfindahl": H,
            "plants": "equal_size" if equal else "table",
        }
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **columns}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def _plant_herfindahl(
    panel: Panel, plants: pd.DataFrame | Literal["equal_size"], absent: Absent
) -> Floats:
    """Groups x industries."""
    if isinstance(plants, str):
        counts = [
            panel.dense("establishments", g, absent).sum(axis=0) for g, _ in panel.each_group()
        ]
        return ratio(1.0, np.array(counts))
    column, what = "plant_herfindahl", "plant table"
    aligned = read_reference(plants, panel, values=(column,), absent=absent, what=what)
    H = aligned.industry[column]
    if (H > 1).any():
        industry = panel.industries[int(np.flatnonzero((H > 1).any(axis=0))[0])]
        raise SchemaError(
            f"column {column!r} of the plant table is above 1 for {industry!r}: it is the sum of "
            "squared plant shares, between 1 / plants and 1"
        )
    return H
