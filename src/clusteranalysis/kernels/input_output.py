"""What share of its inputs does a region supply itself? Industries x industries of one region."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clusteranalysis.kernels.specialization import ratio

__all__ = ["cross_industry_quotients", "regional_size"]

Floats = NDArray[np.float64]
Method = Literal["slq", "cilq", "flq", "aflq"]


def regional_size(n: float, N: float, delta: float) -> float:
    """Flegg and Webber (1997): lambda = [log2(1 + n / N)]^delta, 0 for no region, 1 for all."""
    return float(np.log2(1 + ratio(n, N)) ** delta)


def cross_industry_quotients(slq: Floats, size: float, method: Method) -> Floats:
    """Quotients of suppliers i (rows) and purchasers j (columns) from the simple ones.

    slq: SLQ_i. cilq: SLQ_i / SLQ_j, and SLQ_i on the diagonal. flq: that times lambda (``size``).
    aflq: that times log2(1 + SLQ_j) where SLQ_j > 1.
    """
    supplier = np.repeat(slq[:, None], len(slq), axis=1)
    if method == "slq":
        return supplier
    q = ratio(supplier, slq)
    np.fill_diagonal(q, slq)
    if method == "cilq":
        return q
    q = size * q
    if method == "aflq":
        q = q * np.where(slq > 1, np.log2(1 + slq), 1.0)
    return np.asarray(q)
