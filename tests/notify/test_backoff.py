"""When a deferred mail is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from notify_kit import NOON

from maild.notify.backoff import FIRST_DELAYS, GIVE_UP_AFTER, LATER_DELAY, MOST_ATTEMPTS, SPREAD, next_due


@pytest.mark.parametrize(
    ("attempts", "delay"), [*enumerate(FIRST_DELAYS, 1), (6, LATER_DELAY), (20, LATER_DELAY), (0, LATER_DELAY)]
)
def test_each_pause_is_longer_by_its_list(attempts: int, delay: timedelta) -> None:
    due = next_due(attempts, NOON)
    assert due is not None and delay <= due - NOON <= delay * (1 + SPREAD)


def test_a_mail_is_tried_for_five_days_and_then_has_failed() -> None:
    attempts, now = 1, NOON
    while due := next_due(attempts, now):
        attempts, now = attempts + 1, due
    assert attempts == MOST_ATTEMPTS
    assert GIVE_UP_AFTER - LATER_DELAY <= now - NOON <= GIVE_UP_AFTER * (1 + SPREAD)


def test_mails_deferred_together_do_not_come_back_together() -> None:
    dues = {next_due(2, NOON + timedelta(microseconds=n)) for n in range(100)}
    spread = max(filter(None, dues)) - min(filter(None, dues))
    assert len(dues) > 90 and spread > FIRST_DELAYS[1] * SPREAD / 2


def test_the_same_question_has_the_same_answer() -> None:
    assert next_due(3, NOON) == next_due(3, NOON)
