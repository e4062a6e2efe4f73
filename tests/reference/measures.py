"""Regional-economics measures written from their formulas in plain loops.

Nothing here is shared with the library. A matrix is ``E[r][i]``: regions by industries. NaN stands
for a withheld figure: a result that needs one is NaN. A quotient whose denominator is zero is
undefined, and NaN too.
"""

import math

import numpy as np

NAN = float("nan")


def _total(values: list[float]) -> float:
    """Add up in order; one NaN makes the total NaN."""
    total = 0.0
    for value in values:
        total += value
    return total


def _divide(numerator: float, denominator: float) -> float:
    """Quotient, or NaN where the denominator is zero or either part is NaN."""
    if math.isnan(numerator) or math.isnan(denominator) or denominator == 0:
        return NAN
    return numerator / denominator


def _shares(values: list[float]) -> list[float]:
    """Each value over their sum; all NaN where the sum is zero or NaN."""
    total = _total(values)
    return [_divide(value, total) for value in values]


def _row_totals(E: list[list[float]]) -> list[float]:
    return [_total(row) for row in E]


def _column(E: list[list[float]], i: int) -> list[float]:
    return [row[i] for row in E]


def _column_totals(E: list[list[float]]) -> list[float]:
    return [_total(_column(E, i)) for i in range(len(E[0]))]


# Location quotients and their sampling variance


def location_quotient(
    E: list[list[float]], X: list[float], n: list[float], N: float
) -> list[list[float]]:
    """Location quotient (E_ri / n_r) / (X_i / N).

    Parameters are the region by industry matrix, reference totals by industry, totals by region and
    the reference total. Undefined where n_r, X_i or N is zero. Source: Florence (1939); Isard
    (1960), Methods of Regional Analysis, ch. 7.
    """
    result = []
    for r in range(len(E)):
        row = []
        for i in range(len(X)):
            regional_share = _divide(E[r][i], n[r])
            reference_share = _divide(X[i], N)
            row.append(_divide(regional_share, reference_share))
        result.append(row)
    return result


def dynamic_location_quotient(
    e0: float,
    e1: float,
    n0: float,
    n1: float,
    X0: float,
    X1: float,
    N0: float,
    N1: float,
) -> float:
    """Growth of the industry's share here over growth of its share in the reference.

    ((e1/e0) / (n1/n0)) / ((X1/X0) / (N1/N0)), which is LQ at the end over LQ at the start wherever
    both exist. e is the industry in the region, n the region, X the industry in the reference, N
    the reference. NaN where any quotient has a zero denominator.
    """
    region = _divide(_divide(e1, e0), _divide(n1, n0))
    reference = _divide(_divide(X1, X0), _divide(N1, N0))
    return _divide(region, reference)


def var_log_lq_binomial(x: float, n: float, X: float, N: float) -> float:
    """Delta-method variance of ln LQ, jobs as independent draws, the region inside the nation.

    X = x + y with x ~ Bin(n, p_r) and y ~ Bin(N - n, p_0) independent, n and N fixed. Then
    ln LQ = ln x - ln X + constant, Cov(x, X) = Var(x), and

    Var ln LQ = (1 - p_r)/(n p_r) + Var(X)/X^2 - 2 (1 - p_r)/X,

    with Var(X) = n p_r (1 - p_r) + (N - n) p_0 (1 - p_0), p_r = x/n and p_0 = (X - x)/(N - n).
    The part from outside the region is 0 where N == n. NaN where x is 0. Assumes x <= n, x <= X and
    X - x <= N - n. Source: first-order delta method on the two binomials.
    """
    if math.isnan(x) or math.isnan(n) or math.isnan(X) or math.isnan(N):
        return NAN
    if x == 0 or n == 0 or X == 0 or N == 0:
        return NAN
    p_r = x / n
    var_inside = n * p_r * (1 - p_r)
    var_outside = 0.0
    if n != N:
        p_0 = (X - x) / (N - n)
        var_outside = (N - n) * p_0 * (1 - p_0)
    return (1 - p_r) / (n * p_r) + (var_inside + var_outside) / X**2 - 2 * (1 - p_r) / X


