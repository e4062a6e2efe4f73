"""Which clusters does a region have, and which rule says so?

A cluster is put forward when it passes two gates (it sells beyond the region at least in part, it
is big enough to meet as a group) and then at least one route: it is *concentrated* here, it is
*outgrowing* the reference, or it is a *large* share of the region's jobs; where there is such
evidence, also that it is *strong* by the benchmark rule, that its area crosses the region's border,
or that clusters *related* to it are strong. Routes are judged on what holds for certain, whatever
the withheld jobs are; every cluster says which one chose or dropped it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from clusteranalysis.clusters.definition import REST, ClusterDefinition
from clusteranalysis.clusters.quadrants import growth_differences, quadrants, simulated
from clusteranalysis.clusters.rules import RELATED_TOP, ClusterRules, chosen
from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.significance import adjusted
from clusteranalysis.measures import dynamic_location_quotient, location_quotient, shift_share
from clusteranalysis.schema import (
    TOTAL,
    check_columns,
    check_option,
    random_generator,
    refuse_repeats,
)

__all__ = ["Base", "ClusterSet", "identify_clusters"]

Base = Literal["total", "traded", "tradable"]

_BOUNDS = ["employment_low", "employment_high"]
#: Tags of the clusters that make up each base.
_TAGS: Mapping[str, tuple[str, ...]] = {
    "traded": ("traded",),
    "tradable": ("traded", "mixed"),
}
_ELIGIBLE = {
    "traded": "traded: measured on traded jobs in the benchmark's strong test",
    "local": "local: measured on local jobs in the benchmark's strong test",
    "mixed": "part local: not eligible for the benchmark's strong test",
}


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
    reference_name : str
        What the clusters are compared with: the region of the reference table.
    """

    table: pd.DataFrame
    shift_share: pd.DataFrame
    definition: ClusterDefinition
    rules: ClusterRules
    start: int
    end: int
    base: str
    level: float
    reference_name: str

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
    base: Base = "total",
    strong: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    related: pd.DataFrame | None = None,
    repetitions: int = 1000,
    rng: np.random.Generator | int = 0,
) -> ClusterSet:
    """Which of a region's clusters to put before its working groups, and by which rule?

    Parameters
    ----------
    employment : DataFrame
        Cluster employment of the region or regions by year with bounds, establishments and totals:
        :func:`cluster_employment`, then :func:`aggregate_regions`.
    reference : DataFrame
        The same for the one area to compare with, whose ``region`` names the quadrants.
    definition : ClusterDefinition
        The definition both were made with.
    rules : ClusterRules, optional
        Thresholds; the defaults are stated there.
    start, end : int, optional
        Years of growth; by default the first and the last of the table.
    level : float
        Confidence level of the LQ's establishment-based interval.
    base : {"total", "traded", "tradable"}
        What the LQ's shares are taken of: all jobs, those of the traded clusters, or of the traded
        and mixed ones. The last two are sums of what is published of these clusters, so bounds
        are certain on ``"total"`` alone.
    strong : DataFrame, optional
        From :func:`strong_clusters`, with this region among all of its type; adds a route.
    areas : DataFrame, optional
        From :func:`cluster_areas` with the region's counties, of one year; adds a route: the
        cluster is strong in contiguous counties on both sides of the region's border.
    related : DataFrame, optional
        ``industry, partner`` and a value: how related the definition's clusters are; adds a route:
        clusters most related to it are concentrated.
    repetitions : int
        Simulated regions that ``quadrant_probability`` and the range of ranks rest on.
    rng : numpy Generator or int
        Their randomness or seed.

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
        "Cannot tell" where certain bounds lie on both sides), ``likely_quadrant`` and
        ``quadrant_probability`` (how often it came up), ``p_value`` (of an LQ above 1) and
        ``p_adjusted`` for the number of clusters looked at, ``eligibility`` (for the benchmark's
        strong test), ``selected``, ``rule``, ``reason``, ``rank`` (by LQ among the selected) with
        ``rank_low`` and ``rank_high`` (its middle 90 %). NaN where withheld. Sorted: the selected
        by rank, then the others by LQ.

    Raises
    ------
    SchemaError
        A table breaks the contract or the two do not match.

    Notes
    -----
    p_value = 1 - Phi(ln LQ / SE), SE by establishments, at the lower of the certain bounds. The
    simulated regions take each cluster's jobs as anywhere between their certain bounds, the LQ's
    logarithm as off by SE times a standard normal number, and growth as anywhere between its
    certain bounds; growth has no sampling error of its own here, so probabilities of quadrants
    are on the sure side only as far as that goes.

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
    check_option("base", base, Base)
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
        base=base if base == "total" else _base(now, there, base, definition, last),
        interval="establishment",
        level=level,
    )
    dynamic = dynamic_location_quotient(here, reference=there, start=first, end=last)
    name = str(there["region"].iloc[0])
    keys = ["region", "industry"]
    columns = [*keys, "employment", "establishments", *_BOUNDS]
    table = now.loc[now["industry"] != TOTAL, columns]
    table = table.merge(lq.drop(columns=["year", "base"]), on=keys, validate="1:1")
    table = table.merge(dynamic.drop(columns=["start", "end"]), on=keys, validate="1:1")
    growth = growth_differences(here, there, first, last)
    table = table.merge(growth, on=keys, how="left", validate="1:1")
    totals = now[now["industry"] == TOTAL].set_index("region")["employment"]
    high = table["employment_high"].where(table["employment_high"] > 0)
    table = table.assign(
        name=table["industry"].map(definition.names),
        tradability=table["industry"].map(definition.tradability),
        open_share=(table["employment_high"] - table["employment_low"]) / high,
        job_share=table["employment"] / table["region"].map(totals),
        eligibility=table["industry"].map(definition.tradability).map(_ELIGIBLE),
    )
    table = table.assign(quadrant=quadrants(table, name), **_significance(table, rules))
    table = _with_evidence(table, strong, areas, related, rules, level)
    table = chosen(table, rules, level)
    seed = int(random_generator(rng).integers(2**62))
    # Every region from the same seed, so that it gets what it would get alone.
    parts = [simulated(part, name, repetitions, seed) for _, part in table.groupby("region")]
    table = pd.concat(parts, ignore_index=True)
    return ClusterSet(_ordered(table), terms, definition, rules, first, last, base, level, name)


def _base(
    now: pd.DataFrame, there: pd.DataFrame, base: str, definition: ClusterDefinition, year: int
) -> pd.DataFrame:
    """Published jobs of the clusters that make up the base, of the regions and the reference."""
    both = pd.concat([now, there[there["year"] == year]])
    kept = both["industry"].map(definition.tradability).isin(_TAGS[base])
    return both[kept].groupby("region")[["employment"]].sum().reset_index()


def _significance(table: pd.DataFrame, rules: ClusterRules) -> dict[str, pd.Series]:
    """P-values of an LQ above 1, adjusted within each region over the clusters looked at."""
    lowest = table["location_quotient"]
    if "location_quotient_low" in table.columns:
        lowest = table["location_quotient_low"].fillna(lowest)
    error = table["standard_error"].where(table["standard_error"] > 0)
    with np.errstate(divide="ignore"):
        p = pd.Series(1 - ndtr(np.log(lowest) / error), index=table.index)
    looked_at = table["tradability"].isin(rules.tradability)
    p = p.where(looked_at)
    within = p.groupby(table["region"])
    return {
        "p_value": p,
        "p_adjusted": within.transform(lambda v: adjusted(v.to_numpy(float), rules.adjust)),
    }


def _with_evidence(
    table: pd.DataFrame,
    strong: pd.DataFrame | None,
    areas: pd.DataFrame | None,
    related: pd.DataFrame | None,
    rules: ClusterRules,
    level: float,
) -> pd.DataFrame:
    """Add what other tables say of each cluster."""
    if strong is not None:
        check_columns(strong, ["region", "industry", "strong"], what="table of strong clusters")
        mine = strong[strong["region"].isin(table["region"])]
        refuse_repeats(mine, ["region", "industry"], "table of strong clusters")
        if mine.empty:
            raise SchemaError(
                "column 'region' of the table of strong clusters has none of "
                f"{', '.join(table['region'].unique())}: give the region the same name there"
            )
        keys = ["region", "industry"]
        table = table.merge(mine[[*keys, "strong"]], on=keys, how="left")
    if areas is not None:
        check_columns(areas, ["industry", "crosses_border"], what="table of cluster areas")
        across = areas.groupby("industry")["crosses_border"].any()
        table = table.assign(crosses_border=table["industry"].map(across).eq(True))
    if related is not None:
        close = _closest(related)
        sure = (table["location_quotient"] >= rules.concentrated) & (
            table["p_adjusted"] <= (1 - level) / 2
        )
        if "strong" in table.columns:
            sure |= table["strong"].eq(True).fillna(False)
        strong_here = set(zip(table.loc[sure, "region"], table.loc[sure, "industry"], strict=True))
        table = table.assign(
            related_strong=[
                float(sum((region, other) in strong_here for other in close.get(industry, ())))
                for region, industry in zip(table["region"], table["industry"], strict=True)
            ]
        )
    return table


def _closest(related: pd.DataFrame) -> dict[str, list[str]]:
    """The clusters most related to each, the closest first."""
    check_columns(related, ["industry", "partner"], what="table of related clusters")
    values = [c for c in related.columns if c not in ("industry", "partner")]
    if len(values) != 1:
        raise SchemaError(
            "the table of related clusters needs one column of values beside industry and partner"
        )
    turned = related.rename(columns={"industry": "partner", "partner": "industry"})
    both = pd.concat([related, turned]).drop_duplicates(["industry", "partner"])
    both = both[both["industry"] != both["partner"]].dropna(subset=values)
    both = both.sort_values([values[0], "partner"], ascending=[False, True], kind="stable")
    closest: dict[str, list[str]] = {}
    for industry, partner in zip(both["industry"], both["partner"], strict=True):
        closest.setdefault(industry, []).append(partner)
    return {industry: partners[:RELATED_TOP] for industry, partners in closest.items()}


def _clusters_only(table: pd.DataFrame, definition: ClusterDefinition) -> pd.DataFrame:
    """The definition's clusters and the totals; what is in no cluster is not measured."""
    unknown = set(table["industry"]) - {TOTAL} - set(definition.names)
    if unknown:
        raise SchemaError(
            f"column 'industry' holds {', '.join(map(repr, sorted(unknown)[:5]))}, no clusters of "
            f"{definition.id!r}: make the table with cluster_employment(definition=...)"
        )
    return table[table["industry"] != REST]


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """The selected first, each part by falling LQ; ranks count the selected of each region."""
    table = table.sort_values(
        ["region", "selected", "location_quotient", "industry"],
        ascending=[True, False, False, True],
        kind="stable",
        ignore_index=True,
    )
    rank = table[table["selected"]].groupby("region").cumcount() + 1
    order = ["region", "industry", "name", "tradability", "eligibility"]
    order += ["rank", "rank_low", "rank_high", "selected", "rule", "reason"]
    order += [
        "quadrant",
        "likely_quadrant",
        "quadrant_probability",
        "employment",
        *_BOUNDS,
        "open_share",
        "job_share",
        "establishments",
    ]
    order += ["location_quotient", "location_quotient_low", "location_quotient_high"]
    order += ["standard_error", "interval_low", "interval_high", "p_value", "p_adjusted"]
    order += ["dynamic_location_quotient"]
    order += ["growth", "reference_growth", "growth_difference"]
    order += ["growth_difference_low", "growth_difference_high", "base_years_agree"]
    order += [c for c in ("strong", "crosses_border", "related_strong") if c in table.columns]
    return table.assign(rank=rank.astype("Int64"))[order]
