"""The command line: it parses, calls and writes. Faults in the input are one line and exit 2."""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.markup import escape

import clusteranalysis as ca
from clusteranalysis.cli.brief import brief
from clusteranalysis.cli.charter import charter_app
from clusteranalysis.cli.fetch import DataDir, YearsOption, fetch_app
from clusteranalysis.cli.measure import measure
from clusteranalysis.cli.options import DefinitionOption, EndOption, RegionOption, StartOption
from clusteranalysis.cli.pack import pack
from clusteranalysis.cli.tables import (
    console,
    err,
    give,
    held,
    require_table_name,
    write,
)
from clusteranalysis.cli.track import track
from clusteranalysis.errors import (
    CharterError,
    ClusterAnalysisError,
    DataError,
    DefinitionError,
    SchemaError,
)
from clusteranalysis.files import require_folder

__all__ = ["app", "main"]

app = typer.Typer(
    name="clusteranalysis",
    help="From public county business data to a region's industry clusters and their briefing.\n\n"
    "Start with:  clusteranalysis brief --region east-bay --out briefing",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
sample_app = typer.Typer(help="The embedded tables: list, export, rebuild.", no_args_is_help=True)
app.add_typer(sample_app, name="sample")
app.add_typer(fetch_app, name="fetch")
app.add_typer(charter_app, name="charter")
app.command()(brief)
app.command()(pack)
app.command()(measure)
app.command()(track)
OutFile = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Write the whole table here (.csv or .parquet)."),
]


def _version(wanted: bool) -> None:
    if wanted:
        console.print(f"clusteranalysis {ca.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def clusters(
    region: RegionOption = "east-bay",
    definition: DefinitionOption = "east-bay-2017",
    start: StartOption = None,
    end: EndOption = None,
    out: OutFile = None,
    turning: Annotated[
        bool,
        typer.Option(
            "--sensitivity",
            help="Instead: which clusters change with the denominator or the base year.",
        ),
    ] = False,
) -> None:
    """Say which clusters a region has, and which rule chose or dropped each.

    Example:  clusteranalysis clusters --region 06001,06013 --out clusters.csv
    """
    place, meaning = ca.find_region(region), ca.read_definition(definition)
    require_table_name(out)
    data = ca.sample()
    counties = ca.cluster_employment(held(data.cells, place), definition=meaning)
    ours = ca.aggregate_regions(counties, place)
    nation = ca.cluster_employment(data.us, definition=meaning)
    if turning:
        if start is not None:
            raise SchemaError("--sensitivity tries every start year: leave --start out")
        table = ca.sensitivity(ours, reference=nation, definition=meaning, end=end)
        columns = ["name", "selected_share", "selection_changes", "quadrant_changes"]
        once = table.drop_duplicates("industry")[columns]
        give(table, out, once, title=f"What turns with the base and the year, {place.name}")
        return
    found = ca.identify_clusters(ours, reference=nation, definition=meaning, start=start, end=end)
    shown = found.table[["name", "tradability", "employment", "location_quotient"]].assign(
        interval=[
            f"{low:.2f}-{high:.2f}"
            for low, high in zip(
                found.table["interval_low"], found.table["interval_high"], strict=True
            )
        ],
        growth_difference=found.table["growth_difference"],
        likely_quadrant=found.table["likely_quadrant"],
        probability=found.table["quadrant_probability"],
        chosen=found.table["selected"].map({True: "yes", False: "no"}),
        because=found.table["reason"],
    )
    give(found.table, out, shown, title=f"{place.name} clusters, {found.start}-{found.end}")


