"""Location-quotient relatives, from their formulas in plain loops.

Nothing here is shared with the library. A matrix is ``E[r][i]``: regions by industries. NaN stands
for a withheld figure or an undefined number: a result that needs one is NaN.
"""

import math

from tests.reference.measures import NAN, _column, _divide, _total, location_quotient

# Rescaled and standardised quotients


def symmetric_location_quotient(lq: float) -> float:
    """(LQ - 1) / (LQ + 1), from -1 (absent) over 0 (as in the reference) to below 1.

    Source: Dalum, Laursen and Villumsen (1998), International Review of Applied Economics 12(3).
    """
    return _divide(lq - 1, lq + 1)


def _mean_and_sd(values: list[float]) -> tuple[float, float]:
    """Mean and sample standard deviation (divisor n - 1); NaN sd with fewer than two values."""
    n = len(values)
    mean = _divide(_total(values), n)
    squares = 0.0
    for value in values:
        squares += (value - mean) ** 2
    return mean, math.sqrt(squares / (n - 1)) if n > 1 else NAN


def standardised_location_quotient(
    lq: list[float], log: bool = False, undefined: list[bool] | None = None
) -> list[float]:
    """How many standard deviations each region's LQ lies from the industry's mean over regions.

    z_r = (LQ_r - mean) / sd with the sample standard deviation (divisor n - 1); with ``log`` the
    same of ln LQ. ``undefined[r]`` marks a quotient that does not exist (a region without jobs):
    that region has no z and is left out of mean and sd. So is, with ``log``, a region whose LQ is
    0: it has no logarithm. Any other NaN is withheld: mean and sd need it, so every z is NaN. NaN
    too where fewer than two regions count or all are equal. Source: O'Donoghue and Gleave (2004),
    Regional Studies 38(4), Standardised Location Quotient.
    """
    counted = []
    for r in range(len(lq)):
        there = not (undefined is not None and undefined[r])
        if there and log and lq[r] == 0:
            there = False
        counted.append(there)
    values = {}
    for r in range(len(lq)):
        if counted[r]:
            if math.isnan(lq[r]):
                return [NAN for _ in lq]
            values[r] = math.log(lq[r]) if log else lq[r]
    if not values:
        return [NAN for _ in lq]
    mean, sd = _mean_and_sd(list(values.values()))
    if all(value == values[next(iter(values))] for value in values.values()):
        sd = NAN
    return [_divide(values[r] - mean, sd) if r in values else NAN for r in range(len(lq))]


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b) by its series x^a sum_k (1-b)_k x^k / (k! (a+k)) over B(a, b), for x < 1."""
    if x in (0.0, 1.0):
        return x
    term, total, k = 1.0, 0.0, 0
    while True:
        total += term / (a + k)
        if abs(term) < 1e-18 and k > b:
            break
        k += 1
        term *= (k - b) * x / k
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) - log_beta) * total


def harrell_davis(values: list[float], p: float) -> float:
    """Bootstrap mean of the (n + 1) p-th order statistic, sum_j w_j v_(j).

    w_j = I_(j/n)(a, b) - I_((j-1)/n)(a, b) with a = (n + 1) p and b = (n + 1)(1 - p). Source:
    Harrell and Davis (1982), Biometrika 69(3).
    """
    ordered = sorted(values)
    n = len(ordered)
    a, b = (n + 1) * p, (n + 1) * (1 - p)
    total = 0.0
    for j in range(1, n + 1):
        w = _incomplete_beta(j / n, a, b) - _incomplete_beta((j - 1) / n, a, b)
        total += w * ordered[j - 1]
    return total


# Shrinkage


def empirical_bayes(x: list[float], e: list[float]) -> dict[str, list[float]]:
    """Gamma-Poisson empirical-Bayes estimate of x_r / e_r, by moments over the regions.

    m = sum x / sum e; s2 = sum e (x/e - m)^2 / sum e; A = max(0, s2 - m / ebar) with ebar the mean
    of e over the regions that count; weight_r = A / (A + m / e_r); estimate_r = m + weight_r
    (x_r/e_r - m). With x the industry's jobs and e the jobs expected at the reference's share,
    x/e is the location quotient. A region where e is 0 has no ratio, counts nowhere and is NaN. One
    withheld x or e makes the moments NaN. Where m is 0 every x is 0, A is 0 and so are
    weight and estimate. Source: Marshall (1991), Applied Statistics 40(2), pp. 284-285;
    checked against `EBest` of the R package spdep.
    """
    n = len(x)
    for r in range(n):
        if math.isnan(x[r]) or math.isnan(e[r]):
            nothing = [NAN for _ in x]
            return {"estimate": nothing, "weight": nothing, "m": nothing, "A": nothing}
    counted = [r for r in range(n) if e[r] != 0]
    sum_x = 0.0
    sum_e = 0.0
    for r in counted:
        sum_x += x[r]
        sum_e += e[r]
    m = _divide(sum_x, sum_e)
    s2 = 0.0
    for r in counted:
        s2 += e[r] * (x[r] / e[r] - m) ** 2
    s2 = _divide(s2, sum_e)
    mean_e = _divide(sum_e, len(counted))
    A = s2 - _divide(m, mean_e)
    if A < 0:
        A = 0.0
    estimate = []
    weight = []
    for r in range(n):
        if e[r] == 0:
            estimate.append(NAN)
            weight.append(NAN)
        elif m == 0:
            estimate.append(0.0)
            weight.append(0.0)
        else:
            w = _divide(A, A + m / e[r])
            weight.append(w)
            estimate.append(m + w * (x[r] / e[r] - m))
    return {"estimate": estimate, "weight": weight, "m": [m] * n, "A": [A] * n}


def shrunk_location_quotient(
    E: list[list[float]], X: list[float], n: list[float], N: float
) -> list[list[float]]:
    """`empirical_bayes` of each industry, with e_r = n_r X_i / N the jobs expected in region r."""
    regions, industries = len(E), len(X)
    result = [[NAN for _ in range(industries)] for _ in range(regions)]
    for i in range(industries):
        expected = [n[r] * _divide(X[i], N) for r in range(regions)]
        estimate = empirical_bayes(_column(E, i), expected)["estimate"]
        for r in range(regions):
            result[r][i] = estimate[r]
    return result


def gamma_poisson_log_likelihood(x: list[float], e: list[float], m: float, A: float) -> float:
    """Log marginal likelihood: x_r negative binomial, theta gamma with mean m and variance A.

    With shape a = m^2 / A and rate b = m / A each region adds lgamma(x + a) - lgamma(a)
    - lgamma(x + 1) + a ln(b / (b + e)) + x ln(e / (b + e)); with A = 0 it is Poisson with mean
    m e. Source: Clayton and Kaldor (1987), Biometrics 43(3).
    """
    total = 0.0
    for r in range(len(x)):
        if e[r] == 0:
            continue
        if A == 0:
            total += x[r] * math.log(m * e[r]) - m * e[r] - math.lgamma(x[r] + 1)
            continue
        a, b = m * m / A, m / A
        total += math.lgamma(x[r] + a) - math.lgamma(a) - math.lgamma(x[r] + 1)
        total += a * math.log(b / (b + e[r])) + x[r] * math.log(e[r] / (b + e[r]))
    return total


def gamma_cdf(t: float, shape: float, rate: float) -> float:
    """P(theta <= t), by the series t^s e^-t sum_k t^k / (s (s+1) ... (s+k)) over Gamma(s)."""
    if t <= 0:
        return 0.0
    u = t * rate
    term = 1 / shape
    total, k = 0.0, 0
    while term > 1e-18 * total or k < u:
        total += term
        k += 1
        term *= u / (shape + k)
    return total * math.exp(shape * math.log(u) - u - math.lgamma(shape))


# Neighbours


def spatial_location_quotient_pooled(
    E: list[list[float]], X: list[float], n: list[float], N: float, W: list[list[float]]
) -> list[list[float]]:
    """Location quotient of each region's neighbourhood taken as one area.

    (sum_s w_rs E_si / sum_s w_rs n_s) / (X_i / N). w_rs = 0 leaves a region out, withheld or not;
    the diagonal of W says whether the region itself belongs to its neighbourhood. NaN where the
    neighbourhood is empty. Source: Cromley and Hanink (2012), Focal location quotients,
    Geographical Analysis 44(4).
    """
    result = []
    for r in range(len(E)):
        row = []
        for i in range(len(X)):
            jobs = 0.0
            whole = 0.0
            for s in range(len(E)):
                if W[r][s] != 0:
                    jobs += W[r][s] * E[s][i]
                    whole += W[r][s] * n[s]
            row.append(_divide(_divide(jobs, whole), _divide(X[i], N)))
        result.append(row)
    return result


def spatial_location_quotient_mean(
    E: list[list[float]], X: list[float], n: list[float], N: float, W: list[list[float]]
) -> list[list[float]]:
    """Weighted mean sum_s w_rs LQ_si / sum_s w_rs of the neighbours' location quotients.

    The spatial lag of the LQ with row-standardised weights. A neighbour without jobs has no LQ and
    is left out; NaN where none remains or an LQ is withheld. Source: Anselin (1988),
    ch. 3, the spatial lag.
    """
    LQ = location_quotient(E, X, n, N)
    result = []
    for r in range(len(E)):
        row = []
        for i in range(len(X)):
            top = 0.0
            bottom = 0.0
            for s in range(len(E)):
                if W[r][s] != 0 and n[s] != 0:
                    top += W[r][s] * LQ[s][i]
                    bottom += W[r][s]
            row.append(_divide(top, bottom))
        result.append(row)
    return result


# Input-output quotients


def cross_industry_location_quotient(slq: list[float]) -> list[list[float]]:
    """CILQ_ij = SLQ_i / SLQ_j of one region: i sells, j buys.

    NaN where SLQ_j is 0. On the diagonal the quotient is SLQ_i / SLQ_i = 1 (NaN where the industry
    is absent); see `with_slq_diagonal`. Source: Schaffer and Chu (1969), Papers of the Regional
    Science Association 23; Flegg and Webber (1997).
    """
    return [[_divide(seller, buyer) for buyer in slq] for seller in slq]


def with_slq_diagonal(matrix: list[list[float]], slq: list[float]) -> list[list[float]]:
    """The matrix with SLQ_i in place of the diagonal, as Smith and Morrison (1974) advise."""
    result = [list(row) for row in matrix]
    for i in range(len(slq)):
        result[i][i] = slq[i]
    return result


def flegg_lambda(region_total: float, reference_total: float, delta: float) -> float:
    """lambda* = [log2(1 + n_r / N)]^delta, at most 1. Source: Flegg and Webber (1997)."""
    ratio = _divide(region_total, reference_total)
    return NAN if math.isnan(ratio) else math.log2(1 + ratio) ** delta


def flegg_location_quotient(
    slq: list[float], region_total: float, reference_total: float, delta: float
) -> list[list[float]]:
    """FLQ_ij = CILQ_ij lambda* off the diagonal and SLQ_i lambda* on it.

    Source: Flegg and Webber (1997), Regional Studies 31(8).
    """
    size = flegg_lambda(region_total, reference_total, delta)
    base = with_slq_diagonal(cross_industry_location_quotient(slq), slq)
    return [[value * size for value in row] for row in base]


def augmented_flegg_location_quotient(
    slq: list[float], region_total: float, reference_total: float, delta: float
) -> list[list[float]]:
    """AFLQ_ij = FLQ_ij log2(1 + SLQ_j) where SLQ_j > 1, else FLQ_ij.

    Source: Flegg and Webber (2000), Regional Studies 34(6).
    """
    result = flegg_location_quotient(slq, region_total, reference_total, delta)
    for i in range(len(slq)):
        for j in range(len(slq)):
            if slq[j] > 1:
                result[i][j] *= math.log2(1 + slq[j])
            elif math.isnan(slq[j]):
                result[i][j] = NAN
    return result
