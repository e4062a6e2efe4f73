"""How many neighbours has a plant of an industry on a map, compared with plants put anywhere?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.neighbour_counts import pairs_within, reach
from clusteranalysis.kernels.significance import Adjustment
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
    industry_numbers,
    simulated,
)
from clusteranalysis.measures.points._establishments import Points, read_points
from clusteranalysis.measures.points._study_area import Correction, StudyArea
from clusteranalysis.measures.points.envelopes import Progress, check_simulations
from clusteranalysis.schema import check_option

if TYPE_CHECKING:
    from clusteranalysis.measures.points._establishments import Window

__all__ = ["ripley_k"]

Floats = NDArray[np.float64]
Function = Literal["K", "L", "g", "D"]
Null = Literal["uniform", "sites", "labels", "independence"]

#: Stoyan and Stoyan's constant: the kernel reaches 0.15 / sqrt(intensity) to either side.
_STOYAN = 0.15


def ripley_k(
    establishments: pd.DataFrame,
    *,
    distances: ArrayLike,
    window: Window,
    function: Function = "K",
    correction: Correction = "isotropic",
    industry: str | Sequence[str] | None = None,
    partner: str | Sequence[str] | None = None,
    reference: str | Sequence[str] | None = None,
    weight: Literal["employment"] | None = None,
    bandwidth: float | Literal["stoyan"] = "stoyan",
    null: Null | None = None,
    simulations: int = 0,
    level: float = 0.95,
    adjust: Adjustment = "benjamini_hochberg",
    rng: np.random.Generator | int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Has an industry's plant more plants of it nearby than if they could be anywhere on the map?

    Parameters
    ----------
    establishments : DataFrame or GeoDataFrame
        One row an establishment: ``x``, ``y`` (projected) and ``industry``, and ``employment``
        where it weighs. See :func:`read_establishments`, which also deals with missing places.
    distances : array-like
        Where the function is wanted, from 0, in the unit of ``x`` and ``y``: up to a quarter of
        the window's shorter side, beyond which few plants tell about all.
    window : Polygon, MultiPolygon, GeoSeries or GeoDataFrame
        The area in which plants were looked for, in the same units. All must lie in it.
    function : {"K", "L", "g", "D"}
        Ripley's K, Besag's L less the distance, the pair correlation g, or Diggle and Chetwynd's
        D: K of the industry less K of ``reference``.
    correction : {"isotropic", "translation", "none"}
        How neighbours beyond the window's edge are allowed for. ``"none"`` does not: it makes any
        pattern look dispersed.
    industry : str or list of str, optional
        Industries to measure; all of them if not given.
    partner : str or list of str, optional
        Count each partner around the industry's plants (co-location) instead of the industry.
    reference : str or list of str, optional
        The controls of D: ``"others"`` (all other industries), ``"all"`` establishments, or the
        industries named together.
    weight : {"employment"}, optional
        Weigh a pair of plants by the product of their jobs; without it every pair counts once.
    bandwidth : float or "stoyan"
        Of g: standard deviation of the Epanechnikov kernel, in the unit of ``x`` and ``y``, or
        0.15 / sqrt(5 n / area) for n neighbours that could be met.
    null : {"uniform", "sites", "labels", "independence"}, optional
        What chance means. ``"uniform"`` (but for D): the plants are put anywhere in the window.
        ``"sites"``: on sites drawn from those of all establishments. ``"labels"``: every site
        keeps its jobs, and which are the industry's is chance; for D (its only choice) among cases
        and controls. ``"independence"``: the industry stays, and the partner's plants are put on
        sites of others.
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
        One row an industry (and ``partner``) and ``distance``: ``ripley_k`` (K and D in squared
        units of ``x`` and ``y``, L in these units, g a ratio), ``function``, ``correction``,
        ``bandwidth`` (of g), ``reference`` (of D), and ``expected`` for plants that are
        independently anywhere in the window: pi r^2, 0, 1 and 0. With simulations ``expected`` is
        their mean, with ``local_low``, ``local_high``, ``global_low``, ``global_high``,
        ``localisation`` and ``dispersion`` (how far outside the global band), and, the same at all
        distances of a curve, ``p_value`` (of the global band), ``goodness_of_fit`` (p-value of
        the whole curve) and ``adjusted`` (``p_value`` allowing for the number of curves). NaN
        where there are not two plants (or one of each), or none weighs anything, and for g at 0.

    Raises
    ------
    SchemaError
        The table breaks the contract, an establishment is outside the window, an industry is
        unknown, a number is out of range, a distance is longer than the correction can allow
        for, or D has no controls.

    Notes
    -----
    K(r) = A sum_(i != j) w_i w_j e_ij 1(d_ij <= r) / sum_(i != j) w_i w_j, A the window's area; for
    two industries the sums are over i in one and j in the other. Isotropic: 1 / e_ij is the part of
    the circle about i through j that lies in the window (Ripley 1976); translation: 1 / e_ij is
    the part of the window that still covers it when shifted from i to j (Ohser 1983). L(r) =
    sqrt(K(r) / pi) - r (Besag 1977, centred). g(r) = A sum w_i w_j e_ij k(r - d_ij) / (2 pi r (sum
    w)^2) (Stoyan and Stoyan 1994), k the Epanechnikov kernel; its divisor counts i = j, as that of
    spatstat and dbmss, so that it is (n - 1) / n of the slope of K. D(r) = K(r) - K_reference(r)
    (Diggle and Chetwynd 1991). Isotropic weights are not limited (spatstat limits them to 100).

    K compares with plants that could be anywhere in the window, where most of the land may be
    water or homes: a high K says that there are plants at all as much as that they cluster. D,
    :func:`m_function` and :func:`k_density` with ``null="sites"`` allow for that. Where the window
    is in several parts, isotropic correction is too low at distances that end in the gap between
    them, about places from which no plant can be that far. A distance within 1e-9 of r,
    relatively, is r. Bands and p-values are as in :func:`k_density`. Pairs are looked at in blocks
    of a million. Isotropic correction costs a look at every side of the window for each pair
    near its edge, translation in other than a rectangle an overlay of two windows for each pair:
    simplify a detailed coast first.

    References
    ----------
    Ripley, B. D. (1976). The second-order analysis of stationary point processes. Journal of
    Applied Probability 13(2), 255-266.
    Besag, J. (1977). Contribution to the discussion of Dr Ripley's paper. Journal of the Royal
    Statistical Society B 39(2), 193-195.
    Ohser, J. (1983). On estimators for the reduced second moment measure of point processes.
    Mathematische Operationsforschung und Statistik, series Statistics 14, 63-71.
    Diggle, P. J. and Chetwynd, A. G. (1991). Second-order analysis of spatial clustering for
    inhomogeneous populations. Biometrics 47(3), 1155-1163.
    Stoyan, D. and Stoyan, H. (1994). Fractals, Random Shapes and Point Fields. Wiley.

    Examples
    --------
    >>> import pandas as pd
    >>> import shapely
    >>> import clusteranalysis as ca
    >>> firms = pd.DataFrame({"x": [1040.0, 1043.0, 1060.0], "y": [50.0, 54.0, 50.0],
    ...                       "industry": "a"})
    >>> city = shapely.box(1000, 0, 1100, 100)
    >>> found = ca.ripley_k(firms, distances=[4, 5, 20], window=city)
    >>> found[["industry", "distance", "ripley_k", "expected"]].round(1)
      industry  distance  ripley_k  expected
    0        a       4.0       0.0      50.3
    1        a       5.0    3333.3      78.5
    2        a      20.0   10000.0    1256.6
    """
    check_option("function", function, Function)
    check_option("correction", correction, Correction)
    check_option("adjust", adjust, Adjustment)
    check_simulations(simulations, level)
    r = check_distances(distances)
    rule = check_bandwidth(bandwidth, "stoyan")
    chance = _check_null(null, function, partner)
    if window is None:
        raise SchemaError("window= is missing: pass the area in which plants were looked for")
    points = read_points(establishments, weight=weight, window=window)
    assert points.window is not None
    area = StudyArea(points.window, correction)
    area.refuse_beyond(float(r[-1]))
    chosen = chosen_curves(points, industry, partner)
    controls = {curve: _controls(points, curve, function, reference) for curve in chosen}
    everyone = in_order(points)
    patterns = {
        # For D the labels are dealt out among cases and controls alone.
        curve: everyone.only([curve.industry, *controls[curve]]) if function == "D" else everyone
        for curve in chosen
    }

    def statistic(curve: Curve, threads: int | None) -> _SecondOrder:
        here = replace(area, threads=threads)
        return _SecondOrder(r, curve, controls[curve], function, here, rule)

    found = [statistic(curve, None)(patterns[curve]) for curve in chosen]
    columns: Columns = {
        "ripley_k": found,
        "function": [function] * len(chosen),
        "correction": [correction] * len(chosen),
    }
    if function == "g":
        columns["bandwidth"] = [statistic(curve, None).width(everyone) for curve in chosen]
    if function == "D":
        named = reference if isinstance(reference, str) else ", ".join(sorted(reference or []))
        columns["reference"] = [named] * len(chosen)
    theory = {"K": np.pi * r**2, "L": 0 * r, "g": np.where(r > 0, 1.0, np.nan), "D": 0 * r}
    columns["expected"] = [np.where(np.isnan(values), np.nan, theory[function]) for values in found]
    bands = simulated(
        chosen,
        found,
        r,
        statistic=statistic,
        draw=lambda curve: Shuffle(patterns[curve], curve, chance, points.window),
        simulations=simulations,
        level=level,
        rng=rng,
        progress=progress,
    )
    return curve_table(points, chosen, r, columns, bands, adjust)


