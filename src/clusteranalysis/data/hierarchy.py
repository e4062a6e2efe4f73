"""Which published numbers must add up to which?

Every row of a table with several levels of industry and of geography is a part of two wholes: the
nearest coarser industry of its region, and the nearest larger region with its industry. Such an
equation holds for jobs only where *establishments* add up (establishments are never withheld): in
the state files every mismatch of jobs coincides with one of establishments. Where parts are left
out of the publication (since 2017), what they lack is a cell of its own: the unpublished rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import level, parent, parse_codes
from clusteranalysis.industries.supersectors import SUPERSECTORS, supersector
from clusteranalysis.kernels.propagation import Equations, equations
from clusteranalysis.schema import check_columns, check_option, refuse_repeats

__all__ = ["REST", "Hierarchy", "Missing", "add_rests", "coarser", "read_hierarchy"]

#: What the name of a cell made here ends with: the part of a whole that no row shows.
REST = " unpublished"
Missing = Literal["gate", "sibling"]

Ints = NDArray[np.int64]
NATION = "US"


@dataclass(frozen=True)
class Hierarchy:
    """Rows of one year, their wholes in both hierarchies, and the equations that hold.

    ``above`` and ``gap`` go by hierarchy (industry, geography): the row of each row's whole (-1
    where there is none), and by whole the establishments that its parts lack.
    """

    above: tuple[Ints, Ints]
    gap: tuple[NDArray[np.float64], NDArray[np.float64]]
    system: Equations
    axis: NDArray[np.int64]
    leaf: NDArray[np.bool_]


def _names(column: pd.Series) -> tuple[Ints, list[str]]:
    """Codes and distinct values of a key column."""
    codes, distinct = pd.factorize(column)
    if (codes < 0).any():
        raise SchemaError(f"column {column.name!r} has missing values: drop these rows")
    return codes.astype(np.int64), [str(value) for value in distinct]


def _merge(codes: Ints, names: list[str]) -> tuple[Ints, list[str]]:
    """Give spellings of one name one code."""
    which, distinct = pd.factorize(np.array(names, dtype=object))
    return which.astype(np.int64)[codes], [str(name) for name in distinct]


def coarser(codes: Iterable[str]) -> tuple[dict[str, str | None], dict[str, int]]:
    """The next coarser industry, and the depth, of every code and all that it is a part of.

    Parameters
    ----------
    codes : iterable of str
        Canonical NAICS codes, ``"00"``, and BLS's supersectors; these stand between the sectors
        and the total, whether or not a table has rows of them.

    Returns
    -------
    dict, dict
        Code to coarser code (None for the total), and code to depth: 0 is the total.
    """
    above: dict[str, str | None] = {}
    depth: dict[str, int] = {}
    todo = sorted(set(codes))
    while todo:
        naics = [code for code in todo if code not in SUPERSECTORS]
        # Two steps fit between the total and a sector.
        depth |= {code: 3 * step for code, step in zip(naics, level(naics), strict=True)}
        depth |= {code: len(code) - 1 for code in todo if code in SUPERSECTORS}
        found = dict(zip(naics, parent(naics), strict=True))
        for code in todo:
            higher = supersector(code) or found.get(code)
            above[code] = None if higher is None or pd.isna(higher) else str(higher)
        todo = sorted({code for code in above.values() if code is not None} - set(above))
    return above, depth


def _industries(names: list[str]) -> tuple[list[str], dict[str, str | None], dict[str, int]]:
    """Canonical names, and the next coarser one and depth of every name and its ancestors."""
    plain = sorted({name.removesuffix(REST) for name in names})
    naics = [name for name in plain if name not in SUPERSECTORS]
    canonical = {name: name for name in plain} | dict(zip(naics, parse_codes(naics), strict=True))
    above, depth = coarser(canonical.values())
    mended = []
    for name in names:
        code = canonical[name.removesuffix(REST)]
        if name.endswith(REST):
            # The rest lies one level under its whole, whatever that level is.
            name = code + REST
            above[name], depth[name] = code, depth[code] + 1
        else:
            name = code
        mended.append(name)
    return mended, above, depth


def _regions(names: list[str]) -> tuple[list[str], dict[str, str | None], dict[str, int]]:
    """The same for regions: counties in states in the nation."""
    above: dict[str, str | None] = {NATION: None}
    depth = {NATION: 0}
    mended = []
    for name in names:
        plain = name.removesuffix(REST)
        plain = NATION if plain == "US000" else plain
        if len(plain) == 5 and plain.isdigit() and plain.endswith("000"):
            plain = plain[:2]
        if plain != NATION and not (plain.isdigit() and len(plain) in (2, 5)):
            raise SchemaError(
                f"column 'region' holds {name!r}: write counties as five digits ('06001'), states "
                "as two ('06') and the nation as 'US'"
            )
        if len(plain) == 5:
            above[plain], depth[plain] = plain[:2], 2
        if plain != NATION:
            above[plain[:2]], depth[plain[:2]] = NATION, 1
        if name.endswith(REST):
            above[plain + REST], depth[plain + REST] = plain, depth[plain] + 1
            plain += REST
        mended.append(plain)
    return mended, above, depth


def _lookup(own: Ints, other: Ints, names: list[str], above: dict[str, str | None]) -> Ints:
    """Row of the nearest ancestor along one key, the other key held."""
    # Every ancestor gets a number, whether or not a row has it.
    number = {name: i for i, name in enumerate(names)}
    for name in above:
        number.setdefault(name, len(number))
    up = np.full(len(number), -1, np.int64)
    for name, higher in above.items():
        if higher is not None:
            up[number[name]] = number[higher]
    key = other * len(number) + own
    order = np.argsort(key)
    ordered = key[order]
    found = np.full(len(own), -1, np.int64)
    candidate = up[own]
    while True:
        todo = np.flatnonzero((found < 0) & (candidate >= 0))
        if len(todo) == 0:
            return found
        wanted = other[todo] * len(number) + candidate[todo]
        at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
        hit = ordered[at] == wanted
        found[todo[hit]] = order[at[hit]]
        candidate[todo] = up[candidate[todo]]


def read_hierarchy(cells: pd.DataFrame) -> Hierarchy:
    """Find the equations that a table of several levels must satisfy.

    Parameters
    ----------
    cells : DataFrame
        One year: ``region`` (county ``"06001"``, state ``"06"``, nation ``"US"``), ``industry``
        (NAICS of any levels, ``"00"`` for the total, BLS's supersectors) and, if it is known,
        ``establishments``.

    Returns
    -------
    Hierarchy
        A row whose immediate whole has no row goes to the nearest ancestor that has one (a code
        with one child may appear at the parent's level alone). Without ``establishments`` every
        equation is taken to hold.

    Raises
    ------
    SchemaError
        A key is missing, repeated or malformed.
    """
    check_columns(cells, ["region", "industry"], what="cells table")
    refuse_repeats(cells, ["region", "industry"], "cells table of one year")
    region, region_names = _names(cells["region"])
    industry, industry_names = _names(cells["industry"])
    mended, region_above, region_depth = _regions(region_names)
    region, region_names = _merge(region, mended)
    mended, industry_above, industry_depth = _industries(industry_names)
    industry, industry_names = _merge(industry, mended)
    is_rest = (
        np.array([name.endswith(REST) for name in industry_names])[industry],
        np.array([name.endswith(REST) for name in region_names])[region],
    )
    above = (
        _lookup(industry, region, industry_names, industry_above),
        _lookup(region, industry, region_names, region_above),
    )
    # The rest of one hierarchy is no part of anything in the other.
    above[1][is_rest[0]] = -1
    above[0][is_rest[1]] = -1
    depth = (
        np.array([industry_depth[name] for name in industry_names], np.int64)[industry],
        np.array([region_depth[name] for name in region_names], np.int64)[region],
    )
    plants = np.zeros(len(cells))
    if "establishments" in cells.columns:
        plants = cells["establishments"].to_numpy(float)
    gaps, keeps = [], []
    leaf = np.ones(len(cells), bool)
    for up in above:
        part = np.flatnonzero(up >= 0)
        sums = np.bincount(up[part], plants[part], minlength=len(cells))
        whole = np.bincount(up[part], minlength=len(cells)) > 0
        gap = np.where(whole, plants - sums, 0.0)
        gaps.append(gap)
        keeps.append(np.abs(gap) < 0.5)
        leaf &= ~whole
    system = equations(list(above), list(depth), keeps)
    first = int((above[0][above[0] >= 0]).size and _count_steps(above[0], depth[0], keeps[0]))
    axis = (system.step >= first).astype(np.int64)
    return Hierarchy(above, (gaps[0], gaps[1]), system, axis, leaf)


def _count_steps(up: Ints, depth: Ints, keep: NDArray[np.bool_]) -> int:
    """How many steps of the equations belong to the first hierarchy."""
    part = np.flatnonzero(up >= 0)
    owner = up[part][keep[up[part]]]
    return len(np.unique(depth[owner]))


def add_rests(cells: pd.DataFrame, *, missing: Missing, counts: list[str]) -> pd.DataFrame:
    """Add, for every whole whose parts lack establishments, the rest as a withheld row.

    Parameters
    ----------
    cells : DataFrame
        As :func:`read_hierarchy`, with ``employment`` and ``establishments``.
    missing : {"gate", "sibling"}
        ``"gate"``: such an equation is left out. ``"sibling"``: it holds once the rest is added.
    counts : list of str
        Columns of establishments by size class; the rest has what the parts lack.

    Returns
    -------
    DataFrame
        The rows as they are, then one row a rest: industry or region named after its whole.
    """
    check_option("missing", missing, Missing)
    cells = cells.reset_index(drop=True)
    if missing == "gate":
        return cells
    check_columns(cells, ["establishments"], what="cells table (missing='sibling')")
    found = read_hierarchy(cells)
    numbers = ["establishments", *counts]
    values = cells[numbers].to_numpy(float)
    rests = []
    for axis, key in enumerate(("industry", "region")):
        whole = np.flatnonzero(found.gap[axis] >= 0.5)
        up = found.above[axis]
        part = np.flatnonzero(up >= 0)
        sums = np.column_stack(
            [np.bincount(up[part], column[part], minlength=len(cells)) for column in values.T]
        )
        left = (values - sums)[whole]
        # Counts that noise or withholding left inconsistent say nothing.
        wrong = (left[:, 1:] < 0).any(axis=1)
        left[wrong, 1:] = np.nan
        keys = ["region", "industry"] + (["year"] if "year" in cells.columns else [])
        rest = cells.loc[whole, keys].astype(dict.fromkeys(["region", "industry"], object))
        rest[key] = rest[key] + REST
        rest[numbers] = left
        rests.append(rest)
    plain = cells.astype(dict.fromkeys(["region", "industry"], object))
    return pd.concat([plain, *rests], ignore_index=True)
