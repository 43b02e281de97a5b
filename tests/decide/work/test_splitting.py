"""A second question gets a ticket of its own: whose it is, what it says, and how its requester hears of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from maild.decide.facts import KnownTicket
from maild.decide.plan import AddArticle, IndexMessageIds, JoinTicket, LinkTickets, OpenTicket
from maild.decide.work.splitting import Part, split
from maild.decide.work.staff import Hand
from maild.desks.policy import AsksForProof
from maild.model import (
    Address,
    ArticleId,
    ArticleKind,
    NotificationKind,
    Participant,
    Proof,
    Register,
    Role,
    Suppressed,
    TicketId,
)
from tests.builders import ADA, BOB, NOON, a_contact, a_desk, a_ticket

TICKET = TicketId(1001)
TESS = Address("Tess", "tess@desk.example")
ADAS = Participant(a_contact(ADA), Role.REQUESTER)
MAIL = Part(ArticleId(12), ArticleKind.INCOMING, BOB, "Printer and toner", "It burns.\nAnd: toner!", Proof.PROVEN)


def a_hand(*parts: Participant, proven: frozenset[str] = frozenset({ADA.address}), **desk: Any) -> Hand:
    ticket = a_ticket(category="hardware", type="incident", module="print", assignee="grace", priority=2)
    return Hand(TESS, KnownTicket(ticket, parts or (ADAS,)), a_desk(**desk), (), NOON, proven)


def test_the_new_ticket_is_like_the_old_one_with_the_same_requester_and_both_know_of_each_other() -> None:
    plan = split(a_hand(), MAIL)
    assert plan.changes == (
        OpenTicket("service", "SD", "Printer and toner", 2, "hardware", "grace", type="incident", module="print"),
        JoinTicket(None, ADA.address, Role.REQUESTER),
        AddArticle(
            None,
            ArticleKind.INCOMING,
            BOB,
            MAIL.text,
            MAIL.text,
            subject="Printer and toner",
            proof=Proof.PROVEN,
            proof_text="split off SD-1001, article 12, by Tess",
        ),
        LinkTickets(None, TICKET, "split off article 12"),
    )
    assert (plan.ticket, plan.disposition, plan.actor) == (None, None, TESS.address)


def test_no_message_id_leads_to_the_new_ticket() -> None:
    plan = split(a_hand(), MAIL)
    assert not any(isinstance(change, IndexMessageIds) for change in plan.changes)
    assert not any(isinstance(change, AddArticle) and change.message_id for change in plan.changes)


def test_what_may_be_a_strangers_stays_so() -> None:
    plan = split(a_hand(), replace(MAIL, unverified=True))
    (article,) = (one for one in plan.changes if isinstance(one, AddArticle))
    assert article.unverified


def test_words_that_staff_chose_are_marked_and_prove_nothing() -> None:
    plan = split(a_hand(), MAIL, "Toner", " We need toner. ")
    (article,) = (one for one in plan.changes if isinstance(one, AddArticle))
    assert (article.text, article.subject, article.proof) == ("We need toner.", "Toner", Proof.NONE)
    assert article.proof_text.endswith("by Tess, in their words")


@pytest.mark.parametrize(("title", "subject", "named"), [(" Toner ", "x", "Toner"), ("", " x ", "x"), ("", " ", None)])
def test_it_is_named_by_staff_else_by_the_mail_else_like_the_old_one(
    title: str, subject: str, named: str | None
) -> None:
    part = Part(ArticleId(12), ArticleKind.INCOMING, ADA, subject, "x")
    (opened,) = (one for one in split(a_hand(), part, title).changes if isinstance(one, OpenTicket))
    assert opened.title == (named or a_ticket().title)


def test_a_proven_contact_reads_what_it_is_part_of() -> None:
    (told,) = split(a_hand(), MAIL, "Toner").notifications
    assert (told.kind, told.event) == (NotificationKind.CONFIRMATION, "confirmation")
    assert (told.recipient, told.ticket) == (ADA, None)
    assert {"subject": "Toner", "part_of": "SD-1001"}.items() <= dict(told.values).items()
    assert (told.reply_to_id, told.references) == ("", ())


@pytest.mark.parametrize(
    ("hand", "kind"),
    [
        (a_hand(proven=frozenset()), NotificationKind.CONFIRMATION_UNVERIFIED),
        (a_hand(proven=frozenset(), proof=AsksForProof.OFF), NotificationKind.CONFIRMATION),
        (
            a_hand(Participant(a_contact(ADA, Register.UNVERIFIED), Role.REQUESTER)),
            NotificationKind.CONFIRMATION_UNVERIFIED,
        ),
    ],
)
def test_whoever_proved_nothing_reads_no_word_of_it(hand: Hand, kind: NotificationKind) -> None:
    (told,) = split(hand, MAIL).notifications
    assert told.kind is kind
    assert ("subject" in dict(told.values)) is (kind is NotificationKind.CONFIRMATION)


def test_a_machine_gets_no_confirmation() -> None:
    robot = Participant(a_contact(Address("", "noreply@acme.example")), Role.REQUESTER)
    plan = split(a_hand(robot), MAIL)
    assert plan.notifications == () and isinstance(plan.suppressed[0], Suppressed)


@pytest.mark.parametrize(
    ("part", "parts", "said"),
    [
        (Part(ArticleId(12), ArticleKind.NOTE, TESS, "x", "inside"), (ADAS,), "no mail of a customer's"),
        (Part(ArticleId(12), ArticleKind.OUTGOING, TESS, "x", "ours"), (ADAS,), "no mail of a customer's"),
        (Part(ArticleId(12), ArticleKind.INCOMING, ADA, "x", "x", review=True), (ADAS,), "no mail of a customer's"),
        (MAIL, (Participant(a_contact(ADA), Role.CC),), "no requester"),
    ],
)
def test_notes_and_what_awaits_review_stay_where_they_are(
    part: Part, parts: tuple[Participant, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        split(a_hand(*parts), part)
