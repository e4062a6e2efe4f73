"""Nested and spatial shift-share: their terms add up, and the levels between telescope."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import NAN, area, close, long
from tests.reference import growth as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import nested_shift_share, shift_share, spatial_shift_share

NESTED = ["national", "industry_mix", "between_growth", "between_mix", "regional"]
SPATIAL = ["national", "neighbour", "regional"]
START, END = 2018, 2021


def two(before, after, **keys):
    return pd.concat([long(before, year=START, **keys), long(after, year=END, **keys)])


def two_areas(before, after, totals=(None, None), **keys):
    return pd.concat(
        [
            area(before, total=totals[0], year=START, **keys),
            area(after, total=totals[1], year=END, **keys),
        ]
    )


def pairs(*rows, **columns):
    frame = pd.DataFrame(rows, columns=["region", "neighbour"], dtype="str")
    return frame.assign(**columns)


def ring(count):
    """Every region between two others (itself never)."""
    found = {(r, (r + step) % count) for r in range(count) for step in (1, -1)}
    return pairs(*((f"R{a}", f"R{b}") for a, b in sorted(found) if a != b))


@st.composite
def dates_and_areas(draw, size=(1, 4), missing=False):
    """Two dates with zeros (and withheld cells), and two areas around them that have jobs."""
    shape = draw(st.integers(*size)), draw(st.integers(1, 3))
    jobs = [0.0, 0.0, 1.0, 7.0, 400.0] + ([NAN] if missing else [])
    cells = st.lists(
        st.sampled_from(jobs), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
    )
    before, after = (np.array(draw(cells)).reshape(shape) for _ in range(2))
    numbers = st.lists(st.floats(1, 1e6), min_size=shape[1], max_size=shape[1])
    return before, after, [draw(numbers) for _ in range(4)]


# Nested


def test_nested_by_hand():
    # Nation + 2 %, its industry + 5 %; state + 10 %, its industry + 20 %; here 10 -> 15.
    result = nested_shift_share(
        two([[10]], [[15]]),
        reference=two_areas([100], [105], totals=(1000, 1020)),
        between=two_areas([50], [60], totals=(200, 220)),
    )
    close(result.loc[0, ["change", *NESTED]], [5, 0.2, 0.3, 0.8, 0.7, 3])
    assert result.loc[0, ["start", "end"]].tolist() == [START, END]


@settings(max_examples=40)
@given(dates_and_areas(missing=True))
def test_nested_terms_are_the_slow_ones(case):
    before, after, (N0, N1, S0, S1) = case
    result = nested_shift_share(
        two(before, after), reference=two_areas(N0, N1), between=two_areas(S0, S1)
    )
    names = {
        "between_growth": "state_growth",
        "between_mix": "state_mix",
        **{name: name for name in ("change", "national", "industry_mix", "regional")},
    }
    for r in range(len(before)):
        rows = slow.shift_share_nested(before[r].tolist(), after[r].tolist(), S0, S1, N0, N1)
        ours = result[result["region"] == f"R{r}"]
        for name, theirs in names.items():
            expected = np.array([row[theirs] for row in rows])
            size = np.nanmax(np.abs([*expected, 1]))
            close(ours[name], expected, rtol=1e-7, atol=1e-8 * size)


@settings(max_examples=40)
@given(dates_and_areas())
def test_nested_terms_add_up_and_telescope(case):
    before, after, (N0, N1, S0, S1) = case
    frame, nation, state = two(before, after), two_areas(N0, N1), two_areas(S0, S1)
    result = nested_shift_share(frame, reference=nation, between=state)
    assert result.notna().all(axis=None)
    size = max(1.0, np.abs(result[NESTED].to_numpy()).max())
    close(result[NESTED].sum(axis=1) / size, result["change"] / size, atol=1e-10)
    against = shift_share(frame, reference=nation)
    lead = result[["between_growth", "between_mix", "regional"]].sum(axis=1)
    close(lead / size, against["regional"] / size, atol=1e-10)
    close(result["regional"], shift_share(frame, reference=state)["regional"])


def test_a_state_that_is_the_nation_has_no_effect():
    frame = two([[10, 30], [5, 0]], [[15, 20], [6, 4]])
    result = nested_shift_share(frame, reference="sum", between="sum")
    close(result[["between_growth", "between_mix"]], np.zeros((4, 2)))
    plain = shift_share(frame, reference="sum")
    pd.testing.assert_frame_equal(result[plain.columns], plain)


def test_a_withheld_nation_leaves_the_region_against_its_state():
    result = nested_shift_share(
        two([[10, 30]], [[15, 20]]),
        reference=two_areas([NAN, 100], [105, 105], totals=(1000, 1020)),
        between=two_areas([50, 70], [60, 60]),
    )
    assert result["industry_mix"].isna().tolist() == [True, False]
    assert result["between_mix"].isna().tolist() == [True, False]
    assert result[["national", "between_growth", "regional"]].notna().all(axis=None)


def test_the_table_between_is_named_when_it_does_not_fit():
    frame, nation = two([[10, 30]], [[15, 20]]), two_areas([50, 70], [60, 80])
    with pytest.raises(SchemaError, match="table between lacks 'I1'"):
        nested_shift_share(frame, reference=nation, between=two_areas([50], [60]))
    with pytest.raises(SchemaError, match="table between holds 2 regions"):
        nested_shift_share(frame, reference=nation, between=two([[1, 2], [3, 4]], [[1, 2], [3, 4]]))
    with pytest.raises(SchemaError, match=r"table between.*'year'"):
        nested_shift_share(frame, reference=nation, between=area([50, 70]))


def test_both_measures_refuse_mixed_editions():
    frame = pd.DataFrame(
        {
            "region": "A",
            "industry": ["541711", "541714"],
            "year": [2016, 2017],
            "employment": [1.0, 2.0],
        }
    )
    with pytest.raises(SchemaError, match="mixes editions"):
        nested_shift_share(frame, reference="sum", between="sum")
    with pytest.raises(SchemaError, match="mixes editions"):
        spatial_shift_share(frame, reference="sum", neighbours=pairs())


# Spatial


def test_spatial_by_hand():
    # All 400 -> 440; neighbours of A: B alone, + 20 %.
    frame = two([[100], [100], [200]], [[130], [120], [190]])
    result = spatial_shift_share(
        frame, reference="sum", neighbours=pairs(("R0", "R1"), ("R1", "R0"))
    )
    close(result["change"], [30, 20, -10])
    close(result["national"], [10, 10, 20])
    close(result["neighbour"], [10, 20, NAN])
    close(result["regional"], [10, -10, NAN])


@settings(max_examples=40)
@given(case=dates_and_areas(size=(2, 4), missing=True), data=st.data())
def test_spatial_terms_are_the_slow_ones(case, data):
    before, after, (N0, N1, *_) = case
    count = len(before)
    weights = st.sampled_from([0.0, 0.0, 1.0, 0.25])
    W = [[0.0 if r == s else data.draw(weights) for s in range(count)] for r in range(count)]
    rows = [(f"R{r}", f"R{s}", W[r][s]) for r in range(count) for s in range(count) if r != s]
    table = pd.DataFrame(rows, columns=["region", "neighbour", "weight"])
    result = spatial_shift_share(two(before, after), reference=two_areas(N0, N1), neighbours=table)
    names = {"neighbour": "neighbour_mix", **{n: n for n in ("change", "national", "regional")}}
    for r in range(count):
        slow_rows = slow.shift_share_spatial(r, before.tolist(), after.tolist(), N0, N1, W)
        ours = result[result["region"] == f"R{r}"]
        for name, theirs in names.items():
            expected = np.array([row[theirs] for row in slow_rows])
            size = np.nanmax(np.abs([*expected, 1]))
            close(ours[name], expected, rtol=1e-7, atol=1e-8 * size)


@settings(max_examples=40)
@given(dates_and_areas(size=(3, 4)))
def test_spatial_terms_add_up_wherever_the_neighbours_had_the_industry(case):
    before, after, _ = case
    before = before + 1
    result = spatial_shift_share(two(before, after), reference="sum", neighbours=ring(len(before)))
    assert result.notna().all(axis=None)
    close(result[SPATIAL].sum(axis=1), result["change"], atol=1e-6)


def test_the_scale_of_the_weights_does_not_matter_but_their_ratio_does():
    frame = two([[10], [20], [40]], [[10], [30], [40]])
    table = pairs(("R0", "R1"), ("R0", "R2"))
    plain = spatial_shift_share(frame, reference="sum", neighbours=table)
    for weight in (1.0, 0.5, 12):
        same = spatial_shift_share(frame, reference="sum", neighbours=table.assign(weight=weight))
        pd.testing.assert_frame_equal(same, plain)
    close(plain["neighbour"][0], 10 * (10 / 60 - 10 / 70))
    nearer = spatial_shift_share(frame, reference="sum", neighbours=table.assign(weight=[2.0, 1.0]))
    close(nearer["neighbour"][0], 10 * (20 / 80 - 10 / 70))


def test_an_industry_the_neighbours_do_not_have_is_unknown_but_not_the_nation():
    frame = two([[10, 5], [0, 5]], [[12, 5], [3, 5]])
    result = spatial_shift_share(frame, reference="sum", neighbours=ring(2))
    assert result["neighbour"].isna().tolist() == [True, False, False, False]
    assert result["regional"].isna().tolist() == [True, False, False, False]
    assert result["national"].notna().all()
    # The neighbour's own start at zero is all regional, whatever happened around it.
    close(result.loc[2, ["change", *SPATIAL]], [3, 0, 0, 3])


def test_a_neighbour_without_rows_is_refused_and_not_left_out():
    frame = two([[10], [20]], [[12], [21]])
    with pytest.raises(SchemaError, match="'R9'"):
        spatial_shift_share(frame, reference="sum", neighbours=pairs(("R0", "R9")))


def test_what_is_no_neighbour_table_is_refused():
    frame = two([[10], [20]], [[12], [21]])
    with pytest.raises(SchemaError, match="'neighbour'"):
        spatial_shift_share(frame, reference="sum", neighbours=frame)
    with pytest.raises(SchemaError, match="pass a pandas DataFrame"):
        spatial_shift_share(frame, reference="sum", neighbours="queen")


def test_contiguity_of_boundaries_fits():
    gpd = pytest.importorskip("geopandas")
    from shapely.geometry import box

    from clusteranalysis.regions import neighbours

    squares = gpd.GeoDataFrame(
        {"region": ["R0", "R1", "R2"]}, geometry=[box(n, 0, n + 1, 1) for n in range(3)]
    )
    frame = two([[10], [20], [40]], [[10], [30], [40]])
    result = spatial_shift_share(frame, reference="sum", neighbours=neighbours(squares))
    # Neighbours + 50 % of R0 and R2, 0 % of R1; the nation + 1/7.
    close(result["neighbour"], [10 * (0.5 - 1 / 7), -20 / 7, 40 * (0.5 - 1 / 7)])
