"""Location quotients with their bounds and intervals."""

import itertools
import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.measures.tables import (
    NAN,
    area,
    cases,
    close,
    golden,
    golden_employment,
    golden_input,
    long,
    pick,
    totals,
)
from tests.reference import measures as slow
from tests.reference import quotients

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import location_quotient, symmetric_location_quotient
from clusteranalysis.schema import TOTAL

LQ = "location_quotient"


def lq_of(result, **keys):
    return pick(result, LQ, **keys)


# Examples small enough to work out by hand


def county():
    return pd.DataFrame(
        {"region": "06001", "industry": [TOTAL, "3254"], "employment": [79006.0, 1714.0]}
    )


def nation():
    return pd.DataFrame({"industry": [TOTAL, "3254"], "employment": [15593224.0, 879213.0]})


def test_location_quotient_of_a_county():
    result = location_quotient(county(), reference=nation())
    close(result[LQ], [0.3847623], rtol=2e-7)
    assert result[["region", "industry", "base"]].to_numpy().tolist() == [
        ["06001", "3254", "total"]
    ]


def test_location_quotient_without_published_totals():
    # A: 30 of 40, B: 10 of 40; together 40 of 80.
    result = location_quotient(long([[30, 10], [10, 30]]), reference="sum")
    close(result[LQ], [1.5, 0.5, 0.5, 1.5])


def test_a_published_total_counts_what_the_cells_do_not_show():
    frame = pd.concat([long([[30, 10], [10, 30]]), totals([100, 60])])
    result = location_quotient(frame, reference="sum")
    # I0 in R0: (30 / 100) / (40 / 160)
    close(result[LQ], [1.2, 0.4, 10 / 60 * 4, 2.0])


def test_a_withheld_total_is_the_sum_of_the_cells():
    frame = pd.concat([long([[30, 10], [10, 30]]), totals([NAN, 40])])
    close(location_quotient(frame, reference="sum")[LQ], [1.5, 0.5, 0.5, 1.5])


def test_a_bases_table_divides():
    people = pd.DataFrame({"region": ["R0", "R1"], "employment": [10.0, 30.0]})
    result = location_quotient(long([[30, 10], [10, 30]]), reference="sum", base=people)
    close(result[LQ], [3, 1, 1 / 3, 1])
    assert set(result["base"]) == {"table"}


def test_a_base_table_holds_the_references_region_too():
    people = pd.DataFrame({"region": ["R1", "US", "R0"], "employment": [30.0, 400.0, 10.0]})
    frame = long([[30, 10], [10, 30]])
    result = location_quotient(frame, reference=area([100, 200], region="US"), base=people)
    close(result[LQ], [3 / 0.25, 1 / 0.5, (1 / 3) / 0.25, 1 / 0.5])
    with pytest.raises(SchemaError, match="'US'"):
        location_quotient(frame, reference=area([1, 2], region="US"), base=people.iloc[[0, 2]])
    with pytest.raises(SchemaError, match="'R0'"):
        location_quotient(frame, reference="sum", base=people.iloc[:2])


def test_a_base_table_may_change_by_year():
    people = pd.DataFrame({"region": "R0", "year": [1, 2], "employment": [10.0, 20.0]})
    frame = pd.concat([long([[4.0]], year=1), long([[4.0]], year=2)])
    whole = area([100], total=1000)
    own = pd.DataFrame({"region": "reference", "year": [1, 2], "employment": [50.0, 50.0]})
    result = location_quotient(
        frame, reference=whole.assign(region="reference"), base=pd.concat([people, own])
    )
    close(result[LQ], [0.4 / 2, 0.2 / 2])


TRADED = {"I0": "traded", "I1": "traded", "I2": "local"}


def test_traded_base_measures_traded_industries_by_traded_jobs():
    frame = pd.concat([long([[30, 10, 500]]), totals([999])])
    whole = area([100, 100, 800], total=5000)
    result = location_quotient(frame, reference=whole, base="traded", tradability=TRADED)
    assert result["industry"].tolist() == ["I0", "I1"]
    close(result[LQ], [(30 / 40) / (100 / 200), (10 / 40) / (100 / 200)])
    assert set(result["base"]) == {"traded"}
    local = location_quotient(frame, reference=whole, base="local", tradability=TRADED)
    close(local[LQ], [1.0])
    assert local["industry"].tolist() == ["I2"]


def test_traded_base_against_the_sum():
    E = [[30, 10, 500], [10, 30, 0]]
    result = location_quotient(long(E), reference="sum", base="traded", tradability=TRADED)
    close(result[LQ], [1.5, 0.5, 0.5, 1.5])


def test_a_withheld_local_industry_does_not_touch_the_traded_base():
    E = [[30, 10, NAN], [10, 30, 0]]
    result = location_quotient(long(E), reference="sum", base="traded", tradability=TRADED)
    close(result[LQ], [1.5, 0.5, 0.5, 1.5])


def test_a_base_without_members_is_empty():
    none = dict.fromkeys(TRADED, "mixed")
    result = location_quotient(
        long([[1, 2, 3]]), reference="sum", base="traded", tradability=none, interval="binomial"
    )
    assert result.empty
    assert LQ in result.columns


