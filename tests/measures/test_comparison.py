"""Standardised, shrunk and neighbourhood location quotients."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import zscore
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
    location_quotient,
    shrunk_location_quotient,
    spatial_location_quotient,
    standardised_location_quotient,
)

Z, SHRUNK, SPATIAL = (f"{word}_location_quotient" for word in ("standardised", "shrunk", "spatial"))


def of(result, industry, column):
    return result.loc[result["industry"] == industry, column].to_numpy()


# Standardised


def test_standardised_by_hand():
    # LQs of I0 against the table: 1, 2, 6; mean 3, sample variance 7.
    frame = pd.concat([long([[10], [20], [60]]), totals([100, 100, 100])])
    result = standardised_location_quotient(frame, reference=area([10], total=100))
    close(result[Z], np.array([-2, -1, 3]) / math.sqrt(7))
    close(result["location_quotient"], [1, 2, 6])
    close(result["cutoff"], 1.6448536269514722)
    assert result["exceeds"].tolist() == [False, False, False]
    result = standardised_location_quotient(frame, reference=area([10], total=100), level=0.8)
    assert result["exceeds"].tolist() == [False, False, True]


def test_standardised_logarithms_by_hand():
    # ln 1, ln 2, ln 4 are equally far apart; the region with none has no logarithm.
    frame = pd.concat([long([[10], [20], [40], [0]]), totals([100] * 4)])
    result = standardised_location_quotient(frame, reference=area([10], total=100), method="log")
    close(result[Z], [-1, 0, 1, NAN])
    assert result["exceeds"].isna().tolist() == [False, False, False, True]
    plain = standardised_location_quotient(frame, reference=area([10], total=100))
    assert plain[Z].notna().all()


def test_standard_scores_of_another_tools_quotients():
    # REAT's own standardised quotients are wrong (see the golden README) and not there.
    lq = golden("location_quotient/econcomplex_location_quotient_syn.json")
    frame = golden_employment()
    result = standardised_location_quotient(frame, reference="sum").pivot_table(
        Z, "region", "industry"
    )
    close(result.loc[lq.index, lq.columns], zscore(lq.to_numpy(), axis=0, ddof=1), rtol=1e-7)
    result = standardised_location_quotient(frame, reference="sum", method="log")
    result = result.pivot_table(Z, "region", "industry").reindex(index=lq.index, columns=lq.columns)
    logs = np.log(lq.where(lq > 0))
    close(result, zscore(logs.to_numpy(), axis=0, ddof=1, nan_policy="omit"), rtol=1e-7, atol=1e-9)


@given(cases(size=(2, 5), withheld=False), st.sampled_from(["plain", "log"]))
def test_scores_have_mean_nought_and_spread_one(case, method):
    result = standardised_location_quotient(
        case.table, reference="sum", method=method, absent="zero"
    )
    full = case.table[["region", "industry", *case.groups[0]]]
    assert len(result) == (full["industry"] != "00").sum()
    if len(result) < len(case.regions) * len(case.industries) * len(case.groups):
        return  # absent cells count as LQs of 0, but have no row here
    for group in case.groups:
        for industry in case.industries:
            z = result[result["industry"] == industry]
            for key, value in group.items():
                z = z[z[key] == value]
            z = z[Z].dropna()
            if len(z):
                close(z.mean(), 0.0, atol=1e-7)
                close(z.std(ddof=1), 1.0, rtol=1e-7)


@given(cases(size=(2, 4), keys=(), withheld=False, missing=False, published=False))
def test_scores_keep_the_order_of_the_quotients_and_do_not_mind_the_reference(case):
    result = standardised_location_quotient(case.table, reference="sum")
    other = area(range(3, 3 + len(case.industries)), industries=case.industries)
    against = standardised_location_quotient(case.table, reference=other)
    for industry in case.industries:
        z, lq = of(result, industry, Z), of(result, industry, "location_quotient")
        known = ~np.isnan(z)
        assert (np.diff(z[known][np.argsort(lq[known], kind="stable")]) >= -1e-9).all()
        if known.any():  # dividing all of an industry's LQs by one number changes no score
            close(of(against, industry, Z), z, rtol=1e-6, atol=1e-9)


def test_a_withheld_cell_makes_its_industry_unknown_alone():
    frame = pd.concat([long([[NAN, 5], [3, 9], [4, 4]]), totals([40, 50, 60])])
    for method in ("plain", "log"):
        for cutoff in ("normal", "bootstrap"):
            result = standardised_location_quotient(
                frame, reference=area([5, 8], total=100), method=method, cutoff=cutoff
            )
            assert np.isnan(of(result, "I0", Z)).all()
            assert not np.isnan(of(result, "I1", Z)).any()
            assert result["exceeds"].isna().tolist() == [True, False] * 3
    # The industry's cut-off from its values is unknown too; that of a normal distribution is not.
    assert np.isnan(of(result, "I0", "cutoff")).all()


def test_an_absent_row_counts_as_none_where_the_caller_says_so():
    frame = pd.concat([long([[2], [4], [6]]).drop(index=1), totals([10, 10, 10])])
    options = {"reference": area([3], total=10), "absent": "zero"}
    explicit = pd.concat([long([[2], [0], [6]]), totals([10, 10, 10])])
    full = standardised_location_quotient(explicit, **options)[Z]
    close(standardised_location_quotient(frame, **options)[Z], full.iloc[[0, 2]])
    withheld = standardised_location_quotient(frame, reference=options["reference"])
    assert withheld[Z].isna().all()


def test_an_empty_region_takes_no_part_and_equal_or_single_regions_have_no_score():
    frame = pd.concat([long([[10], [20], [60], [0]]), totals([100, 100, 100, 0])])
    result = standardised_location_quotient(frame, reference=area([10], total=100))
    close(result[Z], [*(np.array([-2, -1, 3]) / math.sqrt(7)), NAN])
    equal = standardised_location_quotient(long([[1, 2], [3, 6], [7, 14]]), reference="sum")
    assert equal[Z].isna().all()
    assert standardised_location_quotient(long([[1, 2]]), reference="sum")[Z].isna().all()


def test_the_bootstrap_cutoff_lies_among_the_scores_and_about_the_rest_exceeds_it():
    rng = np.random.default_rng(0)
    frame = long(rng.lognormal(3, 1, (200, 4)))
    result = standardised_location_quotient(frame, reference="sum", cutoff="bootstrap", level=0.9)
    for industry in ("I0", "I1", "I2", "I3"):
        z, cutoff = of(result, industry, Z), of(result, industry, "cutoff")
        assert len(set(cutoff)) == 1
        assert abs((z > cutoff).mean() - 0.1) <= 0.02
    assert result["exceeds"].dtype == "boolean"


def test_the_base_is_that_of_the_location_quotient():
    tags = {"I0": "traded", "I1": "traded", "I2": "local"}
    frame = long([[30, 10, 500], [10, 30, 0], [5, 5, 7]])
    options = {"reference": "sum", "base": "traded", "tradability": tags}
    plain = location_quotient(frame, **options)
    for measure in (standardised_location_quotient, shrunk_location_quotient):
        more = {"value": "employment"}
        result = measure(frame, **options, **more)
        close(result["location_quotient"], plain["location_quotient"])
        assert set(result["base"]) == {"traded"}
        assert set(result["industry"]) == {"I0", "I1"}


def test_a_base_without_members_is_empty():
    tags = dict.fromkeys(["I0", "I1"], "mixed")
    frame = long([[1, 2], [3, 4]]).assign(establishments=1.0)
    pairs = pd.DataFrame({"region": ["R0"], "neighbour": ["R1"]})
    options = {"reference": "sum", "base": "traded", "tradability": tags}
    assert standardised_location_quotient(frame, cutoff="bootstrap", **options).empty
    assert shrunk_location_quotient(frame, **options).empty
    assert spatial_location_quotient(frame, neighbours=pairs, **options).empty


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_that_is_none_is_refused(level):
    frame = long([[1, 2], [3, 4]]).assign(establishments=1.0)
    for measure in (standardised_location_quotient, shrunk_location_quotient):
        with pytest.raises(SchemaError, match=f"level={level}"):
            measure(frame, reference="sum", level=level)


# Shrunk


def plants(counts, **keys):
    return long(counts, value="establishments", **keys)


def test_shrunk_by_hand():
    # Expected 1, 4 and 5 plants of 10; seen 0, 10 and 0: m = 1, s2 = (1 + 4 (3/2)^2 + 5) / 10,
    # A = 1.5 - 1 / (10/3) = 1.2, weights A / (A + 1/e).
    frame = pd.concat([plants([[0], [10], [0]]), as_plants(totals([10, 40, 50]))])
    result = shrunk_location_quotient(frame, reference="sum")
    weight = 1.2 / (1.2 + 1 / np.array([1, 4, 5]))
    close(result["weight"], weight)
    close(result[SHRUNK], 1 + weight * (np.array([0, 2.5, 0]) - 1))
    close(result["location_quotient"], [0, 2.5, 0])
    inside = result[SHRUNK].between(result["interval_low"], result["interval_high"])
    assert inside.all()


def as_plants(frame):
    return frame.rename(columns={"employment": "establishments"})


def test_fewer_plants_are_drawn_nearer_to_the_mean():
    frame = plants([[2, 18], [20, 180], [200, 1800], [4, 6], [400, 600], [40, 60]])
    result = shrunk_location_quotient(frame, reference="sum")
    shrunk = of(result, "I0", SHRUNK)
    assert shrunk[0] > shrunk[1] > shrunk[2]  # the same low LQ, ever surer of it
    assert shrunk[3] < shrunk[5] < shrunk[4]
    width = of(result, "I0", "interval_high") - of(result, "I0", "interval_low")
    assert width[0] > width[1] > width[2]


@given(cases(size=(2, 5), keys=("draw",)), st.sampled_from(["moments", "likelihood"]))
def test_the_shrunk_quotient_lies_between_its_own_and_the_mean(case, method):
    frame = as_plants(case.table).assign(
        establishments=np.round(case.table["employment"].clip(upper=200))
    )
    result = shrunk_location_quotient(
        frame, reference="sum", absent=case.absent, method=method, level=0.8
    )
    known = result.dropna(subset=[SHRUNK])
    assert known["weight"].between(0, 1).all()
    assert (known[SHRUNK] >= 0).all()
    there = known.dropna(subset=["interval_low"])
    assert (there["interval_low"] <= there["interval_high"]).all()
    assert (there["interval_low"] >= 0).all()
    # No variance between regions, no interval; and nothing else has none.
    assert (known["interval_low"].isna() == (known["weight"] == 0)).all()


def test_regions_that_differ_by_chance_alone_all_get_the_mean():
    frame = pd.concat([plants([[3], [3], [4]]), as_plants(totals([30, 30, 40]))])
    for method in ("moments", "likelihood"):
        result = shrunk_location_quotient(frame, reference="sum", method=method)
        close(result[SHRUNK], 1.0)
        close(result["weight"], 0.0)
        assert result["interval_low"].isna().all()


def test_jobs_are_shrunk_less_than_plants():
    counts = np.array([[2.0, 30.0], [9.0, 50.0], [1.0, 90.0], [20.0, 60.0]])
    frame = plants(counts).assign(employment=25 * counts.ravel())
    by_plant = shrunk_location_quotient(frame, reference="sum")
    by_job = shrunk_location_quotient(frame, reference="sum", value="employment")
    close(by_plant["location_quotient"], by_job["location_quotient"])
    assert (by_job["weight"] > by_plant["weight"]).all()


def test_a_withheld_count_makes_its_industry_unknown_alone():
    frame = pd.concat([plants([[NAN, 5], [3, 9], [4, 1]]), as_plants(totals([40, 50, 60]))])
    reference = as_plants(area([8, 8], total=100))
    for method in ("moments", "likelihood"):
        result = shrunk_location_quotient(frame, reference=reference, method=method)
        assert result[SHRUNK].isna().tolist() == [True, False] * 3
        assert result["location_quotient"].isna().tolist() == [True, *[False] * 5]


def test_empty_regions_take_no_part_and_nobodys_industry_has_no_quotient():
    E = [[4.0, 0, 6], [0, 0, 0], [9, 0, 3], [1, 0, 30]]
    result = shrunk_location_quotient(plants(E), reference="sum")
    close(of(result, "I1", SHRUNK), [NAN] * 4)
    without = shrunk_location_quotient(plants([E[0], E[2], E[3]]), reference="sum")
    close(of(result, "I0", SHRUNK)[[0, 2, 3]], of(without, "I0", SHRUNK))
    assert np.isnan(of(result, "I0", SHRUNK)[1])


def test_plants_are_asked_for_by_name():
    with pytest.raises(SchemaError, match="'establishments'"):
        shrunk_location_quotient(long([[1, 2]]), reference="sum")


# Neighbourhoods


LINE = pd.DataFrame(
    {"region": ["R0", "R1", "R1", "R2"], "neighbour": ["R1", "R0", "R2", "R1"]}, dtype="str"
)
E3 = [[40.0, 10.0], [0.0, 50.0], [20.0, 80.0]]


def test_neighbourhoods_by_hand():
    # I0 is 60 of 200. R1's neighbours hold 60 of 150 together; by themselves 0.8 and 0.2.
    pooled = spatial_location_quotient(long(E3), reference="sum", neighbours=LINE)
    close(of(pooled, "I0", SPATIAL), [0, 0.4 / 0.3, 0])
    mean = spatial_location_quotient(long(E3), reference="sum", neighbours=LINE, method="mean")
    close(of(mean, "I0", SPATIAL), [0, 0.5 / 0.3, 0])
    own = spatial_location_quotient(long(E3), reference="sum", neighbours=LINE, include_own=True)
    close(of(own, "I0", SPATIAL), [0.4 / 0.3, 1, 20 / 150 / 0.3])


def test_weights_count():
    weighted = LINE.assign(weight=[1.0, 3.0, 1.0, 1.0])
    pooled = spatial_location_quotient(long(E3), reference="sum", neighbours=weighted)
    close(of(pooled, "I0", SPATIAL)[1], (140 / 250) / 0.3)
    mean = spatial_location_quotient(long(E3), reference="sum", neighbours=weighted, method="mean")
    close(of(mean, "I0", SPATIAL)[1], (0.75 * 0.8 + 0.25 * 0.2) / 0.3)


def test_there_is_a_row_where_only_the_neighbours_have_the_industry():
    frame = long([[40.0, 10.0], [np.nan, 50.0]]).dropna()
    pairs = pd.DataFrame({"region": ["R1"], "neighbour": ["R0"]})
    result = spatial_location_quotient(frame, reference="sum", neighbours=pairs, absent="zero")
    assert len(result) == 4
    close(pick(result, SPATIAL)["R1", "I0"], 0.8 / 0.4)
    assert np.isnan(pick(result, SPATIAL)["R0", "I0"])  # no neighbour


@given(cases(size=(1, 4)), st.sampled_from(["pooled", "mean"]))
def test_a_neighbourhood_of_oneself_is_the_location_quotient(case, method):
    nobody = LINE.iloc[:0]
    lq = location_quotient(case.table, reference="sum", absent=case.absent)
    options = {"reference": "sum", "absent": case.absent, "method": method, "neighbours": nobody}
    own = spatial_location_quotient(case.table, include_own=True, **options)
    keys = ["region", "industry", *case.groups[0]]
    both = lq.merge(own, on=keys)
    assert len(both) == len(lq)
    close(both[SPATIAL], both["location_quotient"], rtol=1e-8)
    assert spatial_location_quotient(case.table, **options)[SPATIAL].isna().all()


def test_with_everybody_a_neighbour_the_pooled_quotient_is_one():
    pairs = [(f"R{a}", f"R{b}") for a in range(3) for b in range(3) if a != b]
    pairs = pd.DataFrame(pairs, columns=["region", "neighbour"])
    result = spatial_location_quotient(
        long(E3), reference="sum", neighbours=pairs, include_own=True
    )
    close(result[SPATIAL], 1.0)


def test_a_withheld_figure_is_unknown_to_the_neighbours_alone():
    frame = pd.concat([long([[NAN, 10.0], [0.0, 50.0], [20.0, 80.0]]), totals([50, 50, 100])])
    for method in ("pooled", "mean"):
        result = spatial_location_quotient(
            frame, reference=area([60, 140], total=200), neighbours=LINE, method=method
        )
        unknown = [key for key, value in pick(result, SPATIAL).items() if np.isnan(value)]
        assert unknown == [("R1", "I0")]


def test_a_zero_weight_is_no_neighbour_even_where_its_figure_is_withheld():
    frame = pd.concat([long([[NAN], [5.0], [20.0]]), totals([50, 50, 100])])
    weighted = LINE.assign(weight=[1.0, 0.0, 2.0, 1.0])
    result = spatial_location_quotient(frame, reference=area([60], total=200), neighbours=weighted)
    close(result[SPATIAL], [0.1 / 0.3, 0.2 / 0.3, 0.1 / 0.3])


def test_a_neighbour_without_jobs_has_no_quotient_to_average():
    E = [[40.0, 10.0], [5.0, 5.0], [0.0, 0.0]]
    result = spatial_location_quotient(long(E), reference="sum", neighbours=LINE, method="mean")
    close(of(result, "I0", SPATIAL), [0.5 / 0.75, 0.8 / 0.75, 0.5 / 0.75])


def test_neighbour_tables_are_checked():
    frame = long(E3)

    def refused(pairs, match):
        with pytest.raises(SchemaError, match=match):
            spatial_location_quotient(frame, reference="sum", neighbours=pairs)

    refused(LINE.replace({"neighbour": {"R2": "Z9"}}), r"'neighbour'.*'Z9'.*lacks")
    refused(LINE.replace({"region": {"R2": "Z9"}}), r"'region'.*'Z9'.*lacks")
    refused(LINE.drop(columns="neighbour"), "'neighbour'")
    refused(pd.concat([LINE, LINE.iloc[:1]]), "'R0', 'R1' more than once")
    refused(LINE.replace({"neighbour": {"R0": "R1"}}), "'R1' its own neighbour")
    refused(LINE.assign(weight=[1, -1, 1, 1]), "'weight'.*zero or more")
    refused(LINE.assign(weight=[1, NAN, 1, 1]), "'weight'")
    refused(LINE.assign(weight=["1", "x", "1", "1"]), "'weight'")
    refused([("R0", "R1")], "pass a pandas DataFrame")


def test_the_neighbour_table_is_never_changed():
    pairs = LINE.assign(weight=1.0).set_axis([4, 2, 9, 7])
    before = pairs.copy(deep=True)
    spatial_location_quotient(long(E3), reference="sum", neighbours=pairs)
    pd.testing.assert_frame_equal(pairs, before)
