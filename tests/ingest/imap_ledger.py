"""What the store would do, for the tests of IMAP: keeps mails once per source key, and the cursor with them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from maild.clock import Clock
from maild.ingest.imap import AccountState, Cursor, ImapWatcher, Pauses
from maild.model import ReceivedMail
from maild.settings import ImapAccount

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FAST = Pauses(0.01, 0.2)


@dataclass(slots=True)
class Ledger:
    """The mails by source key, and the cursor. `refusing` makes `take` fail, having stored nothing."""

    mails: dict[str | None, ReceivedMail] = field(default_factory=dict)
    cursor: tuple[int, int] | None = None
    taken: int = 0
    refusing: Exception | None = None
    states: list[AccountState] = field(default_factory=list)

    def get(self) -> tuple[int, int] | None:
        return self.cursor

    def take(self, mails: Sequence[ReceivedMail], cursor: Cursor) -> None:
        if self.refusing:
            raise self.refusing
        self.taken += len(mails)
        for mail in mails:
            self.mails.setdefault(mail.source_key, mail)
        self.cursor = (cursor.uidvalidity, cursor.uid)

    @property
    def at(self) -> Cursor:
        """Where the cursor is; there must be one."""
        assert self.cursor
        return Cursor(*self.cursor)

    @property
    def subjects(self) -> list[str]:
        """Subjects of the mails, in the order they were stored."""
        return [subject(mail.raw) for mail in self.mails.values()]

    @property
    def state(self) -> AccountState:
        return self.states[-1] if self.states else AccountState("")


def mail(subject: str, size: int = 0) -> bytes:
    """A small mail, or one with `size` bytes of text."""
    head = f"From: a@clinic.example\r\nSubject: {subject}\r\nMessage-ID: <{subject}@clinic.example>\r\n\r\n"
    return head.encode() + b"0123456789abcde\n".replace(b"\n", b"\r\n") * (1 + size // 17)


def subject(raw: bytes) -> str:
    return raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode()


def account(port: int, user: str = "someone", **changes: object) -> ImapAccount:
    """An account on a server of the loopback, without TLS; `poll` is long, so that what is quick is pushed."""
    values: dict[str, object] = {
        "name": "main",
        "host": "127.0.0.1",
        "port": port,
        "tls": False,
        "user": user,
        "password_file": Path("unused"),
        "recipient": "support@tickets.example",
        "poll": 300,
        "first_look": "import",
    }
    return ImapAccount.model_validate(values | changes)


@contextmanager
def watching(
    account: ImapAccount,
    ledger: Ledger,
    *,
    password: str = "open-sesame",
    clock: Clock = lambda: NOON,
    pauses: Pauses = FAST,
    size_limit: int = 1 << 20,
    context: ssl.SSLContext | None = None,
) -> Iterator[ImapWatcher]:
    """A running watcher, ended with the test."""
    watcher = ImapWatcher(
        account,
        password,
        ledger,
        ledger.take,
        clock=clock,
        on_state=ledger.states.append,
        size_limit=size_limit,
        context=context,
        pauses=pauses,
    )
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.close()
        assert not watcher.is_alive()
