"""What became of what the working groups promised, measured again on new data?

Each criterion is read in its base year and in the year of the new data, in the region and in what
it is compared with, from one and the same tables. What stands beside it is a difference of two
changes: it says that the region did better or worse than the comparator, not what made it so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import pandas as pd

from clusteranalysis.clusters import ClusterDefinition, read_definition
from clusteranalysis.errors import DataError, RegionError
from clusteranalysis.industries import naics_vintage
from clusteranalysis.industries.concordance import unmoved_between
from clusteranalysis.process.charter import Attested, Charter, Initiative, Measured
from clusteranalysis.process.criteria import (
    VERDICTS,
    Judgment,
    change_between,
    excess_over,
    judge,
)
from clusteranalysis.process.readings import RELATIVE, Readings, TrackingData
from clusteranalysis.regions import find_region

__all__ = ["UNITS", "Scorecard", "scorecard"]

#: Unit of a measure's change, of the target and of the comparison.
UNITS = {
    "employment": "points of growth",
    "establishments": "points of growth",
    "average_pay": "points of growth",
    "location_quotient": "units of the LQ",
    "job_share": "percentage points",
}
_NUMBERS = (
    "base_value", "value", "change", "comparator_change", "excess", "excess_low", "excess_high",
    "target", "path", "withheld",
)  # fmt: skip
_TEXTS = (
    "charter", "cluster", "name", "initiative", "title", "criterion", "kind", "statement",
    "measure", "comparator", "verdict", "reason",
)  # fmt: skip
_ORDER = [
    "charter", "cluster", "name", "initiative", "title", "criterion", "kind", "statement",
    "measure", "comparator", "base", "by", "year", *_NUMBERS, "verdict", "reason",
]  # fmt: skip


@dataclass(frozen=True)
class Scorecard:
    """Every criterion of some charters with its verdict, and what the verdict rests on.

    Attributes
    ----------
    table : DataFrame
        One row a criterion, in the charters' order: ``charter`` (its title), ``cluster`` (id) and
        ``name``, ``initiative`` (id) and ``title``, ``criterion`` (id), ``kind``, ``statement``,
        ``measure``, ``comparator``, ``base``, ``by`` and ``year`` (years); ``base_value`` and
        ``value`` in the measure's unit; ``change`` and ``comparator_change``, their difference
        ``excess`` with ``excess_low`` and ``excess_high`` (withheld cells and noise together),
        ``target`` and ``path`` (where the straight line to the target is in ``year``), in the
        unit of :data:`UNITS`; ``withheld`` (0..1, the most of the four readings); ``verdict``
        (``"met"``, ``"on track"``, ``"not on track"``, ``"cannot tell"``) and ``reason``. NaN
        where there is no such number.
    charters : tuple of Charter
    year : int
        Last year measured.
    as_of : date
        The day that due dates are held against.
    source : str
        Whose data, in words.
    """

    table: pd.DataFrame = field(repr=False)
    charters: tuple[Charter, ...] = field(repr=False)
    year: int
    as_of: date
    source: str

    @property
    def counts(self) -> dict[str, int]:
        """How many criteria have each verdict."""
        found = self.table["verdict"].value_counts()
        return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}


def scorecard(
    charters: Charter | Iterable[Charter],
    data: TrackingData,
    *,
    year: int | None = None,
    as_of: date | None = None,
) -> Scorecard:
    """Measure again what working groups promised: met, on track, not on track, or cannot tell.

    Parameters
    ----------
    charters : Charter or iterable of Charter
        From :func:`read_charter`.
    data : TrackingData
        Tables that hold the base years and the new year, so that both are read alike.
    year : int, optional
        The year to measure; by default the last of the data.
    as_of : date, optional
        The day that attested criteria are held against; by default the last day of that year.
        The clock is never asked.

    Returns
    -------
    Scorecard
        One row a criterion.

    Raises
    ------
    DataError
        The data do not hold the year.
    DefinitionError, RegionError, SchemaError
        A charter's definition or region is not there, or the tables lack a column.

    Notes
    -----
    excess = (region's change) - (comparator's change); for employment, establishments and pay the
    change is growth in percent since the base year. Verdicts follow
    :func:`clusteranalysis.process.criteria.judge`, noise
    :func:`clusteranalysis.process.noise.noise_half_width`. "Cannot tell" comes first where the
    parts of the year are unlike, a year is not in the data, the cluster's definition or the
    content of its NAICS codes changed, or more is withheld than the charter allows.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> from clusteranalysis.process import EXAMPLES
    >>> bay = ca.sample("east-bay")
    >>> found = ca.scorecard(ca.read_charter(EXAMPLES / "biomedical.toml"),
    ...                      ca.TrackingData(bay.cells, bay.us))
    >>> found.table[["criterion", "verdict"]].iloc[:2].to_numpy().tolist()
    [['more-establishments', 'met'], ['form-agreed', 'met']]
    """
    listed = (charters,) if isinstance(charters, Charter) else tuple(charters)
    years = data.years
    year = max(years, default=0) if year is None else year
    if year not in years:
        has = ", ".join(map(str, years)) or "no year"
        raise DataError(f"year {year} is not in both tables of the data ({has}): choose one")
    as_of = date(year, 12, 31) if as_of is None else as_of
    definitions: dict[str, ClusterDefinition] = {}
    readings: dict[str, Readings] = {}
    rows: list[dict[str, object]] = []
    for charter in listed:
        if charter.definition not in definitions:
            definition = read_definition(charter.definition)
            definitions[charter.definition] = definition
            readings[charter.definition] = Readings(data, definition)
        definition = definitions[charter.definition]
        for initiative in charter.initiatives:
            for criterion in initiative.criteria:
                row = _described(charter, definition, initiative, criterion)
                if isinstance(criterion, Attested):
                    found = _attested(criterion, as_of)
                else:
                    numbers, found = _measured(
                        criterion, charter, definition, readings[charter.definition], data, year
                    )
                    row |= numbers
                rows.append(row | {"verdict": found.verdict, "reason": found.reason})
    table = pd.DataFrame(rows, columns=_ORDER)
    table = table.astype(dict.fromkeys(_NUMBERS, float) | dict.fromkeys(_TEXTS, "str"))
    period = {"mid-march": "mid-March", "annual": "annual averages"}.get(data.period, data.period)
    agency = {"cbp": "US Census Bureau, County Business Patterns", "qcew": "BLS, QCEW"}
    return Scorecard(table, listed, year, as_of, f"{agency[data.source]}, {period} {year}")


def _described(
    charter: Charter,
    definition: ClusterDefinition,
    initiative: Initiative,
    criterion: Measured | Attested,
) -> dict[str, object]:
    row: dict[str, object] = {
        "charter": charter.title,
        "cluster": charter.cluster,
        "name": definition.names.get(charter.cluster, charter.cluster),
        "initiative": initiative.id,
        "title": initiative.title,
        "criterion": criterion.id,
        "kind": criterion.kind,
        "statement": criterion.statement,
    }
    if isinstance(criterion, Measured):
        row |= {
            "measure": criterion.measure,
            "comparator": criterion.comparator,
            "base": str(criterion.base),
            "by": str(criterion.by),
            "target": criterion.target,
        }
    return row


def _attested(criterion: Attested, as_of: date) -> Judgment:
    """What somebody saw, or did not see yet; nobody's silence is taken for a yes."""
    seen = criterion.attested
    if seen is not None and seen.on <= as_of:
        told = f"attested by {seen.by} on {seen.on.isoformat()}: {seen.where}"
        return Judgment("met" if seen.met else "not on track", told)
    if criterion.due is not None and criterion.due <= as_of:
        return Judgment("not on track", f"due {criterion.due.isoformat()} and not attested")
    return Judgment("cannot tell", "not yet attested")


