"""Dartboard tests of location quotients, and their bootstrap."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact
from tests.measures.tables import NAN, area, close, long, pick, totals

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import (
    location_quotient,
    location_quotient_bootstrap,
    location_quotient_test,
)

P, BOOT = "location_quotient_test", "location_quotient_bootstrap"


def plants(counts, **keys):
    return long(counts, value="establishments", **keys)


def as_plants(frame):
    return frame.rename(columns={"employment": "establishments"})


# The dartboard


def test_by_hand():
    # A has 20 of 100 plants. Of x's two plants both are there: 0.2^2; y's 98 hit it 18 times.
    frame = plants([[2, 18], [0, 80]])
    result = location_quotient_test(frame, reference="sum", adjust="none")
    close(result[P].iloc[0], 0.04)
    close(result[P].iloc[2], 1.0)
    close(result["expected"], [0.4, 19.6, 1.6, 78.4])
    close(result["location_quotient"], [5, 18 / 19.6, 0, 80 / 78.4])
    close(result["adjusted"], result[P])
    less = location_quotient_test(frame, reference="sum", alternative="less")
    close(less[P].iloc[2], 0.04)
    both = location_quotient_test(frame, reference="sum", alternative="two-sided")
    close(both[P].iloc[[0, 2]], [0.08, 0.08])
    # Sites as they are: both of x's plants among A's 20 of 100 sites.
    sites = location_quotient_test(frame, reference="sum", method="hypergeometric")
    close(sites[P].iloc[0], 20 / 100 * 19 / 99)


@given(st.integers(0, 12), st.integers(1, 30), st.integers(0, 40), st.integers(0, 40))
def test_both_methods_are_those_of_scipy(x, others, x_out, others_out):
    frame = plants([[x, others], [x_out, others_out]])
    X, n, N = x + x_out, x + others, x + others + x_out + others_out
    for alternative in ("greater", "less"):
        options = {"reference": "sum", "alternative": alternative}
        darts = location_quotient_test(frame, **options)[P].iloc[0]
        sites = location_quotient_test(frame, method="hypergeometric", **options)[P].iloc[0]
        if X == 0:
            assert np.isnan(darts)
            assert np.isnan(sites)
            continue
        close(darts, binomtest(x, X, n / N, alternative=alternative).pvalue, rtol=1e-8)
        table = [[x, others], [x_out, others_out]]
        close(sites, fisher_exact(table, alternative=alternative)[1], rtol=1e-7)


def test_a_table_of_the_reference_area_throws_all_its_plants():
    frame = pd.concat([plants([[6]]), as_plants(totals([100]))])
    nation = as_plants(area([50], total=10_000))
    result = location_quotient_test(frame, reference=nation)
    close(result[P], binomtest(6, 50, 0.01, alternative="greater").pvalue, rtol=1e-8)
    close(result["expected"], 0.5)
    close(result["location_quotient"], 12)


def test_the_darts_may_aim_at_people():
    people = pd.DataFrame({"region": ["R0", "R1"], "establishments": [300.0, 700.0]})
    result = location_quotient_test(plants([[4, 1], [1, 9]]), reference="sum", base=people)
    close(result[P].iloc[0], binomtest(4, 5, 0.3, alternative="greater").pvalue, rtol=1e-8)
    assert set(result["base"]) == {"table"}
    with pytest.raises(SchemaError, match="hypergeometric"):
        location_quotient_test(
            plants([[4, 1], [1, 9]]), reference="sum", base=people, method="hypergeometric"
        )


def test_the_traded_base_throws_traded_plants_alone():
    tags = {"I0": "traded", "I1": "traded", "I2": "local"}
    options = {"base": "traded", "tradability": tags, "reference": "sum"}
    result = location_quotient_test(plants([[4, 6, 999], [1, 29, 1]]), **options)
    alone = location_quotient_test(plants([[4, 6], [1, 29]]), reference="sum")
    close(result[P], alone[P])
    close(result["adjusted"], alone["adjusted"])


# Many tests


def test_families_by_hand():
    frame = plants([[2, 18], [0, 80]])
    p = location_quotient_test(frame, reference="sum", adjust="none")[P].to_numpy()

    def adjusted(**options):
        return location_quotient_test(frame, reference="sum", **options)["adjusted"]

    close(adjusted(adjust="bonferroni"), np.minimum(1, 4 * p))
    close(adjusted(adjust="bonferroni", family="region"), np.minimum(1, 2 * p))
    close(adjusted(adjust="bonferroni", family="industry"), np.minimum(1, 2 * p))
    close(adjusted(adjust="holm").iloc[0], 4 * p[0])
    close(adjusted().iloc[0], 4 * p[0])  # Benjamini and Hochberg over the group
    # By region and by industry other cells are together.
    frame = plants([[2, 0, 18], [0, 2, 80]])
    by_region = adjusted(adjust="holm", family="region")
    by_industry = adjusted(adjust="holm", family="industry")
    close(by_region.iloc[0], 3 * p_of(frame)[0])
    close(by_industry.iloc[0], 2 * p_of(frame)[0])


def p_of(frame):
    return location_quotient_test(frame, reference="sum", adjust="none")[P].to_numpy()


def test_an_absent_cell_known_to_be_empty_counts_among_the_tests():
    frame = plants([[2, 18], [0, 80]])
    short = frame[frame["establishments"] > 0]
    options = {"reference": "sum", "adjust": "bonferroni", "absent": "zero"}
    full = pick(location_quotient_test(frame, **options), "adjusted")
    seen = pick(location_quotient_test(short, **options), "adjusted")
    assert len(seen) == 3
    close(list(seen.values()), [full[key] for key in seen])


def simulated(seed, draws, attraction=1.0):
    """Plants of 12 industries thrown at 10 regions; region R0 attracts those of I0 the more."""
    rng = np.random.default_rng(seed)
    w = np.array([0.05, 0.3, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05])
    counts = rng.integers(5, 80, 12)
    parts = []
    for draw in range(draws):
        E = np.array([rng.multinomial(count, w) for count in counts], float).T
        lured = w * np.where(np.arange(10) == 0, attraction, 1)
        E[:, 0] = rng.multinomial(counts[0], lured / lured.sum())
        parts.append(plants(E, draw=draw))
    people = pd.DataFrame({"region": [f"R{r}" for r in range(10)], "establishments": 1000 * w})
    return pd.concat(parts), people


def test_random_plants_are_found_no_more_often_than_the_level_says():
    frame, people = simulated(1, 400)
    for alternative in ("greater", "less", "two-sided"):
        for adjust in ("bonferroni", "holm", "benjamini_hochberg", "none"):
            result = location_quotient_test(
                frame, reference="sum", base=people, alternative=alternative, adjust=adjust
            )
            if adjust == "none":
                assert (result[P] <= 0.05).mean() < 0.05
            else:  # one false finding or more among 120 tests; 0.05 + 3 standard errors
                any_found = (result["adjusted"] <= 0.05).groupby(result["draw"]).any()
                assert any_found.mean() < 0.083


def test_a_true_attraction_is_found():
    frame, people = simulated(2, 100, attraction=8.0)
    result = location_quotient_test(frame, reference="sum", base=people, adjust="holm")
    here = (result["region"] == "R0") & (result["industry"] == "I0")
    assert (result.loc[here, "adjusted"] <= 0.05).mean() > 0.8
    assert (result.loc[~here, "adjusted"] <= 0.05).mean() < 0.002


def test_counting_jobs_finds_what_plants_do_not():
    # 3 of 6 plants in a region with a fifth of all; 25 jobs each.
    frame = plants([[3, 17], [3, 77]])
    jobs = frame.assign(employment=25 * frame["establishments"])
    by_plant = location_quotient_test(jobs, reference="sum", adjust="none")[P].iloc[0]
    by_job = location_quotient_test(jobs, reference="sum", adjust="none", value="employment")
    assert by_plant > 0.05
    assert by_job[P].iloc[0] < 1e-12


# Unknown, undefined, refused


def test_a_withheld_count_is_unknown_where_it_must_be():
    frame = pd.concat([plants([[NAN, 10], [10, 30]]), as_plants(totals([40, 40]))])
    nation = as_plants(area([40, 40], total=100))
    result = location_quotient_test(frame, reference=nation, adjust="bonferroni")
    assert result[P].isna().tolist() == [True, False, False, False]
    assert result["adjusted"].isna().tolist() == [True, False, False, False]
    close(result["adjusted"].iloc[2], min(1, 3 * result[P].iloc[2]))  # three tests, not four
    against_sum = location_quotient_test(frame, reference="sum")
    assert against_sum[P].isna().tolist() == [True, False, True, False]


def test_what_has_no_quotient_is_not_tested():
    result = location_quotient_test(plants([[3, 0], [0, 0], [4, 0]]), reference="sum")
    for column in (P, "adjusted", "location_quotient"):
        assert result[column].isna().tolist() == [False, True, True, True, False, True]


def test_a_region_outside_the_reference_is_not_tested():
    frame = pd.concat([plants([[9]]), as_plants(totals([50]))])
    for reference in (as_plants(area([5], total=1000)), as_plants(area([500], total=40))):
        for method in ("binomial", "hypergeometric"):
            result = location_quotient_test(frame, reference=reference, method=method)
            assert result[P].isna().all()


def test_one_region_holds_what_it_must():
    result = location_quotient_test(plants([[3, 5]]), reference="sum")
    close(result[P], 1.0)


def test_fractions_of_plants_are_refused():
    with pytest.raises(SchemaError, match=r"employment table holds 2\.5"):
        location_quotient_test(plants([[2.5, 3]]), reference="sum")
    nation = as_plants(area([9.5], total=100))
    with pytest.raises(SchemaError, match=r"reference holds 9\.5"):
        location_quotient_test(plants([[2]]), reference=nation)
    nation = as_plants(area([9], total=100.5))
    location_quotient_test(plants([[2]]), reference=nation)  # a share needs no whole numbers
    with pytest.raises(SchemaError, match="totals holds"):
        location_quotient_test(plants([[2]]), reference=nation, method="hypergeometric")
    with pytest.raises(SchemaError, match="'establishments'"):
        location_quotient_test(long([[1, 2]]), reference="sum")


# The bootstrap


def both(jobs, counts, **keys):
    return long(jobs, **keys).assign(establishments=np.asarray(counts, float).ravel())


JOBS, COUNTS = [[400.0, 600.0], [3000.0, 27_000.0]], [[40, 60], [150, 900]]
NATION = area([10_000, 90_000], total=100_000)


def test_the_same_seed_gives_the_same_result_and_the_global_one_is_left_alone():
    frame = both(JOBS, COUNTS)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    options = {"reference": NATION, "repetitions": 50}
    first = location_quotient_bootstrap(frame, rng=7, **options)
    pd.testing.assert_frame_equal(first, location_quotient_bootstrap(frame, rng=7, **options))
    generator = np.random.default_rng(7)
    pd.testing.assert_frame_equal(
        first, location_quotient_bootstrap(frame, rng=generator, **options)
    )
    again = location_quotient_bootstrap(frame, rng=generator, **options)
    assert not first[BOOT].equals(again[BOOT])
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_its_spread_is_that_of_the_establishment_interval_in_a_small_region():
    frame = both(JOBS, COUNTS)
    nation = NATION.assign(establishments=[400.0, 3600.0, 4000.0])
    # A hundred times the nation: a region so small a part of it leaves its variance out.
    nation[["employment", "establishments"]] *= 100.0
    delta = location_quotient(frame, reference=nation, interval="establishment")
    result = location_quotient_bootstrap(frame, reference=nation, rng=1, repetitions=20_000)
    # The delta method takes the region's total as fixed; with plants of the same size it is.
    close(
        result["standard_error"].iloc[:2],
        (delta["location_quotient"] * delta["standard_error"]).iloc[:2],
        rtol=0.03,
    )
    close(result[BOOT].iloc[:2], delta["location_quotient"].iloc[:2], rtol=0.01)


def test_intervals_cover_when_plants_fall_independently():
    rng = np.random.default_rng(3)
    draws, p = 600, np.array([0.2, 0.3, 0.5])
    counts = rng.multinomial(150, p, size=draws).astype(float)
    frame = pd.concat([both(counts[[d]] * 8, counts[[d]], draw=d) for d in range(draws)])
    nation = area([100, 300, 600])
    result = location_quotient_bootstrap(frame, reference=nation, rng=2, repetitions=299)
    truth = result["industry"].map(dict(zip(["I0", "I1", "I2"], p / [0.1, 0.3, 0.6], strict=True)))
    covered = (result["interval_low"] <= truth) & (truth <= result["interval_high"])
    assert abs(covered.mean() - 0.95) < 0.02


def test_what_the_rows_do_not_show_is_drawn_as_one_more_industry():
    shown = pd.concat([
        both([[400.0]], [[40]]),
        totals([1000]).assign(establishments=100.0),
    ])  # fmt: skip
    full = both([[400.0, 600.0]], [[40, 60]])
    options = {"rng": 4, "repetitions": 200}
    hidden = location_quotient_bootstrap(shown, reference=area([10], total=100), **options)
    explicit = location_quotient_bootstrap(full, reference=area([10, 90]), **options)
    pd.testing.assert_frame_equal(hidden, explicit.iloc[:1])
    # A withheld cell is part of it: its plants are known, its jobs only together with the rest.
    withheld = pd.concat([
        both([[400.0, NAN]], [[40, 60]]),
        totals([1000]).assign(establishments=100.0),
    ])  # fmt: skip
    result = location_quotient_bootstrap(withheld, reference=area([10, 90]), **options)
    assert np.isnan(result[BOOT].iloc[1])
    close(result[[BOOT, "interval_low"]].iloc[0], explicit[[BOOT, "interval_low"]].iloc[0])


def test_jobs_of_the_total_without_plants_do_not_vary():
    frame = pd.concat([
        both([[40.0, 50.0]], [[4, 5]]),
        totals([1090]).assign(establishments=9.0),
    ])  # fmt: skip
    result = location_quotient_bootstrap(frame, reference=area([10, 90]), rng=1)
    assert (result["interval_high"] < 1.2 * 90 / 1090 / 0.1).iloc[0]
    assert result["standard_error"].notna().all()


def test_there_is_no_interval_where_nothing_can_be_drawn():
    for jobs, counts in (
        ([[0.0, 50.0, 9.0]], [[0, 5, 2]]),  # no plant
        ([[NAN, 50.0, 9.0]], [[3, 5, 2]]),  # withheld, and so is the total
        ([[7.0, 50.0, 9.0]], [[0, 5, 2]]),  # jobs without a plant
        ([[7.0, 50.0, 9.0]], [[NAN, 5, 2]]),  # and with who knows how many
    ):
        result = location_quotient_bootstrap(
            both(jobs, counts), reference=area([10, 90, 20]), rng=1
        )
        row = result.iloc[0]
        assert np.isnan(row[[BOOT, "standard_error", "interval_low"]].to_numpy(float)).all()
    alone = location_quotient_bootstrap(both([[50.0]], [[5]]), reference=area([9]), rng=1)
    assert alone["interval_low"].isna().all()
    close(alone["location_quotient"], 1.0)


def test_totals_that_contradict_the_cells_have_no_interval():
    frame = pd.concat([
        both([[40.0, 50.0]], [[4, 5]]),
        totals([100]).assign(establishments=8.0),
    ])  # fmt: skip
    result = location_quotient_bootstrap(frame, reference=area([10, 90]), rng=1)
    assert result[BOOT].isna().all()
    assert result["location_quotient"].notna().all()


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.sampled_from([0.5, 0.9]))
def test_a_higher_level_is_a_wider_interval(seed, level):
    frame = both(JOBS, COUNTS)
    options = {"reference": NATION, "rng": seed, "repetitions": 100}
    narrow = location_quotient_bootstrap(frame, level=level, **options)
    wide = location_quotient_bootstrap(frame, level=0.98, **options)
    assert (wide["interval_low"] <= narrow["interval_low"]).all()
    assert (wide["interval_high"] >= narrow["interval_high"]).all()
    close(wide[BOOT], narrow[BOOT])


def test_options_of_the_bootstrap_are_checked():
    frame = both(JOBS, COUNTS)
    with pytest.raises(SchemaError, match="level=95"):
        location_quotient_bootstrap(frame, reference=NATION, rng=1, level=95)
    with pytest.raises(SchemaError, match="repetitions=0"):
        location_quotient_bootstrap(frame, reference=NATION, rng=1, repetitions=0)
    with pytest.raises(SchemaError, match="'establishments'"):
        location_quotient_bootstrap(frame.drop(columns="establishments"), reference=NATION, rng=1)
    with pytest.raises(SchemaError, match=r"2\.5"):
        location_quotient_bootstrap(both([[1, 2]], [[2.5, 1]]), reference="sum", rng=1)
    with pytest.raises(TypeError, match="rng"):
        location_quotient_bootstrap(frame, reference=NATION)
