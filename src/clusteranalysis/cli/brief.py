"""``clusteranalysis brief``: the market-orientation briefing of a region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import clusteranalysis as ca
from clusteranalysis.cli.options import (
    DefinitionOption,
    EndOption,
    ForceOption,
    RegionOption,
    StartOption,
)
from clusteranalysis.cli.tables import chosen_formats, console, err
from clusteranalysis.errors import OutputError
from clusteranalysis.files import require_folder, require_new

__all__ = ["brief", "formats_here", "steps"]

_FORMATS = ("html", "md", "pdf")


def formats_here(text: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Formats that were asked for, or all that this machine can make, with a word on the rest."""
    from clusteranalysis.briefing.documents import require_pdf

    if text is not None:
        return chosen_formats(text, known)
    try:
        require_pdf()
    except OutputError as error:
        err.print(escape(f"without a PDF: {error}"), soft_wrap=True)
        return tuple(one for one in known if one != "pdf")
    return known


@contextmanager
def steps(first: str) -> Iterator[Callable[[str], None]]:
    """Show the step at work, on a terminal only, and wipe it away when done."""
    # So that an error stands alone on stderr.
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_interactive,
    ) as progress:
        task = progress.add_task(first, total=None)
        yield lambda line: progress.update(task, description=line)


def brief(
    region: RegionOption = "east-bay",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path(
        "briefing"
    ),
    definition: DefinitionOption = "east-bay-2017",
    start: StartOption = None,
    end: EndOption = None,
    formats: Annotated[
        str | None,
        typer.Option("--format", help="Any of html,md,pdf, joined by commas (default: all)."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write a region's market-orientation briefing: page, print and text, figures and their data.

    Runs on the embedded tables (nine Bay Area counties, 2018-2021) and needs no network.

    Example:  clusteranalysis brief --region east-bay --out briefing
    """
    from clusteranalysis.briefing.render import briefing_files

    # Cheap checks first: a typing error should not cost the reader the loading of the data.
    wanted = formats_here(formats, _FORMATS)
    place = ca.find_region(region)
    clusters = ca.read_definition(definition)
    require_new([out / name for name in briefing_files(wanted)], force=force)  # type: ignore[arg-type]
    require_folder(out)
    with steps("Measuring the clusters") as step:
        content = ca.brief(ca.sample(), region=place, definition=clusters, start=start, end=end)
        written = ca.write_briefing(
            content,
            out,
            formats=wanted,  # type: ignore[arg-type]
            force=force,
            progress=step,
        )
    for sentence in content.findings:
        console.print(f"• {escape(str(sentence))}")
    first = escape(str(out / f"briefing.{wanted[0]}"))
    console.print(f"\n{len(written)} files; open {first}", soft_wrap=True)
