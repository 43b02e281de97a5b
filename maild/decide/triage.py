"""decide(): what one message becomes. The table of contents of this folder.

    is it anything at all?        `SORTED_OUT`: duplicates, loops, bounces, mail without a readable sender
    does it belong to a ticket?   `follow_up`
    is it a word that is answered at once?  `self_service`
    then it adds to its ticket    `joining`, or, where that was settled long ago, follows it: `later`
    else it is a new ticket       `opening`

Pure and total: every message gets exactly one disposition, with reasons (law 4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from maild.decide.asked import self_service
from maild.decide.asked.self_solved import says_solved
from maild.decide.case import Case
from maild.decide.desk import desk_for
from maild.decide.facts import KnownTicket
from maild.decide.mail import bounces, joining, later, opening, screening
from maild.decide.mail import follow_up as thread
from maild.decide.people_changes import WAITING as OF_PEOPLE
from maild.decide.plan import Change, OpenTicket, Plan, SetStatus
from maild.decide.run_changes import SetRun, StartRun
from maild.decide.runs import answering
from maild.decide.told.notify import Occasion
from maild.decide.who import strangers, trust
from maild.decide.who.trust import Standing
from maild.decide.work import staff_mail
from maild.desks.policy import Desk
from maild.model import Answers, AutomaticKind, Disposition, Message, Proof, Reason, Status, Suppressed, Ticket

MOST_HOPS = 50
WAITING = OF_PEOPLE | StartRun | SetRun
"""What a mail brings about only once its proof is known."""
UNANSWERED = {
    Answers.PARKED: ("parked", "the mailbox is being read again: answers wait for `maild outbox release`"),
    Answers.NONE: ("quiet-import", "it was imported: nothing is sent"),
    Answers.FILED: ("quiet-import", "it was imported as an archive: nothing is sent"),
}


def decide(case: Case) -> Plan:
    """What this message means. The same case always gives the same plan."""
    plan = _answered(case.envelope.answers, screening.noted(case, _noted(case.message, _decide(case))))
    plan = _waiting(plan) if case.facts.authenticity.proof is Proof.PENDING else plan
    return replace(plan, policy=case.policy.version)


def _waiting(plan: Plan) -> Plan:
    """Nobody is told anything, and nothing agreed to, before it is known who asks; `again` makes up for it. The ticket
    is there already."""
    changes = tuple(change for change in plan.changes if not isinstance(change, WAITING))
    if not plan.notifications and changes == plan.changes:
        return plan
    why = Reason("trust", "answers-wait", "answers wait until the DNS says who wrote it")
    return replace(plan, notifications=(), changes=changes, reasons=(*plan.reasons, why))


def _answered(answers: Answers, plan: Plan) -> Plan:
    """Mail that is imported is not answered; of mail that is read again, a person releases the answers."""
    if answers is Answers.FILED:
        plan = replace(
            plan, changes=tuple(_filed(change) for change in plan.changes if not isinstance(change, SetStatus))
        )
    if answers is Answers.SENT or not plan.notifications:
        return plan
    why = Reason("notify", *UNANSWERED[answers])
    if answers is Answers.PARKED:
        parked = tuple(replace(one, parked=True) for one in plan.notifications)
        return replace(plan, notifications=parked, reasons=(*plan.reasons, why))
    silent = tuple(Suppressed(one.kind, one.event, one.recipient.address, why) for one in plan.notifications)
    return replace(plan, notifications=(), suppressed=(*plan.suppressed, *silent), reasons=(*plan.reasons, why))


def _noted(message: Message, plan: Plan) -> Plan:
    """What people should know of the mail goes with the plan; one that was not read lies in quarantine beside it."""
    reasons = (*plan.reasons, *(Reason("read", note.code, note.text) for note in message.notes))
    if not message.unreadable or plan.disposition not in CONVERSATIONS:
        return replace(plan, reasons=reasons)
    why = Reason("read", message.unreadable, message.text)
    return replace(plan, disposition=Disposition.QUARANTINED, reasons=(why, *reasons))


def _decide(case: Case) -> Plan:
    desk = desk_for(case.message, case.envelope, case.policy)
    if desk is None:
        return _set_aside(Disposition.REFUSED, "unknown-desk", f"no desk has the address {case.envelope.recipient}")
    if plan := next(filter(None, (check(case) for check in SORTED_OUT)), None):
        return plan
    return _conversation(case, desk)


def _conversation(case: Case, desk: Desk) -> Plan:
    """Mail from people. A ticket it names is its own desk's affair, whichever desk the mail was sent to."""
    by_staff = staff_mail.handled(case)
    if by_staff:
        return by_staff if isinstance(by_staff, Plan) else _new(case, desk, trust.of(case, desk), by_staff)
    found = thread.follow_up(case.message, case.keys, case.facts, lambda ticket: _ground(case, ticket, desk))
    home = _ground(case, found.known.ticket, desk) if found else None
    if found and home and (accepted := _accepted(case, found.known, home)):
        return accepted
    here = home if home and isinstance(found, thread.Belongs) else thread.Ground(desk, trust.of(case, desk))
    if served := self_service.answer(case, here.desk, here.who, found):
        return served
    if isinstance(found, thread.Belongs) and _comes_later(case, found, here):
        return later.later_plan(case, found, here.desk)
    if isinstance(found, thread.Belongs):
        return joining.follow_up_plan(case, found, here.desk)
    return _new(case, desk, here.who, found)


