"""The inbox: mail we promised to handle. Kept -> claimed -> done, later, or set aside.

Laws: claims are rows with a due time (law 7), one statement for both databases; an entry with nothing left to do
has no due time. Only `charge` counts an attempt (law 3). A reply waits for its parent, uncharged (law 6).
Finishing is fenced: who lost its claim writes nothing (Conflict).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, select, update

from maild.errors import Conflict, NotFound
from maild.model import Disposition, EntryId, Envelope, InboxEntry, Reason, TicketId
from maild.store.among import among
from maild.store.bulk import update_rows
from maild.store.inbox_views import InboxCounts, counts, list_entries, pieces_of, raw_of, show
from maild.store.intake import add
from maild.store.raw import raw_by_id
from maild.store.rows import AnyRow
from maild.store.schema import INBOX_OPEN, inbox_entry
from maild.store.schema.types import EPOCH
from maild.store.states import InboxState

PARENT_WAIT = timedelta(minutes=5)
HEADER_ONLY = 2
"""After so many runs that a worker did not survive, only the header of a mail is read."""

_entry = inbox_entry.c
_parent = inbox_entry.alias("parent")
kept_at = func.coalesce(_entry.kept_at, _entry.received_at)
_waits_for_parent = and_(
    _entry.parent_id != "",
    _entry.parent_id != _entry.message_id,
    # A clock that is wrong on another node must not hold a reply for ever.
    kept_at.between(bindparam("earliest"), bindparam("latest")),
    exists().where(_parent.c.message_id == _entry.parent_id, _parent.c.due_at.is_not(None)),
)
CLAIMED = (
    _entry.id,
    _entry.raw_id,
    _entry.size,
    _entry.source,
    _entry.mail_from,
    _entry.recipient,
    _entry.received_at,
    _entry.peer,
    _entry.source_key,
    _entry.attempts,
    _entry.alone,
    _entry.cause,
    _entry.detail,
    _entry.ticket_id,
    _entry.answers,
    _entry.login,
    _entry.border,
    _entry.cleared,
)
CLAIMABLE = (
    select(*CLAIMED)
    .where(INBOX_OPEN, _entry.due_at <= bindparam("now"), ~_waits_for_parent)
    .order_by(_entry.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=inbox_entry)
)
_CLAIM = (
    update(inbox_entry)
    .where(among(_entry.id))
    .values(state=InboxState.CLAIMED, owner=bindparam("mine"), due_at=bindparam("until"))
)


def claim(
    tx: Connection, owner: str, now: datetime, lease: timedelta, limit: int, max_bytes: int
) -> tuple[InboxEntry, ...]:
    """Take due mail, oldest first, until now + lease; a claim whose lease has ended can be taken again.

    At most `limit` entries and `max_bytes`, but always one if any is due. An entry that must run alone comes alone.
    """
    times = {"now": now, "earliest": now - PARENT_WAIT, "latest": now + PARENT_WAIT, "most": limit}
    chosen = _company(tx.execute(CLAIMABLE, times).all(), max_bytes)
    if not chosen:
        return ()
    numbers = [row.id for row in chosen]
    tx.execute(_CLAIM, {"values": numbers, "mine": owner, "until": now + lease})
    raw = raw_by_id(tx, {row.raw_id for row in chosen})
    return tuple(claimed(row, raw[row.raw_id]) for row in chosen)


def _company(due: Sequence[AnyRow], max_bytes: int) -> list[AnyRow]:
    """Which of the due go together."""
    chosen = list(due[:1])
    if not due or due[0].alone:
        return chosen
    size = due[0].size
    for row in due[1:]:
        if row.alone:
            continue
        size += row.size
        if size > max_bytes:
            break
        chosen.append(row)
    return chosen


def claimed(row: AnyRow, raw: bytes) -> InboxEntry:
    """The entry in a row of `CLAIMED`."""
    came = (row.source, row.mail_from, row.recipient, row.received_at, row.peer, row.source_key, row.answers, row.login)
    envelope = Envelope(*came, border=row.border)
    ticket = TicketId(row.ticket_id) if row.ticket_id else None
    attempted = (row.attempts, row.alone, row.cause, row.detail)
    return InboxEntry(EntryId(row.id), envelope, raw, *attempted, ticket, row.cleared)


def release(tx: Connection, owner: str, except_for: EntryId | None = None) -> int:
    """Give a worker's claims back unharmed; how many."""
    return _give_back(tx, and_(_entry.owner == owner, _entry.id != (except_for or 0)))


def release_node(tx: Connection, node: str) -> int:
    """Give back what a node's workers (`node/worker`) had claimed before it ended; how many."""
    prefix = f"{node}/"
    return _give_back(tx, func.substr(_entry.owner, 1, len(prefix)) == prefix)


