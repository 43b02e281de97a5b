"""What would these rules have made of that? Another set of rules, asked about what was decided before. Pure.

In: what rules saw and came to then (`Ruled`), and a set; out: `Replayed` where something would have become different,
each thing with its old and new value and the rule it is owed to. Law: the same rules come to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from maild.rules.model import Draft, Page, Ruled
from maild.rules.run import run
from maild.rules.sieve import RuleSet

WORDS = {"assignee": "assign", "tags": "tag", "fields": "field", "proposes": "propose", "instructs": "instruction"}
WORDS |= {"participants": "participant", "forwards": "forward", "pages": "notify", "webhooks": "webhook"}
WORDS |= {"asks": "ask", "ignored": "ignore"}
"""What a part of the draft is called in a rule, where that is another word."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that would have become different; `because` is the rule that does it now, or did it then."""

    name: str
    old: str
    new: str
    because: str


def replayed(then: Ruled, rules: RuleSet) -> tuple[Changed, ...]:
    """What the rules would change of what came of it then."""
    now = run(rules, then.before, then.view).ruled
    return () if now.draft == then.draft else tuple(_changes(then, now, rules))


def _changes(then: Ruled, now: Ruled, rules: RuleSet) -> Iterator[Changed]:
    for part in fields(Draft):
        old, new = getattr(then.draft, part.name), getattr(now.draft, part.name)
        if old != new:
            name = WORDS.get(part.name, part.name)
            yield Changed(name, in_words(old), in_words(new), _owed_to(name, then, now, rules))


def _owed_to(name: str, then: Ruled, now: Ruled, rules: RuleSet) -> str:
    """The last rule that sets it now; else one that matched then and does not any more."""
    mine = {rule.rule: dict(rule.then.given()) for rule in rules.rules}
    setting = [hit.rule for hit in now.hits if not hit.shadow and name in mine.get(hit.rule, ())]
    if setting:
        return setting[-1]
    matching = {hit.rule for hit in now.hits if not hit.shadow}
    gone = [hit.rule for hit in then.hits if not hit.shadow and hit.rule not in matching]
    return f"no longer {gone[-1]}" if gone else "no rule any more"


def in_words(value: object) -> str:
    """A part of a draft, as a table shows it; "" for nothing."""
    match value:
        case None | "" | ():
            return ""
        case Page():
            return f"{value.staff} by {value.template}" if value.template else value.staff
        case tuple():
            return ", ".join(": ".join(one) if isinstance(one, tuple) else in_words(one) for one in value)
    return str(getattr(value, "value", value))
