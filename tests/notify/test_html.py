"""The HTML of a mail says what its text says, and no value can make it say it in another way."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from html_kit import links, strange_tags, words, words_of_text
from hypothesis import example, given, settings
from hypothesis import strategies as st
from notify_kit import DESK, TICKET, TOKENS, html_of, notification, read, sent, text_of

from maild.cleaning import clean_text
from maild.ingest.reply.visible import visible_text
from maild.model import Address, NotificationKind, TicketId
from maild.notify.audience import TO_BE_ANSWERED
from maild.notify.builtin import builtin_templates
from maild.notify.environment import END, OURS, THEIRS, VARIABLES
from maild.notify.html import JOINED, STYLES, Dress, _document, dressed
from maild.notify.names import BUILT_IN
from maild.notify.render import Renderer
from maild.notify.words import button_word, delimiter

PLAIN = Dress("en")
LONG = "x" * JOINED
WITH_PAGES = Renderer(builtin_templates(), TOKENS, "desk.example", site="https://desk.example")
NAMES = sorted(set().union(*VARIABLES.values()) - {"status", "state"})
PAGES = "https://desk.example/tickets/"
INSTANT = "2026-11-30T15:00:00+00:00"


def ours(text: str) -> str:
    return f"{OURS}{text}{END}"


def theirs(text: str) -> str:
    return f"{THEIRS}{text}{END}"


def inner(marked: str, dress: Dress = PLAIN) -> str:
    """What stands in the sheet, without the styles."""
    html = dressed(marked, dress)
    assert strange_tags(html) == []
    return re.sub(' style="[^"]*"', "", html.partition("<div")[2].partition(">")[2].rpartition("</div>")[0]).strip()


A, B = "https://a.example/x?y=1&z=2", "http://b.example"
CASES = [
    ("", ""),
    ("One.", "<p>One.</p>"),
    ("One.\n\n\n\nTwo.\n", "<p>One.</p>\n<p>Two.</p>"),
    (f"{LONG}\nruns on", f"<p>{LONG}\nruns on</p>"),
    ("Kind regards\nIT", "<p>Kind regards<br>\nIT</p>"),
    (theirs(f"{LONG}\nstays"), f"<p>{LONG}<br>\nstays</p>"),
    (theirs("one\n\ntwo\nthree"), "<p>one</p>\n<p>two<br>\nthree</p>"),
    (f"Dear {theirs('<b>')},", "<p>Dear &lt;b&gt;,</p>"),
    ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ("They are:\n- one\n- two", "<p>They are:</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
    (theirs("- one\n- two"), "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
    (theirs("> one\n>\n> two"), "<blockquote>one<br>\n<br>\ntwo</blockquote>"),
    (f"From:   {theirs('Ann:   x')}", "<p><span>From:</span> Ann:   x</p>"),
    (
        f"A:  1\nB:  {'2' * 80}\nC:  3",
        f"<p><span>A:</span> 1<br>\n<span>B:</span> {'2' * 80}<br>\n<span>C:</span> 3</p>",
    ),
    (theirs("- one"), "<ul>\n<li>one</li>\n</ul>"),
    (f"\x05{theirs('<b>')}\x05", "<p>&lt;b&gt;</p>"),
    ("  status cc   others", "<p><span>status cc</span> others</p>"),
    (theirs("From:   boss\nTo:   you"), "<p>From:   boss<br>\nTo:   you</p>"),
    (f"See {A}.", f'<p>See <a href="{A.replace("&", "&amp;")}">{A.replace("&", "&amp;")}</a>.</p>'),
    (ours(f"Title: {B}"), f'<p>Title: <a href="{B}">{B}</a></p>'),
    (theirs(f"Title: {A}"), f"<p>Title: {A.replace('&', '&amp;')}</p>"),
    (f"{B}/{theirs('evil')}", f"<p>{B}/evil</p>"),
    (f"{B}/{ours('SD-1')}", f'<p><a href="{B}/SD-1">{B}/SD-1</a></p>'),
    (f"<{B}>", f'<p>&lt;<a href="{B}">{B}</a>&gt;</p>'),
    (f'"{B}" ', f'<p>&quot;<a href="{B}">{B}</a>&quot; </p>'),
    ("mailto:a@b.example", '<p><a href="mailto:a@b.example">mailto:a@b.example</a></p>'),
    ("javascript:alert(1) ftp://x", "<p>javascript:alert(1) ftp://x</p>"),
    (f"Below:\n{'-' * 40}\n\nit", "<p>Below:</p>\n<hr>\n<div>\n<p>it</p>\n</div>"),
    (
        f"{'-' * 40}\n{theirs('1')}\n{'-' * 40}\n{theirs('2')}\n\n{'-' * 40}\n{theirs('3')}",
        f"<hr>\n<div>\n<p>1<br>\n{'-' * 40}<br>\n2</p>\n<p>{'-' * 40}<br>\n3</p>\n</div>",
    ),
    (theirs(f"Below:\n{'-' * 40}\nit"), f"<p>Below:<br>\n{'-' * 40}<br>\nit</p>"),
    (f"-- \n{theirs('Eva')}\nIT", "<p>-- <br>\nEva<br>\nIT</p>"),
]


@pytest.mark.parametrize(("marked", "html"), CASES, ids=range(len(CASES)))
def test_text_is_dressed(marked: str, html: str) -> None:
    assert inner(marked) == html


def test_a_link_by_itself_is_a_button_above_its_address() -> None:
    html = inner(f"Here it is:\n\n{ours(B)}\n\n{theirs(B)}", Dress("en", button="Open"))
    assert html == f'<p>Here it is:</p>\n<p><a href="{B}">Open</a></p>\n<p><a href="{B}">{B}</a></p>\n<p>{B}</p>'


def test_the_line_to_answer_above_comes_first() -> None:
    html = inner("Hello,", Dress("en", top=delimiter("en")))
    assert html == f"<p>{delimiter('en')}</p>\n<p>Hello,</p>"


# ---- nothing that anybody writes acts ----------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    ["<script>", "</p>", "</div></body>", '" onload="x', "' style='x", "<!--", "-->", "]]>", "&lt;", "&#60;", "<b", ">",
     "\n", "\n\n", "- ", "> ", "-- ", f"{B}/<b>", f'{B}"onclick="x', "javascript:x", f"Name:   {B}", "  a   b",
     "-" * 30, " ", "{link}", "{0}", "\\1", "&", "ü", "😀", "\ufffe", "\ufdd0", LONG]
)  # fmt: skip
HOSTILE = st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=12).map("".join).map(clean_text)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from([theirs, ours]), HOSTILE), max_size=4), HOSTILE)
@example([(theirs, "&lt;script&gt;")], '<a href="x">')
@example([(ours, f'{B}"onclick="x')], "")
def test_no_text_makes_a_tag_or_an_attribute(values: list[tuple[object, str]], template: str) -> None:
    marked = template + "\n".join(mark(text) for mark, text in values)  # type: ignore[operator]  # one of two functions
    assert strange_tags(dressed(marked, Dress("en", "<top>", "Open"))) == []


@settings(max_examples=100)
@given(HOSTILE)
def test_what_somebody_else_wrote_is_never_a_link(text: str) -> None:
    assert links(dressed(f"{theirs(text)}\n\n{A} {theirs(text)}", PLAIN)) == [A]


@settings(max_examples=100)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_the_words_are_those_of_the_text(one: str, other: str, template: str) -> None:
    html = dressed(f"{template} {theirs(one)},\n\n{theirs(other)}\n{template}", PLAIN)
    assert bare_words(words(html)) == bare_words(words_of_text(f"{template} {one},\n\n{other}\n{template}"))


def bare_words(found: list[str]) -> list[str]:
    """Without the marks that HTML draws instead."""
    return [word for word in (word.lstrip(">-") for word in found) if word]


HOSTILE_VALUE = f'<b onclick="x">\n- one & two\n> three {B}\nFrom:   boss\n\n"four" &lt;'


@pytest.mark.parametrize("language", ["de", "en", "nl"])
@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_of_mail_says_the_same_in_both_parts(kind: NotificationKind, language: str) -> None:
    """Whatever stands in its values, and nothing of it acts."""
    values = dict.fromkeys(NAMES, HOSTILE_VALUE) | dict.fromkeys(("due", "opens", "until", "begins"), INSTANT)
    values |= {"link": "https://desk.example/l/secret"}  # the one value that comes from our own pages
    it = notification(
        kind, language=language, proven=True, recipient=Address("<i>Ann</i>", "ann@clinic.example"),
        values=tuple(values.items()),
    )  # fmt: skip
    desk = DESK.model_copy(update={"languages": (language,)})
    mail = sent(it, replace(TICKET, title="<u>x</u>"), desk, WITH_PAGES)
    text, html = text_of(mail), html_of(mail)
    assert strange_tags(html) == []
    assert bare_words(words(html)) == bare_words(words_of_text(_with_button(text, language)))
    assert ("<b" in text) is ("&lt;b" in html) and f'<html lang="{language}">' in html
    assert text.startswith(f"{delimiter(language)}\n\n") is (kind in TO_BE_ANSWERED)
    ours_only = ("https://desk.example/", B) if "articles" in VARIABLES[kind] or "text" in VARIABLES[kind] else None
    assert all(link.startswith(ours_only or "https://desk.example/") for link in links(html))


def test_mails_of_a_template_are_dressed_once_whatever_their_links() -> None:
    def dressed_for(number: int) -> list[str]:
        return links(html_of(sent(ticket=replace(TICKET, id=TicketId(number)), renderer=WITH_PAGES)))

    one, before = dressed_for(7), _document.cache_info().misses
    other, after = dressed_for(8), _document.cache_info().misses
    assert before == after and set(one) == {f"{PAGES}SD-7"} and set(other) == {f"{PAGES}SD-8"}


def test_a_link_that_our_pages_made_has_its_button() -> None:
    url = "https://desk.example/l/secret"
    mail = sent(notification(NotificationKind.LOOK_LINK, values=(("link", url),)))
    assert links(html_of(mail)) == [url, url] and STYLES["button"] in html_of(mail)


def _with_button(text: str, language: str) -> str:
    """A button has a word of its own, above the link that stands by itself."""
    return re.sub(r"^(https://desk\.example/\S+)$", rf"{button_word(language)} \1", text, flags=re.MULTILINE)


def test_a_persons_own_mail_looks_like_anybodys() -> None:
    values = (("text", f"See {B}"), ("staff", "Eva"), ("quoted", "It does not print."))
    it = notification(NotificationKind.REPLY, by_person=True, values=values)
    html = html_of(sent(it))
    assert STYLES["body"] not in html and "max-width" not in html
    assert links(html) == [B] and "<blockquote" in html and "> It does not print." in text_of(sent(it))


def test_nothing_is_loaded_from_anywhere() -> None:
    for kind in BUILT_IN:
        html = html_of(sent(notification(kind), renderer=WITH_PAGES))
        assert not re.search(r"<(img|link|script|style|iframe)|url\(|src=|background=", html)


def test_only_the_beginning_of_what_a_customer_wrote_is_quoted() -> None:
    def quoted(text: str) -> list[str]:
        mail = sent(notification(NotificationKind.REPLY, values=(("text", "x"), ("quoted", text))))
        return [line for line in text_of(mail).split("\n") if line.startswith(">")]

    assert quoted("") == [] and quoted(" one\n\ntwo ") == ["> one", ">", "> two"]
    assert quoted("line\n" * 100) == ["> line"] * 20 + ["> […]"]
    assert quoted("x" * 9000) == ["> " + "x" * 2000, "> […]"]


def test_the_line_to_answer_above_is_one_that_the_reader_of_answers_knows() -> None:
    for language in ("de", "en", "nl"):
        for quotation in ("{0}\n\nDear Ann,\n", "> {0}\n>\n> Dear Ann,\n", "  {0}  \nDear Ann,\n"):
            answer = f"Yes, it does.\nAll of it.\n\n{quotation.format(delimiter(language))}"
            assert visible_text(answer) == "Yes, it does.\nAll of it.", (language, quotation)


def test_the_headers_say_that_there_are_two_forms_of_one_text() -> None:
    mail = read(sent())
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
