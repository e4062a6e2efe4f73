"""Is a location quotient more than chance, and how far could it be off?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import significance as kernel
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import Floats, group_seed, some_industries
from clusteranalysis.measures._quotients import BaseName, Matrices, Quotients, read_quotients
from clusteranalysis.schema import (
    Absent,
    check_columns,
    check_level,
    check_option,
    refuse_fractions,
)

__all__ = ["location_quotient_bootstrap", "location_quotient_test"]

Method = Literal["binomial", "hypergeometric"]
Family = Literal["group", "region", "industry"]
Counted = Literal["establishments", "employment"]


def location_quotient_test(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    base: BaseName | pd.DataFrame = "total",
    tradability: Mapping[str, str] | None = None,
    method: Method = "binomial",
    alternative: kernel.Alternative = "greater",
    adjust: kernel.Adjustment = "benjamini_hochberg",
    family: Family = "group",
    value: Counted = "establishments",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Does a region have more of an industry's plants than chance would put there?

    Parameters
    ----------
    employment : DataFrame
        Employment table with whole counts in the column ``value``. Rows of industry ``"00"`` are
        published totals; without them a region's total is the sum of its rows.
    reference : DataFrame or "sum"
        The area whose plants are thrown, regions included: one area's table, or ``"sum"`` for all
        regions of the table together.
    base : {"total", "traded", "local"} or DataFrame
        What makes a region likely to be hit: its share of all plants, of those in traded (or
        local) industries, or of your own numbers, one row a region, holding also the reference's
        own region (population, area).
    tradability : mapping, optional
        Industry -> ``"traded"``, ``"local"`` or ``"mixed"``; needed for those two bases.
    method : {"binomial", "hypergeometric"}
        The chance that is meant. ``"binomial"``: each plant of the industry falls into the region
        with the region's share as probability. ``"hypergeometric"``: the sites stay as they are
        and which of them are the industry's is chance; it never puts more plants into a region
        than the region has.
    alternative : {"greater", "less", "two-sided"}
        More plants than chance, fewer, or either (twice the smaller of both, at most 1).
    adjust : {"none", "bonferroni", "holm", "benjamini_hochberg"}
        How ``adjusted`` allows for the number of cells tested together: by the chance of a single
        false finding (Bonferroni, Holm), or by the expected share of false ones among the
        findings (Benjamini and Hochberg 1995).
    family : {"group", "region", "industry"}
        Which cells are tested together: all of a year and draw, those of one region (a council
        reading its own list of industries), or those of one industry.
    value : {"establishments", "employment"}
        The column that is counted. Plants are the darts. With ``"employment"`` every job is one,
        as if colleagues had not moved in together: p-values are then far too small, and serve
        only to compare with studies that did so.
    absent : {"withheld", "zero"}
        What a missing row means: unknown, and then it is not tested; or none, and then it counts
        among the cells that are tested together, although it has no row.

    Returns
    -------
    DataFrame
        One row a cell of the base, keys ``region, industry[, year][, draw]``, then
        ``location_quotient_test`` (the exact p-value; NaN where a count it depends on is withheld,
        the LQ is undefined or the reference does not contain the region), ``adjusted`` (the
        p-value allowing for the family; with ``adjust="none"`` the same), ``expected`` (plants by
        chance), ``location_quotient`` and ``base``.

    Raises
    ------
    SchemaError
        The table breaks the contract, counts are not whole, or the reference does not match.

    Notes
    -----
    P(K >= x), K ~ Bin(X, n / N), x the industry's plants in the region, X in the reference, n and
    N the base. Under the dartboard model the LQ is x / X over n / N, so a test of the count is one
    of LQ = 1. ``"hypergeometric"``: K ~ Hyp(N, X, n). A discrete p-value is at most ``level`` in
    less than a share ``level`` of random tables: the test errs to caution. It says nothing of
    size: many plants make a small excess significant, and chance here means equal attraction, not
    equal costs or demand.

    References
    ----------
    Guimaraes, P., Figueiredo, O. and Woodward, D. (2009). Dartboard tests for the location
    quotient. Regional Science and Urban Economics 39(3), 360-364.
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics 6(2), 65-70.
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> plants = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                        "establishments": [8.0, 12.0, 2.0, 78.0]})
    >>> result = ca.location_quotient_test(plants, reference="sum", adjust="holm")
    >>> result.drop(columns=["base", "location_quotient"]).round(4)
      region industry  location_quotient_test  adjusted  expected
    0      A        x                  0.0001    0.0003       2.0
    1      A        y                  0.9622    1.0000      18.0
    2      B        x                  1.0000    1.0000       8.0
    3      B        y                  0.0688    0.2063      72.0
    """
    check_option("value", value, Counted)
    check_option("absent", absent, Absent)
    check_option("method", method, Method)
    check_option("alternative", alternative, kernel.Alternative)
    check_option("adjust", adjust, kernel.Adjustment)
    check_option("family", family, Family)
    if method == "hypergeometric" and not isinstance(base, str):
        raise SchemaError(
            "method='hypergeometric' draws from the plants there are, so base= cannot be a table "
            "of something else: use base='total', or method='binomial'"
        )
    data = read_quotients(
        employment,
        reference=reference,
        base=base,
        tradability=tradability,
        value=value,
        absent=absent,
    )
    some_industries(data.panel)
    _refuse_fractions(data, totals=method == "hypergeometric")
    found: dict[str, list[Floats]] = {"p": [], "adjusted": [], "expected": []}
    for _, group in data.groups():
        p = kernel.p_values(_tails(group, method), alternative)
        # A quotient that does not exist is not tested, though no plants of none are no surprise.
        nothing = (group.n == 0)[:, None] | (group.X == 0)
        p = np.where(nothing, np.nan, p)
        found["p"].append(p)
        found["adjusted"].append(_by_family(p, adjust, family))
        found["expected"].append(group.n[:, None] * ratio(group.X, group.N))
    columns = {name: data.gather(matrices) for name, matrices in found.items()}
    return data.keys().assign(
        location_quotient_test=columns["p"],
        adjusted=columns["adjusted"],
        expected=columns["expected"],
        location_quotient=data.quotients(),
        base=data.base,
    )


