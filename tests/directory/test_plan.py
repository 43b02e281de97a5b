"""What an import would do, as pure data: whose rows it may touch, and what people changed in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from maild.directory.entries import Entries, Kind, Wanted
from maild.directory.plan import Diff, Step, after, plan_by_hand, plan_import, too_many_let_go
from maild.model import Register
from tests.directory.kit import a_house, a_person, entries, wanted

ADA = (Kind.CONTACT, "ada@acme.example")
ACME = (Kind.ORGANISATION, "acme")


def of_source(found: Entries, source: str = "file") -> Entries:
    return {ref: replace(one, source=source) for ref, one in found.items()}


def changed_by_hand(found: Entries, **fields: Any) -> Entries:
    return {**found, ADA: replace(found[ADA], fields={**found[ADA].fields, **fields})}


def told(diff: Diff) -> list[tuple[str, str, str]]:
    return [(one.step.value, one.ref[1], one.words) for one in diff.differences]


def test_a_first_import_adds_everybody() -> None:
    diff = plan_import({}, wanted(a_house(a_person(name="Ada"))), "file")
    assert told(diff) == [
        ("added", "ada@acme.example", "name Ada; register registered; organisation acme"),
        ("added", "acme", "name Acme"),
    ]
    assert all(one.source == "file" for one in after({}, diff).values())


def test_the_same_again_changes_nothing() -> None:
    said = wanted(a_house(a_person("ada@acme.example", "a@acme.example", primary=True)))
    assert plan_import(of_source(said.entries), said, "file", said.entries).differences == ()


def test_what_a_source_newly_says_wins_and_is_told_field_by_field() -> None:
    base = entries(a_house(a_person()))
    diff = plan_import(of_source(base), wanted(a_house(a_person(register="authorised", language="de"))), "file", base)
    assert told(diff) == [("changed", "ada@acme.example", "register: registered -> authorised; language: - -> de")]


def test_what_was_changed_by_hand_stays_while_the_source_says_nothing_new() -> None:
    base = entries(a_house(a_person(register="authorised")))
    now = changed_by_hand(of_source(base), register=Register.INACTIVE)
    diff = plan_import(now, wanted(a_house(a_person(register="authorised", name="Ada"))), "file", base)
    assert told(diff) == [
        ("changed", "ada@acme.example", "name: - -> Ada"),
        ("kept", "ada@acme.example", "register: inactive, not authorised"),
    ]
    assert after(now, diff)[ADA].fields["register"] is Register.INACTIVE


def test_a_row_entered_by_hand_is_taken_over_by_the_source_that_names_it() -> None:
    diff = plan_import(entries(a_house(a_person())), wanted(a_house(a_person(name="Ada"))), "file")
    assert told(diff) == [("taken over", "ada@acme.example", "name: - -> Ada"), ("taken over", "acme", "")]


def test_a_source_touches_no_row_of_another_source() -> None:
    now = of_source(entries(a_house(a_person())), "ldap")
    diff = plan_import(now, wanted(a_house(a_person(name="Eve"))), "file")
    assert [one.key for one in diff.clashes] == ["ada@acme.example", "acme"] and after(now, diff) == now


def test_who_is_no_longer_named_is_let_go_and_others_are_not() -> None:
    mine = of_source(entries(a_house(a_person(register="authorised", primary=True))))
    others = of_source(entries(a_house(a_person("eva@beta.example"), key="beta")), "ldap")
    hand = {ref: one for ref, one in entries(a_house(a_person("bob@acme.example"))).items() if ref[0] is Kind.CONTACT}
    now = {**mine, **others, **hand}
    diff = plan_import(now, wanted(), "file")
    left = after(now, diff)
    assert {one.ref for one in diff.of(Step.LET_GO)} == {ADA, ACME}
    assert (left[ADA].fields["register"], left[ADA].fields["organisation"], left[ADA].fields["primary"]) == (
        Register.UNVERIFIED,
        "",
        False,
    )
    assert left[ACME].source == "", "people entered by hand belong to it, so it stays"
    assert left[Kind.CONTACT, "bob@acme.example"].fields["organisation"] == "acme"
    assert left[Kind.CONTACT, "eva@beta.example"] == now[Kind.CONTACT, "eva@beta.example"]


def test_an_organisation_that_nobody_belongs_to_is_taken_out() -> None:
    now = of_source(entries(a_house(a_person())))
    assert ACME not in after(now, plan_import(now, wanted(), "file"))


def test_a_table_of_contacts_lets_go_no_organisation() -> None:
    now = of_source(entries(a_house(a_person())))
    diff = plan_import(now, Wanted({}, frozenset({Kind.CONTACT})), "file")
    assert [one.ref for one in diff.differences] == [ADA]


def test_a_change_by_hand_leaves_the_row_to_its_source() -> None:
    now = of_source(entries(a_house(a_person())))
    diff = plan_by_hand(now, wanted(a_house(a_person(follows=True))))
    assert after(now, diff)[ADA].source == "file" and after(now, diff)[ADA].fields["follows"] is True


def test_whoever_becomes_primary_takes_the_place_of_the_one_before() -> None:
    now = entries(a_house(a_person(primary=True), a_person("bob@acme.example")))
    new = wanted(a_house(a_person("bob@acme.example", primary=True)))
    diff = plan_by_hand(now, new)
    assert told(diff) == [
        ("changed", "bob@acme.example", "primary: no -> yes"),
        ("changed", "ada@acme.example", "primary: yes -> no"),
    ]


def test_a_crowd_is_more_than_ten_persons_and_more_than_a_fifth() -> None:
    def crowd(there: int, gone: int) -> int:
        people = [a_person(f"p{n}@acme.example", f"q{n}@acme.example") for n in range(there)]
        now = of_source(entries(a_house(*people)))
        return too_many_let_go(now, plan_import(now, wanted(a_house(*people[gone:])), "file"))

    assert [crowd(11, 10), crowd(11, 11), crowd(55, 11), crowd(54, 11), crowd(100, 20), crowd(100, 21)] == [
        0, 11, 0, 11, 0, 21,
    ]  # fmt: skip
