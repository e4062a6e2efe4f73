"""Concentration and spatial association, from the source formulas in plain loops.

Nothing here is shared with the library. ``E[r][i]`` is regions by industries, NaN stands for a
withheld figure, and a result that needs one is NaN; so is a quotient with a zero denominator.
"""

import itertools
import math

from tests.reference.measures import NAN, _column, _divide, _shares, _total, herfindahl


def _any_nan(values: list[float]) -> bool:
    return any(math.isnan(value) for value in values)


# Industries over regions


def krugman_concentration(x: list[float], w: list[float]) -> float:
    """Krugman concentration sum_r |x_r / sum x - w_r / sum w| of one industry, from 0 to 2.

    w are the sizes of the regions in whatever the industry is compared with. Source: Krugman
    (1991), Geography and Trade, with regions and industries changed over.
    """
    s = _shares(x)
    v = _shares(w)
    total = 0.0
    for r in range(len(x)):
        total += abs(s[r] - v[r])
    return total


def krugman_concentration_others(E: list[list[float]]) -> list[float]:
    """Krugman concentration against the unweighted mean of the other industries' shares.

    sum_r |s_ri - mean of s_rj over j != i| with s_ri = E_ri / sum_r E_ri. An industry without
    employment has no shares and is nobody's other. NaN where there is no other. Source: as
    `krugman.conc2` of the R package REAT, after Farhauer and Kröll (2013).
    """
    industries = len(E[0])
    empty = [_total(_column(E, i)) == 0 for i in range(industries)]
    shares = [_shares(_column(E, i)) for i in range(industries)]
    result = []
    for i in range(industries):
        total = 0.0
        for r in range(len(E)):
            others = 0.0
            count = 0
            for j in range(industries):
                if j != i and not empty[j]:
                    others += shares[j][r]
                    count += 1
            total += abs(shares[i][r] - _divide(others, count))
        result.append(total)
    return result


def litzenberger_sternberg(
    e: float, e_i: float, b: float, b_i: float, a: float, a_all: float, p: float, p_all: float
) -> float:
    """Cluster index of one industry in one region: stock times density times firm size.

    e and b are the industry's jobs and firms in the region (e_i and b_i: everywhere), a and p the
    region's area and population. With IS = (e/e_i)/(p/p_all) the relative industrial stock,
    ID = (e/e_i)/(a/a_all) the relative density and PS = (e/e_i)/(b/b_i) the relative firm size,
    CI = IS ID / PS = (e/e_i)(b/b_i) / ((a/a_all)(p/p_all)). Source: Litzenberger and Sternberg
    (2006), Geographische Zeitschrift 94(2); Farhauer and Kröll (2014), whose example is 21.87491.
    """
    jobs = _divide(e, e_i)
    firms = _divide(b, b_i)
    area = _divide(a, a_all)
    people = _divide(p, p_all)
    return _divide(jobs * firms, area * people)


# Ellison-Glaeser: random location and its moments


def raw_concentration(s: list[float], x: list[float]) -> float:
    """G = sum_r (s_r - x_r)^2 of two lists of shares. Ellison and Glaeser (1997)."""
    G = 0.0
    for r in range(len(s)):
        G += (s[r] - x[r]) ** 2
    return G


def ellison_glaeser_mean(w: list[float], H: float) -> float:
    """E(G) = (1 - sum_r x_r^2) H where plants choose regions apart, with probabilities x = w/sum w.

    Source: Ellison and Glaeser (1997), Journal of Political Economy 105(5), the
    mean of their model with gamma = 0.
    """
    squares = 0.0
    for share in _shares(w):
        squares += share**2
    return (1 - squares) * H


def ellison_glaeser_variance(w: list[float], H: float, fourth: float) -> float:
    """Variance of G where plants choose regions apart; fourth is sum_k z_k^4 over plants' shares.

    Var(G) = 2 {H^2 [S2 - 2 S3 + S2^2] - sum_k z_k^4 [S2 - 4 S3 + 3 S2^2]} with S2 = sum x^2 and
    S3 = sum x^3. Source: Ellison and Glaeser (1997) (the test of gamma = 0).
    `ellison_glaeser_enumerated` says the same by counting.
    """
    S2 = 0.0
    S3 = 0.0
    for share in _shares(w):
        S2 += share**2
        S3 += share**3
    return 2 * (H**2 * (S2 - 2 * S3 + S2**2) - fourth * (S2 - 4 * S3 + 3 * S2**2))


