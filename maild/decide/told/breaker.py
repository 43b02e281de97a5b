"""How a breaker moves: open → half-open → closed → forgotten, and open again for longer each time it trips.

Pure: a breaker, the time, and what happened in; the breaker as it is then out. None is a breaker nobody needs.
Law: each trip makes the pause longer, so that an exchange of machines which never tires dies out all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.model import Breaker, Stand

FORGOTTEN = timedelta(days=30)
STRANGERS = "strangers"
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Manner:
    """`cooling`, times `growth` for each earlier trip, `longest` at most; then `probes` mails in `probation`.

    `trips_again`: who wants more than the probes while half-open has answered them, and trips it at once.
    """

    cooling: timedelta
    growth: int
    longest: timedelta
    probation: timedelta
    probes: int
    trips_again: bool = False


_PERSON = Manner(timedelta(hours=1), 4, timedelta(days=64), timedelta(hours=1), 2, trips_again=True)
_CROWD = Manner(timedelta(minutes=15), 2, timedelta(hours=4), timedelta(minutes=15), 20)
_BOUNCED = Manner(timedelta(days=1), 4, timedelta(days=64), timedelta(days=1), 1)
_BOUNCED_FOR_NOW = Manner(timedelta(hours=1), 2, timedelta(days=1), timedelta(hours=1), 1)


def of_address(address: str) -> str:
    """The scope of the breaker that stops automatic mail to a correspondent who gets too much of it."""
    return f"address:{address}"


def of_bounces(address: str) -> str:
    """The scope of the breaker that stops automatic mail to an address that it does not reach."""
    return f"bounced:{address}"


def stands(breaker: Breaker | None, now: datetime) -> Breaker | None:
    """The breaker as it stands now."""
    if breaker is None or now < breaker.until:
        return breaker
    if now >= breaker.until + FORGOTTEN:
        return None
    match breaker.stand:
        case Stand.OPEN:
            return replace(breaker, stand=Stand.HALF_OPEN, until=now + _manner(breaker.scope).probation, passed=0)
        case Stand.HALF_OPEN:
            return stands(replace(breaker, stand=Stand.CLOSED, until=breaker.until + FORGOTTEN), now)
        case Stand.CLOSED:
            return None


def lets_pass(breaker: Breaker | None) -> bool:
    """Whether one more mail may go."""
    if breaker is None or breaker.stand is Stand.CLOSED:
        return True
    return breaker.stand is Stand.HALF_OPEN and breaker.passed < _manner(breaker.scope).probes


def after_passing(breaker: Breaker) -> Breaker:
    """One more probe of a half-open breaker is out."""
    return replace(breaker, passed=breaker.passed + 1)


def after_refusing(breaker: Breaker, now: datetime) -> Breaker:
    """Somebody wanted more than it lets pass."""
    pressed = breaker.stand is Stand.HALF_OPEN and _manner(breaker.scope).trips_again
    return tripped(breaker, breaker.scope, now) if pressed else breaker


def tripped(breaker: Breaker | None, scope: str, now: datetime) -> Breaker:
    """Open, for longer than last time."""
    return _opened(breaker, scope, now, _manner(scope))


def bounced(breaker: Breaker | None, address: str, now: datetime, *, permanent: bool) -> Breaker:
    """A mail to this address was not delivered. A bounce while it is open says nothing new."""
    if breaker is not None and breaker.stand is Stand.OPEN and now < breaker.until:
        return breaker
    return _opened(breaker, of_bounces(address), now, _BOUNCED if permanent else _BOUNCED_FOR_NOW)


def _opened(breaker: Breaker | None, scope: str, now: datetime, manner: Manner) -> Breaker:
    trips = breaker.trips if breaker else 0
    pause = min(manner.longest, manner.cooling * manner.growth ** min(trips, 16))
    return Breaker(scope, Stand.OPEN, now + pause, trips + 1)


def _manner(scope: str) -> Manner:
    if scope.startswith("bounced:"):
        return _BOUNCED
    return _PERSON if scope.startswith("address:") else _CROWD
