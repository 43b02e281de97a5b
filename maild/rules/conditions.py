"""The conditions of a rule: one function per word an admin can write; its docstring is its documentation.

In: the mail as `Matter`, and what the rule wants (words, addresses, names or patterns, any of which will do);
out: `Found` for the first that matches, or None. Pure, and linear in the mail's length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from maild.model import Register
from maild.rules.model import RuleView
from maild.rules.regex import NOTHING_CAUGHT, Captures, is_pattern, pattern
from maild.rules.words import Text, holds, sayable, text_of

LONGEST_SUBJECT = 2_000
LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Found:
    """What matched, as the rule writes it, and what its brackets caught."""

    wanted: str
    captures: Captures = NOTHING_CAUGHT


@dataclass(frozen=True, slots=True)
class Matter:
    """A mail prepared once for all rules."""

    subject: Text
    text: Text
    sender: str
    recipients: tuple[str, ...]
    desk: str
    register: Register
    organisation: str


def matter_of(view: RuleView) -> Matter:
    """Prepare a mail; beyond the first 100,000 characters of its text rules do not look."""
    message = view.message
    return Matter(
        subject=text_of(message.subject, LONGEST_SUBJECT),
        text=text_of(message.visible_text, LONGEST_TEXT),
        sender=sayable(message.sender.address) if message.sender else "",
        recipients=_recipients(view),
        desk=sayable(view.desk),
        register=view.register,
        organisation=sayable(view.organisation),
    )


def subject(matter: Matter, wanted: Sequence[str]) -> Found | None:
    """Words, phrases or patterns, one of which stands in the subject."""
    return _in_text(matter.subject, wanted)


def text(matter: Matter, wanted: Sequence[str]) -> Found | None:
    """The same for the mail's text, without what it quotes; its first 100,000 characters count."""
    return _in_text(matter.text, wanted)


def sender(matter: Matter, wanted: Sequence[str]) -> Found | None:
    """Who the mail says it is from: an address, `@domain` (that very domain), a pattern for the address, or what the
    directory says of the sender: unknown, unverified, registered, authorised or inactive."""
    if matter.register.value in wanted:
        return Found(matter.register.value)
    return _in_addresses((matter.sender,), wanted)


def recipient(matter: Matter, wanted: Sequence[str]) -> Found | None:
    """Whom the mail is for, by delivery or by its To and Cc: an address, `@domain` or a pattern for the address."""
    return _in_addresses(matter.recipients, wanted)


def desk(matter: Matter, wanted: Sequence[str]) -> Found | None:
    """The desk the mail came to: its short name, or a pattern for it."""
    return _in_names(matter.desk, wanted)


def organisation(matter: Matter, wanted: Sequence[str]) -> Found | None:
    """The sender's organisation in the directory: its key, or a pattern for it."""
    return _in_names(matter.organisation, wanted)


Condition = Callable[[Matter, Sequence[str]], Found | None]
CONDITIONS: dict[str, Condition] = {
    condition.__name__: condition for condition in (subject, text, sender, recipient, desk, organisation)
}


def _in_text(value: Text, wanted: Sequence[str]) -> Found | None:
    for one in wanted:
        if not is_pattern(one):
            if holds(value, one):
                return Found(one)
        elif (captures := pattern(one).search(value.raw)) is not None:
            return Found(one, captures)
    return None


def _in_addresses(addresses: Sequence[str], wanted: Sequence[str]) -> Found | None:
    domains = {"@" + address.rpartition("@")[2] for address in addresses if address}
    return _first(wanted, {*addresses, *domains}, addresses)


def _in_names(name: str, wanted: Sequence[str]) -> Found | None:
    return _first(wanted, {name}, (name,))


def _first(wanted: Sequence[str], equal: set[str], searched: Sequence[str]) -> Found | None:
    for one in wanted:
        if not is_pattern(one):
            if one in equal:
                return Found(one)
        elif (captures := _searched(one, searched)) is not None:
            return Found(one, captures)
    return None


def _searched(written: str, values: Sequence[str]) -> Captures | None:
    hits = (pattern(written).search(value) for value in values if value)
    return next((hit for hit in hits if hit is not None), None)


def _recipients(view: RuleView) -> tuple[str, ...]:
    """Delivered to, without the token of a reply address, then To and Cc."""
    local, _, domain = view.envelope.recipient.rpartition("@")
    stem = f"{local.partition('+')[0]}@{domain}"
    named = (person.address for person in (*view.message.to, *view.message.cc))
    return tuple(dict.fromkeys(map(sayable, (view.envelope.recipient, stem, *named))))
