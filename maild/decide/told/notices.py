"""Telling somebody we know of something, as an intention; or why they cannot be told. Pure.

An answer to a mail's own sender is `notify.confirmation`; this is for everybody else who shall hear.
"""

from __future__ import annotations

from maild.decide.told.notify import cannot_hear
from maild.decide.who.sight import TRUSTED
from maild.desks.policy import Desk
from maild.model import Address, Contact, Notification, NotificationKind, Reason, Register, Suppressed, TicketId

Told = Notification | Suppressed
LEFT = Reason("notify", "has-left", "the contact has left: nothing is told to them")


def notice(
    kind: NotificationKind,
    event: str,
    contact: Contact,
    desk: Desk,
    ticket: TicketId | None = None,
    values: tuple[tuple[str, str], ...] = (),
    *,
    proven: bool = True,
    by_person: bool = False,
    invitation: str = "",
) -> Told:
    """This contact shall hear this. `ticket` None is the one the plan opens. `proven`: nothing of it rests on the word
    of somebody who proved nothing. `by_person`: staff's own words. `invitation`: what its link is made from."""
    if why := LEFT if contact.register is Register.INACTIVE else cannot_hear(contact.address, by_person=by_person):
        return Suppressed(kind, event, contact.address, why, ticket)
    return Notification(
        kind=kind,
        event=event,
        recipient=Address(contact.name, contact.address),
        language=language_of(contact, desk),
        ticket=ticket,
        values=(("name", contact.name), *values),
        unverified=contact.register not in TRUSTED,
        proven=proven,
        desk=desk.desk,
        invitation=invitation,
    )


def staff_notice(
    kind: NotificationKind,
    event: str,
    to: Address,
    desk: Desk,
    ticket: TicketId | None = None,
    values: tuple[tuple[str, str], ...] = (),
) -> Told:
    """Whoever works here shall hear this, in the desk's first language. `ticket` None is the one the plan opens."""
    if why := cannot_hear(to.address):
        return Suppressed(kind, event, to.address, why, ticket)
    return Notification(
        kind=kind,
        event=event,
        recipient=to,
        language=desk.languages[0],
        ticket=ticket,
        values=values,
        proven=True,
        desk=desk.desk,
    )


def language_of(contact: Contact, desk: Desk) -> str:
    """The one in which they are written to."""
    return contact.language if contact.language in desk.languages else desk.languages[0]


def notifications(told: tuple[Told, ...]) -> tuple[Notification, ...]:
    return tuple(one for one in told if isinstance(one, Notification))


def suppressions(told: tuple[Told, ...]) -> tuple[Suppressed, ...]:
    return tuple(one for one in told if isinstance(one, Suppressed))
