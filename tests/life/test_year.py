"""Some months of a desk come to what a ledger says that knows nothing of maild.

A whole year: `python -m tests.life.year 20000`.
"""

from __future__ import annotations

from tests.life.ledger import DAY
from tests.life.year import FIGURES, compared


def test_what_maild_counts_over_some_months_is_what_the_ledger_says() -> None:
    ours, ledger = compared(60, hours=64 * DAY, every=12)
    assert {name: ours[name] for name in FIGURES} == {name: ledger[name] for name in FIGURES}
    assert all(ledger[name] for name in FIGURES), "too little happened"
