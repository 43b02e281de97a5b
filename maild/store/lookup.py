"""LookupKeys -> Facts: what the store knows about a batch of messages, in a few queries for all of them.

Laws: locks are taken in one order, addresses, then tickets by number (law 2); one at a time needs none, so SQLite
takes none. Nothing here writes. A query without questions is not sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from maild.decide.asked.reporting import Report
from maild.decide.facts import (
    Colleague,
    Conversation,
    Facts,
    KnownTicket,
    Listed,
    LookupKeys,
    Merged,
    ReplyToken,
    SentMail,
    StaffToken,
    TicketByMessageId,
    TicketByNumber,
    Worker,
)
from maild.decide.told.breaker import of_bounces
from maild.desks.telling import StaffRole
from maild.model import Breaker, Contact, EntryId, TicketId
from maild.rules.references import ACCOUNT_MANAGER
from maild.store.among import among
from maild.store.conversations import conversations
from maild.store.homes import Home, homes_of, principals_of
from maild.store.intake import lock as hold
from maild.store.leads import Leads, find_leads
from maild.store.merged import Live, live_tickets
from maild.store.overview import overview_for
from maild.store.proposals import open_proposals
from maild.store.reports import report_for
from maild.store.rows import CONTACTS, AnyRow, as_contact, known_tickets, rows_among
from maild.store.runs import with_runs
from maild.store.schema import content_key
from maild.store.schema.types import as_key
from maild.store.spending import breakers_of
from maild.store.systems import systems_of
from maild.store.workers import colleagues_at, following_staff, managers_of, workers_named

_CONTENT = select(content_key.c.key, content_key.c.desk, content_key.c.entry_id, content_key.c.opened).where(
    among(content_key.c.key), or_(content_key.c.until.is_(None), content_key.c.until > bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Answers to the questions of a whole batch."""

    contacts: Mapping[str, Contact]
    leads: Leads
    live: Live
    tickets: Mapping[TicketId, KnownTicket]
    content: Mapping[str, Sequence[AnyRow]]
    breakers: Mapping[str, Breaker]
    homes: Mapping[str, Home]
    principals: Mapping[str, Sequence[Contact]]
    staff: Mapping[str, Colleague]
    conversations: Mapping[TicketId, Conversation]
    followers: Mapping[str, Worker]
    workers: Mapping[str, Worker]
    managers: Mapping[str, Worker]
    systems: Mapping[str, tuple[str, ...]]
    overviews: Mapping[LookupKeys, tuple[Listed, ...]]
    reports: Mapping[LookupKeys, Report | None]


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
    live = live_tickets(tx, _ticket_numbers(leads), lock=lock)
    contacts = {row.address: as_contact(row) for row in rows_among(tx, CONTACTS, addresses)}
    tickets = with_runs(tx, _with_proposals(tx, known_tickets(tx, live.tickets.values())))
    found = _Found(
        contacts=contacts,
        leads=leads,
        live=live,
        tickets=tickets,
        content=_content(tx, {key.content_key for key in keys}, now),
        breakers=_breakers(tx, keys, leads),
        homes=homes_of(tx, {key.domain for key in keys if key.domain}),
        principals=principals_of(tx, {_organisation(key, contacts) for key in keys} - {""}),
        staff=colleagues_at(tx, {key.addresses[0] for key in keys if key.asks_for_staff and key.addresses}),
        conversations=conversations(tx, {live.home(key.staff_token.ticket) for key in keys if key.staff_token}),
        followers=following_staff(tx, tickets.values() if _tell(keys, StaffRole.FOLLOWERS) else ()),
        workers=workers_named(tx, {name for key in keys for name in key.staff} | _assignees(keys, tickets.values())),
        managers=managers_of(tx, {_organisation(key, contacts) for key in keys if ACCOUNT_MANAGER in key.staff} - {""}),
        systems=systems_of(tx, {_organisation(key, contacts) for key in keys if key.systems} - {""}),
        overviews={key: overview_for(tx, key, _sender(key, contacts)) for key in keys if key.asks},
        reports={key: report_for(tx, key, _sender(key, contacts), now) for key in keys if key.report},
    )
    return tuple(_facts(key, found) for key in keys)


def _tell(keys: Sequence[LookupKeys], role: StaffRole) -> bool:
    """Whether desks tell staff of this role anything."""
    return any(role in key.tells for key in keys)


def _assignees(keys: Sequence[LookupKeys], tickets: Iterable[KnownTicket]) -> set[str]:
    """Who works on these tickets, where that matters."""
    return {known.ticket.assignee for known in tickets} - {""} if _tell(keys, StaffRole.ASSIGNEE) else set()


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
        for number in _homes(found, found.leads.by_message_id.get(as_key(one), ()))
    )
    by_number = tuple(
        TicketByNumber(one, number)
        for one in key.numbers
        for number in _homes(found, found.leads.by_number.get(one, ()))
    )
    tokens: tuple[ReplyToken | StaffToken | None, ...] = (key.token, key.staff_token)
    named = {token.ticket for token in tokens if token}
    named |= {key.earlier} if key.earlier else set()
    numbers = {one.ticket for one in by_message_id} | {one.ticket for one in by_number}
    numbers |= set(map(found.live.home, named))
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
        report=found.reports.get(key),
        systems=found.systems.get(_organisation(key, found.contacts), ()) if key.systems else (),
        by_staff=bool(key.addresses) and key.addresses[0] in found.staff,
        staff=tuple({worker.name: worker for worker in _workers(key, numbers, found)}.values()),
        colleague=found.staff.get(key.addresses[0]) if key.addresses and key.asks_for_staff else None,
        conversation=_conversation(key, found),
        merged=tuple(Merged(one, found.live.homes[one]) for one in sorted(named) if one in found.live.homes),
    )


def _homes(found: _Found, numbers: Sequence[TicketId]) -> Iterator[TicketId]:
    """Where these tickets go on, each once."""
    homes = dict.fromkeys(map(found.live.home, numbers))
    yield from (number for number in homes if number in found.tickets)


def _conversation(key: LookupKeys, found: _Found) -> Conversation:
    number = found.live.home(key.staff_token.ticket) if key.staff_token else None
    return found.conversations.get(number, Conversation()) if number else Conversation()


def _workers(key: LookupKeys, numbers: Collection[TicketId], found: _Found) -> Iterator[Worker]:
    """Those whom rules and desks may tell something; the account manager is that of the sender's organisation."""
    tickets = [found.tickets[number] for number in sorted(numbers) if number in found.tickets]
    if StaffRole.FOLLOWERS in key.tells:
        people = [part.contact.address for known in tickets for part in known.participants]
        yield from (found.followers[address] for address in people if address in found.followers)
    names = (*key.staff, *(known.ticket.assignee for known in tickets if StaffRole.ASSIGNEE in key.tells))
    yield from (found.workers[name] for name in names if name in found.workers)
    manager = found.managers.get(_organisation(key, found.contacts))
    if manager and ACCOUNT_MANAGER in key.staff:
        yield replace(manager, name=ACCOUNT_MANAGER)
