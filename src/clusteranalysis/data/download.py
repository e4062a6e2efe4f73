"""How do the agencies' files come onto this machine, whole, once, and the same ever after?

A file is streamed to a hidden ``.part`` beside its place, checked, and only then renamed. Its hash
is recorded in ``manifest.json`` at the first download and verified at every later use; what
differs is an error, never read and never replaced unasked.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from clusteranalysis.data import registry
from clusteranalysis.errors import DataError, OutputError
from clusteranalysis.files import replacing

if TYPE_CHECKING:
    from requests import Response, Session

    from clusteranalysis.data.registry import CBPLevel, Layer, RemoteFile, Resolution

__all__ = ["cached", "fetch", "fetch_boundaries", "fetch_cbp", "fetch_naics", "fetch_qcew"]

_CHUNK = 1 << 16
_HOPS = 5
#: Seconds before each further try; servers are seldom away for longer, or for much longer.
_PAUSES = (0.5, 2.0, 5.0)
#: The most that a server's Retry-After is obeyed, in seconds.
_PATIENCE = 30.0
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MANIFEST = "manifest.json"


class _Fault(Exception):
    """What went wrong with one try at one file, in words for the message."""

    def __init__(self, reason: str, *, again: bool = True, wait: float = 0.0, down: bool = False):
        super().__init__(reason)
        self.again, self.wait, self.down = again, wait, down


class _Stopped(Exception):
    """The caller gave up; what has come so far stays for the next time."""


def _folder(data_dir: str | os.PathLike[str] | None) -> Path:
    import pooch  # type: ignore[import-untyped]

    chosen = data_dir or os.environ.get("CLUSTERANALYSIS_DATA_DIR")
    return Path(chosen or pooch.os_cache("clusteranalysis")).expanduser().absolute()


def _sha256(path: Path) -> str:
    import pooch

    return str(pooch.file_hash(path, alg="sha256"))


def _by_hand(file: RemoteFile, path: Path, reason: str, mend: str = "try again") -> DataError:
    """One line: what is wrong, with the address, and where a file got otherwise belongs."""
    return DataError(
        f"cannot download {file.url} ({' '.join(reason.split())}): {mend}, or get the file "
        f"otherwise and put it at {str(path)!r}"
    )


@contextmanager
def _locked(path: Path, stop: Event | None = None) -> Iterator[None]:
    """Hold a lock for one path among threads and processes; one that dies lets go of it."""
    lock, stop = path.with_name(f".{path.name}.lock"), stop or Event()
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            # One who waited on a lock file that its holder has removed holds nothing: look again.
            if _try_lock(handle) and os.path.samestat(os.fstat(handle), lock.stat()):
                break
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if stop.wait(0.05):
            raise _Stopped
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


def _manifest(root: Path) -> dict[str, dict[str, Any]]:
    path = root / _MANIFEST
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(entry["sha256"], str) for entry in read.values()):
            return dict(read)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        pass
    raise DataError(
        f"the cache's record {str(path)!r} cannot be read: delete it, and the hashes of the files "
        "are recorded anew"
    )


def _record(root: Path, file: RemoteFile, sha256: str, size: int) -> None:
    """Write one entry; the caller holds the manifest's lock."""
    entry = {"sha256": sha256, "size": size, "url": file.url}
    entry["first_seen"] = datetime.now(UTC).isoformat(timespec="seconds")
    entries = _manifest(root) | {file.path: entry}
    with replacing(root / _MANIFEST) as temporary:
        text = json.dumps(entries, indent=1, sort_keys=True) + "\n"
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _unreadable(path: Path, name: str) -> str | None:
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
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        return f"it is no readable zip archive: {error}"
    return f"it is a zip archive with a damaged member {bad!r}" if bad else None


def _verified(file: RemoteFile, root: Path) -> Path | None:
    """Path of a file in the cache after checking its hash; None where there is no file."""
    path = root / file.path
    if not path.is_file():
        return None
    entry = _manifest(root).get(file.path)
    if entry and _sha256(path) == entry["sha256"]:
        return path
    with _locked(root / _MANIFEST):  # another process may just have been writing both
        entry, sha256 = _manifest(root).get(file.path), _sha256(path)
        if entry and sha256 != entry["sha256"]:
            raise DataError(
                f"the cached file {str(path)!r} (of {entry.get('url')}) is not the one recorded "
                f"on {entry.get('first_seen')}: delete it and fetch again, or take it as it is "
                f"by deleting {file.path!r} from {str(root / _MANIFEST)!r}"
            )
        if not entry:  # put there by hand, or renamed just before the power went
            if reason := _unreadable(path, path.name):
                raise DataError(
                    f"the file {str(path)!r} cannot be used ({reason}): replace it by the one at "
                    f"{file.url}"
                )
            _record(root, file, sha256, path.stat().st_size)
    return path


