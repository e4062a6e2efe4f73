"""Across the working groups: who leads what, what is due next, and what do two groups share?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, get_args

import pandas as pd

from clusteranalysis.process.charter import Charter, Initiative, Outcome
from clusteranalysis.process.charter_steps import initiative_steps
from clusteranalysis.process.criteria import VERDICTS
from clusteranalysis.process.scorecard import Scorecard

__all__ = ["OUTCOMES", "initiative_portfolio", "open_steps", "outcome_counts"]

#: The four outcome types, and the rest.
OUTCOMES: tuple[str, ...] = get_args(Outcome)
_COLUMNS = [
    "id", "title", "outcome", "clusters", "champions", "homes", "steps_done", "steps", "due",
    *VERDICTS, "shared",
]  # fmt: skip


def initiative_portfolio(found: Scorecard) -> pd.DataFrame:
    """List every initiative once, shared ones with all their groups.

    Parameters
    ----------
    found : Scorecard
        From :func:`scorecard`.

    Returns
    -------
    DataFrame
        One row an initiative, by its last due date: ``id``, ``title``, ``outcome``, ``clusters``
        (names), ``champions``, ``homes``, ``steps_done`` and ``steps`` (those not dropped),
        ``due`` (date, None where it has no step), one column a verdict with the number of
        criteria, and ``shared`` (bool).
    """
    names: dict[str, str] = dict(found.table[["cluster", "name"]].itertuples(index=False))
    groups: dict[tuple[str, str], list[tuple[Charter, Initiative]]] = {}
    for charter in found.charters:
        for one in charter.initiatives:
            # Charters of one region share by id; two regions' groups have nothing in common.
            groups.setdefault((charter.region, one.id), []).append((charter, one))
    rows: list[dict[str, Any]] = []
    for (region, own), members in groups.items():
        first = members[0][1]
        steps = [step for _, one in members for step in one.steps if step.status != "dropped"]
        clusters = [charter.cluster for charter, _ in members]
        same_region = [charter.title for charter in found.charters if charter.region == region]
        mine = found.table[
            found.table["charter"].isin(same_region) & (found.table["initiative"] == own)
        ]
        verdicts = mine["verdict"].tolist()
        leaders = [one.champion for _, one in members if one.champion is not None]
        rows.append(
            {
                "id": own,
                "title": first.title,
                "outcome": first.outcome,
                "clusters": _listed(names.get(cluster, cluster) for cluster in clusters),
                "champions": _listed(f"{who.name}, {who.organisation}" for who in leaders),
                "homes": _listed(one.home for _, one in members),
                "steps_done": sum(step.status == "done" for step in steps),
                "steps": len(steps),
                "due": max((step.due for step in steps), default=None),
                **{verdict: verdicts.count(verdict) for verdict in VERDICTS},
                "shared": len(members) > 1,
            }
        )
    rows.sort(key=lambda row: (row["due"] or date.max, row["id"]))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _listed(texts: Iterable[str]) -> str:
    """Each text once, in the charters' order."""
    return "; ".join(dict.fromkeys(text for text in texts if text))


def open_steps(found: Scorecard) -> pd.DataFrame:
    """List the steps neither done nor dropped by due date, and whether they are overdue.

    Parameters
    ----------
    found : Scorecard
        From :func:`scorecard`; its ``as_of`` decides what is overdue.

    Returns
    -------
    DataFrame
        The columns of :func:`initiative_steps` and ``overdue`` (bool: due before ``as_of``).
    """
    steps = initiative_steps(found.charters)
    live = steps[steps["status"].isin(["planned", "under way"])]
    live = live.assign(overdue=[due < found.as_of for due in live["due"]])
    return live.sort_values(["due", "cluster", "action"], ignore_index=True)


def outcome_counts(found: Scorecard) -> pd.DataFrame:
    """Count the initiatives of each cluster by outcome.

    Parameters
    ----------
    found : Scorecard
        From :func:`scorecard`.

    Returns
    -------
    DataFrame
        One row a charter: ``name`` (of the cluster), and one column an outcome.
    """
    names: dict[str, str] = dict(found.table[["cluster", "name"]].itertuples(index=False))
    rows = []
    for charter in found.charters:
        kinds: list[str] = [one.outcome for one in charter.initiatives]
        row: dict[str, object] = {"name": names.get(charter.cluster, charter.cluster)}
        rows.append(row | {outcome: kinds.count(outcome) for outcome in OUTCOMES})
    return pd.DataFrame(rows, columns=["name", *OUTCOMES])
