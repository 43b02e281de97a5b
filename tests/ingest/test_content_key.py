"""One mail has one key over all its routes, and two mails have two."""

from __future__ import annotations

import base64
import quopri
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.content_key import _unwrapped
from maild.ingest.parse import parse
from tests.effort import effort
from tests.ingest.letters import HEAD, letter, mixed

TEXT = "Grüße aus München!  \nZeile zwei.\t\n\n" + "Ein langer Absatz. " * 80 + "\nEnde\n"


def key(raw: bytes) -> str:
    return parse(raw).content_key


def sent(text: str, encoding: str, charset: str = "utf-8") -> bytes:
    data = text.replace("\n", "\r\n").encode(charset)
    body = data
    if encoding != "8bit":
        body = base64.encodebytes(data) if encoding == "base64" else quopri.encodestring(data)
    fields = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return HEAD + fields.encode() + body


ORIGINAL = sent(TEXT, "8bit")
TRACES = b"Return-Path: <anna@clinic.example>\r\nReceived: from a by b;\r\n\tMonday\r\nDKIM-Signature: v=1; b=x\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(sent(TEXT, "base64"), id="base64"),
        pytest.param(sent(TEXT, "quoted-printable"), id="quoted-printable"),
        pytest.param(sent(TEXT, "8bit", "iso-8859-1"), id="another charset"),
        pytest.param(ORIGINAL.replace(b"\r\n", b"\n"), id="bare line feeds"),
        pytest.param(sent(TEXT, "base64").replace(b"\r\n", b"\n"), id="base64 with bare line feeds"),
        pytest.param(TRACES + ORIGINAL, id="trace headers"),
        pytest.param(ORIGINAL + b"\r\n\r\n", id="empty lines at the end"),
        pytest.param(ORIGINAL.replace(b"!  \r\n", b"!\r\n"), id="white space at the end of a line"),
        pytest.param(ORIGINAL.replace(b"Subject: Printer", b"Subject:\r\n Printer"), id="folded subject"),
        pytest.param(ORIGINAL.replace(b"Subject: Printer", b"Subject: =?utf-8?q?Printer?="), id="encoded subject"),
    ],
)
def test_a_relay_that_rewrites_a_mail_does_not_make_another_one(raw: bytes) -> None:
    assert key(raw) == key(ORIGINAL)


def test_a_line_wrapped_by_postfix_is_the_same_line() -> None:
    line = b"word " * 500
    wrapped = line[:998] + b"\r\n " + line[998:1995] + b"\r\n " + line[1995:]
    assert key(HEAD + b"\r\n" + line) == key(HEAD + b"\r\n" + wrapped)


@pytest.mark.parametrize(
    "change",
    [
        (b"Anna Berg", b"Anna Burg"), (b"anna@", b"anne@"), (b"support@", b"sales@"), (b"Printer", b"Scanner"),
        (b"09:30", b"09:31"), (b"<one@", b"<two@"), (b"Zeile zwei", b"Zeile drei"), (b"Ende", b"Ende."),
        (b"Message-ID", b"In-Reply-To: <x@y>\r\nMessage-ID"), (b"Message-ID", b"References: <x@y>\r\nMessage-ID"),
        (b"Message-ID", b"Cc: boss@clinic.example\r\nMessage-ID"), (b"text/plain", b"text/html"),
        (b"charset=utf-8", b"charset=utf-8; name=a.txt"),
    ],
)  # fmt: skip
def test_every_part_of_a_mail_that_people_see_counts(change: tuple[bytes, bytes]) -> None:
    changed = ORIGINAL.replace(*change, 1)
    assert changed != ORIGINAL
    assert key(changed) != key(ORIGINAL)


def test_attachments_count_by_bytes_name_and_type() -> None:
    def with_file(data: bytes, name: str = "a.bin", kind: str = "application/x-a") -> str:
        part = f"Content-Type: {kind}; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
        return key(mixed(b"\r\nHello", part + base64.b64encode(data)))

    assert with_file(b"\0\1\2") == with_file(b"\0\1\2")
    assert (
        len(
            {
                with_file(b"\0\1\2"),
                with_file(b"\0\1\3"),
                with_file(b"\0\1\2", "b.bin"),
                with_file(b"\0\1\2", kind="a/b"),
            }
        )
        == 4
    )


def test_content_beyond_what_is_shown_counts() -> None:
    long = "a" * 2_000_000
    assert key(HEAD + b"\r\n" + long.encode() + b"b") != key(HEAD + b"\r\n" + long.encode() + b"c")


WORDS = st.text(alphabet="abc äöü.", min_size=1, max_size=60).map(str.strip).filter(bool)


@given(WORDS, WORDS, st.sampled_from(["8bit", "base64", "quoted-printable"]))
def test_texts_have_the_same_key_exactly_if_they_are_the_same(one: str, two: str, encoding: str) -> None:
    assert (key(sent(one, "8bit")) == key(sent(two, encoding))) == (one == two)


@given(WORDS, WORDS)
def test_a_word_that_moves_between_fields_makes_another_mail(one: str, two: str) -> None:
    first = letter("From: a@x.example", f"Subject: {one}{two}", "In-Reply-To: x")
    second = letter("From: a@x.example", f"Subject: {one}", f"In-Reply-To: {two}x")
    assert key(first) != key(second)


@pytest.mark.parametrize(
    ("fields", "lasting"),
    [(["Date: x", "Message-ID: <a@b>"], True), (["Date: x"], False), (["Message-ID: <a@b>"], False), ([], False)],
)
def test_a_mail_without_date_or_id_is_known_for_a_day_only(fields: list[str], lasting: bool) -> None:
    assert parse(letter(*fields)).lasting_key is lasting


PIECES = st.sampled_from(["a" * size for size in (1, 988, 989, 990, 991, 998, 1980)] + ["\n", "\n ", " ", "\n  "])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_lines_are_unwrapped_wherever_990_letters_stand_before_the_wrap(text: str) -> None:
    """The same as the regular expression that says it, which takes a thousand times as long on one endless line."""
    assert _unwrapped(text.encode()) == re.sub(rb"([^\n]{990})\n ", rb"\1", text.encode())


def test_one_endless_line_takes_no_time() -> None:
    assert effort(lambda: _unwrapped(b"a" * 20_000_000 + b"\n b"), 1) <= 1
