"""What a cluster buys and how much of it is made here, by hand and from the accounts themselves."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import shared_folder

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError

REGION = ca.Region("Two", "two", ("06001", "06013"))


@pytest.fixture(scope="module")
def bay():
    return ca.sample("east-bay")


@pytest.fixture(scope="module")
def gaps(bay):
    return ca.supplier_gaps(
        bay.cells, bay.us, purchases=bay.purchases, suppliers=bay.suppliers,
        definition=ca.read_definition(), region=ca.find_region("east-bay"),
    )  # fmt: skip


def tiny():
    """Pharmaceuticals (325412) buy glass bottles (327213) and land; half of glass is a cluster's.

    One county has no glass that is published; of farms nobody counts.
    """

    def place(region, total, drugs, glass, flat):
        return [
            (region, "00", 2021, total, 900.0),
            (region, "3254", 2021, drugs, 10.0), (region, "325412", 2021, drugs, 10.0),
            (region, "3272", 2021, glass + flat, 20.0), (region, "327213", 2021, glass, 10.0),
            (region, "327211", 2021, flat, 10.0),
            (region, "7225", 2021, total - drugs - glass - flat, 90.0),
            (region, "722511", 2021, total - drugs - glass - flat, 90.0),
        ]  # fmt: skip

    columns = ["region", "industry", "year", "employment", "establishments"]
    cells = pd.DataFrame(
        place("06001", 1000.0, 100.0, 20.0, 30.0) + place("06013", 1000.0, 60.0, 0.0, 40.0),
        columns=columns,
    )
    us = pd.DataFrame(place("US", 1e6, 2e4, 3e4, 1e4), columns=columns)
    purchases = pd.DataFrame(
        [("glass", "drugs", 30.0), ("farms", "drugs", 50.0), ("drugs", "drugs", 15.0),
         ("S00401", "drugs", 5.0), ("glass", "glass", 100.0), ("food", "food", 1.0)],
        columns=["supplier", "buyer", "dollars"],
    )  # fmt: skip
    suppliers = pd.DataFrame(
        [("drugs", "325412"), ("glass", "327213"), ("glass", "327211"), ("farms", "111110"),
         ("food", "722511")],
        columns=["supplier", "industry"],
    )  # fmt: skip
    return cells, us, purchases, suppliers


def definition(tmp_path, glass='"3272"'):
    path = tmp_path / "two.toml"
    path.write_text(
        '[definition]\nid = "two"\ntitle = "Two"\nnaics = 2017\n'
        '[[cluster]]\nid = "biomedical"\nname = "Biomedical"\ntradability = "traded"\n'
        'industries = ["3254"]\n[[cluster]]\nid = "glass"\nname = "Glass"\n'
        f'tradability = "traded"\nindustries = [{glass}]\n'
    )
    return ca.read_definition(path)


def of(table, cluster):
    return table[table["cluster"] == cluster].set_index("supplier")


def test_by_hand(tmp_path):
    cells, us, purchases, suppliers = tiny()
    table = ca.supplier_gaps(
        cells, us, purchases=purchases, suppliers=suppliers, definition=definition(tmp_path),
        region=REGION,
    )  # fmt: skip
    drugs = of(table, "biomedical")
    assert drugs.index.tolist() == ["farms", "glass", "drugs", "S00401"]  # the largest first
    assert drugs["input_share"].tolist() == [0.5, 0.3, 0.15, 0.05]
    assert drugs["own"].tolist() == [False, False, True, False]
    # 90 of 2,000 jobs here against 40,000 of a million.
    assert drugs.loc["glass", "employment"] == 90.0
    assert drugs.loc["glass", "location_quotient"] == pytest.approx((90 / 2000) / (4e4 / 1e6))
    assert drugs.loc["drugs", "location_quotient"] == pytest.approx((160 / 2000) / (2e4 / 1e6))
    assert drugs.loc["farms", "reason"] == "County Business Patterns does not count it"
    assert drugs.loc["S00401", "reason"] == "no industry of the US makes it"
    assert drugs.loc[["farms", "S00401"], "location_quotient"].isna().all()
    assert drugs.loc[["farms", "S00401"], "employment"].isna().all()
    assert drugs.loc["glass", "industries"] == "327211 327213"
    assert of(table, "glass")["input_share"].to_dict() == {"glass": 1.0}


def test_an_industry_partly_in_a_cluster_buys_with_its_part_of_the_jobs(tmp_path):
    cells, us, purchases, suppliers = tiny()
    narrow = definition(tmp_path, glass='"327213"')
    more = pd.concat(
        [purchases, pd.DataFrame([("drugs", "glass", 60.0)], columns=purchases.columns)]
    )
    table = ca.supplier_gaps(
        cells, us, purchases=more, suppliers=suppliers, definition=narrow, region=REGION
    )
    # Three quarters of the buyer's US jobs (30,000 of 40,000) are the cluster's: of every purchase.
    assert of(table, "glass")["input_share"].to_dict() == {"glass": 100 / 160, "drugs": 60 / 160}
    assert of(table, "glass")["own"].to_dict() == {"glass": True, "drugs": False}


def test_what_is_withheld_here_has_no_quotient_and_is_not_zero(tmp_path):
    cells, us, purchases, suppliers = tiny()
    cells = cells[~(cells["industry"].str.startswith("3272"))]
    table = ca.supplier_gaps(
        cells, us, purchases=purchases, suppliers=suppliers, definition=definition(tmp_path),
        region=REGION,
    )  # fmt: skip
    glass = of(table, "biomedical").loc["glass"]
    assert np.isnan(glass["location_quotient"])
    assert np.isnan(glass["employment"])
    assert glass["reason"] == "withheld in the region"
    assert glass["employment_high"] == 90.0  # what the totals leave


@given(st.floats(1e-3, 1e6))
def test_the_currency_does_not_matter(tmp_path_factory, factor):
    cells, us, purchases, suppliers = tiny()
    known = definition(tmp_path_factory.mktemp("d"))
    one, other = (
        ca.supplier_gaps(
            cells, us, purchases=bought, suppliers=suppliers, definition=known, region=REGION
        )
        for bought in (purchases, purchases.assign(dollars=purchases["dollars"] * factor))
    )
    pd.testing.assert_frame_equal(one, other)


def test_every_clusters_inputs_add_up_to_one_and_the_largest_come_first(gaps):
    sums = gaps.groupby("cluster")["input_share"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))
    assert len(sums) >= 25
    for _, part in gaps.groupby("cluster"):
        assert part["input_share"].is_monotonic_decreasing
    assert (gaps["location_quotient"].isna() == (gaps["reason"] != "")).all()
    known = gaps[gaps["reason"] == ""]
    assert (known["location_quotient_low"] <= known["location_quotient"] + 1e-12).all()
    assert (known["location_quotient"] <= known["location_quotient_high"] + 1e-12).all()


def test_biomedical_is_what_the_accounts_say(gaps):
    """Recomputed from BEA's own file, cell by cell."""
    folder = shared_folder("data")
    use = pd.read_csv(folder / "bea" / "BEA_Detail_Use_SUT_2017_17sch.csv", index_col=0, dtype=str)
    links = pd.read_csv(folder / "naics" / "NAICS_to_BEA_Crosswalk_2017.csv", dtype=str)
    links = links[links["NAICS_2017_Code"].str.fullmatch(r"\d{6}")]
    members = ca.read_definition().members.set_index("industry")["cluster"]
    us = ca.sample().us.query("year == 2021").set_index("industry")["employment"]
    bought = {}
    for buyer in use.columns:
        codes = set(links.loc[links["BEA_2017_Detail_Code"] == buyer, "NAICS_2017_Code"])
        jobs = {code: us.get(code, 0.0) for code in codes}
        jobs = {code: 0.0 if np.isnan(n) else n for code, n in jobs.items()}
        mine = sum(n for code, n in jobs.items() if members[code] == "biomedical")
        if not mine:
            continue
        part = mine / sum(jobs.values())
        for commodity, dollars in use[buyer].items():
            if commodity[0] not in "TVF":
                bought[commodity] = bought.get(commodity, 0.0) + part * float(dollars)
    total = sum(bought.values())
    mine = gaps[gaps["cluster"] == "biomedical"].set_index("supplier")["input_share"]
    for commodity in ("325414", "334413", "550000", "541800", "5241XX", "325411"):
        assert mine[commodity] == pytest.approx(bought[commodity] / total, rel=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p, s: (p.drop(columns="buyer"), s), "'buyer'"),
        (lambda p, s: (p, s.drop(columns="industry")), "'industry'"),
        (lambda p, s: (p, pd.concat([s, s.assign(supplier="x").head(1)])), "'325412' twice"),
    ],
)
def test_bad_tables(change, said, tmp_path):
    cells, us, *rest = tiny()
    purchases, suppliers = change(*rest)
    with pytest.raises(SchemaError, match=said):
        ca.supplier_gaps(
            cells, us, purchases=purchases, suppliers=suppliers,
            definition=definition(tmp_path), region=REGION,
        )  # fmt: skip
    with pytest.raises(SchemaError, match="year 1999"):
        ca.supplier_gaps(
            cells, us, purchases=rest[0], suppliers=rest[1], definition=definition(tmp_path),
            region=REGION, year=1999,
        )  # fmt: skip
