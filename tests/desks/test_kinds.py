"""What a desk says of its types and categories, and of the life of its tickets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from maild.decide.clocks.states import may_reopen
from maild.desks.life_cycle import LifeCycle
from maild.model import Status
from tests.builders import NOON, a_desk, a_ticket

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"types": [{"type": "problem"}, {"type": "problem"}]}, "the type `problem` stands here twice"),
        ({"categories": ["a", "b", "a"]}, "`a` stands here twice"),
        ({"life_cycle": {"stops_while": ["waiting", "solved"]}}, "`solved` ends a ticket's clocks anyway"),
        ({"life_cycle": {"reopen_days": 0}}, "greater than or equal to 1"),
        ({"life_cycle": {"unanswered": [{"after_days": 30, "then": "forget"}]}}, "'close' or 'ask'"),
    ],
)
def test_a_mistake_is_told_with_what_is_wrong(said: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        a_desk(**said)


def test_the_first_case_that_fits_a_type_counts() -> None:
    life = LifeCycle.model_validate({"unanswered": [{"types": ["request"], "after_days": 30}, {"after_days": 90}]})
    days = {type: case.after_days for type in ("request", "other") if (case := life.unanswered_case(type))}
    assert days == {"request": 30, "other": 90}
    assert LifeCycle().unanswered_case("request") is None


def test_a_desk_has_its_own_words_for_states() -> None:
    life = LifeCycle.model_validate({"names": {"waiting": {"en": "Awaiting your reply"}}})
    assert life.name_of(Status.WAITING, "en") == "Awaiting your reply"
    assert (life.name_of(Status.WAITING, "de"), life.name_of(Status.OPEN, "en")) == ("", "")


@pytest.mark.parametrize(("days", "may"), [(0, True), (14, True), (14.001, False)])
def test_a_settled_ticket_is_reopened_within_the_desks_days(days: float, may: bool) -> None:
    ticket = a_ticket(status=Status.CLOSED, settled_at=NOON)
    assert may_reopen(ticket, LifeCycle(reopen_days=14), NOON + days * DAY) is may
    assert may_reopen(ticket, LifeCycle(), NOON + 999 * DAY)
    assert may_reopen(a_ticket(status=Status.OPEN), LifeCycle(reopen_days=14), NOON + 999 * DAY)
