"""Conditions on people: who wrote, how well that is proven, whose they are, whom they wrote to."""

from __future__ import annotations

from collections.abc import Sequence

from maild.patterns.words import sayable
from maild.rules.matter import Found, Scene, among
from maild.rules.measures import PLAIN, compare


def sender(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """Who the mail says it is from: an address, `@domain` (that very domain), a pattern for the address, or what the
    directory says of the sender: unknown, unverified, registered, authorised, inactive, and of those who are
    registered: primary, commercial, technical, monitoring."""
    for word in (scene.view.register.value, *scene.view.roles):
        if word in wanted:
            return Found(word)
    return _in_addresses((scene.matter.sender,), wanted)


def proof(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """How well the sender's address is proven: failed, none, pending, weak or proven."""
    return among((scene.view.proof.value,), wanted)


def organisation(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The sender's organisation in the directory: its key, or a pattern for it."""
    return among((sayable(scene.view.organisation),), wanted)


def recipient(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """Whom the mail is for, by delivery or by its To and Cc: an address, `@domain` or a pattern for the address."""
    return _in_addresses(scene.matter.recipients, wanted)


def recipients(scene: Scene, wanted: str) -> Found | None:
    """How many addresses the mail is for, as in `> 20`."""
    return Found(wanted) if compare(wanted, PLAIN).holds(len(scene.matter.recipients)) else None


def _in_addresses(addresses: Sequence[str], wanted: Sequence[str]) -> Found | None:
    domains = {"@" + address.rpartition("@")[2] for address in addresses if address}
    plain = next((one for one in wanted if one in addresses or one in domains), None)
    return Found(plain) if plain else among(addresses, wanted)
