"""Why did a region's jobs change, and did its specialisation?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import mixed_vintages
from clusteranalysis.kernels import growth as kernel
from clusteranalysis.kernels.specialization import location_quotient as lq
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import (
    Floats,
    Ints,
    Panel,
    read_panel,
    read_reference,
    some_industries,
)
from clusteranalysis.schema import Absent, Value, check_cells, check_columns, check_option

__all__ = ["dynamic_location_quotient", "shift_share"]


def shift_share(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    start: int | None = None,
    end: int | None = None,
    method: Literal["classic", "esteban_marquillas"] = "classic",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How many of the jobs won or lost came with the nation, with the mix, and from the region?

    An accounting identity, not a cause: the terms depend on the base year, the industry level and
    the reference.

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``year``, one NAICS vintage at one level.
    reference : DataFrame or "sum"
        One area's table with the same industries and years, or ``"sum"`` for all regions together.
        Its rows of industry ``"00"``, where present, are its total.
    start, end : int, optional
        The two years; by default the first and the last of the table.
    method : {"classic", "esteban_marquillas"}
        Dunn's three terms, or the regional one split by homothetic employment.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a row missing in one of the years means. ``"withheld"`` makes its terms NaN.

    Returns
    -------
    DataFrame
        One row a region x industry (and draw): ``start``, ``end``, ``change`` and the terms in
        the value's unit, ``national``, ``industry_mix`` and ``regional``, or ``national``,
        ``industry_mix``, ``competitive`` and ``allocation``. In every row the terms add up to
        ``change``; so do their sums. NaN where a number of the row is withheld.

    Raises
    ------
    SchemaError
        The table breaks the contract, has fewer than two years, mixes editions of NAICS whose
        codes changed in between (:func:`harmonise` mends it), or does not match the reference.

    Notes
    -----
    With regional growth g_i, reference growth G_i and its total G: national = e0 G,
    industry_mix = e0 (G_i - G), regional = e0 (g_i - G_i). Homothetic employment b_i = n0 E0_i/N0:
    competitive = b_i (g_i - G_i), allocation = (e0_i - b_i)(g_i - G_i). A cell that starts at
    zero has no growth rate: all of its change is regional (competitive), so that nothing is lost.

    References
    ----------
    Dunn, E. S. (1960). A statistical and analytical technique for regional analysis. Papers of
    the Regional Science Association 6, 97-112.
    Esteban-Marquillas, J. M. (1972). A reinterpretation of shift-share analysis. Regional and
    Urban Economics 2(3), 249-255.

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
    check_option("method", method, Literal["classic", "esteban_marquillas"])
    pair = _two_years(employment, reference, start, end, value, absent)
    terms: kernel.Classic | kernel.EstebanMarquillas
    if method == "classic":
        terms = kernel.shift_share_classic(*pair.e, *pair.E, *pair.N)
    else:
        terms = kernel.shift_share_esteban_marquillas(*pair.e, *pair.E, *pair.N, pair.n[0])
    return pair.table({"change": pair.e[1] - pair.e[0], **terms._asdict()})


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
    pair = _two_years(employment, reference, start, end, value, absent)
    before, after = (
        lq(e, n, E, N) for e, n, E, N in zip(pair.e, pair.n, pair.E, pair.N, strict=True)
    )
    return pair.table({"dynamic_location_quotient": ratio(after, before)})


@dataclass(frozen=True)
class _TwoYears:
    """A table's two years side by side, and its reference's; the first axis is the draw."""

    panel: Panel
    years: tuple[int, int]
    groups: tuple[Ints, Ints]  # the panel's groups of each year, in the order of draws
    e: tuple[Floats, Floats]  # draws x regions x industries
    n: tuple[Floats, Floats]  # draws x regions x 1, published totals where there are
    E: tuple[Floats, Floats]  # draws x 1 x industries
    N: tuple[Floats, Floats]  # draws x 1 x 1

    def table(self, columns: dict[str, Floats]) -> pd.DataFrame:
        """Long table of the cells that have a row in either year."""
        shown = np.zeros(self.e[0].shape, bool)
        for groups in self.groups:
            for draw, group in enumerate(groups):
                here = self.panel.g == group
                shown[draw, self.panel.r[here], self.panel.i[here]] = True
        d, r, i = np.nonzero(shown)
        regions, industries = self.panel.regions.take(r), self.panel.industries.take(i)
        keys: dict[str, Any] = {"region": regions, "industry": industries}
        if "draw" in self.panel.groups.columns:
            keys["draw"] = self.panel.groups["draw"].to_numpy()[self.groups[0][d]]
        years = {"start": self.years[0], "end": self.years[1]}
        values = {name: array[d, r, i] for name, array in columns.items()}
        result = pd.DataFrame({**keys, **years, **values})
        return result.sort_values(list(keys), kind="stable", ignore_index=True)


def _two_years(
    employment: pd.DataFrame,
    reference: pd.DataFrame | Literal["sum"],
    start: int | None,
    end: int | None,
    value: Value,
    absent: Absent,
) -> _TwoYears:
    check_option("absent", absent, Absent)
    check_option("value", value, Value)
    require = ("region", "industry", "year")
    check_cells(employment, values=(value,), what="employment table", require=require)
    years = sorted(int(year) for year in employment["year"].unique())
    if len(years) < 2:
        raise SchemaError(
            f"column 'year' holds {', '.join(map(str, years)) or 'no year'}: growth needs two"
        )
    first, last = years[0] if start is None else start, years[-1] if end is None else end
    if first not in years or last not in years or first >= last:
        raise SchemaError(
            f"start={first} and end={last} are not two years of column 'year' "
            f"({', '.join(map(str, years))}), the earlier one first: choose two of them"
        )
    both = employment[employment["year"].isin([first, last])]
    mixed = mixed_vintages(both)
    if mixed is not None:
        raise SchemaError(f"column 'industry' mixes editions of NAICS: {mixed}")
    panel = some_industries(read_panel(both, values=(value,)))
    group_year = panel.groups["year"].to_numpy()
    groups = np.flatnonzero(group_year == first), np.flatnonzero(group_year == last)
    if "draw" in panel.groups.columns:
        draws = panel.groups["draw"].to_numpy()
        if not np.array_equal(draws[groups[0]], draws[groups[1]]):
            raise SchemaError(
                f"column 'draw' differs between {first} and {last}: give both years the same draws"
            )
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum"])
        industry = panel.sums(value, "industry", absent)
        total = panel.region_totals(value, absent).sum(axis=1)
    else:
        check_columns(reference, ["industry", "year", value], what="reference table")
        kept = reference[reference["year"].isin([first, last])]
        ref = read_reference(kept, panel, values=(value,), absent=absent)
        industry, total = ref.industry[value], ref.total[value]
    before, after = groups
    own = panel.region_totals(value, absent)[:, :, None]
    cells = np.array([panel.dense(value, group, absent) for group in range(len(panel.groups))])
    return _TwoYears(
        panel=panel,
        years=(first, last),
        groups=groups,
        e=(cells[before], cells[after]),
        n=(own[before], own[after]),
        E=(industry[before][:, None], industry[after][:, None]),
        N=(total[before][:, None, None], total[after][:, None, None]),
    )
