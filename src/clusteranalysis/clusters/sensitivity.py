"""Which findings turn with a choice that nobody can settle: the denominator, the base year?"""

from __future__ import annotations

from typing import Any, get_args

import pandas as pd

from clusteranalysis.clusters.definition import ClusterDefinition
from clusteranalysis.clusters.identify import Base, identify_clusters
from clusteranalysis.clusters.rules import ClusterRules
from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import check_columns

__all__ = ["sensitivity"]

_SHOWN = ["quadrant", "selected", "rule", "location_quotient", "growth_difference"]


def sensitivity(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame,
    definition: ClusterDefinition,
    rules: ClusterRules | None = None,
    end: int | None = None,
    **evidence: Any,
) -> pd.DataFrame:
    """Which clusters change their quadrant, or are chosen or not, with the base and the year?

    Parameters
    ----------
    employment, reference, definition, rules, end
        As :func:`identify_clusters` takes them, with two years or more.
    **evidence
        ``strong``, ``areas``, ``related``, ``level`` of :func:`identify_clusters`.

    Returns
    -------
    DataFrame
        One row a region, cluster, ``base`` (three denominators of the LQ: ``"total"``,
        ``"traded"``, ``"tradable"``) and ``start`` (every year before the last): ``name``,
        ``quadrant``, ``selected``, ``rule``, ``location_quotient``, ``growth_difference``; and of
        the cluster over all its rows ``selected_share`` (0..1), ``selection_changes`` and
        ``quadrant_changes`` (a quadrant that cannot be told counts as one of its own). Those that
        change come first.

    Raises
    ------
    SchemaError
        As :func:`identify_clusters`, or there is only one year.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> data, definition = ca.sample("east-bay"), ca.read_definition()
    >>> counties = ca.cluster_employment(data.cells, definition=definition)
    >>> region = ca.aggregate_regions(counties, ca.find_region("east-bay"))
    >>> nation = ca.cluster_employment(data.us, definition=definition)
    >>> table = ca.sensitivity(region, reference=nation, definition=definition)
    >>> len(table) == 27 * 3 * 3
    True
    """
    check_columns(employment, ["region", "industry", "year"], what="employment table")
    years = sorted(int(year) for year in employment["year"].unique())
    last = years[-1] if end is None else end
    starts = [year for year in years if year < last]
    if not starts:
        raise SchemaError(
            f"column 'year' holds {', '.join(map(str, years))}: nothing lies before {last}, and a "
            "base year is needed"
        )
    parts = []
    for base in get_args(Base):
        for start in starts:
            found = identify_clusters(
                employment,
                reference=reference,
                definition=definition,
                rules=rules,
                start=start,
                end=last,
                base=base,
                repetitions=1,
                **evidence,
            ).table
            parts.append(
                found[["region", "industry", "name", *_SHOWN]].assign(base=base, start=start)
            )
    table = pd.concat(parts, ignore_index=True)
    grouped = table.groupby(["region", "industry"])
    share = grouped["selected"].transform("mean")
    quadrants = grouped["quadrant"].transform(lambda q: q.fillna("unknown").nunique())
    table = table.assign(
        selected_share=share,
        selection_changes=(share > 0) & (share < 1),
        quadrant_changes=quadrants > 1,
    )
    order = ["region", "industry", "name", "base", "start", *_SHOWN]
    order += ["selected_share", "selection_changes", "quadrant_changes"]
    return table.sort_values(
        ["region", "selection_changes", "quadrant_changes", "industry", "base", "start"],
        ascending=[True, False, False, True, True, True],
        kind="stable",
        ignore_index=True,
    )[order]
