"""The seam between labelled tables and array kernels.

Everything a measure needs to know about a table is worked out here once: which cells there are,
which regions, industries and groups (year, draw) they belong to, and what the published totals
are. Kernels never see a label; measures never write a loop over cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.specialization import shares
from clusteranalysis.schema import (
    TOTAL,
    Absent,
    Value,
    check_cells,
    check_columns,
    check_option,
    random_generator,
    refuse_overlap,
    refuse_repeats,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Keys that split a table into groups measured on their own.
GROUP_KEYS = ("year", "draw")


@dataclass(frozen=True)
class Panel:
    """One checked table as codes and values, cells in key order, totals set apart."""

    regions: pd.Index
    industries: pd.Index
    groups: pd.DataFrame  # one row a group; no column where the table has neither year nor draw
    g: Ints
    r: Ints
    i: Ints
    columns: dict[str, Floats]  # value columns of the cells
    totals: dict[str, Floats]  # the same columns of the TOTAL rows, groups x regions, NaN: none
    keys: pd.DataFrame | None = None  # key columns of a table that is used as it lies

    def dense(self, column: str, group: int, absent: Absent) -> Floats:
        """Regions x industries of one group; an absent cell is 0 only when the caller says so."""
        shape = (len(self.regions), len(self.industries))
        matrix = np.full(shape, 0.0 if absent == "zero" else np.nan)
        here = self.g == group
        matrix[self.r[here], self.i[here]] = self.columns[column][here]
        return matrix

    def sums(self, column: str, by: Literal["region", "industry"], absent: Absent) -> Floats:
        """Groups x regions or groups x industries; one withheld cell makes its sum unknown."""
        codes, size, expected = (
            (self.r, len(self.regions), len(self.industries))
            if by == "region"
            else (self.i, len(self.industries), len(self.regions))
        )
        shape = (len(self.groups), size)
        flat, length = self.g * size + codes, shape[0] * size
        summed = np.asarray(np.bincount(flat, self.columns[column], length), float)
        if absent == "withheld":
            summed[np.bincount(flat, minlength=length) < expected] = np.nan
        return summed.reshape(shape)

    def region_totals(self, column: str, absent: Absent) -> Floats:
        """Groups x regions: the published total where there is one, else the sum of cells."""
        summed, published = self.sums(column, "region", absent), self.totals[column]
        return np.where(np.isnan(published), summed, published)

    def only(self, industries: NDArray[np.bool_]) -> Panel:
        """The same regions and groups with some of the industries, and no published totals."""
        kept = industries[self.i]
        return Panel(
            regions=self.regions,
            industries=self.industries[industries],
            groups=self.groups,
            g=self.g[kept],
            r=self.r[kept],
            i=(np.cumsum(industries) - 1)[self.i[kept]],
            columns={column: array[kept] for column, array in self.columns.items()},
            totals={column: np.full_like(array, np.nan) for column, array in self.totals.items()},
        )

    def each_group(self) -> Iterator[tuple[int, dict[str, int]]]:
        """Group number and its key values."""
        for number in range(len(self.groups)):
            yield number, {key: int(self.groups[key].iloc[number]) for key in self.groups.columns}

    def cell_keys(self, where: slice | NDArray[np.bool_] = slice(None)) -> pd.DataFrame:
        """Key columns of the cells, in key order."""
        if self.keys is not None and isinstance(where, slice):
            return self.keys
        group = self.groups.take(self.g[where]).reset_index(drop=True)
        region = pd.Series(self.regions.take(self.r[where]), name="region")
        industry = pd.Series(self.industries.take(self.i[where]), name="industry")
        return pd.DataFrame({"region": region, "industry": industry, **group}, copy=False)


def read_panel(
    table: pd.DataFrame,
    *,
    values: Sequence[str] = ("employment",),
    optional: Sequence[str] = (),
    what: str = "employment table",
) -> Panel:
    """Check a table and take it apart; the table itself is only read."""
    every_key = check_cells(table, values=values, what=what, require=("region", "industry"))
    columns = [*values, *(c for c in optional if c in table.columns and c not in values)]
    keys = [key for key in GROUP_KEYS if key in table.columns]
    r, regions = pd.factorize(_text(table["region"]), sort=True)
    i, industries = pd.factorize(_text(table["industry"]), sort=True)
    regions, industries = pd.Index(regions, name="region"), pd.Index(industries, name="industry")
    if keys:
        g = np.asarray(table.groupby(keys, sort=True).ngroup(), np.intp)
        groups = table[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    else:
        g, groups = np.zeros(len(table), np.intp), pd.DataFrame(index=pd.RangeIndex(1))
    refuse_overlap(industries)
    numbers = {column: table[column].to_numpy(float) for column in columns}

    # A table in key order without totals, the usual large one, is used as it lies.
    cells: Ints | slice = slice(None)
    totals = {column: np.full((len(groups), len(regions)), np.nan) for column in columns}
    position = industries.get_indexer(pd.Index([TOTAL]))[0]
    if position >= 0:
        is_total = i == position
        refuse_repeats(table[is_total], every_key, what)
        for column in columns:
            totals[column][g[is_total], r[is_total]] = numbers[column][is_total]
        industries = industries.delete(position)
        i = np.where(i > position, i - 1, i)
        cells = np.flatnonzero(~is_total)

    # Sorting one packed integer is several times faster than a lexsort of the key columns.
    packed = (r[cells] * max(len(industries), 1) + i[cells]) * max(len(groups), 1) + g[cells]
    if np.any(packed[1:] < packed[:-1]):
        order = np.argsort(packed, kind="stable")
        packed = packed[order]
        cells = order if isinstance(cells, slice) else cells[order]
    if np.any(packed[1:] == packed[:-1]):
        refuse_repeats(table, every_key, what)
    return Panel(
        regions=regions,
        industries=industries,
        groups=groups,
        g=g[cells],
        r=r[cells],
        i=i[cells],
        columns={column: array[cells] for column, array in numbers.items()},
        totals=totals,
        keys=_as_they_lie(table, keys) if isinstance(cells, slice) else None,
    )


def _as_they_lie(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame | None:
    """The key columns of a table in key order: text need not be made again from its codes.

    Only pandas' own text type, which is never changed in place, can be passed on.
    """
    columns = ["region", "industry", *keys]
    if any(str(table[name].dtype) != "str" for name in columns[:2]):
        return None
    return table[columns].reset_index(drop=True)


def _text(values: pd.Series) -> pd.Series:
    """Keys as text: categories would sort in their own order, not by key."""
    return values.astype("str") if isinstance(values.dtype, pd.CategoricalDtype) else values


def read_matrices(table: pd.DataFrame, value: str, absent: str) -> Panel:
    """A panel for measures that need every region x industry cell of a group."""
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    return some_industries(read_panel(table, values=(value,)))


def some_industries(panel: Panel) -> Panel:
    """Refuse a table in which there is nothing to measure."""
    if not len(panel.industries):
        raise SchemaError(
            "the employment table has no rows but totals ('00'): add a row for each industry"
        )
    return panel


def group_seed(rng: np.random.Generator | int) -> int:
    """One seed for all groups, drawn once: each gets what it would get alone."""
    return int(random_generator(rng).integers(2**63))


def stack_groups(parts: list[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """Stack the groups' tables and sort by key, with a fresh index."""
    return pd.concat(parts, ignore_index=True).sort_values(keys, kind="stable", ignore_index=True)


