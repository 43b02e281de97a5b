"""The people on a ticket read what one of them writes to us, where the desk wants it (`Desk.shares`). Pure.

Laws: only a person's words are passed on, and only where it is proven whose they are (law 8); only to registered
contacts who take part. Whoever stands in the mail itself has got it already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from maild.decide.facts import KnownTicket
from maild.decide.told.notices import Told, notice
from maild.decide.told.notify import Occasion
from maild.decide.who.sight import TRUSTED, same_person
from maild.model import Message, Notification, NotificationKind, Participant

MOST_TEXT = 20_000
"""Characters."""


def shared(it: Occasion, known: KnownTicket) -> Iterator[Told]:
    """A mail to each of the others."""
    writer = it.case.facts.contact(it.recipient.address)
    if writer is None or not it.desk.shares or not it.who.proven or it.unverified or it.message.automatic:
        return
    event = f"{NotificationKind.SHARED}:{it.message.content_key[:16]}"
    values = (("who", writer.name or writer.address), ("text", it.message.visible_text[:MOST_TEXT]))
    for part in known.participants:
        if _hears(part, it.message) and not same_person(part.contact, writer):
            told = notice(NotificationKind.SHARED, event, part.contact, it.desk, known.ticket.id, values)
            yield _threaded(told, it.message) if isinstance(told, Notification) else told


def _hears(part: Participant, message: Message) -> bool:
    named = {one.address for one in (*message.to, *message.cc)}
    return part.takes_part and part.contact.register in TRUSTED and part.contact.address not in named


def _threaded(told: Notification, message: Message) -> Notification:
    return replace(told, reply_to_id=message.message_id, references=message.references)
