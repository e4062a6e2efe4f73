"""How fast did something grow, and where does that lead if it goes on?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["annual_rate", "constant_share", "constant_shift", "growth_rate", "midpoint_rate"]

Floats = NDArray[np.float64]


def growth_rate(e0: Floats, e1: Floats) -> Floats:
    """Rate e1 / e0 - 1; undefined where e0 = 0."""
    return ratio(e1, e0) - 1


def midpoint_rate(e0: Floats, e1: Floats) -> Floats:
    """Change over the mean of both dates, -2 (exit) to 2 (entry).

    Davis, Haltiwanger and Schuh (1996): g = 2 (e1 - e0) / (e0 + e1).
    """
    return ratio(2 * (e1 - e0), e0 + e1)


def annual_rate(e0: Floats, e1: Floats, years: int) -> Floats:
    """Yearly rate that compounds to the whole: (e1 / e0)^(1/years) - 1."""
    return np.asarray(ratio(e1, e0) ** (1 / years) - 1)


def constant_share(e1: Floats, F: Floats) -> Floats:
    """Brown (1969): e1 F, F the growth factor of the reference's industry; the share stays."""
    return np.asarray(e1 * F)


def constant_shift(e1: Floats, F: Floats, shift: Floats, years: int) -> Floats:
    """Brown (1969): e1 (F^(1/years) + shift)^years, the yearly lead over the reference stays.

    A yearly factor below zero has no meaning: undefined, but a cell without jobs stays at zero.
    """
    yearly = F ** (1 / years) + shift
    yearly = np.where(yearly < 0, np.where(e1 == 0, 0.0, np.nan), yearly)
    return np.asarray(e1 * yearly**years)
