"""What is a region specialised in?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import specialization as kernel
from clusteranalysis.measures._panel import (
    Panel,
    Reference,
    read_panel,
    read_reference,
    read_weights,
)
from clusteranalysis.schema import Absent, Value, check_columns, check_option

__all__ = ["location_quotient"]

Floats = NDArray[np.float64]
BaseName = Literal["total", "traded", "local"]
Interval = Literal["establishment", "binomial"]
_BOUNDS = ("employment_low", "employment_high")
_PLANTS = "plant_herfindahl"
_TAGS = ("traded", "local", "mixed")


def location_quotient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    base: BaseName | pd.DataFrame = "total",
    tradability: Mapping[str, str] | None = None,
    value: Value = "employment",
    interval: Interval | None = None,
    level: float = 0.95,
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How many times its reference share does an industry hold in a region?

    Parameters
    ----------
    employment : DataFrame
        Employment table. Rows of industry ``"00"`` are published totals and serve as the
        denominators; without them the denominator is the sum of a region's rows.
    reference : DataFrame or "sum"
        The area to compare with (one region's employment table, same industries, years matched
        where it has them), or ``"sum"`` for all regions of the table together.
    base : {"total", "traded", "local"} or DataFrame
        What shares are taken of: all jobs; the jobs of the industries that ``tradability`` calls
        traded (or local), and then only those industries are measured; or your own denominators,
        one row a region, holding also the reference's own region.
    tradability : mapping, optional
        Industry -> ``"traded"``, ``"local"`` or ``"mixed"``; needed for those two bases.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    interval : {"establishment", "binomial"}, optional
        Add a sampling statement: how far the LQ could be from 1 by the lumpiness of its
        independent draws. ``"binomial"`` takes every job as a draw and is far too narrow for most
        uses; ``"establishment"`` takes every plant as one (column ``plant_herfindahl`` where both
        tables have it, else plants of equal size, which is the least variance they can have).
        Both assume the reference contains the region.
    level : float
        Confidence level of the interval.
    absent : {"withheld", "zero"}
        What a missing row means for a denominator that has to be summed: unknown (the default),
        or no jobs. It never matters where totals are published.

    Returns
    -------
    DataFrame
        One row a cell of the base, keys ``region, industry[, year][, draw]``, then
        ``location_quotient`` (a ratio; 1 = the reference's share; NaN where the cell, its
        region's or its reference total is withheld or zero); ``base``; with
        ``employment_low/high`` in the table, and a table as reference (taken as exact), also
        ``location_quotient_low`` and ``_high``, which hold for certain given those bounds; with
        ``interval`` also ``standard_error`` (of ln LQ), ``interval_low`` and ``interval_high``
        (NaN where the LQ is 0 or undefined).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    LQ = (x / n) / (X / N), Isard (1960). The interval is exp(ln LQ +- z SE) with the nested delta
    variance Var(x)/x^2 + Var(X)/X^2 - 2 Var(x)/(x X); for the binomial this is
    (1 - p)/(n p) + Var(X)/X^2 - 2 (1 - p)/X, p = x / n.

    References
    ----------
    Isard, W. (1960). Methods of Regional Analysis, ch. 7. MIT Press.
    Beyene, J. and Moineddin, R. (2005). Methods for confidence interval estimation of a ratio
    parameter with application to location quotients. BMC Medical Research Methodology 5:32.
    Guimaraes, P., Figueiredo, O. and Woodward, D. (2009). Dartboard tests for the location
    quotient. Regional Science and Urban Economics 39(3), 360-364.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> county = pd.DataFrame({"region": "06001", "industry": ["00", "3254"],
    ...                        "employment": [79006.0, 1714.0]})
    >>> us = pd.DataFrame({"industry": ["00", "3254"], "employment": [15593224.0, 879213.0]})
    >>> ca.location_quotient(county, reference=us).round(7)
      region industry  location_quotient   base
    0  06001     3254           0.384762  total
    """
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    check_columns(employment, ["region", "industry", value], what="employment table")
    if interval is not None:
        check_option("interval", interval, Interval)
        if value == "payroll":
            raise SchemaError("value='payroll' has no interval: dollars are not draws; drop it")
    if not 0 < level < 1:
        raise SchemaError(f"level={level!r} is not a confidence level: use one between 0 and 1")
    # Against "sum" every cell is in every other's denominator: no bounds are given there.
    bounded = (
        value == "employment"
        and not isinstance(reference, str)
        and all(column in employment.columns for column in _BOUNDS)
    )
    plant_columns = ["establishments", _PLANTS] if interval == "establishment" else []
    optional = [*(_BOUNDS if bounded else ()), *plant_columns]
    panel = read_panel(employment, values=(value,), optional=optional)
    ref = _reference(panel, reference, value, plant_columns, absent)
    counted = _base_members(panel.industries, base, tradability)
    denominators = _denominators(panel, ref, base, value, tradability, reference, absent)

    cells = counted[panel.i]
    keys = panel.cell_keys(cells)
    g, r, i = panel.g[cells], panel.r[cells], panel.i[cells]
    x, n = panel.columns[value][cells], denominators[0][g, r]
    # The reference's shares are few: divided before they are spread over the cells.
    share = kernel.ratio(ref.industry[value], denominators[1][:, None])
    result = keys.assign(
        location_quotient=kernel.ratio(kernel.ratio(x, n), share[g, i]),
        base=base if isinstance(base, str) else "table",
    )
    if bounded:
        low, high = _bounds(panel, base, cells, counted, n, share[g, i], absent)
        result = result.assign(location_quotient_low=low, location_quotient_high=high)
    if interval is not None:
        plants = (
            _plant_herfindahls(panel, ref, cells, value) if interval == "establishment" else None
        )
        error = _standard_error(x, n, ref.industry[value][g, i], denominators[1][g], plants)
        reach = np.exp(ndtri(0.5 + level / 2) * error)
        lq = result["location_quotient"].to_numpy()
        result = result.assign(
            standard_error=error, interval_low=lq / reach, interval_high=lq * reach
        )
    return result


