"""Where finished mail goes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field

from maild.settings.base import Port, Section


class MailFrom(StrEnum):
    """Which envelope sender automatic mail carries (relays differ)."""

    NULL = "null"
    VERP = "verp"
    FIXED = "fixed"


class Relay(Section):
    """The server that finished mail is handed to."""

    host: str = Field(description="SMTP relay.")
    port: Port = Field(default=25, description="Port of the relay.")
    tls: str = Field(
        default="starttls",
        pattern="^(none|starttls|tls)$",
        description="none (loopback only), starttls or tls; certificates are verified.",
    )
    user: str = Field(default="", description="Login name, if the relay wants one.")
    password_file: Path | None = Field(default=None, description="File whose first line is the password.")
    mail_from: MailFrom = Field(
        default=MailFrom.VERP,
        description="Envelope sender of automatic mail: verp (an address of its own for each mail, so that every "
        "bounce names it; like reply addresses it needs `+` to be accepted), null (<>), or fixed (the desk's address), "
        "for relays that take no other. Bounces are known by Message-ID too.",
    )
    connections: int = Field(default=4, ge=1, le=20, description="Mails handed over side by side.")
    timeout: float = Field(
        default=60, gt=0, description="Seconds without an answer after which an attempt counts as failed."
    )
