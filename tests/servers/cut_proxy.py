"""A proxy that breaks connections: after so many bytes from the server, by FIN, by RST, or by silence."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Final

NEVER: Final = 1 << 60


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a connection is cut, in bytes from server to client, and how: "fin", "rst" or "hang"."""

    after: int
    how: str = "fin"


class CutProxy:
    """Listens on `port`. The first connection gets the first cut, and so on; those beyond are left whole."""

    def __init__(self, upstream: int, cuts: Sequence[Cut]) -> None:
        self._upstream = ("127.0.0.1", upstream)
        self._cuts = chain(cuts, repeat(Cut(NEVER)))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for sock in (self._listener, *self._open):
            hang_up(sock)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._upstream)
                self._open += [client, server]
                for sock in (client, server):
                    # Else each small answer would wait 40 ms for the one before it to be acknowledged.
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                cut = next(self._cuts)
                threading.Thread(target=pump, args=(client, server, Cut(NEVER)), daemon=True).start()
                threading.Thread(target=pump, args=(server, client, cut), daemon=True).start()


def pump(source: socket.socket, target: socket.socket, cut: Cut) -> None:
    """Carry bytes one way until the cut, or until either side ends."""
    left = cut.after
    with suppress(OSError):
        while left > 0 and (data := source.recv(min(left, 65536))):
            target.sendall(data)
            left -= len(data)
    if left <= 0 and cut.how == "hang":
        return
    if left <= 0 and cut.how == "rst":
        for sock in (source, target):
            # No lingering: close() sends RST (socket(7), SO_LINGER). First wake who waits in recv, without a FIN.
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.shutdown(socket.SHUT_RD)
                sock.close()
    hang_up(source)
    hang_up(target)


def hang_up(sock: socket.socket) -> None:
    # shutdown first: close alone leaves the connection open while another thread waits in recv.
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


@contextmanager
def cutting(upstream: int, cuts: Sequence[Cut]) -> Iterator[CutProxy]:
    """A proxy to a port of the loopback, for the length of a test."""
    proxy = CutProxy(upstream, cuts)
    try:
        yield proxy
    finally:
        proxy.close()
