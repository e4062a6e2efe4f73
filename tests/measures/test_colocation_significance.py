"""Could two industries be in the same regions by chance?"""

import numpy as np
import pandas as pd
import pytest
from tests.measures.tables import NAN, close, long, pick

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import coagglomeration, coagglomeration_test

P = "coagglomeration_test"
NULLS = ["permutation", "plants"]


def weights(w):
    frame = pd.DataFrame({"region": [f"R{n}" for n in range(len(w))], "weight": w})
    return frame.astype({"region": "str", "weight": float})


def plants(H):
    names = [f"I{n}" for n in range(len(H))]
    return pd.DataFrame({"industry": names, "plant_herfindahl": H})


def made(rng, regions=60, industries=12):
    """Industries whose plants choose places alone, with the regions' sizes as probabilities."""
    w = rng.lognormal(0, 1.5, regions)
    w /= w.sum()
    n = 150
    E = np.column_stack([rng.multinomial(n, w) for _ in range(industries)]).astype(float)
    return E, w, np.full(industries, 1 / n)


def p_table(E, w, null="permutation", H=None, **more):
    given = {"plants": plants(H)} if null == "plants" else {}
    options = {"reference": weights(w), "rng": 1, "null": null, "adjust": "none", **given, **more}
    return coagglomeration_test(long(E), **options)


@pytest.fixture(scope="module")
def case():
    return made(np.random.default_rng(3))


# By hand


def test_two_regions_of_equal_size_are_right_by_chance_every_second_time():
    """Dealing two quotients over two regions: the same way or the opposite way, half each."""
    result = p_table([[9.0, 8.0], [1.0, 2.0]], [1, 1], repetitions=3999)
    assert abs(result[P][0] - 0.5) < 4 * 0.5 / np.sqrt(4000)
    close(result["coagglomeration"], [2 * 0.4 * 0.3 / 0.5])
    assert abs(result["expected"][0]) < 4 * 0.48 / np.sqrt(3999)


def test_p_values_count_the_observed_as_one_of_the_simulations(case):
    E, w, H = case
    for null in NULLS:
        p = p_table(E, w, null, H, repetitions=19)[P]
        close(p * 20, np.round(p * 20))
        assert p.between(1 / 20, 1).all()


def test_the_observed_value_is_coagglomeration(case):
    E, w, _ = case
    for reference in ("sum", "mean", weights(w)):
        expected = coagglomeration(long(E), reference=reference)
        result = coagglomeration_test(long(E), reference=reference, rng=1, repetitions=9)
        pd.testing.assert_frame_equal(result[expected.columns], expected)


# Size and power


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_independent_industries_are_rarely_found(null, alternative):
    rng = np.random.default_rng(17)
    found, pairs = 0, 0
    for _ in range(6):
        E, w, H = made(rng, industries=20)
        p = p_table(E, w, null, H, alternative=alternative, repetitions=99)[P]
        found, pairs = found + (p <= 0.05).sum(), pairs + len(p)
    # Pairs that share an industry hang together, so this is wider than binomial.
    assert found / pairs < 0.07


def test_industries_that_concentrate_each_by_itself_are_found_by_the_plants_null_alone():
    """30 plants in each of a few places is no chance for plants, and is one for industries."""
    rng = np.random.default_rng(4)
    w = rng.lognormal(0, 1.0, 60)
    w /= w.sum()
    E = np.column_stack([rng.multinomial(6, w) * 30.0 for _ in range(30)])
    rates = {}
    for null in NULLS:
        p = p_table(E, w, null, np.full(30, 1 / 180), alternative="two-sided", repetitions=99)[P]
        rates[null] = (p <= 0.05).mean()
    assert rates["plants"] > 0.3
    assert rates["permutation"] < 0.1


@pytest.mark.parametrize("null", NULLS)
def test_industries_in_the_same_odd_places_are_found_and_those_apart(null):
    rng = np.random.default_rng(9)
    w = rng.uniform(0.5, 1.5, 60)
    w /= w.sum()
    taste = rng.permutation(np.repeat([0.0, 6.0], 30))
    other = np.where(taste > 0, 0.0, 6.0)
    E = np.column_stack([rng.poisson(40 * 60 * w * t) for t in (taste, taste, other)])
    H = np.full(3, 1 / 500)
    together = pick(p_table(E, w, null, H), P)
    apart = pick(p_table(E, w, null, H, alternative="less"), P)
    either = pick(p_table(E, w, null, H, alternative="two-sided"), P)
    assert together["I0", "I1"] == 1 / 200
    assert together["I0", "I2"] > 0.9
    assert apart["I0", "I2"] == 1 / 200
    assert apart["I0", "I1"] > 0.9
    close(list(either.values()), [2 / 200] * 3)


