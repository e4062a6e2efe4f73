"""How complex are regions and industries? ``M`` is regions x industries, 1 present and 0 not.

K belongs to regions and Q to industries; D is diversity (row sums), U ubiquity (column sums).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackNoConvergence, eigsh

from clusteranalysis.kernels.specialization import ratio

__all__ = [
    "Method",
    "complexity",
    "eigenvector",
    "expy",
    "fitness",
    "largest_component",
    "orient",
    "outlook",
    "outlook_gain",
    "prody",
    "reflections",
    "standardise",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Method = Literal["eigenvector", "reflections", "fitness"]

#: Eigenvalues lie in 0..1; closer than this their vectors cannot be told apart from rounding.
_GAP = 1e-9
#: From this size on Lanczos, unless it takes more restarts than these.
_DENSE, _RESTARTS = 200, 50
#: A correlation nearer to zero than this has no sign.
_SIGN = 1e-9
#: Steps of fitness before it counts as not settling, and the largest last step of one that has.
_MOST, _SETTLED = 1000, 1e-9
#: Far below what any figure shows, and far from where its inverse overflows.
_TINY = 1e-150


def complexity(M: Floats, method: Method, iterations: int | None = None) -> tuple[Floats, Floats]:
    """K and Q of every region and industry, NaN for those the method says nothing about.

    Eigenvectors and reflections are standardised; K goes up with diversity, and Q with the mean K
    of the regions that have the industry.
    """
    K, Q = np.full(M.shape[0], np.nan), np.full(M.shape[1], np.nan)
    if method == "eigenvector":
        regions, industries = largest_component(M)
    else:
        regions, industries = M.sum(axis=1) > 0, M.sum(axis=0) > 0
    if not regions.any():
        return K, Q
    inside = M if regions.all() and industries.all() else M[np.ix_(regions, industries)]
    if method == "fitness":
        K[regions], Q[industries] = fitness(inside, iterations)
        return K, Q
    if method == "eigenvector":
        k, q = eigenvector(inside)
    else:
        # An even step of a region and an odd one of an industry go back to diversity.
        k = reflections(inside, 20 if iterations is None else iterations)[0]
        q = reflections(inside, 19 if iterations is None else iterations)[1]
    k = orient(k, inside.sum(axis=1))
    q = orient(q, (inside.T @ k) / inside.sum(axis=0))
    K[regions], Q[industries] = standardise(k), standardise(q)
    return K, Q


def largest_component(M: Floats) -> tuple[Bools, Bools]:
    """Regions and industries of the connected part of the network that has most regions.

    Empty where two parts have equally many, which nothing but their names could tell apart.
    """
    D = M.sum(axis=1)
    # A whole country is one network as a rule, and from its most diverse region soon reached.
    part, reached = np.arange(len(D)) == np.argmax(D), 0
    while part.sum() > reached:
        reached = int(part.sum())
        industries = part @ M > 0
        part = M @ industries > 0
    if 2 * reached > np.count_nonzero(D):
        return part, industries
    regions, whole = len(D), sum(M.shape)
    r, i = np.nonzero(M)
    links = coo_array((np.ones(len(r), np.int8), (r, regions + i)), shape=(whole, whole))
    _, label = connected_components(links, directed=False)
    sizes = np.bincount(label[:regions][D > 0], minlength=1)
    if np.count_nonzero(sizes == sizes.max()) > 1 or not sizes.max():
        return np.zeros(regions, bool), np.zeros(M.shape[1], bool)
    inside = label == np.argmax(sizes)
    return inside[:regions], inside[regions:]


def eigenvector(M: Floats) -> tuple[Floats, Floats]:
    """Second eigenvectors of D^-1 M U^-1 M' (K) and U^-1 M' D^-1 M (Q), up to scale and sign.

    Hausmann, Hidalgo et al. (2014), technical box 2.1. Both matrices have the eigenvalues of the
    symmetric D^-1/2 M U^-1 M' D^-1/2 and of its twin U^-1/2 M' D^-1 M U^-1/2; the smaller of the
    two is decomposed, after its first eigenvector, which is known, is taken out. ``M`` is one
    connected network. NaN where the second eigenvalue is zero or not simple.
    """
    D, U = M.sum(axis=1), M.sum(axis=0)
    turned = M.shape[0] < M.shape[1]
    P, near, far = (M.T, U, D) if turned else (M, D, U)  # the columns of P are the shorter side
    nothing = np.full(len(D), np.nan), np.full(len(U), np.nan)
    n = len(far)
    if n < 2:
        return nothing
    B = P * (1 / np.sqrt(near))[:, None]
    first = np.sqrt(far / far.sum())
    symmetric = (B.T @ B) / np.outer(np.sqrt(far), np.sqrt(far)) - np.outer(first, first)
    second, vector, third = _largest_two(symmetric)
    if second < _GAP or second - third < _GAP:
        return nothing
    short = vector / np.sqrt(far)
    long = (P @ short) / near
    return (short, long) if turned else (long, short)


def _largest_two(S: Floats) -> tuple[float, Floats, float]:
    """The largest eigenvalue of a symmetric matrix, its vector, and the second largest."""
    n = len(S)
    if n > _DENSE:
        # Lanczos is several times faster. It finds one vector of a multiple eigenvalue alone, so
        # the second is looked for after the first is taken out.
        start = np.random.default_rng(0).standard_normal(n)
        try:
            (value,), vectors = eigsh(S, k=1, which="LA", v0=start, maxiter=_RESTARTS)
            v = vectors[:, 0]
            (other,) = eigsh(
                S - value * np.outer(v, v),
                k=1,
                which="LA",
                v0=start,
                maxiter=_RESTARTS,
                return_eigenvectors=False,
            )
            return float(value), v, float(other)
        except ArpackNoConvergence:
            pass  # eigenvalues so close that all of them are wanted
    values, vectors = eigh(S, subset_by_index=[n - 2, n - 1])
    return float(values[1]), vectors[:, 1], float(values[0])


def reflections(M: Floats, steps: int) -> tuple[Floats, Floats]:
    """k_r,N = 1/D_r sum_i M_ri k_i,N-1 and k_i,N = 1/U_i sum_r M_ri k_r,N-1, from D and U.

    Hidalgo and Hausmann (2009), up to an affine map: averages of averages soon differ from region
    to region only in their last digits, so the common mean is taken off and the rest enlarged at
    every step. NaN where nothing but rounding is left.
    """
    D, U = M.sum(axis=1), M.sum(axis=0)
    K, Q = _stretch(D, D), _stretch(U, U)
    for _ in range(steps):
        K, Q = _stretch(ratio(M @ Q, D), D), _stretch(ratio(M.T @ K, U), U)
    return K, Q


def _stretch(k: Floats, weights: Floats) -> Floats:
    """Off the weighted mean, which the averages of all steps share, and as large as 1."""
    there = weights > 0
    k = np.where(there, k, 0.0)
    spread = np.where(there, k - ratio(weights @ k, weights.sum()), 0.0)
    largest = np.abs(spread).max(initial=0.0)
    # After a step the spread is at most as large as before, when it was 1.
    if not largest > 1e-12 * max(1.0, np.abs(k).max(initial=0.0)):
        return np.full_like(k, np.nan)
    return np.asarray(spread / largest)


def fitness(M: Floats, iterations: int | None = None) -> tuple[Floats, Floats]:
    """F_r = sum_i M_ri Q_i and Q_i = 1 / sum_r (M_ri / F_r), each over its mean, at once.

    Tacchella et al. (2012), eq. 1. Without a number of iterations it goes on until no value moves
    by more than 1e-9; where that takes more than 1,000, all is NaN. It need not happen: Pugliese
    et al. (2016) show for which ``M`` all but a few fall to 0. Every region and industry must
    have a presence.
    """
    F, Q = np.ones(M.shape[0]), np.ones(M.shape[1])
    for _ in range(_MOST if iterations is None else iterations):
        new_F, new_Q = M @ Q, 1 / (M.T @ (1 / np.maximum(F, _TINY)))
        new_F, new_Q = new_F / new_F.mean(), new_Q / new_Q.mean()
        moved = max(np.abs(new_F - F).max(), np.abs(new_Q - Q).max())
        F, Q = new_F, new_Q
        if iterations is None and moved < _SETTLED:
            return F, Q
    if iterations is None:
        return np.full_like(F, np.nan), np.full_like(Q, np.nan)
    return F, Q


def orient(K: Floats, guide: Floats) -> Floats:
    """K or -K, whichever goes up with ``guide``; NaN where neither does."""
    a, b = standardise(K), standardise(guide)
    r = (a * b).mean() if len(a) else np.nan
    return np.asarray(K * np.sign(r) if abs(r) > _SIGN else np.full_like(K, np.nan))


def standardise(k: Floats) -> Floats:
    """(k - mean) / standard deviation of all values (not a sample's); NaN without variation."""
    if not len(k):
        return k
    spread = k - k.mean()
    deviation = np.sqrt((spread**2).mean())
    rounding = 1e-12 * np.abs(k).max()
    return ratio(spread, deviation if deviation > rounding else np.nan)


def outlook(M: Floats, phi: Floats, Q: Floats) -> Floats:
    """COI_r = sum_i (1 - d_ri) (1 - M_ri) Q_i, Hausmann, Hidalgo et al. (2014), box 5.4.

    1 - d_ri = sum_j M_rj phi_ij / sum_j phi_ij is the density; ``phi`` has a zero diagonal.
    """
    return np.asarray(((M @ phi) * (1 - M)) @ _per_relatedness(phi, Q))


def outlook_gain(M: Floats, phi: Floats, Q: Floats) -> Floats:
    """What COI_r gains if region r takes up industry i; NaN where it has it.

    sum_j phi_ij / S_j (1 - M_rj) Q_j - (1 - d_ri) Q_i, S_j = sum_k phi_jk, Hausmann, Hidalgo et
    al. (2014), box 5.4. With the zero diagonal of ``phi`` this is the exact difference.
    """
    q = _per_relatedness(phi, Q)
    return np.where(M == 1, np.nan, ((1 - M) * q) @ phi - (M @ phi) * q)


def _per_relatedness(phi: Floats, Q: Floats) -> Floats:
    """Q_i / S_i; an industry related to none has no density and adds nothing to an outlook."""
    S = phi.sum(axis=0)
    return np.asarray(np.divide(Q, S, out=np.zeros_like(Q), where=S > 0))


def prody(S: Floats, Y: Floats) -> Floats:
    """PRODY_i = sum_r s_ri Y_r / sum_r s_ri, Hausmann, Hwang and Rodrik (2007).

    ``S`` are shares of the regions' jobs; ``Y`` is their income, which only matters where S > 0.
    """
    weighted = np.where(S == 0, 0.0, S * Y[:, None])
    return ratio(weighted.sum(axis=0), S.sum(axis=0))


def expy(S: Floats, P: Floats) -> Floats:
    """EXPY_r = sum_i s_ri PRODY_i, Hausmann, Hwang and Rodrik (2007)."""
    return np.asarray(np.where(S == 0, 0.0, S * P).sum(axis=1))
