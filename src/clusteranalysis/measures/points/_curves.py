"""What the measures that are curves over distance share: which curves, drawn how, in what table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.significance import Adjustment
from clusteranalysis.measures.points._establishments import Points
from clusteranalysis.measures.points.envelopes import (
    COLUMNS,
    Envelope,
    Progress,
    adjust_over_curves,
    envelope,
    simulate,
    source,
    workers,
)

if TYPE_CHECKING:
    from shapely import MultiPolygon, Polygon

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Marked(NamedTuple):
    """A pattern of establishments: where, of how many jobs, of which industry."""

    xy: Floats
    weight: Floats
    codes: Ints

    def only(self, industries: Sequence[int]) -> Marked:
        """Those of some industries."""
        kept = np.isin(self.codes, industries)
        return Marked(self.xy[kept], self.weight[kept], self.codes[kept])


class Curve(NamedTuple):
    """Whose neighbours are counted, and who counts as one: places in the list of industries."""

    industry: int
    partner: int | None

    @property
    def target(self) -> int:
        """The industry of the neighbours."""
        return self.industry if self.partner is None else self.partner

    @property
    def key(self) -> tuple[int, int]:
        """Of its random numbers, which do not depend on what else is measured."""
        return self.industry, 0 if self.partner is None else self.partner + 1


#: A measure's own columns: a curve, or one value, for each curve.
Columns = dict[str, Sequence[Floats | Ints | float | str]]
Statistic = Callable[[Marked], Floats]
Draw = Callable[[np.random.Generator], Marked]


def in_order(points: Points) -> Marked:
    """The establishments in an order of their own, so that the order of rows cannot matter."""
    order = np.lexsort((points.weight, points.codes, points.xy[:, 1], points.xy[:, 0]))
    return Marked(points.xy[order], points.weight[order], points.codes[order])


def check_distances(distances: ArrayLike, name: str = "distances") -> Floats:
    """Ascending distances, refused where they are none."""
    try:
        r = np.atleast_1d(np.asarray(distances, float))
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f"{name}={distances!r} are not numbers: pass a list, such as range(0, 5000, 100)"
        ) from error
    if r.ndim != 1 or not len(r) or not np.isfinite(r).all() or (r < 0).any():
        raise SchemaError(
            f"{name}= must be one or more finite numbers from 0, in the unit of x and y"
        )
    if len(np.unique(r)) < len(r):
        raise SchemaError(f"{name}= holds a number twice: give each once")
    return np.sort(r)


def check_bandwidth(bandwidth: object, rule: str) -> float | None:
    """The number, or None for the rule."""
    if isinstance(bandwidth, str) and bandwidth == rule:
        return None
    number = isinstance(bandwidth, int | float | np.number) and not isinstance(bandwidth, bool)
    if not number or not 0 < float(bandwidth) < np.inf:  # type: ignore[arg-type]
        raise SchemaError(
            f"bandwidth={bandwidth!r} is not an option: pass a number above 0 in the unit of x and "
            f"y, or {rule!r}"
        )
    return float(bandwidth)  # type: ignore[arg-type]


def industry_numbers(points: Points, names: str | Sequence[str] | None) -> list[int]:
    """Places of the industries named, or of all, sorted."""
    if names is None:
        return list(range(len(points.industries)))
    listed = [names] if isinstance(names, str) else list(names)
    return sorted({points.number(name) for name in listed})


def chosen_curves(
    points: Points,
    industry: str | Sequence[str] | None,
    partner: str | Sequence[str] | None,
) -> list[Curve]:
    """The curves asked for, sorted; an industry is not its own partner."""
    first = industry_numbers(points, industry)
    if partner is None:
        return [Curve(a, None) for a in first]
    second = industry_numbers(points, partner)
    curves = [Curve(a, b) for a in first for b in second if a != b]
    if not curves:
        raise SchemaError(
            "partner= names the industry itself: leave it out to measure within an industry"
        )
    return curves


@dataclass(frozen=True)
class Shuffle:
    """Draws counterfactual patterns of the establishments of one curve.

    ``"sites"``: all plants, with their jobs, are put on each other's sites; ``"labels"``: every
    site keeps its jobs and the industries are dealt out anew; ``"independence"``: the industry
    stays and all others change sites; ``"uniform"``: the industry's plants, and its partner's,
    are put anywhere in the window.
    """

    pattern: Marked
    curve: Curve
    null: str
    window: Polygon | MultiPolygon | None = None

    def __call__(self, rng: np.random.Generator) -> Marked:
        """One pattern."""
        xy, weight, codes = self.pattern
        if self.null == "labels":
            return Marked(xy, weight, rng.permutation(codes))
        if self.null == "uniform":
            moved = (codes == self.curve.industry) | (codes == self.curve.target)
            places = uniform_points(self.window, int(moved.sum()), rng)
        else:
            moved = np.ones(len(xy), bool)
            if self.null == "independence":
                moved = codes != self.curve.industry
            places = rng.permutation(xy[moved])
        drawn = xy.copy()
        drawn[moved] = places
        return Marked(drawn, weight, codes)


def uniform_points(
    window: Polygon | MultiPolygon | None, n: int, rng: np.random.Generator
) -> Floats:
    """Points anywhere in the window, by drawing from its bounds and keeping those inside."""
    import shapely

    assert window is not None, "the measures that draw from a window ask for one"
    shapely.prepare(window)
    low_x, low_y, high_x, high_y = window.bounds
    filled = window.area / ((high_x - low_x) * (high_y - low_y))
    found = np.empty((0, 2))
    while len(found) < n:
        size = int((n - len(found)) / filled * 1.1) + 8
        tried = rng.uniform((low_x, low_y), (high_x, high_y), (size, 2))
        found = np.vstack([found, tried[shapely.contains_xy(window, tried)]])
    return found[:n]


def simulated(
    chosen: Sequence[Curve],
    observed: Sequence[Floats],
    r: Floats,
    *,
    statistic: Callable[[Curve, int | None], Statistic],
    draw: Callable[[Curve], Draw],
    simulations: int,
    level: float,
    rng: np.random.Generator | int | None,
    progress: Progress | None,
) -> list[Envelope]:
    """The envelope of every curve; none without simulations.

    ``statistic`` is given the number of threads, one where joblib runs several workers.
    """
    if not simulations:
        return []
    if rng is None:
        raise SchemaError("rng= is missing: simulations need a seed, such as rng=1, to be repeated")
    threads = 1 if workers() > 1 else None
    seed = source(rng)
    bands = []
    for k, (curve, values) in enumerate(zip(chosen, observed, strict=True)):
        curves = simulate(
            statistic(curve, threads),
            draw(curve),
            simulations,
            seed=np.random.SeedSequence(seed.entropy, spawn_key=curve.key),
            progress=_of_all(progress, k * simulations, len(chosen) * simulations),
        )
        bands.append(envelope(values, curves, r, level))
    return bands


def _of_all(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of one curve told as progress of all."""
    if progress is None:
        return None
    tell = progress
    return lambda done, _: tell(before + done, total)


def curve_table(
    points: Points,
    chosen: Sequence[Curve],
    r: Floats,
    columns: Columns,
    bands: Sequence[Envelope],
    adjust: Adjustment,
) -> pd.DataFrame:
    """One row a curve and distance: keys, the measure's columns, and those of the envelopes."""
    names = points.industries.astype("str")
    keys = {"industry": names.take([curve.industry for curve in chosen]).repeat(len(r))}
    if chosen and chosen[0].partner is not None:
        keys["partner"] = names.take([curve.target for curve in chosen]).repeat(len(r))
    table = pd.DataFrame({**keys, "distance": np.tile(r, len(chosen))})
    for name, values in columns.items():
        table[name] = _spread(values, len(r))
    for name in COLUMNS if bands else ():
        table[name] = _spread([band.columns()[name] for band in bands], len(r))
    if bands:
        table["adjusted"] = adjust_over_curves(table, list(keys), adjust)
    return table


def _spread(values: Sequence[Floats | Ints | float | str], length: int) -> NDArray[np.generic]:
    """Curves one after the other, a single value repeated."""
    parts = [np.broadcast_to(np.asarray(value), length) for value in values]
    return np.concatenate(parts) if parts else np.empty(0)