def dartboard(plants: list[float], w: list[float]) -> list[tuple[float, float]]:
    """Every allocation of the plants to the regions: its probability, and the G it gives.

    Each plant lands in region r with probability w_r / sum w, apart from the others. There are
    regions ** plants allocations: only for the tiniest cases.
    """
    x = _shares(w)
    z = _shares(plants)
    result = []
    for places in itertools.product(range(len(w)), repeat=len(plants)):
        probability = 1.0
        s = [0.0 for _ in w]
        for k in range(len(plants)):
            probability *= x[places[k]]
            s[places[k]] += z[k]
        result.append((probability, raw_concentration(s, x)))
    return result


def ellison_glaeser_enumerated(plants: list[float], w: list[float]) -> tuple[float, float]:
    """Mean and variance of G over all allocations of `dartboard`."""
    outcomes = dartboard(plants, w)
    mean = 0.0
    for probability, G in outcomes:
        mean += probability * G
    variance = 0.0
    for probability, G in outcomes:
        variance += probability * (G - mean) ** 2
    return mean, variance


def dartboard_tail(plants: list[float], w: list[float], G: float) -> float:
    """Probability over all allocations of a concentration at least G (less 1e-12, for rounding)."""
    tail = 0.0
    for probability, other in dartboard(plants, w):
        if other >= G - 1e-12:
            tail += probability
    return tail


# Bounds on a Herfindahl index where only the sizes' classes are known


def herfindahl_bounds_integers(
    classes: list[tuple[int, int, int]], total: int
) -> tuple[float, float]:
    """Least and largest sum of squared shares over all whole-numbered sizes that fit.

    classes holds (count, low, high): so many plants of at least low and at most high jobs; total is
    what they add up to. Every combination is tried. NaN where none adds up.
    """
    sizes = []
    for count, low, high in classes:
        sizes.append(list(itertools.combinations_with_replacement(range(low, high + 1), count)))
    least, largest = math.inf, -math.inf
    for parts in itertools.product(*sizes):
        plants = [plant for part in parts for plant in part]
        if sum(plants) == total:
            H = sum((plant / total) ** 2 for plant in plants)
            least = min(least, H)
            largest = max(largest, H)
    return (NAN, NAN) if largest < 0 else (least, largest)


def herfindahl_bounds_real(
    classes: list[tuple[int, float, float]], total: float
) -> tuple[float, float]:
    """Least and largest sum of squared shares over all real sizes that fit.

    The least is as equal as the limits allow: min(max(level, low), high) with the level at which
    they add up, found by halving. The largest is a corner: all plants but one at a limit, every
    corner is tried. NaN where the limits do not allow the total.
    """
    plants = []
    for count, low, high in classes:
        for _ in range(count):
            plants.append((low, high))
    if total <= 0 or not (sum(p[0] for p in plants) <= total <= sum(p[1] for p in plants)):
        return NAN, NAN

    below, above = 0.0, total
    for _ in range(200):
        level = (below + above) / 2
        if sum(min(max(level, low), high) for low, high in plants) < total:
            below = level
        else:
            above = level
    least = sum((min(max(above, low), high) / total) ** 2 for low, high in plants)

    largest = -math.inf
    slack = 1e-9 * total
    for free in range(len(plants)):
        others = plants[:free] + plants[free + 1 :]
        for corner in itertools.product(*others):
            rest = total - sum(corner)
            if plants[free][0] - slack <= rest <= plants[free][1] + slack:
                largest = max(largest, (sum(v**2 for v in corner) + rest**2) / total**2)
    return least, largest


# Other indices of agglomeration


def maurel_sedillot(x: list[float], w: list[float], H: float) -> float:
    """((sum s^2 - sum w^2)/(1 - sum w^2) - H) / (1 - H), H the Herfindahl index of plant sizes.

    s and w are the regions' shares of the industry and of the whole. Source: Maurel and Sédillot
    (1999), Regional Science and Urban Economics 29(5).
    """
    s2 = 0.0
    w2 = 0.0
    for share in _shares(x):
        s2 += share**2
    for share in _shares(w):
        w2 += share**2
    return _divide(_divide(s2 - w2, 1 - w2) - H, 1 - H)


