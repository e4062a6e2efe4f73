"""What do the data say of a cluster in one place and year, and how surely?

One reading for each measure that a charter may promise by: value, the bounds that withheld cells
leave for certain, half the width of the noise, and the share that is withheld.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import pandas as pd

from clusteranalysis.clusters import ClusterDefinition, cluster_employment, cluster_wages
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.process.charter import Period, Source, TrackedMeasure
from clusteranalysis.process.criteria import Change
from clusteranalysis.process.noise import noise_half_width
from clusteranalysis.regions import Region, aggregate_regions
from clusteranalysis.regions.named import require_counties
from clusteranalysis.schema import TOTAL, check_columns

__all__ = ["RELATIVE", "Reading", "Readings", "TrackingData"]

#: Measures whose change is growth in percent; the others change by a difference.
RELATIVE = frozenset({"employment", "establishments", "average_pay"})
#: The most establishments a cell can have that is dropped for having fewer than three.
_DROPPED = 2
_NATION = "us"


@dataclass(frozen=True)
class TrackingData:
    """The tables that criteria are measured on, and what part of which source they are.

    Attributes
    ----------
    cells : DataFrame
        County cells at NAICS levels 6 and 4 with the published totals (``"00"``), as
        ``sample("east-bay").cells``.
    us : DataFrame
        The nation at the same levels, as ``sample("east-bay").us``.
    source : {"cbp", "qcew"}
        Whose numbers they are.
    period : {"mid-march", "annual", "Q1", "Q2", "Q3", "Q4"}
        The part of the year that each row of a year stands for.
    """

    cells: pd.DataFrame = field(repr=False)
    us: pd.DataFrame = field(repr=False)
    source: Source = "cbp"
    period: Period = "mid-march"

    def __post_init__(self) -> None:
        columns = ["region", "industry", "year", "employment"]
        check_columns(self.cells, columns, what="cells table")
        check_columns(self.us, columns, what="us table")

    @property
    def years(self) -> list[int]:
        """Years that both tables hold."""
        return sorted(map(int, set(self.cells["year"]) & set(self.us["year"])))


class Reading(NamedTuple):
    """One number, how sure it is, and the share of what it counts that is withheld."""

    number: Change
    withheld: float


class Readings:
    """Readings of one definition's clusters; sums of a place are made once."""

    def __init__(self, data: TrackingData, definition: ClusterDefinition) -> None:
        self._data = data
        self._definition = definition
        self._cells: dict[tuple[str, ...], pd.DataFrame] = {}
        self._tables: dict[tuple[str, ...], pd.DataFrame] = {}
        self._wages: pd.DataFrame | None = None

    def of(self, measure: TrackedMeasure, cluster: str, place: Region | str, year: int) -> Reading:
        """Read a measure of a cluster in a region, or in the nation (``"us"``).

        Raises
        ------
        RegionError
            The data hold no cells of one of the region's counties.
        SchemaError
            A column that the measure needs is missing.
        """
        row = self._row(place, cluster, year)
        low, high = float(row["employment_low"]), float(row["employment_high"])
        withheld = (high - low) / high if high > 0 else math.nan
        jobs = Change(float(row["employment"]), low, high, self._noise(place, cluster, year))
        if measure == "employment":
            return Reading(jobs, withheld)
        if measure == "establishments":
            return self._establishments(place, cluster, year, row)
        if measure == "average_pay":
            return Reading(self._pay(place, cluster, year, row, jobs), withheld)
        whole = float(self._row(place, TOTAL, year)["employment"])
        share = _scaled(jobs, 100 / whole if whole > 0 else math.nan)
        if measure == "job_share":
            return Reading(share, withheld)
        us = self._row(_NATION, cluster, year)
        total = float(self._row(_NATION, TOTAL, year)["employment"])
        their_share = 100 * float(us["employment"]) / total if total > 0 else math.nan
        lq = _scaled(share, 1 / their_share if their_share > 0 else math.nan)
        return Reading(lq, withheld)

    def _noise(self, place: Region | str, cluster: str, year: int) -> float:
        """Noise of the published cells; that of a national sum is lost among so many of them."""
        if isinstance(place, str):
            return 0.0
        cells = self._own(place)
        codes = self._codes(cluster)
        mine = cells[(cells["year"] == year) & cells["industry"].isin(codes)]
        return noise_half_width(mine["employment"], mine.get("employment_noise"))

    def _establishments(
        self, place: Region | str, cluster: str, year: int, row: pd.Series
    ) -> Reading:
        """Establishments carry no noise, but cells of fewer than three are dropped."""
        if "establishments" not in row.index:
            raise SchemaError(
                "the tables have no column 'establishments': add it, or promise another measure"
            )
        known = float(row["establishments"])
        hidden = 0.0
        if isinstance(place, Region):
            hidden = self._hidden_establishments(place, cluster, year)
        # Where nothing of a cluster is published, the hidden ones are all there can be.
        low = 0.0 if math.isnan(known) else known
        high = low + hidden
        return Reading(Change(known, low, high, 0.0), hidden / high if high > 0 else math.nan)

    def _hidden_establishments(self, place: Region, cluster: str, year: int) -> float:
        """The most establishments of a cluster that no published cell of a region shows.

        A four-digit industry that a county does not publish has two at most. What a published one
        holds beyond its six-digit cells is the cluster's where no other shares it (and counted
        already), and may be the cluster's where another does.
        """
        cells = self._own(place)
        cells = cells[(cells["year"] == year) & cells["employment"].notna()]
        members = self._definition.members[["industry", "cluster"]]
        owners: dict[str, str] = dict(members.itertuples(index=False))
        children: dict[str, list[str]] = {}
        for code in owners:
            children.setdefault(code[:4], []).append(code)
        own = {code[:4] for code in self._codes(cluster)}
        most = 0.0
        for county in place.counties:
            rows = cells.loc[cells["region"] == county, ["industry", "establishments"]]
            there: dict[str, float] = dict(rows.itertuples(index=False))
            dropped = 0
            for parent in own:
                unshown = {owners[code] for code in children[parent] if code not in there}
                if cluster not in unshown:
                    continue
                if parent not in there:
                    dropped += _DROPPED
                elif len(unshown) > 1:
                    known = sum(there[code] for code in children[parent] if code in there)
                    most += max(there[parent] - known, 0.0)
            most += min(dropped, _unplaced(there))
        return most

    def _pay(
        self, place: Region | str, cluster: str, year: int, row: pd.Series, jobs: Change
    ) -> Change:
        """Pay a job over the published cells, whose noise it shares in full."""
        if isinstance(place, str):
            if self._wages is None:
                self._wages = cluster_wages(self._data.us, definition=self._definition)
            found = self._wages
            found = found[(found["industry"] == cluster) & (found["year"] == year)]
            wage = float(found["wage"].iloc[0]) if len(found) else math.nan
        else:
            if "payroll" not in row.index:
                raise SchemaError(
                    "the tables have no column 'payroll': add it, or promise another measure"
                )
            wage = float(row["payroll"]) / jobs.value if jobs.value > 0 else math.nan
        noise = wage * jobs.noise / jobs.value if jobs.value > 0 else math.nan
        return Change(wage, wage, wage, noise)

    def _codes(self, cluster: str) -> set[str]:
        members = self._definition.members
        return set(members.loc[members["cluster"] == cluster, "industry"])

    def _own(self, place: Region) -> pd.DataFrame:
        """The region's county cells."""
        if place.counties not in self._cells:
            cells = self._data.cells
            require_counties(place, cells["region"], what="table of cells")
            self._cells[place.counties] = cells[cells["region"].isin(place.counties)]
        return self._cells[place.counties]

    def _row(self, place: Region | str, cluster: str, year: int) -> pd.Series:
        """Sums of a cluster, or of everything (``"00"``)."""
        key = ("us",) if isinstance(place, str) else place.counties
        if key not in self._tables:
            source = self._data.us if isinstance(place, str) else self._own(place)
            table = cluster_employment(source, definition=self._definition)
            if isinstance(place, Region):
                table = aggregate_regions(table, place)
            self._tables[key] = table.set_index(["industry", "year"])
        table = self._tables[key]
        if (cluster, year) not in table.index:
            raise DataError(
                f"the data hold no cluster {cluster!r} in {year}: pass tables of that year"
            )
        return cast("pd.Series", table.loc[(cluster, year)])


def _unplaced(there: dict[str, float]) -> float:
    """Establishments of a county that no published four- or six-digit cell shows."""
    shown = sum(
        count
        for code, count in there.items()
        if len(code) == 4 or (len(code) == 6 and code[:4] not in there)
    )
    return max(there[TOTAL] - shown, 0.0)


def _scaled(number: Change, factor: float) -> Change:
    return Change(*(part * factor for part in number))
