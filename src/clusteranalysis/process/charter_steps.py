"""Which steps did the working groups set themselves, and how far have they come?"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from clusteranalysis.process.charter import Charter

__all__ = ["initiative_steps"]

_COLUMNS = (
    "cluster", "id", "initiative", "action", "owner", "start", "due", "status", "done"
)  # fmt: skip


def initiative_steps(charters: Charter | Iterable[Charter]) -> pd.DataFrame:
    """List the steps of all initiatives: who does what by when, for tables and timelines.

    Parameters
    ----------
    charters : Charter or iterable of Charter
        From :func:`read_charter`.

    Returns
    -------
    DataFrame
        One row a step, in the files' order: ``cluster``, ``id`` and ``initiative`` (its title),
        ``action``, ``owner``, ``start`` and ``due`` (dates), ``status``, ``done`` (date, None
        where it is not done). No row where no initiative has a step.

    Examples
    --------
    >>> from clusteranalysis.process import EXAMPLES, read_charter
    >>> steps = initiative_steps(read_charter(EXAMPLES / "biomedical.toml"))
    >>> steps["status"].tolist()
    ['done', 'done', 'under way', 'done', 'done', 'planned']
    """
    listed = [charters] if isinstance(charters, Charter) else charters
    rows = [
        (
            charter.cluster,
            initiative.id,
            initiative.title,
            step.action,
            step.owner,
            step.start,
            step.due,
            step.status,
            step.done,
        )
        for charter in listed
        for initiative in charter.initiatives
        for step in initiative.steps
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)
