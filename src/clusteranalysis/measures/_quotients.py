"""The seam of the location quotients: the four numbers x, n, X and N of every cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import specialization as kernel
from clusteranalysis.measures._panel import (
    Floats,
    Ints,
    Panel,
    Reference,
    read_panel,
    read_reference,
    read_weights,
)
from clusteranalysis.schema import Absent, Value, check_columns, check_option

BaseName = Literal["total", "traded", "local"]
PLANTS = "plant_herfindahl"
_TAGS = ("traded", "local", "mixed")


class Matrices(NamedTuple):
    """One group as arrays, industries of the base only."""

    E: Floats  # regions x industries
    n: Floats  # regions
    X: Floats  # industries
    N: float


@dataclass(frozen=True)
class Quotients:
    """A table, its reference and its base, aligned."""

    panel: Panel
    ref: Reference
    counted: NDArray[np.bool_]  # which industries belong to the base
    own: Floats  # groups x regions: totals of the base
    whole: Floats  # groups: the reference's totals of the base
    value: Value
    absent: Absent
    base: str

    @property
    def cells(self) -> NDArray[np.bool_] | slice:
        """Which cells of the panel are measured; all of them need no mask."""
        return slice(None) if self.counted.all() else self.counted[self.panel.i]

    @property
    def industries(self) -> pd.Index:
        """The industries of the base."""
        return self.panel.industries[self.counted]

    @property
    def codes(self) -> tuple[Ints, Ints, Ints]:
        """Group, region and industry (of the base) of the measured cells, in key order."""
        cells = self.cells
        if isinstance(cells, slice):
            return self.panel.g, self.panel.r, self.panel.i
        place = np.cumsum(self.counted) - 1
        return self.panel.g[cells], self.panel.r[cells], place[self.panel.i[cells]]

    def column(self, name: str) -> Floats:
        """A column of the measured cells."""
        return self.panel.columns[name][self.cells]

    def keys(self) -> pd.DataFrame:
        """Key columns of the measured cells, in key order."""
        return self.panel.cell_keys(self.cells)

    def quotients(self) -> Floats:
        """LQ of the measured cells."""
        g, r, i = self.codes
        # The reference's shares are few: divided before they are spread over the cells.
        share = kernel.ratio(self.ref.industry[self.value][:, self.counted], self.whole[:, None])
        return kernel.ratio(kernel.ratio(self.column(self.value), self.own[g, r]), share[g, i])

    def groups(self) -> Iterator[tuple[dict[str, int], Matrices]]:
        """Key values and arrays of each group; a row that is absent is what the caller says."""
        for group, keys in self.panel.each_group():
            yield (
                keys,
                Matrices(
                    E=self.panel.dense(self.value, group, self.absent)[:, self.counted],
                    n=self.own[group],
                    X=self.ref.industry[self.value][group][self.counted],
                    N=float(self.whole[group]),
                ),
            )

    def gather(self, matrices: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Values of the measured cells, in key order, from one matrix a group."""
        g, r, i = self.codes
        result = np.empty(len(g), matrices[0].dtype if len(matrices) else float)
        for group, matrix in enumerate(matrices):
            here = g == group
            result[here] = matrix[r[here], i[here]]
        return result


def read_quotients(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    base: BaseName | pd.DataFrame,
    tradability: Mapping[str, str] | None,
    value: Value,
    absent: Absent,
    optional: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Quotients:
    """Check and align a table and its reference.

    ``optional`` columns are taken from the table where present, ``also`` from both.
    """
    check_columns(employment, ["region", "industry", value], what="employment table")
    panel = read_panel(employment, values=(value,), optional=[*optional, *also])
    ref = _reference(panel, reference, value, also, absent)
    counted = _base_members(panel.industries, base, tradability)
    own, whole = _denominators(panel, ref, base, value, tradability, reference, absent)
    name = base if isinstance(base, str) else "table"
    return Quotients(panel, ref, counted, own, whole, value, absent, name)


def _reference(
    panel: Panel,
    reference: pd.DataFrame | Literal["sum"],
    value: str,
    also: Sequence[str],
    absent: Absent,
) -> Reference:
    """The reference's industry and overall totals, groups first."""
    if isinstance(reference, str):
        if reference != "sum":
            raise SchemaError(
                f"reference={reference!r} is not an option: pass a table of the area to compare "
                "with, or 'sum' for all regions of the employment table together"
            )
        industry = {c: panel.sums(c, "industry", absent) for c in panel.columns}
        if PLANTS in panel.columns:
            # Squared plant sizes add up; their shares do not.
            squares = panel.columns[PLANTS] * panel.columns[value] ** 2
            added = replace(panel, columns={PLANTS: squares}).sums(PLANTS, "industry", absent)
            industry[PLANTS] = kernel.ratio(added, industry[value] ** 2)
        # Its totals depend on the base and are those of the regions: see _denominators.
        return Reference(industry, {}, "sum", panel, np.arange(len(panel.groups)))
    return read_reference(reference, panel, values=(value,), absent=absent, optional=also)


def _base_members(
    industries: pd.Index, base: BaseName | pd.DataFrame, tradability: Mapping[str, str] | None
) -> NDArray[np.bool_]:
    """Which industries belong to the base: all of them, or the traded or local ones."""
    if not isinstance(base, str):
        return np.ones(len(industries), bool)
    check_option("base", base, BaseName)
    if base == "total":
        return np.ones(len(industries), bool)
    if tradability is None:
        raise SchemaError(
            f"base={base!r} needs to know which industries are {base}: pass tradability="
            "{industry: 'traded' | 'local' | 'mixed'}"
        )
    wrong = [name for name in industries if tradability.get(name) not in _TAGS]
    if wrong:
        shown = ", ".join(f"{name!r}: {tradability.get(name)!r}" for name in wrong[:5])
        raise SchemaError(
            f"tradability does not say whether {shown} ({len(wrong)} in all) are 'traded', "
            "'local' or 'mixed': give each industry of both tables one of these"
        )
    return np.array([tradability[name] == base for name in industries], bool)


def _denominators(
    panel: Panel,
    ref: Reference,
    base: BaseName | pd.DataFrame,
    value: str,
    tradability: Mapping[str, str] | None,
    reference: pd.DataFrame | Literal["sum"],
    absent: Absent,
) -> tuple[Floats, Floats]:
    """Base totals: groups x regions for the regions, groups for the reference."""
    if isinstance(base, pd.DataFrame):
        own = read_weights(base, panel, column=value, what="base table")
    elif base == "total":
        own = panel.region_totals(value, absent)
    else:
        mine = panel.only(_base_members(panel.industries, base, tradability))
        own = mine.sums(value, "region", absent)
    if isinstance(reference, str):
        return own, own.sum(axis=1)
    if isinstance(base, pd.DataFrame):
        # The reference's own base is the row of that table with the reference's region name.
        alone = Panel(
            pd.Index([ref.name]), panel.industries, panel.groups,
            panel.g[:0], panel.r[:0], panel.i[:0], {}, {},
        )  # fmt: skip
        return own, read_weights(base, alone, column=value, what="base table")[:, 0]
    if base == "total":
        return own, ref.total[value]
    # The reference's base holds its traded industries, whether or not the regions have them.
    theirs = ref.whole.only(_base_members(ref.whole.industries, base, tradability))
    return own, theirs.sums(value, "region", absent).sum(axis=1)[ref.group]
