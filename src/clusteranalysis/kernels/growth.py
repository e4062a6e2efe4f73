"""Why did a region's jobs change? Shift-share identities on aligned arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["Classic", "EstebanMarquillas", "shift_share_classic", "shift_share_esteban_marquillas"]

Floats = NDArray[np.float64]


class Classic(NamedTuple):
    """Dunn's three terms, in jobs; they add up to the change of each cell."""

    national: Floats
    industry_mix: Floats
    regional: Floats


class EstebanMarquillas(NamedTuple):
    """The regional term split in two, in jobs; the four add up to the change of each cell."""

    national: Floats
    industry_mix: Floats
    competitive: Floats
    allocation: Floats


def shift_share_classic(
    e0: Floats, e1: Floats, E0: Floats, E1: Floats, N0: Floats, N1: Floats
) -> Classic:
    """Dunn (1960): e1 - e0 = e0 G + e0 (G_i - G) + e0 (g_i - G_i).

    A cell that starts at zero has no base to grow from: its national and mix terms are 0 and the
    whole change is regional, whatever the reference did (even when G_i itself is undefined).
    """
    G = ratio(N1, N0) - 1
    expected = np.where(e0 == 0, 0.0, e0 * (ratio(E1, E0) - 1))
    national = np.where(e0 == 0, 0.0, e0 * G)
    return Classic(national, expected - national, (e1 - e0) - expected)


def shift_share_esteban_marquillas(
    e0: Floats,
    e1: Floats,
    E0: Floats,
    E1: Floats,
    N0: Floats,
    N1: Floats,
    n0: Floats,
) -> EstebanMarquillas:
    """Esteban-Marquillas (1972): the regional term at homothetic employment, and the rest.

    b' = n0 E0 / N0 is what the region would have with the reference's mix; competitive
    = b' (g_i - G_i), allocation = (e0 - b')(g_i - G_i). Where e0 = 0 the regional rate g_i does
    not exist: the change is booked as competitive and the allocation term is 0.
    """
    national, industry_mix, regional = shift_share_classic(e0, e1, E0, E1, N0, N1)
    homothetic = n0 * ratio(E0, N0)
    competitive = np.where(e0 == 0, regional, homothetic * (ratio(e1, e0) - ratio(E1, E0)))
    return EstebanMarquillas(national, industry_mix, competitive, regional - competitive)