def test_taste_for_large_regions_is_no_evidence_in_the_permutation():
    rng = np.random.default_rng(2)
    w = np.repeat([1.0, 3.0, 9.0], 20)
    w /= w.sum()
    quotient = np.repeat([0.1, 0.5, 1.5], 20)
    E = np.column_stack([rng.gamma(3, w * quotient / 3) for _ in range(40)])
    by_classes = p_table(E, w, repetitions=99)[P]
    in_one_class = p_table(E, w, repetitions=99, classes=1)[P]
    assert (by_classes <= 0.05).mean() < 0.08
    assert (in_one_class <= 0.05).mean() > 0.2


# Properties


def test_the_same_seed_gives_the_same_and_another_another(case):
    E, w, H = case
    for null in NULLS:
        first = p_table(E, w, null, H)
        pd.testing.assert_frame_equal(p_table(E, w, null, H), first)
        pd.testing.assert_frame_equal(p_table(E, w, null, H, rng=np.random.default_rng(1)), first)
        assert not p_table(E, w, null, H, rng=2)[P].equals(first[P])
    generator = np.random.default_rng(1)
    assert not p_table(E, w, rng=generator)[P].equals(p_table(E, w, rng=generator)[P])


def test_sides_add_up_to_one_and_ties(case):
    E, w, _ = case
    up, down, two = (p_table(E, w, alternative=a)[P] for a in ("greater", "less", "two-sided"))
    assert (up + down >= 1 + 1 / 200 - 1e-12).all()
    close(two, np.minimum(1, 2 * np.minimum(up, down)))


def test_the_unit_of_an_industry_does_not_matter(case):
    E, w, H = case
    for null in NULLS:
        expected = p_table(E, w, null, H)
        got = p_table(E * np.linspace(0.01, 3, E.shape[1]), w, null, H)
        pd.testing.assert_frame_equal(got, expected)


@pytest.mark.parametrize("method", ["bonferroni", "holm", "benjamini_hochberg"])
def test_adjusted_p_values_allow_for_the_known_pairs_of_a_year(case, method):
    E, w, _ = case
    E = E.copy()
    E[0, 0] = NAN
    frame = pd.concat([long(E, year=1), long(E[::-1], year=2)])
    result = coagglomeration_test(frame, reference=weights(w), rng=1, adjust=method)
    for _, part in result.groupby("year"):
        p = part[P].dropna().to_numpy()
        m = len(p)
        assert m == 11 * 10 / 2
        adjusted = part["adjusted"].dropna().to_numpy()
        assert (adjusted >= p).all()
        assert (adjusted <= np.minimum(1, m * p) + 1e-12).all()
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= -1e-12).all()
        if method == "bonferroni":
            close(adjusted, np.minimum(1, m * p))


def test_without_adjustment_the_p_values_stay(case):
    E, w, _ = case
    result = p_table(E, w)
    close(result["adjusted"], result[P])


# Withheld, absent, empty


@pytest.mark.parametrize("null", NULLS)
def test_a_withheld_cell_and_an_industry_without_jobs_are_unknown_in_their_pairs_alone(null):
    E, w, H = made(np.random.default_rng(6), industries=5)
    E[2, 0], E[:, 1] = NAN, 0.0
    result = p_table(E, w, null, H)
    hit = result[["industry", "partner"]].isin(["I0", "I1"]).any(axis=1)
    assert hit.sum() == 7
    for column in (P, "adjusted", "coagglomeration", "expected"):
        assert (result[column].isna() == hit).all()


def test_unknown_plants_leave_the_observed_value_alone(case):
    E, w, H = case
    result = p_table(E, w, "plants", np.where(np.arange(12) == 0, NAN, H))
    hit = result["industry"] == "I0"
    assert (result[P].isna() == hit).all()
    assert result["coagglomeration"].notna().all()


def test_equal_plants_come_from_establishments(case):
    E, w, H = case
    frame = long(E)
    frame["establishments"] = np.where(frame["region"] == "R0", 150.0, 0.0)
    result = coagglomeration_test(
        frame, reference=weights(w), rng=1, null="plants", plants="equal_size", adjust="none"
    )
    pd.testing.assert_frame_equal(result, p_table(E, w, "plants", H))


