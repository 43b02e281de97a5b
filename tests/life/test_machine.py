"""Whatever customers, staff, time and crashes do, in any order: tickets live as the desk has promised.

More lives: `python -m tests.life 2000`.
"""

from __future__ import annotations

from tests.life.machine import Life
from tests.lifetimes import live

STEPS = 25


def lives(count: int, *, derandomized: bool = False) -> None:
    """So many lives; AssertionError with the shortest one in which something went wrong."""
    live(Life, count, STEPS, derandomized=derandomized)


def test_tickets_live_as_their_desk_has_promised() -> None:
    lives(7, derandomized=True)
