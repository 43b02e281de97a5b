"""What the database would do, for the tests of IMAP: a ledger in memory, and watchers that write into it."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maild.clock import Clock
from maild.ingest.imap import ImapWatcher, Login, Pauses, TimeLimits, password_login
from maild.model import Fate, MailboxState, Missed, Page, Position, ReceivedMail, Tally
from maild.settings import ImapAccount

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FAST = Pauses(0.01, 0.2, 0.2)
PASSWORD = "open-sesame"
LIMITS = TimeLimits()


@dataclass(slots=True)
class Ledger:
    """The mails by source key, every UID's fate, the position. `refusing` makes `store` fail, having stored nothing.

    With `finishes`, kept mails are to be flagged or moved.
    """

    mails: dict[str | None, ReceivedMail] = field(default_factory=dict)
    fates: dict[tuple[int, int], Fate] = field(default_factory=dict)
    at: Position | None = None
    waiting: dict[tuple[int, int], Missed] = field(default_factory=dict)
    unfinished: set[tuple[int, int]] = field(default_factory=set)
    finishes: bool = False
    taken: int = 0
    refusing: Exception | None = None
    states: list[MailboxState] = field(default_factory=list)
    hashes: set[str] = field(default_factory=set)

    def position(self) -> Position | None:
        return self.at

    def missed(self) -> Sequence[Missed]:
        validity = self.at.uidvalidity if self.at else 0
        return [one for (found, _), one in sorted(self.waiting.items()) if found == validity]

    def store(self, page: Page) -> None:
        if self.refusing:
            raise self.refusing
        self.at = page.position
        for uid, mail in page.mails.items():
            self._keep(page.position, uid, mail)
        for fate, uids in ((Fate.GONE, page.gone), (Fate.BEFORE, page.before)):
            for uid in uids:
                self._note((page.position.uidvalidity, uid), fate)
        for missed in page.missed:
            key = page.position.uidvalidity, missed.uid
            self._note(key, Fate.MISSED)
            self.waiting[key] = missed

    def _keep(self, position: Position, uid: int, mail: ReceivedMail) -> None:
        key, digest = (position.uidvalidity, uid), hashlib.sha256(mail.raw).hexdigest()
        known = uid <= position.rescan_upto and digest in self.hashes
        if self.fates.get(key) in (None, Fate.MISSED):
            self._note(key, Fate.KNOWN if known else Fate.TAKEN)
            self.unfinished |= {key} if self.finishes else set()
            if not known:
                self.taken += 1
                self.mails[mail.source_key] = mail
                self.hashes.add(digest)

    def _note(self, key: tuple[int, int], fate: Fate) -> None:
        self.fates[key] = fate
        self.waiting.pop(key, None)

    def to_finish(self, limit: int) -> Sequence[int]:
        validity = self.at.uidvalidity if self.at else 0
        return sorted(uid for found, uid in self.unfinished if found == validity)[:limit]

    def finished(self, uids: Sequence[int]) -> None:
        assert self.at
        self.unfinished -= {(self.at.uidvalidity, uid) for uid in uids}

    def tally(self, uidvalidity: int, uids: Sequence[int]) -> Tally:
        assert self.at
        fates = [self.fates.get((uidvalidity, uid)) for uid in uids]
        to_read = sum(uid > self.at.uid for uid in uids)
        before = sum(uid <= self.at.first_uid for uid in uids) + fates.count(Fate.BEFORE)
        kept, missed = fates.count(Fate.TAKEN) + fates.count(Fate.KNOWN), fates.count(Fate.MISSED)
        rest = len(uids) - kept - before - missed - to_read
        return Tally(len(uids), waiting=kept, missed=missed, before=before, to_read=to_read, unexplained=rest)

    @property
    def cursor(self) -> tuple[int, int]:
        """UIDVALIDITY and UID of the position; (0, 0) before the first look."""
        return (self.at.uidvalidity, self.at.uid) if self.at else (0, 0)

    @property
    def missing(self) -> tuple[int, ...]:
        """UIDs of the mails that the server does not hand over."""
        return tuple(one.uid for one in self.missed())

    @property
    def subjects(self) -> list[str]:
        """Subjects of the mails, in the order they were stored."""
        return [subject(mail.raw) for mail in self.mails.values()]

    @property
    def state(self) -> MailboxState:
        return self.states[-1] if self.states else MailboxState("", "")

    @property
    def read(self) -> bool:
        """Whether the folder was read to its end, and is all right."""
        return self.state.looked_at is not None and not self.state.error


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
    password: str = PASSWORD,
    login: Login | None = None,
    clock: Clock = lambda: NOON,
    pauses: Pauses = FAST,
    size_limit: int = 1 << 20,
    context: ssl.SSLContext | None = None,
    limits: TimeLimits = LIMITS,
    moved: Ledger | None = None,
    count_every: timedelta = timedelta(hours=1),
) -> Iterator[ImapWatcher]:
    """A running watcher of the account's first folder, ended with the test."""
    ledger.finishes = account.after != "leave"
    watcher = ImapWatcher(
        account,
        account.folders[0],
        login or password_login(account.user, password),
        ledger,
        clock=clock,
        on_state=ledger.states.append,
        size_limit=size_limit,
        context=context,
        pauses=pauses,
        limits=limits,
        moved=moved,
        count_every=count_every,
    )
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.close()
        assert not watcher.is_alive()
