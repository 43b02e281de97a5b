"""What every step of the pipeline needs, in one hand: store, clock, policy, tokens, renderer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from maild.clock import Clock
from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens
from maild.ingest.authenticity.answers import Answer, Lookup, NoAnswer
from maild.ingest.screening.ask import Scanners
from maild.notify.render import Renderer
from maild.settings import Budgets, Screening
from maild.steps.neighbours import Neighbours
from maild.store.archiving.shelf import Shelf
from maild.store.engine import Store
from maild.store.spending import Totals

LEASE = timedelta(seconds=60)


def nobody_answers(_name: str) -> Answer:
    """No DNS: the keys of signatures cannot be had."""
    return NoAnswer("no name server is asked")


@dataclass(frozen=True)
class House:
    """One policy version at work on one database. `round`: mails claimed for one round of delivery.

    `asks`: for each mailbox by its name, the headers (in lower case) that may name the desk of its mail.
    `lookup` asks the DNS, `neighbours` know whose domains a stranger's may be taken for. On the `shelf` archives lie.
    """

    store: Store
    clock: Clock
    policy: Policy
    tokens: Tokens
    renderer: Renderer
    lease: timedelta = LEASE
    round: int = 32
    budgets: Budgets = field(default_factory=Budgets)
    totals: Totals = field(default_factory=Totals)
    scanners: Scanners = field(default_factory=lambda: Scanners(Screening()))
    asks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lookup: Lookup = nobody_answers
    neighbours: Neighbours = field(default_factory=Neighbours)
    shelf: Shelf | None = None

    def asked(self, source_key: str | None) -> tuple[str, ...]:
        """The headers that may name the desk of a mail from this source, in their order."""
        return self.asks.get((source_key or "").partition(":")[2].partition(":")[0], ())
