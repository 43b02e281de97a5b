"""What people and staff are told at each step of a request: `told_of`, a table by state. Pure.

Laws: a question goes to the address in the register, never to one that a mail names; it shows a number whose end is to
be written back, and holds no words that confirm. Everybody concerned learns how to stop it. Mails of a request with
legal weight are never suppressed, only delayed (law 9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from maild.decide.runs.ground import Ground
from maild.decide.told.notices import Told, language_of, notice, staff_notice
from maild.decide.told.notify import Occasion
from maild.desks.information import Texts, in_language
from maild.model import Address, Contact, NotificationKind, Reason, Suppressed
from maild.model.workflows import Run, RunState
from maild.workflows.model import Second, Workflow
from maild.workflows.objects import SHOWN
from maild.workflows.states import Event

Kind = NotificationKind
Values = tuple[tuple[str, str], ...]
NOBODY = Reason("workflow", "no-carrier", "nobody whom mail reaches carries it out: give the ticket to somebody")


@dataclass(frozen=True, slots=True)
class News:
    """A request after an event; `before` is where it stood."""

    ground: Ground
    event: Event
    before: RunState

    @property
    def run(self) -> Run:
        return self.ground.run


def told_of(news: News) -> tuple[Told, ...]:
    """Who is told of the state that a request has come to."""
    return tuple(TELLS.get(news.run.state, _nobody)(news))


def reminded(ground: Ground, at: datetime) -> tuple[Told, ...]:
    """Everybody concerned is reminded of the day."""
    return tuple(_told(ground, one, Kind.WORKFLOW_SCHEDULED, at, again="again") for one in ground.concerned)


def staff_reminded(ground: Ground, what: str, at: datetime) -> tuple[Told, ...]:
    """Whoever carries it out is reminded that it is due, or told that it is overdue."""
    return (staff(ground, what, at),)


def staff(ground: Ground, what: str, at: datetime) -> Told:
    """Whoever carries it out is told."""
    carrier, event = ground.carrier, _event(ground.run, f"staff-{what}", at)
    kind, ticket = Kind.STAFF_WORKFLOW, ground.run.ticket or None
    if carrier is None or not carrier.address:
        return Suppressed(kind, event, ground.workflow.carried_out_by, NOBODY, ticket)
    to, values = Address(carrier.title, carrier.address), _for_staff(ground, what)
    return staff_notice(kind, event, to, ground.desk, ticket, values)


def suspected(it: Occasion, workflow: Workflow, readers: Iterable[Contact]) -> Iterator[Told]:
    """Somebody asked for what is not theirs to ask for, or in somebody's name: those who could have are told."""
    event = f"workflow:{workflow.workflow}:suspect:{it.message.content_key[:16]}"
    for one in readers:
        about = in_language(workflow.title, language_of(one, it.desk), it.desk.languages[0])
        values = (("about", about), ("who", it.recipient.address))
        yield notice(Kind.WORKFLOW_SUSPECT, event, one, it.desk, values=values, proven=it.who.proven)


def seal(run: Run) -> str:
    """What a question's number and address are made from: the hash of what is asked about, and when it was asked."""
    return f"{run.digest}\n{run.asked_at.isoformat() if run.asked_at else ''}"


def code_words(ground: Ground) -> tuple[str, ...]:
    """The word that confirms, in each language: which one somebody writes says nothing."""
    return tuple(word for _, word in ground.workflow.safeguards.word)


def titled(ground: Ground, language: str) -> str:
    """What the workflow is called."""
    return in_language(ground.workflow.title, language, ground.desk.languages[0])


# ---- by state ---------------------------------------------------------------------------------------


def _nobody(_news: News) -> Iterator[Told]:
    yield from ()


def _confirming(news: News) -> Iterator[Told]:
    ground = news.ground
    if ground.requester:
        yield _question(ground, ground.requester, Kind.WORKFLOW_CONFIRM)


def _seconding(news: News) -> Iterator[Told]:
    ground, second = news.ground, news.ground.workflow.safeguards.second
    if second is not Second.STAFF:
        yield from (_question(ground, one, Kind.WORKFLOW_SECOND) for one in ground.others)
    if second is not Second.AUTHORISED:
        yield staff(ground, "second", ground.now)


def _agreed(news: News) -> Iterator[Told]:
    """It waits for its day, or may be carried out at once; whoever asked hears of it once."""
    ground = news.ground
    if news.before is not RunState.COOLING:
        readers = ground.concerned if ground.workflow.safeguards.inform else _asker(ground)
        yield from (_told(ground, one, Kind.WORKFLOW_SCHEDULED, ground.now) for one in readers)
    if news.run.state is RunState.READY:
        yield staff(ground, "ready", ground.now)


def _done(news: News) -> Iterator[Told]:
    ground = news.ground
    kind = Kind.DELETION_COMPLETED if ground.workflow.irreversible else Kind.WORKFLOW_DONE
    readers = ground.concerned if ground.workflow.safeguards.inform else _asker(ground)
    yield from (_told(ground, one, kind, ground.now) for one in readers)


