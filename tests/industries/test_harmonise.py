from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import shared_folder

from clusteranalysis import resources
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries import naics_vintage, parse_codes
from clusteranalysis.industries.concordance import concordance
from clusteranalysis.industries.harmonise import harmonise, mixed_vintages
from clusteranalysis.industries.structure import vintage_codes
from clusteranalysis.schema import check_employment

YEARS = {1997: 2001, 2002: 2005, 2007: 2010, 2012: 2014, 2017: 2019}
# CBP's scope: no splits without weights.
CODES = {v: [c for c in vintage_codes(v) if c[:3] not in ("111", "112")] for v in YEARS}
# Codes that were split or joined somewhere: a random choice from all would rarely hit one.
RESTLESS = {
    v: sorted(
        set(CODES[v])
        & {
            code
            for w in YEARS
            if w != v
            for code in concordance(v, w).query("kind != 'same'")["source"]
        }
    )
    for v in YEARS
}


@cache
def ways(vintage, to):
    """Targets of every code: ``{code: [(target, weight, kind)]}``."""
    if vintage == to:
        return {code: [(code, 1.0, "same")] for code in vintage_codes(to)}
    found = {}
    for link in concordance(vintage, to).itertuples():
        found.setdefault(link.source, []).append((link.target, link.weight, link.kind))
    return found


def ways_of(row, to):
    return ways(naics_vintage(row.year), to)[row.industry]


def frame(rows, columns=("region", "industry", "year", "employment")):
    return pd.DataFrame(rows, columns=list(columns))


@st.composite
def tables(draw, withheld=False, bounds=False):
    rows = []
    for vintage in draw(st.lists(st.sampled_from([*YEARS]), min_size=1, max_size=3, unique=True)):
        pool = st.sampled_from(RESTLESS[vintage]) | st.sampled_from(CODES[vintage])
        for region in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True)):
            for code in draw(st.lists(pool, min_size=1, max_size=12, unique=True)):
                jobs = draw(st.floats(0, 1e6))
                if withheld and draw(st.booleans()):
                    jobs = np.nan
                rows.append((region, code, YEARS[vintage], draw(st.integers(0, 1)), jobs))
    table = frame(rows, ["region", "industry", "year", "draw", "employment"])
    table = table.drop_duplicates(["region", "industry", "year", "draw"], ignore_index=True)
    table["establishments"] = 1.0 + np.arange(len(table))
    table["payroll"] = table["employment"] * 40_000.0
    if bounds:
        hidden = table["employment"].isna()
        table["employment_low"] = table["employment"].mask(hidden, 20.0)
        table["employment_high"] = table["employment"].mask(hidden, 99.0)
    return table


@given(tables(), st.sampled_from([*YEARS]), st.sampled_from(["withheld", "zero"]))
def test_totals_are_conserved(table, to, absent):
    before = table.copy(deep=True)
    new = harmonise(table, to=to, absent=absent)
    pd.testing.assert_frame_equal(table, before)
    check_employment(new)
    keys = ["region", "year", "draw"]
    for column in ("employment", "establishments", "payroll"):
        old, now = table.groupby(keys)[column].sum(), new.groupby(keys)[column].sum()
        np.testing.assert_allclose(now, old, rtol=1e-9, atol=1e-300)
    assert set(new["industry"]) <= set(vintage_codes(to))
    assert new.index.equals(pd.RangeIndex(len(new)))
    keyed = new[["region", "industry", "year", "draw"]]
    assert keyed.equals(keyed.sort_values([*keyed.columns], ignore_index=True))
    assert mixed_vintages(new) is None
    if absent == "zero":
        assert not new["status"].isin(["partial", "withheld"]).any()


