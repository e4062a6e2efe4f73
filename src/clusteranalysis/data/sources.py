"""What do the agency files behind the embedded sample say, in our own columns?

Each reader takes the folder that holds the files and returns one tidy table: five-digit FIPS,
canonical NAICS codes, float counts with NaN where the agency published no number.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clusteranalysis.errors import DataError
from clusteranalysis.industries import level, naics_vintage, parent, parse_codes
from clusteranalysis.industries.structure import LINK, read_concordance
from clusteranalysis.schema import TOTAL, check_columns

__all__ = [
    "CONCORDANCES",
    "COUNTIES_4",
    "COUNTIES_6",
    "COUNTY_TOTALS",
    "NAICS_CODES",
    "US",
    "YEARS",
    "concordances",
    "county_cells",
    "county_totals",
    "naics_structure",
    "reference_employment",
    "us_levels",
]

COUNTIES_6 = "cbp/counties_naics6_2017-2021.csv.gz"
COUNTIES_4 = "cbp/counties_naics4_2017-2021.csv.gz"
COUNTY_TOTALS = "cbp/county_totals_2001-2021.csv.gz"
US = "cbp/us_2001-2021_all_naics.csv.gz"
NAICS_CODES = {
    vintage: f"naics/2-6 digit_{vintage}_Codes.csv" for vintage in (2017, 2007, 2012, 2022)
}
CONCORDANCES = tuple(
    f"naics/{older}_to_{older + 5}_NAICS.csv" for older in (2002, 2007, 2012, 2017)
)

#: The Census Bureau's 1997 to 2002 concordance, as far as a code changes or splits; its whole list
#: has 1,355 rows, which these 311 and the 1,043 industries that stay make up (561720 is in twice).
CHANGES_1997 = Path(__file__).with_name("naics_changes_1997_2002.csv")

#: 2017 is left out: that year's county files store tens of thousands of withheld cells as 0.
YEARS = (2018, 2019, 2020, 2021)


def _read(source: Path, name: str, columns: list[str], **options: object) -> pd.DataFrame:
    try:
        table = pd.read_csv(source / name, **options)  # type: ignore[call-overload]
    except (OSError, ValueError) as error:
        raise DataError(
            f"the source file {name} cannot be read ({error}): put it there as "
            "data/raw/README.md describes"
        ) from error
    return check_columns(table, columns, what=f"source file {name}")


def county_cells(source: Path, name: str) -> pd.DataFrame:
    """Read county cells of one NAICS level: annual pay, mid-March jobs, 50 states.

    A stored employment of 0 becomes NaN, and so does its payroll: the file has no flag to tell
    a count of nobody in mid-March from a withheld number, and NaN is right for both.
    """
    columns = ["year", "fips", "naics", "Emp", "Est", "Pay"]
    table = _read(source, name, columns, dtype={"fips": "str", "naics": "str"})
    table = table[table["year"].isin(YEARS)]
    published = table["Emp"] > 0
    cells = pd.DataFrame(
        {
            "region": table["fips"],
            "industry": parse_codes(table["naics"]),
            "year": table["year"].astype("int64"),
            "employment": table["Emp"].astype(float).where(published),
            "establishments": table["Est"].astype(float),
            "payroll": table["Pay"].astype(float).where(published) * 1000.0,
        }
    )
    return cells.sort_values(["region", "industry", "year"], ignore_index=True)


def us_levels(source: Path) -> pd.DataFrame:
    """Read the nation at every NAICS level and the total; payroll is of the first quarter."""
    columns = ["naics", "employment_march", "establishments", "payroll_quarter1", "year"]
    table = _read(source, US, columns, dtype={"naics": "str"})
    industry = parse_codes(table["naics"])
    nation = pd.DataFrame(
        {
            "region": "US",
            "industry": industry,
            "level": level(industry),
            "year": table["year"].astype("int64"),
            "employment": table["employment_march"].astype(float),
            "establishments": table["establishments"].astype(float),
            "payroll_first_quarter": table["payroll_quarter1"].astype(float),
        }
    )
    return nation.sort_values(["industry", "year"], ignore_index=True)


def county_totals(source: Path) -> pd.DataFrame:
    """Read every county's published total, the statewide leftover (county 999) included."""
    columns = ["state_fips", "county_fips", "employment_march", "establishments", "year"]
    table = _read(source, COUNTY_TOTALS, columns)
    state = table["state_fips"].astype("str").str.zfill(2)
    county = table["county_fips"].astype("str").str.zfill(3)
    totals = pd.DataFrame(
        {
            "region": (state + county).astype("str"),
            "year": table["year"].astype("int64"),
            "employment": table["employment_march"].astype(float),
            "establishments": table["establishments"].astype(float),
        }
    )
    return totals.sort_values(["region", "year"], ignore_index=True)


