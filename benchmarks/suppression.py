"""How good and how fast is the suppression solver on a nation whose truth is known?

Input (fixed seed): 3,100 counties in 51 states x a NAICS-like tree of 1,000 leaves, lognormal
plants counted by size class, every level of both hierarchies. Cells with fewer than three plants,
or with one dominant plant, are withheld (primary); then, wherever an equation would give a
withheld cell away, its smallest published part too (complementary). Withheld cells carry a flag.

Baselines: midpoints of the flags, and a fixed-point rule after Autor, Dorn and Hanson (2013): mean
jobs a plant by size class from disclosed cells, held within the bounds of flag and classes, scaled
down each county's industry tree until it adds up.
"""

from __future__ import annotations

import argparse
import platform
import resource
import time
from importlib.metadata import version

import numpy as np
import pandas as pd

from clusteranalysis.data import suppression
from clusteranalysis.data.hierarchy import read_hierarchy
from clusteranalysis.data.targets import CLASSES

CLASSES = list(CLASSES)[:12]
EDGES = [0, 5, 10, 20, 50, 100, 250, 500, 1000, 1500, 2500, 5000]
FLAGS = np.array([0, 20, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000])
STATES, SEED = 51, 20_130
SECTORS = "11 21 22 23 31 42 44 48 51 52 53 54 55 56 61 62 71 72 81".split()
RANGES = {"31": "31-33", "44": "44-45", "48": "48-49"}
MEMBERS = {"31": ["31", "32", "33"], "44": ["44", "45"], "48": ["48", "49"]}


def tree(rng: np.random.Generator, leaves: int) -> pd.DataFrame:
    """Codes of every level with the position of the code one level up, and leaves last."""
    grown = []
    for sector in SECTORS:
        for two in MEMBERS.get(sector, [sector]):
            for three in range(1, rng.integers(2, 9)):
                for four in range(1, rng.integers(2, 8)):
                    for five in range(1, rng.integers(2, 7)):
                        last = rng.choice([1, 1, 1, 2, 3])
                        digits = ["0"] if last == 1 else [str(d + 1) for d in range(last)]
                        grown += [f"{two}{three}{four}{five}{d}" for d in digits]
    if len(grown) < leaves:
        raise ValueError(f"the tree has {len(grown)} leaves, fewer than {leaves}")
    chosen = sorted(rng.choice(grown, leaves, replace=False))

    def code(leaf: str, level: int) -> str:
        if level == 0:
            return "00"
        head = leaf[:level]
        if level == 2:
            return next((RANGES[s] for s in RANGES if head in MEMBERS[s]), head)
        return head

    levels = (0, 2, 3, 4, 5, 6)
    return pd.DataFrame({level: [code(leaf, level) for leaf in chosen] for level in levels})


