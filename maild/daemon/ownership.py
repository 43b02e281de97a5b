"""What this node owns: it asks for each thing, says again and again that it lives, and lets go in time.

In: names of things, what to do when one becomes ours and when it is no longer; out: nothing. One thread.
Laws: a thing is ours only while the database has said so within half a lease; the thing of a node that died is taken
over after a lease and a round, within a minute. Clocks of nodes are never compared (`store.leases`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from maild.errors import TemporaryFailure
from maild.store import leases
from maild.store.engine import Store
from maild.store.leases import Lease

log = structlog.get_logger()
NOBODYS = Lease("", 0)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: after `lease` without a sign of life an owner is believed dead; six times as often everybody looks."""

    lease: float = 30.0

    @property
    def round(self) -> float:
        return self.lease / 6


PACE = Pace()


@dataclass
class Thing:
    """Something to be owned. `seen` is its lease at the last look, `since` when that last changed (monotonic)."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    seen: Lease = NOBODYS
    since: float = 0.0
    mine: bool = False


class Ownership(threading.Thread):
    """Keeps what is ours until `close`. `begin` and `end` of a thing are called in this thread."""

    def __init__(self, store: Store, node: str, things: Sequence[Thing], pace: Pace = PACE) -> None:
        super().__init__(name="ownership", daemon=True)
        self._store = store
        self._node = node
        self.things = things
        self._pace = pace
        self._closing = threading.Event()
        self.moved_at = time.monotonic()

    def start(self) -> None:
        """It moves from here on, however long the rest of the daemon took to begin."""
        self.moved_at = time.monotonic()
        super().start()

    def run(self) -> None:
        while not self._closing.is_set():
            for thing in self.things:
                self._guarded(thing)
                self.moved_at = time.monotonic()
            self._closing.wait(self._pace.round)

    def close(self) -> None:
        """End, and let go of everything, so that others need not wait."""
        self._closing.set()
        if self.is_alive():
            self.join()
        for thing in self.things:
            if thing.mine:
                self._let_go(thing)

    def _guarded(self, thing: Thing) -> None:
        try:
            self._round(thing)
        except Exception as error:  # noqa: BLE001 - the thread's one catch-all: the other things go on
            log.error("ownership is at fault", thing=thing.name, error=type(error).__name__)
            self._unsure(thing, error)

    def _round(self, thing: Thing) -> None:
        try:
            taken = self._store.retrying(lambda tx: self._ask(tx, thing))
        except TemporaryFailure as error:
            return self._unsure(thing, error)
        if taken:
            thing.seen, thing.since = taken, time.monotonic()
        if taken and not thing.mine:
            self._gained(thing)
        elif thing.mine and not taken:
            log.warning("owned by another node", thing=thing.name, owner=thing.seen.owner)
            self._lost(thing)
        return None

    def _ask(self, tx: Connection, thing: Thing) -> Lease | None:
        """One look: our lease, if the thing is ours now."""
        now, stands = time.monotonic(), leases.look(tx, thing.name)
        if stands != thing.seen or not thing.since:
            thing.seen, thing.since = stands, now
        free = stands.owner in ("", self._node) or now - thing.since > self._pace.lease
        if not free or not leases.take(tx, thing.name, self._node, stands):
            return None
        return Lease(self._node, stands.beats + 1)

    def _unsure(self, thing: Thing, error: Exception) -> None:
        """The database is away: what is ours may be somebody else's soon."""
        if thing.mine and time.monotonic() - thing.since > self._pace.lease / 2:
            log.warning("no longer sure to own it", thing=thing.name, because=str(error).partition("\n")[0])
            self._lost(thing)

    def _gained(self, thing: Thing) -> None:
        try:
            thing.begin()
        except TemporaryFailure as error:
            # It stays ours, and the next round begins again.
            log.warning("cannot begin", thing=thing.name, because=str(error).partition("\n")[0])
            return thing.end()
        except Exception:
            # What has begun of it would run beside what the next round begins.
            thing.end()
            raise
        log.info("owned by this node", thing=thing.name)
        thing.mine = True
        return None

    def _lost(self, thing: Thing) -> None:
        thing.mine = False
        thing.end()

    def _let_go(self, thing: Thing) -> None:
        thing.mine = False
        thing.end()
        try:
            self._store.retrying(lambda tx: leases.give_up(tx, thing.name, self._node))
        except TemporaryFailure as error:
            log.warning("not given up", thing=thing.name, because=str(error).partition("\n")[0])
