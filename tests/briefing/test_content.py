"""The briefing's numbers agree with each other and with the published totals."""

import numpy as np
import pandas as pd
import pytest

import clusteranalysis as ca
from clusteranalysis.briefing.accounts import REMAINDER
from clusteranalysis.errors import RegionError, SchemaError


@pytest.fixture(scope="module")
def data():
    return ca.sample("east-bay")


@pytest.fixture(scope="module", params=["east-bay", "napa-county"])
def briefing(request, data):
    return ca.brief(data, region=request.param)


def total(data, region, year):
    table = data.level(4)
    mine = table["region"].isin(region.counties) & (table["industry"] == "00")
    return table.loc[mine & (table["year"] == year), "employment"].sum()


def test_growth_adds_up_in_every_row_and_to_the_published_change(briefing, data):
    growth, found = briefing.growth, briefing.clusters
    terms = growth[["national", "industry_mix", "regional"]].sum(axis=1)
    np.testing.assert_allclose(terms, growth["change"], atol=1e-6)
    change = total(data, briefing.region, found.end) - total(data, briefing.region, found.start)
    assert growth["change"].sum() == pytest.approx(change)
    assert (growth["name"] == REMAINDER).sum() == 1


def test_the_bridge_leads_from_the_first_total_to_the_last(briefing, data):
    jobs = briefing.bridge["jobs"].to_numpy()
    assert jobs[0] == total(data, briefing.region, briefing.clusters.start)
    assert jobs[-1] == total(data, briefing.region, briefing.clusters.end)
    assert jobs[:4].sum() == pytest.approx(jobs[4])
    us = data.us_level(4).query("industry == '00'").set_index("year")["employment"]
    rate = us[briefing.clusters.end] / us[briefing.clusters.start] - 1
    assert jobs[1] == pytest.approx(jobs[0] * rate)


def test_quality_shares_and_coverage_account_for_every_job(briefing, data):
    shares = briefing.quality[["published_share", "deduced_share", "open_share"]]
    known = shares.dropna()
    np.testing.assert_allclose(known.sum(axis=1), 1)
    assert (known >= 0).all(axis=None)
    parts = briefing.coverage[["published", "deduced", "open"]].sum(axis=1)
    np.testing.assert_allclose(parts, briefing.coverage["total"])


def test_east_bay_wages_by_hand(data):
    briefing = ca.brief(data)
    wages = briefing.wages.set_index("industry")
    # The health-care cluster is whole sectors, so its pay is a plain quotient of the cells.
    definition = ca.read_definition()
    codes = definition.cover.query("cluster == 'software-digital'")["industry"]
    cells = data.cells.query("region in ('06001', '06013') and year == 2021")
    mine = cells[cells["industry"].isin(codes)]
    expected = mine["payroll"].sum() / mine["employment"].sum()
    assert wages.loc["software-digital", "wage"] == pytest.approx(expected, rel=1e-3)
    us = data.us.query("year == 2021")
    us = us[us["industry"].isin(codes)]
    expected = us["reported_payroll"].sum() / us["reported_employment"].sum()
    assert wages.loc["software-digital", "us_wage"] == pytest.approx(expected)


def test_trend_starts_at_100_and_ends_at_the_published_totals(data):
    trend = ca.brief(data).trend
    first = trend[trend["year"] == 2001]
    assert first["index"].tolist() == [100.0, 100.0]
    ours = trend[(trend["region"] == "East Bay") & (trend["year"] == 2019)]
    assert ours["employment"].item() == 712_218 + 344_558


def test_a_year_with_a_withheld_county_is_a_gap(data):
    class Holed:
        cells, us, counties = data.cells, data.us, data.counties
        totals = data.totals.assign(
            employment=data.totals["employment"].mask(
                (data.totals["region"] == "06013") & (data.totals["year"] == 2010)
            )
        )

    trend = ca.brief(Holed()).trend
    hole = trend[(trend["region"] == "East Bay") & (trend["year"] == 2010)]
    assert hole[["employment", "index"]].isna().all(axis=None)


def test_largest_industries_show_what_six_digits_withhold(data):
    industries = ca.brief(data).industries
    cars = industries[industries["industry"] == "3361"].iloc[0]
    assert (cars["employment"], cars["establishments"]) == (31_857, 3)
    assert industries.groupby("cluster").size().max() == 5
    assert (
        industries.groupby("cluster", sort=False)["employment"]
        .apply(lambda jobs: jobs.is_monotonic_decreasing)
        .all()
    )


def test_a_wholly_withheld_cluster_is_part_of_the_remainder(data, tmp_path):
    path = tmp_path / "coal.toml"
    path.write_text(
        '[definition]\nid = "coal"\ntitle = "Coal"\nnaics = 2017\n'
        '[[cluster]]\nid = "coal"\nname = "Coal"\ntradability = "traded"\nindustries = ["2121"]\n'
    )
    briefing = ca.brief(data, definition=ca.read_definition(path))
    assert briefing.growth["name"].tolist() == [REMAINDER]
    assert briefing.bridge["jobs"].iloc[:4].sum() == pytest.approx(briefing.bridge["jobs"].iloc[4])


def test_a_region_the_data_lack_is_named(data):
    with pytest.raises(RegionError, match="no county 48001"):
        ca.brief(data, region="06001,48001")
    with pytest.raises(SchemaError, match="start=2016"):
        ca.brief(data, start=2016)


def test_the_data_are_not_changed(data):
    class Given:
        cells, us, totals, counties = data.cells, data.us, data.totals, data.counties

    given = Given()
    before = given.cells.copy(), given.us.copy(), given.totals.copy()
    ca.brief(given)
    for left, right in zip((given.cells, given.us, given.totals), before, strict=True):
        pd.testing.assert_frame_equal(left, right)
