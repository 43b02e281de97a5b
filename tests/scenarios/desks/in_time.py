"""A shipped desk whose clock a test moves: its own files, its own rules, every step the daemon's own, no daemon.

For what only happens after days; the stories themselves are told to a running daemon (`test_*.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from maild import pipeline
from maild.cli.hand import hand_of
from maild.config import load_settings
from maild.decide.plan import Plan
from maild.decide.work import staff
from maild.decide.work.staff import Hand
from maild.ingest.header.scan import noted
from maild.model import Promise, ReceivedMail, Source, Ticket, TicketId
from maild.settings.budgets import Budgets
from maild.steps.house import House
from maild.steps.opening import open_house
from maild.steps.watch import NO_WATCH
from maild.store import clocks
from maild.store.rows import tickets_by_id
from tests.cli.site import maild
from tests.seen import Seen, seen

DESKS = Path(__file__).parent.parent.parent.parent / "config" / "desks"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROOMY = Budgets(**dict.fromkeys(Budgets.model_fields, 1_000_000))
"""Nothing here is about budgets."""


@dataclass
class Clocked:
    """The desk of this name in `folder`, and the time it is there (UTC)."""

    folder: Path
    name: str
    now: datetime = MONDAY
    mails: int = 0
    house: House = field(init=False)

    def __post_init__(self) -> None:
        shutil.copytree(DESKS / self.name, self.folder, ignore=shutil.ignore_patterns("var", "backups"))
        settings = self.folder / "maild.yaml"
        for words in (("migrate",), ("reload",)):
            done = maild("--settings", settings, *words)
            assert done.code == 0, done.err
        self.house = replace(open_house(load_settings(settings), clock=lambda: self.now), budgets=ROOMY)

    def close(self) -> None:
        self.house.store.close()

    # ---- what happens ---------------------------------------------------------------------------

    def mail(self, sender: str, subject: str, body: str = "Danke.", **more: str) -> TicketId:
        """A proven mail comes in, and is processed; its ticket."""
        self.mails += 1
        desk = self.house.policy.desks[0].address
        usual = {"From": sender, "To": desk, "Subject": subject, "Date": format_datetime(self.now)}
        usual |= {"Message-ID": f"<{self.mails}@mail.example>"}
        mail = EmailMessage()
        for name, value in (usual | {name.replace("_", "-"): value for name, value in more.items()}).items():
            mail[name] = value
        mail.set_content(body)
        return self._processed(mail.as_bytes(policy=SMTP), sender, desk)

    def _processed(self, raw: bytes, sender: str, desk: str) -> TicketId:
        came = ReceivedMail(raw, Source.SMTP, sender, (desk,), self.now, "", None, *noted(raw), border="bare")
        pipeline.receive(self.house.store, [came])
        pipeline.process(self.house, "n/1", NO_WATCH)
        return TicketId(self.column("SELECT ticket_id FROM inbox_entry ORDER BY id DESC LIMIT 1")[0] or 0)

    def again(self, number: TicketId, sender: str, body: str, **more: str) -> TicketId:
        """A mail that answers on a ticket; the ticket it becomes part of."""
        return self.mail(sender, f"Re: [{self.ticket(number).number}] …", body, **more)

    def act(self, number: TicketId, name: str, want: Callable[[Hand], Plan]) -> None:
        """A member of staff does something."""
        pipeline.act(self.house, lambda tx: want(hand_of(self.house, tx, str(number), name)))

    def reply(self, number: TicketId, name: str, words: str = "Bitte sehen Sie nach.", *, solves: bool = False) -> None:
        self.act(number, name, lambda hand: staff.reply(hand, words, solves=solves))

    def wait(self, length: timedelta) -> None:
        """Time passes; the clock does everything that is due by then, and not before."""
        self.now += length
        while pipeline.tick(self.house):
            pass

    # ---- what is then ---------------------------------------------------------------------------

    def ticket(self, number: TicketId) -> Ticket:
        with self.house.store.reading() as tx:
            return tickets_by_id(tx, [number])[number]

    def promises(self, number: TicketId) -> dict[str, Promise]:
        with self.house.store.reading() as tx:
            return {one.aim.value: one for one in clocks.promises_of(tx, [number]).get(number, ())}

    def column(self, query: str) -> list[Any]:
        with self.house.store.reading() as tx:
            return [one for (one,) in tx.execute(text(query))]

    def told(self, address: str) -> list[str]:
        """Kinds of the mails that somebody got, in order."""
        return self.column(f"SELECT kind FROM outbox_entry WHERE recipient = '{address}' ORDER BY id")

    def mails_to(self, address: str) -> list[Seen]:
        query = f"SELECT raw FROM outbox_entry WHERE recipient = '{address}' ORDER BY id"
        return [seen(bytes(raw)) for raw in self.column(query)]
