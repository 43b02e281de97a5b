"""Serving the pages inside the daemon's own loop: an ASGI application in, an open port out.

Laws: signals stay the daemon's; no URL is logged, since it may hold a secret; a connection beyond the limit is closed,
and each lives a minute at most, however slowly its client speaks; heads are bounded. TLS and HSTS are the business of
the web server in front.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from maild.errors import SourceUnavailable
from maild.settings import Web

BACKLOG = 128
LONGEST_HEAD = 16 * 1024
"""Bytes of a request's head."""
LIFE = 60.0
IDLE = 5
DRAIN = 5
"""Seconds of a connection, of its silence between requests, and for open requests at the end."""


class WebServer:
    """The pages at their `port`. It listens from the moment it is made; `run` serves until `stop`.

    Raises SourceUnavailable where it cannot listen.
    """

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._socket = _listen(web.host, web.port)
        self.port = int(self._socket.getsockname()[1])
        self._server = _Server(_config(app, web))

    async def run(self) -> None:
        """Serve until `stop`. Cancelling closes the port, without patience for open connections."""
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """Let `run` end: no new connections, open requests have a few seconds."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the daemon's."""
        yield


class _Connection(H11Protocol):
    """One connection, for a minute at most."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        super().connection_made(transport)
        if len(self.connections) >= (self.config.limit_concurrency or 0):
            transport.close()
            return
        self._end = self.loop.call_later(LIFE, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)


def _config(app: ASGIApp, web: Web) -> uvicorn.Config:
    quiet: dict[str, Any] = {"log_config": None, "log_level": "error", "access_log": False, "server_header": False}
    plain: dict[str, Any] = {"http": _Connection, "ws": "none", "lifespan": "off", "interface": "asgi3"}
    bounds: dict[str, Any] = {
        "limit_concurrency": web.connections + 1,  # with so many, one is too many
        "h11_max_incomplete_event_size": LONGEST_HEAD,
        "timeout_keep_alive": IDLE,
        "timeout_graceful_shutdown": DRAIN,
    }
    return uvicorn.Config(app, forwarded_allow_ips=list(web.proxies), **quiet, **plain, **bounds)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        told = f"cannot listen on {host}:{port}: {error.strerror or error}; correct `web` in maild.yaml"
        raise SourceUnavailable(told) from error
    made.setblocking(False)
    return made