def test_tradability_must_be_given_and_complete():
    with pytest.raises(SchemaError, match="tradability"):
        location_quotient(long([[1, 2, 3]]), reference="sum", base="traded")
    with pytest.raises(SchemaError, match="'I2'"):
        location_quotient(
            long([[1, 2, 3]]), reference="sum", base="local", tradability={"I0": "local", "I1": "x"}
        )


def test_a_misspelt_tradability_is_refused():
    wrong = {**TRADED, "I0": "Traded"}
    with pytest.raises(SchemaError, match="Traded"):
        location_quotient(long([[1, 2, 3]]), reference="sum", base="traded", tradability=wrong)


def test_the_references_traded_jobs_do_not_depend_on_rows_of_zero_here():
    whole = area([100, 200, 500])
    traded = dict.fromkeys(["I0", "I1", "I2"], "traded")
    options = {"reference": whole, "base": "traded", "tradability": traded, "absent": "zero"}
    short = location_quotient(long([[10, 20]]), **options)
    explicit = location_quotient(long([[10, 20, 0]]), **options)
    close(short[LQ], explicit[LQ][:2])


# Against the slow formula


@given(cases())
def test_location_quotients_against_the_sum_are_the_slow_ones(case):
    result = location_quotient(case.table, reference="sum", absent=case.absent)
    assert len(result) == (case.table["industry"] != TOTAL).sum()
    for group in case.groups:
        E, n = case.matrix(group), case.region_totals(group)
        X = [sum(column) for column in zip(*E, strict=True)]
        expected = slow.location_quotient(E, X, n, sum(n))
        for (region, industry), value in lq_of(result, **group).items():
            r, i = case.regions.index(region), case.industries.index(industry)
            close(value, expected[r][i], rtol=1e-8)


@given(cases(), st.data())
def test_location_quotients_against_a_table_are_the_slow_ones(case, data):
    years = data.draw(st.booleans()) and "year" in case.table.columns
    with_total = data.draw(st.booleans())
    jobs = st.one_of(st.just(0.0), st.just(NAN), st.floats(1, 1e6))
    groups = [{"year": year} for year in case.table["year"].unique()] if years else [{}]
    parts, X, N = [], {}, {}
    for group in groups:
        key = group.get("year")
        # The reference may know industries that the regions do not have.
        names = [*case.industries, "X9"]
        X[key] = [data.draw(jobs) for _ in names]
        N[key] = data.draw(st.floats(1, 1e8)) if with_total else sum(X[key])
        total = N[key] if with_total else None
        parts.append(area(X[key], total=total, industries=names, **group))
    reference = pd.concat(parts).sample(frac=1, random_state=1)
    if data.draw(st.booleans()):
        reference = reference.assign(region="US")
    result = location_quotient(case.table, reference=reference, absent=case.absent)
    for group in case.groups:
        key = group["year"] if years else None
        E, n = case.matrix(group), case.region_totals(group)
        expected = slow.location_quotient(E, X[key][:-1], n, N[key])
        for (region, industry), value in lq_of(result, **group).items():
            r, i = case.regions.index(region), case.industries.index(industry)
            close(value, expected[r][i], rtol=1e-8)


@given(cases(withheld=False, missing=False, published=False))
def test_location_quotients_average_to_one(case):
    result = location_quotient(case.table, reference="sum")
    for group in case.groups:
        E = np.array(case.matrix(group))
        assume(E.sum() > 0)
        lq = lq_of(result, **group)
        for r, region in enumerate(case.regions):
            if E[r].sum() > 0:
                weighted = [
                    lq[region, name] * E[:, i].sum() / E.sum()
                    for i, name in enumerate(case.industries)
                    if E[:, i].sum() > 0
                ]
                close(sum(weighted), 1.0)


def test_merging_two_identical_regions_changes_nothing():
    E = np.array([[3.0, 5.0, 0.0], [3.0, 5.0, 0.0], [9.0, 0.0, 2.0]])
    merged = np.array([E[0] + E[1], E[2]])
    apart = location_quotient(long(E), reference="sum")
    together = location_quotient(long(merged, regions=["R0", "R2"]), reference="sum")
    for key, value in lq_of(together).items():
        close(lq_of(apart)[key], value)


@given(cases(size=(2, 4), published=False, withheld=False), st.floats(0.01, 100))
def test_a_region_that_grows_in_step_keeps_its_quotients_against_a_table(case, factor):
    reference = area(range(1, 1 + len(case.industries)), industries=case.industries)
    frame = case.table
    scaled = frame.assign(
        employment=frame["employment"].where(frame["region"] != "R0", frame["employment"] * factor)
    )
    before, after = (
        location_quotient(f, reference=reference, absent=case.absent) for f in (frame, scaled)
    )
    close(after[LQ], before[LQ], rtol=1e-8)


# Values of other tools


@pytest.mark.parametrize(
    ("peer", "atol"),
    [
        ("econcomplex_location_quotient_syn", 0),
        ("econcomplex_rca_syn", 0),
        ("econgeo_location.quotient_syn", 0),
        ("econgeo_RCA_syn", 0.00501),  # rounded to two digits
        ("oec_rca_syn", 0),
        ("r_economiccomplexity_balassa_index_syn", 0),
        ("reat_locq2_syn", 0),
    ],
)
def test_location_quotients_of_other_tools(peer, atol):
    expected = golden(f"location_quotient/{peer}.json")
    if peer.startswith("reat"):
        expected = expected.T
    result = location_quotient(golden_employment(), reference="sum")
    wide = result.pivot_table(LQ, "region", "industry")
    close(wide.loc[expected.index, expected.columns], expected, rtol=1e-9, atol=atol + 1e-12)


