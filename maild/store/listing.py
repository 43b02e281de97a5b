"""The tickets that a contact may see, as a list: some of them, in an order, a page at a time.

In: a contact, the desks there are, and a `Choice`; out: a `Listing`. Laws: what is listed may be seen
(`store.visible`), whatever is chosen; what cannot be chosen is as if it had not been. Two queries: one counts what
there is to choose from, one reads a page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from maild.decide.who.sight import sees_all
from maild.desks.life_cycle import SETTLED
from maild.desks.policy import Desk
from maild.model import Contact, ContactId, Status, Ticket
from maild.store.rows import AnyRow, as_ticket
from maild.store.schema import contact, ticket
from maild.store.visible import REQUESTER, visible_to

PAGE = 50
"""Tickets on one page."""
UNSETTLED = frozenset(Status) - SETTLED
EVERY = frozenset(Status)


class SortBy(StrEnum):
    """What a list is sorted by. KIND: by type, then by category."""

    NUMBER = "number"
    TITLE = "title"
    STATUS = "status"
    KIND = "type"
    ASKED_BY = "by"
    DESK = "desk"
    OPENED = "opened"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tickets, and in what order. `colleagues`: those of the organisation, too. `kind` is a type or a category,
    "" for any; `asked_by` None is anybody. The first page is 1."""

    colleagues: bool = False
    statuses: frozenset[Status] = UNSETTLED
    asked_by: ContactId | None = None
    kind: str = ""
    sort: SortBy = SortBy.CHANGED
    descending: bool = True
    page: int = 1

    @property
    def first(self) -> int:
        """How many tickets stand on the pages before."""
        return (self.page - 1) * PAGE


@dataclass(frozen=True, slots=True)
class Group:
    """Tickets that are alike in all that can be chosen by, and how many there are. `asked_by` is None for nobody, and
    always the same of somebody with several addresses."""

    desk: str
    status: Status
    type: str
    category: str
    asked_by: ContactId | None
    count: int

    def fits(self, choice: Choice) -> bool:
        of_kind = choice.kind in ("", self.type, self.category)
        return self.status in choice.statuses and of_kind and choice.asked_by in (None, self.asked_by)


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket, and the name (or address) of whoever asked for it, "" for nobody."""

    ticket: Ticket
    asked_by: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `choice` is what could be had of what was wanted; `people`, `kinds` and `desks` are what
    there is to choose from. `has_colleagues`: whether they see more than what they take part in."""

    choice: Choice
    tickets: tuple[Listed, ...]
    count: int
    people: Mapping[ContactId, str]
    kinds: tuple[str, ...]
    desks: tuple[str, ...]
    has_colleagues: bool


def list_tickets(tx: Connection, who: Contact, desks: Sequence[Desk], wanted: Choice) -> Listing:
    """What this contact sees of what is wanted."""
    has_colleagues = any(sees_all(who, one) for one in desks)
    wanted = replace(wanted, colleagues=wanted.colleagues and has_colleagues)
    seen = visible_to(who, desks, colleagues=wanted.colleagues)
    rows = tx.execute(_groups(seen)).all()
    askers = _askers(rows)
    groups = tuple(_group(row, askers) for row in rows)
    choice, count = _possible(wanted, groups)
    page = tx.execute(_page(seen, choice, askers.contacts(choice.asked_by)))
    tickets = tuple(Listed(as_ticket(row), askers.names.get(row.requester, "")) for row in page)
    in_use = {one.desk for one in groups}
    used = tuple(one.desk for one in desks if one.desk in in_use)
    return Listing(choice, tickets, count, askers.people(), _kinds(groups, desks), used, has_colleagues)


