"""Which industry of one NAICS edition became which of the next, and in what shares?

The links are the Census Bureau's concordances. An industry whose jobs all go to one other is
carried exactly. One that goes to several is *split*, and a concordance does not say in which
shares: these are estimated from US employment on both sides of the break, and every share comes
with its source.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from clusteranalysis import resources
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries.codes import truncate
from clusteranalysis.industries.structure import (
    LEVELS,
    LINK,
    VINTAGES,
    parse_vintage,
    shipped_links,
    vintage_codes,
)
from clusteranalysis.schema import check_cells, check_columns

__all__ = ["concordance", "match_flows", "reference_jobs", "unmoved", "unmoved_between"]

_EXACT = "exact"
_NONE = "none"
_ROUNDS = 1000
# Census keeps a code for an industry that stays much the same; used only where two industries
# exchange parts (423620 and 423720 in 2012), so that their jobs alone cannot tell how much.
_KEPT = 0.9


@lru_cache(maxsize=16)
def _reference(vintage: int, edge: str) -> pd.DataFrame:
    """US jobs in the year of a vintage nearest to its ``first`` or ``last`` that shows them."""
    table = pd.read_parquet(resources.processed("naics", "reference_employment.parquet"))
    table = table[(table["vintage"] == vintage) & (table["edge"] == edge)]
    return table.set_index("industry")[["year", "employment", "status"]]


def reference_jobs(codes: np.ndarray, vintage: int, edge: str) -> pd.DataFrame:
    """US jobs of six-digit codes, and their year, on one side of a break; NaN where unknown."""
    found = _reference(vintage, edge).reindex(codes)
    return found.astype({"year": float, "employment": float}).reset_index(drop=True)


def match_flows(
    source: np.ndarray,
    target: np.ndarray,
    leaving: np.ndarray,
    arriving: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the jobs on each link from the jobs on both sides of a break.

    Iterative proportional fitting: the flows out of a source add up to its jobs before the
    break, those into a target are in proportion to its jobs after within each connected group of
    industries. Where the two cannot both be met (a year of growth lies between them), links that
    cannot carry jobs tend to nothing.

    Parameters
    ----------
    source, target : array of int
        Positions of each link's ends in `leaving` and `arriving`.
    leaving, arriving : array of float
        Jobs of every source before, of every target after; NaN where unknown.
    start : array of float
        Relative flows to begin with; they count only where links form a ring.

    Returns
    -------
    flow : array of float
        Jobs a link; NaN throughout a group in which some industry's jobs are unknown.
    group : array of int
        Number of the connected group each link belongs to.
    """
    n, m = len(leaving), len(arriving)
    graph = coo_array((np.ones(len(source)), (source, n + target)), shape=(n + m, n + m))
    _, label = connected_components(graph, directed=False)
    before = np.bincount(label[:n], leaving, label.max() + 1)
    after = np.bincount(label[n:], arriving, label.max() + 1)
    group = label[source]
    flow = np.full(len(source), np.nan)
    use = before[group] * after[group] > 0
    s, t = source[use], target[use]
    with np.errstate(divide="ignore", invalid="ignore"):
        x = start[use]
        for _ in range(_ROUNDS):
            last = x
            x = np.nan_to_num(x * (arriving[t] / np.bincount(t, x, m)[t]))
            x = np.nan_to_num(x * (leaving[s] / np.bincount(s, x, n)[s]))
            if np.allclose(x, last, rtol=1e-13, atol=0):
                break
    flow[use] = x
    return flow, group


def _years(parts: pd.DataFrame) -> str:
    years = ", ".join(str(int(year)) for year in sorted(parts["year"].dropna().unique()))
    return f"US CBP {years}" + (", deduced in part" if parts["status"].eq("deduced").any() else "")


def _weigh(links: pd.DataFrame, older: int, newer: int, forward: bool) -> pd.DataFrame:
    """Weights of one step; `links` run in the direction asked for."""
    source, sources = pd.factorize(links["source"])
    target, targets = pd.factorize(links["target"])
    sides = [(older, "last"), (newer, "first")]
    here, there = sides if forward else sides[::-1]
    out, into = (
        reference_jobs(np.asarray(sources), *here),
        reference_jobs(np.asarray(targets), *there),
    )
    before, after = out["employment"].to_numpy(), into["employment"].to_numpy()
    kept = np.where(links["source"] == links["target"], _KEPT, 1 - _KEPT)
    flow, group = match_flows(source, target, before, after, kept)
    sums = np.bincount(source, flow)[source]
    whole = after[target]
    all_of = np.bincount(source, whole)[source]
    with np.errstate(divide="ignore", invalid="ignore"):
        matched, proportional = flow / sums, whole / all_of
    result = links.assign(weight=np.where(np.isfinite(matched), matched, proportional))
    result["weight_source"] = _EXACT
    several = np.bincount(source)[source] > 1
    result.loc[~several, "weight"] = 1.0
    for number in np.unique(source[several]):
        mine = source == number
        if np.isfinite(matched[mine]).all():
            near = group == group[mine][0]
            used = pd.concat([out.iloc[source[near]], into.iloc[target[near]]])
            told = f"{_years(used)}, both sides matched"
        elif np.isfinite(proportional[mine]).all():
            told = f"{_years(into.iloc[target[mine]])}, jobs of the targets"
        else:
            told = _NONE
            result.loc[mine, "weight"] = np.nan
        result.loc[mine, "weight_source"] = told
    return result


