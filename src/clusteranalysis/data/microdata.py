"""How does a list of establishments too large for memory become an employment table?

One Ibis expression says what is wanted; DuckDB, Spark or another engine works it out where the
rows are. What is asked of the engine are counts, sums and sums of squares in double precision:
those of whole numbers are exact in any order, so every engine gives the same table.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.schema import (
    SIZE_CLASSES,
    TOTAL,
    check_employment,
    check_option,
    find_overlap,
)

if TYPE_CHECKING:
    import ibis

    Paths: TypeAlias = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

__all__ = ["aggregate_establishments"]

Key = Literal["region", "industry"]

#: Each class and its least jobs; those within 1,000 and more, and CBP's later name of the
#: smallest, would count an establishment twice.
_LEAST = {
    name: low
    for name, (low, _) in SIZE_CLASSES.items()
    if name != "n<5" and not name.startswith("n1000_")
}
_MOST = 1e15  # as in schema: more is no count of jobs
_SHOWN = 5


def aggregate_establishments(
    source: Paths | ibis.Table,
    *,
    by: Key | Sequence[Key] = ("region", "industry"),
    region: str = "region",
    industry: str = "industry",
    employment: str = "employment",
    year: str | None = None,
    size_classes: bool = True,
    backend: Any = None,
) -> pd.DataFrame:
    """Turn a register of establishments, however large, into an employment table.

    Parameters
    ----------
    source : path, iterable of paths, or Ibis table
        One row an establishment. Parquet files by name, by folder (with all below it) or by a
        pattern such as ``"parts/*.parquet"``; or a table of any Ibis backend, for example
        ``ibis.pyspark.connect(session).table("licences")``. Codes at several levels are cut to
        one in the table: ``table.mutate(naics=table.naics.left(4))``.
    by : {"region", "industry"}, or both
        What a row of the result stands for, besides the year. ``"industry"`` gives the plant table
        that :func:`~clusteranalysis.measures.plants.ellison_glaeser` takes.
    region, industry, employment : str
        Names of the columns that hold them: two of text, and jobs.
    year : str, optional
        Name of the column of whole years; by default ``"year"`` where there is one, so that years
        are never added together.
    size_classes : bool
        Also count the establishments by size.
    backend : Ibis connection, optional
        What reads the paths; by default a DuckDB of its own, in memory, that spills to a temporary
        folder. ``ibis.duckdb.connect(memory_limit="4GB", threads=2)`` bounds it.

    Returns
    -------
    DataFrame
        One row for each region, industry and year that has an establishment, sorted by these:
        ``region, industry[, year], employment, establishments, missing_employment[, n1_4, n5_9,
        n10_19, n20_49, n50_99, n100_249, n250_499, n500_999, n1000], plant_herfindahl``.
        ``missing_employment`` counts establishments whose jobs are missing; where there is one,
        jobs, classes and plant Herfindahl are NaN, since what it adds is unknown and not zero.
        ``plant_herfindahl`` is NaN too where there are no jobs. A cell without an establishment
        has no row: pass ``absent="zero"`` to a measure if the register is complete.

    Raises
    ------
    SchemaError
        A column is missing or of another type, an establishment has no region, industry or year,
        jobs are negative or infinite, or industries overlap.
    DataError
        A file is missing, is not Parquet, or lacks a column that others have; or Ibis is not
        installed.

    Notes
    -----
    With e_k the jobs of establishment k of a cell, ``employment`` is sum_k e_k and
    ``plant_herfindahl`` is sum_k z_k^2 with z_k = e_k / sum_k e_k (Ellison and Glaeser 1997). A
    class holds the jobs from its own least to below the next one's, so that an annual average of
    4.5 is in ``n1_4``, as are establishments with no jobs (as in County Business Patterns).

    Sums are of double precision: with whole numbers exact up to 2**53, so the same from every
    engine, number of threads and order of rows; with annual averages and other fractions the same
    but for rounding in the last digits.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. *Journal of Political Economy*, 105(5), 889-927.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> licences = pd.DataFrame({"county": ["06001", "06001", "06013"],
    ...                          "naics": ["3254", "3254", "3254"], "jobs": [30, 10, 7]})
    >>> path = Path(tempfile.mkdtemp()) / "licences.parquet"
    >>> licences.to_parquet(path)
    >>> table = ca.aggregate_establishments(path, region="county", industry="naics",
    ...                                     employment="jobs")
    >>> table[["region", "industry", "employment", "establishments", "n10_19", "plant_herfindahl"]]
      region industry  employment  establishments  n10_19  plant_herfindahl
    0  06001     3254        40.0             2.0     1.0             0.625
    1  06013     3254         7.0             1.0     0.0             1.000
    """
    keys: list[str] = [by] if isinstance(by, str) else list(by)
    for key in keys:
        check_option("by", key, Key)
    if not keys or len(set(keys)) < len(keys):
        raise SchemaError(f"by={by!r} is not an option: name 'region', 'industry' or both, once")
    named: dict[str, str | None] = {"region": region, "industry": industry}
    columns = {key: name for key, name in named.items() if key in keys}
    columns |= {"year": year, "employment": employment}
    with _open(source, backend, [name for name in columns.values() if name]) as tables:
        import ibis

        rows = ibis.union(*(_rows(table, columns) for table in tables), distinct=False)
        keys = [key for key in rows.columns if key != "employment"]
        cells = _cells(rows, keys, size_classes).to_pyarrow()
    # By way of Arrow, since Ibis's own way to pandas takes twice the memory and twice as long.
    return _checked(cells.to_pandas(split_blocks=True, self_destruct=True), keys)


def _rows(table: ibis.Table, columns: dict[str, str | None]) -> ibis.Table:
    """The columns that matter, by our names, jobs as double with NULL where they are missing."""
    chosen: dict[str, Any] = {}
    for key, name in columns.items():
        if name is None:  # the year, which is taken where there is one
            if key not in table.columns:
                continue
            name = key
        if name not in table.columns:
            raise SchemaError(
                f"the table of establishments has no column {name!r} (it has "
                f"{', '.join(table.columns[:12])}): name the one that holds it with {key}="
            )
        column = table[name]
        kind = column.type()
        if key == "employment":
            if not kind.is_numeric() or kind.is_boolean():
                raise SchemaError(
                    f"column {name!r} is {kind} and not numeric: cast it, "
                    f"table.mutate({name}=table[{name!r}].cast('float64'))"
                )
            jobs = column.cast("float64")
            chosen[key] = jobs.isnan().ifelse(None, jobs)
        elif key == "year":
            if not kind.is_integer():
                raise SchemaError(
                    f"column {name!r} is {kind} and not whole numbers: give the year alone, for "
                    f"example table.mutate(year=table[{name!r}].cast('int64'))"
                )
            chosen[key] = column.cast("int64")
        else:
            if not kind.is_string():
                raise SchemaError(
                    f"column {name!r} is {kind} and not text: leading zeros would be lost ('06001' "
                    f"as 6001): store it as text, or table.mutate({name}=table[{name!r}]"
                    ".cast('string').lpad(5, '0')) for county codes"
                )
            chosen[key] = column
    return table.select(**chosen)


def _cells(rows: ibis.Table, keys: list[str], size_classes: bool) -> ibis.Table:
    """The whole aggregation, as one expression."""
    jobs: Any = rows.employment
    sums = {
        "total": jobs.sum(),
        "squares": (jobs * jobs).sum(),
        "establishments": rows.count(),
        "missing_employment": rows.count(where=jobs.isnull()),  # noqa: PD003 - Ibis has no isna
        "refused": rows.count(where=(jobs < 0) | (jobs > _MOST)),
    }
    classes = list(_LEAST) if size_classes else []
    above = dict(pairwise(classes))
    for name in classes:
        inside = jobs >= _LEAST[name]
        if name in above:
            inside &= jobs < _LEAST[above[name]]
        sums[name] = rows.count(where=inside)
    cells: Any = rows.aggregate(by=keys, **sums)
    known = cells.missing_employment == 0
    total = cells.total.nullif(0.0)  # engines differ on 0/0; here it is undefined
    shown = {
        "employment": known.ifelse(cells.total, None),
        "establishments": cells.establishments.cast("float64"),
        "missing_employment": cells.missing_employment.cast("int64"),
        **{name: known.ifelse(cells[name].cast("float64"), None) for name in classes},
        "plant_herfindahl": known.ifelse(cells.squares / (total * total), None),
        "refused": cells.refused.cast("int64"),
    }
    return cells.select(*keys, **shown).order_by(keys)


def _checked(result: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Refuse what would make the table wrong; what an engine may call its columns, we call ours."""
    for key in keys:
        unknown = int(result.loc[result[key].isna(), "establishments"].sum())
        if unknown:
            raise SchemaError(
                f"column {key!r} is missing for {unknown:,} establishments, which would be left "
                f"out: name it, table.fill_null({{{key!r}: ...}}), or drop them knowingly, "
                f"table.drop_null({key!r})"
            )
    bad = result[result["refused"] > 0]
    if len(bad):
        cells = "; ".join(
            ", ".join(f"{key}={row[key]!s}" for key in keys)
            for row in bad.head(_SHOWN).to_dict("records")
        )
        more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        raise SchemaError(
            f"column 'employment' holds negative, infinite or impossibly large values for "
            f"{int(bad['refused'].sum()):,} establishments ({cells}{more}): jobs are zero or more, "
            "NULL where they are missing"
        )
    if "industry" in keys:
        if (result["industry"] == TOTAL).any():
            raise SchemaError(
                f"column 'industry' holds {TOTAL!r}, which stands for the total of all industries: "
                "leave such rows out, or give establishments without an industry another name"
            )
        overlap = find_overlap(result["industry"].unique())
        if overlap is not None:
            raise SchemaError(
                f"column 'industry' mixes levels: {overlap[0]!r} contains {overlap[1]!r}: cut the "
                "codes to one level first, for example "
                "table.mutate(industry=table.industry.left(4))"
            )
    floats = [c for c in result.columns if c not in (*keys, "missing_employment", "refused")]
    result = result.drop(columns="refused").astype(
        {key: "int64" if key == "year" else "str" for key in keys}
        | dict.fromkeys(floats, "float64")
        | {"missing_employment": "int64"}
    )
    named = [key for key in keys if key != "year"]
    return check_employment(result, require=named).reset_index(drop=True)