def cached(file: RemoteFile, *, data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Give the path of a file that is in the cache already; the network is never asked.

    Parameters
    ----------
    file : RemoteFile
        As :mod:`clusteranalysis.data.registry` names it.
    data_dir : path, optional
        Folder of the cache; see :func:`fetch`.

    Returns
    -------
    Path
        The file, its hash the one recorded at the first download.

    Raises
    ------
    DataError
        The file is missing (the message says where to get and put it), or has changed.

    Examples
    --------
    >>> cached(registry.qcew_file(2018), data_dir="no-such-folder")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: no file '...2018_annual_singlefile.zip': fetch it, or ...
    """
    root = _folder(data_dir)
    with _writing(root):
        path = _verified(file, root)
    if path is None:
        raise DataError(
            f"no file {str(root / file.path)!r}: fetch it, or download {file.url} and put it there"
        )
    return path


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot use the cache {str(root)!r} ({error.strerror or error}): choose another "
            "folder with CLUSTERANALYSIS_DATA_DIR"
        ) from error


class _Fetcher:
    """Bring one file after another into one cache; called from several threads."""

    def __init__(
        self, root: Path, session: Session, bar: _Bar, *, timeout: float, refresh: bool
    ) -> None:
        self.root, self.session, self.bar = root, session, bar
        self.timeout, self.refresh = timeout, refresh
        self.stop = Event()
        self.down: dict[str, str] = {}  # hosts that do not answer: asked once, not for every file
        self.headers = {
            "User-Agent": f"clusteranalysis/{version('clusteranalysis')} (python-requests)",
            "Accept-Encoding": "identity",  # so that a length is the file's own
        }

    def __call__(self, file: RemoteFile) -> None:
        path = self.root / file.path
        if not self.refresh and _verified(file, self.root):
            return
        with _writing_for(file, path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(path, self.stop):
                # Another process may have been first.
                if self.refresh or not _verified(file, self.root):
                    part = path.with_name(f".{path.name}.part")
                    with self.bar.task(path.name) as tell:
                        self._download(file, path, part, tell)
                    self._settle(file, path, part)

    def _download(
        self, file: RemoteFile, path: Path, part: Path, tell: Callable[[int, int | None], None]
    ) -> None:
        host = urlsplit(file.url).netloc
        for pause in (*_PAUSES, None):
            try:
                if host in self.down:
                    raise _Fault(self.down[host], again=False)
                return self._once(file.url, part, tell)
            except _Fault as fault:
                if fault.down and pause is None:
                    self.down[host] = str(fault)
                if pause is None or not fault.again:
                    mend = "check the year and level" if "404" in str(fault) else "try again"
                    raise _by_hand(file, path, str(fault), mend) from None
                if self.stop.wait(max(pause, min(fault.wait, _PATIENCE))):
                    raise _Stopped from None

    def _once(self, url: str, part: Path, tell: Callable[[int, int | None], None]) -> None:
        """Ask for a file, or for what is missing of it, and append what comes to the part."""
        held, tag = _held(part, url)
        resume = {"Range": f"bytes={held}-", "If-Range": tag} if tag else {}
        with self._open(url, self.headers | resume) as response:
            status, head = response.status_code, response.headers
            if status == 206 and tag:
                start = re.match(rf"bytes {held}-\d+/(\d+)$", head.get("Content-Range", ""))
                if not start:
                    _drop(part)
                    raise _Fault("the server resumes at another place than asked")
                whole = int(start[1])
            elif status == 200:
                held, whole = 0, _length(response)
                part.write_bytes(b"")
                _note(part, url, response)
            else:
                if status == 416:  # nothing is missing, or the file became shorter
                    _drop(part)
                raise _refusal(status, head.get("Retry-After", ""))
            if whole is None and not response.raw.chunked and not url.endswith((".zip", ".xlsx")):
                raise _Fault("the server does not say how long the file is", again=False)
            self._append(response, part, held, whole, tell)

    def _append(
        self,
        response: Response,
        part: Path,
        held: int,
        whole: int | None,
        tell: Callable[[int, int | None], None],
    ) -> None:
        import requests

        came = held
        with part.open("ab") as out:
            try:
                for chunk in response.iter_content(_CHUNK):
                    out.write(chunk)
                    came += len(chunk)
                    tell(came, whole)
                    if self.stop.is_set():
                        raise _Stopped
            except (requests.RequestException, OSError) as error:
                if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
                    raise
                of = "" if whole is None else f" of {whole:,}"
                raise _Fault(f"{_words(error, self.timeout)} after {came:,}{of} bytes") from None
        encoded = response.headers.get("Content-Encoding", "identity") != "identity"
        came = held + response.raw.tell() if encoded else came
        if whole is not None and came != whole:
            if came > whole:
                _drop(part)
            raise _Fault(f"the transfer broke off after {came:,} of {whole:,} bytes")

    def _open(self, url: str, headers: dict[str, str]) -> Response:
        """Send a request, following redirections only to addresses that can be trusted."""
        import requests

        for _ in range(_HOPS):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (
                parts.scheme == "http" and parts.hostname in _LOOPBACK
            ):
                raise _Fault(f"it leads to {url}, which is not https", again=False)
            try:
                response = self.session.get(
                    url, headers=headers, stream=True, timeout=self.timeout, allow_redirects=False
                )
            except requests.RequestException as error:
                down = isinstance(error, requests.ConnectionError)
                raise _Fault(_words(error, self.timeout), down=down) from None
            if not response.is_redirect:
                return response
            url = urljoin(url, response.headers["Location"])
            response.close()
        raise _Fault("the server redirects in circles", again=False)

    def _settle(self, file: RemoteFile, path: Path, part: Path) -> None:
        """Give a complete download its name, if it is what it should be."""
        if reason := _unreadable(part, path.name):
            _drop(part)
            raise _by_hand(file, path, f"the file came whole, but {reason}")
        sha256, size = _sha256(part), part.stat().st_size
        with _locked(self.root / _MANIFEST, self.stop):
            entry = _manifest(self.root).get(file.path)
            changed = entry is not None and entry["sha256"] != sha256
            if entry and changed and not self.refresh:
                _drop(part)
                reason = f"it is not the file recorded on {entry.get('first_seen')} any more"
                mend = "ask for a refresh to take the new one"
                raise _by_hand(file, path, reason, mend)
            part.replace(path)
            _drop(part)
            if entry is None or changed:
                _record(self.root, file, sha256, size)
