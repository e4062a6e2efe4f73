"""What do County Business Patterns publish for every region and industry of a year?

One reader for the county, state, US and metropolitan files of 1986 to 2023, driven by the header:
SIC or NAICS, with or without noise flags, size brackets, legal forms and withheld class counts.
"""

from __future__ import annotations

import os
from typing import Literal, overload

import pandas as pd

from clusteranalysis.data._layout import Classes
from clusteranalysis.data._patterns import read_patterns
from clusteranalysis.data._report import ReadReport
from clusteranalysis.schema import check_option

__all__ = ["Classes", "ReadReport", "read_cbp"]


@overload
def read_cbp(
    path: str | os.PathLike[str],
    *,
    year: int | None = ...,
    lfo: str | None = ...,
    classes: Classes = ...,
    report: Literal[False] = ...,
) -> pd.DataFrame: ...
@overload
def read_cbp(
    path: str | os.PathLike[str],
    *,
    year: int | None = ...,
    lfo: str | None = ...,
    classes: Classes = ...,
    report: Literal[True],
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_cbp(
    path: str | os.PathLike[str],
    *,
    year: int | None = None,
    lfo: str | None = "-",
    classes: Classes = "establishments",
    report: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, ReadReport]:
    """Read a County Business Patterns file as published, so that no withheld count passes for zero.

    Parameters
    ----------
    path : path
        A county, state, US or metropolitan file: text, gzipped, or the ZIP archive as downloaded.
        Its header says what it holds, in either case, quoted or not.
    year : int, optional
        Year of the figures; by default that of the file's ``year`` column or of its name
        (``cbp12us.txt``); without either the table has no column ``year``.
    lfo : str, optional
        Legal form of organization to keep where the file tells them apart; ``"-"`` is all forms
        together. None keeps every row and adds the column ``lfo``: forms then overlap.
    classes : {"establishments", "none", "employment", "all"}
        Size classes to give: counts of establishments (``n1_4`` for both spellings, ``n1_4`` and
        ``n<5``; it holds establishments without employees too); ``"employment"`` adds jobs
        (``e1_4``); ``"all"`` adds first-quarter and annual payroll in dollars (``q1_4``, ``a1_4``).
    report : bool
        Also return what became of every row.

    Returns
    -------
    DataFrame
        One row a row of the file, in its order: ``region`` (county 5 digits, state 2, ``US``,
        metropolitan code), ``industry`` (canonical NAICS; SIC codes as published;
        ``attrs["classification"]`` says which), ``year``, ``employment`` (NaN = withheld),
        ``establishments``, ``payroll`` and ``payroll_first_quarter`` in US dollars a year and a
        quarter, ``employment_low`` and ``employment_high`` where the file has brackets (the upper
        bound of M, 100,000 and more, is NaN), ``status`` (reported or withheld), the flags as
        published in ``employment_noise``, ``payroll_noise`` and ``payroll_first_quarter_noise``
        (G, H, J: noise below 2 %, 2 to 5 %, 5 % and more; D, S: withheld), and the size classes,
        NaN where withheld. A column the file lacks is not there. County 999 is a state's jobs of
        no fixed county.
    ReadReport
        Only with ``report=True``.

    Raises
    ------
    DataError
        The file cannot be read as such a file; the message names column, first bad rows and mend.
    SchemaError
        An option is not one of those above.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> text = b'''"fipstate","fipscty","naics","empflag","emp_nf","emp","ap_nf","ap","est"
    ... "06","001","3254//","","G",8200,"H",900000,61
    ... "06","001","325411","B","D",0,"D",0,4
    ... '''
    >>> path = Path(tempfile.mkdtemp()) / "cbp12co.txt"
    >>> _ = path.write_bytes(text)
    >>> read_cbp(path)[["region", "industry", "year", "employment", "employment_high"]]
      region industry  year  employment  employment_high
    0  06001     3254  2012      8200.0           8200.0
    1  06001   325411  2012         NaN             99.0
    """
    check_option("classes", classes, Classes)
    return read_patterns(
        path, ("county", "msa", "state", "us"), year=year, lfo=lfo, classes=classes, report=report
    )