@contextmanager
def _open(source: Any, backend: Any, columns: list[str]) -> Iterator[list[ibis.Table]]:
    """The tables that hold the rows, opened and not read."""
    try:
        import ibis
    except ImportError as error:
        raise DataError(
            "microdata need Ibis and an engine: install clusteranalysis[big], which brings "
            "ibis-framework and DuckDB"
        ) from error
    if isinstance(source, ibis.Table):
        if backend is not None:
            raise SchemaError("backend= reads paths, and an Ibis table has one of its own: drop it")
        yield [source]
    elif isinstance(source, pd.DataFrame):
        raise SchemaError("the source is a pandas DataFrame: pass ibis.memtable(table)")
    elif backend is None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as spill:
            connection = ibis.duckdb.connect(temp_directory=spill)
            try:
                yield [_duckdb(connection, _names(source), columns)]
            finally:
                connection.disconnect()
    elif backend.name == "duckdb":
        yield [_duckdb(backend, _names(source), columns)]
    else:  # folders and patterns are read by the engine itself, on its own machines
        yield [backend.read_parquet(name) for name in _names(source)]


def _names(source: Any) -> list[str]:
    try:
        paths = [source] if isinstance(source, (str, os.PathLike)) else list(source)
        names = [str(os.fspath(path)) for path in paths]
    except TypeError:
        raise SchemaError(
            f"the source is a {type(source).__name__}: pass paths of Parquet files or an Ibis table"
        ) from None
    if not names:
        raise DataError("no file was named: pass at least one path")
    return names


