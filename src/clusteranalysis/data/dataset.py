"""How are many years of County Business Patterns asked for one region without reading the rest?

Every file is read once and kept as Parquet, one file a year and kind of region; a query opens the
years it asks for, and in them only the blocks of rows whose range holds a region it asks for.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs
import pyarrow.parquet as pq

from clusteranalysis.data._filters import any_of, in_regions, under
from clusteranalysis.data.cbp import Classes, read_cbp
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.files import replacing, require_folder
from clusteranalysis.schema import check_option

__all__ = ["CbpDataset", "cache_cbp", "open_cbp"]

Classification = Literal["NAICS", "SIC"]

#: Counted up when the same source would give another file.
_VERSION = "1"
_META = b"clusteranalysis"
_NAME = re.compile(r"cbp-(county|state|us|msa)-(NAICS|SIC)-(\d{4})\.parquet")
#: Rows of a block: some dozen counties of a national file.
_BLOCK = 32_768


def cache_cbp(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    *,
    classes: Classes = "establishments",
) -> list[Path]:
    r"""Keep CBP files as Parquet, so that they are read once and then asked in milliseconds.

    Parameters
    ----------
    paths : path, or iterable of them
        Files that :func:`~clusteranalysis.data.cbp.read_cbp` reads (all legal forms together);
        each must tell its years, by its name or by a column.
    folder : path
        Folder to write to, made where it is missing. Counties, states and the US can share one;
        metropolitan codes look like county codes, so they need a folder of their own.
    classes : {"establishments", "none", "employment", "all"}
        Size classes to keep, as in :func:`~clusteranalysis.data.cbp.read_cbp`.

    Returns
    -------
    list of Path
        The Parquet files of these sources, sorted. A source whose bytes and options are the same
        as before is not read again; a changed one is rebuilt, each file whole or not at all.

    Raises
    ------
    DataError
        A file cannot be read or does not tell its year, two give the same year and kind of region,
        or metropolitan areas would lie beside counties.
    OutputError
        The folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> source = folder / "cbp12st.txt"
    >>> _ = source.write_text("fipstate,naics,emp,est\n06,------,12500000,850000\n")
    >>> [path.name for path in cache_cbp(source, folder / "cache")]
    ['cbp-state-NAICS-2012.parquet']
    """
    check_option("classes", classes, Classes)
    target = require_folder(folder)
    written: dict[Path, Path] = {}
    for source in map(Path, [paths] if isinstance(paths, (str, os.PathLike)) else paths):
        mark = _mark(source, classes)
        files = _current(target, mark) or _write(source, target, mark, classes, written)
        for file in files:
            if file in written:
                raise DataError(
                    f"{str(source)!r} and {str(written[file])!r} both give {file.stem}: name one"
                )
            written[file] = source
    return sorted(written)


def _mark(source: Path, classes: str) -> str:
    """What a cached file must be made of: these bytes, this name (it tells the year), options."""
    try:
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"cannot read {str(source)!r} ({error.strerror}): check the name") from None
    return f"{_VERSION} {classes} {source.name} {digest}"


def _cached(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.parquet") if _NAME.fullmatch(path.name))


def _current(folder: Path, mark: str) -> list[Path]:
    """Files made of this very source; none unless all its years are there."""
    found, parts = [], 0
    for path in _cached(folder):
        try:
            meta = (pq.read_schema(path).metadata or {}).get(_META, b"").decode()
        except (OSError, ValueError, pa.ArrowException):
            continue
        number, _, made_of = meta.partition(" ")
        if made_of == mark:
            found.append(path)
            parts = int(number)
    return found if len(found) == parts else []


def _write(
    source: Path, folder: Path, mark: str, classes: Classes, taken: dict[Path, Path]
) -> list[Path]:
    table, report = read_cbp(source, classes=classes, report=True)
    if not report.years:
        raise DataError(
            f"neither a column nor the name of {source.name!r} tells its year: name it as the "
            "Census Bureau does, such as cbp12co.txt"
        )
    kinds = {_NAME.fullmatch(path.name)[1] for path in _cached(folder)}  # type: ignore[index]
    if kinds and (report.geography == "msa") != (kinds == {"msa"}):
        raise DataError(
            f"{source.name!r} is a {report.geography} file and {str(folder)!r} holds "
            f"{', '.join(sorted(kinds))}: metropolitan codes look like county codes, so cache them "
            "in a folder of their own"
        )
    # Sorted by region, so that a block of rows is a short range of them.
    order = np.lexsort([pd.factorize(table[key], sort=True)[0] for key in ("industry", "region")])
    files = []
    for year in report.years:
        file = folder / f"cbp-{report.geography}-{report.classification}-{year}.parquet"
        if file in taken:
            raise DataError(
                f"{str(source)!r} and {str(taken[file])!r} both give {file.stem}: name one"
            )
        rows = order if len(report.years) == 1 else order[table["year"].to_numpy()[order] == year]
        arrow = pa.Table.from_pandas(table.iloc[rows], schema=_schema(table), preserve_index=False)
        meta = {_META: f"{len(report.years)} {mark}".encode()}
        with replacing(file) as temporary:
            arrow = arrow.replace_schema_metadata(meta)
            pq.write_table(arrow, temporary, compression="zstd", row_group_size=_BLOCK)
        files.append(file)
    return files


def _schema(table: pd.DataFrame) -> pa.Schema:
    """One type a column in every year, so that all years are one dataset."""
    numeric = set(table.select_dtypes("number").columns)
    return pa.schema(
        (
            column,
            pa.int64() if column == "year" else pa.float64() if column in numeric else pa.string(),
        )
        for column in table.columns
    )


class CbpDataset:
    """Cached County Business Patterns, opened and not read; :func:`open_cbp` makes it.

    Parameters
    ----------
    folder : Path
        Folder that :func:`cache_cbp` wrote.

    Attributes
    ----------
    dataset : pyarrow.dataset.Dataset
        The same for other engines, such as DuckDB; it has one column more, ``classification``.
    years : tuple of int
        Years there are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        named = [(path, _NAME.fullmatch(path.name)) for path in _cached(folder)]
        files = [(path, name[2], int(name[3])) for path, name in named if name]
        if not files:
            raise DataError(f"no cached CBP files in {str(folder)!r}: write them with cache_cbp()")
        self._kinds = {
            year: {kind for _, kind, other in files if other == year} for _, _, year in files
        }
        self.years: tuple[int, ...] = tuple(sorted(self._kinds))
        form = ds.ParquetFileFormat()
        try:
            schema = pa.unify_schemas(
                [
                    *(pq.read_schema(path).remove_metadata() for path, _, _ in files),
                    pa.schema([("classification", pa.string())]),
                ]
            )
            fragments = [
                form.make_fragment(
                    str(path),
                    filesystem=pyarrow.fs.LocalFileSystem(),
                    partition_expression=(ds.field("year") == year)
                    & (ds.field("classification") == classification),
                )
                for path, classification, year in files
            ]
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _spoilt(folder, error) from None
        self.dataset = ds.FileSystemDataset(
            fragments, schema=schema, format=form, filesystem=pyarrow.fs.LocalFileSystem()
        )

    def __repr__(self) -> str:
        span = f"{self.years[0]}-{self.years[-1]}" if len(self.years) > 1 else str(self.years[0])
        return f"<CbpDataset {str(self.folder)!r}: {len(self.dataset.files)} files, {span}>"

    def query(
        self,
        *,
        regions: str | Iterable[str] | None = None,
        industries: str | Iterable[str] | None = None,
        years: int | Iterable[int] | None = None,
        columns: Iterable[str] | None = None,
        classification: Classification = "NAICS",
    ) -> pd.DataFrame:
        r"""Read some regions, industries and years, and nothing else.

        Parameters
        ----------
        regions : str or iterable of str, optional
            Codes as the table has them: ``"06001"``, ``"06"``, ``"US"``.
        industries : str or iterable of str, optional
            Codes that also stand for everything below them: ``"325"``, ``"31-33"``; ``"00"``
            stands for the totals alone. Levels overlap in the answer: keep one to measure.
        years : int or iterable of int, optional
            Years; a year the folder lacks is an error.
        columns : iterable of str, optional
            Columns to give beside ``region, industry, year``; by default all.
        classification : {"NAICS", "SIC"}
            SIC years (to 1997) and NAICS years share no industry, so a query reads one of them;
            SIC industries are taken as the digits a code begins with, ``"----"`` as the total.

        Returns
        -------
        DataFrame
            One row a cell, as :func:`~clusteranalysis.data.cbp.read_cbp` gives it; sorted by
            region, industry and year. A column that some year's file lacks is NaN there.

        Raises
        ------
        SchemaError
            A code, a column or an option is unknown.
        DataError
            A year is not cached, or a cached file cannot be read.

        Examples
        --------
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> source = folder / "cbp12st.txt"
        >>> text = "fipstate,naics,emp,est\n06,325///,85000,1600\n06,31----,1100000,39000\n"
        >>> _ = source.write_text(text)
        >>> _ = cache_cbp(source, folder)
        >>> open_cbp(folder).query(industries="325", columns=["employment"])
          region industry  year  employment
        0     06      325  2012     85000.0
        """
        wanted = self._filter(regions, industries, years, classification)
        keys = ["region", "industry", "year"]
        names = [name for name in self.dataset.schema.names if name != "classification"]
        given = names if columns is None else list(columns)
        unknown = [column for column in given if column not in names]
        if unknown:
            raise SchemaError(f"no column {unknown[0]!r}: there are {', '.join(names)}")
        chosen = [*keys, *(column for column in given if column not in keys)]
        try:
            table = self.dataset.to_table(columns=chosen, filter=wanted)
            files = len(list(self.dataset.get_fragments(wanted)))
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _spoilt(self.folder, error) from None
        found: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
        # One file is sorted already.
        return found if files < 2 else found.sort_values(keys, kind="stable", ignore_index=True)

    def plan(
        self,
        *,
        regions: str | Iterable[str] | None = None,
        industries: str | Iterable[str] | None = None,
        years: int | Iterable[int] | None = None,
        classification: Classification = "NAICS",
    ) -> pd.DataFrame:
        """Say what :meth:`query` would read.

        Parameters
        ----------
        regions, industries, years, classification
            As in :meth:`query`.

        Returns
        -------
        DataFrame
            One row a file it opens: ``file``, ``blocks`` and ``rows`` that it reads, and
            ``of_blocks``, ``of_rows`` that the file has.
        """
        wanted = self._filter(regions, industries, years, classification)
        plan = []
        try:
            for fragment in self.dataset.get_fragments(wanted):
                blocks = fragment.subset(wanted, schema=self.dataset.schema).row_groups
                rows = sum(block.num_rows for block in blocks)
                name, whole = Path(fragment.path).name, fragment.metadata
                plan.append((name, len(blocks), rows, whole.num_row_groups, whole.num_rows))
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _spoilt(self.folder, error) from None
        return pd.DataFrame(plan, columns=["file", "blocks", "rows", "of_blocks", "of_rows"])

    def _filter(
        self,
        regions: str | Iterable[str] | None,
        industries: str | Iterable[str] | None,
        years: int | Iterable[int] | None,
        classification: Classification,
    ) -> ds.Expression:
        check_option("classification", classification, Classification)
        wanted = ds.field("classification") == classification
        if years is not None:
            chosen = [years] if isinstance(years, (int, np.integer)) else list(years)
            self._refuse_years(sorted(set(map(int, chosen))), classification)
            wanted &= any_of([ds.field("year") == int(year) for year in chosen])
        if regions is not None:
            wanted &= in_regions([regions] if isinstance(regions, str) else list(regions))
        if industries is not None:
            codes = [industries] if isinstance(industries, str) else list(industries)
            wanted &= any_of([under(code, sic=classification == "SIC") for code in codes])
        return wanted

    def _refuse_years(self, years: list[int], classification: str) -> None:
        for year in years:
            kinds = self._kinds.get(year, set())
            if not kinds:
                raise DataError(
                    f"year {year} is not in {str(self.folder)!r}, which holds "
                    f"{self.years[0]} to {self.years[-1]}: add it with cache_cbp()"
                )
            if classification not in kinds:
                raise DataError(
                    f"year {year} is classified by {min(kinds)}, not {classification}: pass "
                    f"classification={min(kinds)!r}"
                )


def open_cbp(folder: str | os.PathLike[str]) -> CbpDataset:
    """Open cached County Business Patterns as one dataset of all years, without reading them.

    Parameters
    ----------
    folder : path
        Folder that :func:`cache_cbp` wrote.

    Returns
    -------
    CbpDataset
        Its ``query`` reads what it is asked for.

    Raises
    ------
    DataError
        The folder holds no cached file, or one cannot be opened.

    Examples
    --------
    >>> open_cbp("no-such-folder")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: no cached CBP files in 'no-such-folder': write them ...
    """
    return CbpDataset(Path(folder))


def _spoilt(folder: Path, error: Exception) -> DataError:
    reason = " ".join(str(error).split())[:300]
    return DataError(
        f"a cached file in {str(folder)!r} cannot be read ({reason}): delete it and call "
        "cache_cbp() again"
    )
