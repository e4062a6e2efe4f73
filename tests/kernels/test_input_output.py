"""Cross-industry quotients against slow formulas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.matrices import close
from tests.reference import quotients as slow

from clusteranalysis.kernels import input_output as kernel

SLQ = st.lists(
    st.one_of(st.just(0.0), st.just(1.0), st.just(math.nan), st.floats(0.01, 20)),
    min_size=1,
    max_size=5,
)


@given(SLQ, st.floats(1, 1000), st.floats(0, 0.99))
def test_every_quotient_is_the_slow_one(slq, n, delta):
    N = 1000.0
    size = kernel.regional_size(n, N, delta)
    close(size, slow.flegg_lambda(n, N, delta))
    q = {m: kernel.cross_industry_quotients(np.array(slq), size, m) for m in ("cilq", "flq")}
    plain = slow.with_slq_diagonal(slow.cross_industry_location_quotient(slq), slq)
    close(q["cilq"], plain)
    close(q["flq"], slow.flegg_location_quotient(slq, n, N, delta))
    got = kernel.cross_industry_quotients(np.array(slq), size, "aflq")
    close(got, slow.augmented_flegg_location_quotient(slq, n, N, delta))


@given(SLQ, st.sampled_from(["slq", "cilq", "flq", "aflq"]))
def test_the_simple_quotient_is_the_suppliers_on_every_diagonal(slq, method):
    q = kernel.cross_industry_quotients(np.array(slq), 1.0, method)
    expected = np.array(slq)
    if method == "aflq":
        expected = expected * np.where(expected > 1, np.log2(1 + expected), 1)
    close(np.diag(q), expected)
    if method == "slq":
        close(q, np.repeat(np.array(slq)[:, None], len(slq), axis=1))


def test_size_runs_from_none_to_all():
    assert kernel.regional_size(0, 10, 0.3) == 0
    assert kernel.regional_size(10, 10, 0.3) == 1
    assert kernel.regional_size(3, 10, 0) == 1
    assert kernel.regional_size(1, 10, 0.3) < kernel.regional_size(2, 10, 0.3)
    assert math.isnan(kernel.regional_size(1, 0, 0.3))


@pytest.mark.parametrize("method", ["cilq", "flq", "aflq"])
def test_an_industry_that_is_not_there_buys_nothing(method):
    q = kernel.cross_industry_quotients(np.array([0.0, 2.0]), 0.5, method)
    assert np.isnan(q[1, 0])
    assert q[0, 1] == 0
    assert q[0, 0] == 0
