import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import shared_folder

from clusteranalysis import resources
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries.concordance import concordance, match_flows, unmoved_between
from clusteranalysis.industries.structure import (
    VINTAGES,
    naics,
    parse_vintage,
    read_concordance,
    vintage_codes,
    vintages_of,
)

PAIRS = [(a, b) for a in VINTAGES for b in VINTAGES if a != b]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_weights_of_every_source_add_up_to_one_or_are_unknown(source, target):
    table = concordance(source, target)
    assert table.columns.tolist() == ["source", "target", "weight", "kind", "weight_source"]
    assert not table.duplicated(["source", "target"]).any()
    assert sorted(set(table["source"])) == vintage_codes(source)
    assert sorted(set(table["target"])) == vintage_codes(target)
    sums = table.groupby("source")["weight"].sum(min_count=1).dropna()
    assert np.abs(sums - 1).max() < 1e-12
    exact = table["kind"] != "split"
    assert (table.loc[exact, "weight"] == 1).all()
    assert (table["weight_source"].eq("exact") == exact).all()
    assert (table["weight"].isna() == table["weight_source"].eq("none")).all()
    alone = ~table["source"].duplicated(keep=False)
    assert (alone == exact).all()
    joined = table["target"].duplicated(keep=False)
    same = table["source"] == table["target"]
    assert (table["kind"].eq("merge") == (exact & joined)).all()
    assert (table["kind"].eq("same") == (exact & ~joined & same)).all()


def test_both_directions_use_the_same_links():
    there, back = concordance(2007, 2012), concordance(2012, 2007)
    pairs = set(zip(there["source"], there["target"], strict=True))
    assert pairs == set(zip(back["target"], back["source"], strict=True))


def test_only_the_known_gaps_have_no_weights():
    unknown = {
        pair: set(table.loc[table["weight"].isna(), "source"])
        for pair in PAIRS
        if abs(VINTAGES.index(pair[0]) - VINTAGES.index(pair[1])) == 1
        for table in [concordance(*pair)]
    }
    assert unknown.pop((2017, 2022)) == {
        *("212113", "325314", "453998", "454110", "454390", "515120", "517312", "517911", "519130")
    }
    assert unknown.pop((2002, 2007)) == {"111219", "111998"}
    assert unknown.pop((2007, 2002)) == {"111211", "112519"}
    assert not any(unknown.values())


def test_a_simple_split_is_weighted_by_the_jobs_of_its_targets():
    # 541710 became 541711 (102,724 jobs in 2008) and 541712 (491,494) and nothing else did.
    table = concordance(2002, 2007).query("source == '541710'").set_index("target")
    assert table.loc["541711", "weight"] == pytest.approx(102_724 / (102_724 + 491_494), rel=1e-12)
    assert table["weight_source"].unique() == ["US CBP 2007, 2008, both sides matched"]


def test_matching_beats_the_jobs_of_the_targets_for_a_shared_target():
    # 541711 and 541712 both gave to 541713; 541714 came from 541711 alone, 541715 from 541712
    # alone. Worked by hand from the nation's jobs of 2016 and 2017.
    table = pd.read_parquet(resources.processed("naics", "reference_employment.parquet"))
    jobs = table.set_index(["vintage", "edge", "industry"])["employment"].astype(float)
    last, first = jobs.loc[2012, "last"], jobs.loc[2017, "first"]
    before = last["541711"] + last["541712"]
    grown = before / (first["541713"] + first["541714"] + first["541715"])
    weight = concordance(2012, 2017).set_index(["source", "target"])["weight"]
    stays = first["541714"] * grown / last["541711"]
    assert weight["541711", "541714"] == pytest.approx(stays, rel=1e-9)
    assert weight["541711", "541713"] == pytest.approx(1 - stays, rel=1e-9)
    assert weight["541712", "541715"] == pytest.approx(
        first["541715"] * grown / last["541712"], rel=1e-9
    )


def test_two_industries_that_exchange_parts_keep_most_of_their_own():
    weight = concordance(2007, 2012).set_index(["source", "target"])["weight"]
    assert 0.8 < weight["423620", "423620"] < 1
    assert 0.8 < weight["423720", "423720"] < 1


