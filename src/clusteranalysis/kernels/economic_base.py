"""How many jobs serve demand from outside the region? ``E`` is regions x industries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["assigned", "basic", "minimum_requirements"]

Floats = NDArray[np.float64]

#: A share this little above the required one, relatively, is above it by rounding alone; without
#: this a region exactly like its reference would get a multiplier of 1e15.
_ROUNDING = 1e-12


def basic(E: Floats, n: Floats, required: Floats) -> Floats:
    """Jobs above a required share of the region's: x - n m where x / n > m, else 0.

    ``n`` are the regions' jobs and ``required`` the shares m, one an industry. No jobs are none
    above, whatever share is required.
    """
    S = ratio(E, n[:, None])
    excess = np.where(required * (1 + _ROUNDING) < S, E - n[:, None] * required, 0.0)
    return np.where(E == 0, 0.0, np.where(np.isnan(S) | np.isnan(required), np.nan, excess))


def minimum_requirements(
    E: Floats, n: Floats, rank: int = 1, quantile: float | None = None
) -> Floats:
    """Each industry's ``rank``-th lowest share, or a quantile, over the regions that have jobs.

    Unknown where a share is withheld, unless so many regions are known to have none of the
    industry that it is 0 all the same.
    """
    S = ratio(E, n[:, None])[n != 0]
    if len(S) < rank:
        return np.full(E.shape[1], np.nan)
    most = np.nan_to_num(S, nan=1.0)
    m = np.sort(most, axis=0)[rank - 1] if quantile is None else np.quantile(most, quantile, axis=0)
    return np.where(np.isnan(S).any(axis=0) & (m != 0), np.nan, m)


def assigned(E: Floats, share: Floats) -> Floats:
    """The basic share of each industry's jobs; none of them where it is 0, however many."""
    return np.where(share == 0, 0.0, E * share)
