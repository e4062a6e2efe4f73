"""Random matrices for the kernels: many zeros, empty lines, withheld cells."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

JOBS = st.one_of(st.just(0.0), st.integers(1, 40).map(float), st.floats(0.01, 1e6))
JOBS_OR_WITHHELD = st.one_of(JOBS, JOBS, JOBS, st.just(float("nan")))


def jobs(size=(1, 6), withheld=False):
    """Regions x industries, both between the ends of ``size``."""
    shape = st.tuples(st.integers(*size), st.integers(*size))
    return hnp.arrays(float, shape, elements=JOBS_OR_WITHHELD if withheld else JOBS)


@st.composite
def jobs_and_weights(draw, withheld=False):
    """A matrix and one weight a region, some of them zero, not all."""
    E = draw(jobs(withheld=withheld))
    w = draw(hnp.arrays(float, E.shape[0], elements=JOBS))
    w[draw(st.integers(0, E.shape[0] - 1))] += 1.0
    return E, w / w.sum()


@st.composite
def two_dates(draw, withheld=False):
    """Two matrices of one shape."""
    before = draw(jobs(withheld=withheld))
    elements = JOBS_OR_WITHHELD if withheld else JOBS
    return before, draw(hnp.arrays(float, before.shape, elements=elements))


def close(actual, expected, rtol=1e-9, atol=1e-12):
    """The same numbers, and NaN in the same places."""
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)
