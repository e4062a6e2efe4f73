"""Why does a cell have this number, and which published numbers contradict each other?

Both read the imputed table alone: whatever equations hold can be read off its rows again.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.data.hierarchy import Hierarchy, read_hierarchy
from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.propagation import residuals
from clusteranalysis.schema import check_columns

__all__ = ["broken", "conflicts", "explain"]

Floats = NDArray[np.float64]

# Equations are exact to this many jobs, or to rounding where the numbers are huge.
_EXACT, _ROUNDING = 1e-6, 1e-15
_NOTE = {
    "reported": "published",
    "deduced": "withheld, but deduced",
    "imputed": "withheld, estimated",
    "withheld": "withheld, not estimated",
}
_AXES = ("industries", "regions")


def broken(cells: pd.DataFrame, hierarchy: Hierarchy, x: Floats) -> pd.DataFrame:
    """Equations of one year that the values break, the worst first."""
    slack = residuals(x, hierarchy.system)
    whole = hierarchy.system.whole
    bad = np.flatnonzero(np.abs(slack) > np.maximum(_EXACT, _ROUNDING * np.abs(x[whole])))
    bad = bad[np.argsort(-np.abs(slack[bad]), kind="stable")]
    keys = [key for key in ("region", "industry", "year", "draw") if key in cells.columns]
    return cells.loc[whole[bad], keys].assign(
        parts=np.array(_AXES, dtype=object)[hierarchy.axis[bad]],
        employment=x[whole[bad]],
        slack=slack[bad],
    )


def conflicts(imputed: pd.DataFrame) -> pd.DataFrame:
    """List the equations that an imputed table breaks, because published numbers do.

    Parameters
    ----------
    imputed : DataFrame
        From :func:`clusteranalysis.data.suppression.impute`.

    Returns
    -------
    DataFrame
        One row an equation, the worst of each year first: ``region, industry`` of the whole (and
        ``year``, ``draw``), ``parts`` (``"industries"`` or ``"regions"``), ``employment`` of the
        whole, ``slack`` (by how much it exceeds the sum of its parts). Empty where all adds up.

    Raises
    ------
    SchemaError
        A key column is missing or malformed.

    Examples
    --------
    >>> table = pd.DataFrame({"region": ["06", "06"], "industry": ["11", "111"],
    ...                       "employment": [50.0, 40.0]})
    >>> conflicts(table)
      region industry       parts  employment  slack
    0     06       11  industries        50.0   10.0
    """
    check_columns(imputed, ["region", "industry", "employment"])
    keys = [key for key in ("year", "draw") if key in imputed.columns]
    pieces = [p for _, p in imputed.groupby(keys, sort=True)] if keys else [imputed]
    parts = []
    for piece in pieces:
        part = piece.reset_index(drop=True)
        parts.append(broken(part, read_hierarchy(part), part["employment"].to_numpy(float)))
    return pd.concat(parts, ignore_index=True)


def _number(value: float) -> str:
    return "any number" if np.isinf(value) else f"{value:,.0f}"


def _row(imputed: pd.DataFrame, wanted: dict[str, object]) -> pd.DataFrame:
    """Rows of the cell's year and first draw; refuses a cell that is not there."""
    table = imputed
    for key in ("year", "draw"):
        if key not in table.columns:
            continue
        choice = wanted.get(key)
        if choice is None:
            values = table[key].unique()
            if key == "year" and len(values) > 1:
                raise SchemaError(f"the table has {len(values)} years: say which, year=...")
            choice = values.min()
        table = table[table[key] == choice]
    # What can bear on the cell lies in its region or in its industry.
    near = (table["region"] == wanted["region"]) | (table["industry"] == wanted["industry"])
    return table[near].reset_index(drop=True)


def _implied(table: pd.DataFrame, hierarchy: Hierarchy, cell: int, e: int) -> tuple[float, float]:
    """Bounds of a cell by one equation and the bounds of its other cells."""
    system = hierarchy.system
    parts = system.part[system.start[e] : system.start[e + 1]]
    low, high = table["employment_low"].to_numpy(float), table["employment_high"].to_numpy(float)
    whole = system.whole[e]
    if whole == cell:
        return float(low[parts].sum()), float(high[parts].sum())
    others = parts[parts != cell]
    return float(low[whole] - high[others].sum()), float(high[whole] - low[others].sum())


