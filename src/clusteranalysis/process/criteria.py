"""Is a promise kept, on its way, or can that not be told? Intervals in, a verdict out."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

__all__ = ["VERDICTS", "Change", "Judgment", "Verdict", "change_between", "excess_over", "judge"]

Verdict = Literal["met", "on track", "not on track", "cannot tell"]
VERDICTS: tuple[Verdict, ...] = ("met", "on track", "not on track", "cannot tell")


class Change(NamedTuple):
    """A change, the bounds that withheld cells leave it for certain, and half a noise interval."""

    value: float
    low: float
    high: float
    noise: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where it lies, withheld cells and noise together."""
        return self.low - self.noise, self.high + self.noise


class Judgment(NamedTuple):
    """A verdict and why it is no other."""

    verdict: Verdict
    reason: str


def change_between(before: Change, after: Change, *, relative: bool) -> Change:
    """Change from one reading to the next: in percent of the first, or the plain difference.

    A reading is a :class:`Change` from nothing: value, bounds and noise in the measure's unit.
    Noise of the two years is taken as independent; it is carried to a ratio to first order.
    """
    if not relative:
        return Change(
            after.value - before.value,
            after.low - before.high,
            after.high - before.low,
            math.hypot(before.noise, after.noise),
        )
    return Change(
        _percent(after.value, before.value),
        _percent(after.low, before.high),
        _percent(after.high, before.low),
        100 * math.hypot(after.noise / before.value, after.value * before.noise / before.value**2)
        if before.value > 0 and not math.isnan(after.value)
        else math.nan,
    )


def _percent(after: float, before: float) -> float:
    """Growth in percent; without a start there is none, or it has no limit."""
    if math.isnan(after) or math.isnan(before):
        return math.nan
    if before > 0:
        return 100 * (after / before - 1)
    return math.inf if after > 0 else math.nan


def excess_over(ours: Change, comparator: Change) -> Change:
    """A region's change less the comparator's; certain bounds add up, noise is independent."""
    return Change(
        ours.value - comparator.value,
        ours.low - comparator.high,
        ours.high - comparator.low,
        math.hypot(ours.noise, comparator.noise),
    )


def judge(excess: Change, *, target: float, elapsed: float) -> Judgment:
    """Judge a change over the comparator's against what was promised.

    Parameters
    ----------
    excess : Change
        The region's change less the comparator's, in the target's unit.
    target : float
        What was promised to be reached, at least; 0 promises to keep pace, a negative number to
        fall behind by no more.
    elapsed : float
        Share of the time from base to due year that has passed; 1 or more is due.

    Returns
    -------
    Judgment
        ``"cannot tell"`` wherever the interval reaches across what decides.

    Notes
    -----
    Due: met if the whole interval is at or above the target, not on track if it is below. Before:
    the same against target x elapsed, on track or not; a positive target already reached by the
    whole interval is met. A wider interval never turns "cannot tell" into a verdict, and a higher
    interval never makes a verdict worse.

    Examples
    --------
    >>> judge(Change(6.2, 6.0, 6.4, 0.0), target=5, elapsed=1).verdict
    'met'
    >>> judge(Change(6.2, 6.0, 6.4, 2.0), target=5, elapsed=1).verdict
    'cannot tell'
    """
    low, high = excess.interval
    if math.isnan(low) or math.isnan(high):
        return Judgment("cannot tell", "there is no number: it is withheld or undefined")
    due = elapsed >= 1
    if low >= target and (due or target > 0):
        early = "" if due else ", before it is due"
        return Judgment("met", f"at or above the target{early}, whatever is withheld or noise")
    needed = target if due else target * elapsed
    what = "the target" if due else "the straight path to the target"
    if not due and low >= needed:
        return Judgment("on track", f"at or above {what}, whatever is withheld or noise")
    if high < needed:
        return Judgment("not on track", f"below {what}, whatever is withheld or noise")
    open_by_bounds = excess.low < needed <= excess.high
    open_by_noise = excess.value - excess.noise < needed <= excess.value + excess.noise
    if open_by_bounds:
        cause = "withheld numbers and noise leave" if open_by_noise else "withheld numbers leave"
        return Judgment("cannot tell", f"{cause} open which side of {what} it is on")
    return Judgment("cannot tell", f"too close to {what}: inside the noise of the data")
