"""The one certain author of a mail: a From is believed only where independent readers cannot read it differently."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maild.ingest.header import author as authors
from maild.ingest.header import second_reader
from maild.ingest.header.addresses import read_mailboxes
from maild.ingest.header.author import LONGEST_DOUBTFUL, author
from maild.ingest.header.headers import Headers
from maild.ingest.parse import parse
from maild.model import Address
from tests.ingest.letters import letter


def author_of(value: str) -> tuple[Address | None, tuple[str, ...]]:
    return author(Headers([("From", value)]))


def readings(value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What mail-parser and the standard library read."""
    return tuple(each.address for each in second_reader.mailboxes(value)), second_reader.standard(value)


# ---- a grammar of From fields: RFC 5322 3.4 and 4.4, what senders make of it, and what impostors do ----

ATOM = st.sampled_from(["anna", "a", "b", "Dr", "x+y", "o'neil", "jürgen", "ann_a", "=", "{a}", "-", "Ⓐ"])
LABEL = st.sampled_from(["x", "clinic", "bücher", "xn--bcher-kva", "a-b", "a_b", "рф", "1"])
QUOTED = st.sampled_from(['"a b"', '"a@b.example"', '"<a@b.example>"', '"a\\"b"', '"a,b"', '""', '"a\\@b"', '"."'])
ENCODED = st.sampled_from(
    [
        "=?utf-8?q?J=C3=BCrgen?=",
        "=?utf-8?q?a=40x=2Eexample?=",
        "=?utf-8?q?a=0D=0Ab?=",
        "=?utf-8?b?PGFAYj4s?=",
        "=?x?q?a,_b:?=",
    ]
)
COMMENT = st.sampled_from(["(x)", "(a (b) c)", "(a@b.example)", "(\\))", "(<a@b.example>)", "()", "(,)"])
SPACE = st.sampled_from(["", " ", "\t", " (x) "])
LOCAL = (
    st.lists(ATOM, min_size=1, max_size=3).map(".".join) | QUOTED | st.sampled_from(["a..b", ".a", "a.", "a (x) . b"])
)
DOMAIN = (
    st.lists(LABEL, min_size=1, max_size=3).map(".".join)
    | st.sampled_from(["x.example.", "[192.0.2.1]", "x . example", "x", "x..example", "X.Example", "(x)x.example"])
)  # fmt: skip
SPEC = st.builds(lambda local, space, domain: f"{local}{space}@{space}{domain}", LOCAL, st.just("") | SPACE, DOMAIN)
PHRASE = st.lists(ATOM | QUOTED | ENCODED | COMMENT | st.sampled_from([".", "[x]"]), max_size=3).map(" ".join)
ROUTE = st.sampled_from(["", "", "", "@r.example:", "@r.example,@s.example:"])
ANGLE = st.builds(lambda name, s, route, spec: f"{name}{s}<{route}{spec}>", PHRASE, SPACE, ROUTE, SPEC)
MAILBOX = ANGLE | SPEC | st.builds(lambda spec, s, comment: f"{spec}{s}{comment}", SPEC, SPACE, COMMENT)
JOINED = st.builds(
    lambda a, mark, b: a + mark + b, MAILBOX, st.sampled_from([",", ";", " ", ")", ":", "", "\x00"]), MAILBOX
)
GROUP = MAILBOX.map(lambda mailbox: f"friends: {mailbox};")
SPLINTER = st.sampled_from([*'@<>(),;:"\\.[]= \x00\x1f', "=?", "?=", "<>", "a@b.example", "\u202e"])
FIELD = MAILBOX | JOINED | GROUP


@st.composite
def broken(draw: st.DrawFn) -> str:
    field = draw(FIELD)
    at = draw(st.integers(0, len(field)))
    return field[:at] + draw(SPLINTER) + field[at + draw(st.integers(0, 2)) :]


@given(FIELD | broken())
@example("alice@example.org)bob@example.com")
@example('"a@b.example" <a@x.example>')
@example("a@x.example <a@x.example>")
def test_whoever_is_believed_is_read_by_a_second_reader_and_nobody_else_is(field: str) -> None:
    found, _ = author_of(field)
    if found is not None:
        named = [each for each in readings(field.strip()) if each]
        assert named and set(named) == {(found.address,)}


@given(FIELD | broken() | st.text(alphabet='ab@.<>(),;:"\\ \tü[]=?1', max_size=40))
def test_the_plain_form_reads_the_same_to_every_reader(field: str) -> None:
    reading = read_mailboxes(field)
    if reading.plain:
        ours = (reading.mailboxes[0].address,)
        parsed, standard = readings(field)
        assert parsed in (ours, ()) and standard in (ours, ()) and (parsed or standard)


@given(MAILBOX)
def test_a_mailbox_of_any_spelling_names_its_own_address_or_nobody(field: str) -> None:
    found, problems = author_of(field)
    assert (found is None) == (problems != () and "second reading" not in problems)


