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
    with pytest.raises(SchemaError, match="rng='seven' is no source of randomness"):
        impute(table, draws=2, rng="seven")


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


# Payroll, by hand


def payrolls(**more):
    """Another state tells what a job pays; in 06 two of three industries are withheld."""
    return pd.DataFrame(
        {
            "region": ["06"] * 4 + ["36"] * 4,
            "industry": ["11", "111", "113", "114"] * 2,
            "employment": [40.0, 10.0, 20.0, 10.0, 800.0, 300.0, 200.0, 300.0],
            "payroll": [
                90_000.0, np.nan, 60_000.0, np.nan, 1_500_000.0, 600_000.0, 600_000.0, 300_000.0,
            ],
            "status": "reported",
            **more,
        }
    )  # fmt: skip


def pay(result, region, industry):
    rows = result[(result["region"] == region) & (result["industry"] == industry)]
    return rows[["payroll", "payroll_low", "payroll_high"]].to_numpy().tolist()


def test_payroll_of_two_withheld_cells_by_hand():
    result = impute_payroll(payrolls())
    # 2,000 and 1,000 a job for 10 jobs each: the 30,000 that are left, exactly.
    (one, low, high), (other, *_) = pay(result, "06", "111")[0], pay(result, "06", "114")[0]
    assert one + other == pytest.approx(30_000)
    assert one == pytest.approx(20_000, rel=0.03)
    assert (low, high) == pytest.approx((0, 30_000))
    assert result["payroll_status"].tolist() == [
        "reported", "imputed", "reported", "imputed", *["reported"] * 4,
    ]  # fmt: skip
    known = payrolls()["payroll"].notna()
    for column in ("payroll", "payroll_low", "payroll_high"):
        assert (result.loc[known, column] == payrolls().loc[known, "payroll"]).all()


def test_payroll_that_follows_is_deduced():
    table = payrolls()
    table.loc[3, "payroll"] = 10_000.0
    result = impute_payroll(table)
    assert pay(result, "06", "111")[0] == pytest.approx([20_000] * 3)
    assert result.loc[1, "payroll_status"] == "deduced"


def test_pay_a_job_is_taken_from_published_jobs_alone():
    """An estimate of jobs says nothing of pay, so what it would make of it must not count."""
    table = payrolls()
    absurd = table[table["region"] == "36"].assign(
        region="48", employment=[8.0, 3.0, 2.0, 3.0], status="imputed"
    )
    absurd["payroll"] = [11e9, 1e9, 1e9, 9e9]
    both = pd.concat([table, absurd], ignore_index=True)
    with_it = pay(impute_payroll(both), "06", "111")[0][0]
    assert with_it == pytest.approx(pay(impute_payroll(payrolls()), "06", "111")[0][0], rel=1e-6)
    # Without the column every published payroll is taken at its word.
    without = pay(impute_payroll(both.drop(columns="status")), "06", "111")[0][0]
    assert without < 0.8 * with_it


def test_payroll_of_years_and_draws_is_that_of_each_and_sorted():
    first = payrolls().assign(year=2018)
    second = payrolls(payroll=payrolls()["payroll"] * 3).assign(year=2019)
    table = pd.concat([second, first]).sample(frac=1, random_state=1).set_index(np.arange(16) + 50)
    result = impute_payroll(table)
    assert "index" not in result.columns
    assert result.index.tolist() == list(range(16))
    keys = ["region", "industry", "year"]
    pd.testing.assert_frame_equal(result, result.sort_values(keys, ignore_index=True))
    for year, alone in ((2018, first), (2019, second)):
        mine = result[result["year"] == year].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            mine[[*keys, "payroll"]], impute_payroll(alone)[[*keys, "payroll"]]
        )
    drawn = pd.concat([first.assign(draw=1), first.assign(draw=0)], ignore_index=True)
    result = impute_payroll(drawn)
    assert result["draw"].tolist() == [0, 1] * 8


def contradicting_payroll():
    table = payrolls()
    table.loc[0, "payroll"] = 50_000.0  # less than 113 alone
    return pd.concat([table.assign(year=2018), table.assign(year=2019)], ignore_index=True)


def test_contradicting_payroll_is_named_once():
    with pytest.warns(UserWarning, match=r"^1 equations .* cannot hold: 11 in 06 ") as said:
        impute_payroll(contradicting_payroll())
    assert len(said) == 1


# What the message says, and where


def contradiction():
    return pd.DataFrame(
        {"region": "06", "industry": ["11", "111", "113"], "employment": [50.0, 40.0, 20.0]}
    )


@pytest.mark.parametrize("solve", [bounds, impute])
def test_a_contradiction_is_counted_and_named(solve):
    with pytest.warns(UserWarning, match="cannot hold") as said:
        solve(contradiction())
    assert len(said) == 1
    text = str(said[0].message)
    assert text.startswith("1 equations of published numbers cannot hold: 11 in 06")
    assert text.endswith(
        ": check that all rows come from one release; conflicts() lists those that an imputed "
        "table breaks"
    )


@pytest.mark.parametrize("solve", [bounds, impute, impute_payroll])
def test_a_contradiction_is_shown_at_the_callers_line(solve):
    table = contradicting_payroll() if solve is impute_payroll else contradiction()
    with pytest.warns(UserWarning, match="cannot hold") as said:
        solve(table)
    assert said[0].filename == __file__


def test_draws_warn_once():
    with pytest.warns(UserWarning, match=r"11 in 06 exceeds its .* by -?10:") as said:
        impute(contradiction(), draws=3, rng=1)
    assert len(said) == 1


