"""Spam and viruses: who is asked about a mail before it is decided."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from maild.settings.base import Port, Section


class SpamHeader(Section):
    """A header by which the server in front says that a mail is spam, or a virus."""

    name: str = Field(
        pattern=r"^[!-9;-~]+$",
        description=(
            "Name of the header, of which only the topmost counts: X-Spam-Flag and X-Spam-Status (SpamAssassin),"
            " X-Spam and X-Rspamd-Action (rspamd), X-MS-Exchange-Organization-SCL (Microsoft), X-Virus-Status"
            " (clamav-milter)."
        ),
    )
    value: str = Field(
        description=(
            "Pattern (linear time, in slashes) that is found in its value if the mail is meant: /^yes/i for"
            " X-Spam-Flag, X-Spam-Status and X-Spam, /^(reject|add header|rewrite subject)/ for X-Rspamd-Action,"
            " /^[5-9]$/ for Microsoft's, /^infected/i for X-Virus-Status."
        ),
    )
    means: str = Field(default="spam", pattern="^(spam|virus)$", description="What it means: spam or virus.")


class Rspamd(Section):
    """An rspamd that is asked by HTTP."""

    url: str = Field(
        default="http://127.0.0.1:11333",
        description="Its normal worker; https, unless it runs on this machine. It follows no redirect and no proxy.",
    )
    password_file: Path | None = Field(
        default=None, description="File whose first line is its password, if it wants one."
    )
    controller: str = Field(
        default="", description="Its controller, which learns from `maild spam` and `maild ham`; empty: it does not."
    )
    largest: int = Field(
        default=50 << 20,
        ge=1024,
        description="Bytes it takes (its max_message); of a larger mail it sees the beginning, and a note says so.",
    )


class Clamd(Section):
    """A clamd that is asked by INSTREAM."""

    socket: Path | None = Field(default=None, description="Its unix socket; the best way, e.g. /run/clamav/clamd.ctl.")
    host: str = Field(
        default="127.0.0.1", description="Its address, without a socket: this machine, as clamd knows no TLS."
    )
    port: Port = Field(default=3310, description="Its port.")
    largest: int = Field(
        default=25 << 20,
        ge=1024,
        description="Bytes it takes (its StreamMaxLength); of a larger mail it sees the beginning, and a note says so.",
    )


class Screening(Section):
    """Who is asked about a mail before it is decided. What is found goes to quarantine and gets no answer."""

    headers: tuple[SpamHeader, ...] = Field(
        default=(), description="Headers of the server in front, which must remove those that come from outside."
    )
    rspamd: Rspamd | None = Field(default=None, description="An rspamd to ask.")
    clamd: Clamd | None = Field(default=None, description="A clamd to ask.")
    timeout: float = Field(
        default=10, gt=0, le=20, description="Seconds a scanner may take for one mail, connecting included."
    )
    missing: str = Field(
        default="hold",
        pattern="^(hold|pass)$",
        description="What happens while a scanner does not answer: hold mail until it does, or let it pass unscanned.",
    )
    keep_days: int = Field(
        default=30, ge=1, description="Days after which spam in quarantine is put aside for good and its bytes deleted."
    )
