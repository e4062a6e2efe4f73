"""Coagglomeration of pairs and groups of industries."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.measures.tables import NAN, cases, close, long, pick, totals
from tests.reference import measures as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import coagglomeration, ellison_glaeser, group_coagglomeration

CO = "coagglomeration"
GROUP = "group_coagglomeration"


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


# Groups


def plants(H):
    return pd.DataFrame({"industry": list(H), "plant_herfindahl": list(H.values())})


GROUPS = {"I0": "g", "I1": "g", "I2": "g"}


def test_group_by_hand():
    # Shares .8/.2 and .4/.6 of 100 and 50 jobs; weights 1/2, 1/2.
    frame = long([[80.0, 20.0], [20.0, 30.0]])
    result = group_coagglomeration(
        frame,
        reference=weights([1, 1]),
        groups={"I0": "g", "I1": "g"},
        plants=plants({"I0": 0.1, "I1": 0.2}),
    )
    assert result.columns.tolist() == [
        "industry", GROUP, "mean_ellison_glaeser", "coagglomeration_ratio", "plants",
    ]  # fmt: skip
    row = result.iloc[0]
    G, own, v, H = (100 / 150 - 0.5) ** 2 * 2, [0.18, 0.02], [2 / 3, 1 / 3], [0.1, 0.2]
    gamma = [(g / 0.5 - h) / (1 - h) for g, h in zip(own, H, strict=True)]
    whole = sum(a**2 * h for a, h in zip(v, H, strict=True))
    parts = sum(g * a**2 * (1 - h) for g, a, h in zip(gamma, v, H, strict=True))
    expected = (G / 0.5 - whole - parts) / (1 - 5 / 9)
    close(row[GROUP], expected)
    close(row[GROUP], -0.12)  # that of the pair: 2 x 0.3 x (-0.1) / 0.5
    mean = sum(a * g for a, g in zip(v, gamma, strict=True))
    close(row["mean_ellison_glaeser"], mean)
    close(row["coagglomeration_ratio"], expected / mean)
    assert row[["industry", "plants"]].tolist() == ["g", "table"]


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_a_group_is_the_mean_of_its_pairs_and_does_not_depend_on_plants(seed, industries):
    rng = np.random.default_rng(seed)
    E = rng.integers(1, 30, (4, industries)).astype(float)
    names = [f"I{i}" for i in range(industries)]
    together = dict.fromkeys(names, "g")
    v = E.sum(axis=0) / E.sum()
    pairs = pick(coagglomeration(long(E), reference="sum"), CO)
    weight = {(i, j): v[int(i[1:])] * v[int(j[1:])] for i, j in pairs}
    expected = sum(weight[pair] * pairs[pair] for pair in pairs) / sum(weight.values())
    for H in rng.uniform(0.01, 1, (2, industries)):
        table = plants(dict(zip(names, H, strict=True)))
        result = group_coagglomeration(long(E), reference="sum", groups=together, plants=table)
        close(result[GROUP], [expected])


def test_industries_cut_from_one_cloth_have_the_ratio_of_one():
    """Equal shares and no plant worth mention: the group concentrates as each of them does."""
    E = np.outer([30.0, 5.0, 1.0], [1.0, 4.0, 2.0])
    result = group_coagglomeration(
        long(E),
        reference=weights([1, 1, 2]),
        groups=GROUPS,
        plants=plants(dict.fromkeys(GROUPS, 1e-12)),
    )
    close(result["coagglomeration_ratio"], [1.0])


def test_the_group_uses_all_industries_for_the_size_of_regions():
    E = [[40.0, 10.0, 500.0], [10.0, 20.0, 100.0]]
    table = plants({"I0": 0.1, "I1": 0.1, "I2": 0.1})
    groups = {"I0": "g", "I1": "g"}
    by_jobs = group_coagglomeration(long(E), reference="sum", groups=groups, plants=table)
    close(
        by_jobs[GROUP],
        group_coagglomeration(long(E), reference=weights([550, 130]), groups=groups, plants=table)[
            GROUP
        ],
    )
    published = pd.concat([long(E), totals([9, 1])])
    by_total = group_coagglomeration(published, reference="sum", groups=groups, plants=table)
    nine_to_one = group_coagglomeration(
        long(E), reference=weights([9, 1]), groups=groups, plants=table
    )
    close(by_total[GROUP], nine_to_one[GROUP])


def test_groups_and_years_are_sorted_and_an_industry_without_group_needs_no_plants():
    frame = pd.concat([long([[1, 2, 3, 4], [3, 2, 2, 9]], year=y) for y in (2, 1)])
    result = group_coagglomeration(
        frame,
        reference="sum",
        groups={"I0": "b", "I1": "b", "I2": "a"},
        plants=plants({"I0": 0.1, "I1": 0.1, "I2": 0.1}),
    )
    assert result[["industry", "year"]].to_numpy().tolist() == [
        ["a", 1],
        ["a", 2],
        ["b", 1],
        ["b", 2],
    ]
    assert result[GROUP].isna().tolist() == [True, True, False, False]  # "a" is one industry


def test_unknown_plants_leave_the_group_known_and_its_mean_not():
    E = [[40.0, 10.0, 5.0], [10.0, 50.0, 1.0]]
    for H in (NAN, 1.0):  # withheld; one plant, whose gamma is undefined
        result = group_coagglomeration(
            long(E),
            reference=weights([1, 1]),
            groups=GROUPS,
            plants=plants({"I0": H, "I1": 0.2, "I2": 0.1}),
        )
        assert result[GROUP].notna().all()
        assert result[["mean_ellison_glaeser", "coagglomeration_ratio"]].isna().all(axis=None)


def test_a_withheld_cell_is_unknown_in_its_group_alone():
    E = [[NAN, 10.0, 5.0, 7.0], [5.0, 50.0, 1.0, 7.0]]
    groups = {"I0": "a", "I1": "a", "I2": "b", "I3": "b"}
    frame = long(E)
    frame["establishments"] = 2.0
    result = group_coagglomeration(
        frame, reference=weights([1, 1]), groups=groups, plants="equal_size"
    )
    assert result.iloc[:, 1:4].isna().to_numpy().tolist() == [[True] * 3, [False] * 3]
    assert result["plants"].tolist() == ["equal_size"] * 2


def test_an_industry_without_jobs_is_no_part_of_its_group():
    E = np.array([[40.0, 0.0, 10.0], [10.0, 0.0, 50.0]])
    table = plants({"I0": 0.1, "I1": NAN, "I2": 0.1})
    result = group_coagglomeration(long(E), reference=weights([1, 1]), groups=GROUPS, plants=table)
    without = group_coagglomeration(
        long(E[:, [0, 2]], industries=["I0", "I2"]),
        reference=weights([1, 1]),
        groups={"I0": "g", "I2": "g"},
        plants=table,
    )
    pd.testing.assert_frame_equal(result, without)


def test_groups_that_do_not_fit_are_refused():
    frame = long([[1, 2], [3, 4]])
    more = {"reference": "sum", "plants": plants({"I0": 0.1, "I1": 0.1})}
    for groups in ({}, ["I0"], 2):
        with pytest.raises(SchemaError, match="mapping from industry to group"):
            group_coagglomeration(frame, groups=groups, **more)
    with pytest.raises(SchemaError, match=r"groups names 'I7' \(1 in all\)"):
        group_coagglomeration(frame, groups={"I0": "g", "I7": "g"}, **more)
    for name in (None, "", "00", 3):
        with pytest.raises(SchemaError, match="groups maps 'I0' to"):
            group_coagglomeration(frame, groups={"I0": name}, **more)
    with pytest.raises(SchemaError, match="reference='mean'"):
        group_coagglomeration(frame, groups={"I0": "g"}, **{**more, "reference": "mean"})
    with pytest.raises(SchemaError, match="lacks 'I0'"):
        group_coagglomeration(frame, groups={"I0": "g"}, reference="sum", plants=plants({"I1": 1}))
