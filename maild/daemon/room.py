"""Is there room for mail? Looked at every few seconds, so that senders are told before they send (FAULT-A13, A15).

In: free disk where the database and the state lie, whether the database answers, whether it still keeps its word.
Out: `reply()`, "" or the whole SMTP reply, from an attribute. Laws: nothing is deleted to make room; when there is room
again mail is taken again by itself; a reply tells a stranger nothing of the house, the log and `why` tell all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from maild.config import database_url
from maild.errors import MaildError, TemporaryFailure
from maild.settings import MEBIBYTE, Settings
from maild.store.backup.disk import free_bytes
from maild.store.engine import Store, open_store
from maild.store.health_views import answers

SQLITE = "sqlite:///"
SECONDS = 3.0
"""Between two looks."""
HOUR = 3600.0
NO_DISK = "452 4.3.1 no room on disk, try again later"
NO_STORE = "451 4.3.0 mail cannot be kept now, try again later"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lack:
    """Why mail cannot be taken: what SMTP says, and what the log says."""

    reply: str
    why: str


@dataclass
class Room:
    """Whether mail can be kept now. `look` is for a tick, in a thread; all else is cheap and from any thread.

    `file` is the SQLite file, None with a server; `check_durable` raises where the database would forget (law 1).
    """

    store: Store
    folders: Sequence[Path]
    least: int
    file: Path | None
    check_durable: Callable[[], None]
    free: Callable[[Path], int] = free_bytes
    now: Callable[[], float] = time.monotonic
    _why: str = field(default="", init=False)
    _reply: str = field(default="", init=False)
    _durable_until: float = field(default=0.0, init=False)
    _inode: tuple[int, int] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        # The store was opened, and with it checked, a moment ago.
        self._durable_until = self.now() + HOUR
        self._inode = _inode(self.file)

    def reply(self) -> str:
        """ "" where mail may come, else the SMTP reply that keeps it away for now."""
        return self._reply

    def why(self) -> str:
        """The same for our own people: why nothing can be kept now."""
        return self._why

    def look(self) -> None:
        """Look at everything. Never raises for what it looks at."""
        lack = self._lack()
        reply, why = (lack.reply, lack.why) if lack else ("", "")
        if why and reply != self._reply:
            log.error("no mail is taken", because=why)
        elif self._reply and not reply:
            log.warning("mail is taken again")
        self._reply, self._why = reply, why

    def _lack(self) -> Lack | None:
        return self._no_disk() or self._no_file() or self._no_answer() or self._not_durable()

    def _no_disk(self) -> Lack | None:
        for folder in self.folders:
            try:
                free = self.free(folder)
            except OSError as error:
                return Lack(NO_STORE, f"{folder} cannot be looked at ({error.strerror}): is its disk there?")
            if free < self.least:
                told = f"{free // MEBIBYTE} MiB are free in {folder}, limits.free_disk is {self.least // MEBIBYTE} MiB"
                return Lack(NO_DISK, f"{told}: make room on that disk")
        return None

    def _no_file(self) -> Lack | None:
        """SQLite goes on writing into a file that was deleted: all of it would be gone at the next start."""
        if _inode(self.file) == self._inode:
            return None
        return Lack(NO_STORE, f"{self.file} was moved, deleted or replaced: put it back, or restart maild")

    def _no_answer(self) -> Lack | None:
        try:
            answers(self.store)
        except TemporaryFailure as error:
            return Lack(NO_STORE, _line(error))
        return None

    def _not_durable(self) -> Lack | None:
        if self.now() < self._durable_until:
            return None
        try:
            self.check_durable()
        except MaildError as error:
            return Lack(NO_STORE, _line(error))
        self._durable_until = self.now() + HOUR
        return None


def room_of(settings: Settings, store: Store) -> Room:
    """The room of this node. An hourly look opens a connection of its own: defaults count for new ones only."""
    url = database_url(settings)
    file = Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None
    folders = dict.fromkeys((settings.state, *((file.parent,) if file else ())))
    return Room(store, tuple(folders), settings.limits.free_disk, file, lambda: open_store(url, pool_size=1).close())


def _inode(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    try:
        told = file.stat()
    except OSError:
        return 0, 0
    return told.st_dev, told.st_ino


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
