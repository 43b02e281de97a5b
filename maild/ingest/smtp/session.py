"""What is said over one SMTP or LMTP connection: commands and content in, received mails out (law 1).

aiosmtpd's loop over commands and its reading of DATA are replaced: they answer LMTP once for many recipients, bounce
mail for faults of ours, and bound neither memory nor lines.
Laws: no 250 to a mail before `accept` returned; one reply per recipient after the final dot of LMTP (RFC 2033 4.2);
faults of ours are 4yz, and logged without what the client sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from maild.errors import StoreFull, StoreUnavailable
from maild.ingest.header.scan import noted
from maild.ingest.smtp import auth, commands
from maild.ingest.smtp.connection import Connection
from maild.ingest.smtp.data import NO_ROOM, TOO_BIG, Flooding, Share, receive, waiting
from maild.ingest.smtp.wire import State, log, note
from maild.model import ReceivedMail, Source

LONGEST_COMMAND = 2048
MOST_COMMANDS = 1000
"""Commands a client may send without bringing a mail home."""
MOST_ERRORS = 20
"""Of these: unknown, malformed or out of place."""
MOST_GUESSES = commands.MOST_RECIPIENTS
"""Unknown recipients a client may name without bringing a mail home: as many as one honest mail may have."""

KEPT = "250 2.0.0 kept"
BYE = "221 2.0.0 bye"
TOO_MANY = "421 4.7.0 too many commands"
OUR_FAULT = "451 4.3.0 not kept, try again later"
TOO_LONG = "500 5.5.2 line too long"
NOT_UTF8 = "501 5.5.2 not UTF-8"


class MailSession(Connection):
    """A dialogue, and the mail under way in it: `sender` is None while there is none, `declared` its SIZE or 0."""

    def fresh(self) -> None:
        super().fresh()
        self.attempt: tuple[str, str | None] = ("", None)
        self._logins_left = auth.MOST_ATTEMPTS
        self._forgive()
        self._meet_anew()

    def begin(self) -> None:
        self.greeted = True
        self.forget()

    def forget(self) -> None:
        """No mail is under way (RFC 5321 4.1.1.5)."""
        self.sender: str | None = None
        self.declared = 0
        self.recipients: list[str] = []

    def _meet_anew(self) -> None:
        self.greeted, self.login = False, ""
        self.forget()

    def _forgive(self) -> None:
        self._commands_left, self._errors_left, self.guesses_left = MOST_COMMANDS, MOST_ERRORS, MOST_GUESSES

    def _stand(self) -> None:
        self.offer = self.entrance.offers[self.standing]

    # ---- commands --------------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (OSError, asyncio.IncompleteReadError):
            log.debug("a client went away")
        except Exception as error:  # noqa: BLE001 - the one catch-all of a session: others must not suffer
            note(error)
        finally:
            self.conclude()

    async def _converse(self) -> None:
        if self.state is State.ENTERING and not await self.enter():
            return None
        self._stand()
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
            self.progress()
            await self._obey(line)
        return None

    async def _obey(self, line: bytes) -> None:
        verb, _, rest = line.rstrip(b"\r\n").partition(b" ")
        verb = verb.upper()
        if verb == b"QUIT":
            self.say(BYE)
            return self.hang_up()
        self._commands_left -= 1
        reply = self._reply(verb, rest) if len(line) <= LONGEST_COMMAND else TOO_LONG
        more = _MORE.get(reply)
        if more is not None:
            return await more(self)
        return self._reckon(reply)

    def _reckon(self, reply: str) -> None:
        self._errors_left -= reply.startswith("50")
        self.say(reply)
        if self._commands_left < 1 or self._errors_left < 1:
            self.say(TOO_MANY)
            self.hang_up()

    def _reply(self, verb: bytes, rest: bytes) -> str:
        command = self.offer.commands.get(verb)
        if command is None:
            return commands.UNKNOWN
        try:
            return command(self, rest.decode())
        except UnicodeDecodeError:
            return NOT_UTF8
        except Exception as error:  # noqa: BLE001 - whether a recipient is ours may be a question to a store
            note(error)
            return OUR_FAULT

    async def answer(self) -> bytes | None:
        """Ask what has been said, and hear one line; None if it is too long."""
        self.flush()
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            self.hang_up()
            return None
        self.progress()
        return line if len(line) <= LONGEST_COMMAND else None

    async def _start_tls(self) -> None:
        self.say(commands.START_TLS)
        self.flush()
        await self.secure()
        self.state = State.COMMANDS
        self.progress()
        self._meet_anew()
        self._stand()

    async def _log_in(self) -> None:
        attempt, self.attempt = self.attempt, ("", None)
        reply = await auth.log_in(self, *attempt)
        if reply == auth.WELCOME:
            self.standing = replace(self.standing, known=True)
            self._stand()
        if reply == auth.FAILED:
            self.client.failed_to_log_in(self.loop.time())
            self._logins_left -= 1
        self._reckon(reply)
        if self._logins_left < 1:
            await self._lock_out()
        if self.intake.draining:
            self.retire()

    async def _lock_out(self) -> None:
        self.say(auth.LOCKED_OUT)
        self.hang_up()

    async def _no_more_guesses(self) -> None:
        self.say(commands.GUESSING)
        self.hang_up()

    # ---- the mail --------------------------------------------------------------------------------

    async def _data(self) -> None:
        share = self.intake.budget.share(self.declared)
        if share is None:
            return self.say(NO_ROOM)
        try:
            await self._take(share)
        finally:
            share.give_back()
            self.state = State.COMMANDS
        return None

    async def _take(self, share: Share) -> None:
        self.state = State.CONTENT
        self.say(commands.GO_ON)
        self.flush()
        try:
            content = await receive(self._reader, self.intake.limits.message_size, share)
        except Flooding:
            self._answer(TOO_BIG)
            return self.hang_up()
        if isinstance(content, bytes):
            self.state = State.WORK
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
            note(error)
            return OUR_FAULT
        self._forgive()
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
            login=self.login,
            border=self.entrance.border_for(self.peer),
        )

    def _answer(self, reply: str) -> None:
        replies = len(self.recipients) if self.source is Source.LMTP else 1
        self.say("\r\n".join([reply] * replies))
        self.forget()
        self.state = State.COMMANDS
        self.progress()
        if self.intake.draining:
            self.retire()


_MORE: dict[str, Callable[[MailSession], Awaitable[None]]] = {
    commands.GO_ON: MailSession._data,
    commands.START_TLS: MailSession._start_tls,
    commands.PROVE: MailSession._log_in,
    commands.GUESSING: MailSession._no_more_guesses,
    auth.LOCKED_OUT: MailSession._lock_out,
}
"""Replies after which there is more to do than to say them."""
