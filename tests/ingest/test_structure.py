"""The tree of a mail: how deep, how ambiguous, and what is made of structures that are wrong."""

from __future__ import annotations

import base64

import pytest

from maild.errors import UnparsableMail
from maild.ingest.parse import parse
from maild.model import Message
from tests.ingest.letters import HEAD, letter, mixed

PICTURE = b"Content-Type: image/png; name=a.png\r\n\r\nx"


def codes(message: Message) -> list[str]:
    return [note.code for note in message.notes]


def inner(number: int, *parts: bytes, kind: str = "related") -> bytes:
    boundary = f"b{number}".encode()
    lines = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    head = f"Content-Type: multipart/{kind}; boundary={boundary.decode()}\r\n\r\n".encode()
    return head + lines + b"--" + boundary + b"--"


def nested(depth: int, body: bytes = b"\r\nHello.") -> bytes:
    part = body
    for number in range(depth):
        part = inner(number, part)
    return HEAD + part


def test_a_hundred_multiparts_side_by_side_are_not_deep() -> None:
    message = parse(mixed(b"\r\ntext", *(inner(n, PICTURE) for n in range(100))))
    assert (message.text, len(message.attachments)) == ("text", 100)


@pytest.mark.parametrize("depth", [2, 49, 50])
def test_fifty_multiparts_in_each_other_are_read(depth: int) -> None:
    assert parse(nested(depth)).text == "Hello."


@pytest.mark.parametrize("depth", [51, 300, 2000])
def test_more_are_refused_while_they_are_read(depth: int) -> None:
    with pytest.raises(UnparsableMail) as refusal:
        parse(nested(depth))
    assert refusal.value.cause in {"too-deep", "too-many-parts"}


def test_many_lines_in_many_multiparts_are_refused() -> None:
    with pytest.raises(UnparsableMail) as refusal:
        parse(nested(40, b"\r\n" + b"a\r\n" * 200_000))
    assert refusal.value.cause == "too-deep"


def test_header_fields_of_parts_are_counted() -> None:
    with pytest.raises(UnparsableMail) as refusal:
        parse(mixed(*[b"X: y\r\n" * 200 + b"\r\nx"] * 60))
    assert refusal.value.cause == "header-too-large"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx",
        HEAD + b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk=",
        HEAD + b"Content-Transfer-Encoding: base64\r\n" + inner(1, b"\r\nx"),
        mixed(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--"),
        mixed(b"Content-Type: multipart/mixed; boundary=b--\r\n\r\n--b--\r\n\r\nx\r\n--b----"),
        HEAD + b"Content-Type: multipart/mixed; boundary=other\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
    ],
    ids=["two types", "two encodings", "encoded multipart", "same boundary", "boundary of dashes", "other boundary"],
)
def test_what_others_may_read_otherwise_is_told(raw: bytes) -> None:
    message = parse(raw)
    assert codes(message) == ["ambiguous-structure"]
    assert any(defect.startswith("ambiguous: ") for defect in message.defects)


@pytest.mark.parametrize(
    "raw",
    [
        mixed(b"\r\nx", inner(1, b"\r\ny")),
        HEAD + b"Content-Type: text/plain\r\ncontent-type:  TEXT/plain\r\n\r\nx",
        mixed(b"\r\nx")[:-7],
    ],
    ids=["two multiparts", "twice the same type", "cut short"],
)
def test_what_all_read_alike_is_not(raw: bytes) -> None:
    assert codes(parse(raw)) == []


def test_a_multipart_that_also_says_it_is_text_keeps_its_first_text() -> None:
    part = b"Content-Type: multipart/alternative; boundary=c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    part += "Grüße\r\n".encode() + b"--c\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--c--"
    message = parse(mixed(part, kind="related"))
    assert (message.text.strip(), message.html) == ("Grüße", "<p>rich</p>")


@pytest.mark.parametrize("parameter", [b"", b"; boundary=", b"; boundary=zzz"])
def test_a_boundary_that_is_not_the_declared_one_is_found(parameter: bytes) -> None:
    parts = b"--real\r\nContent-Type: text/plain\r\n\r\ntext\r\n--real\r\n" + PICTURE + b"\r\n--real--\r\n"
    message = parse(HEAD + b"Content-Type: multipart/mixed" + parameter + b"\r\n\r\n" + parts)
    assert message.text == "text"
    assert [each.filename for each in message.attachments] == ["a.png"]


def test_a_multipart_of_nothing_but_text_around_it_shows_that() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nBefore.\r\n--b\r\n\r\n--b--\r\nBehind.\r\n"
    assert parse(raw).text.split() == ["Before.", "Behind."]


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        (b"\xef\xbb\xbf" + HEAD, "Printer"),
        (b"From anna@x Mon Nov 16 09:30:00 2026\r\n" + HEAD, "Printer"),
        (b">From anna@x Mon Nov 16 09:30:00 2026\r\n" + HEAD, "Printer"),
        (b"\r\n \r\n" + HEAD, "Printer"),
        (HEAD.replace(b": ", b" : ", 3), "Printer"),
        (HEAD.replace(b"From: ", b"From : "), "Printer"),
        (HEAD.replace(b"Subject: Printer", b"Subject: Printer\r\non the first floor"), "Printer on the first floor"),
        (HEAD.replace(b"\r\n", b"\r"), "Printer"),
    ],
    ids=["byte order mark", "mbox line", "quoted mbox line", "blank lines", "spaces", "From", "unfolded", "CR"],
)
def test_rubbish_around_the_header_hides_nothing(head: bytes, subject: str) -> None:
    message = parse(head + b"\r\nHello.")
    assert message.sender is not None
    assert (message.sender.address, message.subject) == ("anna@clinic.example", subject)
    assert message.text.strip() == "Hello."


def test_a_footer_below_encoded_text_is_read_as_it_stands() -> None:
    body = base64.encodebytes("Grüße".encode()) + b"--\r\nThis list is at https://lists.example\r\n"
    fields = (HEAD.rstrip(), b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64")
    assert parse(letter(*fields, body=body)).text.split("\n")[:3] == [
        "Grüße",
        "--",
        "This list is at https://lists.example",
    ]


@pytest.mark.parametrize("declared", [b"", b"Content-Type: html\r\n"])
def test_html_that_does_not_say_so_is_read_as_html(declared: bytes) -> None:
    message = parse(HEAD + declared + b"\r\n<html><body><p>One</p><p>Two</p></body></html>")
    assert message.text == "One\n\nTwo"
