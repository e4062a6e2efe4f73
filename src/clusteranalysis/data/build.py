"""How is the embedded sample made from the agencies' files?

One command rebuilds every packaged file from the sources, byte for byte the same with the same
library versions: rows and columns are in fixed order and nothing dates or locates a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from clusteranalysis.data import simulated_establishments as simulated
from clusteranalysis.data import sources, tables
from clusteranalysis.data.purchases import CROSSWALK, USE, purchases
from clusteranalysis.errors import DataError
from clusteranalysis.files import replacing
from clusteranalysis.regions import find_region, read_boundaries
from clusteranalysis.schema import check_employment

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["build_sample"]

_ATLAS = "geography/us-atlas_counties-10m.json"
_SAMPLE = "east-bay"
# Degrees: about 3 km, less than a line's width on a page-wide map of the country.
_GENERALISED = 0.03
# Territories are in the boundary file and not in County Business Patterns' county totals.
_FIRST_TERRITORY = "57"

_CBP = {
    "agency": "US Census Bureau",
    "product": "County Business Patterns",
    "licence": "US federal government work, public domain (17 USC 105)",
    "naics_vintage": 2017,
    "years": list(sources.YEARS),
}
_ATLAS_TERMS = {
    "agency": "US Census Bureau, cartographic boundary files 2017, as packaged by us-atlas",
    "product": "us-atlas counties-10m (TopoJSON, unprojected, 2017 edition)",
    "licence": "us-atlas: ISC; the outlines: public domain (17 USC 105)",
}
_YEAR_2017 = "2017 is excluded: the county files of that year store withheld employment as 0"
_ZEROS = (
    "a stored employment of 0 (three or more establishments, positive pay) becomes missing, and "
    "so does its pay: the file has no flag that tells a withheld count from nobody employed in "
    "mid-March"
)
_DC = "the county files hold the 50 states, not the District of Columbia"
_UNITS = "jobs in the pay period of 12 March; payroll in US dollars a year"

#: Parquet types by column; counts are whole numbers, so that integers store them exactly.
_TYPES = {
    "level": pa.int8(),
    "vintage": pa.int16(),
    "source_vintage": pa.int16(),
    "target_vintage": pa.int16(),
    "year": pa.int16(),
    "employment": pa.int32(),
    "establishments": pa.int32(),
    "employment_low": pa.int32(),
    "employment_high": pa.int32(),
    "reported_employment": pa.int32(),
    "payroll": pa.int64(),
    "payroll_first_quarter": pa.int64(),
    "reported_payroll": pa.int64(),
    "x": pa.int32(),
    "y": pa.int32(),
    "dollars": pa.int64(),
}


def _write_table(table: pd.DataFrame, path: Path) -> None:
    arrays = {}
    for column in table.columns:
        # Casting is checked: a count that is not whole would raise, never round.
        arrays[column] = pa.array(table[column], from_pandas=True).cast(
            _TYPES.get(column, pa.string())
        )
    with replacing(path) as temporary:
        pq.write_table(pa.table(arrays), temporary, compression="zstd", compression_level=19)


def _write_map(shapes: GeoDataFrame, path: Path) -> None:
    with replacing(path) as temporary:
        shapes.to_parquet(temporary, index=False, compression="zstd", compression_level=19)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _maps(source: Path, counties: tuple[str, ...]) -> tuple[GeoDataFrame, GeoDataFrame]:
    """Outline the sample's counties in full, and all US counties generalised together."""
    import shapely

    outlines = read_boundaries(source / _ATLAS, "counties")
    states = read_boundaries(source / _ATLAS, "states").set_index("region")["name"]
    outlines["state"] = outlines["region"].str[:2].map(states)
    outlines = outlines[["region", "name", "state", "geometry"]]
    own = outlines[outlines["region"].isin(counties)].reset_index(drop=True)
    everywhere = outlines[outlines["region"] < _FIRST_TERRITORY].reset_index(drop=True)
    # Simplified as one coverage: a border shared by two counties stays shared.
    simple = shapely.coverage_simplify(everywhere.geometry.to_numpy(), _GENERALISED)
    return own, everywhere.set_geometry(simple, crs=everywhere.crs)