def concordances(source: Path) -> pd.DataFrame:
    """Read the links from each edition of NAICS to the next, one below the other."""
    read = [read_concordance(source / name) for name in CONCORDANCES]
    return pd.concat([_from_1997(read[0]), *read], ignore_index=True)


def _from_1997(following: pd.DataFrame) -> pd.DataFrame:
    """Links from 1997 to 2002: those of the Census list that change a code, and all others as is.

    An industry of 2002 (the sources of `following`) into which no change leads is the same in
    both editions; one that changed partly is listed with itself.
    """
    changes = pd.read_csv(CHANGES_1997, dtype="str")
    same = sorted(set(following["source"]) - set(changes["target"]))
    links = pd.concat([changes, pd.DataFrame({"source": same, "target": same})])
    links = links.assign(source_vintage=1997, target_vintage=2002).astype({"source": "str"})
    return links[LINK].sort_values(LINK, ignore_index=True)


def reference_employment(us: pd.DataFrame) -> pd.DataFrame:
    """Choose the nation's six-digit jobs nearest to each break between editions.

    `us` is the table of :func:`us_levels`. An industry withheld in the first (last) year of its
    edition is taken from the nearest year of the edition in which it is published or deduced.
    """
    jobs = _deduce(us)
    jobs = jobs[(jobs["level"] == 6) & jobs["employment"].notna()]
    jobs = jobs.assign(vintage=jobs["year"].map(naics_vintage)).sort_values("year")
    grouped = jobs.groupby(["vintage", "industry"])
    sides = [grouped.head(1).assign(edge="first"), grouped.tail(1).assign(edge="last")]
    columns = ["vintage", "edge", "industry", "year", "employment", "status"]
    table: pd.DataFrame = pd.concat(sides)[columns]
    # The years begin within the edition of 1997: its first year is no side of a break.
    table = table[(table["vintage"] != 1997) | (table["edge"] == "last")]
    return table.sort_values(columns[:3], ignore_index=True)


def _deduce(us: pd.DataFrame) -> pd.DataFrame:
    """Fill an industry that alone is missing under a published parent, level by level.

    Only where the establishments add up: a parent with an unlisted child would yield a wrong
    number.
    """
    us = us.assign(parent=parent(us["industry"]), status="reported")
    for level_ in (2, 3, 4, 5, 6):
        above = us[["industry", "year", "employment", "establishments"]]
        above = above.set_axis(["parent", "year", "jobs", "plants"], axis=1)
        mine = us.loc[us["level"] == level_].reset_index().merge(above, on=["parent", "year"])
        grouped = mine.assign(missing=mine["employment"].isna()).groupby(["parent", "year"])
        alone = mine["employment"].isna() & (grouped["missing"].transform("sum") == 1)
        alone &= grouped["establishments"].transform("sum") == mine["plants"]
        rest = (mine["jobs"] - grouped["employment"].transform("sum"))[alone].dropna()
        if (rest < 0).any():
            first = mine.loc[rest[rest < 0].index[0]]
            raise DataError(
                f"the parts of industry {first['parent']} in {first['year']} exceed it in {US}: "
                "download the file again"
            )
        us.loc[mine["index"][rest.index], "employment"] = rest.to_numpy()
        us.loc[mine["index"][rest.index], "status"] = "deduced"
    return us


def naics_structure(source: Path, vintage: int = 2017) -> pd.DataFrame:
    """Read the official list of industries; its first data row is blank, its titles padded."""
    name = NAICS_CODES[vintage]
    table = _read(source, name, [], dtype="str", encoding="utf-8-sig")
    codes, names = table.iloc[:, 1], table.iloc[:, 2]
    listed = codes.notna()
    industry = parse_codes(codes[listed])
    # Some editions mark a title comparable across Canada, Mexico and the US with a trailing T.
    title = names[listed].str.split().str.join(" ").str.replace(r"(?<=[a-z)])T$", "", regex=True)
    structure = pd.DataFrame(
        {
            "industry": industry,
            "title": title.astype("str"),
            "level": level(industry),
            "parent": parent(industry),
        }
    )
    if (
        structure["industry"].duplicated().any()
        or not structure["parent"].isin({TOTAL, *structure["industry"]}).all()
    ):
        raise DataError(
            f"the source file {name} repeats a code or lacks a parent: download it again"
        )
    return structure.sort_values("industry", ignore_index=True)
