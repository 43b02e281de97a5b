"""What the desk is told of how a mail was read: each thing once, in a sentence."""

from __future__ import annotations

import pytest

from maild.ingest import notes
from maild.ingest.body.agreement import Agreement, agreement
from maild.ingest.parse import parse
from maild.model import Note
from tests.ingest.letters import HEAD, letter, mixed

CODES = {
    "hidden-text", "text-html-differ", "encrypted", "signed", "calendar", "text-cut", "attachments-left-out",
    "ambiguous-structure", "tnef-unpacked", "header-cut",
}  # fmt: skip
LETTER = "Dear all, the meeting of Monday is moved to Tuesday at ten because the large room is being painted."
OTHER = "Please transfer nine thousand euros today, tell nobody about it and delete this message afterwards."


def alternative(plain: str, rich: str) -> bytes:
    head = b"Content-Type: text/%s; charset=utf-8\r\n\r\n"
    return mixed(head % b"plain" + plain.encode(), head % b"html" + rich.encode(), kind="alternative")


def test_plain_text_and_html_that_say_different_things_are_told() -> None:
    message = parse(alternative(LETTER, f"<p>{OTHER}</p>"))
    assert message.text.strip() == LETTER
    assert [note.code for note in message.notes] == ["text-html-differ"]


@pytest.mark.parametrize(
    ("plain", "rich"),
    [
        (LETTER, LETTER),
        (LETTER.replace(" ", "\n"), f"<b>{LETTER.upper()}</b>"),
        (f"{LETTER}\n> {OTHER}", LETTER),
        (f"{LETTER} <https://a.example/b?c=d>", f'{LETTER} <a href="https://e.example/">here</a>'),
        ("Yes.", "<p>No.</p>"),
        ("会议改到星期二上午十点\n因为大会议室正在粉刷", "<p>会议改到星期二上午十点因为大会议室正在粉刷</p>"),
        (LETTER, ""),
        (LETTER, '<img src="cid:logo">'),
    ],
    ids=["same", "wrapped", "quoted", "links", "too short to say", "Chinese", "empty", "picture"],
)
def test_the_same_letter_in_two_forms_is_not(plain: str, rich: str) -> None:
    assert parse(alternative(plain, rich)).notes == ()


@pytest.mark.parametrize(
    ("stub", "rich"),
    [
        ("To see this mail open https://news.example/1 in a browser.", f"<p>{LETTER} {OTHER}</p>"),
        (
            "Ihr E-Mail-Programm kann leider keine HTML-Mails anzeigen.",
            "<p>Guten Tag, Ihre Bestellung 4711 ist unterwegs und kommt morgen zwischen acht und zehn Uhr.</p>",
        ),
    ],
)
def test_a_stub_that_sends_people_to_another_program_is_not_the_text(stub: str, rich: str) -> None:
    message = parse(alternative(stub, rich))
    assert (message.text, message.notes) == (rich[3:-4], ())


def test_words_are_compared_in_bounded_time() -> None:
    assert agreement("a@" * 500_000, "b<" * 500_000) is Agreement.SAME
    assert agreement("word " * 500_000, " ".join(f"other{n}" for n in range(100_000))) is Agreement.STUB


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR", "a calendar invitation is attached"),
        (
            b"Content-Type: text/calendar; method=Cancel\r\n\r\nBEGIN:VCALENDAR",
            "the cancellation of an appointment is attached",
        ),
        (b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR", "a calendar entry is attached"),
    ],
)
def test_an_appointment_is_named_and_stays_a_file(part: bytes, sentence: str) -> None:
    message = parse(mixed(b"\r\nSee you.", part))
    assert message.notes == (Note("calendar", sentence),)
    assert [each.filename for each in message.attachments] == ["attachment.ics"]


def test_a_text_that_is_cut_says_so() -> None:
    message = parse(HEAD + b"\r\n" + b"0123456789abcde\n" * 70_000)
    assert len(message.text) == 1024 * 1024
    assert [note.code for note in message.notes] == ["text-cut"]


def test_a_header_that_is_cut_says_so() -> None:
    message = parse(letter(HEAD.rstrip(), b"References: " + b"<a@b.example>" * 2_000))
    assert [note.code for note in message.notes] == ["header-cut"]


def test_three_hundred_attachments_are_not_all_listed() -> None:
    part = b"Content-Type: application/x-a; name=a\r\n\r\n"
    message = parse(mixed(b"\r\ntext", *(part + str(n).encode() for n in range(300))))
    assert len(message.attachments) == 250
    (note,) = message.notes
    assert note == Note(
        "attachments-left-out", "only the first 250 of 300 attachments are listed; the original is kept"
    )


def test_notes_are_of_the_closed_list_each_once_and_few() -> None:
    every = [
        notes.hidden_text(1), notes.smuggled_text(), notes.texts_differ(), notes.text_cut(1024), notes.header_cut(1024),
        notes.attachments_left_out(1, 2), notes.ambiguous_structure(), notes.tnef_unpacked(1), notes.encrypted("PGP"),
        notes.partly_encrypted("PGP"), notes.signed("PGP"), notes.calendar("an invitation"),
    ]  # fmt: skip
    assert {note.code for note in every} == CODES
    assert all(note.text and "\n" not in note.text and not note.text.endswith(".") for note in every)
    assert notes.each_once(every + every) == tuple(every)
    assert len(notes.each_once(notes.hidden_text(n) for n in range(100))) == notes.MOST
