"""What proves a form proves nothing of the person it names: through the steps, and when proof is asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from maild import pipeline
from maild.decide.mail.again import PAUSE
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
from tests.store.kit import a_received_mail, keep

KEY = ed25519()
OUTSIDE, OURS = "forms@acme.example", "forms@desk.example"
DESK = a_desk(forms=tuple({"from": one, "requester": "reply-to"} for one in (OUTSIDE, OURS)))
PEOPLE = "SELECT contact.address FROM participant JOIN contact ON contact.id = participant.contact_id"


class World:
    """A house whose clock and DNS a test sets."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOON
        self.answer: Answer = Found((KEY.record(),))
        policy = Policy(version="v1", desks=(DESK,), templates=builtin_templates())
        renderer = Renderer(policy.templates, TOKENS, "mx.desk.example")
        self.house = House(store, self.clock, policy, TOKENS, renderer, lookup=lambda name: self.answer)

    def clock(self) -> datetime:
        return self.now

    def take(self, mail: ReceivedMail) -> None:
        keep(self.store, mail)
        pipeline.process(self.house, "n/1", NO_WATCH)

    def column(self, query: str) -> list[object]:
        with self.store.reading() as tx:
            return [one for (one,) in tx.execute(text(query))]

    @property
    def dispositions(self) -> list[object]:
        return self.column("SELECT disposition FROM inbox_entry ORDER BY id")

    @property
    def proofs(self) -> list[object]:
        return self.column("SELECT proof FROM article ORDER BY id")

    @property
    def told(self) -> list[object]:
        return self.column("SELECT kind FROM outbox_entry ORDER BY id")


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    yield World(store)


def from_form(form: str = OUTSIDE, reply_to: str = "Ada <ada@beta.example>", sign: bool = True) -> ReceivedMail:
    head = (
        f"From: Form <{form}>\r\nReply-To: {reply_to}\r\nTo: support@desk.example\r\nSubject: Contact\r\n"
        f"Date: Fri, 20 Nov 2026 11:59:00 +0000\r\nMessage-ID: <m1@acme.example>\r\n"
    )
    raw = (head.replace("Reply-To: \r\n", "") + "\r\nIt burns.\r\n").encode()
    return a_received_mail(raw=signed(raw, How(key=KEY)) if sign else raw)


def test_a_good_signature_of_the_form_does_not_prove_the_person(world: World) -> None:
    world.take(from_form())
    assert (world.dispositions, world.proofs) == (["new ticket"], ["none"])
    assert world.column(PEOPLE) == ["ada@beta.example"]
    assert world.told == ["confirmation-unverified"]
    assert world.column("SELECT proof_text FROM article") == [
        f"it came from the form {OUTSIDE}, and nothing proves whom that names"
    ]


def test_a_form_that_names_nobody_is_a_sender_like_any_other(world: World) -> None:
    world.take(from_form(reply_to=""))
    assert (world.proofs, world.column(PEOPLE)) == (["proven"], [OUTSIDE])


def test_nobody_waits_for_the_dns_as_its_answer_would_prove_nothing(world: World) -> None:
    world.answer = NoAnswer("silent")
    world.take(from_form())
    assert (world.proofs, world.told) == (["none"], ["confirmation-unverified"])
    assert world.column("SELECT prove_at FROM inbox_entry") == [None]


def test_a_form_declared_while_proof_was_pending_is_one_when_the_mail_is_decided_again(world: World) -> None:
    declared, bare = world.house, DESK.model_copy(update={"forms": ()})
    world.house = replace(declared, policy=declared.policy.model_copy(update={"desks": (bare,)}))
    world.answer = NoAnswer("silent")
    world.take(from_form())
    assert world.proofs == ["pending"]
    world.house, world.answer, world.now = declared, Found((KEY.record(),)), NOON + PAUSE
    assert pipeline.prove_again(world.house) == 1
    assert (world.proofs, world.told) == (["none"], ["confirmation-unverified"])


def test_a_form_of_our_own_domain_needs_no_proof_where_nobody_says_who_writes(world: World) -> None:
    world.take(from_form(OURS, sign=False))
    assert (world.dispositions, world.column(PEOPLE)) == (["new ticket"], ["ada@beta.example"])


def test_nor_where_the_from_is_believed_which_says_nothing_of_the_person(world: World) -> None:
    world.take(replace(from_form(OURS, sign=False), border="bare"))
    assert (world.proofs, world.column(PEOPLE)) == (["none"], ["ada@beta.example"])


def test_whoever_forges_a_form_of_our_own_domain_is_set_aside(world: World) -> None:
    world.take(replace(from_form(OURS, sign=False), border="own:mx.desk.example"))
    assert (world.dispositions, world.told) == (["quarantined"], [])
