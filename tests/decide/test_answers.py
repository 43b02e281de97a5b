"""Which mail is answered: not what is imported, not what is days old; of what is read again, a person releases it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maild.decide.plan import OpenTicket
from maild.decide.triage import decide
from maild.model import Answers, Disposition, Hint, Source
from tests.builders import NOON, a_case, a_desk, a_message, a_policy, an_envelope

SALES = a_desk(desk="sales", addresses=("sales@desk.example",), prefix="SA")


def test_mail_that_is_read_again_becomes_a_ticket_whose_confirmation_waits_for_a_person() -> None:
    plan = decide(a_case(envelope=an_envelope(answers=Answers.PARKED)))
    assert plan.disposition is Disposition.NEW_TICKET
    assert [one.parked for one in plan.notifications] == [True]
    assert "parked" in [reason.code for reason in plan.reasons]


def test_imported_mail_becomes_a_ticket_and_nobody_hears_of_it() -> None:
    plan = decide(a_case(envelope=an_envelope(answers=Answers.NONE)))
    assert plan.disposition is Disposition.NEW_TICKET
    assert plan.notifications == ()
    assert [(one.reason.code, one.digest_at) for one in plan.suppressed] == [("quiet-import", None)]


@pytest.mark.parametrize(
    ("age", "answered"), [(timedelta(), 1), (timedelta(days=3), 1), (timedelta(days=3, seconds=1), 0)]
)
def test_mail_older_than_three_days_is_not_confirmed(age: timedelta, answered: int) -> None:
    plan = decide(a_case(envelope=an_envelope(received_at=NOON - age)))
    assert len(plan.notifications) == answered
    assert [one.reason.code for one in plan.suppressed] == ["old-mail"] * (1 - answered)


HINTS = (Hint("delivered-to", "sales@desk.example"), Hint("x-original-to", "support@desk.example"))


@pytest.mark.parametrize(
    ("asks", "desk"),
    [
        (("delivered-to", "x-original-to"), "sales"),
        (("x-original-to", "delivered-to"), "service"),
        (("to",), "service"),
        (("x-forwarded-to", "delivered-to"), "sales"),
    ],
)
def test_the_desk_of_a_mail_from_a_mailbox_follows_from_the_headers_in_their_configured_order(
    asks: tuple[str, ...], desk: str
) -> None:
    case = a_case(
        a_message(to=(), delivered_to=HINTS),
        policy=a_policy(desks=(a_desk(), SALES)),
        envelope=an_envelope(source=Source.IMAP, asks=asks),
    )
    (opened,) = [one for one in decide(case).changes if isinstance(one, OpenTicket)]
    assert opened.desk == desk
