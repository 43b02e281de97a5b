"""What may not be so in a register, and which addresses are nobody's own."""

from __future__ import annotations

import pytest

from maild.directory import Directory
from maild.directory.contradictions import contradictions, lacks, seat_holders, worse
from maild.directory.entries import Entries, entries_of
from maild.directory.shared import is_shared
from tests.directory.kit import a_house, a_person, entries

GRACE = {"name": "grace", "address": "grace@desk.example"}
BOB = a_person("bob@acme.example")


def with_staff(said: dict[str, object], **more: object) -> Entries:
    return entries_of(Directory.model_validate({"organisations": [], "staff": [GRACE | said], **more}))


@pytest.mark.parametrize(
    ("register", "field", "message"),
    [
        (entries(a_house(a_person(primary=True), a_person("bob@acme.example", primary=True))), "primary", "ada@acme"),
        (entries(a_house(a_person(primary=True, register="inactive"))), "primary", "inactive and cannot be"),
        (
            entries(a_house(a_person(), BOB, seats=1)),
            "seats",
            "1 seat for 2 persons: ada@acme.example, bob@acme.example",
        ),
        (entries(a_house(account_manager="grace")), "account_manager", "no member of staff or team `grace`"),
        (entries(a_house(escalation=("night",))), "escalation", "no member of staff or team `night`"),
        (with_staff({"teams": ["second"]}), "teams", "there is no team `second`"),
        (with_staff({}, teams=[{"name": "grace", "address": "t@desk.example"}]), "name", "give the team another name"),
        (
            entries(a_house(domains=("a.example",)), a_house(key="beta", domains=("a.example",))),
            "domains",
            "belongs to acme already",
        ),
    ],
)
def test_a_contradiction_is_told(register: Entries, field: str, message: str) -> None:
    (found,) = contradictions(register)
    assert found.field == field and message in found.message


def test_two_addresses_of_one_person_take_one_seat_and_who_has_left_takes_none() -> None:
    people = (a_person("ada@acme.example", "ada@home.example"), a_person("carol@acme.example", register="inactive"))
    assert contradictions(entries(a_house(*people, seats=1))) == ()
    assert seat_holders(entries(a_house(*people)), "acme") == ("ada@acme.example",)


def test_a_change_is_to_blame_only_for_what_it_makes_worse() -> None:
    three = contradictions(entries(a_house(a_person(), BOB, a_person("c@acme.example"), seats=1)))
    two = contradictions(entries(a_house(a_person(), BOB, seats=1)))
    assert worse(two, three) == () and worse(three, two) == three and worse(two, two) == ()


def test_an_organisation_lacks_whoever_could_instruct_for_it() -> None:
    assert lacks(entries(a_house(BOB)), "acme") == ("no authorised contact", "no primary contact")
    assert lacks(entries(a_house(a_person(register="authorised", primary=True))), "acme") == ()


@pytest.mark.parametrize(
    "local", ["info", "support", "office", "kontakt", "info2", "info+x", "team-3", "büro", "no-reply"]
)
def test_shared_addresses_are_nobodys_own(local: str) -> None:
    assert is_shared(f"{local}@acme.example")


@pytest.mark.parametrize("local", ["ada", "ada.archer", "infolge", "hr.mueller", "supporter", "x", "1984"])
def test_a_persons_address_is_not_taken_for_a_shared_one(local: str) -> None:
    assert not is_shared(f"{local}@acme.example")
