"""The clock's rounds: what is done again and again, how often, and that none of them can end the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path

import structlog
from sqlalchemy import Connection

from maild import pipeline
from maild.daemon.schedule import Tick
from maild.steps import erasing, retention
from maild.steps.house import House
from maild.store import invitations, nodes, outbox, signatures

log = structlog.get_logger()


MOST_TICKS = 500
"""In one round: so much can hardly be due, and a step that never comes to an end shall not hold up the clock."""


class Rounds:
    """The rounds of one node. `house` is asked each time, since a reload changes it; `run` is the node's run id,
    `state` its folder."""

    def __init__(self, house: Callable[[], House], run: nodes.RunId, state: Path) -> None:
        self._house, self._state = house, state
        self._run = run

    def ticks(self, roles: Collection[str]) -> tuple[Tick, ...]:
        """Seconds between two rounds; see the functions for what each does. Every node beats, whatever its roles."""
        beat = Tick("beat", 10, in_thread(self.beat))
        if "clock" not in roles:
            return (beat,)
        return (
            beat,
            Tick("reminders", 15, in_thread(self.remind)),
            Tick("ambiguous", 30, in_thread(self.recover)),
            Tick("forget", 3600, in_thread(self.forget)),
        )

    def beat(self) -> None:
        """Say that this node is up: availability (REQ-L9), `maild status` and `maild restore` go by it."""
        house = self._house()
        house.store.retrying(lambda tx: nodes.beat(tx, self._run, house.clock()))

    def remind(self) -> None:
        """Do what is due. After a downtime that may be much: all of it, as far as one round may take."""
        for _ in range(MOST_TICKS):
            if not pipeline.tick(self._house()):
                return

    def recover(self) -> None:
        """Mail that a node was sending when it vanished may have arrived: law 10 says what follows."""
        house = self._house()
        house.store.retrying(lambda tx: outbox.recover(tx, None, house.clock()))

    def forget(self) -> None:
        """Let go of signatures that are too old to prove anything strictly, of links that ended long ago, and of what a
        desk has kept long enough; what was erased is written down beside the database, too."""
        house = self._house()

        def forget(tx: Connection) -> None:
            signatures.forget(tx, house.clock())
            invitations.forget(tx, house.clock())

        house.store.retrying(forget)
        retention.tidy(house)
        erasing.write_down(house.store, self._state)


def in_thread(step: Callable[[], None]) -> Callable[[], Coroutine[None, None, None]]:
    """One round of synchronous work; an outage is logged, and the next round tries again."""

    async def one_round() -> None:
        try:
            await asyncio.to_thread(step)
        except Exception as error:  # noqa: BLE001 - one catch-all per loop: the clock goes on
            log.warning("round failed", error=type(error).__name__, because=str(error).partition("\n")[0])

    return one_round
