"""Who of the staff is told of what happens to a ticket, by the desk's policy (`desks.telling`). Pure.

In: what happened (`News`), and the facts; out: a mail for each of them, or why they get none.
Laws: each is told once of one thing. Nobody is told of their own doing, and no desk by another: a team's address that
leads back to us would run in circles. Staff read a mail's text as it came; nobody else gets a word of it from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from maild.decide.facts import Facts, KnownTicket, Worker
from maild.decide.mail.by_rule import MOST_TEXT
from maild.decide.plan import JoinTicket
from maild.decide.policy import Policy
from maild.decide.told.notices import Told, staff_notice
from maild.decide.told.notify import Occasion
from maild.decide.who.people import People
from maild.desks.policy import Desk
from maild.desks.telling import StaffRole, Tells
from maild.model import (
    Address,
    AutomaticKind,
    Contact,
    Notification,
    NotificationKind,
    Reason,
    Role,
    Suppressed,
    TicketId,
)
from maild.rules.model import Ruled
from maild.rules.references import ACCOUNT_MANAGER

MOST_PEOPLE = 20
FIRST = f"{NotificationKind.STAFF_TICKET}:new"
"""The event of the mail about a new ticket: its Message-ID is known beforehand, so that all later mail to the same
reader can be threaded below it (`notify.render`)."""
NOBODY = People()
WAITS: Mapping[str, str] = MappingProxyType(
    {
        "de": "ungeprüft, liest erst mit, wenn du es erlaubst",
        "en": "unverified, reads along once you allow it",
        "nl": "ongeverifieerd, leest pas mee als jij het toestaat",
    }
)
"""How staff are told that somebody in copy waits for them."""
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {"de": "liest nicht mit", "en": "does not read along", "nl": "leest niet mee"}
)
"""And that the desk leaves somebody out."""
UNPROVEN: Mapping[str, str] = MappingProxyType(
    {"en": "not proven", "de": "nicht bewiesen", "nl": "niet bewezen"},
)
"""Said of a sender whose address proves nothing; staff read the desk's first language."""


class What(StrEnum):
    """What happened, as templates know it."""

    NEW = "new"
    ANSWER = "answer"
    ASSIGNED = "assigned"


_ROLES: Mapping[What, Callable[[Tells], tuple[StaffRole, ...]]] = MappingProxyType(
    {
        What.NEW: lambda tells: tells.new_ticket,
        What.ANSWER: lambda tells: tells.answer,
        What.ASSIGNED: lambda tells: tells.assigned,
    }
)


@dataclass(frozen=True, slots=True)
class News:
    """What happened on which ticket (None: the one that is opened); `occasion` is unlike all others there. `assignee`:
    who works on it from now on, "" for nobody. `by`: whose doing it is. `values` are what a mail can say of it."""

    what: What
    desk: Desk
    occasion: str
    assignee: str
    by: str
    ticket: KnownTicket | None = None
    values: tuple[tuple[str, str], ...] = ()


def by_mail(it: Occasion, ruled: Ruled, ticket: KnownTicket | None = None, joined: People = NOBODY) -> tuple[Told, ...]:
    """Staff who are told of a mail: one that opens a ticket, or joins this one; and whom its rules give it to.
    `joined`: whom the mail brings along, as far as the desk lets them."""
    if not it.desk.team or _nobody_wrote(it):
        return ()
    what = What.ANSWER if ticket else What.NEW
    draft, by = ruled.draft, it.recipient.address
    news = News(
        what, it.desk, it.message.content_key[:16], draft.assignee, by, ticket, _of_mail(it, ruled, ticket, joined)
    )
    told = tuple(_told(news, it.case.facts, it.case.policy))
    if not draft.assignee or draft.assignee == ruled.before.assignee:
        return told
    given = _told(replace(news, what=What.ASSIGNED), it.case.facts, it.case.policy)
    heard = {_address(one) for one in told}
    return (*told, *(one for one in given if _address(one) not in heard))


def given(news: News, before: str, facts: Facts, own: Policy) -> tuple[Told, ...]:
    """Who is told that staff gave a ticket to somebody else than it was with `before`."""
    if news.ticket is None or not news.desk.team or news.assignee in ("", before):
        return ()
    return tuple(_told(replace(news, values=of_ticket(news.ticket)), facts, own))


def _nobody_wrote(it: Occasion) -> bool:
    """That somebody is away is no news; and what answers a mail to staff may be a machine of their own."""
    wrote = it.message.automatic
    return it.case.keys.staff_token is not None or (wrote is not None and wrote.kind is AutomaticKind.AUTO_REPLY)


