"""Tables in and out of the commands: what is read, checked, shown and written."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import clusteranalysis as ca
from clusteranalysis.errors import OutputError, SchemaError
from clusteranalysis.files import replacing, require_folder

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "chosen_formats",
    "console",
    "err",
    "give",
    "held",
    "one_year",
    "require_table_name",
    "write",
]

# A path or a name such as ":car:" is not a picture.
console = Console(emoji=False)
err = Console(stderr=True, emoji=False)


def held(table: pd.DataFrame, place: ca.Region) -> pd.DataFrame:
    """Keep a region's counties, refusing a table that lacks one before any computing."""
    from clusteranalysis.regions.named import require_counties
    from clusteranalysis.schema import check_columns

    check_columns(table, ["region"])
    require_counties(place, table["region"].dropna().astype(str), what="table")
    return table[table["region"].isin(place.counties)]


def one_year(table: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """Keep one year, refusing one that is not there."""
    if year is None:
        return table
    if "year" not in table.columns or year not in set(table["year"]):
        has = ", ".join(map(str, sorted(set(table.get("year", []))))) or "no column 'year'"
        raise SchemaError(f"the table has no year {year} (it has {has})")
    return table[table["year"] == year]


def chosen_formats(text: str, known: tuple[str, ...]) -> tuple[Any, ...]:
    """Formats of a list such as ``html,pdf``, in the order of the known ones."""
    asked = [one.strip().lower() for one in text.split(",") if one.strip()]
    unknown = [one for one in asked if one not in known]
    if unknown or not asked:
        named = repr(unknown[0]) if unknown else "nothing"
        raise SchemaError(f"--format holds {named}: use any of {', '.join(known)}")
    return tuple(one for one in known if one in asked)


def require_table_name(path: Path | None) -> None:
    """Refuse a file to write that is of no known kind or cannot be one, before any computing."""
    if path is None:
        return
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise SchemaError(f"--out {str(path)!r} is neither .csv nor .parquet: choose one of them")
    require_folder(path.parent)
    if path.is_dir():
        raise OutputError(f"--out {str(path)!r} is a folder: choose a file name")


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all."""
    with replacing(path) as temporary:
        if path.suffix.lower() == ".parquet":
            table.to_parquet(temporary, index=False)
        else:
            table.to_csv(temporary, index=False, lineterminator="\n")


def give(whole: pd.DataFrame, out: Path | None, shown: pd.DataFrame, *, title: str) -> None:
    """Write the whole table, or show its first rows."""
    if out is not None:
        write(whole, out)
        console.print(f"{len(whole):,} rows: {escape(str(out))}", soft_wrap=True)
        return
    if not sys.stdout.isatty():
        # For another program, a plain table of everything, with the bytes of a file.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        sys.stdout.write(whole.to_csv(index=False, lineterminator="\n"))
        return
    limit = 40
    view = Table(title=escape(title))
    for column in shown.columns:
        number = shown[column].dtype.kind in "fi"
        view.add_column(column, justify="right" if number else "left")
    for row in shown.head(limit).itertuples(index=False):
        view.add_row(*(_cell(item) for item in row))
    console.print(view)
    if len(shown) > limit:
        console.print(f"{limit} of {len(shown):,} rows; --out FILE.csv for all")


def _cell(item: Any) -> str:
    if isinstance(item, float):
        if item != item:
            return "–"
        return f"{item:,.0f}" if abs(item) >= 1000 else f"{item:,.3f}"
    return escape(str(item))
