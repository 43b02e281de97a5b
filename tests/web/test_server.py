"""The port the pages are served at: opened, bounded, closed again, and no signal taken from the daemon."""

from __future__ import annotations

import asyncio
import signal
import socket

import pytest
from starlette.responses import PlainTextResponse

from maild.errors import SourceUnavailable
from maild.settings import Web
from maild.web import server
from maild.web.server import WebServer
from tests.servers.requirement import answers, free_port, wait_until
from tests.web.kit import running

APP = PlainTextResponse("here")


def a_web(**changes: object) -> Web:
    return Web(**({"url": "http://localhost", "port": 0} | changes))  # type: ignore[arg-type]  # fields of many types


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: line.recv(1000), b""))


def test_a_free_port_is_taken_and_closed_again() -> None:
    with running(lambda: WebServer(APP, a_web())) as pages:
        assert ask(pages.port).endswith(b"here")
    assert not answers(pages.port)


def test_cancelling_closes_the_port_too() -> None:
    async def serve() -> int:
        pages = WebServer(APP, a_web())
        task = asyncio.create_task(pages.run())
        await asyncio.to_thread(ask, pages.port)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return pages.port

    assert not answers(asyncio.run(serve()))


def test_signals_stay_the_daemons() -> None:
    async def serve() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
        before = signal.getsignal(signal.SIGTERM)
        pages = WebServer(APP, a_web())
        task = asyncio.create_task(pages.run())
        await asyncio.to_thread(ask, pages.port)
        assert signal.getsignal(signal.SIGTERM) is before
        pages.stop()
        await task
        assert signal.getsignal(signal.SIGTERM) is before

    asyncio.run(serve())


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(SourceUnavailable, match=r"correct `web`"):
        WebServer(APP, a_web(port=port))


def closed(line: socket.socket) -> bool:
    line.settimeout(0.01)
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_connections_beyond_the_limit_are_closed_and_places_come_free() -> None:
    with running(lambda: WebServer(APP, a_web(connections=2))) as pages:
        lines = [socket.create_connection(("127.0.0.1", pages.port), timeout=10) for _ in range(3)]
        wait_until(lambda: closed(lines[2]), "the third is closed")
        assert not closed(lines[0]) and not closed(lines[1])
        lines[0].close()
        wait_until(lambda: ask(pages.port).endswith(b"here"), "its place is free")
        for line in lines:
            line.close()


def test_a_client_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LIFE", 0.05)
    with running(lambda: WebServer(APP, a_web())) as pages:
        line = socket.create_connection(("127.0.0.1", pages.port), timeout=10)
        line.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        wait_until(lambda: closed(line), "the slow client is cut")
        line.close()
