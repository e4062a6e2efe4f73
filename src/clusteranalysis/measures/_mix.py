"""A region's mix of industries beside its reference's, and the sectors industries belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import truncate
from clusteranalysis.kernels.specialization import shares
from clusteranalysis.measures._panel import Floats, Ints, Panel, read_reference
from clusteranalysis.schema import Absent, check_option


@dataclass(frozen=True)
class Mix:
    """The industries that are compared and the reference's shares of them."""

    industries: pd.Index  # the panel's, then those that only the reference has
    reference: Floats  # groups x industries; a group's shares add up to 1
    name: str

    def cells(self, panel: Panel, value: str, group: int, absent: Absent) -> Floats:
        """Regions x industries of one group; the regions have none of the reference's own."""
        E = panel.dense(value, group, absent)
        return np.pad(E, ((0, 0), (0, len(self.industries) - E.shape[1])))


def read_mix(
    panel: Panel, reference: pd.DataFrame | Literal["sum"], value: str, absent: Absent
) -> Mix:
    """Shares of one area, or of all regions together.

    An industry that only the reference has is part of its mix. Leaving it out would make a region
    look more like the reference than it is.
    """
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum"])
        sums = panel.sums(value, "industry", absent)
        return Mix(panel.industries, shares(sums, axis=1), "sum")
    ref = read_reference(reference, panel, values=(value,), absent=absent)
    theirs = ref.whole.industries.difference(panel.industries)
    if len(theirs) and absent == "withheld":
        raise SchemaError(
            f"column 'industry' of the reference table has {', '.join(map(repr, theirs[:5]))} "
            f"({len(theirs)} in all) that the employment table lacks: pass absent='zero' if a "
            "missing row means no jobs, else give them rows or drop them from the reference"
        )
    whole = np.full((len(ref.whole.groups), len(ref.whole.industries)), np.nan)
    whole[ref.whole.g, ref.whole.i] = ref.whole.columns[value]
    alone = whole[np.ix_(ref.group, ref.whole.industries.get_indexer(theirs))]
    jobs = np.hstack([ref.industry[value], alone])
    return Mix(panel.industries.append(theirs), shares(jobs, axis=1), ref.name)


def group_codes(names: pd.Index, groups: Mapping[str, str], key: str) -> Ints:
    """The number of the group of each region or industry (``key`` says which)."""
    unknown = [name for name in names if not isinstance(groups.get(name), str)]
    if unknown:
        shown = ", ".join(f"{name!r}: {groups.get(name)!r}" for name in unknown[:5])
        raise SchemaError(
            f"groups does not name the group of {shown} ({len(unknown)} in all): map every "
            f"{key} of the tables to the name of its group"
        )
    return np.asarray(pd.factorize(np.array([groups[name] for name in names], object))[0], np.intp)


def industry_groups(industries: pd.Index, groups: Mapping[str, str] | int) -> Ints:
    """The number of each industry's group, by a mapping or by the first digits of NAICS codes."""
    if isinstance(groups, Mapping):
        return group_codes(industries, groups, "industry")
    digits: Any = groups
    if isinstance(digits, bool) or digits not in (2, 3, 4, 5):
        raise SchemaError(
            f"groups={groups!r} is neither a mapping from industry to group nor a number of NAICS "
            "digits: pass {industry: group} or 2, 3, 4 or 5"
        )
    return np.asarray(pd.factorize(truncate(industries, digits))[0], np.intp)
