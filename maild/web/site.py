"""What all pages work with, in one hand."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from maild.desks.policy import Desk
from maild.model import Contact, Ticket
from maild.settings import Web
from maild.steps.house import House
from maild.store.engine import Store
from maild.store.enrolling import Person
from maild.store.invitations import Invitation

T = TypeVar("T")
MOST_AT_ONCE = 3
"""Connections to the database that pages take at most; the others are for mail."""

SendLookLink = Callable[[Connection, Ticket, Contact, str], None]
ConfirmContact = Callable[[Connection, Invitation, Person], bool]


def web_key(secret: bytes) -> bytes:
    """The key that signs sessions, from the instance's secret."""
    return hmac.digest(secret, b"maild/1/web-session", "sha256")


def never(_desk: Desk) -> bool:
    """No address's domain says whom it belongs to."""
    return False


@dataclass(frozen=True)
class Site:
    """`house` is asked anew for each request, so that a new policy serves at once.

    `send_look_link` puts a mail with this URL to this contact into the outbox; `confirm_contact` does what was proposed
    (the invitation's `about` is the proposal's id) for whom confirmed it, False where that may not be: both inside the
    transaction they are given.
    `domain_decides`: whether at this desk an address's domain says which organisation it belongs to. `pace`: an answer
    that must tell nothing is given when a multiple of so many seconds has passed. `systems`: keys of the webhooks whose
    systems may say what they carry out.
    """

    web: Web
    key: bytes
    house: Callable[[], House]
    send_look_link: SendLookLink
    confirm_contact: ConfirmContact
    domain_decides: Callable[[Desk], bool] = never
    pace: float = 0.5
    systems: Mapping[str, bytes] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    def now(self) -> datetime:
        return self.house().clock()

    def desk(self, name: str) -> Desk | None:
        return self.house().policy.desk_named(name)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a thread, in a transaction that cannot write."""
        async with self._room:
            return await asyncio.to_thread(_within, self.house().store.reading, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a thread, in a transaction; again after a deadlock or a lost connection."""
        async with self._room:
            return await asyncio.to_thread(_retrying, self.house().store, work)


def _within(begin: Callable[[], AbstractContextManager[Connection]], work: Callable[[Connection], T]) -> T:
    with begin() as tx:
        return work(tx)


def _retrying(store: Store, work: Callable[[Connection], T]) -> T:
    return store.retrying(work)
