"""Which rules have matched, when, on which tickets: kept for `maild rules stats`, and so that what time brings is done
once.

Laws: written in the transaction of the decision; no row without a match, so that mail which no rule is about costs
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from maild.model import EntryId, TicketId
from maild.rules.model import Ruled
from maild.store.bulk import insert_rows
from maild.store.schema import rule_hit


@dataclass(frozen=True, slots=True)
class Occasion:
    """What rules came to, when, and what it was about."""

    ruled: Ruled | None
    at: datetime
    ticket: TicketId | None = None
    entry: EntryId | None = None


@dataclass(frozen=True, slots=True)
class Stat:
    """How often a rule has matched: ever, since a day, and when last (UTC)."""

    rule: str
    hits: int
    recent: int
    last: datetime


def keep(tx: Connection, occasions: Sequence[Occasion]) -> None:
    """Write down every rule that had a say."""
    insert_rows(tx, rule_hit, [row for one in occasions if one.ruled for row in _rows(one, one.ruled)])


def _rows(one: Occasion, ruled: Ruled) -> list[dict[str, object]]:
    about = {"trigger": ruled.view.trigger, "at": one.at, "ticket_id": one.ticket, "entry_id": one.entry}
    return [{"rule": hit.rule, "shadow": hit.shadow, **about} for hit in ruled.hits]


def stats(tx: Connection, since: datetime) -> dict[str, Stat]:
    """By rule; those that have never matched are not among them."""
    recent = func.count(rule_hit.c.id).filter(rule_hit.c.at >= since)
    counted = select(rule_hit.c.rule, func.count(rule_hit.c.id), recent, func.max(rule_hit.c.at))
    rows = tx.execute(counted.group_by(rule_hit.c.rule)).all()
    return {rule: Stat(rule, hits, lately, last) for rule, hits, lately, last in rows}


def last_hits(
    tx: Connection, rules: Collection[str], tickets: Collection[TicketId]
) -> dict[tuple[TicketId, str], datetime]:
    """When each of these rules last matched on each of these tickets (UTC)."""
    if not rules or not tickets:
        return {}
    asked = select(rule_hit.c.ticket_id, rule_hit.c.rule, func.max(rule_hit.c.at))
    asked = asked.where(rule_hit.c.ticket_id.in_(tickets), rule_hit.c.rule.in_(rules), ~rule_hit.c.shadow)
    rows = tx.execute(asked.group_by(rule_hit.c.ticket_id, rule_hit.c.rule)).all()
    return {(TicketId(ticket), rule): at for ticket, rule, at in rows}
