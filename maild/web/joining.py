"""Links that ask "is this you?": GET shows the question and changes nothing, POST uses the link up.

One flow, two purposes: an address registers itself; somebody whom an authorised contact named confirms it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from maild.directory.shared import is_shared
from maild.model import Purpose
from maild.store import invitations
from maild.store.enrolling import Person, register_contact
from maild.store.invitations import Invitation
from maild.store.register import find_contacts
from maild.web.form import LONGEST_NAME, clean_name, fields_of
from maild.web.page import page, told, words_of
from maild.web.site import Site
from maild.web.words import LANGUAGES, Asked, Told, Words, is_language


@dataclass(frozen=True, slots=True)
class Question:
    """What one purpose asks, and what a yes does (False: it may not be)."""

    purpose: Purpose
    asked: Callable[[Words], Asked]
    yes: Callable[[Connection, Site, Invitation, Person, datetime], bool]


def routes(site: Site) -> list[Route]:
    return [
        Route("/r/{secret:secret}", _Joining(site, REGISTER).answer, methods=["GET", "POST"]),
        Route("/c/{secret:secret}", _Joining(site, CONFIRM).answer, methods=["GET", "POST"]),
    ]


class _Joining:
    """The pages of one question."""

    def __init__(self, site: Site, question: Question) -> None:
        self._site = site
        self._question = question

    async def answer(self, request: Request) -> Response:
        return await (self._use(request) if request.method == "POST" else self._ask(request))

    async def _ask(self, request: Request) -> Response:
        secret: str = request.path_params["secret"]
        found = await self._site.read(lambda tx: self._look(tx, secret))
        if found is None:
            return await self._not_usable(request)
        link, name = found
        desk = self._site.desk(link.desk)
        words = words_of(request, desk)
        asked = self._question.asked(words)
        values = {"asked": asked, "address": link.address, "name": name}
        bounds = {"languages": LANGUAGES, "longest_name": LONGEST_NAME}
        return page("question", words, desk, asked.title, values | bounds)

    def _look(self, tx: Connection, secret: str) -> tuple[Invitation, str] | None:
        """The link, and the name we know its address by."""
        link = invitations.look(tx, secret, self._question.purpose, self._site.now())
        if link is None:
            return None
        return link, next((one.name for one in find_contacts(tx, [link.address])), "")

    async def _use(self, request: Request) -> Response:
        secret: str = request.path_params["secret"]
        fields = await fields_of(request)
        desired = fields.get("language", "")
        person = Person(clean_name(fields.get("name", "")), desired if is_language(desired) else "")
        done = await self._site.write(lambda tx: self._say_yes(tx, secret, person))
        if done is None:
            return await self._not_usable(request)
        link, allowed = done
        desk = self._site.desk(link.desk)
        words = words_of(request, desk)
        return told(self._question.asked(words).thanks if allowed else _refusal(link, words), words, desk)

    def _say_yes(self, tx: Connection, secret: str, person: Person) -> tuple[Invitation, bool] | None:
        now = self._site.now()
        link = invitations.use(tx, secret, self._question.purpose, now)
        return (link, self._question.yes(tx, self._site, link, person, now)) if link else None

    async def _not_usable(self, request: Request) -> Response:
        """Only whoever holds the secret learns that it was used; all else is one answer."""
        secret: str = request.path_params["secret"]
        used = await self._site.read(lambda tx: invitations.spent(tx, secret, self._question.purpose))
        desk = self._site.desk(used.desk) if used else None
        words = words_of(request, desk)
        return told(words.used, words, desk, 410) if used else told(words.gone, words, desk, 404)


def _refusal(link: Invitation, words: Words) -> Told:
    """Why it may not be: whose address it is can be seen by everybody, so that much may be said."""
    return words.shared if is_shared(link.address) else words.barred


def _register(tx: Connection, site: Site, link: Invitation, person: Person, now: datetime) -> bool:
    desk = site.desk(link.desk)
    by_domain = desk is not None and site.domain_decides(desk)
    return register_contact(tx, link, person, now, domain_decides=by_domain)


def _confirm(tx: Connection, site: Site, link: Invitation, person: Person, _now: datetime) -> bool:
    return site.confirm_contact(tx, link, person)


REGISTER = Question(Purpose.REGISTER, lambda words: words.register, _register)
CONFIRM = Question(Purpose.CONFIRM_CONTACT, lambda words: words.confirm, _confirm)
