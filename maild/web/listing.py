"""The list of requests that somebody logged in may see: a GET form, links to sort by, no script.

All of it stands in the query string (`wishes`), what may be seen is `store.listing`'s to say. Whoever is not logged in
gets the form that sends a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.model import Status, Ticket
from maild.notify.words import status_word
from maild.store.listing import Choice, Listed, Listing, SortBy, list_tickets
from maild.web import sessions
from maild.web.entering import LIST, ask
from maild.web.looking import kind_of
from maild.web.page import page, refused, words_of
from maild.web.readers import Reader, reader
from maild.web.site import Site
from maild.web.wishes import ALL, choice_in, fields, query, sorted_by
from maild.web.words import Words


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose, as the URL and as the reader has it."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """What there is to choose from, by the name it has in the URL."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another view of the list. `here`: what is said of the one that is shown, in ARIA's words."""

    label: str
    url: str
    here: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as it stands in the list."""

    ticket: Ticket
    stands: str
    kind: str
    asked_by: str
    desk: str


def routes(site: Site) -> list[Route]:
    return [
        Route(LIST, _List(site).show, methods=["GET"]),
        Route("/", _lead_here, methods=["GET"]),
    ]


async def _lead_here(_request: Request) -> Response:
    return RedirectResponse(LIST, 303)


class _List:
    """This page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        name = sessions.session_of(request, self._site)
        wanted = choice_in(request.query_params)
        found = await self._site.read(lambda tx: self._look(tx, name, wanted))
        if found is None:
            return ask(words_of(request))
        who, listing = found
        return self._page(request, who, listing) if listing else refused(request, 404)

    def _look(self, tx: Connection, name: str | None, wanted: Choice) -> tuple[Reader, Listing | None] | None:
        who = reader(tx, name, self._site)
        if who is None:
            return None
        desks = self._site.house().policy.desks
        return who, list_tickets(tx, who.contact, desks, wanted) if who.contact else None

    def _page(self, request: Request, who: Reader, listing: Listing) -> Response:
        desk = self._site.desk(who.link.desk)
        words = words_of(request, desk)
        only = self._site.desk(listing.desks[0]) if len(listing.desks) == 1 else None
        states = [(one.value, status_word(one, words.code, only)) for one in Status]
        values = {
            "tabs": _tabs(listing, words),
            "filters": _filters(listing, states, words),
            "kept": {name: value for name, value in fields(listing.choice).items() if name in ("show", "sort")},
            "heads": tuple(_heads(listing, words)),
            "rows": [self._row(one, words) for one in listing.tickets],
            "span": _span(listing, words),
            "turns": _turns(listing, words),
            "several": len(listing.desks) > 1,
        }
        return page("list", words, desk, words.listing.title, values)

    def _row(self, one: Listed, words: Words) -> Row:
        ticket = one.ticket
        desk = self._site.desk(ticket.desk)
        stands = status_word(ticket.status, words.code, desk)
        return Row(ticket, stands, kind_of(ticket), one.asked_by, desk.title if desk else "")


def _tabs(listing: Listing, words: Words) -> tuple[Link, ...]:
    """Whose requests; nothing to choose for whom there is only their own."""
    both = ((words.listing.mine, False), (words.listing.organisation, True)) if listing.has_colleagues else ()
    chosen = listing.choice.colleagues
    fresh = replace(listing.choice, asked_by=None, page=1)
    return tuple(Link(label, _url(replace(fresh, colleagues=one)), _here(one is chosen)) for label, one in both)


def _filters(listing: Listing, states: list[tuple[str, str]], words: Words) -> tuple[Field, ...]:
    """The fields of the form."""
    it, chosen = words.listing, fields(listing.choice)
    offered = {
        "status": (it.status, [("", it.open), (ALL, it.every), *states]),
        "by": (it.asked_by, [("", it.anybody), *((str(one), name) for one, name in listing.people.items())]),
        "type": (it.kind, [("", it.any_kind), *((one, one) for one in listing.kinds)]),
    }
    return tuple(
        Field(name, label, tuple(Option(value, text, value == chosen[name]) for value, text in options))
        for name, (label, options) in offered.items()
    )


def _heads(listing: Listing, words: Words) -> Iterator[Link]:
    """A link for each column; `here` is how it is sorted now (WAI-ARIA 1.2, aria-sort)."""
    choice, it = listing.choice, words.listing
    labels = {
        SortBy.NUMBER: it.number,
        SortBy.TITLE: it.request,
        SortBy.STATUS: it.status,
        SortBy.KIND: it.kind,
        SortBy.ASKED_BY: it.asked_by,
        **({SortBy.DESK: it.desk} if len(listing.desks) > 1 else {}),
        SortBy.OPENED: words.opened,
        SortBy.CHANGED: words.changed,
    }
    now = "descending" if choice.descending else "ascending"
    for sort, label in labels.items():
        yield Link(label, _url(sorted_by(choice, sort)), now if sort is choice.sort else "none")


def _span(listing: Listing, words: Words) -> str:
    first = listing.choice.first
    return words.listing.span.format(first=first + 1, last=first + len(listing.tickets), count=listing.count)


def _turns(listing: Listing, words: Words) -> tuple[Link, ...]:
    """To the pages before and after this one."""
    choice, it = listing.choice, words.listing
    before = (Link(it.before, _url(replace(choice, page=choice.page - 1))),) if choice.page > 1 else ()
    is_last = choice.first + len(listing.tickets) >= listing.count
    return (*before, *(() if is_last else (Link(it.after, _url(replace(choice, page=choice.page + 1))),)))


def _url(choice: Choice) -> str:
    return LIST + query(choice)


def _here(is_here: bool) -> str:
    return "page" if is_here else ""
