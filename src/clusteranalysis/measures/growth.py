"""Why did a region's jobs change, and did its specialisation?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.kernels import growth as kernel
from clusteranalysis.kernels.specialization import location_quotient as lq
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._growth import Growth, Moment, read_growth
from clusteranalysis.measures._panel import Floats, stack_groups
from clusteranalysis.schema import Absent, Value, check_option

__all__ = [
    "dynamic_location_quotient",
    "regional_factor",
    "shift_share",
    "shift_share_sensitivity",
]

Method = Literal[
    "classic", "end_weighted", "symmetric", "stilwell", "esteban_marquillas", "arcelus"
]


def shift_share(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    start: int | None = None,
    end: int | None = None,
    method: Method = "classic",
    period: Literal["whole", "annual"] = "whole",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How many of the jobs won or lost came with the nation, with the mix, and from the region?

    An accounting identity, not a cause: the terms depend on the base year, the industry level and
    the reference (:func:`shift_share_sensitivity` shows how much on the base year).

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level.
    reference : DataFrame or "sum"
        One area's table with the same industries and years, or ``"sum"`` for all regions together.
        Its rows of industry ``"00"``, where present, are its total.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    method : {"classic", "end_weighted", "symmetric", "stilwell", "esteban_marquillas", "arcelus"}
        Dunn's three terms, weighted by the jobs of the start; the same weighted by those of the
        end; the mean of both; Dunn's with the change of the mix taken out of the regional term;
        the regional term split by homothetic employment (what the region would have with the
        reference's mix); four effects, each at homothetic employment and at what departs from it.
    period : {"whole", "annual"}
        One step from start to end, or the terms of every year to the next, added up: the base
        moves along. ``"annual"`` needs every year in between.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means. ``"withheld"`` makes its terms NaN.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``, ``change`` and the terms in
        the value's unit. ``national``, ``industry_mix`` and ``regional``; with ``"stilwell"``
        also ``mix_modification``; with ``"esteban_marquillas"`` ``competitive`` and
        ``allocation`` for ``regional``; with ``"arcelus"`` ``national``, ``industry_mix``,
        ``regional_growth`` and ``regional_mix``, each as ``_expected`` (homothetic) and
        ``_differential``. In every row the terms add up to ``change``; so do their sums. NaN
        where a number the term depends on is withheld, in any year of ``"annual"``.

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, lacks a year in between with
        ``period="annual"``, mixes editions of NAICS whose codes changed in between
        (:func:`harmonise` mends it), or does not match the reference.

    Notes
    -----
    With growth g_i of the cell, g of its region, G_i of the reference's industry, G of its total:

    - classic (Dunn): national = e0 G, industry_mix = e0 (G_i - G), regional = e0 (g_i - G_i).
    - end_weighted (the reversed shift): e1 (1 - N0/N1), e1 (N0/N1 - E0_i/E1_i) and
      e1 E0_i/E1_i - e0. Rosenfeld objected that the regional term hangs on the base year's mix:
      where the two weightings disagree in sign, so does the finding. symmetric is their mean.
    - stilwell: mix_modification = end-weighted less classic industry_mix; regional is the classic
      one less it.
    - esteban_marquillas, with b_i = n0 E0_i/N0: competitive = b_i (g_i - G_i),
      allocation = (e0 - b_i)(g_i - G_i).
    - arcelus: the rates G, G_i - G, g - G and (g_i - g) - (G_i - G), each times b_i (expected)
      and times e0 - b_i (differential).

    A cell that starts at zero has no growth rate: all of its change is regional (competitive, or
    expected regional mix), so that nothing is lost. The terms of arcelus that need no rate of the
    cell keep their formula there, and expected and differential cancel. With end_weighted it is
    the cell that ends at zero that is all regional.

    References
    ----------
    Dunn, E. S. (1960). A statistical and analytical technique for regional analysis. Papers of
    the Regional Science Association 6, 97-112.
    Rosenfeld, F. (1959). Commentaire a l'expose de M. Dunn. Economie Appliquee 4, 531-534.
    Stilwell, F. J. B. (1969). Regional growth and structural adaptation. Urban Studies 6(2),
    162-178.
    Esteban-Marquillas, J. M. (1972). A reinterpretation of shift-share analysis. Regional and
    Urban Economics 2(3), 249-255.
    Arcelus, F. J. (1984). An extension of shift-share analysis. Growth and Change 15(1), 3-8.
    Barff, R. A. and Knight, P. L. (1988). Dynamic shift-share analysis. Growth and Change 19(2),
    1-10 (period="annual").
    Loveridge, S. and Selting, A. C. (1998). A review and comparison of shift-share identities.
    International Regional Science Review 21(1), 37-58.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> region = pd.DataFrame({"region": "A", "industry": list("wxyz") * 2,
    ...                        "year": [2018] * 4 + [2021] * 4,
    ...                        "employment": [90.0, 20, 10, 60, 100, 40, 10, 55]})
    >>> nation = pd.DataFrame({"industry": list("wxyz") * 2, "year": [2018] * 4 + [2021] * 4,
    ...                        "employment": [400.0, 150, 150, 400, 440, 210, 135, 480]})
    >>> terms = ca.shift_share(region, reference=nation)
    >>> terms[["change", "national", "industry_mix", "regional"]].sum().round(1).to_dict()
    {'change': 25.0, 'national': 27.0, 'industry_mix': 1.0, 'regional': -3.0}
    """
    check_option("method", method, Method)
    check_option("period", period, Literal["whole", "annual"])
    growth = read_growth(
        employment,
        value=value,
        absent=absent,
        start=start,
        end=end,
        years="every" if period == "annual" else "ends",
    )
    area = growth.area(reference)

    def columns(draw: int) -> dict[str, Floats]:
        first = before = growth.moment(draw, growth.years[0], area)
        added: dict[str, Floats] = {}
        for year in growth.years[1:]:
            after = growth.moment(draw, year, area)
            for term, jobs in _terms(method, before, after).items():
                added[term] = added[term] + jobs if term in added else jobs
            before = after
        return {"change": before.e - first.e, **added}

    return growth.table(columns)


