"""What must the parts of a charter say together, whichever of them is wrong by itself?

The rules read plain mappings, not models, and pass over what is of the wrong type (the models say
that), so that one wrong date does not hide every other fault of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

__all__ = ["Fault", "Place", "day", "faults_of", "rows", "text"]

#: Keys and positions that lead to a value: ``("initiatives", 0, "title")``.
Place = tuple[str | int, ...]


class Fault(NamedTuple):
    """One fault, where it is, and how to mend it."""

    place: Place
    message: str
    mend: str


def text(part: Mapping[str, Any], key: str) -> str:
    """The text of a key; empty where there is none."""
    value = part.get(key)
    return value.strip() if isinstance(value, str) else ""


def day(part: Mapping[str, Any], key: str) -> date | None:
    """The date of a key; a date with a time of day is none."""
    value = part.get(key)
    return value if type(value) is date else None


def rows(part: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The tables of a list of tables with their positions."""
    value = part.get(key)
    if not isinstance(value, (list, tuple)):
        return []
    return [(at, row) for at, row in enumerate(value) if isinstance(row, Mapping)]


def faults_of(charter: Mapping[str, Any]) -> list[Fault]:
    """Everything at odds within one charter, in no particular order."""
    return [*_adoption(charter), *_unique(charter), *_initiatives(charter)]


def _adoption(charter: Mapping[str, Any]) -> Iterator[Fault]:
    status, when = charter.get("status"), charter.get("adopted")
    if status == "draft" and when is not None:
        yield Fault(
            ("adopted",),
            "a draft has a date of adoption",
            'write status = "adopted" once the group has adopted it, or drop the date',
        )
    if status != "adopted":
        return
    if when is None:
        yield Fault(
            (), "an adopted charter has no date of adoption", "add adopted = 2019-06-01 (the day)"
        )
    wanting = 'or write status = "draft"'
    vision = charter.get("vision", "")
    # A value of the wrong type is the models' to report, not "missing" as well.
    if isinstance(vision, str) and not vision.strip():
        yield Fault(
            ("vision",) if "vision" in charter else (),
            "an adopted charter has no vision",
            f"write the group's own, {wanting}",
        )
    for key, what in (("members", "member"), ("initiatives", "initiative")):
        if not charter.get(key):
            yield Fault(
                (key,) if key in charter else (),
                f"an adopted charter has no {what}",
                f"add [[{key}]], {wanting}",
            )
    needs = {
        "champion": 'add champion = {name = "...", organisation = "..."}',
        "home": 'add home = "the organisation that carries it"',
        "steps": "add [[initiatives.steps]] below it",
        "criteria": "add [[initiatives.criteria]] below it",
    }
    for at, initiative in rows(charter, "initiatives"):
        for key, mend in needs.items():
            value = initiative.get(key)
            if not value or (isinstance(value, str) and not value.strip()):
                yield Fault(
                    ("initiatives", at, key) if key in initiative else ("initiatives", at),
                    f"an initiative of an adopted charter has no {key}",
                    f"{mend}, {wanting}",
                )


def _unique(charter: Mapping[str, Any]) -> Iterator[Fault]:
    """Ids tell initiatives and criteria apart, in the scorecard and between versions."""
    seen: dict[str, Place] = {}
    judged: dict[str, Place] = {}
    for at, initiative in rows(charter, "initiatives"):
        place: Place = ("initiatives", at)
        yield from _again(seen, text(initiative, "id"), (*place, "id"), "initiative")
        for number, criterion in rows(initiative, "criteria"):
            own = text(criterion, "id")
            yield from _again(judged, own, (*place, "criteria", number, "id"), "criterion")


def _again(seen: dict[str, Place], own: str, place: Place, what: str) -> Iterator[Fault]:
    if own and own in seen:
        yield Fault(place, f"the {what} id {own!r} stands twice", "rename one")
    seen.setdefault(own, place)


def _initiatives(charter: Mapping[str, Any]) -> Iterator[Fault]:
    adopted = day(charter, "adopted")
    for at, initiative in rows(charter, "initiatives"):
        place: Place = ("initiatives", at)
        yield from _sharing(initiative.get("shared_with"), text(charter, "cluster"), place)
        for number, step in rows(initiative, "steps"):
            yield from _step(step, (*place, "steps", number))
        for number, criterion in rows(initiative, "criteria"):
            if criterion.get("kind") == "measured":
                yield from _periods(criterion, (*place, "criteria", number))
        for number, change in rows(initiative, "amended"):
            on = day(change, "on")
            if on and adopted and on < adopted:
                yield Fault(
                    (*place, "amended", number, "on"),
                    f"amended on {on}, before the charter was adopted on {adopted}",
                    "mend the date; a draft is changed without an entry",
                )