def devereux(x: list[float], plants: float, H: float) -> tuple[float, float, float]:
    """Geographic concentration F, industrial concentration M and agglomeration F - M.

    F = sum_r s_r^2 - 1/K* with s the regions' shares of the industry and K* = min(K, plants) the
    regions its plants can fill at all; that is sum (s_r - 1/K*)^2 over K* regions that hold all of
    it. M = H - 1/plants, the sum of squared deviations of the plants' shares from equal ones.
    Source: Devereux, Griffith and Simpson (2004), Regional Science and Urban Economics 34(5).
    """
    s2 = 0.0
    for share in _shares(x):
        s2 += share**2
    if math.isnan(plants):
        return NAN, NAN, NAN
    F = s2 - _divide(1.0, min(float(len(x)), plants))
    M = H - _divide(1.0, plants)
    return F, M, F - M


def mori_nishikimi_smith(x: list[float], w: list[float]) -> float:
    """Divergence D = sum_r p_r ln(p_r / p0_r) with p = x / sum x and p0 = w / sum w.

    0 ln 0 is 0; infinite where the industry is somewhere the reference is not. Source: Mori,
    Nishikimi and Smith (2005), Review of Economics and Statistics 87(4); x counts
    establishments and w economic area.
    """
    p = _shares(x)
    p0 = _shares(w)
    if _any_nan(p) or _any_nan(p0):
        return NAN
    D = 0.0
    for r in range(len(x)):
        if p[r] > 0:
            D += math.inf if p0[r] == 0 else p[r] * math.log(p[r] / p0[r])
    return D


def mori_nishikimi_smith_error(x: list[float], w: list[float]) -> float:
    """Large-sample standard error of D for counts x: sqrt((sum_r p_r ln(p_r/p0_r)^2 - D^2) / n).

    The delta method on multinomial counts: dD/dp_r = ln(p_r/p0_r) + 1, and the variance of
    sum_r p_r c_r is (sum p c^2 - (sum p c)^2) / n.
    """
    p = _shares(x)
    p0 = _shares(w)
    if _any_nan(p) or _any_nan(p0):
        return NAN
    mean = 0.0
    squares = 0.0
    for r in range(len(x)):
        if p[r] > 0:
            if p0[r] == 0:
                return NAN
            mean += p[r] * math.log(p[r] / p0[r])
            squares += p[r] * math.log(p[r] / p0[r]) ** 2
    return math.sqrt(max(squares - mean**2, 0.0) / _total(x))


# Spatial association. W[r][q] is the weight of q for r; the diagonal is 0 unless said otherwise.


def moran(y: list[float], W: list[list[float]]) -> float:
    """Global Moran's I, (n / sum W) sum_r sum_q W_rq z_r z_q / sum_r z_r^2 with z = y - mean y.

    Source: Moran (1950); Cliff and Ord (1981), Spatial Processes.
    """
    n = len(y)
    mean = _total(y) / n
    cross = 0.0
    weights = 0.0
    squares = 0.0
    for r in range(n):
        squares += (y[r] - mean) ** 2
        for q in range(n):
            weights += W[r][q]
            cross += W[r][q] * (y[r] - mean) * (y[q] - mean)
    return _divide(n * cross, weights * squares)


def moran_expected(n: int) -> float:
    """Mean of Moran's I where values are dealt to places at random, -1/(n - 1)."""
    return _divide(-1.0, n - 1)


def moran_enumerated(y: list[float], W: list[list[float]]) -> list[float]:
    """Moran's I of every way to deal the values to the places, for tiny cases."""
    return [moran(list(order), W) for order in itertools.permutations(y)]


def local_moran(y: list[float], W: list[list[float]], divisor: str = "n") -> list[float]:
    """Local Moran I_r = z_r sum_q W_rq z_q / m2 with z = y - mean y and m2 = sum z^2 / divisor.

    The divisor is n, or n - 1 (``"n-1"``). Source: Anselin (1995), Geographical Analysis 27(2),
    with divisor n; with n - 1 as in esda, after Sokal, Oden and Thomson (1998).
    """
    n = len(y)
    mean = _total(y) / n
    squares = 0.0
    for value in y:
        squares += (value - mean) ** 2
    m2 = _divide(squares, n if divisor == "n" else n - 1)
    result = []
    for r in range(n):
        lag = 0.0
        for q in range(n):
            lag += W[r][q] * (y[q] - mean)
        result.append(_divide((y[r] - mean) * lag, m2))
    return result


def local_moran_quadrant(y: list[float], W: list[list[float]]) -> list[str]:
    """High or low here, then high or low around, against the mean: HH, LH, LL or HL.

    Around is the sum of the neighbours' deviations. Strictly above is high. Source: Anselin (1995).
    """
    n = len(y)
    mean = _total(y) / n
    result = []
    for r in range(n):
        lag = 0.0
        for q in range(n):
            lag += W[r][q] * (y[q] - mean)
        result.append(("H" if y[r] > mean else "L") + ("H" if lag > 0 else "L"))
    return result


