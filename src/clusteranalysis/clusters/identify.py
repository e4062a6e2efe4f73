"""Which clusters does a region have, and which rule says so?

A cluster is put forward when it passes two gates (it sells beyond the region at least in part, it
is big enough to meet as a group) and then at least one of three routes: it is *concentrated* here,
it is *outgrowing* the reference, or it is a *large* share of the region's jobs. Routes are judged
on what holds for certain, whatever the withheld jobs are; a cluster that passes none while much of
it is withheld is "cannot tell", not "no". The rules are few, visible and the caller's to set; every
cluster says which one chose or dropped it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusteranalysis.clusters.definition import REST, ClusterDefinition
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import dynamic_location_quotient, location_quotient, shift_share
from clusteranalysis.schema import TOTAL, check_columns

__all__ = ["CANNOT_TELL", "QUADRANTS", "ClusterRules", "ClusterSet", "identify_clusters"]

#: Quadrant of a cluster whose certain bounds lie on both sides of a line.
CANNOT_TELL = "Cannot tell"
#: (concentrated, outpacing) -> the portfolio quadrant's name.
QUADRANTS = {
    (True, True): "Concentrated, outpacing US",
    (True, False): "Concentrated, trailing US",
    (False, True): "Below US share, outpacing US",
    (False, False): "Below US share, trailing US",
}
_BOUNDS = ["employment_low", "employment_high"]
#: Within this factor of the LQ's threshold a cluster "just meets the rule".
_JUST = 1.02


@dataclass(frozen=True)
class ClusterRules:
    """The thresholds of :func:`identify_clusters`; change them for your region.

    Attributes
    ----------
    tradability : tuple of str
        Gate: tags that may be put forward. Clusters that only serve residents grow with the
        region; they do not lead it.
    min_establishments : int
        Gate: fewer cannot form a working group.
    concentrated : float
        Route: the LQ is at least this and its interval lies above 1.
    outgrowing : float
        Route: the region's annual growth exceeds the reference's by at least this many percentage
        points at the lower of its certain bounds, and exceeds it from every later base year too,
        with an LQ of at least ``outgrowing_min_lq``.
    outgrowing_min_lq : float
        See ``outgrowing``.
    large : float
        Route: this share of the region's jobs, with an LQ of at least ``large_min_lq``.
    large_min_lq : float
        See ``large``.
    max_open_share : float
        A cluster on no route, of whose possible jobs more than this share may be withheld, is
        dropped as "cannot tell".
    """

    tradability: tuple[str, ...] = ("traded", "mixed")
    min_establishments: int = 50
    concentrated: float = 1.1
    outgrowing: float = 1.0
    outgrowing_min_lq: float = 0.75
    large: float = 0.04
    large_min_lq: float = 0.9
    max_open_share: float = 0.2

    def sentences(self) -> list[str]:
        """The rules in words, in the order in which they apply."""
        return [
            f"Only clusters tagged {' or '.join(self.tradability)} are considered.",
            f"A cluster needs at least {self.min_establishments} establishments.",
            f"Concentrated: LQ of {self.concentrated:g} or more, with its interval above 1.",
            "Outgrowing: yearly growth above the reference's by "
            f"{self.outgrowing:g} or more percentage points, whatever the withheld jobs are, and "
            "above it from every later base year, with an LQ of "
            f"{self.outgrowing_min_lq:g} or more.",
            f"Large: {self.large:.0%} or more of the region's jobs, with an LQ of "
            f"{self.large_min_lq:g} or more.",
            f"On none of these routes, with over {self.max_open_share:.0%} of its possible jobs "
            "withheld: cannot tell.",
        ]


@dataclass(frozen=True)
class ClusterSet:
    """A region's clusters, measured and chosen: several tables that belong together.

    Attributes
    ----------
    table : DataFrame
        One row a region and cluster; see :func:`identify_clusters`.
    shift_share : DataFrame
        The classic terms of each cluster, in jobs.
    definition : ClusterDefinition
        What the clusters are; its ``digest`` identifies it.
    rules : ClusterRules
        What chose them.
    start, end : int
        The years of growth; levels are those of ``end``.
    base : str
        The base of the LQ.
    level : float
        Confidence level of the LQ's intervals.
    """

    table: pd.DataFrame
    shift_share: pd.DataFrame
    definition: ClusterDefinition
    rules: ClusterRules
    start: int
    end: int
    base: str
    level: float

    @property
    def selected(self) -> pd.DataFrame:
        """The rows that were put forward, in rank order."""
        return self.table[self.table["selected"]].reset_index(drop=True)

    def explain(self, cluster: str, region: str | None = None) -> str:
        """Say in a sentence which rule chose or dropped a cluster.

        Raises
        ------
        DefinitionError
            The definition has no such cluster.
        SchemaError
            The set has no such region.
        """
        name = self.definition.cluster(cluster).name
        rows = self.table[self.table["industry"] == cluster]
        if region is not None:
            rows = rows[rows["region"] == region]
        if rows.empty:
            known = ", ".join(self.table["region"].unique())
            raise SchemaError(f"no region {region!r} in this set: use one of {known}")
        return "\n".join(
            f"{name}, {row.region}: {'chosen' if row.selected else 'not chosen'}: {row.reason}"
            for row in rows.itertuples()
        )

    def __repr__(self) -> str:
        chosen = ", ".join(self.selected["name"])
        regions = ", ".join(self.table["region"].unique())
        return (
            f"ClusterSet({regions}, {self.start}-{self.end}, {len(self.selected)} of "
            f"{len(self.table)} clusters chosen: {chosen}; definition {self.definition.id} "
            f"{self.definition.digest})"
        )


def identify_clusters(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame,
    definition: ClusterDefinition,
    rules: ClusterRules | None = None,
    start: int | None = None,
    end: int | None = None,
    level: float = 0.95,
) -> ClusterSet:
    """Which of a region's clusters to put before its working groups, and by which rule?

    Parameters
    ----------
    employment : DataFrame
        Cluster employment of the region or regions by year with bounds, establishments and totals:
        :func:`cluster_employment`, then :func:`aggregate_regions`.
    reference : DataFrame
        The same for the one area to compare with.
    definition : ClusterDefinition
        The definition both were made with.
    rules : ClusterRules, optional
        Thresholds; the defaults are stated there.
    start, end : int, optional
        Years of growth; by default the first and the last of the table.
    level : float
        Confidence level of the LQ's establishment-based interval.

    Returns
    -------
    ClusterSet
        Its ``table``: ``region``, ``industry`` (cluster id), ``name``, ``tradability``,
        ``employment`` with bounds, ``establishments``, ``open_share`` (possibly withheld jobs as a
        share of the most there can be), ``location_quotient`` with certain bounds and interval
        (base: total employment), ``dynamic_location_quotient``, ``growth`` and
        ``reference_growth`` (percent a year), ``growth_difference`` (percentage points a year)
        with ``growth_difference_low`` and ``_high`` (certain bounds), ``base_years_agree`` (the
        difference has one sign for certain from every base year of the table), ``quadrant`` (or
        "Cannot tell" where certain bounds lie on both sides), ``selected``, ``rule``, ``reason``,
        ``rank`` (by LQ among the selected). NaN where withheld. Sorted: the selected by rank,
        then the others by LQ.

    Raises
    ------
    SchemaError
        A table breaks the contract or the two do not match.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> data, definition = ca.sample("east-bay"), ca.read_definition()
    >>> counties = ca.cluster_employment(data.cells, definition=definition)
    >>> region = ca.aggregate_regions(counties, ca.find_region("east-bay"))
    >>> nation = ca.cluster_employment(data.us, definition=definition)
    >>> found = ca.identify_clusters(region, reference=nation, definition=definition)
    >>> found.selected["name"].iloc[0]
    'Biomedical & life sciences'
    """
    rules = ClusterRules() if rules is None else rules
    needed = ["region", "industry", "year", "employment", "establishments", *_BOUNDS]
    check_columns(employment, needed, what="employment table")
    check_columns(reference, needed, what="reference table")
    here = _clusters_only(employment, definition)
    there = _clusters_only(reference, definition)
    terms = shift_share(here, reference=there, start=start, end=end)
    first, last = int(terms["start"].iloc[0]), int(terms["end"].iloc[0])
    now = here[here["year"] == last]
    lq = location_quotient(
        now,
        reference=there[there["year"] == last],
        interval="establishment",
        level=level,
    )
    dynamic = dynamic_location_quotient(here, reference=there, start=first, end=last)
    keys = ["region", "industry"]
    columns = [*keys, "employment", "establishments", *_BOUNDS]
    table = now.loc[now["industry"] != TOTAL, columns]
    table = table.merge(lq.drop(columns=["year", "base"]), on=keys, validate="1:1")
    table = table.merge(dynamic.drop(columns=["start", "end"]), on=keys, validate="1:1")
    base_years = sorted(int(year) for year in here["year"].unique() if first <= year < last)
    growths = {
        year: _growth(
            here[here["year"] == year],
            now,
            there[there["year"] == year],
            there[there["year"] == last],
        )
        for year in base_years
    }
    table = table.merge(growths[first], on=keys, how="left", validate="1:1")
    table = table.merge(_agreement(growths), on=keys, how="left", validate="1:1")
    totals = now[now["industry"] == TOTAL].set_index("region")["employment"]
    high = table["employment_high"].where(table["employment_high"] > 0)
    table = table.assign(
        name=table["industry"].map(definition.names),
        tradability=table["industry"].map(definition.tradability),
        open_share=(table["employment_high"] - table["employment_low"]) / high,
        job_share=table["employment"] / table["region"].map(totals),
    )
    table = _choose(table.assign(quadrant=_quadrants(table)), rules)
    return ClusterSet(_ordered(table), terms, definition, rules, first, last, "total", level)


def _clusters_only(table: pd.DataFrame, definition: ClusterDefinition) -> pd.DataFrame:
    """The definition's clusters and the totals; what is in no cluster is not measured."""
    unknown = set(table["industry"]) - {TOTAL} - set(definition.names)
    if unknown:
        raise SchemaError(
            f"column 'industry' holds {', '.join(map(repr, sorted(unknown)[:5]))}, no clusters of "
            f"{definition.id!r}: make the table with cluster_employment(definition=...)"
        )
    return table[table["industry"] != REST]


