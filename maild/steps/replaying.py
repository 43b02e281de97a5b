"""Other rules, asked about mail that was decided before: read, compare, write nothing.

Law: words that are not in the database's articles are read from the raw mail again, so that a mail looks as it did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from maild.cleaning import clean_text
from maild.errors import NotFound
from maild.model import EntryId, Envelope, InboxEntry, Message, Source, TicketId
from maild.rules.model import Ruled
from maild.rules.replay import Changed, replayed
from maild.rules.sieve import RuleSet
from maild.steps.reading import message_in
from maild.store import inbox_views, replaying
from maild.store.replaying import Kept

HEAD_ENDS = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mail, and what would have become different of it (nothing, where `changes` is empty)."""

    entry: EntryId
    ticket: TicketId | None
    at: datetime
    changes: tuple[Changed, ...]


def replay(tx: Connection, rules: RuleSet, since: datetime) -> Iterator[Outcome]:
    """Every mail that rules were asked about since then, but for those whose words are no longer here."""
    for one in replaying.kept(tx, since):
        if (ruled := _as_seen(tx, one, headers=rules.asks_headers)) is not None:
            yield Outcome(one.entry, one.ticket, one.at, replayed(ruled, rules))


def _as_seen(tx: Connection, one: Kept, *, headers: bool) -> Ruled | None:
    """As rules saw it. The raw mail of what was found to be spam later is deleted when it expires: then None, for
    nobody could say what other rules would make of it."""
    if one.complete and not headers:
        return one.ruled
    try:
        raw = inbox_views.raw_of(tx, one.entry)
    except NotFound:
        return None
    return _with_headers(one, raw) if one.complete else _whole(one, raw)


def _with_headers(one: Kept, raw: bytes) -> Ruled:
    """With the header fields, which the mail's head alone tells."""
    end = HEAD_ENDS.search(raw)
    message = _read(one, raw[: end.end()] if end else raw)
    return replace(one.ruled, view=replace(one.ruled.view, headers=message.headers))


def _whole(one: Kept, raw: bytes) -> Ruled:
    """With the words of the raw mail."""
    message = _read(one, raw)
    seen = replace(
        one.ruled.view,
        subject=clean_text(message.subject),
        text=clean_text(message.visible_text),
        full_text=clean_text(message.text),
        headers=message.headers,
    )
    return replace(one.ruled, view=seen)


def _read(one: Kept, raw: bytes) -> Message:
    return message_in(InboxEntry(one.entry, Envelope(Source.FILE, None, "", one.at), raw))
