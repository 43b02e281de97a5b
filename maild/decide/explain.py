"""Plan -> lines for people: the dry run, the ticket's history and the golden files of the tests say the same.

Each line is `word   sentence`. Who reads it knows what became of a mail, why, what was written and who was told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from maild.decide.people_changes import (
    EnterPerson,
    Invite,
    LetGo,
    Propose,
    SetParticipant,
    SetPreference,
    SetProposal,
)
from maild.decide.plan import (
    AddArticle,
    Change,
    IndexMessageIds,
    JoinTicket,
    LinkTickets,
    MergeTickets,
    MoveBreaker,
    OpenTicket,
    Plan,
    RecordBounce,
    RecordContact,
    SetAsked,
    SetPromise,
    SetProof,
    SetReminder,
    SetStatus,
    SetTicket,
    SetTimer,
)
from maild.decide.run_changes import SetRun, StartRun
from maild.model import PromiseState, Reason, Status, TicketId

WIDTH = 14


def explain(plan: Plan) -> Iterator[str]:
    """The plan in words, one line each."""
    if plan.disposition:
        yield _line("disposition", plan.disposition)
    for reason in plan.reasons:
        yield _line("because", say(reason))
    for change in plan.changes:
        yield _line("will", describe(change))
    for notification in plan.notifications:
        yield _line("notify", f"{notification.recipient.address}: {notification.kind} ({notification.language})")
    for call in plan.calls:
        yield _line("call", f"webhook {call.webhook}: {call.event.partition(':')[0]}")
    for silent in plan.suppressed:
        yield _line("not sent", f"{silent.recipient}: {silent.kind}, since {silent.reason.text}")


def say(reason: Reason) -> str:
    """One reason in one sentence."""
    return f"{reason.step}: {reason.text}"


def describe(change: Change) -> str:
    """One change in one sentence."""
    match change:
        case RecordContact():
            return f"remember {change.person.address} as {change.register}"
        case OpenTicket():
            return _opened(change)
        case AddArticle():
            return _added(change)
        case JoinTicket():
            waits = ", once staff let them" if change.waits else ""
            return f"let {change.address} take part in {_ticket(change.ticket)} as {change.role}{waits}"
        case SetStatus():
            return f"set {_ticket(change.ticket)} to {change.status}"
        case SetTicket():
            return f"set {change.name.removeprefix('field:')} of {_ticket(change.ticket)} to {change.value!r}"
        case SetAsked():
            return f"remember that {_ticket(change.ticket)} was asked for {', '.join(change.names)}"
        case SetPromise():
            return _promised(change)
        case SetTimer():
            when = f"at {change.at.isoformat()}" if change.at else "no more"
            return f"look after {_ticket(change.ticket)} ({change.kind}) {when}"
        case SetReminder():
            when = f"at {change.at.isoformat()}" if change.at else "no more"
            return f"remind of {_ticket(change.ticket)} {when}"
        case IndexMessageIds():
            return f"let {len(change.message_ids)} Message-IDs lead to {_ticket(change.ticket)}"
        case RecordBounce():
            return _bounced(change)
        case MoveBreaker():
            return _held_back(change)
        case LinkTickets():
            return f"link {_ticket(change.ticket)} with ticket {change.other}: {change.why}"
        case MergeTickets():
            return f"let {_ticket(change.ticket)} go on as ticket {change.into}: {change.why}"
        case StartRun(of, run):
            return f"begin {run.workflow} on {_ticket(of)}: it is {run.state}"
        case SetRun(of, run):
            return f"{run.workflow} on {_ticket(of)} is {run.state}"
        case SetProof():
            return f"note on {_ticket(change.ticket)} that its sender is {change.proof}: {change.text}"
        case _:
            return _of_people(change)


OfPeople = Invite | SetParticipant | SetPreference | Propose | SetProposal | EnterPerson | LetGo


def _of_people(change: OfPeople) -> str:
    match change:
        case Invite():
            until = f"{change.until:%Y-%m-%d %H:%M} UTC"
            return f"let a link for {change.address} work once, until {until}: {change.purpose}"
        case SetParticipant():
            return f"{_part(change)} {_ticket(change.ticket)}"
        case SetPreference():
            return f"set {change.name} of {change.address} to {change.value}"
        case Propose():
            about = " ".join(filter(None, (change.kind, change.address)))
            return f"keep the proposal {about} ({change.state}) on {_ticket(change.ticket)}"
        case SetProposal():
            return f"proposal {change.proposal} is {change.state}"
        case EnterPerson():
            return f"enter {change.address} as {change.register} with {change.organisation}"
        case LetGo():
            return f"set {change.address} inactive"
        case _:
            assert_never(change)


def _part(change: SetParticipant) -> str:
    if change.has_left:
        return f"take {change.address} out of"
    return f"let {change.address}, as {change.role}, {'wait for staff at' if change.waits else 'take part in'}"


def _promised(change: SetPromise) -> str:
    promise = change.promise
    about = f"{promise.aim} of {_ticket(change.ticket)}"
    if promise.state is PromiseState.RUNNING:
        return f"promise the {about} by {promise.due_at.isoformat()}"
    return f"let the promised {about} be {promise.state}"


def _opened(change: OpenTicket) -> str:
    status = "" if change.status is Status.NEW else change.status
    more = {
        "status": status,
        "type": change.type,
        "category": change.category,
        "module": change.module,
        "assigned to": change.assignee,
        "tags": ", ".join(change.tags),
        "asked for": ", ".join(change.asked),
    }
    said = [f"{name} {value}" for name, value in more.items() if value]
    said += [f"{name} = {value!r}" for name, value in change.fields]
    flag = ["flagged unverified"] if change.unverified else []
    return (
        f"open a ticket at desk {change.desk}, "
        + ", ".join([f"priority {change.priority}", *said, *flag])
        + f": {change.title!r}"
    )


def _added(change: AddArticle) -> str:
    files = f", {len(change.attachments)} attachments" if change.attachments else ""
    flags = [word for word, on in (("awaiting review", change.review), ("unverified", change.unverified)) if on]
    flagged = f" ({', '.join(flags)})" if flags else ""
    return (
        f"add {change.kind} article to {_ticket(change.ticket)}: {len(change.visible_text)} characters{files}{flagged}"
    )


def _bounced(change: RecordBounce) -> str:
    kind = "permanently" if change.permanent else "for now"
    return f"record that outbox entry {change.outbox} failed {kind}: {change.status} {change.diagnostic}".rstrip()


def _held_back(change: MoveBreaker) -> str:
    whom = change.breaker.scope.partition(":")[2]
    return f"hold back automatic mail to {whom} until {change.breaker.until:%Y-%m-%d %H:%M} UTC"


def _ticket(ticket: TicketId | None) -> str:
    return "the new ticket" if ticket is None else f"ticket {ticket}"


def _line(word: str, sentence: str) -> str:
    return f"{word:<{WIDTH}}{sentence}"
