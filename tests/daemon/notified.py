"""systemd's end of sd_notify(3): a real unix datagram socket, named in the environment."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class Notified:
    """What has been said to systemd."""

    path: Path
    sock: socket.socket

    def messages(self) -> list[str]:
        """All that came since the last call."""
        said: list[str] = []
        with suppress(BlockingIOError):
            while True:
                said.append(self.sock.recv(4096).decode())
        return said


def listening(path: Path) -> Notified:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(str(path))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.setblocking(False)
    return Notified(path, sock)


@pytest.fixture
def notified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notified]:
    """This process talks to a systemd of the test's."""
    made = listening(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", str(made.path))
    yield made
    made.sock.close()
