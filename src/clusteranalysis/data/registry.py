"""Which official file holds a product, and where does it go in the cache?

Names only: nothing here touches the network or the disk. Seen in public code that downloads them:
the CBP zips of counties, states, metropolitan areas and ZIP codes; the US file as plain text up to
2007; the single files of the QCEW; the concordances; the cartographic boundaries and the years
they are missing. Not checked against the servers: metropolitan files before 2015, the US zip of
2008 (that of 2009 was seen), and how far back the QCEW serves single areas.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from clusteranalysis.errors import DataError

__all__ = [
    "CBPLevel",
    "Layer",
    "RemoteFile",
    "Resolution",
    "boundary_file",
    "cbp_files",
    "naics_files",
    "parse_years",
    "qcew_file",
]

CBPLevel: TypeAlias = Literal["county", "state", "us", "msa", "zip"]
Resolution: TypeAlias = Literal["500k", "5m", "20m"]
Layer: TypeAlias = Literal["county", "state"]

#: Agency -> (environment variable that points elsewhere, official address).
_BASES = {
    "census-files": ("CLUSTERANALYSIS_CENSUS_URL", "https://www2.census.gov"),
    "census-pages": ("CLUSTERANALYSIS_CENSUS_URL", "https://www.census.gov"),
    "bls": ("CLUSTERANALYSIS_BLS_URL", "https://data.bls.gov"),
}
_CBP = {
    "county": ("cbp{}co.zip",),
    "state": ("cbp{}st.zip",),
    "us": ("cbp{}us.zip",),
    "msa": ("cbp{}msa.zip",),
    "zip": ("zbp{}totals.zip", "zbp{}detail.zip"),
}
#: County Business Patterns went from the SIC to the NAICS with 1998.
_CBP_FIRST = 1998
_US_AS_TEXT = 2007
_QCEW_FIRST = 1990
_LAST = 2097  # names carry two digits of the year
_CONCORDANCES = {
    (1997, 2002): "1997_NAICS_to_2002_NAICS.xls",
    (2002, 2007): "2002_to_2007_NAICS.xls",
    (2007, 2012): "2007_to_2012_NAICS.xls",
    (2012, 2017): "2012_to_2017_NAICS.xlsx",
    (2017, 2022): "2017_to_2022_NAICS.xlsx",
}
_SUMMARY_LEVEL = {"county": "050", "state": "040"}


@dataclass(frozen=True)
class RemoteFile:
    """One official file: what it holds, its address, and its place under the cache folder.

    Parameters
    ----------
    product : str
        ``"cbp"``, ``"qcew"``, ``"naics"`` or ``"boundaries"``.
    year : int
        The year of the figures, or the edition.
    level : str
        What the file covers, such as ``"county"`` or ``"06001"``.
    url : str
        Address at the agency.
    path : str
        Place under the cache folder, with forward slashes; its name is the agency's.
    """

    product: str
    year: int
    level: str
    url: str
    path: str


def _file(
    product: str, year: int, level: str, agency: str, place: str, path: str, base: str | None
) -> RemoteFile:
    variable, official = _BASES[agency]
    base = base or os.environ.get(variable) or official
    return RemoteFile(product, year, level, f"{base.rstrip('/')}/{place}", path)


def _choose(name: str, given: str, choices: Iterable[str]) -> None:
    choices = tuple(choices)
    if given not in choices:
        raise DataError(f"{name}={given!r} is unknown: use one of {', '.join(choices)}")


def _between(product: str, year: int, first: int) -> None:
    if not first <= year <= _LAST:
        raise DataError(f"{product} has no file of {year}: use a year from {first} on")


def cbp_files(
    year: int, level: CBPLevel = "county", *, base: str | None = None
) -> tuple[RemoteFile, ...]:
    """Name the County Business Patterns files of a year, in NAICS (1998 on).

    Parameters
    ----------
    year : int
        Year of the figures.
    level : {"county", "state", "us", "msa", "zip"}
        Areas; ZIP codes have two files, totals and industries.
    base : str, optional
        Address that stands for https://www2.census.gov (also CLUSTERANALYSIS_CENSUS_URL).

    Returns
    -------
    tuple of RemoteFile
        One file, two for ``"zip"``.

    Raises
    ------
    DataError
        The level is unknown or the year is before 1998.

    Examples
    --------
    >>> cbp_files(2018, "county")[0].path
    'cbp/2018/cbp18co.zip'
    >>> cbp_files(1998, "us")[0].path  # the US file is plain text up to 2007
    'cbp/1998/cbp98us.txt'
    """
    _choose("level", level, get_args(CBPLevel))
    _between("County Business Patterns by NAICS", year, _CBP_FIRST)
    names = [name.format(f"{year % 100:02d}") for name in _CBP[level]]
    if level == "us" and year <= _US_AS_TEXT:
        names = [name.replace(".zip", ".txt") for name in names]
    folder = f"programs-surveys/cbp/datasets/{year}"
    return tuple(
        _file("cbp", year, level, "census-files", f"{folder}/{name}", f"cbp/{year}/{name}", base)
        for name in names
    )


def qcew_file(year: int, area: str | None = None, *, base: str | None = None) -> RemoteFile:
    """Name the annual averages of the Quarterly Census of Employment and Wages.

    Parameters
    ----------
    year : int
        Year of the figures, 1990 on.
    area : str, optional
        One area's slice: a county (``"06001"``), a state (``"06000"``), ``"US000"`` or a
        metropolitan area (``"C4186"``). Default: the single file of all areas. The agency serves
        slices of recent years only.
    base : str, optional
        Address that stands for https://data.bls.gov (also CLUSTERANALYSIS_BLS_URL).

    Returns
    -------
    RemoteFile
        The file.

    Raises
    ------
    DataError
        The year is before 1990 or the area is no five-character code.

    Examples
    --------
    >>> qcew_file(2018, "06001").url
    'https://data.bls.gov/cew/data/api/2018/a/area/06001.csv'
    """
    _between("the QCEW by NAICS", year, _QCEW_FIRST)
    if area is None:
        name = f"{year}_annual_singlefile.zip"
        place = f"cew/data/files/{year}/csv/{name}"
        return _file("qcew", year, "all", "bls", place, f"qcew/{year}/{name}", base)
    if not re.fullmatch(r"[0-9A-Z]{5}", area, re.ASCII):
        raise DataError(
            f"area={area!r} is no QCEW area: write five characters, such as '06001' for a county, "
            "'06000' for a state or 'US000'"
        )
    place = f"cew/data/api/{year}/a/area/{area}.csv"
    return _file("qcew", year, area, "bls", place, f"qcew/{year}/area/{area}.csv", base)


def naics_files(*, base: str | None = None) -> tuple[RemoteFile, ...]:
    """Name the Census concordances from each edition of the NAICS to the next, 1997 to 2022.

    Parameters
    ----------
    base : str, optional
        Address that stands for https://www.census.gov (also CLUSTERANALYSIS_CENSUS_URL).

    Returns
    -------
    tuple of RemoteFile
        Five workbooks, the oldest first; ``year`` is the later edition.

    Examples
    --------
    >>> [file.level for file in naics_files()][-1]
    '2017 to 2022'
    """
    return tuple(
        _file(
            "naics",
            new,
            f"{old} to {new}",
            "census-pages",
            f"naics/concordances/{name}",
            f"naics/{name}",
            base,
        )
        for (old, new), name in _CONCORDANCES.items()
    )


def boundary_file(
    year: int = 2021,
    resolution: Resolution = "500k",
    layer: Layer = "county",
    *,
    base: str | None = None,
) -> RemoteFile:
    """Name a cartographic boundary file: outlines cut at the coast, for maps.

    Parameters
    ----------
    year : int
        Edition: 2010, or 2013 on.
    resolution : {"500k", "5m", "20m"}
        Scale, the finest first (1:500,000).
    layer : {"county", "state"}
        Areas.
    base : str, optional
        Address that stands for https://www2.census.gov (also CLUSTERANALYSIS_CENSUS_URL).

    Returns
    -------
    RemoteFile
        A zipped shapefile of the whole US.

    Raises
    ------
    DataError
        The resolution or layer is unknown, or the year has no such file.

    Examples
    --------
    >>> boundary_file(2021).path
    'boundaries/cb_2021_us_county_500k.zip'
    """
    _choose("resolution", resolution, get_args(Resolution))
    _choose("layer", layer, get_args(Layer))
    if year != 2010 and not 2013 <= year <= _LAST:
        raise DataError(f"no cartographic boundaries of {year}: use 2010, or a year from 2013 on")
    name = f"cb_{year}_us_{layer}_{resolution}.zip"
    if year == 2010:
        name = f"gz_2010_us_{_SUMMARY_LEVEL[layer]}_00_{resolution}.zip"
    folder = f"geo/tiger/GENZ{year}" + ("/shp" if year > 2013 else "")
    level = f"{layer} {resolution}"
    place = f"{folder}/{name}"
    return _file("boundaries", year, level, "census-files", place, f"boundaries/{name}", base)


def parse_years(text: str) -> list[int]:
    """Read years as people write them: single years and ranges, joined by commas.

    Parameters
    ----------
    text : str
        Such as ``"2018"``, ``"1998-2023"`` or ``"2010,2015-2017"``.

    Returns
    -------
    list of int
        The years in the order written, each once.

    Raises
    ------
    DataError
        A part is no year or range, or a range runs backwards.

    Examples
    --------
    >>> parse_years("2010, 2015-2017")
    [2010, 2015, 2016, 2017]
    """
    years: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{4})(?:\s*-\s*(\d{4}))?\s*", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            raise DataError(
                f"years {text!r} cannot be read at {part.strip()!r}: write them as 2018, "
                "1998-2023 or 2010,2015-2017"
            )
        years += range(first, last + 1)
    return list(dict.fromkeys(years))
