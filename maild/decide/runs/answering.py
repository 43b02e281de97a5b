"""What a mail says about the request on its ticket: it confirms, agrees, or stops it. `answered`, `stopping_plan`.
Pure.

Laws: a confirmation is a person's, proven anew and strictly, from the registered address of whoever was asked, sent to
the address that only our question had, with the word and the number's end in its new text. Anything less confirms
nothing. Stopping takes one word from anybody concerned, proven, or sent to an address that only they got: stopping is
cheap, destroying is dear.
"""

from __future__ import annotations

from maild.decide.facts import KnownTicket
from maild.decide.mail.contribution import article_of
from maild.decide.plan import Plan
from maild.decide.runs.engine import STEP, as_outcome, moved
from maild.decide.runs.ground import Ground, heard_ground, is_entitled
from maild.decide.runs.mails import code_words, seal
from maild.decide.told.notices import notifications, suppressions
from maild.decide.told.notify import Occasion
from maild.decide.who.proposals import NOTHING, Outcome
from maild.decide.who.sight import same_person
from maild.model import Contact, Disposition, Reason
from maild.model.workflows import RunState
from maild.workflows.model import Second
from maild.workflows.phrases import confirms, stops
from maild.workflows.states import Event

QUESTIONS = {RunState.CONFIRMING: Event.CONFIRMED, RunState.SECONDING: Event.SECONDED}


def answered(it: Occasion, known: KnownTicket) -> Outcome:
    """What a mail of a participant's comes to for the request on the ticket."""
    ground, sender = _heard(it, known)
    if ground is None or sender is None:
        return NOTHING
    if _is_stop(it, ground, sender):
        return _stopped(ground, sender)
    event = QUESTIONS.get(ground.run.state)
    if event is None or not _is_asked(ground, sender):
        return NOTHING
    if why := _lacks(it, ground, sender):
        return Outcome(reasons=(Reason(STEP, "not-confirmed", f"{sender.address} confirms nothing: {why}"),))
    return as_outcome(moved(ground, event, sender.address), known.ticket.id)


def stopping_plan(it: Occasion, known: KnownTicket) -> Plan | None:
    """A mail that would not count as a follow-up, and stops the request all the same."""
    ground, sender = _heard(it, known)
    if ground is None or sender is None or not _is_stop(it, ground, sender):
        return None
    said = _stopped(ground, sender)
    if not said.changes:
        return None
    article = article_of(known.ticket.id, it.message, it.case.facts, it.who)
    return Plan(
        Disposition.FOLLOW_UP,
        said.reasons,
        (article, *said.changes),
        notifications=notifications(said.told),
        suppressed=suppressions(said.told),
        ticket=known.ticket.id,
    )


def _heard(it: Occasion, known: KnownTicket) -> tuple[Ground | None, Contact | None]:
    """A machine says nothing."""
    if it.message.automatic or it.message.bounce:
        return None, None
    return heard_ground(it, known), it.case.facts.contact(it.recipient.address)


def _is_stop(it: Occasion, ground: Ground, sender: Contact) -> bool:
    return stops(it.message.visible_text) and _may_stop(it, ground, sender)


def _stopped(ground: Ground, sender: Contact) -> Outcome:
    return as_outcome(moved(ground, Event.STOPPED, sender.address), ground.run.ticket)


def _may_stop(it: Occasion, ground: Ground, sender: Contact) -> bool:
    if not any(same_person(sender, one) for one in ground.concerned):
        return False
    token = it.case.keys.token
    here = token is not None and it.case.facts.home(token.ticket) == ground.run.ticket
    is_theirs = here and token is not None and token.contact == sender.id
    return it.who.proven or is_theirs or _has_seal(it, ground, sender)


def _is_asked(ground: Ground, sender: Contact) -> bool:
    """Whether it is this address whose answer is awaited."""
    if ground.run.state is RunState.CONFIRMING:
        return sender.address == ground.run.asked_by
    second = ground.workflow.safeguards.second
    return second in (Second.AUTHORISED, Second.EITHER) and sender in ground.others


def _lacks(it: Occasion, ground: Ground, sender: Contact) -> str:
    """What a confirmation is not, "" where it is one."""
    run, text = ground.run, it.message.visible_text
    code = it.case.tokens.code(run.ticket, sender.address, seal(run))
    asks = run.state is RunState.CONFIRMING
    lacks = (
        (not asks or is_entitled(sender, run.organisation, ground.workflow), "its sender may no longer ask for this"),
        (it.case.facts.authenticity.strict, "it is not proven strictly who wrote it"),
        (_has_seal(it, ground, sender), "it was not sent to the address that our question had"),
        (confirms(text, code_words(ground), code), "the word and the digits are not in it"),
    )
    return next((why for holds, why in lacks if not holds), "")


def _has_seal(it: Occasion, ground: Ground, sender: Contact) -> bool:
    """Whether the mail came to the address that this very question had, sent to this contact alone."""
    made = it.case.tokens.seal_tag(ground.run.ticket, sender.id, seal(ground.run))
    return made in it.case.keys.seals
