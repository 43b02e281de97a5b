"""Everything by which a running node is judged, in one hand, for `serve`: vitals, room, metrics, and what it tells.

In: settings, the house, the node's name; out: the pulses and questions that its parts are given, and `ticks`, which
are those of the node, watched, and our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from maild.daemon import metrics, room, telling
from maild.daemon.metrics import Counts, Metrics
from maild.daemon.room import room_of
from maild.daemon.rounds import in_thread
from maild.daemon.schedule import Tick
from maild.daemon.telling import Telling
from maild.daemon.vitals import PERIOD, Vitals, Watchdog, dead_man, watched
from maild.settings import Settings
from maild.steps.house import House

REPLIES = 9
"""Answers of a relay between two signs of life at most: greeting, EHLO, STARTTLS, EHLO, AUTH, MAIL, RCPT, DATA, dot."""
LONG = {"backups": 3 * 3600.0}
"""Seconds that a round of a tick may take, where it copies a whole database."""


class Wellbeing:
    """One node's. `relay` says what is wrong with the relay, "" for nothing."""

    def __init__(self, settings: Settings, house: Callable[[], House], node: str, relay: Callable[[], str]) -> None:
        self._settings = settings
        self.vitals = Vitals(settings.alarms.stuck)
        self.watchdog = Watchdog(self.vitals, dead_man(settings.alarms.stuck))
        self.room = room_of(settings, house().store)
        self.counts = Counts(stuck=lambda: self.watchdog.stuck, takes_mail=lambda: not self.room.reply())
        self.commit = self.vitals.pulse("group commit")
        self.commit.rest()
        self._metrics = Metrics(settings.metrics, settings, house, self.counts, node) if settings.metrics else None
        parts = {"stuck": lambda: ", ".join(self.watchdog.stuck), "room": self.room.why, "relay": relay}
        self._telling = Telling(house().store, node, house().clock, parts)

    @property
    def patience_with_relay(self) -> float:
        """Seconds in which a relay that answers at all has answered."""
        return self._settings.alarms.stuck + REPLIES * (self._settings.relay.timeout if self._settings.relay else 0)

    def tells(self, parts: Mapping[str, Callable[[], str]]) -> None:
        """More parts for `maild status`: for each a function that says what is wrong with it, "" for nothing."""
        self._telling.also(parts)

    def ticks(self, others: Iterable[Tick]) -> tuple[Tick, ...]:
        """All ticks of the node, each a part that may hang; but for the one that would notice. To be asked for once,
        when everything else runs: from here on silence counts.
        """
        self.watchdog.begin()
        everyone = (*others, *self._own())
        return (Tick("watchdog", PERIOD, self.watchdog.tick), *(self._watched(tick) for tick in everyone))

    def close(self) -> None:
        """The node stops as it should."""
        self.watchdog.close()

    def _watched(self, tick: Tick) -> Tick:
        return watched(tick, self.vitals, LONG.get(tick.name))

    def _own(self) -> Iterator[Tick]:
        yield Tick("room", room.SECONDS, in_thread(self.room.look))
        yield Tick("telling", telling.SECONDS, in_thread(self._telling.tell))
        if self._metrics:
            yield Tick("metrics", metrics.SECONDS, in_thread(self._metrics.write))
