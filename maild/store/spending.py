"""What was sent lately, as the gate of automatic mail asks it, and the breakers it moves (law 9).

Laws: windows slide, ending now; mails that were suppressed and mails by a person count for nothing. Addresses are held
to the end of the transaction, so their budgets are exact. Totals of a domain and of everybody are looked up once a
second in each process (`Totals`), which adds what it sends itself: workers side by side may pass them by a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, func, select

from maild.decide.told.breaker import EVERYBODY, FORGOTTEN, STRANGERS, stands
from maild.decide.told.budgets import Key, Wanted
from maild.decide.told.gate import Spent, scopes_of
from maild.model import Breaker, Stand
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.intake import lock as hold
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import AUTOMATIC, breaker, outbox_entry
from maild.store.schema.types import EPOCH

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FRESH = timedelta(seconds=1)
CROWDED = frozenset({"domain", EVERYBODY, STRANGERS})

_entry = outbox_entry.c
_LATE = func.sum(case((_entry.created_at > bindparam("an_hour_ago"), 1), else_=0))
_PEOPLE = (
    select(_entry.recipient, _entry.likeness, _LATE, func.count())
    .where(among(_entry.recipient), _entry.created_at > bindparam("a_day_ago"), AUTOMATIC)
    .group_by(_entry.recipient, _entry.likeness)
)
_THREADS = (
    select(_entry.ticket_id, _entry.recipient, _LATE, func.count())
    .where(among(_entry.ticket_id), _entry.created_at > bindparam("a_day_ago"), AUTOMATIC)
    .group_by(_entry.ticket_id, _entry.recipient)
)
CROWDS = (
    select(_entry.domain, func.count(), func.sum(case((_entry.unverified, 1), else_=0)))
    .where(_entry.created_at > bindparam("an_hour_ago"), _entry.domain != "")
    .group_by(_entry.domain)
)
_BREAKERS = select(breaker).where(among(breaker.c.scope))


@dataclass
class Totals:
    """The totals of the last hour as one process knows them: at most `FRESH` old, with its own mails since."""

    counts: Counter[Key] = field(default_factory=Counter)
    looked_up: datetime = EPOCH

    def now(self, tx: Connection, now: datetime) -> Counter[Key]:
        if not self.looked_up <= now < self.looked_up + FRESH:
            self.counts = _crowds(tx, now)
            self.looked_up = now
        return self.counts

    def add(self, more: Counter[Key]) -> None:
        for key, times in more.items():
            if key[0] in CROWDED:
                self.counts[key] += times


def spent_on(
    tx: Connection, wanted: Sequence[Wanted], now: datetime, totals: Totals | None = None, *, lock: bool = False
) -> Spent:
    """What these mails' addresses, tickets and domains were sent. `lock` holds the addresses."""
    addresses = {it.address for it in wanted}
    if lock:
        hold(tx, addresses)
    counts: Counter[Key] = (totals or Totals()).now(tx, now).copy()
    _count_people(tx, counts, addresses, now)
    _count_threads(tx, counts, {it.ticket for it in wanted if it.ticket is not None}, now)
    return Spent(counts, breakers_of(tx, {scope for it in wanted for scope in scopes_of(it)}))


def _count_people(tx: Connection, counts: Counter[Key], addresses: Collection[str], now: datetime) -> None:
    for address, likeness, hour, day in tx.execute(_PEOPLE, {"values": addresses, **_windows(now)}):
        counts["address-hour", address] += int(hour)
        counts["address-day", address] += int(day)
        counts["alike", address, likeness] += int(hour)


def _count_threads(tx: Connection, counts: Counter[Key], tickets: Collection[int], now: datetime) -> None:
    if not tickets:
        return
    for ticket, address, hour, day in tx.execute(_THREADS, {"values": tickets, **_windows(now)}):
        counts["thread-hour", str(ticket), address] += int(hour)
        counts["thread-day", str(ticket), address] += int(day)


def _crowds(tx: Connection, now: datetime) -> Counter[Key]:
    counts: Counter[Key] = Counter()
    for domain, all_of_them, unverified in tx.execute(CROWDS, {"an_hour_ago": now - HOUR}):
        counts["domain", domain] += int(all_of_them)
        counts[EVERYBODY,] += int(all_of_them)
        counts[STRANGERS,] += int(unverified)
        counts[STRANGERS, domain] += int(unverified)
    return counts


def _windows(now: datetime) -> dict[str, datetime]:
    return {"an_hour_ago": now - HOUR, "a_day_ago": now - DAY}


def breakers_of(tx: Connection, scopes: Collection[str]) -> dict[str, Breaker]:
    """Breakers by scope, those that exist."""
    return {row.scope: _breaker(row) for row in rows_among(tx, _BREAKERS, scopes)}


def list_breakers(tx: Connection, now: datetime) -> tuple[Breaker, ...]:
    """Breakers that hold mail back or watch what happens, as they stand now; the one that ends last comes first."""
    rows = tx.execute(select(breaker).order_by(breaker.c.until.desc(), breaker.c.scope))
    now_standing = (stands(_breaker(row), now) for row in rows)
    return tuple(one for one in now_standing if one and one.stand is not Stand.CLOSED)


def keep(tx: Connection, moved: Iterable[Breaker]) -> None:
    """Keep breakers as they stand now."""
    rows = [
        {"scope": one.scope, "stand": one.stand, "until": one.until, "trips": one.trips, "passed": one.passed}
        for one in sorted(moved, key=lambda one: one.scope)
    ]
    news = ", ".join(f"{name} = excluded.{name}" for name in ("stand", "until", "trips", "passed"))
    insert_rows(tx, breaker, rows, f"(scope) DO UPDATE SET {news}")


def forget(tx: Connection, now: datetime) -> int:
    """Breakers nobody needs any more; how many. A person's hand may forget one at once: `reset`."""
    return tx.execute(delete(breaker).where(breaker.c.until < now - FORGOTTEN)).rowcount


def reset(tx: Connection, scope: str) -> bool:
    """Forget one breaker; whether there was one."""
    return tx.execute(delete(breaker).where(breaker.c.scope == scope)).rowcount > 0


def _breaker(row: AnyRow) -> Breaker:
    return Breaker(row.scope, row.stand, row.until, row.trips, row.passed)
