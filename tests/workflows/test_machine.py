"""Whatever honest people, impostors, autoresponders, time, crashes and restores do, in any order: nothing is carried
out that not everybody agreed to.

More: `python -m tests.workflows 4000`, or `make soak ARGS=workflows`.
"""

from __future__ import annotations

import pytest

from tests.lifetimes import live
from tests.workflows.machine import Deletion

STEPS = 12
IN_THE_SUITE = 300


def deletions(count: int, *, derandomized: bool = False) -> None:
    """So many lives of a request; AssertionError with the shortest one in which something went wrong."""
    live(Deletion, count, STEPS, derandomized=derandomized)


@pytest.mark.timeout(600)
def test_nothing_is_carried_out_that_not_everybody_agreed_to() -> None:
    deletions(IN_THE_SUITE, derandomized=True)
