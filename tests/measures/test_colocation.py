"""Coagglomeration of pairs of industries."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.measures.tables import NAN, cases, close, long, pick, totals
from tests.reference import measures as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import coagglomeration, ellison_glaeser

CO = "coagglomeration"


def weights(values, **keys):
    regions = [f"R{n}" for n in range(len(values))]
    frame = pd.DataFrame({"region": regions, "weight": np.asarray(values, float)})
    return frame.assign(**keys)


# By hand


def test_coagglomeration_by_hand():
    # Shares .8/.2, .8/.2, 0/1; weights 1/2, 1/2.
    frame = long([[40.0, 80.0, 0.0], [10.0, 20.0, 50.0]])
    result = coagglomeration(frame, reference=weights([1, 1]))
    pairs = result[["industry", "partner"]].to_numpy().tolist()
    assert pairs == [["I0", "I1"], ["I0", "I2"], ["I1", "I2"]]
    close(result[CO], [0.36, -0.6, -0.6])
    # The mean of the industries' shares is 1.6/3, 1.4/3; that of all jobs 120/200, 80/200.
    w = np.array([1.6, 1.4]) / 3
    mean = coagglomeration(frame, reference="mean")
    close(mean[CO][1], ((0.8 - w[0]) * -w[0] + (0.2 - w[1]) * (1 - w[1])) / (1 - (w**2).sum()))
    jobs = coagglomeration(frame, reference="sum")
    close(jobs[CO][0], 2 * 0.2**2 / 0.48)


def test_published_totals_are_the_sizes_of_the_regions():
    frame = long([[40.0, 80.0], [10.0, 20.0]])
    by_total = coagglomeration(pd.concat([frame, totals([500, 500])]), reference="sum")
    close(by_total[CO], coagglomeration(frame, reference=weights([1, 1]))[CO])


# Against the slow formula


@given(cases(), st.sampled_from(["sum", "mean"]))
def test_pairs_are_the_slow_ones(case, reference):
    expected = {}
    for number, group in enumerate(case.groups):
        E = case.matrix(group)
        if reference == "sum":
            w = case.region_totals(group)
        else:
            sums = [sum(column) for column in zip(*E, strict=True)]
            kept = [i for i, total in enumerate(sums) if total != 0]  # NaN is not 0
            assume(kept)
            w = slow.mean_share_weights([[row[i] for i in kept] for row in E])
        whole = sum(w)
        spread = 1 - sum((v / whole) ** 2 for v in w) if whole else NAN
        assume(np.isnan(spread) or spread > 1e-6 or (spread == 0 and reference == "sum"))
        columns = [list(column) for column in zip(*E, strict=True)]
        expected[number] = {
            (a, b): slow.coagglomeration(columns[i], columns[j], w)
            for i, a in enumerate(case.industries)
            for j, b in enumerate(case.industries)
            if i < j
        }
    result = coagglomeration(case.table, reference=reference, absent=case.absent)
    for number, group in enumerate(case.groups):
        close(pick(result, CO, **group), expected[number], rtol=1e-6, atol=1e-6)


# Properties


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_pairs_and_own_concentration_cancel_over_all_industries(seed, industries):
    """With all jobs as weights the industries' deviations, weighted by size, add up to nothing."""
    rng = np.random.default_rng(seed)
    E = rng.integers(0, 30, (4, industries)).astype(float)
    E[0] += 1.0
    frame = long(E)
    a = E.sum(axis=0) / E.sum()
    w = E.sum(axis=1) / E.sum()
    assume(1 - (w**2).sum() > 1e-3)
    pairs = pick(coagglomeration(frame, reference="sum"), CO)
    total = 2 * sum(a[int(i[1:])] * a[int(j[1:])] * value for (i, j), value in pairs.items())
    plants = pd.DataFrame({"industry": [f"I{i}" for i in range(industries)]})
    raw = ellison_glaeser(frame, reference="sum", plants=plants.assign(plant_herfindahl=0.0))
    own = (a**2 * raw["raw_concentration"]).sum() / (1 - (w**2).sum())
    close(total + own, 0.0, atol=1e-10)


def test_an_industry_cut_in_two_halves_alike_goes_with_itself_as_it_concentrates():
    E = np.array([[30.0, 30.0], [5.0, 5.0], [1.0, 1.0]])
    w = np.array([0.2, 0.3, 0.5])
    result = coagglomeration(long(E), reference=weights(w))
    s = E[:, 0] / E[:, 0].sum()
    close(result[CO], [((s - w) ** 2).sum() / (1 - (w**2).sum())])