def test_another_tools_quotient_on_population_is_a_base_table():
    people = golden_input("syn_regions.csv")[["region", "pop"]]
    people = people.rename(columns={"pop": "employment"}).astype({"employment": float})
    expected = golden("location_quotient/econcomplex_rpop_syn.json")
    result = location_quotient(golden_employment(), reference="sum", base=people)
    wide = result.pivot_table(LQ, "region", "industry")
    close(wide.loc[expected.index, expected.columns], expected)


def test_location_quotients_of_segregation_and_of_a_threshold():
    wide = location_quotient(golden_employment(), reference="sum").pivot_table(
        LQ, "region", "industry"
    )
    close(wide, golden("location_quotient/segregation_MultiLocationQuotient_syn.json"))
    expected = golden("location_quotient/econgeo_location.quotient_binary_syn.json")
    close(wide.loc[expected.index, expected.columns] >= 1, expected)


# Symmetric


def test_symmetric_by_hand():
    frame = pd.concat([long([[30.0, 10.0, 0.0]]), totals([100])])
    result = symmetric_location_quotient(frame, reference=area([10, 30, 5], total=100))
    close(result["symmetric_location_quotient"], [0.5, -0.5, -1])
    close(result[LQ], [3, 1 / 3, 0])
    assert set(result["base"]) == {"total"}


@given(cases(), st.booleans())
def test_symmetric_is_the_slow_one_of_the_location_quotient(case, traded):
    options = {"reference": "sum", "absent": case.absent}
    if traded:
        tags = {name: ("traded", "local")[n % 2] for n, name in enumerate(case.industries)}
        options |= {"base": "traded", "tradability": tags}
    plain = location_quotient(case.table, **options)
    result = symmetric_location_quotient(case.table, **options)
    expected = [quotients.symmetric_location_quotient(lq) for lq in plain[LQ]]
    close(result["symmetric_location_quotient"], expected)
    pd.testing.assert_frame_equal(result.drop(columns="symmetric_location_quotient"), plain)


def test_symmetric_bounds_are_those_of_the_location_quotient():
    frame = bounded([[0.0, 5.0]], [[NAN, 5.0]], [[19.0, 5.0]])
    frame = pd.concat([frame, totals([50]).assign(employment_low=50.0, employment_high=50.0)])
    result = symmetric_location_quotient(frame, reference=area([10, 10], total=100))
    close(result["symmetric_location_quotient"], [NAN, 0])
    close(result["symmetric_location_quotient_low"], [-1, 0])
    close(result["symmetric_location_quotient_high"], [2.8 / 4.8, 0])


# Bounds


def bounded(low, value, high, **keys):
    frame = long(value, **keys)
    return frame.assign(
        employment_low=np.asarray(low, float).ravel(),
        employment_high=np.asarray(high, float).ravel(),
    )


@st.composite
def boxes(draw, size=(1, 3)):
    """Low, high and some value between, regions x industries; no cell is certainly empty."""
    shape = draw(st.integers(*size)), draw(st.integers(*size))
    count = shape[0] * shape[1]
    low = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    extra = draw(st.lists(st.sampled_from([0, 0, 3, 20]), min_size=count, max_size=count))
    low = np.array(low, float).reshape(shape)
    high = low + np.array(extra, float).reshape(shape)
    high[high == 0] = 1.0
    value = np.where(low == high, low, NAN)  # a cell that is known is known, the rest is withheld
    return low, value, high


def corners(low, high):
    """Every table whose cells are each at one of their ends."""
    ends = [(a,) if a == b else (a, b) for a, b in zip(low.ravel(), high.ravel(), strict=True)]
    for cells in itertools.product(*ends):
        yield np.array(cells).reshape(low.shape)


def extremes(low, high, quotients):
    """Smallest and largest LQ over all corners, and where some corner has none, cell by cell."""
    with np.errstate(invalid="ignore", divide="ignore"):
        every = np.array([quotients(E) for E in corners(low, high)])
    every[np.isinf(every)] = np.nan
    smallest = np.where(np.isnan(every), np.inf, every).min(axis=0)
    largest = np.where(np.isnan(every), -np.inf, every).max(axis=0)
    return smallest, largest, np.isnan(every).any(axis=0)


def check_bounds(result, low, high, quotients, *, exact=True):
    """Bounds hold at every corner, one of them where ``exact``; NaN only where one has none."""
    got_low = result["location_quotient_low"].to_numpy().reshape(low.shape)
    got_high = result["location_quotient_high"].to_numpy().reshape(low.shape)
    smallest, largest, undefined = extremes(low, high, quotients)
    for got in (got_low, got_high):
        assert not (np.isnan(got) & ~undefined).any()
    assert not (got_low > got_high).any()
    assert not (got_low > smallest + 1e-9).any()
    assert not (got_high < largest - 1e-9).any()
    if exact:
        close(got_low, np.where(np.isnan(got_low), np.nan, smallest))
        close(got_high, np.where(np.isnan(got_high), np.nan, largest))


