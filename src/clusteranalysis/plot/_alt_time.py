"""What do figures of jobs over time, and of steps to come, show in words?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusteranalysis.plot import _alt_words as words
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot.timeline import timeline_steps
from clusteranalysis.schema import check_columns

__all__: list[str] = []


def trend(table: pd.DataFrame) -> str:
    """Describe the trend of jobs."""
    check_columns(table, ["region", "year", "index"], what="trend table")
    facts, missing = [], []
    for name, rows in table.groupby("region", sort=False):
        known = rows.dropna(subset=["index"]).sort_values("year")
        if known.empty:
            missing.append(str(name))
            continue
        facts.append(f"{name} {known['index'].iloc[-1]:.0f} in {int(known['year'].iloc[-1])}")
    years = table["year"]
    gaps = int(table["index"].isna().sum())
    more = f" and {len(facts) - 3} more" if len(facts) > 3 else ""
    return (
        f"Line chart of jobs from {int(years.min())} to {int(years.max())} as an index, first "
        f"year = 100, for {words.plural(len(facts), 'region')}. Last values: "
        f"{'; '.join(facts[:3])}{more}."
        + (
            f" {words.plural(gaps, 'value')} missing, shown as gaps."
            if gaps and not missing
            else ""
        )
        + words.missing(missing, "jobs withheld")
    )


def bars(table: pd.DataFrame) -> str:
    """Describe the shift-share bars."""
    columns = ["name", "national", "industry_mix", "regional", "change"]
    check_columns(table, columns, what="shift-share table")
    known = table[columns[1:]].notna().all(axis=1)
    shown = table[known].sort_values("change", ascending=False, kind="stable")

    def say(rows: pd.DataFrame) -> str:
        return "; ".join(
            f"{row['name']} {fmt.number(row['change'], sign=True)}"
            for row in rows.to_dict("records")
        )

    best = shown.nlargest(1, "regional").to_dict("records")
    ends = say(shown) if len(shown) <= 3 else f"{say(shown.head(2))}; last: {say(shown.tail(1))}"
    return (
        f"Stacked bars of the change in jobs in {words.plural(len(shown), 'row')}, split into "
        f"national growth, industry mix and regional effect, which add up to a black mark. "
        f"Largest gains first: {ends}."
        + (
            f" Largest regional effect: {best[0]['name']} "
            f"{fmt.number(best[0]['regional'], sign=True)}."
            if best
            else ""
        )
        + words.missing(table.loc[~known, "name"], "jobs withheld")
    )


def waterfall(table: pd.DataFrame) -> str:
    """Describe the waterfall."""
    check_columns(table, ["step", "jobs"], what="waterfall table")
    last = len(table) - 1
    steps = [
        f"{step}: {fmt.number(jobs, sign=0 < i < last)}"
        for i, (step, jobs) in enumerate(zip(table["step"], table["jobs"], strict=True))
    ]
    return f"Waterfall chart of jobs, each bar from where the last one ended: {'; '.join(steps)}."


def base_years(table: pd.DataFrame) -> str:
    """Describe the waterfalls by base year."""
    columns = ["start", "national", "industry_mix", "regional", "change"]
    check_columns(table, columns, what="table of base years")
    known = table[columns].notna().all(axis=1)
    shown = table[known].sort_values("start", kind="stable")
    regional = [
        f"{row['start']:.0f} {fmt.number(row['regional'], sign=True)}"
        for row in shown.to_dict("records")
    ]
    signs = set(np.sign(shown["regional"]))
    same = len(signs) == 1 and 0 not in signs
    verdict = f" Its sign {'is the same from all' if same else 'depends on the year'}."
    return (
        f"Waterfall chart of the change in jobs from {words.plural(len(shown), 'base year')}, each "
        "split into national growth, industry mix and regional effect. Regional effect by base "
        f"year: {words.names(regional, 8)}."
        + (verdict if len(shown) > 1 else "")
        + words.missing([f"{year:.0f}" for year in table.loc[~known, "start"]], "jobs withheld")
    )


def timeline(table: pd.DataFrame) -> str:
    """Describe the plan."""
    steps = timeline_steps(table, None)
    counts = steps["status"].value_counts(sort=False).sort_index()
    late = int((steps["state"] == "done late").sum())
    still = table[steps["status"].isin(["planned", "under way"]).to_numpy()]
    due = [
        f"{row['action']} ({row['owner']}, {row['due']})"
        for row in still.sort_values("due", kind="stable").to_dict("records")
    ]
    return (
        f"Gantt chart of {words.plural(len(steps), 'step')} of "
        f"{words.plural(steps['initiative'].nunique(), 'initiative')}, "
        f"{table['start'].min()} to {table['due'].max()}: "
        + ", ".join(f"{count} {status}" for status, count in counts.items())
        + (f"; {late} done after it was due" if late else "")
        + "."
        + (f" Due next: {words.names(due, 3)}." if due else "")
    )
