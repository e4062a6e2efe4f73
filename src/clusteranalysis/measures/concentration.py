"""How concentrated is an industry over regions?"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import concentration as kernel
from clusteranalysis.kernels.specialization import ratio, shares
from clusteranalysis.measures._panel import (
    Panel,
    read_matrices,
    read_panel,
    read_reference,
    read_weights,
    region_weights,
    stack_groups,
)
from clusteranalysis.schema import Absent, Value, check_level, check_option

__all__ = [
    "hoover",
    "krugman_concentration",
    "litzenberger_sternberg",
    "locational_gini",
    "mori_nishikimi_smith",
]

Floats = NDArray[np.float64]


def hoover(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """What share of an industry's jobs would have to move for it to be spread like the rest?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes: ``"sum"`` for their jobs in all industries, or a table ``region[,
        year]`` with the value column or ``weight`` (population, area).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``hoover`` (a share, 0..1; NaN where a cell is
        withheld or the industry has no jobs).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    H_i = 1/2 sum_r abs(s_ri - w_r) (other tools give it in percent), half of
    :func:`krugman_concentration`.

    References
    ----------
    Hoover, E. M. (1936). The measurement of industrial localization. Review of Economics and
    Statistics 18(4), 162-171.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> ca.hoover(jobs, reference="sum")
      industry    hoover
    0        x  0.500000
    1        y  0.333333
    """
    panel = read_matrices(employment, value, absent)
    weights = region_weights(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        H = kernel.hoover(panel.dense(value, group, absent), weights[group])
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, "hoover": H}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def locational_gini(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    method: Literal["lorenz", "unweighted"] = "lorenz",
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How unevenly is an industry spread, given the size of the regions?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    method : {"lorenz", "unweighted"}
        Twice the area between the diagonal and the Lorenz curve of industry shares against
        region sizes (large regions weigh more; EconGeo and econcomplex print half of it as
        "locational Gini"), or the Gini of the regions' LQs, every region counting alike (REAT).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``locational_gini`` (0 = spread like the
        reference, towards 1 = in one place; NaN where a cell is withheld or there are no jobs).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    G = 1 - sum_r w_r (F_r + F_(r-1)), F the cumulative industry share with regions in order of
    s_ri / w_r; unweighted: sum_rq abs(LQ_r - LQ_q) / (2 n^2 mean LQ).

    References
    ----------
    Krugman, P. (1991). Geography and Trade, pp. 54-59. MIT Press.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> ca.locational_gini(jobs, reference="sum")
      industry  locational_gini
    0        x         0.500000
    1        y         0.333333
    """
    check_option("method", method, Literal["lorenz", "unweighted"])
    panel = read_matrices(employment, value, absent)
    weights = region_weights(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        E, w = panel.dense(value, group, absent), weights[group]
        if method == "unweighted":
            # A region without size or jobs has no LQ and takes no part.
            inhabited = ~((w == 0) & (E == 0).all(axis=1))
            E, w = E[inhabited], w[inhabited]
        # The Gini does not change when a column is scaled, so E / w serves for the LQ.
        G = kernel.lorenz_gini(E, w) if method == "lorenz" else kernel.gini(ratio(E, w[:, None]))
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, "locational_gini": G}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def krugman_concentration(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum", "others"],
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How different is an industry's spread over regions from that of the rest?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame, "sum" or "others"
        The regions' sizes, as in :func:`hoover`, or ``"others"`` for the unweighted mean of the
        other industries' shares, for which totals and sizes do not matter (Farhauer and Kroell).
    value : {"employment", "establishments", "payroll"}
        The column that is measured.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``krugman_concentration`` (0 = spread like the
        reference, towards 2 = where the reference is not; NaN where a cell is withheld or the
        industry has no jobs) and ``reference`` (``"sum"``, ``"others"`` or ``"table"``).

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference does not match it.

    Notes
    -----
    K_i = sum_r abs(s_ri - w_r), twice :func:`hoover` of the same reference. With ``"others"`` w is
    another for each industry, the mean of s_rj over j != i; an industry without jobs is nobody's
    other, and one that is withheld makes all others NaN.

    References
    ----------
    Krugman, P. (1991). Geography and Trade, p. 76. MIT Press.
    Farhauer, O. and Kroell, A. (2013). Standorttheorien. Springer.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> ca.krugman_concentration(jobs, reference="others")
      industry  krugman_concentration reference
    0        x               1.666667    others
    1        y               1.666667    others
    """
    panel = read_matrices(employment, value, absent)
    others = isinstance(reference, str) and reference == "others"
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum", "others"])
    weights = None if others else region_weights(panel, reference, value, absent)  # type: ignore[arg-type]
    parts = []
    for group, keys in panel.each_group():
        E = panel.dense(value, group, absent)
        w = kernel.mean_of_others(E) if weights is None else weights[group][:, None]
        K = kernel.krugman(shares(E, axis=0), w)
        parts.append(
            pd.DataFrame({"industry": panel.industries, **keys, "krugman_concentration": K})
        )
    name = reference if isinstance(reference, str) else "table"
    return stack_groups(parts, ["industry", *panel.groups.columns]).assign(reference=name)


def mori_nishikimi_smith(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    level: float | None = None,
    value: Value = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How far is an industry's spread from one that is even over the area where it could be?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`; the authors' are economic areas (land that can be
        built on), ``region[, year], weight``.
    level : float, optional
        Confidence level of an interval, for ``value="establishments"`` alone: plants are drawn
        independently of each other, and jobs are not.
    value : {"employment", "establishments", "payroll"}
        The column that is measured; the authors count establishments.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw) with ``mori_nishikimi_smith`` (D in nats; 0 = even;
        NaN where a cell is withheld or there are none; infinite where the industry is in a region
        of size 0) and, with ``level``, ``standard_error``, ``interval_low`` and ``interval_high``
        (NaN where D is infinite).

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference does not match it, or a level is given for
        what is not counted in establishments.

    Notes
    -----
    D_i = sum_r p_r ln(p_r / a_r), p the industry's and a the reference's shares; the standard error
    is sqrt((sum_r p_r ln(p_r / a_r)^2 - D^2) / n) for n plants (large samples). Even plants that
    choose at random give a D above 0, by about (regions - 1) / (2 n): D of industries with few
    plants is too large, and the interval does not allow for it.

    References
    ----------
    Mori, T., Nishikimi, K. and Smith, T. E. (2005). A divergence statistic for industrial
    localization. Review of Economics and Statistics 87(4), 635-651.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> plants = pd.DataFrame({"region": ["A", "B"], "industry": "x", "establishments": [30, 10]})
    >>> land = pd.DataFrame({"region": ["A", "B"], "weight": [100.0, 100.0]})
    >>> ca.mori_nishikimi_smith(plants, reference=land, value="establishments", level=0.95).round(3)
      industry  mori_nishikimi_smith  standard_error  interval_low  interval_high
    0        x                 0.131           0.075        -0.017          0.278
    """
    panel = read_matrices(employment, value, absent)
    if level is not None:
        check_level(level)
    if level is not None and value != "establishments":
        raise SchemaError(
            f"level={level!r} needs value='establishments': {value} is not drawn independently"
        )
    weights = region_weights(panel, reference, value, absent)
    parts = []
    for group, keys in panel.each_group():
        E = panel.dense(value, group, absent)
        D, spread = kernel.relative_entropy(E, weights[group])
        columns = {"mori_nishikimi_smith": D}
        if level is not None:
            error = np.sqrt(ratio(spread, E.sum(axis=0)))
            reach = ndtri(0.5 + level / 2) * error
            columns |= {
                "standard_error": error,
                "interval_low": D - reach,
                "interval_high": D + reach,
            }
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **columns}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def litzenberger_sternberg(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    areas: pd.DataFrame,
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is an industry dense, strong and of many firms in a region, all at once?

    Parameters
    ----------
    employment : DataFrame
        Employment table with ``establishments``. Totals (industry ``"00"``) take no part.
    reference : DataFrame or "sum"
        The whole that regions are compared with: ``"sum"`` for all regions of the table together,
        or a table of one area with ``employment`` and ``establishments``, whose own region then
        has a row in ``areas``.
    areas : DataFrame
        Table ``region[, year]`` with ``area`` (any unit) and ``population``.
    absent : {"withheld", "zero"}
        What a missing row means for sums over regions: unknown (the default), or none there.

    Returns
    -------
    DataFrame
        One row a cell, keys ``region, industry[, year][, draw]``: ``litzenberger_sternberg`` (the
        cluster index; 1 = as in the whole, 0 = no jobs, whatever the plants; no upper limit), and
        its parts, each a ratio to the whole: ``industrial_density`` (jobs an area),
        ``industrial_stock`` (jobs a person) and ``plant_size`` (jobs a plant). NaN where a number
        it needs is withheld, and where jobs come without plants; the plant size also where there
        are no plants.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference or areas do not match it.

    Notes
    -----
    CI = ID IS / PS with ID = (e_ir / a_r) / (e_i / a), IS = (e_ir / p_r) / (e_i / p) and PS = (e_ir
    / b_ir) / (e_i / b_i), e jobs, b establishments, a area, p population. In shares CI = s b / (a
    p): an industry that is in one region alone has CI = 1 / (a p), which is large for small and
    thinly settled regions.

    References
    ----------
    Litzenberger, T. and Sternberg, R. (2006). Der Clusterindex: eine Methodik zur Identifizierung
    regionaler Cluster am Beispiel deutscher Industriebranchen. Geographische Zeitschrift 94,
    209-224.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "rest"], "industry": "x",
    ...                      "employment": [1743.0, 3997.0], "establishments": [35, 18]})
    >>> areas = pd.DataFrame({"region": ["A", "rest"], "area": [50.0, 526.0],
    ...                       "population": [488.0, 4133.0]})
    >>> found = ca.litzenberger_sternberg(jobs, reference="sum", areas=areas)
    >>> found.drop(columns="industry").round(3).set_index("region").T
    region                       A   rest
    litzenberger_sternberg  21.875  0.290
    industrial_density       3.498  0.763
    industrial_stock         2.875  0.779
    plant_size               0.460  2.050
    """
    check_option("absent", absent, Absent)
    columns = ("employment", "establishments")
    panel = read_panel(employment, values=columns)
    land = {column: _areas(areas, panel, column) for column in ("area", "population")}
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum"])
        whole = {column: panel.sums(column, "industry", absent) for column in columns}
        total = {column: of_regions.sum(axis=1) for column, of_regions in land.items()}
    else:
        ref = read_reference(reference, panel, values=columns, absent=absent)
        whole = ref.industry
        alone = replace(panel, regions=pd.Index([ref.name], name="region"))
        total = {column: _areas(areas, alone, column)[:, 0] for column in land}
    g, r, i = panel.g, panel.r, panel.i
    parts = kernel.cluster_index(
        *(ratio(panel.columns[column], whole[column][g, i]) for column in columns),
        *(ratio(land[column], total[column][:, None])[g, r] for column in land),
    )
    names = ("litzenberger_sternberg", "industrial_density", "industrial_stock", "plant_size")
    return panel.cell_keys().assign(**dict(zip(names, parts, strict=True)))


def _areas(areas: pd.DataFrame, panel: Panel, column: str) -> Floats:
    """Groups x regions."""
    return read_weights(areas, panel, column=column, what="area table")
