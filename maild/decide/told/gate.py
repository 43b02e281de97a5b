"""The gate all automatic mail passes on its way into the outbox, whoever caused it: mail, staff or the clock (law 9).

In: mails that are wanted, and what was sent lately (`Spent`); out, for each, `Passes`, `Delayed` or `Held`, with the
reason, and the breakers that moved. Pure. What a message itself forbids (RFC 3834 2) `notify` has said before.
Laws: a mail that passes counts at once, so that its neighbours in one transaction see it; a notice with legal weight is
delayed, never held; words of staff do not come here at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maild.decide.told import breaker as breakers
from maild.decide.told.breaker import EVERYBODY, STRANGERS, of_address, of_bounces
from maild.decide.told.budgets import BUDGETS, COUNTED, COUNTED_OF_STRANGERS, Key, Wanted
from maild.model import Breaker, NotificationKind, Reason, Stand
from maild.settings import Budgets

LEGAL = frozenset(
    {
        NotificationKind.DELETION_COMPLETED,
        NotificationKind.WORKFLOW_CONFIRM,
        NotificationKind.WORKFLOW_SECOND,
        NotificationKind.WORKFLOW_SCHEDULED,
        NotificationKind.WORKFLOW_ENDED,
        NotificationKind.WORKFLOW_DONE,
    }
)
DELAY = timedelta(hours=1)
MOST_DIGESTS = 2
"""After so many trips nobody sums up any more: what answers every summary is no reader."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was sent lately: how often by each key (`budgets.COUNTED`), and the breakers not forgotten, by scope."""

    counts: Mapping[Key, int]
    breakers: Mapping[str, Breaker]


@dataclass(frozen=True, slots=True)
class Passes:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Delayed:
    """It goes, but not before `until`."""

    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Held:
    """It does not go. `digest_at`: when it is summed up with others like it; None for never."""

    reason: Reason
    digest_at: datetime | None = None


Verdict = Passes | Delayed | Held


@dataclass
class Gate:
    """The gate during one transaction. `moved` are the breakers to be kept."""

    spent: Spent
    budgets: Budgets
    now: datetime
    moved: dict[str, Breaker] = field(default_factory=dict)
    more: Counter[Key] = field(default_factory=Counter)

    def ask(self, it: Wanted) -> Verdict:
        """May this mail go? If it may, it counts."""
        why = self._stopped(it) or self._used_up(it)
        if why is None:
            self._count(it)
            return Passes()
        if it.mail.kind in LEGAL:
            self._count(it)
            return Delayed(self.now + DELAY, why)
        return Held(why, self._digest_at(it))

    def _breaker(self, scope: str) -> Breaker | None:
        return breakers.stands(self.moved.get(scope) or self.spent.breakers.get(scope), self.now)

    def _stopping(self, scope: str) -> Breaker | None:
        """The breaker, if it lets nothing more pass just now."""
        breaker = self._breaker(scope)
        return None if breakers.lets_pass(breaker) else breaker

    def _move(self, breaker: Breaker) -> Breaker:
        """Only what has changed is kept: in a storm a crowd's breaker is asked with every mail."""
        if breaker != self.spent.breakers.get(breaker.scope):
            self.moved[breaker.scope] = breaker
        return breaker

    def _stopped(self, it: Wanted) -> Reason | None:
        """Asks the breakers."""
        stopping = next(filter(None, map(self._stopping, scopes_of(it))), None)
        return _said(self._move(breakers.after_refusing(stopping, self.now))) if stopping else None

    def _used_up(self, it: Wanted) -> Reason | None:
        """Asks the budgets; beyond some of them a breaker trips."""
        for budget in BUDGETS:
            most = budget.most(self.budgets)
            if not budget.concerns(it) or self._sent(budget.key(it)) < most:
                continue
            if scope := budget.trips(it):
                self._move(breakers.tripped(self._breaker(scope), scope, self.now))
            return Reason("gate", budget.code, budget.said.format(most))
        return None

    def _sent(self, key: Key) -> int:
        return self.spent.counts.get(key, 0) + self.more[key]

    def _count(self, it: Wanted) -> None:
        self.more.update(key(it) for key in COUNTED)
        if it.mail.unverified:
            self.more.update(key(it) for key in COUNTED_OF_STRANGERS)
        for scope in scopes_of(it):
            if breaker := self._breaker(scope):
                self._passed(breaker)

    def _passed(self, breaker: Breaker) -> None:
        if breaker.stand is Stand.HALF_OPEN:
            self._move(breakers.after_passing(breaker))

    def _digest_at(self, it: Wanted) -> datetime | None:
        """Registered people hear of it in one mail, when the breaker lets one pass; strangers do not."""
        if it.mail.unverified or it.mail.kind is NotificationKind.DIGEST or self._stopping(of_bounces(it.address)):
            return None
        breaker = self._stopping(of_address(it.address)) or self._stopping(EVERYBODY)
        if breaker is None:
            return self.now + DELAY
        return breaker.until if breaker.trips <= MOST_DIGESTS else None


def scopes_of(it: Wanted) -> tuple[str, ...]:
    """The breakers a mail has to pass."""
    if it.mail.unverified:
        return of_bounces(it.address), STRANGERS, EVERYBODY
    return of_bounces(it.address), of_address(it.address), EVERYBODY


_STOPPED = {
    "bounced": "mails to this address came back",
    "address": "this address got too many automatic mails",
    STRANGERS: "unverified addresses got too many automatic mails",
    EVERYBODY: "there were too many automatic mails",
}


def _said(breaker: Breaker) -> Reason:
    word = breaker.scope.partition(":")[0]
    until = f"{breaker.until:%Y-%m-%d %H:%M} UTC"
    return Reason("gate", f"breaker-{word}", f"{_STOPPED[word]}: none before {until}, unless it stays quiet")
