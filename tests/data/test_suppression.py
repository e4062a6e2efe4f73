"""Withheld jobs: what must hold for every input, what published data say, what errors say."""

import warnings

import numpy as np
import pandas as pd
import pytest

from clusteranalysis.data.explanation import conflicts, explain
from clusteranalysis.data.hierarchy import read_hierarchy
from clusteranalysis.data.suppression import bounds, impute, impute_payroll
from clusteranalysis.data.targets import CLASSES, class_bounds
from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import parse_codes

pytest.importorskip("clarabel", reason="the national solver is not installed")

FLAGS = {"A": (0, 19), "B": (20, 99), "C": (100, 249), "E": (250, 499), "F": (500, 999)}
FLAGS |= {"G": (1000, 2499), "H": (2500, 4999), "I": (5000, 9999), "J": (10_000, 24_999)}
FLAGS |= {"K": (25_000, 49_999), "L": (50_000, 99_999), "M": (100_000, np.inf)}
NAMES = list(CLASSES)[:8]
EDGES = [0, 5, 10, 20, 50, 100, 250, 500]


def nation(seed=0, hide=0.85):
    """Two states, five counties, three levels: plants drawn, cells withheld at random."""
    rng = np.random.default_rng(seed)
    counties = ["01001", "01003", "02001", "02003", "02005"]
    leaves = ["1111", "1112", "1121", "2111", "2121", "2122"]
    rows = []
    for county in counties:
        for leaf in leaves:
            plants = np.rint(np.exp(rng.normal(2, 1.2, rng.integers(0, 7)))).clip(0, 900)
            if len(plants):
                counts = np.histogram(plants, [*EDGES, 1000])[0]
                for region in (county, county[:2], "US"):
                    for industry in (leaf, leaf[:3], leaf[:2], "00"):
                        rows.append((region, industry, plants.sum(), len(plants), *counts))
    columns = ["region", "industry", "truth", "establishments", *NAMES]
    table = (
        pd.DataFrame(rows, columns=columns).groupby(["region", "industry"], as_index=False).sum()
    )
    table[columns[2:]] = table[columns[2:]].astype(float)
    hidden = (rng.random(len(table)) < hide) & (table["industry"] != "00")
    return table.assign(employment=table["truth"].mask(hidden))


def given(table):
    return table.drop(columns="truth")


@pytest.mark.parametrize("seed", range(6))
def test_what_must_hold_for_every_table(seed):
    table = nation(seed, hide=0.5 + 0.08 * seed)
    before = table.copy()
    result = impute(given(table))
    pd.testing.assert_frame_equal(table, before)
    result = result.merge(
        table[["region", "industry", "truth", "employment"]],
        how="left",
        on=["region", "industry"],
        suffixes=("", "_given"),
    )
    known = result["employment_given"].notna()
    assert result.loc[known, "employment"].equals(result.loc[known, "employment_given"])
    assert result["employment"].between(result["employment_low"], result["employment_high"]).all()
    assert result["truth"].between(result["employment_low"], result["employment_high"]).all()
    assert (result["status"].eq("reported") == known).all()
    assert conflicts(result).empty
    exact = result["employment_low"] == result["employment_high"]
    assert (
        result.loc[result["status"] == "deduced", "employment"]
        == result.loc[result["status"] == "deduced", "truth"]
    ).all()
    assert exact[result["status"] == "deduced"].all()


def test_bounds_alone_are_those_of_impute():
    table = given(nation(3))
    alone, full = bounds(table), impute(table)
    columns = ["region", "industry", "employment_low", "employment_high"]
    pd.testing.assert_frame_equal(alone[columns], full[columns])
    assert alone.loc[alone["status"] == "withheld", "employment"].isna().all()
    assert set(alone["status"]) == {"reported", "deduced", "withheld"}


def test_years_do_not_mix():
    one, two = nation(1), nation(2)
    both = impute(pd.concat([given(one).assign(year=2001), given(two).assign(year=2002)]))
    for year, table in ((2001, one), (2002, two)):
        part = both[both["year"] == year].drop(columns="year").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, impute(given(table)))


def test_the_order_of_rows_does_not_matter():
    table = given(nation(4))
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(impute(table), impute(shuffled), atol=1e-5)


def test_class_bounds_by_hand():
    cells = pd.DataFrame(
        {
            "establishments": [3.0, 3.0, 2.0],
            "n1_4": [2.0, 2.0, 0.0],
            "n5_9": [1.0, np.nan, 0.0],
            "n1000": [0.0, 0.0, 2.0],
            "n1000_1": [0.0, 0.0, 1.0],
        }
    )
    low, high = class_bounds(cells)
    assert low.tolist() == [5, 0, 2000]
    assert high.tolist() == [17, np.inf, np.inf]


