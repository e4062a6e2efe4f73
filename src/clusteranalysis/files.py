"""How are files written so that none is ever lost or half there?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clusteranalysis.errors import OutputError

__all__ = ["replacing", "require_folder", "write_bytes"]


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside the final one; the final file is whole or untouched.

    The folder is made where it is missing. The temporary name carries the process, so that two
    processes that write the same file do not write into each other's.
    """
    final = Path(path)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(final)
    except OSError as error:
        raise OutputError(
            f"cannot write {final.name!r} to {str(final.parent)!r} ({error.strerror or error}): "
            "choose a folder you may write to"
        ) from error
    finally:
        # The folder itself may be what failed; the error above already says so.
        with suppress(OSError):
            temporary.unlink()


def write_bytes(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return Path(path)


def require_folder(folder: str | os.PathLike[str]) -> Path:
    """Make a folder where it is missing and check that it can be written to, before any work."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".write-test.{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except FileExistsError:
        raise OutputError(f"{str(path)!r} is a file: choose a folder to write to") from None
    except OSError as error:
        raise OutputError(
            f"cannot write to the folder {str(path)!r} ({error.strerror or error}): choose "
            "another, or change its permissions"
        ) from None
    return path
