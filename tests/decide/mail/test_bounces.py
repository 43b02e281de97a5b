"""Reports about mail of ours: they change delivery, never people, and nobody is written to because of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maild.decide.facts import Facts, SentMail
from maild.decide.plan import AddArticle, MoveBreaker, Plan, RecordBounce
from maild.decide.told.breaker import of_bounces
from maild.decide.triage import decide
from maild.model import (
    ArticleKind,
    Automatic,
    AutomaticKind,
    Bounce,
    BouncedRecipient,
    Breaker,
    Disposition,
    OutboxId,
    Stand,
    TicketId,
)
from tests.builders import ADA, BOB, NOON, SUPPORT, TOKENS, a_case, a_message, an_envelope

HOST = "localhost"
OURS = TOKENS.message_id("SD-1001", "confirmation", ADA.address, HOST)
SENT = SentMail(OutboxId(9), TicketId(1001), ADA.address)
GONE = Bounce((BouncedRecipient(ADA.address, True, "5.1.1", "no such user"),), OURS)
REPORT = a_message(bounce=GONE, sender=None)


def change_of(plan: Plan, kind: type) -> object:
    return next((one for one in plan.changes if isinstance(one, kind)), None)


def test_a_bounce_of_our_mail_is_noted_on_its_ticket_and_told_to_nobody() -> None:
    plan = decide(a_case(REPORT, Facts(bounced=SENT)))
    assert (plan.disposition, plan.ticket) == (Disposition.BOUNCE_RECORDED, SENT.ticket)
    assert change_of(plan, RecordBounce) == RecordBounce(OutboxId(9), True, "5.1.1", "no such user")
    note = change_of(plan, AddArticle)
    assert isinstance(note, AddArticle) and note.kind is ArticleKind.NOTE
    assert ADA.address in note.text and "no such user" in note.text
    assert (plan.notifications, plan.suppressed) == ((), ())


@pytest.mark.parametrize(("permanent", "pause"), [(True, timedelta(days=1)), (False, timedelta(hours=1))])
def test_automatic_mail_to_the_address_waits(permanent: bool, pause: timedelta) -> None:
    report = Bounce((BouncedRecipient(ADA.address, permanent),), OURS)
    plan = decide(a_case(a_message(bounce=report), Facts(bounced=SENT)))
    assert change_of(plan, MoveBreaker) == MoveBreaker(Breaker(of_bounces(ADA.address), Stand.OPEN, NOON + pause))


def test_the_next_bounce_makes_it_wait_longer_and_one_in_the_pause_says_nothing_new() -> None:
    earlier = Breaker(of_bounces(ADA.address), Stand.HALF_OPEN, NOON + timedelta(hours=1), 1, 1)
    again = decide(a_case(REPORT, Facts(bounced=SentMail(OutboxId(9), None, ADA.address, earlier))))
    moved = change_of(again, MoveBreaker)
    assert isinstance(moved, MoveBreaker)
    assert (moved.breaker.trips, moved.breaker.until) == (2, NOON + timedelta(days=4))
    paused = Breaker(of_bounces(ADA.address), Stand.OPEN, NOON + timedelta(hours=1))
    within = decide(a_case(REPORT, Facts(bounced=SentMail(OutboxId(9), None, ADA.address, paused))))
    assert change_of(within, MoveBreaker) is None


def test_a_forged_bounce_changes_nothing() -> None:
    plan = decide(a_case(REPORT, Facts()))
    assert (plan.disposition, plan.changes) == (Disposition.BOUNCE_RECORDED, ())


def test_only_the_recipient_of_our_mail_is_held_back_whoever_the_report_names() -> None:
    report = Bounce((BouncedRecipient(BOB.address, True),), OURS)
    plan = decide(a_case(a_message(bounce=report), Facts(bounced=SENT)))
    moved = change_of(plan, MoveBreaker)
    assert isinstance(moved, MoveBreaker) and moved.breaker.scope == of_bounces(ADA.address)


BOUNCE_ADDRESS = TOKENS.bounce_address(SUPPORT.address, OURS)


@pytest.mark.parametrize(
    ("message", "envelope", "about"),
    [
        (a_message(bounce=Bounce(())), an_envelope(recipient=BOUNCE_ADDRESS), OURS),
        (a_message(bounce=Bounce((), "<somebody@else>")), an_envelope(recipient=BOUNCE_ADDRESS), OURS),
        (a_message(), an_envelope(recipient=BOUNCE_ADDRESS, mail_from=""), OURS),
        (a_message(), an_envelope(recipient=BOUNCE_ADDRESS.upper(), mail_from=""), OURS),
        (a_message(), an_envelope(recipient=BOUNCE_ADDRESS), ""),
        (
            a_message(automatic=Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted")),
            an_envelope(recipient=BOUNCE_ADDRESS, mail_from=""),
            "",
        ),
        (a_message(), an_envelope(recipient="support+mdb.sd-1001.aaaaaaaaaa.bbbbbbbbbbbbbbbb@x", mail_from=""), ""),
    ],
)
def test_the_address_a_report_came_to_names_its_mail(message, envelope, about: str) -> None:
    assert a_case(message, envelope=envelope).keys.bounced_id == about


def test_a_mail_without_sender_to_a_bounce_address_is_a_bounce_whatever_it_looks_like() -> None:
    envelope = an_envelope(recipient=BOUNCE_ADDRESS, mail_from="")
    plan = decide(a_case(a_message(), Facts(bounced=SENT), envelope=envelope))
    assert plan.disposition is Disposition.BOUNCE_RECORDED
    recorded = change_of(plan, RecordBounce)
    assert isinstance(recorded, RecordBounce) and not recorded.permanent
