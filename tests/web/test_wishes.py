"""What stands in the list's URL: read as far as it is known, written as briefly as it can be."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model import ContactId, Status
from maild.store.listing import EVERY, UNSETTLED, Choice, SortBy
from maild.web.wishes import USUAL, choice_in, query, sorted_by

CHOICES = st.builds(
    Choice,
    colleagues=st.booleans(),
    statuses=st.sampled_from([UNSETTLED, EVERY, *(frozenset({one}) for one in Status)]),
    asked_by=st.none() | st.integers(1, 10**9).map(ContactId),
    kind=st.text(st.characters(codec="utf-8"), max_size=20),
    sort=st.sampled_from(SortBy),
    descending=st.booleans(),
    page=st.integers(1, 10**9),
)


@given(CHOICES)
def test_a_link_leads_to_what_it_was_made_for(choice: Choice) -> None:
    assert choice_in(dict(parse_qsl(query(choice).removeprefix("?")))) == choice


@given(st.dictionaries(st.sampled_from(["show", "status", "by", "type", "sort", "page", "x"]), st.text()))
def test_whatever_stands_in_a_url_is_a_choice(wanted: dict[str, str]) -> None:
    found = choice_in(wanted)
    assert found.page >= 1 and found.statuses and found.sort in SortBy


UNKNOWN = [
    {"show": "everybody"},
    {"status": "broken"},
    {"status": "OPEN"},
    {"by": "ada"},
    {"by": "-1"},
    {"by": "٣"},
    {"by": "9" * 500},
    {"sort": "address"},
    {"sort": "--number"},
    {"page": "0"},
    {"page": "-3"},
    {"page": "1e3"},
    {"password": "x"},
]


@pytest.mark.parametrize("wanted", UNKNOWN)
def test_what_is_not_known_is_as_if_it_were_not_there(wanted: dict[str, str]) -> None:
    assert choice_in(wanted) == USUAL


def test_what_is_usual_is_not_written() -> None:
    assert query(USUAL) == "" and USUAL.statuses == UNSETTLED == set(Status) - {Status.SOLVED, Status.CLOSED}
    assert query(Choice(colleagues=True, statuses=EVERY)) == "?show=organisation&status=all"
    assert query(Choice(kind="a&b=c")) == "?type=a%26b%3Dc"
    assert query(Choice(statuses=frozenset({Status.OPEN}))) == "?status=open"


def test_a_heading_sorts_by_its_column_and_once_more_the_other_way_round() -> None:
    by_title = sorted_by(Choice(page=3, kind="error"), SortBy.TITLE)
    assert by_title == Choice(kind="error", sort=SortBy.TITLE, descending=False)
    assert sorted_by(by_title, SortBy.TITLE).descending
    newest_first = {SortBy.NUMBER, SortBy.OPENED, SortBy.CHANGED}
    assert {one for one in SortBy if sorted_by(by_title, one).descending} - {SortBy.TITLE} == newest_first
    assert not sorted_by(USUAL, SortBy.CHANGED).descending
