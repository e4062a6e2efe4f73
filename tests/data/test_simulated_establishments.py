"""Are the simulated establishments what they are said to be, and is what was planted found?"""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from clusteranalysis import resources
from clusteranalysis.data import sample
from clusteranalysis.data.simulated_establishments import (
    CRS,
    PLANTED,
    simulated_establishments,
)
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures.points import colocation_quotient, k_density, read_establishments

FILE = "simulated_establishments.parquet"


@pytest.fixture(scope="module")
def firms():
    return sample().simulated_establishments


@pytest.fixture(scope="module")
def land():
    counties = sample().counties
    return counties[counties["region"].isin(["06001", "06013"])].to_crs(CRS)


def places(firms, name):
    return firms.loc[firms["industry"] == f"simulated: {name}", ["x", "y"]].to_numpy()


def test_they_say_that_they_are_simulated_wherever_they_are_met(firms):
    assert "simulated" in FILE
    assert firms["industry"].str.startswith("simulated: ").all()
    assert firms["id"].str.startswith("simulated-").all()
    assert firms.attrs["simulated"] is True
    record = sample().provenance["files"][f"east-bay/{FILE}"]
    assert record["simulated"] is True
    assert "SIMULATED" in record["product"]
    assert record["agency"].startswith("none")
    assert "SIMULATED" in type(sample()).simulated_establishments.__doc__


def test_they_are_an_establishment_table_on_the_land_of_two_counties(firms, land):
    assert list(firms.columns) == ["id", "industry", "x", "y", "employment"]
    assert [str(firms[column].dtype) for column in firms] == [
        "str", "str", "float64", "float64", "float64",
    ]  # fmt: skip
    placed, report = read_establishments(firms, window=land)
    assert len(placed) == report.rows == report.kept == 3000
    assert report.outside_window == report.missing_coordinates == report.missing_employment == 0
    assert (firms["employment"] >= 1).all()
    # Also on a coast simplified for an edge correction.
    assert read_establishments(firms, window=land.union_all().simplify(200))[1].kept == 3000


def test_industries_have_the_planted_sizes(firms):
    assert firms["industry"].value_counts().to_dict() == {
        name: number for name, (number, _) in PLANTED.items()
    }
    assert firms["industry"].drop_duplicates().tolist() == sorted(PLANTED)


def test_the_packaged_file_is_what_its_outlines_and_seed_give(firms):
    made = simulated_establishments(sample().counties)
    packaged = firms.copy()
    packaged.attrs = {}
    pd.testing.assert_frame_equal(made, packaged)


def test_the_dispersed_keep_their_distance_and_partners_are_near(firms):
    nearest = cKDTree(places(firms, "dispersed")).query(places(firms, "dispersed"), k=2)[0][:, 1]
    assert nearest.min() >= 1000
    a, b = places(firms, "co-located A"), places(firms, "co-located B")
    apart = np.hypot(*(a - b).T)
    # Row by row: a distance in the plane, normal with 150 m in each direction.
    assert np.sqrt((apart**2).mean() / 2) == pytest.approx(150, rel=0.1)


def test_every_access_is_a_fresh_copy():
    table = sample().simulated_establishments
    table["industry"] = "5417"
    assert "5417" not in set(sample().simulated_establishments["industry"])


def test_measures_find_what_was_planted_and_nothing_else(firms):
    """At the 5 % level, with the industry that only follows the towns as the control."""
    chance = {
        "distances": range(0, 3001, 100),
        "bandwidth": 200.0,
        "reference": "simulated: backdrop",
        "simulations": 199,
        "rng": 1,
    }
    own = [name for name in PLANTED if not name.endswith("backdrop")]
    found = k_density(firms, industry=own, **chance).groupby("industry")
    up = found["localisation"].max() > 0
    down = found["dispersion"].max() > 0
    assert up[up].index.tolist() == ["simulated: clustered"]
    assert down[down].index.tolist() == ["simulated: dispersed"]
    p = found["adjusted"].first()
    assert p[["simulated: clustered", "simulated: dispersed"]].max() <= 0.05
    assert p.drop(["simulated: clustered", "simulated: dispersed"]).min() > 0.05
    pair = k_density(
        firms, industry="simulated: co-located A", partner="simulated: co-located B", **chance
    )
    assert pair["p_value"].iloc[0] <= 0.05
    assert (pair.loc[pair["distance"] <= 300, "localisation"] > 0).all()
    assert (pair.loc[pair["distance"] > 1000, "localisation"] == 0).all()
    met = colocation_quotient(firms).set_index(["industry", "partner"])["colocation_quotient"]
    for a, b in (("A", "B"), ("B", "A")):
        assert met[f"simulated: co-located {a}"].idxmax() == f"simulated: co-located {b}"


def test_levels_do_not_confuse_them_with_figures():
    """They are no industry of the employment tables, and no level of theirs."""
    assert not sample().cells["industry"].str.startswith("simulated").any()
    with pytest.raises(SchemaError):
        sample().level(0)
    assert resources.processed("east-bay", FILE).stat().st_size < 60_000
