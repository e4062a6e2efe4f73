"""The K-density of one pattern, and the patterns that chance draws: what a simulation repeats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels import pair_distances as pairs
from clusteranalysis.kernels.pair_distances import Pattern
from clusteranalysis.kernels.smoothing import SPAN, binned_moments, silverman, smoothed

__all__ = ["FINE", "NODES", "Counterfactual", "Mode", "Null", "Pair", "Statistic"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mode = Literal["binned", "exact"]
Null = Literal["sites", "labels", "independence"]
#: Points of one industry, or of two.
Pair = tuple[Pattern, Pattern | None]

#: Bins in a bandwidth: errors stay below (1 / 64)^2 / 8 = 3e-5 of the curve's height about there.
FINE = 64
#: Nodes of a histogram, at most, and of one over all distances.
NODES = 1 << 20
_WHOLE = 1 << 14
#: Pairs from which a simulation takes its bandwidth from the bins instead of each distance.
_MANY = 1 << 21


@dataclass(frozen=True)
class Statistic:
    """The density of a pattern, as the function that simulations call."""

    r: Floats
    bandwidth: float | None  # None: Silverman's rule
    mode: Mode
    threads: int | None = None

    def __call__(self, pattern: Pair) -> Floats:
        """Density without the bound of its error; the bandwidth of large patterns from the bins."""
        if self.mode == "binned" and self.bandwidth is None and pairs.pair_count(*pattern) > _MANY:
            found = self._at_once(pattern)
            if found is not None:
                return found
        h = self.rule(pattern)
        return self.at(pattern, h) if self.defined(pattern, h) else np.full(len(self.r), np.nan)

    def rule(self, pattern: Pair) -> float:
        """The bandwidth, which depends on the pattern alone."""
        if self.bandwidth is not None:
            return self.bandwidth
        found = pairs.moments(*pattern, threads=self.threads)
        middle = pairs.quartiles(*pattern, threads=self.threads)
        return silverman(found.number, found.deviation, middle) if found.number else float("nan")

    @staticmethod
    def defined(pattern: Pair, h: float) -> bool:
        """Whether there is a pair that counts, and a bandwidth."""
        return pairs.pair_count(*pattern) > 0 and pairs.pair_weight(*pattern) > 0 and h > 0

    def binned(self, pattern: Pair, h: float) -> pairs.Binned:
        """Bins as fine as this bandwidth needs, as far as it reaches."""
        limit = float(self.r[-1]) + SPAN * h
        width = max(h / FINE, limit / NODES)
        return pairs.binned_distances(*pattern, width, limit, threads=self.threads)

    def at(self, pattern: Pair, h: float) -> Floats:
        """Density at a given bandwidth."""
        if self.mode == "exact":
            total = pairs.smoothed_exactly(*pattern, self.r, h, threads=self.threads)
        else:
            total = smoothed(*self.binned(pattern, h), self.r, h)
        return total / pairs.pair_weight(*pattern)

    def _at_once(self, pattern: Pair) -> Floats | None:
        """One pass over the pairs for both the bandwidth and the density, where that is enough."""
        longest = pairs.longest_distance(*pattern)
        if not longest > 0 or any(p is not None and (p.weight != 1).any() for p in pattern):
            return None
        bins = pairs.binned_distances(*pattern, longest / _WHOLE, longest, threads=self.threads)
        count, deviation, middle = binned_moments(*bins)
        h = silverman(count, deviation, middle)
        return smoothed(*bins, self.r, h) / count if bins.width <= h / (FINE / 2) else None


@dataclass(frozen=True)
class Counterfactual:
    """Draws patterns of as many plants from a set of sites."""

    xy: Floats
    weight: Floats
    first: Ints  # the industry's places in the set
    second: Ints | None  # the partner's
    null: Null

    def __call__(self, rng: np.random.Generator) -> Pair:
        """One pattern."""
        n, m = len(self.first), 0 if self.second is None else len(self.second)
        if self.null == "independence":
            others = np.delete(np.arange(len(self.xy)), self.first)
            sites = np.append(self.first, rng.choice(others, m, replace=False))
        else:
            sites = rng.choice(len(self.xy), n + m, replace=False)
        moved = self.first if self.second is None else np.append(self.first, self.second)
        weight = self.weight[sites if self.null == "labels" else moved]
        a = Pattern.of(self.xy[sites[:n]], weight[:n])
        return a, None if self.second is None else Pattern.of(self.xy[sites[n:]], weight[n:])
