"""``clusteranalysis track``: measure again what the charters promised."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

import clusteranalysis as ca
from clusteranalysis.cli.options import ForceOption
from clusteranalysis.cli.tables import chosen_formats, console
from clusteranalysis.errors import DataError
from clusteranalysis.files import read_table, require_folder, require_new

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["track"]

#: Columns of the exported tables that are no numbers.
_WORDS = frozenset({"region", "industry", "status", "employment_noise", "payroll_noise"})


def track(
    charters: Annotated[
        list[Path], typer.Argument(help="Charter files, or folders of them.", show_default=False)
    ],
    data: Annotated[
        str,
        typer.Option(
            "--data",
            "-d",
            help="'sample', or a folder with cells and us (.csv or .parquet), as 'sample export' "
            "writes them, that holds the base years and the new one.",
        ),
    ] = "sample",
    year: Annotated[
        int | None, typer.Option(help="The year to measure. Default: the last in the data.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path(
        "scorecard"
    ),
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            help="Day that due dates are held against. Default: the last day of the year.",
        ),
    ] = None,
    source: Annotated[Literal["cbp", "qcew"], typer.Option(help="Whose data they are.")] = "cbp",
    period: Annotated[
        Literal["mid-march", "annual", "Q1", "Q2", "Q3", "Q4"] | None,
        typer.Option(help="Part of the year they stand for. Default: mid-march (cbp) or annual."),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", help="Any of html,csv,md,pdf, joined by commas.")
    ] = "html,csv,md,pdf",
    force: ForceOption = False,
) -> None:
    """Measure the charters' criteria again: met, on track, not on track, or cannot tell.

    Example:  clusteranalysis track charters --data sample --out scorecard
    """
    from clusteranalysis.process import read_charters, scorecard_files, write_scorecard

    wanted = chosen_formats(formats, ("html", "csv", "md", "pdf"))
    require_new([out / name for name in scorecard_files(wanted)], force=force)
    found = read_charters(charters)
    require_folder(out)
    period = period or ("mid-march" if source == "cbp" else "annual")
    cells, us = _tables(data)
    card = ca.scorecard(
        found,
        ca.TrackingData(cells, us, source=source, period=period),
        year=year,
        as_of=as_of.date() if as_of else None,
    )
    for verdict, statement in card.table[["verdict", "statement"]].to_numpy():
        console.print(f"{verdict}: {escape(statement)}", soft_wrap=True)
    written = write_scorecard(card, out, formats=wanted, force=force)
    console.print(f"{len(written)} files; open {escape(str(written[0]))}", soft_wrap=True)


def _tables(data: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells and the nation, embedded or from a folder."""
    import pandas as pd

    if data == "sample":
        bay = ca.sample()
        return bay.cells, bay.us
    folder = Path(data)
    if not folder.is_dir():
        raise DataError(
            f"--data {data!r} is no folder: give one with cells and us (.csv or .parquet), or "
            "'sample'"
        )
    found = []
    for name in ("cells", "us"):
        paths = [folder / f"{name}{kind}" for kind in (".parquet", ".csv")]
        there = [path for path in paths if path.exists()]
        if len(there) != 1:
            raise DataError(
                f"the folder {data!r} holds {len(there)} files {name}.csv or {name}.parquet: "
                "give it one"
            )
        table = read_table(there[0], what=f"table {name}")
        for column in set(table.columns) - _WORDS:
            if not pd.api.types.is_numeric_dtype(table[column]):
                try:
                    table[column] = pd.to_numeric(table[column].replace("", None))
                except ValueError:
                    raise DataError(
                        f"column {column!r} of {there[0].name!r} holds what is no number: mend it, "
                        "or leave the column out"
                    ) from None
        found.append(table)
    return found[0], found[1]
