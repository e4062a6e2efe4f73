"""In which quadrant of the portfolio is a cluster, and how surely?

Up and down is its share of jobs against the reference's, left and right its growth less the
reference's. A quadrant holds only where the certain bounds lie on one side of both lines.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import CANNOT_TELL, TOTAL, quadrant_names

__all__ = ["growth_differences", "quadrants", "simulated"]


def growth_differences(
    here: pd.DataFrame, there: pd.DataFrame, first: int, last: int
) -> pd.DataFrame:
    """Annual growth from the first year to the last, and whether other base years agree."""
    years = sorted(int(year) for year in here["year"].unique() if first <= year < last)
    now, ref_now = here[here["year"] == last], there[there["year"] == last]
    growths = {
        year: _growth(here[here["year"] == year], now, there[there["year"] == year], ref_now)
        for year in years
    }
    agreement = _agreement(growths)
    return growths[first].merge(agreement, on=["region", "industry"], how="left", validate="1:1")


def _growth(
    then: pd.DataFrame, now: pd.DataFrame, ref_then: pd.DataFrame, ref_now: pd.DataFrame
) -> pd.DataFrame:
    """Annual growth in percent of each cluster, the reference's, and their difference."""
    keys = ["region", "industry"]
    pair = then.merge(now, on=keys, suffixes=("_0", "_1"), validate="1:1")
    pair = pair[pair["industry"] != TOTAL].reset_index(drop=True)
    years = int(now["year"].iloc[0]) - int(then["year"].iloc[0])

    def annual(after: pd.Series, before: pd.Series) -> pd.Series:
        return ((after / before.where(before > 0)) ** (1 / years) - 1) * 100

    ref = annual(
        ref_now.set_index("industry")["employment"], ref_then.set_index("industry")["employment"]
    )
    reference_growth = pair["industry"].map(ref)
    growth = annual(pair["employment_1"], pair["employment_0"])
    low = annual(pair["employment_low_1"], pair["employment_high_0"])
    high = annual(pair["employment_high_1"], pair["employment_low_0"])
    return pair[keys].assign(
        growth=growth,
        reference_growth=reference_growth,
        growth_difference=growth - reference_growth,
        growth_difference_low=low - reference_growth,
        growth_difference_high=high - reference_growth,
    )


def _agreement(growths: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Whether the difference has one sign, whatever is withheld, from every base year."""
    stacked = pd.concat(growths.values(), ignore_index=True)
    stacked["up"] = stacked["growth_difference_low"] > 0
    stacked["down"] = stacked["growth_difference_high"] < 0
    signs = stacked.groupby(["region", "industry"])[["up", "down"]].all()
    return (signs["up"] | signs["down"]).rename("base_years_agree").reset_index()


def quadrants(table: pd.DataFrame, reference_name: str) -> pd.Series:
    """Name each cluster's quadrant where its certain bounds lie on one side of both lines."""
    names, sides = quadrant_names(reference_name), []
    for name, line in (("location_quotient", 1.0), ("growth_difference", 0.0)):
        low, high = table[f"{name}_low"], table[f"{name}_high"]
        sides.append((low >= line).where((low >= line) | (high < line)))
    named = [
        names[bool(strong), bool(outpacing)]
        if strong == strong and outpacing == outpacing
        else CANNOT_TELL
        for strong, outpacing in zip(*sides, strict=True)
    ]
    known = table["location_quotient"].notna()
    return pd.Series(named, index=table.index, dtype="str").where(known)


def simulated(
    table: pd.DataFrame, reference_name: str, repetitions: int, seed: int
) -> pd.DataFrame:
    """How often each quadrant comes up, and over which ranks a selected cluster ranges."""
    if repetitions < 1:
        raise SchemaError(f"repetitions={repetitions}: simulate at least one region")
    # Drawn in the order of names, so that the order of rows does not matter.
    table = table.sort_values("industry", kind="stable", ignore_index=True)
    shape = (repetitions, len(table))
    rng = np.random.default_rng(seed)

    def between(name: str) -> np.ndarray:
        middle = table[name].to_numpy(float)
        low, high = (table[f"{name}_{end}"].fillna(table[name]) for end in ("low", "high"))
        drawn = low.to_numpy(float) + rng.random(shape) * (high - low).to_numpy(float)
        return np.where(np.isnan(drawn), middle, drawn)

    error = np.nan_to_num(table["standard_error"].to_numpy(float))
    quotient = between("location_quotient") * np.exp(error * rng.standard_normal(shape))
    pace = between("growth_difference")
    known = ~(np.isnan(quotient[0]) | np.isnan(pace[0]))
    code = 2 * (quotient < 1) + (pace < 0)
    counts = np.stack([(code == number).mean(axis=0) for number in range(4)])
    names = [*quadrant_names(reference_name).values()]
    likely = pd.Series(np.array(names, dtype=object)[counts.argmax(axis=0)], dtype="str")
    table = table.assign(
        likely_quadrant=likely.where(known),
        quadrant_probability=np.where(known, counts.max(axis=0), np.nan),
        rank_low=np.nan,
        rank_high=np.nan,
    )
    mine = np.flatnonzero(table["selected"])
    if len(mine):
        order = np.argsort(np.argsort(-quotient[:, mine], axis=1, kind="stable"), axis=1) + 1
        low, high = np.quantile(order, [0.05, 0.95], axis=0)
        table.loc[mine, "rank_low"], table.loc[mine, "rank_high"] = low, high
    return table
