"""A mail that says nothing but `report`: for whom it is answered, with what, and whose is read by a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from maild.decide.asked.command_words import Action
from maild.decide.asked.commands import Command, command_in
from maild.decide.asked.periods import Period
from maild.decide.facts import Facts
from maild.decide.triage import decide
from maild.model import UNPROVEN, Disposition, NotificationKind, Register
from tests.builders import ADA, NOON, PROVEN, a_contact, a_message
from tests.decide.asked.test_reporting import a_report, a_request
from tests.decide.asked.test_self_service import DESK, MANAGER, MEMBER, PENDING, a_command

THEIRS = a_report(a_request(title="Printer"))
WORDS = {
    "report": "",
    "Protokoll": "",
    "Protocol, please": "",
    "Bitte Protokoll 2026": "2026..2026",
    "Report 2026-01 .. 2026-03": "2026-01..2026-03",
    "verslag 2026-01 t/m 2026-03": "2026-01..2026-03",
    "Protokoll: 2026-01 bis 2026-03": "2026-01..2026-03",
}
NO_WORDS = ("report?", "a report", "report of the printer", "Protokoll 2026-13", "report 2026 2027", "reports")


@pytest.mark.parametrize("subject", WORDS)
def test_it_is_asked_for_in_three_languages_with_a_period_or_without(subject: str) -> None:
    asked = a_message(subject=subject, visible_text="")
    assert command_in(asked) == Command(Action.REPORT, WORDS[subject])


@pytest.mark.parametrize("subject", NO_WORDS)
def test_what_says_anything_else_is_no_command(subject: str) -> None:
    assert command_in(a_message(subject=subject, visible_text="")) is None


def test_it_is_one_in_the_subject_only() -> None:
    assert command_in(a_message(subject="", visible_text="report")) is None
    assert command_in(a_message(subject="report", visible_text="The printer reports an error.")) is None
    assert command_in(a_message(subject="report", visible_text="Hello,\n\nreport\n\nKind regards\nAda")) is not None


def facts(register: Register = MANAGER, **changes: Any) -> Facts:
    known = {"contacts": (a_contact(register=register, language="de"),), "authenticity": PROVEN, "report": THEIRS}
    return Facts(**(known | changes))


def test_whoever_may_instruct_gets_it_as_a_table_and_a_page_in_their_language() -> None:
    plan = decide(a_command("report 2026-11", facts=facts()))
    (mail,) = plan.notifications
    assert (plan.disposition, plan.ticket, plan.changes) == (Disposition.ANSWERED, None, ())
    assert (mail.kind, mail.recipient, mail.language) == (NotificationKind.REPORT, ADA, "de")
    table, page = mail.enclosures
    assert (table.content_type, page.content_type) == ("text/csv", "text/html")
    assert "Nummer" in table.text and "Protokoll der Anfragen" in page.text and "Printer" in table.text
    assert dict(mail.values) == {
        "organisation": "Acme Clinic", "begins": "2026-11-01", "ends": "2026-11-30", "count": "1",
    }  # fmt: skip


NOT = (
    ("only registered", {"register": MEMBER}),
    ("unverified", {"register": Register.UNVERIFIED}),
    ("has left", {"register": Register.INACTIVE}),
    ("not proven", {"authenticity": UNPROVEN}),
    ("the DNS is silent", {"authenticity": PENDING}),
    ("unknown", {"contacts": ()}),
    ("authorised for a while only", {"contacts": (a_contact(until=NOON.replace(year=2030)),)}),
    ("of no organisation", {"contacts": (a_contact(organisation=""),)}),
)


@pytest.mark.parametrize("known", [one[1] for one in NOT], ids=[one[0] for one in NOT])
def test_no_data_goes_to_anybody_else_even_if_it_was_looked_up(known: dict[str, Any]) -> None:
    plan = decide(a_command("report", facts=facts(**known)))
    assert plan.disposition is Disposition.NEW_TICKET
    assert not [mail for mail in plan.notifications if mail.enclosures or mail.kind is NotificationKind.REPORT]


def test_the_store_is_asked_for_the_period_of_the_desks_own_days() -> None:
    asked = a_command("report 2026-11").keys.report
    assert asked == Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), DESK.hours.zone)
    usual = a_command("report").keys.report
    assert usual and usual.ends == NOON
    assert a_command("status").keys.report is None and a_command("report").keys.asks == ""
