"""How does a region's location quotient stand against those of other regions?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clusteranalysis.kernels import comparison as kernel
from clusteranalysis.kernels.specialization import location_quotient as lq
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._neighbours import read_neighbours
from clusteranalysis.measures._panel import Floats, some_industries, stack_groups
from clusteranalysis.measures._quotients import BaseName, Matrices, read_quotients
from clusteranalysis.schema import Absent, Value, check_level, check_option

__all__ = [
    "shrunk_location_quotient",
    "spatial_location_quotient",
    "standardised_location_quotient",
]

Method = Literal["plain", "log"]
Cutoff = Literal["normal", "bootstrap"]
Counted = Literal["establishments", "employment"]
Prior = Literal["moments", "likelihood"]
Neighbourhood = Literal["pooled", "mean"]


def standardised_location_quotient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    base: BaseName | pd.DataFrame = "total",
    tradability: Mapping[str, str] | None = None,
    method: Method = "plain",
    cutoff: Cutoff = "normal",
    level: float = 0.95,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Does a region's location quotient stand out from those of all regions in the same industry?

    Parameters
    ----------
    employment : DataFrame
        Employment table of all the regions that are to be compared. Rows of industry ``"00"`` are
        published totals and serve as the denominators.
    reference : DataFrame or "sum"
        The area to compare with, as in :func:`location_quotient`.
    base : {"total", "traded", "local"} or DataFrame
        What shares are taken of, as in :func:`location_quotient`.
    tradability : mapping, optional
        Industry -> ``"traded"``, ``"local"`` or ``"mixed"``; needed for those two bases.
    method : {"plain", "log"}
        Standardise the LQ, or its logarithm, since LQs are skewed to the right. An LQ of 0 has no
        logarithm: such a region has no value and takes no part in its industry's mean and spread.
    cutoff : {"normal", "bootstrap"}
        How the cut-off is set: as the quantile of a normal distribution, which is right only where
        the standardised values are normal over regions, or from the values themselves.
    level : float
        Share of regions that lie below the cut-off, one-sided: 0.95 is 1.645 of a normal
        distribution, 0.975 is 1.96.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes its whole industry NaN, since
        the mean and the spread are over all regions; ``"zero"`` counts it as an LQ of 0.

    Returns
    -------
    DataFrame
        One row a cell of the base, keys ``region, industry[, year][, draw]``, then
        ``standardised_location_quotient`` (standard deviations from the industry's mean; NaN
        where a cell of the industry is withheld, all regions are alike, or there is one region),
        ``location_quotient``, ``cutoff``, ``exceeds`` (True, False, or NA where unknown) and
        ``base``. A region without jobs has no LQ and takes no part.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    z_ri = (LQ_ri - mean_i) / s_i over the regions r of an industry, s_i with divisor n - 1; with
    ``"log"`` the same of ln LQ. Every region counts alike, however small.

    The bootstrap cut-off is the mean, over resamples of an industry's regions with replacement, of
    the resample's quantile at ``level`` (Tian 2013). The mean is taken over all possible resamples
    in closed form, which is the quantile estimator of Harrell and Davis (1982), so it needs no
    random numbers and has no noise.

    This ranks, it does not test: about 1 - level of the regions exceed a bootstrap cut-off in
    every industry, agglomerated or not. For chance, see :func:`location_quotient_test`.

    References
    ----------
    O'Donoghue, D. and Gleave, B. (2004). A note on methods for measuring industrial
    agglomeration. Regional Studies 38(4), 419-427.
    Tian, Z. (2013). Measuring agglomeration using the standardized location quotient with a
    bootstrap method. Journal of Regional Analysis and Policy 43(2), 186-197.
    Harrell, F. E. and Davis, C. E. (1982). A new distribution-free quantile estimator. Biometrika
    69(3), 635-640.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": list("ABCD") * 2, "industry": ["x"] * 4 + ["y"] * 4,
    ...                      "employment": [10.0, 20, 10, 80, 90, 80, 90, 20]})
    >>> result = ca.standardised_location_quotient(jobs, reference="sum", level=0.9)
    >>> result[["region", "standardised_location_quotient", "cutoff", "exceeds"]][::2].round(3)
      region  standardised_location_quotient  cutoff  exceeds
    0      A                          -0.594   1.282    False
    2      B                          -0.297   1.282    False
    4      C                          -0.594   1.282    False
    6      D                           1.485   1.282     True
    """
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    check_option("method", method, Method)
    check_option("cutoff", cutoff, Cutoff)
    check_level(level, what="level")
    data = read_quotients(
        employment,
        reference=reference,
        base=base,
        tradability=tradability,
        value=value,
        absent=absent,
    )
    some_industries(data.panel)
    scores, cutoffs = [], []
    for _, group in data.groups():
        V, part = _with_quotient(group)
        noise = 1e-12 * np.where(part, V, 0.0).max(axis=0, initial=0.0)
        if method == "log":
            part &= V != 0
            V = np.log(V, out=np.full_like(V, np.nan), where=V > 0)
            noise = np.full(V.shape[1], 1e-12)
        z = kernel.standardise(V, part, noise)
        scores.append(z)
        above = np.full(z.shape[1], ndtri(level))
        if cutoff == "bootstrap":
            known = [column[here] for column, here in zip(z.T, part.T, strict=True)]
            above = np.array([_quantile(column, level) for column in known])
        cutoffs.append(np.broadcast_to(above, z.shape))
    score, above = data.gather(scores), data.gather(cutoffs)
    return data.keys().assign(
        standardised_location_quotient=score,
        location_quotient=data.quotients(),
        cutoff=above,
        exceeds=pd.arrays.BooleanArray(score > above, np.isnan(score) | np.isnan(above)),
        base=data.base,
    )


