"""A mail -> clamd's verdict, by INSTREAM (clamd(8)): a length of four bytes before each chunk, a chunk of none at last.

Laws: what is larger than clamd takes is scanned from its beginning as far as it goes, and the verdict says so; it is
not held up, since no waiting makes it smaller. An answer that is none raises NoAnswer or NoSense, never a bare error.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from maild.ingest.screening.headers import shortened
from maild.ingest.screening.patience import Line, NoAnswer, NoSense, Patience, connected
from maild.model import Finding, Verdict
from maild.settings import Clamd

NAME = "clamd"
CHUNK = 64 * 1024
LONGEST_REPLY = 4096
SMALLEST = 1024
TOO_LARGE = "INSTREAM size limit exceeded"
HUNG_UP = (BrokenPipeError, ConnectionResetError)


def scan(clamd: Clamd, raw: bytes, patience: Patience) -> Verdict:
    """What it says of a mail. Raises NoAnswer, NoSense."""
    most = min(len(raw), clamd.largest)
    reply = _sent(clamd, raw[:most], patience)
    while reply.startswith(TOO_LARGE) and most > SMALLEST:
        most //= 2
        reply = _sent(clamd, raw[:most], patience)
    return _verdict(reply, "" if most == len(raw) else f"only the first {most} of its {len(raw)} bytes were scanned")


def ping(clamd: Clamd, patience: Patience) -> None:
    """Whether it is there. Raises NoAnswer, NoSense."""
    reply = _asked(clamd, patience, lambda line: line.sendall(b"zPING\0"))
    if reply != "PONG":
        raise NoSense(f"it answered {shortened(reply)!r} to PING")


def place_of(clamd: Clamd) -> Path | tuple[str, int]:
    """Where it listens."""
    return clamd.socket or (clamd.host, clamd.port)


def _verdict(reply: str, note: str) -> Verdict:
    said = reply.removeprefix("stream: ")
    if said == "OK":
        return Verdict(NAME, Finding.CLEAN, note)
    if said.endswith(" FOUND"):
        return Verdict(NAME, Finding.VIRUS, shortened(said.removesuffix(" FOUND")))
    raise NoSense(f"it answered {shortened(reply)!r}")


def _sent(clamd: Clamd, data: bytes, patience: Patience) -> str:
    def send(line: Line) -> None:
        line.sendall(b"zINSTREAM\0")
        for at in range(0, len(data), CHUNK):
            chunk = data[at : at + CHUNK]
            line.sendall(struct.pack(">I", len(chunk)) + chunk)
        line.sendall(struct.pack(">I", 0))

    return _asked(clamd, patience, send)


def _asked(clamd: Clamd, patience: Patience, send: Callable[[Line], None]) -> str:
    """Its reply, without the final NUL. Who hangs up while we send may have said why."""
    try:
        with connected(place_of(clamd), patience) as sock:
            line = Line(sock, patience)
            with suppress(*HUNG_UP):
                send(line)
            reply = _reply(line)
    except HUNG_UP:
        reply = ""
    except OSError as error:
        raise NoAnswer(told(error)) from error
    if not reply:
        raise NoSense("it hung up without an answer")
    return reply


def _reply(line: Line) -> str:
    data = b""
    while b"\0" not in data and len(data) < LONGEST_REPLY and (more := line.recv(LONGEST_REPLY)):
        data += more
    return data.partition(b"\0")[0].decode("utf-8", "replace").strip()


def told(error: OSError) -> str:
    """What went wrong, in the system's words."""
    return "it took too long" if isinstance(error, TimeoutError) else error.strerror or type(error).__name__
