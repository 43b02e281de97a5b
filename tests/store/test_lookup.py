"""What the store knows about a message: people, tickets it may belong to, and what we have sent already."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert

from maild.decide.facts import LookupKeys, ReplyToken, SentMail, TicketByMessageId, TicketByNumber
from maild.decide.plan import IndexMessageIds, JoinTicket, RecordContact
from maild.model import Register, Role, TicketId
from maild.store import apply, lookup, outbox
from maild.store.engine import Store
from maild.store.schema import contact, organisation, ticket_alias
from tests.builders import ADA, BOB, NOON
from tests.store.kit import a_plan, a_queued, facts_for, keys, open_ticket

NOTHING_ASKED = {"message_ids": (), "addresses": (), "numbers": ()}


def test_of_an_unknown_mail_nothing_is_known(store: Store) -> None:
    facts = facts_for(store, numbers=("SD-1001", "SD-99999999999999999999"), bounced_id="<o@x>")
    assert facts == type(facts)()


def test_people_are_known_by_address(store: Store) -> None:
    open_ticket(store)
    facts = facts_for(store, addresses=("mallory@elsewhere.example", ADA.address))
    assert [(one.address, one.name, one.register) for one in facts.contacts] == [
        (ADA.address, ADA.name, Register.UNVERIFIED)
    ]


def test_a_message_id_leads_to_its_ticket_with_the_people_on_it(store: Store) -> None:
    more = (RecordContact(BOB, Register.REGISTERED), JoinTicket(None, BOB.address, Role.CC))
    ticket = open_ticket(store, changes=(*a_plan().changes, *more))
    facts = facts_for(store, message_ids=("<other@x>", "<m1@acme.example>"))
    assert facts.by_message_id == (TicketByMessageId("<m1@acme.example>", ticket.id),)
    (known,) = facts.tickets
    assert known.ticket == ticket
    assert [(one.contact.address, one.role) for one in known.participants] == [
        (ADA.address, Role.REQUESTER),
        (BOB.address, Role.CC),
    ]


def test_ids_of_any_length_lead_to_their_ticket(store: Store) -> None:
    endless = f"<{'x' * 4000}@acme.example>"
    ticket = open_ticket(store, changes=(*a_plan().changes, IndexMessageIds(None, (endless, endless))))
    assert facts_for(store, message_ids=(endless,)).by_message_id == (TicketByMessageId(endless, ticket.id),)


def test_a_mail_of_ours_leads_to_its_ticket(store: Store) -> None:
    ticket = open_ticket(store)
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(ticket.id)])
    facts = facts_for(store, message_ids=("<o1@desk.example>",))
    assert facts.by_message_id == (TicketByMessageId("<o1@desk.example>", ticket.id),)


def test_a_report_is_matched_to_the_mail_it_is_about(store: Store) -> None:
    ticket = open_ticket(store)
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(ticket.id)])
    facts = facts_for(store, **NOTHING_ASKED, bounced_id="<o1@desk.example>")
    assert facts.bounced
    assert facts.bounced == SentMail(facts.bounced.outbox, ticket.id, ADA.address)


@pytest.mark.parametrize(
    ("written", "found"),
    [("SD-1001", True), ("sd-1001", True), ("SD-001001", True), ("XX-1001", False), ("SD-1002", False), ("SD-", False)],
)
def test_a_number_leads_to_its_ticket_if_the_prefix_is_right(store: Store, written: str, found: bool) -> None:
    ticket = open_ticket(store)
    by_number = facts_for(store, **(NOTHING_ASKED | {"numbers": (written,)})).by_number
    assert by_number == ((TicketByNumber(written, ticket.id),) if found else ())


def test_an_alias_leads_to_the_ticket_it_was_merged_into(store: Store) -> None:
    ticket = open_ticket(store)
    with store.transaction() as tx:
        tx.execute(ticket_alias.insert().values(number="OLD-7", ticket_id=ticket.id))
    facts = facts_for(store, **(NOTHING_ASKED | {"numbers": ("OLD-7",)}))
    assert facts.by_number == (TicketByNumber("OLD-7", ticket.id),)
    assert [known.ticket.id for known in facts.tickets] == [ticket.id]


def test_a_reply_token_brings_its_ticket(store: Store) -> None:
    ticket = open_ticket(store)
    facts = facts_for(store, **NOTHING_ASKED, token=ReplyToken(ticket.id, 1))
    assert [known.ticket.id for known in facts.tickets] == [ticket.id]
    assert facts_for(store, **NOTHING_ASKED, token=ReplyToken(TicketId(7), 1)).tickets == ()


def test_a_batch_gets_its_facts_in_its_order(store: Store) -> None:
    tickets = [
        open_ticket(store, changes=(*a_plan().changes[:-1], IndexMessageIds(None, (f"<m{number}@x>",))))
        for number in range(3)
    ]
    batch = [keys(message_ids=(f"<m{number}@x>",), content_key=f"c{number}") for number in (2, 0, 1)]
    with store.reading() as tx:
        found = lookup.load_facts(tx, batch, NOON)
    assert [one.tickets[0].ticket.id for one in found] == [tickets[number].id for number in (2, 0, 1)]


def test_a_mail_with_very_many_ids_is_looked_up(store: Store) -> None:
    ticket = open_ticket(store)
    many = tuple(f"<{number}@x>" for number in range(12_000))
    facts = facts_for(store, message_ids=(*many, "<m1@acme.example>"))
    assert [lead.ticket for lead in facts.by_message_id] == [ticket.id]


def test_workers_with_the_same_people_in_any_order_do_not_wait_for_each_other_for_ever(store: Store) -> None:
    people = [f"p{number}@acme.example" for number in range(6)]

    def work(turn: int) -> None:
        batch: list[LookupKeys] = [
            keys(addresses=(address,), content_key=f"c{turn}{address}", message_ids=())
            for address in (people if turn % 2 else reversed(people))
        ]
        plans = [
            a_plan(changes=(RecordContact(type(ADA)("", one.addresses[0]), Register.UNVERIFIED), *a_plan().changes))
            for one in batch
        ]

        def settle(tx: object) -> None:
            lookup.load_facts(tx, batch, NOON, lock=True)  # type: ignore[arg-type]
            apply.apply(tx, [apply.Decided(plan) for plan in plans], NOON)  # type: ignore[arg-type]

        store.retrying(settle)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert len(facts_for(store, addresses=tuple(people)).contacts) == 6


def test_whose_a_domain_is_comes_with_its_registered_people_unless_two_share_it(store: Store) -> None:
    with store.transaction() as tx:
        for key, domains in (("acme", ("acme.example", "both.example")), ("beta", ("both.example",))):
            tx.execute(insert(organisation).values(key=key, name=key, domains=domains))
        for address, register in ((ADA.address, Register.AUTHORISED), (BOB.address, Register.INACTIVE)):
            row = {"address": address, "register": register, "organisation": "acme", "created_at": NOON}
            tx.execute(insert(contact).values(**row))
    theirs, shared, nobodys = (facts_for(store, domain=f"{one}.example") for one in ("acme", "both", "gamma"))
    assert theirs.organisation and theirs.organisation.key == "acme"
    assert [one.address for one in theirs.people] == [ADA.address]
    assert (shared.organisation, shared.people, nobodys.organisation) == (None, (), None)
