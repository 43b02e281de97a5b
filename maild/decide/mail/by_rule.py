"""What follows from a draft that rules have made: changes of the ticket, mails to staff and sender, calls. Pure.

Laws: rules only say what they want; whether somebody may be told is decided where all mail is. Staff read a mail's text
as it came, marked as such; nobody else gets a word of it from here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from maild.decide.facts import Facts, Worker
from maild.decide.plan import Change, JoinTicket, SetStatus, SetTicket
from maild.decide.told.notices import Told, notice, staff_notice
from maild.decide.told.notify import Occasion, language_for, silenced
from maild.decide.who.people import known
from maild.desks.policy import Desk
from maild.model import (
    Address,
    Call,
    Message,
    Notification,
    NotificationKind,
    Reason,
    Role,
    Status,
    Suppressed,
    Ticket,
    TicketId,
)
from maild.rules.model import Draft, Page, Ruled

PROPERTIES = {
    "priority": "priority",
    "type": "type",
    "category": "category",
    "module": "module",
    "assignee": "assignee",
}
Values = tuple[tuple[str, str], ...]
MOST_TEXT = 20_000
"""Characters of a mail's text that staff are sent."""


@dataclass(frozen=True, slots=True)
class News:
    """What happened, for those who are told of it: on which ticket (None: the one that is opened), an event that is
    unlike all others there, who wrote, and what."""

    desk: Desk
    event: str
    ticket: TicketId | None = None
    who: str = ""
    organisation: str = ""
    text: str = ""


# ---- the ticket ----------------------------------------------------------------------------------


def ticket_changes(ticket: Ticket, ruled: Ruled) -> Iterator[Change]:
    """Each property and field that is not as it was."""
    before, draft = ruled.before, ruled.draft
    for name, of_draft in PROPERTIES.items():
        if getattr(before, of_draft) != (value := getattr(draft, of_draft)):
            yield SetTicket(ticket.id, name, str(value))
    if before.tags != draft.tags:
        yield SetTicket(ticket.id, "tags", ", ".join(draft.tags))
    for name, value in draft.fields:
        if dict(before.fields).get(name) != value:
            yield SetTicket(ticket.id, f"field:{name}", value)


def decides_status(message: Message, draft: Draft) -> bool:
    """Whether the status is the rules' affair: of a machine's mail it is nobody's."""
    return draft.status is not None and message.automatic is None


def moved(ticket: Ticket, draft: Draft) -> tuple[Change, ...]:
    """The status that rules want, where it is another one."""
    if draft.status is None or draft.status is ticket.status:
        return ()
    return (SetStatus(ticket.id, draft.status),)


def participants(ticket: TicketId | None, draft: Draft, facts: Facts) -> Iterator[Change]:
    """Whom rules let take part."""
    for address in draft.participants:
        yield from known(Address("", address), facts)
        yield JoinTicket(ticket, address, Role.FOLLOWER)


# ---- staff and other systems ----------------------------------------------------------------------


def staff_told(ruled: Ruled, facts: Facts, news: News) -> Iterator[Told]:
    """Mails to staff and teams whom rules name, each once for what happened."""
    for page in ruled.draft.pages:
        said = _said(ruled, news, because(ruled, f"notify {page.staff}"))
        yield _to(facts.worker(page.staff), NotificationKind.STAFF_NOTICE, page, said, news)
    for name in ruled.draft.forwards:
        said = _said(ruled, news, because(ruled, f"forward {name}"))
        yield _to(facts.worker(name), NotificationKind.FORWARDED, Page(name), said, news)


def _to(worker: Worker | None, kind: NotificationKind, page: Page, said: Values, news: News) -> Told:
    event = f"{kind}:{page.template}:{news.event}"
    if worker is None or not worker.address:
        why = Reason("notify", "no-such-staff", f"`{page.staff}` is nobody whom mail could reach")
        return Suppressed(kind, event, page.staff, why, news.ticket)
    told = staff_notice(kind, event, Address(worker.title, worker.address), news.desk, news.ticket, said)
    return replace(told, template=page.template) if isinstance(told, Notification) else told


def _said(ruled: Ruled, news: News, why: str) -> Values:
    values = {
        "who": news.who,
        "organisation": news.organisation,
        "priority": str(ruled.draft.priority),
        "text": news.text[:MOST_TEXT],
        "because": why,
    }
    return tuple((name, value) for name, value in values.items() if value)


def calls(ruled: Ruled, event: str, ticket: TicketId | None) -> tuple[Call, ...]:
    """The webhooks that rules name."""
    return tuple(Call(name, event, because(ruled, f"webhook {name}"), ticket) for name in ruled.draft.webhooks)


def because(ruled: Ruled, told: str) -> str:
    """The rules that want this one told."""
    return ", ".join(hit.rule for hit in ruled.hits if told in hit.tells and not hit.shadow)


# ---- the sender -----------------------------------------------------------------------------------


def missing(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Fields that are asked for and still empty, with their words."""
    there = {name for name, value in draft.fields if value}
    return tuple((name, words) for name, words in draft.asks if name not in there)


def answer(it: Occasion, draft: Draft, plain: Told) -> Told:
    """What the sender gets in place of the confirmation. Whoever may only get a neutral answer gets that."""
    wanted = missing(draft)
    if it.neutral or isinstance(plain, Suppressed) or not (wanted or draft.answer) or silenced(it):
        return plain
    kind = NotificationKind.MISSING if wanted else NotificationKind.ANSWER
    values = (*plain.values, *((("missing", _listed(wanted)),) if wanted else ()))
    return replace(plain, kind=kind, values=values, template="" if wanted else draft.answer)


def question(it: Occasion, draft: Draft, ticket: TicketId | None) -> tuple[Told, ...]:
    """What the sender is asked for in a mail of its own: on a ticket that is there, or beside another answer."""
    wanted, contact = missing(draft), it.case.facts.contact(it.recipient.address)
    if not wanted or contact is None or it.neutral or silenced(it):
        return ()
    event = f"missing:{hashlib.sha256(' '.join(name for name, _ in wanted).encode()).hexdigest()[:16]}"
    values = (("missing", _listed(wanted)),)
    told = notice(NotificationKind.MISSING, event, contact, it.desk, ticket, values, proven=it.who.proven)
    if isinstance(told, Suppressed):
        return (told,)
    message = it.message
    told = replace(told, language=language_for(it), reply_to_id=message.message_id, references=message.references)
    return (told,)


def asked(told: Iterable[Told], draft: Draft) -> tuple[str, ...]:
    """Names of what one of these mails asks for."""
    is_question = any(isinstance(one, Notification) and one.kind is NotificationKind.MISSING for one in told)
    return tuple(name for name, _ in missing(draft)) if is_question else ()


def waits(draft: Draft, asked_for: tuple[str, ...]) -> Status | None:
    """A ticket whose sender is asked for something waits for it."""
    return draft.status or (Status.WAITING if asked_for else None)


def _listed(wanted: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"- {words}" for _, words in wanted)
