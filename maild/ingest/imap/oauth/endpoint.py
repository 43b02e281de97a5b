"""The token endpoint of a provider (RFC 6749 3.2): a form goes out, a grant or a clean error comes back.

Laws: https, verified; without it only this machine is talked to. Every wait has a time limit, an answer a size limit,
and no redirect is followed: a secret goes where the admin said, or nowhere. What is told holds none of the secrets.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    BaseHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from imapclient.exceptions import LoginError

from maild.errors import SourceUnavailable
from maild.ingest.imap.answers import words

SECONDS: Final = 10.0
MOST: Final = 64 << 10
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
# Without `expires_in` (RFC 6749 5.1 only recommends it) a token is taken to live this long.
UNKNOWN_LIFE: Final = 300
# RFC 6750 2.1; what is not made of these could end the line it is sent in.
TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
# Answers that no retry changes (RFC 6749 5.2).
FINAL: Final = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
    | {"invalid_request", "access_denied", "interaction_required", "consent_required"}
)


class Refused(LoginError):
    """The provider gives no token, and asking again does not help. `code` is the error of RFC 6749 5.2."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(told)
        self.code = code


@dataclass(frozen=True, slots=True)
class Grant:
    """What the endpoint gave. Times are in seconds from now; 0: it did not say. `refresh_token` "" : no new one."""

    access_token: str
    expires_in: int = UNKNOWN_LIFE
    refresh_token: str = ""
    refresh_expires_in: int = 0


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Not followed: it becomes an HTTPError."""


def ask(url: str, form: Mapping[str, str], *, context: ssl.SSLContext | None = None, seconds: float = SECONDS) -> Grant:
    """Post the form. Raises Refused, or SourceUnavailable where trying again may help. `seconds` are for each wait."""
    request = Request(url, urlencode(form).encode(), {"Accept": "application/json"}, method="POST")  # noqa: S310
    secrets = [value for name, value in form.items() if name in SECRETS]
    try:
        code, text = _answer(opener(url, context), request, seconds)
    except (OSError, HTTPException) as error:
        raise SourceUnavailable(f"the token endpoint does not answer: {words(error, *secrets)}") from None
    if code is not None:
        raise _failure(code, text, secrets)
    return grant_of(parsed(text))


def _answer(opened: OpenerDirector, request: Request, seconds: float) -> tuple[int | None, bytes]:
    """The code of a failure, None for none, and the text. Either may break off: then it raises."""
    try:
        with opened.open(request, timeout=seconds) as answer:
            return None, answer.read(MOST)
    except HTTPError as error:
        with error:
            return error.code, error.read(MOST)


SECRETS: Final = frozenset({"client_secret", "refresh_token", "code", "code_verifier"})


def opener(url: str, context: ssl.SSLContext | None) -> OpenerDirector:
    parts = urlsplit(url)
    local = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Refused("insecure", "the token endpoint must be https: secrets would cross the network readable")
    handlers: list[BaseHandler] = [NoRedirect(), HTTPSHandler(context=context or ssl.create_default_context())]
    return build_opener(*handlers, *([ProxyHandler({})] if local else []))


def parsed(text: bytes) -> Mapping[str, object]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {}


def grant_of(told: Mapping[str, object]) -> Grant:
    token = told.get("access_token")
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise SourceUnavailable("the token endpoint gave no usable token")
    refresh = told.get("refresh_token")
    return Grant(
        token,
        seconds_of(told.get("expires_in")) or UNKNOWN_LIFE,
        refresh if isinstance(refresh, str) else "",
        seconds_of(told.get("refresh_token_expires_in")) or seconds_of(told.get("refresh_expires_in")),
    )


def seconds_of(told: object) -> int:
    """A number, or its digits; some providers quote them. Ten years at most."""
    digits = str(told) if isinstance(told, int | str) else ""
    return min(int(digits), 10 * 366 * 86400) if re.fullmatch(r"[0-9]{1,12}", digits) else 0


def _failure(code: int, text: bytes, secrets: list[str]) -> Exception:
    answer = parsed(text)
    error = words(str(answer.get("error") or ""), *secrets)
    told = ": ".join(filter(None, (error, words(str(answer.get("error_description") or ""), *secrets))))
    if error in FINAL and code < 500:
        return Refused(error, f"the provider of tokens refuses: {told}")
    return SourceUnavailable(f"the token endpoint answers {code}{f' ({told})' if told else ''}")
