"""How does one file come over the network, whole or not at all?

It is streamed to a hidden ``.part`` beside its place, where an interrupted one is taken up again;
only what came whole and can be read gets its name.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urljoin, urlsplit

from clusteranalysis.data.cache import Stopped, locked, settle, unreadable, verified, writing
from clusteranalysis.data.registry import RemoteFile
from clusteranalysis.errors import DataError

if TYPE_CHECKING:
    from requests import Response, Session
    from rich.progress import Progress

__all__ = ["Fetcher"]

Tell: TypeAlias = Callable[[int, int | None], None]

_CHUNK = 1 << 16
_HOPS = 5
#: Seconds before the second and each further try at a file.
_PAUSES = (0.5, 2.0, 5.0)
#: The longest Retry-After that is obeyed, in seconds.
_PATIENCE = 30.0
_AGAIN = {408, 416, 425, 429, 500, 502, 503, 504}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class _Fault(Exception):
    """What went wrong with one try at one file, in words for the message."""

    def __init__(
        self,
        reason: str,
        *,
        again: bool = True,
        wait: float = 0.0,
        down: bool = False,
        mend: str = "try again",
    ) -> None:
        super().__init__(" ".join(reason.split()))
        self.again, self.wait, self.down, self.mend = again, wait, down, mend


class Fetcher:
    """Bring one file after another into one cache; called from several threads."""

    def __init__(
        self, root: Path, session: Session, bar: Progress, *, timeout: float, refresh: bool
    ) -> None:
        self.root, self.session, self.bar = root, session, bar
        self.timeout, self.refresh = timeout, refresh
        self.stop = Event()
        self.down: dict[str, str] = {}  # hosts that do not answer, asked no more
        self.headers = {
            "User-Agent": f"clusteranalysis/{version('clusteranalysis')} (python-requests)",
            "Accept-Encoding": "identity",  # a length is then the file's own
        }

    def __call__(self, file: RemoteFile) -> None:
        """See to it that one file is in the cache, or raise."""
        if not self.refresh and verified(file, self.root):
            return
        path = self.root / file.path
        part = path.with_name(f".{path.name}.part")
        with writing(file, self.root):
            path.parent.mkdir(parents=True, exist_ok=True)
            with locked(path, self.stop):
                if not self.refresh and verified(file, self.root):
                    return  # another process was first
                task = self.bar.add_task(path.name, total=None)
                try:
                    self._download(
                        file.url,
                        part,
                        lambda done, total: self.bar.update(task, completed=done, total=total),
                    )
                    self._settle(file, path, part)
                except _Fault as fault:
                    raise DataError(
                        f"cannot download {file.url} ({fault}): {fault.mend}, or get the file "
                        f"in another way and put it at {str(path)!r}"
                    ) from None
                finally:
                    self.bar.remove_task(task)

    def _download(self, url: str, part: Path, tell: Tell) -> None:
        host = urlsplit(url).netloc
        for pause in (*_PAUSES, None):
            if host in self.down:
                raise _Fault(self.down[host])
            try:
                return self._once(url, part, tell)
            except _Fault as fault:
                if pause is None or not fault.again:
                    if fault.down:
                        self.down[host] = str(fault)
                    raise
                if self.stop.wait(max(pause, min(fault.wait, _PATIENCE))):
                    raise Stopped from None
        return None

    def _once(self, url: str, part: Path, tell: Tell) -> None:
        """Ask for a file, or for what is missing of it, and write what comes to the part."""
        held, tag = _held(part, url)
        resume = {"Range": f"bytes={held}-", "If-Range": tag} if tag else {}
        with self._open(url, self.headers | resume) as response:
            whole: int | None
            if response.status_code == 206 and tag:
                rest = response.headers.get("Content-Range", "")
                match = re.fullmatch(rf"bytes {held}-\d+/(\d+)", rest.strip())
                if not match or _mark(response) not in (None, tag):
                    _drop(part)
                    raise _Fault("the server resumes at another place than asked")
                whole = int(match[1])
            elif response.status_code == 200:
                held, length = 0, response.headers.get("Content-Length", "")
                whole = int(length) if length.isdecimal() else None
                if whole is None and not response.raw.chunked:
                    raise _Fault("the server does not say how long the file is", again=False)
                part.write_bytes(b"")
                _note(part, url, response)
            else:
                if response.status_code == 416:  # nothing is missing, or it became shorter
                    _drop(part)
                raise _refusal(response)
            self._append(response, part, held, whole, tell)

    def _append(
        self, response: Response, part: Path, held: int, whole: int | None, tell: Tell
    ) -> None:
        import requests

        of = "" if whole is None else f" of {whole:,}"
        with part.open("ab") as out:
            try:
                for chunk in response.iter_content(_CHUNK):
                    out.write(chunk)
                    tell(held + response.raw.tell(), whole)
                    if self.stop.is_set():
                        raise Stopped
            except requests.RequestException as error:
                came = held + response.raw.tell()
                raise _Fault(f"{_words(error, self.timeout)} after {came:,}{of} bytes") from None
            out.flush()
            os.fsync(out.fileno())
        came = held + response.raw.tell()
        if whole is not None and came != whole:
            raise _Fault(f"the transfer broke off after {came:,}{of} bytes")

    def _open(self, url: str, headers: dict[str, str]) -> Response:
        """Send a request, following redirections only to addresses that can be trusted."""
        import requests

        for _ in range(_HOPS):
            parts = urlsplit(url)
            local = parts.scheme == "http" and parts.hostname in _LOOPBACK
            if parts.scheme != "https" and not local:
                raise _Fault(f"it leads to {url}, which is not https", again=False)
            try:
                response = self.session.get(
                    url, headers=headers, stream=True, timeout=self.timeout, allow_redirects=False
                )
            except requests.RequestException as error:
                words = _words(error, self.timeout)
                raise _Fault(words, down=_unreached(error)) from None
            if not response.is_redirect:
                return response
            url = urljoin(url, response.headers["Location"])
            response.close()
        raise _Fault("the server redirects without end", again=False)

    def _settle(self, file: RemoteFile, path: Path, part: Path) -> None:
        try:
            if reason := unreadable(part, path.name):
                raise _Fault(f"it came whole, but {reason}")
            if reason := settle(file, self.root, part, replace=self.refresh):
                raise _Fault(reason, mend="ask for a refresh to take the new one")
        finally:
            _drop(part)


def _beside(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _held(part: Path, url: str) -> tuple[int, str | None]:
    """Bytes of an interrupted download and the mark of the edition they belong to.

    Only of archives: their checksums show a bad seam, in plain text nothing would.
    """
    if not part.name.endswith((".zip.part", ".xlsx.part")):
        return 0, None
    with suppress(OSError, ValueError, KeyError, TypeError):
        size, note = part.stat().st_size, json.loads(_beside(part).read_bytes())
        if size and note["url"] == url:
            return size, str(note["tag"])
    return 0, None


def _mark(response: Response) -> str | None:
    """What tells this edition of a file from another one, if the server says."""
    tag = response.headers.get("ETag", "")
    if not tag.startswith('"'):  # a weak one stands for look-alikes too
        tag = response.headers.get("Last-Modified", "")
    encoded = response.headers.get("Content-Encoding", "identity") != "identity"
    return tag if tag and not encoded else None


def _note(part: Path, url: str, response: Response) -> None:
    """Keep the mark of this edition, without which the rest could be of another one."""
    if tag := _mark(response):
        _beside(part).write_text(json.dumps({"url": url, "tag": tag}), encoding="utf-8")
    else:
        _beside(part).unlink(missing_ok=True)


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


def _refusal(response: Response) -> _Fault:
    status, wait = response.status_code, response.headers.get("Retry-After", "")
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return _Fault(
        f"the server answers {status} {phrase}",
        again=status in _AGAIN,
        wait=float(wait) if wait.isdecimal() else 0.0,
        mend="check the year and level" if status in (404, 410) else "try again",
    )


def _unreached(error: Exception) -> bool:
    """Whether no connection came about: urllib3 then names the reason in what it hands on."""
    return bool(error.args) and hasattr(error.args[0], "reason")


def _words(error: Exception, timeout: float) -> str:
    """Say in words what the layers of the network raise."""
    from requests import exceptions

    if isinstance(error, exceptions.SSLError):
        return "the server's certificate is not accepted"
    if isinstance(error, exceptions.ProxyError):
        return "the proxy cannot be reached"
    if isinstance(error, exceptions.Timeout) or "timed out" in str(error):
        return f"nothing came for {timeout:g} seconds"
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "the transfer broke off"
    if isinstance(error, exceptions.ConnectionError):
        return "no connection to the server" if _unreached(error) else "the server hangs up"
    return str(error)
