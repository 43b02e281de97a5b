"""What somebody was not sent, in one mail: `digest(unsent) -> Plan`. The clock asks for it when the hour is over.

Pure. The digest passes the gate like every automatic mail, as the probe that shows whether a reader is there.
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.decide.plan import Plan
from maild.decide.who.people import is_unverified
from maild.model import Address, Notification, NotificationKind, OutboxId, Reason, Register, Ticket

MOST_NUMBERS = 30


@dataclass(frozen=True, slots=True)
class Unsent:
    """Mails that one person was not sent about tickets of one desk, oldest first. `language` may be "".

    `register` is what they are now: who has left meanwhile gets what strangers get.
    """

    entries: tuple[OutboxId, ...]
    recipient: Address
    language: str
    register: Register
    tickets: tuple[Ticket, ...]


def digest(unsent: Unsent) -> Plan:
    """One mail that names the tickets, on the latest of them."""
    latest, count = unsent.tickets[-1], len(unsent.entries)
    numbers = list(dict.fromkeys(ticket.number for ticket in unsent.tickets))
    listed = ", ".join(numbers[:MOST_NUMBERS]) + (" …" if len(numbers) > MOST_NUMBERS else "")
    told = Notification(
        kind=NotificationKind.DIGEST,
        event=f"digest:{unsent.entries[-1]}",
        recipient=unsent.recipient,
        language=unsent.language,
        ticket=latest.id,
        unverified=is_unverified(unsent.register),
        values=(("name", unsent.recipient.name), ("count", str(count)), ("tickets", listed)),
    )
    why = Reason("clock", "digest", f"{count} automatic mails were held back: one mail tells of them")
    return Plan(None, (why,), notifications=(told,), ticket=latest.id, actor="clock")
