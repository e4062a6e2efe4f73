"""How do the agency's files become the sample's tables, and what may a withheld cell hold?

The bounds here use only what follows at once from the published numbers: a county's total, its
four-digit cells and their six-digit cells. They hold for certain and are not the tightest.
"""

from __future__ import annotations

import pandas as pd

from clusteranalysis.errors import DataError
from clusteranalysis.industries import truncate
from clusteranalysis.schema import TOTAL

__all__ = ["cells", "nation", "national", "totals"]

_CELL = ["region", "industry", "year"]
_COUNTS = ["employment", "establishments", "payroll"]


def _status(employment: pd.Series, published: str | pd.Series) -> pd.Series:
    """Status by whether there is a number at all; `published` where there is one."""
    status = pd.Series("withheld", index=employment.index, dtype="str")
    return status.mask(employment.notna(), published)


def _sums(four: pd.DataFrame, us: pd.DataFrame, level: int) -> pd.DataFrame:
    """Sum published four-digit cells up to a level, and say whether any part is missing.

    A sum is complete when every four-digit industry with jobs in the nation that year is
    published for the county; otherwise it is a floor. An industry without an establishment in
    the county looks the same as one that is withheld, so it also makes the sum a floor.
    """
    four = four.assign(part=four["employment"].notna(), group=truncate(four["industry"], level))
    grouped = four.groupby(["region", "group", "year"])
    summed = grouped[_COUNTS].sum(min_count=1).assign(parts=grouped["part"].sum()).reset_index()
    wanted = us[(us["level"] == 4) & (us["employment"] > 0)]
    wanted = wanted.assign(group=truncate(wanted["industry"], level))
    expected = wanted.groupby(["group", "year"], as_index=False).agg(
        expected=("industry", "nunique")
    )
    summed = summed.merge(expected, on=["group", "year"], how="left")
    complete = summed["parts"] == summed["expected"]
    grade = pd.Series("partial", index=summed.index, dtype="str").mask(complete, "deduced")
    summed["status"] = _status(summed["employment"], grade)
    summed = summed.drop(columns=["parts", "expected"]).rename(columns={"group": "industry"})
    return summed.sort_values(_CELL, ignore_index=True)


def _remainder(four: pd.DataFrame, totals: pd.DataFrame) -> pd.Series:
    """Jobs of each county and year that no published four-digit cell accounts for."""
    total = totals.set_index(["region", "year"])["employment"]
    published = four.groupby(["region", "year"])["employment"].sum()
    rest = (total - published).reindex(published.index).rename("rest")
    if not (rest >= 0).all():
        raise DataError(
            f"published four-digit jobs exceed the county total, or it is missing, in "
            f"{rest.index[~(rest >= 0)].tolist()[:5]}: the source files are not of one release"
        )
    return rest


