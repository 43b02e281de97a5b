"""Rules that wait for time to pass: after how long may each of them hold at the earliest?

In: a rule set; out: `Timed` for each rule on `time`. Pure. Law: a rule's work is done once: once for each silence where
it asks how long it has been `quiet`, else once for the ticket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild.desks.lengths import SECONDS
from maild.rules.language import Rule, When
from maild.rules.measures import compare
from maild.rules.sieve import RuleSet, every_when
from maild.rules.view import Standing, Trigger

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Timed:
    """A rule, how old a ticket must be for it, and how long nobody may have written. `wavers`: with time alone it may
    hold, hold no longer, and hold again, as with the desk's hours; then it is asked again and again."""

    rule: Rule
    age: timedelta
    quiet: timedelta
    wavers: bool

    def is_ripe(self, standing: Standing, now: datetime) -> bool:
        """Whether enough time has passed for it."""
        return now - standing.since >= self.age and now - standing.quiet >= self.quiet


def timed(rules: RuleSet) -> tuple[Timed, ...]:
    """The rules on `time`, in their order."""
    return tuple(
        Timed(rule, _least(rule.when.age), _least(rule.when.quiet), _wavers(rule.when))
        for rule in rules.rules
        if Trigger.TIME in rule.on
    )


def still_to_do(rules: RuleSet, standing: Standing, last_hits: Mapping[str, datetime]) -> Iterator[Rule]:
    """The rules on `time` whose work is not done on a ticket, by when each of them last matched there."""
    for one in timed(rules):
        last = last_hits.get(one.rule.rule)
        if last is None or (one.rule.when.quiet and last < standing.quiet):
            yield one.rule


def _least(written: str) -> timedelta:
    if not written:
        return timedelta(0)
    wanted = compare(written, SECONDS)
    return timedelta(seconds=max(wanted.low, 0.0)) + (INSTANT if wanted.low_open else timedelta(0))


def _wavers(when: When) -> bool:
    return any(one.hours or (one is not when and (one.age or one.quiet)) for one in every_when(when))
