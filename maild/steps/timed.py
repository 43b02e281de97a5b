"""Rules that wait for time to pass, in one transaction: find the tickets they may be about, decide, write.

Law: which rules were asked about a ticket is written down, so that each is asked once until the ticket, or the policy,
changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from maild.decide.clocks.passing import Waiting, passed
from maild.decide.facts import Facts, KnownTicket, Worker
from maild.decide.mail.ruling import standing_of
from maild.model import TicketId
from maild.rules.references import ACCOUNT_MANAGER
from maild.rules.timed import Timed, timed
from maild.steps.house import House
from maild.steps.writing import Settled, write
from maild.store import hits, timed_rules
from maild.store.workers import managers_of, workers_named

AT_ONCE = 100


def ask_rules(tx: Connection, house: House) -> int:
    """What time has brought about, for at most a hundred tickets."""
    rules, now = timed(house.policy.rule_set), house.clock()
    if not rules:
        return 0
    due = timed_rules.due(tx, rules, house.policy.version, now, AT_ONCE)
    plans = [plan for one in _waiting(tx, house, due) if (plan := passed(one, house.policy, now))]
    write(tx, house, "clock", [Settled(plan) for plan in plans])
    timed_rules.asked(tx, _asked(due, rules, now), house.policy.version, now)
    return len(plans)


def _asked(due: tuple[KnownTicket, ...], rules: tuple[Timed, ...], now: datetime) -> Iterator[tuple[TicketId, str]]:
    for known in due:
        standing = standing_of(known.ticket)
        yield from ((known.ticket.id, one.rule.rule) for one in rules if one.is_ripe(standing, now))


def _waiting(tx: Connection, house: House, due: tuple[KnownTicket, ...]) -> list[Waiting]:
    last = hits.last_hits(tx, [one.rule.rule for one in timed(house.policy.rule_set)], [one.ticket.id for one in due])
    facts = facts_about(tx, house, due)
    return [Waiting(known, found, _of(known, last)) for known, found in zip(due, facts, strict=True)]


def facts_about(tx: Connection, house: House, tickets: Sequence[KnownTicket]) -> list[Facts]:
    """What rules may need to know of each ticket, where no mail is there to be looked at."""
    names = house.policy.told_staff
    workers = tuple(workers_named(tx, names).values())
    organisations = {one.requester.organisation for one in tickets if one.requester}
    managers = managers_of(tx, organisations - {""}) if ACCOUNT_MANAGER in names else {}
    return [_facts(known, workers, managers) for known in tickets]


def _facts(known: KnownTicket, workers: tuple[Worker, ...], managers: Mapping[str, Worker]) -> Facts:
    """Whom rules may tell something; of people, those who take part."""
    manager = managers.get(known.requester.organisation) if known.requester else None
    theirs = (replace(manager, name=ACCOUNT_MANAGER),) if manager else ()
    return Facts(contacts=tuple(one.contact for one in known.participants), staff=(*workers, *theirs))


def _of(known: KnownTicket, last: Mapping[tuple[TicketId, str], datetime]) -> dict[str, datetime]:
    return {rule: at for (ticket, rule), at in last.items() if ticket == known.ticket.id}
