"""What was promised is measured again on the same tables, and no verdict outruns its numbers."""

import datetime as dt
import math
from itertools import product

import numpy as np
import pandas as pd
import pytest

import clusteranalysis as ca
from clusteranalysis.errors import DataError
from clusteranalysis.process import EXAMPLES, read_charters
from clusteranalysis.process.charter import Charter
from clusteranalysis.process.noise import noise_half_width
from clusteranalysis.process.readings import Readings, TrackingData

CAUSAL = ("because", "led to", "caused", "thanks to", "impact", "due to", "result of", "effect of")


@pytest.fixture(scope="module")
def bay():
    data = ca.sample("east-bay")
    return TrackingData(data.cells, data.us)


@pytest.fixture(scope="module")
def example(bay):
    return ca.scorecard(read_charters([EXAMPLES]), bay)


def charter(**criterion):
    """A charter of the biomedical cluster with one measured criterion."""
    measured = {
        "kind": "measured", "id": "one", "statement": "Jobs grow 5 points more.",
        "measure": "employment", "source": "cbp", "period": "mid-march", "base": 2019, "by": 2021,
        "target": 5.0, "comparator": "us", "max_withheld": 1.0,
    } | criterion  # fmt: skip
    return Charter(
        schema=1, region="east-bay", definition="east-bay-2017", cluster="biomedical",
        title="Biomedical", status="draft",
        initiatives=[{"id": "a", "title": "A", "outcome": "other", "criteria": [measured]}],
    )  # fmt: skip


def tables(jobs, us_jobs, total=10_000.0):
    """Cells of two counties and the nation in which 3254 is all of the biomedical cluster.

    `jobs` and `us_jobs`: year -> (jobs, establishments) of 325412 in each county, in the US; the
    rest of each total is one published industry, so that nothing is left to hide.
    """
    rows = []
    for (year, (job, plants)), region in product(jobs.items(), ("06001", "06013")):
        rows += place(region, year, job, plants, total)
    us = []
    for year, (job, plants) in us_jobs.items():
        us += place("US", year, job, plants, 1000 * total)
    columns = ["region", "industry", "year", "employment", "establishments", "payroll"]
    return TrackingData(pd.DataFrame(rows, columns=columns), pd.DataFrame(us, columns=columns))


def place(region, year, jobs, plants, total):
    rest = total - jobs
    return [
        (region, "00", year, total, plants + 100.0, total * 5e4),
        (region, "3254", year, jobs, plants, jobs * 1e5),
        (region, "325412", year, jobs, plants, jobs * 1e5),
        (region, "7225", year, rest, 100.0, rest * 3e4),
        (region, "722511", year, rest, 100.0, rest * 3e4),
    ]


JOBS = {2019: (400.0, 20.0), 2021: (440.0, 23.0)}
US = {2019: (50_000.0, 900.0), 2021: (51_000.0, 909.0)}


def only(found):
    assert len(found.table) == 1
    return found.table.iloc[0]


@pytest.mark.parametrize(
    ("measure", "base", "now", "change", "there"),
    [
        ("employment", 800, 880, 10.0, 2.0),
        ("establishments", 40, 46, 15.0, 1.0),
        ("job_share", 4.0, 4.4, 0.4, 0.01),
        ("location_quotient", 4.0 / 0.5, 4.4 / 0.51, 4.4 / 0.51 - 8.0, 0.0),
    ],
)
def test_every_measure_by_hand(measure, base, now, change, there):
    row = only(ca.scorecard(charter(measure=measure), tables(JOBS, US)))
    assert row["base_value"] == pytest.approx(base)
    assert row["value"] == pytest.approx(now)
    assert row["change"] == pytest.approx(change)
    assert row["comparator_change"] == pytest.approx(there, abs=1e-12)
    assert row["excess"] == pytest.approx(change - there)
    assert row["withheld"] == 0.0
    # Nothing is withheld, so what is left of the interval is noise: none for establishments.
    half = (row["excess_high"] - row["excess_low"]) / 2
    assert row["excess_low"] + half == pytest.approx(row["excess"])
    cells = {2019: [400.0, 400.0], 2021: [440.0, 440.0]}
    noise = {
        y: 1.959963985 * math.sqrt(sum((0.05 * e) ** 2 for e in v) / 3) for y, v in cells.items()
    }
    expected = {
        "employment": 100 * math.hypot(noise[2021] / 800, 880 * noise[2019] / 800**2),
        "establishments": 0.0,
        "job_share": math.hypot(noise[2019], noise[2021]) / 200,
        "location_quotient": math.hypot(noise[2019] / 200 / 0.5, noise[2021] / 200 / 0.51),
    }
    assert half == pytest.approx(expected[measure], rel=1e-8, abs=1e-12)