@given(tables(), st.sampled_from([*YEARS]))
def test_rows_that_passed_a_split_are_marked_with_their_share(table, to):
    new = harmonise(table, to=to).set_index(["region", "industry", "year", "draw"])
    through = dict.fromkeys(new.index, 0.0)
    marked = set()
    for row in table.itertuples():
        for target, weight, kind in ways_of(row, to):
            if kind == "split":
                key = (row.region, target, row.year, row.draw)
                marked.add(key)
                through[key] += weight * row.employment
    assert set(new.index[new["passed_split"]]) == marked
    assert (new.loc[~new["passed_split"], "split_share"] == 0).all()
    assert new["split_share"].dropna().between(0, 1).all()
    some = new[new["split_share"].notna()]
    np.testing.assert_allclose(
        some["split_share"] * some["employment"],
        [through[k] for k in some.index],
        rtol=1e-9,
        atol=1e-9,
    )
    assert new.loc[new["employment"] > 0, "split_share"].notna().all()
    assert set(new.loc[new["passed_split"], "status"]) <= {"imputed", "partial"}


@given(tables(withheld=True, bounds=True), st.sampled_from([*YEARS]), st.data())
def test_bounds_hold_whatever_was_withheld_and_however_it_split(table, to, data):
    """Draw a truth within the bounds and a way each row splits: the new bounds contain it."""
    new = harmonise(table, to=to, absent="zero").set_index(["region", "industry", "year", "draw"])
    check_employment(new.reset_index())
    truth = dict.fromkeys(new.index, 0.0)
    for row in table.itertuples():
        jobs = data.draw(st.floats(row.employment_low, row.employment_high))
        targets = [target for target, _, _ in ways_of(row, to)]
        cuts = data.draw(st.lists(st.floats(0, 1), min_size=len(targets), max_size=len(targets)))
        cuts[0] += 1e-9
        for target, cut in zip(targets, cuts, strict=True):
            truth[row.region, target, row.year, row.draw] += jobs * cut / sum(cuts)
    actual = np.array([truth[key] for key in new.index])
    slack = 1e-9 * (1 + actual)
    assert (new["employment_high"] >= actual - slack).all()
    assert (new["employment_low"] <= actual + slack).all()
    exact = new["status"].isin(["reported", "deduced"])
    np.testing.assert_allclose(new["employment"][exact], actual[exact], rtol=1e-9, atol=1e-9)


@given(tables(withheld=True), st.sampled_from([*YEARS]))
def test_without_bounds_what_is_withheld_hides_every_sum_it_enters(table, to):
    new = harmonise(table, to=to).set_index(["region", "industry", "year", "draw"])
    hidden = set()
    for row in table[table["employment"].isna()].itertuples():
        targets = [target for target, _, _ in ways_of(row, to)]
        hidden |= {(row.region, target, row.year, row.draw) for target in targets}
    assert set(new.index[new["employment"].isna()]) == hidden
    assert set(new.index[new["status"] == "withheld"]) == hidden


def slow_chain(cells, steps):
    """Carry {(region, code, year): jobs} through steps, one link at a time.

    A step is its links and jobs of its targets: a split goes by those jobs.
    """
    for links, jobs in steps:
        onward = {}
        for source, target in links:
            onward.setdefault(source, []).append(target)
        carried = {}
        for (region, code, year), value in cells.items():
            targets = onward[code]
            total = sum(jobs[t] for t in targets) if len(targets) > 1 else 1.0
            for target in targets:
                share = jobs[target] / total if len(targets) > 1 else 1.0
                key = (region, target, year)
                carried[key] = carried.get(key, 0.0) + value * share
        cells = carried
    return cells


def test_a_chain_of_three_steps_against_a_slow_implementation():
    packaged = pd.read_parquet(resources.processed("naics", "concordance.parquet"))
    rng = np.random.default_rng(5)
    codes = CODES[2002]
    table = frame(
        [(r, c, 2004, float(rng.integers(0, 5000))) for r in ("01001", "06001") for c in codes]
    )
    weights, steps = [], []
    for _, newer in ((2002, 2007), (2007, 2012), (2012, 2017)):
        links = packaged.query("target_vintage == @newer")
        pairs = list(zip(links["source"], links["target"], strict=True))
        jobs = {target: float(rng.integers(1, 1000)) for _, target in pairs}
        steps.append((pairs, jobs))
        weights.append(
            pd.DataFrame({"industry": [*jobs], "employment": [*jobs.values()], "vintage": newer})
        )
    cells = table.set_index(["region", "industry", "year"])["employment"].to_dict()
    slow = slow_chain(cells, steps)
    new = harmonise(table, to="naics2017", weights=pd.concat(weights), absent="zero")
    found = new.set_index(["region", "industry", "year"])["employment"]
    assert set(found.index) == set(slow)
    np.testing.assert_allclose(found, [slow[key] for key in found.index], rtol=1e-12, atol=1e-9)


