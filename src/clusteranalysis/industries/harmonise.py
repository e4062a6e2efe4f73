"""How do I compare years that were classified by different editions of NAICS?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries.codes import naics_vintage
from clusteranalysis.industries.concordance import concordance, unmoved, unmoved_between
from clusteranalysis.industries.structure import (
    all_codes,
    is_code,
    parse_vintage,
    vintage_codes,
    vintages_of,
    with_parents,
)
from clusteranalysis.schema import (
    KEYS,
    TOTAL,
    Absent,
    check_columns,
    check_employment,
    check_option,
)

__all__ = ["harmonise", "mixed_vintages"]

_LOW, _HIGH = "employment_low", "employment_high"
_BOUNDS = [_LOW, _HIGH]
_SHOWN = 5

Vintage = int | str


def _listed(codes: Iterable[str | int]) -> str:
    found = [repr(code) for code in sorted(codes)]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return ", ".join(found[:_SHOWN] + more)


def _refuse_codes(
    codes: set[str], source: int, known: Collection[str], steady: Collection[str]
) -> None:
    """Refuse codes that cannot be carried, and say what they look like."""
    strange = {code for code in codes if code not in known}
    if strange:
        fits = vintages_of(codes)
        hint = f"; all of them are in NAICS {fits[0]}: pass vintage={fits[0]}" if fits else ""
        raise SchemaError(
            f"column 'industry' holds values that are not codes of NAICS {source}: "
            f"{_listed(strange)}: check the year, pass vintage=, or bring agency styles "
            f"into one form with parse_codes(){hint}"
        )
    coarse = {code for code in codes if len(code) != 6 and code not in steady}
    if coarse:
        raise SchemaError(
            f"column 'industry' holds sums whose content changes with the edition: "
            f"{_listed(coarse)} of NAICS {source}: harmonise the six-digit industries, then "
            "sum with truncate()"
        )


def _routes(
    codes: set[str],
    source: int,
    target: int,
    weights: pd.DataFrame | None,
    links: pd.DataFrame | None,
) -> pd.DataFrame:
    """Where each code of a table goes: ``industry, to, weight, split, sources``."""
    own = {code for code in codes if code != TOTAL and not code.startswith("99")}
    columns = ["industry", "to", "weight", "split", "sources"]
    table = pd.DataFrame(columns=columns)
    known = all_codes(source) if links is None else with_parents(vintage_codes(source, links))
    if source == target:
        _refuse_codes(own, source, known, own)
    else:
        table = concordance(source, target, weights=weights, links=links)
        steady = unmoved_between(source, target) if links is None else unmoved(table)
        _refuse_codes(own, source, known, steady)
        table["split"] = table["kind"] == "split"
        table["sources"] = table.groupby("target")["source"].transform("size")
        table = table.rename(columns={"source": "industry", "target": "to"})
        table = table[table["industry"].isin(own)]
        unknown = set(table.loc[table["weight"].isna(), "industry"])
        if unknown:
            into = _listed(table.loc[table["industry"] == min(unknown), "to"])
            raise DataError(
                f"column 'industry': nothing says in which shares {_listed(unknown)} of NAICS "
                f"{source} split on the way to NAICS {target} ({min(unknown)!r} into {into}): pass "
                "weights=, a table industry, employment of all these targets (with a column "
                "vintage where they are of another edition), or leave these industries out"
            )
    stay = pd.DataFrame({"industry": sorted(codes - set(table["industry"]))})
    stay = stay.assign(to=stay["industry"], weight=1.0, split=False, sources=1)
    return pd.concat([part for part in (stay, table[columns]) if len(part)]).astype(
        {"industry": "str", "to": "str", "weight": float, "split": bool, "sources": "int64"}
    )


def _row_vintages(
    table: pd.DataFrame, vintage: Vintage | Mapping[int, Vintage] | None
) -> np.ndarray:
    if vintage is not None and not isinstance(vintage, Mapping):
        return np.full(len(table), parse_vintage("vintage", vintage))
    if "year" not in table.columns:
        raise SchemaError(
            "the employment table has no column 'year' to tell the edition of its codes: pass "
            "vintage=2012, or whichever it is"
        )
    years = {int(year) for year in table["year"].unique()}
    if vintage is None:
        found = {year: naics_vintage(year) for year in years}
    else:
        lacking = sorted(years - set(vintage))
        if lacking:
            raise SchemaError(
                f"vintage= says nothing on column 'year' {lacking[:_SHOWN]}: name the edition of "
                "every year in the table, such as {2016: 2012, 2017: 2017}"
            )
        found = {year: parse_vintage("vintage", vintage[year]) for year in years}
    return table["year"].map(found).to_numpy()


def harmonise(
    employment: pd.DataFrame,
    *,
    to: Vintage,
    weights: pd.DataFrame | None = None,
    vintage: Vintage | Mapping[int, Vintage] | None = None,
    links: pd.DataFrame | None = None,
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Carry a table to one edition of NAICS, so that its years can be compared.

    Industries that were renamed or joined are carried exactly. Those that were split are spread
    by the weights :func:`concordance` shows, and every row they reach is marked.

    Parameters
    ----------
    employment : DataFrame
        Employment table at six digits. Sums (``"44-45"``, ``"3254"``) pass where the edition
        does not change their content; the total ``"00"`` and CBP's ``"99"`` always do.
    to : int or str
        The edition to carry it to, such as ``"naics2017"``; newer or older.
    weights : DataFrame, optional
        ``industry, employment[, vintage]`` that splits are weighted by, see :func:`concordance`.
        Needed for the splits of 2017 to 2022 and those in agriculture.
    vintage : int, str or mapping of year to edition, optional
        The edition of the table's codes; by default that of County Business Patterns in each
        row's ``year``. QCEW changes in other years (2011, 2017, 2022).
    links : DataFrame, optional
        Links of :func:`read_concordance`, instead of the shipped ones.
    absent : {"withheld", "zero"}
        What it means when a region has rows of some of the industries that were joined, not of
        all: their sum is a floor (status ``partial``), or complete.

    Returns
    -------
    DataFrame
        One row a region, industry and (where present) year and draw, sorted: ``employment`` and,
        where present, ``establishments, payroll, employment_low, employment_high``; ``status``;
        ``passed_split`` (whether any part of the row came through a split); ``split_share`` (the
        share of its jobs that did, NaN if unknown).

    Raises
    ------
    SchemaError
        The table breaks the contract, a code is not of its edition, or a sum changes content.
    DataError
        A split has no weights, or a step no links.

    Notes
    -----
    E_t = sum_s w_st E_s with sum_t w_st = 1: the total of every region, year and draw stays the
    same. Establishments and payroll are spread by the same weights.

    A split row is ``imputed``; a part that is withheld makes its row withheld, or with bounds
    ``partial``, a floor. Bounds stay certain: a part of a split may hold nothing or the whole.
    A weight is the nation's and the same for every region and year of an edition.

    Examples
    --------
    >>> jobs = pd.DataFrame({
    ...     "region": "06001", "industry": ["541711", "541712"], "year": 2016,
    ...     "employment": [1000.0, 3000.0]})
    >>> new = harmonise(jobs, to="naics2017")
    >>> new[["industry", "employment", "status", "split_share"]].round()
      industry  employment   status  split_share
    0   541713       812.0  imputed          1.0
    1   541714       883.0  imputed          1.0
    2   541715      2305.0  imputed          1.0
    >>> round(float(new["employment"].sum()), 6)
    4000.0
    """
    check_employment(employment)
    check_option("absent", absent, Absent)
    target = parse_vintage("to", to)
    keys = [key for key in KEYS if key in employment.columns]
    cells = _prepare(employment, keys)
    source = _row_vintages(cells, vintage)
    parts = []
    for one in np.unique(source):
        mine = cells[source == one]
        routes = _routes(set(mine["industry"]), int(one), target, weights, links)
        parts.append(mine.merge(routes, on="industry"))
    if not parts:
        parts = [cells.assign(to=cells["industry"], weight=1.0, split=False, sources=1)]
    values = [c for c in ("employment", "establishments", "payroll") if c in employment.columns]
    bounds = [c for c in _BOUNDS if c in employment.columns]
    spread = _spread(pd.concat(parts, ignore_index=True))
    result = _sum_parts(spread, keys, values, bounds, absent)
    columns = [*keys, *values, *bounds, "status", "passed_split", "split_share"]
    return result[columns].sort_values(keys, kind="stable", ignore_index=True)