def _quantile(values: Floats, level: float) -> float:
    """The bootstrap cut-off; unknown where a value is, and where there is none."""
    if not len(values) or np.isnan(values).any():
        return np.nan
    return kernel.bootstrap_quantile(values, level)


def _with_quotient(group: Matrices) -> tuple[Floats, NDArray[np.bool_]]:
    """LQ, and which cells have one or would if they were not withheld.

    A region known to have no jobs, or an industry nobody has, has no quotient to compare.
    """
    nobody = (group.n == 0)[:, None] | (group.X == 0) | (group.N == 0)
    return lq(group.E, group.n[:, None], group.X, group.N), ~nobody


def shrunk_location_quotient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    base: BaseName | pd.DataFrame = "total",
    tradability: Mapping[str, str] | None = None,
    method: Prior = "moments",
    level: float = 0.95,
    value: Counted = "establishments",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """What location quotient is to be believed where a region has only a few plants?

    A small region's LQ is large or zero by the luck of one plant. Here it is drawn towards the
    mean of all regions, the more so the fewer plants were to be expected.

    Parameters
    ----------
    employment : DataFrame
        Employment table of all the regions, with the counts in the column ``value``. Rows of
        industry ``"00"`` are published totals.
    reference : DataFrame or "sum"
        The area to compare with, as in :func:`location_quotient`.
    base : {"total", "traded", "local"} or DataFrame
        What shares are taken of, as in :func:`location_quotient`.
    tradability : mapping, optional
        Industry -> ``"traded"``, ``"local"`` or ``"mixed"``; needed for those two bases.
    method : {"moments", "likelihood"}
        How the spread of true quotients over regions is estimated: from the variance of the LQs
        less what Poisson counts explain, or by the largest marginal likelihood (slower).
    level : float
        Probability of the posterior interval.
    value : {"establishments", "employment"}
        The column that is counted. The model is one of independent draws, which plants are more
        nearly than jobs: jobs come by the plant, so counting them shrinks far too little.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes its whole industry NaN, since
        the prior is estimated over all regions; ``"zero"`` counts no plants there.

    Returns
    -------
    DataFrame
        One row a cell of the base, keys ``region, industry[, year][, draw]``, then
        ``shrunk_location_quotient`` (the posterior mean, a ratio; NaN where a count of the
        industry is withheld or the region's LQ is undefined), ``location_quotient``, ``weight``
        (of the region's own LQ, 0..1), ``interval_low``, ``interval_high`` and ``base``.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    x ~ Poisson(theta e), e = n X / N the count expected at the reference's share, and theta over
    the regions of an industry is gamma with mean m and variance A. Then E(theta | x) = m +
    A / (A + m / e) (x / e - m). By moments m = sum x / sum e and A = sum e (x / e - m)^2 / sum e -
    m / mean(e) (Marshall 1991). Where that is not above 0, the counts differ no more than chance
    would have it: every region gets m, ``weight`` is 0, and the interval is NaN rather than of no
    width. The interval takes m and A as known, so it is too narrow where there are few regions.

    References
    ----------
    Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators.
    Journal of the Royal Statistical Society C 40(2), 283-294.
    Clayton, D. and Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative
    risks for use in disease mapping. Biometrics 43(3), 671-681.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> plants = pd.DataFrame({"region": list("ABCD") * 2, "industry": ["x"] * 4 + ["y"] * 4,
    ...                        "establishments": [2.0, 300, 100, 10, 8, 700, 900, 50]})
    >>> result = ca.shrunk_location_quotient(plants, reference="sum")
    >>> columns = ["region", "location_quotient", "shrunk_location_quotient", "weight"]
    >>> result.loc[result["industry"] == "x", columns].round(3)
      region  location_quotient  shrunk_location_quotient  weight
    0      A              1.005                     1.002   0.319
    2      B              1.507                     1.497   0.979
    4      C              0.502                     0.513   0.979
    6      D              0.837                     0.880   0.737
    """
    check_option("value", value, Counted)
    check_option("absent", absent, Absent)
    check_option("method", method, Prior)
    check_level(level, what="level")
    data = read_quotients(
        employment,
        reference=reference,
        base=base,
        tradability=tradability,
        value=value,
        absent=absent,
    )
    some_industries(data.panel)
    found = []
    for _, group in data.groups():
        e = group.n[:, None] * ratio(group.X, group.N)
        _, part = _with_quotient(group)
        prior = kernel.moment_prior(group.E, e, part)
        if method == "likelihood":
            # Where the moments are unknown (or there is nobody) there is no likelihood either.
            for i in np.flatnonzero(~np.isnan(prior.A)):
                here = part[:, i]
                m, A = kernel.likelihood_prior(group.E[here, i], e[here, i])
                prior.m[i], prior.A[i] = m, A
        found.append(kernel.posterior(group.E, np.where(part, e, np.nan), prior, level))
    columns = {name: data.gather([getattr(p, name) for p in found]) for name in found[0]._fields}
    return data.keys().assign(
        shrunk_location_quotient=columns["mean"],
        location_quotient=data.quotients(),
        weight=columns["weight"],
        interval_low=columns["low"],
        interval_high=columns["high"],
        base=data.base,
    )


