"""Deciding and writing, inside one transaction: locks, facts, plans, rows, finished mail, entries done.

Laws: one message per ticket, per Message-ID and per content key in a transaction, so that nobody decides on facts
that a neighbour has just changed; the rest is returned and settled next. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import Connection

from maild.decide.case import Case
from maild.decide.facts import Facts, LookupKeys
from maild.decide.plan import Plan
from maild.decide.triage import decide
from maild.errors import Conflict, TemporaryFailure
from maild.model import Disposition, InboxEntry, Reason
from maild.steps import proving, replays, screening
from maild.steps.course import along
from maild.steps.gate import pass_gate
from maild.steps.house import House
from maild.steps.reading import Reading, bug, read
from maild.steps.watch import NO_WATCH, Watch
from maild.steps.writing import Settled, Written, announce, write
from maild.store import blocked, inbox, lookup

MOST_MAILS = 20
MOST_BYTES = 8 << 20
log = structlog.get_logger()


def claim(tx: Connection, house: House, owner: str) -> tuple[InboxEntry, ...]:
    """Due mail for this worker: at most twenty, at most eight megabytes (law 2)."""
    return inbox.claim(tx, owner, house.clock(), house.lease, MOST_MAILS, MOST_BYTES)


@dataclass
class Touched:
    """What this transaction has decided about already."""

    things: set[object] = field(default_factory=set)

    def takes(self, keys: LookupKeys, facts: Facts) -> bool:
        """True, and remembered, where nothing of it was touched before."""
        touched: set[object] = {*keys.message_ids, ("content", keys.desk, keys.content_key)}
        touched |= {known.ticket.id for known in facts.tickets}
        if self.things & touched:
            return False
        self.things |= touched
        return True


@dataclass(frozen=True, slots=True)
class Done:
    """What one transaction settled, with the tickets as they are now, and what it left for the next one."""

    written: Written
    later: tuple[Reading, ...] = ()


def settle(house: House, owner: str, readings: Sequence[Reading], watch: Watch) -> tuple[Reading, ...]:
    """Decide and write what can go together; return the rest. If that fails, redo each mail alone (law 2)."""
    try:
        done = house.store.retrying(lambda tx: _together(tx, house, owner, readings, watch))
    except TemporaryFailure:
        raise
    except Exception as error:  # noqa: BLE001 - one bad mail must not hold up its neighbours
        log.warning("batch undone", mails=len(readings), error=type(error).__name__)
        for reading in readings:
            _alone(house, owner, reading, watch)
        return ()
    announce(done.written)
    return done.later


def dry_run(tx: Connection, house: House, entry: InboxEntry, *, scan: bool) -> Plan:
    """What this mail would become now; scanners are asked only if `scan`."""
    (reading,) = proving.proven(house, [screening.looked_at(house, read(house, entry, NO_WATCH), scan=scan)])
    if reading.message is None or reading.keys is None:
        return _aside(reading)
    (facts,) = facts_of(tx, house, [reading], [reading.keys])
    decided, arrived = decide(case_of(house, reading, facts)), entry.envelope.received_at
    (plan,), _ = pass_gate(tx, house, along(tx, house.policy, [decided], [arrived], house.clock()), dry=True)
    return plan


def _together(tx: Connection, house: House, owner: str, readings: Sequence[Reading], watch: Watch) -> Done:
    readable = [reading for reading in readings if reading.keys is not None]
    keys = [reading.keys for reading in readable if reading.keys is not None]
    found = facts_of(tx, house, readable, keys, lock=True)
    touched, later = Touched(), []
    settled = [Settled(_aside(reading), reading.entry) for reading in readings if reading.keys is None]
    for reading, key, facts in zip(readable, keys, found, strict=True):
        if not touched.takes(key, facts):
            later.append(reading)
            continue
        with watch.on(reading.entry):
            plan = decide(case_of(house, reading, facts))
        settled.append(Settled(plan, reading.entry, key, facts))
    return Done(write(tx, house, owner, settled), tuple(later))


def facts_of(
    tx: Connection, house: House, readings: Sequence[Reading], keys: Sequence[LookupKeys], *, lock: bool = False
) -> list[Facts]:
    """What the store knows of each, with what scanners and the block list say, and what proves its sender.

    `lock` is for who decides and writes: what they are about is held, and signatures are entered as used.
    """
    found = lookup.load_facts(tx, keys, house.clock(), lock=lock)
    proofs = replays.judged(tx, house, readings, keys, lock=lock)
    entries = blocked.blocking(tx, [key.addresses[0] if key.addresses else "" for key in keys])
    return [
        replace(facts, screened=reading.screened, blocked=entry, authenticity=proof)
        for facts, reading, entry, proof in zip(found, readings, entries, proofs, strict=True)
    ]


def _alone(house: House, owner: str, reading: Reading, watch: Watch) -> None:
    """One mail in a transaction of its own; what fails here is this mail's fault, or a bug it shows."""
    try:
        announce(house.store.retrying(lambda tx: _together(tx, house, owner, [reading], watch)).written)
    except TemporaryFailure:
        raise
    except Exception as error:  # noqa: BLE001 - a bug: keep the mail, keep the loop
        _set_aside(house, owner, Settled(bug(reading.entry, error), reading.entry))


def _set_aside(house: House, owner: str, one: Settled) -> None:
    """Quarantine, unless the claim was lost meanwhile: then it is somebody else's to decide."""
    try:
        announce(house.store.retrying(lambda tx: write(tx, house, owner, [one])))
    except Conflict:
        log.warning("claim lost", inbox=one.entry.id if one.entry else None)


def case_of(house: House, reading: Reading, facts: Facts) -> Case:
    if reading.message is None or reading.keys is None:
        raise ValueError("only a readable mail can be decided")
    entry = reading.entry
    return Case(
        reading.message, entry.envelope, reading.keys, facts, house.policy, house.tokens, house.clock(), entry.cleared
    )


def _aside(reading: Reading) -> Plan:
    nothing = Plan(Disposition.QUARANTINED, (Reason("read", "unreadable", "it could not be read"),))
    return reading.aside or nothing
