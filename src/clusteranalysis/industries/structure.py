"""What does each edition of NAICS list, and which of its industries became which of the next?"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from clusteranalysis import resources
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries.codes import parse_codes, truncate
from clusteranalysis.schema import TOTAL

__all__ = [
    "LEVELS",
    "LINK",
    "STRUCTURES",
    "VINTAGES",
    "all_codes",
    "is_code",
    "naics",
    "parse_vintage",
    "read_concordance",
    "shipped_links",
    "titles",
    "vintage_codes",
    "vintages_of",
    "with_parents",
]

#: Editions of NAICS, in the order in which they follow each other.
VINTAGES = (1997, 2002, 2007, 2012, 2017, 2022)
#: Columns of a table of links between two editions.
LINK = ["source_vintage", "target_vintage", "source", "target"]
#: Levels of detail of an industry, the total apart.
LEVELS = (2, 3, 4, 5, 6)
#: Editions whose list of industries ships, with titles.
STRUCTURES = (2007, 2012, 2017, 2022)
_CODE = re.compile(r"\d{2,6}|\d\d-\d\d")
_HEADER = re.compile(r"(?:(\d{4}) NAICS|NAICS (\d{4}))(?: U\.?S\.?)?(?: code)?", re.IGNORECASE)
_HEAD_ROWS = 15
_SHOWN = 5
# Published by CBP beside NAICS's own industries, in CBP's wording.
_BESIDE = {TOTAL: "Total for all sectors", "99": "Industries not classified"}


@lru_cache(maxsize=len(STRUCTURES))
def _structure(vintage: int) -> pd.DataFrame:
    table = pd.read_parquet(resources.processed("naics", f"naics_{vintage}.parquet"))
    return table.astype({"level": "int64"})


def naics(vintage: int = 2017) -> pd.DataFrame:
    """Show the official list of industries with their titles and their place in the hierarchy.

    Parameters
    ----------
    vintage : int
        Edition of NAICS: 2007, 2012, 2017 (used by CBP 2017 to 2021) or 2022.

    Returns
    -------
    DataFrame
        ``industry`` (canonical code), ``title``, ``level`` (2 to 6), ``parent`` (``"00"`` for a
        sector); one row an industry, sorted by code.

    Raises
    ------
    DataError
        Another vintage is asked for.

    Examples
    --------
    >>> naics().query("industry == '3254'")["title"].item()
    'Pharmaceutical and Medicine Manufacturing'
    """
    if vintage not in STRUCTURES:
        raise DataError(
            f"the NAICS {vintage} structure is not shipped: use vintage=2017, which classifies "
            "CBP 2017 to 2021, or one of 2007, 2012, 2022"
        )
    return _structure(vintage).copy()


def titles(codes: Iterable[object], vintage: int = 2017) -> pd.Series:
    """Give the official title of each industry, for a table or a figure people will read.

    Parameters
    ----------
    codes : Series or other iterable
        Codes in any style :func:`parse_codes` takes; ``"00"`` and CBP's ``"99"`` included.
    vintage : int
        Edition of NAICS.

    Returns
    -------
    Series of str
        One title a code; index and name are those of a Series passed in.

    Raises
    ------
    SchemaError
        A code is malformed, or not an industry of this vintage.
    DataError
        The vintage is not shipped.

    Examples
    --------
    >>> titles(["31-33", "311"]).tolist()
    ['Manufacturing', 'Food Manufacturing']
    """
    table = naics(vintage)
    known = _BESIDE | dict(zip(table["industry"], table["title"], strict=True))
    parsed = parse_codes(codes)
    unknown = [code for code in pd.unique(parsed) if code not in known]
    if unknown:
        raise SchemaError(
            f"not industries of NAICS {vintage}: {', '.join(map(repr, unknown[:5]))}: the codes "
            "may be of another vintage (see naics_vintage), and need a concordance first"
        )
    return parsed.map(known).astype("str")


def parse_vintage(name: str, value: object) -> int:
    """Turn ``"naics2017"`` or 2017 into 2017, refusing what is no edition of NAICS."""
    text = str(value).strip().lower().removeprefix("naics").strip()
    if text.isdigit() and int(text) in VINTAGES and not isinstance(value, bool):
        return int(text)
    listed = ", ".join(map(str, VINTAGES))
    raise SchemaError(
        f"{name}={value!r} is no edition of NAICS: use one of {listed}, or 'naics2017'"
    )


def read_concordance(path: str | Path) -> pd.DataFrame:
    r"""Read a concordance as the Census Bureau publishes it, so that its links can be used.

    The header row is found by its words: one column is called ``1997 NAICS Code`` and one
    ``2002 NAICS Code`` (or likewise for other editions). Titles and notes are not read.

    Parameters
    ----------
    path : str or Path
        A CSV file. Save a spreadsheet as CSV first.

    Returns
    -------
    DataFrame
        ``source_vintage, target_vintage, source, target``, from the older edition to the newer
        whichever way round the file is; one row a link, sorted.

    Raises
    ------
    DataError
        The file is missing, has no such header, or a row lacks a six-digit code.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "1997_to_2002.csv"
    >>> _ = path.write_text("A title\n\n1997 NAICS Code,Title,2002 NAICS Code,Title\n"
    ...                     "233110,Land,236115,New homes\n233110,Land,237210,Land\n")
    >>> read_concordance(path)
       source_vintage  target_vintage  source  target
    0            1997            2002  233110  236115
    1            1997            2002  233110  237210
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"the concordance {str(path)!r} cannot be read ({error}): give a CSV file in UTF-8"
        ) from error
    for start, row in enumerate(rows[:_HEAD_ROWS]):
        # A header may name a column over two lines.
        found = [_HEADER.fullmatch(" ".join(cell.split())) for cell in row]
        columns = [(i, int(m[1] or m[2])) for i, m in enumerate(found) if m]
        if len({vintage for _, vintage in columns}) == len(columns) == 2:
            body = list(enumerate(rows))[start + 1 :]
            break
    else:
        raise DataError(
            f"the concordance {str(path)!r} has no header row in its first {_HEAD_ROWS} rows: "
            "call its two columns of codes '1997 NAICS Code' and '2002 NAICS Code', or likewise"
        )
    (old, older), (new, newer) = sorted(columns, key=lambda column: column[1])
    for vintage in (older, newer):
        parse_vintage("the concordance's edition", vintage)
    pairs, bad = [], []
    for number, row in body:
        pair = tuple(row[i].strip() if i < len(row) else "" for i in (old, new))
        if all(re.fullmatch(r"\d{6}", code) for code in pair):
            pairs.append((older, newer, *pair))
        elif any(pair):
            bad.append(f"row {number + 1} {pair}")
    if bad or not pairs:
        shown = "; ".join(bad[:_SHOWN]) or "no row has any"
        more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        raise DataError(
            f"the concordance {str(path)!r} needs a six-digit code in both columns: "
            f"{shown}{more}: fill them in, or delete the row"
        )
    links = pd.DataFrame(pairs, columns=LINK).astype({"source": "str", "target": "str"})
    return links.drop_duplicates().sort_values(LINK, ignore_index=True)


