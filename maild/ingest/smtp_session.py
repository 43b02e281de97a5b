"""One SMTP or LMTP connection: bytes from a client in, received mails out, each answered only when it is kept (law 1).

aiosmtpd carries the connection. Its loop over commands, its reading of DATA and its time limit are replaced: they
answer LMTP once for many recipients, bounce mail for faults of ours, cancel a commit when the client goes, bound
neither memory nor lines, and cut slow but honest senders.
Laws: no 250 to a mail before `accept` returned; one reply per recipient after the final dot of LMTP (RFC 2033 4.2);
a client that goes away cancels nothing; nothing a client sent is logged.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum
from typing import cast

from aiosmtpd.smtp import SMTP

from maild.errors import StoreFull, StoreUnavailable
from maild.ingest import smtp_commands as commands
from maild.ingest.scan import noted
from maild.ingest.smtp_data import NO_ROOM, TOO_BIG, Flooding, Share, receive, waiting
from maild.ingest.smtp_intake import Intake
from maild.model import ReceivedMail, Source

# aiosmtpd writes addresses at INFO and the mail itself at DEBUG.
logging.getLogger("mail.log").setLevel(logging.WARNING)
log = logging.getLogger("maild.smtp")

SLOWEST = 100
"""Octets a second: content that comes slower than this over a whole idle time counts as no progress."""
LONGEST_COMMAND = 2048
MOST_COMMANDS = 1000
"""Commands a client may send without bringing a mail home."""
MOST_ERRORS = 20
"""Of these: unknown, malformed or out of place."""

GO_ON = "354 end with <CRLF>.<CRLF>"
KEPT = "250 2.0.0 kept"
BYE = "221 2.0.0 bye"
SHUTTING_DOWN = "421 4.3.2 shutting down, try again later"
CROWDED = "421 4.3.2 too many connections, try again later"
NO_PROGRESS = "421 4.4.2 no progress"
TOO_MANY = "421 4.7.0 too many commands"
OUR_FAULT = "451 4.3.0 not kept, try again later"
TOO_LONG = "500 5.5.2 line too long"
NOT_UTF8 = "501 5.5.2 not UTF-8"


class State(Enum):
    """Whom a session waits for: the client's commands, the content of a mail, or the store."""

    COMMANDS = "commands"
    CONTENT = "content"
    STORE = "store"


