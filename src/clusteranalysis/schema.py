"""Checks whether a table is an employment table, and says how to mend it.

The contract (one row a cell)::

    region          str    zero-padded FIPS, or a user's region name
    industry        str    one NAICS vintage, one non-overlapping level, or cluster names
    year            int    optional where there is one
    employment      float  jobs; NaN = withheld, never zero
    establishments  float  optional, count
    payroll         float  optional, US dollars a year
    employment_low, employment_high   float  optional, bounds that hold for certain
    status          str    optional, one of STATUSES
    draw            int    optional, multiple imputation: one more grouping key

A row whose industry is :data:`TOTAL` carries the *published* all-industry total of its region:
it is the denominator of a location quotient on total employment, and the number that turns
"not published" into a quantity. It never counts as an industry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError

__all__ = [
    "CANNOT_TELL",
    "KEYS",
    "SIZE_CLASSES",
    "STATUSES",
    "TOTAL",
    "Absent",
    "Status",
    "Value",
    "as_employment",
    "check_cells",
    "check_columns",
    "check_employment",
    "check_option",
    "find_overlap",
    "quadrant_names",
    "random_generator",
    "refuse_fractions",
    "refuse_overlap",
    "refuse_repeats",
]

#: Industry code of a region's published all-industry total.
TOTAL = "00"
#: Key columns in the order in which results carry and sort them.
KEYS = ("region", "industry", "year", "draw")

Value = Literal["employment", "establishments", "payroll"]
Absent = Literal["withheld", "zero"]
Status = Literal["reported", "deduced", "imputed", "partial", "withheld"]
#: ``partial`` marks a sum of published parts of which some part is withheld: a floor, not a count.
STATUSES: tuple[str, ...] = get_args(Status)
#: Quadrant of an industry or cluster that may lie in several.
CANNOT_TELL = "Cannot tell"
#: Jobs of one plant by size class, least and most, under the names that columns of class counts
#: bear. CBP's smallest class holds plants without employees too.
SIZE_CLASSES: dict[str, tuple[float, float]] = {
    "n1_4": (0.0, 4.0),
    "n5_9": (5.0, 9.0),
    "n10_19": (10.0, 19.0),
    "n20_49": (20.0, 49.0),
    "n50_99": (50.0, 99.0),
    "n100_249": (100.0, 249.0),
    "n250_499": (250.0, 499.0),
    "n500_999": (500.0, 999.0),
    "n1000_1": (1000.0, 1499.0),
    "n1000_2": (1500.0, 2499.0),
    "n1000_3": (2500.0, 4999.0),
    "n1000_4": (5000.0, np.inf),
    "n1000": (1000.0, np.inf),
    "n<5": (0.0, 4.0),
}

_NUMERIC = (
    "employment",
    "establishments",
    "payroll",
    "employment_low",
    "employment_high",
    "plant_herfindahl",
)
_SHOWN = 5
#: More dollars than the world pays in a year; sums of squares stay far from overflow below it.
_MOST = 1e15


def quadrant_names(reference_name: str) -> dict[tuple[bool, bool], str]:
    """(concentrated, outpacing) -> the portfolio quadrant's name, against this reference.

    In the order of 2 x (not concentrated) + (not outpacing).
    """
    return {
        (strong, fast): f"{strength}, {pace} {reference_name}"
        for strong, strength in ((True, "Concentrated"), (False, f"Below {reference_name} share"))
        for fast, pace in ((True, "outpacing"), (False, "trailing"))
    }


def check_option(name: str, value: object, allowed: object) -> None:
    """Refuse a value outside a ``Literal``, naming the option and what it takes."""
    choices = get_args(allowed)
    if value not in choices:
        listed = ", ".join(repr(choice) for choice in choices)
        raise SchemaError(f"{name}={value!r} is not an option: use one of {listed}")


def check_level(level: float, *, what: str = "confidence level") -> None:
    """Refuse a level that is not between 0 and 1, such as one in percent."""
    if not 0 < level < 1:
        raise SchemaError(f"level={level!r} is not a {what}: use one between 0 and 1")


def check_count(name: str, number: object) -> None:
    """Refuse a number of repetitions, classes ... that is not a whole one from 1 up."""
    if not isinstance(number, int | np.integer) or number < 1:
        raise SchemaError(f"{name}={number!r} is not possible: use a whole number from 1 up")


def random_generator(rng: object) -> np.random.Generator:
    """The caller's generator, or a new one from the caller's seed; never one of chance."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise SchemaError(
            f"rng={rng!r} is no source of randomness: pass a seed (a whole number from 0) or a "
            "numpy Generator, so that the simulations can be repeated"
        )
    return np.random.default_rng(int(rng))


