"""Hoover, locational Gini and Ellison-Glaeser over regions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.measures.tables import (
    NAN,
    cases,
    close,
    golden,
    golden_employment,
    golden_input,
    long,
    pick,
    totals,
)
from tests.reference import concentration as papers
from tests.reference import measures as slow

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import (
    ellison_glaeser,
    hoover,
    krugman_concentration,
    litzenberger_sternberg,
    locational_gini,
    mori_nishikimi_smith,
)

EG = "ellison_glaeser"
GINI = "locational_gini"


def weights(values, column="weight", regions=None, **keys):
    regions = regions or [f"R{n}" for n in range(len(values))]
    frame = pd.DataFrame({"region": regions, column: np.asarray(values, float)})
    return frame.astype({"region": "str"}).assign(**keys)


def plants(values, industries=None, **keys):
    industries = industries or [f"I{n}" for n in range(len(values))]
    frame = pd.DataFrame({"industry": industries, "plant_herfindahl": np.asarray(values, float)})
    return frame.astype({"industry": "str"}).assign(**keys)


# By hand

TWO = [[40.0, 10.0], [0.0, 50.0]]


def test_hoover_by_hand():
    # Shares of I0 are 1, 0; of all jobs 1/2, 1/2. Of I1 1/6, 5/6.
    close(hoover(long(TWO), reference="sum")["hoover"], [0.5, 1 / 3])
    # Against weights 3 : 1.
    result = hoover(long(TWO), reference=weights([3, 1]))
    close(result["hoover"], [0.25, 0.75 - 1 / 6])


def test_locational_gini_by_hand():
    # Two regions of equal size: the curve has one corner, and the Gini is its Hoover.
    close(locational_gini(long(TWO), reference="sum")[GINI], [0.5, 1 / 3])
    # Three regions of sizes 1/2, 1/4, 1/4 with shares 1/4, 1/4, 1/2: LQs 1/2, 1, 2.
    frame = long([[1.0], [1.0], [2.0]])
    result = locational_gini(frame, reference=weights([2, 1, 1]))
    close(result[GINI], [1 - (0.5 * 0.25 + 0.25 * 0.75 + 0.25 * 1.5)])
    unweighted = locational_gini(frame, reference=weights([2, 1, 1]), method="unweighted")
    # |1/2 - 1| + |1/2 - 2| + |1 - 2| = 3, twice, over 2 x 9 x 7/6.
    close(unweighted[GINI], [6 / 21])


def test_ellison_glaeser_by_hand():
    result = ellison_glaeser(long(TWO), reference="sum", plants=plants([0.1, 0.2]))
    G = [0.5, 2 * (1 / 3) ** 2]
    close(result["raw_concentration"], G)
    close(result[EG], [(0.5 - 0.05) / (0.5 * 0.9), (G[1] - 0.1) / (0.5 * 0.8)])
    close(result["plant_herfindahl"], [0.1, 0.2])
    assert set(result["plants"]) == {"table"}


def test_equal_plants_are_one_over_their_number():
    frame = long(TWO).assign(establishments=[4.0, 1.0, 0.0, 4.0])
    result = ellison_glaeser(frame, reference="sum", plants="equal_size")
    close(result["plant_herfindahl"], [0.25, 0.2])
    by_table = ellison_glaeser(long(TWO), reference="sum", plants=plants([0.25, 0.2]))
    close(result[EG], by_table[EG])
    assert set(result["plants"]) == {"equal_size"}


def test_published_totals_are_the_sizes_of_the_regions():
    frame = pd.concat([long(TWO), totals([300, 100])])
    close(hoover(frame, reference="sum")["hoover"], [0.25, 0.75 - 1 / 6])
    for method in ("lorenz", "unweighted"):
        close(
            locational_gini(frame, reference="sum", method=method)[GINI],
            locational_gini(long(TWO), reference=weights([3, 1]), method=method)[GINI],
        )


def test_weights_may_bear_the_name_of_the_value():
    frame = long(TWO)
    by_weight = hoover(frame, reference=weights([3, 1]))
    pd.testing.assert_frame_equal(hoover(frame, reference=weights([3, 1], "employment")), by_weight)
    both = weights([3, 1], "employment").assign(weight=[1.0, 9.0])
    pd.testing.assert_frame_equal(hoover(frame, reference=both), by_weight)


def test_weights_may_change_by_year():
    frame = pd.concat([long(TWO, year=1), long(TWO, year=2)])
    reference = pd.concat([weights([1, 3], year=2), weights([3, 1], year=1)])
    result = hoover(frame, reference=reference)
    close(pick(result, "hoover", year=1)["I0"], 0.25)
    close(pick(result, "hoover", year=2)["I0"], 0.75)


# Against the slow formulas


def sizes(case, group, reference):
    if reference is None:
        return case.region_totals(group)
    return [reference[region] for region in case.regions]


@st.composite
def cases_and_weights(draw):
    """A table and, or not, one weight a region."""
    case = draw(cases())
    if draw(st.booleans()):
        return case, None, "sum"
    given_weights = [draw(st.sampled_from([0.0, 1.0, 2.5, 40.0])) for _ in case.regions]
    given_weights[0] += 1.0
    table = weights(given_weights, regions=case.regions)
    return case, dict(zip(case.regions, given_weights, strict=True)), table.iloc[::-1]


def check_industries(result, column, case, formula, reference, **tolerance):
    assert len(result) == len(case.industries) * len(case.groups)
    for group in case.groups:
        w = sizes(case, group, reference)
        columns = zip(*case.matrix(group), strict=True)
        expected = {
            name: formula(list(x), w, name)
            for name, x in zip(case.industries, columns, strict=True)
        }
        close(pick(result, column, **group), expected, **tolerance)


@given(cases_and_weights())
def test_hoover_is_the_slow_one(arguments):
    case, reference, table = arguments
    result = hoover(case.table, reference=table, absent=case.absent)
    check_industries(result, "hoover", case, lambda x, w, _: slow.hoover(x, w), reference)


@given(cases_and_weights())
def test_locational_gini_is_the_slow_one(arguments):
    case, reference, table = arguments
    result = locational_gini(case.table, reference=table, absent=case.absent)

    def formula(x, w, _):
        return slow.locational_gini_lorenz(x, w)

    check_industries(result, GINI, case, formula, reference, rtol=1e-7, atol=1e-10)


@given(cases_and_weights())
def test_unweighted_gini_is_the_slow_one_of_location_quotients(arguments):
    case, reference, table = arguments
    result = locational_gini(case.table, reference=table, method="unweighted", absent=case.absent)

    assert len(result) == len(case.industries) * len(case.groups)
    for group in case.groups:
        w, E = sizes(case, group, reference), case.matrix(group)
        # A region without size and without a single job has no LQ and takes no part.
        kept = [r for r, row in enumerate(E) if w[r] != 0 or any(value != 0 for value in row)]
        expected = {}
        for i, name in enumerate(case.industries):
            x, size = [E[r][i] for r in kept], [w[r] for r in kept]
            if not kept or any(v == 0 or np.isnan(v) for v in size):
                expected[name] = NAN
                continue
            lq = slow.location_quotient([[value] for value in x], [sum(x)], size, sum(size))
            expected[name] = slow.gini_unweighted([row[0] for row in lq])
        close(pick(result, GINI, **group), expected, rtol=1e-7, atol=1e-10)


def spread(w):
    total = sum(w)
    return 1 - sum((v / total) ** 2 for v in w) if total else NAN


@given(cases_and_weights(), st.data())
def test_ellison_glaeser_is_the_slow_one(arguments, data):
    case, reference, table = arguments
    for group in case.groups:
        s = spread(sizes(case, group, reference))
        assume(np.isnan(s) or s == 0 or s > 1e-6)
    H = {name: data.draw(st.sampled_from([0.001, 0.2, 0.9, 1.0, NAN])) for name in case.industries}
    result = ellison_glaeser(
        case.table,
        reference=table,
        plants=plants(list(H.values()), list(H)),
        absent=case.absent,
    )

    def formula(x, w, name):
        return slow.ellison_glaeser(x, w, H[name])

    check_industries(result, EG, case, formula, reference, rtol=1e-6, atol=1e-6)


# Values of other tools


@pytest.fixture
def peers():
    return golden_employment()


def people():
    frame = golden_input("syn_regions.csv")[["region", "pop"]].rename(columns={"pop": "weight"})
    return frame.astype({"region": "str", "weight": float})


@pytest.mark.parametrize(
    ("peer", "atol"), [("econcomplex_hoover_index", 0.0), ("econgeo_Hoover.index", 0.00501)]
)
def test_hoovers_of_other_tools_are_percent(peers, peer, atol):
    for suffix, reference in (("", "sum"), ("_pop", people())):
        expected = golden(f"hoover/{peer}{suffix}_syn.json")
        result = hoover(peers, reference=reference)
        close(
            pick(result.assign(percent=100 * result["hoover"]), "percent"),
            expected,
            atol=atol + 1e-9,
        )


def test_hoover_of_reat(peers):
    expected = golden("concentration_table/reat_conc_syn.json")["H i"]
    close(hoover(peers, reference="sum")["hoover"], expected)


@pytest.mark.parametrize(
    ("peer", "factor", "atol"),
    [
        ("econcomplex_locational_gini", 2, 0.0),  # half the usual Gini
        ("econgeo_locational.Gini", 2, 0.0),
        ("econcomplex_hoover_gini", 1, 0.0),
        ("econgeo_Hoover.Gini", 1, 0.000501),  # rounded to three digits
    ],
)
def test_locational_ginis_of_other_tools(peers, peer, factor, atol):
    expected = golden(f"gini_concentration/{peer}_syn.json")
    expected = {name: factor * value for name, value in expected.items()}
    close(pick(locational_gini(peers, reference="sum"), GINI), expected, atol=atol + 1e-10)


@pytest.mark.parametrize(
    ("peer", "atol"), [("econcomplex_hoover_gini_pop", 0.0), ("econgeo_Hoover.Gini_pop", 0.000501)]
)
def test_ginis_against_population_of_other_tools(peers, peer, atol):
    expected = golden(f"gini_concentration/{peer}_syn.json")
    close(pick(locational_gini(peers, reference=people()), GINI), expected, atol=atol + 1e-10)


def test_unweighted_gini_of_reat(peers):
    expected = golden("gini_concentration/reat_gini.conc_syn.json")
    result = locational_gini(peers, reference="sum", method="unweighted")
    close(pick(result, GINI), expected)
    close(result[GINI], golden("concentration_table/reat_conc_syn.json")["G i"])


def test_an_industry_without_jobs_has_no_concentration():
    # econcomplex says 0.5 here, the largest value its halved Gini can have: with shares of 0
    # everywhere its Lorenz curve never rises. An industry nobody has is not concentrated; it has
    # no shares, so there is no curve.
    frame = long([[3.0, 0.0], [1.0, 0.0]]).assign(establishments=1.0)
    for result, column in (
        (hoover(frame, reference="sum"), "hoover"),
        (locational_gini(frame, reference="sum"), GINI),
        (locational_gini(frame, reference="sum", method="unweighted"), GINI),
        (ellison_glaeser(frame, reference="sum", plants="equal_size"), EG),
    ):
        assert result[column].isna().tolist() == [False, True]


# Properties


@given(cases(size=(2, 4), withheld=False))
def test_ranges(case):
    first = hoover(case.table, reference="sum", absent=case.absent)["hoover"]
    lorenz = locational_gini(case.table, reference="sum", absent=case.absent)[GINI]
    assert first.dropna().between(-1e-12, 1 + 1e-12).all()
    assert lorenz.dropna().between(-1e-9, 1 + 1e-9).all()
    assert (first.isna() == lorenz.isna()).all()
    assert (first.dropna() <= lorenz.dropna() + 1e-9).all()


@given(cases(size=(2, 4), keys=(), withheld=False, missing=False, published=False))
def test_merging_two_regions_alike_changes_nothing(case):
    E = np.array(case.matrix({}))
    twice = np.vstack([E, E[:1]])
    merged = np.vstack([2 * E[:1], E[1:]])
    for measure, column in ((hoover, "hoover"), (locational_gini, GINI)):
        apart = measure(long(twice), reference="sum")[column]
        close(measure(long(merged), reference="sum")[column], apart, rtol=1e-8, atol=1e-9)


def test_spread_like_all_jobs_is_zero():
    E = np.outer([5.0, 1.0, 20.0], [1.0, 3.0])
    frame = long(E).assign(establishments=1.0)
    close(hoover(frame, reference="sum")["hoover"], 0.0)
    for method in ("lorenz", "unweighted"):
        result = locational_gini(frame, reference="sum", method=method)
        close(result[GINI], 0.0, atol=1e-12)
    result = ellison_glaeser(frame, reference="sum", plants=plants([0.25, 0.25]))
    close(result["raw_concentration"], 0.0, atol=1e-12)
    close(result[EG], -1 / 3)  # more evenly than four equal plants could fall


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_equal_plants_bound_gamma_from_above_where_concentration_is_not_extreme(seed):
    """d gamma / d H has the sign of G - (1 - sum w^2): the bound holds where that is negative."""
    rng = np.random.default_rng(seed)
    E = rng.integers(1, 50, (4, 3)).astype(float)
    frame = long(E).assign(establishments=rng.integers(1, 9, 12).astype(float))
    upper = ellison_glaeser(frame, reference="sum", plants="equal_size")
    w = E.sum(axis=1) / E.sum()
    mild = upper["raw_concentration"] < 1 - (w**2).sum()
    for larger in (1.01, 1.5, 2.0):
        H = np.minimum(upper["plant_herfindahl"] * larger, 0.99)
        other = ellison_glaeser(frame, reference="sum", plants=plants(H))
        assert (other[EG] <= upper[EG] + 1e-9)[mild].all()


def test_gamma_of_randomly_thrown_plants_is_zero_on_average():
    """The dartboard: plants of unequal size fall on regions with the regions' probabilities."""
    rng = np.random.default_rng(20)
    draws, w = 4000, np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    size = np.sort(rng.lognormal(3, 1.2, 30))
    H = ((size / size.sum()) ** 2).sum()
    where = rng.choice(5, size=(draws, 30), p=w)
    jobs = np.zeros((draws, 5))
    np.add.at(jobs, (np.arange(draws)[:, None], where), size)
    frame = pd.DataFrame(
        {
            "region": np.tile([f"R{r}" for r in range(5)], draws),
            "industry": "I0",
            "draw": np.repeat(np.arange(draws), 5),
            "employment": jobs.ravel(),
        }
    )
    result = ellison_glaeser(frame, reference=weights(w), plants=plants([H]))
    gamma = result[EG]
    standard_error = gamma.std() / np.sqrt(draws)
    assert standard_error < 0.005
    assert abs(gamma.mean()) < 4 * standard_error
    # E[G] = (1 - sum w^2) H; without the correction for plants it looks concentrated.
    close(result["raw_concentration"].mean(), (1 - (w**2).sum()) * H, rtol=0.05)
    # Every plant in one region: as concentrated as can be.
    together = frame[frame["draw"] == 0].assign(employment=[0.0, 0, 9, 0, 0])
    assert ellison_glaeser(together, reference=weights(w), plants=plants([H]))[EG].iloc[0] > 1


