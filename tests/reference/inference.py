"""Chance and imputation: dartboard tests, many tests at once and pooling, in plain loops.

Nothing here is shared with the library. NaN stands for a number that does not exist: a result that
needs one is NaN.
"""

import math

from tests.reference.measures import NAN, _divide, _total

# Dartboards


def _log_choose(n: float, k: float) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def binomial_pmf(k: int, n: int, p: float) -> float:
    """C(n, k) p^k (1 - p)^(n - k)."""
    if p == 0:
        return 1.0 if k == 0 else 0.0
    if p == 1:
        return 1.0 if k == n else 0.0
    return math.exp(_log_choose(n, k) + k * math.log(p) + (n - k) * math.log1p(-p))


def hypergeometric_pmf(k: int, N: int, K: int, n: int) -> float:
    """C(K, k) C(N - K, n - k) / C(N, n), 0 outside the support, in whole numbers until the end."""
    if k < max(0, n + K - N) or k > min(n, K):
        return 0.0
    return math.comb(K, k) * math.comb(N - K, n - k) / math.comb(N, n)


def _tails(pmf: list[float], k: int) -> dict[str, float]:
    """P(K >= k), P(K <= k), twice the smaller of them (at most 1) and the sum of pmfs <= pmf(k)."""
    upper = min(1.0, math.fsum(pmf[k:]))
    lower = min(1.0, math.fsum(pmf[: k + 1]))
    as_rare = math.fsum(p for p in pmf if p <= pmf[k] * (1 + 1e-7))
    return {
        "greater": upper,
        "less": lower,
        "two-sided": min(1.0, 2 * min(upper, lower)),
        "as-rare": min(1.0, as_rare),
    }


def dartboard_binomial(k: int, n: int, p: float) -> dict[str, float]:
    """Tails of k of the industry's n plants landing in a region that attracts a share p of darts.

    Under the dartboard each of the n plants chooses the region independently with probability p,
    the region's share of all activity, so the count is binomial(n, p). Source: Guimaraes,
    Figueiredo and Woodward (2009), Regional Science and Urban Economics 39(3). NaN where
    there is no plant or p is NaN.
    """
    if n == 0 or math.isnan(p):
        return dict.fromkeys(("greater", "less", "two-sided", "as-rare"), NAN)
    return _tails([binomial_pmf(j, n, p) for j in range(n + 1)], k)


def dartboard_hypergeometric(k: int, n: int, K: int, N: int) -> dict[str, float]:
    """The same with the plants of all industries fixed: n of the N plants drawn, K in the region.

    k is hypergeometric; Fisher's exact test of the region-by-industry table. NaN where the industry
    or the region has no plant.
    """
    if n == 0 or K == 0:
        return dict.fromkeys(("greater", "less", "two-sided", "as-rare"), NAN)
    return _tails([hypergeometric_pmf(j, N, K, n) for j in range(n + 1)], k)


def dartboard_z(s: float, p: float, H: float) -> float:
    """(s - p) / sqrt(p (1 - p) H): an industry's share s in a region against the dartboard.

    Plants of unequal size with Herfindahl index H, each in the region with probability p; then
    E s = p and Var s = p (1 - p) H, so LQ = s/p has variance (1 - p) H / p. Source: Ellison and
    Glaeser (1997); Guimaraes, Figueiredo and Woodward (2009).
    """
    for value in (s, p, H):
        if math.isnan(value):
            return NAN
    return _divide(s - p, math.sqrt(p * (1 - p) * H))


def normal_tail(z: float) -> float:
    """P(Z >= z) of a standard normal variable."""
    return NAN if math.isnan(z) else 0.5 * math.erfc(z / math.sqrt(2))


# Many tests at once; a NaN p-value is no test: it stays NaN and does not count


def bonferroni(p: list[float]) -> list[float]:
    """min(1, m p), m the number of tests. Source: Dunn (1961)."""
    m = sum(1 for value in p if not math.isnan(value))
    return [NAN if math.isnan(value) else min(1.0, m * value) for value in p]


def holm(p: list[float]) -> list[float]:
    """max over j <= k of min(1, (m - j + 1) p_(j)), p_(1) the smallest. Source: Holm (1979)."""
    tests = [k for k in range(len(p)) if not math.isnan(p[k])]
    result = [NAN for _ in p]
    for k in tests:
        worst = 0.0
        for j in tests:
            if p[j] <= p[k]:
                smaller = sum(1 for l in tests if p[l] < p[j])  # noqa: E741
                worst = max(worst, min(1.0, (len(tests) - smaller) * p[j]))
        result[k] = worst
    return result


