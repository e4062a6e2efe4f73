"""Relatives of the location quotient, their tests and pooling against the slow formulas."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.measures.tables import NAN, Case, area, cases, close, pick, totals
from tests.reference import inference, quotients
from tests.reference.measures import location_quotient as slow_lq

import clusteranalysis as ca

CELL = ("region", "industry")
AREA = st.one_of(st.just(0.0), st.integers(1, 30).map(float), st.floats(0.5, 1e6), st.just(NAN))


def column_sums(E):
    return [sum(column) for column in zip(*E, strict=True)]


def nation(data, case):
    """A drawn reference area: its jobs by industry, its total, and its table."""
    X = [data.draw(AREA) for _ in case.industries]
    N = sum(X)
    published = None
    if not math.isnan(N) and data.draw(st.booleans()):
        published = N = N + data.draw(st.just(0.0) | st.floats(0.5, 1e6))
    return X, N, area(X, total=published, industries=case.industries)


def either(data, case, column="employment"):
    """The reference option, and per group the matrix with the totals it is compared with."""
    X, N, table = nation(data, case)
    use_sum = data.draw(st.booleans())

    def numbers(group):
        E, n = case.matrix(group, column), case.region_totals(group, column)
        return (E, column_sums(E), n, sum(n)) if use_sum else (E, X, n, N)

    return ("sum" if use_sum else table), numbers


def cells(case, matrix):
    return {
        (region, industry): matrix[r][i]
        for r, region in enumerate(case.regions)
        for i, industry in enumerate(case.industries)
    }


def check(result, case, column, expected, rtol=1e-8, atol=1e-9):
    """Every group's cells: those of the table are there, and all are the slow ones."""
    for group in case.groups:
        got = pick(result, column, **group)
        want = expected(group)
        shown = case.part(group)
        shown = shown[shown["industry"] != "00"]
        there = set(zip(shown["region"], shown["industry"], strict=True))
        assert there <= set(got) <= set(want)
        close(got, {key: want[key] for key in got}, rtol=rtol, atol=atol)


def by_column(E, function):
    """``function`` of every industry's column, as a matrix."""
    columns = [function(list(column), i) for i, column in enumerate(zip(*E, strict=True))]
    return [list(row) for row in zip(*columns, strict=True)]


# Rescaled and standardised


@given(case=cases(), data=st.data())
def test_symmetric(case, data):
    reference, numbers = either(data, case)
    result = ca.symmetric_location_quotient(case.table, reference=reference, absent=case.absent)

    def expected(group):
        LQ = slow_lq(*numbers(group))
        return cells(
            case, [[quotients.symmetric_location_quotient(lq) for lq in row] for row in LQ]
        )

    check(result, case, "symmetric_location_quotient", expected)
    check(result, case, "location_quotient", lambda group: cells(case, slow_lq(*numbers(group))))


def standardised(case, numbers, log):
    def expected(group):
        E, X, n, N = numbers(group)
        empty = [total == 0 for total in n]

        def column(lq, i):
            known = [v for v in lq if not math.isnan(v) and not (log and v == 0)]
            if len(known) > 1:
                # Not where rounding decides whether all regions are alike.
                spread = np.log(known) if log else np.array(known) / max(*known, 1e-300)
                assume(np.ptp(spread) == 0 or np.ptp(spread) > 1e-6)
            return quotients.standardised_location_quotient(lq, log, empty)

        return cells(case, by_column(slow_lq(E, X, n, N), column))

    return expected


@pytest.mark.parametrize("method", ["plain", "log"])
@given(case=cases(size=(1, 5)), data=st.data())
def test_standardised(method, case, data):
    reference, numbers = either(data, case)
    expected = standardised(case, numbers, method == "log")
    for group in case.groups:
        expected(group)
    level = data.draw(st.sampled_from([0.75, 0.9, 0.95, 0.975]))
    result = ca.standardised_location_quotient(
        case.table, reference=reference, method=method, level=level, absent=case.absent
    )
    check(result, case, "standardised_location_quotient", expected, rtol=1e-6, atol=1e-7)
    # The cut-off leaves 1 - level of a normal distribution above it.
    for row in result.itertuples():
        close(inference.normal_tail(row.cutoff), NAN if math.isnan(row.cutoff) else 1 - level)
        z = row.standardised_location_quotient
        if math.isnan(z):
            assert pd.isna(row.exceeds)
        else:
            assert bool(row.exceeds) == (z > row.cutoff)


