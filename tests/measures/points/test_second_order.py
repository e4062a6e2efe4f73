"""K, L, g and D: by hand, against dbmss, what must hold in any window, refusals."""

import joblib
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from tests.measures.points.patterns import BANDS, SQUARE, dbmss, firms, pts500, same, streets

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures.points._curves import uniform_points

R = [0, 4, 9, 16, 25]
#: An L with a hole, and an island.
COUNTY = shapely.union_all(
    [
        shapely.Polygon(
            [(1000, 1000), (1100, 1000), (1100, 1040), (1040, 1040), (1040, 1100), (1000, 1100)],
            [[(1010, 1010), (1020, 1010), (1020, 1020), (1010, 1020)]],
        ),
        shapely.box(1060, 1060, 1080, 1090),
    ]
)


def measured(table, **options):
    return ca.ripley_k(table, **{"distances": R, "window": SQUARE, **options})


def pair(dx=3.0, dy=4.0, x=1040.0, y=1050.0):
    """Two plants."""
    return pd.DataFrame({"x": [x, x + dx], "y": [y, y + dy], "industry": "a"})


# By hand


@pytest.mark.parametrize(
    ("correction", "factor"),
    # 5 apart in the middle of the square; shifted by (3, 4), 97 by 96 of it are left.
    [("none", 1.0), ("isotropic", 1.0), ("translation", 10_000 / (97 * 96))],
)
def test_two_plants_by_hand(correction, factor):
    found = measured(pair(), distances=[4.99, 5, 20], correction=correction)
    # Both see the other, and 2 x 1 pairs were possible.
    expected = [0.0, 10_000 * factor, 10_000 * factor]
    assert found["ripley_k"].tolist() == pytest.approx(expected)
    assert found["expected"].tolist() == pytest.approx([np.pi * r**2 for r in (4.99, 5, 20)])
    assert list(found.columns) == [
        "industry",
        "distance",
        "ripley_k",
        "function",
        "correction",
        "expected",
    ]


def test_a_circle_that_leaves_the_window_by_hand():
    # On the left side half of the circle is inside; 8 to the right of it, 1 / 2 + asin(.8) / pi.
    found = measured(pair(dx=8.0, dy=6.0, x=1000.0), distances=[10])
    inside = 0.5 + np.arcsin(0.8) / np.pi
    assert found["ripley_k"].item() == pytest.approx(10_000 * (2 + 1 / inside) / 2)


def test_a_triangle_shifted_by_hand():
    window = shapely.Polygon([(1000, 1000), (1060, 1000), (1000, 1060)])
    found = measured(
        pair(x=1010.0, y=1010.0), distances=[10], window=window, correction="translation"
    )
    # Shifted by (3, 4) the triangle and itself have one of sides 60 - 3 - 4 in common.
    assert found["ripley_k"].item() == pytest.approx(1800 * 1800 / (53**2 / 2))


def test_besags_l_by_hand():
    found = measured(pair(), distances=[4, 6], function="L")
    assert found["ripley_k"].tolist() == pytest.approx([-4, np.sqrt(10_000 / np.pi) - 6])
    assert found["expected"].tolist() == [0, 0]


def test_the_pair_correlation_by_hand():
    found = measured(pair(), distances=[0, 4, 5, 8], function="g", bandwidth=2 / np.sqrt(5))
    # An Epanechnikov kernel that reaches 2: at 4, 3/4 (1 - 1/4) / 2; twice, over 2 pi r 2^2 / A.
    at = np.array([0.75 * 0.75 / 2, 0.75 / 2, 0.0])
    expected = 10_000 * 2 * at / (2 * np.pi * np.array([4, 5, 8]) * 4)
    assert np.isnan(found["ripley_k"][0])
    assert found["ripley_k"][1:].tolist() == pytest.approx(expected.tolist())
    rule = measured(pair(), function="g")
    assert rule["bandwidth"].tolist() == pytest.approx([0.15 / np.sqrt(5 * 2 / 10_000)] * len(R))


