"""Has this signature vouched for another mail? `judged(...)`: what proves each sender, a replay no longer `strict`.

Whoever got a copy of a signed mail can send it again, to another desk or with other fields around it, and the signature
is still good (RFC 6376 8.6): for a step that cannot be undone it counts once.
Laws: what came first owns the signature, whatever became of it. The same content is no replay where one transaction
brought it for several desks, or where it names the desk in its To or Cc: so its author sent it to both, and law 5 keeps
a second copy for one desk from doing anything. All else stays as proven as it was. With `lock` the entries are entered
as owners, in the transaction of their decision; without, nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from maild.decide.facts import LookupKeys
from maild.model import Authenticity, Message, Proof
from maild.steps.house import House
from maild.steps.reading import Reading
from maild.store import signatures
from maild.store.signatures import Seen

VOUCHES = frozenset({Proof.PROVEN, Proof.PENDING})
"""What waits for the DNS came first all the same."""


def judged(
    tx: Connection, house: House, readings: Sequence[Reading], keys: Sequence[LookupKeys], *, lock: bool
) -> list[Authenticity]:
    """What proves the sender of each, in their order."""
    pairs = list(zip(readings, keys, strict=True))
    if lock:
        signatures.keep(tx, [seen for reading, key in pairs for seen in _seen(reading, key)], house.clock())
    strict = {reading.authenticity.signature for reading in readings if reading.authenticity.strict} - {""}
    owners = signatures.owners(tx, strict)
    return [_judged(tx, house, reading, key, owners.get(reading.authenticity.signature)) for reading, key in pairs]


def _seen(reading: Reading, key: LookupKeys) -> Iterator[Seen]:
    found = reading.authenticity
    if found.signature and found.proof in VOUCHES:
        for fingerprint in (found.signature, *found.beside):
            yield Seen(fingerprint, reading.entry.id, key.content_key)


def _judged(tx: Connection, house: House, reading: Reading, key: LookupKeys, owner: Seen | None) -> Authenticity:
    found = reading.authenticity
    if not found.strict or owner is None or owner.entry == reading.entry.id:
        return found
    if owner.content == key.content_key and (
        _is_named(house, reading.message, key.desk) or signatures.came_together(tx, owner.entry, reading.entry.id)
    ):
        return found
    told = f"its signature has vouched for inbox entry {owner.entry} before: good for nothing that cannot be undone"
    return replace(found, strict=False, evidence=(*found.evidence, told))


def _is_named(house: House, message: Message | None, desk: str) -> bool:
    """Whether its author wrote to this desk, by To or Cc."""
    named = (*message.to, *message.cc) if message else ()
    return any(found.desk == desk for person in named if (found := house.policy.desk_of(person.address)))