def _ended(news: News) -> Iterator[Told]:
    """Whoever was told that it would be done hears that it will not."""
    ground, was = news.ground, news.before
    knew = was in (RunState.SECONDING, RunState.COOLING, RunState.READY, RunState.DISARMED)
    readers = ground.concerned if knew and ground.workflow.safeguards.inform else _asker(ground)
    yield from (_told(ground, one, Kind.WORKFLOW_ENDED, ground.now) for one in readers)
    if knew or was is RunState.EXECUTING:
        yield staff(ground, news.run.state, ground.now)


def _disarmed(news: News) -> Iterator[Told]:
    """Staff decide what now; nobody else is troubled before they have."""
    yield staff(news.ground, news.run.state, news.ground.now)


TELLS: Mapping[RunState, Callable[[News], Iterable[Told]]] = {
    RunState.CONFIRMING: _confirming,
    RunState.SECONDING: _seconding,
    RunState.COOLING: _agreed,
    RunState.READY: _agreed,
    RunState.DONE: _done,
    RunState.STOPPED: _ended,
    RunState.REFUSED: _ended,
    RunState.LAPSED: _ended,
    RunState.DISARMED: _disarmed,
}


def _asker(ground: Ground) -> tuple[Contact, ...]:
    return (ground.requester,) if ground.requester else ()


# ---- one mail ---------------------------------------------------------------------------------------


def _question(ground: Ground, contact: Contact, kind: Kind) -> Told:
    """Its number and its reply address are made when it is written, for this reader alone."""
    told = _told(ground, contact, kind, ground.now)
    return told if isinstance(told, Suppressed) else replace(told, invitation=seal(ground.run))


def _told(ground: Ground, contact: Contact, kind: Kind, at: datetime, **more: str) -> Told:
    language = language_of(contact, ground.desk)
    values = tuple((name, value) for name, value in _values(ground, kind, language, more).items() if value)
    event = _event(ground.run, kind.value, at)
    return notice(kind, event, contact, ground.desk, ground.run.ticket or None, values)


def _values(ground: Ground, kind: Kind, language: str, more: Mapping[str, str]) -> dict[str, str]:
    run = ground.run
    values = {
        "about": titled(ground, language),
        "objects": objects_in_words(ground, language),
        "who": _asked_by(ground),
        "word": in_language(ground.workflow.safeguards.word, language, ground.desk.languages[0]),
        "until": _instant(run.next_at) if run.state in (RunState.CONFIRMING, RunState.SECONDING) else "",
        "begins": _instant(run.ready_at),
        "due": _instant(run.due_at),
        "before": _text(ground.workflow.before, language),
        "after": _text(ground.workflow.done, language),
        "stands": run.state.value,
        "why": run.why,
        "what": objects_in_words(ground, language),
    }
    wanted = WANTED[kind]
    return {name: value for name, value in (values | dict(more)).items() if name in wanted}


WANTED: Mapping[Kind, frozenset[str]] = {
    Kind.WORKFLOW_CONFIRM: frozenset({"about", "objects", "word", "until", "begins", "due"}),
    Kind.WORKFLOW_SECOND: frozenset({"about", "objects", "word", "until", "begins", "due", "who"}),
    Kind.WORKFLOW_SCHEDULED: frozenset({"about", "objects", "begins", "due", "before", "who", "again"}),
    Kind.WORKFLOW_ENDED: frozenset({"about", "objects", "stands", "why"}),
    Kind.WORKFLOW_DONE: frozenset({"about", "objects", "after"}),
    Kind.DELETION_COMPLETED: frozenset({"what"}),
}
"""What each kind of mail says."""


def objects_in_words(ground: Ground, language: str) -> str:
    """One object a line, called as it was asked for."""
    asked = {one.field: in_language(one.words, language, ground.desk.languages[0]) for one in ground.workflow.facts}
    called = ((asked.get(name, name), value) for name, value in ground.run.objects)
    return "\n".join(f"{words[:1].upper()}{words[1:]}: {value}" for words, value in called)


def _for_staff(ground: Ground, what: str) -> Values:
    run, language = ground.run, ground.desk.languages[0]
    values = {
        "about": titled(ground, language),
        "news": what,
        "who": _asked_by(ground),
        "organisation": run.organisation,
        "objects": objects_in_words(ground, language),
        "hash": run.digest[:SHOWN],
        "due": _instant(run.due_at),
        "why": run.why,
    }
    return tuple((name, value) for name, value in values.items() if value)


def _asked_by(ground: Ground) -> str:
    asker = ground.requester
    return f"{asker.name} <{asker.address}>" if asker and asker.name else ground.run.asked_by


def _event(run: Run, what: str, at: datetime) -> str:
    return f"workflow:{run.workflow}:{what}:{int(at.timestamp())}"


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _text(texts: Texts | None, language: str) -> str:
    return in_language(texts, language) if texts else ""
