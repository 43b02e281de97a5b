"""Mail that is spam or a virus, or waits until a scanner can say: held, marked by people, forgotten in the end.

Laws: holding is uncharged (law 3). What expires keeps its row, its reasons and its sha256; its bytes go when no entry
needs them any more. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, func, select, update

from maild.decide.mail.screening import SPAM, UNSCANNED, UNWANTED, next_try
from maild.errors import NotFound
from maild.model import ArticleKind, Disposition, EntryId, Envelope, InboxEntry, OutboxState, Reason, Status, TicketId
from maild.store.among import among
from maild.store.bulk import update_rows
from maild.store.rows import AnyRow
from maild.store.schema import (
    INBOX_OPEN,
    QUARANTINED,
    article,
    decision,
    inbox_entry,
    outbox_entry,
    raw_mail,
    raw_piece,
    ticket,
)
from maild.store.schema.types import EPOCH
from maild.store.states import InboxState

EXPIRED = "expired"
AT_ONCE = 100
_entry = inbox_entry.c
_kept = func.coalesce(_entry.kept_at, _entry.received_at, type_=_entry.received_at.type)
_HELD = and_(INBOX_OPEN, _entry.cause == UNSCANNED)


# ---- held ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """Mail that waits for scanners: how many, since when the oldest, and why that one."""

    count: int
    oldest: datetime
    why: str


def hold(tx: Connection, owner: str, why: Mapping[EntryId, str], now: datetime) -> None:
    """Put claimed entries off for a growing while, uncharged, each with why; only those that are still `owner`'s."""
    mine = select(_entry.id, _entry.attempts, _entry.cause, _entry.detail, _kept.label("kept")).where(
        _entry.id.in_(why), _entry.owner == owner, INBOX_OPEN
    )
    rows = [_held(row, why[EntryId(row.id)], now) for row in tx.execute(mine.with_for_update())]
    update_rows(tx, inbox_entry, ("id",), rows)


def _held(row: AnyRow, why: str, now: datetime) -> dict[str, object]:
    """Of a mail that workers died of, the cause must stay: it says how to read it."""
    told = {"cause": row.cause, "detail": row.detail} if row.attempts else {"cause": UNSCANNED, "detail": why}
    due = now + next_try(now - row.kept)
    return {"id": row.id, "state": InboxState.WAITING, "owner": "", "due_at": due, **told}


def held(tx: Connection) -> Held | None:
    """What waits for scanners; None where nothing does."""
    oldest = tx.execute(select(_kept.label("kept"), _entry.detail).where(_HELD).order_by(_entry.id).limit(1)).first()
    if oldest is None:
        return None
    count = tx.execute(select(func.count()).select_from(inbox_entry).where(_HELD)).scalar_one()
    return Held(count, oldest.kept, oldest.detail)


# ---- marked by a person -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suspect:
    """An entry that a person is about to judge. `ticket` and `status` are of the ticket it belongs to, `opened` by this
    very mail; `lonely`: nobody has answered there, and nobody else has written.
    """

    entry: InboxEntry
    state: InboxState
    disposition: Disposition | None
    reasons: tuple[Reason, ...]
    cause: str
    ticket: TicketId | None = None
    status: Status | None = None
    opened: bool = False
    lonely: bool = False


def opener_of(tx: Connection, number: TicketId) -> EntryId:
    """The entry whose mail opened a ticket. Raises NotFound where no mail did."""
    found = _opener(tx, number)
    if found is None:
        raise NotFound(f"no mail has opened ticket {number}")
    return EntryId(found)


def _opener(tx: Connection, number: TicketId) -> int | None:
    """By the entry's own ticket: articles of a ticket that was merged are elsewhere."""
    of = select(article.c.entry_id).join(inbox_entry, inbox_entry.c.id == article.c.entry_id)
    first = of.where(inbox_entry.c.ticket_id == number).order_by(article.c.id).limit(1)
    return tx.execute(first).scalar_one_or_none()


def suspect(tx: Connection, entry: EntryId) -> Suspect:
    """The entry, held to the end of the transaction. Raises NotFound."""
    row = tx.execute(select(inbox_entry).where(_entry.id == entry).with_for_update()).first()
    if row is None:
        raise NotFound(f"there is no inbox entry {entry}")
    envelope = Envelope(row.source, row.mail_from, row.recipient, row.received_at, row.peer, row.source_key)
    reasons = tuple(Reason(*why) for why in row.reasons)
    found = InboxEntry(entry, envelope, b"", ticket=TicketId(row.ticket_id) if row.ticket_id else None)
    bare = (found, row.state, row.disposition, reasons, row.cause)
    if found.ticket is None:
        return Suspect(*bare)
    status = tx.execute(select(ticket.c.status).where(ticket.c.id == found.ticket)).scalar_one()
    opened = _opener(tx, found.ticket) == entry
    return Suspect(*bare, found.ticket, status, opened, opened and _is_lonely(tx, found.ticket))


