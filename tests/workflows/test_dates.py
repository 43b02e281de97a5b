"""When a request is carried out, and what the clock does until then. Times are those of Berlin, which is one hour ahead
of UTC in winter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from maild.model.workflows import RunState
from maild.workflows.dates import Item, What, agenda, before, next_item, read_date, window
from tests.workflows.kit import ACCOUNT, BERLIN, MONDAY, a_run, a_workflow

DATED = ACCOUNT | {"field": "day"}


def at(day: int, hour: int, month: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def due(
    complete: datetime, fields: dict[str, str] | None = None, **how: Any
) -> tuple[datetime | None, datetime | None]:
    guards = {"confirm_days": 1, "second": "staff", "second_days": 1}
    made = window(
        a_workflow(due=how, facts=[ACCOUNT, DATED], objects=["account-id"], safeguards=guards),
        BERLIN,
        complete,
        fields or {},
    )
    return made.opens, made.ends


DATES = (
    (MONDAY, {"days": 5}, (None, at(7, 16))),
    (at(23, 10), {"days": 5}, (None, at(31, 16))),
    (MONDAY, {"first_working_day": True}, (at(1, 8), at(1, 16))),
    (MONDAY, {"first_working_day": True, "notice_days": 1}, (at(4, 8, 1, 2027), at(4, 16, 1, 2027))),
    (MONDAY, {"first_working_day": True, "notice_days": 24}, (at(1, 8, 2, 2027), at(1, 16, 2, 2027))),
    (at(1, 9), {"first_working_day": True}, (at(4, 8, 1, 2027), at(4, 16, 1, 2027))),
)


@pytest.mark.parametrize(("complete", "how", "when"), DATES)
def test_it_is_due_by_the_working_days_of_the_desk(
    complete: datetime, how: dict[str, Any], when: tuple[datetime | None, datetime | None]
) -> None:
    assert due(complete, **how) == when


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2026-12-31", (at(31, 8), at(31, 16))),
        ("zum 26.12.2026", (at(28, 8), at(28, 16))),
        ("2020-01-02", (None, None)),
        ("next week", (None, None)),
        ("2026-02-31", (None, None)),
    ],
)
def test_it_is_due_on_the_date_of_a_field_or_the_first_working_day_after_it(
    written: str, when: tuple[datetime | None, datetime | None]
) -> None:
    assert due(MONDAY, {"day": written}, field="day") == when


@given(some.dates())
def test_a_date_is_read_as_it_is_written_in_two_countries(day: date) -> None:
    assert read_date(f"am {day.isoformat()}.") == read_date(f"am {day.day}.{day.month}.{day.year:04}.") == day


def test_the_day_before_is_a_working_day() -> None:
    assert before(BERLIN, at(7, 16), 1) == at(4, 8)
    assert before(BERLIN, at(4, 16, 1, 2027), 2) == at(30, 8) and before(BERLIN, at(7, 16), 0) == at(7, 8)


def agenda_of(state: RunState, **changes: Any) -> list[Item]:
    return list(
        agenda(
            a_run(state, **changes), a_workflow(due={"days": 5, "remind_staff": [2, 1], "remind_customer": 1}), BERLIN
        )
    )


def test_what_the_clock_does_depends_on_where_the_request_stands() -> None:
    times = {"asked_at": MONDAY, "due_at": at(7, 16), "ready_at": at(4, 16)}
    assert agenda_of(RunState.COLLECTING) == [Item(MONDAY + timedelta(days=30), What.LAPSE)]
    assert agenda_of(RunState.CONFIRMING, **times) == [Item(at(2, 16), What.LAPSE)]
    assert agenda_of(RunState.SECONDING, **times) == [Item(at(1, 16), What.LAPSE)]
    cooling = agenda_of(RunState.COOLING, **times)
    assert [one.what for one in cooling] == ["remind-staff", "remind-customer", "remind-staff", "cooled"]
    assert (cooling[1].at, cooling[-1].at) == (at(4, 8), at(4, 16))
    staff = [Item(at(3, 8), What.REMIND_STAFF), Item(at(4, 8), What.REMIND_STAFF), Item(at(7, 16), What.OVERDUE)]
    assert agenda_of(RunState.READY, **times) == agenda_of(RunState.EXECUTING, **times) == staff
    assert agenda_of(RunState.DONE, **times) == agenda_of(RunState.DISARMED, **times) == []


def test_what_was_seen_to_does_not_come_again() -> None:
    run = a_run(RunState.READY, due_at=at(7, 16), seen_at=at(3, 8))
    found = next_item(run, a_workflow(), BERLIN)
    assert found == Item(at(4, 8), What.REMIND_STAFF)
    assert next_item(a_run(RunState.READY, due_at=at(7, 16), seen_at=at(7, 16)), a_workflow(), BERLIN) is None
