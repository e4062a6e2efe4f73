"""How do I compare years that were classified by different editions of NAICS?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries.codes import naics_vintage, truncate
from clusteranalysis.industries.concordance import concordance
from clusteranalysis.industries.structure import VINTAGES, parse_vintage, vintage_codes
from clusteranalysis.schema import KEYS, TOTAL, Absent, check_employment, check_option

__all__ = ["harmonise", "mixed_vintages", "vintages_of"]

_LOW, _HIGH = "employment_low", "employment_high"
_BOUNDS = [_LOW, _HIGH]
_CODE = re.compile(r"\d{2,6}|\d\d-\d\d")
_LEVELS = (2, 3, 4, 5, 6)
_SHOWN = 5

Vintage = int | str


def _outside(code: str) -> bool:
    """The total, and CBP's unclassified: no edition's industry, the same in all."""
    return code == TOTAL or code.startswith("99")


def _ancestors(codes: pd.Series) -> dict[int, pd.Series]:
    return {level: truncate(codes, level) for level in _LEVELS}


def _unmoved(links: pd.DataFrame) -> set[str]:
    """Codes of any level whose six-digit industries come from and go to themselves alone."""
    before, after = _ancestors(links["source"]), _ancestors(links["target"])
    codes: set[str] = set()
    for level in _LEVELS:
        moved = before[level] != after[level]
        both = {*before[level], *after[level]}
        codes |= both - {*before[level][moved], *after[level][moved]}
    # At six digits a link of a code with itself may be one of several.
    keep = links.loc[links["kind"] == "same", "source"]
    return {code for code in codes if len(code) < 6} | set(keep)


@lru_cache(maxsize=32)
def _unmoved_between(source: int, target: int) -> frozenset[str]:
    return frozenset(_unmoved(concordance(source, target)))


@lru_cache(maxsize=8)
def _all_codes(vintage: int) -> frozenset[str]:
    """Codes of an edition at every level; empty for 1997, which is not shipped."""
    six = pd.Series(vintage_codes(vintage), dtype="str")
    return frozenset().union(*_ancestors(six).values()) if len(six) else frozenset()


def _listed(codes: Iterable[str]) -> str:
    found = sorted(codes)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(map(repr, found[:_SHOWN])) + more


def _refuse_codes(codes: set[str], source: int, known: set[str], unmoved: set[str]) -> None:
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
    coarse = {code for code in codes if len(code) != 6 and code not in unmoved}
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
    own = {code for code in codes if not _outside(code)}
    columns = ["industry", "to", "weight", "split", "sources"]
    stay = pd.DataFrame({"industry": sorted(codes - own)})
    if source == target:
        known = _all_codes(source) if links is None else set(vintage_codes(source, links))
        known = {code for codes_ in _ancestors(pd.Series(sorted(known), dtype="str")).values()
                 for code in codes_} if known else own
        _refuse_codes(own, source, set(known), own)
        stay = pd.DataFrame({"industry": sorted(codes)})
        table = pd.DataFrame(columns=columns)
    else:
        table = concordance(source, target, weights=weights, links=links)
        known = {code for found in _ancestors(table["source"]).values() for code in found}
        unmoved = _unmoved(table)
        _refuse_codes(own, source, known, unmoved)
        table["split"] = table["kind"] == "split"
        table["sources"] = table.groupby("target")["source"].transform("size")
        table = table.rename(columns={"source": "industry", "target": "to"})
        table = table[table["industry"].isin(own)]
        unknown = set(table.loc[table["weight"].isna(), "industry"])
        if unknown:
            first = min(unknown)
            into = _listed(table.loc[table["industry"] == first, "to"])
            raise DataError(
                f"nothing says in which shares {_listed(unknown)} of NAICS {source} split on the "
                f"way to NAICS {target} ({first!r} into {into}): pass weights=, a table industry, "
                f"employment of all these targets (with a column vintage where they are of "
                "another edition), or leave these industries out"
            )
        six = {code for code in own if len(code) == 6}
        stay = pd.DataFrame({"industry": sorted(codes - six)})
    stay = stay.assign(to=stay["industry"], weight=1.0, split=False, sources=1)
    return pd.concat([stay, table[columns]] if len(table) else [stay])[columns].astype(
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
    r"""Carry a table to one edition of NAICS, so that its years can be compared.

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
        Links of :func:`read_concordance`, needed for NAICS 1997.
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
    :math:`E_t = \sum_s w_{st} E_s` with :math:`\sum_t w_{st} = 1`: the total of every region,
    year and draw stays the same. Establishments and payroll are spread by the same weights.

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
    0   541713       813.0  imputed          1.0
    1   541714       883.0  imputed          1.0
    2   541715      2304.0  imputed          1.0
    >>> float(new["employment"].sum())
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
        nothing = cells.assign(to="", weight=1.0, split=False, sources=1)
        parts = [nothing.astype({"to": "str"})]
    spread = _spread(pd.concat(parts, ignore_index=True))
    values = [c for c in ("employment", "establishments", "payroll") if c in employment.columns]
    bounds = [c for c in _BOUNDS if c in employment.columns]
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
    total = grouped[[*values, "through", "one"]].sum()
    any_of = grouped[["missing", "untold", "passed", "partial", "imputed", "deduced"]].any()
    lacks = (total["one"] < grouped["sources"].max()) & (absent == "withheld")
    floor = pd.Series(False, index=total.index)
    if bounds:
        open_ = parts[bounds].isna().groupby([parts[key] for key in keys], sort=False).any()
        total[bounds] = grouped[bounds].sum().mask(open_)
        total[_HIGH] = total[_HIGH].mask(lacks)
        floor = any_of["missing"] & ~grouped["missing"].all() & ~open_.any(axis=1)
    hidden = any_of["missing"] & ~floor
    for column in values:
        gone = parts[column].isna() & ~(parts["missing"] & (column == "payroll"))
        gone = gone.groupby([parts[key] for key in keys], sort=False).any()
        # Pay of a floor is that of the same parts as its jobs; else one missing part hides it.
        gone = hidden if column == "employment" else gone
        if column == "payroll":
            gone = gone | hidden
        total[column] = total[column].mask(gone)
    total["status"] = pd.Series(
        np.select(
            [hidden, floor | lacks | any_of["partial"], any_of["imputed"],
             any_of["deduced"] | (total["one"] > 1)],
            ["withheld", "partial", "imputed", "deduced"],
            "reported",
        ),
        index=total.index,
    ).astype("str")
    total["passed_split"] = any_of["passed"]
    jobs = total["employment"].where(total["employment"] > 0)
    share = (total["through"] / jobs).mask(any_of["untold"]).clip(upper=1.0)
    share = share.mask(grouped["wholly"].all(), 1.0).mask(~any_of["passed"], 0.0)
    total["split_share"] = share
    return total.reset_index()