def test_flags_and_classes_are_intersected_and_a_flag_wins_a_contradiction():
    table = pd.DataFrame(
        {
            "region": "06",
            "industry": ["111", "112"],
            "employment": np.nan,
            "employment_low": [20.0, 500.0],
            "employment_high": [99.0, 999.0],
            "n20_49": [1, 1],
        }
    )
    result = bounds(table)
    assert result["employment_low"].tolist() == [20, 500]
    assert result["employment_high"].tolist() == [49, 999]


def test_an_open_flag_stays_open_until_a_total_closes_it():
    table = pd.DataFrame(
        {
            "region": "US",
            "industry": ["11", "111", "112"],
            "employment": [150_000.0, np.nan, 30_000.0],
            "employment_low": [np.nan, 100_000.0, np.nan],
            "employment_high": [np.nan, np.inf, np.nan],
        }
    )
    assert bounds(table.iloc[1:])["employment_high"].tolist() == [np.inf, 30_000]
    assert bounds(table)["employment_high"].tolist() == [150_000, 120_000, 30_000]


def test_equations_hold_only_where_establishments_add_up():
    table = pd.DataFrame(
        {
            "region": "06",
            "industry": ["11", "111", "112"],
            "employment": [50.0, np.nan, 20.0],
            "establishments": [9, 4, 4],
        }
    )
    assert bounds(table)["status"].tolist() == ["reported", "withheld", "reported"]
    table.loc[0, "establishments"] = 8
    assert bounds(table)["status"].tolist() == ["reported", "deduced", "reported"]


def test_a_missing_remainder_is_a_withheld_sibling():
    table = pd.DataFrame(
        {
            "region": ["06001", "06001", "06001", "06", "06"],
            "industry": ["11", "111", "112", "111", "11"],
            "employment": [50.0, np.nan, 20.0, 40.0, 70.0],
            "establishments": [9, 4, 3, 7, 12],
            "n1_4": [5, 1, 2, 2, 6],
            "n5_9": [2, 2, 0, 4, 3],
            "n10_19": [2, 1, 1, 1, 3],
        }
    )
    result = impute(table, missing="sibling")
    rest = result[result["industry"].str.endswith("unpublished")]
    assert set(zip(rest["region"], rest["industry"], strict=True)) >= {("06001", "11 unpublished")}
    county = rest[rest["region"] == "06001"].iloc[0]
    assert county["establishments"] == 2
    assert (county["bracket_low"], county["bracket_high"]) == (0, 8)
    shown = result[(result["region"] == "06001") & (result["industry"] == "111")].iloc[0]
    assert county["employment"] + shown["employment"] == pytest.approx(30)
    assert conflicts(result).empty
    # Reading the result again gives the same.
    again = bounds(result[["region", "industry", "employment", "establishments"]])
    assert (again["status"] == "reported").all()


def test_a_code_with_one_child_may_stand_at_the_parents_level_alone():
    table = pd.DataFrame(
        {
            "region": "06",
            "industry": ["11", "111", "1121"],
            "employment": [50.0, 30.0, np.nan],
            "establishments": [9, 4, 5],
        }
    )
    found = read_hierarchy(table)
    assert found.above[0].tolist() == [-1, 0, 0]
    assert bounds(table)["employment"].tolist() == [50, 30, 20]


def test_spellings_of_one_region_meet():
    table = pd.DataFrame(
        {"region": ["US000", "06000", "48"], "industry": "00", "employment": [9.0, 4.0, np.nan]}
    )
    result = bounds(table)
    assert result.loc[result["region"] == "48", "employment"].item() == 5


def test_draws_are_numbered_add_up_and_repeat():
    table = given(nation(5))
    result = impute(table, draws=4, rng=7)
    assert sorted(result["draw"].unique()) == [0, 1, 2, 3]
    assert conflicts(result).empty
    spread = result.groupby(["region", "industry"])["employment"].std()
    status = result.groupby(["region", "industry"])["status"].first()
    assert (spread[status != "imputed"] == 0).all()
    assert (spread[status == "imputed"] > 0).mean() > 0.9
    pd.testing.assert_frame_equal(result, impute(table, draws=4, rng=7))
    with pytest.raises(SchemaError, match="rng"):
        impute(table, draws=2)


def test_published_class_means_are_used():
    table = pd.DataFrame(
        {
            "region": "US",
            "industry": ["11", "111", "112"],
            "employment": [200.0, np.nan, np.nan],
            "n100_249": [1, 0, 1],
            "n20_49": [2, 2, 0],
        }
    )
    means = pd.Series({"n100_249": 140.0, "n20_49": 30.0})
    result = impute(table, class_means=means).set_index("industry")["employment"]
    assert result["111"] + result["112"] == pytest.approx(200)
    assert result["111"] == pytest.approx(60, abs=3)
    with pytest.raises(SchemaError, match="n20_49"):
        impute(table, class_means=means.drop("n20_49"))