def explain(
    imputed: pd.DataFrame,
    *,
    region: str,
    industry: str,
    year: int | None = None,
) -> str:
    """Say in two lines where a cell's number comes from and how far it can be trusted.

    Parameters
    ----------
    imputed : DataFrame
        From :func:`clusteranalysis.data.suppression.impute` or ``bounds``; of draws the first.
    region, industry : str
        The cell.
    year : int, optional
        Needed where the table has several.

    Returns
    -------
    str
        First line: whether it was withheld, the estimate and the bounds that hold for certain.
        Second line: the bracket it was published with, and the equations that set the bounds.

    Raises
    ------
    SchemaError
        The table has no such cell, or several years.

    Examples
    --------
    >>> from clusteranalysis.data.suppression import impute
    >>> table = pd.DataFrame({"region": "06", "industry": ["11", "111", "113"],
    ...                       "employment": [50.0, None, 20.0], "establishments": [9, 4, 5]})
    >>> print(explain(impute(table), region="06", industry="111"))
    111 in 06: withheld, but deduced: 30 jobs, certain.
    Its own row allows 0 to any number; set by 11 in 06 = sum of 2 industries.
    """
    needed = ["employment", "employment_low", "employment_high", "status"]
    brackets = ["bracket_low", "bracket_high"]
    check_columns(imputed, ["region", "industry", *needed, *brackets], what="imputed table")
    table = _row(imputed, {"region": region, "industry": industry, "year": year})
    at = np.flatnonzero(
        table["region"].eq(region).to_numpy() & table["industry"].eq(industry).to_numpy()
    )
    if len(at) == 0:
        when = "" if year is None else f" in {year}"
        raise SchemaError(
            f"the table has no cell of industry {industry!r} in region {region!r}{when}: "
            "absent rows are neither published nor estimated"
        )
    cell = int(at[0])
    row = table.iloc[cell]
    name = f"{industry} in {region}" + (f", {year}" if year is not None else "")
    low, high = float(row["employment_low"]), float(row["employment_high"])
    note = _NOTE.get(str(row["status"]), str(row["status"]))
    jobs = row["employment"]
    if row["status"] == "reported":
        return f"{name}: {note}: {_number(jobs)} jobs.\nNothing was estimated."
    amount = "" if pd.isna(jobs) else f"{_number(jobs)} jobs, "
    sure = "certain" if low == high else f"for certain {_number(low)} to {_number(high)}"
    first = f"{name}: {note}: {amount}{sure}."
    bracket = f"{_number(row['bracket_low'])} to {_number(row['bracket_high'])}"
    sums = _binding(table, cell, float(row["bracket_low"]), float(row["bracket_high"]))
    second = f"Its own row allows {bracket}; " + (
        f"set by {' and '.join(sums)}." if sums else "no sum narrows that."
    )
    return f"{first}\n{second}"


def _binding(table: pd.DataFrame, cell: int, floor: float, top: float) -> list[str]:
    """Equations that set a bound of the cell inside what its own row allows."""
    hierarchy = read_hierarchy(table)
    system = hierarchy.system
    low, high = float(table["employment_low"][cell]), float(table["employment_high"][cell])
    owner = np.repeat(np.arange(len(system.whole)), np.diff(system.start))
    touching = np.union1d(np.flatnonzero(system.whole == cell), owner[system.part == cell])
    found = []
    for e in touching:
        at_low, at_high = _implied(table, hierarchy, cell, int(e))
        near = _EXACT * max(1.0, abs(low))
        lifts = low > floor and abs(at_low - low) <= near
        cuts = high < top and abs(at_high - high) <= near
        if lifts or cuts:
            whole = table.iloc[int(system.whole[e])]
            count = int(system.start[e + 1] - system.start[e])
            kind = _AXES[int(hierarchy.axis[e])]
            parts = f"sum of {count} {kind}" if count > 1 else f"its one part by {kind}"
            found.append(f"{whole['industry']} in {whole['region']} = {parts}")
    return found
