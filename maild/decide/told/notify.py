"""Who must hear of this, and who must not, and why: what a message itself says about being answered (law 9).

`SILENCERS` is asked in order; the first that speaks suppresses the mail, and what it says is recorded. What passes here
still has to pass the budgets and breakers of `gate`.
A staff member's own words do not pass here: they are a person's mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from maild.decide.case import Case
from maild.decide.who.people import is_unverified
from maild.decide.who.trust import Standing
from maild.desks.policy import AsksForProof, Desk, Strangers
from maild.ingest.header.addresses import SENDABLE
from maild.model import Address, Message, Notification, NotificationKind, Reason, Suppressed

OLDEST_ANSWERED = timedelta(days=3)
# RFC 2142 role addresses and what software calls itself; the list is the union of eight ticket systems'.
MACHINES = re.compile(r"(mailer-daemon|postmaster|root|abuse|bounces?|(no|do-?not)[-_.]?reply)([+-].*)?@")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A mail that might be answered, and to whom the answer would go."""

    case: Case
    desk: Desk
    recipient: Address
    who: Standing

    @property
    def message(self) -> Message:
        return self.case.message

    @property
    def unverified(self) -> bool:
        return is_unverified(self.who.register)

    @property
    def neutral(self) -> bool:
        """Whether the answer may hold no word of the message: it may be a stranger's, or be sent to a stranger."""
        return self.unverified or not (self.who.proven or self.desk.proof is AsksForProof.OFF)


NEUTRAL = NotificationKind.CONFIRMATION_UNVERIFIED
TO_STRANGERS = {
    Strangers.FIRST_LINE: NotificationKind.FIRST_LINE,
    Strangers.REGISTER: NotificationKind.REGISTRATION,
}
Silencer = Callable[[Occasion], Reason | None]


def machine_wrote(it: Occasion) -> Reason | None:
    """RFC 3834 2: never answer automatic mail."""
    found = it.message.automatic
    return _silent("automatic", f"an automatic mail is never answered ({found.evidence})") if found else None


def nobody_to_answer(it: Occasion) -> Reason | None:
    """RFC 3834 2: never answer the null sender."""
    return _silent("null-sender", "it came from the null sender <>") if it.case.envelope.mail_from == "" else None


def asked_for_silence(it: Occasion) -> Reason | None:
    """X-Auto-Response-Suppress: the mail is a person's, yet wants no automatic answer."""
    header = it.message.suppress_reply
    return _silent("suppress-header", f"the sender's system asks for none ({header})") if header else None


def cannot_hear(address: str, *, by_person: bool = False) -> Reason | None:
    """Addresses that no mail can be written to; and those where nobody reads what is sent (noreply and its like)."""
    if not SENDABLE.fullmatch(address):
        return _silent("unusable-address", "the address is not one that mail can be sent to")
    if MACHINES.match(address) and not by_person:
        return _silent("machine-address", "the address is a machine's")
    return None


def nobody_hears(it: Occasion) -> Reason | None:
    """See `cannot_hear`."""
    return cannot_hear(it.recipient.address)


def our_own(it: Occasion) -> Reason | None:
    """A desk never writes to a desk."""
    return _silent("own-address", "the address is our own") if it.case.policy.desk_of(it.recipient.address) else None


def desk_is_silent(it: Occasion) -> Reason | None:
    """The desk's policy for strangers."""
    if it.unverified and it.desk.strangers is Strangers.SILENT:
        return _silent("strangers-silent", f"desk {it.desk.desk} does not answer unverified senders")
    return None


def came_too_late(it: Occasion) -> Reason | None:
    """Nobody expects a confirmation of what they wrote days ago: a mailbox read anew, an outage that has ended."""
    age = it.case.now - it.case.envelope.received_at
    return _silent("old-mail", f"it arrived {age.days} days ago") if age > OLDEST_ANSWERED else None


SILENCERS: tuple[Silencer, ...] = (
    machine_wrote,
    nobody_to_answer,
    asked_for_silence,
    nobody_hears,
    our_own,
    desk_is_silent,
    came_too_late,
)


def confirmation(it: Occasion, left_out: tuple[Address, ...] = (), *, held: bool = False) -> Notification | Suppressed:
    """The confirmation of a new ticket. An address that did not prove itself, and somebody unverified, get no word that
    a stranger may have chosen (FAULT-C06). The others are told whom the desk leaves out of Cc (REQ-A7), and that what
    they want is `held` until an authorised contact says yes (REQ-H6)."""
    kind = _neutral_kind(it) if it.neutral else NotificationKind.CONFIRMATION
    if why := silenced(it):
        return Suppressed(kind, "confirmation", it.recipient.address, why)
    plain = neutral(it, kind, "confirmation")
    return plain if it.neutral else _threaded(plain, it, left_out, held=held)


def _neutral_kind(it: Occasion) -> NotificationKind:
    """What the desk has to say to strangers is not for its own contacts, even where they could not prove themselves."""
    is_contact = not is_unverified(it.case.facts.register(it.recipient.address))
    return NEUTRAL if is_contact else TO_STRANGERS.get(it.desk.strangers, NEUTRAL)


def silenced(it: Occasion) -> Reason | None:
    """Why this message must not be answered automatically, if it must not."""
    return next(filter(None, (silencer(it) for silencer in SILENCERS)), None)


def neutral(it: Occasion, kind: NotificationKind, event: str) -> Notification:
    """An answer without any word of the message."""
    address = Address("", it.recipient.address)
    return Notification(
        kind, event, address, language_for(it), unverified=it.unverified, proven=it.who.proven, desk=it.desk.desk
    )


def addresses_in_words(people: tuple[Address, ...]) -> str:
    return ", ".join(person.address for person in people)


def _threaded(plain: Notification, it: Occasion, left_out: tuple[Address, ...], *, held: bool) -> Notification:
    more = (("left_out", addresses_in_words(left_out)), ("held", "yes" if held else ""))
    return replace(
        plain,
        recipient=it.recipient,
        reply_to_id=it.message.message_id,
        references=it.message.references,
        values=(
            *(("subject", it.message.subject), ("name", name_for(it))),
            *((name, value) for name, value in more if value),
        ),
    )


def name_for(it: Occasion) -> str:
    """The name that the register has, or its owner chose (REQ-D6), else the one in the mail's From. Whom nobody knows
    is not called by any: that answer is neutral."""
    contact = it.case.facts.contact(it.recipient.address)
    return contact.name if contact and contact.name else it.recipient.name


def language_for(it: Occasion) -> str:
    """The contact's own language, else the mail's, else the desk's first."""
    contact = it.case.facts.contact(it.recipient.address)
    wanted = (contact.language if contact else "", it.message.language, it.desk.languages[0])
    return next(language for language in wanted if language in it.desk.languages)


def _silent(code: str, text: str) -> Reason:
    return Reason("notify", code, text)
