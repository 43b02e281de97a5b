"""A person's look at their own request: the link in notices, the link that is sent on asking, and the ticket.

Laws: `/tickets/SD-1042` is the same page whether there is such a ticket or not; so is its answer, for every address, in
the same time (FAULT-D28, no oracle). A link goes to the own address of whoever may see the ticket, three an hour at
most. What may not be seen is answered like what is not there.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.ingest.header.addresses import normal_address
from maild.model import Purpose
from maild.notify.words import status_word
from maild.store import invitations, portal
from maild.store.intake import lock
from maild.store.invitations import Invitation
from maild.web import sessions
from maild.web.form import fields_of
from maild.web.page import page, refused, told, words_of
from maild.web.site import Site

LINK_LASTS = timedelta(hours=1)
MOST_LINKS = 3
PER = timedelta(hours=1)


def routes(site: Site) -> list[Route]:
    looking = _Looking(site)
    return [
        Route("/tickets/{number:number}", looking.ask_or_send, methods=["GET", "POST"]),
        Route("/l/{secret:secret}", looking.enter, methods=["GET", "POST"]),
        Route("/my/{number:number}", looking.show, methods=["GET"]),
        Route("/logout", looking.log_out, methods=["POST"]),
    ]


class _Looking:
    """These pages."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def ask_or_send(self, request: Request) -> Response:
        words = words_of(request)
        number: str = request.path_params["number"].upper()
        if request.method != "POST":
            return page("ask", words, None, words.ask_title, {"number": number})
        began = asyncio.get_running_loop().time()
        address = normal_address((await fields_of(request)).get("address", "")) or ""
        try:
            await self._site.write(lambda tx: self._send(tx, number, address))
        finally:
            await self._at_the_usual_time(began)
        return told(words.sent, words)

    def _send(self, tx: Connection, number: str, address: str) -> None:
        """To whoever may see it, within the budget. A transaction that may write is begun for everybody."""
        now = self._site.now()
        lock(tx, [address])
        taking = portal.viewer(tx, number, address, self._site.desk)
        count = invitations.issued_since(tx, address, Purpose.LOOK, now - PER)
        if taking is None or count >= MOST_LINKS:
            return
        ticket = taking.ticket
        secret = invitations.issue(tx, Purpose.LOOK, address, ticket.desk, ticket.number, now, LINK_LASTS)
        self._site.send_look_link(tx, ticket, taking.contact, self._site.web.link("l", secret))

    async def _at_the_usual_time(self, began: float) -> None:
        """What was done inside a beat does not show."""
        await asyncio.sleep(rest_of_beat(asyncio.get_running_loop().time() - began, self._site.pace))

    async def enter(self, request: Request) -> Response:
        secret: str = request.path_params["secret"]
        if request.method == "POST":
            return await self._begin(request, secret)
        link = await self._site.read(lambda tx: invitations.look(tx, secret, Purpose.LOOK, self._site.now()))
        if link is None:
            return await self._not_usable(request, secret)
        desk = self._site.desk(link.desk)
        words = words_of(request, desk)
        return page("enter", words, desk, words.enter_title, {"number": link.about})

    async def _begin(self, request: Request, secret: str) -> Response:
        await fields_of(request)
        begun = await self._site.write(lambda tx: self._open(tx, secret))
        if begun is None:
            return await self._not_usable(request, secret)
        link, name = begun
        response = RedirectResponse(f"/my/{link.about}", 303)
        sessions.begin(response, name, self._site)
        return response

    def _open(self, tx: Connection, secret: str) -> tuple[Invitation, str] | None:
        now = self._site.now()
        link = invitations.use(tx, secret, Purpose.LOOK, now)
        return (link, invitations.open_session(tx, secret, now + sessions.LASTING)) if link else None

    async def _not_usable(self, request: Request, secret: str) -> Response:
        used = await self._site.read(lambda tx: invitations.spent(tx, secret, Purpose.LOOK))
        desk = self._site.desk(used.desk) if used else None
        words = words_of(request, desk)
        return told(words.used, words, desk, 410, used.about) if used else told(words.gone, words, desk, 404)

    async def show(self, request: Request) -> Response:
        """Whoever is not logged in is led to the form, whatever the number."""
        number: str = request.path_params["number"]
        name = sessions.session_of(request, self._site)
        logged_in, ticket = await self._site.read(lambda tx: self._visible(tx, name, number))
        if not logged_in:
            return RedirectResponse(f"/tickets/{number}", 303)
        return self._ticket(request, ticket) if ticket else refused(request, 404)

    def _visible(self, tx: Connection, name: str | None, number: str) -> tuple[bool, portal.ShownTicket | None]:
        link = invitations.session(tx, name, self._site.now()) if name else None
        return (True, portal.show(tx, number, link.address, self._site.desk)) if link else (False, None)

    def _ticket(self, request: Request, shown: portal.ShownTicket) -> Response:
        ticket = shown.ticket
        desk = self._site.desk(ticket.desk)
        words = words_of(request, desk)
        stands = status_word(ticket.status, words.code, desk)
        values = {"ticket": ticket, "stands": stands, "articles": shown.articles}
        return page("ticket", words, desk, ticket.title or ticket.number, values)

    async def log_out(self, request: Request) -> Response:
        everywhere = (await fields_of(request)).get("where") == "everywhere"
        name = sessions.session_of(request, self._site)
        if name:
            await self._site.write(lambda tx: self._end(tx, name, everywhere))
        words = words_of(request)
        response = told(words.logged_out, words)
        sessions.forget(response, self._site)
        return response

    def _end(self, tx: Connection, name: str, everywhere: bool) -> None:
        now = self._site.now()
        link = invitations.session(tx, name, now)
        if link and everywhere:
            invitations.end_sessions(tx, link.address, now)
        elif link:
            invitations.end_session(tx, name, now)


def rest_of_beat(passed: float, pace: float) -> float:
    """Seconds until the next multiple of the pace."""
    return pace - passed % pace