def build_sample(
    source: Path, out: Path, *, progress: Callable[[str], None] | None = None
) -> list[Path]:
    """Rebuild the packaged tables, so that anyone can check every figure against its source.

    Parameters
    ----------
    source : Path
        Folder with ``cbp/``, ``naics/`` and ``geography/`` holding the agencies' files under the
        names listed in ``data/raw/README.md``.
    out : Path
        Folder to write to, such as ``data/processed``; files there are replaced one by one, each
        whole or not at all.
    progress : callable, optional
        Called with one line of text a step.

    Returns
    -------
    list of Path
        The files written: ``naics/*.parquet``, ``east-bay/*.parquet`` and
        ``east-bay/provenance.json``. Employment is NaN where withheld, never zero.

    Raises
    ------
    DataError
        A source file is missing, unreadable, or contradicts another.
    OutputError
        A file cannot be written.

    Examples
    --------
    >>> build_sample(Path("no-such-folder"), Path("processed"))
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: the source folder 'no-such-folder' does not exist: ...
    """
    source, out = Path(source), Path(out)
    if not source.is_dir():
        raise DataError(
            f"the source folder {str(source)!r} does not exist: download the files that "
            "data/raw/README.md lists, and name their folder"
        )
    say = progress or (lambda line: None)
    written: list[Path] = []
    records: dict[str, dict[str, object]] = {}
    used: set[str] = set()

    def put(name: str, table: pd.DataFrame, origin: list[str], **about: object) -> None:
        path = out / name
        write = _write_map if "geometry" in table.columns else _write_table
        write(table, path)
        written.append(path)
        used.update(origin)
        records[name] = about | {
            "columns": list(table.columns),
            "rows": len(table),
            "sha256": _sha256(path),
            "sources": origin,
        }
        say(f"wrote {name}: {len(table):,} rows")

    say("reading the NAICS structure")
    for vintage, name in sources.NAICS_CODES.items():
        put(
            f"naics/naics_{vintage}.parquet",
            sources.naics_structure(source, vintage),
            [name],
            agency="US Census Bureau",
            product=f"{vintage} NAICS, 2-6 digit codes",
            licence=_CBP["licence"],
            naics_vintage=vintage,
            steps=["titles stripped of surplus spaces", "level and parent derived from the code"],
        )
    put(
        "naics/concordance.parquet",
        sources.concordances(source),
        list(sources.CONCORDANCES),
        agency="US Census Bureau",
        product="NAICS concordances 1997 to 2002, 2002 to 2007, 2007 to 2012, 2012 to 2017, "
        "2017 to 2022",
        licence=_CBP["licence"],
        steps=[
            "codes of both editions as listed; titles and notes left out",
            "1997 to 2002: the library's copy of the rows that change a code, all others as is",
        ],
    )
    say("reading County Business Patterns")
    six = sources.county_cells(source, sources.COUNTIES_6)
    four = sources.county_cells(source, sources.COUNTIES_4)
    us = sources.us_levels(source)
    county = sources.county_totals(source)
    put(
        "naics/reference_employment.parquet",
        sources.reference_employment(us),
        [sources.US],
        **(_CBP | {"naics_vintage": None, "years": list(range(2001, 2022))}),
        units="jobs in the pay period of 12 March",
        steps=[
            "the US by six-digit industry in the first and the last year of each edition of "
            "NAICS, on either side of a break",
            "an industry withheld alone under a published parent is deduced where the "
            "establishments add up",
            "an industry still withheld is taken from the nearest year of the edition that shows "
            "it; year says which",
        ],
    )

    bay = find_region("bay-area").counties
    cells = tables.cells(six, four, us, county, bay)
    for level, one in cells.groupby("level"):
        check_employment(one, what=f"sample's level {level}")
    put(
        f"{_SAMPLE}/cells.parquet",
        cells,
        [sources.COUNTIES_6, sources.COUNTIES_4, sources.COUNTY_TOTALS, sources.US],
        **_CBP,
        units=_UNITS,
        steps=[
            "the nine counties of the San Francisco Bay Area",
            "levels 6 and 4 as published; payroll from $1,000 to dollars",
            _ZEROS,
            "levels 3 and 2: sums of published four-digit cells; 'deduced' when every four-digit "
            "industry with jobs in the US that year is published for the county, else 'partial', "
            "a floor",
            "level 0 (industry 00): the published county total; its payroll is left missing, as "
            "that file holds first-quarter payroll",
            "bounds: a published number bounds itself; a withheld cell reaches at most what its "
            "published relatives, or the county total, leave; not the tightest bounds",
            _YEAR_2017,
        ],
    )
    put(
        f"{_SAMPLE}/us.parquet",
        tables.national(us, six, four),
        [sources.US, sources.COUNTIES_6, sources.COUNTIES_4],
        **_CBP,
        units="jobs in the pay period of 12 March; payroll_first_quarter in dollars a quarter; "
        "reported_payroll in dollars a year",
        steps=[
            "the US at levels 0 and 2 to 6, as published",
            "reported_employment and reported_payroll: sums over the county cells that publish "
            "both; levels 6 and 4 from their own county file, levels 3, 2 and 0 from level 4; "
            "their ratio is the nation's annual pay a job; missing at level 5 and for 99",
            _DC,
            _ZEROS,
            _YEAR_2017,
        ],
    )
    put(
        f"{_SAMPLE}/nation.parquet",
        tables.nation(four, us),
        [sources.COUNTIES_4, sources.US],
        **_CBP,
        units="jobs in the pay period of 12 March",
        steps=[
            "three-digit industries of every county: sums of published four-digit cells, with "
            "the status that cells.parquet gives such sums",
            _DC,
            _ZEROS,
            _YEAR_2017,
        ],
    )
    totals, statewide = tables.totals(county, us)
    jobs = statewide.groupby("year")["employment"].sum()
    put(
        f"{_SAMPLE}/totals.parquet",
        totals,
        [sources.COUNTY_TOTALS, sources.US],
        **(_CBP | {"naics_vintage": None, "years": list(range(2001, 2022))}),
        units="jobs in the pay period of 12 March",
        steps=[
            "total of every county, 50 states and the District of Columbia, and of the US "
            "(region US)",
            "statewide rows (county 999: jobs of no fixed county) are left out, so the counties "
            "sum to less than the US; statewide_jobs says by how much",
            "employment is missing where withheld",
            "counties are those of their year: codes that changed (such as 46113 to 46102) break "
            "a series",
        ],
        statewide_jobs={str(year): int(number) for year, number in jobs.items()},
    )
    say("reading the input-output accounts")
    flows, members = purchases(source)
    accounts = {
        "agency": "US Bureau of Economic Analysis",
        "product": "Input-Output Accounts, supply-use framework, detail level, 2017",
        "licence": _CBP["licence"],
        "naics_vintage": 2017,
    }
    joined = (
        "codes that share NAICS codes (kinds of construction, branches of government, housing) "
        "are joined under the first of them"
    )
    put(
        f"{_SAMPLE}/purchases.parquet",
        flows,
        [USE, CROSSWALK],
        **accounts,
        units="US dollars of 2017 at purchasers' prices, imports included",
        steps=[
            "intermediate purchases only: value added, taxes, totals and final uses left out",
            "from millions of dollars; zeros left out",
            joined,
        ],
    )
    put(
        f"{_SAMPLE}/suppliers.parquet",
        members,
        [CROSSWALK],
        **accounts,
        steps=["the six-digit NAICS codes of each supplier", joined],
    )
    say("reading boundaries")
    own, everywhere = _maps(source, bay)
    common = ["self-crossing outlines mended", "labelled EPSG:4326 (the outlines are NAD83)"]
    put(
        f"{_SAMPLE}/counties.parquet",
        own,
        [_ATLAS],
        **_ATLAS_TERMS,
        steps=["the nine counties at the file's full detail", *common],
    )
    put(
        f"{_SAMPLE}/us_counties.parquet",
        everywhere,
        [_ATLAS],
        **_ATLAS_TERMS,
        steps=[
            "50 states and the District of Columbia",
            *common,
            f"simplified as one coverage with a tolerance of {_GENERALISED} degrees",
            "Falls Church (51610) is left out: it has no area at the file's resolution",
        ],
    )
    say("simulating establishments")
    put(
        f"{_SAMPLE}/simulated_establishments.parquet",
        simulated.simulated_establishments(own),
        [_ATLAS],
        agency="none: drawn by chance by clusteranalysis, on the land of counties.parquet",
        product="SIMULATED establishments, of no real firm or industry",
        licence="as clusteranalysis",
        simulated=True,
        seed=simulated.SEED,
        crs=simulated.CRS,
        units="x and y in metres; employment in jobs",
        planted={name: what for name, (_, what) in simulated.PLANTED.items()},
        steps=list(simulated.STEPS),
    )
    provenance = {
        "sample": _SAMPLE,
        "files": records,
        "sources": {name: _sha256(source / name) for name in sorted(used)},
        "written_with": {
            package: version(package)
            for package in ("geopandas", "numpy", "pandas", "pyarrow", "shapely")
        },
    }
    path = out / _SAMPLE / "provenance.json"
    with replacing(path) as temporary:
        text = json.dumps(provenance, indent=2, ensure_ascii=False, sort_keys=True)
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
    written.append(path)
    say(f"wrote {len(written)} files")
    return written
