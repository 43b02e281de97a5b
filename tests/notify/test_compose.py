"""Headers and texts as bytes: what goes in is what another program reads, and no line gets too long."""

from __future__ import annotations

import base64
import quopri
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maild.cleaning import clean_header, clean_text
from maild.model import Address, Enclosure
from maild.notify.compose import UnusableAddress, encoded_body, mail_link, mailbox, message, unstructured

EVERYTHING = st.text(st.characters(codec=None, exclude_categories=()))
# Zl, Zp and Cc of Unicode, all of them: each has broken somebody's header (FAULT-E02).
BREAKS = [*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029"]


def decoded(body: bytes, encoding: str) -> str:
    data = base64.b64decode(body) if encoding == "base64" else quopri.decodestring(body)
    return data.decode().replace("\r\n", "\n")


@given(EVERYTHING)
@example("a" * 76)
@example("a" * 75 + "=\n")
@example(" \n\t\n.\nFrom x")
@example("ä" * 80)
@example("\r\r\n\n")
def test_a_text_is_read_as_it_was_written_in_lines_of_76(text: str) -> None:
    encoding, body = encoded_body(text)
    assert decoded(body, encoding) == clean_text(text).rstrip("\n") + "\n"
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert body.isascii() and b"\n" not in body.replace(b"\r\n", b"") and b"\r" not in body.replace(b"\r\n", b"")


def test_western_text_stays_readable_and_other_scripts_stay_short() -> None:
    assert encoded_body("Viele Grüße aus München")[0] == "quoted-printable"
    assert encoded_body("Спасибо, мы получили ваше письмо")[0] == "base64"


@given(EVERYTHING)
@example("a" * 61 + " b")
@example("=?utf-8?b?QmNjOiB4?=")
@example("plain words, then ü, then plain")
@example("x" * 2000)
def test_a_header_is_read_as_it_was_written(text: str) -> None:
    value = unstructured("Subject", text)
    lines = f"Subject: {value}".split("\r\n")
    assert max(map(len, lines)) <= 78 and all(line.startswith(" ") and line.strip() for line in lines[1:])
    unfolded = value.replace("\r\n", "")
    assert str(make_header(decode_header(unfolded))) == clean_header(text)


@pytest.mark.parametrize("character", BREAKS)
def test_no_break_survives_in_a_header(character: str) -> None:
    assert unstructured("Subject", f"one{character}two") == "one two"
    assert mailbox("To", Address(f"one{character}two", "a@b.example")) == '"one two" <a@b.example>'


@given(EVERYTHING)
def test_a_clean_header_is_one_line_that_can_be_encoded(text: str) -> None:
    cleaned = clean_header(text)
    assert cleaned == clean_header(cleaned) and len(cleaned.splitlines()) <= 1
    assert not set(cleaned) & set(BREAKS) and cleaned.encode().decode() == cleaned


@given(EVERYTHING)
def test_a_clean_text_can_be_stored_in_either_database(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned == clean_text(cleaned) and cleaned.encode().decode() == cleaned
    assert not set(cleaned) & (set(BREAKS) - {"\n", "\t"})


def test_cleaning_keeps_what_people_write() -> None:
    assert clean_text("Grüße\r\n\tan 👩‍👩‍👧 alle\x0b!") == "Grüße\n\tan 👩‍👩‍👧 alle\n!"
    assert clean_header("  Grüße\tan\r\n 👩‍👩‍👧  alle ") == "Grüße an 👩‍👩‍👧 alle"


def test_a_long_foreign_name_is_made_of_whole_characters() -> None:
    value = mailbox("To", Address("名前" * 40, "a@b.example")).replace("\r\n", "")
    assert str(make_header(decode_header(value))) == f"{'名前' * 40} <a@b.example>"


# ---- several parts -----------------------------------------------------------------------------------

HEADERS = (("Subject", "x"), ("Date", "y"))


def parts_of(raw: bytes) -> list[tuple[str, str]]:
    """Type and text of each leaf, as the standard library's older parser reads them."""
    leaves = [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.get_payload(decode=True).decode().replace("\r\n", "\n")) for part in leaves]


@settings(max_examples=60)
@given(EVERYTHING, EVERYTHING, EVERYTHING)
@example("--=_alternative\r\n", "--=_mixed--", "\r\n--=_alternative--\r\n\r\n--=_mixed\r\n")
@example("=_alternative", "x" * 2000, "ü" * 900)
@example("", "", "")
def test_each_part_is_read_as_it_was_written(text: str, html: str, enclosed: str) -> None:
    raw = message(HEADERS, text, html or "<p>", (Enclosure("a.csv", "text/csv", enclosed),))
    written = ((text, "plain"), (html or "<p>", "html"), (enclosed, "csv"))
    assert parts_of(raw) == [(f"text/{kind}", clean_text(one).rstrip("\n") + "\n") for one, kind in written]
    assert max(map(len, raw.split(b"\r\n"))) <= 78 and raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")


def test_the_parts_of_a_mail_are_nested_as_the_standard_wants() -> None:
    """RFC 2046 5.1: the forms of one text in an alternative, which stands with the attachments in a mixed one."""
    enclosures = (Enclosure("a.csv", "text/csv", "a;b"), Enclosure("b.html", "text/html", "<p>"))
    whole = message_from_bytes(message(HEADERS, "t", "<p>t</p>", enclosures))
    assert [one.get_content_type() for one in whole.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv", "text/html",
    ]  # fmt: skip
    assert [one.get_filename() for one in whole.walk()] == [None, None, None, None, "a.csv", "b.html"]
    assert [one.get_content_disposition() for one in whole.walk()][4:] == ["attachment"] * 2
    assert whole.defects == [] and all(one.defects == [] for one in whole.walk())
    assert message_from_bytes(message(HEADERS, "t")).get_content_type() == "text/plain"
    assert message(HEADERS, "t", "<p>") == message(HEADERS, "t", "<p>"), "every attempt sends the same bytes"


@pytest.mark.parametrize(
    ("filename", "kind", "name", "read_kind"),
    [
        ("report 2026.csv", "text/csv", "report 2026.csv", "text/csv"),
        ("Bericht März.html", "text/html", "Bericht März.html", "text/html"),
        ("../../etc/passwd", "text/plain", ".._.._etc_passwd", "text/plain"),
        ('a"; x="b', "text/csv", 'a"; x="b', "text/csv"),
        ("a\r\nBcc: x@y.example", "text/csv", "a Bcc: x@y.example", "text/csv"),
        ("x", "text/csv\r\nX: y", "x", "text/plain"),
        ("x", "application/x-msdownload", "x", "text/plain"),
        ("", "text/csv", "attachment.txt", "text/csv"),
        ("名" * 200, "text/csv", "名" * 80, "text/csv"),
    ],
)
def test_an_enclosure_is_named_and_nothing_more(filename: str, kind: str, name: str, read_kind: str) -> None:
    whole = message_from_bytes(message(HEADERS, "t", "<p>", (Enclosure(filename, kind, "x"),)), policy=default)
    (enclosed,) = list(whole.iter_attachments())  # type: ignore[attr-defined]  # an EmailMessage by its policy
    assert (enclosed.get_filename(), enclosed.get_content_type()) == (name, read_kind)
    assert set(enclosed.keys()) == {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}
    assert whole.keys() == ["Subject", "Date", "MIME-Version", "Content-Type"]


def test_who_follows_can_stop_with_one_click() -> None:
    assert mail_link("List-Unsubscribe", "a+b.c=d@x.example", "un follow") == (
        "<mailto:a+b.c=d@x.example?subject=un%20follow>"
    )
    with pytest.raises(UnusableAddress):
        mail_link("List-Unsubscribe", "a@b.example>\r\nBcc: x", "x")


def test_no_text_can_end_its_part() -> None:
    """Not even one that knows the boundaries."""
    first = message(HEADERS, "t", "<p>", (Enclosure("a", "text/csv", "x"),))
    boundaries = [part.get_boundary() for part in message_from_bytes(first).walk() if part.is_multipart()]
    assert len(boundaries) == 2
    text = "".join(f"--{one}\nContent-Type: text/html\n\n<b>\n--{one}--\n" for one in boundaries)
    raw = message(HEADERS, text, text, (Enclosure("a", "text/csv", text),))
    assert parts_of(raw) == [(f"text/{kind}", text) for kind in ("plain", "html", "csv")]
