"""An estimate in the database: it waits, and lapses once, whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert

from maild.decide.plan import JoinTicket, OpenTicket
from maild.decide.work.estimates import estimate
from maild.decide.work.staff import Hand
from maild.model import Address, NotificationKind, ProposalState, Register, Role, Status, Ticket
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.proposals import lapse
from maild.steps.writing import Settled, write
from maild.store import outbox, proposals
from maild.store.engine import Store
from maild.store.rows import known_tickets, tickets_by_id
from maild.store.schema import contact, organisation
from tests.builders import ADA, BOB, NOON, TOKENS, a_contact, a_desk, a_policy
from tests.store.kit import an_article, open_ticket

TESS = Address("Tess", "tess@desk.example")
WORDS = [one for one in builtin_templates() if one.language == "en" and one.name.startswith("estimate")]
RENDERER = Renderer(WORDS, TOKENS, "mx.desk.example")
DAY = timedelta(days=1)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def bobs_ticket(store: Store) -> Ticket:
    """Bob asks, and Ada may agree."""
    with store.transaction() as tx:
        tx.execute(insert(organisation).values(key="acme", name="Acme", domains=()))
        for who, register in ((ADA, Register.AUTHORISED), (BOB, Register.REGISTERED)):
            row = {"address": who.address, "name": who.name, "register": register, "created_at": NOON}
            tx.execute(insert(contact).values(organisation="acme", **row))
    opened = OpenTicket("service", "SD", "A new module", 3)
    return open_ticket(store, changes=(opened, JoinTicket(None, BOB.address, Role.REQUESTER), an_article(author=BOB)))


def mails(store: Store, kind: NotificationKind) -> list[str]:
    with store.reading() as tx:
        return [one.recipient for one in outbox.list_entries(tx) if one.kind is kind]


def test_an_estimate_that_nobody_answers_lapses_once_on_its_day(store: Store) -> None:
    ticket, clock = bobs_ticket(store), Clock()
    house = House(store, clock, a_policy(), TOKENS, RENDERER)
    with store.transaction() as tx:
        known = known_tickets(tx, tickets_by_id(tx, [ticket.id]).values())[ticket.id]
        plan = estimate(Hand(TESS, known, a_desk(), (), NOON), "Two days.", 30, (a_contact(ADA),))
        write(tx, house, "staff", [Settled(plan)])
    assert mails(store, NotificationKind.ESTIMATE) == [ADA.address]
    done = []
    for days in (29, 30, 31):
        clock.now = NOON + days * DAY
        done.append(store.retrying(lambda tx: lapse(tx, house)))
    assert done == [0, 1, 0]
    with store.reading() as tx:
        after = tickets_by_id(tx, [ticket.id])[ticket.id]
        (one,) = proposals.list_proposals(tx, all_of_them=True)
    assert (after.status, dict(after.fields)) == (Status.OPEN, {"estimate": "lapsed"})
    assert (one.state, one.decided_by) == (ProposalState.EXPIRED, "clock")
    assert mails(store, NotificationKind.ESTIMATE_LAPSED) == [BOB.address]
