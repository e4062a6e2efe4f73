"""Do industries concentrate in the same regions?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import colocation as kernel
from clusteranalysis.kernels import concentration
from clusteranalysis.kernels.specialization import ratio, shares
from clusteranalysis.measures._panel import (
    Panel,
    read_panel,
    region_weights,
    some_industries,
    stack_groups,
)
from clusteranalysis.measures._plants import plant_herfindahl
from clusteranalysis.schema import TOTAL, Absent, Value, check_option

__all__ = ["coagglomeration", "group_coagglomeration"]

Floats = NDArray[np.float64]


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
    panel = read_industries(employment, value, absent)
    weights = weights_of_regions(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        S, w = shares_and_weights(panel, weights, value, group, absent)
        parts.append(pair_rows(panel, keys, {"coagglomeration": kernel.coagglomeration(S, w)}))
    return stack_pairs(parts, panel)


def group_coagglomeration(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    groups: Mapping[str, str],
    plants: pd.DataFrame | Literal["equal_size"],
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Do the industries of a group (a cluster) concentrate together or each by itself?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country and all
        industries, not only the groups'. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    groups : mapping from str to str
        Industry code to the name of its group; industries without a group are left out.
    plants : DataFrame or "equal_size"
        As in :func:`ellison_glaeser`. They matter for ``mean_ellison_glaeser`` and the ratio
        alone: the first column is the same whatever the plants.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the group's value NaN.

    Returns
    -------
    DataFrame
        One row a group (and year, draw), its name in the column ``industry``:
        ``group_coagglomeration`` (gamma^c; 0 = the industries choose regions independently,
        negative = they avoid each other), ``mean_ellison_glaeser`` (the industries' own gamma,
        weighted by jobs), ``coagglomeration_ratio`` (the first over the second: towards 1 the
        group clusters as one, towards 0 each industry by itself; to be read where both are
        positive, and then a floor with ``"equal_size"``), ``plants`` (``"table"`` or
        ``"equal_size"``). NaN where a cell is withheld or fewer than two industries have jobs; in
        the second and third column also where an industry has one plant or unknown plants.

    Raises
    ------
    SchemaError
        The table breaks the contract, a table does not match it, or ``groups`` names an industry
        that the table lacks.

    Notes
    -----
    gamma^c = [G / (1 - sum_r w_r^2) - H - sum_j gamma_j v_j^2 (1 - H_j)] / (1 - sum_j v_j^2): G is
    the group's raw concentration, v_j its industries' shares of its jobs, H = sum_j v_j^2 H_j.
    Since gamma_j (1 - H_j) = G_j / (1 - sum w^2) - H_j, the plants cancel, and gamma^c is the mean
    of the pairs' :func:`coagglomeration` with weights v_i v_j (Ellison, Glaeser and Kerr 2010,
    appendix). It is computed in that form, so it is known where plants are not.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. Journal of Political Economy 105(5), 889-927.
    Ellison, G., Glaeser, E. L. and Kerr, W. R. (2010). What causes industry agglomeration?
    Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B"] * 3, "industry": list("xxyyzz"),
    ...                      "employment": [40.0, 10.0, 80.0, 20.0, 0.0, 50.0]})
    >>> plants = pd.DataFrame({"industry": list("xyz"), "plant_herfindahl": [0.1, 0.1, 0.2]})
    >>> table = ca.group_coagglomeration(
    ...     jobs, reference="sum", groups={"x": "tools", "y": "tools"}, plants=plants)
    >>> table[["industry", "group_coagglomeration", "mean_ellison_glaeser"]].round(4)
      industry  group_coagglomeration  mean_ellison_glaeser
    0    tools                 0.1667                0.0741
    """
    panel = read_industries(employment, "employment", absent, plants)
    weights = region_weights(panel, reference, "employment", absent)
    names = group_of_each(panel, groups)
    members, names = panel.only(names != ""), names[names != ""]
    herfindahls = plant_herfindahl(members, plants, absent)
    parts = []
    for group, keys in members.each_group():
        E, w = members.dense("employment", group, absent), weights[group]
        G = concentration.raw_concentration(E, w)
        gamma = concentration.ellison_glaeser(G, w, herfindahls[group])
        jobs = E.sum(axis=0)
        for name in np.unique(names):
            inside = (names == name) & (jobs != 0)  # NaN is not 0: a withheld industry counts
            together = kernel.group_coagglomeration(E[:, inside], w)
            own = float(ratio((jobs * gamma)[inside].sum(), jobs[inside].sum()))
            row = {
                "industry": name,
                **keys,
                "group_coagglomeration": together,
                "mean_ellison_glaeser": own,
                "coagglomeration_ratio": float(ratio(together, own)),
                "plants": plants if isinstance(plants, str) else "table",
            }
            parts.append(pd.DataFrame([row]))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def pair_rows(panel: Panel, keys: dict[str, int], matrices: dict[str, Floats]) -> pd.DataFrame:
    """One row an unordered pair of industries, from symmetric matrices of one group."""
    first, second = np.triu_indices(len(panel.industries), k=1)
    names = {"industry": panel.industries.take(first), "partner": panel.industries.take(second)}
    values = {column: matrix[first, second] for column, matrix in matrices.items()}
    return pd.DataFrame({**names, **keys, **values})


