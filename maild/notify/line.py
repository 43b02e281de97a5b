"""One connection to the relay, and what one mail's conversation on it came to.

In: `OutgoingMail`; out: `Answer`, always: network and SMTP trouble are results, not exceptions.
Law 10: a 5yz counts against the recipient at RCPT and DATA only; once the final dot is on its way, silence is
AMBIGUOUS and before it DEFERRED. Therefore each phase is its own step here, and the dot is written only when
all before it has left (RFC 5321 4.1.1.4, 4.5.3.2.6; RFC 1047 for the gap that remains).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException

from maild.cleaning import clean_header
from maild.model import DeliveryResult, OutgoingMail
from maild.notify.dialogue import Dialogue, Reply
from maild.settings import Relay as RelaySettings

LONGEST_ANSWER = 500
GOODBYE = 2.0  # seconds
GO_ON = 354
CLOSING = 421
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>\ud800-\udfff]")
_ENDS = {2: DeliveryResult.SENT, 4: DeliveryResult.DEFERRED, 5: DeliveryResult.REFUSED}
# TimeoutError and ssl.SSLError are OSErrors; a ValueError comes of a host name that is none.
_TROUBLE = (OSError, SMTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt came to. `stale`: the line was dead before anything was said; try once on a new one."""

    result: DeliveryResult
    text: str
    stale: bool = False


