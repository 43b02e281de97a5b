"""Who takes part, who speaks for whom, who sees what: said once more, from rows alone, without maild's own deciding.

In: a snapshot of the database; out: yes or no. The register says what somebody is, `cast` what each desk wants.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tests.stateful.cast import DESKS
from tests.stateful.letters import Letter
from tests.stateful.snapshot import Case, Known, Part, Snapshot

ALL_OF_IT = datetime.min.replace(tzinfo=UTC)


def parts_of(at: Snapshot, address: str, case: Case) -> list[Part]:
    """How somebody is on a ticket, under any of their addresses."""
    who = at.contacts.get(address)
    return [one for one in case.parts if who and at.contacts[one.address].is_person(who)]


def takes_part(at: Snapshot, address: str, case: Case) -> bool:
    """Somebody active, let in, and still there."""
    who = at.contacts.get(address)
    here = any(not (one.waits or one.has_left) for one in parts_of(at, address, case))
    return who is not None and who.register != "inactive" and here


def is_out(at: Snapshot, address: str, case: Case) -> bool:
    """Somebody who is on the ticket, and under each of their addresses waits or has left."""
    parts = parts_of(at, address, case)
    return bool(parts) and all(one.waits or one.has_left for one in parts)


def speaks(at: Snapshot, address: str, case: Case) -> bool:
    """Whether the register and the ticket's own desk let somebody see all tickets of the requester's organisation."""
    who, asked = at.contacts.get(address), requester(at, case)
    if who is None or asked is None or not who.trusted or not who.organisation:
        return False
    sees_all = who.register == "authorised" or DESKS[case.desk].sees == "all"
    return sees_all and who.organisation == asked.organisation


def requester(at: Snapshot, case: Case) -> Known | None:
    return next((at.contacts[one.address] for one in case.parts if one.role == "requester"), None)


def seen_since(at: Snapshot, address: str, case: Case) -> datetime | None:
    """From when on somebody may read a ticket; None for not at all."""
    if speaks(at, address, case):
        return ALL_OF_IT
    if not takes_part(at, address, case):
        return None
    parts = [one for one in parts_of(at, address, case) if not (one.waits or one.has_left)]
    return min(ALL_OF_IT if one.since is None else one.since for one in parts)


def may_write(at: Snapshot, letter: Letter, proof: str, case: Case) -> bool:
    """Whether this mail may be an article of this ticket. Whoever has left may come back, whoever waits may not."""
    who = at.contacts.get(letter.sender)
    if who is None or who.register == "inactive" or proof == "failed":
        return False
    if DESKS[case.desk].proof == "required" and proof != "proven":
        return False
    is_here = any(not one.waits for one in parts_of(at, letter.sender, case))
    return is_here or (proof == "proven" and speaks(at, letter.sender, case))


def may_agree(at: Snapshot, letter: Letter, proof: str, wish_kind: str, organisation: str, asked_by: str) -> bool:
    """Whether this is the yes of a proven authorised contact of that organisation, to somebody else's wish."""
    who, asker = at.contacts.get(letter.sender), at.contacts.get(asked_by)
    if who is None or proof != "proven" or who.register != "authorised" or who.organisation != organisation:
        return False
    is_own = asker is not None and asker.is_person(who)
    if wish_kind == "instruction":
        return not is_own and who.until is None and letter.says == "yes"
    in_time = who.until is None or letter.at < who.until
    is_question = wish_kind in ("next-primary", "next-monitoring", "seats")
    return in_time and (is_question or (not is_own and letter.says == "yes"))
