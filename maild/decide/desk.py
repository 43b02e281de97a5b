"""Whose mail is it? Envelope + headers -> the desk that is asked.

An SMTP or LMTP recipient says it for certain. A mailbox or a file does not, so there the headers are asked in
the order that the source was configured with, and what the source was configured with comes last.
"""

from __future__ import annotations

from maild.decide.policy import Policy
from maild.desks.policy import Desk
from maild.model import Envelope, Message, Source

USUAL = ("x-original-to", "delivered-to", "envelope-to", "to", "cc")
CERTAIN = frozenset({Source.SMTP, Source.LMTP})


def desk_for(message: Message, envelope: Envelope, policy: Policy) -> Desk | None:
    """The desk this mail is for, or None where no address of it is ours."""
    return next((desk for address in _candidates(message, envelope) if (desk := policy.desk_of(address))), None)


def _candidates(message: Message, envelope: Envelope) -> tuple[str, ...]:
    if envelope.source in CERTAIN:
        return (envelope.recipient,)
    named: dict[str, list[str]] = {"to": [one.address for one in message.to], "cc": [one.address for one in message.cc]}
    for hint in message.delivered_to:
        named.setdefault(hint.header, []).append(hint.address)
    asked = envelope.asks or USUAL
    return (*(address for header in asked for address in named.get(header, ())), envelope.recipient)
