"""What does a page say of a mark that the reader points at?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from clusteranalysis import plot
from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.figures import FigureSpec
from clusteranalysis.briefing.wording import count, percent, ratio, signed, span

__all__ = ["Mark", "marks"]

#: A quotient that withheld jobs could lift by less than this is shown as one number.
_SAME = 0.005


@dataclass(frozen=True)
class Mark:
    """A place on a picture, in percent of its width and height, and its numbers, one a line."""

    x: str
    y: str
    text: str


def marks(briefing: Briefing, spec: FigureSpec, figure: Figure) -> tuple[Mark, ...]:
    """Marks of a drawn figure, in reading order; of most kinds the picture says it all itself."""
    if spec.kind == "portfolio":
        table = spec.table.sort_values("location_quotient", ascending=False, kind="stable")
        told = {row.Index: _cluster(row, briefing.clusters.level) for row in table.itertuples()}
    elif spec.kind == "lq_maps":
        table = spec.table
        told = {row.Index: _county(row) for row in table.itertuples()}
    else:
        return ()
    places = plot.mark_places(spec.kind, table, figure)
    spots = zip(places.index, places["x"], places["y"], strict=True)
    return tuple(Mark(f"{100 * x:.2f}", f"{100 * y:.2f}", told[at]) for at, x, y in spots)


def _cluster(row: Any, level: float) -> str:
    low, high = row.growth_difference_low, row.growth_difference_high
    growth = f"Growth against the US {signed(row.growth_difference, 1)} points a year"
    if signed(low, 1) != signed(high, 1):
        growth += f", from {signed(low, 1)} to {signed(high, 1)} with what is withheld"
    return "\n".join(
        [
            f"{row.name} ({row.tradability})",
            f"{count(row.employment)} jobs published or deduced, {percent(row.open_share, 0)} of "
            "the possible jobs withheld",
            f"LQ {ratio(row.location_quotient)}, {level:.0%} interval at least "
            f"{span(row.interval_low, row.interval_high)}",
            growth,
        ]
    )


def _county(row: Any) -> str:
    low, high = row.location_quotient, row.location_quotient_high
    if low != low:
        most = f", at most {ratio(high)}" if high == high else ""
        return f"{row.name}: {row.cluster}\nLQ withheld{most}"
    more = f", with what is withheld up to {ratio(high)}" if high > low + _SAME else ""
    return f"{row.name}: {row.cluster}\nLQ {ratio(low)}{more}"
