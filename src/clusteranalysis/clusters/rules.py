"""Which rule puts a cluster forward, or drops it?

The rules are few, visible and the caller's to set. Two gates, then routes; a cluster that is on
none while much of it is withheld is "cannot tell", not "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusteranalysis.kernels.significance import Adjustment

__all__ = ["RELATED_TOP", "ClusterRules", "chosen"]

#: Within this factor of the LQ's threshold a cluster "just meets the rule".
_JUST = 1.02
#: How many of the most related clusters are asked.
RELATED_TOP = 3
_BEYOND = {
    "none": "with its interval above 1",
    "holm": "above 1 beyond chance for all clusters together (Holm)",
    "bonferroni": "above 1 beyond chance for all clusters together (Bonferroni)",
    "benjamini_hochberg": "above 1 with few false finds among all clusters (Benjamini-Hochberg)",
}


@dataclass(frozen=True)
class ClusterRules:
    """The thresholds of :func:`identify_clusters`; change them for your region.

    Attributes
    ----------
    tradability : tuple of str
        Gate: tags that may be put forward. Clusters that only serve residents grow with the
        region; they do not lead it.
    min_establishments : int
        Gate: fewer cannot form a working group.
    concentrated : float
        Route: the LQ is at least this, and above 1 beyond chance after adjusting for the number
        of clusters that are looked at.
    adjust : {"holm", "bonferroni", "benjamini_hochberg", "none"}
        How the p-values of that are adjusted; with ``"none"`` each interval stands for itself.
    outgrowing : float
        Route: the region's annual growth exceeds the reference's by at least this many percentage
        points at the lower of its certain bounds, and exceeds it from every later base year too,
        with an LQ of at least ``outgrowing_min_lq``.
    outgrowing_min_lq : float
        See ``outgrowing``.
    large : float
        Route: this share of the region's jobs, with an LQ of at least ``large_min_lq``.
    large_min_lq : float
        See ``large``.
    related : int
        Route, with ``related=``: so many of the three clusters most related to it are
        concentrated (or strong), with an LQ of at least ``related_min_lq``.
    related_min_lq : float
        See ``related``.
    max_open_share : float
        A cluster on no route, of whose possible jobs more than this share may be withheld, is
        dropped as "cannot tell".
    """

    tradability: tuple[str, ...] = ("traded", "mixed")
    min_establishments: int = 50
    concentrated: float = 1.1
    adjust: Adjustment = "holm"
    outgrowing: float = 1.0
    outgrowing_min_lq: float = 0.75
    large: float = 0.04
    large_min_lq: float = 0.9
    related: int = 2
    related_min_lq: float = 0.9
    max_open_share: float = 0.2

    def sentences(self) -> list[str]:
        """The rules in words, in the order in which they apply."""
        return [
            f"Only clusters tagged {' or '.join(self.tradability)} are considered.",
            f"A cluster needs at least {self.min_establishments} establishments.",
            f"Concentrated: LQ of {self.concentrated:g} or more, {_BEYOND[self.adjust]}.",
            "Outgrowing: yearly growth above the reference's by "
            f"{self.outgrowing:g} or more percentage points, whatever the withheld jobs are, and "
            "above it from every later base year, with an LQ of "
            f"{self.outgrowing_min_lq:g} or more.",
            f"Large: {self.large:.0%} or more of the region's jobs, with an LQ of "
            f"{self.large_min_lq:g} or more.",
            f"On none of these routes, with over {self.max_open_share:.0%} of its possible jobs "
            "withheld: cannot tell.",
        ]


def chosen(table: pd.DataFrame, rules: ClusterRules, level: float) -> pd.DataFrame:
    """Apply the gates, then the routes; the first gate that fails is the reason.

    ``table`` has the columns of :func:`identify_clusters` and, where there is such evidence,
    ``strong``, ``crosses_border`` and ``related_strong``.
    """
    rows = [_verdict(row, rules, level) for _, row in table.iterrows()]
    selected, rule, reason = zip(*rows, strict=True)
    return table.assign(selected=list(selected), rule=list(rule), reason=list(reason))


def _verdict(row: pd.Series[Any], rules: ClusterRules, level: float) -> tuple[bool, str, str]:
    lq, low = float(row["location_quotient"]), float(row["interval_low"])
    difference, open_share = float(row["growth_difference"]), float(row["open_share"])
    certain = float(row["growth_difference_low"])
    establishments, job_share = float(row["establishments"]), float(row["job_share"])
    if np.isnan(lq):
        return False, "withheld", "its jobs are withheld, so nothing can be measured"
    if row["tradability"] not in rules.tradability:
        return False, "gate: tradability", f"tagged {row['tradability']}: it serves this region"
    if not establishments >= rules.min_establishments:
        count = f"{establishments:,.0f} establishments"
        return False, "gate: establishments", f"{count}, under {rules.min_establishments}"
    pace = f"{difference:+.1f} points a year against the reference".replace("-", "−")
    passed = {}
    if lq >= rules.concentrated and float(row["p_adjusted"]) <= (1 - level) / 2:
        just = "just meets the rule: " if lq < rules.concentrated * _JUST else ""
        passed["concentrated"] = f"{just}LQ {lq:.2f}, interval from {low:.2f}"
    steady = bool(row["base_years_agree"])
    if certain >= rules.outgrowing and steady and lq >= rules.outgrowing_min_lq:
        passed["outgrowing"] = pace
    if job_share >= rules.large and lq >= rules.large_min_lq:
        passed["large"] = f"{job_share:.1%} of the region's jobs"
    if bool(row.get("strong", False) is not pd.NA and row.get("strong", False)):
        passed["benchmark strong"] = "among the top quarter of all regions that have it"
    if bool(row.get("crosses_border", False)):
        passed["cluster area"] = "strong here and in counties across the border"
    if float(row.get("related_strong", 0)) >= rules.related and lq >= rules.related_min_lq:
        passed["related"] = f"{row['related_strong']:.0f} of its {RELATED_TOP} closest are strong"
    if passed:
        reason = "; ".join(f"{name} ({figures})" for name, figures in passed.items())
        return True, " + ".join(passed), reason
    figures = f"LQ {lq:.2f}, interval from {low:.2f}; {pace}; {job_share:.1%} of jobs"
    if not open_share <= rules.max_open_share:
        reason = f"cannot tell: up to {open_share:.0%} of its jobs are withheld ({figures})"
        return False, "cannot tell: withheld", reason
    return False, "no route", f"on none of the routes ({figures})"