@pytest.mark.parametrize("method", ["plain", "log"])
@given(case=cases(size=(2, 5), keys=()), data=st.data())
def test_bootstrap_cutoff(method, case, data):
    reference, numbers = either(data, case)
    z = standardised(case, numbers, method == "log")({})
    level = data.draw(st.sampled_from([0.75, 0.9, 0.95]))
    result = ca.standardised_location_quotient(
        case.table,
        reference=reference,
        method=method,
        cutoff="bootstrap",
        level=level,
        absent=case.absent,
    )
    for (_, industry), cutoff in pick(result, "cutoff").items():
        values = [z[region, industry] for region in case.regions]
        values = [value for value in values if not math.isnan(value)]
        slow = quotients.harrell_davis(values, level) if values else NAN
        close(cutoff, slow, rtol=1e-6, atol=1e-7)


# Shrinkage


def moments(case, numbers):
    """Slow estimates of every group: estimate, weight and quotient matrices."""

    def of(group):
        E, X, n, N = numbers(group)
        found = {"estimate": {}, "weight": {}, "m": {}, "A": {}}
        for i, industry in enumerate(case.industries):
            x = [row[i] for row in E]
            e = [total * X[i] / N if N != 0 else NAN for total in n]
            fit = quotients.empirical_bayes(x, e)
            for name, values in fit.items():
                for region, value in zip(case.regions, values, strict=True):
                    found[name][region, industry] = value
        return found

    return of


@given(case=cases(size=(1, 6)), data=st.data())
def test_shrunk_by_moments(case, data):
    reference, numbers = either(data, case)
    result = ca.shrunk_location_quotient(
        case.table, reference=reference, value="employment", absent=case.absent
    )
    slow = moments(case, numbers)
    check(
        result,
        case,
        "shrunk_location_quotient",
        lambda group: slow(group)["estimate"],
        rtol=1e-6,
        atol=1e-8,
    )
    check(result, case, "weight", lambda group: slow(group)["weight"], rtol=1e-5, atol=1e-8)
    check(result, case, "location_quotient", lambda group: cells(case, slow_lq(*numbers(group))))


@st.composite
def counts(draw, size=(1, 5), most=14, withheld=True):
    """Whole counts, some withheld or absent, totals published or not, and a nation around them."""
    regions = [f"R{k}" for k in range(draw(st.integers(*size)))]
    industries = [f"I{k}" for k in range(draw(st.integers(*size)))]
    published, absent = draw(st.booleans()), draw(st.sampled_from(["withheld", "zero"]))
    chance = draw(st.sampled_from([0.0, 0.15])) if withheld else 0.0
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    true = rng.integers(0, draw(st.integers(1, most)) + 1, (len(regions), len(industries)))
    rows = []
    for r, region in enumerate(regions):
        for i, industry in enumerate(industries):
            if rng.random() < chance:
                if absent == "zero":
                    true[r, i] = 0
                elif rng.random() < 0.5:
                    rows.append((region, industry, NAN))
                continue
            rows.append((region, industry, float(true[r, i])))
    assume(any(i == industries[-1] for _, i, _ in rows))
    frame = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    sizes = true.sum(axis=1) + (rng.integers(0, 5, len(regions)) if published else 0)
    if published:
        frame = pd.concat([frame, totals(sizes.astype(float), regions)])
    frame = frame.astype({"region": "str", "industry": "str"})
    frame = frame.assign(establishments=frame["employment"])
    kept = sorted(set(frame["region"]))
    shown = sorted(set(frame["industry"]) - {"00"})
    columns = [industries.index(name) for name in shown]
    X = [float(v) for v in (true.sum(axis=0) + rng.integers(0, 9, len(industries)))[columns]]
    N = float(sizes.sum() + sum(X) - true.sum(axis=0)[columns].sum() + rng.integers(0, 30))
    case = Case(frame, absent, kept, shown, [{}])
    table = area(X, total=N, industries=shown)
    table = table.assign(establishments=table["employment"])
    use_sum = draw(st.booleans())
    E, n = case.matrix({}), case.region_totals({})
    if use_sum:
        X, N = column_sums(E), sum(n)
    return case, ("sum" if use_sum else table), (E, X, n, N)


