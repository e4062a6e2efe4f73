"""How is an agency's comma-separated file read fast, and without guessing?

Columns are found by the header, whatever its case and quotes; a file may be plain, gzipped or the
one text file of a ZIP archive, told by its first bytes and not by its name. Text comes back as
codes into a short list of distinct values, so that every check and every translation is done once
a value and not once a row. Whatever is wrong with the bytes is one :class:`DataError`.
"""

from __future__ import annotations

import csv
import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from clusteranalysis.data._packed import BLOCK, blocks, in_order, opened, text_size
from clusteranalysis.errors import DataError

__all__ = ["Coded", "Kind", "Rows", "assembled", "decoded", "read_delimited"]

#: ``text`` is few distinct values; ``count`` (up to 2^31) and ``money`` are whole numbers, though
#: decimals are taken too; ``number`` is any number from zero up.
Kind = Literal["text", "count", "money", "number"]

#: What reading may raise on bytes that are not what they claim to be.
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    OverflowError,
    KeyError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    csv.Error,
    pa.ArrowException,
)
#: How a number that is not shown is written: ``N`` marks a withheld class count since 2017.
_HIDDEN = ("", "N")
_NUMBER = re.compile(r"\s*(\+?\d+(\.\d*)?([eE][+-]?\d+)?)?\s*", re.ASCII)
_LONGEST_HEADER = 1 << 16
_SHOWN = 5


class Rows:
    """The columns of one file, to be taken out one by one so that memory is given back."""

    def __init__(self, name: str, header: list[str]) -> None:
        self.name = name
        self.header = header
        self.rows = 0
        self._text: dict[str, tuple[np.ndarray, list[bytes]]] = {}
        self._numbers: dict[str, np.ndarray] = {}
        #: Columns that hold a negative or infinite number.
        self._odd: set[str] = set()
        #: Place of each row in the file, the header being row 1; blank lines do not count.
        self._places: np.ndarray | None = None

    def __contains__(self, column: str) -> bool:
        return column in self._text or column in self._numbers

    @property
    def columns(self) -> set[str]:
        """Names of the columns not yet taken."""
        return {*self._text, *self._numbers}

    def text(self, column: str) -> tuple[np.ndarray, list[bytes]]:
        """Take a text column out: one code a row, and the distinct values they point to."""
        return self._text.pop(column)

    def number(self, column: str, *, signed: bool = False) -> np.ndarray:
        """Take a number column out as floats, NaN where none is shown."""
        out = self._numbers.pop(column)
        if column in self._odd:
            self.refuse(
                column,
                np.isinf(out) if signed else (out < 0) | np.isinf(out),
                lambda i: "no finite number" if np.isinf(out[i]) else repr(float(out[i])),
                "holds what is no amount",
                "a number is zero or more, and its field is empty where it is not shown",
            )
        return out

    def keep(self, rows: np.ndarray) -> None:
        """Keep only these rows of the columns not yet taken."""
        places = np.arange(2, len(rows) + 2) if self._places is None else self._places
        self._places = places[rows]
        self._numbers = {column: out[rows] for column, out in self._numbers.items()}
        for column, (codes, values) in self._text.items():
            # A value that only dropped rows hold is not there any more.
            used, codes = np.unique(codes[rows], return_inverse=True)
            self._text[column] = codes.astype(np.int32), [values[i] for i in used]

    def refuse(
        self, column: str, bad: np.ndarray, show: Callable[[int], str], fault: str, mend: str
    ) -> None:
        """Raise an error that names the first bad rows, if there are any."""
        if not bad.any():
            return
        where = np.flatnonzero(bad)
        places = self._places
        first = ", ".join(
            f"row {i + 2 if places is None else places[i]} {show(int(i))}" for i in where[:_SHOWN]
        )
        more = f" and {len(where) - _SHOWN:,} more" if len(where) > _SHOWN else ""
        raise DataError(f"column {column!r} of {self.name!r} {fault} ({first}{more}): {mend}")

    def refuse_values(
        self, column: str, codes: np.ndarray, bad: list[bytes], values: list[bytes], mend: str
    ) -> None:
        """Raise an error that names the first rows that hold one of these values."""
        if bad:
            wrong = np.array([value in set(bad) for value in values])
            self.refuse(
                column,
                wrong[codes],
                lambda i: repr(decoded([values[codes[i]]])[0]),
                "holds what it should not",
                mend,
            )


def decoded(values: list[bytes]) -> list[str]:
    """Text of these values: UTF-8 if all of them are, else Latin-1, as the Census Bureau writes."""
    try:
        return [value.decode("utf-8") for value in values]
    except UnicodeDecodeError:
        return [value.decode("latin-1") for value in values]


