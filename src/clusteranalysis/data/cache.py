"""Which files are here already, and are they still the ones that came?

The hash of every file is recorded in the cache's ``manifest.json`` when it is first seen and
verified at every later use. A file that differs is an error: never read, never replaced unasked.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from clusteranalysis.archives import require_modest
from clusteranalysis.data.registry import RemoteFile
from clusteranalysis.errors import DataError, OutputError
from clusteranalysis.files import replacing

__all__ = ["cache_folder", "cached"]

_MANIFEST = "manifest.json"


class Stopped(Exception):
    """The caller gave up; what has come so far stays for the next time."""


def cache_folder(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Say where downloaded files are kept; the folder need not exist yet.

    Parameters
    ----------
    data_dir : path, optional
        The folder. Default: ``CLUSTERANALYSIS_DATA_DIR``, else the system's cache folder.

    Returns
    -------
    Path
        An absolute path.

    Examples
    --------
    >>> cache_folder("figures").name
    'figures'
    """
    import pooch  # type: ignore[import-untyped]

    chosen = data_dir or os.environ.get("CLUSTERANALYSIS_DATA_DIR")
    return Path(chosen or pooch.os_cache("clusteranalysis")).expanduser().absolute()


def cached(file: RemoteFile, *, data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Give the path of a file that is in the cache already; the network is never asked.

    Parameters
    ----------
    file : RemoteFile
        As :mod:`clusteranalysis.data.registry` names it.
    data_dir : path, optional
        Folder of the cache; see :func:`cache_folder`.

    Returns
    -------
    Path
        The file. Its hash is the one recorded when it was first seen; a file put there by hand
        is recorded now.

    Raises
    ------
    DataError
        The file is missing (the message says where to get and put it), or has changed.
    OutputError
        The cache cannot be read or written.

    Examples
    --------
    >>> from clusteranalysis.data.registry import qcew_file
    >>> cached(qcew_file(2018), data_dir="no-such-folder")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: no file '...2018_annual_singlefile.zip': fetch it, or ...
    """
    root = cache_folder(data_dir)
    path = verified(file, root)
    if path is None:
        raise DataError(
            f"no file {str(root / file.path)!r}: fetch it, or download {file.url} and put it there"
        )
    return path


def verified(file: RemoteFile, root: Path) -> Path | None:
    """Path of a cached file after checking its hash; None where there is no file."""
    path = root / file.path
    if not path.is_file():
        return None
    with writing(file, root):
        entry = recorded(file, root)
        if entry and file_hash(path) == entry["sha256"]:
            return path
        with locked(root / _MANIFEST):  # another process may just have been writing both
            entry, sha256 = recorded(file, root), file_hash(path)
            if entry is None:  # put there by hand, or renamed just before the power went
                if reason := unreadable(path, path.name):
                    raise DataError(
                        f"the file {str(path)!r} cannot be used ({reason}): replace it by the one "
                        f"at {file.url}, or delete it and fetch again"
                    )
                _record(file, root, sha256)
            elif sha256 != entry["sha256"]:
                raise DataError(
                    f"the cached file {str(path)!r} of {file.url} is not the one first seen on "
                    f"{entry.get('first_seen')}: delete it and fetch again, or ask for a refresh"
                )
    return path


def settle(file: RemoteFile, root: Path, part: Path, *, replace: bool) -> str | None:
    """Give a complete download its name and record it; say why not, where it has changed."""
    sha256 = file_hash(part)
    with locked(root / _MANIFEST):
        entry = recorded(file, root)
        changed = entry is not None and entry["sha256"] != sha256
        if entry and changed and not replace:
            return f"it is not the file first seen on {entry.get('first_seen')} any more"
        part.replace(root / file.path)
        if entry is None or changed:
            _record(file, root, sha256)
    return None


def recorded(file: RemoteFile, root: Path) -> dict[str, Any] | None:
    """Entry of a file in the manifest: sha256, size, url, first_seen."""
    return _manifest(root).get(file.path)


def _manifest(root: Path) -> dict[str, dict[str, Any]]:
    path = root / _MANIFEST
    try:
        entries = json.loads(path.read_bytes())
        if all(isinstance(entry["sha256"], str) for entry in entries.values()):
            return dict(entries)
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError, KeyError):
        pass
    raise DataError(
        f"the cache's record {str(path)!r} cannot be read: delete it, and the hashes of the files "
        "that are there are recorded anew"
    )


def _record(file: RemoteFile, root: Path, sha256: str) -> None:
    """Write one entry; the caller holds the manifest's lock."""
    entry = {
        "sha256": sha256,
        "size": (root / file.path).stat().st_size,
        "url": file.url,
        "first_seen": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    entries = _manifest(root) | {file.path: entry}
    with replacing(root / _MANIFEST) as temporary:
        text = json.dumps(entries, indent=1, sort_keys=True) + "\n"
        temporary.write_text(text, encoding="utf-8", newline="\n")


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    import pooch

    return str(pooch.file_hash(path, alg="sha256"))


def unreadable(path: Path, name: str) -> str | None:
    """Say why a file cannot be what its name promises, if it cannot."""
    with path.open("rb") as content:
        head = content.read(64)
    if not head:
        return "it is empty"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "it is a web page and no data"
    if not name.endswith((".zip", ".xlsx")):
        return None
    try:
        require_modest(path)
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except DataError as error:
        return str(error)
    except Exception as error:  # damaged archives raise whatever the damage hits
        return f"it is no readable zip archive: {error}"
    return f"the member {bad!r} of the zip archive is damaged" if bad else None


@contextmanager
def writing(file: RemoteFile, root: Path) -> Iterator[None]:
    """Turn the system's refusals into one line with the address and the path."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot keep {file.url} at {str(root / file.path)!r} ({error.strerror or error}): "
            "make room and rights there, or name another folder in CLUSTERANALYSIS_DATA_DIR"
        ) from error


@contextmanager
def locked(path: Path, stop: Event | None = None) -> Iterator[None]:
    """Hold a lock for one path among threads and processes; one that dies lets go of it."""
    lock, stop = path.with_name(f".{path.name}.lock"), stop or Event()
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            # Whoever locks a file that its last holder has removed holds nothing: look again.
            if _try_lock(handle) and os.path.samestat(os.fstat(handle), lock.stat()):
                break
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if stop.wait(0.05):
            raise Stopped
    try:
        yield
    finally:
        with suppress(OSError):  # an open file cannot be removed on Windows, and may as well stay
            lock.unlink()
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        if os.name == "nt":  # pragma: no cover
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
