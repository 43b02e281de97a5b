"""The rows of a reach lose their words; numbers, times, desks and states stay, so that figures and references hold.

Laws: nothing that was to be done with them is done any more. A mail's place is taken by a note. Content keys stay, so
that the same mail is known when it comes again (law 5).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, case, delete, func, insert, literal_column, select, update

from maild.desks.life_cycle import SETTLED
from maild.model import Disposition, OutboxState, ProposalState, Register, Status
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.erasing.losing import Instead, losses
from maild.store.erasing.reach import ERASED, Reach, hashes
from maild.store.erasing.remains import note
from maild.store.raw import PIECE
from maild.store.schema import (
    PROPOSAL_OPEN,
    article,
    contact,
    event,
    inbox_entry,
    message_ref,
    outbox_entry,
    participant,
    promise,
    proposal,
    raw_mail,
    raw_piece,
    ticket,
    timer,
)
from maild.store.states import InboxState

KIND = "erasure/erased"
"""The event that an erased ticket has."""
_LOSSES = losses(Instead(ERASED, "erased"))
_REST: dict[str, Any] = {"category": "", "tags": (), "remind_at": None}
"""What an archive leaves to a ticket, since figures go by it; an erasure does not."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One erasure while it happens: its number (0: it was before), when (UTC), and the tombstone of each address."""

    number: int
    at: datetime
    tombs: Mapping[str, str]

    @property
    def said(self) -> str:
        return f"erasure {self.number}" if self.number else "an earlier erasure"


def empty(tx: Connection, of: Reach, deed: Deed) -> Counter[str]:
    """Take the words out of all these rows; how many of each kind there were."""
    counts: Counter[str] = Counter()
    counts["mails"] = len(replace_raw(tx, of.raw, deed))
    _forget_threads(tx, of)
    _entomb(tx, of, deed)
    for loss in _LOSSES:
        counts[loss.kind] += loss.empty(tx, of)
    _end_work(tx, of)
    _end_tickets(tx, of, deed)
    _bury(tx, of, deed, counts)
    return counts


def replace_raw(tx: Connection, raw: Collection[int], deed: Deed) -> tuple[int, ...]:
    """Put a note in the place of each mail; which they were."""
    known = hashes(tx, raw)
    for number, sha256 in known.items():
        put_raw(tx, number, note(deed.said, sha256))
    return tuple(known)


def put_raw(tx: Connection, number: int, data: bytes) -> None:
    """Other bytes for a mail, with the size and the hash of these."""
    tx.execute(delete(raw_piece).where(raw_piece.c.raw_id == number))
    pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE) or (0,)]
    insert_rows(tx, raw_piece, [{"raw_id": number, "seq": seq, "data": one} for seq, one in enumerate(pieces)])
    described = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    tx.execute(update(raw_mail).where(raw_mail.c.id == number).values(**described))
    tx.execute(update(inbox_entry).where(inbox_entry.c.raw_id == number).values(size=len(data)))


def _set(tx: Connection, table: Table, column: str, values: Collection[Any], to: Mapping[str, Any]) -> int:
    if not values:
        return 0
    return tx.execute(update(table).where(among(table.c[column])).values(to), {"values": values}).rowcount


def _forget_threads(tx: Connection, of: Reach) -> None:
    """No Message-ID leads to these articles and tickets any more."""
    if of.articles:
        theirs = select(article.c.message_id).where(among(article.c.id), article.c.message_id != "")
        tx.execute(delete(message_ref).where(message_ref.c.message_id.in_(theirs)), {"values": of.articles})
    if of.tickets:
        tx.execute(delete(message_ref).where(among(message_ref.c.ticket_id)), {"values": of.tickets})


def _entomb(tx: Connection, of: Reach, deed: Deed) -> None:
    """Who got these mails is the tombstone of whoever it was."""
    for address, tomb in deed.tombs.items():
        theirs = update(outbox_entry).where(among(outbox_entry.c.id), outbox_entry.c.recipient == address)
        tx.execute(theirs.values(recipient=tomb), {"values": of.outbox})


def _end_work(tx: Connection, of: Reach) -> None:
    """What still waited for a worker is done: whoever holds it finds its claim gone. What was to go out stays."""
    never = func.coalesce(inbox_entry.c.disposition, literal_column(f"'{Disposition.IGNORED}'"))
    done = {"state": InboxState.DONE, "due_at": None, "prove_at": None, "owner": "", "disposition": never}
    _set(tx, inbox_entry, "id", of.entries, done)
    out = outbox_entry.c
    stopped = case((out.due_at.is_not(None), literal_column(f"'{OutboxState.SUPPRESSED}'")), else_=out.state)
    _set(tx, outbox_entry, "id", of.outbox, {"state": stopped, "due_at": None, "owner": ""})


def _end_tickets(tx: Connection, of: Reach, deed: Deed) -> None:
    if not of.tickets:
        return
    among_them = {"values": of.tickets}
    _set(tx, ticket, "id", of.tickets, _REST | {"changed_at": deed.at})
    open_ones = ticket.c.status.not_in([literal_column(f"'{one}'") for one in SETTLED])
    closed = {"status": Status.CLOSED, "settled_at": deed.at}
    tx.execute(update(ticket).where(among(ticket.c.id), open_ones).values(**closed), among_them)
    tx.execute(delete(timer).where(among(timer.c.ticket_id)), among_them)
    _set(tx, promise, "ticket_id", of.tickets, {"next_at": None, "words": ""})
    expired = update(proposal).where(among(proposal.c.ticket_id), PROPOSAL_OPEN)
    tx.execute(expired.values(state=ProposalState.EXPIRED, due_at=None), among_them)
    said = {"at": deed.at, "actor": "erasure", "kind": KIND, "text": deed.said}
    tx.execute(insert(event), [{"ticket_id": number, **said} for number in of.tickets])


def _bury(tx: Connection, of: Reach, deed: Deed, counts: Counter[str]) -> None:
    """Contacts become tombstones, which take part in nothing."""
    nobody = {"name": "", "language": "", "person": "", "source": "", "organisation": None, "duties": ()}
    away = {"register": Register.INACTIVE, "follows": False, "is_primary": False}
    for address in of.contacts:
        here = select(contact.c.id).where(contact.c.address == address)
        left = update(participant).where(participant.c.contact_id.in_(here))
        tx.execute(left.values(has_left=True, waits=False))
        buried = update(contact).where(contact.c.address == address)
        counts["contacts"] += tx.execute(buried.values(**nobody, **away, address=deed.tombs[address])).rowcount