def share_of(E):
    return E / E.sum(axis=1, keepdims=True)


@given(boxes())
def test_bounds_against_a_table_are_the_extremes(box):
    low, value, high = box
    X = np.arange(50.0, 50 + low.shape[1])
    result = location_quotient(bounded(low, value, high), reference=area(X, total=1000))
    check_bounds(result, low, high, lambda E: share_of(E) / (X / 1000))


@given(boxes())
def test_bounds_with_published_totals_are_the_extremes(box):
    low, value, high = box
    n = high.sum(axis=1) + 5
    published = totals(n).assign(employment_low=n, employment_high=n)
    frame = pd.concat([bounded(low, value, high), published])
    X = np.arange(50.0, 50 + low.shape[1])
    result = location_quotient(frame, reference=area(X, total=1000))
    check_bounds(result, low, high, lambda E: E / n[:, None] / (X / 1000))


@pytest.mark.parametrize("base", ["total", "traded"])
def test_against_a_bounded_sum_there_are_no_bounds(base):
    # x N / ((x + a) (x + b)) is not monotone in x, so the ends of x would not bound it.
    E = np.array([[0.0, 1.0], [1.0, 0.0]])
    tags = {"I0": "traded", "I1": "traded"}
    frame = bounded(E, E, E + 3)
    result = location_quotient(frame, reference="sum", base=base, tradability=tags)
    assert not [column for column in result.columns if column.endswith(("_low", "_high"))]


def on_traded_base(box):
    """Bounds on the traded base with every second industry local; X of the reference's table."""
    low, value, high = box
    kinds = ["traded", "local", "traded"][: low.shape[1]]
    traded = np.array([kind == "traded" for kind in kinds])
    X = np.arange(50.0, 50 + low.shape[1])
    result = location_quotient(
        bounded(low, value, high),
        reference=area(X, total=1000),
        base="traded",
        tradability={f"I{i}": kind for i, kind in enumerate(kinds)},
    )
    return result, low[:, traded], high[:, traded], X[traded] / X[traded].sum()


@given(boxes(size=(2, 3)))
def test_bounds_on_the_traded_base_against_a_table_are_the_extremes(box):
    result, low, high, shares = on_traded_base(box)
    check_bounds(result, low, high, lambda E: share_of(E) / shares)


@given(boxes())
def test_bounds_on_a_base_table_are_the_extremes(box):
    low, value, high = box
    people = np.arange(7.0, 7 + low.shape[0])
    names = [*(f"R{r}" for r in range(len(low))), "US"]
    base = pd.DataFrame({"region": names, "employment": [*people, 1000.0]})
    X = np.arange(50.0, 50 + low.shape[1])
    reference = area(X, total=7, region="US")
    result = location_quotient(bounded(low, value, high), reference=reference, base=base)
    check_bounds(result, low, high, lambda E: E / people[:, None] / (X / 1000))


@given(boxes(), boxes())
def test_bounds_of_a_year_do_not_look_at_another_year(first, second):
    parts = [bounded(*box, year=year) for year, box in ((2018, first), (2021, second))]
    known = set(parts[0]["region"]) & set(parts[1]["region"])
    kept = set(parts[0]["industry"]) & set(parts[1]["industry"])
    parts = [p[p["region"].isin(known) & p["industry"].isin(kept)] for p in parts]
    nation = area([50.0, 60.0, 70.0], total=1000)
    together = location_quotient(pd.concat(parts), reference=nation)
    for year, part in zip((2018, 2021), parts, strict=True):
        alone = location_quotient(part, reference=nation)
        got = together[together["year"] == year].reset_index(drop=True)
        pd.testing.assert_frame_equal(got, alone)


def test_a_known_table_has_bounds_of_no_width():
    E = np.array([[30.0, 10.0], [10.0, 30.0]])
    result = location_quotient(bounded(E, E, E), reference=area([50, 50], total=1000))
    close(result["location_quotient_low"], result[LQ])
    close(result["location_quotient_high"], result[LQ])


def test_a_bound_that_is_unknown_makes_only_its_denominators_unknown():
    low, high = np.full((2, 2), 1.0), np.full((2, 2), 3.0)
    high[0, 0] = NAN
    result = location_quotient(
        bounded(low, np.full((2, 2), 2.0), high), reference=area([50, 50], total=1000)
    )
    assert result.loc[result["region"] == "R1", "location_quotient_low"].notna().all()
    assert result.loc[result["region"] == "R0", "location_quotient_low"].isna().any()


def test_bounds_do_not_hold_for_certain_where_a_row_is_absent_and_withheld():
    # R0's second industry may be anything: its total, and so the LQ of the first, is unknown.
    E = np.array([[5.0, 0.0], [2.0, 3.0]])
    frame = bounded(E - [[1, 0], [1, 1]], E, E + 1).drop(index=1)
    result = location_quotient(frame, reference=area([40, 60], total=100))
    row = result[result["region"] == "R0"].iloc[0]
    assert np.isnan(row[LQ])
    # (4/4) / 0.4 = 2.5 is claimed as the least there can be; with 16 absent jobs it is 0.5.
    assert not row["location_quotient_low"] > 0.5


