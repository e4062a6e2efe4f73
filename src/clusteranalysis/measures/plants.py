"""Is an industry more concentrated than the size of its plants explains?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusteranalysis.kernels import concentration
from clusteranalysis.kernels import plants as kernel
from clusteranalysis.kernels.significance import Alternative, p_values, simulated_tails
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import group_seed, region_weights, stack_groups
from clusteranalysis.measures._plants import Floats, read_plant_panel, read_plants
from clusteranalysis.schema import (
    Absent,
    check_count,
    check_level,
    check_option,
    refuse_fractions,
)

__all__ = ["cassey_smith", "devereux", "ellison_glaeser", "maurel_sedillot"]


def ellison_glaeser(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    plants: pd.DataFrame | Literal["equal_size"],
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Is an industry more concentrated than the size of its plants alone would make it?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    plants : DataFrame or "equal_size"
        Table ``industry[, year]`` with ``plant_herfindahl``, the sum of squared plant shares of
        the industry's jobs and, if it is known, ``plant_fourth``, the sum of their fourth powers.
        ``"equal_size"`` takes 1 / establishments, the least it can be: the value is then an
        *upper bound* of gamma wherever G < 1 - sum w^2 (all but industries that avoid the largest
        regions), ``expected_concentration`` is too small and ``z`` too large; see ``plants``.
        :func:`ellison_glaeser_bounds` says more from size classes.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``ellison_glaeser`` (gamma; 0 = as random plants
        would fall, above 0.05 highly concentrated by the authors' reading, negative = dispersed),
        ``raw_concentration`` (G), ``plant_herfindahl`` (H), ``plants`` (``"table"`` or
        ``"equal_size"``); and for plants that choose at random ``expected_concentration`` (of G),
        its ``standard_error`` and ``z`` = (G - expected) / standard error. With a plant table
        that has no ``plant_fourth`` the standard error is the largest possible, so z lies nearest
        to 0. NaN where a cell is withheld or there are no jobs; gamma also with one plant, z where
        G cannot vary.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference or plant table does not match it.

    Notes
    -----
    gamma = (G - (1 - sum w^2) H) / ((1 - sum w^2)(1 - H)), eq. 5; G = sum_r (s_ri - w_r)^2. Under
    random choice E G = (1 - sum w^2) H and Var G = 2 {H^2 [sum w^2 - 2 sum w^3 + (sum w^2)^2] -
    sum_j z_j^4 [sum w^2 - 4 sum w^3 + 3 (sum w^2)^2]}, z_j the plants' shares. G is skewed
    when plants are few: :func:`cassey_smith` gives a p-value.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. Journal of Political Economy 105(5), 889-927.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> plants = pd.DataFrame({"industry": ["x", "y"], "plant_herfindahl": [0.1, 0.2]})
    >>> found = ca.ellison_glaeser(jobs, reference="sum", plants=plants)
    >>> found[["industry", "ellison_glaeser", "raw_concentration", "z"]].round(4)
      industry  ellison_glaeser  raw_concentration       z
    0        x           1.0000             0.5000  6.7082
    1        y           0.3056             0.2222  0.9663
    """
    panel = read_plant_panel(employment, plants, absent)
    weights = region_weights(panel, reference, "employment", absent)
    known = read_plants(panel, plants, absent)
    parts = []
    for group, keys in panel.each_group():
        w, H = weights[group], known.H[group]
        E = panel.dense("employment", group, absent)
        G = concentration.raw_concentration(E, w)
        expected = kernel.random_concentration(w, H)
        variance = kernel.random_variance(w, H, None if known.Z is None else known.Z[group])
        # Without jobs there is nothing to expect; of a withheld industry G alone is unknown.
        error = np.where(E.sum(axis=0) == 0, np.nan, np.sqrt(variance))
        columns = {
            "ellison_glaeser": concentration.ellison_glaeser(G, w, H),
            "raw_concentration": G,
            "plant_herfindahl": H,
            "plants": known.name,
            "expected_concentration": expected,
            "standard_error": error,
            "z": ratio(G - expected, error),
        }
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **columns}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def maurel_sedillot(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    plants: pd.DataFrame | Literal["equal_size"],
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Do plants of an industry choose the same region more often than chance would have it?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    plants : DataFrame or "equal_size"
        As in :func:`ellison_glaeser`; with ``"equal_size"`` the value is an upper bound wherever
        ``raw_concentration`` is below 1.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``maurel_sedillot`` (0 = as random plants would
        fall, 1 = all in one region), ``raw_concentration`` (their G, which is not Ellison and
        Glaeser's), ``plant_herfindahl`` (H) and ``plants`` (``"table"`` or ``"equal_size"``). NaN
        where a cell is withheld, there are no jobs, or one plant or region.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the reference or plant table does not match it.

    Notes
    -----
    gamma = (G - H) / (1 - H), G = (sum_r s_ri^2 - sum w^2) / (1 - sum w^2), eq. 7. It estimates the
    correlation of two plants' choices, as Ellison and Glaeser's gamma does, and differs from it
    in what it does with size: concentration in large regions counts for more here, and an
    industry that is absent from the largest can come out negative however concentrated it is.

    References
    ----------
    Maurel, F. and Sedillot, B. (1999). A measure of the geographic concentration in French
    manufacturing industries. Regional Science and Urban Economics 29(5), 575-604.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> plants = pd.DataFrame({"industry": ["x", "y"], "plant_herfindahl": [0.1, 0.2]})
    >>> found = ca.maurel_sedillot(jobs, reference="sum", plants=plants)
    >>> found[["industry", "maurel_sedillot", "raw_concentration"]].round(4)
      industry  maurel_sedillot  raw_concentration
    0        x           1.0000             1.0000
    1        y           0.3056             0.4444
    """
    panel = read_plant_panel(employment, plants, absent)
    weights = region_weights(panel, reference, "employment", absent)
    known = read_plants(panel, plants, absent)
    parts = []
    for group, keys in panel.each_group():
        E, H = panel.dense("employment", group, absent), known.H[group]
        gamma, G = kernel.maurel_sedillot(E, weights[group], H)
        columns = {
            "maurel_sedillot": gamma,
            "raw_concentration": G,
            "plant_herfindahl": H,
            "plants": known.name,
        }
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **columns}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def devereux(
    employment: pd.DataFrame,
    *,
    plants: pd.DataFrame | Literal["equal_size"],
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How much more unequal is an industry over regions than over its plants?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level, with rows for every region where plants could be.
        Totals (industry ``"00"``) take no part.
    plants : DataFrame or "equal_size"
        As in :func:`ellison_glaeser`, with the number of plants in ``establishments``. With
        ``"equal_size"`` industrial concentration is 0 and the value an *upper bound*.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``devereux`` (F - M; 0 = no more unequal over
        regions than over plants), ``geographic_concentration`` (F), ``industrial_concentration``
        (M), and ``plants`` (``"table"`` or ``"equal_size"``). NaN where a cell or the number of
        plants is withheld, or there are no jobs or plants.

    Raises
    ------
    SchemaError
        The table breaks the contract, or the plant table does not match it.

    Notes
    -----
    F = sum_r s_ri^2 - 1 / min(R, N) and M = sum_j z_j^2 - 1 / N for N plants and R regions. The
    measure is absolute: regions are taken as alike, whatever their size, so that industries which
    follow population come out as agglomerated, and R changes with the map.

    References
    ----------
    Devereux, M. P., Griffith, R. and Simpson, H. (2004). The geographic distribution of
    production activity in the UK. Regional Science and Urban Economics 34(5), 533-564.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> plants = pd.DataFrame({"industry": ["x", "y"], "plant_herfindahl": [0.1, 0.2],
    ...                        "establishments": [12, 6]})
    >>> ca.devereux(jobs, plants=plants).round(4)
      industry  devereux  geographic_concentration  industrial_concentration plants
    0        x    0.4833                    0.5000                    0.0167  table
    1        y    0.1889                    0.2222                    0.0333  table
    """
    panel = read_plant_panel(employment, plants, absent)
    known = read_plants(panel, plants, absent, counted=True)
    assert known.number is not None
    parts = []
    for group, keys in panel.each_group():
        E = panel.dense("employment", group, absent)
        value, F, M = kernel.devereux(E, known.number[group], known.H[group])
        columns = {
            "devereux": value,
            "geographic_concentration": F,
            "industrial_concentration": M,
            "plants": known.name,
        }
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **columns}))
    return stack_groups(parts, ["industry", *panel.groups.columns])


