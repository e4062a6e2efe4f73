"""Co-location of establishments by distance, from the source formulas in loops over all pairs.

Nothing here is shared with the library. ``xy`` is a list of (x, y), ``w`` the weights, ``mark`` the
industry of each point. A quotient with a zero denominator is NaN. A distance counts as r when it is
within 1e-9 of it, relatively, so that the corners of a grid are as far apart as they seem.
"""

import itertools
import math
from collections.abc import Sequence

from tests.reference.measures import _divide

Point = tuple[float, float]
Ring = list[Point]  # not closed; a window is the rings of its land and of the holes in it
CLOSED = 1 + 1e-9


def distance(p: Point, q: Point) -> float:
    return math.sqrt((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2)


def _ordered_pairs(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """All (i, j), i in a and j in b, no point with itself."""
    return [(i, j) for i in a for j in b if i != j]


# Distances and their density


def pair_distances(xy: list[Point], a: list[int], b: list[int]) -> list[float]:
    """Every pair of points once: within a where b is a, else between a and b."""
    if a == b:
        return [distance(xy[i], xy[j]) for i, j in itertools.combinations(a, 2)]
    return [distance(xy[i], xy[j]) for i, j in _ordered_pairs(a, b)]


def _quantile(ordered: list[float], p: float) -> float:
    """Linear between order statistics (Hyndman and Fan's type 7, the default of R and numpy)."""
    place = (len(ordered) - 1) * p
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def silverman(values: list[float]) -> float:
    """h = 0.9 min(s, IQR / 1.34) n^(-1/5). Source: Silverman (1986), eq. 3.31."""
    n = len(values)
    mean = math.fsum(values) / n
    s = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1))
    ordered = sorted(values)
    spread = _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
    return 0.9 * min(s, spread / 1.34) * n ** (-1 / 5)


def gaussian(u: float) -> float:
    return math.exp(-u * u / 2) / math.sqrt(2 * math.pi)


def k_density(
    xy: list[Point], w: list[float], a: list[int], b: list[int], h: float, r: float
) -> float:
    """Density of the distances between a and b at r, a pair weighing w_i w_j.

    K(r) = 1 / (n (n - 1) h) sum_i sum_(j != i) f((r - d_ij) / h) for equal weights, f Gaussian,
    with the kernel of every distance mirrored at zero (Silverman 1986, p. 30). Source: Duranton and
    Overman (2005), with the constant that makes it a density; (2008) for two
    industries.
    """
    total = []
    weights = []
    for i, j in _ordered_pairs(a, b):
        d = distance(xy[i], xy[j])
        mirrored = gaussian((r - d) / h) + gaussian((r + d) / h)
        total.append(w[i] * w[j] * mirrored)
        weights.append(w[i] * w[j])
    return _divide(math.fsum(total), h * math.fsum(weights))


# Shares among neighbours


def m_function(
    xy: list[Point],
    w: list[float],
    a: list[int],
    c: list[int],
    reference: list[int],
    r: float,
    h: float | None = None,
) -> tuple[float, int]:
    """M at r, and of how many points of a: the share of c among their neighbours, over its share.

    M = sum_i W_i^c(r) / W_i(r) over sum_i (W^c - [i in c] w_i) / (W - [i in reference] w_i), sums
    over the points of a with a neighbour. Source: Marcon and Puech (2010). With h it is
    m: neighbours weigh their Gaussian kernel about r too. Source: Lang, Marcon and Puech (2020).
    """
    near = []
    overall = []
    for i in a:
        counts = []
        for group in (c, reference):
            terms = []
            for j in group:
                if j == i:
                    continue
                d = distance(xy[i], xy[j])
                if h is not None:
                    terms.append(w[j] * gaussian((r - d) / h))
                elif d <= r * CLOSED:
                    terms.append(w[j])
            counts.append(math.fsum(terms))
        if counts[1] > 0:
            near.append(counts[0] / counts[1])
            totals = [math.fsum(w[j] for j in group if j != i) for group in (c, reference)]
            overall.append(_divide(*totals))
    return _divide(math.fsum(near), math.fsum(overall)), len(near)


# A window and the corrections at its edge


def window_area(window: list[Ring]) -> float:
    """Land less its holes: a ring that lies in an odd number of the others is a hole."""
    areas = []
    for ring in window:
        twice = 0.0
        for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
            twice += x0 * y1 - x1 * y0
        hole = inside([other for other in window if other is not ring], ring[0])
        areas.append(-abs(twice) / 2 if hole else abs(twice) / 2)
    return math.fsum(areas)


