"""``clusteranalysis measure``: any measure of the library on a table of yours."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import clusteranalysis as ca
from clusteranalysis.cli.tables import give, held, one_year, require_table_name
from clusteranalysis.errors import SchemaError
from clusteranalysis.files import read_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["measure", "measure_names"]

#: What is passed for an option without a default that the user leaves out, where a word will do.
_WORDS = ("equal_size", "sum")
#: Measures that compare with one area: for the embedded counties that is the US.
_WITH_AN_AREA = frozenset(
    {
        "location_quotient",
        "dynamic_location_quotient",
        "symmetric_location_quotient",
        "shrunk_location_quotient",
        "standardised_location_quotient",
        "shift_share",
        "shift_share_sensitivity",
        "portfolio_matrix",
    }
)


def measure_names() -> list[str]:
    """Names of all measures, from the room itself, so that a new one is here at once."""
    from clusteranalysis import measures

    return sorted(measures.__all__)


def measure(
    name: Annotated[
        str, typer.Argument(metavar="MEASURE", help="Such as location_quotient; 'list' lists all.")
    ],
    table: Annotated[
        Path | None,
        typer.Option(
            help="Employment table (.csv or .parquet) with columns region, industry, employment "
            "and where there are year, establishments, payroll. Default: the embedded counties."
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="What to compare with: a table, or a word of the measure such as 'sum' (all "
            "regions of the table). Default: the US for the embedded counties where the measure "
            "compares with an area, else 'sum' where it may be."
        ),
    ] = None,
    plants: Annotated[
        str | None,
        typer.Option(help="A table industry, plant_herfindahl, or 'equal_size' (default)."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", "-r", help="Add the counties up to this region first."),
    ] = None,
    level: Annotated[
        int | None,
        typer.Option(help="NAICS level of the embedded counties: 2, 3, 4 (default) or 6."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="Keep one year.")] = None,
    method: Annotated[str | None, typer.Option(help="The measure's method, if it has any.")] = None,
    value: Annotated[
        str | None, typer.Option(help="employment, establishments or payroll.")
    ] = None,
    interval: Annotated[
        str | None, typer.Option(help="location_quotient: establishment or binomial.")
    ] = None,
    absent: Annotated[
        Literal["withheld", "zero"], typer.Option(help="What a missing row means.")
    ] = "withheld",
    start: Annotated[
        int | None, typer.Option(help="First year of growth (default: first).")
    ] = None,
    end: Annotated[int | None, typer.Option(help="Last year (default: last).")] = None,
    more: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="Any other option of the measure, name=value; once for each. A value that ends "
            "in .csv or .parquet is a table (neighbours=pairs.csv).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the whole table here (.csv or .parquet)."),
    ] = None,
) -> None:
    """Compute one measure on your own table or on the embedded counties.

    For example:

      clusteranalysis measure list

      clusteranalysis measure location_quotient --region east-bay --level 6 --out lq.csv

      clusteranalysis measure shift_share --table mine.csv --reference nation.csv

      clusteranalysis measure moran --table mine.csv --with neighbours=pairs.csv --with rng=1
    """
    require_table_name(out)
    if name == "list":
        _list()
        return
    function = _function(name)
    embedded = table is None
    if level is not None and not embedded:
        raise SchemaError("--level is of the embedded counties and your --table has one: drop it")
    level = 4 if level is None else level
    place = None if region is None else ca.find_region(region)
    data = ca.sample().level(level) if table is None else read_table(table, what="--table")
    # The year comes first: a county that is missing in another year does not matter.
    data = one_year(data, year)
    if place is not None:
        data = ca.aggregate_regions(held(data, place), place, absent=absent)
    given: dict[str, str] = {
        key: str(text)
        for key, text in {
            "method": method,
            "value": value,
            "interval": interval,
            "start": start,
            "end": end,
            "plants": plants,
            "reference": reference,
        }.items()
        if text is not None
    } | _pairs(more or [])
    hints = typing.get_type_hints(function)
    _require_options(function, given)
    options: dict[str, Any] = {"absent": absent} if "absent" in hints else {}
    us = embedded and name in _WITH_AN_AREA
    if us and given.get("reference", "us") == "us":
        given.pop("reference", None)
        options["reference"] = one_year(ca.sample().us_level(level), year)
    options |= {key: _parsed(key, text, hints[key]) for key, text in given.items()}
    options |= _defaults(function, hints, options)
    result: pd.DataFrame = function(data, **options)
    give(result, out, result, title=name)


def _list() -> None:
    """Every measure and the question it answers."""
    for name in measure_names():
        question = (inspect.getdoc(getattr(ca, name)) or "").splitlines()[0]
        typer.echo(f"{name}: {question}")


def _function(name: str) -> Any:
    names = measure_names()
    if name not in names:
        import difflib

        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "'measure list' lists all"
        raise SchemaError(f"there is no measure {name!r}: {hint}")
    return getattr(ca, name)


def _pairs(texts: list[str]) -> dict[str, str]:
    """``name=value`` as given."""
    found = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.strip() or key.strip() in found:
            raise SchemaError(f"--with {text!r}: write each option once, as name=value")
        found[key.strip()] = value.strip()
    return found


def _require_options(function: Any, options: dict[str, Any]) -> None:
    """Refuse an option that a measure does not have, rather than leave it unheard."""
    known = [*inspect.signature(function).parameters][1:]
    unknown = [f"--{key}" for key in options if key not in known]
    if unknown:
        raise SchemaError(
            f"{function.__name__} has no option {', '.join(unknown)}: leave it out (it has "
            f"{', '.join(known)})"
        )


def _parts(hint: Any) -> list[Any]:
    """The alternatives of a type hint."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return [part for one in typing.get_args(hint) for part in _parts(one)]
    return [hint]


def _words(hint: Any) -> list[str]:
    """The words that an option takes."""
    parts = [part for part in _parts(hint) if typing.get_origin(part) is Literal]
    return [word for part in parts for word in typing.get_args(part) if isinstance(word, str)]


def _parsed(key: str, text: str, hint: Any) -> Any:
    """An option's value of its own type."""
    if text in _words(hint):
        return text
    kinds = _parts(hint)
    origins = [typing.get_origin(kind) or kind for kind in kinds]
    if key == "reference" and text == "us":
        raise SchemaError("--reference us goes with the embedded counties: give a table")
    if Path(text).suffix and any(
        kind is Mapping or kind.__name__ == "DataFrame" for kind in origins
    ):
        table = read_table(Path(text), what=f"--{key}")
        if Mapping in origins:
            if len(table.columns) != 2:
                raise SchemaError(
                    f"--with {key}={text}: such a table has two columns, what and its group"
                )
            first, second = (table[column] for column in table.columns)
            return dict(zip(first.astype("str"), second, strict=True))
        return table
    for kind, convert in ((bool, _yes), (int, int), (float, float)):
        if kind in origins:
            try:
                return convert(text)
            except ValueError:
                continue
    # Whatever the measure itself says of a word it does not know.
    return text


def _yes(text: str) -> bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    raise ValueError(text)


def _defaults(function: Any, hints: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What stands in for an option without a default; refuses one that only the user knows."""
    chosen: dict[str, Any] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.default is not parameter.empty or parameter.name in given:
            continue
        words = [word for word in _WORDS if word in _words(hints[parameter.name])]
        if words:
            chosen[parameter.name] = words[0]
        elif parameter.name == "rng":
            chosen["rng"] = 0
        else:
            raise SchemaError(
                f"{function.__name__} needs {parameter.name}: pass --with {parameter.name}=VALUE "
                "(help() of the measure says what it is)"
            )
    return chosen
