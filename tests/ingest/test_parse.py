"""Whole mails: what is read out of them, and that nothing a mail contains stops the mails behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.errors import UnparsableMail
from maild.ingest.parse import parse
from maild.model import Address
from tests.ingest.letters import HEAD, damaged, letter

MAILS = Path(__file__).parent.parent / "mails"


def mail(name: str) -> bytes:
    return (MAILS / name).read_bytes()


def test_a_german_outlook_reply_is_read_in_full() -> None:
    message = parse(mail("ingest_outlook_reply_german.eml"))
    assert message.subject == "AW: Störung im Büro [SD-1042]"
    assert message.sender == Address("Jürgen Müller", "j.mueller@klinik.example")
    assert message.to == (Address("Störungsstelle", "support@desk.example"),)
    assert message.cc == (Address("", "chefin@klinik.example"),)
    assert message.date == datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
    assert message.in_reply_to == ("<sd.1042.ab@desk.example>",)
    assert message.references == ("<first@klinik.example>", "<sd.1042.ab@desk.example>")
    assert message.visible_text == "Der Drucker geht wieder, danke für die schnelle Hilfe!"
    assert "Von: Servicedesk" in message.text
    assert (message.hops, message.language, message.lasting_key) == (2, "de", True)
    assert [(each.filename, each.content_type, each.inline) for each in message.attachments] == [
        ("Übersicht Geräte.pdf", "application/pdf", False)
    ]
    assert message.automatic is None
    assert message.bounce is None


@pytest.mark.parametrize(
    ("fields", "defect"),
    [
        ([], "From: missing"),
        (["From: a@x.example", "From: a@x.example"], "From: more than one field"),
        (["From: a@x.example, b@x.example"], "From: more than one mailbox"),
        (["From: friends: a@x.example;"], "From: group"),
        (["From: alice@example.org)bob@example.com"], "From: stray ')'"),
        (["From: boss@good.example <evil@bad.example>"], "From: second address before the first"),
        (["From: <a@x.example> <b@x.example>"], "From: two addresses in one place"),
        (["From: a@x.example\x00@y.example"], "From: unreadable address"),
    ],
)
def test_a_mail_without_one_certain_author_has_no_sender(fields: list[str], defect: str) -> None:
    message = parse(letter(*fields, "Subject: x"))
    assert message.sender is None
    assert defect in message.defects


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("From: Dr. Weber <weber@x.example>", "weber@x.example"),
        ("From: Weber [Office] <weber@x.example>", "weber@x.example"),
        ("From: weber @ x.example", "weber@x.example"),
    ],
)
def test_a_misspelt_from_with_one_address_is_read_by_the_second_reader(field: str, address: str) -> None:
    message = parse(letter(field))
    assert message.sender is not None
    assert message.sender.address == address


def test_a_date_in_an_old_form_is_read_by_the_second_reader() -> None:
    message = parse(letter("From: a@x.example", "Date: Mon, 16 Nov (of course) 26 09:30:00 EST"))
    assert message.date == datetime(2026, 11, 16, 14, 30, tzinfo=UTC)
    assert "Date: second reading" in message.defects


def test_an_impossible_date_is_a_defect_and_no_date() -> None:
    message = parse(letter("From: a@x.example", "Date: the day after tomorrow"))
    assert message.date is None
    assert "Date: unreadable" in message.defects


def test_line_breaks_and_nul_in_encoded_words_never_reach_subject_names_or_file_names() -> None:
    message = parse(
        letter(
            "From: =?utf-8?q?Anna=0D=0ABcc=3A_x=40y?= <anna@x.example>",
            "Subject: =?utf-8?b?" + "YQ0KQmNjOiBlAHZpbA==" + "?=",
            "Content-Type: application/pdf; name*=utf-8''a%0D%0Ab%00.pdf",
        )
    )
    assert message.sender == Address("Anna Bcc: x@y", "anna@x.example")
    assert message.subject == "a Bcc: e vil"
    assert message.attachments[0].filename == "a b .pdf"


def test_people_who_forbid_automatic_answers_are_still_people() -> None:
    message = parse(letter("From: a@x.example", "X-Auto-Response-Suppress: DR, OOF"))
    assert message.automatic is None
    assert message.suppress_reply == "DR, OOF"


def test_marks_of_our_own_mail_and_delivery_hints_are_noted() -> None:
    message = parse(letter("From: a@x.example", "X-Maild-Loop: desk abc", "Delivered-To: Support@Desk.Example"))
    assert message.loop_marks == ("desk abc",)
    assert [hint.address for hint in message.delivered_to] == ["support@desk.example"]


def test_a_broken_header_line_does_not_hide_the_fields_below_it() -> None:
    message = parse(b"---- Original email ----\r\nX-Spam: yes\r\nwithout indent\r\n" + HEAD + b"\r\nHello.\r\n")
    assert message.sender == Address("Anna Berg", "anna@clinic.example")
    assert message.text == "Hello.\n"
    assert "header lines mended" in message.defects


def test_an_empty_mail_is_a_mail() -> None:
    message = parse(b"")
    assert (message.sender, message.subject, message.text) == (None, "", "")


def test_two_thousand_damaged_mails_are_read_or_refused_with_a_cause() -> None:
    for raw in damaged(2000, seed=20261121):
        try:
            message = parse(raw)
        except UnparsableMail as refusal:
            assert refusal.cause in {"header-too-large", "too-many-parts", "too-deep"}, raw
        else:
            for text in (message.subject, *(each.filename for each in message.attachments)):
                assert not set(text) & set("\r\n\0"), raw


@given(
    st.binary(max_size=2000) | st.lists(st.sampled_from([HEAD, b"\r\n", b"--b\r\n", b"Content-Type: "])).map(b"".join)
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        parse(raw)
    except UnparsableMail as refusal:
        assert refusal.cause != "unreadable"


def test_a_line_of_rubbish_behind_an_address_is_no_part_of_it() -> None:
    message = parse(b"From: Ada\n <ada@acme.example>\nfrom nowhere\nTo : support@desk.example\nSubject: x\n\ny\n")
    assert message.sender == Address("Ada", "ada@acme.example")
    assert [one.address for one in message.to] == ["support@desk.example"]
