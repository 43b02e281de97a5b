"""Who used the link in a mail is registered: never lowered, never brought back, in an organisation only for cause."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from maild.model import Contact, Purpose, Register
from maild.store import audit
from maild.store.bulk import insert_rows
from maild.store.engine import Store
from maild.store.enrolling import Person, register_contact
from maild.store.invitations import Invitation
from maild.store.register import find_contacts
from maild.store.schema import contact, organisation
from tests.builders import ADA, NOON

PERSON = Person("Ada L.", "nl")


def link(address: str = ADA.address) -> Invitation:
    return Invitation(Purpose.REGISTER, address, "service", "SD-1001", NOON, NOON, NOON)


def register(store: Store, address: str = ADA.address, person: Person = PERSON, *, by_domain: bool = False) -> bool:
    return store.retrying(lambda tx: register_contact(tx, link(address), person, NOON, domain_decides=by_domain))


def found(store: Store, address: str = ADA.address) -> Contact:
    with store.reading() as tx:
        (one,) = find_contacts(tx, [address])
    return one


def a_house(store: Store, key: str, *domains: str, seats: int | None = None) -> None:
    with store.transaction() as tx:
        insert_rows(tx, organisation, [{"key": key, "name": key, "domains": domains, "seats": seats}])


def somebody(store: Store, **row: Any) -> None:
    usual = {"address": ADA.address, "name": "Ada Lovelace", "register": Register.UNVERIFIED, "created_at": NOON}
    with store.transaction() as tx:
        insert_rows(tx, contact, [usual | row])


@pytest.mark.parametrize("known", [True, False])
def test_whoever_proved_the_address_is_registered_without_an_organisation(store: Store, known: bool) -> None:
    if known:
        somebody(store)
    assert register(store)
    one = found(store)
    assert (one.register, one.name, one.language, one.organisation) == (Register.REGISTERED, "Ada L.", "nl", "")
    with store.reading() as tx:
        (line,) = audit.trail(tx, "contact", ADA.address)
    assert (line.actor, line.what) == (ADA.address, "registered without an organisation") and "SD-1001" in line.why


def test_who_gives_no_name_keeps_the_one_they_have(store: Store) -> None:
    somebody(store)
    register(store, person=Person("", "de"))
    assert found(store).name == "Ada Lovelace"


@pytest.mark.parametrize("state", [Register.REGISTERED, Register.AUTHORISED])
def test_who_was_registered_stays_as_the_register_has_them(store: Store, state: Register) -> None:
    a_house(store, "acme")
    somebody(store, register=state, organisation="acme")
    before = found(store)
    assert register(store, by_domain=True) and found(store) == before


def test_a_link_is_not_the_way_back_for_somebody_inactive(store: Store) -> None:
    somebody(store, register=Register.INACTIVE)
    before = found(store)
    assert not register(store) and found(store) == before


@pytest.mark.parametrize("address", ["info@acme.example", "praxis2@acme.example", "support+x@acme.example"])
@pytest.mark.parametrize("known", [True, False])
def test_a_link_makes_a_shared_address_no_contact_and_leaves_no_trace(store: Store, known: bool, address: str) -> None:
    if known:
        somebody(store, address=address)
    assert not register(store, address)
    with store.reading() as tx:
        assert {one.register for one in find_contacts(tx, [address])} == ({Register.UNVERIFIED} if known else set())
        assert audit.latest(tx) == ()


def test_a_shared_address_that_the_register_vouches_for_stays_as_it_is(store: Store) -> None:
    somebody(store, address="info@acme.example", register=Register.AUTHORISED)
    assert register(store, "info@acme.example")
    assert found(store, "info@acme.example").register is Register.AUTHORISED


DOMAINS = [
    ("the only owner", {"acme": ["acme.example"]}, True, "acme"),
    ("the desk does not want it", {"acme": ["acme.example"]}, False, ""),
    ("two owners", {"acme": ["acme.example"], "bcme": ["b.example", "acme.example"]}, True, ""),
    ("another domain", {"acme": ["b.example"]}, True, ""),
    ("a domain above", {"acme": ["example"]}, True, ""),
    ("a domain below", {"acme": ["x.acme.example"]}, True, ""),
]


@pytest.mark.parametrize(("why", "houses", "wanted", "of"), DOMAINS, ids=[one[0] for one in DOMAINS])
def test_a_domain_says_whose_somebody_is_only_where_one_alone_owns_it(
    store: Store, why: str, houses: dict[str, list[str]], wanted: bool, of: str
) -> None:
    for key, domains in houses.items():
        a_house(store, key, *domains)
    assert register(store, by_domain=wanted) and found(store).organisation == of


def test_without_a_seat_left_somebody_is_registered_but_nobodys(store: Store) -> None:
    a_house(store, "acme", "acme.example", seats=2)
    for address in ("a@x.example", "b@x.example"):  # one person, one seat
        somebody(store, address=address, organisation="acme", register=Register.REGISTERED, person="a@x.example")
    somebody(store, address="gone@x.example", organisation="acme", register=Register.INACTIVE)
    register(store, "c@acme.example", by_domain=True)
    register(store, "d@acme.example", by_domain=True)
    assert [found(store, one).organisation for one in ("c@acme.example", "d@acme.example")] == ["acme", ""]


def test_of_two_at_once_one_takes_the_last_seat(store: Store) -> None:
    a_house(store, "acme", "acme.example", seats=1)
    together, addresses = threading.Barrier(2), ("c@acme.example", "d@acme.example")

    def come(address: str) -> None:
        together.wait(10)
        register(store, address, by_domain=True)

    comers = [threading.Thread(target=come, args=(address,)) for address in addresses]
    for one in comers:
        one.start()
    for one in comers:
        one.join(30)
    assert sorted(found(store, one).organisation for one in addresses) == ["", "acme"]
