"""Which runs answer which goals. Each measure gives its results; a run that is incomplete makes them failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TypeVar

from bench import accept, goals, mailbox, postfix, road
from bench.contest import Result, alternate
from bench.goals import Goal
from bench.postgres import Postgres, running_postgres
from bench.waiting import Incomplete
from bench.workload import Workload

LOADS = (
    (goals.ACCEPT_5K, accept.Load(messages=8, size=5 * 1024, connections=50)),
    (goals.ACCEPT_50K, accept.Load(messages=3, size=50 * 1024, connections=10)),
)

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much: mails on the whole road, and rounds. Accepting takes more mails, since it is quicker."""

    messages: int
    rounds: int


def measure_accept(plan: Plan) -> Iterator[Result]:
    """Taking mail, beside Postfix."""
    for goal, share in LOADS:
        load = accept.Load(share.messages * plan.messages, share.size, share.connections)

        def both(goal: Goal = goal, load: accept.Load = load) -> Sequence[tuple[float, float]]:
            _need_postfix()
            return alternate(goal.title, plan.rounds, lambda: accept.maild(load), lambda: accept.postfix(load))

        yield from _results(both, (goal, lambda rate: rate))


def measure_road(plan: Plan) -> Iterator[Result]:
    """The whole road, beside django-helpdesk; memory on the way."""
    workload = Workload(plan.messages)
    with running_postgres() as server:
        yield from _road(workload, plan.rounds, None, goals.ROAD_SQLITE, goals.CPU_SQLITE, goals.MEMORY_SQLITE)
        yield from _road(workload, plan.rounds, server, goals.ROAD_POSTGRES, goals.CPU_POSTGRES, goals.MEMORY_POSTGRES)


def measure_memory(plan: Plan) -> Iterator[Result]:
    """maild's memory alone, on the whole road."""
    workload = Workload(plan.messages)
    with running_postgres() as server:
        for goal, database in ((goals.MEMORY_SQLITE, None), (goals.MEMORY_POSTGRES, server)):
            yield from _memory(workload, plan.rounds, database, goal)


def _memory(workload: Workload, rounds: int, server: Postgres | None, goal: Goal) -> Iterator[Result]:
    try:
        yield Result(goal, tuple(road.maild(workload, server).peak.mebibytes for _ in range(rounds)))
    except Incomplete as error:
        yield Result(goal, failure=str(error))


def measure_mailbox(plan: Plan) -> Iterator[Result]:
    """Mail out of a mailbox, beside imapclient alone, and beside SMTP."""
    workload = Workload(plan.messages)
    mails = tuple(islice(cycle(workload.first), 4 * plan.messages))

    def fetching() -> Sequence[tuple[float, float]]:
        title = goals.INTO_INBOX.title
        return alternate(
            title, plan.rounds, lambda: mailbox.into_the_inbox(mails), lambda: mailbox.fetched_alone(mails)
        )

    def roads() -> Sequence[tuple[road.Run, road.Run]]:
        title = goals.ROAD_IMAP.title
        return alternate(title, plan.rounds, lambda: mailbox.road(workload), lambda: road.maild(workload, None))

    yield from _results(fetching, (goals.INTO_INBOX, lambda rate: rate))
    yield from _results(roads, (goals.ROAD_IMAP, lambda run: run.rate))


MEASURES = {"accept": measure_accept, "road": measure_road, "mailbox": measure_mailbox, "memory": measure_memory}
DEFAULT = ("accept", "road", "mailbox")


def _road(
    workload: Workload, rounds: int, server: Postgres | None, speed: Goal, cpu: Goal, memory: Goal
) -> Iterator[Result]:
    def both() -> Sequence[tuple[road.Run, road.Run]]:
        return alternate(
            speed.title, rounds, lambda: road.maild(workload, server), lambda: road.helpdesk(workload, server)
        )

    return _results(
        both,
        (speed, lambda run: run.rate),
        (cpu, lambda run: run.cpu_each),
        (memory, lambda run: run.peak.mebibytes),
    )


def _results(
    runs: Callable[[], Sequence[tuple[Outcome, Outcome]]], *figures: tuple[Goal, Callable[[Outcome], float]]
) -> Iterator[Result]:
    """One result for each goal, from the same runs."""
    try:
        pairs = runs()
    except Incomplete as error:
        yield from (Result(goal, failure=str(error)) for goal, _ in figures)
        return
    for goal, figure in figures:
        theirs = tuple(figure(other) for _, other in pairs) if goal.other else ()
        yield Result(goal, tuple(figure(one) for one, _ in pairs), theirs)


def _need_postfix() -> None:
    if missing := postfix.missing():
        raise Incomplete(missing)