def refuse_fractions(counts: np.ndarray, where: str, mend: str) -> None:
    """Refuse counts that are not whole, where each thing counted is drawn or paired by itself."""
    bad = counts[~np.isnan(counts) & (counts % 1 != 0)]
    if bad.size:
        raise SchemaError(
            f"{where} holds {float(bad[0])}, which is not a whole number ({bad.size} such in all): "
            f"{mend}"
        )


def check_columns(table: object, columns: Iterable[str], *, what: str = "table") -> pd.DataFrame:
    """Refuse anything but a DataFrame that has these columns; returned for chaining."""
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(
            f"the {what} is a {type(table).__name__}: pass a pandas DataFrame with the columns "
            f"{', '.join(columns)}"
        )
    twice = sorted({str(name) for name in table.columns[table.columns.duplicated()]})
    if twice:
        raise SchemaError(
            f"the {what} has several columns named {', '.join(map(repr, twice))}: rename or drop "
            "all but one"
        )
    missing = [column for column in columns if column not in table.columns]
    if missing:
        has = ", ".join(map(str, table.columns[:12])) or "no columns"
        raise SchemaError(
            f"the {what} has no column {', '.join(map(repr, missing))} (it has {has}): "
            "rename the column that holds it, for example with as_employment()"
        )
    return table


def _rows(table: pd.DataFrame, bad: np.ndarray, columns: Sequence[str]) -> str:
    """Name the first bad rows by their index label and the values that matter."""
    where = np.flatnonzero(bad)
    lines = []
    for position in where[:_SHOWN]:
        values = ", ".join(f"{c}={_plain(table[c].iloc[position])!r}" for c in columns)
        lines.append(f"row {_plain(table.index[position])!r} ({values})")
    more = f" and {len(where) - _SHOWN} more" if len(where) > _SHOWN else ""
    return "; ".join(lines) + more


def _plain(value: object) -> object:
    """Show a numpy number as the number it is."""
    return value.item() if isinstance(value, np.generic) else value


