"""A desk with a clock that a test moves: mails come in, staff work, time passes; every step is the daemon's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from sqlalchemy import text

from maild import pipeline
from maild.cli.hand import hand_of
from maild.decide.plan import Plan
from maild.decide.policy import Policy
from maild.decide.work import staff
from maild.decide.work.staff import Hand
from maild.directory import Directory, OrganisationRecord, PersonRecord, StaffRecord
from maild.model import Promise, Register, Ticket, TicketId
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.settings.budgets import Budgets
from maild.steps import giving
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store import clocks, register
from maild.store.engine import Store
from maild.store.rows import tickets_by_id
from tests.builders import ADA, BOB, TOKENS, a_desk
from tests.store.kit import a_received_mail, keep

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GRACE, ALAN = "grace", "alan"
PEOPLE = tuple(
    PersonRecord(name=one.name, addresses=(one.address,), register=Register.REGISTERED) for one in (ADA, BOB)
)
ACME = OrganisationRecord(key="acme", name="Acme", package="gold", contacts=PEOPLE)
STAFF = tuple(StaffRecord(name=name, address=f"{name}@desk.example", title=name.title()) for name in (GRACE, ALAN))
MANY = 1_000_000
NOTHING: Mapping[str, str] = {}
LIMITS = Budgets(**dict.fromkeys(Budgets.model_fields, MANY))
"""Nothing here is about budgets."""
TEMPLATES = builtin_templates()
RENDERER = Renderer(TEMPLATES, TOKENS, "mx.desk.example")
DIRECTORY = Directory(organisations=(ACME,), staff=STAFF)
POLICY: dict[str, Any] = {
    "proof": "off",
    "team": GRACE,
    "hours": {"zone": "Europe/Berlin", "week": {"mon-fri": "09:00-17:00"}},
    "service_levels": [
        {"priority": 1, "package": "gold", "response": "1 h", "solution": "4 h", "clock": "always"},
        {"priority": [2, 3], "response": "4 h", "solution": "5 working days"},
    ],
    "escalation": [
        {"at": "50 %", "of": "response", "tell": GRACE},
        {"at": "100 %", "of": "response", "tell": ALAN, "assign": ALAN},
    ],
    "life_cycle": {
        "reopen_days": 14,
        "settle_days": 20,
        "unanswered": [
            {"types": ["request"], "after_days": 30},
            {"types": ["problem"], "after_days": 30, "then": "ask", "close_after_days": 5},
        ],
    },
}


@dataclass
class World:
    """One database, one desk, and the time it is there."""

    store: Store
    policy: dict[str, Any] = field(default_factory=lambda: POLICY)
    now: datetime = MONDAY
    mails: int = 0

    def __post_init__(self) -> None:
        with self.store.transaction() as tx:
            register.import_directory(tx, DIRECTORY, MONDAY)
        self.house = self._house()

    def _house(self) -> House:
        policy = Policy(version="v1", desks=(a_desk(**self.policy),), templates=TEMPLATES)
        return House(self.store, lambda: self.now, policy, TOKENS, RENDERER, budgets=LIMITS)

    def changed(self, **more: Any) -> House:
        """The house with something else in it."""
        return replace(self.house, **more)

    def rewrite(self, **policy: Any) -> None:
        """The desk's file is changed."""
        self.policy = self.policy | policy
        self.house = self._house()

    # ---- what happens --------------------------------------------------------------------------------

    def mail(self, subject: str = "It burns", body: str = "Please help.", sender: str = "", **more: str) -> TicketId:
        """A mail comes in, and is processed; its ticket."""
        keep(
            self.store,
            a_received_mail(raw=self.written(subject, body, sender or ADA.address, more), received_at=self.now),
        )
        pipeline.process(self.house, "n/1", NO_WATCH)
        (number,) = self.column("SELECT ticket_id FROM inbox_entry ORDER BY id DESC LIMIT 1")
        return TicketId(number)

    def written(self, subject: str, body: str, sender: str = ADA.address, more: Mapping[str, str] = NOTHING) -> bytes:
        self.mails += 1
        usual = {
            "From": sender,
            "To": "support@desk.example",
            "Subject": subject,
            "Date": format_datetime(self.now),
            "Message-ID": f"<{self.mails}@acme.example>",
        }
        mail = EmailMessage()
        for name, value in (usual | {name.replace("_", "-"): value for name, value in more.items()}).items():
            mail[name] = value
        mail.set_content(body)
        return mail.as_bytes()

    def again(self, number: TicketId, body: str = "It still burns.", **more: str) -> TicketId:
        """A mail that answers on a ticket; the ticket it becomes part of."""
        return self.mail(f"Re: [SD-{number}] It burns", body, **more)

    def act(self, number: TicketId, want: Callable[[Hand], Plan], name: str = GRACE) -> None:
        """A member of staff does something."""
        pipeline.act(self.house, lambda tx: want(hand_of(self.house, tx, str(number), name)))

    def reply(self, number: TicketId, *, solves: bool = False) -> None:
        self.act(number, lambda hand: staff.reply(hand, "Try again.", solves=solves))

    def set(self, number: TicketId, name: str, value: str) -> None:
        self.act(number, lambda hand: staff.set_property(hand, name, value))

    def give(self, number: TicketId, to: str, by: str = GRACE) -> None:
        """A ticket is given to somebody."""
        pipeline.act(
            self.house,
            lambda tx: giving.set_property(tx, self.house, hand_of(self.house, tx, str(number), by), "assignee", to),
        )

    def wait(self, length: timedelta) -> None:
        """Time passes; the clock does everything that is due by then, and not before."""
        self.now += length
        while pipeline.tick(self.house):
            pass

    # ---- what is then --------------------------------------------------------------------------------

    def ticket(self, number: TicketId) -> Ticket:
        with self.store.reading() as tx:
            return tickets_by_id(tx, [number])[number]

    def promises(self, number: TicketId) -> dict[str, Promise]:
        with self.store.reading() as tx:
            return {one.aim.value: one for one in clocks.promises_of(tx, [number]).get(number, ())}

    def column(self, query: str) -> list[Any]:
        with self.store.reading() as tx:
            return [one for (one,) in tx.execute(text(query))]

    def told(self, address: str = ADA.address) -> list[str]:
        """Kinds of the mails that somebody got, in order."""
        return self.column(f"SELECT kind FROM outbox_entry WHERE recipient = '{address}' ORDER BY id")

    def last_mail(self, address: str = ADA.address) -> str:
        query = f"SELECT raw FROM outbox_entry WHERE recipient = '{address}' ORDER BY id DESC LIMIT 1"
        return bytes(self.column(query)[0]).decode()

    def history(self, number: TicketId) -> list[str]:
        return self.column(f"SELECT text FROM event WHERE ticket_id = {number} ORDER BY id")
