"""Screening: what was read -> the same with what scanners say of it; mail that must wait for one is put off.

Laws: no transaction while a scanner is asked, and no mail is being worked on for law 3: if a worker is killed here, it
is no mail's fault. Waiting is uncharged. A batch whose scanners are slow is cut off long before its claims run out;
the rest of it is free again at once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from maild.decide.mail.screening import must_wait
from maild.ingest.screening.ask import Scanners
from maild.model import EntryId, Finding, Verdict
from maild.steps.house import House
from maild.steps.reading import Reading
from maild.store import inbox, spam

SHARE = 4
"""Scanners may take a fourth of the lease for a batch; what one mail may take comes on top."""
MOST_PORTIONS = 20
log = structlog.get_logger()


def sift(house: House, owner: str, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings that can be decided, with what everybody says of them; the rest goes back to the inbox."""
    if not house.scanners:
        return tuple(readings)
    ends = time.monotonic() + house.lease.total_seconds() / SHARE
    asked, unasked = list[Reading](), list[EntryId]()
    for reading in readings:
        if time.monotonic() < ends:
            asked.append(_asked(house.scanners, reading))
        else:
            unasked.append(reading.entry.id)
    waiting = {one.entry.id: why for one in asked if (why := must_wait(one.screened, house.scanners.settings.missing))}
    if waiting or unasked:
        house.store.retrying(lambda tx: _put_off(tx, house, owner, waiting, unasked))
    return tuple(one for one in asked if one.entry.id not in waiting)


def looked_at(house: House, reading: Reading, *, scan: bool) -> Reading:
    """For the dry run: with what the server in front wrote, and what scanners say where `scan` asks them."""
    if reading.entry.cleared or reading.aside:
        return reading
    raw = reading.entry.raw
    said = house.scanners.screen(raw, reading.entry.envelope) if scan else house.scanners.said_in_headers(raw)
    return replace(reading, screened=said)


def expire(tx: Connection, house: House) -> int:
    """One of the clock's steps: forget spam that is old enough. It is no work to wait for, so it counts for nothing."""
    keep_days = house.scanners.settings.keep_days
    for _ in range(MOST_PORTIONS):
        if spam.expire(tx, house.clock(), keep_days) < spam.AT_ONCE:
            break
    return 0


def _asked(scanners: Scanners, reading: Reading) -> Reading:
    """What a person has cleared, and what goes to quarantine anyway, is nobody's business."""
    if reading.entry.cleared or reading.aside:
        return reading
    try:
        said = scanners.screen(reading.entry.raw, reading.entry.envelope)
    except Exception as error:  # noqa: BLE001 - a bug: this mail waits, the next is asked about
        log.error("bug in screening", inbox=reading.entry.id, error=type(error).__name__)
        said = (Verdict("maild", Finding.UNSCANNED, f"a fault of its own, {type(error).__name__}"),)
    return replace(reading, screened=said)


def _put_off(tx: Connection, house: House, owner: str, waiting: dict[EntryId, str], unasked: Sequence[EntryId]) -> None:
    now = house.clock()
    if waiting:
        spam.hold(tx, owner, waiting, now)
        log.warning("held: not scanned", mails=len(waiting), why=next(iter(waiting.values())))
    if unasked:
        inbox.later(tx, unasked, owner, now)
