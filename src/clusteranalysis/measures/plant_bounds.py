"""How concentrated is an industry of whose plants only size classes are published?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import concentration
from clusteranalysis.kernels.plant_sizes import herfindahl_bounds
from clusteranalysis.measures._panel import (
    Panel,
    read_panel,
    read_reference,
    region_weights,
    some_industries,
    stack_groups,
)
from clusteranalysis.schema import SIZE_CLASSES, Absent, check_columns, check_option

__all__ = ["ellison_glaeser_bounds"]

Floats = NDArray[np.float64]
_OPEN = "n1000"  # also a sum, where its parts are given
_PLANTS = "establishments"


def ellison_glaeser_bounds(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    classes: pd.DataFrame | Literal["sum"],
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How concentrated, at the least and at the most, given what is published of plant sizes?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country. Rows of industry
        ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    classes : DataFrame or "sum"
        The nation's table ``industry[, year]``, ``employment``, ``establishments`` and counts of
        plants by size class (``n1_4``, which holds those without jobs too, ``n5_9`` ... ``n1000``
        or ``n1000_1`` ... ``n1000_4``), as :func:`read_cbp` gives them; ``"sum"`` adds up the
        columns of the employment table. Classes may be withheld (NaN) or missing: plants that
        ``establishments`` counts and no class does can be of any size that the withheld classes
        allow.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``ellison_glaeser_low`` and ``ellison_glaeser_high``,
        between which gamma lies whatever the plants' sizes (infinite where all jobs could be in
        one plant), ``raw_concentration`` (G), ``plant_herfindahl_low`` and
        ``plant_herfindahl_high``. NaN where a cell or the nation's jobs are withheld, there are no
        jobs, one plant or one region, or no plants of these classes add up to the jobs (noise in
        published jobs can do that).

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference or class table does not match it, or it counts
        no plants.

    Notes
    -----
    gamma(H) = (G - (1 - sum w^2) H) / ((1 - sum w^2)(1 - H)), with H = sum_j z_j^2 of the plants'
    shares, moves one way in H (down where G < 1 - sum w^2), so its ends lie at the least and
    largest H. The least has plants as equal as their classes allow (all
    at one common size, or at the limit of the class that is next to it); the largest has all jobs
    above the classes' floors in the largest plants. Both are sharp for sizes that need not be
    whole and classes that do not overlap, else a little wide. An open class ends where all other
    plants have their least. The classes are held to be true of the jobs that are published.

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
    >>> nation = pd.DataFrame({"industry": ["x", "y"], "employment": [40.0, 60.0],
    ...                        "establishments": [9, 4], "n1_4": [6, 1], "n5_9": [2, 1],
    ...                        "n10_19": [1, 0], "n20_49": [0, 2]})
    >>> found = ca.ellison_glaeser_bounds(jobs, reference="sum", classes=nation)
    >>> found.drop(columns="raw_concentration").round(3).set_index("industry").T
    industry                   x      y
    ellison_glaeser_low    1.000 -0.026
    ellison_glaeser_high   1.000  0.166
    plant_herfindahl_low   0.135  0.334
    plant_herfindahl_high  0.332  0.458
    """
    check_option("absent", absent, Absent)
    columns: list[str] = []
    if isinstance(classes, str):
        check_option("classes", classes, Literal["sum"])
        columns = _counts(employment, "employment table")
    panel = some_industries(read_panel(employment, values=("employment", *columns)))
    weights = region_weights(panel, reference, "employment", absent)
    nation = _sums(panel, absent) if isinstance(classes, str) else _table(classes, panel, absent)
    parts = []
    for group, keys in panel.each_group():
        w = weights[group]
        E = panel.dense("employment", group, absent)
        G = concentration.raw_concentration(E, w)
        counted = {name: column[group] for name, column in nation.items()}
        low, high = _herfindahls(counted)
        ends = np.sort([_gamma(G, w, low), _gamma(G, w, high)], axis=0)
        ends[:, _alone(low)] = np.nan  # one plant: gamma is not defined
        table = {
            "ellison_glaeser_low": ends[0],
            "ellison_glaeser_high": ends[1],
            "raw_concentration": G,
            "plant_herfindahl_low": low,
            "plant_herfindahl_high": high,
        }
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **table}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def _gamma(G: Floats, w: Floats, H: Floats) -> Floats:
    """Gamma, and what it tends to where H tends to 1."""
    alone = _alone(H)
    gamma = concentration.ellison_glaeser(G, w, np.where(alone, np.nan, H))
    spread = 1 - (w**2).sum()
    # Where G equals the spread gamma is 1 whatever H is; in one region (spread 0) it is nothing.
    sides = [spread < G, spread > G, (spread == G) & (spread > 0)]
    return np.where(alone, np.select(sides, [np.inf, -np.inf, 1.0], np.nan), gamma)