def spatial_location_quotient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    neighbours: pd.DataFrame,
    base: BaseName | pd.DataFrame = "total",
    tradability: Mapping[str, str] | None = None,
    method: Neighbourhood = "pooled",
    include_own: bool = False,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How specialised is a region's neighbourhood in an industry?

    Parameters
    ----------
    employment : DataFrame
        Employment table of the regions and of all their neighbours. Rows of industry ``"00"`` are
        published totals and serve as the denominators.
    reference : DataFrame or "sum"
        The area to compare with, as in :func:`location_quotient`.
    neighbours : DataFrame
        ``region``, ``neighbour`` and optionally ``weight``, as
        :func:`clusteranalysis.regions.neighbours` returns them: every pair in both directions.
    base : {"total", "traded", "local"} or DataFrame
        What shares are taken of, as in :func:`location_quotient`.
    tradability : mapping, optional
        Industry -> ``"traded"``, ``"local"`` or ``"mixed"``; needed for those two bases.
    method : {"pooled", "mean"}
        The LQ of the neighbours taken together as one area, in which large ones count more; or
        the mean of their LQs, in which they count by their weights alone.
    include_own : bool
        Count the region itself too, with weight 1.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes its neighbours' values NaN.

    Returns
    -------
    DataFrame
        One row a region x industry of the base, whether or not the table has a row for it (and
        year, draw), with ``spatial_location_quotient`` (a ratio; NaN where a neighbour's figure
        is withheld, or the region has no neighbours) and ``base``. A table of 3,100 regions and
        1,000 industries gives 3.1 million rows a year and draw, some 0.3 GB while at work.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or ``neighbours`` names
        regions that the table lacks.

    Notes
    -----
    Pooled: LQ = (sum_s w_rs x_si / sum_s w_rs n_s) / (X_i / N). Mean: sum_s w_rs LQ_si / sum_s w_rs
    over the neighbours s that have an LQ; one without jobs has none. With the region itself and
    weights that fall with distance the pooled form is a focal location quotient (Cromley and
    Hanink 2012).

    References
    ----------
    Cromley, R. G. and Hanink, D. M. (2012). Focal location quotients: specification and
    application. Geographical Analysis 44(4), 398-410.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "A", "B", "B", "C", "C"], "industry": ["x", "y"] * 3,
    ...                      "employment": [40.0, 10.0, 0.0, 50.0, 20.0, 80.0]})
    >>> pairs = pd.DataFrame({"region": ["A", "B", "B", "C"], "neighbour": ["B", "A", "C", "B"]})
    >>> result = ca.spatial_location_quotient(jobs, reference="sum", neighbours=pairs)
    >>> result[result["industry"] == "x"].round(4)
      region industry  spatial_location_quotient   base
    0      A        x                     0.0000  total
    2      B        x                     1.3333  total
    4      C        x                     0.0000  total
    """
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    check_option("method", method, Neighbourhood)
    data = read_quotients(
        employment,
        reference=reference,
        base=base,
        tradability=tradability,
        value=value,
        absent=absent,
    )
    some_industries(data.panel)
    regions, industries = data.panel.regions, data.industries
    W = read_neighbours(neighbours, regions, own=1.0 if include_own else 0.0)
    parts = []
    for keys, group in data.groups():
        if method == "pooled":
            Q = kernel.neighbour_pooled(W, group.E, group.n, group.X, group.N)
        else:
            Q = kernel.neighbour_mean(W, *_with_quotient(group))
        names = {
            "region": regions.repeat(len(industries)),
            "industry": industries.take(np.tile(np.arange(len(industries)), len(regions))),
        }
        parts.append(pd.DataFrame({**names, **keys, "spatial_location_quotient": Q.ravel()}))
    keys_in_order = ["region", "industry", *data.panel.groups.columns]
    return stack_groups(parts, keys_in_order).assign(base=data.base)
