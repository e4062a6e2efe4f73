"""Projections are the arithmetic of their two assumptions, and say which they were."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import NAN, area, close, long

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import growth_rates, shift_share_prognosis

VALUE = "shift_share_prognosis"
START, END, HORIZON = 2018, 2020, 2023
METHODS = ["constant_share", "constant_shift"]


def two(before, after, **keys):
    return pd.concat([long(before, year=START, **keys), long(after, year=END, **keys)])


def nation(before, after, **keys):
    return pd.concat([area(before, year=START, **keys), area(after, year=END, **keys)])


def prognosis(frame, reference, **options):
    options = {"horizon": HORIZON, "outlook": "trend", **options}
    return shift_share_prognosis(frame, reference=reference, **options)


def test_the_trend_by_hand():
    # Nation + 10 % a year, here + 20 % a year.
    frame, reference = two([[100]], [[144]]), nation([1000], [1210])
    share = prognosis(frame, reference)
    close(share[VALUE], [144 * 1.331])
    close(share.loc[0, ["assumed_reference_growth", "assumed_shift"]], [0.1, 0])
    assert share.loc[0, ["start", "end", "horizon"]].tolist() == [START, END, HORIZON]
    shift = prognosis(frame, reference, method="constant_shift")
    close(shift[VALUE], [144 * 1.2**3])
    close(shift.loc[0, ["assumed_reference_growth", "assumed_shift"]], [0.1, 0.1])


def test_an_outlook_by_hand():
    # The nation is to stand at 8 times 1210 in 2023: twice as many every year.
    frame, reference = two([[100]], [[144]]), nation([1000], [1210])
    for outlook in (
        area([8 * 1210]),
        area([8 * 1210], year=HORIZON),
        pd.concat([area([5], year=2022), area([8 * 1210], year=HORIZON, region="US")]),
    ):
        share = prognosis(frame, reference, outlook=outlook)
        close(share[VALUE], [144 * 8])
        close(share["assumed_reference_growth"], [1])
        shift = prognosis(frame, reference, outlook=outlook, method="constant_shift")
        close(shift[VALUE], [144 * 2.1**3])


jobs = st.floats(1, 1e5)


@settings(max_examples=40)
@given(st.lists(st.tuples(*[jobs] * 4), min_size=1, max_size=4))
def test_regions_that_are_the_nation_share_its_projection(cells):
    before, after = (np.array(cells)[:, [k, k + 1]] for k in (0, 2))
    outlook = area([5000.0, 7000.0])
    result = prognosis(two(before, after), "sum", outlook=outlook)
    close(result.groupby("industry")[VALUE].sum().to_numpy(), [5000, 7000], rtol=1e-8)


@settings(max_examples=40)
@given(st.lists(st.tuples(*[jobs] * 2), min_size=1, max_size=4))
def test_a_shift_on_the_trend_is_the_cells_own_growth_going_on(cells):
    before, after = (np.array(cells)[:, [k]] for k in (0, 1))
    frame = two(before, after)
    result = prognosis(frame, "sum", method="constant_shift")
    own = growth_rates(frame)["annual_rate"].to_numpy()
    close(result[VALUE], after[:, 0] * (1 + own) ** (HORIZON - END), rtol=1e-6)


def test_the_share_needs_no_start_in_the_region_and_the_shift_does():
    # An entry, an exit, withheld at the start and at the end.
    frame = two([[0, 5, NAN, 5]], [[6, 0, 4, NAN]])
    reference = nation([100] * 4, [121] * 4)
    share = prognosis(frame, reference)
    close(share[VALUE], [6 * 1.331, 0, 4 * 1.331, NAN])
    shift = prognosis(frame, reference, method="constant_shift")
    close(shift[VALUE], [NAN, 0, NAN, NAN])
    assert shift["assumed_shift"].isna().tolist() == [True, False, True, True]


def test_a_reference_without_the_industry_says_nothing():
    frame = two([[5, 5, 5]], [[6, 0, 6]])
    reference = nation([0, 10, 10], [10, 0, NAN])
    assert prognosis(frame, reference)[VALUE].isna().tolist() == [True, False, True]
    # At the end nobody has the second industry: no share to keep.
    result = prognosis(frame, reference, outlook=area([20, 20, 20]))
    assert result[VALUE].isna().tolist() == [False, True, True]
    result = prognosis(frame, reference, outlook=area([NAN, 20, 20]))
    assert result[VALUE].isna().all()


def test_assumptions_that_leave_less_than_nothing_are_undefined():
    # A nation that nearly ends, and a region that lost 80 points a year against it.
    frame, reference = two([[100]], [[1]]), nation([1000], [1000])
    result = prognosis(frame, reference, outlook=area([0.001]), method="constant_shift")
    assert result[VALUE].isna().all()
    assert prognosis(frame, reference, outlook=area([0.001]))[VALUE].notna().all()


@pytest.mark.parametrize("method", METHODS)
def test_draws_are_projected_one_by_one(method):
    frame = pd.concat([two([[10]], [[20 + d]], draw=d) for d in (1, 0)])
    result = prognosis(frame, nation([100], [110]), method=method)
    assert result["draw"].tolist() == [0, 1]
    for draw in (0, 1):
        alone = prognosis(two([[10]], [[20 + draw]]), nation([100], [110]), method=method)
        close(result[VALUE][draw], alone[VALUE][0])


@pytest.mark.parametrize("horizon", [2020, 2019, 2021.5, True, "2023", None])
def test_a_horizon_that_is_no_later_year_is_refused(horizon):
    with pytest.raises(SchemaError, match=r"horizon=.*after end=2020"):
        prognosis(two([[1]], [[2]]), "sum", horizon=horizon)


def test_an_outlook_that_does_not_fit_is_named():
    frame, reference = two([[1, 2]], [[2, 3]]), nation([10, 10], [11, 12])
    with pytest.raises(SchemaError, match="outlook table has no rows of the year 2023"):
        prognosis(frame, reference, outlook=area([5, 6], year=2022))
    with pytest.raises(SchemaError, match="outlook table lacks 'I1'"):
        prognosis(frame, reference, outlook=area([5]))
    with pytest.raises(SchemaError, match="outlook='sum' is not an option"):
        prognosis(frame, reference, outlook="sum")
    with pytest.raises(SchemaError, match=r"outlook table.*'employment'"):
        prognosis(frame, reference, outlook=area([5, 6]).drop(columns="employment"))


def test_mixed_editions_are_refused():
    frame = pd.DataFrame(
        {
            "region": "A",
            "industry": ["541711", "541714"],
            "year": [2016, 2017],
            "employment": [1.0, 2.0],
        }
    )
    with pytest.raises(SchemaError, match="mixes editions"):
        prognosis(frame, "sum")
