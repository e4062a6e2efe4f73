"""How far is a distribution from its reference, within groups and between them?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from clusteranalysis.kernels import theil as kernel
from clusteranalysis.kernels.specialization import shares
from clusteranalysis.measures._mix import group_codes, industry_groups, read_mix
from clusteranalysis.measures._panel import (
    Floats,
    Ints,
    read_matrices,
    region_weights,
    stack_groups,
)
from clusteranalysis.schema import Absent, Value, check_option

__all__ = ["theil", "theil_specialization"]

Index = Literal["T", "L"]


def theil(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    index: Index = "T",
    groups: Mapping[str, str] | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is an industry concentrated in few states, or in few regions of every state?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes: ``"sum"`` for their jobs in all industries (relative concentration),
        or a table ``region[, year]`` with the value column or ``weight``: area, population, or
        1 for every region (absolute concentration).
    index : {"T", "L"}
        Theil's T, weighted by the industry's jobs, or his L (the mean log deviation), weighted by
        the reference. L is defined only where no region lacks the industry.
    groups : mapping, optional
        Region -> the group it belongs to, such as its state: adds ``within`` and ``between``.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``theil`` in nats (0 = spread like the
        reference; no fixed upper end) and, with ``groups``, ``within`` the groups and ``between``
        them, which add up to it. NaN where a cell is withheld, the industry has no jobs, or the
        index is infinite: T where a region of no size has jobs, L where a region of some size
        has none. Then the part that is finite is still given: where such a region lies in a group
        that has jobs and size, ``between`` is a number and the other two are NaN.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or a region has no group.

    Notes
    -----
    T = sum_r s_ri ln(s_ri / w_r) and L = sum_r w_r ln(w_r / s_ri), with 0 ln 0 = 0. With the sums
    S_g and W_g of groups: T between = sum_g S_g ln(S_g / W_g), T within = sum_g S_g T_g, T_g that
    of the shares in g; L alike with s and w exchanged. Absolute T is ln n less the entropy.
    The jobs-weighted mean of T over industries against ``"sum"``, without published totals, is
    that of :func:`theil_specialization` over regions.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory, ch. 4. North-Holland.
    Brulhart, M. and Traeger, R. (2005). An account of geographic concentration patterns in
    Europe. Regional Science and Urban Economics 35(6), 597-624.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "C"], "industry": "x",
    ...                      "employment": [60.0, 20.0, 20.0]})
    >>> alike = pd.DataFrame({"region": ["A", "B", "C"], "weight": 1.0})
    >>> ca.theil(jobs, reference=alike, groups={"A": "CA", "B": "CA", "C": "NV"}).round(4)
      industry   theil  within  between
    0        x  0.1483  0.1046   0.0437
    """
    check_option("index", index, Index)
    panel = read_matrices(employment, value, absent)
    weights = region_weights(panel, reference, value, absent)
    codes = None if groups is None else group_codes(panel.regions, groups, "region")
    parts = []
    for group, keys in panel.each_group():
        S = shares(panel.dense(value, group, absent), axis=0)
        columns = _columns("theil", S, weights[group], codes, index)
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **columns}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def theil_specialization(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    index: Index = "T",
    groups: Mapping[str, str] | int | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is a region specialised in a few sectors, or in a few industries of every sector?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Totals (industry ``"00"``) take no part.
    reference : DataFrame or "sum"
        A table of one area: the nation, or another region with a row for every industry; or
        ``"sum"`` for all regions together. A table with the same number for every industry
        measures specialisation absolutely.
    index : {"T", "L"}
        Theil's T, weighted by the region's jobs, or his L (the mean log deviation), weighted by
        the reference. L is defined only where the region has every industry.
    groups : mapping or int, optional
        Industry -> the sector it belongs to, or a number of NAICS digits that make the sector
        (2..5): adds ``within`` and ``between``.
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the region's value NaN.

    Returns
    -------
    DataFrame
        One row a region (and year, draw) with ``theil_specialization`` in nats (0 = the
        reference's mix; no fixed upper end), with ``groups`` also ``within`` the sectors and
        ``between`` them, which add up to it, and ``reference``. NaN where a cell is withheld, the
        region has no jobs, or the index is infinite: T where the region has an industry that the
        reference has not, L where it lacks one that the reference has. A part that is finite is
        still given, as by :func:`theil`.

    Raises
    ------
    SchemaError
        The table breaks the contract, an industry has no sector, or the reference does not match:
        it lacks an industry, or has one that the table lacks while ``absent="withheld"``.

    Notes
    -----
    T = sum_i s_ri ln(s_ri / s_i) and L = sum_i s_i ln(s_i / s_ri), with 0 ln 0 = 0, split over
    sectors as :func:`theil` is over groups of regions.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory, ch. 4. North-Holland.
    Bickenbach, F. and Bode, E. (2008). Disproportionality measures of concentration,
    specialization, and localization. International Regional Science Review 31(4), 359-388.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": "A", "industry": ["3254", "3341", "5221"],
    ...                      "employment": [50.0, 30.0, 20.0]})
    >>> nation = jobs.assign(region="US", employment=[100.0, 100.0, 200.0])
    >>> ca.theil_specialization(jobs, reference=nation, groups=2).round(4)
      region  theil_specialization  within  between reference
    0      A                 0.218  0.0253   0.1927        US
    """
    check_option("index", index, Index)
    panel = read_matrices(employment, value, absent)
    mix = read_mix(panel, reference, value, absent)
    codes = None if groups is None else industry_groups(mix.industries, groups)
    parts = []
    for group, keys in panel.each_group():
        S = shares(mix.cells(panel, value, group, absent), axis=1).T
        columns = _columns("theil_specialization", S, mix.reference[group], codes, index)
        parts.append(pd.DataFrame({"region": panel.regions, **keys, **columns}))
    table = stack_groups(parts, ["region", *panel.groups.columns])
    return table.assign(reference=mix.name)


def _columns(
    name: str, S: Floats, w: Floats, codes: Ints | None, index: Index
) -> dict[str, Floats]:
    """The index, and where there are groups its two parts, whose sum it then is exactly."""
    if codes is None:
        return {name: kernel.theil(S, w, index)}
    parts = kernel.theil_parts(S, w, codes, index)
    return {name: parts.within + parts.between, "within": parts.within, "between": parts.between}
