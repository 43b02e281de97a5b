"""An event becomes the next state of a request, with its times, and with who is told: `moved`. Pure.

Laws: what the table of states is silent about changes nothing; what was agreed to (objects, hash) is frozen when all
facts are there, and changes only when staff ask anew; each question has a time of its own: an old answer is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from maild.decide.plan import Change, Plan
from maild.decide.run_changes import SetRun, StartRun
from maild.decide.runs.ground import Ground
from maild.decide.runs.mails import News, told_of
from maild.decide.told.notices import Told, notifications, suppressions
from maild.decide.who.proposals import NOTHING, Outcome
from maild.desks.working_time import closing
from maild.model import Call, Reason, TicketId
from maild.model.workflows import Run, RunState
from maild.workflows.dates import next_item, window
from maild.workflows.objects import digest, objects_of
from maild.workflows.states import Event, after

ASKING = frozenset({RunState.CONFIRMING, RunState.SECONDING})
STEP = "workflow"


@dataclass(frozen=True, slots=True)
class Step:
    """A request after an event, why, and who is told."""

    run: Run
    reason: Reason
    told: tuple[Told, ...]
    calls: tuple[Call, ...] = ()


def moved(ground: Ground, event: Event, by: str, why: str = "", at: datetime | None = None) -> Step | None:
    """The request after the event; None where nothing comes of it. `by` is an address, a login name or "clock"; `at`
    (UTC) is when the clock should have seen to it, so that what follows from it is not forgotten after a downtime."""
    state = after(ground.run.state, event, ground.workflow)
    if state is None:
        return None
    noted = replace(_noted(ground, event, by, why), seen_at=at or ground.now)
    run = _entered(replace(ground, run=noted), state)
    news = News(replace(ground, run=run), event, ground.run.state)
    said = f"{ground.workflow.workflow} is {state}: {why or event}"
    return Step(run, Reason(STEP, f"{state}", said), told_of(news), _calls(news))


def looked_after(ground: Ground, at: datetime) -> Run:
    """The request when the clock has done what was due at that time."""
    return scheduled(replace(ground, run=replace(ground.run, seen_at=at)))


def as_outcome(step: Step | None, ticket: TicketId) -> Outcome:
    """On a ticket that is there."""
    if step is None:
        return NOTHING
    changes: tuple[Change, ...] = (SetRun(ticket, step.run),)
    return Outcome(changes, (step.reason,), step.told, calls=step.calls)


def as_start(step: Step, ticket: TicketId | None) -> Outcome:
    """A request that was not there before."""
    return Outcome((StartRun(ticket, step.run),), (step.reason,), step.told, calls=step.calls)


def as_plan(step: Step, by: str, changes: Iterable[Change]) -> Plan:
    """What nobody's mail has brought about: staff, or the clock."""
    return Plan(
        None,
        (step.reason,),
        tuple(changes),
        notifications=notifications(step.told),
        suppressed=suppressions(step.told),
        calls=step.calls,
        ticket=step.run.ticket,
        actor=by,
    )


def collecting(ground: Ground, lacks: str) -> Step:
    """It has begun, and waits for what is missing."""
    said = f"{ground.run.workflow} has begun, and waits: {lacks}"
    return Step(scheduled(ground), Reason(STEP, RunState.COLLECTING.value, said), ())


def _calls(news: News) -> tuple[Call, ...]:
    """The system that carries it out is told when it may, and when it may not any more."""
    run, name = news.run, news.ground.workflow.webhook
    if not name or (run.state is not RunState.READY and news.before is not RunState.READY):
        return ()
    why = f"{run.workflow} is {run.state}, hash {run.digest}"
    return (Call(name, f"workflow:{run.state}:{int(news.ground.now.timestamp())}", why, run.ticket or None),)


def _noted(ground: Ground, event: Event, by: str, why: str) -> Run:
    """What the event itself leaves behind."""
    run = ground.run
    if event is Event.COMPLETE:
        return _frozen(ground)
    if event is Event.CONFIRMED:
        return replace(run, confirmed_by=by)
    if event is Event.SECONDED:
        return replace(run, seconded_by=by)
    if event is Event.RENEWED:
        return replace(_frozen(replace(ground, run=replace(run, objects=()))), confirmed_by="", seconded_by="", why="")
    return replace(run, ended_by=by, why=why) if event in ENDING else run


ENDING = frozenset({Event.STOPPED, Event.REFUSED, Event.LAPSED, Event.DISARMED, Event.CARRIED_OUT})


def _frozen(ground: Ground) -> Run:
    """What it is done to, its hash, and when; objects that were frozen before stay."""
    run, workflow = ground.run, ground.workflow
    fields = dict(ground.fields)
    objects = run.objects or objects_of(workflow.objects, fields)
    when = window(workflow, ground.desk.hours, ground.now, fields)
    hashed = digest(workflow.workflow, run.organisation, run.asked_by, objects)
    return replace(run, objects=objects, digest=hashed, ready_at=when.opens, due_at=when.ends)


def _entered(ground: Ground, state: RunState) -> Run:
    """In its new state, with the times that belong to it."""
    run = replace(ground.run, state=state)
    if state in ASKING:
        run = replace(run, asked_at=ground.now)
    if state is RunState.COOLING:
        run = replace(run, ready_at=_cooled(ground))
    return scheduled(replace(ground, run=run))


def _cooled(ground: Ground) -> datetime | None:
    """When it has waited long enough, and its day has come."""
    days = ground.workflow.safeguards.cooling_days
    waited = closing(ground.desk.hours, ground.now, days) if days else None
    return max(filter(None, (ground.run.ready_at, waited)), default=ground.now)


def scheduled(ground: Ground) -> Run:
    """The request with the time at which the clock must look at it next."""
    item = next_item(ground.run, ground.workflow, ground.desk.hours)
    return replace(ground.run, next_at=item.at if item else None)