def _sharing(others: Any, own: str, place: Place) -> Iterator[Fault]:
    seen = set()
    for number, other in enumerate(others if isinstance(others, (list, tuple)) else ()):
        where: Place = (*place, "shared_with", number)
        if not isinstance(other, str):
            continue
        if other == own:
            yield Fault(
                where, f"{other!r} is this charter's own cluster", "name the other clusters only"
            )
        elif other in seen:
            yield Fault(where, f"{other!r} stands twice", "keep one")
        seen.add(other)


def _step(step: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    start, due, done = (day(step, key) for key in ("start", "due", "done"))
    if start and due and due < start:
        yield Fault((*place, "due"), f"due on {due}, before it starts on {start}", "mend one date")
    if start and done and done < start:
        yield Fault(
            (*place, "done"), f"done on {done}, before it starts on {start}", "mend one date"
        )
    if step.get("status") == "done" and step.get("done") is None:
        yield Fault(
            (*place, "status"), "a step that is done has no date", "add done = 2020-03-31 (the day)"
        )
    if step.get("status") in ("planned", "under way", "dropped") and step.get("done") is not None:
        yield Fault(
            (*place, "done"),
            f"the step has a date in done, yet its status is {step['status']!r}",
            'write status = "done", or drop the date',
        )


_UNLIKE = (
    "unlike quarters differ by season, so the change would not be growth (a report of 2008 that "
    "compared the second quarter of 2007 with the first of 2008 did that)"
)


def _periods(criterion: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    """The same part of both years, and one that the source has."""
    period, source = text(criterion, "period"), text(criterion, "source")
    if source == "cbp" and period in ("annual", "Q1", "Q2", "Q3", "Q4"):
        yield Fault(
            (*place, "period"),
            f"period {period!r}: County Business Patterns counts jobs in mid-March alone",
            'write period = "mid-march", or source = "qcew"',
        )
    if source == "qcew" and period == "mid-march":
        yield Fault(
            (*place, "period"),
            "period 'mid-march' is of County Business Patterns; the Quarterly Census is compared "
            "by year or by quarter",
            'write period = "annual" or "Q1" to "Q4", or source = "cbp"',
        )
    moments = {key: _moment(criterion.get(key)) for key in ("base", "by")}
    known = {key: found for key, found in moments.items() if found}
    quarters = {key: found[1] for key, found in known.items()}
    if len(known) == 2 and 0 not in quarters.values() and quarters["base"] != quarters["by"]:
        base, by = criterion["base"], criterion["by"]
        yield Fault(
            (*place, "by"),
            f"{base} and {by} are unlike quarters",
            f'write by = "{by[:4]}Q{quarters["base"]}": {_UNLIKE}',
        )
    elif period in ("mid-march", "annual", "Q1", "Q2", "Q3", "Q4"):
        yield from _fits_period(period, criterion, known, place)
    if len(known) == 2 and known["by"] <= known["base"]:
        yield Fault(
            (*place, "by"),
            f"by {criterion['by']} is not after base {criterion['base']}",
            "give a later one",
        )


def _fits_period(
    period: str, criterion: Mapping[str, Any], known: Mapping[str, tuple[int, int]], place: Place
) -> Iterator[Fault]:
    for key, (year, quarter) in known.items():
        if quarter and not period.startswith("Q"):
            yield Fault(
                (*place, key),
                f"{key} {criterion[key]!r} is a quarter, yet the period is {period!r}",
                f'write {key} = {year}, or with source qcew period = "Q{quarter}"',
            )
        if period.startswith("Q") and f"Q{quarter}" != period:
            what = "another quarter than" if quarter else "a whole year, not"
            yield Fault(
                (*place, key),
                f"{key} {criterion[key]!r} is {what} the period {period!r}",
                f'write {key} = "{year}{period}": {_UNLIKE}',
            )


def _moment(value: Any) -> tuple[int, int] | None:
    """Year and quarter, which is 0 for a whole year."""
    if type(value) is int:
        return value, 0
    found = re.fullmatch(r"(\d{4})Q([1-4])", value, re.ASCII) if isinstance(value, str) else None
    return (int(found[1]), int(found[2])) if found else None
