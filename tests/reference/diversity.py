"""Specialisation, diversity, inequality and economic base, from the formulas in plain loops.

Nothing here is shared with the library. A matrix is ``E[r][i]``: regions by industries. NaN stands
for a withheld figure or an undefined number: a result that needs one is NaN.
"""

import itertools
import math

from tests.reference.measures import (
    NAN,
    _divide,
    _shares,
    _total,
    gini_unweighted,
    locational_gini_lorenz,
)

# One region against a reference: x its jobs by industry, X the reference's


def specialization_coefficient(x: list[float], X: list[float], n: float, N: float) -> float:
    """Coefficient of specialisation 0.5 sum_i |x_i / n - X_i / N|, half of Krugman's index.

    n and N are the totals of region and reference. Source: Hoover and Fisher (1949); Isard (1960),
    Methods of Regional Analysis, ch. 7.
    """
    total = 0.0
    for i in range(len(x)):
        total += abs(_divide(x[i], n) - _divide(X[i], N))
    return 0.5 * total


def hachman(x: list[float], X: list[float], n: float, N: float) -> float:
    """Hachman index 1 / sum_i LQ_i s_i = 1 / sum_i (s_i^2 / S_i): 1 with the reference's mix.

    An industry neither has adds nothing; one only the region has has no LQ, so the index is NaN.
    Source: Hachman (1995), Bureau of Economic and Business Research, University of Utah.
    """
    total = 0.0
    for i in range(len(x)):
        s = _divide(x[i], n)
        S = _divide(X[i], N)
        if s == 0 and S == 0:
            continue
        total += s * _divide(s, S)
    return _divide(1.0, total)


def specialization_gini_lorenz(x: list[float], X: list[float]) -> float:
    """Gini of a region's industry shares against the reference's, by the weighted Lorenz curve.

    Industries in the order of x/X, shares of x cumulated over shares of X, twice the area to the
    diagonal: `locational_gini_lorenz` with industries in place of regions. Source: Krugman (1991),
    ch. 2, turned round.
    """
    return locational_gini_lorenz(x, X)


def specialization_gini_pairs(x: list[float], X: list[float]) -> float:
    """The same by pairs: 0.5 sum_i sum_j S_i S_j |s_i/S_i - s_j/S_j|; needs every X_i > 0."""
    s = _shares(x)
    S = _shares(X)
    total = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            total += S[i] * S[j] * abs(_divide(s[i], S[i]) - _divide(s[j], S[j]))
    return 0.5 * total


def specialization_gini_unweighted(x: list[float], X: list[float]) -> float:
    """Gini of the region's location quotients, every industry counting once.

    An industry neither has has no quotient and is left out; one only the region has makes it NaN.
    Source: Farhauer and Kroell (2013), as in `gini.spec` of the R package REAT (0.6222 on its
    example).
    """
    s = _shares(x)
    S = _shares(X)
    quotients = []
    for i in range(len(x)):
        if x[i] == 0 and X[i] == 0:
            continue
        quotients.append(_divide(s[i], S[i]))
    return gini_unweighted(quotients) if quotients else NAN


# Entropy


def entropy(v: list[float], base: float = math.e) -> float:
    """Shannon entropy -sum_i s_i log s_i, an empty entry adding 0. Source: Shannon (1948)."""
    H = 0.0
    for s in _shares(v):
        if s != 0:
            H -= s * math.log(s)
    return H / math.log(base)


def entropy_normalised(v: list[float]) -> float:
    """Entropy over its greatest value ln n, n the number of entries, zeros included; NaN if 1."""
    if len(v) <= 1:
        return NAN
    return entropy(v) / math.log(len(v))


def entropy_numbers_equivalent(v: list[float]) -> float:
    """exp(entropy): how many equal entries have the same entropy. Source: Adelman (1969)."""
    return math.exp(entropy(v))


def variety(v: list[float], groups: list[str]) -> dict[str, float]:
    """Unrelated variety between groups and related variety within them, in bits.

    P_g is the share of group g. unrelated = sum_g P_g log2(1/P_g); related = sum_g P_g H_g with
    H_g = sum_{i in g} (p_i/P_g) log2(1/(p_i/P_g)); an empty group adds 0. Identity: unrelated +
    related = entropy of v in bits. Source: Frenken, Van Oort and Verburg (2007), Regional Studies
    41(5).
    """
    p = _shares(v)
    unrelated = 0.0
    related = 0.0
    for g in sorted(set(groups)):
        members = [p[i] for i in range(len(p)) if groups[i] == g]
        P = _total(members)
        if math.isnan(P):
            return {"unrelated": NAN, "related": NAN}
        if P == 0:
            continue
        unrelated += P * math.log2(1 / P)
        H = 0.0
        for member in members:
            if member != 0:
                H += member / P * math.log2(P / member)
        related += P * H
    return {"unrelated": unrelated, "related": related}


# Theil


def theil_t(x: list[float], w: list[float]) -> float:
    """Theil T of amounts x against weights w: sum_i s_i ln(s_i / v_i), s and v their shares.

    An entry with no x adds 0; one with x but no weight makes it infinite, here NaN. Source: Theil
    (1967), Economics and Information Theory, ch. 4.
    """
    s = _shares(x)
    v = _shares(w)
    total = 0.0
    for i in range(len(x)):
        if math.isnan(s[i]) or math.isnan(v[i]):
            return NAN
        if s[i] != 0:
            if v[i] == 0:
                return NAN
            total += s[i] * math.log(s[i] / v[i])
    return total