class MailSession(SMTP):
    """A connection of either protocol; `source` tells which."""

    # aiosmtpd gives this limit to its reader: long content is read in pieces of this size.
    line_length_limit = 64 * 1024
    wire: asyncio.Transport

    def __init__(self, intake: Intake, source: Source) -> None:
        super().__init__(None, hostname=intake.hostname, ident="maild", loop=asyncio.get_running_loop())
        self.intake = intake
        self.source = source
        self.commands = commands.LMTP_COMMANDS if source is Source.LMTP else commands.SMTP_COMMANDS
        self.state = State.COMMANDS
        self._commands_left, self._errors_left = MOST_COMMANDS, MOST_ERRORS
        self._replies: list[str] = []
        self.begin(greeted=False)

    # ---- the mail under way ----------------------------------------------------------------------

    def begin(self, *, greeted: bool) -> None:
        self.greeted = greeted
        self.forget()

    def forget(self) -> None:
        """No mail is under way (RFC 5321 4.1.1.5)."""
        self.sender: str | None = None
        self.declared = 0
        self.recipients: list[str] = []

    # ---- the connection --------------------------------------------------------------------------

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
                self._progress()
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
        self._progress()
        self._timeout_handle = self.loop.call_later(duration or self.intake.limits.idle, self._timeout_cb)

    def _progress(self) -> None:
        self._since = self.loop.time()
        self._moved = 0

    def _timeout_cb(self) -> None:
        if self.state is State.STORE:
            self._progress()
        left = self._since + self.intake.limits.idle - self.loop.time()
        if left > 0:
            self._timeout_handle = self.loop.call_later(left, self._timeout_cb)
        elif self.wire.get_write_buffer_size():
            self.wire.abort()
        else:
            self.say(NO_PROGRESS)
            self.hang_up()

    # ---- commands --------------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (OSError, asyncio.IncompleteReadError):
            log.debug("a client went away")
        except Exception as error:  # noqa: BLE001 - the one catch-all of a session: others must not suffer
            _note(error)
        finally:
            self.intake.live.discard(self)
            self.hang_up()

    async def _converse(self) -> None:
        self.say(f"220 {self.hostname} {'ESMTP' if self.source is Source.SMTP else 'LMTP'} maild")
        while not self.wire.is_closing():
            if not waiting(self._reader):
                self.flush()
                if self.wire.get_write_buffer_size():
                    await self._writer.drain()
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError:
                return self.say(TOO_LONG)
            self._progress()
            await self._obey(line)
        return None

    async def _obey(self, line: bytes) -> None:
        verb, _, rest = line.rstrip(b"\r\n").partition(b" ")
        verb = verb.upper()
        if verb == b"DATA":
            return await self._data(rest)
        if verb == b"QUIT":
            self.say(BYE)
            return self.hang_up()
        self._commands_left -= 1
        reply = self._reply(verb, rest) if len(line) <= LONGEST_COMMAND else TOO_LONG
        self._errors_left -= reply.startswith("50")
        self.say(reply)
        if self._commands_left < 1 or self._errors_left < 1:
            self.say(TOO_MANY)
            self.hang_up()
        return None

    def _reply(self, verb: bytes, rest: bytes) -> str:
        command = self.commands.get(verb)
        if command is None:
            return commands.UNKNOWN
        try:
            return command(self, rest.decode())
        except UnicodeDecodeError:
            return NOT_UTF8
        except Exception as error:  # noqa: BLE001 - whether a recipient is ours may be a question to a store
            _note(error)
            return OUR_FAULT

    # ---- the mail --------------------------------------------------------------------------------

    async def _data(self, rest: bytes) -> None:
        refusal = commands.data_refusal(self, rest)
        share = None if refusal else self.intake.budget.share(self.declared)
        if share is None:
            self.say(refusal or NO_ROOM)
            return
        try:
            await self._take(share)
        finally:
            share.give_back()
            self.state = State.COMMANDS

    async def _take(self, share: Share) -> None:
        self.state = State.CONTENT
        self.say(GO_ON)
        self.flush()
        try:
            content = await receive(self._reader, self.intake.limits.message_size, share.covers)
        except Flooding:
            self._answer(TOO_BIG)
            return self.hang_up()
        if isinstance(content, bytes):
            self.state = State.STORE
            content = await self._keep(content)
        return self._answer(content)

    async def _keep(self, raw: bytes) -> str:
        try:
            await self.intake.accept(self._mail(raw))
        except StoreFull:
            return NO_ROOM
        except StoreUnavailable:
            return OUR_FAULT
        except Exception as error:  # noqa: BLE001 - whatever it was, the mail is not kept and the sender must try again
            _note(error)
            return OUR_FAULT
        self._commands_left, self._errors_left = MOST_COMMANDS, MOST_ERRORS
        log.debug("kept a mail of %d octets for %d recipients", len(raw), len(self.recipients))
        return KEPT

    def _mail(self, raw: bytes) -> ReceivedMail:
        message_id, parent_id = noted(raw)
        recipients = tuple(dict.fromkeys(self.recipients))
        return ReceivedMail(
            raw=raw,
            source=self.source,
            mail_from=self.sender,
            recipients=recipients,
            received_at=self.intake.clock(),
            peer=self.peer,
            message_id=message_id,
            parent_id=parent_id,
        )

    def _answer(self, reply: str) -> None:
        replies = len(self.recipients) if self.source is Source.LMTP else 1
        self.say("\r\n".join([reply] * replies))
        self.forget()
        self.state = State.COMMANDS
        self._progress()
        if self.intake.draining:
            self.retire()


def _host(peer: object) -> str:
    """The client's IP address; "unix" for a unix socket, where only this host's programs are."""
    return str(peer[0]) if isinstance(peer, tuple) else "unix"


def _note(error: Exception) -> None:
    # The text of an error may hold parts of a mail: only its type and place are logged.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    log.error("a mail was not kept: %s at %s", type(error).__name__, where)