def _check_key_text(table: pd.DataFrame, column: str) -> None:
    values = table[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        if isinstance(values.cat.categories.dtype, pd.StringDtype) and not values.isna().any():
            return
        values = values.astype(object)
    if isinstance(values.dtype, pd.StringDtype) and not values.isna().any():
        return
    text = np.fromiter((isinstance(v, str) for v in values), bool, len(values))
    if not text.all():
        raise SchemaError(
            f"column {column!r} holds values that are not text: {_rows(table, ~text, [column])}: "
            "read it with dtype=str so that leading zeros stay ('06001', not 6001)"
        )


def _check_numbers(table: pd.DataFrame, column: str) -> None:
    values = table[column]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        parsed = pd.to_numeric(values, errors="coerce")
        bad = np.asarray(parsed.isna() & values.notna())
        if not bad.any():  # they could all be read as numbers, but are kept as text or objects
            bad = np.ones(len(table), bool)
        if not len(table):
            raise SchemaError(f"column {column!r} is not numeric: convert it to float")
        raise SchemaError(
            f"column {column!r} is not numeric: {_rows(table, bad, [column])}: "
            "convert it to float, with NaN where the number is withheld"
        )
    array = values.to_numpy(dtype=float, na_value=np.nan)
    bad = (array > _MOST) | (array < 0)
    if bad.any():
        large = (array[bad] > 0) & np.isfinite(array[bad])
        kind = "impossibly large" if large.all() else "negative or infinite"
        raise SchemaError(
            f"column {column!r} holds {kind} values: {_rows(table, bad, [column])}: a count is "
            "zero or more, NaN where it is withheld"
        )


def find_overlap(industries: Iterable[str]) -> tuple[str, str] | None:
    """First pair of NAICS codes of which one contains the other, or None.

    Sector ranges count by their members ('31-33' contains '3254'); names that are not NAICS
    codes (cluster names) never overlap.
    """
    codes = sorted({code for code in industries if code != TOTAL})
    prefixes: dict[str, str] = {}
    for code in codes:
        head, dash, tail = code.partition("-")
        if dash and len(head) == 2 and len(tail) == 2 and head.isdigit() and tail.isdigit():
            for number in range(int(head), int(tail) + 1):
                prefix = f"{number:02d}"
                if prefix in prefixes:
                    return code, prefixes[prefix]
                prefixes[prefix] = code
        elif code.isdigit() and 2 <= len(code) <= 6:
            if code in prefixes:
                return prefixes[code], code
            prefixes[code] = code
    for prefix in sorted(prefixes):
        for length in range(2, len(prefix) + 1):
            owner = prefixes.get(prefix[:length])
            if owner is not None and owner != prefixes[prefix]:
                return owner, prefixes[prefix]
    return None


def check_employment(
    table: pd.DataFrame,
    *,
    values: Sequence[str] = ("employment",),
    what: str = "employment table",
    require: Sequence[str] = ("region", "industry"),
) -> pd.DataFrame:
    """Check a table against the contract and return it unchanged.

    Parameters
    ----------
    table : DataFrame
        Long table, one row a cell.
    values : sequence of str
        Value columns that must be there.
    what : str
        What to call the table in messages.
    require : sequence of str
        Key columns that must be there; ``year`` and ``draw`` count as keys where present.

    Returns
    -------
    DataFrame
        The same object: checking never copies or changes.

    Raises
    ------
    SchemaError
        A column is missing, a key is not text or not unique, a number is negative, bounds are
        crossed, two industries overlap; the message names the column, the first five bad rows
        and the mend.
    """
    keys = check_cells(table, values=values, what=what, require=require)
    refuse_repeats(table, keys, what)
    if "industry" in keys:
        refuse_overlap(pd.unique(table["industry"]))
    return table


def check_cells(
    table: pd.DataFrame, *, values: Sequence[str], what: str, require: Sequence[str]
) -> list[str]:
    """Check everything that can be told from a row alone; returns the key columns.

    :func:`check_employment` adds what takes a look at all rows; a caller that has the keys as
    codes can do that part faster.
    """
    check_columns(table, [*require, *values], what=what)
    keys = [key for key in KEYS if key in table.columns]
    for key in ("region", "industry"):
        if key in keys:
            _check_key_text(table, key)
    for key in ("year", "draw"):
        if key not in keys:
            continue
        if not pd.api.types.is_integer_dtype(table[key]) or table[key].isna().any():
            whole = pd.to_numeric(table[key], errors="coerce")
            bad = np.asarray(whole.isna() | (whole % 1 != 0))
            named = _rows(table, bad if bad.any() else np.ones(len(table), bool), [key])
            raise SchemaError(f"column {key!r} is not whole numbers: {named}: use .astype(int)")
    for column in dict.fromkeys([*_NUMERIC, *values]):
        if column in table.columns:
            _check_numbers(table, column)
    _check_status(table)
    _check_bounds(table)
    return keys


def refuse_repeats(table: pd.DataFrame, keys: list[str], what: str) -> None:
    """Refuse a table that has two rows of one key."""
    duplicated = table.duplicated(keys, keep=False).to_numpy()
    if duplicated.any():
        raise SchemaError(
            f"the key ({', '.join(keys)}) of the {what} is not unique: "
            f"{_rows(table, duplicated, keys)}: sum or drop the repeated rows"
        )


def refuse_overlap(industries: Iterable[str]) -> None:
    """Refuse industries of which one contains another."""
    overlap = find_overlap(industries)
    if overlap is not None:
        raise SchemaError(
            f"column 'industry' mixes overlapping levels: {overlap[0]!r} contains "
            f"{overlap[1]!r}, so jobs would count twice: keep one level, for example "
            "table[table['industry'].str.len() == 6]"
        )


def _check_status(table: pd.DataFrame) -> None:
    if "status" not in table.columns:
        return
    bad = ~table["status"].isin(STATUSES).to_numpy()
    if bad.any():
        raise SchemaError(
            f"column 'status' holds unknown values: {_rows(table, bad, ['status'])}: "
            f"use one of {', '.join(STATUSES)}"
        )
    if "employment" in table.columns:
        shown = table["status"].eq("withheld").to_numpy() & table["employment"].notna().to_numpy()
        if shown.any():
            raise SchemaError(
                f"column 'employment' shows a number where status is 'withheld': "
                f"{_rows(table, shown, ['employment', 'status'])}: set it to NaN "
                "(a withheld count stored as 0 is not a zero)"
            )


def _check_bounds(table: pd.DataFrame) -> None:
    pair = ["employment_low", "employment_high"]
    present = [column for column in pair if column in table.columns]
    if len(present) == 1:
        other = next(column for column in pair if column not in present)
        raise SchemaError(f"column {present[0]!r} is there without {other!r}: give both bounds")
    if not present:
        return
    low, high = table[pair[0]].to_numpy(float), table[pair[1]].to_numpy(float)
    crossed = low > high
    if crossed.any():
        raise SchemaError(
            "column 'employment_low' is above 'employment_high': "
            f"{_rows(table, crossed, pair)}: swap or recompute the bounds"
        )
    if "employment" in table.columns:
        value = table["employment"].to_numpy(float)
        # Sums of floats may differ from the same sum in another order by a few ulps.
        slack = 1e-9 * np.maximum(1.0, np.abs(value))
        outside = (value < low - slack) | (value > high + slack)
        if outside.any():
            raise SchemaError(
                "column 'employment' lies outside its bounds: "
                f"{_rows(table, outside, ['employment', *pair])}: recompute the bounds"
            )


def as_employment(
    table: pd.DataFrame,
    *,
    region: str = "region",
    industry: str = "industry",
    year: str | None = None,
    employment: str = "employment",
    establishments: str | None = None,
    payroll: str | None = None,
    counties: bool = False,
) -> pd.DataFrame:
    """Turn your own table into the employment table every measure takes.

    Parameters
    ----------
    table : DataFrame
        One row a cell, any column names.
    region, industry, employment : str
        Names of the columns that hold them.
    year, establishments, payroll : str, optional
        Names of these columns; by default they are taken where a column of that name exists.
    counties : bool
        Also check that every region is a five-digit county FIPS code.

    Returns
    -------
    DataFrame
        Columns ``region, industry[, year], employment[, establishments][, payroll]`` and, where
        present, ``employment_low, employment_high, status, draw``; sorted by key, fresh index.
        NaN stays NaN: it means withheld.

    Raises
    ------
    SchemaError
        The table breaks the contract; the message names the column, the first bad rows, the mend.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> mine = pd.DataFrame({"fips": ["06013", "06001"], "naics": ["3254", "3254"],
    ...                      "jobs": [1200.0, None]})
    >>> ca.as_employment(mine, region="fips", industry="naics", employment="jobs")
      region industry  employment
    0  06001     3254         NaN
    1  06013     3254      1200.0
    """
    optional = {"year": year, "establishments": establishments, "payroll": payroll}
    wanted = {"region": region, "industry": industry, "employment": employment}
    wanted |= {name: column for name, column in optional.items() if column is not None}
    check_columns(table, wanted.values())
    kept = (*optional, "employment_low", "employment_high", "status", "draw")
    wanted |= {name: name for name in kept if name not in wanted and name in table.columns}
    order = ["region", "industry", "year", "draw", "employment", "establishments", "payroll"]
    order += ["employment_low", "employment_high", "status"]
    result = pd.DataFrame({name: table[wanted[name]] for name in order if name in wanted})
    for column in _NUMERIC:
        if column in result.columns and pd.api.types.is_numeric_dtype(result[column]):
            result[column] = result[column].astype(float)
    check_employment(result)
    # Categories would sort in their own order.
    result = result.astype({"region": "str", "industry": "str"})
    if counties:
        bad = ~result["region"].str.fullmatch(r"\d{5}").to_numpy(bool)
        if bad.any():
            first = result["region"].iloc[int(np.flatnonzero(bad)[0])]
            mend = f"pad to {first.zfill(5)!r}" if first.isdigit() and len(first) < 5 else "mend it"
            raise SchemaError(
                f"column 'region' holds values that are not five-digit county FIPS codes: "
                f"{_rows(result, bad, ['region'])}: FIPS {first!r} has {len(first)} characters: "
                f"{mend}"
            )
    keys = [key for key in KEYS if key in result.columns]
    return result.sort_values(keys, kind="stable", ignore_index=True)
