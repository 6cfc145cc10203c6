"""A server on this machine that sends files as badly as a test wants.

Every path has a list of behaviours; each request takes the next one, and the last one stays. So a
test can say: break off after 100 bytes, then send the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """Where files are served from, and what was asked for.

    Attributes
    ----------
    behaviours : dict
        Path -> what to do with each request for it, in order.
    requests : list of (path, Range)
        Every request that came; Range is "" where the whole file was asked for.
    """

    server: ThreadingHTTPServer
    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def serve(self, path: str, *behaviours: Behaviour) -> str:
        """Serve a path so; return its address."""
        self.behaviours[path] = list(behaviours)
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def ranges(self, path: str) -> list[str]:
        """The Range of each request for a path."""
        return [asked for requested, asked in self.requests if requested == path]


class Handler(BaseHTTPRequestHandler):
    """Takes the next behaviour of the path that is asked for."""

    protocol_version = "HTTP/1.1"
    files: FileServer

    def do_GET(self) -> None:
        """Answer as the path's next behaviour says; then hang up."""
        self.close_connection = True
        self.files.requests.append((self.path, self.headers.get("Range", "")))
        waiting = self.files.behaviours.get(self.path, [answers(404)])
        behaviour = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        behaviour(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def head(self, status: int, **headers: object) -> None:
        """Send the status and headers; ``content_type`` stands for Content-Type."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Connection", "close")
        self.end_headers()


Behaviour = Callable[[Handler], None]


def running() -> FileServer:
    """A server that runs until ``stop``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    files = FileServer(server)
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"files": files})
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    return files


def stop(files: FileServer) -> None:
    """Stop it and let go of its port."""
    files.closing.set()
    files.server.shutdown()
    files.server.server_close()


def sends(content: bytes, *, ranges: bool = True, until: int | None = None) -> Behaviour:
    """Send a file, or what follows the byte asked for; break off at byte ``until``."""

    def behave(handler: Handler) -> None:
        start = _begin(handler, content, ranges=ranges)
        handler.wfile.write(content[start:until])

    return behave


def stalls(content: bytes, after: int) -> Behaviour:
    """Send some bytes of a file, then nothing more, and keep the connection open."""

    def behave(handler: Handler) -> None:
        start = _begin(handler, content)
        handler.wfile.write(content[start:after])
        handler.wfile.flush()
        handler.files.closing.wait(30)

    return behave


def trickles(content: bytes, chunk: int, pause: float) -> Behaviour:
    """Send a file a few bytes at a time."""

    def behave(handler: Handler) -> None:
        start = _begin(handler, content)
        for position in range(start, len(content), chunk):
            handler.wfile.write(content[position : position + chunk])
            handler.wfile.flush()
            if handler.files.closing.wait(pause):
                return

    return behave


def answers(status: int, **headers: object) -> Behaviour:
    """Answer with a status and no file."""

    def behave(handler: Handler) -> None:
        handler.head(status, Content_Length=0, **headers)

    return behave


def sends_page(handler: Handler) -> None:
    """Answer as the login page of a hotel does: 200, and HTML."""
    page = b"<html><title>Welcome to our hotel</title></html>"
    handler.head(200, Content_Type="text/html; charset=utf-8", Content_Length=len(page))
    handler.wfile.write(page)


def sends_the_wrong_piece(handler: Handler) -> None:
    """Answer a Range with bytes from the file's beginning."""
    handler.head(206, Content_Range="bytes 0-9/5000", Content_Length=10)
    handler.wfile.write(b"0123456789")


def sends_without_length(content: bytes) -> Behaviour:
    """Send bytes until hanging up, without saying how many there are."""

    def behave(handler: Handler) -> None:
        handler.head(200, Content_Type="application/octet-stream")
        handler.wfile.write(content)

    return behave


def hangs_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.connection.close()


def _begin(handler: Handler, content: bytes, *, ranges: bool = True) -> int:
    """Send the head of an answer; return the byte at which the content begins."""
    asked = handler.headers.get("Range", "")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and ranges else 0
    kind = {"Content_Type": "application/octet-stream", "Content_Length": len(content) - start}
    if asked and ranges:
        end = f"bytes {start}-{len(content) - 1}/{len(content)}"
        handler.head(206, Content_Range=end, **kind)
    else:
        handler.head(200, **kind)
    return start
