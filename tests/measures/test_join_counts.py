"""Regions specialised in two industries, beside others that are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from tests.measures.tables import NAN, area, close, long, totals
from tests.measures.test_spatial import E4, mapped_cases, pairs, path, slow_maps
from tests.reference import concentration as papers

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import local_join_counts

COUNT = "local_join_counts"


@settings(max_examples=40, deadline=None)
@given(mapped_cases())
def test_counts_are_the_slow_ones(arguments):
    case, W = arguments
    for method, formula in (
        ("together", papers.colocation_join_counts),
        ("apart", papers.bivariate_join_counts_apart),
    ):
        result = local_join_counts(
            case.table, reference="sum", neighbours=pairs(W, case.regions), method=method,
            absent=case.absent,
        )  # fmt: skip
        n = len(case.industries)
        pairs_ = n * (n - 1) // (2 if method == "together" else 1)
        assert len(result) == len(case.regions) * pairs_ * len(case.groups)
        for group, kept, LQ, part in slow_maps(case, W):
            rows = result
            for key, value in group.items():
                rows = rows[rows[key] == value]
            there = part.any(axis=1)
            for (i, j), found in rows.groupby(["industry", "partner"]):
                x, z = (LQ[kept, case.industries.index(name)] for name in (i, j))
                got = found.set_index("region")[COUNT].reindex(case.regions).to_numpy()
                outside = [r for r in range(len(case.regions)) if r not in kept]
                assert np.isnan(got[outside]).all()
                assert np.isnan(got[kept][~there]).all()
                if np.isnan([x, z]).any():
                    continue
                ones = (part > 0).astype(float).tolist()
                expected = formula((x >= 1).astype(float), (z >= 1).astype(float), ones)
                # Quotients of exactly 1 may come out on either side of it.
                if np.abs(np.array([x, z]) - 1).min(initial=1) > 1e-9:
                    close(got[kept][there], np.array(expected, float)[there])


def test_counts_are_those_of_esda():
    import esda
    from libpysal.weights import WSP
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(0)
    E = rng.integers(0, 9, (12, 2)).astype(float)
    W = path(12)
    W[0, 7] = W[7, 0] = 1.0
    frame = pd.concat([long(E), totals([100] * 12)])
    weights = WSP(csr_matrix(W)).to_W()
    x, z = ((column / column.mean() >= 1).astype(float) for column in E.T)
    for method, name in (("together", "CLC"), ("apart", "BJC")):
        result = local_join_counts(
            frame, reference="sum", neighbours=pairs(W), method=method, pairs=[("I0", "I1")]
        )
        got = result[result["industry"] == "I0"].set_index("region")[COUNT]
        counts = esda.Join_Counts_Local_BV(connectivity=weights)
        counts.fit(x, z, case=name, permutations=0)
        close(got.loc[[f"R{n}" for n in range(12)]], counts.LJC)
        assert got.sum() > 0


def test_by_hand():
    # Specialised in I0: R0, R1, R2; in I1: R1, R2, R3. In a row, R1 and R2 lie side by side.
    E = [[9.0, 1.0], [9.0, 9.0], [9.0, 9.0], [1.0, 9.0]]
    frame = pd.concat([long(E), totals([100] * 4)])
    result = local_join_counts(frame, reference="sum", neighbours=pairs(path(4)))
    close(result[COUNT], [0, 1, 1, 0])
    assert result["neighbours"].tolist() == [1, 2, 2, 1]
    # Of R1's two neighbours among R0, R2 and R3 one can be like it, and is in 2 of 3 deals.
    close(result["p_value"], [NAN, 2 / 3, 2 / 3, NAN])
    close(result["adjusted"], [NAN, 2 / 3, 2 / 3, NAN])
    ends = local_join_counts(
        frame, reference="sum", neighbours=pairs(path(4)[[0, 3, 1, 2]][:, [0, 3, 1, 2]]),
        method="apart",
    )  # fmt: skip
    # Now R0 and R2, R2 and R3, R3 and R1 touch: R0 has I0 alone, and no neighbour has I1 alone.
    assert ends[["industry", "partner"]].drop_duplicates().to_numpy().tolist() == [
        ["I0", "I1"],
        ["I1", "I0"],
    ]
    close(ends[COUNT].sum(), 0)


def test_the_threshold_decides_who_is_specialised():
    frame = pd.concat([long(E4), totals([20] * 4)])
    around = pairs(path(4))
    few, many = (
        local_join_counts(frame, reference="sum", neighbours=around, threshold=t)[COUNT]
        for t in (1.0, 0.1)
    )
    close(few, [0, 0, 0, 0])
    close(many, [1, 2, 2, 1])
    for wrong in (0, -1.0, NAN, np.inf):
        with pytest.raises(SchemaError, match="threshold"):
            local_join_counts(frame, reference="sum", neighbours=around, threshold=wrong)


def test_a_withheld_quotient_counts_only_where_it_matters():
    E = [[9.0, 9.0], [9.0, 9.0], [9.0, 9.0], [1.0, NAN]]
    frame = pd.concat([long(E), totals([20] * 4)])
    nation = area([20.0, 20.0], total=80.0)
    result = local_join_counts(frame, reference=nation, neighbours=pairs(path(4)))
    # R3 is not specialised in I0, so whatever I1 has there, it is not specialised in both.
    close(result[COUNT], [1, 2, 1, 0])
    assert result["p_value"].notna().tolist() == [True, True, True, False]
    E[3] = [9.0, NAN]
    frame = pd.concat([long(E), totals([20] * 4)])
    result = local_join_counts(frame, reference=nation, neighbours=pairs(path(4)))
    close(result[COUNT], [1, 2, NAN, NAN])
    assert result["p_value"].isna().all()


def test_pairs_are_looked_at_once_and_checked():
    E = np.column_stack([E4, [3.0, 1, 4, 1]])
    frame = pd.concat([long(E), totals([50] * 4)])
    call = {"reference": "sum", "neighbours": pairs(path(4))}
    every = local_join_counts(frame, **call)
    some = local_join_counts(frame, **call, pairs=[("I2", "I0"), ("I0", "I2")])
    kept = every[(every["industry"] == "I0") & (every["partner"] == "I2")]
    pd.testing.assert_frame_equal(some, kept.reset_index(drop=True))
    assert local_join_counts(frame, **call, pairs=[]).empty
    for wrong, message in (
        ([("I0", "I9")], "pairs names 'I9'"),
        ([("I0", "I0")], "an industry with itself"),
        (["I0"], "no pair"),
        ([("I0", "I1", "I2")], "no pair"),
    ):
        with pytest.raises(SchemaError, match=message):
            local_join_counts(frame, **call, pairs=wrong)
