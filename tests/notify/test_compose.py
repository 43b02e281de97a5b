"""Headers and texts as bytes: what goes in is what another program reads, and no line gets too long."""

from __future__ import annotations

import base64
import quopri
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maild.cleaning import clean_header, clean_text
from maild.model import Address
from maild.notify.compose import encoded_body, mailbox, unstructured

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