def _told(news: News, facts: Facts, own: Policy) -> Iterator[Told]:
    """Each address once, however many roles lead to it."""
    workers = {
        worker.address: worker for role in _ROLES[news.what](news.desk.tells) for worker in _of(role, news, facts)
    }
    for worker in workers.values():
        if told := _to(worker, news, own):
            yield told


def _of(role: StaffRole, news: News, facts: Facts) -> tuple[Worker, ...]:
    """Whoever has this role, as far as mail reaches them."""
    named = {
        StaffRole.TEAM: news.desk.team,
        StaffRole.ASSIGNEE: news.assignee or news.desk.team,
        StaffRole.ACCOUNT_MANAGER: ACCOUNT_MANAGER,
    }
    if role is StaffRole.FOLLOWERS:
        return tuple(_followers(news, facts))
    worker = facts.worker(named[role])
    return (worker,) if worker and worker.address else ()


def _followers(news: News, facts: Facts) -> Iterator[Worker]:
    by_address = {worker.address: worker for worker in facts.staff}
    for part in news.ticket.participants if news.ticket else ():
        if part.role is Role.FOLLOWER and part.takes_part and part.contact.address in by_address:
            yield by_address[part.contact.address]


def _to(worker: Worker, news: News, own: Policy) -> Told | None:
    """Nothing, not even a reason, for whoever did it."""
    if worker.address == news.by:
        return None
    kind = NotificationKind.STAFF_TICKET
    event = FIRST if news.what is What.NEW else f"{kind}:{news.what}:{news.occasion}"
    number: TicketId | None = news.ticket.ticket.id if news.ticket else None
    if why := _our_own(worker.address, own):
        return Suppressed(kind, event, worker.address, why, number)
    values = (("news", news.what.value), *news.values)
    return staff_notice(kind, event, Address(worker.title, worker.address), news.desk, number, values)


def _our_own(address: str, own: Policy) -> Reason | None:
    return Reason("notify", "own-address", "the address is our own") if own.desk_of(address) else None


def _address(told: Told) -> str:
    return told.recipient.address if isinstance(told, Notification) else told.recipient


# ---- what such a mail says --------------------------------------------------------------------------


def _of_mail(it: Occasion, ruled: Ruled, ticket: KnownTicket | None, joined: People) -> tuple[tuple[str, str], ...]:
    draft = ruled.draft
    values = {
        "who": _who(it),
        "organisation": ruled.view.organisation,
        "priority": str(draft.priority),
        "type": draft.type,
        "category": draft.category,
        "fields": "\n".join(f"{name}: {value}" for name, value in draft.fields if value),
        "people": "\n".join(_people(it, ticket, joined)),
        "text": it.message.visible_text[:MOST_TEXT],
    }
    return _without_empty(values)


def of_ticket(known: KnownTicket) -> tuple[tuple[str, str], ...]:
    """What can be said of a ticket without a mail."""
    ticket, requester = known.ticket, known.requester
    values = {
        "who": _named(requester) if requester else "",
        "organisation": requester.organisation if requester else "",
        "priority": str(ticket.priority),
        "type": ticket.type,
        "category": ticket.category,
        "fields": "\n".join(f"{name}: {value}" for name, value in ticket.fields if value),
        "people": "\n".join(_reading_along(known, requester.address if requester else "")),
    }
    return _without_empty(values)


def _without_empty(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in values.items() if value)


def _who(it: Occasion) -> str:
    flag = UNPROVEN.get(it.desk.languages[0], UNPROVEN["en"])
    return _named(it.recipient) if it.who.proven else f"{_named(it.recipient)} ({flag})"


def _named(person: Address | Contact) -> str:
    return f"{person.name} <{person.address}>" if person.name else person.address


def _people(it: Occasion, known: KnownTicket | None, joined: People) -> Iterator[str]:
    """Who takes part beside whoever wrote, and whom this mail names besides."""
    if known:
        yield from _reading_along(known, it.recipient.address)
    names = {one.address: one for one in (*it.message.to, *it.message.cc)}
    flag = WAITS.get(it.desk.languages[0], WAITS["en"])
    for change in [one for one in joined.changes if isinstance(one, JoinTicket)][:MOST_PEOPLE]:
        person = _named(names.get(change.address, Address("", change.address)))
        yield f"{person} ({flag})" if change.waits else person
    apart = LEFT_OUT.get(it.desk.languages[0], LEFT_OUT["en"])
    yield from (f"{_named(one)} ({apart})" for one in joined.left_out[:MOST_PEOPLE])


def _reading_along(known: KnownTicket, but: str) -> list[str]:
    others = (part.contact for part in known.participants if part.takes_part and part.contact.address != but)
    return [_named(contact) for contact in others][:MOST_PEOPLE]
