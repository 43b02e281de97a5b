"""Webhooks: programs of the operator's that are told by HTTP what rules want them to know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from maild.settings.base import Section
from maild.settings.here import is_loopback

EXAMPLE = "write it as https://crm.example/maild"


def _url(text: str) -> str:
    """An address that can be called as it stands. Raises ValueError, which never quotes a password."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"this is no URL ({error}): {EXAMPLE}") from None
    if "@" in parts.netloc:
        raise ValueError("a user or password does not belong in here: the signature proves who calls, see secret_file")
    if parts.scheme not in ("http", "https") or not host or not _is_plain(text):
        raise ValueError(f"this is no address that can be called: {EXAMPLE}")
    if parts.fragment:
        raise ValueError("what stands behind a # never reaches a server: leave it out")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"http is possible for this machine only, not for {host}: calls name people and need https")
    return text


def _is_plain(text: str) -> bool:
    """Nothing in it that could end a line, or that would have to be encoded first."""
    return text.isascii() and text.isprintable() and " " not in text


class Webhook(Section):
    """A program that is told, by POST and signed, what rules with `webhook:` want it to know (Standard Webhooks)."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$",
        description="Name that rules call it by: small letters, digits and hyphens.",
    )
    url: Annotated[str, AfterValidator(_url)] = Field(
        description="Where calls go: https, or http on this machine. Redirects are not followed."
    )
    secret_file: Path = Field(
        description="File whose first line is the secret that both sides know: `whsec_` and Base64, or any words."
        " `openssl rand -base64 32` makes one."
    )
    timeout: float = Field(default=10, ge=1, le=30, description="Seconds that one call may take, with its answer.")
