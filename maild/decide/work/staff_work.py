"""What a mail of staff makes of its ticket: commands carried out, words sent on, or nothing at all. Pure.

In: `Desktop`, a mail whose author may work on the ticket; out: `carried_out(desktop)`, the plan. It is what the command
line would make of it (`decide.work.staff`), in the same order every time.
Law: what does not work is not done by halves: nothing goes out, the words are kept as a note, their author is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from maild.decide.case import Case
from maild.decide.facts import Colleague, KnownTicket, Latest
from maild.decide.plan import AddArticle, Change, IndexMessageIds, Plan, SetStatus, SetTicket
from maild.decide.told import telling
from maild.decide.told.notices import Told, notifications, staff_notice, suppressions
from maild.decide.work import staff
from maild.decide.work.splitting import Part, split
from maild.decide.work.staff import Hand
from maild.decide.work.staff_faults import files_of, question_of
from maild.decide.work.staff_words import ME, Command, Fault, Orders, Verb, Wrong, said
from maild.model import (
    ArticleKind,
    Disposition,
    Notification,
    NotificationKind,
    Reason,
    Status,
    Suppressed,
    Ticket,
)

PROPERTY: Mapping[Verb, str] = MappingProxyType(
    {Verb.PRIORITY: "priority", Verb.ASSIGN: "assignee", Verb.TYPE: "type", Verb.CATEGORY: "category"}
)
STATUS: Mapping[Verb, Status] = MappingProxyType(
    {
        Verb.SOLVED: Status.SOLVED,
        Verb.WAITING: Status.WAITING,
        Verb.THIRD_PARTY: Status.THIRD_PARTY,
        Verb.OPEN: Status.OPEN,
        Verb.CLOSE: Status.CLOSED,
    }
)
SAID_BY_ANSWER = frozenset({Status.OPEN, Status.WAITING, Status.THIRD_PARTY})
"""Where an answer is sent at the same time, a mail of its own for these would tell nothing."""
ANSWERED = Reason("notify", "told-by-answer", "the answer itself is told at the same time")
Step = Callable[[Hand], Plan]


@dataclass(frozen=True, slots=True)
class Desktop:
    """One mail of staff, at work: who wrote it, on which ticket, what they want, and the hand that does it."""

    case: Case
    hand: Hand
    colleague: Colleague
    orders: Orders

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self.orders.faults


def carried_out(it: Desktop) -> Plan:
    """All of it, or, of what has a fault or is not possible for this ticket, nothing."""
    if it.faults and not it.orders.note:
        return _undone(it, it.faults)
    latest = it.case.facts.conversation.latest
    try:
        return _split(it, latest) if latest and it.orders.splits and not it.orders.note else _done(it)
    except ValueError as impossible:
        return _undone(it, (*it.faults, Fault(Wrong.IMPOSSIBLE, str(impossible))))


def _done(it: Desktop) -> Plan:
    """Step by step, each on the ticket as the one before has left it. Raises ValueError."""
    done, hand = [], it.hand
    for step in _steps(it):
        plan = step(hand)
        hand = replace(hand, known=replace(hand.known, ticket=_afterwards(hand.known.ticket, plan.changes)))
        done.append(plan)
    remarks = tuple(_remarks(it))
    return _together(it, done, (*_given(it, hand.known), *_answer(it, "done", remarks)))


def _split(it: Desktop, latest: Latest) -> Plan:
    """A ticket of its own for the words below `#split`, or for all of the customer's last mail. Raises ValueError."""
    title = next(one.value for one in it.orders.commands if one.verb is Verb.SPLIT)
    part = Part(
        latest.article,
        ArticleKind.INCOMING,
        latest.author,
        latest.subject,
        latest.text,
        latest.proof,
        unverified=latest.unverified,
    )
    plan = split(it.hand, part, title, question_of(it.orders))
    return replace(plan, disposition=Disposition.NEW_TICKET, reasons=(_who(it), *plan.reasons))


def _undone(it: Desktop, faults: tuple[Fault, ...]) -> Plan:
    """Not one of the commands is carried out, and nothing goes out."""
    text = it.case.message.visible_text
    kept = [staff.note(it.hand, text)] if text.strip() else [staff.staff_plan(it.hand, "wrote nothing", ())]
    why = Reason("staff", "undone", "; ".join(said(fault, "en") for fault in faults))
    plan = _together(it, kept, _answer(it, "undone", faults))
    return replace(plan, reasons=(why, *plan.reasons))


def _steps(it: Desktop) -> Iterator[Step]:
    """In this order: the ticket's properties, the words, its status."""
    orders = it.orders
    for one in orders.commands:
        if one.verb in PROPERTY and not _names_nobody(it, one):
            yield _setting(PROPERTY[one.verb], _value(it, one))
    status = _status(orders)
    if orders.note:
        if orders.words:
            yield lambda hand: staff.note(hand, orders.words)
        return
    if orders.words:
        yield lambda hand: staff.reply(hand, orders.words, solves=status is Status.SOLVED)
    if status:
        yield _moving(status, answered=bool(orders.words))


def _status(orders: Orders) -> Status | None:
    """The last that is named."""
    return next((STATUS[one.verb] for one in reversed(orders.commands) if one.verb in STATUS), None)


