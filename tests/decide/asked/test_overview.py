"""An overview's entries: cleaned, bounded, and the same after they were written and read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maild.decide.asked.overview import LONGEST_NAME, LONGEST_TITLE, MOST_SHOWN, ORGANISATION, overview, read, written
from maild.decide.facts import Listed
from maild.model import Register, Role, Status
from tests.builders import a_contact, a_desk, a_ticket

MANAGER = a_contact()


def shown(title: str, requester: str = "Bob", scope: str = ORGANISATION, register: Register = Register.AUTHORISED):
    found = [Listed(a_ticket(title=title), Role.CC, requester)]
    return overview(found, scope, a_contact(register=register), a_desk()).entries


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(Status))
def test_whatever_a_title_holds_it_is_one_short_line_and_nothing_else(title: str, name: str, status: Status) -> None:
    found = [Listed(a_ticket(title=title, status=status), None, name), Listed(a_ticket(title="last"), None, "Bob")]
    entries = overview(found, ORGANISATION, MANAGER, a_desk()).entries
    assert read(written(entries)) == entries
    assert [(one.number, one.status) for one in entries] == [("SD-1001", status), ("SD-1001", Status.NEW)]
    assert len(entries[0].title) <= LONGEST_TITLE and len(entries[0].requester) <= LONGEST_NAME
    assert entries[1].title == "last"


def test_a_title_loses_what_turns_text_around_and_a_long_one_its_end() -> None:
    assert shown("a\u202eb\r\nSD-1002, solved: c")[0].title == "ab SD-1002, solved: c"
    (long,) = shown("x" * 200)
    assert long.title == "x" * (LONGEST_TITLE - 1) + "…"
    (exact,) = shown("x" * LONGEST_TITLE)
    assert exact.title == "x" * LONGEST_TITLE


def test_fifty_are_shown_the_first_of_those_found() -> None:
    found = [Listed(a_ticket(id=number), Role.CC, "") for number in range(MOST_SHOWN + 5)]
    entries = overview(found, "", MANAGER, a_desk()).entries
    assert [one.number for one in entries] == [f"SD-{number}" for number in range(MOST_SHOWN)]


def test_who_has_left_the_organisation_is_shown_nothing() -> None:
    assert shown("Printer", register=Register.INACTIVE) == ()
    assert shown("Printer", scope="", register=Register.INACTIVE) == ()


def test_a_line_that_is_no_entry_is_left_out() -> None:
    assert read("") == read("hello") == read("SD-1\tburning\tPrinter\t") == ()