def test_many_contradictions_are_counted_and_the_first_are_named():
    table = pd.concat([contradiction().assign(region=f"{code:02d}") for code in (6, 8, 36, 48, 53)])
    with pytest.warns(UserWarning, match=r"^5 equations") as said:
        bounds(table.reset_index(drop=True))
    text = str(said[0].message)
    assert text.count("; 11 in ") == 2
    assert "11 in 06; 11 in 08; 11 in 36:" in text
    with pytest.warns(UserWarning, match=r"^5 equations") as said:
        impute(table.reset_index(drop=True))
    assert str(said[0].message).count(" exceeds its ") == 3


# Corners


def test_a_published_zero_is_a_number():
    table = pd.DataFrame(
        {"region": "06", "industry": ["11", "111", "113"], "employment": [50.0, 0.0, np.nan]}
    )
    result = bounds(table)
    assert result["employment"].tolist() == [50.0, 0.0, 50.0]
    assert result["status"].tolist() == ["reported", "reported", "deduced"]


def test_an_open_lower_flag_begins_at_zero_and_brackets_may_meet_in_a_point():
    table = pd.DataFrame(
        {
            "region": "06",
            "industry": ["11", "111", "113"],
            "employment": [50.0, np.nan, np.nan],
            "employment_low": [np.nan, np.nan, 5.0],
            "employment_high": [np.nan, 30.0, np.nan],
        }
    )
    result = bounds(table).set_index("industry")
    assert result.loc["111", ["bracket_low", "bracket_high"]].tolist() == [0.0, 30.0]
    assert result.loc["113", ["bracket_low", "bracket_high"]].tolist() == [5.0, np.inf]
    # Two plants of 5 to 9 have 10 to 18 jobs; a flag of 18 to 24 leaves 18.
    classes = dict.fromkeys(("n1_4", "n10_19", "n20_49"), 0) | {"n5_9": 2}
    point = pd.DataFrame(
        [{"region": "06", "industry": "111", "employment": np.nan, **classes,
          "employment_low": 18.0, "employment_high": 24.0}]
    )  # fmt: skip
    found = bounds(point).iloc[0]
    assert (found["bracket_low"], found["bracket_high"]) == (18.0, 18.0)


def test_several_years_come_back_sorted_by_key():
    one = contradiction().assign(employment=[60.0, 40.0, np.nan])
    both = pd.concat([one.assign(year=2020), one.assign(year=2019)]).set_index(np.arange(6) + 7)
    for result in (bounds(both), impute(both)):
        assert result.index.tolist() == list(range(6))
        assert result["industry"].tolist() == ["11", "11", "111", "111", "113", "113"]
        assert result["year"].tolist() == [2019, 2020] * 3
    drawn = impute(both, draws=2, rng=1)
    assert drawn["draw"].tolist() == [0, 1] * 6
    assert drawn["year"].tolist() == [2019, 2019, 2020, 2020] * 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"draw": 0},
            r"^the table has a column 'draw': impute before drawing, or drop it$",
        ),
        (
            {"employment": [-1.0, 2.0]},
            r"^column 'employment' holds negative or infinite values: a count is zero or more, NaN "
            "where it is withheld$",
        ),
        ({"employment": [np.inf, 2.0]}, "negative or infinite"),
        (
            {"industry": "111"},
            r"^the key \(region, industry\) of the table is not unique: .*: sum or drop",
        ),
        (
            {"industry": "111", "year": 2019, "employment": [1.0, np.nan]},
            r"^the key \(region, industry, year\) of the table is not unique",
        ),
    ],
)
def test_what_is_refused_is_said_word_for_word(change, message):
    table = pd.DataFrame({"region": "06", "industry": ["111", "113"], "employment": [1.0, 2.0]})
    with pytest.raises(SchemaError, match=message):
        bounds(table.assign(**change))


def test_draws_without_randomness_are_refused_with_the_mend():
    with pytest.raises(
        SchemaError, match=r"^draws need randomness: pass rng=np\.random\.default_rng\(seed\)$"
    ):
        impute(contradiction(), draws=2)


def test_draws_spread_with_the_inflation_about_the_estimate_and_wholes_do_not():
    """Two withheld cells under a published total: what one draws more, the other has less."""
    table = pd.DataFrame(
        {"region": "06", "industry": ["11", "111", "113"], "employment": [80.0, np.nan, np.nan],
         "n20_49": [2, 1, 1]}
    )  # fmt: skip
    spreads = []
    for inflation in (0.25, 1.0):
        drawn = impute(table, draws=300, rng=5, inflation=inflation)
        one = drawn.loc[drawn["industry"] == "111", "employment"]
        assert one.mean() == pytest.approx(40, abs=1)
        assert one.between(31, 49).all()
        spreads.append(one.std())
    # Spread evenly over 31 to 49 each would have a variance of 18^2 / 12; of two that must add up
    # half of it remains. The normal within these bounds has somewhat less.
    widest = 0.25 * np.sqrt(18**2 / 12 / 2)
    assert 0.6 * widest < spreads[0] < widest
    assert spreads[1] == pytest.approx(4 * spreads[0], rel=0.05)


def test_a_withheld_whole_has_no_say_of_its_own():
    """Nothing is known of it but its parts, which have 9 to 11 jobs each."""
    table = pd.DataFrame(
        {
            "region": "06",
            "industry": ["00", "11", "111", "113"],
            "employment": np.nan,
            "employment_low": [np.nan, np.nan, 9.0, 9.0],
            "employment_high": [np.nan, np.nan, 11.0, 11.0],
        }
    )
    result = impute(table).set_index("industry")["employment"]
    assert result["11"] == pytest.approx(result["111"] + result["113"])
    assert 18 <= result["11"] <= 22
