"""One plan onto the sheet: the closed union of changes, matched once.

Law: a change of any property leaves an event with old and new; the plan's reasons are the ticket's history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

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
from maild.desks.life_cycle import SETTLED
from maild.errors import Conflict
from maild.model import ArticleId, ArticleKind, DeliveryResult, InboxEntry, Status, Ticket, TicketId
from maild.model.workflows import Run
from maild.store import clocks, runs
from maild.store import people_changes as people
from maild.store.schema import (
    article,
    attachment,
    delivery,
    message_ref,
    workflow_run,
)
from maild.store.schema import ticket as ticket_table
from maild.store.sheet import Sheet

FIELD = "field:"


def enter(sheet: Sheet, plan: Plan, entry: InboxEntry | None) -> tuple[TicketId | None, tuple[ArticleId, ...]]:
    """Put a whole plan on the sheet; its ticket, if it has one, and its new articles."""
    sheet.actor, sheet.entry = plan.actor, entry.id if entry else None
    sheet.at = entry.envelope.received_at if entry else None
    opened = [_open(sheet, change) for change in plan.changes if isinstance(change, OpenTicket)]
    ticket = next(iter(opened), plan.ticket)
    if ticket is not None:
        for reason in plan.reasons:
            sheet.note(ticket, f"{reason.step}/{reason.code}", reason.text)
    entered = [_enter(sheet, change, ticket) for change in plan.changes]
    return ticket, tuple(number for number in entered if number is not None)


def _enter(sheet: Sheet, change: Change, ticket: TicketId | None) -> ArticleId | None:
    """One change; the number of the article it adds, if it adds one.

    As long as the closed union it is about: a line or two for each, in one place, where mypy sees that none is missing.
    """
    match change:
        case AddArticle():
            return _add_article(sheet, change, _named(change.ticket, ticket))
        case JoinTicket():
            people.join(sheet, change, _named(change.ticket, ticket))
        case SetParticipant():
            people.take_part(sheet, change)
        case IndexMessageIds(of, message_ids):
            for one in dict.fromkeys(message_ids):
                sheet.add(message_ref, message_id=one, ticket_id=_named(of, ticket))
        case SetStatus(of, status):
            before = sheet.change(of, status=status, settled_at=_settled_at(sheet, of, status))
            sheet.note(of, "status", f"{before.status} → {status}")
        case SetPromise(of, promised):
            sheet.promises.append(clocks.promise_row(_named(of, ticket), promised))
        case SetTimer(of, kind, at):
            sheet.timers.append({"ticket_id": _named(of, ticket), "kind": kind, "due_at": at})
        case SetTicket():
            _set(sheet, change)
        case SetAsked(of, names):
            sheet.change(of, asked=names)
        case SetReminder(of, at):
            sheet.change(of, remind_at=at)
            sheet.note(of, "reminder", at.isoformat() if at else "none")
        case RecordBounce():
            _record_bounce(sheet, change)
        case MoveBreaker(breaker):
            sheet.breakers.append(breaker)
        case LinkTickets(of, other, why):
            _link(sheet, _named(of, ticket), other, why)
        case MergeTickets():
            _merge(sheet, change)
        case SetProof():
            _set_proof(sheet, change)
        case Invite():
            people.invite(sheet, change)
        case Propose():
            people.propose(sheet, change, _named(change.ticket, ticket))
        case SetProposal():
            people.set_proposal(sheet, change)
        case StartRun(of, run):
            _start_run(sheet, run, _named(of, ticket))
        case SetRun(of, run):
            sheet.runs.append(runs.run_row(run) | {"id": run.id})
            sheet.note(of, "workflow", f"{run.workflow} is {run.state}")
        case SetPreference():
            sheet.preferences.append((change, sheet.now, sheet.entry))
        case RecordContact() | OpenTicket():
            pass  # written first, since the others name them
        case EnterPerson() | LetGo():
            pass  # the register's own: `steps.entering`
        case _:
            assert_never(change)
    return None


def _named(number: TicketId | None, plans_own: TicketId | None) -> TicketId:
    found = plans_own if number is None else number
    if found is None:
        raise Conflict("a plan changes a ticket that it does not open")
    return found


def _open(sheet: Sheet, change: OpenTicket) -> TicketId:
    number = TicketId(next(sheet.free[ticket_table]))
    sheet.open(
        Ticket(
            id=number,
            prefix=change.prefix,
            desk=change.desk,
            title=change.title,
            status=change.status,
            priority=change.priority,
            category=change.category,
            assignee=change.assignee,
            unverified=change.unverified,
            created_at=sheet.arrived,
            changed_at=sheet.now,
            tags=change.tags,
            fields=change.fields,
            type=change.type,
            module=change.module,
            written_at=sheet.arrived,
            asked=change.asked,
            settled_at=sheet.now if change.status in SETTLED else None,
        )
    )
    return number


def _add_article(sheet: Sheet, change: AddArticle, ticket: TicketId) -> ArticleId:
    number = ArticleId(next(sheet.free[article]))
    sheet.change(ticket, **({} if change.kind is ArticleKind.NOTE else {"written_at": sheet.arrived}))
    sheet.add(
        article,
        id=number,
        ticket_id=ticket,
        kind=change.kind,
        at=sheet.arrived,
        author_name=change.author.name,
        author=change.author.address,
        subject=change.subject,
        text=change.text,
        visible_text=change.visible_text,
        message_id=change.message_id,
        review=change.review,
        unverified=change.unverified,
        automatic=change.automatic,
        proof=change.proof,
        proof_text=change.proof_text,
        entry_id=sheet.entry,
    )
    for part in change.attachments:
        described = {name: getattr(part, name) for name in ATTACHMENT}
        sheet.add(attachment, article_id=number, **described)
    return number


def _settled_at(sheet: Sheet, number: TicketId, status: Status) -> datetime | None:
    """A ticket that is solved and then closed was settled when it was solved."""
    if status not in SETTLED:
        return None
    return sheet.tickets[number].settled_at or sheet.now


ATTACHMENT = ("filename", "content_type", "size", "md5", "sha256", "part", "content_id", "inline")


def _as_tags(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))


_PROPERTIES: dict[str, Callable[[str], Any]] = {
    "title": str,
    "priority": int,
    "category": str,
    "assignee": str,
    "tags": _as_tags,
    "type": str,
    "module": str,
}


def _set(sheet: Sheet, change: SetTicket) -> None:
    """A property, or a field of the ticket's own; an empty value takes the field away."""
    before = sheet.tickets[change.ticket]
    if change.name.startswith(FIELD):
        key = change.name.removeprefix(FIELD)
        old = dict(before.fields).get(key, "")
        kept = {name: value for name, value in before.fields if name != key}
        sheet.change(change.ticket, fields=(*kept.items(), *(((key, change.value),) if change.value else ())))
    else:
        old = ", ".join(before.tags) if change.name == "tags" else getattr(before, change.name)
        sheet.change(change.ticket, **{change.name: _PROPERTIES[change.name](change.value)})
    sheet.note(change.ticket, change.name, f"{old} → {change.value}")