def _growth(
    then: pd.DataFrame, now: pd.DataFrame, ref_then: pd.DataFrame, ref_now: pd.DataFrame
) -> pd.DataFrame:
    """Annual growth in percent of each cluster, the reference's, and their difference."""
    keys = ["region", "industry"]
    pair = then.merge(now, on=keys, suffixes=("_0", "_1"), validate="1:1")
    pair = pair[pair["industry"] != TOTAL].reset_index(drop=True)
    years = int(now["year"].iloc[0]) - int(then["year"].iloc[0])

    def annual(after: pd.Series, before: pd.Series) -> pd.Series:
        return ((after / before.where(before > 0)) ** (1 / years) - 1) * 100

    ref = annual(
        ref_now.set_index("industry")["employment"], ref_then.set_index("industry")["employment"]
    )
    reference_growth = pair["industry"].map(ref)
    growth = annual(pair["employment_1"], pair["employment_0"])
    low = annual(pair["employment_low_1"], pair["employment_high_0"])
    high = annual(pair["employment_high_1"], pair["employment_low_0"])
    return pair[keys].assign(
        growth=growth,
        reference_growth=reference_growth,
        growth_difference=growth - reference_growth,
        growth_difference_low=low - reference_growth,
        growth_difference_high=high - reference_growth,
    )


