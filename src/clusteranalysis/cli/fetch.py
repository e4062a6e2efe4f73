"""``clusteranalysis fetch``: the agencies' files into the cache, once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import clusteranalysis as ca

__all__ = ["fetch_app"]

fetch_app = typer.Typer(
    help="Download the agencies' files into the cache, once; what is there needs no network.",
    no_args_is_help=True,
)

YearsOption = Annotated[
    str, typer.Option("--years", "-y", help="Such as 2018, 1998-2023 or 2010,2015-2017.")
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Cache folder (default: CLUSTERANALYSIS_DATA_DIR, else the system's cache).",
    ),
]
Refresh = Annotated[
    bool, typer.Option("--refresh", help="Download again, and accept what the agency changed.")
]
Workers = Annotated[int, typer.Option(min=1, max=16, help="Files at the same time.")]


def _list(paths: list[Path]) -> None:
    for path in paths:
        typer.echo(str(path))


@fetch_app.command("cbp")
def cbp(
    years: YearsOption,
    level: Annotated[
        Literal["county", "state", "us", "msa", "zip"], typer.Option(help="Which geography.")
    ] = "county",
    workers: Workers = 4,
    data_dir: DataDir = None,
    refresh: Refresh = False,
) -> None:
    """Fetch County (or ZIP Code) Business Patterns.

    Example:  clusteranalysis fetch cbp --years 1998-2023 --level county
    """
    from clusteranalysis.data import registry

    chosen = registry.parse_years(years)
    _list(ca.fetch_cbp(chosen, level, workers=workers, data_dir=data_dir, refresh=refresh))


@fetch_app.command("qcew")
def qcew(
    years: YearsOption,
    areas: Annotated[
        str | None, typer.Option(help="QCEW area codes joined by commas (06001,US000).")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", "-r", help="The counties of a region.")
    ] = None,
    workers: Workers = 4,
    data_dir: DataDir = None,
    refresh: Refresh = False,
) -> None:
    """Fetch QCEW annual averages: the whole file of a year, or single areas of it.

    Example:  clusteranalysis fetch qcew --years 2021 --region east-bay
    """
    from clusteranalysis.data import registry

    codes = [code.strip() for code in areas.split(",")] if areas else []
    codes += ca.find_region(region).counties if region else ()
    chosen = registry.parse_years(years)
    _list(ca.fetch_qcew(chosen, codes or None, workers=workers, data_dir=data_dir, refresh=refresh))


@fetch_app.command("naics")
def naics(data_dir: DataDir = None, refresh: Refresh = False) -> None:
    """Fetch the Census concordances between editions of the NAICS.

    Example:  clusteranalysis fetch naics
    """
    _list(ca.fetch_naics(data_dir=data_dir, refresh=refresh))


@fetch_app.command("boundaries")
def boundaries(
    year: Annotated[int, typer.Option(help="Edition of the outlines.")] = 2021,
    resolution: Annotated[
        Literal["500k", "5m", "20m"], typer.Option(help="Scale, 1 to so many.")
    ] = "500k",
    layer: Annotated[Literal["county", "state"], typer.Option(help="Which outlines.")] = "county",
    data_dir: DataDir = None,
    refresh: Refresh = False,
) -> None:
    """Fetch the Census's outlines of counties or states.

    Example:  clusteranalysis fetch boundaries --year 2021 --resolution 20m
    """
    _list([ca.fetch_boundaries(year, resolution, layer, data_dir=data_dir, refresh=refresh)])