def var_log_lq_binomial_mc(x: int, n: int, X: int, N: int, draws: int, seed: int) -> float:
    """Monte-Carlo variance of ln LQ under the model of `var_log_lq_binomial`.

    Draws x and y at the estimated probabilities and takes the sample variance (divisor: draws
    kept less one) of ln((x/n) / ((x + y)/N)) over the draws with x > 0. NaN where x is 0 or fewer
    than two draws are kept.
    """
    if math.isnan(x) or math.isnan(n) or math.isnan(X) or math.isnan(N):
        return NAN
    if x == 0 or n == 0 or X == 0 or N == 0:
        return NAN
    rng = np.random.default_rng(seed)
    p_r = x / n
    p_0 = (X - x) / (N - n) if n != N else 0.0
    logs = []
    for _ in range(draws):
        x_draw = int(rng.binomial(n, p_r))
        y_draw = int(rng.binomial(N - n, p_0))
        if x_draw > 0:
            logs.append(math.log((x_draw / n) / ((x_draw + y_draw) / N)))
    if len(logs) < 2:
        return NAN
    mean = _total(logs) / len(logs)
    squares = 0.0
    for value in logs:
        squares += (value - mean) ** 2
    return squares / (len(logs) - 1)


def var_log_lq_establishment(
    x: float, n: float, X: float, N: float, m_x: float, m_y: float
) -> float:
    """Delta-method variance of ln LQ with equal-sized plants, not jobs, as independent draws.

    Var(x) = x^2 (1 - p_r)/m_x and Var(y) = y^2 (1 - p_0)/m_y, where m_x and m_y count the
    industry's establishments inside and outside the region and y = X - x; then

    Var ln LQ = Var(x)/x^2 + (Var(x) + Var(y))/X^2 - 2 Var(x)/(x X).

    With m_x = x and m_y = y (one job a plant) it is `var_log_lq_binomial`. Var(y) is 0 where y is
    0. NaN where x is 0, or jobs are reported without establishments. Source: first-order delta
    method; plants of size x/m_x, so n m_x/x plant places, each taken with probability p_r.
    """
    for value in (x, n, X, N, m_x):
        if math.isnan(value):
            return NAN
    if x == 0 or n == 0 or X == 0 or N == 0 or m_x == 0:
        return NAN
    p_r = x / n
    var_x = x**2 * (1 - p_r) / m_x
    y = X - x
    var_y = 0.0
    if n != N and y != 0:
        if math.isnan(m_y) or m_y == 0:
            return NAN
        p_0 = y / (N - n)
        var_y = y**2 * (1 - p_0) / m_y
    return var_x / x**2 + (var_x + var_y) / X**2 - 2 * var_x / (x * X)


# Shift-share


def _national_growth(
    E0: list[float], E1: list[float], total0: float | None, total1: float | None
) -> float:
    """Growth rate of the reference total; the sums of E0 and E1 stand in for totals not given."""
    if (total0 is None) != (total1 is None):
        raise ValueError("give both totals or neither")
    start = _total(E0) if total0 is None else total0
    end = _total(E1) if total1 is None else total1
    return _divide(end, start) - 1


def shift_share_classic(
    e0: list[float],
    e1: list[float],
    E0: list[float],
    E1: list[float],
    total0: float | None = None,
    total1: float | None = None,
) -> list[dict[str, float]]:
    """Classic shift-share of one region, industry by industry.

    G is the growth rate of the reference total and G_i of the industry in the reference.
    national = e0_i G; industry_mix = e0_i (G_i - G); regional = (e1_i - e0_i) - e0_i G_i; change is
    their sum. Where e0_i is 0, national and industry_mix are 0 and regional is e1_i, whatever the
    rates are. Source: Dunn (1960), Papers of the Regional Science Association 6.
    """
    G = _national_growth(E0, E1, total0, total1)
    result = []
    for i in range(len(e0)):
        if e0[i] == 0:
            national = 0.0
            industry_mix = 0.0
            regional = e1[i]
        else:
            G_i = _divide(E1[i], E0[i]) - 1
            national = e0[i] * G
            industry_mix = e0[i] * (G_i - G)
            regional = (e1[i] - e0[i]) - e0[i] * G_i
        result.append(
            {
                "national": national,
                "industry_mix": industry_mix,
                "regional": regional,
                "change": e1[i] - e0[i],
            }
        )
    return result


