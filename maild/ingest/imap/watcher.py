"""Mailboxes read by IMAP: a thread and a connection per folder, mail out as it comes, by IDLE and every `poll` seconds.

Laws: whatever goes wrong, the thread goes on, after a pause that grows from 0.2 to 60 s; a refused login waits the
longest at once, and up to a quarter of an hour, because servers lock accounts that try too often. Progress makes
pauses short again. Correctness does not depend on IDLE: what a server keeps quiet about is found by the next look.
Passwords, tokens and addresses are never logged.
"""

from __future__ import annotations

import ssl
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from maild.clock import Clock, system_clock
from maild.errors import MaildError, SourceUnavailable
from maild.ingest.imap.answers import words
from maild.ingest.imap.finishing import Finisher
from maild.ingest.imap.ledger import Ledger
from maild.ingest.imap.login import Login, require_private_line
from maild.ingest.imap.reader import FolderReader
from maild.ingest.imap.session import TURN, USUAL, ImapSession, TimeLimits
from maild.ingest.imap.sweep import Sweep
from maild.model import MailboxState
from maild.settings import MEBIBYTE, ImapAccount

log = structlog.get_logger(__name__)

# Servers end IDLE after 30 minutes, routers forget a silent connection after ten.
LONGEST_WAIT: Final = 540.0
# After mail the first wait is short: one that comes between the look and IDLE is not told by every server (Dovecot, for
# one, tells what changes from then on), and news in one packet with the consent to IDLE hides from the library.
FIRST_WAIT: Final = 1.0
# Seconds `moved_at` may stand still in a thread that is well: one mail of 50 MiB, or 8 MiB of them, over a slow line
# (60 kB/s). Waiting of any kind renews it every TURN seconds.
LONGEST_SILENCE: Final = 900.0
# What can go wrong without a mistake of ours.
EXPECTED: Final = (OSError, IMAPClientError, MaildError)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between the first failure and the next attempt, the longest pause between two, and the longest between
    two logins that are refused."""

    first: float = 0.2
    longest: float = 60.0
    refused: float = 900.0


def say_nothing(state: MailboxState) -> None:
    """For those who do not want to know."""


class ImapWatcher(threading.Thread):
    """Reads one folder until `close`. `wake`, `close` and `moved_at` are for any thread."""

    def __init__(
        self,
        account: ImapAccount,
        folder: str,
        login: Login,
        ledger: Ledger,
        *,
        clock: Clock = system_clock,
        on_state: Callable[[MailboxState], None] = say_nothing,
        size_limit: int = 25 * MEBIBYTE,
        context: ssl.SSLContext | None = None,
        pauses: Pauses = Pauses(),
        count_every: timedelta = timedelta(hours=1),
        limits: TimeLimits = USUAL,
        moved: Ledger | None = None,
    ) -> None:
        """`login`, `on_state` and the ledgers are called in this thread; `store` also in one it waits for (`Behind`).

        ConfigError is for an unsafe account. `context` replaces the system's trust in certificates; `size_limit` is in
        bytes (see FolderReader). `moved` is the ledger of `move_to`: one of an account's watchers is given it, for
        sweeps (see `sweep`).
        """
        require_private_line(account)
        super().__init__(name=f"imap-{account.name}-{folder}", daemon=True)
        self._account = account
        self._folder = folder
        self._login = login
        self._reader = FolderReader(account, folder, ledger, clock, size_limit)
        self._finisher = Finisher(account, ledger, clock)
        self._sweep = Sweep(account, moved, clock, size_limit) if moved else None
        self._clock = clock
        self._on_state = on_state
        self._context = context
        self._pauses = pauses
        self._count_every = count_every
        self._limits = limits
        self._pause = 0.0
        self._state = MailboxState(account.name, folder)
        self._well = False
        self._session: ImapSession | None = None
        self._moved_at = time.monotonic()
        self._closing = threading.Event()
        self._woken = threading.Event()

    @property
    def moved_at(self) -> float:
        """time.monotonic() of the thread's last sign of life; older than LONGEST_SILENCE, it hangs: `wake` cuts it."""
        session = self._session
        return max(self._moved_at, session.moved_at if session else 0.0)

    def run(self) -> None:
        while not self._closing.is_set():
            try:
                self._one_session()
            except Exception as error:  # noqa: BLE001  the thread's one catch-all: a mailbox never dies
                self._failed(error)
            self._rest(self._pause)

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
        if self._sweep and self._sweep.due():
            self._sweep_once(self._sweep)
        session = self._opened(self._folder)
        try:
            fresh = True
            while not self._closing.is_set():
                fresh = self._catch_up(session) or fresh
                self._wait(session, FIRST_WAIT if fresh else LONGEST_WAIT)
                self._pause, fresh = 0.0, False
        finally:
            self._shut(session)

    def _opened(self, folder: str) -> ImapSession:
        session = self._session = ImapSession(self._account, folder, self._context, self._limits)
        try:
            if not self._closing.is_set():
                self._login(session)
        except BaseException:
            self._shut(session)
            raise
        return session

    def _shut(self, session: ImapSession) -> None:
        self._alive()
        self._session = None
        session.close()

    def _sweep_once(self, sweep: Sweep) -> None:
        session = self._opened(sweep.folder)
        try:
            sweep.run(session)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            # The folder is not there: that is no reason not to read the others.
            log.warning("imap folder cannot be read again", account=self._account.name, error=self._told(error))
        finally:
            self._shut(session)

    def _catch_up(self, session: ImapSession) -> bool:
        """Read, finish and count until there is nothing to do in one round: news of a mail that came meanwhile may hide
        in the answer to any command, and each look opens the folder anew, read only. Whether there was any to read."""
        busy, read = True, False
        while busy and not self._closing.is_set():
            dealt = self._reader.look(session)
            self._succeeded(session)
            finished = self._finisher.finish(session)
            busy = bool(dealt) or finished or self._count(session)
            read = read or bool(dealt)
        self._succeeded(session)
        return read

    def _count(self, session: ImapSession) -> bool:
        counted = self._state.counted_at
        if counted and counted <= self._clock() < counted + self._count_every:
            return False
        tally = self._reader.count(session)
        if tally:
            self._state = replace(self._state, tally=tally, counted_at=self._clock())
        return True

    def _wait(self, session: ImapSession, longest: float) -> None:
        seconds = min(self._account.poll, longest)
        if session.offers("IDLE"):
            session.idle(seconds)
        else:
            self._rest(seconds)
            if self._woken.is_set():
                # Whoever woke us cuts this session, now or in a moment: only a new one is safe.
                raise SourceUnavailable("woken")

    def _rest(self, seconds: float) -> None:
        """Wait until woken, at most so long, and be seen to live."""
        end = time.monotonic() + seconds
        self._alive()
        while (left := end - time.monotonic()) > 0 and not self._woken.wait(min(left, TURN)):
            self._alive()

    def _alive(self) -> None:
        self._moved_at = time.monotonic()

    def _succeeded(self, session: ImapSession) -> None:
        if not self._well:
            log.info("imap folder is being read", account=self._account.name, folder=self._folder)
        self._well, self._pause = True, 0.0
        warning = "; ".join(filter(None, (session.warnings(), self._finisher.warning, self._reader.warning)))
        if warning and warning != self._state.warning:
            log.warning("imap folder", account=self._account.name, folder=self._folder, warning=warning)
        self._tell(replace(self._state, looked_at=self._clock(), error="", error_at=None, warning=warning))

    def _failed(self, error: Exception) -> None:
        """Note what went wrong, and how long to wait. A session that we cut ourselves did not fail."""
        if self._closing.is_set() or self._woken.is_set():
            return
        told = self._told(error)
        if self._well or told != self._state.error:
            log.warning("imap folder cannot be read", account=self._account.name, folder=self._folder, error=told)
        if not isinstance(error, EXPECTED):
            # Where it happened, without values: they could be secrets.
            log.error("imap reader is at fault", at="".join(traceback.format_tb(error.__traceback__)))
        self._well = False
        self._pause = self._longer(isinstance(error, LoginError))
        self._tell(replace(self._state, error=told, error_at=self._clock()))

    def _told(self, error: Exception) -> str:
        return words(error, self._account.user)

    def _longer(self, refused: bool) -> float:
        first, longest = self._pauses.first, self._pauses.longest
        if refused:
            first, longest = longest, self._pauses.refused
        return min(max(self._pause * 2, first), longest)

    def _tell(self, state: MailboxState) -> None:
        self._state = state
        try:
            self._on_state(state)
        except Exception as error:  # noqa: BLE001  whoever listens must not end the reading
            log.error("imap state was not taken", account=self._account.name, error=type(error).__name__)
