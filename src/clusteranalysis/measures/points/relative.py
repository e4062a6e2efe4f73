"""Are an industry's plants among their neighbours more than among all establishments?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import pair_distances
from clusteranalysis.kernels.neighbour_counts import smoothed_around, weight_within
from clusteranalysis.kernels.neighbour_densities import Smoothed, binned_around, ratio_error
from clusteranalysis.kernels.significance import Adjustment
from clusteranalysis.kernels.smoothing import silverman
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures.points._curves import (
    Columns,
    Curve,
    Marked,
    Shuffle,
    check_bandwidth,
    check_distances,
    chosen_curves,
    curve_table,
    in_order,
    simulated,
)
from clusteranalysis.measures.points._establishments import read_points
from clusteranalysis.measures.points.envelopes import Progress, check_simulations
from clusteranalysis.schema import check_option

__all__ = ["m_function"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Null = Literal["sites", "labels", "independence"]
Mode = Literal["exact", "binned"]


def m_function(
    establishments: pd.DataFrame,
    *,
    distances: ArrayLike,
    reference: str,
    industry: str | Sequence[str] | None = None,
    partner: str | Sequence[str] | None = None,
    weight: Literal["employment"] | None = None,
    cumulative: bool = True,
    bandwidth: float | Literal["silverman"] = "silverman",
    mode: Mode = "exact",
    null: Null = "sites",
    simulations: int = 0,
    level: float = 0.95,
    adjust: Adjustment = "benjamini_hochberg",
    rng: np.random.Generator | int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """How many times its share of all establishments has an industry among its own neighbours?

    Parameters
    ----------
    establishments : DataFrame or GeoDataFrame
        One row an establishment: ``x``, ``y`` (projected) and ``industry``, and ``employment``
        where it weighs. See :func:`read_establishments`, which also deals with missing places.
    distances : array-like
        How far a neighbour may be (M), or at which distance it is (m), in the unit of ``x`` and
        ``y``.
    reference : str
        What the share is of: ``"all"`` establishments, or those of one industry, a control that
        takes no part in the share itself (cases per control).
    industry : str or list of str, optional
        Industries to measure; all of them if not given.
    partner : str or list of str, optional
        Count each partner among the industry's neighbours (co-location) instead of the industry.
    weight : {"employment"}, optional
        Count a neighbour by its jobs; without it each counts once.
    cumulative : bool
        M, neighbours up to the distance; or m, those about the distance, by a Gaussian kernel.
    bandwidth : float or "silverman"
        Of m: the kernel's standard deviation in the unit of ``x`` and ``y``, or Silverman's rule
        on all distances of the pattern. It never depends on ``distances``.
    mode : {"exact", "binned"}
        Of m: ``"binned"`` puts the distances around each plant into bins of 1/64 bandwidth first
        and says how far this can have moved each value. M is exact either way, at no more cost.
    null : {"sites", "labels", "independence"}
        What chance means. ``"sites"``: all plants, with their jobs, are put on each other's sites.
        ``"labels"``: every site keeps its jobs, and which are the industry's is chance.
        ``"independence"``: the industry stays, and all other plants change sites.
    simulations : int
        Number of simulated patterns; 0 for none.
    level : float
        Share of random patterns that the global band contains entirely, and at each distance the
        local one.
    adjust : {"none", "bonferroni", "holm", "benjamini_hochberg"}
        How ``adjusted`` allows for the number of industries or pairs measured together.
    rng : numpy Generator or int, optional
        Source of randomness, needed for simulations. The same seed gives the same result, with one
        worker or many, whichever other industries are asked for.
    progress : callable, optional
        Called with the number of simulations done and to do.

    Returns
    -------
    DataFrame
        One row an industry (and ``partner``) and ``distance``: ``m_function`` (a ratio: 1 is as
        everywhere, 2 is twice the share, 0 is nobody), ``establishments`` (the industry's plants
        that have a neighbour, on which the value rests), ``bandwidth`` (of m), ``error_bound`` (of
        the bins, in binned mode; infinite where neighbours are so far that nothing holds) and
        ``reference``.
        With simulations also ``expected``, ``local_low``, ``local_high``, ``global_low``,
        ``global_high``, ``localisation`` and ``dispersion`` (how far outside the global band), and,
        the same at all distances of a curve, ``p_value`` (of the global band),
        ``goodness_of_fit`` (p-value of the whole curve) and ``adjusted`` (``p_value`` allowing for
        the number of curves). NaN where no plant of the industry has a neighbour (which is no
        0), where the industry has one plant alone and no partner, and where Silverman's rule finds
        no spread.

    Raises
    ------
    SchemaError
        The table breaks the contract, an industry is unknown, a number is out of range, or the
        control is the industry or its partner.

    Notes
    -----
    M(r) = sum_i (W_i^c(r) / W_i(r)) / sum_i ((W^c - w_i) / (W - w_i)), the sums over the
    industry's plants i, W_i(r) the weight of i's neighbours up to r and W that of all, with ^c
    those of the industry (Marcon and Puech 2010); i is not its own neighbour. A plant without a
    neighbour up to r is in neither sum. With a partner ^c is the partner's weight, and only W has
    w_i taken off; with a control, W is the control's weight. m is the same with every neighbour
    weighed by exp(-((r - d_ij) / h)^2 / 2) too (Lang, Marcon and Puech 2020), which is not
    reflected at 0. Silverman (1986, eq. 3.31): h = 0.9 min(s, IQR /
    1.34) n^(-1/5) over all n pair distances, unweighted; each simulated pattern has its own.

    M and m compare with other establishments, not with land, so they need no correction at the
    region's edge. M carries what is near into what is far; m does not, but varies more. A distance
    within 1e-9 of r, relatively, is r. Bands and p-values are as in :func:`k_density`. M looks
    once at each pair nearer than the largest distance; m in exact mode evaluates a kernel for each
    pair and distance, and is slower by the number of distances; binned, it looks once at each pair.

    References
    ----------
    Marcon, E. and Puech, F. (2010). Measures of the geographic concentration of industries:
    improving distance-based methods. Journal of Economic Geography 10(5), 745-762.
    Lang, G., Marcon, E. and Puech, F. (2020). Distance-based measures of spatial concentration:
    introducing a relative density function. Annals of Regional Science 64, 243-265.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> firms = pd.DataFrame({"x": [1000.0, 1003.0, 1000.0, 1040.0], "y": [0.0, 4.0, 8.0, 30.0],
    ...                       "industry": ["a", "a", "b", "b"]})
    >>> ca.m_function(firms, industry="a", distances=[2, 5, 60], reference="all")
      industry  distance  m_function  establishments reference
    0        a       2.0         NaN               0       all
    1        a       5.0        2.25               2       all
    2        a      60.0        1.00               2       all
    """
    check_option("null", null, Null)
    check_option("mode", mode, Mode)
    check_option("adjust", adjust, Adjustment)
    check_simulations(simulations, level)
    r = check_distances(distances)
    rule = check_bandwidth(bandwidth, "silverman")
    points = read_points(establishments, weight=weight)
    chosen = chosen_curves(points, industry, partner)
    if null == "independence" and partner is None:
        raise SchemaError(
            "null='independence' is about two industries: name a partner=, or use 'sites'"
        )
    control = None if reference == "all" else points.number(reference)
    if control is not None:
        chosen = [curve for curve in chosen if control not in (curve.industry, curve.target)]
        if not chosen:
            raise SchemaError(
                f"reference={reference!r} is the industry measured or its partner: compare with "
                "another one, or with 'all'"
            )
    everyone = in_order(points)
    patterns = {curve: _relevant(everyone, curve, control) for curve in chosen}

    def statistic(curve: Curve, threads: int | None) -> _Relative:
        return _Relative(r, curve, control, cumulative, rule, mode, threads)

    found = [statistic(curve, None).measured(patterns[curve]) for curve in chosen]
    columns: Columns = {
        "m_function": [result.curve for result in found],
        "establishments": [result.counted for result in found],
        "bandwidth": [result.bandwidth for result in found],
        "error_bound": [result.error for result in found],
        "reference": [reference for _ in found],
    }
    if cumulative:
        del columns["bandwidth"]
    if mode == "exact":
        del columns["error_bound"]
    bands = simulated(
        chosen,
        [result.curve for result in found],
        r,
        statistic=statistic,
        draw=lambda curve: Shuffle(patterns[curve], curve, null),
        simulations=simulations,
        level=level,
        rng=rng,
        progress=progress,
    )
    return curve_table(points, chosen, r, columns, bands, adjust)


def _relevant(pattern: Marked, curve: Curve, control: int | None) -> Marked:
    """With a control, other industries take no part, and chance does not use their sites."""
    if control is None:
        return pattern
    return pattern.only([curve.industry, curve.target, control])


@dataclass(frozen=True)
class _Measured:
    curve: Floats
    counted: NDArray[np.intp]
    bandwidth: float
    error: Floats


@dataclass(frozen=True)
class _Relative:
    """M or m of a pattern, as the function that simulations call."""

    r: Floats
    curve: Curve
    control: int | None
    cumulative: bool
    bandwidth: float | None  # None: Silverman's rule
    mode: Mode
    threads: int | None = None

    def __call__(self, pattern: Marked) -> Floats:
        return self.measured(pattern).curve

    def measured(self, pattern: Marked) -> _Measured:
        """The curve, and how many plants it rests on."""
        centre = pattern.codes == self.curve.industry
        target = pattern.codes == self.curve.target
        h = np.nan if self.cumulative else self._rule(pattern, centre, target)
        if not self.cumulative and not h > 0:
            nothing = np.full(len(self.r), np.nan)
            return _Measured(nothing, np.zeros(len(self.r), np.intp), np.nan, nothing)
        near = self._around(pattern, centre, target, h)
        w = pattern.weight[centre]
        own = w if self.curve.partner is None else 0.0
        share = pattern.weight[target].sum() - own
        if self.control is None:
            others = self._around(pattern, centre, ~target, h)
            around = Smoothed(near.value + others.value, near.error + others.error)
            overall = ratio(share, pattern.weight.sum() - w)
        else:
            controls = pattern.codes == self.control
            around = self._around(pattern, centre, controls, h)
            overall = ratio(share, np.full(len(w), pattern.weight[controls].sum()))
        has = around.value > 0
        local = ratio(near.value, around.value)
        total = np.where(has, overall[:, None], 0.0).sum(axis=0)
        off = ratio_error(near, around).sum(axis=0)
        return _Measured(
            ratio(np.where(has, local, 0.0).sum(axis=0), total),
            has.sum(axis=0),
            h,
            ratio(off, total),
        )

    def _around(self, pattern: Marked, centre: Bools, group: Bools, h: float) -> Smoothed:
        """Weight of a group around each plant of the industry, itself left out."""
        place = np.where(group, np.cumsum(group) - 1, -1)[centre]
        arrays = (pattern.xy[centre], place, pattern.xy[group], pattern.weight[group], self.r)
        if not self.cumulative and self.mode == "binned":
            return binned_around(*arrays, h, threads=self.threads)
        exact = (
            weight_within(*arrays, threads=self.threads)
            if self.cumulative
            else smoothed_around(*arrays, h, threads=self.threads)
        )
        return Smoothed(exact, np.zeros_like(exact))

    def _rule(self, pattern: Marked, centre: Bools, target: Bools) -> float:
        if self.bandwidth is not None:
            return self.bandwidth
        a = pair_distances.Pattern.of(pattern.xy[centre])
        within = self.curve.partner is None
        b = None if within else pair_distances.Pattern.of(pattern.xy[target])
        count = pair_distances.pair_count(a, b)
        if not count:
            return float("nan")
        moments = pair_distances.moments(a, b, threads=self.threads)
        middle = pair_distances.quartiles(a, b, threads=self.threads)
        return silverman(count, moments.deviation, middle)
