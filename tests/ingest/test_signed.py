"""Signed mail is read like any other, encrypted mail is named; both keep their parts."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.body.attachments import payload
from maild.ingest.parse import parse
from maild.ingest.parts import opaque
from maild.model import Message
from tests.ingest.letters import HEAD, mixed

INNER = (
    b'Content-Type: multipart/mixed; boundary="i"\r\n\r\n--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    + "Grüße, unterschrieben.".encode()
    + b"\r\n--i\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--i--\r\n"
)
SIGNED_DATA, DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")


def element(tag: int, content: bytes) -> bytes:
    """BER with a definite length (X.690 8.1.3.5)."""
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def endless(tag: int, content: bytes) -> bytes:
    """BER with an indefinite length, as streaming signers write it."""
    return bytes([tag, 0x80]) + content + b"\0\0"


def in_one_piece(content: bytes) -> bytes:
    string = element(0xA0, element(0x04, content))
    body = element(0x02, b"\1") + element(0x31, b"") + element(0x30, DATA + string) + element(0x31, b"")
    return element(0x30, SIGNED_DATA + element(0xA0, element(0x30, body)))


def in_pieces(content: bytes) -> bytes:
    cuts = pairwise([*range(0, len(content), 50), len(content)])
    string = endless(0xA0, endless(0x24, b"".join(element(0x04, content[start:end]) for start, end in cuts)))
    body = element(0x02, b"\1") + element(0x31, b"") + endless(0x30, DATA + string) + element(0x31, b"")
    return endless(0x30, SIGNED_DATA + endless(0xA0, endless(0x30, body)))


def smime(data: bytes, more: bytes = b"") -> bytes:
    head = b"Content-Type: application/pkcs7-mime; name=smime.p7m" + more
    return HEAD + head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data)


def codes(message: Message) -> list[str]:
    return [note.code for note in message.notes]


@pytest.mark.parametrize("wrap", [in_one_piece, in_pieces])
def test_the_mail_inside_an_opaque_signature_is_read(wrap: object) -> None:
    assert callable(wrap)
    raw = smime(wrap(INNER))
    message = parse(raw)
    assert (message.text, codes(message)) == ("Grüße, unterschrieben.", ["signed"])
    assert [(each.filename, each.part) for each in message.attachments] == [("smime.p7m", "1"), ("a.pdf", "1.1.2")]
    assert payload(raw, "1.1.2") == b"%PDF"


def test_what_is_encrypted_is_named_and_kept() -> None:
    message = parse(smime(element(0x30, bytes.fromhex("06092a864886f70d010703") + b"x")))
    assert (message.text, codes(message)) == ("", ["encrypted"])
    assert "S/MIME" in message.notes[0].text
    assert [each.filename for each in message.attachments] == ["smime.p7m"]


def test_certificates_alone_are_nothing_to_tell() -> None:
    assert codes(parse(smime(b"x", b"; smime-type=certs-only"))) == []


def test_of_a_signed_mail_that_was_cut_the_beginning_is_read() -> None:
    message = parse(smime(in_one_piece(INNER)[:170]))
    assert (message.text[:3], codes(message)) == ("Grü", ["signed"])
    assert (parse(smime(SIGNED_DATA)).text, parse(smime(in_one_piece(INNER)[:20])).text) == ("", "")


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda data: in_pieces(INNER)[:60] + data))
def test_no_bytes_break_the_reader_of_signatures(data: bytes) -> None:
    assert isinstance(opaque.content(data), bytes)


def test_a_clear_signature_is_a_part_and_its_text_the_text() -> None:
    signature = b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----"
    message = parse(mixed(b"\r\nSigned text.", signature, kind='signed; protocol="application/pgp-signature"'))
    assert (message.text, codes(message)) == ("Signed text.", ["signed"])
    assert "PGP" in message.notes[0].text
    assert [each.filename for each in message.attachments] == ["signature.asc"]


def test_a_pgp_mime_mail_is_encrypted_as_a_whole() -> None:
    control = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"
    data = b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----"
    message = parse(mixed(control, data, kind="encrypted"))
    assert (message.text, codes(message), len(message.attachments)) == ("", ["encrypted"], 2)
    assert message.notes[0].text.startswith("this mail is encrypted (PGP)")


ARMOR = (
    "Before.\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe text.\n- -- \n- - a list\n"
    "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\nBehind.\n"
)


def test_text_signed_in_its_own_body_is_read_without_the_armor() -> None:
    message = parse(HEAD + b"\r\n" + ARMOR.encode())
    assert [line for line in message.text.split("\n") if line] == ["Before.", "The text.", "-- ", "- a list", "Behind."]
    assert codes(message) == ["signed"]


@pytest.mark.parametrize("cut", [30, 80, 110, 130])
def test_armor_without_its_end_is_left_as_it_stands(cut: int) -> None:
    assert parse(HEAD + b"\r\n" + ARMOR[:cut].encode()).text == ARMOR[:cut]


def test_an_encrypted_text_is_kept_and_named() -> None:
    text = "-----BEGIN PGP MESSAGE-----\n\nhQIM\n-----END PGP MESSAGE-----\n"
    message = parse(HEAD + b"\r\n" + text.encode())
    assert (message.text, codes(message)) == (text, ["encrypted"])
