"""Relatedness of industries by their presence in regions, from the formulas in plain loops.

Nothing here is shared with the library. ``M[r][i]`` is 1 where industry i is present (specialised)
in region r, else 0; NaN stands for not known, and a result that needs one is NaN; so is a quotient
with a zero denominator. Matrices over industries are ``[i][j]``.
"""

import math
from collections.abc import Callable
from fractions import Fraction

from tests.reference.measures import NAN, _column_totals, _divide, _row_totals, _total


def presence(
    E: list[list[float]], X: list[float], n: list[float], N: float, threshold: float = 1.0
) -> list[list[float]]:
    """1 where the location quotient (E_ri / n_r)/(X_i / N) is at least the threshold, else 0.

    X and N are the reference's industries and total, n the regions' totals. Compared in whole
    numbers, E_ri N >= threshold X_i n_r, so that a quotient of exactly the threshold counts. No
    jobs in the region are no presence, whatever else is known; else NaN where anything it needs is
    NaN, or X_i, n_r or N is zero.
    """
    result = []
    for r in range(len(E)):
        row = []
        for i in range(len(X)):
            needed = (E[r][i], X[i], n[r], N)
            if E[r][i] == 0:
                row.append(0.0)
            elif any(math.isnan(v) for v in needed) or X[i] == 0 or n[r] == 0 or N == 0:
                row.append(NAN)
            else:
                here, reference, size, whole = (Fraction(v) for v in needed)
                row.append(1.0 if here * whole >= Fraction(threshold) * reference * size else 0.0)
        result.append(row)
    return result


def presence_by_sum(E: list[list[float]], threshold: float = 1.0) -> list[list[float]]:
    """`presence` against all regions together, their totals the sums of the rows."""
    n = _row_totals(E)
    return presence(E, _column_totals(E), n, _total(n), threshold)


def any_presence(E: list[list[float]]) -> list[list[float]]:
    """1 where there are jobs, 0 where there are none, NaN where it is not known."""
    return [[NAN if math.isnan(v) else float(v > 0) for v in row] for row in E]


def co_occurrence(M: list[list[float]]) -> list[list[float]]:
    """C_ij = sum_r M_ri M_rj, how many regions have both; on the diagonal how many have i.

    An unknown presence does not matter in a region that has not the other.
    """
    industries = len(M[0])
    result = []
    for i in range(industries):
        row = []
        for j in range(industries):
            count = 0.0
            for r in range(len(M)):
                if M[r][i] != 0 and M[r][j] != 0:
                    count += M[r][i] * M[r][j]
            row.append(count)
        result.append(row)
    return result


def proximity(C: list[list[float]]) -> list[list[float]]:
    """phi_ij = min(P(i|j), P(j|i)) = C_ij / max(k_i, k_j), k = C_ii the number of regions with i.

    Source: Hidalgo, Klinger, Barabási and Hausmann (2007), Science 317. NaN where an industry is
    nowhere: a probability given something that never happens.
    """
    industries = len(C)
    result = []
    for i in range(industries):
        row = []
        for j in range(industries):
            given_j = _divide(C[i][j], C[j][j])
            given_i = _divide(C[i][j], C[i][i])
            if math.isnan(given_i) or math.isnan(given_j):
                row.append(NAN)
            else:
                row.append(min(given_i, given_j))
        result.append(row)
    return result


def co_occurrence_totals(C: list[list[float]]) -> tuple[list[float], float]:
    """S_i = sum_{j != i} C_ij and T = sum_i S_i, which counts every pair twice.

    Source: van Eck and Waltman (2009), JASIST 60(8): the diagonal plays no part.
    """
    S = []
    for i in range(len(C)):
        total = 0.0
        for j in range(len(C)):
            if j != i:
                total += C[i][j]
        S.append(total)
    return S, _total(S)


def _pairs(
    C: list[list[float]], S: list[float], measure: Callable[[float, float, float], float]
) -> list[list[float]]:
    return [
        [NAN if i == j else measure(C[i][j], S[i], S[j]) for j in range(len(C))]
        for i in range(len(C))
    ]


def association(C: list[list[float]], S: list[float]) -> list[list[float]]:
    """Association strength C_ij / (S_i S_j). Source: van Eck and Waltman (2009)."""
    return _pairs(C, S, lambda c, a, b: _divide(c, a * b))


def association_ratio(C: list[list[float]], S: list[float], T: float) -> list[list[float]]:
    """Observed over expected, T C_ij / (S_i S_j): (C_ij/T) / ((S_i/T)(S_j/T)).

    Equal to association strength but for the constant T; the `probabilistic affinity' of van Eck
    and Waltman (2009).
    """
    return _pairs(C, S, lambda c, a, b: _divide(_divide(c, T), _divide(a, T) * _divide(b, T)))


def cosine(C: list[list[float]], S: list[float]) -> list[list[float]]:
    """C_ij / sqrt(S_i S_j). Source: van Eck and Waltman (2009)."""
    return _pairs(C, S, lambda c, a, b: NAN if math.isnan(a * b) else _divide(c, math.sqrt(a * b)))


def jaccard(C: list[list[float]], S: list[float]) -> list[list[float]]:
    """C_ij / (S_i + S_j - C_ij). Source: van Eck and Waltman (2009)."""
    return _pairs(C, S, lambda c, a, b: _divide(c, a + b - c))


def steijn(C: list[list[float]], S: list[float], T: float) -> list[list[float]]:
    """Co-occurrences over those expected where an industry never meets itself.

    C_ij / (((S_i/T) S_j/(T - S_i) + (S_j/T) S_i/(T - S_j)) T/2). Source: Steijn (2021),
    Quantitative Science Studies 2(2).
    """

    def ratio(c: float, a: float, b: float) -> float:
        first = _divide(a, T) * _divide(b, T - a)
        second = _divide(b, T) * _divide(a, T - b)
        return _divide(c, (first + second) * T / 2)

    return _pairs(C, S, ratio)


def density(M: list[list[float]], phi: list[list[float]], own: bool = False) -> list[list[float]]:
    """Relatedness density omega_ri = sum_j M_rj phi_ij / sum_j phi_ij over j other than i.

    With ``own`` the industry itself is among the j. An unknown presence does not matter where phi
    is 0. NaN where i is related to none. Source: Hidalgo et al. (2007), whose sum is over all
    products.
    """
    result = []
    for r in range(len(M)):
        row = []
        for i in range(len(phi)):
            around = 0.0
            whole = 0.0
            for j in range(len(phi)):
                if (j != i or own) and phi[i][j] != 0:
                    whole += phi[i][j]
                    if M[r][j] != 0:
                        around += M[r][j] * phi[i][j]
            row.append(_divide(around, whole))
        result.append(row)
    return result
