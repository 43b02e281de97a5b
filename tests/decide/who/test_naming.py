"""Which people a text names: addresses, each with the name that stands beside it if that can be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.who.naming import LONGEST_NAME, MOST_PEOPLE, MOST_TEXT, people_in
from maild.model import Address

EVA = "eva@acme.example"
LINES = [
    (EVA, ""),
    (f"Eva East <{EVA}>", "Eva East"),
    (f"Eva East, {EVA}", "Eva East"),
    (f"Eva East ({EVA})", "Eva East"),
    (f"Eva East [{EVA}]", "Eva East"),
    (f"Eva East: {EVA}", "Eva East"),
    (f"Eva East; {EVA}", "Eva East"),
    (f"Eva East | {EVA} | ward 3", "Eva East"),
    (f'"Eva East" <{EVA}>', "Eva East"),
    (f"'Eva East' {EVA}", "Eva East"),
    (f"- Eva East, {EVA}", "Eva East"),
    (f"* Eva East\t{EVA}", "Eva East"),
    (f"• Eva East – {EVA}", "Eva East"),
    (f"— Eva East — {EVA}", "Eva East"),
    (f"Eva Maria Elisabeth East {EVA}", "Eva Maria Elisabeth East"),
    (f"Eva Maria Elisabeth Anna East {EVA}", ""),
    (f"Eva <mailto:{EVA}>", "Eva"),
    (f"Eva mailto:{EVA}", "Eva"),
    (f"Eva East {EVA}<mailto:{EVA}>", "Eva East"),
    (f"Eva '{EVA}'.", "Eva"),
    (f"please add {EVA}", ""),
    (f"Please add {EVA}", ""),
    (f"Eva 2 {EVA}", ""),
    (f"Eva2 East {EVA}", ""),
    (f"Ward 3: {EVA}", ""),
    (f"{'E' + 'v' * (LONGEST_NAME - 1)} {EVA}", "E" + "v" * (LONGEST_NAME - 1)),
    (f"{'E' + 'v' * LONGEST_NAME} {EVA}", ""),
]


@pytest.mark.parametrize(("line", "name"), LINES)
def test_a_name_is_what_stands_beside_the_address(line: str, name: str) -> None:
    assert people_in(line) == (Address(name, EVA),)
    assert people_in(f"Hello,\n\n{line}\n\nRegards") == (Address(name, EVA),)


@pytest.mark.parametrize(
    "text", ["", "Eva East", "eva@", "@acme.example", "eva at acme.example", "a@b@c", "@", "E@ <x>"]
)
def test_a_text_without_an_address_names_nobody(text: str) -> None:
    assert people_in(text) == ()


def test_several_stand_on_a_line_each_with_a_name_of_their_own() -> None:
    found = people_in("Eva East <eva@acme.example>, Will West <will@acme.example> and no@body@x or zoe@acme.example")
    assert found == (
        Address("Eva East", "eva@acme.example"),
        Address("Will West", "will@acme.example"),
        Address("", "zoe@acme.example"),
    )


def test_an_address_that_is_part_of_another_keeps_its_own_place() -> None:
    found = people_in("Eva e@acme.example Will west.e@acme.example")
    assert found == (Address("Eva", "e@acme.example"), Address("Will", "west.e@acme.example"))
    twice = people_in("Will west.e@acme.example Eva e@acme.example")
    assert twice == (Address("Will", "west.e@acme.example"), Address("Eva", "e@acme.example"))


def test_the_same_address_counts_once_with_its_first_name() -> None:
    assert people_in(f"Eva <{EVA}>\nEast <EVA@ACME.example>\nWill <will@acme.example>") == (
        Address("Eva", EVA),
        Address("Will", "will@acme.example"),
    )


def test_at_most_twenty_are_named_and_only_the_beginning_is_read() -> None:
    assert (MOST_PEOPLE, MOST_TEXT, LONGEST_NAME) == (20, 20_000, 60)
    crowd = [f"p{number}@acme.example" for number in range(25)]
    assert [person.address for person in people_in("\n".join(crowd))] == crowd[:20]
    assert people_in(" " * (MOST_TEXT - len(EVA)) + EVA) == (Address("", EVA),)
    assert people_in(" " * MOST_TEXT + EVA) == ()


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_no_name_holds_what_a_header_must_not(text: str) -> None:
    for person in people_in(f"{text} {EVA}"):
        assert "@" in person.address
        assert person.name == "" or ("\n" not in person.name and len(person.name) <= LONGEST_NAME)
