"""Shift-share kernels against slow formulas; the terms add up whatever the zeros."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.matrices import close, two_dates
from tests.reference import measures as slow

from clusteranalysis.kernels.growth import (
    regional_factors,
    shift_share_arcelus,
    shift_share_classic,
    shift_share_end_weighted,
    shift_share_esteban_marquillas,
    shift_share_stilwell,
    shift_share_symmetric,
)


def both(before, after):
    """Both methods with the regions together as the reference."""
    E0, E1 = before.sum(axis=0), after.sum(axis=0)
    N0, N1 = before.sum(), after.sum()
    n0 = before.sum(axis=1)[:, None]
    return (
        shift_share_classic(before, after, E0, E1, N0, N1),
        shift_share_esteban_marquillas(before, after, E0, E1, N0, N1, n0),
    )


@pytest.mark.parametrize("which", [0, 1])
@given(dates=two_dates(withheld=True))
def test_terms_are_the_slow_ones(which, dates):
    before, after = dates
    formula = (slow.shift_share_classic, slow.shift_share_esteban_marquillas)[which]
    terms = both(before, after)[which]
    E0, E1 = before.sum(axis=0).tolist(), after.sum(axis=0).tolist()
    for r in range(len(before)):
        rows = formula(before[r].tolist(), after[r].tolist(), E0, E1)
        for name, array in terms._asdict().items():
            expected = np.array([row[name] for row in rows])
            if name == "allocation":  # not told apart from the competitive term
                expected[np.isnan(after[r])] = np.nan
            close(array[r], expected, rtol=1e-7, atol=1e-6)


@given(two_dates())
def test_terms_add_up_in_every_cell_and_in_total(dates):
    before, after = dates
    change = after - before
    for terms in both(before, after):
        total = np.sum([*terms], axis=0)
        # Competitive and allocation terms may be far larger than the change they add up to.
        scale = max(before.sum(), after.sum(), *(np.abs(term).max() for term in terms), 1.0)
        close(total / scale, change / scale, atol=1e-13)
        close(total.sum() / scale, change.sum() / scale, atol=1e-12)


@given(two_dates())
def test_mix_adds_up_to_nothing_and_shifts_to_nothing_in_the_reference_itself(dates):
    before, after = dates
    classic, esteban = both(before, after)
    scale = max(before.sum(), after.sum(), 1.0)
    started = before.sum(axis=0) > 0
    # Over all regions the regional terms of an industry that existed cancel.
    close(classic.regional.sum(axis=0)[started] / scale, 0.0, atol=1e-9)
    if started.all():
        close(classic.industry_mix.sum() / scale, 0.0, atol=1e-9)
    close(esteban.national, classic.national)
    close(esteban.industry_mix, classic.industry_mix)
    # The two parts of the regional term may be far larger than it, with opposite signs.
    parts = esteban.competitive + esteban.allocation
    largest = max(np.nanmax(np.abs(esteban.competitive)), scale)
    close(parts / largest, classic.regional / largest, atol=1e-12)


@given(two_dates(), st.floats(1e-3, 1e3))
def test_terms_scale_with_the_unit(dates, factor):
    before, after = dates
    for ours, scaled in zip(
        both(before, after), both(before * factor, after * factor), strict=True
    ):
        for a, b in zip(ours, scaled, strict=True):
            close(b, a * factor, rtol=1e-6, atol=1e-5)


def test_a_cell_that_starts_at_zero_is_regional():
    zero, one = np.zeros(1), np.ones(1)
    for E0, E1 in ((zero, 5 * one), (10 * one, 20 * one), (zero, zero), (np.nan * one, one)):
        classic = shift_share_classic(zero, 5 * one, E0, E1, 100 * one, 110 * one)
        close(np.array(classic), [[0.0], [0.0], [5.0]])
        esteban = shift_share_esteban_marquillas(zero, 5 * one, E0, E1, 100 * one, 110 * one, one)
        close(np.array(esteban), [[0.0], [0.0], [5.0], [0.0]])


def test_esteban_marquillas_by_hand():
    # Region 10, 30 of the nation's 100, 100; homothetic 20, 20. Nation + 10 %, + 30 %.
    e0, e1 = np.array([10.0, 30.0]), np.array([13.0, 33.0])
    E0, E1 = np.array([100.0, 100.0]), np.array([110.0, 130.0])
    N0, N1, n0 = np.array(200.0), np.array(240.0), np.array(40.0)
    terms = shift_share_esteban_marquillas(e0, e1, E0, E1, N0, N1, n0)
    close(terms.national, [2.0, 6.0])
    close(terms.industry_mix, [-1.0, 3.0])
    close(terms.competitive, [4.0, -4.0])  # 20 x (30 % - 10 %), 20 x (10 % - 30 %)
    close(terms.allocation, [-2.0, -2.0])  # (10 - 20) x 20 %, (30 - 20) x -20 %


def test_leading_axes_broadcast():
    rng = np.random.default_rng(3)
    e0, e1 = rng.integers(0, 9, (2, 4, 3, 5)).astype(float)
    E0, E1 = e0.sum(axis=1, keepdims=True) + 1, e1.sum(axis=1, keepdims=True) + 1
    N0, N1 = E0.sum(axis=2, keepdims=True), E1.sum(axis=2, keepdims=True)
    n0 = e0.sum(axis=2, keepdims=True)
    stacked = shift_share_esteban_marquillas(e0, e1, E0, E1, N0, N1, n0)
    for d in range(4):
        args = (a[d] for a in (e0, e1, E0, E1, N0, N1, n0))
        for together, alone in zip(stacked, shift_share_esteban_marquillas(*args), strict=True):
            close(together[d], alone)


THREE_OR_FOUR = [
    shift_share_classic,
    shift_share_end_weighted,
    shift_share_symmetric,
    shift_share_stilwell,
]


@pytest.mark.parametrize("kernel", THREE_OR_FOUR)
@given(dates=two_dates())
def test_every_weighting_adds_up_to_the_change(kernel, dates):
    before, after = dates
    scale = max(before.sum(), after.sum(), 1.0)
    E0, E1, N0, N1 = before.sum(axis=0), after.sum(axis=0), before.sum(), after.sum()
    total = np.sum([*kernel(before, after, E0, E1, N0, N1)], axis=0)
    close(total / scale, (after - before) / scale, atol=1e-10)


@given(two_dates())
def test_the_eight_terms_add_up_to_the_change(dates):
    before, after = dates
    E0, E1, N0, N1 = before.sum(axis=0), after.sum(axis=0), before.sum(), after.sum()
    n0, n1 = (e.sum(axis=1)[:, None] for e in (before, after))
    terms = shift_share_arcelus(before, after, E0, E1, N0, N1, n0, n1)
    # Homothetic terms may be far larger than the jobs they add up to.
    scale = max(before.sum(), after.sum(), *(np.abs(term).max() for term in terms), 1.0)
    close(np.sum([*terms], axis=0) / scale, (after - before) / scale, atol=1e-10)


def test_arcelus_where_there_is_nothing_to_start_from():
    # Region 10 -> 30 and nation 100 -> 110 as a whole; the cell 0 -> 5.
    zero, totals = np.zeros(1), [np.array([n]) for n in (100.0, 110.0, 10.0, 30.0)]
    new = shift_share_arcelus(zero, 5 + zero, zero, 7 + zero, *totals)
    close(np.ravel(new), [0, 0, 0, 0, 0, 0, 5, 0])
    # The nation has 20 -> 30 of it, b' = 2: the rates that exist cancel in pairs.
    known = shift_share_arcelus(zero, 5 + zero, 20 + zero, 30 + zero, *totals)
    close(np.ravel(known), [0.2, -0.2, 0.8, -0.8, 3.8, -3.8, 5, 0])
    # What the nation withholds is unknown in its own terms alone.
    hidden = shift_share_arcelus(zero, 5 + zero, 20 + zero, np.nan + zero, *totals)
    close(np.ravel(hidden), [0.2, -0.2, np.nan, np.nan, 3.8, -3.8, 5, 0])


def test_factors_by_hand():
    # 50, 50 -> 90, 50; at the nation's + 50 % and - 12.5 % they would be 75 + 43.75.
    e0, e1 = np.array([[50.0, 50.0]]), np.array([[90.0, 50.0]])
    E0, E1 = np.array([[200.0, 800.0]]), np.array([[300.0, 700.0]])
    factors = regional_factors(e0, e1, E0, E1, np.array([1000.0]), np.array([1000.0]))
    close(np.ravel(factors), [1.4, 1.1875, 140 / 118.75])


def test_factors_of_many_regions_are_those_of_each():
    e0 = np.array([[50.0, 50.0], [10.0, 0.0], [1.0, 30.0]])
    e1 = np.array([[90.0, 50.0], [20.0, 5.0], [0.0, 60.0]])
    E0, E1 = np.array([[200.0, 800.0]]), np.array([[300.0, 700.0]])
    N0, N1 = np.array([1000.0]), np.array([900.0])
    together = regional_factors(e0, e1, E0, E1, N0, N1)
    for row in range(3):
        alone = regional_factors(e0[row : row + 1], e1[row : row + 1], E0, E1, N0, N1)
        close([part[row] for part in together], np.ravel(alone))
    # The second began with 10 jobs in what grew by half: structural 15 / 10 over 0.9.
    close([part[1] for part in together], [2.5 / 0.9, 1.5 / 0.9, 25 / 15])


def test_factors_of_a_region_of_nothing_are_not_known():
    zero = np.zeros((1, 2))
    found = regional_factors(zero, zero, *np.ones((4, 1, 2)))
    assert np.isnan(np.ravel(found.regional_factor)).all()


def test_stilwells_modification_by_hand():
    # 40 -> 60 jobs where the industry doubled, 100 -> 200, and all jobs rose from 1000 to 1100.
    one = [np.array([[v]]) for v in (40.0, 60.0, 100.0, 200.0, 1000.0, 1100.0)]
    found = shift_share_stilwell(*one)
    mix = 40 * (2 - 1.1)
    modification = 60 * (1000 / 1100 - 1 / 2) - mix
    close(np.ravel(found), [4.0, mix, modification, 40 * (60 / 40 - 2) - modification])


def test_factors_of_several_periods_are_those_of_each():
    """Periods x regions x industries: the last axis is summed, whatever stands before it."""
    rng = np.random.default_rng(2)
    e0, e1 = rng.integers(0, 9, (2, 4, 3, 2)).astype(float)
    E0, E1 = np.array([[200.0, 0.0]]), np.array([[300.0, 700.0]])
    e0[..., 1] = 0.0  # an industry that the reference begins without
    N0, N1 = np.array([1000.0]), np.array([900.0])
    together = regional_factors(e0, e1, E0, E1, N0, N1)
    for period in range(4):
        alone = regional_factors(e0[period], e1[period], E0, E1, N0, N1)
        for part, whole in zip(alone, together, strict=True):
            close(whole[period], part)
    some = e0[..., 0] > 0
    close(together.structural_factor[some], np.full(int(some.sum()), 1.5 / 0.9))
