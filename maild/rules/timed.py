"""Rules that wait for time to pass: after how long may each of them hold at the earliest?

In: a rule set; out: `Timed` for each rule on `time`. Pure. Law: a rule's work is done once: once for each silence where
it asks how long it has been `quiet`, else once for the ticket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild.rules.language import Rule
from maild.rules.measures import SECONDS, compare
from maild.rules.sieve import RuleSet
from maild.rules.view import Standing, Trigger


@dataclass(frozen=True, slots=True)
class Timed:
    """A rule, how old a ticket must be for it, and how long nobody may have written."""

    rule: Rule
    age: timedelta
    quiet: timedelta

    def is_ripe(self, standing: Standing, now: datetime) -> bool:
        """Whether enough time has passed for it."""
        return now - standing.since >= self.age and now - standing.quiet >= self.quiet


def timed(rules: RuleSet) -> tuple[Timed, ...]:
    """The rules on `time`, in their order."""
    return tuple(
        Timed(rule, _least(rule.when.age), _least(rule.when.quiet)) for rule in rules.rules if Trigger.TIME in rule.on
    )


def still_to_do(rules: RuleSet, standing: Standing, last_hits: Mapping[str, datetime]) -> Iterator[Rule]:
    """The rules on `time` whose work is not done on a ticket, by when each of them last matched there."""
    for one in timed(rules):
        last = last_hits.get(one.rule.rule)
        if last is None or (one.rule.when.quiet and last < standing.quiet):
            yield one.rule


def _least(written: str) -> timedelta:
    low = compare(written, SECONDS).low if written else 0.0
    return timedelta(seconds=max(low, 0.0))