def shift_share_esteban_marquillas(
    e0: list[float],
    e1: list[float],
    E0: list[float],
    E1: list[float],
    total0: float | None = None,
    total1: float | None = None,
    region_total0: float | None = None,
) -> list[dict[str, float]]:
    """Shift-share with homothetic employment, industry by industry.

    national and industry_mix as in `shift_share_classic`. homothetic_i = e_0 E0_i / E_0 is what the
    industry would employ if the region had the reference's structure; e_0 and E_0 are the totals of
    region and reference at the start (the sums unless given). competitive = homothetic (g_i - G_i);
    allocation = (e0_i - homothetic)(g_i - G_i). national, industry_mix, competitive and allocation
    add up to change. Where e0_i is 0 the rate g_i does not exist; by convention competitive is e1_i
    and allocation 0. Source: Esteban-Marquillas (1972), Regional and Urban Economics 2(3).
    """
    G = _national_growth(E0, E1, total0, total1)
    reference_total = _total(E0) if total0 is None else total0
    region_total = _total(e0) if region_total0 is None else region_total0
    result = []
    for i in range(len(e0)):
        homothetic = region_total * _divide(E0[i], reference_total)
        if e0[i] == 0:
            national = 0.0
            industry_mix = 0.0
            competitive = e1[i]
            allocation = 0.0
        else:
            G_i = _divide(E1[i], E0[i]) - 1
            g_i = _divide(e1[i], e0[i]) - 1
            national = e0[i] * G
            industry_mix = e0[i] * (G_i - G)
            competitive = homothetic * (g_i - G_i)
            allocation = (e0[i] - homothetic) * (g_i - G_i)
        result.append(
            {
                "national": national,
                "industry_mix": industry_mix,
                "homothetic": homothetic,
                "competitive": competitive,
                "allocation": allocation,
                "change": e1[i] - e0[i],
            }
        )
    return result


# Concentration and specialisation


def herfindahl(v: list[float]) -> float:
    """Herfindahl index, the sum of squared shares. Source: Herfindahl (1950)."""
    H = 0.0
    for share in _shares(v):
        H += share**2
    return H


def herfindahl_normalised(v: list[float]) -> float:
    """(H - 1/n) / (1 - 1/n) with n the number of entries, zeros included; NaN where n is 1."""
    n = len(v)
    if n <= 1:
        return NAN
    return (herfindahl(v) - 1 / n) / (1 - 1 / n)


def numbers_equivalent(v: list[float]) -> float:
    """1 / H: how many equal entries give the same Herfindahl index. Source: Adelman (1969)."""
    return _divide(1.0, herfindahl(v))


def hoover(x: list[float], w: list[float]) -> float:
    """Hoover index 0.5 sum_r |x_r / sum x - w_r / sum w|.

    Source: Hoover (1936), Review of Economics and Statistics 18(4).
    """
    x_shares = _shares(x)
    w_shares = _shares(w)
    total = 0.0
    for r in range(len(x)):
        total += abs(x_shares[r] - w_shares[r])
    return 0.5 * total


def krugman_nation(E: list[list[float]]) -> list[float]:
    """Krugman index by region, sum_i |E_ri / E_r - E_i / E|, own region part of the nation.

    Source: Krugman (1991), Geography and Trade, against the sum of all regions.
    """
    nation = _shares(_column_totals(E))
    result = []
    for row in E:
        own = _shares(row)
        total = 0.0
        for i in range(len(row)):
            total += abs(own[i] - nation[i])
        result.append(total)
    return result


def krugman_others(E: list[list[float]]) -> list[float]:
    """Krugman index by region against the unweighted mean of the other regions' shares.

    sum_i |s_ri - mean of s_qi over q != r| with s_ri = E_ri / E_r. An empty region has no shares,
    so every mean that needs it is NaN; so is the index where there is no other region. Source:
    Farhauer and Kröll (2013), Standorttheorien, as in `krugman.spec2` of the R package REAT.
    """
    shares = [_shares(row) for row in E]
    result = []
    for r in range(len(E)):
        total = 0.0
        for i in range(len(E[r])):
            others = 0.0
            count = 0
            for q in range(len(E)):
                if q != r:
                    others += shares[q][i]
                    count += 1
            total += abs(shares[r][i] - _divide(others, count))
        result.append(total)
    return result