class Line:
    """A connection that is opened when needed and used again while it lives."""

    def __init__(self, settings: RelaySettings, password: str, hostname: str, tls: ssl.SSLContext | None) -> None:
        self._timeout = settings.timeout
        self._client = SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=password if settings.user else None,
            local_hostname=hostname or None,
            timeout=settings.timeout,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=tls,
        )
        self._dialogue: Dialogue | None = None
        self._offers: frozenset[str] = frozenset()
        self._patience = asyncio.timeout(None)
        self._used = 0.0
        self._dot_sent = False
        self._on_dot: Callable[[], None] = _nothing

    @property
    def is_open(self) -> bool:
        return self._dialogue is not None and self._dialogue.is_open

    def idle_since(self, seconds: float) -> bool:
        """Open, and unused for that long."""
        return self.is_open and asyncio.get_running_loop().time() - self._used >= seconds

    async def open(self) -> Answer | None:
        """Connect, greet, secure and log in, as far as not done. None when the line stands."""
        if self.is_open:
            return None
        self.drop()
        try:
            await self._client.connect()
            if not self._client.last_ehlo_response:
                await self._client.ehlo()
        except _TROUBLE as error:
            self.drop()
            return Answer(_relay_result(error), f"not connected: {_told(error)}")
        self._offers = frozenset(self._client.esmtp_extensions)
        self._dialogue = Dialogue(cast(asyncio.Transport, self._client.transport))
        self._used = asyncio.get_running_loop().time()
        return None

    async def send(self, mail: OutgoingMail, on_dot: Callable[[], None] | None = None) -> Answer:
        """One mail on an open line. Afterwards the line is open and clean, or closed.

        `on_dot` is called just before the final dot leaves: from then on the mail may have arrived.
        """
        if problem := self._unsendable(mail):
            return Answer(DeliveryResult.REFUSED, problem)
        self._dot_sent = False
        self._on_dot = on_dot or _nothing
        try:
            async with asyncio.timeout(self._timeout) as self._patience:
                answer = await self._converse(self._talk(), mail)
        except _TROUBLE as error:
            self.drop()
            result = DeliveryResult.AMBIGUOUS if self._dot_sent else DeliveryResult.DEFERRED
            return Answer(result, _told(error))
        except BaseException:  # cancelled halfway: nobody could use this line again
            self.drop()
            raise
        self._used = asyncio.get_running_loop().time()
        return answer

    async def close(self) -> None:
        """Say goodbye, briefly."""
        try:
            async with asyncio.timeout(GOODBYE):
                self._talk().write(b"QUIT\r\n")
                await self._talk().reply()
        except _TROUBLE:
            pass
        finally:
            self.drop()

    def drop(self) -> None:
        """Close without a word and without waiting."""
        if self._dialogue:
            self._dialogue.abort()
            self._dialogue = None
        self._client.close()

    async def _converse(self, talk: Dialogue, mail: OutgoingMail) -> Answer:
        """The phases in their order; the first no ends it."""
        replies: list[Reply] = []
        try:
            await self._ask(talk, _commands(mail), replies)
        except _TROUBLE as error:
            self.drop()
            return _first_no(replies) or Answer(DeliveryResult.DEFERRED, _told(error), stale=not replies)
        if no := _first_no(replies):
            return await self._refused(talk, no, replies)
        return await self._content(talk, mail.raw)

    async def _ask(self, talk: Dialogue, commands: Sequence[bytes], replies: list[Reply]) -> None:
        """All at once where the relay allows it (RFC 2920), else one by one until a no."""
        at_once = "pipelining" in self._offers
        if at_once:
            talk.write(b"".join(commands))
        for command in commands:
            if not at_once:
                talk.write(command)
            replies.append(await self._reply(talk))
            if not at_once and _first_no(replies):
                return

    async def _content(self, talk: Dialogue, raw: bytes) -> Answer:
        """The text and its dot. After a no the line is closed: some relays say it before they have read all."""
        talk.write(_transparent(raw))
        await asyncio.sleep(0)  # the loop's chance to notice a line that is gone already
        await talk.drained()
        self._on_dot()
        self._dot_sent = True
        talk.write(b".\r\n")
        end = await self._reply(talk)
        if not end.good:
            self.drop()
        return Answer(_ENDS.get(end.code // 100, DeliveryResult.AMBIGUOUS), _words(end))

    async def _refused(self, talk: Dialogue, no: Answer, replies: list[Reply]) -> Answer:
        """The line is made ready for the next mail. 354 after a no wants an empty text (RFC 2920 3.1)."""
        if any(reply.code in (CLOSING, 0) for reply in replies):
            self.drop()
            return no
        try:
            if replies[-1].code == GO_ON:
                talk.write(b".\r\n")
                await self._reply(talk)
            talk.write(b"RSET\r\n")
            await self._reply(talk)
        except _TROUBLE:
            self.drop()
        return no

    async def _reply(self, talk: Dialogue) -> Reply:
        """The time limit counts anew from here. One timer a mail: one for each reply would cost too much."""
        self._patience.reschedule(asyncio.get_running_loop().time() + self._timeout)
        return await talk.reply()

    def _talk(self) -> Dialogue:
        if self._dialogue is None:
            raise ConnectionResetError("not connected")
        return self._dialogue

    def _unsendable(self, mail: OutgoingMail) -> str:
        """Why this mail can never be handed to this relay, or ""."""
        if not mail.recipient or _UNSAFE.search(mail.recipient + mail.mail_from):
            return "not sent: the address is not one that mail can be sent to"
        if not mail.raw.isascii() and "smtputf8" not in self._offers:
            return "not sent: the address is not ASCII and the relay does not offer SMTPUTF8 (RFC 6531)"
        return ""


def _commands(mail: OutgoingMail) -> tuple[bytes, bytes, bytes]:
    options = "" if mail.raw.isascii() else " BODY=8BITMIME SMTPUTF8"
    sender, recipient = f"MAIL FROM:<{mail.mail_from}>{options}\r\n", f"RCPT TO:<{mail.recipient}>\r\n"
    return sender.encode(), recipient.encode(), b"DATA\r\n"


def _nothing() -> None:
    """Nobody wants to know."""


def _first_no(replies: list[Reply]) -> Answer | None:
    """What the first reply that is no yes means, by its place: MAIL, RCPT, DATA. 4yz means later, anywhere."""
    wanted = (DeliveryResult.RELAY_REFUSED, DeliveryResult.REFUSED, DeliveryResult.REFUSED)
    for place, reply in enumerate(replies):
        if not (reply.code == GO_ON if place == 2 else reply.good):
            result = wanted[place] if reply.code // 100 == 5 else DeliveryResult.DEFERRED
            return Answer(result, _words(reply), stale=place == 0 and reply.code == CLOSING)
    return None


def _transparent(raw: bytes) -> bytes:
    """RFC 5321 4.5.2; ends with a line break."""
    ended = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    stuffed = ended.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _relay_result(error: Exception) -> DeliveryResult:
    """A 5yz before MAIL is about us or the relay, never about a recipient."""
    refused = isinstance(error, SMTPResponseException) and error.code // 100 == 5
    return DeliveryResult.RELAY_REFUSED if refused else DeliveryResult.DEFERRED


def _words(reply: Reply) -> str:
    return clean_header(f"{reply.code} {reply.text}")[:LONGEST_ANSWER]


def _told(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return _words(Reply(error.code, error.message))
    return clean_header(f"{type(error).__name__}: {error}")[:LONGEST_ANSWER]
