"""How fast did a region's industries grow, and which of them are strong and growing?"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.kernels import growth_pace as kernel
from clusteranalysis.kernels.specialization import location_quotient as lq
from clusteranalysis.measures._growth import read_growth
from clusteranalysis.measures._panel import Floats
from clusteranalysis.schema import CANNOT_TELL, Absent, Value, quadrant_names

__all__ = ["growth_rates", "portfolio_matrix"]


def growth_rates(
    employment: pd.DataFrame,
    *,
    start: int | None = None,
    end: int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How fast did each industry of a region grow, and which came, stayed or went?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means: unknown, or no jobs.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``;
        ``growth_rates``, the rate over the whole period (0.1 = ten percent; -1 for an exit; NaN
        for an entry, which has nothing to grow from); ``change`` in the value's unit;
        ``midpoint_rate`` (-2 for an exit to 2 for an entry); ``annual_rate`` (the rate that
        compounds to the whole); ``kind``: ``"entry"``, ``"exit"``, ``"stays"``, ``"never"``
        (zero in both years; its rates are NaN) or ``"withheld"`` (one of the numbers is unknown;
        all four numbers are NaN).

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, or mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it).

    Notes
    -----
    growth_rates = e1/e0 - 1; midpoint_rate = 2 (e1 - e0)/(e0 + e1), the change over the mean of
    both years, which treats growth and decline alike; annual_rate = (e1/e0)^(1/years) - 1. Rates
    of small cells swing: look at ``change`` before quoting one. Entry and exit are those of the
    whole industry in the region, not of firms, and of the two years only.

    References
    ----------
    Davis, S. J., Haltiwanger, J. C. and Schuh, S. (1996). Job Creation and Destruction. MIT
    Press (the midpoint rate).

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["x", "y", "z"] * 2,
    ...                      "year": [2019] * 3 + [2021] * 3,
    ...                      "employment": [100.0, 0.0, 30.0, 121.0, 5.0, 0.0]})
    >>> ca.growth_rates(jobs).drop(columns=["region", "start", "end"]).round(3)
      industry  growth_rates  change  midpoint_rate  annual_rate   kind
    0        x          0.21    21.0           0.19          0.1  stays
    1        y           NaN     5.0           2.00          NaN  entry
    2        z         -1.00   -30.0          -2.00         -1.0   exit
    """
    growth = read_growth(employment, value=value, absent=absent, start=start, end=end)
    first, last = growth.years

    def columns(draw: int) -> dict[str, NDArray[Any]]:
        e0, e1 = growth.cells(draw, first), growth.cells(draw, last)
        return {
            "growth_rates": kernel.growth_rate(e0, e1),
            "change": e1 - e0,
            "midpoint_rate": kernel.midpoint_rate(e0, e1),
            "annual_rate": kernel.annual_rate(e0, e1, last - first),
            "kind": _kind(e0, e1),
        }

    return growth.table(columns).astype({"kind": "str"})


def _kind(e0: Floats, e1: Floats) -> NDArray[Any]:
    unknown = np.isnan(e0) | np.isnan(e1)
    cases = [unknown, (e0 == 0) & (e1 == 0), e0 == 0, e1 == 0]
    return np.select(cases, ["withheld", "never", "entry", "exit"], "stays")


def portfolio_matrix(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    start: int | None = None,
    end: int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Which industries is the region strong in, and which of them outgrow the reference?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level. Rows of industry ``"00"``
        are published totals, the base of the location quotient.
    reference : DataFrame or "sum"
        One area's table with the same industries and years, or ``"sum"`` for all regions
        together. Its rows of industry ``"00"``, where present, are its total; its region's name
        is that of the quadrants.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means: unknown, or no jobs.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``; ``location_quotient`` of the
        end year (a ratio); ``growth`` and ``reference_growth`` of the industry in percent a
        year; ``growth_difference`` in percentage points a year; ``quadrant``:
        ``"Concentrated, outpacing US"``, ``"Concentrated, trailing US"``, ``"Below US share,
        outpacing US"``, ``"Below US share, trailing US"``, with the region's name of the
        reference table for US (``reference`` where it has none or is ``"sum"``), or
        ``"Cannot tell"`` where the quotient or the difference is NaN. NaN where a number is
        withheld, and for growth where there were no jobs at the start.

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it), or does not match the reference.

    Notes
    -----
    LQ = (e1/n1)/(E1/N1); growth = 100 ((e1/e0)^(1/years) - 1), the same for the reference's
    industry; growth_difference = growth - reference_growth. Concentrated is LQ >= 1, outpacing a
    difference >= 0; both lines are conventions, and a cell close to one may fall to either side
    by chance. The columns are those that the figure :func:`clusteranalysis.plot.portfolio` draws.

    References
    ----------
    Howard, D. (2007). A regional economic performance matrix - an aid to regional economic
    policy development. Journal of Economic and Social Policy 11(2), article 4.
    Henderson, B. D. (1973). The experience curve reviewed, IV: the growth share matrix or the
    product portfolio. Boston Consulting Group (the matrix it goes back to).

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["x", "y"] * 2,
    ...                      "year": [2020] * 2 + [2021] * 2, "employment": [40.0, 60, 44, 60]})
    >>> nation = pd.DataFrame({"region": "US", "industry": ["x", "y"] * 2,
    ...                        "year": [2020] * 2 + [2021] * 2,
    ...                        "employment": [200.0, 800, 210, 880]})
    >>> found = ca.portfolio_matrix(jobs, reference=nation)
    >>> found[["industry", "location_quotient", "growth_difference", "quadrant"]].round(2)
      industry  location_quotient  growth_difference                     quadrant
    0        x               2.20                5.0   Concentrated, outpacing US
    1        y               0.71              -10.0  Below US share, trailing US
    """
    growth = read_growth(employment, value=value, absent=absent, start=start, end=end)
    area = growth.area(reference)
    years = growth.years[1] - growth.years[0]

    def columns(draw: int) -> dict[str, NDArray[Any]]:
        before, after = (growth.moment(draw, year, area) for year in growth.years)
        own = 100 * kernel.annual_rate(before.e, after.e, years)
        theirs = np.broadcast_to(100 * kernel.annual_rate(before.E, after.E, years), own.shape)
        quotient = lq(*after)
        return {
            "location_quotient": quotient,
            "growth": own,
            "reference_growth": theirs,
            "growth_difference": own - theirs,
            "quadrant": _quadrant(quotient, own - theirs, area.name),
        }

    return growth.table(columns).astype({"quadrant": "str"})


def _quadrant(quotient: Floats, difference: Floats, name: str) -> NDArray[Any]:
    """The quadrant of each region and industry."""
    words = np.array([*quadrant_names(name).values()])
    unknown = np.isnan(quotient) | np.isnan(difference)
    return np.where(unknown, CANNOT_TELL, words[2 * (quotient < 1) + (difference < 0)])
