"""Sockets that systemd opens: taken by name, never removed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maild.errors import SourceUnavailable
from maild.ingest.smtp.activation import Activated

ROOT = Path(__file__).parents[2]

# What systemd does between fork and exec: descriptors from 3 on, and words about them.
SYSTEMD = """
    import os, sys
    numbers, names, *command = sys.argv[1:]
    spare = [os.dup(int(number)) for number in numbers.split(",")]
    spare = [os.dup2(one, 100 + place) for place, one in enumerate(spare)]
    for place, one in enumerate(spare):
        os.dup2(one, 3 + place, inheritable=True)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(spare)), LISTEN_FDNAMES=names)
    os.execv(command[0], command)
"""
SERVER = """
    import asyncio, os, sys
    from pathlib import Path
    from maild.ingest.smtp import start_listeners
    from maild.settings import Listener, Settings

    async def main() -> None:
        async def keep(mail: object) -> None: ...
        settings = Settings(smtp=(Listener(systemd="smtp"),), lmtp=(Listener(systemd="lmtp"),), state=Path(sys.argv[1]))
        listeners = await start_listeners(settings, keep, lambda address: True)
        heirs = [number for number in range(3, 6) if os.get_inheritable(number)]
        words = [word for word in os.environ if word.startswith("LISTEN_")]
        print([str(one) for one in listeners.addresses], heirs, words, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await listeners.drain(5)
        await listeners.close()

    asyncio.run(main())
"""


@contextmanager
def _activated(sockets: list[socket.socket], names: str, state: Path) -> Iterator[subprocess.Popen[str]]:
    numbers = ",".join(str(sock.fileno()) for sock in sockets)
    command = [sys.executable, "-c", textwrap.dedent(SERVER), str(state)]
    wrapped = [sys.executable, "-c", textwrap.dedent(SYSTEMD), numbers, names, *command]
    process = subprocess.Popen(
        wrapped,
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[sock.fileno() for sock in sockets],
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def _greeting(sock: socket.socket) -> bytes:
    with socket.socket(sock.family) as client:
        client.settimeout(10)
        client.connect(sock.getsockname())
        return client.recv(100)


def test_sockets_of_systemd_are_served_handed_to_no_child_and_outlive_us(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    with (
        socket.create_server(("127.0.0.1", 0)) as four,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as six,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        unix.bind(str(path))
        unix.listen()
        for _ in range(2):  # the second time is a restart: the same sockets, another process
            with _activated([four, unix, six], "smtp:lmtp:smtp", tmp_path) as server:
                assert server.stdout is not None and server.stdin is not None
                ports = four.getsockname()[1], six.getsockname()[1]
                places = [f"smtp on 127.0.0.1:{ports[0]}", f"smtp on ::1:{ports[1]}", f"lmtp on {path}"]
                assert server.stdout.readline().strip() == f"{places} [] []"
                assert _greeting(four) == _greeting(six) == b"220 localhost ESMTP maild\r\n"
                assert _greeting(unix) == b"220 localhost LMTP maild\r\n"
                server.stdin.close()
                assert server.wait(10) == 0
            assert path.is_socket()
        # Nobody serves it now, and still nobody is refused: systemd keeps the socket.
        with socket.create_connection(four.getsockname(), timeout=5):
            pass


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def _words(sock: socket.socket, names: str = "smtp", pid: int | None = None) -> dict[str, str]:
    return {"LISTEN_PID": str(pid or os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": names}


def test_a_socket_is_taken_once_and_what_is_left_has_a_name(listening: socket.socket) -> None:
    environment = _words(listening, "smtp")
    activated = Activated(environment, os.dup(listening.fileno()))
    assert environment == {}
    assert activated.left() == ("smtp",)
    activated.take("smtp")[0].close()
    assert activated.left() == ()
    with pytest.raises(SourceUnavailable, match="no socket named `smtp`"):
        activated.take("smtp")


def test_a_name_that_is_missing_is_named_with_what_to_do(listening: socket.socket) -> None:
    number = os.dup(listening.fileno())
    with pytest.raises(SourceUnavailable, match=r"`lmtp` \(but: smtp\): write FileDescriptorName=lmtp"):
        Activated(_words(listening), number).take("lmtp")
    os.close(number)


def test_words_meant_for_another_process_mean_nothing(listening: socket.socket) -> None:
    assert Activated(_words(listening, pid=1), listening.fileno()).left() == ()
    assert Activated({}, listening.fileno()).left() == ()
    assert Activated({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "x"}).left() == ()


def test_what_does_not_listen_is_refused_with_what_to_do() -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            number = os.dup(sock.fileno())
            with pytest.raises(SourceUnavailable, match="does not listen"):
                Activated(_words(sock), number).take("smtp")
    reading, writing = os.pipe()
    with pytest.raises(SourceUnavailable, match="is no socket"):
        Activated({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "smtp"}, reading).take("smtp")
    os.close(reading)
    os.close(writing)
