"""Bounds of the plant Herfindahl against trying every size."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.matrices import close
from tests.reference import concentration as papers

from clusteranalysis.kernels.plant_sizes import herfindahl_bounds


@st.composite
def size_classes(draw, overlapping=False):
    """A few classes of a few plants, and a total that may or may not fit."""
    classes, floor = [], 0
    for _ in range(draw(st.integers(1, 3))):
        low = draw(st.integers(0, 6)) if overlapping else floor
        high = low + draw(st.integers(0, 5))
        classes.append((draw(st.integers(0, 2)), low, high))
        floor = high + 1
    return classes, draw(st.integers(1, 24))


def bounds(classes, total):
    n, low, high = np.array(classes, float).T
    ends = herfindahl_bounds(n[None], low[None], high[None], np.array([float(total)]))
    return tuple(float(end[0]) for end in ends)


@given(size_classes())
def test_bounds_are_those_of_all_real_sizes(case):
    close(bounds(*case), papers.herfindahl_bounds_real(*case), rtol=1e-6)


@given(size_classes())
def test_no_whole_sizes_lie_outside_and_the_largest_is_reached(case):
    least, most = papers.herfindahl_bounds_integers(*case)
    low, high = bounds(*case)
    if not np.isnan(least):
        assert low <= least + 1e-12
        close(high, most)


@given(size_classes(overlapping=True))
def test_overlapping_classes_hold_too(case):
    least, most = papers.herfindahl_bounds_real(*case)
    low, high = bounds(*case)
    assert np.isnan(low) == np.isnan(least)
    if not np.isnan(least):
        close(low, least, rtol=1e-6)
        assert high >= most - 1e-12


@given(size_classes(), st.integers(0, 2**32 - 1))
def test_sizes_that_fit_lie_between_the_bounds(case, seed):
    classes, _ = case
    rng = np.random.default_rng(seed)
    sizes = np.concatenate([rng.uniform(low, high, count) for count, low, high in classes])
    if sizes.sum() > 0:
        low, high = bounds(classes, sizes.sum())
        H = ((sizes / sizes.sum()) ** 2).sum()
        assert low - 1e-9 <= H <= high + 1e-9


@given(st.lists(size_classes(), min_size=2, max_size=4), st.integers(1, 9))
def test_industries_do_not_see_each_other_and_splitting_a_class_changes_nothing(cases, factor):
    alone = [bounds(*case) for case in cases]
    width = max(len(classes) for classes, _ in cases)
    filled = np.array([classes + [(0, 0, 0)] * (width - len(classes)) for classes, _ in cases])
    n, low, high = np.moveaxis(filled.astype(float), 2, 0)
    totals = np.array([float(total) for _, total in cases])
    close(np.transpose(herfindahl_bounds(n, low, high, totals)), alone)
    # In another unit the shares are the same.
    scaled = herfindahl_bounds(n, low * factor, high * factor, totals * factor)
    close(np.transpose(scaled), alone)
    twice = [np.hstack([n / 2, n / 2]), np.hstack([low, low]), np.hstack([high, high])]
    close(herfindahl_bounds(*twice, totals)[0], [ends[0] for ends in alone])


def test_an_open_class_takes_what_is_left():
    # Three plants of 1..4 jobs and one of 1,000 or more, 1,010 jobs in all.
    n, low, high = [[3.0, 1.0]], [[1.0, 1000.0]], [[4.0, np.inf]]
    least, most = herfindahl_bounds(*map(np.array, (n, low, high)), np.array([1010.0]))
    close(most, (1007**2 + 3) / 1010**2)
    close(least, (1000**2 + 3 * (10 / 3) ** 2) / 1010**2)


def test_what_is_not_known_or_cannot_be_is_nan():
    box = np.array([[2.0]]), np.array([[5.0]]), np.array([[9.0]])
    for total in (np.nan, 0.0, 9.0, 19.0):
        assert np.isnan(herfindahl_bounds(*box, np.array([total]))).all()
    assert np.isnan(herfindahl_bounds(np.array([[np.nan]]), *box[1:], np.array([12.0]))).all()
    close(herfindahl_bounds(*box, np.array([18.0])), [[0.5], [0.5]])
    close(herfindahl_bounds(*box, np.array([12.0])), [[0.5], [74 / 144]])


def test_bounds_of_many_industries_are_those_of_each():
    n = np.array([[2.0, 1.0, 1.0], [0.0, 3.0, 2.0], [1.0, 0.0, 2.0], [2.0, 2.0, 0.0]])
    low = np.array([[1.0, 5.0, 20.0], [1.0, 5.0, 20.0], [1.0, 4.0, 3.0], [1.0, 5.0, 20.0]])
    high = np.array([[4.0, 19.0, 40.0], [4.0, 19.0, 40.0], [9.0, 19.0, 12.0], [4.0, 19.0, 40.0]])
    total = np.array([50.0, 90.0, 20.0, 25.0])
    together = herfindahl_bounds(n, low, high, total)
    for row in range(len(n)):
        one = slice(row, row + 1)
        alone = herfindahl_bounds(n[one], low[one], high[one], total[one])
        close([end[row] for end in together], [float(end[0]) for end in alone])


def test_the_most_unequal_sizes_by_hand():
    # Two plants of 1-4 and one of 5-19 with 20 jobs: 15, 4 and 1; one of 1 job, and 4, takes 15.
    close(bounds([(2, 1, 4), (1, 5, 19)], 20)[1], (18**2 + 1 + 1) / 20**2)
    close(bounds([(2, 1, 4), (1, 5, 19)], 23)[1], (19**2 + 3**2 + 1) / 23**2)
    # The large are full, and of three alike one lies between.
    close(bounds([(3, 1, 4), (1, 5, 19)], 26)[1], (19**2 + 4**2 + 2**2 + 1) / 26**2)
    # As equal as may be: all small ones at their top before the large one rises.
    close(bounds([(2, 1, 4), (1, 5, 19)], 20)[0], (12**2 + 4**2 + 4**2) / 20**2)