def test_the_size_of_an_industry_does_not_matter_given_the_weights():
    E = np.array([[3.0, 8.0], [5.0, 1.0]])
    reference = weights([1, 2])
    expected = coagglomeration(long(E), reference=reference)
    got = coagglomeration(long(E * [[100.0, 0.25]]), reference=reference)
    pd.testing.assert_frame_equal(got, expected)
    by_mean = (coagglomeration(long(F), reference="mean")[CO] for F in (E, E * [[100.0, 0.25]]))
    close(*by_mean)


def thrown(rng, draws, w, plants):
    jobs = np.zeros((draws, len(w)))
    where = rng.choice(len(w), size=(draws, len(plants)), p=w)
    np.add.at(jobs, (np.arange(draws)[:, None], where), plants)
    return jobs


def test_industries_that_choose_regions_apart_do_not_coagglomerate_on_average():
    rng = np.random.default_rng(4)
    draws, w = 3000, np.array([0.4, 0.3, 0.2, 0.1])
    sizes = rng.lognormal(2, 1, 15)
    first, second = thrown(rng, draws, w, sizes), thrown(rng, draws, w, sizes)
    frame = pd.concat(
        [
            long(jobs, regions=[f"d{d}" for d in range(draws)], industries=list("ABCD"))
            .rename(columns={"region": "draw", "industry": "region"})
            .assign(industry=name)
            for name, jobs in (("x", first), ("y", second))
        ]
    )
    frame["draw"] = frame["draw"].str[1:].astype(int)
    reference = pd.DataFrame({"region": list("ABCD"), "weight": w})
    value = coagglomeration(frame, reference=reference)[CO]
    assert len(value) == draws
    standard_error = value.std() / np.sqrt(draws)
    assert standard_error < 0.005
    assert abs(value.mean()) < 4 * standard_error


# Withheld, absent, empty


def test_a_withheld_cell_is_unknown_in_its_pairs_alone_where_sizes_are_known():
    E = [[NAN, 10.0, 5.0], [5.0, 50.0, 1.0]]
    result = coagglomeration(long(E), reference=weights([1, 1]))
    assert result[CO].isna().tolist() == [True, True, False]
    published = coagglomeration(pd.concat([long(E), totals([20, 90])]), reference="sum")
    assert published[CO].isna().tolist() == [True, True, False]
    # The mean of shares one of which is unknown is unknown.
    assert coagglomeration(long(E), reference="mean")[CO].isna().all()


def test_an_industry_without_jobs_is_nobodys_partner_and_no_part_of_the_mean():
    E = np.array([[40.0, 0.0, 10.0], [10.0, 0.0, 50.0]])
    for reference in ("mean", "sum"):
        result = coagglomeration(long(E), reference=reference)
        assert result[CO].isna().tolist() == [True, False, True]
        without = coagglomeration(long(E[:, [0, 2]], industries=["I0", "I2"]), reference=reference)
        close(result[CO][1], without[CO][0])


def test_no_jobs_anywhere_is_undefined_without_a_warning():
    result = coagglomeration(long(np.zeros((2, 2))), reference="mean")
    assert result[CO].isna().all()


def test_an_absent_row_is_withheld_or_zero():
    frame = long([[40.0, 0.0], [10.0, 50.0]]).drop(index=1)
    assert coagglomeration(frame, reference="mean")[CO].isna().all()
    zero = coagglomeration(frame, reference="mean", absent="zero")
    close(zero[CO], coagglomeration(long([[40, 0], [10, 50]]), reference="mean")[CO])


def test_one_region_or_one_industry():
    assert coagglomeration(long([[3.0, 4.0]]), reference="sum")[CO].isna().all()
    assert coagglomeration(long([[3.0], [4.0]]), reference="sum").empty


def test_pairs_are_named_in_order_and_sorted_over_years():
    frame = pd.concat([long([[1, 2, 3], [3, 2, 2]], year=y) for y in (2, 1)])
    result = coagglomeration(frame.iloc[::-1], reference="mean")
    assert (result["industry"] < result["partner"]).all()
    assert result["year"].tolist() == [1, 2] * 3


# Refusals


def test_references_are_checked():
    frame = long([[1, 2], [3, 4]])
    with pytest.raises(SchemaError, match="reference="):
        coagglomeration(frame, reference="others")
    with pytest.raises(SchemaError, match="lacks 'R1'"):
        coagglomeration(frame, reference=weights([1]))
    with pytest.raises(SchemaError, match="2018"):
        coagglomeration(frame.assign(year=2018), reference=weights([1, 1], year=2019))


def test_all_references_there_are_are_named_in_the_refusal():
    with pytest.raises(SchemaError, match="'mean'"):
        coagglomeration(long([[1, 2], [3, 4]]), reference="others")