def test_a_merge_is_exact_and_says_when_a_part_is_absent():
    # 454111 and 454112 and 454113 became 454110.
    table = frame([("06001", "454111", 2016, 70.0), ("06001", "454113", 2016, 5.0)])
    floor, complete = (harmonise(table, to=2017, absent=a) for a in ("withheld", "zero"))
    columns = ["industry", "employment", "status", "passed_split", "split_share"]
    assert floor[columns].to_numpy().tolist() == [["454110", 75.0, "partial", False, 0.0]]
    assert complete[columns].to_numpy().tolist() == [["454110", 75.0, "deduced", False, 0.0]]
    bounded = table.assign(employment_low=table["employment"], employment_high=table["employment"])
    assert np.isnan(harmonise(bounded, to=2017)["employment_high"].item())
    assert harmonise(bounded, to=2017, absent="zero")["employment_high"].item() == 75


def test_a_withheld_part_worked_by_hand():
    columns = [
        *("region", "industry", "year", "employment", "payroll"),
        *("employment_low", "employment_high", "status"),
    ]
    table = frame(
        [
            ("a", "454111", 2016, 70.0, 700.0, 70.0, 70.0, "reported"),
            ("a", "454112", 2016, np.nan, np.nan, 20.0, 99.0, "withheld"),
            ("a", "454113", 2016, 5.0, 50.0, 5.0, 5.0, "reported"),
            ("a", "452112", 2016, np.nan, np.nan, 20.0, 99.0, "withheld"),
            ("a", "452910", 2016, 100.0, 1000.0, 100.0, 100.0, "reported"),
        ],
        columns,
    )
    new = harmonise(table, to=2017).set_index("industry")
    asked = ["employment", "payroll", "employment_low", "employment_high", "status"]
    assert new.loc["454110", asked].tolist() == [75.0, 750.0, 75.0, 174.0, "partial"]
    # 452311 is 452910 and a part of 452112; 452210 is the rest of it and 452111, absent here.
    assert new.loc["452311", asked].tolist() == [100.0, 1000.0, 100.0, 199.0, "partial"]
    assert np.isnan(new.loc["452311", "split_share"])
    assert np.isnan(new.loc["452210", "employment"])
    assert new.loc["452210", "status"] == "withheld"
    assert new.loc["452210", "passed_split"]
    assert new.loc["452210", "split_share"] == 1.0
    bare = harmonise(table.drop(columns=["employment_low", "employment_high"]), to=2017)
    assert bare["employment"].isna().all()


def test_totals_and_unclassified_pass_and_so_does_what_does_not_change():
    rows = [("06001", code, 2011, 5.0) for code in ("00", "99", "62", "541711", "3254", "332")]
    new = harmonise(frame([*rows, ("06001", "00", 2017, 6.0)]), to=2012)
    assert new["industry"].tolist() == ["00", "00", "3254", "332", "541711", "62", "99"]
    assert new["employment"].tolist() == [5.0, 6.0, *[5.0] * 5]
    assert not new["passed_split"].any()
    assert (new["status"] == "reported").all()


def test_sums_whose_content_changes_are_refused():
    with pytest.raises(SchemaError, match=r"'334' of NAICS 2007: harmonise the six-digit.*trunc"):
        harmonise(frame([("06001", "334", 2011, 5.0), ("06001", "62", 2011, 5.0)]), to=2012)


