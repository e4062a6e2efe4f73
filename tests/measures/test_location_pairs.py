"""Correlation of places, and establishments that share a region."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.measures.tables import NAN, close, golden_employment, golden_input, long, pick, totals

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import howard_colocation, location_quotient, locational_correlation

R = "locational_correlation"
CL, EXPECTED, XCL = "howard_colocation", "expected_colocation", "excess_colocation"


def firms(N, **keys):
    return long(N, value="establishments", **keys)


# Locational correlation


def test_correlation_by_hand():
    # x = 1 2 3, y = 2 4 6 (the same way), z = 3 2 1 (the opposite), v = 1 0 1 (neither).
    frame = long([[1, 2, 3, 1], [2, 4, 2, 0], [3, 6, 1, 1]], industries=list("xyzv"))
    result = locational_correlation(frame)
    assert result[["industry", "partner"]].to_numpy().tolist() == [
        ["v", "x"], ["v", "y"], ["v", "z"], ["x", "y"], ["x", "z"], ["y", "z"],
    ]  # fmt: skip
    close(result[R], [0, 0, 0, 1, -1, -1])


def test_methods_by_hand():
    E = np.array([[0.0, 9.0], [3.0, 1.0], [8.0, 0.0]])
    log = locational_correlation(long(E), method="log")[R]
    close(log, [np.corrcoef(np.log(1 + E).T)[0, 1]])
    share = locational_correlation(long(E), method="share")[R]
    close(share, [-1.0])  # of two industries the one has what the other has not
    published = pd.concat([long(E), totals([18, 8, 80])])
    by_total = np.corrcoef(E[:, 0] / [18, 8, 80], E[:, 1] / [18, 8, 80])[0, 1]
    close(locational_correlation(published, method="share")[R], [by_total])
    close(locational_correlation(published)[R], locational_correlation(long(E))[R])


def test_shares_correlate_as_location_quotients_do():
    frame = golden_employment()
    result = pick(locational_correlation(frame, method="share"), R)
    lq = location_quotient(frame, reference="sum")
    wide = lq.pivot_table("location_quotient", "region", "industry")
    expected = np.corrcoef(wide.to_numpy().T)
    names = list(wide.columns)
    for (a, b), value in result.items():
        close(value, expected[names.index(a), names.index(b)], rtol=1e-9, atol=1e-10)


def test_the_golden_table_correlates_as_numpy_has_it():
    wide = golden_input("syn_e_t0.csv").set_index("region")
    expected = np.corrcoef(wide.to_numpy(float).T)
    names = list(wide.columns)
    for (a, b), value in pick(locational_correlation(golden_employment()), R).items():
        close(value, expected[names.index(a), names.index(b)], rtol=1e-9, atol=1e-10)


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 50), st.floats(0, 50))
def test_scale_and_level_of_an_industry_do_not_matter(seed, factor, more):
    E = np.random.default_rng(seed).integers(0, 30, (5, 3)).astype(float)
    assume((np.ptp(E, axis=0) > 0).all())
    expected = pick(locational_correlation(long(E)), R)
    assert all(-1 - 1e-12 <= value <= 1 + 1e-12 for value in expected.values())
    E[:, 0] = factor * E[:, 0] + more
    close(pick(locational_correlation(long(E)), R), expected, atol=1e-8)
    close(pick(locational_correlation(long(E[::-1])), R), expected, atol=1e-8)


def test_a_withheld_cell_is_unknown_in_its_pairs_alone():
    E = [[NAN, 10.0, 5.0], [5.0, 50.0, 1.0], [4.0, 2.0, 2.0]]
    for method in ("level", "log"):
        assert locational_correlation(long(E), method=method)[R].isna().tolist() == [1, 1, 0]
    # A share needs the region's whole, which the withheld cell is part of unless published.
    assert locational_correlation(long(E), method="share")[R].isna().all()
    published = pd.concat([long(E), totals([20, 60, 9])])
    assert locational_correlation(published, method="share")[R].isna().tolist() == [1, 1, 0]


def test_an_industry_that_is_everywhere_the_same_or_nowhere_has_no_correlation():
    E = np.array([[4.0, 0.0, 1.0, 2.0], [4.0, 0.0, 5.0, 7.0], [4.0, 0.0, 3.0, 1.0]])
    for method in ("level", "log"):
        known = locational_correlation(long(E), method=method)[R].notna()
        assert known.tolist() == [False] * 5 + [True]


def test_regions_without_jobs_have_no_share_but_a_level():
    E = np.array([[4.0, 1.0, 0.0], [2.0, 5.0, 9.0], [7.0, 3.0, 2.0], [0.0, 0.0, 0.0]])
    inhabited = locational_correlation(long(E[:3]), method="share")
    pd.testing.assert_frame_equal(locational_correlation(long(E), method="share"), inhabited)
    assert not np.allclose(
        locational_correlation(long(E))[R], locational_correlation(long(E[:3]))[R]
    )
    nobody = locational_correlation(long(np.zeros((3, 2))), method="share")
    assert nobody[R].isna().all()


def test_one_region_or_one_industry():
    assert locational_correlation(long([[3.0, 4.0]]))[R].isna().all()
    assert locational_correlation(long([[3.0], [4.0]])).empty


# Colocation of establishments


def test_the_example_of_the_paper():
    """Firms A: X X Y and B: X Y X, as REAT's help prints it from Howard et al. (2016)."""
    result = howard_colocation(firms([[2, 2], [1, 1]]), reference="pair")
    close(result[CL], [5 / 9])
    close(result[EXPECTED], [(4 * 3 + 2 * 1) / (6 * 5)])
    close(result[XCL], [4 / 45])