def test_pay_needs_the_nations_reported_sums_and_is_withheld_without():
    data = tables(JOBS, US)
    us = data.us.assign(
        reported_employment=data.us["employment"],
        reported_payroll=data.us["payroll"] * np.where(data.us["year"] == 2021, 1.1, 1.0),
    )
    cells = data.cells.copy()
    late = cells["year"] == 2021
    cells.loc[late, "payroll"] *= 1.25
    row = only(ca.scorecard(charter(measure="average_pay"), TrackingData(cells, us), as_of=None))
    assert row["base_value"] == pytest.approx(1e5)
    assert row["change"] == pytest.approx(25.0)
    assert row["comparator_change"] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("criterion", "year", "said"),
    [
        ({"base": 2015}, 2021, "base year 2015 is not in these data"),
        ({"base": 2021, "by": 2025}, 2021, "nothing after the base year"),
        ({"source": "qcew", "period": "annual"}, 2021, "unlike periods"),
        ({"source": "qcew", "period": "Q2", "base": "2019Q2", "by": "2021Q2"}, 2021, "unlike"),
        ({"max_withheld": 0.0}, 2021, "above the charter's limit of 0.0%"),
    ],
)
def test_what_cannot_be_compared_is_not(criterion, year, said, bay):
    row = only(ca.scorecard(charter(**criterion), bay, year=year))
    assert row["verdict"] == "cannot tell"
    assert said in row["reason"]


def test_another_definition_than_the_one_adopted_is_not_compared(bay):
    other = charter().model_copy(update={"definition_digest": "0" * 12})
    row = only(ca.scorecard(other, bay))
    assert row["verdict"] == "cannot tell"
    assert "definition changed" in row["reason"]
    assert math.isnan(row["excess"])


def test_a_new_edition_of_naics_is_not_compared_where_it_touches_the_cluster():
    """NAICS 2022 moved software publishers and left pharmaceuticals where they were."""
    later = {2019: JOBS[2019], 2022: JOBS[2021]}
    data = tables(later, {2019: US[2019], 2022: US[2021]})
    touched = charter(by=2023).model_copy(update={"cluster": "software-digital"})
    row = only(ca.scorecard(touched, data))
    assert row["verdict"] == "cannot tell"
    assert "NAICS changed between 2019 and 2022" in row["reason"]
    carried = TrackingData(data.cells.assign(passed_split=False), data.us)
    assert "NAICS" not in only(ca.scorecard(touched, carried))["reason"]
    assert only(ca.scorecard(charter(by=2023), data))["excess"] == pytest.approx(10 - 2)


def test_a_year_that_is_not_there_is_an_error(bay):
    with pytest.raises(DataError, match=r"year 2030 .*2018, 2019, 2020, 2021"):
        ca.scorecard(charter(), bay, year=2030)


def test_a_comparator_outside_the_data_cannot_tell(bay):
    row = only(ca.scorecard(charter(comparator="48453"), bay))
    assert row["verdict"] == "cannot tell"
    assert "48453" in row["reason"]


@pytest.mark.parametrize(
    ("attested", "due", "as_of", "verdict"),
    [
        (None, None, "2021-12-31", "cannot tell"),
        (None, "2022-01-01", "2021-12-31", "cannot tell"),
        (None, "2021-12-31", "2021-12-31", "not on track"),
        ({"met": True, "on": "2021-12-31"}, "2021-06-30", "2021-12-31", "met"),
        ({"met": False, "on": "2021-12-31"}, None, "2021-12-31", "not on track"),
        ({"met": True, "on": "2022-01-01"}, None, "2021-12-31", "cannot tell"),  # not seen yet
    ],
)
def test_nobodys_silence_is_a_yes(attested, due, as_of, verdict, bay):
    day = dt.date.fromisoformat
    criterion = {"kind": "attested", "id": "paper", "statement": "It is there.", "evidence": "It"}
    if due:
        criterion["due"] = day(due)
    if attested:
        criterion["attested"] = {
            "by": "B. Sample", "where": "here", **attested, "on": day(attested["on"]),
        }  # fmt: skip
    base = charter()
    one = base.initiatives[0].model_copy(update={"criteria": ()})
    made = Charter.model_validate(
        base.model_dump(by_alias=True)
        | {"initiatives": [one.model_dump() | {"criteria": [criterion]}]}
    )
    assert only(ca.scorecard(made, bay, as_of=day(as_of)))["verdict"] == verdict


