"""The picture -> metric families, for `health.exposition`. Pure. No label holds anything personal (FAULT-H08).

An age is -1 where there is none yet: a gauge that vanishes alarms nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from maild.health.exposition import Family, Sample, gauge
from maild.health.look import Health
from maild.health.needs import CROWDS, Need
from maild.model import MailboxState, Stand
from maild.store.outbox_views import OutboxCounts

NONE_YET = -1.0


def of_health(health: Health, needs: Iterable[Need], now: datetime) -> Iterator[Family]:
    """What the database says."""
    yield from _mail(health, now)
    yield from _mailboxes(health.mailboxes, now)
    yield from _house(health, now)
    codes = Counter(need.code for need in needs)
    some = tuple(_of(number, code=code) for code, number in sorted(codes.items()))
    yield gauge("maild_needs", "What needs a person, as maild status says; 0 where all is well.", *(some or (0.0,)))


def of_dispositions(lately: Mapping[str, int]) -> Family:
    """What became of the newest mails."""
    told = "The newest thousand inbox entries, as far as they are decided, by disposition."
    return gauge("maild_recent_dispositions", told, *(_of(mails, disposition=name) for name, mails in lately.items()))


def _mail(health: Health, now: datetime) -> Iterator[Family]:
    came, went = health.inbox, health.outbox
    waiting = (_of(came.waiting, state="waiting"), _of(came.claimed, state="claimed"))
    yield gauge("maild_inbox_mails", "Mails that are not decided yet.", *waiting)
    yield gauge("maild_inbox_oldest_seconds", "Age of the oldest of them, 0 if there is none.", _age(came.oldest, now))
    aside = (_of(one.mails, cause=one.cause) for one in health.quarantine)
    yield gauge("maild_quarantine_mails", "Mails in quarantine by cause.", *aside)
    told = "Age of the oldest mail in quarantine, 0 if there is none."
    yield gauge("maild_quarantine_oldest_seconds", told, _age(came.quarantined_oldest, now))
    yield gauge("maild_outbox_mails", "Mails that are not sent.", *_states(went))
    told = "Age of the oldest mail that waits to go out, 0 if there is none."
    yield gauge("maild_outbox_oldest_seconds", told, _age(went.oldest, now))
    open_now = {one.scope for one in health.breakers if one.stand is Stand.OPEN}
    crowds = (_of(crowd in open_now, crowd=crowd) for crowd in CROWDS)
    yield gauge("maild_breaker_open", "1 where a crowd gets no automatic mail for now.", *crowds)


def _states(counts: OutboxCounts) -> Iterator[Sample]:
    for name in (field.name for field in fields(counts) if field.name != "oldest"):
        yield _of(getattr(counts, name), state=name)


def _mailboxes(boxes: Iterable[MailboxState], now: datetime) -> Iterator[Family]:
    named = [({"account": box.account, "folder": box.folder}, box) for box in boxes]
    looked = (Sample(_age(box.looked_at, now, NONE_YET), name) for name, box in named)
    told = "Seconds since a folder was last read to its end, -1 before the first time."
    yield gauge("maild_mailbox_look_age_seconds", told, *looked)
    failing = (Sample(bool(box.error), name) for name, box in named)
    yield gauge("maild_mailbox_error", "1 where the last look into a folder failed.", *failing)
    counted = ((name, asdict(box.tally)) for name, box in named if box.tally)
    mails = (Sample(many, {**name, "fate": fate}) for name, tally in counted for fate, many in tally.items())
    yield gauge("maild_mailbox_mails", "Mails of a folder at the last count, by what became of them.", *mails)


def _house(health: Health, now: datetime) -> Iterator[Family]:
    yield gauge("maild_node_up", "Nodes that run on this database.", *(_of(1, node=run.name) for run in health.nodes))
    yield gauge("maild_availability_ratio", "Part of this month in which a node was up.", health.availability)
    series = [({"series": one.every, "folder": one.folder}, one) for one in health.backups]
    ages = (Sample(_age(one.good_at, now, NONE_YET), name) for name, one in series)
    yield gauge("maild_backup_age_seconds", "Age of the newest good backup of a series, -1 for none yet.", *ages)
    overdue = (Sample(one.overdue, name) for name, one in series)
    yield gauge("maild_backup_overdue", "1 where a series of backups calls for a person.", *overdue)
    ends = (_of(one.ends.timestamp(), file=str(one.file)) for one in health.certificates if one.ends)
    yield gauge("maild_certificate_end_timestamp_seconds", "Until when a listener's certificate is good.", *ends)


def _of(value: float, **labels: Any) -> Sample:
    return Sample(value, labels)


def _age(since: datetime | None, now: datetime, none: float = 0.0) -> float:
    return max(0.0, (now - since).total_seconds()) if since else none