def test_bounds_contain_the_quotient_where_only_some_totals_are_published():
    E = np.array([[60.0], [60.0]])
    frame = pd.concat(
        [
            bounded(E - 10, E, E + 10),
            totals([1000]).assign(employment_low=1000.0, employment_high=1000.0),
        ]
    )
    result = location_quotient(frame, reference=area([40], total=100))
    row = result[result["region"] == "R0"].iloc[0]
    close(row[LQ], 0.06 / 0.4)
    assert row["location_quotient_low"] <= row[LQ] <= row["location_quotient_high"]


# Intervals


@st.composite
def plants_and_jobs(draw):
    """Regions x industries of jobs and plants, and the jobs of the industries elsewhere."""
    shape = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    E = rng.integers(0, 200, shape).astype(float)
    E[rng.random(shape) < 0.2] = 0.0
    M = np.where(E > 0, np.ceil(E / rng.integers(1, 40, shape)), rng.integers(0, 3, shape))
    rest = rng.integers(0, 3000, shape[1]).astype(float)
    M_rest = np.where(rest > 0, np.ceil(rest / 12), 0.0)
    assume(E.sum() > 0)
    return E, M, rest, M_rest


@settings(max_examples=40)
@given(plants_and_jobs(), st.sampled_from(["binomial", "establishment"]), st.floats(0.5, 0.999))
def test_intervals_are_the_slow_ones(case, interval, level):
    E, M, rest, M_rest = case
    X, plants, n = E.sum(axis=0) + rest, M.sum(axis=0) + M_rest, E.sum(axis=1)
    N = X.sum() + 500
    frame = long(E).assign(establishments=M.ravel())
    reference = area(X, total=N).assign(establishments=[*plants, plants.sum()])
    result = location_quotient(frame, reference=reference, interval=interval, level=level)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    for row in result.itertuples():
        r, i = int(row.region[1:]), int(row.industry[1:])
        if interval == "binomial":
            variance = slow.var_log_lq_binomial(E[r, i], n[r], X[i], N)
        else:
            variance = slow.var_log_lq_establishment(
                E[r, i], n[r], X[i], N, M[r, i], plants[i] - M[r, i]
            )
        close(row.standard_error, math.sqrt(variance), rtol=1e-7, atol=1e-9)
        reach = z * math.sqrt(variance)
        close(row.interval_low, row.location_quotient * math.exp(-reach), rtol=1e-6)
        close(row.interval_high, row.location_quotient * math.exp(reach), rtol=1e-6)


@settings(max_examples=30)
@given(plants_and_jobs(), st.sampled_from(["binomial", "establishment"]))
def test_intervals_against_the_sum_are_those_against_the_table_of_sums(case, interval):
    E, M, _, _ = case
    frame = long(E).assign(establishments=M.ravel())
    reference = area(E.sum(axis=0)).assign(establishments=M.sum(axis=0))
    pd.testing.assert_frame_equal(
        location_quotient(frame, reference="sum", interval=interval),
        location_quotient(frame, reference=reference, interval=interval),
    )


def test_binomial_interval_by_hand():
    # x = 20 of n = 100, X = 100 of N = 1000; p = 0.2, outside 80 of 900.
    frame = pd.concat([long([[20.0]]), totals([100])])
    result = location_quotient(frame, reference=area([100], total=1000), interval="binomial")
    variance = 0.8 / 20 + (16 + 80 * (1 - 80 / 900)) / 100**2 - 2 * 0.8 / 100
    close(result["standard_error"], [math.sqrt(variance)])
    close(result["interval_low"], [2 * math.exp(-1.959963984540054 * math.sqrt(variance))])
    close(result["interval_high"], [2 * math.exp(1.959963984540054 * math.sqrt(variance))])


def test_a_plant_column_counts_before_the_number_of_plants():
    # Two plants of equal size inside, forty outside: H = 1/2 and 1/40, stated as such.
    x, n, X, N = 20.0, 100.0, 100.0, 1000.0
    H_whole = (0.5 * x**2 + (X - x) ** 2 / 40) / X**2
    frame = pd.concat([long([[x]]).assign(plant_herfindahl=0.5), totals([n])])
    reference = area([X], total=N).assign(plant_herfindahl=[H_whole, NAN])
    result = location_quotient(frame, reference=reference, interval="establishment")
    expected = slow.var_log_lq_establishment(x, n, X, N, 2, 40)
    close(result["standard_error"], [math.sqrt(expected)])
    counted = location_quotient(
        frame.drop(columns="plant_herfindahl").assign(establishments=[2.0, 50.0]),
        reference=reference.drop(columns="plant_herfindahl").assign(establishments=[42.0, 900.0]),
        interval="establishment",
    )
    close(result["standard_error"], counted["standard_error"])


def test_a_plant_column_against_the_sum_is_weighted_by_jobs_squared():
    E, H = np.array([[10.0, 90.0], [30.0, 70.0]]), np.array([[0.5, 0.1], [0.2, 0.1]])
    frame = long(E).assign(plant_herfindahl=H.ravel())
    X = E.sum(axis=0)
    reference = area(X).assign(plant_herfindahl=(H * E**2).sum(axis=0) / X**2)
    by_table = location_quotient(frame, reference=reference, interval="establishment")
    by_sum = location_quotient(frame, reference="sum", interval="establishment")
    close(by_sum["standard_error"], by_table["standard_error"])


