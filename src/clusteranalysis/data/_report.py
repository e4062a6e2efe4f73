"""What became of every row that a reader read?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Note", "ReadReport", "noted"]

_EXAMPLES = 3
#: Rows looked through at first: the first examples of a kind are mostly near the top.
_TOP = 4096


@dataclass(frozen=True)
class Note:
    """One kind of row that a reader dropped or changed."""

    what: str
    rows: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        shown = f" (such as {'; '.join(self.examples)})" if self.examples else ""
        return f"{self.rows:,} rows: {self.what}{shown}"


@dataclass(frozen=True)
class ReadReport:
    """What became of every row of a file.

    Attributes
    ----------
    source : str
        Name of the file.
    geography : str
        ``county``, ``state``, ``us``, ``msa``, ``zip`` or ``area`` (QCEW mixes them).
    classification : str
        ``NAICS`` or ``SIC``.
    years : tuple of int
        Years found in the file or its name; empty where neither tells.
    rows_in, rows_out : int
        Rows below the header, and rows of the table.
    dropped, changed : tuple of Note
        Rows left out, and cells whose stored 0 (or ``N``) stands for a number not shown; each
        with its count and the first examples. Dropped rows add up to ``rows_in - rows_out``.
    noticed : tuple of Note
        Rows that contradict the layout and are kept as published.
    ignored : tuple of str
        Columns of the file that are not in the table.
    """

    source: str
    geography: str
    classification: str
    years: tuple[int, ...]
    rows_in: int
    rows_out: int
    dropped: tuple[Note, ...]
    changed: tuple[Note, ...]
    noticed: tuple[Note, ...]
    ignored: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.source}: {self.rows_in:,} rows in, {self.rows_out:,} rows out"]
        lines += [f"dropped {note}" for note in self.dropped]
        lines += [f"changed {note}" for note in self.changed]
        lines += [f"noticed {note}" for note in self.noticed]
        if self.ignored:
            lines.append(f"columns not taken: {', '.join(self.ignored)}")
        return "\n".join(lines)


def noted(what: str, rows: np.ndarray, show: Callable[[int], str]) -> list[Note]:
    """One note on these rows, with the first few named; none where there are none."""
    count = int(np.count_nonzero(rows))
    if not count:
        return []
    first = np.flatnonzero(rows[:_TOP])[:_EXAMPLES]
    if len(first) < min(count, _EXAMPLES):
        first = np.flatnonzero(rows)[:_EXAMPLES]
    return [Note(what, count, tuple(show(int(i)) for i in first))]
