"""What a plan means for the clocks of its ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.clocks import course
from maild.decide.clocks.course import Before
from maild.decide.plan import AddArticle, Change, OpenTicket, Plan, SetPromise, SetProof, SetStatus, SetTicket, SetTimer
from maild.desks.policy import Desk
from maild.desks.working_time import worked
from maild.model import (
    Address,
    Aim,
    ArticleKind,
    EntryId,
    Notification,
    NotificationKind,
    Promise,
    PromiseState,
    Proof,
    Status,
    TicketId,
    TimerKind,
)
from tests.builders import ADA, a_desk, a_ticket

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
HOUR = timedelta(hours=1)
HOURS = {"zone": "Europe/Berlin", "week": {"mon-fri": "09:00-17:00"}}
LEVELS = [
    {"priority": 1, "response": "1 h", "solution": "4 h", "clock": "always"},
    {"priority": [2, 3], "response": "4 h", "solution": "8 h"},
]
LIFE = {
    "settle_days": 14,
    "unanswered": [
        {"types": ["request"], "after_days": 30},
        {"types": ["problem"], "after_days": 30, "then": "ask", "close_after_days": 5},
    ],
}
NUMBER = TicketId(1001)


def desk(**more: Any) -> Desk:
    return a_desk(hours=HOURS, service_levels=LEVELS, life_cycle=LIFE, **more)


def plan(*changes: Change, actor: str = "staff", ticket: TicketId | None = NUMBER) -> Plan:
    return Plan(None, (), changes, ticket=ticket, actor=actor)


def opening(**more: Any) -> OpenTicket:
    return OpenTicket(**({"desk": "service", "prefix": "SD", "title": "It burns", "priority": 3} | more))


def answer(kind: ArticleKind = ArticleKind.OUTGOING) -> AddArticle:
    return AddArticle(NUMBER, kind, Address("Grace", "grace@desk.example"), "Try again.", "Try again.")


def promises(made: Plan) -> dict[Aim, Promise]:
    return {change.promise.aim: change.promise for change in made.changes if isinstance(change, SetPromise)}


def timers(made: Plan) -> dict[TimerKind, datetime | None]:
    return {change.kind: change.at for change in made.changes if isinstance(change, SetTimer)}


def opened(at: datetime = MONDAY, here: Desk | None = None, **more: Any) -> dict[Aim, Promise]:
    return promises(course.opened(plan(ticket=None), opening(**more), here or desk(), "", at))


def before(at: datetime = MONDAY, status: Status = Status.NEW, here: Desk | None = None, **more: Any) -> Before:
    ticket = a_ticket(id=NUMBER, status=status, created_at=MONDAY, **({"priority": 3} | more))
    return Before(ticket, tuple(opened(at, here, priority=ticket.priority).values()))


def followed(was: Before, *changes: Change, hours: float, here: Desk | None = None, actor: str = "staff") -> Plan:
    return course.followed(plan(*changes, actor=actor), was, here or desk(), MONDAY + hours * HOUR)


def then(was: Before, made: Plan) -> Before:
    """The ticket after a plan."""
    now = {one.aim: one for one in was.promises} | promises(made)
    statuses = [change.status for change in made.changes if isinstance(change, SetStatus)]
    ticket = replace(was.ticket, status=statuses[-1]) if statuses else was.ticket
    return replace(was, ticket=ticket, promises=tuple(now.values()))


def test_a_new_ticket_gets_what_its_desk_promises_with_the_arithmetic_in_words() -> None:
    made = opened(MONDAY + 5 * HOUR)  # 15:00 in Berlin
    assert made[Aim.RESPONSE].due_at == MONDAY + 25 * HOUR
    assert made[Aim.RESPONSE].words == "Mon 2026-11-23 15:00 + 4 h working time → Tue 2026-11-24 11:00 Europe/Berlin"
    assert {one.state for one in made.values()} == {PromiseState.RUNNING}


def test_a_desk_on_call_promises_around_the_clock_where_it_says_so() -> None:
    made = opened(MONDAY + 12 * HOUR, priority=1)
    assert made[Aim.RESPONSE].due_at == MONDAY + 13 * HOUR


@pytest.mark.parametrize("more", [{"priority": 4}, {"unverified": True}])
def test_nothing_is_promised_without_a_level_nor_to_whoever_proved_nothing(more: dict[str, Any]) -> None:
    assert opened(**more) == {}


def test_a_ticket_that_waits_for_its_requester_from_the_start_has_all_its_time_left() -> None:
    made = opened(status=Status.WAITING)
    assert (made[Aim.RESPONSE].state, made[Aim.RESPONSE].left) == (PromiseState.PAUSED, 4 * HOUR)


def test_our_answer_keeps_the_response_and_lets_the_solution_wait_for_the_customer() -> None:
    made = promises(followed(before(), answer(), SetStatus(NUMBER, Status.WAITING), hours=2))
    assert (made[Aim.RESPONSE].state, made[Aim.RESPONSE].met_at) == (PromiseState.MET, MONDAY + 2 * HOUR)
    assert (made[Aim.SOLUTION].state, made[Aim.SOLUTION].left) == (PromiseState.PAUSED, 6 * HOUR)
    assert made[Aim.SOLUTION].next_at is None


def test_a_note_keeps_no_promise() -> None:
    assert promises(followed(before(), answer(ArticleKind.NOTE), hours=2)) == {}


def test_a_desk_may_say_that_only_a_solution_stops_the_clock() -> None:
    here = desk(response_stops="solution")
    answered = followed(before(here=here), answer(), hours=2, here=here)
    assert promises(answered) == {}
    solved = promises(followed(before(here=here), answer(), SetStatus(NUMBER, Status.SOLVED), hours=3, here=here))
    assert {one.met_at for one in solved.values()} == {MONDAY + 3 * HOUR}


def test_a_customers_answer_lets_the_clock_go_on_where_it_stood() -> None:
    waiting = then(before(), followed(before(), answer(), SetStatus(NUMBER, Status.WAITING), hours=2))
    back = promises(followed(waiting, SetStatus(NUMBER, Status.OPEN), hours=50, actor="mail"))
    assert set(back) == {Aim.SOLUTION}
    assert back[Aim.SOLUTION].due_at == MONDAY + 72 * HOUR  # Wed 12:00 + 6 h = Thu 10:00
    assert back[Aim.SOLUTION].state is PromiseState.RUNNING


def test_an_answer_that_comes_too_late_says_since_when() -> None:
    made = promises(followed(before(), answer(), hours=6))
    assert (made[Aim.RESPONSE].missed_at, made[Aim.RESPONSE].met_at) == (MONDAY + 4 * HOUR, MONDAY + 6 * HOUR)


def test_a_solution_that_is_disputed_goes_on_with_what_was_left() -> None:
    solved = then(before(), followed(before(), answer(), SetStatus(NUMBER, Status.SOLVED), hours=2))
    again = promises(followed(solved, SetStatus(NUMBER, Status.OPEN), hours=26, actor="mail"))
    assert set(again) == {Aim.SOLUTION}
    assert (again[Aim.SOLUTION].met_at, again[Aim.SOLUTION].due_at) == (None, MONDAY + 48 * HOUR)


def test_a_ticket_that_the_clock_closes_keeps_no_promise_and_breaks_none() -> None:
    waiting = then(before(), followed(before(), SetStatus(NUMBER, Status.WAITING), hours=2))
    made = promises(followed(waiting, SetStatus(NUMBER, Status.CLOSED), hours=999, actor="clock"))
    assert {(one.state, one.met_at, one.missed_at) for one in made.values()} == {(PromiseState.VOID, None, None)}


def test_a_higher_priority_counts_from_the_beginning() -> None:
    made = promises(followed(before(), SetTicket(NUMBER, "priority", "1"), hours=0.5))
    assert made[Aim.RESPONSE].due_at == MONDAY + HOUR


def test_a_new_priority_leaves_out_the_time_for_which_the_clock_stood_still() -> None:
    waiting = then(before(priority=2), followed(before(priority=2), SetStatus(NUMBER, Status.WAITING), hours=1))
    back = then(waiting, followed(waiting, SetStatus(NUMBER, Status.OPEN), hours=3, actor="mail"))
    assert {one.aim: one.due_at for one in back.promises}[Aim.RESPONSE] == MONDAY + 6 * HOUR
    same = promises(followed(back, SetTicket(NUMBER, "priority", "3"), hours=4))
    higher = promises(followed(back, SetTicket(NUMBER, "priority", "1"), hours=4))
    assert same == {}
    assert higher[Aim.SOLUTION].due_at == MONDAY + 6 * HOUR  # 4 h, of which 2 h are spent


def test_what_staff_lower_to_nothing_is_waited_for_no_more() -> None:
    made = promises(followed(before(), SetTicket(NUMBER, "priority", "4"), hours=1))
    assert {one.state for one in made.values()} == {PromiseState.VOID}


def test_whoever_proves_themselves_later_was_promised_from_the_beginning() -> None:
    was = Before(a_ticket(id=NUMBER, priority=3, created_at=MONDAY, unverified=True))
    proof = SetProof(NUMBER, EntryId(1), Proof.PROVEN, "dkim", unverified=False)
    made = promises(followed(was, proof, hours=2, actor="mail"))
    assert made[Aim.RESPONSE].due_at == MONDAY + 4 * HOUR


@pytest.mark.parametrize(
    ("type", "status", "wanted"),
    [
        ("request", Status.WAITING, {TimerKind.UNANSWERED: 30}),
        ("problem", Status.WAITING, {TimerKind.ASK: 30}),
        ("", Status.WAITING, {}),
        ("problem", Status.SOLVED, {TimerKind.SETTLED: 14}),
        ("problem", Status.THIRD_PARTY, {}),
    ],
)
def test_a_ticket_that_comes_to_rest_is_looked_after(type: str, status: Status, wanted: dict[TimerKind, int]) -> None:
    made = timers(followed(before(type=type), SetStatus(NUMBER, status), hours=1))
    assert {kind: at for kind, at in made.items() if at} == {
        kind: MONDAY + HOUR + timedelta(days=days) for kind, days in wanted.items()
    }


def test_another_answer_of_ours_starts_the_days_again() -> None:
    waiting = before(type="request", status=Status.WAITING)
    assert timers(followed(waiting, answer(), hours=240))[TimerKind.UNANSWERED] == MONDAY + 240 * HOUR + timedelta(30)


def test_another_type_is_counted_from_when_it_was_given() -> None:
    waiting = before(type="problem", status=Status.WAITING)
    made = timers(followed(waiting, SetTicket(NUMBER, "type", "request"), hours=240))
    assert made[TimerKind.UNANSWERED] == MONDAY + 240 * HOUR + timedelta(30) and made[TimerKind.ASK] is None
    assert timers(followed(waiting, SetTicket(NUMBER, "type", "problem"), hours=240)) == {}
    assert timers(followed(before(), SetTicket(NUMBER, "type", "request"), hours=1)) == {}


def test_a_customers_answer_ends_the_days() -> None:
    waiting = before(type="request", status=Status.WAITING)
    ended = timers(followed(waiting, SetStatus(NUMBER, Status.OPEN), hours=240, actor="mail"))
    assert ended == dict.fromkeys(TimerKind)


def test_a_confirmation_says_by_when_an_answer_comes_and_when_the_desk_opens_again() -> None:
    told = Notification(NotificationKind.CONFIRMATION, "confirmation", ADA, "en")
    made = course.opened(replace(plan(ticket=None), notifications=(told,)), opening(), desk(), "", MONDAY + 9 * HOUR)
    tuesday = MONDAY + 23 * HOUR
    due = (tuesday + 4 * HOUR).isoformat()
    assert dict(made.notifications[0].values) == {"due": due, "opens": tuesday.isoformat()}


WISHES = st.lists(
    st.tuples(st.sampled_from(Status), st.booleans(), st.sampled_from(["mail", "staff", "clock"]), st.integers(1, 40)),
    max_size=8,
)


@given(WISHES)
def test_whatever_happens_no_clock_runs_while_it_stands_still_and_no_time_is_counted_twice(
    happened: list[tuple[Status, bool, str, int]],
) -> None:
    was, now, running = before(), MONDAY, timedelta()
    solution = Aim.SOLUTION
    for status, answers, actor, hours in happened:
        stood = {one.aim: one for one in was.promises}[solution]
        later = now + hours * HOUR
        if stood.state is PromiseState.RUNNING:
            running += worked(desk().hours, now, later)
        changes: tuple[Change, ...] = (SetStatus(NUMBER, status), *((answer(),) if answers else ()))
        was, now = then(was, course.followed(plan(*changes, actor=actor), was, desk(), later)), later
        one = {one.aim: one for one in was.promises}[solution]
        assert (one.state is PromiseState.RUNNING) or one.next_at is None
        assert (one.left is not None) or one.state is PromiseState.RUNNING
        if one.state is PromiseState.PAUSED and one.missed_at is None and running <= one.work:
            assert one.left == one.work - running


# ---- deadlines of laws and contracts -----------------------------------------------------------------

LETTER = "termination"
PROOF = SetProof(NUMBER, EntryId(1), Proof.PROVEN, "dkim", unverified=False)
MONTH_END = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)


def contracts(**more: Any) -> Desk:
    level = {"category": LETTER, "solution": "1 month to the end of a month", "clock": "calendar"}
    return a_desk(hours=HOURS, life_cycle=LIFE, **({"service_levels": [level, *LEVELS]} | more))


def a_letter(**more: Any) -> Promise:
    (one,) = opened(here=contracts(), category=LETTER, **more).values()
    return one


def letter_on(status: Status, **more: Any) -> Before:
    ticket = a_ticket(id=NUMBER, status=status, category=LETTER, priority=3, created_at=MONDAY, **more)
    return Before(ticket, (a_letter(unverified=ticket.unverified),))


@pytest.mark.parametrize("more", [{}, {"unverified": True}, {"status": Status.WAITING}], ids=str)
def test_a_letter_has_its_day_whoever_wrote_it_and_whatever_we_wait_for(more: dict[str, Any]) -> None:
    letter = a_letter(**more)
    assert (letter.due_at, letter.state, letter.fixed) == (MONTH_END, PromiseState.RUNNING, True)
    words = "Mon 2026-11-23 10:00 + 1 month to the end of a month → Thu 2026-12-31 23:59 Europe/Berlin"
    assert letter.words == words


def test_nothing_lets_a_deadline_stand_still_or_moves_it() -> None:
    was = letter_on(Status.OPEN)
    for status in (Status.WAITING, Status.THIRD_PARTY, Status.OPEN):
        made = followed(was, answer(), SetStatus(NUMBER, status), hours=30, here=contracts())
        assert promises(made) == {}
        was = replace(was, ticket=replace(was.ticket, status=status))


def test_a_letter_that_was_settled_too_early_has_its_old_day_again() -> None:
    was = letter_on(Status.OPEN)
    settled = then(was, followed(was, SetStatus(NUMBER, Status.SOLVED), hours=30, here=contracts()))
    assert settled.promises[0].state is PromiseState.MET
    again = promises(followed(settled, SetStatus(NUMBER, Status.OPEN), hours=600, here=contracts()))
    (one,) = again.values()
    assert (one.state, one.due_at, one.missed_at) == (PromiseState.RUNNING, MONTH_END, None)


def test_what_staff_see_to_be_a_letter_has_the_deadline_from_its_arrival_on() -> None:
    for unverified in (False, True):
        first = before(here=contracts(), unverified=unverified)
        was = replace(first, promises=() if unverified else first.promises)
        made = promises(followed(was, SetTicket(NUMBER, "category", LETTER), hours=100, here=contracts()))
        assert made[Aim.SOLUTION].due_at == MONTH_END and made[Aim.SOLUTION].fixed
        assert unverified == (Aim.RESPONSE not in made), "what else was promised is promised no more"


def test_a_letter_that_was_promised_nothing_before_has_its_deadline_from_its_arrival_on() -> None:
    here = contracts(service_levels=[contracts().service_levels[0].model_dump()])
    made = promises(followed(before(here=here), SetTicket(NUMBER, "category", LETTER), hours=300, here=here))
    assert made[Aim.SOLUTION].due_at == MONTH_END


def test_a_letter_that_was_none_gets_what_its_desk_promises_otherwise() -> None:
    made = promises(followed(letter_on(Status.OPEN), SetTicket(NUMBER, "category", ""), hours=1, here=contracts()))
    assert not made[Aim.SOLUTION].fixed and made[Aim.SOLUTION].due_at < MONTH_END
    nobodys = followed(
        letter_on(Status.OPEN, unverified=True), SetTicket(NUMBER, "category", ""), hours=1, here=contracts()
    )
    assert all(one.state is PromiseState.VOID for one in promises(nobodys).values()) and promises(nobodys)


def test_a_proof_that_comes_later_leaves_the_day_of_a_letter() -> None:
    made = followed(letter_on(Status.OPEN, unverified=True), PROOF, hours=50, here=contracts())
    assert promises(made) == {}
