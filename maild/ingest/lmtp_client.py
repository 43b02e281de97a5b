"""Hand one mail to an LMTP server (RFC 2033): mail and recipients in, one answer per recipient out.

For `maild ingest` as an MTA's pipe. Blocking; one mail per connection. smtplib.LMTP reads one reply for all the
recipients and is of no use for two.
Laws: every recipient gets an answer; what is not known to be kept is answered 4yz, so that the caller tries again.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from maild.errors import SourceUnavailable

Place = Path | tuple[str, int]

_UNSENDABLE = re.compile(r"[\x00-\x1f<>\x7f\ud800-\udfff]")
"""What would end an address or a line, and what the system could not decode: it has no UTF-8."""

LONGEST_REPLY = 64 * 1024
UNCERTAIN = "4.4.2 connection lost after the final dot: it may have been kept, trying again is safe"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one recipient. 2yz: kept; 4yz: try again; 5yz: never."""

    recipient: str
    code: int
    text: str

    @property
    def kept(self) -> bool:
        return 200 <= self.code < 300


@dataclass(frozen=True, slots=True)
class _Reply:
    code: int
    text: str

    @property
    def taken(self) -> bool:
        """250, or 251: it will be forwarded (RFC 5321 4.2.3)."""
        return 200 <= self.code < 300

    def as_refusal(self) -> _Reply:
        """It ended the dialogue before a mail was sent: whatever it says, nothing is kept."""
        return self if self.code >= 400 else _Reply(451, f"4.5.0 unexpected reply {self.code}")


def deliver(
    place: Place, mail_from: str, recipients: Sequence[str], raw: bytes, timeout: float = 60
) -> tuple[Answer, ...]:
    """Deliver `raw` to the unix socket or (host, port) `place`. `timeout` is in seconds, for each step.

    Raises SourceUnavailable if the server cannot be reached, or goes before the final dot was sent.
    """
    try:
        with _Connection(place, timeout) as connection:
            return connection.deliver(mail_from, list(recipients), raw)
    except (OSError, EOFError) as error:
        raise SourceUnavailable(
            f"no LMTP server answers on {_name(place)}: {error}; is `maild serve` running?"
        ) from error


def stuffed(raw: bytes) -> bytes:
    """The content as it goes over the wire, final dot included (RFC 5321 4.5.2)."""
    body = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
    return body + (b".\r\n" if not body or body.endswith(b"\r\n") else b"\r\n.\r\n")


def with_crlf(raw: bytes) -> bytes:
    """A mail out of a pipe or file has the line ends of its system; on the wire they were CRLF, and were signed so."""
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")


class _Connection:
    def __init__(self, place: Place, timeout: float) -> None:
        self._socket = _connected(place, timeout)
        self._input = self._socket.makefile("rb")

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._input.close()
        self._socket.close()

    def deliver(self, mail_from: str, recipients: list[str], raw: bytes) -> tuple[Answer, ...]:
        refusal = self._open(mail_from, recipients)
        if refusal is not None:
            return tuple(Answer(recipient, refusal.code, refusal.text) for recipient in recipients)
        said = [self._ask(f"RCPT TO:<{recipient}>") for recipient in recipients]
        taken = sum(reply.taken for reply in said)
        finals = iter(self._send(raw, taken) if taken else [])
        replies = (next(finals) if reply.taken else reply for reply in said)
        return tuple(
            Answer(recipient, reply.code, reply.text) for recipient, reply in zip(recipients, replies, strict=True)
        )

    def _open(self, mail_from: str, recipients: list[str]) -> _Reply | None:
        if any(_UNSENDABLE.search(text) for text in (mail_from, *recipients)):
            return _Reply(501, "5.1.3 an address has characters that no address may have")
        utf8 = "" if all(text.isascii() for text in (mail_from, *recipients)) else " SMTPUTF8"
        for line, wanted in (("", 220), ("LHLO localhost", 250), (f"MAIL FROM:<{mail_from}>{utf8}", 250)):
            reply = self._ask(line) if line else self._reply()
            if reply.code != wanted:
                return reply.as_refusal()
        return None

    def _send(self, raw: bytes, count: int) -> list[_Reply]:
        begun = self._ask("DATA")
        if begun.code != 354:
            return [begun.as_refusal()] * count
        self._socket.sendall(stuffed(with_crlf(raw)))
        replies: list[_Reply] = []
        try:
            while len(replies) < count:
                replies.append(self._reply())
            self._socket.sendall(b"QUIT\r\n")
        except (OSError, EOFError):
            replies += [_Reply(451, UNCERTAIN)] * (count - len(replies))
        return replies

    def _ask(self, line: str) -> _Reply:
        self._socket.sendall(line.encode() + b"\r\n")
        return self._reply()

    def _reply(self) -> _Reply:
        read = 0
        while read < LONGEST_REPLY:
            line = self._input.readline(LONGEST_REPLY)
            read += len(line)
            if not line.endswith(b"\n") or not line[:3].isdigit():
                raise EOFError("the connection was lost" if not line else "it does not speak LMTP")
            if line[3:4] != b"-":
                return _Reply(int(line[:3]), line[4:].decode("utf-8", "replace").strip())
        raise EOFError("its reply has no end")


def _connected(place: Place, timeout: float) -> socket.socket:
    if not isinstance(place, Path):
        return socket.create_connection(place, timeout)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(str(place))
    except OSError:
        sock.close()
        raise
    return sock


def _name(place: Place) -> str:
    return str(place) if isinstance(place, Path) else f"{place[0]}:{place[1]}"
