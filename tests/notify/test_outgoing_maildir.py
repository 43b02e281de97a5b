"""Finished mail without a relay: files an admin can read."""

from __future__ import annotations

import asyncio
import mailbox
from pathlib import Path

from notify_kit import NOON, waiting

from maild.model import DeliveryResult, OutboxEntry
from maild.notify.maildir import MaildirRelay


def delivered(folder: Path, *entries: OutboxEntry) -> list[DeliveryResult]:
    relay = MaildirRelay(folder, lambda: NOON)
    return [one.result for one in asyncio.run(relay.deliver(entries))]


def test_a_mail_lies_there_byte_for_byte_and_other_programs_see_it(tmp_path: Path) -> None:
    assert delivered(tmp_path / "out", waiting(1), waiting(2)) == [DeliveryResult.SENT] * 2
    assert {file.read_bytes() for file in (tmp_path / "out" / "new").iterdir()} == {waiting(n).mail.raw for n in (1, 2)}
    seen = mailbox.Maildir(tmp_path / "out")
    assert sorted(str(mail["Subject"]) for mail in seen) == ["no. 1", "no. 2"]


def test_a_mail_delivered_again_after_a_crash_is_one_file(tmp_path: Path) -> None:
    delivered(tmp_path, waiting(1))
    delivered(tmp_path, waiting(1), waiting(1, recipient="other@clinic.example"))
    assert len(list((tmp_path / "new").iterdir())) == 2 and list((tmp_path / "tmp").iterdir()) == []


def test_hostile_ids_and_recipients_stay_inside_the_folder(tmp_path: Path) -> None:
    entry = waiting(1, recipient="../../../etc/passwd\x00\ud800".encode("utf-8", "replace").decode())
    delivered(tmp_path / "out", entry)
    assert [file.parent.name for file in tmp_path.rglob("*") if file.is_file()] == ["new"]


def test_a_folder_that_cannot_be_written_defers(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert delivered(tmp_path / "file", waiting(1)) == [DeliveryResult.DEFERRED]
    assert asyncio.run(MaildirRelay(tmp_path, lambda: NOON).ready())
