"""A folder that is read: what maild.yaml names, how it does, and the words for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection

from maild.model import MailboxState, Tally
from maild.settings import Settings
from maild.store.mailbox_states import list_states

MAILDIR = "new"
_WORDS = {
    "on_server": "on the server",
    "processed": "processed",
    "waiting": "waiting to be decided",
    "quarantined": "quarantined",
    "missed": "not handed over",
    "before": "older than the first look",
    "to_read": "to be read",
    "unexplained": "unexplained",
}


def configured(tx: Connection, settings: Settings) -> tuple[MailboxState, ...]:
    """Every folder that maild.yaml names, in its order; empty but for its name where nothing is known of it yet."""
    known = {(state.account, state.folder): state for state in list_states(tx)}
    return tuple(known.get(key) or MailboxState(*key) for key in _named(settings))


def _named(settings: Settings) -> Sequence[tuple[str, str]]:
    folders = [(account.name, folder) for account in settings.imap for folder in account.folders]
    return [*folders, *((source.name, MAILDIR) for source in settings.maildirs)]


def name_of(box: MailboxState) -> str:
    """As people and programs are told of it."""
    return f"{box.account}/{box.folder}"


def silent_since(box: MailboxState, up_since: datetime | None) -> datetime | None:
    """Since when nobody has looked into it with success; before the first look, since a node runs."""
    return box.looked_at or up_since


def behind(box: MailboxState) -> int:
    """Mails on the server that are not in the ledger, or wait to be decided."""
    tally = box.tally
    return tally.to_read + tally.waiting + tally.unexplained if tally else 0


def in_words(tally: Tally) -> str:
    """`1,204 on the server, 1,198 processed, 1 unexplained`: what there is none of is left out."""
    counted = ((getattr(tally, field.name), field.name) for field in fields(tally))
    told = (f"{mails:,} {_WORDS[name]}" for mails, name in counted if mails)
    return ", ".join(told) or "empty"