def _agreement(growths: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Whether the difference has one sign, whatever is withheld, from every base year."""
    stacked = pd.concat(growths.values(), ignore_index=True)
    stacked["up"] = stacked["growth_difference_low"] > 0
    stacked["down"] = stacked["growth_difference_high"] < 0
    signs = stacked.groupby(["region", "industry"])[["up", "down"]].all()
    return (signs["up"] | signs["down"]).rename("base_years_agree").reset_index()


def _quadrants(table: pd.DataFrame) -> pd.Series:
    """Name each cluster's quadrant where its certain bounds lie on one side of both lines."""
    sides = []
    for name, line in (("location_quotient", 1.0), ("growth_difference", 0.0)):
        low, high = table[f"{name}_low"], table[f"{name}_high"]
        sides.append((low >= line).where((low >= line) | (high < line)))
    named = [
        QUADRANTS[(bool(strong), bool(outpacing))]
        if strong == strong and outpacing == outpacing
        else CANNOT_TELL
        for strong, outpacing in zip(*sides, strict=True)
    ]
    known = table["location_quotient"].notna()
    return pd.Series(named, index=table.index, dtype="str").where(known)


def _choose(table: pd.DataFrame, rules: ClusterRules) -> pd.DataFrame:
    """Apply the gates, then the routes; the first gate that fails is the reason."""
    rows = [_verdict(row, rules) for _, row in table.iterrows()]
    chosen, rule, reason = zip(*rows, strict=True)
    return table.assign(selected=list(chosen), rule=list(rule), reason=list(reason))


def _verdict(row: pd.Series[Any], rules: ClusterRules) -> tuple[bool, str, str]:
    lq, low = float(row["location_quotient"]), float(row["interval_low"])
    difference, open_share = float(row["growth_difference"]), float(row["open_share"])
    certain = float(row["growth_difference_low"])
    establishments, job_share = float(row["establishments"]), float(row["job_share"])
    if np.isnan(lq):
        return False, "withheld", "its jobs are withheld, so nothing can be measured"
    if row["tradability"] not in rules.tradability:
        return False, "gate: tradability", f"tagged {row['tradability']}: it serves this region"
    if not establishments >= rules.min_establishments:
        count = f"{establishments:,.0f} establishments"
        return False, "gate: establishments", f"{count}, under {rules.min_establishments}"
    pace = f"{difference:+.1f} points a year against the reference".replace("-", "−")
    passed = {}
    if lq >= rules.concentrated and low > 1:
        just = "just meets the rule: " if lq < rules.concentrated * _JUST else ""
        passed["concentrated"] = f"{just}LQ {lq:.2f}, interval from {low:.2f}"
    steady = bool(row["base_years_agree"])
    if certain >= rules.outgrowing and steady and lq >= rules.outgrowing_min_lq:
        passed["outgrowing"] = pace
    if job_share >= rules.large and lq >= rules.large_min_lq:
        passed["large"] = f"{job_share:.1%} of the region's jobs"
    if passed:
        reason = "; ".join(f"{name} ({figures})" for name, figures in passed.items())
        return True, " + ".join(passed), reason
    figures = f"LQ {lq:.2f}, interval from {low:.2f}; {pace}; {job_share:.1%} of jobs"
    if not open_share <= rules.max_open_share:
        reason = f"cannot tell: up to {open_share:.0%} of its jobs are withheld ({figures})"
        return False, "cannot tell: withheld", reason
    return False, "no route", f"on none of the routes ({figures})"


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """The selected first, each part by falling LQ; ranks count the selected of each region."""
    table = table.sort_values(
        ["region", "selected", "location_quotient", "industry"],
        ascending=[True, False, False, True],
        kind="stable",
        ignore_index=True,
    )
    rank = table[table["selected"]].groupby("region").cumcount() + 1
    order = ["region", "industry", "name", "tradability", "rank", "selected", "rule", "reason"]
    order += ["quadrant", "employment", *_BOUNDS, "open_share", "job_share", "establishments"]
    order += ["location_quotient", "location_quotient_low", "location_quotient_high"]
    order += ["standard_error", "interval_low", "interval_high", "dynamic_location_quotient"]
    order += ["growth", "reference_growth", "growth_difference"]
    order += ["growth_difference_low", "growth_difference_high", "base_years_agree"]
    return table.assign(rank=rank.astype("Int64"))[order]
