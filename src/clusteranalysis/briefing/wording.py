"""How is a number written, and a list of names?"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

__all__ = [
    "count",
    "dollars",
    "floor",
    "listed",
    "pandemic",
    "percent",
    "ratio",
    "series",
    "signed",
    "span",
    "the",
]


def pandemic(year: int) -> bool:
    """Whether a year's jobs say little of the years around it."""
    return year in (2020, 2021)


def count(value: float) -> str:
    """Write a number of jobs or establishments, or that it is withheld."""
    return "withheld" if np.isnan(value) else f"{value:,.0f}"


def signed(value: float, digits: int = 0) -> str:
    """Write a change with its sign, a true minus included."""
    if np.isnan(value):
        return "withheld"
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def percent(share: float, digits: int = 1) -> str:
    """Write a share (0..1) in percent."""
    if np.isnan(share):
        return "withheld"
    least = 10.0**-digits
    if 0 < 100 * share < least / 2:
        return f"<{least:g}%"
    if 0 < 100 * (1 - share) < least / 2:
        return f">{100 - least:g}%"
    return f"{100 * share:,.{digits}f}%"


def ratio(value: float) -> str:
    """Write a location quotient with two decimals, or a dash where there is none."""
    return "–" if np.isnan(value) else f"{value:.2f}"


def span(low: float, high: float) -> str:
    """Write an interval of location quotients."""
    return f"{ratio(low)} to {ratio(high)}"


def floor(value: float, status: str) -> str:
    """Write a number of jobs, with a plus where a part of them is not published."""
    return f"{count(value)}{'' if status == 'reported' else '+'}"


def dollars(value: float) -> str:
    """Write a yearly pay in whole hundreds of dollars, as precise as the noise allows."""
    return "withheld" if np.isnan(value) else f"${round(value, -2):,.0f}"


def listed(names: Iterable[str]) -> str:
    """Join names that may hold commas and "and" themselves: A; B; C."""
    return "; ".join(names)


def series(names: Iterable[str]) -> str:
    """Join names into a phrase: A, B and C."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def the(region: str) -> str:
    """Give a region's name the article it takes: the East Bay, but Napa County."""
    bare = region.endswith("County") or region[:1].isdigit() or region.lower().startswith("the ")
    return region if bare else f"the {region}"