def vintages_of(industries: Iterable[str]) -> tuple[int, ...]:
    """Tell which editions of NAICS have all of these codes.

    Parameters
    ----------
    industries : Series or other iterable of str
        Canonical codes of any level. The total, ``"99"`` and names that are no codes are in all.

    Returns
    -------
    tuple of int
        Editions from 2002 on (1997 is not shipped), oldest first; empty when the codes are of
        different editions, or of none of these.

    Examples
    --------
    >>> vintages_of(["541711", "325412"]), vintages_of(["541711", "541713"])
    ((2007, 2012), ())
    """
    codes = {c for c in set(industries) if _CODE.fullmatch(c) and not _outside(c)}
    return tuple(v for v in VINTAGES[1:] if codes <= _all_codes(v))


def mixed_vintages(employment: pd.DataFrame) -> str | None:
    """Say why a table's years or codes cannot be compared, or None when they can.

    Parameters
    ----------
    employment : DataFrame
        A table with ``industry`` and, where there are several, ``year``; not checked further.

    Returns
    -------
    str or None
        A message with the mend. None when all codes fit one edition and either no code's
        content changes between the years' editions, or the table carries ``passed_split``,
        the mark of :func:`harmonise`, or a year's codes are not those CBP used that year.

    Examples
    --------
    >>> table = pd.DataFrame({"industry": ["325412", "541712"], "year": [2011, 2018]})
    >>> print(mixed_vintages(table.assign(industry="325412")))
    None
    >>> mixed_vintages(table)
    "column 'industry' mixes editions of NAICS: '541712' is in 2007 and 2012 only..."
    """
    raise NotImplementedError