# Withheld, absent, empty


def test_a_withheld_cell_is_unknown_in_its_industry_alone_where_sizes_are_known():
    E = [[NAN, 10.0], [5.0, 50.0]]
    published = pd.concat([long(E), totals([50, 50])])
    for frame, reference in ((long(E), weights([1, 1])), (published, "sum")):
        for result, column in (
            (hoover(frame, reference=reference), "hoover"),
            (locational_gini(frame, reference=reference), GINI),
            (locational_gini(frame, reference=reference, method="unweighted"), GINI),
            (ellison_glaeser(frame, reference=reference, plants=plants([0.1, 0.2])), EG),
        ):
            assert result[column].isna().tolist() == [True, False]
    # Where sizes are sums of cells one of which is withheld, nothing is known.
    assert hoover(long(E), reference="sum")["hoover"].isna().all()


def test_an_absent_row_is_withheld_or_zero():
    frame = long(TWO).drop(index=2)  # R1, I0: zero jobs
    reference = weights([1, 1])
    withheld = hoover(frame, reference=reference)
    assert withheld["hoover"].isna().tolist() == [True, False]
    close(hoover(frame, reference="sum", absent="zero")["hoover"], [0.5, 1 / 3])
    plant_table = plants([0.1, 0.2])
    zero = ellison_glaeser(frame, reference="sum", plants=plant_table, absent="zero")
    close(zero[EG], ellison_glaeser(long(TWO), reference="sum", plants=plant_table)[EG])


