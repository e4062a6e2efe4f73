"""Coagglomeration, colocation and links of industries, from the source formulas in plain loops.

Nothing here is shared with the library. ``E[r][i]`` is regions by industries, NaN stands for a
withheld figure, and a result that needs one is NaN; so is a quotient with a zero denominator.
"""

import itertools
import math

from tests.reference.measures import (
    NAN,
    _column,
    _divide,
    _shares,
    _total,
    coagglomeration,
    ellison_glaeser,
)


def group_coagglomeration(E: list[list[float]], w: list[float], H: list[float]) -> float:
    """Coagglomeration gamma^c of a group of industries, the columns of E.

    gamma^c = (G/(1 - sum x^2) - H - sum_j gamma_j v_j^2 (1 - H_j)) / (1 - sum_j v_j^2), where x are
    the regions' shares of the whole (w), v_j the industries' shares of the group's jobs, G the
    group's sum_r (s_r - x_r)^2, gamma_j and H_j the Ellison-Glaeser and plant Herfindahl indices of
    the industries, and H = sum_j v_j^2 H_j that of the group. NaN where one industry is the group.
    An industry without jobs takes no part. Source: Ellison and Glaeser (1997), Journal of
    Political Economy 105(5).
    """
    x = _shares(w)
    sizes = [_total(_column(E, j)) for j in range(len(H))]
    v = _shares(sizes)
    s = _shares([_total(row) for row in E])
    squares = 0.0
    G = 0.0
    for r in range(len(w)):
        squares += x[r] ** 2
        G += (s[r] - x[r]) ** 2
    group_H = 0.0
    own = 0.0
    v2 = 0.0
    for j in range(len(H)):
        if sizes[j] == 0:
            continue
        v2 += v[j] ** 2
        group_H += v[j] ** 2 * H[j]
        if H[j] != 1:
            own += ellison_glaeser(_column(E, j), w, H[j]) * v[j] ** 2 * (1 - H[j])
        else:  # gamma_j is undefined, its product with 1 - H_j is not
            alone = 0.0
            column = _shares(_column(E, j))
            for r in range(len(w)):
                alone += (column[r] - x[r]) ** 2
            own += v[j] ** 2 * (_divide(alone, 1 - squares) - 1)
    return _divide(_divide(G, 1 - squares) - group_H - own, 1 - v2)


def group_coagglomeration_by_pairs(E: list[list[float]], w: list[float]) -> float:
    """The same, as the mean of the pairs' coagglomeration weighted by v_i v_j.

    sum over i != j of v_i v_j c_ij over sum over i != j of v_i v_j, with c_ij = sum_r (s_ri - x_r)
    (s_rj - x_r)/(1 - sum x^2). Plants' sizes drop out. Source: Ellison, Glaeser and Kerr (2010),
    mathematical appendix, for two industries; for more by the same algebra.
    """
    x = _shares(w)
    squares = 0.0
    for share in x:
        squares += share**2
    sizes = [_total(_column(E, j)) for j in range(len(E[0]))]
    v = _shares(sizes)
    top = 0.0
    bottom = 0.0
    for i in range(len(sizes)):
        for j in range(len(sizes)):
            if i == j or sizes[i] == 0 or sizes[j] == 0:
                continue
            s_i = _shares(_column(E, i))
            s_j = _shares(_column(E, j))
            together = 0.0
            for r in range(len(x)):
                together += (s_i[r] - x[r]) * (s_j[r] - x[r])
            top += v[i] * v[j] * _divide(together, 1 - squares)
            bottom += v[i] * v[j]
    return _divide(top, bottom)


def pearson(a: list[float], b: list[float]) -> float:
    """Correlation coefficient; NaN where a list does not vary, or anything is NaN."""
    n = len(a)
    for value in [*a, *b]:
        if math.isnan(value):
            return NAN
    if n < 2 or min(a) == max(a) or min(b) == max(b):
        return NAN
    mean_a = _total(a) / n
    mean_b = _total(b) / n
    cross = 0.0
    squares_a = 0.0
    squares_b = 0.0
    for r in range(n):
        cross += (a[r] - mean_a) * (b[r] - mean_b)
        squares_a += (a[r] - mean_a) ** 2
        squares_b += (b[r] - mean_b) ** 2
    return _divide(cross, math.sqrt(squares_a * squares_b))


def locational_correlation(E: list[list[float]]) -> list[list[float]]:
    """Correlation of every two industries' employment over regions.

    Source: Porter (2003), Regional Studies 37(6-7), `locational correlation of employment'.
    """
    industries = len(E[0])
    columns = [_column(E, i) for i in range(industries)]
    return [[pearson(columns[i], columns[j]) for j in range(industries)] for i in range(industries)]


# Colocation of plants


def howard_cl(a: list[float], b: list[float]) -> float:
    """Share of pairs, a plant of one industry and one of the other, that are in one region.

    a and b are plants by region: sum_r a_r b_r / (sum a sum b). Source: Howard, Newman and Tarp
    (2016), Journal of Economic Geography 16(5).
    """
    together = 0.0
    for r in range(len(a)):
        together += a[r] * b[r]
    return _divide(together, _total(a) * _total(b))


def howard_random_cl(places: list[float], replace: bool = False) -> float:
    """Expected CL where plants of both industries are dealt the places of a pool of plants.

    places counts the pool's plants by region. Dealt without replacement, a plant of one industry
    and a plant of the other share a region with probability sum n_r (n_r - 1) / (n (n - 1)); with
    replacement sum (n_r / n)^2. However many plants the industries have, this is the mean over
    draws of CL. The counterfactual of Howard, Newman and Tarp (2016), whose mean they simulate.
    """
    n = _total(places)
    together = 0.0
    for count in places:
        together += count * count if replace else count * (count - 1)
    return _divide(together, n * n if replace else n * (n - 1))