def region_weights(
    panel: Panel, reference: pd.DataFrame | Literal["sum"], value: str, absent: Absent
) -> Floats:
    """Groups x regions shares that add up to 1: of a table, or of all jobs of the regions.

    Published totals weigh first, so that jobs withheld from the cells still count for size.
    """
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum"])
        weights = panel.region_totals(value, absent)
    else:
        check_columns(reference, ["region"], what="reference table")
        column = value if value in reference.columns else "weight"
        weights = read_weights(reference, panel, column=column)
    return shares(weights, axis=1)


@dataclass(frozen=True)
class Reference:
    """A reference area's industries and total, aligned to a panel's groups and industries."""

    industry: dict[str, Floats]  # groups x industries
    total: dict[str, Floats]  # groups
    name: str
    whole: Panel  # the reference's own table: it may have industries that the panel lacks
    group: Ints  # for each group of the panel, the group of ``whole``


def read_reference(
    reference: pd.DataFrame,
    panel: Panel,
    *,
    values: Sequence[str],
    absent: Absent,
    optional: Sequence[str] = (),
    what: str = "reference table",
) -> Reference:
    """Align a reference table (one area) to a panel, refusing what does not match."""
    check_columns(reference, ["industry", *values], what=what)
    named = "region" in reference.columns
    table = reference if named else reference.assign(region="reference")
    other = read_panel(table, values=values, optional=optional, what=what)
    if len(other.regions) != 1:
        raise SchemaError(
            f"the {what} holds {len(other.regions)} regions "
            f"({', '.join(other.regions[:5])} ...): keep the one area to compare with, for example "
            "reference[reference['region'] == 'US'], or pass reference='sum'"
        )
    group = _match_groups(panel, other)
    place = other.industries.get_indexer(panel.industries)
    if (place < 0).any():
        missing = ", ".join(map(repr, panel.industries[place < 0][:5]))
        raise SchemaError(
            f"column 'industry' of the {what} lacks {missing} "
            f"({int((place < 0).sum())} in all): give it the same level and NAICS vintage as the "
            "employment table, with NaN where the reference is withheld"
        )
    industry, total = {}, {}
    for column in other.columns:
        # An industry without a row in one year of the reference is unknown there, not zero.
        full = np.full((len(other.groups), len(other.industries)), np.nan)
        full[other.g, other.i] = other.columns[column]
        industry[column] = full[np.ix_(group, place)]
        total[column] = other.region_totals(column, absent)[group, 0]
    name = str(other.regions[0]) if named else "table"
    return Reference(industry, total, name, other, group)


