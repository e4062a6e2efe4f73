"""How does a Business Patterns file become our table, with NaN for every withheld number?"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clusteranalysis.data._delimited import Coded, Kind, Rows, assembled, decoded, read_delimited
from clusteranalysis.data._layout import (
    CLASS_LETTERS,
    PLACE,
    Classes,
    Layout,
    read_layout,
    year_of_name,
)
from clusteranalysis.data._report import Note, ReadReport, noted
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries import parse_codes
from clusteranalysis.schema import TOTAL

__all__ = ["is_naics", "read_patterns"]

#: Jobs that a size bracket allows; the file stores 0 beside it.
_BRACKETS: dict[bytes, tuple[float, float]] = {
    b"A": (0, 19),
    b"B": (20, 99),
    b"C": (100, 249),
    b"E": (250, 499),
    b"F": (500, 999),
    b"G": (1_000, 2_499),
    b"H": (2_500, 4_999),
    b"I": (5_000, 9_999),
    b"J": (10_000, 24_999),
    b"K": (25_000, 49_999),
    b"L": (50_000, 99_999),
    b"M": (100_000, np.nan),
}
_NONE = (b"", b"-")
_NOISE = (b"G", b"H", b"J")
_WITHHELD = (b"D", b"S", b"N")
_AMOUNTS = {
    "emp": ("employment", 1.0),
    "est": ("establishments", 1.0),
    "ap": ("payroll", 1000.0),
    "qp1": ("payroll_first_quarter", 1000.0),
}


def read_patterns(
    path: str | os.PathLike[str],
    allowed: tuple[str, ...],
    *,
    year: int | None,
    lfo: str | None,
    classes: Classes,
    report: bool,
) -> pd.DataFrame | tuple[pd.DataFrame, ReadReport]:
    """Read a file of the Business Patterns family; its geography must be one of these."""
    layouts: list[Layout] = []

    def choose(header: list[str]) -> dict[str, Kind]:
        layouts.append(read_layout(header, Path(path).name, allowed, classes))
        return layouts[0].kinds

    what = "a ZIP Code Business Patterns file" if allowed == ("zip",) else "a CBP file"
    rows = read_delimited(path, choose, what=what)
    return _Reading(rows, layouts[0], classes).run(year, lfo, report=report)


@dataclass(frozen=True)
class _Flag:
    """A noise flag: codes into its values, and what each value means."""

    codes: np.ndarray
    texts: list[bytes]
    withheld: np.ndarray
    silent: np.ndarray


@dataclass(frozen=True)
class _Bracket:
    """A size bracket: codes into its values, and the bounds of each (NaN where there is none)."""

    codes: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def given(self, rows: np.ndarray | slice) -> np.ndarray:
        """Whether there is a bracket in each of these rows."""
        given: np.ndarray = ~np.isnan(self.low[self.codes[rows]])
        return given


class _Reading:
    """One file on its way into a table; columns leave the file as they enter the table."""

    def __init__(self, rows: Rows, layout: Layout, classes: Classes) -> None:
        self.rows = rows
        self.layout = layout
        self.classes = classes
        self.classification = "SIC" if "sic" in rows else "NAICS"
        self.changed: list[Note] = []
        self.noticed: list[Note] = []
        self.columns: dict[str, Any] = {}
        self.told = False
        self.label: Callable[[int], str] = str

    def run(
        self, year: int | None, lfo: str | None, *, report: bool
    ) -> pd.DataFrame | tuple[pd.DataFrame, ReadReport]:
        rows, read = self.rows, self.rows.columns
        self.told = report
        rows_in = rows.rows
        dropped, forms = self._forms(lfo)
        region, industry = self._regions(), self._industries()
        self.columns |= {"region": region, "industry": industry}
        years = self._years(year, len(region))
        many: np.ndarray | None = self.columns["year"] if len(years) > 1 else None
        self.label = lambda i: " ".join(
            [region[i], industry[i], *([] if many is None else [str(many[i])])]
        )
        if forms is not None:
            self.columns["lfo"] = forms
        self._amounts()
        self._classes()
        for column, ours in PLACE.items():
            if column in rows:
                codes, values = rows.text(column)
                self.columns[ours] = Coded(codes, [text or None for text in decoded(values)])
        table = assembled(self.columns, self.classification)
        if not report:
            return table
        ignored = tuple(column for column in rows.header if column not in read)
        return table, ReadReport(
            rows.name,
            self.layout.geography,
            self.classification,
            years,
            rows_in,
            len(table),
            tuple(dropped),
            tuple(self.changed),
            tuple(self.noticed),
            ignored,
        )

    def _forms(self, lfo: str | None) -> tuple[list[Note], Coded | None]:
        """Keep one legal form; several beside their sum would count every job twice."""
        rows = self.rows
        if "lfo" not in rows:
            return [], None
        codes, values = rows.text("lfo")
        if lfo is None:
            return [], Coded(codes, [value or None for value in decoded(values)])
        text = decoded(values)
        if lfo not in text:
            listed = ", ".join(map(repr, sorted(text)[:20]))
            raise DataError(
                f"column 'lfo' of {rows.name!r} has no row {lfo!r}, it has {listed}: pass one of "
                "them, or lfo=None for all"
            )
        kept = np.array([value == lfo for value in text])[codes]
        if not kept.all():
            rows.keep(kept)
        note = f"another legal form than {lfo!r}"
        return noted(note, ~kept, lambda i: f"row {i + 2} lfo {text[codes[i]]}"), None

    def _codes(
        self, column: str, digits: tuple[int, int], mend: str
    ) -> tuple[np.ndarray, list[str | None]]:
        codes, values = self.rows.text(column)
        shape = re.compile(rb"\d{%d,%d}" % (1, digits[1]))
        bad = [value for value in values if shape.fullmatch(value) is None]
        self.rows.refuse_values(column, codes, bad, values, mend)
        return codes, [value.decode("ascii").zfill(digits[0]) for value in values]

    def _regions(self) -> Coded:
        fips = "write FIPS codes as digits ('06' and '001')"
        if self.layout.geography in ("county", "state"):
            state, states = self._codes("fipstate", (2, 2), fips)
            if self.layout.geography == "state":
                return Coded(state, states)
            county, counties = self._codes("fipscty", (3, 3), fips)
            both = [f"{first}{second}" for first in states for second in counties]
            return Coded(state * np.int32(len(counties)) + county, both)
        if self.layout.geography == "zip":
            return Coded(*self._codes("zip", (5, 5), "write ZIP codes as five digits"))
        if self.layout.geography == "msa":
            return Coded(*self._codes("msa", (4, 5), "write area codes as four or five digits"))
        codes, values = self.rows.text("uscode")
        return Coded(codes, ["US"] * len(values))

    def _industries(self) -> Coded:
        """Canonical NAICS codes, each distinct code parsed once; SIC codes as they are."""
        rows = self.rows
        column = self.classification.lower()
        if column not in rows:
            return Coded(np.zeros(rows.rows, np.int32), [TOTAL])
        codes, values = rows.text(column)
        text = decoded(values)
        if column == "sic":
            shape = re.compile(r"[0-9]{0,4}[-/\\]*")
            bad = [v for v, t in zip(values, text, strict=True) if not t or not shape.fullmatch(t)]
            rows.refuse_values(column, codes, bad, values, "a SIC code is up to four digits")
            return Coded(codes, text)
        try:
            return Coded(codes, parse_codes(text).tolist())
        except SchemaError as error:
            bad = [value for value, code in zip(values, text, strict=True) if not is_naics(code)]
            mend = str(error).rpartition(": ")[2]
            rows.refuse_values(column, codes, bad, values, mend)
            raise DataError(f"{rows.name!r}: {error}") from None

    def _years(self, year: int | None, length: int) -> tuple[int, ...]:
        rows = self.rows
        if "year" not in rows:
            year = year if year is not None else year_of_name(rows.name)
            if year is None:
                return ()
            self.columns["year"] = np.full(length, year, "int64")
            return (int(year),)
        codes, values = rows.text("year")
        bad = [value for value in values if re.fullmatch(rb"(19|20)\d\d", value) is None]
        rows.refuse_values("year", codes, bad, values, "write years as four digits")
        years = np.array([int(value) for value in values], "int64")
        found = tuple(sorted(set(years.tolist())))
        if year is not None and found != (year,):
            raise DataError(
                f"column 'year' of {rows.name!r} holds {', '.join(map(str, found[:5]))}, not "
                f"year={year}: leave the parameter out"
            )
        self.columns["year"] = years[codes]
        return found

    def _flag(self, column: str) -> _Flag | None:
        if column not in self.rows:
            return None
        codes, values = self.rows.text(column)
        bad = [value for value in values if value not in (*_NONE, *_NOISE, *_WITHHELD)]
        known = "a flag is G, H or J (noise), D, S or N (withheld), or empty"
        self.rows.refuse_values(column, codes, bad, values, known)
        withheld = np.array([value in _WITHHELD for value in values], bool)
        silent = np.array([value in _NONE for value in values], bool)
        return _Flag(codes, values, withheld, silent)

    def _bracket(self, column: str) -> _Bracket | None:
        if column not in self.rows:
            return None
        codes, values = self.rows.text(column)
        bad = [value for value in values if value not in (*_NONE, *_BRACKETS)]
        self.rows.refuse_values(column, codes, bad, values, "a size bracket is A to M, or empty")
        ends = np.array([_BRACKETS.get(value, (np.nan, np.nan)) for value in values]).reshape(-1, 2)
        return _Bracket(codes, ends[:, 0], ends[:, 1])

    @staticmethod
    def _hide(
        amount: np.ndarray, flag: _Flag | None, bracket: _Bracket | None, *, jobs: bool
    ) -> np.ndarray:
        """Turn each stored 0 that its flags call withheld into NaN; returns where NaN is now."""
        zero = np.flatnonzero(amount == 0)
        hidden = np.zeros(len(zero), bool) if bracket is None else bracket.given(zero)
        if flag is not None:
            codes = flag.codes[zero]
            # A bracket speaks of jobs: it hides pay only where pay has no flag of its own.
            if not jobs:
                hidden &= flag.silent[codes]
            hidden |= flag.withheld[codes]
        amount[zero[hidden]] = np.nan
        gone: np.ndarray = np.isnan(amount)
        return gone

    def _note(self, column: str, hidden: np.ndarray) -> None:
        if self.told:
            self.changed += noted(f"{column} is withheld, so NaN", hidden, self.label)

    def _amounts(self) -> None:
        rows = self.rows
        bracket = self._bracket("empflag")
        flags: dict[str, Coded] = {}
        bounds: dict[str, object] = {}
        for column, (ours, unit) in _AMOUNTS.items():
            if column not in rows:
                continue
            amount = rows.number(column)
            self.columns[ours] = amount
            if column == "est":
                continue
            flag = self._flag(f"{column}_nf")
            hidden = self._hide(amount, flag, bracket, jobs=column == "emp")
            self._note(ours, hidden)
            if flag is not None:
                text = [None if v in _NONE else v.decode("ascii") for v in flag.texts]
                flags[f"{ours}_noise"] = Coded(flag.codes, text)
            if column == "emp":
                bounds |= self._bounds(amount, hidden, bracket)
            else:
                amount *= unit
        self.columns |= bounds
        self.columns |= flags

    def _bounds(
        self, amount: np.ndarray, hidden: np.ndarray, bracket: _Bracket | None
    ) -> dict[str, object]:
        """Bounds by bracket, and the status; a published number bounds itself."""
        out: dict[str, object] = {}
        if bracket is not None:
            for name, ends in (("employment_low", bracket.low), ("employment_high", bracket.high)):
                out[name] = bound = amount.copy()
                bound[hidden] = ends[bracket.codes[hidden]]
            if self.told:
                shown = bracket.given(slice(None)) & (amount > 0)
                note = "employment is published beside a bracket; the number is kept"
                self.noticed += noted(note, shown, self.label)
        out["status"] = Coded(hidden.astype(np.int32), ["reported", "withheld"])
        return out

    def _classes(self) -> None:
        """Size classes under one naming; NaN where a count, jobs or pay is withheld."""
        names = self.layout.classes
        brackets = {
            common[1:]: self._bracket(column)
            for common, column in names.items()
            if common[0] == "f"
        }
        any_hidden: np.ndarray | None = None
        for letter in CLASS_LETTERS[self.classes]:
            for common, column in names.items():
                if common[0] != letter or common.endswith("nf"):
                    continue
                amount = self.rows.number(column)
                if letter != "n":
                    flag = self._flag(names.get(f"{common}nf", ""))
                    self._hide(amount, flag, brackets.get(common[1:]), jobs=letter == "e")
                if letter in "qa":
                    amount *= 1000.0
                if self.told:
                    hidden = np.isnan(amount)
                    any_hidden = hidden if any_hidden is None else any_hidden | hidden
                self.columns[common] = amount
        if any_hidden is not None:
            self._note("at least one size class", any_hidden)


def is_naics(code: str) -> bool:
    """Whether a code can be parsed."""
    try:
        parse_codes([code])
    except SchemaError:
        return False
    return True
