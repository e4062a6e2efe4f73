"""Do regions that are specialised in an industry lie beside one another?

Observed statistics come from ``esda``. Chance is drawn here: esda's own randomisation sets numpy's
global seed, gives other numbers where numba is installed, and reports half of a two-sided p-value.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.kernels import spatial as kernel
from clusteranalysis.kernels.significance import (
    Adjustment,
    Alternative,
    adjusted,
    p_values,
    simulated_tails,
)
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._map import Map, Maps, import_esda, read_maps
from clusteranalysis.measures._panel import group_seed, stack_groups
from clusteranalysis.schema import Absent, Value, check_count, check_option

__all__ = ["getis_ord", "local_moran", "moran"]

Floats = NDArray[np.float64]
_QUADRANTS = np.array(["", "high-high", "low-high", "low-low", "high-low"])


def moran(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    neighbours: pd.DataFrame,
    rng: np.random.Generator | int,
    repetitions: int = 999,
    alternative: Alternative = "two-sided",
    adjust: Adjustment = "benjamini_hochberg",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Do regions specialised in an industry lie beside regions specialised in it, on the whole?

    Parameters
    ----------
    employment : DataFrame
        Employment table. Rows of industry ``"00"`` are published totals, the LQ's denominators.
    reference : DataFrame or "sum"
        The area that location quotients compare with, as in :func:`location_quotient`.
    neighbours : DataFrame
        Pairs ``region``, ``neighbour`` and, if they do not count alike, ``weight``, as
        :func:`clusteranalysis.regions.neighbours` returns them.
    rng : numpy Generator or int
        Source of randomness; the same seed gives the same result. Every industry, year and draw
        is simulated from the same seed, as if it were alone.
    repetitions : int
        Number of permutations B.
    alternative : {"two-sided", "greater", "less"}
        Whether either pattern, alike beside alike (I high) or a chequerboard (I low) is evidence.
    adjust : {"benjamini_hochberg", "none", "bonferroni", "holm"}
        How ``adjusted`` allows for the number of industries of a year and draw.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``moran`` (I of the location quotients; about 0 =
        no pattern, towards 1 = alike beside alike), ``expected``, ``standard_error`` and ``z``
        (under randomisation), ``p_value`` (of B permutations, 1 / (B + 1) .. 1), ``adjusted`` and
        ``regions`` (how many took part). NaN where any LQ is withheld or undefined, all are the
        same, or no two regions touch; the standard error also with fewer than four regions, z also
        where every arrangement has the same I.

    Raises
    ------
    SchemaError
        The table breaks the contract, reference or neighbours do not match it, or a number is out
        of range.

    Notes
    -----
    I = (n / S0) sum_rq w_rq z_r z_q / sum_r z_r^2, z = LQ - mean, w row-standardised, S0 their
    sum; mean and variance under randomisation, of all ways to deal the LQs to the regions (Cliff
    and Ord 1981). p = (b + 1) / (B + 1), b the permutations at least as extreme; two-sided: twice
    the smaller side, at most 1. A region without any jobs has no LQ and takes no part; one without
    neighbours does, in mean and variance. A thousand industries over 3,100 regions take minutes.

    References
    ----------
    Cliff, A. D. and Ord, J. K. (1981). Spatial Processes: Models and Applications. Pion.
    Rey, S. J. and Anselin, L. (2007). PySAL: a Python library of spatial analytical methods.
    Review of Regional Studies 37(1), 5-27.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": list("ABCDEF") * 2, "industry": ["x"] * 6 + ["y"] * 6,
    ...                      "employment": [9.0, 8, 7, 1, 2, 1, 1, 2, 3, 9, 8, 9]})
    >>> row = pd.DataFrame({"region": list("ABCDE"), "neighbour": list("BCDEF")})
    >>> both = pd.concat([row, row.set_axis(["neighbour", "region"], axis=1)])
    >>> ca.moran(jobs, reference="sum", neighbours=both, rng=1)[["industry", "moran"]].round(3)
      industry  moran
    0        x  0.654
    1        y  0.654
    """
    check_option("alternative", alternative, Alternative)
    check_option("adjust", adjust, Adjustment)
    maps = read_maps(employment, reference, neighbours, value, absent)
    check_count("repetitions", repetitions)
    seed, esda = group_seed(rng), import_esda()
    columns = ("moran", "expected", "standard_error", "z", "p_value")
    parts = []
    for keys, here in maps.groups():
        found = np.full((len(columns), len(maps.industries)), np.nan)
        for i, y in here.patterned(least=2):
            with np.errstate(divide="ignore", invalid="ignore"):
                observed = esda.Moran(y, here.weights, permutations=0)
            # On some maps, such as one where all touch all, every arrangement has the same I but
            # for rounding; three regions have no variance under randomisation.
            varies = observed.VI_rand > 1e-12
            error = np.nan if len(y) < 4 else observed.seI_rand if varies else 0.0
            drawn = kernel.shuffled_moran(
                np.random.default_rng(seed), y, here.standardised, repetitions
            )
            above = np.count_nonzero(drawn >= observed.I - 1e-10)
            below = np.count_nonzero(drawn <= observed.I + 1e-10)
            score = float(ratio(observed.I - observed.EI, error))
            p = p_values(simulated_tails(above, below, repetitions), alternative)
            found[:, i] = observed.I, observed.EI, error, score, p
        table = dict(zip(columns, found, strict=True))
        table["adjusted"] = adjusted(table["p_value"], adjust)
        rows = {"industry": maps.industries, **keys, **table, "regions": len(here.rows)}
        parts.append(pd.DataFrame(rows))
    return stack_groups(parts, ["industry", *maps.keys])


