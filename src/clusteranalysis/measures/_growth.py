"""The seam between a table of several years and the kernels of growth.

One draw's region x industry matrices of one year are made at a time, so that many years or draws
of a large table need no more memory than two years of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import mixed_vintages
from clusteranalysis.measures._panel import (
    Floats,
    Ints,
    Panel,
    read_panel,
    read_reference,
    some_industries,
    stack_groups,
)
from clusteranalysis.schema import Absent, Value, check_cells, check_columns, check_option


class Moment(NamedTuple):
    """One draw in one year: cells, region totals, the reference's industries and total."""

    e: Floats  # regions x industries
    n: Floats  # regions x 1, published totals where there are
    E: Floats  # 1 x industries
    N: Floats  # 1 x 1


@dataclass(frozen=True)
class Area:
    """A reference area's numbers, by group of the panel."""

    industry: Floats  # groups x industries
    total: Floats  # groups
    name: str  # its region's, or "reference"


@dataclass(frozen=True)
class Growth:
    """A table's measured years."""

    panel: Panel
    value: Value
    absent: Absent
    years: tuple[int, ...]
    groups: Ints  # draws x years
    totals: Floats  # groups x regions, published where there are

    def area(
        self,
        reference: pd.DataFrame | Literal["sum"],
        option: str = "reference",
        *,
        what: str = "reference table",
    ) -> Area:
        """Another area in the same years, or all regions of the table together."""
        if isinstance(reference, str):
            check_option(option, reference, Literal["sum"])
            industry = self.panel.sums(self.value, "industry", self.absent)
            return Area(industry, self.totals.sum(axis=1), "reference")
        check_columns(reference, ["industry", "year", self.value], what=what)
        kept = reference[reference["year"].isin(self.years)]
        found = read_reference(
            kept, self.panel, values=(self.value,), absent=self.absent, what=what
        )
        name = found.name if "region" in reference.columns else "reference"
        return Area(found.industry[self.value], found.total[self.value], name)

    def cells(self, draw: int, year: int) -> Floats:
        """Regions x industries."""
        return self.panel.dense(self.value, self._group(draw, year), self.absent)

    def moment(self, draw: int, year: int, area: Area) -> Moment:
        """Everything a shift-share identity needs of one year."""
        group = self._group(draw, year)
        return Moment(
            e=self.cells(draw, year),
            n=self.totals[group][:, None],
            E=area.industry[group][None],
            N=area.total[group][None, None],
        )

    def _group(self, draw: int, year: int) -> int:
        return int(self.groups[draw, self.years.index(year)])

    @property
    def draws(self) -> range:
        """Numbers of the draws; one where the table has none."""
        return range(len(self.groups))

    def keys(self, draw: int) -> dict[str, int]:
        """The draw's key, where the table has draws."""
        if "draw" not in self.panel.groups.columns:
            return {}
        return {"draw": int(self.panel.groups["draw"].iloc[int(self.groups[draw, 0])])}

    def rows(
        self, draw: int, years: Sequence[int], columns: Mapping[str, NDArray[Any]]
    ) -> pd.DataFrame:
        """Long table of one draw: the cells that have a row in any of the years."""
        shown = np.zeros((len(self.panel.regions), len(self.panel.industries)), bool)
        for year in years:
            here = self.panel.g == self._group(draw, year)
            shown[self.panel.r[here], self.panel.i[here]] = True
        r, i = np.nonzero(shown)
        keys = {
            "region": self.panel.regions.take(r),
            "industry": self.panel.industries.take(i),
            **self.keys(draw),
        }
        ends = {"start": years[0], "end": years[-1]}
        values = {name: array[r, i] for name, array in columns.items()}
        return pd.DataFrame({**keys, **ends, **values})

    def joined(self, parts: Iterable[pd.DataFrame], *, by: Sequence[str] = ()) -> pd.DataFrame:
        """One table of the draws' tables, in key order."""
        return stack_groups(list(parts), ["region", "industry", *self.keys(0), *by])

    def table(self, columns: Callable[[int], Mapping[str, NDArray[Any]]]) -> pd.DataFrame:
        """The columns that the function works out for each draw, over all measured years."""
        return self.joined(self.rows(draw, self.years, columns(draw)) for draw in self.draws)


def read_growth(
    employment: pd.DataFrame,
    *,
    value: Value,
    absent: Absent,
    start: int | None = None,
    end: int | None = None,
    years: Literal["ends", "every", "held"] = "ends",
) -> Growth:
    """Check a table and two of its years: with no year between, every one, or those it holds."""
    check_option("absent", absent, Absent)
    check_option("value", value, Value)
    require = ("region", "industry", "year")
    check_cells(employment, values=(value,), what="employment table", require=require)
    held = sorted(int(year) for year in employment["year"].unique())
    if len(held) < 2:
        raise SchemaError(
            f"column 'year' holds {', '.join(map(str, held)) or 'no year'}: growth needs two"
        )
    first, last = held[0] if start is None else start, held[-1] if end is None else end
    if first not in held or last not in held or first >= last:
        raise SchemaError(
            f"start={first} and end={last} are not two years of column 'year' "
            f"({', '.join(map(str, held))}), the earlier one first: choose two of them"
        )
    chosen = [year for year in held if first <= year <= last]
    if years == "ends":
        chosen = [first, last]
    missing = [year for year in range(first, last) if year not in held][:10]
    if years == "every" and missing:
        raise SchemaError(
            f"column 'year' lacks {', '.join(map(str, missing))}, and period='annual' goes from "
            f"year to year between {first} and {last}: add these years, or use period='whole'"
        )
    kept = employment[employment["year"].isin(chosen)]
    mixed = mixed_vintages(kept)
    if mixed is not None:
        raise SchemaError(f"column 'industry' mixes editions of NAICS: {mixed}")
    panel = some_industries(read_panel(kept, values=(value,)))
    return Growth(
        panel=panel,
        value=value,
        absent=absent,
        years=tuple(chosen),
        groups=_draws_by_years(panel, chosen),
        totals=panel.region_totals(value, absent),
    )


def _draws_by_years(panel: Panel, years: list[int]) -> Ints:
    """The group of each draw and year; every year has the same draws."""
    year_of = panel.groups["year"].to_numpy()
    groups = [np.flatnonzero(year_of == year) for year in years]
    if "draw" in panel.groups.columns:
        draws = panel.groups["draw"].to_numpy()
        for year, group in zip(years[1:], groups[1:], strict=True):
            if not np.array_equal(draws[groups[0]], draws[group]):
                raise SchemaError(
                    f"column 'draw' differs between {years[0]} and {year}: give both years the "
                    "same draws"
                )
    return np.array(groups, np.intp).T
