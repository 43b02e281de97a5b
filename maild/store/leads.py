"""What leads from a message to tickets: Message-IDs, numbers, reply tokens, and mails of ours it is about.

A mail of ours leads to its ticket by the outbox itself; numbers of our own need no table, only aliases do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from maild.decide.facts import LookupKeys, SentMail
from maild.model import OutboxId, TicketId
from maild.store.among import among
from maild.store.rows import rows_among
from maild.store.schema import message_ref, outbox_entry, ticket, ticket_alias

# PostgreSQL's bigint ends here; a larger number is nobody's ticket.
LARGEST = 2**63 - 1

_REFS = (
    select(message_ref.c.message_id, message_ref.c.ticket_id)
    .where(among(message_ref.c.message_id))
    .order_by(message_ref.c.ticket_id)
)
_OURS = select(outbox_entry.c.message_id, outbox_entry.c.id, outbox_entry.c.ticket_id, outbox_entry.c.recipient).where(
    among(outbox_entry.c.message_id)
)
_NUMBERS = select(ticket.c.id, ticket.c.prefix).where(among(ticket.c.id))
_ALIASES = (
    select(ticket_alias.c.number, ticket_alias.c.ticket_id)
    .where(among(ticket_alias.c.number))
    .order_by(ticket_alias.c.ticket_id)
)


@dataclass(frozen=True, slots=True)
class Leads:
    """Message-IDs (as stored) and numbers (as written) with the tickets they lead to; `sent` are mails of ours."""

    by_message_id: Mapping[str, Sequence[TicketId]]
    by_number: Mapping[str, Sequence[TicketId]]
    by_token: frozenset[TicketId]
    earlier: frozenset[TicketId]
    sent: Mapping[str, SentMail]


def find_leads(tx: Connection, keys: Sequence[LookupKeys]) -> Leads:
    """Everything that leads to a ticket, for a whole batch."""
    ids = {one for key in keys for one in key.message_ids}
    about = {key.bounced_id for key in keys if key.bounced_id}
    sent = {
        row.message_id: SentMail(OutboxId(row.id), row.ticket_id, row.recipient)
        for row in rows_among(tx, _OURS, ids | about)
    }
    referred = ((row.message_id, row.ticket_id) for row in rows_among(tx, _REFS, ids))
    ours = ((one, mail.ticket) for one, mail in sent.items() if mail.ticket is not None)
    return Leads(
        by_message_id=_collected((*referred, *ours)),
        by_number=_by_number(tx, {number for key in keys for number in key.numbers}),
        by_token=frozenset(token.ticket for key in keys for token in (key.token, key.staff_token) if token),
        earlier=frozenset(key.earlier for key in keys if key.earlier),
        sent=sent,
    )


def _by_number(tx: Connection, numbers: Collection[str]) -> dict[str, list[TicketId]]:
    """Tickets by what people wrote: "SD-1042" is ticket 1042 if its prefix is SD, or whatever has that alias."""
    if not numbers:
        return {}
    wanted = [(number, own) for number in numbers if (own := own_number(number))]
    real = {(row.prefix.upper(), row.id) for row in rows_among(tx, _NUMBERS, {own[1] for _, own in wanted})}
    ours = ((number, own[1]) for number, own in wanted if own in real)
    aliases = ((row.number, row.ticket_id) for row in rows_among(tx, _ALIASES, numbers))
    return _collected((*ours, *aliases))


def own_number(written: str) -> tuple[str, int] | None:
    """Prefix (upper case) and number, if it looks like a number of ours."""
    prefix, dash, digits = written.strip().rpartition("-")
    if not (dash and digits.isascii() and digits.isdigit()) or len(digits) > 19 or int(digits) > LARGEST:
        return None
    return prefix.upper(), int(digits)


def _collected(pairs: Iterable[tuple[str, int]]) -> dict[str, list[TicketId]]:
    found: dict[str, list[TicketId]] = {}
    for name, number in pairs:
        if number not in found.setdefault(name, []):
            found[name].append(TicketId(number))
    return found
