"""The scorecard and the portfolio as pages, tables and PDF, for a council to read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from clusteranalysis.briefing.documents import pdf, require_pdf
from clusteranalysis.briefing.page import page, records
from clusteranalysis.briefing.text import escape
from clusteranalysis.briefing.wording import signed, the
from clusteranalysis.files import require_new, table_bytes, write_bytes
from clusteranalysis.process.criteria import VERDICTS
from clusteranalysis.process.portfolio import (
    OUTCOMES,
    initiative_portfolio,
    open_steps,
    outcome_counts,
)
from clusteranalysis.process.readings import RELATIVE
from clusteranalysis.process.scorecard import Scorecard
from clusteranalysis.regions import find_region

__all__ = ["Format", "scorecard_files", "write_scorecard"]

Format = Literal["html", "csv", "md", "pdf"]
_ROOM = "clusteranalysis.process"
_NAMES = {
    "employment": "jobs",
    "establishments": "establishments",
    "average_pay": "pay a job",
    "location_quotient": "location quotient",
    "job_share": "share of the region's jobs",
}


def scorecard_files(formats: Iterable[Format] = ("html", "csv", "md", "pdf")) -> list[str]:
    """Names of the files that :func:`write_scorecard` writes."""
    names: dict[str, list[str]] = {
        "html": ["scorecard.html", "portfolio.html"],
        "csv": ["scorecard.csv", "portfolio.csv"],
        "md": ["scorecard.md"],
        "pdf": ["scorecard.pdf", "portfolio.pdf"],
    }
    return [name for one in formats for name in names[one]]


def write_scorecard(
    found: Scorecard,
    out: str | os.PathLike[str],
    *,
    formats: Iterable[Format] = ("html", "csv", "md", "pdf"),
    force: bool = False,
) -> list[Path]:
    """Write what became of the promises, and who leads what, as pages that print.

    Parameters
    ----------
    found : Scorecard
        From :func:`scorecard`.
    out : path
        Folder to write to; it is made where it is missing.
    formats : iterable of {"html", "csv", "md", "pdf"}
        What to write: ``scorecard`` in each, ``portfolio`` as HTML, CSV and PDF.
    force : bool
        Replace files that are there.

    Returns
    -------
    list of Path
        The files, whole; the same scorecard gives the same bytes.

    Raises
    ------
    OutputError
        A file is there already, the folder cannot be written to, or a PDF cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> import clusteranalysis as ca
    >>> from clusteranalysis.process import EXAMPLES
    >>> bay = ca.sample("east-bay")
    >>> found = ca.scorecard(ca.read_charter(EXAMPLES / "biomedical.toml"),
    ...                      ca.TrackingData(bay.cells, bay.us))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in ca.write_scorecard(found, folder, formats=["csv"])]
    ['scorecard.csv', 'portfolio.csv']
    """
    out, wanted = Path(out), tuple(formats)
    require_new([out / name for name in scorecard_files(wanted)], force=force)
    if "pdf" in wanted:
        require_pdf()
    content: dict[str, bytes] = {}
    if {"html", "pdf"} & set(wanted):
        scores, portfolio = _scorecard_page(found), _portfolio_page(found)
    for one in wanted:
        if one == "html":
            content["scorecard.html"] = scores.encode()
            content["portfolio.html"] = portfolio.encode()
        elif one == "pdf":
            content["scorecard.pdf"] = pdf(scores)
            content["portfolio.pdf"] = pdf(portfolio)
        elif one == "csv":
            content["scorecard.csv"] = table_bytes(found.table)
            content["portfolio.csv"] = table_bytes(initiative_portfolio(found))
        else:
            content["scorecard.md"] = _markdown(found).encode()
    return [write_bytes(out / name, text) for name, text in content.items()]


def _scorecard_page(found: Scorecard) -> str:
    charters = []
    for charter in found.charters:
        rows = found.table[
            (found.table["charter"] == charter.title) & (found.table["cluster"] == charter.cluster)
        ]
        initiatives = [
            {
                "title": one.title,
                "outcome": one.outcome,
                "champion": f"{one.champion.name}, {one.champion.organisation}"
                if one.champion
                else "",
                "home": one.home,
                "criteria": [_shown(row) for row in records(rows[rows["initiative"] == one.id])],
            }
            for one in charter.initiatives
        ]
        charters.append(
            {"title": charter.title, "cluster": charter.cluster, "initiatives": initiatives}
        )
    return page(_ROOM, "scorecard.html.j2", found=found, charters=charters)


def _shown(row: dict[str, Any]) -> dict[str, str]:
    """A criterion as it is read out: its numbers in one sentence, the basis and the reason."""
    reason = row["reason"][:1].upper() + row["reason"][1:]
    shown = {"statement": row["statement"], "verdict": row["verdict"], "reason": reason}
    if row["kind"] != "measured":
        return shown | {"basis": "", "numbers": ""}
    other = row["comparator"]
    place = "the US" if other == "us" else the(find_region(other).name)
    basis = f"{_NAMES[row['measure']]} from {row['base']} to {row['by']}, against {place}"
    return shown | {"basis": basis, "numbers": _numbers(row, place)}


def _numbers(row: dict[str, Any], place: str) -> str:
    """The sentence of a measured criterion; empty where nothing could be compared."""
    if np.isnan(row["path"]):
        return ""
    growth = row["measure"] in RELATIVE
    digits, unit = (1, "%") if growth else (2, "")
    kind = {"job_share": " percentage points", "location_quotient": ""}.get(
        row["measure"], " points"
    )

    def told(column: str, after: str = "") -> str:
        value = row[column]
        if np.isnan(value):
            return "withheld"
        return f"{signed(value, digits)}{after}" if np.isfinite(value) else "without limit"

    text = (
        f"{told('change', unit)} here, {told('comparator_change', unit)} in {place}: a difference "
        f"of {told('excess')}{kind}, in a range of {told('excess_low')} to {told('excess_high')}. "
        f"Target {told('target')}"
    )
    if row["path"] != row["target"]:
        text += f" by {row['by']}, {told('path')} on the straight path in {row['year']:.0f}"
    return f"{text}."


def _portfolio_page(found: Scorecard) -> str:
    initiatives = [
        row
        | {
            "due": row["due"].isoformat() if row["due"] else "no step",
            "steps": f"{row['steps_done']} of {row['steps']} done",
            "verdicts": ", ".join(f"{row[name]} {name}" for name in VERDICTS if row[name])
            or "none",
        }
        for row in records(initiative_portfolio(found))
    ]
    steps = [row | {"due": row["due"].isoformat()} for row in records(open_steps(found))]
    counts = records(outcome_counts(found))
    return page(
        _ROOM,
        "portfolio.html.j2",
        found=found,
        initiatives=initiatives,
        shared=[row for row in initiatives if row["shared"]],
        steps=steps,
        outcomes=OUTCOMES,
        by_outcome=[
            {"name": row["name"], "numbers": [row[name] for name in OUTCOMES]} for row in counts
        ],
    )


def _markdown(found: Scorecard) -> str:
    """The scorecard for a report that is written further by hand."""
    tally = ", ".join(f"{number} {name}" for name, number in found.counts.items())
    lines = [
        f"# Scorecard {found.year}: what became of the promises?",
        "",
        f"{found.source}; dates held against {found.as_of.isoformat()}. {tally}.",
        "",
        "A promise is judged by the change since its base year less the same change where it is "
        "compared, over the range that withheld cells and noise leave. None of it says what "
        "brought the change about.",
    ]
    for charter in found.charters:
        lines += ["", f"## {escape(charter.title)}", ""]
        mine = found.table[
            (found.table["charter"] == charter.title) & (found.table["cluster"] == charter.cluster)
        ]
        for row in map(_shown, records(mine)):
            told = " ".join(text for text in (row["numbers"], f"{row['reason']}.") if text)
            lines.append(f"- **{row['verdict']}**: {escape(row['statement'])} {escape(told)}")
    return "\n".join(lines) + "\n"
