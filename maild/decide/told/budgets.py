"""How much automatic mail an address, a ticket, a domain, all strangers and everybody get: one table (law 9).

In: a mail that is wanted; out: what to count it under. Pure. Windows slide: an hour, and 24 hours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from maild.decide.told.breaker import EVERYBODY, STRANGERS, of_address
from maild.model import Notification, TicketId
from maild.settings import Budgets

LOOKED_AT = 500
_WORD = re.compile(r"[^\W\d_]+")
_ANSWERED = frozenset({"re", "aw", "fw", "fwd", "wg", "sv", "antw", "tr", "vs", "rif", "odp"})

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An automatic mail; `ticket` None is one that the same plan opens."""

    mail: Notification
    ticket: TicketId | None

    @property
    def address(self) -> str:
        return self.mail.recipient.address

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Budget:
    """One row of the table: whom it concerns, what is counted, how much is allowed, and what trips beyond it."""

    code: str
    key: Callable[[Wanted], Key]
    most: Callable[[Budgets], int]
    said: str
    concerns: Callable[[Wanted], bool]
    trips: Callable[[Wanted], str] = lambda _: ""


def likeness(mail: Notification) -> str:
    """The same for mails that differ in numbers, order and "Re:" only."""
    text = " ".join(value for _, value in mail.values)[:LOOKED_AT].lower()
    words = sorted(set(_WORD.findall(text)) - _ANSWERED)
    return hashlib.sha256(" ".join((mail.kind, *words)).encode("utf-8", "replace")).hexdigest()[:16]


def address_hour(it: Wanted) -> Key:
    return "address-hour", it.address


def address_day(it: Wanted) -> Key:
    return "address-day", it.address


def alike(it: Wanted) -> Key:
    return "alike", it.address, likeness(it.mail)


def thread_hour(it: Wanted) -> Key:
    return "thread-hour", str(it.ticket), it.address


def thread_day(it: Wanted) -> Key:
    return "thread-day", str(it.ticket), it.address


def domain(it: Wanted) -> Key:
    return "domain", it.domain


def strangers(_: Wanted) -> Key:
    return (STRANGERS,)


def strangers_of_domain(it: Wanted) -> Key:
    return STRANGERS, it.domain


def everybody(_: Wanted) -> Key:
    return (EVERYBODY,)


def _unverified(it: Wanted) -> bool:
    return it.mail.unverified


def _unproven(it: Wanted) -> bool:
    return it.mail.unverified and not it.mail.proven


def _proven_stranger(it: Wanted) -> bool:
    return it.mail.unverified and it.mail.proven


def _registered(it: Wanted) -> bool:
    return not it.mail.unverified


def _follows(it: Wanted) -> bool:
    return it.ticket is not None


def _always(_: Wanted) -> bool:
    return True


def _person(it: Wanted) -> str:
    return of_address(it.address)


BUDGETS = (
    Budget("budget-address", address_day, lambda b: b.unverified_a_day,
           "an unverified address gets {} automatic mail a day", _unproven),
    Budget("budget-address", address_hour, lambda b: b.proven_an_hour,
           "an unverified address that proved itself gets {} automatic mails an hour", _proven_stranger),
    Budget("budget-address", address_day, lambda b: b.proven_a_day,
           "an unverified address that proved itself gets {} automatic mails a day", _proven_stranger),
    Budget("budget-address", address_hour, lambda b: b.registered_an_hour,
           "an address gets {} automatic mails an hour", _registered, _person),
    Budget("budget-address", address_day, lambda b: b.registered_a_day,
           "an address gets {} automatic mails a day", _registered, _person),
    Budget("budget-alike", alike, lambda b: b.alike_an_hour,
           "an address gets {} mails an hour that are all but identical", _registered, _person),
    Budget("budget-thread", thread_hour, lambda b: b.thread_an_hour,
           "one ticket sends an address {} automatic mails an hour", _follows),
    Budget("budget-thread", thread_day, lambda b: b.thread_a_day,
           "one ticket sends an address {} automatic mails a day", _follows),
    Budget("budget-domain", domain, lambda b: b.domain_an_hour,
           "a domain gets {} automatic mails an hour", _always),
    Budget("budget-domain", strangers_of_domain, lambda b: b.strangers_of_a_domain_an_hour,
           "unverified addresses of a domain get {} automatic mails an hour", _unverified),
    Budget("budget-strangers", strangers, lambda b: b.strangers_an_hour,
           "all unverified addresses together get {} automatic mails an hour", _unverified, lambda _: STRANGERS),
    Budget("budget-total", everybody, lambda b: b.total_an_hour,
           "{} automatic mails an hour are sent, all in all", _always, lambda _: EVERYBODY),
)  # fmt: skip
COUNTED = (address_hour, address_day, alike, thread_hour, thread_day, domain, everybody)
COUNTED_OF_STRANGERS = (strangers, strangers_of_domain)
