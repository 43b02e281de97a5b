"""How a mailbox is logged in to: by password or by tokens, read anew at each login, so that a changed one is taken."""

from __future__ import annotations

from pathlib import Path

from maild.clock import Clock, system_clock
from maild.config import read_secret_file
from maild.ingest.imap import Login, Tokens, password_login, token_login
from maild.ingest.imap.session import ImapSession
from maild.settings import ImapAccount


def login_for(account: ImapAccount, state: Path, clock: Clock = system_clock) -> Login:
    """The login of an account, for all its folders. It raises ConfigError where a secret cannot be read."""
    if account.oauth is not None:
        return token_login(account, tokens_of(account, state, clock))

    def login(session: ImapSession) -> None:
        password_login(account.user, read_secret_file(account.password_file))(session)

    return login


def tokens_of(account: ImapAccount, state: Path, clock: Clock) -> Tokens:
    """An account's tokens; they lie in the state folder."""
    secret = account.oauth.client_secret_file if account.oauth else None
    return Tokens(account, state / "oauth", lambda: read_secret_file(secret), clock=clock)
