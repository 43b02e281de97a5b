"""Pages served for a test: a real server on loopback, and a client that keeps cookies and follows nothing."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, select

from maild.decide.plan import AddArticle, JoinTicket, OpenTicket, RecordContact
from maild.desks.policy import Desk
from maild.model import Address, ArticleKind, Attachment, Contact, Purpose, Register, Role, Ticket
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.settings import Web
from maild.steps.house import House
from maild.store import invitations
from maild.store.engine import Store
from maild.store.enrolling import Person
from maild.store.invitations import Invitation
from maild.store.schema import metadata, outbox_entry
from maild.web.app import new_app
from maild.web.server import WebServer
from maild.web.site import Site, web_key
from tests.builders import ADA, BOB, NOON, TOKENS, a_desk, a_policy
from tests.seen import Seen, seen
from tests.servers.requirement import free_port, wait_until
from tests.store.kit import an_article, open_ticket

KEY = web_key(b"a secret that only the tests know!!")
RENDERER = Renderer(builtin_templates(), TOKENS, "mx.desk.example")
DAY = timedelta(days=1)


@dataclass
class Told:
    """What the pages called back. `fails`: as if the database had broken in the middle of it."""

    links: list[tuple[str, str, str]] = field(default_factory=list)
    confirmed: list[tuple[str, Person]] = field(default_factory=list)
    fails: bool = False

    def send(self, tx: Connection, ticket: Ticket, contact: Contact, url: str) -> None:
        self.links.append((ticket.number, contact.address, url))

    def confirm(self, tx: Connection, link: Invitation, person: Person) -> bool:
        if self.fails:
            raise RuntimeError(link.address)
        self.confirmed.append((link.about, person))
        return True


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class World:
    """One site, its database, its clock, its desks, and what it told."""

    store: Store
    port: int
    web: Web
    told: Told = field(default_factory=Told)
    now: datetime = NOON
    desks: tuple[Desk, ...] = (a_desk(languages=("en", "de")),)
    cookies: dict[str, str] = field(default_factory=dict)
    domains_decide: bool = False
    pace: float = 0.02

    def site(self) -> Site:
        return Site(self.web, KEY, self.house, self.told.send, self.told.confirm, self._decides, self.pace)

    def _decides(self, _desk: Desk) -> bool:
        return self.domains_decide

    def house(self) -> House:
        return House(self.store, lambda: self.now, a_policy(desks=self.desks), TOKENS, RENDERER)

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """One request on a connection of its own."""
        usual = {"Host": f"127.0.0.1:{self.port}", "Accept-Language": "en"} | (
            {"Cookie": self._cookie()} if self.cookies else {}
        )
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as line:
            line.request(method, path, body, usual | given)
            answer = line.getresponse()
            text = answer.read().decode()
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        return Answer(answer.status, answer.headers, text)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Answer:
        usual = {"Content_Type": "application/x-www-form-urlencoded", "Origin": self.web.url}
        return self.ask("POST", path, urlencode(fields or {}), **(usual | headers))

    def invite(self, purpose: Purpose, address: str, about: str = "", lasting: timedelta = DAY) -> str:
        with self.store.transaction() as tx:
            return invitations.issue(tx, purpose, address, "service", about, self.now, lasting)

    def log_in(self, address: str, number: str = "") -> None:
        assert self.post(f"/l/{self.invite(Purpose.LOOK, address, number)}").status == 303

    def mails(self) -> list[Seen]:
        """What stands in the outbox, the earliest first."""
        with self.store.reading() as tx:
            return [seen(raw) for raw in tx.scalars(select(outbox_entry.c.raw).order_by(outbox_entry.c.id))]

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, headers: list[str]) -> None:
        for header in headers:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')


@contextmanager
def served(store: Store, pace: float = 0.02, **changes: Any) -> Iterator[World]:
    """A world whose pages are open; changes are settings."""
    port = free_port()
    world = World(store, port, Web(**({"url": f"http://127.0.0.1:{port}", "port": port} | changes)), pace=pace)
    with running(lambda: WebServer(new_app(world.site()), world.web)):
        yield world


@contextmanager
def running(make: Callable[[], WebServer]) -> Iterator[WebServer]:
    """A server in a loop of its own, in a thread."""
    made: list[WebServer] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        made.append(make())
        await made[0].run()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    wait_until(lambda: made or not thread.is_alive(), "the pages are open")
    try:
        yield made[0]
    finally:
        loop.call_soon_threadsafe(made[0].stop)
        thread.join(20)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.reading() as tx:
        return {one.name: sorted(map(repr, tx.execute(select(one)))) for one in metadata.sorted_tables}


def a_conversation(store: Store, **changes: Any) -> Ticket:
    """Ada's ticket with Bob in CC; what it says, and what stays inside. `is_known`: its author is registered."""
    title = changes.pop("title", "The printer is on fire")
    author = changes.pop("author", ADA)
    register = Register.REGISTERED if changes.pop("is_known", True) else Register.UNVERIFIED
    words = changes.pop("text", "It burns.\n> quoted before\n")
    files = (Attachment("flames.jpg", "image/jpeg", 1_234_567, "0" * 32, "0" * 64, "2", "", False),)
    first = an_article(author=author, text=words, visible_text=words.split("\n")[0], attachments=files)
    staff = Address("Grace", "grace@desk.example")
    return open_ticket(
        store,
        changes=(
            RecordContact(author, register),
            RecordContact(BOB, Register.REGISTERED),
            OpenTicket("service", "SD", title, 3),
            JoinTicket(None, author.address, Role.REQUESTER),
            JoinTicket(None, BOB.address, Role.CC),
            first,
            AddArticle(None, ArticleKind.OUTGOING, staff, "Pour water on it.", "Pour water on it.", "Re: Printer"),
            AddArticle(None, ArticleKind.NOTE, staff, "They drink, I fear.", "They drink, I fear.", "note"),
            an_article(author=BOB, text="Not yet looked at", visible_text="Not yet looked at", review=True),
            *changes.pop("more", ()),
        ),
    )
