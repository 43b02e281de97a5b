"""What a desk promises, how a clock that stood still goes on, and when somebody is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from maild.config import check, load_policy, load_settings
from maild.decide.policy import Policy
from maild.desks.hours import ALWAYS, Hours
from maild.desks.policy import Desk
from maild.desks.service_levels import Asked, Promised, left, milestone, promised, resumed
from maild.desks.simulation import Wait, simulated
from maild.desks.targets import Stops
from maild.model.promises import Aim
from tests.builders import a_desk, a_policy
from tests.config.site import S, change, said, site

__all__ = ["site"]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DESK = TypeAdapter(Desk)


def a_desk_with(*levels: dict[str, Any], **said: Any) -> Desk:
    """Open from nine to five in Cologne, where Christmas Eve is no holiday but closed."""
    week = {"mon-fri": "09:00-17:00"}
    usual = {"zone": "Europe/Berlin", "week": week, "region": "DE-NW", "holidays": ["2026-12-24"]}
    plain = a_desk().model_dump(exclude={"hours"}) | {"hours": usual, "service_levels": list(levels)} | said
    return DESK.validate_python(plain, strict=False)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def only(promises: tuple[Promised, ...]) -> Promised:
    (one,) = promises
    return one


# ---- the tables of the requirements --------------------------------------------------------------

BY_PRIORITY = (
    # REQ-M8, and the same lengths by severity in L3.
    {"priority": 1, "response": "4 h"},
    {"priority": 2, "response": "8 h"},
    {"priority": 3, "response": "16 h"},
    {"priority": 4, "response": "5 working days"},
)
TARGETS = (
    # asked at, priority, the answer is due at
    ("2026-11-23T09:00+01:00", 1, "2026-11-23T13:00+01:00"),
    ("2026-11-23T09:00+01:00", 2, "2026-11-23T17:00+01:00"),
    ("2026-11-23T09:00+01:00", 3, "2026-11-24T17:00+01:00"),
    ("2026-11-23T09:00+01:00", 4, "2026-11-30T17:00+01:00"),
    ("2026-11-23T23:00+01:00", 4, "2026-11-30T17:00+01:00"),
    ("2026-11-28T12:00+01:00", 4, "2026-12-04T17:00+01:00"),
    ("2026-11-27T16:00+01:00", 1, "2026-11-30T12:00+01:00"),
    ("2026-12-23T16:30+01:00", 2, "2026-12-28T16:30+01:00"),
    ("2026-12-23T16:30+01:00", 4, "2027-01-04T17:00+01:00"),
    ("2026-04-02T16:00+02:00", 3, "2026-04-08T16:00+02:00"),
    ("2026-10-23T16:00+02:00", 1, "2026-10-26T12:00+01:00"),
)


@pytest.mark.parametrize(("asked", "priority", "due"), TARGETS)
def test_an_answer_is_due_as_its_priority_says(asked: str, priority: int, due: str) -> None:
    one = only(promised(a_desk_with(*BY_PRIORITY), Asked(priority), at(asked)))
    assert one.aim is Aim.RESPONSE and one.due_at == at(due)
    assert one.due_at.tzinfo is UTC and one.started_at == at(asked)


BY_TYPE = (
    # REQ-A5: a service request has no priority, a problem has.
    {"type": "service request", "solution": "5 working days"},
    {"type": ["problem", "incident"], "priority": [1, 2], "package": "gold", "response": "30 min", "clock": "always"},
    {"type": ["problem", "incident"], "priority": [1, 2], "response": "4 h", "solution": "8 h"},
    {"category": "billing", "response": "16 h"},
)
CHOICES = (
    (Asked(1, "service request"), {Aim.SOLUTION: timedelta(hours=40)}),
    (Asked(4, "service request", "billing"), {Aim.SOLUTION: timedelta(hours=40)}),
    (Asked(2, "problem", "", "gold"), {Aim.RESPONSE: timedelta(minutes=30)}),
    (Asked(2, "incident", "", "silver"), {Aim.RESPONSE: 4 * HOUR, Aim.SOLUTION: 8 * HOUR}),
    (Asked(2, "incident"), {Aim.RESPONSE: 4 * HOUR, Aim.SOLUTION: 8 * HOUR}),
    (Asked(3, "problem", "", "gold"), {}),
    (Asked(3, "problem", "billing", "gold"), {Aim.RESPONSE: 16 * HOUR}),
    (Asked(1), {}),
)


@pytest.mark.parametrize(("asked", "work"), CHOICES)
def test_the_first_level_that_fits_counts_and_where_none_does_nothing_is_promised(
    asked: Asked, work: dict[Aim, timedelta]
) -> None:
    made = promised(a_desk_with(*BY_TYPE), asked, at("2026-11-22T12:00+01:00"))
    assert {one.aim: one.work for one in made} == work


def test_a_desk_that_is_closed_is_on_call_around_the_clock_where_its_level_says_so() -> None:
    desk = a_desk_with({"priority": 1, "response": "4 h", "solution": "2 working days", "clock": "always"})
    response, solution = promised(desk, Asked(1), at("2026-12-24T16:30+01:00"))
    assert response.due_at == at("2026-12-24T20:30+01:00") and response.always
    assert response.words == ("Thu 2026-12-24 16:30 + 4 h around the clock → Thu 2026-12-24 20:30 Europe/Berlin")
    # Working days are the desk's, and the hours in between all count.
    assert solution.due_at == at("2026-12-29T17:00+01:00") and solution.work == timedelta(days=5, minutes=30)


def test_working_days_are_told_in_words() -> None:
    one = only(promised(a_desk_with({"solution": "2 working days"}), Asked(3), at("2026-12-23T16:30+01:00")))
    assert one.work == timedelta(minutes=30) + 16 * HOUR
    assert one.words == (
        "Wed 2026-12-23 16:30 + 2 working days, Thu 2026-12-24 is closed, Fri 2026-12-25 is closed"
        " → Tue 2026-12-29 17:00 Europe/Berlin"
    )


def test_a_desk_that_is_always_open_ends_a_working_day_at_midnight() -> None:
    desk = a_desk(service_levels=a_desk_with({"response": "1 working day"}).service_levels)
    assert desk.hours == ALWAYS
    one = only(promised(desk, Asked(3), at("2026-11-28T03:00+00:00")))
    assert one.due_at == at("2026-11-30T00:00+00:00")
    assert one.words.endswith("+ 1 working day → Sun 2026-11-29 24:00 UTC"), "that day is over then"


def test_a_desk_that_never_opens_promises_nothing_in_its_hours() -> None:
    closed = {"hours": {"zone": "UTC", "week": {"mon": []}}}
    asked = at("2026-11-28T03:00+00:00")
    assert promised(a_desk_with({"response": "4 h", "solution": "1 working day"}, **closed), Asked(3), asked) == ()
    (awake,) = promised(a_desk_with({"response": "4 h", "clock": "always"}, **closed), Asked(3), asked)
    assert awake.due_at == asked + 4 * HOUR
    # A promise that was made before it closed for good is not forgotten.
    assert resumed(a_desk_with(**closed), False, HOUR, asked)[0] == asked + HOUR
    early = milestone(a_desk_with(**closed, escalation=[{"at": "75 %"}]), replace(awake, always=False), 0)
    assert early and early[0] == asked + 3 * HOUR


# ---- clocks that stand still ---------------------------------------------------------------------


def test_a_clock_that_stood_still_has_as_much_left_as_before() -> None:
    desk = a_desk_with({"response": "8 h"})
    one = only(promised(desk, Asked(3), at("2026-11-23T15:00+01:00")))
    assert left(desk, False, at("2026-11-24T10:00+01:00"), one.due_at) == 5 * HOUR
    due_at, words = resumed(desk, False, 5 * HOUR, at("2026-11-26T16:00+01:00"))
    assert due_at == at("2026-11-27T13:00+01:00")
    assert words == "Thu 2026-11-26 16:00 + 5 h working time → Fri 2026-11-27 13:00 Europe/Berlin"


def test_nothing_is_left_of_what_is_over() -> None:
    desk = a_desk_with()
    for always in (True, False):
        assert left(desk, always, at("2026-11-24T10:00+01:00"), at("2026-11-24T09:59+01:00")) == timedelta(0)
        assert resumed(desk, always, -HOUR, at("2026-11-24T10:00+01:00"))[0] == at("2026-11-24T10:00+01:00")


def test_what_happened_before_a_wait_stays_where_it_was() -> None:
    desk = a_desk_with({"response": "8 h"}, escalation=[{"at": "50 %"}, {"at": "90 %"}])
    wait = Wait(at("2026-11-23T15:00+01:00"), at("2026-11-24T12:00+01:00"))
    (course,) = simulated(desk, Asked(3), at("2026-11-23T09:00+01:00"), [wait])
    assert course.due_at == at("2026-11-24T14:00+01:00")
    assert [one.at for one in course.steps] == [
        at("2026-11-23T13:00+01:00"),
        at("2026-11-24T13:12+01:00"),
        at("2026-11-24T14:00+01:00"),
    ]


# ---- who is told ---------------------------------------------------------------------------------

STEPS = [
    {"at": "50 %", "of": "solution", "tell": "leads"},
    {"at": "75 %", "tell": "on-call"},
    {"at": "100 %", "of": "response", "tell": "second-line", "assign": "second-line"},
    {"at": "150 %", "tell": "boss"},
]


def told(desk: Desk, one: Promised) -> list[tuple[str, str, str]]:
    """Each escalation: when in Berlin, its share, and who is told."""
    found, step = [], 0
    while next_one := milestone(desk, one, step):
        when = next_one[0].astimezone(at("2026-11-23T00:00+01:00").tzinfo)
        found.append((f"{when:%a %H:%M}", next_one[1].at, next_one[1].tell))
        step += 1
    return found


def test_escalations_come_at_their_share_of_the_working_time() -> None:
    desk = a_desk_with({"response": "8 h", "solution": "16 h"}, escalation=STEPS)
    response, solution = promised(desk, Asked(3), at("2026-11-26T13:00+01:00"))
    assert told(desk, response) == [
        ("Fri 11:00", "75 %", "on-call"),
        ("Fri 13:00", "100 %", "second-line"),
        ("Fri 17:00", "150 %", "boss"),
    ]
    assert told(desk, solution) == [
        ("Fri 13:00", "50 %", "leads"),
        ("Fri 17:00", "75 %", "on-call"),
        ("Mon 13:00", "100 %", ""),
        ("Tue 13:00", "150 %", "boss"),
    ]


def test_a_breach_is_noted_where_nobody_is_told_of_it() -> None:
    desk = a_desk_with({"response": "8 h"})
    one = only(promised(desk, Asked(3), at("2026-11-26T13:00+01:00")))
    assert told(desk, one) == [("Fri 13:00", "100 %", "")]


def test_what_keeps_a_promise_is_the_desks_choice() -> None:
    assert a_desk().response_stops is Stops.ANSWER
    assert a_desk_with(response_stops="solution").response_stops is Stops.SOLUTION


# ---- for all desks, instants and lengths ---------------------------------------------------------

DESKS = (
    a_desk_with(),
    a_desk(),
    a_desk_with(
        hours=Hours(zone="America/New_York", week={"sat": "22:00-24:00", "sun": ("00:00-03:00", "04:00-05:30")})
    ),
    a_desk_with(hours=Hours(zone="Australia/Lord_Howe", week={"mon-sun": "00:00-24:00"}, region="DE-BY")),
)
INSTANTS = st.integers(0, 13 * 366 * 24 * 60).map(lambda minute: datetime(2024, 1, 1, tzinfo=UTC) + minute * MINUTE)
LENGTHS = st.one_of(
    st.integers(1, 5000).map(lambda one: f"{one} min"), st.integers(1, 10).map("{} working days".format)
)


def with_level(desk: Desk, length: str, clock: str, percents: tuple[int, ...] = ()) -> Desk:
    level = {"response": length, "clock": clock}
    steps = [{"at": f"{one} %"} for one in sorted(percents)]
    made = a_desk_with(level, escalation=steps)
    return desk.model_copy(update={"service_levels": made.service_levels, "escalation": made.escalation})


some_desk = st.builds(
    with_level,
    st.sampled_from(DESKS),
    LENGTHS,
    st.sampled_from(("hours", "always")),
    st.lists(st.integers(1, 300), max_size=5).map(tuple),
)


@settings(max_examples=80, deadline=None)
@given(some_desk, INSTANTS)
def test_the_time_of_a_promise_is_what_is_left_at_its_start(desk: Desk, start: datetime) -> None:
    one = only(promised(desk, Asked(3), start))
    assert one.work == left(desk, one.always, start, one.due_at) > timedelta(0)
    assert not left(desk, one.always, one.due_at, one.due_at)
    assert resumed(desk, one.always, one.work, start)[0] == one.due_at


@settings(max_examples=80, deadline=None)
@given(some_desk, INSTANTS, st.integers(0, 99))
def test_stopping_a_clock_and_letting_it_go_on_at_once_changes_nothing(
    desk: Desk, start: datetime, percent: int
) -> None:
    one = only(promised(desk, Asked(3), start))
    now = start + (one.due_at - start) * percent / 100
    rest = left(desk, one.always, now, one.due_at)
    assert resumed(desk, one.always, rest, now)[0] == one.due_at


@settings(max_examples=80, deadline=None)
@given(some_desk, INSTANTS)
def test_escalations_never_go_back_in_time(desk: Desk, start: datetime) -> None:
    one = only(promised(desk, Asked(3), start))
    (course,) = simulated(desk, Asked(3), start)
    times = [step.at for step in course.steps]
    assert times == sorted(times) and times[0] > start
    assert {step.at for step in course.steps if step.escalation.percent == 100} == {one.due_at}
    for step in course.steps:
        if step.escalation.percent < 100:
            spent = one.work - left(desk, one.always, step.at, one.due_at)
            assert abs(spent - one.work * step.escalation.percent / 100) < timedelta(seconds=1)


@settings(max_examples=60, deadline=None)
@given(some_desk, INSTANTS, st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 3000)), max_size=3))
def test_waits_take_nothing_from_a_promise(desk: Desk, start: datetime, gaps: list[tuple[int, int]]) -> None:
    waits, now = list[Wait](), start
    for before, lasts in gaps:
        begin = now + before * MINUTE
        waits.append(Wait(begin, now := begin + lasts * MINUTE))
    (course,) = simulated(desk, Asked(3), start, waits)
    spans, begin = list[tuple[datetime, datetime]](), start
    for pause in course.pauses:
        spans.append((begin, pause.begins_at))
        begin = pause.ends_at
    spans.append((begin, course.due_at))
    used = sum((left(desk, course.promised.always, *span) for span in spans), timedelta(0))
    assert used == course.promised.work
    assert [one.at for one in course.steps] == sorted(one.at for one in course.steps)
    assert not any(pause.begins_at < one.at < pause.ends_at for one in course.steps for pause in course.pauses)


# ---- the file ------------------------------------------------------------------------------------

BROKEN = (
    # what is written, the text whose line is to be named, what is to be said
    ("service_levels: [{priority: 1}]", "service_levels", "nothing is promised here: write `response`, `solution` or"),
    ("service_levels:\n  - solution: 1 month", "1 month", "write `clock: calendar` beside it"),
    ("service_levels:\n  - response: 2 days", "2 days", "may mean `48 h`, `2 working days` or `2 calendar days`"),
    ("service_levels:\n  - response: 4", "4", "text is expected here"),
    ("service_levels:\n  - {priority: 5, response: 4 h}", "5,", "the most is 4"),
    ("service_levels:\n  - {priority: high, response: 4 h}", "high", "a whole number is expected here"),
    ("service_levels:\n  - {respons: 4 h}", "respons", "did you mean `response`?"),
    ("service_levels:\n  - {response: 4 h, clock: night}", "night", "is not possible here"),
    (
        "service_levels:\n  - response: 4 h\n  - {type: problem, response: 8 h}",
        "- response",
        "level 2 never counts",
    ),
    ("escalation: [{at: 75, tell: x}]", "75", 'put it in quotes, "75"'),
    ("escalation: [{at: '75', tell: x}]", "'75'", "write it as in `75 %`"),
    ("escalation: [{at: 0 %, tell: x}]", "0 %", "is no share of the promised time"),
    ("escalation: [{at: 100 %}, {at: 75 %}]", "escalation", "`75 %` stands behind `100 %`"),
    ("escalation: [{at: 100 %, tell: second-lin}]", "second-lin", "did you mean `second-line`?"),
    ("escalation: [{at: 100 %, assign: nobody-here}]", "nobody-here", "no member of staff or team `nobody-here`"),
    ("escalation: [{tell: x}]", "{tell", "`at` is missing here"),
    ("escalation: [{at: 100 %, tell: 'a b'}]", "'a b'", "is not possible here"),
    ("response_stops: never", "never", "known here: `answer`, `solution`"),
)


@pytest.mark.parametrize(("written", "near", "message"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_mistake_in_the_promises_is_told_with_its_line(site: Path, written: str, near: str, message: str) -> None:
    text = change(site, S, "prefix: SD", f"{written}\nprefix: SD")
    line = text.count("\n", 0, text.index(near, text.index(f"\n{written}"))) + 1
    fitting = [one for one in check(site / "maild.yaml") if one.file == str(site / S) and message in one.message]
    assert fitting, said(site)
    assert all(one.line == line and one.column > 0 for one in fitting), (line, said(site))


def test_a_later_level_that_is_wider_in_anything_may_count() -> None:
    narrow = {"priority": [1, 2], "type": "problem", "response": "4 h"}
    for wider in ({"priority": [1, 3], "type": "problem"}, {"priority": 1}, {"type": ["problem", "question"]}):
        assert len(a_desk_with(narrow, {**wider, "response": "8 h"}).service_levels) == 2
    with pytest.raises(ValidationError, match="level 2 never counts, since level 1"):
        a_desk_with(narrow, {"priority": 2, "type": "problem", "category": "billing", "response": "8 h"})


GOOD = """\
service_levels:
  - priority: [1]
    response: 4 h
    solution: 2 working days
    clock: always
  - {type: [problem, incident], package: gold, response: 30 min}
  - {category: billing, solution: 5 working days}
