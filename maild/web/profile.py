"""What somebody says of themselves: their name and the language of our mails, to read and to change; logging out.

Law: whoever is logged in changes what is theirs, under all their addresses, and is told so by mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.desks.policy import Desk
from maild.model import Contact
from maild.steps.profile import Profile, change_profile
from maild.web import sessions
from maild.web.entering import LIST
from maild.web.form import LONGEST_NAME, clean_name, fields_of
from maild.web.page import page, words_of
from maild.web.readers import reader
from maild.web.site import Site
from maild.web.words import LANGUAGES, Words

PROFILE = f"{LIST}/profile"
SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody logged in, and the desk that writes to them."""

    contact: Contact
    desk: Desk

    @property
    def languages(self) -> tuple[Words, ...]:
        """Those that the desk writes, and the pages can name."""
        return tuple(one for one in LANGUAGES if one.code in self.desk.languages)

    def wanted(self, fields: Mapping[str, str]) -> Profile:
        """What the form says; what it leaves open stays as it is."""
        language = fields.get("language", "")
        is_offered = language in {one.code for one in self.languages}
        name = clean_name(fields.get("name", ""))
        return Profile(name or self.contact.name, language if is_offered else self.contact.language)


def routes(site: Site) -> list[Route]:
    own = _Own(site)
    return [
        Route(PROFILE, own.show, methods=["GET"]),
        Route(PROFILE, own.change, methods=["POST"]),
    ]


class _Own:
    """This page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """Whoever is not logged in is led to where they can."""
        name = sessions.session_of(request, self._site)
        who = await self._site.read(lambda tx: self._known(tx, name))
        if who is None:
            return RedirectResponse(LIST, 303)
        words = words_of(request, who.desk)
        languages = [(one.code, one.name, one.code == who.contact.language) for one in who.languages]
        values = {
            "contact": who.contact,
            "languages": languages,
            "is_open": not any(chosen for *_, chosen in languages),
            "longest_name": LONGEST_NAME,
            "saved": SAVED in request.query_params,
        }
        return page("profile", words, who.desk, words.own.title, values)

    async def change(self, request: Request) -> Response:
        name, fields = sessions.session_of(request, self._site), await fields_of(request)
        changed = await self._site.write(lambda tx: self._change(tx, name, fields))
        return RedirectResponse(f"{PROFILE}?{SAVED}" if changed else PROFILE, 303)

    def _change(self, tx: Connection, name: str | None, fields: Mapping[str, str]) -> bool:
        who = self._known(tx, name)
        house = self._site.house()
        return who is not None and change_profile(tx, house, who.desk, who.contact, who.wanted(fields))

    def _known(self, tx: Connection, name: str | None) -> Known | None:
        who = reader(tx, name, self._site)
        desk = self._site.desk(who.link.desk) if who else None
        return Known(who.contact, desk) if who and who.contact and desk else None
