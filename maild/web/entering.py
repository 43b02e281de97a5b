"""The way in and out: a form that sends a link by mail, the link, and logging out.

Laws: `/tickets/SD-1042` is the same page whether there is such a ticket or not; so is its answer, and that of `/my`,
for every address, in the same time (FAULT-D28, no oracle). A link goes to the own address of whoever may see the
ticket, or has something to see at all; three an hour at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.decide.who.sight import TRUSTED
from maild.desks.policy import Desk
from maild.ingest.header.addresses import normal_address
from maild.model import Purpose
from maild.steps.links import send_list_link
from maild.store import invitations, portal
from maild.store.intake import lock
from maild.store.invitations import Invitation
from maild.store.listing import home_desk
from maild.web import sessions
from maild.web.form import fields_of
from maild.web.page import page, told, words_of
from maild.web.readers import present
from maild.web.site import Site
from maild.web.words import WayIn, Words

LINK_LASTS = timedelta(hours=1)
MOST_LINKS = 3
PER = timedelta(hours=1)
LIST = "/my"
Send = Callable[[Connection, str], None]


def routes(site: Site) -> list[Route]:
    entering = _Entering(site)
    return [
        Route("/tickets/{number:number}", entering.ask_or_send, methods=["GET", "POST"]),
        Route(LIST, entering.send_for_list, methods=["POST"]),
        Route("/l/{secret:secret}", entering.enter, methods=["GET", "POST"]),
        Route("/logout", entering.log_out, methods=["POST"]),
    ]


def ask(words: Words, number: str = "") -> Response:
    """The form that sends a link to this ticket, or to the list."""
    way = _way(words, number)
    action = f"/tickets/{number}" if number else LIST
    return page("ask", words, None, way.title, {"number": number, "way": way, "action": action})


def _way(words: Words, number: str) -> WayIn:
    return words.to_one if number else words.to_all


class _Entering:
    """These pages."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def ask_or_send(self, request: Request) -> Response:
        number: str = request.path_params["number"].upper()
        if request.method != "POST":
            return ask(words_of(request), number)
        return await self._sent(request, number, lambda tx, address: self._send_to_one(tx, number, address))

    async def send_for_list(self, request: Request) -> Response:
        return await self._sent(request, "", self._send_to_all)

    async def _sent(self, request: Request, number: str, send: Send) -> Response:
        """A transaction that may write is begun for everybody, and what was done inside a beat does not show."""
        began = asyncio.get_running_loop().time()
        address = normal_address((await fields_of(request)).get("address", "")) or ""
        try:
            await self._site.write(lambda tx: send(tx, address))
        finally:
            await asyncio.sleep(rest_of_beat(asyncio.get_running_loop().time() - began, self._site.pace))
        words = words_of(request)
        return told(_way(words, number).sent, words)

    def _send_to_one(self, tx: Connection, number: str, address: str) -> None:
        """To whoever may see it, within the budget."""
        lock(tx, [address])
        taking = portal.viewer(tx, number, address, self._site.desk)
        if taking and self._within_budget(tx, address):
            url = self._issue(tx, address, taking.ticket.desk, taking.ticket.number)
            self._site.send_look_link(tx, taking.ticket, taking.contact, url)

    def _send_to_all(self, tx: Connection, address: str) -> None:
        """To whoever is a contact of a desk: registered there, or with something to see."""
        lock(tx, [address])
        known = present(tx, address)
        desks = self._site.house().policy.desks
        home = home_desk(tx, known, desks) if known else None
        desk = self._site.desk(home) if home else _first(desks, known is not None and known.register in TRUSTED)
        if known and desk and self._within_budget(tx, address):
            send_list_link(tx, self._site.house(), desk, known, self._issue(tx, address, desk.desk))

    def _within_budget(self, tx: Connection, address: str) -> bool:
        return invitations.issued_since(tx, address, Purpose.LOOK, self._site.now() - PER) < MOST_LINKS

    def _issue(self, tx: Connection, address: str, desk: str, about: str = "") -> str:
        secret = invitations.issue(tx, Purpose.LOOK, address, desk, about, self._site.now(), LINK_LASTS)
        return self._site.web.link("l", secret)

    async def enter(self, request: Request) -> Response:
        secret: str = request.path_params["secret"]
        if request.method == "POST":
            return await self._begin(request, secret)
        link = await self._site.read(lambda tx: invitations.look(tx, secret, Purpose.LOOK, self._site.now()))
        if link is None:
            return await self._not_usable(request, secret)
        desk = self._site.desk(link.desk)
        words = words_of(request, desk)
        values = {"number": link.about, "way": _way(words, link.about)}
        return page("enter", words, desk, words.enter_title, values)

    async def _begin(self, request: Request, secret: str) -> Response:
        await fields_of(request)
        begun = await self._site.write(lambda tx: self._open(tx, secret))
        if begun is None:
            return await self._not_usable(request, secret)
        link, name = begun
        response = RedirectResponse(f"{LIST}/{link.about}" if link.about else LIST, 303)
        sessions.begin(response, name, self._site)
        return response

    def _open(self, tx: Connection, secret: str) -> tuple[Invitation, str] | None:
        now = self._site.now()
        link = invitations.use(tx, secret, Purpose.LOOK, now)
        return (link, invitations.open_session(tx, secret, now + sessions.LASTING)) if link else None

    async def _not_usable(self, request: Request, secret: str) -> Response:
        """Only whoever holds the secret learns that it was used; all else is one answer."""
        used = await self._site.read(lambda tx: invitations.spent(tx, secret, Purpose.LOOK))
        desk = self._site.desk(used.desk) if used else None
        words = words_of(request, desk)
        if used is None:
            return told(words.gone, words, desk, 404)
        return told(words.used, words, desk, 410, f"/tickets/{used.about}" if used.about else LIST)

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


def _first(desks: tuple[Desk, ...], is_known: bool) -> Desk | None:
    """The desk that writes to somebody who is registered and has asked for nothing yet."""
    return next(iter(desks), None) if is_known else None


def rest_of_beat(passed: float, pace: float) -> float:
    """Seconds until the next multiple of the pace."""
    return pace - passed % pace
