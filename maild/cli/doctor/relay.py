"""The relay: connect, secure, log in, and whether it takes the senders that our mail carries. No mail is sent.

With the library and the settings that deliver mail, so that what works here works there. Envelope senders are tried
because relays differ in what they take: MAIL FROM and RSET, nothing else.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPResponseException

from maild.cleaning import clean_header
from maild.cli.doctor.finding import Finding, failed, ok, warning
from maild.cli.doctor.patient import Patient
from maild.config import read_secret_file
from maild.decide.told.tokens import LONGEST_LOCAL, Tokens
from maild.errors import MaildError
from maild.settings import MailFrom, Relay

LONGEST = 20.0
"""Seconds for one answer; who waits at a terminal has less patience than the daemon."""
TROUBLES = (OSError, SMTPException, ValueError)
A_SECRET = bytes(32)
_EXAMPLE = "<sd-1001.aaaaaaaaaa.aaaaaaaaaaaaaaaa@host>"


def relay(patient: Patient) -> Iterator[Finding]:
    """Whether mail would go out."""
    settings = patient.settings.relay
    if settings is None:
        todo = "name one as `relay` in maild.yaml when mail shall leave this machine"
        yield warning("relay", f"none: mail is kept in {patient.settings.state / 'outgoing'}", todo)
        return
    password = read_secret_file(settings.password_file)
    yield from asyncio.run(_gathered(patient, settings, password))


async def _gathered(patient: Patient, settings: Relay, password: str) -> list[Finding]:
    client = _client(patient, settings, password)
    try:
        return [finding async for finding in _tried(client, patient, settings)]
    finally:
        client.close()


def _client(patient: Patient, settings: Relay, password: str) -> SMTP:
    return SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.user or None,
        password=password if settings.user else None,
        local_hostname=patient.settings.hostname,
        timeout=min(settings.timeout, LONGEST),
        use_tls=settings.tls == "tls",
        start_tls=settings.tls == "starttls",
        tls_context=patient.trust,
    )


async def _tried(client: SMTP, patient: Patient, settings: Relay) -> AsyncIterator[Finding]:
    place = f"relay {settings.host}:{settings.port}"
    try:
        await client.connect()
        if not client.last_ehlo_response:
            await client.ehlo()
    except TROUBLES as error:
        yield failed(place, _told(error), _advice(error))
        return
    secured = "without TLS" if settings.tls == "none" else "TLS with a certificate that holds"
    yield ok(place, f"answers, {secured}{', logged in' if settings.user else ''}")
    for desk, sender in _senders(patient, settings.mail_from):
        yield await _sender(client, place, desk, sender)
    with suppress(*TROUBLES):
        await client.quit()


async def _sender(client: SMTP, place: str, desk: str, sender: str) -> Finding:
    try:
        await client.mail(sender)
        await client.rset()
    except TROUBLES as error:
        # The address holds no secret: it is made for no mail.
        todo = "choose another `mail_from` (verp, null or fixed) for the relay, or let it take this one"
        return failed(place, f"does not take <{sender}> as sender for {desk}: {_told(error)}", todo)
    return ok(place, f"takes <{sender}> as sender for {desk}")


def _senders(patient: Patient, kind: MailFrom) -> Iterator[tuple[str, str]]:
    """What stands in MAIL FROM, by desk: of automatic mail, and of staff's, which always carries the desk's address."""
    made = _MADE[kind]
    try:
        desks = patient.policy().desks
    except MaildError:
        desks = ()
    for desk in desks:
        for sender in dict.fromkeys((made(desk.address), desk.address)):
            yield desk.desk, sender


def _verp(address: str) -> str:
    """An address as long and as odd as real ones are; it names no mail and is signed by nobody."""
    made = Tokens(A_SECRET).bounce_address(address, _EXAMPLE)
    return made if len(made.rpartition("@")[0]) <= LONGEST_LOCAL else address


_MADE: dict[MailFrom, Callable[[str], str]] = {
    MailFrom.NULL: lambda _address: "",
    MailFrom.FIXED: lambda address: address,
    MailFrom.VERP: _verp,
}


def _told(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return clean_header(f"it says {error.code} {error.message}")[:300]
    return clean_header(str(error) or type(error).__name__)[:300]


def _advice(error: Exception) -> str:
    if isinstance(error, SMTPAuthenticationError):
        return "put the right password into `password_file`, and the right `user` into maild.yaml"
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "`host` must be the name in its certificate, and this machine must trust who issued it"
    if isinstance(error, SMTPResponseException):
        return "ask who runs the relay: it does not want this machine"
    return "is `host` and `port` right, does a firewall stand between, does `tls` fit the port (587 starttls, 465 tls)?"
