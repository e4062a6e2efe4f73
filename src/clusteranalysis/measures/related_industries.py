"""Which industries are found in the same regions, and what is a region near to?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.kernels import relatedness as kernel
from clusteranalysis.kernels.relatedness import Method
from clusteranalysis.measures._presence import Rule, by_cell, by_pair, read_presence
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["co_occurrence", "relatedness", "relatedness_density"]

Floats = NDArray[np.float64]


def co_occurrence(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    presence: Rule = "specialised",
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """In how many regions are two industries found together?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are published totals and
        serve as the denominators of the location quotients.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    presence : {"specialised", "any"}
        Present means a location quotient of ``threshold`` or more, or any jobs at all (then the
        reference and the threshold do not matter).
    threshold : float
        The location quotient from which on an industry counts as present, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) leaves the presence unknown.

    Returns
    -------
    DataFrame
        One row an unordered pair (and year, draw), ``industry`` < ``partner``, with
        ``co_occurrence``, a count of regions (NaN where it depends on a withheld presence, or
        nobody has one of the two). With ``employment_low/high`` in the table also
        ``co_occurrence_low`` and ``co_occurrence_high``, which hold for certain given those bounds.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or the threshold is not
        above 0.

    Notes
    -----
    C_ij = sum_r M_ri M_rj, M_ri = 1 where i is present in r. A withheld presence does not matter
    where the partner is certainly absent. A large count may say no more than that both industries
    are everywhere: see :func:`relatedness`. A thousand industries are half a million pairs.

    References
    ----------
    van Eck, N. J. and Waltman, L. (2009). How to normalize cooccurrence data? An analysis of some
    well-known similarity measures. Journal of the American Society for Information Science and
    Technology 60(8), 1635-1651.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A"] * 3 + ["B"] * 3, "industry": list("xyz") * 2,
    ...                      "employment": [10.0, 10.0, 80.0, 20.0, 20.0, 60.0]})
    >>> ca.co_occurrence(jobs, reference="sum")
      industry partner  co_occurrence
    0        x       y            1.0
    1        x       z            0.0
    2        y       z            0.0
    """
    found = read_presence(
        employment, reference, value=value, absent=absent, threshold=threshold, rule=presence
    )
    columns: dict[str, list[Floats]] = {}
    for group in range(len(found.panel.groups)):
        nobody = ~found.measured(group)[1]
        counts = {"co_occurrence": found.matrix(group)}
        if found.bounded:
            counts["co_occurrence_low"], counts["co_occurrence_high"] = found.bounds(group)
        for name, M in counts.items():
            columns.setdefault(name, []).append(_without(kernel.co_occurrence(M), nobody))
    return by_pair(found.panel, columns)


def relatedness(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: Method = "proximity",
    presence: Rule = "specialised",
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Are two industries found together more than their own spread explains?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, as in :func:`co_occurrence`.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    method : {"proximity", "association", "steijn", "cosine", "jaccard"}
        How co-occurrence is set against size (see Notes). The first and the last two are shares
        of the industries' regions (0..1); ``"association"`` and ``"steijn"`` are ratios to what
        chance would give (1 = as chance has it).
    presence : {"specialised", "any"}
        Present means a location quotient of ``threshold`` or more, or any jobs at all.
    threshold : float
        The location quotient from which on an industry counts as present, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) leaves the presence unknown.

    Returns
    -------
    DataFrame
        One row an unordered pair (and year, draw), ``industry`` < ``partner``, with
        ``relatedness`` (0 = never together; NaN where a count that it needs is withheld, which
        for ``"association"`` and ``"steijn"`` is every count of the table, or where an industry
        is present nowhere).

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or the threshold is not
        above 0.

    Notes
    -----
    With U_i the regions that have i, C_ij those that have both: proximity min(C_ij / U_i, C_ij /
    U_j); cosine C_ij / sqrt(U_i U_j); jaccard C_ij / (U_i + U_j - C_ij). With S_i = sum_(j != i)
    C_ij and T = sum_i S_i: association C_ij / (S_i S_j / T); steijn C_ij / (T/2 (S_i/T S_j/(T -
    S_i) + S_j/T S_i/(T - S_j))), which does not let chance pair an industry with itself. Other
    tools take S for U (EconGeo, in cosine and jaccard) or U for S (econcomplex, in association).

    References
    ----------
    Hidalgo, C. A., Klinger, B., Barabasi, A.-L. and Hausmann, R. (2007). The product space
    conditions the development of nations. Science 317(5837), 482-487.
    van Eck, N. J. and Waltman, L. (2009). How to normalize cooccurrence data? An analysis of some
    well-known similarity measures. Journal of the American Society for Information Science and
    Technology 60(8), 1635-1651.
    Steijn, M. P. A. (2021). Improvement on the association strength: implementing a probabilistic
    measure based on combinations without repetition. Quantitative Science Studies 2(2), 778-794.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A"] * 3 + ["B"] * 3, "industry": list("xyz") * 2,
    ...                      "employment": [10.0, 10.0, 80.0, 20.0, 20.0, 60.0]})
    >>> ca.relatedness(jobs, reference="sum")
      industry partner  relatedness
    0        x       y          1.0
    1        x       z          0.0
    2        y       z          0.0
    """
    check_option("method", method, Method)
    found = read_presence(
        employment, reference, value=value, absent=absent, threshold=threshold, rule=presence
    )
    parts = []
    for group in range(len(found.panel.groups)):
        C = kernel.co_occurrence(found.matrix(group))
        parts.append(_without(kernel.relatedness(C, method), ~found.measured(group)[1]))
    return by_pair(found.panel, {"relatedness": parts})


