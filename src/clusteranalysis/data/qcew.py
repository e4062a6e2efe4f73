"""What does the Quarterly Census of Employment and Wages publish for an area and industry?

One reader for the files by area, by industry and by size and the single files, quarterly or annual,
NAICS or SIC; the header says which.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from clusteranalysis.data._delimited import Coded, Kind, Rows, assembled, decoded, read_delimited
from clusteranalysis.data._patterns import is_naics
from clusteranalysis.data._report import Note, ReadReport, noted
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries import parse_codes
from clusteranalysis.schema import check_columns

__all__ = ["qcew_cells", "read_qcew"]

_WHOLE = {"own_code": "ownership", "agglvl_code": "aggregation_level", "size_code": "size"}
_KEYS = ("area_fips", "own_code", "industry_code", "year", "qtr")
_MONTHS = ("month1_emplvl", "month2_emplvl", "month3_emplvl")
_ANNUAL = "annual_avg_emplvl"
#: BLS dropped ``_count`` from these names.
_ESTABLISHMENTS = (
    "qtrly_estabs",
    "qtrly_estabs_count",
    "annual_avg_estabs",
    "annual_avg_estabs_count",
)
_COUNTS = (*_MONTHS, _ANNUAL, *_ESTABLISHMENTS)
_MONEY = {
    "total_qtrly_wages": "payroll_quarter",
    "total_annual_wages": "payroll",
    "taxable_qtrly_wages": "taxable_qtrly_wages",
    "taxable_annual_wages": "taxable_annual_wages",
    "qtrly_contributions": "qtrly_contributions",
    "annual_contributions": "annual_contributions",
    "avg_wkly_wage": "avg_wkly_wage",
    "annual_avg_wkly_wage": "annual_avg_wkly_wage",
    "avg_annual_pay": "avg_annual_pay",
}
_DISCLOSURE = ("disclosure_code", "lq_disclosure_code")
_SHOWN = (b"", b"-")
_ISLANDS = ("72", "78")


@overload
def read_qcew(path: str | os.PathLike[str], *, report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_qcew(
    path: str | os.PathLike[str], *, report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_qcew(
    path: str | os.PathLike[str], *, report: bool = False
) -> pd.DataFrame | tuple[pd.DataFrame, ReadReport]:
    """Read a QCEW file as published, every ownership, level and size, with BLS's own quotients.

    Ownerships, levels and sizes overlap: choose one of each before measuring, such as private
    (``ownership == 5``) counties by six-digit NAICS (``aggregation_level == 78``).

    Parameters
    ----------
    path : path
        A quarterly or annual CSV file of BLS, plain, gzipped or in a ZIP archive.
    report : bool
        Also return what became of every row.

    Returns
    -------
    DataFrame
        One row a row of the file, in its order: ``region`` (county 5 digits, state 2, ``US``;
        ``C1018`` and other areas as published), ``industry`` (canonical NAICS, ``"00"`` for all;
        BLS's own domains and supersectors ``101`` to ``1029`` and SIC codes as published;
        ``attrs["classification"]`` says NAICS or SIC), ``year``, ``quarter`` in a quarterly file,
        ``ownership``, ``aggregation_level``, ``size``; ``employment``: the annual average, or the
        mean of the quarter's three months, which follow as ``month1_emplvl`` to
        ``month3_emplvl``; NaN where BLS discloses no figure; ``establishments``; ``payroll`` in
        dollars a year, or ``payroll_quarter`` in dollars a quarter; ``status``;
        ``disclosure_code`` as published (N: not disclosed; ``-``: no establishments); then BLS's
        other amounts and its ``lq_*`` columns under their own names, NaN where not disclosed.
    ReadReport
        Only with ``report=True``.

    Raises
    ------
    DataError
        The file cannot be read as such a file; the message names column, first bad rows and mend.

    Examples
    --------
    >>> import tempfile
    >>> text = b'''"area_fips","own_code","industry_code","agglvl_code","size_code","year","qtr",\
"disclosure_code","annual_avg_estabs","annual_avg_emplvl","total_annual_wages"
    ... "34013","5","325412","78","0","2016","A","",12,3400,480000000
    ... "34013","5","325414","78","0","2016","A","N",2,0,0
    ... '''
    >>> path = Path(tempfile.mkdtemp()) / "2016.annual.csv"
    >>> _ = path.write_bytes(text)
    >>> read_qcew(path)[["region", "industry", "year", "ownership", "employment", "status"]]
      region industry  year  ownership  employment    status
    0  34013   325412  2016          5      3400.0  reported
    1  34013   325414  2016          5         NaN  withheld
    """
    rows = read_delimited(path, lambda header: _kinds(header, Path(path).name), what="a QCEW file")
    read = rows.columns
    columns: dict[str, Any] = {"region": _regions(rows)}
    columns["industry"], classification = _industries(rows)
    columns["year"] = years = _whole(rows, "year", r"(19|20)\d\d", "write years as four digits")
    annual = _ANNUAL in rows
    period = ("A", "an annual file says A") if annual else ("[1-4]", "a quarter is 1 to 4")
    quarter = _whole(rows, "qtr", *period)
    if not annual:
        columns["quarter"] = quarter
    for column, ours in _WHOLE.items():
        if column in rows:
            columns[ours] = _whole(rows, column, r"\d{1,2}", "write the code as digits")
    changed: list[Note] = []
    _amounts(rows, columns, changed)
    ignored = tuple(column for column in rows.header if column not in read)
    table = assembled(columns, classification)
    if not report:
        return table
    found = tuple(int(year) for year in np.unique(years))
    return table, ReadReport(
        rows.name,
        "area",
        classification,
        found,
        rows.rows,
        len(table),
        (),
        tuple(changed),
        (),
        ignored,
    )


def _kinds(header: list[str], name: str) -> dict[str, Kind]:
    missing = [column for column in (*_KEYS, "disclosure_code") if column not in header]
    monthly = all(month in header for month in _MONTHS)
    if missing or monthly == (_ANNUAL in header):
        raise DataError(
            f"{name!r} has the columns {', '.join(header[:12])}: a QCEW file has {', '.join(_KEYS)}"
            f", disclosure_code, and either {', '.join(_MONTHS)} or {_ANNUAL}"
        )
    kinds: dict[str, Kind] = dict.fromkeys((*_KEYS, *_DISCLOSURE, *_WHOLE), "text")
    kinds |= dict.fromkeys(_COUNTS, "count")
    kinds |= dict.fromkeys(_MONEY, "money")
    kinds |= {c: "number" for c in header if c.startswith("lq_") and c not in _DISCLOSURE}
    return {column: kinds[column] for column in header if column in kinds}


def _whole(rows: Rows, column: str, shape: str, mend: str) -> np.ndarray:
    """A column of few distinct whole numbers; a quarter of A is 0 and goes no further."""
    codes, values = rows.text(column)
    bad = [value for value in values if re.fullmatch(shape.encode(), value) is None]
    rows.refuse_values(column, codes, bad, values, mend)
    numbers = np.array([0 if value == b"A" else int(value) for value in values], "int64")
    return np.asarray(numbers[codes])


def _regions(rows: Rows) -> Coded:
    codes, values = rows.text("area_fips")
    bad = [v for v in values if re.fullmatch(rb"\d{4,5}|(US|CS|C\d)[0-9A-Z]{3}", v) is None]
    rows.refuse_values("area_fips", codes, bad, values, "write areas as BLS does, such as '34013'")

    def region(area: str) -> str:
        area = area.zfill(5)
        if area == "US000":
            return "US"
        return area[:2] if area.isdigit() and area.endswith("000") else area

    return Coded(codes, [region(area) for area in decoded(values)])


def _industries(rows: Rows) -> tuple[Coded, str]:
    """Canonical NAICS codes; what is not NAICS (supersectors, SIC) stays as it is."""
    codes, values = rows.text("industry_code")
    text = decoded(values)
    own = [re.fullmatch(r"10\d{1,2}|SIC_[0-9A-Z]{1,6}", code) is not None for code in text]
    naics = [code for code, kept in zip(text, own, strict=True) if not kept]
    try:
        parsed = dict(zip(naics, parse_codes(naics), strict=True))
    except SchemaError as error:
        bad = [value for value, code in zip(values, text, strict=True) if code in naics]
        bad = [value for value in bad if not is_naics(decoded([value])[0])]
        mend = "an industry is a NAICS code, '10' for all, a supersector or 'SIC_' and its code"
        rows.refuse_values("industry_code", codes, bad, values, mend)
        raise DataError(f"{rows.name!r}: {error}") from None
    sic = {code[:4] == "SIC_" for code in text if code != "10"}
    if len(sic) > 1:
        raise DataError(f"{rows.name!r} mixes SIC and NAICS codes: read them from separate files")
    return Coded(codes, [parsed.get(code, code) for code in text]), "SIC" if sic == {
        True
    } else "NAICS"


def _hidden(rows: Rows, column: str) -> tuple[np.ndarray, Coded]:
    codes, values = rows.text(column)
    bad = [value for value in values if value not in (*_SHOWN, b"N")]
    rows.refuse_values(column, codes, bad, values, "a disclosure code is N, '-' or empty")
    text = [value.decode("ascii") or None for value in values]
    return np.array([value == b"N" for value in values], bool)[codes], Coded(codes, text)


def _amounts(rows: Rows, columns: dict[str, Any], changed: list[Note]) -> None:
    """Add the amounts, NaN where BLS discloses none: it stores 0 there."""
    hidden, codes = _hidden(rows, "disclosure_code")

    def take(column: str, where: np.ndarray) -> np.ndarray:
        amount = rows.number(column, signed=column not in _COUNTS)
        amount[where] = np.nan
        return amount

    months = {month: take(month, hidden) for month in _MONTHS if month in rows}
    if months:
        columns["employment"] = sum(months.values()) / len(months)
    else:
        columns["employment"] = take(_ANNUAL, hidden)
    shown = np.zeros(len(hidden), bool)
    for column in _ESTABLISHMENTS:
        if column in rows:
            columns["establishments"] = take(column, shown)
    money = {ours: take(column, hidden) for column, ours in _MONEY.items() if column in rows}
    for ours in ("payroll", "payroll_quarter"):
        if ours in money:
            columns[ours] = money.pop(ours)
    blank = np.isnan(columns["employment"])
    columns["status"] = Coded(blank.astype(np.int32), ["reported", "withheld"])
    columns["disclosure_code"] = codes
    columns |= months
    columns |= money
    where = hidden
    if "lq_disclosure_code" in rows:
        where, codes = _hidden(rows, "lq_disclosure_code")
        columns["lq_disclosure_code"] = codes
    for column in [c for c in rows.header if c in rows and c.startswith("lq_")]:
        # Establishments are always disclosed, and so is their quotient.
        columns[column] = take(column, shown if "_estabs" in column else where)
    for what, gone in (("employment is", blank), ("location quotients are", where)):
        changed += noted(f"{what} not disclosed, so NaN", gone, lambda i: f"row {i + 2}")


#: Aggregation levels of one ownership by NAICS: all industries, domain, supersector, then sectors
#: to six digits; of the nation, the states and the counties.
_BY_NAICS = [first + step for first in (10, 50, 70) for step in range(1, 9)]


def qcew_cells(
    qcew: pd.DataFrame, *, ownership: int = 5, quarter: int | None = None
) -> pd.DataFrame:
    """Choose the rows of one ownership that add up, so that withheld ones can be bounded.

    Parameters
    ----------
    qcew : DataFrame
        From :func:`read_qcew`, files of several areas one below the other if you like.
    ownership : int
        5 private, 1 federal, 2 state, 3 local government.
    quarter : int, optional
        Quarter of a quarterly file, 1 to 4.

    Returns
    -------
    DataFrame
        ``region`` (counties, states, ``US``), ``industry`` (``"00"``, BLS's domains and
        supersectors, sectors to six digits), ``year, employment, establishments``, ``payroll``
        (dollars a year; of a quarterly file, a quarter): all size classes together, as
        :func:`~clusteranalysis.data.suppression.impute` takes them. Puerto Rico and the islands
        are left out: they are no part of BLS's US total.

    Raises
    ------
    SchemaError
        A column is missing, a quarterly file needs ``quarter``, or no row is left.

    Examples
    --------
    >>> rows = pd.DataFrame({"region": "34001", "industry": ["00", "1013", "31-33"], "year": 2016,
    ...     "ownership": 5, "aggregation_level": [71, 73, 74], "size": 0,
    ...     "employment": [900.0, 80.0, None], "establishments": [60.0, 9.0, 9.0]})
    >>> qcew_cells(rows)["industry"].tolist()
    ['00', '1013', '31-33']
    """
    needed = ["region", "industry", "year", "ownership", "aggregation_level", "establishments"]
    check_columns(qcew, [*needed, "employment"], what="QCEW table")
    kept = (qcew["ownership"] == ownership) & qcew["aggregation_level"].isin(_BY_NAICS)
    if "size" in qcew.columns:
        kept &= qcew["size"] == 0
    if "quarter" in qcew.columns:
        if quarter is None:
            raise SchemaError(
                "the QCEW table is quarterly: say which, quarter=1 to 4, or read annual averages"
            )
        kept &= qcew["quarter"] == quarter
    region = qcew["region"].astype("str")
    kept &= region.str.fullmatch(r"US|\d\d(\d{3})?") & ~region.str[:2].isin(_ISLANDS)
    if not kept.any():
        raise SchemaError(
            f"the QCEW table has no row of ownership {ownership} by NAICS"
            + ("" if quarter is None else f" in quarter {quarter}")
            + ": choose an ownership that it has"
        )
    values = {"employment": "employment", "establishments": "establishments"}
    pay = next((c for c in ("payroll", "payroll_quarter") if c in qcew.columns), None)
    if pay is not None:
        values["payroll"] = pay
    cells = qcew.loc[kept, ["region", "industry", "year", *values.values()]]
    return cells.set_axis(["region", "industry", "year", *values], axis=1).reset_index(drop=True)
