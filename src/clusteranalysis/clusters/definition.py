"""Which industries make up a cluster?

A definition is a TOML file: one NAICS vintage, clusters with NAICS prefixes of any level, each
code in one cluster only. What no cluster takes is the *rest*, and is reported, never lost.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from clusteranalysis.errors import DefinitionError
from clusteranalysis.industries import naics
from clusteranalysis.schema import TOTAL

__all__ = ["REST", "Cluster", "ClusterDefinition", "Tradability", "read_definition"]

Tradability = Literal["traded", "local", "mixed"]
#: Label of the six-digit industries that no cluster of a definition takes.
REST = "rest"
_SHIPPED = {"east-bay-2017": "east_bay_2017.toml"}


@dataclass(frozen=True)
class Cluster:
    """One cluster as its definition states it."""

    id: str
    name: str
    tradability: Tradability
    prefixes: tuple[str, ...]
    description: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ClusterDefinition:
    """A checked set of clusters over one NAICS vintage.

    Attributes
    ----------
    id, title, notes : str
        What the file says of itself.
    vintage : int
        NAICS edition of the prefixes.
    clusters : tuple of Cluster
        In the file's order.
    """

    id: str
    title: str
    vintage: int
    clusters: tuple[Cluster, ...]
    notes: str = ""

    @cached_property
    def members(self) -> pd.DataFrame:
        """``industry`` (every six-digit code of the vintage), ``title``, ``cluster`` (or rest)."""
        structure = naics(self.vintage)
        leaves = structure.loc[structure["level"] == 6, ["industry", "title"]]
        return leaves.assign(cluster=_assign(leaves["industry"], self.clusters)).reset_index(
            drop=True
        )

    @cached_property
    def cover(self) -> pd.DataFrame:
        """The coarsest disjoint industries: ``industry``, ``title``, ``cluster``.

        A four-digit industry that lies wholly in one cluster stands for its six-digit children,
        since far fewer of its county cells are withheld; the others stand at six digits.
        """
        leaves = self.members.assign(parent=self.members["industry"].str[:4])
        owners = leaves.groupby("parent")["cluster"].agg(["nunique", "first"])
        whole = owners.loc[owners["nunique"] == 1, "first"]
        structure = naics(self.vintage)
        groups = structure.loc[structure["industry"].isin(whole.index), ["industry", "title"]]
        groups = groups.assign(cluster=groups["industry"].map(whole))
        split = leaves.loc[~leaves["parent"].isin(whole.index), ["industry", "title", "cluster"]]
        return pd.concat([groups, split]).sort_values("industry", ignore_index=True)

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change whenever a code, tag or name does."""
        content = [
            self.vintage,
            [(c.id, c.name, c.tradability, sorted(c.prefixes)) for c in self.clusters],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]

    @property
    def names(self) -> dict[str, str]:
        """Cluster id -> name, the rest included."""
        return {cluster.id: cluster.name for cluster in self.clusters} | {REST: "Not in a cluster"}

    @property
    def tradability(self) -> dict[str, str]:
        """Cluster id -> traded, local or mixed; the rest counts as mixed, so in neither base."""
        tags: dict[str, str] = {cluster.id: cluster.tradability for cluster in self.clusters}
        return tags | {REST: "mixed"}

    @property
    def rest(self) -> pd.DataFrame:
        """The six-digit industries that no cluster takes: ``industry``, ``title``."""
        left = self.members["cluster"] == REST
        return self.members.loc[left, ["industry", "title"]].reset_index(drop=True)

    def cluster(self, cluster_id: str) -> Cluster:
        """The cluster of that id.

        Raises
        ------
        DefinitionError
            There is none; the message lists those there are.
        """
        for cluster in self.clusters:
            if cluster.id == cluster_id:
                return cluster
        known = ", ".join(cluster.id for cluster in self.clusters)
        raise DefinitionError(f"no cluster {cluster_id!r} in {self.id!r}: use one of {known}")


def _assign(industries: pd.Series, clusters: tuple[Cluster, ...]) -> pd.Series:
    owner = {prefix: cluster.id for cluster in clusters for prefix in cluster.prefixes}

    def find(code: str) -> str:
        for length in range(2, 7):
            if code[:length] in owner:
                return owner[code[:length]]
        return REST

    return industries.map({code: find(code) for code in industries}).astype("str")


def read_definition(source: str | Path = "east-bay-2017") -> ClusterDefinition:
    """Read a cluster definition: one that ships with the library, or your own TOML file.

    Parameters
    ----------
    source : str or Path
        ``"east-bay-2017"``, or the path of a TOML file with a ``[definition]`` table (``id``,
        ``title``, ``naics``, optional ``notes``) and ``[[cluster]]`` tables (``id``, ``name``,
        ``tradability``, ``industries``, optional ``description`` and ``reason``).

    Returns
    -------
    ClusterDefinition
        Checked; ``rest`` lists the six-digit industries that no cluster takes.

    Raises
    ------
    DefinitionError
        The file cannot be read, or breaks a rule; every fault is named at once with its place.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> definition = ca.read_definition("east-bay-2017")
    >>> len(definition.clusters), len(definition.rest.query("not industry.str.startswith('92')"))
    (27, 0)
    """
    name = str(source)
    if not name.strip() or "\0" in name:
        known = ", ".join(_SHIPPED)
        raise DefinitionError(f"{name!r} is no definition: use {known}, or a TOML file's path")
    if name in _SHIPPED:
        text = resources.files(__package__).joinpath(_SHIPPED[name]).read_text("utf-8")
    else:
        text = _read_text(Path(source), name)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{name}: not a TOML file: {error}: mend that line") from None
    except (ValueError, RecursionError) as error:
        # tomllib lets Python's own limits through: digits of a number, depth of nesting.
        reason = str(error).partition(";")[0] or type(error).__name__
        raise DefinitionError(f"{name}: not a cluster definition: {reason}") from None
    faults: list[str] = []
    definition = _parse(content, faults)
    if faults:
        listed = "\n  ".join(faults)
        count = f"{len(faults)} fault" + ("s" if len(faults) > 1 else "")
        raise DefinitionError(f"{name}: {count} in the cluster definition:\n  {listed}")
    return definition


