"""One's own name and language: changed by whoever is logged in, kept against the directory, told by mail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from maild.directory import Directory
from maild.model import Contact, Register
from maild.store.audit import trail
from maild.store.engine import Store
from maild.store.register import find_contacts, import_directory
from maild.store.schema import audit, contact
from tests.builders import ADA, BOB, NOON, a_desk
from tests.web.kit import World, a_conversation, everything, served

PAGE = "/my/profile"


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Ada is logged in."""
    with served(store) as opened:
        opened.log_in(ADA.address, a_conversation(store).number)
        yield opened


def found(world: World, address: str = ADA.address) -> Contact:
    with world.store.reading() as tx:
        (one,) = find_contacts(tx, [address])
    return one


def test_somebody_changes_their_name_and_is_told_so_by_mail(world: World) -> None:
    assert f'value="{ADA.name}"' in world.get(PAGE).text
    done = world.post(PAGE, {"name": " Ada\r\nKing\x00 ", "language": ""})
    assert (done.status, done.headers["Location"]) == (303, f"{PAGE}?saved")
    shown = world.get(f"{PAGE}?saved").text
    assert 'value="Ada King"' in shown and "Saved." in shown and "Saved." not in world.get(PAGE).text
    (mail,) = world.mails()
    assert (mail["To"], mail["From"]) == (f"Ada King <{ADA.address}>", "Service <support@desk.example>")
    text = " ".join(mail.get_content().split())
    assert "Hello Ada King," in text and "call you by this name: Ada King. Was it not you" in text
    assert "written in English" not in text
    with world.store.reading() as tx:
        (line,) = trail(tx, "contact", ADA.address)
    assert (line.actor, line.what, line.why) == (ADA.address, "name: Ada King", "asked on the web page")


CHANGED = [
    ({"name": ADA.name, "language": "de"}, (ADA.name, "de"), "wir Ihnen auf Deutsch"),
    ({"name": "Ada King", "language": "de"}, ("Ada King", "de"), "Ada King, und wir schreiben Ihnen auf Deutsch"),
    ({"name": ADA.name, "language": "en"}, (ADA.name, "en"), "we write to you in English"),
    ({"language": "de"}, (ADA.name, "de"), "auf Deutsch"),
    ({"name": "x" * 500}, ("x" * 100, ""), "x" * 100),
    ({"name": "\u202eAda"}, ("Ada", ""), "Ada"),
    ({"name": "A\nBcc: mallory@elsewhere.example"}, ("A Bcc: mallory@elsewhere.example", ""), "A Bcc: mallory"),
]


@pytest.mark.parametrize(("fields", "kept", "told"), CHANGED)
def test_a_mail_in_the_new_language_says_what_was_changed(
    world: World, fields: dict[str, str], kept: tuple[str, str], told: str
) -> None:
    world.post(PAGE, fields)
    assert (found(world).name, found(world).language) == kept
    (mail,) = world.mails()
    assert told in " ".join(mail.get_content().split()) and mail["Bcc"] is None and len(mail.get_all("To")) == 1


NOTHING = [{}, {"name": ADA.name}, {"name": " \t ", "language": "nl"}, {"language": "xx"}, {"register": "authorised"}]


@pytest.mark.parametrize("fields", NOTHING, ids=str)
def test_what_changes_nothing_is_not_told(world: World, fields: dict[str, str]) -> None:
    """An empty name, and a language that the desk does not write, are nothing."""
    before = everything(world.store)
    assert world.post(PAGE, fields).headers["Location"] == PAGE
    assert everything(world.store) == before


def test_the_languages_are_those_that_the_desk_writes(world: World) -> None:
    shown = world.get(PAGE).text
    assert 'value="de"' in shown and 'value="en"' in shown and 'value="nl"' not in shown
    assert '<option value="" selected>' in shown
    world.post(PAGE, {"language": "de"})
    shown = world.get(PAGE).text
    assert '<option value="de" selected' in shown and '<option value="" selected>' not in shown
    world.desks = (a_desk(languages=("fr",)),)
    assert "<select" not in world.get(PAGE).text


def test_all_addresses_of_one_person_are_changed_and_nobody_elses(world: World) -> None:
    with world.store.transaction() as tx:
        tx.execute(update(contact).where(contact.c.address == BOB.address).values(person="ada", name="A."))
    world.post(PAGE, {"name": "Ada King"})
    assert found(world, BOB.address).name == "A."
    with world.store.transaction() as tx:
        tx.execute(update(contact).values(person="ada"))
    world.post(PAGE, {"name": "Ada Byron"})
    assert {found(world, one).name for one in (ADA.address, BOB.address)} == {"Ada Byron"}


def test_the_directory_says_it_anew_only_when_it_says_something_new(world: World) -> None:
    def imports(name: str) -> str:
        acme = {"key": "acme", "name": "Acme", "contacts": [{"name": name, "addresses": [ADA.address]}]}
        with world.store.transaction() as tx:
            import_directory(tx, Directory.model_validate({"organisations": [acme]}), NOON)
        return found(world).name

    imports(ADA.name)
    world.post(PAGE, {"name": "Ada King"})
    assert imports(ADA.name) == "Ada King"
    assert imports("Countess Lovelace") == "Countess Lovelace"


def test_another_sites_form_changes_nothing(world: World) -> None:
    before = everything(world.store)
    assert world.post(PAGE, {"name": "Mallory"}, Origin="https://evil.example").status == 403
    assert everything(world.store) == before


def test_who_is_not_logged_in_or_has_left_changes_nothing(world: World) -> None:
    session = dict(world.cookies)
    world.cookies.clear()
    before = everything(world.store)
    for answer in (world.get(PAGE), world.post(PAGE, {"name": "Mallory"})):
        assert answer.status == 303 and answer.headers["Location"] in ("/my", PAGE)
    assert everything(world.store) == before
    world.cookies = session
    with world.store.transaction() as tx:
        tx.execute(update(contact).values(register=Register.INACTIVE))
    before = everything(world.store)
    assert {world.get(PAGE).status, world.post(PAGE, {"name": "Mallory"}).status} == {303}
    assert everything(world.store) == before and world.get("/my").status == 404


def test_the_trail_names_who_changed_what(world: World) -> None:
    world.post(PAGE, {"name": "Ada King", "language": "de"})
    with world.store.reading() as tx:
        lines = [tuple(row) for row in tx.execute(select(audit.c.actor, audit.c.what, audit.c.entry_id))]
    assert lines == [(ADA.address, "name: Ada King", None), (ADA.address, "language: de", None)]
