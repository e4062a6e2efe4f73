"""Random long tables, their matrices by plain loops, and the values of other tools."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from tests.shared import shared_folder

from clusteranalysis.schema import TOTAL

NAN = math.nan

JOBS = st.one_of(st.just(0.0), st.integers(1, 30).map(float), st.floats(0.5, 1e5))


def long(E, value="employment", regions=None, industries=None, **keys):
    """A matrix of regions x industries as a long table."""
    E = np.asarray(E, float)
    regions = regions or [f"R{n}" for n in range(E.shape[0])]
    industries = industries or [f"I{n}" for n in range(E.shape[1])]
    frame = pd.DataFrame(
        {
            "region": np.repeat(regions, E.shape[1]),
            "industry": np.tile(industries, E.shape[0]),
            value: E.ravel(),
        }
    )
    return frame.astype({"region": "str", "industry": "str"}).assign(**keys)


def totals(values, regions=None, **keys):
    """Published totals, one a region."""
    regions = regions or [f"R{n}" for n in range(len(values))]
    frame = pd.DataFrame({"region": regions, "industry": TOTAL, "employment": values})
    return frame.astype({"region": "str", "industry": "str", "employment": float}).assign(**keys)


def area(values, total=None, industries=None, region=None, **keys):
    """A reference area's table."""
    industries = industries or [f"I{n}" for n in range(len(values))]
    rows = dict(zip(industries, values, strict=True))
    if total is not None:
        rows[TOTAL] = total
    frame = pd.DataFrame({"industry": list(rows), "employment": list(rows.values())})
    frame = frame.astype({"industry": "str", "employment": float}).assign(**keys)
    return frame if region is None else frame.assign(region=region)


@dataclass
class Case:
    """A long table in random order, and what every one of its groups holds."""

    table: pd.DataFrame
    absent: str
    regions: list
    industries: list
    groups: list  # dicts of key values, {} where there are none

    def part(self, group):
        part = self.table
        for key, value in group.items():
            part = part[part[key] == value]
        return part

    def matrix(self, group, column="employment"):
        """Regions x industries by a plain loop; an absent cell is what the caller says it is."""
        empty = 0.0 if self.absent == "zero" else NAN
        E = [[empty for _ in self.industries] for _ in self.regions]
        for row in self.part(group).itertuples():
            if row.industry != TOTAL:
                r, i = self.regions.index(row.region), self.industries.index(row.industry)
                E[r][i] = float(getattr(row, column))
        return E

    def region_totals(self, group, column="employment"):
        """The published total, or the sum of the row."""
        result = [sum(row) for row in self.matrix(group, column)]
        for row in self.part(group).itertuples():
            if row.industry == TOTAL and not math.isnan(getattr(row, column)):
                result[self.regions.index(row.region)] = float(getattr(row, column))
        return result


@st.composite
def cases(
    draw,
    size=(1, 4),
    keys=("year", "draw"),
    withheld=True,
    missing=True,
    published=True,
    need=(),
):
    """Random tables: zeros, NaN cells, absent rows, published totals or none, years and draws."""
    keys = [key for key in keys if key in need or draw(st.booleans())]
    levels = {"year": [2018, 2021], "draw": [0, 1]}
    groups = [{}]
    for key in keys:
        groups = [{**group, key: value} for group in groups for value in levels[key]]
    regions = [f"R{n}" for n in range(draw(st.integers(*size)))]
    industries = [f"I{n}" for n in range(draw(st.integers(*size)))]
    with_totals = published and draw(st.booleans())
    absent = draw(st.sampled_from(["withheld", "zero"]))
    chance_nan = draw(st.sampled_from([0.0, 0.0, 0.15])) if withheld else 0.0
    chance_gone = draw(st.sampled_from([0.0, 0.0, 0.2])) if missing else 0.0
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = []
    for group in groups:
        jobs = {(r, i): draw(JOBS) for r in regions for i in industries}
        for (r, i), value in jobs.items():
            if rng.random() >= chance_gone:
                shown = NAN if rng.random() < chance_nan else value
                rows.append({"region": r, "industry": i, **group, "employment": shown})
        for r in regions:
            if with_totals and rng.random() >= chance_gone:
                whole = sum(v for (place, _), v in jobs.items() if place == r)
                whole += float(rng.integers(0, 5))
                whole = NAN if rng.random() < chance_nan / 2 else whole
                rows.append({"region": r, "industry": TOTAL, **group, "employment": whole})
    if not any(row["industry"] != TOTAL for row in rows):
        rows.append({"region": "R0", "industry": "I0", **groups[0], "employment": 1.0})
    frame = pd.DataFrame(rows).astype({"region": "str", "industry": "str", "employment": float})
    frame = frame.sample(frac=1, random_state=int(rng.integers(2**31)))
    found = frame[["region", "industry"]]
    there = frame[list(keys)].drop_duplicates().to_dict("records") if keys else [{}]
    return Case(
        frame,
        absent,
        sorted(found["region"].unique()),
        sorted(set(found["industry"]) - {TOTAL}),
        there,
    )


def pick(result, column, **keys):
    """The rows of a result with these key values, as a mapping of the other keys to the value."""
    for key, value in keys.items():
        result = result[result[key] == value]
    names = [c for c in ("region", "industry", "partner") if c in result.columns]
    rows = result[[*names, column]].itertuples(index=False)
    return {(row[:-1] if len(names) > 1 else row[0]): row[-1] for row in rows}


def close(actual, expected, rtol=1e-9, atol=1e-12):
    """The same numbers, and NaN in the same places; mappings by their keys."""
    if isinstance(expected, dict):
        assert set(actual) == set(expected)
        order = sorted(expected)
        actual, expected = [actual[k] for k in order], [expected[k] for k in order]
    np.testing.assert_allclose(
        np.asarray(actual, float), np.asarray(expected, float), rtol=rtol, atol=atol, equal_nan=True
    )


# Values of other tools


def golden_input(name):
    return pd.read_csv(shared_folder("golden") / "inputs" / name)


def golden_employment(dates=("t0",)):
    """The 40 x 60 table, long, with a year where there are several dates."""
    parts = []
    for date in dates:
        wide = golden_input(f"syn_e_{date}.csv")
        part = wide.melt(id_vars="region", var_name="industry", value_name="employment")
        parts.append(part if len(dates) == 1 else part.assign(year=int(date[1:])))
    frame = pd.concat(parts, ignore_index=True)
    return frame.astype({"region": "str", "industry": "str", "employment": float})


def golden(path):
    """A peer's output, numbers as floats: a mapping, or a frame for matrices."""
    output = json.loads((shared_folder("golden") / path).read_text(encoding="utf-8"))["output"]
    if isinstance(output, list):
        return np.array(output, float)
    if "rownames" in output:
        values = np.array(output["values"], float)
        return pd.DataFrame(values, index=output["rownames"], columns=output["colnames"])
    names, values = output.values()
    return dict(zip(names, map(float, values), strict=True))
