"""Spam and viruses: who is asked about a mail before it is decided."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from maild.settings.base import Port, Section


class SpamHeader(Section):
    """A header by which the server in front says that a mail is spam."""

    name: str = Field(pattern=r"^[!-9;-~]+$", description="Name of the header.")
    spam: str = Field(description="Regular expression (linear time) that its value matches if the mail is spam.")


class Rspamd(Section):
    """An rspamd that is asked by HTTP."""

    url: str = Field(default="http://127.0.0.1:11333", description="Its normal worker.")
    password_file: Path | None = Field(
        default=None, description="File whose first line is its password, if it wants one."
    )
    controller: str = Field(
        default="", description="Its controller, which learns from `maild spam` and `maild ham`; empty: it does not."
    )


class Clamd(Section):
    """A clamd that is asked by INSTREAM."""

    socket: Path | None = Field(default=None, description="Its unix socket.")
    host: str = Field(default="127.0.0.1", description="Its address, without a socket.")
    port: Port = Field(default=3310, description="Its port.")
    largest: int = Field(default=25 << 20, ge=1024, description="Bytes it takes (its StreamMaxLength).")


class Screening(Section):
    """Who is asked about a mail before it is decided. What is found goes to quarantine and gets no answer."""

    headers: tuple[SpamHeader, ...] = Field(
        default=(), description="Headers of the server in front, which must remove those that come from outside."
    )
    rspamd: Rspamd | None = Field(default=None, description="An rspamd to ask.")
    clamd: Clamd | None = Field(default=None, description="A clamd to ask.")
    timeout: float = Field(default=10, gt=0, description="Seconds a scanner may take for one mail.")
    missing: str = Field(
        default="hold",
        pattern="^(hold|pass)$",
        description="What happens while a scanner does not answer: hold mail until it does, or let it pass unscanned.",
    )
    keep_days: int = Field(
        default=30, ge=1, description="Days after which spam in quarantine is put aside for good and its bytes deleted."
    )
