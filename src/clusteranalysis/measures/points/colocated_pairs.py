"""How often are plants of two industries in one place, and is it more often than by chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.neighbour_counts import cross_weight
from clusteranalysis.kernels.significance import Adjustment
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures.points._curves import (
    Columns,
    Curve,
    Marked,
    Shuffle,
    check_distances,
    curve_table,
    in_order,
    industry_numbers,
    simulated,
)
from clusteranalysis.measures.points._establishments import Points, read_points
from clusteranalysis.measures.points.envelopes import Progress, check_simulations
from clusteranalysis.schema import check_option

__all__ = ["howard_firms"]

Floats = NDArray[np.float64]
Place = Literal["distance", "cell"]
Sites = Literal["all", "pair"]
Pairs = Literal["across", "within"]


def howard_firms(
    establishments: pd.DataFrame,
    *,
    distances: ArrayLike,
    reference: Sites,
    place: Place = "distance",
    pairs: Pairs = "across",
    industry: str | Sequence[str] | None = None,
    partner: str | Sequence[str] | None = None,
    weight: Literal["employment"] | None = None,
    simulations: int = 0,
    level: float = 0.95,
    adjust: Adjustment = "benjamini_hochberg",
    rng: np.random.Generator | int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """How often are plants of two industries, or of one, in one place, and more than by chance?

    Parameters
    ----------
    establishments : DataFrame or GeoDataFrame
        One row an establishment: ``x``, ``y`` (projected) and ``industry``, and ``employment``
        where it weighs. See :func:`read_establishments`, which also deals with missing places.
    distances : array-like
        How far apart two plants in one place may be, or the sides of the square cells, in the unit
        of ``x`` and ``y``.
    reference : {"all", "pair"}
        The sites over which chance deals the plants: those of all establishments, or those of the
        two industries alone.
    place : {"distance", "cell"}
        One place is up to the distance, or within one cell of a grid that starts at (0, 0).
    pairs : {"across", "within"}
        Pairs of plants of two industries, or of two plants of one industry.
    industry, partner : str or list of str, optional
        Industries whose pairs are measured; all of them if not given. ``partner`` not with
        ``"within"``.
    weight : {"employment"}, optional
        Weigh a pair of plants by the product of their jobs; without it every pair counts once.
    simulations : int
        Number of times the plants are dealt out over the sites; 0 for none.
    level : float
        Share of dealings that the global band contains entirely, and at each distance the local
        one.
    adjust : {"none", "bonferroni", "holm", "benjamini_hochberg"}
        How ``adjusted`` allows for the number of pairs measured together.
    rng : numpy Generator or int, optional
        Source of randomness, needed for simulations. The same seed gives the same result, with one
        worker or many, whichever other pairs are asked for.
    progress : callable, optional
        Called with the number of simulations done and to do.

    Returns
    -------
    DataFrame
        One row an unordered pair, ``industry`` < ``partner`` (within, one row an industry), and
        ``distance``: ``howard_firms`` (CL, the share 0..1 of pairs that are in one place),
        ``expected_colocation`` (by chance, exactly), ``excess_colocation`` (XCL, the first less the
        second, -1..1) and ``reference``. With simulations also ``expected`` (their mean),
        ``local_low``, ``local_high``, ``global_low``, ``global_high``, ``localisation`` and
        ``dispersion`` (how far CL is outside the global band), and, the same at all distances of a
        pair, ``p_value`` (of the global band), ``goodness_of_fit`` (p-value of the whole curve)
        and ``adjusted`` (``p_value`` allowing for the number of pairs). NaN where an industry's
        plants weigh nothing.

    Raises
    ------
    SchemaError
        The table breaks the contract, an industry is unknown, a number is out of range, or there
        are no two industries; within an industry, a partner is named or chance has no other sites.

    Notes
    -----
    CL_AB = sum_(i in A, j in B) w_i w_j C_ij / (sum_A w_i sum_B w_j), C_ij = 1 where i and j are in
    one place (Howard, Newman and Tarp 2016, whose places are communes). Within an industry it is
    the same over pairs of two different plants, sum_(i != j) w_i w_j C_ij / ((sum w_i)^2 - sum
    w_i^2), which they do not measure. They simulate the
    counterfactual; dealing plants over M sites puts any two of them on any two sites alike, so
    that its mean is the share of all pairs of sites in one place, which is used. ``"pair"``
    compares the two industries with each other alone, so two industries that are both where all
    firms are show no excess. :func:`howard_colocation` is for tables by region. A distance within
    1e-9 of another, relatively, is the same.

    References
    ----------
    Howard, E., Newman, C. and Tarp, F. (2016). Measuring industry coagglomeration and identifying
    the driving forces. Journal of Economic Geography 16(5), 1055-1078.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> firms = pd.DataFrame({"x": [1000.0, 1000.0, 1003.0, 1040.0], "y": [0.0, 8.0, 4.0, 30.0],
    ...                       "industry": ["a", "a", "b", "b"]})
    >>> found = ca.howard_firms(firms, distances=[5, 60], reference="all")
    >>> found[["distance", "howard_firms", "expected_colocation", "excess_colocation"]]
       distance  howard_firms  expected_colocation  excess_colocation
    0       5.0           0.5             0.333333           0.166667
    1      60.0           1.0             1.000000           0.000000
    """
    check_option("reference", reference, Sites)
    check_option("place", place, Place)
    check_option("pairs", pairs, Pairs)
    check_option("adjust", adjust, Adjustment)
    check_simulations(simulations, level)
    r = check_distances(distances)
    if place == "cell" and r[0] == 0:
        raise SchemaError("distances= holds 0, and a cell has no side of 0: use numbers above 0")
    points = read_points(establishments, weight=weight)
    chosen = (
        _within(points, industry, partner, reference)
        if pairs == "within"
        else (_across(points, industry, partner))
    )
    everyone = in_order(points)
    patterns = {
        curve: everyone if reference == "all" else everyone.only([curve.industry, curve.target])
        for curve in chosen
    }
    found = [_Colocation(r, curve, place)(patterns[curve]) for curve in chosen]
    if reference == "all":
        expected = [_chance(everyone.xy, r, place)] * len(chosen)
    else:
        expected = [_chance(patterns[curve].xy, r, place) for curve in chosen]
    expected = [np.where(np.isnan(CL), np.nan, E) for CL, E in zip(found, expected, strict=True)]
    columns: Columns = {
        "howard_firms": found,
        "expected_colocation": expected,
        "excess_colocation": [CL - E for CL, E in zip(found, expected, strict=True)],
        "reference": [reference] * len(chosen),
    }
    bands = simulated(
        chosen,
        found,
        r,
        statistic=lambda curve, _: _Colocation(r, curve, place),
        draw=lambda curve: Shuffle(patterns[curve], curve, "sites"),
        simulations=simulations,
        level=level,
        rng=rng,
        progress=progress,
    )
    return curve_table(points, chosen, r, columns, bands, adjust)


def _across(
    points: Points, industry: str | Sequence[str] | None, partner: str | Sequence[str] | None
) -> list[Curve]:
    first, second = industry_numbers(points, industry), industry_numbers(points, partner)
    found = sorted({(min(a, b), max(a, b)) for a in first for b in second if a != b})
    if not found:
        raise SchemaError(
            "there is no pair of two industries to measure: name two, or leave both out"
        )
    return [Curve(a, b) for a, b in found]


def _within(
    points: Points,
    industry: str | Sequence[str] | None,
    partner: str | Sequence[str] | None,
    reference: Sites,
) -> list[Curve]:
    if partner is not None:
        raise SchemaError("pairs='within' is about one industry: leave out partner=")
    if reference == "pair":
        raise SchemaError(
            "reference='pair' holds an industry's own sites alone, over which every dealing is the "
            "same: use 'all' with pairs='within'"
        )
    return [Curve(a, None) for a in industry_numbers(points, industry)]


@dataclass(frozen=True)
class _Colocation:
    """CL of two industries, or within one, as the function that simulations call."""

    r: Floats
    curve: Curve
    place: Place

    def __call__(self, pattern: Marked) -> Floats:
        a, b = (pattern.only([code]) for code in (self.curve.industry, self.curve.target))
        together = _together(a.xy, a.weight, b.xy, b.weight, self.r, self.place)
        every = a.weight.sum() * b.weight.sum()
        if self.curve.partner is None:
            # A plant is no pair with itself; of one plant nothing may be left but rounding.
            itself = (a.weight**2).sum()
            together, every = together - itself, every - itself if len(a.xy) > 1 else 0.0
        return ratio(together, np.full(len(self.r), every))


def _chance(sites: Floats, r: Floats, place: Place) -> Floats:
    """Share of all pairs of two sites that are in one place."""
    M, one = len(sites), np.ones(len(sites))
    return ratio(_together(sites, one, sites, one, r, place) - M, np.full(len(r), M * (M - 1.0)))


def _together(a: Floats, w_a: Floats, b: Floats, w_b: Floats, r: Floats, place: Place) -> Floats:
    """Weight of the pairs of a point of each that are in one place."""
    if place == "distance":
        return cross_weight(a, w_a, b, w_b, r)
    both, found = np.vstack([a, b]), []
    for side in r:
        cells = np.unique(np.floor(both / side), axis=0, return_inverse=True)[1].ravel()
        here = np.bincount(cells[: len(a)], w_a, cells.max() + 1)
        found.append(here @ np.bincount(cells[len(a) :], w_b, len(here)))
    return np.array(found)