def _read_text(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        known = ", ".join(_SHIPPED)
        raise DefinitionError(
            f"no cluster definition {name!r}: use {known}, or the path of a TOML file"
        ) from None
    except UnicodeDecodeError:
        raise DefinitionError(f"{name}: not UTF-8 text: save the file as UTF-8 TOML") from None
    except OSError as error:
        raise DefinitionError(f"{name}: cannot be read: {error.strerror}") from None


def _text(table: dict[str, Any], key: str, place: str, faults: list[str], default: str = "") -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (key in ("id", "name", "title") and not value.strip()):
        faults.append(f"{place}: {key} must be text, not {value!r}")
        return ""
    return value.strip()


def _unknown_keys(table: dict[str, Any], known: set[str], place: str, faults: list[str]) -> None:
    for key in sorted(set(table) - known):
        faults.append(f"{place}: unknown key {key!r}: use {', '.join(sorted(known))}")


def _parse(content: dict[str, Any], faults: list[str]) -> ClusterDefinition:
    _unknown_keys(content, {"definition", "cluster"}, "top level", faults)
    head = content.get("definition", {})
    rows = content.get("cluster", [])
    given = isinstance(head, dict) and "definition" in content
    if not given:
        faults.append("top level: no [definition] table with id, title and naics")
        head = {}
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        faults.append("top level: no [[cluster]] tables")
        rows = []
    _unknown_keys(head, {"id", "title", "naics", "notes"}, "[definition]", faults)
    vintage = head.get("naics", 2017)
    if vintage != 2017 or not isinstance(vintage, int):
        faults.append(f"[definition]: naics must be 2017, the vintage that ships, not {vintage!r}")
    known = naics(2017)["industry"].tolist()
    clusters = tuple(_parse_cluster(row, at, known, faults) for at, row in enumerate(rows, 1))
    _check_once(clusters, faults)
    return ClusterDefinition(
        id=_text(head, "id", "[definition]", faults) if given else "",
        title=_text(head, "title", "[definition]", faults) if given else "",
        vintage=2017,
        clusters=clusters,
        notes=_text(head, "notes", "[definition]", faults),
    )


def _parse_cluster(row: dict[str, Any], at: int, known: list[str], faults: list[str]) -> Cluster:
    place = f"cluster {at} ({row.get('id', 'no id')!r})"
    fields = {"id", "name", "tradability", "industries", "description", "reason"}
    _unknown_keys(row, fields, place, faults)
    tag: Any = row.get("tradability")
    if tag not in get_args(Tradability):
        faults.append(f"{place}: tradability must be traded, local or mixed, not {tag!r}")
        tag = "mixed"
    codes = row.get("industries")
    if not isinstance(codes, list) or not codes:
        faults.append(f"{place}: industries must be a list of NAICS prefixes such as ['3254']")
        codes = []
    prefixes = []
    for code in codes:
        if not isinstance(code, str):
            faults.append(f"{place}: industries holds {code!r}: write it in quotes, '{code}'")
        elif not (code.isdigit() and 2 <= len(code) <= 6):
            faults.append(f"{place}: {code!r} is not a NAICS prefix of two to six digits")
        elif not any(len(leaf) == 6 and leaf.startswith(code) for leaf in known):
            faults.append(f"{place}: {code!r} is no industry of NAICS 2017: check the vintage")
        else:
            prefixes.append(code)
    return Cluster(
        id=_text(row, "id", place, faults),
        name=_text(row, "name", place, faults),
        tradability=tag,
        prefixes=tuple(prefixes),
        description=_text(row, "description", place, faults),
        reason=_text(row, "reason", place, faults),
    )


def _check_once(clusters: tuple[Cluster, ...], faults: list[str]) -> None:
    """Each id once, and each code in one cluster only."""
    for field in ("id", "name"):
        texts = [getattr(cluster, field) for cluster in clusters]
        for repeated in sorted({text for text in texts if text and texts.count(text) > 1}):
            count = texts.count(repeated)
            faults.append(f"cluster {field} {repeated!r} stands {count} times: rename one")
    for cluster in clusters:
        # Ids stand in the industry column: they must not be taken for a total or a code.
        if cluster.id in (REST, TOTAL) or cluster.id.isdigit():
            faults.append(f"cluster id {cluster.id!r} would be read as a code or total: rename it")
    pairs = sorted((prefix, cluster.id) for cluster in clusters for prefix in cluster.prefixes)
    for at, (prefix, owner) in enumerate(pairs):
        for other, other_owner in pairs[at + 1 :]:
            if not other.startswith(prefix):
                break
            if other == prefix and other_owner == owner:
                faults.append(f"{other!r} stands twice in {owner!r}: drop one")
                continue
            faults.append(
                f"{other!r} ({other_owner}) lies inside {prefix!r} ({owner}): each code may stand "
                "once; list the children of the wider prefix instead"
            )
