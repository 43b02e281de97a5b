"""A signature vouches strictly for one mail: who sends it again, to whomever, does nothing that cannot be undone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from maild import pipeline
from maild.decide.policy import Policy
from maild.ingest.authenticity.answers import Answer, Found, NoAnswer
from maild.model import ReceivedMail
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store.engine import Store
from tests.builders import NOON, TOKENS, a_desk
from tests.ingest.authenticity.signing import How, ed25519, signed
from tests.store.kit import a_received_mail, claim, keep

KEY = ed25519()
SERVICE, SALES, HIDDEN = "support@desk.example", "sales@desk.example", "board@desk.example"
HOW = How(key=KEY, signed_at=int(NOON.timestamp()), headers=("from", "to", "subject", "date", "message-id"))
GENUINE = signed(
    (
        f"From: Ada <ada@acme.example>\r\nTo: {SERVICE}, {SALES}\r\nSubject: Close it all\r\n"
        "Date: Fri, 20 Nov 2026 11:59:00 +0000\r\nMessage-ID: <m1@acme.example>\r\n\r\nPlease.\r\n"
    ).encode(),
    HOW,
)
ALTERED = b"Cc: mallory@elsewhere.example\r\n" + GENUINE
"""Nobody signs a Cc that is not there."""


class World:
    """A house of three desks, whose clock and DNS a test sets."""

    answer: Answer = Found((KEY.record(),))

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOON
        desks = [("service", SERVICE, "SD"), ("sales", SALES, "SA"), ("board", HIDDEN, "BO")]
        policy = Policy(
            version="v1",
            desks=tuple(a_desk(desk=name, addresses=(to,), prefix=prefix) for name, to, prefix in desks),
            templates=builtin_templates(),
        )
        renderer = Renderer(policy.templates, TOKENS, "mx.desk.example")
        self.house = House(store, lambda: self.now, policy, TOKENS, renderer, lookup=self.lookup)

    def lookup(self, name: str) -> Answer:
        return self.answer

    def takes(self, raw: bytes, *to: str) -> None:
        self.keeps(a_received_mail(raw=raw, recipients=to or (SERVICE,), received_at=self.now))
        self.works()

    def keeps(self, *mails: ReceivedMail) -> None:
        keep(self.store, *mails)

    def works(self) -> None:
        while pipeline.process(self.house, "n/1", NO_WATCH) or pipeline.prove_again(self.house):
            pass

    @property
    def proofs(self) -> list[dict[str, object]]:
        """What each decision was told of its sender, in the order of the entries."""
        with self.store.reading() as tx:
            rows = tx.execute(text("SELECT facts FROM decision ORDER BY entry_id, id"))
            return [json.loads(row.facts)["authenticity"] for row in rows]

    @property
    def strict(self) -> list[bool]:
        return [bool(proof.get("strict")) for proof in self.proofs]


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.mark.parametrize(
    ("raw", "to"),
    [(ALTERED, SERVICE), (ALTERED, SALES), (GENUINE, HIDDEN)],
    ids=["altered", "altered, for another desk", "the same, for a desk it does not name"],
)
def test_who_sends_a_signed_mail_again_is_proven_but_not_strictly(world: World, raw: bytes, to: str) -> None:
    world.takes(GENUINE)
    world.now += timedelta(hours=1)
    world.takes(raw, to)
    assert world.strict == [True, False]
    replay = world.proofs[1]
    assert replay["proof"] == "proven"
    assert "has vouched for inbox entry 1 before" in str(replay["evidence"])


def test_both_in_one_batch_are_told_apart_too(world: World) -> None:
    world.keeps(a_received_mail(raw=GENUINE), a_received_mail(raw=ALTERED))
    world.works()
    assert world.strict == [True, False]


def test_mail_for_two_desks_is_no_replay_however_it_travels(world: World) -> None:
    world.takes(GENUINE, SERVICE)
    world.takes(GENUINE, SALES)
    assert world.strict == [True, True]


def test_what_one_transaction_brings_to_several_desks_is_no_replay(world: World) -> None:
    world.takes(GENUINE, SERVICE, HIDDEN)
    assert world.strict == [True, True]


def test_the_second_signature_of_a_mail_is_used_up_with_it(world: World) -> None:
    bare = GENUINE[GENUINE.index(b"From:") :]
    world.takes(signed(bare, replace(HOW, selector="s2")).removesuffix(bare) + GENUINE)
    world.takes(ALTERED)
    assert world.strict == [True, False]


def test_a_mail_that_waits_for_the_dns_was_the_first_all_the_same(world: World) -> None:
    world.answer = NoAnswer("silent")
    world.takes(GENUINE)
    world.answer = Found((KEY.record(),))
    world.takes(ALTERED)
    assert world.strict == [False, False]
    assert [proof["proof"] for proof in world.proofs] == ["pending", "proven"]


def test_looking_at_what_a_mail_would_become_uses_nothing_up(world: World) -> None:
    world.keeps(a_received_mail(raw=ALTERED))
    (entry,) = claim(world.store)
    assert pipeline.explain(world.house, entry).reasons
    world.takes(GENUINE)
    assert world.strict == [True]
