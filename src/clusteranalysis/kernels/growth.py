"""Why did a region's jobs change? Shift-share identities on aligned arrays.

``e`` are the cells, ``n`` their regions' totals, ``E`` the reference's industries and ``N`` its
total, at the start (0) and the end (1); all of them broadcast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = [
    "Arcelus",
    "Classic",
    "EstebanMarquillas",
    "Factors",
    "Stilwell",
    "regional_factors",
    "shift_share_arcelus",
    "shift_share_classic",
    "shift_share_end_weighted",
    "shift_share_esteban_marquillas",
    "shift_share_stilwell",
    "shift_share_symmetric",
]

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


class Arcelus(NamedTuple):
    """Four effects at homothetic employment and at what departs from it; the eight add up."""

    national_expected: Floats
    national_differential: Floats
    industry_mix_expected: Floats
    industry_mix_differential: Floats
    regional_growth_expected: Floats
    regional_growth_differential: Floats
    regional_mix_expected: Floats
    regional_mix_differential: Floats


class Stilwell(NamedTuple):
    """The change of the mix taken out of the regional term; the four add up."""

    national: Floats
    industry_mix: Floats
    mix_modification: Floats
    regional: Floats


class Factors(NamedTuple):
    """Gerfin's ratios of each region; the first is the product of the others."""

    regional_factor: Floats
    structural_factor: Floats
    locational_factor: Floats


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


def shift_share_end_weighted(
    e0: Floats, e1: Floats, E0: Floats, E1: Floats, N0: Floats, N1: Floats
) -> Classic:
    """The classic terms with the end year as the base: those of the way back, sign turned.

    e1 - e0 = e1 (1 - N0/N1) + e1 (N0/N1 - E0/E1) + (e1 E0/E1 - e0), the reversed shift of
    Stilwell (1969). A cell that ends at zero is all regional.
    """
    back = shift_share_classic(e1, e0, E1, E0, N1, N0)
    return Classic(*(0.0 - term for term in back))


def shift_share_symmetric(
    e0: Floats, e1: Floats, E0: Floats, E1: Floats, N0: Floats, N1: Floats
) -> Classic:
    """Mean of the start-weighted and the end-weighted terms: neither year is the base."""
    start = shift_share_classic(e0, e1, E0, E1, N0, N1)
    end = shift_share_end_weighted(e0, e1, E0, E1, N0, N1)
    return Classic(*((a + b) / 2 for a, b in zip(start, end, strict=True)))


def shift_share_stilwell(
    e0: Floats, e1: Floats, E0: Floats, E1: Floats, N0: Floats, N1: Floats
) -> Stilwell:
    """Stilwell (1969): what the mix of the end year would have brought, less that of the start.

    mix_modification = e1 (N0/N1 - E0/E1) - e0 (E1/E0 - N1/N0); regional is the classic regional
    term less it.
    """
    national, industry_mix, regional = shift_share_classic(e0, e1, E0, E1, N0, N1)
    reversed_mix = shift_share_end_weighted(e0, e1, E0, E1, N0, N1).industry_mix
    modification = reversed_mix - industry_mix
    return Stilwell(national, industry_mix, modification, regional - modification)


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


def shift_share_arcelus(
    e0: Floats,
    e1: Floats,
    E0: Floats,
    E1: Floats,
    N0: Floats,
    N1: Floats,
    n0: Floats,
    n1: Floats,
) -> Arcelus:
    """Arcelus (1984): four effects, each at homothetic employment b' and at e0 - b'.

    national G; industry mix G_i - G; regional growth g - G; regional mix (g_i - g) - (G_i - G).
    Where e0 = 0 the rates that exist keep their formula, expected and differential cancelling;
    g_i does not, and the change is booked as expected regional mix. No jobs times a rate that does
    not exist are no jobs: b' = 0 in an industry the reference does not have.
    """
    G, g, G_i = ratio(N1, N0) - 1, ratio(n1, n0) - 1, ratio(E1, E0) - 1
    homothetic = np.where((E0 == 0) | (n0 == 0), 0.0, n0 * ratio(E0, N0))
    rest = e0 - homothetic

    def split(rate: Floats) -> tuple[Floats, Floats]:
        expected = np.where(homothetic == 0, 0.0, homothetic * rate)
        return expected, np.where(rest == 0, 0.0, rest * rate)

    mix, mix_rest = split((ratio(e1, e0) - 1 - g) - (G_i - G))
    return Arcelus(
        *split(G),
        *split(G_i - G),
        *split(g - G),
        np.where(e0 == 0, e1, mix),
        np.where(e0 == 0, 0.0, mix_rest),
    )


def regional_factors(
    e0: Floats, e1: Floats, E0: Floats, E1: Floats, N0: Floats, N1: Floats
) -> Factors:
    """Gerfin (1964): growth against the reference = structural factor x locational factor.

    With x = sum_i e0 E1/E0, what the region's industries would have come to at the reference's
    growth: structural = (x / sum e0) / (N1/N0), locational = sum e1 / x. The last axis of ``e``
    and ``E`` is the industry; ``N`` has none.
    """
    before, after = e0.sum(axis=-1), e1.sum(axis=-1)
    expected = np.where(e0 == 0, 0.0, e0 * ratio(E1, E0)).sum(axis=-1)
    reference = ratio(N1, N0)
    return Factors(
        ratio(ratio(after, before), reference),
        ratio(ratio(expected, before), reference),
        ratio(after, expected),
    )
