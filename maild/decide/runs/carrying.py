"""What staff do with a request: agree, begin, finish, stop it, ask anew. A Plan, or ValueError with what to do instead.
Pure.

Laws: whoever begins presents ticket and hash, and everything is looked at once more in that moment: the state, the
rights of all who agreed, the hash, the day. Nobody carries out what nobody has begun.
"""

from __future__ import annotations

from collections.abc import Iterable

from maild.decide.facts import KnownTicket
from maild.decide.plan import Change, Plan, SetStatus
from maild.decide.run_changes import SetRun, StartRun
from maild.decide.runs.engine import as_plan, collecting, moved
from maild.decide.runs.ground import Ground, is_entitled
from maild.decide.runs.starting import missing
from maild.decide.runs.ticking import lost_rights
from maild.desks.life_cycle import SETTLED
from maild.model import Status
from maild.model.workflows import RunState
from maild.workflows.model import Second
from maild.workflows.objects import SHOWN, is_hash
from maild.workflows.states import Event


def start(ground: Ground, by: str, fields: Iterable[tuple[str, str]]) -> Plan:
    """A request begins by the hand of staff, for the requester of a ticket that has none."""
    asker = ground.requester
    if asker is None or not is_entitled(asker, asker.organisation, ground.workflow):
        raise ValueError(NO_LONGER.format(ground.run.asked_by, ground.workflow.workflow))
    lacks = ", ".join(missing(ground.workflow, fields))
    step = (None if lacks else moved(ground, Event.COMPLETE, by)) or collecting(ground, lacks)
    return as_plan(step, by, [StartRun(ground.run.ticket, step.run)])


def second(ground: Ground, by: str) -> Plan:
    """A member of staff is the second pair of eyes."""
    if ground.workflow.safeguards.second is Second.AUTHORISED:
        raise ValueError("another authorised contact must agree to it, no member of staff")
    return _moved(ground, Event.SECONDED, by)


def stop(ground: Ground, by: str, why: str) -> Plan:
    """It shall not be done. `why` is what the customer reads."""
    return _moved(ground, Event.STOPPED, by, why)


def refuse(ground: Ground, by: str, why: str) -> Plan:
    """It may not be done."""
    return _moved(ground, Event.REFUSED, by, why)


def renew(ground: Ground, by: str) -> Plan:
    """What was disarmed is asked for again, from the first safeguard on: of somebody who may still ask for it, since
    nobody else would get the question."""
    if not is_entitled(ground.requester, ground.run.organisation, ground.workflow):
        raise ValueError(NO_LONGER.format(ground.run.asked_by, ground.workflow.workflow))
    return _moved(ground, Event.RENEWED, by)


def begin(ground: Ground, by: str, digest: str) -> Plan:
    """Somebody is about to do it. After this nobody can stop it any more."""
    require_hash(ground, digest)
    if ground.run.state is RunState.READY and (why := lost_rights(ground)):
        raise ValueError(f"{why}: `maild workflow disarm` sets it aside, `renew` asks anew")
    return _moved(ground, Event.BEGUN, by)


def disarm(ground: Ground, by: str, why: str) -> Plan:
    """Nobody can be sure of what was agreed to."""
    return _moved(ground, Event.DISARMED, by, why)


def done(ground: Ground, known: KnownTicket, by: str, digest: str) -> Plan:
    """It was carried out; the ticket is solved."""
    require_hash(ground, digest)
    is_settled = known.ticket.status in SETTLED
    solved = () if is_settled else (SetStatus(known.ticket.id, Status.SOLVED),)
    return _moved(ground, Event.CARRIED_OUT, by, changes=solved)


def _moved(ground: Ground, event: Event, by: str, why: str = "", changes: Iterable[Change] = ()) -> Plan:
    step = moved(ground, event, by, why)
    if step is None:
        raise ValueError(f"the request is {ground.run.state}: {ADVICE[ground.run.state]}")
    return as_plan(step, by, (SetRun(ground.run.ticket, step.run), *changes))


def require_hash(ground: Ground, digest: str) -> None:
    """Raises ValueError where somebody has something else in mind than what was agreed to."""
    if not is_hash(digest, ground.run.digest):
        raise ValueError(
            f"that is not the hash of what was agreed to: it has {SHOWN} digits, `maild workflow show` tells"
        )


NO_LONGER = "{} may not ask for {}: `maild contacts` tells why"
ADVICE: dict[RunState, str] = {
    RunState.COLLECTING: "facts are still missing",
    RunState.CONFIRMING: "its requester has not confirmed yet",
    RunState.SECONDING: "a second person has not agreed yet",
    RunState.COOLING: "it must wait, and everybody may still stop it",
    RunState.READY: "first `maild workflow begin`",
    RunState.EXECUTING: "somebody has begun: `maild workflow done` ends it",
    RunState.DONE: "it was carried out",
    RunState.REFUSED: "it was refused",
    RunState.STOPPED: "it was stopped; a new mail may ask anew",
    RunState.LAPSED: "nobody answered in time; a new mail may ask anew",
    RunState.DISARMED: "`maild workflow renew` asks anew",
}
