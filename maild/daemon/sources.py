"""What only one node does at a time: reading each mailbox, watching each Maildir, making backups, asking directories.

In: settings and the node's surroundings; out: threads that run while the node owns their thing, and a tick.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from maild.daemon import directories
from maild.daemon.around import Surroundings
from maild.daemon.backups import Backups, Site
from maild.daemon.directories import DIRECTORIES, Directories
from maild.daemon.mailboxes import Mailboxes
from maild.daemon.ownership import Ownership, Pace, Thing
from maild.daemon.rounds import in_thread
from maild.daemon.schedule import Tick
from maild.daemon.wellbeing import Wellbeing
from maild.ingest.imap import LONGEST_SILENCE
from maild.steps.house import House

BACKUPS = "backups"
MINUTE = 60.0


class Duty:
    """Something a node does while it owns it, without a thread of its own."""

    def __init__(self) -> None:
        self.mine = False

    def begin(self) -> None:
        self.mine = True

    def end(self) -> None:
        self.mine = False


class Sources:
    """All of it, for the roles this process plays: `imap` reads mailboxes and Maildirs, `clock` makes backups and asks
    further directories."""

    def __init__(
        self, site: Site, house: House, wake: Callable[[], None], wellbeing: Wellbeing, roles: frozenset[str]
    ) -> None:
        around = Surroundings(site.settings, house, site.node, wake, wellbeing.room.why)
        self._duty = Duty()
        self._backups = Backups(site, lambda: self._duty.mine)
        self._saves = "clock" in roles and bool(site.settings.backup)
        asks = "clock" in roles and bool(site.settings.directories)
        self._directories = Directories(site, wellbeing.vitals.pulse(DIRECTORIES)) if asks else None
        self._mailboxes = Mailboxes(around) if "imap" in roles else None
        self._ownership = Ownership(house.store, site.node, tuple(self._things()), Pace(site.settings.lease))
        wellbeing.tells(self._directories.troubles if self._directories else {})
        wellbeing.vitals.watch(self._quick_parts)
        wellbeing.vitals.watch(self._patient_parts, LONGEST_SILENCE + wellbeing.vitals.usual)

    def _things(self) -> Iterator[Thing]:
        if self._saves:
            yield Thing(BACKUPS, self._duty.begin, self._duty.end)
        if self._directories:
            yield Thing(DIRECTORIES, self._directories.begin, self._directories.end)
        if self._mailboxes:
            yield from self._mailboxes.things()

    def start(self) -> None:
        """Ask for what is to be owned. Raises StoreUnavailable."""
        if self._mailboxes:
            self._mailboxes.forget_others()
        if self._ownership.things:
            self._ownership.start()

    def _quick_parts(self) -> Iterator[tuple[str, float]]:
        """What moves every few seconds, with when it last did (monotonic seconds)."""
        if self._ownership.is_alive():
            yield "ownership", self._ownership.moved_at
        if self._mailboxes:
            yield from self._mailboxes.maildir_parts()

    def _patient_parts(self) -> Iterator[tuple[str, float]]:
        """Who waits for a server, which may take its time."""
        if self._mailboxes:
            yield from self._mailboxes.imap_parts()

    def ticks(self) -> Iterator[Tick]:
        """Seconds between two rounds."""
        if self._saves:
            yield Tick(BACKUPS, MINUTE, in_thread(self._backups.round))
        if self._directories:
            yield Tick(DIRECTORIES, directories.SECONDS, in_thread(self._directories.round))

    def reload(self) -> None:
        """Ask every directory anew, if they are ours to ask."""
        if self._directories:
            self._directories.ask_all()

    async def close(self) -> None:
        """Let go of everything, so that another node need not wait."""
        self._backups.stop()
        if self._directories:
            await asyncio.to_thread(self._directories.close)
        await asyncio.to_thread(self._ownership.close)