def test_matching_meets_the_states_better_than_the_jobs_of_the_targets():
    # The states did not enter the weights: figures quoted in the docstring of concordance().
    columns = ["fipstate", "naics", "year", "emp", "empflag"]
    states = pd.read_csv(
        shared_folder("data") / "cbp" / "states_2000-2011_flags.csv.gz",
        dtype="str",
        usecols=columns,
    )
    states = states[states["year"].isin(["2007", "2008"]) & states["naics"].str.isdigit()]
    states = states[states["naics"].str.len() == 6]
    states["emp"] = states["emp"].astype(float).where(states["empflag"].isna())
    jobs = {int(y): t.set_index(["fipstate", "naics"])["emp"] for y, t in states.groupby("year")}
    reference = pd.read_parquet(resources.processed("naics", "reference_employment.parquet"))
    told = []
    for old, new, year, edge in ((2002, 2007, 2007, "first"), (2007, 2002, 2008, "last")):
        whole = reference[(reference["vintage"] == new) & (reference["edge"] == edge)]
        misplaced = []
        for weights in (None, whole[["industry", "employment"]]):
            links = concordance(old, new, weights=weights)
            split = links.loc[(links["kind"] == "split") & links["weight"].notna(), "target"]
            links = links[links["target"].isin(split)]
            grid = links.merge(pd.DataFrame({"state": states["fipstate"].unique()}), how="cross")
            key = pd.MultiIndex.from_frame(grid[["state", "source"]])
            own = jobs[year]
            value = own.reindex(key).to_numpy()
            grid["jobs"] = np.where(key.isin(own.index), value, 0.0) * grid["weight"]
            sums = grid.groupby(["state", "target"])["jobs"].sum(skipna=False)
            seen = jobs[4015 - year].reindex(sums.index.rename(["fipstate", "naics"]))
            both = pd.DataFrame({"est": sums.to_numpy(), "seen": seen.to_numpy()}, sums.index)
            both = both.dropna()
            level = both.groupby("target").transform("sum")
            scaled = both["est"] * level["seen"] / level["est"].where(level["est"] > 0)
            misplaced.append((scaled - both["seen"]).abs().sum() / both["seen"].sum())
        told.append([round(100 * share, 1) for share in misplaced])
    assert told == [[8.4, 10.2], [11.9, 15.1]]


def slow_fit(links, before, after, rounds=4000):
    """Iterative proportional fitting with dictionaries, one link at a time."""
    flow = dict.fromkeys(links, 1.0)
    scale = sum(before.values()) / sum(after.values())
    for _ in range(rounds):
        for end, wanted, factor in ((1, after, scale), (0, before, 1.0)):
            for name, jobs in wanted.items():
                mine = [link for link in links if link[end] == name]
                total = sum(flow[link] for link in mine)
                for link in mine:
                    flow[link] *= jobs * factor / total
    return flow


def test_flows_against_a_slow_implementation():
    links = [("a", "x"), ("a", "y"), ("b", "y"), ("b", "z"), ("c", "z"), ("c", "x")]
    before = {"a": 100.0, "b": 50.0, "c": 70.0}
    after = {"x": 90.0, "y": 60.0, "z": 90.0}
    source = np.array(["abc".index(s) for s, _ in links])
    target = np.array(["xyz".index(t) for _, t in links])
    flow, group = match_flows(
        source, target, np.array([*before.values()]), np.array([*after.values()]), np.ones(6)
    )
    slow = slow_fit(links, before, after, 500)
    assert flow == pytest.approx([slow[link] for link in links], rel=1e-9)
    assert set(group) == {0}


@given(
    st.lists(st.floats(1, 1e5), min_size=2, max_size=6),
    st.data(),
)
def test_flows_of_a_full_table_meet_both_sides(before, data):
    after = data.draw(st.lists(st.floats(1, 1e5), min_size=2, max_size=6))
    n, m = len(before), len(after)
    source, target = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    flow, _ = match_flows(source, target, np.array(before), np.array(after), np.ones(n * m))
    assert np.bincount(source, flow) == pytest.approx(before, rel=1e-9)
    scale = sum(before) / sum(after)
    assert np.bincount(target, flow) == pytest.approx(np.array(after) * scale, rel=1e-6)


