"""The wire under an SMTP or LMTP session: what holds it up, how it ends.

aiosmtpd carries it, but its time limit and its way to end are replaced: it cuts slow but honest senders, and cancels
a commit when the client goes.
Laws: a client that goes away cancels nothing; time is measured without progress; replies to commands that came
together leave together; nothing a client sent is logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from aiosmtpd.smtp import SMTP

from maild.ingest.smtp.clients import Client
from maild.ingest.smtp.intake import Intake

# aiosmtpd writes addresses at INFO and the mail itself at DEBUG.
logging.getLogger("mail.log").setLevel(logging.WARNING)
log = logging.getLogger("maild.smtp")

SHUTTING_DOWN = "421 4.3.2 shutting down, try again later"
NO_PROGRESS = "421 4.4.2 no progress"


class State(Enum):
    """What a session waits for: a balancer's header or a handshake, commands, the content of a mail, or ourselves."""

    ENTERING = "entering"
    COMMANDS = "commands"
    CONTENT = "content"
    WORK = "work"


class Wire(SMTP):
    """`wire` is what is spoken over, TLS or not; `counted` whose connection it is, once that is known."""

    # aiosmtpd gives this limit to its reader: long content is read in pieces of this size.
    line_length_limit = 64 * 1024
    wire: asyncio.Transport
    bare: asyncio.Transport
    intake: Intake
    counted: Client | None
    state: State

    def fresh(self) -> None:
        self._concluded = False
        self._replies: list[str] = []
        self.progress()

    def data_received(self, data: bytes) -> None:
        if self.state is State.CONTENT:
            self._moved += len(data)
            if self._moved >= self.intake.limits.slowest * self.intake.limits.idle:
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
        if self._concluded and self.transport is None and self in self.intake.live:
            self.intake.live.discard(self)
            if self.counted is not None:
                self.intake.clients.leave(self.counted)

    def say(self, reply: str) -> None:
        self._replies.append(reply)

    def flush(self) -> None:
        """Send what has been said: at one time for commands that came at one time (RFC 2920 3.2)."""
        if self._replies and not self.wire.is_closing():
            self.wire.write("".join(f"{reply}\r\n" for reply in self._replies).encode("ascii"))
        self._replies.clear()

    def hang_up(self) -> None:
        self.flush()
        # In TLS, closing twice would forget what is there to be cut.
        if not self.wire.is_closing():
            self.wire.close()

    def cut(self) -> None:
        """End it now, whatever the client has still to hear."""
        self.bare.abort()

    def retire(self) -> None:
        """Say goodbye, unless a mail is being received: then it is said after the answer to that mail."""
        if self.state is State.ENTERING:
            self.cut()
        elif self.state is State.COMMANDS:
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

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The client waits for us: this is no time of its own."""
        self.state = State.WORK
        try:
            yield
        finally:
            self.state = State.COMMANDS
            self.progress()

    def _timeout_cb(self) -> None:
        if self.state in (State.WORK, State.ENTERING):
            self.progress()
        left = self._since + self.intake.limits.idle - self.loop.time()
        if left > 0:
            self._timeout_handle = self.loop.call_later(left, self._timeout_cb)
        else:
            self._send_away()

    @property
    def receiving(self) -> bool:
        """Whether the content of a mail is on its way: it has a share of the memory."""
        return self.state is State.CONTENT

    def must_go(self, patience: float) -> bool:
        """Others wait for its place or memory: send it away if it made no progress for so many seconds; True if so."""
        took = self.loop.time() - self._since
        busy = self.state in (State.WORK, State.ENTERING) or self.transport is None or took < patience
        if busy or (self.state is State.CONTENT and self._moved >= self.intake.limits.slowest * took):
            return False
        self._send_away()
        return True

    def _send_away(self) -> None:
        if self.wire.is_closing() or self.wire.get_write_buffer_size():
            return self.cut()
        self.say(NO_PROGRESS)
        return self.hang_up()


def note(error: Exception) -> None:
    # The text of an error may hold parts of a mail: only its type and place are logged.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    log.error("a mail was not kept: %s at %s", type(error).__name__, where)