def cassey_smith(
    employment: pd.DataFrame,
    *,
    reference: pd.DataFrame | Literal["sum"],
    plants: pd.DataFrame | Literal["equal_size"],
    rng: np.random.Generator | int,
    repetitions: int = 999,
    alternative: Alternative = "greater",
    level: float = 0.95,
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Could an industry's Ellison-Glaeser index come about by plants choosing at random?

    Parameters
    ----------
    employment : DataFrame
        Employment table at one industry level. Rows of industry ``"00"`` are the regions' sizes.
    reference : DataFrame or "sum"
        The regions' sizes, as in :func:`hoover`.
    plants : DataFrame or "equal_size"
        As in :func:`ellison_glaeser`, with the number of plants in ``establishments``. With
        ``"equal_size"`` chance moves less than it does in truth: the interval is too narrow, and
        the p-value of concentration too *small*.
    rng : numpy Generator or int
        Source of randomness; the same seed gives the same result. Every industry, year and draw
        is simulated from the same seed, as if it were alone.
    repetitions : int
        Number of simulations B. Each throws every plant of an industry once.
    alternative : {"greater", "less", "two-sided"}
        Whether concentration, dispersion, or either is evidence.
    level : float
        Share of the simulations that lie within ``null_low..null_high``.
    absent : {"withheld", "zero"}
        What a missing row means. ``"withheld"`` (the default) makes the industry's value NaN.

    Returns
    -------
    DataFrame
        One row an industry (and year, draw): ``cassey_smith`` (the p-value, 1 / (B + 1) .. 1),
        ``ellison_glaeser`` (gamma observed), ``null_low`` and ``null_high`` (the central
        ``level`` of gamma under random choice) and ``plants`` (``"table"`` or ``"equal_size"``).
        NaN where a cell or the number of plants is withheld, there are no jobs, one plant or one
        region.

    Raises
    ------
    SchemaError
        The table breaks the contract, the reference or plant table does not match it, or a number
        is out of range.

    Notes
    -----
    Each simulation throws the plants at the regions with probabilities w and computes gamma
    (:func:`ellison_glaeser`). p = (b + 1) / (B + 1), b the simulations at or beyond the observed
    gamma; two-sided: twice the smaller side, at most 1. As in the source, plant sizes are
    lognormal; here they are the lognormal's quantiles, of the spread that gives ``establishments``
    plants the table's Herfindahl index exactly, instead of anew in every simulation. A thousand
    industries over 3,100 regions take minutes.

    References
    ----------
    Cassey, A. J. and Smith, B. O. (2014). Simulating confidence for the Ellison-Glaeser index.
    Journal of Urban Economics 81, 85-103.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> jobs = pd.DataFrame({"region": ["A", "B", "A", "B"], "industry": ["x", "x", "y", "y"],
    ...                      "employment": [40.0, 0.0, 10.0, 50.0]})
    >>> plants = pd.DataFrame({"industry": ["x", "y"], "plant_herfindahl": [0.1, 0.2],
    ...                        "establishments": [12, 6]})
    >>> found = ca.cassey_smith(jobs, reference="sum", plants=plants, rng=1)
    >>> found[["industry", "cassey_smith", "ellison_glaeser"]].round(3)
      industry  cassey_smith  ellison_glaeser
    0        x         0.001            1.000
    1        y         0.109            0.306
    """
    check_option("alternative", alternative, Alternative)
    check_count("repetitions", repetitions)
    check_level(level, what="share")
    panel = read_plant_panel(employment, plants, absent)
    weights = region_weights(panel, reference, "employment", absent)
    known = read_plants(panel, plants, absent, counted=True)
    assert known.number is not None
    for industry, number in zip(panel.industries, known.number.T, strict=True):
        where = f"column 'establishments' of {industry!r}"
        refuse_fractions(number, where, "plants are thrown whole, so give a count of them")
    seed = group_seed(rng)
    edges = [(1 - level) / 2, (1 + level) / 2]
    parts = []
    for group, keys in panel.each_group():
        w, H, number = weights[group], known.H[group], known.number[group]
        G = concentration.raw_concentration(panel.dense("employment", group, absent), w)
        gamma = concentration.ellison_glaeser(G, w, H)
        p, ends = np.full(len(G), np.nan), np.full((2, len(G)), np.nan)
        drawn: dict[tuple[float, float], Floats] = {}
        for i in np.flatnonzero(~np.isnan(gamma + number)):
            case = (number[i], H[i])
            if case not in drawn:
                z = kernel.lognormal_sizes(int(number[i]), float(H[i]))
                stream = np.random.default_rng(seed)
                drawn[case] = kernel.simulated_concentration(stream, w, z, repetitions)
            # Gamma rises with G, and simulations with the same plants in the same places are equal
            # to what was observed but for rounding.
            tails = simulated_tails(
                np.count_nonzero(drawn[case] >= G[i] - 1e-12),
                np.count_nonzero(drawn[case] <= G[i] + 1e-12),
                repetitions,
            )
            p[i] = p_values(tails, alternative)
            ends[:, i] = concentration.ellison_glaeser(np.quantile(drawn[case], edges), w, H[i])
        columns = {
            "cassey_smith": p,
            "ellison_glaeser": gamma,
            "null_low": ends[0],
            "null_high": ends[1],
            "plants": known.name,
        }
        parts.append(pd.DataFrame({"industry": panel.industries, **keys, **columns}))
    return stack_groups(parts, ["industry", *panel.groups.columns])
