"""What is a region specialised in?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import specialization as kernel
from clusteranalysis.measures._quotients import PLANTS, BaseName, Quotients, read_quotients
from clusteranalysis.schema import Absent, Value, check_columns, check_level, check_option

__all__ = ["location_quotient", "symmetric_location_quotient"]

Floats = NDArray[np.float64]
Interval = Literal["establishment", "binomial"]
_BOUNDS = ("employment_low", "employment_high")


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
        Both assume the reference contains the region. Where the table has bounds, the interval
        takes in everything they allow.
    level : float
        Confidence level of the interval, given the jobs.
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
        (NaN where the LQ is 0 or undefined; a withheld cell that has bounds has an interval, from
        the lower sampling limit at its low end to the upper one at its high end).

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
    if interval is not None:
        check_option("interval", interval, Interval)
        if value == "payroll":
            raise SchemaError("value='payroll' has no interval: dollars are not draws; drop it")
    check_level(level)
    check_columns(employment, ["region", "industry", value], what="employment table")
    # Against "sum" every cell is in every other's denominator: no bounds are given there.
    bounded = (
        value == "employment"
        and not isinstance(reference, str)
        and all(column in employment.columns for column in _BOUNDS)
    )
    data = read_quotients(
        employment,
        reference=reference,
        base=base,
        tradability=tradability,
        value=value,
        absent=absent,
        optional=_BOUNDS if bounded else (),
        also=("establishments", PLANTS) if interval == "establishment" else (),
    )
    lq = data.quotients()
    result = data.keys().assign(location_quotient=lq, base=data.base)
    ends = _ends(data) if bounded else None
    if ends is not None:
        result = result.assign(location_quotient_low=ends[0].lq, location_quotient_high=ends[1].lq)
    if interval is not None:
        g, r, _ = data.codes
        at = _End(data.column(value), data.own[g, r], lq)
        error, low, high = _limits(data, at, interval, level)
        if ends is not None:
            low, high = _widened(data, low, high, at, ends, interval, level)
        result = result.assign(standard_error=error, interval_low=low, interval_high=high)
    return result


def symmetric_location_quotient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    base: BaseName | pd.DataFrame = "total",
    tradability: Mapping[str, str] | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is a region specialised in an industry or the opposite, on a scale from -1 to 1?

    A location quotient of 4 and one of 1/4 are equally far from the reference; on this scale they
    are 0.6 and -0.6. Averages and regressions over industries are less ruled by a few large LQs.

    Parameters
    ----------
    employment : DataFrame
        Employment table, as in :func:`location_quotient`.
    reference : DataFrame or "sum"
        The area to compare with, as in :func:`location_quotient`.
    base : {"total", "traded", "local"} or DataFrame
        What shares are taken of, as in :func:`location_quotient`.
    tradability : mapping, optional
        Industry -> ``"traded"``, ``"local"`` or ``"mixed"``; needed for those two bases.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means for a denominator that has to be summed.

    Returns
    -------
    DataFrame
        One row a cell of the base, keys ``region, industry[, year][, draw]``, then
        ``symmetric_location_quotient`` (-1 = none of the industry, 0 = the reference's share,
        towards 1 = far more; NaN where the LQ is), ``location_quotient`` and ``base``; with
        ``employment_low/high`` in the table, and a table as reference, also
        ``symmetric_location_quotient_low`` and ``_high``, certain as those of the LQ are.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    SLQ = (LQ - 1) / (LQ + 1): Laursen's revealed symmetric comparative advantage, on jobs. It is
    the hyperbolic tangent of half of ln LQ, so it rises with the LQ, and bounds carry over.

    References
    ----------
    Laursen, K. (2015). Revealed comparative advantage and the alternatives as measures of
    international specialization. Eurasian Business Review 5(1), 99-115 (working paper 1998).

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [40.0, 10.0, 0.0, 50.0]})
    >>> ca.symmetric_location_quotient(jobs, reference="sum").round(4)
      region industry  symmetric_location_quotient  location_quotient   base
    0      A        x                       0.3333             2.0000  total
    1      A        y                      -0.5000             0.3333  total
    2      B        x                      -1.0000             0.0000  total
    3      B        y                       0.2500             1.6667  total
    """
    plain = location_quotient(
        employment,
        reference=reference,
        base=base,
        tradability=tradability,
        value=value,
        absent=absent,
    )
    name = "symmetric_location_quotient"
    keys = plain.columns[: plain.columns.get_loc("location_quotient")]
    result = plain[keys].assign(
        **{name: kernel.symmetric(plain["location_quotient"])},
        location_quotient=plain["location_quotient"],
        base=plain["base"],
    )
    for end in ("_low", "_high"):
        if f"location_quotient{end}" in plain.columns:
            result[f"{name}{end}"] = kernel.symmetric(plain[f"location_quotient{end}"])
    return result


