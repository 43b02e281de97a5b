"""A town of virtual days: real houses on real databases, a clock that jumps, and whoever answers their mail.

Nothing of maild is replaced but the clock and the relay: mail is received, decided and sent by the pipeline. The town
notes every mail a house sends (`Town.sent`), so that budgets can be checked by somebody who is not the gate.
"""

from __future__ import annotations

import heapq
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import func, select

from maild import pipeline
from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens
from maild.directory import Directory
from maild.model import Delivery, DeliveryResult, OutboxEntry, ReceivedMail, Source
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.settings import Budgets, MailFrom
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store import inbox, policies, register
from maild.store.engine import open_store
from maild.store.migrate import migrate
from maild.store.schema import OUTBOX_OPEN, outbox_entry
from tests.builders import NOON, a_desk
from tests.seen import seen

SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Sent:
    """A mail that left a house."""

    at: datetime
    house: str
    recipient: str
    mail_from: str
    raw: bytes

    @cached_property
    def mail(self) -> Message:
        """Parsed for those who look."""
        return seen(self.raw)


@dataclass(frozen=True, slots=True)
class Post:
    """A mail on its way to a house; its Message-ID and Date are the town's."""

    to: str
    mail_from: str
    headers: tuple[tuple[str, str], ...]
    text: str

    def raw(self, number: int, at: datetime) -> bytes:
        """Made by hand: the town sends tens of thousands."""
        usual = (("Message-ID", f"<{number}@town.example>"), ("Date", format_datetime(at)))
        utf8 = (("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"))
        lines = [f"{name}: {_encoded(value)}\r\n" for name, value in (*self.headers, *usual, *utf8)]
        return "".join((*lines, "\r\n", self.text, "\r\n")).encode()


def _encoded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8").encode()


Answer = Callable[[Sent], Iterable[Post]]
"""What somebody sends when a mail reaches them."""


def a_post(
    sender: str, to: str, subject: str, text: str = "hello", mail_from: str | None = None, **headers: str
) -> Post:
    """A mail as a program writes it; header names with _ for -."""
    more = ((name.replace("_", "-"), value) for name, value in headers.items())
    named = (("From", sender), ("To", to), ("Subject", subject), *more)
    return Post(to, sender if mail_from is None else mail_from, named, text)


@dataclass
class Town:
    """Houses by their support address, people by theirs."""

    now: datetime = NOON
    houses: dict[str, House] = field(default_factory=dict)
    people: dict[str, Answer] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    received: int = 0
    _road: list[tuple[datetime, int, Post]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=itertools.count)

    def post(self, post: Post, at: datetime | None = None) -> None:
        """Put a mail on its way."""
        heapq.heappush(self._road, (at or self.now + SOON, next(self._number), post))

    def run(self, until: datetime) -> None:
        """Let time pass until there is nothing more to happen before `until`."""
        while (at := min(self._times(), default=until)) < until:
            self.now = max(self.now, at)
            self._arrive()
            for address, house in self.houses.items():
                pipeline.tick(house)
                while pipeline.process(house, "town/1", NO_WATCH):
                    pass
                while pipeline.deliver(house, "town/1", lambda entries, address=address: self._carry(address, entries)):
                    pass
        self.now = until

    def _times(self) -> Iterator[datetime]:
        """When the next thing happens: a mail arrives, or something in a house is due."""
        yield from (one[0] for one in self._road[:1])
        for house in self.houses.values():
            with house.store.reading() as tx:
                due = tx.execute(select(func.min(outbox_entry.c.due_at)).where(OUTBOX_OPEN)).scalar_one()
            if due is not None:
                yield due

    def _arrive(self) -> None:
        while self._road and self._road[0][0] <= self.now:
            at, number, post = heapq.heappop(self._road)
            mail = ReceivedMail(post.raw(number, at), Source.SMTP, post.mail_from, (post.to,), at)
            pipeline.receive(self._house_of(post.to).store, [mail])
            self.received += 1

    def _house_of(self, address: str) -> House:
        """Reply addresses carry their token behind a plus."""
        local, _, domain = address.rpartition("@")
        return self.houses[f"{local.partition('+')[0]}@{domain}"]

    def _carry(self, house: str, entries: Iterable[OutboxEntry]) -> list[Delivery]:
        """The relay: hands each mail to whom it is for, and takes what they answer."""
        done = []
        for entry in entries:
            one = Sent(self.now, house, entry.mail.recipient, entry.mail.mail_from, entry.mail.raw)
            self.sent.append(one)
            for answer in self.people.get(one.recipient, _silence)(one):
                self.post(answer)
            done.append(Delivery(entry.id, self.now, DeliveryResult.SENT, "250 ok"))
        return done


def _silence(_: Sent) -> Iterable[Post]:
    return ()


@contextmanager
def a_town(*addresses: str, known: Iterable[str] = (), mail_from: MailFrom = MailFrom.FIXED) -> Iterator[Town]:
    """A town with a house for each support address; `known` are registered contacts of all of them."""
    # In memory where there is such a place: the town's days are virtual, its disk need not turn.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    town = Town()
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for number, address in enumerate(addresses):
            town.houses[address] = _a_house(town, address, Path(folder) / f"{number}.db", tuple(known), mail_from)
        yield town
        for house in town.houses.values():
            house.store.close()


def _a_house(town: Town, address: str, file: Path, known: tuple[str, ...], mail_from: MailFrom) -> House:
    host = address.rpartition("@")[2]
    store = open_store(f"sqlite:///{file}")
    migrate(store)
    desk = a_desk(addresses=(address,), prefix="".join(filter(str.isalpha, host))[:4].upper(), languages=("en", "de"))
    policy = Policy(version="v1", desks=(desk,), templates=builtin_templates())
    with store.transaction() as tx:
        policies.put(tx, policy, town.now)
        register.import_directory(tx, _directory(known), town.now)
    tokens = Tokens(address.encode().ljust(32, b"."), hostname=host)
    renderer = Renderer(policy.templates, tokens, host, mail_from)
    return House(store, lambda: town.now, policy, tokens, renderer, budgets=Budgets())


def _directory(known: tuple[str, ...]) -> Directory:
    people = [{"addresses": [address], "register": "registered"} for address in known]
    organisation = {"key": "known", "name": "Known", "contacts": people}
    return Directory.model_validate({"organisations": [organisation] if people else []})


def dispositions(house: House) -> dict[str, int]:
    """How many mails became what."""
    with house.store.reading() as tx:
        entries = inbox.list_entries(tx, limit=1_000_000)
    counted: dict[str, int] = {}
    for one in entries:
        counted[str(one.disposition)] = counted.get(str(one.disposition), 0) + 1
    return counted