def test_a_contradiction_is_named_and_never_changes_what_is_published():
    table = given(nation(1, hide=0.5))
    at = table.index[(table["industry"] == "111") & table["employment"].notna()][0]
    table.loc[at, "employment"] += 4000
    with pytest.warns(UserWarning, match="cannot hold"):
        result = impute(table)
    merged = result.merge(table, on=["region", "industry"], suffixes=("", "_given"))
    known = merged["employment_given"].notna()
    assert merged.loc[known, "employment"].equals(merged.loc[known, "employment_given"])
    found = conflicts(result)
    assert not found.empty
    with pytest.warns(UserWarning, match="cannot hold"):
        bounds(table)
    assert set(found.columns) == {"region", "industry", "parts", "employment", "slack"}
    # The cell that is wrong has a share in the worst equations.
    assert found["slack"].abs().iloc[0] > 1000
    assert (
        result["employment"]
        .between(result["employment_low"] - 1e-9, result["employment_high"] + 1e-9)
        .all()
    )


def test_payroll_adds_up_given_employment():
    table = nation(2)
    table["payroll"] = (table["truth"] * 40_000).mask(table["employment"].isna())
    result = impute_payroll(impute(given(table)))
    assert result["payroll"].between(result["payroll_low"], result["payroll_high"]).all()
    assert result["payroll"].notna().all()
    as_jobs = result.assign(employment=result["payroll"] / 1000)
    found = conflicts(as_jobs)
    assert found.empty or found["slack"].abs().max() < 1e-4
    shown = result["payroll_status"] == "reported"
    assert (shown == result["status"].eq("reported")).all()


def test_explain_reads_in_two_lines():
    table = given(nation(0))
    result = impute(table)
    for status in ("reported", "deduced", "imputed"):
        row = result[result["status"] == status].iloc[0]
        text = explain(result, region=row["region"], industry=row["industry"])
        assert len(text.splitlines()) == 2
        assert f"{row['industry']} in {row['region']}" in text
    row = result[
        (result["status"] == "imputed") & (result["employment_low"] > result["bracket_low"])
    ].iloc[0]
    text = explain(result, region=row["region"], industry=row["industry"])
    assert "set by" in text
    assert "= sum of" in text
    with pytest.raises(SchemaError, match="no cell"):
        explain(result, region="99", industry="00")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region": "6001"}, "five digits"),
        ({"industry": "9a"}, "not NAICS"),
        ({"employment": -1.0}, "negative"),
    ],
)
def test_bad_input_is_refused_with_the_mend(change, message):
    table = pd.DataFrame({"region": ["06001"], "industry": ["111"], "employment": [3.0]})
    with pytest.raises(SchemaError, match=message):
        bounds(table.assign(**change))


def test_repeated_cells_and_draws_are_refused():
    table = pd.DataFrame({"region": ["06"] * 2, "industry": ["111"] * 2, "employment": [3.0, 4.0]})
    with pytest.raises(SchemaError, match="not unique"):
        bounds(table)
    with pytest.raises(SchemaError, match="draw"):
        bounds(table.assign(draw=[0, 1]))


@pytest.fixture(scope="module")
def states(shared):
    """The state panel with flags, and the nation beside it."""
    panel = pd.read_csv(
        shared / "cbp" / "states_2000-2011_flags.csv.gz", dtype={"naics": str, "fipstate": str}
    )
    nation = pd.read_csv(shared / "cbp" / "us_2001-2021_all_naics.csv.gz", dtype={"naics": str})
    panel = panel.assign(
        region=panel["fipstate"].str.zfill(2),
        employment=panel["emp"].astype(float).mask(panel["empflag"].notna()),
        employment_low=panel["empflag"].map({flag: low for flag, (low, _) in FLAGS.items()}),
        employment_high=panel["empflag"].map({flag: high for flag, (_, high) in FLAGS.items()}),
    ).rename(columns={"est": "establishments"})
    nation = nation.rename(columns={"employment_march": "employment"}).assign(region="US")
    both = pd.concat([panel, nation[nation["year"] <= 2011]], ignore_index=True)
    both["industry"] = parse_codes(both["naics"])
    columns = ["region", "industry", "year", "employment", "establishments"]
    return both[[*columns, "employment_low", "employment_high"]]


