"""Which cells and which formula stand behind a number that a sentence quotes?

The ledger turns a number of a briefing's tables into a :class:`Fact`. The tables below say once
for each kind of number what its unit and formula are and how it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from clusteranalysis.briefing.facts import Fact, Status
from clusteranalysis.briefing.wording import count, dollars, percent, ratio, signed

if TYPE_CHECKING:
    from clusteranalysis.briefing.content import Briefing

__all__ = ["Kind", "Ledger"]

_points = partial(signed, digits=1)


def _growth(value: float) -> str:
    return f"{signed(value, 1)}%"


def _change(share: float) -> str:
    return f"{signed(100 * share, 1)}%"


def _whole_change(share: float) -> str:
    return f"{signed(100 * share)}%"


def _level(share: float) -> str:
    return percent(share, 0)


@dataclass(frozen=True)
class Kind:
    """A kind of number: how it is written, in which unit, computed how, over which years."""

    write: Callable[[float], str]
    unit: str
    formula: str
    years: str = "end"
    #: A bound comes from what published totals leave, whatever the cells are.
    status: Status | None = None
    us: bool = False


_ALL = "All industries and all clusters"
_JOBS = "sum of the cluster's published six-digit cells and of four-digit remainders that are its"
_BOUND = "from the most and the fewest jobs that the published totals leave for withheld cells"
_RATE = "(jobs last year / jobs first year)^(1 / years between) - 1, published and deduced jobs"
_INTERVAL = (
    "end of the interval of log LQ that takes establishments as the independent draws; at least "
    "this wide"
)
_RATIO = "ratio, 1 = US average"

#: Numbers of one cluster, by the column of the briefing's tables they come from.
CLUSTER: dict[str, Kind] = {
    "employment": Kind(count, "jobs", _JOBS),
    "establishments": Kind(count, "establishments", "sum over the same cells"),
    "job_share": Kind(percent, "share of the region's jobs", "cluster's jobs / all private jobs"),
    "employment_high": Kind(
        count, "jobs", "published jobs + the most that its withheld cells can hold", "end",
        "deduced",
    ),
    "open_share": Kind(
        _level, "share of the most jobs there can be", "(most - published or deduced) / most",
        "end", "deduced",
    ),
    "location_quotient": Kind(
        ratio, _RATIO, "(cluster's jobs / all jobs) here over the same in the US", us=True
    ),
    "location_quotient_high": Kind(
        ratio, _RATIO, f"LQ {_BOUND}: the highest", "end", "deduced", us=True
    ),
    "interval_low": Kind(ratio, _RATIO, f"lower {_INTERVAL}", us=True),
    "interval_high": Kind(ratio, _RATIO, f"upper {_INTERVAL}", us=True),
    "growth": Kind(_growth, "% a year", _RATE, "both"),
    "reference_growth": Kind(_growth, "% a year", f"{_RATE}, in the US", "both", "reported", True),
    "growth_difference_low": Kind(
        _points, "percentage points a year", f"growth less the US cluster's, {_BOUND}: the lowest",
        "both", "deduced", us=True,
    ),
    "growth_difference_high": Kind(
        _points, "percentage points a year", f"growth less the US cluster's, {_BOUND}: the highest",
        "both", "deduced", us=True,
    ),
    "regional": Kind(
        signed, "jobs", "jobs first year x (growth here - growth in the US), Dunn (1960)", "both",
        us=True,
    ),
    "wage": Kind(dollars, "US dollars a year a job", "annual payroll / jobs, published cells"),
    "us_wage": Kind(
        dollars, "US dollars a year a job",
        "sum of annual pay / sum of jobs over the reported county cells of the 50 states", "end",
        "reported", us=True,
    ),
    "wage_gap": Kind(_whole_change, "share", "pay here / pay in the US - 1", us=True),
}  # fmt: skip

#: Numbers of one industry of a cluster.
INDUSTRY: dict[str, Kind] = {
    "employment": Kind(count, "jobs", "sum of the counties' cells"),
    "employment_start": Kind(count, "jobs", "sum of the counties' cells", "start"),
    "establishments": Kind(count, "establishments", "sum of the counties' cells"),
    "average_size": Kind(count, "jobs an establishment", "jobs / establishments"),
    "cluster_share": Kind(
        _level, "share of the cluster's jobs", "industry's jobs / cluster's jobs"
    ),
    "without": Kind(
        signed, "jobs", "the region's change less the change of this industry", "both"
    ),
}  # fmt: skip

#: Numbers of one input of a cluster and of those who make it.
INPUT: dict[str, Kind] = {
    "input_share": Kind(
        _level, "share of what the cluster's industries buy nationally",
        "purchases of the input / all purchases, by the nation's recipes", "purchases",
    ),
    "location_quotient": Kind(
        ratio, _RATIO, "(makers' jobs / all jobs) here over the same in the US", us=True
    ),
}  # fmt: skip

#: Numbers of the whole region and the US.
REGION: dict[str, Kind] = {
    "jobs": Kind(count, "jobs", "sum of the counties' published totals"),
    "change": Kind(signed, "jobs", "jobs last year - jobs first year", "both"),
    "change_rate": Kind(_change, "share", "jobs last year / jobs first year - 1", "both"),
    "us_rate": Kind(_change, "share", "US jobs last year / first year - 1", "both", us=True),
    "us_county_rate": Kind(
        _change, "share", "jobs that the Census places in a county, last year / first year - 1",
        "both", us=True,
    ),
    "national": Kind(signed, "jobs", "jobs first year x growth of all US jobs", "both", us=True),
    "industry_mix": Kind(
        signed, "jobs",
        "sum over clusters of jobs first year x (US growth of the cluster - of all jobs)", "both",
        us=True,
    ),
    "regional": Kind(
        signed, "jobs", "sum over clusters of jobs first year x (growth here - in the US)", "both",
        us=True,
    ),
    "no_county": Kind(
        count, "jobs",
        "jobs first year x (growth of all US jobs - growth of those placed in a county), rounded "
        "to hundreds", "both", us=True,
    ),
    "regional_against_counties": Kind(
        signed, "jobs", "regional effect + that, rounded to hundreds", "both", us=True
    ),
    "published": Kind(percent, "share of the region's jobs", "six-digit cells / published total"),
    "deduced": Kind(
        percent, "share of the region's jobs", "four-digit less six-digit cells / published total",
        "end", "deduced",
    ),
    "open": Kind(percent, "share of the region's jobs", "what is left / published total"),
    "open_jobs": Kind(count, "jobs", "published totals - published and deduced cells"),
    "pay_compared": Kind(count, "clusters", "chosen clusters with pay here and in the US"),
    "pay_above": Kind(count, "clusters", "of those, the ones with more pay here", us=True),
    "clusters": Kind(count, "clusters", "clusters of the definition", "none", "chosen"),
    "selected": Kind(count, "clusters", "clusters that meet every rule", us=True),
}  # fmt: skip

#: Settings that a sentence states.
CHOSEN: dict[str, Kind] = {
    "level": Kind(_level, "confidence level", "chosen", "none", "chosen"),
    "same_pace": Kind(
        lambda points: f"{points:g}", "percentage points a year",
        "differences below this count as the same pace", "none", "chosen",
    ),
    "start": Kind(lambda year: f"{year:.0f}", "year", "chosen", "none", "chosen"),
    "end": Kind(lambda year: f"{year:.0f}", "year", "chosen", "none", "chosen"),
}  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """Make facts of one briefing's numbers."""

    briefing: Briefing

    @cached_property
    def _codes(self) -> dict[str, str]:
        cover = self.briefing.clusters.definition.cover
        return {str(name): ", ".join(part) for name, part in cover.groupby("cluster")["industry"]}

    @cached_property
    def _status(self) -> dict[str, Status]:
        quality = self.briefing.quality
        return dict(zip(quality["industry"], quality["status"], strict=True))

    @cached_property
    def _counties(self) -> str:
        own = self.briefing.coverage
        pairs = zip(own["county"], own["region"], strict=True)
        return ", ".join(f"{name} ({code})" for name, code in pairs)

    def cluster(self, cluster: str, kind: str, value: float) -> Fact:
        """A number of one cluster."""
        what = CLUSTER[kind]
        name = self.briefing.clusters.definition.names[cluster]
        cells = f"{name}: NAICS {self._codes[cluster]}"
        status = what.status or self._status[cluster]
        return _fact(f"{cluster}.{kind}", value, what, status, self._source(what), cells)

    def industry(self, industry: Any, kind: str, value: float) -> Fact:
        """A number of one of a cluster's industries (a row of ``Briefing.industries``)."""
        what = INDUSTRY[kind]
        status: Status = "reported" if industry.status == "reported" else "deduced"
        cells = f"{industry.title}: NAICS {industry.industry}"
        name = f"naics-{industry.industry}.{kind}"
        return _fact(name, value, what, status, self._source(what), cells)

    def input(self, cluster: str, row: Any, kind: str) -> Fact:
        """A number of one of a cluster's inputs (a row of ``Briefing.suppliers``)."""
        what = INPUT[kind]
        cells = f"{row.title}: NAICS {row.industries}"
        name = f"{cluster}.input-{row.supplier}.{kind}"
        value = getattr(row, kind)
        return _fact(name, value, what, "reported", self._source(what), cells)

    def region(self, kind: str, value: float, *, year: int | None = None) -> Fact:
        """A number of the whole region or the US; `year` where it is not that of the kind."""
        what = REGION[kind]
        name = f"region.{kind}" if year is None else f"region.{kind}.{year}"
        status = what.status or self._of_clusters(kind)
        return _fact(name, value, what, status, self._source(what, year), _ALL)

    def chosen(self, kind: str, value: float) -> Fact:
        """A setting: a year, a level, a threshold."""
        source = "a setting of this briefing"
        return _fact(f"chosen.{kind}", value, CHOSEN[kind], "chosen", source, _ALL)

    def _of_clusters(self, kind: str) -> Status:
        """Totals are published; sums over clusters are as well known as the clusters are."""
        if kind not in ("industry_mix", "regional", "regional_against_counties", "selected"):
            return "reported"
        order: list[Status] = ["reported", "deduced", "imputed"]
        return max(self._status.values(), key=order.index)

    def _source(self, what: Kind, year: int | None = None) -> str:
        found = self.briefing.clusters
        if what.years == "none":
            return f"cluster definition {found.definition.id}, version {found.definition.digest}"
        if what.years == "purchases":
            return "US Bureau of Economic Analysis, Use table 2017, imports included"
        both = f"{found.start} and {found.end}"
        given = {"end": f"{found.end}", "start": f"{found.start}", "both": both}[what.years]
        area = f"{self._counties}; United States" if what.us else self._counties
        return f"County Business Patterns {year or given}; {area}"


def _fact(name: str, value: float, what: Kind, status: Status, source: str, cells: str) -> Fact:
    value = float(value)
    return Fact(name, value, what.write(value), what.unit, status, what.formula, source, cells)
