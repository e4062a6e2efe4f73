"""How does BLS add sectors up before the total?

The Quarterly Census publishes two domains and eleven supersectors between all industries and the
sectors of NAICS. They are often shown where their sectors are withheld, so they bound them.
"""

from __future__ import annotations

from clusteranalysis.schema import TOTAL

__all__ = ["SUPERSECTORS", "supersector"]

_SECTORS = {
    "1011": ("11", "21"),
    "1012": ("23",),
    "1013": ("31-33",),
    "1021": ("22", "42", "44-45", "48-49"),
    "1022": ("51",),
    "1023": ("52", "53"),
    "1024": ("54", "55", "56"),
    "1025": ("61", "62"),
    "1026": ("71", "72"),
    "1027": ("81",),
    "1028": ("92",),
    "1029": ("99",),
}
_OF_SECTOR = {sector: code for code, sectors in _SECTORS.items() for sector in sectors}

#: BLS's own codes: the domains 101 (goods) and 102 (services) and their supersectors.
SUPERSECTORS = frozenset({"101", "102", *_SECTORS})


def supersector(code: str) -> str | None:
    """Give the sum of BLS that a sector, a supersector or a domain is a part of.

    Parameters
    ----------
    code : str
        A sector of NAICS (``"31-33"``), a supersector (``"1013"``) or a domain (``"101"``).

    Returns
    -------
    str or None
        None for every other code.

    Examples
    --------
    >>> supersector("31-33"), supersector("1013"), supersector("101"), supersector("3254")
    ('1013', '101', '00', None)
    """
    if code in _SECTORS:
        return code[:3]
    return TOTAL if code in SUPERSECTORS else _OF_SECTOR.get(code)
