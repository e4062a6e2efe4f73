"""What do the agencies' files say of my region's jobs, with what is withheld estimated?

From the name of a region and years to one table: the files are fetched, read, and solved for the
whole nation at once; what is left is the region, its states and the US.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.data.cache import cache_folder, file_hash
from clusteranalysis.data.cbp import read_cbp
from clusteranalysis.data.download import fetch_cbp, fetch_qcew
from clusteranalysis.data.hierarchy import NATION, REST
from clusteranalysis.data.qcew import qcew_cells, read_qcew
from clusteranalysis.data.suppression import impute
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.files import replacing
from clusteranalysis.industries import harmonise, level
from clusteranalysis.industries.structure import parse_vintage
from clusteranalysis.industries.supersectors import SUPERSECTORS
from clusteranalysis.regions import Region, find_region
from clusteranalysis.schema import TOTAL, check_option, random_generator

__all__ = ["Scope", "Source", "regional_employment"]

Source = Literal["cbp", "qcew"]
Scope = Literal["nation", "state"]
#: First year whose files leave out cells of fewer than three establishments.
_CELLS_DROPPED = 2017
#: Changes when the same files would give another table.
_SOLVED = "1"
_ISLANDS = ("60", "66", "69", "72", "78")
_COLUMNS = ["region", "industry", "year", "draw", "employment", "establishments", "payroll"]
_COLUMNS += ["employment_low", "employment_high", "bracket_low", "bracket_high", "status"]


def regional_employment(
    region: str | Path | Region,
    years: int | Iterable[int],
    *,
    source: Source = "cbp",
    level: Literal[2, 3, 4, 5, 6] | None = None,
    naics: int | str | None = None,
    scope: Scope = "nation",
    files: Iterable[str | os.PathLike[str]] | None = None,
    rests: bool = False,
    draws: int = 0,
    rng: np.random.Generator | int | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Bring a region's jobs by industry, and of every number how it is known.

    Parameters
    ----------
    region : str, Path or Region
        As :func:`~clusteranalysis.find_region` takes it: ``"east-bay"``, ``"06001,06013"``, a file.
    years : int or iterable of int
        Years of the figures.
    source : {"cbp", "qcew"}
        County Business Patterns (mid-March, 1998 on) or the private jobs of the Quarterly Census
        (annual averages, 1990 on).
    level : {2, 3, 4, 5, 6}, optional
        Digits of the industries to keep, beside the totals ``"00"``; by default all levels.
    naics : int or str, optional
        Edition to carry all years to, with ``level=6``: ``"naics2017"``. See
        :func:`~clusteranalysis.harmonise`.
    scope : {"nation", "state"}
        Solve with all US counties at once, or with those of the region's states alone: seconds
        instead of a minute or two a year, and wider bounds.
    files : iterable of path, optional
        Files as downloaded, of all these years, instead of fetching them: for CBP the county and
        state file and, where there is one, that of the US.
    rests : bool
        Keep the rows named ``"3254 unpublished"``: what the agency's cells lack of their whole
        (CBP from 2017 on leaves out cells of fewer than three establishments). Without them the
        jobs are in the totals alone.
    draws, rng
        Draws instead of one estimate, see :func:`~clusteranalysis.impute`.
    data_dir : path, optional
        Folder of the cache, in which solved years are kept too.
    progress : callable, optional
        Called with one line of text a step.

    Returns
    -------
    DataFrame
        One row a county of the region, a state of it, or ``"US"``, and industry, year (and draw):
        ``employment`` (jobs; published where ``status`` is ``reported``, else the only possible
        number, ``deduced``, or an estimate, ``imputed``), ``establishments``, ``payroll`` (dollars;
        NaN where withheld), ``employment_low/high`` (certain) and ``bracket_low/high`` (what the
        cell's own row says); after ``naics`` also ``passed_split`` and ``split_share``.

    Raises
    ------
    DataError
        A file cannot be fetched or read, or holds no county of the region.
    SchemaError
        An option is malformed.

    Examples
    --------
    >>> regional_employment("06001", 2018, source="zip")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.SchemaError: source='zip' is not an option: use one of 'cbp', 'qcew'
    """
    check_option("source", source, Source)
    check_option("scope", scope, Scope)
    place = region if isinstance(region, Region) else find_region(region)
    wanted = [int(years)] if isinstance(years, (int, np.integer)) else [int(y) for y in years]
    if not wanted:
        raise SchemaError("years names no year: pass 2018, or range(2010, 2022)")
    if naics is not None:
        parse_vintage("naics", naics)
        if level != 6:
            raise SchemaError(
                "naics= carries six-digit industries: pass level=6, and sum them with truncate()"
            )
    say = progress or (lambda line: None)
    states = sorted({county[:2] for county in place.counties}) if scope == "state" else None
    given = None if files is None else _by_year(map(Path, files), source, wanted)
    generator = None if rng is None else random_generator(rng)
    parts = []
    for year in sorted(set(wanted)):
        paths = given[year] if given is not None else _fetch(year, source, data_dir)
        say(f"{source.upper()} {year}: {', '.join(path.name for path in paths)}")
        solved = _solved(
            paths, year, source, states, data_dir=data_dir, draws=draws, rng=generator, say=say
        )
        parts.append(_kept(solved, place, level, rests))
    table = pd.concat(parts, ignore_index=True)
    _require_counties(table, place, wanted)
    if naics is not None:
        table = harmonise(table[~_is_rest(table)], to=naics, absent="zero")
    keys = [key for key in ("region", "industry", "year", "draw") if key in table.columns]
    return table.sort_values(keys, kind="stable", ignore_index=True)


