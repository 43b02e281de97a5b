"""A private clamd with two signatures of its own, and a fake one for what a real one will not do on command.

The real one (Debian: clamav-daemon) needs no signatures from the network: a folder of its own holds EICAR's. It says
`stream: Eicar-Test-Body.UNOFFICIAL FOUND` of it.
"""

from __future__ import annotations

import shutil
import socket
import socketserver
import struct
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers.requirement import DIES_WITH_US, free_port, need, wait_until

# In two halves: a virus scanner that looks at this file should find nothing.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + rb"-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Eicar-Test-Body.UNOFFICIAL"
CONFIG = """
DatabaseDirectory {home}/signatures
LocalSocket {home}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
TemporaryDirectory {home}
LogFile {home}/log
Foreground yes
StreamMaxLength {largest}
MaxThreads 2
SelfCheck 0
"""


@dataclass(frozen=True, slots=True)
class RunningClamd:
    """A running clamd."""

    socket: Path
    port: int


@contextmanager
def a_clamd(largest: str = "25M", port: int = 0) -> Iterator[RunningClamd]:
    """Start a clamd of our own, and end it. `largest` is its StreamMaxLength; without a port it takes a free one."""
    need(shutil.which("clamd"), "clamd (apt install clamav-daemon)")
    home, port = Path(tempfile.mkdtemp(prefix="maild-clamd-")), port or free_port()
    (home / "signatures").mkdir()
    (home / "signatures" / "test.ndb").write_text(f"Eicar-Test-Body:0:*:{EICAR.hex()}\n")
    (home / "clamd.conf").write_text(CONFIG.format(home=home, port=port, largest=largest))
    with (home / "out").open("wb") as out:
        command = [*DIES_WITH_US, "clamd", "-c", str(home / "clamd.conf")]
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_until(lambda: process.poll() is not None or pongs(port), "clamd answers", 30)
        assert process.poll() is None, (home / "out").read_text()
        yield RunningClamd(home / "clamd.sock", port)
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(home, ignore_errors=True)


def pongs(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"zPING\0")
        return client.recv(10) == b"PONG\0"
    return False


# ---- the fake ----------------------------------------------------------------------------------------------

Speak = Callable[["Session"], None]


class Session(socketserver.StreamRequestHandler):
    """One connection; what it does is the server's `speak`."""

    server: FakeClamd

    def handle(self) -> None:
        self.server.connections += 1
        with suppress(OSError, struct.error):  # a client may hang up at any time
            self.server.speak(self)

    def command(self) -> bytes:
        """What is asked for, without prefix and end."""
        asked = b""
        while not asked.endswith(b"\0") and (one := self.rfile.read(1)):
            asked += one
        return asked.strip(b"z\0")

    def content(self) -> bytes:
        """All chunks up to the empty one."""
        data = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            data += self.rfile.read(size)
        return data

    def say(self, reply: bytes) -> None:
        self.wfile.write(reply)


def honest(session: Session) -> None:
    """PONG to PING; finds EICAR, whatever it stands in."""
    if session.command() == b"PING":
        return session.say(b"PONG\0")
    found = EICAR in session.content()
    return session.say(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")


def saying(reply: bytes) -> Speak:
    """Takes the mail and answers this, whatever it was."""

    def speak(session: Session) -> None:
        session.command()
        session.content()
        session.say(reply)

    return speak


def hanging(session: Session) -> None:
    """Takes what comes and never answers; ends when the client or the test does."""
    session.connection.settimeout(0.05)
    while not session.server.ending.is_set():
        try:
            if not session.connection.recv(65536):
                return
        except TimeoutError:
            continue


def dripping(session: Session) -> None:
    """An answer without end, a byte at a time."""
    session.command()
    session.content()
    while not session.server.ending.wait(0.02):
        session.say(b"s")


def hanging_up(session: Session) -> None:
    """Goes in the middle of the mail."""
    session.command()
    session.rfile.read(6)


class FakeClamd(socketserver.ThreadingTCPServer):
    """The listener, on `port` of the loopback. `speak` may be changed at any time; `connections` counts."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, speak: Speak, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Session)
        self.speak = speak
        self.connections = 0
        self.ending = threading.Event()
        self.port: int = self.server_address[1]


@contextmanager
def a_fake_clamd(speak: Speak = honest, port: int = 0) -> Iterator[FakeClamd]:
    """A clamd that does as told, for the length of a test."""
    with FakeClamd(speak, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ending.set()
            server.shutdown()
            thread.join()
