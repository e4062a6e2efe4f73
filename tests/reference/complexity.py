"""Complexity of regions and industries, from the source formulas in plain loops.

Nothing here is shared with the library. ``M[r][i]`` is 1 where industry i is present in region r,
else 0. A quotient with a zero denominator is NaN.
"""

import math

import numpy as np

from tests.reference.measures import NAN, _column, _divide, _shares, _total


def diversity(M: list[list[float]]) -> list[float]:
    """k_r = sum_i M_ri. Source: Hidalgo and Hausmann (2009), PNAS 106(26)."""
    return [_total(row) for row in M]


def ubiquity(M: list[list[float]]) -> list[float]:
    """k_i = sum_r M_ri. Source: Hidalgo and Hausmann (2009)."""
    return [_total(_column(M, i)) for i in range(len(M[0]))]


def reflections(M: list[list[float]], steps: int) -> tuple[list[float], list[float]]:
    """Method of reflections after so many steps: of regions and of industries.

    k_r,0 and k_i,0 are diversity and ubiquity; k_r,n = (1/k_r,0) sum_i M_ri k_i,n-1 and
    k_i,n = (1/k_i,0) sum_r M_ri k_r,n-1. Source: Hidalgo and Hausmann (2009).
    """
    k_r0 = diversity(M)
    k_i0 = ubiquity(M)
    k_r = k_r0
    k_i = k_i0
    for _ in range(steps):
        next_r = []
        for r in range(len(M)):
            total = 0.0
            for i in range(len(k_i)):
                if M[r][i] != 0:
                    total += M[r][i] * k_i[i]
            next_r.append(_divide(total, k_r0[r]))
        next_i = []
        for i in range(len(k_i)):
            total = 0.0
            for r in range(len(M)):
                if M[r][i] != 0:
                    total += M[r][i] * k_r[r]
            next_i.append(_divide(total, k_i0[i]))
        k_r = next_r
        k_i = next_i
    return k_r, k_i


def standardised(values: list[float], ddof: int = 0) -> list[float]:
    """(v - mean) / standard deviation; NaN where they do not vary."""
    n = len(values)
    mean = _total(values) / n
    squares = 0.0
    for value in values:
        squares += (value - mean) ** 2
    spread = math.sqrt(_divide(squares, n - ddof)) if n > ddof else NAN
    return [_divide(value - mean, spread) for value in values]


def averaging_matrix(M: list[list[float]]) -> list[list[float]]:
    """sum_i M_ri M_qi / (k_r k_i), rows of which add up to 1.

    Source: Hausmann, Hidalgo et al. (2014), Atlas of Economic Complexity, technical box 2.1.
    Every region must have an industry and every industry a region.
    """
    k_r = diversity(M)
    k_i = ubiquity(M)
    result = []
    for r in range(len(M)):
        row = []
        for q in range(len(M)):
            total = 0.0
            for i in range(len(k_i)):
                total += M[r][i] * M[q][i] / (k_r[r] * k_i[i])
            row.append(total)
        result.append(row)
    return result


def transposed(M: list[list[float]]) -> list[list[float]]:
    return [_column(M, i) for i in range(len(M[0]))]


def second_vector(M: list[list[float]]) -> tuple[list[float], list[float]]:
    """Eigenvector of the second largest eigenvalue of the averaging matrix, and all eigenvalues.

    By the dense decomposition of the matrix as it is, not made symmetric. The eigenvalues are real
    and between 0 and 1 and come largest first. The vector means nothing where the second and third
    are alike, or the second is 1 (regions fall into groups that share no industry) or 0.
    """
    values, vectors = np.linalg.eig(np.array(averaging_matrix(M), float))
    order = sorted(range(len(values)), key=lambda k: -values[k].real)
    vector = [float(v.real) for v in vectors[:, order[1]]]
    return vector, [float(values[k].real) for k in order]


def eci(M: list[list[float]], ddof: int = 0) -> list[float]:
    """Economic complexity: the second vector, standardised, rising with diversity.

    The sign makes its correlation with diversity positive. Source: Atlas of Economic Complexity
    (2014), technical box 2.1.
    """
    vector, _ = second_vector(M)
    scores = standardised(vector, ddof)
    return scores if covariance(scores, diversity(M)) >= 0 else [-v for v in scores]


def pci_by_average(M: list[list[float]], ddof: int = 0) -> list[float]:
    """Product complexity: the mean ECI of the regions that have the industry, standardised.

    The eigenvector of the industries' averaging matrix with the same eigenvalue is, up to a
    factor, the average over the regions of the regions' vector; this keeps its sign that of ECI.
    Source: Atlas of Economic Complexity (2014), technical box 2.1.
    """
    scores = eci(M, ddof)
    k_i = ubiquity(M)
    result = []
    for i in range(len(k_i)):
        total = 0.0
        for r in range(len(M)):
            total += M[r][i] * scores[r]
        result.append(_divide(total, k_i[i]))
    return standardised(result, ddof)


def pci(M: list[list[float]], ddof: int = 0) -> list[float]:
    """Product complexity by the second vector of the industries' own averaging matrix.

    Standardised, with the sign that correlates positively with the mean ECI of the industry's
    regions (not with ubiquity, which need not oppose it).
    """
    vector, _ = second_vector(transposed(M))
    scores = standardised(vector, ddof)
    return scores if covariance(scores, pci_by_average(M, ddof)) >= 0 else [-v for v in scores]