def test_one_region_has_nowhere_else_to_be():
    frame = long([[3.0, 5.0]])
    close(hoover(frame, reference="sum")["hoover"], [0, 0])
    close(locational_gini(frame, reference="sum")[GINI], [0, 0])
    result = ellison_glaeser(frame, reference="sum", plants=plants([0.1, 0.1]))
    assert result[EG].isna().all()


def test_an_empty_region_takes_no_part():
    E = [[40.0, 10.0], [0.0, 0.0], [0.0, 50.0]]
    close(hoover(long(E), reference="sum")["hoover"], [0.5, 1 / 3])
    close(locational_gini(long(E), reference="sum")[GINI], [0.5, 1 / 3])
    result = ellison_glaeser(long(E), reference="sum", plants=plants([0.1, 0.2]))
    close(result[EG], ellison_glaeser(long(TWO), reference="sum", plants=plants([0.1, 0.2]))[EG])


def test_jobs_where_the_reference_has_nothing_come_last_on_the_curve():
    frame = long([[5.0], [0.0], [5.0]])
    result = locational_gini(frame, reference=weights([0, 1, 1]))
    close(result[GINI], [1 - (0.5 * 0 + 0.5 * 0.5)])


def test_one_plant_has_no_gamma():
    result = ellison_glaeser(long(TWO), reference="sum", plants=plants([1.0, NAN]))
    assert result[EG].isna().all()
    assert result["raw_concentration"].notna().all()
    counted = long(TWO).assign(establishments=[1.0, 2.0, 0.0, 3.0])
    result = ellison_glaeser(counted, reference="sum", plants="equal_size")
    assert result[EG].isna().tolist() == [True, False]


