"""Links that ask "is this you?": looking changes nothing, a yes counts once, and a guess learns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from maild.model import Contact, Purpose, Register
from maild.store.bulk import insert_rows
from maild.store.engine import Store
from maild.store.enrolling import Person
from maild.store.register import find_contacts
from maild.store.schema import contact, organisation
from tests.builders import ADA, NOON
from tests.web.kit import World, everything, served

GUESS = "A" * 22
PURPOSES = {"r": Purpose.REGISTER, "c": Purpose.CONFIRM_CONTACT, "l": Purpose.LOOK}


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    with served(store) as opened:
        yield opened


def found(world: World, address: str = ADA.address) -> Contact:
    with world.store.reading() as tx:
        (one,) = find_contacts(tx, [address])
    return one


def test_whoever_says_yes_is_registered_under_the_name_and_language_they_give(world: World) -> None:
    path = f"/r/{world.invite(Purpose.REGISTER, ADA.address)}"
    asked = world.get(path, Accept_Language="nl")
    assert asked.status == 200 and "Bent u dit?" in asked.text and ADA.address in asked.text
    done = world.post(path, {"name": " Ada\r\nL.\x00 ", "language": "de"})
    assert done.status == 200 and "Welcome!" in done.text
    one = found(world)
    assert (one.register, one.name, one.language, one.organisation) == (Register.REGISTERED, "Ada L.", "de", "")


def test_a_link_works_once_and_says_so(world: World) -> None:
    path = f"/r/{world.invite(Purpose.REGISTER, ADA.address)}"
    world.post(path, {"name": "Ada"})
    before = everything(world.store)
    for again in (world.post(path, {"name": "Mallory"}), world.get(path)):
        assert again.status == 410 and "used already" in again.text
    assert everything(world.store) == before


@pytest.mark.parametrize("decides", [True, False])
def test_the_desk_says_whether_a_domain_leads_to_its_organisation(world: World, decides: bool) -> None:
    world.domains_decide = decides
    with world.store.transaction() as tx:
        insert_rows(tx, organisation, [{"key": "acme", "name": "Acme", "domains": ("acme.example",)}])
    world.post(f"/r/{world.invite(Purpose.REGISTER, ADA.address)}")
    assert found(world).organisation == ("acme" if decides else "")


def test_somebody_inactive_is_told_to_write(world: World) -> None:
    row = {"address": ADA.address, "register": Register.INACTIVE, "created_at": NOON}
    with world.store.transaction() as tx:
        insert_rows(tx, contact, [row])
    answer = world.post(f"/r/{world.invite(Purpose.REGISTER, ADA.address)}")
    assert "cannot be registered" in answer.text and found(world).register is Register.INACTIVE


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "belongs to several people"), ("de", "gehört mehreren Personen"), ("nl", "is van meerdere mensen")],
)
def test_a_shared_address_is_asked_for_one_of_somebodys_own(world: World, language: str, title: str) -> None:
    path = f"/r/{world.invite(Purpose.REGISTER, 'info@acme.example')}"
    answer = world.post(path, {"name": "Info"}, Accept_Language=language)
    assert answer.status == 200 and title in answer.text
    with world.store.reading() as tx:
        assert find_contacts(tx, ["info@acme.example"]) == ()


def test_who_was_named_confirms_once(world: World) -> None:
    path = f"/c/{world.invite(Purpose.CONFIRM_CONTACT, ADA.address, '7')}"
    assert "named you as a contact" in world.get(path).text and world.told.confirmed == []
    assert "Thank you!" in world.post(path, {"name": "Ada", "language": "xx"}).text
    assert world.post(path).status == 410
    assert world.told.confirmed == [("7", Person("Ada", ""))]


def test_what_fails_leaves_the_link_usable(world: World) -> None:
    path = f"/c/{world.invite(Purpose.CONFIRM_CONTACT, ADA.address, '7')}"
    world.told.fails = True
    assert world.post(path).status == 500
    world.told.fails = False
    assert world.post(path).status == 200 and len(world.told.confirmed) == 1


@pytest.mark.parametrize("page", list(PURPOSES))
def test_a_guessed_a_foreign_and_an_expired_secret_have_one_answer(world: World, page: str) -> None:
    others = [world.invite(one, ADA.address, "7") for name, one in PURPOSES.items() if name != page]
    used = world.invite(Purpose.REGISTER if page != "r" else Purpose.LOOK, ADA.address, "SD-1001")
    world.post(f"/{'r' if page != 'r' else 'l'}/{used}")
    old = world.invite(PURPOSES[page], ADA.address, "7", timedelta(minutes=1))
    world.now += timedelta(minutes=1)
    before = everything(world.store)
    for method in (world.get, world.post):
        answers = {(one.status, one.text) for one in (method(f"/{page}/{it}") for it in (GUESS, old, used, *others))}
        assert len(answers) == 1 and answers.pop()[0] == 404
    assert everything(world.store) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND"])
def test_a_scanner_that_follows_every_link_changes_nothing(world: World, method: str) -> None:
    paths = [f"/{page}/{world.invite(purpose, ADA.address, 'SD-1001')}" for page, purpose in PURPOSES.items()]
    before = everything(world.store)
    for path in (*paths, *paths, "/tickets/SD-1001", "/my/SD-1001", "/logout"):
        answer = world.ask(method, path)
        assert (answer.text == "") == (method == "HEAD") or answer.status == 303
    assert everything(world.store) == before and world.told.confirmed == []
    assert [world.post(path).status for path in paths] == [200, 200, 303]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "%s{0}"])
def test_a_name_is_shown_as_it_is_written(world: World, name: str) -> None:
    row = {"address": ADA.address, "name": name, "register": Register.UNVERIFIED, "created_at": NOON}
    with world.store.transaction() as tx:
        insert_rows(tx, contact, [row])
    text = world.get(f"/r/{world.invite(Purpose.REGISTER, ADA.address)}").text
    assert "<script" not in text and "<img" not in text and "49" not in text
    assert name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in text


def test_a_name_has_an_end(world: World) -> None:
    world.post(f"/r/{world.invite(Purpose.REGISTER, ADA.address)}", {"name": "A" * 5000})
    assert found(world).name == "A" * 100
