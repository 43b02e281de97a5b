"""A person says "spam" or "ham": the mail, its ticket, the block list and rspamd, in this order.

Laws: everything but rspamd is one transaction; rspamd learns afterwards, and if it does not, that is a warning. What is
done twice is done once. Who says so, when and why stands in the decisions on the mail and in its ticket's history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from maild.decide.mail import screening as decide
from maild.decide.plan import Plan
from maild.errors import Conflict, NotFound, TemporaryFailure
from maild.ingest.salvage import salvage
from maild.model import Address, Disposition, EntryId, Status, TicketId
from maild.steps.house import House
from maild.store import apply, blocked, inbox_views, spam
from maild.store.decisions import decisions_of
from maild.store.rows import tickets_by_id
from maild.store.spam import Suspect
from maild.store.states import InboxState
from maild.store.tickets import find_number

HAM = "ham"


@dataclass(frozen=True, slots=True)
class Marking:
    """What a person wants: about which entry, who they are, and why. `block` is what to put on the block list: the
    sender's "address", its "domain", or "" for nothing.
    """

    entry: EntryId
    actor: Address
    why: str = ""
    block: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """What was done. `state` is where the entry stands now, `ticket` the number of the ticket that moved, `blocked` and
    `unblocked` are what came onto the block list and what left it; "" for none.
    """

    entry: EntryId
    state: InboxState
    ticket: str = ""
    blocked: str = ""
    unblocked: str = ""
    warnings: tuple[str, ...] = ()


def entry_named(tx: Connection, written: str) -> EntryId:
    """The inbox entry that "17" names, or the one whose mail opened SD-1042. Raises NotFound."""
    if written.isascii() and written.isdigit():
        return EntryId(int(written))
    return spam.opener_of(tx, find_number(tx, written))


def mark_spam(house: House, wanted: Marking) -> Marked:
    """It is spam: into quarantine, its ticket closed if nobody has answered, mail that has not left is not sent.

    Raises NotFound, Conflict, TemporaryFailure (a worker reads it just now).
    """
    done = house.store.retrying(lambda tx: _Spam(tx, house, wanted).done())
    return _learned(house, done, spam_=True)


def mark_ham(house: House, wanted: Marking) -> Marked:
    """It is none: read once more without screening, or, if it has its ticket, what it was before. Raises as above."""
    done = house.store.retrying(lambda tx: _Ham(tx, house, wanted).done())
    return _learned(house, done, spam_=False)


def _learned(house: House, done: Marked, *, spam_: bool) -> Marked:
    with house.store.reading() as tx:
        raw = inbox_views.raw_of(tx, done.entry)
    trouble = house.scanners.learn(raw, spam=spam_)
    return replace(done, warnings=(*done.warnings, trouble)) if trouble else done


class _Judgement:
    """One judgement in one transaction."""

    def __init__(self, tx: Connection, house: House, wanted: Marking) -> None:
        self.tx = tx
        self.house = house
        self.wanted = wanted
        self.now = house.clock()
        self.it = spam.suspect(tx, wanted.entry)
        self.warnings: list[str] = []
        _require_judgeable(self.it)

    def write(self, word: str, ticket: TicketId | None, status: Status) -> Plan:
        """The decision, with the ticket's new status and its history."""
        moved = decide.moved(ticket, self.it.status, status)
        plan = decide.marked(self.wanted.actor, word, self.wanted.why, moved, ticket)
        apply.apply(self.tx, [apply.Decided(plan, entry=self.it.entry)], self.now)
        return plan

    def told(self, state: InboxState, ticket: TicketId | None, *, blocked: str = "", unblocked: str = "") -> Marked:
        number = tickets_by_id(self.tx, [ticket])[ticket].number if ticket else ""
        return Marked(self.wanted.entry, state, number, blocked, unblocked, tuple(self.warnings))

    def sender(self) -> str:
        """Who wrote it, as far as the header says so; else who sent it."""
        raw = inbox_views.raw_of(self.tx, self.wanted.entry)
        named = salvage(raw, "", "").sender
        return named.address if named else self.it.entry.envelope.mail_from or ""