def _terms(method: Method, before: Moment, after: Moment) -> Mapping[str, Floats]:
    rates = before.e, after.e, before.E, after.E, before.N, after.N
    if method == "esteban_marquillas":
        return kernel.shift_share_esteban_marquillas(*rates, before.n)._asdict()
    if method == "arcelus":
        return kernel.shift_share_arcelus(*rates, before.n, after.n)._asdict()
    if method == "stilwell":
        return kernel.shift_share_stilwell(*rates)._asdict()
    if method == "end_weighted":
        return kernel.shift_share_end_weighted(*rates)._asdict()
    if method == "symmetric":
        return kernel.shift_share_symmetric(*rates)._asdict()
    return kernel.shift_share_classic(*rates)._asdict()


def shift_share_sensitivity(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    end: int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Does a region's own term keep its sign, whichever year the comparison starts from?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level.
    reference : DataFrame or "sum"
        One area's table with the same industries and years, or ``"sum"`` for all regions together.
        Its rows of industry ``"00"``, where present, are its total.
    end : int, optional
        The end year; by default the last of the table. Every earlier year is a start.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means. ``"withheld"`` makes its terms NaN.

    Returns
    -------
    DataFrame
        One row a region x industry x ``start`` (and draw): ``end``, ``change``, ``national``,
        ``industry_mix`` and ``regional``, the terms of :func:`shift_share` in the value's unit,
        and ``same_sign``: of the starts from which the row's regional term is known, the share
        that gives it this row's sign (0..1; 1 = the sign does not depend on the start, zero is a
        sign of its own). NaN where a number is withheld.

    Raises
    ------
    SchemaError
        As :func:`shift_share`; all the years must be of one edition of NAICS.

    Notes
    -----
    The identity of Dunn (1960) from every start t: regional = e_t (g_i - G_i), growth from t to
    ``end``. With one start ``same_sign`` is 1 and tells nothing. The starts share the end year
    and most of the years between: that they agree is no statistical test. A regional term within
    1e-9 of the jobs it comes from is rounding, and counts as zero. For a region's total, sum the
    terms over the industries and compare the signs of the sums.

    References
    ----------
    Dunn, E. S. (1960). A statistical and analytical technique for regional analysis. Papers of
    the Regional Science Association 6, 97-112.
    Barff, R. A. and Knight, P. L. (1988). Dynamic shift-share analysis. Growth and Change 19(2),
    1-10 (on the choice of years).

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B"] * 3, "industry": "x",
    ...                      "year": [2019, 2019, 2020, 2020, 2021, 2021],
    ...                      "employment": [50.0, 50.0, 40.0, 60.0, 48.0, 52.0]})
    >>> found = ca.shift_share_sensitivity(jobs, reference="sum")
    >>> found[["region", "start", "regional", "same_sign"]]
      region  start  regional  same_sign
    0      A   2019      -2.0        0.5
    1      A   2020       8.0        0.5
    2      B   2019       2.0        0.5
    3      B   2020      -8.0        0.5
    """
    growth = read_growth(employment, value=value, absent=absent, end=end, years="held")
    area = growth.area(reference)
    *starts, last = growth.years
    parts = []
    for draw in growth.draws:
        after = growth.moment(draw, last, area)
        found = {}
        for year in starts:
            before = growth.moment(draw, year, area)
            terms = _terms("classic", before, after)
            found[year] = {"change": after.e - before.e, **terms}
        for year, same in zip(starts, _same_sign(growth, draw, found), strict=True):
            parts.append(growth.rows(draw, (year, last), {**found[year], "same_sign": same}))
    return growth.joined(parts, by=["start"])


def _same_sign(
    growth: Growth, draw: int, found: Mapping[int, Mapping[str, Floats]]
) -> list[Floats]:
    """For each start, the share of the known regional terms that have the sign of its own."""
    last = growth.cells(draw, growth.years[-1])
    signs = []
    for year, terms in found.items():
        regional = terms["regional"]
        rounding = 1e-9 * (growth.cells(draw, year) + last)
        signs.append(np.where(np.abs(regional) <= rounding, 0.0, np.sign(regional)))
    known = np.sum([~np.isnan(sign) for sign in signs], axis=0)
    same = []
    for sign in signs:
        agree = np.sum([sign == other for other in signs], axis=0)
        same.append(np.where(np.isnan(sign), np.nan, ratio(agree, known)))
    return same


def dynamic_location_quotient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    start: int | None = None,
    end: int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is a region's share of an industry growing or shrinking against the reference?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``; rows of industry ``"00"`` are published totals.
    reference : DataFrame or "sum"
        One area's table with the same industries and years, or all regions together.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``,
        ``dynamic_location_quotient`` (a ratio; above 1 = gaining; NaN where withheld, or where
        the industry starts at zero in the region or the reference).

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it), or does not match the reference.

    Notes
    -----
    DLQ = [(1 + g_i)/(1 + g)] / [(1 + G_i)/(1 + G)], growth over the whole period; it equals the
    LQ of the end year divided by that of the start year.

    References
    ----------
    Isserman, A. M. (1977). The location quotient approach to estimating regional economic
    impacts. Journal of the American Institute of Planners 43(1), 33-41 (the ratio it compares).

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> region = pd.DataFrame({"region": "A", "industry": ["x", "y"] * 2,
    ...                        "year": [2018] * 2 + [2021] * 2, "employment": [10.0, 90, 20, 80]})
    >>> nation = pd.DataFrame({"industry": ["x", "y"] * 2, "year": [2018] * 2 + [2021] * 2,
    ...                        "employment": [100.0, 900, 100, 900]})
    >>> ca.dynamic_location_quotient(region, reference=nation)
      region industry  start   end  dynamic_location_quotient
    0      A        x   2018  2021                   2.000000
    1      A        y   2018  2021                   0.888889
    """
    growth = read_growth(employment, value=value, absent=absent, start=start, end=end)
    area = growth.area(reference)

    def columns(draw: int) -> dict[str, Floats]:
        before, after = (lq(*growth.moment(draw, year, area)) for year in growth.years)
        return {"dynamic_location_quotient": ratio(after, before)}

    return growth.table(columns)


