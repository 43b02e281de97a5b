"""What all SMTP and LMTP sessions share: where mail goes, what is ours, and how much there may be at one time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from maild.clock import Clock
from maild.ingest.smtp.data import Budget
from maild.model import ReceivedMail
from maild.settings import Limits

if TYPE_CHECKING:
    from maild.ingest.smtp.connection import Connection

Accept = Callable[[ReceivedMail], Awaitable[None]]
Accepts = Callable[[str], bool]


@dataclass(eq=False)
class Intake:
    """`accept` returns once a mail is durable; `accepts` says whether a normalised recipient is ours.

    `crowd` is the number of sessions at one time; `live` holds those that there are.
    """

    accept: Accept
    accepts: Accepts
    clock: Clock
    hostname: str
    limits: Limits
    crowd: int
    live: set[Connection] = field(default_factory=set)
    draining: bool = False

    def __post_init__(self) -> None:
        self.budget = Budget(self.limits.in_flight)
        offers = (self.hostname, "PIPELINING", f"SIZE {self.limits.message_size}", "8BITMIME", "SMTPUTF8")
        self.extensions = "".join(f"250-{offer}\r\n" for offer in offers) + "250 ENHANCEDSTATUSCODES"

    @property
    def full(self) -> bool:
        return len(self.live) >= self.crowd