@given(counts())
def test_interval_of_a_shrunk_quotient_holds_its_probability(drawn):
    case, reference, numbers = drawn
    level = 0.9
    result = ca.shrunk_location_quotient(
        case.table, reference=reference, level=level, absent=case.absent
    )
    slow = moments(case, lambda group: numbers)({})
    E, X, n, N = numbers
    for row in result.itertuples():
        key = row.region, row.industry
        A, m = slow["A"][key], slow["m"][key]
        if math.isnan(slow["estimate"][key]) or not A > 0:
            assert math.isnan(row.interval_low)
            assert math.isnan(row.interval_high)
            continue
        r, i = case.regions.index(row.region), case.industries.index(row.industry)
        shape, rate = E[r][i] + m * m / A, n[r] * X[i] / N + m / A
        if shape < 3000:
            close(quotients.gamma_cdf(row.interval_low, shape, rate), 0.05, rtol=1e-5)
            close(quotients.gamma_cdf(row.interval_high, shape, rate), 0.95, rtol=1e-5)


@given(counts(size=(2, 5), withheld=False))
def test_no_prior_is_likelier_than_the_likeliest(drawn):
    case, reference, (E, X, n, N) = drawn
    result = ca.shrunk_location_quotient(
        case.table, reference=reference, method="likelihood", absent=case.absent
    )
    for i, industry in enumerate(case.industries):
        rows = result[result["industry"] == industry].set_index("region")
        x = [row[i] for row in E]
        e = [total * X[i] / N for total in n]
        there = [r for r, region in enumerate(case.regions) if e[r] > 0 and region in rows.index]
        if not there or sum(x) == 0:
            continue
        first = rows.loc[case.regions[there[0]]]
        w, lq = first["weight"], first["location_quotient"]
        assume(w < 0.999)
        m = (first["shrunk_location_quotient"] - w * lq) / (1 - w)
        A = m / (e[there[0]] * (1 - w) / w) if w > 0 else 0.0
        for r in there:
            row = rows.loc[case.regions[r]]
            weight = A / (A + m / e[r])
            close(row["weight"], weight, rtol=1e-6, atol=1e-9)
            close(row["shrunk_location_quotient"], m + weight * (x[r] / e[r] - m), rtol=1e-6)
        best = quotients.gamma_poisson_log_likelihood(x, e, m, A)
        near = (0.3, 0.8, 0.97, 1.0, 1.03, 1.25, 3.0)
        for mean in near:
            for variance in [A * k for k in near] + [0.0, 0.001, 0.01, 0.1, 1.0, 10.0]:
                other = quotients.gamma_poisson_log_likelihood(x, e, m * mean, variance)
                assert other <= best + 1e-6


# Neighbours


@pytest.mark.parametrize("method", ["pooled", "mean"])
@given(case=cases(size=(1, 5)), data=st.data())
def test_spatial(method, case, data):
    reference, numbers = either(data, case)
    weight = st.sampled_from([0.0, 0.0, 1.0, 2.5])
    own = data.draw(st.booleans())
    size = range(len(case.regions))
    W = [[0.0 if r == s else data.draw(weight) for s in size] for r in size]
    pairs = [(case.regions[r], case.regions[s], W[r][s]) for r in size for s in size if W[r][s]]
    touching = pd.DataFrame(pairs, columns=["region", "neighbour", "weight"])
    touching = touching.astype({"region": "str", "neighbour": "str", "weight": float})
    result = ca.spatial_location_quotient(
        case.table,
        reference=reference,
        neighbours=touching,
        method=method,
        include_own=own,
        absent=case.absent,
    )
    slow = {
        "pooled": quotients.spatial_location_quotient_pooled,
        "mean": quotients.spatial_location_quotient_mean,
    }[method]
    W = [[float(own) if r == s else W[r][s] for s in size] for r in size]
    check(
        result,
        case,
        "spatial_location_quotient",
        lambda group: cells(case, slow(*numbers(group), W)),
    )


