"""Where would a region's jobs go if the nation grew so and its share or its lead stayed?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import growth_pace as kernel
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._growth import Area, Growth, read_growth
from clusteranalysis.measures._panel import Floats, read_reference
from clusteranalysis.schema import Absent, Value, check_columns, check_option

__all__ = ["shift_share_prognosis"]


def shift_share_prognosis(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    horizon: int,
    outlook: pd.DataFrame | Literal["trend"],
    start: int | None = None,
    end: int | None = None,
    method: Literal["constant_share", "constant_shift"] = "constant_share",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How many jobs would there be if the reference grew so, and the share or the lead stayed?

    The arithmetic of two assumptions, not a forecast: it has no error margin, and neither
    assumption has a reason to hold.

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level.
    reference : DataFrame or "sum"
        One area's table with the same industries and years, or ``"sum"`` for all regions together.
    horizon : int
        The year to project to, after ``end``.
    outlook : DataFrame or "trend"
        The first assumption: the reference's jobs in the horizon year, a table ``industry[, year]``
        with the value column that somebody has projected, or ``"trend"`` for the yearly growth of
        each of the reference's industries from start to end, going on.
    start, end : int, optional
        The past; by default the first and the last year of the table.
    method : {"constant_share", "constant_shift"}
        The second assumption: the region keeps its share of the reference's industry, or it keeps
        growing by as many percentage points a year more (or less) as from start to end.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means: unknown, or no jobs.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``, ``horizon``;
        ``shift_share_prognosis`` in the value's unit (jobs); ``assumed_reference_growth`` and
        ``assumed_shift``, the yearly rates that went in (0.01 = one percent; a shift of 0 with
        ``"constant_share"``). NaN where a number it needs is withheld, where the reference has
        no jobs in the industry to grow from, with ``"constant_shift"`` also where the cell had
        no jobs at the start, and where the two assumptions together would leave less than
        nothing.

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it), does not match the reference or
        the outlook; or the horizon is not a year after ``end``.

    Notes
    -----
    With F = E_h/E_1 the growth factor of the reference's industry over the H years to the
    horizon ((E_1/E_0)^(H/T) with ``"trend"``, T the years from start to end):

    - constant_share: e1 F.
    - constant_shift: e1 (F^(1/H) + s)^H with s = (e1/e0)^(1/T) - (E_1/E_0)^(1/T), the past
      differential shift a year. With ``"trend"`` this is the cell's own past growth going on.

    Tests on past data found the lead over the nation unstable: letting it go on did not do better
    than leaving it out (Brown 1969; Stevens and Moore 1980 review the later evidence). Show both
    methods, and several starts, before quoting either.

    References
    ----------
    Brown, H. J. (1969). Shift and share projections of regional economic growth: an empirical
    test. Journal of Regional Science 9(1), 1-18.
    Stevens, B. H. and Moore, C. L. (1980). A critical review of the literature on shift-share as
    a forecasting technique. Journal of Regional Science 20(4), 419-437.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": "x", "year": [2019, 2021],
    ...                      "employment": [100.0, 121.0]})
    >>> nation = pd.DataFrame({"industry": "x", "year": [2019, 2021],
    ...                        "employment": [1000.0, 1040.4]})
    >>> for method in ("constant_share", "constant_shift"):
    ...     found = ca.shift_share_prognosis(jobs, reference=nation, horizon=2023,
    ...                                      outlook="trend", method=method)
    ...     print(found["shift_share_prognosis"].round(2).tolist())
    [125.89]
    [146.41]
    """
    check_option("method", method, Literal["constant_share", "constant_shift"])
    growth = read_growth(employment, value=value, absent=absent, start=start, end=end)
    first, last = growth.years
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon <= last:
        raise SchemaError(
            f"horizon={horizon!r} is not a year after end={last}: give a whole number above it"
        )
    past, ahead = last - first, int(horizon) - last
    area = growth.area(reference)
    future = _future(growth, outlook, int(horizon))

    def columns(draw: int) -> dict[str, Floats]:
        before, after = (growth.moment(draw, year, area) for year in growth.years)
        if future is None:
            factor = ratio(after.E, before.E) ** (ahead / past)
        else:
            factor = ratio(growth.moment(draw, last, future).E, after.E)
        theirs = np.broadcast_to(factor ** (1 / ahead) - 1, after.e.shape)
        if method == "constant_share":
            jobs, shift = kernel.constant_share(after.e, factor), np.zeros_like(after.e)
        else:
            own = kernel.annual_rate(before.e, after.e, past)
            shift = own - kernel.annual_rate(before.E, after.E, past)
            jobs = kernel.constant_shift(after.e, factor, shift, ahead)
        return {
            "shift_share_prognosis": jobs,
            "assumed_reference_growth": theirs,
            "assumed_shift": shift,
        }

    result = growth.table(columns)
    result.insert(list(result.columns).index("end") + 1, "horizon", int(horizon))
    return result


def _future(growth: Growth, outlook: pd.DataFrame | Literal["trend"], horizon: int) -> Area | None:
    """The reference in the horizon year, or None where its trend goes on."""
    if isinstance(outlook, str):
        check_option("outlook", outlook, Literal["trend"])
        return None
    what = "outlook table"
    check_columns(outlook, ["industry", growth.value], what=what)
    if "year" in outlook.columns:
        outlook = outlook[outlook["year"] == horizon].drop(columns="year")
        if outlook.empty:
            raise SchemaError(
                f"the {what} has no rows of the year {horizon}: give the reference's jobs then"
            )
    found = read_reference(
        outlook, growth.panel, values=(growth.value,), absent=growth.absent, what=what
    )
    return Area(found.industry[growth.value], found.total[growth.value], found.name)