def _fetch(year: int, source: Source, data_dir: str | os.PathLike[str] | None) -> list[Path]:
    if source == "qcew":
        return fetch_qcew(year, data_dir=data_dir)
    levels: tuple[Literal["county", "state", "us"], ...] = ("county", "state", "us")
    return [path for kind in levels for path in fetch_cbp(year, kind, data_dir=data_dir)]


def _by_year(paths: Iterable[Path], source: Source, years: Sequence[int]) -> dict[int, list[Path]]:
    """Sort a user's files by the year they hold, refusing a year without one."""
    from clusteranalysis.data._layout import year_of_name

    found: dict[int, list[Path]] = {year: [] for year in years}
    for path in paths:
        year = year_of_name(path.name) if source == "cbp" else None
        digits = re.search(r"(?:19|20)\d\d", path.name)
        if year is None and digits is not None:
            year = int(digits[0])
        if year is None:
            raise DataError(
                f"the name of {path.name!r} tells no year: name it as the agency does, such as "
                "cbp19co.txt or 2019_annual_singlefile.csv"
            )
        if year in found:
            found[year].append(path)
    empty = [str(year) for year, listed in found.items() if not listed]
    if empty:
        raise DataError(f"none of the files is of {', '.join(empty)}: add them, or drop the years")
    return found


def _solved(
    paths: list[Path],
    year: int,
    source: Source,
    states: list[str] | None,
    *,
    data_dir: str | os.PathLike[str] | None,
    draws: int,
    rng: np.random.Generator | None,
    say: Callable[[str], None],
) -> pd.DataFrame:
    """One year of the nation, or of some states, solved; kept for the next time without draws."""
    made_of = " ".join([_SOLVED, source, *(states or ["US"]), *map(file_hash, paths)])
    name = f"{source}-{year}-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.parquet"
    kept = cache_folder(data_dir) / "solved" / name
    if not draws and kept.is_file():
        return pd.read_parquet(kept)
    cells = _cells(paths, year, source)
    if states is not None:
        cells = cells[cells["region"].str[:2].isin(states)]
    if cells.empty:
        raise DataError(
            f"the files of {year} hold no row of state {', '.join(states or ['US'])}: check them"
        )
    say(f"solving {len(cells):,} cells, {int(cells['employment'].isna().sum()):,} of them withheld")
    missing: Literal["sibling", "gate"] = (
        "sibling" if source == "cbp" and year >= _CELLS_DROPPED else "gate"
    )
    table = impute(cells, missing=missing, draws=draws, rng=rng)
    table = table[[column for column in _COLUMNS if column in table.columns]]
    if not draws:
        with replacing(kept) as temporary:
            table.to_parquet(temporary, index=False)
    return table


def _cells(paths: list[Path], year: int, source: Source) -> pd.DataFrame:
    """All the files of a year one below the other, whatever level of geography each holds."""
    if source == "qcew":
        return qcew_cells(pd.concat([read_qcew(path) for path in paths], ignore_index=True))
    tables = []
    for path in paths:
        table, report = read_cbp(path, year=year, report=True)
        if report.geography == "msa" or report.classification != "NAICS":
            raise DataError(
                f"{path.name!r} is a {report.geography} file by {report.classification}: give the "
                "county, state and US files by NAICS"
            )
        tables.append(table)
    cells = pd.concat(tables, ignore_index=True)
    return cells[~cells["region"].astype("str").str[:2].isin(_ISLANDS)]


def _is_rest(table: pd.DataFrame) -> pd.Series:
    return table["industry"].str.endswith(REST) | table["region"].str.endswith(REST)


def _kept(table: pd.DataFrame, place: Region, digits: int | None, rests: bool) -> pd.DataFrame:
    """The region's counties and states and the US, at the level that was asked for."""
    table = table.astype({"region": "str", "industry": "str"})
    areas = {*place.counties, *(county[:2] for county in place.counties), NATION}
    table = table[table["region"].isin(areas) & ~table["industry"].isin(SUPERSECTORS)]
    rest = _is_rest(table)
    if not rests:
        table, rest = table[~rest], rest[~rest]
    if digits is None:
        return table
    codes = pd.Index(table["industry"].unique())
    of_whole = [code.removesuffix(REST) for code in codes]
    levels = dict(zip(codes, level(of_whole), strict=True))
    depth = table["industry"].map(levels)
    # What a coarser whole lacks stands beside the industries of the level, and overlaps none.
    wanted = (~rest & (depth == digits)) | (rest & (depth < digits))
    return table[wanted | (table["industry"] == TOTAL)]


def _require_counties(table: pd.DataFrame, place: Region, years: Sequence[int]) -> None:
    held = set(zip(table["region"], table["year"], strict=True))
    lost = [(c, y) for y in years for c in place.counties if (c, y) not in held]
    if lost:
        shown = ", ".join(f"{county} in {year}" for county, year in lost[:5])
        raise DataError(
            f"the files hold no rows of county {shown} of region {place.name!r}: give the county "
            "file of each year, or choose counties of that year (their codes change)"
        )
