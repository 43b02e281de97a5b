"""A watched Maildir: what lies in `new` is kept, then moved; nothing twice, nothing lost, nothing deleted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maild.errors import SourceUnavailable, StoreUnavailable
from maild.ingest.batches import BATCH_BYTES
from maild.ingest.maildir import MaildirReader, Seen
from maild.model import ReceivedMail
from maild.settings import MaildirSource
from tests.builders import NOON


@pytest.fixture
def box(tmp_path: Path) -> Path:
    for name in ("tmp", "new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def a_reader(box: Path, limit: int = 1 << 20) -> MaildirReader:
    source = MaildirSource(name="spool", path=box, recipient="support@desk.example")
    return MaildirReader(source, lambda: NOON, limit)


def put(box: Path, name: str, raw: bytes = b"Message-ID: <a@b>\r\n\r\nhello\r\n") -> None:
    (box / "new" / name).write_bytes(raw)
    os.utime(box / "new" / name, (1_700_000_000, 1_700_000_000))


class Store:
    def __init__(self) -> None:
        self.mails: dict[str | None, ReceivedMail] = {}

    def __call__(self, mails: Sequence[ReceivedMail]) -> None:
        self.mails |= {mail.source_key: mail for mail in mails}


def test_new_mail_is_kept_and_moved_with_the_time_it_was_delivered(box: Path) -> None:
    put(box, "1.a.host")
    store = Store()
    assert a_reader(box).look(store).kept == 1
    (mail,) = store.mails.values()
    assert (mail.source_key, mail.received_at) == ("maildir:spool:1.a.host", datetime.fromtimestamp(1_700_000_000, UTC))
    assert (mail.kept_at, mail.message_id) == (NOON, "<a@b>")
    assert [file.name for file in (box / "cur").iterdir()] == ["1.a.host:2,"]
    assert a_reader(box).look(store).kept == 0


def test_a_mail_is_moved_only_after_it_was_kept(box: Path) -> None:
    put(box, "1.a.host")

    def away(_: Sequence[ReceivedMail]) -> None:
        raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        a_reader(box).look(away)
    assert [file.name for file in (box / "new").iterdir()] == ["1.a.host"]


def test_a_mail_that_was_kept_but_not_moved_counts_once(box: Path) -> None:
    store = Store()
    for _ in range(2):
        put(box, "1.a.host")
        a_reader(box).look(store)
    assert len(store.mails) == 1
    assert list((box / "new").iterdir()) == []


def test_a_file_that_cannot_be_read_stops_no_other_and_is_named(box: Path) -> None:
    put(box, "1.a.host")
    (box / "new" / "2.a.host").mkdir()
    put(box, "3.a.host")
    seen = a_reader(box).look(Store())
    assert (seen.kept, seen.problem) == (2, "2.a.host: Is a directory")


def test_of_a_file_far_beyond_the_limit_the_beginning_is_taken_and_marked(box: Path) -> None:
    put(box, "1.a.host", b"Subject: big\r\n\r\n" + b"x" * 300_000)
    store = Store()
    a_reader(box, limit=100_000).look(store)
    (mail,) = store.mails.values()
    assert mail.raw.startswith(b"X-Maild-Truncated: 300016\r\nSubject: big")
    assert len(mail.raw) < 70_000


def test_many_mails_go_in_portions_in_their_order(box: Path) -> None:
    for number in range(120):
        put(box, f"{number:04}.a.host", b"x" * 100_000)
    portions: list[list[str | None]] = []
    most = BATCH_BYTES // 100_000
    a_reader(box).look(lambda mails: portions.append([mail.source_key for mail in mails]))
    assert [len(portion) for portion in portions] == [most, 120 - most]
    assert [key for portion in portions for key in portion] == [
        f"maildir:spool:{number:04}.a.host" for number in range(120)
    ]


def test_without_a_maildir_it_is_said_which(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="nowhere/new cannot be read"):
        a_reader(tmp_path / "nowhere").look(Store())


def test_a_name_in_whatever_bytes_is_kept_as_itself_and_moved(box: Path) -> None:
    for name in (b"1.\xff.host", b"1.\xfe.host", b"1.\x01.host", b"1.\\.host"):
        (box / "new" / os.fsdecode(name)).write_bytes(b"Subject: x\r\n\r\n")
    store = Store()
    assert a_reader(box).look(store).kept == len(store.mails) == 4
    assert all(str(key).isascii() and str(key).isprintable() for key in store.mails)
    assert list((box / "new").iterdir()) == []
    (box / "new" / os.fsdecode(b"2.\xff.host")).mkdir()
    assert a_reader(box).look(store).problem == "2.\\udcff.host: Is a directory"


def test_what_is_no_plain_file_is_not_opened_and_stops_no_other(box: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("nobody's mail")
    os.mkfifo(box / "new" / "1.a.host")
    (box / "new" / "2.a.host").symlink_to(tmp_path / "secret")
    put(box, "3.a.host")
    store = Store()
    seen = a_reader(box).look(store)
    assert [*store.mails] == ["maildir:spool:3.a.host"]
    assert seen.problem == "1.a.host: no plain file"


def test_a_mail_from_a_time_that_is_none_came_now(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(box, "1.a.host")
    told = os.stat_result([0o100600, *[0] * 5, 5, 0, 1 << 60, 0])
    monkeypatch.setattr("maild.ingest.maildir.os.fstat", lambda _: told)
    store = Store()
    a_reader(box).look(store)
    assert [mail.received_at for mail in store.mails.values()] == [NOON]


def test_a_mail_that_a_person_moves_meanwhile_stops_no_other(box: Path) -> None:
    for name in ("1.a.host", "2.a.host"):
        put(box, name)
    store = Store()

    def keep(mails: Sequence[ReceivedMail]) -> None:
        store(mails)
        (box / "new" / "1.a.host").rename(box / "cur" / "1.a.host:2,S")

    assert a_reader(box).look(keep) == Seen(2)
    assert sorted(file.name for file in (box / "cur").iterdir()) == ["1.a.host:2,S", "2.a.host:2,"]


def test_a_mail_that_cannot_be_moved_stops_no_other_and_is_told(box: Path) -> None:
    for name in ("1.a.host", "2.a.host"):
        put(box, name)
    (box / "cur" / "1.a.host:2,").mkdir()
    store = Store()
    seen = a_reader(box).look(store)
    assert (seen.kept, seen.problem) == (2, "kept, but not moved to cur: 1.a.host: Is a directory")
    assert [file.name for file in (box / "new").iterdir()] == ["1.a.host"]