class Coded:
    """A text column of the table to be: one code a row into a few values."""

    def __init__(self, codes: np.ndarray, values: Sequence[str | None]) -> None:
        self.codes = codes
        self.values = list(values)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return str(self.values[self.codes[row]])

    def spread(self) -> pa.Array:
        """The text, one value a row, in the form pandas takes over without a copy."""
        fixed = {None if value is None else len(value.encode()) for value in self.values}
        width = fixed.pop() if len(fixed) == 1 else None
        if not width:
            return pc.take(pa.array(self.values, pa.large_string()), pa.array(self.codes))
        # Values of one width lie evenly, so their bytes can be copied without measuring each.
        words = np.array([str(value).encode() for value in self.values], f"S{width}")
        starts = np.arange(0, (len(self) + 1) * width, width, dtype=np.int64)
        parts = [pa.py_buffer(starts), pa.py_buffer(words[self.codes])]
        return pa.LargeStringArray.from_buffers(len(self), *parts)


def assembled(columns: dict[str, Any], classification: str) -> pd.DataFrame:
    """Make the table of arrays and :class:`Coded` columns; empties the dictionary as it goes."""
    texts = {name: column for name, column in columns.items() if isinstance(column, Coded)}
    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        columns |= zip(texts, pool.map(Coded.spread, texts.values()), strict=True)
    del texts
    series = {}
    for name in list(columns):
        column = columns.pop(name)
        # Not every version of Arrow gives a column without any value the type of text.
        text = isinstance(column, pa.Array)
        series[name] = pd.Series(column.to_pandas(), dtype="str") if text else column
    table = pd.DataFrame(series, copy=False)
    table.attrs["classification"] = classification
    return table


def read_delimited(
    path: str | os.PathLike[str], choose: Callable[[list[str]], Mapping[str, Kind]], *, what: str
) -> Rows:
    """Read the columns that `choose` picks from the header; it raises DataError if none fit."""
    path = Path(path)
    try:
        with opened(path) as stream:
            header = _header(stream, path.name, what)
    except FileNotFoundError:
        raise DataError(f"no file {str(path)!r}: check the name") from None
    except _BROKEN as error:
        raise _unreadable(path, what, error) from None
    kinds = choose(header)
    try:
        try:
            rows = _parsed(path, header, kinds, whole=True)
        except pa.ArrowInvalid:
            # A count written as 183476.0 is read as a decimal; what is no number fails again.
            rows = _parsed(path, header, kinds, whole=False)
    except pa.ArrowInvalid as error:
        _diagnose(path, header, kinds)
        raise _unreadable(path, what, error) from None
    except _BROKEN as error:
        raise _unreadable(path, what, error) from None
    if rows.rows == 0:
        raise _empty(path)
    return rows


def _empty(path: Path) -> DataError:
    return DataError(f"{path.name!r} holds no rows below its header: download it again")


def _unreadable(path: Path, what: str, error: BaseException) -> DataError:
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:300]
    return DataError(
        f"cannot read {str(path)!r} ({reason or type(error).__name__}): give {what} as "
        "comma-separated text, plain, gzipped or in a ZIP archive, or download it again"
    )


def _header(stream: IO[bytes], name: str, what: str) -> list[str]:
    """Names of the columns: lower case, without quotes, spaces and byte-order mark."""
    start = stream.read(_LONGEST_HEADER).removeprefix(b"\xef\xbb\xbf")
    line = re.split(rb"[\r\n]", start, maxsplit=1)[0]
    cells = next(csv.reader([line.decode("latin-1")]), [])
    header = [cell.strip().strip("\"'").strip().lower() for cell in cells]
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        times = header.count(twice[0])
        raise DataError(f"column {twice[0]!r} stands {times} times in {name!r}: keep one")
    if not any(header) or len(line) == _LONGEST_HEADER:
        raise DataError(f"{name!r} does not begin with a header line: give {what} as published")
    return [column or f"unnamed {place}" for place, column in enumerate(header, 1)]


