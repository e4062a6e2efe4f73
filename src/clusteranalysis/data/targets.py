"""What does a cell's own row say of its jobs, before anything has to add up?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.data.hierarchy import coarser
from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import SIZE_CLASSES as CLASSES

__all__ = ["CLASSES", "class_bounds", "class_columns", "ratios", "targets"]

Floats = NDArray[np.float64]

# An open class has no middle: most of its plants lie below this multiple of its floor.
_REACH = 3.0
# Half of a class's uniform variance and a little more: plants crowd towards its floor.
_SHRINK = 0.6
_FLOOR = 0.05
# How many plants' worth of evidence the middle of a class is, against disclosed cells.
_RIDGE = 20.0
# Squared coefficient of variation of plant sizes where size classes are unknown.
_PLANT_CV2 = 3.0


def class_columns(cells: pd.DataFrame) -> list[str]:
    """The columns that count plants by size class."""
    return [name for name in CLASSES if name in cells.columns]


def _counts(cells: pd.DataFrame) -> tuple[list[str], Floats, Floats]:
    """Class names, plants by class (withheld counts as 0), and plants of no known class."""
    names = class_columns(cells)
    counts = cells[names].to_numpy(float, copy=True)
    if "n1000" in names and any(name.startswith("n1000_") for name in names):
        parts = [names.index(name) for name in names if name.startswith("n1000_")]
        at = names.index("n1000")
        counts[:, at] = np.maximum(counts[:, at] - np.nansum(counts[:, parts], axis=1), 0.0)
    shown = np.nan_to_num(counts)
    if "establishments" in cells.columns:
        plants = cells["establishments"].to_numpy(float)
        unknown = np.where(np.isnan(plants), np.inf, np.maximum(plants - shown.sum(axis=1), 0.0))
    else:
        open_row = np.isnan(counts).any(axis=1) if names else np.ones(len(cells), bool)
        unknown = np.where(open_row, np.inf, 0.0)
    return names, shown, unknown


def class_bounds(cells: pd.DataFrame) -> tuple[Floats, Floats]:
    """Bounds by size classes alone: sum_k n_k [l_k, u_k]; 0 and infinity where none are known."""
    names, counts, unknown = _counts(cells)
    low, high = np.zeros(len(cells)), np.zeros(len(cells))
    for k, name in enumerate(names):
        floor, top = CLASSES[name]
        low += counts[:, k] * floor
        # No plant in an open class adds nothing, where 0 times infinity would be undefined.
        high += np.multiply(counts[:, k], top, out=np.zeros(len(cells)), where=counts[:, k] > 0)
    high[unknown > 0] = np.inf
    return low, high


def ratios(industry: pd.Series, numerator: Floats, denominator: Floats) -> Floats:
    """For each row, the ratio of sums over its industry's known rows, or over a coarser one's."""
    codes, names = pd.factorize(industry.astype(object))
    known = ~np.isnan(numerator) & ~np.isnan(denominator) & (denominator > 0)
    sums = [
        np.bincount(codes[known], column[known], minlength=len(names))
        for column in (numerator, denominator)
    ]
    # A mean of no known row is the mean of all.
    overall = numerator[known].sum() / denominator[known].sum() if known.any() else np.nan
    table = {
        name: top / bottom for name, top, bottom in zip(names, *sums, strict=True) if bottom > 0
    }
    above, _ = coarser(str(name).split(" ")[0] for name in names)
    result = np.empty(len(names))
    for i, name in enumerate(names):
        code: str | None = str(name) if name in table else str(name).split(" ")[0]
        while code is not None and code not in table:
            code = above.get(code)
        result[i] = overall if code is None else table[code]
    return result[codes]


def targets(
    cells: pd.DataFrame, value: Floats, leaf: NDArray[np.bool_], class_means: pd.Series | None
) -> tuple[Floats, Floats]:
    """Target and variance of every cell: m = sum_k n_k beta_k, v = 0.05 + sum_k n_k s_k^2.

    Plants of no known class count with the mean of their industry and three times its square.
    """
    names, counts, unknown = _counts(cells)
    limits = np.array([CLASSES[name] for name in names]).reshape(-1, 2)
    floor = limits[:, 0]
    top = np.where(np.isinf(limits[:, 1]), _REACH * np.maximum(floor, 1.0), limits[:, 1])
    spread = _SHRINK * (top - floor + 1) ** 2 / 12
    v = _FLOOR + counts @ spread
    if class_means is None:
        disclosed = ~np.isnan(value) & leaf & (unknown == 0)
        means = _ridge(counts[disclosed], value[disclosed], v[disclosed], (floor + top) / 2, spread)
        means = np.clip(means, floor, top)
    else:
        lost = [name for name in names if name not in class_means.index]
        if lost:
            raise SchemaError(
                f"class_means has no {', '.join(map(repr, lost))}: give the mean jobs a plant of "
                "every size class that the table has"
            )
        means = class_means[names].to_numpy(float)
    m = counts @ means
    some = unknown > 0
    if some.any():
        plants = np.where(np.isinf(unknown), 1.0, unknown)
        if "establishments" in cells.columns:
            per_plant = ratios(cells["industry"], value, cells["establishments"].to_numpy(float))
        else:
            per_plant = np.full(len(cells), np.nan)
        # Nothing is known of any plant: a mid-sized one, and hardly any weight.
        per_plant = np.where(np.isnan(per_plant), 15.0, np.maximum(per_plant, 1.0))
        m += np.where(some, plants * per_plant, 0.0)
        v += np.where(some, plants * _PLANT_CV2 * per_plant**2, 0.0)
    return m, v


def _ridge(counts: Floats, jobs: Floats, v: Floats, middle: Floats, spread: Floats) -> Floats:
    """Class means by weighted least squares on disclosed cells, drawn to the class's middle."""
    if len(middle) == 0:
        return middle
    weighted = counts / v[:, None]
    pull = _RIDGE / spread
    return np.asarray(
        np.linalg.solve(weighted.T @ counts + np.diag(pull), weighted.T @ jobs + pull * middle)
    )
