"""The life of a ticket, told through the daemon's own steps: promises, reopening, closing, escalation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maild.decide.work import staff
from maild.model import Status
from maild.store.engine import Store
from tests.life.world import ALAN, DAY, GRACE, HOUR, MONDAY, World

GRACES, ALANS = f"{GRACE}@desk.example", f"{ALAN}@desk.example"


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_a_new_ticket_is_promised_an_answer_and_our_answer_keeps_the_promise(world: World) -> None:
    number = world.mail()
    assert world.promises(number)["response"].due_at == MONDAY + 4 * HOUR
    world.now += HOUR
    world.reply(number)
    world.wait(10 * DAY)
    assert world.promises(number)["response"].met_at == MONDAY + HOUR
    assert world.told(ALANS) == []


def test_who_is_not_answered_in_time_is_looked_after_by_the_next_in_line(world: World) -> None:
    number = world.mail()
    world.wait(2 * HOUR - timedelta(seconds=1))
    assert world.told(GRACES) == ["staff-ticket"]
    world.wait(timedelta(seconds=1))
    assert world.told(GRACES) == ["staff-ticket", "service-level"]
    world.wait(2 * HOUR)
    assert (world.told(ALANS), world.ticket(number).assignee) == (["service-level"], ALAN)
    assert world.promises(number)["response"].missed_at == MONDAY + 4 * HOUR
    world.wait(HOUR)
    assert world.told(ALANS) == ["service-level"]


def test_an_escalation_that_the_desk_has_put_off_meanwhile_waits_for_its_new_time(world: World) -> None:
    number = world.mail()
    world.rewrite(escalation=[{"at": "75 %", "of": "response", "tell": ALAN}])
    world.wait(2 * HOUR)
    assert (world.told(ALANS), world.told(GRACES)) == ([], ["staff-ticket"])
    world.wait(HOUR)
    assert world.told(ALANS) == ["service-level"] and world.promises(number)["response"].missed_at is None


def test_after_a_downtime_everything_happens_once_and_in_order(world: World) -> None:
    first = world.mail()
    world.now += HOUR
    second = world.mail("Another fire")
    world.wait(3 * DAY)
    said = world.column("SELECT ticket_id FROM event WHERE kind LIKE 'clock/%' ORDER BY id")
    assert said == [first, second, first, second]
    assert len(world.told(ALANS)) == 2


def test_a_clock_that_waits_for_the_customer_stands_still(world: World) -> None:
    number = world.mail()
    world.set(number, "status", "waiting")
    world.wait(3 * DAY)
    assert "service-level" not in world.told(GRACES)
    world.again(number)
    assert world.promises(number)["response"].due_at == MONDAY + 3 * DAY + 4 * HOUR


def test_an_answer_within_the_days_reopens_and_a_later_one_is_a_new_ticket_that_says_so(world: World) -> None:
    number = world.mail()
    world.reply(number, solves=True)
    assert world.ticket(number).status is Status.SOLVED
    world.wait(14 * DAY)
    assert world.again(number) == number and world.ticket(number).status is Status.OPEN
    world.reply(number, solves=True)
    world.wait(14 * DAY + HOUR)
    other = world.again(number)
    assert other != number and world.ticket(number).status is Status.SOLVED
    assert f"SD-{number}" in world.last_mail() and world.told()[-1] == "confirmation"
    assert any(f"SD-{number}" in line for line in world.history(other))
    assert any(f"SD-{other}" in line for line in world.history(number))


def test_an_automatic_answer_long_after_the_end_opens_nothing_and_moves_nothing(world: World) -> None:
    number = world.mail()
    world.reply(number, solves=True)
    world.wait(60 * DAY)
    assert world.ticket(number).status is Status.CLOSED
    assert world.again(number, "I am out of office.", Auto_Submitted="auto-replied") == number
    assert world.ticket(number).status is Status.CLOSED


def test_what_was_solved_and_is_not_disputed_is_closed_without_a_word(world: World) -> None:
    number = world.mail()
    world.reply(number, solves=True)
    before = world.told()
    world.wait(20 * DAY - HOUR)
    assert world.ticket(number).status is Status.SOLVED
    world.wait(HOUR)
    assert (world.ticket(number).status, world.told()) == (Status.CLOSED, before)


def test_a_request_that_nobody_answers_is_closed_after_thirty_days_and_its_requester_is_told(world: World) -> None:
    number = world.mail()
    world.set(number, "type", "request")
    world.reply(number)
    world.wait(30 * DAY - HOUR)
    assert world.ticket(number).status is Status.WAITING
    world.wait(HOUR)
    assert (world.ticket(number).status, world.told()[-1]) == (Status.CLOSED, "closed")


def test_a_problem_is_asked_about_first_and_an_answer_keeps_it_open(world: World) -> None:
    asked, answered = world.mail("One"), world.mail("Two")
    for number in (asked, answered):
        world.set(number, "type", "problem")
        world.reply(number)
    world.wait(30 * DAY)
    assert world.told().count("still-needed") == 2
    world.again(answered)
    world.wait(5 * DAY)
    assert (world.ticket(asked).status, world.ticket(answered).status) == (Status.CLOSED, Status.OPEN)
    assert world.told().count("closed") == 1


def test_whoever_gets_a_ticket_by_hand_hears_of_it_unless_they_took_it_themselves(world: World) -> None:
    number = world.mail()
    world.give(number, ALAN)
    world.give(number, GRACE)
    assert world.told(ALANS) == ["staff-ticket"]
    assert world.told(GRACES) == ["staff-ticket"]  # of the new ticket


def test_a_priority_by_package_runs_around_the_clock(world: World) -> None:
    number = world.mail()
    world.set(number, "priority", "1")
    assert world.promises(number)["response"].due_at == MONDAY + HOUR


def test_a_new_calendar_moves_no_promise_that_was_made(world: World) -> None:
    number = world.mail()
    due = world.promises(number)["response"].due_at
    world.rewrite(hours={"zone": "Europe/Berlin", "week": {"fri": "09:00-10:00"}})
    world.act(number, lambda hand: staff.note(hand, "Seen."))
    assert world.promises(number)["response"].due_at == due


def test_a_confirmation_says_by_when_an_answer_comes(world: World) -> None:
    world.mail()
    assert world.told() == ["confirmation"]
    assert "14:00" in world.last_mail()