def regional_factor(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    start: int | None = None,
    end: int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Did a region outgrow the reference, by the industries it has or by how they did here?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level. The region is the sum of
        its industries; rows of industry ``"00"`` do not enter.
    reference : DataFrame or "sum"
        One area's table with the same industries and years, or ``"sum"`` for all regions together.
        Its rows of industry ``"00"``, where present, are its total.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means. ``"withheld"`` makes the region's NaN.

    Returns
    -------
    DataFrame
        One row a region (and draw): ``start``, ``end``, and the ratios ``regional_factor``
        (above 1 = grew more than the reference), ``structural_factor`` (above 1 = its industries
        are those that grow) and ``locational_factor`` (above 1 = they grew more here). NaN where
        a cell is withheld or there is nothing to grow from.

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it), or does not match the reference.

    Notes
    -----
    regional_factor = structural_factor x locational_factor, with x = sum_i e0_i E1_i/E0_i:
    structural = (x / sum e0) / (N1/N0), locational = sum e1 / x. In jobs, Gerfin's net total,
    net proportionality and net differential shift are the region's sums of ``industry_mix +
    regional``, ``industry_mix`` and ``regional`` of the classic :func:`shift_share`:
    regional_factor - 1 is the net total shift over (sum e0) N1/N0.

    References
    ----------
    Gerfin, H. (1964). Gesamtwirtschaftliches Wachstum und regionale Entwicklung. Kyklos 17(4),
    565-593.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> region = pd.DataFrame({"region": "A", "industry": ["x", "y"] * 2,
    ...                        "year": [2018] * 2 + [2021] * 2, "employment": [50.0, 50, 90, 50]})
    >>> nation = pd.DataFrame({"industry": ["x", "y"] * 2, "year": [2018] * 2 + [2021] * 2,
    ...                        "employment": [200.0, 800, 300, 700]})
    >>> ca.regional_factor(region, reference=nation).round(4)
      region  start   end  regional_factor  structural_factor  locational_factor
    0      A   2018  2021              1.4             1.1875             1.1789
    """
    growth = read_growth(employment, value=value, absent=absent, start=start, end=end)
    area = growth.area(reference)
    ends = {"start": growth.years[0], "end": growth.years[-1]}
    parts = []
    for draw in growth.draws:
        before, after = (growth.moment(draw, year, area) for year in growth.years)
        factors = kernel.regional_factors(
            before.e, after.e, before.E, after.E, before.N[0], after.N[0]
        )
        keys = {"region": growth.panel.regions, **growth.keys(draw)}
        parts.append(pd.DataFrame({**keys, **ends, **factors._asdict()}))
    return stack_groups(parts, ["region", *growth.keys(0)])
