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

from sqlalchemy import ColumnClause, Connection, Table, case, delete, func, insert, literal_column, select, update

from maild.decide.plan import Plan
from maild.desks.life_cycle import SETTLED
from maild.model import Disposition, OutboxState, ProposalState, Reason, Register, Status
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.decisions import NO_FACTS, dump_plan
from maild.store.erasing.reach import Reach, hashes
from maild.store.erasing.remains import note
from maild.store.raw import PIECE
from maild.store.schema import (
    PROPOSAL_OPEN,
    article,
    attachment,
    contact,
    decision,
    delivery,
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
    workflow_run,
)
from maild.store.states import InboxState

ERASED = ("erasure", "erased", "its words were erased")
KIND = "erasure/erased"
"""The event that an erased ticket has."""
NO_PLAN = dump_plan(Plan(None, (Reason(*ERASED),), actor="erasure"))
_NOBODY: ColumnClause[str] = literal_column("'erased-' || id")
_ARTICLE = dict.fromkeys(("author_name", "author", "subject", "text", "visible_text", "message_id", "proof_text"), "")
_FILE = dict.fromkeys(("filename", "content_id", "md5", "sha256"), "")
_ENTRY = dict.fromkeys(("peer", "message_id", "parent_id", "login", "detail", "owner"), "")
_TICKET: dict[str, Any] = {"title": "", "category": "", "tags": (), "fields": (), "asked": (), "remind_at": None}
_OUT: dict[str, Any] = {"raw": b"", "message_id": "", "mail_from": "", "likeness": "", "reasons": (ERASED,)}
_RUN: dict[str, Any] = {
    "objects": (),
    **dict.fromkeys(("digest", "asked_by", "confirmed_by", "seconded_by", "ended_by", "why"), ""),
}
_PROPOSAL = dict.fromkeys(("address", "name", "organisation", "asked_by"), "")


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
    _empty_articles(tx, of, counts)
    _empty_entries(tx, of, counts)
    _empty_outbox(tx, of, deed, counts)
    _empty_tickets(tx, of, deed, counts)
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


def _empty_articles(tx: Connection, of: Reach, counts: Counter[str]) -> None:
    counts["attachments"] = _set(tx, attachment, "article_id", of.articles, _FILE)
    if of.articles:
        theirs = select(article.c.message_id).where(among(article.c.id), article.c.message_id != "")
        tx.execute(delete(message_ref).where(message_ref.c.message_id.in_(theirs)), {"values": of.articles})
    counts["articles"] = _set(tx, article, "id", of.articles, _ARTICLE)


def _empty_entries(tx: Connection, of: Reach, counts: Counter[str]) -> None:
    """What still waited for a worker is done: whoever holds it finds its claim gone."""
    done = {"state": InboxState.DONE, "due_at": None, "prove_at": None, "reasons": (ERASED,)}
    never = {"disposition": func.coalesce(inbox_entry.c.disposition, literal_column(f"'{Disposition.IGNORED}'"))}
    sender = {"mail_from": case((inbox_entry.c.mail_from != "", _NOBODY), else_=inbox_entry.c.mail_from)}
    counts["inbox entries"] = _set(tx, inbox_entry, "id", of.entries, _ENTRY | done | never | sender)
    slim = {"facts": NO_FACTS, "plan": NO_PLAN, "ruled": ""}
    counts["decisions"] = _set(tx, decision, "entry_id", of.entries, slim)
    rest = update(decision).where(among(decision.c.ticket_id), decision.c.plan != NO_PLAN).values(slim)
    counts["decisions"] += tx.execute(rest, {"values": of.tickets}).rowcount if of.tickets else 0


def _empty_outbox(tx: Connection, of: Reach, deed: Deed, counts: Counter[str]) -> None:
    """Who got it is nobody, or the tombstone of whoever it was."""
    _set(tx, delivery, "outbox_id", of.outbox, {"answer": ""})
    out = outbox_entry.c
    open_ones = out.due_at.is_not(None)
    stopped = {"state": case((open_ones, literal_column(f"'{OutboxState.SUPPRESSED}'")), else_=out.state)}
    names: list[Any] = [(out.recipient == address, literal_column(f"'{tomb}'")) for address, tomb in deed.tombs.items()]
    who = {"recipient": case(*names, else_=_NOBODY) if names else _NOBODY}
    to = _OUT | stopped | who | {"due_at": None, "owner": ""}
    counts["outgoing mails"] = _set(tx, outbox_entry, "id", of.outbox, to)


def _empty_tickets(tx: Connection, of: Reach, deed: Deed, counts: Counter[str]) -> None:
    counts["tickets"] = _set(tx, ticket, "id", of.tickets, _TICKET | {"changed_at": deed.at})
    if not of.tickets:
        return
    among_them = {"values": of.tickets}
    open_ones = ticket.c.status.not_in([literal_column(f"'{one}'") for one in SETTLED])
    closed = {"status": Status.CLOSED, "settled_at": deed.at}
    tx.execute(update(ticket).where(among(ticket.c.id), open_ones).values(**closed), among_them)
    for table in (timer, message_ref):
        tx.execute(delete(table).where(among(table.c.ticket_id)), among_them)
    _set(tx, promise, "ticket_id", of.tickets, {"next_at": None, "words": ""})
    expired = update(proposal).where(among(proposal.c.ticket_id), PROPOSAL_OPEN)
    tx.execute(expired.values(state=ProposalState.EXPIRED, due_at=None), among_them)
    counts["proposals"] = _set(tx, proposal, "ticket_id", of.tickets, _PROPOSAL)
    counts["requests of legal weight"] = _set(tx, workflow_run, "ticket_id", of.tickets, _RUN)
    counts["history"] = _set(tx, event, "ticket_id", of.tickets, {"text": ""})
    tx.execute(update(event).where(among(event.c.ticket_id), event.c.actor.like("%@%")).values(actor=""), among_them)
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
