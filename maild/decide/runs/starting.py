"""A mail begins a request, or brings what was missing of one: `started`, `collected`. Pure.

Laws: only somebody whom the workflow lets ask, and who has proven to be who they say, begins one (REQ-M6, M7); of any
other mail the people it concerns are told, and nothing is begun. Facts count from proven mail alone. What is refused is
refused before anybody is asked anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from maild.decide.facts import KnownTicket
from maild.decide.runs.engine import STEP, Step, as_outcome, as_start, collecting, moved
from maild.decide.runs.ground import Ground, carrier_among, ground_of, heard_ground, is_entitled
from maild.decide.runs.mails import suspected
from maild.decide.told.notify import Occasion
from maild.decide.who.proposals import NOTHING, Outcome
from maild.desks.information import FieldWanted, in_language
from maild.model import Contact, Reason, TicketId
from maild.model.workflows import Run, RunId, RunState
from maild.patterns.words import text_of
from maild.rules.matter import in_text
from maild.rules.model import Draft
from maild.workflows.model import Starter, Workflow
from maild.workflows.phrases import LONGEST
from maild.workflows.states import Event

NEW = RunId(0)
UNWRITTEN = TicketId(0)
UNKNOWN_SYSTEM = "unknown-system"


def started(it: Occasion, draft: Draft, known: KnownTicket | None = None) -> Outcome:
    """What a mail comes to by which rules begin a workflow; `known` is the ticket that it joins, None for a new one."""
    workflow = it.case.policy.workflow_named(draft.workflow, it.desk.desk) if draft.workflow else None
    if workflow is None or it.message.automatic or (known and known.run):
        return NOTHING
    asker = it.case.facts.contact(it.recipient.address)
    if not _may_begin(it, asker, workflow):
        return _not_theirs(it, workflow, asker)
    ground = _new_ground(it, workflow, asker, draft, known)
    return as_start(
        _refused(it, ground) or _completed(ground, draft) or _begun(ground, draft), ground.run.ticket or None
    )


def collected(it: Occasion, draft: Draft, known: KnownTicket) -> Outcome:
    """What a mail on the ticket brings to a request that lacks facts."""
    ground = heard_ground(it, known)
    if ground is None or ground.run.state is not RunState.COLLECTING or it.message.automatic or not it.who.proven:
        return NOTHING
    if it.recipient.address not in {one.address for one in ground.concerned}:
        return NOTHING
    step = _refused(it, ground) or _completed(replace(ground, fields=draft.fields), draft)
    return as_outcome(step, known.ticket.id)


def new_run(workflow: Workflow, ticket: TicketId, asked_by: str, organisation: str, now: datetime) -> Run:
    """A request that has just begun."""
    return Run(
        id=NEW,
        ticket=ticket,
        workflow=workflow.workflow,
        state=RunState.COLLECTING,
        definition=workflow.model_dump_json(),
        asked_by=asked_by,
        organisation=organisation,
        created_at=now,
        seen_at=now,
    )


def taken(it: Occasion, draft: Draft, known: KnownTicket | None) -> tuple[FieldWanted, ...]:
    """What the request takes that this mail begins, or that still lacks something."""
    ground = ground_of(known, it.desk, it.case.now) if known else None
    if ground:
        return ground.workflow.facts if ground.run.state is RunState.COLLECTING else ()
    found = it.case.policy.workflow_named(draft.workflow, it.desk.desk) if draft.workflow else None
    asker = it.case.facts.contact(it.recipient.address)
    return found.facts if found and _may_begin(it, asker, found) else ()


def missing(workflow: Workflow, fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Names of the facts that are not there yet."""
    there = {name for name, value in fields if value}
    return tuple(one.field for one in workflow.facts if one.required and one.field not in there)


def _may_begin(it: Occasion, asker: Contact | None, workflow: Workflow) -> bool:
    if not it.who.proven or workflow.start is Starter.STAFF or asker is None:
        return False
    return is_entitled(asker, asker.organisation, workflow)


def _not_theirs(it: Occasion, workflow: Workflow, asker: Contact | None) -> Outcome:
    """Nothing is begun; who could have asked for it is told that somebody did."""
    why = Reason(
        STEP, "not-begun", f"{workflow.workflow} is not begun: its sender may not ask for it, or is not proven"
    )
    organisation = asker.organisation if asker else ""
    readers = [one for one in it.case.facts.principals if one.organisation == organisation != ""]
    readers += [asker] if asker and not it.who.proven and asker not in readers else []
    return Outcome(reasons=(why,), told=tuple(suspected(it, workflow, readers)))


def _new_ground(
    it: Occasion, workflow: Workflow, asker: Contact | None, draft: Draft, known: KnownTicket | None
) -> Ground:
    facts, now = it.case.facts, it.case.now
    organisation = asker.organisation if asker else ""
    run = new_run(workflow, known.ticket.id if known else UNWRITTEN, it.recipient.address, organisation, now)
    people = tuple({one.address: one for one in (*((asker,) if asker else ()), *facts.principals)}.values())
    carrier = carrier_among(facts, workflow, it.desk, draft.assignee)
    return Ground(run, workflow, it.desk, people, carrier, now, it.message.subject, draft.fields)


def _refused(it: Occasion, ground: Ground) -> Step | None:
    """What is never done: its writer reads why, and what is possible instead."""
    said = (text_of(it.message.subject, LONGEST), text_of(it.message.visible_text, LONGEST))
    for one in ground.workflow.refuse:
        if any(in_text(text, one.words) for text in said):
            asker = ground.requester
            language = asker.language if asker else ""
            why = in_language(one.say, language, ground.desk.languages[0])
            return moved(ground, Event.REFUSED, ground.run.asked_by, why)
    return None


def _completed(ground: Ground, draft: Draft) -> Step | None:
    """Where all facts are there, and none of them is about somebody else's system (REQ-M10)."""
    if missing(ground.workflow, draft.fields) or _is_foreign(ground.workflow, draft):
        return None
    return moved(ground, Event.COMPLETE, ground.run.asked_by)


def _is_foreign(workflow: Workflow, draft: Draft) -> bool:
    return UNKNOWN_SYSTEM in draft.tags and any(one.known for one in workflow.facts)


def _begun(ground: Ground, draft: Draft) -> Step:
    """It waits for what is missing; the mail that asks for it is the ticket's own affair (`mail.information`)."""
    lacks = ", ".join(missing(ground.workflow, draft.fields))
    return collecting(ground, lacks or "staff must look at whose system it is")
