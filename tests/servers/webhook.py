"""A receiver of webhooks on the loopback that keeps what it is told, and misbehaves when asked to."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.requirement import wait_until


@dataclass(frozen=True)
class Reply:
    """One answer. `hangs`: none comes until `Receiver.released`; `body` is sent as it is, without an end if `drips`."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    hangs: bool = False
    drips: bool = False


@dataclass(frozen=True)
class Told:
    """One call as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """What it was told, and how it answers: `replies` in their order, then `usual`."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    usual: Reply = field(default_factory=Reply)
    released: threading.Event = field(default_factory=threading.Event)

    def until(self, calls: int, seconds: float = 20) -> None:
        """Wait for so many calls."""
        wait_until(lambda: len(self.told) >= calls, f"{calls} calls, not {len(self.told)}", seconds)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reply = receiver.replies.pop(0) if receiver.replies else receiver.usual
        receiver.told.append(Told(self.path, {name.lower(): text for name, text in self.headers.items()}, body))
        self.close_connection = True
        if reply.hangs:
            receiver.released.wait(20)
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + reply.drips * 1000))
        self.end_headers()
        self.wfile.write(reply.body)
        if reply.drips:
            receiver.released.wait(20)

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # whoever called has hung up


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receiver = Receiver()


@contextmanager
def a_receiver(certificate: tuple[Path, Path] | None = None) -> Iterator[Receiver]:
    """One on a free port; by TLS with this certificate and key."""
    with _Server() as server:
        if certificate:
            secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            secure.load_cert_chain(*certificate)
            server.socket = secure.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.receiver.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}/hook?a=b"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.receiver
        finally:
            server.receiver.released.set()
            server.shutdown()
            thread.join()