def local_moran(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    neighbours: pd.DataFrame,
    rng: np.random.Generator | int,
    repetitions: int = 999,
    alternative: Alternative = "two-sided",
    adjust: Adjustment = "benjamini_hochberg",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is a region like its neighbours, or unlike them, in how specialised it is in an industry?

    Parameters
    ----------
    employment : DataFrame
        Employment table. Rows of industry ``"00"`` are published totals, the LQ's denominators.
    reference : DataFrame or "sum"
        The area that location quotients compare with, as in :func:`location_quotient`.
    neighbours : DataFrame
        Pairs of regions, as in :func:`moran`.
    rng : numpy Generator or int
        Source of randomness, as in :func:`moran`.
    repetitions : int
        Number of permutations B. No p-value is below 1 / (B + 1), so one region among n can only
        be significant after adjustment where B is several times n; otherwise only groups can.
    alternative : {"two-sided", "greater", "less"}
        Whether either, likeness (I_r high) or unlikeness (I_r low) is evidence.
    adjust : {"benjamini_hochberg", "none", "bonferroni", "holm"}
        How ``adjusted`` allows for the number of regions of an industry, year and draw.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's values NaN.

    Returns
    -------
    DataFrame
        One row a region and industry (and year, draw), also where there are no jobs:
        ``local_moran`` (I_r; positive = like its neighbours), ``location_quotient``, ``quadrant``
        (``"high-high"``, ``"low-low"``, ``"high-low"`` or ``"low-high"``: the region, then its
        neighbours, against the mean LQ), ``p_value`` and ``adjusted``. NaN in the whole industry
        where any LQ is withheld or undefined or all are the same; in a region without neighbours
        or without any jobs; with fewer than three regions.

    Raises
    ------
    SchemaError
        The table breaks the contract, reference or neighbours do not match it, or a number is out
        of range.

    Notes
    -----
    I_r = z_r sum_q w_rq z_q / m, m = sum z^2 / (n - 1), w row-standardised (Anselin 1995, whose
    divisor is n). The region keeps its LQ while those of all others are dealt anew
    (conditional randomisation). p as in :func:`moran`. Neighbouring regions' p-values are not
    independent; Benjamini and Hochberg's share of false findings holds for positive dependence.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association: LISA. Geographical Analysis
    27(2), 93-115.
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": list("ABCDEF") * 2, "industry": ["x"] * 6 + ["y"] * 6,
    ...                      "employment": [9.0, 8, 7, 1, 2, 1, 1, 2, 3, 9, 8, 9]})
    >>> row = pd.DataFrame({"region": list("ABCDE"), "neighbour": list("BCDEF")})
    >>> both = pd.concat([row, row.set_axis(["neighbour", "region"], axis=1)])
    >>> found = ca.local_moran(jobs, reference="sum", neighbours=both, rng=1)
    >>> found.loc[found["industry"] == "x", ["region", "local_moran", "quadrant"]].round(3)
       region  local_moran   quadrant
    0       A        1.042  high-high
    2       B        0.801  high-high
    4       C       -0.028   high-low
    6       D        0.044    low-low
    8       E        0.705    low-low
    10      F        0.705    low-low
    """
    check_option("alternative", alternative, Alternative)
    check_option("adjust", adjust, Adjustment)
    maps = read_maps(employment, reference, neighbours, value, absent)
    check_count("repetitions", repetitions)
    seed, esda = group_seed(rng), import_esda()

    def statistic(y: Floats, here: Map) -> tuple[Floats, Floats, Sequence[Any]]:
        found = esda.Moran_Local(y, here.weights, permutations=0)
        # The statistic rises with the neighbours' sum where the region is high, else it falls.
        return found.Is, np.sign(y - y.mean()), _QUADRANTS[found.q]

    return _local("local_moran", maps, statistic, 3, seed, repetitions, alternative, adjust)


def getis_ord(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    neighbours: pd.DataFrame,
    rng: np.random.Generator | int,
    repetitions: int = 999,
    alternative: Alternative = "two-sided",
    adjust: Adjustment = "benjamini_hochberg",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Where are the hot and the cold spots of an industry?

    Parameters
    ----------
    employment : DataFrame
        Employment table. Rows of industry ``"00"`` are published totals, the LQ's denominators.
    reference : DataFrame or "sum"
        The area that location quotients compare with, as in :func:`location_quotient`.
    neighbours : DataFrame
        Pairs of regions, as in :func:`moran`. All neighbours, and the region itself, count alike:
        of a ``weight`` only matters whether it is zero.
    rng : numpy Generator or int
        Source of randomness, as in :func:`moran`.
    repetitions : int
        Number of permutations B, as in :func:`local_moran`.
    alternative : {"two-sided", "greater", "less"}
        Whether either, a hot spot (Gi* high) or a cold spot (Gi* low) is evidence.
    adjust : {"benjamini_hochberg", "none", "bonferroni", "holm"}
        How ``adjusted`` allows for the number of regions of an industry, year and draw.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's values NaN.

    Returns
    -------
    DataFrame
        One row a region and industry (and year, draw), also where there are no jobs:
        ``getis_ord`` (Gi*, a standard score: above 0 = a hot spot, below = a cold spot),
        ``location_quotient``, ``p_value`` and ``adjusted``. NaN in the whole industry where any
        LQ is withheld or undefined or all are the same; in a region without neighbours or without
        any jobs; Gi* also where a region touches all others.

    Raises
    ------
    SchemaError
        The table breaks the contract, reference or neighbours do not match it, or a number is out
        of range.

    Notes
    -----
    Gi* = (sum_q b_rq LQ_q - k_r mean) / (s sqrt((n k_r - k_r^2) / (n - 1))), b_rq = 1 for the k_r
    regions that touch r or are r, s^2 = sum LQ^2 / n - mean^2 (Ord and Getis 1995). The
    p-value asks less: given the region's own LQ, are its *neighbours'* high or low? A hot region
    amid ordinary ones has a high Gi* and no small p-value.

    References
    ----------
    Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional
    issues and an application. Geographical Analysis 27(4), 286-306.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": list("ABCDEF") * 2, "industry": ["x"] * 6 + ["y"] * 6,
    ...                      "employment": [9.0, 8, 7, 1, 2, 1, 1, 2, 3, 9, 8, 9]})
    >>> row = pd.DataFrame({"region": list("ABCDE"), "neighbour": list("BCDEF")})
    >>> both = pd.concat([row, row.set_axis(["neighbour", "region"], axis=1)])
    >>> found = ca.getis_ord(jobs, reference="sum", neighbours=both, rng=1)
    >>> found.loc[found["industry"] == "x", ["region", "getis_ord"]].round(3)
       region  getis_ord
    0       A      1.783
    2       B      2.193
    4       C      0.439
    6       D     -0.877
    8       E     -2.193
    10      F     -1.473
    """
    check_option("alternative", alternative, Alternative)
    check_option("adjust", adjust, Adjustment)
    maps = read_maps(employment, reference, neighbours, value, absent)
    check_count("repetitions", repetitions)
    seed, esda = group_seed(rng), import_esda()

    def statistic(y: Floats, here: Map) -> tuple[Floats, Floats, None]:
        found = esda.G_Local(y, here.weights_with_itself, transform="B", star=True, permutations=0)
        return found.Zs, np.ones(len(y)), None

    return _local("getis_ord", maps, statistic, 2, seed, repetitions, alternative, adjust)


