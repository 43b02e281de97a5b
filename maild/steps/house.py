"""What every step of the pipeline needs, in one hand: store, clock, policy, tokens, renderer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from maild.clock import Clock
from maild.decide.policy import Policy
from maild.decide.tokens import Tokens
from maild.notify.render import Renderer
from maild.settings import Budgets
from maild.store.engine import Store
from maild.store.spending import Totals

LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class House:
    """One policy version at work on one database. `round`: mails claimed for one round of delivery."""

    store: Store
    clock: Clock
    policy: Policy
    tokens: Tokens
    renderer: Renderer
    lease: timedelta = LEASE
    round: int = 32
    budgets: Budgets = field(default_factory=Budgets)
    totals: Totals = field(default_factory=Totals)
