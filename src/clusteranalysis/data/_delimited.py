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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from clusteranalysis.errors import DataError

__all__ = ["Kind", "Note", "ReadReport", "Rows", "read_delimited"]

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
_BLOCK = 1 << 20
_SHOWN = 5
_EXAMPLES = 3


@dataclass(frozen=True)
class Note:
    """One kind of row that a reader dropped or changed."""

    what: str
    rows: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        shown = f" (such as {'; '.join(self.examples)})" if self.examples else ""
        return f"{self.rows:,} rows: {self.what}{shown}"


@dataclass(frozen=True)
class ReadReport:
    """What became of every row of a file.

    Attributes
    ----------
    source : str
        Name of the file.
    geography : str
        ``county``, ``state``, ``us``, ``msa``, ``zip`` or ``area`` (QCEW mixes them).
    classification : str
        ``NAICS`` or ``SIC``.
    years : tuple of int
        Years found in the file or its name; empty where neither tells.
    rows_in, rows_out : int
        Rows below the header, and rows of the table.
    dropped, changed : tuple of Note
        Rows left out, and cells whose stored 0 (or ``N``) stands for a number not shown; each
        with its count and the first examples. Dropped rows add up to ``rows_in - rows_out``.
    noticed : tuple of Note
        Rows that contradict the layout and are kept as published.
    ignored : tuple of str
        Columns of the file that are not in the table.
    """

    source: str
    geography: str
    classification: str
    years: tuple[int, ...]
    rows_in: int
    rows_out: int
    dropped: tuple[Note, ...]
    changed: tuple[Note, ...]
    noticed: tuple[Note, ...]
    ignored: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.source}: {self.rows_in:,} rows in, {self.rows_out:,} rows out"]
        lines += [f"dropped {note}" for note in self.dropped]
        lines += [f"changed {note}" for note in self.changed]
        lines += [f"noticed {note}" for note in self.noticed]
        if self.ignored:
            lines.append(f"columns not taken: {', '.join(self.ignored)}")
        return "\n".join(lines)


class Rows:
    """The columns of one file, to be taken out one by one so that memory is given back."""

    def __init__(self, name: str, header: list[str], table: pa.Table) -> None:
        self.name = name
        self.header = header
        self._table = table
        self.rows: int = table.num_rows
        #: Place of each row in the file, the header being row 1; blank lines do not count.
        self._places: np.ndarray | None = None

    def __contains__(self, column: str) -> bool:
        return column in self._table.column_names

    @property
    def columns(self) -> list[str]:
        """Names of the columns not yet taken."""
        return list(self._table.column_names)

    def text(self, column: str) -> tuple[np.ndarray, list[bytes]]:
        """Take a text column out: one code a row, and the distinct values they point to."""
        coded = self._take(column).combine_chunks()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.chunk(0)
        return coded.indices.to_numpy(zero_copy_only=False), [
            value.strip() for value in coded.dictionary.to_pylist()
        ]

    def number(self, column: str, *, signed: bool = False) -> np.ndarray:
        """Take a number column out as floats, NaN where none is shown."""
        values = self._take(column)
        lowest = pc.min(values).as_py()
        out = np.empty(len(values))
        start = 0
        for chunk in values.chunks:
            stop = start + len(chunk)
            out[start:stop] = chunk.to_numpy(zero_copy_only=False)
            start = stop
        negative = not signed and lowest is not None and not lowest >= 0
        # Arrow takes "nan" and "inf" for decimals.
        if negative or np.isfinite(out).sum() != len(values) - values.null_count:
            good = np.isfinite(out) & ((out >= 0) | signed)
            self.refuse(
                column,
                pc.is_valid(values).to_numpy() & ~good,
                lambda i: repr(float(out[i])),
                "holds what is no amount",
                "a number is zero or more, and its field is empty where it is not shown",
            )
        return out

    def keep(self, rows: np.ndarray) -> None:
        """Keep only these rows of the columns not yet taken."""
        places = np.arange(2, len(rows) + 2) if self._places is None else self._places
        self._places = places[rows]
        self._table = self._table.filter(pa.array(rows))

    def refuse(
        self, column: str, bad: np.ndarray, show: Callable[[int], str], fault: str, mend: str
    ) -> None:
        """Raise an error that names the first bad rows, if there are any."""
        where = np.flatnonzero(bad)
        if not len(where):
            return
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

    def _take(self, column: str) -> pa.ChunkedArray:
        values = self._table.column(column)
        self._table = self._table.drop_columns([column])
        return values


