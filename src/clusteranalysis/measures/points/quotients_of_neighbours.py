"""Are the nearest neighbours of an industry's plants of another one more often than by chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.neighbour_counts import Neighbours, nearest
from clusteranalysis.kernels.significance import Adjustment, adjusted
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures.points._curves import industry_numbers
from clusteranalysis.measures.points._establishments import Points, read_points
from clusteranalysis.measures.points.envelopes import (
    Progress,
    check_simulations,
    simulate,
    source,
)
from clusteranalysis.schema import check_option

__all__ = ["colocation_quotient"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Level = Literal["global", "pairwise", "local"]


def colocation_quotient(
    establishments: pd.DataFrame,
    *,
    neighbours: int = 1,
    level: Level = "pairwise",
    industry: str | Sequence[str] | None = None,
    partner: str | Sequence[str] | None = None,
    weight: Literal["employment"] | None = None,
    simulations: int = 0,
    confidence: float = 0.95,
    adjust: Adjustment = "benjamini_hochberg",
    rng: np.random.Generator | int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Is a plant's nearest neighbour of a given industry more often than industries' sizes say?

    Parameters
    ----------
    establishments : DataFrame or GeoDataFrame
        One row an establishment: ``x``, ``y`` (projected), ``industry`` and, for ``"local"``, an
        optional ``id``. All establishments are neighbours, whichever industries are asked for.
    neighbours : int
        How many nearest neighbours of each plant count; the authors take 1. Those tied for the
        last places share them.
    level : {"global", "pairwise", "local"}
        One number for all industries (are neighbours of the same industry?), one for each ordered
        pair, or one for each plant of the industry and each partner.
    industry, partner : str or list of str, optional
        Whose neighbours are looked at, and which industries among them; all if not given. Not for
        ``"global"``.
    weight : {"employment"}, optional
        Count each plant whose neighbours are looked at by its jobs (who stands beside the plant
        of a job of the industry?); a neighbour counts once. Not for ``"local"``.
    simulations : int
        Number of times the industries are dealt out anew over the sites; 0 for none. Not for
        ``"local"``.
    confidence : float
        Share of dealings between ``local_low`` and ``local_high``.
    adjust : {"none", "bonferroni", "holm", "benjamini_hochberg"}
        How ``adjusted`` allows for the number of pairs.
    rng : numpy Generator or int, optional
        Source of randomness, needed for simulations. The same seed gives the same result, with one
        worker or many, whichever pairs are asked for.
    progress : callable, optional
        Called with the number of simulations done and to do.

    Returns
    -------
    DataFrame
        ``colocation_quotient`` (1: as often as by chance, 2: twice as often, 0: never), one row
        in all; or one for each ``industry`` and ``partner``, who is not the same the other way
        round; or one for each ``industry``, ``partner`` and ``id`` (the row's label in the table
        where there is no ``id``). With simulations ``expected`` (their mean), ``local_low``,
        ``local_high``, ``p_value`` (two-sided) and ``adjusted``. NaN where chance leaves none to
        meet: an industry of one plant has none of its own.

    Raises
    ------
    SchemaError
        The table breaks the contract, an industry is unknown, a number is out of range (there
        must be more establishments than ``neighbours``), or simulations are asked for one by one.

    Notes
    -----
    CLQ_AB = (C_AB / N_A) / (N'_B / (N - 1)), C_AB the sum over A's plants of the share of B among
    their nearest neighbours, N'_B = N_B, or N_B - 1 where B is A (Leslie and Kronenfeld 2011).
    Global: sum_A C_AA / sum_A N_A (N_A - 1) / (N - 1). Local: a plant's own share of B in place
    of C_AB / N_A, all of its neighbours alike; the mean over A's plants is CLQ_AB (after Wang
    et al. 2017, who weigh neighbours by distance). With jobs w_i the mean over A's plants is
    weighted by them, C_AB / N_A = sum_(i in A) w_i c_iB / sum_(i in A) w_i, and what chance
    gives is the same, since it deals industries to sites whatever their jobs; the weighted form
    is ours. The expected value is 1 under random labelling, which the simulations deal out:
    sites stay, and so does where all plants together cluster. The local quotients have no test:
    with few neighbours each takes few values, and 0 is a common one.

    Distances matter by their order alone, so that the quotient needs no correction at the edge and
    adapts to density: a neighbour is near in town and may be far in the country. Where many
    share an address, all of these are ties at distance 0.

    References
    ----------
    Leslie, T. F. and Kronenfeld, B. J. (2011). The colocation quotient: a new measure of spatial
    association between categorical subsets of points. Geographical Analysis 43(3), 306-326.
    Wang, F., Hu, Y., Wang, S. and Li, X. (2017). Local indicator of colocation quotient with a
    statistical significance test. Professional Geographer 69(1), 22-31.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> firms = pd.DataFrame({"x": [1000.0, 1001.0, 1010.0, 1012.0], "y": [5.0, 5.0, 5.0, 5.0],
    ...                       "industry": ["a", "b", "a", "a"]})
    >>> ca.colocation_quotient(firms).round(2)
      industry partner  colocation_quotient
    0        a       a                  1.0
    1        a       b                  1.0
    2        b       a                  1.0
    3        b       b                  NaN
    """
    check_option("level", level, Level)
    check_option("adjust", adjust, Adjustment)
    _check_chance(simulations, confidence)
    if isinstance(neighbours, bool) or not isinstance(neighbours, int | np.integer):
        raise SchemaError(f"neighbours={neighbours!r} is no whole number: use 1, as the authors")
    points = read_points(establishments, weight=weight)
    n = len(points.codes)
    if not 1 <= neighbours < n:
        raise SchemaError(
            f"neighbours={neighbours} of {n:,} establishments: use a number from 1 to {n - 1}"
        )
    if level == "global" and (industry is not None or partner is not None):
        raise SchemaError(
            "level='global' is about all industries: leave out industry= and partner="
        )
    if level == "local" and weight is not None:
        raise SchemaError("level='local' is of single plants: leave weight= out, or use 'pairwise'")
    if level == "local" and simulations:
        raise SchemaError("level='local' has no simulations: leave them out, or use 'pairwise'")
    first, second = industry_numbers(points, industry), industry_numbers(points, partner)
    # In an order of their own, so that the order of rows cannot matter.
    order = np.lexsort((points.weight, points.codes, points.xy[:, 1], points.xy[:, 0]))
    near = nearest(points.xy[order], int(neighbours))
    codes = points.codes[order]
    if level == "local":
        return _local(points, near, order, first, second)
    statistic = _Quotients(near, points.weight[order], len(points.industries), level)
    found = statistic(codes)
    table = _keys(points, level, first, second)
    chosen = _places(first, second, len(points.industries)) if level == "pairwise" else slice(None)
    table["colocation_quotient"] = found[chosen]
    if not simulations:
        return table
    if rng is None:
        raise SchemaError("rng= is missing: simulations need a seed, such as rng=1, to be repeated")
    draws = simulate(statistic, _Labels(codes), simulations, seed=source(rng), progress=progress)
    return table.assign(**_bands(found[chosen], draws[:, chosen], confidence, adjust))