def covariance(a: list[float], b: list[float]) -> float:
    """Mean product of deviations."""
    mean_a = _total(a) / len(a)
    mean_b = _total(b) / len(b)
    total = 0.0
    for k in range(len(a)):
        total += (a[k] - mean_a) * (b[k] - mean_b)
    return total / len(a)


def fitness(M: list[list[float]], steps: int) -> tuple[list[float], list[float]]:
    """Fitness of regions and complexity of industries after so many steps.

    From F = Q = 1: F'_r = sum_i M_ri Q_i and Q'_i = 1 / sum_r M_ri / F_r, both from the step
    before, then each divided by its mean. Source: Tacchella, Cristelli, Caldarelli, Gabrielli and
    Pietronero (2012), Scientific Reports 2, 723.
    """
    F = [1.0 for _ in M]
    Q = [1.0 for _ in M[0]]
    for _ in range(steps):
        next_F = []
        for r in range(len(M)):
            total = 0.0
            for i in range(len(Q)):
                total += M[r][i] * Q[i]
            next_F.append(total)
        next_Q = []
        for i in range(len(Q)):
            total = 0.0
            for r in range(len(F)):
                if M[r][i] != 0:
                    total += M[r][i] / F[r] if F[r] > 0 else math.inf
            next_Q.append(_divide(1.0, total))
        mean_F = _total(next_F) / len(next_F)
        mean_Q = _total(next_Q) / len(next_Q)
        F = [value / mean_F for value in next_F]
        Q = [value / mean_Q for value in next_Q]
    return F, Q


def outlook(M: list[list[float]], omega: list[list[float]], pci: list[float]) -> list[float]:
    """Complexity outlook sum_i omega_ri (1 - M_ri) PCI_i, omega the relatedness density.

    Source: Atlas of Economic Complexity (2014), complexity outlook, 1 less distance being omega.
    """
    result = []
    for r in range(len(M)):
        total = 0.0
        for i in range(len(pci)):
            if M[r][i] == 0:
                total += omega[r][i] * pci[i]
        result.append(total)
    return result


def outlook_gain(
    M: list[list[float]],
    phi: list[list[float]],
    omega: list[list[float]],
    pci: list[float],
    own: bool = False,
) -> list[list[float]]:
    """What an industry would open to a region, for industries the region does not have.

    sum_j (phi_ij / sum_k phi_kj)(1 - M_rj) PCI_j - omega_ri PCI_i over j other than i and k other
    than j (all j and k with ``own``). NaN where the region has the industry. Source: Atlas of
    Economic Complexity (2014), opportunity gain, 1 less distance being omega.
    """
    industries = len(pci)
    result = []
    for r in range(len(M)):
        row = []
        for i in range(industries):
            if M[r][i] != 0:
                row.append(NAN)
                continue
            opened = 0.0
            for j in range(industries):
                if M[r][j] != 0 or phi[i][j] == 0 or (j == i and not own):
                    continue
                whole = 0.0
                for k in range(industries):
                    if k != j or own:
                        whole += phi[k][j]
                opened += _divide(phi[i][j], whole) * pci[j]
            row.append(opened - omega[r][i] * pci[i])
        result.append(row)
    return result


def prody(E: list[list[float]], n: list[float], income: list[float]) -> list[float]:
    """PRODY_i = sum_r (s_ri / sum_q s_qi) Y_r with s_ri = E_ri / n_r.

    The income per head of the regions, weighted by how much the industry is theirs. A region
    without jobs has no share, and one without the industry does not matter, whatever its income.
    NaN where nobody has the industry. Source: Hausmann, Hwang and Rodrik (2007), Journal of
    Economic Growth 12(1).
    """
    result = []
    for i in range(len(E[0])):
        whole = 0.0
        total = 0.0
        for r in range(len(E)):
            if E[r][i] != 0:
                share = _divide(E[r][i], n[r])
                whole += share
                total += share * income[r]
        result.append(_divide(total, whole))
    return result


def expy(E: list[list[float]], prody: list[float]) -> list[float]:
    """EXPY_r = sum_i s_ri PRODY_i, s_ri = E_ri / sum_j E_rj. NaN for a region without jobs.

    Source: Hausmann, Hwang and Rodrik (2007).
    """
    result = []
    for row in E:
        shares = _shares(row)
        total = 0.0
        for i in range(len(row)):
            if shares[i] != 0:
                total += shares[i] * prody[i]
        result.append(total)
    return result


def connected_parts(M: list[list[float]]) -> list[tuple[list[int], list[int]]]:
    """Regions and industries of each connected part of the network of who has what.

    Regions that have nothing and industries that nobody has are in none.
    """
    parts = []
    seen = set()
    for start in range(len(M)):
        if start in seen or _total(M[start]) == 0:
            continue
        regions = {start}
        industries: set[int] = set()
        grown = True
        while grown:
            before = len(regions) + len(industries)
            for r in range(len(M)):
                for i in range(len(M[0])):
                    if M[r][i] != 0 and (r in regions or i in industries):
                        regions.add(r)
                        industries.add(i)
            grown = len(regions) + len(industries) > before
        seen |= regions
        parts.append((sorted(regions), sorted(industries)))
    return parts


def without_empty(M: list[list[float]]) -> tuple[list[int], list[int]]:
    """Regions that have something and industries that somebody has."""
    regions = [r for r in range(len(M)) if _total(M[r]) != 0]
    industries = [i for i in range(len(M[0])) if _total(_column(M, i)) != 0]
    return regions, industries
