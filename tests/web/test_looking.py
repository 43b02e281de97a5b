"""A look at one's own request: what may not be seen looks like what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from maild.model import Address, Register, TicketId
from maild.store.engine import Store
from maild.store.schema import contact
from tests.builders import ADA, STRANGER
from tests.store.archiving_kit import a_shelf, archived
from tests.web.kit import World, a_conversation, everything, served


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    with served(store) as opened:
        yield opened


def test_what_may_not_be_seen_looks_like_what_is_not_there(world: World) -> None:
    number = a_conversation(world.store).number
    foreign = a_conversation(world.store, author=STRANGER).number
    world.log_in(ADA.address, number)
    answers = {world.get(f"/my/{one}").text for one in (foreign, "SD-9999", "XX-1001")}
    assert answers == {world.get("/nothing/here").text} and world.get(f"/my/{foreign}").status == 404


def test_without_a_session_every_number_leads_to_the_form(world: World) -> None:
    number = a_conversation(world.store).number
    for one in (number, "SD-9999"):
        answer = world.get(f"/my/{one}")
        assert (answer.status, answer.headers["Location"]) == (303, f"/tickets/{one}")


def test_whoever_becomes_inactive_sees_nothing_more(world: World) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    with world.store.transaction() as tx:
        tx.execute(update(contact).values(register=Register.INACTIVE))
    assert world.get(f"/my/{number}").status == 404


def test_what_lies_in_the_archive_is_said_instead_of_empty_articles(world: World, tmp_path: Path) -> None:
    ticket = a_conversation(world.store, text="It burns.")
    world.log_in(ADA.address, ticket.number)
    archived(world.store, a_shelf(tmp_path), TicketId(ticket.id))
    text = world.get(f"/my/{ticket.number}").text
    assert "lies in the archive" in text and "<article" not in text and "It burns." not in text


NASTY = ["<script>alert(1)</script>", "<b onmouseover=alert(1)>x</b>", "</div></main><form>", "{{ 7*7 }}", "&lt;i&gt;"]


@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_write_is_text_wherever_it_stands(world: World, nasty: str) -> None:
    author = Address(nasty, ADA.address)
    number = a_conversation(world.store, title=nasty, text=nasty, author=author).number
    world.log_in(ADA.address, number)
    text = world.get(f"/my/{number}").text
    escaped = nasty.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert text.count(escaped) == 5  # title bar, heading, who asked, author, text
    assert nasty == escaped or nasty not in text


def test_looking_writes_nothing(world: World) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    before = everything(world.store)
    for path in (f"/my/{number}", f"/tickets/{number}", "/my/SD-9999"):
        world.get(path)
        world.ask("HEAD", path)
    assert everything(world.store) == before