@pytest.mark.parametrize(
    "field",
    [
        "a@x.example", "<a@x.example>", "Anna <a@x.example>", "Dr. Anna B. Berg <a@x.example>",
        '"Berg, Anna (A) <x>" <a@x.example>', "a@x.example (Anna Berg)", "=?utf-8?q?J=C3=BCrgen?= <a@x.example>",
        '"boss@good.example" <a@x.example>', "Jürgen <a@x.example>", "\"\" <a@x.example>",
    ],
)  # fmt: skip
def test_how_nearly_all_mail_is_written_needs_no_second_reader(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authors, "second_reader", None)
    assert author_of(field)[0] is not None and author_of(field)[1] == ()


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("a@x.example (Anna (A) Berg)", "a@x.example"),
        ('"a b"@x.example', '"a b"@x.example'),
        ("<@relay.example:a@x.example>", "a@x.example"),
        ("a..b.@docomo.example", "a..b.@docomo.example"),
        ('Anna "A" Berg <a@x.example>', "a@x.example"),
        ("=?utf-8?q?Berg,_Anna:_A?= <a@x.example>", "a@x.example"),
        ("ü@bücher.example", "ü@xn--bcher-kva.example"),
        ("a@x.example <a@x.example>", "a@x.example"),
    ],
)
def test_odd_but_sound_forms_name_their_author(field: str, address: str) -> None:
    found, problems = author_of(field)
    assert (found and found.address, problems) == (address, ())


@pytest.mark.parametrize("field", ["Weber [Office] <w@x.example>", "w @ x.example", "w (x) @ x.example (z)"])
def test_a_misspelt_form_is_believed_where_two_readers_agree_and_says_so(field: str) -> None:
    found, problems = author_of(field)
    assert found and found.address == "w@x.example" and problems[-1] == "second reading"


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("a@x.example.", "no two readings agree"),
        ("=?utf-8?q?a=0D=0Ab:?= <a@x.example>", "no two readings agree"),
        ("Weber: <w@x.example>", "group"),
        ('"a\x00" <a@x.example>', "a control character"),
        ("a\x1f <a@x.example>", "a control character"),
        ('"' + "\\a" * LONGEST_DOUBTFUL + '" <a@x.example>', "too long to be read twice"),
        ("boss@good.example <evil@bad.example>", "not one @"),
        ("a@x.example b@y.example", "not one @"),
        ("<a@x.example> <b@y.example>", "not one @"),
        ("a@x.example, b@y.example", "more than one mailbox"),
        ("friends: a@x.example;", "group"),
        ("=?utf-8?q?a=40x=2Eexample?=", "no address"),
        ("", "no mailbox"),
    ],
)
def test_where_readers_could_differ_nobody_is_believed(field: str, problem: str) -> None:
    found, problems = author_of(field)
    assert found is None and problem in problems
    assert f"From: {problem}" in parse(letter(f"From: {field}", "Subject: x")).defects


def test_one_reader_alone_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "a@x.example (Anna (A) Berg)"
    monkeypatch.setattr(second_reader, "mailboxes", lambda value: ())
    assert author_of(odd)[0] is not None
    monkeypatch.setattr(second_reader, "standard", lambda value: ())
    assert author_of(odd) == (None, ("no two readings agree",))


@pytest.mark.parametrize("other", [("b@y.example",), ("a@x.example", "b@y.example")])
def test_a_reader_that_names_another_forbids_the_first(other: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_reader, "standard", lambda value: other)
    assert author_of("a@x.example (Anna (A) Berg)") == (None, ("no two readings agree",))


def test_two_mailboxes_that_two_readers_find_are_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (Address("", "a@x.example"), Address("", "b@y.example"))
    monkeypatch.setattr(second_reader, "mailboxes", lambda value: both)
    monkeypatch.setattr(second_reader, "standard", lambda value: ("a@x.example", "b@y.example"))
    assert author_of("w @ x.example")[0] is None


def test_a_doubtful_from_is_read_twice_up_to_2000_characters() -> None:
    fits = '"' + "\\a" * 991 + 'bb" <a@x.example>'
    assert len(fits) == 2000
    assert author_of(fits)[0] is not None and author_of(f"b{fits}")[1] == ("too long to be read twice",)


def test_a_name_alone_is_nobody_whatever_its_letters_are() -> None:
    assert author_of("Anna") == (None, ("no address",))
    guessed = Headers([("From", b"M\xfcller".decode("utf-8", "surrogateescape"))])
    assert author(guessed) == (None, ("no address",))


def test_two_from_fields_or_none_are_nobody() -> None:
    assert author(Headers([("From", "a@x.example"), ("from", "a@x.example")])) == (None, ("more than one field",))
    assert author(Headers([("Reply-To", "a@x.example"), ("Sender", "a@x.example")])) == (None, ("missing",))


def test_an_address_whose_letters_were_guessed_is_nobody() -> None:
    guessed = Headers([("From", b"Ada <ada@b\xfccher.example>".decode("utf-8", "surrogateescape"))], "latin-1")
    assert author(guessed) == (None, ("letters of an unknown charset",))
