"""How specialised or diverse is a region? Arrays only; ``E`` is regions x industries."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio, shares

__all__ = ["herfindahl", "krugman"]

Floats = NDArray[np.float64]


def herfindahl(
    E: Floats, method: Literal["raw", "normalised", "numbers_equivalent"] = "raw"
) -> Floats:
    """Sum of squared industry shares of each region (row)."""
    H = (shares(E, axis=1) ** 2).sum(axis=1)
    if method == "normalised":
        n = E.shape[1]
        return ratio(H - 1 / n, np.full_like(H, 1 - 1 / n))
    return ratio(1.0, H) if method == "numbers_equivalent" else H


def krugman(S: Floats, S_reference: Floats) -> Floats:
    """Sum over industries of |s_ri - s_i|, in 0..2; both arguments are shares."""
    return np.asarray(np.abs(S - S_reference).sum(axis=1))