def _tails(group: Matrices, method: Method) -> kernel.Tails:
    """Both tails of every cell of a group."""
    E, n, X, N = group
    if method == "binomial":
        return kernel.binomial_tails(E, X, ratio(n, N)[:, None])
    tails = kernel.hypergeometric_tails(E, n[:, None], X, np.asarray(N))
    return kernel.Tails(tails.lower.reshape(E.shape), tails.upper.reshape(E.shape))


def _by_family(p: Floats, adjust: kernel.Adjustment, family: Family) -> Floats:
    """Adjust a matrix of p-values within its rows, its columns, or as a whole."""
    if family == "group":
        return kernel.adjusted(p.ravel(), adjust).reshape(p.shape)
    along = p if family == "region" else p.T
    rows = [kernel.adjusted(row, adjust) for row in along]
    result = np.array(rows).reshape(along.shape)
    return result if family == "region" else result.T


def _refuse_fractions(data: Quotients, *, totals: bool) -> None:
    """Refuse counts that are no counts; totals matter only where plants are drawn from them."""
    places = {
        "the employment table": data.column(data.value),
        "the reference": data.ref.industry[data.value][:, data.counted],
    }
    if totals:
        places["the totals"] = np.append(data.own.ravel(), data.whole.ravel())
    for where, numbers in places.items():
        refuse_fractions(
            numbers,
            f"column {data.value!r} of {where}",
            "the test counts plants, so give it whole numbers",
        )