# Input-output quotients


@pytest.mark.parametrize("method", ["slq", "cilq", "flq", "aflq"])
@given(case=cases(), data=st.data())
def test_cross_industry(method, case, data):
    reference, numbers = either(data, case)
    delta = data.draw(st.sampled_from([0.0, 0.1, 0.3, 0.8]))
    result = ca.cross_industry_location_quotient(
        case.table, reference=reference, method=method, delta=delta, absent=case.absent
    )
    for group in case.groups:
        E, X, n, N = numbers(group)
        LQ = slow_lq(E, X, n, N)
        want = {}
        for r, region in enumerate(case.regions):
            slq = LQ[r]
            if method == "slq":
                matrix = [[seller for _ in slq] for seller in slq]
            elif method == "cilq":
                ratio = quotients.cross_industry_location_quotient(slq)
                matrix = quotients.with_slq_diagonal(ratio, slq)
            elif method == "flq":
                matrix = quotients.flegg_location_quotient(slq, n[r], N, delta)
            else:
                matrix = quotients.augmented_flegg_location_quotient(slq, n[r], N, delta)
            for i, seller in enumerate(case.industries):
                for j, buyer in enumerate(case.industries):
                    want[region, seller, buyer] = matrix[i][j]
        got = pick(result, "cross_industry_location_quotient", **group)
        assert set(got) <= set(want)
        close(got, {key: want[key] for key in got}, rtol=1e-8)
        capped = pick(result, "trading_coefficient", **group)
        close(capped, {k: v if math.isnan(v) else min(v, 1.0) for k, v in got.items()})


# Dartboards


def slow_p_values(case, numbers, method, alternative):
    E, X, n, N = numbers
    values = {}
    for r, region in enumerate(case.regions):
        for i, industry in enumerate(case.industries):
            needed = (E[r][i], X[i], n[r], N)
            if any(math.isnan(v) for v in needed) or X[i] == 0 or n[r] == 0:
                values[region, industry] = NAN
                continue
            x, plants, place, whole = (int(v) for v in needed)
            if method == "binomial":
                tails = inference.dartboard_binomial(x, plants, place / whole)
            else:
                tails = inference.dartboard_hypergeometric(x, plants, place, whole)
            values[region, industry] = tails[alternative]
    return values


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("method", ["binomial", "hypergeometric"])
@given(drawn=counts())
def test_dartboard(method, alternative, drawn):
    case, reference, numbers = drawn
    result = ca.location_quotient_test(
        case.table,
        reference=reference,
        method=method,
        alternative=alternative,
        adjust="none",
        absent=case.absent,
    )
    want = slow_p_values(case, numbers, method, alternative)
    check(result, case, "location_quotient_test", lambda group: want, rtol=1e-8, atol=1e-13)
    check(result, case, "adjusted", lambda group: want, rtol=1e-8, atol=1e-13)
    _, X, n, N = numbers
    expected = [[x * total / N if N else NAN for x in X] for total in n]
    got = pick(result, "expected")
    known = {k: v for k, v in cells(case, expected).items() if k in got and not math.isnan(want[k])}
    close({k: got[k] for k in known}, known)


ADJUST = {
    "bonferroni": inference.bonferroni,
    "holm": inference.holm,
    "benjamini_hochberg": inference.benjamini_hochberg,
}