def _bound_detail(six: pd.DataFrame, four: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bound the cells of both published levels; `four` carries the county's `rest`."""
    six = six.assign(above=truncate(six["industry"], 4))
    grouped = six.groupby(["region", "above", "year"])
    children = grouped["employment"].sum().rename("children").reset_index()
    children = children.rename(columns={"above": "industry"})
    four = four.merge(children, on=_CELL, how="left")
    four["children"] = four["children"].fillna(0.0)
    seen = four["employment"]
    if (four["children"] > seen).any():
        raise DataError(
            "six-digit jobs exceed their four-digit industry: the source files are not of one "
            "release"
        )
    four["employment_low"] = seen.fillna(four["children"])
    four["employment_high"] = seen.fillna(four["children"] + four["rest"])
    four["status"] = _status(seen, "reported")

    # What the published siblings leave of a published parent is the most a withheld child holds.
    left = four.assign(room=(seen - four["children"]).fillna(four["rest"]))
    left = left[[*_CELL, "room"]].rename(columns={"industry": "above"})
    six = six.merge(left, on=["region", "above", "year"], how="left")
    six["employment_low"] = six["employment"].fillna(0.0)
    six["employment_high"] = six["employment"].fillna(six["room"])
    six["status"] = _status(six["employment"], "reported")
    return six.drop(columns=["above", "room"]), four.drop(columns=["children", "rest"])


def cells(
    six: pd.DataFrame,
    four: pd.DataFrame,
    us: pd.DataFrame,
    totals: pd.DataFrame,
    counties: tuple[str, ...],
) -> pd.DataFrame:
    """Build the sample's county cells at levels 0, 2, 3, 4 and 6, with bounds and status."""
    six, four, totals = (t[t["region"].isin(counties)] for t in (six, four, totals))
    rest = _remainder(four, totals)
    years = four["year"].unique()
    four = four.merge(rest.reset_index(), on=["region", "year"], how="left")
    six, four_bounded = _bound_detail(six, four)
    tables = {6: six, 4: four_bounded}
    for level in (3, 2):
        summed = _sums(four, us, level).merge(rest.reset_index(), on=["region", "year"])
        low = summed["employment"].fillna(0.0)
        summed["employment_low"] = low
        summed["employment_high"] = low.where(summed["status"] == "deduced", low + summed["rest"])
        tables[level] = summed.drop(columns="rest")
    county = totals[totals["year"].isin(years)]
    tables[0] = county.assign(
        industry=TOTAL,
        # The totals file holds first-quarter payroll, which does not compare with annual pay.
        payroll=float("nan"),
        employment_low=county["employment"],
        employment_high=county["employment"],
        status=_status(county["employment"], "reported"),
    )
    stacked = pd.concat([t.assign(level=level) for level, t in tables.items()], ignore_index=True)
    order = ["region", "industry", "level", "year", *_COUNTS]
    order += ["employment_low", "employment_high", "status"]
    return stacked[order].sort_values(["level", *_CELL], ignore_index=True)


def national(us: pd.DataFrame, six: pd.DataFrame, four: pd.DataFrame) -> pd.DataFrame:
    """Build the nation at every level, with the pay and jobs of the cells that show both.

    The US file holds first-quarter payroll only. Annual pay per job therefore comes from the
    county cells that publish pay and jobs together: summed numerator and denominator share the
    same cells, so their ratio is a wage even where cells are withheld.
    """
    reported = []
    for level, source in ((6, six), (4, four), (3, four), (2, four), (0, four)):
        both = source[source["employment"].notna() & source["payroll"].notna()]
        if level in (2, 3, 0):
            both = both.assign(industry=truncate(both["industry"], level))
        summed = both.groupby(["industry", "year"], as_index=False)[["employment", "payroll"]]
        reported.append(summed.sum().assign(level=level))
    wages = pd.concat(reported, ignore_index=True).rename(
        columns={"employment": "reported_employment", "payroll": "reported_payroll"}
    )
    us = us[us["year"].isin(four["year"].unique())]
    joined = us.merge(wages, on=["industry", "level", "year"], how="left", validate="one_to_one")
    order = ["region", "industry", "level", "year", "employment", "establishments"]
    order += ["payroll_first_quarter", "reported_employment", "reported_payroll"]
    return joined[order].sort_values(["level", "industry", "year"], ignore_index=True)


def nation(four: pd.DataFrame, us: pd.DataFrame) -> pd.DataFrame:
    """Build every county by three-digit industry from its published four-digit cells."""
    summed = _sums(four, us, 3)
    return summed[[*_CELL, "employment", "establishments", "status"]]


def totals(county: pd.DataFrame, us: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build total jobs by county and for the US; apart, the statewide rows left out."""
    statewide = county["region"].str.endswith("999")
    top = us[us["industry"] == TOTAL]
    kept = pd.concat([county[~statewide], top[county.columns]], ignore_index=True)
    return kept.sort_values(["region", "year"], ignore_index=True), county[statewide]