def location_quotient_bootstrap(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    rng: np.random.Generator | int,
    level: float = 0.95,
    repetitions: int = 999,
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How far could a location quotient be off by the luck of which plants are in the region?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``establishments``. Rows of industry ``"00"`` are published totals.
    reference : DataFrame or "sum"
        The area to compare with, taken as exact: one area's table, or ``"sum"`` for all regions
        of the table together.
    rng : numpy Generator or int
        Source of randomness; the same seed gives the same result. Every year and draw is
        resampled from the same seed, as if it were alone.
    level : float
        Confidence level of the interval.
    repetitions : int
        How often the plants are drawn again.
    absent : {"withheld", "zero"}
        What a missing row means. Where totals are published it matters little: the jobs and plants
        the rows do not show are then known together.

    Returns
    -------
    DataFrame
        One row a cell, keys ``region, industry[, year][, draw]``, then
        ``location_quotient_bootstrap`` (mean over the repetitions), ``location_quotient`` (as
        observed), ``standard_error`` (of the LQ), ``interval_low``, ``interval_high`` (quantiles
        of the repetitions) and ``base``. All but the LQ are NaN where the LQ is 0 or undefined,
        where all plants of a region are in one industry, and where the plants or the totals are
        unknown or contradict each other.

    Raises
    ------
    SchemaError
        The table breaks the contract, counts of establishments are not whole, or the reference
        does not match it.

    Notes
    -----
    LQ* = (x*_i / n*) / (X_i / N): as many plants as the region has are drawn by Mult(M, m_i / M),
    each with the jobs of its cell's average plant; jobs and plants that belong to the total but to
    no known cell are one
    more industry. A drawing in which no plant has jobs has no LQ and is left out.

    Public tables do not say how unequal plants are, and unequal ones vary more, so the interval is
    a floor of the uncertainty. Resampling cannot draw a plant that is not there: a cell without
    plants has no interval, and one with a single plant a wide and uneven one.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap, ch. 13. Chapman and
    Hall.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B"], "industry": ["x", "y"] * 2,
    ...                      "employment": [40.0, 60.0, 60.0, 840.0],
    ...                      "establishments": [4.0, 12.0, 9.0, 80.0]})
    >>> result = ca.location_quotient_bootstrap(jobs, reference="sum", rng=1)
    >>> result[["location_quotient", "interval_low", "interval_high"]].round(2)
       location_quotient  interval_low  interval_high
    0               4.00          1.18           6.67
    1               0.67          0.37           0.98
    2               0.67          0.29           1.14
    3               1.04          0.98           1.08
    """
    check_option("absent", absent, Absent)
    check_level(level)
    if repetitions < 1:
        raise SchemaError(f"repetitions={repetitions!r} is not a number of draws: use 1 or more")
    check_columns(
        employment,
        ["region", "industry", "employment", "establishments"],
        what="employment table",
    )
    data = read_quotients(
        employment,
        reference=reference,
        base="total",
        tradability=None,
        value="employment",
        absent=absent,
        optional=("establishments",),
    )
    panel = some_industries(data.panel)
    counts = np.append(panel.columns["establishments"], panel.totals["establishments"].ravel())
    refuse_fractions(counts, "column 'establishments'", "plants are drawn whole, so give a count")
    plants = panel.region_totals("establishments", absent)
    seed = group_seed(rng)
    statistics: list[list[Floats]] = [[], [], [], []]
    for number, (_, group) in enumerate(data.groups()):
        generator = np.random.default_rng(seed)
        m = panel.dense("establishments", number, absent)
        share = ratio(group.X, group.N)
        rows = np.array(
            [
                _resample(generator, *region, share, level, repetitions)
                for region in zip(group.E, m, group.n, plants[number], strict=True)
            ]
        ).reshape(len(panel.regions), 4, len(panel.industries))
        for k, matrices in enumerate(statistics):
            matrices.append(rows[:, k])
    mean, error, low, high = (data.gather(matrices) for matrices in statistics)
    return data.keys().assign(
        location_quotient_bootstrap=mean,
        location_quotient=data.quotients(),
        standard_error=error,
        interval_low=low,
        interval_high=high,
        base=data.base,
    )


def _resample(
    rng: np.random.Generator,
    jobs: Floats,
    plants: Floats,
    n: float,
    total: float,
    share: Floats,
    level: float,
    repetitions: int,
) -> Floats:
    """Mean, standard deviation and quantiles of a region's LQs; 4 x industries."""
    result = np.full((4, len(jobs)), np.nan)
    # Jobs without a plant cannot be drawn: they are part of the rest.
    known = ~np.isnan(jobs) & ((plants > 0) | ((plants == 0) & (jobs == 0)))
    rest_plants, rest_jobs = total - plants[known].sum(), n - jobs[known].sum()
    drawn = np.flatnonzero(known & (plants > 0))
    if not (n > 0 and rest_plants >= 0 and (rest_jobs >= 0 or rest_plants == 0)):
        return result
    m, size = plants[drawn], jobs[drawn] / plants[drawn]
    shares, fixed = share[drawn], rest_jobs
    if rest_plants > 0:
        m, size, fixed = np.append(m, rest_plants), np.append(size, rest_jobs / rest_plants), 0.0
        shares = np.append(shares, np.nan)
    if len(m) < 2:  # the same plants every time: no width, but no knowledge either
        return result
    lq = kernel.resampled_quotients(rng, m, size, fixed, shares, repetitions)[:, : len(drawn)]
    if not len(lq):
        return result
    tail = (1 - level) / 2
    result[:, drawn] = (
        lq.mean(axis=0),
        np.sqrt(ratio(((lq - lq.mean(axis=0)) ** 2).sum(axis=0), len(lq) - 1)),
        *np.quantile(lq, [tail, 1 - tail], axis=0),
    )
    result[:, jobs == 0] = np.nan
    return result