def stack_pairs(parts: list[pd.DataFrame], panel: Panel) -> pd.DataFrame:
    """The groups' pairs in key order; those of one group are in order already."""
    result = pd.concat(parts, ignore_index=True)
    if len(parts) > 1:
        keys = ["industry", "partner", *panel.groups.columns]
        result = result.sort_values(keys, kind="stable", ignore_index=True)
    return result


def read_industries(
    employment: pd.DataFrame, value: Value, absent: Absent, plants: object = None
) -> Panel:
    """A panel of the measured value and, for plants of equal size, of establishments."""
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    if isinstance(plants, str):
        check_option("plants", plants, Literal["equal_size"])
    values = dict.fromkeys([value, *(["establishments"] if isinstance(plants, str) else [])])
    return some_industries(read_panel(employment, values=list(values)))


def weights_of_regions(
    panel: Panel,
    reference: pd.DataFrame | Literal["sum", "mean"],
    value: Value,
    absent: Absent,
) -> Floats | None:
    """Groups x regions; None stands for the mean of the industries' shares."""
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum", "mean"])
        if reference == "mean":
            return None
    return region_weights(panel, reference, value, absent)


def shares_and_weights(
    panel: Panel, weights: Floats | None, value: Value, group: int, absent: Absent
) -> tuple[Floats, Floats]:
    """Regional shares of the industries of a group, and the regions' weights."""
    E = panel.dense(value, group, absent)
    S = shares(E, axis=0)
    if weights is not None:
        return S, weights[group]
    some = E.sum(axis=0) != 0
    return S, ratio(S[:, some].sum(axis=1), np.count_nonzero(some))


def group_of_each(panel: Panel, groups: Mapping[str, str]) -> NDArray[np.str_]:
    """The name of each industry's group, empty where it has none."""
    if not isinstance(groups, Mapping) or not groups:
        raise SchemaError(
            f"groups={groups!r} names no groups: pass a mapping from industry to group, for "
            "example {'3254': 'life sciences'}"
        )
    for industry, name in groups.items():
        if not (isinstance(industry, str) and isinstance(name, str) and name not in ("", TOTAL)):
            raise SchemaError(
                f"groups maps {industry!r} to {name!r}: use text for both, and no empty name or "
                f"{TOTAL!r}, the code of all industries"
            )
    unknown = [industry for industry in groups if industry not in panel.industries]
    if unknown:
        raise SchemaError(
            f"groups names {', '.join(map(repr, unknown[:5]))} ({len(unknown)} in all), which the "
            "employment table lacks: use its level and NAICS vintage, or drop them"
        )
    return np.array([groups.get(industry, "") for industry in panel.industries])