def howard_random_cl_enumerated(a: int, b: int, places: list[int]) -> list[float]:
    """CL of every way to deal a and b plants the places of a pool, without replacement.

    Each ordered choice of places out of the pool counts once. For tiny cases.
    """
    pool = [r for r in range(len(places)) for _ in range(places[r])]
    result = []
    for chosen in itertools.permutations(range(len(pool)), a + b):
        first = [0.0 for _ in places]
        second = [0.0 for _ in places]
        for k in chosen[:a]:
            first[pool[k]] += 1
        for k in chosen[a:]:
            second[pool[k]] += 1
        result.append(howard_cl(first, second))
    return result


def howard_xcl(a: list[float], b: list[float], places: list[float], replace: bool = False) -> float:
    """Excess colocation: CL less its mean where plants are dealt places at random.

    REAT's `howard.xcl` has places = a + b without replacement (it shuffles the labels of the two
    industries' plants); the paper's pool is all plants. Source: Howard, Newman and Tarp (2016).
    """
    return howard_cl(a, b) - howard_random_cl(places, replace)


# Links


def input_output_links(
    flow: list[list[float]],
    inputs: list[float] | None = None,
    outputs: list[float] | None = None,
) -> list[list[dict[str, float]]]:
    """How much of its inputs and of its output an industry gets from, sends to every other.

    flow[i][j] is what j buys of i. For the pair (i, j): input_from = flow[j][i]/inputs[i], the
    share of i's inputs that comes from j; output_to = flow[i][j]/outputs[i], the share of i's
    output that goes to j; input_to and output_from the same seen from j: flow[i][j]/inputs[j] and
    flow[j][i]/outputs[j]. input is the larger of the two input shares, output of the two output
    shares, link the largest of all four. inputs and outputs are the sums of columns and rows
    unless given. Source: Ellison, Glaeser and Kerr (2010), American Economic Review 100(3).
    """
    n = len(flow)
    if inputs is None:
        inputs = [_total(_column(flow, j)) for j in range(n)]
    if outputs is None:
        outputs = [_total(flow[i]) for i in range(n)]
    result = []
    for i in range(n):
        row = []
        for j in range(n):
            ratios = {
                "input_from": _divide(flow[j][i], inputs[i]),
                "input_to": _divide(flow[i][j], inputs[j]),
                "output_to": _divide(flow[i][j], outputs[i]),
                "output_from": _divide(flow[j][i], outputs[j]),
            }
            largest = {
                "input": _larger(ratios["input_from"], ratios["input_to"]),
                "output": _larger(ratios["output_to"], ratios["output_from"]),
            }
            largest["link"] = _larger(largest["input"], largest["output"])
            row.append({**ratios, **largest})
        result.append(row)
    return result


def _larger(a: float, b: float) -> float:
    """The larger of two, NaN where either is."""
    if math.isnan(a) or math.isnan(b):
        return NAN
    return a if a >= b else b


def occupation_similarity(jobs: list[list[float]]) -> list[list[float]]:
    """Correlation of every two industries' shares of jobs by occupation.

    jobs[o][i] is occupations by industries. Source: Ellison, Glaeser and Kerr (2010).
    """
    industries = len(jobs[0])
    shares = [_shares(_column(jobs, i)) for i in range(industries)]
    return [[pearson(shares[i], shares[j]) for j in range(industries)] for i in range(industries)]


def occupation_cosine(jobs: list[list[float]]) -> list[list[float]]:
    """Cosine of every two industries' shares of jobs by occupation."""
    industries = len(jobs[0])
    shares = [_shares(_column(jobs, i)) for i in range(industries)]
    result = []
    for a in shares:
        row = []
        for b in shares:
            cross = 0.0
            a2 = 0.0
            b2 = 0.0
            for o in range(len(jobs)):
                cross += a[o] * b[o]
                a2 += a[o] ** 2
                b2 += b[o] ** 2
            row.append(_divide(cross, math.sqrt(a2 * b2)) if a2 * b2 > 0 else NAN)
        result.append(row)
    return result


# Tests


def coagglomeration_enumerated(x_i: list[float], x_j: list[float], w: list[float]) -> list[float]:
    """Coagglomeration of two industries under every dealing of the second's regions.

    For regions of equal size, where dealing location quotients is dealing jobs, this is the
    permutation distribution: dealing both anew is dealing the one against the other.
    """
    return [coagglomeration(x_i, list(order), w) for order in itertools.permutations(x_j)]


def adjusted(p: list[float], method: str) -> list[float]:
    """p-values allowing for their number m, those that are NaN left out of it.

    bonferroni: min(1, m p). holm: with p_(1) <= .. <= p_(m) the largest of (m - k + 1) p_(k) so
    far, at most 1; Holm (1979), Scandinavian Journal of Statistics 6(2). benjamini_hochberg: the
    least of m p_(k) / k from here on, at most 1; Benjamini and Hochberg (1995), Journal of the
    Royal Statistical Society B 57(1).
    """
    known = [k for k in range(len(p)) if not math.isnan(p[k])]
    known.sort(key=lambda k: p[k])
    m = len(known)
    result = [NAN for _ in p]
    for place in range(m):
        here = p[known[place]]
        if method == "none":
            value = here
        elif method == "bonferroni":
            value = m * here
        elif method == "holm":
            value = max((m - k) * p[known[k]] for k in range(place + 1))
        else:
            value = min(m * p[known[k]] / (k + 1) for k in range(place, m))
        result[known[place]] = min(1.0, value)
    return result