def test_jobs_without_plants_have_no_gamma():
    counted = long(TWO).assign(establishments=[0.0, 2.0, 0.0, NAN])
    result = ellison_glaeser(counted, reference="sum", plants="equal_size")
    assert result[EG].isna().all()


# Refusals


def test_a_region_the_weights_lack_is_named():
    for measure in (hoover, locational_gini):
        with pytest.raises(SchemaError, match="lacks 'R1'"):
            measure(long(TWO), reference=weights([1.0]))


def test_weights_by_industry_are_refused():
    with pytest.raises(SchemaError, match=r"'industry'.*one row a region"):
        hoover(long(TWO), reference=long(TWO))


def test_weights_need_a_column_of_weights():
    with pytest.raises(SchemaError, match="'weight'"):
        hoover(long(TWO), reference=weights([1, 1], column="population"))


def test_weights_of_another_year_are_refused():
    frame = long(TWO, year=2018)
    with pytest.raises(SchemaError, match="2018"):
        hoover(frame, reference=weights([1, 1], year=2019))
    several = pd.concat([weights([1, 1], year=2018), weights([1, 1], year=2019)])
    with pytest.raises(SchemaError, match="'year'"):
        hoover(long(TWO), reference=several)


def test_repeated_weights_are_refused():
    with pytest.raises(SchemaError, match="not unique"):
        hoover(long(TWO), reference=weights([1, 1, 1], regions=["R0", "R1", "R1"]))


