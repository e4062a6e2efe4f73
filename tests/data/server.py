"""An agency's server with faults to order, on this machine alone."""

import hashlib
import io
import re
import threading
import time
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def archive(text="fipstate,naics,emp\n", name="cbp.txt"):
    """A zip archive with one member, the same bytes for the same text."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo(name), text)
    return target.getvalue()


@dataclass
class Agency:
    """What is served, which faults come next for each place, and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    #: Place -> faults, used up one a request: a status, ("moved", address), or one of "cut",
    #: "stall", "hangup", "silent", "drip".
    faults: dict[str, list] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    ranges: bool = True
    marks: bool = True
    #: "told", "hidden" (the end of the connection is the end of the file) or "chunked".
    lengths: str = "told"
    #: Headers for every answer, such as Retry-After.
    extra: dict[str, str] = field(default_factory=dict)
    #: Called before each answer.
    meanwhile: object = None
    url: str = ""

    def ranges_asked(self):
        return [head.get("Range") for _, head in self.asked]


class _Handler(BaseHTTPRequestHandler):
    # Without keep-alive no handler waits for a further request when the server ends.
    protocol_version = "HTTP/1.0"

    def log_message(self, *args):
        pass

    def do_GET(self):
        agency = self.server.agency
        agency.asked.append((self.path, dict(self.headers)))
        if agency.meanwhile:
            agency.meanwhile()
        waiting = agency.faults.get(self.path, [])
        fault = waiting.pop(0) if waiting else None
        if isinstance(fault, tuple):
            return self._head(302, {"Location": fault[1], "Content-Length": "0"})
        body = agency.files.get(self.path)
        if isinstance(fault, int) or body is None:
            status = fault if isinstance(fault, int) else 404
            self._head(status, {"Content-Length": "4"} | agency.extra)
            return self.wfile.write(b"oops")
        if fault == "hangup":
            return None
        if fault == "silent":
            return self.server.ended.wait(5)
        mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        head, status, start = {}, 200, 0
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and agency.ranges and self.headers.get("If-Range") == mark:
            start = int(match[1])
            if start >= len(body):
                return self._head(416, {"Content-Length": "0"})
            status, head["Content-Range"] = 206, f"bytes {start}-{len(body) - 1}/{len(body)}"
        if agency.marks:
            head["ETag"] = mark
        if agency.lengths == "told":
            head["Content-Length"] = str(len(body) - start)
        elif agency.lengths == "chunked":
            head["Transfer-Encoding"] = "chunked"
        self._head(status, head | agency.extra)
        rest = body[start:]
        if agency.lengths == "chunked":
            rest = f"{len(rest):x}\r\n".encode() + rest + b"\r\n0\r\n\r\n"
        if fault is None:
            return self.wfile.write(rest)
        if fault == "drip":
            for place in range(0, len(rest), 4096):
                self.wfile.write(rest[place : place + 4096])
                time.sleep(0.02)
            return None
        self.wfile.write(rest[: max(1, len(rest) // 2)])
        self.wfile.flush()
        return self.server.ended.wait(5) if fault == "stall" else None

    def _head(self, status, head):
        self.send_response(status)
        for name, value in head.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A client that hung up is what some tests are about."""


class serving:
    """``with serving(agency):`` - the address is then ``agency.url``."""

    def __init__(self, agency):
        self.agency = agency

    def __enter__(self):
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.agency, self.server.ended = self.agency, threading.Event()
        self.agency.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self.agency

    def __exit__(self, *_):
        self.server.ended.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
