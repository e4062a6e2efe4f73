"""Diversity and ubiquity, and what makes an industry present."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import (
    NAN,
    area,
    cases,
    close,
    golden,
    golden_employment,
    long,
    pick,
    totals,
)

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import (
    diversity,
    location_quotient,
    relatedness_density,
    ubiquity,
)

#: LQs against the sum: 2, 0, .5 / 0, 2, 1 / 0, 0, 3 with sizes alike.
THREE = [[8.0, 0.0, 2.0], [0.0, 6.0, 4.0], [4.0, 0.0, 6.0]]


def present(frame, **options):
    """Presences as the cell-wise measures show them."""
    return relatedness_density(frame, **options).drop(columns="relatedness_density")


# By hand


def test_counts_by_hand():
    # Shares of all jobs are .4, .2, .4.
    frame = long(THREE)
    close(diversity(frame, reference="sum")["diversity"], [1, 2, 2])
    close(ubiquity(frame, reference="sum")["ubiquity"], [2, 1, 2])
    # Against a nation with shares .5, .1, .4; then only where twice the share is reached.
    nation = area([50, 10, 40])
    close(diversity(frame, reference=nation)["diversity"], [1, 2, 1])
    close(ubiquity(frame, reference=nation, threshold=1.5)["ubiquity"], [1, 1, 1])
    # Published totals are the denominators: regions twice their size have half the LQs.
    twice = pd.concat([frame, totals([20, 20, 20])])
    close(diversity(twice, reference=nation)["diversity"], [0, 1, 0])


def test_a_quotient_that_is_the_threshold_but_for_rounding_reaches_it():
    E = np.outer([1.0, 3.0, 7.0], [1.0, 2.0, 4.0, 6.0])
    for unit in (1.0, 0.1, 0.001, 1 / 3, 7.0):
        close(diversity(long(E * unit), reference="sum")["diversity"], 4)
        close(ubiquity(long(E * unit), reference="sum")["ubiquity"], 3)


# What presence is


@given(cases(), st.sampled_from([0.5, 1.0, 2.0]), st.booleans())
def test_presence_is_a_location_quotient_of_the_threshold_or_more(case, threshold, table):
    reference = area([7.0 + i for i in range(len(case.industries))], 60) if table else "sum"
    options = {"reference": reference, "absent": case.absent}
    shown = present(case.table, threshold=threshold, **options)
    quotients = location_quotient(case.table, **options)
    for group in case.groups:
        found = pick(shown, "present", **group)
        lq = pick(quotients, "location_quotient", **group)
        for (r, i), jobs in np.ndenumerate(np.array(case.matrix(group))):
            key = case.regions[r], case.industries[i]
            if jobs == 0:
                assert found[key] == 0
            elif np.isnan(jobs) or np.isnan(lq[key]):
                assert np.isnan(found[key])
            elif abs(lq[key] / threshold - 1) > 1e-9:
                assert found[key] == (lq[key] >= threshold)


@given(cases())
def test_counts_add_up_presences(case):
    options = {"reference": "sum", "absent": case.absent}
    shown = present(case.table, **options)
    wide, high = diversity(case.table, **options), ubiquity(case.table, **options)
    for group in case.groups:
        E = np.array(case.matrix(group))
        M = pick(shown, "present", **group)
        size = case.region_totals(group)
        by_region, by_industry = pick(wide, "diversity", **group), pick(high, "ubiquity", **group)
        for r, region in enumerate(case.regions):
            expected = sum(M[region, industry] for industry in case.industries)
            close(by_region[region], NAN if size[r] == 0 else expected)
        for i, industry in enumerate(case.industries):
            expected = sum(M[region, industry] for region in case.regions)
            close(by_industry[industry], NAN if (E[:, i] == 0).all() else expected)


@given(cases(withheld=False, missing=False))
def test_all_counts_are_the_same_presences_from_two_sides(case):
    options = {"reference": "sum", "absent": case.absent}
    regions, industries = diversity(case.table, **options), ubiquity(case.table, **options)
    for group in case.groups:
        close(
            np.nansum(list(pick(regions, "diversity", **group).values())),
            np.nansum(list(pick(industries, "ubiquity", **group).values())),
        )


# Values of other tools


@pytest.mark.parametrize("peer", ["econcomplex", "econgeo"])
def test_counts_of_other_tools(peer):
    frame = golden_employment()
    close(
        pick(diversity(frame, reference="sum"), "diversity"),
        golden(f"diversity_ubiquity/{peer}_diversity_syn.json"),
    )
    close(
        pick(ubiquity(frame, reference="sum"), "ubiquity"),
        golden(f"diversity_ubiquity/{peer}_ubiquity_syn.json"),
    )


# Withheld, absent, empty


def test_a_withheld_cell_is_unknown_in_its_region_alone_where_the_rest_is_published():
    frame = long([[NAN, 0.0, 2.0], *THREE[1:]])
    frame = pd.concat([frame, totals([10, 10, 10])])
    result = diversity(frame, reference=area([50, 10, 40]))["diversity"]
    close(result, [NAN, 2, 1])
    close(ubiquity(frame, reference=area([50, 10, 40]))["ubiquity"], [NAN, 1, 2])
    # Against the sum the withheld cell is part of every quotient of its industry.
    close(diversity(frame, reference="sum")["diversity"], [NAN, 2, NAN])


def test_no_jobs_are_no_presence_whatever_is_withheld_elsewhere():
    frame = long([[NAN, 4.0], [0.0, 0.0], [0.0, 5.0]])
    shown = present(frame, reference="sum")
    close(shown["present"], [NAN, NAN, 0, 0, 0, NAN])


def test_a_region_without_jobs_and_an_industry_without_have_no_count():
    frame = long([[3.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 3.0]])
    close(diversity(frame, reference="sum")["diversity"], [1, NAN, 1])
    close(ubiquity(frame, reference="sum")["ubiquity"], [1, NAN, 1])
    # The nation has the industry, so that nobody here has it is a number.
    close(ubiquity(frame, reference=area([5, 5, 5]))["ubiquity"], [1, 0, 1])
    # The region has jobs, though none in these industries.
    published = pd.concat([frame, totals([4, 9, 4])])
    close(diversity(published, reference="sum")["diversity"], [2, 0, 2])


def test_jobs_where_the_reference_has_none_have_no_quotient():
    frame = long([[3.0, 1.0], [1.0, 3.0]])
    close(ubiquity(frame, reference=area([0, 8]))["ubiquity"], [NAN, 0])
    assert diversity(frame, reference=area([0, 8]))["diversity"].isna().all()


def test_an_absent_row_is_withheld_or_zero():
    frame = long(THREE).query("employment > 0")
    assert diversity(frame, reference="sum")["diversity"].isna().all()
    close(diversity(frame, reference="sum", absent="zero")["diversity"], [1, 2, 2])


def test_one_region_or_one_industry_is_its_own_reference():
    close(diversity(long([[3.0, 9.0]]), reference="sum")["diversity"], [2])
    close(ubiquity(long([[3.0], [9.0]]), reference="sum")["ubiquity"], [2])


# Bounds


def bounded(frame, low, high):
    """Withheld cells between their bounds, the others exact."""
    known = frame["employment"]
    return frame.assign(employment_low=known.fillna(low), employment_high=known.fillna(high))


def fillings(frame, values):
    """The tables that are possible, each withheld cell at one of the values, as draws."""
    hidden = frame["employment"].isna() & (frame["industry"] != "00")
    wholes = []
    for draw, filled in enumerate(itertools.product(values, repeat=int(hidden.sum()))):
        whole = frame.assign(draw=draw)
        whole.loc[hidden, "employment"] = filled
        wholes.append(whole)
    return pd.concat(wholes, ignore_index=True)


def withheld_table(seed, published):
    rng = np.random.default_rng(seed)
    E = rng.integers(0, 12, (3, 3)).astype(float)
    E[tuple(rng.integers(0, 3, (2, 4)))] = NAN
    frame = long(E)
    if published:
        frame = pd.concat([frame, totals(np.nansum(E, axis=1) + 12)], ignore_index=True)
    return frame


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_bounds_hold_for_every_table_that_is_possible(seed, published, table):
    frame = withheld_table(seed, published)
    reference = area([20.0, 30.0, 25.0], 90.0) if table else "sum"
    shown, possible = bounded(frame, 1.0, 8.0), fillings(frame, [1.0, 4.0, 8.0])
    for measure, name, key in (
        (diversity, "diversity", "region"),
        (ubiquity, "ubiquity", "industry"),
    ):
        result = measure(shown, reference=reference)
        low, high = result[f"{name}_low"], result[f"{name}_high"]
        counts = measure(possible, reference=reference).groupby(key)[name].agg(["min", "max"])
        assert (counts["min"].to_numpy() >= low.fillna(0)).all()
        assert (counts["max"].to_numpy() <= high.fillna(9)).all()
        known = result[name].notna()
        assert (low[known] == result[name][known]).all()
        assert (high[known] == result[name][known]).all()
        if table and published:
            # Nothing but the cell itself moves its quotient: the bounds are reached.
            close(counts["min"], low)
            close(counts["max"], high)


def test_bounds_by_hand():
    # A nation with shares 1/2, 1/2 and regions of ten jobs: five are enough.
    frame = pd.concat([long([[NAN, 5.0], [NAN, 5.0], [NAN, 5.0]]), totals([10, 10, 10])])
    frame["employment_low"] = [6.0, 5.0, 0.0, 5.0, 0.0, 5.0, 10, 10, 10]
    frame["employment_high"] = [9.0, 5.0, 4.0, 5.0, 9.0, 5.0, 10, 10, 10]
    result = ubiquity(frame, reference=area([1, 1]))
    close(result["ubiquity"], [NAN, 3])
    close(result["ubiquity_low"], [1, 3])
    close(result["ubiquity_high"], [2, 3])


def test_bounds_are_of_jobs_alone():
    frame = bounded(long(THREE), 0, 0).assign(establishments=1.0)
    assert "diversity_low" in diversity(frame, reference="sum")
    assert "diversity_low" not in diversity(frame, reference="sum", value="establishments")


# Refusals


@pytest.mark.parametrize("threshold", [0, -1.0, NAN, np.inf, "1", None, True])
def test_a_threshold_that_is_no_quotient_is_refused(threshold):
    for measure in (diversity, ubiquity):
        with pytest.raises(SchemaError, match=r"threshold=.*above 0"):
            measure(long(THREE), reference="sum", threshold=threshold)


def test_a_threshold_may_be_any_kind_of_number():
    for threshold in (2, np.int64(2), np.float32(2)):
        close(ubiquity(long(THREE), reference="sum", threshold=threshold)["ubiquity"], [1, 1, 0])


def test_a_reference_of_other_industries_is_refused():
    with pytest.raises(SchemaError, match="lacks 'I2'"):
        diversity(long(THREE), reference=area([1, 2]))