@lru_cache(maxsize=1)
def shipped_links() -> pd.DataFrame:
    """Packaged concordances, 1997 to 2022, older to newer; not to be changed."""
    table = pd.read_parquet(resources.processed("naics", "concordance.parquet"))
    return table.astype({"source_vintage": "int64", "target_vintage": "int64"})


def vintage_codes(vintage: int, links: pd.DataFrame | None = None) -> list[str]:
    """Six-digit codes of an edition, as the shipped or the caller's concordances list them."""
    table = shipped_links() if links is None else pd.concat([links[LINK], shipped_links()])
    old = table.loc[table["source_vintage"] == vintage, "source"]
    new = table.loc[table["target_vintage"] == vintage, "target"]
    return sorted({*old, *new})


def is_code(name: str) -> bool:
    """Tell an edition's industry from the total, CBP's unclassified and a cluster's name."""
    return _CODE.fullmatch(name) is not None and name != TOTAL and not name.startswith("99")


def with_parents(codes: Iterable[str]) -> frozenset[str]:
    """Six-digit codes and all sums they belong to."""
    six = pd.Series(sorted(set(codes)), dtype="str")
    return frozenset(code for level in LEVELS for code in truncate(six, level))


@lru_cache(maxsize=len(VINTAGES))
def all_codes(vintage: int) -> frozenset[str]:
    """Codes of an edition at every level."""
    return with_parents(vintage_codes(vintage))


def vintages_of(industries: Iterable[str]) -> tuple[int, ...]:
    """Tell which editions of NAICS have all of these codes.

    Parameters
    ----------
    industries : Series or other iterable of str
        Canonical codes of any level. The total, ``"99"`` and names that are no codes are in all.

    Returns
    -------
    tuple of int
        Editions, oldest first; empty when the codes are of different editions, or of none.

    Examples
    --------
    >>> vintages_of(["541711", "325412"]), vintages_of(["541711", "541713"])
    ((2007, 2012), ())
    """
    codes = {code for code in set(industries) if is_code(code)}
    return tuple(vintage for vintage in VINTAGES if codes <= all_codes(vintage))
