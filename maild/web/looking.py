"""One request, as somebody logged in may see it. What may not be seen is answered like what is not there."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.model import Ticket
from maild.notify.words import status_word
from maild.store import portal
from maild.web import sessions
from maild.web.page import page, refused, words_of
from maild.web.readers import reader
from maild.web.site import Site


def routes(site: Site) -> list[Route]:
    return [Route("/my/{number:number}", _Looking(site).show, methods=["GET"])]


class _Looking:
    """This page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """Whoever is not logged in is led to the form, whatever the number."""
        number: str = request.path_params["number"]
        name = sessions.session_of(request, self._site)
        logged_in, ticket = await self._site.read(lambda tx: self._visible(tx, name, number))
        if not logged_in:
            return RedirectResponse(f"/tickets/{number}", 303)
        return self._ticket(request, ticket) if ticket else refused(request, 404)

    def _visible(self, tx: Connection, name: str | None, number: str) -> tuple[bool, portal.ShownTicket | None]:
        who = reader(tx, name, self._site)
        return (True, portal.show(tx, number, who.link.address, self._site.desk)) if who else (False, None)

    def _ticket(self, request: Request, shown: portal.ShownTicket) -> Response:
        ticket = shown.ticket
        desk = self._site.desk(ticket.desk)
        words = words_of(request, desk)
        stands = status_word(ticket.status, words.code, desk)
        values = {"shown": shown, "ticket": ticket, "stands": stands, "kind": kind_of(ticket)}
        return page("ticket", words, desk, ticket.title or ticket.number, values)


def kind_of(ticket: Ticket) -> str:
    """Its type and its category, as the desk calls them."""
    return " · ".join(dict.fromkeys(filter(None, (ticket.type, ticket.category))))
