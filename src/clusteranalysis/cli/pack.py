"""``clusteranalysis pack``: what one working group takes into its sessions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import clusteranalysis as ca
from clusteranalysis.cli.brief import formats_here, steps
from clusteranalysis.cli.options import (
    DefinitionOption,
    EndOption,
    ForceOption,
    RegionOption,
    StartOption,
)
from clusteranalysis.cli.tables import console
from clusteranalysis.files import require_folder, require_new

__all__ = ["pack"]

_FORMATS = ("html", "pdf", "docx")


def pack(
    cluster: Annotated[
        list[str],
        typer.Option(
            "--cluster", "-c", help="Id of a cluster, such as biomedical; once for each group."
        ),
    ],
    region: RegionOption = "east-bay",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path("packs"),
    definition: DefinitionOption = "east-bay-2017",
    start: StartOption = None,
    end: EndOption = None,
    formats: Annotated[
        str | None,
        typer.Option("--format", help="Any of html,pdf,docx, joined by commas (default: all)."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write a working group's sheets: agenda, profile, questions, vision worksheet, charter forms.

    Example:  clusteranalysis pack --cluster biomedical --out packs
    """
    from clusteranalysis.briefing.pack import pack_files

    wanted = formats_here(formats, _FORMATS)
    place = ca.find_region(region)
    meaning = ca.read_definition(definition)
    asked = list(dict.fromkeys(meaning.cluster(one).id for one in cluster))
    names = [name for one in asked for name in pack_files(one, wanted)]  # type: ignore[arg-type]
    require_new([out / name for name in names], force=force)
    require_folder(out)
    with steps("Measuring the clusters") as step:
        content = ca.brief(ca.sample(), region=place, definition=meaning, start=start, end=end)
        for one in asked:
            ca.write_pack(
                content,
                one,
                out,
                formats=wanted,  # type: ignore[arg-type]
                force=force,
                progress=step,
            )
    for name in names:
        console.print(escape(str(out / name)), soft_wrap=True)
