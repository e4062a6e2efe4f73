"""Which industries make up a cluster?

A definition is a TOML file: one NAICS vintage, clusters with NAICS prefixes of any level and
clusters of another definition by name, each code in one cluster only. What no cluster takes is the
*rest*, and is reported, never lost.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from clusteranalysis.errors import DefinitionError
from clusteranalysis.industries import naics

__all__ = ["REST", "Cluster", "ClusterDefinition", "Tradability"]

Tradability = Literal["traded", "local", "mixed"]
#: Label of the six-digit industries that no cluster of a definition takes.
REST = "rest"


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
