"""Did an adopted charter change without saying so?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clusteranalysis.process.charter import Amendment, Charter, Criterion, Initiative, Measured
from clusteranalysis.process.charter_messages import shown
from clusteranalysis.process.charter_rules import Fault, Place

__all__ = ["unrecorded"]

_ENTRY = "add [[initiatives.amended]] with on, by, what, and was (the earlier text)"
#: What may change without an entry: how far the work has come, not what was promised. To drop a
#: step is no progress.
_PROGRESS = {"status", "done", "attested"}


def unrecorded(old: Charter, new: Charter) -> Iterator[Fault]:
    """Compare two versions of a charter and yield what no ``amended`` entry accounts for.

    Each initiative that was in an adopted charter must still be there, with its earlier entries
    as they were. Where what it promises changed, a new entry is needed; where a criterion was
    dropped or made easier, a new entry must name its id.
    """
    if old.status == "draft":
        return
    if new.status == "draft":
        yield Fault(("status",), "it was adopted, and is a draft again", 'write status = "adopted"')
    anew = bool(new.adopted and old.adopted and new.adopted > old.adopted)
    for key in ("region", "cluster", "definition", "definition_digest", "vision"):
        before, after = getattr(old, key), getattr(new, key)
        # A digest may be added to an old charter that has none.
        if before == after or before is None or (anew and key not in ("region", "cluster")):
            continue
        mend = "put it back"
        if key not in ("region", "cluster"):
            mend += ", or write the day when the group adopted it anew as adopted"
        yield Fault((key,), f"{key} of an adopted charter changed, it was {shown(before)}", mend)
    now = {one.id: (at, one) for at, one in enumerate(new.initiatives)}
    for before in old.initiatives:
        if before.id not in now:
            yield Fault(
                ("initiatives",),
                f"initiative {before.id!r} is gone",
                'put it back; to give it up, set its steps to "dropped" and record that in amended',
            )
            continue
        at, after = now[before.id]
        yield from _initiative(before, after, ("initiatives", at))


def _initiative(old: Initiative, new: Initiative, place: Place) -> Iterator[Fault]:
    kept = new.amended[: len(old.amended)] == old.amended
    if not kept:
        yield Fault(
            (*place, "amended"),
            "earlier entries of amended were changed or dropped",
            "put them back in front of the new ones",
        )
    entries = new.amended[len(old.amended) :] if kept else ()
    changed = _changed(old, new)
    if changed and not entries:
        yield Fault(place, f"changed without an entry: {', '.join(changed)}", _ENTRY)
    now = {one.id: (at, one) for at, one in enumerate(new.criteria)}
    for before in old.criteria:
        at, after = now.get(before.id, (None, None))
        looser = "is gone" if after is None else _loosened(before, after)
        if looser and not _names(entries, before.id):
            yield Fault(
                place if at is None else (*place, "criteria", at),
                f"criterion {before.id!r} {looser}, and no new entry of amended names it",
                f"{_ENTRY}; name {before.id!r} in what",
            )


def _names(entries: tuple[Amendment, ...], criterion: str) -> bool:
    return any(criterion in entry.what for entry in entries)


def _promise(initiative: Initiative) -> dict[str, Any]:
    """What an initiative promises, without how far it has come."""
    content = initiative.model_dump(exclude={"amended"})
    for key in ("steps", "criteria"):
        content[key] = [
            {name: value for name, value in row.items() if name not in _PROGRESS}
            | {"dropped": row.get("status") == "dropped"}
            for row in content[key]
        ]
    return content


def _changed(old: Initiative, new: Initiative) -> list[str]:
    before, after = _promise(old), _promise(new)
    return [key for key, value in before.items() if value != after[key]]


def _loosened(old: Criterion, new: Criterion) -> str:
    """Say how a criterion became easier to meet, or another one."""
    if old.kind != new.kind:
        return f"is {new.kind}, it was {old.kind}"
    if not (isinstance(old, Measured) and isinstance(new, Measured)):
        same = old.model_dump(exclude=_PROGRESS) == new.model_dump(exclude=_PROGRESS)
        return "" if same else "asks for other evidence"
    for key in ("measure", "source", "period", "comparator", "base"):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            return f"is judged by {key} {shown(after)}, it was {shown(before)}"
    if new.target < old.target:
        return f"has the target {new.target:g}, it was {old.target:g}"
    if (new.by_year, str(new.by)) > (old.by_year, str(old.by)):
        return f"is due by {new.by}, it was {old.by}"
    if new.max_withheld > old.max_withheld:
        return f"allows {new.max_withheld:g} withheld, it was {old.max_withheld:g}"
    return ""