def _reference(
    panel: Panel,
    reference: pd.DataFrame | Literal["sum"],
    value: str,
    optional: list[str],
    absent: Absent,
) -> Reference:
    """The reference's industry and overall totals, groups first."""
    if isinstance(reference, str):
        if reference != "sum":
            raise SchemaError(
                f"reference={reference!r} is not an option: pass a table of the area to compare "
                "with, or 'sum' for all regions of the employment table together"
            )
        industry = {c: panel.sums(c, "industry", absent) for c in panel.columns}
        if _PLANTS in panel.columns:
            # Squared plant sizes add up; their shares do not.
            squares = panel.columns[_PLANTS] * panel.columns[value] ** 2
            added = replace(panel, columns={_PLANTS: squares}).sums(_PLANTS, "industry", absent)
            industry[_PLANTS] = kernel.ratio(added, industry[value] ** 2)
        # Its totals depend on the base and are those of the regions: see _denominators.
        return Reference(industry, {}, "sum", panel, np.arange(len(panel.groups)))
    return read_reference(reference, panel, values=(value,), absent=absent, optional=optional)


def _base_members(
    industries: pd.Index, base: BaseName | pd.DataFrame, tradability: Mapping[str, str] | None
) -> NDArray[np.bool_]:
    """Which industries belong to the base: all of them, or the traded or local ones."""
    if not isinstance(base, str):
        return np.ones(len(industries), bool)
    check_option("base", base, BaseName)
    if base == "total":
        return np.ones(len(industries), bool)
    if tradability is None:
        raise SchemaError(
            f"base={base!r} needs to know which industries are {base}: pass tradability="
            "{industry: 'traded' | 'local' | 'mixed'}"
        )
    wrong = [name for name in industries if tradability.get(name) not in _TAGS]
    if wrong:
        shown = ", ".join(f"{name!r}: {tradability.get(name)!r}" for name in wrong[:5])
        raise SchemaError(
            f"tradability does not say whether {shown} ({len(wrong)} in all) are 'traded', "
            "'local' or 'mixed': give each industry of both tables one of these"
        )
    return np.array([tradability[name] == base for name in industries], bool)


