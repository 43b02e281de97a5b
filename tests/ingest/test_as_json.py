"""The line that `maild parse --json` prints."""

from __future__ import annotations

import json

import pytest

from maild.ingest.as_json import to_json, written_address
from maild.ingest.parse import parse
from tests.ingest.letters import HEAD, letter
from tests.ingest.test_bounce import report

FIELDS = [
    "file", "message_id", "subject", "from", "to", "cc", "date", "in_reply_to", "references", "text", "visible_text",
    "attachments", "automatic", "bounce", "defects", "notes",
]  # fmt: skip


def test_a_mail_is_one_object_with_the_documented_fields() -> None:
    row = to_json("a.eml", parse(HEAD + b"\r\nHello.\r\n"))
    assert list(row) == FIELDS
    assert row["from"] == {"name": "Anna Berg", "address": "anna@clinic.example"}
    assert row["date"] == "2026-11-16T08:30:00+00:00"
    assert (row["automatic"], row["bounce"]) == (None, None)
    assert json.loads(json.dumps(row)) == row


def test_what_is_missing_is_null() -> None:
    row = to_json("a.eml", parse(letter("Subject: x")))
    assert (row["from"], row["date"]) == (None, None)


def test_notes_have_a_code_for_programs_and_a_sentence_for_people() -> None:
    row = to_json("a.eml", parse(HEAD + b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR"))
    assert row["notes"] == [{"code": "calendar", "text": "a calendar invitation is attached"}]


def test_a_bounce_names_its_recipients() -> None:
    message = report("Final-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nStatus: 5.1.1")
    row = to_json("a.eml", message)
    assert row["automatic"] == {"kind": "bounce", "evidence": "delivery report"}
    assert row["bounce"] == {
        "recipients": [{"address": "gone@x.example", "permanent": True, "status": "5.1.1", "diagnostic": ""}],
        "original_message_id": "<ours@desk.example>",
    }


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("jdöe@xn--mchine-bua.example", "jdöe@mächine.example"),
        ("jdoe@xn--mchine-bua.example", "jdoe@xn--mchine-bua.example"),
        ("jdöe@machine.example", "jdöe@machine.example"),
        ("jdöe@xn--.example", "jdöe@xn--.example"),
        ("jdöe@[192.0.2.1]", "jdöe@[192.0.2.1]"),
        ("jdöe", "jdöe"),
    ],
)
def test_an_international_address_is_written_in_one_script(address: str, written: str) -> None:
    assert written_address(address) == written
