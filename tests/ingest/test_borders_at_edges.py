"""Every edge says with each mail whose word about its sender is believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from imap_ledger import NOON, Ledger
from imap_ledger import account as an_account
from smtp_peer import header, run, serving
from test_imap_reader import FakeFolder

from maild.ingest.imap.reader import FolderReader
from maild.ingest.imap.session import ImapSession
from maild.ingest.maildir import MaildirReader
from maild.model import ReceivedMail
from maild.settings import MaildirSource

MAIL = b"Message-ID: <a@b>\r\n\r\nhello\r\n"
OWN = {"profile": "own", "id": "MX.desk.example", "hosts": ["mx1.desk.example"]}
NOTE = "own:mx.desk.example:mx1.desk.example"


def by_smtp(listener: dict[str, Any], begin: bytes = b"", protocol: str = "smtp") -> str:
    """The border of a mail that came in there."""

    async def story() -> str:
        async with serving(protocol, listener=listener) as server:
            peer = await server.connect(begin)
            await peer.begin(hello="LHLO client" if protocol == "lmtp" else "EHLO client")
            await peer.send(MAIL + b".\r\n")
            assert (await peer.reply()).startswith("250")
            return server.kept[0].border

    return run(story)


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
@pytest.mark.parametrize(("border", "note"), [(None, ""), ({"profile": "bare"}, "bare"), (OWN, NOTE)])
def test_a_listener_notes_its_border(protocol: str, border: dict[str, Any] | None, note: str) -> None:
    assert by_smtp({"border": border}, protocol=protocol) == note


@pytest.mark.parametrize(
    ("client", "note"), [("192.0.2.7", NOTE), ("198.51.100.1", ""), ("2001:db8::7", NOTE), ("2001:db9::7", "")]
)
def test_only_those_who_are_the_border_are_believed_on_a_public_listener(client: str, note: str) -> None:
    listener = {"proxy": ["127.0.0.0/8"], "border": OWN | {"peers": ["192.0.2.0/24", "2001:db8::/32"]}}
    assert by_smtp(listener, begin=header(client)) == note


def test_a_mailbox_notes_its_border() -> None:
    ledger, folder = Ledger(), FakeFolder({1: MAIL})
    account = an_account(143, border={"profile": "google"})
    FolderReader(account, "INBOX", ledger, lambda: NOON, 1 << 20).look(cast(ImapSession, folder))
    assert [mail.border for mail in ledger.mails.values()] == ["google"]


def test_a_maildir_notes_its_border(tmp_path: Path) -> None:
    for name in ("tmp", "new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(MAIL)
    kept: list[ReceivedMail] = []

    def keep(mails: Sequence[ReceivedMail]) -> None:
        kept.extend(mails)

    values = {"name": "spool", "path": tmp_path, "recipient": "support@desk.example", "border": {"profile": "google"}}
    MaildirReader(MaildirSource.model_validate(values), lambda: NOON, 1 << 20).look(keep)
    assert [mail.border for mail in kept] == ["google"]
