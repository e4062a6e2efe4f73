"""``clusteranalysis charter``: draft, check and draw the charters of the working groups."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

import clusteranalysis as ca
from clusteranalysis.cli.options import DefinitionOption, ForceOption
from clusteranalysis.cli.tables import console, err, held
from clusteranalysis.errors import CharterError, OutputError
from clusteranalysis.files import require_folder, require_new, write_bytes

__all__ = ["charter_app"]

charter_app = typer.Typer(
    help="Charters of the clusters' working groups: draft, check, draw.", no_args_is_help=True
)


@charter_app.command("check")
def check(
    charters: Annotated[
        list[Path], typer.Argument(help="Charter files, or folders of them.", show_default=False)
    ],
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help="An earlier version of the one charter: what changed without an entry in amended?",
        ),
    ] = None,
) -> None:
    """Name everything wrong with charters, with file, line and mend; exit code 1 if anything is.

    Example:  clusteranalysis charter check charters
    """
    from clusteranalysis.process import check_amended, check_charters

    if against is not None and (len(charters) != 1 or charters[0].is_dir()):
        raise CharterError("--against takes one charter and its earlier version: name one file")
    problems = check_charters(charters)
    if against is not None and not problems:
        problems = check_amended(charters[0], against)
    for problem in problems:
        typer.echo(_line(str(problem)))
    if problems:
        count = f"{len(problems)} problem" + ("s" if len(problems) > 1 else "")
        err.print(count)
        raise typer.Exit(1)
    console.print("no problem found")


@charter_app.command("new")
def new(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")],
    region: Annotated[
        str, typer.Option("--region", "-r", help="A known name, county codes, or a TOML file.")
    ] = "east-bay",
    cluster: Annotated[
        list[str] | None,
        typer.Option(
            "--cluster", "-c", help="Its id; once for each. Default: all that are chosen."
        ),
    ] = None,
    definition: DefinitionOption = "east-bay-2017",
    example: Annotated[
        bool, typer.Option("--example", help="Instead: charters of fictional groups, filled in.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Write a draft charter for each cluster: numbers to judge by, vision and initiatives empty.

    Example:  clusteranalysis charter new --region east-bay --cluster biomedical --out charters
    """
    from clusteranalysis.process import EXAMPLES, charter_template

    if example:
        if cluster:
            raise CharterError("--example writes all its charters: leave --cluster out")
        texts = {path.name: path.read_bytes() for path in sorted(EXAMPLES.glob("*.toml"))}
        _write(out, texts, force=force)
        console.print("fictional: no such group, person or promise exists")
        return
    place, meaning = ca.find_region(region), ca.read_definition(definition)
    for one in cluster or []:
        meaning.cluster(one)
    if cluster:
        # Before the data are loaded: what is there already stops the reader at once.
        require_new([out / f"{one}.toml" for one in cluster], force=force)
    require_folder(out)
    data = ca.sample()
    counties = ca.cluster_employment(held(data.cells, place), definition=meaning)
    found = ca.identify_clusters(
        ca.aggregate_regions(counties, place),
        reference=ca.cluster_employment(data.us, definition=meaning),
        definition=meaning,
    )
    chosen = dict.fromkeys(cluster or found.selected["industry"])
    if not chosen:
        raise CharterError(f"no cluster of {place.name} is chosen: name one with --cluster")
    named = {"region": _seen_from(out, region), "definition": _seen_from(out, definition)}
    texts = {f"{one}.toml": charter_template(found, one, **named).encode() for one in chosen}
    _write(out, texts, force=force)


@charter_app.command("timeline")
def timeline(
    charters: Annotated[
        list[Path], typer.Argument(help="Charter files, or folders of them.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Picture to write (.svg or .png).")],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            help="Day that the picture is for, such as 2021-12-31; without it nothing is overdue.",
        ),
    ] = None,
    width: Annotated[
        Literal["page", "slide", "phone"], typer.Option(help="7.2, 12 or 3.6 inches.")
    ] = "page",
    force: ForceOption = False,
) -> None:
    """Draw who does what by when: the steps of the initiatives, with status and due dates.

    Example:  clusteranalysis charter timeline charters/biomedical.toml --out gantt.svg
    """
    from clusteranalysis import plot
    from clusteranalysis.process import initiative_steps, read_charters

    if out.suffix not in (".svg", ".png"):
        raise OutputError(f"--out {str(out)!r} is neither .svg nor .png: choose one of them")
    require_new([out], force=force)
    found = read_charters(charters)
    steps = initiative_steps(found)
    if steps.empty:
        raise CharterError("no initiative has a step yet: add [[initiatives.steps]]")
    # Low, because the plot makes it as high as its steps need.
    figure, ax = plot.figure(width, height=1.5)
    title = f"{found[0].title}: who does what by when?" if len(found) == 1 else None
    plot.initiative_timeline(steps, today=as_of.date() if as_of else None, ax=ax, title=title)
    write_bytes(out, plot.encode(figure, "svg" if out.suffix == ".svg" else "png"))
    console.print(escape(str(out)), soft_wrap=True)


def _write(out: Path, texts: dict[str, bytes], *, force: bool) -> None:
    require_new([out / name for name in texts], force=force)
    require_folder(out)
    for name, content in texts.items():
        console.print(escape(str(write_bytes(out / name, content))), soft_wrap=True)


def _seen_from(folder: Path, name: str) -> str:
    """A region or definition that is a file, as a charter in the folder names it."""
    path = Path(name)
    if path.suffix.lower() not in (".toml", ".csv") or path.is_absolute():
        return name
    return Path(os.path.relpath(path, folder)).as_posix()


def _line(text: str) -> str:
    """One line, whatever letters the file and its names hold."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
