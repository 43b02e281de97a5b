"""The mailboxes this node reads: one watcher thread per account, whose mail and cursor go in by one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from maild import pipeline
from maild.config import read_secret_file
from maild.ingest.imap import AccountState, ImapWatcher
from maild.ingest.imap.reader import Cursor
from maild.model import ReceivedMail
from maild.settings import ImapAccount, Settings
from maild.steps.house import House
from maild.store import cursors

log = structlog.get_logger()


class Mailboxes:
    """Starts and stops the watchers."""

    def __init__(self, settings: Settings, house: House, wake: Callable[[], None]) -> None:
        self._settings = settings
        self._house = house
        self._wake = wake
        self._watchers: list[ImapWatcher] = []

    def start(self) -> None:
        self._watchers = [self._watcher(account) for account in self._settings.imap]
        for watcher in self._watchers:
            watcher.start()

    async def close(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(watcher.close) for watcher in self._watchers))

    def _watcher(self, account: ImapAccount) -> ImapWatcher:
        return ImapWatcher(
            account,
            read_secret_file(account.password_file),
            Place(self._house, account),
            lambda mails, cursor: self._take(account, mails, cursor),
            clock=self._house.clock,
            on_state=_note,
            size_limit=self._settings.limits.message_size,
        )

    def _take(self, account: ImapAccount, mails: Sequence[ReceivedMail], cursor: Cursor) -> None:
        pipeline.receive_from_mailbox(self._house.store, mails, account, cursor)
        self._wake()


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading an account goes on, as the database says."""

    house: House
    account: ImapAccount

    def get(self) -> tuple[int, int] | None:
        with self.house.store.reading() as tx:
            return cursors.get(tx, self.account.name, self.account.folders[0])


def _note(state: AccountState) -> None:
    if state.last_error and not state.connected:
        log.warning("mailbox", account=state.account, error=state.last_error)