def _prepare(employment: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows with bounds, a status and what passed a split before, whatever the table lacks."""
    values = ["employment", "establishments", "payroll", *_BOUNDS]
    cells = employment[[*keys, *(c for c in values if c in employment.columns)]]
    cells = cells.reset_index(drop=True).astype(
        {"region": "str", "industry": "str"} | {c: float for c in values if c in cells.columns}
    )
    value = cells["employment"]
    status = employment.get("status", pd.Series("reported", index=employment.index))
    cells["status"] = status.astype("str").reset_index(drop=True).where(value.notna(), "withheld")
    if _LOW in cells.columns:
        sure = value.where(cells["status"].isin(["reported", "deduced"]))
        cells[_LOW] = cells[_LOW].fillna(value.where(cells["status"] == "partial")).fillna(sure)
        cells[_HIGH] = cells[_HIGH].fillna(sure)
    for column, none in (("passed_split", False), ("split_share", 0.0)):
        given = employment.get(column, pd.Series(none, index=employment.index))
        cells[f"was_{column}"] = given.reset_index(drop=True)
    return cells


def _spread(parts: pd.DataFrame) -> pd.DataFrame:
    """Weigh the numbers of every link a row takes."""
    split, weight = parts["split"], parts["weight"]
    for column in ("employment", "establishments", "payroll"):
        if column in parts.columns:
            parts[column] = parts[column] * weight
    if _LOW in parts.columns:
        # Whatever the weight, a part may hold none or all of what was split.
        parts[_LOW] = parts[_LOW].mask(split, 0.0)
    parts["passed"] = split | parts["was_passed_split"].astype(bool)
    parts["share"] = parts["was_split_share"].astype(float).mask(split, 1.0)
    known = parts["status"] != "withheld"
    parts["status"] = parts["status"].mask(split & known, "imputed")
    return parts.drop(columns="industry").rename(columns={"to": "industry"})


def _sum_known(parts: pd.DataFrame, keys: list[str], column: str) -> pd.Series:
    """Sums of a column by key, NaN where a part is."""
    by = [parts[key] for key in keys]
    gone = parts[column].isna().groupby(by, sort=False).any()
    return parts[column].groupby(by, sort=False).sum().mask(gone)


def _sum_parts(
    parts: pd.DataFrame, keys: list[str], values: list[str], bounds: list[str], absent: Absent
) -> pd.DataFrame:
    """Add the parts of each new industry, and say what the sum is worth."""
    parts["missing"] = parts["employment"].isna()
    parts["through"] = parts["employment"] * parts["share"]
    parts["untold"] = parts["through"].isna()
    parts["wholly"] = parts["share"].eq(1.0)
    parts["one"] = 1
    for status in ("partial", "imputed", "deduced"):
        parts[status] = parts["status"].eq(status)
    grouped = parts.groupby(keys, sort=False)
    total = grouped[["employment", "through", "one"]].sum()
    any_of = grouped[["missing", "untold", "passed", "partial", "imputed", "deduced"]].any()
    lacks = (total["one"] < grouped["sources"].max()) & (absent == "withheld")
    floor = pd.Series(False, index=total.index)
    if bounds:
        for column in bounds:
            total[column] = _sum_known(parts, keys, column)
        open_ = total[bounds].isna().any(axis=1)
        total[_HIGH] = total[_HIGH].mask(lacks)
        # A withheld part's own lower bound can lift the sum of lows above what is shown.
        floor = any_of["missing"] & ~grouped["missing"].all() & ~open_
        total[_LOW] = total[_LOW].mask(floor, np.fmin(total[_LOW], total["employment"]))
    hidden = any_of["missing"] & ~floor
    total["employment"] = total["employment"].mask(hidden)
    for column in values[1:]:
        total[column] = _sum_known(parts, keys, column)
        if column == "payroll" and floor.any():
            # Pay of a floor is that of the same parts as its jobs.
            parts[column] = parts[column].mask(parts["missing"], 0.0)
            total[column] = total[column].mask(floor, _sum_known(parts, keys, column))
    total["status"] = pd.Series(
        np.select(
            [
                hidden,
                floor | lacks | any_of["partial"],
                any_of["imputed"],
                any_of["deduced"] | (total["one"] > 1),
            ],
            ["withheld", "partial", "imputed", "deduced"],
            "reported",
        ),
        index=total.index,
    ).astype("str")
    total["passed_split"] = any_of["passed"]
    jobs = total["employment"].where(total["employment"] > 0)
    share = (total["through"] / jobs).mask(any_of["untold"]).clip(upper=1.0)
    share = share.mask(grouped["wholly"].all(), 1.0).mask(~any_of["passed"], 0.0)
    return total.assign(split_share=share).reset_index()


def mixed_vintages(employment: pd.DataFrame) -> str | None:
    """Say why a table's years or codes cannot be compared, or None when they can.

    Parameters
    ----------
    employment : DataFrame
        A table with ``industry`` and, where there are several, ``year``; not checked further.

    Returns
    -------
    str or None
        A message with the mend. None when all codes fit one edition and either no code's content
        changes between the years' editions, or the table carries ``passed_split``, the mark of
        :func:`harmonise`, or a year's codes are not those CBP used then. Names that are no codes
        and years before 1998 tell nothing.

    Examples
    --------
    >>> table = pd.DataFrame({"industry": ["325412", "541711"], "year": [2016, 2016]})
    >>> later = pd.DataFrame({"industry": ["325412", "541713"], "year": [2017, 2017]})
    >>> mixed_vintages(pd.concat([table.head(1), later.head(1)])) is None
    True
    >>> mixed_vintages(pd.concat([table, later]))
    "the years are of NAICS 2012 (2016) and NAICS 2017 (2017), between which the content of..."
    """
    check_columns(employment, ["industry"], what="employment table")
    if "year" not in employment.columns:
        return _mixed_codes(set(employment["industry"]))
    cells = employment[["industry", "year"]].drop_duplicates()
    # Years before 1998 are of another system, or made up: no edition to speak of.
    cells = cells[cells["year"] >= 1998]
    by_year = {year: set(cells["industry"][cells["year"] == year]) for year in set(cells["year"])}
    codes = {code for code in set(cells["industry"]) if is_code(code)}
    years: dict[int, list[int]] = {}
    for year in by_year:
        years.setdefault(naics_vintage(year), []).append(year)
    if len(years) < 2 or not codes or "passed_split" in employment.columns:
        return _mixed_codes(codes)
    for vintage, named in years.items():
        known = all_codes(vintage)
        found = {code for year in named for code in by_year[year] if is_code(code)}
        # Codes that CBP did not use that year: the caller has carried the table, or it is not
        # CBP's. The codes alone decide.
        if not found <= known and vintages_of(codes):
            return None
    changed = {
        code
        for older, newer in pairwise(sorted(years))
        for code in codes - unmoved_between(older, newer)
    }
    if not changed:
        return None
    spans = " and ".join(f"NAICS {v} ({_listed(named)})" for v, named in sorted(years.items()))
    return (
        f"the years are of {spans}, between which the content of {_listed(changed)} changes: "
        f"carry the table to one edition with harmonise(table, to='naics{max(years)}'), and keep "
        "its column passed_split"
    )


def _mixed_codes(industries: set[str]) -> str | None:
    """The message when no edition has all of these codes, and each is in some."""
    codes = {code for code in industries if is_code(code)}
    if vintages_of(codes):
        return None
    homes = {code: home for code in sorted(codes) if (home := vintages_of([code]))}
    old = min(homes, key=lambda code: homes[code][-1], default="")
    new = max(homes, key=lambda code: homes[code][0], default="")
    if not homes or homes[old][-1] >= homes[new][0]:
        return None
    where = [" and ".join(map(str, homes[code])) for code in (old, new)]
    return (
        f"column 'industry' mixes editions of NAICS: {old!r} is in {where[0]} only, {new!r} in "
        f"{where[1]} only: carry each year to one edition with harmonise(table, "
        f"to='naics{homes[new][-1]}') before they are compared"
    )