def _edges(window: list[Ring]) -> list[tuple[Point, Point]]:
    return [edge for ring in window for edge in zip(ring, ring[1:] + ring[:1], strict=True)]


def inside(window: list[Ring], p: Point) -> bool:
    """Does a ray to the right cross the boundary an odd number of times?"""
    odd = False
    for (x0, y0), (x1, y1) in _edges(window):
        if (y0 > p[1]) != (y1 > p[1]) and p[0] < x0 + (p[1] - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


def share_of_circle(window: list[Ring], centre: Point, radius: float) -> float:
    """The part of the circumference in the window: cut where edges cross, arcs told by middles."""
    cuts = [0.0, 2 * math.pi]
    for (x0, y0), (x1, y1) in _edges(window):
        dx, dy = x1 - x0, y1 - y0
        fx, fy = x0 - centre[0], y0 - centre[1]
        a = dx * dx + dy * dy
        half_b = fx * dx + fy * dy
        root = half_b * half_b - a * (fx * fx + fy * fy - radius * radius)
        if root <= 0:
            continue
        for sign in (-1, 1):
            t = (-half_b + sign * math.sqrt(root)) / a
            if 0 <= t <= 1:
                cuts.append(math.atan2(fy + t * dy, fx + t * dx) % (2 * math.pi))
    cuts.sort()
    arcs = []
    for start, end in itertools.pairwise(cuts):
        middle = (start + end) / 2
        p = (centre[0] + radius * math.cos(middle), centre[1] + radius * math.sin(middle))
        if inside(window, p):
            arcs.append(end - start)
    return math.fsum(arcs) / (2 * math.pi)


def area_kept(window: list[Ring], shift: Point) -> float:
    """Area of the window that the shifted window covers, by slices.

    Between the abscissae where an edge of either begins, ends or crosses another, the length that
    both cover is linear in x, so that width times the length in the middle is exact.
    """
    moved = [[(x + shift[0], y + shift[1]) for x, y in ring] for ring in window]
    edges = _edges(window) + _edges(moved)
    cuts = {p[0] for edge in edges for p in edge}
    for (p, q), (s, t) in itertools.combinations(edges, 2):
        ux, uy, vx, vy = q[0] - p[0], q[1] - p[1], t[0] - s[0], t[1] - s[1]
        cross = ux * vy - uy * vx
        if cross != 0:
            along = ((s[0] - p[0]) * vy - (s[1] - p[1]) * vx) / cross
            if 0 <= along <= 1:
                cuts.add(p[0] + along * ux)
    slices = []
    for left, right in itertools.pairwise(sorted(cuts)):
        x = (left + right) / 2
        heights = []
        for shape in (window, moved):
            crossed = []
            for (x0, y0), (x1, y1) in _edges(shape):
                if (x0 > x) != (x1 > x):
                    crossed.append(y0 + (x - x0) * (y1 - y0) / (x1 - x0))
            crossed.sort()
            heights.append(list(zip(crossed[::2], crossed[1::2], strict=True)))
        covered = [
            max(0.0, min(high, top) - max(low, bottom))
            for low, high in heights[0]
            for bottom, top in heights[1]
        ]
        slices.append((right - left) * math.fsum(covered))
    return math.fsum(slices)


def edge_weight(window: list[Ring], p: Point, q: Point, correction: str) -> float:
    """Ripley (1976) isotropic; Ohser (1983) translation. Not symmetric in p and q."""
    if correction == "none":
        return 1.0
    if correction == "isotropic":
        return 1.0 if p == q else 1 / share_of_circle(window, p, distance(p, q))
    return window_area(window) / area_kept(window, (q[0] - p[0], q[1] - p[1]))


# Second-order functions


def ripley_k(
    xy: list[Point],
    w: list[float],
    a: list[int],
    b: list[int],
    window: list[Ring],
    distances: Sequence[float],
    correction: str,
) -> list[float]:
    """K(r) = |A| sum_(i != j) w_i w_j e_ij 1(d_ij <= r) / sum_(i != j) w_i w_j at each r.

    For equal weights |A| / (n (n - 1)) sum e_ij 1(d_ij <= r). Source: Ripley (1976, 1977).
    """
    terms: list[list[float]] = [[] for _ in distances]
    weights = []
    for i, j in _ordered_pairs(a, b):
        weights.append(w[i] * w[j])
        d = distance(xy[i], xy[j])
        near = [k for k, r in enumerate(distances) if d <= r * CLOSED]
        if near:
            e = edge_weight(window, xy[i], xy[j], correction)
            for k in near:
                terms[k].append(w[i] * w[j] * e)
    area = window_area(window)
    return [_divide(area * math.fsum(part), math.fsum(weights)) for part in terms]


def besag_l(k: float, r: float) -> float:
    """L(r) = sqrt(K(r) / pi) - r. Source: Besag (1977), centred."""
    return math.sqrt(k / math.pi) - r


def pair_correlation(
    xy: list[Point],
    w: list[float],
    a: list[int],
    b: list[int],
    window: list[Ring],
    r: float,
    bandwidth: float,
    correction: str,
) -> float:
    """g(r) = |A| sum_(i != j) w_i w_j e_ij k(r - d_ij) / (2 pi r sum_i w_i sum_j w_j).

    k is Epanechnikov's kernel with the bandwidth as standard deviation; it ends at sqrt(5) of it.
    Source: Stoyan and Stoyan (1994), p. 284; squared intensity (n / |A|)^2, as in spatstat.
    """
    end = math.sqrt(5) * bandwidth
    terms = []
    for i, j in _ordered_pairs(a, b):
        t = (r - distance(xy[i], xy[j])) / end
        if abs(t) < 1:
            e = edge_weight(window, xy[i], xy[j], correction)
            terms.append(w[i] * w[j] * e * 0.75 * (1 - t * t) / end)
    both = math.fsum(w[i] for i in a) * math.fsum(w[j] for j in b)
    return _divide(window_area(window) * math.fsum(terms), 2 * math.pi * r * both)


def stoyan(n: int, area: float) -> float:
    """0.15 / sqrt(5 lambda), lambda points a unit of area. Source: Stoyan and Stoyan (1994)."""
    return 0.15 / math.sqrt(5 * n / area)


# Nearest neighbours


def neighbour_shares(xy: list[Point], i: int, neighbours: int) -> list[float]:
    """What part each point has in i's nearest neighbours; those tied for the last places share."""
    others = [j for j in range(len(xy)) if j != i]
    apart = {j: distance(xy[i], xy[j]) for j in others}
    last = sorted(apart.values())[neighbours - 1]
    nearer = [j for j in others if apart[j] * CLOSED < last]
    tied = [j for j in others if j not in nearer and apart[j] <= last * CLOSED]
    shares = [0.0] * len(xy)
    for j in nearer:
        shares[j] = 1 / neighbours
    for j in tied:
        shares[j] = (neighbours - len(nearer)) / len(tied) / neighbours
    return shares


def _met(xy: list[Point], mark: list[str], i: int, partner: str, neighbours: int) -> float:
    shares = neighbour_shares(xy, i, neighbours)
    return math.fsum(shares[j] for j in range(len(xy)) if mark[j] == partner)


def local_quotient(
    xy: list[Point], mark: list[str], i: int, partner: str, neighbours: int
) -> float:
    """i's share of the partner among its neighbours, over the partner's among all other points."""
    rest = sum(mark[j] == partner for j in range(len(xy)) if j != i)
    return _divide(_met(xy, mark, i, partner, neighbours), rest / (len(xy) - 1))


def pairwise_quotient(
    xy: list[Point], w: list[float], mark: list[str], industry: str, partner: str, neighbours: int
) -> float:
    """(C_AB / N_A) / (N'_B / (N - 1)). Source: Leslie and Kronenfeld (2011), where w = 1.

    C_AB / N_A is the mean over A's points, of weight w, of B's share of their neighbours.
    """
    mine = [i for i in range(len(xy)) if mark[i] == industry]
    met = math.fsum(w[i] * _met(xy, mark, i, partner, neighbours) for i in mine)
    rest = sum(m == partner for m in mark) - (industry == partner)
    return _divide(_divide(met, math.fsum(w[i] for i in mine)), rest / (len(xy) - 1))


def global_quotient(xy: list[Point], w: list[float], mark: list[str], neighbours: int) -> float:
    """sum_A C_AA / sum_A N_A (N_A - 1) / (N - 1). Source: Leslie and Kronenfeld (2011), w = 1."""
    every = range(len(xy))
    met = math.fsum(w[i] * _met(xy, mark, i, mark[i], neighbours) for i in every)
    chance = math.fsum(w[i] * (mark.count(mark[i]) - 1) / (len(xy) - 1) for i in every)
    return _divide(met, chance)


# Pairs in one place


def in_one_place(p: Point, q: Point, size: float, place: str) -> bool:
    if place == "cell":
        return all(math.floor(p[k] / size) == math.floor(q[k] / size) for k in (0, 1))
    return distance(p, q) <= size * CLOSED


def howard_cl(
    xy: list[Point], w: list[float], a: list[int], b: list[int], size: float, place: str
) -> float:
    """CL = sum_i sum_j w_i w_j C_ij / (sum_i w_i sum_j w_j), C_ij = 1 in one place.

    Source: Howard, Newman and Tarp (2016), where w = 1 and a is not b. Within an industry (a = b)
    over the pairs of two different points.
    """
    together, both = [], []
    for i, j in _ordered_pairs(a, b):
        together.append(w[i] * w[j] * in_one_place(xy[i], xy[j], size, place))
        both.append(w[i] * w[j])
    return _divide(math.fsum(together), math.fsum(both))


def howard_counterfactual(
    xy: list[Point], w: list[float], n_a: int, n_b: int, sites: list[int], size: float, place: str
) -> float:
    """Mean CL over every way to deal n_a and then n_b points over the sites; w deals along.

    XCL is CL less this, which the authors take from random dealings.
    """
    values = []
    for dealt in itertools.permutations(sites, n_a + n_b):
        weight = dict(zip(dealt, w, strict=True))
        weights = [weight.get(i, 0.0) for i in range(len(xy))]
        values.append(howard_cl(xy, weights, list(dealt[:n_a]), list(dealt[n_a:]), size, place))
    return math.fsum(values) / len(values)


# Simulated curves: rows are simulations, columns distances


def duranton_overman_band(
    curves: list[list[float]], share: float = 0.05
) -> tuple[list[float], list[float]]:
    """Global band: as many curves rise above it anywhere as fall below it anywhere, a share each.

    Every distance has the same local level, the widest at which not more than the share of curves
    leaves on that side anywhere. Source: Duranton and Overman (2005).
    """
    sides = []
    for sign in (1.0, -1.0):
        columns = [
            sorted((sign * v for v in column), reverse=True) for column in zip(*curves, strict=True)
        ]
        band = [column[0] for column in columns]
        for rank in range(len(curves)):
            trial = [column[rank] for column in columns]
            out = sum(
                any(sign * v > limit for v, limit in zip(curve, trial, strict=True))
                for curve in curves
            )
            if out > share * len(curves):
                break
            band = trial
        sides.append([sign * v for v in band])
    return sides[1], sides[0]


def extreme_rank_length(curves: list[list[float]]) -> list[float]:
    """For each curve the share of curves that are as extreme as it or more: its p-value.

    A value's rank is the lower of its ranks from below and from above (ties take the mean); the
    curves are ordered by their ranks, sorted, as words are. Source: Myllymaki et al. (2017).
    """
    ranks = []
    for curve in curves:
        row = []
        for k, v in enumerate(curve):
            column = [other[k] for other in curves]
            equal = sum(u == v for u in column)
            below = sum(u < v for u in column) + (equal + 1) / 2
            above = sum(u > v for u in column) + (equal + 1) / 2
            row.append(min(below, above))
        ranks.append(sorted(row))
    return [sum(other <= row for other in ranks) / len(ranks) for row in ranks]


def loosmore_ford(curves: list[list[float]], distances: list[float]) -> float:
    """p-value of the first curve, observed, among it and the simulated ones.

    u_i = sum_k (H_i(t_k) - mean of the others' H(t_k))^2 (t_(k+1) - t_k); p is the share of curves
    whose u is as large as that of the observed one. The last distance, which has no step after it,
    has the one before it. Source: Loosmore and Ford (2006).
    """
    steps = [after - before for before, after in itertools.pairwise(distances)]
    steps.append(steps[-1])
    u = []
    for i, curve in enumerate(curves):
        terms = []
        for k, step in enumerate(steps):
            others = [other[k] for j, other in enumerate(curves) if j != i]
            terms.append((curve[k] - math.fsum(others) / len(others)) ** 2 * step)
        u.append(math.fsum(terms))
    return sum(v >= u[0] * (1 - 1e-12) for v in u) / len(u)
