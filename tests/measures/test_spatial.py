"""Moran's I, its local parts and Gi* of location quotients on a map."""

import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.tables import NAN, area, cases, close, long, pick, totals
from tests.reference import concentration as papers
from tests.reference import measures as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import getis_ord, local_moran, moran

LOCAL = [local_moran, getis_ord]
ALL = [moran, *LOCAL]
QUADRANTS = {"HH": "high-high", "LH": "low-high", "LL": "low-low", "HL": "high-low"}


def pairs(W, regions=None):
    """A matrix of weights as a table of neighbours."""
    W = np.asarray(W, float)
    regions = regions or [f"R{n}" for n in range(len(W))]
    rows, columns = np.nonzero(W)
    table = {
        "region": [regions[r] for r in rows],
        "neighbour": [regions[c] for c in columns],
        "weight": W[rows, columns],
    }
    return pd.DataFrame(table).astype({"region": "str", "neighbour": "str"})


def path(n):
    """Regions in a row."""
    return np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)


def grid(side):
    """Squares of a chessboard that touch, be it at a corner."""
    step = path(side) + np.eye(side)
    return np.kron(step, step) - np.eye(side**2)


def rows_of(W):
    sums = W.sum(axis=1, keepdims=True)
    return np.divide(W, sums, out=np.zeros_like(W), where=sums > 0)


def quotients(case, group, region_totals):
    """The slow LQs, regions x industries, against all regions together."""
    E = case.matrix(group)
    X = [sum(column) for column in zip(*E, strict=True)]
    return np.array(slow.location_quotient(E, X, region_totals, sum(region_totals)))


E4 = [[9.0, 1.0], [8.0, 2.0], [2.0, 9.0], [1.0, 7.0]]


# Against the slow formulas


@st.composite
def mapped_cases(draw):
    """A table, and weights between its regions, some of which have no neighbours."""
    case = draw(cases(size=(1, 6), keys=("draw",)))
    n = len(case.regions)
    some = st.sampled_from([0.0, 1.0, 1.0, 2.5])
    W = np.array([[draw(some) for _ in range(n)] for _ in range(n)])
    np.fill_diagonal(W, 0.0)
    return case, W


def slow_maps(case, W):
    """Of each group: the regions that have jobs, their LQs and their weights."""
    for group in case.groups:
        sizes, E = case.region_totals(group), np.array(case.matrix(group))
        kept = [r for r in range(len(sizes)) if sizes[r] != 0 or (E[r] > 0).any()]
        yield group, kept, quotients(case, group, sizes), W[np.ix_(kept, kept)]


def flat(y):
    return bool(np.isnan(y).any() or len(y) == 0 or np.ptp(y) <= 1e-9 * np.abs(y).max())


