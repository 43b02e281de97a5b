"""maild.yaml as a whole."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from maild.settings.alarms import Alarms
from maild.settings.archive import Archive
from maild.settings.backup import BackupSeries
from maild.settings.base import Section
from maild.settings.budgets import Budgets
from maild.settings.directories import FurtherDirectory
from maild.settings.dns import Dns
from maild.settings.limits import Limits
from maild.settings.listeners import Listener
from maild.settings.mailboxes import ImapAccount, MaildirSource
from maild.settings.relay import Relay
from maild.settings.screening import Screening
from maild.settings.web import Web
from maild.settings.webhooks import Webhook


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
    lease: float = Field(
        default=30,
        ge=1,
        le=45,
        description="Seconds without a sign of life of the node that reads a mailbox until another one takes over.",
    )
    maildirs: tuple[MaildirSource, ...] = Field(default=(), description="Maildirs on this machine to watch.")
    screening: Screening = Field(default=Screening(), description="Who is asked whether a mail is spam or a virus.")
    dns: Dns = Field(default=Dns(), description="Who is asked for the public keys of signatures.")
    relay: Relay | None = Field(
        default=None, description="Where finished mail goes; without it, into the Maildir `outgoing` in state."
    )
    web: Web | None = Field(default=None, description="Pages for customers; without it there are none.")
    webhooks: tuple[Webhook, ...] = Field(
        default=(), description="Programs that rules may call, once every node runs a version that knows this word."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Worker processes that read and decide.")
    desks: str = Field(default="desks/*.yaml", description="Desk files.")
    rules: str = Field(default="rules/*.yaml", description="Rule files, in the order of their names.")
    articles: str = Field(
        default="articles/*.md", description="Help articles, offered in confirmations where they fit."
    )
    workflows: str = Field(
        default="workflows/*.yaml",
        description="Workflow files: requests with legal weight, which rules or staff begin.",
    )
    directory: Path = Field(default=Path("directory.yaml"), description="Organisations, contacts and staff.")
    directories: tuple[FurtherDirectory, ...] = Field(
        default=(),
        description="Where else organisations or contacts come from, besides by hand; asked at start and every hour.",
    )
    templates: Path | None = Field(
        default=None,
        description="Folder of your own templates, <language>/<name>.txt: they replace built-in ones, or rules name "
        "them.",
    )
    reload_on_change: bool = Field(
        default=True,
        description="Whether changed files of desks, rules, articles, workflows, templates and the directory are taken "
        "by themselves, a few seconds after they were saved; without it, `maild reload` takes them.",
    )
    limits: Limits = Field(default=Limits(), description="Bounds that keep one mail from hurting others.")
    budgets: Budgets = Field(default=Budgets(), description="How much automatic mail goes out.")
    backup: tuple[BackupSeries, ...] = Field(default=(), description="Series of backups that the daemon makes.")
    archive: Archive = Field(default=Archive(), description="Where tickets lie that were settled long ago.")
    alarms: Alarms = Field(default=Alarms(), description="From when on `maild status` calls for a person.")
    metrics: Path | None = Field(
        default=None,
        description="File for Prometheus' node exporter (textfile collector), written anew every 15 seconds.",
    )
