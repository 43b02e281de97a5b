"""What somebody gets who is not registered, beyond a ticket and a neutral answer: the desk's policy (`Strangers`).

A link to register with (REQ-D2): it carries no word of theirs, so it may go to an address that proved nothing; whoever
uses it has proved it. Or a refusal without a ticket (REQ-A2, A3): seats are named only to an address that proved to be
its own, and only those of the organisation its domain belongs to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from maild.decide.case import Case
from maild.decide.plan import Change, Plan
from maild.decide.told.links import invite
from maild.decide.told.notify import Occasion, neutral, silenced
from maild.decide.who.people import is_unverified
from maild.decide.who.sight import TRUSTED
from maild.decide.who.trust import Standing
from maild.desks.policy import Desk, Strangers
from maild.model import Address, Disposition, Notification, NotificationKind, Purpose, Reason, Suppressed

MOST_NAMED = 10


def invitations(it: Occasion, answer: Notification | Suppressed) -> tuple[Change, ...]:
    """What has to be written down so that the link in this answer works."""
    if not isinstance(answer, Notification) or not answer.invitation:
        return ()
    address = answer.recipient.address
    until = it.case.now + timedelta(days=it.desk.link_days)
    return (invite(it.case.tokens, Purpose.REGISTER, address, answer.invitation, it.desk.desk, until),)


def with_link(it: Occasion, answer: Notification | Suppressed) -> Notification | Suppressed:
    """The answer, with what its registration link is made from where it has one: the same mail, the same link."""
    if isinstance(answer, Suppressed) or answer.kind is not NotificationKind.REGISTRATION:
        return answer
    return replace(answer, invitation=f"{it.message.content_key}/{it.case.envelope.received_at.isoformat()}")


def refusal(case: Case, desk: Desk, who: Standing) -> Plan | None:
    """No ticket for whoever has no seat. Somebody registered who could not prove it is no stranger, and is heard."""
    sender = case.message.sender
    if sender is None or desk.strangers is not Strangers.REFUSE or not is_unverified(who.register):
        return None
    if case.facts.register(sender.address) in TRUSTED:
        return None
    why = Reason("people", "no-seat", f"desk {desk.desk} opens tickets for registered contacts only")
    answer = _told(Occasion(case, desk, sender, who))
    reasons = (why, who.reason, *((answer.reason,) if isinstance(answer, Suppressed) else ()))
    return Plan(
        Disposition.REFUSED,
        reasons,
        notifications=(answer,) if isinstance(answer, Notification) else (),
        suppressed=(answer,) if isinstance(answer, Suppressed) else (),
    )


def _told(it: Occasion) -> Notification | Suppressed:
    kind = NotificationKind.REFUSED
    event = f"refused:{it.message.content_key[:16]}"
    if why := silenced(it):
        return Suppressed(kind, event, it.recipient.address, why)
    holders = ", ".join(_holders(it)) if it.who.proven else ""
    return replace(neutral(it, kind, event), values=(("holders", holders),))


def _holders(it: Occasion) -> tuple[str, ...]:
    """Who may write for this organisation, as colleagues would call them."""
    organisation = it.case.facts.organisation
    if organisation is None or it.recipient.address.rpartition("@")[2] not in organisation.domains:
        return ()
    persons = {one.person or one.address: one for one in reversed(it.case.facts.people)}
    return tuple(_named(one.name, one.address) for one in reversed(persons.values()))[:MOST_NAMED]


def _named(name: str, address: str) -> str:
    return Address(name, address).name or address
