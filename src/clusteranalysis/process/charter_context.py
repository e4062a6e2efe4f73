"""Is what charters name there, and do the charters of one region agree?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clusteranalysis.clusters import ClusterDefinition, read_definition
from clusteranalysis.errors import DefinitionError, RegionError
from clusteranalysis.process.charter_messages import shown
from clusteranalysis.process.charter_rules import Fault, Place, rows, text
from clusteranalysis.regions import Region, find_region

__all__ = ["Places", "beside", "together"]


class Places:
    """Regions and definitions that charters name, each looked up once."""

    def __init__(self) -> None:
        self._regions: dict[str, Region | str] = {}
        self._definitions: dict[str, ClusterDefinition | str] = {}

    def region(self, name: str) -> Region | str:
        """The region, or why there is none."""
        if name not in self._regions:
            try:
                self._regions[name] = find_region(name)
            except RegionError as error:
                self._regions[name] = str(error)
        return self._regions[name]

    def definition(self, name: str) -> ClusterDefinition | str:
        """The definition, or why there is none."""
        if name not in self._definitions:
            try:
                self._definitions[name] = read_definition(name)
            except DefinitionError as error:
                self._definitions[name] = " ".join(str(error).split())
        return self._definitions[name]

    def faults(self, path: Path, content: Mapping[str, Any]) -> Iterator[Fault]:
        """Whether the region, clusters and comparators that a charter names are there."""
        here = None
        if name := text(content, "region"):
            here = self.region(beside(path, name))
            if isinstance(here, str):
                yield Fault(("region",), *_split(here))
        yield from self._clusters(path, content)
        for at, initiative in rows(content, "initiatives"):
            for number, criterion in rows(initiative, "criteria"):
                other = text(criterion, "comparator")
                if not other or other == "us" or criterion.get("kind") != "measured":
                    continue
                place: Place = ("initiatives", at, "criteria", number, "comparator")
                found = self.region(beside(path, other))
                if isinstance(found, str):
                    message, mend = _split(found)
                    yield Fault(place, message, f'{mend}; or write comparator = "us"')
                elif isinstance(here, Region) and set(found.counties) == set(here.counties):
                    yield Fault(
                        place,
                        f"{other!r} is the charter's own region: the difference would always be 0",
                        'write comparator = "us" or another region',
                    )

    def _clusters(self, path: Path, content: Mapping[str, Any]) -> Iterator[Fault]:
        if not (name := text(content, "definition")):
            return
        definition = self.definition(beside(path, name))
        if isinstance(definition, str):
            yield Fault(("definition",), *_split(definition))
            return
        known = {cluster.id for cluster in definition.clusters}
        asked: list[tuple[Place, Any]] = [(("cluster",), content.get("cluster"))]
        for at, initiative in rows(content, "initiatives"):
            others = initiative.get("shared_with")
            for number, other in enumerate(others if isinstance(others, list) else []):
                if other != content.get("cluster"):
                    asked.append((("initiatives", at, "shared_with", number), other))
        for place, cluster in asked:
            if not isinstance(cluster, str) or cluster in known:
                continue
            near = difflib.get_close_matches(cluster, sorted(known), n=1)
            listed = ", ".join(sorted(known))
            mend = f"did you mean {near[0]!r}?" if near else f"use one of {listed}"
            yield Fault(place, f"no cluster {shown(cluster)} in {definition.id!r}", mend)
        if content.get("status") == "adopted" and "definition_digest" not in content:
            yield Fault(
                (),
                "an adopted charter does not fix what its cluster is",
                f'add definition_digest = "{definition.digest}", so that a later change of the '
                "definition is seen",
            )


def _split(reason: str) -> tuple[str, str]:
    """A message that ends in its mend, in two."""
    message, _, mend = reason.rpartition(": ")
    if not message:
        message, _, mend = reason.partition("; " if "; " in reason else ". ")
    return message, mend or "check it"


def beside(path: Path, name: str) -> str:
    """A region or definition that is a file is looked for beside the charter."""
    if name.lower().endswith((".toml", ".csv")) and not name.startswith("~"):
        return str(path.parent / name)
    return name


def together(files: Sequence[tuple[Path, Mapping[str, Any]]]) -> Iterator[tuple[int, Fault]]:
    """What charters of one region say differently of each other; with the number of the file."""
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for number, (_, content) in enumerate(files):
        cluster = text(content, "cluster")
        if not cluster:
            continue
        key = (text(content, "region"), text(content, "definition"))
        group = groups.setdefault(key, {})
        if cluster in group:
            other = str(files[group[cluster]][0])
            message = f"{other!r} is a charter of this cluster and region too"
            yield number, Fault(("cluster",), message, "keep one; earlier versions belong in git")
        else:
            group[cluster] = number
    for group in groups.values():
        for cluster, number in group.items():
            for other, second in group.items():
                if other != cluster:
                    found = _shared(files[number][1], files[second], other)
                    yield from ((number, fault) for fault in found)


def _shared(
    own: Mapping[str, Any], second: tuple[Path, Mapping[str, Any]], cluster: str
) -> Iterator[Fault]:
    """Whether what is shared with another cluster's charter is the same there."""
    theirs = {text(row, "id"): row for _, row in rows(second[1], "initiatives")}
    name = str(second[0])
    for at, initiative in rows(own, "initiatives"):
        place: Place = ("initiatives", at)
        others = initiative.get("shared_with")
        shared = isinstance(others, list) and cluster in others
        own_id = text(initiative, "id")
        if not own_id:
            continue
        if own_id not in theirs:
            if shared:
                yield Fault(
                    (*place, "shared_with"),
                    f"{cluster!r} is said to share it, yet {name!r} has no initiative {own_id!r}",
                    "add it there, or drop the cluster here",
                )
            continue
        if not shared:
            yield Fault(
                (*place, "id"),
                f"{name!r} has an initiative {own_id!r} too",
                f'add shared_with = ["{cluster}"] if it is the same, else rename one',
            )
            continue
        for key in ("title", "outcome"):
            if initiative.get(key) != theirs[own_id].get(key):
                yield Fault(
                    (*place, key),
                    f"{key} of a shared initiative is {shown(initiative.get(key))} here and "
                    f"{shown(theirs[own_id].get(key))} in {name!r}",
                    "write the same in both",
                )
