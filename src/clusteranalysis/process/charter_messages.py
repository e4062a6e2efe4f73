"""What do a validator's terse findings mean for the person who wrote the charter?"""

from __future__ import annotations

import difflib
import re
import reprlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from clusteranalysis.process.charter import (
    Amendment,
    Attestation,
    Attested,
    Charter,
    Initiative,
    Measured,
    Member,
    Person,
    Step,
)
from clusteranalysis.process.charter_rules import Fault, Place

__all__ = ["model_faults", "named", "shown"]

#: How each key is written, for those who leave it out or write it otherwise.
_SAMPLES = {
    "schema": "1",
    "region": '"east-bay"',
    "definition": '"east-bay-2017"',
    "definition_digest": '"0123456789ab" (twelve digits 0-9, a-f)',
    "cluster": '"biomedical"',
    "title": '"..."',
    "vision": '"..."',
    "status": '"planned"',
    "adopted": "2019-06-01",
    "name": '"..."',
    "organisation": '"..."',
    "role": '"..."',
    "id": '"permits-one-window"',
    "description": '"..."',
    "outcome": '"regulatory"',
    "shared_with": '["ports-logistics"]',
    "public_partners": '["City of ..."]',
    "private_partners": '["..."]',
    "champion": '{name = "...", organisation = "..."}',
    "home": '"..."',
    "action": '"..."',
    "owner": '"..."',
    "start": "2019-07-01",
    "due": "2020-06-30",
    "done": "2020-06-30",
    "kind": '"measured"',
    "statement": '"..."',
    "measure": '"employment"',
    "source": '"cbp"',
    "period": '"mid-march"',
    "base": '2019, or "2019Q2" where the period is a quarter',
    "by": '2023, or "2023Q2" where the period is a quarter',
    "target": "2.5",
    "comparator": '"us"',
    "max_withheld": "0.1",
    "evidence": '"the document that will show it"',
    "attested": '{by = "...", on = 2021-03-01, met = true, where = "..."}',
    "on": "2021-03-01",
    "met": "true",
    "where": '"..."',
    "what": '"..."',
    "was": '"the text that it replaces"',
}
#: Keys that hold something else in one place than in the others.
_ELSEWHERE = {
    ("Charter", "status"): '"draft"',
    ("Attestation", "by"): '"who saw it"',
    ("Amendment", "by"): '"who decided it"',
}
#: Lists of tables, and what one of each is called.
_ROWS = {
    "members": "member",
    "initiatives": "initiative",
    "steps": "step",
    "criteria": "criterion",
    "amended": "amendment",
}
_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    datetime: "a date with a time",
    date: "a date",
    list: "a list",
    dict: "a table",
}
_WANTED = {
    "string_type": "text",
    "date_type": "a date",
    "bool_type": "true or false",
    "float_type": "a number",
    "tuple_type": "a list",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


def shown(value: object) -> str:
    """A value as a message shows it and TOML writes it: its beginning, without line breaks."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, date) else _short.repr(value)


def named(place: Place, content: Mapping[str, Any]) -> str:
    """Say in words where something is: ``initiative 2 'one-window', step 1, due``."""
    words: list[str] = []
    here: Any = content
    for at, part in enumerate(place):
        if isinstance(here, Mapping):
            here = here.get(str(part))
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        if not isinstance(part, int):
            words.append(part if part.isidentifier() else shown(part))
            continue
        words[-1] = f"{_ROWS.get(str(place[at - 1]), words[-1])} {part + 1}"
        own = here.get("id") if isinstance(here, Mapping) else None
        if isinstance(own, str):
            words[-1] += f" {shown(own)}"
    return ", ".join(words) or "top level"


def model_faults(error: ValidationError) -> list[Fault]:
    """Put each finding of the models in plain words, with the mend.

    What several fields say together is left out: :func:`charter_rules.faults_of` says that with
    its places, and also where other fields are wrong.
    """
    found = []
    for detail in error.errors(include_url=False):
        if detail["type"] == "charter_rules":
            continue
        place = _place(detail["loc"])
        message, mend = _words(
            detail["type"], place, detail["input"], detail.get("ctx", {}), detail["msg"]
        )
        found.append(Fault(place, message, mend))
    return found


def _place(loc: tuple[int | str, ...]) -> Place:
    """Where in the file; pydantic also names the kind of criterion that it tried."""
    return tuple(
        part
        for at, part in enumerate(loc)
        if not (at > 1 and loc[at - 2] == "criteria" and isinstance(loc[at - 1], int))
    )


def _model(place: Place) -> list[type[BaseModel]]:
    """The models that may stand in the table of a place."""
    names = [part for part in place if isinstance(part, str)]
    models: dict[str, list[type[BaseModel]]] = {
        "members": [Member],
        "initiatives": [Initiative],
        "champion": [Person],
        "steps": [Step],
        "criteria": [Measured, Attested],
        "amended": [Amendment],
        "attested": [Attestation],
    }
    return models[names[-1]] if names else [Charter]


def _sample(place: Place) -> str:
    key = str(place[-1])
    owner = _model(place[:-1])[0].__name__
    return _ELSEWHERE.get((owner, key), _SAMPLES.get(key, ""))


def _words(
    kind: str, place: Place, value: object, context: Mapping[str, Any], plain: str
) -> tuple[str, str]:
    key = place[-1] if place else ""
    if kind == "missing":
        if key in _ROWS or not isinstance(key, str):
            return f"{key!r} is missing", "add it"
        return f"the key {key!r} is missing", f"add {key} = {_sample(place)}"
    if kind == "extra_forbidden":
        return f"unknown key {shown(key)}", _known_keys(place)
    if kind == "literal_error":
        return f"{shown(value)} is not allowed here", f"use {context['expected']}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        mend = 'write kind = "measured" (public data judge it) or kind = "attested" (a document)'
        tag = context.get("tag")
        return (f"kind {shown(tag)} is unknown" if tag else "the key 'kind' is missing"), mend
    if kind in _WANTED:
        had = _KINDS.get(type(value), "something else")
        return f"{shown(value)} is {had}, not {_WANTED[kind]}", _write(place, kind)
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is no digest", _write(place, kind)
    if kind in ("greater_than_equal", "less_than_equal"):
        mend = "write a share such as 0.1 for 10 %"
        return f"{shown(value)} is not between 0 and 1", mend
    if kind == "charter_empty":
        return "the text is empty", "fill it in" + ("" if isinstance(key, int) else ", or drop it")
    return f"{shown(value)} {plain}", _write(place, kind)


def _write(place: Place, kind: str) -> str:
    key = place[-1] if place else ""
    if isinstance(key, int):
        # An item of a list: of tables, or of texts.
        name = str(place[-2])
        return _tables(place[:-1]) if name in _ROWS else f"write {name} = {_SAMPLES[name]}"
    if key in _ROWS:
        return _tables(place)
    if kind == "charter_text":
        return "write it without; a description or vision of several lines stands in " + '"""'
    bare = ", without quotes or a time of day" if kind == "date_type" else ""
    return f"write {key} = {_sample(place)}{bare}"


def _tables(place: Place) -> str:
    names = ".".join(part for part in place if isinstance(part, str))
    return f"write [[{names}]], once for each"


def _known_keys(place: Place) -> str:
    """The key that was meant, or all there are."""
    models = _model(tuple(part for part in place[:-1]))
    known = sorted(
        {field.alias or name for model in models for name, field in model.model_fields.items()}
    )
    near = difflib.get_close_matches(str(place[-1]).lower(), known, n=1, cutoff=0.75)
    if near:
        return f"did you mean {near[0]!r}?"
    listed = ", ".join(known)
    return f"use {listed}" + (
        "" if re.fullmatch(r"[a-z_]+", str(place[-1])) else "; a comment begins with #"
    )
