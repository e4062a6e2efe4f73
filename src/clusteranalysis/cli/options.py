"""Options that several commands share, so that one word means one thing in all of them."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["DefinitionOption", "EndOption", "ForceOption", "RegionOption", "StartOption"]

RegionOption = Annotated[
    str,
    typer.Option(
        "--region",
        "-r",
        help="A known name (east-bay, bay-area, alameda-county ...), five-digit county codes "
        "joined by commas (06001,06013), or a TOML file with name and counties.",
    ),
]
DefinitionOption = Annotated[
    str,
    typer.Option(help="A cluster definition: east-bay-2017, or a TOML file of your own."),
]
StartOption = Annotated[int | None, typer.Option(help="First year of growth (default: first).")]
EndOption = Annotated[int | None, typer.Option(help="Last year (default: last).")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
