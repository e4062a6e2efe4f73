"""At which distances are plants of an industry, or of two, more often apart than by chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import pair_distances as pairs
from clusteranalysis.kernels.pair_distances import Pattern
from clusteranalysis.kernels.significance import Adjustment
from clusteranalysis.kernels.smoothing import SPAN, binning_error, left_out, smoothed
from clusteranalysis.measures.points._curves import (
    Columns,
    Curve,
    check_bandwidth,
    check_distances,
    chosen_curves,
    curve_table,
    simulated,
)
from clusteranalysis.measures.points._density_curves import (
    FINE,
    NODES,
    Counterfactual,
    Mode,
    Null,
    Pair,
    Statistic,
)
from clusteranalysis.measures.points._establishments import Points, read_points
from clusteranalysis.measures.points.envelopes import Progress, check_simulations, workers
from clusteranalysis.schema import check_option

__all__ = ["k_density"]

Floats = NDArray[np.float64]


def k_density(
    establishments: pd.DataFrame,
    *,
    distances: ArrayLike,
    industry: str | Sequence[str] | None = None,
    partner: str | Sequence[str] | None = None,
    weight: Literal["employment"] | None = None,
    bandwidth: float | Literal["silverman"] = "silverman",
    mode: Mode = "binned",
    reference: str | None = None,
    null: Null | None = "sites",
    simulations: int = 0,
    level: float = 0.95,
    adjust: Adjustment = "benjamini_hochberg",
    rng: np.random.Generator | int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """At which distances are an industry's plants more often apart than chance would put them?

    Parameters
    ----------
    establishments : DataFrame or GeoDataFrame
        One row an establishment: ``x``, ``y`` (projected) and ``industry``, and ``employment``
        where it weighs. See :func:`read_establishments`, which also deals with missing places.
    distances : array-like
        Where the density is wanted, from 0, in the unit of ``x`` and ``y``.
    industry : str or list of str, optional
        Industries to measure; all of them if not given.
    partner : str or list of str, optional
        Measure the distances from each industry to each partner (co-location) instead of those
        within the industry.
    weight : {"employment"}, optional
        Weigh a pair of plants by the product of their jobs; without it every pair counts once.
    bandwidth : float or "silverman"
        Standard deviation of the Gaussian kernel, in the unit of ``x`` and ``y``, or Silverman's
        rule on all distances of the pattern. It never depends on ``distances``.
    mode : {"binned", "exact"}
        ``"binned"`` puts the distances into bins of 1/64 bandwidth first and says how far this can
        have moved each value; ``"exact"`` smooths every distance.
    reference : str, optional
        The set of sites that chance draws from: ``"all"`` establishments of the table, or those of
        one industry as a control; those of the industry and its partner always belong to it.
        Without simulations it adds ``expected``. If not given, simulations draw from all.
    null : {"sites", "labels", "independence"}
        What chance means. ``"sites"``: the plants, with their jobs, are put on sites drawn from
        the set (Duranton and Overman). ``"labels"``: every site keeps its jobs, and which are the
        industry's is chance. ``"independence"``: the industry stays, and the partner's plants are
        put on other sites of the set.
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
        One row an industry (and ``partner``) and ``distance``: ``k_density`` (share of pairs a
        unit of distance: it integrates to 1 from 0), ``bandwidth``, ``error_bound`` (of the bins;
        0 in exact mode). With a reference or simulations ``expected`` (the density of the sites at
        the same bandwidth, or the mean of the simulated curves). With simulations also
        ``local_low``, ``local_high``, ``global_low``, ``global_high``, ``localisation`` and
        ``dispersion`` (how far outside the global band), and, the same at all distances of a
        curve, ``p_value`` (of the global band), ``goodness_of_fit`` (p-value of the whole curve)
        and ``adjusted`` (``p_value`` allowing for the number of curves). NaN where there are not
        two plants or no weight, or where Silverman's rule finds no spread: then give a number.

    Raises
    ------
    SchemaError
        The table breaks the contract, an industry is unknown, a number is out of range, or the
        set holds no sites beside the industry's.

    Notes
    -----
    K(r) = sum_(i<j) e_i e_j [phi((r - d_ij) / h) + phi((r + d_ij) / h)] / (h sum_(i<j) e_i e_j),
    phi the standard Gaussian: Duranton and Overman (2005, eq. 1, and its form weighted by jobs)
    with the kernel reflected at zero, and the constant that makes K a density. For two industries
    the sums are over i in one and j in the other (2008). Silverman (1986, eq. 3.31): h = 0.9 min(s,
    IQR / 1.34) n^(-1/5) over all n pair distances, unweighted, none left out; each simulated
    pattern has its own, since it is part of the statistic.

    Bands are two-sided. The local band is for one distance chosen beforehand; looking at many, a
    random industry leaves it somewhere far more often than the level says, so judge by the global
    band: it contains the curves that are least extreme over all distances asked for (by extreme
    rank length), ``level`` of them. Duranton and Overman put 5 % above and 5 % below; this is
    ``level=0.9``. ``localisation`` and ``dispersion`` are their global indices: ``dispersion`` is
    0 where the industry is localised anywhere. Their local ones are ``k_density - local_high`` and
    ``local_low - k_density`` where positive. Choose the distances before looking: the band holds
    between the smallest and the largest.

    Shared addresses count as distance 0, and each row is one site. Memory does not grow with the
    pairs. Simulations run through joblib: ``joblib.parallel_config(n_jobs=4)`` around the call
    uses four processes, ``parallel_config("dask")`` a Dask cluster. Density is not corrected for
    the edge of the region; the simulated sites have the same edge.

    References
    ----------
    Duranton, G. and Overman, H. G. (2005). Testing for localization using micro-geographic data.
    Review of Economic Studies 72(4), 1077-1106.
    Duranton, G. and Overman, H. G. (2008). Exploring the detailed location patterns of U.K.
    manufacturing industries using microgeographic data. Journal of Regional Science 48(1), 213-243.
    Loosmore, N. B. and Ford, E. D. (2006). Statistical inference using the G or K point pattern
    spatial statistics. Ecology 87(8), 1925-1931.
    Myllymaki, M., Mrkvicka, T., Grabarnik, P., Seijo, H. and Hahn, U. (2017). Global envelope tests
    for spatial processes. Journal of the Royal Statistical Society B 79(2), 381-404.
    Silverman, B. W. (1986). Density Estimation for Statistics and Data Analysis. Chapman and Hall.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> firms = pd.DataFrame({"x": [1000.0, 1003.0, 1000.0, 1040.0], "y": [0.0, 4.0, 8.0, 30.0],
    ...                       "industry": ["a", "a", "a", "b"]})
    >>> result = ca.k_density(firms, industry="a", distances=[0, 5, 10], bandwidth=1, mode="exact")
    >>> result[["industry", "distance", "k_density"]].round(4)
      industry  distance  k_density
    0        a       0.0     0.0000
    1        a       5.0     0.2674
    2        a      10.0     0.0180
    """
    check_option("mode", mode, Mode)
    check_option("adjust", adjust, Adjustment)
    check_simulations(simulations, level)
    _check_chance(null, simulations, partner)
    statistic = Statistic(check_distances(distances), check_bandwidth(bandwidth, "silverman"), mode)
    points = read_points(establishments, weight=weight)
    chosen = chosen_curves(points, industry, partner)
    sets = {curve: _Sites(points, curve, reference) for curve in chosen}
    # Any: a pattern here is a pair of point sets, where other measures have marked points.
    draws: dict[Curve, Any] = {}
    if simulations and null is not None:
        draws = {curve: sets[curve].counterfactual(null, weight is not None) for curve in chosen}

    def for_threads(curve: Curve, threads: int | None) -> Any:
        return replace(statistic, threads=threads)

    found = _measured([_pattern(points, curve) for curve in chosen], statistic)
    columns: Columns = {
        "k_density": [result.density for result in found],
        "bandwidth": [result.bandwidth for result in found],
        "error_bound": [result.error for result in found],
    }
    if reference is not None and not simulations:
        columns["expected"] = _expected(list(sets.values()), found, statistic)
    bands = simulated(
        chosen,
        [result.density for result in found],
        statistic.r,
        statistic=for_threads,
        draw=draws.__getitem__,
        simulations=simulations,
        level=level,
        rng=rng,
        progress=progress,
    )
    return curve_table(points, chosen, statistic.r, columns, bands, adjust)


class _Measured(NamedTuple):
    """An observed curve."""

    density: Floats
    error: Floats
    bandwidth: float


class _Sites:
    """The set of sites that chance draws from, for one curve."""

    def __init__(self, points: Points, curve: Curve, reference: str | None) -> None:
        self.points, self.curve = points, curve
        self.everything = reference in (None, "all")
        if self.everything:
            self.rows = np.arange(len(points.xy))
        else:
            own = [code for code in curve if code is not None]
            codes = [*own, points.number(str(reference))]
            self.rows = np.flatnonzero(np.isin(points.codes, codes))

    def pattern(self) -> Pattern:
        """The sites, each counting once."""
        return Pattern.of(self.points.xy[self.rows])

    def counterfactual(self, null: Null, weighted: bool) -> Counterfactual:
        """How patterns are drawn, refused where every draw would be the pattern itself."""
        codes = self.points.codes[self.rows]
        first = np.flatnonzero(codes == self.curve.industry)
        partner = self.curve.partner
        second = None if partner is None else np.flatnonzero(codes == partner)
        alone = partner is None or null == "independence"
        mine = len(first) + (0 if second is None else len(second))
        if len(self.rows) == mine and alone and not (weighted and null != "labels"):
            name = self.points.industries[self.curve.industry]
            raise SchemaError(
                f"the set of sites holds none but those of {name!r} (and its partner), so every "
                "draw is the pattern itself: add the establishments of other industries"
            )
        return Counterfactual(
            self.points.xy[self.rows], self.points.weight[self.rows], first, second, null
        )


def _measured(patterns: list[Pair], statistic: Statistic) -> list[_Measured]:
    """The observed curves, by joblib's workers where the caller has given it some."""
    if len(patterns) < 2 or workers() == 1:
        return [_measure((pattern, statistic)) for pattern in patterns]
    from joblib import Parallel, delayed

    alone = replace(statistic, threads=1)
    # In one tuple, as in envelopes.simulate.
    return list(Parallel()(delayed(_measure)((pattern, alone)) for pattern in patterns))