def test_establishments_are_their_own_draws():
    frame = long([[5, 9], [8, 2]], value="establishments")
    options = {"reference": "sum", "value": "establishments"}
    one = location_quotient(frame, interval="establishment", **options)
    other = location_quotient(frame, interval="binomial", **options)
    pd.testing.assert_frame_equal(one, other)


def test_the_binomial_interval_is_narrower_than_that_by_plants():
    frame = long([[20, 80], [30, 50]]).assign(establishments=[2, 8, 3, 5])
    by_plant, by_job = (
        location_quotient(frame, reference="sum", interval=interval)["standard_error"]
        for interval in ("establishment", "binomial")
    )
    assert (by_plant > by_job).all()


def test_no_interval_without_jobs_or_without_knowledge():
    E = [[0.0, 5.0, NAN], [3.0, 0.0, 2.0]]
    frame = pd.concat([long(E), totals([10, 10])])
    result = location_quotient(frame, reference=area([9, 9, 9], total=99), interval="binomial")
    assert result["standard_error"].isna().tolist() == [True, False, True, False, True, False]
    assert result["interval_low"].isna().equals(result["standard_error"].isna())
    close(result[LQ].iloc[0], 0.0)


def test_a_region_that_is_the_whole_reference_has_no_variance():
    result = location_quotient(long([[7.0, 3.0]]), reference="sum", interval="binomial")
    close(result[LQ], [1, 1])
    close(result["standard_error"], [0, 0])
    close(result["interval_low"], [1, 1])


def test_a_reference_smaller_than_the_region_has_no_interval():
    frame = pd.concat([long([[10.0]]), totals([50])])
    result = location_quotient(frame, reference=area([9], total=1000), interval="binomial")
    assert result["standard_error"].isna().all()


def test_interval_options_are_checked():
    frame = long([[1, 2]])
    for level in (0, 1, -0.1, 95):
        with pytest.raises(SchemaError, match="level"):
            location_quotient(frame, reference="sum", level=level)
    with pytest.raises(SchemaError, match="'establishments'"):
        location_quotient(frame, reference="sum", interval="establishment")
    with pytest.raises(SchemaError, match="payroll"):
        location_quotient(
            frame.assign(payroll=1.0), reference="sum", value="payroll", interval="binomial"
        )
    with pytest.raises(SchemaError, match="interval"):
        location_quotient(frame, reference="sum", interval="plants")
    counted = frame.assign(establishments=1.0)
    with pytest.raises(SchemaError, match="'establishments'"):
        location_quotient(counted, reference=area([5, 5]), interval="establishment")


DRAWS = 3000


def simulated(p_in, p_out, places_in, places_out, size, seed):
    """Draws of a region inside its reference, plants of ``size`` jobs falling independently."""
    rng = np.random.default_rng(seed)
    inside = rng.binomial(places_in, p_in, DRAWS)
    outside = rng.binomial(places_out, p_out, DRAWS)
    draws = np.arange(DRAWS)
    n, N = places_in * size, (places_in + places_out) * size

    def rows(plants, total, **keys):
        count = np.concatenate([plants, np.full(DRAWS, total / size)])
        return pd.DataFrame(
            {
                "industry": np.repeat(["I0", TOTAL], DRAWS),
                "draw": np.tile(draws, 2),
                "employment": count * size,
                "establishments": count,
            }
        ).assign(**keys)

    truth = p_in / ((places_in * p_in + places_out * p_out) / (places_in + places_out))
    return rows(inside, n, region="A"), rows(inside + outside, N), truth


def coverage(result, truth):
    return ((result["interval_low"] <= truth) & (truth <= result["interval_high"])).mean()


@pytest.mark.parametrize(("p_in", "p_out"), [(0.05, 0.02), (0.02, 0.02), (0.3, 0.5)])
def test_binomial_intervals_cover_when_jobs_are_independent(p_in, p_out):
    frame, reference, truth = simulated(p_in, p_out, 2000, 10_000, 1, seed=5)
    result = location_quotient(frame, reference=reference, interval="binomial")
    # 3000 draws: a standard error of 0.4 points; the delta method itself is off by about as much.
    assert abs(coverage(result, truth) - 0.95) < 0.015


def test_intervals_by_plants_cover_when_plants_are_independent_and_binomial_ones_do_not():
    frame, reference, truth = simulated(0.05, 0.02, 2000, 10_000, 25, seed=6)
    by_plant = location_quotient(frame, reference=reference, interval="establishment")
    assert abs(coverage(by_plant, truth) - 0.95) < 0.015
    by_job = location_quotient(frame, reference=reference, interval="binomial")
    # The binomial interval is five times too narrow: 2 (1 - Phi(1.96 / 5)) outside.
    assert abs(coverage(by_job, truth) - 0.305) < 0.04


def test_the_level_is_the_coverage():
    frame, reference, truth = simulated(0.1, 0.05, 2000, 10_000, 1, seed=8)
    for level in (0.5, 0.8, 0.99):
        result = location_quotient(frame, reference=reference, interval="binomial", level=level)
        assert abs(coverage(result, truth) - level) < 0.03


