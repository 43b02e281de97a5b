"""A plan's calls are finished and queued in the same transaction as everything else it wants."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from maild.decide.facts import Facts
from maild.errors import Conflict
from maild.model import Answers, Call, OutboxState, Proof, Register, Source
from maild.notify.render import Renderer
from maild.steps import writing
from maild.steps.house import House
from maild.steps.writing import Settled
from maild.store import outbox
from maild.store.decisions import dump_plan, load_plan
from maild.store.engine import Store
from tests.builders import ADA, NOON, TOKENS, a_contact, a_policy
from tests.store.kit import a_plan, a_received_mail, an_article, claim, keep, keys

CALL = Call("crm", "ticket-opened:1", "a new customer")


def a_house(store: Store) -> House:
    return House(store, lambda: NOON, a_policy(), TOKENS, Renderer((), TOKENS, "mx.desk.example"))


def by_mail(store: Store, answers: Answers = Answers.SENT) -> Settled:
    """Ada's mail has opened a ticket, and a rule calls the CRM."""
    keep(store, a_received_mail())
    (entry,) = claim(store, limit=1)
    entry = replace(entry, envelope=replace(entry.envelope, answers=answers, source=Source.SMTP))
    usual = a_plan(calls=(CALL,))
    opened = tuple(replace(one, proof=Proof.PROVEN) if one == an_article() else one for one in usual.changes)
    facts = Facts(contacts=(a_contact(ADA, Register.REGISTERED),))
    return Settled(replace(usual, changes=opened), entry, keys(), facts)


def write(store: Store, *settled: Settled) -> None:
    with store.transaction() as tx:
        writing.write(tx, a_house(store), "n/1", settled)


def queued(store: Store) -> list[outbox.OutboxView]:
    with store.reading() as tx:
        return [outbox.show(tx, one.id) for one in outbox.list_entries(tx)]


def test_a_call_is_queued_with_the_ticket_as_it_is_afterwards_and_who_wrote(store: Store) -> None:
    write(store, by_mail(store))
    (entry,) = queued(store)
    told = json.loads(entry.raw)
    assert (entry.recipient, entry.event, entry.ticket) == ("crm", "ticket-opened:1", 1001)
    assert (told["type"], told["rule"], told["id"]) == ("ticket-opened", "a new customer", entry.message_id)
    assert (told["ticket"]["number"], told["ticket"]["tags"]) == ("SD-1001", ["hardware"])
    assert told["mail"] == {"from": ADA.address, "proof": "proven", "register": "registered"}


def test_no_word_of_the_mail_is_in_it(store: Store) -> None:
    write(store, by_mail(store))
    assert b"burns" not in queued(store)[0].raw


def test_what_no_mail_has_caused_names_none(store: Store) -> None:
    plan = a_plan(calls=(CALL, replace(CALL, webhook="chat")), disposition=None, actor="clock")
    write(store, Settled(plan))
    chat, crm = queued(store)
    assert json.loads(chat.raw)["mail"] is None
    assert chat.message_id != crm.message_id


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        (Answers.SENT, [OutboxState.QUEUED]),
        (Answers.PARKED, [OutboxState.PARKED]),
        (Answers.NONE, []),
        (Answers.FILED, []),
    ],
)
def test_mail_that_is_read_again_or_imported_calls_later_or_nobody(
    store: Store, answers: Answers, states: list[OutboxState]
) -> None:
    write(store, by_mail(store, answers))
    assert [entry.state for entry in queued(store)] == states


def test_what_is_rolled_back_calls_nobody(store: Store) -> None:
    first, second = by_mail(store), by_mail(store)
    with pytest.raises(Conflict):
        write(store, first, second)
    assert queued(store) == []


def test_an_author_whom_nobody_knows_is_unknown(store: Store) -> None:
    write(store, replace(by_mail(store), facts=Facts()))
    assert json.loads(queued(store)[0].raw)["mail"]["register"] == "unknown"


def test_a_stored_plan_keeps_its_calls_and_an_older_one_has_none() -> None:
    plan = a_plan(calls=(CALL,))
    assert load_plan(dump_plan(plan)).calls == (CALL,)
    older = json.loads(dump_plan(plan))
    del older["calls"]
    assert load_plan(json.dumps(older)).calls == ()
