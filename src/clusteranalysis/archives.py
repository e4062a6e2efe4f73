"""May this archive be unpacked, or is it a small file made to fill the machine?

An agency's text packs ten- to thirtyfold. What claims to unpack, or does unpack, to more than a
gibibyte and more than two hundred times its own size is no table of numbers, and is refused before
it fills the memory or the hours.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import IO

from clusteranalysis.errors import DataError

__all__ = ["Bounded", "most_unpacked", "require_modest"]

#: Always allowed, however well it packs.
_ROOM = 1 << 30
#: Beyond that: times the packed size.
_TIMES = 200


def most_unpacked(packed: int) -> int:
    """Bytes that a packed file of `packed` bytes may unpack to."""
    return max(_ROOM, _TIMES * packed)


def require_modest(path: Path) -> None:
    """Refuse a ZIP archive (a spreadsheet is one) that says it unpacks to far too much.

    ``zipfile`` reads no more of a member than the archive says, so what it says is what counts.
    """
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > most_unpacked(path.stat().st_size):
        raise _refused(path)


class Bounded(io.RawIOBase):
    """A stream of unpacked bytes that ends in an error where `most` of them are passed.

    A gzip file does not say what it unpacks to (the four bytes that seem to wrap at 4 GiB, and
    may lie), so it is counted while it is read.
    """

    def __init__(self, stream: IO[bytes], path: Path, most: int):
        super().__init__()
        self._stream = stream
        self._path = path
        self._left = most

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what comes next."""
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise _refused(self._path)
        buffer[: len(data)] = data
        return len(data)


def _refused(path: Path) -> DataError:
    return DataError(
        f"{path.name!r} ({path.stat().st_size:,} bytes) unpacks to more than "
        f"{most_unpacked(path.stat().st_size):,} bytes, as no table does: download it again from "
        "the agency, or unpack it yourself if you trust it and give the text"
    )
