"""Which industries is a region specialised in: certainly, certainly not, or unknown?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import Panel, read_panel, read_reference, some_industries
from clusteranalysis.schema import Absent, Value, check_option

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rule = Literal["specialised", "any"]

BOUNDS = ("employment_low", "employment_high")
#: A quotient that is the threshold but for rounding reaches it.
_SLACK = 1e-12


@dataclass(frozen=True)
class Presence:
    """A table, and what makes an industry present in a region: LQ >= threshold, or any jobs."""

    panel: Panel
    value: str
    absent: Absent
    rule: Rule
    threshold: float
    bounded: bool  # whether the table says between what its withheld cells lie
    region: Floats  # groups x regions, n_r
    industry: Floats  # groups x industries, X_i
    total: Floats  # groups, N
    summed: bool  # whether X and N are those of the regions themselves

    def matrix(self, group: int) -> Floats:
        """Regions x industries: 1 present, 0 not, NaN unknown.

        No jobs are no presence, whatever the LQ would be divided by.
        """
        panel = self.panel
        # Cell by cell: a long table without zeros has a fraction of the matrix's.
        here = panel.g == group if len(panel.groups) != 1 else slice(None)
        r, i, x = panel.r[here], panel.i[here], panel.columns[self.value][here]
        cut: Floats | None = None
        if self.rule == "specialised":
            share = ratio(self.industry[group], self.total[group])
            cut = self._cut(self.region[group][r], share[i])
        shape = (len(panel.regions), len(panel.industries))
        M = np.full(shape, 0.0 if self.absent == "zero" else np.nan)
        M[r, i] = _at_least(x, cut)
        return M

    def bounds(self, group: int) -> tuple[Floats, Floats]:
        """The least and the most that :meth:`matrix` can be; 0 and 1 everywhere."""
        if not self.bounded:
            M = self.matrix(group)
            return np.where(np.isnan(M), 0.0, M), np.where(np.isnan(M), 1.0, M)
        low, high = (self.panel.dense(column, group, self.absent) for column in BOUNDS)
        if self.rule == "any":
            least, most = _at_least(low, None), _at_least(high, None)
        else:
            least, most = self._bounds(group, low, high)
        return np.where(np.isnan(least), 0.0, least), np.where(np.isnan(most), 1.0, most)

    def _bounds(self, group: int, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        published = self.panel.totals[self.value][group]
        n_low = np.where(np.isnan(published), low.sum(axis=1), published)[:, None]
        n_high = np.where(np.isnan(published), high.sum(axis=1), published)[:, None]
        if not self.summed:
            share = ratio(self.industry[group], self.total[group])[None, :]
            given = ~np.isnan(published)[:, None]
            # In a sum the other cells take the end that is worst for the claim.
            return (
                _at_least(low, self._cut(np.where(given, n_low, low + n_high - high), share)),
                _at_least(high, self._cut(np.where(given, n_high, high + n_low - low), share)),
            )
        # The cell is part of X, and of n and N where they are sums: x / X rises with it, N / n,
        # which is 1 + others / n, falls with n. Each takes its worst end.
        X_low, X_high = low.sum(axis=0), high.sum(axis=0)
        others_low, others_high = n_low.sum() - n_low, n_high.sum() - n_high
        return (
            _at_least(low, self._cut(low + X_high - high, ratio(n_high, n_high + others_low))),
            _at_least(high, self._cut(high + X_low - low, ratio(n_low, n_low + others_high))),
        )

    def _cut(self, n: Floats, share: Floats) -> Floats:
        """The jobs from which on LQ >= threshold; NaN where the LQ is undefined or unknown."""
        cut = n * share * self.threshold * (1 - _SLACK)
        return np.where(cut == 0, np.nan, cut)

    def measured(self, group: int) -> tuple[Bools, Bools]:
        """Regions and industries that have jobs at all, as far as one knows."""
        return self.region[group] != 0, self.industry[group] != 0


def _at_least(E: Floats, cut: Floats | None) -> Floats:
    """1 where E >= cut, which is above 0, else 0; without a cut any jobs will do; or NaN."""
    unknown = np.isnan(E)
    if cut is None:
        reached = E > 0
    else:
        reached = cut <= E
        unknown |= np.isnan(cut) & (E != 0)
    return np.where(unknown, np.nan, reached)


def read_presence(
    employment: pd.DataFrame,
    reference: pd.DataFrame | Literal["sum"],
    *,
    value: Value,
    absent: Absent,
    threshold: float,
    rule: Rule = "specialised",
) -> Presence:
    """Check a table, its reference and the threshold."""
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    check_option("presence", rule, Rule)
    number = isinstance(threshold, Real) and not isinstance(threshold, bool)
    if not (number and 0 < threshold < math.inf):
        raise SchemaError(
            f"threshold={threshold!r} is not a location quotient: use a number above 0, "
            "1 for the reference's share"
        )
    bounded = value == "employment" and isinstance(employment, pd.DataFrame)
    bounded = bounded and all(column in employment.columns for column in BOUNDS)
    panel = some_industries(
        read_panel(employment, values=(value,), optional=BOUNDS if bounded else ())
    )
    own = panel.region_totals(value, absent)
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum"])
        industry, total = panel.sums(value, "industry", absent), own.sum(axis=1)
    else:
        ref = read_reference(reference, panel, values=(value,), absent=absent)
        industry, total = ref.industry[value], ref.total[value]
    summed = isinstance(reference, str)
    return Presence(
        panel, value, absent, rule, float(threshold), bounded, own, industry, total, summed
    )


def by_region(panel: Panel, columns: dict[str, list[Floats]]) -> pd.DataFrame:
    """One row a region and group, in key order; each column holds one vector a group."""
    return _rows(panel, {"region": panel.regions}, columns)


def by_industry(panel: Panel, columns: dict[str, list[Floats]]) -> pd.DataFrame:
    """One row an industry and group, in key order; each column holds one vector a group."""
    return _rows(panel, {"industry": panel.industries}, columns)


def by_cell(panel: Panel, columns: dict[str, list[Floats]]) -> pd.DataFrame:
    """One row a region, industry and group, in key order; one matrix a group."""
    r, i = np.indices((len(panel.regions), len(panel.industries))).reshape(2, -1)
    keys = {"region": panel.regions.take(r), "industry": panel.industries.take(i)}
    return _rows(panel, keys, columns)


def by_pair(panel: Panel, columns: dict[str, list[Floats]]) -> pd.DataFrame:
    """One row an unordered pair of industries and group, in key order; one matrix a group."""
    pairs = np.triu_indices(len(panel.industries), k=1)
    keys = {"industry": panel.industries.take(pairs[0]), "partner": panel.industries.take(pairs[1])}
    above = {name: [matrix[pairs] for matrix in parts] for name, parts in columns.items()}
    return _rows(panel, keys, above)


def _rows(
    panel: Panel, keys: dict[str, pd.Index], columns: dict[str, list[Floats]]
) -> pd.DataFrame:
    """Keys first, groups within them: already in order, so nothing is sorted."""
    count, groups = len(next(iter(keys.values()))), len(panel.groups)
    table = {name: pd.Series(index, name=name) for name, index in keys.items()}
    if groups != 1:
        which = np.repeat(np.arange(count), groups)
        table = {name: pd.Series(index.take(which), name=name) for name, index in keys.items()}
    number = np.tile(np.arange(groups), count)
    for name in panel.groups.columns:
        table[name] = pd.Series(panel.groups[name].to_numpy()[number], name=name)
    for name, parts in columns.items():
        values = parts[0].ravel() if groups == 1 else np.stack(parts, axis=-1).ravel()
        table[name] = pd.Series(values, name=name, copy=False)
    return pd.DataFrame(table, copy=False)
