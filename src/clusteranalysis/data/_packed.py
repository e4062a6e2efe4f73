"""Where in a file is its text, plain, gzipped or in an archive, and how is it cut into blocks?"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa

from clusteranalysis.archives import Bounded, most_unpacked, require_modest
from clusteranalysis.errors import DataError

__all__ = ["BLOCK", "blocks", "in_order", "opened", "text_size"]

#: Bytes of text read at a time.
BLOCK = 1 << 22
#: Deflate packs no more than this many bytes into one.
_DENSEST = 1032
_LONGEST_LINE = 1 << 24
_SHOWN = 5


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Bytes of the text itself, unpacked on the way."""
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic == b"PK\x03\x04":
            require_modest(path)
            with zipfile.ZipFile(file) as archive, archive.open(_member(archive, path)) as inner:
                yield inner
        elif magic[:2] == b"\x1f\x8b":
            most = most_unpacked(path.stat().st_size)
            with pa.CompressedInputStream(pa.PythonFile(file, "r"), "gzip") as inner:
                yield io.BufferedReader(Bounded(inner, path, most), BLOCK)
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


def text_size(path: Path) -> int:
    """Bytes of the text, as the file says: it may lie, within what its packing can do."""
    with path.open("rb") as file:
        packed = file.seek(0, os.SEEK_END)
        file.seek(0)
        magic = file.read(4)
        size = packed
        if magic == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive:
                size = archive.getinfo(_member(archive, path)).file_size
        elif magic[:2] == b"\x1f\x8b":
            file.seek(-4, os.SEEK_END)
            size = int.from_bytes(file.read(4), "little")
    return min(size, packed * _DENSEST)


def blocks(stream: IO[bytes], size: int) -> Iterator[bytes]:
    """Whole lines below the header, about `size` bytes at a time; blank blocks are left out."""
    data = stream.read(size)
    end = b"\n" if b"\n" in data else b"\r"
    kept = re.split(rb"\r\n|\r|\n", data, maxsplit=1)[1:]
    data = kept[0] if kept else b""
    rest = b""
    while data or rest:
        cut = data.rfind(end) + 1 if data else 0
        if cut or not data:
            block, rest = rest + data[:cut], data[cut:]
            if block.strip():
                yield block
        else:
            rest += data
            if len(rest) > _LONGEST_LINE:
                raise ValueError(f"a line is longer than {_LONGEST_LINE:,} bytes")
        data = stream.read(size)


def in_order(
    work: Callable[[bytes], pa.Table], blocks: Iterator[bytes], threads: int
) -> Iterator[pa.Table]:
    """Results in the order of the blocks, a few of them under way at a time."""
    pool = ThreadPoolExecutor(threads)
    try:
        waiting: deque[Future[pa.Table]] = deque()
        for block in blocks:
            waiting.append(pool.submit(work, block))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