def _setting(name: str, value: str) -> Step:
    return lambda hand: staff.set_property(hand, name, value)


def _moving(status: Status, *, answered: bool) -> Step:
    """What an answer has done and said already is neither noted nor told again."""

    def move(hand: Hand) -> Plan:
        if answered and hand.known.ticket.status is status:
            return Plan(None, ())
        plan = staff.set_property(hand, "status", status.value)
        return _silent(plan) if answered and status in SAID_BY_ANSWER else plan

    return move


def _silent(plan: Plan) -> Plan:
    told = plan.notifications
    untold = tuple(Suppressed(one.kind, one.event, one.recipient.address, ANSWERED, one.ticket) for one in told)
    return replace(plan, notifications=(), suppressed=(*plan.suppressed, *untold))


def _value(it: Desktop, command: Command) -> str:
    mine = command.verb is Verb.ASSIGN and command.value.lower() in ME
    return it.colleague.member.name if mine else command.value


def _names_nobody(it: Desktop, command: Command) -> bool:
    return command.verb is Verb.ASSIGN and Fault(Wrong.NOBODY, command.value) in it.faults


_AS_STORED: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"priority": int, "assignee": str, "type": str, "category": str}
)


def _afterwards(ticket: Ticket, changes: Iterable[Change]) -> Ticket:
    """The ticket as the next step finds it."""
    for change in changes:
        if isinstance(change, SetStatus):
            ticket = replace(ticket, status=change.status)
        elif isinstance(change, SetTicket) and change.name in _AS_STORED:
            ticket = replace(ticket, **{change.name: _AS_STORED[change.name](change.value)})
    return ticket


def _together(it: Desktop, plans: list[Plan], more: tuple[Told, ...]) -> Plan:
    """One plan of all; its article is the mail, and its events are those of this mail alone."""
    message, key = it.case.message, it.case.message.content_key[:16]
    ticket = it.hand.known.ticket
    sent = tuple(_unlike_all(one, key) for plan in plans for one in plan.notifications)
    untold = tuple(replace(one, event=f"{one.event}:{key}") for plan in plans for one in plan.suppressed)
    ids = (IndexMessageIds(ticket.id, (message.message_id,)),) if message.message_id else ()
    return Plan(
        Disposition.FOLLOW_UP,
        (_who(it), *(reason for plan in plans for reason in plan.reasons)),
        (*(_as_mail(it, change) for plan in plans for change in plan.changes), *ids),
        notifications=(*sent, *notifications(more)),
        suppressed=(*untold, *suppressions(more)),
        ticket=ticket.id,
        actor=it.hand.actor.address,
        calls=tuple(replace(call, event=f"{call.event}:{key}") for plan in plans for call in plan.calls),
        ruled=next((plan.ruled for plan in plans if plan.ruled), None),
    )


def _unlike_all(one: Notification, key: str) -> Notification:
    """Two mails of one moment are two occasions."""
    return replace(one, event=f"{one.event}:{key}")


def _who(it: Desktop) -> Reason:
    """Why it counts as theirs."""
    why = f"{it.colleague.member.name} wrote to the staff address of {it.hand.known.ticket.number}"
    return Reason("staff", "by-mail", f"{why}: {it.case.facts.authenticity.text}")


def _as_mail(it: Desktop, change: Change) -> Change:
    """Its files and its proof go with the article; its Message-ID does not: customers' mails refer to those."""
    if not isinstance(change, AddArticle):
        return change
    found = it.case.facts.authenticity
    return replace(change, attachments=it.case.message.attachments, proof=found.proof, proof_text=found.text)


# ---- who hears of it --------------------------------------------------------------------------------


def _given(it: Desktop, after: KnownTicket) -> tuple[Told, ...]:
    """Whoever gets the ticket is told, but for whoever gives it to themselves."""
    what, key, by = telling.What.ASSIGNED, it.case.message.content_key[:16], it.hand.actor.address
    news = telling.News(what, it.hand.desk, key, after.ticket.assignee, by, after)
    return telling.given(news, it.hand.known.ticket.assignee, it.case.facts, it.case.policy)


def _remarks(it: Desktop) -> Iterator[Fault]:
    """What was left undone of a mail that was carried out."""
    yield from it.faults
    if it.orders.note:
        named = (one.verb for one in it.orders.commands if one.verb in STATUS)
        yield from (Fault(Wrong.STATUS_OF_NOTE, f"#{verb}") for verb in named)
        return
    files = files_of(it.case.message)
    if files:
        yield Fault(Wrong.FILES, ", ".join(files))


def _answer(it: Desktop, what: str, faults: tuple[Fault, ...]) -> tuple[Told, ...]:
    """Its author hears what did not work; of what did, they hear nothing."""
    if not faults:
        return ()
    desk, to, message = it.hand.desk, it.hand.actor, it.case.message
    kind, event = NotificationKind.STAFF_ANSWER, f"{NotificationKind.STAFF_ANSWER}:{message.content_key[:16]}"
    lines = "\n".join(f"- {said(fault, desk.languages[0])}" for fault in faults)
    told = staff_notice(kind, event, to, desk, it.hand.known.ticket.id, (("what", what), ("text", lines)))
    return (replace(told, reply_to_id=message.message_id) if isinstance(told, Notification) else told,)
