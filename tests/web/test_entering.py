"""The way in and out: no link in a notice gives rights, no answer tells which tickets or addresses exist."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from maild.decide.plan import RecordContact
from maild.model import Address, Purpose, Register
from maild.steps.links import send_look_link
from maild.store import portal
from maild.store.apply import Decided
from maild.store.engine import Store
from maild.web.entering import rest_of_beat
from maild.web.sessions import sealed
from tests.builders import ADA, BOB, STRANGER, a_desk
from tests.seen import Seen
from tests.store.kit import a_plan, apply_plans
from tests.web.kit import KEY, World, a_conversation, served

HOUR = timedelta(hours=1)
EVE = Address("Eve", "eve@acme.example")


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    with served(store) as opened:
        yield opened


# ---- to one ticket -------------------------------------------------------------------------------


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


@pytest.mark.parametrize("path", ["/tickets/SD-1001", "/my"])
def test_an_answer_comes_on_the_beat_whatever_was_done(store: Store, path: str) -> None:
    with served(store, pace=0.3) as world:
        a_conversation(store)
        for address in (ADA.address, STRANGER.address):
            began = time.monotonic()
            world.post(path, {"address": address})
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


def test_a_session_ends_after_twelve_hours(world: World) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    world.now += timedelta(hours=12, microseconds=-1)
    assert world.get(f"/my/{number}").status == 200
    world.now += timedelta(microseconds=1)
    assert world.get(f"/my/{number}").status == 303


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


# ---- to the list ---------------------------------------------------------------------------------


def knows(world: World, who: Address, register: Register) -> None:
    """Let somebody be a contact who has asked for nothing."""
    apply_plans(world.store, Decided(a_plan(changes=(RecordContact(who, register),), disposition=None)))


def asks(world: World, address: str) -> list[Seen]:
    """What goes out when this address asks for a link to the list."""
    before = len(world.mails())
    assert world.post("/my", {"address": address}).status == 200
    return world.mails()[before:]


def test_a_contact_asks_for_a_link_and_sees_the_list(world: World) -> None:
    number = a_conversation(world.store).number
    assert world.get("/").headers["Location"] == "/my"
    asked = world.get("/my")
    assert asked.status == 200 and '<form method="post" action="/my">' in asked.text and number not in asked.text
    (mail,) = asks(world, "Ada@ACME.example ")
    assert mail["To"] == ADA.address and mail["Auto-Submitted"] == "auto-replied"
    (path,) = re.findall(rf"{world.web.url}(/l/\S+)", mail.get_content())
    assert "you see your requests" in world.get(path).text
    opened = world.post(path)
    assert (opened.status, opened.headers["Location"]) == (303, "/my")
    shown = world.get("/my").text
    assert number in shown and "The printer is on fire" in shown
    for again in (world.get(path), world.post(path)):
        assert again.status == 410 and 'href="/my"' in again.text


REGISTERS = [
    (Register.REGISTERED, 1),
    (Register.AUTHORISED, 1),
    (Register.UNVERIFIED, 0),
    (Register.INACTIVE, 0),
]


@pytest.mark.parametrize(("register", "mails"), REGISTERS)
def test_who_has_asked_for_nothing_gets_a_link_if_they_are_registered(
    world: World, register: Register, mails: int
) -> None:
    knows(world, EVE, register)
    assert len(asks(world, EVE.address)) == mails


def test_the_answer_is_the_same_for_every_address(world: World) -> None:
    """Whoever has something to see is a contact, registered or not; all others hear nothing."""
    a_conversation(world.store, author=STRANGER, is_known=False)
    knows(world, EVE, Register.INACTIVE)
    tries = (STRANGER.address, EVE.address, "nobody@acme.example", "no address", "")
    answers = {(one.status, one.text) for one in (world.post("/my", {"address": address}) for address in tries)}
    assert len(answers) == 1 and answers.pop()[0] == 200
    assert [mail["To"] for mail in world.mails()] == [STRANGER.address]


def test_links_of_both_kinds_are_three_an_hour(world: World) -> None:
    number = a_conversation(world.store).number
    world.post(f"/tickets/{number}", {"address": ADA.address})
    for minutes in range(4):
        world.now += timedelta(minutes=minutes)
        world.post("/my", {"address": ADA.address})
    world.post(f"/tickets/{number}", {"address": ADA.address})
    assert len(world.mails()) + len(world.told.links) == 3
    assert len(asks(world, BOB.address)) == 1
    world.now += HOUR
    assert len(asks(world, ADA.address)) == 1


KINDS = [
    ("en", "Your link to your requests", "the list of your requests"),
    ("de", "Ihr Link zu Ihren Anfragen", "zur Liste Ihrer Anfragen"),
    ("nl", "Uw link naar uw aanvragen", "naar de lijst van uw aanvragen"),
]


@pytest.mark.parametrize(("language", "subject", "words"), KINDS)
def test_the_mail_says_what_its_link_shows(world: World, language: str, subject: str, words: str) -> None:
    world.desks = (a_desk(languages=(language,)),)
    number = a_conversation(world.store).number
    (to_all,) = asks(world, ADA.address)
    with world.store.transaction() as tx:
        taking = portal.viewer(tx, number, ADA.address, world.site().desk)
        assert taking
        send_look_link(tx, world.house(), taking.ticket, taking.contact, f"{world.web.url}/l/one")
    to_one = world.mails()[-1]
    assert to_all["Subject"] == subject and words in " ".join(to_all.get_content().split())
    assert to_one["Subject"].startswith(f"[{number}]") and number in to_one.get_content()
    assert words not in to_one.get_content()