class _Spam(_Judgement):
    def done(self) -> Marked:
        ticket = self._ticket()
        if not (self.it.state is InboxState.QUARANTINED and self.it.cause == decide.SPAM):
            plan = self.write(decide.SPAM, ticket, Status.CLOSED)
            spam.set_aside(self.tx, self.it, plan.reasons[0])
            if ticket:
                spam.silence(self.tx, ticket, plan.reasons[0])
        return self.told(InboxState.QUARANTINED, ticket, blocked=self._block() if self.wanted.block else "")

    def _ticket(self) -> TicketId | None:
        """The ticket to be closed with it."""
        if self.it.opened and not self.it.lonely:
            self.warnings.append("its ticket stays as it is: somebody has answered there, or somebody else has written")
        elif self.it.ticket and not self.it.opened:
            self.warnings.append("it is part of a ticket that it has not opened: the ticket stays as it is")
        return self.it.ticket if self.it.lonely else None

    def _block(self) -> str:
        address = self.sender()
        name = address if self.wanted.block == "address" else address.rpartition("@")[2]
        found = decide.blockable(name) if name else None
        if found is None:
            self.warnings.append("it names no sender that could be blocked")
            return ""
        self.warnings += put_on_list(self.tx, self.house, found, self.wanted.actor, self.wanted.why or "spam")
        return found


class _Ham(_Judgement):
    def done(self) -> Marked:
        return self.told(self._freed(), self.it.ticket, unblocked=self._unblocked())

    def _freed(self) -> InboxState:
        if self.it.state is InboxState.DONE:
            self.warnings.append("it is not in quarantine: nothing was to be done but to learn from it")
            return InboxState.DONE
        _require_screened(self.it)
        if self.it.ticket is None:
            spam.clear(self.tx, self.it, self.write(HAM, None, Status.OPEN).reasons[0])
            return InboxState.WAITING
        before = _before(self.tx, self.wanted.entry)
        ticket = self.it.ticket if self.it.opened and self.it.status is Status.CLOSED else None
        spam.restore(self.tx, self.it, self.write(HAM, ticket, Status.OPEN).reasons[0], before)
        return InboxState.DONE

    def _unblocked(self) -> str:
        address = self.sender()
        (entry,) = blocked.blocking(self.tx, [address]) if address else ("",)
        if entry == address and entry:
            blocked.remove(self.tx, entry, self.wanted.actor, self.wanted.why or HAM, self.now)
            (left,) = blocked.blocking(self.tx, [address])
        else:
            left = entry
        if left:
            self.warnings.append(f"{left} is still on the block list: `maild blocked remove {left}` lets it in again")
        return entry if entry == address else ""


def _require_judgeable(it: Suspect) -> None:
    if it.state is InboxState.CLAIMED:
        raise TemporaryFailure(f"inbox entry {it.entry.id} is being read just now: try again in a moment")
    if it.cause == spam.EXPIRED:
        raise Conflict(f"inbox entry {it.entry.id} has expired: its mail is no longer here")


def _require_screened(it: Suspect) -> None:
    if it.state is InboxState.QUARANTINED and it.cause not in decide.UNWANTED:
        advice = f"`maild quarantine release {it.entry.id}` lets it be read again"
        raise Conflict(
            f"inbox entry {it.entry.id} was not set aside as spam but for another cause, {it.cause}: {advice}"
        )


def _before(tx: Connection, entry: EntryId) -> Disposition:
    """What the mail had become, before people judged it."""
    found = [one.plan.disposition for one in decisions_of(tx, entry) if one.plan.actor == "mail"]
    if not found or found[-1] is None:
        raise NotFound(f"nothing was decided about inbox entry {entry}")
    return found[-1]


def put_on_list(tx: Connection, house: House, sender: str, actor: Address, why: str) -> Iterator[str]:
    """Put a sender on the block list; says whom of those we know we shall miss by it."""
    blocked.add(tx, sender, actor, why, house.clock())
    if known := blocked.would_miss(tx, sender):
        yield f"{sender} is blocked now, and with it whom we know: {', '.join(known)}"