def _accepted(case: Case, known: KnownTicket, home: thread.Ground) -> Plan | None:
    """What counts although its writer takes no part in the ticket, or proved nothing: the yes of somebody who was
    invited, and a word that stops what cannot be undone."""
    if accepted := joining.accepted_plan(case, known, home.desk):
        return accepted
    sender = case.message.sender
    return answering.stopping_plan(Occasion(case, home.desk, sender, home.who), known) if sender else None


def _comes_later(case: Case, found: thread.Belongs, here: thread.Ground) -> bool:
    """Whose thanks come late asks for nothing new."""
    if case.message.sender is None or not later.comes_later(case, found, here.desk):
        return False
    return not says_solved(Occasion(case, here.desk, case.message.sender, here.who), found.known)


def _new(case: Case, desk: Desk, who: Standing, claim: thread.Claim | None) -> Plan:
    if refused := strangers.refusal(case, desk, who):
        return refused
    if claim:
        return opening.review_plan(case, claim, desk)
    if _is_auto_reply(case.message):
        return _set_aside(
            Disposition.IGNORED, "auto-reply", f"an automatic reply to nothing we know ({_evidence(case)})"
        )
    return opening.new_plan(case, desk)


def _ground(case: Case, ticket: Ticket, addressed: Desk) -> thread.Ground:
    """Where this ticket is judged; by the desk that was written to where its own is no more."""
    desk = case.policy.desk_named(ticket.desk) or addressed
    return thread.Ground(desk, trust.of(case, desk))


def _filed(change: Change) -> Change:
    return replace(change, status=Status.CLOSED) if isinstance(change, OpenTicket) else change


# ---- what is sorted out, in this order ---------------------------------------------------------


def duplicate(case: Case) -> Plan | None:
    """The same content came to this desk before (law 5)."""
    first = case.facts.duplicate_of
    if first is None:
        return None
    plan = _set_aside(Disposition.DUPLICATE, "same-content", f"the same mail as inbox entry {first}")
    return replace(plan, duplicate_of=first)


def own_loop(case: Case) -> Plan | None:
    """A mail of ours came back: our signed mark, our Message-ID, or our own address as sender (FAULT-C04)."""
    sender = case.message.sender
    if any(case.tokens.is_our_loop_mark(mark) for mark in case.message.loop_marks) and not case.message.bounce:
        return _set_aside(Disposition.IGNORED, "own-loop", "it carries the signed loop mark of this maild")
    if case.tokens.is_our_message_id(case.message.message_id):
        return _set_aside(Disposition.IGNORED, "own-loop", "its Message-ID is one of our own mails'")
    if sender and case.policy.desk_of(sender.address):
        return _set_aside(Disposition.IGNORED, "own-loop", f"it says it comes from our own address {sender.address}")
    return None


def too_many_hops(case: Case) -> Plan | None:
    """RFC 5321 6.3: many Received headers mean that a mail runs in circles."""
    if case.message.hops <= MOST_HOPS:
        return None
    return _set_aside(
        Disposition.QUARANTINED, "hop-limit", f"it passed {case.message.hops} servers, {MOST_HOPS} are plenty"
    )


def bounce(case: Case) -> Plan | None:
    """A report about mail that was not delivered. It never makes or moves a ticket and is never answered."""
    report = case.message.bounce
    if report is None and case.keys.bounced_id:
        report = bounces.NOTHING_SAID
    return bounces.recorded(report, case.facts.bounced, case.envelope.received_at) if report else None


def no_sender(case: Case) -> Plan | None:
    """Not exactly one From header with exactly one mailbox: nobody to be trusted or answered (FAULT-D02)."""
    if case.message.sender is not None:
        return None
    return _set_aside(Disposition.QUARANTINED, "malformed-from", "it names no single sender in its From header")


def forged(case: Case) -> Plan | None:
    """The sender's own domain, or ours, says that it does not come from there (FAULT-D01, D24)."""
    found = case.facts.authenticity
    if found.proof is not Proof.FAILED or case.cleared:
        return None
    return _set_aside(Disposition.QUARANTINED, found.code, f"its sender is forged: {found.text}")


def unreadable_again(case: Case) -> Plan | None:
    """Released from quarantine, and no better than before: its ticket is there already."""
    if not case.message.unreadable or case.keys.earlier is None:
        return None
    plan = _set_aside(Disposition.QUARANTINED, case.message.unreadable, case.message.text)
    return replace(plan, ticket=case.keys.earlier)


SORTED_OUT: tuple[Callable[[Case], Plan | None], ...] = (
    unreadable_again, screening.virus, duplicate, own_loop, too_many_hops, bounce, screening.unwanted, no_sender,
    forged,
)  # fmt: skip
CONVERSATIONS = frozenset({Disposition.NEW_TICKET, Disposition.FOLLOW_UP, Disposition.AWAITING_REVIEW})


def _set_aside(disposition: Disposition, code: str, text: str) -> Plan:
    return Plan(disposition, (Reason("triage", code, text),))


def _is_auto_reply(message: Message) -> bool:
    return message.automatic is not None and message.automatic.kind is AutomaticKind.AUTO_REPLY


def _evidence(case: Case) -> str:
    return case.message.automatic.evidence if case.message.automatic else ""
