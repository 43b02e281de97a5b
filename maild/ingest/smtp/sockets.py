"""Sockets to listen on: a `Listener` in, listening sockets out, or SourceUnavailable that says what to do.

Laws: a unix socket appears complete, with its mode, or not at all; what a dead process left is replaced, what a living
one uses is not; systemd's sockets are its own: they are used, not made and not removed.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from maild.errors import SourceUnavailable
from maild.ingest.smtp.activation import Activated
from maild.model import Source
from maild.settings import Listener

BACKLOG = 512
SOCKET_MODE = 0o660
LONGEST_SOCKET_PATH = 107
"""Octets (unix(7)); a longer one could be made by renaming, but nobody could connect to it."""

_ADVICE = {
    errno.EADDRINUSE: "another program listens there: stop it, or choose another port in maild.yaml",
    errno.EADDRNOTAVAIL: "this host has no such address: correct `host` in maild.yaml",
    errno.EACCES: "not allowed: ports below 1024 need the capability CAP_NET_BIND_SERVICE; or choose a higher port",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a listener really is: a unix socket, or else host and port."""

    source: Source
    host: str = ""
    port: int = 0
    socket: Path | None = None

    def __str__(self) -> str:
        return f"{self.source} on {self.socket or f'{self.host}:{self.port}'}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A listening socket, and the place it was given. `inode` is that of a socket file we made, else 0."""

    bound: Bound
    sock: socket.socket
    inode: int = 0

    def discard(self) -> None:
        """Close it, and remove its file unless that is another process's by now."""
        self.sock.close()
        path = self.bound.socket
        if path is not None and path.exists() and path.stat().st_ino == self.inode:
            path.unlink()


def open_listener(source: Source, listener: Listener, state: Path, activated: Activated) -> list[Opened]:
    """Listening sockets, one per address the host name stands for. A relative unix socket lies in `state`."""
    if listener.systemd:
        return [Opened(_bound(source, sock), sock) for sock in activated.take(listener.systemd)]
    if listener.socket is not None:
        path = state / listener.socket
        return [Opened(Bound(source, socket=path), _open_unix(path), path.stat().st_ino)]
    opened: list[Opened] = []
    try:
        for family, address in _places(listener):
            sock = _open_tcp(family, address)
            opened.append(Opened(_bound(source, sock), sock))
    except OSError as error:
        for one in opened:
            one.discard()
        advice = _ADVICE.get(error.errno or 0, f"{error}; correct `host` in maild.yaml")
        raise SourceUnavailable(f"cannot listen on {listener.host}:{listener.port}: {advice}") from error
    return opened


def _bound(source: Source, sock: socket.socket) -> Bound:
    place = sock.getsockname()
    if sock.family == socket.AF_UNIX:
        return Bound(source, socket=Path(os.fsdecode(place)))
    return Bound(source, place[0], place[1])


def _places(listener: Listener) -> dict[tuple[int, tuple[object, ...]], None]:
    flags = socket.AI_PASSIVE
    try:
        found = socket.getaddrinfo(listener.host or None, listener.port, type=socket.SOCK_STREAM, flags=flags)
    except UnicodeError as error:
        raise OSError("it is no name of a host") from error
    return dict.fromkeys((family, address) for family, _, _, _, address in found)


def _open_tcp(family: int, address: tuple[object, ...]) -> socket.socket:
    # asyncio sets TCP_NODELAY only where it sees the protocol; without that, pipelined replies wait 40 ms for an ACK.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        return _listening(sock)
    except OSError:
        sock.close()
        raise


def _open_unix(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise SourceUnavailable(f"cannot listen on {path}: a socket's path is too long; shorten it in maild.yaml")
    if _in_use(path):
        raise SourceUnavailable(f"cannot listen on {path}: another process listens there; is maild running already?")
    # Bound beside its place and renamed: nobody sees it with another mode, and a stale one is replaced in one step.
    beside = path.with_name(f".{os.getpid()}")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        beside.unlink(missing_ok=True)
        sock.bind(str(beside))
        beside.chmod(SOCKET_MODE)
        _listening(sock)
        beside.rename(path)
    except OSError as error:
        sock.close()
        beside.unlink(missing_ok=True)
        raise SourceUnavailable(f"cannot listen on {path}: {error}; correct `socket` in maild.yaml") from error
    return sock


def _in_use(path: Path) -> bool:
    """Whether somebody listens there. Raises SourceUnavailable if something that is no socket is in the way."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SourceUnavailable(f"cannot listen on {path}: {error}") from error
    if not stat.S_ISSOCK(mode):
        raise SourceUnavailable(f"cannot listen on {path}: a file is in the way; move it or change maild.yaml")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True


def _listening(sock: socket.socket) -> socket.socket:
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock
