"""The list of what somebody may see: what is chosen of it, in which order, a page at a time, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from maild.desks.policy import Desk, Sees
from maild.model import ContactId, Register, Role, Status
from maild.store.engine import Store
from maild.store.listing import EVERY, PAGE, UNSETTLED, Choice, Listing, SortBy, home_desk, list_tickets
from tests.builders import NOON, a_desk
from tests.store.listing_kit import add_people, add_tickets, known, statements, undone

ADA, BOB, EVE, DAN = range(1, 5)
OWN = a_desk()
SHARED = a_desk(members_see=Sees.ALL)
ALL = Choice(colleagues=True, statuses=EVERY, sort=SortBy.NUMBER, descending=False)


@pytest.fixture
def tx(store: Store) -> Iterator[Connection]:
    """Ada, Bob and Dan of Acme, and Eve of nobody."""
    with undone(store) as tx:
        acme = {"organisation": "acme"}
        add_people(tx, {"name": "Ada"} | acme, {"name": "bob"} | acme, {"name": "Eve"}, {"name": "Dan"} | acme)
        yield tx


def seen(tx: Connection, choice: Choice = ALL, desks: Sequence[Desk] = (SHARED,), who: int = ADA) -> list[int]:
    return [one.ticket.id for one in listing(tx, choice, desks, who).tickets]


def listing(tx: Connection, choice: Choice = ALL, desks: Sequence[Desk] = (SHARED,), who: int = ADA) -> Listing:
    return list_tickets(tx, known(tx, who), desks, choice)


def part(ticket: int, contact: int = ADA, role: Role = Role.REQUESTER, **more: Any) -> dict[str, Any]:
    return {"ticket_id": ticket, "contact_id": contact, "role": role} | more


# ---- what is in it -------------------------------------------------------------------------------


def test_mine_is_what_i_take_part_in_and_the_organisations_what_colleagues_asked_for_too(tx: Connection) -> None:
    add_tickets(tx, [{}] * 4, [part(1), part(2, BOB), part(2, ADA, Role.CC), part(3, BOB), part(4, EVE)])
    assert seen(tx, replace(ALL, colleagues=False)) == [1, 2]
    assert seen(tx) == [1, 2, 3]
    assert [one.asked_by for one in listing(tx).tickets] == ["Ada", "bob", "bob"]


def test_where_members_see_their_own_nobody_is_shown_a_colleagues(tx: Connection) -> None:
    """Desk by desk; an authorised contact sees all of them."""
    both = (OWN, a_desk(desk="open", members_see=Sees.ALL))
    add_tickets(tx, [{}, {"desk": "open"}, {"desk": "gone"}], [part(one, BOB) for one in (1, 2, 3)])
    assert (seen(tx, desks=both), seen(tx, desks=(OWN,))) == ([2], [])
    assert (listing(tx, desks=both).has_colleagues, listing(tx, desks=(OWN,)).has_colleagues) == (True, False)
    assert listing(tx, desks=(OWN,)).choice.colleagues is False
    tx.execute(text("UPDATE contact SET register = 'authorised' WHERE id = 1"))
    assert seen(tx, desks=both) == [1, 2]


def test_the_organisation_is_that_of_whoever_asked_first(tx: Connection) -> None:
    add_tickets(
        tx, [{}] * 3, [part(1, EVE), part(1, BOB, Role.CC), part(2, BOB), part(2, EVE), part(3, EVE), part(3, DAN)]
    )
    assert seen(tx) == [2]


def test_who_waits_has_left_or_is_a_guest_of_nobody_knows_when_sees_nothing(tx: Connection) -> None:
    cc = {"role": Role.CC}
    parts = [cc, cc | {"waits": True}, cc | {"has_left": True}, {"role": Role.GUEST}]
    add_tickets(tx, [{}] * 4, [part(place, ADA, **how) for place, how in enumerate(parts, 1)])
    assert seen(tx) == [1]


def test_a_guest_sees_what_they_were_invited_to(tx: Connection) -> None:
    add_tickets(tx, [{}], [part(1, EVE), part(1, ADA, Role.GUEST, since=NOON)])
    assert seen(tx) == [1]


def test_whoever_has_left_sees_nothing(tx: Connection) -> None:
    add_tickets(tx, [{}], [part(1)])
    tx.execute(text("UPDATE contact SET register = 'inactive'"))
    assert seen(tx) == [] and home_desk(tx, known(tx), (SHARED,)) is None


def test_a_merged_ticket_is_listed_as_the_one_it_goes_on_as(tx: Connection) -> None:
    add_tickets(tx, [{}, {"merged_into": 1}], [part(1), part(2)])
    assert seen(tx) == [1]


def test_one_person_with_two_addresses_is_one(tx: Connection) -> None:
    tx.execute(text("UPDATE contact SET person = 'ada', register = 'unverified', organisation = NULL WHERE id <> 2"))
    add_tickets(tx, [{}] * 2, [part(1, ADA), part(2, EVE)])
    assert seen(tx) == seen(tx, who=EVE) == [1, 2]
    assert listing(tx).people == {ADA: "Ada"}
    assert seen(tx, replace(ALL, asked_by=ContactId(ADA))) == [1, 2]


def test_a_link_is_sent_by_the_desk_of_the_ticket_that_changed_last(tx: Connection) -> None:
    desks = (OWN, a_desk(desk="other"))
    assert home_desk(tx, known(tx), desks) is None
    add_tickets(tx, [{}, {"desk": "other"}, {"desk": "gone"}], [part(one) for one in (1, 2, 3)])
    assert home_desk(tx, known(tx), desks) == "other"


# ---- what is chosen of it ------------------------------------------------------------------------


KINDS = [
    {"status": Status.NEW, "type": "problem", "category": "error"},
    {"status": Status.WAITING, "type": "question", "category": "usage"},
    {"status": Status.SOLVED, "type": "problem", "category": "usage"},
    {"status": Status.CLOSED, "type": "", "category": ""},
]
CHOICES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3, 4]),
    ({"statuses": UNSETTLED}, [1, 2]),
    ({"statuses": frozenset({Status.SOLVED})}, [3]),
    ({"kind": "problem"}, [1, 3]),
    ({"kind": "usage"}, [2, 3]),
    ({"kind": "usage", "statuses": UNSETTLED}, [2]),
    ({"kind": "nobody says this"}, [1, 2, 3, 4]),
    ({"asked_by": ContactId(ADA)}, [1, 2]),
    ({"asked_by": ContactId(BOB)}, [3, 4]),
    ({"asked_by": ContactId(BOB), "kind": "problem"}, [3]),
    ({"asked_by": ContactId(EVE)}, [1, 2, 3, 4]),
    ({"colleagues": False, "asked_by": ContactId(BOB)}, [1, 2]),
]


@pytest.fixture
def chosen(tx: Connection) -> Connection:
    add_tickets(tx, KINDS, [part(1), part(2), part(3, BOB), part(4, BOB)])
    return tx


def test_what_is_chosen_is_shown_and_what_is_none_is_as_if_it_were_not_there(chosen: Connection) -> None:
    for wanted, numbers in CHOICES:
        found = listing(chosen, replace(ALL, **wanted))
        assert ([one.ticket.id for one in found.tickets], found.count) == (numbers, len(numbers)), wanted


def test_there_is_to_choose_from_what_there_is(chosen: Connection) -> None:
    """Kinds as the desk lists them, then all others; whatever else is chosen."""
    desk = a_desk(members_see=Sees.ALL, categories=("usage", "licences", "error"))
    found = listing(chosen, replace(ALL, statuses=UNSETTLED, kind="usage"), (desk,))
    assert found.kinds == ("usage", "error", "problem", "question")
    assert (found.people, found.desks) == ({ADA: "Ada", BOB: "bob"}, ("service",))
    mine = listing(chosen, replace(ALL, colleagues=False), (desk,))
    assert (mine.people, mine.kinds) == ({ADA: "Ada"}, ("usage", "error", "problem", "question"))


# ---- in which order, and how many ----------------------------------------------------------------


ONE, TWO, SIX = (NOON.replace(hour=hour) for hour in (13, 14, 18))
ROWS = [
    {"title": "beta", "status": Status.CLOSED, "type": "b", "category": "x", "created_at": TWO, "changed_at": TWO},
    {"title": "Alpha", "status": Status.NEW, "type": "a", "category": "y", "created_at": SIX, "changed_at": SIX},
    {"title": "gamma", "status": Status.WAITING, "type": "a", "category": "x", "created_at": ONE, "changed_at": SIX},
]
ROWS = [row | {"desk": desk} for row, desk in zip(ROWS, ("service", "other", "service"), strict=True)]
ORDERS = {
    SortBy.NUMBER: ([1, 2, 3], [3, 2, 1]),
    SortBy.TITLE: ([2, 1, 3], [3, 1, 2]),
    SortBy.STATUS: ([2, 3, 1], [1, 3, 2]),
    SortBy.KIND: ([3, 2, 1], [1, 2, 3]),
    SortBy.ASKED_BY: ([3, 1, 2], [2, 1, 3]),
    SortBy.DESK: ([2, 1, 3], [3, 1, 2]),
    SortBy.OPENED: ([3, 1, 2], [2, 1, 3]),
    SortBy.CHANGED: ([1, 2, 3], [3, 2, 1]),
}


def test_the_list_is_sorted_by_each_column_both_ways(tx: Connection) -> None:
    """Equal ones by their number, the same way round."""
    add_tickets(tx, ROWS, [part(1, BOB), part(2, EVE), part(2, ADA, Role.CC), part(3, ADA)])
    desks = (SHARED, a_desk(desk="other"))
    for sort, (upwards, downwards) in ORDERS.items():
        found = [seen(tx, replace(ALL, sort=sort, descending=one), desks) for one in (False, True)]
        assert found == [upwards, downwards], sort
    assert set(ORDERS) == set(SortBy)


@pytest.mark.parametrize(("page", "shown", "numbers"), [(1, 1, (1, 50)), (3, 3, (101, 101)), (9, 3, (101, 101))])
def test_a_page_holds_fifty_and_behind_the_last_is_none(
    tx: Connection, page: int, shown: int, numbers: tuple[int, int]
) -> None:
    add_tickets(tx, [{}] * 101, [part(one) for one in range(1, 102)])
    found = listing(tx, replace(ALL, page=page))
    assert (found.choice.page, found.count, PAGE) == (shown, 101, 50)
    assert (found.tickets[0].ticket.id, found.tickets[-1].ticket.id) == numbers


def test_a_list_of_nothing_has_one_page(tx: Connection) -> None:
    found = listing(tx, replace(ALL, page=7))
    assert (found.tickets, found.count, found.choice.page, found.people, found.kinds) == ((), 0, 1, {}, ())


# ---- what it costs -------------------------------------------------------------------------------

EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
TOO_MUCH = {"sqlite": ("SCAN ticket", "SCAN participant"), "postgresql": ("Seq Scan on ticket", "Seq Scan on part")}


@pytest.mark.parametrize("sort", [SortBy.CHANGED, SortBy.ASKED_BY])
@pytest.mark.parametrize("register", [Register.REGISTERED, Register.UNVERIFIED])
def test_two_queries_begin_at_the_contact_and_never_look_through_all_tickets(
    store: Store, tx: Connection, register: Register, sort: SortBy
) -> None:
    add_tickets(tx, [{"category": "error"}] * 3, [part(1), part(2, BOB), part(3, EVE)])
    who = replace(known(tx), register=register)
    with statements(store) as sent:
        list_tickets(tx, who, (SHARED,), replace(ALL, kind="error", asked_by=ContactId(ADA), sort=sort))
    assert len(sent) == 2
    dialect = store.dialect_name
    if dialect == "postgresql":  # with three tickets it would look through them all
        tx.execute(text("SET LOCAL enable_seqscan = off"))
    plans = [str(tx.exec_driver_sql(EXPLAIN[dialect] + sql, values).all()) for sql, values in sent]
    assert [words for plan in plans for words in TOO_MUCH[dialect] if words in plan] == []
    whole = str(tx.exec_driver_sql(f"{EXPLAIN[dialect]}SELECT * FROM ticket").all())
    assert TOO_MUCH[dialect][0] in whole