@pytest.mark.parametrize(
    ("code", "year", "message"),
    [
        ("541713", 2011, r"not codes of NAICS 2007: '541713'.*pass vintage=2017"),
        ("3254//", 2011, r"'3254//'.*parse_codes"),
        ("Biopharma", 2017, r"not codes of NAICS 2017: 'Biopharma'"),
        ("541711", 2017, r"not codes of NAICS 2017: '541711'.*pass vintage=2007"),
    ],
)
def test_codes_of_another_edition_are_refused(code, year, message):
    with pytest.raises(SchemaError, match=message):
        harmonise(frame([("06001", code, year, 5.0)]), to="naics2017")


def test_2022_needs_weights_for_what_splits_and_for_nothing_else():
    table = frame([("06001", "511210", 2021, 5.0), ("06001", "517312", 2021, 10.0)])
    exact = harmonise(table.head(1), to=2022)
    assert exact[["industry", "employment"]].to_numpy().tolist() == [["513210", 5.0]]
    with pytest.raises(DataError, match=r"'517312'.*'517112', '517122'.*pass weights="):
        harmonise(table, to=2022)
    jobs = pd.DataFrame({"industry": ["517112", "517122"], "employment": [30.0, 70.0]})
    new = harmonise(table, to=2022, weights=jobs).set_index("industry")["employment"]
    assert new.to_dict() == pytest.approx({"513210": 5.0, "517112": 3.0, "517122": 7.0})
    back = harmonise(frame([("06001", "513210", 2022, 5.0)]), to=2017)
    assert back["industry"].tolist() == ["511210"]


def test_agriculture_needs_weights_too():
    with pytest.raises(DataError, match="'111998'"):
        harmonise(frame([("06001", "111998", 2006, 5.0)]), to=2007)


def test_the_edition_can_be_told_by_hand():
    table = frame([("34001", "541711", 2011, 5.0), ("34001", "221119", 2010, 5.0)])
    # QCEW used NAICS 2012 from 2011 on.
    mapped = harmonise(table, to=2012, vintage={2010: 2007, 2011: "naics2012"})
    assert mapped["passed_split"].tolist() == [True] * 5 + [False]
    with pytest.raises(SchemaError, match=r"nothing on column 'year' \[2011\]"):
        harmonise(table, to=2012, vintage={2010: 2007})
    undated = table.head(1).drop(columns="year")
    with pytest.raises(SchemaError, match=r"no column 'year'.*vintage=2012"):
        harmonise(undated, to=2017)
    assert len(harmonise(undated, to=2017, vintage=2012)) == 2


def test_doing_it_in_two_goes_keeps_the_marks():
    table = frame([("06001", c, 2010, 100.0) for c in ("221119", "541711", "325412")])
    halfway = harmonise(table, to=2012)
    twice = harmonise(halfway, to=2017, vintage=2012)
    pd.testing.assert_frame_equal(twice, harmonise(table, to=2017), rtol=1e-12)


def test_an_empty_table_and_a_wrong_option():
    empty = frame([]).astype({"region": "str", "industry": "str", "year": int, "employment": float})
    assert len(harmonise(empty, to=2017)) == 0
    with pytest.raises(SchemaError, match=r"absent='nought'"):
        harmonise(empty, to=2017, absent="nought")
    with pytest.raises(SchemaError, match=r"to='naics2016'"):
        harmonise(empty, to="naics2016")


def raw(codes, years):
    return frame([("06001", code, year, 1.0) for code in codes for year in years])


def test_years_of_two_editions_are_mixed_where_a_code_changed():
    assert mixed_vintages(raw(["325412", "00", "62"], [2011, 2012, 2021])) is None
    assert mixed_vintages(raw(["423620"], [2008, 2011])) is None
    message = mixed_vintages(raw(["423620", "325412"], [2011, 2012]))
    assert "NAICS 2007 (2011) and NAICS 2012 (2012)" in message
    assert "'423620' changes" in message
    assert "harmonise(table, to='naics2012')" in message
    assert "'334'" in mixed_vintages(raw(["334"], [2011, 2012]))
    # From 2007 to 2017 541711 changed, though not from 2007 to 2012.
    both = pd.concat([raw(["541711"], [2011, 2012]), raw(["541713"], [2018])])
    assert "'541711', '541713'" in mixed_vintages(both)
    assert mixed_vintages(raw(["541711"], [2011, 2012])) is None


