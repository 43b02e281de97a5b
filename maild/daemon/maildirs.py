"""The Maildirs this node watches: it owns one, and then looks into it every few seconds, in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection

from maild import pipeline
from maild.daemon.around import Surroundings
from maild.daemon.folder import Teller
from maild.errors import SourceUnavailable, StoreFull
from maild.ingest.maildir import MaildirReader
from maild.model import MailboxState, ReceivedMail
from maild.settings import MaildirSource
from maild.store import leases

log = structlog.get_logger()
FOLDER = "new"
# Seconds: who waits longer than this without a sign of life cannot be told from who hangs.
TURN: Final = 5.0


def lease_of(source: str) -> str:
    """The name of the lease on a Maildir."""
    return f"maildir:{source}"


class MaildirWatcher(threading.Thread):
    """Watches one Maildir until `close`; whatever goes wrong, it looks again."""

    def __init__(self, source: MaildirSource, around: Surroundings) -> None:
        super().__init__(name=f"maildir-{source.name}", daemon=True)
        self._source = source
        self._around = around
        self._reader = MaildirReader(source, around.house.clock, around.settings.limits.message_size)
        self._tell = Teller(around.house, around.node)
        self._state = MailboxState(source.name, FOLDER)
        self._closing = threading.Event()
        self.moved_at = time.monotonic()

    def run(self) -> None:
        while not self._closing.is_set():
            self._state = self._look()
            self._tell_state()
            self._rest()

    def close(self, seconds: float = 15) -> None:
        """End, and wait for it, at most `seconds`: a disk may hang. Mails being stored are still stored."""
        self._closing.set()
        if self.is_alive():
            self.join(seconds)

    def _rest(self) -> None:
        """Wait for the next look, and be seen to live."""
        end = time.monotonic() + self._source.poll
        self.moved_at = time.monotonic()
        while (left := end - self.moved_at) > 0 and not self._closing.wait(min(left, TURN)):
            self.moved_at = time.monotonic()

    def _tell_state(self) -> None:
        try:
            self._tell(self._state)
        except Exception as error:  # noqa: BLE001 - whoever listens must not end the watching
            log.error("maildir state was not taken", source=self._source.name, error=type(error).__name__)

    def _look(self) -> MailboxState:
        now = self._around.house.clock()
        try:
            seen = self._reader.look(self._keep)
        except Exception as error:  # noqa: BLE001 - the thread's one catch-all: a source never dies
            told = str(error).partition("\n")[0]
            if told != self._state.error:
                log.warning("maildir cannot be read", source=self._source.name, error=type(error).__name__)
            return MailboxState(self._source.name, FOLDER, "", self._state.looked_at, told, now)
        return MailboxState(self._source.name, FOLDER, "", now, warning=seen.problem)

    def _keep(self, mails: Sequence[ReceivedMail]) -> None:
        self.moved_at = time.monotonic()
        if self._closing.is_set():
            raise SourceUnavailable("it is no longer watched")
        if why := self._around.full():
            raise StoreFull(why)
        pipeline.receive_fenced(self._around.house.store, mails, self._fence)
        self._around.wake()

    def _fence(self, tx: Connection) -> None:
        leases.require(tx, lease_of(self._source.name), self._around.node)


@dataclass
class Maildir:
    """One Maildir: its watcher, while it is ours."""

    source: MaildirSource
    around: Surroundings
    watcher: MaildirWatcher | None = None

    def begin(self) -> None:
        self.watcher = MaildirWatcher(self.source, self.around)
        self.watcher.start()

    def end(self) -> None:
        ending, self.watcher = self.watcher, None
        if ending:
            ending.close()
