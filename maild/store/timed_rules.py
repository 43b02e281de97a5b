"""Tickets that rules on `time` may be about, and which of them were asked about (`schema.rules.rule_asked`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from maild.decide.facts import KnownTicket
from maild.model import Status, TicketId
from maild.rules.timed import Timed
from maild.store.bulk import insert_rows
from maild.store.rows import as_ticket, known_tickets
from maild.store.schema import rule_asked, ticket

AGAIN = timedelta(minutes=10)
"""So long a rule that wavers is not asked again."""
_written = func.coalesce(ticket.c.written_at, ticket.c.changed_at)


def due(tx: Connection, rules: Sequence[Timed], policy: str, now: datetime, limit: int) -> tuple[KnownTicket, ...]:
    """Tickets of which one of the rules has not been asked since they were changed, the oldest first, locked."""
    wanted = or_(*(_ripe(one, policy, now) for one in rules))
    query = select(ticket).where(wanted, ticket.c.merged_into.is_(None)).order_by(ticket.c.id).limit(limit)
    tickets = [as_ticket(row) for row in tx.execute(query.with_for_update(skip_locked=True))]
    return tuple(known_tickets(tx, tickets).values())


def _ripe(one: Timed, policy: str, now: datetime) -> ColumnElement[bool]:
    """Old and quiet enough, in a status that the rule asks for, and not asked about yet as it is now."""
    statuses = one.rule.when.status or tuple(status for status in Status if status is not Status.CLOSED)
    asked = exists().where(
        rule_asked.c.ticket_id == ticket.c.id,
        rule_asked.c.rule == one.rule.rule,
        rule_asked.c.policy == policy,
        rule_asked.c.at > ticket.c.changed_at,
        *((rule_asked.c.at > now - AGAIN,) if one.wavers else ()),
    )
    ripe = and_(ticket.c.created_at <= now - one.age, _written <= now - one.quiet)
    return and_(ticket.c.status.in_(statuses), ripe, ~asked)


def asked(tx: Connection, pairs: Iterable[tuple[TicketId, str]], policy: str, now: datetime) -> None:
    """Write down which rules were asked about which tickets."""
    rows = [{"ticket_id": number, "rule": rule, "policy": policy, "at": now} for number, rule in pairs]
    insert_rows(tx, rule_asked, rows, "(ticket_id, rule) DO UPDATE SET policy = excluded.policy, at = excluded.at")
