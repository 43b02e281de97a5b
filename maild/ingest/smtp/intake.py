"""What all SMTP and LMTP sessions share: where mail goes, what is ours, and how much there may be at one time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from maild.clock import Clock
from maild.ingest.smtp.clients import Clients
from maild.ingest.smtp.data import Budget
from maild.model import ReceivedMail
from maild.settings import Limits

if TYPE_CHECKING:
    from maild.ingest.smtp.connection import Connection

Accept = Callable[[ReceivedMail], Awaitable[None]]
Accepts = Callable[[str], bool]
Room = Callable[[], str]

IMPATIENCE = 10
"""While all places are taken, or all memory, a session has this part of its idle time to show progress."""
LOOK_AGAIN = 1.0
"""Seconds between two looks for sessions that take a place, or memory, for nothing."""


def always_room() -> str:
    return ""


@dataclass(eq=False)
class Intake:
    """`accept` returns once a mail is durable; `accepts` says whether a normalised recipient is ours.

    `room` is asked before each mail: "" if it can be kept now, or the whole reply that refuses it for now (4yz).
    `crowd` is the number of sessions at one time; `live` holds those that there are.
    """

    accept: Accept
    accepts: Accepts
    clock: Clock
    limits: Limits
    crowd: int
    room: Room = always_room
    live: set[Connection] = field(default_factory=set)
    draining: bool = False

    def __post_init__(self) -> None:
        self.budget = Budget(self.limits.in_flight)
        self.clients = Clients(self.limits)
        self._looked = self._weighed = 0.0

    def has_place(self, now: float) -> bool:
        """Whether there is a place for one more. While there is none, those who hold one up for nothing must go."""
        return len(self.live) < self.crowd or (now - self._looked >= LOOK_AGAIN and self._make_place(now))

    def has_octets(self, size: int, now: float) -> bool:
        """Whether the budget has room for a mail of this size. While it has none, mails that make no progress must go:
        their room is free once their sessions have ended, for who tries again.
        """
        if size > self.budget.free and now - self._weighed >= LOOK_AGAIN:
            self._weighed = now
            self._send_away(session for session in list(self.live) if session.receiving)
        return size <= self.budget.free

    def _make_place(self, now: float) -> bool:
        # Who made us look gets a place at once: those who are sent away may be back sooner than others try again.
        self._looked = now
        return self._send_away(list(self.live)) > 0

    def _send_away(self, sessions: Iterable[Connection]) -> int:
        patience = self.limits.idle / IMPATIENCE
        return sum(session.must_go(patience) for session in sessions)
