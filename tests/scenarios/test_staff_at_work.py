"""Staff open, split, merge and link tickets, and send estimates: as their customers live to see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scenarios.test_register_by_mail import answering
from tests.scenarios.test_trust import ADA, BOB, BORDER, vouched
from tests.scenarios.world import World

GRACE = ("--as", "grace")


@pytest.fixture(params=["sqlite:///maild.db", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    here = request.param
    return str(request.getfixturevalue("postgres_url") if here == "postgresql" else here)


def guarded(build: Callable[..., World], database: str = "sqlite:///maild.db") -> World:
    """A running daemon behind a border."""
    world = build(database=database, smtp=[{"border": BORDER}])
    world.start()
    return world


def texts(world: World, number: str) -> list[str]:
    return [article["visible_text"].strip() for article in world.json("show", number)["articles"]]


def last_to(world: World, address: str, count: int) -> Any:
    mails = world.mails_to(address)
    assert len(mails) == count, [mail["Subject"] for mail in mails]
    return mails[-1]


def status(world: World, number: str) -> tuple[str, dict[str, str]]:
    ticket: dict[str, Any] = world.json("show", number)["ticket"]
    return ticket["status"], dict(ticket["fields"])


def test_a_call_is_taken_down_split_and_merged_and_every_answer_finds_its_ticket(
    build: Callable[..., World], database: str
) -> None:
    world = guarded(build, database)
    call = ("open", "--desk", "service", "--for", ADA, "--title", "Printer and toner", "It burns. Toner, too.")
    opened = world.maild(*call, *GRACE).split()[0]
    world.until_quiet(0)
    confirmation = last_to(world, ADA, 1)
    assert opened == "SD-1001" in confirmation["Subject"]

    world.send(answering(confirmation, ADA, "It still burns."), confirmation["Reply-To"])
    world.until_quiet(1)
    spoken = world.json("show", opened)["articles"][0]["id"]
    split = ("split", opened, "--article", str(spoken), "--title", "Toner", "We need toner.")
    toner = world.maild(*split, *GRACE).split()[0]
    world.until_quiet(1)
    second = last_to(world, ADA, 2)
    assert toner == "SD-1002" in second["Subject"] and "SD-1001" in second.get_content()
    world.send(answering(second, ADA, "Black, please."), second["Reply-To"])
    world.send(answering(confirmation, ADA, "It is out."), confirmation["Reply-To"])
    world.until_quiet(3)
    assert texts(world, toner) == ["We need toner.", "Black, please."]
    assert texts(world, opened) == ["It burns. Toner, too.", "It still burns.", "It is out."]

    world.send(vouched(BOB, subject="Toner", text="Toner is empty."))
    world.until_quiet(4)
    (bobs,) = world.mails_to(BOB)
    world.maild("merge", "SD-1003", "into", toner, "--why", "the same toner", *GRACE)
    world.until_quiet(4)
    told = last_to(world, BOB, 2)
    assert "SD-1003" in told.get_content() and toner in told["Subject"]
    world.send(answering(bobs, BOB, "By the token."), bobs["Reply-To"])
    world.send(vouched(BOB, subject="Re: [SD-1003] Toner", text="By the number."))
    world.send(vouched(BOB, subject="Toner", text="By the thread.", In_Reply_To=bobs["Message-ID"]))
    world.until_quiet(7)
    assert world.dispositions()[-3:] == ["follow-up"] * 3
    assert sorted(texts(world, "SD-1003")) == sorted(
        ["We need toner.", "Black, please.", "Toner is empty.", "By the token.", "By the number.", "By the thread."]
    ), "the old number shows where it goes on"
    assert world.exit_code("merge", "SD-1003", "into", opened, *GRACE) != 0
    world.maild("link", opened, toner, *GRACE)
    assert "SD-1002" in world.maild("show", opened)


def test_an_estimate_waits_for_the_yes_of_an_authorised_contact_and_of_nobody_else(build: Callable[..., World]) -> None:
    world = guarded(build)
    world.send(vouched(BOB, subject="Another module", text="What would it cost?"))
    world.until_quiet(1)
    world.maild("estimate", "SD-1001", "Two days, 1600 EUR.", *GRACE)
    world.until_quiet(1)
    offer = last_to(world, ADA, 1)
    (bobs,) = world.mails_to(BOB)
    assert "Two days, 1600 EUR." in offer.get_content() and offer["Auto-Submitted"] is None
    assert status(world, "SD-1001") == ("waiting", {"estimate": "waiting"})

    world.send(answering(bobs, BOB, "Einverstanden"), bobs["Reply-To"])
    world.until_quiet(2)
    assert status(world, "SD-1001")[1] == {"estimate": "waiting"}
    assert world.json("proposals")[0]["state"] == "held"
    world.send(answering(offer, ADA, "Einverstanden\n\nAda"), offer["Reply-To"])
    world.until_quiet(3)
    assert status(world, "SD-1001") == ("open", {"estimate": "approved"})
    (one,) = world.json("proposals", "--all")
    assert (one["kind"], one["state"], one["decided_by"]) == ("estimate", "done", ADA)