def benjamini_hochberg(p: list[float]) -> list[float]:
    """min over j >= k of min(1, m p_(j) / j). Source: Benjamini and Hochberg (1995)."""
    tests = [k for k in range(len(p)) if not math.isnan(p[k])]
    result = [NAN for _ in p]
    for k in tests:
        best = 1.0
        for j in tests:
            if p[j] >= p[k]:
                rank = sum(1 for other in tests if p[other] <= p[j])
                best = min(best, len(tests) * p[j] / rank)
        result[k] = best
    return result


# Multiple imputation


def _t_cdf(t: float, df: float, steps: int = 800) -> float:
    """Student's t by Simpson's rule on the angle: t = sqrt(df) tan(a), density ~ cos(a)^(df-1)."""
    constant = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(math.pi)
    top = math.atan(abs(t) / math.sqrt(df))
    h = top / steps
    area = 0.0
    for k in range(steps + 1):
        weight = 1 if k in (0, steps) else (4 if k % 2 else 2)
        area += weight * math.cos(k * h) ** (df - 1)
    area *= h / 3 * constant
    return 0.5 + area if t > 0 else 0.5 - area


def t_quantile(q: float, df: float) -> float:
    """Inverse of `_t_cdf` by bisection, for q > 0.5; the normal quantile for df above 10^6.

    There the two differ by less than one part in a million, and the gamma functions of `_t_cdf`
    lose their digits.
    """
    low, high = 0.0, 1.0

    def below(t: float) -> bool:
        return (1 - normal_tail(t) if df > 1e6 else _t_cdf(t, df)) < q

    while below(high):
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        if below(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def draws_quantile(values: list[float], q: float) -> float:
    """Value at the place (m + 1) q of the m ordered values, linearly; NaN off their ends.

    A further draw lies below it with probability q. Source: Hyndman and Fan (1996), definition 6.
    """
    ordered = sorted(values)
    place = (len(ordered) + 1) * q
    low = math.floor(place + 1e-9)
    if low < 1 or place > len(ordered) + 1e-9:
        return NAN
    if low >= len(ordered):
        return ordered[-1]
    return ordered[low - 1] + (place - low) * (ordered[low] - ordered[low - 1])


def rubin_pool(
    estimates: list[float], variances: list[float] | None = None, level: float = 0.95
) -> dict[str, float]:
    """Pool one quantity over m imputations.

    Q = mean estimate; U = mean variance within (0 without ``variances``); B = sample variance of
    the estimates (divisor m - 1); T = U + (1 + 1/m) B; r = (1 + 1/m) B / U;
    df = (m - 1)(1 + 1/r)^2; lambda = (1 + 1/m) B / T the share of T due to what is missing;
    fmi = (r + 2/(df + 3)) / (r + 1); interval Q +- t(df) sqrt(T). With B = 0 df is infinite; with
    U = 0 it is m - 1. NaN with one imputation: B does not exist. Source: Rubin (1987), Multiple
    Imputation for Nonresponse in Surveys, eq. 3.1.2-3.1.10.
    """
    m = len(estimates)
    Q = _divide(_total(estimates), m)
    U = 0.0 if variances is None else _divide(_total(variances), m)
    names = ("B", "T", "se", "df", "r", "lambda", "fmi", "low", "high")
    result = {"Q": Q, "U": U, **dict.fromkeys(names, NAN)}
    if m < 2 or math.isnan(Q) or math.isnan(U):
        return result
    B = 0.0
    for value in estimates:
        B += (value - Q) ** 2
    B /= m - 1
    between = (1 + 1 / m) * B
    T = U + between
    if between == 0:
        r, df = 0.0, math.inf
    elif U == 0:
        r, df = math.inf, float(m - 1)
    else:
        r = between / U
        df = (m - 1) * (1 + 1 / r) ** 2
    share = _divide(between, T)
    fmi = 1.0 if math.isinf(r) else (r + 2 / (df + 3)) / (r + 1)
    half = t_quantile(0.5 + level / 2, df) * math.sqrt(T)
    result.update(
        {"B": B, "T": T, "se": math.sqrt(T), "df": df, "r": r, "lambda": share, "fmi": fmi}
    )
    result.update({"low": Q - half, "high": Q + half})
    return result