def _own_links(links: pd.DataFrame | None) -> dict[tuple[int, int], pd.DataFrame]:
    """Links a caller brings, by the step they belong to."""
    if links is None:
        return {}
    check_columns(links, LINK, what="links")
    steps = {}
    for older, newer in set(zip(links[LINK[0]], links[LINK[1]], strict=True)):
        if (older, newer) not in set(pairwise(VINTAGES)):
            raise SchemaError(
                f"column 'source_vintage' of the links goes from {older} to {newer}, which do "
                "not follow each other: bring one concordance a step, from the older edition to "
                "the next"
            )
        own = links[(links[LINK[0]] == older) & (links[LINK[1]] == newer)]
        steps[int(older), int(newer)] = own[["source", "target"]].drop_duplicates()
    return steps


def _step(older: int, newer: int, forward: bool, own: pd.DataFrame | None) -> pd.DataFrame:
    if own is None:
        table = shipped_links()
        own = table[(table["source_vintage"] == older) & (table["target_vintage"] == newer)]
        own = own[["source", "target"]]
    if own.empty:
        raise DataError(
            f"the concordance from NAICS {older} to {newer} is not shipped: download it from "
            "https://www.census.gov/naics/ (Concordances), save it as CSV, and pass "
            "links=read_concordance(path)"
        )
    if not forward:
        own = own.rename(columns={"source": "target", "target": "source"})
    own = own.sort_values(["source", "target"], ignore_index=True)
    return _weigh(own, older, newer, forward)


@lru_cache(maxsize=16)
def _shipped_step(older: int, newer: int, forward: bool) -> pd.DataFrame:
    return _step(older, newer, forward, None)


def _caller_weights(weights: pd.DataFrame | None, target: int) -> dict[int, pd.Series]:
    """Jobs a caller brings, by the vintage whose codes they are."""
    if weights is None:
        return {}
    check_cells(weights, values=["employment"], what="weights", require=["industry"])
    table = weights.assign(vintage=weights.get("vintage", target))
    twice = table.duplicated(["vintage", "industry"])
    if twice.any():
        first = table["industry"][twice].iloc[0]
        raise SchemaError(
            f"column 'industry' of the weights repeats {first!r}: give one number an industry, "
            "for example one year of the nation"
        )
    return {
        parse_vintage("vintage", vintage): part.set_index("industry")["employment"].astype(float)
        for vintage, part in table.groupby("vintage")
    }


def _replace_weights(step: pd.DataFrame, jobs: pd.Series) -> pd.DataFrame:
    """Use the caller's jobs for every split of which they show all targets."""
    jobs_there = step["target"].map(jobs)
    grouped = jobs_there.groupby(step["source"])
    # A sum that skips NaN would give a target without a number no jobs at all.
    share = jobs_there / grouped.transform("sum").where(
        ~jobs_there.isna().groupby(step["source"]).transform("any")
    )
    use = share.notna() & step["weight_source"].ne(_EXACT)
    weight = step["weight"].mask(use, share)
    return step.assign(weight=weight, weight_source=step["weight_source"].mask(use, "weights="))


