"""People help themselves by mail: real mails through a daemon whose border says who wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import Message

import pytest

from tests.scenarios.test_trust import ADA, BOB, BORDER, vouched
from tests.scenarios.world import World, a_mail

DORA = "dora@beta.example"
CLOSING = "\n\nKind regards\nBob"


@pytest.fixture
def desk(build: Callable[..., World]) -> World:
    """A daemon behind a border, with a ticket of Ada's that Bob reads along, one of Bob's, and one of Dora's."""
    world = build(smtp=[{"border": BORDER}])
    world.start()
    world.send(vouched(ADA, subject="Printer burns", Cc=BOB))
    world.send(vouched(BOB, subject="Screen is black"))
    world.send(vouched(DORA, subject="Her secret"))
    world.until_quiet(3)
    return world


def sent_and_answered(world: World, mail: Message, to: str) -> Message:
    """The newest mail to this person once theirs is decided."""
    before = len(world.mails_to(to))
    world.send(mail)
    world.until_quiet(len(world.dispositions()) + 1)
    mails = world.mails_to(to)
    assert len(mails) == before + 1, world.log()[-2000:]
    return mails[-1]


def numbers(mail: Message) -> list[str]:
    return sorted(re.findall(r"^(SD-\d+), .*: (.*)$", mail.get_content(), re.MULTILINE), key=lambda one: one[1])


def titles(mail: Message) -> list[str]:
    return [title.strip() for _, title in numbers(mail)]


def preferences(world: World, address: str) -> tuple[str, bool]:
    (row,) = world.rows(f"SELECT language, follows FROM contact WHERE address = '{address}'")
    return row.language, bool(row.follows)


def audited(world: World) -> set[tuple[str, str, str]]:
    lines = world.rows("SELECT actor, subject, what FROM audit WHERE why = 'asked by mail'")
    return {(line.actor, line.subject, line.what) for line in lines}


def status_shows_what_its_reader_takes_part_in_and_nothing_of_others(desk: World) -> None:
    theirs = sent_and_answered(desk, vouched(BOB, subject="status", text="Danke\nBob"), BOB)
    assert titles(theirs) == ["Printer burns", "Screen is black"]
    assert "in Arbeit" in theirs.get_content() or "neu" in theirs.get_content(), "Bob reads German"
    assert (theirs["Auto-Submitted"], "SD-" in theirs["Subject"]) == ("auto-replied", False)
    assert titles(sent_and_answered(desk, vouched(DORA, subject="Status", text=""), DORA)) == ["Her secret"]
    assert titles(sent_and_answered(desk, vouched(ADA, subject="status", text=""), ADA)) == ["Printer burns"]
    whole = sent_and_answered(desk, vouched(ADA, subject="status organisation", text=""), ADA)
    assert titles(whole) == ["Printer burns (Ada Archer)", "Screen is black (Bob Baker)"]
    assert titles(sent_and_answered(desk, vouched(BOB, subject="status organisation", text=""), BOB)) == titles(theirs)
    assert desk.dispositions()[3:] == ["answered"] * 5 and len(desk.json("tickets")) == 3


def who_proves_nothing_or_says_more_opens_a_ticket(desk: World) -> None:
    told = [
        sent_and_answered(desk, a_mail(BOB, subject="status"), BOB),
        sent_and_answered(desk, vouched(BOB, subject="Hilfe", text="Der Drucker brennt."), BOB),
        sent_and_answered(desk, vouched(BOB, subject="status", text="What about my screen?"), BOB),
    ]
    assert desk.dispositions()[-3:] == ["new ticket"] * 3
    assert not any("Printer burns" in mail.as_string() for mail in told)
    words = sent_and_answered(desk, vouched(BOB, subject="help", text="help" + CLOSING), BOB).get_content()
    assert desk.dispositions()[-1] == "answered"
    assert "unfollow" in words and "en, de" in words


def people_set_what_is_theirs_and_leave_what_they_only_read_along(desk: World) -> None:
    before = desk.mails_to(BOB)[-1].get_content()
    changed = sent_and_answered(desk, vouched(BOB, subject="Sprache englisch", text=""), BOB)
    confirmed = sent_and_answered(desk, vouched(BOB, subject="Keyboard"), BOB)
    assert "we write to you in English" in changed.get_content()
    assert "Guten Tag" in before and "Hello" in confirmed.get_content()
    assert preferences(desk, "b.baker@acme.example")[0] == "en", "it is the person's, under each address"
    sent_and_answered(desk, vouched(ADA, subject="Hello", text="follow" + CLOSING.replace("Bob", "Ada")), ADA)
    assert preferences(desk, ADA)[1]
    sent_and_answered(desk, vouched(ADA, subject="unfollow", text=""), ADA)
    assert not preferences(desk, ADA)[1]
    assert audited(desk) == {
        (BOB, BOB, "language: en"),
        (BOB, "b.baker@acme.example", "language: en"),
        (ADA, ADA, "follows: on"),
        (ADA, ADA, "follows: off"),
    }
    sent_and_answered(
        desk, vouched(BOB, subject="Re: [SD-1001] Printer burns", text="Please remove me." + CLOSING), BOB
    )
    assert titles(sent_and_answered(desk, vouched(BOB, subject="status cc", text=""), BOB)) == []
    history = [event["text"] for event in desk.json("show", "SD-1001")["events"]]
    assert any(BOB in text and "has left" in text for text in history), history


def test_people_help_themselves_by_mail_and_whoever_needs_a_person_gets_one(desk: World) -> None:
    status_shows_what_its_reader_takes_part_in_and_nothing_of_others(desk)
    who_proves_nothing_or_says_more_opens_a_ticket(desk)
    people_set_what_is_theirs_and_leave_what_they_only_read_along(desk)
