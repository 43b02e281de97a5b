"""The measure itself: what is slow is seen to be slow, and nobody is blamed for a slow machine."""

from __future__ import annotations

import time

from tests.effort import effort, least, slowness


def spin(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_what_is_within_the_limit_is_done_once() -> None:
    calls = []
    assert effort(lambda: calls.append(1), 1) <= 1
    assert len(calls) == 1


def test_what_is_always_beyond_the_limit_is_seen_to_be() -> None:
    assert effort(lambda: spin(0.3), 0.01) > 0.01


def test_one_slow_try_is_forgiven() -> None:
    costs = [9.0, 8.0, 0.5, 7.0]
    assert least(lambda: costs.pop(0), 1.0) <= 1.0


def test_no_machine_is_quicker_than_quiet() -> None:
    assert slowness() >= 1.0
