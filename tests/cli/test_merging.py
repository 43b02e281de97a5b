"""open, split, merge, link and estimate: what they say, and what they refuse."""

from __future__ import annotations

import pytest

from maild.errors import ExitCode
from tests.cli.site import Done, Site, a_mail, raw

GRACE = ("--as", "grace")
CALL = ("open", "--title", "Toner", "We need toner.")


@pytest.fixture
def two(busy: Site) -> Site:
    """Ada's ticket 1001, and Bob's 1002."""
    busy.take_in(raw(a_mail("Bob <bob@acme.example>", subject="Toner", text="Toner!")), mail_from="bob@acme.example")
    return busy


def refused(done: Done, said: str) -> bool:
    return done.code == ExitCode.USAGE and said in done.err and done.err.count("\n") == 1


def test_tickets_are_merged_and_both_are_told_of(two: Site) -> None:
    two.take_in(raw(a_mail("Bob <bob@acme.example>", subject="Paper")), mail_from="bob@acme.example")
    ended, goes_on = two.maild("merge", "1003", "into", "1001", "--json", *GRACE).json
    assert (ended["ticket"], ended["status"]) == ("SD-1003", "closed")
    assert (goes_on["ticket"], goes_on["status"]) == ("SD-1001", "new")
    done = two.maild("merge", "1002", "into", "1001", "--why", "the same", *GRACE)
    assert done.code == 0, done.err
    for said in ("SD-1002 is closed", "SD-1001 is new", "merged into SD-1001: the same"):
        assert said in done.out
    assert two.maild("show", "1002").out.startswith("SD-1001  ")
    again = two.maild("merge", "1002", "into", "1001", *GRACE)
    assert refused(again, "SD-1002 was merged into SD-1001: name the ticket that goes on")
    assert refused(two.maild("merge", "1001", "into", "1002", *GRACE), "one ticket already")


REFUSED = {
    ("merge", "1002", "in", "1001"): "write `maild merge 1002 into 1001`",
    ("link", "1002", "1002"): "cannot be linked with itself",
    ("split", "1001", "--article", "99", "x"): "no such mail of theirs",
    (*CALL, "--for", "eva@elsewhere.example"): "--unverified",
    ("estimate", "1001", " "): "some words",
    ("estimate", "1001", "x", "--days", "0"): "1 to 365",
}


def test_what_cannot_be_is_refused_in_one_line(two: Site) -> None:
    for words, said in REFUSED.items():
        assert refused(two.maild(*words, *GRACE), said), words
    nowhere = (*CALL, "--for", "ada@acme.example", "--desk", "nowhere")
    for words in (("merge", "4711", "into", "1001"), ("merge", "1001", "into", "4711"), nowhere):
        assert two.maild(*words, *GRACE).code == ExitCode.NO_INPUT
    for words in (("merge", "1002", "into", "1001"), ("split", "1001"), (*CALL, "--for", "bob@acme.example")):
        assert two.maild(*words).code == ExitCode.NO_USER, "who is not on the staff does none of it"


def test_linked_tickets_name_each_other(two: Site) -> None:
    assert two.maild("link", "1001", "1002", "--why", "the same room", *GRACE).code == 0
    assert "SD-1002: the same room" in two.maild("show", "1001").out
    assert "SD-1001: the same room" in two.maild("show", "1002").out


def test_a_question_is_split_off_in_words_from_standard_input(two: Site) -> None:
    done = two.maild("split", "1001", "--title", "Paper", "-", *GRACE, stdin="And paper.\n")
    assert done.out.startswith("SD-1003 is new"), done.err
    (article,) = two.maild("show", "1003", "--json").json["articles"]
    assert (article["visible_text"], article["author"]["address"]) == ("And paper.", "ada@acme.example")
    assert "split off SD-1001, article 1, by Grace, in their words" in two.maild("show", "1003").out


def test_a_visitors_ticket_says_who_opened_it_for_whom(two: Site) -> None:
    said = ("--by", "visit", "--priority", "1", "--type", "incident")
    done = two.maild(*CALL, "--for", "bob@acme.example", *said, *GRACE)
    assert done.out.startswith("SD-1003 is new"), done.err
    shown = two.maild("show", "1003", "--json").json
    assert (shown["ticket"]["priority"], shown["ticket"]["type"]) == (1, "incident")
    assert "opened by Grace for bob@acme.example, in person" in two.maild("show", "1003").out
