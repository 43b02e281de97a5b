"""The list and the page agree, whoever looks at whatever: what is listed opens, and what opens is listed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from maild.decide.who.sight import sight
from maild.desks.policy import Sees
from maild.model import Contact, Register, Role, TicketId
from maild.store import portal
from maild.store.engine import Store
from maild.store.listing import EVERY, Choice, list_tickets
from maild.store.rows import known_tickets, tickets_by_id
from maild.store.schema import ticket
from maild.store.visible import visible_to
from tests.builders import NOON, a_desk
from tests.store.listing_kit import add_people, add_tickets, known, undone

DESKS = (a_desk(), a_desk(desk="open", members_see=Sees.ALL, prefix="OP"))
PEOPLE, TICKETS = 4, 4
SOMEBODY = st.fixed_dictionaries(
    {
        "register": st.sampled_from([one for one in Register if one is not Register.UNKNOWN]),
        "organisation": st.sampled_from([None, "acme", "beta"]),
        "person": st.sampled_from(["", "", "ada"]),
    }
)
SOMETHING = st.fixed_dictionaries(
    {"desk": st.sampled_from(["service", "open", "gone"]), "merged_into": st.sampled_from([None, None, 1, 2])}
)
PART = st.fixed_dictionaries(
    {
        "ticket_id": st.integers(1, TICKETS),
        "contact_id": st.sampled_from([1, 1, 2, 3, 4]),
        "role": st.sampled_from([*Role, Role.REQUESTER, Role.GUEST]),
        "since": st.sampled_from([None, NOON]),
        "waits": st.sampled_from([False, False, False, True]),
        "has_left": st.sampled_from([False, False, False, True]),
    }
)


def a_ticket_of_its_desk(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """A ticket goes on as an earlier one, never in a circle."""
    into = row["merged_into"] if (row["merged_into"] or number) < number else None
    return row | {"prefix": {"open": "OP"}.get(row["desk"], "SD"), "merged_into": into}


def opened(tx: Connection, who: Contact) -> dict[TicketId, str]:
    """The tickets that a page shows for one number or another, with who asked for them."""
    found = {}
    for number in tickets_by_id(tx, range(1, TICKETS + 1)).values():
        shown = portal.show(tx, number.number, who.address, {one.desk: one for one in DESKS}.get)
        found |= {shown.ticket.id: shown.asked_by} if shown else {}
    return found


def takes_part_in(tx: Connection, who: Contact) -> set[TicketId]:
    """What they would see if they belonged to nobody."""
    alone = replace(who, organisation="")
    desks = {one.desk: one for one in DESKS}
    tickets = [one for one in tickets_by_id(tx, range(1, TICKETS + 1)).values() if not one.merged_into]
    known_ones = known_tickets(tx, [one for one in tickets if one.desk in desks])
    return {number for number, one in known_ones.items() if sight(alone, one, desks[one.ticket.desk])}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    people=st.lists(SOMEBODY, min_size=PEOPLE, max_size=PEOPLE),
    tickets=st.lists(SOMETHING, min_size=TICKETS, max_size=TICKETS),
    parts=st.lists(PART, min_size=4, max_size=12, unique_by=lambda one: (one["ticket_id"], one["contact_id"])),
)
def test_what_is_listed_opens_and_what_opens_is_listed(store: Store, people: Any, tickets: Any, parts: Any) -> None:
    with undone(store) as tx:
        add_people(tx, *people)
        add_tickets(tx, [a_ticket_of_its_desk(place, row) for place, row in enumerate(tickets, 1)], parts)
        who = known(tx)
        everything = list_tickets(tx, who, DESKS, Choice(colleagues=True, statuses=EVERY))
        assert {one.ticket.id: one.asked_by for one in everything.tickets} == opened(tx, who)
        mine = set(tx.scalars(select(ticket.c.id).where(visible_to(who, DESKS, colleagues=False))))
        assert mine == takes_part_in(tx, who)
        assert everything.has_colleagues or mine == set(opened(tx, who))
