"""LookupKeys -> Facts: what the store knows about a batch of messages, in a few queries for all of them.

Laws: locks are taken in one order, addresses, then tickets by number (law 2); one at a time needs none, so SQLite
takes none. Nothing here writes. A query without questions is not sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from maild.decide.breaker import of_bounces
from maild.decide.facts import (
    Facts,
    KnownTicket,
    Listed,
    LookupKeys,
    SentMail,
    TicketByMessageId,
    TicketByNumber,
    Worker,
)
from maild.model import Breaker, Contact, EntryId, TicketId
from maild.rules.references import ACCOUNT_MANAGER
from maild.store.among import among
from maild.store.homes import Home, homes_of, principals_of
from maild.store.intake import lock as hold
from maild.store.leads import Leads, find_leads
from maild.store.overview import overview_for
from maild.store.proposals import open_proposals
from maild.store.register.looking import staff_among
from maild.store.rows import CONTACTS, AnyRow, as_contact, known_tickets, rows_among, tickets_by_id
from maild.store.schema import content_key
from maild.store.schema.types import as_key
from maild.store.spending import breakers_of
from maild.store.workers import managers_of, workers_named

_CONTENT = select(content_key.c.key, content_key.c.desk, content_key.c.entry_id, content_key.c.opened).where(
    among(content_key.c.key), or_(content_key.c.until.is_(None), content_key.c.until > bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Answers to the questions of a whole batch."""

    contacts: Mapping[str, Contact]
    leads: Leads
    tickets: Mapping[TicketId, KnownTicket]
    content: Mapping[str, Sequence[AnyRow]]
    breakers: Mapping[str, Breaker]
    homes: Mapping[str, Home]
    principals: Mapping[str, Sequence[Contact]]
    staff: Collection[str]
    workers: Mapping[str, Worker]
    managers: Mapping[str, Worker]
    overviews: Mapping[LookupKeys, tuple[Listed, ...]]


def load_facts(tx: Connection, keys: Sequence[LookupKeys], now: datetime, *, lock: bool = False) -> tuple[Facts, ...]:
    """What is known about each message, in the order of the keys.

    `lock` holds what they are about to the end of the transaction: people first, then tickets (law 2).
    """
    if not keys:
        return ()
    addresses = {address for key in keys for address in key.addresses}
    if lock:
        hold(tx, addresses)
    leads = find_leads(tx, keys)
    tickets = tickets_by_id(tx, _ticket_numbers(leads), lock=lock)
    contacts = {row.address: as_contact(row) for row in rows_among(tx, CONTACTS, addresses)}
    found = _Found(
        contacts=contacts,
        leads=leads,
        tickets=_with_proposals(tx, known_tickets(tx, tickets.values())),
        content=_content(tx, {key.content_key for key in keys}, now),
        breakers=_breakers(tx, keys, leads),
        homes=homes_of(tx, {key.domain for key in keys if key.domain}),
        principals=principals_of(tx, {_organisation(key, contacts) for key in keys} - {""}),
        staff=staff_among(tx, {key.addresses[0] for key in keys if key.forwarded and key.addresses}),
        workers=workers_named(tx, {name for key in keys for name in key.staff}),
        managers=managers_of(tx, {_organisation(key, contacts) for key in keys if ACCOUNT_MANAGER in key.staff} - {""}),
        overviews={key: overview_for(tx, key, _sender(key, contacts)) for key in keys if key.asks},
    )
    return tuple(_facts(key, found) for key in keys)


def _organisation(key: LookupKeys, contacts: Mapping[str, Contact]) -> str:
    """The sender's."""
    sender = _sender(key, contacts)
    return sender.organisation if sender else ""


def _sender(key: LookupKeys, contacts: Mapping[str, Contact]) -> Contact | None:
    return contacts.get(key.addresses[0]) if key.addresses else None


def _with_proposals(tx: Connection, tickets: Mapping[TicketId, KnownTicket]) -> dict[TicketId, KnownTicket]:
    waiting = open_proposals(tx, tickets)
    return {number: replace(known, proposals=waiting.get(number, ())) for number, known in tickets.items()}


def _ticket_numbers(leads: Leads) -> set[TicketId]:
    by_number = {one for ones in leads.by_number.values() for one in ones}
    return {one for ones in leads.by_message_id.values() for one in ones} | by_number | leads.by_token | leads.earlier


def _breakers(tx: Connection, keys: Sequence[LookupKeys], leads: Leads) -> dict[str, Breaker]:
    bounced = (leads.sent.get(as_key(key.bounced_id)) for key in keys if key.bounced_id)
    return breakers_of(tx, {of_bounces(mail.recipient) for mail in bounced if mail})


def _content(tx: Connection, content: Collection[str], now: datetime) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {}
    for row in tx.execute(_CONTENT, {"values": content, "now": now}):
        found.setdefault(row.key, []).append(row)
    return found


def _bounced(key: LookupKeys, found: _Found) -> SentMail | None:
    mail = found.leads.sent.get(as_key(key.bounced_id)) if key.bounced_id else None
    return replace(mail, breaker=found.breakers.get(of_bounces(mail.recipient))) if mail else None


def _facts(key: LookupKeys, found: _Found) -> Facts:
    by_message_id = tuple(
        TicketByMessageId(one, number)
        for one in key.message_ids
        for number in found.leads.by_message_id.get(as_key(one), ())
        if number in found.tickets
    )
    by_number = tuple(
        TicketByNumber(one, number)
        for one in key.numbers
        for number in found.leads.by_number.get(one, ())
        if number in found.tickets
    )
    numbers = {one.ticket for one in by_message_id} | {one.ticket for one in by_number}
    numbers |= {key.token.ticket} if key.token else set()
    numbers |= {key.earlier} if key.earlier else set()
    same = found.content.get(as_key(key.content_key), ())
    home = found.homes.get(key.domain)
    return Facts(
        contacts=tuple(found.contacts[address] for address in key.addresses if address in found.contacts),
        tickets=tuple(found.tickets[number] for number in sorted(numbers) if number in found.tickets),
        by_message_id=by_message_id,
        by_number=by_number,
        bounced=_bounced(key, found),
        duplicate_of=next((EntryId(row.entry_id) for row in same if row.desk == key.desk), None),
        sibling=next((TicketId(row.opened) for row in same if row.desk != key.desk and row.opened), None),
        organisation=home.organisation if home else None,
        people=home.people if home else (),
        principals=tuple(found.principals.get(_organisation(key, found.contacts), ())),
        overview=found.overviews[key] if key.asks else (),
        by_staff=bool(key.addresses) and key.addresses[0] in found.staff,
        staff=tuple(_workers(key, found)),
    )


def _workers(key: LookupKeys, found: _Found) -> Iterator[Worker]:
    """Those whom the rules may tell something; the account manager is that of the sender's organisation."""
    yield from (found.workers[name] for name in key.staff if name in found.workers)
    manager = found.managers.get(_organisation(key, found.contacts))
    if manager and ACCOUNT_MANAGER in key.staff:
        yield replace(manager, name=ACCOUNT_MANAGER)