@app.command()
def employment(
    out: OutFile = None,
    region: RegionOption = "east-bay",
    years: YearsOption = "2018-2021",
    source: Annotated[
        Literal["cbp", "qcew"],
        typer.Option(help="County Business Patterns, or private jobs of the Quarterly Census."),
    ] = "cbp",
    level: Annotated[
        int | None, typer.Option(min=2, max=6, help="Digits of the industries (default: all).")
    ] = None,
    naics: Annotated[
        str | None,
        typer.Option(help="Carry all years to this edition (naics2017); needs --level 6."),
    ] = None,
    scope: Annotated[
        Literal["nation", "state"],
        typer.Option(help="Solve with all counties of the US, or of the region's states alone."),
    ] = "nation",
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", help="A file as downloaded, instead of fetching; once for each."),
    ] = None,
    rests: Annotated[
        bool, typer.Option("--rests", help="Keep the rows of what the cells lack of their whole.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Bring a region's jobs by industry from the agencies' files, what is withheld estimated.

    Every number says how it is known (column status), with bounds that hold for certain. The
    files are fetched once; a year of the nation takes a minute or two to solve, also once.

    Example:  clusteranalysis employment --region east-bay --years 2018-2021 --out jobs.parquet
    """
    from clusteranalysis.data.registry import parse_years

    place = ca.find_region(region)
    require_table_name(out)
    table = ca.regional_employment(
        place,
        parse_years(years),
        source=source,
        level=level,  # type: ignore[arg-type]
        naics=naics,
        scope=scope,
        files=files or None,
        rests=rests,
        data_dir=data_dir,
        progress=lambda line: err.print(escape(line), soft_wrap=True),
    )
    give(table, out, table, title=f"{place.name}, {years}")


@sample_app.command("list")
def sample_list() -> None:
    """Say what is embedded: table, rows, what it holds and from whom."""
    data = ca.sample()
    console.print(escape(repr(data)), soft_wrap=True)
    for entry, text in _contents(data.provenance):
        console.print(f"  {escape(entry)}: {escape(text)}", soft_wrap=True)


@sample_app.command("export")
def sample_export(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")],
) -> None:
    """Write the embedded tables as CSV, for a spreadsheet or another program.

    Example:  clusteranalysis sample export --out tables
    """
    require_folder(out)
    data = ca.sample()
    for name in ("cells", "us", "nation", "totals", "titles"):
        path = out / f"{name}.csv"
        write(getattr(data, name), path)
        console.print(escape(str(path)), soft_wrap=True)


@sample_app.command("build")
def sample_build(
    source: Annotated[
        Path, typer.Option(help="Folder with the agencies' files (see data/raw/README.md).")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path(
        "data/processed"
    ),
) -> None:
    """Rebuild the embedded tables from the agencies' files, byte for byte.

    Example:  clusteranalysis sample build --source data/raw --out data/processed
    """
    from clusteranalysis.data.build import build_sample

    if not source.is_dir():
        raise DataError(
            f"no folder {str(source)!r}: give the folder that holds the agencies' files"
        )
    require_folder(out)
    for path in build_sample(source, out, progress=lambda line: err.print(escape(line))):
        console.print(escape(str(path)), soft_wrap=True)


def _contents(provenance: dict[str, Any]) -> list[tuple[str, str]]:
    files = provenance["files"].items()
    return [(name, f"{facts['rows']:,} rows; {facts['product']}") for name, facts in files]


#: What an output that is not Unicode gets instead; a lost minus sign would be another number.
_PLAIN = {"−": "-", "–": "-", "•": "*", "…": "~", "’": "'"}


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(letter, ascii(letter)[1:-1]) for letter in text), error.end


codecs.register_error("clusteranalysis.plain", _plain)


def _fail(message: str, *, lines: bool = False) -> NoReturn:
    """One line on stderr, whatever the names in it hold; ``lines`` keeps those of a list."""
    shown = "".join(
        letter if letter.isprintable() or (lines and letter == "\n") else repr(letter)[1:-1]
        for letter in message
    )
    err.print(f"[bold red]error:[/] {escape(shown)}", soft_wrap=True, highlight=False)
    sys.exit(2)


def _drop_stdout() -> None:
    """Nobody reads on: what is left to write must not fail again when the interpreter ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command line: faults the caller can mend are one line on stderr and exit code 2."""
    if sys.stdout is None:  # closed by the caller
        sys.stdout = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="clusteranalysis.plain")
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        _fail(" ".join(error.format_message().split()))
    except ClusterAnalysisError as error:
        # Faults of a definition or charter, and files not fetched, stand one to a line.
        listed = isinstance(error, (CharterError, DefinitionError, DataError))
        _fail(str(error), lines=listed)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except typer.Abort:
        code = 130
    except BrokenPipeError:
        _drop_stdout()
        sys.exit(0)
    except OSError as error:
        _drop_stdout()
        place = f" {error.filename!r}" if error.filename else ""
        _fail(f"the system refuses{place}: {error.strerror or error}: choose another place")
    if code == 130:  # how typer passes on an interrupt from the keyboard
        err.print("stopped")
    sys.exit(code if isinstance(code, int) else 0)
