"""`maild sla`: what is promised for a ticket, by which arithmetic, and who is told when. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated

import typer

from maild.cli.envelope import instant
from maild.cli.help import examples, new_app
from maild.cli.house import desk_among, settings_of
from maild.cli.output import AsJson, safe, say, to_json
from maild.clock import system_clock
from maild.config.policy import sound_desks
from maild.desks.calendar import is_open
from maild.desks.policy import Desk
from maild.desks.service_levels import Asked
from maild.desks.simulation import Course, Pause, Step, Wait, simulated
from maild.desks.targets import WHOLE
from maild.desks.working_time import lasting, shown
from maild.errors import ExitCode
from maild.model.promises import Aim

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="sla")

USAGE = examples(
    "maild sla simulate --priority 1",
    "maild sla simulate --priority 1 --at 2026-12-24T16:30+01:00",
    "maild sla simulate --desk service --type problem --package gold --waits 2026-12-01T10:00Z/2026-12-03T09:00Z",
)


@dataclass(frozen=True, slots=True)
class PauseSeen:
    """A `Pause` as JSON has it; lengths are seconds."""

    begins_at: datetime
    ends_at: datetime
    left_seconds: int
    due_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A `Step` as JSON has it."""

    at: datetime
    percent: int
    tell: str
    assign: str


@dataclass(frozen=True, slots=True)
class CourseSeen:
    """A `Course` as JSON has it. `words`: how the first due time came about."""

    aim: Aim
    due_at: datetime
    always: bool
    fixed: bool
    work_seconds: int
    words: str
    pauses: tuple[PauseSeen, ...]
    escalation: tuple[StepSeen, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was asked, and what would become of it."""

    desk: str
    zone: str
    asked: Asked
    at: datetime
    promises: tuple[CourseSeen, ...]


@group.callback(epilog=USAGE)
def sla() -> None:
    """Service levels: what is promised, and by when."""


@group.command("simulate", epilog=USAGE)
def simulate(
    ctx: typer.Context,
    desk: Annotated[str, typer.Option("--desk", metavar="DESK", help="Its short name; else the first desk.")] = "",
    priority: Annotated[int | None, typer.Option("--priority", min=1, max=4, help="Else the desk's usual one.")] = None,
    type_: Annotated[str, typer.Option("--type", metavar="TYPE", help="The ticket's type.")] = "",
    category: Annotated[str, typer.Option("--category", metavar="NAME", help="The ticket's category.")] = "",
    package: Annotated[str, typer.Option("--package", metavar="NAME", help="What the organisation has booked.")] = "",
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it was asked; else now.")] = None,
    waits: Annotated[
        list[str] | None,
        typer.Option("--waits", metavar="FROM/TO", help="The clock stands still meanwhile; may be given again."),
    ] = None,
    json: AsJson = False,
) -> int:
    """Show what is promised for a ticket, with the arithmetic, and its escalations if nobody answers.

    By the desk files as they are now, without a database. Exit code 1: nothing is promised.
    """
    chosen = desk_among(sound_desks(settings_of(ctx)), desk)
    asked = Asked(priority or chosen.priority, type_, category, package)
    start = instant(at) if at else system_clock()
    courses = simulated(chosen, asked, start, _waits(waits or (), start))
    if json:
        seen = Simulation(chosen.desk, chosen.hours.zone, asked, start, tuple(map(_seen, courses)))
        say(to_json(seen, indent=2))
    else:
        for line in _told(chosen, asked, start, courses):
            say(line)
    return ExitCode.DONE if courses else ExitCode.FINDING


def _waits(written: Sequence[str], start: datetime) -> tuple[Wait, ...]:
    """In order. Raises BadParameter where they are none, or overlap."""
    waits = tuple(sorted(map(_wait, written), key=lambda one: one.begins_at))
    if waits and waits[0].begins_at < start:
        raise typer.BadParameter(f"a wait begins at {waits[0].begins_at.isoformat()}, before the ticket: see --at")
    for one, other in pairwise(waits):
        if other.begins_at < one.ends_at:
            raise typer.BadParameter(f"two waits overlap at {other.begins_at.isoformat()}: make one of them")
    return waits


def _wait(text: str) -> Wait:
    begin, slash, end = text.partition("/")
    if not slash:
        raise typer.BadParameter(f"{text!r} is no wait: write FROM/TO, as in 2026-12-01T10:00Z/2026-12-03T09:00Z")
    wait = Wait(instant(begin), instant(end))
    if wait.ends_at <= wait.begins_at:
        raise typer.BadParameter(f"{text!r} ends before it begins: write the earlier time first")
    return wait


def _seen(course: Course) -> CourseSeen:
    made = course.promised
    pauses = tuple(
        PauseSeen(one.begins_at, one.ends_at, _seconds(one.left), one.due_at, one.words) for one in course.pauses
    )
    told = ((one.at, one.escalation) for one in course.steps)
    steps = tuple(StepSeen(at, one.percent, one.tell, one.assign) for at, one in told)
    return CourseSeen(made.aim, course.due_at, made.always, made.fixed, _seconds(made.work), made.words, pauses, steps)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


# ---- in words ------------------------------------------------------------------------------------


def _told(desk: Desk, asked: Asked, start: datetime, courses: Sequence[Course]) -> Iterator[str]:
    stands = "open" if is_open(desk.hours, start) else "closed"
    named = ((name, getattr(asked, name)) for name in ("priority", "type", "category", "package"))
    kind = ", ".join(f"{name} {value}" for name, value in named if value)
    when = f"{shown(desk.hours, start)} {desk.hours.zone}"
    yield safe(f"desk {desk.desk}, {kind}, asked {when}; the desk is {stands} then")
    for course in courses:
        yield from _of_one(desk, course)
    if not courses:
        yield _why_nothing(desk)


def _why_nothing(desk: Desk) -> str:
    if not desk.service_levels:
        return f"nothing is promised: the file of desk {desk.desk} has no `service_levels`"
    return f"nothing is promised: none of the {len(desk.service_levels)} service levels of desk {desk.desk} fits"


def _of_one(desk: Desk, course: Course) -> Iterator[str]:
    yield f"{course.promised.aim} due {shown(desk.hours, course.due_at)}"
    yield f"  {course.promised.words}"
    happened: list[Pause | Step] = [*course.pauses, *course.steps]
    yield from (f"  {_line(desk, one)}" for one in sorted(happened, key=_when))


def _when(one: Pause | Step) -> datetime:
    return one.begins_at if isinstance(one, Pause) else one.at


def _line(desk: Desk, one: Pause | Step) -> str:
    if isinstance(one, Pause):
        return f"{shown(desk.hours, one.begins_at)}  waits, {lasting(one.left)} left; then {one.words}"
    return f"{shown(desk.hours, one.at)}  {', '.join(_done(one))}"


def _done(step: Step) -> Iterator[str]:
    what = step.escalation
    yield f"{what.at} over" + (": missed" if what.percent == WHOLE else "")
    yield f"{what.tell or 'whoever the ticket is with'} is told"
    if what.assign:
        yield f"{what.assign} gets the ticket"
