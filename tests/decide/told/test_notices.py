"""Telling somebody we know: in their language, by name; whoever has left or cannot hear is told nothing. Followers."""

from __future__ import annotations

import pytest

from maild.decide.facts import Facts
from maild.decide.told.notices import LEFT, notice, notifications, suppressions
from maild.decide.told.notify import Occasion
from maild.decide.who.following import followers
from maild.decide.who.trust import of
from maild.desks.policy import Desk, Sees
from maild.model import (
    UNPROVEN,
    Address,
    Authenticity,
    Automatic,
    AutomaticKind,
    Contact,
    Notification,
    NotificationKind,
    Reason,
    Register,
    Suppressed,
    TicketId,
)
from tests.builders import ADA, BOB, PROVEN, STRANGER, a_case, a_contact, a_desk, a_message

MEMBER, MANAGER = Register.REGISTERED, Register.AUTHORISED
KIND = NotificationKind.CONSENT
DESK = a_desk(languages=("en", "de"))
NOREPLY = Address("Robot", "noreply@acme.example")


def test_a_notice_names_its_reader_and_says_what_it_rests_on() -> None:
    told = notice(KIND, "consent:x", a_contact(ADA), DESK)
    assert told == Notification(
        KIND, "consent:x", ADA, "en", values=(("name", ADA.name),), proven=True, unverified=False, desk="service"
    )
    more = notice(
        KIND, "e", a_contact(ADA), DESK, TicketId(7), (("a", "b"),), proven=False, by_person=True, invitation="n"
    )
    assert isinstance(more, Notification)
    assert (more.ticket, more.values, more.proven) == (TicketId(7), (("name", ADA.name), ("a", "b")), False)
    assert more.invitation == "n"


@pytest.mark.parametrize(("own", "language"), [("de", "de"), ("en", "en"), ("nl", "en"), ("", "en")])
def test_it_is_in_the_readers_language_or_the_desks_first(own: str, language: str) -> None:
    told = notice(KIND, "e", a_contact(ADA, language=own), DESK)
    assert isinstance(told, Notification) and told.language == language


@pytest.mark.parametrize(
    ("register", "unverified"),
    [(Register.UNVERIFIED, True), (Register.UNKNOWN, True), (MEMBER, False), (MANAGER, False)],
)
def test_budgets_are_told_who_is_not_registered(register: Register, unverified: bool) -> None:
    told = notice(KIND, "e", a_contact(ADA, register), DESK)
    assert isinstance(told, Notification) and told.unverified is unverified


def test_whoever_has_left_is_told_nothing_and_neither_is_a_machine_but_by_a_person() -> None:
    left = notice(KIND, "e", a_contact(ADA, Register.INACTIVE), DESK, TicketId(7), by_person=True)
    assert left == Suppressed(KIND, "e", ADA.address, LEFT, TicketId(7))
    assert Reason("notify", "has-left", "the contact has left: nothing is told to them") == LEFT
    robot = notice(KIND, "e", a_contact(NOREPLY), DESK)
    assert isinstance(robot, Suppressed) and robot.reason.code == "machine-address"
    assert isinstance(notice(KIND, "e", a_contact(NOREPLY), DESK, by_person=True), Notification)


def test_what_is_told_and_what_is_not_are_kept_apart() -> None:
    sent, kept = notice(KIND, "e", a_contact(ADA), DESK), notice(KIND, "e", a_contact(NOREPLY), DESK)
    assert (notifications((sent, kept)), suppressions((sent, kept))) == ((sent,), (kept,))


# ---- who follows an organisation -------------------------------------------------------------------


def heard(
    *principals: Contact, contact: Contact | None = None, found: Authenticity = PROVEN, desk: Desk = DESK, **message
) -> list[Notification]:
    asker = contact or a_contact(ADA, MEMBER)
    contacts = (asker,) if asker.register is not Register.UNKNOWN else ()
    facts = Facts(contacts=contacts, authenticity=found, principals=principals)
    case = a_case(a_message(**message), facts)
    return list(notifications(tuple(followers(Occasion(case, desk, ADA, of(case, desk))))))


def bob(register: Register = MANAGER, **more) -> Contact:
    return a_contact(BOB, register, **({"follows": True} | more))


def test_whoever_follows_hears_of_a_ticket_and_who_opened_it() -> None:
    (told,) = heard(bob(), subject=" The printer ")
    assert (told.kind, told.event, told.recipient) == (NotificationKind.FOLLOWED, "followed", BOB)
    assert told.values == (("name", BOB.name), ("about", "The printer"), ("who", ADA.name))
    assert (told.ticket, told.proven, told.desk) == (None, True, "service")


def test_what_is_not_proven_is_told_without_its_title_and_somebody_nameless_by_address() -> None:
    (told,) = heard(bob(), found=UNPROVEN, contact=a_contact(Address("", ADA.address), MEMBER))
    assert told.values[1:] == (("about", ""), ("who", ADA.address))
    assert not told.proven


NOT_TOLD = [
    ("who does not follow", bob(follows=False), {}),
    ("who sees no ticket but their own", bob(MEMBER), {}),
    ("who wrote it", a_contact(ADA, MANAGER, follows=True), {}),
    ("the same person", bob(person="ada"), {"contact": a_contact(ADA, MEMBER, person="ada")}),
    ("anybody of somebody unverified", bob(), {"contact": a_contact(ADA, Register.UNVERIFIED)}),
    ("anybody of what a machine wrote", bob(), {"automatic": Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted")}),
    ("anybody of somebody unknown", bob(), {"contact": a_contact(ADA, Register.UNKNOWN)}),
]


@pytest.mark.parametrize(("one", "more"), [row[1:] for row in NOT_TOLD], ids=[row[0] for row in NOT_TOLD])
def test_others_are_not_told(one: Contact, more) -> None:
    assert heard(one, **more) == []


def test_at_an_open_desk_members_hear_of_it_too_each_of_them() -> None:
    open_desk = a_desk(languages=("en",), members_see=Sees.ALL)
    found = heard(bob(MEMBER), a_contact(STRANGER, MANAGER, follows=True), desk=open_desk)
    assert [told.recipient.address for told in found] == [BOB.address, STRANGER.address]


def test_a_form_fills_in_nobody_who_is_followed() -> None:
    case = a_case(facts=Facts(authenticity=PROVEN, principals=(bob(),)))
    assert list(followers(Occasion(case, DESK, ADA, of(a_case(), DESK)))) == []
