"""Words of one ticket, taken out for good: articles, raw mail, decisions, what was sent, history.

It goes by the ticket, not by one article alone: what a mail says is quoted in the next one, and in ours.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, or_, select, update

from maild.errors import NotFound
from maild.model import Channel, TicketId
from maild.store.among import among, one_of
from maild.store.erasing.emptying import Deed
from maild.store.erasing.reach import Reach
from maild.store.erasing.remains import note, without
from maild.store.erasing.scrubbing import in_json, scrub_raw, scrub_table
from maild.store.erasing.wording import Scrub
from maild.store.rows import rows_among
from maild.store.schema import (
    article,
    attachment,
    decision,
    event,
    inbox_entry,
    outbox_entry,
    promise,
    proposal,
    ticket,
    workflow_run,
)

_OWN = (article, event, proposal, promise, outbox_entry, workflow_run)
_RAW = select(outbox_entry.c.id, outbox_entry.c.raw, outbox_entry.c.channel).where(among(outbox_entry.c.id))


def require_article(tx: Connection, number: TicketId, article_id: int) -> None:
    """Raises NotFound unless the article is on this ticket."""
    if tx.execute(select(article.c.ticket_id).where(article.c.id == article_id)).scalar_one_or_none() != number:
        raise NotFound(f"ticket {number} has no article {article_id}: `maild show {number}` names them")


def redact(tx: Connection, of: Reach, scrub: Scrub, deed: Deed) -> Counter[str]:
    """Take the words out of everything within reach; how many rows of each kind had them."""
    counts: Counter[str] = Counter()
    counts["mails"] = scrub_raw(tx, scrub, of.raw, deed)
    counts["outgoing mails"] = _scrub_outgoing(tx, scrub, of.outbox, deed)
    for table, theirs in _rows_within(of).items():
        counts[f"rows of {table.name}"] = scrub_table(tx, table, scrub, theirs)
    return +counts


def _rows_within(of: Reach) -> dict[Table, ColumnElement[bool]]:
    articles = select(article.c.id).where(one_of(article.c.ticket_id, of.tickets))
    return {
        **{table: one_of(table.c.ticket_id, of.tickets) for table in _OWN},
        attachment: attachment.c.article_id.in_(articles),
        ticket: one_of(ticket.c.id, of.tickets),
        inbox_entry: one_of(inbox_entry.c.id, of.entries),
        decision: or_(one_of(decision.c.ticket_id, of.tickets), one_of(decision.c.entry_id, of.entries)),
    }


def texts(tx: Connection, of: Reach) -> tuple[str, ...]:
    """What the articles within reach say."""
    columns = (article.c.subject, article.c.text, article.c.visible_text)
    rows = rows_among(tx, select(*columns).where(among(article.c.id)), of.articles)
    return tuple(text for row in rows for text in row)


def _scrub_outgoing(tx: Connection, scrub: Scrub, numbers: Sequence[int], deed: Deed) -> int:
    changed = 0
    for row in rows_among(tx, _RAW, numbers):
        raw = bytes(row.raw)
        cleaned = _cleaned(raw, row.channel, scrub, deed)
        if cleaned != raw:
            tx.execute(update(outbox_entry).where(outbox_entry.c.id == row.id).values(raw=cleaned))
            changed += 1
    return changed


def _cleaned(raw: bytes, channel: Channel, scrub: Scrub, deed: Deed) -> bytes:
    """A webhook's call is JSON, no mail."""
    if channel is Channel.MAIL:
        return without(raw, scrub, note(deed.said, hashlib.sha256(raw).hexdigest()))
    return in_json(scrub).apply(raw.decode("utf-8", "replace")).encode()
