"""Could two industries, or those of a group, be in the same regions by chance?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import colocation as kernel
from clusteranalysis.kernels.significance import (
    Adjustment,
    Alternative,
    adjusted,
    p_values,
    simulated_tails,
)
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import group_seed, stack_groups
from clusteranalysis.measures._plants import plant_herfindahl
from clusteranalysis.measures.colocation import (
    group_of_each,
    pair_rows,
    read_industries,
    shares_and_weights,
    stack_pairs,
    weights_of_regions,
)
from clusteranalysis.schema import Absent, Value, check_count, check_option

__all__ = ["coagglomeration_test", "group_coagglomeration_test"]

Floats = NDArray[np.float64]

Null = Literal["permutation", "plants"]
#: With fewer regions in a class there is little to deal.
_LEAST_IN_CLASS = 5
#: An industry this close to the regions' sizes departs from them by rounding alone.
_NO_CONCENTRATION = 1e-20


def coagglomeration_test(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum", "mean"],
    rng: np.random.Generator | int,
    null: Null = "permutation",
    plants: pd.DataFrame | Literal["equal_size"] | None = None,
    alternative: Alternative = "greater",
    adjust: Adjustment = "benjamini_hochberg",
    repetitions: int = 199,
    classes: int = 40,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Could two industries be in the same regions by chance?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country.
    reference : DataFrame, "sum" or "mean"
        The regions' sizes, as in :func:`coagglomeration`.
    rng : numpy Generator or int
        Source of randomness; the same seed gives the same result. Every year and draw is
        simulated from the same seed, as if it were alone.
    null : {"permutation", "plants"}
        What "by chance" means. ``"permutation"``: every industry keeps its own location quotients,
        which are dealt anew among regions of like size. ``"plants"``: every plant chooses by
        itself, with the regions' sizes as probabilities; that is rejected also for two
        industries that concentrate each for its own reasons.
    plants : DataFrame or "equal_size", optional
        The plants of ``null="plants"``, as in :func:`ellison_glaeser`. With ``"equal_size"``
        chance moves less than it does in truth, so the p-values are too *small*: a floor.
    alternative : {"greater", "less", "two-sided"}
        Whether being in the same regions, avoiding each other, or either is evidence.
    adjust : {"none", "bonferroni", "holm", "benjamini_hochberg"}
        How ``adjusted`` allows for the number of pairs of a year and draw: the chance of one
        false finding (Bonferroni, Holm) or the share of false findings (Benjamini and Hochberg).
    repetitions : int
        Number of simulations B. No p-value is below 1 / (B + 1), so with Bonferroni and Holm m
        pairs need B well above 20 m before any can be significant at 0.05.
    classes : int
        Number of size classes of ``null="permutation"``; fewer where a class would have fewer
        than five regions. Regions without size keep their jobs.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's pairs NaN.

    Returns
    -------
    DataFrame
        One row an unordered pair (and year, draw), ``industry`` < ``partner``:
        ``coagglomeration_test`` (the p-value, 1 / (B + 1) .. 1), ``adjusted`` (the p-value
        allowing for all pairs), ``coagglomeration`` (observed), ``expected`` (its mean over the
        simulations). NaN where a cell of either is withheld, it has no jobs, it is spread exactly
        as the reference, or (with ``null="plants"``) its plants are not known.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference or plant table does not match it, plants are
        missing or not used, or a number is out of range.

    Notes
    -----
    p = (b + 1) / (B + 1), b the simulations at or beyond the observed value; two-sided: twice the
    smaller side, at most 1. The permutation compares coagglomeration in relation to the two
    industries' own concentration, sum_r (s_ri - w_r)(s_rj - w_r) / sqrt(G_i G_j). It asks whether
    they share places among regions of like size, so that a common taste for large regions is no
    evidence, as far as the classes tell them apart. It is the careful choice: in trials with
    industries that chose places alone it rejected 2 to 5 of 100 pairs at 0.05.

    ``null="plants"`` compares coagglomeration itself. Regional shares are drawn from a Dirichlet
    distribution of mean w and covariance H (diag w - w w'), that of independent plants with the
    Herfindahl index H. Both nulls count neighbouring regions as independent, so p-values are too
    small for regions smaller than the places in which industries gather. Memory: one regions x
    industries table at a time, and some tables of pairs.

    References
    ----------
    Ellison, G., Glaeser, E. L. and Kerr, W. R. (2010). What causes industry agglomeration?
    Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.
    Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. Journal of Political Economy 105(5), 889-927.
    Davison, A. C. and Hinkley, D. V. (1997). Bootstrap Methods and their Application, sections
    4.2-4.3. Cambridge University Press.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> places = [f"R{n}" for n in range(8)]
    >>> jobs = pd.DataFrame({"region": places * 3, "industry": ["x"] * 8 + ["y"] * 8 + ["z"] * 8,
    ...                      "employment": [40.0, 30, 0, 0, 0, 0, 0, 1, 50, 40, 1, 0, 0, 0, 0, 0,
    ...                                     9, 11, 10, 10, 9, 12, 10, 10]})
    >>> sizes = pd.DataFrame({"region": places, "weight": 1.0})
    >>> table = ca.coagglomeration_test(jobs, reference=sizes, rng=1)
    >>> table.assign(significant=table["adjusted"] < 0.10)[["industry", "partner", "significant"]]
      industry partner  significant
    0        x       y         True
    1        x       z        False
    2        y       z        False
    """
    check_option("null", null, Null)
    check_option("alternative", alternative, Alternative)
    check_option("adjust", adjust, Adjustment)
    if isinstance(plants, str):
        check_option("plants", plants, Literal["equal_size"])
    check_count("repetitions", repetitions)
    check_count("classes", classes)
    if (plants is None) == (null == "plants"):
        mend = "pass plants='equal_size' or a table" if plants is None else "drop it"
        raise SchemaError(f"plants are what null='plants' throws, and null={null!r}: {mend}")
    panel = read_industries(employment, value, absent, plants)
    weights = weights_of_regions(panel, reference, value, absent)
    herfindahls = None if plants is None else _throwable(plant_herfindahl(panel, plants, absent))
    seed = group_seed(rng)
    parts = []
    for group, keys in panel.each_group():
        S, w = shares_and_weights(panel, weights, value, group, absent)
        H = None if herfindahls is None else herfindahls[group]
        p, expected = _simulate(S, w, H, np.random.default_rng(seed), repetitions, classes)
        columns = {
            "coagglomeration_test": p[alternative],
            "adjusted": p[alternative],
            "coagglomeration": kernel.coagglomeration(S, w),
            "expected": expected,
        }
        rows = pair_rows(panel, keys, columns)
        rows["adjusted"] = adjusted(rows["adjusted"].to_numpy(), adjust)
        parts.append(rows)
    return stack_pairs(parts, panel)