def test_a_harmonised_table_is_not_mixed():
    table = raw(["423620", "423720"], [2011, 2012])
    new = harmonise(table, to=2012)
    assert mixed_vintages(new) is None
    # Codes that CBP did not use in 2011: someone has carried the table by other means.
    assert mixed_vintages(raw(["541713"], [2011, 2018])) is None
    assert "mixes" in mixed_vintages(
        new.replace({"industry": {"423620": "513130"}}).replace({"industry": {"423720": "211111"}})
    )


def test_codes_alone_can_tell_a_mixture():
    message = mixed_vintages(pd.DataFrame({"industry": ["541711", "541713", "325412"]}))
    assert "'541711' is in 2007 and 2012 only, '541713' in 2017 and 2022 only" in message
    assert mixed_vintages(pd.DataFrame({"industry": ["541713", "325412", "00"]})) is None


def test_years_of_1997_and_2002_mix_where_a_code_changed():
    assert mixed_vintages(raw(["325412"], [2001, 2004])) is None
    # Part of the janitors went to construction, and both years have the code.
    message = mixed_vintages(raw(["561720"], [2001, 2004]))
    assert "NAICS 1997 (2001) and NAICS 2002 (2004)" in message
    assert "harmonise(table, to='naics2002')" in message
    assert mixed_vintages(raw(["00", "99"], [2001, 2004])) is None


def test_made_up_tables_are_left_alone():
    assert mixed_vintages(raw(["biopharma", "a"], [2001, 2021])) is None
    assert mixed_vintages(raw(["325412"], [1, 2])) is None
    assert mixed_vintages(raw(["325412"], [1990, 2012])) is None


def us_six():
    path = shared_folder("data") / "cbp" / "us_2001-2021_all_naics.csv.gz"
    us = pd.read_csv(path, dtype={"naics": "str"})
    us = us[us["naics"].str.fullmatch(r"\d{6}") & (us["naics"] != "999999")]
    return pd.DataFrame(
        {
            "region": "US",
            "industry": parse_codes(us["naics"]),
            "year": us["year"].astype(int),
            "employment": us["employment_march"].astype(float),
        }
    )


# (median, worst) of codes that passed a split. Matching both sides leaves only the growth of each
# connected group, the same for all its codes; the jobs of the targets alone do worse.
@pytest.mark.parametrize(
    ("year", "matched", "simple"),
    [(2011, (0.118, 0.118), (0.118, 0.84)), (2016, (0.113, 0.121), (0.124, 0.589))],
)
def test_the_nation_carried_over_a_break_meets_the_next_year(year, matched, simple):
    us = us_six()
    before, after = us[us["year"] == year], us[us["year"] == year + 1]
    vintage, to = naics_vintage(year), naics_vintage(year + 1)
    hidden = set(before.loc[before["employment"].isna(), "industry"])
    told = []
    for weights in (None, after[["industry", "employment"]]):
        shown = before.dropna()
        new = harmonise(shown, to=to, absent="zero", weights=weights)
        assert new["employment"].sum() == pytest.approx(shown["employment"].sum(), rel=1e-12)
        links = concordance(vintage, to)
        known = set(new["industry"]) - set(links.loc[links["source"].isin(hidden), "target"])
        passed = new[new["passed_split"] & new["industry"].isin(known)].set_index("industry")
        seen = after.set_index("industry")["employment"].reindex(passed.index)
        difference = (passed["employment"] / seen - 1).abs().dropna()
        assert len(difference) >= 7
        told.append((round(difference.median(), 3), round(difference.max(), 3)))
    assert told == [matched, simple]
