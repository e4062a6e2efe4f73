"""Do two industries locate in the same regions? ``S`` holds each industry's regional shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["coagglomeration"]

Floats = NDArray[np.float64]


def coagglomeration(S: Floats, w: Floats) -> Floats:
    """All pairs at once: sum_r (s_ri - w_r)(s_rj - w_r) / (1 - sum w^2), EGK (2010), eq. 1.

    One matrix product; an industry whose shares are undefined is NaN against every other.
    """
    D = S - w[:, None]
    return ratio(D.T @ D, np.array(1 - (w**2).sum()))