UNCHECKED = "columns 'weight' and 'plant_herfindahl' are not among the columns that are checked"


@pytest.mark.parametrize("bad", [-1.0, np.inf])
def test_impossible_weights_are_refused(bad):
    with pytest.raises(SchemaError, match="'weight'"):
        hoover(long(TWO), reference=weights([bad, 3]))


def test_weights_as_text_are_refused():
    table = weights([1, 1]).assign(weight=["many", "few"])
    with pytest.raises(SchemaError, match="'weight'"):
        hoover(long(TWO), reference=table)


def test_a_plant_herfindahl_above_one_is_refused():
    with pytest.raises(SchemaError, match=r"'plant_herfindahl'.*'I1'"):
        ellison_glaeser(long(TWO), reference="sum", plants=plants([0.5, 1.2]))


def test_a_negative_plant_herfindahl_is_refused():
    with pytest.raises(SchemaError, match="'plant_herfindahl'"):
        ellison_glaeser(long(TWO), reference="sum", plants=plants([-0.5, 0.2]))


def test_plants_are_checked():
    with pytest.raises(SchemaError, match="'plant_herfindahl'"):
        ellison_glaeser(long(TWO), reference="sum", plants=plants([0.5, 0.2]).iloc[:, :1])
    with pytest.raises(SchemaError, match="lacks 'I1'"):
        ellison_glaeser(long(TWO), reference="sum", plants=plants([0.5]))
    with pytest.raises(SchemaError, match="plants="):
        ellison_glaeser(long(TWO), reference="sum", plants="equal")
    with pytest.raises(SchemaError, match="'establishments'"):
        ellison_glaeser(long(TWO), reference="sum", plants="equal_size")