def theil_l(x: list[float], w: list[float]) -> float:
    """Theil L (mean log deviation): sum_i v_i ln(v_i / s_i), the T with x and w exchanged.

    An entry with weight but no x makes it infinite, here NaN. Source: Theil (1967).
    """
    return theil_t(w, x)


def theil_decomposition(
    x: list[float], w: list[float], groups: list[str], index: str = "T"
) -> dict[str, float]:
    """Between-group and within-group parts of Theil T or L.

    s_g and v_g are the groups' shares of x and w. between = the index of the groups' totals; within
    = sum_g a_g index_g with a_g = s_g for T and v_g for L. Identity: between + within = total. A
    group with a_g = 0 adds nothing. Where a figure is withheld the total is not known and no part
    is told; where the total is infinite a part may still be finite, and is told. Source: Shorrocks
    (1980), Econometrica 48(3); Theil (1967).
    """
    measure = theil_t if index == "T" else theil_l
    total = measure(x, w)
    if any(math.isnan(value) for value in [*x, *w]):
        return {"total": NAN, "between": NAN, "within": NAN}
    names = sorted(set(groups))
    x_totals = []
    w_totals = []
    for g in names:
        x_totals.append(_total([x[i] for i in range(len(x)) if groups[i] == g]))
        w_totals.append(_total([w[i] for i in range(len(x)) if groups[i] == g]))
    weights = _shares(x_totals if index == "T" else w_totals)
    within = 0.0
    for k in range(len(names)):
        if weights[k] == 0:
            continue
        members = [i for i in range(len(x)) if groups[i] == names[k]]
        within += weights[k] * measure([x[i] for i in members], [w[i] for i in members])
    return {"total": total, "between": measure(x_totals, w_totals), "within": within}


# Economic base


def economic_base_lq(x: list[float], X: list[float], n: float, N: float) -> list[float]:
    """Basic (export) jobs by industry: max(0, x_i - n X_i / N), that is x_i (1 - 1/LQ_i) if LQ > 1.

    No jobs, none basic, whatever the share is. Source: Isard (1960), Methods of Regional Analysis,
    ch. 6; Hildebrand and Mace (1950), Review of Economics and Statistics 32(3).
    """
    result = []
    for i in range(len(x)):
        surplus = 0.0
        if x[i] != 0:
            surplus = x[i] - n * _divide(X[i], N)
        result.append(NAN if math.isnan(surplus) else max(0.0, surplus))
    return result


def _order_statistic(shares: list[float], which: str | float) -> float:
    """Lowest, second lowest (ties kept; NaN with one) or interpolated quantile of known shares."""
    if which == "lowest":
        place = 0.0
    elif which == "second_lowest":
        place = 1.0
    else:
        place = float(which) * (len(shares) - 1)
    low, high = math.floor(place), math.ceil(place)
    if high >= len(shares):
        return NAN
    ordered = sorted(shares)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def required_shares(
    E: list[list[float]], n: list[float], which: str | float = "lowest"
) -> list[float]:
    """What share of its jobs every region needs in each industry.

    The lowest share of any region, the second lowest, or a quantile q of the sorted shares a_0 <=
    ... <= a_(m-1), interpolated at the place q (m - 1). A region with no jobs has no shares and is
    left out. A withheld share is 0 or more, or there is none because the region may have no jobs:
    known is what comes out the same whichever it is (the result rises with every share, so the ends
    will do), and anything else is NaN.
    """
    result = []
    for i in range(len(E[0])):
        possible = []
        for r in range(len(E)):
            if n[r] == 0:
                continue
            share = _divide(E[r][i], n[r])
            if not math.isnan(share):
                possible.append([share])
            elif math.isnan(n[r]) and not any(x > 0 for x in E[r]):
                possible.append([0.0, math.inf, NAN])
            else:
                possible.append([0.0, math.inf])
        found = set()
        for shares in itertools.product(*possible):
            found.add(_order_statistic([a for a in shares if not math.isnan(a)], which))
        result.append(found.pop() if len(found) == 1 else NAN)
    return result


def economic_base_minimum(
    E: list[list[float]], n: list[float], which: str | float = "lowest"
) -> list[list[float]]:
    """Basic jobs by minimum requirements: max(0, E_ri - n_r m_i), m_i of `required_shares`.

    No jobs, none basic. Source: Ullman and Dacey (1960), Papers of the Regional Science
    Association 6.
    """
    m = required_shares(E, n, which)
    result = []
    for r in range(len(E)):
        row = []
        for i in range(len(m)):
            surplus = 0.0 if E[r][i] == 0 else E[r][i] - n[r] * m[i]
            row.append(NAN if math.isnan(surplus) else max(0.0, surplus))
        result.append(row)
    return result


def economic_base_multiplier(basic: list[float], n: float) -> float:
    """Jobs in all over basic jobs, n / sum basic; NaN where nothing is. Source: Isard (1960)."""
    return _divide(n, _total(basic))
