"""How long a scanner may take: one budget for connecting, sending and waiting, however slowly its bytes drip."""

from __future__ import annotations

import io
import socket
import time
from pathlib import Path

from maild.errors import TemporaryFailure

CONNECT = 3.0


class NoAnswer(TemporaryFailure):
    """A scanner cannot be reached, or takes too long."""


class NoSense(TemporaryFailure):
    """A scanner is there, but what it said of this mail is no verdict."""


class Patience:
    """So many seconds from now on."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left. Raises TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        return left


class Line:
    """A connection whose every step ends within one patience; as much of a socket as http.client needs."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self.sock = sock
        self.patience = patience

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(self.patience.left())
        self.sock.sendall(data)

    def recv(self, most: int) -> bytes:
        self.sock.settimeout(self.patience.left())
        return self.sock.recv(most)

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - http.client asks for "rb" and nothing else
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        self.sock.close()


class _Reader(io.RawIOBase):
    """Holds the socket open until it is closed itself: http.client closes the connection before it reads the body."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._raw = line.sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        self._line.sock.settimeout(self._line.patience.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def connected(place: Path | tuple[str, int], patience: Patience) -> socket.socket:
    """A connection to a unix socket or (host, port). Raises OSError."""
    limit = min(CONNECT, patience.left())
    if not isinstance(place, Path):
        return _by_tcp(place, limit)
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(limit)
        sock.connect(str(place))
    except BaseException:
        sock.close()
        raise
    return sock


def _by_tcp(place: tuple[str, int], limit: float) -> socket.socket:
    try:
        sock = socket.create_connection(place, timeout=limit)
    except UnicodeError as error:
        raise OSError(f"{place[0]!r} is no name of a host") from error
    # A short line before a long body must not wait for the acknowledgement of the other side (RFC 896).
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
