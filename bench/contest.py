"""Two systems in turn, A B A B A B, so that a machine whose mood changes treats both alike.

Only ratios count: the median over the rounds of (maild / the other), each round beside its neighbour in time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from bench.goals import Goal

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Result:
    """What one goal came to, round by round. `failure` says why there are no figures."""

    goal: Goal
    ours: tuple[float, ...] = ()
    theirs: tuple[float, ...] = ()
    failure: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """maild / the other in each round; nothing where there is nobody to compare with."""
        if not self.theirs:
            return ()
        return tuple(one / other for one, other in zip(self.ours, self.theirs, strict=True))

    @property
    def figure(self) -> float:
        """The median ratio; where there is nobody to compare with, the median itself."""
        return median(self.ratios if self.theirs else self.ours)

    @property
    def met(self) -> bool:
        return not self.failure and self.goal.reached(self.figure, self.goal.must)

    @property
    def pleases(self) -> bool:
        """Is what is wanted reached too?"""
        return not self.failure and self.goal.reached(self.figure, self.goal.wanted)


def alternate(
    title: str, rounds: int, ours: Callable[[], Outcome], theirs: Callable[[], Outcome]
) -> tuple[tuple[Outcome, Outcome], ...]:
    """Both in turn, so many times; says on standard error how far it is."""
    pairs = []
    for number in range(rounds):
        print(f"{title}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        pairs.append((ours(), theirs()))
    return tuple(pairs)
