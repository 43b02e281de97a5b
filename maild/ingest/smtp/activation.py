"""Sockets that systemd opened for us (sd_listen_fds(3)): an environment in, listening sockets by their names out.

So ports below 1024 need no privilege, and clients that come while maild is restarted wait instead of failing. Laws:
children see neither the sockets nor the words about them; what is no listening stream socket is not taken.
"""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping

from maild.errors import SourceUnavailable

FIRST = 3
"""File descriptor of the first socket: SD_LISTEN_FDS_START."""
WORDS = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


class Activated:
    """The sockets systemd passed, until somebody takes them."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ, first: int = FIRST) -> None:
        pid, count, names = (environment.get(word, "") for word in WORDS)
        self._sockets: dict[str, list[int]] = {}
        if pid != str(os.getpid()) or not count.isdigit():
            return
        for word in WORDS:
            environment.pop(word, None)
        every = names.split(":") if names else []
        for number in range(int(count)):
            os.set_inheritable(first + number, False)
            name = every[number] if number < len(every) else "unknown"
            self._sockets.setdefault(name, []).append(first + number)

    def take(self, name: str) -> list[socket.socket]:
        """All sockets of this name. Raises SourceUnavailable, saying what to do."""
        numbers = self._sockets.pop(name, [])
        if not numbers:
            passed = ", ".join(sorted(self._sockets)) or "none"
            raise SourceUnavailable(
                f"systemd passed no socket named `{name}` (but: {passed}): write FileDescriptorName={name} into the "
                ".socket unit, enable it, and let systemd start maild"
            )
        return [_listening(number, name) for number in numbers]

    def left(self) -> tuple[str, ...]:
        """Names of sockets that nobody took: nobody would ever answer there."""
        return tuple(sorted(self._sockets))


def _listening(number: int, name: str) -> socket.socket:
    try:
        sock = socket.socket(fileno=number)
    except OSError as error:
        raise SourceUnavailable(f"what systemd passed as `{name}` is no socket: {error}") from error
    listens = sock.type == socket.SOCK_STREAM and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not listens:
        sock.close()
        raise SourceUnavailable(f"systemd's socket `{name}` does not listen: write ListenStream= and Accept=no")
    sock.setblocking(False)
    return sock
