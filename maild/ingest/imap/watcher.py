"""Mailboxes read by IMAP: one thread per account, mail out as it comes, by IDLE and by looking every `poll` seconds.

Laws: whatever goes wrong, the thread goes on, after a pause that grows from 0.2 to 60 s; a refused login waits the
longest at once, because servers lock accounts that try too often. Progress makes pauses short again.
Correctness does not depend on IDLE: what a server keeps quiet about is found by the next look.
Passwords and addresses are never logged.
"""

from __future__ import annotations

import ssl
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog
from imapclient.exceptions import IMAPClientError, LoginError

from maild.clock import Clock, system_clock
from maild.errors import MaildError
from maild.ingest.imap.reader import Cursor, CursorStore, FolderReader, Take
from maild.ingest.imap.session import ImapSession, require_private_line, words
from maild.settings import MEBIBYTE, ImapAccount

__all__ = ["AccountState", "Cursor", "CursorStore", "ImapWatcher", "Take"]

log = structlog.get_logger(__name__)

# Servers end IDLE after 30 minutes, routers forget a silent connection after ten.
LONGEST_WAIT: Final = 540.0
# What can go wrong without a mistake of ours.
EXPECTED: Final = (OSError, IMAPClientError, MaildError)


@dataclass(frozen=True, slots=True)
class AccountState:
    """How an account is doing. `last_error` is in the server's own words; it stays after things went well again.

    `last_success` is when the folder was last read to its end; `missed` are UIDs of mails that are in the folder
    but that the server does not hand over.
    """

    account: str
    connected: bool = False
    last_success: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    missed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between the first failure and the next attempt, and the longest pause between two."""

    first: float = 0.2
    longest: float = 60.0


def say_nothing(state: AccountState) -> None:
    """For those who do not want to know."""


class ImapWatcher(threading.Thread):
    """Reads one account until `close`. `wake` and `close` may be called from any thread."""

    def __init__(
        self,
        account: ImapAccount,
        password: str,
        cursor: CursorStore,
        take: Take,
        *,
        clock: Clock = system_clock,
        on_state: Callable[[AccountState], None] = say_nothing,
        size_limit: int = 25 * MEBIBYTE,
        context: ssl.SSLContext | None = None,
        pauses: Pauses = Pauses(),
    ) -> None:
        """`cursor`, `take` and `on_state` are called in this thread. Raises ConfigError for an unsafe account.

        `context` replaces the system's trust in certificates; `size_limit` is in bytes (see FolderReader).
        """
        require_private_line(account)
        super().__init__(name=f"imap-{account.name}", daemon=True)
        self._account = account
        self._password = password
        self._reader = FolderReader(account, cursor, take, clock, size_limit)
        self._clock = clock
        self._on_state = on_state
        self._context = context
        self._pauses = pauses
        self._pause = 0.0
        self._state = AccountState(account.name)
        self._session: ImapSession | None = None
        self._closing = threading.Event()
        self._woken = threading.Event()

    def run(self) -> None:
        while not self._closing.is_set():
            try:
                self._one_session()
            except Exception as error:  # noqa: BLE001  the thread's one catch-all: an account never dies
                self._failed(error)
            self._woken.wait(self._pause)

    def wake(self) -> None:
        """Look now, and not only after the pause or the poll. Costs a login: nothing gentler is safe on a session
        that another thread waits in."""
        self._woken.set()
        session = self._session
        if session is not None:
            session.cut()

    def close(self, seconds: float = 15) -> None:
        """End the thread and wait for it, at most `seconds`; a mail being stored is still stored."""
        self._closing.set()
        self.wake()
        if self.is_alive():
            self.join(seconds)

    def _one_session(self) -> None:
        self._woken.clear()
        session = self._session = ImapSession(self._account, self._context)
        try:
            if not self._closing.is_set():
                session.login(self._password)
            while not self._closing.is_set():
                self._read_to_the_end(session)
                self._wait(session)
                self._pause = 0.0
        finally:
            self._session = None
            session.close()

    def _read_to_the_end(self, session: ImapSession) -> None:
        # Until a look finds nothing: news of a mail that came meanwhile may hide in the answer to a FETCH.
        while not self._closing.is_set() and self._reader.look(session):
            self._pause = 0.0
            self._succeeded()
        self._succeeded()

    def _wait(self, session: ImapSession) -> None:
        seconds = min(self._account.poll, LONGEST_WAIT)
        if session.pushes:
            session.idle(seconds)
        elif self._woken.wait(seconds):
            self._woken.clear()

    def _succeeded(self) -> None:
        if not self._state.connected:
            log.info("imap account is being read", account=self._account.name)
        self._tell(connected=True, last_success=self._clock(), missed=self._reader.missed)

    def _failed(self, error: Exception) -> None:
        """Note what went wrong, and how long to wait. A session that we cut ourselves did not fail."""
        if self._closing.is_set() or self._woken.is_set():
            return
        told = words(error, self._password, self._account.user)
        if self._state.connected or told != self._state.last_error:
            log.warning("imap account cannot be read", account=self._account.name, error=told)
        if not isinstance(error, EXPECTED):
            # Where it happened, without values: they could be secrets.
            log.error("imap reader is at fault", at="".join(traceback.format_tb(error.__traceback__)))
        self._pause = self._pauses.longest if isinstance(error, LoginError) else self._longer()
        self._tell(connected=False, last_error=told, last_error_at=self._clock(), missed=self._reader.missed)

    def _longer(self) -> float:
        return min(max(self._pause * 2, self._pauses.first), self._pauses.longest)

    def _tell(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        try:
            self._on_state(self._state)
        except Exception as error:  # noqa: BLE001  whoever listens must not end the reading
            log.error("imap state was not taken", account=self._account.name, error=type(error).__name__)
