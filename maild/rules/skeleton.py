"""A rule to begin with, and an example for one that is there, both made from a mail. Pure.

In: a `Message`, the names of people to take out, the desks and the directory; out: YAML text, `ExampleMail`, or an
example with what the rule gives for it (`Proven`). Laws: a skeleton loads as it is, and changes nothing until somebody
takes its `shadow` away; an example says of the mail what its rule looks at, and no more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from maild.cleaning import clean_text
from maild.desks.calendar import is_open
from maild.desks.policy import Desk
from maild.directory import Directory
from maild.ingest.header.addresses import normal_address
from maild.ingest.header.headers import decoded
from maild.model import Message
from maild.patterns.words import holds as stands_in
from maild.patterns.words import text_of
from maild.rules.anonymous import STRANGER, anonymous
from maild.rules.example_mail import ExampleMail, Shown, shown
from maild.rules.holding import Holding, holds
from maild.rules.language import Actions, Rule
from maild.rules.matter import Matter, Scene
from maild.rules.model import Draft
from maild.rules.run import act
from maild.rules.sieve import every_when
from maild.rules.trace import missed
from maild.rules.view import Trigger
from maild.rules.written import example_lines, flow, scalar

MOST_LINES, LONGEST_LINE = 10, 200
MOST_WORDS, SHORTEST_WORD, LONGEST_NAME = 3, 4, 60
MOST_WINDOWS = 100
OF_MAIL = (Trigger.NEW, Trigger.FOLLOW_UP)
WORD = re.compile(r"[^\W_]+")
PREFIXES = re.compile(r"^\s*(?:(?:re|aw|antw|fw|fwd|wg|sv|tr)\s*:|\[[^\]]*\])\s*", re.IGNORECASE)
TO_FILL_IN = "to be filled in"
SAMPLE = ExampleMail(subject="The printer burns", text="It is on the second floor.")


class NoExample(ValueError):
    """No example can be made of the mail for this rule; the words say why, and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where examples live: the desks in force, and who is known."""

    desks: tuple[Desk, ...]
    directory: Directory


@dataclass(frozen=True, slots=True)
class Proven:
    """An example, and what the rule gives for it; `gives` None: nothing."""

    mail: ExampleMail
    gives: Actions | None


# ---- a new rule ----------------------------------------------------------------------------------


def skeleton(mail: ExampleMail, whose: str, taken: Collection[str]) -> str:
    """The text of a rule for mails like this anonymised one. `whose`: a condition that names who sends such, "" for
    none; `taken`: names that other rules have."""
    subject = unicodedata.normalize("NFC", mail.subject)
    gives = Actions(category=TO_FILL_IN)
    lines = [
        f"- rule: {scalar(_free_name(subject, taken))}",
        "  when:",
        *_conditions(subject, mail),
        *([f"    # {whose}   # only theirs; the example then needs one of them as `from`"] if whose else ()),
        "  then:",
        f"    category: {TO_FILL_IN}   # or priority, assign, tag, field, notify, answer … (config/REFERENCE.md)",
        "  shadow: true   # it only tells in the reasons what it would do, until this line is gone",
        "  examples:",
        *(f"    {line}" if line else "" for line in example_lines(mail, gives)),
    ]
    return "\n".join(lines) + "\n"


def _conditions(subject: str, mail: ExampleMail) -> Iterator[str]:
    """Words of the subject, else of the text; where neither has any, the sender is what the example shows."""
    for name, text in (("subject", subject), ("text", unicodedata.normalize("NFC", mail.text))):
        if words := _words(text):
            yield f"    {name}: {flow(words)}   # one of these is enough; a phrase or a /pattern/ says more"
            return
    yield "    sender: unknown   # add what such mails have in common"


def _words(text: str) -> list[str]:
    """The longest words, in the order in which they stand there."""
    known = text_of(text, len(text))
    found = dict.fromkeys(word.lower() for word in WORD.findall(text) if word.isalpha() and len(word) >= SHORTEST_WORD)
    fit = [word for word in found if word not in ("somebody", "example", "elsewhere") and stands_in(known, word)]
    longest = sorted(fit, key=len, reverse=True)[:MOST_WORDS]
    return [word for word in fit if word in longest]


def _free_name(subject: str, taken: Collection[str]) -> str:
    bare = subject
    while found := PREFIXES.match(bare):
        bare = bare[found.end() :]
    words = [word for word in WORD.findall(bare) if not word.isdecimal()]
    name = " ".join(words)[:LONGEST_NAME].strip() or "a new rule"
    every = (name if number == 1 else f"{name} {number}" for number in range(1, len(taken) + 2))
    return next(one for one in every if one not in taken)


# ---- an example ----------------------------------------------------------------------------------


def example_of(message: Message, names: frozenset[str]) -> ExampleMail:
    """The mail in short, without people, and without what only some rules look at."""
    return ExampleMail(
        subject=_line(anonymous(message.subject, names), 500),
        text=_cut(anonymous(clean_text(message.visible_text), names).split("\n"), 0),
    )


def proven(message: Message, rule: Rule, names: frozenset[str], place: Place, sender: str = STRANGER) -> Proven:
    """An example that comes out as the mail itself does. `sender`: who shall have written it. Raises NoExample."""
    trigger = next((one for one in rule.on if one in OF_MAIL), None)
    if trigger is None:
        raise NoExample(f"no mail can be an example of it: it is asked on {' and '.join(rule.on)} only")
    true_hit = _hit(rule, _true_view(message, rule, trigger, place))
    for mail in _anonymised(message, rule, names, place, sender):
        seen = _shown(mail, trigger, place)
        hit = _hit(rule, seen)
        if (hit is None) is (true_hit is None):
            return Proven(mail, _gives(rule, hit) if hit else None)
    raise NoExample(_lost(rule, true_hit, seen))


def _lost(rule: Rule, true_hit: Holding | None, seen: Shown) -> str:
    if true_hit is None:
        return "the rule matches the mail without its people, but not the mail itself: write the example by hand"
    why = missed(rule, Scene(Matter(seen.view), seen.draft))
    advice = "where that is its sender, name a contact of the directory with --from"
    return f"the rule matches this mail, but not without what is taken out of it: {why}; {advice}"


def _hit(rule: Rule, seen: Shown) -> Holding | None:
    return holds(rule.when, Scene(Matter(seen.view), seen.draft))


def _shown(mail: ExampleMail, trigger: Trigger, place: Place) -> Shown:
    found = shown(mail, trigger, place.desks, place.directory)
    if isinstance(found, str):
        raise NoExample(found)
    return found


def _true_view(message: Message, rule: Rule, trigger: Trigger, place: Place) -> Shown:
    """The mail as it is, as the rule would see it from a proven sender."""
    sender = message.sender.address if message.sender else STRANGER
    desk = _desk(message, place)
    written = {"from": sender, "to": desk.address, **_beside(message, rule, frozenset(), place)}
    seen = _shown(ExampleMail.model_validate(written), trigger, place)
    others = tuple(one.address for one in (*message.to, *message.cc))
    view = replace(
        seen.view,
        subject=clean_text(message.subject),
        text=clean_text(message.visible_text),
        full_text=clean_text(message.text),
        recipients=tuple(dict.fromkeys((*seen.view.recipients[:1], *others))),
        headers=message.headers,
    )
    return Shown(view, seen.draft)


def _anonymised(
    message: Message, rule: Rule, names: frozenset[str], place: Place, sender: str
) -> Iterator[ExampleMail]:
    """Ten lines of the mail: the first, and further down, for what the rule looks at may stand there."""
    asked = asked_of(rule)
    text = anonymous(clean_text(message.visible_text), names).split("\n")
    full = anonymous(clean_text(message.text), names).split("\n") if "full_text" in asked else []
    subject = _line(anonymous(message.subject, names), 500)
    beside = _beside(message, rule, names, place) | _people(message, asked, place)
    for start in range(0, max(len(text), len(full), 1), MOST_LINES // 2)[:MOST_WINDOWS]:
        written = {"from": sender, "subject": subject, "text": _cut(text, start), "full_text": _cut(full, start)}
        yield ExampleMail.model_validate(beside | written)


def asked_of(rule: Rule) -> frozenset[str]:
    """The names of the conditions that the rule has anywhere."""
    return frozenset(name for when in every_when(rule.when) for name, _ in when.given())


def _beside(message: Message, rule: Rule, names: frozenset[str], place: Place) -> dict[str, object]:
    """What only some rules look at, for those that do."""
    asked, desk = asked_of(rule), _desk(message, place)
    said: dict[str, object] = {}
    if "language" in asked and message.language:
        said["language"] = message.language
    if "automatic" in asked and message.automatic:
        said["automatic"] = message.automatic.kind.value
    if "attachment" in asked and message.attachments:
        said["attachment"] = tuple(
            {"name": _line(anonymous(one.filename, names), 200), "type": one.content_type[:100], "size": one.size}
            for one in message.attachments
        )
    if "hours" in asked and message.date and not is_open(desk.hours, message.date):
        said["hours"] = "outside"
    if header := _headers(message, rule, names):
        said["header"] = header
    return said


def _headers(message: Message, rule: Rule, names: frozenset[str]) -> dict[str, str]:
    wanted = {name for when in every_when(rule.when) for name, _ in when.header}
    found = ((name, decoded(value)) for name, value in message.headers if name in wanted)
    return {name: _line(anonymous(value, names), LONGEST_LINE) for name, value in found}


def _desk(message: Message, place: Place) -> Desk:
    """The desk that its To or Cc names, else the first."""
    named = {one.address for one in (*message.to, *message.cc)}
    return next((desk for desk in place.desks if named & set(desk.addresses)), place.desks[0])


def _people(message: Message, asked: Collection[str], place: Place) -> dict[str, object]:
    """Whom it was for: our own addresses as they are, everybody else as one of nobody's each."""
    desk, ours = _desk(message, place), {address for desk in place.desks for address in desk.addresses}
    every = list(dict.fromkeys(one.address for one in (*message.to, *message.cc)))
    to = next((address for address in every if address in desk.addresses), "")
    if not {"recipient", "recipients"} & set(asked):
        return {"to": to} if desk is not place.desks[0] else {}
    rest = (address for address in every if address != to)
    cc = [one if one in ours else f"person{number}@elsewhere.example" for number, one in enumerate(rest, 1)]
    return {"to": to} | ({"cc": cc} if cc else {})


def _gives(rule: Rule, hit: Holding) -> Actions:
    """What the rule sets, in the words of an example. Raises NoExample where that is nothing."""
    got = act(rule.then, Draft(priority=0), hit.captures)
    fields = {name: text.replace("{", "{{").replace("}", "}}")[:LONGEST_LINE] for name, text in got.fields}
    said = rule.then.model_dump(mode="json") | {"field": fields}
    gives = Actions.model_validate({name: value for name, value in said.items() if value})
    if not gives.given():
        raise NoExample("the rule sets nothing that an example could promise: only `--gives nothing` can be shown")
    return gives


def is_address(written: str) -> bool:
    """Whether an example may have it as its sender."""
    return normal_address(written) is not None


def _cut(lines: Sequence[str], start: int) -> str:
    """So many lines from there on, none of them blank."""
    kept = (line for line in (_line(one, LONGEST_LINE) for one in lines[start:]) if line)
    return "\n".join(line for line, _ in zip(kept, range(MOST_LINES), strict=False))


def _line(text: str, limit: int) -> str:
    """One line without anything that YAML or a terminal would take for more than text."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit].strip()
