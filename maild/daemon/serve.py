"""The main process: start everything, run until a signal comes, stop without losing anything.

One asyncio loop for the edges, delivery and the clock; a thread per mailbox; synchronous SQL in a small thread
pool; workers in processes of their own. Wake-ups are a courtesy: every step is also polled.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import structlog
from sqlalchemy import Connection

from maild import pipeline
from maild.config import load_settings
from maild.daemon import ROLES, node, schedule, systemd, watching
from maild.daemon.background import LoopEnded, background
from maild.daemon.backups import Site
from maild.daemon.calls import CallLoop, caller_for
from maild.daemon.delivery import DeliveryLoop, Watched
from maild.daemon.dots import Dots
from maild.daemon.memory import settle_down
from maild.daemon.pages import pages
from maild.daemon.policy import PolicyKeeper
from maild.daemon.rounds import Rounds, in_thread
from maild.daemon.sources import Sources
from maild.daemon.wellbeing import Wellbeing
from maild.daemon.workers import Workers
from maild.ingest.group import GroupCommit
from maild.ingest.smtp import start_listeners
from maild.model import ReceivedMail
from maild.settings import Settings
from maild.steps.house import House
from maild.store import inbox, nodes, outbox

DRAIN = 20.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Choice:
    """What this process shall do: which settings file, which roles."""

    settings: Path
    roles: frozenset[str] = frozenset(ROLES)


async def serve(choice: Choice) -> None:
    """Run the daemon until SIGTERM or SIGINT. Raises LoopEnded where it stopped for want of one of its loops."""
    settings = load_settings(choice.settings)
    node.prepare_state(settings.state)
    with node.lock(settings.state):
        keeper = PolicyKeeper(settings)
        house = await asyncio.to_thread(keeper.open)
        try:
            await Daemon(settings, house, keeper, choice).run()
        finally:
            house.store.close()


class Daemon:
    """Everything one node runs."""

    def __init__(self, settings: Settings, house: House, keeper: PolicyKeeper, choice: Choice) -> None:
        self._settings = settings
        self._house = house
        self._keeper = keeper
        self._roles = choice.roles
        self._name = node.name_of(settings)
        self._stop = asyncio.Event()
        self._failed = False
        self._following = Lock()
        self._lookout = watching.Lookout(self._take_changed)
        self._dots = Dots(settings.state / "outbox.dots")
        self._wellbeing = Wellbeing(settings, self._current, self._name, lambda: self._delivery.trouble)
        watched = Watched(self._dots, self._wellbeing.vitals.pulse("delivery"), self._wellbeing.patience_with_relay)
        watched.pulse.rest()
        self._delivery = DeliveryLoop(settings, self._name, self._current, watched)
        self._calls = self._call_loop()
        self._workers = Workers(settings, house, self._name, self._wake_outbox)
        site = Site(choice.settings, settings, self._name, house.clock, lambda: house.store)
        self._sources = Sources(site, house, self._workers.wake, self._wellbeing, choice.roles)

    async def run(self) -> None:
        """Start in an order that never takes mail before it can be kept; stop in the opposite order."""
        self._listen_to_signals()
        run = await asyncio.to_thread(self._take_up)
        async with AsyncExitStack() as stack:
            await self._start(stack, run)
            settle_down()
            systemd.notify("READY=1", f"STATUS=serving as {self._name}")
            log.info(
                "serving", node=self._name, policy=self._house.policy.version[:12], roles=",".join(sorted(self._roles))
            )
            await self._stop.wait()
            systemd.notify("STOPPING=1")
            log.info("stopping", node=self._name)
        await asyncio.to_thread(self._house.store.retrying, lambda tx: nodes.stop(tx, run, self._house.clock()))
        if self._failed:
            raise LoopEnded

    async def _start(self, stack: AsyncExitStack, run: nodes.RunId) -> None:
        if "workers" in self._roles:
            self._workers.start()
            stack.push_async_callback(self._workers.stop)
            looks = self._workers.watch(self._wellbeing.vitals.pulse("workers"))
            await stack.enter_async_context(background(looks, self._crashed))
        if "outbox" in self._roles:
            stack.push_async_callback(self._delivery.close)
            await stack.enter_async_context(background(self._delivery.run(), self._crashed))
            stack.push_async_callback(self._calls.close)
            await stack.enter_async_context(background(self._calls.run(), self._crashed))
        await asyncio.to_thread(self._sources.start)
        stack.push_async_callback(self._sources.close)
        if "smtp" in self._roles:
            await self._listen(stack)
        if "web" in self._roles:
            await stack.enter_async_context(pages(self._settings, self._current, self._crashed))
        stack.push_async_callback(asyncio.to_thread, self._lookout.close)
        clock = schedule.start(self._wellbeing.ticks(self._ticks(run)))
        stack.callback(self._wellbeing.close)
        stack.callback(clock.shutdown, wait=False)

    def _call_loop(self) -> CallLoop:
        slowest = max((one.timeout for one in self._settings.webhooks), default=0.0)
        pulse = self._wellbeing.vitals.pulse("calls", self._settings.alarms.stuck + slowest)
        pulse.rest()
        return CallLoop(self._name, self._current, caller_for(self._settings, self._house.clock), pulse)

    def _wake_outbox(self) -> None:
        self._delivery.wake()
        self._calls.wake()

    async def _listen(self, stack: AsyncExitStack) -> None:
        commit = GroupCommit(self._receive)
        room = self._wellbeing.room
        listeners = await start_listeners(self._settings, commit.accept, self._is_ours, self._house.clock, room.reply)
        self._wellbeing.counts.sessions = lambda: listeners.sessions
        stack.push_async_callback(commit.close)
        stack.push_async_callback(listeners.drain, DRAIN)
        for address in listeners.addresses:
            log.info("listening", address=str(address))

    def _receive(self, mails: Sequence[ReceivedMail]) -> None:
        """Runs in the group commit's thread."""
        with self._wellbeing.commit.working():
            pipeline.receive(self._house.store, mails)
        self._wellbeing.counts.add(len(mails))
        self._workers.wake()

    def _current(self) -> House:
        return self._house

    def _is_ours(self, address: str) -> bool:
        return self._house.policy.desk_of(address) is not None

    def _take_up(self) -> nodes.RunId:
        """Claims of this node's earlier life return; what was being sent then may have arrived (law 10)."""
        now = self._house.clock()
        suspects, noted = self._workers.suspects(), self._dots.left_over()

        def write(tx: Connection) -> nodes.RunId:
            for work in suspects:
                inbox.charge(tx, work.entry, now, "node-killed", "the whole node was killed while reading it")
            inbox.release_node(tx, self._name)
            outbox.recover(tx, self._name, now, noted)
            return nodes.start(tx, self._name, now)

        run = self._house.store.retrying(write)
        self._dots.begin()  # only now: had the database been away, the next start must still know
        return run

    def _ticks(self, run: nodes.RunId) -> tuple[schedule.Tick, ...]:
        return (
            schedule.Tick("deliver", 1, self._deliver),
            schedule.Tick("calls", 2, self._call),
            schedule.Tick("policy", 5, in_thread(self._follow_policy)),
            *self._looks(),
            *self._sources.ticks(),
            *Rounds(self._current, run, self._settings.state).ticks(self._roles),
        )

    def _looks(self) -> Iterator[schedule.Tick]:
        if self._settings.reload_on_change:
            yield schedule.Tick("files", watching.SECONDS, self._lookout.round)

    async def _deliver(self) -> None:
        self._delivery.wake()

    async def _call(self) -> None:
        self._calls.wake()

    def _follow_policy(self) -> None:
        """Another node, or `maild reload`, may have made another version current."""
        with self._following:
            fresh = self._keeper.follow(self._house)
            if fresh is not self._house:
                self._house = fresh
                self._workers.reload()
                log.info("policy in force", policy=fresh.policy.version[:12])

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(in_thread(self._reload)()))

    def _take_changed(self) -> None:
        """`reload_on_change`. Further directories keep their own time: saving a rule asks no server."""
        if self._keeper.reload_if_changed(self._house):
            self._follow_policy()

    def _reload(self) -> None:
        """SIGHUP: take the files as they are now."""
        self._keeper.reload(self._house)
        self._follow_policy()
        self._sources.reload()

    def _crashed(self, error: BaseException) -> None:
        """A loop that must not end has ended: stop, so that the service manager starts us afresh."""
        log.error("loop ended", error=type(error).__name__, because=str(error))
        self._failed = True
        self._stop.set()