def _duckdb(connection: Any, names: list[str], columns: list[str]) -> Any:
    files = [file for name in names for file in _expanded(name)]
    _refuse_unlike([file for file in files if "://" not in file], columns)
    # By default the first file's types hold for all, and a later 4.7 becomes a whole number.
    return connection.read_parquet(files, union_by_name=True)


def _expanded(name: str) -> list[str]:
    """The files of a name, a folder or a pattern; an address is the engine's to open."""
    if "://" in name:
        return [name]
    path = Path(name)
    if path.is_file():
        return [name]
    if path.is_dir():
        found = sorted(map(str, path.rglob("*.parquet")))
    else:
        matches = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
        found = sorted(str(file) for file in matches if file.is_file())
    if not found:
        raise DataError(f"no Parquet file {name!r}: check the path, the folder or the pattern")
    return found


def _refuse_unlike(files: list[str], columns: list[str]) -> None:
    """Refuse a file that lacks a column others have: the engine would fill it with NULL."""
    lacking: dict[str, str] = {}
    having: dict[str, str] = {}
    for file in files:
        try:
            schema = pq.read_schema(file)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise DataError(f"cannot read {file!r} as Parquet ({error})") from None
        for column in columns:
            (having if column in schema.names else lacking).setdefault(column, file)
    for column in columns:  # one that no file has may be in the names of the folders
        if column in lacking and column in having:
            raise DataError(
                f"{lacking[column]!r} has no column {column!r}, and {having[column]!r} has: give "
                "all files the same columns"
            )
