"""Whatever people, machines, staff, the register, the DNS and the clock do, in whatever order, what must hold holds."""

from __future__ import annotations

import pytest

from tests.stateful.invariants import INVARIANTS
from tests.stateful.run import Figures, lives

LIVES = 30
MUST_HAPPEN = (
    "mail: new ticket", "mail: follow-up", "mail: awaiting review", "mail: answered", "mail: bounce recorded",
    "mail: duplicate", "mail: quarantined", "mail: ignored", "mail: refused", "proof: pending", "proof: weak",
    "people: waits", "people: guest", "people: out", "staff: answers", "staff: lets in", "register: leaves",
    "sent: consent", "sent: reply", "sent: confirmation", "sent: confirmation-unverified", "twins", "held",
)  # fmt: skip


@pytest.fixture(scope="module")
def figures() -> Figures:
    """The same lives in each run of the suite."""
    return lives(LIVES, derandomized=True, shrink=False)


def test_the_invariants_hold_in_every_life(figures: Figures) -> None:
    assert set(figures.checks) == set(INVARIANTS), "one of them was never asked"


@pytest.mark.parametrize("what", MUST_HAPPEN)
def test_the_lives_are_not_empty(figures: Figures, what: str) -> None:
    assert figures.happened[what] > 0