def _is_lonely(tx: Connection, number: TicketId) -> bool:
    articles = select(article.c.kind, article.c.author).where(article.c.ticket_id == number).order_by(article.c.id)
    first, *others = tx.execute(articles)
    return all(row.kind is ArticleKind.NOTE or _is_same_author(first, row) for row in others)


def _is_same_author(first: AnyRow, other: AnyRow) -> bool:
    return other.kind is ArticleKind.INCOMING and other.author == first.author


def set_aside(tx: Connection, it: Suspect, reason: Reason) -> None:
    """Into quarantine as spam, with the person's reason before those it had."""
    aside = {"state": InboxState.QUARANTINED, "disposition": Disposition.QUARANTINED, "cause": SPAM, "cleared": False}
    _set(tx, it, reason, **aside, owner="", due_at=None, detail="")


def clear(tx: Connection, it: Suspect, reason: Reason) -> None:
    """Back to the workers, alone and fresh, and nobody screens it."""
    fresh = {"attempts": 0, "alone": True, "due_at": EPOCH, "disposition": None, "owner": ""}
    _set(tx, it, reason, **fresh, state=InboxState.WAITING, cause="", detail="", cleared=True)


def restore(tx: Connection, it: Suspect, reason: Reason, disposition: Disposition) -> None:
    """What it was before a person set it aside."""
    _set(tx, it, reason, state=InboxState.DONE, disposition=disposition, cause="", detail="", cleared=True)


def _set(tx: Connection, it: Suspect, reason: Reason, **values: object) -> None:
    reasons = tuple((why.step, why.code, why.text) for why in (reason, *it.reasons))
    tx.execute(update(inbox_entry).where(_entry.id == it.entry.id).values(reasons=reasons, **values))


def silence(tx: Connection, number: TicketId, reason: Reason) -> int:
    """Automatic mail of a ticket that has not left yet never will; how many mails that is."""
    waiting = (OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.PARKED)
    unsent = update(outbox_entry).where(
        outbox_entry.c.ticket_id == number,
        outbox_entry.c.state.in_(waiting),
        outbox_entry.c.by_person.is_(False),
    )
    why = ((reason.step, reason.code, reason.text),)
    return tx.execute(unsent.values(state=OutboxState.SUPPRESSED, due_at=None, owner="", reasons=why)).rowcount


# ---- forgotten ----------------------------------------------------------------------------------------------


def expire(tx: Connection, now: datetime, keep_days: int, limit: int = AT_ONCE) -> int:
    """Put spam, viruses and blocked mail aside for good that were decided `keep_days` ago, and delete bytes that no
    entry needs any more; how many entries. At most `limit`: call it again while it finds so many.
    """
    rows = _old(tx, now - timedelta(days=keep_days), limit)
    if not rows:
        return 0
    raw = sorted({row.raw_id for row in rows})
    # Two nodes may each hold one entry of the same mail: the second must see what the first has done.
    tx.execute(select(raw_mail.c.id).where(raw_mail.c.id.in_(raw)).order_by(raw_mail.c.id).with_for_update()).all()
    update_rows(tx, inbox_entry, ("id",), [_forgotten(row, now, keep_days) for row in rows])
    _delete_bytes(tx, raw)
    return len(rows)


def _old(tx: Connection, limit: datetime, most: int) -> list[AnyRow]:
    """What a person marked yesterday is not old, however long ago it came."""
    recent = exists().where(decision.c.entry_id == _entry.id, decision.c.at >= limit)
    old = select(_entry.id, _entry.raw_id, _entry.cause, _entry.reasons).where(
        QUARANTINED, _entry.cause.in_(UNWANTED), _kept < limit, ~recent
    )
    return list(tx.execute(old.order_by(_entry.id).limit(most).with_for_update(skip_locked=True, of=inbox_entry)))


def _forgotten(row: AnyRow, now: datetime, keep_days: int) -> dict[str, object]:
    why = ("clock", EXPIRED, f"expired after {keep_days} days, at {now:%Y-%m-%d %H:%M} UTC")
    return {
        "id": row.id,
        "state": InboxState.DONE,
        "cause": EXPIRED,
        "detail": row.cause,
        "reasons": (*row.reasons, why),
    }


def _delete_bytes(tx: Connection, raw: Iterable[int]) -> None:
    needed = select(_entry.raw_id).where(among(_entry.raw_id), _entry.cause != EXPIRED).distinct()
    gone = set(raw) - set(tx.scalars(needed, {"values": sorted(raw)}))
    tx.execute(delete(raw_piece).where(among(raw_piece.c.raw_id)), {"values": sorted(gone)})
