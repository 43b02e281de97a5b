"""What staff do, as plans: set a property, answer, note. The same road as mail, from a person's hand.

In: the ticket as it is, who acts, and what they want; out: a Plan, or ValueError with a sentence that says
what is possible instead. A reply is a person's mail and is never suppressed (law 9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from maild.decide.clocks.states import Happening, after
from maild.decide.facts import Facts, KnownTicket, Latest
from maild.decide.mail import by_rule
from maild.decide.mail.ruling import draft_of, view_of_ticket
from maild.decide.plan import (
    PROPERTIES,
    AddArticle,
    Change,
    Plan,
    SetReminder,
    SetStatus,
    SetTicket,
)
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.who.sight import TRUSTED
from maild.desks.policy import Desk
from maild.desks.privacy import TAG
from maild.model import (
    Address,
    ArticleKind,
    Contact,
    NotificationKind,
    Participant,
    Proof,
    Reason,
    Role,
    Status,
    Suppressed,
)
from maild.rules.run import run
from maild.rules.sieve import RuleSet
from maild.rules.view import Trigger

NO_RULES, NOTHING_KNOWN = RuleSet(()), Facts()
PRIORITIES = ("1", "2", "3", "4")
KINDS = ("type", "category")
DELETION = "deletion"


@dataclass(frozen=True, slots=True)
class Hand:
    """A member of staff at work on one ticket. `thread`: the ticket's Message-IDs, oldest first. `now` in UTC.

    `proven`: addresses that proved themselves by a mail on this ticket. `rules` are asked when staff answer; `facts`
    hold the staff whom they may tell something. `latest`: the customer's last mail.
    """

    actor: Address
    known: KnownTicket
    desk: Desk
    thread: tuple[str, ...]
    now: datetime
    proven: frozenset[str] = frozenset()
    rules: RuleSet = NO_RULES
    facts: Facts = NOTHING_KNOWN
    latest: Latest | None = None


def set_property(hand: Hand, name: str, value: str) -> Plan:
    """`maild set N name=value`: status, remind, a property, or any other word as a field of the ticket."""
    if name == "status":
        return _set_status(hand, value)
    if name == "remind":
        return _set_reminder(hand, value)
    if name == "priority" and value not in PRIORITIES:
        raise ValueError(f"priority is one of {', '.join(PRIORITIES)}, not {value!r}")
    if name == "priority" and hand.known.ticket.type in hand.desk.without_priorities:
        raise ValueError(f"a {hand.known.ticket.type} has no priority at this desk")
    if name in KINDS and value and (known := hand.desk.kinds(name)) and value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)} at this desk, not {value!r}")
    target = name if name in PROPERTIES else f"field:{name}"
    told = (
        _tell(hand, NotificationKind.DELETION_COMPLETED, "deletion") if (name, value) == (DELETION, "completed") else ()
    )
    return staff_plan(hand, f"{name} = {value}", (SetTicket(hand.known.ticket.id, target, value),), told)


def reply(hand: Hand, text: str, *, solves: bool = False) -> Plan:
    """An answer to the requester and the registered people on the ticket, each in a mail of their own. `solves`: it
    proposes a solution, and says so (REQ-M9)."""
    ticket = hand.known.ticket
    if not text.strip():
        raise ValueError("an answer needs some text")
    happening = Happening.WE_SOLVED if solves else Happening.WE_ANSWERED
    status = after(ticket.status, happening)
    moved: tuple[Change, ...] = () if status is ticket.status else (SetStatus(ticket.id, status),)
    article = _our_article(hand, ArticleKind.OUTGOING, text)
    values = (("text", text), *((("solved", "yes"),) if solves else ()))
    told = _tell(hand, NotificationKind.REPLY, "reply", *values, by_person=True)
    return _with_rules(hand, text, staff_plan(hand, str(happening), (article, *moved), told))


def _with_rules(hand: Hand, text: str, plan: Plan) -> Plan:
    """What the operator's rules want whenever staff answer."""
    known, event = hand.known, f"reply:{int(hand.now.timestamp() * 1000)}"
    shaped = run(hand.rules, draft_of(known.ticket), view_of_ticket(known, hand.desk, Trigger.REPLY, hand.now, text))
    news = by_rule.News(hand.desk, event, known.ticket.id, hand.actor.name, shaped.ruled.view.organisation, text)
    told = tuple(by_rule.staff_told(shaped.ruled, hand.facts, news))
    status = by_rule.moved(known.ticket, shaped.draft)
    kept = tuple(one for one in plan.changes if not (shaped.draft.status and isinstance(one, SetStatus)))
    more = (
        *by_rule.ticket_changes(known.ticket, shaped.ruled),
        *by_rule.participants(known.ticket.id, shaped.draft, hand.facts),
    )
    return replace(
        plan,
        reasons=(*plan.reasons, *shaped.reasons),
        changes=(*kept, *status, *more),
        notifications=(*plan.notifications, *notifications(told)),
        suppressed=(*plan.suppressed, *suppressions(told)),
        calls=by_rule.calls(shaped.ruled, event, known.ticket.id),
        ruled=shaped.ruled if shaped.ruled.hits else None,
    )


