"""What is this industry called, and what belongs to what?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from clusteranalysis import resources
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries.codes import parse_codes
from clusteranalysis.schema import TOTAL

__all__ = ["naics", "titles"]

_SHIPPED = (2017,)
# Published by CBP beside NAICS's own industries, in CBP's wording.
_BESIDE = {TOTAL: "Total for all sectors", "99": "Industries not classified"}


@lru_cache(maxsize=1)
def _structure(vintage: int) -> pd.DataFrame:
    table = pd.read_parquet(resources.processed("naics", f"naics_{vintage}.parquet"))
    return table.astype({"level": "int64"})


def naics(vintage: int = 2017) -> pd.DataFrame:
    """Show the official list of industries with their titles and their place in the hierarchy.

    Parameters
    ----------
    vintage : int
        Edition of NAICS; 2017 (used by CBP 2017 to 2021) ships with the package.

    Returns
    -------
    DataFrame
        ``industry`` (canonical code), ``title``, ``level`` (2 to 6), ``parent`` (``"00"`` for a
        sector); one row an industry, sorted by code.

    Raises
    ------
    DataError
        Another vintage is asked for.

    Examples
    --------
    >>> naics().query("industry == '3254'")["title"].item()
    'Pharmaceutical and Medicine Manufacturing'
    """
    if vintage not in _SHIPPED:
        raise DataError(
            f"the NAICS {vintage} structure is not shipped: use vintage=2017, which classifies "
            "CBP 2017 to 2021"
        )
    return _structure(vintage).copy()


def titles(codes: Iterable[object], vintage: int = 2017) -> pd.Series:
    """Give the official title of each industry, for a table or a figure people will read.

    Parameters
    ----------
    codes : Series or other iterable
        Codes in any style :func:`parse_codes` takes; ``"00"`` and CBP's ``"99"`` included.
    vintage : int
        Edition of NAICS.

    Returns
    -------
    Series of str
        One title a code; index and name are those of a Series passed in.

    Raises
    ------
    SchemaError
        A code is malformed, or not an industry of this vintage.
    DataError
        The vintage is not shipped.

    Examples
    --------
    >>> titles(["31-33", "311"]).tolist()
    ['Manufacturing', 'Food Manufacturing']
    """
    table = naics(vintage)
    known = _BESIDE | dict(zip(table["industry"], table["title"], strict=True))
    parsed = parse_codes(codes)
    unknown = [code for code in pd.unique(parsed) if code not in known]
    if unknown:
        raise SchemaError(
            f"not industries of NAICS {vintage}: {', '.join(map(repr, unknown[:5]))}: the codes "
            "may be of another vintage (see naics_vintage), and need a concordance first"
        )
    return parsed.map(known).astype("str")