def decoded(values: list[bytes]) -> list[str]:
    """Text of these values: UTF-8 if all of them are, else Latin-1, as the Census Bureau writes."""
    try:
        return [value.decode("utf-8") for value in values]
    except UnicodeDecodeError:
        return [value.decode("latin-1") for value in values]


def spread(codes: np.ndarray, values: list[str | None]) -> pa.Array:
    """Text, one value a row; an Arrow array that pandas takes over without a copy."""
    return pc.take(pa.array(values, pa.large_string()), pa.array(codes))


def examples(rows: np.ndarray, show: Callable[[int], str]) -> tuple[str, ...]:
    """Name the first rows of a kind."""
    return tuple(show(int(i)) for i in np.flatnonzero(rows)[:_EXAMPLES])


def read_delimited(
    path: str | os.PathLike[str], choose: Callable[[list[str]], Mapping[str, Kind]], *, what: str
) -> Rows:
    """Read the columns that `choose` picks from the header; it raises DataError if none fit."""
    path = Path(path)
    try:
        with _opened(path) as stream:
            header = _header(stream, path.name, what)
    except FileNotFoundError:
        raise DataError(f"no file {str(path)!r}: check the name") from None
    except _BROKEN as error:
        raise _unreadable(path, what, error) from None
    kinds = choose(header)
    try:
        try:
            table = _parsed(path, header, kinds, whole=True)
        except pa.ArrowInvalid:
            # A count written as 183476.0 is read as a decimal; what is no number fails again.
            table = _parsed(path, header, kinds, whole=False)
    except pa.ArrowInvalid as error:
        _diagnose(path, header, kinds)
        raise _unreadable(path, what, error) from None
    except _BROKEN as error:
        raise _unreadable(path, what, error) from None
    if table.num_rows == 0:
        raise _empty(path)
    return Rows(path.name, header, table)


def _empty(path: Path) -> DataError:
    return DataError(f"{path.name!r} holds no rows below its header: download it again")


def _unreadable(path: Path, what: str, error: BaseException) -> DataError:
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:300]
    return DataError(
        f"cannot read {str(path)!r} ({reason or type(error).__name__}): give {what} as "
        "comma-separated text, plain, gzipped or in a ZIP archive, or download it again"
    )


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Bytes of the text itself, unpacked on the way."""
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive, archive.open(_member(archive, path)) as inner:
                yield inner
        elif magic[:2] == b"\x1f\x8b":
            with pa.CompressedInputStream(pa.PythonFile(file, "r"), "gzip") as inner:
                yield inner
        else:
            yield file


def _member(archive: zipfile.ZipFile, path: Path) -> str:
    """Name of the one table in an archive."""
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/") and not name.startswith("__MACOSX/")
    ]
    tables = [name for name in names if name.lower().endswith((".txt", ".csv"))]
    choice = tables or names
    if len(choice) != 1:
        listed = ", ".join(map(repr, choice[:_SHOWN])) or "none"
        raise DataError(
            f"the archive {path.name!r} holds {len(choice)} tables ({listed}): unpack the one you "
            "mean and give its name"
        )
    return choice[0]


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


def _parsed(path: Path, header: list[str], kinds: Mapping[str, Kind], *, whole: bool) -> pa.Table:
    types = {
        "text": pa.dictionary(pa.int32(), pa.binary()),
        "count": pa.int32() if whole else pa.float64(),
        "money": pa.int64() if whole else pa.float64(),
        "number": pa.float64(),
    }
    with _opened(path) as stream:
        return pa_csv.read_csv(
            stream,
            read_options=pa_csv.ReadOptions(column_names=header, skip_rows=1, block_size=_BLOCK),
            convert_options=pa_csv.ConvertOptions(
                column_types={column: types[kind] for column, kind in kinds.items()},
                include_columns=list(kinds),
                null_values=list(_HIDDEN),
                check_utf8=False,
            ),
        ).unify_dictionaries()


def _diagnose(path: Path, header: list[str], kinds: Mapping[str, Kind]) -> None:
    """Say which rows a file could not be read for; slow, and only used once reading failed."""
    numbers = [i for i, column in enumerate(header) if kinds.get(column, "text") != "text"]
    ragged: list[str] = []
    rows = 0
    odd: dict[str, list[str]] = {}
    try:
        with _opened(path) as stream:
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
