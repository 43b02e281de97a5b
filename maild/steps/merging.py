"""Two tickets become one, in one transaction: what ends, then what goes on."""

from __future__ import annotations

from sqlalchemy import Connection

from maild.decide.work import merging
from maild.decide.work.staff import Hand
from maild.steps.house import House
from maild.steps.writing import Settled, Written, write


def merge(tx: Connection, house: House, gone: Hand, home: Hand, why: str = "", *, force: bool = False) -> Written:
    """Write both plans. Raises ValueError for what cannot be."""
    plans = (merging.ended(gone, home, why, force=force), merging.joined(gone, home))
    return write(tx, house, "staff", [Settled(plan) for plan in plans])
