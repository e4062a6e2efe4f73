"""What share of its industries' inputs can a region supply itself?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import input_output as kernel
from clusteranalysis.kernels.specialization import location_quotient
from clusteranalysis.measures._panel import some_industries, stack_groups
from clusteranalysis.measures._quotients import read_quotients
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["cross_industry_location_quotient"]


def cross_industry_location_quotient(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: kernel.Method = "flq",
    delta: float = 0.3,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Can a region's own suppliers meet what an industry there buys?

    The quotients with which a nation's input coefficients are brought down to a region where no
    regional input-output table exists. They are rules of thumb that stand in for a survey.

    Parameters
    ----------
    employment : DataFrame
        Employment table of one or a few regions at the level of the input-output table. Rows of
        industry ``"00"`` are published totals.
    reference : DataFrame or "sum"
        The area whose input-output table is brought down, usually the nation's employment table,
        or ``"sum"`` for all regions of the table together.
    method : {"flq", "aflq", "cilq", "slq"}
        Flegg's quotient, which also allows for the size of the region; the same augmented by the
        specialisation of the purchaser; the plain cross-industry quotient; or the supplier's
        location quotient, whoever buys.
    delta : float
        How fast imports fall with the size of a region in ``"flq"`` and ``"aflq"``, 0 or more and
        below 1; 0 leaves size out. The default of 0.3 is the authors' proposal; what fits differs
        between countries and regions, so show how results change with it.
    value : {"employment", "establishments", "payroll"}
        The column that is measured. Output would be best; jobs take productivity as the nation's.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes its pairs NaN.

    Returns
    -------
    DataFrame
        One row a region x supplying ``industry`` x purchasing ``partner``, every ordered pair and
        the industry with itself (and year, draw), with ``cross_industry_location_quotient`` (a
        ratio; not capped; NaN where a figure it takes is withheld, and off the diagonal of every
        method but ``"slq"`` where the purchaser has no jobs in the region) and
        ``trading_coefficient``, the same capped at 1: a region that could supply more than is
        needed still supplies no more than all of it. A region with 400 industries has 160,000 rows.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or ``delta`` is out of
        range.

    Notes
    -----
    With SLQ_i = (x_i / n) / (X_i / N): CILQ_ij = SLQ_i / SLQ_j = (x_i / X_i) / (x_j / X_j), and
    SLQ_i where i = j; FLQ_ij = lambda CILQ_ij with lambda = [log2(1 + n / N)]^delta (Flegg and
    Webber 1997); AFLQ_ij = FLQ_ij log2(1 + SLQ_j) where SLQ_j > 1, else FLQ_ij (2000). A regional
    input coefficient is the trading coefficient times the national one.

    The augmented quotient was made so that a specialised purchaser may buy more in the region than
    the nation's coefficient says; the cap takes that away again, so use the uncapped column if that
    is meant.

    References
    ----------
    Flegg, A. T. and Webber, C. D. (1997). On the appropriate use of location quotients in
    generating regional input-output tables: reply. Regional Studies 31(8), 795-805.
    Flegg, A. T. and Webber, C. D. (2000). Regional size, regional specialization and the FLQ
    formula. Regional Studies 34(6), 563-569.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> region = pd.DataFrame({"region": "A", "industry": ["x", "y"],
    ...                        "employment": [30.0, 70.0]})
    >>> nation = pd.DataFrame({"industry": ["x", "y"], "employment": [200.0, 800.0]})
    >>> result = ca.cross_industry_location_quotient(region, reference=nation, method="cilq")
    >>> result.drop(columns="trading_coefficient").round(4)
      region industry partner  cross_industry_location_quotient
    0      A        x       x                            1.5000
    1      A        x       y                            1.7143
    2      A        y       x                            0.5833
    3      A        y       y                            0.8750
    """
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    check_option("method", method, kernel.Method)
    if not 0 <= delta < 1:
        raise SchemaError(f"delta={delta!r} is out of range: use a number from 0 to below 1")
    data = read_quotients(
        employment,
        reference=reference,
        base="total",
        tradability=None,
        value=value,
        absent=absent,
    )
    some_industries(data.panel)
    regions, industries = data.panel.regions, data.panel.industries
    count = len(industries)
    supplier = np.repeat(np.arange(count), count)
    purchaser = np.tile(np.arange(count), count)
    parts = []
    for keys, group in data.groups():
        SLQ = location_quotient(group.E, group.n[:, None], group.X, group.N)
        q = [
            kernel.cross_industry_quotients(
                slq, kernel.regional_size(n, group.N, delta), method
            ).ravel()
            for slq, n in zip(SLQ, group.n, strict=True)
        ]
        names = {
            "region": regions.repeat(count**2),
            "industry": industries.take(np.tile(supplier, len(regions))),
            "partner": industries.take(np.tile(purchaser, len(regions))),
        }
        quotient = np.concatenate(q) if q else np.empty(0)
        values = {
            "cross_industry_location_quotient": quotient,
            "trading_coefficient": np.minimum(quotient, 1.0),
        }
        parts.append(pd.DataFrame({**names, **keys, **values}))
    return stack_groups(parts, ["region", "industry", "partner", *data.panel.groups.columns])
