"""The commands of SMTP and LMTP (RFC 5321, 2033, 2034, 2920, 6531): an argument in, one reply out.

Laws: what EHLO advertises is true, and nothing else is there; every reply after the greeting carries an enhanced
status code; a reply never repeats what the client sent; our own faults are 4yz, never 5yz.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from maild.ingest.smtp.data import NO_ROOM
from maild.ingest.smtp.grammar import known_form, mail_parameters, read_path, sender_of

if TYPE_CHECKING:
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


def hello(session: MailSession, argument: str) -> str:
    """EHLO and LHLO: begin anew. One without a name changes nothing (RFC 5321 4.1.4)."""
    if not argument:
        return NAMELESS
    session.begin()
    return session.intake.extensions


def old_hello(session: MailSession, argument: str) -> str:
    """HELO."""
    if not argument:
        return NAMELESS
    session.begin()
    return f"250 {session.intake.hostname}"


def mail(session: MailSession, argument: str) -> str:
    """MAIL FROM: begins a mail, unless it can be told now that there is no room for it."""
    if not session.greeted:
        return FIRST_GREET
    if session.sender is not None:
        return NESTED
    path = read_path("FROM:", argument)
    if path is None:
        return MAIL_SYNTAX
    parameters = mail_parameters(path, session.intake.limits.message_size)
    if parameters.refusal:
        return parameters.refusal
    if (parameters.size or 1) > session.intake.budget.free:
        return NO_ROOM
    session.sender, session.declared = sender_of(path), parameters.size
    return "250 2.1.0 ok"


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
        return NOT_OURS
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
    """DATA: GO_ON, unless there is no mail to go on with."""
    if argument:
        return "501 5.5.4 DATA takes no argument"
    if session.sender is None:
        return NO_MAIL
    return GO_ON if session.recipients else NO_RECIPIENT


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
SMTP_COMMANDS: dict[bytes, Command] = _COMMON | {b"EHLO": hello, b"HELO": old_hello}
LMTP_COMMANDS: dict[bytes, Command] = _COMMON | {b"LHLO": hello}
