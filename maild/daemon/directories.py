"""Further directories, asked again and again: is one due? Then ask it, import what it says, keep what went wrong.

In: `settings.directories`, and whether this node is the one that asks (`begin`, `end`: one node at a time); out: the
register as the sources say, and for each source `trouble`, "" while it answers.
Laws: what a source says is imported as a whole or not at all, by the node that owns this and nobody else; whatever goes
wrong, the register stays as it is and the next round goes on. One is asked at a time, in a thread that nothing waits
for: a source that hangs ends with its own time limit, or with the daemon. What a source got wrong may name people, so
the log has only what kind of trouble it is; `maild status` has the words.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from maild.daemon.backups import Site
from maild.daemon.vitals import Pulse
from maild.errors import LeaseLost, MaildError, TemporaryFailure
from maild.settings import FurtherDirectory
from maild.steps.directories import refresh, source_of
from maild.store import leases

DIRECTORIES = "directories"
"""The name of the lease."""
SECONDS = 1.0
"""Between two looks at what is due."""
AGAIN = timedelta(minutes=5)
"""After a failure a source is asked again so soon, if not sooner."""
MOST_PATIENCE = 5.0
log = structlog.get_logger()


@dataclass
class Watched:
    """One source: when it is due (None: at once), and what went wrong last, "" for nothing."""

    settings: FurtherDirectory
    due: datetime | None = None
    trouble: str = ""

    def told(self) -> str:
        return self.trouble


class Directories:
    """All further directories of one node. `pulse` is this part's; `round` is for a tick, the rest for any thread."""

    def __init__(self, site: Site, pulse: Pulse) -> None:
        self._site = site
        self._pulse = pulse
        self._sources = [Watched(one) for one in site.settings.directories]
        self._mine = False
        self._asking: threading.Thread | None = None
        pulse.rest()

    @property
    def troubles(self) -> Mapping[str, Callable[[], str]]:
        """For each source what it is called in `maild status`, and what is wrong with it."""
        return {f"directory {one.settings.name}": one.told for one in self._sources}

    def begin(self) -> None:
        """This node asks from now on, all of them at once."""
        self.ask_all()
        self._mine = True

    def end(self) -> None:
        """Another node asks from now on, and tells what is wrong."""
        self._mine = False
        for one in self._sources:
            one.trouble = ""

    def ask_all(self) -> None:
        """All are due: the files, or whatever they ask, may have changed."""
        for one in self._sources:
            one.due = None

    def round(self) -> None:
        """Ask the first that is due, unless one is being asked."""
        if not self._mine or (self._asking and self._asking.is_alive()):
            return
        now = self._site.clock()
        due = next((one for one in self._sources if one.due is None or one.due <= now), None)
        if due:
            due.due = now + timedelta(minutes=due.settings.every)
            self._asking = threading.Thread(target=self._ask, args=(due,), name="directory", daemon=True)
            self._asking.start()

    def close(self) -> None:
        """Let the one that is being asked come to its end, if it is near."""
        if self._asking:
            self._asking.join(MOST_PATIENCE)

    def _ask(self, one: Watched) -> None:
        name = one.settings.name
        with self._pulse.working(one.settings.timeout + self._pulse.usual):
            try:
                done = refresh(self._site.store(), source_of(one.settings), self._site.clock, self._fence)
            except Exception as error:  # noqa: BLE001 - the thread's one catch-all: the others are asked all the same
                self._failed(one, error)
            else:
                one.trouble = ""
                log.info("directory", source=name, added=done.added, changed=done.changed, removed=done.removed)

    def _failed(self, one: Watched, error: Exception) -> None:
        if isinstance(error, LeaseLost) or not self._mine:
            return
        words = str(error) if isinstance(error, MaildError) else f"a fault of maild's own, {type(error).__name__}"
        one.trouble = words or type(error).__name__
        one.due = self._site.clock() + min(AGAIN, timedelta(minutes=one.settings.every))
        # The words of what cannot be reached name nobody; those of a broken answer may.
        because = words if isinstance(error, TemporaryFailure) else "see `maild status`"
        log.warning("directory not taken", source=one.settings.name, error=type(error).__name__, because=because)

    def _fence(self, tx: Connection) -> None:
        leases.require(tx, DIRECTORIES, self._site.node)