def _parsed(path: Path, header: list[str], kinds: Mapping[str, Kind], *, whole: bool) -> Rows:
    """Read block by block: one thread unpacks and puts numbers in place, the others parse."""
    types = {
        "text": pa.dictionary(pa.int32(), pa.binary()),
        "count": pa.int32() if whole else pa.float64(),
        "money": pa.int64() if whole else pa.float64(),
        "number": pa.float64(),
    }
    options = pa_csv.ConvertOptions(
        column_types={column: types[kind] for column, kind in kinds.items()},
        include_columns=list(kinds),
        null_values=list(_HIDDEN),
        check_utf8=False,
    )

    def parse(block: bytes) -> pa.Table:
        return pa_csv.read_csv(
            pa.BufferReader(block),
            read_options=pa_csv.ReadOptions(
                column_names=header, block_size=len(block) + 1, use_threads=False
            ),
            convert_options=options,
            # Blocks come and go in several threads; the system's allocator hands them on fastest.
            memory_pool=pa.system_memory_pool(),
        ).combine_chunks()

    numbers = {column: np.empty(0) for column, kind in kinds.items() if kind != "text"}
    texts: dict[str, list[pa.Array]] = {c: [] for c, kind in kinds.items() if kind == "text"}
    rows = Rows(path.name, header)
    room = 0
    with opened(path) as stream:
        for table in in_order(parse, blocks(stream, BLOCK), pa.cpu_count()):
            start, rows.rows = rows.rows, rows.rows + table.num_rows
            if rows.rows > room:
                room = _room(path, rows.rows, first=start == 0)
                for column, values in numbers.items():
                    numbers[column] = _space(room)
                    numbers[column][:start] = values[:start]
            for column, values in numbers.items():
                part = table.column(column).chunk(0)
                block = _floats(part)
                values[start : rows.rows] = block
                # Looked at while the block is still in the processor's cache.
                decimal = pa.types.is_floating(part.type)
                if (block < 0).any() or (decimal and np.isinf(block).any()):
                    rows._odd.add(column)
            for column, parts in texts.items():
                parts.append(table.column(column).chunk(0))
    rows._numbers = {column: values[: rows.rows] for column, values in numbers.items()}
    for column in list(texts):
        coded = pa.chunked_array(texts.pop(column), types["text"]).unify_dictionaries()
        values = coded.chunk(0).dictionary.to_pylist() if coded.num_chunks else []
        codes = [chunk.indices.to_numpy() for chunk in coded.chunks]
        rows._text[column] = np.concatenate(codes or [[]]), [value.strip() for value in values]
    return rows


def _room(path: Path, rows: int, *, first: bool) -> int:
    """Rows to make room for: guessed from the first block, then half as many again."""
    if not first:
        return rows + rows // 2
    # Memory is only used where rows are written, so a guess too high costs nothing.
    size = text_size(path)
    return rows if size <= BLOCK else int(rows * size / BLOCK * 1.05) + rows


def _space(rows: int) -> np.ndarray:
    """Room for numbers out of Arrow's pool: a second read gets the pages of the first."""
    return np.frombuffer(pa.allocate_buffer(rows * 8), np.float64)


def _floats(column: pa.Array) -> np.ndarray:
    """Numbers of a block, NaN where none is shown; "nan" and "inf" in a file are infinite."""
    values: np.ndarray = column.to_numpy(zero_copy_only=False)
    if pa.types.is_floating(column.type) and np.isfinite(values).sum() + column.null_count < len(
        values
    ):
        shown = column.is_valid().to_numpy(zero_copy_only=False)
        values = np.where(shown & ~np.isfinite(values), np.inf, values)
    return values


def _diagnose(path: Path, header: list[str], kinds: Mapping[str, Kind]) -> None:
    """Say which rows a file could not be read for; slow, and only used once reading failed."""
    numbers = [i for i, column in enumerate(header) if kinds.get(column, "text") != "text"]
    ragged: list[str] = []
    rows = 0
    odd: dict[str, list[str]] = {}
    try:
        with opened(path) as stream:
            binary: Any = stream
            lines = csv.reader(io.TextIOWrapper(binary, encoding="latin-1", newline=""))
            for place, row in enumerate(lines, 1):
                if place == 1 or not row:
                    continue
                rows += 1
                if len(row) != len(header):
                    ragged.append(f"row {place} has {len(row)}")
                    continue
                for i in numbers:
                    if row[i] not in _HIDDEN and _NUMBER.fullmatch(row[i]) is None:
                        odd.setdefault(header[i], []).append(f"row {place} {row[i][:40]!r}")
                if len(ragged) >= _SHOWN or any(len(found) >= _SHOWN for found in odd.values()):
                    break
    except _BROKEN:
        return
    if not rows:
        raise _empty(path)
    if ragged:
        raise DataError(
            f"{path.name!r} has {len(header)} columns, but {', '.join(ragged)}: the file is cut "
            "short or not comma-separated; download it again"
        )
    for column, found in odd.items():
        raise DataError(
            f"column {column!r} of {path.name!r} holds what is no number ({', '.join(found)}): "
            "write plain numbers such as 1234, and leave the field empty where one is not shown"
        )
