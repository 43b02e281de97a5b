"""Whatever customers, staff, time and crashes do, in any order: tickets live as the desk has promised.

More lives: `python -m tests.life 2000`.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.life.machine import Life

STEPS = 25


def lives(count: int, *, derandomized: bool = False) -> None:
    """So many lives; AssertionError with the shortest one in which something went wrong."""
    how = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=derandomized,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    run_state_machine_as_test(Life, settings=how)


def test_tickets_live_as_their_desk_has_promised() -> None:
    lives(7, derandomized=True)
