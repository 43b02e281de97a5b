"""While the DNS is silent a ticket is there and its answers wait; when it speaks, the mail is decided once more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, text

from maild import pipeline
from maild.decide.mail.again import PATIENCE, PAUSE
from maild.decide.policy import Policy
from maild.ingest.authenticity.answers import Answer, Found, NoAnswer
from maild.model import Register
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store.engine import Store
from maild.store.schema import contact
from tests.builders import ADA, NOON, TOKENS, a_desk
from tests.ingest.authenticity.signing import How, ed25519, signed
from tests.store.kit import a_received_mail, keep

KEY = ed25519()
HEADER = (
    "From: Ada <ada@acme.example>\r\nTo: support@desk.example\r\nSubject: {}\r\n"
    "Date: Fri, 20 Nov 2026 11:59:00 +0000\r\nMessage-ID: <m1@acme.example>\r\n\r\nIt burns.\r\n"
)


class World:
    """A house whose clock and DNS a test sets."""

    def __init__(self, store: Store, **desk: object) -> None:
        self.store, self.now, self.answer = store, NOON, NoAnswer("silent")
        policy = Policy(version="v1", desks=(a_desk(**desk),), templates=builtin_templates())
        renderer = Renderer(policy.templates, TOKENS, "mx.desk.example")
        self.house = House(store, self.clock, policy, TOKENS, renderer, lookup=self.lookup)
        with store.transaction() as tx:
            row = {"address": ADA.address, "register": Register.REGISTERED, "created_at": NOON}
            tx.execute(insert(contact).values(**row))
        keep(store, a_received_mail(raw=signed(HEADER.format("A word of hers").encode(), How(key=KEY))))

    def clock(self) -> datetime:
        return self.now

    def lookup(self, name: str) -> Answer:
        return self.answer

    def work(self) -> int:
        return pipeline.process(self.house, "n/1", NO_WATCH) or pipeline.prove_again(self.house)

    def later(self, by: timedelta) -> None:
        self.now += by
        while self.work():
            pass

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.store.reading() as tx:
            return [tuple(row) for row in tx.execute(text(query))]

    @property
    def told(self) -> list[str]:
        return [str(kind) for (kind,) in self.rows("SELECT kind FROM outbox_entry ORDER BY id")]

    @property
    def proofs(self) -> list[str]:
        return [str(proof) for (proof,) in self.rows("SELECT proof FROM article ORDER BY id")]


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    made = World(store)
    made.work()
    yield made


def test_the_ticket_is_there_at_once_and_nobody_is_told_yet(world: World) -> None:
    assert (world.proofs, world.told) == (["pending"], [])
    world.later(PAUSE - timedelta(seconds=1))
    assert (world.proofs, world.told) == (["pending"], [])


def test_when_the_dns_speaks_the_sender_is_confirmed_on_the_ticket_that_is_there(world: World) -> None:
    world.answer = Found((KEY.record(),))
    world.later(PAUSE)
    assert (world.proofs, world.told) == (["proven"], ["confirmation"])
    world.later(PATIENCE)
    assert (world.proofs, world.told) == (["proven"], ["confirmation"]), "and once is enough"


def test_when_it_never_does_the_sender_is_told_without_a_word_of_the_mail(world: World) -> None:
    world.later(PATIENCE - PAUSE)
    assert (world.proofs, world.told) == (["pending"], [])
    world.later(PAUSE)
    assert (world.proofs, world.told) == (["none"], ["confirmation-unverified"])


def test_an_answer_to_a_ticket_is_proven_later_and_confirmed_no_second_time(world: World) -> None:
    world.answer = Found((KEY.record(),))
    world.later(PAUSE)
    world.answer = NoAnswer("silent again")
    raw = HEADER.replace("<m1@", "<m2@").format("Re: [SD-1001] A word of hers").encode()
    keep(world.store, a_received_mail(raw=signed(raw, How(key=KEY)), received_at=world.now))
    world.work()
    assert world.proofs == ["proven", "pending"]
    world.answer = Found((KEY.record(),))
    world.later(PAUSE)
    assert (world.proofs, world.told) == (["proven", "proven"], ["confirmation"])


@pytest.mark.parametrize(("border", "then"), [("own:mx.desk.example", "failed"), ("", "none")])
def test_mail_that_says_it_is_ours_and_never_proves_it_has_failed_where_a_border_would_have_said_so(
    store: Store, border: str, then: str
) -> None:
    world = World(store)
    world.work()
    ours = HEADER.replace("ada@acme.example", "boss@desk.example").replace("<m1@", "<m2@").format("Pay this").encode()
    raw = signed(ours, How(key=KEY, domain="desk.example"))
    keep(world.store, a_received_mail(raw=raw, border=border, received_at=world.now))
    world.work()
    assert world.proofs == ["pending", "pending"]
    world.later(PATIENCE)
    assert world.proofs == ["none", then]
    assert world.rows("SELECT unverified FROM ticket ORDER BY id")[1] == (1,)
    told = {address for (address,) in world.rows("SELECT recipient FROM outbox_entry")}
    assert ("boss@desk.example" in told) == (then == "none")


def test_where_proof_is_required_the_ticket_loses_its_flag_when_its_sender_is_proven(store: Store) -> None:
    world = World(store, proof="required")
    world.work()
    flagged = "SELECT count(*) FROM ticket WHERE unverified"
    assert world.rows(flagged) == [(1,)]
    world.answer = Found((KEY.record(),))
    world.later(PAUSE)
    assert (world.rows(flagged), world.told) == ([(0,)], ["confirmation"])
