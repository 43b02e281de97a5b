"""What happens at the desk of a social intranet as days pass: its shipped files, with a clock that a test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from maild.model import Status
from tests.scenarios.desks.in_time import DAY, HOUR, MONDAY, Clocked
from tests.scenarios.desks.test_intranet import BEN, LEAD, address


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    made = Clocked(tmp_path / "intranet", "intranet")
    yield made
    made.close()


def test_within_fourteen_days_an_answer_reopens_and_later_it_is_a_linked_ticket_that_says_so(clocked: Clocked) -> None:
    """REQ-A12: on day 10 and on day 15; a machine's answer does neither."""
    number = clocked.mail(BEN, "Farben", "Wie ändere ich sie?")
    clocked.reply(number, "yara", solves=True)
    clocked.wait(10 * DAY)
    clocked.again(number, BEN, "Ich bin nicht im Büro.", Auto_Submitted="auto-replied")
    assert clocked.ticket(number).status is Status.SOLVED
    assert clocked.again(number, BEN, "Geht wieder nicht.") == number
    assert clocked.ticket(number).status is Status.OPEN
    clocked.reply(number, "yara", solves=True)
    clocked.wait(15 * DAY)
    assert clocked.again(number, BEN, "Ich bin nicht im Büro.", Auto_Submitted="auto-replied") == number
    assert clocked.ticket(number).status is Status.CLOSED
    later = clocked.again(number, BEN, "Geht wieder nicht.")
    assert later != number and clocked.ticket(number).status is Status.CLOSED
    assert clocked.ticket(number).number in clocked.mails_to(address(BEN))[-1].get_content()


def test_what_the_customer_leaves_unanswered_comes_to_rest_by_its_type(clocked: Clocked) -> None:
    """REQ-A13: a service request after 30 days; a problem is asked about first, and closed 5 days later; told."""
    request = clocked.mail(BEN, "Farben", "Wie ändere ich sie?")
    problem = clocked.mail(BEN, "Suche kaputt", "Die Suche funktioniert nicht.")
    for number in (request, problem):
        clocked.reply(number, "yara")
    clocked.wait(30 * DAY - HOUR)
    assert {clocked.ticket(one).status for one in (request, problem)} == {Status.WAITING}
    clocked.wait(2 * HOUR)
    assert (clocked.ticket(request).status, clocked.ticket(problem).status) == (Status.CLOSED, Status.WAITING)
    assert sorted(clocked.told(address(BEN))[-2:]) == ["closed", "still-needed"]
    clocked.wait(5 * DAY)
    assert clocked.ticket(problem).status is Status.CLOSED and clocked.told(address(BEN))[-1] == "closed"


def test_a_promise_keeps_to_the_hours_and_the_lead_hears_of_what_is_late(clocked: Clocked) -> None:
    """REQ-A1: from 9 to 18 in Berlin; a question at 17:30 is due at 16:30 the next day."""
    clocked.now = MONDAY + timedelta(hours=7, minutes=30)
    number = clocked.mail(BEN, "Farben", "Wie ändere ich sie?")
    assert clocked.promises(number)["response"].due_at == clocked.now + timedelta(hours=23)
    clocked.wait(DAY)
    assert clocked.told(LEAD)[-1] == "service-level" and clocked.ticket(number).assignee == "lead"