class _End(NamedTuple):
    """The cells at one end of their bounds: jobs, base total, LQ."""

    x: Floats
    n: Floats
    lq: Floats


def _ends(data: Quotients) -> tuple[_End, _End]:
    """The measured cells at the ends of the certain bounds.

    The LQ rises with its own cell and falls with every other cell of its denominator. A published
    denominator stays; in a summed one the others take the end that is worst for the claim.
    """
    low, high = (data.column(column) for column in _BOUNDS)
    g, r, i = data.codes
    n_low = n_high = n = data.own[g, r]
    if data.base != "table":
        kept = data.panel.only(data.counted)
        sums = {ends: kept.sums(ends, "region", data.absent)[g, r] for ends in _BOUNDS}
        fixed = np.zeros(len(low), bool)
        if data.base == "total":
            fixed = ~np.isnan(data.panel.totals["employment"])[g, r]
        n_low = np.where(fixed, n, low + sums["employment_high"] - high)
        n_high = np.where(fixed, n, high + sums["employment_low"] - low)
    share = kernel.ratio(data.ref.industry[data.value][:, data.counted], data.whole[:, None])[g, i]
    return (
        _End(low, n_low, kernel.ratio(kernel.ratio(low, n_low), share)),
        _End(high, n_high, kernel.ratio(kernel.ratio(high, n_high), share)),
    )


def _limits(
    data: Quotients, at: _End, interval: Interval, level: float
) -> tuple[Floats, Floats, Floats]:
    """Standard error of ln LQ and the sampling limits of the LQ, cells as they are ``at``."""
    g, _, i = data.codes
    X, N = data.ref.industry[data.value][:, data.counted][g, i], data.whole[g]
    plants = _plant_herfindahls(data, at.x, X) if interval == "establishment" else None
    error = _standard_error(at.x, at.n, X, N, plants)
    reach = np.exp(ndtri(0.5 + level / 2) * error)
    return error, at.lq / reach, at.lq * reach


def _widened(
    data: Quotients,
    low: Floats,
    high: Floats,
    at: _End,
    ends: tuple[_End, _End],
    interval: Interval,
    level: float,
) -> tuple[Floats, Floats]:
    """Sampling limits over what the certain bounds allow: the outer ones of both ends.

    The lower limit rises with x. The upper one may fall first, since the interval of a logarithm
    grows without end as x nears 0, so the low end may have the higher one. (Where a cell of one or
    two plants is most of its region the limit is a little higher between the ends.)
    """
    (_, lowest, high_at_low), (_, _, highest) = (
        _limits(data, end, interval, level) for end in ends
    )
    # No jobs at all have no sampling limit of their own, but the LQ cannot be less than 0.
    lowest = np.where((ends[0].lq == 0) & (ends[1].x > 0), 0.0, lowest)
    highest = np.where(high_at_low > highest, high_at_low, highest)
    known = (ends[0].x == ends[1].x) & (ends[0].n == ends[1].n) & ~np.isnan(at.lq)
    return np.where(known, low, lowest), np.where(known, high, highest)


def _plant_herfindahls(data: Quotients, x: Floats, X: Floats) -> tuple[Floats, Floats]:
    """Plant Herfindahl of the cell and of the rest of its industry in the reference."""
    if data.value == "establishments":
        return kernel.ratio(1.0, x), kernel.ratio(1.0, X - x)
    g, _, i = data.codes
    industry = {c: array[:, data.counted][g, i] for c, array in data.ref.industry.items()}
    counted = all("establishments" in columns for columns in (data.panel.columns, industry))
    measured = all(PLANTS in columns for columns in (data.panel.columns, industry))
    if not counted and not measured:
        raise SchemaError(
            "interval='establishment' needs a column 'establishments' (or 'plant_herfindahl') in "
            "the employment table and in the reference: add it, or use interval='binomial'"
        )
    H, H_rest = np.full_like(x, np.nan), np.full_like(x, np.nan)
    if counted:
        own, whole = data.column("establishments"), industry["establishments"]
        H, H_rest = kernel.ratio(1.0, own), kernel.ratio(1.0, whole - own)
    if measured:
        H_whole, known = industry[PLANTS], data.column(PLANTS)
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
