"""A stranger whose domain is made to be taken for a customer's: staff see it; of honest ones nothing is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from maild import pipeline
from maild.directory.free_mail import FREE_MAIL
from maild.errors import StoreUnavailable
from maild.model import Address
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.neighbours import CODE, EVERY, Neighbours
from maild.steps.watch import NO_WATCH
from maild.store import audit
from maild.store.bulk import insert_rows
from maild.store.engine import Store, open_store
from maild.store.schema import organisation
from tests.builders import NOON, TOKENS, a_policy
from tests.store.kit import a_received_mail, keep

MAIL = "From: Ada <{}>\r\nTo: support@desk.example\r\nSubject: An invoice\r\nMessage-ID: <m1@x.example>\r\n\r\nPay.\r\n"


def customer(store: Store, key: str, *domains: str) -> None:
    """As the register enters one: with its line in the audit trail."""
    with store.transaction() as tx:
        insert_rows(tx, organisation, [{"key": key, "name": key, "domains": domains}])
        audit.note(tx, NOON, "grace@desk.example", "organisation", key, "added", "a new customer")


@pytest.fixture
def known(sqlite_url: str) -> Iterator[Store]:
    store = open_store(sqlite_url)
    customer(store, "acme", "acme-clinic.com")
    customer(store, "free", "gmail.com", "outlook.example")
    yield store
    store.close()


def note_on(store: Store, address: str) -> str:
    note = Neighbours().refreshed(store, NOON).note_on(Address("", address))
    return note.text if note else ""


LOOK_ALIKES = {
    "ada@acme-clinlc.com": "acme-clinlc.com looks like the known domain acme-clinic.com and is another",
    "ada@acme-clinic.net": "acme-clinic.net has the name of the known domain acme-clinic.com under another ending",
    "ada@acme-clinic.com.evil.net": "acme-clinic.com.evil.net begins with the known domain acme-clinic.com",
}


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_look_alike_is_told_of_with_the_domain_it_is_like(known: Store, address: str) -> None:
    assert note_on(known, address).startswith(f"the sender's domain {LOOK_ALIKES[address]}")


@pytest.mark.parametrize(
    "address",
    ["ada@acme-clinic.com", "ada@mail.acme-clinic.com", "ada@elsewhere.net", "ada@gmaii.com", "ada@outlook.com"],
    ids=["a customer", "below a customer's", "a stranger", "like a provider's", "a provider"],
)
def test_of_honest_domains_and_of_free_mail_nothing_is_said(known: Store, address: str) -> None:
    assert note_on(known, address) == ""


def test_the_list_of_providers_is_written_as_domains_are_compared() -> None:
    assert {"gmail.com", "gmx.de", "web.de", "outlook.com", "t-online.de", "yahoo.com", "icloud.com"} <= FREE_MAIL
    assert all(domain == domain.lower() and "." in domain for domain in FREE_MAIL)


def test_staff_see_it_among_the_reasons_of_the_mail(known: Store) -> None:
    policy = a_policy(templates=builtin_templates())
    house = House(known, lambda: NOON, policy, TOKENS, Renderer(policy.templates, TOKENS, "mx.desk.example"))
    keep(known, a_received_mail(raw=MAIL.format("ada@acme-clinlc.com").encode()))
    pipeline.process(house, "n/1", NO_WATCH)
    with known.reading() as tx:
        assert "acme-clinlc.com looks like" in str(tx.scalar(text("SELECT reasons FROM inbox_entry")))
        assert CODE in str(tx.scalar(text("SELECT plan FROM decision")))


def statements(store: Store) -> list[str]:
    """What is asked of the database from here on."""
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    return asked


def test_the_register_is_asked_once_a_minute_and_read_only_when_it_has_changed(known: Store) -> None:
    neighbours, new = Neighbours().refreshed(known, NOON), Address("", "eve@northwlnd.com")
    asked = statements(known)
    neighbours.refreshed(known, NOON + EVERY - timedelta(seconds=1))
    assert asked == []
    neighbours.refreshed(known, NOON + EVERY)
    assert [one for one in asked if "organisation" in one] == [] and len([one for one in asked if "audit" in one]) == 1
    customer(known, "wind", "northwind.com")
    assert neighbours.refreshed(known, NOON + EVERY * 2 - timedelta(seconds=1)).note_on(new) is None
    assert neighbours.refreshed(known, NOON + EVERY * 2).note_on(new) is not None


def test_an_outage_stops_no_mail_and_what_was_known_serves(known: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    neighbours, like = Neighbours().refreshed(known, NOON), Address("", "ada@acme-clinlc.com")

    def away() -> None:
        raise StoreUnavailable("the database is away")

    monkeypatch.setattr(known, "reading", away)
    assert neighbours.refreshed(known, NOON + EVERY).note_on(like) is not None
    assert Neighbours().refreshed(known, NOON).note_on(like) is None


def test_it_costs_a_mail_next_to_nothing(known: Store) -> None:
    neighbours = Neighbours()
    neighbours.refreshed(known, NOON).note_on(Address("", "ada@acme-clinlc.com"))
    begun = time.perf_counter()
    for number in range(1000):
        neighbours.refreshed(known, NOON).note_on(Address("", f"ada@stranger-{number}.net"))
    assert time.perf_counter() - begun < 1.0