def test_jobs_by_hand():
    table = pd.DataFrame(
        {
            "x": [1040.0, 1043.0, 1060.0],
            "y": [1050.0, 1054.0, 1050.0],
            "industry": "a",
            "employment": [1.0, 10.0, 100.0],
        }
    )
    found = measured(table, distances=[5], weight="employment")
    assert found["ripley_k"].item() == pytest.approx(10_000 * 10 / (10 + 100 + 1000))


def test_a_partner_by_hand():
    table = pair().assign(industry=["a", "b"])
    table.loc[2] = [1050.0, 1050.0, "b"]
    found = measured(table, industry="a", partner="b", distances=[5, 11])
    assert found["ripley_k"].tolist() == pytest.approx([10_000 / 2, 10_000])


def test_cases_and_controls_by_hand():
    table = pd.concat([pair(), pair(x=1070.0, dx=6, dy=8).assign(industry="b")])
    found = measured(table, industry="a", distances=[5, 10], function="D", reference="others")
    assert found["ripley_k"].tolist() == pytest.approx([10_000, 0])
    assert set(found["reference"]) == {"others"}
    same(
        measured(table, industry="a", distances=[5, 10], function="D", reference="b").drop(
            columns="reference"
        ),
        found.drop(columns="reference"),
    )
    everyone = measured(table, industry="a", distances=[5], function="D", reference="all")
    assert everyone["ripley_k"].item() == pytest.approx(10_000 - 10_000 * 2 / 12)


# Other tools


@pytest.mark.parametrize("function", ["K", "L"])
def test_k_and_l_of_dbmss_are_isotropic(function):
    r, theirs = dbmss(f"ripley_k_l/dbmss_{function}hat_A_pts500.json")
    found = measured(pts500(), industry="A", distances=r, function=function)
    np.testing.assert_allclose(found["ripley_k"], theirs, rtol=1e-11, atol=1e-11)


def test_g_of_dbmss():
    r, theirs = dbmss("ripley_k_l/dbmss_ghat_A_pts500.json")
    found = measured(pts500(), industry="A", distances=r, function="g")
    # R's density() works on a grid of distances and interpolates. Theirs is infinite at 0.
    np.testing.assert_allclose(found["ripley_k"][1:], theirs[1:], rtol=2e-3)


# What must hold in any window


@settings(deadline=None)
@given(streets(), st.sampled_from(["isotropic", "translation", "none"]), st.floats(0, 360))
def test_turning_the_map_changes_nothing(table, correction, angle):
    options = {"correction": correction, "distances": [3, 9, 20.5], "weight": "employment"}
    found = measured(table, **options)
    turned = affinity.rotate(SQUARE, angle, origin=(1000, 1000))
    points = affinity.rotate(
        shapely.MultiPoint(table[["x", "y"]].to_numpy()), angle, origin=(1000, 1000)
    )
    window = shapely.buffer(turned, 1e-7, join_style="mitre")  # keeps points on the edge inside
    xy = shapely.get_coordinates(points)
    other = measured(table.assign(x=xy[:, 0], y=xy[:, 1]), window=window, **options)
    same(other, found, rtol=1e-5)


