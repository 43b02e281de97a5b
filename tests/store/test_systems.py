"""What belongs to whom, and what a ticket's people were asked for."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert

from maild.decide.plan import OpenTicket, Plan, SetAsked
from maild.model import Register
from maild.store.apply import Decided
from maild.store.engine import Store
from maild.store.rows import tickets_by_id
from maild.store.schema import contact, organisation
from tests.builders import ADA, BOB, NOON
from tests.store.kit import a_plan, apply_plans, facts_for, open_ticket

SYSTEMS = ("de-12-srv-0042", "https://acme.platform.example")


def test_the_systems_of_the_senders_own_organisation_are_known_where_they_are_asked_for(store: Store) -> None:
    with store.transaction() as tx:
        for key, systems in (("acme", SYSTEMS), ("other", ("de-12-srv-0001",))):
            tx.execute(insert(organisation).values(key=key, name=key, domains=(), systems=systems))
        for who, home in ((ADA, "acme"), (BOB, None)):
            row = {"address": who.address, "register": Register.REGISTERED, "organisation": home, "created_at": NOON}
            tx.execute(insert(contact).values(**row))
    assert facts_for(store, addresses=(ADA.address, BOB.address), systems=True).systems == SYSTEMS
    assert facts_for(store, addresses=(BOB.address, ADA.address), systems=True).systems == ()
    assert facts_for(store, addresses=(ADA.address,)).systems == ()


def test_what_was_asked_for_stays_with_the_ticket(store: Store) -> None:
    usual = (replace(one, asked=("url",)) if isinstance(one, OpenTicket) else one for one in a_plan().changes)
    ticket = open_ticket(store, changes=tuple(usual))
    assert ticket.asked == ("url",)
    apply_plans(store, Decided(Plan(None, (), (SetAsked(ticket.id, ("url", "har")),), ticket=ticket.id)))
    with store.transaction() as tx:
        assert tickets_by_id(tx, (ticket.id,))[ticket.id].asked == ("url", "har")
