"""How is a table of curves over distance read, for the picture and for its description alike?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.schema import check_columns, check_option

__all__: list[str] = []

Unit = Literal["m", "km", "ft"]
#: What a table's distances are in -> how many of them make one of what is drawn.
_DRAWN: dict[str, tuple[float, str]] = {
    "m": (1000.0, "km"),
    "km": (1.0, "km"),
    "ft": (5280.0, "miles"),
}
BANDS = (
    "expected", "local_low", "local_high", "global_low", "global_high", "localisation",
    "dispersion",
)  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """One industry's curve, by ascending distance."""

    industry: str
    partner: str | None
    distance: np.ndarray
    value: np.ndarray
    bands: dict[str, np.ndarray]  # empty without simulations
    p_value: float  # NaN without simulations
    adjusted: float

    @property
    def pair(self) -> str:
        """Whose distances from each other are measured."""
        return self.industry if self.partner is None else f"{self.industry} and {self.partner}"

    @property
    def around(self) -> str:
        """Who is counted around whom."""
        return self.industry if self.partner is None else f"{self.partner} around {self.industry}"

    def runs(self, side: str) -> list[tuple[float, float]]:
        """Stretches of distance where the curve is outside its global band, on one side."""
        flags = self.bands[side] > 0 if side in self.bands else np.zeros(len(self.value), bool)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
        return [
            (float(self.distance[first]), float(self.distance[last - 1]))
            for first, last in edges.reshape(-1, 2)
        ]


def drawn_unit(unit: str) -> tuple[float, str]:
    """Divisor of the table's distances, and the name of what they become."""
    check_option("unit", unit, Unit)
    return _DRAWN[unit]


def read_curves(table: pd.DataFrame, column: str, unit: str) -> list[Curve]:
    """Take a finished table apart; distances in the drawn unit."""
    what = f"table of {column}"
    check_columns(table, ["industry", "distance", column], what=what)
    divisor, _ = drawn_unit(unit)
    numbers = {name: fmt.floats(table, name) for name in ("distance", column)}
    simulated = {"global_low", "global_high"} <= set(table.columns)
    if simulated:
        check_columns(table, ["localisation", "dispersion", "p_value"], what=what)
        numbers |= {name: fmt.floats(table, name) for name in BANDS if name in table.columns}
    tests = {
        name: fmt.floats(table, name) if name in table.columns else np.full(len(table), np.nan)
        for name in ("p_value", "adjusted")
    }
    industry = fmt.strings(table, "industry")
    paired = "partner" in table.columns
    partner = fmt.strings(table, "partner") if paired else industry
    keys = pd.DataFrame({"industry": industry, "partner": partner})
    if keys.assign(distance=numbers["distance"]).duplicated().any():
        raise SchemaError(f"the {what} has a curve with one distance twice: keep one row of each")
    if not np.isfinite(numbers[column]).any():
        raise SchemaError(f"column {column!r} of the {what} holds no number: nothing to draw")
    curves = []
    ascending = keys.assign(distance=numbers["distance"]).sort_values("distance", kind="stable")
    for name, other in dict.fromkeys(zip(industry, partner, strict=True)):
        mine = (ascending["industry"] == name) & (ascending["partner"] == other)
        order = ascending.index[mine].to_numpy()
        curves.append(
            Curve(
                name, other if paired else None,
                numbers["distance"][order] / divisor, numbers[column][order],
                {key: numbers[key][order] for key in BANDS if key in numbers},
                *(float(tests[key][order[0]]) for key in ("p_value", "adjusted")),
            )
        )  # fmt: skip
    return curves


def only_curve(table: pd.DataFrame, column: str, unit: str) -> Curve:
    """Read a table that must hold one curve."""
    curves = read_curves(table, column, unit)
    if len(curves) > 1:
        raise SchemaError(
            f"the table of {column} holds {len(curves)} curves, and one is drawn at a time: pass "
            f"table[table['industry'] == {curves[0].industry!r}]"
            + ("" if curves[0].partner is None else " of one partner")
        )
    return curves[0]


def stretches(runs: Sequence[tuple[float, float]], unit: str, most: int = 3) -> str:
    """Write stretches of distance."""
    texts = [f"{a:.3g}" if a == b else f"{a:.3g}\N{EN DASH}{b:.3g}" for a, b in runs[:most]]
    more = f" and {len(runs) - most} more stretches" if len(runs) > most else ""
    return f"{', '.join(texts)} {unit}{more}"


def finding(curve: Curve, unit: str) -> str:
    """Say where the curve is outside its global band, and with what p-value."""
    if not curve.bands:
        return ""
    if curve.p_value != curve.p_value:
        return "No test: the simulated curves are not defined."
    up, down = curve.runs("localisation"), curve.runs("dispersion")
    said = (
        f"Above the global band at {stretches(up, unit)}"
        if up
        else f"Below the global band at {stretches(down, unit)}"
        if down
        else "Within the global band: not told apart from chance"
    )
    adjusted = curve.adjusted
    more = (
        f"; {adjusted:.3g} allowing for all industries tested together"
        if adjusted == adjusted and adjusted != curve.p_value
        else ""
    )
    return f"{said} (p = {curve.p_value:.3g}{more})."
