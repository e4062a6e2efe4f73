"""A verdict is only said where the whole interval is on one side of what decides."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.process.criteria import Change, change_between, excess_over, judge

WORTH = {"not on track": 0, "cannot tell": 1, "on track": 2, "met": 3}


def sure(value):
    return Change(value, value, value, 0.0)


@pytest.mark.parametrize(
    ("value", "target", "elapsed", "verdict"),
    [
        (5.0, 5.0, 1.0, "met"),
        (4.999, 5.0, 1.0, "not on track"),
        (5.0, 5.0, 2.0, "met"),
        (5.0, 5.0, 0.5, "met"),  # before it is due
        (4.999, 5.0, 0.5, "on track"),
        (2.5, 5.0, 0.5, "on track"),
        (2.499, 5.0, 0.5, "not on track"),
        (0.0, 0.0, 1.0, "met"),
        (0.0, 0.0, 0.5, "on track"),  # keeping pace is not over before its day
        (-0.001, 0.0, 0.5, "not on track"),
        (-2.0, -2.0, 1.0, "met"),
        (-2.001, -2.0, 1.0, "not on track"),
        (-1.0, -2.0, 0.5, "on track"),
        (-1.001, -2.0, 0.5, "not on track"),
        (9.0, -2.0, 0.5, "on track"),
    ],
)
def test_both_sides_of_every_threshold(value, target, elapsed, verdict):
    assert judge(sure(value), target=target, elapsed=elapsed).verdict == verdict


@pytest.mark.parametrize(
    ("excess", "elapsed", "said"),
    [
        (Change(5.5, 5.4, 5.6, 0.3), 1, "inside the noise"),
        (Change(5.5, 4.0, 7.0, 0.0), 1, "withheld numbers leave open"),
        (Change(5.5, 4.0, 7.0, 0.6), 1, "withheld numbers and noise leave open"),
        (Change(2.6, 2.0, 3.0, 0.0), 0.5, "straight path"),
        (Change(math.nan, math.nan, math.nan, 0.0), 1, "no number"),
        (Change(5.5, 5.4, 5.6, math.nan), 1, "no number"),
        (Change(math.nan, -50.0, math.inf, 0.0), 1, "withheld numbers leave open"),
    ],
)
def test_what_cannot_be_told_says_why(excess, elapsed, said):
    found = judge(excess, target=5.2, elapsed=elapsed)
    assert found.verdict == "cannot tell"
    assert said in found.reason


numbers = st.floats(-200, 200)
widths = st.floats(0, 50)


@given(numbers, widths, widths, widths, widths, numbers, st.floats(0.01, 2))
def test_a_wider_interval_never_says_more(value, below, above, noise, wider, target, elapsed):
    narrow = Change(value, value - below, value + above, noise)
    wide = Change(value, value - below - wider, value + above + wider, noise + wider)
    first = judge(narrow, target=target, elapsed=elapsed).verdict
    second = judge(wide, target=target, elapsed=elapsed).verdict
    if first == "cannot tell":
        assert second == "cannot tell"
    # What remains sayable is the same or the weaker of two true things.
    assert second in (first, "cannot tell") or (first, second) == ("met", "on track")


@given(numbers, widths, widths, st.floats(0, 100), numbers, st.floats(0.01, 2))
def test_more_is_never_worse(value, below, noise, more, target, elapsed):
    first = judge(Change(value, value - below, value, noise), target=target, elapsed=elapsed)
    better = Change(value + more, value + more - below, value + more, noise)
    assert WORTH[judge(better, target=target, elapsed=elapsed).verdict] >= WORTH[first.verdict]


def test_growth_by_hand():
    before, after = Change(200.0, 190.0, 220.0, 3.0), Change(240.0, 230.0, 260.0, 4.0)
    found = change_between(before, after, relative=True)
    assert found.value == pytest.approx(20.0)
    assert found.low == pytest.approx(100 * (230 / 220 - 1))
    assert found.high == pytest.approx(100 * (260 / 190 - 1))
    assert found.noise == pytest.approx(100 * math.sqrt((4 / 200) ** 2 + (240 * 3 / 200**2) ** 2))
    plain = change_between(before, after, relative=False)
    assert plain == (40.0, 10.0, 70.0, 5.0)


def test_growth_from_nothing_has_no_limit_and_from_a_withheld_number_no_value():
    nothing = change_between(Change(0.0, 0.0, 9.0, 0.0), sure(5.0), relative=True)
    assert nothing.value == math.inf
    assert nothing.low == pytest.approx(100 * (5 / 9 - 1))
    hidden = change_between(Change(math.nan, 0.0, 9.0, 0.0), sure(5.0), relative=True)
    assert math.isnan(hidden.value)
    assert math.isnan(hidden.noise)


@given(
    st.floats(1, 1e6), st.floats(0, 0.5), st.floats(0, 0.5), st.floats(1, 1e6), st.floats(0, 0.5),
    st.floats(0, 0.5), st.floats(0, 1), st.floats(0, 1), st.booleans(),
)  # fmt: skip
def test_bounds_hold_whatever_the_withheld_numbers_are(
    before, less, more, after, down, up, place, other, relative
):
    first = Change(before, before * (1 - less), before * (1 + more), 0.0)
    last = Change(after, after * (1 - down), after * (1 + up), 0.0)
    found = change_between(first, last, relative=relative)
    true_before = first.low + place * (first.high - first.low)
    true_after = last.low + other * (last.high - last.low)
    true = 100 * (true_after / true_before - 1) if relative else true_after - true_before
    slack = 1e-9 * (1 + abs(true))
    assert found.low - slack <= true <= found.high + slack


def test_an_excess_adds_bounds_and_noise_independently():
    found = excess_over(Change(10.0, 8.0, 13.0, 3.0), Change(4.0, 3.0, 6.0, 4.0))
    assert found == (6.0, 2.0, 10.0, 5.0)
    assert found.interval == (-3.0, 15.0)
