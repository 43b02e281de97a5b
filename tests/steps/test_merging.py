"""Merged tickets, in the database: whatever led to one leads to the one it goes on as, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text, update

from maild.decide.facts import Facts, ReplyToken
from maild.decide.people_changes import Propose
from maild.decide.plan import IndexMessageIds, JoinTicket, OpenTicket, RecordContact
from maild.decide.work.staff import Hand
from maild.errors import Conflict
from maild.model import (
    Address,
    NotificationKind,
    ProposalKind,
    ProposalState,
    Register,
    Role,
    Status,
    Ticket,
    TicketId,
)
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.merging import merge
from maild.store import outbox, tickets
from maild.store.apply import Decided
from maild.store.decisions import load_plan
from maild.store.engine import Store
from maild.store.merged import family, home_of, live_tickets
from maild.store.portal import show
from maild.store.proposals import open_proposals
from maild.store.rows import known_tickets, tickets_by_id
from maild.store.schema import article, contact, decision, organisation, ticket_alias
from maild.store.schema import ticket as ticket_table
from tests.builders import ADA, BOB, NOON, TOKENS, a_desk, a_policy
from tests.servers.requirement import wait_until
from tests.store.kit import a_plan, a_queued, an_article, an_outgoing, apply_plans, facts_for

TESS = Address("Tess", "tess@desk.example")
DORA = Address("Dora", "dora@beta.example")
NUMBERS = count()
ENGLISH = [one for one in builtin_templates() if (one.language, one.name) == ("en", "merged")]
RENDERER = Renderer(ENGLISH, TOKENS, "mx.desk.example")


@dataclass
class Office:
    """Staff who merge, on one database; registered people of two customers."""

    store: Store
    articles: dict[TicketId, set[int]] = field(default_factory=dict)
    marks: dict[TicketId, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.store.transaction() as tx:
            tx.execute(insert(organisation), [{"key": key, "name": key, "domains": ()} for key in ("acme", "beta")])
            known = {"register": Register.REGISTERED, "created_at": NOON}
            people = [(ADA, "acme"), (BOB, "acme"), (DORA, "beta")]
            tx.execute(
                insert(contact),
                [known | {"address": one.address, "name": one.name, "organisation": of} for one, of in people],
            )

    @property
    def house(self) -> House:
        return House(self.store, lambda: NOON, a_policy(), TOKENS, RENDERER)

    def open(self, who: Address = ADA) -> Ticket:
        """A ticket with a mail, a mail of ours, another number, and something that waits for staff."""
        changes = (
            RecordContact(who, Register.REGISTERED),
            OpenTicket("service", "SD", "Printer", 3),
            JoinTicket(None, who.address, Role.REQUESTER),
            an_article(author=who),
            IndexMessageIds(None, (message_id := f"<{next(NUMBERS)}@acme.example>",)),
            Propose(None, ProposalKind.LEAVING, ProposalState.OPEN, "acme", "", "", who.address),
        )
        (applied,) = apply_plans(self.store, Decided(a_plan(changes=changes)))
        assert applied.ticket
        self.articles[applied.ticket.id] = set(applied.articles)
        with self.store.transaction() as tx:
            tx.execute(insert(ticket_alias).values(number=f"OLD{message_id}", ticket_id=applied.ticket.id))
            ours = an_outgoing(message_id=f"<out{applied.ticket.id}@desk.example>")
            outbox.add(tx, [a_queued(applied.ticket.id, mail=ours)])
        self.marks[applied.ticket.id] = (message_id, ours.message_id), (applied.ticket.number, f"OLD{message_id}")
        return applied.ticket

    def merge(self, gone: TicketId, home: TicketId, *, force: bool = False) -> None:
        self.store.retrying(
            lambda tx: merge(tx, self.house, self.hand(tx, gone), self.hand(tx, home), "the same", force=force)
        )

    def hand(self, tx: Connection, number: TicketId) -> Hand:
        known = known_tickets(tx, tickets_by_id(tx, [number]).values())[number]
        return Hand(TESS, known, a_desk(), (), NOON)

    def facts(self, number: TicketId, contact_id: int = 1) -> Facts:
        """What a mail finds that carries everything that ever led to this ticket."""
        message_ids, numbers = self.marks[number]
        token = ReplyToken(number, contact_id)
        return facts_for(self.store, message_ids=message_ids, numbers=numbers, token=token, earlier=number)

    def where_articles_are(self) -> dict[int, TicketId]:
        with self.store.reading() as tx:
            return {row.id: row.ticket_id for row in tx.execute(select(article.c.id, article.c.ticket_id))}


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def leads_to(facts: Facts, number: TicketId) -> set[TicketId | None]:
    """Every ticket that anything in the facts names, among it the signed address; None where that leads nowhere."""
    named = {one.ticket for one in facts.by_message_id} | {one.ticket for one in facts.by_number}
    signed = facts.known(number)
    return {*named, *(one.ticket.id for one in facts.tickets), signed.ticket.id if signed else None}


def test_everything_that_led_to_a_merged_ticket_leads_to_the_one_it_goes_on_as(office: Office) -> None:
    gone, home = office.open(), office.open(BOB)
    office.merge(gone.id, home.id)
    facts = office.facts(gone.id)
    assert leads_to(facts, gone.id) == {home.id}
    assert [one.number for one in facts.by_number] == list(office.marks[gone.id][1])
    assert [one.message_id for one in facts.by_message_id] == list(office.marks[gone.id][0])
    with office.store.reading() as tx:
        ended, goes_on = tickets.show_ticket(tx, gone.id), tickets.show_ticket(tx, home.id)
        waiting = open_proposals(tx, [gone.id, home.id])
    assert (ended.ticket.status, ended.ticket.merged_into, ended.articles) == (Status.CLOSED, home.id, ())
    assert {one.id for one in goes_on.articles} == office.articles[gone.id] | office.articles[home.id]
    assert {one.contact.address for one in goes_on.participants} == {ADA.address, BOB.address}
    assert (set(waiting), len(waiting[home.id])) == ({home.id}, 2)
    assert {(event.kind, event.text) for event in goes_on.events} >= {
        ("merge", "SD-1001 goes on here: the same"),
        ("merge", "goes on as SD-1002: the same"),
    }
    (told,) = (one for one in goes_on.outbox if one.kind is NotificationKind.MERGED)
    assert (told.recipient, told.ticket) == (ADA.address, home.id)


def test_the_pages_of_a_merged_ticket_show_the_one_it_goes_on_as_to_whom_it_may_concern(office: Office) -> None:
    gone, home = office.open(), office.open(BOB)
    desk = a_desk()
    office.merge(gone.id, home.id)
    with office.store.reading() as tx:
        shown = show(tx, gone.number, ADA.address, lambda _: desk)
        hidden = show(tx, gone.number, DORA.address, lambda _: desk)
    assert shown and (shown.ticket.id, len(shown.articles)) == (home.id, 2)
    assert hidden is None


def test_by_force_people_of_another_customer_find_no_way_in(office: Office) -> None:
    gone, home = office.open(DORA), office.open()
    with pytest.raises(ValueError, match="--force"):
        office.merge(gone.id, home.id)
    office.merge(gone.id, home.id, force=True)
    with office.store.reading() as tx:
        view = tickets.show_ticket(tx, home.id)
        page = show(tx, gone.number, DORA.address, lambda _: a_desk())
    waits = {one.contact.address: one.waits for one in view.participants}
    assert waits == {ADA.address: False, DORA.address: True}
    assert page is None
    assert {(one.recipient, one.state) for one in view.outbox if one.kind is NotificationKind.MERGED} == {
        (DORA.address, "suppressed")
    }


def test_a_merge_is_kept_as_it_was_decided(office: Office) -> None:
    gone, home = office.open(), office.open(BOB)
    with office.store.transaction() as tx:
        written = merge(tx, office.house, office.hand(tx, gone.id), office.hand(tx, home.id), "the same")
        kept = tx.scalars(select(decision.c.plan).order_by(decision.c.id)).all()[-2:]
    assert [load_plan(one) for one in kept] == [one.plan for one in written.settled]


def test_a_ticket_is_merged_once(office: Office) -> None:
    one, two, three = office.open(), office.open(), office.open()
    with office.store.reading() as tx:
        before = [office.hand(tx, number) for number in (one.id, two.id, three.id)]
    office.merge(one.id, two.id)
    with pytest.raises(Conflict), office.store.transaction() as tx:
        merge(tx, office.house, before[0], before[2])
    with pytest.raises(Conflict), office.store.transaction() as tx:
        merge(tx, office.house, before[2], before[0])


def test_whoever_waits_for_a_ticket_that_is_being_merged_finds_where_it_goes_on(office: Office) -> None:
    gone, home = office.open(), office.open(BOB)
    with ThreadPoolExecutor(1) as pool:
        with office.store.transaction() as tx:
            merge(tx, office.house, office.hand(tx, gone.id), office.hand(tx, home.id))
            found = pool.submit(office.facts, gone.id)
            if office.store.dialect_name == "postgresql":
                wait_until(lambda: _somebody_waits(office.store), "somebody waits for the lock", 10)
        assert leads_to(found.result(20), gone.id) == {home.id}


def _somebody_waits(store: Store) -> bool:
    with store.reading() as tx:
        return bool(tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_tickets_that_go_round_in_a_circle_lead_to_one_of_them(office: Office) -> None:
    ring = [office.open().id for _ in range(3)]
    with office.store.transaction() as tx:
        for number, following in zip(ring, (*ring[1:], ring[0]), strict=True):
            tx.execute(update(ticket_table).where(ticket_table.c.id == number).values(merged_into=following))
        live = live_tickets(tx, ring)
        assert (list(live.tickets), family(tx, ring[1])) == ([ring[0]], tuple(ring))
        assert [home_of(tx, number).id for number in ring] == [ring[0]] * 3


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(merges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=7))
def test_after_any_merges_every_number_leads_to_one_open_ticket_and_no_article_is_lost(
    office: Office, merges: Sequence[tuple[int, int]]
) -> None:
    opened = [office.open((ADA, BOB)[place % 2]).id for place in range(5)]
    home = {number: number for number in opened}
    for gone, other in merges:
        ends, goes_on = home[opened[gone]], home[opened[other]]
        if ends == goes_on:
            continue
        office.merge(ends, goes_on)
        home = {number: goes_on if there == ends else there for number, there in home.items()}
    for number in opened:
        assert leads_to(office.facts(number), number) == {home[number]}
        with office.store.reading() as tx:
            found = home_of(tx, number)
        assert (found.id, found.merged_into, found.status) == (home[number], None, Status.NEW)
    there = office.where_articles_are()
    expected = {one: home[number] for number in opened for one in office.articles[number]}
    assert {one: where for one, where in there.items() if one in expected} == expected
