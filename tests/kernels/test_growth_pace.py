"""Growth rates against slow formulas, and projections that keep a share or a lead."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.matrices import JOBS_OR_WITHHELD, close
from tests.reference import growth as slow

from clusteranalysis.kernels.growth_pace import (
    annual_rate,
    constant_share,
    constant_shift,
    growth_rate,
    midpoint_rate,
)

POSITIVE = st.floats(0.01, 1e6)


@given(JOBS_OR_WITHHELD, JOBS_OR_WITHHELD, st.integers(1, 20))
def test_rates_are_the_slow_ones(before, after, years):
    e0, e1 = np.array([before]), np.array([after])
    expected = slow.growth_rates(before, after, years)
    close(growth_rate(e0, e1), [expected["rate"]])
    close(midpoint_rate(e0, e1), [expected["midpoint"]])
    close(annual_rate(e0, e1, years), [expected["annual"]])


@given(POSITIVE, POSITIVE)
def test_the_midpoint_rate_is_the_same_both_ways_but_for_the_sign(before, after):
    e0, e1 = np.array([before]), np.array([after])
    close(midpoint_rate(e0, e1), -midpoint_rate(e1, e0))
    assert -2 < midpoint_rate(e0, e1)[0] < 2


@given(POSITIVE, POSITIVE, st.integers(1, 20))
def test_the_annual_rate_compounds_to_the_whole(before, after, years):
    e0, e1 = np.array([before]), np.array([after])
    close(e0 * (1 + annual_rate(e0, e1, years)) ** years, e1, rtol=1e-7)


def test_projections_by_hand():
    e1, F = np.array([100.0]), np.array([1.21])
    close(constant_share(e1, F), [121])
    close(constant_shift(e1, F, np.array([0.1]), 2), [144])  # 1.1 + 0.1 a year
    close(constant_shift(e1, F, np.array([-0.6]), 2), [25])


@given(POSITIVE, st.floats(0.1, 5), st.integers(1, 15))
def test_no_shift_keeps_the_share(jobs, factor, years):
    e1, F = np.array([jobs]), np.array([factor])
    close(constant_shift(e1, F, np.zeros(1), years), constant_share(e1, F), rtol=1e-8)


@pytest.mark.parametrize("years", [1, 2, 3])
def test_less_than_nothing_is_undefined(years):
    e1, F = np.array([50.0, 0.0]), np.array([0.001, 0.001])
    # An even number of years would turn a factor of -0.9 into growth.
    result = constant_shift(e1, F, np.array([-1.5, -1.5]), years)
    close(result, [np.nan, 0])
