"""The new part of mail that came as HTML: what the marks of the clients tell, and nothing of the author lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.parse import parse
from maild.ingest.reply.quotation import MARK
from maild.ingest.reply.quoted_html import marks_quotation, visible_html
from tests.effort import effort
from tests.ingest.letters import HEAD
from tests.ingest.replies import Case, html_cases

ATTRIBUTION = "On 11-Apr-2026, at 6:54 PM, Max &lt;m@x.example&gt; wrote:"


def seen(html: str) -> str:
    return parse(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()).visible_text


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in html_cases()])
def test_mail_of_many_clients_and_languages_loses_what_it_quotes(case: Case) -> None:
    assert letters(seen(case.mail)) == letters(case.stays)


@pytest.mark.parametrize(
    ("html", "stays"),
    [
        (f"new<div>{ATTRIBUTION}</div><blockquote>old</blockquote>", "new"),
        (f"new<blockquote><div>{ATTRIBUTION}</div>old</blockquote>", "new"),
        (f"new<blockquote>own</blockquote><div>{ATTRIBUTION}</div><blockquote>old</blockquote>", "new own"),
        (f"new<div>{ATTRIBUTION}</div><blockquote>old</blockquote>below", "new below"),
        (f'new<div class="gmail_quote">{ATTRIBUTION}<div>old</div></div>', "new"),
        ('new <blockquote class="gmail_quote">my own citation</blockquote>', "new my own citation"),
        ('<p>new</p><div style="border-top:solid black 1pt"><p>more of it</p></div>', "new more of it"),
        ('new<div>D wrote:</div><blockquote type="cite">old</blockquote>', "new"),
        ('new<hr id="stopSpelling">Date: Fri<br>To: a@x.example<br>From: b@x.example<br>Subject: x<br><br>old', "new"),
        ('new<blockquote type="cite">old</blockquote><p>Imprint of us</p>', "new Imprint of us"),
        ('<BLOCKQUOTE TYPE="CITE">old</BLOCKQUOTE>new', "new"),
    ],
)
def test_marks_and_words_work_together(html: str, stays: str) -> None:
    assert letters(seen(html)) == letters(stays)


def test_answers_between_quoted_parts_keep_what_they_answer() -> None:
    html = "<blockquote type=cite>{}</blockquote><p>{}</p>"
    shown = seen(html.format("Which?", "The printer.") + html.format("Since when?", "Monday."))
    assert shown.split("\n\n") == ["> Which?", "The printer.", "> Since when?", "Monday."]


def test_html_without_marks_is_left_to_the_words() -> None:
    assert not marks_quotation("<p>new</p>")
    assert visible_html("<p>new</p>") == ""
    assert seen("<p>new</p>") == "new"


def test_a_mark_of_ours_in_the_mail_itself_is_none() -> None:
    assert MARK not in seen(f"<p>new</p>{MARK}<p>more {MARK} of it</p><blockquote type=cite>old</blockquote>")


PIECES = st.sampled_from(
    [
        "<p>a",
        "</p>",
        "<blockquote>",
        "<blockquote type=cite>",
        "</blockquote>",
        "<div class=gmail_quote>",
        "</div>",
        "<div id=divRplyFwdMsg>",
        "<div class=gmail_attr>",
        "b",
        "<br>",
        "<div class=gmail_signature>",
        ATTRIBUTION,
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_nesting_is_read_and_nothing_is_invented(html: str) -> None:
    message = parse(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())
    words = message.text.split()
    assert all(word in words for word in re.sub("(?m)^> ", "", message.visible_text).split())
    assert bool(message.visible_text) == bool(message.text.strip())


HOSTILE = {
    "deep quotes": "<blockquote type=cite>" * 10_000 + "x",
    "deep quotes with words": "<blockquote type=cite>a" * 45_000,
    "many quotes": "<blockquote>x</blockquote>" * 38_000,
    "many attributes": "<blockquote " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x",
    "deep containers": "<div class=gmail_quote><blockquote>" * 25_000,
    "deep attributions": "<div class=gmail_attr>" * 43_000,
    "deep signatures": "<div class=gmail_signature>" * 35_000,
    "deep headers": '<div style="border-top:solid"><b>a:</b>' * 25_000,
    "many attributions": f"<div>{ATTRIBUTION}<blockquote>a</blockquote></div>" * 10_000,
    "hidden": '<p style="display:none">a<blockquote>' * 28_000,
}


@pytest.mark.parametrize("html", [pytest.param(html, id=name) for name, html in HOSTILE.items()])
def test_a_megabyte_of_anything_is_read_in_time(html: str) -> None:
    assert effort(lambda: visible_html(html), 3) <= 3


def test_what_spark_calls_its_reply_section_is_the_quotation() -> None:
    page = '<div name="messageBodySection"><p>New.</p></div><div name="messageReplySection"><p>Old.</p></div>'
    assert visible_html(page) == "New."