@pytest.mark.parametrize("family", ["group", "region", "industry"])
@pytest.mark.parametrize("adjust", ADJUST)
@given(drawn=counts(), data=st.data())
def test_many_tests_at_once(adjust, family, drawn, data):
    case, reference, numbers = drawn
    method = data.draw(st.sampled_from(["binomial", "hypergeometric"]))
    alternative = data.draw(st.sampled_from(["greater", "less", "two-sided"]))
    result = ca.location_quotient_test(
        case.table,
        reference=reference,
        method=method,
        alternative=alternative,
        adjust=adjust,
        family=family,
        absent=case.absent,
    )
    p = slow_p_values(case, numbers, method, alternative)
    got = pick(result, "location_quotient_test")
    # Ties that rounding breaks would be ranked apart: take the library's own p-values where it has
    # them (they are compared above).
    p = {key: got.get(key, value) for key, value in p.items()}
    together = {
        "group": lambda key: 0,
        "region": lambda key: key[0],
        "industry": lambda key: key[1],
    }
    want = {}
    for name in {together[family](key) for key in p}:
        members = [key for key in p if together[family](key) == name]
        values = ADJUST[adjust]([p[key] for key in members])
        want.update(zip(members, values, strict=True))
    check(result, case, "adjusted", lambda group: want, rtol=1e-8, atol=1e-13)


# Pooling


@st.composite
def drawn_values(draw, positive=False):
    """One measure of a few regions in several draws, with standard errors."""
    count = draw(st.integers(1, 45))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    missing = draw(st.sampled_from([0.0, 0.0, 0.02]))
    alike = draw(st.booleans())
    rows = []
    for region in "AB":
        centre = rng.uniform(0.5, 5)
        for k in range(count):
            value = centre if alike and region == "B" else centre + rng.normal(0, 0.1)
            value = abs(value) if positive else value
            rows.append(
                (region, k, value if rng.random() >= missing else NAN, rng.uniform(0.01, 1))
            )
    frame = pd.DataFrame(rows, columns=["region", "draw", "measure", "standard_error"])
    return frame.astype({"region": "str"})


@pytest.mark.parametrize("scale", ["plain", "log"])
@given(data=st.data(), level=st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_pooling_of_draws(scale, data, level):
    table = data.draw(drawn_values(positive=scale == "log"))
    result = ca.pool_draws(table, value="measure", scale=scale, level=level).set_index("region")
    back = math.exp if scale == "log" else float
    for region, part in table.groupby("region"):
        row = result.loc[region]
        values = part["measure"].tolist()
        known = [v for v in values if not math.isnan(v)]
        assert row["draws"] == len(known)
        if len(known) < len(values):
            assert np.isnan(row[["measure", "interval_low", "interval_high"]].astype(float)).all()
            continue
        values = [math.log(v) for v in values] if scale == "log" else values
        pooled = inference.rubin_pool(values)
        close(row["measure"], back(pooled["Q"]))
        close(row["standard_deviation"], math.sqrt(pooled["B"]), rtol=1e-7, atol=1e-9)
        tail = (1 - level) / 2
        close(row["interval_low"], back(inference.draws_quantile(values, tail)), rtol=1e-8)
        close(row["interval_high"], back(inference.draws_quantile(values, 1 - tail)), rtol=1e-8)


@pytest.mark.parametrize("scale", ["plain", "log"])
@given(data=st.data(), level=st.sampled_from([0.5, 0.9, 0.95]))
def test_pooling_with_standard_errors_is_rubins(scale, data, level):
    table = data.draw(drawn_values(positive=scale == "log"))
    result = ca.pool_draws(
        table, value="measure", standard_error="standard_error", scale=scale, level=level
    ).set_index("region")
    back = math.exp if scale == "log" else float
    for region, part in table.groupby("region"):
        row = result.loc[region]
        values = part["measure"].tolist()
        if any(math.isnan(v) for v in values):
            assert np.isnan(row[["measure", "interval_low", "interval_high"]].astype(float)).all()
            continue
        values = [math.log(v) for v in values] if scale == "log" else values
        variances = [v**2 for v in part["standard_error"]]
        pooled = inference.rubin_pool(values, variances, level)
        close(row["measure"], back(pooled["Q"]))
        close(row["total_standard_error"], pooled["se"], rtol=1e-7)
        alike = pooled["B"] < 1e-20
        if not alike:
            close(row["degrees_of_freedom"], pooled["df"], rtol=1e-6)
        close(row["interval_low"], back(pooled["low"]), rtol=1e-5)
        close(row["interval_high"], back(pooled["high"]), rtol=1e-5)