def test_a_plant_table_is_called_so_in_its_errors():
    with pytest.raises(SchemaError, match="plant table"):
        ellison_glaeser(long(TWO), reference="sum", plants=plants([0.5]))


def test_tables_passed_in_are_never_changed():
    reference, table = weights([3, 1]).set_axis([5, 2]), plants([0.1, 0.2]).set_axis([7, 3])
    before = reference.copy(deep=True), table.copy(deep=True)
    ellison_glaeser(long(TWO), reference=reference, plants=table)
    locational_gini(long(TWO), reference=reference)
    pd.testing.assert_frame_equal(reference, before[0])
    pd.testing.assert_frame_equal(table, before[1])


def test_plants_may_change_by_year_and_draw():
    frame = pd.concat([long(TWO, year=y, draw=d) for y in (1, 2) for d in (0, 1)])
    table = pd.concat([plants([0.1 * y, 0.2], year=y) for y in (2, 1)])
    result = ellison_glaeser(frame, reference="sum", plants=table)
    got = result[result["industry"] == "I0"]["plant_herfindahl"]
    close(got, [0.1, 0.1, 0.2, 0.2])


def test_a_weight_of_a_region_without_rows_is_refused_by_name():
    # Dropping it would make the others' weights too large; Z9 may hold jobs nobody listed.
    table = pd.DataFrame({"region": ["R0", "R1", "Z9"], "weight": [10.0, 10.0, 80.0]})
    for measure_of in (hoover, locational_gini):
        with pytest.raises(SchemaError, match=r"'Z9'.*drop them"):
            measure_of(long([[5], [5]]), reference=table, absent="zero")


# Krugman's index of an industry


KRUGMAN = "krugman_concentration"


def test_krugman_concentration_by_hand():
    result = krugman_concentration(long(TWO), reference="sum")
    close(result[KRUGMAN], [1, 2 / 3])
    assert set(result["reference"]) == {"sum"}
    result = krugman_concentration(long(TWO), reference=weights([3, 1]))
    close(result[KRUGMAN], [0.5, 2 * (0.75 - 1 / 6)])
    assert set(result["reference"]) == {"table"}
    # Of two industries each is the other's other.
    close(krugman_concentration(long(TWO), reference="others")[KRUGMAN], [5 / 3, 5 / 3])


@given(cases_and_weights())
def test_krugman_concentration_is_twice_hoover(arguments):
    case, _, table = arguments
    result = krugman_concentration(case.table, reference=table, absent=case.absent)
    half = hoover(case.table, reference=table, absent=case.absent)
    close(result[KRUGMAN], 2 * half["hoover"])


