"""One connection under an SMTP or LMTP session: how it begins, what holds it up, how it ends.

aiosmtpd carries it, but its time limit and its way to end are replaced: it cuts slow but honest senders, and cancels
a commit when the client goes.
Laws: a client that goes away cancels nothing; time is measured without progress; replies to commands that came
together leave together; nothing a client sent is logged.
"""

from __future__ import annotations

import asyncio
import logging
from copy import copy
from enum import Enum
from typing import Self, cast

from aiosmtpd.smtp import SMTP

from maild.ingest.smtp.intake import Intake
from maild.model import Source

# aiosmtpd writes addresses at INFO and the mail itself at DEBUG.
logging.getLogger("mail.log").setLevel(logging.WARNING)
log = logging.getLogger("maild.smtp")

SLOWEST = 100
"""Octets a second: content that comes slower than this over a whole idle time counts as no progress."""

SHUTTING_DOWN = "421 4.3.2 shutting down, try again later"
CROWDED = "421 4.3.2 too many connections, try again later"
NO_PROGRESS = "421 4.4.2 no progress"


class State(Enum):
    """Whom a session waits for: the client's commands, the content of a mail, or the store."""

    COMMANDS = "commands"
    CONTENT = "content"
    STORE = "store"


class Connection(SMTP):
    """A connection of either protocol; `source` tells which. What is said over it is for `MailSession`."""

    # aiosmtpd gives this limit to its reader: long content is read in pieces of this size.
    line_length_limit = 64 * 1024
    wire: asyncio.Transport

    def __init__(self, intake: Intake, source: Source) -> None:
        super().__init__(None, hostname=intake.hostname, ident="maild", loop=asyncio.get_running_loop())
        self.intake = intake
        self.source = source
        self.fresh()

    def another(self) -> Self:
        """A session for one more connection, from one that has none.

        aiosmtpd's constructor looks through all members of its class: 250 µs, more than a mail takes. What it finds
        (the methods of this very object, by command) is not used: commands have a table of their own.
        """
        session = copy(self)
        reader = asyncio.StreamReader(limit=self.line_length_limit, loop=self.loop)
        asyncio.StreamReaderProtocol.__init__(session, reader, session._cb_client_connected, loop=self.loop)
        session.fresh()
        return session

    def fresh(self) -> None:
        self.state = State.COMMANDS
        self._concluded = False
        self._replies: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session, or refuse it before it costs anything."""
        self.wire = cast(asyncio.Transport, transport)
        if self.intake.draining or self.intake.full:
            self.say(SHUTTING_DOWN if self.intake.draining else CROWDED)
            return self.hang_up()
        self.intake.live.add(self)
        self.peer = _host(transport.get_extra_info("peername"))
        return super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.state is State.CONTENT:
            self._moved += len(data)
            if self._moved >= SLOWEST * self.intake.limits.idle:
                self.progress()
        super().data_received(data)

    def eof_received(self) -> bool | None:
        """The client sends no more; it may still wait for its answers."""
        return asyncio.StreamReaderProtocol.eof_received(self)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone. What reads and writes hears it from the stream; a commit under way goes on."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        self.transport = None
        self._leave()

    def conclude(self) -> None:
        """Nothing more will be done for this client."""
        self._concluded = True
        self.hang_up()
        self._leave()

    def _leave(self) -> None:
        # It counts as long as it takes a file descriptor, or a mail of it is being kept.
        if self._concluded and self.transport is None:
            self.intake.live.discard(self)

    def say(self, reply: str) -> None:
        self._replies.append(reply)

    def flush(self) -> None:
        """Send what has been said: at one time for commands that came at one time (RFC 2920 3.2)."""
        if self._replies and not self.wire.is_closing():
            self.wire.write("".join(f"{reply}\r\n" for reply in self._replies).encode("ascii"))
        self._replies.clear()

    def hang_up(self) -> None:
        self.flush()
        self.wire.close()

    def retire(self) -> None:
        """Say goodbye, unless a mail is being received: then it is said after the answer to that mail."""
        if self.state is State.COMMANDS:
            self.say(SHUTTING_DOWN)
            self.hang_up()

    # ---- time ------------------------------------------------------------------------------------

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd calls this when a connection begins. The timer looks for progress only when it rings."""
        self.progress()
        self._timeout_handle = self.loop.call_later(duration or self.intake.limits.idle, self._timeout_cb)

    def progress(self) -> None:
        self._since = self.loop.time()
        self._moved = 0

    def _timeout_cb(self) -> None:
        if self.state is State.STORE:
            self.progress()
        left = self._since + self.intake.limits.idle - self.loop.time()
        if left > 0:
            self._timeout_handle = self.loop.call_later(left, self._timeout_cb)
        elif self.wire.get_write_buffer_size():
            self.wire.abort()
        else:
            self.say(NO_PROGRESS)
            self.hang_up()


def _host(peer: object) -> str:
    """The client's IP address; "unix" for a unix socket, where only this host's programs are."""
    return str(peer[0]) if isinstance(peer, tuple) else "unix"


def note(error: Exception) -> None:
    # The text of an error may hold parts of a mail: only its type and place are logged.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    log.error("a mail was not kept: %s at %s", type(error).__name__, where)