@pytest.mark.parametrize("year", range(2000, 2012))
def test_no_year_of_the_state_panel_contradicts_itself(states, year):
    table = states[states["year"] == year]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = impute(table)
    merged = result.merge(table, on=["region", "industry"], suffixes=("", "_given"))
    known = merged["employment_given"].notna()
    assert merged.loc[known, "employment"].equals(merged.loc[known, "employment_given"])
    assert result["employment"].between(result["employment_low"], result["employment_high"]).all()
    flagged = ~known
    assert (merged["employment"] >= merged["employment_low_given"].fillna(0) - 1e-6)[flagged].all()
    assert (merged["employment"] <= merged["employment_high_given"].fillna(np.inf) + 1e-6)[
        flagged
    ].all()
    assert conflicts(result).empty


def test_the_remainders_of_2018_hold_every_job(shared):
    folder = shared / "cbp"
    files = [folder / f"counties_naics{k}_2017-2021.csv.gz" for k in (4, 6)]
    cells = pd.concat(pd.read_csv(f, dtype={"fips": str, "naics": str}) for f in files)
    cells = cells.rename(columns={"fips": "region", "Emp": "employment", "Est": "establishments"})
    cells = cells[(cells["year"] == 2018) & cells["region"].str.startswith("06")]
    empty = (cells["employment"] == 0) & (cells["establishments"] >= 3)
    cells["employment"] = cells["employment"].astype(float).mask(empty)
    total = pd.read_csv(folder / "county_totals_2001-2021.csv.gz")
    total = total[(total["year"] == 2018) & (total["state_fips"] == 6)]
    total = total.assign(
        region=total["county_fips"].map("06{:03d}".format),
        naics="00",
        employment=total["employment_march"].astype(float),
    )
    table = pd.concat([cells, total], ignore_index=True)
    table = table.assign(industry=parse_codes(table["naics"]))
    table = table[["region", "industry", "employment", "establishments"]]
    result = impute(table, missing="sibling")
    assert conflicts(result).empty
    rest = result[result["industry"] == "00 unpublished"].set_index("region")
    # Alameda: what its four-digit industries lack of the published total.
    alameda = table[table["region"] == "06001"]
    four = alameda[alameda["industry"].str.len() == 4]
    whole = alameda.loc[alameda["industry"] == "00", "employment"].item()
    found = result[(result["region"] == "06001") & (result["industry"].str.len() == 4)]
    assert rest.loc["06001", "employment"] == pytest.approx(whole - found["employment"].sum())
    assert len(found) == len(four)
    assert (result["employment"] >= 0).all()


def test_qcew_is_solved_from_establishments_alone(shared):
    files = sorted((shared / "qcew").glob("2016.q1-q4_340*.csv.gz"))
    rows = pd.concat(pd.read_csv(file, dtype=str) for file in files)
    # Private ownership, all sizes: the total, then sectors to six digits (no supersectors).
    levels = ["71", "74", "75", "76", "77", "78"]
    rows = rows[(rows["own_code"] == "5") & (rows["qtr"] == "1")]
    rows = rows[rows["agglvl_code"].isin(levels)]
    hidden = rows["disclosure_code"] == "N"
    table = pd.DataFrame(
        {
            "region": rows["area_fips"],
            "industry": rows["industry_code"],
            "employment": rows["month3_emplvl"].astype(float).mask(hidden),
            "establishments": rows["qtrly_estabs_count"].astype(float),
            "payroll": rows["total_qtrly_wages"].astype(float).mask(hidden),
        }
    )
    result = impute_payroll(impute(table))
    assert hidden.sum() == result["status"].ne("reported").sum()
    assert result["employment"].between(result["employment_low"], result["employment_high"]).all()
    assert np.isfinite(result["employment_high"]).all()
    assert result["payroll"].between(result["payroll_low"], result["payroll_high"]).all()
    assert conflicts(result).empty


def test_draws_flow_through_measures_as_one_more_key():
    from clusteranalysis import herfindahl, location_quotient

    drawn = impute(given(nation(3)), draws=3, rng=1)
    four = drawn[drawn["industry"].str.len().eq(4) | drawn["industry"].eq("00")]
    counties = four[four["region"].str.len() == 5]
    us = four[four["region"] == "US"]
    lq = location_quotient(counties, reference=us)
    assert sorted(lq["draw"].unique()) == [0, 1, 2]
    # Published cells are the same in every draw, imputed ones are not: so are their quotients.
    spread = lq.groupby(["region", "industry"])["location_quotient"].agg(np.ptp)
    assert spread.max() > 0
    jobs = counties[counties["draw"] == 1].drop(columns="draw")
    alone = location_quotient(jobs, reference=us[us["draw"] == 1].drop(columns="draw"))
    together = lq[lq["draw"] == 1].drop(columns="draw").reset_index(drop=True)
    pd.testing.assert_frame_equal(together, alone)
    assert len(herfindahl(counties, absent="zero")) == 3 * counties["region"].nunique()
