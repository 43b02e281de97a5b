"""Listeners of the daemon here: is anybody there, with which certificate, does it take mail, and replies to our mail.

A reply comes to an address that we signed: RCPT is tried, and the mail is not sent.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from maild.cleaning import clean_header
from maild.cli.doctor.finding import Finding, failed, ok, untried, warning
from maild.cli.doctor.patient import Patient
from maild.decide.told.tokens import Tokens
from maild.health.certificates import ends
from maild.health.needs import AHEAD
from maild.model import Source, TicketId
from maild.settings import Listener
from maild.steps.secret import NAME, read_secret

SECONDS = 10.0
HERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to find who listens everywhere
TROUBLES = (OSError, smtplib.SMTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Place:
    """One listener, and how it is called."""

    source: Source
    listener: Listener

    @property
    def name(self) -> str:
        at = self.listener.socket or f"{self.listener.host}:{self.listener.port}"
        return f"{self.source} on {at}"

    @property
    def why_not(self) -> str:
        """Why it cannot be tried from here, or ""."""
        if self.listener.systemd:
            return "systemd knows where it is"
        if self.listener.proxy:
            return "it expects a balancer"
        return "" if self.listener.socket or self.listener.port else "its port is chosen at each start"


def listeners(patient: Patient) -> Iterator[Finding]:
    """Connect, greet, secure, and ask whether a mail would be taken now."""
    for place in _places(patient):
        if why := _untried(patient, place):
            yield untried(place.name, why)
            continue
        try:
            with _connected(place, insecure()) as client:
                yield _takes(place, client)
            if place.listener.tls != "none":
                yield from _certificate(patient, place)
        except TROUBLES as error:
            yield failed(place.name, _told(error), "look at the daemon's log; `maild serve` may have to be restarted")


def replies(patient: Patient) -> Iterator[Finding]:
    """Whether the addresses that our mails are answered to are taken, desk by desk, at the first listener that may."""
    places = [one for one in _places(patient) if not _untried(patient, one) and one.listener.users is None]
    if not places or not (patient.settings.state / NAME).exists():
        yield untried("reply addresses", "no listener of a daemon here can be asked")
        return
    tokens = Tokens(read_secret(patient.settings.state), hostname=patient.settings.hostname)
    try:
        with _connected(places[0], insecure()) as client:
            for desk in patient.policy().desks:
                address = tokens.reply_address(desk.address, TicketId(1001), 1)
                yield _reply(client, f"replies to {desk.desk}", desk.address, address)
    except TROUBLES as error:
        yield failed("reply addresses", _told(error), "look at the daemon's log")


def insecure() -> ssl.SSLContext:
    """For a talk with ourselves on this machine, whatever the certificate says; that is looked at by itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _places(patient: Patient) -> list[Place]:
    settings = patient.settings
    return [Place(Source.SMTP, one) for one in settings.smtp] + [Place(Source.LMTP, one) for one in settings.lmtp]


def _untried(patient: Patient, place: Place) -> str:
    return place.why_not if patient.daemon else "no daemon runs on this machine: `maild serve`"


def _connected(place: Place, context: ssl.SSLContext, name: str = "") -> smtplib.SMTP:
    """Greeted, and secured if it can be. Raises one of TROUBLES."""
    listener, made = place.listener, _client(place, context, name)
    try:
        made.ehlo_or_helo_if_needed()
        if listener.tls == "starttls":
            if name:
                made._host = name  # type: ignore[attr-defined]  # what the certificate is held against
            made.starttls(context=context)
            made.ehlo_or_helo_if_needed()
    except BaseException:
        made.close()
        raise
    return made


def _client(place: Place, context: ssl.SSLContext, name: str) -> smtplib.SMTP:
    listener = place.listener
    if listener.socket is not None:
        return smtplib.LMTP(str(listener.socket), timeout=SECONDS)
    host = HERE.get(listener.host, listener.host)
    if listener.tls == "tls":
        return _Secure(name or host, host, listener.port, context)
    kind = smtplib.LMTP if place.source is Source.LMTP else smtplib.SMTP
    return kind(host, listener.port, timeout=SECONDS)


def _takes(place: Place, client: smtplib.SMTP) -> Finding:
    if place.listener.users is not None:
        return ok(place.name, "answers; mail is taken from those who log in")
    code, text = client.mail("")
    with suppress(*TROUBLES):
        client.rset()
    if code == 250:
        return ok(place.name, "answers, and takes mail")
    return failed(place.name, f"takes no mail now: {code} {_plain(text)}", "`maild status` says why")


def _reply(client: smtplib.SMTP, about: str, desk: str, address: str) -> Finding:
    client.mail("")
    code, text = client.rcpt(address)
    client.rset()
    if address == desk:
        todo = "shorten the part before the @: with a token it is longer than 64 characters (RFC 5321)"
        return warning(about, f"{desk} leaves no room for signed reply addresses", todo)
    if code == 250:
        return ok(about, "are taken here; the server in front must let the part after + through as well")
    return failed(about, f"are not taken: {code} {_plain(text)}", "report this, it is a bug")


def _certificate(patient: Patient, place: Place) -> Iterator[Finding]:
    """What clients see: until when it is good, and whether one that verifies would go on."""
    with _connected(place, insecure()) as client:
        shown = client.sock.getpeercert(binary_form=True) if isinstance(client.sock, ssl.SSLSocket) else None
    until = ends(shown or b"")
    if until - patient.clock() < AHEAD:
        finding = failed if until <= patient.clock() else warning
        yield finding(place.name, f"its certificate ends on {until:%Y-%m-%d %H:%M} UTC", "put a new one into its file")
    else:
        yield ok(place.name, f"its certificate is good until {until:%Y-%m-%d}")
    try:
        _connected(place, patient.trust, patient.settings.hostname).close()
    except ssl.SSLCertVerificationError as error:
        todo = f"get one for {patient.settings.hostname} from an authority that your senders know"
        yield warning(place.name, f"who verifies does not believe its certificate: {error.verify_message}", todo)


class _Secure(smtplib.SMTP_SSL):
    """SMTP under TLS from the first byte, where the name in the certificate is not the host connected to."""

    def __init__(self, name: str, host: str, port: int, context: ssl.SSLContext) -> None:
        self._name = name
        super().__init__(host, port, timeout=SECONDS, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        plain = smtplib.SMTP._get_socket(self, host, port, timeout)  # type: ignore[attr-defined]
        return self.context.wrap_socket(plain, server_hostname=self._name)


def _told(error: Exception) -> str:
    return clean_header(str(error) or type(error).__name__)[:300]


def _plain(text: bytes) -> str:
    return clean_header(text.decode("utf-8", "replace"))[:200]
