"""What does a mail say of what its desk must know, and what is missing? (REQ-M2, A6, A8, H1, H2.) Pure.

In: the occasion, and what the rules made of it; out: the same, its fields filled, its module guessed, and with what the
sender shall be asked for. Whether they may be asked is decided where all mail is (`by_rule`).
Laws: what rules and staff have set stays; only what a mail says anew is looked through, never what it quotes, in linear
time; nobody is asked twice for the same on one ticket; what is said of foreign systems is said to staff alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from maild.cleaning import clean_header
from maild.decide.facts import KnownTicket
from maild.decide.mail import by_rule
from maild.decide.plan import Change, SetTicket
from maild.decide.runs.starting import taken
from maild.decide.told.notify import Occasion, language_for, silenced
from maild.decide.who.people import is_unverified
from maild.desks.information import VALUE, FieldWanted, in_language
from maild.desks.life_cycle import SETTLED
from maild.desks.subjects import SUBJECT, bare, numberless, says_something
from maild.model import Answers, Reason, Status
from maild.patterns.regex import pattern
from maild.patterns.words import Text, fold
from maild.rules.actions import LONGEST_VALUE
from maild.rules.matter import Matter, in_text
from maild.rules.model import Draft, Shaped

STEP = "information"
MOST_VALUES = 20
"""So many are taken where several count."""
MOST_TITLE = 250
UNANSWERED = frozenset({Answers.NONE, Answers.FILED})
HAR, UNKNOWN_SYSTEM = "har", "unknown-system"
"""Tags."""
_ENDS = ".,;:!?)>'\""
_SUBJECT_LINE = re.compile(
    r"^[ \t]*(?:betreff|subject|onderwerp)[ \t]*:[ \t]*(\S.{0,300})$", re.IGNORECASE | re.MULTILINE
)
_BEGINNING = 2_000
"""Characters of a text in which a line with the subject may stand."""


@dataclass(frozen=True, slots=True)
class Look:
    """A mail that is looked through: `matter` is what it says anew. `known` is its ticket, if it joins one;
    `facts` are what the request with legal weight takes that it begins, or that is under way."""

    it: Occasion
    matter: Matter
    known: KnownTicket | None = None
    facts: tuple[FieldWanted, ...] = ()

    @property
    def fields(self) -> tuple[FieldWanted, ...]:
        """What the desk must know, and what the request with legal weight takes besides."""
        known = {one.field for one in self.facts}
        return (*self.facts, *(one for one in self.it.desk.information.fields if one.field not in known))

    @property
    def asked(self) -> tuple[str, ...]:
        """What was asked for on this ticket already."""
        return self.known.ticket.asked if self.known else ()

    @property
    def texts(self) -> tuple[Text, Text]:
        return self.matter.subject, self.matter.text


Looked = tuple[Draft, tuple[Reason, ...]]
"""The draft after a step, and what is to be said of it."""


def completed(it: Occasion, shaped: Shaped, known: KnownTicket | None = None) -> Shaped:
    """What rules made of a mail, with what the mail says of what the desk must know."""
    facts = taken(it, shaped.draft, known)
    look, draft, reasons = Look(it, Matter(shaped.ruled.view), known, facts), shaped.draft, shaped.reasons
    for step in STEPS if _counts(look) else (_files,):
        draft, said = step(look, draft)
        reasons = (*reasons, *said)
    return Shaped(replace(shaped.ruled, draft=draft), reasons)


def better_title(it: Occasion, known: KnownTicket) -> tuple[Change, ...]:
    """A ticket whose subject says nothing is called by a later one that does, in the header or on a line of its own."""
    wanted, title = it.desk.information.subject, known.ticket.title
    if not wanted.required or says_something(title, wanted.meaningless) or not _is_theirs(it, known):
        return ()
    lines = _SUBJECT_LINE.findall(it.message.visible_text[:_BEGINNING])
    offered = (bare(clean_header(one)) for one in (it.message.subject, *lines))
    good = (one for one in offered if says_something(one, wanted.meaningless) and not _is_ours(one, title))
    return tuple(SetTicket(known.ticket.id, "title", one[:MOST_TITLE]) for one in islice(good, 1))


def _is_ours(subject: str, title: str) -> bool:
    """Whether it is the subject of our own mail, which ends with the ticket's title."""
    return fold(subject).endswith(fold(numberless(title)))