def nation(counties: int, leaves: int, seed: int = SEED) -> pd.DataFrame:
    """Every cell of the nation: true employment, plants, size classes, largest plant."""
    rng = np.random.default_rng(seed)
    codes = tree(rng, leaves)
    states = min(STATES, max(2, counties // 20))
    state = np.sort(np.concatenate([np.arange(states), rng.integers(0, states, counties - states)]))
    # Plants by Poisson; counties, industries and their pairings are lognormal.
    size = np.exp(rng.normal(0, 1.45, counties))
    share = np.exp(rng.normal(0, 1.5, leaves))
    rate = np.exp(rng.normal(0, 1.25, (counties, leaves))) * size[:, None] * share
    rate *= 2.25 * counties * leaves / rate.sum()
    plants = rng.poisson(rate).ravel()
    cell = np.repeat(np.arange(counties * leaves), plants)
    typical = 3.8 * np.exp(rng.normal(0, 0.6, leaves))
    jobs = np.rint(typical[cell % leaves] * np.exp(rng.normal(0, 1.5, len(cell))))
    jobs = np.minimum(jobs, 20_000).astype(np.int64)
    kind = np.searchsorted(EDGES, jobs, side="right") - 1
    filled, place = np.unique(cell, return_inverse=True)
    values = np.zeros((len(filled), len(CLASSES) + 1))
    np.add.at(values, (place, kind), 1.0)
    values[:, -1] = np.bincount(place, jobs)
    largest = np.zeros(len(filled))
    np.maximum.at(largest, place, jobs)
    return _sum_up(filled // leaves, filled % leaves, values, largest, codes, state)


def _sum_up(county, leaf, values, largest, codes, state) -> pd.DataFrame:
    """Add the leaves up both hierarchies."""
    fips = np.array([f"{s + 1:02d}{i + 1:03d}" for i, s in enumerate(state)])
    if len(fips) > 999:
        number = np.arange(len(state)) - np.searchsorted(state, state)
        fips = np.array([f"{s + 1:02d}{i + 1:03d}" for i, s in zip(number, state, strict=True)])
    places = [fips, np.array([f"{s + 1:02d}" for s in state]), np.full(len(state), "US")]
    tables = []
    for place in places:
        names, region = np.unique(place, return_inverse=True)
        for level in codes:
            industries, industry = np.unique(codes[level].to_numpy(), return_inverse=True)
            key = region[county] * len(industries) + industry[leaf]
            used, at = np.unique(key, return_inverse=True)
            top = np.zeros(len(used))
            np.maximum.at(top, at, largest)
            table = {
                "region": pd.Categorical.from_codes(used // len(industries), names),
                "industry": pd.Categorical.from_codes(used % len(industries), industries),
            }
            sums = [np.bincount(at, column) for column in values.T]
            table |= dict(zip([*CLASSES, "truth"], sums, strict=True))
            tables.append(pd.DataFrame(table | {"largest": top, "level": level}))
    for key in ("region", "industry"):
        union = pd.api.types.union_categoricals([t[key] for t in tables]).categories
        for table in tables:
            table[key] = table[key].cat.set_categories(union)
    cells = pd.concat(tables, ignore_index=True)
    cells["establishments"] = cells[CLASSES].sum(axis=1)
    return cells


def suppress(cells: pd.DataFrame, dominance: float = 0.8) -> pd.DataFrame:
    """Withhold cells (primary, then complementary), and flag them."""
    truth = cells["truth"].to_numpy()
    place = cells["region"].astype(str).to_numpy()
    dominant = cells["largest"].to_numpy() > dominance * truth
    hidden = (cells["establishments"].to_numpy() < 3) | dominant
    hidden &= ~((place == "US") & (cells["level"].to_numpy() <= 3)) & (cells["level"] != 0)
    hidden = hidden.to_numpy().copy()
    system = read_hierarchy(cells).system
    owner = np.repeat(np.arange(len(system.whole)), np.diff(system.start))
    for _ in range(100):
        count = np.add.reduceat(hidden[system.part].astype(int), system.start[:-1])
        alone = (count + hidden[system.whole] == 1)[owner]
        # Of the published parts the smallest goes; where none is, the whole itself.
        open_parts = np.flatnonzero(alone & ~hidden[system.part])
        order = np.lexsort((truth[system.part[open_parts]], owner[open_parts]))
        _, first = np.unique(owner[open_parts][order], return_index=True)
        goes = system.part[open_parts[order[first]]]
        left = np.setdiff1d(np.flatnonzero(count == 1), owner[open_parts])
        left = left[~hidden[system.whole[left]]]
        left = left[cells["level"].to_numpy()[system.whole[left]] > 0]
        if not len(goes) and not len(left):
            break
        hidden[goes] = True
        hidden[system.whole[left]] = True
    flag = np.searchsorted(FLAGS, truth, side="right") - 1
    upper = np.append(FLAGS[1:] - 1.0, np.inf)
    return cells.assign(
        employment=np.where(hidden, np.nan, truth),
        employment_low=np.where(hidden, FLAGS[flag], truth),
        employment_high=np.where(hidden, upper[flag], truth),
    )