def _check_null(null: str | None, function: str, partner: object) -> str:
    if null is None:
        return "labels" if function == "D" else "uniform"
    check_option("null", null, Null)
    if function == "D" and null != "labels":
        raise SchemaError(f"null={null!r} is not one for D: use 'labels', of cases and controls")
    if null == "independence" and partner is None:
        raise SchemaError(
            "null='independence' is about two industries: name a partner=, or use 'uniform'"
        )
    if function == "D" and partner is not None:
        raise SchemaError("function='D' compares an industry with reference=: leave out partner=")
    return null


def _controls(
    points: Points, curve: Curve, function: str, reference: str | Sequence[str] | None
) -> tuple[int, ...]:
    """Industries that are the controls of D."""
    if function != "D":
        if reference is not None:
            raise SchemaError("reference= is for function='D': leave it out")
        return ()
    if curve.partner is not None:
        raise SchemaError("function='D' compares an industry with reference=: leave out partner=")
    if reference is None:
        raise SchemaError("reference= is missing: name the controls of D, such as 'others'")
    everything = range(len(points.industries))
    if reference == "all":
        return tuple(everything)
    if reference == "others":
        return tuple(code for code in everything if code != curve.industry)
    return tuple(industry_numbers(points, reference))


@dataclass(frozen=True)
class _SecondOrder:
    """K, L, g or D of a pattern, as the function that simulations call."""

    r: Floats
    curve: Curve
    controls: tuple[int, ...]
    function: str
    area: StudyArea
    bandwidth: float | None  # None: Stoyan's rule

    def __call__(self, pattern: Marked) -> Floats:
        a = pattern.codes == self.curve.industry
        b = None if self.curve.partner is None else pattern.codes == self.curve.partner
        if self.function == "g":
            return self._density(pattern, a, b)
        K = self._cumulative(pattern, a, b)
        if self.function == "L":
            return np.asarray(np.sqrt(K / np.pi) - self.r)
        if self.function == "D":
            return K - self._cumulative(pattern, np.isin(pattern.codes, self.controls), None)
        return K

    def width(self, pattern: Marked) -> float:
        """Standard deviation of the kernel of g."""
        if self.bandwidth is not None:
            return self.bandwidth
        n = int((pattern.codes == self.curve.target).sum())
        return float(_STOYAN / np.sqrt(5 * n / self.area.shape.area)) if n else float("nan")

    def _cumulative(
        self, pattern: Marked, a: NDArray[np.bool_], b: NDArray[np.bool_] | None
    ) -> Floats:
        """K: the weight of corrected pairs up to each distance."""
        xy, w = pattern.xy[a], pattern.weight[a]
        xy_b, w_b = (xy, w) if b is None else (pattern.xy[b], pattern.weight[b])
        within = reach(self.r)
        total = np.zeros(len(within) + 1)
        clear = self.area.clearance(xy)
        for block in pairs_within(xy, None if b is None else xy_b, float(self.r[-1])):
            mass = w[block.i] * w_b[block.j] * self.area.factor(xy, xy_b, block, clear)
            total += np.bincount(np.searchsorted(within, block.d), mass, len(total))
        every = w.sum() * w_b.sum() - ((w**2).sum() if b is None else 0.0)
        if b is None and len(w) < 2:
            every = 0.0
        return ratio(self.area.shape.area * np.cumsum(total)[:-1], every)

    def _density(
        self, pattern: Marked, a: NDArray[np.bool_], b: NDArray[np.bool_] | None
    ) -> Floats:
        """g: the weight of corrected pairs about each distance, by an Epanechnikov kernel."""
        xy, w = pattern.xy[a], pattern.weight[a]
        xy_b, w_b = (xy, w) if b is None else (pattern.xy[b], pattern.weight[b])
        half = self.width(pattern) * np.sqrt(5)
        if len(w) + len(w_b) < 3 - (b is not None) or not half > 0:
            return np.full(len(self.r), np.nan)
        total = np.zeros(len(self.r))
        clear = self.area.clearance(xy)
        for block in pairs_within(xy, None if b is None else xy_b, float(self.r[-1]) + half):
            mass = w[block.i] * w_b[block.j] * self.area.factor(xy, xy_b, block, clear)
            order = np.argsort(block.d, kind="stable")
            d, mass = block.d[order], mass[order]
            first = np.searchsorted(d, self.r - half)
            last = np.searchsorted(d, self.r + half)
            for k, (begin, end) in enumerate(zip(first, last, strict=True)):
                u = (self.r[k] - d[begin:end]) / half
                total[k] += mass[begin:end] @ (1 - u * u)
        scale = 0.75 / half * self.area.shape.area
        return ratio(scale * total, 2 * np.pi * self.r * w.sum() * w_b.sum())