def _compose(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Follow links of one step by those of the next."""
    both = first.merge(second.rename(columns={"source": "target", "target": "end"}), on="target")
    both["weight"] = both["weight_x"] * both["weight_y"]
    sources = both[["weight_source_x", "weight_source_y"]].to_numpy()
    both["weight_source"] = ["; ".join(_known(row)) for row in sources]
    grouped = both.groupby(["source", "end"])
    result = grouped.agg(
        weight=("weight", lambda w: w.sum(skipna=False)),
        weight_source=("weight_source", lambda s: "; ".join(_known(s))),
    )
    return result.reset_index().rename(columns={"end": "target"})


def _known(texts: Any) -> list[str]:
    parts = dict.fromkeys(part for text in texts for part in text.split("; "))
    if _NONE in parts:
        return [_NONE]
    return [part for part in parts if part != _EXACT] or [_EXACT]


def concordance(
    source: int | str,
    target: int | str,
    *,
    weights: pd.DataFrame | None = None,
    links: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Show which industries became which, and the share of jobs each link carries.

    Parameters
    ----------
    source, target : int or str
        Editions of NAICS, such as 2012 or ``"naics2017"``; either may be the older.
    weights : DataFrame, optional
        ``industry, employment[, vintage]``: jobs of the industries into which splits go, in the
        target's codes unless ``vintage`` says otherwise. Used as they are, for every split of
        which all targets are given: w_st = E_t / sum_t' E_t'.
    links : DataFrame, optional
        Links of :func:`read_concordance`, instead of the shipped ones.

    Returns
    -------
    DataFrame
        ``source, target, weight, kind, weight_source``, one row a link, sorted. ``kind`` is
        ``"same"`` or ``"renamed"`` (one industry became one), ``"merge"`` (the whole source
        became part of the target) or ``"split"``; only splits are estimates, the others weigh
        exactly 1. A weight is NaN, and its source ``"none"``, where nothing is known: the splits
        of 2017 to 2022 forward and those in agriculture, which CBP does not cover.

    Raises
    ------
    DataError
        A step's links are not shipped.
    SchemaError
        An option or a table is malformed.

    Notes
    -----
    The shipped weights are flows estimated from US employment in County Business Patterns in the
    last year of the older edition and the first of the newer (2002|2003, 2007|2008, 2011|2012,
    2016|2017; for 2021 backwards only what one side shows), by iterative proportional fitting of
    both sides over the links: w_st = F_st / sum_t' F_st' with sum_t F_st = E_s and sum_s F_st =
    lambda E_t. The simpler weight by the whole employment of the targets ignores that a target also
    receives from other sources: it sends 83 % of boat builders of NAICS 2007 back to plastics
    products. Against the states, whose employment did not enter, matching misplaces 8.4 instead of
    10.2 % of the jobs of split industries forward from 2007 to 2008, and 11.9 instead of 15.1 %
    backward, levels adjusted. The simpler weight remains where one side is unknown, and for
    `weights` you pass.

    A withheld national number is deduced from its published parent where it is the only one
    missing, else taken from the nearest year of the same edition. Over several steps weights
    multiply; a split whose parts meet again is exact.

    References
    ----------
    US Census Bureau, NAICS concordances, https://www.census.gov/naics/. Deming, W. E. and
    Stephan, F. F. (1940), "On a least squares adjustment of a sampled frequency table when the
    expected marginal totals are known", Annals of Mathematical Statistics 11(4), 427-444.

    Examples
    --------
    >>> table = concordance(2012, 2017)
    >>> table["kind"].value_counts().to_dict()
    {'same': 1037, 'merge': 16, 'split': 8, 'renamed': 8}
    >>> table.query("source == '452112'")[["target", "weight", "weight_source"]].round(2)
         target  weight                          weight_source
    625  452210    0.24  US CBP 2016, 2017, both sides matched
    626  452311    0.76  US CBP 2016, 2017, both sides matched
    """
    start, end = parse_vintage("source", source), parse_vintage("target", target)
    own, given = _own_links(links), _caller_weights(weights, end)
    if not own and not given:
        return _shipped(start, end).copy()
    return _grade(_chain(start, end, own, given, links))


@lru_cache(maxsize=len(VINTAGES) ** 2)
def _shipped(start: int, end: int) -> pd.DataFrame:
    return _grade(_chain(start, end, {}, {}, None))


def _chain(
    start: int,
    end: int,
    own: dict[tuple[int, int], pd.DataFrame],
    given: dict[int, pd.Series],
    links: pd.DataFrame | None,
) -> pd.DataFrame:
    """Follow the steps between two editions, by the caller's links and jobs where there are."""
    first, last = sorted(map(VINTAGES.index, (start, end)))
    forward = start <= end
    steps = list(pairwise(VINTAGES[first : last + 1]))
    result: pd.DataFrame | None = None
    for older, newer in steps if forward else steps[::-1]:
        if (older, newer) in own:
            step = _step(older, newer, forward, own[older, newer])
        else:
            step = _shipped_step(older, newer, forward)
        arrived = newer if forward else older
        if arrived in given:
            step = _replace_weights(step, given[arrived])
        result = step if result is None else _compose(result, step)
    if result is None:
        codes = vintage_codes(start, links)
        result = pd.DataFrame({"source": codes, "target": codes, "weight": 1.0})
        result["weight_source"] = _EXACT
    return result


def _grade(links: pd.DataFrame) -> pd.DataFrame:
    """Say what kind of link each is; what goes to one industry alone is exact."""
    several = links.groupby("source")["target"].transform("size") > 1
    joined = links.groupby("target")["source"].transform("size") > 1
    renamed = links["source"] != links["target"]
    result = links[["source", "target"]].astype("str")
    result["weight"] = links["weight"].where(several, 1.0)
    kind = np.select([several, joined, renamed], ["split", "merge", "renamed"], "same")
    result["kind"] = pd.Series(kind, index=links.index).astype("str")
    result["weight_source"] = links["weight_source"].where(several, _EXACT).astype("str")
    return result.sort_values(["source", "target"], ignore_index=True)


def unmoved(links: pd.DataFrame) -> frozenset[str]:
    """Codes of any level whose six-digit industries come from and go to themselves alone."""
    codes = set(links.loc[links["kind"] == "same", "source"])
    for level in LEVELS[:-1]:
        before, after = truncate(links["source"], level), truncate(links["target"], level)
        moved = before != after
        codes |= {*before, *after} - {*before[moved], *after[moved]}
    return frozenset(codes)


@lru_cache(maxsize=16)
def unmoved_between(source: int, target: int) -> frozenset[str]:
    """Codes of any level with the same content in two editions, by the shipped links."""
    return unmoved(concordance(source, target))