# Intervals over bounds

LIMITS = ["interval_low", "interval_high"]


def with_plants(box, plants):
    """Bounded cells with published totals and plants, and the nation's table."""
    low, value, high = box
    n = high.sum(axis=1) + 50
    frame = bounded(low, value, high).assign(establishments=plants.ravel())
    whole = totals(n).assign(employment_low=n, employment_high=n, establishments=100.0)
    X = np.arange(500.0, 500 + low.shape[1])
    nation = area(X, total=9000).assign(establishments=[*([80.0] * len(X)), 900.0])
    return pd.concat([frame, whole]), nation


@st.composite
def boxes_and_plants(draw):
    box = draw(boxes())
    counts = draw(st.lists(st.integers(1, 9), min_size=box[0].size, max_size=box[0].size))
    return box, np.array(counts, float).reshape(box[0].shape)


INTERVALS = st.sampled_from(["binomial", "establishment"])


@settings(max_examples=15)
@given(boxes_and_plants(), INTERVALS)
def test_intervals_hold_at_every_table_the_bounds_allow(case, interval):
    box, plants = case
    low, _, high = box
    frame, nation = with_plants(box, plants)
    result = location_quotient(frame, reference=nation, interval=interval)
    got = {c: result[c].to_numpy().reshape(low.shape) for c in LIMITS}
    for E in corners(low, high):
        known, _ = with_plants((E, E, E), plants)
        known = known.drop(columns=["employment_low", "employment_high"])
        total = frame.loc[frame["industry"] == TOTAL, "employment"]
        known.loc[known["industry"] == TOTAL, "employment"] = total
        at = location_quotient(known, reference=nation, interval=interval)
        for column, sign in zip(LIMITS, (1, -1), strict=True):
            there = at[column].to_numpy().reshape(low.shape)
            # A table with no jobs in the cell has no interval, but one does in which there are.
            some = ~np.isnan(there)
            assert not np.isnan(got[column][some]).any()
            assert (sign * got[column][some] <= sign * there[some] + 1e-9).all()


@given(boxes_and_plants(), INTERVALS)
def test_intervals_take_in_the_bounds_and_are_theirs_where_all_is_known(case, interval):
    box, plants = case
    frame, nation = with_plants(box, plants)
    result = location_quotient(frame, reference=nation, interval=interval)
    open_ = box[0].ravel() < box[2].ravel()
    assert (result["interval_low"] <= result["location_quotient_low"] + 1e-12)[open_].all()
    assert (result["interval_high"] >= result["location_quotient_high"] - 1e-12)[open_].all()
    assert result[LQ].isna()[open_].all()
    plain = location_quotient(
        frame.drop(columns=["employment_low", "employment_high"]),
        reference=nation,
        interval=interval,
    )
    pd.testing.assert_frame_equal(result[[*LIMITS, LQ]][~open_], plain[[*LIMITS, LQ]][~open_])
    pd.testing.assert_series_equal(result["standard_error"], plain["standard_error"])


def test_an_interval_over_bounds_by_hand():
    # 0 to 19 of 100 jobs, in 4 plants; upper limit at 19, where H = 1/4 and p = 0.19.
    frame = bounded([[0.0]], [[NAN]], [[19.0]]).assign(establishments=4.0)
    whole = totals([100]).assign(employment_low=100.0, employment_high=100.0)
    nation = area([500], total=9000).assign(establishments=[80.0, 900.0])
    result = location_quotient(
        pd.concat([frame, whole]), reference=nation, interval="establishment", level=0.9
    )
    variance = slow.var_log_lq_establishment(19, 100, 500, 9000, 4, 76)
    lq = 0.19 / (500 / 9000)
    close(result["interval_high"], [lq * math.exp(1.6448536269514722 * math.sqrt(variance))])
    close(result["interval_low"], [0.0])
    assert result[[LQ, "standard_error"]].isna().all(axis=None)


def test_a_bounded_total_that_is_summed_widens_the_intervals_of_published_cells():
    frame = bounded([[40.0, 0.0]], [[40.0, NAN]], [[40.0, 60.0]])
    result = location_quotient(frame, reference=area([400, 500], total=9000), interval="binomial")
    ends = [
        location_quotient(
            long([[40.0, other]]), reference=area([400, 500], total=9000), interval="binomial"
        )
        for other in (60.0, 0.0)
    ]
    close(result["interval_low"].iloc[0], ends[0]["interval_low"].iloc[0])
    close(result["interval_high"].iloc[0], ends[1]["interval_high"].iloc[0])
    assert np.isnan(result[LQ].iloc[0])


def test_a_published_zero_has_no_interval_still():
    frame = bounded([[0.0, 3.0]], [[0.0, NAN]], [[0.0, 9.0]])
    whole = totals([100]).assign(employment_low=100.0, employment_high=100.0)
    result = location_quotient(
        pd.concat([frame, whole]), reference=area([9, 9], total=999), interval="binomial"
    )
    assert result["interval_high"].isna().tolist() == [True, False]
    close(result[LQ].iloc[0], 0.0)