@given(cases(size=(2, 4)))
def test_krugman_concentration_against_the_others_is_the_slow_one(case):
    result = krugman_concentration(case.table, reference="others", absent=case.absent)
    for group in case.groups:
        E = case.matrix(group)
        if any(sum(column) == 0 for column in zip(*E, strict=True)):
            continue  # the slow one lets an industry without jobs make the others' means NaN
        expected = papers.krugman_concentration_others(E)
        got = pick(result, KRUGMAN, **group)
        close([got[name] for name in case.industries], expected, atol=1e-9)


def test_krugman_concentration_of_reat(peers):
    result = krugman_concentration(peers, reference="others")
    close(result[KRUGMAN], golden("krugman/reat_krugman.conc2_syn.json"))
    close(result[KRUGMAN], golden("concentration_table/reat_conc_syn.json")["K i"])


@pytest.mark.parametrize(("peer", "atol"), [("econcomplex_gini", 0.0), ("econgeo_Gini", 0.000501)])
def test_ginis_of_jobs_of_other_tools_take_all_regions_for_equal(peers, peer, atol):
    """EconGeo rounds to three digits."""
    equal = people().assign(weight=1.0)
    expected = golden(f"gini/{peer}_syn.json")
    close(pick(locational_gini(peers, reference=equal), GINI), expected, atol=atol + 1e-10)


# Relative entropy

MNS = "mori_nishikimi_smith"


@given(cases_and_weights())
def test_mori_nishikimi_smith_is_the_slow_one(arguments):
    case, reference, table = arguments
    result = mori_nishikimi_smith(case.table, reference=table, absent=case.absent)

    def formula(x, w, _):
        return papers.mori_nishikimi_smith(x, w)

    check_industries(result, MNS, case, formula, reference, atol=1e-9)


def test_mori_nishikimi_smith_is_infinite_where_no_one_could_be():
    frame = long([[3.0, 0.0], [1.0, 4.0]], value="establishments")
    land = weights([0, 5])
    result = mori_nishikimi_smith(frame, reference=land, value="establishments", level=0.9)
    close(result[MNS], [np.inf, 0.0])
    assert result.loc[0, ["standard_error", "interval_low", "interval_high"]].isna().all()
    close(result.loc[1, "standard_error"], 0.0)


def test_mori_nishikimi_smith_interval_covers():
    """Plants thrown with probabilities p: nine in ten intervals contain their divergence."""
    rng = np.random.default_rng(6)
    p, a, draws = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5]), 800
    counts = rng.multinomial(500, p, size=draws).astype(float)
    frame = pd.concat(
        [long(row[:, None], value="establishments", draw=d) for d, row in enumerate(counts)]
    )
    result = mori_nishikimi_smith(frame, reference=weights(a), value="establishments", level=0.9)
    D = (p * np.log(p / a)).sum()
    covered = ((result["interval_low"] <= D) & (result["interval_high"] >= D)).mean()
    assert abs(covered - 0.9) < 0.04


def test_mori_nishikimi_smith_refuses_intervals_of_jobs():
    with pytest.raises(SchemaError, match=r"level=0\.9 needs value='establishments'"):
        mori_nishikimi_smith(long(TWO), reference="sum", level=0.9)
    frame = long(TWO, value="establishments")
    with pytest.raises(SchemaError, match=r"level=95 is not a confidence level"):
        mori_nishikimi_smith(frame, reference="sum", value="establishments", level=95)


# The cluster index

LS = "litzenberger_sternberg"


def with_plants(E, b, **keys):
    return long(E, **keys).assign(establishments=np.asarray(b, float).ravel())


def areas(area, population, regions=None):
    table = weights(area, "area", regions)
    return table.assign(population=np.asarray(population, float))


@st.composite
def densities(draw):
    case = draw(cases(published=False))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frame = case.table
    b = np.where(frame["employment"] > 0, rng.integers(1, 9, len(frame)), rng.integers(0, 2))
    case.table = frame.assign(establishments=np.where(rng.random(len(frame)) < 0.05, NAN, b))
    n = len(case.regions)
    table = areas(rng.uniform(1, 9, n), rng.uniform(1, 9, n), case.regions)
    return case, table