def _counts(look: Look) -> bool:
    """On a ticket that is there, what its own people say counts, and no machine in their name."""
    return look.known is None or _is_theirs(look.it, look.known)


def _is_theirs(it: Occasion, known: KnownTicket) -> bool:
    """Whether a person wrote who is the requester, or of the same organisation."""
    sender, requester = it.case.facts.contact(it.recipient.address), known.requester
    if it.message.automatic or sender is None or requester is None:
        return False
    return sender.id == requester.id or sender.organisation == requester.organisation != ""


# ---- the steps ------------------------------------------------------------------------------------


def _files(look: Look, draft: Draft) -> Looked:
    """A recording of a browser's traffic is to be handled with care."""
    names = [name.raw for name, _, _ in look.matter.attachments if name.folded.endswith(".har")]
    if not names:
        return draft, ()
    why = f"`{names[0]}` is a HAR file: it carries the secrets of the session, such as cookies and passwords"
    return _tagged(draft, HAR), (Reason(STEP, "har", why),)


def _module(look: Look, draft: Draft) -> Looked:
    """A best guess, which anybody may correct (REQ-A8)."""
    for guess in () if draft.module else look.it.desk.information.modules:
        if found := _stands(look, guess.words):
            said = f"{guess.module} is guessed from `{found}`"
            return replace(draft, module=guess.module), (Reason(STEP, "module", said),)
    return draft, ()


def _fields(look: Look, draft: Draft) -> Looked:
    """What the mail tells goes into the fields that are empty."""
    reasons: list[Reason] = []
    for one in look.fields:
        values = _values(look, one) if _is_empty(draft, one.field) and _fits(look, one, draft) else ()
        if not values:
            continue
        told = ", ".join(values)[:LONGEST_VALUE]
        kept = tuple((name, value) for name, value in draft.fields if name != one.field)
        draft = replace(draft, fields=(*kept, (one.field, told)))
        reasons.append(Reason(STEP, "found", f"{one.field} is {told}"))
        if foreign := _foreign(look, one, values):
            draft, reasons = _tagged(draft, UNKNOWN_SYSTEM), [*reasons, foreign]
    return draft, tuple(reasons)


def _asks(look: Look, draft: Draft) -> Looked:
    """What is missing, and has not been asked for: the desk's wishes first, then what rules want besides."""
    draft = replace(draft, asks=tuple((dict(_wishes(look, draft)) | dict(draft.asks)).items()))
    missing, again = [name for name, _ in by_rule.missing(draft)], list(_still_missing(look, draft))
    reasons = [Reason(STEP, "still-missing", f"{', '.join(again)}: asked for already")] if again else []
    if missing:
        why = _unasked(look, draft)
        said = f"not asked for, since {why}" if why else "the sender is asked"
        reasons.append(Reason(STEP, "missing", f"{', '.join(missing)}: {said}"))
        draft = draft if why or look.known is None else replace(draft, status=draft.status or Status.WAITING)
        draft = replace(draft, asks=()) if why else draft
    return draft, tuple(reasons)


STEPS: tuple[Callable[[Look, Draft], Looked], ...] = (_files, _module, _fields, _asks)


# ---- what is missing --------------------------------------------------------------------------------


