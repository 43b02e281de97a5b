"""A year of a desk: customers, staff and the clock as `ledger` plans them, through the daemon's own steps.

`python -m tests.life.year 20000` prints what maild counted beside what the ledger says, and ends with 1 where the two
differ. A step is an hour: mails first, then staff work, then the clock.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import structlog
from rich.progress import track
from sqlalchemy import text

from maild import pipeline
from maild.decide.policy import Policy
from maild.model import Delivery, DeliveryResult, OutboxEntry
from maild.steps.watch import NO_WATCH
from tests.life.copies import Copy
from tests.life.ledger import HOURS, ORDER, START, Act, Does, Ledger, Script, scripts
from tests.life.world import MANY, POLICY, World
from tests.rules.kit import RULES
from tests.store.kit import a_received_mail, keep

HOUR = timedelta(hours=1)
YEAR = POLICY | {
    "hours": {"zone": "Europe/Berlin", "week": {"mon-fri": "09:00-17:00"}, "region": "DE-NW"},
    "service_levels": [
        {"priority": 1, "response": "2 h", "solution": "8 h", "clock": "always"},
        {"priority": 2, "response": "4 h", "solution": "16 h"},
        {"priority": 3, "response": "8 h", "solution": "40 h"},
    ],
}
SHAPES = (
    *({"rule": f"P{one}", "when": {"subject": f"P{one}"}, "then": {"priority": one}} for one in range(1, 5)),
    *({"rule": one, "when": {"subject": one}, "then": {"type": one}} for one in ("request", "problem")),
)
FIGURES = {
    "opened": "SELECT count(*) FROM ticket",
    "follow-ups": "SELECT count(*) FROM event WHERE kind = 'follow-up/later'",
    "reopened": "SELECT count(*) FROM event WHERE kind = 'status' AND text IN ('solved → open', 'closed → open')",
    "asked": "SELECT count(*) FROM event WHERE kind = 'clock/still-needed'",
    "closed unanswered": "SELECT count(*) FROM event WHERE kind = 'clock/unanswered'",
    "closed settled": "SELECT count(*) FROM event WHERE kind = 'clock/settled'",
    "response missed": "SELECT count(*) FROM promise WHERE aim = 'response' AND missed_at IS NOT NULL",
    "solution missed": "SELECT count(*) FROM promise WHERE aim = 'solution' AND missed_at IS NOT NULL",
}


class Year:
    """The same year, through maild."""

    def __init__(self, world: World, all_scripts: Sequence[Script]) -> None:
        self.world, self.scripts = world, {one.case: one for one in all_scripts}
        self.numbers: dict[int, int] = {}
        self.by_hour: dict[int, list[Act]] = defaultdict(list)
        for script in all_scripts:
            for act in script.acts:
                self.by_hour[act.hour].append(act)
        policy = world.house.policy
        rules = RULES.validate_python(SHAPES)
        world.house = world.changed(
            policy=Policy(version="y", desks=policy.desks, templates=policy.templates, rules=rules)
        )

    def run(self, hours: int, every: int) -> None:
        """`every`: hours between two looks of the clock."""
        for hour in track(range(hours), description="a year", disable=not sys.stderr.isatty()):
            self.world.now = START + hour * HOUR
            acts = sorted(self.by_hour.get(hour, ()), key=lambda act: ORDER.index(act.does))
            self._mails([act for act in acts if act.does in (Does.ASKS, Does.WRITES)])
            for act in acts:
                if act.does in (Does.ANSWERS, Does.SOLVES):
                    self.world.reply(self.numbers[act.case], solves=act.does is Does.SOLVES)
            while hour % every == 0 and pipeline.tick(self.world.house):
                pass
            while pipeline.deliver(self.world.house, "n", self._carry):
                pass

    def _carry(self, entries: Sequence[OutboxEntry]) -> list[Delivery]:
        """A relay that takes everything."""
        return [Delivery(one.id, self.world.now, DeliveryResult.SENT, "250 ok") for one in entries]

    def _mails(self, acts: Sequence[Act]) -> None:
        raws = [a_received_mail(raw=self._letter(act), received_at=self.world.now) for act in acts]
        entries = keep(self.world.store, *raws) if raws else ()
        while entries and pipeline.process(self.world.house, "n/1", NO_WATCH):
            pass
        with self.world.store.reading() as tx:
            for act, entry in zip(acts, entries, strict=True):
                query = text("SELECT ticket_id FROM inbox_entry WHERE id = :id")
                self.numbers[act.case] = tx.execute(query, {"id": entry}).scalar_one()

    def _letter(self, act: Act) -> bytes:
        script = self.scripts[act.case]
        subject = f"P{script.priority} {script.type} {act.case}"
        if act.does is Does.WRITES:
            subject = f"Re: [SD-{self.numbers[act.case]}] {subject}"
        return self.world.written(subject, f"Matter {act.case}, hour {act.hour}.")

    def counts(self) -> Counter[str]:
        return Counter({name: self.world.column(query)[0] for name, query in FIGURES.items()})


def compared(count: int, hours: int = HOURS, every: int = 1, seed: int = 1) -> tuple[Counter[str], Counter[str]]:
    """What maild counted, and what the ledger says; `every`: hours between two looks of the clock."""
    planned = scripts(count, hours, Random(seed))
    ledger, copy = Ledger(planned, hours, every), Copy()
    try:
        year = Year(World(copy.store, YEAR, START), planned)
        year.run(hours, every)
        return year.counts(), ledger.counts
    finally:
        copy.close()


def main() -> int:
    """Print both, side by side."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    count, began = int(sys.argv[1]) if len(sys.argv) > 1 else MANY // 50, time.monotonic()
    ours, ledger = compared(count)
    for name in FIGURES:
        print(f"{name:<20}{ours[name]:>8}{ledger[name]:>8}{'' if ours[name] == ledger[name] else '   <-- differs'}")
    print(f"{count} matters over a year in {time.monotonic() - began:.0f} s")
    return int(any(ours[name] != ledger[name] for name in FIGURES))


if __name__ == "__main__":
    sys.exit(main())
