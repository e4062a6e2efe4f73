"""Pooling any measure's result over its draws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import NAN, area, close, long, totals
from tests.reference import inference as slow

import clusteranalysis as ca
from clusteranalysis import pool_draws
from clusteranalysis.errors import SchemaError


def drawn(values, **more):
    """One key, one value a draw."""
    frame = pd.DataFrame({"region": "R0", "draw": range(len(values)), "v": values})
    return frame.assign(**more)


def test_mean_spread_and_quantiles_by_hand():
    values = [*range(19)]
    row = pool_draws(drawn(values).sample(frac=1, random_state=1), value="v").iloc[0]
    close(row["v"], 9.0)
    close(row["standard_deviation"], np.std(values, ddof=1))
    assert (row["interval_low"], row["interval_high"], row["draws"]) == (0.0, 18.0, 19)


def test_keys_are_kept_and_sorted_and_labels_dropped():
    parts = [
        long([[10.0 + d, 20], [30, 40]], year=y, draw=d) for y in (2021, 2018) for d in (2, 0, 1)
    ]
    lq = ca.location_quotient(pd.concat(parts), reference=area([50, 50]))
    result = pool_draws(lq.sample(frac=1, random_state=3), value="location_quotient")
    assert list(result.columns[:3]) == ["region", "industry", "year"]
    assert "base" not in result
    assert "draw" not in result
    assert len(result) == 8
    assert isinstance(result.index, pd.RangeIndex)
    assert result[["region", "industry", "year"]].equals(
        result[["region", "industry", "year"]].sort_values(["region", "industry", "year"])
    )
    close(result["location_quotient"], lq.groupby(["region", "industry", "year"])
          ["location_quotient"].mean().to_numpy())  # fmt: skip


def test_pairs_and_growth_have_their_own_keys():
    parts = [long([[4, 5.0, 1], [1, 2, 9]], year=y, draw=d) for y in (1, 2) for d in (0, 1)]
    frame = pd.concat(parts)
    pairs = ca.coagglomeration(frame, reference="sum")
    result = pool_draws(pairs, value="coagglomeration")
    assert list(result.columns[:3]) == ["industry", "partner", "year"]
    assert len(result) == 6
    growth = ca.dynamic_location_quotient(frame, reference="sum")
    result = pool_draws(growth, value="dynamic_location_quotient")
    assert list(result.columns[:4]) == ["region", "industry", "start", "end"]


@settings(max_examples=20)
@given(
    st.lists(st.floats(0.1, 9), min_size=2, max_size=5),
    st.lists(st.floats(0.01, 2), min_size=5, max_size=5),
)
def test_with_standard_errors_it_is_the_slow_rubin(values, errors):
    errors = errors[: len(values)]
    expected = slow.rubin_pool(values, [e**2 for e in errors], 0.9)
    row = pool_draws(drawn(values, se=errors), value="v", standard_error="se").iloc[0]
    close(row["v"], expected["Q"])
    close(row["total_standard_error"], expected["se"], rtol=1e-7)
    close([row["interval_low"], row["interval_high"]], [expected["low"], expected["high"]],
          rtol=1e-4, atol=1e-5)  # fmt: skip


def test_on_the_log_scale_it_is_the_exponential_of_the_pooled_logarithm():
    values, errors = np.array([1.0, 2.0, 4.0]), [0.1, 0.2, 0.3]
    plain = pool_draws(drawn(np.log(values), se=errors), value="v", standard_error="se").iloc[0]
    log = pool_draws(drawn(values, se=errors), value="v", standard_error="se", scale="log").iloc[0]
    for column in ("v", "interval_low", "interval_high"):
        close(log[column], np.exp(plain[column]))
    close(log["total_standard_error"], plain["total_standard_error"])
    close(log["v"], 2.0)
    assert np.isnan(pool_draws(drawn([1.0, 0.0]), value="v", scale="log")["v"]).all()


def test_the_standard_errors_of_location_quotients_are_of_the_logarithm():
    parts = [long([[10.0 + d, 20], [30, 40]], draw=d) for d in range(3)]
    frame = pd.concat(parts)
    lq = ca.location_quotient(frame, reference=area([100, 200]), interval="binomial")
    options = {"value": "location_quotient", "standard_error": "standard_error"}
    with pytest.raises(SchemaError, match="scale='log'"):
        pool_draws(lq, **options)
    result = pool_draws(lq, **options, scale="log")
    # Both sources of doubt: wider than the sampling interval of any one draw.
    one = lq[lq["draw"] == 1].reset_index(drop=True)
    width = np.log(result["interval_high"] / result["interval_low"])
    sampling = 2 * 1.6448536269514722 * one["standard_error"]
    assert (width[result["region"] == "R0"] > sampling[one["region"] == "R0"]).all()


def test_pooled_intervals_cover_when_the_imputation_is_right():
    """Truth ~ N(0, 1) given what is seen; 19 draws from the same distribution."""
    rng = np.random.default_rng(5)
    R = 4000
    frame = pd.DataFrame(
        {
            "region": np.tile([f"{r:04d}" for r in range(R)], 19),
            "draw": np.repeat(range(19), R),
            "v": rng.normal(size=19 * R),
        }
    )
    result = pool_draws(frame, value="v")
    truth = rng.normal(size=R)
    covered = (result["interval_low"] <= truth) & (truth <= result["interval_high"])
    assert abs(covered.mean() - 0.9) < 0.02


def test_a_draw_without_a_value_makes_the_key_unknown_and_says_how_many_there_are():
    frame = pd.concat([
        drawn([1.0, NAN, 3.0]),
        drawn([1.0, 2.0], region="R1"),  # no row in the third draw
        drawn([1.0, 2.0, 3.0], region="R2"),
        drawn([NAN, NAN, NAN], region="R3"),
    ])  # fmt: skip
    result = pool_draws(frame, value="v", level=0.4)
    assert result["v"].isna().tolist() == [True, True, False, True]
    assert result["interval_low"].isna().tolist() == [True, True, False, True]
    assert result["draws"].tolist() == [2, 2, 3, 0]


def test_an_unknown_standard_error_leaves_the_interval_unknown_and_not_the_value():
    frame = drawn([1.0, 3.0], se=[0.1, NAN])
    row = pool_draws(frame, value="v", standard_error="se").iloc[0]
    close(row["v"], 2.0)
    assert np.isnan(row["interval_low"])
    assert np.isnan(row["total_standard_error"])


def test_too_few_draws_have_no_interval():
    row = pool_draws(drawn([1.0, 2.0, 3.0, 4.0, 5.0]), value="v").iloc[0]
    close(row["v"], 3.0)
    assert np.isnan(row["interval_low"])
    row = pool_draws(drawn([2.0]), value="v").iloc[0]
    close(row["v"], 2.0)
    assert np.isnan(row["standard_deviation"])


def test_whole_numbers_and_nullable_numbers_are_pooled_too():
    for dtype in ("int64", "Int64", "Float64"):
        result = pool_draws(drawn([1, 2, 6]).astype({"v": dtype}), value="v")
        close(result["v"], 3.0)
        assert result["v"].dtype == float


def test_an_imputed_table_is_pooled_from_end_to_end():
    frame = pd.concat(
        [pd.concat([long([[d % 7, 60.0]], draw=d), totals([80], draw=d)]) for d in range(20)]
    )
    lq = ca.location_quotient(frame, reference=area([30, 70]))
    result = pool_draws(lq, value="location_quotient")
    known = result[result["industry"] == "I1"].iloc[0]
    close([known["interval_low"], known["interval_high"]], [60 / 80 / 0.7] * 2)
    assert known["standard_deviation"] == pytest.approx(0)


def test_tables_that_cannot_be_pooled_are_refused():
    frame = drawn([1.0, 2.0])
    with pytest.raises(SchemaError, match="'draw'"):
        pool_draws(frame.drop(columns="draw"), value="v")
    with pytest.raises(SchemaError, match="'w'"):
        pool_draws(frame, value="w")
    with pytest.raises(SchemaError, match="'se'"):
        pool_draws(frame, value="v", standard_error="se")
    with pytest.raises(SchemaError, match="not numeric"):
        pool_draws(frame.assign(v="x"), value="v")
    with pytest.raises(SchemaError, match="not unique"):
        pool_draws(pd.concat([frame, frame]), value="v")
    with pytest.raises(SchemaError, match="none of the columns"):
        pool_draws(frame.drop(columns="region"), value="v")
    with pytest.raises(SchemaError, match="level=90"):
        pool_draws(frame, value="v", level=90)
    with pytest.raises(SchemaError, match="scale='ln' is not an option"):
        pool_draws(frame, value="v", scale="ln")
    with pytest.raises(SchemaError, match="pass a pandas DataFrame"):
        pool_draws([1, 2], value="v")


def test_the_table_is_never_changed():
    frame = drawn([1.0, 2.0]).set_axis([5, 3])
    before = frame.copy(deep=True)
    pool_draws(frame, value="v")
    pd.testing.assert_frame_equal(frame, before)