def test_sites_by_hand():
    N = [[2, 2, 6], [1, 1, 0]]
    everybody = howard_colocation(firms(N), reference="sum")  # 10 and 2 sites
    close(everybody[EXPECTED], [(90 + 2) / 132] * 3)
    published = totals([5, 5]).rename(columns={"employment": "establishments"})
    by_total = howard_colocation(pd.concat([firms(N), published]), reference="sum")
    close(by_total[EXPECTED], [40 / 90] * 3)
    table = published.drop(columns="industry")
    pd.testing.assert_frame_equal(howard_colocation(firms(N), reference=table), by_total)
    close(by_total[XCL], by_total[CL] - by_total[EXPECTED])


@given(st.integers(0, 2**32 - 1))
def test_indices_stay_in_their_range_and_do_not_depend_on_the_order_of_regions(seed):
    N = np.random.default_rng(seed).integers(0, 6, (4, 3)).astype(float)
    N[0] += 1
    for reference in ("sum", "pair"):
        result = howard_colocation(firms(N), reference=reference)
        assert ((result[[CL, EXPECTED]] >= 0) & (result[[CL, EXPECTED]] <= 1)).all(axis=None)
        assert result[XCL].between(-1, 1).all()
        again = howard_colocation(firms(N[::-1]), reference=reference)
        pd.testing.assert_frame_equal(again, result)


def test_firms_dealt_over_all_sites_have_no_excess_on_average():
    rng = np.random.default_rng(7)
    sites = np.repeat(np.arange(5), [40, 25, 20, 10, 5])
    draws = 4000
    N = np.zeros((draws, 5, 3))  # the rest are the third industry
    for d in range(draws):
        dealt = rng.permutation(sites)
        for i, part in enumerate((dealt[:7], dealt[7:18], dealt[18:])):
            N[d, :, i] = np.bincount(part, minlength=5)
    frame = pd.concat([firms(table, draw=d) for d, table in enumerate(N[:400])])
    by_all = pick_pair(howard_colocation(frame, reference="sum"))
    close(by_all[EXPECTED], np.full(400, 0.2676767676767677))  # the same in every draw
    cl = (N[:, :, 0] * N[:, :, 1]).sum(axis=1) / 77
    close(cl[:400], by_all[CL])
    assert abs((cl - 0.2676767676767677).mean()) < 4 * cl.std() / np.sqrt(draws)


def pick_pair(result):
    return result[(result["industry"] == "I0") & (result["partner"] == "I1")]


def test_firms_that_are_withheld_or_none_are_unknown_in_their_pairs_alone():
    N = [[NAN, 0, 6, 2], [1, 0, 3, 2]]
    known = totals([50, 50]).rename(columns={"employment": "establishments"})
    for reference, frame in (("sum", pd.concat([firms(N), known])), ("pair", firms(N))):
        result = howard_colocation(frame, reference=reference)
        for column in (CL, EXPECTED, XCL):
            assert result[column].notna().tolist() == [False] * 5 + [True]
    unknown_sites = howard_colocation(firms(N), reference="sum")
    assert unknown_sites[CL].notna().tolist() == [False] * 5 + [True]
    assert unknown_sites[[EXPECTED, XCL]].isna().all(axis=None)


def test_one_site_is_no_chance():
    sites = pd.DataFrame({"region": ["R0"], "establishments": [1.0]})
    result = howard_colocation(firms([[1, 1]]), reference=sites)
    close(result[CL], [1.0])
    assert result[[EXPECTED, XCL]].isna().all(axis=None)


def test_jobs_can_be_counted_instead():
    N = np.array([[2.0, 2.0], [1.0, 1.0]])
    jobs = howard_colocation(long(N), reference="pair", value="employment")
    pd.testing.assert_frame_equal(jobs, howard_colocation(firms(N), reference="pair"))


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(SchemaError, match=r"holds 1\.5, which is not a whole number"):
        howard_colocation(firms([[1.5, 2], [1, 1]]), reference="pair")
    sites = pd.DataFrame({"region": ["R0", "R1"], "establishments": [1.5, 2]})
    with pytest.raises(SchemaError, match="not a whole number"):
        howard_colocation(firms([[1, 2], [1, 1]]), reference=sites)
    with pytest.raises(SchemaError, match="'establishments'"):
        howard_colocation(long([[1, 2]]), reference="pair")
    with pytest.raises(SchemaError, match="no column 'establishments'"):
        howard_colocation(firms([[1, 2]]), reference=sites[["region"]])
    with pytest.raises(SchemaError, match="reference='mean' is not an option"):
        howard_colocation(firms([[1, 2]]), reference="mean")