def _match_groups(panel: Panel, other: Panel) -> Ints:
    """For each group of the panel, the group of ``other`` with the same year and draw.

    A key that ``other`` lacks is the same for all (one reference for every draw); a key that only
    ``other`` has is ambiguous unless it has one value.
    """
    shared = [key for key in other.groups.columns if key in panel.groups.columns]
    extra = [key for key in other.groups.columns if key not in panel.groups.columns]
    for key in extra:
        if len(other.groups) > 1 and (other.groups[key] != other.groups[key].iloc[0]).any():
            raise SchemaError(
                f"the reference table has several values of {key!r} and the employment table has "
                f"no such column: keep one {key} of the reference"
            )
    if not shared:
        return np.zeros(len(panel.groups), np.intp)
    theirs = pd.MultiIndex.from_frame(other.groups[shared])
    ours = pd.MultiIndex.from_frame(panel.groups[shared])
    group = theirs.get_indexer(ours)
    if (group < 0).any():
        missing = ", ".join(map(str, ours[group < 0].unique()[:5]))
        raise SchemaError(
            f"the reference table has no rows for {', '.join(shared)} {missing}: add them, or drop "
            "them from the employment table"
        )
    return group


def read_weights(
    weights: pd.DataFrame, panel: Panel, *, column: str, what: str = "reference table"
) -> Floats:
    """Groups x regions from a table keyed by region (population, area, a sector's jobs)."""
    if "industry" in weights.columns:
        raise SchemaError(
            f"the {what} has a column 'industry': here it weights regions, so pass one row a region"
        )
    check_columns(weights, ["region", column], what=what)
    other = read_panel(weights.assign(industry="weight"), values=(column,), what=what)
    group = _match_groups(panel, other)
    place = other.regions.get_indexer(panel.regions)
    if (place < 0).any():
        missing = ", ".join(map(repr, panel.regions[place < 0][:5]))
        raise SchemaError(f"column 'region' of the {what} lacks {missing}: add a row for each")
    extra = other.regions.difference(panel.regions)
    if len(extra) and what == "reference table":
        raise SchemaError(
            f"column 'region' of the {what} has {', '.join(map(repr, extra[:5]))} "
            f"({len(extra)} in all) that the employment table lacks: drop them from it, or give "
            "them rows of 0 jobs"
        )
    full = np.full((len(other.groups), len(other.regions)), np.nan)
    full[other.g, other.r] = other.columns[column]
    return full[np.ix_(group, place)]