def test_the_examples_have_each_verdict_and_say_no_cause(example):
    assert min(example.counts.values()) >= 1
    assert sum(example.counts.values()) == len(example.table) == 10
    for reason in example.table["reason"]:
        assert not any(word in reason.lower() for word in CAUSAL)


def test_the_numbers_of_the_examples_are_those_of_the_cells(example):
    """Recomputed from the cells: six-digit numbers, and what is left of a four-digit one."""
    data = ca.sample("east-bay")
    members = ca.read_definition("east-bay-2017").members
    mine = set(members.loc[members["cluster"] == "biomedical", "industry"])
    owner = dict(zip(members["industry"], members["cluster"], strict=True))

    def total(table, regions, year, column):
        found = 0.0
        for region in regions:
            part = table[(table["region"] == region) & (table["year"] == year)]
            part = part[part["employment"].notna()]
            there = dict(zip(part["industry"], part[column], strict=True))
            for parent in {code[:4] for code in mine}:
                children = [code for code in owner if code[:4] == parent]
                found += sum(there.get(code, 0.0) for code in children if code in mine)
                left = [code for code in children if code not in there]
                if parent in there and left and {owner[code] for code in left} == {"biomedical"}:
                    found += there[parent] - sum(there.get(code, 0.0) for code in children)
        return found

    for criterion, column in (
        ("more-establishments", "establishments"), ("jobs-keep-pace", "employment"),
    ):  # fmt: skip
        row = example.table.set_index("criterion").loc[criterion]
        here = [total(data.cells, ("06001", "06013"), y, column) for y in (2019, 2021)]
        there = [total(data.us, ("US",), y, column) for y in (2019, 2021)]
        assert [row["base_value"], row["value"]] == pytest.approx(here)
        assert row["change"] == pytest.approx(100 * (here[1] / here[0] - 1))
        assert row["comparator_change"] == pytest.approx(100 * (there[1] / there[0] - 1))


def test_hidden_establishments_widen_the_range_and_no_more_than_there_can_be(bay):
    readings = Readings(bay, ca.read_definition("east-bay-2017"))
    region = ca.find_region("east-bay")
    found = readings.of("establishments", "biomedical", region, 2021).number
    assert found.low == found.value < found.high <= found.value + 2 * 2 * 20
    assert readings.of("establishments", "biomedical", "us", 2021).number.high == pytest.approx(
        readings.of("establishments", "biomedical", "us", 2021).number.low
    )


def test_noise_by_hand_and_by_its_flags():
    jobs = pd.Series([300.0, np.nan, 400.0])
    z = 1.959963984540054
    assert noise_half_width(jobs) == pytest.approx(z * 0.05 * 500 / math.sqrt(3))
    flags = pd.Series(["G", "G", "J"])
    expected = z * math.sqrt(((0.02 * 300) ** 2 + (0.1 * 400) ** 2) / 3)
    assert noise_half_width(jobs, flags) == pytest.approx(expected)
    unknown = pd.Series([None, "G", "?"], dtype="object")
    assert noise_half_width(jobs, unknown) == noise_half_width(jobs)
    assert noise_half_width(jobs.iloc[:0]) == 0.0


def test_the_noise_interval_holds_what_its_assumption_says():
    """Cells moved by uniform factors: 95 % of their sums lie within the half-width."""
    rng = np.random.default_rng(1)
    jobs = pd.Series(rng.lognormal(4, 1.5, 40))
    moved = (jobs.to_numpy() * rng.uniform(0.95, 1.05, (20_000, 40))).sum(axis=1)
    share = (np.abs(moved - jobs.sum()) <= noise_half_width(jobs)).mean()
    assert 0.94 < share < 0.975


def test_inputs_are_not_changed(bay):
    before = bay.cells.copy(), bay.us.copy()
    ca.scorecard(charter(), bay)
    pd.testing.assert_frame_equal(bay.cells, before[0])
    pd.testing.assert_frame_equal(bay.us, before[1])
