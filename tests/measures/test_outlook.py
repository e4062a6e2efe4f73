"""Complexity outlook and what a new industry would add to it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.tables import NAN, area, close, golden, golden_employment, long

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import (
    complexity_outlook,
    complexity_outlook_gain,
    economic_complexity,
    product_complexity,
    relatedness,
    relatedness_density,
)

COI, GAIN = "complexity_outlook", "complexity_outlook_gain"
#: LQs of 1 or more: I0 and I1 in R0, I1 and I2 in R1, I2 and I3 in R2, I3 in R3.
CHAIN = [[9.0, 8.0, 0.0, 0.0], [0.0, 8.0, 6.0, 2.0], [0.0, 0.0, 8.0, 6.0], [0.0, 0.0, 2.0, 9.0]]


def square(result, column):
    """Regions x industries of a result that has a row for every cell."""
    return result[column].to_numpy().reshape(result["region"].nunique(), -1)


def pieces(frame):
    """Presences, densities, product complexities and relatedness, each as a matrix or vector."""
    density = relatedness_density(frame, reference="sum")
    Q = product_complexity(frame, reference="sum")["product_complexity"].to_numpy()
    pairs = relatedness(frame, reference="sum")
    phi = np.zeros((len(Q), len(Q)))
    phi[np.triu_indices(len(Q), 1)] = pairs["relatedness"]
    M, omega = square(density, "present"), square(density, "relatedness_density")
    return M, omega, Q, phi + phi.T


# By hand


def test_the_chain_by_hand():
    frame = long(CHAIN)
    Q = product_complexity(frame, reference="sum")["product_complexity"].to_numpy()
    # Ahead of R0 is I2 with half its relations; of R1 are I0 and I3 with all of theirs.
    expected = [Q[2] / 2, Q[0] + Q[3], Q[1] / 2, Q[2] / 2]
    close(complexity_outlook(frame, reference="sum")[COI], expected)
    result = complexity_outlook_gain(frame, reference="sum")
    close(result["present"], np.ravel([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]]))
    gain = result[GAIN].to_numpy().reshape(4, 4)
    # R0 with I2 would have I3, the only relation of which it is, ahead, and I2 no longer.
    close(gain[0], [NAN, NAN, Q[3] - Q[2] / 2, Q[2] / 2])
    # R3 with I1 would have I0 ahead and more of what I2 is related to.
    close(gain[3], [Q[1] / 2, Q[0] + Q[2] / 2, Q[1] / 2 - Q[2] / 2, NAN])


# Against the definitions


@given(st.integers(0, 2**32 - 1))
def test_an_outlook_is_complexity_weighted_by_density(seed):
    E = np.random.default_rng(seed).integers(0, 9, (6, 5)).astype(float) + np.eye(6, 5)
    frame = long(E)
    M, omega, Q, _ = pieces(frame)
    K = economic_complexity(frame, reference="sum")["economic_complexity"]
    result = complexity_outlook(frame, reference="sum")[COI]
    assert (result.isna() == K.isna()).all()
    if not np.isnan(Q).any():
        close(result, (omega * Q * (1 - M)).sum(axis=1))


# Values of other tools


@pytest.fixture(scope="module")
def peers():
    return golden_employment()


def test_the_outlook_of_econcomplex(peers):
    result = complexity_outlook(peers, reference="sum").set_index("region")[COI]
    close(result.to_dict(), golden("complexity_outlook/econcomplex_coi_syn.json"))


def test_econcomplex_gains_divide_by_the_sum_of_the_wrong_industry(peers):
    """sum_k phi_ik of the new industry i, not sum_k phi_jk of each j that it brings nearer.

    It leaves the industry's own place in the outlook in as well, so that the outlook after
    taking the industry up is not the outlook before plus the gain.
    """
    M, _, Q, phi = pieces(peers)
    wrong = (1 - M) * (((1 - M) * Q) @ (phi / phi.sum(axis=0)))
    close(wrong, golden("complexity_outlook/econcomplex_cog_syn.json").to_numpy())
    result = complexity_outlook_gain(peers, reference="sum")
    assert np.nanmax(np.abs(square(result, GAIN) - wrong)) > 0.1


def test_oec_gains_divide_by_the_sum_of_the_wrong_industry_too(peers):
    """It subtracts the industry's own place, but takes complexities from 19 reflections."""
    M, omega, _, phi = pieces(peers)
    options = {"reference": "sum", "method": "reflections", "iterations": 19}
    Q = product_complexity(peers, **options)["product_complexity"].to_numpy()
    Q = Q * np.sqrt(59 / 60)  # of a sample
    wrong = ((1 - M) * Q) @ (phi / phi.sum(axis=0)) - omega * Q
    expected = golden("complexity_outlook/oec_opportunity_gain_syn.json").to_numpy()
    close(wrong, expected, atol=1e-5)


# Withheld, absent, empty


def test_one_unknown_presence_leaves_all_unknown_but_other_draws():
    E = np.array(CHAIN)
    E[3, 2] = NAN
    frame = pd.concat([long(E, draw=1), long(CHAIN, draw=2)])
    nation = area([9.0, 16.0, 16.0, 17.0])
    for measure, column in ((complexity_outlook, COI), (complexity_outlook_gain, GAIN)):
        result = measure(frame, reference=nation)
        assert result[result["draw"] == 1][column].isna().all()
        alone = measure(long(CHAIN), reference=nation)[column]
        close(result[result["draw"] == 2][column], alone)
    # The withheld cell, and the other one whose share of R3 it leaves unknown.
    assert result[result["draw"] == 1]["present"].isna().sum() == 2


def test_what_is_not_connected_has_no_outlook_and_adds_to_none():
    E = np.zeros((7, 6))
    E[:4, :4] = CHAIN
    E[4:6, 4:] = [[5, 5], [1, 9]]
    outlook = complexity_outlook(long(E), reference="sum")[COI]
    alone = complexity_outlook(long(CHAIN), reference="sum")[COI]
    close(outlook, [*alone, NAN, NAN, NAN])
    gain = square(complexity_outlook_gain(long(E), reference="sum"), GAIN)
    close(gain[:4, :4], square(complexity_outlook_gain(long(CHAIN), reference="sum"), GAIN))
    assert np.isnan(gain[4:]).all()
    assert np.isnan(gain[:, 4:]).all()


def test_one_region_alone_has_everything():
    frame = long([[3.0, 4.0]])
    assert complexity_outlook(frame, reference="sum")[COI].isna().all()
    assert complexity_outlook_gain(frame, reference="sum")[GAIN].isna().all()


def test_an_absent_row_is_withheld_or_zero():
    short = long(CHAIN).query("employment > 0")
    for measure, column in ((complexity_outlook, COI), (complexity_outlook_gain, GAIN)):
        zero = measure(short, reference="sum", absent="zero")
        close(zero[column], measure(long(CHAIN), reference="sum")[column])
        assert measure(short, reference="sum")[column].isna().all()


# Refusals


def test_options_are_checked():
    for measure in (complexity_outlook, complexity_outlook_gain):
        with pytest.raises(SchemaError, match="threshold=0"):
            measure(long(CHAIN), reference="sum", threshold=0)
        with pytest.raises(SchemaError, match="reference='US'"):
            measure(long(CHAIN), reference="US")
