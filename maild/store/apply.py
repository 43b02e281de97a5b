"""Plans -> rows: a whole batch of decisions in a handful of statements, inside the caller's transaction.

Laws: what a plan assumed must still hold, or Conflict is raised and nothing of the batch is kept (law 2). The content
key is the guard against double effects (law 5): it belongs to what had an effect, so that what was ignored or
refused can be replayed. Each decision is kept with its facts (law 14).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from maild.decide.facts import Facts, LookupKeys
from maild.decide.people_changes import SetParticipant
from maild.decide.plan import (
    AddArticle,
    Change,
    JoinTicket,
    LinkTickets,
    MergeTickets,
    OpenTicket,
    Plan,
    RecordBounce,
    RecordContact,
)
from maild.errors import Conflict
from maild.model import ArticleId, Disposition, InboxEntry, OutboxId, Ticket, TicketId
from maild.store import hits
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.changes import enter
from maild.store.decisions import dump_facts, dump_plan, dump_ruled
from maild.store.numbers import reserve
from maild.store.rows import rows_among, tickets_by_id
from maild.store.schema import article, contact, content_key, decision, outbox_entry, ticket
from maild.store.schema.types import as_key
from maild.store.sheet import Sheet

SHORT_KEY = timedelta(hours=24)
EFFECTIVE = frozenset(
    {
        Disposition.NEW_TICKET,
        Disposition.FOLLOW_UP,
        Disposition.AWAITING_REVIEW,
        Disposition.ANSWERED,
        Disposition.BOUNCE_RECORDED,
    }
)
_CONTACT_NUMBERS = select(contact.c.address, contact.c.id).where(among(contact.c.address))
_BOUNCED = select(outbox_entry.c.id, outbox_entry.c.ticket_id).where(among(outbox_entry.c.id))


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan with the mail it is about (none for staff and clock) and what it was decided from."""

    plan: Plan
    keys: LookupKeys | None = None
    entry: InboxEntry | None = None
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The plan's ticket as it is now, if it has one, and the articles the plan added."""

    ticket: Ticket | None
    articles: tuple[ArticleId, ...]


def apply(tx: Connection, decided: Sequence[Decided], now: datetime) -> tuple[Applied, ...]:
    """Write everything these plans want, in their order. Raises Conflict; the caller rolls back."""
    if not decided:
        return ()
    sheet = _prepared(tx, decided, now)
    entered = [enter(sheet, one.plan, one.entry) for one in decided]
    sheet.write(tx)
    tickets = [number for number, _ in entered]
    _claim_content(tx, decided, tickets, now)
    _keep_decisions(tx, decided, tickets, now)
    return tuple(Applied(sheet.tickets[number] if number else None, articles) for number, articles in entered)


def _prepared(tx: Connection, decided: Iterable[Decided], now: datetime) -> Sheet:
    plans = [one.plan for one in decided]
    changes = [change for plan in plans for change in plan.changes]
    _record_contacts(tx, changes, now)
    bounced = _bounced_tickets(tx, [change.outbox for change in changes if isinstance(change, RecordBounce)])
    mentioned = {plan.ticket for plan in plans} | {number for change in changes for number in _mentioned(change)}
    wanted = {number for number in mentioned | set(bounced.values()) if number is not None}
    tickets = tickets_by_id(tx, wanted, lock=True) if wanted else {}
    if missing := wanted - set(tickets):
        raise Conflict(f"ticket {min(missing)} is no longer there")
    opened = sum(isinstance(change, OpenTicket) for change in changes)
    added = sum(isinstance(change, AddArticle) for change in changes)
    return Sheet(
        now=now,
        contacts=_contact_numbers(
            tx, {change.address for change in changes if isinstance(change, JoinTicket | SetParticipant)}
        ),
        tickets=tickets,
        bounced=bounced,
        free=reserve(tx, {ticket: opened, article: added}),
    )


def _mentioned(change: Change) -> tuple[TicketId | None, ...]:
    number = getattr(change, "ticket", None)
    if isinstance(change, MergeTickets):
        return number, change.into
    return (number, change.other) if isinstance(change, LinkTickets) else (number,)


def _record_contacts(tx: Connection, changes: Iterable[Change], now: datetime) -> None:
    """Strangers become contacts, in the order of their addresses, so that two workers cannot wait for each other."""
    new = {change.person.address: change for change in reversed([*changes]) if isinstance(change, RecordContact)}
    rows = [
        {"address": address, "name": one.person.name, "register": one.register, "created_at": now}
        for address, one in sorted(new.items())
    ]
    insert_rows(tx, contact, rows, "(address) DO NOTHING")


def _contact_numbers(tx: Connection, addresses: set[str]) -> dict[str, int]:
    return {row.address: row.id for row in rows_among(tx, _CONTACT_NUMBERS, addresses)}


def _bounced_tickets(tx: Connection, bounced: Sequence[OutboxId]) -> dict[OutboxId, TicketId | None]:
    return {OutboxId(row.id): row.ticket_id for row in rows_among(tx, _BOUNCED, bounced)}


def _claim_content(
    tx: Connection, decided: Iterable[Decided], tickets: Iterable[TicketId | None], now: datetime
) -> None:
    """Law 5: whoever had an effect owns its content, on its desk."""
    rows = [
        {
            "key": one.keys.content_key,
            "desk": one.keys.desk,
            "entry_id": one.entry.id,
            "opened": number if any(isinstance(change, OpenTicket) for change in one.plan.changes) else None,
            "until": None if one.keys.lasting_key else now + SHORT_KEY,
        }
        for one, number in zip(decided, tickets, strict=True)
        if one.keys and one.entry and _has_effect(one.plan)
    ]
    if passing := [as_key(str(row["key"])) for row in rows if row["until"]]:
        tx.execute(delete(content_key).where(content_key.c.key.in_(passing), content_key.c.until <= now))
    if insert_rows(tx, content_key, rows, "DO NOTHING") != len(rows):
        raise Conflict("the same content was handled by somebody else in the meantime")


def _has_effect(plan: Plan) -> bool:
    """A mail that could not be read has opened a ticket all the same."""
    return plan.disposition in EFFECTIVE or (plan.disposition is Disposition.QUARANTINED and bool(plan.changes))


def _keep_decisions(
    tx: Connection, decided: Iterable[Decided], tickets: Iterable[TicketId | None], now: datetime
) -> None:
    rows = [
        {
            "entry_id": one.entry.id if one.entry else None,
            "ticket_id": number,
            "at": now,
            "policy": one.plan.policy,
            "facts": dump_facts(one.facts),
            "plan": dump_plan(one.plan),
            "ruled": dump_ruled(one.plan.ruled),
        }
        for one, number in zip(decided, tickets, strict=True)
    ]
    insert_rows(tx, decision, rows)
    hits.keep(tx, [_occasion(one, number, now) for one, number in zip(decided, tickets, strict=True)])


def _occasion(one: Decided, ticket: TicketId | None, now: datetime) -> hits.Occasion:
    return hits.Occasion(one.plan.ruled, now, ticket, one.entry.id if one.entry else None)