def update(hand: Hand, text: str) -> Plan:
    """How things stand, in staff's own words (REQ-M9): the same people hear of it as of an answer, and nobody has to
    answer."""
    if not text.strip():
        raise ValueError("an update needs some text")
    article = _our_article(hand, ArticleKind.OUTGOING, text)
    told = _tell(hand, NotificationKind.STATUS_UPDATE, "update", ("text", text), by_person=True)
    return staff_plan(hand, "told how things stand", (article,), told)


def note(hand: Hand, text: str) -> Plan:
    """A note that stays inside."""
    if not text.strip():
        raise ValueError("a note needs some text")
    return staff_plan(hand, "noted", (_our_article(hand, ArticleKind.NOTE, text),))


def reminded(known: KnownTicket) -> Plan:
    """The clock brings a ticket back: time is just another message."""
    ticket = known.ticket
    status = after(ticket.status, Happening.REMINDER_DUE)
    moved: tuple[Change, ...] = () if status is ticket.status else (SetStatus(ticket.id, status),)
    why = Reason("clock", "reminder", f"{Happening.REMINDER_DUE}: {ticket.status} → {status}")
    return Plan(None, (why,), (SetReminder(ticket.id, None), *moved), ticket=ticket.id, actor="clock")


def _set_status(hand: Hand, value: str) -> Plan:
    ticket = hand.known.ticket
    if value not in [status.value for status in Status]:
        raise ValueError(f"status is one of {', '.join(Status)}, not {value!r}")
    status = Status(value)
    if status is ticket.status:
        return staff_plan(hand, f"status is {status} already", ())
    told = _tell(hand, NotificationKind.STATUS_UPDATE, f"status:{status}", ("status", status.value))
    return staff_plan(hand, f"status = {status}", (SetStatus(ticket.id, status),), told)


def _set_reminder(hand: Hand, value: str) -> Plan:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"remind takes a time like 2026-12-01T09:00+01:00, not {value!r}") from None
    if at.tzinfo is None:
        raise ValueError(f"remind needs a time zone, as in {value}+01:00 or {value}Z")
    return staff_plan(hand, f"remind at {at.isoformat()}", (SetReminder(hand.known.ticket.id, at),))


def _tell(
    hand: Hand, kind: NotificationKind, event: str, *values: tuple[str, str], by_person: bool = False
) -> tuple[Told, ...]:
    """One intention for each person who shall hear of it, or the reason why one shall not."""
    occasion = f"{event}:{int(hand.now.timestamp() * 1000)}"
    return tuple(_to(hand, kind, occasion, part, values, by_person=by_person) for part in _audience(hand.known))


def _to(
    hand: Hand,
    kind: NotificationKind,
    occasion: str,
    part: Participant,
    values: tuple[tuple[str, str], ...],
    *,
    by_person: bool,
) -> Told:
    """In the thread of the ticket, and, where the recipient never proved to be who they are, without its title. Whoever
    only follows is told how to stop it."""
    contact, follows = part.contact, (("follower", "yes"),) if part.role is Role.FOLLOWER else ()
    quoted = _quoted(hand, contact) if kind is NotificationKind.REPLY else ()
    more = (("staff", hand.actor.name), ("subject", hand.known.ticket.title), *follows, *quoted, *values)
    proven = contact.address in hand.proven
    told = notice(kind, occasion, contact, hand.desk, hand.known.ticket.id, more, proven=proven, by_person=by_person)
    if isinstance(told, Suppressed):
        return told
    thread = hand.thread
    return replace(told, reply_to_id=thread[-1] if thread else "", references=thread[:-1], by_person=by_person)


def _quoted(hand: Hand, contact: Contact) -> tuple[tuple[str, str], ...]:
    """What they last wrote themselves, if it is proven that they did: nobody else's words, and no personal data."""
    last = hand.latest
    if last is None or last.proof is not Proof.PROVEN or last.author.address != contact.address:
        return ()
    if TAG in hand.known.ticket.tags:
        return ()
    return (("quoted", last.text),)


def _audience(known: KnownTicket) -> list[Participant]:
    """The requester, whoever that is, guests, and those of the others who are registered; as far as they take part."""
    return [
        participant
        for participant in known.participants
        if participant.takes_part
        and (participant.role in (Role.REQUESTER, Role.GUEST) or participant.contact.register in TRUSTED)
    ]


def _our_article(hand: Hand, kind: ArticleKind, text: str) -> AddArticle:
    return AddArticle(hand.known.ticket.id, kind, hand.actor, text, text, subject=hand.known.ticket.title)


def staff_plan(hand: Hand, what: str, changes: tuple[Change, ...], told: tuple[Told, ...] = ()) -> Plan:
    """What a member of staff does to one ticket, in one sentence."""
    return Plan(
        None,
        (Reason("staff", "staff", what),),
        changes,
        notifications=notifications(told),
        suppressed=suppressions(told),
        ticket=hand.known.ticket.id,
        actor=hand.actor.address,
    )