def _alone(H: Floats) -> NDArray[np.bool_]:
    """Whether all jobs are in one plant, but for rounding."""
    return np.asarray(H > 1 - 1e-12)


def _counts(table: pd.DataFrame, what: str) -> list[str]:
    """The columns that count plants."""
    check_columns(table, ["industry", "employment"], what=what)
    names = [name for name in (*SIZE_CLASSES, _PLANTS) if name in table.columns]
    if not names:
        raise SchemaError(
            f"the {what} counts no plants: add 'establishments' or size classes 'n1_4', 'n5_9' ..."
        )
    return names


def _table(classes: pd.DataFrame, panel: Panel, absent: Absent) -> dict[str, Floats]:
    """Groups x industries of the nation's table."""
    what = "class table"
    values = ["employment", *_counts(classes, what)]
    return read_reference(classes, panel, values=values, absent=absent, what=what).industry


def _sums(panel: Panel, absent: Absent) -> dict[str, Floats]:
    """Groups x industries of the regions' sums; a class withheld in one region is unknown."""
    return {name: panel.sums(name, "industry", absent) for name in panel.columns}


def _herfindahls(nation: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Least and largest plant Herfindahl of every industry of one group."""
    total = nation["employment"]
    names = [name for name in SIZE_CLASSES if name in nation]
    n = np.column_stack([np.empty((len(total), 0)), *(nation[name] for name in names)])
    limits = np.array([SIZE_CLASSES[name] for name in names]).reshape(-1, 2)
    low, high = (np.tile(limits[:, end], (len(total), 1)) for end in (0, 1))
    parts = [k for k, name in enumerate(names) if name.startswith(f"{_OPEN}_")]
    if _OPEN in names and parts:
        # Only plants that its parts do not show are left in it, and then in no part.
        at = names.index(_OPEN)
        whole = n[:, at].copy()
        rest = np.maximum(whole - np.nansum(n[:, parts], axis=1), 0.0)
        n[:, at] = np.nan_to_num(rest)
        n[:, parts] = np.where(np.isnan(whole)[:, None], n[:, parts], np.nan_to_num(n[:, parts]))
    withheld, shown = np.isnan(n), np.nan_to_num(n)
    whole_story = ~withheld.any(axis=1)
    # Plants of no known class: of the withheld ones if there are any, else of any size.
    floor = np.where(withheld, low, np.inf).min(axis=1, initial=np.inf)
    reach = np.where(withheld, high, -np.inf).max(axis=1, initial=-np.inf)
    floor, reach = np.where(whole_story, 0.0, floor), np.where(whole_story, np.inf, reach)
    counted = nation.get(_PLANTS, np.full(len(total), np.nan))
    # More plants in the classes than there are contradict each other: NaN.
    unknown = np.where(counted < shown.sum(axis=1), np.nan, counted - shown.sum(axis=1))
    # Without a count they could be as many as there are jobs, or none.
    open_ended = np.isnan(counted) & (~whole_story | (not names))
    unknown = np.where(
        np.isnan(counted), np.where(open_ended, np.maximum(total, 1.0), 0.0), unknown
    )
    floor = np.where(open_ended, 0.0, floor)
    return herfindahl_bounds(
        np.column_stack([shown, unknown]),
        np.column_stack([low, floor]),
        np.column_stack([high, reach]),
        total,
    )
