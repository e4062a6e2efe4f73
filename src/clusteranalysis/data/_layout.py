"""Which file of the Business Patterns family is this, judged by its header?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from clusteranalysis.data._delimited import Kind
from clusteranalysis.errors import DataError

__all__ = ["CLASS_LETTERS", "PLACE", "Classes", "Layout", "read_layout", "year_of_name"]

Classes = Literal["none", "establishments", "employment", "all"]
#: First letters of the class columns that each choice gives: count, jobs, pay of the first quarter
#: and of the year.
CLASS_LETTERS = {"none": "", "establishments": "n", "employment": "ne", "all": "neqa"}
#: Columns that name a ZIP code's place, and our names of them.
PLACE = {"name": "name", "city": "city", "stabbr": "state", "cty_name": "county"}

#: Geographic columns by the kind of file that has them; the most detailed first.
_GEOGRAPHY = {
    "county": ("fipstate", "fipscty"),
    "zip": ("zip",),
    "msa": ("msa",),
    "state": ("fipstate",),
    "us": ("uscode",),
}
#: Columns of areas that no reader knows: without them, rows would share one key.
_FOREIGN = ("cd", "csa")
_TEXT = ("naics", "sic", "lfo", "empflag", "emp_nf", "ap_nf", "qp1_nf", "year", *PLACE)
_NUMBERS: dict[str, Kind] = {"emp": "count", "est": "count", "ap": "money", "qp1": "money"}
_CLASS = re.compile(r"([feqan])(<5|\d+_\d+|1000(?:_[1-4])?)(_?nf)?")
_NAMED_YEAR = re.compile(r"(?:cbp|zbp)_?((?:19|20)?\d\d)(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """What a header says: the kind of region, the columns to read, the size classes.

    ``classes`` maps the common spelling of a class column (``n1_4``, ``e1_4``, ``e1_4nf``,
    ``f1_4``) to that of the file.
    """

    geography: str
    kinds: dict[str, Kind]
    classes: dict[str, str]


def read_layout(header: list[str], name: str, allowed: tuple[str, ...], classes: Classes) -> Layout:
    """Judge a header, or say which columns are missing."""
    geography = _geography(header, allowed, name)
    kinds: dict[str, Kind] = dict.fromkeys(_GEOGRAPHY[geography], "text")
    kinds |= {column: "text" for column in _TEXT if column in header}
    kinds |= {column: kind for column, kind in _NUMBERS.items() if column in header}
    industries = [column for column in ("naics", "sic") if column in header]
    # Totals by ZIP code are the one kind of file without an industry.
    right = len(industries) == 1 or (geography == "zip" and not industries)
    if not right or not {"emp", "est"} & set(kinds):
        raise DataError(
            f"{name!r} has the columns {', '.join(header[:12])}: such a file has 'est' or 'emp', "
            "and either 'naics' or 'sic'"
        )
    found = _class_columns(header, name, classes)
    for common, column in found.items():
        flag = common.endswith("nf") or common[0] == "f"
        kinds[column] = "text" if flag else "money" if common[0] in "qa" else "count"
    return Layout(geography, kinds, found)


def _geography(header: list[str], allowed: tuple[str, ...], name: str) -> str:
    foreign = [column for column in _FOREIGN if column in header]
    fits = [kind for kind, columns in _GEOGRAPHY.items() if set(columns) <= set(header)]
    if foreign or not fits:
        wanted = " or ".join("+".join(_GEOGRAPHY[kind]) for kind in allowed)
        raise DataError(
            f"{name!r} has the columns {', '.join(header[:12])}: a file of the regions that can be "
            f"read has {wanted}, comma-separated"
        )
    if fits[0] not in allowed:
        other = "read_zbp" if fits[0] == "zip" else "read_cbp"
        raise DataError(f"{name!r} is a {fits[0]} file: use {other}")
    return fits[0]


def _class_columns(header: list[str], name: str, classes: Classes) -> dict[str, str]:
    letters = CLASS_LETTERS[classes]
    # Jobs and pay of a class need its bracket, to tell a withheld number from a zero.
    letters += "f" if "e" in letters else ""
    found: dict[str, str] = {}
    for column in header:
        match = _CLASS.fullmatch(column)
        if match is None or match[1] not in letters:
            continue
        common = match[1] + match[2].replace("<5", "1_4") + ("nf" if match[3] else "")
        if common in found:
            raise DataError(
                f"columns {found[common]!r} and {column!r} of {name!r} are two spellings of one: "
                "keep one"
            )
        found[common] = column
    return found


def year_of_name(name: str) -> int | None:
    """Year in a name such as cbp12us.txt, cbp86co.zip or zbp2016totals.txt."""
    found = _NAMED_YEAR.search(name)
    if found is None:
        return None
    year = int(found[1])
    if year < 100:
        # The first machine-readable files are of 1964; two digits do not reach 2064 before then.
        year += 1900 if year >= 64 else 2000
    return year
