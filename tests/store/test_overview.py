"""Which open tickets the store finds for whoever asks how things stand, and in which role they take part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from maild.decide.plan import JoinTicket, RecordContact
from maild.model import Address, Register, Role, Status, TicketId
from maild.store import overview
from maild.store.decisions import dump_facts, load_facts_of
from maild.store.engine import Store
from maild.store.schema import contact, organisation, participant
from maild.store.schema import ticket as ticket_table
from tests.builders import ADA, BOB, NOON
from tests.store.kit import a_plan, facts_for, open_ticket

EVE = Address("Eve", "eve@acme.example")
QUIET: dict[str, Any] = {"message_ids": (), "numbers": ()}


@pytest.fixture
def acme(store: Store) -> Store:
    """Ada, Bob and Eve, registered, of one organisation."""
    with store.transaction() as tx:
        tx.execute(insert(organisation).values(key="acme", name="Acme Clinic", domains=(), source=""))
        for who in (ADA, BOB, EVE):
            row = {"address": who.address, "name": who.name, "register": Register.REGISTERED, "created_at": NOON}
            tx.execute(insert(contact).values(organisation="acme", language="", person="", source="", **row))
    return store


def a_ticket_of(store: Store, who: Address, *more: JoinTicket, minutes: int = 0, **values: Any) -> TicketId:
    """A ticket that this person opened, changed so long after noon."""
    usual = a_plan().changes
    mine = (RecordContact(who, Register.UNVERIFIED), usual[1], JoinTicket(None, who.address, Role.REQUESTER))
    number = open_ticket(store, changes=(*mine, *more)).id
    changed = {"changed_at": NOON + timedelta(minutes=minutes)} | values
    with store.transaction() as tx:
        tx.execute(update(ticket_table).where(ticket_table.c.id == number).values(**changed))
    return number


def change(store: Store, who: Address, **values: Any) -> None:
    with store.transaction() as tx:
        tx.execute(update(contact).where(contact.c.address == who.address).values(**values))


def seen(store: Store, who: Address = ADA, asks: str = "mine") -> list[tuple[TicketId, Role | None, str]]:
    found = facts_for(store, addresses=(who.address,), asks=asks, **QUIET).overview
    return [(one.ticket.id, one.role, one.requester) for one in found]


def test_own_tickets_and_those_alongside_are_found_the_latest_changed_first(acme: Store) -> None:
    first = a_ticket_of(acme, ADA, minutes=1)
    second = a_ticket_of(acme, BOB, JoinTicket(None, ADA.address, Role.CC), minutes=3)
    third = a_ticket_of(acme, EVE, JoinTicket(None, ADA.address, Role.FOLLOWER), minutes=2)
    a_ticket_of(acme, BOB, minutes=4)
    assert seen(acme) == [
        (second, Role.CC, BOB.name),
        (third, Role.FOLLOWER, EVE.name),
        (first, Role.REQUESTER, ADA.name),
    ]


def test_who_does_not_ask_is_shown_nothing(acme: Store) -> None:
    a_ticket_of(acme, ADA)
    assert seen(acme, asks="") == []


@pytest.mark.parametrize("values", [{"status": Status.SOLVED}, {"status": Status.CLOSED}, {"desk": "other"}], ids=str)
def test_what_is_done_or_of_another_desk_is_left_out(acme: Store, values: dict[str, Any]) -> None:
    a_ticket_of(acme, ADA, **values)
    open_too = a_ticket_of(acme, ADA, status=Status.WAITING)
    assert [number for number, *_ in seen(acme)] == [open_too]
    assert [number for number, *_ in seen(acme, asks="organisation")] == [open_too]


@pytest.mark.parametrize("values", [{"waits": True}, {"has_left": True}], ids=str)
def test_who_waits_or_has_left_takes_no_part(acme: Store, values: dict[str, Any]) -> None:
    number = a_ticket_of(acme, BOB, JoinTicket(None, ADA.address, Role.CC))
    assert [one for one, *_ in seen(acme)] == [number]
    with acme.transaction() as tx:
        tx.execute(update(participant).where(participant.c.role == Role.CC).values(**values))
    assert seen(acme) == []
    assert seen(acme, asks="organisation") == [(number, None, BOB.name)]


def test_a_guest_of_nobody_knows_since_when_takes_no_part(acme: Store) -> None:
    number = a_ticket_of(acme, BOB, JoinTicket(None, ADA.address, Role.GUEST, since=NOON))
    assert seen(acme) == [(number, Role.GUEST, BOB.name)]
    with acme.transaction() as tx:
        tx.execute(update(participant).where(participant.c.role == Role.GUEST).values(since=None))
    assert seen(acme) == []


def test_who_is_inactive_or_unknown_is_shown_nothing(acme: Store) -> None:
    a_ticket_of(acme, ADA)
    change(acme, ADA, register=Register.INACTIVE)
    assert seen(acme) == seen(acme, asks="organisation") == []
    assert seen(acme, Address("", "nobody@acme.example")) == []


def test_one_person_with_two_addresses_sees_what_either_takes_part_in_in_their_strongest_role(acme: Store) -> None:
    both = a_ticket_of(acme, ADA, JoinTicket(None, EVE.address, Role.CC), minutes=2)
    one = a_ticket_of(acme, EVE, minutes=1)
    assert [number for number, *_ in seen(acme)] == [both]
    for who in (ADA, EVE):
        change(acme, who, person="ada")
    assert seen(acme) == [(both, Role.REQUESTER, ADA.name), (one, Role.REQUESTER, EVE.name)]
    assert seen(acme, EVE) == seen(acme)


def test_the_organisation_is_that_of_whoever_opened_a_ticket(acme: Store) -> None:
    stranger = Address("", "mallory@elsewhere.example")
    theirs = a_ticket_of(acme, BOB, minutes=2)
    a_ticket_of(acme, stranger, JoinTicket(None, BOB.address, Role.CC), minutes=3)
    alongside = a_ticket_of(acme, stranger, JoinTicket(None, ADA.address, Role.CC), minutes=1)
    assert seen(acme, asks="organisation") == [(theirs, None, BOB.name), (alongside, Role.CC, stranger.address)]
    assert seen(acme, asks="cc") == [(alongside, Role.CC, stranger.address)]
    change(acme, ADA, organisation=None)
    assert seen(acme, asks="organisation") == [(alongside, Role.CC, stranger.address)]


def test_many_tickets_of_the_organisation_push_none_of_their_own_out(acme: Store, monkeypatch) -> None:
    monkeypatch.setattr(overview, "MOST_LISTED", 2)
    own = [a_ticket_of(acme, ADA, minutes=-minute) for minute in range(3)]
    others = [a_ticket_of(acme, BOB, minutes=20 - minute) for minute in range(3)]
    assert [number for number, *_ in seen(acme)] == own[:2]
    assert [number for number, *_ in seen(acme, asks="organisation")] == [*others[:2], *own[:2]]


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*words: Any) -> None:
        sent.append(words[2])

    event.listen(store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.engine, "before_cursor_execute", note)


def test_a_mail_that_does_not_ask_costs_no_query(acme: Store) -> None:
    with statements(acme) as without:
        seen(acme, asks="")
    with statements(acme) as asked:
        seen(acme)
    assert len(asked) > len(without)
    assert not any("changed_at DESC" in one for one in without)


def test_what_was_found_is_kept_with_the_decision(acme: Store) -> None:
    a_ticket_of(acme, ADA)
    facts = facts_for(acme, addresses=(ADA.address,), asks="mine", **QUIET)
    assert load_facts_of(dump_facts(facts)) == facts and facts.overview
