"""The daemon's own settings, typed: `config/maild.yaml` in, `Settings` out (read by `maild.config`).

Policy (desks, rules, templates) lives in files of its own and is reloaded while running; a change here
needs a restart. Sizes are bytes, times are seconds. Each field's description is its documentation.
Relative paths are relative to the file that names them.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MEBIBYTE = 1 << 20
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listener(Section):
    """Where mail is taken in by SMTP or LMTP: a TCP address, or (LMTP) a unix socket."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Port = Field(default=0, description="TCP port; 0 takes a free one.")
    socket: Path | None = Field(
        default=None, description="Unix socket instead of host and port (LMTP only), mode 0660."
    )


class ImapAccount(Section):
    """A mailbox that is read by IMAP. Nothing in it is changed or deleted."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Short name of the account, for the ledger and messages."
    )
    host: str = Field(description="IMAP server.")
    port: Port = Field(default=993, description="Port of the server.")
    tls: bool = Field(default=True, description="Use TLS from the first byte; the certificate is verified.")
    user: str = Field(description="Login name.")
    password_file: Path = Field(description="File whose first line is the password.")
    folder: str = Field(default="INBOX", pattern=r"^[^\r\n\x00]+$", description="Folder to read.")
    recipient: str = Field(description="Desk address that mail from this account is for when its headers name none.")
    poll: float = Field(default=60, gt=0, description="Seconds between looks when the server does not push (IDLE).")
    first_look: str = Field(
        default="new",
        pattern="^(new|import)$",
        description="new: start with mail yet to come; import: take what is there.",
    )


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


class Budgets(Section):
    """How much automatic mail goes out, over sliding windows, whatever happens. Staff's own mails do not count."""

    unverified_a_day: int = Field(default=1, ge=0, description="Automatic mails to an unverified address in 24 hours.")
    registered_an_hour: int = Field(default=20, ge=1, description="Automatic mails to a registered address in an hour.")
    registered_a_day: int = Field(default=60, ge=1, description="The same in 24 hours.")
    alike_an_hour: int = Field(
        default=3, ge=1, description="Of them, mails that are all but identical; the rest is summed up in one."
    )
    thread_an_hour: int = Field(
        default=10, ge=1, description="Automatic mails on one ticket to one address in an hour."
    )
    thread_a_day: int = Field(default=30, ge=1, description="The same in 24 hours.")
    domain_an_hour: int = Field(
        default=500, ge=1, description="Automatic mails to all addresses of a domain in an hour."
    )
    strangers_of_a_domain_an_hour: int = Field(default=30, ge=1, description="Of them, to its unverified addresses.")
    strangers_an_hour: int = Field(
        default=300, ge=1, description="Automatic mails to all unverified addresses together in an hour."
    )
    total_an_hour: int = Field(default=5000, ge=1, description="Automatic mails in an hour, all in all.")


class Limits(Section):
    """Bounds that keep one mail from hurting others."""

    message_size: int = Field(
        default=25 * MEBIBYTE, ge=1024, description="Largest mail accepted, in bytes (SIZE, RFC 1870)."
    )
    in_flight: int = Field(
        default=64 * MEBIBYTE,
        ge=1024,
        description="Bytes of mail being received at one time; beyond it senders get 452.",
    )
    connections: int = Field(default=200, ge=1, description="Open SMTP and LMTP connections.")
    idle: float = Field(default=300, gt=0, description="Seconds without progress after which a connection is closed.")
    cpu_in_company: float = Field(default=2, gt=0, description="Seconds of CPU one mail may take beside others.")
    cpu_alone: float = Field(
        default=10, gt=0, description="Seconds of CPU it may take in its run alone, before quarantine."
    )
    worker_memory: int = Field(
        default=1024 * MEBIBYTE, ge=128 * MEBIBYTE, description="Address space of one worker process, in bytes."
    )


class Settings(Section):
    """maild.yaml."""

    database: str = Field(
        default="sqlite:///maild.db",
        description="Database URL: sqlite:///FILE (relative to state) or postgresql://user@host/name.",
    )
    database_password_file: Path | None = Field(
        default=None, description="File whose first line is the database password."
    )
    state: Path = Field(default=Path("var"), description="Folder for the database, sockets and keys; mode 0700.")
    node: str = Field(default="", description="Name of this node in `maild status`; empty takes the host name.")
    hostname: str = Field(
        default="localhost",
        pattern=r"^[A-Za-z0-9.-]+$",
        description="Name this server greets with, and the right side of its Message-IDs.",
    )
    smtp: tuple[Listener, ...] = Field(default=(), description="SMTP listeners.")
    lmtp: tuple[Listener, ...] = Field(
        default=(Listener(socket=Path("lmtp.sock")),), description="LMTP listeners; a relative socket lies in state."
    )
    imap: tuple[ImapAccount, ...] = Field(default=(), description="Mailboxes to read.")
    relay: Relay | None = Field(
        default=None, description="Where finished mail goes; without it, into the Maildir `outgoing` in state."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Worker processes that read and decide.")
    desks: str = Field(default="desks/*.yaml", description="Desk files.")
    rules: str = Field(default="rules/*.yaml", description="Rule files, in the order of their names.")
    directory: Path = Field(default=Path("directory.yaml"), description="Organisations, contacts and staff.")
    templates: Path | None = Field(
        default=None, description="Folder whose templates replace the built-in ones, file by file."
    )
    limits: Limits = Field(default=Limits(), description="Bounds that keep one mail from hurting others.")
    budgets: Budgets = Field(default=Budgets(), description="How much automatic mail goes out.")
