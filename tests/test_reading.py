"""Reading one mail: what breaks the reader costs that mail its text, and the log says where, in none of its words."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from maild.errors import UnparsableMail
from maild.ingest import parse as parsing
from maild.model import Address, EntryId, InboxEntry
from maild.steps.reading import message_in
from tests.builders import ADA, an_envelope

RAW = b"From: Ada <ada@acme.example>\r\nSubject: SECRET\r\n\r\nx\r\n"
ENTRY = InboxEntry(EntryId(1), an_envelope(), RAW)


def test_a_bug_of_the_reader_leaves_the_header_and_a_place_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_raw: bytes) -> None:
        raise TypeError("SECRET")

    monkeypatch.setattr(parsing, "_parse", breaks)
    with pytest.raises(UnparsableMail), capture_logs():
        parsing.parse(RAW)
    with capture_logs() as logs:
        message = message_in(ENTRY)
    assert (message.unreadable, message.sender) == ("bug", Address("Ada", ADA.address))
    assert "TypeError in breaks" in message.text
    assert [line["event"] for line in logs] == ["bug"] and "SECRET" not in str(logs)


def test_a_mail_that_two_workers_did_not_survive_is_read_by_its_header_only() -> None:
    message = message_in(InboxEntry(EntryId(1), an_envelope(), RAW, attempts=2, cause="cpu-budget"))
    assert (message.unreadable, message.subject) == ("cpu-budget", "SECRET")
    assert message_in(InboxEntry(EntryId(1), an_envelope(), RAW, attempts=1)).unreadable == ""
