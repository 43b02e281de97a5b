"""How a session proves who it is: a password, or an access token (XOAUTH2, and OAUTHBEARER of RFC 7628).

In: an account's credentials; out: a `Login`, which logs one session in. Laws: LoginError only where the server (or the
provider of tokens) does not want these credentials, in its own words; everything else is SourceUnavailable or OSError.
What is told holds neither passwords nor tokens nor the user. Without TLS only this machine is talked to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from imapclient.exceptions import IMAPClientAbortError, LoginError

from maild.errors import ConfigError, Problem, SourceUnavailable
from maild.ingest.imap.answers import words
from maild.ingest.imap.oauth.tokens import Tokens
from maild.ingest.imap.session import ImapSession
from maild.settings import ImapAccount
from maild.settings.here import is_loopback

Login = Callable[[ImapSession], None]

# Refusals that say nothing of the credentials (RFC 5530 3).
TRY_LATER: Final = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.IGNORECASE)
MOST_OF_A_CHALLENGE: Final = 4096


def require_private_line(account: ImapAccount) -> None:
    """Without TLS only this machine itself may be talked to; anything else is a ConfigError."""
    if account.tls or is_loopback(account.host):
        return
    told = f"imap account {account.name}: without tls the password would cross the network readable; set `tls: true`"
    raise ConfigError(Problem("maild.yaml", 0, 0, told))


def password_login(user: str, password: str) -> Login:
    """PLAIN where it is offered, because LOGIN knows ASCII only."""

    def login(session: ImapSession) -> None:
        with told_cleanly(user, password):
            if session.offers("AUTH=PLAIN"):
                session.client.plain_login(user, password)
            else:
                session.client.login(quoted(user), password)

    return login


def token_login(account: ImapAccount, tokens: Tokens) -> Login:
    """By access token. One that is refused before its time is replaced and the new one tried, once."""
    mechanism = account.oauth.mechanism.upper() if account.oauth else "XOAUTH2"

    def login(session: ImapSession) -> None:
        session.warnings = tokens.warning
        token, fresh = tokens.access()
        try:
            show(session, account, mechanism, token)
        except LoginError:
            tokens.forget(token)
            if fresh:
                raise
            show(session, account, mechanism, tokens.access()[0])

    return login


def show(session: ImapSession, account: ImapAccount, mechanism: str, token: str) -> None:
    bearer = Bearer(account, mechanism, token)
    try:
        with told_cleanly(account.user, token):
            session.client.sasl_login(mechanism, bearer)
    except LoginError as error:
        raise LoginError(": ".join(filter(None, (words(bearer.told, token), str(error))))) from None


class Bearer:
    """The client's side of the dialogue. `told` is the status of the server's error challenge, "" for none."""

    def __init__(self, account: ImapAccount, mechanism: str, token: str) -> None:
        self.told = ""
        self._oauthbearer = mechanism == "OAUTHBEARER"
        self._answers = iter([self._first(account, token)])

    def _first(self, account: ImapAccount, token: str) -> bytes:
        if not self._oauthbearer:
            return f"user={account.user}\x01auth=Bearer {token}\x01\x01".encode()
        name = account.user.replace("=", "=3D").replace(",", "=2C")
        place = f"host={account.host}\x01port={account.port}"
        return f"n,a={name},\x01{place}\x01auth=Bearer {token}\x01\x01".encode()

    def __call__(self, challenge: bytes) -> bytes:
        first = next(self._answers, None)
        if first is not None:
            return first
        # An error, as JSON. Only after this answer does the server say NO (RFC 7628 3.2.3; XOAUTH2: an empty line).
        self.told = status(challenge)
        return b"\x01" if self._oauthbearer else b""


def status(challenge: bytes) -> str:
    """What an error challenge says went wrong."""
    try:
        told = json.loads(challenge[:MOST_OF_A_CHALLENGE])
    except (ValueError, RecursionError):
        return ""
    return str(told.get("status", "")) if isinstance(told, dict) else ""


@contextmanager
def told_cleanly(*secrets: str) -> Iterator[None]:
    try:
        yield
    except LoginError as error:
        told = words(error, *secrets)
        # imapclient says LoginError, too, when the connection broke meanwhile.
        if isinstance(error.__context__, IMAPClientAbortError) or TRY_LATER.search(told):
            raise SourceUnavailable(told) from None
        raise LoginError(told) from None
    except UnicodeEncodeError:
        # Its words would quote a letter of the password.
        raise LoginError("the server takes user and password in ASCII only, and one of them is not") from None


def quoted(user: str) -> str:
    # imaplib quotes the password of LOGIN, but not the user.
    return '"{}"'.format(user.replace("\\", "\\\\").replace('"', '\\"'))
