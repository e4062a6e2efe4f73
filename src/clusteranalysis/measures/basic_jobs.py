"""How many of a region's jobs serve demand from outside it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Literal, cast

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import economic_base as kernel
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import (
    Floats,
    Panel,
    read_matrices,
    read_reference,
    stack_groups,
)
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["economic_base", "economic_base_multiplier"]

Method = Literal["location_quotient", "minimum_requirements", "assignment"]
Rank = Literal["lowest", "second_lowest"]
Compared = Literal["sum", "regions"]


def economic_base(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Compared | None,
    method: Method = "location_quotient",
    minimum: Rank | float = "lowest",
    assignment: Mapping[str, float] | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Which of a region's jobs are basic, serving demand from outside it?

    An assumption, not an observation: nobody counts where a job's product goes, and the three
    methods give different answers.

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are published totals and
        serve as the regions' jobs; without them these are the sums of the rows.
    reference : DataFrame, "sum", "regions" or None
        What the method compares with. ``"location_quotient"``: one area's table with the same
        industries, or ``"sum"`` for all regions together. ``"minimum_requirements"``:
        ``"regions"``, the regions of the table, which should be alike in size and many (add rows
        of comparable ones). ``"assignment"``: ``None``.
    method : {"location_quotient", "minimum_requirements", "assignment"}
        Basic are the jobs above the reference's share of the industry; those above the lowest
        share that any region of the table does with; or the share that ``assignment`` says.
    minimum : {"lowest", "second_lowest"} or float
        Minimum requirements: the lowest share, the second lowest (against one odd region), or a
        quantile between 0 and 1 of the regions' shares, interpolated linearly.
    assignment : mapping, optional
        Industry -> basic share of its jobs, 0..1 (1 = all basic), for that method.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means for a sum, or for a minimum: unknown (the default), or no jobs.

    Returns
    -------
    DataFrame
        One row a cell, in the value's unit: ``economic_base`` (basic), ``nonbasic`` (the rest of
        the cell), then ``method`` and ``reference``. NaN where the cell, its region's total or
        the required share is withheld, or the share is undefined because there are no jobs to
        take it of. Known whatever is withheld: a cell of 0 has 0 basic jobs; so has an industry
        assigned 0; and a minimum is 0 where enough regions are known to have no such jobs.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it or the method, or
        ``minimum`` or ``assignment`` is out of range or incomplete.

    Notes
    -----
    Location quotient: b_ri = x_ri - n_r X_i / N where LQ_ri > 1, else 0; an industry of which the
    reference has no jobs is all basic. Minimum requirements: b_ri = x_ri - n_r min_q(x_qi / n_q)
    over the regions q with jobs. An industry whose products cross in both directions hides
    exports: by the location quotient, the basic jobs are likelier too few than too many.

    References
    ----------
    Hildebrand, G. H. and Mace, A. (1950). The employment multiplier in an expanding industrial
    market: Los Angeles County, 1940-47. Review of Economics and Statistics 32(3), 241-249.
    Ullman, E. L. and Dacey, M. F. (1960). The minimum requirements approach to the urban economic
    base. Papers of the Regional Science Association 6, 175-194.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["mills", "shops"],
    ...                      "employment": [30.0, 10.0]})
    >>> nation = jobs.assign(region="US", employment=[500.0, 500.0])
    >>> ca.economic_base(jobs, reference=nation)
      region industry  economic_base  nonbasic             method reference
    0      A    mills           10.0      20.0  location_quotient        US
    1      A    shops            0.0      10.0  location_quotient        US
    """
    panel = read_matrices(employment, value, absent)
    rule = _read_rule(panel, reference, method, minimum, assignment, value, absent)
    basic = np.full(len(panel.g), np.nan)
    for group, _ in panel.each_group():
        here = panel.g == group
        B = rule.basic(panel, value, group, absent)
        basic[here] = B[panel.r[here], panel.i[here]]
    return panel.cell_keys().assign(
        economic_base=basic,
        nonbasic=panel.columns[value] - basic,
        method=method,
        reference=rule.reference,
    )