def test_unknown_jobs_leave_only_their_own_group_unknown():
    source, target = np.array([0, 0, 1]), np.array([0, 1, 2])
    flow, group = match_flows(
        source, target, np.array([10.0, 5.0]), np.array([np.nan, 4.0, 8.0]), np.ones(3)
    )
    assert np.isnan(flow).tolist() == [True, True, False]
    assert flow[2] == 5.0
    assert group[0] == group[1] != group[2]


def test_a_chain_is_the_product_of_its_steps():
    first = concordance(2007, 2012).rename(columns={"target": "middle", "weight": "one"})
    second = concordance(2012, 2017).rename(columns={"source": "middle", "weight": "two"})
    both = first[["source", "middle", "one"]].merge(second[["middle", "target", "two"]])
    product = (both["one"] * both["two"]).groupby([both["source"], both["target"]]).sum()
    found = concordance("naics2007", "NAICS2017").set_index(["source", "target"])["weight"]
    pd.testing.assert_series_equal(found, product, check_names=False, rtol=1e-12)


def test_a_split_whose_parts_meet_again_is_exact():
    # 111219 of 2002 has no weights, and 2002 to 2002 by way of nothing is the identity; a made-up
    # concordance takes both halves of 541710 back to one industry.
    links = pd.DataFrame(
        [(2007, 2012, "541711", "541999"), (2007, 2012, "541712", "541999")],
        columns=["source_vintage", "target_vintage", "source", "target"],
    )
    table = concordance(2002, 2012, links=links)
    assert table.to_numpy().tolist() == [["541710", "541999", 1.0, "renamed", "exact"]]


def test_the_caller_weights_are_used_as_they_are():
    jobs = pd.DataFrame({"industry": ["517112", "517122"], "employment": [30.0, 70.0]})
    table = concordance(2017, 2022, weights=jobs).query("kind == 'split'")
    given_ = table[table["source"] == "517312"].set_index("target")
    assert given_["weight"].to_dict() == pytest.approx({"517112": 0.3, "517122": 0.7}, rel=1e-15)
    assert set(given_["weight_source"]) == {"weights="}
    # 517911 also goes to 517121, of which nothing is known.
    assert table.loc[table["source"] == "517911", "weight"].isna().all()
    jobs.loc[1, "employment"] = np.nan
    assert concordance(2017, 2022, weights=jobs).query("source == '517312'")["weight"].isna().all()


def test_caller_weights_of_a_step_between_need_their_vintage():
    jobs = pd.DataFrame(
        {"industry": ["541711", "541712"], "employment": [1.0, 3.0], "vintage": [2007, 2007]}
    )
    for weights, share in ((jobs, 0.25), (jobs.drop(columns="vintage"), 0.173)):
        table = concordance(2002, 2012, weights=weights).query("source == '541710'")
        assert table["weight"].tolist()[0] == pytest.approx(share, abs=1e-3)


def test_malformed_weights_are_refused():
    jobs = pd.DataFrame({"industry": ["517112", "517112"], "employment": [30.0, 70.0]})
    with pytest.raises(SchemaError, match=r"'industry' of the weights repeats '517112'.*one year"):
        concordance(2017, 2022, weights=jobs)
    with pytest.raises(SchemaError, match="no column 'employment'"):
        concordance(2017, 2022, weights=jobs[["industry"]])
    with pytest.raises(SchemaError, match="negative"):
        concordance(2017, 2022, weights=jobs.assign(employment=-1.0))


def test_1997_to_2002_is_the_whole_list_of_the_census():
    links = concordance(1997, 2002)
    # 1,355 rows as published, one of them (561720) twice.
    assert len(links) == 1354
    assert links["source"].nunique() == 1169
    assert links["weight"].notna().all()
    np.testing.assert_allclose(links.groupby("source")["weight"].sum(), 1)
    became = links.groupby("source")["target"].agg(list)
    assert became["514191"] == ["518111"]
    assert became["452110"] == ["452111", "452112"]
    assert became["511199"] == ["511130", "511199", "516110"]
    assert became["325412"] == ["325412"]


