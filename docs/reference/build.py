"""Write ``measures.md``: what each measure answers, its formula, its source, and who else has it.

Everything but the peers is taken from the docstrings, so that the page cannot say anything else.

    python docs/reference/build.py
"""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path

from clusteranalysis import measures
from clusteranalysis.measures import points

HERE = Path(__file__).parent
#: Headings, in the order of an analyst's questions, by the module a measure lives in.
ROOMS = {
    "What is a region specialised in?": [
        "specialization", "comparison", "significance", "input_output",
    ],
    "How specialised or diverse is it as a whole?": [
        "variety", "industry_mix", "theil_index", "presence", "basic_jobs",
    ],
    "Why did it grow?": ["growth", "growth_levels", "growth_pace", "growth_prognosis"],
    "Is an industry concentrated?": ["concentration", "plants", "plant_bounds"],
    "Where, and are neighbours alike?": ["spatial", "join_counts"],
    "Who locates together?": ["colocation", "colocation_significance", "location_pairs"],
    "Are plants near each other, beyond county lines?": [
        "density_by_distance", "relative", "second_order", "quotients_of_neighbours",
        "colocated_pairs",
    ],
    "What is related to what, and what comes next?": [
        "related_industries", "complexity", "outlook", "productivity",
    ],
}  # fmt: skip


#: Every measure by name; reading and reporting are no measures.
MEASURES = {name: getattr(measures, name) for name in measures.__all__} | {
    name: getattr(points, name)
    for name in points.__all__
    if name not in ("PointReport", "read_establishments")
}


def sections(function: object) -> dict[str, str]:
    """A numpydoc docstring by section; the first line under ``""``."""
    lines = (inspect.getdoc(function) or "").splitlines()
    found, name = {"": lines[0]}, None
    for line, under in zip(lines, [*lines[1:], ""], strict=True):
        if under and set(under) == {"-"} and len(under) == len(line):
            name = line
            found[name] = ""
        elif name and set(line) != {"-"}:
            found[name] += line + "\n"
    return {name: text.strip() for name, text in found.items()}


def entry(name: str, peers: list[str]) -> str:
    """One measure."""
    parts = sections(MEASURES[name])
    elsewhere = "; ".join(peers) or "none that we know"
    return (
        f"### `{name}`\n\n{parts['']}\n\n{linked(parts['Notes'])}\n\n"
        f"*Source.* {' '.join(parts['References'].split())}\n\n*Elsewhere.* {elsewhere}.\n"
    )


def linked(text: str) -> str:
    """A docstring's cross-references as Markdown: to the entry on this page, where there is one."""

    def link(found: re.Match[str]) -> str:
        name = found[1]
        return f"[`{name}`](#{name})" if name in MEASURES else f"`{name}`"

    return re.sub(r":func:`([\w.]+)`", link, text)


def page() -> str:
    """The whole page."""
    with (HERE / "peers.toml").open("rb") as file:
        peers = tomllib.load(file)["peers"]
    text = [
        "# The measures\n\nWhat each one answers, its formula, its source, and which other tools "
        "offer it. Written by `docs/reference/build.py` from the docstrings; `help()` of a measure "
        "says the rest: columns, units, what is refused, an example.\n"
    ]
    told = set()
    for question, modules in ROOMS.items():
        text.append(f"## {question}\n")
        for module in modules:
            for name in sorted(MEASURES):
                if MEASURES[name].__module__.endswith(f".{module}"):
                    told.add(name)
                    text.append(entry(name, peers[name]))
    lost = sorted(set(MEASURES) - told)
    if lost:
        raise SystemExit(f"no heading for {', '.join(lost)}: add its module to ROOMS")
    return "\n".join(text)


if __name__ == "__main__":
    (HERE / "measures.md").write_text(page(), encoding="utf-8", newline="\n")
