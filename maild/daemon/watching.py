"""Have the files that make the policy changed, and do they rest? In: settings; out: yes or no, at each look.

Looked at are desks, rules, articles, workflows, templates and the directory, by name, time, size and inode: that sees
what an editor writes in place or renames into place, on network file systems too, and costs a stat for each file.
Laws: a change counts once nothing has changed from one look to the next, so that half of a save is not taken; it is
a change since *this node* took its files, so that nodes whose files differ do not take turns for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import structlog

from maild.config.policy import matching
from maild.settings import Settings

SECONDS = 2.0
"""Between two looks."""
MOST_PATIENCE = 5.0
"""Seconds that the daemon's end waits for a look."""
log = structlog.get_logger()
Marks = frozenset[tuple[str, int, int, int]]


def marks_of(settings: Settings) -> Marks:
    """What tells the files as they are now from what they were: path, time (ns), size and inode of each."""
    return frozenset(mark for path in _files(settings) for mark in _mark(path))


def _files(settings: Settings) -> Iterator[Path]:
    yield from matching(settings.desks)
    yield from matching(settings.rules)
    yield from matching(settings.articles)
    yield from matching(settings.workflows)
    yield settings.directory
    if settings.templates is not None:
        yield from settings.templates.rglob("*")


def _mark(path: Path) -> Iterator[tuple[str, int, int, int]]:
    """One, or none of a file that is not there (any more)."""
    with suppress(OSError):
        found = path.stat()
        yield str(path), found.st_mtime_ns, found.st_size, found.st_ino


class Watch:
    """The files of one node. Whoever takes them calls `look` before reading them and `took` afterwards."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._last: Marks | None = None
        self._taken: Marks = frozenset()

    def look(self) -> Marks:
        """The files as they are now."""
        return marks_of(self._settings)

    def took(self, marks: Marks) -> None:
        """What the files said when they looked like this has been dealt with."""
        self._taken = marks

    def has_news(self) -> bool:
        """Look: do the files rest since the last look, and are they others than those that were taken?"""
        now, before = self.look(), self._last
        self._last = now
        return now == before and now != self._taken


class Lookout:
    """Looks again and again, in a thread that nobody waits for: a file server that hangs holds up nothing else."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._looking: Thread | None = None

    async def round(self) -> None:
        """One look, unless the last one still goes on. For a tick."""
        if self._looking is None or not self._looking.is_alive():
            self._looking = Thread(target=self._one_look, name="files", daemon=True)
            self._looking.start()

    def close(self) -> None:
        """Let a look come to its end, if it is near."""
        if self._looking:
            self._looking.join(MOST_PATIENCE)

    def _one_look(self) -> None:
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 - the thread's one catch-all: the next look tries again
            log.warning("files not taken", error=type(error).__name__, because=str(error).partition("\n")[0])