def _measured(
    criterion: Measured,
    charter: Charter,
    definition: ClusterDefinition,
    readings: Readings,
    data: TrackingData,
    year: int,
) -> tuple[dict[str, object], Judgment]:
    """The numbers of a criterion, as far as there are any, and its verdict."""
    base, by = criterion.base_year, criterion.by_year
    numbers: dict[str, object] = {"year": year}
    elapsed = (year - base) / (by - base)
    reason = _obstacle(criterion, charter, definition, data, year)
    if reason:
        return numbers, Judgment("cannot tell", reason)
    ours = find_region(charter.region)
    theirs = "us" if criterion.comparator == "us" else find_region(criterion.comparator)
    relative = criterion.measure in RELATIVE
    try:
        before, now, before_there, now_there = (
            readings.of(criterion.measure, charter.cluster, place, when)
            for place in (ours, theirs)
            for when in (base, year)
        )
    except RegionError as error:
        return numbers, Judgment("cannot tell", str(error))
    change = change_between(before.number, now.number, relative=relative)
    change_there = change_between(before_there.number, now_there.number, relative=relative)
    excess = excess_over(change, change_there)
    low, high = excess.interval
    shares = (before.withheld, now.withheld, before_there.withheld, now_there.withheld)
    withheld = math.nan if any(map(math.isnan, shares)) else max(shares)
    numbers |= {
        "base_value": before.number.value,
        "value": now.number.value,
        "change": change.value,
        "comparator_change": change_there.value,
        "excess": excess.value,
        "excess_low": low,
        "excess_high": high,
        "path": criterion.target * min(elapsed, 1.0),
        "withheld": withheld,
    }
    if withheld > criterion.max_withheld:
        return numbers, Judgment(
            "cannot tell",
            f"up to {withheld:.1%} is withheld, above the charter's limit of "
            f"{criterion.max_withheld:.1%}",
        )
    return numbers, judge(excess, target=criterion.target, elapsed=elapsed)


def _obstacle(
    criterion: Measured,
    charter: Charter,
    definition: ClusterDefinition,
    data: TrackingData,
    year: int,
) -> str:
    """Say why the two years cannot be compared at all, if they cannot."""
    base = criterion.base_year
    if criterion.source != data.source or criterion.period != data.period:
        return (
            f"unlike periods: the charter promises {criterion.source.upper()}, "
            f"{criterion.period}; these data are {data.source.upper()}, {data.period}"
        )
    if base not in data.years:
        return f"the base year {base} is not in these data"
    if year <= base:
        return f"the data end in {year}: nothing after the base year {base}"
    if charter.definition_digest not in (None, definition.digest):
        return (
            f"the definition changed: the charter was adopted under version "
            f"{charter.definition_digest}, this is {definition.digest}"
        )
    moved = _moved(definition, charter.cluster, base, year, data)
    if moved:
        return f"NAICS changed between {base} and {year} for {moved} of the cluster's industries"
    return ""


def _moved(
    definition: ClusterDefinition, cluster: str, base: int, year: int, data: TrackingData
) -> int:
    """How many of a cluster's industries are not the same in both years' editions."""
    if "passed_split" in data.cells.columns:
        return 0  # carried to one edition by harmonise()
    members = definition.members
    codes = set(members.loc[members["cluster"] == cluster, "industry"])
    editions = sorted({naics_vintage(when) for when in range(base, year + 1)})
    return len(
        {
            code
            for older, newer in pairwise(editions)
            for code in codes - unmoved_between(older, newer)
        }
    )
