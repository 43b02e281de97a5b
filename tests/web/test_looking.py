"""A look at one's own request: no link in a notice gives rights, no answer tells which tickets or addresses exist."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from maild.model import Address, Purpose, Register
from maild.store.engine import Store
from maild.store.schema import contact
from maild.web.looking import rest_of_beat
from maild.web.sessions import sealed
from tests.builders import ADA, BOB, STRANGER
from tests.web.kit import KEY, World, a_conversation, everything, served

HOUR = timedelta(hours=1)


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    with served(store) as opened:
        yield opened


def test_a_participant_asks_for_a_link_and_sees_the_ticket(world: World) -> None:
    number = a_conversation(world.store).number
    world.post(f"/tickets/{number}", {"address": "Bob@ACME.example "})
    ((told, address, url),) = world.told.links
    assert (told, address) == (number, BOB.address) and url.startswith(f"{world.web.url}/l/")
    path = url.removeprefix(world.web.url)
    assert "One more click" in world.get(path).text
    opened = world.post(path)
    assert (opened.status, opened.headers["Location"]) == (303, f"/my/{number}")
    shown = world.get(f"/my/{number}")
    assert shown.status == 200
    for text in (number, "The printer is on fire", "It burns.", "Pour water on it.", "flames.jpg", "1.2 MB", "new"):
        assert text in shown.text
    assert "They drink" not in shown.text and "Not yet looked at" not in shown.text


def test_the_answer_is_the_same_for_every_address_and_every_number(world: World) -> None:
    number = a_conversation(world.store).number
    asked = {world.get(f"/tickets/{one}").text.replace(one, "N") for one in (number, "SD-9999", "XX-1")}
    assert len(asked) == 1
    tries = [(number, ADA.address), ("SD-9999", ADA.address)]
    tries += [(number, one) for one in (STRANGER.address, "no address", "")]
    answers = {(one.status, one.text) for one in (world.post(f"/tickets/{it}", {"address": to}) for it, to in tries)}
    assert len(answers) == 1 and answers.pop()[0] == 200
    assert [address for _, address, _ in world.told.links] == [ADA.address]


@pytest.mark.parametrize(("passed", "rest"), [(0, 0.5), (0.2, 0.3), (0.5, 0.5), (0.75, 0.25), (7.4, 0.1)])
def test_an_answer_waits_for_the_next_beat(passed: float, rest: float) -> None:
    assert rest_of_beat(passed, 0.5) == pytest.approx(rest)


def test_an_answer_comes_on_the_beat_whatever_was_done(store: Store) -> None:
    with served(store, pace=0.3) as world:
        number = a_conversation(store).number
        for address in (ADA.address, STRANGER.address):
            began = time.monotonic()
            world.post(f"/tickets/{number}", {"address": address})
            assert time.monotonic() - began >= 0.3


def test_three_links_an_hour_go_to_one_address(world: World) -> None:
    number = a_conversation(world.store).number
    for minutes in range(5):
        world.now += timedelta(minutes=minutes)
        world.post(f"/tickets/{number}", {"address": ADA.address})
    world.post(f"/tickets/{number}", {"address": BOB.address})
    assert [address for _, address, _ in world.told.links] == [ADA.address] * 3 + [BOB.address]
    world.now += HOUR
    world.post(f"/tickets/{number}", {"address": ADA.address})
    assert len(world.told.links) == 5


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


def test_a_session_ends_after_twelve_hours(world: World) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    world.now += timedelta(hours=12, microseconds=-1)
    assert world.get(f"/my/{number}").status == 200
    world.now += timedelta(microseconds=1)
    assert world.get(f"/my/{number}").status == 303


def test_whoever_becomes_inactive_sees_nothing_more(world: World) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    with world.store.transaction() as tx:
        tx.execute(update(contact).values(register=Register.INACTIVE))
    assert world.get(f"/my/{number}").status == 404


@pytest.mark.parametrize("forge", ["name", "mac", "empty", "no mac", "long", "other key"])
def test_a_cookie_we_did_not_sign_is_none(world: World, forge: str) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    name, _, mac = world.cookies["maild"].rpartition(".")
    forged = {
        "name": f"{name[::-1]}.{mac}",
        "mac": f"{name}.{mac[::-1]}",
        "empty": "",
        "no mac": name,
        "long": f"{name * 9}.{mac}",
        "other key": sealed(name, KEY[::-1]),
    }
    world.cookies["maild"] = forged[forge]
    assert world.get(f"/my/{number}").status == 303
    world.cookies["maild"] = sealed(name, KEY)
    assert world.get(f"/my/{number}").status == 200


def test_the_cookie_stays_in_the_browser_and_on_this_site(store: Store) -> None:
    with served(store) as world:
        plain = world.post(f"/l/{world.invite(Purpose.LOOK, ADA.address, 'SD-1001')}").headers["Set-Cookie"]
    assert plain.startswith("maild=") and "Secure" not in plain
    with served(store, url="https://desk.example") as world:
        secret = world.invite(Purpose.LOOK, ADA.address, "SD-1001")
        secure = world.post(f"/l/{secret}", Host="desk.example").headers["Set-Cookie"]
    assert secure.startswith("__Host-maild=") and "Secure" in secure and "Domain" not in secure
    for cookie in (plain, secure):
        assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
        assert secret not in cookie


@pytest.mark.parametrize(("where", "elsewhere"), [("here", 200), ("everywhere", 303)])
def test_logging_out_ends_this_session_or_all(world: World, where: str, elsewhere: int) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    phone = dict(world.cookies)
    world.log_in(ADA.address, number)
    laptop = dict(world.cookies)
    open_link = world.invite(Purpose.LOOK, ADA.address, number)
    assert "logged out" in world.post("/logout", {"where": where}).text and world.cookies["maild"] == ""
    statuses = []
    for world.cookies in (laptop, phone):
        statuses.append(world.get(f"/my/{number}").status)
    assert statuses == [303, elsewhere]
    assert world.get(f"/l/{open_link}").status == (200 if where == "here" else 404)


def test_a_used_link_shows_the_way_to_a_new_one(world: World) -> None:
    path = f"/l/{world.invite(Purpose.LOOK, ADA.address, 'SD-1001')}"
    world.post(path)
    for again in (world.get(path), world.post(path)):
        assert again.status == 410 and 'href="/tickets/SD-1001"' in again.text


NASTY = ["<script>alert(1)</script>", "<b onmouseover=alert(1)>x</b>", "</div></main><form>", "{{ 7*7 }}", "&lt;i&gt;"]


@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_write_is_text_wherever_it_stands(world: World, nasty: str) -> None:
    author = Address(nasty, ADA.address)
    number = a_conversation(world.store, title=nasty, text=nasty, author=author).number
    world.log_in(ADA.address, number)
    text = world.get(f"/my/{number}").text
    escaped = nasty.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert text.count(escaped) == 4  # title bar, heading, author, text
    assert nasty == escaped or nasty not in text


def test_looking_writes_nothing(world: World) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    before = everything(world.store)
    for path in (f"/my/{number}", f"/tickets/{number}", "/my/SD-9999"):
        world.get(path)
        world.ask("HEAD", path)
    assert everything(world.store) == before
