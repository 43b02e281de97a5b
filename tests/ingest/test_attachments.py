"""Attachments: every byte, once, found again by its place."""

from __future__ import annotations

import base64
import hashlib

import pytest

from maild.errors import NotFound
from maild.ingest.body.attachments import payload
from maild.ingest.parse import parse
from tests.ingest.letters import HEAD, letter, mixed

INNER = (
    b"From: old@x.example\r\nSubject: Old =?utf-8?q?k=C3=A4se?=\r\n"
    b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nSECRET\r\n--i--"
)
DATA = bytes(range(256)) * 40


def attached(data: bytes, encoding: str) -> bytes:
    coded = {"base64": base64.encodebytes(data), "8bit": data}[encoding]
    return (
        b'Content-Type: application/x-a; name="a.bin"\r\nContent-Transfer-Encoding: %s\r\n\r\n' % encoding.encode()
        + coded
    )


def test_bytes_and_hashes_are_those_of_the_file() -> None:
    raw = mixed(b"\r\ntext", attached(DATA, "base64"))
    (found,) = parse(raw).attachments
    assert (found.size, found.part) == (len(DATA), "2")
    assert found.md5 == hashlib.md5(DATA).hexdigest()
    assert found.sha256 == hashlib.sha256(DATA).hexdigest()
    assert payload(raw, found.part) == DATA


def test_parts_are_numbered_as_in_imap() -> None:
    inner = (
        b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c\r\n"
        + attached(b"deep", "8bit")
        + b"\r\n--c--"
    )
    raw = mixed(inner, attached(b"flat", "8bit"))
    assert [(each.part, payload(raw, each.part)) for each in parse(raw).attachments] == [
        ("1.2", b"deep"),
        ("2", b"flat"),
    ]
    with pytest.raises(NotFound):
        payload(raw, "3")


def test_a_forwarded_mail_is_sealed_and_its_text_is_not_ours() -> None:
    raw = mixed(
        b"\r\nsee below",
        b"Content-Type: message/rfc822\r\n\r\n" + INNER,
    )
    message = parse(raw)
    assert message.text == "see below"
    assert [(each.filename, each.content_type) for each in message.attachments] == [("Old käse.eml", "message/rfc822")]
    assert b"SECRET" in payload(raw, "2")


def test_a_mail_that_is_only_a_forwarded_mail_keeps_its_bytes() -> None:
    raw = HEAD + b"Content-Type: message/rfc822\r\n\r\n" + INNER
    assert payload(raw, "1") == INNER
    assert parse(raw).text == ""


def test_a_digest_holds_mails() -> None:
    raw = mixed(b"\r\nFrom: a@x.example\r\nSubject: One\r\n\r\nx", kind="digest")
    assert [each.filename for each in parse(raw).attachments] == ["One.eml"]


def test_inline_pictures_are_known_by_their_content_id() -> None:
    part = b"Content-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <pic@1>\r\n\r\nx"
    (found,) = parse(mixed(b"\r\ntext", part)).attachments
    assert (found.filename, found.content_id, found.inline) == ("image.png", "pic@1", True)


def test_uuencoded_files_are_decoded() -> None:
    raw = letter("Content-Type: a/b", "Content-Transfer-Encoding: x-uuencode", body="begin 644 a\n#0V%T\n`\nend\n")
    assert payload(raw, "1") == b"Cat"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "../../etc/passwd"),
        ("Content-Disposition: attachment; filename*=utf-8''%E2%82%AC.pdf", "€.pdf"),
        ("Content-Disposition: attachment; filename*0=\"a\"; filename*1=\"b.pdf\"", "ab.pdf"),
        ("Content-Disposition: attachment; filename=" + "x" * 400, "x" * 255),
        ('Content-Type: a/b; name="=?iso-8859-1?q?=DC?= .pdf"', "Ü .pdf"),
    ],
)  # fmt: skip
def test_file_names_are_text_on_one_line_and_of_bounded_length(field: str, name: str) -> None:
    """A name is never used as a path (law 11), so it may look like one."""
    (found,) = parse(mixed(b"\r\nx", field.encode() + b"\r\n\r\ndata")).attachments
    assert found.filename == name


def picture(content_id: str, data: bytes = b"logo", name: str = "image001.png") -> bytes:
    head = f"Content-Type: image/png; name={name}\r\nContent-Disposition: inline\r\nContent-ID: <{content_id}>\r\n\r\n"
    return head.encode() + data


def test_a_logo_that_comes_again_is_one_attachment_for_all_its_content_ids() -> None:
    pictures = [picture("a@x"), picture("b@x", name="image002.png"), picture("c@x", b"other"), picture("a@x")]
    message = parse(mixed(b"Content-Type: text/html\r\n\r\n<img src=cid:a@x><img src=cid:b@x>", *pictures))
    assert [(each.content_id, each.part) for each in message.attachments] == [("a@x b@x", "2"), ("c@x", "4")]


def test_the_same_file_sent_twice_on_purpose_is_two_attachments() -> None:
    part = b"Content-Type: image/png; name=scan.png\r\nContent-Disposition: attachment\r\n\r\nscan"
    assert len(parse(mixed(b"\r\nx", part, part)).attachments) == 2


def test_five_hundred_logos_have_no_endless_id() -> None:
    message = parse(mixed(b"\r\nx", *(picture(f"{n}@{'x' * 300}") for n in range(400))))
    (one,) = message.attachments
    assert len(one.content_id) < 50 * 251


@pytest.mark.parametrize(
    ("content_type", "name"),
    [("text/csv", "attachment.csv"), ("text/rtf", "attachment.rtf"), ("image/x-odd", "image"), ("a/b", "attachment")],
)
def test_a_file_without_a_name_is_called_by_what_it_is(content_type: str, name: str) -> None:
    (found,) = parse(mixed(b"\r\nx", f"Content-Type: {content_type}\r\n\r\ndata".encode())).attachments
    assert found.filename == name