def _wishes(look: Look, draft: Draft) -> Iterator[tuple[str, str]]:
    """Names of what is missing, with the words of the reader's language. On a ticket that is there, only what may have
    become needed since it was opened."""
    wanted, languages = look.it.desk.information, (language_for(look.it), look.it.desk.languages[0])
    subject = wanted.subject
    if subject.required and look.known is None and not says_something(look.it.message.subject, subject.meaningless):
        yield SUBJECT, in_language(subject.words, *languages)
    for one in look.fields:
        is_new = look.known is None or one.depends or one in look.facts
        if is_new and _is_needed(look, one, draft) and one.field not in look.asked:
            why = in_language(one.why, *languages) if one.why else ""
            yield one.field, " – ".join(filter(None, (in_language(one.words, *languages), why)))


def _still_missing(look: Look, draft: Draft) -> Iterator[str]:
    yield from (name for name in look.asked if name != SUBJECT and _is_empty(draft, name))


def _is_needed(look: Look, one: FieldWanted, draft: Draft) -> bool:
    return one.required and _is_empty(draft, one.field) and _fits(look, one, draft)


def _unasked(look: Look, draft: Draft) -> str:
    """Why nobody is asked, "" where the sender is."""
    if look.it.case.envelope.answers in UNANSWERED:
        return "it was imported"
    if look.it.neutral:
        return "its sender is not known well enough"
    if draft.review or (look.known and look.known.ticket.status in SETTLED):
        return "a person looks at it first" if draft.review else "the ticket is settled"
    silent = silenced(look.it)
    return silent.text if silent else ""


# ---- what is there ----------------------------------------------------------------------------------


def _is_empty(draft: Draft, name: str) -> bool:
    return not dict(draft.fields).get(name)


def _fits(look: Look, one: FieldWanted, draft: Draft) -> bool:
    """Whether the field is for such a ticket, in this situation; what somebody was asked for is for it anyway."""
    if one.field in look.asked or one.field in dict(draft.asks):
        return True
    of_kind = (not one.types or draft.type in one.types) and (not one.categories or draft.category in one.categories)
    return of_kind and (not one.when or bool(_stands(look, one.when)))


def _stands(look: Look, words: tuple[str, ...]) -> str:
    """The first of the words and patterns that stands in subject or text, "" for none."""
    hits = (in_text(text, words) for text in look.texts)
    return next((hit.wanted for hit in hits if hit), "")


def _values(look: Look, one: FieldWanted) -> tuple[str, ...]:
    """What the mail gives for a field: one value, or each once where several count."""
    most = MOST_VALUES if one.several else 1
    return tuple(islice(dict.fromkeys(_found(look, one)), most))


def _found(look: Look, one: FieldWanted) -> Iterator[str]:
    own = {look.it.recipient.address, *look.it.desk.addresses}
    for written in one.find:
        for text in look.texts:
            caught = islice(pattern(written).values(text.raw, VALUE), MOST_VALUES)
            yield from (value for value in map(_one_line, caught) if value and value.casefold() not in own)
    yield from (name.raw for name, _, _ in look.matter.attachments if one.attachment and in_text(name, one.attachment))


def _one_line(caught: str) -> str:
    """A value is one line; the sign that ends a sentence is no part of a single word."""
    line = clean_header(caught[: 2 * LONGEST_VALUE])
    return (line if " " in line else line.rstrip(_ENDS))[:LONGEST_VALUE]


def _foreign(look: Look, one: FieldWanted, values: tuple[str, ...]) -> Reason | None:
    """Staff learn of systems that are not the sender's organisation's (REQ-H2, M10)."""
    theirs, who = {_plain(system) for system in look.it.case.facts.systems}, look.it.who
    others = [value for value in values if _plain(value) not in theirs]
    if not one.known or not theirs or not others or is_unverified(who.register):
        return None
    organisation = look.matter.view.organisation
    return Reason(STEP, "unknown-system", f"{', '.join(others)}: none of the systems of {organisation}")


def _plain(system: str) -> str:
    """A machine's name, or the host of an address, as two of them are compared."""
    name = system.casefold()
    return (name.partition("://")[2] or name).partition("/")[0].removeprefix("www.").rstrip(".")


def _tagged(draft: Draft, tag: str) -> Draft:
    return replace(draft, tags=tuple(dict.fromkeys((*draft.tags, tag))))
