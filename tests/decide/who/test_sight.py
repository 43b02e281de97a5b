"""Who sees which ticket: those who take part, guests from then on, whoever speaks for the organisation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maild.decide.facts import KnownTicket
from maild.decide.who.sight import Sight, parts_of, same_person, sees_all, sight, speaks_for
from maild.desks.policy import Desk, Sees
from maild.model import Contact, Participant, Register, Role
from tests.builders import ADA, BOB, NOON, STRANGER, a_contact, a_desk, a_ticket

MEMBER, MANAGER = Register.REGISTERED, Register.AUTHORISED
OWN, ALL = a_desk(), a_desk(members_see=Sees.ALL)
BOBS = Participant(a_contact(BOB, MEMBER), Role.REQUESTER)
LATER = NOON + timedelta(days=1)


def seen(contact: Contact, *parts: Participant, desk: Desk = OWN) -> Sight | None:
    return sight(contact, KnownTicket(a_ticket(), parts), desk)


@pytest.mark.parametrize("role", [Role.REQUESTER, Role.CC, Role.FOLLOWER])
def test_whoever_takes_part_sees_all_of_it(role: Role) -> None:
    ada = a_contact(register=MEMBER)
    assert seen(ada, Participant(ada, role)) == Sight()


PARTS = [
    ("somebody else", Participant(a_contact(STRANGER, MEMBER), Role.CC), None),
    ("who waits for staff", Participant(a_contact(), Role.CC, waits=True), None),
    ("who has left", Participant(a_contact(), Role.CC, has_left=True), None),
    ("a guest since then", Participant(a_contact(), Role.GUEST, since=NOON), Sight(NOON)),
    ("a guest since nobody knows when", Participant(a_contact(), Role.GUEST), None),
    ("a guest who waits", Participant(a_contact(), Role.GUEST, since=NOON, waits=True), None),
    ("who was let in from then on", Participant(a_contact(), Role.CC, since=NOON), Sight(NOON)),
]


@pytest.mark.parametrize(("part", "expected"), [row[1:] for row in PARTS], ids=[row[0] for row in PARTS])
def test_others_see_what_their_part_allows(part: Participant, expected: Sight | None) -> None:
    assert seen(a_contact(register=MEMBER), part, BOBS) == expected


def test_of_several_addresses_the_one_that_sees_all_counts_and_else_the_first() -> None:
    home = a_contact(STRANGER, MEMBER, person="ada")
    ada = a_contact(register=MEMBER, person="ada")
    guest, other = Participant(ada, Role.GUEST, since=LATER), Participant(home, Role.GUEST, since=NOON)
    assert seen(ada, guest, other) == Sight(LATER)
    assert seen(ada, guest, Participant(home, Role.CC)) == Sight()
    assert seen(ada, Participant(home, Role.GUEST), guest) == Sight(LATER)


def test_who_is_inactive_sees_nothing_not_even_their_own() -> None:
    ada = a_contact(register=Register.INACTIVE)
    assert seen(ada, Participant(ada, Role.REQUESTER), desk=ALL) is None


EVERYBODY = [
    (MANAGER, "acme", OWN, True),
    (MANAGER, "acme", ALL, True),
    (MEMBER, "acme", OWN, False),
    (MEMBER, "acme", ALL, True),
    (Register.UNVERIFIED, "acme", ALL, False),
    (Register.UNKNOWN, "acme", ALL, False),
    (Register.INACTIVE, "acme", ALL, False),
    (MANAGER, "", ALL, False),
    (MEMBER, "", ALL, False),
]


@pytest.mark.parametrize(("register", "organisation", "desk", "all_of_them"), EVERYBODY)
def test_all_tickets_of_an_organisation_are_seen_by_its_managers_and_at_open_desks_by_its_members(
    register: Register, organisation: str, desk: Desk, all_of_them: bool
) -> None:
    ada = a_contact(register=register, organisation=organisation)
    assert sees_all(ada, desk) is all_of_them
    assert (seen(ada, BOBS, desk=desk) == Sight()) is all_of_them


def test_nobody_speaks_for_another_organisation_or_for_a_ticket_without_a_requester() -> None:
    ada = a_contact(register=MANAGER)
    assert speaks_for(ada, BOBS.contact, OWN)
    assert not speaks_for(ada, a_contact(BOB, MEMBER, organisation="other"), OWN)
    assert not speaks_for(ada, None, OWN)
    assert seen(ada, Participant(a_contact(BOB, MEMBER), Role.CC)) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (a_contact(ADA), a_contact(ADA, MEMBER, person="x"), True),
        (a_contact(ADA, person="ada"), a_contact(BOB, person="ada"), True),
        (a_contact(ADA, person="ada"), a_contact(BOB, person="bob"), False),
        (a_contact(ADA), a_contact(BOB), False),
        (a_contact(ADA), a_contact(BOB, person="ada"), False),
    ],
    ids=["one address", "one person", "two persons", "nobody says so", "one of them says so"],
)
def test_one_person_is_one_address_or_what_the_directory_says(one: Contact, other: Contact, same: bool) -> None:
    assert same_person(one, other) is same_person(other, one) is same
    part = Participant(other, Role.CC)
    assert parts_of(one, (part,)) == ([part] if same else [])
