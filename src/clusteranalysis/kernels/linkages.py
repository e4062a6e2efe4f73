"""Which industries trade with each other or employ the same occupations? Arrays only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["cosine", "input_output_shares"]

Floats = NDArray[np.float64]


def input_output_shares(F: Floats, inputs: Floats, outputs: Floats) -> tuple[Floats, Floats]:
    """EGK's (2010) Input[i, j], of i's inputs from j, and Output[i, j], of i's sales to j.

    ``F[i, j]`` is what supplier i sells to buyer j; ``inputs`` and ``outputs`` are what each
    industry buys and sells in all.
    """
    return ratio(F.T, inputs[:, None]), ratio(F, outputs[:, None])


def cosine(J: Floats) -> Floats:
    """sum_o J_oi J_oj / (|J_i| |J_j|) of every pair of columns; an industry without jobs is NaN."""
    U = ratio(J, np.sqrt((J**2).sum(axis=0)))
    return np.asarray(U.T @ U)