def home_desk(tx: Connection, who: Contact, desks: Sequence[Desk]) -> str | None:
    """The desk of the ticket that was changed last, of those that this contact sees; None where they see none."""
    latest = select(ticket.c.desk).where(visible_to(who, desks))
    return tx.execute(latest.order_by(ticket.c.changed_at.desc()).limit(1)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class _Askers:
    """Contacts who asked for something: their names, and for each the one that stands for the person."""

    names: Mapping[int, str]
    persons: Mapping[int, ContactId]

    def contacts(self, person: ContactId | None) -> list[int]:
        return [one for one, whose in self.persons.items() if whose == person]

    def people(self) -> dict[ContactId, str]:
        """By their names, which may be those of several."""
        people = {person: self.names[person] for person in self.persons.values()}
        return dict(sorted(people.items(), key=lambda one: (one[1].casefold(), one[0])))


def _askers(rows: Iterable[AnyRow]) -> _Askers:
    found = sorted(
        {(row.asked_by, row.person or row.asked_by, row.name or row.address) for row in rows if row.asked_by}
    )
    first: dict[str, ContactId] = {}
    persons = {one: first.setdefault(person, ContactId(one)) for one, person, _ in found}
    return _Askers({one: name for one, _, name in found}, persons)


def _possible(wanted: Choice, groups: Collection[Group]) -> tuple[Choice, int]:
    """The choice without what nothing fits, with a page that exists, and how many tickets it is."""
    people, words = {one.asked_by for one in groups}, {word for one in groups for word in (one.type, one.category)}
    choice = replace(
        wanted,
        asked_by=wanted.asked_by if wanted.asked_by in people else None,
        kind=wanted.kind if wanted.kind in words else "",
    )
    count = sum(one.count for one in groups if one.fits(choice))
    return replace(choice, page=min(choice.page, max(1, -(-count // PAGE)))), count


def _kinds(groups: Collection[Group], desks: Sequence[Desk]) -> tuple[str, ...]:
    """The types and categories in use: first those that desks name, in their order, then all others."""
    in_use = {word for one in groups for word in (one.type, one.category) if word}
    named = [word for desk in desks for word in (*desk.kinds("type"), *desk.categories)]
    return tuple(dict.fromkeys(word for word in (*named, *sorted(in_use)) if word in in_use))


# ---- the queries -----------------------------------------------------------------------------------


def _groups(seen: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    """The names come last: there are few people, and many tickets."""
    columns = (ticket.c.desk, ticket.c.status, ticket.c.type, ticket.c.category, REQUESTER.label("asked_by"))
    each = select(*columns).where(seen).subquery()
    groups = select(*each.c, func.count().label("number")).group_by(*each.c).subquery()
    named = select(*groups.c, contact.c.name, contact.c.address, contact.c.person)
    return named.outerjoin(contact, contact.c.id == groups.c.asked_by)


_ASKED_BY = (
    select(func.lower(func.coalesce(func.nullif(contact.c.name, ""), contact.c.address)))
    .where(contact.c.id == REQUESTER)
    .scalar_subquery()
)
_ORDERS: Mapping[SortBy, tuple[ColumnElement[object], ...]] = MappingProxyType(
    {
        SortBy.NUMBER: (),
        SortBy.TITLE: (func.lower(ticket.c.title),),
        SortBy.STATUS: (case({one.value: place for place, one in enumerate(Status)}, value=ticket.c.status),),
        SortBy.KIND: (ticket.c.type, ticket.c.category),
        SortBy.ASKED_BY: (_ASKED_BY,),
        SortBy.DESK: (ticket.c.desk,),
        SortBy.OPENED: (ticket.c.created_at,),
        SortBy.CHANGED: (ticket.c.changed_at,),
    }
)
"""By what, before the number."""


def _page(seen: ColumnElement[bool], choice: Choice, asked_by: Collection[int]) -> Select[*tuple[object, ...]]:
    query = select(*ticket.c, REQUESTER.label("requester")).where(seen)
    if choice.statuses != EVERY:
        query = query.where(ticket.c.status.in_(sorted(choice.statuses)))
    if choice.kind:
        query = query.where((ticket.c.type == choice.kind) | (ticket.c.category == choice.kind))
    if choice.asked_by is not None:
        query = query.where(REQUESTER.in_(asked_by))
    columns = (*_ORDERS[choice.sort], ticket.c.id)
    order = (one.desc() if choice.descending else one.asc() for one in columns)
    return query.order_by(*order).limit(PAGE).offset(choice.first)


def _group(row: AnyRow, askers: _Askers) -> Group:
    return Group(row.desk, row.status, row.type, row.category, askers.persons.get(row.asked_by), row.number)
