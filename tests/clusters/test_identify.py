"""Which rule chooses a cluster, on tables where the answer is plain."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import clusteranalysis as ca
from clusteranalysis.clusters import (
    Cluster,
    ClusterDefinition,
    ClusterRules,
)
from clusteranalysis.errors import DefinitionError, SchemaError

IDS = ("strong", "growing", "large", "small", "few", "hidden", "local")
DEFINITION = ClusterDefinition(
    id="test",
    title="Test",
    vintage=2017,
    clusters=tuple(
        Cluster(name, name.title(), "local" if name == "local" else "traded", (f"31{i}",))
        for i, name in enumerate(IDS, 1)
    ),
)
# id: jobs 2018, jobs 2021, most jobs 2021, establishments, US jobs 2018, US jobs 2021
CELLS = {
    "strong": (2000, 2000, 2000, 400, 50_000, 50_000),  # LQ 4
    "growing": (500, 650, 650, 300, 50_000, 50_000),  # LQ 1.3, +9 % a year
    "large": (9500, 9500, 9500, 2000, 950_000, 950_000),  # 9.5 % of jobs, LQ 1
    "small": (400, 400, 400, 100, 80_000, 80_000),  # LQ 0.5, nothing else
    "few": (3000, 3000, 3000, 20, 50_000, 50_000),  # LQ 6 in 20 establishments
    "hidden": (400, 400, 700, 100, 80_000, 80_000),  # LQ 0.5 or more: nobody knows
    "local": (5000, 5000, 5000, 900, 50_000, 50_000),
}


def tables():
    region, nation = [], []
    for name, (e0, e1, most, plants, us0, us1) in CELLS.items():
        region += [("R", name, 2018, e0, plants, e0, e0), ("R", name, 2021, e1, plants, e1, most)]
        nation += [("US", name, y, us, 9000, us, us) for y, us in ((2018, us0), (2021, us1))]
    region += [("R", "00", year, 100_000, 10_000, 100_000, 100_000) for year in (2018, 2021)]
    whole = 10_000_000
    nation += [("US", "00", year, whole, 900_000, whole, whole) for year in (2018, 2021)]
    columns = ["region", "industry", "year", "employment", "establishments"]
    columns += ["employment_low", "employment_high"]
    return tuple(
        pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[3:], float))
        for rows in (region, nation)
    )


def found(**rules):
    region, nation = tables()
    return ca.identify_clusters(
        region, reference=nation, definition=DEFINITION, rules=ClusterRules(**rules)
    )


def rule_of(result):
    return result.table.set_index("industry")["rule"].to_dict()


def test_each_rule_chooses_or_drops_what_it_is_there_for():
    rules = rule_of(found())
    assert rules["strong"] == "concentrated"
    assert rules["growing"].endswith("outgrowing")
    assert rules["large"] == "large"
    assert rules["small"] == "no route"
    assert rules["few"] == "gate: establishments"
    assert rules["hidden"] == "cannot tell: withheld"
    assert rules["local"] == "gate: tradability"


def test_the_callers_rules_are_used():
    assert rule_of(found(min_establishments=10))["few"] == "concentrated"
    assert rule_of(found(max_open_share=0.9))["hidden"] == "no route"
    assert rule_of(found(tradability=("local",)))["local"].startswith("concentrated")
    assert rule_of(found(large=0.2))["large"] == "no route"


def test_growth_that_withheld_jobs_could_undo_is_no_route():
    region, nation = tables()
    # 650 jobs in 2021 are certain; but in 2018 there could have been 650 too.
    open_2018 = (region["industry"] == "growing") & (region["year"] == 2018)
    region.loc[open_2018, "employment_high"] = 650.0
    result = ca.identify_clusters(region, reference=nation, definition=DEFINITION)
    row = result.table.set_index("industry").loc["growing"]
    assert row["growth_difference"] > 9
    assert row["growth_difference_low"] == pytest.approx(0)
    assert "outgrowing" not in row["rule"]


def test_growth_that_turns_with_the_base_year_is_no_route():
    region, nation = tables()
    # By 2020 it had 900 jobs, so from 2020 it fell while it rose from 2018.
    for frame, name, jobs in ((region, "R", 900.0), (nation, "US", 50_000.0)):
        middle = frame[frame["year"] == 2021].assign(year=2020)
        at = middle["industry"] == "growing"
        middle.loc[at, ["employment", "employment_low", "employment_high"]] = jobs
        if name == "R":
            region = pd.concat([frame, middle], ignore_index=True)
        else:
            nation = pd.concat([frame, middle], ignore_index=True)
    result = ca.identify_clusters(region, reference=nation, definition=DEFINITION)
    row = result.table.set_index("industry").loc["growing"]
    assert row["growth_difference_low"] > 1
    assert not row["base_years_agree"]
    assert "outgrowing" not in row["rule"]
    assert found().table.set_index("industry").loc["growing", "base_years_agree"]


def test_numbers_of_one_row_by_hand():
    row = found().table.set_index("industry").loc["growing"]
    assert row["location_quotient"] == pytest.approx((650 / 100_000) / (50_000 / 10_000_000))
    assert row["growth"] == pytest.approx(100 * ((650 / 500) ** (1 / 3) - 1))
    assert row["reference_growth"] == pytest.approx(0)
    assert row["dynamic_location_quotient"] == pytest.approx(1.3)
    assert row["job_share"] == pytest.approx(0.0065)
    assert row["quadrant"] == "Concentrated, outpacing US"
    hidden = found().table.set_index("industry").loc["hidden"]
    assert hidden["quadrant"] == "Below US share, outpacing US"
    assert hidden["open_share"] == pytest.approx(300 / 700)


def test_a_quadrant_is_named_only_where_withheld_jobs_cannot_change_it():
    region, nation = tables()
    before = (region["industry"] == "hidden") & (region["year"] == 2018)
    region.loc[before, "employment_high"] = 600.0  # so it may have shrunk as well as grown
    result = ca.identify_clusters(region, reference=nation, definition=DEFINITION)
    assert result.table.set_index("industry").loc["hidden", "quadrant"] == "Cannot tell"


def test_order_ranks_and_explanations():
    result = found()
    selected = result.selected
    assert selected["rank"].tolist() == list(range(1, len(selected) + 1))
    assert selected["location_quotient"].is_monotonic_decreasing
    assert result.table["selected"].tolist() == sorted(result.table["selected"], reverse=True)
    assert result.explain("few") == "Few, R: not chosen: 20 establishments, under 50"
    assert "R, 2018-2021" in repr(result)
    with pytest.raises(DefinitionError, match="no cluster 'none'"):
        result.explain("none")
    with pytest.raises(SchemaError, match="no region 'X'"):
        result.explain("few", region="X")


def test_a_withheld_cluster_is_nobodys_choice():
    region, nation = tables()
    gone = (region["industry"] == "strong") & (region["year"] == 2021)
    region.loc[gone, ["employment", "establishments"]] = np.nan
    region.loc[gone, "employment_low"] = 0.0
    row = (
        ca.identify_clusters(region, reference=nation, definition=DEFINITION)
        .table.set_index("industry")
        .loc["strong"]
    )
    assert (row["rule"], bool(row["selected"])) == ("withheld", False)
    assert pd.isna(row["quadrant"])


def test_inputs_unchanged_and_order_free():
    region, nation = tables()
    before = region.copy(), nation.copy()
    straight = ca.identify_clusters(region, reference=nation, definition=DEFINITION)
    mixed = ca.identify_clusters(
        region.sample(frac=1, random_state=2), reference=nation[::-1], definition=DEFINITION
    )
    pd.testing.assert_frame_equal(region, before[0])
    pd.testing.assert_frame_equal(nation, before[1])
    pd.testing.assert_frame_equal(straight.table, mixed.table)


def test_tables_of_another_definition_are_refused():
    region, nation = tables()
    other = dataclasses.replace(DEFINITION, clusters=DEFINITION.clusters[:2])
    with pytest.raises(SchemaError, match="no clusters of 'test'"):
        ca.identify_clusters(region, reference=nation, definition=other)
    with pytest.raises(SchemaError, match="rng=None is no source of randomness"):
        ca.identify_clusters(region, reference=nation, definition=DEFINITION, rng=None)


def test_a_reference_that_is_not_the_us_is_not_called_so():
    region, nation = tables()
    state = nation.assign(region="California")
    plain, named = (
        ca.identify_clusters(region, reference=table, definition=DEFINITION)
        for table in (nation, state)
    )
    assert (plain.reference_name, named.reference_name) == ("US", "California")
    for column in ("quadrant", "likely_quadrant"):
        theirs = plain.table[column].str.replace("US", "California")
        pd.testing.assert_series_equal(named.table[column], theirs)
    assert "Concentrated, outpacing California" in set(named.table["quadrant"])


def test_several_regions_at_once_give_what_each_gives_alone():
    data, definition = ca.sample(), ca.read_definition()
    counties = ca.cluster_employment(data.cells, definition=definition)
    nation = ca.cluster_employment(data.us, definition=definition)
    regions = [ca.find_region("east-bay"), ca.find_region("napa-county")]
    both = ca.identify_clusters(
        ca.aggregate_regions(counties, regions), reference=nation, definition=definition
    )
    for region in regions:
        alone = ca.identify_clusters(
            ca.aggregate_regions(counties, region), reference=nation, definition=definition
        )
        part = both.table[both.table["region"] == region.name].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone.table)


def test_health_care_is_findable_in_the_east_bay():
    data, definition = ca.sample(), ca.read_definition()
    counties = ca.cluster_employment(data.cells, definition=definition)
    result = ca.identify_clusters(
        ca.aggregate_regions(counties, ca.find_region("east-bay")),
        reference=ca.cluster_employment(data.us, definition=definition),
        definition=definition,
    )
    assert "health-care" in set(result.selected["industry"])
    assert result.definition.digest == definition.digest


def test_many_clusters_looked_at_need_stronger_evidence():
    alone, together = found(adjust="none").table, found(adjust="bonferroni").table
    looked_at = alone["tradability"].isin(ClusterRules().tradability)
    assert alone.loc[~looked_at, ["p_value", "p_adjusted"]].isna().all(axis=None)
    pd.testing.assert_series_equal(alone["p_value"], alone["p_adjusted"], check_names=False)
    expected = (together["p_value"] * looked_at.sum()).clip(upper=1)
    pd.testing.assert_series_equal(together["p_adjusted"], expected, check_names=False)
    # The p-value is the interval's own: it lies above 1 just where p is below half of 5 %.
    known = alone.dropna(subset=["p_value"])
    assert ((known["interval_low"] > 1) == (known["p_value"] < 0.025)).all()


def test_an_interval_above_one_by_itself_may_not_hold_for_all_clusters():
    region, nation = tables()
    # 1.3 times its share in 60 plants: by itself beyond chance, among six clusters not.
    cell = region["industry"].eq("growing") & region["year"].eq(2021)
    region.loc[cell, "establishments"] = 65.0
    rules = {
        adjust: ca.identify_clusters(
            region,
            reference=nation,
            definition=DEFINITION,
            rules=ClusterRules(adjust=adjust, outgrowing=99.0),
        ).table.set_index("industry")
        for adjust in ("none", "holm")
    }
    assert rules["none"].loc["growing", "rule"] == "concentrated"
    assert rules["holm"].loc["growing", "rule"] == "no route"


def identified(**evidence):
    region, nation = tables()
    return ca.identify_clusters(region, reference=nation, definition=DEFINITION, **evidence)


def test_other_evidence_adds_routes():
    strong = pd.DataFrame(
        {
            "region": ["R", "R", "other"],
            "industry": ["small", "few", "large"],
            "strong": pd.array([True, True, True], dtype="boolean"),
        }
    )
    table = identified(strong=strong).table.set_index("industry")
    assert table.loc["small", "rule"] == "benchmark strong"
    assert table.loc["few", "rule"] == "gate: establishments"
    assert table.loc["large", "strong"] is pd.NA
    areas = pd.DataFrame({"industry": ["small", "large"], "crosses_border": [True, False]})
    table = identified(areas=areas).table.set_index("industry")
    assert table.loc["small", "rule"] == "cluster area"
    related = pd.DataFrame(
        [("large", "strong", 0.9), ("large", "few", 0.8), ("growing", "large", 0.7)],
        columns=["industry", "partner", "relatedness"],
    )
    table = identified(related=related).table.set_index("industry")
    assert table.loc["large", "related_strong"] == 3
    assert table.loc["large", "rule"] == "large + related"
    assert table.loc["growing", "related_strong"] == 0


def test_evidence_that_does_not_fit_is_refused():
    with pytest.raises(SchemaError, match="has none of R"):
        identified(strong=pd.DataFrame({"region": ["x"], "industry": ["y"], "strong": [True]}))
    with pytest.raises(SchemaError, match="one column of values"):
        identified(related=pd.DataFrame({"industry": ["x"], "partner": ["y"]}))
    with pytest.raises(SchemaError, match="at least one region"):
        identified(repetitions=0)
    with pytest.raises(SchemaError, match="base='jobs'"):
        identified(base="jobs")


def test_probability_of_a_quadrant():
    table = identified(repetitions=4000).table.set_index("industry")
    assert table["quadrant_probability"].between(0.25, 1).all()
    assert table.loc["strong", "likely_quadrant"].startswith("Concentrated")
    # An LQ of 1 is as likely above as below.
    assert table.loc["large", "quadrant_probability"] == pytest.approx(0.5, abs=0.05)
    sure = table["quadrant"] != "Cannot tell"
    clear = sure & ((table["location_quotient"] - 1).abs() > 3 * table["standard_error"])
    assert (table.loc[clear, "likely_quadrant"] == table.loc[clear, "quadrant"]).all()
    again = identified(repetitions=4000).table.set_index("industry")
    pd.testing.assert_frame_equal(table, again)
    other = identified(repetitions=4000, rng=9).table.set_index("industry")
    assert not table["quadrant_probability"].equals(other["quadrant_probability"])


def test_ranks_range_around_the_rank():
    table = identified().selected
    assert (table["rank_low"] <= table["rank"]).all()
    assert (table["rank"] <= table["rank_high"]).all()
    assert table["rank_high"].max() <= len(table)


def test_a_cluster_of_local_and_traded_industries_says_so():
    table = identified().table.set_index("industry")
    assert table.loc["local", "eligibility"].startswith("local")
    shipped = ca.read_definition()
    data = ca.sample("east-bay")
    counties = ca.cluster_employment(data.cells, definition=shipped)
    region = ca.aggregate_regions(counties, ca.find_region("east-bay"))
    nation = ca.cluster_employment(data.us, definition=shipped)
    care = ca.identify_clusters(region, reference=nation, definition=shipped).table
    care = care.set_index("industry").loc["health-care"]
    assert care["eligibility"] == "part local: not eligible for the benchmark's strong test"
    assert care["selected"]


def test_another_base_is_another_denominator():
    region, nation = tables()
    total, traded = (
        identified(base=base).table.set_index("industry")["location_quotient"]
        for base in ("total", "traded")
    )
    last = [t[(t["year"] == 2021) & (t["industry"] != "00")] for t in (region, nation)]
    jobs = [t.loc[t["industry"] != "local", "employment"].sum() for t in last]
    factor = (100_000 / jobs[0]) / (10_000_000 / jobs[1])
    pd.testing.assert_series_equal(traded.sort_index(), (total * factor).sort_index())


def test_sensitivity_names_what_turns():
    region, nation = tables()
    middle = [t[t["year"] == 2018].assign(year=2019) for t in (region, nation)]
    region, nation = (pd.concat([t, m]) for t, m in zip((region, nation), middle, strict=True))
    cell = region["industry"].eq("growing") & region["year"].eq(2019)
    region.loc[cell, ["employment", "employment_low", "employment_high"]] = 700.0
    table = ca.sensitivity(region, reference=nation, definition=DEFINITION)
    assert len(table) == len(IDS) * 3 * 2
    assert set(table["base"]) == {"total", "traded", "tradable"}
    assert set(table["start"]) == {2018, 2019}
    growing = table[table["industry"] == "growing"]
    assert growing["quadrant_changes"].all()
    for _, part in table.groupby("industry"):
        assert part["selection_changes"].eq(len(set(part["selected"])) > 1).all()
        assert part["selected_share"].eq(part["selected"].mean()).all()
    strong = table[table["industry"] == "strong"]
    assert strong["selected"].all()
    assert not strong["quadrant_changes"].any()
    changes = table["selection_changes"].astype(int)
    assert changes.is_monotonic_decreasing
    with pytest.raises(SchemaError, match="a base year is needed"):
        ca.sensitivity(region[region["year"] == 2021], reference=nation, definition=DEFINITION)