def _local(
    name: str,
    maps: Maps,
    statistic: Callable[[Floats, Map], tuple[Floats, Floats, Sequence[Any] | None]],
    least: int,
    seed: int,
    repetitions: int,
    alternative: Alternative,
    adjust: Adjustment,
) -> pd.DataFrame:
    """A statistic of every region and industry that rises or falls with its neighbours' sum."""
    parts = []
    for keys, here in maps.groups():
        found, p, corrected = (np.full(here.LQ.shape, np.nan) for _ in range(3))
        quadrants = np.full(here.LQ.shape, np.nan, object)
        # Ranks do not change when a region's weights are scaled: no need to standardise them.
        W = here.alike if name == "getis_ord" else here.W
        degree = np.diff(W.indptr)
        some = degree > 0
        rng = np.random.default_rng(seed)
        most, left = int(degree.max(initial=0)), max(len(here.rows) - 1, 0)
        others = kernel.picks(rng, left, most, repetitions)
        for i, y in here.patterned(least):
            # esda adds a warning filter for the whole process.
            with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
                value, sign, quadrant = statistic(y, here)
            above, below = kernel.neighbour_ranks(y, W, others)
            rising = p_values(simulated_tails(above, below, repetitions), alternative)
            falling = p_values(simulated_tails(below, above, repetitions), alternative)
            chance = np.where(sign > 0, rising, np.where(sign < 0, falling, 1.0))
            rows = here.rows[some]
            found[rows, i], p[rows, i] = value[some], chance[some]
            if quadrant is not None:
                quadrants[rows, i] = np.asarray(quadrant)[some]
            corrected[:, i] = adjusted(p[:, i], adjust)
        table = {
            "region": np.repeat(maps.regions, len(maps.industries)),
            "industry": np.tile(maps.industries, len(maps.regions)),
            **keys,
            name: found.ravel(),
            "location_quotient": here.LQ.ravel(),
        }
        if name == "local_moran":
            table["quadrant"] = pd.Series(quadrants.ravel(), dtype="str")
        table |= {"p_value": p.ravel(), "adjusted": corrected.ravel()}
        parts.append(pd.DataFrame(table))
    return stack_groups(parts, ["region", "industry", *maps.keys])
