"""Why did a region's jobs change, between its nation, its state and its neighbours?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from clusteranalysis.kernels.growth import shift_share_classic

__all__ = ["Nested", "Spatial", "shift_share_nested", "shift_share_spatial"]

Floats = NDArray[np.float64]


class Nested(NamedTuple):
    """Nation, the area between against the nation, region against the area; they add up."""

    national: Floats
    industry_mix: Floats
    between_growth: Floats
    between_mix: Floats
    regional: Floats


class Spatial(NamedTuple):
    """Nation, neighbours against the nation, region against its neighbours; they add up."""

    national: Floats
    neighbour: Floats
    regional: Floats


def shift_share_nested(
    e0: Floats,
    e1: Floats,
    E0: Floats,
    E1: Floats,
    N0: Floats,
    N1: Floats,
    S0: Floats,
    S1: Floats,
    M0: Floats,
    M1: Floats,
) -> Nested:
    """e0 times G, G_i - G, S - G, (S_i - S) - (G_i - G) and g_i - S_i.

    ``E`` and ``N`` are the nation's industries and total, ``S`` and ``M`` those of the area
    between. The classic terms against the two areas differ by what the area did itself.
    """
    nation = shift_share_classic(e0, e1, E0, E1, N0, N1)
    between = shift_share_classic(e0, e1, S0, S1, M0, M1)
    return Nested(
        nation.national,
        nation.industry_mix,
        between.national - nation.national,
        between.industry_mix - nation.industry_mix,
        between.regional,
    )


def shift_share_spatial(
    e0: Floats, e1: Floats, W: sparse.csr_array, N0: Floats, N1: Floats
) -> Spatial:
    """Nazara and Hewings (2004): e0 times G, h_i - G and g_i - h_i.

    h_i = sum_s w_rs e1_si / sum_s w_rs e0_si - 1 is the growth of the industry in the region's
    neighbours; ``W`` is regions x regions without a diagonal. The scale of a row cancels. A
    region without neighbours, or whose neighbours start without the industry, has no h_i.
    """
    return Spatial(*shift_share_classic(e0, e1, W @ e0, W @ e1, N0, N1))