@settings(max_examples=50, deadline=None)
@given(mapped_cases())
def test_moran_is_the_slow_one(arguments):
    case, W = arguments
    result = moran(
        case.table, reference="sum", neighbours=pairs(W, case.regions), rng=1, repetitions=9,
        absent=case.absent,
    )  # fmt: skip
    assert len(result) == len(case.industries) * len(case.groups)
    for group, kept, LQ, part in slow_maps(case, W):
        got = pick(result, "moran", **group)
        for i, name in enumerate(case.industries):
            y = LQ[kept, i]
            if flat(y) or not part.any():
                assert np.isnan(got[name])
            else:
                close(got[name], papers.moran(y.tolist(), rows_of(part).tolist()), atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(mapped_cases())
def test_local_moran_is_the_slow_one(arguments):
    case, W = arguments
    result = local_moran(
        case.table, reference="sum", neighbours=pairs(W, case.regions), rng=1, repetitions=9,
        absent=case.absent,
    )  # fmt: skip
    assert len(result) == len(case.regions) * len(case.industries) * len(case.groups)
    for group, kept, LQ, part in slow_maps(case, W):
        got, quadrant = (pick(result, c, **group) for c in ("local_moran", "quadrant"))
        shown = pick(result, "location_quotient", **group)
        for i, name in enumerate(case.industries):
            close([shown[region, name] for region in case.regions], LQ[:, i])
            y = LQ[kept, i]
            expected = np.full(len(case.regions), NAN)
            if not flat(y) and part.any() and len(kept) >= 3:
                standard = rows_of(part).tolist()
                local = np.array(papers.local_moran(y.tolist(), standard, "n-1"))
                there = part.any(axis=1)
                expected[np.array(kept)[there]] = local[there]
                names = papers.local_moran_quadrant(y.tolist(), standard)
                z = y - y.mean()
                lag = rows_of(part) @ z
                for k in np.flatnonzero(there):
                    if min(abs(z[k]), abs(lag[k])) > 1e-9:
                        assert quadrant[case.regions[kept[k]], name] == QUADRANTS[names[k]]
            close([got[region, name] for region in case.regions], expected, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(mapped_cases())
def test_getis_ord_is_the_slow_one(arguments):
    case, W = arguments
    result = getis_ord(
        case.table, reference="sum", neighbours=pairs(W, case.regions), rng=1, repetitions=9,
        absent=case.absent,
    )  # fmt: skip
    for group, kept, LQ, part in slow_maps(case, W):
        got = pick(result, "getis_ord", **group)
        for i, name in enumerate(case.industries):
            y = LQ[kept, i]
            expected = np.full(len(case.regions), NAN)
            if not flat(y) and part.any():
                ones = (part > 0).astype(float) + np.eye(len(kept))
                # A region that touches all others is compared with nothing.
                there = part.any(axis=1) & (ones.sum(axis=1) < len(kept))
                star = np.array(papers.getis_ord_star(y.tolist(), ones.tolist()))
                expected[np.array(kept)[there]] = star[there]
            values = np.array([got[region, name] for region in case.regions])
            close(values, expected, rtol=1e-6, atol=1e-9)


# By hand


def test_moran_of_a_row_by_hand():
    # The reference's share divides every LQ alike, and I does not change with the scale.
    frame = pd.concat([long(E4), totals([10, 10, 11, 8])])
    result = moran(frame, reference="sum", neighbours=pairs(path(4)), rng=1)
    y = np.array([9 / 10, 8 / 10, 2 / 11, 1 / 8])
    z = y - y.mean()
    lags = [z[1], (z[0] + z[2]) / 2, (z[1] + z[3]) / 2, z[2]]
    close(result["moran"][0], (z * lags).sum() / (z**2).sum())
    close(result["expected"], -1 / 3)
    assert result["regions"].tolist() == [4, 4]


def test_moments_of_moran_are_those_of_all_arrangements():
    rng = np.random.default_rng(2)
    E = rng.integers(1, 50, (6, 2)).astype(float)
    W = path(6)
    W[0, 3] = W[3, 0] = 1.0
    frame = pd.concat([long(E), totals([100] * 6)])
    result = moran(frame, reference="sum", neighbours=pairs(W), rng=1, repetitions=4000)
    for i in range(2):
        every = np.array(papers.moran_enumerated(E[:, i].tolist(), rows_of(W).tolist()))
        close(result["expected"][i], every.mean(), atol=1e-9)
        close(result["standard_error"][i], every.std(), atol=1e-9)
        close(result["z"][i], (result["moran"][i] - every.mean()) / every.std(), atol=1e-7)
        upper = np.mean(every >= result["moran"][i] - 1e-9)
        lower = np.mean(every <= result["moran"][i] + 1e-9)
        assert abs(result["p_value"][i] - min(1, 2 * min(upper, lower))) < 0.05


def test_a_chequerboard_and_two_halves():
    board = np.indices((6, 6)).sum(axis=0).ravel() % 2
    halves = (np.arange(36) < 18).astype(int)
    rook = np.kron(path(6), np.eye(6)) + np.kron(np.eye(6), path(6))
    E = np.column_stack([1 + 8 * board, 1 + 8 * halves])
    frame = pd.concat([long(E), totals([100] * 36)])
    for alternative, small in (("two-sided", [1, 1]), ("greater", [0, 1]), ("less", [1, 0])):
        p = moran(frame, reference="sum", neighbours=pairs(rook), rng=1, alternative=alternative)[
            "p_value"
        ]
        assert (p < 0.01).tolist() == [bool(value) for value in small]
    close(moran(frame, reference="sum", neighbours=pairs(rook), rng=1)["moran"][0], -1)


def test_a_hot_spot_is_found_and_only_there():
    side = 9
    rng = np.random.default_rng(3)
    rows, columns = np.divmod(np.arange(side**2), side)
    hot = (rows < 3) & (columns < 3)
    E = np.column_stack([np.where(hot, 200, 20) + rng.integers(0, 5, side**2)])
    frame = pd.concat([long(E), totals([1000] * side**2)])
    around = pairs(grid(side))
    result = getis_ord(frame, reference="sum", neighbours=around, rng=1, repetitions=1999)
    corner = [f"R{side + 1}"]
    assert (result.set_index("region").loc[corner, "adjusted"] < 0.05).all()
    hottest = result.sort_values("getis_ord").tail(4)["region"]
    assert set(hottest) <= {f"R{n}" for n in np.flatnonzero(hot)}
    far = [f"R{side**2 - 1}", f"R{side**2 - 2}"]
    assert (result.set_index("region").loc[far, "getis_ord"] < 0).all()
    local = local_moran(frame, reference="sum", neighbours=around, rng=1, repetitions=1999)
    assert (local.set_index("region").loc[corner, "quadrant"] == "high-high").all()
    assert (local.set_index("region").loc[corner, "adjusted"] < 0.05).all()
    # The neighbours of both statistics are the same, and so is what chance makes of them.
    close(local["p_value"], result["p_value"])
    sided = getis_ord(
        frame, reference="sum", neighbours=around, rng=1, repetitions=1999, alternative="greater"
    )
    warm = sided["p_value"] < 0.1
    assert warm.sum() > 5
    close(2 * sided["p_value"][warm], result["p_value"][warm])


@pytest.mark.parametrize("measure", ALL)
def test_on_maps_without_a_pattern_few_are_significant(measure):
    rng = np.random.default_rng(12)
    side, industries = 12, 40
    E = rng.integers(0, 60, (side**2, industries)).astype(float)
    frame = pd.concat([long(E), totals([9000] * side**2)])
    result = measure(
        frame, reference="sum", neighbours=pairs(grid(side)), rng=1, repetitions=199, adjust="none"
    )
    share = (result["p_value"] <= 0.05).mean()
    cells = len(result) / (1 if measure is moran else 9)  # neighbours share their neighbours
    assert share < 0.05 + 4 * np.sqrt(0.05 * 0.95 / cells)
    if measure is not moran:
        assert share > 0.02
        found = measure(
            frame, reference="sum", neighbours=pairs(grid(side)), rng=1, repetitions=1999
        )
        assert (found["adjusted"] <= 0.05).mean() < 0.001


# Randomness


@pytest.mark.parametrize("measure", ALL)
def test_the_same_seed_gives_the_same_and_nothing_global_is_touched(measure):
    frame, around = long(E4), pairs(path(4))
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    filters, errors = list(warnings.filters), np.geterr()
    calls = [
        measure(frame, reference="sum", neighbours=around, rng=rng, repetitions=50)
        for rng in (7, 7, np.random.default_rng(7), np.random.default_rng(7))
    ]
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    assert warnings.filters == filters
    assert np.geterr() == errors
    pd.testing.assert_frame_equal(calls[0], calls[1])
    pd.testing.assert_frame_equal(calls[2], calls[3])
    np.random.seed(1)  # noqa: NPY002
    again = measure(frame, reference="sum", neighbours=around, rng=7, repetitions=50)
    pd.testing.assert_frame_equal(again, calls[0])
    other = measure(frame, reference="sum", neighbours=around, rng=8, repetitions=50)
    assert not other["p_value"].equals(calls[0]["p_value"])


@pytest.mark.parametrize("measure", ALL)
def test_other_industries_and_names_do_not_change_an_industrys_chance(measure):
    E = np.column_stack([E4, [[5.0], [1.0], [1.0], [3.0]]])
    frame = pd.concat([long(E), totals([30, 31, 32, 33])])
    around = pairs(path(4))
    values = ["p_value", "moran"] if measure is moran else ["p_value", "location_quotient"]
    whole = measure(frame, reference="sum", neighbours=around, rng=7, repetitions=99)
    alone = measure(
        frame[frame["industry"].isin(["I1", "00"])],
        reference="sum", neighbours=around, rng=7, repetitions=99,
    )  # fmt: skip
    part = whole[whole["industry"] == "I1"].reset_index(drop=True)
    close(alone[values], part[values])
    names = {"R0": "d", "R1": "b", "R2": "c", "R3": "a"}
    renamed = frame.assign(region=frame["region"].map(names))
    turned = measure(
        renamed,
        reference="sum",
        neighbours=around.assign(
            region=around["region"].map(names), neighbour=around["neighbour"].map(names)
        ),
        rng=7,
        repetitions=99,
    )
    if "region" in turned.columns:
        back = {new: old for old, new in names.items()}
        turned = turned.assign(region=turned["region"].map(back))
        turned = turned.sort_values(["region", "industry"])
    close(turned[values], whole[values])


def test_adjusted_allows_for_the_regions_of_an_industry_or_the_industries():
    frame, around = long(E4), pairs(path(4))
    many = local_moran(
        frame, reference="sum", neighbours=around, rng=7, repetitions=99, adjust="bonferroni"
    )
    close(many["adjusted"], np.minimum(1, 4 * many["p_value"]))
    few = moran(
        frame, reference="sum", neighbours=around, rng=7, repetitions=99, adjust="bonferroni"
    )
    close(few["adjusted"], np.minimum(1, 2 * few["p_value"]))
    none = moran(frame, reference="sum", neighbours=around, rng=7, repetitions=99, adjust="none")
    close(none["adjusted"], none["p_value"])


# Withheld, absent, islands


@pytest.mark.parametrize("measure", LOCAL)
def test_a_withheld_quotient_is_unknown_in_its_industry_alone(measure):
    E = np.array(E4)
    E[3, 0] = NAN
    frame = pd.concat([long(E), totals([20, 20, 20, 20])])
    nation = area([40.0, 40.0], total=80.0)
    result = measure(frame, reference=nation, neighbours=pairs(path(4)), rng=1, repetitions=9)
    name = measure.__name__
    assert result.loc[result["industry"] == "I0", [name, "p_value"]].isna().all(axis=None)
    assert result.loc[result["industry"] == "I1", [name, "p_value"]].notna().all(axis=None)
    # What is published of the others is still shown.
    assert result.loc[result["industry"] == "I0", "location_quotient"].isna().sum() == 1
    whole = moran(frame, reference=nation, neighbours=pairs(path(4)), rng=1, repetitions=9)
    assert whole["moran"].isna().tolist() == [True, False]


def test_an_island_is_in_no_neighbourhood_and_in_the_mean():
    frame = pd.concat([long([*E4, [30.0, 30.0]]), totals([50] * 5)])
    W = np.zeros((5, 5))
    W[:4, :4] = path(4)
    for measure in LOCAL:
        result = measure(frame, reference="sum", neighbours=pairs(W), rng=1, repetitions=9)
        island = result["region"] == "R4"
        values = [measure.__name__, "p_value", "adjusted"]
        assert result.loc[island, values].isna().all(axis=None)
        assert result.loc[~island, values].notna().all(axis=None)
        assert result.loc[island, "location_quotient"].notna().all()
    y = np.array([*(row[0] for row in E4), 30.0])
    result = moran(frame, reference="sum", neighbours=pairs(W), rng=1, repetitions=9)
    close(result["moran"][0], papers.moran(y.tolist(), rows_of(W).tolist()))
    assert result["regions"][0] == 5


def test_a_region_without_jobs_has_no_quotient_and_takes_no_part():
    E = [*E4[:2], [0.0, 0.0], *E4[2:]]
    W = path(5)
    frame = pd.concat([long(E), totals([30, 30, 0, 30, 30])])
    left = [0, 1, 3, 4]
    regions = [f"R{n}" for n in left]
    smaller = frame[frame["region"].isin(regions)]
    for measure in ALL:
        whole = measure(frame, reference="sum", neighbours=pairs(W), rng=1, repetitions=9)
        part = measure(
            smaller,
            reference="sum",
            neighbours=pairs(W[np.ix_(left, left)], regions),
            rng=1,
            repetitions=9,
        )
        if measure is not moran:
            empty = whole["region"] == "R2"
            assert whole.loc[empty, measure.__name__].isna().all()
            whole = whole[~empty].reset_index(drop=True)
        pd.testing.assert_frame_equal(whole, part)


@pytest.mark.parametrize("measure", ALL)
def test_where_there_is_no_pattern_there_is_none(measure):
    name = measure.__name__
    same = pd.concat([long([[2.0]] * 4), totals([10] * 4)])
    nowhere = pd.DataFrame({"region": [], "neighbour": []}, dtype="str")
    for frame, around in (
        (same, pairs(path(4))),  # the same everywhere
        (long(E4), nowhere),  # islands alone
        (long(E4[:1]), nowhere),  # one region
        (long([[0.0, 3.0]] * 4), pairs(path(4))),  # an industry nobody has, and one alone
    ):
        result = measure(frame, reference="sum", neighbours=around, rng=1, repetitions=9)
        assert result[[name, "p_value"]].isna().all(axis=None)


def test_where_all_touch_all_nothing_varies():
    frame = long(E4)
    result = moran(frame, reference="sum", neighbours=pairs(1 - np.eye(4)), rng=1, repetitions=9)
    close(result["moran"], -1 / 3)
    close(result["standard_error"], 0.0)
    assert result["z"].isna().all()
    close(result["p_value"], 1.0)
    spots = getis_ord(frame, reference="sum", neighbours=pairs(1 - np.eye(4)), rng=1, repetitions=9)
    assert spots["getis_ord"].isna().all()
    close(spots["p_value"], 1.0)


def test_weights_count_in_moran_and_only_as_pairs_in_getis_ord():
    frame, W = long(E4), path(4)
    W[0, 1] = 5.0
    W[1, 2] = 3.0
    plain, weighted = pairs(W > 0), pairs(W)
    for measure in (moran, local_moran):
        one, other = (
            measure(frame, reference="sum", neighbours=t, rng=1, repetitions=9)[measure.__name__]
            for t in (plain, weighted)
        )
        assert not np.allclose(one, other)
    one, other = (
        getis_ord(frame, reference="sum", neighbours=t, rng=1, repetitions=9)
        for t in (plain, weighted)
    )
    pd.testing.assert_frame_equal(one, other)


# Refusals and the import


@pytest.mark.parametrize("measure", ALL)
def test_neighbours_and_numbers_are_checked(measure):
    call = {"reference": "sum", "neighbours": pairs(path(4)), "rng": 1}
    with pytest.raises(SchemaError, match=r"names 'R3'"):
        measure(long(E4[:3]), **call)
    with pytest.raises(SchemaError, match="'neighbour'"):
        measure(long(E4), **{**call, "neighbours": pairs(path(4))[["region"]]})
    with pytest.raises(SchemaError, match=r"repetitions=0 is not possible"):
        measure(long(E4), **call, repetitions=0)


def test_the_statistics_are_loaded_only_when_they_are_used():
    code = (
        "import sys; from clusteranalysis import moran; "
        "print([m for m in ('esda', 'libpysal', 'geopandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "esda", None)
    with pytest.raises(ImportError, match="pip install esda libpysal"):
        moran(long(E4), reference="sum", neighbours=pairs(path(4)), rng=1)
