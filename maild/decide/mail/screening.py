"""Verdicts and the block list -> what becomes of a mail; and what a person's "spam" and "ham" mean. Pure.

Where these stand in triage, and why:

    virus      first of all, before `duplicate` and `own_loop`: a second copy of a virus is a virus, whoever it names
    unwanted   behind `bounce`: a report about mail of ours may quote anything and still be true. It makes no ticket and
               is never answered, and what is not recorded would let us write on to an address that is dead.

Law: what is set aside so makes no ticket, no answer and no change at all. What a person has cleared is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from maild.decide.case import Case
from maild.decide.plan import Plan, SetStatus
from maild.ingest.header.addresses import normal_address
from maild.model import Address, Disposition, Finding, Reason, Status, TicketId, Verdict

STEP = "screening"
VIRUS, SPAM, BLOCKED, UNSCANNED, NOTED = "virus", "spam", "blocked", "unscanned", "screened"
UNWANTED = (VIRUS, SPAM, BLOCKED)
"""Causes of a quarantine that ends by itself: nobody has to look."""
HOLD = "hold"
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
MOST_LABELS = 10
MOST_REASONS = 10


# ---- in triage ----------------------------------------------------------------------------------------------


def virus(case: Case) -> Plan | None:
    """A scanner has found a virus."""
    return None if case.cleared else _found(case, Finding.VIRUS, VIRUS)


def unwanted(case: Case) -> Plan | None:
    """A scanner calls it spam, or a person has blocked its sender."""
    if case.cleared:
        return None
    return _found(case, Finding.SPAM, SPAM) or _blocked(case)


def noted(case: Case, plan: Plan) -> Plan:
    """The plan of a mail that is let through, with what people should know: who has not seen it, or not all of it."""
    if plan.reasons[0].step == STEP or case.cleared:
        return plan
    return replace(plan, reasons=(*plan.reasons, *_notes(case.facts.screened)))


def _found(case: Case, finding: Finding, code: str) -> Plan | None:
    guilty = [Reason(STEP, code, _said(one)) for one in case.facts.screened if one.finding is finding]
    if not guilty:
        return None
    rest = [_noted(one) for one in case.facts.screened if one.finding is not finding and one.text]
    return Plan(Disposition.QUARANTINED, (*guilty, *rest)[:MOST_REASONS])


def _blocked(case: Case) -> Plan | None:
    """Only the one sender that the From header names; the store may have been asked about others."""
    sender, entry = case.message.sender, case.facts.blocked
    if sender is None or not entry or entry not in names_of(sender.address):
        return None
    why = Reason(STEP, BLOCKED, f"{entry} is on the block list (`maild blocked`)")
    return Plan(Disposition.QUARANTINED, (why, *_notes(case.facts.screened)))


def _notes(verdicts: Sequence[Verdict]) -> tuple[Reason, ...]:
    return tuple(_noted(one) for one in verdicts if _is_remarkable(one))[:MOST_REASONS]


def _is_remarkable(verdict: Verdict) -> bool:
    return verdict.finding is Finding.UNSCANNED or (verdict.finding is Finding.CLEAN and bool(verdict.text))


def _noted(verdict: Verdict) -> Reason:
    if verdict.finding is Finding.UNSCANNED:
        return Reason(STEP, UNSCANNED, f"not scanned by {verdict.scanner}: {verdict.text}")
    return Reason(STEP, NOTED, _said(verdict))


def _said(verdict: Verdict) -> str:
    return f"{verdict.scanner} says {verdict.finding}: {verdict.text}" if verdict.text else verdict.scanner


# ---- before anything is decided -----------------------------------------------------------------------------


def must_wait(verdicts: Sequence[Verdict], missing: str) -> str:
    """Why a mail is held until a scanner answers, in a sentence; "" where it goes on.

    What one scanner has found is enough: nobody waits for the second to agree.
    """
    silent = [one for one in verdicts if one.finding is Finding.UNSCANNED]
    if missing != HOLD or any(one.finding in (Finding.VIRUS, Finding.SPAM) for one in verdicts):
        return ""
    return "; ".join(f"{one.scanner}: {one.text}" for one in silent)


def next_try(age: timedelta) -> timedelta:
    """How long until a held mail is tried again: half as long as it has been here, within bounds."""
    return min(max(age / 2, FIRST_WAIT), LONGEST_WAIT)


# ---- the block list -----------------------------------------------------------------------------------------


def names_of(address: str) -> tuple[str, ...]:
    """The entries that would block an address: itself, its domain, and the domains above that."""
    domain = address.rpartition("@")[2]
    labels = [] if domain.startswith("[") else domain.split(".")[-MOST_LABELS:]
    above = [".".join(labels[place:]) for place in range(len(labels) - 1)]
    return tuple(dict.fromkeys((address, domain, *above)))


def blockable(written: str) -> str | None:
    """An address or a domain in its normal form; None for what is neither, or would block a whole top-level domain."""
    written = written.strip()
    if "@" in written.lstrip("@"):
        return normal_address(written)
    address = normal_address(f"x@{written.lstrip('@')}")
    domain = address.partition("@")[2] if address else ""
    return domain if "." in domain and not domain.startswith("[") else None


# ---- what a person says -------------------------------------------------------------------------------------


def marked(actor: Address, word: str, why: str, changes: Iterator[SetStatus], ticket: TicketId | None) -> Plan:
    """A person's word on a mail ("spam" or "ham"), for the history of the mail and of its ticket."""
    said = f"marked as {word} by {actor.name} <{actor.address}>"
    disposition = Disposition.QUARANTINED if word == SPAM else None
    reason = Reason("staff", word, f"{said}: {why}" if why else said)
    return Plan(disposition, (reason,), tuple(changes), ticket=ticket, actor=actor.address)


def moved(ticket: TicketId | None, before: Status | None, wanted: Status) -> Iterator[SetStatus]:
    """The change of status that this is, if it is one."""
    if ticket is not None and before is not wanted:
        yield SetStatus(ticket, wanted)