def test_every_industry_of_2001_and_2003_is_on_its_side_of_the_list():
    path = shared_folder("data") / "cbp" / "us_2001-2021_all_naics.csv.gz"
    us = pd.read_csv(path, dtype={"naics": "str"})
    us = us[us["naics"].str.fullmatch(r"\d{6}") & (us["naics"] != "999999")]
    links = concordance(1997, 2002)
    assert set(us.loc[us["year"] <= 2002, "naics"]) <= set(links["source"])
    assert set(us.loc[us["year"] == 2003, "naics"]) <= set(links["target"])


def test_a_file_of_the_caller_takes_the_place_of_the_shipped_one(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("2002 NAICS Code,NAICS 1997\n454111,454110\n454112,454110\n454113,454110\n")
    links = read_concordance(path)
    assert links["source"].tolist() == ["454110"] * 3
    found = concordance(1997, 2002, links=links)
    assert found["kind"].unique() == ["split"]
    assert found["weight"].sum() == pytest.approx(1)
    assert found["weight_source"].str.startswith("US CBP").all()
    back = concordance(2002, 1997, links=links)
    assert back[["kind", "weight"]].drop_duplicates().to_numpy().tolist() == [["merge", 1.0]]


def test_links_must_join_neighbouring_editions():
    links = pd.DataFrame(
        [(1997, 2007, "454110", "454111")],
        columns=["source_vintage", "target_vintage", "source", "target"],
    )
    with pytest.raises(SchemaError, match="from 1997 to 2007, which do not follow"):
        concordance(1997, 2007, links=links)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1997 code,2002 code\n1,2\n", "no header row"),
        ("1997 NAICS Code,x\n111110,111110\n", "no header row"),
        ("1997 NAICS Code,1997 NAICS Code\n111110,111110\n", "no header row"),
        ("1997 NAICS Code,2002 NAICS Code\n", "no row has any"),
        ("1997 NAICS Code,2002 NAICS Code\n111110,\n", r"row 2 \('111110', ''\): fill"),
        ("1997 NAICS Code,2002 NAICS Code\n\n1111,111110\n", r"row 3 \('1111', '111110'\)"),
    ],
)
def test_a_file_that_is_no_concordance_is_named(tmp_path, text, message):
    path = tmp_path / "odd.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"odd\.csv.*" + message):
        read_concordance(path)


def test_a_missing_file_and_an_unknown_edition_are_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv.*cannot be read"):
        read_concordance(tmp_path / "none.csv")
    path = tmp_path / "odd.csv"
    path.write_text("1998 NAICS Code,2002 NAICS Code\n111110,111110\n")
    with pytest.raises(SchemaError, match="1998 is no edition"):
        read_concordance(path)
    for wrong in ("naics2013", "2017.0", True, None, "sic1987"):
        with pytest.raises(SchemaError, match=r"to=.* is no edition of NAICS: use one of 1997"):
            parse_vintage("to", wrong)


def test_packaged_links_are_what_the_files_say():
    packaged = pd.read_parquet(resources.processed("naics", "concordance.parquet"))
    for older in (2002, 2007, 2012, 2017):
        read = read_concordance(
            shared_folder("data") / "naics" / f"{older}_to_{older + 5}_NAICS.csv"
        )
        mine = packaged[packaged["source_vintage"] == older]
        assert mine.to_numpy().tolist() == read.to_numpy().tolist()


@pytest.mark.parametrize("vintage", [2007, 2012, 2017, 2022])
def test_concordances_and_structures_list_the_same_industries(vintage):
    table = naics(vintage)
    assert vintage_codes(vintage) == table.loc[table["level"] == 6, "industry"].tolist()


def test_codes_tell_their_editions():
    assert vintages_of(["325412", "31-33", "00", "99", "biopharma"]) == VINTAGES
    # Cable networks in 1997, software publishers in 2022: the year has to tell.
    assert vintages_of(["513210"]) == (1997, 2022)
    assert vintages_of(["513130"]) == (2022,)
    assert vintages_of(["541711", "513210"]) == ()
    assert vintages_of(["211111", "541711"]) == (2007, 2012)


def test_content_can_change_under_a_code_that_stays():
    steady = unmoved_between(2007, 2012)
    assert {"325412", "3254", "44-45", "62"} <= steady
    # 423620 and 423720 exchanged parts: the codes stay, as do those of their sector.
    assert not {"423620", "42362", "423720", "238190"} & steady
    assert "42" in steady
    # Merged from others of its four-digit group, which keeps its content.
    assert "315990" not in steady