def _measure(work: tuple[Pair, Statistic]) -> _Measured:
    """One observed curve, and how far its bins can have moved it."""
    pattern, statistic = work
    nothing = np.full(len(statistic.r), np.nan)
    h = statistic.rule(pattern)
    if not statistic.defined(pattern, h):
        return _Measured(nothing, nothing, h)
    if statistic.mode == "exact":
        return _Measured(statistic.at(pattern, h), np.zeros(len(nothing)), h)
    bins, weight = statistic.binned(pattern, h), pairs.pair_weight(*pattern)
    return _Measured(
        smoothed(*bins, statistic.r, h) / weight,
        binning_error(*bins, statistic.r, h) / weight + left_out(h),
        h,
    )


def _pattern(points: Points, curve: Curve) -> Pair:
    def of(code: int) -> Pattern:
        rows = points.codes == code
        return Pattern.of(points.xy[rows], points.weight[rows])

    return of(curve.industry), None if curve.partner is None else of(curve.partner)


def _expected(sets: list[_Sites], found: list[_Measured], statistic: Statistic) -> list[Floats]:
    """Density of each curve's sites at the curve's bandwidth: the mean over all draws from them."""
    known = [result.bandwidth for result in found if result.bandwidth > 0]
    shared: tuple[pairs.Binned, float] | None = None
    results = []
    for sites, result in zip(sets, found, strict=True):
        h = result.bandwidth
        pattern: Pair = (sites.pattern(), None)
        if np.isnan(result.density).all():
            results.append(result.density)
        elif statistic.mode == "exact" or not sites.everything:
            results.append(statistic.at(pattern, h))
        else:
            # All establishments are binned once, as finely as the smallest bandwidth needs.
            if shared is None:
                limit = float(statistic.r[-1]) + SPAN * max(known)
                width = max(min(known) / FINE, limit / NODES)
                bins = pairs.binned_distances(*pattern, width, limit)
                shared = bins, pairs.pair_weight(*pattern)
            results.append(smoothed(*shared[0], statistic.r, h) / shared[1])
    return results


def _check_chance(null: object, simulations: int, partner: object) -> None:
    """Refuse simulations that do not say what chance means, or cannot mean it."""
    if null is None:
        if simulations:
            raise SchemaError(
                "null=None with simulations: say what chance means, such as null='sites'"
            )
        return
    check_option("null", null, Null)
    if null == "independence" and partner is None:
        raise SchemaError(
            "null='independence' is about two industries: name a partner=, or use null='sites'"
        )
