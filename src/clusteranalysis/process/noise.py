"""How far may the Census's own noise have moved a number?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

__all__ = ["NOISE_LIMITS", "noise_half_width"]

#: Flag of a cell -> how far noise may have moved it, as a share of the cell. G and H are the
#: Census's own limits (under 2 %, 2 to 5 %); J says 5 % or more, for which we take 10 %.
NOISE_LIMITS = {"G": 0.02, "H": 0.05, "J": 0.10}
#: A cell whose flag is not at hand may be any but J.
_UNFLAGGED = NOISE_LIMITS["H"]


def noise_half_width(
    jobs: pd.Series, flags: pd.Series | None = None, *, level: float = 0.95
) -> float:
    """Half the width of the interval that noise leaves a sum of published cells.

    Parameters
    ----------
    jobs : Series
        Published numbers of the cells that are added up; NaN cells are left out.
    flags : Series, optional
        Their noise flags (``G``, ``H``, ``J``), aligned with `jobs`; a cell without one counts as
        ``H``.
    level : float
        Confidence level.

    Returns
    -------
    float
        In the unit of `jobs`; 0 where no cell is published.

    Notes
    -----
    z sqrt(sum_c (b_c E_c)^2 / 3): cell c of size E_c is moved by a factor uniform within 1 +- b_c,
    one cell independently of the next. The Census multiplies each establishment by a factor of
    its own whose spread is not published (Evans, Zayatz and Slanta 1998), so this is an
    assumption, wide for cells of many establishments, whose noise cancels.

    References
    ----------
    Evans, T., Zayatz, L. and Slanta, J. (1998). Using noise for disclosure limitation of
    establishment tabular data. Journal of Official Statistics 14(4), 537-551.

    Examples
    --------
    >>> import pandas as pd
    >>> round(noise_half_width(pd.Series([300.0, 400.0]), pd.Series(["G", "G"])), 2)
    11.32
    """
    known = jobs.notna()
    limits = pd.Series(_UNFLAGGED, index=jobs.index)
    if flags is not None:
        limits = flags.map(NOISE_LIMITS).astype(float).fillna(_UNFLAGGED)
    moved = (limits * jobs)[known].to_numpy(float)
    return float(norm.ppf((1 + level) / 2) * np.sqrt((moved**2).sum() / 3))
