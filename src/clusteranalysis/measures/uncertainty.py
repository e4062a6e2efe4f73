"""How sure is a measure that was worked out on several imputed tables?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import uncertainty as kernel
from clusteranalysis.schema import check_columns, check_level, check_option, refuse_repeats

__all__ = ["pool_draws"]

Floats = NDArray[np.float64]
Scale = Literal["plain", "log"]
_KEYS = ("region", "industry", "partner", "year", "start", "end")


def pool_draws(
    table: pd.DataFrame,
    *,
    value: str,
    standard_error: str | None = None,
    scale: Scale = "plain",
    level: float = 0.90,
) -> pd.DataFrame:
    """What is a measure's value, and how far does what was withheld leave it open?

    Parameters
    ----------
    table : DataFrame
        The result of any measure on a table with ``draw``: :func:`impute` with ``draws=20`` and
        then, say, :func:`location_quotient`.
    value : str
        The column to pool.
    standard_error : str, optional
        A column with the standard error of ``value`` in each draw. Then the interval takes in both
        sources of doubt, sampling and suppression; without it, suppression alone.
    scale : {"plain", "log"}
        Pool the values, or their logarithms, and give back their exponential. The standard errors
        that :func:`location_quotient` gives are of ln LQ and need ``"log"``.
    level : float
        Probability of the interval.

    Returns
    -------
    DataFrame
        One row a key of the table (``region``, ``industry``, ``partner``, ``year``, ``start``,
        ``end``, as far as it has them) without ``draw``, sorted: ``value`` under its own name (mean
        over draws; with ``"log"`` the geometric mean), ``standard_deviation`` (between draws, of
        the logarithm with ``"log"``), ``interval_low``, ``interval_high`` and ``draws`` (how many
        draws have a value); with ``standard_error`` also ``total_standard_error`` and
        ``degrees_of_freedom``. Where a draw has no value (or a key no row in a draw) the pooled one
        is NaN: leaving the draw out would answer another question, what the value is where it
        exists. The interval is NaN too where a standard error is, or where there are too few draws
        for its level.

    Raises
    ------
    SchemaError
        A column is missing or no number, keys are not unique, or ``level`` is out of range.

    Notes
    -----
    Without standard errors the interval lies between the quantiles (1 -+ level) / 2 of the draws,
    at the places (m + 1) q of the m ordered values, so that one more draw falls inside with
    probability ``level``; 90 % takes 19 draws at least, 95 % takes 39. With standard errors
    Rubin's rules hold: T = U + (1 + 1/m) B, U the mean of the squared standard errors, B the
    variance between draws, and a t interval with (m - 1)(1 + U / ((1 + 1/m) B))^2 degrees of
    freedom.

    Draws say what is likely under the imputation's model. What is certain is said by bounds.

    References
    ----------
    Rubin, D. B. (1987). Multiple Imputation for Nonresponse in Surveys, eqs. 3.1.2-3.1.6. Wiley.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> drawn = pd.DataFrame({"region": "A", "industry": ["x", "y"] * 19,
    ...                       "draw": np.repeat(range(19), 2), "employment": 50.0})
    >>> drawn.loc[drawn["industry"] == "x", "employment"] = np.arange(30.0, 49.0)
    >>> nation = pd.DataFrame({"industry": ["x", "y"], "employment": [20.0, 80.0]})
    >>> lq = ca.location_quotient(drawn, reference=nation)
    >>> pooled = ca.pool_draws(lq, value="location_quotient")
    >>> pooled[["industry", "location_quotient", "interval_low", "interval_high"]].round(3)
      industry  location_quotient  interval_low  interval_high
    0        x              2.180         1.875          2.449
    1        y              0.705         0.638          0.781
    """
    columns = [value, *([standard_error] if standard_error is not None else [])]
    check_columns(table, ["draw", *columns], what="table of draws")
    check_option("scale", scale, Scale)
    check_level(level, what="level")
    for column in columns:
        if not pd.api.types.is_numeric_dtype(table[column]):
            raise SchemaError(
                f"column {column!r} of the table of draws is not numeric: name a column of numbers"
            )
    if value == "location_quotient" and standard_error == "standard_error" and scale == "plain":
        raise SchemaError(
            "the standard errors of location_quotient() are those of ln LQ: pass scale='log'"
        )
    keys = [key for key in _KEYS if key in table.columns]
    if not keys:
        raise SchemaError(
            f"the table of draws has none of the columns {', '.join(_KEYS)}: pass a measure's "
            "result with its keys"
        )
    refuse_repeats(table, [*keys, "draw"], "table of draws")
    Q, result = _by_draw(table, keys, value)
    draws = np.count_nonzero(~np.isnan(Q), axis=0)
    if scale == "log":
        Q = np.log(Q, out=np.full_like(Q, np.nan), where=Q > 0)
    mean, deviation = kernel.spread(Q)
    if standard_error is None:
        low, high = kernel.quantile_interval(Q, level)
        more = {}
    else:
        se, _ = _by_draw(table, keys, standard_error)
        pooled = kernel.rubin(Q, se, level)
        low, high = pooled.low, pooled.high
        more = {
            "total_standard_error": pooled.standard_error,
            "degrees_of_freedom": pooled.degrees_of_freedom,
        }
    if scale == "log":
        mean, low, high = np.exp(mean), np.exp(low), np.exp(high)
    return result.assign(
        **{value: mean},
        standard_deviation=deviation,
        interval_low=low,
        interval_high=high,
        draws=draws,
        **more,
    )


def _by_draw(table: pd.DataFrame, keys: list[str], column: str) -> tuple[Floats, pd.DataFrame]:
    """Draws x keys, NaN where a key has no row in a draw, and the keys in order."""
    place = table.groupby(keys, sort=True, observed=True, dropna=False).ngroup().to_numpy()
    draw, names = pd.factorize(table["draw"])
    result = table[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    Q = np.full((len(names), len(result)), np.nan)
    Q[draw, place] = table[column].to_numpy(float, na_value=np.nan)
    return Q, result
