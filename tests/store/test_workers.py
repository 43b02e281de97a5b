"""Who works here: found by address for a mail to a staff address, by name and role for what desks tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from maild.decide.facts import Colleague, Conversation, StaffToken, Worker
from maild.decide.plan import JoinTicket, OpenTicket, RecordContact
from maild.desks.telling import StaffRole
from maild.model import Address, ArticleKind, Proof, Register, Role, StaffMember, Team, TicketId
from maild.store.apply import Decided
from maild.store.engine import Store
from maild.store.schema import staff, team
from tests.builders import ADA
from tests.store.kit import a_plan, an_article, apply_plans, facts_for, open_ticket

GRACE, HEIDI = Address("", "grace@desk.example"), Address("", "heidi@desk.example")
LINE = Team("line", "line@desk.example", "First line")


@pytest.fixture
def house(store: Store) -> Store:
    with store.transaction() as tx:
        tx.execute(insert(team).values(name=LINE.name, address=LINE.address, title=LINE.title))
        for name, who, teams in (("grace", GRACE, ("line", "gone")), ("heidi", HEIDI, ())):
            tx.execute(insert(staff).values(name=name, address=who.address, title="", active=True, teams=teams))
    return store


def token(ticket: TicketId) -> StaffToken:
    return StaffToken(ticket, "mds1aa.b.c")


def followed(store: Store) -> TicketId:
    """A ticket that grace works on and heidi follows."""
    plan = a_plan()
    opened = OpenTicket("service", "SD", "Printer", 3, assignee="grace")
    kept = (opened if isinstance(one, OpenTicket) else one for one in plan.changes)
    follows = (RecordContact(HEIDI, Register.UNVERIFIED), JoinTicket(None, HEIDI.address, Role.FOLLOWER))
    (applied,) = apply_plans(store, Decided(a_plan(changes=(*kept, *follows))))
    assert applied.ticket
    return applied.ticket.id


def test_who_writes_to_a_staff_address_is_known_with_their_teams_and_what_was_written_there(house: Store) -> None:
    ticket = open_ticket(house).id
    written = (
        an_article(ticket, message_id="<m1@acme.example>", proof=Proof.PROVEN),
        an_article(ticket, message_id="<m2@acme.example>", review=True),
        an_article(ticket, author=Address("", "eve@elsewhere.example"), message_id="<m3@elsewhere.example>"),
    )
    apply_plans(house, Decided(a_plan(changes=written, ticket=ticket, disposition=None)))
    facts = facts_for(house, addresses=(GRACE.address,), message_ids=(), staff_token=token(ticket))
    assert facts.colleague == Colleague(StaffMember("grace", GRACE.address, "", (), ("line", "gone")), (LINE,))
    assert facts.known(ticket) is not None
    ids = ("<m1@acme.example>", "<m3@elsewhere.example>")
    latest = facts.conversation.latest
    assert facts.conversation == Conversation(ids, frozenset({ADA.address}), latest)
    assert latest and latest.author.address == "eve@elsewhere.example"


def test_the_last_mail_of_the_customers_is_known_to_whoever_answers_by_mail(house: Store) -> None:
    ticket = open_ticket(house).id
    written = (
        an_article(ticket, text="And a new one?\n> It burns", visible_text="And a new one?", subject="More"),
        an_article(ticket, review=True),
        replace(an_article(ticket, author=GRACE), kind=ArticleKind.OUTGOING),
    )
    apply_plans(house, Decided(a_plan(changes=written, ticket=ticket, disposition=None)))
    asked: dict[str, Any] = {"addresses": (GRACE.address,), "staff_token": token(ticket)}
    latest = facts_for(house, **asked).conversation.latest
    assert latest and (latest.author, latest.subject, latest.text) == (ADA, "More", "And a new one?")


@pytest.mark.parametrize("sender", [ADA.address, "heidi@desk.example"])
def test_whoever_does_not_work_here_is_no_colleague(house: Store, sender: str) -> None:
    with house.transaction() as tx:
        tx.execute(update(staff).where(staff.c.name == "heidi").values(active=False))
    assert facts_for(house, addresses=(sender,), staff_token=token(TicketId(1001))).colleague is None


def test_nobody_is_looked_up_as_staff_without_a_cause(house: Store) -> None:
    asked: list[str] = []
    with house.reading() as tx:
        event.listen(tx.engine, "before_cursor_execute", lambda *it: asked.append(it[2]))
    assert facts_for(house, addresses=(GRACE.address,)).colleague is None
    assert not [one for one in asked if "staff" in one or "team" in one]


@pytest.mark.parametrize(
    ("tells", "names"),
    [
        ((), []),
        ((StaffRole.ASSIGNEE,), ["grace"]),
        ((StaffRole.FOLLOWERS,), ["heidi"]),
        ((StaffRole.ASSIGNEE, StaffRole.FOLLOWERS), ["heidi", "grace"]),
    ],
)
def test_who_works_on_a_ticket_and_staff_who_follow_it_are_known_where_desks_tell_them(
    house: Store, tells: tuple[StaffRole, ...], names: list[str]
) -> None:
    ticket = followed(house)
    facts = facts_for(house, numbers=(f"SD-{ticket}",), message_ids=(), tells=tells)
    assert [worker.name for worker in facts.staff] == names


def test_a_team_is_found_by_its_name(house: Store) -> None:
    assert facts_for(house, staff=("line", "nobody")).staff == (Worker("line", LINE.address, LINE.title),)