@pytest.mark.parametrize("null", NULLS)
def test_nothing_known_is_nothing_found(null):
    E = np.array([[NAN, 2.0, 3.0], [1.0, NAN, 2.0]])
    for jobs in (E, 0 * E, np.zeros((2, 3))):
        given = {"plants": plants([0.1] * 3)} if null == "plants" else {}
        result = coagglomeration_test(long(jobs), reference="sum", rng=1, null=null, **given)
        assert len(result) == 3
        assert result.iloc[:, 2:].isna().all(axis=None)


def test_an_industry_spread_exactly_as_the_reference_has_nothing_to_test():
    w = np.array([0.1, 0.2, 0.3, 0.4])
    E = np.column_stack([w * 70, [5, 1, 2, 2], [1, 1, 1, 9]])
    for null in NULLS:
        result = p_table(E, w, null, np.full(3, 0.1))
        assert result[P].isna().tolist() == [True, True, False]


def test_a_region_without_size_keeps_its_jobs():
    E = np.array([[9.0, 8.0], [1.0, 2.0], [3.0, 1.0]])
    result = p_table(E, [0.5, 0.5, 0])
    assert result[P].between(0, 1).all()


def test_one_region_or_one_industry():
    assert p_table([[3.0, 4.0]], [1])[[P, "expected"]].isna().all(axis=None)
    assert p_table([[3.0], [4.0]], [1, 1]).empty


# Refusals


def test_options_that_do_not_fit_are_refused(case):
    E, w, H = case
    for name in ("repetitions", "classes"):
        for number in (0, -1, 2.5, "many"):
            with pytest.raises(SchemaError, match=f"{name}=.*whole number from 1 up"):
                p_table(E, w, **{name: number})
    with pytest.raises(SchemaError, match="null='permutation': drop it"):
        p_table(E, w, plants=plants(H))
    with pytest.raises(SchemaError, match="pass plants='equal_size' or a table"):
        coagglomeration_test(long(E), reference="sum", rng=1, null="plants")
    with pytest.raises(SchemaError, match="holds 0"):
        p_table(E, w, "plants", np.zeros(12))
    with pytest.raises(TypeError, match="rng"):
        coagglomeration_test(long(E), reference="sum")


# Groups


def settled(seed, together):
    """Three industries over 60 regions alike in size: the first two share places, or do not."""
    rng = np.random.default_rng(seed)
    taste = np.exp(rng.normal(0, 1.2, (60, 3)))
    if together:
        taste[:, 1] = taste[:, 0] * np.exp(rng.normal(0, 0.3, 60))
    return long(np.rint(taste * 50) + 1)


GROUPS = {"I0": "pair", "I1": "pair"}


def test_a_group_that_shares_places_is_found_and_one_that_does_not_is_not():
    sizes = pd.DataFrame({"region": [f"R{n}" for n in range(60)], "weight": 1.0})
    options = {"reference": sizes, "groups": GROUPS, "repetitions": 99}
    column = "group_coagglomeration_test"
    found = ca.group_coagglomeration_test(settled(1, True), rng=1, **options)
    assert found[column].item() == pytest.approx(0.01)
    assert found["group_coagglomeration"].item() > found["expected"].item()
    alone = [
        ca.group_coagglomeration_test(settled(seed, False), rng=seed, **options)[column].item()
        for seed in range(60)
    ]
    # By chance 3 of 60 fall below 0.05; ten would be three standard deviations too many.
    assert sum(p <= 0.05 for p in alone) < 9


def test_a_group_of_two_is_its_pair():
    table = settled(2, True)
    pair = ca.coagglomeration(table, reference="sum").set_index(["industry", "partner"])
    found = ca.group_coagglomeration_test(table, reference="sum", groups=GROUPS, rng=3)
    expected = pair.loc[("I0", "I1"), "coagglomeration"]
    assert found["group_coagglomeration"].item() == pytest.approx(expected)
    less = ca.group_coagglomeration_test(
        table, reference="sum", groups=GROUPS, rng=3, alternative="less"
    )
    both = ca.group_coagglomeration_test(
        table, reference="sum", groups=GROUPS, rng=3, alternative="two-sided"
    )
    column = "group_coagglomeration_test"
    smaller = min(found[column].item(), less[column].item())
    assert both[column].item() == pytest.approx(min(1.0, 2 * smaller))
