"""What a stranger wrote, in every field of what we send: read again by parsers that did not write it (FAULT-E01 … E07).

The same holds of every kind of mail, automatic or a person's, and of both its parts. What becomes of text in HTML,
`test_html` asks in detail.
"""

from __future__ import annotations

import itertools
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail

import mailparser
import pytest
from hostile_html import faults, hostile
from html_kit import strange_tags
from hypothesis import example, given, settings
from hypothesis import strategies as st
from notify_kit import DESK, TICKET, html_of, notification, sent, text_of

from maild.cleaning import clean_header, without_bidi
from maild.decide.policy import TemplateSource
from maild.ingest.parse import parse
from maild.model import Address, NotificationKind, OutgoingMail
from maild.notify.audience import TO_FOLLOWERS, TO_PARTICIPANTS
from maild.notify.environment import VARIABLES, new_environment
from maild.notify.faults import compile_template

ALWAYS = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID"}
ALWAYS |= {"MIME-Version", "Content-Type"}
AUTOMATIC = {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Maild-Loop"}
THREAD = {"In-Reply-To", "References"}
NAMES = sorted(set().union(*VARIABLES.values()) | {"subject", "status"})
KINDS = sorted(VARIABLES)

# Fragments that end a header, start another, end the header block or a MIME part, or end the SMTP dialogue.
FRAGMENTS = st.sampled_from(
    ["\r\n", "\n", "\r", "\r\n\r\n", "\r\n ", "\x00", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029",
     "\ud800", "Bcc: victim@x.example", "To: victim@x.example", "X-Evil: 1", "Content-Type: text/html",
     "=?utf-8?q?=0D=0ABcc:_x?=", "=?utf-8?b?DQpCY2M6IHg=?=", "\r\n.\r\n", "\r\nMAIL FROM:<x@y>", "<v@x.example>", ",",
     ";", ":", '"', "\\", "(", ")", "[SD-1]", "\r\n--b\r\n", " ", "\t", "\u202e", "\ufeff", "ü", "名", "😀"]
)  # fmt: skip
HOSTILE = st.lists(
    st.one_of(FRAGMENTS, st.text(st.characters(codec=None, exclude_categories=()), max_size=8)), max_size=8
)
TEXT = HOSTILE.map("".join)


def everywhere(kind: NotificationKind, text: str, person: bool = False, proven: bool = False) -> OutgoingMail:
    """A mail of this kind that has the text in every field somebody else may fill."""
    it = notification(
        kind,
        by_person=person,
        proven=proven,
        recipient=Address(text, "ann@clinic.example"),
        reply_to_id=text,
        references=(text, f"<{text}@x.example>"),
        values=tuple((name, text) for name in NAMES if name != "status"),
    )
    return sent(it, replace(TICKET, title=text))


def expected(kind: NotificationKind, person: bool = False, told: bool = True) -> set[str]:
    """`told`: `everywhere` says of everybody that they follow."""
    may_stop = kind in TO_FOLLOWERS or (told and kind in TO_PARTICIPANTS)
    return ALWAYS | (set() if person else AUTOMATIC) | ({"List-Unsubscribe"} if may_stop and not person else set())


def header_names(raw: bytes) -> list[str]:
    """As mail-parser, which is none of ours, reads them."""
    return [name for name, _ in mailparser.parse_from_bytes(raw).message.items()]


def subject_of(mail: OutgoingMail) -> str:
    """Unfolded (RFC 5322 2.2.3) and decoded by the standard library's older parser."""
    return str(make_header(decode_header(str(message_from_bytes(mail.raw)["Subject"]).replace("\r\n", ""))))


def parts(raw: bytes) -> Iterator[Mail]:
    return (part for part in message_from_bytes(raw).walk() if not part.is_multipart())


# ---- E01: no text makes, ends or hides a header ------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("person", [False, True])
@settings(max_examples=15, deadline=None)
@given(text=TEXT)
@example(text="x\r\nBcc: victim@x.example\r\n\r\nbody")
def test_the_headers_are_those_that_belong_there_and_each_stands_once(
    kind: NotificationKind, person: bool, text: str
) -> None:
    raw = everywhere(kind, text, person).raw
    names = header_names(raw)
    assert sorted(set(names) - THREAD) == sorted(expected(kind, person, told=bool(text)))
    assert len(names) == len(set(names))
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(text=TEXT)
def test_nobody_is_written_to_but_the_recipient(kind: NotificationKind, text: str) -> None:
    mail = everywhere(kind, text)
    theirs, ours = mailparser.parse_from_bytes(mail.raw), parse(mail.raw)
    assert mail.recipient == "ann@clinic.example"
    assert [address for _, address in theirs.to] == [each.address for each in ours.to] == ["ann@clinic.example"]
    assert theirs.bcc == [] and theirs.cc == [] and ours.cc == ()
    assert [address for _, address in theirs.from_] == ["support@desk.example"]
    assert ours.sender is not None and ours.sender.address == "support@desk.example"
    assert len(ours.reply_to) == 1 and ours.reply_to[0].address.endswith("@desk.example")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(text=TEXT)
def test_a_mail_stays_one_text_in_two_forms(kind: NotificationKind, text: str) -> None:
    raw = everywhere(kind, text).raw
    assert [part.get_content_type() for part in parts(raw)] == ["text/plain", "text/html"]
    theirs = mailparser.parse_from_bytes(raw)
    assert len(theirs.text_plain) == len(theirs.text_html) == 1
    assert parse(raw).attachments == ()


@settings(max_examples=10, deadline=None)
@given(text=TEXT)
def test_a_desks_own_words_are_as_harmless(text: str) -> None:
    desk = DESK.model_copy(update={"title": text or "x", "signature": text})
    for kind in KINDS:
        names = header_names(sent(notification(kind), desk=desk).raw)
        assert sorted(name for name in names if name not in THREAD) == sorted(expected(kind, told=False))
        assert len(names) == len(set(names))


@settings(max_examples=100, deadline=None)
@given(text=TEXT)
def test_ids_of_others_are_quoted_only_where_they_are_ids(text: str) -> None:
    mail = message_from_bytes(everywhere(NotificationKind.CONFIRMATION, text).raw)
    for name in THREAD:
        for one in str(mail.get(name, "")).split():
            assert one.startswith("<") and one.endswith(">") and one.count("<") == 1 and one.isascii()


# ---- E02: no character poisons a subject -------------------------------------------------------------

BY_CATEGORY: dict[str, list[str]] = {}
for _code in range(sys.maxunicode + 1):
    _category = unicodedata.category(chr(_code))
    if _category in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs"):
        BY_CATEGORY.setdefault(_category, []).append(chr(_code))


@pytest.mark.parametrize("category", ["Cc", "Cf", "Zl", "Zp", "Zs", "Cs"])
def test_no_character_of_these_kinds_poisons_a_mail(category: str) -> None:
    characters = BY_CATEGORY[category] if category != "Cs" else BY_CATEGORY[category][::64]
    assert characters
    for character in characters:
        mail = everywhere(NotificationKind.CONFIRMATION, f"one{character}two")
        subject = subject_of(mail)
        assert sorted(set(header_names(mail.raw)) - THREAD) == sorted(ALWAYS | AUTOMATIC)
        assert subject.startswith("[SD-1042] ") and subject.endswith(without_bidi(clean_header(f"one{character}two")))
        assert len(subject.splitlines()) == 1 and subject.encode().decode() == subject


# ---- E03: mail text is never a template ----------------------------------------------------------------

CODE = (
    "{{7*7}}", "{{ number }}", "{% if 1 %}x{% endif %}", "{% for a in range(9) %}{{ a }}{% endfor %}", "{# gone #}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{% raw %}", "{% endraw %}", "{{ self }}", "{{ signature|e }}",
    "{{", "}}", "{%", "%}", "{#", "#}", "{{ '{{' }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%(number)s", "{number}", "{0}",
    "\x00{{ number }}\x00", "Subject: {{ number }}\n\n{{ text }}",
)  # fmt: skip
WITH_WORDS = {  # which values each kind of mail shows; the others are for templates of other sites
    NotificationKind.CONFIRMATION: ("title", "name"),
    NotificationKind.STATUS_UPDATE: ("title", "name"),
    NotificationKind.REPLY: ("title", "text", "staff"),
    NotificationKind.DELETION_COMPLETED: ("title", "name", "what", "date"),
    NotificationKind.STAFF_NOTICE: ("title", "name", "who", "organisation", "priority", "because", "text"),
    NotificationKind.MISSING: ("title", "name", "missing"),
}


@pytest.mark.parametrize("code", CODE)
@pytest.mark.parametrize("kind", WITH_WORDS)
def test_code_in_a_field_comes_out_as_it_was_written(kind: NotificationKind, code: str) -> None:
    mail = everywhere(kind, code, proven=True)
    subject = subject_of(mail)
    assert subject.endswith(clean_header(code))
    assert clean_header(code) in clean_header(text_of(mail))  # a name is one line, a text several
    assert "49" not in text_of(mail) + subject.replace("[SD-1042]", "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_variable_a_template_may_use_is_put_in_literally(kind: NotificationKind) -> None:
    """Also those our own templates leave out: another site's may use them, in the subject and behind filters."""
    for name in sorted(VARIABLES[kind]):
        source = f"Subject: {{{{ {name} }}}}\n\n{{{{ {name} | trim | default('x') }}}}\n"
        compiled = compile_template(TemplateSource(language="en", name=kind, text=source), new_environment())
        for code in CODE:
            value = clean_header(code)
            subject, body = compiled.render(dict.fromkeys(VARIABLES[kind], value))
            assert (subject, body.strip()) == (value, value)


# ---- E07: what acts in a browser does not act in our mail ------------------------------------------------


def test_no_hostile_html_acts_in_what_we_send() -> None:
    """Plain text acts nowhere; the HTML has the tags of our own, and no other."""
    for (_, html), kind in zip(list(hostile())[::10], itertools.cycle(KINDS), strict=False):
        assert strange_tags(html_of(everywhere(kind, html))) == []


def test_somebody_unverified_gets_nothing_of_it_at_all() -> None:
    for marker in (*CODE, "<script>alert(1)</script>", "\r\nBcc: x@y.example"):
        raw = everywhere(NotificationKind.CONFIRMATION_UNVERIFIED, marker).raw
        assert raw == everywhere(NotificationKind.CONFIRMATION_UNVERIFIED, "something else").raw
        assert header_names(raw).count("In-Reply-To") == 0


def test_the_tools_of_these_tests_see_what_they_look_for() -> None:
    """A mail put together without care: each of the checks above would fail on it."""
    text = "x\r\nBcc: victim@x.example"
    careless = f"From: a@desk.example\r\nTo: {text}\r\nSubject: x\r\n\r\n<script>1</script>".encode()
    assert "Bcc" in header_names(careless)
    assert mailparser.parse_from_bytes(careless).bcc != []
    assert faults("<script>1</script>") != []