def getis_ord_star(y: list[float], W: list[list[float]]) -> list[float]:
    """Gi* as a standard score; every place is its own neighbour and W has its diagonal.

    (sum_q W_rq y_q - W_r mean) / (s sqrt((n sum_q W_rq^2 - W_r^2)/(n - 1))) with W_r = sum_q W_rq,
    and s^2 = sum y^2 / n - mean^2. Source: Ord and Getis (1995), Geographical Analysis 27(4).
    """
    n = len(y)
    mean = _total(y) / n
    variance = 0.0
    for value in y:
        variance += (value - mean) ** 2 / n
    result = []
    for r in range(n):
        weights = 0.0
        squares = 0.0
        lag = 0.0
        for q in range(n):
            weights += W[r][q]
            squares += W[r][q] ** 2
            lag += W[r][q] * y[q]
        spread = variance * _divide(n * squares - weights**2, n - 1)
        score = _divide(lag - weights * mean, math.sqrt(spread)) if spread > 0 else NAN
        result.append(score)
    return result


def getis_ord(y: list[float], W: list[list[float]]) -> list[float]:
    """Gi as a standard score, the place itself left out of the mean, the spread and the lag.

    (sum_{q != r} W_rq y_q - W_r m_r) / (s_r sqrt(((n-1) sum W_rq^2 - W_r^2)/(n - 2))), with the
    others' mean m_r and s_r^2 = sum y_q^2/(n-1) - m_r^2. Source: Ord and Getis (1995).
    """
    n = len(y)
    result = []
    for r in range(n):
        others = [q for q in range(n) if q != r]
        if len(others) < 2:
            result.append(NAN)
            continue
        mean = _total([y[q] for q in others]) / (n - 1)
        variance = 0.0
        weights = 0.0
        squares = 0.0
        lag = 0.0
        for q in others:
            variance += (y[q] - mean) ** 2 / (n - 1)
            weights += W[r][q]
            squares += W[r][q] ** 2
            lag += W[r][q] * y[q]
        spread = variance * ((n - 1) * squares - weights**2) / (n - 2)
        result.append(_divide(lag - weights * mean, math.sqrt(spread)) if spread > 0 else NAN)
    return result


def bivariate_join_counts(x: list[float], z: list[float], W: list[list[float]]) -> list[float]:
    """Bivariate local join count x_r sum_q W_rq z_q of two 0/1 variables.

    Where x and z are never both 1 in a place it is the same as `bivariate_join_counts_apart`.
    Source: Anselin and Li (2019), Journal of Geographical Systems 21(2).
    """
    result = []
    for r in range(len(x)):
        count = 0.0
        for q in range(len(x)):
            count += x[r] * W[r][q] * z[q]
        result.append(count)
    return result


def bivariate_join_counts_apart(
    x: list[float], z: list[float], W: list[list[float]]
) -> list[float]:
    """x_r (1 - z_r) sum_q W_rq z_q (1 - x_q): one here alone, the other next door alone.

    Source: Anselin and Li (2019), BJC.
    """
    result = []
    for r in range(len(x)):
        count = 0.0
        for q in range(len(x)):
            count += x[r] * (1 - z[r]) * W[r][q] * z[q] * (1 - x[q])
        result.append(count)
    return result


def colocation_join_counts(x: list[float], z: list[float], W: list[list[float]]) -> list[float]:
    """x_r z_r sum_q W_rq x_q z_q: both here, and both next door.

    Source: Anselin and Li (2019) (the case of colocation).
    """
    result = []
    for r in range(len(x)):
        count = 0.0
        for q in range(len(x)):
            count += x[r] * z[r] * W[r][q] * x[q] * z[q]
        result.append(count)
    return result


def join_count_tail(others: list[float], neighbours: int, count: float) -> float:
    """Chance that so many neighbours, dealt from the other regions, hold at least the count.

    others is 1 for every other region that qualifies, else 0. Every choice of places counts once.
    """
    at_least = 0
    ways = 0
    for chosen in itertools.combinations(others, neighbours):
        ways += 1
        at_least += sum(chosen) >= count
    return at_least / ways


def plant_herfindahl(plants: list[float]) -> tuple[float, float]:
    """H = sum z^2 and sum z^4 of the plants' shares."""
    fourth = 0.0
    for share in _shares(plants):
        fourth += share**4
    return herfindahl(plants), fourth