def relatedness_density(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: Method = "proximity",
    presence: Rule = "specialised",
    threshold: float = 1.0,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How much of what is related to an industry does a region already have?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, all the regions of the country.
    reference : DataFrame or "sum"
        What location quotients compare with: one area's table, or all regions together.
    method : {"proximity", "association", "steijn", "cosine", "jaccard"}
        How relatedness is measured, as in :func:`relatedness`.
    presence : {"specialised", "any"}
        Present means a location quotient of ``threshold`` or more, or any jobs at all.
    threshold : float
        The location quotient from which on an industry counts as present, above 0.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) leaves the presence unknown.

    Returns
    -------
    DataFrame
        One row for every region and every industry (and year, draw), whether or not the region
        has it, with ``relatedness_density`` (a share, 0..1; other tools give it in percent; NaN
        where a presence or relatedness that it needs is withheld, the region has no jobs or the
        industry is related to none) and ``present`` (1 the region has the industry, 0 it has not,
        NaN withheld).

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or the threshold is not
        above 0.

    Notes
    -----
    omega_ri = sum_(j != i) M_rj phi_ij / sum_(j != i) phi_ij. The industry itself is left out, so
    that having it does not raise its own density; tools that leave it in (phi_ii = 1) give more
    where it is present and less where it is not. Relatedness is taken from the same table. 3,100
    regions and 1,000 industries are 3.1 million rows, about 150 MB; draws one at a time then.

    References
    ----------
    Hidalgo, C. A., Klinger, B., Barabasi, A.-L. and Hausmann, R. (2007). The product space
    conditions the development of nations. Science 317(5837), 482-487.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A"] * 3 + ["B"] * 3, "industry": list("xyz") * 2,
    ...                      "employment": [10.0, 10.0, 80.0, 20.0, 20.0, 60.0]})
    >>> ca.relatedness_density(jobs, reference="sum")
      region industry  relatedness_density  present
    0      A        x                  0.0      0.0
    1      A        y                  0.0      0.0
    2      A        z                  NaN      1.0
    3      B        x                  1.0      1.0
    4      B        y                  1.0      1.0
    5      B        z                  NaN      0.0
    """
    check_option("method", method, Method)
    found = read_presence(
        employment, reference, value=value, absent=absent, threshold=threshold, rule=presence
    )
    columns: dict[str, list[Floats]] = {"relatedness_density": [], "present": []}
    for group in range(len(found.panel.groups)):
        M = found.matrix(group)
        C = kernel.co_occurrence(M)
        phi = kernel.relatedness(C, method)
        # An industry in nobody's company is related to none; that is known, not withheld.
        alone = kernel.size(C, method) == 0
        phi[alone, :] = phi[:, alone] = 0.0
        omega = kernel.density(M, phi)
        omega[~found.measured(group)[0]] = np.nan
        columns["relatedness_density"].append(omega)
        columns["present"].append(M)
    return by_cell(found.panel, columns)


def _without(pairs: Floats, nobody: NDArray[np.bool_]) -> Floats:
    """NaN for the pairs of industries that nobody has."""
    pairs[nobody, :] = pairs[:, nobody] = np.nan
    return pairs
