"""Shares of flows and cosines against plain loops."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.kernels.matrices import JOBS_OR_WITHHELD, close, jobs
from tests.reference import colocation as slow

from clusteranalysis.kernels.linkages import cosine, input_output_shares


@given(
    st.integers(1, 4).flatmap(lambda n: hnp.arrays(float, (n, n), elements=JOBS_OR_WITHHELD)),
)
def test_shares_are_the_slow_ones(F):
    bought, sold = input_output_shares(F, F.sum(axis=0), F.sum(axis=1))
    expected = slow.input_output_links(F.tolist())
    close(bought, [[pair["input_from"] for pair in row] for row in expected])
    close(sold, [[pair["output_to"] for pair in row] for row in expected])


def test_shares_by_hand():
    F = np.array([[1.0, 3.0], [2.0, 4.0]])  # the second sells 2 to the first
    bought, sold = input_output_shares(F, np.array([10.0, 20.0]), np.array([5.0, 8.0]))
    close(bought, [[0.1, 0.2], [0.15, 0.2]])
    close(sold, [[0.2, 0.6], [0.25, 0.5]])


@given(jobs(withheld=True))
def test_cosines_are_the_slow_ones(J):
    close(cosine(J), slow.occupation_cosine(J.tolist()), rtol=1e-7, atol=1e-9)