def _denominators(
    panel: Panel,
    ref: Reference,
    base: BaseName | pd.DataFrame,
    value: str,
    tradability: Mapping[str, str] | None,
    reference: pd.DataFrame | Literal["sum"],
    absent: Absent,
) -> tuple[Floats, Floats]:
    """Base totals: groups x regions for the regions, groups for the reference."""
    if isinstance(base, pd.DataFrame):
        own = read_weights(base, panel, column=value, what="base table")
    elif base == "total":
        own = panel.region_totals(value, absent)
    else:
        mine = panel.only(_base_members(panel.industries, base, tradability))
        own = mine.sums(value, "region", absent)
    if isinstance(reference, str):
        return own, own.sum(axis=1)
    if isinstance(base, pd.DataFrame):
        # The reference's own base is the row of that table with the reference's region name.
        alone = Panel(
            pd.Index([ref.name]), panel.industries, panel.groups,
            panel.g[:0], panel.r[:0], panel.i[:0], {}, {},
        )  # fmt: skip
        return own, read_weights(base, alone, column=value, what="base table")[:, 0]
    if base == "total":
        return own, ref.total[value]
    # The reference's base holds its traded industries, whether or not the regions have them.
    theirs = ref.whole.only(_base_members(ref.whole.industries, base, tradability))
    return own, theirs.sums(value, "region", absent).sum(axis=1)[ref.group]


def _bounds(
    panel: Panel,
    base: BaseName | pd.DataFrame,
    cells: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    n: Floats,
    share: Floats,
    absent: Absent,
) -> tuple[Floats, Floats]:
    """LQ at the ends of the certain bounds.

    The LQ rises with its own cell and falls with every other cell of its denominator. A published
    denominator stays; in a summed one the others take the end that is worst for the claim.
    """
    low, high = (panel.columns[column][cells] for column in _BOUNDS)
    n_low = n_high = n
    if isinstance(base, str):
        g, r = panel.g[cells], panel.r[cells]
        kept = panel.only(counted)
        sums = {ends: kept.sums(ends, "region", absent)[g, r] for ends in _BOUNDS}
        fixed = np.zeros(len(low), bool)
        if base == "total":
            fixed = ~np.isnan(panel.totals["employment"])[g, r]
        n_low = np.where(fixed, n, low + sums["employment_high"] - high)
        n_high = np.where(fixed, n, high + sums["employment_low"] - low)
    return (
        kernel.ratio(kernel.ratio(low, n_low), share),
        kernel.ratio(kernel.ratio(high, n_high), share),
    )


def _plant_herfindahls(
    panel: Panel, ref: Reference, cells: NDArray[np.bool_], value: str
) -> tuple[Floats, Floats]:
    """Plant Herfindahl of the cell and of the rest of its industry in the reference."""
    g, i = panel.g[cells], panel.i[cells]
    x, X = panel.columns[value][cells], ref.industry[value][g, i]
    if value == "establishments":
        return kernel.ratio(1.0, x), kernel.ratio(1.0, X - x)
    counted = all("establishments" in columns for columns in (panel.columns, ref.industry))
    measured = all(_PLANTS in columns for columns in (panel.columns, ref.industry))
    if not counted and not measured:
        raise SchemaError(
            "interval='establishment' needs a column 'establishments' (or 'plant_herfindahl') in "
            "the employment table and in the reference: add it, or use interval='binomial'"
        )
    H, H_rest = np.full_like(x, np.nan), np.full_like(x, np.nan)
    if counted:
        own, whole = panel.columns["establishments"][cells], ref.industry["establishments"][g, i]
        H, H_rest = kernel.ratio(1.0, own), kernel.ratio(1.0, whole - own)
    if measured:
        H_whole = ref.industry[_PLANTS][g, i]
        known = panel.columns[_PLANTS][cells]
        H = np.where(np.isnan(known), H, known)
        # Squared plant sizes add up, so the rest has what the region leaves of them. Where the
        # Herfindahls are themselves floors that may be too little: equal plants are the least.
        left = kernel.ratio(H_whole * X**2 - H * x**2, (X - x) ** 2)
        H_rest = np.fmax(left, H_rest)
    return H, H_rest


def _standard_error(
    x: Floats, n: Floats, X: Floats, N: Floats, plants: tuple[Floats, Floats] | None
) -> Floats:
    """Standard error of ln LQ; NaN where x is 0 or the region is not part of the reference."""
    rest, n_rest = X - x, N - n
    if plants is None:
        var_x, var_rest = kernel.binomial_variance(x, n), kernel.binomial_variance(rest, n_rest)
    else:
        var_x = kernel.plant_variance(x, n, plants[0])
        var_rest = kernel.plant_variance(rest, n_rest, plants[1])
    var_rest = np.where(rest == 0, 0.0, var_rest)  # the region is the whole industry
    variance = kernel.log_lq_variance(x, X, var_x, var_rest)
    nested = (rest >= 0) & (n_rest >= 0)
    return np.sqrt(np.where((variance >= 0) & nested, variance, np.nan))
