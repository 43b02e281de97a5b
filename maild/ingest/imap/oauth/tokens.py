"""The tokens of one account, for all its folders: access tokens out, refresh tokens renewed and kept.

Laws: an access token is used until a minute before it runs out. A new refresh token is on the disk before anything
that came with it is used (rotation: the old one may be dead already). Nothing secret is logged or told.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from maild.clock import Clock, system_clock
from maild.errors import SourceUnavailable
from maild.ingest.imap.oauth.endpoint import SECONDS, Grant, Refused, ask
from maild.ingest.imap.oauth.keeping import Kept, TokenFile
from maild.settings import ImapAccount
from maild.settings.mailboxes import OAuth

EARLY: Final = timedelta(seconds=60)
WARN_AHEAD: Final = timedelta(days=14)


class Tokens:
    """May be used by several threads: the folders of an account share one."""

    def __init__(
        self,
        account: ImapAccount,
        folder: Path,
        secret: Callable[[], str] = str,
        *,
        clock: Clock = system_clock,
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """`folder` holds the refresh tokens (`oauth` in the state folder). `secret` gives the client secret, "" for
        none; it is asked each time, so that a renewed one counts at once. `seconds` limits each wait for the provider.
        """
        if account.oauth is None:
            raise ValueError(f"account {account.name} has no oauth")
        self._account = account
        self._oauth: OAuth = account.oauth
        self._file = TokenFile(folder, account.name)
        self._secret = secret
        self._clock = clock
        self._context = context
        self._seconds = seconds
        self._lock = threading.Lock()
        self._token = ""
        self._good_until: datetime | None = None
        self._unsaved: Kept | None = None

    def access(self) -> tuple[str, bool]:
        """An access token, and whether it was given just now.

        Raises Refused (a LoginError) where a person has to do something, SourceUnavailable or OSError where time may
        help.
        """
        with self._lock:
            if self._token and self._good_until and self._clock() < self._good_until:
                return self._token, False
            grant = self._by_client() if self._oauth.grant == "client_credentials" else self._by_refresh()
            self._token = grant.access_token
            self._good_until = self._clock() + timedelta(seconds=grant.expires_in) - EARLY
            return self._token, True

    def forget(self, token: str) -> None:
        """The server does not want this access token: the next one will be another."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def keep(self, grant: Grant) -> datetime | None:
        """Keep the refresh token of a login by a person; when it runs out, as far as known."""
        with self._lock, self._file.locked():
            self._save(grant)
            self._token = ""
            return self._runs_out(self._file.read())

    def warning(self) -> str:
        """What will stop this account within 14 days, "" for nothing."""
        return "; ".join(filter(None, (self._login_ends(), self._secret_ends())))

    def _by_client(self) -> Grant:
        return self._ask({"grant_type": "client_credentials"})

    def _by_refresh(self) -> Grant:
        with self._file.locked():
            self._save_late()
            kept = self._file.read()
            if kept is None:
                raise Refused("no_login", f"nobody has logged in: {self._remedy()}")
            try:
                grant = self._ask({"grant_type": "refresh_token", "refresh_token": kept.refresh_token})
            except Refused as refused:
                if refused.code == "invalid_grant":
                    raise Refused(refused.code, f"{refused}: log in again: {self._remedy()}") from None
                raise
            if grant.refresh_token and grant.refresh_token != kept.refresh_token:
                self._save(grant)
            return grant

    def _save_late(self) -> None:
        """Write what the disk did not take, unless a person has logged in anew meanwhile."""
        if self._unsaved:
            kept = self._file.read()
            if kept is None or kept.given_at <= self._unsaved.given_at:
                self._file.write(self._unsaved)
            self._unsaved = None

    def _remedy(self) -> str:
        return f"maild login {self._account.name}"

    def _ask(self, form: dict[str, str]) -> Grant:
        secret, scope = self._secret(), self._oauth.scope
        wholly = form | {"client_id": self._oauth.client_id}
        wholly |= {"client_secret": secret} if secret else {}
        wholly |= {"scope": scope} if scope else {}
        return ask(self._oauth.token_url, wholly, context=self._context, seconds=self._seconds)

    def _save(self, grant: Grant) -> None:
        now = self._clock()
        ends = now + timedelta(seconds=grant.refresh_expires_in) if grant.refresh_expires_in else None
        # Should the disk be full, the token is not lost as long as we live.
        self._unsaved = Kept(grant.refresh_token, now, ends)
        self._file.write(self._unsaved)
        self._unsaved = None

    def _runs_out(self, kept: Kept | None) -> datetime | None:
        if kept is None:
            return None
        return kept.expires_at or kept.given_at + timedelta(days=self._oauth.refresh_token_days)

    def _login_ends(self) -> str:
        if self._oauth.grant != "refresh_token":
            return ""
        try:
            ends = self._runs_out(self._file.read())
        except (SourceUnavailable, OSError):
            return ""
        if ends is None or ends - WARN_AHEAD > self._clock():
            return ""
        return f"the login of account {self._account.name} runs out on {ends:%Y-%m-%d}: {self._remedy()}"

    def _secret_ends(self) -> str:
        ends = self._oauth.client_secret_expires
        if ends is None or ends - WARN_AHEAD > self._clock().date():
            return ""
        return (
            f"the client secret of account {self._account.name} runs out on {ends}: make a new one at the provider,"
            " put it into client_secret_file and set client_secret_expires"
        )
