"""AUTH PLAIN and LOGIN (RFC 4954, 4616): one exchange with the client in, who she is or a refusal out.

Laws: a wrong name and a wrong password get one answer, after one time; nothing of an exchange is logged or repeated.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from maild.ingest.smtp.users import Busy

if TYPE_CHECKING:
    from maild.ingest.smtp.session import MailSession

MOST_ATTEMPTS = 3
"""Failed logins of one connection."""

WELCOME = "235 2.7.0 logged in"
FAILED = "535 5.7.8 wrong user or password"
CANCELLED = "501 5.7.0 cancelled"
NO_BASE64 = "501 5.5.2 not base64"
TOO_LONG = "500 5.5.6 too long"
LATER = "454 4.7.0 cannot tell now who you are, try again later"
LOCKED_OUT = "421 4.7.0 too many failed logins, try again later"

Credentials = tuple[str, str]


class Broken(Exception):
    """The exchange ends without a name and a password; the reply says why."""

    def __init__(self, reply: str) -> None:
        self.reply = reply


async def log_in(session: MailSession, mechanism: str, initial: str | None) -> str:
    """Let the client prove who she is: sets `session.login`, or not. Returns the reply."""
    users = session.entrance.users
    if users is None:
        return LATER
    try:
        name, password = await MECHANISMS[mechanism](session, initial)
        with session.at_work():
            known = await users.knows(name, password)
    except Broken as broken:
        return broken.reply
    except Busy:
        return LATER
    if known:
        session.login = name
    return WELCOME if known else FAILED


async def _plain(session: MailSession, initial: str | None) -> Credentials:
    parts = (await _response(session, "", initial)).split("\0")
    # The first part is the name to act as (RFC 4616 2): nobody acts as another here.
    if len(parts) != 3 or parts[0] not in ("", parts[1]):
        raise Broken(FAILED)
    return parts[1], parts[2]


async def _login(session: MailSession, initial: str | None) -> Credentials:
    name = await _response(session, "Username:", initial)
    return name, await _response(session, "Password:", None)


MECHANISMS: dict[str, Callable[[MailSession, str | None], Awaitable[Credentials]]] = {"PLAIN": _plain, "LOGIN": _login}


async def _response(session: MailSession, challenge: str, initial: str | None) -> str:
    if initial is None:
        session.say(f"334 {base64.b64encode(challenge.encode()).decode()}")
        initial = await _line(session)
    if initial == "*":
        raise Broken(CANCELLED)
    try:
        return "" if initial == "=" else base64.b64decode(initial, validate=True).decode()
    except (binascii.Error, ValueError):
        raise Broken(NO_BASE64) from None


async def _line(session: MailSession) -> str:
    line = await session.answer()
    if line is None:
        raise Broken(TOO_LONG)
    return line.rstrip(b"\r\n").decode("ascii", "replace")
