"""Tickets that were merged into others: which one a number leads to now, and what a merged one brings along.

Laws: a merged ticket leads to the one it goes on as, over any number of steps, as they are once they are held: one may
have been merged while we waited for it. Should tickets ever go round in a circle, the lowest stands for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from maild.errors import NotFound
from maild.model import Ticket, TicketId
from maild.store.among import among
from maild.store.rows import rows_among, tickets_by_id
from maild.store.schema import PROPOSAL_OPEN, article, proposal, ticket

_EARLIER = select(ticket.c.id).where(among(ticket.c.merged_into))


@dataclass(frozen=True, slots=True)
class Live:
    """Tickets that go on as themselves; `homes`: where each of the others leads."""

    tickets: Mapping[TicketId, Ticket]
    homes: Mapping[TicketId, TicketId]

    def home(self, number: TicketId) -> TicketId:
        return self.homes.get(number, number)


def live_tickets(tx: Connection, numbers: Collection[TicketId], *, lock: bool = False) -> Live:
    """What these numbers lead to, as far as they exist; `lock` holds all of them to the end of the transaction."""
    found: dict[TicketId, Ticket] = {}
    asked: set[TicketId] = set()
    wanted = set(numbers)
    while wanted:
        asked |= wanted
        found |= tickets_by_id(tx, wanted, lock=lock)
        wanted = {one.merged_into for one in found.values() if one.merged_into} - asked
    homes = {number: home for number in found if (home := _end(number, found)) != number}
    return Live({number: one for number, one in sorted(found.items()) if number not in homes}, homes)


def home_of(tx: Connection, number: TicketId, *, lock: bool = False) -> Ticket:
    """The ticket that this one goes on as, most often itself. Raises NotFound."""
    live = live_tickets(tx, [number], lock=lock)
    found = live.tickets.get(live.home(number))
    if found is None:
        raise NotFound(f"there is no ticket {number}")
    return found


def family(tx: Connection, number: TicketId) -> tuple[TicketId, ...]:
    """A ticket and all that go on as it, in the order of their numbers."""
    known, new = {number}, {number}
    while new:
        new = {TicketId(row.id) for row in rows_among(tx, _EARLIER, new)} - known
        known |= new
    return tuple(sorted(known))


def move_to(tx: Connection, gone: TicketId, home: TicketId) -> None:
    """What a merged ticket brings along: its articles, and what is still to be decided there."""
    tx.execute(update(article).where(article.c.ticket_id == gone).values(ticket_id=home))
    tx.execute(update(proposal).where(PROPOSAL_OPEN, proposal.c.ticket_id == gone).values(ticket_id=home))


def _end(number: TicketId, found: Mapping[TicketId, Ticket]) -> TicketId:
    way = [number]
    while (here := found.get(way[-1])) and (into := here.merged_into) in found and into is not None:
        if into in way:
            return min(way[way.index(into) :])
        way.append(into)
    return way[-1]
