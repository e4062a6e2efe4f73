"""Which industry does this code mean, and where does it stand in NAICS?

The canonical form is unpadded: ``"00"`` for all industries, two digits for a sector (with the
official ranges ``"31-33"``, ``"44-45"`` and ``"48-49"``), then three to six digits. Agencies write
the same industries in several ways; a join across two of them silently loses rows unless both
go through :func:`parse_codes` first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import TOTAL

__all__ = ["level", "members", "naics_vintage", "parent", "parse_codes", "truncate"]

# Manufacturing, retail and transport outgrew one two-digit number each; CBP pads only the first
# number of the range ("31----"), other agencies list every number.
_RANGES = {
    "31": "31-33",
    "32": "31-33",
    "33": "31-33",
    "44": "44-45",
    "45": "44-45",
    "48": "48-49",
    "49": "48-49",
}
# 95 (auxiliaries, CBP 1998-2002) and 99 (unclassified) are used by the agencies, not by NAICS.
_SECTOR = re.compile(r"11|2[1-3]|3[1-3]|4[24589]|5[1-6]|6[12]|7[12]|81|9[259]")
# No NAICS vintage has a zero before the sixth digit: a zero there is padding or another system.
_DIGITS = re.compile(r"[1-9]{2,5}|[1-9]{5}\d")
_LEVELS = (0, 2, 3, 4, 5, 6)
_SHOWN = 5


def _canonical(code: object) -> str | None:
    """Canonical form of one code, or None when it is not a NAICS code."""
    if isinstance(code, bool) or not isinstance(code, (str, int)):
        # numpy integers are not ints, but index like them.
        if isinstance(code, (bool, float)) or not hasattr(code, "__index__"):
            return None
        code = int(code)
    text = str(code).strip()
    # BLS writes 10 for all industries; NAICS has no sector 10, so nothing else can be meant.
    if text in (TOTAL, "10", "------"):
        return TOTAL
    if text in _RANGES.values():
        return text
    digits = text.rstrip("-/")
    if len(digits) < len(text) and len(text) != 6:
        return None
    if _DIGITS.fullmatch(digits) is None or _SECTOR.match(digits) is None:
        return None
    return _RANGES.get(digits, digits)


def _mend(bad: list[object]) -> str:
    """Say what the caller most likely has in hand, judged by the first codes refused."""
    if any(isinstance(code, float) or code is None or code is pd.NA for code in bad):
        return "drop rows without a code, and read the column with dtype=str ('3254', not 3254.0)"
    text = [str(code).strip() for code in bad]
    if any(t.isdigit() and len(t) > 2 and "0" in t[:5] for t in text):
        return "remove the zeros that pad the codes ('325', not '325000')"
    if any(re.fullmatch(r"\d{2,4}[-/\\]*", t) for t in text):
        return "these look like SIC codes (CBP before 1998): use data classified by NAICS"
    return "use NAICS codes of two to six digits ('31-33', '325', '3254') or '00' for the total"


def parse_codes(codes: Iterable[object]) -> pd.Series:
    """Bring industry codes of any agency's style into one form, so that tables can be joined.

    Parameters
    ----------
    codes : Series or other iterable
        Codes as published: padded by CBP (``"------"``, ``"31----"``, ``"113///"``,
        ``"1131//"``, ``"11331/"``), plain (``"3254"``, ``3254``), sector ranges (``"31-33"``),
        one number of a range (``"32"``), BLS's ``"10"`` for all industries.

    Returns
    -------
    Series of str
        Canonical codes; index and name are those of a Series passed in.

    Raises
    ------
    SchemaError
        Some codes are not NAICS; the message names the first five and the mend.

    Examples
    --------
    >>> parse_codes(["------", "31----", "113///", "11331/", 3254, "49"]).tolist()
    ['00', '31-33', '113', '11331', '3254', '48-49']
    """
    if isinstance(codes, (str, bytes)):
        raise SchemaError(f"{codes!r} is one code, not several: put it in a list, [{codes!r}]")
    series = codes if isinstance(codes, pd.Series) else pd.Series(list(codes), dtype=object)
    found = {code: _canonical(code) for code in pd.unique(series)}
    bad: list[object] = [code for code, canonical in found.items() if canonical is None]
    if bad:
        name = "industry" if series.name is None else series.name
        more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        shown = ", ".join(repr(code) for code in bad[:_SHOWN])
        raise SchemaError(
            f"column {name!r} holds values that are not NAICS codes: {shown}{more}: "
            f"{_mend(bad[:_SHOWN])}"
        )
    return series.map(found).astype("str")


def _each(codes: Iterable[object], rule: Callable[[str], object]) -> pd.Series:
    """Apply a rule once to every distinct code: tables repeat few codes many times."""
    parsed = parse_codes(codes)
    return parsed.map({code: rule(code) for code in pd.unique(parsed)})


def _level(code: str) -> int:
    if code == TOTAL:
        return 0
    return 2 if "-" in code else len(code)


def _ancestor(code: str, wanted: int) -> str:
    if wanted == 0:
        return TOTAL
    head = code if "-" in code else code[:wanted]
    return _RANGES.get(head, head)


def level(codes: Iterable[object]) -> pd.Series:
    """Tell how detailed each code is: 0 for the total, 2 for a sector, up to 6.

    Parameters
    ----------
    codes : Series or other iterable
        Codes in any style :func:`parse_codes` takes.

    Returns
    -------
    Series of int
        0, 2, 3, 4, 5 or 6; the index is that of a Series passed in.

    Raises
    ------
    SchemaError
        Some codes are not NAICS.

    Examples
    --------
    >>> level(["00", "31-33", "325", "325412"]).tolist()
    [0, 2, 3, 6]
    """
    return _each(codes, _level).astype("int64")


def parent(codes: Iterable[object]) -> pd.Series:
    """Name the industry one level up, to which each code's jobs add.

    Parameters
    ----------
    codes : Series or other iterable
        Codes in any style :func:`parse_codes` takes.

    Returns
    -------
    Series of str
        The code one level up; a sector's is ``"00"``, and the total's is missing (NaN).

    Raises
    ------
    SchemaError
        Some codes are not NAICS.

    Examples
    --------
    >>> parent(["325412", "325", "31-33"]).tolist()
    ['32541', '31-33', '00']
    """

    def above(code: str) -> str | None:
        if code == TOTAL:
            return None
        return _ancestor(code, 0 if _level(code) == 2 else _level(code) - 1)

    return _each(codes, above).astype("str")


def truncate(codes: Iterable[object], level: int) -> pd.Series:
    """Name the industry of a coarser level that contains each code, to sum a table up to it.

    Parameters
    ----------
    codes : Series or other iterable
        Codes in any style :func:`parse_codes` takes.
    level : int
        0, 2, 3, 4, 5 or 6. The total ``"00"`` stays itself, so that a table keeps its
        denominators.

    Returns
    -------
    Series of str
        Codes at that level.

    Raises
    ------
    SchemaError
        A code is not NAICS, or is coarser than the level asked for.

    Examples
    --------
    >>> truncate(["325412", "3254", "441110"], 2).tolist()
    ['31-33', '31-33', '44-45']
    """
    if level not in _LEVELS:
        listed = ", ".join(map(str, _LEVELS))
        raise SchemaError(f"level={level!r} is not a NAICS level: use one of {listed}")
    parsed = parse_codes(codes)
    coarse = [code for code in pd.unique(parsed) if code != TOTAL and _level(code) < level]
    if coarse:
        raise SchemaError(
            f"codes coarser than level {level}: {', '.join(map(repr, coarse[:_SHOWN]))}: a sum "
            "cannot be split; choose a coarser level or drop these rows"
        )
    return _each(parsed, lambda code: TOTAL if code == TOTAL else _ancestor(code, level))


def members(prefix: object, codes: Iterable[object]) -> list[str]:
    """List the industries at or under one, such as everything in manufacturing.

    Parameters
    ----------
    prefix : str or int
        One code: ``"31-33"``, ``"31"`` (the same sector), ``"3254"``, or ``"00"`` for all.
    codes : Series or other iterable
        The codes to choose from, in any style :func:`parse_codes` takes.

    Returns
    -------
    list of str
        Distinct canonical codes, sorted; empty when none lies under the prefix.

    Raises
    ------
    SchemaError
        The prefix or some codes are not NAICS.

    Examples
    --------
    >>> members("31-33", ["3254", "332", "4411", "325412"])
    ['3254', '325412', '332']
    """
    top = parse_codes([prefix]).iloc[0]
    at = _level(top)
    parsed = pd.unique(parse_codes(codes))
    return sorted(c for c in parsed if _ancestor(c, at) == top)


def naics_vintage(year: int) -> int:
    """Tell which edition of NAICS County Business Patterns used in a year.

    Codes of two editions can be equal and mean different industries: growth between years of
    different vintages needs a concordance first.

    Parameters
    ----------
    year : int
        Reference year of the data, 1998 or later.

    Returns
    -------
    int
        1997, 2002, 2007, 2012, 2017 or 2022.

    Raises
    ------
    SchemaError
        The year is before 1998, when CBP was classified by SIC.

    Examples
    --------
    >>> naics_vintage(2011), naics_vintage(2018)
    (2007, 2017)
    """
    if year < 1998:
        raise SchemaError(
            f"year {year} is classified by SIC, not NAICS: use 1998 or later, since no "
            "concordance carries SIC counts over exactly"
        )
    starts = {1998: 1997, 2003: 2002, 2008: 2007, 2012: 2012, 2017: 2017, 2022: 2022}
    return starts[max(start for start in starts if start <= year)]
