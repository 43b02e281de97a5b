"""The commands of SMTP and LMTP (RFC 5321, 2033, 2034, 2920, 3207, 4954, 6531): an argument in, one reply out.

Some replies are words for the session, which then does more: GO_ON, START_TLS, PROVE, and the 421s that end it.
Laws: what EHLO advertises is true, and nothing else is there; every reply after the greeting carries an enhanced
status code; a reply never repeats what the client sent; our own faults are 4yz, never 5yz.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from maild.ingest.smtp.auth import LOCKED_OUT, MECHANISMS
from maild.ingest.smtp.data import NO_ROOM
from maild.ingest.smtp.grammar import known_form, mail_parameters, read_path, sender_of
from maild.model import Source

if TYPE_CHECKING:
    from maild.ingest.smtp.entrance import Entrance, Standing
    from maild.ingest.smtp.session import MailSession

MOST_RECIPIENTS = 100
"""Recipients of one mail; RFC 5321 4.5.3.1.8 asks for at least so many."""

GO_ON = "354 end with <CRLF>.<CRLF>"
NAMELESS = "501 5.5.4 a host name is missing"
FIRST_GREET = "503 5.5.1 say hello first"
NESTED = "503 5.5.1 a mail has begun already"
NO_MAIL = "503 5.5.1 MAIL first"
NO_RECIPIENT = "503 5.5.1 RCPT first"
MAIL_SYNTAX = "501 5.1.7 expected MAIL FROM:<address>"
RCPT_SYNTAX = "501 5.1.3 expected RCPT TO:<address>"
NOT_OURS = "550 5.1.1 no such recipient here"
ENOUGH = "452 4.5.3 too many recipients"
UNKNOWN = "502 5.5.1 no such command"
TOO_MUCH_MAIL = "452 4.7.1 too many mails from you in a minute, try again later"
GUESSING = "421 4.7.0 too many unknown recipients, try again later"
START_TLS = "220 2.0.0 start TLS"
PROVE = "334 who are you"
SECURE_FIRST = "530 5.7.0 STARTTLS first"
LOG_IN_FIRST = "530 5.7.0 log in first"


def hello(session: MailSession, argument: str) -> str:
    """EHLO and LHLO: begin anew. One without a name changes nothing (RFC 5321 4.1.4)."""
    if not argument:
        return NAMELESS
    session.begin()
    return session.offer.extensions


def old_hello(session: MailSession, argument: str) -> str:
    """HELO."""
    if not argument:
        return NAMELESS
    session.begin()
    return f"250 {session.entrance.hostname}"


def mail(session: MailSession, argument: str) -> str:
    """MAIL FROM: begins a mail, unless it can be told now that there is no room for it."""
    if not session.greeted:
        return FIRST_GREET
    if session.sender is not None:
        return NESTED
    path = read_path("FROM:", argument)
    if path is None:
        return MAIL_SYNTAX
    parameters = mail_parameters(path, session.intake.limits.message_size, session.entrance.users is not None)
    if parameters.refusal:
        return parameters.refusal
    refusal = _no_room(session, parameters.size)
    if not refusal:
        session.sender, session.declared = sender_of(path), parameters.size
    return refusal or "250 2.1.0 ok"


def _no_room(session: MailSession, size: int) -> str:
    now = session.loop.time()
    if not session.intake.has_octets(size or 1, now):
        return NO_ROOM
    return session.intake.room() or ("" if session.client.brings_mail(now) else TOO_MUCH_MAIL)


def rcpt(session: MailSession, argument: str) -> str:
    """RCPT TO: one more recipient, if it is ours."""
    if session.sender is None:
        return NO_MAIL
    if len(session.recipients) >= MOST_RECIPIENTS:
        return ENOUGH
    path = read_path("TO:", argument)
    if path is None:
        return RCPT_SYNTAX
    if path.parameters:
        return "555 5.5.4 RCPT parameter not recognised"
    return _judge(session, path.address)


def _judge(session: MailSession, written: str) -> str:
    address = known_form(written)
    if address is None:
        return "553 5.1.3 not a proper address"
    if not session.intake.accepts(address):
        session.guesses_left -= 1
        return NOT_OURS if session.guesses_left > 0 else GUESSING
    session.recipients.append(address)
    return "250 2.1.5 ok"


def rset(session: MailSession, _argument: str) -> str:
    session.forget()
    return "250 2.0.0 ok"


def noop(_session: MailSession, _argument: str) -> str:
    return "250 2.0.0 ok"


def help_(_session: MailSession, _argument: str) -> str:
    return "214 2.0.0 see RFC 5321"


def verify(_session: MailSession, _argument: str) -> str:
    """VRFY tells nothing (RFC 5321 7.3)."""
    return "252 2.5.2 send some mail, it will be tried"


def data(session: MailSession, argument: str) -> str:
    """DATA: GO_ON, unless there is no mail to go on with, or the disk or the database could not take it now."""
    if argument:
        return "501 5.5.4 DATA takes no argument"
    if session.sender is None:
        return NO_MAIL
    if not session.recipients:
        return NO_RECIPIENT
    return session.intake.room() or GO_ON


def starttls(session: MailSession, argument: str) -> str:
    """STARTTLS (RFC 3207): START_TLS, once."""
    if argument:
        return "501 5.5.4 STARTTLS takes no argument"
    return "503 5.5.1 this is TLS already" if session.standing.secure else START_TLS


def auth(session: MailSession, argument: str) -> str:
    """AUTH (RFC 4954): PROVE, where it is the time and the place for it."""
    if not session.greeted:
        return FIRST_GREET
    if session.standing.known or session.sender is not None:
        return "503 5.5.1 logged in already" if session.standing.known else NESTED
    if not session.standing.private:
        return "538 5.7.11 passwords travel under TLS only: STARTTLS first"
    if session.client.locked_out(session.loop.time()):
        return LOCKED_OUT
    mechanism, _, initial = argument.partition(" ")
    if mechanism.upper() not in MECHANISMS:
        return "504 5.5.4 no such mechanism"
    session.attempt = mechanism.upper(), initial.strip() or None
    return PROVE


def secure_first(_session: MailSession, _argument: str) -> str:
    return SECURE_FIRST


def log_in_first(_session: MailSession, _argument: str) -> str:
    return LOG_IN_FIRST


Command = Callable[["MailSession", str], str]
_COMMON: dict[bytes, Command] = {
    b"MAIL": mail,
    b"RCPT": rcpt,
    b"DATA": data,
    b"RSET": rset,
    b"NOOP": noop,
    b"HELP": help_,
    b"VRFY": verify,
}
_GREETINGS: dict[Source, dict[bytes, Command]] = {
    Source.SMTP: {b"EHLO": hello, b"HELO": old_hello},
    Source.LMTP: {b"LHLO": hello},
}
_OPEN = {b"EHLO", b"LHLO", b"HELO", b"NOOP", b"STARTTLS"}
"""What may be said before STARTTLS where TLS is required (RFC 3207 4)."""


def table(entrance: Entrance, standing: Standing) -> Mapping[bytes, Command]:
    """The commands there are for a client of this standing."""
    commands = _COMMON | _GREETINGS[entrance.source]
    if entrance.tls == "starttls":
        commands[b"STARTTLS"] = starttls
    if entrance.users is not None:
        commands[b"AUTH"] = auth
        if not standing.known:
            commands[b"MAIL"] = log_in_first
    if entrance.require_tls and entrance.starttls_for(standing):
        commands = {verb: command if verb in _OPEN else secure_first for verb, command in commands.items()}
    return commands
