"""Why did a region's jobs change: with the nation, with what lies around it, or by itself?"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from clusteranalysis.kernels import growth_levels as kernel
from clusteranalysis.measures._growth import read_growth
from clusteranalysis.measures._neighbours import read_neighbours
from clusteranalysis.measures._panel import Floats
from clusteranalysis.schema import Absent, Value

__all__ = ["nested_shift_share", "spatial_shift_share"]


def nested_shift_share(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    between: pd.DataFrame | Literal["sum"],
    start: int | None = None,
    end: int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How much of a region's lead over the nation is its state's, and how much its own?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level; regions of one state.
    reference : DataFrame or "sum"
        The nation's table with the same industries and years, or ``"sum"`` for all regions
        together. Its rows of industry ``"00"``, where present, are its total.
    between : DataFrame or "sum"
        The same for the area between region and nation: the state or metropolitan area that
        holds all the regions of the table. For regions of several states, call once a state.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means. ``"withheld"`` makes its terms NaN.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``, ``change`` and, in the
        value's unit, ``national``, ``industry_mix``, ``between_growth``, ``between_mix`` and
        ``regional``, which add up to ``change`` in every row and in their sums. NaN where a
        number the term depends on is withheld.

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it), or does not match the reference
        or the area between.

    Notes
    -----
    e1 - e0 = e0 G + e0 (G_i - G) + e0 (S - G) + e0 [(S_i - S) - (G_i - G)] + e0 (g_i - S_i):
    Dunn's identity against the nation, whose regional term e0 (g_i - G_i) is split at the growth
    S_i of the industry in the area between and S of its total. between_growth + between_mix
    = e0 (S_i - G_i), the area's own competitive effect carried to the region. A cell that starts
    at zero has no growth rate: all of its change is regional.

    References
    ----------
    Dunn, E. S. (1960). A statistical and analytical technique for regional analysis. Papers of
    the Regional Science Association 6, 97-112 (the identity that is nested).
    Sihag, B. S. and McDonough, C. C. (1989). Shift-share analysis: the international dimension.
    Growth and Change 20(3), 80-88 (an area above the nation).

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> def two_years(before, after, **more):
    ...     return pd.DataFrame({"industry": ["x", "y"] * 2, "year": [2018] * 2 + [2021] * 2,
    ...                          "employment": [*before, *after], **more})
    >>> terms = ca.nested_shift_share(
    ...     two_years([10.0, 30.0], [15.0, 30.0], region="A"),
    ...     reference=two_years([500.0, 500.0], [550.0, 500.0]),
    ...     between=two_years([50.0, 50.0], [60.0, 60.0]))
    >>> terms.set_index("industry").drop(columns=["region", "start", "end"]).round(2).T
    industry          x    y
    change          5.0  0.0
    national        0.5  1.5
    industry_mix    0.5 -1.5
    between_growth  1.5  4.5
    between_mix    -0.5  1.5
    regional        3.0 -6.0
    """
    growth = read_growth(employment, value=value, absent=absent, start=start, end=end)
    nation = growth.area(reference)
    area = growth.area(between, "between", what="table between")

    def columns(draw: int) -> dict[str, Floats]:
        before, after = (growth.moment(draw, year, nation) for year in growth.years)
        S0, S1 = (growth.moment(draw, year, area) for year in growth.years)
        terms = kernel.shift_share_nested(
            before.e, after.e, before.E, after.E, before.N, after.N, S0.E, S1.E, S0.N, S1.N
        )
        return {"change": after.e - before.e, **terms._asdict()}

    return growth.table(columns)


def spatial_shift_share(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    neighbours: pd.DataFrame,
    start: int | None = None,
    end: int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Did a region outgrow its neighbours, or did the whole neighbourhood outgrow the nation?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level; the regions and all of
        their neighbours.
    reference : DataFrame or "sum"
        The nation's table with the same industries and years, or ``"sum"`` for all regions
        together. Its rows of industry ``"00"``, where present, are its total.
    neighbours : DataFrame
        ``region, neighbour[, weight]`` as :func:`clusteranalysis.regions.neighbours` makes it: a
        row says that the neighbour's growth counts for the region. Without weights all of a
        region's neighbours weigh by their jobs alone. The scale of the weights does not matter.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means. ``"withheld"`` makes its terms NaN.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``, ``change`` and, in the
        value's unit, ``national``, ``neighbour`` (neighbours against the nation) and
        ``regional`` (region against its neighbours), which add up to ``change``. ``neighbour``
        and ``regional`` are NaN for a region without neighbours and an industry that its
        neighbours do not have at the start; all are NaN where a number they depend on is
        withheld.

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it), does not match the reference, or
        lacks a region of the neighbour table.

    Notes
    -----
    e1 - e0 = e0 G + e0 (h_i - G) + e0 (g_i - h_i), where the neighbours' growth in the industry
    is h_i = sum_s w_rs e1_si / sum_s w_rs e0_si - 1 and G the growth of the reference's total.
    The neighbour term less ``industry_mix`` of :func:`shift_share` sets the neighbours against
    the nation in the same industry, e0 (h_i - G_i). A cell that starts at zero has no growth
    rate: all of its change is regional.

    References
    ----------
    Nazara, S. and Hewings, G. J. D. (2004). Spatial structure and taxonomy of decomposition in
    shift-share analysis. Growth and Change 35(4), 476-490.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "C"] * 2, "industry": "x",
    ...                      "year": [2018] * 3 + [2021] * 3,
    ...                      "employment": [100.0, 100.0, 200.0, 130.0, 120.0, 190.0]})
    >>> touching = pd.DataFrame({"region": ["A", "B"], "neighbour": ["B", "A"]})
    >>> terms = ca.spatial_shift_share(jobs, reference="sum", neighbours=touching)
    >>> terms.drop(columns=["industry", "start", "end"]).round(2)
      region  change  national  neighbour  regional
    0      A    30.0      10.0       10.0      10.0
    1      B    20.0      10.0       20.0     -10.0
    2      C   -10.0      20.0        NaN       NaN
    """
    growth = read_growth(employment, value=value, absent=absent, start=start, end=end)
    nation = growth.area(reference)
    W = read_neighbours(neighbours, growth.panel.regions)

    def columns(draw: int) -> dict[str, Floats]:
        before, after = (growth.moment(draw, year, nation) for year in growth.years)
        terms = kernel.shift_share_spatial(before.e, after.e, W, before.N, after.N)
        return {"change": after.e - before.e, **terms._asdict()}

    return growth.table(columns)