def test_bounds_leave_intervals_against_the_sum_and_of_plants_alone():
    frame = bounded([[9.0, 3.0], [8.0, 8.0]], [[9, 4.0], [8, 8]], [[9.0, 9.0], [8.0, 8.0]])
    frame = frame.assign(establishments=2.0)
    bare = frame.drop(columns=["employment_low", "employment_high"])
    for options in (
        {"reference": "sum"},
        {"reference": area([9, 9]).assign(establishments=9.0), "value": "establishments"},
    ):
        pd.testing.assert_frame_equal(
            location_quotient(frame, interval="establishment", **options),
            location_quotient(bare, interval="establishment", **options),
        )


# Withheld, absent, refused


def test_a_withheld_cell_is_unknown_where_it_must_be_and_nowhere_else():
    E = [[NAN, 10.0], [10.0, 30.0]]
    frame = pd.concat([long(E), totals([40, 40])])
    against_table = location_quotient(frame, reference=area([40, 40], total=80))
    assert against_table[LQ].isna().tolist() == [True, False, False, False]
    # Against the sum the industry's own total is unknown too, the other industry's is not.
    against_sum = location_quotient(frame, reference="sum")
    assert against_sum[LQ].isna().tolist() == [True, False, True, False]
    # Without totals its region's total is unknown, and the sum of all.
    alone = location_quotient(long(E), reference=area([40, 40], total=80))
    assert alone[LQ].isna().tolist() == [True, True, False, False]
    assert location_quotient(long(E), reference="sum")[LQ].isna().all()


def test_a_withheld_reference_industry_is_unknown_alone():
    frame = long([[30, 10]])
    result = location_quotient(frame, reference=area([NAN, 40], total=100))
    assert result[LQ].isna().tolist() == [True, False]
    result = location_quotient(frame, reference=area([NAN, 40]))
    assert result[LQ].isna().all()


def test_an_absent_row_matters_only_where_a_total_is_summed():
    frame = long([[30, 10], [10, 30]]).drop(index=1)
    reference = area([40, 40], total=80)
    result = location_quotient(frame, reference=reference)
    assert result[LQ].isna().tolist() == [True, False, False]
    zero = location_quotient(frame, reference=reference, absent="zero")
    close(zero[LQ], [2.0, 0.5, 1.5])
    published = pd.concat([frame, totals([40, 40])])
    for absent in ("withheld", "zero"):
        result = location_quotient(published, reference=reference, absent=absent)
        close(result[LQ], [1.5, 0.5, 1.5])


def test_a_misspelt_absent_is_refused():
    with pytest.raises(SchemaError, match="absent"):
        location_quotient(long([[1, 2], [3, 4]]).drop(index=1), reference="sum", absent="witheld")


def test_empty_regions_and_industries_are_undefined():
    E = [[0.0, 0.0, 0.0], [5.0, 0.0, 5.0]]
    result = location_quotient(long(E), reference="sum")
    assert result[LQ].isna().tolist() == [True, True, True, False, True, False]
    against = location_quotient(long(E), reference=area([10, 0, 10], total=40))
    assert against[LQ].isna().tolist() == [True, True, True, False, True, False]


def test_one_region_is_its_own_average():
    close(location_quotient(long([[5, 9, 1]]), reference="sum")[LQ], [1, 1, 1])


def test_an_industry_the_reference_lacks_is_named():
    with pytest.raises(SchemaError, match="lacks 'I1'"):
        location_quotient(long([[5, 9]]), reference=area([5], industries=["I0"]))


def test_a_reference_of_several_areas_is_refused():
    with pytest.raises(SchemaError, match=r"holds 2 regions .*'sum'"):
        location_quotient(long([[5, 9]]), reference=long([[5, 9], [1, 2]]))


def test_a_year_the_reference_lacks_is_named():
    frame = pd.concat([long([[5, 9]], year=2018), long([[5, 9]], year=2021)])
    with pytest.raises(SchemaError, match="2021"):
        location_quotient(frame, reference=area([5, 9], year=2018))
    several = pd.concat([area([5, 9], year=2018), area([5, 9], year=2021)])
    with pytest.raises(SchemaError, match=r"several values of 'year'"):
        location_quotient(long([[5, 9]]), reference=several)


def test_a_reference_without_year_or_draw_serves_all():
    frame = pd.concat([long([[5, 9]], year=y, draw=d) for y in (2018, 2021) for d in (0, 1)])
    result = location_quotient(frame, reference=area([5, 15]))
    close(result[LQ], np.repeat([5 / 14 * 4, 9 / 14 / 0.75], 4))
    result = location_quotient(long([[5, 9]]), reference=area([5, 15], year=2018))
    close(result[LQ], [5 / 14 * 4, 9 / 14 / 0.75])


def test_a_reference_with_draws_is_matched_draw_by_draw():
    frame = pd.concat([long([[5, 5]], draw=d) for d in (1, 0)])
    reference = pd.concat([area([5, 15], draw=0), area([15, 5], draw=1)])
    close(location_quotient(frame, reference=reference)[LQ], [2, 2 / 3, 2 / 3, 2])


def test_the_reference_is_never_changed():
    reference = area([5, 15], total=30).set_axis([3, 1, 2])
    before = reference.copy(deep=True)
    location_quotient(long([[5, 9]]), reference=reference, interval="binomial")
    pd.testing.assert_frame_equal(reference, before)