def group_coagglomeration_test(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum", "mean"],
    groups: Mapping[str, str],
    rng: np.random.Generator | int,
    alternative: Alternative = "greater",
    adjust: Adjustment = "holm",
    repetitions: int = 199,
    classes: int = 40,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Could the industries of a group (a cluster) be in the same regions by chance?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country and all
        industries, not only the groups'.
    reference : DataFrame, "sum" or "mean"
        The regions' sizes, as in :func:`coagglomeration`.
    groups : mapping from str to str
        Industry code to the name of its group; industries without a group are left out.
    rng : numpy Generator or int
        Source of randomness; the same seed gives the same result. Every year and draw is
        simulated from the same seed, as if it were alone.
    alternative : {"greater", "less", "two-sided"}
        Whether being in the same regions, avoiding each other, or either is evidence.
    adjust : {"none", "bonferroni", "holm", "benjamini_hochberg"}
        How ``adjusted`` allows for the number of groups of a year and draw.
    repetitions : int
        Number of simulations B. No p-value is below 1 / (B + 1).
    classes : int
        Number of size classes of regions, as in :func:`coagglomeration_test`.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the group's value NaN.

    Returns
    -------
    DataFrame
        One row a group (and year, draw), its name in the column ``industry``:
        ``group_coagglomeration_test`` (the p-value, 1 / (B + 1) .. 1), ``adjusted``,
        ``group_coagglomeration`` (observed) and ``expected`` (its mean over the simulations). NaN
        where a cell is withheld, or fewer than two of its industries have jobs and depart from
        the regions' sizes.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, ``groups`` names an
        industry that the table lacks, or a number is out of range.

    Notes
    -----
    Every industry keeps its own location quotients, which are dealt anew among regions of like
    size (see :func:`coagglomeration_test`). p = (b + 1) / (B + 1), b the simulations in which
    sum_ij v_i v_j C_ij / sum_ij v_i v_j sqrt(G_i G_j) is at or beyond the observed value: the
    group's coagglomeration in relation to its industries' own concentration, v_i their shares of
    its jobs, C_ij the coagglomeration of a pair and G_i = C_ii, over i != j.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. Journal of Political Economy 105(5), 889-927.
    Davison, A. C. and Hinkley, D. V. (1997). Bootstrap Methods and their Application, sections
    4.2-4.3. Cambridge University Press.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> places = [f"R{n}" for n in range(8)]
    >>> jobs = pd.DataFrame({"region": places * 3, "industry": ["x"] * 8 + ["y"] * 8 + ["z"] * 8,
    ...                      "employment": [40.0, 30, 0, 0, 0, 0, 0, 1, 50, 40, 1, 0, 0, 0, 0, 0,
    ...                                     9, 11, 10, 10, 9, 12, 10, 10]})
    >>> sizes = pd.DataFrame({"region": places, "weight": 1.0})
    >>> table = ca.group_coagglomeration_test(
    ...     jobs, reference=sizes, groups={"x": "tools", "y": "tools"}, rng=1)
    >>> table.assign(significant=table["adjusted"] < 0.05)[["industry", "significant"]]
      industry  significant
    0    tools         True
    """
    check_option("alternative", alternative, Alternative)
    check_option("adjust", adjust, Adjustment)
    check_count("repetitions", repetitions)
    check_count("classes", classes)
    panel = read_industries(employment, value, absent, None)
    weights = weights_of_regions(panel, reference, value, absent)
    names = group_of_each(panel, groups)
    seed = group_seed(rng)
    parts = []
    for group, keys in panel.each_group():
        S, w = shares_and_weights(panel, weights, value, group, absent)
        jobs = panel.dense(value, group, absent).sum(axis=0)
        rows: list[dict[str, Any]] = []
        for name in np.unique(names[names != ""]):
            inside = (names == name) & (jobs != 0)  # NaN is not 0: a withheld industry counts
            found = _one_group(
                S[:, inside],
                jobs[inside],
                w,
                np.random.default_rng([seed, len(rows)]),
                repetitions,
                classes,
            )
            p, observed, expected = found
            rows.append(
                {
                    "industry": name,
                    **keys,
                    "group_coagglomeration_test": p[alternative],
                    "adjusted": p[alternative],
                    "group_coagglomeration": observed,
                    "expected": expected,
                }
            )
        table = pd.DataFrame(rows)
        table["adjusted"] = adjusted(table["adjusted"].to_numpy(float), adjust)
        parts.append(table)
    return stack_groups(parts, ["industry", *panel.groups.columns])


def _one_group(
    S: Floats,
    jobs: Floats,
    w: Floats,
    rng: np.random.Generator,
    repetitions: int,
    classes: int,
) -> tuple[dict[str, float], float, float]:
    """P-values of a group by alternative, its coagglomeration, and the mean of simulations."""
    unknown = dict.fromkeys(get_args(Alternative), np.nan)
    own = ratio(((S - w[:, None]) ** 2).sum(axis=0), 1 - (w**2).sum())
    if np.isnan(own).any() or np.count_nonzero(own > _NO_CONCENTRATION) < 2:
        return unknown, np.nan, np.nan
    v = jobs / jobs.sum()
    V = np.outer(v, v)
    np.fill_diagonal(V, 0.0)
    dealt = kernel.size_classes(w, min(classes, max(1, len(w) // _LEAST_IN_CLASS)))

    def measured(shares: Floats) -> tuple[float, float]:
        C = kernel.coagglomeration(shares, w)
        scale = np.sqrt(np.maximum(np.diag(C), 0.0))
        together = float((V * C).sum())
        return together / float(V.sum()), together / float((V * np.outer(scale, scale)).sum())

    observed, compared = measured(S)
    simulated = np.array(
        [measured(kernel.reshuffled(rng, S, w, dealt)) for _ in range(repetitions)]
    )
    slack = 1e-10
    tails = simulated_tails(
        np.count_nonzero(simulated[:, 1] >= compared - slack),
        np.count_nonzero(simulated[:, 1] <= compared + slack),
        repetitions,
    )
    p = {name: float(p_values(tails, name)) for name in get_args(Alternative)}
    return p, observed, float(simulated[:, 0].mean())


def _simulate(
    S: Floats,
    w: Floats,
    H: Floats | None,
    rng: np.random.Generator,
    repetitions: int,
    classes: int,
) -> tuple[dict[str, Floats], Floats]:
    """P-values of every pair by alternative, and the mean of its simulations."""
    own = ratio(((S - w[:, None]) ** 2).sum(axis=0), 1 - (w**2).sum())
    known = own > _NO_CONCENTRATION  # NaN is not
    if H is not None:
        known &= ~np.isnan(H)
        H = H[known]
    S = S[:, known]
    dealt = kernel.size_classes(w, min(classes, max(1, len(w) // _LEAST_IN_CLASS)))

    def simulate() -> Floats:
        if H is None:
            return kernel.reshuffled(rng, S, w, dealt)
        return kernel.thrown(rng, w, H)

    def full(part: Floats | float) -> Floats:
        every = np.full((len(known), len(known)), np.nan)
        every[np.ix_(known, known)] = part
        return every

    if np.count_nonzero(known) < 2:  # there is no pair, and there may be no weights
        return dict.fromkeys(get_args(Alternative), full(np.nan)), full(np.nan)
    above, below, mean = kernel.exceedances(S, w, simulate, repetitions, relative=H is None)
    tails = simulated_tails(above, below, repetitions)
    return {name: full(p_values(tails, name)) for name in get_args(Alternative)}, full(mean)


def _throwable(herfindahls: Floats) -> Floats:
    """Refuse plants without size: nothing can be thrown."""
    if (herfindahls == 0).any():
        raise SchemaError(
            "column 'plant_herfindahl' of the plant table holds 0: it is the sum of squared plant "
            "shares, between 1 / plants and 1, NaN where it is not known"
        )
    return herfindahls
