"""How many jobs does a withheld cell have: for certain, most likely, and how sure is that?

Agencies withhold cells that would show one firm, and publish what surrounds them: flags or size
classes of the cell itself, its industry's and its region's totals. All of it is used at once, over
the whole nation:

1. *Bounds that hold for certain*: a published cell is exact; a withheld one lies in its flag's
   bracket and in sum_k n_k [l_k, u_k] over its plants by size class; then every sum of
   industries and of regions narrows them until nothing moves.
2. *Estimates*: targets m = sum_k n_k beta_k with variances
   v = 0.05 + sum_k n_k s_k^2, s_k^2 = 0.6 (u_k - l_k + 1)^2 / 12, replaced by the
   moments of that normal within the bounds; then bounded weighted least squares, so that
   everything adds up. beta comes from published class means, or from disclosed cells.
3. *Draws*: the same with perturbed targets; every measure takes ``draw`` as one more key.

Input that contradicts itself is solved with the least slack;
:func:`~clusteranalysis.data.explanation.conflicts` names it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.data.explanation import broken
from clusteranalysis.data.hierarchy import Hierarchy, Missing, add_rests, read_hierarchy
from clusteranalysis.data.targets import class_bounds, class_columns, ratios, targets
from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.balancing import Quadratic, balance, truncated_moments
from clusteranalysis.kernels.propagation import propagate
from clusteranalysis.schema import check_columns, random_generator, refuse_repeats

__all__ = ["INFLATION", "bounds", "clarabel", "impute", "impute_payroll"]

Floats = NDArray[np.float64]

#: Standard deviations by which targets are perturbed for draws: calibrated on the synthetic nation
#: of ``benchmarks/suppression.py``, where 90 % intervals then cover about 90 %.
INFLATION = 2.5
# Pay a job spreads this much around its industry's mean.
_WAGE_SPREAD = 0.4
_SHOWN = 3
# Factor on the variance of cells that are sums of others: as good as no target of their own.
_WHOLE = 1e4


@dataclass(frozen=True)
class _Problem:
    """One year: its rows (rests included), what they say, and what follows for certain."""

    cells: pd.DataFrame
    hierarchy: Hierarchy
    value: Floats
    prior_low: Floats
    prior_high: Floats
    low: Floats
    high: Floats
    conflict: NDArray[np.bool_]


def clarabel(problem: Quadratic) -> Floats | None:
    """Solve a quadratic programme by the interior-point solver Clarabel; None where it cannot."""
    import clarabel as solver  # type: ignore[import-untyped, import-not-found, unused-ignore]
    from scipy import sparse

    weight, cost, matrix, right, low, high = problem
    # From each cell's own optimum, in units of its own spread: curvatures one, costs mostly nought.
    spread = 1.0 / np.sqrt(np.maximum(weight, 1e-12))
    centre = np.clip(-cost * spread**2, low, high)
    curve = sparse.diags_array(weight * spread**2, format="csc")
    slope = (cost + weight * centre) * spread
    identity = sparse.identity(len(weight), format="csc")
    floored, capped = np.isfinite(low), np.isfinite(high)
    rows = sparse.csc_matrix(
        sparse.vstack([matrix @ sparse.diags_array(spread), -identity[floored], identity[capped]])
    )
    below, above = ((low - centre) / spread)[floored], ((high - centre) / spread)[capped]
    limits = np.concatenate([right - matrix @ centre, -below, above])
    cones = [solver.ZeroConeT(len(right)), solver.NonnegativeConeT(len(limits) - len(right))]
    settings = solver.DefaultSettings()
    settings.verbose = False
    found = solver.DefaultSolver(curve, slope, rows, limits, cones, settings).solve()
    if str(found.status) not in ("Solved", "AlmostSolved"):
        return None
    return np.asarray(centre + np.asarray(found.x) * spread)


def _years(table: pd.DataFrame, columns: list[str]) -> Iterator[pd.DataFrame]:
    """Check the input, and part it by year: no equation crosses years."""
    check_columns(table, ["region", "industry", *columns])
    if "draw" in table.columns:
        raise SchemaError("the table has a column 'draw': impute before drawing, or drop it")
    keys = ["region", "industry", *(["year"] if "year" in table.columns else [])]
    refuse_repeats(table, keys, "table")
    value = table[columns[0]].to_numpy(float)
    if (value < 0).any() or np.isinf(value).any():
        raise SchemaError(
            f"column {columns[0]!r} holds negative or infinite values: a count is zero or more, "
            "NaN where it is withheld"
        )
    if "year" not in table.columns:
        yield table
        return
    for _, part in table.groupby("year", sort=True, observed=True):
        yield part


def _prepare(year: pd.DataFrame, missing: Missing) -> _Problem:
    """Bounds of one year, before and after everything that must add up."""
    cells = add_rests(year, missing=missing, counts=class_columns(year))
    hierarchy = read_hierarchy(cells)
    value = cells["employment"].to_numpy(float)
    low, high = class_bounds(cells)
    if {"employment_low", "employment_high"} <= set(cells.columns):
        flag_low = cells["employment_low"].fillna(0.0).to_numpy(float)
        flag_high = cells["employment_high"].fillna(np.inf).to_numpy(float)
        meet = np.maximum(low, flag_low) <= np.minimum(high, flag_high)
        # Where the classes contradict the flag, the flag is what the agency says of the sum.
        low = np.where(meet, np.maximum(low, flag_low), flag_low)
        high = np.where(meet, np.minimum(high, flag_high), flag_high)
    low, high = (np.where(np.isnan(value), bound, value) for bound in (low, high))
    result = propagate(low, high, hierarchy.system)
    return _Problem(cells, hierarchy, value, low, high, result.low, result.high, result.conflict)


def _table(problem: _Problem, x: Floats | None) -> pd.DataFrame:
    """Keys, values, bounds and status, sorted by key."""
    cells, known = problem.cells, ~np.isnan(problem.value)
    deduced = ~known & (problem.low == problem.high)
    keys = ["region", "industry", *(["year"] if "year" in cells.columns else [])]
    columns: dict[str, object] = {key: cells[key].array for key in keys}
    x = np.where(deduced, problem.low, problem.value) if x is None else x
    columns["employment"] = np.where(known, problem.value, x)
    for name in ("establishments", "payroll"):
        if name in cells.columns:
            columns[name] = cells[name].to_numpy(float)
    columns |= {
        "employment_low": problem.low,
        "employment_high": problem.high,
        "bracket_low": problem.prior_low,
        "bracket_high": problem.prior_high,
    }
    estimated = "withheld" if np.isnan(x).any() else "imputed"
    columns["status"] = np.select([known, deduced], ["reported", "deduced"], estimated)
    ranks = [pd.factorize(cells[key], sort=True)[0] for key in ("industry", "region")]
    return pd.DataFrame(columns).iloc[np.lexsort(ranks)].reset_index(drop=True)


def bounds(employment: pd.DataFrame, *, missing: Missing = "gate") -> pd.DataFrame:
    """Tell between which numbers each withheld cell lies for certain.

    Parameters
    ----------
    employment : DataFrame
        Long, several levels of both hierarchies one below the other: ``region`` (county
        ``"06001"``, state ``"06"``, nation ``"US"``), ``industry`` (NAICS of any levels, ``"00"``
        the total), ``year`` where there are several, ``employment`` (NaN = withheld). Optional:
        ``establishments``, plants by size class (``n1_4`` to ``n500_999``, ``n1000`` or
        ``n1000_1`` to ``n1000_4``), the flag's bracket as ``employment_low/high``.
    missing : {"gate", "sibling"}
        What to do with a whole whose parts lack establishments: ``"gate"`` drops the equation,
        ``"sibling"`` adds the rest as a withheld row of its own, named ``"<whole> unpublished"``
        (CBP since 2017, where small cells are left out). Without ``establishments`` every
        equation is taken to hold.

    Returns
    -------
    DataFrame
        One row a cell: keys, ``employment`` (published or deduced; else NaN),
        ``employment_low/high`` (certain), ``bracket_low/high`` (before anything had to add up),
        ``status`` (``reported``, ``deduced`` or ``withheld``).

    Raises
    ------
    SchemaError
        A key is missing, repeated or malformed, or a number is negative.

    Warns
    -----
    UserWarning
        Published numbers contradict each other: their equations are named, and not used.

    Examples
    --------
    >>> table = pd.DataFrame({"region": ["06", "06", "06"], "industry": ["11", "111", "113"],
    ...                       "employment": [50.0, None, 20.0]})
    >>> bounds(table)[["industry", "employment", "status"]]
      industry  employment    status
    0       11        50.0  reported
    1      111        30.0   deduced
    2      113        20.0  reported
    """
    parts = []
    for year in _years(employment, ["employment"]):
        problem = _prepare(year, missing)
        bad = problem.hierarchy.system.whole[problem.conflict]
        if len(bad):
            wholes = problem.cells.iloc[bad[:_SHOWN]]
            listed = "; ".join(f"{row.industry} in {row.region}" for row in wholes.itertuples())
            _warn(len(bad), listed, depth=3)
        parts.append(_table(problem, None))
    return _join(parts)


def impute(
    employment: pd.DataFrame,
    *,
    class_means: pd.Series | None = None,
    missing: Missing = "gate",
    draws: int = 0,
    rng: np.random.Generator | int | None = None,
    inflation: float = INFLATION,
) -> pd.DataFrame:
    """Estimate withheld jobs so that everything adds up, with bounds that hold for certain.

    Parameters
    ----------
    employment : DataFrame
        As for :func:`bounds`. The more levels and regions, the closer.
    class_means : Series, optional
        Mean jobs a plant by size class (index ``n1_4`` ...), as published for the nation. By
        default they are estimated by ridge regression on disclosed leaves, towards the middle of
        each class. A cell without size classes is estimated from jobs a plant of its industry.
    missing : {"gate", "sibling"}
        As for :func:`bounds`.
    draws : int
        Instead of one estimate, this many draws, numbered from 0 in the column ``draw``.
    rng : numpy Generator or int
        Randomness or seed; needed for draws.
    inflation : float
        Standard deviations by which draws perturb the targets.

    Returns
    -------
    DataFrame
        As :func:`bounds`, with an estimate where ``status`` is ``imputed``; one row a cell (and
        draw). Published cells come back bit for bit.

    Raises
    ------
    SchemaError
        The input breaks the contract, or draws are asked for without ``rng``.

    Warns
    -----
    UserWarning
        Published numbers contradict each other: the first equations and their slack are named,
        ``conflicts(result)`` lists all. Published cells stay; the sums give way.

    Examples
    --------
    >>> table = pd.DataFrame({"region": "06", "industry": ["11", "111", "113", "114"],
    ...                       "employment": [50.0, None, 20.0, None], "n1_4": [4, 1, 2, 1],
    ...                       "n5_9": 0, "n10_19": [2, 0, 1, 1], "n20_49": [1, 1, 0, 0]})
    >>> impute(table)[["industry", "employment_low", "employment_high", "status"]]
      industry  employment_low  employment_high    status
    0       11            50.0             50.0  reported
    1      111            20.0             20.0   deduced
    2      113            20.0             20.0  reported
    3      114            10.0             10.0   deduced
    """
    if draws and rng is None:
        raise SchemaError("draws need randomness: pass rng=np.random.default_rng(seed)")
    generator = random_generator(0 if rng is None else rng)  # without draws nothing is drawn
    parts = []
    for year in _years(employment, ["employment"]):
        problem = _prepare(year, missing)
        m, v = targets(problem.cells, problem.value, problem.hierarchy.leaf, class_means)
        free = problem.high > problem.low
        m[free], v[free] = truncated_moments(
            m[free], v[free], problem.low[free], problem.high[free]
        )
        v = np.maximum(v, 0.01)
        # What a whole's own row says, its parts' rows say already: it must not count twice.
        whole = np.zeros(len(m), bool)
        whole[problem.hierarchy.system.whole] = True
        v[whole] *= _WHOLE
        spread = np.where(whole, 0.0, inflation * np.sqrt(v))
        for draw in range(max(draws, 1)):
            aim = m
            if draws:
                aim = m + spread * generator.standard_normal(len(m))
            part = _table(problem, _balanced(problem, aim, v, quiet=draw > 0))
            if draws:
                part.insert(list(part.columns).index("employment"), "draw", draw)
            parts.append(part)
    return _join(parts)


def _balanced(problem: _Problem, m: Floats, v: Floats, *, quiet: bool) -> Floats:
    """Values of one year that add up, with a warning where that cannot be."""
    result = balance(
        m,
        v,
        problem.low,
        problem.high,
        problem.hierarchy.system,
        solve=clarabel,
        conflict=problem.conflict,
    )
    if not quiet:
        bad = broken(problem.cells, problem.hierarchy, result.x)
        if len(bad):
            listed = "; ".join(
                f"{row.industry} in {row.region} exceeds its {row.parts} by {row.slack:g}"
                for row in bad.head(_SHOWN).itertuples()
            )
            _warn(len(bad), listed, depth=4)
    return result.x


def _warn(count: int, listed: str, *, depth: int) -> None:
    """Say which published numbers contradict each other, at the line that called us."""
    warnings.warn(
        f"{count} equations of published numbers cannot hold: {listed}: check that all rows come "
        "from one release; conflicts() lists those that an imputed table breaks",
        stacklevel=depth,
    )


def impute_payroll(employment: pd.DataFrame) -> pd.DataFrame:
    """Estimate withheld payroll, given employment that is published or imputed.

    Parameters
    ----------
    employment : DataFrame
        From :func:`impute`, with ``payroll`` (NaN = withheld).

    Returns
    -------
    DataFrame
        The same with ``payroll`` filled, ``payroll_low``, ``payroll_high`` (certain) and
        ``payroll_status``.

    Raises
    ------
    SchemaError
        A column is missing.

    Notes
    -----
    The target is jobs times pay a job of the industry where both are published, its standard
    deviation 40 % of the target; bounds come from what must add up alone.
    """
    check_columns(employment, ["region", "industry", "employment", "payroll"])
    keys = [key for key in ("year", "draw") if key in employment.columns]
    pieces = [p for _, p in employment.groupby(keys, sort=True)] if keys else [employment]
    parts: list[pd.DataFrame] = []
    for part in pieces:
        part = part.reset_index(drop=True)
        hierarchy = read_hierarchy(part)
        # In thousands of dollars, so that rounding is of the order it has for jobs.
        value = part["payroll"].to_numpy(float) / 1000
        known = ~np.isnan(value)
        low, high = np.where(known, value, 0.0), np.where(known, value, np.inf)
        found = propagate(low, high, hierarchy.system)
        jobs = part["employment"].to_numpy(float)
        reported = part["status"].eq("reported").to_numpy() if "status" in part else known
        wage = ratios(part["industry"], np.where(reported, value, np.nan), jobs)
        m = np.nan_to_num(jobs * wage)
        v = (_WAGE_SPREAD * m) ** 2 + 1.0
        free = found.high > found.low
        m[free], v[free] = truncated_moments(m[free], v[free], found.low[free], found.high[free])
        problem = _Problem(part, hierarchy, value, low, high, found.low, found.high, found.conflict)
        x = _balanced(problem, m, np.maximum(v, 0.01), quiet=bool(parts))
        deduced = ~known & (found.low == found.high)
        status = np.select([known, deduced], ["reported", "deduced"], "imputed")
        exact = part["payroll"].to_numpy(float)
        part["payroll"] = np.where(known, exact, x * 1000)
        part["payroll_low"] = np.where(known, exact, found.low * 1000)
        part["payroll_high"] = np.where(known, exact, found.high * 1000)
        parts.append(part.assign(payroll_status=status))
    return _join(parts)


def _join(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One table of all years and draws, sorted by key."""
    table = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    if len(parts) == 1:
        return table.reset_index(drop=True)
    keys = [key for key in ("region", "industry", "year", "draw") if key in table.columns]
    return table.sort_values(keys, kind="stable", ignore_index=True)