def _check_chance(simulations: int, confidence: float) -> None:
    """Refuse a number of dealings that cannot give a band, by the names of the options here."""
    if not 0 < confidence < 1:
        raise SchemaError(
            f"confidence={confidence!r} is not a confidence level: use one between 0 and 1"
        )
    check_simulations(simulations, 0.01)
    least = int(np.ceil(2 / (1 - confidence) - 1e-9)) - 1
    if 0 < simulations < least:
        raise SchemaError(
            f"simulations={simulations} are too few for confidence={confidence}: use {least} or "
            "more (999 for a result to publish)"
        )


@dataclass(frozen=True)
class _Quotients:
    """Quotients of labelled neighbours, as the function that simulations call."""

    near: Neighbours
    weight: Floats
    kinds: int
    level: str

    def __call__(self, codes: Ints) -> Floats:
        """One number, or kinds x kinds of them in rows."""
        near, kinds, w = self.near, self.kinds, self.weight
        size = np.bincount(codes, minlength=kinds).astype(float)
        counted = np.bincount(codes, w, kinds)
        others = len(codes) - 1
        share = near.share * w[near.i]
        if self.level == "global":
            alike = share[codes[near.i] == codes[near.j]].sum()
            return np.atleast_1d(ratio(alike, (counted * (size - 1)).sum() / others))
        C = np.bincount(codes[near.i] * kinds + codes[near.j], share, kinds * kinds)
        met = ratio(C.reshape(kinds, kinds), counted[:, None])
        return ratio(met, (size - np.eye(kinds)) / others).ravel()


@dataclass(frozen=True)
class _Labels:
    """Deals the industries out over the sites."""

    codes: Ints

    def __call__(self, rng: np.random.Generator) -> Ints:
        """One dealing."""
        return rng.permutation(self.codes)


def _places(first: list[int], second: list[int], kinds: int) -> Ints:
    return np.array([a * kinds + b for a in first for b in second], np.intp)


def _keys(points: Points, level: str, first: list[int], second: list[int]) -> pd.DataFrame:
    """The rows of the result, without its numbers."""
    if level == "global":
        return pd.DataFrame(index=pd.RangeIndex(1))
    names = points.industries.astype("str")
    return pd.DataFrame(
        {
            "industry": names.take(np.repeat(first, len(second))),
            "partner": names.take(np.tile(second, len(first))),
        }
    )


def _local(
    points: Points, near: Neighbours, order: Ints, first: list[int], second: list[int]
) -> pd.DataFrame:
    """Share of each partner among each plant's neighbours, over what chance would give."""
    names, kinds = points.industries.astype("str"), len(points.industries)
    codes, ids = points.codes[order], points.ids.take(order)
    size = np.bincount(codes, minlength=kinds)
    centre = np.flatnonzero(np.isin(codes, first))
    parts = []
    for b in second:
        met = np.bincount(near.i, near.share * (codes[near.j] == b), len(codes))[centre]
        chance = (size[b] - (codes[centre] == b)) / (len(codes) - 1)
        parts.append(
            pd.DataFrame(
                {
                    "industry": names.take(codes[centre]),
                    "partner": names[b],
                    "id": ids.take(centre),
                    "colocation_quotient": ratio(met, chance),
                }
            )
        )
    keys = ["industry", "partner", "id"]
    table = pd.concat(parts, ignore_index=True).astype({"partner": "str"})
    return table.sort_values(keys, kind="stable", ignore_index=True)


def _bands(
    found: Floats, draws: Floats, confidence: float, adjust: Adjustment
) -> dict[str, Floats]:
    """What the dealings say of each quotient by itself."""
    S = len(draws)
    k = int((1 - confidence) / 2 * (S + 1) + 1e-9)
    ranked = np.sort(draws, axis=0)
    # Equal quotients may differ by rounding.
    slack = 1e-9 * np.abs(found)
    above = 1 + (draws >= found - slack).sum(axis=0)
    below = 1 + (draws <= found + slack).sum(axis=0)
    p = np.minimum(1.0, 2 * np.minimum(above, below) / (S + 1))
    p = np.where(np.isnan(found), np.nan, p)
    return {
        "expected": draws.mean(axis=0),
        "local_low": ranked[k - 1],
        "local_high": ranked[S - k],
        "p_value": p,
        "adjusted": adjusted(p, adjust),
    }