escalation:
  - {at: 75 %, tell: grace}
  - {at: 100 %, of: response, tell: second-line, assign: second-line}
response_stops: solution
"""


def test_promises_are_read_and_the_database_gives_them_back(site: Path) -> None:
    change(site, S, "prefix: SD", f"{GOOD}prefix: SD")
    assert not check(site / "maild.yaml"), said(site)
    (desk,) = load_policy(load_settings(site / "maild.yaml")).desks
    assert [one.priority for one in desk.service_levels] == [(1,), (), ()]
    assert [(one.percent, one.of.value, one.assign) for one in desk.escalation] == [
        (75, "both", ""),
        (100, "response", "second-line"),
    ]
    policy = a_policy(desks=(desk,))
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_the_example_that_is_commented_out_is_right(site: Path) -> None:
    lines = (site / S).read_text(encoding="utf-8").splitlines()
    first = lines.index("# service_levels:")
    last = next(number for number in range(first, len(lines)) if not lines[number].startswith("#"))
    lines[first:last] = [line.removeprefix("# ") for line in lines[first:last]]
    (site / S).write_text("\n".join(lines), encoding="utf-8")
    assert not check(site / "maild.yaml"), said(site)
    (desk,) = load_policy(load_settings(site / "maild.yaml")).desks
    (answer,) = promised(desk, Asked(4), at("2026-11-20T12:00+00:00"))
    assert answer.due_at == at("2026-11-26T00:00+00:00") and len(desk.escalation) == 2