def _record_bounce(sheet: Sheet, change: RecordBounce) -> None:
    answer = " ".join(filter(None, (change.status, change.diagnostic)))
    result = DeliveryResult.REFUSED if change.permanent else DeliveryResult.DEFERRED
    sheet.add(delivery, outbox_id=change.outbox, at=sheet.now, result=result, answer=answer)
    if change.permanent:
        sheet.failed.add(change.outbox)
    ticket = sheet.bounced.get(change.outbox)
    if ticket is not None:
        sheet.note(ticket, "bounce", f"our mail {change.outbox} was not delivered: {answer}")


def _set_proof(sheet: Sheet, change: SetProof) -> None:
    """The first article of a ticket that was opened unproven may lift the ticket's own flag."""
    sheet.proofs[change.entry] = {"proof": change.proof, "proof_text": change.text, "unverified": change.unverified}
    if sheet.tickets[change.ticket].unverified and not change.unverified:
        sheet.change(change.ticket, unverified=False)
    sheet.note(change.ticket, "proof", f"{change.proof}: {change.text}")


def _start_run(sheet: Sheet, run: Run, ticket: TicketId) -> None:
    sheet.add(workflow_run, **runs.run_row(replace(run, ticket=ticket)))
    sheet.note(ticket, "workflow", f"{run.workflow} begins, and is {run.state}")


def _link(sheet: Sheet, ticket: TicketId, other: TicketId, why: str) -> None:
    for here, there in ((ticket, other), (other, ticket)):
        sheet.note(here, "link", f"{sheet.tickets[there].number}: {why}")


def _merge(sheet: Sheet, change: MergeTickets) -> None:
    gone, home = sheet.tickets[change.ticket], sheet.tickets[change.into]
    if gone.merged_into or home.merged_into or gone.id == home.id:
        raise Conflict("a ticket that is to be merged was merged by somebody else in the meantime")
    sheet.change(gone.id, merged_into=home.id)
    sheet.change(home.id, written_at=max(filter(None, (gone.written_at, home.written_at)), default=None))
    sheet.merged.append((gone.id, home.id))
    sheet.note(gone.id, "merge", f"goes on as {home.number}: {change.why}")
    sheet.note(home.id, "merge", f"{gone.number} goes on here: {change.why}")