def _give_back(tx: Connection, whose: ColumnElement[bool]) -> int:
    back = update(inbox_entry).where(INBOX_OPEN, _entry.state == InboxState.CLAIMED, whose)
    return tx.execute(back.values(state=InboxState.WAITING, owner="", due_at=EPOCH)).rowcount


def later(tx: Connection, ids: Sequence[EntryId], owner: str, due: datetime) -> None:
    """Put claimed entries off until `due`, uncharged: an outage is not the mail's fault (law 3)."""
    mine = update(inbox_entry).where(_entry.id.in_(ids), _entry.owner == owner, INBOX_OPEN)
    tx.execute(mine.values(state=InboxState.WAITING, owner="", due_at=due))


def charge(tx: Connection, entry: EntryId, now: datetime, cause: str, detail: str) -> bool:
    """Count a crash or a used-up budget against one entry: it runs again, alone; then nothing but its header is read
    (`HEADER_ONLY`); and if even that fails, it goes to quarantine as it is.

    True if it is now in quarantine. Nothing happens to an entry that is done: its worker died after the commit.
    """
    row = tx.execute(select(_entry.attempts).where(_entry.id == entry, INBOX_OPEN).with_for_update()).first()
    if row is None:
        return False
    told = {"attempts": row.attempts + 1, "owner": "", "cause": cause, "detail": detail}
    again = {"state": InboxState.WAITING, "alone": True, "due_at": now}
    aside = {"state": InboxState.QUARANTINED, "disposition": Disposition.QUARANTINED, "due_at": None}
    given_up = row.attempts >= HEADER_ONLY
    tx.execute(update(inbox_entry).where(_entry.id == entry).values(**told, **(aside if given_up else again)))
    return bool(given_up)


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of an entry that `owner` had claimed. `cause`: why it is in quarantine, if it is.

    `prove_at` (UTC): when the DNS is asked again who wrote it.
    """

    entry: EntryId
    owner: str
    disposition: Disposition
    reasons: tuple[Reason, ...]
    ticket: TicketId | None = None
    duplicate_of: EntryId | None = None
    cause: str = ""
    prove_at: datetime | None = None


def finish(tx: Connection, finished: Sequence[Finished]) -> None:
    """Mark entries as handled, each only if it is still its owner's (fencing). Raises Conflict otherwise."""
    rows = [_finishing(one) for one in finished]
    if update_rows(tx, inbox_entry, ("id", "owner"), rows, also="due_at IS NOT NULL") != len(finished):
        raise Conflict("a claim ran out before its work was done: somebody else has the mail now")


def _finishing(one: Finished) -> dict[str, object]:
    aside = one.disposition is Disposition.QUARANTINED
    first_code = one.reasons[0].code if one.reasons else ""
    return {
        "id": one.entry,
        "owner": one.owner,
        "state": InboxState.QUARANTINED if aside else InboxState.DONE,
        "due_at": None,
        "disposition": one.disposition,
        "reasons": tuple((why.step, why.code, why.text) for why in one.reasons),
        "ticket_id": one.ticket,
        "duplicate_of": one.duplicate_of,
        "cause": one.cause or (first_code if aside else ""),
        "detail": "",
        "prove_at": one.prove_at,
    }


def retry(tx: Connection, entry: EntryId) -> None:
    """Let a quarantined entry run once more, alone. Raises NotFound if there is no such entry in quarantine."""
    again = update(inbox_entry).where(_entry.id == entry, _entry.state == InboxState.QUARANTINED)
    fresh = {"attempts": 0, "alone": True, "due_at": EPOCH, "disposition": None, "cause": "", "detail": ""}
    if not tx.execute(again.values(state=InboxState.WAITING, **fresh)).rowcount:
        raise NotFound(f"there is no inbox entry {entry} in quarantine")


def dismiss(tx: Connection, entry: EntryId) -> None:
    """A person has looked at a quarantined entry: it stays what it is, and nobody is asked again. Raises NotFound."""
    seen = update(inbox_entry).where(_entry.id == entry, _entry.state == InboxState.QUARANTINED)
    if not tx.execute(seen.values(state=InboxState.DONE)).rowcount:
        raise NotFound(f"there is no inbox entry {entry} in quarantine")


__all__ = [
    "Finished",
    "InboxCounts",
    "add",
    "charge",
    "claim",
    "counts",
    "dismiss",
    "finish",
    "later",
    "list_entries",
    "pieces_of",
    "raw_of",
    "release",
    "release_node",
    "retry",
    "show",
]
