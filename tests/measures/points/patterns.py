"""Patterns of establishments for the tests, and dbmss's values on one of them."""

import json

import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st
from tests.measures.tables import golden_input
from tests.shared import shared_folder

BANDS = [
    "expected",
    "local_low",
    "local_high",
    "global_low",
    "global_high",
    "localisation",
    "dispersion",
    "p_value",
    "goodness_of_fit",
    "adjusted",
]
SQUARE = shapely.box(1000, 1000, 1100, 1100)


def pts500():
    """The golden pattern, moved from where its coordinates could be degrees, into SQUARE."""
    names = {"X": "x", "Y": "y", "PointType": "industry", "PointWeight": "employment"}
    table = golden_input("pts500.csv").rename(columns=names)
    return table.assign(x=table["x"] + 1000, y=table["y"] + 1000)


def dbmss(path):
    """Distances and values of one of dbmss's curves on it; "NaN" and "Inf" as floats."""
    output = json.loads((shared_folder("golden") / path).read_text(encoding="utf-8"))["output"]
    r, _, values = output.values()
    return np.array(r, float), np.array(values, float)


def firms(seed=0, sizes=(12, 20, 30), extent=100.0):
    """Industries a, b, c at random in a square, with jobs."""
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    return pd.DataFrame(
        {
            "x": 1000 + rng.random(n) * extent,
            "y": 1000 + rng.random(n) * extent,
            "industry": np.repeat(list("abcdef")[: len(sizes)], sizes),
            "employment": rng.integers(1, 300, n).astype(float),
        }
    )


@st.composite
def streets(draw, least=2, industries="abc"):
    """A few plants on the corners of a grid, where distances repeat and addresses are shared."""
    n = draw(st.integers(least, 14))
    corner = st.integers(0, 6).map(lambda k: 1000.0 + 8 * k)
    return pd.DataFrame(
        {
            "x": draw(st.lists(corner, min_size=n, max_size=n)),
            "y": draw(st.lists(corner, min_size=n, max_size=n)),
            "industry": draw(st.lists(st.sampled_from(industries), min_size=n, max_size=n)),
            "employment": draw(st.lists(st.integers(1, 9).map(float), min_size=n, max_size=n)),
        }
    ).astype({"industry": "str"})


def same(actual, expected, rtol=1e-9):
    pd.testing.assert_frame_equal(
        actual.reset_index(drop=True), expected.reset_index(drop=True), rtol=rtol, atol=1e-10
    )