def locational_gini_lorenz(x: list[float], w: list[float]) -> float:
    """Locational Gini from the weighted Lorenz curve, between 0 and 1.

    Regions are sorted by x/w ascending; the curve plots the cumulative share of x against the
    cumulative share of w; the index is twice the area between it and the diagonal, by trapezoids.
    A region with neither x nor w is dropped; one with x but no w comes last. Source: Krugman
    (1991), Geography and Trade, ch. 2, times two (his is the area itself).
    """
    for r in range(len(x)):
        if math.isnan(x[r]) or math.isnan(w[r]):
            return NAN
    x_shares = _shares(x)
    w_shares = _shares(w)
    regions = []
    for r in range(len(x)):
        if math.isnan(x_shares[r]) or math.isnan(w_shares[r]):
            return NAN
        if w[r] != 0:
            regions.append((x[r] / w[r], r))
        elif x[r] != 0:
            regions.append((math.inf, r))
    if not regions:
        return NAN
    regions.sort()
    area_under_curve = 0.0
    cumulative_x = 0.0
    for _, r in regions:
        before = cumulative_x
        cumulative_x += x_shares[r]
        area_under_curve += w_shares[r] * (before + cumulative_x) / 2
    return 2 * (0.5 - area_under_curve)


def gini_unweighted(v: list[float]) -> float:
    """Gini coefficient sum_i sum_j |v_i - v_j| / (2 n^2 mean), every entry counting once.

    Applied to an industry's location quotients it is the unweighted locational Gini. Source:
    Gini (1912), mean absolute difference over twice the mean.
    """
    n = len(v)
    total = 0.0
    for a in v:
        for b in v:
            total += abs(a - b)
    mean = _divide(_total(v), n)
    return _divide(total, 2 * n**2 * mean)


# Agglomeration and coagglomeration


def ellison_glaeser(x: list[float], w: list[float], H: float) -> float:
    """Ellison-Glaeser index of geographic concentration of one industry.

    With s and w the regions' shares of the industry and of the whole, G = sum_r (s_r - w_r)^2 and
    gamma = (G - (1 - sum w^2) H) / ((1 - sum w^2)(1 - H)), H being the Herfindahl index of plant
    sizes. NaN where H is 1 or one region is the whole. Source: Ellison and Glaeser (1997), Journal
    of Political Economy 105(5), eq. 5.
    """
    s_shares = _shares(x)
    w_shares = _shares(w)
    G = 0.0
    squares = 0.0
    for r in range(len(x)):
        G += (s_shares[r] - w_shares[r]) ** 2
        squares += w_shares[r] ** 2
    return _divide(G - (1 - squares) * H, (1 - squares) * (1 - H))


def mean_share_weights(E: list[list[float]]) -> list[float]:
    """Per region, the mean over industries of the region's share in the industry.

    Every industry counts once, whatever its size; an industry with no employment has no shares and
    makes the mean NaN. Source: Ellison, Glaeser and Kerr (2010), the x_m of eq. 1.
    """
    industries = len(E[0])
    result = [0.0 for _ in E]
    for i in range(industries):
        shares = _shares(_column(E, i))
        for r in range(len(E)):
            result[r] += shares[r] / industries
    return result


def coagglomeration(x_i: list[float], x_j: list[float], w: list[float]) -> float:
    """Pairwise coagglomeration sum_r (s_ri - w_r)(s_rj - w_r) / (1 - sum_r w_r^2).

    Weights are turned into shares first; see `mean_share_weights` for those of the source: Ellison,
    Glaeser and Kerr (2010), American Economic Review 100(3), eq. 1.
    """
    i_shares = _shares(x_i)
    j_shares = _shares(x_j)
    w_shares = _shares(w)
    total = 0.0
    squares = 0.0
    for r in range(len(w)):
        total += (i_shares[r] - w_shares[r]) * (j_shares[r] - w_shares[r])
        squares += w_shares[r] ** 2
    return _divide(total, 1 - squares)
