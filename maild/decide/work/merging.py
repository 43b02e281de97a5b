"""Two tickets become one, or know of each other, by the hand of staff: `ended`, `joined`, `linked`. Pure.

In: the ticket that ends and the one that it goes on as, each in the hand of whoever acts; out: a plan for each of them,
or ValueError with what is possible instead.
Laws: whoever took part in the one that ends takes part in the other only where they would see it anyway, as registered
colleagues of its requester; everybody else waits for staff, and is told nothing. Guests of the other read nothing that
was said on the one that ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from maild.decide.people_changes import SetParticipant
from maild.decide.plan import Change, JoinTicket, LinkTickets, MergeTickets, Plan, SetReminder, SetStatus
from maild.decide.told.notices import Told, notice
from maild.decide.who.sight import Sight, are_colleagues, parts_of, same_person, sight
from maild.decide.work.estimates import answered_estimate, waiting_estimates
from maild.decide.work.staff import Hand, staff_plan
from maild.model import (
    Contact,
    NotificationKind,
    Participant,
    Reason,
    Role,
    Status,
    Suppressed,
    Ticket,
)

UNSEEN = Reason("notify", "not-theirs", "whoever takes no part in a ticket is not told of it")


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody of the ticket that ends, and how they take part in the other: the code of its reason."""

    part: Participant
    code: str
    changes: tuple[Change, ...] = ()


def refused(gone: Hand, home: Hand, *, force: bool) -> str:
    """Why these tickets cannot become one, and what to do; "" where they can."""
    ends, goes_on = gone.known.ticket, home.known.ticket
    if ends.id == goes_on.id:
        return f"{ends.number} and {goes_on.number} are one ticket already"
    if ends.merged_into:
        return f"{ends.number} was merged before: name the ticket that it goes on as"
    if goes_on.status is Status.CLOSED:
        return f"{goes_on.number} is closed: first open it again, with `maild set {goes_on.number} status=open`"
    if gone.known.run:
        return (
            f"{ends.number} carries the request {gone.known.run.run.workflow}: first end it, with `maild workflow stop`"
        )
    if waiting_estimates(gone.known) and (other := waiting_estimates(home.known)):
        return f"each of them waits for an answer to an estimate: first `maild decline {other[0].id}`"
    if not force and not _of_one_customer(gone.known.requester, home.known.requester):
        return f"{ends.number} and {goes_on.number} are of different customers: --force merges them all the same"
    return ""


def ended(gone: Hand, home: Hand, why: str, *, force: bool = False) -> Plan:
    """What becomes of the ticket that ends. Raises ValueError."""
    if problem := refused(gone, home, force=force):
        raise ValueError(problem)
    ends, goes_on = gone.known.ticket, home.known.ticket
    said = why.strip() or "it is about the same"
    closed: tuple[Change, ...] = () if ends.status is Status.CLOSED else (SetStatus(ends.id, Status.CLOSED),)
    quiet: tuple[Change, ...] = (SetReminder(ends.id, None),) if ends.remind_at else ()
    merged = MergeTickets(ends.id, goes_on.id, said)
    return staff_plan(gone, f"merged into {goes_on.number}: {said}", (*closed, *quiet, merged))


def joined(gone: Hand, home: Hand) -> Plan:
    """What the ticket that goes on gets: people, and what their requester is told (REQ-A10)."""
    joining = [_joins(one, home) for one in gone.known.participants]
    plan = staff_plan(
        home,
        f"merged {gone.known.ticket.number} into it",
        (*(change for one in joining for change in one.changes), *_guests(gone, home), *_waits(gone, home)),
        tuple(_told(gone, home, joining)),
    )
    return replace(plan, reasons=(*plan.reasons, *_reasons(joining)))


def linked(hand: Hand, other: Ticket, why: str) -> Plan:
    """Two tickets know of each other. Raises ValueError."""
    ticket = hand.known.ticket
    if ticket.id == other.id:
        raise ValueError(f"{ticket.number} cannot be linked with itself")
    said = why.strip() or "linked by staff"
    return staff_plan(hand, f"linked with {other.number}: {said}", (LinkTickets(ticket.id, other.id, said),))


def _waits(gone: Hand, home: Hand) -> tuple[Change, ...]:
    """An estimate of the ticket that ends is answered where it goes on."""
    there = (replace(one, ticket=home.known.ticket.id) for one in waiting_estimates(gone.known))
    return tuple(change for one in there for change in answered_estimate(one, one.state))


def _of_one_customer(one: Contact | None, other: Contact | None) -> bool:
    if one is None or other is None:
        return False
    return same_person(one, other) or are_colleagues(one, other)


# ---- people ----------------------------------------------------------------------------------------


def _joins(part: Participant, home: Hand) -> Joining:
    """Under the same address they take part as before, under another one of theirs likewise."""
    contact, ticket = part.contact, home.known.ticket.id
    theirs = parts_of(contact, home.known.participants)
    if any(one.contact.address == contact.address for one in theirs):
        return Joining(part, "takes-part" if any(one.takes_part for one in theirs) else "waits")
    if theirs:
        twin = theirs[0]
        role = Role.CC if twin.role is Role.REQUESTER else twin.role
        joins = JoinTicket(ticket, contact.address, role, twin.since, waits=not twin.takes_part)
        return Joining(part, "takes-part" if twin.takes_part else "waits", (joins,))
    requester = home.known.requester
    if part.takes_part and requester and are_colleagues(contact, requester):
        return Joining(part, "joins", (JoinTicket(ticket, contact.address, Role.CC),))
    return Joining(part, "waits", (JoinTicket(ticket, contact.address, Role.GUEST, home.now, waits=True),))


def _guests(gone: Hand, home: Hand) -> Iterator[Change]:
    """What they did not see on the other ticket is not for them here either: they see what came after it."""
    for part in home.known.participants:
        if part.role is not Role.GUEST or not part.takes_part or part.since is None:
            continue
        there = sight(part.contact, gone.known, gone.desk) or Sight(home.now)
        if there.since and there.since > part.since:
            yield SetParticipant(home.known.ticket.id, part.contact.address, part.role, there.since)


def _reasons(joining: list[Joining]) -> Iterator[Reason]:
    words = {
        "takes-part": "takes part already",
        "joins": "takes part from now on: a registered colleague of the requester",
        "waits": "waits for staff: it is not for sure that they may see this ticket",
    }
    for one in joining:
        yield Reason("people", one.code, f"{one.part.contact.address} {words[one.code]}")


def _told(gone: Hand, home: Hand, joining: list[Joining]) -> Iterator[Told]:
    """Whoever asked is told where it goes on, in the thread they know."""
    kind, event = NotificationKind.MERGED, f"merged:{gone.known.ticket.id}"
    ticket, about = home.known.ticket, (("earlier", gone.known.ticket.number), ("subject", home.known.ticket.title))
    for one in joining:
        contact = one.part.contact
        if one.part.role is not Role.REQUESTER:
            continue
        if one.code == "waits":
            yield Suppressed(kind, event, contact.address, UNSEEN, ticket.id)
            continue
        proven = contact.address in gone.proven | home.proven
        told = notice(kind, event, contact, home.desk, ticket.id, about, proven=proven)
        yield _in_thread(told, gone.thread)


def _in_thread(told: Told, thread: tuple[str, ...]) -> Told:
    if isinstance(told, Suppressed) or not thread:
        return told
    return replace(told, reply_to_id=thread[-1], references=thread[:-1])
