"""What do ZIP Code Business Patterns publish for a ZIP code: its total, or its industries?"""

from __future__ import annotations

import os
from typing import Literal, overload

import pandas as pd

from clusteranalysis.data._patterns import read_patterns
from clusteranalysis.data._report import ReadReport

__all__ = ["read_zbp"]


@overload
def read_zbp(
    path: str | os.PathLike[str], *, year: int | None = ..., report: Literal[False] = ...
) -> pd.DataFrame: ...
@overload
def read_zbp(
    path: str | os.PathLike[str], *, year: int | None = ..., report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_zbp(
    path: str | os.PathLike[str], *, year: int | None = None, report: bool = False
) -> pd.DataFrame | tuple[pd.DataFrame, ReadReport]:
    """Read ZIP Code Business Patterns as published: totals, or industries by ZIP code.

    Parameters
    ----------
    path : path
        A totals file (jobs and payroll of a ZIP code) or a detail file (establishments by industry
        and size class; it has no jobs): text, gzipped, or the ZIP archive as downloaded.
    year : int, optional
        Year of the figures; by default that of the file's name (``zbp16totals.txt``), else the
        table has no column ``year``.
    report : bool
        Also return what became of every row.

    Returns
    -------
    DataFrame
        One row a row of the file, in its order, with the columns of
        :func:`~clusteranalysis.data.cbp.read_cbp` that the file has: ``region`` is the five-digit
        ZIP code and ``industry`` is ``"00"`` in a totals file; ``name, city, state, county`` name
        the place where the file does. Employment is NaN where withheld; a detail file gives no
        ``employment`` at all.
    ReadReport
        Only with ``report=True``.

    Raises
    ------
    DataError
        The file cannot be read as such a file; the message names column, first bad rows and mend.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> text = b'''"zip","name","empflag","emp_nf","emp","est"
    ... "00501","HOLTSVILLE, NY","B","D",0,2
    ... "01001","AGAWAM, MA","","G",9127,472
    ... '''
    >>> path = Path(tempfile.mkdtemp()) / "zbp16totals.txt"
    >>> _ = path.write_bytes(text)
    >>> read_zbp(path)[["region", "industry", "year", "employment", "employment_low", "name"]]
      region industry  year  employment  employment_low            name
    0  00501       00  2016         NaN            20.0  HOLTSVILLE, NY
    1  01001       00  2016      9127.0          9127.0      AGAWAM, MA
    """
    return read_patterns(
        path, ("zip",), year=year, lfo="-", classes="establishments", report=report
    )
