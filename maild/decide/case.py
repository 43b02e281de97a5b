"""One message with all that may be considered for it: what `decide` is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maild.decide.facts import Facts, LookupKeys
from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens
from maild.model import Envelope, Message


@dataclass(frozen=True, slots=True)
class Case:
    """A message, how it came, what is known about it, what this operator wants, and when this is (UTC)."""

    message: Message
    envelope: Envelope
    keys: LookupKeys
    facts: Facts
    policy: Policy
    tokens: Tokens
    now: datetime
    cleared: bool = False
