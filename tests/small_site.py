"""A small web site on loopback: pages by their path, each with what else its answer is."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What a path is answered with."""

    body: bytes | str = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass
class SmallSite:
    """What it was asked for."""

    url: str
    asked: list[str]
    stop: threading.Event


@contextmanager
def small_site(pages: Mapping[str, str | Answer]) -> Iterator[SmallSite]:
    """Serve them until the end of the block; what is not there is 404."""
    asked: list[str] = []
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            found = pages.get(self.path, Answer("nothing here", 404))
            answer = Answer(found) if isinstance(found, str) else found
            stop.wait(answer.wait_s)
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield SmallSite(f"http://127.0.0.1:{server.server_port}", asked, stop)
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