@settings(deadline=None)
@given(streets(), st.sampled_from("KLg"), st.sampled_from(["isotropic", "translation", "none"]))
def test_rows_do_not_matter_nor_do_equal_jobs(table, function, correction):
    options = {"function": function, "correction": correction}
    found = measured(table, **options)
    same(measured(table.sample(frac=1, random_state=2), **options), found)
    same(measured(table.assign(employment=3.0), weight="employment", **options), found)
    scaled = measured(
        table.assign(x=table["x"] * 3, y=table["y"] * 3),
        window=affinity.scale(SQUARE, 3, 3, origin=(0, 0)),
        distances=np.array(R) * 3,
        **options,
    )
    power = {"K": 9, "L": 3, "g": 1}[function]
    np.testing.assert_allclose(scaled["ripley_k"], found["ripley_k"] * power, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("correction", ["translation", "none"])
def test_who_is_first_does_not_matter(correction):
    table = firms()
    found = [
        measured(table, industry=a, partner=b, correction=correction, weight="employment")
        for a, b in ("ab", "ba")
    ]
    np.testing.assert_allclose(found[0]["ripley_k"], found[1]["ripley_k"])


@pytest.mark.parametrize("correction", ["isotropic", "translation"])
def test_plants_put_anywhere_have_the_expected_k(correction):
    rng = np.random.default_rng(7)
    r = [5, 10, 15]
    curves = []
    for _ in range(300):
        xy = uniform_points(COUNTY, 25, rng)
        table = pd.DataFrame(xy, columns=["x", "y"]).assign(industry="a")
        curves.append(
            measured(table, window=COUNTY, distances=r, correction=correction)["ripley_k"]
        )
    mean, error = np.mean(curves, axis=0), np.std(curves, axis=0) / np.sqrt(300)
    assert (np.abs(mean - np.pi * np.square(r)) < 3 * error).all()
    # So small an error that leaving the edge out would be seen.
    assert (3 * error < 0.15 * np.pi * np.square(r)).all()


def test_without_correction_any_pattern_looks_dispersed():
    table = firms(sizes=(400,))
    raw = measured(table, distances=[20], correction="none")["ripley_k"].item()
    assert raw < 0.9 * measured(table, distances=[20])["ripley_k"].item()


def test_k_is_the_sum_of_g():
    table = firms(3, sizes=(200,))
    r = np.linspace(0, 20, 401)
    g = measured(table, distances=r, function="g", bandwidth=0.2)["ripley_k"].to_numpy()
    summed = np.nancumsum(2 * np.pi * r * g) * (r[1] - r[0])
    K = measured(table, distances=r)["ripley_k"].to_numpy()
    # g counts a plant as its own neighbour in the number of pairs that could be.
    np.testing.assert_allclose(summed[100::50], K[100::50] * 199 / 200, rtol=0.03)


# Edge cases


def test_what_cannot_be_known_is_nan():
    table = pd.DataFrame({"x": [1010.0, 1020.0], "y": 1010.0, "industry": ["a", "b"]})
    for function in "KLg":
        found = measured(table, function=function)
        assert found["ripley_k"].isna().all()
        assert found["expected"].isna().all()
    nobody = pair().assign(employment=0.0)
    assert measured(nobody, weight="employment")["ripley_k"].isna().all()


def test_one_address():
    table = pair(dx=0.0, dy=0.0)
    for correction in ("isotropic", "translation", "none"):
        found = measured(table, correction=correction)
        assert found["ripley_k"].tolist() == pytest.approx([10_000.0] * len(R))


def test_plants_on_the_edge_of_the_window():
    corners = pd.DataFrame(
        {"x": [1000.0, 1100, 1100, 1000], "y": [1000.0, 1000, 1100, 1100], "industry": "a"}
    )
    for correction in ("isotropic", "translation"):
        found = measured(corners, correction=correction, distances=[10, 70])
        assert found["ripley_k"].tolist() == [0.0, 0.0]


def test_the_input_is_not_changed():
    table = firms()
    before = table.copy(deep=True)
    measured(table, weight="employment", simulations=39, rng=0)
    pd.testing.assert_frame_equal(table, before)


# Simulations


def test_points_put_anywhere_are_in_the_window():
    rng = np.random.default_rng(0)
    xy = uniform_points(COUNTY, 4000, rng)
    assert len(xy) == 4000
    assert shapely.contains_xy(COUNTY, xy).all()
    island = shapely.contains_xy(shapely.box(1060, 1060, 1080, 1090), xy).mean()
    assert island == pytest.approx(600 / COUNTY.area, abs=0.02)


def test_what_was_planted_is_found():
    table = firms(2, sizes=(30, 30))
    here = table["industry"] == "a"
    table.loc[here, ["x", "y"]] = 1030 + (table.loc[here, ["x", "y"]] - 1000) * 0.4
    found = measured(table, function="L", distances=[5, 10, 15], simulations=199, rng=3)
    assert list(found.columns)[-len(BANDS) :] == BANDS
    a, b = (found[found["industry"] == name] for name in "ab")
    assert (a["p_value"] == 1 / 200).all()
    assert (a["localisation"] > 0).all()
    assert (b["p_value"] > 0.05).all()
    cases = measured(
        table, function="D", reference="others", industry="a", distances=[5, 10], simulations=199,
        rng=3,
    )  # fmt: skip
    assert (cases["p_value"] <= 0.01).all()
    assert (cases["localisation"] > 0).all()
    # On the sites of all plants, half of which are its own, it is still too close together.
    sites = measured(table, industry="a", distances=[5, 10], simulations=199, rng=3, null="sites")
    assert (sites["localisation"] > 0).all()
    assert (sites["expected"] > 1.2 * np.pi * sites["distance"] ** 2).all()


@pytest.mark.parametrize(
    "options",
    [
        {"null": "uniform"},
        {"null": "sites"},
        {"null": "labels"},
        {"partner": ["a", "b", "c"], "null": "independence"},
        {"function": "D", "reference": ["b", "c"]},
    ],
)
def test_the_seed_alone_decides(options):
    table = firms()
    options = {"simulations": 39, "weight": "employment", "industry": ["a", "b"], **options}
    found = measured(table, rng=4, **options)
    same(measured(table.sample(frac=1, random_state=0), rng=4, **options), found)
    with joblib.parallel_config(n_jobs=2, backend="threading"):
        same(measured(table, rng=4, **options), found)
    alone = measured(table, rng=4, **{**options, "industry": "b"})
    part = found[found["industry"] == "b"]
    same(alone.drop(columns="adjusted"), part.drop(columns="adjusted"))


def test_processes_give_the_same():
    options = {"simulations": 39, "rng": 9, "window": COUNTY, "industry": "a"}
    table = pd.DataFrame(uniform_points(COUNTY, 30, np.random.default_rng(1)), columns=["x", "y"])
    table = table.assign(industry="a")
    found = measured(table, **options)
    with joblib.parallel_config(n_jobs=2):
        same(measured(table, **options), found)


# Refusals


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": None}, "window= is missing"),
        ({"window": shapely.box(0, 0, 1050, 1050)}, "outside the window"),
        ({"function": "F"}, "function='F' is not an option"),
        ({"correction": "border"}, "correction='border' is not an option"),
        ({"distances": [71]}, "up to 70.7107 at most"),
        ({"distances": [101], "correction": "translation"}, "up to 100 at most"),
        ({"bandwidth": -1}, "bandwidth=-1"),
        ({"bandwidth": "silverman"}, "bandwidth='silverman'"),
        ({"null": "nonsense"}, "null='nonsense' is not an option"),
        ({"null": "independence"}, "name a partner="),
        ({"function": "D"}, "reference= is missing"),
        ({"function": "D", "reference": "others", "partner": "b"}, "leave out partner="),
        (
            {"function": "D", "reference": "others", "null": "sites"},
            "null='sites' is not one for D",
        ),
        ({"function": "D", "reference": "zinc"}, "'zinc'"),
        ({"reference": "others"}, "reference= is for function='D'"),
        ({"simulations": 99}, "rng= is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(SchemaError, match=message):
        measured(firms(), **options)


def test_distances_may_be_long_without_correction():
    found = measured(firms(), distances=[150], correction="none")
    assert found["ripley_k"].tolist() == pytest.approx([10_000.0] * 3)


def test_the_breadth_of_a_slanted_window():
    window = affinity.rotate(shapely.box(1000, 1000, 1100, 1030), 30)
    table = pd.DataFrame({"x": [1050.0, 1051.0], "y": [1015.0, 1016.0], "industry": "a"})
    with pytest.raises(SchemaError, match="up to 30 at most"):
        measured(table, window=window, distances=[31], correction="translation")
    measured(table, window=window, distances=[29], correction="translation")