@given(densities())
def test_litzenberger_sternberg_is_the_slow_one(arguments):
    case, table = arguments
    result = litzenberger_sternberg(case.table, reference="sum", areas=table, absent=case.absent)
    assert len(result) == len(case.table)
    area, people_of = (dict(zip(table["region"], table[c], strict=True)) for c in table.columns[1:])
    for group in case.groups:
        E, B = np.array(case.matrix(group)), np.array(case.matrix(group, "establishments"))
        for (region, industry), value in pick(result, LS, **group).items():
            r, i = case.regions.index(region), case.industries.index(industry)
            e, b = E[r, i], B[r, i]
            if e == 0 and not np.isnan(E[:, i].sum()):
                # The slow one divides 0 by 0 where there are no jobs; no jobs are no cluster.
                expected = 0.0 if E[:, i].sum() > 0 else NAN
            elif b == 0:
                continue
            else:
                expected = papers.litzenberger_sternberg(
                    e, E[:, i].sum(), b, B[:, i].sum(),
                    area[region], sum(area.values()), people_of[region], sum(people_of.values()),
                )  # fmt: skip
            close(value, expected)


def test_litzenberger_sternberg_of_reat(peers):
    plants = golden_input("syn_estab_t0.csv").melt(
        id_vars="region", var_name="industry", value_name="establishments"
    )
    frame = peers.merge(plants.astype({"region": "str", "industry": "str"}))
    land = golden_input("syn_regions.csv").rename(columns={"pop": "population"})
    result = litzenberger_sternberg(
        frame,
        reference="sum",
        areas=land.astype({"region": "str"})[["region", "area", "population"]],
    )
    got = result.pivot_table(index="industry", columns="region", values=LS)
    expected = golden("litzenberger_sternberg/reat_litzenberger2_syn.json")
    there = expected.notna()
    close(got.to_numpy()[there], expected.to_numpy()[there])
    # REAT gives NaN where there are no plants. No jobs are known to be no cluster: that is 0.
    assert (got.to_numpy()[~there] == 0).all()
    jobs = frame.pivot_table(index="industry", columns="region", values="employment")
    assert (jobs.to_numpy()[~there] == 0).all()


def test_litzenberger_sternberg_against_a_nation():
    frame = with_plants([[1743.0], [3997.0]], [[35], [18]])
    nation = pd.DataFrame(
        {"region": "US", "industry": ["I0"], "employment": [5740.0], "establishments": [53.0]}
    )
    land = areas([50, 526, 576], [488, 4133, 4621], ["R0", "R1", "US"])
    within = litzenberger_sternberg(frame, reference="sum", areas=land.iloc[:2])
    close(within[LS][0], 21.87491, rtol=1e-6)
    against = litzenberger_sternberg(frame, reference=nation, areas=land)
    pd.testing.assert_frame_equal(against, within)
    part = litzenberger_sternberg(frame.iloc[:1], reference=nation, areas=land)
    close(part[LS], within[LS][:1])
    with pytest.raises(SchemaError, match="area table lacks 'US'"):
        litzenberger_sternberg(frame, reference=nation, areas=land.iloc[:2])
    with pytest.raises(SchemaError, match="'population'"):
        litzenberger_sternberg(frame, reference="sum", areas=land[["region", "area"]])


def test_a_withheld_count_of_plants_leaves_the_densities():
    frame = with_plants([[10.0, 4.0], [30.0, 6.0]], [[NAN, 2], [3, 2]])
    result = litzenberger_sternberg(frame, reference="sum", areas=areas([1, 1], [1, 3]))
    assert result[LS].isna().tolist() == [True, False, True, False]
    assert result["industrial_density"].notna().all()
    close(result["industrial_density"], [0.5, 0.8, 1.5, 1.2])


def test_jobs_without_plants_have_no_cluster_index():
    frame = with_plants([[10.0], [30.0], [0.0]], [[0], [3], [0]])
    result = litzenberger_sternberg(frame, reference="sum", areas=areas([1, 1, 1], [1, 1, 1]))
    close(result[LS], [NAN, 0.75 / (1 / 9), 0.0])
    close(result["plant_size"], [NAN, 0.75, NAN])
