"""The one time a person says yes: authorisation code with PKCE (RFC 6749 4.1, RFC 7636, RFC 8252).

In: an account, and what the person pastes back; out: the page to open, then the grant. Law: a redirected address
counts only with the `state` of this very login, and a code only with this login's PKCE verifier.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from maild.errors import PermanentFailure
from maild.ingest.imap.answers import words
from maild.ingest.imap.oauth.endpoint import SECONDS, Grant, ask
from maild.settings import ImapAccount

LONGEST_ANSWER: Final = 8192
MISSING: Final = (
    "the provider gave no refresh token: ask for one (Microsoft: scope offline_access; Google:"
    " ?access_type=offline&prompt=consent in authorize_url)"
)


class Consent:
    """One login of a person. Raises PermanentFailure where it cannot come to anything."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext | None = None, seconds: float = SECONDS) -> None:
        if account.oauth is None or not account.oauth.authorize_url:
            raise PermanentFailure(f"account {account.name} needs `oauth` with an `authorize_url` for this")
        self._oauth = account.oauth
        self._user = account.user
        self._context = context
        self._seconds = seconds
        self._state = secrets.token_urlsafe(24)
        self._verifier = secrets.token_urlsafe(48)

    @property
    def url(self) -> str:
        """The page to open in a browser."""
        parts = urlsplit(self._oauth.authorize_url)
        digest = hashlib.sha256(self._verifier.encode()).digest()
        asked = dict(parse_qsl(parts.query)) | {
            "response_type": "code",
            "client_id": self._oauth.client_id,
            "redirect_uri": self._oauth.redirect_url,
            "scope": self._oauth.scope,
            "state": self._state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "login_hint": self._user,
        }
        return parts._replace(query=urlencode({name: value for name, value in asked.items() if value})).geturl()

    def code(self, answer: str) -> str:
        """The code in what the person pasted: the whole address the browser was sent to, or the code alone."""
        answer = answer.strip()[:LONGEST_ANSWER]
        if not answer:
            raise PermanentFailure("nothing was pasted")
        if "?" not in answer:
            return answer
        told = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
        if not secrets.compare_digest(told.get("state", "").encode(), self._state.encode()):
            raise PermanentFailure("this address belongs to another login (its `state` differs): begin anew")
        if "code" not in told:
            said = words(": ".join(filter(None, (told.get("error"), told.get("error_description")))) or "no code")
            raise PermanentFailure(f"the provider says: {said}")
        return told["code"]

    def redeem(self, answer: str, secret: str) -> Grant:
        """The grant for what was pasted. Raises LoginError or SourceUnavailable, too."""
        form = {
            "grant_type": "authorization_code",
            "code": self.code(answer),
            "redirect_uri": self._oauth.redirect_url,
            "client_id": self._oauth.client_id,
            "code_verifier": self._verifier,
        }
        form |= {"client_secret": secret} if secret else {}
        grant = ask(self._oauth.token_url, form, context=self._context, seconds=self._seconds)
        if not grant.refresh_token:
            raise PermanentFailure(MISSING)
        return grant
