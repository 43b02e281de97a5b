"""The register in both databases: imports and changes by hand, each whole or not at all, each in the audit trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from maild.directory import Directory, OrganisationRecord
from maild.directory.entries import Entry, Kind, Wanted, by_ref, of_people
from maild.errors import NotFound
from maild.model import Duty, Organisation, Register, StaffMember, Team
from maild.store import audit, register
from maild.store.engine import Store
from maild.store.register import By, Imported, ImportRefused
from tests.builders import NOON
from tests.directory.kit import a_house, a_person, entries
from tests.store.kit import open_ticket

ADA, BOB = "ada@acme.example", "bob@acme.example"
GRACE = By("grace@desk.example", NOON, "she asked")
BOSS = {"name": "Ada", "register": "authorised", "primary": True, "follows": True, "duties": ("technical",)}
FULL = a_house(
    a_person(ADA, "ada@home.example", **BOSS),
    a_person(BOB, until=datetime(2026, 12, 1, tzinfo=UTC)),
    seats=3,
    package="large",
    account_manager="eve",
    systems=("de-1",),
    escalation=("second",),
    domains=("acme.example",),
)
STAFF = {"name": "eve", "address": "eve@desk.example", "title": "Eve", "desks": ["service"], "teams": ["second"]}
TEAM = {"name": "second", "address": "second@desk.example", "title": "Second line"}


def a_directory(*organisations: OrganisationRecord) -> Directory:
    return Directory.model_validate({"organisations": organisations, "staff": [STAFF], "teams": [TEAM]})


def imported(store: Store, *organisations: OrganisationRecord, source: str = "file", **more: Any) -> Imported:
    with store.transaction() as tx:
        return register.import_directory(tx, a_directory(*organisations), NOON, source, **more)


def put(store: Store, *people: Entry, new: bool = False) -> None:
    with store.transaction() as tx:
        register.put(tx, people, GRACE, new=new)


def people(*said: Any, organisation: str = "acme", **more: Any) -> tuple[Entry, ...]:
    return tuple(of_people(organisation, [a_person(*said, **more)]))


def state(store: Store, address: str) -> Register:
    with store.reading() as tx:
        (one,) = register.find_contacts(tx, [address])
    return one.register


def trail(store: Store, kind: Kind, subject: str) -> list[tuple[str, str, str]]:
    with store.reading() as tx:
        return [(one.actor, one.what, one.why) for one in audit.trail(tx, kind, subject)]


# ---- importing ------------------------------------------------------------------------------------


def test_everything_a_directory_says_is_in_the_register(store: Store) -> None:
    assert imported(store, FULL) == Imported(added=6) and imported(store, FULL) == Imported()
    with store.reading() as tx:
        ada, home, bob = register.find_contacts(tx, [ADA, "ada@home.example", BOB])
        assert (ada.primary, ada.follows, ada.duties) == (True, True, (Duty.TECHNICAL,))
        assert (home.primary, home.person, home.register) == (False, ADA, Register.AUTHORISED)
        assert bob.until == datetime(2026, 12, 1, tzinfo=UTC)
        acme = Organisation("acme", "Acme", ("acme.example",), 3, "large", "eve", ("de-1",), ("second",))
        assert register.list_organisations(tx) == (acme,) and register.find_organisation(tx, "acme") == acme
        assert register.list_staff(tx) == (StaffMember("eve", "eve@desk.example", "Eve", ("service",), ("second",)),)
        assert register.list_teams(tx) == (Team("second", "second@desk.example", "Second line"),)


def test_every_change_is_a_line_of_the_audit_trail(store: Store) -> None:
    imported(store, a_house(a_person()))
    imported(store, a_house(a_person(register="authorised")))
    assert trail(store, Kind.CONTACT, ADA) == [
        ("file", "register: registered -> authorised", ""),
        ("file", "added: register registered; organisation acme", ""),
    ]
    assert trail(store, Kind.ORGANISATION, "acme") == [("file", "added: name Acme", "")]


def test_a_change_by_hand_outlives_the_next_import_of_the_same_file(store: Store) -> None:
    imported(store, FULL)
    with store.transaction() as tx:
        register.leave(tx, ADA, GRACE)
    assert imported(store, FULL) == Imported()
    assert state(store, ADA) is state(store, "ada@home.example") is Register.INACTIVE
    imported(store, a_house(a_person(ADA, "ada@home.example", register="registered")))
    assert state(store, ADA) is Register.REGISTERED


def test_a_row_entered_by_hand_is_taken_over_and_then_let_go_with_the_file(store: Store) -> None:
    imported(store, a_house())
    put(store, *people(ADA))
    assert imported(store, a_house(a_person(ADA))) == Imported(changed=1)
    assert trail(store, Kind.CONTACT, ADA)[0] == ("file", "taken over", "")
    assert imported(store, a_house()) == Imported(removed=1)
    assert state(store, ADA) is Register.UNVERIFIED


def test_two_sources_never_share_a_row(store: Store) -> None:
    imported(store, a_house(a_person()))
    with store.transaction() as tx, pytest.raises(ImportRefused, match="comes from the directory `file` already"):
        register.take(tx, Wanted(entries(a_house(a_person()))), "ldap", GRACE)
    with store.transaction() as tx:
        eva = Wanted(by_ref(people("eva@acme.example")), frozenset({Kind.CONTACT}))
        assert register.take(tx, eva, "ldap", GRACE) == Imported(added=1)
    assert imported(store, a_house(a_person())) == Imported()
    assert state(store, "eva@acme.example") is Register.REGISTERED


def test_an_import_that_would_let_go_a_crowd_is_refused_until_it_is_meant(store: Store) -> None:
    imported(store, a_house(*(a_person(f"p{n}@acme.example") for n in range(20))))
    with pytest.raises(ImportRefused, match=r"20 persons would be let go.*`maild contacts import FILE --let-go`"):
        imported(store, a_house())
    assert state(store, "p7@acme.example") is Register.REGISTERED
    assert imported(store, a_house(), let_go=True) == Imported(removed=20)
    assert state(store, "p7@acme.example") is Register.UNVERIFIED


def test_a_refused_import_changes_nothing_and_says_why_with_the_place(store: Store) -> None:
    imported(store, a_house(seats=1))
    wanted = Wanted(by_ref((*people(ADA), *people(BOB))), frozenset({Kind.CONTACT}))
    broken = replace(wanted, places={(Kind.ORGANISATION, "acme"): "people.csv:7"})
    with store.transaction() as tx, pytest.raises(ImportRefused, match=f"people.csv:7: acme has 1 seat for 2.*{ADA}"):
        register.take(tx, broken, "hr", GRACE)
    with store.reading() as tx:
        assert register.list_contacts(tx, "acme") == ()


# ---- changing by hand -----------------------------------------------------------------------------


def test_seats_are_limited_and_the_refusal_names_who_holds_them(store: Store) -> None:
    imported(store, a_house(a_person(name="Ada"), seats=1))
    with pytest.raises(ImportRefused, match=f"1 seat for 2 persons: Ada <{ADA}>, {BOB}"):
        put(store, *people(BOB), new=True)
    with store.transaction() as tx:
        register.leave(tx, ADA, GRACE)
    put(store, *people(BOB), new=True)
    with pytest.raises(ImportRefused, match="1 seat for 2 persons"):
        put(store, *people(ADA))


def test_a_contact_belongs_to_one_organisation(store: Store) -> None:
    imported(store, a_house(a_person()), a_house(key="beta"))
    for new in (True, False):
        with pytest.raises(ImportRefused, match=r"belongs to acme already.*for beta another address is needed"):
            put(store, *people(ADA, organisation="beta"), new=new)
    with pytest.raises(ImportRefused, match=f"is a contact, and registered, already.*maild contacts set {ADA}"):
        put(store, *people(ADA), new=True)


def test_a_stranger_who_wrote_becomes_a_contact(store: Store) -> None:
    imported(store, a_house())
    open_ticket(store)
    put(store, *people(ADA, name="Ada"), new=True)
    assert trail(store, Kind.CONTACT, ADA)[0][1].endswith(
        "register: unverified -> registered; organisation: - -> acme; person: - -> ada@acme.example"
    )
    assert state(store, ADA) is Register.REGISTERED


def test_a_new_primary_contact_takes_over_from_the_one_before(store: Store) -> None:
    imported(store, FULL)
    put(store, *people(BOB, primary=True))
    with store.reading() as tx:
        assert [one.address for one in register.list_contacts(tx) if one.primary] == [BOB]
    assert trail(store, Kind.CONTACT, ADA)[0] == ("grace@desk.example", "primary: yes -> no", "she asked")
    assert imported(store, FULL) == Imported()


def test_who_leaves_is_inactive_and_their_successors_are_asked_for(store: Store) -> None:
    boss = a_person(ADA, "ada@home.example", register="authorised", primary=True, duties=("monitoring", "technical"))
    imported(store, a_house(boss, a_person(BOB)))
    with store.transaction() as tx:
        left = register.leave(tx, "ada@home.example", GRACE)
        assert register.leave(tx, BOB, GRACE).needs == ()
    assert left.addresses == (ADA, "ada@home.example")
    assert [need.split()[0:3] for need in left.needs] == [
        ["another", "primary", "contact"],
        ["another", "monitoring", "contact,"],
        ["an", "authorised", "contact:"],
    ]
    with store.reading() as tx:
        assert {one.register for one in register.list_contacts(tx, "acme")} == {Register.INACTIVE}
    assert trail(store, Kind.CONTACT, "ada@home.example")[0][1] == "register: authorised -> inactive"


@pytest.mark.parametrize("address", [ADA, "nobody@acme.example"])
def test_nobody_leaves_who_is_no_contact(store: Store, address: str) -> None:
    open_ticket(store)
    with store.transaction() as tx, pytest.raises(NotFound):
        register.leave(tx, address, GRACE)


def test_a_change_that_contradicts_itself_is_refused_and_not_written(store: Store) -> None:
    imported(store, a_house(a_person()))
    with pytest.raises(ImportRefused, match="no organisation `gamma`"):
        put(store, *people(BOB, organisation="gamma"), new=True)
    with store.reading() as tx:
        assert register.find_contacts(tx, [BOB]) == () and audit.trail(tx, Kind.CONTACT, BOB) == ()


# ---- the audit trail ------------------------------------------------------------------------------


def test_the_trail_tells_who_did_what_and_why_the_newest_first(store: Store) -> None:
    with store.transaction() as tx:
        audit.note(tx, NOON, "grace@desk.example", "contact", ADA, "exported as CSV", "asked for")
        audit.note(tx, NOON, "eve@desk.example", "contact", ADA, "register: registered -> authorised", "")
        audit.note(tx, NOON, "eve@desk.example", "organisation", ADA, "seats: 1 -> 2", "")
    with store.reading() as tx:
        lines = audit.trail(tx, "contact", ADA)
        assert [one.actor for one in lines] == ["eve@desk.example", "grace@desk.example"]
        assert lines[1] == audit.Line(NOON, "grace@desk.example", "contact", ADA, "exported as CSV", "asked for")
        assert audit.trail(tx, "contact", ADA, 1) == audit.trail_of(tx, "contact", [ADA, BOB], 1) == lines[:1]
        assert [one.kind for one in audit.latest(tx, 2)] == ["organisation", "contact"]