def economic_base_multiplier(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Compared | None,
    method: Method = "location_quotient",
    minimum: Rank | float = "lowest",
    assignment: Mapping[str, float] | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How many jobs has a region in all for each basic one?

    An average of one date, and no forecast: that a new basic job brings as many others along is an
    assumption. It rests on :func:`economic_base` and falls as industries are told apart more
    finely.

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are published totals and
        serve as the regions' jobs; without them these are the sums of the rows.
    reference, method, minimum, assignment : as in economic_base
        What makes a job basic; see :func:`economic_base`.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means: unknown (the default), or no jobs.

    Returns
    -------
    DataFrame
        One row a region (and year, draw): ``economic_base_multiplier`` (total / basic, 1 or more);
        in the value's unit ``basic`` and ``nonbasic``, which add up to ``total``, and
        ``unassigned``, the part of nonbasic that the published total counts and no row shows (were
        any of it basic, the multiplier would be smaller); then ``method`` and ``reference``. NaN
        where a number needed is withheld, and a multiplier without basic jobs is undefined.

    Raises
    ------
    SchemaError
        As in :func:`economic_base`.

    Notes
    -----
    k_r = n_r / sum_i b_ri = 1 + nonbasic / basic. By the location quotient the basic jobs are
    likelier too few than too many, and the multiplier too large. A region with its reference's
    mix, or alone in a table of minimum requirements, has no basic jobs.

    References
    ----------
    Hildebrand, G. H. and Mace, A. (1950). The employment multiplier in an expanding industrial
    market: Los Angeles County, 1940-47. Review of Economics and Statistics 32(3), 241-249.
    Tiebout, C. M. (1962). The Community Economic Base Study. Committee for Economic Development.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["mills", "shops"],
    ...                      "employment": [30.0, 10.0]})
    >>> nation = jobs.assign(region="US", employment=[500.0, 500.0])
    >>> k = ca.economic_base_multiplier(jobs, reference=nation)
    >>> k[["region", "economic_base_multiplier", "basic", "nonbasic", "unassigned", "total"]]
      region  economic_base_multiplier  basic  nonbasic  unassigned  total
    0      A                       4.0   10.0      30.0         0.0   40.0
    """
    panel = read_matrices(employment, value, absent)
    rule = _read_rule(panel, reference, method, minimum, assignment, value, absent)
    totals = panel.region_totals(value, absent)
    unassigned = totals - panel.sums(value, "region", absent)
    parts = []
    for group, keys in panel.each_group():
        basic = rule.basic(panel, value, group, absent).sum(axis=1)
        columns = {
            "economic_base_multiplier": ratio(totals[group], basic),
            "basic": basic,
            "nonbasic": totals[group] - basic,
            "unassigned": unassigned[group],
            "total": totals[group],
        }
        parts.append(pd.DataFrame({"region": panel.regions, **keys, **columns}))
    table = stack_groups(parts, ["region", *panel.groups.columns])
    return table.assign(method=method, reference=rule.reference)


@dataclass(frozen=True)
class _Rule:
    """What makes a job basic: that it is above a share of its region's, or a share outright."""

    shares: Floats  # groups x industries
    outright: bool
    jobs: Floats  # groups x regions
    reference: str

    def basic(self, panel: Panel, value: str, group: int, absent: Absent) -> Floats:
        """Basic jobs of one group, regions x industries."""
        E = panel.dense(value, group, absent)
        if self.outright:
            return kernel.assigned(E, self.shares[group])
        return kernel.basic(E, self.jobs[group], self.shares[group])


def _read_rule(
    panel: Panel,
    reference: pd.DataFrame | Compared | None,
    method: Method,
    minimum: Rank | float,
    assignment: Mapping[str, float] | None,
    value: Value,
    absent: Absent,
) -> _Rule:
    check_option("method", method, Method)
    _check_minimum(minimum)
    for option, given, wanted in (
        ("minimum", minimum != "lowest", "minimum_requirements"),
        ("assignment", assignment is not None, "assignment"),
    ):
        if given and method != wanted:
            raise SchemaError(f"{option} has no part in method={method!r}: drop it")
    n = panel.region_totals(value, absent)
    if method == "location_quotient":
        if isinstance(reference, str):
            check_option("reference", reference, Literal["sum"])
            X, N, name = panel.sums(value, "industry", absent), n.sum(axis=1), "sum"
        else:
            # None is refused there, as anything but a table is.
            ref = read_reference(
                cast(pd.DataFrame, reference), panel, values=(value,), absent=absent
            )
            X, N, name = ref.industry[value], ref.total[value], ref.name
        return _Rule(ratio(X, N[:, None]), False, n, name)
    if method == "minimum_requirements":
        if not isinstance(reference, str):
            raise SchemaError(
                "method='minimum_requirements' compares the regions of the employment table: pass "
                "reference='regions', and add rows of regions to compare with to the table"
            )
        check_option("reference", reference, Literal["regions"])
        rank = 2 if minimum == "second_lowest" else 1
        quantile = None if isinstance(minimum, str) else float(minimum)
        required = [
            kernel.minimum_requirements(
                panel.dense(value, group, absent), n[group], rank=rank, quantile=quantile
            )
            for group, _ in panel.each_group()
        ]
        return _Rule(np.array(required), False, n, "regions")
    if reference is not None:
        raise SchemaError("method='assignment' compares with nothing: pass reference=None")
    basic = _basic_shares(panel.industries, assignment)
    return _Rule(np.tile(basic, (len(n), 1)), True, n, "none")


def _check_minimum(minimum: object) -> None:
    if isinstance(minimum, str):
        check_option("minimum", minimum, Rank)
    elif isinstance(minimum, bool) or not (isinstance(minimum, Real) and 0 <= float(minimum) <= 1):
        raise SchemaError(
            f"minimum={minimum!r} is not a minimum: use 'lowest', 'second_lowest' or a quantile "
            "between 0 and 1"
        )


def _basic_shares(industries: pd.Index, assignment: Mapping[str, float] | None) -> Floats:
    """The basic share of each industry, all of them given and possible."""
    if assignment is None:
        raise SchemaError(
            "method='assignment' needs to know which industries are basic: pass assignment="
            "{industry: share of its jobs that is basic, 0..1}"
        )
    wrong = [name for name in industries if not _is_share(assignment.get(name))]
    if wrong:
        shown = ", ".join(f"{name!r}: {assignment.get(name)!r}" for name in wrong[:5])
        raise SchemaError(
            f"assignment does not give a basic share between 0 and 1 for {shown} ({len(wrong)} in "
            "all): give each industry of the table one"
        )
    return np.array([float(assignment[name]) for name in industries])


def _is_share(value: object) -> bool:
    return isinstance(value, Real) and 0 <= float(value) <= 1
