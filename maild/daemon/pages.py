"""The pages for customers, as part of the daemon: the settings' `web` in, an open port out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import Connection

from maild.daemon.background import background
from maild.daemon.calls import keys_of
from maild.model import Contact, Ticket
from maild.settings import Settings
from maild.steps import proposals
from maild.steps.house import House
from maild.steps.links import send_look_link
from maild.steps.secret import read_secret
from maild.store.enrolling import Person
from maild.store.invitations import Invitation

log = structlog.get_logger()


@asynccontextmanager
async def pages(
    settings: Settings, house: Callable[[], House], crashed: Callable[[BaseException], None]
) -> AsyncIterator[None]:
    """Serve the pages while the context is open, where the settings want any. Raises SourceUnavailable."""
    if settings.web is None:
        yield
        return
    # Only here: who has no pages need not wait for the libraries behind them.
    from maild.web.app import new_app
    from maild.web.server import WebServer
    from maild.web.site import Site, web_key

    def send(tx: Connection, ticket: Ticket, contact: Contact, url: str) -> None:
        send_look_link(tx, house(), ticket, contact, url)

    def confirm(tx: Connection, link: Invitation, person: Person) -> bool:
        return link.about.isdecimal() and proposals.confirm(tx, house(), int(link.about), person)

    key = web_key(read_secret(settings.state))
    site = Site(settings.web, key, house, send, confirm, systems=keys_of(settings))
    server = WebServer(new_app(site), settings.web)
    log.info("pages", url=settings.web.url, port=server.port)
    async with background(server.run(), crashed):
        yield
